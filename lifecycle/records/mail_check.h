#ifndef CP_RECORDS_MAIL_CHECK_H
#define CP_RECORDS_MAIL_CHECK_H

#include "lifecycle/records/document.h"

/*
 * The one check that every letter passes before it leaves: a letter never
 * prints an address other than the one it goes to (domain: 5, "a change of
 * address letter went to the old one").  Pure.
 */

/* No address of the record: what is handed over, or goes to somebody else. */
#define CP_MAIL_NOWHERE ((size_t)-1)

struct cp_mail_text {
	const struct cp_document *doc; /* whole, with what is hidden */
	size_t to;                     /* of doc->addresses, or
					* CP_MAIL_NOWHERE */
	const char *ours;              /* the letterhead, the same in every
					* letter; or NULL */
	const char *text;              /* all that the letter says */
};

/*
 * CP_REFUSED where the text has of any other address of the record, former
 * ones too, a line, the street without its number, the postcode or its first
 * half, or a carer's telephone: in whatever case, spacing and punctuation.
 * What is also in the address it goes to, in the letterhead or in the person's
 * own name gives nothing away.  The error says which entry of the document it
 * is, not what it says.
 */
enum cp_rc cp_mail_check_text(const struct cp_mail_text *m,
    struct cp_err *err) CP_MUST_CHECK;

#endif
