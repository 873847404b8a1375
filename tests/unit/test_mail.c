#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/mail_check.h"

/* No letter prints an address other than the one that it goes to. */

static struct cp_err err;

/* 0 is where the child is now, 1 and 2 where it was; 2 shares a town with 0. */
static const char PERSON[] =
    "{\"cpadmin\":\"record/1\",\"id\":\"TEST-1\",\"authority\":\"E08000015\","
    "\"names\":[{\"type\":\"current\",\"given\":\"Chester\","
    "\"family\":\"O’Mock\"}],\"gender\":\"male\","
    "\"birth_date\":\"2015-01-01\",\"addresses\":["
    "{\"type\":\"current\",\"lines\":[\"Flat 2\",\"7 Rose Road\","
    "\"Birkenhead\"],\"postcode\":\"ZZ99 1AA\"},"
    "{\"type\":\"last-known\",\"lines\":[\"12a St John’s Close\","
    "\"Chester\",\"Cheshire\"],\"postcode\":\"QX41 2BB\"},"
    "{\"type\":\"last-known\",\"lines\":[\"9 Rose Road\",\"Birkenhead\"],"
    "\"postcode\":\"ZZ99 3CC\"},"
    "{\"type\":\"last-known\",\"lines\":[\"Łódzka 5\",\"Gdańsk\",\"12\"]}],"
    "\"carers\":[{\"name\":\"A\",\"phone\":\"0151 496 0123\"},"
    "{\"name\":\"B\",\"phone\":\"+44 7700 900456\"}]}";

/* Whether TEXT may be sent to address TO. */
static int
allowed(size_t to, const char *ours, const char *text)
{
	struct cp_document *doc = NULL;
	struct cp_date any = { 0 };
	struct cp_reject why;
	struct cp_mail_text m = { NULL, to, ours, text };
	enum cp_rc rc;

	ck_assert_msg(cp_document_parse(PERSON, strlen(PERSON), any, &doc,
	    &why, &err) == CP_OK, "%s: %s", why.path, why.cause);
	m.doc = doc;
	memset(&err, 0, sizeof(err));
	rc = cp_mail_check_text(&m, &err);
	cp_document_free(doc);
	ck_assert(rc == CP_OK || rc == CP_REFUSED);
	return rc == CP_OK;
}

START_TEST(its_own_address)
{
	ck_assert(allowed(0, NULL, "Chester O’Mock\nFlat 2\n7 Rose Road\n"
	    "Birkenhead\nZZ99 1AA\n\nDear Chester O’Mock,"));
	ck_assert(allowed(0, NULL, "7 ROSE ROAD, BIRKENHEAD ZZ991AA"));
	ck_assert(allowed(1, NULL, "12a St Johns Close QX41 2BB Cheshire"));
	ck_assert(allowed(0, NULL, "Yours 12 of 9 on 2026-11-21"));
	ck_assert(allowed(0, NULL, ""));
}
END_TEST

START_TEST(another_address)
{
	static const char *const bad[] = {
		"12a St John’s Close", "12A ST JOHNS CLOSE",
		"you lived in St. John's\nClose.", "(12a  St-Johns,close)",
		"in Cheshire", "QX41 2BB", "qx412bb", "postcode:QX41-2BB",
		"the QX41 area", "9 Rose Road", "number 9, rose road.",
		"ZZ99 3CC", "Address:9 Rose Road;", "Lodzka 5", "GDANSK",
		"gdańsk", "street of Łódzka 5"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!allowed(0, NULL, bad[i]), "%s", bad[i]);
	/* The new place in a letter to the old one: what went wrong in 2023. */
	ck_assert(!allowed(1, NULL, "We have noted that you live at 7 Rose "
	    "Road now."));
	ck_assert(!allowed(1, NULL, "Birkenhead"));
	ck_assert(!allowed(CP_MAIL_NOWHERE, NULL, "Rose Road"));
	ck_assert(!allowed(CP_MAIL_NOWHERE, NULL, "ZZ99"));
}
END_TEST

START_TEST(what_gives_nothing_away)
{
	/* The street and the town of its own address, the person's own name,
	 * and the letterhead. */
	ck_assert(allowed(0, NULL, "Rose Road, Birkenhead, ZZ99"));
	ck_assert(allowed(0, NULL, "Dear Chester,"));
	ck_assert(allowed(1, "Town Hall, Birkenhead, QX41 0XX",
	    "Town Hall, Birkenhead, QX41 0XX\nDear Chester"));
	ck_assert(!allowed(1, "Town Hall, Birkenhead", "7 Rose Road"));
	ck_assert(allowed(0, NULL, "Rosemary Roadside, Gdańska, QX412"));
}
END_TEST

START_TEST(telephones)
{
	static const char *const bad[] = { "0151 496 0123", "01514960123",
		"(0151) 496-0123", "+44 151 496 0123", "+441514960123",
		"ring 07700 900456 today", "7700900456", "0151\n496 0123" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!allowed(0, NULL, bad[i]), "%s", bad[i]);
	ck_assert(allowed(0, NULL, "0151 496 0124"));
	ck_assert(allowed(0, NULL, "0151 496, then 0123 more"));
}
END_TEST

START_TEST(says_which_never_what)
{
	ck_assert(!allowed(0, NULL, "St John's Close"));
	ck_assert(strstr(err.what, "addresses[1]") != NULL);
	ck_assert(strcasestr(err.what, "john") == NULL);
	ck_assert(strcasestr(err.hint, "john") == NULL);
	ck_assert(!allowed(0, NULL, "07700 900456"));
	ck_assert(strstr(err.what, "carers[1]") != NULL);
	ck_assert(strstr(err.what, "900456") == NULL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail");
	TCase *t = tcase_create("check");
	SRunner *r;
	int failed;

	tcase_add_test(t, its_own_address);
	tcase_add_test(t, another_address);
	tcase_add_test(t, what_gives_nothing_away);
	tcase_add_test(t, telephones);
	tcase_add_test(t, says_which_never_what);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
