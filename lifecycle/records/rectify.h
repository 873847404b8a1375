#ifndef CP_RECORDS_RECTIFY_H
#define CP_RECORDS_RECTIFY_H

#include "lifecycle/records/sar.h"

/*
 * What a request asks for besides access: that something is put right, or that
 * it is held no longer in this way (UK GDPR arts. 16, 19 and 21; Data
 * Protection Act 1998 ss. 10 and 14).  What was done stands among the events of
 * the request, with who was told of a correction; what was wrong and what is
 * right stands in the record's own history only.
 */
enum cp_rectified { CP_RECTIFY_CORRECTED, CP_RECTIFY_REFUSED,
	CP_RECTIFY_TOLD };
/* "corrected", "refused", "told" and back: 0 if it is none. */
const char *cp_rectified_word(enum cp_rectified v);
int cp_rectified_parse(const char *word, enum cp_rectified *out);

enum { CP_RECTIFY_RECIPIENTS = 50 };

struct cp_rectifying { /* borrowed */
	enum cp_rectified what;
	int idx;                 /* about which subject of the request */
	const char *reason;      /* why it was right or wrong; told: or NULL */
	const char *const *told; /* recipients */
	size_t n_told;
};

/* The subject of R that is RECORD.  CP_REFUSED, in one sentence whatever the
 * cause: R does not ask for rectification, is closed, or is about others. */
enum cp_rc cp_rectify_subject(struct cp_store *s, const struct cp_sar *r,
    int64_t record, int *idx, struct cp_err *err) CP_MUST_CHECK;
/*
 * Enters X on C's day: "rectified" or "not-rectified" with the record's number
 * as reference and the reason, then "told" for each recipient, in the caller's
 * transaction.  CP_REFUSED: R does not ask for it; told, but nothing was
 * rectified; as cp_sar_enter.  CP_NOT_FOUND: no such subject.
 */
enum cp_rc cp_rectify_enter(const struct cp_change *c,
    const struct cp_sar_rules *rules, struct cp_sar *r,
    const struct cp_rectifying *x, struct cp_err *err) CP_MUST_CHECK;

/* What was entered so far. */
struct cp_rectify_tally {
	int rectified, refused, told;          /* how often */
	int objection_upheld, objection_refused;
	char objection[32]; /* the last decision's kind; "" */
};
enum cp_rc cp_rectify_count(struct cp_store *s, const struct cp_sar *r,
    struct cp_rectify_tally *out, struct cp_err *err) CP_MUST_CHECK;
/* Something was put right and nobody was told of it: they who had it wrong are
 * to be told unless that is impossible or takes too much. */
int cp_rectify_untold(const struct cp_rectify_tally *t);

/* Enters that an objection was upheld or not, and why.  CP_REFUSED: R does not
 * object; it was decided so before; as cp_sar_enter. */
enum cp_rc cp_rectify_object(const struct cp_change *c,
    const struct cp_sar_rules *rules, struct cp_sar *r, int upheld,
    const char *reason, struct cp_err *err) CP_MUST_CHECK;

#endif
