#include "lifecycle/records/consent.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/facts.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

static enum cp_rc
read_row(struct cp_stmt *q, struct cp_consent *c, struct cp_err *err)
{
	memset(c, 0, sizeof(*c));
	c->n = cp_col_int(q, 0);
	if (!cp_ground_parse(cp_col_text(q, 1), &c->ground) ||
	    !cp_by_parse(cp_col_text(q, 2), &c->by))
		return cp_fail(err, CP_CORRUPT, "consent C-%04lld cannot be "
		    "read", (long long)c->n);
	c->given = cp_col_date(q, 3);
	c->ended = cp_col_date(q, 4);
	c->ended_by = strcmp(cp_col_text(q, 5), "ended") == 0 ?
	    CP_ENDED_BY_GROUND : CP_ENDED_BY_WITHDRAWAL;
	c->statement = cp_col_text(q, 6);
	c->evidence = cp_col_text(q, 7);
	c->taken_by = cp_col_text(q, 8);
	c->entered = cp_col_text(q, 9);
	c->ended_who = cp_col_text(q, 10);
	return CP_OK;
}

static struct cp_consent_fact
fact_of(const struct cp_consent *c)
{
	struct cp_consent_fact f = { NULL, c->ground, c->by, c->given,
		c->ended, c->ended_by };

	f.id = "";
	return f;
}

/* What the ledger refuses about a new entry for somebody born on BIRTH. */
static enum cp_rc
check_new(const struct cp_rules *rules, const struct cp_consent *c,
    struct cp_partial_date birth, struct cp_err *err)
{
	struct cp_consent_fact f = fact_of(c);
	struct cp_date until;
	enum cp_rule rule;
	enum cp_rc rc;

	if (cp_date_cmp(c->given, rules->today) > 0)
		return cp_fail(err, CP_REFUSED, "a consent cannot be given in "
		    "the future");
	rc = cp_decide_consent(rules->policy, birth, &f, &until, &rule, err);
	if (rc != CP_OK || cp_date_cmp(c->given, until) < 0)
		return rc;
	cp_fail(err, CP_REFUSED, "this consent would never be in force (%s)",
	    cp_rule_name(rule));
	if (rule == CP_RULE_PARENT_LAPSE)
		cp_err_hint(err, "from that age only the person or a "
		    "representative can give it");
	return CP_REFUSED;
}

enum cp_rc
cp_consent_give(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_consent *c,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_fact_set f;
	struct cp_stmt *q;
	enum cp_rc rc;

	if (r->state != CP_STATE_LIVE)
		return cp_fail(err, CP_REFUSED, "record %s is %s: a consent "
		    "does not revive it", r->id, cp_state_word(r->state));
	cp_fact_set_init(&f);
	rc = cp_facts_load(s, r->n, &f, err);
	if (rc == CP_OK)
		rc = check_new(rules, c, f.facts.birth, err);
	cp_fact_set_clear(&f);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_CONSENT_ADD);
	cp_bind_int(q, r->n);
	cp_bind_text(q, cp_ground_word(c->ground));
	cp_bind_text(q, cp_by_word(c->by));
	cp_bind_date(q, c->given);
	cp_bind_text(q, c->statement);
	cp_bind_text(q, c->evidence);
	cp_bind_text(q, c->taken_by);
	cp_bind_text(q, now->time);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_record_refresh(s, rules, r->n, err) : rc;
}

/* Whether an entry that would be ended was given after DATE. */
static enum cp_rc
check_end(struct cp_store *s, const struct cp_record *r,
    const enum cp_ground *ground, struct cp_date date, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_OF);
	struct cp_consent c;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = read_row(q, &c, err);
		if (rc == CP_OK && !cp_date_set(c.ended) && (ground == NULL ||
		    *ground == c.ground) && cp_date_cmp(date, c.given) < 0)
			rc = cp_fail(err, CP_REFUSED, "consent C-%04lld was "
			    "given after that date", (long long)c.n);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_consent_end(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const enum cp_ground *ground,
    enum cp_ended_by why, struct cp_date date, const char *who, int *ended,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc;

	if (r->state != CP_STATE_LIVE)
		return cp_fail(err, CP_REFUSED, "record %s is %s", r->id,
		    cp_state_word(r->state));
	if (cp_date_cmp(date, rules->today) > 0)
		return cp_fail(err, CP_REFUSED, "that date is in the future");
	rc = check_end(s, r, ground, date, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_CONSENT_END);
	cp_bind_date(q, date);
	cp_bind_text(q, why == CP_ENDED_BY_GROUND ? "ended" : "withdrawn");
	cp_bind_text(q, who);
	cp_bind_int(q, r->n);
	cp_bind_text(q, ground != NULL ? cp_ground_word(*ground) : NULL);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	*ended = (int)cp_changes(s);
	if (*ended == 0)
		return cp_fail(err, CP_REFUSED, "record %s has no such consent "
		    "in force", r->id);
	return cp_record_refresh(s, rules, r->n, err);
}

/* Fills c->until from the record's birth date; archived ones have none. */
static enum cp_rc
find_until(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    struct cp_fact_set *f, struct cp_consent *c, struct cp_err *err)
{
	struct cp_consent_fact fact = fact_of(c);
	enum cp_rc rc = cp_facts_load(s, n, f, err);

	if (rc == CP_OK && f->facts.birth.year != 0)
		rc = cp_decide_consent(rules->policy, f->facts.birth, &fact,
		    &c->until, NULL, err);
	return rc;
}

/* The rows are read whole before FN is called: finding a limit uses the same
 * statement again. */
struct row {
	struct cp_consent c;
	char statement[64], evidence[128], taken_by[40], entered[24], who[40];
};

static void
keep_texts(struct row *row)
{
	(void)snprintf(row->statement, sizeof(row->statement), "%s",
	    row->c.statement);
	(void)snprintf(row->evidence, sizeof(row->evidence), "%s",
	    row->c.evidence);
	(void)snprintf(row->taken_by, sizeof(row->taken_by), "%s",
	    row->c.taken_by);
	(void)snprintf(row->entered, sizeof(row->entered), "%s",
	    row->c.entered);
	(void)snprintf(row->who, sizeof(row->who), "%s", row->c.ended_who);
	row->c.statement = row->statement;
	row->c.evidence = row->evidence;
	row->c.taken_by = row->taken_by;
	row->c.entered = row->entered;
	row->c.ended_who = row->who;
}

enum cp_rc
cp_consent_each(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, cp_consent_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, r != NULL ? SQL_CONSENTS_RANGE_OF :
	    SQL_CONSENTS_RANGE);
	struct cp_fact_set f;
	struct row row;
	int more;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	if (r != NULL)
		cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &more, err)) == CP_OK && more) {
		rc = read_row(q, &row.c, err);
		if (rc != CP_OK)
			break;
		cp_col_copy(q, 11, row.c.record, sizeof(row.c.record));
		keep_texts(&row);
		rc = find_until(s, rules, cp_col_int(q, 12), &f, &row.c, err);
		if (rc == CP_OK)
			rc = fn(ctx, &row.c, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	cp_fact_set_clear(&f);
	return rc;
}

const char *
cp_consent_status(const struct cp_consent *c, struct cp_date today)
{
	if (cp_date_cmp(c->given, today) > 0)
		return "given"; /* seen from an earlier day */
	if (cp_date_set(c->ended) && cp_date_cmp(c->ended, today) <= 0)
		return c->ended_by == CP_ENDED_BY_GROUND ? "ended" :
		    "withdrawn";
	if (cp_date_set(c->until) && cp_date_cmp(c->until, today) <= 0)
		return "lapsed";
	return "in-force";
}

/* ---- in a package -------------------------------------------------------------- */

static void
save_row(const struct cp_consent *c, struct cp_buf *out)
{
	char day[CP_DATE_TEXT];

	cp_json_open(out, '{');
	cp_json_put_member(out, "ground", cp_ground_word(c->ground));
	cp_json_put_member(out, "by", cp_by_word(c->by));
	cp_json_put_member(out, "given", cp_date_format(c->given, day));
	cp_json_put_member(out, "statement", c->statement);
	cp_json_put_member(out, "evidence", c->evidence);
	cp_json_put_member(out, "taken_by", c->taken_by);
	cp_json_put_member(out, "entered", c->entered);
	cp_json_put_member(out, "ended", cp_date_set(c->ended) ?
	    cp_date_format(c->ended, day) : NULL);
	cp_json_put_member(out, "end_kind", !cp_date_set(c->ended) ? NULL :
	    c->ended_by == CP_ENDED_BY_GROUND ? "ended" : "withdrawn");
	cp_json_put_member(out, "ended_by", cp_date_set(c->ended) ?
	    c->ended_who : NULL);
	cp_json_close(out, '}');
}

enum cp_rc
cp_consent_save(struct cp_store *s, int64_t record, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENTS_OF);
	struct cp_consent c;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = read_row(q, &c, err);
		if (rc != CP_OK)
			break;
		save_row(&c, out);
	}
	cp_reset(q);
	cp_json_close(out, ']');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
cp_consent_load(struct cp_store *s, int64_t record, const struct cp_json *list,
    struct cp_err *err)
{
	static const char *const keys[] = { "ground", "by", "given",
		"statement", "evidence", "taken_by", "entered", "ended",
		"end_kind", "ended_by" };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		const struct cp_json *c = cp_json_at(list, i);
		struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_RESTORE);

		cp_bind_int(q, record);
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const char *v = cp_json_text(cp_json_get(c, keys[k]));

			if (v == NULL && k < 7)
				return cp_fail(err, CP_CORRUPT, "a consent in "
				    "the package has no %s", keys[k]);
			cp_bind_text(q, v);
		}
		rc = cp_exec(q, err);
	}
	return rc;
}
