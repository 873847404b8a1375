#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/note.h"

static struct cp_err err;
static uint8_t seed[32], pub[32];
static struct cp_note_key key;

/* The example key and note of the Go project's sumdb/note documentation, and
 * the key of its public checksum database. */
static const char NEUMANN[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char NEUMANN_NOTE[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZIn"
    "NIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
static const char SUMDB[] =
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

static void
ok(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void
setup(void)
{
	size_t i;

	ok(cp_crypto_init(&err));
	for (i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(i + 1);
	ok(cp_ed25519_public(seed, pub, &err));
	ok(cp_note_key_init(&key, "example.org/log", pub, &err));
}

START_TEST(known_key_and_note)
{
	struct cp_note_key k;
	char text[CP_NOTE_VKEY_MAX];
	struct cp_buf body;

	cp_buf_init(&body);
	ok(cp_note_key_parse(SUMDB, &k, &err));
	ck_assert_str_eq(k.name, "sum.golang.org");
	cp_note_key_format(&k, text);
	ck_assert_str_eq(text, SUMDB);
	ok(cp_note_key_parse(NEUMANN, &k, &err));
	ok(cp_note_verify(NEUMANN_NOTE, strlen(NEUMANN_NOTE), &k, &body,
	    &err));
	ck_assert_uint_eq(body.len, strstr(NEUMANN_NOTE, "\n\n") + 1 -
	    NEUMANN_NOTE);
	ck_assert_mem_eq(body.data, NEUMANN_NOTE, body.len);
	cp_buf_clear(&body);
}
END_TEST

START_TEST(key_texts_refused)
{
	static const char *const bad[] = { "", "+", "a", "a+", "a+b+c",
	    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
	    "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10"
	    "TW\n\n"),
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW "
	};
	struct cp_note_key k;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_note_key_parse(bad[i], &k, &err) ==
		    CP_BAD_INPUT, "accepted: %s", bad[i]);
}
END_TEST

START_TEST(names)
{
	static const char *const good[] = { "a", "sum.golang.org",
		"Gwynedd/\xC5\xB5yth", "E08000015" };
	static const char *const bad[] = { "", "a b", "a+b", "a\nb", "a\tb",
		"\xC2\xA0x", "\xE2\x80\x83", "\xE3\x80\x80", "\xC0\x80",
		"\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x80" };
	char text[CP_NOTE_VKEY_MAX], longest[CP_NOTE_NAME_MAX + 1];
	struct cp_note_key k, again;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ok(cp_note_key_init(&k, good[i], pub, &err));
		cp_note_key_format(&k, text);
		ok(cp_note_key_parse(text, &again, &err));
		ck_assert_mem_eq(&k, &again, sizeof(k));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(cp_note_key_init(&k, bad[i], pub, &err),
		    CP_BAD_INPUT);
	memset(longest, 'n', sizeof(longest));
	longest[CP_NOTE_NAME_MAX] = '\0';
	ck_assert_int_eq(cp_note_key_init(&k, longest, pub, &err),
	    CP_BAD_INPUT);
	longest[CP_NOTE_NAME_MAX - 1] = '\0';
	ok(cp_note_key_init(&k, longest, pub, &err));
	cp_note_key_format(&k, text);
	ok(cp_note_key_parse(text, &again, &err));
}
END_TEST

static void
make_note(struct cp_buf *note)
{
	cp_buf_init(note);
	ok(cp_note_sign("a line\n\nanother\n", "example.org/log", seed, pub,
	    note, &err));
}

START_TEST(sign_and_verify)
{
	struct cp_buf note, body;

	cp_buf_init(&body);
	make_note(&note);
	ok(cp_note_verify(note.data, note.len, &key, &body, &err));
	ck_assert_str_eq(cp_buf_text(&body), "a line\n\nanother\n");
	cp_buf_clear(&note);
	cp_buf_clear(&body);
}
END_TEST

START_TEST(every_flipped_bit_is_found)
{
	struct cp_buf note, body;
	size_t i;
	int bit;

	cp_buf_init(&body);
	make_note(&note);
	for (i = 0; i < note.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			enum cp_rc rc;

			note.data[i] ^= (uint8_t)(1 << bit);
			rc = cp_note_verify(note.data, note.len, &key, &body,
			    &err);
			note.data[i] ^= (uint8_t)(1 << bit);
			ck_assert_msg(rc == CP_BAD_INPUT || rc == CP_CORRUPT ||
			    rc == CP_KEY, "byte %zu bit %d", i, bit);
		}
	}
	for (i = 0; i < note.len; i++)
		ck_assert_int_ne(cp_note_verify(note.data, i, &key, &body,
		    &err), CP_OK);
	ck_assert_uint_eq(body.len, 0);
	cp_buf_clear(&note);
}
END_TEST

START_TEST(other_signatures)
{
	struct cp_note_key other;
	struct cp_buf note, two, body;
	uint8_t seed2[32] = { 9 }, pub2[32];
	const char *line;

	cp_buf_init(&two);
	cp_buf_init(&body);
	make_note(&note);
	ok(cp_ed25519_public(seed2, pub2, &err));
	ok(cp_note_key_init(&other, "example.org/log", pub2, &err));
	ck_assert_int_eq(cp_note_verify(note.data, note.len, &other, NULL,
	    &err), CP_KEY);
	/* A second signer's line is passed over, a second one of ours not. */
	ok(cp_note_sign("a line\n\nanother\n", "example.org/log", seed2,
	    pub2, &two, &err));
	line = strstr(cp_buf_text(&note), "\n\n\xE2") + 2;
	cp_buf_puts(&two, line);
	ok(cp_note_verify(two.data, two.len, &other, NULL, &err));
	ok(cp_note_verify(two.data, two.len, &key, &body, &err));
	ck_assert_str_eq(cp_buf_text(&body), "a line\n\nanother\n");
	cp_buf_puts(&two, line);
	ck_assert_int_eq(cp_note_verify(two.data, two.len, &key, NULL, &err),
	    CP_BAD_INPUT);
	cp_buf_clear(&two);
	cp_buf_clear(&note);
	cp_buf_clear(&body);
}
END_TEST

START_TEST(bodies_refused)
{
	static const char *const bad[] = { "", "no newline", "tab\there\n",
		"bell\a\n", "\xFF\n", "cr\r\n" };
	struct cp_buf out;
	size_t i;

	cp_buf_init(&out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(cp_note_sign(bad[i], "n", seed, pub, &out,
		    &err), CP_BAD_INPUT);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(cp_note_verify("", 0, &key, NULL, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_note_verify("a\n\n", 3, &key, NULL, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_note_verify("a\n\nb\n", 5, &key, NULL, &err),
	    CP_BAD_INPUT);
	cp_buf_clear(&out);
}
END_TEST

START_TEST(checkpoints)
{
	static const uint64_t sizes[] = { 0, 1, 10, UINT64_MAX };
	struct cp_checkpoint c, again;
	struct cp_buf body;
	size_t i;

	memset(&c, 0, sizeof(c));
	(void)snprintf(c.origin, sizeof(c.origin), "example.org/log 7");
	memset(c.root, 0xA5, sizeof(c.root));
	cp_buf_init(&body);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		c.size = sizes[i];
		cp_buf_reset(&body);
		cp_checkpoint_format(&c, &body);
		ok(cp_checkpoint_parse(cp_buf_text(&body), body.len, &again,
		    &err));
		ck_assert_mem_eq(&c, &again, sizeof(c));
	}
	ck_assert_str_eq(cp_buf_text(&body), "example.org/log 7\n"
	    "18446744073709551615\n"
	    "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=\n");
	cp_buf_puts(&body, "extension\n");
	ok(cp_checkpoint_parse(cp_buf_text(&body), body.len, &again, &err));
	cp_buf_clear(&body);
}
END_TEST

START_TEST(checkpoints_refused)
{
#define ROOT "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="
	static const char *const bad[] = { "", "o\n", "o\n1\n", "\n1\n" ROOT
		"\n", "o\n01\n" ROOT "\n", "o\n\n" ROOT "\n", "o\n-1\n" ROOT
		"\n", "o\n1 \n" ROOT "\n", "o\n18446744073709551616\n" ROOT
		"\n", "o\n1\n" ROOT, "o\n1\npaWl\n", "o\n1\n" ROOT " \n",
		"o\n1\npaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaV=\n",
		"o\n1\n" ROOT "\n\n", "o\n1\n" ROOT "\nx" };
	struct cp_checkpoint c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cp_checkpoint_parse(bad[i], strlen(bad[i]), &c,
		    &err) == CP_BAD_INPUT, "accepted: %s", bad[i]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("note");
	TCase *t = tcase_create("note");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, known_key_and_note);
	tcase_add_test(t, key_texts_refused);
	tcase_add_test(t, names);
	tcase_add_test(t, sign_and_verify);
	tcase_add_test(t, every_flipped_bit_is_found);
	tcase_add_test(t, other_signatures);
	tcase_add_test(t, bodies_refused);
	tcase_add_test(t, checkpoints);
	tcase_add_test(t, checkpoints_refused);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
