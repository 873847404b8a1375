#ifndef CP_RECORDS_DOCUMENT_H
#define CP_RECORDS_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"
#include "lifecycle/rules/date.h"
#include "lifecycle/rules/decide.h"

/*
 * The record/1 document, cpadmin-record(5): what the directory holds about one
 * child.  A struct cp_document always satisfies every rule of the format.  Its
 * fields are for reading; it is changed only by the functions here and in
 * document_edit.h.  Absent text is NULL, an absent date `none'; text is NFC,
 * without control characters, and is owned by the document, as are the lists.
 * Documents belong to one thread at a time and are wiped when freed.
 */

enum {
	CP_ID_MAX = 33,        /* an identifying number and its NUL */
	CP_AUTHORITY_MAX = 17, /* an authority's code and its NUL */
	CP_DOCUMENT_TEXT_MAX = 256, /* code points in any one text */
	CP_DOCUMENT_LIST_MAX = 200, /* entries in any list */
	CP_DOCUMENT_SIZE_MAX = 1024 * 1024 /* bytes of JSON */
};

enum cp_name_type { CP_NAME_CURRENT, CP_NAME_FORMER };
enum cp_gender { CP_GENDER_FEMALE, CP_GENDER_MALE, CP_GENDER_NOT_SPECIFIED };
enum cp_number_type { CP_NUMBER_NHS, CP_NUMBER_UPN };
enum cp_address_type {
	CP_ADDRESS_CURRENT,
	CP_ADDRESS_LAST_KNOWN,
	CP_ADDRESS_NONE_KNOWN
};
enum cp_sensitive { CP_SENSITIVE_NO, CP_SENSITIVE_CONSENT, CP_SENSITIVE_HARM };

struct cp_name {
	enum cp_name_type type;
	const char *given;  /* at least one of given and family is there */
	const char *family;
	struct cp_date from;
};
struct cp_number {
	enum cp_number_type type;
	const char *value; /* check digit verified */
};
struct cp_address {
	enum cp_address_type type;
	const char **lines;
	size_t n_lines;
	const char *postcode; /* upper case, one space */
	struct cp_date from;
	const char *source;
};
struct cp_carer {
	const char *name;
	const char *relation;
	int responsibility; /* 1 yes, 0 no, -1 not known */
	const char *phone;
};
struct cp_involvement {
	const char *service;
	const char *provider;
	const char *practitioner;
	const char *phone;
	struct cp_date start;
	struct cp_date end;
	int lead;
	int assessment;
	enum cp_sensitive sensitive;
	const char *evidence; /* of the basis, where sensitive */
};

struct cp_arena;
struct cp_document {
	char id[CP_ID_MAX]; /* "" until one is set */
	char authority[CP_AUTHORITY_MAX];
	struct cp_name *names;
	size_t n_names;
	const struct cp_name *current; /* of names */
	enum cp_gender gender;
	struct cp_partial_date birth;
	struct cp_number *numbers;
	size_t n_numbers;
	struct cp_address *addresses;
	size_t n_addresses;
	struct cp_carer *carers;
	size_t n_carers;
	struct cp_involvement *involvements;
	size_t n_involvements;
	struct cp_date left_on;
	enum cp_intention left_intention; /* CP_INTENTION_NONE: has not left */
	struct cp_date died_on;
	struct cp_date death_notified;
	const char *language; /* of letters: "ur" */
	const char *format;   /* of letters: "large-print" */
	struct cp_arena *arena; /* private */
};

/* Why a document is refused.  Neither part holds anything of the value. */
struct cp_reject {
	char path[96];  /* "$.names[1].given"; from CSV the column, "given" */
	char cause[96]; /* "control character" */
};

/*
 * Parses and checks one document.  TODAY bounds the birth date; `none' (for
 * documents out of the store) does not.  CP_BAD_INPUT fills WHY, and ERR says
 * the same; other failures leave WHY alone.
 */
enum cp_rc cp_document_parse(const char *text, size_t len,
    struct cp_date today, struct cp_document **out, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;
void cp_document_free(struct cp_document *doc);

/* Columns of the CSV form, in their order. */
enum { CP_CSV_COLUMNS = 19 };
extern const char *const cp_document_columns[CP_CSV_COLUMNS];
/* The same from one CSV row: FIELD[i] belongs to cp_document_columns[i]; NULL
 * or "" is absent.  WHY->path is a column's name. */
enum cp_rc cp_document_from_csv(const char *const field[CP_CSV_COLUMNS],
    struct cp_date today, struct cp_document **out, struct cp_reject *why,
    struct cp_err *err) CP_MUST_CHECK;

/* Appends the canonical text: compact JSON, fixed order of keys, so that equal
 * content gives equal bytes.  All top-level keys are there; inside entries,
 * absent text and dates are left out where the format lets them be.  OUT
 * remembers a failure. */
void cp_document_text(const struct cp_document *doc, struct cp_buf *out);

/* Appends the name to show, "Given Family", of the current name. */
void cp_document_name(const struct cp_document *doc, struct cp_buf *out);

/* Fills the parts of FACTS that a document knows: birth, death, leaving. */
void cp_document_facts(const struct cp_document *doc, struct cp_facts *facts);

/* Words of the format for the enumerations; constants. */
const char *cp_gender_word(enum cp_gender v);
const char *cp_number_type_word(enum cp_number_type v);
const char *cp_address_type_word(enum cp_address_type v);

#endif
