#ifndef CP_RULES_POLICY_CHECK_H
#define CP_RULES_POLICY_CHECK_H

#include <stddef.h>

#include "lifecycle/rules/policy.h"

/*
 * What a policy may say, apart from the syntax it is written in: used by
 * policy.c only, which hands over settings one by one.
 */

enum cp_raw_type { CP_RAW_INT, CP_RAW_TEXT, CP_RAW_LIST, CP_RAW_OTHER };

/* A setting as it stands in the file; borrowed. */
struct cp_raw {
	enum cp_raw_type type;
	int number;
	const char *text;
	const char *const *words; /* list of strings */
	size_t n_words;
	unsigned line;
};

/* policy_forms.c: what each rule is. */
enum cp_rule_kind { CP_KIND_INT, CP_KIND_LEAP, CP_KIND_PERIOD, CP_KIND_WORDS,
	CP_KIND_CHOICE, CP_KIND_WORD };
struct cp_rule_form {
	const char *name;
	enum cp_rule_kind kind;
	size_t at; /* in struct cp_policy */
	int min;   /* of a number; a period with MIN 1 must not be zero */
	int max;
	const char *absent; /* what its absence means; NULL = it must be there */
};
extern const struct cp_rule_form cp_rule_forms[CP_RULE_COUNT];

/* Adds a problem to REPORT. */
void cp_policy_problem(struct cp_policy_report *report, unsigned line,
    const char *fmt, ...) CP_PRINTF(3, 4);
/* Sorts the problems by line, keeping those of a line in order. */
void cp_policy_report_sort(struct cp_policy_report *report);

/*
 * Looks for what the parser would take in silence: numbers that overflow, are
 * octal-looking or hexadecimal; includes; escapes other than \" and \\; NUL
 * bytes.  Returns 0 if TEXT must not reach the parser at all.
 */
int cp_policy_scan(const char *text, size_t len,
    struct cp_policy_report *report);

/* The rule "GROUP.KEY", or CP_RULE_COUNT. */
enum cp_rule cp_rule_find(const char *group, const char *key);
/* Whether any rule is in GROUP. */
int cp_rule_group(const char *group);

/* Puts a rule's value, its source, or the identity setting KEY (name,
 * version, effective) into POLICY, or adds a problem. */
void cp_policy_set_value(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report);
void cp_policy_set_source(struct cp_policy *policy, enum cp_rule rule,
    const struct cp_raw *raw, struct cp_policy_report *report);
/* RULE is not in the file: 1 if that has a meaning, which is put into POLICY,
 * else 0. */
int cp_policy_absent(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report);
/* policy_notice.c: the same for rules of notices; and whether WORD is of
 * cp_notice_items. */
void cp_policy_absent_notice(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report);
int cp_policy_notice_item(const char *word);
/* policy_access.c: the same for rules of subject access, of which more follows
 * from notices.law, which is known by then; whether WORD is one that RULE (of
 * grounds) can list; and rules that contradict each other. */
void cp_policy_absent_access(struct cp_policy *policy, enum cp_rule rule,
    struct cp_policy_report *report);
int cp_policy_ground(enum cp_rule rule, const char *word);
void cp_policy_check_access(const struct cp_policy *policy,
    const unsigned line[CP_RULE_COUNT], struct cp_policy_report *report);
/* The words that RULE, which is one of them, can be; in the order of its
 * enumeration, NULL last. */
const char *const *cp_policy_choices(enum cp_rule rule);
void cp_policy_set_identity(struct cp_policy *policy, const char *key,
    const struct cp_raw *raw, struct cp_policy_report *report);

/* What follows from other rules is filled in; rules that contradict each
 * other, in a policy with no other problem, are found; LINE gives the line of
 * each. */
void cp_policy_check_whole(struct cp_policy *policy,
    const unsigned line[CP_RULE_COUNT], struct cp_policy_report *report);

#endif
