#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "cpadmin/shield_case.h"
#include "lifecycle/store/json.h"

/* All about the cases of one record. */

static const struct cp_column columns[] = {
	SHIELD_COLUMNS,
	{ "earlier", "Earlier cases" },
	{ "steps", "Steps" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), LINES_MAX = 400 };

/* Lines for people, and the same as an array. */
struct lines {
	struct cp_buf json;
	struct cp_buf text[LINES_MAX];
	size_t n;
	int64_t but; /* the case that is shown above */
};

static void
init(struct lines *l)
{
	memset(l, 0, sizeof(*l));
	cp_buf_init(&l->json);
	cp_json_open(&l->json, '[');
}

static void
clear(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		cp_buf_clear(&l->text[i]);
	cp_buf_clear(&l->json);
}

static enum cp_rc
put(struct cp_out *o, struct lines *l, struct cp_err *err)
{
	const char *line[LINES_MAX];
	enum cp_rc rc;

	for (size_t i = 0; i < l->n; i++)
		line[i] = cp_buf_text(&l->text[i]);
	cp_json_close(&l->json, ']');
	rc = cp_buf_check(&l->json, err);
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&l->json), line, l->n);
	return rc;
}

/* ---- cases ---- */

static enum cp_rc
add_case(void *ctx, const struct cp_shield_row *row, struct cp_err *err)
{
	const struct cp_shield *s = &row->shield;
	struct lines *l = ctx;

	(void)err;
	if (s->n == l->but)
		return CP_OK;
	cp_json_open(&l->json, '{');
	cp_json_put_member(&l->json, "case", s->id);
	cp_json_put_member(&l->json, "status", s->status);
	cp_json_put_member(&l->json, "requested", s->requested);
	cp_json_put_member(&l->json, "ended", shield_or_null(s->ended));
	cp_json_close(&l->json, '}');
	if (l->n < LINES_MAX)
		cp_buf_printf(&l->text[l->n++], "%s: requested %s, %s%s%s",
		    s->id, s->requested, s->status, s->ended[0] != '\0' ? " " :
		    "", s->ended);
	return CP_OK;
}

/* ---- what is sealed ---- */

static void
add_text(struct lines *l, const struct cp_json *step, const char *key)
{
	const char *text = cp_json_text(cp_json_get(step, key));

	if (text != NULL && l->n < LINES_MAX)
		cp_buf_printf(&l->text[l->n++], "    %s: %s", key, text);
}

static void
add_near(struct lines *l, const struct cp_json *near, const char *key)
{
	const struct cp_json *list = cp_json_get(near, key);
	struct cp_buf *b;

	if (cp_json_size(list) == 0 || l->n == LINES_MAX)
		return;
	b = &l->text[l->n++];
	cp_buf_printf(b, "    %s:", key);
	for (size_t i = 0; i < cp_json_size(list); i++)
		cp_buf_printf(b, " %s", cp_json_text(cp_json_at(list, i)));
}

static enum cp_rc
add_step(void *ctx, const struct cp_json *step, struct cp_err *err)
{
	static const char *const keys[] = { "asked_by", "reason", "criterion",
		"evidence", "complaint", "hidden", "review" };
	struct lines *l = ctx;
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_json_dump(step, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		cp_json_put_raw(&l->json, cp_buf_text(&text), text.len);
	cp_buf_clear(&text);
	if (l->n < LINES_MAX)
		cp_buf_printf(&l->text[l->n++], "%s %s by %s: %s",
		    cp_json_text(cp_json_get(step, "at")),
		    cp_json_text(cp_json_get(step, "case")),
		    cp_json_text(cp_json_get(step, "by")),
		    cp_json_text(cp_json_get(step, "what")));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		add_text(l, step, keys[i]);
	add_near(l, cp_json_get(step, "near"), "household");
	add_near(l, cp_json_get(step, "near"), "duplicates");
	return rc;
}

/* ---- the whole ---- */

struct showing {
	struct cp_record r;
	struct cp_shield shield;
	struct lines cases, steps;
	const char *reason;
};

/* The case, and that it was looked at, in one. */
static enum cp_rc
look(struct shield_work *w, struct showing *x, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(w->s.audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(w->s.store, x->r.id, &x->r, err);
	if (rc == CP_OK)
		rc = cp_shield_last(w->s.store, x->r.n, &x->shield, err);
	if (rc == CP_NOT_FOUND)
		cp_err_hint(err, "`cpadmin shield list' shows those that "
		    "there are");
	x->cases.but = x->shield.n;
	if (rc == CP_OK)
		rc = cp_shield_cases(w->s.store, x->r.n, add_case, &x->cases,
		    err);
	if (rc == CP_OK && w->identity != NULL)
		rc = cp_shield_steps(w->s.store, x->r.n, w->identity,
		    add_step, &x->steps, err);
	if (rc == CP_OK)
		rc = cp_shield_looked(&w->c, &x->shield, x->reason, err);
	return cp_txn_end(w->s.audit, rc, err);
}

static enum cp_rc
show(const struct cp_call *call, struct showing *x, int opened,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "shield", columns, opened ?
	    COLUMNS : COLUMNS - 1, &o, err);

	if (rc != CP_OK)
		return rc;
	shield_put(o, &x->r, &x->shield);
	rc = put(o, &x->cases, err);
	if (rc == CP_OK && opened)
		rc = put(o, &x->steps, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

enum cp_rc
shield_run_show(struct cp_call *call, struct cp_err *err)
{
	int opened = cp_flag(call, "open");
	struct shield_work w;
	struct showing x;
	enum cp_rc rc = cp_session_reason(call, &x.reason, err);

	if (rc == CP_OK)
		rc = shield_text(call, "reason", &x.reason, err);
	if (rc == CP_OK)
		rc = shield_work_open(call, SHIELD_READERS, &w, err);
	if (rc != CP_OK)
		return rc;
	init(&x.cases);
	init(&x.steps);
	rc = shield_record(&w, cp_arg(call, 0), &x.r, err);
	if (rc == CP_OK && opened)
		rc = cp_operator_may(&w.s.op, SHIELD_DECIDERS, err);
	if (rc == CP_OK && opened)
		rc = cp_officer_identity(call, &w.s, &w.identity, err);
	if (rc == CP_OK)
		rc = look(&w, &x, err);
	if (rc == CP_OK)
		rc = show(call, &x, opened, err);
	clear(&x.cases);
	clear(&x.steps);
	shield_work_close(&w);
	return rc;
}
