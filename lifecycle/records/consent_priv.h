#ifndef CP_RECORDS_CONSENT_PRIV_H
#define CP_RECORDS_CONSENT_PRIV_H

#include "lifecycle/records/consent.h"
#include "lifecycle/store/stmt.h"

/* Private to consent*.c. */

/* The entry that Q, a statement with the columns of consents_range, stands
 * on; its texts are Q's. */
enum cp_rc consent_read(struct cp_stmt *q, struct cp_consent *c,
    struct cp_err *err) CP_MUST_CHECK;
/* What decide.h knows of C, which is for staying. */
struct cp_consent_fact consent_fact(const struct cp_consent *c);
/* The next number; none comes back. */
enum cp_rc consent_number(struct cp_store *s, int64_t *n, struct cp_err *err)
    CP_MUST_CHECK;
/* Writes C as a new row under its number. */
enum cp_rc consent_insert(struct cp_store *s, int64_t record,
    const struct cp_consent *c, const char *entered, struct cp_err *err)
    CP_MUST_CHECK;
/* What the ledger refuses about anything given: a record that is not live,
 * the future, before birth, late without a reason. */
enum cp_rc consent_check(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_consent *c,
    struct cp_partial_date birth, struct cp_err *err) CP_MUST_CHECK;
/* CP_REFUSED for a record that is not live, with what to do. */
enum cp_rc consent_need_live(struct cp_store *s, const struct cp_record *r,
    struct cp_err *err) CP_MUST_CHECK;

#endif
