#ifndef TESTS_UNIT_SAR_STORE_H
#define TESTS_UNIT_SAR_STORE_H

/* A store with requests, without a program around it: for test_sar*.c. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/records/sar_item.h"
#include "lifecycle/records/sar_life.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_change c;
static struct cp_sar_rules by; /* the requests' */

/* Who acts: a data protection officer, a second one, a shielding officer. */
static struct cp_operator dpo = { .n = 1, .name = "dana", .uid = 1001,
	.roles = CP_ROLE_DPO, .status = "active" };
__attribute__((unused))
static struct cp_operator other = { .n = 2, .name = "otto", .uid = 1002,
	.roles = CP_ROLE_DPO | CP_ROLE_APPROVER, .status = "active" };
__attribute__((unused))
static struct cp_operator officer = { .n = 3, .name = "olga", .uid = 1003,
	.roles = CP_ROLE_SHIELD, .status = "active" };

#define HOLIDAYS "policies/holidays/england-wales.csv"
#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc), "%d: %s", err.code, \
    err.what)
/* Within a transaction that ends with it: undone where it fails. */
#define DOES(call) do { OK(cp_txn_begin(audit, &err)); \
	OK(cp_txn_end(audit, (call), &err)); } while (0)
#define REFUSES(rc, call) do { OK(cp_txn_begin(audit, &err)); \
	FAILS(rc, cp_txn_end(audit, (call), &err)); } while (0)

static inline struct cp_date
day(const char *text)
{
	static const struct cp_date none = { 0 };
	struct cp_date d;

	if (text == NULL)
		return none;
	OK(cp_date_parse(text, &d, &err));
	return d;
}

static inline void
on_day(const char *text)
{
	now.today = day(text);
	(void)snprintf(now.time, sizeof(now.time), "%sT12:00:00Z", text);
	rules.today = now.today;
}

static inline struct cp_record
add_record(const char *id, const char *authority, const char *born)
{
	char text[600];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	struct cp_record r;
	int64_t n;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"%s\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\",\"family\":\"Hill\"},{\"type\":"
	    "\"former\",\"given\":\"Al\",\"family\":\"Ash\"}],\"gender\":"
	    "\"male\",\"birth_date\":\"%s\"}", id, authority, born);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	DOES(cp_record_insert(store, &rules, doc, &now, &n, &err));
	cp_document_free(doc);
	OK(cp_record_at(store, n, &r, &err));
	return r;
}

static inline void
put_policy(const char *file)
{
	struct cp_policy_report report;

	cp_policy_report_init(&report);
	OK(cp_policy_load_file(file, &policy, &report, &err));
	cp_policy_report_clear(&report);
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_keep_policy(store, file, "root", &now,
	    &rules.policy_n, &err));
	OK(cp_settings_put_policy(store, rules.policy_n, &err));
	OK(cp_txn_commit(audit, &err));
	rules.policy = policy;
}

static inline void
setup_with(const char *file, int rehearsal)
{
	struct cp_settings settings = { .rehearsal = rehearsal };
	char path[80];

	memset(&now, 0, sizeof(now));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	now.unix_time = 1577923200;
	on_day("2026-01-10");
	strcpy(dir, "/tmp/cpadmin-sar.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, settings.store_id, &err));
	OK(cp_store_create(dir, &store, &err));
	OK(cp_audit_open(store, settings.store_id, "dana", &now, &audit,
	    &err));
	DOES(cp_settings_create(store, &settings, &now, &err));
	put_policy(file);
	c = (struct cp_change){ store, audit, &rules, &now };
	OK(cp_sar_rules_load(store, rules.policy_n, HOLIDAYS, &by, &err));
}

static inline void
teardown(void)
{
	char command[80];

	cp_sar_rules_clear(&by);
	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* A request of Maeve Hill about RECORDS, received on RECEIVED. */
static inline struct cp_sar_opening
opening(const struct cp_record *const *records, size_t n,
    const char *received)
{
	struct cp_sar_opening o = { .requester = "Maeve Hill",
		.relation = CP_PARENT, .received = day(received),
		.authority = "E08000015", .asks = CP_ASKS_ACCESS,
		.records = records, .n_records = n };

	return o;
}

static inline struct cp_sar
open_about(const struct cp_record *record, const char *received)
{
	const struct cp_record *list[] = { record };
	struct cp_sar_opening o = opening(list, 1, received);
	struct cp_sar r;

	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	return r;
}

static inline struct cp_sar_event
event(const char *kind, const char *date)
{
	struct cp_sar_event e = { .date = day(date) };

	(void)snprintf(e.kind, sizeof(e.kind), "%s", kind);
	return e;
}

static inline void
enter(struct cp_sar *r, const char *kind, const char *date)
{
	struct cp_sar_event e = event(kind, date);

	DOES(cp_sar_enter(&c, &by, r, &e, &err));
}

/* "starts due waits" of R as it is kept. */
static inline void
clock_is(const struct cp_sar *r, const char *expected)
{
	char starts[CP_DATE_TEXT], due[CP_DATE_TEXT], text[64];
	struct cp_sar kept;

	OK(cp_sar_get(store, r->id, &kept, &err));
	(void)snprintf(text, sizeof(text), "%s %s %s",
	    cp_date_format(kept.starts, starts),
	    cp_date_format(kept.due, due), kept.waits_for);
	ck_assert_str_eq(text, expected);
	(void)snprintf(text, sizeof(text), "%s %s %s",
	    cp_date_format(r->starts, starts), cp_date_format(r->due, due),
	    r->waits_for);
	ck_assert_str_eq(text, expected);
}

static inline enum cp_rc
put_action(void *ctx, const struct cp_log_row *row, struct cp_err *e)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%s%s", b->len > 0 ? " " : "", row->action);
	return cp_buf_check(b, e);
}

/* The actions of SUBJECT's entries. */
static inline void
log_is(const char *subject, const char *expected)
{
	struct cp_log_filter f = { .subject = subject };
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_log_each(store, &f, put_action, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

/* How many holds are in force on R. */
static inline enum cp_rc
count_hold(void *ctx, const struct cp_hold *h, struct cp_err *e)
{
	(void)e;
	*(int *)ctx += !cp_date_set(h->released);
	return CP_OK;
}

static inline int
holds(void)
{
	int n = 0;

	OK(cp_hold_each(store, count_hold, &n, &err));
	return n;
}

static inline enum cp_rc
put_kind(void *ctx, const struct cp_sar_event *e, struct cp_err *er)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%s%s", b->len > 0 ? " " : "", e->kind);
	return cp_buf_check(b, er);
}

static inline void
events_are(const struct cp_sar *r, const char *expected)
{
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_sar_events(store, r, put_kind, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

#endif
