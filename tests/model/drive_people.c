#include "tests/model/drive_impl.h"

#include <string.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/records/consent_sensitive.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/feed.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/import.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/move.h"
#include "lifecycle/records/split.h"
#include "lifecycle/records/undo.h"

/* What is done to records, as the commands record, consent and hold do it. */

enum { TEAM = 1 };

enum cp_rc
drive_import(struct drive *d, const char *path, long counts[4])
{
	static const struct cp_import_how how = { .reason = "a feed" };
	const struct cp_import_report *r;
	struct cp_import *im = NULL;
	enum cp_rc rc;

	drive_flush(d);
	cp_err_clear(&d->err);
	rc = cp_import_new(d->store, d->audit[TEAM], &d->rules, &d->now, &how,
	    &im, &d->err);
	if (rc == CP_OK)
		rc = cp_import_file(im, path, CP_IMPORT_NDJSON, &d->err);
	if (rc == CP_OK)
		rc = cp_import_end(im, &d->err);
	if (rc == CP_OK) {
		r = cp_import_report(im);
		counts[0] = r->created;
		counts[1] = r->updated;
		counts[2] = r->unchanged;
		counts[3] = r->rejected;
	}
	cp_import_free(im);
	return rc;
}

enum cp_rc
drive_feed(struct drive *d, const char *path, long counts[2])
{
	struct cp_change c = { d->store, d->audit[TEAM], &d->rules, &d->now };
	struct cp_feed_report report = { 0 };
	enum cp_rc rc;

	drive_flush(d);
	cp_err_clear(&d->err);
	rc = cp_feed_events(&c, path, NULL, &report, &d->err);
	counts[0] = report.entered;
	counts[1] = report.rejected;
	cp_feed_report_clear(&report);
	return rc;
}

enum cp_rc
drive_correct(struct drive *d, int who, int alone, const char *id,
    const char *const *sets, size_t n)
{
	struct cp_change c = drive_begin(d, who, alone);
	struct cp_reject why = { "", "" };
	int changed[8];

	return drive_end_change(d, who, alone, cp_record_correct(&c, id, sets,
	    n, "it was wrong", changed, &why, &d->err));
}

/* ---- consent ------------------------------------------------------------- */

static enum cp_rc
give(struct drive *d, int who, const char *id, const struct consent *c,
    const char *evidence, int late, int best)
{
	struct cp_consent entry = { .ground = (enum cp_ground)c->ground,
		.by = (enum cp_by)c->by, .given = drive_date(c->given),
		.statement = "2009-1", .evidence = evidence,
		.method = "letter", .late_reason = late ? "found late" : NULL,
		.best_interests = best ? "BI/1" : NULL,
		.taken_by = drive_operators[who] };
	struct cp_record r;
	char detail[100];
	enum cp_rc rc = cp_record_get(d->store, id, &r, &d->err);

	if (rc == CP_OK)
		rc = cp_consent_give(d->store, &d->rules, &r, &entry, &d->now,
		    &d->err);
	(void)snprintf(detail, sizeof(detail), "{\"evidence\":\"%s\"}",
	    evidence);
	return rc == CP_OK ? drive_log(d, who, "consent.give", id, detail,
	    NULL) : rc;
}

enum cp_rc
drive_give(struct drive *d, int who, int alone, const char *id,
    const struct consent *c, const char *evidence, int late, int best)
{
	(void)drive_begin(d, who, alone);
	return drive_end_change(d, who, alone, give(d, who, id, c, evidence,
	    late, best));
}

static enum cp_rc
mark(struct drive *d, int who, const char *id, size_t i,
    const struct consent *c, const char *evidence, int late, int best)
{
	static const char *const by[] = { "self", "parent",
		"representative", "" };
	struct cp_consent entry = { .by = (enum cp_by)c->by,
		.by_word = by[c->by], .given = drive_date(c->given),
		.statement = "2009-1", .evidence = evidence,
		.method = "letter", .late_reason = late ? "found late" : NULL,
		.best_interests = best ? "BI/1" : NULL,
		.taken_by = drive_operators[who] };
	struct cp_record r;
	enum cp_rc rc = cp_record_get(d->store, id, &r, &d->err);

	(void)cp_consent_ground(c->ground == HARM ? "significant-harm" :
	    "sensitive-service", &entry);
	if (rc == CP_OK)
		rc = cp_sensitive_give(d->store, &d->rules, &r, i, &entry,
		    &d->now, &d->err);
	return rc == CP_OK ? drive_log(d, who, "consent.give", id, NULL,
	    NULL) : rc;
}

enum cp_rc
drive_mark(struct drive *d, int who, int alone, const char *id, size_t i,
    const struct consent *c, const char *evidence, int late, int best)
{
	(void)drive_begin(d, who, alone);
	return drive_end_change(d, who, alone, mark(d, who, id, i, c,
	    evidence, late, best));
}

static enum cp_rc
end(struct drive *d, int who, const char *id, enum ground ground,
    enum ending how, day on, int have[2])
{
	static const char *const words[] = { "connexions", "care-leaver",
		"learning-difficulty", "sensitive-service",
		"significant-harm", NULL };
	struct cp_consent_ending e = { .ground = words[ground],
		.why = how == WITHDRAWN ? CP_ENDED_BY_WITHDRAWAL :
		CP_ENDED_BY_GROUND, .date = drive_date(on),
		.who = drive_operators[who] };
	struct cp_record r;
	enum cp_rc rc = cp_record_get(d->store, id, &r, &d->err);

	if (rc == CP_OK)
		rc = cp_consent_end(d->store, &d->rules, &r, &d->now, &e,
		    &d->err);
	have[0] = e.ended;
	have[1] = e.removed;
	return rc == CP_OK ? drive_log(d, who, how == WITHDRAWN ?
	    "consent.withdraw" : "consent.end", id, NULL, NULL) : rc;
}

enum cp_rc
drive_end(struct drive *d, int who, int alone, const char *id,
    enum ground ground, enum ending how, day on, int have[2])
{
	(void)drive_begin(d, who, alone);
	return drive_end_change(d, who, alone, end(d, who, id, ground, how, on,
	    have));
}

static enum cp_rc
confirm(struct drive *d, int who, const char *id, enum ground ground, day on,
    int *count)
{
	enum cp_ground g = (enum cp_ground)ground;
	struct cp_record r;
	enum cp_rc rc = cp_record_get(d->store, id, &r, &d->err);

	if (rc == CP_OK)
		rc = cp_consent_confirm(d->store, &d->rules, &r,
		    ground == GROUNDS ? NULL : &g, drive_date(on), "CF/1",
		    drive_operators[who], &d->now, count, &d->err);
	return rc == CP_OK ? drive_log(d, who, "consent.confirm", id, NULL,
	    NULL) : rc;
}

enum cp_rc
drive_confirm(struct drive *d, int who, int alone, const char *id,
    enum ground ground, day on, int *count)
{
	(void)drive_begin(d, who, alone);
	return drive_end_change(d, who, alone, confirm(d, who, id, ground, on,
	    count));
}

enum cp_rc
drive_undo(struct drive *d, int who, int alone, const char *id)
{
	struct cp_change c = drive_begin(d, who, alone);
	struct cp_undone undone;

	return drive_end_change(d, who, alone, cp_undo_last(&c, id,
	    "entered by mistake", &undone, &d->err));
}

/* ---- moves --------------------------------------------------------------- */

enum cp_rc
drive_offer(struct drive *d, int who, int alone, const char *id,
    const char *to, day on)
{
	struct cp_change c = drive_begin(d, who, alone);
	struct cp_event e = { .kind = CP_EVENT_MOVED, .date = drive_date(on),
		.to = to, .offer = 1 };
	struct cp_record after;

	return drive_end_change(d, who, alone, cp_event_apply(&c, id, &e,
	    &after, &d->err));
}

enum cp_rc
drive_settle(struct drive *d, int who, int alone, const char *id,
    enum move_end end)
{
	static const enum cp_move_end ends[] = { CP_MOVE_ACCEPTED,
		CP_MOVE_DECLINED, CP_MOVE_WITHDRAWN };
	struct cp_change c = drive_begin(d, who, alone);
	struct cp_offer m;

	return drive_end_change(d, who, alone, cp_move_settle(&c, id,
	    ends[end], "agreed", &m, &d->err));
}

/* ---- one of two, two of one ---------------------------------------------- */

enum cp_rc
drive_merge(struct drive *d, int who, int alone, const char *id,
    const char *into)
{
	struct cp_change c = drive_begin(d, who, alone);
	struct cp_merge m = { .id = id, .into = into, .reason = "the same" };
	struct cp_merged merged;
	struct cp_reject why;

	return drive_end_change(d, who, alone, cp_record_merge(&c, &m, &merged,
	    &why, &d->err));
}

enum cp_rc
drive_split(struct drive *d, int who, int alone, const char *id,
    const char *const *take, size_t n_take, const char *const *sets,
    size_t n_sets, int consent, char fresh[ID_TEXT])
{
	struct cp_change c = drive_begin(d, who, alone);
	int64_t number = consent;
	struct cp_split x = { .id = id, .take = take, .n_take = n_take,
		.sets = sets, .n_sets = n_sets, .consents = &number,
		.n_consents = consent != 0, .reason = "two people" };
	struct cp_splitted both;
	struct cp_reject why;
	enum cp_rc rc = drive_end_change(d, who, alone, cp_record_split(&c,
	    &x, &both, &why, &d->err));

	if (rc == CP_OK)
		(void)snprintf(fresh, ID_TEXT, "%s", both.parted.id);
	return rc;
}

/* ---- holds --------------------------------------------------------------- */

static enum cp_rc
place(struct drive *d, int who, struct cp_hold *h, const char *id)
{
	struct cp_record r;
	enum cp_rc rc = CP_OK;

	if (h->scope == CP_HOLD_RECORD) {
		rc = cp_record_get(d->store, id, &r, &d->err);
		h->record = rc == CP_OK ? r.n : 0;
	}
	if (rc == CP_OK)
		rc = cp_hold_place(d->store, h, drive_operators[who],
		    d->now.today, &d->err);
	return rc == CP_OK ? drive_log(d, who, "hold.place",
	    h->scope == CP_HOLD_RECORD ? id : NULL, NULL, NULL) : rc;
}

enum cp_rc
drive_hold(struct drive *d, int who, int alone, enum scope scope,
    const char *id, const char *about, day review, char hold[24])
{
	static const enum cp_hold_scope scopes[] = { CP_HOLD_RECORD,
		CP_HOLD_AUTHORITY, CP_HOLD_PREDICATE, CP_HOLD_ALL };
	struct cp_hold h = { .scope = scopes[scope], .reason = "inquiry",
		.legal_basis = "Inquiries Act 2005", .contact = "the clerk",
		.review = drive_date(review) };
	enum cp_rc rc;

	if (scope == ON_AUTHORITY)
		(void)snprintf(h.authority, sizeof(h.authority), "%s", about);
	if (scope == ON_PREDICATE)
		(void)snprintf(h.predicate, sizeof(h.predicate), "%s", about);
	(void)drive_begin(d, who, alone);
	rc = drive_end_change(d, who, alone, place(d, who, &h, id));
	if (rc == CP_OK)
		memcpy(hold, h.id, 24);
	return rc;
}

/* As the command: released in one transaction, settled in others. */
enum cp_rc
drive_release(struct drive *d, int who, const char *hold)
{
	struct cp_hold h;
	int64_t freed;
	enum cp_rc rc;

	(void)drive_begin(d, who, 1);
	rc = cp_hold_get(d->store, hold, &h, &d->err);
	if (rc == CP_OK)
		rc = cp_hold_release(d->store, &h, drive_operators[who],
		    "over", d->now.today, &d->err);
	if (rc == CP_OK)
		rc = drive_log(d, who, "hold.release", NULL, NULL, NULL);
	rc = drive_end_change(d, who, 1, rc);
	return rc == CP_OK ? cp_hold_settle(d->store, d->audit[who],
	    d->now.today, &freed, NULL, NULL, &d->err) : rc;
}

/* ---- looking ------------------------------------------------------------- */

int
drive_finds(struct drive *d, const char *number, const char *name,
    struct born born, const char *id)
{
	struct cp_find what = { .query = { .name = name, .number = number },
		.limit = 100 };
	struct cp_found_list list = { 0 };
	int found = 0;

	what.born.year = (int16_t)born.y;
	what.born.month = (int8_t)born.m;
	what.born.day = (int8_t)born.d;
	drive_must(d, cp_find_run(d->store, d->settings.salt, &what, &list,
	    &d->err), "find");
	for (size_t i = 0; i < list.n; i++)
		found |= strcmp(list.one[i].record.id, id) == 0;
	if (!found && list.cut)
		found = -1;
	cp_found_clear(&list);
	return found;
}

void
drive_record(struct drive *d, const char *id, char state[16], day *due,
    char why[48], day *extended_from, int *parked, day *prune_due)
{
	struct cp_record r;

	drive_must(d, cp_record_get(d->store, id, &r, &d->err), id);
	(void)snprintf(state, 16, "%s", cp_state_word(r.state));
	*due = drive_day(r.next_due);
	(void)snprintf(why, 48, "%s", r.rule);
	*extended_from = drive_day(r.extended_from);
	*parked = (int)r.parked;
	*prune_due = drive_day(r.prune_due);
}

/* The explanation comes to the same, and says why. */
static int
explained(struct drive *d, const struct cp_fact_set *f,
    const struct cp_decision *x)
{
	struct cp_explanation e;
	int same;

	cp_explanation_init(&e);
	drive_must(d, cp_decide_explain(d->policy, &f->facts, d->now.today,
	    &e, &d->err), "explain");
	same = e.n_steps > 2 && e.decision.action == x->action &&
	    cp_date_cmp(e.decision.due, x->due) == 0 &&
	    e.decision.rule == x->rule && e.decision.blocked == x->blocked;
	cp_explanation_clear(&e);
	return same;
}

int
drive_decides_same(struct drive *d, long n)
{
	struct cp_decision x = { 0 };
	struct cp_fact_set f;
	struct cp_record r;
	int same;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	drive_must(d, cp_record_at(d->store, n, &r, &d->err), "record");
	drive_must(d, cp_facts_load(d->store, n, &f, &d->err), "facts");
	rc = cp_decide(d->policy, &f.facts, d->now.today, &x, &d->err);
	if (rc == CP_BAD_INPUT)
		same = r.parked == CP_PARKED_UNDECIDABLE &&
		    r.next_action == CP_ACTION_NONE;
	else
		same = rc == CP_OK && explained(d, &f, &x) &&
		    x.action == r.next_action &&
		    cp_date_cmp(x.due, r.next_due) == 0 &&
		    strcmp(x.rule_name, r.rule) == 0 &&
		    cp_date_cmp(x.extended_from, r.extended_from) == 0;
	cp_fact_set_clear(&f);
	return same;
}
