#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent_marks.h"

/* What the entries of a record say of an involvement; no store. */
static const uint8_t salt[16] = { 1, 2, 3 };
static struct cp_err err;

static struct cp_involvement
involvement(const char *service, const char *provider,
    enum cp_sensitive basis, const char *evidence)
{
	struct cp_involvement v = { .service = service, .provider = provider,
		.sensitive = basis, .evidence = evidence };

	return v;
}

static int64_t
mark(const char *service, const char *provider)
{
	struct cp_involvement v = involvement(service, provider,
	    CP_SENSITIVE_NO, NULL);
	struct marks m = { .salt = salt };
	int64_t out = 0;

	ck_assert_int_eq(marks_of(&m, &v, &out, &err), CP_OK);
	return out;
}

START_TEST(a_mark_is_of_service_and_provider)
{
	ck_assert_int_eq(mark("mental-health", "CAMHS North"),
	    mark("Mental Health", "camhs  NORTH"));
	ck_assert_int_ne(mark("mental-health", "CAMHS North"),
	    mark("mental-health", "CAMHS South"));
	ck_assert_int_ne(mark("mental-health", NULL),
	    mark("mental-health", "North"));
	ck_assert_int_ne(mark("ab", "c"), mark("a", "bc"));
}
END_TEST

/* "number basis(c|h) state(+|-) service evidence": entries in force (+) or
 * ended (-); service "none": without a mark. */
static void
fill(struct marks *m, struct mark_row *rows, const char *text)
{
	static char evidence[4][16];
	char basis, state, service[16];
	int at, n;

	memset(m, 0, sizeof(*m));
	m->row = rows;
	m->salt = salt;
	while (sscanf(text, " %d %c %c %15s %15s%n", &n, &basis, &state,
	    service, evidence[m->n], &at) == 5) {
		struct mark_row *r = &rows[m->n];

		memset(r, 0, sizeof(*r));
		r->n = n;
		r->basis = basis == 'h' ? CP_SENSITIVE_HARM :
		    CP_SENSITIVE_CONSENT;
		r->ended = state == '-';
		r->has_mark = strcmp(service, "none") != 0;
		r->mark = mark(service, "P");
		r->evidence = strcmp(evidence[m->n], "?") == 0 ?
		    strcpy(evidence[m->n], "") : evidence[m->n];
		m->n++;
		text += at;
	}
}

#define NO CP_SENSITIVE_NO, NULL
#define C(e) CP_SENSITIVE_CONSENT, e
#define H(e) CP_SENSITIVE_HARM, e

static const struct {
	const char *what, *entries, *service;
	enum cp_sensitive basis;
	const char *evidence;
	int over;
	int entry, renewed, covered; /* by entry 1 */
} rows[] = {
	{ "nothing is known", "", "x", C("E1"), 0, 0, 0, 0 },
	{ "in force", "1 c + x E1", "x", C("E1"), 0, 1, 1, 1 },
	{ "not said by the feed", "1 c + x E1", "x", NO, 0, 1, 0, 0 },
	{ "no reference", "1 c + x E1", "x", C(NULL), 0, 1, 1, 1 },
	{ "an empty reference", "1 c + x E1", "x", C(""), 0, 1, 1, 1 },
	{ "a new reference", "1 c + x E1", "x", C("E2"), 0, 0, 1, 1 },
	{ "another basis", "1 c + x E1", "x", H("E1"), 0, 0, 0, 1 },
	{ "another service", "1 c + x E1", "y", C("E1"), 0, 1, 0, 1 },
	{ "withdrawn", "1 c - x E1", "x", C("E1"), 1, 0, 0, 0 },
	{ "withdrawn, not said", "1 c - x E1", "x", NO, 1, 0, 0, 0 },
	{ "withdrawn, no reference", "1 c - x E1", "x", C(NULL), 1, 0, 0, 0 },
	{ "withdrawn, now harm", "1 c - x E1", "x", H(NULL), 1, 0, 0, 0 },
	{ "withdrawn, new reference", "1 c - x E1", "x", C("E2"), 0, 0, 0, 0 },
	{ "withdrawn, harm with a reference", "1 c - x E1", "x", H("E1"), 0, 0,
	    0, 0 },
	{ "withdrawn, under another name", "1 c - x E1", "y", C("E1"), 1, 0, 0,
	    0 },
	{ "withdrawn, another service", "1 c - x E1", "y", NO, 0, 0, 0, 0 },
	{ "withdrawn without a reference", "1 c - x ?", "x", C("E2"), 0, 0, 0,
	    0 },
	{ "and with none again", "1 c - x ?", "x", C(NULL), 1, 0, 0, 0 },
	{ "withdrawn, then given again", "1 c - x E1  2 c + x E2", "x", NO, 0,
	    2, 0, 0 },
	{ "the old reference then", "1 c - x E1  2 c + x E2", "x", C("E1"), 0,
	    0, 2, 0 },
	{ "withdrawn before it was given", "1 c + x E1  2 c - x E2", "x", NO,
	    0, 1, 0, 0 },
	{ "said not to be sensitive", "1 c - none E1", "x", NO, 0, 0, 0, 0 },
	{ "and the feed says it is", "1 c - none E1", "x", C("E1"), 0, 0, 0,
	    0 },
};

START_TEST(what_entries_say)
{
	struct cp_involvement v = involvement(rows[_i].service, "P",
	    rows[_i].basis, rows[_i].evidence);
	struct mark_row room[4];
	int64_t at = mark(v.service, v.provider);
	struct marks m;

	fill(&m, room, rows[_i].entries);
	ck_assert_msg(marks_over(&m, &v, at) == rows[_i].over, "%s: over",
	    rows[_i].what);
	ck_assert_msg(marks_entry_of(&m, &v, at) == rows[_i].entry,
	    "%s: entry %lld", rows[_i].what,
	    (long long)marks_entry_of(&m, &v, at));
	ck_assert_msg((rows[_i].basis == CP_SENSITIVE_NO ? 0 :
	    marks_renewed(&m, &v, at)) == rows[_i].renewed, "%s: renews %lld",
	    rows[_i].what, (long long)marks_renewed(&m, &v, at));
	ck_assert_msg(marks_covers(&m, 1, &v, at) == rows[_i].covered,
	    "%s: covered", rows[_i].what);
}
END_TEST

/* No involvement is over while an entry in force is for it, and one that is
 * over is never said to have an entry. */
START_TEST(over_and_covered_exclude_each_other)
{
	static const char *const entries[] = { "1 c + x E1  2 c - x E1",
		"1 c - x E1  2 h + x E1", "1 c - x ?  2 c + x ?",
		"1 h - x E1  2 c - x E2  3 c + y E2", "1 c - none E1" };
	static const char *const evidence[] = { NULL, "", "E1", "E2", "E3" };
	struct mark_row room[4];
	struct marks m;
	int64_t at = mark("x", "P");
	int any;

	for (size_t i = 0; i < 5; i++)
		for (int basis = 0; basis < 3; basis++)
			for (size_t e = 0; e < 5; e++) {
				struct cp_involvement v = involvement("x",
				    "P", (enum cp_sensitive)basis,
				    evidence[e]);

				fill(&m, room, entries[i]);
				any = marks_entry_of(&m, &v, at) != 0;
				for (int64_t n = 1; n <= 3; n++)
					any |= marks_covers(&m, n, &v, at);
				ck_assert_msg(!(any && marks_over(&m, &v, at)),
				    "%s: %d %s", entries[i], basis,
				    evidence[e] != NULL ? evidence[e] : "-");
			}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sensitive");
	TCase *tc = tcase_create("marks");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, a_mark_is_of_service_and_provider);
	tcase_add_loop_test(tc, what_entries_say, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, over_and_covered_exclude_each_other);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
