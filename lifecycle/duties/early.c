#include "lifecycle/duties/early.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/opening.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/store/json_put.h"

struct proposing {
	const struct cp_early *in;
	struct cp_parcel *parcels; /* of in->n */
	struct cp_fact_set facts;
	struct cp_buf text;
};

/* CP_REFUSED naming every hold on P. */
static enum cp_rc
not_held(struct proposing *x, const struct cp_parcel *p, struct cp_err *err)
{
	const struct cp_facts *f = &x->facts.facts;
	enum cp_rc rc = cp_facts_load(x->in->store, p->record, &x->facts, err);

	if (rc != CP_OK || f->n_holds == 0)
		return rc;
	cp_buf_reset(&x->text);
	for (size_t i = 0; i < f->n_holds; i++) {
		cp_buf_puts(&x->text, i > 0 ? ", " : "");
		cp_buf_puts(&x->text, f->holds[i].id);
	}
	(void)cp_fail(err, CP_REFUSED, "package %s is held: %s", p->id,
	    cp_buf_text(&x->text));
	cp_err_hint(err, "a hold comes before an order; `cpadmin hold "
	    "release' ends it");
	return CP_REFUSED;
}

/* CP_REFUSED where P waits in a batch: who wants it in this one takes it out
 * of that one, with a reason. */
static enum cp_rc
not_waiting(const struct cp_parcel *p, const struct cp_parcel_facts *facts,
    struct cp_err *err)
{
	if (!facts->waiting)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "package %s waits in batch %s, which is "
	    "%s", p->id, facts->batch, facts->batch_status);
	cp_err_hint(err, "approve that batch, or take it out first: cpadmin "
	    "destruction exclude %s %s --reason T", facts->batch, p->id);
	return CP_REFUSED;
}

static enum cp_rc
before_its_day(const struct cp_early *in, const struct cp_parcel *p,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];

	if (cp_date_cmp(p->destroy_due, in->now->today) > 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "package %s is due for destruction "
	    "since %s: it is not early", p->id,
	    cp_date_format(p->destroy_due, day));
	cp_err_hint(err, "the next retention run proposes it");
	return CP_REFUSED;
}

static enum cp_rc
only_once(const struct proposing *x, size_t n, struct cp_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (x->parcels[i].n == x->parcels[n].n)
			return cp_fail(err, CP_USAGE, "package %s is named "
			    "twice", x->parcels[n].id);
	return CP_OK;
}

/* Takes up the I-th of what was named. */
static enum cp_rc
take(struct proposing *x, size_t i, struct cp_err *err)
{
	const struct cp_early *in = x->in;
	struct cp_parcel *p = &x->parcels[i];
	struct cp_parcel_facts facts;
	enum cp_rc rc = cp_parcel_get(in->store, in->ids[i], p, err);

	if (rc == CP_OK)
		rc = cp_operator_reach(in->op, p->record_id, p->authority,
		    err);
	if (rc == CP_OK)
		rc = only_once(x, i, err);
	if (rc == CP_OK)
		rc = cp_parcel_facts(in->store, p, &facts, err);
	if (rc == CP_OK)
		rc = cp_parcel_openable(p, &facts, err);
	if (rc == CP_OK)
		rc = not_waiting(p, &facts, err);
	if (rc == CP_OK)
		rc = before_its_day(in, p, err);
	return rc == CP_OK ? not_held(x, p, err) : rc;
}

/* The batch's own entry stays for ever; the reason goes with the record. */
static enum cp_rc
log_early(struct proposing *x, const struct cp_batch *b,
    const struct cp_parcel *p, struct cp_err *err)
{
	struct cp_entry e = { .action = p != NULL ? "destruction.early" :
	    "destruction.propose", .subject = p != NULL ? p->record_id :
	    NULL };

	cp_buf_reset(&x->text);
	cp_json_open(&x->text, '{');
	cp_json_put_member(&x->text, "batch", b->id);
	cp_json_put_member(&x->text, "legal_basis", x->in->legal_basis);
	if (p != NULL) {
		cp_json_put_member(&x->text, "package", p->id);
		cp_json_put_member(&x->text, "reason", x->in->reason);
	} else {
		cp_json_put_member(&x->text, "kind", "early");
		cp_json_put_key(&x->text, "count");
		cp_json_put_int(&x->text, b->count);
	}
	cp_json_close(&x->text, '}');
	e.detail = cp_buf_text(&x->text);
	return cp_audit_add(x->in->audit, &e, NULL, err);
}

static enum cp_rc
propose(struct proposing *x, struct cp_batch *out, struct cp_err *err)
{
	const struct cp_early *in = x->in;
	struct cp_batch_terms terms = { .policy_n = in->rules->policy_n,
		.not_before = cp_period_after(in->now->today,
		    in->rules->policy->destruction_wait),
		.legal_basis = in->legal_basis };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < in->n; i++)
		rc = take(x, i, err);
	if (rc == CP_OK)
		rc = cp_batch_propose(in->store, x->parcels, in->n, &terms,
		    in->op, in->now, out, err);
	if (rc == CP_OK)
		rc = log_early(x, out, NULL, err);
	for (size_t i = 0; rc == CP_OK && i < in->n; i++)
		rc = log_early(x, out, &x->parcels[i], err);
	return rc;
}

enum cp_rc
cp_early_propose(const struct cp_early *e, struct cp_batch *out,
    struct cp_err *err)
{
	struct proposing x = { .in = e };
	struct cp_batch b;
	enum cp_rc rc;

	if (e->n == 0 || e->n > CP_BATCH_ITEMS)
		return cp_fail(err, CP_USAGE, "a batch has 1 to %d packages",
		    CP_BATCH_ITEMS);
	if (strlen(e->legal_basis) > CP_LEGAL_BASIS)
		return cp_fail(err, CP_USAGE, "a legal basis has at most %d "
		    "bytes", CP_LEGAL_BASIS);
	x.parcels = calloc(e->n, sizeof(*x.parcels));
	if (x.parcels == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_fact_set_init(&x.facts);
	x.facts.today = e->now->today;
	cp_buf_init(&x.text);
	rc = cp_txn_begin(e->audit, err);
	if (rc == CP_OK) {
		rc = propose(&x, &b, err);
		rc = cp_txn_end(e->audit, rc, err);
	}
	if (rc == CP_OK)
		rc = cp_batch_get(e->store, b.id, out, err);
	cp_buf_clear(&x.text);
	cp_fact_set_clear(&x.facts);
	free(x.parcels);
	return rc;
}
