#include "tests/model/look_impl.h"

#include <stdlib.h>
#include <string.h>

#include "tests/model/drive.h"

static sqlite3 *db;

void
look_open(struct world *w)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/store.db", w->dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK)
		wrong(w, -1, "%s cannot be opened", path);
}

void
look_close(void)
{
	(void)sqlite3_close(db);
}

sqlite3_stmt *
look_ask(const char *sql)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "WRONG: %s: %s\n", sql,
		    sqlite3_errmsg(db));
		exit(1);
	}
	return q;
}

const char *
look_text(sqlite3_stmt *q, int i)
{
	const char *s = (const char *)sqlite3_column_text(q, i);

	return s != NULL ? s : "-";
}

long
look_number(const char *sql)
{
	sqlite3_stmt *q = look_ask(sql);
	long n = -1;

	if (sqlite3_step(q) == SQLITE_ROW)
		n = (long)sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return n;
}

void
look_same(const struct world *w, int person, const char *what,
    const struct text *want, const struct text *have)
{
	if (strcmp(want->s, have->s) != 0)
		wrong(w, person, "%s\n  expected: %s\n  the store: %s", what,
		    want->s, have->s);
}

void
look_id(int n, char out[ID_TEXT])
{
	sqlite3_stmt *q = look_ask("SELECT id FROM record WHERE n = ?");

	out[0] = '\0';
	(void)sqlite3_bind_int(q, 1, n);
	if (sqlite3_step(q) == SQLITE_ROW)
		(void)snprintf(out, ID_TEXT, "%s", look_text(q, 0));
	(void)sqlite3_finalize(q);
}

/* ---- records ------------------------------------------------------------- */

static const char *
state_word(enum state s)
{
	static const char *const words[] = { "absent", "live", "archived",
		"destroyed", "merged" };

	return words[s];
}

static int
parking(const struct person *p)
{
	if (p->state == LIVE)
		return p->cannot ? 3 : 0;
	return p->waits_in != 0 ? 2 : p->held;
}

const char *
look_day(day n, char out[DAY_TEXT])
{
	return n == 0 ? "-" : day_text(n, out);
}

static void
put_expected(const struct person *p, struct text *t)
{
	char due[DAY_TEXT], from[DAY_TEXT], prune[DAY_TEXT];
	int live = p->state == LIVE, decided = live ? !p->cannot :
	    p->state == ARCHIVED;

	t->n = 0;
	put(t, "%s, due %s, rule %s, extended from %s, parked %d, prune %s",
	    state_word(p->state), !decided ? "-" :
	    day_text(live ? p->due : p->promised, due),
	    decided ? why_word(p->why) : "-",
	    look_day(live ? p->extended_from : 0, from), parking(p),
	    look_day(live ? p->prune_due : 0, prune));
}

void
look_person(struct world *w, int person)
{
	char state[16], rule[48], a[DAY_TEXT], b[DAY_TEXT], c[DAY_TEXT];
	struct person *p = &w->person[person];
	struct text want = { 0 }, have = { 0 };
	day due, from, prune;
	int parked;

	drive_record(w->drive, p->id, state, &due, rule, &from, &parked,
	    &prune);
	put_expected(p, &want);
	put(&have, "%s, due %s, rule %s, extended from %s, parked %d, prune "
	    "%s", state, look_day(due, a), rule[0] != '\0' ? rule : "-",
	    look_day(from, b), parked, look_day(prune, c));
	look_same(w, person, "the record after this", &want, &have);
	drop(&want);
	drop(&have);
}

static void
put_row(sqlite3_stmt *q, struct text *t)
{
	t->n = 0;
	put(t, "%s, due %s, rule %s, extended from %s, parked %s, prune %s",
	    look_text(q, 3), look_text(q, 5), look_text(q, 6), look_text(q, 7),
	    look_text(q, 8), look_text(q, 9));
}

static const char *
action_of(const struct person *p)
{
	if (p->state == LIVE)
		return p->cannot ? "-" : "archive";
	return p->state == ARCHIVED ? "destroy" : "-";
}

/* What else the row says: who it is, and the facts, which only a live record
 * has. */
static void
same_facts(struct world *w, int i, sqlite3_stmt *q)
{
	struct person *p = &w->person[i];
	struct text want = { 0 }, have = { 0 };
	char birth[DAY_TEXT], a[DAY_TEXT], b[DAY_TEXT], c[DAY_TEXT];
	int live = p->state == LIVE;

	born_text(p->born, birth);
	put(&want, "%s %s %s, born %s, death %s, left %s, destroyed %s, "
	    "merged into %d, offered to %s", p->id,
	    authority_code(p->authority), action_of(p),
	    live ? birth : "-", look_day(live ? p->notified : 0, a),
	    look_day(live ? p->left_on : 0, b), look_day(p->destroyed_on, c),
	    p->state == MERGED ? p->into + 1 : 0, p->offer == 0 ? "-" :
	    authority_code(p->offered_to));
	put(&have, "%s %s %s, born %s, death %s, left %s, destroyed %s, "
	    "merged into %d, offered to %s", look_text(q, 1), look_text(q, 2),
	    look_text(q, 4), look_text(q, 10),
	    look_text(q, 11), look_text(q, 12), look_text(q, 13),
	    sqlite3_column_int(q, 14), look_text(q, 15));
	look_same(w, i, "the row of the record", &want, &have);
	drop(&want);
	drop(&have);
}

void
look_records(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT n, id, authority, state, "
	    "next_action, next_due, rule, extended_from, parked, "
	    "prune_due, birth, death_notified, left_on, destroyed, merged_into, "
	    "(SELECT "
	    "to_authority FROM move m WHERE m.record = record.n AND status = "
	    "'offered') FROM record ORDER BY n");
	struct text want = { 0 }, have = { 0 };
	int n = 0;

	for (; sqlite3_step(q) == SQLITE_ROW; n++) {
		if (n == w->n || sqlite3_column_int(q, 0) != n + 1)
			wrong(w, -1, "a record nobody made, in row %d",
			    sqlite3_column_int(q, 0));
		put_expected(&w->person[n], &want);
		put_row(q, &have);
		look_same(w, n, "the record", &want, &have);
		same_facts(w, n, q);
	}
	(void)sqlite3_finalize(q);
	if (n != w->n)
		wrong(w, n, "this record is gone");
	drop(&want);
	drop(&have);
}

void
look_documents(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT record, doc FROM document "
	    "ORDER BY record");
	struct text want = { 0 }, have = { 0 };
	int i = 0;

	for (; sqlite3_step(q) == SQLITE_ROW; i++) {
		int n = sqlite3_column_int(q, 0) - 1;

		while (i < n && w->person[i].state != LIVE)
			i++;
		if (i != n || w->person[n].state != LIVE)
			wrong(w, i, "%s", i < n ? "it has no document" :
			    "it has a document");
		person_text(&w->person[n], w->person[n].word, &want);
		have.n = 0;
		put(&have, "%s", look_text(q, 1));
		look_same(w, n, "the document", &want, &have);
	}
	(void)sqlite3_finalize(q);
	for (; i < w->n; i++)
		if (w->person[i].state == LIVE)
			wrong(w, i, "it has no document");
	drop(&want);
	drop(&have);
}

static void
put_consent(const struct consent *c, struct text *t)
{
	static const char *const ground[] = { "connexions", "care-leaver",
		"learning-difficulty", "sensitive-service",
		"significant-harm" };
	static const char *const by[] = { "self", "parent",
		"representative", "unstated" };
	static const char *const how[] = { "-", "withdrawn", "ended" };
	int stays = c->ground < STAYING;
	char given[DAY_TEXT], ended[DAY_TEXT], a[DAY_TEXT], b[DAY_TEXT];

	put(t, "C-%d %s by %s on %s, %s %s, until %s, confirm %s; ",
	    c->number, ground[c->ground], c->ground == HARM ? "" : by[c->by],
	    day_text(c->given, given), how[c->how], look_day(c->ended, ended),
	    look_day(stays ? c->until : 0, a),
	    look_day(stays ? c->confirm_due : 0, b));
}

void
look_consents(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT record, ground, by, given, "
	    "end_kind, ended, CASE WHEN ground LIKE 's%' THEN NULL "
	    "ELSE until END, confirm_due, n FROM consent ORDER BY record, n");
	struct text want = { 0 }, have = { 0 };
	int row = sqlite3_step(q);

	for (int i = 0; i < w->n; i++) {
		const struct person *p = &w->person[i];

		want.n = have.n = 0;
		put(&want, "%s", "");
		put(&have, "%s", "");
		for (int c = 0; p->state == LIVE && c < p->n_consents; c++)
			put_consent(&p->consent[c], &want);
		while (row == SQLITE_ROW && sqlite3_column_int(q, 0) ==
		    i + 1) {
			put(&have, "C-%s %s by %s on %s, %s %s, until %s, "
			    "confirm %s; ", look_text(q, 8),
			    look_text(q, 1), look_text(q, 2),
			    look_text(q, 3), look_text(q, 4), look_text(q, 5),
			    look_text(q, 6), look_text(q, 7));
			row = sqlite3_step(q);
		}
		look_same(w, i, "the consents", &want, &have);
	}
	(void)sqlite3_finalize(q);
	drop(&want);
	drop(&have);
}

