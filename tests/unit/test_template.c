#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/template.h"

#define HEAD "title: T\nversion: 1\nstatus: draft\nvalues: name post\n\n"
#define BODY "# H\n{{name}} {{post}}\n" /* lines 6 and 7 */
#define FLAG(f) (1U << CP_FLAG_##f)

static const char *const items[] = { "who", "why", "rights", NULL };
static struct cp_template_kind kind;
static struct cp_template_report report;
static struct cp_template *t;
static struct cp_said said;
static struct cp_buf seen;
static struct cp_err err;

static void
setup(void)
{
	kind = (struct cp_template_kind){ .values = (1U << CP_VALUES) - 1,
		.must = 1U << CP_VALUE_POST, .flags = (1U << CP_FLAGS) - 1,
		.pictures = 1, .items = items };
	memset(&said, 0, sizeof(said));
	said.value[CP_VALUE_NAME] = "Zo\xC3\xAB";
	said.value[CP_VALUE_POST] = "1 High Street";
	said.value[CP_VALUE_PHONE] = "0151 496 0000";
	t = NULL;
	cp_buf_init(&seen);
}

static void
teardown(void)
{
	cp_template_free(t);
	cp_buf_clear(&seen);
}

static enum cp_rc
parse_len(const char *text, size_t len)
{
	cp_template_free(t);
	t = NULL;
	return cp_template_parse("x.txt", text, len, &kind, &t, &report, &err);
}

static void
parse(const char *text)
{
	enum cp_rc rc = parse_len(text, strlen(text));

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_uint_eq(report.n, 0);
}

/* Each block as "kind|text;" with what it has besides. */
static enum cp_rc
note(void *ctx, const struct cp_block *b, struct cp_err *e)
{
	static const char kinds[] = "12T-n!x_";

	(void)ctx;
	(void)e;
	cp_buf_putc(&seen, kinds[b->kind]);
	if (b->number > 0)
		cp_buf_printf(&seen, "%d", b->number);
	cp_buf_printf(&seen, "%s%s|%s;", b->picture != NULL ? b->picture : "",
	    b->fixed ? "" : "*", b->text);
	return CP_OK;
}

static void
expect(const char *wanted)
{
	enum cp_rc rc;

	cp_buf_reset(&seen);
	rc = cp_template_render(t, &said, note, NULL, &err);
	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_str_eq(cp_buf_text(&seen), wanted);
}

START_TEST(names_are_their_own)
{
	for (unsigned a = 0; a < CP_VALUES; a++)
		for (unsigned b = 0; b < a; b++)
			ck_assert_str_ne(cp_value_name(a), cp_value_name(b));
	for (unsigned a = 0; a < CP_FLAGS; a++)
		for (unsigned b = 0; b < a; b++)
			ck_assert_str_ne(cp_flag_name(a), cp_flag_name(b));
	ck_assert_int_eq(cp_value_of_letter(CP_VALUE_CONNEXIONS_LIMIT), 0);
	ck_assert_int_eq(cp_value_of_letter(CP_VALUE_NAME), 1);
	ck_assert_int_eq(cp_value_of_letter(CP_VALUE_REASON), 1);
	ck_assert_int_eq(cp_flag_of_letter(CP_FLAG_UK_GDPR), 0);
	ck_assert_int_eq(cp_flag_of_letter(CP_FLAG_FIRST), 1);
}
END_TEST

START_TEST(each_kind_of_block)
{
	parse(HEAD "# Head  \nto {{name}}\nand on\n\n  \nalone\n## Sub\n"
	    "- one\n  goes on\n- two\n1. first\n2. second\n10 apples\n\n"
	    "1.5 is text\n!lock Locked\n[ ] I agree\n___ Name\n{{post}}\n");
	expect("1|Head;T*|to Zo\xC3\xAB and on;T|alone;2|Sub;-|one goes on;"
	    "-|two;n1|first;n2|second 10 apples;T|1.5 is text;!lock|Locked;"
	    "x|I agree;_|Name 1 High Street;");
	ck_assert_str_eq(cp_template_head(t, "title"), "T");
	ck_assert_str_eq(cp_template_head(t, "version"), "1");
	ck_assert_ptr_null(cp_template_head(t, "translates"));
	ck_assert_ptr_null(cp_template_head(t, "no-such"));
	ck_assert_uint_eq(cp_template_head_line(t, "status"), 3);
	ck_assert_uint_eq(cp_template_head_line(t, "translates"), 0);
}
END_TEST

START_TEST(the_head)
{
	parse("values: post, name\ntranslates: 0123456789abcdef\n"
	    "checked-by: Ms A. Translator: sworn\nstatus: checked\n"
	    "title: A: B\nversion: 2026-1.b\n\n" BODY);
	ck_assert_str_eq(cp_template_head(t, "title"), "A: B");
	ck_assert_str_eq(cp_template_head(t, "checked-by"),
	    "Ms A. Translator: sworn");
	ck_assert_str_eq(cp_template_head(t, "translates"),
	    "0123456789abcdef");
	ck_assert_uint_eq(cp_template_head_line(t, "translates"), 2);
}
END_TEST

START_TEST(sections_follow_flags)
{
	parse(HEAD "# H\n{{#first}}\nF {{name}}\n{{^several}}\none\n"
	    "{{/several}}\n{{/first}}\n{{^first}}\nnot F\n{{/first}}\n"
	    "{{post}}\n");
	expect("1|H;T|not F;T|1 High Street;");
	said.flags = FLAG(FIRST);
	expect("1|H;T*|F Zo\xC3\xAB;T|one;T|1 High Street;");
	said.flags = FLAG(FIRST) | FLAG(SEVERAL);
	expect("1|H;T*|F Zo\xC3\xAB;T|1 High Street;");
	ck_assert_uint_eq(cp_template_uses(t, 0), 1U << CP_VALUE_POST);
	ck_assert_uint_eq(cp_template_uses(t, FLAG(FIRST)),
	    1U << CP_VALUE_POST | 1U << CP_VALUE_NAME);
	/* Only a value of what is shown has to be there. */
	said.value[CP_VALUE_NAME] = NULL;
	said.flags = 0;
	expect("1|H;T|not F;T|1 High Street;");
}
END_TEST

/* A numbered item reads the same in each letter only if its number does. */
START_TEST(numbers_and_what_is_fixed)
{
	parse(HEAD "# H\n1. a\n{{#first}}\n2. b\n{{/first}}\n3. c\nText\n"
	    "{{post}} {{name}}\n\nMore\n1. d\n{{#uk_gdpr}}\n2. e\n"
	    "{{/uk_gdpr}}\n3. f\n");
	said.flags = FLAG(FIRST);
	expect("1|H;n1|a;n2|b;n3*|c Text 1 High Street Zo\xC3\xAB;T|More;"
	    "n1|d;n2|f;");
	said.flags = 0;
	expect("1|H;n1|a;n2*|c Text 1 High Street Zo\xC3\xAB;T|More;n1|d;"
	    "n2|f;");
}
END_TEST

START_TEST(a_run_of_numbers_is_fixed)
{
	parse(HEAD "# H\n{{post}} {{name}}\n1. a\n{{#first}}\n2. b\n"
	    "{{/first}}\n2. c\n\nx\n1. d\n1. e\n");
	said.flags = FLAG(FIRST);
	expect("1|H;T*|1 High Street Zo\xC3\xAB;n1|a;n2|b;n3*|c;T|x;n1|d;"
	    "n2|e;");
}
END_TEST

START_TEST(what_is_said_of_the_law)
{
	static const char *const who[] = { "who", NULL };
	static const char *const both[] = { "who", "why", NULL };
	static const char *const other[] = { "no-such", NULL };

	parse(HEAD "# H\n@items who\n## Who\n{{#uk_gdpr}}\nwe\n{{/uk_gdpr}}\n"
	    "## Why\n{{#first}}\n@items why\n@items rights\nso\n{{/first}}\n"
	    "{{name}} {{post}}\n");
	ck_assert_ptr_null(cp_template_lacks(t, who, FLAG(UK_GDPR)));
	/* The heading alone does not say it. */
	ck_assert_str_eq(cp_template_lacks(t, who, 0), "who");
	ck_assert_ptr_null(cp_template_lacks(t, items, FLAG(UK_GDPR) |
	    FLAG(FIRST)));
	/* Nor does what follows the section in which it is said. */
	ck_assert_str_eq(cp_template_lacks(t, both, FLAG(UK_GDPR)), "why");
	ck_assert_str_eq(cp_template_lacks(t, other, ~0U), "no-such");
}
END_TEST

START_TEST(items_end_where_the_next_begin)
{
	static const char *const who[] = { "who", NULL };

	parse(HEAD "# H\n@items who\n{{#first}}\nwe\n{{/first}}\n@items why\n"
	    "so {{name}} {{post}}\n");
	ck_assert_str_eq(cp_template_lacks(t, who, 0), "who");
	parse(HEAD "# H\n@items who\n{{#first}}\nwe\n{{/first}}\n## Next\n"
	    "so {{name}} {{post}}\n");
	ck_assert_str_eq(cp_template_lacks(t, who, 0), "who");
}
END_TEST

/* ---- what is refused ---------------------------------------------------- */

static const struct {
	const char *text;
	unsigned line;
	const char *what;
} bad[] = {
	{ "", 0, "1 to" },
	{ "\n", 1, "no title" },
	{ "# H\n", 1, "key: value" },
	{ HEAD, 5, "no text" },
	{ "title: T\ntitle: U\nversion: 1\nstatus: draft\nvalues: name post\n"
	    "\n" BODY, 2, "there twice" },
	{ "titel: T\n" HEAD BODY, 1, "no key titel" },
	{ "title:T\nversion: 1\nstatus: draft\nvalues: name post\n\n" BODY, 1,
	    "one space" },
	{ "title: \nversion: 1\nstatus: draft\nvalues: name post\n\n" BODY, 1,
	    "empty" },
	{ "title: {{name}}\nversion: 1\nstatus: draft\nvalues: name post\n\n"
	    BODY, 1, "no braces" },
	{ "title: T\nversion: 1 2\nstatus: draft\nvalues: name post\n\n" BODY,
	    2, "version" },
	{ "title: T\nversion: 12345678901234567890123456789012\n"
	    "status: draft\nvalues: name post\n\n" BODY, 2, "at most 31" },
	{ "title: T\nversion: 1\nstatus: done\nvalues: name post\n\n" BODY, 3,
	    "draft or checked" },
	{ "title: T\nversion: 1\nstatus: checked\nvalues: name post\n\n" BODY,
	    3, "checked-by" },
	{ "title: T\nversion: 1\nstatus: draft\nchecked-by: me\n"
	    "values: name post\n\n" BODY, 4, "by nobody" },
	{ "translates: 0123456789ABCDEF\n" HEAD BODY, 1, "16 digits" },
	{ "translates: 0123456789abcde\n" HEAD BODY, 1, "16 digits" },
	{ "title: T\nversion: 1\nstatus: draft\n\n" BODY, 1, "no values" },
	{ "title: T\nversion: 1\nstatus: draft\nvalues: name post nmae\n\n"
	    BODY, 4, "no value nmae" },
	{ "title: T\nversion: 1\nstatus: draft\nvalues: name post name\n\n"
	    BODY, 4, "there twice" },
	{ "title: T\nversion: 1\nstatus: draft\nvalues: name post phone\n\n"
	    BODY, 4, "phone is not used" },
	{ "title: T\nversion: 1\nstatus: draft\nvalues: post\n\n" BODY, 7,
	    "not declared" },
	{ "title: T\nversion: 1\nstatus: draft\nvalues: name\n\n# H\n{{name}}",
	    4, "{{post}} must be" },
	{ HEAD "{{name}} {{post}}\n", 6, "begins with its heading" },
	{ HEAD "{{#first}}\n# H\n{{/first}}\n{{name}} {{post}}\n", 7,
	    "begins with its heading" },
	{ HEAD BODY "# Again\n", 8, "one # heading" },
	{ HEAD BODY "### Deep\n", 8, "cannot begin" },
	{ HEAD BODY "#Tight\n", 8, "cannot begin" },
	{ HEAD BODY "-tight\n", 8, "cannot begin" },
	{ HEAD BODY "[x] done\n", 8, "cannot begin" },
	{ HEAD BODY "__ line\n", 8, "cannot begin" },
	{ HEAD BODY "18. After that\n", 8, "next number" },
	{ HEAD BODY "1. a\n3. b\n", 9, "next number" },
	{ HEAD BODY "- \n", 8, "cannot begin" },
	{ HEAD BODY "\n set in\n", 9, "a space at the beginning" },
	{ HEAD BODY "!lock\n", 8, "no text" },
	{ HEAD BODY "!dragon here\n", 8, "no picture dragon" },
	{ HEAD BODY "! here\n", 8, "no picture" },
	{ HEAD BODY "{{nmae}}\n", 8, "no value {{nmae}}" },
	{ HEAD BODY "{{ name }}\n", 8, "no value {{ name }}" },
	{ HEAD BODY "{{Name}}\n", 8, "no value {{Name}}" },
	{ HEAD BODY "{{{name}}}\n", 8, "braces" },
	{ HEAD BODY "a {name} b\n", 8, "braces" },
	{ HEAD BODY "a {{name} b\n", 8, "braces" },
	{ HEAD BODY "a {{name b\n", 8, "braces" },
	{ HEAD BODY "a }} b\n", 8, "braces" },
	{ HEAD BODY "a {{}} b\n", 8, "braces" },
	{ HEAD BODY "a {{\nname}}\n", 8, "braces" },
	{ HEAD BODY "a {{#first}}\nx\n{{/first}}\n", 8, "stands alone" },
	{ HEAD BODY "{{#first}} x\n{{/first}}\n", 8, "stands alone" },
	{ HEAD BODY "{{#first}}\n\n{{/first}}\n", 8, "nothing in it" },
	{ HEAD BODY "{{#first}}\nx\n", 8, "not closed" },
	{ HEAD BODY "{{/first}}\n", 8, "no section is open" },
	{ HEAD BODY "{{#first}}\nx\n{{/version}}\n", 10, "opened in line 8" },
	{ HEAD BODY "{{#several}}\n{{#first}}\nx\n{{/several}}\n{{/first}}\n",
	    11, "another flag" },
	{ HEAD BODY "{{#frist}}\nx\n{{/frist}}\n", 8, "no flag frist" },
	{ HEAD BODY "{{#first}}\n{{^first}}\nx\n{{/first}}\ny\n{{/first}}\n", 9,
	    "the same flag" },
	{ HEAD BODY "@items\nx\n", 8, "only @items" },
	{ HEAD BODY "@item who\nx\n", 8, "only @items" },
	{ HEAD BODY "@items who whim\nx\n", 8, "knows no whim" },
	{ HEAD BODY "@items who who\nx\n", 8, "there twice" },
	{ HEAD BODY "@items who\n", 8, "no text follows" },
	{ HEAD BODY "@items who\n## H\n## G\nx\n", 8, "no text follows" },
	{ HEAD BODY "{{#first}}\nx\n@items who\n{{/first}}\ny\n", 10,
	    "no text follows" },
	{ HEAD BODY "a\tb\n", 8, "control character" },
	{ HEAD BODY "a\rb\n", 8, "control character" },
	{ HEAD BODY "a\r\n", 8, "CR LF" },
	{ HEAD BODY "a\xE2\x80\xAE" "b\n", 8, "bidi control" },
	{ HEAD BODY "a\xE2\x81\xA6" "b\n", 8, "bidi control" },
	{ HEAD BODY "a\xFF" "b\n", 8, "invalid UTF-8" },
	{ HEAD BODY "a\xC3\n", 8, "invalid UTF-8" },
	{ HEAD BODY "a\xED\xA0\x80\n", 8, "invalid UTF-8" },
	{ HEAD BODY "a\xE2\x80\x8B" "b\n", 8, "invisible" },
	{ "\xEF\xBB\xBF" HEAD BODY, 1, "invisible" },
};

START_TEST(what_is_wrong_has_its_line)
{
	const char *text = bad[_i].text;
	int found = 0;

	ck_assert_msg(parse_len(text, strlen(text)) == CP_BAD_INPUT,
	    "taken: %s", bad[_i].what);
	ck_assert_ptr_null(t);
	for (size_t i = 0; i < report.n; i++)
		found |= report.problem[i].line == bad[_i].line &&
		    strstr(report.problem[i].what, bad[_i].what) != NULL;
	ck_assert_msg(found, "wanted %u: %s; got %s", bad[_i].line,
	    bad[_i].what, err.what);
	ck_assert_msg(strncmp(err.what, "x.txt:", 6) == 0, "%s", err.what);
	for (size_t i = 1; i < report.n; i++)
		ck_assert_uint_le(report.problem[i - 1].line,
		    report.problem[i].line);
	/* Without a report, the same. */
	ck_assert_int_eq(cp_template_parse("x.txt", text, strlen(text), &kind,
	    &t, NULL, &err), CP_BAD_INPUT);
}
END_TEST

START_TEST(what_is_not_for_this_letter)
{
	static const char text[] = HEAD BODY "{{#first}}\n!lock x\n"
	    "{{/first}}\n@items who\nx\n";

	parse(text);
	kind.flags = FLAG(SEVERAL);
	kind.values = 1U << CP_VALUE_POST;
	kind.pictures = 0;
	kind.items = NULL;
	ck_assert_int_eq(parse_len(text, strlen(text)), CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 5);
	ck_assert_uint_eq(report.problem[0].line, 4);
	ck_assert_str_eq(report.problem[0].what,
	    "values: name is not for this letter");
	ck_assert_uint_eq(report.problem[1].line, 7);
	ck_assert_str_eq(report.problem[1].what,
	    "{{name}} is not for this letter");
	ck_assert_str_eq(report.problem[2].what,
	    "the flag first is not for this letter");
	ck_assert_str_eq(report.problem[3].what,
	    "pictures are for easy read only");
	ck_assert_str_eq(report.problem[4].what,
	    "@items is for whole notices only");
}
END_TEST

START_TEST(hostile_files)
{
	static const char nul[] = HEAD BODY "a\0b\n";
	struct cp_buf b;

	ck_assert_int_eq(parse_len(nul, sizeof(nul) - 1), CP_BAD_INPUT);
	ck_assert_uint_eq(report.problem[0].line, 8);
	cp_buf_init(&b);
	cp_buf_puts(&b, HEAD BODY);
	while (b.len < 10 << 20)
		cp_buf_puts(&b, "a paragraph of no great interest\n\n");
	ck_assert_int_eq(parse_len(cp_buf_text(&b), b.len), CP_BAD_INPUT);
	ck_assert_uint_eq(report.problem[0].line, 0);
	/* Too many blocks, too long a block, too deep. */
	b.len = 200000;
	ck_assert_int_eq(parse_len(cp_buf_text(&b), b.len), CP_BAD_INPUT);
	ck_assert_msg(strstr(err.what, "more than 1000") != NULL, "%s",
	    err.what);
	cp_buf_reset(&b);
	cp_buf_puts(&b, HEAD BODY);
	for (int i = 0; i < 1000; i++)
		cp_buf_puts(&b, "a text that goes on\n");
	ck_assert_int_eq(parse_len(cp_buf_text(&b), b.len), CP_BAD_INPUT);
	ck_assert_uint_eq(report.problem[0].line, 7);
	cp_buf_reset(&b);
	cp_buf_puts(&b, HEAD BODY);
	for (int i = 0; i < 20000; i++)
		cp_buf_puts(&b, "{{#first}}\n");
	ck_assert_int_eq(parse_len(cp_buf_text(&b), b.len), CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 32);
	cp_buf_clear(&b);
}
END_TEST

static void
deep(unsigned n, struct cp_buf *b)
{
	cp_buf_puts(b, HEAD BODY);
	for (unsigned i = 0; i < n; i++)
		cp_buf_printf(b, "{{#%s}}\n", cp_flag_name(i));
	cp_buf_puts(b, "x\n");
	for (unsigned i = n; i > 0; i--)
		cp_buf_printf(b, "{{/%s}}\n", cp_flag_name(i - 1));
}

START_TEST(depth_has_an_end)
{
	struct cp_buf b;

	cp_buf_init(&b);
	deep(8, &b);
	parse(cp_buf_text(&b));
	cp_buf_reset(&b);
	deep(9, &b);
	ck_assert_int_eq(parse_len(cp_buf_text(&b), b.len), CP_BAD_INPUT);
	ck_assert_uint_eq(report.n, 1);
	ck_assert_uint_eq(report.problem[0].line, 16);
	cp_buf_clear(&b);
}
END_TEST

/* Each byte of a good file made another one: no harm, whatever comes of it. */
START_TEST(every_byte_another)
{
	static const char good[] = HEAD "# H\n{{#first}}\n@items who\n"
	    "{{name}} {{post}}\n1. a\n{{/first}}\n!lock b\n";
	static const char others[] = "{}#^/@! \n\t:z1\x80\xC3";
	char text[sizeof(good)];

	for (size_t i = 0; i < sizeof(good) - 1; i++)
		for (size_t k = 0; k < sizeof(others); k++) {
			memcpy(text, good, sizeof(good));
			text[i] = others[k];
			(void)parse_len(text, sizeof(good) - 1);
			(void)parse_len(text, i);
		}
	parse(good);
}
END_TEST

/* ---- values ------------------------------------------------------------- */

START_TEST(values_are_never_read)
{
	static const char *const hostile[] = { "{{post}}", "{{#first}}",
		"{{/first}}", "# H", "- item", "1. item", "!lock", "@items who",
		"[ ] box", "___ line", "<b>&amp;", "%s%n", "\\", "}}{{",
		"../../etc/passwd", "=cmd|' /C calc'!A0" };

	parse(HEAD "# H\n{{name}}\n\n{{post}}\n");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct cp_buf wanted;

		cp_buf_init(&wanted);
		cp_buf_printf(&wanted, "1|H;T*|%s;T|1 High Street;",
		    hostile[i]);
		said.value[CP_VALUE_NAME] = hostile[i];
		expect(cp_buf_text(&wanted));
		cp_buf_clear(&wanted);
	}
}
END_TEST

START_TEST(values_that_are_refused)
{
	static const char *const hostile[] = { "a\nb", "a\rb", "a\x1B[2J",
		"a\xE2\x80\xAE" "b", "a\xE2\x81\xA9" "b", "a\xFF",
		"a\xE2\x80\xA8" "b", "\xEF\xBB\xBF" "a" };

	parse(HEAD "# H\n{{name}}\n\n{{post}}\n");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		said.value[CP_VALUE_NAME] = hostile[i];
		ck_assert_int_eq(cp_template_render(t, &said, note, NULL,
		    &err), CP_BAD_INPUT);
		ck_assert_ptr_nonnull(strstr(err.what, "{{name}}"));
		ck_assert_ptr_null(strstr(err.what, hostile[i]));
	}
	ck_assert_uint_eq(seen.len, 0);
}
END_TEST

START_TEST(a_value_that_is_not_there)
{
	parse(HEAD "# H\n{{name}}\n\n{{post}}\n");
	for (int i = 0; i < 2; i++) {
		said.value[CP_VALUE_POST] = i == 0 ? NULL : "";
		ck_assert_int_eq(cp_template_render(t, &said, note, NULL,
		    &err), CP_FAILED);
		ck_assert_ptr_nonnull(strstr(err.what, "{{post}}"));
	}
	ck_assert_uint_eq(seen.len, 0);
}
END_TEST

static enum cp_rc
stop(void *ctx, const struct cp_block *b, struct cp_err *e)
{
	(void)b;
	return ++*(int *)ctx == 2 ? cp_fail(e, CP_REFUSED, "enough") : CP_OK;
}

START_TEST(the_caller_may_stop)
{
	int n = 0;

	parse(HEAD "# H\n{{name}}\n\n{{post}}\n");
	ck_assert_int_eq(cp_template_render(t, &said, stop, &n, &err),
	    CP_REFUSED);
	ck_assert_int_eq(n, 2);
}
END_TEST

/* ---- direction ---------------------------------------------------------- */

#define FSI "\xE2\x81\xA8"
#define LRI "\xE2\x81\xA6"
#define PDI "\xE2\x81\xA9"
#define AR "\xD8\xA7\xD8\xA8" /* two Arabic letters */

START_TEST(values_keep_their_direction)
{
	parse(HEAD "# H\n{{name}}, {{post}}\n");
	said.value[CP_VALUE_NAME] = AR;
	expect("1|H;T*|" FSI AR PDI ", 1 High Street;");
	said.value[CP_VALUE_NAME] = "\xF0\x9E\xA4\x80"; /* Adlam */
	expect("1|H;T*|" FSI "\xF0\x9E\xA4\x80" PDI ", 1 High Street;");
	said.value[CP_VALUE_NAME] = "\xE0\xA8\xB8"; /* Gurmukhi */
	expect("1|H;T*|\xE0\xA8\xB8, 1 High Street;");
	kind.rtl = 1;
	parse(HEAD "# " AR "\n{{name}} " AR " {{post}}\n");
	said.value[CP_VALUE_NAME] = AR;
	expect("1|" AR ";T*|" FSI AR PDI " " AR " " FSI "1 High Street" PDI
	    ";");
}
END_TEST

static const char *const runs[][2] = {
	{ AR " 0303 123 1113", AR " " LRI "0303 123 1113" PDI },
	{ AR " 18 " AR, AR " 18 " AR },
	{ AR " (UK GDPR) " AR, AR " (" LRI "UK GDPR" PDI ") " AR },
	{ AR " 6(1)(e).", AR " " LRI "6(1)(e)" PDI "." },
	{ "(6(1)(e))", "(" LRI "6(1)(e)" PDI ")" },
	{ AR " 18. 6 " AR, AR " 18. 6 " AR },
	{ AR " ico.org.uk. " AR, AR " " LRI "ico.org.uk" PDI ". " AR },
	{ "+44 151 496", LRI "+44 151 496" PDI },
	{ AR "- 12", AR "- 12" },
	{ "ab", LRI "ab" PDI },
	{ "( (", "( (" },
	{ "a (", LRI "a" PDI " (" },
	{ "a (b", LRI "a" PDI " (" LRI "b" PDI },
	{ "a)b(c", LRI "a" PDI ")" LRI "b" PDI "(" LRI "c" PDI },
};

START_TEST(latin_in_text_from_right_to_left)
{
	struct cp_buf in, wanted;

	cp_buf_init(&in);
	cp_buf_init(&wanted);
	kind.rtl = 1;
	cp_buf_printf(&in, HEAD "# " AR "\n%s\n\n{{name}}\n\n{{post}}\n",
	    runs[_i][0]);
	parse(cp_buf_text(&in));
	cp_buf_printf(&wanted, "1|" AR ";T|%s;T*|" FSI "Zo\xC3\xAB" PDI ";T|"
	    FSI "1 High Street" PDI ";", runs[_i][1]);
	expect(cp_buf_text(&wanted));
	cp_buf_clear(&in);
	cp_buf_clear(&wanted);
}
END_TEST

/* U+09DF, which editors keep, and its NFC. */
START_TEST(text_is_composed)
{
	parse(HEAD "# \xE0\xA7\x9F\n{{name}} e\xCC\x81 {{post}}\n");
	expect("1|\xE0\xA6\xAF\xE0\xA6\xBC;T*|Zo\xC3\xAB \xC3\xA9 "
	    "1 High Street;");
}
END_TEST

/* ---- translations ------------------------------------------------------- */

#define END "{{^several}}\nz\n{{/several}}\n"
#define ORIGINAL "# H\n@items who\n{{name}} {{post}}\n{{#first}}\n!lock x\n" \
	"{{/first}}\n" END

static const struct {
	const char *body;
	unsigned line; /* 0: alike */
	const char *what;
} translations[] = {
	{ "# T\n@items who\n{{post}}: {{name}}, {{name}}\n{{#first}}\n!lock y"
	    "\n{{/first}}\n" END, 0, "" },
	{ "# T\n@items who\n{{post}}: {{name}}, {{name}}\n{{#first}}\n!lock y"
	    "\n{{/first}}\nz\n", 12, "other sections" },
	{ "# T\n@items who\n- {{name}} {{post}}\n{{#first}}\n!lock y\n"
	    "{{/first}}\n", 8, "this is an item (-)" },
	{ "# T\n@items who\n{{name}} {{post}}\n", 8, "goes on with a picture" },
	{ "# T\n@items who\n{{name}} {{post}}\n{{#first}}\n!lock y\n"
	    "{{/first}}\n" END "more\n", 15, "ends before" },
	{ "# T\n@items who\n{{name}} {{post}}\n{{#first}}\n!bin y\n"
	    "{{/first}}\n", 10, "the picture is bin" },
	{ "# T\n@items who\n{{name}} {{post}}\n{{^first}}\n!lock y\n"
	    "{{/first}}\n", 10, "other sections" },
	{ "# T\n@items who\n{{name}} {{post}}\n!lock y\n", 9,
	    "other sections" },
	{ "# T\n@items why\n{{name}} {{post}}\n{{#first}}\n!lock y\n"
	    "{{/first}}\n", 8, "@items" },
	{ "# T\n{{name}} {{post}}\n{{#first}}\n!lock y\n{{/first}}\n", 7,
	    "@items" },
	{ "# T {{name}}\n@items who\n{{post}}\n{{#first}}\n!lock y\n"
	    "{{/first}}\n", 6, "{{name}} is used here" },
	{ "# T\n@items who\n{{post}}\n{{#first}}\n!lock {{name}}\n"
	    "{{/first}}\n", 8, "{{name}} is not used here" },
};

START_TEST(a_translation_is_built_as_the_original)
{
	struct cp_template_problem why = { 0 };
	struct cp_template *original;
	struct cp_buf b;
	int alike;

	parse(HEAD ORIGINAL);
	original = t;
	t = NULL;
	cp_buf_init(&b);
	cp_buf_printf(&b, HEAD "%s", translations[_i].body);
	parse(cp_buf_text(&b));
	alike = cp_template_alike(t, original, &why);
	ck_assert_int_eq(alike, translations[_i].line == 0);
	ck_assert_uint_eq(why.line, translations[_i].line);
	ck_assert_msg(strstr(why.what, translations[_i].what) != NULL, "%s",
	    why.what);
	cp_template_free(original);
	cp_buf_clear(&b);
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(tc, test, 0, \
	(int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *suite = suite_create("template");
	TCase *tc = tcase_create("templates");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, names_are_their_own);
	tcase_add_test(tc, each_kind_of_block);
	tcase_add_test(tc, the_head);
	tcase_add_test(tc, sections_follow_flags);
	tcase_add_test(tc, numbers_and_what_is_fixed);
	tcase_add_test(tc, a_run_of_numbers_is_fixed);
	tcase_add_test(tc, what_is_said_of_the_law);
	tcase_add_test(tc, items_end_where_the_next_begin);
	LOOP(what_is_wrong_has_its_line, bad);
	tcase_add_test(tc, what_is_not_for_this_letter);
	tcase_add_test(tc, hostile_files);
	tcase_add_test(tc, depth_has_an_end);
	tcase_add_test(tc, every_byte_another);
	tcase_add_test(tc, values_are_never_read);
	tcase_add_test(tc, values_that_are_refused);
	tcase_add_test(tc, a_value_that_is_not_there);
	tcase_add_test(tc, the_caller_may_stop);
	tcase_add_test(tc, values_keep_their_direction);
	LOOP(latin_in_text_from_right_to_left, runs);
	tcase_add_test(tc, text_is_composed);
	LOOP(a_translation_is_built_as_the_original, translations);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
