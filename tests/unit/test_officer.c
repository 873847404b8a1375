#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/records/record.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/* Officers and compartments in a store without a program around it. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_settings settings;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static int64_t one, two;
static struct cp_secret *pass;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc) && err.code == (rc), \
    "%d: %s", err.code, err.what)

static int64_t
add_record(const char *id)
{
	char text[400];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	int64_t n = 0;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\"}],\"gender\":\"male\","
	    "\"birth_date\":\"2010-05-04\"}", id);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	cp_document_free(doc);
	return n;
}

static void
make_store(void)
{
	struct cp_policy_report report;
	char path[80];

	strcpy(dir, "/tmp/cpadmin-officer.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, settings.store_id, &err));
	OK(cp_store_create(dir, &store, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
}

static void
setup(void)
{
	memset(&now, 0, sizeof(now));
	OK(cp_date_parse("2020-01-02", &now.today, &err));
	now.unix_time = 1577923200;
	memcpy(now.time, "2020-01-02T00:00:00Z", 21);
	memset(&settings, 0, sizeof(settings));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	make_store();
	OK(cp_audit_open(store, settings.store_id, "root", &now, &audit,
	    &err));
	rules.policy = policy;
	rules.today = now.today;
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	one = add_record("R1");
	two = add_record("R2");
	OK(cp_txn_commit(audit, &err));
	OK(cp_secret_from(&pass, "a passphrase of them", 20, &err));
}

static void
teardown(void)
{
	char command[80];

	cp_secret_free(pass);
	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- what the tests do with them ----------------------------------------- */

static void
add(const char *name)
{
	struct cp_officer o;

	OK(cp_txn_begin(audit, &err));
	OK(cp_officer_add(store, audit, name, pass, 1, &now, &o, &err));
	OK(cp_txn_commit(audit, &err));
	ck_assert_str_eq(o.name, name);
}

static void
admit(const char *name)
{
	OK(cp_txn_begin(audit, &err));
	OK(cp_officer_admit(store, audit, name, &now, &err));
	OK(cp_txn_commit(audit, &err));
}

static enum cp_rc
leave(const char *name)
{
	OK(cp_txn_begin(audit, &err));
	return cp_txn_end(audit, cp_officer_leave(store, audit, name, &now,
	    &err), &err);
}

static struct cp_secret *
unlock(const char *name)
{
	struct cp_secret *identity = NULL;

	OK(cp_officer_unlock(store, name, pass, &identity, &err));
	return identity;
}

static int64_t
seal(int64_t record, enum cp_compartment_kind kind, const char *text)
{
	int64_t n = 0;

	OK(cp_store_begin(store, &err));
	OK(cp_compartment_add(store, record, kind, text, strlen(text), &now,
	    &n, &err));
	OK(cp_store_commit(store, &err));
	return n;
}

static enum cp_rc
opens(int64_t n, const char *name, const char *text)
{
	struct cp_secret *identity = unlock(name);
	struct cp_buf out;
	enum cp_rc rc;

	cp_buf_init(&out);
	rc = cp_compartment_open(store, n, identity, &out, &err);
	if (rc == CP_OK)
		ck_assert_str_eq(cp_buf_text(&out), text);
	else
		ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
	cp_secret_free(identity);
	return rc;
}

static int64_t
rewrap(const char *name, int64_t *left)
{
	struct cp_secret *identity = unlock(name);
	int64_t done = -1;

	OK(cp_officer_rewrap(store, audit, identity, &now, NULL, NULL, &done,
	    left, &err));
	cp_secret_free(identity);
	return done;
}

static void
sql(const char *statement)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \"%s\"",
	    dir, statement);
	ck_assert_int_eq(system(command), 0);
}

static int64_t
count(const char *what)
{
	char command[512];
	long long n = -1;
	FILE *f;

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db "
	    "\"SELECT count(*) FROM %s\"", dir, what);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%lld", &n), 1);
	ck_assert_int_eq(pclose(f), 0);
	return n;
}

/* ---- officers ------------------------------------------------------------ */

START_TEST(without_any)
{
	OK(cp_store_begin(store, &err));
	FAILS(CP_REFUSED, cp_compartment_add(store, one, CP_COMPARTMENT_CASE,
	    "{}", 2, &now, NULL, &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "shield officer add"));
	cp_store_rollback(store);
}
END_TEST

START_TEST(first_is_active_second_waits)
{
	struct cp_age_recipient to[CP_OFFICERS_MAX];
	struct cp_officer o;
	size_t n = 0;
	int64_t generation = 0;

	add("ann");
	add("ben");
	OK(cp_officer_get(store, "ann", &o, &err));
	ck_assert_str_eq(o.status, "active");
	OK(cp_officer_get(store, "ben", &o, &err));
	ck_assert_str_eq(o.status, "waiting");
	ck_assert_str_eq(o.admitted, "");
	OK(cp_officer_recipients(store, to, &n, &generation, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(generation, 1);
	admit("ben");
	OK(cp_officer_recipients(store, to, &n, &generation, &err));
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(generation, 2);
	OK(cp_officer_count(store, &generation, &err));
	ck_assert_int_eq(generation, 2);
	FAILS(CP_NOT_FOUND, cp_officer_get(store, "cat", &o, &err));
}
END_TEST

START_TEST(not_twice)
{
	add("ann");
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_REFUSED, cp_officer_add(store, audit, "ann", pass, 1, &now,
	    NULL, &err));
	FAILS(CP_REFUSED, cp_officer_admit(store, audit, "ann", &now, &err));
	FAILS(CP_NOT_FOUND, cp_officer_admit(store, audit, "ben", &now, &err));
	FAILS(CP_BAD_INPUT, cp_officer_add(store, audit, "../ann", pass, 1,
	    &now, NULL, &err));
	cp_txn_rollback(audit);
}
END_TEST

START_TEST(at_most_so_many)
{
	char name[16];

	for (int i = 0; i < CP_OFFICERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "o%d", i);
		add(name);
	}
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_REFUSED, cp_officer_add(store, audit, "more", pass, 1, &now,
	    NULL, &err));
	cp_txn_rollback(audit);
}
END_TEST

START_TEST(wrong_identities)
{
	struct cp_secret *wrong = NULL, *identity = NULL;
	char command[256];

	add("ann");
	add("ben");
	OK(cp_secret_from(&wrong, "another passphrase", 18, &err));
	FAILS(CP_KEY, cp_officer_unlock(store, "ann", wrong, &identity,
	    &err));
	ck_assert_ptr_nonnull(strstr(err.what, "wrong passphrase"));
	FAILS(CP_NOT_FOUND, cp_officer_unlock(store, "cat", pass, &identity,
	    &err));
	(void)snprintf(command, sizeof(command), "cd %s/keys/officers && "
	    "cp ben.age ann.age", dir);
	ck_assert_int_eq(system(command), 0);
	FAILS(CP_KEY, cp_officer_unlock(store, "ann", pass, &identity, &err));
	ck_assert_ptr_nonnull(strstr(err.what, "not the identity"));
	(void)snprintf(command, sizeof(command), "cd %s/keys/officers && "
	    "head -c 150 ben.age >ann.age", dir);
	ck_assert_int_eq(system(command), 0);
	FAILS(CP_CORRUPT, cp_officer_unlock(store, "ann", pass, &identity,
	    &err));
	OK(cp_officer_forget(store, "ann", &err));
	OK(cp_officer_forget(store, "ann", &err));
	FAILS(CP_KEY, cp_officer_unlock(store, "ann", pass, &identity, &err));
	ck_assert_ptr_nonnull(strstr(err.what, "not there"));
	ck_assert_ptr_null(identity);
	cp_secret_free(wrong);
}
END_TEST

/* A file that a kill left behind, of a passphrase that nobody knows. */
START_TEST(half_added)
{
	struct cp_secret *other = NULL, *identity = NULL;

	OK(cp_secret_from(&other, "of the first time", 17, &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_officer_add(store, audit, "ann", other, 1, &now, NULL, &err));
	cp_txn_rollback(audit);
	add("ann");
	identity = unlock("ann");
	cp_secret_free(identity);
	cp_secret_free(other);
}
END_TEST

START_TEST(logged)
{
	int64_t left;

	add("ann");
	add("ben");
	(void)seal(one, CP_COMPARTMENT_CASE, "{}");
	admit("ben");
	(void)rewrap("ann", &left);
	OK(leave("ann"));
	ck_assert_int_eq(count("audit WHERE action LIKE 'officer.%'"), 5);
	ck_assert_int_eq(count("audit WHERE action = 'officer.leave' AND "
	    "detail LIKE '%ann%'"), 1);
}
END_TEST

/* ---- compartments -------------------------------------------------------- */

START_TEST(sealed_and_opened)
{
	int64_t n;
	char text[3000];

	add("ann");
	add("ben");
	n = seal(one, CP_COMPARTMENT_HIDDEN, "{\"a\":\"CANARY\"}");
	OK(opens(n, "ann", "{\"a\":\"CANARY\"}"));
	FAILS(CP_KEY, opens(n, "ben", ""));
	ck_assert_ptr_nonnull(strstr(err.hint, "rewrap"));
	admit("ben");
	n = seal(one, CP_COMPARTMENT_HIDDEN, "");
	OK(opens(n, "ann", ""));
	OK(opens(n, "ben", ""));
	memset(text, 'x', sizeof(text));
	text[2999] = '\0';
	n = seal(0, CP_COMPARTMENT_QUARANTINE, text);
	OK(opens(n, "ben", text));
	FAILS(CP_NOT_FOUND, opens(n + 1, "ben", ""));
}
END_TEST

/* 16 of nonce, 16 of tag, whole KiB between. */
START_TEST(padded)
{
	char text[2050];

	add("ann");
	memset(text, 'x', sizeof(text));
	text[1] = '\0';
	(void)seal(one, CP_COMPARTMENT_HIDDEN, text);
	text[1] = 'x';
	text[1023] = '\0';
	(void)seal(one, CP_COMPARTMENT_HIDDEN, text);
	text[1023] = 'x';
	text[1024] = '\0';
	(void)seal(one, CP_COMPARTMENT_HIDDEN, text);
	ck_assert_int_eq(count("compartment WHERE length(payload) = 1056"), 3);
	text[1024] = 'x';
	text[1025] = '\0';
	(void)seal(one, CP_COMPARTMENT_HIDDEN, text);
	ck_assert_int_eq(count("compartment WHERE length(payload) = 2080"), 1);
}
END_TEST

static char seen[256];

static enum cp_rc
note(void *ctx, int64_t n, const char *at, const char *text, size_t len,
    struct cp_err *e)
{
	(void)n;
	(void)e;
	ck_assert_ptr_eq(ctx, seen);
	ck_assert_str_eq(at, now.time);
	ck_assert_uint_eq(len, strlen(text));
	strcat(seen, text);
	return CP_OK;
}

static const char *
each(int64_t record, enum cp_compartment_kind kind)
{
	struct cp_secret *identity = unlock("ann");

	seen[0] = '\0';
	OK(cp_compartment_each(store, record, kind, identity, note, seen,
	    &err));
	cp_secret_free(identity);
	return seen;
}

START_TEST(of_one_record)
{
	int64_t n;

	add("ann");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "a");
	(void)seal(one, CP_COMPARTMENT_CASE, "k");
	(void)seal(two, CP_COMPARTMENT_HIDDEN, "z");
	n = seal(one, CP_COMPARTMENT_HIDDEN, "b");
	ck_assert_str_eq(each(one, CP_COMPARTMENT_HIDDEN), "ab");
	ck_assert_str_eq(each(one, CP_COMPARTMENT_CASE), "k");
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_copy(store, one, two, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(each(two, CP_COMPARTMENT_HIDDEN), "zab");
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_drop_one(store, n, &err));
	OK(cp_compartment_replace(store, two, CP_COMPARTMENT_HIDDEN, "r", 1,
	    &now, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(each(one, CP_COMPARTMENT_HIDDEN), "a");
	ck_assert_str_eq(each(two, CP_COMPARTMENT_HIDDEN), "r");
	ck_assert_str_eq(each(two, CP_COMPARTMENT_CASE), "k");
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_move(store, one, two, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(each(one, CP_COMPARTMENT_HIDDEN), "");
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_drop(store, two, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(each(two, CP_COMPARTMENT_CASE), "");
	ck_assert_int_eq(count("compartment"), 0);
}
END_TEST

/* A letter that waits has its compartment, which other cases do not touch. */
START_TEST(letters)
{
	int64_t n;
	char text[200];

	add("ann");
	n = seal(one, CP_COMPARTMENT_CASE, "letter");
	(void)snprintf(text, sizeof(text), "INSERT INTO mail(id,record,kind,"
	    "made,made_by,status,compartment) VALUES ('M-1',%lld,'x','2020',"
	    "'ann','held',%lld)", (long long)one, (long long)n);
	sql(text);
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_replace(store, one, CP_COMPARTMENT_CASE, "k", 1,
	    &now, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(each(one, CP_COMPARTMENT_CASE), "letterk");
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_drop(store, one, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_int_eq(count("mail WHERE compartment IS NULL"), 1);
}
END_TEST

struct packed {
	int64_t n[4];
	struct cp_buf payload[4];
	int count;
};

static enum cp_rc
pack(void *ctx, int64_t n, const void *payload, size_t len, struct cp_err *e)
{
	struct packed *p = ctx;

	(void)e;
	p->n[p->count] = n;
	cp_buf_put(&p->payload[p->count++], payload, len);
	return CP_OK;
}

START_TEST(archived)
{
	struct packed p = { .count = 0 };
	struct cp_secret *identity;
	struct cp_buf out;
	int64_t left = -1;

	add("ann");
	add("ben");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "a");
	(void)seal(one, CP_COMPARTMENT_CASE, "k");
	OK(cp_compartment_payloads(store, one, pack, &p, &err));
	ck_assert_int_eq(p.count, 2);
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_sent(store, one, &err));
	OK(cp_store_commit(store, &err));
	FAILS(CP_REFUSED, opens(p.n[0], "ann", ""));
	ck_assert_ptr_nonnull(strstr(err.what, "archive"));
	/* Its header is rewrapped like any. */
	admit("ben");
	ck_assert_int_eq(rewrap("ann", &left), 2);
	ck_assert_int_eq(left, 0);
	identity = unlock("ben");
	cp_buf_init(&out);
	OK(cp_compartment_open_payload(store, p.n[0], p.payload[0].data,
	    p.payload[0].len, identity, &out, &err));
	ck_assert_str_eq(cp_buf_text(&out), "a");
	FAILS(CP_CORRUPT, cp_compartment_open_payload(store, p.n[0],
	    p.payload[1].data, p.payload[1].len, identity, &out, &err));
	OK(cp_store_begin(store, &err));
	OK(cp_compartment_back(store, p.n[0], p.payload[0].data,
	    p.payload[0].len, &err));
	FAILS(CP_NOT_FOUND, cp_compartment_back(store, p.n[0],
	    p.payload[0].data, p.payload[0].len, &err));
	OK(cp_store_commit(store, &err));
	OK(opens(p.n[0], "ben", "a"));
	cp_buf_clear(&out);
	cp_buf_clear(&p.payload[0]);
	cp_buf_clear(&p.payload[1]);
	cp_secret_free(identity);
}
END_TEST

/* ---- coming and going ---------------------------------------------------- */

static void
two_officers(void)
{
	add("ann");
	add("ben");
	admit("ben");
}

START_TEST(who_leaves_reads_nothing_new)
{
	struct cp_secret *ben;
	struct cp_buf out;
	int64_t n, left = -1, owed = -1;

	two_officers();
	n = seal(one, CP_COMPARTMENT_HIDDEN, "old");
	ben = unlock("ben");
	OK(leave("ben"));
	OK(cp_officer_owed(store, &owed, &err));
	ck_assert_int_eq(owed, 1);
	ck_assert_int_eq(rewrap("ann", &left), 1);
	ck_assert_int_eq(left, 0);
	cp_buf_init(&out);
	FAILS(CP_KEY, cp_compartment_open(store, n, ben, &out, &err));
	n = seal(one, CP_COMPARTMENT_HIDDEN, "new");
	FAILS(CP_KEY, cp_compartment_open(store, n, ben, &out, &err));
	OK(opens(n, "ann", "new"));
	FAILS(CP_KEY, cp_officer_rewrap(store, audit, ben, &now, NULL, NULL,
	    &owed, &left, &err));
	cp_buf_clear(&out);
	cp_secret_free(ben);
	add("ben");
}
END_TEST

START_TEST(last_one_stays)
{
	add("ann");
	OK(leave("ann"));
	add("ann");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "x");
	FAILS(CP_REFUSED, leave("ann"));
	ck_assert_ptr_nonnull(strstr(err.what, "last"));
	add("ben");
	OK(leave("ben"));
	FAILS(CP_NOT_FOUND, leave("ben"));
}
END_TEST

/* Whoever was admitted opens nothing of before until it is rewrapped. */
START_TEST(nobody_leaves_who_is_needed)
{
	int64_t n, left = -1;

	add("ann");
	n = seal(one, CP_COMPARTMENT_HIDDEN, "x");
	add("ben");
	admit("ben");
	FAILS(CP_REFUSED, leave("ann"));
	ck_assert_ptr_nonnull(strstr(err.hint, "rewrap"));
	ck_assert_int_eq(rewrap("ben", &left), 0);
	ck_assert_int_eq(left, 1);
	ck_assert_int_eq(rewrap("ann", &left), 1);
	OK(leave("ann"));
	OK(opens(n, "ben", "x"));
}
END_TEST

START_TEST(damaged_header)
{
	int64_t n, left = -1;

	add("ann");
	n = seal(one, CP_COMPARTMENT_HIDDEN, "x");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "y");
	sql("UPDATE compartment SET header = CAST(replace(CAST(header AS TEXT)"
	    ",'--- ','--- AAAA') AS BLOB) WHERE n = 1");
	FAILS(CP_CORRUPT, opens(n, "ann", ""));
	ck_assert_ptr_nonnull(strstr(err.what, "compartment 1: header"));
	add("ben");
	admit("ben");
	ck_assert_int_eq(rewrap("ann", &left), 1);
	ck_assert_int_eq(left, 1);
	OK(opens(2, "ben", "y"));
}
END_TEST

START_TEST(low_order_point)
{
	struct cp_secret *ann;
	int64_t done, left;

	two_officers();
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "x");
	ann = unlock("ann");
	sql("UPDATE officer SET point = zeroblob(32) WHERE name = 'ben'");
	OK(cp_store_begin(store, &err));
	FAILS(CP_CORRUPT, cp_compartment_add(store, one, CP_COMPARTMENT_CASE,
	    "{}", 2, &now, NULL, &err));
	ck_assert_ptr_nonnull(strstr(err.what, "officer ben"));
	cp_store_rollback(store);
	sql("UPDATE counter SET last = last + 1 WHERE name = 'officers'");
	FAILS(CP_CORRUPT, cp_officer_rewrap(store, audit, ann, &now, NULL,
	    NULL, &done, &left, &err));
	ck_assert_ptr_nonnull(strstr(err.what, "officer ben"));
	OK(leave("ben"));
	ck_assert_int_eq(rewrap("ann", &left), 1);
	sql("INSERT INTO officer(name, point, status, made) VALUES ('cat', "
	    "CAST(X'01' || zeroblob(31) AS BLOB), 'waiting', '2020')");
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_CORRUPT, cp_officer_admit(store, audit, "cat", &now, &err));
	cp_txn_rollback(audit);
	cp_secret_free(ann);
}
END_TEST

/* Whoever can write into the database, and does not have the keys, makes no
 * officer of theirs: neither a row, nor one admitted by hand, nor one who left
 * and is back, nor another key for one there is. */
static void
nothing_is_sealed(const char *name)
{
	struct cp_secret *ann = unlock("ann");
	int64_t done, left;

	OK(cp_store_begin(store, &err));
	FAILS(CP_CORRUPT, cp_compartment_add(store, one, CP_COMPARTMENT_CASE,
	    "{}", 2, &now, NULL, &err));
	ck_assert_ptr_nonnull(strstr(err.what, name));
	ck_assert_ptr_nonnull(strstr(err.what, "log"));
	FAILS(CP_CORRUPT, cp_officer_rewrap(store, audit, ann, &now, NULL,
	    NULL, &done, &left, &err));
	cp_store_rollback(store);
	cp_secret_free(ann);
}

START_TEST(forged)
{
	static const char set[] = "UPDATE officer SET status = '%s', since = 1 "
	    "WHERE name = '%s'";
	char text[120];

	two_officers();
	add("cat");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "x");
	(void)snprintf(text, sizeof(text), set, "active", "cat");
	sql(text);
	nothing_is_sealed("cat");
	(void)snprintf(text, sizeof(text), set, "waiting", "cat");
	sql(text);
	admit("cat");
	OK(leave("cat"));
	(void)snprintf(text, sizeof(text), set, "active", "cat");
	sql(text);
	nothing_is_sealed("cat");
	sql("DELETE FROM officer WHERE name = 'cat'");
	(void)seal(one, CP_COMPARTMENT_HIDDEN, "y");
	sql("INSERT INTO officer(name, point, status, made, since) SELECT "
	    "'eve', CAST(X'09' || zeroblob(31) AS BLOB), 'active', made, 1 "
	    "FROM officer WHERE name = 'ben'");
	nothing_is_sealed("eve");
	sql("DELETE FROM officer WHERE name = 'eve'");
	sql("UPDATE officer SET point = CAST(X'09' || zeroblob(31) AS BLOB) "
	    "WHERE name = 'ben'");
	nothing_is_sealed("ben");
	sql("UPDATE officer SET status = 'waiting' WHERE name = 'ben'");
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_CORRUPT, cp_officer_admit(store, audit, "ben", &now, &err));
	cp_txn_rollback(audit);
}
END_TEST

/* More than one batch, and the officers change in between. */
static int64_t told;

static void
progress(void *ctx, int64_t done, int64_t total)
{
	(void)ctx;
	ck_assert_int_eq(total, 1001);
	ck_assert_int_le(done, total);
	if (told++ == 0)
		OK(leave("cat"));
}

START_TEST(changed_meanwhile)
{
	struct cp_secret *ann;
	int64_t done = 0, left = 0;

	two_officers();
	add("cat");
	OK(cp_store_begin(store, &err));
	for (int i = 0; i < 1001; i++)
		OK(cp_compartment_add(store, one, CP_COMPARTMENT_LOG, "[]", 2,
		    &now, NULL, &err));
	OK(cp_store_commit(store, &err));
	admit("cat");
	ann = unlock("ann");
	told = 0;
	FAILS(CP_BUSY, cp_officer_rewrap(store, audit, ann, &now, progress,
	    NULL, &done, &left, &err));
	ck_assert_int_eq(told, 1);
	ck_assert_int_eq(count("compartment WHERE generation = 3"), 500);
	ck_assert_int_eq(rewrap("ann", &left), 1001);
	ck_assert_int_eq(left, 0);
	OK(opens(1001, "ben", "[]"));
	OK(opens(1, "ben", "[]"));
	cp_secret_free(ann);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("officer");
	TCase *c = tcase_create("store");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, without_any);
	tcase_add_test(c, first_is_active_second_waits);
	tcase_add_test(c, not_twice);
	tcase_add_test(c, at_most_so_many);
	tcase_add_test(c, wrong_identities);
	tcase_add_test(c, half_added);
	tcase_add_test(c, logged);
	tcase_add_test(c, sealed_and_opened);
	tcase_add_test(c, padded);
	tcase_add_test(c, of_one_record);
	tcase_add_test(c, letters);
	tcase_add_test(c, archived);
	tcase_add_test(c, who_leaves_reads_nothing_new);
	tcase_add_test(c, last_one_stays);
	tcase_add_test(c, nobody_leaves_who_is_needed);
	tcase_add_test(c, damaged_header);
	tcase_add_test(c, low_order_point);
	tcase_add_test(c, forged);
	tcase_add_test(c, changed_meanwhile);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
