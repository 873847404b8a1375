#ifndef CP_DUTIES_PLAN_H
#define CP_DUTIES_PLAN_H

#include "lifecycle/records/facts.h"

/* Looking ahead: what falls due, and when.  Nothing here changes anything, and
 * every answer is cp_decide's. */

struct cp_plan_row {
	char id[CP_ID_MAX];
	enum cp_action action;
	struct cp_date due;
	const char *rule;      /* a constant; NULL where it is not told */
	const char *blocked_by; /* JSON array of holds and batches */
	int prune;             /* not the record, but involvements of it */
};
typedef enum cp_rc cp_plan_fn(void *ctx, const struct cp_plan_row *row,
    struct cp_err *err);

/* What is due by UNTIL, seen from RULES->today: archive first, then destroy,
 * each by date; then what is parked. */
enum cp_rc cp_plan_each(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date until, cp_plan_fn *fn, void *ctx, struct cp_err *err)
    CP_MUST_CHECK;
/* The live records that ended involvements leave by UNTIL, by date, but for
 * those that are archived no later.  Their rule is not told: one of the two is
 * about sensitive services. */
enum cp_rc cp_plan_prune(struct cp_store *s, const struct cp_rules *rules,
    struct cp_date until, cp_plan_fn *fn, void *ctx, struct cp_err *err)
    CP_MUST_CHECK;

/* Goes through the rows due for ACTION by UNTIL, in the order of dates, in
 * pages, so that the caller may change records meanwhile. */
struct cp_due {
	enum cp_action action;  /* CP_ACTION_NONE: due for pruning */
	struct cp_date until;
	char after_due[CP_DATE_TEXT]; /* where the last page ended */
	int64_t after_n;
};
void cp_due_init(struct cp_due *d, enum cp_action action,
    struct cp_date until);
/* At most CAP rows; *COUNT is 0 at the end. */
enum cp_rc cp_due_next(struct cp_store *s, struct cp_due *d, int64_t *rows,
    int cap, int *count, struct cp_err *err) CP_MUST_CHECK;
/* How many are due for archiving by UNTIL, counted up to MOST. */
enum cp_rc cp_due_count(struct cp_store *s, struct cp_date until, int64_t most,
    int64_t *out, struct cp_err *err) CP_MUST_CHECK;

/* One month of the forecast. */
struct cp_forecast {
	int month; /* YYYYMM */
	int64_t archive, destroy, consent_ends;
	int64_t held; /* of destroy, held as things stand */
	int64_t overdue_archive, overdue_destroy; /* due before today */
};
enum { CP_FORECAST_MAX = 600 };
/* What stands off the months. */
struct cp_forecast_rest {
	int64_t awaiting;     /* of the first month's destroy: in a batch */
	int64_t undecidable;  /* counted nowhere: cannot be evaluated */
	int64_t undated;      /* consents whose end is not computed yet */
};
/*
 * Fills MONTHS entries from the month of RULES->today on.  What is overdue
 * counts in the first.  What will be archived is counted again when its period
 * in the archive ends, if that is within the months.  Reads what falls due
 * within the months, by index, and nothing else; memory does not grow.
 * PROGRESS is told how many records were decided; it may be NULL.
 */
enum cp_rc cp_forecast(struct cp_store *s, const struct cp_rules *rules,
    int months, struct cp_forecast *out, struct cp_forecast_rest *rest,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

/* Appends the ids of holds and of the open batch that stop RECORD as a JSON
 * array. */
enum cp_rc cp_plan_blocked(struct cp_store *s, int64_t record,
    const struct cp_facts *facts, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
