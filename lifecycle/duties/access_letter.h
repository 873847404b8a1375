#ifndef CP_DUTIES_ACCESS_LETTER_H
#define CP_DUTIES_ACCESS_LETTER_H

#include "lifecycle/duties/composing.h"
#include "lifecycle/records/sar.h"

/*
 * Letters about a request, in the requester's language, from the wordings
 * (wording.h): the cover of an answer (with purposes, sources, recipients,
 * retention and rights), a refusal, that nothing is held, and what is said on
 * the way (identity, fee or clarification asked for, extension, archived and
 * being opened).
 */
/* Names of the wordings (enum of wording.h): "access", "access-refusal",
 * "access-none", "access-ask". */
const char *cp_access_letter_name(enum cp_access_letter v);
/* What an ACCESS_ASK letter is about. */
enum cp_access_ask { CP_ASK_IDENTITY, CP_ASK_FEE, CP_ASK_CLARIFY,
	CP_ASK_EXTENDED, CP_ASK_ARCHIVED, CP_ASKS };
const char *cp_access_ask_word(enum cp_access_ask v); /* "identity" ... */
int cp_access_ask_parse(const char *word, enum cp_access_ask *out);

struct cp_access_letter_facts {
	enum cp_access_letter kind;
	enum cp_access_ask ask;
	const struct cp_sar *sar;
	const struct cp_policy *policy;  /* the request's */
	const char *name;      /* of the persons it is about, joined; or NULL */
	const char *ground;    /* refusal: a word of access.refuse_grounds */
	const char *reason;    /* refusal, ask: in words for the reader; or NULL */
	int partial;           /* something was withheld, and that is told: never
				* where it could tell of a place */
	struct cp_date due;
	int pence;             /* of a fee */
	const char *const *to; /* further lines of the address; or none */
	size_t n_to;
};
/* Composes it as OUT, in the sender's name of WITH for the request's authority:
 * blocks by cp_composed_blocks.  What held before is cleared.  Where the
 * language has no such wording it is English, and OUT->language_known 0.
 * CP_REFUSED as WITH's sender; who asked is not known any more; an ASK letter of
 * a fee without a sum, or of an extension without a day.  CP_BAD_INPUT: a line
 * of the address that is no text; an answer about nobody. */
enum cp_rc cp_access_letter(const struct cp_composing *with,
    const struct cp_access_letter_facts *f, struct cp_composed *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Sets C with BLOCKS (all of an answer, or cp_composed_blocks) as a tagged PDF,
 * appended to OUT; *PAGES.  CP_BAD_INPUT as cp_press_add: a text that no face
 * can print, an address that the window cannot hold. */
enum cp_rc cp_access_print(const struct cp_composed *c,
    const struct cp_blocks *blocks, const char *title,
    const struct cp_now *now, struct cp_buf *out, int *pages,
    struct cp_err *err) CP_MUST_CHECK;

#endif
