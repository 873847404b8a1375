#ifndef CP_CPADMIN_RECORD_REQUEST_H
#define CP_CPADMIN_RECORD_REQUEST_H

#include "cpadmin/record_verbs.h"
#include "lifecycle/records/rectify.h"

/* For record_change.c: a correction that was asked for with a subject access
 * request (domain: 6), `record correct --request'. */
struct record_request {
	const char *id; /* of --request; NULL: none */
	const char *told[CP_RECTIFY_RECIPIENTS];
	size_t n_told;
	struct cp_sar_rules rules;
	struct cp_sar sar;
};

/* What the options say.  CP_USAGE: --told without --request. */
enum cp_rc record_request_take(const struct cp_call *call,
    struct record_request *q, struct cp_err *err) CP_MUST_CHECK;
/* In the transaction, before anything is changed: CP_REFUSED unless the
 * request asks for rectification and is about record ID. */
enum cp_rc record_request_begin(const struct cp_change *c,
    struct record_request *q, const char *id, struct cp_err *err)
    CP_MUST_CHECK;
/* In the same transaction, once it is put right: what is entered there. */
enum cp_rc record_request_enter(const struct cp_change *c,
    struct record_request *q, const char *id, const char *reason,
    struct cp_err *err) CP_MUST_CHECK;
/* After it: who is to be told still. */
enum cp_rc record_request_remind(const struct cp_call *call,
    const struct cp_change *c, struct record_request *q, struct cp_err *err)
    CP_MUST_CHECK;
void record_request_clear(struct record_request *q);

#endif
