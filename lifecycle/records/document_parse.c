#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_read.h"

static enum cp_rc
read_name(struct reader *r, const struct cp_json *v, void *entry)
{
	const char *const *key = document_name_keys;
	const struct cp_json *m[NAME_KEYS];
	struct cp_name *name = entry;
	unsigned type = 0;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, key, NAME_KEYS, m)) != CP_OK ||
	    (rc = reader_word(r, m[NAME_TYPE], key[NAME_TYPE],
	    document_name_words, &type)) != CP_OK ||
	    (rc = reader_text(r, m[NAME_GIVEN], key[NAME_GIVEN],
	    &name->given)) != CP_OK ||
	    (rc = reader_text(r, m[NAME_FAMILY], key[NAME_FAMILY],
	    &name->family)) != CP_OK ||
	    (rc = reader_date(r, m[NAME_FROM], key[NAME_FROM],
	    &name->from)) != CP_OK)
		return rc;
	name->type = (enum cp_name_type)type;
	if (name->given == NULL && name->family == NULL)
		return reader_refuse(r, NULL, "neither given nor family name");
	if (name->type == CP_NAME_CURRENT && r->doc->current != NULL)
		return reader_refuse(r, key[NAME_TYPE], "a second current name");
	if (name->type == CP_NAME_CURRENT)
		r->doc->current = name;
	return CP_OK;
}

static enum cp_rc
read_number(struct reader *r, const struct cp_json *v, void *entry)
{
	const char *const *key = document_number_keys;
	const struct cp_json *m[NUMBER_KEYS];
	struct cp_number *number = entry;
	char normal[CP_ID_MAX];
	const char *cause;
	unsigned type = 0;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, key, NUMBER_KEYS, m)) != CP_OK ||
	    (rc = reader_word(r, m[NUMBER_TYPE], key[NUMBER_TYPE],
	    document_number_words, &type)) != CP_OK ||
	    (rc = reader_checked(r, m[NUMBER_VALUE], key[NUMBER_VALUE], 1, NULL,
	    &number->value)) != CP_OK)
		return rc;
	number->type = (enum cp_number_type)type;
	cause = document_check_number(number->type, number->value, normal);
	if (cause != NULL)
		return reader_refuse(r, key[NUMBER_VALUE], cause);
	return reader_keep(r, normal, &number->value);
}

static enum cp_rc
read_lines(struct reader *r, const struct cp_json *v, const char *key,
    struct cp_address *address)
{
	size_t n = cp_json_size(v);
	const char *line = NULL;
	char place[24];
	enum cp_rc rc;

	if (v == NULL)
		return CP_OK;
	if (cp_json_kind(v) != CP_JSON_ARRAY)
		return reader_refuse(r, key, "not a list");
	if (n > CP_DOCUMENT_LIST_MAX)
		return reader_refuse(r, key, "over 200 entries");
	address->lines = document_alloc(r->doc, n * sizeof(*address->lines));
	if (address->lines == NULL)
		return reader_no_memory(r);
	for (size_t i = 0; i < n; i++) {
		const struct cp_json *one = cp_json_at(v, i);

		(void)snprintf(place, sizeof(place), "%.8s[%zu]", key, i % 1000);
		if (cp_json_kind(one) != CP_JSON_STRING)
			return reader_refuse(r, place, "not a text");
		rc = reader_text(r, one, place, &line);
		if (rc != CP_OK)
			return rc;
		if (line != NULL)
			address->lines[address->n_lines++] = line;
	}
	return CP_OK;
}

static enum cp_rc
read_postcode(struct reader *r, const struct cp_json *v, const char *key,
    struct cp_address *address)
{
	char normal[CP_ID_MAX];
	const char *cause;
	enum cp_rc rc = reader_text(r, v, key, &address->postcode);

	if (rc != CP_OK || address->postcode == NULL)
		return rc;
	cause = document_check_postcode(address->postcode, normal);
	if (cause != NULL)
		return reader_refuse(r, key, cause);
	return reader_keep(r, normal, &address->postcode);
}

static enum cp_rc
read_address(struct reader *r, const struct cp_json *v, void *entry)
{
	const char *const *key = document_address_keys;
	const struct cp_json *m[ADDRESS_KEYS];
	struct cp_address *address = entry;
	unsigned type = 0;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, key, ADDRESS_KEYS, m)) != CP_OK ||
	    (rc = reader_word(r, m[ADDRESS_TYPE], key[ADDRESS_TYPE],
	    document_address_words, &type)) != CP_OK ||
	    (rc = read_lines(r, m[ADDRESS_LINES], key[ADDRESS_LINES],
	    address)) != CP_OK ||
	    (rc = read_postcode(r, m[ADDRESS_POSTCODE], key[ADDRESS_POSTCODE],
	    address)) != CP_OK ||
	    (rc = reader_date(r, m[ADDRESS_FROM], key[ADDRESS_FROM],
	    &address->from)) != CP_OK ||
	    (rc = reader_text(r, m[ADDRESS_SOURCE], key[ADDRESS_SOURCE],
	    &address->source)) != CP_OK)
		return rc;
	address->type = (enum cp_address_type)type;
	if (address->type == CP_ADDRESS_NONE_KNOWN &&
	    (address->n_lines > 0 || address->postcode != NULL))
		return reader_refuse(r, key[ADDRESS_TYPE],
		    "none known, but there is an address");
	return CP_OK;
}

static enum cp_rc
read_carer(struct reader *r, const struct cp_json *v, void *entry)
{
	const char *const *key = document_carer_keys;
	const struct cp_json *m[CARER_KEYS];
	struct cp_carer *carer = entry;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, key, CARER_KEYS, m)) != CP_OK ||
	    (rc = reader_checked(r, m[CARER_NAME], key[CARER_NAME], 1, NULL,
	    &carer->name)) != CP_OK ||
	    (rc = reader_text(r, m[CARER_RELATION], key[CARER_RELATION],
	    &carer->relation)) != CP_OK ||
	    (rc = reader_bool(r, m[CARER_RESPONSIBILITY],
	    key[CARER_RESPONSIBILITY], -1, &carer->responsibility)) != CP_OK)
		return rc;
	return reader_text(r, m[CARER_PHONE], key[CARER_PHONE], &carer->phone);
}

static enum cp_rc
read_sensitive(struct reader *r, const struct cp_json *v,
    struct cp_involvement *inv)
{
	const char *const *key = document_sensitive_keys;
	const struct cp_json *m[SENSITIVE_KEYS];
	unsigned basis = 0;
	enum cp_rc rc;

	if (v == NULL)
		return CP_OK;
	r->sub = document_involvement_keys[INV_SENSITIVE];
	if ((rc = reader_object(r, v, key, SENSITIVE_KEYS, m)) != CP_OK ||
	    (rc = reader_word(r, m[SENSITIVE_BASIS], key[SENSITIVE_BASIS],
	    document_basis_words, &basis)) != CP_OK ||
	    (rc = reader_text(r, m[SENSITIVE_EVIDENCE], key[SENSITIVE_EVIDENCE],
	    &inv->evidence)) != CP_OK)
		return rc;
	r->sub = NULL;
	inv->sensitive = (enum cp_sensitive)(basis + 1);
	return CP_OK;
}

static enum cp_rc
read_involvement(struct reader *r, const struct cp_json *v, void *entry)
{
	const char *const *key = document_involvement_keys;
	const struct cp_json *m[INV_KEYS];
	struct cp_involvement *inv = entry;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, key, INV_KEYS, m)) != CP_OK ||
	    (rc = reader_checked(r, m[INV_SERVICE], key[INV_SERVICE], 1, NULL,
	    &inv->service)) != CP_OK ||
	    (rc = reader_text(r, m[INV_PROVIDER], key[INV_PROVIDER],
	    &inv->provider)) != CP_OK ||
	    (rc = reader_text(r, m[INV_PRACTITIONER], key[INV_PRACTITIONER],
	    &inv->practitioner)) != CP_OK ||
	    (rc = reader_text(r, m[INV_PHONE], key[INV_PHONE],
	    &inv->phone)) != CP_OK ||
	    (rc = reader_date(r, m[INV_START], key[INV_START],
	    &inv->start)) != CP_OK ||
	    (rc = reader_date(r, m[INV_END], key[INV_END],
	    &inv->end)) != CP_OK ||
	    (rc = reader_bool(r, m[INV_LEAD], key[INV_LEAD], 0,
	    &inv->lead)) != CP_OK ||
	    (rc = reader_bool(r, m[INV_ASSESSMENT], key[INV_ASSESSMENT], 0,
	    &inv->assessment)) != CP_OK ||
	    (rc = read_sensitive(r, m[INV_SENSITIVE], inv)) != CP_OK)
		return rc;
	if (cp_date_set(inv->start) && cp_date_set(inv->end) &&
	    cp_date_cmp(inv->end, inv->start) < 0)
		return reader_refuse(r, key[INV_END], "before its start");
	return CP_OK;
}

static enum cp_rc
read_left(struct reader *r, const struct cp_json *v)
{
	const char *const *key = document_left_keys;
	const struct cp_json *m[LEFT_KEYS];
	unsigned intention = 0;
	enum cp_rc rc;

	if (v == NULL)
		return CP_OK;
	r->list = document_keys[TOP_LEFT];
	if ((rc = reader_object(r, v, key, LEFT_KEYS, m)) != CP_OK ||
	    (rc = reader_needed_date(r, m[LEFT_DATE], key[LEFT_DATE],
	    &r->doc->left_on)) != CP_OK ||
	    (rc = reader_word(r, m[LEFT_INTENTION], key[LEFT_INTENTION],
	    document_intention_words, &intention)) != CP_OK)
		return rc;
	r->list = NULL;
	r->doc->left_intention = (enum cp_intention)(intention + 1);
	return CP_OK;
}

static enum cp_rc
read_death(struct reader *r, const struct cp_json *v)
{
	const char *const *key = document_death_keys;
	const struct cp_json *m[DEATH_KEYS];
	enum cp_rc rc;

	if (v == NULL)
		return CP_OK;
	r->list = document_keys[TOP_DEATH];
	if ((rc = reader_object(r, v, key, DEATH_KEYS, m)) != CP_OK ||
	    (rc = reader_needed_date(r, m[DEATH_DATE], key[DEATH_DATE],
	    &r->doc->died_on)) != CP_OK ||
	    (rc = reader_needed_date(r, m[DEATH_NOTIFIED], key[DEATH_NOTIFIED],
	    &r->doc->death_notified)) != CP_OK)
		return rc;
	r->list = NULL;
	return CP_OK;
}

static enum cp_rc
read_letters(struct reader *r, const struct cp_json *v)
{
	const char *const *key = document_letters_keys;
	const struct cp_json *m[LETTERS_KEYS];
	enum cp_rc rc;

	if (v == NULL)
		return CP_OK;
	r->list = document_keys[TOP_LETTERS];
	if ((rc = reader_object(r, v, key, LETTERS_KEYS, m)) != CP_OK ||
	    (rc = reader_checked(r, m[LETTERS_LANGUAGE], key[LETTERS_LANGUAGE],
	    0, document_check_language, &r->doc->language)) != CP_OK ||
	    (rc = reader_checked(r, m[LETTERS_FORMAT], key[LETTERS_FORMAT], 0,
	    document_check_format, &r->doc->format)) != CP_OK)
		return rc;
	r->list = NULL;
	return CP_OK;
}

/* Format, id, authority, gender, birth date. */
static enum cp_rc
read_person(struct reader *r, const struct cp_json *const *m)
{
	const char *const *key = document_keys;
	const char *format = cp_json_text(m[TOP_FORMAT]);
	struct cp_document *doc = r->doc;
	const char *id = NULL;
	const char *authority = NULL;
	const char *birth = NULL;
	struct cp_err ignored;
	unsigned gender = 0;
	enum cp_rc rc;

	if (format == NULL || strcmp(format, "record/1") != 0)
		return reader_refuse(r, key[TOP_FORMAT], "not \"record/1\"");
	if ((rc = reader_checked(r, m[TOP_ID], key[TOP_ID], 0,
	    document_check_id, &id)) != CP_OK ||
	    (rc = reader_checked(r, m[TOP_AUTHORITY], key[TOP_AUTHORITY], 1,
	    document_check_authority, &authority)) != CP_OK ||
	    (rc = reader_word(r, m[TOP_GENDER], key[TOP_GENDER],
	    document_gender_words, &gender)) != CP_OK ||
	    (rc = reader_checked(r, m[TOP_BIRTH], key[TOP_BIRTH], 1, NULL,
	    &birth)) != CP_OK)
		return rc;
	if (cp_partial_parse(birth, &doc->birth, &ignored) != CP_OK)
		return reader_refuse(r, key[TOP_BIRTH],
		    "no such date (YYYY-MM-DD, YYYY-MM or YYYY)");
	if (id != NULL)
		memcpy(doc->id, id, strlen(id) + 1);
	memcpy(doc->authority, authority, strlen(authority) + 1);
	doc->gender = (enum cp_gender)gender;
	return CP_OK;
}

static enum cp_rc
read_lists(struct reader *r, const struct cp_json *const *m)
{
	const char *const *key = document_keys;
	struct cp_document *doc = r->doc;
	void *names = NULL;
	void *numbers = NULL;
	void *addresses = NULL;
	void *carers = NULL;
	void *involvements = NULL;
	enum cp_rc rc;

	if ((rc = reader_list(r, m[TOP_NAMES], key[TOP_NAMES],
	    sizeof(struct cp_name), read_name, &names,
	    &doc->n_names)) != CP_OK ||
	    (rc = reader_list(r, m[TOP_NUMBERS], key[TOP_NUMBERS],
	    sizeof(struct cp_number), read_number, &numbers,
	    &doc->n_numbers)) != CP_OK ||
	    (rc = reader_list(r, m[TOP_ADDRESSES], key[TOP_ADDRESSES],
	    sizeof(struct cp_address), read_address, &addresses,
	    &doc->n_addresses)) != CP_OK ||
	    (rc = reader_list(r, m[TOP_CARERS], key[TOP_CARERS],
	    sizeof(struct cp_carer), read_carer, &carers,
	    &doc->n_carers)) != CP_OK ||
	    (rc = reader_list(r, m[TOP_INVOLVEMENTS], key[TOP_INVOLVEMENTS],
	    sizeof(struct cp_involvement), read_involvement, &involvements,
	    &doc->n_involvements)) != CP_OK)
		return rc;
	doc->names = names;
	doc->numbers = numbers;
	doc->addresses = addresses;
	doc->carers = carers;
	doc->involvements = involvements;
	return CP_OK;
}

static enum cp_rc
read_document(struct reader *r, const struct cp_json *v, struct cp_date today)
{
	const struct cp_json *m[TOP_KEYS];
	const char *cause;
	const char *path = NULL;
	enum cp_rc rc;

	if ((rc = reader_object(r, v, document_keys, TOP_KEYS, m)) != CP_OK ||
	    (rc = read_person(r, m)) != CP_OK ||
	    (rc = read_lists(r, m)) != CP_OK ||
	    (rc = read_left(r, m[TOP_LEFT])) != CP_OK ||
	    (rc = read_death(r, m[TOP_DEATH])) != CP_OK ||
	    (rc = read_letters(r, m[TOP_LETTERS])) != CP_OK)
		return rc;
	if (r->doc->current == NULL)
		return reader_refuse(r, document_keys[TOP_NAMES], "no current name");
	cause = document_check_whole(r->doc, today, &path);
	return cause != NULL ? reader_refuse_at(r, path, cause) : CP_OK;
}

static enum cp_rc
parse_json(struct reader *r, const char *text, size_t len,
    struct cp_json **out)
{
	struct cp_err err;
	enum cp_rc rc;

	if (len > CP_DOCUMENT_SIZE_MAX)
		return reader_refuse(r, NULL, "over 1 MiB");
	cp_err_clear(&err);
	rc = cp_json_parse_brief(text, len, out, &err);
	if (rc == CP_BAD_INPUT)
		return reader_refuse(r, NULL, err.what);
	if (rc != CP_OK)
		*r->err = err;
	return rc;
}

enum cp_rc
cp_document_parse(const char *text, size_t len, struct cp_date today,
    struct cp_document **out, struct cp_reject *why, struct cp_err *err)
{
	struct reader r = { NULL, why, err, NULL, READER_NO_INDEX, NULL,
		{ NULL, 0, 0, 0, 0 } };
	struct cp_json *json = NULL;
	enum cp_rc rc = parse_json(&r, text, len, &json);

	if (rc != CP_OK)
		return rc;
	r.doc = document_new();
	rc = r.doc == NULL ? reader_no_memory(&r) : read_document(&r, json, today);
	if (rc == CP_OK) {
		*out = r.doc;
		r.doc = NULL;
	}
	cp_document_free(r.doc);
	cp_buf_clear(&r.scratch);
	cp_json_free(json);
	return rc;
}
