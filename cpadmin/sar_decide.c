#include <stdlib.h>
#include <string.h>

#include "cpadmin/sar_collected.h"

/* sar withhold, sar give: what becomes of items. */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "status", "Status" },
	{ "decided", "Decided now" },
	{ "undecided", "To be decided" },
	{ "withheld", "Withheld" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), ITEMS_MAX = 1000000 };

/* What is meant: ranges of numbers, and flags of what is not decided yet. */
struct range { int from, to; };
struct meant {
	struct cp_sar_case *x;
	enum cp_item_decision decision;
	const char *ground, *reason;
	struct range *range;
	int *found;   /* of each range, how many there are */
	size_t n;
	unsigned flags;
	int *number;  /* those to be decided, owned */
	size_t count, cap;
};

/* ---- what is meant ------------------------------------------------------- */

/* "12" or "3-7". */
static enum cp_rc
take_range(const char *text, struct range *out, struct cp_err *err)
{
	char *end;
	long from, to;

	from = to = strtol(text, &end, 10);
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		to = strtol(end + 1, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || from < 1 ||
	    to < from || to > ITEMS_MAX)
		return cp_fail(err, CP_USAGE, "ITEM is a number of `sar "
		    "items', or some: 12, 3-7");
	*out = (struct range){ (int)from, (int)to };
	return CP_OK;
}

static enum cp_rc
take(const struct cp_call *call, struct meant *m, struct cp_err *err)
{
	const char *flag;
	unsigned bit;
	enum cp_rc rc = CP_OK;

	m->n = (size_t)cp_arg_count(call) - 1;
	m->range = calloc(m->n + 1, sizeof(*m->range));
	m->found = calloc(m->n + 1, sizeof(*m->found));
	if (m->range == NULL || m->found == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; rc == CP_OK && i < m->n; i++)
		rc = take_range(cp_arg(call, (int)i + 1), &m->range[i], err);
	for (int i = 0; rc == CP_OK &&
	    (flag = cp_option_at(call, "flag", i)) != NULL; i++) {
		bit = cp_item_flag_parse(flag);
		if (bit == 0)
			rc = cp_fail(err, CP_USAGE, "--flag is one of those "
			    "that `sar items' shows");
		m->flags |= bit;
	}
	if (rc == CP_OK && m->n == 0 && m->flags == 0)
		rc = cp_fail(err, CP_USAGE, "no ITEM, and no --flag");
	return rc;
}

static int
is_meant(struct meant *m, const struct cp_sar_item *i)
{
	/* By what nobody tells them they choose nothing. */
	unsigned flags = cp_sar_flags_told(m->x, i->flags);
	int yes = (flags & m->flags) != 0 && !cp_item_settled(i->flags,
	    i->decision);

	/* Given for one reason, what is flagged for another would slip out. */
	if (m->decision == CP_ITEM_GIVE && (i->flags & ~m->flags) != 0)
		yes = 0;

	for (size_t k = 0; k < m->n; k++) {
		if (i->number < m->range[k].from ||
		    i->number > m->range[k].to)
			continue;
		m->found[k]++;
		yes = 1;
	}
	return yes;
}

static enum cp_rc
note(void *ctx, const struct cp_sar_item *i, struct cp_err *err)
{
	struct meant *m = ctx;
	size_t cap = m->cap == 0 ? 64 : 2 * m->cap;
	int *more;

	if (!is_meant(m, i))
		return CP_OK;
	if (m->count == m->cap) {
		more = reallocarray(m->number, cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		m->number = more;
		m->cap = cap;
	}
	m->number[m->count++] = i->number;
	return CP_OK;
}

/* ---- deciding ------------------------------------------------------------ */

static enum cp_rc
decide(struct meant *m, struct cp_err *err)
{
	struct cp_sar_case *x = m->x;
	enum cp_rc rc = cp_sar_items(x->s.store, &x->sar, note, m, err);

	for (size_t k = 0; rc == CP_OK && k < m->n; k++)
		if (m->found[k] == 0 && x->sar.stage != CP_SAR_OPEN)
			rc = cp_fail(err, CP_NOT_FOUND, "request %s has no "
			    "item %d", x->sar.id, m->range[k].from);
	if (rc == CP_OK && m->count == 0)
		rc = cp_fail(err, x->sar.stage == CP_SAR_OPEN ? CP_REFUSED :
		    CP_NOT_FOUND, x->sar.stage == CP_SAR_OPEN ? "request %s "
		    "has nothing collected" : "request %s has nothing "
		    "undecided with that flag", x->sar.id);
	for (size_t i = 0; rc == CP_OK && i < m->count; i++)
		rc = cp_sar_decide(&x->c, &x->sar_rules, &x->s.op, &x->sar,
		    m->number[i], m->decision, m->ground, m->reason, err);
	return rc;
}

static enum cp_rc
show(struct meant *m, struct cp_err *err)
{
	struct cp_sar_case *x = m->x;
	struct cp_sar_tally t = { 0 };
	struct cp_sar_next next;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_sar_tally(x->s.store, &x->sar, &t, err);

	if (rc == CP_OK)
		rc = cp_sar_case_next(x, &next, err);
	if (rc == CP_OK)
		rc = cp_out_object(x->call, "sar-decided", columns, COLUMNS,
		    &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, x->sar.id);
	cp_out_text(o, cp_sar_stage_word(x->sar.stage));
	cp_out_int(o, (int64_t)m->count);
	cp_out_int(o, (int64_t)t.undecided);
	cp_out_int(o, (int64_t)t.withheld);
	cp_out_text(o, next.what[0] != '\0' ? next.what : NULL);
	cp_out_text(o, next.command[0] != '\0' ? next.command : NULL);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
run(struct cp_call *call, struct meant *m, struct cp_err *err)
{
	struct cp_sar_case x;
	enum cp_rc rc = take(call, m, err);

	if (rc == CP_OK)
		rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &x, err);
	if (rc != CP_OK)
		return rc;
	m->x = &x;
	rc = cp_sar_case_begin(&x, err);
	if (rc == CP_OK)
		rc = cp_txn_end(x.s.audit, decide(m, err), err);
	if (rc == CP_OK)
		rc = show(m, err);
	cp_sar_case_close(&x);
	return rc;
}

static enum cp_rc
run_meant(struct cp_call *call, struct meant *m, struct cp_err *err)
{
	enum cp_rc rc = run(call, m, err);

	free(m->range);
	free(m->found);
	free(m->number);
	return rc;
}

enum cp_rc
cp_sar_run_withhold(struct cp_call *call, struct cp_err *err)
{
	struct meant m = { .decision = CP_ITEM_WITHHOLD };
	enum cp_rc rc = cp_sar_text_needed(call, "ground", &m.ground, err);

	if (rc == CP_OK)
		rc = cp_sar_text_needed(call, "reason", &m.reason, err);
	return rc == CP_OK ? run_meant(call, &m, err) : rc;
}

enum cp_rc
cp_sar_run_give(struct cp_call *call, struct cp_err *err)
{
	struct meant m = { .decision = CP_ITEM_GIVE };
	enum cp_rc rc = cp_sar_text(call, "ground", &m.ground, err);

	if (rc == CP_OK)
		rc = cp_sar_text(call, "reason", &m.reason, err);
	return rc == CP_OK ? run_meant(call, &m, err) : rc;
}
