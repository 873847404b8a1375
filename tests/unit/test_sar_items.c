#include "tests/unit/sar_store.h"

/* Items of a request: what stays decided, who approves, what may be sent. */

static void
setup(void)
{
	setup_with("policies/uk-2026.cfg", 1);
}

static void
setup_real(void)
{
	setup_with("policies/uk-2026.cfg", 0);
}

static struct cp_sar_item
item(const char *key, unsigned flags, int digest)
{
	struct cp_sar_item i = { .subject = 1, .flags = flags };

	(void)snprintf(i.key, sizeof(i.key), "%s", key);
	i.digest[0] = (uint8_t)digest;
	return i;
}

/* A carer with a telephone, an address, and what is no detail of it. */
static size_t
usual(struct cp_sar_item *out)
{
	out[0] = item("record/carers/1", CP_FLAGGED_CARER, 1);
	out[1] = item("record/carers/1/phone", CP_FLAGGED_CARER, 2);
	out[2] = item("record/carers/10", CP_FLAGGED_CARER, 3);
	out[3] = item("record/addresses/0", 0, 4);
	return 4;
}

static struct cp_sar
collected(struct cp_record *kid)
{
	struct cp_sar_item list[4];
	size_t n = usual(list);
	struct cp_sar r;

	*kid = add_record("CP-A", "E08000015", "2015-03-09");
	r = open_about(kid, "2026-01-05");
	DOES(cp_sar_set_found(&c, &r, 1, kid, "live", &err));
	DOES(cp_sar_items_put(&c, &dpo, &r, list, n, &err));
	return r;
}

static void
decide(struct cp_sar *r, const struct cp_operator *op, int number,
    enum cp_item_decision decision, const char *ground)
{
	DOES(cp_sar_decide(&c, &by, op, r, number, decision, ground, "why",
	    &err));
}

static enum cp_rc
put_one(void *ctx, const struct cp_sar_item *i, struct cp_err *e)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%s%d %s%s%s%s%s", b->len > 0 ? "; " : "", i->number,
	    i->key, i->decision != CP_ITEM_UNDECIDED ? " " : "",
	    cp_item_decision_word(i->decision), i->ground[0] != '\0' ? " " :
	    "", i->ground);
	return cp_buf_check(b, e);
}

static void
items_are(const struct cp_sar *r, const char *expected)
{
	struct cp_buf b;

	cp_buf_init(&b);
	OK(cp_sar_items(store, r, put_one, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), expected);
	cp_buf_clear(&b);
}

/* ---- collecting --------------------------------------------------------- */

START_TEST(keeps_items)
{
	static const uint8_t none[32];
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_item got;

	ck_assert_int_eq(r.stage, CP_SAR_COLLECTED);
	ck_assert_str_eq(r.collected_by, "dana");
	ck_assert_int_eq(r.collected_uid, 1001);
	ck_assert_int_ne(memcmp(r.digest, none, sizeof(none)), 0);
	items_are(&r, "1 record/carers/1; 2 record/carers/1/phone; "
	    "3 record/carers/10; 4 record/addresses/0");
	OK(cp_sar_item_get(store, &r, 2, &got, &err));
	ck_assert_str_eq(got.key, "record/carers/1/phone");
	ck_assert_uint_eq(got.flags, CP_FLAGGED_CARER);
	ck_assert_int_eq(got.digest[0], 2);
	FAILS(CP_NOT_FOUND, cp_sar_item_get(store, &r, 5, &got, &err));
	FAILS(CP_NOT_FOUND, cp_sar_item_get(store, &r, 0, &got, &err));
	events_are(&r, "received collected");
}
END_TEST

START_TEST(keeps_decisions_of_what_is_the_same)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_item list[5];

	decide(&r, &dpo, 1, CP_ITEM_WITHHOLD, "third-party");
	decide(&r, &dpo, 3, CP_ITEM_GIVE, NULL);
	/* Another comes first; one has changed, of one the flags, one is
	 * gone. */
	list[0] = item("record/numbers/0", 0, 9);
	(void)usual(list + 1);
	list[2].digest[0] = 77;
	list[3].flags |= CP_FLAGGED_PLACE;
	DOES(cp_sar_items_put(&c, &other, &r, list, 4, &err));
	items_are(&r, "1 record/numbers/0; 2 record/carers/1 withhold "
	    "third-party; 3 record/carers/1/phone; 4 record/carers/10");
	ck_assert_int_eq(list[1].number, 2);
	ck_assert_int_eq(list[1].decision, CP_ITEM_WITHHOLD);
	ck_assert_str_eq(list[1].ground, "third-party");
	ck_assert_str_eq(list[1].decided_by, "dana");
	ck_assert_int_eq(list[2].decision, CP_ITEM_UNDECIDED);
	ck_assert_str_eq(list[2].decided_by, "");
	ck_assert_str_eq(r.collected_by, "otto");
	/* The same key of another person is another item. */
	list[0].subject = 2;
	(void)snprintf(list[0].key, sizeof(list[0].key), "record/carers/1");
	DOES(cp_sar_items_put(&c, &other, &r, list, 2, &err));
	items_are(&r, "1 record/carers/1; 2 record/carers/1 withhold "
	    "third-party");
	DOES(cp_sar_items_put(&c, &other, &r, list, 0, &err));
	items_are(&r, "");
}
END_TEST

START_TEST(keeps_more_than_a_page)
{
	enum { N = 600 };
	struct cp_sar_item *list = calloc(N, sizeof(*list));
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_tally t;
	char key[40];

	ck_assert_ptr_nonnull(list);
	for (int i = 0; i < N; i++) {
		(void)snprintf(key, sizeof(key), "log/%d", N - i);
		list[i] = item(key, i % 3 == 0 ? CP_FLAGGED_SOURCE : 0, i);
	}
	DOES(cp_sar_items_put(&c, &dpo, &r, list, N, &err));
	DOES(cp_sar_items_put(&c, &dpo, &r, list, N, &err));
	OK(cp_sar_tally(store, &r, &t, &err));
	ck_assert_uint_eq(t.items, N);
	ck_assert_uint_eq(t.undecided, 200);
	free(list);
}
END_TEST

/* ---- deciding ----------------------------------------------------------- */

START_TEST(decides_with_what_is_below)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_tally t;
	struct cp_sar_item got;

	REFUSES(CP_BAD_INPUT, cp_sar_decide(&c, &by, &dpo, &r, 1,
	    CP_ITEM_WITHHOLD, "dislike", "why", &err));
	REFUSES(CP_BAD_INPUT, cp_sar_decide(&c, &by, &dpo, &r, 1,
	    CP_ITEM_WITHHOLD, NULL, "why", &err));
	REFUSES(CP_BAD_INPUT, cp_sar_decide(&c, &by, &dpo, &r, 1,
	    CP_ITEM_UNDECIDED, NULL, "why", &err));
	REFUSES(CP_BAD_INPUT, cp_sar_decide(&c, &by, &dpo, &r, 1,
	    CP_ITEM_GIVE, "dislike", "why", &err));
	REFUSES(CP_NOT_FOUND, cp_sar_decide(&c, &by, &dpo, &r, 9,
	    CP_ITEM_GIVE, NULL, "why", &err));
	decide(&r, &dpo, 1, CP_ITEM_WITHHOLD, "third-party");
	items_are(&r, "1 record/carers/1 withhold third-party; "
	    "2 record/carers/1/phone withhold third-party; "
	    "3 record/carers/10; 4 record/addresses/0");
	decide(&r, &other, 2, CP_ITEM_GIVE, "third-party");
	decide(&r, &dpo, 4, CP_ITEM_WITHHOLD, "serious-harm");
	OK(cp_sar_tally(store, &r, &t, &err));
	ck_assert_uint_eq(t.items, 4);
	ck_assert_uint_eq(t.flagged, 3);
	ck_assert_uint_eq(t.undecided, 1);
	ck_assert_uint_eq(t.withheld, 2);
	ck_assert_uint_eq(t.flagged_given, 1);
	ck_assert_int_eq(t.opened, 0);
	OK(cp_sar_item_get(store, &r, 2, &got, &err));
	ck_assert_str_eq(got.decided_by, "otto");
	ck_assert_int_eq(got.decided_uid, 1002);
	ck_assert_str_eq(got.note, "why");
	/* Once a day, however many. */
	events_are(&r, "received collected withheld");
	log_is(r.id, "sar.open sar.subject sar.withhold sar.give "
	    "sar.withhold");
}
END_TEST

START_TEST(decides_nothing_that_is_not_there)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2015-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_item list[4];

	REFUSES(CP_REFUSED, cp_sar_decide(&c, &by, &dpo, &r, 1, CP_ITEM_GIVE,
	    NULL, NULL, &err));
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &other, &r, &err));
	(void)usual(list);
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 4, &err));
	DOES(cp_sar_answer(&c, &r, "refused", "excessive", now.today, &err));
	REFUSES(CP_REFUSED, cp_sar_decide(&c, &by, &dpo, &r, 1, CP_ITEM_GIVE,
	    NULL, NULL, &err));
	REFUSES(CP_REFUSED, cp_sar_items_put(&c, &dpo, &r, list, 4, &err));
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &other, &r, &err));
}
END_TEST

/* ---- approving ---------------------------------------------------------- */

static void
decide_all(struct cp_sar *r, const struct cp_operator *op)
{
	decide(r, op, 1, CP_ITEM_GIVE, NULL);
	decide(r, op, 3, CP_ITEM_WITHHOLD, "third-party");
}

START_TEST(is_approved_by_another)
{
	struct cp_operator third = { .name = "tess", .uid = 1009 };
	struct cp_record kid;
	struct cp_sar r = collected(&kid);

	REFUSES(CP_REFUSED, cp_sar_approve(&c, &other, &r, &err));
	ck_assert_ptr_nonnull(strstr(err.what, "3 items"));
	decide_all(&r, &dpo);
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &dpo, &r, &err));
	decide(&r, &third, 4, CP_ITEM_GIVE, NULL);
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &third, &r, &err));
	DOES(cp_sar_approve(&c, &other, &r, &err));
	ck_assert_int_eq(r.stage, CP_SAR_APPROVED);
	ck_assert_str_eq(r.approved_by, "otto");
	ck_assert_int_eq(r.approved_uid, 1002);
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &other, &r, &err));
	events_are(&r, "received collected withheld approved");
}
END_TEST

START_TEST(is_approved_by_one_person_under_one_name)
{
	struct cp_operator alias = { .name = "oscar", .uid = 1001 };
	struct cp_operator third = { .name = "tess", .uid = 1009 };
	struct cp_operator alias3 = { .name = "tina", .uid = 1009 };
	struct cp_record kid;
	struct cp_sar r = collected(&kid);

	decide_all(&r, &third);
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &alias, &r, &err));
	REFUSES(CP_REFUSED, cp_sar_approve(&c, &alias3, &r, &err));
	DOES(cp_sar_approve(&c, &other, &r, &err));
}
END_TEST

START_TEST(rehearses_under_many_names)
{
	struct cp_operator alias = { .name = "oscar", .uid = 1001 };
	struct cp_record kid;
	struct cp_sar r = collected(&kid);

	decide_all(&r, &dpo);
	DOES(cp_sar_approve(&c, &alias, &r, &err));
}
END_TEST

/* Whatever changes after it voids an approval. */
START_TEST(loses_its_approval)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid), got;
	struct cp_sar_item list[4];

	decide_all(&r, &dpo);
	DOES(cp_sar_approve(&c, &other, &r, &err));
	decide(&r, &dpo, 4, CP_ITEM_WITHHOLD, "crime");
	ck_assert_int_eq(r.stage, CP_SAR_COLLECTED);
	DOES(cp_sar_approve(&c, &other, &r, &err));
	DOES(cp_sar_set_view(&c, &r, 1, CP_VIEW_AGREES, now.today, NULL,
	    &err));
	ck_assert_int_eq(r.stage, CP_SAR_COLLECTED);
	DOES(cp_sar_approve(&c, &other, &r, &err));
	(void)usual(list);
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 4, &err));
	ck_assert_int_eq(r.stage, CP_SAR_COLLECTED);
	DOES(cp_sar_approve(&c, &other, &r, &err));
	DOES(cp_sar_set_safe(&c, &r, &officer, 1, 1, "the child", &err));
	OK(cp_sar_get(store, r.id, &got, &err));
	ck_assert_int_eq(got.stage, CP_SAR_OPEN);
	ck_assert_str_eq(got.approved_by, "");
	ck_assert_int_eq(r.stage, CP_SAR_OPEN);
	/* The decisions are there still. */
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 4, &err));
	ck_assert_int_eq(list[2].decision, CP_ITEM_WITHHOLD);
}
END_TEST

/* ---- ready -------------------------------------------------------------- */

#define NOT_READY(word) do { \
	FAILS(CP_REFUSED, cp_sar_ready(&c, &by, &r, &err)); \
	ck_assert_msg(strstr(err.hint, word) != NULL, "%s", err.hint); \
	} while (0)

START_TEST(is_ready_step_by_step)
{
	struct cp_record kid = add_record("CP-A", "E08000015", "2013-03-09");
	struct cp_sar r = open_about(&kid, "2026-01-05");
	struct cp_sar_item list[4];

	enter(&r, "identity-doubted", "2026-01-06");
	NOT_READY("sar identity SAR-0001 verified");
	enter(&r, "identity-verified", "2026-01-06");
	NOT_READY("sar evidence SAR-0001 responsibility");
	enter(&r, "evidence-responsibility", "2026-01-06");
	NOT_READY("sar view");
	DOES(cp_sar_set_view(&c, &r, 1, CP_VIEW_NOT_ASKED, now.today,
	    "in hospital", &err));
	NOT_READY("sar collect");
	(void)usual(list);
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 4, &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_sar_set_found(&c, &r, 1, &kid, "opening", &err));
	NOT_READY("--share");
	OK(cp_sar_set_found(&c, &r, 1, &kid, "live", &err));
	OK(cp_txn_commit(audit, &err));
	NOT_READY("sar items");
	decide_all(&r, &dpo);
	NOT_READY("sar approve");
	DOES(cp_sar_approve(&c, &other, &r, &err));
	OK(cp_sar_ready(&c, &by, &r, &err));
	/* A lost pack is made again. */
	DOES(cp_sar_answer(&c, &r, "full", NULL, now.today, &err));
	OK(cp_sar_ready(&c, &by, &r, &err));
	DOES(cp_sar_close(&c, &by, &r, &err));
	FAILS(CP_REFUSED, cp_sar_ready(&c, &by, &r, &err));
}
END_TEST

START_TEST(is_not_ready_before_somebody_looked)
{
	struct cp_sar_opening o = opening(NULL, 0, "2026-01-05");
	struct cp_sar r;

	o.sought = "{\"name\":\"Bo Hill\"}";
	o.relation = CP_SELF;
	DOES(cp_sar_open(&c, &dpo, &o, &by, &r, NULL, &err));
	DOES(cp_sar_items_put(&c, &dpo, &r, NULL, 0, &err));
	NOT_READY("sar find");
	DOES(cp_sar_set_found(&c, &r, 1, NULL, "none", &err));
	OK(cp_sar_ready(&c, &by, &r, &err));
}
END_TEST

START_TEST(is_ready_alone_where_nothing_is_flagged)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_item list[1];

	enter(&r, "evidence-court-order", "2026-01-06");
	list[0] = item("record/names/0", 0, 1);
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 1, &err));
	OK(cp_sar_ready(&c, &by, &r, &err));
	DOES(cp_sar_set_safe(&c, &r, &officer, 1, 1, "the child", &err));
	DOES(cp_sar_items_put(&c, &dpo, &r, list, 1, &err));
	NOT_READY("sar approve");
}
END_TEST

static void
tamper(const char *sql)
{
	char command[300];

	cp_audit_free(audit);
	cp_store_free(store);
	(void)snprintf(command, sizeof(command),
	    "sqlite3 %s/store.db \"%s\"", dir, sql);
	ck_assert_int_eq(system(command), 0);
	OK(cp_store_open(dir, CP_STORE_WRITE, &store, &err));
	OK(cp_audit_open(store, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "dana",
	    &now, &audit, &err));
	c.store = store;
	c.audit = audit;
}

/* Somebody who writes into the database does not get past the approval. */
START_TEST(is_not_ready_unlike_what_was_approved)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid);

	enter(&r, "evidence-responsibility", "2026-01-06");
	decide_all(&r, &dpo);
	DOES(cp_sar_approve(&c, &other, &r, &err));
	OK(cp_sar_ready(&c, &by, &r, &err));
	tamper("UPDATE sar_item SET decision = 'give' WHERE item = 3");
	OK(cp_sar_get(store, "SAR-0001", &r, &err));
	NOT_READY("approved again");
}
END_TEST

/* ---- what was sent ------------------------------------------------------ */

static enum cp_rc
put_sent(void *ctx, const struct cp_sar_sent *s, const char *list,
    struct cp_err *e)
{
	struct cp_buf *b = ctx;

	cp_buf_printf(b, "%s %d %lld %lld %s %s; ", s->form, s->sha256[31],
	    (long long)s->bytes, (long long)s->items, s->by,
	    list != NULL ? list : "-");
	return cp_buf_check(b, e);
}

START_TEST(keeps_what_was_sent)
{
	struct cp_record kid;
	struct cp_sar r = collected(&kid);
	struct cp_sar_sent sent = { .form = "zip", .sha256 = { [31] = 5 },
		.bytes = 77, .items = 4 };
	struct cp_buf b;

	DOES(cp_sar_sent_put(&c, &r, &sent, "[\"a\"]", &err));
	(void)snprintf(sent.form, sizeof(sent.form), "age");
	DOES(cp_sar_sent_put(&c, &r, &sent, "[]", &err));
	cp_buf_init(&b);
	OK(cp_sar_sent_each(store, &r, put_sent, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), "zip 5 77 4 dana [\"a\"]; "
	    "age 5 77 4 dana []; ");
	cp_buf_clear(&b);
	events_are(&r, "received collected sent sent");
	log_is(r.id, "sar.open sar.subject sar.send sar.send");
	DOES(cp_sar_answer(&c, &r, "full", NULL, now.today, &err));
	DOES(cp_sar_close(&c, &by, &r, &err));
	REFUSES(CP_REFUSED, cp_sar_sent_put(&c, &r, &sent, "[]", &err));
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
	Suite *s = suite_create("sar_items");
	TCase *t = case_of("rehearsal", setup);
	TCase *u = case_of("real", setup_real);
	SRunner *sr;
	int failed;

	tcase_add_test(t, keeps_items);
	tcase_add_test(t, keeps_decisions_of_what_is_the_same);
	tcase_add_test(t, keeps_more_than_a_page);
	tcase_add_test(t, decides_with_what_is_below);
	tcase_add_test(t, decides_nothing_that_is_not_there);
	tcase_add_test(t, is_approved_by_another);
	tcase_add_test(t, rehearses_under_many_names);
	tcase_add_test(t, loses_its_approval);
	tcase_add_test(t, is_ready_step_by_step);
	tcase_add_test(t, is_not_ready_before_somebody_looked);
	tcase_add_test(t, is_ready_alone_where_nothing_is_flagged);
	tcase_add_test(t, is_not_ready_unlike_what_was_approved);
	tcase_add_test(t, keeps_what_was_sent);
	tcase_add_test(u, is_approved_by_one_person_under_one_name);
	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
