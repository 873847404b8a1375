#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/composing.h"

/* From a notice and a record to a letter: to whom, where, in which words. */

static struct cp_err err;
static struct cp_policy *policy;
static struct cp_wordings *wordings;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_composing with;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static struct cp_date
day(const char *text)
{
	struct cp_date d;

	OK(cp_date_parse(text, &d, &err));
	return d;
}

static enum cp_rc
sender(void *ctx, const char *authority, struct cp_sender *out,
    struct cp_err *e)
{
	static const char *const lines[] = { "1 Town Hall", "Anytown" };

	(void)ctx;
	if (strcmp(authority, "E08000015") != 0)
		return cp_fail(e, CP_REFUSED, "no letterhead");
	memset(out, 0, sizeof(*out));
	out->head.name = "Some Council";
	out->head.lines = lines;
	out->head.n_lines = 2;
	out->head.phone = "01632 960000";
	out->head.email = "x@example.org";
	out->post = "Some Council, 1 Town Hall";
	out->dpo = "dpo@example.org";
	return CP_OK;
}

static void
setup(void)
{
	struct cp_policy_report report;

	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
	OK(cp_wordings_load("policies", policy, NULL, NULL, &wordings, &err));
	rules.policy = policy;
	rules.today = now.today = day("2026-11-21");
	with = (struct cp_composing){ &rules, wordings, &now, sender, NULL };
}

static void
teardown(void)
{
	cp_wordings_free(wordings);
	cp_policy_free(policy);
}

/* ---- a letter ---------------------------------------------------------------- */

struct letter {
	struct cp_document *doc;
	struct cp_notice n;
	struct cp_notice_facts f;
	struct cp_decision d;
	struct cp_record r;
	struct cp_composed c;
	const char *why;
};

/* CARERS, ADDRESS and LETTERS are JSON. */
static void
begin(struct letter *x, const char *name, const char *born,
    const char *carers, const char *address, const char *letters)
{
	char text[4000];
	struct cp_date any = { 0 };
	struct cp_reject why;

	memset(x, 0, sizeof(*x));
	cp_composed_init(&x->c);
	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"T-1\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",\"given\":\"%s\",\"family\":\"Hill\"}],\"gender\":"
	    "\"male\",\"birth_date\":\"%s\",\"addresses\":[%s],\"carers\":[%s],"
	    "\"letters\":%s}", name, born, address, carers, letters);
	ck_assert_msg(cp_document_parse(text, strlen(text), any, &x->doc,
	    &why, &err) == CP_OK, "%s: %s", why.path, why.cause);
	x->f.birth = x->doc->birth;
	x->f.decision = &x->d;
	x->n.n = 12;
	cp_notice_ref(12, x->n.ref);
	x->n.kind = CP_NOTICE_FIRST;
	x->n.since = day("2026-11-01");
	x->n.due = day("2026-12-01");
	(void)snprintf(x->r.authority, sizeof(x->r.authority), "E08000015");
}

static enum cp_rc
go(struct letter *x)
{
	return cp_compose(&with, &x->n, &x->f, &x->r, x->doc, &x->c, &x->why,
	    &err);
}

static void
end(struct letter *x)
{
	cp_composed_clear(&x->c);
	cp_document_free(x->doc);
}

#define HERE "{\"type\":\"current\",\"lines\":[\"1 Row\",\"Town\"]," \
    "\"postcode\":\"CH41 1AA\"}"
#define CARER(name, is) "{\"name\":\"" name "\",\"responsibility\":" is "}"
#define EN "{\"language\":\"en\",\"format\":\"standard\"}"

/* All lines with a slash between. */
static const char *
lines(const struct cp_composed *c)
{
	static char all[1000];

	all[0] = '\0';
	for (size_t i = 0; i < c->n_lines; i++) {
		(void)strncat(all, i > 0 ? "/" : "", sizeof(all) -
		    strlen(all) - 1);
		(void)strncat(all, c->lines[i], sizeof(all) - strlen(all) - 1);
	}
	return all;
}

START_TEST(envelope)
{
	static const struct { const char *carers, *born, *want; } all[] = {
		{ "", "2018-01-01", "The parent or carer of Tom Hill" },
		{ CARER("Eve Hill", "false"), "2018-01-01",
		    "The parent or carer of Tom Hill" },
		{ CARER("Eve Hill", "null"), "2018-01-01",
		    "The parent or carer of Tom Hill" },
		{ CARER("Eve Hill", "true"), "2018-01-01",
		    "Eve Hill/Parent or carer of Tom Hill" },
		{ CARER("Eve Hill", "true") "," CARER("Al Hill", "true"),
		    "2018-01-01",
		    "Eve Hill and Al Hill/Parent or carer of Tom Hill" },
		{ CARER("Evangeline Hill-Walker", "true") ","
		    CARER("Alexander Hill", "true"), "2018-01-01",
		    "Evangeline Hill-Walker/Alexander Hill/"
		    "Parent or carer of Tom Hill" },
		{ CARER("A", "true") "," CARER("B", "true") ","
		    CARER("C", "true"), "2018-01-01",
		    "The parent or carer of Tom Hill" },
		{ CARER("Eve Hill", "true"), "2014-11-21", "Tom Hill" },
		{ CARER("Parent or carer of x", "true"), "2018-01-01",
		    "Parent or carer of x/Parent or carer of Tom Hill" },
	};
	char want[400];
	struct letter x;

	begin(&x, "Tom", all[_i].born, all[_i].carers, HERE, EN);
	OK(go(&x));
	(void)snprintf(want, sizeof(want), "%s/1 Row/Town/CH41 1AA",
	    all[_i].want);
	ck_assert_str_eq(lines(&x.c), want);
	ck_assert_str_eq(x.c.sort, "CH41 1AA");
	ck_assert_str_eq(x.c.said.value[CP_VALUE_NAME], "Tom Hill");
	ck_assert_str_eq(x.c.said.value[CP_VALUE_FIRST_NAME], "Tom");
	end(&x);
}
END_TEST

START_TEST(words_by_age)
{
	static const struct { const char *born; enum cp_addressee_set set;
	    const char *want; } all[] = {
		{ "2014-11-22", CP_TO_BY_AGE, "notice-parent" },
		{ "2014-11-21", CP_TO_BY_AGE, "notice-12" },
		{ "2018-01-01", CP_TO_SET_CHILD, "notice-12" },
		{ "2012-01-01", CP_TO_SET_CARER, "notice-parent" },
		{ "2010-11-22", CP_TO_BY_AGE, "notice-12" },
		{ "2010-11-21", CP_TO_BY_AGE, "notice-16" },
		{ "2005-01-01", CP_TO_BY_AGE, "notice-16" },
		{ "2010-11", CP_TO_BY_AGE, "notice-12" },
		{ "2009", CP_TO_BY_AGE, "notice-16" },
	};
	struct letter x;

	begin(&x, "Tom", all[_i].born, "", HERE, EN);
	x.f.set = all[_i].set;
	x.f.set_since = day("2026-01-01");
	OK(go(&x));
	ck_assert_str_eq(x.c.wording->name, all[_i].want);
	ck_assert_int_eq(x.c.to, strcmp(all[_i].want, "notice-parent") == 0 ?
	    CP_TO_CARER : CP_TO_CHILD);
	ck_assert_int_eq((x.c.said.flags >> CP_FLAG_TO_CHILD) & 1,
	    x.c.to == CP_TO_CHILD);
	end(&x);
}
END_TEST

START_TEST(language_and_format)
{
	static const struct { const char *letters, *language; int known;
	    enum cp_format format; } all[] = {
		{ EN, "en", 1, CP_FORMAT_STANDARD },
		{ "null", "en", 1, CP_FORMAT_STANDARD },
		{ "{\"language\":\"ur\",\"format\":\"large-print\"}", "ur", 1,
		    CP_FORMAT_LARGE },
		{ "{\"language\":\"ur-PK\",\"format\":\"easy-read\"}", "ur", 1,
		    CP_FORMAT_EASY },
		{ "{\"language\":\"yo\",\"format\":\"braille\"}", "en", 0,
		    CP_FORMAT_STANDARD },
		{ "{\"language\":\"pl\",\"format\":\"plain-text\"}", "pl", 1,
		    CP_FORMAT_PLAIN },
	};
	struct letter x;

	begin(&x, "Tom", "2018-01-01", "", HERE, all[_i].letters);
	OK(go(&x));
	ck_assert_str_eq(x.c.wording->language->code, all[_i].language);
	ck_assert_int_eq(x.c.language_known, all[_i].known);
	ck_assert_int_eq(x.c.format, all[_i].format);
	end(&x);
}
END_TEST

START_TEST(no_letter)
{
	struct letter x;

	begin(&x, "Tom", "2018-01-01", "", "{\"type\":\"last-known\",\"lines\":"
	    "[\"1 Row\"]}", EN);
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "no-address");
	end(&x);
	begin(&x, "Tom", "2018-01-01", "", HERE, EN);
	x.f.death_notified = day("2026-01-01");
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "died");
	x.f.death_notified.days = 0;
	x.f.left_on = day("2026-01-01");
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "left-england");
	x.f.left_on.days = 0;
	x.r.state = CP_STATE_ARCHIVED;
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "archived");
	ck_assert_ptr_null(strstr(err.what, "Hill"));
	x.r.state = CP_STATE_LIVE;
	OK(go(&x));
	ck_assert_ptr_null(x.why);
	(void)snprintf(x.r.authority, sizeof(x.r.authority), "E10000016");
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_ptr_null(x.why);
	end(&x);
}
END_TEST

/* The letter goes to the current address that began last. */
START_TEST(which_address)
{
	struct letter x;

	begin(&x, "Tom", "2012-01-01", "", "{\"type\":\"current\",\"lines\":"
	    "[\"1 Old\"],\"from\":\"2020-01-01\"},{\"type\":\"current\","
	    "\"lines\":[\"2 New\"],\"from\":\"2024-01-01\"},{\"type\":"
	    "\"last-known\",\"lines\":[\"3 Gone\"]}", EN);
	OK(go(&x));
	ck_assert_uint_eq(x.c.address, 1);
	ck_assert_str_eq(lines(&x.c), "Tom Hill/2 New");
	ck_assert_str_eq(x.c.sort, "");
	ck_assert_ptr_null(strstr(cp_buf_text(&x.c.spoken), "Old"));
	end(&x);
}
END_TEST

/* Where somebody will live is not where they are; a postcode is many homes. */
START_TEST(no_address_yet)
{
	struct letter x;

	begin(&x, "Tom", "2018-01-01", "", "{\"type\":\"current\",\"lines\":"
	    "[\"2 New Row\"],\"from\":\"2026-11-22\"},{\"type\":\"current\","
	    "\"lines\":[\"1 Row\"],\"from\":\"2020-01-01\"}", EN);
	OK(go(&x));
	ck_assert_uint_eq(x.c.address, 1);
	end(&x);
	begin(&x, "Tom", "2018-01-01", "", "{\"type\":\"current\",\"lines\":"
	    "[\"2 New Row\"],\"from\":\"2026-11-21\"}", EN);
	OK(go(&x));
	end(&x);
	begin(&x, "Tom", "2018-01-01", "", "{\"type\":\"current\",\"lines\":"
	    "[\"2 New Row\"],\"from\":\"2026-11-22\"}", EN);
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "no-address");
	end(&x);
	begin(&x, "Tom", "2018-01-01", "", "{\"type\":\"current\",\"lines\":"
	    "[],\"postcode\":\"CH41 1AA\"}", EN);
	ck_assert_int_eq(go(&x), CP_REFUSED);
	ck_assert_str_eq(x.why, "no-address");
	end(&x);
}
END_TEST

START_TEST(days_and_flags)
{
	struct letter x;

	begin(&x, "Tom", "2009-02-03", "", HERE, EN);
	OK(go(&x));
	ck_assert_ptr_null(x.c.said.value[CP_VALUE_DATE]);
	ck_assert((x.c.said.flags >> CP_FLAG_FIRST) & 1);
	ck_assert((x.c.said.flags >> CP_FLAG_UK_GDPR) & 1);
	x.n.kind = CP_NOTICE_VERSION;
	OK(go(&x));
	ck_assert(!((x.c.said.flags >> CP_FLAG_FIRST) & 1));
	ck_assert((x.c.said.flags >> CP_FLAG_VERSION) & 1);
	x.n.kind = CP_NOTICE_EIGHTEEN;
	x.d.age_limit_on = day("2027-02-03");
	OK(go(&x));
	ck_assert_str_eq(x.c.said.value[CP_VALUE_DATE], "3 February 2027");
	x.n.kind = CP_NOTICE_ARCHIVED;
	x.d.due = day("2027-02-04");
	OK(go(&x));
	ck_assert_str_eq(x.c.said.value[CP_VALUE_DATE], "4 February 2027");
	x.n.kind = CP_NOTICE_EXTENDED;
	x.d.age_due = day("2034-02-03");
	x.d.extended_from = day("2027-02-03");
	x.d.rule = CP_RULE_CARE_LEAVER_LIMIT;
	OK(go(&x));
	ck_assert_str_eq(x.c.said.value[CP_VALUE_DATE], "3 February 2034");
	ck_assert((x.c.said.flags >> CP_FLAG_CARE_LEAVER) & 1);
	ck_assert(!((x.c.said.flags >> CP_FLAG_CONNEXIONS) & 1));
	x.n.kind = CP_NOTICE_WITHDRAWAL;
	OK(go(&x));
	ck_assert_str_eq(x.c.said.value[CP_VALUE_DATE], "1 November 2026");
	ck_assert(!((x.c.said.flags >> CP_FLAG_LEAVES) & 1));
	x.d.action = CP_ACTION_ARCHIVE;
	x.d.rule = CP_RULE_WITHDRAWAL;
	OK(go(&x));
	ck_assert((x.c.said.flags >> CP_FLAG_LEAVES) & 1);
	x.n.kind = CP_NOTICE_AUTHORITY;
	OK(go(&x));
	ck_assert_str_eq(x.c.said.value[CP_VALUE_NEW_AUTHORITY],
	    "Some Council");
	ck_assert_str_eq(x.c.said.value[CP_VALUE_ARCHIVE_YEARS], "6");
	ck_assert_str_eq(x.c.said.value[CP_VALUE_STAY_LIMIT], "25");
	ck_assert_str_eq(x.c.said.value[CP_VALUE_CONNEXIONS_LIMIT], "20");
	end(&x);
}
END_TEST

/* Every kind, band and format has a wording whose values are all there. */
START_TEST(all_render)
{
	struct cp_blocks blocks;
	struct letter x;
	char letters[80];

	cp_blocks_init(&blocks);
	for (int k = 0; k < CP_NOTICE_SHIELD; k++)
		for (int f = 0; f < CP_FORMATS; f++)
			for (int young = 0; young < 2; young++) {
				(void)snprintf(letters, sizeof(letters),
				    "{\"language\":\"en\",\"format\":\"%s\"}",
				    cp_format_word((enum cp_format)f));
				begin(&x, "{{name}}", young ? "2018-01-01" :
				    "2009-01-01", "", HERE, letters);
				x.n.kind = (enum cp_notice_kind)k;
				x.d.age_limit_on = x.d.due = x.d.age_due =
				    day("2027-01-01");
				OK(go(&x));
				OK(cp_composed_blocks(&x.c, &blocks, &err));
				ck_assert_uint_gt(blocks.n, 3);
				end(&x);
			}
	cp_blocks_clear(&blocks);
}
END_TEST

/* ---- households --------------------------------------------------------------- */

START_TEST(household)
{
	static const struct { const char *carers, *address, *letters, *born;
	    int same; } all[] = {
		{ CARER("Eve Hill", "true"), HERE, EN, "2019-01-01", 1 },
		{ CARER("Eve Hill", "true") "," CARER("Al", "false"), HERE, EN,
		    "2019-01-01", 1 },
		{ CARER("Ann Hill", "true"), HERE, EN, "2019-01-01", 0 },
		{ "", HERE, EN, "2019-01-01", 0 },
		{ CARER("Eve Hill", "false"), HERE, EN, "2019-01-01", 0 },
		{ CARER("Eve Hill", "true") "," CARER("Al", "true"), HERE, EN,
		    "2019-01-01", 0 },
		{ CARER("Eve Hill", "true"), "{\"type\":\"current\",\"lines\":"
		    "[\"1 Row\",\"Town\"],\"postcode\":\"CH41 1AB\"}", EN,
		    "2019-01-01", 0 },
		{ CARER("Eve Hill", "true"), "{\"type\":\"current\",\"lines\":"
		    "[\"2 Row\",\"Town\"],\"postcode\":\"CH41 1AA\"}", EN,
		    "2019-01-01", 0 },
		{ CARER("Eve Hill", "true"), HERE, "{\"language\":\"pl\","
		    "\"format\":\"standard\"}", "2019-01-01", 0 },
		{ CARER("Eve Hill", "true"), HERE, "{\"language\":\"en\","
		    "\"format\":\"large-print\"}", "2019-01-01", 0 },
		{ CARER("Eve Hill", "true"), HERE, EN, "2012-01-01", 0 },
	};
	struct letter a, b;

	begin(&a, "Tom", "2018-01-01", CARER("Eve Hill", "true"), HERE, EN);
	begin(&b, "Zoe", all[_i].born, all[_i].carers, all[_i].address,
	    all[_i].letters);
	OK(go(&a));
	OK(go(&b));
	ck_assert_int_eq(cp_composed_same_household(&a.c, a.doc, &b.c, b.doc),
	    all[_i].same);
	ck_assert_int_eq(cp_composed_same_household(&b.c, b.doc, &a.c, a.doc),
	    all[_i].same);
	b.n.kind = CP_NOTICE_VERSION;
	OK(go(&b));
	ck_assert(!cp_composed_same_household(&a.c, a.doc, &b.c, b.doc));
	end(&a);
	end(&b);
}
END_TEST

/* Nobody's carers are known: no two children are of one family. */
START_TEST(no_carers_no_household)
{
	struct letter a, b;

	begin(&a, "Tom", "2018-01-01", "", HERE, EN);
	begin(&b, "Zoe", "2018-01-01", "", HERE, EN);
	OK(go(&a));
	OK(go(&b));
	ck_assert(!cp_composed_same_household(&a.c, a.doc, &b.c, b.doc));
	end(&a);
	end(&b);
}
END_TEST

START_TEST(joined)
{
	const char *const names[] = { "Tom", "Zoe", "Amy" };
	const struct cp_composed *one[3];
	struct cp_composed all;
	struct letter x[3];

	cp_composed_init(&all);
	for (int i = 0; i < 3; i++) {
		begin(&x[i], names[i], "2018-01-01", CARER("Eve Hill", "true"),
		    HERE, EN);
		cp_notice_ref(12 + i, x[i].n.ref);
		OK(go(&x[i]));
		one[i] = &x[i].c;
	}
	for (int twice = 0; twice < 2; twice++) {
		OK(cp_composed_join(one, 3, &all, &err));
		ck_assert_str_eq(lines(&all), "Eve Hill/1 Row/Town/CH41 1AA");
		ck_assert_str_eq(all.said.value[CP_VALUE_NAME],
		    "Tom Hill (N-0000012-9), Zoe Hill (N-0000013-7) and "
		    "Amy Hill (N-0000014-5)");
		ck_assert_str_eq(all.said.value[CP_VALUE_FIRST_NAME],
		    "Tom, Zoe and Amy");
		ck_assert_str_eq(all.reference, "N-0000012-9");
		ck_assert((all.said.flags >> CP_FLAG_SEVERAL) & 1);
		ck_assert_ptr_nonnull(strstr(cp_buf_text(&all.spoken),
		    "Amy Hill"));
	}
	ck_assert_str_eq(x[0].c.said.value[CP_VALUE_NAME], "Tom Hill");
	ck_assert(!((x[0].c.said.flags >> CP_FLAG_SEVERAL) & 1));
	OK(cp_composed_join(one, 2, &all, &err));
	ck_assert_ptr_null(strstr(cp_buf_text(&all.spoken), "Amy"));
	cp_composed_clear(&all);
	for (int i = 0; i < 3; i++)
		end(&x[i]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("composing");
	TCase *t = tcase_create("composing");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, envelope, 0, 9);
	tcase_add_loop_test(t, words_by_age, 0, 9);
	tcase_add_loop_test(t, language_and_format, 0, 6);
	tcase_add_test(t, no_letter);
	tcase_add_test(t, which_address);
	tcase_add_test(t, no_address_yet);
	tcase_add_test(t, days_and_flags);
	tcase_add_test(t, all_render);
	tcase_add_loop_test(t, household, 0, 11);
	tcase_add_test(t, no_carers_no_household);
	tcase_add_test(t, joined);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
