#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "cpadmin/ledger.h"
#include "cpadmin/places.h"
#include "lifecycle/records/statement.h"
#include "lifecycle/store/json_put.h"

/* ---- the words that come with the program ------------------------------- */

/* statements/VERSION.txt beside the policies; 0 where it is not there, or
 * VERSION is no file's name. */
static int
find_file(const char *version, char *out, size_t cap)
{
	static const char *const beside[] = { "/../policies",
		"/../../policies", "/../share/cpadmin/policies" };
	const char *dir = getenv("CPADMIN_POLICIES");
	char program[PATH_MAX] = "";
	struct cp_err ignored;
	int only = dir != NULL && dir[0] != '\0';

	if (version[0] == '.' || version[strspn(version,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    ".-_")] != '\0')
		return 0;
	if (!only && cp_place_program(program, sizeof(program), &ignored) !=
	    CP_OK)
		cp_err_clear(&ignored);
	for (size_t i = 0; i <= sizeof(beside) / sizeof(beside[0]); i++) {
		const char *place = i < 3 ? beside[i] : CP_PREFIX
		    "/share/cpadmin/policies";
		int n = snprintf(out, cap, "%s%s/statements/%s.txt",
		    only ? dir : i < 3 ? program : "", only ? "" : place,
		    version);

		if (n > 0 && (size_t)n < cap && access(out, R_OK) == 0)
			return 1;
		if (only)
			break;
	}
	return 0;
}

/* ---- keeping ------------------------------------------------------------ */

static enum cp_rc
log_kept(struct cp_ledger *l, const char *version, int words,
    struct cp_err *err)
{
	struct cp_entry e = { "consent.statement", NULL, NULL, NULL };
	struct cp_statement st;
	struct cp_buf detail;
	int found;
	enum cp_rc rc = cp_statement_get(l->s.store, version, &st, NULL,
	    &found, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "version", version);
	cp_json_put_member(&detail, "sha256", words ? st.sha256 : NULL);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(l->s.audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
keep(struct cp_ledger *l, const char *version, const struct cp_buf *text,
    int *newly, struct cp_err *err)
{
	enum cp_rc rc = cp_statement_keep(l->s.store, version, text != NULL ?
	    cp_buf_text(text) : NULL, text != NULL ? text->len : 0,
	    l->s.op.name, &l->s.now, newly, err);

	return rc == CP_OK && *newly ? log_kept(l, version, text != NULL,
	    err) : rc;
}

enum cp_rc
cp_ledger_statement(struct cp_ledger *l, const char *version, int *kept,
    struct cp_err *err)
{
	struct cp_statement st = { .kept = 0 };
	char path[PATH_MAX];
	struct cp_buf text;
	struct cp_err why;
	int found = 0, newly = 0;
	enum cp_rc rc = cp_statement_get(l->s.store, version, &st, NULL,
	    &found, err);

	*kept = found && st.kept;
	if (rc != CP_OK || *kept)
		return rc;
	cp_buf_init(&text);
	/* A file that cannot be taken is as none: the consent was given. */
	if (find_file(version, path, sizeof(path)) &&
	    cp_file_read(path, CP_STATEMENT_MAX, &text, &why) == CP_OK &&
	    keep(l, version, &text, &newly, &why) == CP_OK)
		*kept = 1;
	else
		rc = keep(l, version, NULL, &newly, err);
	cp_buf_clear(&text);
	return rc;
}

/* ---- the verb ----------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	{ "version", "VERSION" },
	{ "kept", "WORDS KEPT" },
	{ "added", "ADDED" },
	{ "added_by", "ADDED BY" },
	{ "sha256", NULL },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

static void
out_row(struct cp_out *o, const struct cp_statement *st)
{
	cp_out_text(o, st->version);
	cp_out_bool(o, st->kept);
	cp_out_text(o, st->added);
	cp_out_text(o, st->added_by);
	cp_out_text(o, st->kept ? st->sha256 : NULL);
}

static enum cp_rc
list_one(void *ctx, const struct cp_statement *st, struct cp_err *err)
{
	out_row(ctx, st);
	return cp_out_row(ctx, err);
}

static enum cp_rc
list(struct cp_call *call, struct cp_ledger *l, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_table(call, "statements", list_columns,
	    LIST_COLUMNS, &o, err);

	if (rc == CP_OK)
		rc = cp_statement_each(l->s.store, list_one, o, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static const struct cp_column show_columns[] = {
	{ "version", "VERSION" },
	{ "kept", "WORDS KEPT" },
	{ "added", "ADDED" },
	{ "added_by", "ADDED BY" },
	{ "sha256", NULL },
	{ "text", NULL },
};
enum { SHOW_COLUMNS = sizeof(show_columns) / sizeof(show_columns[0]) };

/* Verbatim, to be printed: what could disturb a terminal was never let in. */
static enum cp_rc
print(struct cp_call *call, const struct cp_statement *st,
    const struct cp_buf *text, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;

	if (!cp_wants_json(call))
		return fwrite(text->data, 1, text->len, stdout) == text->len &&
		    fflush(stdout) == 0 ? CP_OK : cp_fail_errno(err,
		    CP_FAILED, "cannot write the result");
	rc = cp_out_object(call, "statement", show_columns, SHOW_COLUMNS, &o,
	    err);
	if (rc == CP_OK) {
		out_row(o, st);
		cp_out_text(o, cp_buf_text(text));
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	return rc;
}

static enum cp_rc
show(struct cp_call *call, struct cp_ledger *l, const char *version,
    struct cp_err *err)
{
	struct cp_statement st = { .kept = 0 };
	struct cp_buf text;
	int found = 0;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_statement_get(l->s.store, version, &st, &text, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no such statement");
	if (rc == CP_OK && !st.kept) {
		rc = cp_fail(err, CP_NOT_FOUND, "the words of statement %s are "
		    "not kept here", st.version);
		cp_err_hint(err, "keep them with `cpadmin consent statement "
		    "add %s FILE'", st.version);
	}
	if (rc == CP_OK)
		rc = print(call, &st, &text, err);
	cp_buf_clear(&text);
	return rc;
}

static const struct cp_column add_columns[] = {
	{ "version", "VERSION" },
	{ "added", "NEWLY KEPT" },
	{ "sha256", "SHA-256" },
};

static enum cp_rc
show_added(struct cp_call *call, const struct cp_statement *st, int newly,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "statement-added", add_columns, 3,
	    &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, st->version);
	cp_out_bool(o, newly);
	cp_out_text(o, st->sha256);
	return cp_out_end(&o, err);
}

static enum cp_rc
add(struct cp_call *call, struct cp_ledger *l, const char *version,
    const char *path, struct cp_err *err)
{
	struct cp_statement st = { .kept = 0 };
	struct cp_buf text;
	int newly = 0, found = 0;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_file_read(path, CP_STATEMENT_MAX, &text, err);
	if (rc == CP_OK && strlen(cp_buf_text(&text)) != text.len)
		rc = cp_fail(err, CP_BAD_INPUT, "a statement is text");
	if (rc == CP_OK)
		rc = keep(l, version, &text, &newly, err);
	if (rc == CP_OK)
		rc = cp_statement_get(l->s.store, version, &st, NULL, &found,
		    err);
	if (rc == CP_OK)
		rc = cp_txn_commit(l->s.audit, err);
	if (rc == CP_OK)
		rc = show_added(call, &st, newly, err);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_consent_run_statement(struct cp_call *call, struct cp_err *err)
{
	static const struct { const char *word; int args; } actions[] = {
		{ "list", 1 }, { "show", 2 }, { "add", 3 } };
	const char *word = cp_arg(call, 0);
	struct cp_ledger l;
	size_t i = 0;
	enum cp_rc rc;

	while (i < 3 && strcmp(word, actions[i].word) != 0)
		i++;
	if (i == 3)
		return cp_fail(err, CP_USAGE, "list, show VERSION or add "
		    "VERSION FILE");
	if (cp_arg_count(call) != actions[i].args)
		return cp_fail(err, CP_USAGE, "statement %s takes %s", word,
		    i == 0 ? "nothing more" : i == 1 ? "VERSION" :
		    "VERSION and FILE");
	rc = cp_ledger_open(call, i == 2 ? CP_STORE_WRITE : CP_STORE_READ,
	    NULL, &l, err);
	if (rc != CP_OK)
		return rc;
	rc = i == 0 ? list(call, &l, err) :
	    i == 1 ? show(call, &l, cp_arg(call, 1), err) :
	    add(call, &l, cp_arg(call, 1), cp_arg(call, 2), err);
	cp_ledger_close(&l);
	return rc;
}
