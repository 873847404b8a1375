#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/out.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "cpadmin/worklist_jobs.h"

enum { WITHIN = 30, WITHIN_MOST = 36500, LIMIT = 100,
	ID = 14 /* wide, as most are */ };

static const struct cp_column columns[] = {
	{ "due", "DUE" },
	{ "kind", NULL },
	{ "what", "WHAT" },
	{ "id", "ID" },
	{ "role", NULL },
	{ "overdue", NULL },
	{ "command", "COMMAND" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct listing {
	struct cp_out *out;  /* NULL: lines for a terminal */
	struct cp_date today;
	int64_t limit;       /* 0 = none */
	int64_t shown, more;
};

/* ---- rows ------------------------------------------------------------------ */

static enum cp_rc
put_row(struct listing *l, const struct cp_work *w, struct cp_err *err)
{
	struct cp_out *o = l->out;

	cp_out_date(o, w->due);
	cp_out_text(o, w->kind);
	cp_out_text(o, w->what);
	cp_out_text(o, w->id);
	cp_out_text(o, cp_role_word(w->role));
	cp_out_bool(o, cp_date_cmp(w->due, l->today) < 0);
	cp_out_text(o, w->command);
	return cp_out_row(o, err);
}

/* On a terminal what is to be typed stands on a line of its own, whole. */
static enum cp_rc
put_lines(struct listing *l, const struct cp_work *w, struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	int order = cp_date_cmp(w->due, l->today);
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_buf_printf(&b, "%s %s  ", cp_date_format(w->due, day), order < 0 ?
	    "overdue" : order == 0 ? "today  " : "       ");
	cp_out_escape(&b, w->id);
	cp_buf_printf(&b, "%*s", strlen(w->id) < ID ? (int)(ID -
	    strlen(w->id)) + 2 : 2, "");
	cp_out_escape(&b, w->what);
	cp_buf_puts(&b, "\n                    $ ");
	cp_out_escape(&b, w->command);
	cp_buf_putc(&b, '\n');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK && fputs(cp_buf_text(&b), stdout) == EOF)
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
show_one(void *ctx, const struct cp_work *w, struct cp_err *err)
{
	struct listing *l = ctx;

	if (l->limit > 0 && l->shown == l->limit) {
		l->more++;
		return CP_OK;
	}
	l->shown++;
	return l->out != NULL ? put_row(l, w, err) : put_lines(l, w, err);
}

/* ---- what is asked for ----------------------------------------------------- */

static enum cp_rc
take_number(const struct cp_call *call, const char *name, long most,
    long fallback, long *out, struct cp_err *err)
{
	const char *text = cp_option(call, name);

	*out = fallback;
	if (text == NULL)
		return CP_OK;
	if (text[0] == '\0' || strlen(text) > 9 ||
	    strspn(text, "0123456789") != strlen(text) ||
	    strtol(text, NULL, 10) > most)
		return cp_fail(err, CP_USAGE, "--%s is a number, at most %ld",
		    name, most);
	*out = strtol(text, NULL, 10);
	return CP_OK;
}

/* The operator's own roles, or one of them; an admin may look at any. */
static enum cp_rc
take_role(const struct cp_call *call, const struct cp_operator *op,
    unsigned *out, struct cp_err *err)
{
	const char *word = cp_option(call, "role");
	unsigned role;

	*out = op->roles;
	if (word == NULL)
		return CP_OK;
	role = cp_role_parse(word);
	if (role == 0) {
		cp_fail(err, CP_USAGE, "--role: there is no role %.40s", word);
		cp_err_hint(err, "roles: team, shield, dpo, custodian, "
		    "approver, auditor, scheduler, admin");
		return CP_USAGE;
	}
	if ((op->roles & CP_ROLE_ADMIN) == 0 && (op->roles & role) == 0) {
		cp_fail(err, CP_DENIED, "operator %s does not have the role "
		    "%s", op->name, word);
		cp_err_hint(err, "an admin may look at every role's list");
		return CP_DENIED;
	}
	*out = role;
	return CP_OK;
}

static enum cp_rc
walk(const struct cp_call *call, struct cp_session *s,
    const struct cp_work_query *query, struct listing *l, struct cp_err *err)
{
	int lines = !cp_wants_json(call) && isatty(STDOUT_FILENO) &&
	    cp_option(call, "columns") == NULL;
	enum cp_rc rc = CP_OK;

	if (!lines)
		rc = cp_out_table(call, "worklist", columns, COLUMNS, &l->out,
		    err);
	if (rc == CP_OK)
		rc = cp_worklist_each(s->store, query, show_one, l, err);
	if (rc == CP_OK && !lines)
		rc = cp_out_end(&l->out, err);
	else if (rc == CP_OK && fflush(stdout) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_out_free(l->out);
	if (rc == CP_OK && l->more > 0)
		cp_say(call, "%lld more; --limit 0 shows all",
		    (long long)l->more);
	else if (rc == CP_OK && l->shown == 0)
		cp_say(call, "nothing needs you today");
	return rc;
}

/* What the scheduler is behind with; its rows know no record. */
static enum cp_rc
list(const struct cp_call *call, struct cp_session *s,
    struct cp_work_query *query, struct listing *l, struct cp_err *err)
{
	unsigned mine = query->roles & CP_WORK_JOB_ROLES;
	struct cp_work *jobs = calloc(CP_WORK_JOBS, sizeof(*jobs));
	struct cp_policy *policy = NULL;
	enum cp_rc rc;

	if (jobs == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_settings_policy(s->store, &s->settings, &policy, err);
	query->policy = policy;
	if (rc == CP_OK && mine != 0)
		rc = cp_worklist_jobs(s, mine & CP_ROLE_SCHEDULER ?
		    CP_ROLE_SCHEDULER : CP_ROLE_ADMIN, jobs, &query->n_more,
		    err);
	query->more = jobs;
	if (rc == CP_OK)
		rc = walk(call, s, query, l, err);
	cp_policy_free(policy);
	free(jobs);
	return rc;
}

static enum cp_rc
run_worklist(struct cp_call *call, struct cp_err *err)
{
	struct cp_work_query query = { 0 };
	struct listing l = { 0 };
	struct cp_session s;
	long within = WITHIN, limit = 0;
	int all = cp_wants_json(call) || !isatty(STDOUT_FILENO);
	enum cp_rc rc = take_number(call, "within", WITHIN_MOST, WITHIN,
	    &within, err);

	if (rc == CP_OK)
		rc = take_number(call, "limit", 999999999, all ? 0 : LIMIT,
		    &limit, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	query.today = l.today = s.now.today;
	query.until = cp_date_add_days(s.now.today, (int32_t)within);
	query.op = &s.op;
	l.limit = limit;
	rc = take_role(call, &s.op, &query.roles, err);
	if (rc == CP_OK)
		rc = list(call, &s, &query, &l, err);
	cp_session_close(&s);
	return rc;
}

static const struct cp_opt options[] = {
	{ "role", 0, CP_OPT_TEXT, "R", "only what is for this role" },
	{ "within", 0, CP_OPT_TEXT, "DAYS",
	    "what comes by itself in so many days, 30 if not given" },
	{ "limit", 0, CP_OPT_TEXT, "N",
	    "rows at most, 0 for all; 100 on a terminal if not given" },
	{ 0 },
};

static const struct cp_verb verbs[] = {
	{ "", "[--on DATE] [--role R] [--within DAYS] [--limit N] "
	    "[--columns NAME,...]", "what needs a person, most urgent first",
	    options, CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_worklist },
	{ 0 },
};

extern const struct cp_command cp_command_worklist;
const struct cp_command cp_command_worklist = {
	"worklist",
	"what needs a person, most urgent first",
	verbs,
};
