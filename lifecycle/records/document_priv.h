#ifndef CP_RECORDS_DOCUMENT_PRIV_H
#define CP_RECORDS_DOCUMENT_PRIV_H

#include "lifecycle/records/document.h"
#include "lifecycle/store/json.h"

/* Private to document*.c. */

/* A document with nothing in it (which breaks the rules: fill it before it is
 * given to anybody), or NULL. */
struct cp_document *document_new(void);
/* LEN zeroed bytes that live as long as DOC, aligned for anything; NULL when
 * out of memory. */
void *document_alloc(struct cp_document *doc, size_t len);
/* What FROM allocated lives as long as DOC from now on; FROM is as new. */
void document_adopt(struct cp_document *doc, struct cp_document *from);

/* The keys of each object of the format, in canonical order. */
enum { TOP_FORMAT, TOP_ID, TOP_AUTHORITY, TOP_NAMES, TOP_GENDER, TOP_BIRTH,
	TOP_NUMBERS, TOP_ADDRESSES, TOP_CARERS, TOP_INVOLVEMENTS, TOP_LEFT,
	TOP_DEATH, TOP_LETTERS, TOP_KEYS };
enum { NAME_TYPE, NAME_GIVEN, NAME_FAMILY, NAME_FROM, NAME_KEYS };
enum { NUMBER_TYPE, NUMBER_VALUE, NUMBER_KEYS };
enum { ADDRESS_TYPE, ADDRESS_LINES, ADDRESS_POSTCODE, ADDRESS_FROM,
	ADDRESS_SOURCE, ADDRESS_KEYS };
enum { CARER_NAME, CARER_RELATION, CARER_RESPONSIBILITY, CARER_PHONE,
	CARER_KEYS };
enum { INV_SERVICE, INV_PROVIDER, INV_PRACTITIONER, INV_PHONE, INV_START,
	INV_END, INV_LEAD, INV_ASSESSMENT, INV_SENSITIVE, INV_KEYS };
enum { SENSITIVE_BASIS, SENSITIVE_EVIDENCE, SENSITIVE_KEYS };
enum { LEFT_DATE, LEFT_INTENTION, LEFT_KEYS };
enum { DEATH_DATE, DEATH_NOTIFIED, DEATH_KEYS };
enum { LETTERS_LANGUAGE, LETTERS_FORMAT, LETTERS_KEYS };
enum { WORDS_MAX = 3 };

extern const char *const document_keys[TOP_KEYS];
extern const char *const document_name_keys[NAME_KEYS];
extern const char *const document_number_keys[NUMBER_KEYS];
extern const char *const document_address_keys[ADDRESS_KEYS];
extern const char *const document_carer_keys[CARER_KEYS];
extern const char *const document_involvement_keys[INV_KEYS];
extern const char *const document_sensitive_keys[SENSITIVE_KEYS];
extern const char *const document_left_keys[LEFT_KEYS];
extern const char *const document_death_keys[DEATH_KEYS];
extern const char *const document_letters_keys[LETTERS_KEYS];

/* NULL-terminated, in the order of their enumerations. */
extern const char *const document_name_words[WORDS_MAX + 1];
extern const char *const document_gender_words[WORDS_MAX + 1];
extern const char *const document_number_words[WORDS_MAX + 1];
extern const char *const document_address_words[WORDS_MAX + 1];
extern const char *const document_basis_words[WORDS_MAX + 1]; /* from 1 */
extern const char *const document_intention_words[WORDS_MAX + 1]; /* from 1 */

/* Checks of single values: NULL when good, else the cause.  Those with an
 * OUT write the normal form (as CP_OK only); OUT holds CP_ID_MAX bytes. */
const char *document_check_id(const char *text);
const char *document_check_authority(const char *text);
const char *document_check_language(const char *text);
const char *document_check_format(const char *text);
const char *document_check_postcode(const char *text, char *out);
const char *document_check_number(enum cp_number_type type, const char *text,
    char *out);
/* Checks what several fields must satisfy together; *KEY is the path of the
 * field to blame ("$.death.notified") where it is not NULL that comes back. */
const char *document_check_whole(const struct cp_document *doc,
    struct cp_date today, const char **path);

#endif
