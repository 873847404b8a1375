#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/gate_priv.h"

/* What is left of a log entry's detail once a shield hides something. */
static struct cp_err err;

#define USUAL CP_HIDE_USUAL
#define TAKEN "{\"hidden\":[\"address\"],\"addresses\":[{\"type\":\"current\"," \
	"\"lines\":[\"12 Larkhill Road\",\"Moss\"],\"postcode\":\"CH41 1AA\"," \
	"\"source\":\"census\"}],\"carers\":[{\"name\":\"Mae Ash\"," \
	"\"phone\":\"0151 496 0000\"}],\"involvements\":[{\"service\":" \
	"\"education\",\"provider\":\"Ridgeway Primary School\"," \
	"\"start\":\"2019-08-01\"}]}"
#define DOC "{\"cpadmin\":\"record/1\",\"id\":\"A-1\",\"authority\":\"A\"," \
	"\"names\":[{\"type\":\"current\",\"given\":\"Nell\",\"family\":" \
	"\"Ash\"}],\"gender\":\"female\",\"birth_date\":\"2012-03-04\"," \
	"\"carers\":[{\"name\":\"Mae Ash\",\"relation\":\"mother\"}]}"

static const struct {
	unsigned hidden;
	const char *action, *detail, *left; /* NULL: as it was */
} rows[] = {
	/* Fields and values. */
	{ USUAL, "record.correct", "{\"changes\":[{\"field\":\"addresses[0]."
	    "lines[0]\",\"was\":\"1 A\",\"is\":\"2 B\"},{\"field\":\"names[0]."
	    "given\",\"was\":\"Nel\",\"is\":\"Nell\"}],\"reason\":\"x\"}",
	    "{\"changes\":[{\"field\":\"names[0].given\",\"was\":\"Nel\","
	    "\"is\":\"Nell\"}],\"reason\":\"x\"}" },
	{ CP_HIDE_ADDRESS, "record.correct", "{\"changes\":[{\"field\":"
	    "\"involvements[0].end\"}],\"reason\":\"x\"}", NULL },
	{ CP_HIDE_SCHOOL, "record.correct", "{\"changes\":[{\"field\":"
	    "\"involvements[0].end\"}]}", "{\"changes\":[]}" },
	{ CP_HIDE_CONTACT, "record.correct", "{\"changes\":[{\"field\":"
	    "\"carers[0].phone\",\"was\":\"1\",\"is\":\"2\"}]}",
	    "{\"changes\":[]}" },
	{ CP_HIDE_CONTACT, "record.correct", "{\"changes\":[{\"field\":"
	    "\"carers[0].relation\",\"was\":\"a\",\"is\":\"b\"}]}", NULL },
	{ CP_HIDE_CONTACT, "record.correct", "{\"changes\":[{\"field\":"
	    "\"carers[1]\",\"was\":null,\"is\":{\"name\":\"B\"}}]}",
	    "{\"changes\":[]}" },
	{ CP_HIDE_CARERS, "record.correct", "{\"changes\":[{\"field\":"
	    "\"carers[0].relation\",\"was\":\"a\",\"is\":\"b\"}]}",
	    "{\"changes\":[]}" },
	{ CP_HIDE_FORMER_NAMES, "record.correct", "{\"changes\":[{\"field\":"
	    "\"names[0].family\",\"was\":\"Old\",\"is\":\"Ash\"}]}",
	    "{\"changes\":[]}" },
	{ CP_HIDE_NUMBERS, "record.correct", "{\"changes\":[{\"field\":"
	    "\"numbers[0].value\",\"was\":\"1\",\"is\":\"2\"}]}",
	    "{\"changes\":[]}" },
	{ USUAL, "record.correct", "{\"changes\":[{\"field\":\"birth_date\","
	    "\"was\":\"2012\",\"is\":\"2013\"}]}", NULL },
	/* Lists of fields. */
	{ USUAL, "record.merge", "{\"merged\":\"B-1\",\"set\":[\"postcode\","
	    "\"nhs\",\"line1\"],\"reason\":\"x\"}",
	    "{\"merged\":\"B-1\",\"set\":[\"nhs\"],\"reason\":\"x\"}" },
	{ USUAL | CP_HIDE_NUMBERS, "record.restore", "{\"set\":[\"nhs\","
	    "\"upn\",\"death\"]}", "{\"set\":[\"death\"]}" },
	{ USUAL, "record.split", "{\"taken\":[\"addresses[0]\",\"names[1]\"]}",
	    "{\"taken\":[\"names[1]\"]}" },
	{ USUAL, "record.find", "{\"by\":[\"name\",\"postcode\"]}",
	    "{\"by\":[\"name\"]}" },
	{ CP_HIDE_NUMBERS, "record.find", "{\"by\":[\"number\",\"postcode\"]}",
	    "{\"by\":[\"postcode\"]}" },
	/* Counts of involvements, and what they rest on. */
	{ USUAL, "record.create", "{\"file\":\"f\",\"line\":3,\"consents\":1,"
	    "\"suppressed\":2}", "{\"file\":\"f\",\"line\":3}" },
	{ CP_HIDE_ADDRESS, "record.create", "{\"file\":\"f\",\"consents\":1}",
	    NULL },
	{ USUAL, "record.prune", "{\"education\":1}", "{}" },
	{ USUAL, "consent.give", "{\"consent\":\"C-0001\",\"ground\":"
	    "\"unspecified-sensitive\"}", "{}" },
	{ USUAL, "consent.give", "{\"consent\":\"C-0001\",\"ground\":"
	    "\"care-leaver\",\"evidence\":\"E\"}", NULL },
	{ USUAL, "consent.list", "{\"returned\":[\"C-0007\",\"C-0008\"]}",
	    "{\"returned\":[\"C-0008\"]}" },
	/* Texts. */
	{ USUAL, "record.show", "{\"reason\":\"at 12 Larkhill Road?\"}",
	    "{}" },
	{ USUAL, "record.show", "{\"reason\":\"the LARKHILL people\"}",
	    "{}" },
	{ USUAL, "record.show", "{\"reason\":\"ask Ridgeway's head\"}",
	    "{}" },
	{ USUAL, "record.show", "{\"reason\":\"ask Ridgeway, head\"}",
	    "{}" },
	{ USUAL, "record.show", "{\"reason\":\"ch41 1aa\"}", "{}" },
	{ USUAL, "record.show", "{\"reason\":\"in Moss\"}", "{}" },
	{ USUAL, "record.show", "{\"reason\":\"0151 496 0000 rang\"}", "{}" },
	{ USUAL, "record.show", "{\"reason\":\"Mae Ash rang\"}", NULL },
	{ USUAL, "record.show", "{\"reason\":\"primary school census\"}",
	    NULL },
	{ USUAL, "record.show", "{\"reason\":\"mossy\"}", NULL },
	{ USUAL, "record.move-offer", "{\"from\":\"A\",\"date\":\"2019-08-01\","
	    "\"reason\":\"to Larkhill\"}",
	    "{\"from\":\"A\",\"date\":\"2019-08-01\"}" },
	{ USUAL, "any", "{\"deep\":[{\"x\":[\"by Larkhill\"]}],\"n\":1}",
	    "{\"n\":1}" },
	/* What is not a detail of ours keeps nothing. */
	{ USUAL, "any", "[1]", "{}" },
	{ USUAL, "any", "no JSON", "{}" },
	{ USUAL, "any", "{}", NULL },
};

static struct cp_document *
document(void)
{
	static const struct cp_date any = { 0 };
	struct cp_document *doc = NULL;
	struct cp_reject why;

	ck_assert_int_eq(cp_document_parse(DOC, strlen(DOC), any, &doc, &why,
	    &err), CP_OK);
	return doc;
}

static void
words(struct gate_words *w, unsigned hidden, const char *correction)
{
	struct cp_document *doc = document();

	ck_assert_int_eq(gate_words_load(w, hidden, TAKEN, strlen(TAKEN),
	    &err), CP_OK);
	if (correction != NULL)
		ck_assert_int_eq(gate_words_learn(w, correction, &err), CP_OK);
	ck_assert_int_eq(gate_words_settle(w, doc, &err), CP_OK);
	cp_document_free(doc);
}

static void
check(const struct gate_words *w, const char *action, const char *detail,
    const char *left)
{
	struct cp_buf out;
	int differs = -1;

	cp_buf_init(&out);
	ck_assert_int_eq(gate_words_redact(w, action, detail, &out, &differs,
	    &err), CP_OK);
	ck_assert_str_eq(cp_buf_text(&out), left != NULL ? left : detail);
	ck_assert_int_eq(differs, left != NULL);
	cp_buf_clear(&out);
}

START_TEST(what_is_left)
{
	static const char ledger[] = "[{\"n\":7}]";
	struct cp_json *tree = NULL;
	struct gate_words w;

	words(&w, rows[_i].hidden, NULL);
	ck_assert_int_eq(cp_json_parse(ledger, strlen(ledger), &tree, &err),
	    CP_OK);
	w.ledger = tree;
	check(&w, rows[_i].action, rows[_i].detail, rows[_i].left);
	gate_words_clear(&w);
	cp_json_free(tree);
}
END_TEST

START_TEST(corrections_teach_what_was_there_before)
{
	struct gate_words w;

	words(&w, USUAL, NULL);
	check(&w, "x", "{\"reason\":\"at Elmcroft\"}", NULL);
	gate_words_clear(&w);
	words(&w, USUAL, "{\"changes\":[{\"field\":\"addresses[0].lines[0]\","
	    "\"was\":\"3 Elmcroft\",\"is\":\"12 Larkhill Road\"}]}");
	check(&w, "x", "{\"reason\":\"at Elmcroft\"}", "{}");
	gate_words_clear(&w);
	/* Of what is not hidden, nothing; nor of what tells nothing. */
	words(&w, USUAL, "{\"changes\":[{\"field\":\"names[0].given\","
	    "\"was\":\"Elmcroft\",\"is\":\"Nell\"},{\"field\":"
	    "\"addresses[0].type\",\"was\":\"current\",\"is\":\"last\"}]}");
	check(&w, "x", "{\"reason\":\"at Elmcroft, current\"}", NULL);
	gate_words_clear(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gate");
	TCase *c = tcase_create("words");
	SRunner *r;
	int failed;

	tcase_add_loop_test(c, what_is_left, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, corrections_teach_what_was_there_before);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
