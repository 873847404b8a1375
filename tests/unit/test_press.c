#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

static struct cp_err err;
static struct cp_buf pdf;
static struct cp_press *press;
static const char *why;
static int pages;

static const char *const office_lines[] = { "Town Hall", "Brighton Street",
	"Wallasey", "CH44 8ED" };
static const struct cp_letterhead wirral = { .name = "Wirral Council",
	.office = "Children's directory team", .lines = office_lines,
	.n_lines = 4, .phone = "0151 606 2000",
	.email = "directory@wirral.example",
	.web = "www.wirral.example/directory" };
static const struct cp_letterhead longest = {
	.name = "Royal Borough of Kensington and Chelsea",
	.office = "Family and Children's Services, directory of children",
	.lines = office_lines, .n_lines = 4, .phone = "020 7361 3000",
	.email = "childrens-directory-and-records@kensington.example",
	.web = "www.kensington.example/children/directory" };

static const struct cp_press_spec english = { .title = "Letters",
	.language = "en", .face = "sans", .head = &wirral,
	.page_words = "Page {{page}} of {{pages}}",
	.reference_words = "Our reference", .qr_words = "A square code",
	.date = "21 November 2026", .made = "2026-11-21T10:00:00Z" };
static const struct cp_press_spec urdu = { .title = "خط",
	.language = "ur", .rtl = 1, .face = "nastaliq", .head = &wirral,
	.page_words = "صفحہ {{page}} از {{pages}}",
	.reference_words = "ہمارا حوالہ نمبر", .qr_words = "کوڈ",
	.date = "21 نومبر 2026", .made = "2026-11-21T10:00:00Z" };

static const char *const home[] = { "The parent or carer of Zoë Łukasz",
	"17 Long Lane", "Prenton", "CH43 9SX" };
#define FIXED(k, t) { .kind = CP_BLOCK_##k, .text = t, .fixed = 1 }
static const struct cp_block body[] = { FIXED(H1, "What we hold"),
	{ .kind = CP_BLOCK_TEXT, .text = "Dear Zoë," },
	FIXED(TEXT, "There is a record of you in the directory."),
	FIXED(H2, "What is in it"), FIXED(BULLET, "your name"),
	FIXED(BULLET, "your school"),
	{ .kind = CP_BLOCK_NUMBER, .text = "First", .fixed = 1, .number = 1 },
	{ .kind = CP_BLOCK_NUMBER, .text = "Second", .fixed = 1,
	    .number = 2 },
	FIXED(TICK, "I agree"), FIXED(WRITE, "Signed") };
static const struct cp_letter letter = { .reference = "N-0000012-K",
	.to = home, .n_to = 4, .blocks = body,
	.n_blocks = sizeof(body) / sizeof(body[0]) };

static void
open_press(const struct cp_press_spec *spec)
{
	enum cp_rc rc;

	cp_press_free(press);
	press = NULL;
	rc = cp_press_open(spec, &press, &err);
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void
setup(void)
{
	cp_buf_init(&pdf);
	open_press(&english);
}

static void
teardown(void)
{
	cp_buf_clear(&pdf);
	cp_press_free(press);
	press = NULL;
}

static void
add(const struct cp_letter *l)
{
	enum cp_rc rc = cp_press_add(press, l, &pages, &why, &err);

	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_ptr_null(why);
	ck_assert_int_ge(pages, 1);
}

static void
finish(void)
{
	enum cp_rc rc;

	cp_buf_reset(&pdf);
	rc = cp_press_finish(press, &pdf, &err);
	ck_assert_msg(rc == CP_OK, "%s", err.what);
	ck_assert_int_eq(memcmp(pdf.data, "%PDF-1.", 7), 0);
}

static int
count(const char *text)
{
	const uint8_t *at = pdf.data, *end = pdf.data + pdf.len;
	int n = 0;

	while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) !=
	    NULL) {
		at += strlen(text);
		n++;
	}
	return n;
}

static void
refused(const struct cp_letter *l, const char *word)
{
	ck_assert_int_eq(cp_press_add(press, l, &pages, &why, &err),
	    CP_BAD_INPUT);
	ck_assert_str_eq(why, word);
}

static struct cp_letter
with_text(struct cp_block *b, const char *text)
{
	struct cp_letter l = letter;

	*b = (struct cp_block){ .kind = CP_BLOCK_TEXT, .text = text };
	l.blocks = b;
	l.n_blocks = 1;
	return l;
}

/* ---- the file -------------------------------------------------------------- */

/* Elements right below the first of TYPE, a group. */
static int
kids_of(const char *type)
{
	const uint8_t *at = memmem(pdf.data, pdf.len, type, strlen(type));
	const uint8_t *end;
	int n = 0;

	ck_assert_ptr_nonnull(at);
	at = memmem(at, 100, "/K[", 3);
	ck_assert_ptr_nonnull(at);
	end = memchr(at, ']', (size_t)(pdf.data + pdf.len - at));
	ck_assert_ptr_nonnull(end);
	while ((at = memmem(at, (size_t)(end - at), " 0 R ", 5)) != NULL) {
		at += 5;
		n++;
	}
	return n;
}

START_TEST(tags)
{
	add(&letter);
	add(&letter);
	finish();
	ck_assert_int_eq(count("/S/Document"), 1);
	ck_assert_int_eq(count("/S/Sect"), 2);
	ck_assert_int_eq(count("/S/Figure"), 2);
	ck_assert_int_eq(count("/S/H1"), 2);
	ck_assert_int_eq(count("/S/H2"), 2);
	ck_assert_int_eq(count("/S/P/"), 2 * 8);
	/* bullets, numbers, a box to tick */
	ck_assert_int_eq(count("/S/L/"), 2 * 3);
	ck_assert_int_eq(count("/S/LI/"), 2 * 5);
	ck_assert_int_eq(count("/S/Lbl"), 2 * 5);
	ck_assert_int_eq(count("/S/LBody"), 2 * 5);
	ck_assert_int_eq(kids_of("/S/Document"), 2);
	/* five of the head and the code; of the body eight, lists as one */
	ck_assert_int_eq(kids_of("/S/Sect"), 6 + 8);
	ck_assert_int_eq(kids_of("/S/L/"), 2);
	ck_assert_int_eq(kids_of("/S/LI"), 2);
	ck_assert_int_eq(count("/Type/Page/"), 2);
	ck_assert_int_eq(count("/StructParents"), 2);
}
END_TEST

/* What is fixed is there once, however many letters there are. */
START_TEST(forms)
{
	int once;

	add(&letter);
	finish();
	once = count("/Subtype/Form");
	ck_assert_int_gt(once, 10);
	for (int i = 0; i < 20; i++)
		add(&letter);
	finish();
	ck_assert_int_eq(count("/Subtype/Form"), once);
	ck_assert_int_eq(count("/S/Sect"), 20);
}
END_TEST

/* The bytes of a part do not tell what the press did before. */
START_TEST(same_bytes)
{
	struct cp_block b;
	struct cp_letter other = with_text(&b, "محمد ਗੁਰਪ੍ਰੀਤ বাংলা");
	struct cp_buf first;

	add(&letter);
	finish();
	first = pdf;
	cp_buf_init(&pdf);
	add(&other);
	finish();
	add(&letter);
	finish();
	ck_assert_uint_eq(first.len, pdf.len);
	ck_assert_int_eq(memcmp(first.data, pdf.data, pdf.len), 0);
	cp_buf_clear(&first);
}
END_TEST

/* What is refused leaves no trace. */
START_TEST(refusals_leave_nothing)
{
	struct cp_block b;
	struct cp_letter bad = with_text(&b, "a \xF0\x9F\x98\x80");
	struct cp_buf first;

	add(&letter);
	add(&letter);
	finish();
	first = pdf;
	cp_buf_init(&pdf);
	add(&letter);
	refused(&bad, "unprintable");
	add(&letter);
	refused(&bad, "unprintable");
	finish();
	ck_assert_uint_eq(first.len, pdf.len);
	ck_assert_int_eq(memcmp(first.data, pdf.data, pdf.len), 0);
	cp_buf_clear(&first);
	ck_assert_int_eq(cp_press_finish(press, &pdf, &err), CP_BAD_INPUT);
}
END_TEST

START_TEST(wrong_spec)
{
	struct cp_press_spec s = english;
	struct cp_press *p = NULL;

	s.made = "today";
	ck_assert_int_eq(cp_press_open(&s, &p, &err), CP_BAD_INPUT);
	s = english;
	s.face = "comic";
	ck_assert_int_eq(cp_press_open(&s, &p, &err), CP_BAD_INPUT);
	s = english;
	s.head = NULL;
	ck_assert_int_eq(cp_press_open(&s, &p, &err), CP_BAD_INPUT);
	ck_assert_ptr_null(p);
	cp_press_free(NULL);
}
END_TEST

START_TEST(numbers)
{
	cp_buf_reset(&pdf);
	press_put_number(&pdf, 0);
	press_put_number(&pdf, -0.004);
	press_put_number(&pdf, 12.5);
	press_put_number(&pdf, -3.07);
	press_put_number(&pdf, 100);
	press_put_number(&pdf, 0.05);
	press_put_number(&pdf, 841.999);
	ck_assert_str_eq(cp_buf_text(&pdf), "0 0 12.5 -3.07 100 0.05 842 ");
}
END_TEST

/* ---- pages ----------------------------------------------------------------- */

static const struct press_text *
text_of(const struct press_place *at)
{
	return at->set->text;
}

/* Nothing is cut or over another, each line is there once, no heading is last
 * on a page, and no line of a longer text stands alone. */
static void
check_places(const struct press_letter *x)
{
	const struct press_place *last = NULL;
	int next = 0;

	for (size_t i = 0; i < x->n_places; i++) {
		const struct press_place *at = &x->places[i];
		int n = text_of(at)->n, here = at->to - at->from;
		double end = at->y + (here == n ? at->set->height :
		    press_text_height(text_of(at), at->from, at->to));

		ck_assert_double_le(end, press->bottom + 0.01);
		ck_assert_double_ge(at->y, at->page == 1 ? press->top.end :
		    20 * INK_MM - 0.01);
		ck_assert_int_eq(at->from, next);
		next = at->to < n ? at->to : 0;
		ck_assert(here == n || here >= 2);
		if (last != NULL && last->page == at->page)
			ck_assert_double_ge(at->y + 0.01, last->y +
			    press_text_height(text_of(last), last->from,
			    last->to));
		if (last != NULL && last->set->kind <= CP_BLOCK_H2)
			ck_assert_int_eq(last->page, at->page);
		last = at;
	}
	ck_assert_int_eq(next, 0);
	ck_assert_int_eq(x->pages, last->page);
}

/* A letter of N blocks of many kinds and lengths; the texts are owned. */
static void
check_mixture(unsigned seed)
{
	static const enum cp_block_kind kinds[] = { CP_BLOCK_H1, CP_BLOCK_H2,
		CP_BLOCK_TEXT, CP_BLOCK_TEXT, CP_BLOCK_TEXT, CP_BLOCK_BULLET,
		CP_BLOCK_BULLET, CP_BLOCK_NUMBER, CP_BLOCK_PICTURE,
		CP_BLOCK_TICK, CP_BLOCK_WRITE };
	struct cp_block b[60] = { { 0 } };
	struct press_letter x = { 0 };
	struct cp_letter l = letter;
	char *texts[60];

	for (unsigned i = 0; i < 60; i++) {
		enum cp_block_kind kind = kinds[(seed = seed * 1103515245 +
		    12345) / 65536 % 11];
		unsigned words = kind <= CP_BLOCK_H2 ? 4 :
		    (seed >> 20) % (press->large ? 40 : 90) + 1;

		if (i == 59 && kind <= CP_BLOCK_H2)
			kind = CP_BLOCK_TEXT;
		texts[i] = calloc(words, 8);
		for (unsigned j = 0; j < words; j++)
			strcat(texts[i], j % 3 != 0 ? "lorem " : "ipsumx ");
		b[i] = (struct cp_block){ .kind = kind, .text = texts[i],
			.number = kind == CP_BLOCK_NUMBER ? 1 : 0,
			.picture = kind == CP_BLOCK_PICTURE ? "house" : NULL };
	}
	l.blocks = b;
	l.n_blocks = 60;
	ck_assert_int_eq(press_letter_set(press, &l, &x, &why, &err), CP_OK);
	ck_assert_int_eq(press_place(press, &x, &why, &err), CP_OK);
	ck_assert_int_gt(x.pages, 2);
	check_places(&x);
	press_letter_clear(&x);
	for (int i = 0; i < 60; i++)
		free(texts[i]);
}

START_TEST(pages_break)
{
	struct cp_press_spec s = _i < 3 ? english : urdu;

	s.large = _i % 3 == 1;
	s.easy = _i % 3 == 2;
	open_press(&s);
	for (unsigned seed = 1; seed <= 12; seed++)
		check_mixture(seed);
}
END_TEST

START_TEST(split_paragraph)
{
	char text[20000] = "";
	struct cp_block b;
	struct cp_letter l = with_text(&b, text);

	for (int i = 0; i < 1500; i++)
		strcat(text, "lorem ipsum ");
	add(&l);
	finish();
	ck_assert_int_gt(pages, 3);
	ck_assert_int_eq(count("/S/P/"), 6);
	ck_assert_int_eq(count("/S/Span"), pages);
	ck_assert_int_eq(kids_of("/S/Sect"), 6 + 1);
	ck_assert_int_eq(kids_of("/S/Document"), 1);
}
END_TEST

START_TEST(too_much)
{
	struct cp_block *b = calloc(2001, sizeof(*b));
	struct cp_letter l = letter;

	for (int i = 0; i < 2001; i++)
		b[i] = body[2];
	l.blocks = b;
	l.n_blocks = 2001;
	refused(&l, "too-much");
	l.n_blocks = 2000;
	refused(&l, "too-much");
	free(b);
}
END_TEST

/* A number goes before its text, however long it is; where there are two figures
 * at most, all stand as ever. */
static void
check_labels(const struct press_letter *x, double size)
{
	double inset = 0;

	for (size_t i = 0; i < x->n; i++) {
		const struct press_set *s = x->sets[i];

		if (s->kind != CP_BLOCK_NUMBER)
			continue;
		ck_assert_double_le(s->label->width + 0.2 * size, s->inset);
		ck_assert_double_le(s->inset, s->start);
		ck_assert(inset == 0 || inset == s->inset);
		inset = s->inset;
	}
	ck_assert(x->n > 99 || inset == 1.9 * size);
}

START_TEST(as_long_as_it_takes)
{
	static const int lengths[] = { 99, 100, 1000, 12345 };
	int n = lengths[_i];
	struct cp_block *b = calloc((size_t)n, sizeof(*b));
	struct press_letter x = { .n = 0 };
	struct cp_letter l = letter;

	for (int i = 0; i < n; i++)
		b[i] = (struct cp_block){ .kind = CP_BLOCK_NUMBER,
			.text = "An entry", .number = i + 1 };
	l.blocks = b;
	l.n_blocks = (size_t)n;
	if (n > 2000)
		refused(&l, "too-much");
	l.is_long = 1;
	ck_assert_int_eq(press_letter_set(press, &l, &x, &why, &err), CP_OK);
	check_labels(&x, press_size(press, PRESS_BODY));
	press_letter_clear(&x);
	add(&l);
	ck_assert(n < 2000 || pages > 40);
	finish();
	ck_assert_int_eq(count("/S/LI"), n);
	free(b);
}
END_TEST

/* What goes with it begins on a page of its own; of other letters not. */
START_TEST(letter_apart)
{
	const struct cp_block b[] = { FIXED(H1, "Letter"), FIXED(TEXT, "Dear"),
		FIXED(H1, "What we hold"), FIXED(H2, "Names"),
		FIXED(TEXT, "Ann"), FIXED(H1, "Of another"),
		FIXED(TEXT, "Bea") };
	struct cp_letter l = letter;

	l.blocks = b;
	l.n_blocks = sizeof(b) / sizeof(b[0]);
	add(&l);
	ck_assert_int_eq(pages, 1);
	l.is_long = 1;
	add(&l);
	ck_assert_int_eq(pages, 3);
}
END_TEST

/* ---- texts ----------------------------------------------------------------- */

static void
shows(const char *text, const char *want)
{
	struct press_text *t = NULL;

	ck_assert_int_eq(press_text_set(press, PRESS_BODY, text,
	    press->measure, &t, &err), CP_OK);
	ck_assert_str_eq(pango_layout_get_text(t->layout), want);
	ck_assert_double_le(t->width, press->measure + 0.5);
	press_text_free(t);
}

START_TEST(hostile_texts)
{
	char wide[301] = "";
	struct cp_block b;
	struct cp_letter l;

	memset(wide, 'W', 300);
	shows("<b>x</b> {{name}} &amp;", "<b>x</b> {{name}} &amp;");
	shows("a\xE2\x80\xAEtxt", "a<U+202E>txt");
	shows("a\x01\n\x7F\xC0", "a<U+0001><U+000A><U+007F><C0>");
	/* isolates that are closed are those of the wording */
	shows("a \xE2\x81\xA8x\xE2\x81\xA9 b", "a \xE2\x81\xA8x\xE2\x81\xA9 b");
	shows("a \xE2\x81\xA8x b", "a <U+2068>x b");
	shows("a \xE2\x81\xA9x\xE2\x81\xA8 b", "a <U+2069>x<U+2068> b");
	shows(wide, wide);
	l = with_text(&b, "a \xF0\x9F\x98\x80");
	refused(&l, "unprintable");
	ck_assert_ptr_nonnull(strstr(err.what, "U+1F600"));
	l = letter;
	l.to = (const char *const []){ "Zo\xF0\x9F\x98\x80", "1 Lane" };
	l.n_to = 2;
	refused(&l, "unprintable");
	b = (struct cp_block){ .kind = CP_BLOCK_PICTURE, .text = "x",
		.picture = "dragon" };
	l = letter;
	l.blocks = &b;
	l.n_blocks = 1;
	refused(&l, "unprintable");
}
END_TEST

START_TEST(all_scripts)
{
	static const char *const texts[] = { "Zażółć gęślą jaźń Łódź ŵ ŷ",
		"İıŞşĞğ Çç", "ação não", "œuvre Ÿ", "محمد علي", "گڑیا ٹھیک ہے",
		"ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ।", "আয়েশা বেগম।", "આરવ પટેલ", "கவிதா குமார்",
		"Олена Ελένη", "王小明 山田", "김민준", "やまだ ヤマダ", "สมชาย",
		"አበበ", "გიორგი", "Արամ", "සිංහල", "ಕನ್ನಡ", "മലയാളം",
		"తెలుగు", "ខ្មែរ", "မြန်မာ", "ລາວ", "דוד", "ދިވެހި", "ଓଡ଼ିଆ",
		"हिन्दी" };
	struct cp_block b;

	for (int k = 0; k < 2; k++) {
		open_press(k ? &urdu : &english);
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]);
		    i++) {
			struct cp_letter l = with_text(&b, texts[i]);

			l.to = (const char *const []){ texts[i], "1 Lane" };
			l.n_to = 2;
			add(&l);
		}
		finish();
		ck_assert_int_eq(count("NotoNastaliqUrdu-Regular") > 0, k);
	}
}
END_TEST

/* A fixed text is set once; others go with their letter. */
START_TEST(nothing_piles_up)
{
	char text[64], name[64];
	const char *to[] = { name, "1 Lane", "CH43 9SX" };
	struct cp_block b[2] = { body[2] };
	struct cp_letter l = letter;
	unsigned sets, labels;

	l.to = to;
	l.n_to = 3;
	l.blocks = b;
	l.n_blocks = 2;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "Dear number %d", i);
		(void)snprintf(name, sizeof(name), "Number %d", i);
		b[1] = (struct cp_block){ .kind = CP_BLOCK_TEXT,
			.text = text };
		add(&l);
		if (i == 0) {
			sets = g_hash_table_size(press->sets);
			labels = g_hash_table_size(press->labels);
		}
	}
	ck_assert_uint_eq(g_hash_table_size(press->sets), sets);
	ck_assert_uint_eq(g_hash_table_size(press->labels), labels);
	finish();
	ck_assert_int_eq(count("/Subtype/Type0"), 2);
}
END_TEST

/* ---- paper ----------------------------------------------------------------- */

/* What a window of 35 by 90 mm may show of a sheet that slips in it. */
static int
in_window(double x, double y, double width, double height)
{
	return x < 110 * INK_MM && x + width > 10 * INK_MM &&
	    y < 92 * INK_MM && y + height > 46 * INK_MM;
}

static void
not_in_window(const struct press_put *put)
{
	const struct press_text *t = put->text;
	PangoRectangle r;
	double left, width;

	pango_layout_get_extents(t->layout, &r, NULL);
	left = put->x + (double)r.x / PANGO_SCALE;
	width = (double)r.width / PANGO_SCALE;
	ck_assert_msg(!in_window(left, put->y, width,
	    press_text_height(t, 0, t->n)), "%s at %.0f %.0f",
	    pango_layout_get_text(t->layout), put->x / INK_MM,
	    put->y / INK_MM);
	ck_assert_double_ge(left, press->margin - 1);
	ck_assert_double_le(left + width, 210 * INK_MM - press->margin + 1);
}

START_TEST(window_is_clear)
{
	struct cp_press_spec s = _i < 6 ? english : urdu;
	const struct press_top *t;

	s.large = _i % 3 == 1;
	s.easy = _i % 3 == 2;
	s.head = _i / 3 % 2 ? &longest : &wirral;
	open_press(&s);
	t = &press->top;
	not_in_window(&t->name);
	not_in_window(&t->date);
	not_in_window(&t->label);
	for (int i = 0; i < t->n_contacts; i++)
		not_in_window(&t->contact[i]);
	ck_assert(!in_window(t->qr_x, t->qr_y, 20 * INK_MM, 20 * INK_MM));
	ck_assert(!in_window(t->reference_x, t->reference_y, 20, 20));
	ck_assert_double_ge(t->end, 92 * INK_MM);
	add(&letter);
}
END_TEST

static void
check_address(const char *const *to, size_t n)
{
	struct press_letter x = { 0 };
	struct cp_letter l = letter;

	l.to = to;
	l.n_to = n;
	why = NULL;
	ck_assert_int_eq(press_window_set(press, &l, &x, &why, &err), CP_OK);
	for (int i = 0; i < x.n_to; i++) {
		const struct press_text *t = x.to[i];

		ck_assert_double_le(t->width, 79 * INK_MM + 4);
		ck_assert_double_ge(x.to_y[i], 45.9 * INK_MM);
		ck_assert_double_le(x.to_y[i] + t->line[t->n].top,
		    78.1 * INK_MM);
		for (int j = 0; j < t->n; j++)
			ck_assert_double_lt(t->line[j].left, 1);
	}
	press_letter_clear(&x);
}

START_TEST(address)
{
	static const char carer[] = "The parent or carer of Muhammad "
	    "Abdullah Khan";
	static const char *const six[] = { carer, "Flat 12, Something House",
		"123 Long Street", "Rock Ferry", "Birkenhead", "CH41 5AB" };
	static const char *const right[] = { "محمد علی خان", "1 Lane" };
	char wide[301] = "";
	struct cp_letter l = letter;
	struct cp_press_spec s = _i < 3 ? english : urdu;

	memset(wide, 'W', 300);
	s.large = _i % 3 == 1;
	s.easy = _i % 3 == 2;
	open_press(&s);
	check_address(six, 6);
	check_address(home, 4);
	check_address(right, 2);
	l.to = (const char *const []){ "Zoë", wide, "CH43 9SX" };
	l.n_to = 3;
	refused(&l, "too-long");
}
END_TEST

START_TEST(large_is_large)
{
	struct cp_press_spec s = _i ? urdu : english;

	s.large = 1;
	open_press(&s);
	for (int i = 0; i <= PRESS_TO; i++)
		ck_assert_double_ge(press_size(press, (enum press_face)i),
		    16);
	ck_assert_double_ge(press_size(press, PRESS_BODY), 18);
	ck_assert_double_gt(press_size(press, PRESS_H2),
	    press_size(press, PRESS_BODY));
	s.large = 0;
	s.easy = 1;
	open_press(&s);
	ck_assert_double_ge(press_size(press, PRESS_BODY), 14);
}
END_TEST

START_TEST(mirrored)
{
	double middle = 105 * INK_MM;
	struct press_text *t = NULL;

	ck_assert_double_lt(press->top.name.x, middle);
	ck_assert_double_gt(press->top.qr_x, press->top.reference_x);
	open_press(&urdu);
	ck_assert_double_gt(press->top.name.x + press->top.name.text->measure,
	    185 * INK_MM - 1);
	ck_assert_double_lt(press->top.qr_x, press->top.reference_x);
	/* a number keeps its order, and stands at the right */
	ck_assert_int_eq(press_text_set(press, PRESS_BODY, "x",
	    press->measure, &t, &err), CP_OK);
	ck_assert_double_gt(t->line[0].left, press->measure / 2);
	press_text_free(t);
}
END_TEST

/* ---- pictures -------------------------------------------------------------- */

static enum cp_rc
see(void *ctx, int page, const void *png, size_t len, struct cp_err *e)
{
	int *last = ctx;

	(void)e;
	ck_assert_int_eq(page, *last + 1);
	ck_assert_uint_gt(len, 1000);
	ck_assert_int_eq(memcmp(png, "\x89PNG", 4), 0);
	*last = page;
	return CP_OK;
}

START_TEST(png)
{
	int last = 0;

	ck_assert_int_eq(cp_press_png(press, &letter, 300, see, &last, &err),
	    CP_OK);
	ck_assert_int_eq(last, 1);
	ck_assert_int_eq(cp_press_png(press, &letter, 0, see, &last, &err),
	    CP_BAD_INPUT);
	/* it is no letter of the part */
	ck_assert_int_eq(cp_press_finish(press, &pdf, &err), CP_BAD_INPUT);
}
END_TEST

START_TEST(pictures)
{
	struct cp_press_spec s = english;
	struct cp_block b[32] = { { 0 } };
	struct cp_letter l = letter;
	size_t n = 0;

	for (; cp_press_pictures[n] != NULL; n++) {
		ck_assert_str_eq(cp_press_pictures[n], cp_picture_names[n]);
		b[n] = (struct cp_block){ .kind = CP_BLOCK_PICTURE,
			.text = "x", .picture = cp_press_pictures[n] };
	}
	ck_assert_ptr_null(cp_picture_names[n]);
	ck_assert_uint_ge(n, 18);
	s.easy = 1;
	open_press(&s);
	l.blocks = b;
	l.n_blocks = n;
	add(&l);
	finish();
	ck_assert_int_eq(count("/S/P/"), 5 + (int)n);
	ck_assert_int_eq(count("/S/Figure"), 1);
}
END_TEST

/* ---- threads --------------------------------------------------------------- */

static void *
make_part(void *ctx)
{
	struct cp_buf *out = ctx;
	struct cp_press *p = NULL;
	struct cp_err e = { 0 };
	const char *word;
	int n;

	if (cp_press_open(&urdu, &p, &e) != CP_OK)
		return NULL;
	for (int i = 0; i < 40; i++)
		if (cp_press_add(p, &letter, &n, &word, &e) != CP_OK)
			break;
	if (cp_press_finish(p, out, &e) != CP_OK)
		cp_buf_reset(out);
	cp_press_free(p);
	return NULL;
}

START_TEST(two_threads)
{
	struct cp_buf out[2];
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		cp_buf_init(&out[i]);
		ck_assert_int_eq(pthread_create(&threads[i], NULL, make_part,
		    &out[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_gt(out[0].len, 10000);
	ck_assert_uint_eq(out[0].len, out[1].len);
	ck_assert_int_eq(memcmp(out[0].data, out[1].data, out[0].len), 0);
	for (int i = 0; i < 2; i++)
		cp_buf_clear(&out[i]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("press");
	TCase *t = tcase_create("letters");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, tags);
	tcase_add_test(t, forms);
	tcase_add_test(t, same_bytes);
	tcase_add_test(t, refusals_leave_nothing);
	tcase_add_test(t, wrong_spec);
	tcase_add_test(t, numbers);
	tcase_add_loop_test(t, pages_break, 0, 6);
	tcase_add_test(t, split_paragraph);
	tcase_add_test(t, too_much);
	tcase_add_loop_test(t, as_long_as_it_takes, 0, 4);
	tcase_add_test(t, letter_apart);
	tcase_add_test(t, hostile_texts);
	tcase_add_test(t, all_scripts);
	tcase_add_test(t, nothing_piles_up);
	tcase_add_loop_test(t, window_is_clear, 0, 12);
	tcase_add_loop_test(t, address, 0, 6);
	tcase_add_loop_test(t, large_is_large, 0, 2);
	tcase_add_test(t, mirrored);
	tcase_add_test(t, png);
	tcase_add_test(t, pictures);
	tcase_add_test(t, two_threads);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
