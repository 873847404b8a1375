#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/records/mail.h"
#include "lifecycle/records/notice.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/* The ledger of notices, in a store without a program around it. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_change c;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc), "%d: %s", err.code, \
    err.what)

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	OK(cp_date_parse(text, &d, &err));
	return d;
}

static void
on_day(const char *text)
{
	now.today = day(text);
	(void)snprintf(now.time, sizeof(now.time), "%sT12:00:00Z", text);
	rules.today = now.today;
}

static int64_t
add_record(const char *id, const char *authority, const char *born)
{
	char text[600];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	int64_t n;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"%s\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\",\"family\":\"Hill\"}],\"gender\":"
	    "\"male\",\"birth_date\":\"%s\",\"addresses\":[{\"type\":"
	    "\"current\",\"lines\":[\"1 Old Road\"],\"postcode\":"
	    "\"ZZ99 1AA\"}]}", id, authority, born);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	OK(cp_txn_commit(audit, &err));
	cp_document_free(doc);
	return n;
}

static void
make_store(struct cp_settings *settings)
{
	struct cp_policy_report report;
	char path[80];

	strcpy(dir, "/tmp/cpadmin-notice.XXXXXX");
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
setup(void)
{
	struct cp_settings settings = { .rehearsal = 1 };

	memset(&now, 0, sizeof(now));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	now.unix_time = 1577923200;
	on_day("2026-01-10");
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
}

static void
teardown(void)
{
	char command[80];

	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- the ledger as text ---------------------------------------------------- */

static enum cp_rc
tell_one(void *ctx, const struct cp_notice *n, struct cp_err *e)
{
	struct cp_buf *b = ctx;
	char due[CP_DATE_TEXT];

	cp_buf_printf(b, "%s%s%s%s %s %s%s%s", b->len > 0 ? "; " : "",
	    cp_notice_kind_word(n->kind), n->cause[0] != '\0' ? " " : "",
	    n->cause, cp_notice_status_word(n->status),
	    cp_date_format(n->due, due), n->why[0] != '\0' ? " " : "",
	    n->why);
	return cp_buf_check(b, e);
}

/* "first owed 2026-02-10; ..." */
static void
ledger(int64_t record, const char *expected)
{
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_notice_each(store, record, tell_one, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

static struct cp_notice_count
settle(void)
{
	struct cp_notice_count n;

	OK(cp_notice_settle(&c, &n, NULL, NULL, &err));
	return n;
}

START_TEST(what_a_new_record_is_owed)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice_count count = settle();

	ck_assert_int_eq(count.looked, 1);
	ck_assert_int_eq(count.owed, 1);
	ledger(n, "first owed 2026-02-10");
	count = settle();
	ck_assert_int_eq(count.looked, 0);
	ledger(n, "first owed 2026-02-10");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notice");
	TCase *t = tcase_create("ledger");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_a_new_record_is_owed);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
