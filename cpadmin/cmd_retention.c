/* CP_NEEDS_ARCHIVE: a run seals packages. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/out.h"
#include "cpadmin/places.h"
#include "cpadmin/progress.h"
#include "cpadmin/prompt.h"
#include "cpadmin/retention_explain.h"
#include "cpadmin/retention_forecast.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/duties/retention.h"
#include "lifecycle/records/reach.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

/* ---- run ------------------------------------------------------------------- */

static const struct cp_column run_columns[] = {
	{ "on", "Run on" },
	{ "dry_run", NULL },
	{ "archived", "Archived" },
	{ "pruned", "Involvements pruned" },
	{ "destroyed", "Destroyed" },
	{ "held", "Held" },
	{ "awaiting_approval", "Awaiting approval" },
	{ "lapsed", "Extensions lapsed" },
	{ "failed", "Failed" },
	{ "cannot_evaluate", "Cannot be evaluated" },
	{ "volumes", "Volumes written" },
	{ "batches_proposed", "Batches proposed" },
	{ "shelves_destroyed", "Shelf keys destroyed" },
	{ "packages_moved", "Held packages moved" },
	{ "shelves_waiting", "Shelves kept by what awaits" },
	{ "copied", NULL },
	{ "copies_owed", "Volumes without their copy" },
	{ "notices_owed", "Notices owed" },
	{ "notices_lapsed", "Notices not sent in time" },
	{ "sar_open", "Requests not answered" },
	{ "sar_late", "Of them late" },
	{ "sar_expired", "Requests kept long enough" },
	{ "failures", NULL },
};
enum { RUN_COLUMNS = sizeof(run_columns) / sizeof(run_columns[0]),
	FAILURES_MAX = 1000 };

struct troubles {
	const struct cp_call *call;
	struct cp_buf json;
	int n;
};

static void
note_trouble(void *ctx, const char *id, const struct cp_err *err)
{
	struct troubles *t = ctx;

	cp_say(t->call, "%s: %s", id, err->what);
	if (t->n++ >= FAILURES_MAX)
		return;
	cp_json_open(&t->json, '{');
	cp_json_put_member(&t->json, "id", id);
	cp_json_put_member(&t->json, "why", err->what);
	cp_json_close(&t->json, '}');
}

static enum cp_rc
show_run(const struct cp_call *call, const struct cp_run *run,
    struct troubles *t, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "retention-run", run_columns,
	    RUN_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	if (run->copies_owed > 0)
		cp_say(call, "no second copy could be made: %s",
		    run->copy_why);
	cp_json_close(&t->json, ']');
	cp_out_date(o, run->now->today);
	cp_out_bool(o, run->dry_run);
	cp_out_int(o, run->archived);
	cp_out_int(o, run->pruned);
	cp_out_int(o, run->destroyed);
	cp_out_int(o, run->held);
	cp_out_int(o, run->awaiting);
	cp_out_int(o, run->lapsed);
	cp_out_int(o, run->failed);
	cp_out_int(o, run->undecidable);
	cp_out_int(o, run->volumes);
	cp_out_int(o, run->proposed);
	cp_out_int(o, run->shelves_destroyed);
	cp_out_int(o, run->moved);
	cp_out_int(o, run->shelves_waiting);
	cp_out_int(o, run->copied);
	cp_out_int(o, run->copies_owed);
	cp_out_int(o, run->notices_owed);
	cp_out_int(o, run->notices_lapsed);
	cp_out_int(o, run->sar_open);
	cp_out_int(o, run->sar_late);
	cp_out_int(o, run->sar_expired);
	cp_out_json(o, cp_buf_text(&t->json), NULL);
	return cp_out_end(&o, err);
}

static enum cp_rc
take_accept(const struct cp_call *call, struct cp_run *run, struct cp_err *err)
{
	const char *guard;

	for (int i = 0; (guard = cp_option_at(call, "accept", i)) != NULL;
	    i++) {
		if (strcmp(guard, "clock") == 0)
			run->accept_clock = 1;
		else if (strcmp(guard, "share") == 0)
			run->accept_share = 1;
		else
			return cp_fail(err, CP_USAGE, "--accept: there are the "
			    "guards clock and share");
	}
	return CP_OK;
}

/* --workers, else cpadmin.conf, else one for each core. */
static enum cp_rc
take_workers(const struct cp_call *call, struct cp_store *s, unsigned *out,
    struct cp_err *err)
{
	const char *text = cp_option(call, "workers");
	struct cp_config config;
	char path[4096];
	long n = 0;
	enum cp_rc rc;

	if (text != NULL) {
		if (sscanf(text, "%2ld", &n) != 1 || n < 1 ||
		    n > CP_WORKERS_MAX)
			return cp_fail(err, CP_USAGE, "--workers is 1 to %d",
			    CP_WORKERS_MAX);
		*out = (unsigned)n;
		return CP_OK;
	}
	rc = cp_store_path(s, path, sizeof(path), err, "cpadmin.conf");
	if (rc == CP_OK)
		rc = cp_config_load(path, &config, err);
	if (rc != CP_OK)
		return rc;
	n = config.workers > 0 ? config.workers :
	    sysconf(_SC_NPROCESSORS_ONLN);
	*out = n < 1 ? 1 : n > CP_WORKERS_MAX ? CP_WORKERS_MAX : (unsigned)n;
	return CP_OK;
}

static enum cp_rc
do_run(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_run run = { .store = s->store, .audit = s->audit,
		.settings = &s->settings, .op = &s->op, .now = &s->now,
		.dry_run = cp_flag(call, "dry-run") };
	struct troubles t = { .call = call };
	struct cp_progress p;
	struct cp_err shown;
	char holidays[4096];
	enum cp_rc rc = take_accept(call, &run, err);

	/* Only requests for access miss the table, and say so. */
	if (cp_place_holidays(holidays, sizeof(holidays), &shown) != CP_OK)
		holidays[0] = '\0';
	run.holidays = holidays;
	if (rc == CP_OK)
		rc = take_workers(call, s->store, &run.workers, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&t.json);
	cp_json_open(&t.json, '[');
	cp_progress_init(&p, call, "archiving", 0);
	run.progress = cp_progress_at;
	run.progress_ctx = &p;
	run.trouble = note_trouble;
	run.trouble_ctx = &t;
	rc = cp_retention_run(&run, err);
	cp_progress_end(&p, run.archived);
	if ((rc == CP_OK || rc == CP_PARTIAL || run.withheld > 0) &&
	    show_run(call, &run, &t, &shown) != CP_OK) {
		*err = shown;
		rc = shown.code;
	}
	cp_buf_clear(&t.json);
	return rc;
}

static enum cp_rc
run_run(struct cp_call *call, struct cp_err *err)
{
	int dry = cp_flag(call, "dry-run");
	struct cp_session s;
	enum cp_rc rc = dry ? CP_OK : cp_prompt_confirm(call,
	    "A run archives what is due and destroys what is approved.",
	    "run", err);

	if (rc == CP_OK)
		rc = cp_session_open(call, dry ? CP_STORE_READ :
		    CP_STORE_WRITE, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, CP_ROLE_SCHEDULER | CP_ROLE_ADMIN |
	    CP_ROLE_TEAM, err);
	if (rc == CP_OK)
		rc = do_run(call, &s, err);
	cp_session_close(&s);
	return rc;
}

/* ---- plan ------------------------------------------------------------------ */

static const struct cp_column plan_columns[] = {
	{ "id", "ID" },
	{ "action", "ACTION" },
	{ "due", "DUE" },
	{ "rule", "RULE" },
	{ "blocked_by", "BLOCKED BY" },
};

struct plan {
	struct cp_out *out;
	struct cp_store *store;
};

static enum cp_rc
show_plan(void *ctx, const struct cp_plan_row *row, struct cp_err *err)
{
	struct plan *x = ctx;
	int reached;
	enum cp_rc rc = cp_reach_id(x->store, row->id, &reached, err);

	if (rc != CP_OK || !reached)
		return rc;
	cp_out_text(x->out, row->id);
	cp_out_text(x->out, row->prune ? "prune" :
	    row->action == CP_ACTION_NONE ? NULL :
	    cp_action_word(row->action));
	cp_out_date(x->out, row->due);
	cp_out_text(x->out, row->rule);
	cp_out_ids(x->out, row->blocked_by);
	return cp_out_row(x->out, err);
}

static enum cp_rc
run_plan(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct plan x = { NULL, NULL };
	struct cp_session s;
	struct cp_rules rules;
	struct cp_date until;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	x.store = s.store;
	until = s.now.today;
	if (cp_option(call, "until") != NULL)
		rc = cp_take_date(call, "until", &until, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "retention-plan", plan_columns, 5,
		    &x.out, err);
	if (rc == CP_OK)
		rc = cp_plan_each(s.store, &rules, until, show_plan, &x, err);
	if (rc == CP_OK)
		rc = cp_plan_prune(s.store, &rules, until, show_plan, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- the command ----------------------------------------------------------- */

static const struct cp_opt run_options[] = {
	{ "accept", 0, CP_OPT_LIST, "clock|share",
	    "pass the guard that a refusal named" },
	{ "workers", 0, CP_OPT_TEXT, "N", "threads that seal" },
	{ 0 },
};
static const struct cp_opt plan_options[] = {
	{ "until", 0, CP_OPT_TEXT, "DATE", "what is due by then" },
	{ 0 },
};

static const struct cp_verb verbs[] = {
	{ "run", "[--on DATE] [--dry-run] [--accept clock|share]... "
	    "[--workers N] [--yes]",
	    "archive, prune, destroy what is approved, propose what is due",
	    run_options, CP_TAKES_USUAL | CP_TAKES_DRY_RUN | CP_TAKES_YES, 0,
	    0, run_run },
	{ "plan", "[--on DATE] [--until DATE]",
	    "what falls due, and why; changes nothing", plan_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_plan },
	{ "explain", "ID [--on DATE] [--reason TEXT]",
	    "every date, rule and consent that led to the answer", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, cp_retention_explain },
	{ "forecast", "[--on DATE] [--months N] [--chart|--no-chart]",
	    "how many fall due, month by month", cp_forecast_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_retention_forecast },
	{ 0 },
};

extern const struct cp_command cp_command_retention;
const struct cp_command cp_command_retention = {
	"retention",
	"decide who stays, who is archived and who is destroyed",
	verbs,
};
