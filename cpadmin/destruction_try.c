/* CP_NEEDS_ARCHIVE: payloads are read. */
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "cpadmin/destruction_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/trial.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/store_copy.h"

static const struct cp_column columns[] = {
	{ "batch", "Batch" },
	{ "custody_id", "Custody key" },
	{ "tried", "Packages tried" },
	{ "opened", "Opened" },
	{ "gone", "Headers gone" },
	{ "shelf_destroyed", "Headers whose shelf is destroyed" },
	{ "other_key", "Headers of another key" },
	{ "damaged", "Headers damaged" },
	{ "shelves_live", "Shelves that live" },
	{ "issue", "Certificate issued" },
	{ "outcome", "Its outcome" },
	{ "items", NULL },
};

enum { SHELVES = 12 };
struct trial {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_batch batch;
	struct cp_opener opener;
	struct cp_store *copy;
	int lock;
	struct cp_buf items;
	int shelves[SHELVES]; /* that live, of what opened */
	int n_shelves;
};

/* ---- what is tried --------------------------------------------------------- */

static void
note_shelf(struct trial *x, int month)
{
	for (int i = 0; i < x->n_shelves; i++)
		if (x->shelves[i] == month)
			return;
	if (x->n_shelves < SHELVES)
		x->shelves[x->n_shelves++] = month;
}

static enum cp_rc
put_item(void *ctx, const struct cp_trial_item *i, struct cp_err *err)
{
	struct trial *x = ctx;
	struct cp_buf *b = &x->items;

	cp_json_open(b, '{');
	cp_json_put_member(b, "package", i->parcel->id);
	cp_json_put_member(b, "id", i->parcel->record_id);
	cp_json_put_member(b, "from", i->from);
	cp_json_put_member(b, "result", cp_trial_word(i->result));
	cp_json_put_key(b, "shelf");
	if (i->shelf != 0)
		cp_json_put_int(b, i->shelf);
	else
		cp_json_put_null(b);
	cp_json_put_key(b, "payload");
	cp_json_put_bool(b, i->payload);
	cp_json_close(b, '}');
	if (i->result == CP_TRIAL_OPENS)
		note_shelf(x, i->shelf);
	return cp_buf_check(b, err);
}

/* ---- what came of it ------------------------------------------------------- */

static void
put_shelves(const struct trial *x, struct cp_out *o, struct cp_buf *json)
{
	cp_buf_reset(json);
	cp_json_open(json, '[');
	for (int i = 0; i < x->n_shelves; i++)
		cp_json_put_int(json, x->shelves[i]);
	cp_json_close(json, ']');
	cp_out_ids(o, cp_buf_text(json));
}

static enum cp_rc
show(struct trial *x, const struct cp_trial_sum *sum, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_buf json;
	enum cp_rc rc = cp_out_object(x->call, "destruction-trial", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&json);
	cp_json_close(&x->items, ']');
	cp_out_text(o, x->batch.id);
	cp_out_text(o, x->opener.custody.id);
	cp_out_int(o, sum->tried);
	cp_out_int(o, sum->opened);
	cp_out_int(o, sum->count[CP_TRIAL_GONE]);
	cp_out_int(o, sum->count[CP_TRIAL_DEAD]);
	cp_out_int(o, sum->count[CP_TRIAL_OTHER_KEY]);
	cp_out_int(o, sum->count[CP_TRIAL_DAMAGED]);
	put_shelves(x, o, &json);
	if (sum->issue > 0)
		cp_out_int(o, sum->issue);
	else
		cp_out_text(o, NULL);
	cp_out_text(o, sum->issue > 0 ? sum->outcome : NULL);
	cp_out_json(o, cp_buf_text(&x->items), NULL);
	rc = cp_buf_check(&x->items, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_buf_clear(&json);
	cp_out_free(o);
	return rc;
}

static void
tell(struct trial *x, const struct cp_trial_sum *sum)
{
	struct cp_date next;

	if (sum->opened == 0)
		cp_say(x->call, "failed, as it must: %lld of %lld",
		    (long long)sum->tried, (long long)sum->tried);
	for (int i = 0; i < x->n_shelves; i++) {
		next = cp_date_add_months(cp_date_make(x->shelves[i] / 100,
		    x->shelves[i] % 100, 1), 1);
		if (cp_date_cmp(next, x->s.now.today) > 0)
			cp_say(x->call, "opens: shelf %d lives until its month "
			    "is over", x->shelves[i]);
		else
			cp_say(x->call, "opens: shelf %d lives, and its month "
			    "is over", x->shelves[i]);
	}
	if (sum->count[CP_TRIAL_OTHER_KEY] > 0)
		cp_say(x->call, "headers of another custody key were not "
		    "tried with theirs: name it with --custody");
}

static enum cp_rc
judge(const struct trial *x, const struct cp_trial_sum *sum,
    struct cp_err *err)
{
	if (!sum->refuted)
		return CP_OK;
	(void)cp_fail(err, CP_CORRUPT, "batch %s: %lld of %lld packages "
	    "opened, though its certificate says that their keys are gone",
	    x->batch.id, (long long)sum->opened, (long long)sum->tried);
	cp_err_hint(err, "certificate %lld says so now: %s; find out where "
	    "the key came from", (long long)sum->issue, sum->outcome);
	return CP_CORRUPT;
}

/* ---- the verb -------------------------------------------------------------- */

static enum cp_rc
lock_store(struct trial *x, struct cp_err *err)
{
	char path[4200];
	enum cp_rc rc = cp_store_path(x->s.store, path, sizeof(path), err,
	    "run.lock");

	if (rc == CP_OK)
		rc = cp_file_lock(path, &x->lock, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "a retention run is at work; try again when "
		    "it has ended");
	return rc;
}

static enum cp_rc
unlock(struct trial *x, struct cp_err *err)
{
	const char *id = cp_option(x->call, "custody");
	struct cp_custody_public custody;
	struct cp_secret *identity = NULL;
	enum cp_rc rc = cp_custody_load(x->opener.keys_dir, id, &custody, err);

	if (rc == CP_OK)
		rc = cp_unlock(x->call, &x->s, x->opener.keys_dir, &custody,
		    &identity, err);
	if (rc == CP_OK)
		cp_opener_unlock(&x->opener, &custody, &identity);
	return rc;
}

static enum cp_rc
begin(struct trial *x, struct cp_err *err)
{
	const char *copy = cp_option(x->call, "headers");
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ROLE_APPROVER |
	    CP_ROLE_DPO | CP_ROLE_AUDITOR | CP_ROLE_CUSTODIAN, err);

	if (rc == CP_OK)
		rc = cp_batch_get(x->s.store, cp_arg(x->call, 0), &x->batch,
		    err);
	if (rc == CP_OK && copy != NULL)
		rc = cp_store_open_copy(copy, &x->copy, err);
	if (rc == CP_OK)
		rc = lock_store(x, err);
	if (rc == CP_OK)
		rc = cp_opener_open(x->s.store, &x->opener, err);
	return rc == CP_OK ? unlock(x, err) : rc;
}

static enum cp_rc
work(struct trial *x, struct cp_err *err)
{
	const char *name = cp_option(x->call, "headers");
	struct cp_trial t = { .with = { x->s.store, x->s.audit,
		&x->s.settings, &x->s.now, NULL }, .op = &x->s.op,
		.opener = &x->opener };
	struct cp_trial_sum sum;
	enum cp_rc rc = begin(x, err);

	if (rc != CP_OK)
		return rc;
	t.with.ring = x->opener.ring;
	t.copy = x->copy;
	if (name != NULL && strrchr(name, '/') != NULL)
		name = strrchr(name, '/') + 1;
	t.copy_name = name;
	cp_json_open(&x->items, '[');
	rc = cp_trial_run(&t, &x->batch, put_item, x, &sum, err);
	if (rc != CP_OK)
		return rc;
	rc = show(x, &sum, err);
	tell(x, &sum);
	return rc == CP_OK ? judge(x, &sum, err) : rc;
}

enum cp_rc
cp_destruction_try(struct cp_call *call, struct cp_err *err)
{
	struct trial x = { .call = call, .lock = -1 };
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, &x.s, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&x.items);
	rc = work(&x, err);
	cp_opener_close(&x.opener);
	cp_store_free(x.copy);
	if (x.lock >= 0)
		(void)close(x.lock); /* nothing was written */
	cp_buf_clear(&x.items);
	cp_session_close(&x.s);
	return rc;
}
