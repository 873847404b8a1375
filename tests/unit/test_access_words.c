#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/access_letter.h"
#include "lifecycle/duties/access_words.h"

/* What is given, set out for reading; and the letters around it.  Run from the
 * root of the sources. */

static struct cp_err err;
static struct cp_policy *policy, *policy_1998;
static struct cp_wordings *wordings;
static struct cp_rules rules;
static struct cp_now now = { .time = "2026-11-21T12:00:00Z" };
static struct cp_composing with;
static struct cp_access_words *words;
static const struct cp_language *english, *urdu;

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define ISOLATE "\xE2\x81\xA8"
#define END "\xE2\x81\xA9"

static enum cp_rc
sender(void *ctx, const char *authority, struct cp_sender *out,
    struct cp_err *e)
{
	static const char *const lines[] = { "1 Town Hall", "Anytown" };

	(void)ctx;
	if (strcmp(authority, "E08000015") != 0)
		return cp_fail(e, CP_REFUSED, "no letterhead");
	memset(out, 0, sizeof(*out));
	out->head.name = "Some Council";
	out->head.lines = lines;
	out->head.n_lines = 2;
	out->head.phone = "01632 960000";
	out->head.email = "x@example.org";
	out->post = "Some Council, 1 Town Hall";
	out->dpo = "dpo@example.org";
	return CP_OK;
}

static struct cp_policy *
load_policy(const char *file)
{
	struct cp_policy_report report;
	struct cp_policy *p = NULL;

	cp_policy_report_init(&report);
	OK(cp_policy_load_file(file, &p, &report, &err));
	cp_policy_report_clear(&report);
	return p;
}

static void
setup(void)
{
	int known;

	policy = load_policy("policies/uk-2026.cfg");
	policy_1998 = load_policy("policies/contactpoint-2007.cfg");
	OK(cp_wordings_load("policies", policy, NULL, NULL, &wordings, &err));
	english = cp_wording_language(wordings, "en", &known);
	urdu = cp_wording_language(wordings, "ur", &known);
	OK(cp_access_words_load("policies", english, &words, &err));
	rules.policy = policy;
	rules.today = now.today = cp_date_make(2026, 11, 21);
	with = (struct cp_composing){ &rules, wordings, &now, sender, NULL };
}

static void
teardown(void)
{
	cp_access_words_free(words);
	cp_wordings_free(wordings);
	cp_policy_free(policy);
	cp_policy_free(policy_1998);
}

/* ---- a collection ----------------------------------------------------------- */

enum { ITEMS_MOST = 16, FIELDS_MOST = 3 };

static struct cp_collection coll;
static struct cp_item items[ITEMS_MOST];
static struct cp_field fields[ITEMS_MOST][FIELDS_MOST];

static void
begin(void)
{
	memset(&coll, 0, sizeof(coll));
	memset(items, 0, sizeof(items));
	memset(fields, 0, sizeof(fields));
	coll.items = items;
	coll.n_subjects = 1;
	coll.subject[0].who.idx = 1;
}

/* An item of PART, of entry OF (its own place: an entry). */
static struct cp_item *
item(enum cp_part part, size_t of, const char *key)
{
	struct cp_item *i = &items[coll.n];

	ck_assert_uint_lt(coll.n, ITEMS_MOST);
	i->part = part;
	i->of = of;
	i->fields = fields[coll.n++];
	i->stored.subject = 1;
	i->stored.number = (int)coll.n;
	(void)snprintf(i->stored.key, sizeof(i->stored.key), "%s", key);
	return i;
}

static struct cp_item *
entry(enum cp_part part, const char *key)
{
	return item(part, coll.n, key);
}

static void
put(struct cp_item *i, const char *label, enum cp_field_kind kind,
    const char *text)
{
	struct cp_field *f = &i->fields[i->n_fields++];

	ck_assert_uint_le(i->n_fields, FIELDS_MOST);
	f->label = label;
	f->kind = kind;
	f->text = text;
	if (kind == CP_FIELD_DATE)
		OK(cp_date_parse(text, &f->date, &err));
	f->yes = kind == CP_FIELD_YES_NO && strcmp(text, "yes") == 0;
}

/* A document with that name, for the heading. */
static struct cp_name name = { CP_NAME_CURRENT, "Zo\xC3\xAB", "Hill",
	{ 0 } };
static struct cp_document doc;

static void
name_it(void)
{
	doc.names = &name;
	doc.n_names = 1;
	doc.current = &name;
	coll.subject[0].doc = &doc;
	put(entry(CP_PART_NAMES, "record/names/0"), "given", CP_FIELD_TEXT,
	    "Zo\xC3\xAB");
}

/* All that is said, as lines "kind number text". */
static struct cp_buf told;
static int entries;

static void
tell_in(const struct cp_language *l)
{
	static const char kinds[] = "12tbnp[_";
	struct cp_blocks blocks;
	int before = 0;

	cp_buf_init(&told);
	cp_blocks_init(&blocks);
	OK(cp_access_blocks(words, l, &coll, &blocks, &entries, &err));
	for (size_t i = 0; i < blocks.n; i++) {
		const struct cp_block *b = &blocks.block[i];

		cp_buf_printf(&told, "%c %d %s\n", kinds[b->kind], b->number,
		    b->text);
		/* Without gaps, through the whole. */
		if (b->kind == CP_BLOCK_NUMBER)
			ck_assert_int_eq(b->number, ++before);
	}
	ck_assert_int_eq(before, entries);
	cp_blocks_clear(&blocks);
}

static void
tell(void)
{
	tell_in(english);
}

static int
says(const char *text)
{
	return strstr(cp_buf_text(&told), text) != NULL;
}

#define SAYS(text) ck_assert_msg(says(text), "no `%s' in:\n%s", text, \
	cp_buf_text(&told))
#define NOT(text) ck_assert_msg(!says(text), "`%s' in:\n%s", text, \
	cp_buf_text(&told))

static void
end(void)
{
	cp_buf_clear(&told);
}

/* ---- setting it out --------------------------------------------------------- */

START_TEST(each_kind_of_field)
{
	struct cp_item *i;

	begin();
	i = entry(CP_PART_ABOUT, "about");
	put(i, "id", CP_FIELD_TEXT, "CP-A");
	put(i, "from", CP_FIELD_DATE, "2004-02-29");
	put(i, "state", CP_FIELD_WORD, "word-live");
	i = entry(CP_PART_CARERS, "record/carers/0");
	put(i, "relation", CP_FIELD_WORD, "word-godmother");
	put(i, "responsibility", CP_FIELD_YES_NO, "yes");
	put(i, "lead", CP_FIELD_YES_NO, "no");
	i = entry(CP_PART_LOOKS, "log/1");
	put(i, "time", CP_FIELD_TEXT, "2026-07-01T23:30:59Z");
	put(i, "reason", CP_FIELD_TEXT, "two\nlines");
	put(i, "what", CP_FIELD_TEXT, "");
	i = entry(CP_PART_LOOKS, "log/2");
	put(i, "time", CP_FIELD_TEXT, "2026-01-01T09:05:00Z");
	put(i, "who", CP_FIELD_TEXT, "2026-01-01T09:05:00");
	put(i, "what", CP_FIELD_TEXT, "2026-13-01T09:05:00Z");
	tell();
	SAYS("n 1 Identifying number: CP-A; From: 29 February 2004; "
	    "Where it is: in the directory\n");
	/* What has no word is as it is. */
	SAYS("n 2 Relation: godmother; Parental responsibility: yes; Leads "
	    "the work: no\n");
	SAYS("n 3 When: 2 July 2026, 00:30; Reason: two lines\n");
	SAYS("n 4 When: 1 January 2026, 09:05; Who: 2026-01-01T09:05:00; "
	    "What: 2026-13-01T09:05:00Z\n");
	end();
}
END_TEST

START_TEST(an_empty_part_says_so)
{
	begin();
	name_it();
	tell();
	SAYS("1 0 What we hold about Zo\xC3\xAB Hill\n");
	SAYS("2 0 Addresses\nt 0 We have nothing of this kind to give you.\n"
	    "2 0 Parents and carers\nt 0 We have nothing of this kind to give "
	    "you.\n2 0 School, doctor and other services\nt 0 We have nothing "
	    "of this kind to give you.\n");
	/* Nobody reads of what is told to some only. */
	NOT("Hiding");
	end();
	put(entry(CP_PART_SHIELD, "shield/1"), "request", CP_FIELD_TEXT,
	    "S-1");
	tell();
	SAYS("2 0 Hiding where somebody is\nn 2 Reference: S-1\n");
	end();
	/* Several words are told one by one, one that is not known as it is. */
	put(entry(CP_PART_SHIELD, "shield/2"), "hides", CP_FIELD_WORD,
	    "word-address,former-names,moon");
	tell();
	SAYS("n 3 What is hidden: addresses, former names, moon\n");
	end();
}
END_TEST

/* What is left out leaves no trace: as if it had never been. */
START_TEST(what_is_left_out_leaves_nothing)
{
	struct cp_buf without;
	struct cp_item *i;

	begin();
	name_it();
	i = entry(CP_PART_CARERS, "record/carers/0");
	put(i, "relation", CP_FIELD_WORD, "word-mother");
	i = entry(CP_PART_LIFE, "record/letters");
	put(i, "language", CP_FIELD_WORD, "word-ur");
	tell();
	without = told;

	begin();
	name_it();
	/* an address, withheld; its source, given, goes with it */
	i = entry(CP_PART_ADDRESSES, "record/addresses/0");
	put(i, "lines", CP_FIELD_TEXT, "1 High Street");
	i->stored.decision = CP_ITEM_WITHHOLD;
	put(item(CP_PART_ADDRESSES, 1, "record/addresses/0/source"), "source",
	    CP_FIELD_TEXT, "school");
	/* a carer who is a name and no more, withheld */
	(void)entry(CP_PART_CARERS, "record/carers/9");
	i = item(CP_PART_CARERS, 3, "record/carers/9/name");
	put(i, "name", CP_FIELD_TEXT, "Ann");
	i->stored.flags = CP_FLAGGED_CARER;
	i->stored.decision = CP_ITEM_WITHHOLD;
	/* the mother, without her telephone */
	i = entry(CP_PART_CARERS, "record/carers/0");
	put(i, "relation", CP_FIELD_WORD, "word-mother");
	i = item(CP_PART_CARERS, 5, "record/carers/0/phone");
	put(i, "phone", CP_FIELD_TEXT, "01632 960001");
	i->stored.flags = CP_FLAGGED_CARER; /* nobody decided */
	i = entry(CP_PART_LIFE, "record/letters");
	put(i, "language", CP_FIELD_WORD, "word-ur");
	tell();
	ck_assert_str_eq(cp_buf_text(&told), cp_buf_text(&without));
	SAYS("n 3 Language: Urdu\n");
	cp_buf_clear(&without);
	end();
}
END_TEST

START_TEST(details_are_with_their_entry)
{
	struct cp_item *i;

	begin();
	i = entry(CP_PART_CARERS, "record/carers/0");
	put(i, "relation", CP_FIELD_WORD, "word-mother");
	i = entry(CP_PART_CARERS, "record/carers/1");
	put(i, "relation", CP_FIELD_WORD, "word-father");
	i = item(CP_PART_CARERS, 0, "record/carers/0/name");
	put(i, "name", CP_FIELD_TEXT, "Maeve");
	i->stored.flags = CP_FLAGGED_CARER;
	i->stored.decision = CP_ITEM_GIVE;
	tell();
	SAYS("n 1 Relation: mother; Name: Maeve\nn 2 Relation: father\n");
	end();
}
END_TEST

START_TEST(who_it_is_about)
{
	begin();
	name_it();
	coll.n_subjects = 4;
	for (int s = 1; s < 4; s++)
		coll.subject[s].who.idx = s + 1;
	strcpy(coll.subject[1].who.found, "none");
	strcpy(coll.subject[2].who.found, "destroyed");
	strcpy(coll.subject[3].who.found, "opening");
	put(entry(CP_PART_ABOUT, "about"), "destroyed", CP_FIELD_DATE,
	    "2020-01-01");
	items[1].stored.subject = 3;
	tell();
	SAYS("1 0 Another person of the request\nt 0 We found nothing about "
	    "this person.\n1 0 Another");
	SAYS("t 0 The record of this person was destroyed");
	SAYS("2 0 The record\nn 2 Destroyed on: 1 January 2020\n");
	SAYS("is in the locked archive. It is being opened");
	end();
	/* A name that is withheld is not in a heading either. */
	coll.n_subjects = 1;
	items[0].stored.decision = CP_ITEM_WITHHOLD;
	tell();
	NOT("Zo\xC3\xAB");
	SAYS("1 0 Another person of the request\n2 0 The record\n");
	end();
}
END_TEST

START_TEST(it_follows_what_is_there)
{
	struct cp_composed c;
	struct cp_sar r = { .id = "SAR-0001", .authority = "E08000015",
		.requester = "A", .received = cp_date_make(2026, 11, 1) };
	struct cp_access_letter_facts f = { .kind = CP_ACCESS_COVER,
		.sar = &r, .policy = policy, .name = "B" };
	struct cp_blocks blocks;
	size_t n;

	begin();
	name_it();
	cp_composed_init(&c);
	cp_blocks_init(&blocks);
	OK(cp_access_letter(&with, &f, &c, &err));
	OK(cp_composed_blocks(&c, &blocks, &err));
	n = blocks.n;
	OK(cp_access_blocks(words, english, &coll, &blocks, &entries, &err));
	ck_assert_str_eq(blocks.block[0].text,
	    "What we hold: our answer to your request");
	ck_assert_uint_gt(blocks.n, n);
	ck_assert_str_eq(blocks.block[n].text, "What we hold about Zo\xC3\xAB "
	    "Hill");
	cp_blocks_clear(&blocks);
	cp_composed_clear(&c);
}
END_TEST

/* From right to left each value is set apart; elsewhere what runs so. */
START_TEST(directions)
{
	struct cp_item *i;

	begin();
	i = entry(CP_PART_NAMES, "record/names/0");
	put(i, "given", CP_FIELD_TEXT, "\xD8\xB2\xD9\x88");
	put(i, "family", CP_FIELD_TEXT, "Hill");
	tell();
	SAYS("Given names: " ISOLATE "\xD8\xB2\xD9\x88" END
	    "; Family name: Hill\n");
	end();
	tell_in(urdu);
	SAYS("Family name: " ISOLATE "Hill" END "\n");
	end();
}
END_TEST

/* In each language a pair is its label and its value, by the words of that
 * language itself: a pattern's names are no words that run against it. */
START_TEST(pairs_in_every_language)
{
	struct cp_access_words *kept = words;
	const struct cp_language *l =
	    cp_wording_language_at(wordings, (size_t)_i);
	char want[200];

	OK(cp_access_words_load("policies", l, &words, &err));
	begin();
	put(entry(CP_PART_NAMES, "record/names/0"), "family", CP_FIELD_TEXT,
	    "Hill");
	tell_in(l);
	(void)snprintf(want, sizeof(want), l->rtl ? "n 1 %s: " ISOLATE "%s" END
	    : strcmp(l->code, "fr") == 0 ? "n 1 %s : %s" : "n 1 %s: %s",
	    cp_access_word(words, "family"), "Hill");
	SAYS(want);
	end();
	cp_access_words_free(words);
	words = kept;
}
END_TEST

/* ---- letters ---------------------------------------------------------------- */

static struct cp_sar sar;
static struct cp_access_letter_facts facts;

static void
ask(enum cp_access_letter kind)
{
	memset(&sar, 0, sizeof(sar));
	memset(&facts, 0, sizeof(facts));
	strcpy(sar.id, "SAR-0001");
	strcpy(sar.authority, "E08000015");
	strcpy(sar.requester, "Maeve {{dpo}} <b>");
	sar.received = cp_date_make(2026, 11, 1);
	facts.kind = kind;
	facts.sar = &sar;
	facts.policy = policy;
	facts.name = "Zo\xC3\xAB Hill";
	facts.ground = "not-entitled";
	facts.reason = "So it is.";
	facts.due = cp_date_make(2026, 12, 1);
	facts.pence = 1050;
}

/* What the letter of FACTS says. */
static enum cp_rc
letter(void)
{
	struct cp_blocks blocks;
	struct cp_composed c;
	enum cp_rc rc;

	cp_buf_init(&told);
	cp_composed_init(&c);
	cp_blocks_init(&blocks);
	rc = cp_access_letter(&with, &facts, &c, &err);
	if (rc == CP_OK)
		rc = cp_composed_blocks(&c, &blocks, &err);
	for (size_t i = 0; rc == CP_OK && i < blocks.n; i++)
		cp_buf_printf(&told, "%s\n", blocks.block[i].text);
	if (rc == CP_OK) {
		ck_assert_str_eq(c.reference, "SAR-0001");
		ck_assert_uint_eq(c.n_lines, 1 + facts.n_to);
		ck_assert_str_eq(c.lines[0], sar.requester);
		ck_assert_str_eq(c.wording->name,
		    cp_access_letter_name(facts.kind));
	}
	cp_blocks_clear(&blocks);
	cp_composed_clear(&c);
	return rc;
}

/* Every letter that there can be, in every language. */
START_TEST(every_letter_can_be_made)
{
	const struct cp_language *l = cp_wording_language_at(wordings,
	    (size_t)_i);
	struct cp_access_words *own = NULL;
	int known;

	if (cp_wording_access_language(wordings, l->code, &known) == l) {
		OK(cp_access_words_load("policies", l, &own, &err));
		cp_access_words_free(own);
	}
	for (int k = 0; k < CP_ACCESS_LETTERS; k++)
		for (int v = 0; v < 3 * 7 * 2 * 2; v++) {
			ask((enum cp_access_letter)k);
			sar.relation = (enum cp_relation)(v % 3);
			facts.ground = cp_access_refusals[v / 3 % 7];
			facts.ask = (enum cp_access_ask)(v / 3 % 5);
			facts.policy = v / 21 % 2 ? policy : policy_1998;
			facts.reason = v / 42 ? "So it is." : NULL;
			facts.partial = v / 42;
			strcpy(sar.language, l->code);
			OK(letter());
			SAYS("Maeve {{dpo}} <b>");
			SAYS("Some Council");
			ck_assert_int_eq(says("So it is."), v / 42 &&
			    (k == CP_ACCESS_REFUSAL || k == CP_ACCESS_ASK));
			ck_assert_int_eq(says("Zo\xC3\xAB"),
			    k == CP_ACCESS_COVER);
			end();
		}
}
END_TEST

START_TEST(letters_say_what_they_are_about)
{
	ask(CP_ACCESS_ASK);
	facts.ask = CP_ASK_FEE;
	OK(letter());
	SAYS("pay \xC2\xA3" "10.50.");
	NOT("show us who you are");
	end();
	facts.pence = 1000;
	OK(letter());
	SAYS("pay \xC2\xA3" "10.\n");
	end();
	facts.ask = CP_ASK_EXTENDED;
	OK(letter());
	SAYS("by 1 December 2026 at the latest");
	end();
	ask(CP_ACCESS_REFUSAL);
	sar.relation = CP_PARENT;
	OK(letter());
	SAYS("parental responsibility");
	SAYS("does not say whether there is a record");
	NOT("manifestly");
	end();
	sar.relation = CP_SELF;
	OK(letter());
	NOT("does not say whether there is a record");
	end();
	/* What is said of something left out is all that differs. */
	ask(CP_ACCESS_COVER);
	OK(letter());
	NOT("left some details out");
	end();
	facts.partial = 1;
	OK(letter());
	SAYS("left some details out");
	end();
}
END_TEST

START_TEST(the_law_is_the_requests)
{
	ask(CP_ACCESS_COVER);
	OK(letter());
	SAYS("UK GDPR");
	end();
	facts.policy = policy_1998;
	OK(letter());
	NOT("UK GDPR");
	SAYS("regulations of 2007");
	end();
}
END_TEST

START_TEST(letters_that_cannot_be)
{
	static const char *const lines[] = { "1 Row", "a\xE2\x80\xAE" "b" };

	ask(CP_ACCESS_COVER);
	facts.name = NULL;
	ck_assert_int_eq(letter(), CP_BAD_INPUT);
	ask(CP_ACCESS_COVER);
	sar.requester[0] = '\0';
	ck_assert_int_eq(letter(), CP_REFUSED);
	ask(CP_ACCESS_COVER);
	strcpy(sar.authority, "E1");
	ck_assert_int_eq(letter(), CP_REFUSED);
	ask(CP_ACCESS_REFUSAL);
	facts.ground = "weather";
	ck_assert_int_eq(letter(), CP_BAD_INPUT);
	facts.ground = NULL;
	ck_assert_int_eq(letter(), CP_BAD_INPUT);
	ask(CP_ACCESS_ASK);
	facts.ask = CP_ASK_FEE;
	facts.pence = 0;
	ck_assert_int_eq(letter(), CP_REFUSED);
	facts.ask = CP_ASK_EXTENDED;
	facts.due = (struct cp_date){ 0 };
	ck_assert_int_eq(letter(), CP_REFUSED);
	ask(CP_ACCESS_REFUSAL);
	facts.reason = "a\xE2\x80\xAE" "b";
	ck_assert_int_eq(letter(), CP_BAD_INPUT);
	ask(CP_ACCESS_REFUSAL);
	facts.to = lines;
	facts.n_to = 2;
	ck_assert_int_eq(letter(), CP_BAD_INPUT);
}
END_TEST

/* The same letter is the same file; and it is a whole PDF. */
START_TEST(letters_are_set)
{
	static const char *const to[] = { "1 High Street", "CH41 1AA" };
	struct cp_buf pdf[2];
	struct cp_blocks blocks;
	struct cp_composed c;
	int pages = 0;

	cp_composed_init(&c);
	cp_blocks_init(&blocks);
	ask(CP_ACCESS_COVER);
	strcpy(sar.requester, "Maeve Hill");
	facts.to = to;
	facts.n_to = 2;
	OK(cp_access_letter(&with, &facts, &c, &err));
	OK(cp_composed_blocks(&c, &blocks, &err));
	for (int i = 0; i < 2; i++) {
		cp_buf_init(&pdf[i]);
		OK(cp_access_print(&c, &blocks, "A title", &now, &pdf[i],
		    &pages, &err));
	}
	ck_assert_int_eq(pages, 2);
	ck_assert_uint_eq(pdf[0].len, pdf[1].len);
	ck_assert_int_eq(memcmp(pdf[0].data, pdf[1].data, pdf[0].len), 0);
	ck_assert_int_eq(memcmp(pdf[0].data, "%PDF-", 5), 0);
	/* What cannot be printed leaves nothing behind. */
	strcpy(sar.requester, "\xF0\x93\x80\x80");
	OK(cp_access_letter(&with, &facts, &c, &err));
	OK(cp_composed_blocks(&c, &blocks, &err));
	cp_buf_reset(&pdf[1]);
	ck_assert_int_eq(cp_access_print(&c, &blocks, NULL, &now, &pdf[1],
	    &pages, &err), CP_BAD_INPUT);
	ck_assert_uint_eq(pdf[1].len, 0);
	cp_buf_clear(&pdf[0]);
	cp_buf_clear(&pdf[1]);
	cp_blocks_clear(&blocks);
	cp_composed_clear(&c);
}
END_TEST

/* ---- words ------------------------------------------------------------------ */

START_TEST(words_of_keys)
{
	struct cp_access_words *none = NULL;
	struct cp_language l = *english;

	ck_assert_str_eq(cp_access_word(words, "postcode"), "Postcode");
	ck_assert_ptr_null(cp_access_word(words, "post"));
	ck_assert_ptr_null(cp_access_word(words, ""));
	for (int p = 0; p < CP_PARTS; p++) {
		char key[64];

		(void)snprintf(key, sizeof(key), "part-%s",
		    cp_part_word((enum cp_part)p));
		ck_assert_ptr_nonnull(cp_access_word(words, key));
	}
	l.code = "zz";
	ck_assert_int_eq(cp_access_words_load("policies", &l, &none, &err),
	    CP_NOT_FOUND);
	ck_assert_ptr_null(none);
	for (int i = 0; i < CP_ASKS; i++) {
		enum cp_access_ask a = CP_ASKS;

		ck_assert_int_eq(cp_access_ask_parse(cp_access_ask_word(
		    (enum cp_access_ask)i), &a), 1);
		ck_assert_int_eq((int)a, i);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access words");
	TCase *tc = tcase_create("reading");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_kind_of_field);
	tcase_add_test(tc, an_empty_part_says_so);
	tcase_add_test(tc, what_is_left_out_leaves_nothing);
	tcase_add_test(tc, details_are_with_their_entry);
	tcase_add_test(tc, who_it_is_about);
	tcase_add_test(tc, it_follows_what_is_there);
	tcase_add_test(tc, directions);
	tcase_add_loop_test(tc, pairs_in_every_language, 0, 12);
	tcase_add_loop_test(tc, every_letter_can_be_made, 0, 12);
	tcase_add_test(tc, letters_say_what_they_are_about);
	tcase_add_test(tc, the_law_is_the_requests);
	tcase_add_test(tc, letters_that_cannot_be);
	tcase_add_test(tc, letters_are_set);
	tcase_add_test(tc, words_of_keys);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
