#include "lifecycle/rules/policy.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/policy_check.h"

enum { FILE_MAX_BYTES = 1 << 20, IDENTITY_COUNT = 3 };

static const char *const IDENTITY[IDENTITY_COUNT] = { "name", "version",
	"effective" };

/* The walk through a parsed file. */
struct walk {
	struct cp_policy *policy;
	struct cp_policy_report *report;
	int cut; /* a syntax error: what is absent may stand after it */
	int seen[CP_RULE_COUNT];
	int seen_identity[IDENTITY_COUNT];
	unsigned line[CP_RULE_COUNT];
};

void
cp_policy_free(struct cp_policy *policy)
{
	struct cp_words *lists[7];
	size_t i, k;

	if (policy == NULL)
		return;
	lists[0] = &policy->open_first_year_purposes;
	lists[1] = &policy->open_later_purposes;
	lists[2] = &policy->shield_hide;
	lists[3] = &policy->notice_content;
	lists[4] = &policy->notice_languages;
	lists[5] = &policy->access_withhold;
	lists[6] = &policy->access_refuse;
	for (i = 0; i < 7; i++) {
		for (k = 0; k < lists[i]->n; k++)
			free(lists[i]->word[k]);
		free(lists[i]->word);
	}
	for (i = 0; i < CP_RULE_COUNT; i++) {
		free(policy->value_text[i]);
		free(policy->source[i]);
	}
	free(policy->notice_wording);
	free(policy->name);
	free(policy->version);
	free(policy);
}

/* ---- from the parser's settings to raw ones ------------------------------ */

/* Fills WORDS (as many as S has) if S is a list of strings only. */
static int
read_words(config_setting_t *s, const char **words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		words[i] = config_setting_get_string_elem(s, (int)i);
		if (words[i] == NULL)
			return 0;
	}
	return 1;
}

/* *WORDS is memory that RAW borrows; the caller frees it. */
static void
read_raw(config_setting_t *s, struct cp_raw *raw, const char ***words,
    struct cp_policy_report *report)
{
	size_t n;

	memset(raw, 0, sizeof(*raw));
	*words = NULL;
	raw->type = CP_RAW_OTHER;
	raw->line = config_setting_source_line(s);
	if (config_setting_type(s) == CONFIG_TYPE_INT) {
		raw->type = CP_RAW_INT;
		raw->number = config_setting_get_int(s);
	} else if (config_setting_type(s) == CONFIG_TYPE_STRING) {
		raw->type = CP_RAW_TEXT;
		raw->text = config_setting_get_string(s);
	} else if (config_setting_type(s) == CONFIG_TYPE_ARRAY ||
	    config_setting_type(s) == CONFIG_TYPE_LIST) {
		n = (size_t)config_setting_length(s);
		*words = calloc(n + 1, sizeof(**words));
		if (*words == NULL) {
			report->failed = 1;
		} else if (read_words(s, *words, n)) {
			raw->type = CP_RAW_LIST;
			raw->words = *words;
			raw->n_words = n;
		}
	}
}

/* ---- the walk ------------------------------------------------------------ */

static void
walk_rule(struct walk *w, config_setting_t *group, enum cp_rule rule)
{
	int i, n = config_setting_length(group);
	int value = 0, source = 0;
	const char **words;
	struct cp_raw raw;

	for (i = 0; i < n; i++) {
		config_setting_t *s = config_setting_get_elem(group,
		    (unsigned)i);
		const char *key = config_setting_name(s);

		if (config_setting_type(s) == CONFIG_TYPE_NONE)
			continue;
		read_raw(s, &raw, &words, w->report);
		if (strcmp(key, "value") == 0) {
			value = 1;
			cp_policy_set_value(w->policy, rule, &raw, w->report);
		} else if (strcmp(key, "source") == 0) {
			source = 1;
			cp_policy_set_source(w->policy, rule, &raw,
			    w->report);
		} else {
			cp_policy_problem(w->report, raw.line, "%s: unknown "
			    "key `%.60s'; there are value and source",
			    cp_rule_name(rule), key);
		}
		free(words);
	}
	if (!value && !w->cut)
		cp_policy_problem(w->report, w->line[rule],
		    "%s: the value is absent", cp_rule_name(rule));
	if (!source && !w->cut)
		cp_policy_problem(w->report, w->line[rule],
		    "%s: the source is absent", cp_rule_name(rule));
}

static void
walk_group(struct walk *w, config_setting_t *group)
{
	const char *name = config_setting_name(group);
	int i, n = config_setting_length(group);

	for (i = 0; i < n; i++) {
		config_setting_t *s = config_setting_get_elem(group,
		    (unsigned)i);
		unsigned line = config_setting_source_line(s);
		enum cp_rule rule = cp_rule_find(name,
		    config_setting_name(s));

		if (config_setting_type(s) == CONFIG_TYPE_NONE)
			continue;
		if (rule == CP_RULE_COUNT) {
			cp_policy_problem(w->report, line, "unknown rule "
			    "%s.%.60s", name, config_setting_name(s));
			continue;
		}
		w->seen[rule] = 1;
		w->line[rule] = line;
		if (config_setting_is_group(s))
			walk_rule(w, s, rule);
		else
			cp_policy_problem(w->report, line, "%s: it must be a "
			    "group: { value = ...; source = \"...\"; }",
			    cp_rule_name(rule));
	}
}

static void
walk_setting(struct walk *w, config_setting_t *s)
{
	const char *name = config_setting_name(s);
	unsigned line = config_setting_source_line(s);
	const char **words;
	struct cp_raw raw;
	int i;

	for (i = 0; i < IDENTITY_COUNT; i++) {
		if (strcmp(name, IDENTITY[i]) != 0)
			continue;
		w->seen_identity[i] = 1;
		read_raw(s, &raw, &words, w->report);
		cp_policy_set_identity(w->policy, name, &raw, w->report);
		free(words);
		return;
	}
	if (!cp_rule_group(name))
		cp_policy_problem(w->report, line, "unknown setting `%.60s'",
		    name);
	else if (config_setting_is_group(s))
		walk_group(w, s);
	else
		cp_policy_problem(w->report, line,
		    "%s: it must be a group of rules", name);
}

static void
walk_root(struct walk *w, config_setting_t *root)
{
	int i, n = config_setting_length(root);

	for (i = 0; i < n; i++) {
		config_setting_t *s = config_setting_get_elem(root,
		    (unsigned)i);

		if (config_setting_type(s) != CONFIG_TYPE_NONE)
			walk_setting(w, s);
	}
	for (i = 0; i < IDENTITY_COUNT && !w->cut; i++)
		if (!w->seen_identity[i])
			cp_policy_problem(w->report, 0,
			    "the setting %s is absent", IDENTITY[i]);
	for (i = 0; i < CP_RULE_COUNT && !w->cut; i++)
		if (!w->seen[i] && !cp_policy_absent(w->policy,
		    (enum cp_rule)i, w->report))
			cp_policy_problem(w->report, 0,
			    "the rule %s is absent",
			    cp_rule_name((enum cp_rule)i));
}

/* ---- loading ------------------------------------------------------------- */

/* TEXT ends with a NUL and holds no other. */
static void
read_policy(const char *text, struct cp_policy *policy,
    struct cp_policy_report *report)
{
	struct walk w = { .policy = policy, .report = report };
	config_t config;

	config_init(&config);
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		w.cut = 1;
		cp_policy_problem(report, (unsigned)config_error_line(&config),
		    "%s; nothing after it was read",
		    config_error_text(&config) != NULL ?
		    config_error_text(&config) : "syntax error");
	}
	walk_root(&w, config_root_setting(&config));
	if (report->n == 0 && !report->failed)
		cp_policy_check_whole(policy, w.line, report);
	config_destroy(&config);
}

static enum cp_rc
verdict(const struct cp_policy_report *report, struct cp_err *err)
{
	const struct cp_policy_problem *first;

	if (report->failed)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (report->n == 0)
		return CP_OK;
	first = &report->problems[0];
	if (report->n == 1)
		(void)cp_fail(err, CP_BAD_INPUT, "%s:%u: %s", report->file,
		    first->line, first->what);
	else
		(void)cp_fail(err, CP_BAD_INPUT, "%s:%u: %s (and %zu more)",
		    report->file, first->line, first->what, report->n - 1);
	cp_err_hint(err, "`cpadmin policy check FILE' lists every problem");
	return CP_BAD_INPUT;
}

enum cp_rc
cp_policy_load_text(const char *name, const char *text, size_t len,
    struct cp_policy **out, struct cp_policy_report *report,
    struct cp_err *err)
{
	struct cp_policy *policy = calloc(1, sizeof(*policy));
	char *copy = strndup(text, len);
	enum cp_rc rc;

	cp_policy_report_clear(report);
	report->file = strdup(name);
	if (policy == NULL || copy == NULL || report->file == NULL)
		report->failed = 1;
	else if (len > FILE_MAX_BYTES)
		cp_policy_problem(report, 0, "over %d bytes: not a policy",
		    FILE_MAX_BYTES);
	else if (cp_policy_scan(text, len, report))
		read_policy(copy, policy, report);
	cp_policy_report_sort(report);
	rc = verdict(report, err);
	if (rc == CP_OK) {
		*out = policy;
		policy = NULL;
	}
	cp_policy_free(policy);
	free(copy);
	return rc;
}

static enum cp_rc
read_file(const char *path, struct cp_buf *b, struct cp_err *err)
{
	FILE *f = fopen(path, "re");
	char part[8192];
	enum cp_rc rc = CP_OK;
	size_t n;

	if (f == NULL)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "%s", path);
	/* One byte over the limit is enough to be refused for it. */
	while (b->len <= FILE_MAX_BYTES &&
	    (n = fread(part, 1, sizeof(part), f)) > 0)
		cp_buf_put(b, part, n);
	if (ferror(f))
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	else
		rc = cp_buf_check(b, err);
	(void)fclose(f);
	return rc;
}

enum cp_rc
cp_policy_load_file(const char *path, struct cp_policy **out,
    struct cp_policy_report *report, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_policy_report_clear(report);
	cp_buf_init(&b);
	rc = read_file(path, &b, err);
	if (rc == CP_OK)
		rc = cp_policy_load_text(path, cp_buf_text(&b), b.len, out,
		    report, err);
	cp_buf_clear(&b);
	return rc;
}
