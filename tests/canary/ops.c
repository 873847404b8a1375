#include "tests/canary/canary.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/plan.h"
#include "lifecycle/duties/worklist.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/import.h"
#include "lifecycle/records/notice.h"
#include "lifecycle/store/audit_read.h"

/* Refusals and mistakes are answers too: their words are searched. */

static void
say(struct canary *c, const char *what, int i)
{
	(void)snprintf(c->said, sizeof(c->said), "%s %s", what, i < 0 ? "" :
	    c->kid[i].id);
}

static void
answered(struct canary *c, enum cp_rc rc)
{
	if (rc == CP_OK || rc == CP_PARTIAL) {
		c->done++;
		return;
	}
	c->refused++;
	cp_buf_puts(&c->out, drive_why(c->drive));
	cp_buf_puts(&c->out, c->drive->err.hint);
}

static int
somebody_here(struct canary *c)
{
	int i = (int)roll(&c->world, 2) == 0 ? (int)roll(&c->world, SHIELDED) :
	    (int)roll(&c->world, (uint32_t)c->n);

	for (int k = 0; k < 20 && c->kid[i].gone; k++)
		i = (int)roll(&c->world, (uint32_t)c->n);
	return i;
}

static int
who(struct canary *c)
{
	return 1 + (int)roll(&c->world, 3);
}

/* ---- looking --------------------------------------------------------------- */

static void
op_show(struct canary *c)
{
	static const enum cp_purpose purposes[] = { CP_FOR_SHOW, CP_FOR_SHOW,
		CP_FOR_FIND, CP_FOR_LETTER, CP_FOR_ACCESS, CP_FOR_ARCHIVE,
		CP_FOR_CHANGE, CP_FOR_DECIDE };
	struct drive *d = c->drive;
	struct cp_document *doc = NULL;
	struct cp_record r;
	int i = somebody_here(c);
	enum cp_rc rc;

	say(c, "show", i);
	rc = cp_record_get(d->store, c->kid[i].id, &r, &d->err);
	if (rc == CP_OK)
		rc = cp_gate_document(d->store, &r, purposes[roll(&c->world,
		    8)], &doc, &d->err);
	if (rc == CP_OK) {
		cp_document_text(doc, &c->out);
		c->shown++;
	}
	cp_document_free(doc);
	answered(c, rc);
}

static void
op_find(struct canary *c)
{
	static const char *const names[] = { "Checkera", "Alma Checkerb",
		"Qzxvkjwn7", "Chekcerc", "Alma" };
	struct drive *d = c->drive;
	struct cp_find what = { .limit = 50 };
	struct cp_found_list list = { 0 };
	enum cp_rc rc;

	say(c, "find", -1);
	switch (roll(&c->world, 3)) {
	case 0:
		what.query.name = names[roll(&c->world, 5)];
		break;
	case 1:
		what.query.postcode = "ZZ99 3VZ";
		break;
	default:
		what.query.number = "9434761230";
	}
	rc = cp_find_run(d->store, d->rules.salt, &what, &list, &d->err);
	for (size_t k = 0; rc == CP_OK && k < list.n; k++)
		cp_buf_printf(&c->out, "%s %s %s\n", list.one[k].record.id,
		    list.one[k].name, list.one[k].birth);
	if (rc == CP_OK && what.query.name == NULL)
		for (size_t k = 0; k < list.n; k++)
			if (strncmp(list.one[k].record.id, "HID", 3) == 0)
				cp_buf_puts(&c->out, "Qzxvkjw: found by what "
				    "is hidden");
	cp_found_clear(&list);
	answered(c, rc);
}

static enum cp_rc
take_row(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct canary *c = ctx;

	(void)err;
	cp_log_line(row, &c->out);
	if (row->detail != NULL)
		cp_buf_puts(&c->out, row->detail);
	return CP_OK;
}

static void
op_history(struct canary *c)
{
	int i = somebody_here(c);
	struct cp_log_filter filter = { .subject = c->kid[i].id };

	say(c, "history", i);
	answered(c, cp_log_each(c->drive->store, &filter, take_row, c,
	    &c->drive->err));
}

static enum cp_rc
take_notice(void *ctx, const struct cp_notice *n, struct cp_err *err)
{
	struct canary *c = ctx;

	(void)err;
	cp_buf_printf(&c->out, "%s %s %s %s %s %s %s %s %s\n", n->ref,
	    n->record_id, cp_notice_kind_word(n->kind), n->cause, n->problem,
	    n->why, n->addressee, n->language, n->route);
	if (n->safe && !cp_gate_tells(cp_store_actor(c->drive->store)))
		cp_buf_puts(&c->out, "Qzxvkjw: told of a safe notice");
	return CP_OK;
}

/* The ledger, looked at and read. */
static void
op_notices(struct canary *c)
{
	struct drive *d = c->drive;
	struct cp_change change;
	struct cp_record r;
	int i = somebody_here(c), by = who(c);
	enum cp_rc rc = cp_record_get(d->store, c->kid[i].id, &r, &d->err);

	say(c, "notices", i);
	if (rc == CP_OK) {
		change = drive_begin(d, by, 1);
		rc = drive_end_change(d, by, 1, cp_notice_look(&change, r.n,
		    NULL, &d->err));
	}
	if (rc == CP_OK)
		rc = cp_notice_each(d->store, r.n, take_notice, c, &d->err);
	answered(c, rc);
}

static void
take_plan(void *ctx, const char *line)
{
	struct canary *c = ctx;

	cp_buf_puts(&c->out, line);
	cp_buf_putc(&c->out, '\n');
}

static enum cp_rc
take_work(void *ctx, const struct cp_work *w, struct cp_err *err)
{
	struct canary *c = ctx;

	(void)err;
	cp_buf_printf(&c->out, "%s %s %s %s\n", w->kind, w->what, w->id,
	    w->command);
	return CP_OK;
}

static void
op_ahead(struct canary *c)
{
	struct cp_work_query q = { .roles = cp_role_parse(
		canary_roles[c->role]), .today = c->drive->now.today,
		.until = drive_date(c->world.today + 60),
		.op = &c->drive->op[1], .policy = c->drive->policy };

	say(c, "plan and worklist", -1);
	drive_plan(c->drive, c->world.today + 400, take_plan, c);
	answered(c, cp_worklist_each(c->drive->store, &q, take_work, c,
	    &c->drive->err));
}

/* ---- changing -------------------------------------------------------------- */

static void
op_correct(struct canary *c)
{
	static const char *const sets[] = { "postcode=ZZ99 3VZ",
		"line1=9 Qzxvkjwa9 Road", "line2=Qzxvkjwat9",
		"carers[0].phone=01632 960999",
		"involvements[0].practitioner=Qzxvkjwr9",
		"involvements[0].provider=Qzxvkjws9", "family=Checkery",
		"gender=not-specified", "letters.language=ur" };
	const char *use[3];
	int i = somebody_here(c), most = c->kid[i].shielded ? 9 : 3;
	size_t n = 1 + roll(&c->world, 3);

	for (size_t k = 0; k < n; k++)
		use[k] = sets[c->kid[i].shielded ? roll(&c->world,
		    (uint32_t)most) : 6 + roll(&c->world, 3)];
	say(c, "correct", i);
	answered(c, drive_correct(c->drive, who(c), 1, c->kid[i].id, use, n));
}

static void
put_rows(struct canary *c, struct cp_buf *rows)
{
	long n = 1 + roll(&c->world, 8);

	for (long k = 0; k < n; k++) {
		int i = (int)roll(&c->world, SHIELDED);
		char id[40];

		switch (roll(&c->world, 4)) {
		case 0: /* of the child itself */
			canary_row(c, i, c->kid[i].id, 0, rows);
			break;
		case 1: /* the same, but not known to be */
			(void)snprintf(id, sizeof(id), "DUP-%d-%d", i,
			    (int)roll(&c->world, 3));
			canary_row(c, i, id, (int)roll(&c->world, 4), rows);
			break;
		case 2:
			canary_row(c, i, NULL, (int)roll(&c->world, 3), rows);
			break;
		default: /* one of no interest */
			i = SHIELDED + (int)roll(&c->world, KIDS - SHIELDED);
			canary_row(c, i, c->kid[i].id, 0, rows);
		}
	}
	if (roll(&c->world, 5) == 0)
		cp_buf_puts(rows, "{\"cpadmin\":\"record/1\",\"postcode\":"
		    "\"ZZ99 3VZ\",\"Qzxvkjwi\":1}\n");
	c->rows += n;
}

static void
op_feed(struct canary *c)
{
	static const struct cp_import_how how = { .reason = "a feed" };
	struct drive *d = c->drive;
	struct cp_import *im = NULL;
	const struct cp_import_report *r;
	struct cp_buf rows;
	struct cp_err err = { 0 };
	enum cp_rc rc;

	say(c, "feed", -1);
	cp_buf_init(&rows);
	put_rows(c, &rows);
	drive_flush(d);
	drive_must(d, cp_file_write_durable(canary_path(c, "feed"), 0600,
	    rows.data, rows.len, &err), "feed");
	cp_buf_clear(&rows);
	rc = cp_import_new(d->store, d->audit[1], &d->rules, &d->now, &how,
	    &im, &d->err);
	if (rc == CP_OK)
		rc = cp_import_file(im, canary_path(c, "feed"),
		    CP_IMPORT_NDJSON, &d->err);
	if (rc == CP_OK)
		rc = cp_import_end(im, &d->err);
	if (rc == CP_OK) {
		r = cp_import_report(im);
		c->set_aside += r->quarantined;
		for (size_t k = 0; k < r->n_first; k++)
			cp_buf_printf(&c->out, "%s %s %s\n", r->first[k].file,
			    r->first[k].why.path, r->first[k].why.cause);
	}
	cp_import_free(im);
	c->feeds++;
	answered(c, rc);
}

static void
op_join(struct canary *c)
{
	int i = somebody_here(c), k = somebody_here(c);
	enum cp_rc rc;

	say(c, "merge", i);
	rc = drive_merge(c->drive, who(c), 1, c->kid[i].id, c->kid[k].id);
	answered(c, rc);
	if (rc == CP_OK && roll(&c->world, 2) == 0) {
		say(c, "undo", k);
		(void)drive_undo(c->drive, who(c), 1, c->kid[k].id);
	}
}

static void
op_split(struct canary *c)
{
	static const char *const take[] = { "involvements[0]" };
	static const char *const sets[] = { "family=Checkerz" };
	int i = somebody_here(c);
	char fresh[ID_TEXT];
	enum cp_rc rc;

	say(c, "split", i);
	rc = drive_split(c->drive, who(c), 1, c->kid[i].id, take, 1, sets, 1,
	    -1, fresh);
	answered(c, rc);
	if (rc == CP_OK && c->n < KIDS + MORE) {
		c->kid[c->n] = c->kid[i];
		(void)snprintf(c->kid[c->n].id, sizeof(c->kid[c->n].id), "%s",
		    fresh);
		c->n++;
	}
}

static void
op_other(struct canary *c)
{
	int i = somebody_here(c);
	char hold[24];
	enum cp_rc rc;

	switch (roll(&c->world, 4)) {
	case 0:
		say(c, "undo", i);
		rc = drive_undo(c->drive, who(c), 1, c->kid[i].id);
		break;
	case 1:
		say(c, "offer", i);
		rc = drive_offer(c->drive, who(c), 1, c->kid[i].id,
		    "E08000012", c->world.today);
		if (rc == CP_OK)
			rc = drive_settle(c->drive, who(c), 1, c->kid[i].id,
			    DECLINED);
		break;
	case 2:
		say(c, "hold", i);
		rc = drive_hold(c->drive, who(c), 1, ON_RECORD, c->kid[i].id,
		    NULL, c->world.today + 30, hold);
		if (rc == CP_OK)
			rc = drive_release(c->drive, 3, hold);
		break;
	default:
		say(c, "returned", i);
		rc = drive_correct(c->drive, who(c), 1, c->kid[i].id,
		    (const char *const[]){ "upn=" }, 1);
	}
	answered(c, rc);
}

static void
op_night(struct canary *c)
{
	struct night x = { .accept_clock = 1, .accept_share = 1 };
	long failed = 0;

	say(c, "retention run", -1);
	c->world.today += 1 + (day)roll(&c->world, 3);
	drive_today(c->drive, c->world.today);
	x.on = c->world.today;
	c->nights++;
	answered(c, drive_run(c->drive, &x, 1, &failed));
	cp_buf_printf(&c->out, "%ld %ld %ld", x.archived, x.pruned, x.held);
}

/* ---- the program itself ---------------------------------------------------- */

static const char *const lines[] = {
	"record show @ --reason why", "record show @ --reason why --json",
	"record history @ --reason why --json", "record list --json",
	"record find --name Checker --reason why",
	"record find --postcode @ --reason why --json",
	"retention explain @ --reason why --json", "retention plan --json",
	"retention forecast --months 3 --json", "worklist --within 60",
	"audit show --json", "audit show --details --reason why --json",
	"consent list @ --reason why --json", "hold list --json",
	"record quarantine list --json", "archive list --json",
	"record correct % --set line1=Qzxvkjwa5 --reason why",
	"record correct % --set line1=Qzxvkjwa5 --reason why --json",
	"record import + --reason why --json", "record import + --dry-run",
	"shield request @ --by child --reason why --json",
	"record never-link list --json", "destruction list --json",
	"record merge @ @ --reason why --dry-run --json",
	"retention run --dry-run --json --yes", "operator list --json",
	"record undo @ --reason why", "shield list --json", "record show @",
	"record event @ left-england --date 1999-01-01 --intention return",
};
enum { LINES = sizeof(lines) / sizeof(lines[0]), WORDS = 32 };

static void
become(struct canary *c, char **argv)
{
	const char *path = canary_path(c, "printed");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ||
	    setenv("CPADMIN_STORE", c->world.dir, 1) != 0)
		_exit(127);
	(void)execv(c->cpadmin, argv);
	_exit(127);
}

/* What LINE says, as ROLE, for kid I (each @), or another one each time where
 * that is -1; its status. */
static int
run_line(struct canary *c, const char *line, const char *role, int i)
{
	char copy[300], on[DAY_TEXT], *argv[WORDS], *save = NULL;
	int n = 0, status = 0;
	struct cp_err err = { 0 };
	pid_t pid;

	(void)snprintf(copy, sizeof(copy), "cpadmin %s --on %s --as check-%s",
	    line, day_text(c->world.today, on), role);
	(void)snprintf(c->said, sizeof(c->said), "%.199s", copy);
	for (char *t = strtok_r(copy, " ", &save); t != NULL && n < WORDS - 1;
	    t = strtok_r(NULL, " ", &save)) {
		if (strcmp(t, "@") == 0)
			t = c->kid[i < 0 ? somebody_here(c) : i].id;
		else if (strcmp(t, "%") == 0) /* brings a canary */
			t = c->kid[roll(&c->world, SHIELDED)].id;
		else if (strcmp(t, "+") == 0)
			t = (char *)(uintptr_t)canary_path(c, "feed");
		argv[n++] = t;
	}
	argv[n] = NULL;
	drive_flush(c->drive);
	pid = fork();
	if (pid == 0)
		become(c, argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		wrong(&c->world, -1, "cannot run the program");
	if (!WIFEXITED(status) || WEXITSTATUS(status) > CP_BAD_INPUT)
		wrong(&c->world, -1, "%s ended with %d", c->said, status);
	drive_must(c->drive, cp_file_read(canary_path(c, "printed"), 1 << 26,
	    &c->out, &err), "read");
	c->programs++;
	return WEXITSTATUS(status);
}

static void
op_program(struct canary *c)
{
	(void)run_line(c, lines[roll(&c->world, LINES)],
	    canary_roles[c->role], -1);
	c->done++;
}

/* Somebody asks what is held of a child that may be shielded from them: from
 * opening to closing. */
static void
op_request(struct canary *c)
{
	static const struct {
		const char *role, *verb, *rest;
	} steps[] = { { "dpo", "find", "" }, { "dpo", "collect", "--json" },
		{ "approver", "items", "--all" },
		{ "dpo", "items", "--all --json" },
		{ "dpo", "give", "1 2 3 --reason why" },
		{ "approver", "approve", "" },
		{ "dpo", "disclose", "-o answer --json" },
		{ "auditor", "show", "" }, { "auditor", "clock", "" },
		{ "dpo", "withdraw", "--reason why" },
		{ "dpo", "close", "--json" } };
	char line[200], on[DAY_TEXT];
	int i = somebody_here(c);

	(void)snprintf(line, sizeof(line), "sar open --subject @ --requester "
	    "Else --relation self --received %s --again",
	    day_text(c->world.today, on));
	if (run_line(c, line, "dpo", i) != CP_OK) {
		c->refused++;
		return;
	}
	c->requests++;
	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		(void)snprintf(line, sizeof(line), "sar %s SAR-%04d %s",
		    steps[k].verb, c->requests, steps[k].rest);
		if (run_line(c, line, steps[k].role, i) == CP_OK &&
		    strcmp(steps[k].verb, "collect") == 0)
			c->collected++;
	}
	(void)unlink("answer");
	c->done++;
}

void
canary_op(struct canary *c)
{
	static struct cp_operator op; /* for whom the store is open */
	uint32_t dice = roll(&c->world, 1000);

	c->role = (int)roll(&c->world, CANARY_ROLES);
	op = c->drive->op[1];
	op.roles = cp_role_parse(canary_roles[c->role]);
	cp_store_act_for(c->drive->store, &op);
	cp_buf_reset(&c->out);
	cp_err_clear(&c->drive->err);
	if (dice < 330)
		op_show(c);
	else if (dice < 450)
		op_find(c);
	else if (dice < 540)
		op_history(c);
	else if (dice < 740)
		op_correct(c);
	else if (dice < 850)
		op_feed(c);
	else if (dice < 880)
		op_join(c);
	else if (dice < 900)
		op_split(c);
	else if (dice < 960)
		op_other(c);
	else if (dice < 970)
		op_ahead(c);
	else if (dice < 972)
		op_night(c);
	else if (dice < 985)
		op_program(c);
	else if (dice < 988)
		op_request(c);
	else
		op_notices(c);
}
