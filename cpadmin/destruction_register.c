#include <stdio.h>
#include <string.h>

#include "cpadmin/destruction_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/register.h"

static const struct cp_column columns[] = {
	{ "batch", "BATCH" },
	{ "kind", "KIND" },
	{ "rule", "RULE" },
	{ "legal_basis", "LEGAL BASIS" },
	{ "policy", "POLICY" },
	{ "policy_version", NULL },
	{ "proposed", "PROPOSED" },
	{ "proposed_by", "BY" },
	{ "count", "COUNT" },
	{ "destroyed", "DESTROYED" },
	{ "excluded", "EXCLUDED" },
	{ "split", "SPLIT" },
	{ "pending", "PENDING" },
	{ "approved_by", "APPROVED BY" },
	{ "not_before", "NOT BEFORE" },
	{ "status", "STATUS" },
	{ "executed_by", "EXECUTED BY" },
	{ "finished", "FINISHED" },
	{ "outcome", "OUTCOME" },
	{ "key_gone", "KEY GONE" },
	{ "last_copy_gone", "LAST COPY GONE" },
	{ "issue", "ISSUE" },
	{ "certificate", "CERTIFICATE SHA-256" },
	{ "reason", "REASON" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* A row goes to a table, or to lines of commas. */
struct putting {
	struct cp_out *out; /* NULL: CSV */
	struct cp_buf line, names;
};

/* ---- values, one way or the other ------------------------------------------ */

static void
put_csv(struct cp_buf *b, const char *text)
{
	if (b->len > 0)
		cp_buf_putc(b, ',');
	if (text[strcspn(text, "\",\r\n")] == '\0') {
		cp_buf_puts(b, text);
		return;
	}
	cp_buf_putc(b, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			cp_buf_putc(b, '"');
		cp_buf_putc(b, *text);
	}
	cp_buf_putc(b, '"');
}

static void
put_text(struct putting *x, const char *text)
{
	if (x->out != NULL)
		cp_out_text(x->out, text[0] != '\0' ? text : NULL);
	else
		put_csv(&x->line, text);
}

static void
put_int(struct putting *x, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	if (x->out != NULL)
		cp_out_int(x->out, n);
	else
		put_csv(&x->line, text);
}

static void
put_date(struct putting *x, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	put_text(x, cp_date_set(d) ? cp_date_format(d, text) : "");
}

static void
put_names(struct putting *x, const char *names)
{
	if (x->out == NULL) {
		put_csv(&x->line, names);
		return;
	}
	cp_buf_reset(&x->names);
	cp_destruction_names(&x->names, names);
	cp_out_json(x->out, cp_buf_text(&x->names), names);
}

static enum cp_rc
end_row(struct putting *x, struct cp_err *err)
{
	if (x->out != NULL)
		return cp_out_row(x->out, err);
	cp_buf_puts(&x->line, "\r\n");
	if (cp_buf_check(&x->line, err) != CP_OK)
		return err->code;
	if (fwrite(x->line.data, 1, x->line.len, stdout) != x->line.len)
		return cp_fail_errno(err, CP_FAILED, "standard output");
	cp_buf_reset(&x->line);
	return CP_OK;
}

static enum cp_rc
put_row(void *ctx, const struct cp_register_row *r, struct cp_err *err)
{
	const struct cp_batch *b = r->batch;
	struct putting *x = ctx;

	put_text(x, b->id);
	put_text(x, b->kind);
	put_text(x, r->rule);
	put_text(x, b->legal_basis);
	put_text(x, b->policy);
	put_text(x, b->policy_version);
	put_date(x, b->proposed);
	put_text(x, b->proposed_by);
	put_int(x, b->count);
	put_int(x, r->destroyed);
	put_int(x, r->excluded);
	put_int(x, r->split);
	put_int(x, r->pending);
	put_names(x, r->approved_by);
	put_date(x, b->not_before);
	put_text(x, b->status);
	put_text(x, b->executed_by);
	put_text(x, b->finished);
	put_text(x, b->outcome);
	put_text(x, r->key_gone);
	put_text(x, r->last_copy_gone);
	if (r->issue > 0)
		put_int(x, r->issue);
	else
		put_text(x, "");
	put_text(x, r->certificate);
	put_text(x, b->reason);
	return end_row(x, err);
}

/* ---- the verb -------------------------------------------------------------- */

static enum cp_rc
begin(const struct cp_call *call, struct putting *x, struct cp_err *err)
{
	if (!cp_flag(call, "csv"))
		return cp_out_table(call, "destruction-register", columns,
		    COLUMNS, &x->out, err);
	if (cp_wants_json(call))
		return cp_fail(err, CP_USAGE, "--csv or --json, not both");
	for (int i = 0; i < COLUMNS; i++)
		put_csv(&x->line, columns[i].key);
	return end_row(x, err);
}

static enum cp_rc
finish(struct putting *x, struct cp_err *err)
{
	if (x->out != NULL)
		return cp_out_end(&x->out, err);
	return fflush(stdout) == 0 ? CP_OK : cp_fail_errno(err, CP_FAILED,
	    "standard output");
}

static enum cp_rc
take_dates(const struct cp_call *call, struct cp_date *since,
    struct cp_date *until, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (cp_option(call, "since") != NULL)
		rc = cp_take_date(call, "since", since, err);
	if (rc == CP_OK && cp_option(call, "until") != NULL)
		rc = cp_take_date(call, "until", until, err);
	return rc;
}

enum cp_rc
cp_destruction_register(struct cp_call *call, struct cp_err *err)
{
	struct cp_date since = { 0 }, until = { 0 };
	struct putting x = { .out = NULL };
	struct cp_session s;
	enum cp_rc rc = take_dates(call, &since, &until, err);

	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&x.line);
	cp_buf_init(&x.names);
	rc = begin(call, &x, err);
	if (rc == CP_OK)
		rc = cp_register_each(s.store, since, until, put_row, &x, err);
	if (rc == CP_OK)
		rc = finish(&x, err);
	cp_out_free(x.out);
	cp_buf_clear(&x.line);
	cp_buf_clear(&x.names);
	cp_session_close(&s);
	return rc;
}
