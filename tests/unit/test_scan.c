#include <check.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/records/facts.h"
#include "lifecycle/records/scan.h"

/* The facts that a scan streams are those that are loaded record by record. */

enum { RECORDS = 3000 };

static struct cp_err err;
static char dir[64];
static struct cp_store *store;
static uint64_t state = 3;
static int records = RECORDS;

static unsigned
any(unsigned below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

/* A quoted day, or NULL once in OR_NULL. */
static const char *
day(char out[16], unsigned or_null)
{
	if (or_null > 0 && any(or_null) == 0)
		return "NULL";
	(void)snprintf(out, 16, "'%04u-%02u-%02u'", 1999 + any(30),
	    1 + any(12), 1 + any(28));
	return out;
}

static const char *
birth(char out[16])
{
	unsigned year = 1990 + any(25), month = 1 + any(12), d = 1 + any(28);

	switch (any(5)) {
	case 0:
		(void)snprintf(out, 16, "'%04u'", year);
		break;
	case 1:
		(void)snprintf(out, 16, "'%04u-%02u'", year, month);
		break;
	default:
		(void)snprintf(out, 16, "'%04u-%02u-%02u'", year, month, d);
	}
	return out;
}

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK,
	    "%s: %s", sql, why);
}

static void
add_package(sqlite3 *db, int n, const char *status)
{
	char sql[400], a[16], b[16];

	(void)snprintf(sql, sizeof(sql), "INSERT INTO package(id, record, "
	    "volume, archived, rule, destroy_due, shelf, policy, status) "
	    "SELECT 'PK-' || count(*), %d, 1, %s, 'x', %s, 203001, 1, '%s' "
	    "FROM package", n, day(a, 0), day(b, 0), status);
	run(db, sql);
}

static void
add_consent(sqlite3 *db, int n)
{
	static const char *const grounds[] = { "connexions", "care-leaver",
		"learning-difficulty", "sensitive-service",
		"significant-harm" };
	static const char *const givers[] = { "self", "parent",
		"representative" };
	static const char *const kinds[] = { "'withdrawn'", "'ended'" };
	char sql[400], a[16], b[16];

	(void)snprintf(sql, sizeof(sql), "INSERT INTO consent(record, ground, "
	    "by, given, statement, evidence, taken_by, entered, ended, "
	    "end_kind) VALUES (%d, '%s', '%s', %s, 's', 'e', 't', 'n', %s, "
	    "%s)", n, grounds[any(5)], givers[any(3)], day(a, 0), day(b, 2),
	    kinds[any(2)]);
	run(db, sql);
}

static void
add_record(sqlite3 *db, int n)
{
	static const char *const states[] = { "live", "archived",
		"destroyed", "merged" };
	static const char *const intentions[] = { "NULL", "'return'",
		"'no-return'", "'none-stated'" };
	static const char *const actions[] = { "'archive'", "'destroy'",
		"NULL" };
	unsigned s = any(10) < 6 ? 0 : any(4);
	char sql[600], b[16], d[4][16];

	(void)snprintf(sql, sizeof(sql), "INSERT INTO record(n, id, authority, "
	    "state, next_action, next_due, rule, extended_from, parked, "
	    "prune_due, policy, birth, death_notified, left_on, "
	    "left_intention, created, changed) VALUES (%d, 'R%d', 'A', '%s', "
	    "%s, %s, 'archive.period', %s, %u, %s, 1, %s, %s, %s, %s, 'x', "
	    "'x')", n, n, states[s], actions[any(3)], day(d[0], 5),
	    day(d[1], 2), any(4), day(d[2], 2), s == 0 ? birth(b) : "NULL",
	    s == 0 ? day(d[3], 2) : "NULL", "NULL",
	    s == 0 ? intentions[any(4)] : "NULL");
	run(db, sql);
	if (any(8) == 0)
		add_package(db, n, "restored");
	if (s == 1)
		add_package(db, n, "archived");
	for (unsigned i = any(4) == 0 ? 1 + any(12) : 0; i > 0; i--)
		add_consent(db, n);
}

static void
setup(void)
{
	char path[100];
	sqlite3 *db;
	int n = 0;

	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-scan.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(cp_store_create(dir, &store, &err) == CP_OK, "%s",
	    err.what);
	cp_store_free(store);
	(void)snprintf(path, sizeof(path), "%s/store.db", dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	run(db, "BEGIN; INSERT INTO policy VALUES (1, 'p', '1', 'h', 'f', 'x', "
	    "'x'); INSERT INTO volume(id, custody, made, packages, live, "
	    "size, sha256) VALUES ('V', 'c', 'x', 0, 0, 0, x'00')");
	for (int i = 0; i < records; i++) {
		n += 1 + (int)any(3); /* with gaps */
		add_record(db, n);
	}
	run(db, "COMMIT");
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	ck_assert(cp_store_open(dir, CP_STORE_READ, &store, &err) == CP_OK);
}

static void
teardown(void)
{
	char cmd[100];

	cp_store_free(store);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static void
same_consents(const struct cp_facts *a, const struct cp_facts *b)
{
	ck_assert_uint_eq(a->n_consents, b->n_consents);
	for (size_t i = 0; i < a->n_consents; i++) {
		const struct cp_consent_fact *x = &a->consents[i];
		const struct cp_consent_fact *y = &b->consents[i];

		ck_assert_int_eq(x->ground, y->ground);
		ck_assert_int_eq(x->by, y->by);
		ck_assert_int_eq(x->given.days, y->given.days);
		ck_assert_int_eq(x->ended.days, y->ended.days);
		ck_assert_int_eq(x->ended_by, y->ended_by);
	}
}

static void
same_facts(const struct cp_facts *a, const struct cp_facts *b)
{
	ck_assert_int_eq(a->state, b->state);
	ck_assert_int_eq(a->birth.year, b->birth.year);
	ck_assert_int_eq(a->birth.month, b->birth.month);
	ck_assert_int_eq(a->birth.day, b->birth.day);
	ck_assert_int_eq(a->archived_on.days, b->archived_on.days);
	ck_assert_int_eq(a->destroy_due_fixed.days,
	    b->destroy_due_fixed.days);
	ck_assert_int_eq(a->death_notified.days, b->death_notified.days);
	ck_assert_int_eq(a->left_on.days, b->left_on.days);
	ck_assert_int_eq(a->left_intention, b->left_intention);
	same_consents(a, b);
}

static void
same_row(const struct cp_scanned *a, const struct cp_record *r)
{
	ck_assert_str_eq(a->id, r->id);
	ck_assert_int_eq(a->parked, r->parked);
	ck_assert_int_eq(a->policy, 1);
	ck_assert_int_eq(a->next_action, r->next_action);
	ck_assert_int_eq(a->next_due.days, r->next_due.days);
	ck_assert_str_eq(a->rule, r->rule);
	ck_assert_int_eq(a->extended_from.days, r->extended_from.days);
	ck_assert_int_eq(a->prune_due.days, r->prune_due.days);
}

/* From every hundredth row on, as a page of an adoption begins. */
START_TEST(the_same_as_one_by_one)
{
	struct cp_scan *scan = NULL;
	struct cp_fact_set f;
	struct cp_scanned s;
	struct cp_record r;
	int64_t last, rows = 0, consents = 0, archived = 0;
	int found = 1;

	cp_fact_set_init(&f);
	for (int64_t after = 0; after < RECORDS; after += RECORDS / 4) {
		last = after;
		ck_assert(cp_scan_open(store, after, &scan, &err) == CP_OK);
		for (;;) {
			ck_assert_msg(cp_scan_next(scan, &found, &s, &err) ==
			    CP_OK, "%s", err.what);
			if (!found)
				break;
			ck_assert_int_gt(s.n, last);
			last = s.n;
			ck_assert(cp_facts_load(store, s.n, &f, &err) ==
			    CP_OK);
			same_facts(&s.facts, &f.facts);
			ck_assert(cp_record_at(store, s.n, &r, &err) ==
			    CP_OK);
			same_row(&s, &r);
			rows += after == 0;
			consents += (int64_t)s.facts.n_consents;
			archived += s.facts.state == CP_STATE_ARCHIVED;
		}
		cp_scan_close(&scan);
	}
	cp_fact_set_clear(&f);
	ck_assert_int_gt(rows, RECORDS / 2);
	ck_assert_int_lt(rows, RECORDS);
	ck_assert_int_gt(consents, 1000);
	ck_assert_int_gt(archived, 300);
}
END_TEST

/* Dates and words that are none, wherever they stand. */
START_TEST(what_cannot_be_read_is_said)
{
	static const char *const wrong[] = {
		"UPDATE record SET birth = '2001-02-30' WHERE state = 'live'",
		"UPDATE record SET birth = '2001-2' WHERE state = 'live'",
		"UPDATE record SET next_due = '2001-02-3x'",
		"UPDATE record SET prune_due = '2001-02-031'",
		"UPDATE record SET left_intention = 'perhaps'",
		"UPDATE package SET destroy_due = 'soon'",
		"UPDATE consent SET given = '1000-01-01'",
		"UPDATE consent SET by = 'nobody'",
	};
	struct cp_scan *scan = NULL;
	struct cp_scanned s;
	char path[100];
	sqlite3 *db;
	int found;
	enum cp_rc rc;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		teardown();
		records = RECORDS / 10;
		setup();
		(void)snprintf(path, sizeof(path), "%s/store.db", dir);
		ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
		run(db, wrong[i]);
		ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
		ck_assert(cp_scan_open(store, 0, &scan, &err) == CP_OK);
		do
			rc = cp_scan_next(scan, &found, &s, &err);
		while (rc == CP_OK && found);
		ck_assert_msg(rc == CP_CORRUPT, "%s: %d", wrong[i], rc);
		cp_scan_close(&scan);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scan");
	TCase *tc = tcase_create("scan");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_same_as_one_by_one);
	tcase_add_test(tc, what_cannot_be_read_is_said);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
