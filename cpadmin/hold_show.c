#include <stdio.h>
#include <stdlib.h>

#include "cpadmin/hold_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "lifecycle/store/json_put.h"

/* ---- list ---------------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	CP_HOLD_COLUMNS,
	{ "suspends", "SUSPENDS" },
	{ "because_true", NULL },
	{ "because_unknown", "NOT KNOWN" },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

struct list {
	const struct cp_tallies *tallies;
	struct cp_out *out;
};

static void
put_count(struct cp_out *o, struct cp_hold_count c)
{
	cp_out_int(o, c.certain + c.unknown);
	cp_out_int(o, c.certain);
	cp_out_int(o, c.unknown);
}

static enum cp_rc
list_one(void *ctx, const struct cp_hold *h, struct cp_err *err)
{
	struct list *x = ctx;

	cp_hold_put(x->out, h, NULL);
	put_count(x->out, cp_tallies_of(x->tallies, h->n));
	return cp_out_row(x->out, err);
}

static enum cp_rc
list(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_tallies *tallies = NULL;
	struct list x = { NULL, NULL };
	struct cp_progress p;
	struct cp_hold_watch w = { .progress = cp_progress_at,
		.progress_ctx = &p };
	enum cp_rc rc;

	cp_progress_init(&p, call, "held records looked at", 0);
	rc = cp_tallies_take(s->store, &w, &tallies, err);
	cp_progress_end(&p, 0);
	x.tallies = tallies;
	if (rc == CP_OK)
		rc = cp_out_table(call, "holds", list_columns, LIST_COLUMNS,
		    &x.out, err);
	if (rc == CP_OK)
		rc = cp_hold_each(s->store, list_one, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_tallies_free(tallies);
	return rc;
}

enum cp_rc
cp_hold_run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = list(call, &s, err);
	cp_session_close(&s);
	return rc;
}

/* ---- show ---------------------------------------------------------------- */

static const struct cp_column show_columns[] = {
	{ "hold", "Hold" },
	{ "scope", "Scope" },
	{ "record", "Record" },
	{ "authority", "Authority" },
	{ "where", "Where" },
	{ "placed", "Placed" },
	{ "placed_by", "Placed by" },
	{ "review", "Review" },
	{ "status", "Status" },
	{ "released", "Released" },
	{ "request", "Ends with request" },
	{ "released_by", "Released by" },
	{ "release_reason", "Released because" },
	{ "reason", "Reason" },
	{ "legal_basis", "Legal basis" },
	{ "contact", "Contact" },
	{ "suspends", "Suspends" },
	{ "because_true", "Because it covers them" },
	{ "because_unknown", "Because it is not known" },
	{ "records", "Records" },
	{ "records_left_out", NULL },
};
enum { SHOW_COLUMNS = sizeof(show_columns) / sizeof(show_columns[0]) };

/* So many are named; `retention plan' names all. */
enum { NAMED_MAX = 1000, LINE = CP_ID_MAX + 32 };

struct named {
	const struct cp_operator *op;
	char (*lines)[LINE];
	size_t n;
	int64_t all;
	struct cp_buf json;
};

static enum cp_rc
name_one(void *ctx, const char *id, const char *authority, enum cp_truth why,
    struct cp_err *err)
{
	const char *word = why == CP_TRUE ? "true" : "unknown";
	struct named *x = ctx;

	(void)err;
	x->all++;
	if (x->n == NAMED_MAX || !cp_operator_reaches(x->op, authority))
		return CP_OK;
	cp_json_open(&x->json, '{');
	cp_json_put_member(&x->json, "id", id);
	cp_json_put_member(&x->json, "why", word);
	cp_json_close(&x->json, '}');
	(void)snprintf(x->lines[x->n++], LINE, "%s%s", id,
	    why == CP_TRUE ? "" : " (not known)");
	return CP_OK;
}

static void
put_named(struct cp_out *o, const struct named *x)
{
	const char *lines[NAMED_MAX];

	for (size_t i = 0; i < x->n; i++)
		lines[i] = x->lines[i];
	cp_out_lines(o, cp_buf_text(&x->json), lines, x->n);
	cp_out_int(o, x->all - (int64_t)x->n);
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static enum cp_rc
put(const struct cp_call *call, const struct cp_hold *h,
    struct cp_hold_count count, const struct named *x, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "hold", show_columns,
	    SHOW_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_hold_put(o, h, NULL);
	cp_out_text(o, or_null(h->released_by));
	cp_out_text(o, or_null(h->release_reason));
	cp_out_text(o, h->reason);
	cp_out_text(o, h->legal_basis);
	cp_out_text(o, h->contact);
	put_count(o, count);
	put_named(o, x);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
show(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_hold_count count = { 0, 0 };
	struct cp_progress p;
	struct named x = { .op = &s->op };
	struct cp_hold_watch w = { name_one, &x, cp_progress_at, &p };
	struct cp_hold h;
	enum cp_rc rc = cp_hold_get(s->store, cp_arg(call, 0), &h, err);

	if (rc != CP_OK)
		return rc;
	x.lines = calloc(NAMED_MAX, sizeof(*x.lines));
	if (x.lines == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&x.json);
	cp_json_open(&x.json, '[');
	cp_progress_init(&p, call, "held records looked at", 0);
	if (!cp_date_set(h.released))
		rc = cp_hold_suspends(s->store, &h, &w, &count, err);
	cp_progress_end(&p, 0);
	cp_json_close(&x.json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(&x.json, err);
	if (rc == CP_OK)
		rc = put(call, &h, count, &x, err);
	if (rc == CP_OK && x.all > (int64_t)x.n)
		cp_say(call, "%lld records are not named here; `cpadmin "
		    "retention plan' lists what is held",
		    (long long)(x.all - (int64_t)x.n));
	cp_buf_clear(&x.json);
	free(x.lines);
	return rc;
}

enum cp_rc
cp_hold_run_show(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = show(call, &s, err);
	cp_session_close(&s);
	return rc;
}
