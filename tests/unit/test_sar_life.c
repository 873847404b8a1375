#include "tests/unit/sar_store.h"

#include "lifecycle/duties/worklist.h"
#include "lifecycle/records/match_renew.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/split.h"
#include "lifecycle/records/undo.h"

/* Requests with the rest of a store's life. */

static void
setup(void)
{
	setup_with("policies/uk-2026.cfg", 1);
}

static struct cp_sar_night
night(const char *holidays)
{
	struct cp_sar_night n;

	OK(cp_sar_night(&c, holidays, NULL, NULL, &n, &err));
	return n;
}

static void
night_is(struct cp_sar_night n, int64_t open, int64_t late, int64_t expired)
{
	ck_assert_int_eq(n.open, open);
	ck_assert_int_eq(n.late, late);
	ck_assert_int_eq(n.expired, expired);
}

static void
answer_and_close(struct cp_sar *r)
{
	DOES(cp_sar_answer(&c, r, "full", NULL, now.today, &err));
	DOES(cp_sar_close(&c, &by, r, &err));
}

/* How often NEEDLE stands in what the store's tables hold of requests. */
static int
found_in_store(const char *needle)
{
	char command[400];

	(void)snprintf(command, sizeof(command), "test $(sqlite3 -readonly "
	    "%s/store.db .dump | grep -c '%s') -gt 0", dir, needle);
	return system(command) == 0;
}

/* ---- nights ------------------------------------------------------------- */

START_TEST(counts)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E08000015", "2015-03-09");
	struct cp_sar one, two;
	struct cp_sar_night n;

	night_is(night(HOLIDAYS), 0, 0, 0);
	one = open_about(&a, "2026-01-05");
	two = open_about(&b, "2026-01-09");
	enter(&two, "identity-doubted", "2026-01-09");
	on_day("2026-02-05");
	night_is(night(HOLIDAYS), 2, 0, 0);
	on_day("2026-02-06");
	night_is(night(HOLIDAYS), 2, 1, 0);
	answer_and_close(&one);
	night_is(night(HOLIDAYS), 1, 0, 0);
	on_day("2029-02-06");
	OK(cp_sar_foresee(&c, &n, &err));
	night_is(n, 1, 0, 0);
	on_day("2029-02-07");
	OK(cp_sar_foresee(&c, &n, &err));
	night_is(n, 1, 0, 1);
	OK(cp_sar_foresee(&c, &n, &err)); /* changes nothing */
	night_is(n, 1, 0, 1);
	night_is(night(HOLIDAYS), 1, 0, 1);
	night_is(night(HOLIDAYS), 1, 0, 0);
	(void)two;
}
END_TEST

static void
write_holidays(char path[80], const char *rows)
{
	FILE *f;

	(void)snprintf(path, 80, "%s/holidays.csv", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(fprintf(f, "# test, version 9\ndate,name,status\n"
	    "2025-12-25,Christmas Day,proclaimed\n%s", rows), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* A day of mourning is proclaimed after the request came. */
START_TEST(follows_the_table_of_holidays)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&a, "2026-01-05");
	char path[80];
	struct cp_sar got;
	char due[CP_DATE_TEXT];

	write_holidays(path, "2026-02-05,Mourning,proclaimed\n"
	    "2026-12-25,Christmas Day,proclaimed\n");
	night_is(night(path), 1, 0, 0);
	OK(cp_sar_get(store, r.id, &got, &err));
	ck_assert_str_eq(cp_date_format(got.due, due), "2026-02-06");
	log_is(r.id, "sar.open sar.clock");
	(void)night(path); /* nothing is another */
	log_is(r.id, "sar.open sar.clock");
	(void)night(HOLIDAYS);
	clock_is(&r, "2026-01-05 2026-02-05 ");
}
END_TEST

static void
count_trouble(void *ctx, const char *id, const struct cp_err *e)
{
	ck_assert_str_eq(id, "SAR-0001");
	ck_assert_int_eq(e->code, CP_NOT_FOUND);
	++*(int *)ctx;
}

START_TEST(goes_on_without_a_table)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&a, "2026-01-05"), two;
	struct cp_sar_night n;
	int troubles = 0;

	two = open_about(&b, "2026-01-05");
	answer_and_close(&two);
	on_day("2029-02-07");
	OK(cp_sar_night(&c, "", count_trouble, &troubles, &n, &err));
	ck_assert_int_eq(troubles, 1);
	night_is(n, 1, 1, 1);
	OK(cp_sar_night(&c, NULL, count_trouble, &troubles, &n, &err));
	ck_assert_int_eq(troubles, 1);
	clock_is(&r, "2026-01-05 2026-02-05 ");
}
END_TEST

/* ---- expiry ------------------------------------------------------------- */

/* A request with everything that may name somebody. */
static struct cp_sar
telling(struct cp_record *kid)
{
	const struct cp_record *list[] = { kid };
	struct cp_sar_opening o = opening(list, 1, "2026-01-05");
	struct cp_sar_item i = { .subject = 1, .key = "record/names/0",
		.digest = { 1 } };
	struct cp_sar_sent sent = { .form = "zip" };
	struct cp_sar_event e = event("message-in", "2026-01-06");
	struct cp_sar r;

	*kid = add_record("CP-A", "E08000015", "2015-03-09");
	o.requester = "Zuleika";
	o.sought = "{\"name\":\"Zuleika\"}";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	(void)snprintf(e.text, sizeof(e.text), "Zuleika rang");
	(void)snprintf(e.reference, sizeof(e.reference), "Zuleika/1");
	DOES(cp_sar_enter(&c, &by, &r, &e, &err));
	DOES(cp_sar_items_put(&c, &dpo, &r, &i, 1, &err));
	DOES(cp_sar_decide(&c, &by, &dpo, &r, 1, CP_ITEM_WITHHOLD, "crime",
	    "Zuleika's", &err));
	DOES(cp_sar_sent_put(&c, &r, &sent, "[\"Zuleika\"]", &err));
	return r;
}

static void
is_bare(const struct cp_sar *r, const char *actions)
{
	struct cp_sar got;
	struct cp_sar_item i;
	static const uint8_t none[32];

	ck_assert_int_eq(found_in_store("Zuleika"), 0);
	OK(cp_sar_get(store, r->id, &got, &err));
	ck_assert_str_eq(got.requester, "");
	ck_assert_int_eq(cp_date_cmp(got.expired, now.today), 0);
	ck_assert_str_eq(got.outcome, "full");
	OK(cp_sar_item_get(store, r, 1, &i, &err));
	ck_assert_str_eq(i.ground, "crime");
	ck_assert_int_eq(memcmp(i.digest, none, sizeof(none)), 0);
	ck_assert_int_eq(memcmp(got.digest, none, sizeof(none)), 0);
	log_is(r->id, actions);
}

static enum cp_rc
count_details(void *ctx, const struct cp_log_row *row, struct cp_err *e)
{
	(void)e;
	*(int *)ctx += row->detail != NULL;
	return CP_OK;
}

START_TEST(expires)
{
	struct cp_log_filter about = { .subject = "SAR-0001" };
	struct cp_log_report report;
	struct cp_record kid;
	struct cp_sar r = telling(&kid);
	int details = 0;

	answer_and_close(&r);
	on_day("2029-01-10");
	night_is(night(HOLIDAYS), 0, 0, 0);
	ck_assert_int_eq(found_in_store("Zuleika"), 1);
	on_day("2029-01-11");
	night_is(night(HOLIDAYS), 0, 0, 1);
	is_bare(&r, "sar.open sar.event sar.withhold sar.send sar.answer "
	    "sar.close sar.expire");
	OK(cp_log_each(store, &about, count_details, &details, &err));
	ck_assert_int_eq(details, 1); /* {}, of its own expiry */
	OK(cp_log_verify(store, &report, NULL, NULL, &err));
	/* A second one by the same name is like none. */
	on_day("2029-01-12");
	{
		const struct cp_record *list[] = { &kid };
		struct cp_sar_opening o = opening(list, 1, "2029-01-12");
		char like[CP_SAR_ID];

		o.requester = "Zuleika";
		DOES(cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
		ck_assert_str_eq(like, "");
	}
}
END_TEST

START_TEST(is_forgotten_with_its_record)
{
	struct cp_record kid;
	struct cp_sar r = telling(&kid), second;
	const struct cp_record *list[] = { &kid };
	struct cp_sar_opening o = opening(list, 1, "2026-01-06");
	struct cp_sar got;

	answer_and_close(&r);
	o.requester = "Sam Hill";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &second, NULL, &err));
	DOES(cp_sar_forget(&c, kid.n, &err));
	is_bare(&r, "sar.open sar.event sar.withhold sar.send sar.answer "
	    "sar.close sar.expire");
	OK(cp_sar_get(store, second.id, &got, &err)); /* not closed */
	ck_assert_str_eq(got.requester, "Sam Hill");
	DOES(cp_sar_forget(&c, kid.n, &err)); /* once */
	log_is(r.id, "sar.open sar.event sar.withhold sar.send sar.answer "
	    "sar.close sar.expire");
}
END_TEST

START_TEST(is_forgotten_with_what_it_was_merged_into)
{
	struct cp_merge m = { .id = "CP-A", .into = "CP-B", .reason = "one" };
	struct cp_record kid, b = add_record("CP-B", "E08000015",
	    "2015-03-09");
	struct cp_sar r = telling(&kid), got;
	struct cp_reject why;
	struct cp_merged done;

	answer_and_close(&r);
	DOES(cp_record_merge(&c, &m, &done, &why, &err));
	DOES(cp_sar_forget(&c, b.n, &err));
	OK(cp_sar_get(store, r.id, &got, &err));
	ck_assert_str_eq(got.requester, "");
}
END_TEST

/* ---- splits and keys ---------------------------------------------------- */

START_TEST(holds_both_after_a_split)
{
	const char *take[] = { "names[1]" };
	struct cp_split x = { .id = "CP-A", .take = take, .n_take = 1,
		.reason = "two" };
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_reject why;
	struct cp_splitted done;
	struct cp_undone undone;
	struct cp_hold h;

	DOES(cp_record_split(&c, &x, &done, &why, &err));
	ck_assert_int_eq(done.holds, 1);
	ck_assert_int_eq(holds(), 2);
	OK(cp_hold_get(store, "H-0002", &h, &err));
	ck_assert_str_eq(h.sar_id, r.id);
	FAILS(CP_REFUSED, cp_hold_releasable(&h, "otto", &err));
	DOES(cp_undo_last(&c, "CP-A", "one", &undone, &err));
	ck_assert_int_eq(holds(), 1);
	DOES(cp_record_split(&c, &x, &done, &why, &err));
	answer_and_close(&r);
	ck_assert_int_eq(holds(), 0);
}
END_TEST

START_TEST(knows_requesters_after_another_key)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	const struct cp_record *list[] = { &kid };
	struct cp_sar_opening o = opening(list, 1, "2026-01-06");
	struct cp_match_renewed done;
	struct cp_sar r = open_about(&kid, "2026-01-05"), second;

	DOES(cp_match_renew(&c, NULL, "lost", NULL, NULL, &done, &err));
	OK(cp_match_renew_end(store, &err));
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &second, NULL,
	    &err));
	ck_assert_ptr_nonnull(strstr(err.hint, r.id));
}
END_TEST

/* ---- the worklist ------------------------------------------------------- */

struct listing {
	const char *kind;
	struct cp_buf *out;
};

static enum cp_rc
put_work(void *ctx, const struct cp_work *w, struct cp_err *e)
{
	struct listing *x = ctx;
	char due[CP_DATE_TEXT];

	if (strcmp(w->kind, x->kind) == 0)
		cp_buf_printf(x->out, "%s %s: %s > %s\n", w->id,
		    cp_date_format(w->due, due), w->what, w->command);
	return cp_buf_check(x->out, e);
}

static void
work_is(const struct cp_operator *op, const char *kind, const char *expected)
{
	struct cp_buf b;
	struct listing x = { kind, &b };
	struct cp_work_query q = { .roles = op->roles, .today = now.today,
		.until = now.today, .op = op, .policy = policy };

	cp_buf_init(&b);
	OK(cp_worklist_each(store, &q, put_work, &x, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

START_TEST(is_on_the_worklist_in_time)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E06000001", "2015-03-09");
	const struct cp_record *both[] = { &a, &b };
	struct cp_sar_opening o = opening(both, 2, "2026-01-05");
	struct cp_operator near = { .name = "nell", .roles = CP_ROLE_DPO,
		.authorities = { "E08000015" }, .n_authorities = 1 };
	struct cp_operator far = { .name = "fay", .roles = CP_ROLE_DPO,
		.authorities = { "E06000001" }, .n_authorities = 1 };
	struct cp_operator wide = { .name = "will", .roles = CP_ROLE_DPO,
		.authorities = { "E08000015", "E06000001" },
		.n_authorities = 2 };
	struct cp_sar r;

	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	on_day("2026-01-21");
	work_is(&dpo, "access-due", "");
	on_day("2026-01-22");
	work_is(&dpo, "access-due", "SAR-0001 2026-02-05: The answer to a "
	    "request for access is due in 14 days, and nothing is collected "
	    "> cpadmin sar collect SAR-0001\n");
	work_is(&near, "access-due", "");
	work_is(&far, "access-due", "");
	work_is(&officer, "access-due", "");
	on_day("2026-02-05");
	work_is(&dpo, "hold-review", "");
	work_is(&wide, "access-due", "SAR-0001 2026-02-05: The answer to a "
	    "request for access is due today, and nothing is collected "
	    "> cpadmin sar collect SAR-0001\n");
	on_day("2026-02-06");
	work_is(&dpo, "access-due", "SAR-0001 2026-02-05: The answer to a "
	    "request for access is 1 day late, and nothing is collected "
	    "> cpadmin sar collect SAR-0001\n");
	DOES(cp_sar_answer(&c, &r, "full", NULL, now.today, &err));
	work_is(&dpo, "access-due", "");
	work_is(&dpo, "access-unclosed", "SAR-0001 2026-02-06: A request for "
	    "access is answered (full) and not closed: what it holds stays "
	    "held > cpadmin sar close SAR-0001\n");
	work_is(&near, "access-unclosed", "");
	DOES(cp_sar_close(&c, &by, &r, &err));
	work_is(&dpo, "access-unclosed", "");
}
END_TEST

START_TEST(is_on_the_worklist_while_it_waits)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	const struct cp_record *list[] = { &a };
	struct cp_sar_opening o = opening(list, 1, "2026-01-05");
	struct cp_sar r;

	o.asks = CP_ASKS_OBJECTION;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	work_is(&dpo, "hold-review", "");
	on_day("2026-02-01");
	work_is(&dpo, "access-due", "SAR-0001 2026-02-05: The answer to a "
	    "request that asks for no access is due in 4 days > cpadmin sar "
	    "show SAR-0001\n");
	enter(&r, "clarify-asked", "2026-01-06");
	on_day("2026-02-02");
	work_is(&dpo, "access-waits", "");
	work_is(&dpo, "access-due", "");
	on_day("2026-02-03");
	work_is(&dpo, "access-waits", "SAR-0001 2026-02-03: A request for "
	    "access has waited for clarification for over four weeks > "
	    "cpadmin sar letter SAR-0001 --kind clarify --output FILE\n");
}
END_TEST

START_TEST(is_on_the_worklist_until_approved)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&a, "2026-01-05");
	struct cp_sar_item list[2] = { { .subject = 1, .key = "a",
		.flags = CP_FLAGGED_CARER }, { .subject = 1, .key = "b" } };
	struct cp_operator approver = { .name = "otto",
		.roles = CP_ROLE_APPROVER };

	DOES(cp_sar_items_put(&c, &dpo, &r, list, 2, &err));
	work_is(&dpo, "access-undecided", "SAR-0001 2026-01-10: 1 item of a "
	    "request for access is to be given or withheld > cpadmin sar "
	    "items SAR-0001\n");
	work_is(&approver, "access-approval", "");
	DOES(cp_sar_decide(&c, &by, &dpo, &r, 1, CP_ITEM_GIVE, NULL, NULL,
	    &err));
	work_is(&dpo, "access-undecided", "");
	work_is(&dpo, "access-approval", ""); /* collected it */
	work_is(&approver, "access-approval", "SAR-0001 2026-01-10: The "
	    "answer to a request for access awaits approval > cpadmin sar "
	    "approve SAR-0001\n");
	/* Nor has who collected it without deciding anything. */
	DOES(cp_sar_items_put(&c, &other, &r, list, 2, &err));
	work_is(&approver, "access-approval", "");
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 2, &err));
	DOES(cp_sar_approve(&c, &other, &r, &err));
	work_is(&approver, "access-approval", "");
	/* What nothing is flagged of needs nobody. */
	DOES(cp_sar_items_put(&c, &dpo, &r, list + 1, 1, &err));
	work_is(&approver, "access-approval", "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sar_life");
	TCase *t = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, counts);
	tcase_add_test(t, follows_the_table_of_holidays);
	tcase_add_test(t, goes_on_without_a_table);
	tcase_add_test(t, expires);
	tcase_add_test(t, is_forgotten_with_its_record);
	tcase_add_test(t, is_forgotten_with_what_it_was_merged_into);
	tcase_add_test(t, holds_both_after_a_split);
	tcase_add_test(t, knows_requesters_after_another_key);
	tcase_add_test(t, is_on_the_worklist_in_time);
	tcase_add_test(t, is_on_the_worklist_while_it_waits);
	tcase_add_test(t, is_on_the_worklist_until_approved);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
