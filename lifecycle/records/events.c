#include "lifecycle/records/events.h"

#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/move.h"
#include "lifecycle/records/notice.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json_put.h"

static const char *const words[] = { "died", "left-england", "returned",
	"moved" };
/* As the log has them; a move has its own (move.c). */
static const char *const actions[] = { "record.died", "record.left-england",
	"record.returned", NULL };
enum { KINDS = sizeof(words) / sizeof(words[0]) };

const char *
cp_event_word(enum cp_event_kind kind)
{
	return words[kind];
}

int
cp_event_parse(const char *word, enum cp_event_kind *out)
{
	for (int i = 0; i < KINDS; i++) {
		if (strcmp(words[i], word) == 0) {
			*out = (enum cp_event_kind)i;
			return 1;
		}
	}
	return 0;
}

/* ---- what each does to a document ---- */

static enum cp_rc
die(const struct cp_event *e, struct cp_document *doc, struct cp_err *err)
{
	if (!cp_date_set(doc->death_notified))
		return cp_document_set_death(doc, e->date, e->notified, err);
	(void)cp_fail(err, CP_REFUSED, "the death of %s is recorded already",
	    doc->id);
	cp_err_hint(err, "a wrong date is put right with `cpadmin record "
	    "correct %s --set death.date=DATE', a wrong death taken out with "
	    "--set death=", doc->id);
	return CP_REFUSED;
}

/* What happened before a death may become known after it. */
static enum cp_rc
check_alive(const struct cp_event *e, const struct cp_document *doc,
    struct cp_err *err)
{
	if (!cp_date_set(doc->death_notified) ||
	    cp_date_cmp(e->date, doc->died_on) <= 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "%s died before that day", doc->id);
	cp_err_hint(err, "where the death is wrong: `cpadmin record correct "
	    "%s --set death= --reason TEXT'", doc->id);
	return CP_REFUSED;
}

static enum cp_rc
leave(const struct cp_event *e, struct cp_document *doc, struct cp_err *err)
{
	enum cp_rc rc = check_alive(e, doc, err);

	if (rc != CP_OK)
		return rc;
	if (doc->left_intention == CP_INTENTION_NONE)
		return cp_document_set_left(doc, e->date, e->intention, err);
	(void)cp_fail(err, CP_REFUSED, "%s has left England already", doc->id);
	cp_err_hint(err, "enter the return first, or put the statement right "
	    "with `cpadmin record correct %s --set left_england.date=DATE'",
	    doc->id);
	return CP_REFUSED;
}

static enum cp_rc
come_back(const struct cp_event *e, struct cp_document *doc,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (doc->left_intention == CP_INTENTION_NONE)
		return cp_fail(err, CP_REFUSED, "%s has not left England",
		    doc->id);
	if (cp_date_cmp(e->date, doc->left_on) < 0)
		return cp_fail(err, CP_BAD_INPUT, "returned before leaving");
	rc = check_alive(e, doc, err);
	return rc == CP_OK ? cp_document_clear_left(doc, err) : rc;
}

/* Whether E, a move, fits DOC. */
static enum cp_rc
check_move(const struct cp_event *e, struct cp_document *doc,
    struct cp_err *err)
{
	if (strcmp(doc->authority, e->to) == 0)
		return cp_fail(err, CP_REFUSED, "%s is with authority %s "
		    "already", doc->id, doc->authority);
	return cp_document_set_authority(doc, e->to, err);
}

static enum cp_rc
change(const struct cp_event *e, struct cp_document *doc, struct cp_err *err)
{
	switch (e->kind) {
	case CP_EVENT_DIED: return die(e, doc, err);
	case CP_EVENT_LEFT_ENGLAND: return leave(e, doc, err);
	case CP_EVENT_RETURNED: return come_back(e, doc, err);
	default: return check_move(e, doc, err);
	}
}

static enum cp_rc
check_dates(const struct cp_change *c, const struct cp_event *e,
    const struct cp_document *doc, struct cp_err *err)
{
	struct cp_date today = c->now->today;

	if (!cp_date_set(e->date))
		return cp_fail(err, CP_BAD_INPUT, "no date of the event");
	if (cp_date_cmp(e->date, today) > 0 ||
	    cp_date_cmp(e->notified, today) > 0)
		return cp_fail(err, CP_BAD_INPUT, "a date in the future");
	if (cp_date_cmp(e->date, cp_partial_first(doc->birth)) < 0)
		return cp_fail(err, CP_BAD_INPUT, "a date before the birth");
	return CP_OK;
}

int
cp_event_waits(const struct cp_event *e, const struct cp_record *after)
{
	return e->kind == CP_EVENT_MOVED &&
	    strcmp(after->authority, e->to) != 0;
}

/* ---- entering ---- */

static enum cp_rc
log_event(const struct cp_change *c, const char *id, const struct cp_event *e,
    int64_t *seq, struct cp_err *err)
{
	struct cp_entry entry = { actions[e->kind], id, NULL, NULL };
	char date[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "date", cp_date_format(e->date, date));
	if (e->kind == CP_EVENT_DIED)
		cp_json_put_member(&b, "notified",
		    cp_date_format(e->notified, date));
	if (e->kind == CP_EVENT_LEFT_ENGLAND)
		cp_json_put_member(&b, "intention",
		    cp_intention_word(e->intention));
	if (e->reason != NULL)
		cp_json_put_member(&b, "reason", e->reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	entry.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &entry, seq, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
need_live(const struct cp_change *c, const struct cp_event *e,
    const struct cp_record *r, struct cp_err *err)
{
	enum cp_rc rc = cp_record_need_live(c->store, r, "restore", err);

	if (rc == CP_REFUSED && r->state == CP_STATE_ARCHIVED &&
	    e->kind == CP_EVENT_RETURNED)
		cp_err_hint(err, "`cpadmin archive restore %s --set "
		    "left_england= --reason TEXT' brings it back", r->id);
	return rc;
}

/* The live record ID and its document twice, to be changed and to compare. */
static enum cp_rc
load(const struct cp_change *c, const char *id, const struct cp_event *e,
    struct cp_record *r, struct cp_document **old, struct cp_document **doc,
    struct cp_err *err)
{
	enum cp_rc rc = cp_record_get(c->store, id, r, err);

	if (rc == CP_OK)
		rc = need_live(c, e, r, err);
	if (rc == CP_OK)
		rc = cp_gate_document(c->store, r, CP_FOR_CHANGE, old, err);
	return rc == CP_OK ? cp_gate_document(c->store, r, CP_FOR_CHANGE, doc,
	    err) : rc;
}

/* The record passes, or waits for the other authority to agree. */
static enum cp_rc
enter_move(const struct cp_change *c, const struct cp_event *e,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_offer m;
	enum cp_rc rc = cp_move_offer(c, r, e, &m, err);

	if (rc != CP_OK || e->offer ||
	    !cp_operator_reaches(cp_store_actor(c->store), e->to))
		return rc;
	return cp_move_pass(c, &m, e->reason, err);
}

static enum cp_rc
enter(const struct cp_change *c, const struct cp_event *e,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_document *doc, struct cp_err *err)
{
	struct cp_undo u = { actions[e->kind], 0, r, old, NULL, NULL };
	enum cp_rc rc = cp_record_replace(c->store, c->rules, r, old, doc,
	    c->now, err);

	if (rc == CP_OK)
		rc = cp_notice_look(c, r->n, NULL, err);
	if (rc == CP_OK)
		rc = log_event(c, r->id, e, &u.seq, err);
	return rc == CP_OK ? cp_undo_keep(c, &u, err) : rc;
}

enum cp_rc
cp_event_apply(const struct cp_change *c, const char *id,
    const struct cp_event *e, struct cp_record *after, struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	struct cp_record r;
	enum cp_rc rc = load(c, id, e, &r, &old, &doc, err);

	if (rc == CP_OK)
		rc = check_dates(c, e, doc, err);
	if (rc == CP_OK)
		rc = change(e, doc, err);
	if (rc == CP_OK)
		rc = e->kind == CP_EVENT_MOVED ? enter_move(c, e, &r, err) :
		    enter(c, e, &r, old, doc, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, r.n, after, err);
	cp_document_free(old);
	cp_document_free(doc);
	return rc;
}
