#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/progress.h"
#include "cpadmin/record_verbs.h"
#include "cpadmin/rules.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/import.h"
#include "lifecycle/store/json_put.h"

static const struct cp_column columns[] = {
	{ "created", "Created" },
	{ "updated", "Updated" },
	{ "unchanged", "Unchanged" },
	{ "rejected", "Rejected" },
	{ "quarantined", "Quarantined" },
	{ "suppressed", "Suppressed" },
	{ "rejects_file", "Rejects file" },
	{ "dry_run", "Dry run" },
	{ "rejects", NULL },
	/* of an intake */
	{ "shielded", "Shielded" },
	{ "near", "Near" },
	{ "near_first", NULL },
};
enum { INTAKE_COLUMNS = sizeof(columns) / sizeof(columns[0]),
	COLUMNS = INTAKE_COLUMNS - 3, KEEP_FREE = 32 * 1024 * 1024 };

static void
put_rejects(struct cp_buf *b, const struct cp_import_report *r)
{
	cp_json_open(b, '[');
	for (size_t i = 0; i < r->n_first; i++) {
		cp_json_open(b, '{');
		cp_json_put_member(b, "file", r->first[i].file);
		cp_json_put_key(b, "line");
		cp_json_put_int(b, (int64_t)r->first[i].line);
		cp_json_put_member(b, "path", r->first[i].why.path);
		cp_json_put_member(b, "cause", r->first[i].why.cause);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static void
put_near(struct cp_buf *b, const struct cp_import_report *r)
{
	cp_json_open(b, '[');
	for (size_t i = 0; i < r->n_near; i++) {
		const struct cp_import_near *one = &r->first_near[i];

		cp_json_open(b, '{');
		cp_json_put_member(b, "file", one->file);
		cp_json_put_key(b, "line");
		cp_json_put_int(b, (int64_t)one->line);
		cp_json_put_member(b, "id", one->id);
		cp_json_put_member(b, "why", one->same_person ? "duplicate" :
		    "household");
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static enum cp_rc
out_intake(struct cp_out *o, const struct cp_import_report *r,
    struct cp_err *err)
{
	struct cp_buf near;
	enum cp_rc rc;

	cp_buf_init(&near);
	put_near(&near, r);
	rc = cp_buf_check(&near, err);
	cp_out_int(o, r->shielded);
	cp_out_int(o, r->near);
	cp_out_json(o, cp_buf_text(&near), "");
	cp_buf_clear(&near);
	return rc;
}

/* Others who are not hidden and may give away those who are. */
static void
say_near(const struct cp_call *call, const struct cp_import_report *r)
{
	for (size_t i = 0; i < r->n_near; i++) {
		const struct cp_import_near *one = &r->first_near[i];

		cp_say(call, "line %zu: record %s %s: look whether it is to "
		    "be shielded too", one->line, one->id, one->same_person ?
		    "may be the same person" : "lives at the same place");
	}
	if (r->near > (int64_t)r->n_near)
		cp_say(call, "... and %lld more", (long long)(r->near -
		    (int64_t)r->n_near));
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_import_report *r, int intake,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_buf rejects;
	enum cp_rc rc;

	cp_buf_init(&rejects);
	put_rejects(&rejects, r);
	rc = cp_buf_check(&rejects, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, intake ? "intake" : "import", columns,
		    intake ? INTAKE_COLUMNS : COLUMNS, &o, err);
	if (rc == CP_OK) {
		cp_out_int(o, r->created);
		cp_out_int(o, r->updated);
		cp_out_int(o, r->unchanged);
		cp_out_int(o, r->rejected);
		cp_out_int(o, r->quarantined);
		cp_out_int(o, r->suppressed);
		cp_out_text(o, r->rejects_file[0] != '\0' ? r->rejects_file :
		    NULL);
		cp_out_bool(o, cp_flag(call, "dry-run"));
		cp_out_json(o, cp_buf_text(&rejects), "");
		if (intake)
			rc = out_intake(o, r, err);
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_buf_clear(&rejects);
	return rc;
}

static void
say_rejects(const struct cp_call *call, const struct cp_import_report *r)
{
	struct cp_buf file;

	cp_buf_init(&file);
	for (size_t i = 0; i < r->n_first; i++) {
		const struct cp_import_reject *one = &r->first[i];

		cp_buf_reset(&file);
		cp_out_escape(&file, one->file);
		cp_say(call, "%s:%zu: %s%s%s", cp_buf_text(&file), one->line,
		    one->why.path, one->why.path[0] != '\0' ? ": " : "",
		    one->why.cause);
	}
	if (r->rejected > (int64_t)r->n_first)
		cp_say(call, "... and %lld more", (long long)(r->rejected -
		    (int64_t)r->n_first));
	if (r->quarantined > 0)
		cp_say(call, "%lld row%s set aside for a shielding officer: "
		    "`cpadmin record quarantine list'",
		    (long long)r->quarantined, r->quarantined == 1 ? " was" :
		    "s were");
	cp_buf_clear(&file);
}

/* The exit status: done, done in part, or nothing but bad rows. */
static enum cp_rc
judge(const struct cp_import_report *r, int dry_run, struct cp_err *err)
{
	int64_t good = r->created + r->updated + r->unchanged +
	    r->quarantined;
	enum cp_rc rc;

	if (r->rejected == 0)
		return CP_OK;
	rc = good > 0 ? CP_PARTIAL : CP_BAD_INPUT;
	(void)cp_fail(err, rc, "%lld of %lld rows %s rejected",
	    (long long)r->rejected, (long long)(good + r->rejected),
	    dry_run ? "would be" : "were");
	if (r->rejects_file[0] != '\0')
		cp_err_hint(err, "line, place and cause of each are in %s",
		    r->rejects_file);
	return rc;
}

static enum cp_rc
take_format(const struct cp_call *call, enum cp_import_format *format,
    struct cp_err *err)
{
	const char *word = cp_option(call, "format");

	*format = CP_IMPORT_GUESS;
	if (word == NULL)
		return CP_OK;
	if (strcmp(word, "ndjson") == 0)
		*format = CP_IMPORT_NDJSON;
	else if (strcmp(word, "csv") == 0)
		*format = CP_IMPORT_CSV;
	else
		return cp_fail(err, CP_USAGE, "--format is ndjson or csv");
	return CP_OK;
}

/* All files must be there before the first is touched. */
static enum cp_rc
check_files(const struct cp_call *call, struct cp_err *err)
{
	struct stat st;

	for (int i = 0; i < cp_arg_count(call); i++)
		if (strcmp(cp_arg(call, i), "-") != 0 &&
		    stat(cp_arg(call, i), &st) != 0)
			return cp_fail_errno(err, CP_NOT_FOUND, "%.512s",
			    cp_arg(call, i));
	return CP_OK;
}

/*
 * A trial leaves nothing in the store, and tells by its counts who might be
 * shielded: whoever is not told of that leaves word that they asked.
 */
static enum cp_rc
log_trial(struct cp_session *s, const struct cp_import_report *r,
    struct cp_err *err)
{
	struct cp_entry e = { "record.import", NULL, NULL, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	if (cp_gate_tells(&s->op))
		return CP_OK;
	cp_buf_init(&detail);
	cp_buf_printf(&detail, "{\"dry_run\":true,\"rows\":%lld,"
	    "\"quarantined\":%lld}", (long long)cp_import_rows(r),
	    (long long)r->quarantined);
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK)
		rc = cp_txn_end(s->audit, cp_audit_add(s->audit, &e, NULL,
		    err), err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
import_all(const struct cp_call *call, struct cp_session *s,
    const struct cp_rules *rules, enum cp_import_format format,
    const struct cp_shield_request *intake, struct cp_err *err)
{
	struct cp_progress progress;
	/* Why somebody is to be shielded does not stand in the open log. */
	struct cp_import_how how = { cp_flag(call, "dry-run"),
		intake == NULL ? cp_option(call, "reason") : NULL, intake,
		cp_progress_at, &progress };
	struct cp_import_report r;
	struct cp_import *im = NULL;
	enum cp_rc rc;

	cp_progress_init(&progress, call, "importing", 0);
	rc = cp_import_new(s->store, s->audit, rules, &s->now, &how, &im, err);
	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < cp_arg_count(call); i++)
		rc = cp_import_file(im, cp_arg(call, i), format, err);
	if (rc == CP_OK)
		rc = cp_import_end(im, err);
	r = *cp_import_report(im);
	cp_import_free(im);
	cp_progress_end(&progress, cp_import_rows(&r));
	if (rc == CP_OK && how.dry_run)
		rc = log_trial(s, &r, err);
	if (rc == CP_OK) {
		say_rejects(call, &r);
		say_near(call, &r);
		rc = show(call, &r, intake != NULL, err);
	} else if (r.created + r.updated > 0) {
		cp_say(call, "before that, %lld records were created and %lld "
		    "updated; run the import again", (long long)r.created,
		    (long long)r.updated);
	}
	return rc == CP_OK ? judge(&r, how.dry_run, err) : rc;
}

enum cp_rc
record_import_files(struct cp_call *call, unsigned roles,
    const struct cp_shield_request *intake, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	enum cp_import_format format;
	struct cp_rules rules;
	struct cp_session s;
	enum cp_rc rc;

	rc = take_format(call, &format, err);
	if (rc == CP_OK)
		rc = check_files(call, err);
	if (rc == CP_OK)
		rc = record_open(call, roles, &s, err);
	if (rc != CP_OK)
		return rc;
	if (intake != NULL)
		cp_officer_warn(call, &s);
	/* Else each document that is freed and made anew costs system calls:
	 * for this process only, and an import does nothing else. */
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_FREE);
	rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = import_all(call, &s, &rules, format, intake, err);
	if (intake != NULL)
		cp_session_forget(call, &s);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
record_run_import(struct cp_call *call, struct cp_err *err)
{
	return record_import_files(call, RECORD_CHANGERS, NULL, err);
}
