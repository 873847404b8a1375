#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/events.h"
#include "lifecycle/store/settings.h"

/* What events do to the day on which a record leaves, in a store without a
 * program around it.  Run from the project's root. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_change change;
static struct cp_err err;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	OK(cp_date_parse(text, &d, &err));
	return d;
}

static void
setup(void)
{
	struct cp_settings settings = { .store_id = "test",
		.authority = "E08000015", .custody = "K", .rehearsal = 1 };
	struct cp_policy_report report;
	char path[100];

	memset(&now, 0, sizeof(now));
	memset(&rules, 0, sizeof(rules));
	now.today = day("2026-11-21");
	now.unix_time = 1795219200;
	memcpy(now.time, "2026-11-21T00:00:00Z", 21);
	strcpy(dir, "/tmp/cpadmin-events.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    i == 0 ? "policies" : "keys");
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_crypto_init(&err));
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, "test", &err));
	OK(cp_store_create(dir, &store, &err));
	OK(cp_audit_open(store, "test", "ann", &now, &audit, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/contactpoint-2007.cfg", &policy,
	    &report, &err));
	cp_policy_report_clear(&report);
	rules.policy = policy;
	rules.today = now.today;
	OK(cp_store_begin(store, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/contactpoint-2007.cfg",
	    "ann", &now, &rules.policy_n, &err));
	OK(cp_settings_put_policy(store, rules.policy_n, &err));
	OK(cp_store_commit(store, &err));
	change = (struct cp_change){ store, audit, &rules, &now };
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

static int64_t
add(const char *born)
{
	char text[400];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	int64_t n = 0;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"R-1\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\"}],\"gender\":\"male\","
	    "\"birth_date\":\"%s\"}", born);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	cp_document_free(doc);
	return n;
}

/* ---- the table ------------------------------------------------------------ */

enum { STEPS = 5 };

/* What was entered, in order; the last may end in a refusal.  Steps:
 *	died DATE NOTIFIED / left DATE INTENTION / back DATE / moved DATE TO
 *	and FIELD=VALUE, a correction. */
struct row {
	const char *name, *born;
	const char *steps[STEPS];
	enum cp_rc last;   /* what came of the last step */
	const char *due;   /* of the record afterwards */
	const char *rule;  /* without "retention." */
};

static const struct row rows[] = {
	{ "nothing", "2010-03-15", { 0 }, CP_OK, "2028-03-15", "age_limit" },
	{ "born on 29 February", "2008-02-29", { 0 }, CP_OK, "2026-03-01",
	    "age_limit" },
	{ "born some day in a month", "2010-03", { 0 }, CP_OK, "2028-03-31",
	    "age_limit" },

	/* death: a year from the notification, whenever it happened */
	{ "died", "2010-03-15", { "died 2026-05-01 2026-05-10" }, CP_OK,
	    "2027-05-11", "death_period" },
	{ "notified on the day", "2010-03-15",
	    { "died 2026-05-10 2026-05-10" }, CP_OK, "2027-05-11",
	    "death_period" },
	{ "notified years later", "2010-03-15",
	    { "died 2020-05-01 2026-05-10" }, CP_OK, "2027-05-11",
	    "death_period" },
	{ "notified on 29 February", "2010-03-15",
	    { "died 2024-02-01 2024-02-29" }, CP_OK, "2025-03-01",
	    "death_period" },
	{ "18 comes before the year is over", "2009-03-15",
	    { "died 2026-05-01 2026-05-10" }, CP_OK, "2027-03-15",
	    "age_limit" },
	{ "18 on the day after the year", "2009-05-12",
	    { "died 2026-05-01 2026-05-10" }, CP_OK, "2027-05-11",
	    "death_period" },
	{ "both on one day: age is named", "2009-05-11",
	    { "died 2026-05-01 2026-05-10" }, CP_OK, "2027-05-11",
	    "age_limit" },
	{ "on the day of birth", "2026-11-01",
	    { "died 2026-11-01 2026-11-02" }, CP_OK, "2027-11-03",
	    "death_period" },
	{ "in the month of a birth not known to the day", "2010-03",
	    { "died 2010-03-01 2026-11-02" }, CP_OK, "2027-11-03",
	    "death_period" },
	{ "notified before it", "2010-03-15", { "died 2026-05-10 2026-05-01" },
	    CP_BAD_INPUT, "2028-03-15", "age_limit" },
	{ "before birth", "2010-03-15", { "died 2010-03-14 2026-05-01" },
	    CP_BAD_INPUT, "2028-03-15", "age_limit" },
	{ "before the month of birth", "2010-03",
	    { "died 2010-02-28 2026-05-01" }, CP_BAD_INPUT, "2028-03-31",
	    "age_limit" },
	{ "tomorrow", "2010-03-15", { "died 2026-11-22 2026-11-22" },
	    CP_BAD_INPUT, "2028-03-15", "age_limit" },
	{ "notified tomorrow", "2010-03-15", { "died 2026-11-21 2026-11-22" },
	    CP_BAD_INPUT, "2028-03-15", "age_limit" },
	{ "notified today", "2010-03-15", { "died 2026-11-21 2026-11-21" },
	    CP_OK, "2027-11-22", "death_period" },
	{ "twice", "2010-03-15", { "died 2026-05-01 2026-05-10",
	    "died 2026-05-02 2026-05-11" }, CP_REFUSED, "2027-05-11",
	    "death_period" },

	/* a death that was entered wrongly */
	{ "notification corrected", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "death.notified=2026-06-10" },
	    CP_OK, "2027-06-11", "death_period" },
	{ "date corrected", "2010-03-15", { "died 2026-05-01 2026-05-10",
	    "death.date=2026-04-01" }, CP_OK, "2027-05-11", "death_period" },
	{ "date corrected past the notification", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "death.date=2026-05-11" },
	    CP_BAD_INPUT, "2027-05-11", "death_period" },
	{ "taken out", "2010-03-15", { "died 2026-05-01 2026-05-10",
	    "death=" }, CP_OK, "2028-03-15", "age_limit" },
	{ "taken out and entered again", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "death=",
	    "died 2026-08-01 2026-08-10" }, CP_OK, "2027-08-11",
	    "death_period" },

	/* leaving, by intention */
	{ "left for good", "2010-03-15", { "left 2026-01-10 no-return" },
	    CP_OK, "2026-01-10", "left_no_return_period" },
	{ "left, means to return", "2010-03-15", { "left 2024-01-10 return" },
	    CP_OK, "2027-01-11", "left_return_period" },
	{ "left, nothing stated", "2010-03-15",
	    { "left 2024-01-10 none-stated" }, CP_OK, "2027-01-11",
	    "left_none_stated_period" },
	{ "left on 29 February", "2010-03-15", { "left 2024-02-29 return" },
	    CP_OK, "2027-03-01", "left_return_period" },
	{ "left on 28 February", "2010-03-15", { "left 2025-02-28 return" },
	    CP_OK, "2028-02-29", "left_return_period" },
	{ "left, 18 comes first", "2009-03-15", { "left 2026-01-10 return" },
	    CP_OK, "2027-03-15", "age_limit" },
	{ "left, three years ago and more", "2010-03-15",
	    { "left 2020-01-10 return" }, CP_OK, "2023-01-11",
	    "left_return_period" },
	{ "left today for good", "2010-03-15",
	    { "left 2026-11-21 no-return" }, CP_OK, "2026-11-21",
	    "left_no_return_period" },
	{ "left before birth", "2010-03-15", { "left 2010-03-14 return" },
	    CP_BAD_INPUT, "2028-03-15", "age_limit" },
	{ "left twice", "2010-03-15", { "left 2024-01-10 return",
	    "left 2024-02-10 no-return" }, CP_REFUSED, "2027-01-11",
	    "left_return_period" },
	{ "intention corrected", "2010-03-15", { "left 2024-01-10 return",
	    "left_england.intention=no-return" }, CP_OK, "2024-01-10",
	    "left_no_return_period" },
	{ "statement taken out", "2010-03-15",
	    { "left 2024-01-10 no-return", "left_england=" }, CP_OK,
	    "2028-03-15", "age_limit" },

	/* returning */
	{ "returned", "2010-03-15", { "left 2024-01-10 return",
	    "back 2025-06-01" }, CP_OK, "2028-03-15", "age_limit" },
	{ "returned on the day", "2010-03-15", { "left 2024-01-10 no-return",
	    "back 2024-01-10" }, CP_OK, "2028-03-15", "age_limit" },
	{ "returned after three years, and no run between", "2010-03-15",
	    { "left 2020-01-10 return", "back 2023-05-01" }, CP_OK,
	    "2028-03-15", "age_limit" },
	{ "returned before leaving", "2010-03-15",
	    { "left 2024-01-10 return", "back 2024-01-09" }, CP_BAD_INPUT,
	    "2027-01-11", "left_return_period" },
	{ "returned from nowhere", "2010-03-15", { "back 2024-01-09" },
	    CP_REFUSED, "2028-03-15", "age_limit" },
	{ "left, returned, left again", "2010-03-15",
	    { "left 2020-01-10 return", "back 2021-05-01",
	    "left 2024-03-01 none-stated" }, CP_OK, "2027-03-02",
	    "left_none_stated_period" },

	/* death and leaving together: the earlier day counts */
	{ "left for years, then died", "2010-03-15",
	    { "left 2024-10-10 return", "died 2025-05-01 2025-05-10" }, CP_OK,
	    "2026-05-11", "death_period" },
	{ "left for years, died late in them", "2010-03-15",
	    { "left 2024-01-10 return", "died 2026-10-01 2026-10-10" }, CP_OK,
	    "2027-01-11", "left_return_period" },
	{ "left for good, then died", "2010-03-15",
	    { "left 2025-01-10 no-return", "died 2025-05-01 2025-05-10" },
	    CP_OK, "2025-01-10", "left_no_return_period" },
	{ "both on one day: death is named", "2010-03-15",
	    { "left 2023-01-10 return", "died 2025-01-01 2025-01-10" }, CP_OK,
	    "2026-01-11", "death_period" },
	{ "left after death", "2010-03-15", { "died 2026-05-01 2026-05-10",
	    "left 2026-05-02 no-return" }, CP_REFUSED, "2027-05-11",
	    "death_period" },
	{ "left on the day of death, known later", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "left 2026-05-01 return" }, CP_OK,
	    "2027-05-11", "death_period" },
	{ "left before death, for good, known later", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "left 2026-03-01 no-return" },
	    CP_OK, "2026-03-01", "left_no_return_period" },
	{ "died abroad, returned after it", "2010-03-15",
	    { "left 2024-01-10 return", "died 2026-05-01 2026-05-10",
	    "back 2026-05-20" }, CP_REFUSED, "2027-01-11",
	    "left_return_period" },
	{ "returned before death, known later", "2010-03-15",
	    { "left 2024-01-10 return", "died 2026-05-01 2026-05-10",
	    "back 2026-04-20" }, CP_OK, "2027-05-11", "death_period" },
	{ "left, then a death that was none", "2010-03-15",
	    { "left 2024-01-10 return", "died 2024-05-01 2024-05-10",
	    "death=" }, CP_OK, "2027-01-11", "left_return_period" },

	/* the birth date corrected, across 18 and back */
	{ "older: due long ago", "2010-03-15", { "birth_date=2005-03-15" },
	    CP_OK, "2023-03-15", "age_limit" },
	{ "younger", "2008-11-21", { "birth_date=2012-01-01" }, CP_OK,
	    "2030-01-01", "age_limit" },
	{ "18 today", "2010-03-15", { "birth_date=2008-11-21" }, CP_OK,
	    "2026-11-21", "age_limit" },
	{ "18 tomorrow", "2010-03-15", { "birth_date=2008-11-22" }, CP_OK,
	    "2026-11-22", "age_limit" },
	{ "less exact", "2010-03-15", { "birth_date=2010" }, CP_OK,
	    "2028-12-31", "age_limit" },
	{ "older, and back again", "2010-03-15", { "birth_date=2005-03-15",
	    "birth_date=2010-03-15" }, CP_OK, "2028-03-15", "age_limit" },
	{ "younger than the death", "2010-03-15",
	    { "died 2012-05-01 2026-05-10", "birth_date=2012-05-02" },
	    CP_BAD_INPUT, "2027-05-11", "death_period" },
	{ "younger than the leaving", "2010-03-15",
	    { "left 2012-05-01 no-return", "birth_date=2012-05-02" },
	    CP_BAD_INPUT, "2012-05-01", "left_no_return_period" },
	{ "older: age comes before death now", "2010-03-15",
	    { "died 2026-05-01 2026-05-10", "birth_date=2009-01-01" }, CP_OK,
	    "2027-01-01", "age_limit" },
	{ "younger: death comes before age now", "2009-01-01",
	    { "died 2026-05-01 2026-05-10", "birth_date=2010-03-15" }, CP_OK,
	    "2027-05-11", "death_period" },

	/* another authority changes nobody's dates */
	{ "moved", "2010-03-15", { "moved 2026-05-01 E08000012" }, CP_OK,
	    "2028-03-15", "age_limit" },
	{ "moved after death", "2010-03-15", { "died 2026-05-01 2026-05-10",
	    "moved 2026-05-20 E08000012" }, CP_OK, "2027-05-11",
	    "death_period" },
	{ "moved there and back", "2010-03-15",
	    { "moved 2026-05-01 E08000012", "moved 2026-06-01 E08000015" },
	    CP_OK, "2028-03-15", "age_limit" },
	{ "moved to where it is", "2010-03-15",
	    { "moved 2026-05-01 E08000015" }, CP_REFUSED, "2028-03-15",
	    "age_limit" },
	{ "moved before birth", "2010-03-15",
	    { "moved 2010-03-14 E08000012" }, CP_BAD_INPUT, "2028-03-15",
	    "age_limit" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static enum cp_rc
correct(const char *set)
{
	struct cp_reject why;
	int changed;

	return cp_record_correct(&change, "R-1", &set, 1, "t", &changed, &why,
	    &err);
}

static enum cp_rc
enter(const char *step)
{
	char word[3][40] = { "", "", "" };
	struct cp_event e = { .kind = CP_EVENT_RETURNED };
	struct cp_record after;

	if (strchr(step, '=') != NULL)
		return correct(step);
	ck_assert_int_ge(sscanf(step, "%39s %39s %39s", word[0], word[1],
	    word[2]), 2);
	e.date = day(word[1]);
	switch (word[0][0]) {
	case 'd':
		e.kind = CP_EVENT_DIED;
		e.notified = day(word[2]);
		break;
	case 'l':
		e.kind = CP_EVENT_LEFT_ENGLAND;
		ck_assert_int_eq(cp_intention_parse(word[2], &e.intention), 1);
		break;
	case 'm':
		e.kind = CP_EVENT_MOVED;
		e.to = word[2];
		break;
	default:
		break;
	}
	return cp_event_apply(&change, "R-1", &e, &after, &err);
}

START_TEST(leads_to_the_day)
{
	const struct row *row = &rows[_i];
	char due[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;
	struct cp_record r;
	int64_t n;

	cp_txn_rollback(audit); /* of a row that failed */
	OK(cp_txn_begin(audit, &err));
	n = add(row->born);
	for (int i = 0; i < STEPS && row->steps[i] != NULL; i++) {
		ck_assert_msg(rc == CP_OK, "%s: %s: %s", row->name,
		    row->steps[i - 1], err.what);
		rc = enter(row->steps[i]);
	}
	ck_assert_msg(rc == row->last, "%s: %d: %s", row->name, (int)rc,
	    rc == CP_OK ? "" : err.what);
	OK(cp_record_at(store, n, &r, &err));
	ck_assert_msg(strcmp(cp_date_format(r.next_due, due), row->due) == 0,
	    "%s: due on %s", row->name, due);
	ck_assert_msg(strncmp(r.rule, "retention.", 10) == 0 &&
	    strcmp(r.rule + 10, row->rule) == 0, "%s: by %s", row->name,
	    r.rule);
	cp_txn_rollback(audit);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("events");
	TCase *t = tcase_create("dates");
	SRunner *runner;
	int failed;

	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, leads_to_the_day, 0, ROWS);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
