#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/composing.h"
#include "lifecycle/rules/text.h"

/* A letter as plain text, from a template of its own. */

static const char words[] =
    "title: t\nversion: 1\nstatus: draft\nvalues: name\n\n"
    "# What we hold\n\n"
    "## About you\n"
    "It is about {{name}}, and this sentence goes on for longer than a line.\n"
    "\n"
    "Two things:\n"
    "- the first of them is long enough to need a second line\n"
    "- short\n"
    "1. one\n"
    "2. two\n"
    "[ ] Yes\n"
    "[ ] No\n"
    "___ Your name\n"
    "___ Why?\n"
    "!house A picture.\n"
    "## The end\n"
    "https://example.org/a/very/long/address/that/is/not/broken ok.\n";

static const char *const address[] = { "Amy Hill", "1 High Street",
    "ZZ99 1AA" };
static const char *const office[] = { "PO Box 1", "ZZ99 9ZZ" };

static struct cp_language english = { .code = "en",
    .reference = "Our reference" };
static struct cp_wording wording = { .name = "x", .version = "1",
    .language = &english };

/* What C is is filled from constants; only what is read is there. */
static void
compose(struct cp_composed *c, const char *text)
{
	static const struct cp_template_kind kind = {
		.values = 1u << CP_VALUE_NAME, .pictures = 1 };
	struct cp_template *t = NULL;
	struct cp_err err = { 0 };
	struct cp_template_kind k = kind;

	k.rtl = english.rtl;
	ck_assert_msg(cp_template_parse("x", text, strlen(text), &k, &t,
	    NULL, &err) == CP_OK, "%s", err.what);
	cp_composed_init(c);
	wording.text = t;
	c->wording = &wording;
	c->lines = malloc(sizeof(address));
	ck_assert_ptr_nonnull(c->lines);
	memcpy(c->lines, address, sizeof(address));
	c->n_lines = 3;
	c->said.value[CP_VALUE_NAME] = "Amy Hill";
	c->sender.head = (struct cp_letterhead){ .name = "Wirral Council",
		.lines = office, .n_lines = 2, .phone = "01632 960001",
		.email = "a@example.org" };
}

static void
end(struct cp_composed *c)
{
	cp_template_free((struct cp_template *)(uintptr_t)wording.text);
	cp_composed_clear(c);
}

static void
expect(int width, const char *wanted)
{
	struct cp_composed c;
	struct cp_err err = { 0 };
	struct cp_buf out;

	compose(&c, words);
	cp_buf_init(&out);
	cp_buf_puts(&out, "kept\n");
	ck_assert_int_eq(cp_composed_text(&c, "N-0000012-K",
	    "21 November 2026", width, &out, &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&out), wanted);
	cp_buf_clear(&out);
	end(&c);
}

#define HEAD "kept\nWirral Council\nPO Box 1\nZZ99 9ZZ\n01632 960001\n" \
	"a@example.org\n\nAmy Hill\n1 High Street\nZZ99 1AA\n\n" \
	"Our reference: N-0000012-K\n21 November 2026\n\n\n"

START_TEST(wrapped)
{
	expect(30, HEAD
	    "What we hold\n\n"
	    "About you\n\n"
	    "It is about Amy Hill, and this\n"
	    "sentence goes on for longer\n"
	    "than a line.\n\n"
	    "Two things:\n\n"
	    "- the first of them is long\n"
	    "  enough to need a second line\n"
	    "- short\n\n"
	    "1. one\n"
	    "2. two\n\n"
	    "[ ] Yes\n"
	    "[ ] No\n\n"
	    "Your name:\n"
	    "________________________\n\n"
	    "Why? ________________________\n\n"
	    "A picture.\n\n\n"
	    "The end\n\n"
	    "https://example.org/a/very/long/address/that/is/not/broken\n"
	    "ok.\n");
}
END_TEST

START_TEST(not_wrapped)
{
	expect(0, HEAD
	    "What we hold\n\n"
	    "About you\n\n"
	    "It is about Amy Hill, and this sentence goes on for longer than "
	    "a line.\n\n"
	    "Two things:\n\n"
	    "- the first of them is long enough to need a second line\n"
	    "- short\n\n"
	    "1. one\n"
	    "2. two\n\n"
	    "[ ] Yes\n"
	    "[ ] No\n\n"
	    "Your name: ________________________\n\n"
	    "Why? ________________________\n\n"
	    "A picture.\n\n\n"
	    "The end\n\n"
	    "https://example.org/a/very/long/address/that/is/not/broken ok.\n");
}
END_TEST

/* What a terminal shows is counted: marks none, wide characters two. */
START_TEST(columns)
{
	ck_assert_uint_eq(cp_text_columns("", 0), 0);
	ck_assert_uint_eq(cp_text_columns("abc", 3), 3);
	ck_assert_uint_eq(cp_text_columns("Caf\xC3\xA9", 5), 4);
	ck_assert_uint_eq(cp_text_columns("e\xCC\x81", 3), 1);
	/* a Gurmukhi letter and the sign above it */
	ck_assert_uint_eq(cp_text_columns("\xE0\xA8\xB8\xE0\xA9\x87", 6), 1);
	ck_assert_uint_eq(cp_text_columns("\xE6\xBC\xA2", 3), 2);
	/* isolates */
	ck_assert_uint_eq(cp_text_columns("\xE2\x81\xA8x\xE2\x81\xA9", 7), 1);
}
END_TEST

/* No line of a script with marks is broken too early, nor too late. */
START_TEST(wraps_by_columns)
{
	static const char syllable[] = "\xE0\xA8\xB8\xE0\xA9\x87"; /* 1 */
	struct cp_composed c;
	struct cp_err err = { 0 };
	struct cp_buf text, out;
	const char *at;

	cp_buf_init(&text);
	cp_buf_init(&out);
	cp_buf_puts(&text, "title: t\nversion: 1\nstatus: draft\nvalues: name\n\n"
	    "# {{name}}\n\nBEGIN");
	for (int i = 0; i < 30; i++)
		cp_buf_printf(&text, " %s%s", syllable, syllable);
	cp_buf_puts(&text, "\n");
	compose(&c, cp_buf_text(&text));
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 20, &out, &err), CP_OK);
	at = strstr(cp_buf_text(&out), "BEGIN");
	ck_assert_ptr_nonnull(at);
	/* "BEGIN" and 5 words of 2 columns, then lines of 7 of them. */
	ck_assert_uint_eq(strcspn(at, "\n"), 5 + 5 * 13);
	at += strcspn(at, "\n") + 1;
	ck_assert_uint_eq(strcspn(at, "\n"), 7 * 13 - 1);
	cp_buf_clear(&text);
	cp_buf_clear(&out);
	end(&c);
}
END_TEST

/* A line takes all that it has room for. */
START_TEST(to_the_last_column)
{
	struct cp_composed c;
	struct cp_err err = { 0 };
	struct cp_buf out;

	compose(&c, "title: t\nversion: 1\nstatus: draft\nvalues: name\n\n"
	    "# {{name}}\n\naaaa bbbbb cccc dddddd\n\n- e fffffff gg\n");
	cp_buf_init(&out);
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 10, &out, &err), CP_OK);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "\n\naaaa bbbbb\ncccc\ndddddd\n\n- e\n  fffffff\n  gg\n"));
	cp_buf_reset(&out);
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 11, &out, &err), CP_OK);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "\n\naaaa bbbbb\ncccc dddddd\n\n- e fffffff\n  gg\n"));
	cp_buf_clear(&out);
	end(&c);
}
END_TEST

/* In a language from right to left the reference stands by itself. */
START_TEST(reference_is_isolated)
{
	struct cp_composed c;
	struct cp_err err = { 0 };
	struct cp_buf out;

	english.rtl = 1;
	compose(&c, words);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_composed_text(&c, "N-1", "D", 0, &out, &err),
	    CP_OK);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&out),
	    "Our reference: \xE2\x81\xA6N-1\xE2\x81\xA9\n"));
	english.rtl = 0;
	cp_buf_clear(&out);
	end(&c);
}
END_TEST

/* Lines that would not look like what they are; all or nothing. */
static const char *const hostile[] = { "a\nb", "a\x1b[31mb",
	"a\xE2\x80\xAE" "b", "a\xFF", "a\xE2\x80\xA8" "b" };

START_TEST(refuses)
{
	struct cp_composed c;
	struct cp_err err = { 0 };
	struct cp_buf out;

	compose(&c, words);
	cp_buf_init(&out);
	cp_buf_puts(&out, "kept");
	c.lines[1] = hostile[_i];
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 0, &out, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "a line of the address"));
	ck_assert_str_eq(cp_buf_text(&out), "kept");
	ck_assert_uint_eq(out.len, 4);
	c.lines[1] = address[1];
	c.sender.head.office = hostile[_i];
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 0, &out, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "a line of the sender"));
	ck_assert_str_eq(cp_buf_text(&out), "kept");
	c.sender.head.office = NULL;
	c.said.value[CP_VALUE_NAME] = hostile[_i];
	ck_assert_int_eq(cp_composed_text(&c, "N", "D", 0, &out, &err),
	    CP_BAD_INPUT);
	ck_assert_str_eq(cp_buf_text(&out), "kept");
	cp_buf_clear(&out);
	end(&c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("composing_text");
	TCase *t = tcase_create("composing_text");
	SRunner *r;
	int failed;

	tcase_add_test(t, wrapped);
	tcase_add_test(t, not_wrapped);
	tcase_add_test(t, columns);
	tcase_add_test(t, wraps_by_columns);
	tcase_add_test(t, to_the_last_column);
	tcase_add_test(t, reference_is_isolated);
	tcase_add_loop_test(t, refuses, 0,
	    (int)(sizeof(hostile) / sizeof(hostile[0])));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
