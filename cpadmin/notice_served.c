#include <stdlib.h>
#include <string.h>

#include "cpadmin/notice_row.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/printing.h"

/* notice served, returned, suppress: what became of a letter. */

/* What a verb does to one; in a transaction. */
struct change {
	struct cp_notices *x;
	unsigned statuses; /* what somebody may mean who names a record */
	enum cp_rc (*fn)(struct change *c, const struct cp_notice *n,
	    struct cp_err *err);
	struct cp_date date;
	const char *word; /* route, why or reason */
	int64_t *done;    /* numbers, owned */
	size_t n;
};

/* All that are named, or none. */
static enum cp_rc
change_all(struct change *c, struct cp_err *err)
{
	int count = cp_arg_count(c->x->call);
	struct cp_notice n;
	enum cp_rc rc = CP_OK;

	c->done = calloc((size_t)count + 1, sizeof(*c->done));
	if (c->done == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int i = 0; i < count && rc == CP_OK; i++) {
		rc = cp_notices_named(c->x, cp_arg(c->x->call, i),
		    c->statuses, &n, err);
		if (rc == CP_OK)
			rc = c->fn(c, &n, err);
		if (rc == CP_OK)
			c->done[c->n++] = n.n;
	}
	return rc;
}

/* In one transaction; of a dry run nothing stays. */
static enum cp_rc
apply(struct change *c, struct cp_err *err)
{
	struct cp_notices *x = c->x;
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	if (rc == CP_OK)
		rc = change_all(c, err);
	if (rc == CP_OK && cp_flag(x->call, "dry-run")) {
		rc = cp_notices_show(x, c->done, c->n, err);
		cp_txn_rollback(x->s.audit);
		if (rc == CP_OK)
			cp_say(x->call, "nothing was changed");
		return rc;
	}
	rc = cp_txn_end(x->s.audit, rc, err);
	return rc == CP_OK ? cp_notices_show(x, c->done, c->n, err) : rc;
}

/* ---- served ------------------------------------------------------------------- */

static enum cp_rc
serve(struct change *c, const struct cp_notice *n, struct cp_err *err)
{
	return cp_notice_served(&c->x->c, n, c->date, c->word, err);
}

static const struct cp_column run_columns[] = {
	{ "run", "Print run" },
	{ "date", "Served on" },
	{ "count", "Letters" },
	{ "dry_run", NULL },
};

static enum cp_rc
serve_run(struct cp_notices *x, const char *text, struct cp_date date,
    struct cp_err *err)
{
	int64_t run = cp_print_run_parse(text), count = 0;
	int dry = cp_flag(x->call, "dry-run");
	struct cp_out *o = NULL;
	enum cp_rc rc;

	if (run == 0)
		return cp_fail(err, CP_USAGE, "--run is no print run: R-0001");
	rc = cp_txn_begin(x->s.audit, err);
	if (rc == CP_OK)
		rc = cp_notice_served_run(&x->c, run, date, &count, err);
	if (rc == CP_OK && count == 0) {
		rc = cp_fail(err, CP_REFUSED, "no letter of %s waits to be "
		    "served", text);
		cp_err_hint(err, "`cpadmin notice runs' has all print runs");
	}
	if (rc == CP_OK && dry)
		cp_txn_rollback(x->s.audit);
	else
		rc = cp_txn_end(x->s.audit, rc, err);
	if (rc == CP_OK)
		rc = cp_out_object(x->call, "notices-served", run_columns,
		    sizeof(run_columns) / sizeof(run_columns[0]), &o, err);
	if (rc == CP_OK) {
		cp_out_text(o, text);
		cp_out_date(o, date);
		cp_out_int(o, count);
		cp_out_bool(o, dry);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	if (rc == CP_OK && dry)
		cp_say(x->call, "nothing was changed");
	return rc;
}

/* What is asked for, before anything is opened. */
static enum cp_rc
take_served(const struct cp_call *call, struct change *c, struct cp_err *err)
{
	const char *run = cp_option(call, "run");

	c->word = cp_option(call, "route");
	if ((run != NULL) == (cp_arg_count(call) > 0))
		return cp_fail(err, CP_USAGE, "name either notices or a print "
		    "run");
	if (c->word == NULL)
		c->word = "post";
	else if (run != NULL)
		return cp_fail(err, CP_USAGE, "--route is of single letters");
	if (strcmp(c->word, "hand") != 0 && strcmp(c->word, "post") != 0)
		return cp_fail(err, CP_USAGE, "--route is hand or post");
	c->statuses = CP_NOTICE_IS(CP_NOTICE_ISSUED);
	if (strcmp(c->word, "hand") == 0)
		c->statuses |= CP_NOTICE_IS(CP_NOTICE_OWED);
	c->fn = serve;
	return CP_OK;
}

enum cp_rc
cp_notice_run_served(struct cp_call *call, struct cp_err *err)
{
	struct change c = { .n = 0 };
	struct cp_notices x;
	enum cp_rc rc = take_served(call, &c, err);

	if (rc == CP_OK)
		rc = cp_notices_open(call, CP_STORE_WRITE, CP_NOTICE_SENDERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	c.x = &x;
	rc = cp_notices_date(&x, &c.date, err);
	if (rc == CP_OK && cp_option(call, "run") != NULL)
		rc = serve_run(&x, cp_option(call, "run"), c.date, err);
	else if (rc == CP_OK)
		rc = apply(&c, err);
	free(c.done);
	cp_notices_close(&x);
	return rc;
}

/* ---- returned ----------------------------------------------------------------- */

static enum cp_rc
take_back(struct change *c, const struct cp_notice *n, struct cp_err *err)
{
	return cp_notice_returned(&c->x->c, n, c->date, c->word, err);
}

enum cp_rc
cp_notice_run_returned(struct cp_call *call, struct cp_err *err)
{
	struct change c = { .fn = take_back,
		.statuses = CP_NOTICE_IS(CP_NOTICE_ISSUED) |
		CP_NOTICE_IS(CP_NOTICE_SERVED) };
	struct cp_notices x;
	enum cp_rc rc = cp_option_required(call, "why", &c.word, err);

	if (rc == CP_OK && !cp_notice_returned_word(c.word))
		rc = cp_fail(err, CP_USAGE, "--why is gone-away, not-known, "
		    "refused, address or other");
	if (rc == CP_OK)
		rc = cp_notices_open(call, CP_STORE_WRITE, CP_NOTICE_SENDERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	c.x = &x;
	rc = cp_notices_date(&x, &c.date, err);
	if (rc == CP_OK)
		rc = apply(&c, err);
	if (rc == CP_OK)
		cp_say(call, "it is owed again once another address is known");
	free(c.done);
	cp_notices_close(&x);
	return rc;
}

/* ---- suppress ----------------------------------------------------------------- */

static enum cp_rc
suppress(struct change *c, const struct cp_notice *n, struct cp_err *err)
{
	return cp_notice_suppress(&c->x->c, n, c->word, err);
}

enum cp_rc
cp_notice_run_suppress(struct cp_call *call, struct cp_err *err)
{
	struct change c = { .fn = suppress,
		.statuses = CP_NOTICE_IS(CP_NOTICE_OWED) };
	struct cp_notices x;
	enum cp_rc rc = cp_session_reason(call, &c.word, err);

	if (rc == CP_OK)
		rc = cp_notices_open(call, CP_STORE_WRITE, CP_NOTICE_SENDERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	c.x = &x;
	rc = apply(&c, err);
	free(c.done);
	cp_notices_close(&x);
	return rc;
}
