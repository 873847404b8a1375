#ifndef CP_RECORDS_SAR_PRIV_H
#define CP_RECORDS_SAR_PRIV_H

#include "lifecycle/records/match.h"
#include "lifecycle/records/sar_item.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* For sar*.c only. */

/* The row at which Q stands, of sar.sql's 30 columns. */
enum cp_rc sar_read(struct cp_stmt *q, struct cp_sar *out, struct cp_err *err)
    CP_MUST_CHECK;
/* By row, whoever asks. */
enum cp_rc sar_at(struct cp_store *s, int64_t n, struct cp_sar *out,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_REFUSED: R is closed; or answered or closed. */
enum cp_rc sar_need_unclosed(const struct cp_sar *r, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc sar_need_unanswered(const struct cp_sar *r, struct cp_err *err)
    CP_MUST_CHECK;
/* CP_BAD_INPUT: TEXT (may be NULL) cannot be kept, or is too long; WHAT names
 * it. */
enum cp_rc sar_check_text(const char *text, const char *what,
    struct cp_err *err) CP_MUST_CHECK;
/* An entry about R; DETAIL is a JSON object that the caller closed, or NULL. */
enum cp_rc sar_log(const struct cp_change *c, const char *action,
    const struct cp_sar *r, const struct cp_buf *detail, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- sar_rules.c ---- */

/* The policy of row POLICY_N; freed by cp_policy_free. */
enum cp_rc sar_policy(struct cp_store *s, int64_t policy_n,
    struct cp_policy **out, struct cp_err *err) CP_MUST_CHECK;

/* ---- sar_event.c ---- */

/* Puts E's row, its n, at and by apart: whatever it is. */
enum cp_rc sar_event_put(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_event *e, struct cp_err *err) CP_MUST_CHECK;
/* That KIND was done today, once for each day and operator. */
enum cp_rc sar_event_done(const struct cp_change *c, const struct cp_sar *r,
    const char *kind, struct cp_err *err) CP_MUST_CHECK;
/* Computes the clock of R anew, and keeps what lists show of it. */
enum cp_rc sar_clock_keep(struct cp_store *s, struct cp_sar *r,
    const struct cp_sar_rules *rules, struct cp_err *err) CP_MUST_CHECK;
/* Whether that would keep another thing than is kept. */
enum cp_rc sar_clock_differs(struct cp_store *s, const struct cp_sar *r,
    const struct cp_sar_rules *rules, int *out, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- sar_open.c ---- */

enum { SAR_MARK = 32 };
/* By what a requester is known again, however they write their name. */
enum cp_rc sar_mark(const struct cp_matcher *m, const char *requester,
    uint8_t out[SAR_MARK], struct cp_err *err) CP_MUST_CHECK;

/* ---- sar_hold.c ---- */

/* Holds RECORD, live or archived, for R, unless R does so already; LAW is that
 * of its policy. */
enum cp_rc sar_hold(const struct cp_change *c, const struct cp_sar *r,
    enum cp_notice_law law, const struct cp_record *record,
    const char *operator_name, struct cp_err *err) CP_MUST_CHECK;
/* Ends the holds of R on row RECORD; on all with 0. */
enum cp_rc sar_release(const struct cp_change *c, const struct cp_sar *r,
    int64_t record, struct cp_err *err) CP_MUST_CHECK;

/* ---- sar_view.c ---- */

/* What was approved is not any more; R is as it was collected. */
enum cp_rc sar_unapprove(struct cp_store *s, struct cp_sar *r,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- sar_decide.c ---- */

/* CP_REFUSED: a flag of R, which is as T counts, is not decided. */
enum cp_rc sar_check_decided(const struct cp_sar *r,
    const struct cp_sar_tally *t, struct cp_err *err) CP_MUST_CHECK;

/* ---- sar_item.c ---- */

/* A keyed digest of all items and decisions of R. */
enum cp_rc sar_items_digest(struct cp_store *s, const struct cp_sar *r,
    uint8_t out[32], struct cp_err *err) CP_MUST_CHECK;

#endif
