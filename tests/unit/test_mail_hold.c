#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/records/mail.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/store/settings.h"

/* Which letters are held, in a store without a program around it. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_secret *identity;
static struct cp_change c;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc), "%d: %s", err.code, \
    err.what)

static void
on_day(const char *day)
{
	OK(cp_date_parse(day, &now.today, &err));
	(void)snprintf(now.time, sizeof(now.time), "%sT00:00:00Z", day);
	rules.today = now.today;
}

static void
add_record(const char *id, const char *street)
{
	char text[600];
	struct cp_reject why;
	struct cp_document *doc = NULL;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\",\"family\":\"Hill\"}],\"gender\":"
	    "\"male\",\"birth_date\":\"2010-05-04\",\"addresses\":[{\"type\":"
	    "\"current\",\"lines\":[\"%s\"],\"postcode\":\"ZZ99 1AA\"}]}", id,
	    street);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_insert(store, &rules, doc, &now, NULL, &err));
	OK(cp_txn_commit(audit, &err));
	cp_document_free(doc);
}

static void
make_store(struct cp_settings *settings)
{
	struct cp_policy_report report;
	char path[80];

	strcpy(dir, "/tmp/cpadmin-mail.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, settings->store_id, &err));
	OK(cp_store_create(dir, &store, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
}

static void
make_officer(void)
{
	struct cp_secret *pass = NULL;
	struct cp_officer o;

	OK(cp_secret_from(&pass, "a passphrase of them", 20, &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_officer_add(store, audit, "ann", pass, 1, &now, &o, &err));
	OK(cp_txn_commit(audit, &err));
	OK(cp_officer_unlock(store, "ann", pass, &identity, &err));
	cp_secret_free(pass);
}

static void
setup(void)
{
	struct cp_settings settings = { .rehearsal = 1 };

	memset(&now, 0, sizeof(now));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	now.unix_time = 1577923200;
	on_day("2020-01-02");
	make_store(&settings);
	OK(cp_audit_open(store, settings.store_id, "root", &now, &audit,
	    &err));
	rules.policy = policy;
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	OK(cp_settings_put_policy(store, rules.policy_n, &err));
	OK(cp_txn_commit(audit, &err));
	c = (struct cp_change){ store, audit, &rules, &now };
	make_officer();
	add_record("R1", "1 Old Road");
	add_record("R2", "2 Old Road");
}

static void
teardown(void)
{
	char command[80];

	cp_secret_free(identity);
	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	identity = NULL;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- what happens to them ------------------------------------------------- */

static struct cp_record
record(const char *id)
{
	struct cp_record r;

	OK(cp_record_get(store, id, &r, &err));
	return r;
}

static unsigned
why(const char *id)
{
	struct cp_record r = record(id);
	unsigned w = 99;

	OK(cp_mail_allowed(store, &rules, &r, &w, &err));
	return w;
}

static void
moves(const char *id, const char *street)
{
	char set[80];
	const char *sets[1] = { set };
	struct cp_reject reject;
	int changed[1];

	(void)snprintf(set, sizeof(set), "line1=%s", street);
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_correct(&c, id, sets, 1, "moved", changed, &reject,
	    &err));
	OK(cp_txn_commit(audit, &err));
}

static void
asks(const char *id)
{
	struct cp_shield_request q = { .asked_by = "parent",
		.reason = "why" };
	struct cp_record r = record(id);
	struct cp_shield s;

	OK(cp_txn_begin(audit, &err));
	OK(cp_shield_request(&c, &r, &q, &s, &err));
	OK(cp_txn_commit(audit, &err));
}

/* Another person decides. */
static void
is_refused(const char *id)
{
	struct cp_shield_decision d = { .reason = "no",
		.identity = identity };
	struct cp_record r = record(id);
	struct cp_audit *other = NULL;
	struct cp_change by;

	OK(cp_audit_open(store, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bob",
	    &now, &other, &err));
	by = (struct cp_change){ store, other, &rules, &now };
	OK(cp_txn_begin(other, &err));
	OK(cp_shield_refuse(&by, &r, &d, &err));
	OK(cp_txn_commit(other, &err));
	cp_audit_free(other);
}

START_TEST(an_ordinary_record_is_free)
{
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
	moves("R1", "5 New Road");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
}
END_TEST

START_TEST(a_shield_holds)
{
	asks("R1");
	ck_assert_uint_eq(why("R1"), CP_MAIL_SHIELDED);
	ck_assert_uint_eq(why("R2"), CP_MAIL_FREE);
	/* What comes back out of a shield counts as a change. */
	is_refused("R1");
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
	on_day("2020-01-31");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
}
END_TEST

/* 28 days, and a case within a year. */
START_TEST(a_move_while_at_risk_holds)
{
	asks("R1");
	on_day("2020-02-01");
	is_refused("R1");
	on_day("2020-03-01");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
	moves("R1", "5 New Road");
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
	on_day("2020-03-29");
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
	on_day("2020-03-30");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
	on_day("2021-02-01");
	moves("R1", "6 New Road");
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
	on_day("2021-02-02");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
}
END_TEST

START_TEST(a_move_behind_the_shield_is_one)
{
	asks("R1");
	moves("R1", "5 New Road");
	ck_assert(why("R1") & CP_MAIL_SHIELDED);
	on_day("2020-06-01");
	is_refused("R1");
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
}
END_TEST

START_TEST(a_merge_holds)
{
	struct cp_merge m = { .id = "R2", .into = "R1", .reason = "one" };
	struct cp_merged out;
	struct cp_reject reject;

	moves("R1", "5 New Road");
	ck_assert_uint_eq(why("R1"), CP_MAIL_FREE);
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_merge(&c, &m, &out, &reject, &err));
	OK(cp_txn_commit(audit, &err));
	ck_assert_uint_eq(why("R1"), CP_MAIL_MOVED);
}
END_TEST

/* ---- letters --------------------------------------------------------------- */

/* Puts a letter of R1 with TEXT to its address, or nowhere. */
static enum cp_rc
put(const char *text, int always, struct cp_mail *out)
{
	struct cp_record r = record("R1");
	struct cp_document *doc = NULL;
	struct cp_mail_letter l = { .record = &r, .kind = "notice",
		.always = always };
	enum cp_rc rc;

	OK(cp_mail_document(store, &r, identity, &doc, &err));
	l.said = (struct cp_mail_text){ doc, cp_mail_to(doc), NULL, text };
	OK(cp_txn_begin(audit, &err));
	rc = cp_mail_put(&c, &l, out, &err);
	rc = cp_txn_end(audit, rc, &err);
	cp_document_free(doc);
	return rc;
}

static enum cp_rc
release(const char *id, struct cp_mail *out, struct cp_buf *text)
{
	enum cp_rc rc;

	OK(cp_txn_begin(audit, &err));
	rc = cp_mail_release(&c, id, identity, out, text, &err);
	return cp_txn_end(audit, rc, &err);
}

START_TEST(what_may_go_goes)
{
	struct cp_mail m;

	OK(put("1 Old Road ZZ99 1AA", 0, &m));
	ck_assert_int_eq(m.n, 0);
	OK(put("1 Old Road ZZ99 1AA", 1, &m));
	ck_assert_str_eq(m.id, "M-0001");
}
END_TEST

/* Charnwood, 2023: the new address in a letter to the old one.  It is refused
 * while the letter is made, and when one that was made before is released. */
START_TEST(a_change_of_address)
{
	struct cp_mail m;
	struct cp_buf text;

	cp_buf_init(&text);
	asks("R1");
	OK(put("To 1 Old Road, ZZ99 1AA", 0, &m));
	ck_assert_str_eq(m.status, "held");
	moves("R1", "5 New Road");
	FAILS(CP_REFUSED, release(m.id, &m, &text));
	ck_assert_uint_eq(text.len, 0);
	OK(cp_mail_get(store, "M-0001", &m, &err));
	ck_assert_str_eq(m.status, "held");
	OK(put("To 5 New Road, ZZ99 1AA", 0, &m));
	OK(release(m.id, &m, &text));
	ck_assert_str_eq(cp_buf_text(&text), "To 5 New Road, ZZ99 1AA");
	ck_assert_str_eq(m.status, "released");
	cp_buf_clear(&text);
}
END_TEST

START_TEST(withdrawn_is_gone)
{
	struct cp_mail m;
	struct cp_buf text;

	cp_buf_init(&text);
	OK(put("hello", 1, &m));
	OK(cp_txn_begin(audit, &err));
	OK(cp_mail_withdraw(&c, m.id, "no", &m, &err));
	OK(cp_txn_commit(audit, &err));
	ck_assert_int_eq(m.compartment, 0);
	FAILS(CP_REFUSED, release(m.id, &m, &text));
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_REFUSED, cp_mail_withdraw(&c, m.id, "no", &m, &err));
	cp_txn_rollback(audit);
	cp_buf_clear(&text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail-hold");
	TCase *t = tcase_create("store");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_ordinary_record_is_free);
	tcase_add_test(t, a_shield_holds);
	tcase_add_test(t, a_move_while_at_risk_holds);
	tcase_add_test(t, a_move_behind_the_shield_is_one);
	tcase_add_test(t, a_merge_holds);
	tcase_add_test(t, what_may_go_goes);
	tcase_add_test(t, a_change_of_address);
	tcase_add_test(t, withdrawn_is_gone);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
