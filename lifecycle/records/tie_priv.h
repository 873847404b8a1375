#ifndef CP_RECORDS_TIE_PRIV_H
#define CP_RECORDS_TIE_PRIV_H

#include "lifecycle/records/tie.h"

/* Private to tie*.c. */

enum { TIE_NUMBERS = CP_DOCUMENT_LIST_MAX };

/* What of a person ties are made of; borrowed. */
struct tie_person {
	const char *given, *family; /* NULL: none */
	char born[CP_DATE_TEXT];    /* as far as it is known */
	const char *number[TIE_NUMBERS];
	size_t n_numbers;
};
/* As cp_tie_keys. */
enum cp_rc tie_keys(const struct cp_matcher *m, const struct tie_person *who,
    struct cp_keys *keys, struct cp_err *err) CP_MUST_CHECK;

#endif
