#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/records/link.h"
#include "lifecycle/records/match.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/* The match key and the table of keys, in a store of three records.  Run from
 * the project's root. */
static char dir[64];
static struct cp_store *store;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_matcher *matcher;
static int64_t row[3];

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static struct cp_document *
child(const char *id, const char *given, const char *born, const char *more)
{
	char text[800];
	struct cp_reject why;
	struct cp_document *doc = NULL;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"%s\",\"family\":\"Larkin\"}],\"gender\":"
	    "\"male\",\"birth_date\":\"%s\"%s}", id, given, born, more);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	return doc;
}

static int64_t
add(const char *id)
{
	struct cp_document *doc = child(id, "Bo", "2010-05-04", "");
	int64_t n = 0;

	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	cp_document_free(doc);
	return n;
}

static void
make_store(const char *store_id)
{
	struct cp_settings settings = { .authority = "E08000015",
		.custody = "K", .rehearsal = 1 };
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_store_create(dir, &store, &err));
	OK(cp_store_begin(store, &err));
	(void)snprintf(settings.store_id, sizeof(settings.store_id), "%s",
	    store_id);
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	for (int i = 0; i < 3; i++)
		row[i] = add((const char *[]){ "R1", "R2", "R3" }[i]);
	OK(cp_store_commit(store, &err));
}

static void
setup(void)
{
	struct cp_policy_report report;

	memset(&now, 0, sizeof(now));
	OK(cp_date_parse("2020-01-02", &now.today, &err));
	now.unix_time = 1577923200;
	memcpy(now.time, "2020-01-02T00:00:00Z", 21);
	strcpy(dir, "/tmp/cpadmin-match.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
	rules.policy = policy;
	rules.today = now.today;
	make_store("S-ONE");
	OK(cp_matcher_open(store, &matcher, &err));
}

static void
teardown(void)
{
	char command[80];

	cp_matcher_free(matcher);
	matcher = NULL;
	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
key_path(void)
{
	static char path[80];

	(void)snprintf(path, sizeof(path), "%s/keys/match.key", dir);
	return path;
}

/* Puts the person of DOC, row N. */
static void
put(int64_t n, const char *given, const char *born, const char *more)
{
	struct cp_document *doc = child("X", given, born, more);
	struct cp_keys keys = { 0 };

	OK(cp_match_person(matcher, doc, &keys, &err));
	OK(cp_match_put(store, n, &keys, &err));
	cp_matcher_learn(matcher, &keys);
	cp_keys_clear(&keys);
	cp_document_free(doc);
}

/* Whom somebody is like, as a number with a digit for each; SELF is left
 * out. */
static int
like(int64_t self, const char *given, const char *born, const char *more)
{
	struct cp_document *doc = child("X", given, born, more);
	struct cp_keys keys = { 0 };
	int64_t found[CP_MATCHES];
	size_t n = 0;
	int v = 0;

	OK(cp_match_row(matcher, doc, &keys, &err));
	OK(cp_match_find(matcher, store, &keys, self, found, &n, &err));
	for (int i = 0; i < 3; i++)
		for (size_t j = 0; j < n; j++)
			if (found[j] == row[i])
				v = 10 * v + i + 1;
	cp_keys_clear(&keys);
	cp_document_free(doc);
	return v;
}

static const char nhs[] = ",\"numbers\":[{\"type\":\"nhs\",\"value\":"
    "\"9434765919\"}]";

START_TEST(found_and_no_longer)
{
	ck_assert_int_eq(like(0, "Imogen", "2011-03-05", ""), 0);
	put(row[0], "Imogen", "2011-03-04", nhs);
	if (_i == 1)
		OK(cp_matcher_fill(matcher, store, &err));
	put(row[1], "Imogen", "2011-03-04", "");
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 12);
	ck_assert_int_eq(like(row[0], "Imogen", "2011-03-04", ""), 2);
	ck_assert_int_eq(like(0, "Imogne", "2011-03-04", ""), 12);
	ck_assert_int_eq(like(0, "Imogen", "2011-03-05", ""), 12);
	ck_assert_int_eq(like(0, "Zebedee", "1999-01-01", nhs), 1);
	ck_assert_int_eq(like(0, "Zebedee", "2011-03-04", ""), 0);
	OK(cp_match_move(store, row[1], row[2], &err));
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 13);
	OK(cp_match_move(store, row[0], row[2], &err));
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", nhs), 3);
	OK(cp_match_copy(store, row[2], row[1], &err));
	OK(cp_match_copy(store, row[2], row[1], &err));
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", nhs), 23);
	OK(cp_match_drop(store, row[2], &err));
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", nhs), 2);
}
END_TEST

START_TEST(the_filter_learns)
{
	OK(cp_matcher_fill(matcher, store, &err));
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 0);
	put(row[0], "Imogen", "2011-03-04", "");
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 1);
}
END_TEST

START_TEST(at_most_sixteen_are_told)
{
	struct cp_document *doc = child("X", "Imogen", "2011-03-04", "");
	struct cp_keys keys = { 0 };
	int64_t found[CP_MATCHES];
	char id[8];
	size_t n = 0;

	OK(cp_store_begin(store, &err));
	for (int i = 0; i < 20; i++) {
		(void)snprintf(id, sizeof(id), "M%d", i);
		put(add(id), "Imogen", "2011-03-04", "");
	}
	OK(cp_store_commit(store, &err));
	OK(cp_match_row(matcher, doc, &keys, &err));
	OK(cp_match_find(matcher, store, &keys, 0, found, &n, &err));
	ck_assert_uint_eq(n, CP_MATCHES);
	OK(cp_match_find(matcher, store, &keys, 0, NULL, &n, &err));
	ck_assert_uint_eq(n, CP_MATCHES);
	cp_keys_clear(&keys);
	cp_document_free(doc);
}
END_TEST

START_TEST(barred_pairs_are_left_out)
{
	struct cp_stmt *q;

	put(row[0], "Imogen", "2011-03-04", "");
	put(row[1], "Imogen", "2011-03-04", "");
	q = cp_stmt(store, SQL_LINK_ADD);
	cp_bind_int(q, row[2]);
	cp_bind_int(q, row[0]);
	cp_bind_text(q, now.time);
	cp_bind_text(q, "root");
	cp_bind_text(q, "asked");
	OK(cp_exec(q, &err));
	ck_assert_int_eq(like(row[2], "Imogen", "2011-03-04", ""), 2);
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 12);
}
END_TEST

static void
reopen(enum cp_rc want)
{
	struct cp_matcher *m = NULL;

	cp_matcher_free(matcher);
	matcher = NULL;
	ck_assert_int_eq(cp_matcher_open(store, &m, &err), want);
	matcher = m;
}

START_TEST(the_key_file_is_needed)
{
	struct stat st;

	ck_assert_int_eq(stat(key_path(), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	put(row[0], "Imogen", "2011-03-04", "");
	reopen(CP_OK);
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", ""), 1);
	ck_assert_int_eq(unlink(key_path()), 0);
	reopen(CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, "match.key"));
	ck_assert_str_ne(err.hint, "");
	ck_assert_int_ne(access(key_path(), F_OK), 0);
	OK(cp_match_drop(store, row[0], &err));
	reopen(CP_OK);
	ck_assert_int_eq(access(key_path(), F_OK), 0);
}
END_TEST

/* Another key: nobody is found, and digests are others. */
START_TEST(only_the_key_file_gives_the_keys)
{
	uint8_t a[32], b[32], c[32];
	char kept[80];

	(void)snprintf(kept, sizeof(kept), "%s/kept", dir);
	put(row[0], "Imogen", "2011-03-04", nhs);
	OK(cp_match_digest(matcher, "row", "text", 4, a, &err));
	reopen(CP_OK);
	OK(cp_match_digest(matcher, "row", "text", 4, b, &err));
	ck_assert_mem_eq(a, b, 32);
	OK(cp_match_digest(matcher, "ro", "wtext", 5, b, &err));
	ck_assert_mem_ne(a, b, 32);
	OK(cp_match_digest(matcher, "mark", "text", 4, b, &err));
	ck_assert_mem_ne(a, b, 32);
	ck_assert_int_eq(rename(key_path(), kept), 0);
	OK(cp_store_begin(store, &err));
	OK(cp_match_copy(store, row[0], row[1], &err));
	OK(cp_match_drop(store, row[0], &err));
	OK(cp_match_drop(store, row[1], &err));
	reopen(CP_OK);
	cp_store_rollback(store);
	OK(cp_match_digest(matcher, "row", "text", 4, c, &err));
	ck_assert_mem_ne(a, c, 32);
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", nhs), 0);
	ck_assert_int_eq(rename(kept, key_path()), 0);
	reopen(CP_OK);
	ck_assert_int_eq(like(0, "Imogen", "2011-03-04", nhs), 1);
}
END_TEST

static void
spoil(off_t at)
{
	int fd = open(key_path(), O_RDWR | O_CLOEXEC);
	uint8_t byte;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_spoilt_key_file_is_told)
{
	char path[80];

	spoil(20);
	reopen(CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.hint, "keys/"));
	spoil(20);
	reopen(CP_OK);
	ck_assert_int_eq(truncate(key_path(), 59), 0);
	reopen(CP_KEY);
	ck_assert_int_eq(truncate(key_path(), 0), 0);
	reopen(CP_KEY);
	ck_assert_int_eq(unlink(key_path()), 0);
	reopen(CP_OK);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	ck_assert_int_eq(unlink(path), 0);
	OK(cp_hostkey_create(path, &err));
	reopen(CP_KEY);
}
END_TEST

/* The key file of another store, though the host is the same. */
START_TEST(another_stores_key_is_refused)
{
	char path[80];
	char keep[] = "/tmp/cpadmin-match-keep.XXXXXX";
	char command[200];

	ck_assert_ptr_nonnull(mkdtemp(keep));
	(void)snprintf(command, sizeof(command), "cp %s %s/keys/host.key %s",
	    key_path(), dir, keep);
	ck_assert_int_eq(system(command), 0);
	cp_matcher_free(matcher);
	matcher = NULL;
	cp_store_free(store);
	(void)snprintf(command, sizeof(command), "rm -rf %s/*", dir);
	ck_assert_int_eq(system(command), 0);
	make_store("S-TWO");
	(void)snprintf(command, sizeof(command), "cp %s/* %s/keys/", keep,
	    dir);
	ck_assert_int_eq(system(command), 0);
	reopen(CP_KEY);
	(void)snprintf(path, sizeof(path), "%s/keys/match.key", dir);
	ck_assert_int_eq(unlink(path), 0);
	reopen(CP_OK);
	(void)snprintf(command, sizeof(command), "rm -rf %s", keep);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(a_key_that_was_replaced_is_noticed)
{
	struct cp_stmt *q;

	OK(cp_matcher_check(matcher, store, &err));
	OK(cp_matcher_fill(matcher, store, &err));
	q = cp_stmt(store, SQL_MATCH_SET_MARK);
	cp_bind_int(q, 42);
	OK(cp_exec(q, &err));
	ck_assert_int_eq(cp_matcher_check(matcher, store, &err), CP_BUSY);
	ck_assert_int_eq(cp_matcher_fill(matcher, store, &err), CP_BUSY);
	reopen(CP_KEY);
}
END_TEST

/* ---- many threads ---- */

enum { THREADS = 4, ROUNDS = 500 };
static struct cp_keys expected;
static struct cp_document *shared;

static void *
one_thread(void *arg)
{
	struct cp_keys keys = { 0 };
	struct cp_err e = { 0 };
	int *wrong = arg;

	for (int i = 0; i < ROUNDS; i++) {
		if (cp_match_row(matcher, shared, &keys, &e) != CP_OK ||
		    keys.n != expected.n || memcmp(keys.key, expected.key,
		    keys.n * sizeof(*keys.key)) != 0)
			(*wrong)++;
	}
	cp_keys_clear(&keys);
	return NULL;
}

START_TEST(threads_make_the_same_keys)
{
	pthread_t thread[THREADS];
	int wrong[THREADS] = { 0 };

	shared = child("X", "Imogen Ann", "2011-03-04", nhs);
	OK(cp_match_row(matcher, shared, &expected, &err));
	ck_assert_uint_gt(expected.n, 10);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, one_thread,
		    &wrong[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
		ck_assert_int_eq(wrong[i], 0);
	}
	cp_keys_clear(&expected);
	cp_document_free(shared);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("match");
	TCase *t = tcase_create("table");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, found_and_no_longer, 0, 2);
	tcase_add_test(t, the_filter_learns);
	tcase_add_test(t, at_most_sixteen_are_told);
	tcase_add_test(t, barred_pairs_are_left_out);
	tcase_add_test(t, the_key_file_is_needed);
	tcase_add_test(t, only_the_key_file_gives_the_keys);
	tcase_add_test(t, a_spoilt_key_file_is_told);
	tcase_add_test(t, another_stores_key_is_refused);
	tcase_add_test(t, a_key_that_was_replaced_is_noticed);
	tcase_add_test(t, threads_make_the_same_keys);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
