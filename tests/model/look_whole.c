#include "tests/model/look_impl.h"

#include <stdlib.h>
#include <string.h>

/* Invariants of the whole store. */

static void
look_tally(struct world *w)
{
	static const char *const names[] = { "live", "archived", "destroyed",
		"merged", "parked-1", "parked-2", "parked-3" };
	long want[7] = { 0 }, have;
	char sql[100];

	for (int i = 0; i < w->n; i++) {
		const struct person *p = &w->person[i];

		want[p->state - LIVE]++;
		want[4] += p->held;
		want[5] += p->waits_in != 0;
		want[6] += p->state == LIVE && p->cannot;
	}
	for (int i = 0; i < 7; i++) {
		(void)snprintf(sql, sizeof(sql), "SELECT count FROM tally "
		    "WHERE name = '%s'", names[i]);
		have = look_number(sql);
		if (have != want[i])
			wrong(w, -1, "tally of %s: expected %ld, the store: "
			    "%ld", names[i], want[i], have);
	}
}

/* What no row may ever be, asked in one word each. */
static void
look_never(struct world *w)
{
	static const struct {
		const char *what, *sql;
	} never[] = {
		{ "destroyed before its day", "SELECT count(*) FROM package "
		    "WHERE status = 'destroyed' AND ended < destroy_due" },
		{ "destroyed within five years of archiving",
		    "SELECT count(*) FROM package WHERE status = 'destroyed' "
		    "AND ended < date(archived, '+5 years')" },
		{ "a search key of a record that is not live",
		    "SELECT count(*) FROM search_key k LEFT JOIN record r "
		    "ON r.n = k.record WHERE r.state IS NOT 'live'" },
		{ "a header without its archived package",
		    "SELECT count(*) FROM header h LEFT JOIN package p "
		    "ON p.n = h.package WHERE p.status IS NOT 'archived'" },
		{ "an archived package on a destroyed shelf",
		    "SELECT count(*) FROM package p JOIN shelf s "
		    "ON s.month = p.shelf WHERE p.status = 'archived' "
		    "AND s.destroyed IS NOT NULL" },
		{ "a volume that counts its packages wrongly",
		    "SELECT count(*) FROM volume v WHERE gone IS NULL AND "
		    "live <> (SELECT count(*) FROM package p WHERE "
		    "p.volume = v.n AND p.status = 'archived')" },
		{ "a log entry too few or too many",
		    "SELECT count(*) <> max(seq) + 1 FROM audit" },
		{ "a head that is not of the whole log",
		    "SELECT (SELECT size FROM audit_head) <> max(seq) + 1 "
		    "FROM audit" },
		{ "a checkpoint beyond the log",
		    "SELECT count(*) FROM audit_checkpoint WHERE size > "
		    "(SELECT max(seq) + 1 FROM audit)" },
		{ "a run that did not end",
		    "SELECT count(*) FROM run WHERE finished IS NULL" },
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (look_number(never[i].sql) != 0)
			wrong(w, -1, "%s", never[i].what);
}

/* A twelfth of the records each month, so that a year sees them all. */
static void
look_decisions(struct world *w)
{
	for (int i = (int)(w->months % 12); i < w->n; i += 12)
		if (w->person[i].state != DESTROYED &&
		    w->person[i].state != MERGED &&
		    !drive_decides_same(w->drive, i + 1))
			wrong(w, i, "the stored dates are not those of a "
			    "decision now");
}

static void
look_hold_rows(struct world *w)
{
	static const char *const scopes[] = { "record", "authority",
		"predicate", "all" };
	sqlite3_stmt *q = look_ask("SELECT id, scope, record, authority, "
	    "released IS NOT NULL FROM hold ORDER BY n");
	struct text want = { 0 }, have = { 0 };
	int n = 0;

	for (; sqlite3_step(q) == SQLITE_ROW && n < w->n_holds; n++) {
		const struct hold *h = &w->hold[n];

		want.n = have.n = 0;
		put(&want, "%s %s, record %d, authority %s, released %d",
		    h->id, scopes[h->scope], h->scope == ON_RECORD ?
		    h->person + 1 : 0, h->scope == ON_AUTHORITY ?
		    authority_code(h->authority) : "-", h->released);
		put(&have, "%s %s, record %d, authority %s, released %d",
		    look_text(q, 0), look_text(q, 1), sqlite3_column_int(q, 2),
		    look_text(q, 3), sqlite3_column_int(q, 4));
		look_same(w, h->scope == ON_RECORD ? h->person : -1,
		    "the hold", &want, &have);
	}
	(void)sqlite3_finalize(q);
	if (n != w->n_holds)
		wrong(w, -1, "hold %s is gone", w->hold[n].id);
	drop(&want);
	drop(&have);
}

/* What each hold in force is said to suspend. */
static void
look_holds(struct world *w)
{
	for (int i = 0; i < w->n_holds; i++) {
		long want, have;

		if (w->hold[i].released || (w->hold[i].scope == ON_RECORD &&
		    (i + w->months) % 6 != 0))
			continue;
		want = held_by(w, i);
		have = drive_suspends(w->drive, w->hold[i].id);
		if (want != have)
			wrong(w, -1, "hold %s: expected %ld suspended, the "
			    "store: %ld", w->hold[i].id, want, have);
	}
}

void
look_all(struct world *w)
{
	drive_flush(w->drive);
	look_records(w);
	look_documents(w);
	look_consents(w);
	look_packages(w);
	look_volumes(w);
	look_shelves(w);
	look_all_batches(w);
	look_tally(w);
	look_never(w);
	look_decisions(w);
	look_hold_rows(w);
	look_holds(w);
	look_plan(w);
	look_forecast(w);
	w->checks++;
}

/* ---- traces -------------------------------------------------------------- */

/* KNOWN: words of somebody who is live. */
static void
look_at_value(struct world *w, const char *known, const char *table,
    const char *bytes, int len)
{
	for (int i = 0; i + 7 <= len; i++) {
		const char *at = memchr(bytes + i, 'Z', (size_t)(len - i));
		int person;

		if (at == NULL)
			return;
		i = (int)(at - bytes);
		person = i + 7 <= len ? token_person(at) : -1;
		if (person >= 0 && person < w->n && !known[person])
			wrong(w, person, "a word about it stands in table "
			    "%s: %.*s", table, len > 300 ? 300 : len, bytes);
	}
}

static void
look_at_table(struct world *w, const char *known, const char *table)
{
	char sql[200];
	sqlite3_stmt *q;

	(void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%.100s\"", table);
	q = look_ask(sql);
	while (sqlite3_step(q) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(q); i++)
			if (sqlite3_column_type(q, i) == SQLITE_TEXT ||
			    sqlite3_column_type(q, i) == SQLITE_BLOB)
				look_at_value(w, known, table,
				    sqlite3_column_blob(q, i),
				    sqlite3_column_bytes(q, i));
	(void)sqlite3_finalize(q);
}

void
look_for_traces(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT name FROM sqlite_master "
	    "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");

	char *known = calloc((size_t)w->n + 1, 1);

	if (known == NULL)
		abort();
	for (int i = 0; i < w->n; i++)
		known[w->person[i].word] |= w->person[i].state == LIVE;
	drive_flush(w->drive);
	while (sqlite3_step(q) == SQLITE_ROW)
		look_at_table(w, known, look_text(q, 0));
	(void)sqlite3_finalize(q);
	free(known);
	w->scans++;
}

/* ---- packages ------------------------------------------------------------ */

/* How often WORD stands in TEXT. */
static int
times(const char *text, const char *word)
{
	int n = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

static void
look_into(struct world *w, int person)
{
	const struct person *p = &w->person[person];
	struct text record = { 0 }, history = { 0 }, want = { 0 };
	enum cp_rc rc = drive_open(w->drive, p->id, "court-order", &record,
	    &history);

	if (rc != CP_OK)
		wrong(w, person, "its package does not open: %s",
		    drive_why(w->drive));
	person_text(p, p->word, &want);
	look_same(w, person, "the record in the package", &want, &record);
	if (times(history.s, "\"given\":\"") != p->n_consents)
		wrong(w, person, "expected %d consents in the package: %s",
		    p->n_consents, history.s);
	drop(&record);
	drop(&history);
	drop(&want);
	w->reopened++;
}

void
look_into_packages(struct world *w, int count)
{
	for (int i = 0; i < count; i++) {
		int person = somebody(w, ARCHIVED);

		if (person >= 0 && w->person[person].state == ARCHIVED)
			look_into(w, person);
	}
}

void
look_at_log(struct world *w)
{
	if (drive_verify_log(w->drive) != CP_OK)
		wrong(w, -1, "the log: %s", drive_why(w->drive));
	w->logs++;
}
