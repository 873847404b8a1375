#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/store/json.h"

/* What is kept of a case: sealed, but for who did what when. */

enum cp_rc
cp_shield_id_new(char out[CP_SHIELD_ID], struct cp_err *err)
{
	static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char id[CP_SHIELD_ID] = "SC-....-....";
	uint8_t random[8];
	enum cp_rc rc = cp_random(random, sizeof(random), err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; i < 8; i++)
		id[3 + i + (i > 3)] = crockford[random[i] & 31];
	memcpy(out, id, sizeof(id));
	return CP_OK;
}

static void
put_text(struct cp_buf *b, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		cp_json_put_member(b, key, text);
}

static void
put_raw(struct cp_buf *b, const char *key, const char *json)
{
	if (json == NULL)
		return;
	cp_json_put_key(b, key);
	cp_json_put_raw(b, json, strlen(json));
}

static void
put_step(const struct cp_change *c, const struct cp_shield *s,
    const struct cp_shield_step *step, struct cp_buf *b)
{
	char text[160];

	cp_json_open(b, '{');
	cp_json_put_member(b, "case", s->id);
	cp_json_put_member(b, "what", step->what);
	cp_json_put_member(b, "at", c->now->time);
	cp_json_put_member(b, "by", cp_audit_actor(c->audit));
	put_text(b, "logged_as", step->alias);
	put_text(b, "asked_by", step->asked_by);
	put_text(b, "reason", step->reason);
	put_text(b, "criterion", step->criterion);
	put_text(b, "evidence", step->evidence);
	put_text(b, "complaint", step->complaint);
	if (step->hidden != 0) {
		cp_hide_text(step->hidden, text, sizeof(text));
		cp_json_put_member(b, "hidden", text);
	}
	if (cp_date_set(step->review))
		cp_json_put_member(b, "review", cp_date_format(step->review,
		    text));
	if (step->pruned > 0) {
		cp_json_put_key(b, "pruned");
		cp_json_put_int(b, step->pruned);
	}
	put_raw(b, "near", step->near);
	put_raw(b, "hidden_of", step->hidden_of);
	put_raw(b, "copies", step->copies);
	cp_json_close(b, '}');
}

enum cp_rc
cp_shield_note(const struct cp_change *c, const struct cp_shield *s,
    const struct cp_shield_step *step, struct cp_err *err)
{
	char action[32] = "shield.";
	struct cp_entry e = { action, step->alias != NULL ? step->alias :
	    s->id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	strncat(action, step->what, sizeof(action) - strlen(action) - 1);
	cp_buf_init(&b);
	put_step(c, s, step, &b);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(c->store, s->record,
		    CP_COMPARTMENT_CASE, cp_buf_text(&b), b.len, c->now, NULL,
		    err);
	if (rc == CP_OK && !step->unlogged)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* ---- reading it again ---- */

struct reading {
	cp_shield_step_fn *fn;
	void *ctx;
};

/* Whatever else is sealed as a case (a letter, say) is no step. */
static enum cp_rc
read_step(void *ctx, int64_t n, const char *at, const char *text, size_t len,
    struct cp_err *err)
{
	struct reading *r = ctx;
	struct cp_json *v = NULL;
	enum cp_rc rc = cp_json_parse(text, len, &v, err);

	(void)n;
	(void)at;
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	if (rc == CP_OK && cp_json_text(cp_json_get(v, "case")) != NULL &&
	    cp_json_text(cp_json_get(v, "what")) != NULL)
		rc = r->fn(r->ctx, v, err);
	cp_json_free(v);
	return rc;
}

enum cp_rc
cp_shield_steps(struct cp_store *s, int64_t record,
    const struct cp_secret *identity, cp_shield_step_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct reading r = { fn, ctx };

	return cp_compartment_each(s, record, CP_COMPARTMENT_CASE, identity,
	    read_step, &r, err);
}
