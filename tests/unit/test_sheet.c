#include "tests/unit/custody_keys.h"

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/sheet.h"
#include "archive/sheet_impl.h"
#include "archive/words.h"

enum { WORDS = 6, TEXT = CP_SHEET_LINES * (CP_SHEET_LINE + 4) + 1 };

static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
static struct cp_custody_public pub;
static struct cp_sheet sheet;
static char back[PATH_MAX];

static void
make_sheet(const struct cp_custody_public *of, int index, struct cp_sheet *out)
{
	char path[PATH_MAX];

	share_of(of, index, path);
	ck_assert_msg(cp_sheet_make(of, path, pass[index - 1], 1, out, &err)
	    == CP_OK, "%s", err.what);
}

static void
set_up(void)
{
	keys_begin();
	key_make(2, 3, &pub);
	make_sheet(&pub, 2, &sheet);
	snprintf(back, sizeof(back), "%s/back.age", dir);
}

static void
text_of(const struct cp_sheet *s, char out[TEXT])
{
	int l;

	*out = '\0';
	for (l = 0; l < CP_SHEET_LINES; l++) {
		strcat(out, s->line[l]);
		strcat(out, "\n");
	}
}

static enum cp_rc
parse(const struct cp_sheet *s)
{
	struct cp_sheet out;
	char text[TEXT];

	text_of(s, text);
	return cp_sheet_parse(text, &out, &err);
}

/* What S says is refused, and the text says where. */
static void
expect_bad(const struct cp_sheet *s, const char *fmt, int a, int b, int c)
{
	char said[80];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(said, sizeof(said), fmt, a, b, c);
#pragma GCC diagnostic pop
	ck_assert_int_eq(parse(s), CP_BAD_INPUT);
	expect_said(said);
}

/* ---- words -------------------------------------------------------------- */
START_TEST(test_words)
{
	char word[CP_WORD_LEN + 1] = "", upper[CP_WORD_LEN + 1] = "";
	uint16_t value = 0;
	unsigned v;
	int i;

	for (v = 0; v < 65536; v++) {
		cp_word_put((uint16_t)v, word);
		ck_assert(cp_word_get(word, &value) == 0 && value == v);
	}
	/* The example of the article: 127.0.0.1. */
	cp_word_put(0x7f00, word);
	ck_assert_str_eq(word, "lusab");
	cp_word_put(0x0001, word);
	ck_assert_str_eq(word, "babad");
	ck_assert_int_eq(cp_word_get("ZUZUZ", &value), 0);
	ck_assert_uint_eq(value, 0xffff);
	for (i = 0; i < CP_WORD_LEN; i++) {
		strcpy(upper, "babab");
		upper[i] = i % 2 ? 'e' : 'c';
		ck_assert_int_eq(cp_word_get(upper, &value), i + 1);
		upper[i] = '\0';
		ck_assert_int_eq(cp_word_get(upper, &value), i + 1);
		upper[i] = i % 2 ? 'b' : 'a';
		ck_assert_int_eq(cp_word_get(upper, &value), i + 1);
	}
	ck_assert_uint_eq(value, 0xffff);
}
END_TEST

/* Long division, in Python, gave these; and the powers of x come round after
 * 65535, which is what makes the polynomial primitive. */
START_TEST(test_check)
{
	unsigned power = 1, n = 0;

	ck_assert_uint_eq(cp_word_check("123456789", 9), 0x40ce);
	ck_assert_uint_eq(cp_word_check("\1", 1), 0x100b);
	ck_assert_uint_eq(cp_word_check("", 0), 0);
	do {
		power = power << 1 ^ ((power & 0x8000) != 0 ? 0x1100b : 0);
		n++;
	} while (power != 1);
	ck_assert_uint_eq(n, 65535);
}
END_TEST

/* ---- there and back ----------------------------------------------------- */
static void
recover_each(int k, int n)
{
	struct cp_custody_public of;
	struct cp_sheet made, read;
	char text[TEXT];
	int i, index = 0;

	key_make(k, n, &of);
	for (i = 1; i <= n; i++) {
		make_sheet(&of, i, &made);
		ck_assert_str_eq(made.of.id, of.id);
		ck_assert_int_eq(made.of.shares, n);
		ck_assert_int_eq(made.of.threshold, k);
		ck_assert_int_eq(made.index, i);
		text_of(&made, text);
		ck_assert_msg(cp_sheet_parse(text, &read, &err) == CP_OK, "%s",
		    err.what);
		ck_assert_mem_eq(&read, &made, sizeof(made));
		ck_assert_msg(cp_sheet_recover(&read, &of, pass[i - 1], 1,
		    back, &err) == CP_OK, "%s", err.what);
		ck_assert_int_eq(cp_custody_try(&of, back, pass[i - 1], &index,
		    &err), CP_OK);
		ck_assert_int_eq(index, i);
		/* What is there already is not written over. */
		ck_assert_int_eq(cp_sheet_recover(&read, &of, pass[i - 1], 1,
		    back, &err), CP_REFUSED);
		ck_assert_int_eq(unlink(back), 0);
	}
}

START_TEST(test_there_and_back)
{
	recover_each(1, 1);
	recover_each(2, 3);
	recover_each(16, 16);
}
END_TEST

/* As another program wrote it: PAPER SHARES of the page, in Python. */
static const char known[] =
    "bahag bamaj bibad fataj kivan potob\n"
    "pozat vuvab bopog rinuv kuzik kihil\n"
    "vutol jibaj bovuk gihus vagib nozus\n"
    "dumul vijos bamit banag samar nozof\n"
    "kimag gigif radif hurap jituz sazah\n"
    "lujad lalug gamor muhog dihiv gafal\n"
    "vomub zumam kuboj purul tonit zumij\n"
    "bijij lojut karij kobin fasuk figaf\n";

START_TEST(test_known_sheet)
{
	struct cp_custody_public of = { .id = "0123456789abcdef",
	    .shares = 5, .threshold = 2 };
	struct cp_custody_share share = { .line = NULL };
	struct cp_secret *value = NULL, *opens = NULL;
	uint8_t sum[32];
	struct cp_sheet s;

	ck_assert_msg(cp_sheet_parse(known, &s, &err) == CP_OK, "%s",
	    err.what);
	ck_assert_str_eq(s.of.id, of.id);
	ck_assert_int_eq(s.index, 3);
	ck_assert_int_eq(s.of.threshold, 2);
	ck_assert_int_eq(s.of.shares, 5);
	cp_sha256("value of a share", 16, sum);
	ck_assert_int_eq(cp_secret_from(&value, sum, 32, &err), CP_OK);
	ck_assert_int_eq(cp_custody_share_of(&of, 3, value, &share, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_hash(&share, of.dealt[2], &err),
	    CP_OK);
	ck_assert_int_eq(cp_secret_from(&opens, "correct horse", 13, &err),
	    CP_OK);
	ck_assert_msg(cp_sheet_recover(&s, &of, opens, 1, back, &err) == CP_OK,
	    "%s", err.what);
	cp_secret_free(opens);
	cp_secret_free(value);
	cp_secret_free(share.line);
}
END_TEST

START_TEST(test_as_people_type)
{
	char text[4 * TEXT], *at = text;
	struct cp_sheet read;
	int l, i;

	at += sprintf(at, "\n \n");
	for (l = 0; l < CP_SHEET_LINES; l++) {
		at += sprintf(at, l % 2 ? "%d. " : " %d)", l + 1);
		for (i = 0; sheet.line[l][i] != '\0'; i++)
			if (sheet.line[l][i] != ' ')
				*at++ = (char)(sheet.line[l][i] -
				    (i % 3 == 0 ? 'a' - 'A' : 0));
			else
				at += sprintf(at, l == 4 ? "-" : l == 5 ?
				    " \t " : " ");
		at += sprintf(at, l % 3 ? " \r\n" : "\n\n");
	}
	ck_assert_msg(cp_sheet_parse(text, &read, &err) == CP_OK, "%s",
	    err.what);
	ck_assert_mem_eq(read.line, sheet.line, sizeof(sheet.line));
	at[-2] = '\0'; /* the last line without its end */
	ck_assert_int_eq(cp_sheet_parse(text, &read, &err), CP_OK);
}
END_TEST

/* ---- slips of the pen are found where they are -------------------------- */
START_TEST(test_every_wrong_letter)
{
	const char *letters;
	struct cp_sheet bad;
	int l, i, place;
	char c;

	for (l = 0; l < CP_SHEET_LINES; l++)
		for (i = 0; i < 6 * WORDS - 1; i++) {
			bad = sheet;
			place = i % 6;
			if (bad.line[l][i] == ' ')
				continue;
			letters = place % 2 ? vowels : consonants;
			for (; *letters != '\0'; letters++) {
				if (*letters == sheet.line[l][i])
					continue;
				bad.line[l][i] = *letters;
				expect_bad(&bad, "line %d does not fit", l + 1,
				    0, 0);
			}
			for (c = '!'; c < 127; c++) {
				if (strchr(place % 2 ? vowels : consonants,
				    c | 32) != NULL || c == '-' || (i == 0 &&
				    c >= '0' && c <= '9'))
					continue;
				bad.line[l][i] = c;
				expect_bad(&bad, "line %d, word %d: letter %d "
				    "cannot", l + 1, i / 6 + 1, place + 1);
			}
		}
	ck_assert_int_eq(parse(&sheet), CP_OK);
}
END_TEST

/* Two letters that stand side by side, the gap between words passed over, and
 * two letters of one kind in a word. */
START_TEST(test_exchanged_letters)
{
	static const int steps[] = { 1, 2, 4 };
	struct cp_sheet bad;
	int l, i, j, s;

	for (l = 0; l < CP_SHEET_LINES; l++)
		for (i = 0; i < 6 * WORDS - 2; i++)
			for (s = 0; s < 3; s++) {
				j = i + steps[s];
				if (sheet.line[l][i] == ' ' ||
				    j > 6 * WORDS - 2)
					continue;
				if (sheet.line[l][j] == ' ')
					j++;
				bad = sheet;
				bad.line[l][i] = sheet.line[l][j];
				bad.line[l][j] = sheet.line[l][i];
				if (bad.line[l][i] != bad.line[l][j])
					expect_bad(&bad, "line %d", l + 1, 0,
					    0);
			}
}
END_TEST

START_TEST(test_exchanged_words)
{
	struct cp_sheet bad;
	int l, a, b;

	for (l = 0; l < CP_SHEET_LINES; l++)
		for (a = 0; a < WORDS; a++)
			for (b = 0; b < a; b++) {
				bad = sheet;
				memcpy(bad.line[l] + 6 * a,
				    sheet.line[l] + 6 * b, CP_WORD_LEN);
				memcpy(bad.line[l] + 6 * b,
				    sheet.line[l] + 6 * a, CP_WORD_LEN);
				if (strcmp(bad.line[l], sheet.line[l]) != 0)
					expect_bad(&bad, "line %d does not "
					    "fit", l + 1, 0, 0);
			}
}
END_TEST

/* Any other word in place of one. */
START_TEST(test_another_word)
{
	struct cp_sheet bad = sheet;
	uint16_t was = 0;
	unsigned v;

	ck_assert_int_eq(cp_word_get(sheet.line[4] + 12, &was), 0);
	for (v = 0; v < 65536; v++) {
		cp_word_put((uint16_t)v, bad.line[4] + 12);
		if (v != was)
			expect_bad(&bad, "line %d does not fit", 5, 0, 0);
	}
}
END_TEST

START_TEST(test_exchanged_lines)
{
	struct cp_sheet bad;
	int a, b;

	/* Line 1 in another's place is found by chance, nearly always. */
	ck_assert_int_eq(cp_sheet_parse(known, &sheet, &err), CP_OK);
	for (a = 0; a < CP_SHEET_LINES; a++)
		for (b = 0; b < a; b++) {
			bad = sheet;
			memcpy(bad.line[a], sheet.line[b], CP_SHEET_LINE);
			memcpy(bad.line[b], sheet.line[a], CP_SHEET_LINE);
			if (b == 0)
				expect_bad(&bad, "line 1 does not fit", 0, 0,
				    0);
			else
				expect_bad(&bad, "lines %d, %d do not fit",
				    b + 1, a + 1, 0);
			bad.line[b][0] = '\0';
			expect_bad(&bad, "there are 7 lines", 0, 0, 0);
		}
}
END_TEST

START_TEST(test_too_few_and_too_many)
{
	char text[4 * TEXT];
	struct cp_sheet bad = sheet, out;

	bad.line[3][29] = '\0';
	expect_bad(&bad, "line 4 has 5 words and not 6", 0, 0, 0);
	bad.line[3][28] = '\0';
	expect_bad(&bad, "line 4, word 5 has 4 letters and not 5", 0, 0, 0);
	bad = sheet;
	strcat(bad.line[6], " z");
	expect_bad(&bad, "line 7 has 7 words and not 6", 0, 0, 0);
	bad = sheet;
	strcat(bad.line[7], "z");
	expect_bad(&bad, "line 8, word 6 has 6 letters and not 5", 0, 0, 0);
	text_of(&sheet, text);
	strcat(text, "\n");
	ck_assert_int_eq(cp_sheet_parse(text, &out, &err), CP_OK);
	strcat(text, sheet.line[0]);
	ck_assert_int_eq(cp_sheet_parse(text, &out, &err), CP_BAD_INPUT);
	expect_said("more lines than");
	ck_assert_int_eq(cp_sheet_parse("", &out, &err), CP_BAD_INPUT);
	expect_said("there are 0 lines");
	strcpy(text, "2 ");
	text_of(&sheet, text + 2);
	ck_assert_int_eq(cp_sheet_parse(text, &out, &err), CP_BAD_INPUT);
	expect_said("line 1 has another number");
	ck_assert_int_eq(cp_sheet_parse("1", &out, &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_sheet_parse("99999999999999", &out, &err),
	    CP_BAD_INPUT);
}
END_TEST

/* Two papers on one desk. */
START_TEST(test_mixed_sheets)
{
	struct cp_sheet third, again, bad;
	int l;

	make_sheet(&pub, 3, &third);
	for (l = 1; l < CP_SHEET_LINES; l++) {
		bad = sheet;
		memcpy(bad.line[l], third.line[l], CP_SHEET_LINE);
		expect_bad(&bad, "line %d does not fit", l + 1, 0, 0);
	}
	bad = sheet;
	memcpy(bad.line[0], third.line[0], CP_SHEET_LINE);
	expect_bad(&bad, "line 1 is of another sheet", 0, 0, 0);
	/* The same share, sealed again: its first line is the same. */
	make_sheet(&pub, 2, &again);
	ck_assert_str_eq(again.line[0], sheet.line[0]);
	bad = sheet;
	memcpy(bad.line[4], again.line[4], CP_SHEET_LINE);
	ck_assert_int_eq(parse(&bad), CP_BAD_INPUT);
	expect_said("they do not make a sheet");
}
END_TEST

/* ---- who may open it, and what it may hold ------------------------------ */
static enum cp_rc
recover(const struct cp_sheet *s, const struct cp_custody_public *of,
    const struct cp_secret *opens)
{
	enum cp_rc rc = cp_sheet_recover(s, of, opens, 1, back, &err);

	ck_assert_int_eq(access(back, F_OK) == 0, rc == CP_OK);
	return rc;
}

START_TEST(test_wrong_ones_are_named)
{
	struct cp_custody_public other, changed = pub;
	struct cp_sheet out;
	char path[PATH_MAX];

	ck_assert_int_eq(recover(&sheet, &pub, pass[0]), CP_KEY);
	expect_said("wrong passphrase");
	key_make(2, 3, &other);
	ck_assert_int_eq(recover(&sheet, &other, pass[1]), CP_KEY);
	expect_said("is share 2 of custody key");
	expect_said(pub.id);
	expect_said(other.id);
	changed.shares = 4;
	ck_assert_int_eq(recover(&sheet, &changed, pass[1]), CP_CORRUPT);
	changed = pub;
	changed.dealt[1][31] ^= 1;
	ck_assert_int_eq(recover(&sheet, &changed, pass[1]), CP_CORRUPT);
	expect_said("is not what was dealt as share 2");
	/* Nothing is put on paper that could not be opened. */
	share_of(&pub, 2, path);
	ck_assert_int_eq(cp_sheet_make(&pub, path, pass[0], 1, &out, &err),
	    CP_KEY);
	ck_assert_int_eq(cp_sheet_make(&other, path, pass[1], 1, &out, &err),
	    CP_KEY);
	ck_assert_int_eq(cp_sheet_make(&changed, path, pass[1], 1, &out,
	    &err), CP_CORRUPT);
	ck_assert_int_eq(cp_sheet_make(&pub, path, pass[1], 21, &out, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(recover(&sheet, &pub, pass[1]), CP_OK);
}
END_TEST

/* Every bit of the 80 bytes, by someone who makes all sums right again. */
START_TEST(test_forged_bits)
{
	uint8_t b[CP_SHEET_BYTES], forged[CP_SHEET_BYTES], sum[32];
	struct cp_sheet bad = sheet;
	enum cp_rc rc;
	int bit;

	ck_assert_int_eq(cp_sheet_bytes(&sheet, b, &err), CP_OK);
	for (bit = 0; bit < 8 * SHEET_SUM; bit++) {
		/* 2^17 takes half a second and says no more than 2^9. */
		if (bit == 8 * SHEET_WORK + 4)
			continue;
		memcpy(forged, b, sizeof(b));
		forged[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cp_sha256(forged, SHEET_SUM, sum);
		memcpy(forged + SHEET_SUM, sum, SHEET_SUM_LEN);
		cp_sheet_write(forged, bad.line);
		rc = recover(&bad, &pub, pass[1]);
		ck_assert_msg(rc == CP_KEY || (rc != CP_OK &&
		    bit < 8 * SHEET_ID), "bit %d: %d", bit, rc);
		if (bit < 8 * SHEET_INDEX)
			expect_said("of a kind that this version");
	}
	cp_sheet_write(b, bad.line);
	ck_assert_int_eq(recover(&bad, &pub, pass[1]), CP_OK);
}
END_TEST

/* A key of one share whose public file says nothing of it. */
START_TEST(test_old_key_of_one)
{
	struct cp_custody_share forged = { .line = NULL };
	struct cp_custody_public one, other;
	struct cp_secret *value = NULL;
	char path[PATH_MAX];
	struct cp_sheet s;
	int index = 0;

	key_make(1, 1, &one);
	memset(one.dealt, 0, sizeof(one.dealt));
	make_sheet(&one, 1, &s);
	ck_assert_int_eq(recover(&s, &one, pass[0]), CP_OK);
	ck_assert_int_eq(unlink(back), 0);
	/* The identity of another key under the name of this one. */
	key_make(1, 1, &other);
	share_of(&other, 1, path);
	ck_assert_int_eq(cp_custody_share_take(&other, path, pass[0], &index,
	    &value, &err), CP_OK);
	ck_assert_int_eq(cp_custody_share_of(&one, 1, value, &forged, &err),
	    CP_OK);
	put_share(&forged, 1, path);
	ck_assert_int_eq(cp_sheet_make(&one, path, pass[0], 1, &s, &err),
	    CP_CORRUPT);
	expect_said(one.id);
	cp_secret_free(value);
	cp_secret_free(forged.line);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sheet");
	TCase *t = tcase_create("sheet"), *w = tcase_create("words");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, w);
	tcase_add_test(w, test_words);
	tcase_add_test(w, test_check);
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, keys_end);
	tcase_add_test(t, test_there_and_back);
	tcase_add_test(t, test_known_sheet);
	tcase_add_test(t, test_as_people_type);
	tcase_add_test(t, test_every_wrong_letter);
	tcase_add_test(t, test_exchanged_letters);
	tcase_add_test(t, test_exchanged_words);
	tcase_add_test(t, test_another_word);
	tcase_add_test(t, test_exchanged_lines);
	tcase_add_test(t, test_too_few_and_too_many);
	tcase_add_test(t, test_mixed_sheets);
	tcase_add_test(t, test_wrong_ones_are_named);
	tcase_add_test(t, test_forged_bits);
	tcase_add_test(t, test_old_key_of_one);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
