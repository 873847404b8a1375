#include "lifecycle/records/document_priv.h"

/* The format's vocabulary, and its canonical text. */

const char *const document_keys[TOP_KEYS] = { "cpadmin", "id", "authority",
	"names", "gender", "birth_date", "numbers", "addresses", "carers",
	"involvements", "left_england", "death", "letters" };
const char *const document_name_keys[NAME_KEYS] = { "type", "given", "family",
	"from" };
const char *const document_number_keys[NUMBER_KEYS] = { "type", "value" };
const char *const document_address_keys[ADDRESS_KEYS] = { "type", "lines",
	"postcode", "from", "source" };
const char *const document_carer_keys[CARER_KEYS] = { "name", "relation",
	"responsibility", "phone" };
const char *const document_involvement_keys[INV_KEYS] = { "service",
	"provider", "practitioner", "phone", "start", "end", "lead",
	"assessment", "sensitive" };
const char *const document_sensitive_keys[SENSITIVE_KEYS] = { "basis",
	"evidence" };
const char *const document_left_keys[LEFT_KEYS] = { "date", "intention" };
const char *const document_death_keys[DEATH_KEYS] = { "date", "notified" };
const char *const document_letters_keys[LETTERS_KEYS] = { "language",
	"format" };

const char *const document_name_words[] = { "current", "former", NULL, NULL };
const char *const document_gender_words[] = { "female", "male",
	"not-specified", NULL };
const char *const document_number_words[] = { "nhs", "upn", NULL, NULL };
const char *const document_address_words[] = { "current", "last-known",
	"none-known", NULL };
const char *const document_basis_words[] = { "consent", "significant-harm",
	NULL, NULL };
const char *const document_intention_words[] = { "return", "no-return",
	"none-stated", NULL };

static void
put_optional(struct cp_buf *out, const char *key, const char *text)
{
	if (text != NULL)
		cp_json_put_member(out, key, text);
}

static void
put_date(struct cp_buf *out, const char *key, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	cp_json_put_key(out, key);
	if (cp_date_set(d))
		cp_json_put_string(out, cp_date_format(d, text));
	else
		cp_json_put_null(out);
}

static void
put_optional_date(struct cp_buf *out, const char *key, struct cp_date d)
{
	if (cp_date_set(d))
		put_date(out, key, d);
}

static void
put_names(const struct cp_document *doc, struct cp_buf *out)
{
	const char *const *key = document_name_keys;

	cp_json_put_key(out, document_keys[TOP_NAMES]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < doc->n_names; i++) {
		const struct cp_name *v = &doc->names[i];

		cp_json_open(out, '{');
		cp_json_put_member(out, key[NAME_TYPE],
		    document_name_words[v->type]);
		put_optional(out, key[NAME_GIVEN], v->given);
		put_optional(out, key[NAME_FAMILY], v->family);
		put_optional_date(out, key[NAME_FROM], v->from);
		cp_json_close(out, '}');
	}
	cp_json_close(out, ']');
}

static void
put_numbers(const struct cp_document *doc, struct cp_buf *out)
{
	cp_json_put_key(out, document_keys[TOP_NUMBERS]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < doc->n_numbers; i++) {
		cp_json_open(out, '{');
		cp_json_put_member(out, document_number_keys[NUMBER_TYPE],
		    document_number_words[doc->numbers[i].type]);
		cp_json_put_member(out, document_number_keys[NUMBER_VALUE],
		    doc->numbers[i].value);
		cp_json_close(out, '}');
	}
	cp_json_close(out, ']');
}

static void
put_address(const struct cp_address *v, struct cp_buf *out)
{
	const char *const *key = document_address_keys;

	cp_json_open(out, '{');
	cp_json_put_member(out, key[ADDRESS_TYPE],
	    document_address_words[v->type]);
	cp_json_put_key(out, key[ADDRESS_LINES]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < v->n_lines; i++)
		cp_json_put_string(out, v->lines[i]);
	cp_json_close(out, ']');
	put_optional(out, key[ADDRESS_POSTCODE], v->postcode);
	put_optional_date(out, key[ADDRESS_FROM], v->from);
	put_optional(out, key[ADDRESS_SOURCE], v->source);
	cp_json_close(out, '}');
}

static void
put_addresses(const struct cp_document *doc, struct cp_buf *out)
{
	cp_json_put_key(out, document_keys[TOP_ADDRESSES]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < doc->n_addresses; i++)
		put_address(&doc->addresses[i], out);
	cp_json_close(out, ']');
}

static void
put_carers(const struct cp_document *doc, struct cp_buf *out)
{
	const char *const *key = document_carer_keys;

	cp_json_put_key(out, document_keys[TOP_CARERS]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < doc->n_carers; i++) {
		const struct cp_carer *v = &doc->carers[i];

		cp_json_open(out, '{');
		cp_json_put_member(out, key[CARER_NAME], v->name);
		put_optional(out, key[CARER_RELATION], v->relation);
		if (v->responsibility >= 0) {
			cp_json_put_key(out, key[CARER_RESPONSIBILITY]);
			cp_json_put_bool(out, v->responsibility);
		}
		put_optional(out, key[CARER_PHONE], v->phone);
		cp_json_close(out, '}');
	}
	cp_json_close(out, ']');
}

static void
put_sensitive(const struct cp_involvement *v, struct cp_buf *out)
{
	cp_json_put_key(out, document_involvement_keys[INV_SENSITIVE]);
	if (v->sensitive == CP_SENSITIVE_NO) {
		cp_json_put_null(out);
		return;
	}
	cp_json_open(out, '{');
	cp_json_put_member(out, document_sensitive_keys[SENSITIVE_BASIS],
	    document_basis_words[v->sensitive - 1]);
	put_optional(out, document_sensitive_keys[SENSITIVE_EVIDENCE],
	    v->evidence);
	cp_json_close(out, '}');
}

static void
put_involvement(const struct cp_involvement *v, struct cp_buf *out)
{
	const char *const *key = document_involvement_keys;

	cp_json_open(out, '{');
	cp_json_put_member(out, key[INV_SERVICE], v->service);
	put_optional(out, key[INV_PROVIDER], v->provider);
	put_optional(out, key[INV_PRACTITIONER], v->practitioner);
	put_optional(out, key[INV_PHONE], v->phone);
	put_date(out, key[INV_START], v->start);
	put_date(out, key[INV_END], v->end);
	cp_json_put_key(out, key[INV_LEAD]);
	cp_json_put_bool(out, v->lead);
	cp_json_put_key(out, key[INV_ASSESSMENT]);
	cp_json_put_bool(out, v->assessment);
	put_sensitive(v, out);
	cp_json_close(out, '}');
}

static void
put_involvements(const struct cp_document *doc, struct cp_buf *out)
{
	cp_json_put_key(out, document_keys[TOP_INVOLVEMENTS]);
	cp_json_open(out, '[');
	for (size_t i = 0; i < doc->n_involvements; i++)
		put_involvement(&doc->involvements[i], out);
	cp_json_close(out, ']');
}

static void
put_left_and_death(const struct cp_document *doc, struct cp_buf *out)
{
	cp_json_put_key(out, document_keys[TOP_LEFT]);
	if (doc->left_intention == CP_INTENTION_NONE) {
		cp_json_put_null(out);
	} else {
		cp_json_open(out, '{');
		put_date(out, document_left_keys[LEFT_DATE], doc->left_on);
		cp_json_put_member(out, document_left_keys[LEFT_INTENTION],
		    cp_intention_word(doc->left_intention));
		cp_json_close(out, '}');
	}
	cp_json_put_key(out, document_keys[TOP_DEATH]);
	if (!cp_date_set(doc->death_notified)) {
		cp_json_put_null(out);
		return;
	}
	cp_json_open(out, '{');
	put_date(out, document_death_keys[DEATH_DATE], doc->died_on);
	put_date(out, document_death_keys[DEATH_NOTIFIED],
	    doc->death_notified);
	cp_json_close(out, '}');
}

static void
put_letters(const struct cp_document *doc, struct cp_buf *out)
{
	cp_json_put_key(out, document_keys[TOP_LETTERS]);
	if (doc->language == NULL && doc->format == NULL) {
		cp_json_put_null(out);
		return;
	}
	cp_json_open(out, '{');
	put_optional(out, document_letters_keys[LETTERS_LANGUAGE],
	    doc->language);
	put_optional(out, document_letters_keys[LETTERS_FORMAT], doc->format);
	cp_json_close(out, '}');
}

void
cp_document_text(const struct cp_document *doc, struct cp_buf *out)
{
	char birth[CP_DATE_TEXT];

	cp_buf_put(out, "{\"cpadmin\":\"record/1\"", 21);
	if (doc->id[0] != '\0')
		cp_json_put_member(out, document_keys[TOP_ID], doc->id);
	cp_json_put_member(out, document_keys[TOP_AUTHORITY], doc->authority);
	put_names(doc, out);
	cp_json_put_member(out, document_keys[TOP_GENDER],
	    document_gender_words[doc->gender]);
	cp_json_put_member(out, document_keys[TOP_BIRTH],
	    cp_partial_format(doc->birth, birth));
	put_numbers(doc, out);
	put_addresses(doc, out);
	put_carers(doc, out);
	put_involvements(doc, out);
	put_left_and_death(doc, out);
	put_letters(doc, out);
	cp_json_close(out, '}');
}
