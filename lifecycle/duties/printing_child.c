#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/stmt.h"

void
print_child_init(struct print_child *c)
{
	memset(c, 0, sizeof(*c));
	cp_buf_init(&c->text);
	cp_composed_init(&c->c);
}

void
print_child_clear(struct print_child *c)
{
	cp_document_free(c->doc);
	cp_buf_clear(&c->text);
	cp_composed_clear(&c->c);
	print_child_init(c);
}

void
print_trouble(struct print_work *w, const struct print_child *c)
{
	if (c->why[0] == '\0')
		return;
	w->p->problems++;
	if (w->p->trouble != NULL)
		w->p->trouble(w->p->trouble_ctx, &c->n, c->why, &c->err);
}

/* WHY "": nobody is told. */
static void
leave(struct print_child *c, const char *why)
{
	c->gone = 1;
	(void)snprintf(c->why, sizeof(c->why), "%s", why);
}

/* Which address at a postcode: families are then next to each other. */
static unsigned
address_mark(const struct cp_address *a)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < a->n_lines; i++) {
		for (const char *t = a->lines[i]; *t != '\0'; t++)
			h = (h ^ (uint8_t)*t) * 16777619u;
		h = (h ^ '\n') * 16777619u;
	}
	return h;
}

/* The file that C's letter belongs into, and its place there.  Where it had
 * another, it waits for another run. */
static void
place(const struct print_work *w, struct print_child *c)
{
	int own = strcmp(c->r.authority, w->own) == 0;
	struct print_item was = c->at;

	(void)snprintf(c->at.file, sizeof(c->at.file), "%.24s-%.16s%s%.17s",
	    c->c.wording->language->code, cp_format_word(c->c.format),
	    own ? "" : "-", own ? "" : c->r.authority);
	(void)snprintf(c->at.sort, sizeof(c->at.sort), "%.15s %08x",
	    c->c.sort, address_mark(&c->doc->addresses[c->c.address]));
	if (was.file[0] != '\0' && (strcmp(was.file, c->at.file) != 0 ||
	    strcmp(was.sort, c->at.sort) != 0)) {
		c->at = was;
		(void)cp_fail(&c->err, CP_REFUSED, "its record was changed "
		    "meanwhile");
		leave(c, "changed");
	}
}

/*
 * Whether its letter has to wait: for whoever's address changed lately, or
 * waiting would tell who is at risk.  A shield that leaves the address open
 * holds no notice, which says nothing that is hidden: kept back for good at an
 * address that all see, it would tell of the shield.
 */
static enum cp_rc
unsettled(struct print_work *w, const struct print_child *c, int *yes,
    struct cp_err *err)
{
	const struct cp_rules *rules = w->p->change.rules;
	struct cp_store *s = w->p->change.store;
	unsigned why = CP_MAIL_FREE;
	int64_t moved = 0;
	struct cp_stmt *q;
	enum cp_rc rc = cp_mail_allowed(s, rules, &c->r, &why, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_PRINT_MOVED);
	cp_bind_int(q, c->r.n);
	cp_bind_date(q, cp_date_add_days(rules->today,
	    -rules->policy->mail_hold_days));
	rc = cp_exec_int(q, 0, &moved, err);
	*yes = (why & CP_MAIL_MOVED) != 0 || moved;
	return rc;
}

/* The address is behind a shield: to all who print it is not there. */
static enum cp_rc
hidden(struct print_work *w, struct print_child *c, struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc = cp_shield_of(w->p->change.store, c->r.n, &shield, err);

	if (rc != CP_OK || shield.n == 0 ||
	    (shield.hidden & CP_HIDE_ADDRESS) == 0)
		return rc;
	(void)cp_fail(&c->err, CP_REFUSED, "no letter can go to record %s: "
	    "no-address", c->r.id);
	leave(c, "no-address");
	return CP_OK;
}

/* What is not the letter's: whether it may go at all. */
static enum cp_rc
may_go(struct print_work *w, struct print_child *c, struct cp_err *err)
{
	int wait = 0;
	enum cp_rc rc = cp_gate_open(w->p->change.store, c->r.authority,
	    &c->err);

	if (rc == CP_REFUSED) {
		leave(c, "no-gate");
		return CP_OK;
	}
	if (rc != CP_OK) {
		*err = c->err;
		return rc;
	}
	rc = hidden(w, c, err);
	if (rc == CP_OK && !c->gone)
		rc = unsettled(w, c, &wait, err);
	if (rc == CP_OK && wait) {
		(void)cp_fail(&c->err, CP_REFUSED, "its letters have to wait");
		leave(c, "unsettled");
	}
	return rc;
}

static enum cp_rc
compose(struct print_work *w, struct print_child *c, struct cp_err *err)
{
	struct cp_store *s = w->p->change.store;
	const char *why = NULL;
	enum cp_rc rc = cp_gate_document(s, &c->r, CP_FOR_LETTER, &c->doc,
	    err);

	if (rc == CP_OK)
		rc = cp_composing_facts_load(s, w->p->change.rules, &c->r,
		    &w->facts, err);
	if (rc == CP_OK)
		rc = cp_compose(w->p->with, &c->n, &w->facts.facts, &c->r,
		    c->doc, &c->c, &why, err);
	if (rc == CP_REFUSED && why != NULL) {
		c->err = *err;
		leave(c, why);
		return CP_OK;
	}
	return rc;
}

/* Whose notice it is, and whether it is to be printed still. */
static enum cp_rc
load_notice(struct print_work *w, struct print_child *c, int issued,
    struct cp_err *err)
{
	struct cp_store *s = w->p->change.store;
	enum cp_rc rc = cp_notice_at(s, c->at.notice, &c->n, err);

	if (rc == CP_OK)
		rc = cp_record_at(s, c->n.record, &c->r, err);
	if (rc != CP_OK)
		return rc;
	if (issued ? c->n.run != w->run.n : c->n.status != CP_NOTICE_OWED)
		leave(c, "");
	else if (c->r.state != CP_STATE_LIVE)
		leave(c, issued ? cp_state_word(c->r.state) : "");
	return CP_OK;
}

/* One record's trouble is its own: the others are printed. */
static enum cp_rc
of_one(struct print_child *c, enum cp_rc rc, struct cp_err *err)
{
	if (rc != CP_CORRUPT && rc != CP_BAD_INPUT)
		return rc;
	c->err = *err;
	leave(c, "cannot-evaluate");
	return CP_OK;
}

enum cp_rc
print_child_load(struct print_work *w, struct print_child *c, int issued,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_document_free(c->doc);
	c->doc = NULL;
	c->gone = 0;
	c->why[0] = '\0';
	cp_err_clear(&c->err);
	cp_buf_reset(&c->text);
	rc = load_notice(w, c, issued, err);
	if (rc == CP_OK && !c->gone)
		rc = cp_gate_text(w->p->change.store, &c->r, CP_FOR_LETTER,
		    &c->text, err);
	if (rc == CP_OK && !c->gone)
		rc = compose(w, c, err);
	rc = of_one(c, rc, err);
	if (rc == CP_OK && !c->gone)
		rc = may_go(w, c, err);
	if (rc == CP_OK && !c->gone)
		place(w, c);
	return rc;
}

enum cp_rc
print_child_again(struct print_work *w, struct print_child *c, int *same,
    struct cp_err *err)
{
	struct cp_notice_count ignored = { 0 };
	struct cp_buf now;
	enum cp_rc rc = cp_notice_look(&w->p->change, c->r.n, &ignored, err);

	cp_buf_init(&now);
	if (rc == CP_OK)
		rc = load_notice(w, c, 0, err);
	if (rc == CP_OK && !c->gone)
		rc = cp_gate_text(w->p->change.store, &c->r, CP_FOR_LETTER,
		    &now, err);
	if (rc == CP_OK && !c->gone && (now.len != c->text.len ||
	    memcmp(now.data, c->text.data, now.len) != 0)) {
		*same = 0;
		rc = print_child_load(w, c, 0, err);
	} else if (rc == CP_OK && !c->gone) {
		rc = may_go(w, c, err);
	}
	if (c->gone)
		*same = 0;
	cp_buf_clear(&now);
	return rc;
}
