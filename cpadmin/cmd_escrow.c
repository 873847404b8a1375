#include <string.h>

#include "cpadmin/escrow_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/store/json_put.h"

static enum cp_rc
open_for(const struct cp_call *call, enum cp_store_mode mode, unsigned roles,
    struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, mode, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, roles, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

enum {
	MAY_LOOK = CP_ROLE_DPO | CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN |
	    CP_ROLE_AUDITOR,
	MAY_KEEP = CP_ROLE_DPO | CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN
};

/* ---- list ---------------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	{ "copy", "COPY" },
	{ "generation", "GENERATION" },
	{ "place", "PLACE" },
	{ "made", "MADE" },
	{ "made_by", "BY" },
	{ "custody", "CUSTODY" },
	{ "outdated", "OUTDATED" },
	{ "destroyed_shelves", "HOLDS DESTROYED" },
};

struct listing {
	struct cp_store *store;
	struct cp_out *out;
	struct cp_buf json, people;
};

static enum cp_rc
put_month(void *ctx, int month, struct cp_err *err)
{
	struct listing *x = ctx;

	(void)err;
	cp_json_put_int(&x->json, month);
	cp_buf_printf(&x->people, "%s%d", x->people.len > 0 ? "," : "", month);
	return CP_OK;
}

static enum cp_rc
put_copy(void *ctx, const struct cp_escrow_copy *c, struct cp_err *err)
{
	struct listing *x = ctx;
	enum cp_rc rc;

	cp_buf_reset(&x->json);
	cp_buf_reset(&x->people);
	cp_json_open(&x->json, '[');
	rc = cp_escrow_dead_shelves(x->store, c->generation, put_month, x,
	    err);
	cp_json_close(&x->json, ']');
	if (rc != CP_OK)
		return rc;
	cp_out_text(x->out, c->n != 0 ? c->id : NULL);
	cp_out_int(x->out, c->generation);
	cp_out_text(x->out, c->place);
	cp_out_text(x->out, c->made);
	cp_out_text(x->out, c->n != 0 ? c->made_by : NULL);
	cp_out_text(x->out, c->custody);
	cp_out_bool(x->out, c->outdated);
	cp_out_json(x->out, cp_buf_text(&x->json), cp_buf_text(&x->people));
	return cp_out_row(x->out, err);
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct listing x = { .out = NULL };
	struct cp_session s;
	enum cp_rc rc = open_for(call, CP_STORE_READ, MAY_LOOK, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	cp_buf_init(&x.json);
	cp_buf_init(&x.people);
	rc = cp_out_table(call, "escrow-list", list_columns,
	    sizeof(list_columns) / sizeof(list_columns[0]), &x.out, err);
	if (rc == CP_OK)
		rc = cp_escrow_copies(s.store, put_copy, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_buf_clear(&x.json);
	cp_buf_clear(&x.people);
	cp_session_close(&s);
	return rc;
}

/* ---- copy and destroyed -------------------------------------------------- */

static const struct cp_column copy_columns[] = {
	{ "copy", "Copy" },
	{ "generation", "Generation" },
	{ "place", "Place" },
	{ "status", "Status" },
};

static enum cp_rc
show_copy(const struct cp_call *call, const char *kind,
    const struct cp_escrow_copy *c, const char *status, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, kind, copy_columns, 4, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, c->id);
	cp_out_int(o, c->generation);
	cp_out_text(o, c->place);
	cp_out_text(o, status);
	return cp_out_end(&o, err);
}

/* A text that stands in the log and in certificates. */
static enum cp_rc
take_words(const struct cp_call *call, const char *name, size_t cap,
    const char **out, struct cp_err *err)
{
	const char *text;
	enum cp_rc rc = cp_option_required(call, name, &text, err);

	if (rc != CP_OK)
		return rc;
	if (text[strspn(text, " \t")] == '\0')
		return cp_fail(err, CP_USAGE, "--%s says nothing", name);
	if (strlen(text) >= cap)
		return cp_fail(err, CP_USAGE, "--%s is longer than %zu bytes",
		    name, cap - 1);
	*out = text;
	return CP_OK;
}

static enum cp_rc
run_copy(struct cp_call *call, struct cp_err *err)
{
	struct cp_escrow_copy c;
	struct cp_session s;
	const char *place;
	int renewed;
	enum cp_rc rc = take_words(call, "place", CP_ESCROW_PLACE, &place,
	    err);

	if (rc == CP_OK)
		rc = open_for(call, CP_STORE_WRITE, MAY_KEEP, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_escrow_refresh(s.store, s.audit, &s.now, &renewed, err);
	if (rc == CP_OK)
		rc = cp_escrow_take(s.store, s.audit, cp_arg(call, 0), place,
		    &s.now, &c, err);
	if (rc == CP_OK)
		rc = show_copy(call, "escrow-copy", &c, "registered", err);
	cp_session_close(&s);
	return rc;
}

static enum cp_rc
run_destroyed(struct cp_call *call, struct cp_err *err)
{
	struct cp_escrow_copy c;
	struct cp_session s;
	const char *evidence;
	enum cp_rc rc = take_words(call, "evidence", 1024, &evidence, err);

	if (rc == CP_OK)
		rc = open_for(call, CP_STORE_WRITE, MAY_KEEP, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_escrow_copy_get(s.store, cp_arg(call, 0), &c, err);
	if (rc == CP_OK)
		rc = cp_escrow_confirm(s.store, s.audit, &c, evidence, &s.now,
		    err);
	if (rc == CP_OK)
		rc = show_copy(call, "escrow-destroyed", &c, "destroyed",
		    err);
	cp_session_close(&s);
	return rc;
}

/* ---- the command --------------------------------------------------------- */

static const struct cp_opt copy_options[] = {
	{ "place", 0, CP_OPT_TEXT, "TEXT", "where the copy will be kept" },
	{ 0 },
};
static const struct cp_opt destroyed_options[] = {
	{ "evidence", 0, CP_OPT_TEXT, "TEXT",
	    "how it was destroyed, and who saw it" },
	{ 0 },
};
static const struct cp_opt restore_options[] = {
	{ "share", 0, CP_OPT_LIST, "F", "a custodian's share; repeat" },
	{ 0 },
};

static const struct cp_verb verbs[] = {
	{ "list", "[--columns NAME,...]",
	    "the copies of the shelf keyring, and what they still hold", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ "copy", "FILE --place TEXT",
	    "write the present copy to FILE, and register its place",
	    copy_options, CP_TAKES_USUAL, 1, 1, run_copy },
	{ "destroyed", "COPY --evidence TEXT",
	    "confirm that a copy was destroyed", destroyed_options,
	    CP_TAKES_USUAL, 1, 1, run_destroyed },
	{ "restore", "[--share F]... ESCROWFILE",
	    "make a lost keyring again, with the custodians",
	    restore_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 1, 1,
	    cp_escrow_run_restore },
	{ 0 },
};

extern const struct cp_command cp_command_escrow;
const struct cp_command cp_command_escrow = {
	"escrow",
	"the custodians' copy of the shelf keyring",
	verbs,
};
