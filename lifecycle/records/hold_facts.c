#include "lifecycle/records/hold_facts.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/rules/decide.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/stmt.h"

void
cp_hold_read(struct cp_hold_reading *r, const char *text)
{
	struct cp_err ignored;

	if (r->done && strcmp(r->text, text) == 0)
		return;
	r->done = strlen(text) < sizeof(r->text);
	if (r->done)
		memcpy(r->text, text, strlen(text) + 1);
	r->unreadable = cp_predicate_parse(text, &r->predicate,
	    &ignored) != CP_OK;
}

void
cp_hold_facts_init(struct cp_hold_facts *f)
{
	memset(f, 0, sizeof(*f));
}

void
cp_hold_facts_clear(struct cp_hold_facts *f)
{
	cp_document_free(f->doc);
	f->doc = NULL;
	f->loaded = 0;
	f->asked = 0;
}

/* The civil date of a moment in RFC 3339, UTC. */
static struct cp_span
day_of(const char *time)
{
	char text[CP_DATE_TEXT];
	struct cp_err ignored;
	struct cp_date d;
	int hour, minute;

	if (strlen(time) < 17 || time[10] != 'T' || time[13] != ':')
		return cp_span_unknown();
	memcpy(text, time, 10);
	text[10] = '\0';
	if (cp_date_parse(text, &d, &ignored) != CP_OK)
		return cp_span_unknown();
	hour = (time[11] - '0') * 10 + time[12] - '0';
	minute = (time[14] - '0') * 10 + time[15] - '0';
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return cp_span_unknown();
	return cp_span_on(cp_london_date(cp_utc_unix(d,
	    hour * 3600 + minute * 60)));
}

/* A date that cannot be read is not known, rather than none. */
static struct cp_span
span_at(struct cp_stmt *q, int col)
{
	struct cp_date d = cp_col_date(q, col);

	return cp_col_null(q, col) || cp_date_set(d) ? cp_span_on(d) :
	    cp_span_unknown();
}

static uint64_t
rules_named(const char *name)
{
	for (unsigned i = 0; i < CP_RULE_COUNT; i++)
		if (strcmp(cp_rule_name((enum cp_rule)i), name) == 0)
			return (uint64_t)1 << i;
	return UINT64_MAX;
}

static unsigned
live_states(struct cp_date extended_from, struct cp_date today)
{
	if (!cp_date_set(extended_from))
		return CP_IS_LIVE;
	if (!cp_date_set(today))
		return CP_IS_LIVE | CP_IS_EXTENDED;
	return cp_date_cmp(extended_from, today) <= 0 ? CP_IS_EXTENDED :
	    CP_IS_LIVE;
}

static void
read_live(struct cp_stmt *q, struct cp_date today, struct cp_hold_facts *f)
{
	static const struct cp_date none = { 0 };
	struct cp_predicate_facts *k = &f->known;
	struct cp_partial_date birth;
	struct cp_err ignored;

	k->states = live_states(cp_col_date(q, 6), today);
	k->archived = k->destroy_due = cp_span_on(none);
	if (cp_partial_parse(cp_col_text(q, 7), &birth, &ignored) == CP_OK)
		k->born = cp_span_partial(birth);
	k->died = span_at(q, 8);
	k->left = span_at(q, 9);
}

static void
read_archived(struct cp_stmt *q, struct cp_hold_facts *f)
{
	struct cp_predicate_facts *k = &f->known;

	k->states = CP_IS_ARCHIVED;
	if (!cp_col_null(q, 10))
		k->archived = span_at(q, 10);
	if (strcmp(cp_col_text(q, 3), "destroy") == 0 && !cp_col_null(q, 4))
		k->destroy_due = span_at(q, 4);
}

static enum cp_rc
load_row(struct cp_store *s, int64_t n, struct cp_date today,
    struct cp_hold_facts *f, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_FACTS);
	enum cp_state state;
	int row;
	enum cp_rc rc;

	cp_predicate_facts_unknown(&f->known);
	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	if (cp_state_parse(cp_col_text(q, 0), &state)) {
		f->live = state == CP_STATE_LIVE;
		if (f->live)
			read_live(q, today, f);
		else if (state == CP_STATE_ARCHIVED)
			read_archived(q, f);
	}
	cp_col_copy(q, 1, f->authority, sizeof(f->authority));
	f->known.authority = f->authority;
	f->known.entered = day_of(cp_col_text(q, 2));
	f->known.rules = rules_named(cp_col_text(q, 5));
	f->loaded = 1;
	cp_reset(q);
	return CP_OK;
}

/* On TODAY; without it no consent is surely in force. */
static enum cp_rc
load_grounds(struct cp_store *s, int64_t n, struct cp_date today,
    struct cp_predicate_facts *k, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_HOLD_GROUNDS);
	struct cp_date given, ended, until;
	enum cp_ground ground;
	int row, over;
	enum cp_rc rc;

	k->grounds = k->grounds_maybe = 0;
	cp_bind_int(q, n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		given = cp_col_date(q, 1);
		ended = cp_date_earlier(cp_col_date(q, 2), cp_col_date(q, 3));
		until = cp_col_date(q, 3);
		over = cp_date_set(today) && (cp_date_cmp(given, today) > 0 ||
		    (cp_date_set(ended) && cp_date_cmp(ended, today) <= 0));
		if (over || !cp_ground_parse(cp_col_text(q, 0), &ground))
			continue;
		k->grounds_maybe |= 1U << ground;
		if (cp_date_set(today) && cp_date_set(until))
			k->grounds |= 1U << ground;
	}
	return rc;
}

/* Those that everybody may know of; a document that cannot be read leaves them
 * unknown. */
static enum cp_rc
load_services(struct cp_store *s, int64_t n, struct cp_hold_facts *f,
    struct cp_err *err)
{
	struct cp_predicate_facts *k = &f->known;
	struct cp_err ignored = { 0 };
	struct cp_record r;
	int sensitive = 0;
	enum cp_rc rc = cp_record_at(s, n, &r, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_gate_document(s, &r, CP_FOR_DECIDE, &f->doc, &ignored);
	if (rc == CP_CORRUPT || rc == CP_REFUSED)
		return CP_OK;
	if (rc != CP_OK) {
		*err = ignored;
		return rc;
	}
	for (size_t i = 0; i < f->doc->n_involvements; i++) {
		const struct cp_involvement *v = &f->doc->involvements[i];

		if (v->sensitive != CP_SENSITIVE_NO)
			sensitive = 1;
		else if (k->n_services < CP_DOCUMENT_LIST_MAX)
			f->services[k->n_services++] = v->service;
	}
	k->services = f->services;
	k->services_more = sensitive;
	return CP_OK;
}

static int
asks(const struct cp_hold_reading *r, const struct cp_hold_facts *f,
    enum cp_predicate_field field)
{
	return f->live && cp_predicate_names(&r->predicate, field) &&
	    !(f->asked >> field & 1);
}

enum cp_rc
cp_hold_judge(struct cp_store *s, int64_t n, struct cp_date today,
    const struct cp_hold_reading *r, struct cp_hold_facts *f,
    enum cp_truth *out, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (r->unreadable) {
		*out = CP_TRUE;
		return CP_OK;
	}
	if (!f->loaded)
		rc = load_row(s, n, today, f, err);
	if (rc == CP_OK && asks(r, f, CP_FIELD_GROUND)) {
		rc = load_grounds(s, n, today, &f->known, err);
		f->asked |= 1U << CP_FIELD_GROUND;
	}
	if (rc == CP_OK && asks(r, f, CP_FIELD_SERVICE)) {
		rc = load_services(s, n, f, err);
		f->asked |= 1U << CP_FIELD_SERVICE;
	}
	if (rc == CP_OK)
		*out = cp_predicate_eval(&r->predicate, &f->known);
	return rc;
}
