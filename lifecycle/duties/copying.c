#include <stdio.h>
#include <string.h>

#include "archive/volume_copy.h"
#include "lifecycle/duties/placing.h"
#include "lifecycle/duties/run.h"
#include "lifecycle/records/volume_state.h"
#include "lifecycle/store/stmt.h"

/* Second copies: each is found owing in the catalogue, so that a kill between
 * any two leaves nothing undone for ever. */

static void
say_why(struct cp_run *run, const struct cp_err *why)
{
	(void)snprintf(run->copy_why, sizeof(run->copy_why), "%.255s",
	    why->what);
}

enum cp_rc
cp_run_places(struct cp_run *run, struct cp_err *err)
{
	struct cp_config_archive config = { .scrub_rate = 0 };
	struct cp_err why = { 0 };
	int same = 0;
	enum cp_rc rc = cp_archive_config(run->store, &config, err);

	if (rc == CP_OK)
		rc = cp_place_take(run->store, run->audit, config.directory,
		    &run->place, err);
	if (rc == CP_OK)
		rc = cp_place_dir(run->store, run->place, run->archive_dir,
		    err);
	if (rc != CP_OK)
		return rc;
	run->copying = config.copy[0] != '\0';
	run->copy_place = CP_PLACE_NONE;
	if (!run->copying)
		return CP_OK;
	if (cp_place_take(run->store, run->audit, config.copy,
	    &run->copy_place, &why) != CP_OK) {
		run->copy_place = CP_PLACE_NONE;
		say_why(run, &why);
		return CP_OK;
	}
	rc = cp_place_same(run->store, run->place, run->copy_place, &same,
	    err);
	if (rc == CP_OK && same)
		rc = cp_fail(err, CP_BAD_INPUT, "cpadmin.conf: archive.copy "
		    "is where the volumes themselves are");
	return rc;
}

static enum cp_rc
note_copy(struct cp_run *run, const struct cp_volume_row *v,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "volume.copy" };
	char detail[256];
	enum cp_rc rc = cp_txn_begin(run->audit, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(detail, sizeof(detail), "{\"volume\":\"%s\","
	    "\"place\":%lld}", v->id, (long long)run->copy_place);
	e.detail = detail;
	rc = cp_copy_add(run->store, v->n, run->copy_place, run->now->today,
	    err);
	if (rc == CP_OK)
		rc = cp_volume_trouble_settle_at(run->store, v->n,
		    run->copy_place, err);
	if (rc == CP_OK)
		rc = cp_audit_add(run->audit, &e, NULL, err);
	return cp_txn_end(run->audit, rc, err);
}

/* What a kill left under the volume's name is replaced. */
static enum cp_rc
copy_one(struct cp_run *run, const struct cp_volume_row *v, const char *to,
    struct cp_err *err)
{
	char from[4096];
	enum cp_rc rc = cp_place_ready(run->store, v->place, err);

	if (rc == CP_OK)
		rc = cp_place_dir(run->store, v->place, from, err);
	return rc == CP_OK ? cp_volume_copy(from, to, v->id, &v->sum, 1, err) :
	    rc;
}

static enum cp_rc
copy_all(struct cp_run *run, const char *to, struct cp_err *err)
{
	struct cp_volume_row v = { .n = 0 };
	struct cp_err why = { 0 };
	int found = 1;
	unsigned swept;
	enum cp_rc rc = cp_volume_sweep(to, &swept, &why), one;

	if (rc != CP_OK) {
		say_why(run, &why);
		return CP_OK; /* owed */
	}
	while (rc == CP_OK && found) {
		rc = cp_copy_owed(run->store, run->copy_place, v.n, &found, &v,
		    err);
		if (rc != CP_OK || !found)
			break;
		one = copy_one(run, &v, to, &why);
		if (one == CP_OK) {
			rc = note_copy(run, &v, err);
			run->copied += rc == CP_OK;
		} else if (one == CP_CORRUPT || one == CP_NOT_FOUND) {
			cp_run_volume_trouble(run, &v, v.place, &why);
			say_why(run, &why);
		} else {
			say_why(run, &why);
			break; /* a full disk, say: owed */
		}
	}
	return rc;
}

static enum cp_rc
count_owed(struct cp_run *run, struct cp_err *err)
{
	struct cp_volume_totals t;
	struct cp_volume_row v = { .n = 0 };
	int found = 1;
	enum cp_rc rc = CP_OK;

	if (run->copy_place == CP_PLACE_NONE) {
		rc = cp_volume_totals(run->store, &t, err);
		run->copies_owed = rc == CP_OK ? t.volumes : 0;
		return rc;
	}
	while (rc == CP_OK && found) {
		rc = cp_copy_owed(run->store, run->copy_place, v.n, &found, &v,
		    err);
		run->copies_owed += rc == CP_OK && found;
	}
	return rc;
}

/* For the worklist; most nights there is nothing to write. */
static enum cp_rc
note_owed(struct cp_run *run, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t before = 0;
	enum cp_rc rc = cp_exec_int(cp_stmt(run->store, SQL_COPIES_OWED_ANY),
	    0, &before, err);

	if (rc != CP_OK || (before == 0 && run->copies_owed == 0))
		return rc;
	rc = cp_store_begin(run->store, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(run->store, run->copies_owed > 0 ? SQL_COPIES_OWED_NOTE :
	    SQL_COPIES_OWED_CLEAR);
	if (run->copies_owed > 0) {
		cp_bind_date(q, run->now->today);
		cp_bind_int(q, run->copies_owed);
		cp_bind_text(q, run->copy_why);
	}
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		return cp_store_commit(run->store, err);
	cp_store_rollback(run->store);
	return rc;
}

enum cp_rc
cp_run_copy(struct cp_run *run, struct cp_err *err)
{
	char to[4096];
	enum cp_rc rc = CP_OK;

	run->copies_owed = 0;
	if (run->copying && run->copy_place != CP_PLACE_NONE) {
		rc = cp_place_dir(run->store, run->copy_place, to, err);
		if (rc == CP_OK)
			rc = copy_all(run, to, err);
	}
	if (rc == CP_OK && run->copying)
		rc = count_owed(run, err);
	return rc == CP_OK ? note_owed(run, err) : rc;
}

void
cp_run_volume_trouble(struct cp_run *run, const struct cp_volume_row *v,
    int64_t place, const struct cp_err *err)
{
	struct cp_err ignored = { 0 };

	run->failed++;
	if (run->trouble != NULL)
		run->trouble(run->trouble_ctx, v->id, err);
	if (run->dry_run || cp_store_begin(run->store, &ignored) != CP_OK)
		return;
	if (cp_volume_trouble_note(run->store, v->n, place,
	    err->code == CP_NOT_FOUND ? "missing" : "corrupt", err->what,
	    run->now->today, &ignored) != CP_OK ||
	    cp_store_commit(run->store, &ignored) != CP_OK)
		cp_store_rollback(run->store);
}
