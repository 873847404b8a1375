#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/shelf.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/duties/rekeying.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/records/custody_rows.h"
#include "lifecycle/store/settings.h"

enum { PACKAGES = 23, KEYS = 3 };

static struct cp_err err;
static char dir[64], keys[80], ring_path[100];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_settings settings;
static struct cp_now now;
static sqlite3 *db; /* whoever else changes the store */
static struct cp_secret *host;
static struct cp_custody_public key[KEYS];
static struct cp_secret *identity[KEYS];
static struct cp_secret *file_key[PACKAGES + 1]; /* of package N */
static size_t header_len;

static void
must(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void CP_PRINTF(1, 2)
sql(const char *fmt, ...)
{
	char text[600], *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK,
	    "%s: %s", text, why);
}

/* One text; "" for NULL or no row. */
static const char *
ask(const char *text)
{
	static char answer[4][200];
	static int turn;
	sqlite3_stmt *q = NULL;
	char *out = answer[turn++ % 4];

	out[0] = '\0';
	ck_assert_msg(sqlite3_prepare_v2(db, text, -1, &q, NULL) == SQLITE_OK,
	    "%s", sqlite3_errmsg(db));
	if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0) != NULL)
		(void)snprintf(out, sizeof(answer[0]), "%s",
		    (const char *)sqlite3_column_text(q, 0));
	ck_assert_int_eq(sqlite3_finalize(q), SQLITE_OK);
	return out;
}

/* ---- a store with packages -------------------------------------------------- */

static void
make_key(int k)
{
	struct cp_secret *phrase = NULL;
	const struct cp_secret *phrases[1];
	struct cp_custody_spec spec = { 1, 1, phrases, 1, "2026-11-21", NULL };
	char path[200];
	const char *paths[1] = { path };

	must(cp_secret_from(&phrase, "a passphrase of k", 17, &err));
	cp_secret_data(phrase)[16] = (uint8_t)('0' + k);
	phrases[0] = phrase;
	must(cp_custody_create(keys, &spec, &key[k], &err));
	must(cp_custody_share_path(keys, key[k].id, 1, path, sizeof(path),
	    &err));
	must(cp_custody_open(&key[k], paths, phrases, 1, &identity[k], &err));
	cp_secret_free(phrase);
}

static void
put_header(int n, int month, const void *header, size_t len, int k)
{
	struct cp_shelf_ring *ring = NULL;
	sqlite3_stmt *q = NULL;
	struct cp_buf wrapped;
	char id[40];

	cp_buf_init(&wrapped);
	(void)snprintf(id, sizeof(id), "PK-%d", n);
	must(cp_shelf_open(ring_path, host, CP_SHELF_WRITE, &ring, &err));
	must(cp_shelf_ensure(ring, month, "2026-11-21", &err));
	must(cp_shelf_wrap(ring, month, id, header, len, &wrapped, &err));
	cp_shelf_close(&ring);
	sql("DELETE FROM header WHERE package = %d", n);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "INSERT INTO header(package, "
	    "wrapped, custody) VALUES (?, ?, ?)", -1, &q, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_bind_int(q, 1, n), SQLITE_OK);
	ck_assert_int_eq(sqlite3_bind_blob(q, 2, wrapped.data,
	    (int)wrapped.len, SQLITE_STATIC), SQLITE_OK);
	if (k > 0)
		ck_assert_int_eq(sqlite3_bind_text(q, 3, key[k].id, -1,
		    SQLITE_STATIC), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(q), SQLITE_DONE);
	ck_assert_int_eq(sqlite3_finalize(q), SQLITE_OK);
	cp_buf_clear(&wrapped);
}

/* Package N under key K, for which the volume's own, the first, is NULL. */
static void
add_package(int n, int month, int k)
{
	struct cp_age_recipient to;
	struct cp_buf header;

	cp_buf_init(&header);
	if (file_key[n] == NULL) {
		must(cp_secret_new(&file_key[n], CP_AGE_FILE_KEY, &err));
		must(cp_random_secret(file_key[n], &err));
	}
	must(cp_age_recipient_parse(key[k].recipient, &to, &err));
	must(cp_age_header_seal(file_key[n], &to, 1, &header, &err));
	header_len = header.len;
	sql("INSERT INTO record(n, id, authority, state, parked, created, "
	    "changed) VALUES (%d, 'R%d', 'A', 'archived', 0, 'x', 'x')", n, n);
	sql("INSERT INTO package(n, id, record, volume, archived, rule, "
	    "destroy_due, shelf, policy, status) VALUES (%d, 'PK-%d', %d, 1, "
	    "'2026-11-21', 'age', '2032-11-21', %d, 1, 'archived')", n, n, n,
	    month);
	put_header(n, month, header.data, header.len, k);
	cp_buf_clear(&header);
}

static void
fill(void)
{
	sql("INSERT INTO policy VALUES (1, 'p', '1', 'h', 'f', 'x', 'x')");
	sql("INSERT INTO volume(id, custody, made, packages, live, size, "
	    "sha256) VALUES ('V', '%s', '2026-11-21', 0, 0, 0, x'00')",
	    key[0].id);
	/* With gaps, on three shelves. */
	for (int n = 1; n <= PACKAGES; n++)
		if (n % 7 != 0)
			add_package(n, 203210 + n % 3, 0);
}

static void
setup(void)
{
	char path[100];

	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-rekey.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(keys, sizeof(keys), "%s/keys", dir);
	must(cp_dir_make(keys, 0700, &err));
	(void)snprintf(path, sizeof(path), "%s/host.key", keys);
	must(cp_hostkey_create(path, &err));
	must(cp_hostkey_load(keys, &host, &err));
	(void)snprintf(ring_path, sizeof(ring_path), "%s/shelves.key", keys);
	must(cp_shelf_create(ring_path, host, &err));
	for (int k = 0; k < KEYS; k++)
		make_key(k);
	must(cp_custody_use(keys, key[0].id, &err));
	now = (struct cp_now){ .time = "2026-11-21T09:00:00Z" };
	must(cp_date_parse("2026-11-21", &now.today, &err));
	(void)strcpy(settings.store_id, "0123456789abcdef0123456789abcdef");
	(void)strcpy(settings.authority, "E08000015");
	(void)strcpy(settings.custody, key[0].id);
	must(cp_audit_make_key(dir, settings.store_id, &err));
	must(cp_store_create(dir, &store, &err));
	must(cp_audit_open(store, settings.store_id, "carol", &now, &audit,
	    &err));
	must(cp_txn_begin(audit, &err));
	must(cp_settings_create(store, &settings, &now, &err));
	must(cp_custody_row_add(store, &key[0], NULL, "carol", &now, &err));
	must(cp_txn_commit(audit, &err));
	(void)snprintf(path, sizeof(path), "%s/store.db", dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	fill();
}

static void
teardown(void)
{
	char cmd[100];

	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	cp_audit_free(audit);
	cp_store_free(store);
	for (int k = 0; k < KEYS; k++)
		cp_secret_free(identity[k]);
	for (int n = 0; n <= PACKAGES; n++)
		cp_secret_free(file_key[n]);
	cp_secret_free(host);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

/* ---- what is so ------------------------------------------------------------ */

/* The age header of package N, out of the catalogue; its key as the one
 * function says it. */
static void
read_header(int n, struct cp_parcel_facts *facts, struct cp_buf *out)
{
	struct cp_shelf_ring *ring = NULL;
	struct cp_parcel p;
	struct cp_buf wrapped;

	cp_buf_init(&wrapped);
	must(cp_parcel_at(store, n, &p, &err));
	must(cp_parcel_facts(store, &p, facts, &err));
	must(cp_parcel_header(store, &p, &wrapped, &err));
	must(cp_shelf_open(ring_path, host, CP_SHELF_READ, &ring, &err));
	must(cp_shelf_unwrap(ring, p.shelf, p.id, wrapped.data, wrapped.len,
	    out, &err));
	cp_shelf_close(&ring);
	cp_buf_clear(&wrapped);
}

/* Package N is under key K and no other, and holds its file key. */
static void
is_under(int n, int k)
{
	struct cp_age_identity id = { .secret = identity[k] };
	struct cp_secret *got = NULL;
	struct cp_parcel_facts facts;
	struct cp_buf header;

	cp_buf_init(&header);
	read_header(n, &facts, &header);
	ck_assert_str_eq(facts.custody, key[k].id);
	ck_assert_uint_eq(header.len, header_len);
	must(cp_age_header_open(header.data, header.len, &id, 1, &got, NULL,
	    &err));
	ck_assert(cp_secret_equal(got, file_key[n]));
	cp_secret_free(got);
	got = NULL;
	id.secret = identity[(k + 1) % KEYS];
	ck_assert_int_eq(cp_age_header_open(header.data, header.len, &id, 1,
	    &got, NULL, &err), CP_KEY);
	cp_buf_clear(&header);
}

static void
all_under(int k)
{
	for (int n = 1; n <= PACKAGES; n++)
		if (n % 7 != 0)
			is_under(n, k);
}

static const char *
status(int k)
{
	struct cp_custody_row row;

	must(cp_custody_row_get(store, key[k].id, &row, &err));
	return cp_custody_status_word(row.status);
}

/* ---- rekeying --------------------------------------------------------------- */

static struct cp_rekey rekey;
static char troubles[200];
static void (*meddle)(void);
static int meddled;

static void
note_trouble(void *ctx, const char *package, const struct cp_err *e)
{
	size_t n = strlen(troubles);

	(void)ctx;
	ck_assert(e->code != CP_OK && e->what[0] != '\0');
	(void)snprintf(troubles + n, sizeof(troubles) - n, "%s ", package);
}

/* While one batch is at the workers' and the one before is written. */
static void
see_progress(void *ctx, int64_t done, int64_t total)
{
	(void)ctx;
	ck_assert_int_le(done, total);
	if (meddle != NULL && meddled++ == 0)
		meddle();
}

static void
start(void)
{
	rekey = (struct cp_rekey){ .store = store, .audit = audit, .now = &now,
		.workers = 2, .batch = 4, .progress = see_progress,
		.trouble = note_trouble };
	troubles[0] = '\0';
	meddled = 0;
	must(cp_rekey_open(&rekey, &err));
}

static void
begin(int k)
{
	must(cp_rekey_begin(&rekey, &key[k], NULL, "a custodian left", &err));
}

static int64_t
go(int k)
{
	int64_t left = -1;

	must(cp_rekey_go(&rekey, &key[k], identity[k], PACKAGES, &err));
	must(cp_rekey_end(&rekey, &left, &err));
	return left;
}

START_TEST(all_of_it)
{
	struct cp_custody_public current;
	struct cp_settings after;

	for (unsigned workers = 0; workers < 3; workers++) {
		int from = (int)workers % KEYS, to = (from + 1) % KEYS;

		if (to == 0)
			break; /* a key that was replaced does not come back */
		start();
		rekey.workers = workers;
		ck_assert_int_eq(rekey.row, 0);
		begin(to);
		ck_assert_str_eq(status(from), "being-replaced");
		ck_assert_int_eq(go(from), 0);
		ck_assert_int_eq(rekey.headers, PACKAGES - PACKAGES / 7);
		ck_assert_int_eq(rekey.failed, 0);
		cp_rekey_close(&rekey);
		all_under(to);
		ck_assert_str_eq(status(from), "replaced");
		ck_assert_str_eq(status(to), "current");
	}
	must(cp_custody_load(keys, NULL, &current, &err));
	ck_assert_str_eq(current.id, key[2].id);
	must(cp_settings_load(store, &after, &err));
	ck_assert_str_eq(after.custody, key[2].id);
	ck_assert_str_eq(ask("SELECT count(*) FROM rekey "
	    "WHERE finished = '2026-11-21' AND headers = 20"), "2");
	ck_assert_str_eq(ask("SELECT group_concat(DISTINCT action) FROM "
	    "(SELECT action FROM audit WHERE action LIKE 'custody%' "
	    "ORDER BY action)"), "custody.rekey,custody.rekeyed,"
	    "custody.replaced,custody.rewrap");
	start();
	ck_assert_int_eq(rekey.row, 0);
	ck_assert_int_eq(cp_rekey_begin(&rekey, &key[2], NULL, "again", &err),
	    CP_REFUSED);
	ck_assert_int_eq(cp_rekey_go(&rekey, &key[2], identity[2], 0, &err),
	    CP_REFUSED);
	cp_rekey_close(&rekey);
}
END_TEST

START_TEST(nothing_archived)
{
	int64_t left = -1;

	sql("DELETE FROM header");
	start();
	begin(1);
	must(cp_rekey_end(&rekey, &left, &err));
	ck_assert_int_eq(left, 0);
	cp_rekey_close(&rekey);
	ck_assert_str_eq(status(0), "replaced");
}
END_TEST

static struct cp_buf kept; /* the header of package 5 */

/* What happens meanwhile to packages of the batch at the workers': a run erases
 * two, gives another a shelf that is new, archives a fourth; one that was
 * damaged when it was read is put right. */
static void
run_at_work(void)
{
	struct cp_shelf_ring *ring = NULL;
	struct cp_parcel_facts facts;
	struct cp_buf header;

	cp_buf_init(&header);
	put_header(5, 203212, kept.data, kept.len, 0);
	read_header(8, &facts, &header);
	put_header(8, 204001, header.data, header.len, 0);
	sql("UPDATE package SET shelf = 204001 WHERE n = 8");
	sql("DELETE FROM header WHERE package IN (6, 9)");
	must(cp_shelf_open(ring_path, host, CP_SHELF_WRITE, &ring, &err));
	must(cp_shelf_ensure(ring, 204012, "2026-11-21", &err));
	cp_shelf_close(&ring);
	add_package(7, 204012, 1);
	cp_buf_clear(&header);
}

START_TEST(a_run_meanwhile)
{
	struct cp_parcel_facts facts;

	cp_buf_init(&kept);
	read_header(5, &facts, &kept);
	sql("UPDATE header SET wrapped = zeroblob(9) WHERE package = 5");
	meddle = run_at_work;
	start();
	begin(1);
	ck_assert_int_eq(go(0), 0);
	cp_rekey_close(&rekey);
	ck_assert_str_eq(troubles, "");
	ck_assert_int_eq(meddled > 0, 1);
	for (int n = 1; n <= PACKAGES; n++)
		if (n != 6 && n != 9 && (n % 7 != 0 || n == 7))
			is_under(n, 1);
	ck_assert_str_eq(ask("SELECT count(*) FROM header WHERE package IN "
	    "(6, 9)"), "0");
	ck_assert_str_eq(ask("SELECT shelf FROM package WHERE n = 8"),
	    "204001");
	cp_buf_clear(&kept);
}
END_TEST

/* The shelf of rows of the next batch goes, with their headers; one of those
 * rows is on another shelf by then. */
static void
shelf_goes(void)
{
	struct cp_shelf_ring *ring = NULL;
	struct cp_parcel_facts facts;
	struct cp_buf header;

	cp_buf_init(&header);
	read_header(6, &facts, &header);
	put_header(6, 204001, header.data, header.len, 0);
	sql("UPDATE package SET shelf = 204001 WHERE n = 6");
	sql("DELETE FROM header WHERE package IN (SELECT n FROM package WHERE "
	    "shelf = 203210)");
	must(cp_shelf_open(ring_path, host, CP_SHELF_WRITE, &ring, &err));
	must(cp_shelf_destroy(ring, 203210, "2026-11-21", &err));
	cp_shelf_close(&ring);
	cp_buf_clear(&header);
}

START_TEST(a_shelf_goes_meanwhile)
{
	meddle = shelf_goes;
	start();
	begin(1);
	ck_assert_int_eq(go(0), 0);
	cp_rekey_close(&rekey);
	ck_assert_str_eq(troubles, "");
	is_under(6, 1);
	for (int n = 1; n <= PACKAGES; n++)
		if (n % 3 != 0 && n % 7 != 0)
			is_under(n, 1);
}
END_TEST

START_TEST(what_cannot_be_opened)
{
	struct cp_buf header;
	struct cp_parcel_facts facts;

	cp_buf_init(&header);
	read_header(5, &facts, &header);
	sql("UPDATE header SET wrapped = zeroblob(length(wrapped)) "
	    "WHERE package IN (5, 22)");
	start();
	begin(1);
	ck_assert_int_eq(go(0), 2);
	ck_assert_str_eq(troubles, "PK-5 PK-22 ");
	ck_assert_int_eq(rekey.failed, 2);
	ck_assert_int_eq(rekey.headers, PACKAGES - PACKAGES / 7 - 2);
	cp_rekey_close(&rekey);
	ck_assert_str_eq(status(0), "being-replaced");
	/* One is found again, in a backup say, the other erased: the next
	 * attempt needs no walk through what is done. */
	put_header(5, 203212, header.data, header.len, 0);
	sql("DELETE FROM header WHERE package = 22");
	start();
	ck_assert_int_ne(rekey.row, 0);
	ck_assert_str_eq(rekey.begun, "2026-11-21");
	ck_assert_int_eq(rekey.done_to, 23);
	ck_assert_int_eq(go(0), 0);
	ck_assert_int_eq(rekey.headers, 1);
	cp_rekey_close(&rekey);
	is_under(5, 1);
	ck_assert_str_eq(status(0), "replaced");
	cp_buf_clear(&header);
}
END_TEST

static void
cut_off(void)
{
	sql("CREATE TEMP TABLE kept AS SELECT wrapped FROM header "
	    "WHERE package = 20; UPDATE header SET wrapped = zeroblob(50) "
	    "WHERE package = 20");
}

/* One is left under the first key when the second is replaced as well. */
START_TEST(two_at_once)
{
	meddle = cut_off;
	start();
	begin(1);
	ck_assert_int_eq(go(0), 1);
	cp_rekey_close(&rekey);
	meddle = NULL;
	sql("UPDATE header SET wrapped = (SELECT wrapped FROM kept) "
	    "WHERE package = 20");
	start();
	begin(2);
	ck_assert_int_eq(go(1), 1);
	cp_rekey_close(&rekey);
	ck_assert_str_eq(status(0), "being-replaced");
	ck_assert_str_eq(status(1), "replaced");
	is_under(19, 2);
	is_under(20, 0);
	start();
	ck_assert_str_eq(rekey.to.id, key[2].id);
	ck_assert_int_eq(go(0), 0);
	cp_rekey_close(&rekey);
	all_under(2);
	ck_assert_str_eq(ask("SELECT count(*) FROM rekey WHERE finished IS "
	    "NULL"), "0");
	ck_assert_str_eq(ask("SELECT replaced_by FROM custody ORDER BY "
	    "replaced_by IS NULL LIMIT 1"), key[2].id);
}
END_TEST

/* Killed between the transaction and the file: whoever seals asks the store,
 * and the next rekey mends the file. */
START_TEST(the_file_follows)
{
	struct cp_custody_public said;

	start();
	begin(1);
	cp_rekey_close(&rekey);
	must(cp_custody_use(keys, key[0].id, &err));
	must(cp_custody_in_use(store, &said, &err));
	ck_assert_str_eq(said.id, key[1].id);
	start();
	must(cp_custody_load(keys, NULL, &said, &err));
	ck_assert_str_eq(said.id, key[1].id);
	ck_assert_int_eq(go(0), 0);
	cp_rekey_close(&rekey);
	all_under(1);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct cp_rekey second = { .store = store, .audit = audit,
		.now = &now };
	struct cp_custody_public said;
	char path[100];
	int fd = -1;

	start();
	ck_assert_int_eq(cp_rekey_open(&second, &err), CP_BUSY);
	cp_rekey_close(&second);
	(void)snprintf(path, sizeof(path), "%s/run.lock", dir);
	must(cp_file_lock(path, &fd, &err));
	ck_assert_int_eq(cp_rekey_begin(&rekey, &key[1], NULL, "r", &err),
	    CP_BUSY);
	must(cp_custody_in_use(store, &said, &err));
	ck_assert_str_eq(said.id, key[0].id);
	ck_assert_int_eq(close(fd), 0);
	fd = -1;
	/* Held from before the ceremony until it has begun. */
	must(cp_rekey_hold(&rekey, &err));
	ck_assert_int_eq(cp_file_lock(path, &fd, &err), CP_BUSY);
	begin(1);
	must(cp_file_lock(path, &fd, &err));
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(go(0), 0);
	cp_rekey_close(&rekey);
}
END_TEST

START_TEST(no_key_yet)
{
	struct cp_custody_public said;

	sql("UPDATE store SET custody = ''");
	ck_assert_int_eq(cp_custody_in_use(store, &said, &err), CP_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.hint, "custody create"));
	must(cp_custody_follow(store, &err));
}
END_TEST

/* A key of which no file is here is not put in use. */
START_TEST(no_such_key)
{
	struct cp_custody_public unknown = key[1];
	struct cp_custody_public said;

	(void)strcpy(unknown.id, "0123456789abcdef");
	start();
	ck_assert_int_eq(cp_rekey_begin(&rekey, &unknown, NULL, "r", &err),
	    CP_NOT_FOUND);
	cp_rekey_close(&rekey);
	must(cp_custody_in_use(store, &said, &err));
	ck_assert_str_eq(said.id, key[0].id);
	ck_assert_str_eq(ask("SELECT count(*) FROM custody"), "1");
}
END_TEST

/* The shares of one key do not open what is under another. */
START_TEST(the_wrong_key)
{
	int64_t left = -1;

	start();
	begin(1);
	must(cp_rekey_go(&rekey, &key[0], identity[2], PACKAGES, &err));
	ck_assert_int_eq(rekey.headers, 0);
	ck_assert_int_eq(rekey.failed, PACKAGES - PACKAGES / 7);
	must(cp_rekey_end(&rekey, &left, &err));
	ck_assert_int_eq(left, PACKAGES - PACKAGES / 7);
	cp_rekey_close(&rekey);
	all_under(0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rekey");
	TCase *t = tcase_create("rekey");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60); /* a busy machine */
	tcase_add_test(t, all_of_it);
	tcase_add_test(t, nothing_archived);
	tcase_add_test(t, a_run_meanwhile);
	tcase_add_test(t, a_shelf_goes_meanwhile);
	tcase_add_test(t, what_cannot_be_opened);
	tcase_add_test(t, two_at_once);
	tcase_add_test(t, the_file_follows);
	tcase_add_test(t, one_at_a_time);
	tcase_add_test(t, no_key_yet);
	tcase_add_test(t, no_such_key);
	tcase_add_test(t, the_wrong_key);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
