#ifndef CP_STORE_SETTINGS_H
#define CP_STORE_SETTINGS_H

#include <stdint.h>

#include "lifecycle/rules/policy.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/* What a store says of itself: one row. */
struct cp_settings {
	char store_id[40];
	char authority[20];
	char custody[40];
	uint8_t salt[16]; /* of search keys */
	int rehearsal;
	int64_t policy_n; /* of the policy in force */
	struct cp_date last_run;
	int64_t last_run_at; /* unix time; 0 = never */
	int64_t policy_done; /* the policy by which every date was computed */
	int64_t clock_doubt; /* audit seq since which the clock is doubted; 0 */
};

enum cp_rc cp_settings_load(struct cp_store *s, struct cp_settings *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Writes the row of a new store, in the caller's transaction. */
enum cp_rc cp_settings_create(struct cp_store *s,
    const struct cp_settings *settings, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;
/* A run took place NOW; the clock is in doubt since SEQ (0 = it is not). */
enum cp_rc cp_settings_ran(struct cp_store *s, const struct cp_now *now,
    int64_t clock_doubt, struct cp_err *err) CP_MUST_CHECK;

/* The clock is in doubt since SEQ. */
enum cp_rc cp_settings_doubt(struct cp_store *s, int64_t seq,
    struct cp_err *err) CP_MUST_CHECK;

/* The policy in force, from STORE/policies/, its hash checked: CP_CORRUPT if
 * the file is not the one adopted.  Freed by cp_policy_free. */
enum cp_rc cp_settings_policy(struct cp_store *s,
    const struct cp_settings *settings, struct cp_policy **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Its path, into BUF. */
enum cp_rc cp_settings_policy_file(struct cp_store *s,
    const struct cp_settings *settings, char *buf, size_t cap,
    struct cp_err *err) CP_MUST_CHECK;
/* Keeps the policy file at PATH as STORE/policies/NAME-VERSION-HASH.cfg, and
 * its row; *N is the row's.  To put it in force: cp_settings_put_policy.
 * CP_REFUSED if a version of the same name and number, but other content, was
 * adopted before. */
enum cp_rc cp_settings_keep_policy(struct cp_store *s, const char *path,
    const char *operator_name, const struct cp_now *now, int64_t *n,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_settings_put_policy(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* Notes that policy N came into force NOW: it may have been before. */
enum cp_rc cp_settings_note_adoption(struct cp_store *s, int64_t n,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;
/* Every date has been computed by the policy in force. */
enum cp_rc cp_settings_policy_done(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

#endif
