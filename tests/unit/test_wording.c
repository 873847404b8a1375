#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/duties/wording.h"

/* libconfig 1.5: see test_policy.c. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

/* The English as it is, and a language that is made of it; run from the root
 * of the sources. */
static const char *const files[] = { "notice-parent", "notice-12",
	"notice-16", "notice-easy", "notice-parent-easy", "eighteen",
	"eighteen-easy", "archived", "archived-easy", "extended",
	"extended-easy", "withdrawal", "withdrawal-easy", "authority",
	"authority-easy", "shield-outcome", "access", "access-refusal",
	"access-none", "access-ask" };
enum { FILES = sizeof(files) / sizeof(files[0]) };

static char dir[] = "/tmp/cpadmin-wording.XXXXXX";
static struct cp_policy *policy;
static struct cp_wordings *w;
static struct cp_buf told;
static size_t n_told;
static struct cp_err err;

static void
must(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void
write_text(const char *where, const char *name, const char *text, size_t len)
{
	char path[256];

	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/notices/%s/%s.txt", dir, where,
	    name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
read_text(const char *where, const char *name, struct cp_buf *out)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/notices/%s/%s.txt", dir, where,
	    name);
	must(cp_file_read(path, 1 << 20, out, &err));
}

/* The English as a translation of itself. */
static void
translate(const char *name)
{
	uint8_t hash[CP_SHA256_LEN];
	struct cp_buf in, out;

	cp_buf_init(&in);
	cp_buf_init(&out);
	read_text("en", name, &in);
	cp_sha256(in.data, in.len, hash);
	cp_buf_puts(&out, "translates: ");
	for (int i = 0; i < 8; i++)
		cp_buf_printf(&out, "%02x", hash[i]);
	cp_buf_printf(&out, "\n%s", cp_buf_text(&in));
	write_text("xx", name, cp_buf_text(&out), out.len);
	cp_buf_clear(&in);
	cp_buf_clear(&out);
}

/* In a file, OLD, which must be there, becomes NEW. */
static void
edit(const char *where, const char *name, const char *old, const char *new)
{
	struct cp_buf in, out;
	const char *at;

	cp_buf_init(&in);
	cp_buf_init(&out);
	read_text(where, name, &in);
	at = strstr(cp_buf_text(&in), old);
	ck_assert_msg(at != NULL, "`%s' is not in %s", old, name);
	cp_buf_put(&out, in.data, (size_t)(at - cp_buf_text(&in)));
	cp_buf_puts(&out, new);
	cp_buf_puts(&out, at + strlen(old));
	write_text(where, name, cp_buf_text(&out), out.len);
	cp_buf_clear(&in);
	cp_buf_clear(&out);
}

static void
load_policy(const char *languages, const char *law)
{
	struct cp_policy_report report;
	struct cp_buf in, out;
	const char *at, *end;

	cp_buf_init(&in);
	cp_buf_init(&out);
	cp_policy_report_init(&report);
	must(cp_file_read("policies/uk-2026.cfg", 1 << 20, &in, &err));
	at = strstr(cp_buf_text(&in), "\"en\", \"ur\"");
	end = at != NULL ? strchr(at, ']') : NULL;
	ck_assert_ptr_nonnull(end);
	cp_buf_put(&out, in.data, (size_t)(at - cp_buf_text(&in)));
	cp_buf_puts(&out, languages);
	cp_buf_puts(&out, end);
	at = strstr(cp_buf_text(&out), "\"uk-gdpr\"");
	ck_assert_ptr_nonnull(at);
	cp_buf_reset(&in);
	cp_buf_put(&in, out.data, (size_t)(at - cp_buf_text(&out)));
	cp_buf_puts(&in, law);
	cp_buf_puts(&in, at + strlen("\"uk-gdpr\""));
	cp_policy_free(policy);
	policy = NULL;
	must(cp_policy_load_text("p.cfg", cp_buf_text(&in), in.len, &policy,
	    &report, &err));
	cp_policy_report_clear(&report);
	cp_buf_clear(&in);
	cp_buf_clear(&out);
}

static void
setup(void)
{
	char command[512];

	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-wording.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(command, sizeof(command), "mkdir -p %s/notices/xx && "
	    "cp -R policies/notices/en %s/notices/ && "
	    "cp policies/notices/en/words.txt "
	    "policies/notices/en/access-words.txt %s/notices/xx/", dir, dir,
	    dir);
	ck_assert_int_eq(system(command), 0);
	for (int i = 0; i < FILES; i++)
		translate(files[i]);
	cp_buf_init(&told);
	n_told = 0;
	policy = NULL;
	w = NULL;
	load_policy("\"en\", \"xx\"", "\"uk-gdpr\"");
}

static void
teardown(void)
{
	char command[64];

	cp_wordings_free(w);
	cp_policy_free(policy);
	cp_buf_clear(&told);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
tell(void *ctx, const struct cp_wording_problem *p, struct cp_err *e)
{
	(void)ctx;
	(void)e;
	n_told++;
	cp_buf_printf(&told, "%s:%u: %s\n", p->file, p->line, p->what);
	return CP_OK;
}

static enum cp_rc
load(void)
{
	cp_wordings_free(w);
	w = NULL;
	cp_buf_reset(&told);
	n_told = 0;
	return cp_wordings_load(dir, policy, tell, NULL, &w, &err);
}

/* One problem, and that is it. */
static void
expect_problem(const char *wanted)
{
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_null(w);
	ck_assert_msg(n_told == 1 &&
	    strncmp(cp_buf_text(&told), wanted, strlen(wanted)) == 0,
	    "wanted %s, got %s", wanted, cp_buf_text(&told));
	ck_assert_ptr_nonnull(strstr(err.hint, "cpadmin-wording(5)"));
}

/* ---- what is there -------------------------------------------------------- */

static const struct {
	enum cp_notice_kind kind;
	enum cp_band band;
	const char *name, *easy;
} letters[] = {
	{ CP_NOTICE_FIRST, CP_BAND_PARENT, "notice-parent",
	    "notice-parent-easy" },
	{ CP_NOTICE_FIRST, CP_BAND_12, "notice-12", "notice-easy" },
	{ CP_NOTICE_COMPREHENSION, CP_BAND_16, "notice-16", "notice-easy" },
	{ CP_NOTICE_VERSION, CP_BAND_16, "notice-16", "notice-easy" },
	{ CP_NOTICE_EIGHTEEN, CP_BAND_16, "eighteen", "eighteen-easy" },
	{ CP_NOTICE_ARCHIVED, CP_BAND_PARENT, "archived", "archived-easy" },
	{ CP_NOTICE_EXTENDED, CP_BAND_16, "extended", "extended-easy" },
	{ CP_NOTICE_WITHDRAWAL, CP_BAND_16, "withdrawal", "withdrawal-easy" },
	{ CP_NOTICE_AUTHORITY, CP_BAND_12, "authority", "authority-easy" },
	{ CP_NOTICE_SHIELD, CP_BAND_12, "shield-outcome", "shield-outcome" },
};

START_TEST(each_letter_has_its_wording)
{
	const struct cp_language *l;
	const struct cp_wording *of;
	int known;

	must(load());
	l = cp_wording_language(w, "xx", &known);
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		for (int f = 0; f < CP_FORMATS; f++) {
			of = cp_wording_of(w, l, letters[i].kind,
			    letters[i].band, (enum cp_format)f);
			ck_assert_str_eq(of->name, f == CP_FORMAT_EASY ?
			    letters[i].easy : letters[i].name);
			ck_assert_ptr_eq(of->language, l);
			ck_assert_str_eq(of->version, "1");
			ck_assert_ptr_nonnull(of->text);
		}
}
END_TEST

START_TEST(languages_are_found)
{
	static const struct { const char *code, *found; int known; } codes[] = {
		{ "en", "en", 1 }, { "xx", "xx", 1 }, { "XX-Latn-GB", "xx", 1 },
		{ "en-GB", "en", 1 }, { NULL, "en", 1 }, { "", "en", 1 },
		{ "cy", "en", 0 }, { "xxx", "en", 0 }, { "x", "en", 0 },
		{ "-", "en", 0 }, { "../xx", "en", 0 } };
	const struct cp_language *l;
	int known;

	must(load());
	ck_assert_uint_eq(cp_wording_languages(w), 2);
	ck_assert_str_eq(cp_wording_language_at(w, 0)->code, "en");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		l = cp_wording_language(w, codes[i].code, &known);
		ck_assert_str_eq(l->code, codes[i].found);
		ck_assert_int_eq(known, codes[i].known);
	}
	l = cp_wording_language(w, "en", &known);
	ck_assert_str_eq(l->english, "English");
	ck_assert_str_eq(l->comma, ", ");
	ck_assert_str_eq(l->and_word, "and");
	ck_assert_str_eq(l->face, "sans");
	ck_assert_int_eq(l->rtl, 0);
}
END_TEST

START_TEST(english_is_first_and_needed)
{
	load_policy("\"xx\", \"en\"", "\"uk-gdpr\"");
	must(load());
	ck_assert_str_eq(cp_wording_language_at(w, 0)->code, "en");
	load_policy("\"en\"", "\"uk-gdpr\"");
	must(load());
	ck_assert_uint_eq(cp_wording_languages(w), 1);
}
END_TEST

START_TEST(formats_have_words)
{
	enum cp_format f;

	for (int i = 0; i < CP_FORMATS; i++) {
		ck_assert_int_eq(cp_format_parse(
		    cp_format_word((enum cp_format)i), &f), 1);
		ck_assert_int_eq((int)f, i);
	}
	ck_assert_int_eq(cp_format_parse("braille", &f), 0);
}
END_TEST

START_TEST(dates_in_words)
{
	const struct cp_language *l;
	struct cp_buf b;
	int known;

	edit("xx", "words", "date: {{day}} {{month}} {{year}}",
	    "date: {{year}}, {{month}} the {{day}}.");
	edit("xx", "words", "February", "f\xC3\xA9vrier");
	must(load());
	cp_buf_init(&b);
	l = cp_wording_language(w, "en", &known);
	cp_wording_date(l, cp_date_make(2028, 2, 29), &b);
	ck_assert_str_eq(cp_buf_text(&b), "29 February 2028");
	l = cp_wording_language(w, "xx", &known);
	cp_buf_reset(&b);
	cp_wording_date(l, cp_date_make(2028, 2, 9), &b);
	cp_wording_date(l, (struct cp_date){ 0 }, &b);
	ck_assert_str_eq(cp_buf_text(&b), "2028, f\xC3\xA9vrier the 9.");
	cp_buf_clear(&b);
}
END_TEST

/* ---- what is wrong ---------------------------------------------------------- */

START_TEST(the_law_decides_what_is_missing)
{
	/* Under the law of 1998 nobody asks for a word about computers. */
	edit("en", "notice-12", "@items automated\n", "");
	translate("notice-12");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_uint_eq(n_told, 2);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "notices/en/notice-12.txt:0: a letter with uk_gdpr, version does "
	    "not say automated"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "notices/xx/notice-12.txt:0: "));
	ck_assert_ptr_nonnull(strstr(err.what, "(and 1 more)"));
}
END_TEST

START_TEST(it_is_said_in_every_letter)
{
	edit("en", "notice-16", "@items who\n{{authority}} holds it. We are",
	    "{{authority}}\n\n{{^version}}\n@items who\n{{authority}} holds it."
	    "\n{{/version}}\n\nWe are");
	translate("notice-16");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "with uk_gdpr, version does not say who"));
}
END_TEST

START_TEST(each_letter_has_what_it_must)
{
	edit("en", "archived", "or write to {{post}}",
	    "or write\n{{#to_child}}\nto {{post}}\n{{/to_child}}\n");
	translate("archived");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told), "en/archived.txt:0: "
	    "a letter with several, uk_gdpr is without {{post}}"));
}
END_TEST

/* A child is never told of several. */
START_TEST(letters_that_cannot_be_are_not_asked_for)
{
	edit("en", "archived", "or write to {{post}}", "or write\n"
	    "{{^several}}\nto {{post}}\n{{/several}}\n{{#several}}\n"
	    "{{^to_child}}\nto {{post}}\n{{/to_child}}\n{{/several}}\n");
	translate("archived");
	must(load());
}
END_TEST

START_TEST(a_paragraph_that_is_forgotten)
{
	edit("xx", "notice-parent", "There are no case notes in it",
	    "- There are no case notes in it");
	expect_problem("notices/xx/notice-parent.txt:");
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told), "this is an item (-); "
	    "the English has a paragraph (line "));
}
END_TEST

static const struct { const char *old, *new, *told; } bad[] = {
	{ "direction: ltr", "direction: up",
	    "3: direction: ltr or rtl" },
	{ "face: sans", "face: comic", "4: face: sans or nastaliq" },
	{ "{{pages}}", "{{page}}", "5: page: {{page}} and" },
	{ "{{day}} ", "", "7: date: {{day}}, {{month}}" },
	{ "{{day}} ", "{{day}} {{name}} ", "7: date: {{day}}" },
	{ "month-3: ", "month-33: ", "10: month-33: there is no" },
	{ "month-3: ", "month-2: ", "10: month-2: it is there twice" },
	{ "month-3: ", "month-3:", "10: each line is" },
	{ "month-3: ", "month-3:  ", "10: each line is" },
	{ "month-3: March", "month-3: {March}", "10: month-3: no brac" },
	{ "and: and\n", "", "0: and: it is not there" },
	{ "and: and\n", "and: \n", "20: each line is" },
	{ "and: and", "and: a\xE2\x80\xAE", "20: bidi control" },
	{ "and: and", "and: a\xFF", "20: invalid UTF-8" },
	{ "comma: ,", "comma: aaaaaaaaaaaaaaa", "21: comma: the sign" },
};

START_TEST(words_that_are_wrong)
{
	char wanted[128];

	edit("xx", "words", bad[_i].old, bad[_i].new);
	(void)snprintf(wanted, sizeof(wanted), "notices/xx/words.txt:%s",
	    bad[_i].told);
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_msg(strncmp(cp_buf_text(&told), wanted, strlen(wanted)) == 0,
	    "wanted %s, got %s", wanted, cp_buf_text(&told));
}
END_TEST

START_TEST(files_that_are_none)
{
	char path[256], other[256];

	(void)snprintf(path, sizeof(path), "%s/notices/xx/archived.txt", dir);
	ck_assert_int_eq(unlink(path), 0);
	expect_problem("notices/xx/archived.txt:0: it is missing\n");
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	expect_problem("notices/xx/archived.txt:0: it is not a plain file\n");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	expect_problem("notices/xx/archived.txt:0: it is not a plain file\n");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	expect_problem("notices/xx/archived.txt:0: it is not a plain file\n");
	ck_assert_int_eq(unlink(path), 0);
	write_text("xx", "archived", "", 0);
	expect_problem("notices/xx/archived.txt:0: a wording has 1 to");
	ck_assert_int_eq(truncate(path, 10 << 20), 0);
	expect_problem("notices/xx/archived.txt:0: it is larger than");
	(void)snprintf(other, sizeof(other), "%s/notices/xx/archievd.txt",
	    dir);
	ck_assert_int_eq(rename(path, other), 0);
	translate("archived");
	expect_problem("notices/xx:0: there is no letter of the name archievd");
	ck_assert_int_eq(unlink(other), 0);
	must(load());
}
END_TEST

START_TEST(folders_that_are_none)
{
	char path[256];

	load_policy("\"en\", \"yy\"", "\"uk-gdpr\"");
	expect_problem("notices/yy:0: there is no such folder");
	(void)snprintf(path, sizeof(path), "%s/notices/yy", dir);
	write_text("en", "../yy", "x", 1);
	expect_problem("notices/yy:0: there is no such folder");
	(void)snprintf(path, sizeof(path), "%s/none", dir);
	ck_assert_int_eq(cp_wordings_load(path, policy, NULL, NULL, &w, &err),
	    CP_NOT_FOUND);
}
END_TEST

START_TEST(where_translations_are_declared)
{
	edit("xx", "extended", "translates: ", "checked-by: ");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "extended.txt:1: a draft was checked by nobody"));
	translate("extended");
	edit("en", "extended", "title: ", "translates: 0123456789abcdef\n"
	    "title: ");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "en/extended.txt:1: the English is no translation"));
}
END_TEST

/* ---- translations ------------------------------------------------------------ */

static char states[FILES + 1];
static size_t n_states;

static enum cp_rc
note_state(void *ctx, const struct cp_translation *t, struct cp_err *e)
{
	(void)ctx;
	(void)e;
	ck_assert_str_eq(t->language, "xx");
	ck_assert_str_eq(t->name, files[n_states]);
	ck_assert_str_eq(t->of_version, "1");
	ck_assert_uint_eq(strlen(t->original), 16);
	states[n_states++] = "clmw"[t->state];
	if (t->state == CP_TRANSLATION_CURRENT)
		ck_assert_str_eq(t->status, n_states == 3 ? "checked" :
		    "draft");
	if (n_states == 3)
		ck_assert_str_eq(t->checked_by, "Ms X");
	return CP_OK;
}

START_TEST(how_translations_stand)
{
	char path[256];

	edit("xx", "notice-16", "status: draft", "status: checked\n"
	    "checked-by: Ms X");
	edit("en", "notice-12", "We now have", "There is");
	(void)snprintf(path, sizeof(path), "%s/notices/xx/notice-easy.txt",
	    dir);
	ck_assert_int_eq(unlink(path), 0);
	edit("xx", "eighteen", "## ", "### ");
	edit("xx", "archived", "## ", "- ");
	n_told = 0;
	must(cp_wordings_survey(dir, policy, tell, NULL, &w, &err));
	ck_assert_msg(n_told == 3, "%s", cp_buf_text(&told));
	n_states = 0;
	must(cp_wording_translations(w, note_state, NULL, &err));
	ck_assert_str_eq(states, "clcmc" "wcwcccccccc" "cccc");
	ck_assert_uint_eq(n_states, FILES);
	/* Of the English nothing may be wrong. */
	cp_wordings_free(w);
	w = NULL;
	edit("en", "eighteen", "## ", "### ");
	ck_assert_int_eq(cp_wordings_survey(dir, policy, tell, NULL, &w, &err),
	    CP_BAD_INPUT);
}
END_TEST

START_TEST(what_lags_is_good_enough_to_print)
{
	edit("en", "notice-12", "We now have a record about you.",
	    "There is a record about you.\n\nIt is new.");
	must(load());
	ck_assert_uint_eq(n_told, 0);
}
END_TEST

/* ---- letters about requests ------------------------------------------------- */

static const char *const access_names[] = { "access", "access-refusal",
	"access-none", "access-ask", "access-words" };

static void
drop(const char *where, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/notices/%s/%s.txt", dir, where,
	    name);
	ck_assert_int_eq(unlink(path), 0);
}

/* Which language answers who is written to in xx. */
static void
expect_access(const char *code, int known)
{
	const struct cp_language *l;
	const struct cp_wording *of;
	int is = -1;

	l = cp_wording_access_language(w, "xx", &is);
	ck_assert_str_eq(l->code, code);
	ck_assert_int_eq(is, known);
	for (int i = 0; i < CP_ACCESS_LETTERS; i++) {
		of = cp_wording_access(w, l, (enum cp_access_letter)i);
		ck_assert_str_eq(of->name, access_names[i]);
		ck_assert_str_eq(of->language->code, code);
		ck_assert_ptr_nonnull(of->text);
	}
}

START_TEST(access_has_its_wordings)
{
	int known;

	must(load());
	expect_access("xx", 1);
	ck_assert_str_eq(cp_wording_access_language(w, "cy", &known)->code,
	    "en");
	ck_assert_int_eq(known, 0);
	ck_assert_str_eq(cp_wording_access_language(w, NULL, &known)->code,
	    "en");
	ck_assert_int_eq(known, 1);
}
END_TEST

/* All of it, or English; nothing else waits for it. */
START_TEST(access_is_translated_later)
{
	drop("xx", access_names[_i]);
	if (_i == 4) {
		expect_problem("notices/xx/access-words.txt:0: it is missing");
		for (int i = 0; i < 4; i++)
			drop("xx", access_names[i]);
	}
	must(load());
	ck_assert_uint_eq(n_told, 0);
	expect_access("en", 0);
	ck_assert_str_eq(cp_wording_of(w, cp_wording_language(w, "xx",
	    &(int){ 0 }), CP_NOTICE_FIRST, CP_BAND_12,
	    CP_FORMAT_STANDARD)->language->code, "xx");
}
END_TEST

START_TEST(access_in_english_is_needed)
{
	char wanted[64];

	drop("en", access_names[_i]);
	(void)snprintf(wanted, sizeof(wanted), "notices/en/%s.txt:0: it is "
	    "missing", access_names[_i]);
	expect_problem(wanted);
}
END_TEST

/* A request is answered under the law of its day. */
START_TEST(access_is_worded_for_both_laws)
{
	static const char *const laws[] = { "\"uk-gdpr\"",
		"\"dpa-1998\"" };

	edit("en", "access-none", "{{#uk_gdpr}}\nIt costs",
	    "{{^uk_gdpr}}\nThe law of 1998, {{dpo}}.\n{{/uk_gdpr}}\n"
	    "{{#uk_gdpr}}\nIt costs");
	translate("access-none");
	must(load());
	edit("en", "access-none", "{{^uk_gdpr}}\nThe law",
	    "Dear {{requester}} of {{authority}}, {{received}}: {{post}}\n\n"
	    "{{^uk_gdpr}}\nThe law");
	edit("en", "access-none", "Dear {{requester}},",
	    "{{#uk_gdpr}}\nDear {{requester}},\n{{/uk_gdpr}}");
	translate("access-none");
	must(load());
	edit("en", "access-none", "Dear {{requester}} of", "Dear");
	translate("access-none");
	for (int i = 0; i < 2; i++) {
		load_policy("\"en\"", laws[i]);
		ck_assert_int_eq(load(), CP_BAD_INPUT);
		ck_assert_msg(strstr(cp_buf_text(&told), "access-none.txt:0: a "
		    "letter with representative is without {{requester}}") !=
		    NULL, "%s", cp_buf_text(&told));
	}
}
END_TEST

static const struct { const char *name, *old, *new, *told; } unsaid[] = {
	{ "access-ask", "{{#reasoned}}\nThis is the reason: {{reason}}\n"
	    "{{/reasoned}}", "This is the reason: {{reason}}",
	    "has no {{reason}}" },
	{ "access-ask", "Thank you for", "By {{due}}, thank you for",
	    "has no {{due}}" },
	{ "access-ask", "Thank you for", "For {{fee}}, thank you for",
	    "has no {{fee}}" },
	{ "access-refusal", "this case: {{reason}}\n{{/reasoned}}",
	    "this case.\n{{/reasoned}}\nIt is {{reason}}.",
	    "has no {{reason}}" },
};

/* What only some letters have is said in these only. */
START_TEST(access_says_what_there_is)
{
	edit("en", unsaid[_i].name, unsaid[_i].old, unsaid[_i].new);
	load_policy("\"en\"", "\"uk-gdpr\"");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_uint_eq(n_told, 1);
	ck_assert_msg(strstr(cp_buf_text(&told), unsaid[_i].told) != NULL,
	    "%s", cp_buf_text(&told));
}
END_TEST

/* Before there is an answer nobody is named but who asked. */
START_TEST(access_names_nobody)
{
	edit("en", access_names[1 + _i], "us, {{authority}},", "{{name}}");
	edit("en", access_names[1 + _i], "values: ", "values: name ");
	load_policy("\"en\"", "\"uk-gdpr\"");
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&told),
	    "name is not for this letter"));
}
END_TEST

static const struct { const char *old, *new, *told; } bad_access[] = {
	{ "gender: Gender\n", "", "0: gender: it is not there" },
	{ "gender: Gender", "gendre: Gender", "gendre: there is no such" },
	{ "word-nhs: ", "word-upn: ", "word-upn: it is there twice" },
	{ "say-pair: {{label}}: {{value}}", "say-pair: {{label}}",
	    "say-pair: {{label}} {{value}}" },
	{ "{{label}}: {{value}}", "{{value}} {{value}}{{label}}",
	    "say-pair: {{label}} {{value}}" },
	{ "gender: Gender", "gender: {{name}}", "gender: no braces here" },
	{ "gender: Gender", "gender: ", "each line is" },
	{ "gender: Gender", "gender", "each line is" },
	{ "gender: Gender", "gender: \xFF", "invalid UTF-8" },
	{ "gender: Gender", "gender: a\tb", "control character" },
};

START_TEST(access_words_that_are_wrong)
{
	edit("xx", "access-words", bad_access[_i].old, bad_access[_i].new);
	ck_assert_int_eq(load(), CP_BAD_INPUT);
	ck_assert_msg(strstr(cp_buf_text(&told), bad_access[_i].told) != NULL,
	    "wanted %s, got %s", bad_access[_i].told, cp_buf_text(&told));
	ck_assert_int_eq(strncmp(cp_buf_text(&told),
	    "notices/xx/access-words.txt:", 28), 0);
	/* Of a list of translations it stops nothing. */
	must(cp_wordings_survey(dir, policy, NULL, NULL, &w, &err));
	expect_access("en", 0);
}
END_TEST

/* ---- versions --------------------------------------------------------------- */

START_TEST(what_was_used_is_kept)
{
	struct cp_now now = { .today = cp_date_make(2026, 11, 21),
		.time = "2026-11-21T12:00:00Z" };
	const struct cp_wording *of;
	struct cp_store *s = NULL;
	struct cp_buf text, file;
	uint8_t first[32];
	char path[256];
	int known, found;

	cp_buf_init(&text);
	cp_buf_init(&file);
	(void)snprintf(path, sizeof(path), "%s/store", dir);
	must(cp_dir_make(path, 0700, &err));
	must(cp_store_create(path, &s, &err));
	must(load());
	of = cp_wording_of(w, cp_wording_language(w, "xx", &known),
	    CP_NOTICE_FIRST, CP_BAND_12, CP_FORMAT_PLAIN);
	memcpy(first, of->sha256, 32);
	must(cp_wording_kept(s, first, &text, &found, &err));
	ck_assert_int_eq(found, 0);
	for (int i = 0; i < 2; i++) {
		must(cp_store_begin(s, &err));
		must(cp_wording_keep(s, of, &now, &err));
		must(cp_store_commit(s, &err));
	}
	/* As it stood, when it has become another. */
	read_text("xx", "notice-12", &file);
	edit("xx", "notice-12", "version: 1", "version: 2");
	must(load());
	of = cp_wording_of(w, cp_wording_language(w, "xx", &known),
	    CP_NOTICE_FIRST, CP_BAND_12, CP_FORMAT_PLAIN);
	ck_assert_str_eq(of->version, "2");
	ck_assert_int_ne(memcmp(of->sha256, first, 32), 0);
	must(cp_wording_keep(s, of, &now, &err));
	must(cp_wording_kept(s, first, &text, &found, &err));
	ck_assert_int_eq(found, 1);
	ck_assert_str_eq(cp_buf_text(&text), cp_buf_text(&file));
	cp_store_free(s);
	cp_buf_clear(&text);
	cp_buf_clear(&file);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wording");
	TCase *tc = tcase_create("wordings");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_letter_has_its_wording);
	tcase_add_test(tc, languages_are_found);
	tcase_add_test(tc, english_is_first_and_needed);
	tcase_add_test(tc, formats_have_words);
	tcase_add_test(tc, dates_in_words);
	tcase_add_test(tc, the_law_decides_what_is_missing);
	tcase_add_test(tc, it_is_said_in_every_letter);
	tcase_add_test(tc, each_letter_has_what_it_must);
	tcase_add_test(tc, letters_that_cannot_be_are_not_asked_for);
	tcase_add_test(tc, a_paragraph_that_is_forgotten);
	tcase_add_loop_test(tc, words_that_are_wrong, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tc, files_that_are_none);
	tcase_add_test(tc, folders_that_are_none);
	tcase_add_test(tc, where_translations_are_declared);
	tcase_add_test(tc, how_translations_stand);
	tcase_add_test(tc, what_lags_is_good_enough_to_print);
	tcase_add_test(tc, access_has_its_wordings);
	tcase_add_loop_test(tc, access_is_translated_later, 0, 5);
	tcase_add_loop_test(tc, access_in_english_is_needed, 0, 5);
	tcase_add_test(tc, access_is_worded_for_both_laws);
	tcase_add_loop_test(tc, access_says_what_there_is, 0,
	    (int)(sizeof(unsaid) / sizeof(unsaid[0])));
	tcase_add_loop_test(tc, access_names_nobody, 0, 3);
	tcase_add_loop_test(tc, access_words_that_are_wrong, 0,
	    (int)(sizeof(bad_access) / sizeof(bad_access[0])));
	tcase_add_test(tc, what_was_used_is_kept);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
