#include <string.h>

#include "cpadmin/shield_verbs.h"
#include "cpadmin/take.h"
#include "lifecycle/records/shield_list.h"

/* The shields that there are. */

static const struct cp_column columns[] = {
	{ "id", "ID" },
	{ "case", "CASE" },
	{ "status", "STATUS" },
	{ "requested", "REQUESTED" },
	{ "decided", "DECIDED" },
	{ "review", "REVIEW" },
	{ "overdue", "OVERDUE" },
	{ "asked_by", NULL },
	{ "hidden", NULL },
	{ "ended", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct listing {
	struct cp_out *out;
	const struct cp_operator *op;
	struct cp_date today;
	int overdue; /* those only */
};

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static enum cp_rc
list_one(void *ctx, const struct cp_shield_row *row, struct cp_err *err)
{
	const struct cp_shield *s = &row->shield;
	struct listing *l = ctx;
	struct cp_out *o = l->out;
	int late = cp_shield_active(s) && row->live &&
	    cp_date_cmp(s->review, l->today) < 0;
	char hidden[160];

	if (!cp_operator_reaches(l->op, row->authority) ||
	    (l->overdue && !late))
		return CP_OK;
	cp_hide_text(s->hidden, hidden, sizeof(hidden));
	cp_out_text(o, row->id);
	cp_out_text(o, s->id);
	cp_out_text(o, s->status);
	cp_out_text(o, s->requested);
	cp_out_text(o, or_null(s->decided));
	cp_out_date(o, s->review);
	cp_out_bool(o, late);
	cp_out_text(o, s->asked_by);
	cp_out_text(o, hidden);
	cp_out_text(o, or_null(s->ended));
	return cp_out_row(o, err);
}

/* Those in force first, then the others. */
static enum cp_rc
list_all(struct cp_session *s, struct listing *l, const char *status,
    struct cp_date before, struct cp_err *err)
{
	static const char *const ended[] = { "refused", "lifted", "joined" };
	enum cp_rc rc = cp_shield_each(s->store, status, before, list_one, l,
	    err);

	if (status != NULL || cp_date_set(before))
		return rc;
	for (size_t i = 0; rc == CP_OK && i < 3; i++)
		rc = cp_shield_each(s->store, ended[i], before, list_one, l,
		    err);
	return rc;
}

static enum cp_rc
take_filter(const struct cp_call *call, const char **status,
    struct cp_err *err)
{
	static const char *const words[] = { "requested", "granted",
		"refused", "lifted", "joined" };
	const char *word = cp_option(call, "status");
	size_t i;

	*status = word;
	if (word == NULL)
		return CP_OK;
	for (i = 0; i < 5; i++)
		if (strcmp(word, words[i]) == 0)
			break;
	if (i == 5)
		return cp_fail(err, CP_USAGE, "--status is requested, granted, "
		    "refused, lifted or joined");
	if (i > 1 && cp_flag(call, "overdue"))
		return cp_fail(err, CP_USAGE, "only one that is requested or "
		    "granted can be overdue");
	return CP_OK;
}

enum cp_rc
shield_run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_date before = { 0 };
	const char *status = NULL;
	struct cp_session s;
	struct listing l = { NULL, &s.op, { 0 }, 0 };
	enum cp_rc rc = take_filter(call, &status, err);

	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_READ, SHIELD_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	l.today = s.now.today;
	l.overdue = cp_flag(call, "overdue");
	if (l.overdue)
		before = s.now.today;
	rc = cp_out_table(call, "shields", columns, COLUMNS, &l.out, err);
	if (rc == CP_OK)
		rc = list_all(&s, &l, status, before, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_session_close(&s);
	return rc;
}
