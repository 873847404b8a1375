#include <check.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/store/stmt.h"
#include "lifecycle/store/store_forget.h"
#include "lifecycle/store/store_page.h"

/*
 * What is removed from a store's database is in none of its files once the log
 * is empty, without its being written anew; and the same work on a database
 * that is opened without the layer leaves it there.
 */

enum { ROWS = 4000, PAGE = 512 };
static const char MARK[] = "CANARY-Address-";

static struct cp_err err;
static char dir[64];
static uint64_t state;

static unsigned
any(unsigned below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

static void
set_up(void)
{
	struct cp_store *s;

	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-forget.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(cp_store_create(dir, &s, &err), CP_OK);
	cp_store_free(s);
	state = 7;
}

static void
tear_down(void)
{
	char cmd[128];

	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

/* ---- a database of rows that come and go ----------------------------------- */

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK,
	    "%s: %s", sql, why == NULL ? "" : why);
}

static sqlite3 *
open_as(const char *path, const char *layer, int size, int reserved)
{
	sqlite3 *db;
	char sql[200];

	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, layer), SQLITE_OK);
	if (reserved > 0)
		ck_assert_int_eq(sqlite3_file_control(db, NULL,
		    SQLITE_FCNTL_RESERVE_BYTES, &reserved), SQLITE_OK);
	(void)snprintf(sql, sizeof(sql), "PRAGMA page_size = %d;"
	    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
	    "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;", size);
	run(db, sql);
	return db;
}

static void
put(sqlite3 *db, const char *sql, unsigned n, unsigned filler)
{
	sqlite3_stmt *q;
	char text[6000];
	int len = snprintf(text, sizeof(text), "%s%u ", MARK, n);

	while (filler-- > 0 && len < (int)sizeof(text) - 24)
		len += snprintf(text + len, 24, "%s%u ", MARK, any(100000));
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	sqlite3_bind_int64(q, 1, (sqlite3_int64)n * 2654435761 % 1000003);
	sqlite3_bind_text(q, 2, text, len, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(q), SQLITE_DONE);
	(void)sqlite3_finalize(q);
}

/* Rows whose pages are split, joined and made anew; long ones run over. */
static void
live(sqlite3 *db, unsigned rows)
{
	run(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT, b TEXT);"
	    "CREATE INDEX t_a ON t(a); BEGIN");
	for (unsigned i = 0; i < rows; i++) {
		put(db, "INSERT OR REPLACE INTO t(n, a) VALUES (?, ?)", i,
		    any(100) == 0 ? any(200) : any(12));
		if (any(3) == 0)
			put(db, "UPDATE t SET b = ?2 WHERE n = ?1",
			    any(i + 1), any(20));
		if (any(4) == 0)
			put(db, "UPDATE t SET a = substr(?2, 1, 40) "
			    "WHERE n = ?1", any(i + 1), 1);
		if (any(10) == 0)
			put(db, "DELETE FROM t WHERE n = ?1 AND ?2 > ''",
			    any(i + 1), 0);
		if (any(500) == 0)
			run(db, "COMMIT; BEGIN");
	}
	run(db, "COMMIT");
}

static long
hits_in(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *all, *at, *end;
	long n = 0;

	if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size == 0) {
		if (f != NULL)
			(void)fclose(f);
		return 0;
	}
	all = malloc((size_t)st.st_size);
	ck_assert_ptr_nonnull(all);
	ck_assert_uint_eq(fread(all, 1, (size_t)st.st_size, f),
	    (size_t)st.st_size);
	(void)fclose(f);
	end = all + st.st_size;
	for (at = all; (at = memmem(at, (size_t)(end - at), MARK,
	    sizeof(MARK) - 1)) != NULL; at++)
		n++;
	free(all);
	return n;
}

static long
hits(const char *path)
{
	char log[160];

	(void)snprintf(log, sizeof(log), "%s-wal", path);
	return hits_in(path) + hits_in(log);
}

/* The rows lose what they held; a few go, and the file becomes shorter. */
static long
leave(const char *layer, int size, int reserved)
{
	char path[128];
	sqlite3 *db;
	long before, after;

	(void)snprintf(path, sizeof(path), "%s/%s-%d", dir, layer == NULL ?
	    "plain" : layer, size);
	db = open_as(path, layer, size, reserved);
	live(db, ROWS);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	before = hits(path);
	ck_assert_int_gt(before, ROWS);
	run(db, "BEGIN; UPDATE t SET a = 'open', b = NULL WHERE n % 5 <> 0;"
	    "DELETE FROM t WHERE n % 5 = 0; COMMIT;"
	    "PRAGMA incremental_vacuum(50);"
	    "PRAGMA wal_checkpoint(TRUNCATE)");
	after = hits(path);
	run(db, "PRAGMA integrity_check");
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	ck_assert_int_eq(unlink(path), 0);
	return after;
}

START_TEST(removed)
{
	static const int sizes[][2] = { { 512, 0 }, { 1024, 32 }, { 4096, 0 },
		{ 4096, 20 }, { 65536, 0 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		ck_assert_int_eq(leave("cpadmin", sizes[i][0], sizes[i][1]),
		    0);
}
END_TEST

START_TEST(seeded)
{
	ck_assert_int_gt(leave(NULL, 4096, 0), 0);
	ck_assert_int_gt(leave(NULL, 512, 0), 0);
}
END_TEST

/* ---- nothing else is touched ----------------------------------------------- */

static int
take_text(void *ctx, int n, char **values, char **names)
{
	ck_assert_int_eq(n, 1);
	(void)names;
	(void)snprintf(ctx, 200, "%s", values[0]);
	return 0;
}

static void
ask(const char *path, const char *sql, char out[200])
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE,
	    NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, take_text, out, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(alike)
{
	static const char *const sums[] = { "SELECT count(*) FROM t",
		"SELECT sum(length(a) * n % 1009) FROM t",
		"SELECT sum(unicode(substr(b, n % 50, 1)) * n % 1013) FROM t",
		"PRAGMA integrity_check" };
	static const int sizes[] = { 512, 4096, 32768 };
	char path[2][128], got[2][200];

	for (size_t i = 0; i < 3; i++) {
		for (int k = 0; k < 2; k++) {
			sqlite3 *db;

			state = i;
			(void)snprintf(path[k], sizeof(path[k]), "%s/%d-%zu",
			    dir, k, i);
			db = open_as(path[k], k ? "cpadmin" : NULL, sizes[i],
			    k && i == 1 ? 8 : 0);
			live(db, 1500);
			run(db, "PRAGMA incremental_vacuum(7)");
			ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
		}
		for (size_t q = 0; q < 4; q++) {
			ask(path[0], sums[q], got[0]);
			ask(path[1], sums[q], got[1]);
			ck_assert_str_eq(got[0], got[1]);
		}
		ck_assert_str_eq(got[1], "ok");
	}
}
END_TEST

/* A leaf of one cell at 500, a free block at 480 and old bytes between. */
static void
make_page(uint8_t b[PAGE])
{
	static const uint8_t header[] = { 13, 1, 224, 0, 1, 1, 200, 0, 1, 244 };

	memset(b, 'x', PAGE);
	memcpy(b, header, sizeof(header));
	memcpy(b + 480, (const uint8_t[]){ 0, 0, 0, 10 }, 4);
}

static int
clean(const uint8_t *b, uint32_t number, uint32_t count, uint8_t *copy)
{
	struct store_page p = { .bytes = b, .size = PAGE, .number = number,
		.count = count };

	return store_page_clean(&p, copy);
}

START_TEST(one_page)
{
	uint8_t b[PAGE], copy[PAGE], again[PAGE];

	make_page(b);
	ck_assert_int_eq(clean(b, 3, 100, copy), 1);
	for (int i = 0; i < PAGE; i++)
		ck_assert_int_eq(copy[i], (i >= 10 && i < 456) ||
		    (i >= 484 && i < 490) ? 0 : b[i]);
	ck_assert_int_eq(clean(copy, 3, 100, again), 0);
	/* a map of pointers, a chain, and page 1, whose header is elsewhere */
	ck_assert_int_eq(clean(b, 2, 100, copy), 0);
	ck_assert_int_eq(clean(b, 105, 200, copy), 0);
	ck_assert_int_eq(clean(b, 3, 0x0d01e000, copy), 0);
	ck_assert_int_eq(clean(b, 3, 0x0d01dfff, copy), 1);
	ck_assert_int_eq(clean(b, 1, 100, copy), 0);
}
END_TEST

START_TEST(unsound)
{
	static const struct {
		int at;
		uint8_t byte;
	} cases[] = { { 0, 12 }, { 0, 0 }, { 3, 2 }, { 5, 2 },
		{ 8, 0 }, { 8, 2 }, { 1, 0 }, { 1, 2 }, { 2, 255 },
		{ 482, 1 }, { 483, 3 }, { 483, 33 }, { 480, 1 }, { 481, 4 } };
	uint8_t b[PAGE], copy[PAGE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_page(b);
		b[cases[i].at] = cases[i].byte;
		ck_assert_msg(clean(b, 3, 100, copy) == 0, "case %zu", i);
	}
}
END_TEST

/* ---- a reader -------------------------------------------------------------- */

static enum cp_forget
owed(struct cp_store *s)
{
	enum cp_forget out;

	ck_assert_int_eq(cp_store_forget_state(s, &out, &err), CP_OK);
	return out;
}

static off_t
log_size(void)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/store.db-wal", dir);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static void
write_some(struct cp_store *s)
{
	int64_t n;

	ck_assert_int_eq(cp_store_begin(s, &err), CP_OK);
	ck_assert_int_eq(cp_exec_int(cp_stmt(s, SQL_CONSENT_NUMBER), 0, &n,
	    &err), CP_OK);
	ck_assert_int_eq(cp_store_commit(s, &err), CP_OK);
}

START_TEST(a_reader)
{
	struct cp_store *s, *reader;

	ck_assert_int_eq(cp_store_open(dir, CP_STORE_WRITE, &s, &err), CP_OK);
	ck_assert_int_eq(cp_store_open(dir, CP_STORE_READ, &reader, &err),
	    CP_OK);
	write_some(s);
	ck_assert_int_gt(log_size(), 0);
	ck_assert_int_eq(cp_store_forget(s, &err), CP_OK);
	ck_assert_int_eq(log_size(), 0);
	ck_assert_int_eq(owed(s), CP_FORGET_NOTHING);

	ck_assert_int_eq(cp_store_begin_read(reader, &err), CP_OK);
	ck_assert_int_eq(owed(reader), CP_FORGET_NOTHING);
	write_some(s);
	cp_store_patience(s, 20);
	ck_assert_int_eq(cp_store_forget(s, &err), CP_BUSY);
	ck_assert_int_eq(owed(s), CP_FORGET_LOG);
	ck_assert_int_eq(cp_store_forget_owed(s, &err), CP_BUSY);
	ck_assert_int_gt(log_size(), 0);
	cp_store_rollback(reader);
	ck_assert_int_eq(cp_store_forget_owed(s, &err), CP_OK);
	ck_assert_int_eq(owed(s), CP_FORGET_NOTHING);
	ck_assert_int_eq(cp_store_forget(s, &err), CP_OK);
	ck_assert_int_eq(log_size(), 0);
	cp_store_free(reader);
	cp_store_free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("forget");
	TCase *t = tcase_create("forget");
	SRunner *r = srunner_create(suite);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, removed);
	tcase_add_test(t, seeded);
	tcase_add_test(t, alike);
	tcase_add_test(t, one_page);
	tcase_add_test(t, unsound);
	tcase_add_test(t, a_reader);
	suite_add_tcase(suite, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
