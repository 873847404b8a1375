#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/store/json_put.h"

/* Shields when records are merged, split and destroyed. */

static enum cp_rc
put_status(const struct cp_change *c, const struct cp_shield *s,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_SET);

	cp_bind_int(q, s->n);
	cp_bind_text(q, s->status);
	cp_bind_int(q, s->hidden);
	cp_bind_date(q, s->review);
	return cp_exec(q, err);
}

static enum cp_rc
end_joined(const struct cp_change *c, const struct cp_shield *s,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_END);

	cp_bind_int(q, s->n);
	cp_bind_text(q, "joined");
	cp_bind_date(q, c->now->today);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

/* The numbers of what is hidden of row RECORD, as an array. */
static enum cp_rc
hidden_numbers(struct cp_store *s, int64_t record, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHIELD_HIDDEN_NUMBERS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		cp_json_put_int(out, cp_col_int(q, 0));
	cp_json_close(out, ']');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* A granted case is stronger than one that is only asked for. */
static int
stronger(const struct cp_shield *a, const struct cp_shield *b)
{
	return a->n != 0 && (b->n == 0 || (strcmp(a->status, "granted") == 0 &&
	    strcmp(b->status, "granted") != 0));
}

/* Of both cases one stays, for all that either hides, and is looked at when
 * the first of them was to be. */
static enum cp_rc
make_one(const struct cp_change *c, struct cp_shield *from,
    struct cp_shield *own, struct cp_err *err)
{
	struct cp_shield *stays = stronger(from, own) ? from : own;
	struct cp_shield *ends = stays == from ? own : from;
	enum cp_rc rc = CP_OK;

	if (ends->n != 0) {
		rc = end_joined(c, ends, err);
		stays->hidden |= ends->hidden;
		stays->review = cp_date_earlier(stays->review, ends->review);
		if (rc == CP_OK)
			rc = put_status(c, stays, err);
	}
	*own = *stays;
	return rc;
}

static enum cp_rc
pass_all_on(const struct cp_change *c, int64_t from, int64_t into,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_SHIELD_PASS_ON);
	enum cp_rc rc;

	cp_bind_int(q, from);
	cp_bind_int(q, into);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_compartment_move(c->store, from, into, err);
	return rc == CP_OK ? cp_match_move(c->store, from, into, err) : rc;
}

enum cp_rc
cp_shield_join(const struct cp_change *c, int64_t from, int64_t into,
    struct cp_err *err)
{
	struct cp_shield_step step = { .what = "join", .unlogged = 1 };
	struct cp_shield other, own;
	struct cp_record r;
	struct cp_buf numbers;
	enum cp_rc rc = cp_shield_of(c->store, from, &other, err);

	cp_buf_init(&numbers);
	if (rc == CP_OK)
		rc = cp_shield_of(c->store, into, &own, err);
	if (rc == CP_OK)
		rc = hidden_numbers(c->store, from, &numbers, err);
	if (rc == CP_OK && other.n != 0)
		rc = make_one(c, &other, &own, err);
	if (rc == CP_OK)
		rc = pass_all_on(c, from, into, err);
	if (rc == CP_OK && own.n != 0)
		rc = cp_record_at(c->store, into, &r, err);
	if (rc == CP_OK && own.n != 0)
		rc = cp_gate_shield(c, &r, own.hidden, err);
	if (rc == CP_OK && own.n != 0) {
		own.record = into;
		step.hidden = own.hidden;
		step.hidden_of = cp_buf_text(&numbers);
		rc = cp_shield_note(c, &own, &step, err);
	}
	cp_buf_clear(&numbers);
	return rc;
}

/* ---- of one, two ---- */

static enum cp_rc
copy_case(const struct cp_change *c, const struct cp_shield *s,
    int64_t parted, struct cp_err *err)
{
	char id[CP_SHIELD_ID];
	struct cp_stmt *q;
	enum cp_rc rc = cp_shield_id_new(id, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_SHIELD_COPY);
	cp_bind_int(q, s->n);
	cp_bind_int(q, parted);
	cp_bind_text(q, id);
	return cp_exec(q, err);
}

/* Which numbers those of RECORD have in PARTED, where all after LAST are
 * copies: what a merge brought is told by its number (shield_fold.c). */
static enum cp_rc
copied(struct cp_store *s, int64_t record, int64_t parted, int64_t last,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SHIELD_COPIES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_int(q, parted);
	cp_bind_int(q, last);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_json_open(out, '[');
		cp_json_put_int(out, cp_col_int(q, 0));
		cp_json_put_int(out, cp_col_int(q, 1));
		cp_json_close(out, ']');
	}
	cp_json_close(out, ']');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

static enum cp_rc
copy_all(const struct cp_change *c, const struct cp_shield *s,
    int64_t parted, struct cp_buf *copies, struct cp_err *err)
{
	struct cp_shield had;
	int64_t last = 0;
	enum cp_rc rc = cp_shield_of(c->store, parted, &had, err);

	if (rc == CP_OK && had.n == 0)
		rc = copy_case(c, s, parted, err);
	if (rc == CP_OK && had.n != 0) {
		had.hidden |= s->hidden;
		rc = put_status(c, &had, err);
	}
	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(c->store, SQL_GATE_COMPARTMENT_LAST),
		    0, &last, err);
	if (rc == CP_OK)
		rc = cp_compartment_copy(c->store, s->record, parted, err);
	if (rc == CP_OK)
		rc = copied(c->store, s->record, parted, last, copies, err);
	return rc == CP_OK ? cp_match_copy(c->store, s->record, parted, err) :
	    rc;
}

enum cp_rc
cp_shield_share(const struct cp_change *c, int64_t record, int64_t parted,
    struct cp_err *err)
{
	struct cp_shield_step step = { .what = "share", .unlogged = 1 };
	struct cp_shield s;
	struct cp_record r;
	struct cp_buf copies;
	enum cp_rc rc = cp_shield_of(c->store, record, &s, err);

	if (rc != CP_OK || s.n == 0)
		return rc;
	cp_buf_init(&copies);
	rc = copy_all(c, &s, parted, &copies, err);
	if (rc == CP_OK)
		rc = cp_shield_of(c->store, parted, &s, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, parted, &r, err);
	if (rc == CP_OK)
		rc = cp_gate_shield(c, &r, s.hidden, err);
	step.hidden = s.hidden;
	step.copies = cp_buf_text(&copies);
	if (rc == CP_OK)
		rc = cp_shield_note(c, &s, &step, err);
	cp_buf_clear(&copies);
	return rc;
}

/* ---- the end ---- */

static enum cp_rc
erase_one(void *ctx, const struct cp_shield_row *row, struct cp_err *err)
{
	const struct cp_change *c = ctx;

	return cp_audit_erase(c->audit, row->shield.id, err);
}

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t record,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, record);
	return cp_exec(q, err);
}

enum cp_rc
cp_shield_forget(const struct cp_change *c, int64_t record,
    struct cp_err *err)
{
	struct cp_change change = *c;
	enum cp_rc rc = cp_shield_cases(c->store, record, erase_one, &change,
	    err);

	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_SHIELD_FORGET, record, err);
	/* A letter that is held refers to its compartment. */
	if (rc == CP_OK)
		rc = exec_on(c->store, SQL_SHIELD_LETTERS_LOOSE, record, err);
	if (rc == CP_OK)
		rc = cp_compartment_drop(c->store, record, err);
	return rc == CP_OK ? cp_match_drop(c->store, record, err) : rc;
}

enum cp_rc
cp_shield_unshare(const struct cp_change *c, int64_t record, int64_t parted,
    struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_SHIELD_UNSHARE_CASE,
		SQL_SHIELD_UNSHARE_INVESTIGATIONS, SQL_SHIELD_UNSHARE_MAIL };
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < sizeof(all) / sizeof(all[0]);
	    i++) {
		q = cp_stmt(c->store, all[i]);
		cp_bind_int(q, parted);
		cp_bind_int(q, record);
		rc = cp_exec(q, err);
	}
	return rc == CP_OK ? cp_shield_forget(c, parted, err) : rc;
}
