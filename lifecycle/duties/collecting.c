#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/gate.h"

/* ---- whom ---------------------------------------------------------------- */

static const char *
found_word(const struct cp_record *r)
{
	return r->n == 0 ? "none" : r->state == CP_STATE_LIVE ? "live" :
	    r->state == CP_STATE_ARCHIVED ? "archived" : "destroyed";
}

/* The subjects; where one of them is shielded from who asks, no place of any
 * of them is told. */
static enum cp_rc
load_subjects(struct collecting *x, int shielded[CP_SAR_SUBJECTS],
    struct cp_err *err)
{
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	struct cp_store *s = x->with->change->store;
	struct cp_collection *c = x->coll;
	struct cp_shield shield;
	int placeless = 0;
	size_t n = 0;
	enum cp_rc rc = cp_sar_subjects(s, x->with->sar, who, &n, err);

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		struct cp_collected_subject *to = &c->subject[i];

		c->n_subjects = i + 1;
		to->who = who[i];
		shielded[i] = 0;
		if (who[i].record == 0)
			continue;
		rc = cp_record_at(s, who[i].record, &to->record, err);
		if (rc == CP_OK)
			rc = cp_shield_of(s, to->record.n, &shield, err);
		if (rc != CP_OK)
			break;
		shielded[i] = shield.n != 0;
		placeless |= shielded[i] && !who[i].safe;
	}
	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		c->subject[i].placeless = placeless;
		/* Safe about one child is not safe about another. */
		if (placeless)
			c->subject[i].who.safe = 0;
		(void)memcpy(c->subject[i].who.found, found_word(
		    &c->subject[i].record), strlen(found_word(
		    &c->subject[i].record)) + 1);
	}
	return rc;
}

/* ---- what is held -------------------------------------------------------- */

enum cp_rc
collecting_take_log(void *ctx, int64_t n, const char *at, const char *text,
    size_t len, struct cp_err *err)
{
	struct cp_json *all = ctx, *list = NULL, *one = NULL;
	struct cp_buf b;
	enum cp_rc rc = cp_json_parse(text, len, &list, err);

	(void)n;
	(void)at;
	cp_buf_init(&b);
	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		cp_buf_reset(&b);
		cp_json_dump(cp_json_at(list, i), &b);
		rc = cp_json_parse(cp_buf_text(&b), b.len, &one, err);
		if (rc == CP_OK)
			rc = cp_json_give(all, NULL, &one, err);
	}
	cp_buf_clear(&b);
	cp_json_free(list);
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	return rc;
}

/* Of a live record, with what is hidden. */
static enum cp_rc
open_live(struct collecting *x, const struct cp_record *r,
    struct collecting_held *out, struct cp_err *err)
{
	struct cp_store *s = x->with->change->store;
	enum cp_rc rc;

	if (x->with->identity == NULL) {
		cp_fail(err, CP_KEY, "what is hidden of %s is to be in the "
		    "answer, and only a shielding officer opens it", r->id);
		cp_err_hint(err, "an officer runs it, with their passphrase");
		return CP_KEY;
	}
	rc = cp_gate_reveal(s, r, x->with->identity, &out->doc, err);
	if (rc != CP_OK)
		return rc;
	out->opened = 1;
	out->hidden_log = cp_json_new_array();
	if (out->hidden_log == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	return cp_compartment_each(s, r->n, CP_COMPARTMENT_LOG,
	    x->with->identity, collecting_take_log, out->hidden_log, err);
}

static enum cp_rc
read_held(struct collecting *x, const struct cp_collected_subject *s,
    int shielded, struct collecting_held *out, struct cp_err *err)
{
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	if (s->record.state == CP_STATE_ARCHIVED)
		return cp_collect_archived(x, s, out, err);
	if (s->record.state != CP_STATE_LIVE)
		return CP_OK;
	/* Before its shields are set nothing of an authority is told. */
	rc = cp_gate_open(x->with->change->store, s->record.authority, err);
	if (rc != CP_OK)
		return rc;
	out->found = 1;
	if (shielded && s->who.safe)
		return open_live(x, &s->record, out, err);
	return cp_gate_document(x->with->change->store, &s->record,
	    CP_FOR_ACCESS, &out->doc, err);
}

/* ---- the parts ----------------------------------------------------------- */

static enum cp_rc
put_parts(struct collecting *x, struct cp_err *err)
{
	typedef enum cp_rc part_fn(struct collecting *, struct cp_err *);
	static part_fn *const parts[] = { collecting_document,
		collecting_consents, collecting_shield, collecting_notices,
		collecting_holds, collecting_requests };
	enum cp_rc rc = collecting_refuge(x, err);

	collecting_mentions(x);
	if (rc == CP_OK)
		rc = collecting_about(x, err);
	for (size_t i = 0; rc == CP_OK && i < sizeof(parts) / sizeof(parts[0]);
	    i++)
		rc = parts[i](x, err);
	if (rc == CP_OK)
		rc = collecting_log(x, CP_PART_LOOKS, err);
	return rc == CP_OK ? collecting_log(x, CP_PART_CHANGES, err) : rc;
}

/* Everything of subject S; of one that is not to be read, only that it is. */
static enum cp_rc
put_subject(struct collecting *x, struct cp_collected_subject *s,
    int shielded, struct cp_err *err)
{
	struct collecting_held held = { 0 };
	enum cp_rc rc;

	x->who = s;
	x->placed = 0;
	x->place = 0;
	x->always = s->who.own_view == CP_VIEW_OBJECTS ?
	    CP_FLAGGED_OBJECTION : 0;
	if (s->record.n == 0)
		return CP_OK;
	rc = read_held(x, s, shielded, &held, err);
	if (rc == CP_OK && s->record.state == CP_STATE_ARCHIVED &&
	    !held.found)
		memcpy(s->who.found, "opening", sizeof("opening"));
	if (rc == CP_OK && held.doc != NULL)
		rc = collecting_trim(held.doc, s->placeless, &x->placed, err);
	collecting_mentions_clear(x);
	s->doc = held.doc;
	s->opened = held.opened;
	x->history = held.history;
	x->hidden_log = held.hidden_log;
	if (rc == CP_OK)
		rc = s->doc != NULL ? put_parts(x, err) :
		    collecting_about(x, err);
	x->history = NULL;
	x->hidden_log = NULL;
	cp_json_free(held.history);
	cp_json_free(held.hidden_log);
	return rc;
}

static enum cp_rc
put_subjects(struct collecting *x, struct cp_err *err)
{
	int shielded[CP_SAR_SUBJECTS];
	enum cp_rc rc = load_subjects(x, shielded, err);

	for (size_t i = 0; rc == CP_OK && i < x->coll->n_subjects; i++)
		rc = put_subject(x, &x->coll->subject[i], shielded[i], err);
	return rc == CP_OK ? collecting_compare(x->with->change->store,
	    x->with->sar, x->coll, err) : rc;
}

enum cp_rc
cp_collect(const struct cp_collecting *with, struct cp_collection *out,
    struct cp_err *err)
{
	struct cp_store *s = with->change->store;
	const struct cp_operator *actor = cp_store_actor(s);
	struct cp_collection made;
	struct collecting x = { .with = with, .coll = &made };
	int view = !cp_store_in_txn(s);
	enum cp_rc rc = CP_OK;

	cp_collection_init(&made);
	cp_buf_init(&x.bytes);
	if (view)
		rc = cp_store_begin_read(s, err);
	/* Who asks is told all; who collects for them may know less. */
	cp_store_act_for(s, NULL);
	if (rc == CP_OK)
		rc = cp_matcher_open(s, &x.matcher, err);
	if (rc == CP_OK)
		rc = put_subjects(&x, err);
	cp_store_act_for(s, actor);
	if (view)
		cp_store_rollback(s);
	cp_matcher_free(x.matcher);
	collecting_mentions_clear(&x);
	cp_buf_clear(&x.bytes);
	if (rc != CP_OK) {
		cp_collection_clear(&made);
		return rc;
	}
	cp_collection_clear(out);
	*out = made;
	return CP_OK;
}
