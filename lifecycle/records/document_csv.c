#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_priv.h"
#include "lifecycle/rules/text.h"

enum { COL_ID, COL_AUTHORITY, COL_GIVEN, COL_FAMILY, COL_GENDER, COL_BIRTH,
	COL_NHS, COL_UPN, COL_LINE1, COL_LINE2, COL_LINE3, COL_POSTCODE,
	COL_CARER, COL_RELATION, COL_PHONE, COL_SCHOOL, COL_PRACTICE,
	COL_LANGUAGE, COL_FORMAT };

const char *const cp_document_columns[CP_CSV_COLUMNS] = { "id", "authority",
	"given", "family", "gender", "birth_date", "nhs", "upn", "line1",
	"line2", "line3", "postcode", "carer", "carer_relation",
	"carer_phone", "school", "practice", "language", "format" };

static int
has(const char *const *field, int column)
{
	return field[column] != NULL && field[column][0] != '\0';
}

/* Absent when empty: the document's rules then say what must be there. */
static void
put(struct cp_buf *b, const char *key, const char *const *field, int column)
{
	if (has(field, column))
		cp_json_put_member(b, key, field[column]);
}

static void
put_numbers(struct cp_buf *b, const char *const *field)
{
	cp_json_put_key(b, "numbers");
	cp_json_open(b, '[');
	for (int c = COL_NHS; c <= COL_UPN; c++) {
		if (!has(field, c))
			continue;
		cp_json_open(b, '{');
		cp_json_put_member(b, "type", cp_document_columns[c]);
		cp_json_put_member(b, "value", field[c]);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static void
put_address(struct cp_buf *b, const char *const *field)
{
	if (!has(field, COL_LINE1) && !has(field, COL_LINE2) &&
	    !has(field, COL_LINE3) && !has(field, COL_POSTCODE))
		return;
	cp_json_put_key(b, "addresses");
	cp_json_open(b, '[');
	cp_json_open(b, '{');
	cp_json_put_member(b, "type", "current");
	cp_json_put_key(b, "lines");
	cp_json_open(b, '[');
	for (int c = COL_LINE1; c <= COL_LINE3; c++)
		cp_json_put_string(b, has(field, c) ? field[c] : "");
	cp_json_close(b, ']');
	put(b, "postcode", field, COL_POSTCODE);
	cp_json_close(b, '}');
	cp_json_close(b, ']');
}

static void
put_carer(struct cp_buf *b, const char *const *field)
{
	if (!has(field, COL_CARER) && !has(field, COL_RELATION) &&
	    !has(field, COL_PHONE))
		return;
	cp_json_put_key(b, "carers");
	cp_json_open(b, '[');
	cp_json_open(b, '{');
	put(b, "name", field, COL_CARER);
	put(b, "relation", field, COL_RELATION);
	put(b, "phone", field, COL_PHONE);
	cp_json_close(b, '}');
	cp_json_close(b, ']');
}

static void
put_involvements(struct cp_buf *b, const char *const *field)
{
	cp_json_put_key(b, "involvements");
	cp_json_open(b, '[');
	for (int c = COL_SCHOOL; c <= COL_PRACTICE; c++) {
		if (!has(field, c))
			continue;
		cp_json_open(b, '{');
		cp_json_put_member(b, "service", c == COL_SCHOOL ?
		    "education" : "primary-health-care");
		cp_json_put_member(b, "provider", field[c]);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static void
put_document(struct cp_buf *b, const char *const *field)
{
	cp_json_open(b, '{');
	cp_json_put_member(b, "cpadmin", "record/1");
	put(b, "id", field, COL_ID);
	put(b, "authority", field, COL_AUTHORITY);
	cp_json_put_key(b, "names");
	cp_json_open(b, '[');
	cp_json_open(b, '{');
	cp_json_put_member(b, "type", "current");
	put(b, "given", field, COL_GIVEN);
	put(b, "family", field, COL_FAMILY);
	cp_json_close(b, '}');
	cp_json_close(b, ']');
	put(b, "gender", field, COL_GENDER);
	put(b, "birth_date", field, COL_BIRTH);
	put_numbers(b, field);
	put_address(b, field);
	put_carer(b, field);
	put_involvements(b, field);
	cp_json_put_key(b, "letters");
	cp_json_open(b, '{');
	put(b, "language", field, COL_LANGUAGE);
	put(b, "format", field, COL_FORMAT);
	cp_json_close(b, '}');
	cp_json_close(b, '}');
}

/* The column that put the value where PATH points. */
static int
column_of(const char *const *field, const char *path)
{
	static const struct {
		const char *path;
		int column;
	} places[] = { { "$.id", COL_ID }, { "$.authority", COL_AUTHORITY },
		{ "$.names[0].given", COL_GIVEN },
		{ "$.names[0].family", COL_FAMILY },
		{ "$.names[0]", COL_FAMILY }, { "$.gender", COL_GENDER },
		{ "$.birth_date", COL_BIRTH },
		{ "$.numbers[1].value", COL_UPN },
		{ "$.addresses[0].lines[0]", COL_LINE1 },
		{ "$.addresses[0].lines[1]", COL_LINE2 },
		{ "$.addresses[0].lines[2]", COL_LINE3 },
		{ "$.addresses[0].postcode", COL_POSTCODE },
		{ "$.carers[0].name", COL_CARER },
		{ "$.carers[0].relation", COL_RELATION },
		{ "$.carers[0].phone", COL_PHONE },
		{ "$.involvements[1].provider", COL_PRACTICE },
		{ "$.letters.language", COL_LANGUAGE },
		{ "$.letters.format", COL_FORMAT } };

	if (strcmp(path, "$.numbers[0].value") == 0)
		return has(field, COL_NHS) ? COL_NHS : COL_UPN;
	if (strcmp(path, "$.involvements[0].provider") == 0)
		return has(field, COL_SCHOOL) ? COL_SCHOOL : COL_PRACTICE;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(path, places[i].path) == 0)
			return places[i].column;
	return -1;
}

static enum cp_rc
refuse_column(int column, const char *cause, struct cp_reject *why,
    struct cp_err *err)
{
	if (column >= 0)
		(void)snprintf(why->path, sizeof(why->path), "%s",
		    cp_document_columns[column]);
	if (cause != why->cause)
		(void)snprintf(why->cause, sizeof(why->cause), "%s", cause);
	return cp_fail(err, CP_BAD_INPUT, "%s: %s", why->path, why->cause);
}

enum cp_rc
cp_document_from_csv(const char *const field[CP_CSV_COLUMNS],
    struct cp_date today, struct cp_document **out, struct cp_reject *why,
    struct cp_err *err)
{
	struct cp_buf json;
	const char *cause;
	enum cp_rc rc;

	/* Writing JSON would mend what is not UTF-8. */
	for (int c = 0; c < CP_CSV_COLUMNS; c++) {
		cause = !has(field, c) ? NULL :
		    cp_text_refuse(field[c], strlen(field[c]));
		if (cause != NULL)
			return refuse_column(c, cause, why, err);
	}
	cp_buf_init(&json);
	put_document(&json, field);
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		rc = cp_document_parse(cp_buf_text(&json), json.len, today,
		    out, why, err);
	if (rc == CP_BAD_INPUT)
		rc = refuse_column(column_of(field, why->path), why->cause,
		    why, err);
	cp_buf_clear(&json);
	return rc;
}
