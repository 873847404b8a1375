#ifndef CP_RECORDS_DOCUMENT_HIDE_H
#define CP_RECORDS_DOCUMENT_HIDE_H

#include "lifecycle/records/document.h"

/*
 * Which parts of a record document a shield hides, how they are taken out of
 * it and put back (domain: 5).  Pure: neither SQL nor keys.
 */
enum cp_hide {
	CP_HIDE_ADDRESS = 1,      /* "address": every address */
	CP_HIDE_CONTACT = 2,      /* "contact": carers' telephones */
	CP_HIDE_SCHOOL = 4,       /* "school": involvements of education */
	CP_HIDE_PRACTICE = 8,     /* "practice": of primary health care */
	CP_HIDE_PRACTITIONER = 16, /* "practitioner": who, and their telephone */
	CP_HIDE_INVOLVEMENTS = 32, /* "involvements": all of them, whole */
	CP_HIDE_FORMER_NAMES = 64, /* "former-names" */
	CP_HIDE_CARERS = 128,     /* "carers": all of them, whole */
	CP_HIDE_NUMBERS = 256,    /* "numbers": a pupil number tells where it
				   * was given */
	CP_HIDE_ALL = 511,
	/* What is hidden unless decided otherwise. */
	CP_HIDE_USUAL = 63
};

/* "former-names" and back; 0 where there is none of that name. */
const char *cp_hide_word(enum cp_hide part);
unsigned cp_hide_parse(const char *word);
/* "address,contact" of a set, into BUF. */
void cp_hide_text(unsigned set, char *buf, size_t cap);

/* Whether DOC shows anything of the parts SET. */
int cp_document_shows(const struct cp_document *doc, unsigned set);

/*
 * Takes the parts SET out of DOC.  What was taken is appended to OUT as one
 * JSON object: "hidden", the words of SET, and of each list of which any part
 * was hidden ("names", "addresses", "carers", "involvements", "numbers"), the
 * whole list as the record document has it.  Nothing is appended, and DOC is
 * as it was, where it shows nothing of SET.
 */
enum cp_rc cp_document_hide(struct cp_document *doc, unsigned set,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/*
 * Lays the object TEXT, as cp_document_hide gives it, over *DOC.  Entries that
 * were hidden whole take the place of *DOC's of their group: all addresses,
 * all carers, former names, the numbers of each type, the involvements of
 * education, of primary health care and the others; where TEXT has none of a
 * group, *DOC's stay.  What was open then is as *DOC has it now; its hidden
 * details (telephones, practitioners) come from TEXT, and those that TEXT has
 * not, because they were hidden before, stay.  So a document that was hidden
 * and not changed is, byte for byte, what it was.  To be called for each such
 * object in the order in which they were made, beginning with the open
 * document.  Of more than CP_DOCUMENT_LIST_MAX entries the last open ones are
 * left out.  CP_CORRUPT: not such an object, and *DOC is as it was.
 */
enum cp_rc cp_document_unhide(struct cp_document **doc, const char *text,
    size_t len, struct cp_err *err) CP_MUST_CHECK;

#endif
