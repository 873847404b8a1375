#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/hostkey.h"
#include "lifecycle/records/match_renew.h"
#include "lifecycle/records/tie.h"
#include "lifecycle/store/settings.h"

/* How archived persons are found again.  Run from the project's root. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_settings settings;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_matcher *matcher;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)

static struct cp_document *
person(const char *id, const char *names, const char *born, const char *more)
{
	char text[900];
	struct cp_reject why;
	struct cp_document *doc = NULL;

	(void)snprintf(text, sizeof(text), "{\"cpadmin\":\"record/1\","
	    "\"id\":\"%s\",\"authority\":\"E08000015\",\"names\":[{\"type\":"
	    "\"current\",%s}%s,\"gender\":\"female\",\"birth_date\":\"%s\"}",
	    id, names, more, born);
	ck_assert_msg(cp_document_parse(text, strlen(text), now.today, &doc,
	    &why, &err) == CP_OK, "%s: %s", why.path, why.cause);
	return doc;
}

/* Archives a person as the nightly run does to what is of interest here;
 * TIED 0: as it did before there were ties. */
static int64_t
archive_as(const char *id, const char *names, const char *born,
    const char *more, int tied)
{
	struct cp_document *doc = person(id, names, born, more);
	struct cp_keys keys = { 0 };
	struct cp_record r;
	int64_t n = 0;

	OK(cp_tie_keys(matcher, doc, &keys, &err));
	OK(cp_store_begin(store, &err));
	OK(cp_record_insert(store, &rules, doc, &now, &n, &err));
	OK(cp_record_at(store, n, &r, &err));
	OK(cp_record_strip(store, &r, now.today, rules.policy_n, &now, &err));
	if (tied)
		OK(cp_tie_put(store, n, &keys, &err));
	OK(cp_store_commit(store, &err));
	cp_keys_clear(&keys);
	cp_document_free(doc);
	return n;
}

static int64_t
archive(const char *id, const char *names, const char *born,
    const char *more)
{
	return archive_as(id, names, born, more, 1);
}

static void
make_store(void)
{
	struct cp_policy_report report;
	char path[80];

	strcpy(dir, "/tmp/cpadmin-tie.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, settings.store_id, &err));
	OK(cp_store_create(dir, &store, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
}

static void
setup(void)
{
	memset(&now, 0, sizeof(now));
	OK(cp_date_parse("2026-01-02", &now.today, &err));
	now.unix_time = 1767312000;
	memcpy(now.time, "2026-01-02T00:00:00Z", 21);
	memset(&settings, 0, sizeof(settings));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	make_store();
	OK(cp_audit_open(store, settings.store_id, "root", &now, &audit,
	    &err));
	rules.policy = policy;
	rules.today = now.today;
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	OK(cp_txn_commit(audit, &err));
	OK(cp_matcher_open(store, &matcher, &err));
}

static void
teardown(void)
{
	char command[80];

	cp_matcher_free(matcher);
	matcher = NULL;
	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static struct cp_tied
tied_to(const char *name, const char *born, const char *number,
    const char *id)
{
	struct cp_sought who = { .given = name, .number = number, .id = id };
	struct cp_tied found = { .n = 99 };

	if (born != NULL)
		OK(cp_date_parse(born, &who.born, &err));
	OK(cp_tie_find(store, matcher, &who, &found, &err));
	return found;
}

/* The only one who is found, or 0. */
static int64_t
by_name(const char *name, const char *born)
{
	struct cp_tied t = tied_to(name, born, NULL, NULL);

	ck_assert_uint_le(t.n, 1);
	return t.n == 1 ? t.record[0] : 0;
}

static int64_t
wanting(void)
{
	int64_t n = -1;

	OK(cp_tie_wanting(store, &n, &err));
	return n;
}

/* How many ties there are, by what the file of the database says. */
static int
rows(void)
{
	char command[200];
	int n = -1;
	FILE *f;

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db "
	    "'SELECT count(*) FROM tie'", dir);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%d", &n), 1);
	ck_assert_int_eq(pclose(f), 0);
	return n;
}

#define ZOE "\"given\":\"Zoë Anne\",\"family\":\"O’Brien-Smith\""

/* ---- tests --------------------------------------------------------------- */

START_TEST(a_name_is_found_however_it_is_written)
{
	int64_t n = archive("A1", ZOE, "2004-02-29", "]");

	ck_assert_int_eq(by_name("Zoë Anne O’Brien-Smith", "2004-02-29"), n);
	ck_assert_int_eq(by_name("ZOE OBRIEN SMITH", "2004-02-29"), n);
	ck_assert_int_eq(by_name("O'Brien-Smith, Zoe", "2004-02-29"), n);
	ck_assert_int_eq(by_name("anne o'briensmith", "2004-02-29"), n);
	ck_assert_int_eq(by_name("Zoe Brien", "2004-02-29"), 0);
	ck_assert_int_eq(by_name("Zoe Anne", "2004-02-29"), 0);
	ck_assert_int_eq(by_name("Zoe OBrien Smith", "2004-02-28"), 0);
	ck_assert_int_eq(by_name("Zoe OBrien Smith", NULL), 0);
}
END_TEST

START_TEST(given_and_family_may_be_told_apart)
{
	int64_t n = archive("A1", ZOE, "2004-02-29", "]");
	struct cp_sought who = { .given = "Zoe", .family = "OBrien-Smith" };
	struct cp_tied found;

	OK(cp_date_parse("2004-02-29", &who.born, &err));
	OK(cp_tie_find(store, matcher, &who, &found, &err));
	ck_assert_uint_eq(found.n, 1);
	ck_assert_int_eq(found.record[0], n);
}
END_TEST

START_TEST(a_single_name_is_a_name)
{
	int64_t one = archive("A1", "\"given\":\"Madonna\"", "2004-03-01",
	    "]");
	int64_t two = archive("A2", "\"family\":\"de la Cruz\"", "2004-03-01",
	    "]");

	ck_assert_int_eq(by_name("MADONNA", "2004-03-01"), one);
	ck_assert_int_eq(by_name("De La Cruz", "2004-03-01"), two);
	ck_assert_int_eq(by_name("Cruz", "2004-03-01"), 0);
}
END_TEST

/* A feed that cuts names at 35 letters leaves a prefix. */
START_TEST(a_long_family_name_may_be_cut)
{
	int64_t n = archive("A1", "\"given\":\"Ana\",\"family\":"
	    "\"Wolfeschlegelsteinhausenbergerdorffs\"", "2004-03-01", "]");

	ck_assert_int_eq(by_name("Ana Wolfeschlegelsteinhausenbergerd",
	    "2004-03-01"), n);
	ck_assert_int_eq(by_name("Ana Wolfeschlegelsteinha", "2004-03-01"),
	    n);
	ck_assert_int_eq(by_name("Ana Wolfeschlegel", "2004-03-01"), 0);
}
END_TEST

START_TEST(a_birth_date_may_be_known_in_part_or_exchanged)
{
	int64_t month = archive("A1", "\"given\":\"Bo\",\"family\":\"Ek\"",
	    "2004-03", "]");
	int64_t year = archive("A2", "\"given\":\"Ba\",\"family\":\"Ek\"",
	    "2004", "]");
	int64_t day = archive("A3", "\"given\":\"Bu\",\"family\":\"Ek\"",
	    "2004-05-07", "]");

	ck_assert_int_eq(by_name("Bo Ek", "2004-03-17"), month);
	ck_assert_int_eq(by_name("Bo Ek", "2004-04-17"), 0);
	ck_assert_int_eq(by_name("Ba Ek", "2004-03-17"), year);
	ck_assert_int_eq(by_name("Bu Ek", "2004-07-05"), day);
	ck_assert_int_eq(by_name("Bu Ek", "2004-07-07"), 0);
}
END_TEST

START_TEST(numbers_find_without_a_name)
{
	int64_t n = archive("A1", ZOE, "2004-02-29", "],\"numbers\":[{"
	    "\"type\":\"nhs\",\"value\":\"9434765919\"}]");
	struct cp_tied t = tied_to(NULL, NULL, "943 476 5919", NULL);

	ck_assert_uint_eq(t.n, 1);
	ck_assert_int_eq(t.record[0], n);
	ck_assert_uint_eq(tied_to(NULL, NULL, "9434765918", NULL).n, 0);
	ck_assert_uint_eq(tied_to(NULL, NULL, " - ", NULL).n, 0);
	/* Found by everything, and yet once. */
	t = tied_to("Zoe OBrien-Smith", "2004-02-29", "9434765919", "A1");
	ck_assert_uint_eq(t.n, 1);
}
END_TEST

START_TEST(former_names_are_not_among_them)
{
	int64_t n = archive("A1", ZOE, "2004-02-29",
	    ",{\"type\":\"former\",\"given\":\"Zoë\",\"family\":\"Ahmed\"}]");

	ck_assert_int_eq(by_name("Zoe Ahmed", "2004-02-29"), 0);
	ck_assert_int_eq(by_name("Zoe OBrien-Smith", "2004-02-29"), n);
}
END_TEST

START_TEST(a_number_also_finds_who_was_destroyed)
{
	int64_t n = archive("A1", ZOE, "2004-02-29", "]");
	struct cp_tied t;

	OK(cp_store_begin(store, &err));
	OK(cp_record_bury(store, n, &now, &err));
	OK(cp_tie_drop(store, n, &err));
	OK(cp_store_commit(store, &err));
	t = tied_to(NULL, NULL, NULL, "A1");
	ck_assert_uint_eq(t.n, 1);
	ck_assert_int_eq(t.record[0], n);
	ck_assert_int_eq(by_name("Zoe OBrien-Smith", "2004-02-29"), 0);
	ck_assert_uint_eq(tied_to(NULL, NULL, NULL, "A2").n, 0);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(who_is_live_is_found_elsewhere)
{
	struct cp_document *doc = person("L1", ZOE, "2014-02-28", "]");

	OK(cp_store_begin(store, &err));
	OK(cp_record_insert(store, &rules, doc, &now, NULL, &err));
	OK(cp_store_commit(store, &err));
	cp_document_free(doc);
	ck_assert_uint_eq(tied_to(NULL, NULL, NULL, "L1").n, 0);
}
END_TEST

START_TEST(many_are_cut)
{
	char id[16];
	struct cp_tied t;

	for (int i = 0; i < CP_TIES; i++) {
		(void)snprintf(id, sizeof(id), "A%d", i);
		(void)archive(id, ZOE, "2004-02-29", "]");
	}
	t = tied_to("Zoe OBrien Smith", "2004-02-29", NULL, NULL);
	ck_assert_uint_eq(t.n, CP_TIES);
	ck_assert_int_eq(t.more, 0);
	(void)archive("Z", ZOE, "2004-02-29", "]");
	t = tied_to("Zoe OBrien Smith", "2004-02-29", NULL, NULL);
	ck_assert_uint_eq(t.n, CP_TIES);
	ck_assert_int_eq(t.more, 1);
}
END_TEST

START_TEST(it_is_known_how_many_have_none)
{
	int64_t a = archive("A1", ZOE, "2004-02-29", "]");
	int64_t b = archive_as("A2", ZOE, "2004-02-29", "]", 0);

	ck_assert_int_eq(wanting(), 1);
	OK(cp_store_begin(store, &err));
	OK(cp_record_bury(store, b, &now, &err));
	OK(cp_tie_drop(store, b, &err));
	OK(cp_store_commit(store, &err));
	ck_assert_int_eq(wanting(), 0);
	OK(cp_store_begin(store, &err));
	OK(cp_record_bury(store, a, &now, &err));
	OK(cp_tie_drop(store, a, &err));
	OK(cp_tie_drop(store, a, &err)); /* again: nothing is counted */
	OK(cp_store_commit(store, &err));
	ck_assert_int_eq(wanting(), 0);
}
END_TEST

/* Keys of a store are of no use in another. */
START_TEST(another_match_key_leaves_none)
{
	struct cp_change c = { store, audit, &rules, &now };
	struct cp_match_renewed done;

	(void)archive("A1", ZOE, "2004-02-29", "]");
	(void)archive("A2", ZOE, "2004-02-29", "]");
	ck_assert_int_eq(rows(), 4);
	OK(cp_txn_begin(audit, &err));
	OK(cp_match_renew(&c, NULL, "lost", NULL, NULL, &done, &err));
	OK(cp_txn_commit(audit, &err));
	OK(cp_match_renew_end(store, &err));
	ck_assert_int_eq(rows(), 0);
	ck_assert_int_eq(wanting(), 2);
}
END_TEST

static void
ascending(struct cp_keys *k)
{
	uint64_t v;

	for (size_t i = 1; i < k->n; i++)
		for (size_t j = i; j > 0 && k->key[j] < k->key[j - 1]; j--) {
			v = k->key[j];
			k->key[j] = k->key[j - 1];
			k->key[j - 1] = v;
		}
}

/* What is read of a text without taking all of it apart is what it says. */
static void
same_of(const char *names, const char *born, const char *more)
{
	struct cp_document *doc = person("T1", names, born, more);
	struct cp_keys a = { 0 }, b = { 0 };
	struct cp_buf text;

	cp_buf_init(&text);
	cp_document_text(doc, &text);
	cp_buf_putc(&text, '\n');
	OK(cp_tie_keys(matcher, doc, &a, &err));
	OK(cp_tie_keys_text(matcher, cp_buf_text(&text), text.len, &b, &err));
	ascending(&a);
	ascending(&b);
	ck_assert_uint_eq(a.n, b.n);
	ck_assert_uint_gt(a.n, 0);
	ck_assert_int_eq(memcmp(a.key, b.key, a.n * sizeof(*a.key)), 0);
	cp_keys_clear(&a);
	cp_keys_clear(&b);
	cp_buf_clear(&text);
	cp_document_free(doc);
}

START_TEST(a_text_has_the_ties_of_its_document)
{
	static const char *const names[] = { ZOE, "\"given\":\"Bo\"",
		"\"family\":\"names\",\"from\":\"2010-01-01\"",
		"\"given\":\"}],\",\"family\":\"{[addresses\"",
		"\"given\":\"Al \\\"Ace\\\"\",\"family\":\"B\\\\C\"",
		"\"given\":\"type\",\"family\":\"current\"",
		"\"given\":\":\",\"family\":\"value:\"" };
	static const char *const more[] = { "]",
		",{\"type\":\"former\",\"given\":\"Ed\",\"family\":\"Yo\"}]",
		"],\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765919\"},"
		"{\"type\":\"upn\",\"value\":\"L823432120001\"}]",
		"],\"addresses\":[{\"type\":\"current\",\"lines\":[\"names\","
		"\"[{\"],\"postcode\":\"CH41 1AA\",\"from\":\"2019-08-01\","
		"\"source\":\"value\"}]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (size_t k = 0; k < sizeof(more) / sizeof(*more); k++) {
			same_of(names[i], "2004-02-29", more[k]);
			same_of(names[i], "2004", more[k]);
		}
}
END_TEST

/* A match key that was lost is not made anew where ties were made with it. */
START_TEST(a_lost_key_is_missed)
{
	char path[80];
	struct cp_matcher *other = NULL;

	(void)archive("A1", ZOE, "2004-02-29", "]");
	(void)snprintf(path, sizeof(path), "%s/keys/match.key", dir);
	ck_assert_int_eq(remove(path), 0);
	ck_assert_int_eq(cp_matcher_open(store, &other, &err), CP_KEY);
	ck_assert_ptr_null(other);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tie");
	TCase *t = tcase_create("tie");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_name_is_found_however_it_is_written);
	tcase_add_test(t, given_and_family_may_be_told_apart);
	tcase_add_test(t, a_single_name_is_a_name);
	tcase_add_test(t, a_long_family_name_may_be_cut);
	tcase_add_test(t, a_birth_date_may_be_known_in_part_or_exchanged);
	tcase_add_test(t, numbers_find_without_a_name);
	tcase_add_test(t, former_names_are_not_among_them);
	tcase_add_test(t, a_number_also_finds_who_was_destroyed);
	tcase_add_test(t, who_is_live_is_found_elsewhere);
	tcase_add_test(t, many_are_cut);
	tcase_add_test(t, it_is_known_how_many_have_none);
	tcase_add_test(t, another_match_key_leaves_none);
	tcase_add_test(t, a_text_has_the_ties_of_its_document);
	tcase_add_test(t, a_lost_key_is_missed);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
