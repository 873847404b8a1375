#include "tests/model/drive_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/file.h"
#include "lifecycle/rules/london.h"

enum { NOON = 43200, IDENTITY_MAX = 200 };

const char *const drive_operators[OPERATORS] = { "admin", "anna", "bert",
	"cora" };

struct cp_date
drive_date(day n)
{
	int y, m, d;

	if (n == 0)
		return (struct cp_date){ 0 };
	day_split(n, &y, &m, &d);
	return cp_date_make(y, m, d);
}

day
drive_day(struct cp_date date)
{
	char text[CP_DATE_TEXT];

	return day_read(cp_date_format(date, text));
}

/* What cannot fail in any story. */
void
drive_must(struct drive *d, enum cp_rc rc, const char *what)
{
	if (rc == CP_OK)
		return;
	wrong(d->world, -1, "%s: %s", what, d->err.what);
}

const char *
drive_why(const struct drive *d)
{
	return d->err.what;
}

/* ---- opening ------------------------------------------------------------- */

static void
make_store(const char *cpadmin, const char *dir, day on)
{
	char date[DAY_TEXT];
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL)
			_exit(127);
		(void)execl(cpadmin, "cpadmin", "init", dir, "--rehearsal",
		    "--policy", "contactpoint-2007", "--authority",
		    "E08000015", "--operator", drive_operators[NIGHT], "--on",
		    day_text(on, date), (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		(void)fprintf(stderr, "WRONG: %s init failed\n", cpadmin);
		exit(1);
	}
}

static void
load_identity(struct drive *d)
{
	struct cp_secret *text = NULL;
	char path[4200];
	struct cp_buf b;

	cp_buf_init(&b);
	drive_must(d, cp_store_path(d->store, path, sizeof(path), &d->err,
	    "keys/rehearsal/custody.identity"), "path");
	drive_must(d, cp_file_read(path, IDENTITY_MAX, &b, &d->err),
	    "identity");
	drive_must(d, cp_secret_from(&text, b.data, CP_AGE_IDENTITY_TEXT,
	    &d->err), "secret");
	drive_must(d, cp_age_identity_parse(text, &d->identity, &d->err),
	    "identity");
	cp_secret_free(text);
	cp_buf_clear(&b);
	drive_must(d, cp_store_path(d->store, path, sizeof(path), &d->err,
	    "keys"), "path");
	drive_must(d, cp_custody_load(path, NULL, &d->custody, &d->err),
	    "custody");
}

void
drive_reload(struct drive *d)
{
	drive_must(d, cp_settings_load(d->store, &d->settings, &d->err),
	    "settings");
	if (d->policy != NULL && d->rules.policy_n == d->settings.policy_n)
		return;
	cp_policy_free(d->policy);
	d->policy = NULL;
	drive_must(d, cp_settings_policy(d->store, &d->settings, &d->policy,
	    &d->err), "policy");
	d->rules.policy = d->policy;
	d->rules.policy_n = d->settings.policy_n;
	memcpy(d->rules.salt, d->settings.salt, sizeof(d->rules.salt));
}

static void
add_operators(struct drive *d)
{
	struct cp_operator op = { .roles = CP_ROLE_TEAM | CP_ROLE_APPROVER |
		CP_ROLE_DPO };

	drive_must(d, cp_operator_by_name(d->store, drive_operators[NIGHT],
	    d->now.today, &d->op[NIGHT], &d->err), "operator");
	drive_must(d, cp_txn_begin(d->audit[NIGHT], &d->err), "begin");
	for (int i = 1; i < OPERATORS; i++) {
		(void)snprintf(op.name, sizeof(op.name), "%s",
		    drive_operators[i]);
		op.uid = 70000 + i;
		drive_must(d, cp_operator_add(d->store, &op, &d->op[NIGHT],
		    &d->now, &d->err), "operator");
		d->op[i] = op;
	}
	drive_must(d, cp_txn_commit(d->audit[NIGHT], &d->err), "commit");
}

struct drive *
drive_new(const char *cpadmin, const struct world *w)
{
	struct drive *d = calloc(1, sizeof(*d));

	if (d == NULL)
		abort();
	d->world = w;
	make_store(cpadmin, w->dir, w->today);
	d->acting = -1;
	drive_must(d, cp_store_open(w->dir, CP_STORE_WRITE, &d->store, &d->err),
	    "open");
	drive_today(d, w->today);
	drive_reload(d);
	for (int i = 0; i < OPERATORS; i++)
		drive_must(d, cp_audit_open(d->store, d->settings.store_id,
		    drive_operators[i], &d->now, &d->audit[i], &d->err),
		    "log");
	add_operators(d);
	load_identity(d);
	return d;
}

void
drive_free(struct drive *d)
{
	for (int i = 0; i < OPERATORS; i++)
		cp_audit_free(d->audit[i]);
	cp_policy_free(d->policy);
	cp_secret_free(d->identity);
	cp_store_free(d->store);
	free(d);
}

void
drive_today(struct drive *d, day on)
{
	drive_flush(d);
	d->now.today = drive_date(on);
	d->now.unix_time = ((int64_t)on - day_of(1970, 1, 1)) * 86400 + NOON;
	d->now.simulated = 1;
	(void)cp_utc_format(d->now.unix_time, d->now.time);
	d->rules.today = d->now.today;
}

/* ---- transactions -------------------------------------------------------- */

void
drive_flush(struct drive *d)
{
	int who = d->acting;

	d->acting = -1;
	if (who >= 0)
		drive_must(d, cp_txn_commit(d->audit[who], &d->err),
		    "commit");
}

struct cp_change
drive_begin(struct drive *d, int who, int alone)
{
	struct cp_change c = { d->store, d->audit[who], &d->rules, &d->now };

	cp_err_clear(&d->err);
	if (alone || d->acting != who) {
		drive_flush(d);
		drive_must(d, cp_txn_begin(d->audit[who], &d->err), "begin");
		d->acting = who;
	}
	return c;
}

/* A refusal undoes what its transaction did; what else was done in it would be
 * lost unseen, so that it must have been ALONE. */
enum cp_rc
drive_end_change(struct drive *d, int who, int alone, enum cp_rc rc)
{
	struct cp_err kept = d->err;

	if (rc == CP_OK && !alone)
		return rc;
	d->acting = -1;
	rc = cp_txn_end(d->audit[who], rc, &d->err);
	if (rc != CP_OK)
		d->err = kept;
	return rc;
}

enum cp_rc
drive_log(struct drive *d, int who, const char *action, const char *id,
    const char *detail, int64_t *seq)
{
	struct cp_entry e = { action, id, NULL, detail };

	return cp_audit_add(d->audit[who], &e, seq, &d->err);
}
