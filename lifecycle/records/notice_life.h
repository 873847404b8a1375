#ifndef CP_RECORDS_NOTICE_LIFE_H
#define CP_RECORDS_NOTICE_LIFE_H

#include "lifecycle/records/notice.h"

/* The ledger with the rest of a record's life; each in the transaction of what
 * happens. */

struct cp_json;
/* The rows of live RECORD, without the safe ones, as a JSON object appended to
 * OUT ({"to":{...}|null,"notices":[...]}), and back: for packages.
 * CP_CORRUPT. */
enum cp_rc cp_notice_save(struct cp_store *s, int64_t record,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_load(struct cp_store *s, int64_t record,
    const struct cp_json *v, struct cp_err *err) CP_MUST_CHECK;
/* RECORD is archived: what cp_notice_save gave leaves the store.  *LAPSED
 * counts those that were owed still: they are suppressed ("archived") in what
 * is to be saved, so call cp_notice_lapse before saving. */
enum cp_rc cp_notice_lapse(struct cp_store *s, int64_t record, int *lapsed,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_notice_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* RECORD is destroyed: the safe ones go too. */
enum cp_rc cp_notice_forget(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* A shield came over RECORD: places and unfinished print items go. */
enum cp_rc cp_notice_shielded(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;
/* FROM is merged into INTO, and that undone: rows that INTO has not pass to
 * it; those that it has stay with FROM, suppressed ("merged"). */
enum cp_rc cp_notice_join(const struct cp_change *c, int64_t from,
    int64_t into, struct cp_err *err) CP_MUST_CHECK;
/* The record is to be looked at again at the next settling. */
enum cp_rc cp_notice_look_soon(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

#endif
