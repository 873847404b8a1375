#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/records/consent.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

/* The ledger of a record into a package and back. */
static struct cp_err err;
static struct cp_policy_report report;
static struct cp_policy *policy;
static struct cp_store *s;
static struct cp_rules rules;
static struct cp_now now;
static int64_t n;
static char dir[64];

#define RECORD "{\"cpadmin\":\"record/1\",\"id\":\"CP-1\",\"authority\":" \
	"\"E08000015\",\"names\":[{\"type\":\"current\",\"given\":\"Bo\"}]," \
	"\"gender\":\"male\",\"birth_date\":\"2008-03-01\"}"
/* As the first version wrote it. */
#define OLD "[{\"ground\":\"care-leaver\",\"by\":\"self\",\"given\":" \
	"\"2026-01-06\",\"statement\":\"v1\",\"evidence\":\"E1\"," \
	"\"taken_by\":\"root\",\"entered\":\"2026-01-06T10:00:00Z\"," \
	"\"ended\":\"2026-01-12\",\"end_kind\":\"withdrawn\"," \
	"\"ended_by\":\"root\"}]"
#define NEW "[{\"n\":41,\"ground\":\"learning-difficulty\",\"by\":" \
	"\"representative\",\"given\":\"2026-01-06\",\"statement\":\"v2\"," \
	"\"evidence\":\"E2\",\"taken_by\":\"ann\",\"entered\":" \
	"\"2026-01-06T10:00:00Z\",\"method\":\"video\",\"best_interests\":" \
	"\"BI-1\",\"late_reason\":\"post\",\"renews\":7,\"ended\":null," \
	"\"end_kind\":null,\"ended_by\":null,\"confirmations\":[{\"date\":" \
	"\"2027-03-01\",\"evidence\":\"R1\",\"taken_by\":\"bob\"," \
	"\"entered\":\"2027-03-01T10:00:00Z\"}],\"marks\":[]}," \
	"{\"n\":42,\"ground\":\"significant-harm\",\"by\":\"\",\"given\":" \
	"\"2026-01-06\",\"statement\":\"\",\"evidence\":\"E3\"," \
	"\"taken_by\":\"ann\",\"entered\":\"2026-01-06T10:00:00Z\"," \
	"\"ended\":\"2026-02-01\",\"end_kind\":\"ended\",\"ended_by\":" \
	"\"ann\",\"end_evidence\":\"W1\",\"confirmations\":[],\"marks\":" \
	"[\"8000000000000001\",\"00000000000000ff\"]}]"

static void
setup(void)
{
	struct cp_document *doc = NULL;
	static const struct cp_date any = { 0 };
	struct cp_reject why;

	cp_policy_report_init(&report);
	ck_assert_int_eq(cp_policy_load_file("policies/uk-2026.cfg", &policy,
	    &report, &err), CP_OK);
	strcpy(dir, "/tmp/cpadmin-pack.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(cp_store_create(dir, &s, &err) == CP_OK, "%s", err.what);
	/* No policy row is needed here, nor what depends on it. */
	ck_assert_int_eq(cp_store_bulk(s, 1, &err), CP_OK);
	memset(&rules, 0, sizeof(rules));
	memset(&now, 0, sizeof(now));
	rules.policy = policy;
	rules.policy_n = 1;
	ck_assert_int_eq(cp_date_parse("2027-04-01", &rules.today, &err),
	    CP_OK);
	now.today = rules.today;
	strcpy(now.time, "2027-04-01T10:00:00Z");
	ck_assert_int_eq(cp_document_parse(RECORD, strlen(RECORD), any, &doc,
	    &why, &err), CP_OK);
	ck_assert_int_eq(cp_store_begin(s, &err), CP_OK);
	ck_assert_msg(cp_record_insert(s, &rules, doc, &now, &n, &err) ==
	    CP_OK, "%s", err.what);
	cp_document_free(doc);
}

static void
teardown(void)
{
	char command[96];

	cp_store_rollback(s);
	cp_store_free(s);
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
load(const char *text)
{
	struct cp_json *list = NULL;
	enum cp_rc rc;

	ck_assert_int_eq(cp_json_parse(text, strlen(text), &list, &err),
	    CP_OK);
	rc = cp_consent_load(s, n, list, &err);
	cp_json_free(list);
	return rc;
}

static void
expect_saved(const char *text)
{
	struct cp_buf out;

	cp_buf_init(&out);
	ck_assert_int_eq(cp_consent_save(s, n, &out, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&out), text);
	cp_buf_clear(&out);
}

struct seen {
	int count;
	int64_t n[4];
	char dates[4][2][CP_DATE_TEXT];
};

static enum cp_rc
look(void *ctx, const struct cp_consent *c, struct cp_err *e)
{
	struct seen *x = ctx;

	(void)e;
	x->n[x->count] = c->n;
	cp_date_format(c->until, x->dates[x->count][0]);
	cp_date_format(c->confirm_due, x->dates[x->count][1]);
	x->count++;
	return CP_OK;
}

static void
look_all(struct seen *x)
{
	struct cp_record r;

	memset(x, 0, sizeof(*x));
	ck_assert_int_eq(cp_record_refresh(s, &rules, n, &err), CP_OK);
	ck_assert_int_eq(cp_record_at(s, n, &r, &err), CP_OK);
	ck_assert_int_eq(cp_consent_each(s, &rules, &r, look, x, &err), CP_OK);
}

START_TEST(all_of_it_comes_back)
{
	struct seen x;

	ck_assert_msg(load(NEW) == CP_OK, "%s", err.what);
	expect_saved(NEW);
	look_all(&x);
	ck_assert_int_eq(x.count, 2);
	ck_assert_str_eq(x.dates[0][0], "2033-03-01");
	ck_assert_str_eq(x.dates[0][1], "2028-03-02");
	ck_assert_str_eq(x.dates[1][0], "2026-02-01");
	ck_assert_int_eq(cp_consent_drop(s, n, &err), CP_OK);
	expect_saved("[]");
	ck_assert_msg(load(NEW) == CP_OK, "%s", err.what);
	expect_saved(NEW);
}
END_TEST

START_TEST(an_old_package_loads)
{
	struct seen x;

	ck_assert_msg(load(OLD) == CP_OK, "%s", err.what);
	look_all(&x);
	ck_assert_int_eq(x.count, 1);
	ck_assert_int_eq(x.n[0], 1);
	ck_assert_str_eq(x.dates[0][0], "2026-01-12");
	/* Numbers that were seen are not given again. */
	ck_assert_int_eq(load(NEW), CP_OK);
	ck_assert_int_eq(load(OLD), CP_OK);
	look_all(&x);
	ck_assert_int_eq(x.count, 4);
	ck_assert_int_eq(x.n[3], 43);
}
END_TEST

static const char *const broken[] = {
	"[{}]",
	"[{\"ground\":\"likes-it\"}]",
	"[{\"ground\":\"care-leaver\",\"by\":\"self\"}]",
	"[{\"n\":0,\"ground\":\"care-leaver\",\"by\":\"self\",\"given\":"
	    "\"2026-01-06\",\"statement\":\"v\",\"evidence\":\"E\","
	    "\"taken_by\":\"r\",\"entered\":\"t\"}]",
	"[{\"n\":3,\"ground\":\"care-leaver\",\"by\":\"self\",\"given\":"
	    "\"2026-01-06\",\"statement\":\"v\",\"evidence\":\"E\","
	    "\"taken_by\":\"r\",\"entered\":\"t\",\"confirmations\":[{}]}]",
	"[{\"n\":3,\"ground\":\"sensitive-service\",\"by\":\"\",\"given\":"
	    "\"2026-01-06\",\"statement\":\"v\",\"evidence\":\"E\","
	    "\"taken_by\":\"r\",\"entered\":\"t\",\"marks\":[\"x\"]}]",
};

START_TEST(what_is_broken_is_refused)
{
	ck_assert_int_eq(load(broken[_i]), CP_CORRUPT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("consent_pack");
	TCase *tc = tcase_create("ledger");
	SRunner *sr = srunner_create(suite);
	int failed;

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_of_it_comes_back);
	tcase_add_test(tc, an_old_package_loads);
	tcase_add_loop_test(tc, what_is_broken_is_refused, 0,
	    (int)(sizeof(broken) / sizeof(broken[0])));
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
