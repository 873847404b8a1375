#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/text.h"

static const char *
refuse(const char *text)
{
	return cp_text_refuse(text, strlen(text));
}

START_TEST(names_of_every_script_are_kept)
{
	static const char *const good[] = { "", "a", "Zoë Anne", "O’Brien",
		"O'Brien", "Łukasz", "Ștefan", "李小龍", "عائشة", "ਗੁਰਪ੍ਰੀਤ",
		"Ольга", "ශ්‍රී", "می‌خواهم", "Nguyễn Thị", "𠮷野" };

	ck_assert_ptr_null(refuse(good[_i]));
}
END_TEST

struct refusal {
	const char *text;
	const char *cause;
};

static const struct refusal refusals[] = {
	{ "a\tb", "control character" },
	{ "a\nb", "control character" },
	{ "\x1b[31m", "control character" },
	{ "a\x7f", "control character" },
	{ "a\xC2\x85", "control character" },
	{ "\xE2\x80\xA8", "control character" },
	{ "\xE2\x80\xAE" "evil", "bidi control" },
	{ "x\xE2\x81\xA6y", "bidi control" },
	{ "x\xE2\x81\xA9", "bidi control" },
	{ "\xE2\x80\x8Fx", "bidi control" },
	{ "\xD8\x9Cx", "bidi control" },
	{ "a\xE2\x80\x8B" "b", "invisible character" },
	{ "\xEF\xBB\xBF" "a", "invisible character" },
	{ "a\xC2\xAD" "b", "invisible character" },
	{ "\xE2\x80\x8D" "a", "invisible character" },
	{ "a\xE2\x80\x8C", "invisible character" },
	{ "\xF3\xA0\x81\x81", "invisible character" },
	{ "\xEF\xBF\xBE", "not a character" },
	{ "\xEF\xB7\x90", "not a character" },
	{ "\xF0\x9F\xBF\xBF", "not a character" },
	{ "\xC3\x28", "invalid UTF-8" },
	{ "\xC0\xAF", "invalid UTF-8" },
	{ "\xE0\x80\xAF", "invalid UTF-8" },
	{ "\xED\xA0\x80", "invalid UTF-8" },
	{ "\xF4\x90\x80\x80", "invalid UTF-8" },
	{ "a\xC3", "invalid UTF-8" },
	{ "\x80", "invalid UTF-8" },
};

START_TEST(hostile_text_is_refused)
{
	const char *cause = refuse(refusals[_i].text);

	ck_assert_ptr_nonnull(cause);
	ck_assert_str_eq(cause, refusals[_i].cause);
}
END_TEST

START_TEST(nul_is_a_control)
{
	ck_assert_str_eq(cp_text_refuse("a\0b", 3), "control character");
}
END_TEST

struct pair {
	const char *in;
	const char *out;
};

static const struct pair nfcs[] = {
	{ "", "" },
	{ "Smith", "Smith" },
	{ "Zoe\xCC\x88", "Zoë" },
	{ "Zoë", "Zoë" },
	{ "S\xCC\xA7", "Ş" },
	{ "\xE1\x84\x80\xE1\x85\xA1", "가" },
	{ "\xE2\x84\xAB", "Å" },
};

START_TEST(nfc)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_text_nfc(nfcs[_i].in, strlen(nfcs[_i].in), &b);
	ck_assert_str_eq(cp_buf_text(&b), nfcs[_i].out);
	cp_buf_clear(&b);
}
END_TEST

/* domain.md section 10 and what belongs to it. */
static const struct pair folds[] = {
	{ "O'Brien", "obrien" }, { "O’Brien", "obrien" },
	{ "OBrien", "obrien" }, { "obrien", "obrien" },
	{ "Oʼbrien", "obrien" }, { "O`Brien", "obrien" },
	{ "O´Brien", "obrien" }, { "Ó Briain", "obriain" },
	{ "O Brien", "obrien" }, { "O‘BRIEN", "obrien" },
	{ "Smith-Jones", "smithjones" }, { "Smith‐Jones", "smithjones" },
	{ "St. John", "stjohn" }, { "Łukasz", "lukasz" },
	{ "ŁUKASZ", "lukasz" }, { "Søren", "soren" }, { "Æthel", "aethel" },
	{ "Œuvre", "oeuvre" }, { "Weiß", "weiss" }, { "WEISS", "weiss" },
	{ "Þór", "thor" }, { "Guðrún", "gudrun" }, { "Đorđe", "dorde" },
	{ "Işık", "isik" }, { "İpek", "ipek" }, { "Ħal", "hal" },
	{ "Ștefan", "stefan" }, { "Ştefan", "stefan" },
	{ "Zoë", "zoe" }, { "Zoe\xCC\x88", "zoe" }, { "Nguyễn", "nguyen" },
	{ "ﬁona", "fiona" }, { "Ｓｍｉｔｈ", "smith" },
	{ "Иванов", "иванов" }, { "ИВАНОВ", "иванов" },
	{ "Семён", "семен" }, { "Σοφίας", "σοφιασ" },
	{ "李小龍", "李小龍" }, { "김민준", "김민준" },
	{ "أحمد", "احمد" }, { "مُحَمَّد", "محمد" }, { "علی", "علي" },
	{ "ਗੁਰਪ੍ਰੀਤ", "ਗੁਰਪ੍ਰੀਤ" }, { "தமிழ்", "தமிழ்" },
	{ "ガ", "ガ" }, { "Ngũgĩ wa", "ngugiwa" }, { "'-.", "" },
	{ "", "" }, { "Li2", "li2" }, { "ש\xD6\xBCלום", "שלום" },
};

START_TEST(fold)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_text_fold(folds[_i].in, &b);
	ck_assert_str_eq(cp_buf_text(&b), folds[_i].out);
	cp_buf_clear(&b);
}
END_TEST

START_TEST(fold_appends_and_is_idempotent)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_buf_puts(&b, "x:");
	cp_text_fold(folds[_i].in, &b);
	cp_buf_puts(&b, ":");
	cp_text_fold(folds[_i].out, &b);
	ck_assert_uint_eq(b.len, 3 + 2 * strlen(folds[_i].out));
	ck_assert_int_eq(memcmp(b.data, "x:", 2), 0);
	ck_assert_str_eq(cp_buf_text(&b) + 3 + strlen(folds[_i].out),
	    folds[_i].out);
	cp_buf_clear(&b);
}
END_TEST

static const struct pair words[] = {
	{ "  John  Smith ", "john smith" }, { "Smith, John", "smith john" },
	{ "Anne-Marie O’Neill", "anne marie oneill" },
	{ "Zoë–Élise", "zoe elise" }, { "李 小龍", "李 小龍" },
	{ "van der Berg", "van der berg" }, { "- -", "" },
	{ "St.John", "st john" }, { "Ana\xC2\xA0Ruiz", "ana ruiz" },
};

START_TEST(fold_words)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_text_fold_words(words[_i].in, &b);
	ck_assert_str_eq(cp_buf_text(&b), words[_i].out);
	cp_buf_clear(&b);
}
END_TEST

START_TEST(lengths_and_prefixes)
{
	ck_assert_uint_eq(cp_text_length(""), 0);
	ck_assert_uint_eq(cp_text_length("Zoë"), 3);
	ck_assert_uint_eq(cp_text_prefix("Zoë!", 3), 4);
	ck_assert_uint_eq(cp_text_prefix("Zoë!", 2), 2);
	ck_assert_uint_eq(cp_text_prefix("Zoë!", 99), 5);
	ck_assert_uint_eq(cp_text_prefix("Zoë!", 0), 0);
}
END_TEST

static void
sound(const char *word, char out[CP_PHONETIC_MAX])
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_text_fold(word, &b);
	cp_text_phonetic(cp_buf_text(&b), b.len, out);
	cp_buf_clear(&b);
}

static const struct pair alike[] = {
	{ "Catherine", "Katherine" }, { "Catherine", "Kathryn" },
	{ "Smith", "Smyth" }, { "Smith", "Smythe" },
	{ "Mohammed", "Muhammad" }, { "Mohammed", "Mohamed" },
	{ "Mohammed", "Mohammad" }, { "Stephen", "Steven" },
	{ "Philips", "Phillips" }, { "Ahmed", "Ahmad" },
	{ "Geoffrey", "Jeffrey" }, { "Thomas", "Tomas" },
	{ "Theresa", "Teresa" }, { "Anthony", "Antony" },
	{ "Sarah", "Sara" }, { "Elizabeth", "Elisabeth" },
	{ "Jon", "John" }, { "MacDonald", "McDonald" },
	{ "Wright", "Right" }, { "Alexander", "Aleksander" },
	{ "Hannah", "Hana" }, { "Aisha", "Ayesha" },
	{ "Schmidt", "Schmitt" }, { "Michael", "Micheal" },
	{ "Knight", "Night" }, { "Deborah", "Debora" },
	{ "Usman", "Osman" }, { "Kasprzak", "Casprzak" },
	{ "Bridget", "Brigit" }, { "Leigh", "Lee" },
};

START_TEST(sounds_alike)
{
	char a[CP_PHONETIC_MAX];
	char b[CP_PHONETIC_MAX];

	sound(alike[_i].in, a);
	sound(alike[_i].out, b);
	ck_assert_str_eq(a, b);
}
END_TEST

static const struct pair unlike[] = {
	{ "Smith", "Jones" }, { "Catherine", "Caroline" },
	{ "Brown", "Green" }, { "John", "Sean" }, { "Khan", "Ali" },
	{ "Peter", "Paul" }, { "Sharma", "Sarma" }, { "Davies", "Evans" },
	{ "Zara", "Sara" }, { "Иван", "Анна" },
};

START_TEST(sounds_unlike)
{
	char a[CP_PHONETIC_MAX];
	char b[CP_PHONETIC_MAX];

	sound(unlike[_i].in, a);
	sound(unlike[_i].out, b);
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(sounds_are_never_empty_nor_too_long)
{
	static const char *const some[] = { "a", "h", "w", "gh", "kn", "ps",
		"y", "eau", "wr", "aeiouy", "hw", "x", "q", "ww", "gn" };
	char longest[400];
	char out[CP_PHONETIC_MAX];

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		cp_text_phonetic(some[i], strlen(some[i]), out);
		ck_assert_str_ne(out, "");
	}
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 2 ? 'b' : 'k';
	cp_text_phonetic(longest, sizeof(longest), out);
	ck_assert_uint_lt(strlen(out), CP_PHONETIC_MAX);
	for (size_t i = 0; i + 1 < sizeof(longest); i += 2)
		memcpy(longest + i, "ж", 2);
	cp_text_phonetic(longest, sizeof(longest), out);
	ck_assert_uint_lt(strlen(out), CP_PHONETIC_MAX);
	ck_assert_ptr_null(refuse(out));
	cp_text_phonetic("", 0, out);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(similarity_known_values)
{
	/* Winkler's own examples, to three places. */
	ck_assert_double_eq_tol(cp_text_similarity("martha", "marhta"), 0.961,
	    0.001);
	ck_assert_double_eq_tol(cp_text_similarity("dwayne", "duane"), 0.840,
	    0.001);
	ck_assert_double_eq_tol(cp_text_similarity("dixon", "dicksonx"),
	    0.813, 0.001);
	ck_assert_double_eq_tol(cp_text_similarity("ж", "ж"), 1.0, 1e-9);
	ck_assert_double_eq_tol(cp_text_similarity("", ""), 1.0, 1e-9);
	ck_assert_double_eq_tol(cp_text_similarity("a", ""), 0.0, 1e-9);
	ck_assert_double_eq_tol(cp_text_similarity("abc", "xyz"), 0.0, 1e-9);
}
END_TEST

START_TEST(similarity_is_symmetric_and_bounded)
{
	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++)
		for (size_t j = 0; j < sizeof(folds) / sizeof(folds[0]);
		    j++) {
			double ab = cp_text_similarity(folds[i].in,
			    folds[j].in);

			ck_assert_double_ge(ab, 0.0);
			ck_assert_double_le(ab, 1.0);
			ck_assert_double_eq_tol(ab, cp_text_similarity(
			    folds[j].in, folds[i].in), 0.02);
		}
}
END_TEST

START_TEST(similarity_of_huge_texts)
{
	char *a = malloc(1 << 20);

	ck_assert_ptr_nonnull(a);
	memset(a, 'a', (1 << 20) - 1);
	a[(1 << 20) - 1] = '\0';
	ck_assert_double_eq_tol(cp_text_similarity(a, a), 1.0, 1e-9);
	free(a);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, names_of_every_script_are_kept, 0, 15);
	tcase_add_loop_test(t, hostile_text_is_refused, 0, COUNT(refusals));
	tcase_add_test(t, nul_is_a_control);
	tcase_add_loop_test(t, nfc, 0, COUNT(nfcs));
	tcase_add_loop_test(t, fold, 0, COUNT(folds));
	tcase_add_loop_test(t, fold_appends_and_is_idempotent, 0,
	    COUNT(folds));
	tcase_add_loop_test(t, fold_words, 0, COUNT(words));
	tcase_add_test(t, lengths_and_prefixes);
	tcase_add_loop_test(t, sounds_alike, 0, COUNT(alike));
	tcase_add_loop_test(t, sounds_unlike, 0, COUNT(unlike));
	tcase_add_test(t, sounds_are_never_empty_nor_too_long);
	tcase_add_test(t, similarity_known_values);
	tcase_add_test(t, similarity_is_symmetric_and_bounded);
	tcase_add_test(t, similarity_of_huge_texts);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
