#include "tests/unit/sar_store.h"

#include "lifecycle/records/merge.h"
#include "lifecycle/records/undo.h"

/* Requests for access: opening, clock, people, end. */

static void
setup(void)
{
	setup_with("policies/uk-2026.cfg", 1);
}

static void
setup_1998(void)
{
	setup_with("policies/contactpoint-2007.cfg", 1);
}

/* ---- opening ------------------------------------------------------------ */

START_TEST(opens)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05"), got;
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	size_t n = 0;

	ck_assert_str_eq(r.id, "SAR-0001");
	OK(cp_sar_get(store, "SAR-0001", &got, &err));
	ck_assert_int_eq(got.stage, CP_SAR_OPEN);
	ck_assert_str_eq(got.requester, "Maeve Hill");
	ck_assert_str_eq(got.opened_by, "dana");
	ck_assert_int_eq(got.relation, CP_PARENT);
	clock_is(&r, "2026-01-05 2026-02-05 ");
	OK(cp_sar_subjects(store, &r, who, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(who[0].record_id, "CP-A");
	events_are(&r, "received");
	log_is("SAR-0001", "sar.open");
	log_is("CP-A", "hold.place");
	FAILS(CP_NOT_FOUND, cp_sar_get(store, "SAR-0002", &got, &err));
}
END_TEST

START_TEST(refuses_what_is_no_request)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	const struct cp_record *list[] = { &kid, &kid };
	struct cp_sar_opening o = opening(list, 2, "2026-01-05");
	char like[CP_SAR_ID];
	struct cp_sar r;

	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.n_records = 0;
	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.n_records = 1;
	o.received = day("2026-01-11");
	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.received = day("2026-01-10");
	o.requester = "";
	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.requester = "a\nb";
	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.requester = "Maeve";
	o.asks = 0;
	REFUSES(CP_BAD_INPUT, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.asks = CP_ASKS_ACCESS;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	ck_assert_str_eq(r.id, "SAR-0001");
	ck_assert_int_eq(holds(), 1);
}
END_TEST

static void
close_it(struct cp_sar *r, const char *outcome)
{
	DOES(cp_sar_answer(&c, r, outcome, NULL, now.today, &err));
	DOES(cp_sar_close(&c, &by, r, &err));
}

START_TEST(knows_one_like_it)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E08000015", "2016-03-09");
	const struct cp_record *list[] = { &a };
	struct cp_sar first = open_about(&a, "2026-01-05"), r;
	struct cp_sar_opening o = opening(list, 1, "2026-01-08");
	char like[CP_SAR_ID];

	/* However they write their name; not about another. */
	o.requester = "MAEVE  HILL";
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "SAR-0001"));
	r = open_about(&b, "2026-01-05");
	close_it(&r, "withdrawn"); /* is no answer */
	(void)open_about(&b, "2026-01-05");
	o.requester = "Sam Hill";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	ck_assert_str_eq(like, "");
	o.requester = "Maeve Hill";
	o.again = 1;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	ck_assert_str_eq(like, "SAR-0001");
	close_it(&r, "withdrawn");
	close_it(&first, "full");
	o.again = 0;
	on_day("2026-03-01");
	o.received = day("2026-03-01");
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	/* The last day of six months, and the one after it. */
	on_day("2026-07-11");
	o.received = day("2026-07-10");
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	o.received = day("2026-07-11");
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, like, &err));
	ck_assert_str_eq(like, "SAR-0005");
}
END_TEST

START_TEST(looks_for_who_was_not_found)
{
	struct cp_sar_opening o = opening(NULL, 0, "2026-01-05");
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	struct cp_sar r, again;
	size_t n = 0;

	o.sought = "{\"name\":\"Bo Hill\"}";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	ck_assert_int_eq(holds(), 0);
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &again, NULL,
	    &err));
	DOES(cp_sar_set_found(&c, &r, 1, &kid, "live", &err));
	ck_assert_int_eq(holds(), 1);
	OK(cp_sar_subjects(store, &r, who, &n, &err));
	ck_assert_str_eq(who[0].record_id, "CP-A");
	ck_assert_str_eq(who[0].sought, "{\"name\":\"Bo Hill\"}");
	/* It was somebody else: nothing holds the first any more. */
	DOES(cp_sar_set_found(&c, &r, 1, NULL, "none", &err));
	ck_assert_int_eq(holds(), 0);
	log_is("CP-A", "hold.place hold.release");
	REFUSES(CP_BAD_INPUT, cp_sar_set_found(&c, &r, 1, NULL, "live",
	    &err));
	REFUSES(CP_BAD_INPUT, cp_sar_set_found(&c, &r, 1, &kid, "found",
	    &err));
	REFUSES(CP_NOT_FOUND, cp_sar_set_found(&c, &r, 2, &kid, "live",
	    &err));
}
END_TEST

/* ---- the clock ---------------------------------------------------------- */

START_TEST(runs_by_events)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2025-12-01");

	enter(&r, "identity-doubted", "2025-12-02");
	clock_is(&r, "  identity");
	enter(&r, "identity-verified", "2025-12-10");
	clock_is(&r, "2025-12-10 2026-01-12 "); /* the tenth is a Saturday */
	enter(&r, "clarify-asked", "2026-01-05");
	clock_is(&r, "2025-12-10  clarification");
	enter(&r, "clarify-answered", "2026-01-09");
	clock_is(&r, "2025-12-10 2026-01-15 ");
	enter(&r, "extended", "2026-01-10");
	clock_is(&r, "2025-12-10 2026-03-16 ");
	log_is(r.id, "sar.open sar.event sar.event sar.event sar.event "
	    "sar.event");
}
END_TEST

START_TEST(refuses_events)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2025-12-01");
	struct cp_sar_event e = event("extended", "2026-01-10");

	/* It was due on the second. */
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("message-in", "2026-01-11");
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("message-in", "2025-11-30");
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("collected", "2026-01-10");
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("received", "2026-01-10");
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("fee-paid", "2026-01-10");
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("fee-asked", "2026-01-10"); /* and nothing says why */
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
	events_are(&r, "received");
	clock_is(&r, "2025-12-01 2026-01-02 ");
	DOES(cp_sar_answer(&c, &r, "full", NULL, now.today, &err));
	e = event("clarify-asked", "2026-01-10");
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
	enter(&r, "message-in", "2026-01-10");
	DOES(cp_sar_close(&c, &by, &r, &err));
	e = event("message-in", "2026-01-10");
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
}
END_TEST

START_TEST(extends_once)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_event e = event("extended", "2026-01-10");

	enter(&r, "extended", "2026-01-09");
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
}
END_TEST

START_TEST(takes_no_more_than_it_holds)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_event e = event("message-in", "2026-01-10");

	OK(cp_txn_begin(audit, &err));
	for (int i = 1; i < CP_SAR_EVENTS; i++)
		OK(cp_sar_enter(&c, &by, &r, &e, &err));
	FAILS(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
	/* Full, it can be ended. */
	e = event("letter", "2026-01-10");
	OK(cp_sar_enter(&c, &by, &r, &e, &err));
	e = event("withdrawn", "2026-01-10");
	OK(cp_sar_enter(&c, &by, &r, &e, &err));
	OK(cp_txn_commit(audit, &err));
}
END_TEST

START_TEST(asks_a_fee_as_the_policy_has_it)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_event e = event("fee-asked", "2026-01-06");

	clock_is(&r, "2026-01-05 2026-02-13 "); /* forty days, beginning with */
	e.amount = 1001;
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
	e.amount = -1;
	REFUSES(CP_BAD_INPUT, cp_sar_enter(&c, &by, &r, &e, &err));
	e.amount = 1000;
	DOES(cp_sar_enter(&c, &by, &r, &e, &err));
	clock_is(&r, "  fee");
	enter(&r, "fee-paid", "2026-01-08");
	clock_is(&r, "2026-01-08 2026-02-16 ");
	e = event("extended", "2026-01-09");
	REFUSES(CP_REFUSED, cp_sar_enter(&c, &by, &r, &e, &err));
}
END_TEST

/* ---- evidence and views ------------------------------------------------- */

START_TEST(knows_what_was_shown)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	unsigned had = 99;

	OK(cp_sar_evidence(store, &r, &had, &err));
	ck_assert_uint_eq(had, 0);
	enter(&r, "evidence-responsibility", "2026-01-06");
	enter(&r, "evidence-court-order", "2026-01-06");
	OK(cp_sar_evidence(store, &r, &had, &err));
	ck_assert_uint_eq(had, 1u << CP_EVIDENCE_RESPONSIBILITY |
	    1u << CP_EVIDENCE_COURT_ORDER);
}
END_TEST

START_TEST(keeps_a_childs_view)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2012-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	size_t n = 0;

	DOES(cp_sar_set_view(&c, &r, 1, CP_VIEW_OBJECTS, day("2026-01-09"),
	    "wants nothing told", &err));
	OK(cp_sar_subjects(store, &r, who, &n, &err));
	ck_assert_int_eq(who[0].own_view, CP_VIEW_OBJECTS);
	ck_assert_int_eq(cp_date_cmp(who[0].own_view_on, day("2026-01-09")),
	    0);
	REFUSES(CP_BAD_INPUT, cp_sar_set_view(&c, &r, 1, CP_VIEW_AGREES,
	    day("2026-01-11"), NULL, &err));
	REFUSES(CP_NOT_FOUND, cp_sar_set_view(&c, &r, 3, CP_VIEW_AGREES,
	    day("2026-01-09"), NULL, &err));
	events_are(&r, "received own-view");
}
END_TEST

START_TEST(tells_of_safety_only_whom_it_may)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2012-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_operator auditor = { .name = "ada",
		.roles = CP_ROLE_AUDITOR };
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	size_t n = 0;

	REFUSES(CP_DENIED, cp_sar_set_safe(&c, &r, &dpo, 1, 1, "the child",
	    &err));
	REFUSES(CP_BAD_INPUT, cp_sar_set_safe(&c, &r, &officer, 1, 1, "",
	    &err));
	DOES(cp_sar_set_safe(&c, &r, &officer, 1, 1, "the child", &err));
	OK(cp_sar_subjects(store, &r, who, &n, &err));
	ck_assert_int_eq(who[0].safe, 1);
	ck_assert_str_eq(who[0].safe_by, "olga");
	events_are(&r, "received safe");
	cp_store_act_for(store, &auditor);
	events_are(&r, "received");
	cp_store_act_for(store, &dpo);
	events_are(&r, "received safe");
	cp_store_act_for(store, NULL);
	DOES(cp_sar_set_safe(&c, &r, &officer, 1, 0, "was not", &err));
	OK(cp_sar_subjects(store, &r, who, &n, &err));
	ck_assert_int_eq(who[0].safe, 0);
}
END_TEST

/* ---- reach and lists ---------------------------------------------------- */

static enum cp_rc
put_id(void *ctx, const struct cp_sar *r, struct cp_err *e)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%s%s", b->len > 0 ? " " : "", r->id);
	return cp_buf_check(b, e);
}

static void
list_is(int all, const char *expected)
{
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_sar_each(store, all, put_id, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

START_TEST(lists_by_due_date)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E08000015", "2015-03-09");
	struct cp_record d = add_record("CP-D", "E06000001", "2015-03-09");
	const struct cp_record *both[] = { &b, &d };
	struct cp_sar_opening o = opening(both, 2, "2026-01-02");
	struct cp_operator local = { .name = "lena",
		.authorities = { "E08000015" }, .n_authorities = 1 };
	struct cp_sar one = open_about(&a, "2026-01-05"), two, three, got;

	o.requester = "Sam Hill";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &two, NULL, &err));
	three = open_about(&b, "2026-01-07");
	enter(&three, "identity-doubted", "2026-01-08");
	list_is(0, "SAR-0003 SAR-0002 SAR-0001");
	cp_store_act_for(store, &local);
	list_is(0, "SAR-0003 SAR-0001");
	FAILS(CP_DENIED, cp_sar_get(store, two.id, &got, &err));
	OK(cp_sar_get(store, one.id, &got, &err));
	/* Whichever of them it is that they do not reach. */
	(void)snprintf(local.authorities[0], sizeof(local.authorities[0]),
	    "E06000001");
	list_is(0, "");
	FAILS(CP_DENIED, cp_sar_get(store, two.id, &got, &err));
	cp_store_act_for(store, NULL);
	close_it(&two, "full");
	list_is(0, "SAR-0003 SAR-0001");
	list_is(1, "SAR-0003 SAR-0001 SAR-0002");
}
END_TEST

START_TEST(lists_more_than_a_page)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	const struct cp_record *list[] = { &a };
	struct cp_sar_opening o = opening(list, 1, "2026-01-05");
	char id[CP_SAR_ID];
	struct cp_buf b;
	struct cp_sar r;

	o.again = 1;
	cp_buf_init(&b);
	OK(cp_txn_begin(audit, &err));
	for (int i = 1; i <= 70; i++) {
		OK(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
		(void)snprintf(id, sizeof(id), "SAR-%04d", i);
		cp_buf_printf(&b, "%s%s", i > 1 ? " " : "", id);
	}
	OK(cp_txn_commit(audit, &err));
	list_is(0, cp_buf_text(&b));
	list_is(1, cp_buf_text(&b));
	cp_buf_clear(&b);
}
END_TEST

/* ---- holds -------------------------------------------------------------- */

START_TEST(holds_until_it_is_closed)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_hold h;
	int64_t freed = 0;

	OK(cp_hold_get(store, "H-0001", &h, &err));
	ck_assert_str_eq(h.sar_id, "SAR-0001");
	ck_assert_str_eq(h.record_id, "CP-A");
	ck_assert_str_eq(h.reason, "request for access SAR-0001");
	ck_assert_str_eq(h.legal_basis, "UK GDPR art. 15");
	ck_assert_int_eq(cp_date_cmp(h.review, day("2026-02-05")), 0);
	FAILS(CP_REFUSED, cp_hold_releasable(&h, "otto", &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "sar close SAR-0001"));
	REFUSES(CP_REFUSED, cp_sar_close(&c, &by, &r, &err));
	DOES(cp_sar_answer(&c, &r, "full", NULL, now.today, &err));
	ck_assert_int_eq(holds(), 1);
	DOES(cp_sar_close(&c, &by, &r, &err));
	ck_assert_int_eq(holds(), 0);
	OK(cp_hold_settle(store, audit, now.today, &freed, NULL, NULL, &err));
	log_is("CP-A", "hold.place hold.release");
	log_is("SAR-0001", "sar.open sar.answer sar.close");
	events_are(&r, "received closed");
	ck_assert_int_eq(cp_date_cmp(r.expires, day("2029-01-11")), 0);
	REFUSES(CP_REFUSED, cp_sar_close(&c, &by, &r, &err));
}
END_TEST

static void
merge(const char *id, const char *into)
{
	struct cp_merge m = { .id = id, .into = into, .reason = "one" };
	struct cp_reject why;
	struct cp_merged done;

	DOES(cp_record_merge(&c, &m, &done, &why, &err));
}

START_TEST(follows_a_merge)
{
	struct cp_record a = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_record b = add_record("CP-B", "E08000015", "2015-03-09");
	const struct cp_record *both[] = { &a, &b };
	struct cp_sar_opening o = opening(both, 2, "2026-01-02");
	struct cp_sar_subject who[CP_SAR_SUBJECTS];
	struct cp_sar one = open_about(&a, "2026-01-05"), two;
	struct cp_undone undone;
	size_t n = 0;

	o.requester = "Sam Hill";
	DOES(cp_sar_open(&c, &dpo, &o, &by, &two, NULL, &err));
	ck_assert_int_eq(holds(), 3);
	merge("CP-A", "CP-B");
	OK(cp_sar_subjects(store, &one, who, &n, &err));
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(who[0].record_id, "CP-B");
	ck_assert_int_eq(who[0].record, b.n);
	OK(cp_sar_subjects(store, &two, who, &n, &err));
	ck_assert_uint_eq(n, 1);
	/* One like it is found by either number. */
	both[0] = &b;
	o = opening(both, 1, "2026-01-06");
	REFUSES(CP_REFUSED, cp_sar_open(&c, &dpo, &o, &by, &two, NULL, &err));
	DOES(cp_undo_last(&c, "CP-B", "two", &undone, &err));
	OK(cp_sar_subjects(store, &one, who, &n, &err));
	ck_assert_str_eq(who[0].record_id, "CP-A");
	close_it(&one, "full");
	ck_assert_int_eq(holds(), 2);
	log_is("CP-A", "hold.place hold.place record.merge record.undo "
	    "hold.release");
}
END_TEST

/* ---- its end ------------------------------------------------------------ */

START_TEST(is_answered_once)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");

	REFUSES(CP_BAD_INPUT, cp_sar_answer(&c, &r, "full", "excessive",
	    now.today, &err));
	REFUSES(CP_BAD_INPUT, cp_sar_answer(&c, &r, "refused", NULL,
	    now.today, &err));
	REFUSES(CP_BAD_INPUT, cp_sar_answer(&c, &r, "maybe", NULL, now.today,
	    &err));
	REFUSES(CP_BAD_INPUT, cp_sar_answer(&c, &r, "full", NULL,
	    day("2026-01-11"), &err));
	REFUSES(CP_BAD_INPUT, cp_sar_answer(&c, &r, "full", NULL,
	    day("2026-01-04"), &err));
	DOES(cp_sar_answer(&c, &r, "partial", NULL, day("2026-01-09"), &err));
	ck_assert_int_eq(r.stage, CP_SAR_ANSWERED);
	ck_assert_str_eq(r.outcome, "partial");
	/* A lost pack: it was answered when it was first. */
	DOES(cp_sar_answer(&c, &r, "partial", NULL, day("2026-01-10"), &err));
	ck_assert_int_eq(cp_date_cmp(r.answered, day("2026-01-09")), 0);
	REFUSES(CP_REFUSED, cp_sar_answer(&c, &r, "full", NULL, now.today,
	    &err));
	DOES(cp_sar_close(&c, &by, &r, &err));
	REFUSES(CP_REFUSED, cp_sar_answer(&c, &r, "partial", NULL, now.today,
	    &err));
}
END_TEST

START_TEST(is_closed_when_all_is_settled)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	const struct cp_record *list[] = { &kid };
	struct cp_sar_opening o = opening(list, 1, "2026-01-05");
	struct cp_sar r;

	o.asks = CP_ASKS_ACCESS | CP_ASKS_RECTIFICATION | CP_ASKS_OBJECTION;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	DOES(cp_sar_answer(&c, &r, "refused", "excessive", now.today, &err));
	ck_assert_str_eq(r.ground, "excessive");
	REFUSES(CP_REFUSED, cp_sar_close(&c, &by, &r, &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "sar rectify"));
	enter(&r, "not-rectified", "2026-01-10");
	REFUSES(CP_REFUSED, cp_sar_close(&c, &by, &r, &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "sar objection"));
	enter(&r, "objection-refused", "2026-01-10");
	DOES(cp_sar_close(&c, &by, &r, &err));
	/* Whoever withdraws asks for nothing any more. */
	o.again = 1;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	close_it(&r, "withdrawn");
	ck_assert_int_eq(r.stage, CP_SAR_CLOSED);
}
END_TEST

/* ---- policies ----------------------------------------------------------- */

START_TEST(knows_the_policy_of_a_day)
{
	int64_t first = rules.policy_n, second, n = 0;

	OK(cp_sar_policy_on(store, day("2026-01-10"), &n, &err));
	ck_assert_int_eq(n, first);
	/* Before any was adopted here. */
	OK(cp_sar_policy_on(store, day("2010-05-01"), &n, &err));
	ck_assert_int_eq(n, first);
	on_day("2026-03-01");
	cp_policy_free(policy);
	put_policy("policies/uk-2026.cfg");
	second = rules.policy_n;
	ck_assert_int_ne(first, second);
	OK(cp_sar_policy_on(store, day("2026-02-28"), &n, &err));
	ck_assert_int_eq(n, first);
	OK(cp_sar_policy_on(store, day("2026-03-01"), &n, &err));
	ck_assert_int_eq(n, second);
	/* The first one again. */
	on_day("2026-04-01");
	DOES(cp_settings_note_adoption(store, first, &now, &err));
	OK(cp_sar_policy_on(store, day("2026-03-31"), &n, &err));
	ck_assert_int_eq(n, second);
	OK(cp_sar_policy_on(store, day("2026-04-01"), &n, &err));
	ck_assert_int_eq(n, first);
	/* Neither is effective so early. */
	OK(cp_sar_policy_on(store, day("1990-01-01"), &n, &err));
	ck_assert_int_eq(n, first);
}
END_TEST

static TCase *
case_of(const char *name, SFun before)
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, before, teardown);
	return t;
}

int
main(void)
{
	Suite *s = suite_create("sar");
	TCase *t = case_of("uk-2026", setup);
	TCase *u = case_of("contactpoint-2007", setup_1998);
	SRunner *sr;
	int failed;

	tcase_add_test(t, opens);
	tcase_add_test(t, refuses_what_is_no_request);
	tcase_add_test(t, knows_one_like_it);
	tcase_add_test(t, looks_for_who_was_not_found);
	tcase_add_test(t, runs_by_events);
	tcase_add_test(t, refuses_events);
	tcase_add_test(t, extends_once);
	tcase_add_test(t, takes_no_more_than_it_holds);
	tcase_add_test(t, knows_what_was_shown);
	tcase_add_test(t, keeps_a_childs_view);
	tcase_add_test(t, tells_of_safety_only_whom_it_may);
	tcase_add_test(t, lists_by_due_date);
	tcase_add_test(t, lists_more_than_a_page);
	tcase_add_test(t, holds_until_it_is_closed);
	tcase_add_test(t, follows_a_merge);
	tcase_add_test(t, is_answered_once);
	tcase_add_test(t, is_closed_when_all_is_settled);
	tcase_add_test(u, asks_a_fee_as_the_policy_has_it);
	tcase_add_test(u, knows_the_policy_of_a_day);
	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
