#include <stdio.h>
#include <string.h>

#include "lifecycle/records/match.h"
#include "lifecycle/records/sar_priv.h"
#include "lifecycle/rules/text.h"

/* A request comes in. */

/* ---- what may be opened ------------------------------------------------- */

static enum cp_rc
check_about(const struct cp_sar_opening *o, struct cp_err *err)
{
	size_t n = o->n_records + (o->sought != NULL);

	if (n == 0)
		return cp_fail(err, CP_BAD_INPUT, "a request is about "
		    "somebody");
	if (n > CP_SAR_SUBJECTS)
		return cp_fail(err, CP_BAD_INPUT, "a request is about at most "
		    "%d people", CP_SAR_SUBJECTS);
	for (size_t i = 0; i < o->n_records; i++) {
		if (o->records[i]->state == CP_STATE_MERGED)
			return cp_fail(err, CP_REFUSED, "record %s was merged "
			    "into another", o->records[i]->id);
		for (size_t k = 0; k < i; k++)
			if (o->records[k]->n == o->records[i]->n)
				return cp_fail(err, CP_BAD_INPUT, "record %s "
				    "is named twice", o->records[i]->id);
	}
	return CP_OK;
}

static enum cp_rc
check_opening(const struct cp_sar_opening *o, struct cp_date today,
    struct cp_err *err)
{
	enum cp_rc rc = check_about(o, err);

	if (rc == CP_OK && (o->requester == NULL || o->requester[0] == '\0'))
		rc = cp_fail(err, CP_BAD_INPUT, "somebody makes a request");
	if (rc == CP_OK)
		rc = sar_check_text(o->requester, "the requester's name", err);
	if (rc == CP_OK)
		rc = sar_check_text(o->sought, "who is looked for", err);
	if (rc == CP_OK && (o->asks == 0 || (o->asks & ~(unsigned)
	    (CP_ASKS_ACCESS | CP_ASKS_RECTIFICATION | CP_ASKS_OBJECTION)) !=
	    0))
		rc = cp_fail(err, CP_BAD_INPUT, "a request asks for "
		    "something");
	if (rc == CP_OK && (!cp_date_set(o->received) ||
	    cp_date_cmp(o->received, today) > 0))
		rc = cp_fail(err, CP_BAD_INPUT, "a request is not received in "
		    "the future");
	return rc;
}

/* ---- one like it -------------------------------------------------------- */

enum cp_rc
sar_mark(const struct cp_matcher *m, const char *requester,
    uint8_t out[SAR_MARK], struct cp_err *err)
{
	struct cp_buf folded;
	enum cp_rc rc;

	cp_buf_init(&folded);
	cp_text_fold(requester, &folded);
	if (folded.len == 0) /* a name of marks alone */
		cp_buf_puts(&folded, requester);
	rc = cp_buf_check(&folded, err);
	if (rc == CP_OK)
		rc = cp_match_digest(m, "sar-requester", folded.data,
		    folded.len, out, err);
	cp_buf_clear(&folded);
	return rc;
}

static enum cp_rc
mark_of(struct cp_store *s, const char *requester, uint8_t out[SAR_MARK],
    struct cp_err *err)
{
	struct cp_matcher *m = NULL;
	enum cp_rc rc = cp_matcher_open(s, &m, err);

	if (rc == CP_OK)
		rc = sar_mark(m, requester, out, err);
	cp_matcher_free(m);
	return rc;
}

/* Of those before: the last, the last that is open, and the last that was
 * answered shortly before. */
struct before {
	const uint8_t *mark;
	struct cp_date received;
	struct cp_period repeat;
	char last[CP_SAR_ID], open[CP_SAR_ID], answered[CP_SAR_ID];
	int64_t n_last; /* row of the last */
};

static void
note_before(struct cp_stmt *q, struct before *b)
{
	struct cp_date answered = cp_col_date(q, 2);
	const char *stage = cp_col_text(q, 1);
	int over = strcmp(stage, "answered") == 0 ||
	    strcmp(stage, "closed") == 0;

	if (cp_col_int(q, 4) > b->n_last) {
		b->n_last = cp_col_int(q, 4);
		cp_col_copy(q, 0, b->last, sizeof(b->last));
	}
	if (!over)
		cp_col_copy(q, 0, b->open, sizeof(b->open));
	else if (strcmp(cp_col_text(q, 3), "withdrawn") != 0 &&
	    !cp_period_is_zero(b->repeat) && cp_date_cmp(cp_period_end(answered,
	    b->repeat), b->received) >= 0)
		cp_col_copy(q, 0, b->answered, sizeof(b->answered));
}

static enum cp_rc
look_before(struct cp_store *s, int64_t record, const char *sought,
    struct before *b, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_LIKE);
	int row;
	enum cp_rc rc;

	cp_bind_blob(q, b->mark, SAR_MARK);
	cp_bind_int(q, record);
	cp_bind_text(q, sought);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		note_before(q, b);
	return rc;
}

static enum cp_rc
refuse_like(const struct before *b, struct cp_err *err)
{
	if (b->open[0] != '\0') {
		(void)cp_fail(err, CP_REFUSED, "request %s, by the same "
		    "requester about the same person, is open", b->open);
		cp_err_hint(err, "`cpadmin sar note %s in' notes that they "
		    "asked again; --again opens another", b->open);
		return CP_REFUSED;
	}
	if (b->answered[0] == '\0')
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s, by the same requester "
	    "about the same person, was answered shortly before",
	    b->answered);
	cp_err_hint(err, "--again opens another; whether it comes too soon is "
	    "then for `cpadmin sar refuse' to say");
	return CP_REFUSED;
}

static enum cp_rc
check_like(struct cp_store *s, const struct cp_sar_opening *o,
    const struct cp_sar_rules *rules, const uint8_t mark[SAR_MARK],
    char like[CP_SAR_ID], struct cp_err *err)
{
	struct before b = { .mark = mark, .received = o->received,
		.repeat = rules->policy->access_repeat };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < o->n_records; i++)
		rc = look_before(s, o->records[i]->n, NULL, &b, err);
	if (rc == CP_OK && o->sought != NULL)
		rc = look_before(s, 0, o->sought, &b, err);
	if (rc == CP_OK && !o->again)
		rc = refuse_like(&b, err);
	if (rc == CP_OK)
		(void)snprintf(like, CP_SAR_ID, "%s", b.last);
	return rc;
}

/* ---- its rows ----------------------------------------------------------- */

static enum cp_rc
put_row(const struct cp_change *c, const struct cp_operator *op,
    const struct cp_sar_opening *o, const struct cp_sar_rules *rules,
    const uint8_t mark[SAR_MARK], int64_t *n, struct cp_err *err)
{
	char id[CP_SAR_ID];
	struct cp_stmt *q;
	enum cp_rc rc = cp_exec_int(cp_stmt(c->store, SQL_SAR_NEXT), 0, n,
	    err);

	if (rc == CP_OK && *n == 0)
		rc = cp_fail(err, CP_CORRUPT, "requests are not counted");
	if (rc != CP_OK)
		return rc;
	(void)snprintf(id, sizeof(id), "SAR-%04lld", (long long)*n);
	q = cp_stmt(c->store, SQL_SAR_ADD);
	cp_bind_int(q, *n);
	cp_bind_text(q, id);
	cp_bind_text(q, o->authority);
	cp_bind_text(q, cp_relation_word(o->relation));
	cp_bind_text(q, o->requester);
	cp_bind_blob(q, mark, SAR_MARK);
	cp_bind_text(q, o->language);
	cp_bind_text(q, o->format);
	cp_bind_int(q, o->asks);
	cp_bind_date(q, o->received);
	cp_bind_int(q, rules->policy_n);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	return cp_exec(q, err);
}

static enum cp_rc
put_subject(struct cp_store *s, int64_t sar, size_t idx,
    const struct cp_record *record, const char *sought, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_SUBJECT_ADD);

	cp_bind_int(q, sar);
	cp_bind_int(q, (int64_t)idx);
	if (record != NULL)
		cp_bind_int(q, record->n);
	else
		cp_bind_null(q);
	cp_bind_text(q, sought);
	return cp_exec(q, err);
}

static enum cp_rc
put_subjects(struct cp_store *s, int64_t sar, const struct cp_sar_opening *o,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < o->n_records; i++)
		rc = put_subject(s, sar, i + 1, o->records[i], NULL, err);
	if (rc == CP_OK && o->sought != NULL)
		rc = put_subject(s, sar, o->n_records + 1, NULL, o->sought,
		    err);
	return rc;
}

static enum cp_rc
put_received(const struct cp_change *c, struct cp_sar *r,
    const struct cp_sar_rules *rules, struct cp_err *err)
{
	struct cp_sar_event e = { .date = r->received };
	enum cp_rc rc;

	(void)snprintf(e.kind, sizeof(e.kind), "%s",
	    cp_clock_word(CP_CLOCK_RECEIVED));
	rc = sar_event_put(c, r, &e, err);
	return rc == CP_OK ? sar_clock_keep(c->store, r, rules, err) :
	    rc;
}

static enum cp_rc
log_open(const struct cp_change *c, const struct cp_sar *r,
    const struct cp_sar_opening *o, const char *like, struct cp_err *err)
{
	char day[CP_DATE_TEXT], asks[64];
	struct cp_buf b;
	enum cp_rc rc;

	cp_asks_text(o->asks, asks, sizeof(asks));
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "received", cp_date_format(o->received, day));
	cp_json_put_member(&b, "relation", cp_relation_word(o->relation));
	cp_json_put_member(&b, "asks", asks);
	cp_json_put_member(&b, "authority", o->authority);
	cp_json_put_key(&b, "subjects");
	cp_json_put_int(&b, (int64_t)(o->n_records + (o->sought != NULL)));
	if (like[0] != '\0')
		cp_json_put_member(&b, "like", like);
	cp_json_close(&b, '}');
	rc = sar_log(c, "sar.open", r, &b, err);
	cp_buf_clear(&b);
	return rc;
}

enum cp_rc
cp_sar_open(const struct cp_change *c, const struct cp_operator *op,
    const struct cp_sar_opening *o, const struct cp_sar_rules *rules,
    struct cp_sar *out, char like[CP_SAR_ID], struct cp_err *err)
{
	char before[CP_SAR_ID] = "";
	uint8_t mark[SAR_MARK];
	struct cp_sar r;
	int64_t n = 0;
	enum cp_rc rc = check_opening(o, c->now->today, err);

	if (rc == CP_OK)
		rc = mark_of(c->store, o->requester, mark, err);
	if (rc == CP_OK)
		rc = check_like(c->store, o, rules, mark, before, err);
	if (rc == CP_OK)
		rc = put_row(c, op, o, rules, mark, &n, err);
	if (rc == CP_OK)
		rc = put_subjects(c->store, n, o, err);
	if (rc == CP_OK)
		rc = sar_at(c->store, n, &r, err);
	if (rc == CP_OK)
		rc = put_received(c, &r, rules, err);
	for (size_t i = 0; rc == CP_OK && i < o->n_records; i++)
		rc = sar_hold(c, &r, rules->policy->notice_law,
		    o->records[i], op->name, err);
	if (rc == CP_OK)
		rc = log_open(c, &r, o, before, err);
	if (rc != CP_OK)
		return rc;
	*out = r;
	if (like != NULL)
		(void)snprintf(like, CP_SAR_ID, "%s", before);
	return CP_OK;
}
