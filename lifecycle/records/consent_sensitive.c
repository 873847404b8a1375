#include "lifecycle/records/consent_sensitive.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent_priv.h"
#include "lifecycle/records/consent_marks.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/gate.h"

/* ---- a feed ------------------------------------------------------------- */

enum cp_rc
cp_sensitive_filter(struct cp_store *s, const struct cp_rules *rules,
    int64_t record, struct cp_document *doc, int64_t *suppressed,
    int *changed, struct cp_err *err)
{
	struct marks m;
	enum cp_rc rc = marks_load(&m, s, rules, record, err);
	int64_t mark = 0;
	size_t i = 0;

	*changed = 0;
	while (rc == CP_OK && m.n > 0 && i < doc->n_involvements) {
		rc = marks_of(&m, &doc->involvements[i], &mark, err);
		if (rc == CP_OK && marks_over(&m, &doc->involvements[i],
		    mark)) {
			cp_document_drop_involvement(doc, i);
			++*suppressed;
			*changed = 1;
		} else if (rc == CP_OK) {
			rc = marks_restore(&m, doc, i++, mark, changed, err);
		}
	}
	marks_clear(&m);
	return rc;
}

/* ---- entering ----------------------------------------------------------- */

static enum cp_rc
enter_one(struct cp_store *s, const struct cp_rules *rules, int64_t record,
    const struct cp_involvement *v, int64_t mark, const char *method,
    const struct cp_now *now, struct marks *m, struct cp_err *err)
{
	struct cp_consent c = { 0 };
	enum cp_rc rc;

	c.kind = v->sensitive == CP_SENSITIVE_CONSENT ? CP_CONSENT_SENSITIVE :
	    CP_CONSENT_HARM;
	c.ground_word = marks_word(v->sensitive);
	c.by_word = c.kind == CP_CONSENT_SENSITIVE ? "unstated" : "";
	c.given = cp_date_set(v->start) && cp_date_cmp(v->start,
	    rules->today) <= 0 ? v->start : rules->today;
	c.evidence = v->evidence;
	c.taken_by = c.method = method;
	c.renews = marks_renewed(m, v, mark);
	rc = consent_number(s, &c.n, err);
	if (rc == CP_OK)
		rc = consent_insert(s, record, &c, now->time, err);
	return rc == CP_OK ? marks_add(m, s, c.n, v, mark, err) : rc;
}

static enum cp_rc
enter_all(struct cp_store *s, const struct cp_rules *rules, int64_t record,
    const struct cp_document *doc, const char *method,
    const struct cp_now *now, struct marks *m, int *entered,
    struct cp_err *err)
{
	const struct cp_involvement *v;
	enum cp_rc rc = CP_OK;
	int64_t n, mark;

	for (size_t i = 0; rc == CP_OK && i < doc->n_involvements; i++) {
		v = &doc->involvements[i];
		if (v->sensitive == CP_SENSITIVE_NO)
			continue;
		rc = marks_of(m, v, &mark, err);
		if (rc != CP_OK || marks_over(m, v, mark))
			continue;
		n = marks_entry_of(m, v, mark);
		if (n != 0) {
			rc = marks_add(m, s, n, v, mark, err);
			continue;
		}
		rc = enter_one(s, rules, record, v, mark, method, now, m, err);
		++*entered;
	}
	return rc;
}

enum cp_rc
cp_sensitive_enter(struct cp_store *s, const struct cp_rules *rules,
    int64_t record, const struct cp_document *doc, const char *method,
    const struct cp_now *now, int *entered, struct cp_err *err)
{
	struct marks m;
	enum cp_rc rc;

	*entered = 0;
	if (!cp_document_has_sensitive(doc))
		return CP_OK;
	rc = marks_load(&m, s, rules, record, err);
	if (rc == CP_OK)
		rc = enter_all(s, rules, record, doc, method, now, &m, entered,
		    err);
	marks_clear(&m);
	return rc;
}

enum cp_rc
cp_sensitive_adopt(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_now *now, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	int entered;
	enum cp_rc rc = cp_gate_document(s, r, CP_FOR_CHANGE, &doc, err);

	if (rc == CP_OK)
		rc = cp_sensitive_enter(s, rules, r->n, doc, "feed", now,
		    &entered, err);
	cp_document_free(doc);
	return rc;
}

/* ---- a correction ------------------------------------------------------- */

static enum cp_rc
refuse_over(const struct cp_record *r, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "that would bring back into record %s "
	    "an involvement whose basis is over", r->id);
	cp_err_hint(err, "where there is a new consent, give its reference in "
	    "the same correction: --set involvements[N].sensitive.evidence="
	    "REF");
	return CP_REFUSED;
}

enum cp_rc
cp_sensitive_correct(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_document *doc, const struct cp_now *now, struct cp_err *err)
{
	int changed = 0, entered = 0;
	int64_t mark;
	struct marks m;
	enum cp_rc rc = marks_load(&m, s, rules, r->n, err);

	if (rc == CP_OK && (m.n > 0 || cp_document_has_sensitive(old)))
		rc = marks_unsay(&m, s, r->n, old, doc, now, err);
	for (size_t i = 0; rc == CP_OK && m.n > 0 &&
	    i < doc->n_involvements; i++) {
		rc = marks_of(&m, &doc->involvements[i], &mark, err);
		if (rc == CP_OK && marks_over(&m, &doc->involvements[i], mark))
			rc = refuse_over(r, err);
		else if (rc == CP_OK)
			rc = marks_restore(&m, doc, i, mark, &changed, err);
	}
	if (rc == CP_OK && cp_document_has_sensitive(doc))
		rc = enter_all(s, rules, r->n, doc, "correction", now, &m,
		    &entered, err);
	marks_clear(&m);
	return rc;
}

/* ---- ending ------------------------------------------------------------- */

enum cp_rc
cp_sensitive_remove(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_now *now, int *removed,
    struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	struct marks m = { 0 };
	int64_t mark;
	enum cp_rc rc = cp_gate_document(s, r, CP_FOR_CHANGE, &old, err);

	*removed = 0;
	if (rc == CP_OK)
		rc = cp_gate_document(s, r, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		rc = marks_load(&m, s, rules, r->n, err);
	for (size_t i = 0; rc == CP_OK && i < doc->n_involvements;) {
		rc = marks_of(&m, &doc->involvements[i], &mark, err);
		if (rc != CP_OK || !marks_over(&m, &doc->involvements[i],
		    mark)) {
			i++;
			continue;
		}
		cp_document_drop_involvement(doc, i);
		++*removed;
	}
	if (rc == CP_OK && *removed > 0)
		rc = cp_record_replace(s, rules, r, old, doc, now, err);
	marks_clear(&m);
	cp_document_free(old);
	cp_document_free(doc);
	return rc;
}

/* *YES: entry N covers one of DOC's involvements; ENDED: only ended ones. */
static enum cp_rc
covers_any(const struct marks *m, int64_t n, const struct cp_document *doc,
    int ended, int *yes, struct cp_err *err)
{
	const struct cp_involvement *v;
	enum cp_rc rc = CP_OK;
	int64_t mark;

	*yes = 0;
	for (size_t i = 0; rc == CP_OK && !*yes &&
	    i < doc->n_involvements; i++) {
		v = &doc->involvements[i];
		if (ended && !cp_date_set(v->end))
			continue;
		rc = marks_of(m, v, &mark, err);
		*yes = rc == CP_OK && marks_covers(m, n, v, mark);
	}
	return rc;
}

static enum cp_rc
delete_entry(struct cp_store *s, int64_t n, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_CONSENT_SERVICES_DROP,
		SQL_CONSENT_DELETE };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < 2; i++) {
		struct cp_stmt *q = cp_stmt(s, all[i]);

		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	return rc;
}

enum cp_rc
cp_sensitive_forget(struct cp_store *s, const struct cp_rules *rules,
    int64_t record, const struct cp_document *old,
    const struct cp_document *doc, struct cp_err *err)
{
	struct marks m;
	enum cp_rc rc = marks_load(&m, s, rules, record, err);
	int64_t last = 0, n;
	int was, is;

	for (size_t i = 0; rc == CP_OK && i < m.n; i++) {
		n = m.row[i].n;
		if (n == last)
			continue;
		last = n;
		rc = covers_any(&m, n, old, 1, &was, err);
		if (rc == CP_OK && was)
			rc = covers_any(&m, n, doc, 0, &is, err);
		if (rc == CP_OK && was && !is)
			rc = delete_entry(s, n, err);
	}
	marks_clear(&m);
	return rc;
}

/* ---- giving ------------------------------------------------------------- */

static enum cp_rc
check(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *doc, size_t i,
    const struct cp_consent *c, struct cp_err *err)
{
	struct cp_date lapse;
	enum cp_rc rc = consent_check(s, rules, r, c, doc->birth, err);

	if (rc != CP_OK)
		return rc;
	if (i >= doc->n_involvements)
		return cp_fail(err, CP_NOT_FOUND, "record %s has no "
		    "involvement %zu: it has %zu, from 0", r->id, i,
		    doc->n_involvements);
	lapse = cp_date_attained(cp_partial_last(doc->birth),
	    rules->policy->parent_lapse_age, rules->policy->leap_birthday);
	if (c->kind != CP_CONSENT_SENSITIVE || c->by != CP_BY_PARENT ||
	    cp_date_cmp(c->given, lapse) < 0)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "this consent would never be in force "
	    "(%s)", cp_rule_name(CP_RULE_PARENT_LAPSE));
	cp_err_hint(err, "from that age only the person or a representative "
	    "can give it");
	return CP_REFUSED;
}

/* Puts basis and evidence into the document, checked as all text is. */
static enum cp_rc
mark_document(const struct cp_rules *rules, struct cp_document **doc, size_t i,
    const struct cp_consent *c, struct cp_err *err)
{
	const char *basis = c->kind == CP_CONSENT_HARM ? "significant-harm" :
	    "consent";
	struct cp_reject why;
	char field[64];
	enum cp_rc rc;

	(void)snprintf(field, sizeof(field), "involvements[%zu]."
	    "sensitive.basis", i);
	rc = cp_document_set(doc, field, basis, rules->today, &why, err);
	(void)snprintf(field, sizeof(field), "involvements[%zu]."
	    "sensitive.evidence", i);
	return rc == CP_OK ? cp_document_set(doc, field, c->evidence,
	    rules->today, &why, err) : rc;
}

static enum cp_rc
enter_given(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_involvement *v,
    struct cp_consent *c, const struct cp_now *now, struct cp_err *err)
{
	const char *evidence = c->evidence;
	int64_t mark = 0;
	struct marks m;
	enum cp_rc rc = marks_load(&m, s, rules, r->n, err);

	if (rc == CP_OK)
		rc = marks_of(&m, v, &mark, err);
	c->renews = rc == CP_OK ? marks_renewed(&m, v, mark) : 0;
	if (rc == CP_OK)
		rc = consent_number(s, &c->n, err);
	c->evidence = v->evidence; /* as the document has it */
	if (rc == CP_OK)
		rc = consent_insert(s, r->n, c, now->time, err);
	if (rc == CP_OK)
		rc = marks_add(&m, s, c->n, v, mark, err);
	c->evidence = evidence;
	marks_clear(&m);
	return rc;
}

enum cp_rc
cp_sensitive_give(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, size_t i, struct cp_consent *c,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_document *old = NULL, *doc = NULL;
	enum cp_rc rc = consent_need_live(s, r, err);

	if (rc == CP_OK)
		rc = cp_gate_document(s, r, CP_FOR_CHANGE, &old, err);
	if (rc == CP_OK)
		rc = cp_gate_document(s, r, CP_FOR_CHANGE, &doc, err);
	if (rc == CP_OK)
		rc = check(s, rules, r, doc, i, c, err);
	if (rc == CP_OK)
		rc = cp_sensitive_adopt(s, rules, r, now, err);
	if (rc == CP_OK && c->kind == CP_CONSENT_SENSITIVE &&
	    !cp_decide_late(rules->policy, doc->birth, c->given,
	    rules->today))
		c->late_reason = NULL;
	if (rc == CP_OK)
		rc = mark_document(rules, &doc, i, c, err);
	if (rc == CP_OK)
		rc = enter_given(s, rules, r, &doc->involvements[i], c, now,
		    err);
	if (rc == CP_OK)
		rc = cp_record_replace(s, rules, r, old, doc, now, err);
	if (rc == CP_OK)
		rc = cp_consent_dates(s, rules, r->n, doc->birth, err);
	cp_document_free(old);
	cp_document_free(doc);
	return rc;
}
