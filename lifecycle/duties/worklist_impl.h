#ifndef CP_DUTIES_WORKLIST_IMPL_H
#define CP_DUTIES_WORKLIST_IMPL_H

/* For worklist.c, worklist_words.c and worklist_custody.c only. */

#include "lifecycle/duties/worklist.h"
#include "lifecycle/store/stmt.h"

/* One of the lists.  Its statement gives the due date, the number, the
 * authority of the record (or NULL), and what `words' reads. */
struct work_source {
	const char *kind;
	unsigned roles;   /* whose it is, most of all the lowest bit's */
	enum sql_id sql;
	int binds;        /* 0 none, 1 until, 2 and today, 3 and operator */
	/* Fills what and command of W, whose due and id are there.  0: the row
	 * is not for this operator. */
	int (*words)(struct cp_stmt *q, const struct cp_work_query *query,
	    struct cp_work *w);
};

/* worklist_custody.c: `words' of rows about the archive's key. */
int cp_work_custody_none(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_custody_drill(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_custody_failed(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);

/* worklist_destruction.c: `words' of rows about what was or is to be
 * destroyed. */
int cp_work_early(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_residue(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_sanitise(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_forget(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_volumes.c: `words' of rows about files of volumes. */
int cp_work_volume_trouble(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_copies_owed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_leftover(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_override.c: `words' of rows about what was revealed, letters that
 * are held, and authorities that are not live. */
int cp_work_override(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_mail(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_gate(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_quarantine.c: of rows that an import set aside. */
int cp_work_quarantine(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_officer.c: `words' of rows about shielding officers. */
int cp_work_officer_waits(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_officer_gone(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_officers_few(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_rewrap(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_shield.c: of cases of shielding. */
int cp_work_shield_request(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_shield_review(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);

/* worklist_notice.c: of notices to families. */
int cp_work_notice_owed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_notice_stuck(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_notice_today(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_notice_returned(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_notice_run(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_notice_pull(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_notice_safe(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);

/* worklist_access.c: of requests for access. */
int cp_work_access_due(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_access_waits(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w);
int cp_work_access_undecided(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_access_approval(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);
int cp_work_access_unclosed(struct cp_stmt *q,
    const struct cp_work_query *query, struct cp_work *w);

/* In the order in which rows of one day are listed. */
extern const struct work_source work_sources[];
extern const size_t work_sources_count;
enum { WORK_SOURCES_MAX = 56 };

#endif
