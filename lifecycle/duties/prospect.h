#ifndef CP_DUTIES_PROSPECT_H
#define CP_DUTIES_PROSPECT_H

#include "lifecycle/duties/wording.h"
#include "lifecycle/records/notice.h"

/* What the letter of a notice that is owed would be, were it printed today. */
struct cp_prospect {
	enum cp_addressee to;
	char language[36];  /* of its wording; "" not known */
	enum cp_format format;
};
/* Of N's record, by the rules RULES.  CP_REFUSED: it is not live, or its
 * authority is not open yet. */
enum cp_rc cp_prospect(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_notice *n, struct cp_prospect *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
