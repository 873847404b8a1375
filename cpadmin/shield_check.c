#include "cpadmin/shield_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/shield_verbs.h"
#include "lifecycle/duties/shield_check.h"
#include "lifecycle/store/json_put.h"

/*
 * `shield check': first, on this store, that what is hidden is not where it
 * could be shown; then, on a scratch store, that no command shows it.
 */

/* ---- this store ------------------------------------------------------------ */

static enum cp_rc
note_record(void *ctx, const char *id, const char *what, struct cp_err *err)
{
	struct check *c = ctx;

	(void)err;
	check_note(c, id, NULL, NULL, what);
	return CP_OK;
}

/* ---- the verb -------------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "passed", "RESULT" },
	{ "commands", "COMMANDS" },
	{ "calls", "CALLS" },
	{ "done", "DONE" },
	{ "never_done", "NEVER DONE" },
	{ "shielded", "SHIELDED" },
	{ "findings", NULL },
};

/* Verbs that no call brought to a good end: of them only refusals were seen. */
static void
put_never(struct check *c, struct cp_out *o)
{
	struct cp_buf json, people;
	char name[80];

	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < c->n_verbs; i++) {
		const struct check_verb *v = &c->verbs[i];

		if (v->done || !v->met)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s", v->command,
		    v->verb[0] != '\0' ? " " : "", v->verb);
		cp_json_put_string(&json, name);
		cp_buf_printf(&people, "%s%s", people.len > 0 ? ", " : "",
		    name);
	}
	cp_json_close(&json, ']');
	cp_out_json(o, cp_buf_text(&json), people.len > 0 ?
	    cp_buf_text(&people) : "none");
	cp_buf_clear(&json);
	cp_buf_clear(&people);
}

static enum cp_rc
show(struct check *c, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_buf_check(&c->json, err);

	if (rc == CP_OK)
		rc = cp_out_object(c->call, "shield-check", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc == CP_OK) {
		cp_out_json(o, c->found == 0 ? "true" : "false",
		    c->found == 0 ? "nothing hidden is shown" : "FAILED");
		cp_out_int(o, (int64_t)c->n_verbs);
		cp_out_int(o, c->world.calls);
		cp_out_int(o, c->done);
		put_never(c, o);
		cp_out_int(o, c->shielded);
		cp_out_json(o, cp_buf_text(&c->json), NULL);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	return rc;
}

/* Only looks at this store: what it finds about records is of it, the rest of
 * a store that is made for it and removed. */
enum cp_rc
shield_run_check(struct cp_call *call, struct cp_err *err)
{
	struct check c = { .call = call };
	struct cp_session s;
	enum cp_rc rc = shield_open(call, CP_STORE_READ, CP_ROLE_SHIELD |
	    CP_ROLE_DPO | CP_ROLE_AUDITOR, &s, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&c.json);
	cp_json_open(&c.json, '[');
	rc = cp_shield_check(s.store, cp_flag(call, "deep"), note_record, &c,
	    &c.shielded, err);
	if (rc == CP_OK && !cp_flag(call, "store-only"))
		rc = check_scratch(&c, &s, err);
	cp_session_close(&s);
	cp_json_close(&c.json, ']');
	if (rc == CP_OK)
		rc = show(&c, err);
	cp_buf_clear(&c.json);
	free(c.verbs);
	if (rc != CP_OK || c.found == 0)
		return rc;
	(void)cp_fail(err, CP_CORRUPT, "what shields hide is not safe: %d "
	    "finding%s", c.found, c.found == 1 ? "" : "s");
	cp_err_hint(err, "stop feeds and views (cpadmin shield gate close) "
	    "until it is mended; cpadmin-shield(8) says what each means");
	return CP_CORRUPT;
}
