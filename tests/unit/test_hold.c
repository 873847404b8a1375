#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/records/facts.h"
#include "lifecycle/records/hold.h"
#include "lifecycle/store/settings.h"

/* Holds in a store of two records, without a program around it.  Run from the
 * project's root. */
static char dir[64];
static struct cp_store *store;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static int64_t one, two;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	OK(cp_date_parse(text, &d, &err));
	return d;
}

static int64_t
add(const char *id, const char *born)
{
	char text[400];
	struct cp_reject why;
	struct cp_document *doc = NULL;
	int64_t n = 0;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"Bo\"}],\"gender\":\"male\","
	    "\"birth_date\":\"%s\"}", id, born);
	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	cp_document_free(doc);
	return n;
}

static void
setup(void)
{
	struct cp_policy_report report;
	char path[80];

	memset(&now, 0, sizeof(now));
	now.today = day("2020-01-02");
	now.unix_time = 1577923200;
	memcpy(now.time, "2020-01-02T00:00:00Z", 21);
	strcpy(dir, "/tmp/cpadmin-hold.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	OK(cp_store_create(dir, &store, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
	rules.policy = policy;
	rules.today = now.today;
	OK(cp_store_begin(store, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	one = add("R1", "2010-05-04");
	two = add("R2", "2010-06");
	OK(cp_store_commit(store, &err));
}

static void
teardown(void)
{
	char command[80];

	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
place(enum cp_hold_scope scope, int64_t record, const char *by)
{
	struct cp_hold h = { .scope = scope, .record = record,
		.reason = "inquiry", .legal_basis = "s.21",
		.contact = "legal@example.org", .review = day("2021-01-01") };

	OK(cp_hold_place(store, &h, by, now.today, &err));
}

/* The holds on record N, "H-0001 H-0002". */
static const char *
held(int64_t n)
{
	static char text[400];
	struct cp_fact_set f;

	cp_fact_set_init(&f);
	OK(cp_facts_load(store, n, &f, &err));
	text[0] = '\0';
	for (size_t i = 0; i < f.facts.n_holds; i++) {
		if (i > 0)
			strcat(text, " ");
		strcat(text, f.facts.holds[i].id);
	}
	cp_fact_set_clear(&f);
	return text;
}

START_TEST(a_merge_takes_the_holds_along)
{
	struct cp_buf ids;

	cp_buf_init(&ids);
	place(CP_HOLD_RECORD, one, "root");
	place(CP_HOLD_RECORD, two, "root");
	place(CP_HOLD_RECORD, one, "mary");
	place(CP_HOLD_ALL, 0, "root");
	OK(cp_hold_move(store, one, two, &ids, &err));
	ck_assert_str_eq(cp_buf_text(&ids), "[\"H-0001\",\"H-0003\"]");
	ck_assert_str_eq(held(one), "H-0004");
	ck_assert_str_eq(held(two), "H-0001 H-0002 H-0003 H-0004");
	OK(cp_hold_give(store, "H-0001", one, &err));
	OK(cp_hold_give(store, "H-0003", one, &err));
	ck_assert_str_eq(held(one), "H-0001 H-0003 H-0004");
	ck_assert_str_eq(held(two), "H-0002 H-0004");
	ck_assert_int_eq(cp_hold_give(store, "H-0004", one, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_hold_give(store, "H-0099", one, &err),
	    CP_NOT_FOUND);
	OK(cp_hold_move(store, one, two, NULL, &err));
	cp_buf_reset(&ids);
	OK(cp_hold_move(store, one, two, &ids, &err));
	ck_assert_str_eq(cp_buf_text(&ids), "[]");
	cp_buf_clear(&ids);
}
END_TEST

START_TEST(a_split_doubles_the_holds)
{
	struct cp_hold h;
	struct cp_buf ids;

	cp_buf_init(&ids);
	place(CP_HOLD_RECORD, one, "root");
	place(CP_HOLD_RECORD, one, "mary");
	place(CP_HOLD_RECORD, one, "root");
	OK(cp_hold_get(store, "H-0001", &h, &err));
	OK(cp_hold_release(store, &h, "mary", "over", now.today, &err));
	OK(cp_hold_copy(store, one, two, &ids, &err));
	ck_assert_str_eq(cp_buf_text(&ids), "[\"H-0004\",\"H-0005\"]");
	ck_assert_str_eq(held(one), "H-0002 H-0003");
	ck_assert_str_eq(held(two), "H-0004 H-0005");
	OK(cp_hold_get(store, "H-0004", &h, &err));
	ck_assert_str_eq(h.placed_by, "mary");
	ck_assert_str_eq(h.record_id, "R2");
	ck_assert_int_eq(cp_hold_release(store, &h, "mary", "x", now.today,
	    &err), CP_REFUSED);
	OK(cp_hold_drop(store, "H-0004", "root", now.today, &err));
	OK(cp_hold_drop(store, "H-0005", "root", now.today, &err));
	ck_assert_str_eq(held(one), "H-0002 H-0003");
	ck_assert_str_eq(held(two), "");
	place(CP_HOLD_ALL, 0, "root");
	ck_assert_str_eq(held(two), "H-0006");
	cp_buf_clear(&ids);
}
END_TEST

/* Record ONE is born on 2010-05-04, TWO in 2010-06. */
static const char *const over[] = {
	"born = 2010-05-04", "born > 2010-05-04",
	"born < 2010-05-05 and died = none", "died < 2020",
	"left = none", "left >= 1990",
	"service = none", "service in (education, police)",
	"ground = none", "not ground = none",
	"entered <= 2020-01-02", "entered < 2020-01-02",
	"authority = E08000015 and born < 2011", "authority = E10000016",
};
enum { OVER = sizeof(over) / sizeof(over[0]) };

static void
place_all(void)
{
	for (int i = 0; i < OVER; i++) {
		struct cp_hold h = { .scope = CP_HOLD_PREDICATE,
			.reason = "inquiry", .legal_basis = "s.21",
			.contact = "x", .review = day("2021-01-01") };

		(void)snprintf(h.predicate, sizeof(h.predicate), "%s",
		    over[i]);
		OK(cp_hold_place(store, &h, "root", now.today, &err));
	}
}

/* What acts on a record whose facts are known acts when they are sealed, and
 * so does what then may, unless what is left says that it cannot. */
START_TEST(sealing_a_record_releases_it_from_no_hold)
{
	struct cp_record r;

	place_all();
	ck_assert_str_eq(held(one), "H-0001 H-0003 H-0005 H-0007 H-0009 "
	    "H-0011 H-0013");
	ck_assert_str_eq(held(two), "H-0002 H-0005 H-0007 H-0009 H-0011 "
	    "H-0013");
	OK(cp_record_at(store, one, &r, &err));
	OK(cp_store_begin(store, &err));
	OK(cp_record_strip(store, &r, day("2026-01-03"), rules.policy_n, &now,
	    &err));
	OK(cp_store_commit(store, &err));
	ck_assert_str_eq(held(one), "H-0001 H-0002 H-0003 H-0004 H-0005 "
	    "H-0006 H-0007 H-0008 H-0009 H-0010 H-0011 H-0013");
	OK(cp_record_bury(store, one, &now, &err));
	ck_assert_str_eq(held(one), "");
}
END_TEST

/* Facts are used again for the next record: nothing of the one before is. */
START_TEST(the_facts_of_one_are_not_those_of_the_next)
{
	struct cp_fact_set f;

	place_all();
	cp_fact_set_init(&f);
	for (int i = 0; i < 6; i++) {
		OK(cp_facts_load(store, i % 2 == 0 ? one : two, &f, &err));
		ck_assert_uint_eq(f.facts.n_holds, i % 2 == 0 ? 7 : 6);
	}
	cp_fact_set_clear(&f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("hold");
	TCase *t = tcase_create("holds");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_merge_takes_the_holds_along);
	tcase_add_test(t, a_split_doubles_the_holds);
	tcase_add_test(t, sealing_a_record_releases_it_from_no_hold);
	tcase_add_test(t, the_facts_of_one_are_not_those_of_the_next);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
