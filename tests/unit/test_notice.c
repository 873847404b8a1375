#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/match_renew.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/notice.h"
#include "lifecycle/records/notice_life.h"
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

/* ---- the ledger as text ------------------------------------------------ */

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

/* Runs CALL in a transaction of its own. */
#define IN_TXN(call) do { OK(cp_txn_begin(audit, &err)); OK(call); \
    OK(cp_txn_commit(audit, &err)); } while (0)
#define NOT_IN_TXN(code, call) do { OK(cp_txn_begin(audit, &err)); \
    FAILS(code, call); cp_txn_rollback(audit); } while (0)

static struct cp_notice
notice(int64_t n)
{
	struct cp_notice out;

	OK(cp_notice_at(store, n, &out, &err));
	return out;
}

static struct cp_record
record(int64_t n)
{
	struct cp_record r;

	OK(cp_record_at(store, n, &r, &err));
	return r;
}

static const char *lines[] = { "1 Old Road" };
static struct cp_address home = { .n_lines = 1, .lines = lines,
	.postcode = "ZZ99 1AA" };

static struct cp_notice_issue
letter(enum cp_addressee to)
{
	static const uint8_t wording[32] = { 7 };
	struct cp_notice_issue i = { .to = to, .language = "ur",
		.format = "large-print", .route = "post",
		.version = "2026-1", .wording = wording, .address = &home };

	return i;
}

static void
issue(int64_t n, enum cp_addressee to)
{
	struct cp_notice_issue i = letter(to);
	struct cp_notice t = notice(n);

	IN_TXN(cp_notice_issued(&c, &t, &i, &err));
}

static void
serve(int64_t n, const char *date, const char *route)
{
	struct cp_notice t = notice(n);

	IN_TXN(cp_notice_served(&c, &t, day(date), route, &err));
}

static void
correct(const char *id, const char *set)
{
	const char *sets[1] = { set };
	struct cp_reject reject;
	int changed[1];

	IN_TXN(cp_record_correct(&c, id, sets, 1, "wrong", changed, &reject,
	    &err));
}

static void
happen(const char *id, enum cp_event_kind kind)
{
	struct cp_event e = { .kind = kind, .date = now.today,
		.notified = now.today, .intention = CP_INTENTION_RETURN };
	struct cp_record after;

	IN_TXN(cp_event_apply(&c, id, &e, &after, &err));
}

/* By whatever writes its row, and looks at nothing. */
static void
is_dead(int64_t n)
{
	struct cp_stmt *q;

	OK(cp_txn_begin(audit, &err));
	q = cp_stmt(store, SQL_RECORD_UPDATE);
	cp_bind_text(q, "E08000015");
	cp_bind_text(q, "2016-05-04");
	cp_bind_date(q, now.today); /* notified */
	cp_bind_null(q);
	cp_bind_null(q);
	cp_bind_null(q);
	cp_bind_text(q, now.time);
	cp_bind_int(q, n);
	OK(cp_exec(q, &err));
	OK(cp_txn_commit(audit, &err));
}

/* ---- the log as text --------------------------------------------------- */

static enum cp_rc
log_one(void *ctx, const struct cp_log_row *row, struct cp_err *e)
{
	struct cp_buf *b = ctx;

	if (strncmp(row->action, "notice.", 7) != 0)
		return CP_OK;
	cp_buf_printf(b, "%s%s %s %s", b->len > 0 ? "\n" : "", row->action,
	    row->subject == NULL ? "-" : strncmp(row->subject, "SC-", 3) == 0 ?
	    "CASE" : row->subject, row->detail);
	return cp_buf_check(b, e);
}

static void
logged(const char *expected)
{
	struct cp_log_filter all = { 0 };
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_log_each(store, &all, log_one, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

/* ---- what is owed ------------------------------------------------------ */

START_TEST(what_a_new_record_is_owed)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice_count count = settle();

	ck_assert_int_eq(count.looked, 1);
	ck_assert_int_eq(count.owed, 1);
	ledger(n, "first owed 2026-02-10");
	count = settle();
	ck_assert_int_eq(count.looked, 0);
	on_day("2028-05-03");
	ck_assert_int_eq(settle().looked, 0);
	on_day("2028-05-04");
	count = settle();
	ck_assert_int_eq(count.looked, 1);
	ck_assert_int_eq(count.owed, 0);
	ledger(n, "first owed 2026-02-10");
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}");
}
END_TEST

static void
count_up(void *ctx, int64_t done, int64_t total)
{
	int64_t *seen = ctx;

	seen[0]++;
	seen[1] = done;
	ck_assert_int_eq(total, 2500);
}

/* In transactions of at most a thousand, with one entry each. */
START_TEST(many_are_settled)
{
	struct cp_notice_count n;
	int64_t seen[2] = { 0, 0 }, waits;
	struct cp_document *doc = NULL;
	struct cp_reject why;
	char text[400];

	OK(cp_txn_begin(audit, &err));
	for (int i = 0; i < 2500; i++) {
		(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
		    "\"id\":\"N%d\",\"authority\":\"E08000015\",\"names\":"
		    "[{\"type\":\"current\",\"given\":\"Bo\",\"family\":"
		    "\"Hill\"}],\"gender\":\"male\",\"birth_date\":"
		    "\"2016-05-04\"}", i);
		OK(cp_document_parse(text, strlen(text), now.today, &doc,
		    &why, &err));
		OK(cp_record_insert(store, &rules, doc, &now, NULL, &err));
		cp_document_free(doc);
	}
	OK(cp_txn_commit(audit, &err));
	OK(cp_notice_waiting(store, now.today, 100, &waits, &err));
	ck_assert_int_eq(waits, 100);
	OK(cp_notice_settle(&c, &n, count_up, seen, &err));
	ck_assert_int_eq(n.looked, 2500);
	ck_assert_int_eq(n.owed, 2500);
	ck_assert_int_eq(seen[0], 3);
	ck_assert_int_eq(seen[1], 2500);
	OK(cp_notice_waiting(store, now.today, 100, &waits, &err));
	ck_assert_int_eq(waits, 0);
	logged("notice.settle - {\"looked\":1000,\"owed\":1000,"
	    "\"dropped\":0}\n"
	    "notice.settle - {\"looked\":1000,\"owed\":1000,\"dropped\":0}\n"
	    "notice.settle - {\"looked\":500,\"owed\":500,\"dropped\":0}");
}
END_TEST

/* The clocks are an hour ahead in summer: it was the next day. */
START_TEST(the_day_of_the_first_record)
{
	int64_t n;

	now.today = day("2026-07-02");
	rules.today = now.today;
	strcpy(now.time, "2026-07-01T23:30:00Z");
	n = add_record("R1", "E08000015", "2016-05-04");
	settle();
	ledger(n, "first owed 2026-08-02");
	on_day("2026-12-01");
	strcpy(now.time, "2026-12-01T23:30:00Z");
	n = add_record("R2", "E08000015", "2016-05-04");
	settle();
	ledger(n, "first owed 2027-01-01");
}
END_TEST

START_TEST(what_happens_is_looked_at)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");

	settle();
	happen("R1", CP_EVENT_DIED);
	settle();
	ledger(n, "first suppressed 2026-02-10 died");
	correct("R1", "death=");
	settle();
	ledger(n, "first suppressed 2026-02-10 died; "
	    "first :2 owed 2026-02-10");
	happen("R1", CP_EVENT_LEFT_ENGLAND);
	settle();
	on_day("2026-01-12");
	happen("R1", CP_EVENT_RETURNED);
	settle();
	ledger(n, "first suppressed 2026-02-10 died; first :2 suppressed "
	    "2026-02-10 left-england; first :3 owed 2026-02-10");
	issue(3, CP_TO_CARER);
	correct("R1", "birth_date=2012-05-04");
	settle();
	ledger(n, "first suppressed 2026-02-10 died; first :2 suppressed "
	    "2026-02-10 left-england; first :3 issued 2026-02-10; "
	    "comprehension owed 2026-01-12");
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.suppressed R1 {\"notice\":\"N-0000001-F\",\"kind\":"
	    "\"first\",\"why\":\"died\"}\n"
	    "notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.suppressed R1 {\"notice\":\"N-0000002-D\",\"kind\":"
	    "\"first\",\"why\":\"left-england\"}\n"
	    "notice.issued R1 {\"notice\":\"N-0000003-B\",\"kind\":\"first\","
	    "\"to\":\"carer\",\"language\":\"ur\",\"format\":\"large-print\","
	    "\"route\":\"post\",\"version\":\"2026-1\"}\n"
	    "notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}");
}
END_TEST

/* By the store's own columns, as the plan has it from a decision. */
START_TEST(towards_eighteen)
{
	int64_t n = add_record("R1", "E08000015", "2008-02-29");

	settle();
	ledger(n, "first owed 2026-02-10; "
	    "eighteen 2026-03-01 owed 2026-03-01");
	on_day("2026-01-31");
	settle();
	on_day("2026-02-01");
	settle();
	ledger(n, "first owed 2026-02-10; "
	    "eighteen 2026-03-01 owed 2026-03-01; "
	    "archived 2026-03-01 owed 2026-03-01");
}
END_TEST

START_TEST(nobody_and_the_undecidable)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	int64_t m = add_record("R2", "E08000015", "2016-05-04");
	struct cp_stmt *q;

	OK(cp_txn_begin(audit, &err));
	q = cp_stmt(store, SQL_IDENTITY_MARK);
	cp_bind_int(q, n);
	OK(cp_exec(q, &err));
	OK(cp_record_park(store, m, CP_PARKED_UNDECIDABLE, &err));
	OK(cp_txn_commit(audit, &err));
	ck_assert_int_eq(settle().looked, 2);
	ck_assert_int_eq(settle().looked, 0);
	ledger(n, "");
	ledger(m, "");
	correct("R2", "birth_date=2016-05-05");
	settle();
	ledger(m, "first owed 2026-02-10");
}
END_TEST

/* Archived, restored and merged records: only live ones are looked at. */
START_TEST(archived_and_restored)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_record r = record(n);
	struct cp_document *doc = NULL;

	OK(cp_gate_document(store, &r, CP_FOR_CHANGE, &doc, &err));
	IN_TXN(cp_record_strip(store, &r, day("2032-01-01"), rules.policy_n,
	    &now, &err));
	ck_assert_int_eq(settle().looked, 0);
	r = record(n);
	IN_TXN(cp_record_revive(store, &rules, &r, doc, &now, &err));
	ck_assert_int_eq(settle().looked, 1);
	ledger(n, "first owed 2026-02-10");
	cp_document_free(doc);
}
END_TEST

START_TEST(merged)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	int64_t m = add_record("R2", "E08000015", "2016-05-04");
	struct cp_merge what = { .id = "R2", .into = "R1", .reason = "one" };
	struct cp_merged out;
	struct cp_reject reject;

	settle();
	issue(1, CP_TO_CARER);
	IN_TXN(cp_record_merge(&c, &what, &out, &reject, &err));
	settle();
	ck_assert_int_eq(record(m).state, CP_STATE_MERGED);
	ledger(n, "first issued 2026-02-10");
	ck_assert_int_eq(settle().looked, 0);
}
END_TEST

/* Whoever read the rules before an adoption does not settle by them. */
START_TEST(another_policy_by_now)
{
	struct cp_notice_count n;

	add_record("R1", "E08000015", "2016-05-04");
	rules.policy_n++;
	FAILS(CP_BUSY, cp_notice_settle(&c, &n, NULL, NULL, &err));
	rules.policy_n--;
	ck_assert_int_eq(settle().owed, 1);
}
END_TEST

START_TEST(what_events_owe)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	char *wording = policy->notice_wording;

	settle();
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_WITHDRAWAL, "C-0007",
	    day("2026-01-10"), &err));
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_WITHDRAWAL, "C-0007",
	    day("2026-01-11"), &err));
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_AUTHORITY, "V-1",
	    day("2026-02-10"), &err));
	ledger(n, "first owed 2026-02-10; withdrawal C-0007 owed 2026-01-10; "
	    "authority V-1 owed 2026-02-10");
	policy->notice_wording = NULL;
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_AUTHORITY, "V-2",
	    day("2026-02-10"), &err));
	IN_TXN(cp_notice_look(&c, n, NULL, &err));
	policy->notice_wording = wording;
	ledger(n, "first suppressed 2026-02-10 no-longer-due; "
	    "withdrawal C-0007 suppressed 2026-01-10 no-longer-due; "
	    "authority V-1 suppressed 2026-02-10 no-longer-due");
}
END_TEST

/* ---- what becomes of one ----------------------------------------------- */

START_TEST(issued_and_served)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice_issue i = letter(CP_TO_CARER);
	struct cp_notice t;

	settle();
	t = notice(1);
	NOT_IN_TXN(CP_REFUSED, cp_notice_served(&c, &t, now.today, "post",
	    &err));
	IN_TXN(cp_notice_set_problem(&c, 1, "no-address", &err));
	ck_assert_str_eq(notice(1).problem, "no-address");
	IN_TXN(cp_notice_issued(&c, &t, &i, &err));
	NOT_IN_TXN(CP_REFUSED, cp_notice_issued(&c, &t, &i, &err));
	t = notice(1);
	ck_assert_str_eq(t.problem, "");
	ck_assert_str_eq(t.addressee, "carer");
	ck_assert_str_eq(t.language, "ur");
	ck_assert_str_eq(t.format, "large-print");
	ck_assert_str_eq(t.version, "2026-1");
	ck_assert_str_eq(t.issued, "2026-01-10T12:00:00Z");
	ck_assert_str_eq(t.issued_by, "root");
	on_day("2026-01-12");
	NOT_IN_TXN(CP_BAD_INPUT, cp_notice_served(&c, &t, day("2026-01-13"),
	    NULL, &err));
	NOT_IN_TXN(CP_BAD_INPUT, cp_notice_served(&c, &t, day("2026-01-09"),
	    NULL, &err));
	serve(1, "2026-01-11", NULL);
	t = notice(1);
	ck_assert_int_eq(t.status, CP_NOTICE_SERVED);
	ck_assert_str_eq(t.route, "post");
	ck_assert_int_eq(cp_date_cmp(t.served, day("2026-01-11")), 0);
	NOT_IN_TXN(CP_REFUSED, cp_notice_served(&c, &t, now.today, NULL,
	    &err));
	settle();
	ledger(n, "first served 2026-02-10");
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.issued R1 {\"notice\":\"N-0000001-F\",\"kind\":\"first\","
	    "\"to\":\"carer\",\"language\":\"ur\",\"format\":\"large-print\","
	    "\"route\":\"post\",\"version\":\"2026-1\"}\n"
	    "notice.served R1 {\"notice\":\"N-0000001-F\",\"kind\":\"first\","
	    "\"date\":\"2026-01-11\"}");
}
END_TEST

START_TEST(given_by_hand)
{
	int64_t n = add_record("R1", "E08000015", "2014-01-12");
	struct cp_notice t;

	settle();
	on_day("2026-01-20");
	serve(1, "2026-01-11", "hand"); /* while eleven */
	t = notice(1);
	ck_assert_str_eq(t.addressee, "carer");
	ck_assert_str_eq(t.version, "2026-1");
	ck_assert_str_eq(t.route, "hand");
	ck_assert_str_eq(t.language, "");
	/* It is the child's turn by now, and is owed at once. */
	ledger(n, "first served 2026-02-10; comprehension owed 2026-01-20");
}
END_TEST

START_TEST(to_somebody_who_died_since)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice_issue i = letter(CP_TO_CARER);
	struct cp_notice t;

	settle();
	t = notice(1);
	is_dead(n);
	OK(cp_txn_begin(audit, &err));
	FAILS(CP_REFUSED, cp_notice_issued(&c, &t, &i, &err));
	OK(cp_txn_commit(audit, &err)); /* for the others of a run */
	ledger(n, "first suppressed 2026-02-10 died");
}
END_TEST

START_TEST(comes_back)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice t;

	settle();
	t = notice(1);
	NOT_IN_TXN(CP_REFUSED, cp_notice_returned(&c, &t, now.today,
	    "gone-away", &err));
	issue(1, CP_TO_CARER);
	on_day("2026-01-20");
	NOT_IN_TXN(CP_BAD_INPUT, cp_notice_returned(&c, &t, now.today, "lost",
	    &err));
	NOT_IN_TXN(CP_BAD_INPUT, cp_notice_returned(&c, &t, day("2026-01-09"),
	    "gone-away", &err));
	IN_TXN(cp_notice_returned(&c, &t, day("2026-01-18"), "gone-away",
	    &err));
	NOT_IN_TXN(CP_REFUSED, cp_notice_returned(&c, &t, now.today,
	    "gone-away", &err));
	settle();
	ledger(n, "first returned 2026-02-10 gone-away");
	correct("R1", "line1=5 New Road");
	settle();
	ledger(n, "first returned 2026-02-10 gone-away; "
	    "first :2 owed 2026-02-20");
	settle();
	ledger(n, "first returned 2026-02-10 gone-away; "
	    "first :2 owed 2026-02-20");
}
END_TEST

START_TEST(an_operator_suppresses)
{
	int64_t n = add_record("R1", "E08000015", "2014-01-12");
	struct cp_notice t;

	settle();
	t = notice(1);
	IN_TXN(cp_notice_suppress(&c, &t, "told in court", &err));
	NOT_IN_TXN(CP_REFUSED, cp_notice_suppress(&c, &t, "again", &err));
	settle();
	ledger(n, "first suppressed 2026-02-10 operator");
	on_day("2026-01-12");
	settle();
	ledger(n, "first suppressed 2026-02-10 operator; "
	    "comprehension owed 2026-01-12");
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.suppressed R1 {\"notice\":\"N-0000001-F\",\"kind\":"
	    "\"first\",\"why\":\"operator\",\"reason\":\"told in court\"}\n"
	    "notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}");
}
END_TEST

static int
place_is(int64_t n)
{
	struct cp_notice t = notice(n);
	int same = 99;

	OK(cp_notice_place(store, &t, &home, &same, &err));
	return same;
}

START_TEST(where_it_went)
{
	struct cp_match_renewed renewed;

	add_record("R1", "E08000015", "2016-05-04");
	settle();
	ck_assert_int_eq(place_is(1), -1);
	issue(1, CP_TO_CARER);
	ck_assert_int_eq(place_is(1), 1);
	lines[0] = "1 Older Road";
	ck_assert_int_eq(place_is(1), 0);
	lines[0] = "1 Old Road";
	home.postcode = NULL;
	ck_assert_int_eq(place_is(1), 0);
	home.postcode = "ZZ99 1AA";
	ck_assert_int_eq(place_is(1), 1);
	/* Under another key it is not known. */
	IN_TXN(cp_match_renew(&c, NULL, "lost", NULL, NULL, &renewed, &err));
	OK(cp_match_renew_end(store, &err));
	ck_assert_int_eq(place_is(1), -1);
}
END_TEST

/* ---- who is addressed -------------------------------------------------- */

START_TEST(addressee_is_set)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_record r = record(n);
	struct cp_notice_to to;

	settle();
	issue(1, CP_TO_CARER);
	OK(cp_notice_to_get(store, n, &to, &err));
	ck_assert_int_eq(to.set, CP_TO_BY_AGE);
	NOT_IN_TXN(CP_BAD_INPUT, cp_notice_to_set(&c, &r, "clever", "x",
	    &err));
	IN_TXN(cp_notice_to_set(&c, &r, "understands", "asked for it", &err));
	ledger(n, "first issued 2026-02-10; comprehension owed 2026-01-10");
	OK(cp_notice_to_get(store, n, &to, &err));
	ck_assert_int_eq(to.set, CP_TO_SET_CHILD);
	ck_assert_str_eq(to.ground, "understands");
	ck_assert_str_eq(to.set_by, "root");
	ck_assert_int_eq(cp_date_cmp(to.since, now.today), 0);
	IN_TXN(cp_notice_to_set(&c, &r, "learning-difficulty", NULL, &err));
	ledger(n, "first issued 2026-02-10; "
	    "comprehension suppressed 2026-01-10 no-longer-due");
	OK(cp_notice_to_get(store, n, &to, &err));
	ck_assert_int_eq(to.set, CP_TO_SET_CARER);
	IN_TXN(cp_notice_to_set(&c, &r, NULL, "a mistake", &err));
	OK(cp_notice_to_get(store, n, &to, &err));
	ck_assert_int_eq(to.set, CP_TO_BY_AGE);
	IN_TXN(cp_record_strip(store, &r, day("2032-01-01"), rules.policy_n,
	    &now, &err));
	r = record(n);
	NOT_IN_TXN(CP_REFUSED, cp_notice_to_set(&c, &r, "understands", "x",
	    &err));
}
END_TEST

/* ---- lists, and who is told -------------------------------------------- */

static enum cp_rc
tell_number(void *ctx, const struct cp_notice *n, struct cp_err *e)
{
	cp_buf_printf(ctx, " %lld", (long long)n->n);
	return cp_buf_check(ctx, e);
}

static void
owed_are(const struct cp_notice_query *q, const char *expected)
{
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_notice_owed_each(store, q, tell_number, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

START_TEST(owed_by_due_date)
{
	int64_t a = add_record("R1", "E08000015", "2008-03-01");
	struct cp_notice_query all = { 0 }, some = { 0 };

	settle(); /* 1 first 02-10, 2 eighteen 03-01 */
	on_day("2026-01-11");
	add_record("R2", "E08000015", "2016-05-04");
	settle(); /* 3 first 02-11 */
	IN_TXN(cp_notice_owe(&c, a, CP_NOTICE_WITHDRAWAL, "C-1", now.today,
	    &err)); /* 4, today */
	owed_are(&all, " 4 1 3 2");
	some.until = day("2026-02-10");
	owed_are(&some, " 4 1");
	some.until.days = 0;
	some.kind = "first";
	owed_are(&some, " 1 3");
	some.record = a;
	owed_are(&some, " 1");
	some.kind = NULL;
	owed_are(&some, " 4 1 2");
}
END_TEST

static enum cp_rc
issue_each(void *ctx, const struct cp_notice *n, struct cp_err *e)
{
	struct cp_notice_issue i = letter(CP_TO_CARER);

	++*(int *)ctx;
	return cp_notice_issued(&c, n, &i, e);
}

/* More than a page that are due on one day, and the list changes while it is
 * read. */
START_TEST(pages_of_one_day)
{
	struct cp_notice_query all = { 0 };
	char id[24];
	int count = 0;

	for (int i = 0; i < 150; i++) {
		on_day(i < 100 ? "2026-01-10" : "2026-01-11");
		(void)snprintf(id, sizeof(id), "N%d", i);
		add_record(id, "E08000015", "2016-05-04");
	}
	ck_assert_int_eq(settle().owed, 150);
	OK(cp_txn_begin(audit, &err));
	OK(cp_notice_owed_each(store, &all, issue_each, &count, &err));
	OK(cp_txn_commit(audit, &err));
	ck_assert_int_eq(count, 150);
	owed_are(&all, "");
}
END_TEST

START_TEST(only_those_in_reach)
{
	struct cp_operator op = { .name = "ann", .roles = CP_ROLE_TEAM,
		.n_authorities = 1, .authorities = { "E08000016" } };
	struct cp_notice_query all = { 0 };
	struct cp_notice t;
	int64_t run = 7, count = 0;
	struct cp_stmt *q;

	add_record("R1", "E08000015", "2016-05-04");
	add_record("R2", "E08000016", "2016-05-04");
	settle();
	cp_store_act_for(store, &op);
	owed_are(&all, " 2");
	FAILS(CP_DENIED, cp_notice_get(store, "N-0000001-F", &t, &err));
	OK(cp_notice_get(store, "n-0000002-d", &t, &err));
	ck_assert_str_eq(t.record_id, "R2");
	FAILS(CP_NOT_FOUND, cp_notice_get(store, "N-0000003-B", &t, &err));
	FAILS(CP_NOT_FOUND, cp_notice_get(store, "R2", &t, &err));
	cp_store_act_for(store, NULL);
	/* Nor does a run of everybody's letters reach further. */
	OK(cp_txn_begin(audit, &err));
	q = cp_stmt(store, SQL_PRINT_RUN_ADD);
	cp_bind_int(q, run);
	cp_bind_text(q, "/tmp");
	cp_bind_text(q, "{}");
	cp_bind_text(q, now.time);
	cp_bind_text(q, "root");
	OK(cp_exec(q, &err));
	for (int64_t n = 1; n <= 2; n++) {
		struct cp_notice_issue i = letter(CP_TO_CARER);

		i.run = run;
		t = notice(n);
		OK(cp_notice_issued(&c, &t, &i, &err));
	}
	/* Before the run is done none of it has been printed. */
	t = notice(2);
	FAILS(CP_REFUSED, cp_notice_served_run(&c, run, now.today, &count,
	    &err));
	FAILS(CP_REFUSED, cp_notice_served(&c, &t, now.today, NULL, &err));
	FAILS(CP_REFUSED, cp_notice_served(&c, &t, now.today, "hand", &err));
	FAILS(CP_REFUSED, cp_notice_returned(&c, &t, now.today, "refused",
	    &err));
	q = cp_stmt(store, SQL_PRINT_RUN_END);
	cp_bind_int(q, run);
	cp_bind_text(q, "done");
	cp_bind_text(q, now.time);
	cp_bind_int(q, 2);
	cp_bind_int(q, 2);
	OK(cp_exec(q, &err));
	OK(cp_txn_commit(audit, &err));
	cp_store_act_for(store, &op);
	IN_TXN(cp_notice_served_run(&c, run, now.today, &count, &err));
	ck_assert_int_eq(count, 1);
	ck_assert_int_eq(notice(1).status, CP_NOTICE_ISSUED);
	ck_assert_int_eq(notice(2).status, CP_NOTICE_SERVED);
	cp_store_act_for(store, NULL);
	IN_TXN(cp_notice_served_run(&c, run, now.today, &count, &err));
	ck_assert_int_eq(count, 1);
	ck_assert_int_eq(notice(1).status, CP_NOTICE_SERVED);
}
END_TEST

/* ---- shields ----------------------------------------------------------- */

/* The number of the first that is safe: there is no gap among the others. */
static const int64_t SAFE = 8000000001;
static struct cp_secret *identity;

static void
ask_for_shield(int64_t n)
{
	struct cp_shield_request q = { .asked_by = "parent",
		.reason = "why" };
	struct cp_record r = record(n);
	struct cp_secret *pass = NULL;
	struct cp_shield s;
	struct cp_officer o;

	OK(cp_secret_from(&pass, "a passphrase of them", 20, &err));
	IN_TXN(cp_officer_add(store, audit, "ann", pass, 1, &now, &o, &err));
	OK(cp_officer_unlock(store, "ann", pass, &identity, &err));
	cp_secret_free(pass);
	IN_TXN(cp_shield_request(&c, &r, &q, &s, &err));
}

START_TEST(safe_ones_are_told_to_few)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_operator team = { .name = "tim", .roles = CP_ROLE_TEAM };
	struct cp_operator officer = { .name = "ann",
		.roles = CP_ROLE_SHIELD };
	struct cp_notice_query all = { 0 }, one = { .record = n };
	struct cp_notice t;
	char ref[CP_NOTICE_REF];

	settle();
	ask_for_shield(n);
	cp_secret_free(identity);
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_SHIELD, "SC-1", now.today,
	    &err));
	cp_notice_ref(SAFE, ref);
	cp_store_act_for(store, &team);
	owed_are(&all, " 1");
	owed_are(&one, " 1");
	ledger(n, "first owed 2026-02-10");
	FAILS(CP_NOT_FOUND, cp_notice_get(store, ref, &t, &err));
	cp_store_act_for(store, &officer);
	owed_are(&all, " 8000000001 1");
	ledger(n, "first owed 2026-02-10; shield-outcome SC-1 owed "
	    "2026-01-10");
	OK(cp_notice_get(store, ref, &t, &err));
	ck_assert(t.safe);
	cp_store_act_for(store, NULL);
	issue(SAFE, CP_TO_CARER);
	ck_assert_int_eq(place_is(SAFE), -1); /* where to is not kept */
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.issued CASE {\"notice\":\"N-8000000001-K\",\"kind\":"
	    "\"shield-outcome\",\"to\":\"carer\",\"language\":\"ur\","
	    "\"format\":\"large-print\",\"route\":\"post\",\"version\":"
	    "\"2026-1\"}");
}
END_TEST

/* Beside the death an entry about a case would say whose it is. */
START_TEST(a_safe_one_lapses_in_silence)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_notice_count count;

	settle();
	ask_for_shield(n);
	cp_secret_free(identity);
	IN_TXN(cp_notice_owe(&c, n, CP_NOTICE_SHIELD, "SC-1", now.today,
	    &err));
	is_dead(n);
	count = settle();
	ck_assert_int_eq(count.dropped, 1);
	ledger(n, "first suppressed 2026-02-10 died; shield-outcome SC-1 "
	    "suppressed 2026-01-10 died");
	logged("notice.settle - {\"looked\":1,\"owed\":1,\"dropped\":0}\n"
	    "notice.suppressed R1 {\"notice\":\"N-0000001-F\",\"kind\":"
	    "\"first\",\"why\":\"died\"}\n"
	    "notice.settle - {\"looked\":1,\"owed\":0,\"dropped\":1}");
}
END_TEST

/* Served by an officer in the place of one that reads as owed, until there is
 * no shield any more. */
START_TEST(served_behind_the_shield)
{
	int64_t n = add_record("R1", "E08000015", "2016-05-04");
	struct cp_shield_decision d = { .reason = "no" };
	struct cp_audit *other = NULL;
	struct cp_notice t, cover;
	struct cp_record r;
	struct cp_change by;

	settle();
	ask_for_shield(n);
	t = notice(1);
	IN_TXN(cp_notice_cover(&c, &t, &cover, &err));
	issue(cover.n, CP_TO_CARER);
	serve(cover.n, "2026-01-10", "officer");
	settle();
	ck_assert_int_eq(notice(1).status, CP_NOTICE_OWED);
	ck_assert_int_eq(notice(cover.n).status, CP_NOTICE_SERVED);
	on_day("2026-01-15");
	OK(cp_audit_open(store, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bob",
	    &now, &other, &err));
	by = (struct cp_change){ store, other, &rules, &now };
	r = record(n);
	d.identity = identity;
	OK(cp_txn_begin(other, &err));
	OK(cp_shield_refuse(&by, &r, &d, &err));
	OK(cp_txn_commit(other, &err));
	cp_audit_free(other);
	cp_secret_free(identity);
	IN_TXN(cp_notice_look(&c, n, NULL, &err));
	t = notice(1);
	ck_assert_int_eq(t.status, CP_NOTICE_SERVED);
	ck_assert_str_eq(t.route, "post");
	ck_assert_str_eq(t.served_by, "root");
	ck_assert_str_eq(t.language, "ur");
	ck_assert_int_eq(cp_date_cmp(t.served, day("2026-01-10")), 0);
}
END_TEST

static struct cp_notice
send_safe(int64_t n)
{
	struct cp_notice t = notice(n), cover;

	IN_TXN(cp_notice_cover(&c, &t, &cover, &err));
	return cover;
}

/* Behind the shield a child is told at twelve, and of another wording, too;
 * before it nothing differs. */
START_TEST(owed_again_behind_the_shield)
{
	struct cp_operator team = { .name = "tim", .roles = CP_ROLE_TEAM };
	int64_t n = add_record("R1", "E08000015", "2014-01-12");
	struct cp_notice t;

	settle();
	ask_for_shield(n);
	cp_secret_free(identity);
	issue(send_safe(1).n, CP_TO_CARER);
	settle();
	t = notice(1);
	NOT_IN_TXN(CP_REFUSED, cp_notice_cover(&c, &t, &t, &err));
	serve(SAFE, "2026-01-10", "officer");
	settle();
	on_day("2026-01-12");
	settle();
	ledger(n, "first owed 2026-02-10; first for-1 served 2026-02-10; "
	    "first for-1:2 owed 2026-02-12");
	cp_store_act_for(store, &team);
	ledger(n, "first owed 2026-02-10");
	cp_store_act_for(store, NULL);
	t = send_safe(1);
	ck_assert_int_eq(t.n, SAFE + 1);
	issue(t.n, CP_TO_CHILD);
	serve(t.n, "2026-01-12", "officer");
	settle();
	strcpy(policy->notice_wording, "2026-9");
	IN_TXN(cp_notice_look(&c, n, NULL, &err));
	IN_TXN(cp_notice_look(&c, n, NULL, &err));
	ledger(n, "first owed 2026-02-10; first for-1 served 2026-02-10; "
	    "first for-1:2 served 2026-02-12; first for-1:3 owed "
	    "2026-02-12");
	is_dead(n);
	settle();
	ledger(n, "first suppressed 2026-02-10 died; first for-1 served "
	    "2026-02-10; first for-1:2 served 2026-02-12; first for-1:3 "
	    "suppressed 2026-02-12 died");
}
END_TEST

/* ---- references -------------------------------------------------------- */

START_TEST(references)
{
	static const int64_t some[] = { 1, 9, 10, 12, 123456, 9999999,
		10000000, 62000000, 99999999999 };
	static const char bad[][24] = { "", "N", "N-", "N-1-S", "N-0000001",
		"N-0000001-", "N-0000001-T", "N-0000000-U", "M-0000001-S",
		"N-0000001-FS", "N--000001-S", "N-+000001-S", "N- 000001-S",
		"N-00000001-F", "N-99999999999999-F", "N-000000000000001-F" };
	char ref[CP_NOTICE_REF], other[CP_NOTICE_REF];

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		cp_notice_ref(some[i], ref);
		ck_assert_int_eq(cp_notice_ref_parse(ref), some[i]);
		/* Every digit mistyped, and every swap of neighbours. */
		for (size_t k = 2; ref[k + 1] != '-'; k++) {
			strcpy(other, ref);
			other[k] = (char)(ref[k] == '9' ? '0' : ref[k] + 1);
			ck_assert_int_eq(cp_notice_ref_parse(other), 0);
			strcpy(other, ref);
			other[k] = ref[k + 1];
			other[k + 1] = ref[k];
			ck_assert_int_eq(cp_notice_ref_parse(other),
			    ref[k] == ref[k + 1] ? some[i] : 0);
		}
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_notice_ref_parse(bad[i]) == 0, "%s", bad[i]);
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
	tcase_add_test(t, many_are_settled);
	tcase_add_test(t, the_day_of_the_first_record);
	tcase_add_test(t, what_happens_is_looked_at);
	tcase_add_test(t, towards_eighteen);
	tcase_add_test(t, nobody_and_the_undecidable);
	tcase_add_test(t, archived_and_restored);
	tcase_add_test(t, merged);
	tcase_add_test(t, another_policy_by_now);
	tcase_add_test(t, what_events_owe);
	tcase_add_test(t, issued_and_served);
	tcase_add_test(t, given_by_hand);
	tcase_add_test(t, to_somebody_who_died_since);
	tcase_add_test(t, comes_back);
	tcase_add_test(t, an_operator_suppresses);
	tcase_add_test(t, where_it_went);
	tcase_add_test(t, addressee_is_set);
	tcase_add_test(t, owed_by_due_date);
	tcase_add_test(t, pages_of_one_day);
	tcase_add_test(t, only_those_in_reach);
	tcase_add_test(t, safe_ones_are_told_to_few);
	tcase_add_test(t, a_safe_one_lapses_in_silence);
	tcase_add_test(t, served_behind_the_shield);
	tcase_add_test(t, owed_again_behind_the_shield);
	tcase_add_test(t, references);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
