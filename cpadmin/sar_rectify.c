#include <stdlib.h>

#include "cpadmin/sar_case.h"
#include "lifecycle/records/rectify.h"

/* `sar rectify': what became of a correction that was asked for with the
 * request, and who was told of it. */

struct recipients {
	const char *who[CP_RECTIFY_RECIPIENTS];
	size_t n;
};

static enum cp_rc
take(const struct cp_call *call, struct cp_rectifying *x,
    struct recipients *to, struct cp_err *err)
{
	const char *text;
	enum cp_rc rc;

	if (!cp_rectified_parse(cp_arg(call, 1), &x->what))
		return cp_fail(err, CP_USAGE, "say corrected, refused or "
		    "told");
	rc = x->what == CP_RECTIFY_TOLD ?
	    cp_sar_text(call, "reason", &x->reason, err) :
	    cp_sar_text_needed(call, "reason", &x->reason, err);
	for (to->n = 0; rc == CP_OK && (text = cp_option_at(call, "told",
	    (int)to->n)) != NULL; to->n++) {
		if (to->n == CP_RECTIFY_RECIPIENTS)
			return cp_fail(err, CP_USAGE, "over %d --told",
			    CP_RECTIFY_RECIPIENTS);
		to->who[to->n] = text;
	}
	x->told = to->who;
	x->n_told = to->n;
	if (rc == CP_OK && x->what == CP_RECTIFY_TOLD && to->n == 0)
		rc = cp_fail(err, CP_USAGE, "--told is missing");
	if (rc == CP_OK && x->what == CP_RECTIFY_REFUSED && to->n > 0)
		rc = cp_fail(err, CP_USAGE, "--told goes with corrected: "
		    "nothing was put right");
	return rc;
}

static enum cp_rc
whom(const struct cp_call *call, struct cp_sar_case *w, int *idx,
    struct cp_err *err)
{
	struct cp_sar_subject *all = calloc(CP_SAR_SUBJECTS, sizeof(*all));
	size_t n = 0;
	enum cp_rc rc = all == NULL ?
	    cp_fail(err, CP_FAILED, "out of memory") :
	    cp_sar_subjects(w->s.store, &w->sar, all, &n, err);

	free(all);
	return rc == CP_OK ? cp_sar_subject_n(call, n, idx, err) : rc;
}

/* Whoever had it wrong is to be told: that is easily forgotten. */
static enum cp_rc
remind(struct cp_sar_case *w, struct cp_err *err)
{
	struct cp_rectify_tally t;
	enum cp_rc rc = cp_rectify_count(w->s.store, &w->sar, &t, err);

	if (rc == CP_OK && cp_rectify_untold(&t))
		cp_say(w->call, "whoever was given what was wrong is to be "
		    "told, unless that is impossible or takes too much: then "
		    "cpadmin sar rectify %s told --told WHO", w->sar.id);
	return rc;
}

enum cp_rc
cp_sar_run_rectify(struct cp_call *call, struct cp_err *err)
{
	struct cp_rectifying x = { .idx = 1 };
	struct recipients to;
	struct cp_sar_case w;
	enum cp_rc rc = take(call, &x, &to, err);

	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &w, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_sar_case_begin(&w, err);
	if (rc == CP_OK)
		rc = whom(call, &w, &x.idx, err);
	if (rc == CP_OK)
		rc = cp_rectify_enter(&w.c, &w.sar_rules, &w.sar, &x, err);
	rc = cp_txn_end(w.s.audit, rc, err);
	if (rc == CP_OK)
		rc = remind(&w, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&w, err);
	cp_sar_case_close(&w);
	return rc;
}
