#include "cpadmin/record_request.h"

#include <limits.h>
#include <string.h>

#include "cpadmin/places.h"
#include "lifecycle/records/record.h"

enum cp_rc
record_request_take(const struct cp_call *call, struct record_request *q,
    struct cp_err *err)
{
	const char *text;

	memset(q, 0, sizeof(*q));
	q->id = cp_option(call, "request");
	for (; (text = cp_option_at(call, "told", (int)q->n_told)) != NULL;
	    q->n_told++) {
		if (q->n_told == CP_RECTIFY_RECIPIENTS)
			return cp_fail(err, CP_USAGE, "over %d --told",
			    CP_RECTIFY_RECIPIENTS);
		q->told[q->n_told] = text;
	}
	return q->id == NULL && q->n_told > 0 ? cp_fail(err, CP_USAGE,
	    "--told goes with --request") : CP_OK;
}

void
record_request_clear(struct record_request *q)
{
	cp_sar_rules_clear(&q->rules);
}

enum cp_rc
record_request_begin(const struct cp_change *c, struct record_request *q,
    const char *id, struct cp_err *err)
{
	char holidays[PATH_MAX];
	struct cp_record r;
	int idx = 0;
	enum cp_rc rc;

	if (q->id == NULL)
		return CP_OK;
	rc = cp_record_get(c->store, id, &r, err);
	if (rc == CP_OK)
		rc = cp_sar_get(c->store, q->id, &q->sar, err);
	if (rc == CP_OK)
		rc = cp_rectify_subject(c->store, &q->sar, r.n, &idx, err);
	if (rc == CP_OK)
		rc = cp_place_holidays(holidays, sizeof(holidays), err);
	return rc == CP_OK ? cp_sar_rules_load(c->store, q->sar.policy_n,
	    holidays, &q->rules, err) : rc;
}

enum cp_rc
record_request_enter(const struct cp_change *c, struct record_request *q,
    const char *id, const char *reason, struct cp_err *err)
{
	struct cp_rectifying x = { CP_RECTIFY_CORRECTED, 0, reason, q->told,
		q->n_told };
	struct cp_record r;
	enum cp_rc rc;

	if (q->id == NULL)
		return CP_OK;
	rc = cp_record_get(c->store, id, &r, err);
	if (rc == CP_OK)
		rc = cp_rectify_subject(c->store, &q->sar, r.n, &x.idx, err);
	return rc == CP_OK ? cp_rectify_enter(c, &q->rules, &q->sar, &x, err) :
	    rc;
}

enum cp_rc
record_request_remind(const struct cp_call *call, const struct cp_change *c,
    struct record_request *q, struct cp_err *err)
{
	struct cp_rectify_tally t;
	enum cp_rc rc;

	if (q->id == NULL)
		return CP_OK;
	rc = cp_rectify_count(c->store, &q->sar, &t, err);
	if (rc == CP_OK && cp_rectify_untold(&t))
		cp_say(call, "whoever was given what was wrong is to be told: "
		    "then cpadmin sar rectify %s told --told WHO", q->sar.id);
	return rc;
}
