#include <stdio.h>
#include <string.h>

#include "lifecycle/records/consent_priv.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/find.h"

static const char sensitive_word[] = "sensitive-service";
static const char harm_word[] = "significant-harm";

int
cp_consent_ground(const char *word, struct cp_consent *c)
{
	if (strcmp(word, sensitive_word) == 0) {
		c->kind = CP_CONSENT_SENSITIVE;
		c->ground_word = sensitive_word;
	} else if (strcmp(word, harm_word) == 0) {
		c->kind = CP_CONSENT_HARM;
		c->ground_word = harm_word;
	} else if (cp_ground_parse(word, &c->ground)) {
		c->kind = CP_CONSENT_STAY;
		c->ground_word = cp_ground_word(c->ground);
	} else {
		return 0;
	}
	return 1;
}

int
cp_consent_method(const char *word)
{
	static const char *const words[] = { "in-person", "phone", "letter",
		"online", "video" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return 1;
	return 0;
}

enum cp_rc
consent_read(struct cp_stmt *q, struct cp_consent *c, struct cp_err *err)
{
	memset(c, 0, sizeof(*c));
	c->n = cp_col_int(q, 0);
	c->by_word = cp_col_text(q, 2);
	if (!cp_consent_ground(cp_col_text(q, 1), c) ||
	    (!cp_by_parse(c->by_word, &c->by) && c->kind == CP_CONSENT_STAY))
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
	cp_col_copy(q, 11, c->record, sizeof(c->record));
	c->record_n = cp_col_int(q, 12);
	c->method = cp_col_text(q, 13);
	c->best_interests = cp_col_text(q, 14);
	c->renews = cp_col_int(q, 15);
	c->late_reason = cp_col_text(q, 16);
	c->end_evidence = cp_col_text(q, 17);
	c->confirm_due = cp_col_date(q, 18);
	c->until = cp_col_date(q, 19);
	c->confirmed = cp_col_date(q, 20);
	cp_col_copy(q, 21, c->authority, sizeof(c->authority));
	return CP_OK;
}

struct cp_consent_fact
consent_fact(const struct cp_consent *c)
{
	struct cp_consent_fact f = { "", c->ground, c->by, c->given, c->ended,
		c->ended_by };

	return f;
}

/* ---- giving ------------------------------------------------------------- */

enum cp_rc
consent_number(struct cp_store *s, int64_t *n, struct cp_err *err)
{
	enum cp_rc rc = cp_exec_int(cp_stmt(s, SQL_CONSENT_NUMBER), 0, n, err);

	if (rc == CP_OK && *n <= 0)
		rc = cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "consents");
	return rc;
}

static const char *
or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

enum cp_rc
consent_insert(struct cp_store *s, int64_t record, const struct cp_consent *c,
    const char *entered, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_ADD);

	cp_bind_int(q, c->n);
	cp_bind_int(q, record);
	cp_bind_text(q, c->ground_word);
	cp_bind_text(q, or_empty(c->by_word));
	cp_bind_date(q, c->given);
	cp_bind_text(q, or_empty(c->statement));
	cp_bind_text(q, or_empty(c->evidence));
	cp_bind_text(q, or_empty(c->taken_by));
	cp_bind_text(q, entered);
	cp_bind_text(q, or_null(c->method));
	cp_bind_text(q, or_null(c->best_interests));
	if (c->renews != 0)
		cp_bind_int(q, c->renews);
	else
		cp_bind_null(q);
	cp_bind_text(q, or_null(c->late_reason));
	return cp_exec(q, err);
}

enum cp_rc
consent_need_live(struct cp_store *s, const struct cp_record *r,
    struct cp_err *err)
{
	enum cp_rc rc = cp_record_need_live(s, r, "restore", err);

	if (rc == CP_REFUSED)
		cp_err_context(err, "a consent does not revive a record");
	return rc;
}

enum cp_rc
consent_check(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_consent *c,
    struct cp_partial_date birth, struct cp_err *err)
{
	enum cp_rc rc = consent_need_live(s, r, err);

	if (rc != CP_OK)
		return rc;
	if (cp_date_cmp(c->given, rules->today) > 0)
		return cp_fail(err, CP_REFUSED, "a consent cannot be given in "
		    "the future");
	if (cp_date_cmp(c->given, cp_partial_first(birth)) < 0)
		return cp_fail(err, CP_REFUSED, "a consent cannot be given "
		    "before the birth");
	if (or_null(c->late_reason) == NULL &&
	    cp_decide_late(rules->policy, birth, c->given, rules->today)) {
		(void)cp_fail(err, CP_REFUSED, "this is entered late: it was "
		    "given %s", cp_date_cmp(c->given, cp_date_add_days(
		    rules->today, -CP_LATE_DAYS)) < 0 ?
		    "more than four weeks ago" : "before the age limit, which "
		    "has passed");
		cp_err_hint(err, "say why with --reason");
		return CP_REFUSED;
	}
	if (c->by == CP_BY_REPRESENTATIVE && c->kind != CP_CONSENT_HARM &&
	    or_null(c->best_interests) == NULL) {
		(void)cp_fail(err, CP_REFUSED, "a representative consents in "
		    "the person's best interests: where is that decision?");
		cp_err_hint(err, "name it with --best-interests REF");
		return CP_REFUSED;
	}
	return CP_OK;
}

/* What the ledger refuses about a new entry for somebody born on BIRTH. */
static enum cp_rc
check_new(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_consent *c,
    struct cp_partial_date birth, struct cp_err *err)
{
	struct cp_consent_fact f = consent_fact(c);
	struct cp_date until;
	enum cp_rule rule;
	enum cp_rc rc = consent_check(s, rules, r, c, birth, err);

	if (rc == CP_OK)
		rc = cp_decide_consent(rules->policy, birth, &f, &until, &rule,
		    err);
	if (rc != CP_OK || cp_date_cmp(c->given, until) < 0)
		return rc;
	cp_fail(err, CP_REFUSED, "this consent would never be in force (%s)",
	    cp_rule_name(rule));
	if (rule == CP_RULE_PARENT_LAPSE)
		cp_err_hint(err, "from that age only the person or a "
		    "representative can give it");
	return CP_REFUSED;
}

/* Fills what the store computed. */
static enum cp_rc
read_back(void *ctx, const struct cp_consent *c, struct cp_err *err)
{
	struct cp_consent *mine = ctx;

	(void)err;
	if (c->n == mine->n) {
		mine->until = c->until;
		mine->confirm_due = c->confirm_due;
	}
	return CP_OK;
}

static enum cp_rc
add(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_consent *c, const char *entered,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_RENEWED);
	enum cp_rc rc;

	cp_bind_int(q, r->n);
	cp_bind_text(q, c->ground_word);
	rc = cp_exec_int(q, 0, &c->renews, err);
	if (rc == CP_OK)
		rc = consent_number(s, &c->n, err);
	if (rc == CP_OK)
		rc = consent_insert(s, r->n, c, entered, err);
	if (rc == CP_OK)
		rc = cp_record_refresh(s, rules, r->n, err);
	return rc == CP_OK ? cp_consent_each(s, rules, r, read_back, c, err) :
	    rc;
}

enum cp_rc
cp_consent_give(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_consent *c,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_fact_set f;
	enum cp_rc rc;

	c->ground_word = cp_ground_word(c->ground);
	c->by_word = cp_by_word(c->by);
	cp_fact_set_init(&f);
	rc = cp_facts_load(s, r->n, &f, err);
	if (rc == CP_OK)
		rc = check_new(s, rules, r, c, f.facts.birth, err);
	if (rc == CP_OK && !cp_decide_late(rules->policy, f.facts.birth,
	    c->given, rules->today))
		c->late_reason = NULL;
	cp_fact_set_clear(&f);
	return rc == CP_OK ? add(s, rules, r, c, now->time, err) : rc;
}

/* ---- reading ------------------------------------------------------------ */

/* By RULES, which need not be those that the store's dates were made by. */
static enum cp_rc
find_until(struct cp_store *s, const struct cp_rules *rules,
    struct cp_fact_set *f, struct cp_consent *c, struct cp_err *err)
{
	struct cp_consent_fact fact = consent_fact(c);
	enum cp_rc rc;

	if (c->kind != CP_CONSENT_STAY) {
		if (cp_date_set(c->ended))
			c->until = c->ended;
		return CP_OK;
	}
	rc = cp_facts_load(s, c->record_n, f, err);
	if (rc != CP_OK || f->facts.birth.year == 0)
		return rc;
	rc = cp_decide_consent(rules->policy, f->facts.birth, &fact, &c->until,
	    NULL, err);
	if (rc == CP_BAD_INPUT) { /* the record is parked for it */
		cp_err_clear(err);
		c->until = (struct cp_date){ 0 };
		rc = CP_OK;
	}
	return rc;
}

enum cp_rc
cp_consent_each(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, cp_consent_fn *fn, void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, r != NULL ? SQL_CONSENTS_RANGE_OF :
	    SQL_CONSENTS_RANGE);
	struct cp_fact_set f;
	struct cp_consent c;
	int more;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	if (r != NULL)
		cp_bind_int(q, r->n);
	while ((rc = cp_step(q, &more, err)) == CP_OK && more) {
		rc = consent_read(q, &c, err);
		if (rc == CP_OK)
			rc = find_until(s, rules, &f, &c, err);
		if (rc == CP_OK)
			rc = fn(ctx, &c, err);
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
	/* One that had lapsed when it was withdrawn stays so in the list. */
	if (cp_date_set(c->ended) && cp_date_cmp(c->ended, today) <= 0 &&
	    !(cp_date_set(c->until) && cp_date_cmp(c->until, c->ended) < 0))
		return c->ended_by == CP_ENDED_BY_GROUND ? "ended" :
		    "withdrawn";
	if (cp_date_set(c->until) && cp_date_cmp(c->until, today) <= 0)
		return "lapsed";
	return "in-force";
}
