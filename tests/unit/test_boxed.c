#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/records/compartment.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/records/record.h"
#include "lifecycle/store/settings.h"

/* Compartments between the database and the box of a package. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_settings settings;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_officer officer;
static struct cp_secret *pass;
static int64_t one;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc), "%d: %s", err.code, \
    err.what)

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

	strcpy(dir, "/tmp/cpadmin-boxed.XXXXXX");
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
	OK(cp_secret_from(&pass, "a passphrase of them", 20, &err));
	rules.policy = policy;
	rules.today = now.today;
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	one = add_record("R1");
	OK(cp_officer_add(store, audit, "ann", pass, 1, &now, &officer, &err));
	OK(cp_txn_commit(audit, &err));
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

static int64_t
hide(const char *text)
{
	int64_t n = 0;

	OK(cp_compartment_add(store, one, CP_COMPARTMENT_HIDDEN, text,
	    strlen(text), &now, &n, &err));
	return n;
}

static int
same(const struct cp_box *box)
{
	int yes = -1;

	OK(cp_box_same(store, one, box, &yes, &err));
	return yes;
}

/* The record leaves, with its box; the member goes to OUT. */
static void
archive(struct cp_box *box, struct cp_buf *out)
{
	struct cp_aead *aead = NULL;
	struct cp_record r;

	OK(cp_box_read(store, one, box, &err));
	OK(cp_aead_new(&aead, &err));
	OK(cp_box_fill(aead, box, out, &err));
	cp_aead_free(aead);
	OK(cp_box_sent(store, one, box, &err));
	OK(cp_record_at(store, one, &r, &err));
	OK(cp_record_strip(store, &r, now.today, rules.policy_n, &now, &err));
}

/* Counts them and checks what is in each. */
static enum cp_rc
look(void *ctx, const struct cp_boxed *b, struct cp_err *e)
{
	struct cp_secret *identity = NULL;
	struct cp_buf text;
	int *count = ctx;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_officer_unlock(store, "ann", pass, &identity, e);
	if (rc == CP_OK)
		rc = cp_compartment_open_payload(store, b->n, b->payload,
		    b->len, identity, &text, e);
	if (rc == CP_OK)
		ck_assert_str_eq(cp_buf_text(&text), *count == 0 ? "{\"a\":1}" :
		    "{\"b\":2}");
	ck_assert_str_eq(b->kind, "hidden");
	++*count;
	cp_buf_clear(&text);
	cp_secret_free(identity);
	return rc;
}

static enum cp_rc
each(const struct cp_buf *member, size_t len, int *count)
{
	*count = 0;
	return cp_box_each(store, one, member != NULL ? member->data : NULL,
	    len, look, count, &err);
}

/* ---- tests --------------------------------------------------------------- */

/* A shield may come, or change, between the reading of a record and the
 * transaction that takes it out. */
START_TEST(what_came_meanwhile_is_seen)
{
	struct cp_box box = { 0 };
	int64_t n;

	OK(cp_txn_begin(audit, &err));
	OK(cp_box_read(store, one, &box, &err));
	ck_assert_int_eq(same(&box), 1);
	n = hide("{\"a\":1}");
	ck_assert_int_eq(same(&box), 0);
	OK(cp_box_read(store, one, &box, &err));
	ck_assert_int_eq(same(&box), 1);
	OK(cp_compartment_drop_one(store, n, &err));
	ck_assert_int_eq(hide("{\"a\":1}"), n); /* the same row and length */
	ck_assert_int_eq(same(&box), 0);
	OK(cp_box_read(store, one, &box, &err));
	OK(cp_compartment_drop(store, one, &err));
	ck_assert_int_eq(same(&box), 0);
	cp_txn_rollback(audit);
	cp_box_clear(&box);
}
END_TEST

START_TEST(there_and_back)
{
	struct cp_box box = { 0 };
	struct cp_buf member;
	size_t need = 1;
	int count;

	cp_buf_init(&member);
	OK(cp_txn_begin(audit, &err));
	OK(cp_box_need(store, one, &need, &err));
	ck_assert_uint_eq(need, 0);
	(void)hide("{\"a\":1}");
	(void)hide("{\"b\":2}");
	OK(cp_box_check(store, &err));
	archive(&box, &member);
	OK(cp_box_check(store, &err));
	OK(cp_box_need(store, one, &need, &err));
	ck_assert_uint_eq(need, box.bytes.len);
	OK(each(&member, member.len, &count));
	ck_assert_int_eq(count, 2);
	OK(cp_box_back(store, one, member.data, member.len, &err));
	ck_assert_int_eq(same(&box), 1);
	OK(each(NULL, 0, &count));
	ck_assert_int_eq(count, 0);
	OK(cp_box_back(store, one, NULL, 0, &err));
	cp_txn_rollback(audit);
	cp_box_clear(&box);
	cp_buf_clear(&member);
}
END_TEST

START_TEST(a_box_that_is_not_it)
{
	struct cp_box box = { 0 };
	struct cp_buf member;
	int count;

	cp_buf_init(&member);
	OK(cp_txn_begin(audit, &err));
	(void)hide("{\"a\":1}");
	(void)hide("{\"b\":2}");
	archive(&box, &member);
	FAILS(CP_CORRUPT, each(NULL, 0, &count));
	FAILS(CP_CORRUPT, each(&member, box.bytes.len - 1, &count));
	ck_assert_int_eq(count, 1);
	OK(each(&member, box.bytes.len, &count));
	FAILS(CP_CORRUPT, cp_box_back(store, one, member.data, 100, &err));
	member.data[20] ^= 1;
	FAILS(CP_CORRUPT, each(&member, member.len, &count));
	cp_txn_rollback(audit);
	cp_box_clear(&box);
	cp_buf_clear(&member);
}
END_TEST

START_TEST(neither_here_nor_there)
{
	struct cp_box box = { 0 };
	struct cp_buf member;
	int64_t n;

	cp_buf_init(&member);
	OK(cp_txn_begin(audit, &err));
	n = hide("{\"a\":1}");
	OK(cp_box_read(store, one, &box, &err));
	OK(cp_box_sent(store, one, &box, &err)); /* though it is live */
	FAILS(CP_CORRUPT, cp_box_check(store, &err));
	ck_assert_ptr_null(strstr(err.what, "R1"));
	cp_txn_rollback(audit);
	OK(cp_txn_begin(audit, &err));
	n = hide("{\"a\":1}");
	archive(&box, &member);
	OK(cp_compartment_back(store, n, member.data, 40, &err)); /* both */
	FAILS(CP_CORRUPT, cp_box_check(store, &err));
	cp_txn_rollback(audit);
	OK(cp_txn_begin(audit, &err));
	(void)hide("{\"a\":1}");
	OK(cp_compartment_sent(store, one, &err)); /* nowhere */
	FAILS(CP_CORRUPT, cp_box_check(store, &err));
	cp_txn_rollback(audit);
	cp_box_clear(&box);
	cp_buf_clear(&member);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("boxed");
	TCase *t = tcase_create("boxed");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_came_meanwhile_is_seen);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, a_box_that_is_not_it);
	tcase_add_test(t, neither_here_nor_there);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
