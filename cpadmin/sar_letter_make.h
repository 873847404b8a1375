#ifndef CP_CPADMIN_SAR_LETTER_MAKE_H
#define CP_CPADMIN_SAR_LETTER_MAKE_H

#include "cpadmin/notice_sender.h"
#include "cpadmin/sar_case.h"
#include "cpadmin/sar_output.h"
#include "lifecycle/duties/access_letter.h"

/* For sar_letter.c, sar_refuse.c and sar_none.c: one letter about a request, as
 * PDF or, with a name that ends in .txt, as text; and what is entered about it
 * in the same transaction. */
struct cp_sar_letter {
	struct cp_sar_case x;
	struct cp_sar_output output;
	struct cp_sar_address address;
	struct cp_wordings *wordings;
	struct cp_senders *senders;
	struct cp_composed composed;
	struct cp_buf file;
	int pages;                  /* 0: text */
	/* filled by CHECK */
	struct cp_access_letter_facts facts;
	char reason[CP_SAR_TEXT];   /* for facts.reason */
	const char *outcome;        /* "refused", "none"; NULL: no answer */
};

/* Whether there is such a letter, in the transaction, with the request as it is
 * then: fills L->facts (but for the request, its policy and the address) and
 * outcome. */
typedef enum cp_rc cp_sar_letter_check_fn(struct cp_sar_letter *l,
    struct cp_err *err);
/* The whole of a verb. */
enum cp_rc cp_sar_letter_run(struct cp_call *call,
    cp_sar_letter_check_fn *check, struct cp_err *err) CP_MUST_CHECK;

#endif
