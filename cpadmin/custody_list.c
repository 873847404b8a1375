#include "cpadmin/custody_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"

static const struct cp_column columns[] = {
	{ "custody_id", "KEY" },
	{ "made", "MADE" },
	{ "status", "STATUS" },
	{ "threshold", "NEEDS" },
	{ "shares", "OF" },
	{ "share", "SHARE" },
	{ "holder", "HOLDER" },
	{ "drilled", "LAST DRILL" },
	{ "outcome", "OUTCOME" },
	{ "opened", NULL },
	{ "drilled_by", NULL },
	{ "made_by", NULL },
	{ "replaced_by", NULL },
	{ "replaced", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct list {
	struct cp_out *out;
	struct cp_store *store;
};

static void
or_null(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

/* The day of a time. */
static void
put_day(struct cp_out *o, const char *time)
{
	char day[CP_DATE_TEXT] = "";

	for (int i = 0; i < CP_DATE_TEXT - 1 && time[i] != '\0'; i++)
		day[i] = time[i];
	or_null(o, day);
}

static enum cp_rc
put_share(struct list *x, const struct cp_custody_row *k, int index,
    struct cp_err *err)
{
	struct cp_custody_share_row share;
	struct cp_out *o = x->out;
	enum cp_rc rc = cp_custody_share_get(x->store, k->id, index, &share,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, k->id);
	put_day(o, k->made);
	cp_out_text(o, cp_custody_status_word(k->status));
	cp_out_int(o, k->threshold);
	cp_out_int(o, k->shares);
	cp_out_int(o, index);
	or_null(o, share.holder);
	put_day(o, share.drilled);
	or_null(o, share.outcome);
	put_day(o, share.opened);
	or_null(o, share.drilled_by);
	cp_out_text(o, k->made_by);
	or_null(o, k->replaced_by);
	cp_out_date(o, k->replaced);
	return cp_out_row(o, err);
}

static enum cp_rc
put_key(void *ctx, const struct cp_custody_row *k, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 1; rc == CP_OK && i <= k->shares; i++)
		rc = put_share(ctx, k, i, err);
	return rc;
}

enum cp_rc
cp_custody_run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct list x = { NULL, NULL };
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	rc = cp_out_table(call, "custody", columns, COLUMNS, &x.out, err);
	if (rc == CP_OK)
		rc = cp_custody_row_each(s.store, put_key, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}
