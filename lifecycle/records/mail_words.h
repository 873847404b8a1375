#ifndef CP_RECORDS_MAIL_WORDS_H
#define CP_RECORDS_MAIL_WORDS_H

#include "lifecycle/records/shield.h"

/*
 * Letters about a case of shielding, in plain and short words: to the child
 * from the age of comprehension on, or who asked themself, else to the parent
 * or carer, who is not named.
 */
enum { CP_MAIL_COMPREHENSION = 12 }; /* years (domain: 7) */

struct cp_mail_case {
	const char *kind;            /* outcome, request-received, review */
	const struct cp_shield *shield;
	const struct cp_document *doc; /* whole */
	size_t to;                   /* of doc->addresses */
	const char *reason;          /* outcome refused, lifted: why */
	const char *complaint;       /* how to complain; NULL: as usual */
	struct cp_date today;
	enum cp_leap_rule leap;
};

/* Appends what stands above every letter of the authority. */
void cp_mail_head(const char *authority, struct cp_buf *out);
/* Whether it is to the child, who asked themself or is old enough. */
int cp_mail_to_child(const struct cp_mail_case *m);
/* Appends the letter.  CP_REFUSED: the case has not come to that, or it is past
 * it; CP_USAGE: no such kind. */
enum cp_rc cp_mail_words(const struct cp_mail_case *m, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
