/* CP_NEEDS_ARCHIVE: volumes are read. */
#include "cpadmin/archive_volumes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cpadmin/archive_open.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/duties/inspecting.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/records/places.h"
#include "lifecycle/store/config.h"

const struct cp_opt cp_archive_verify_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL, "read every byte of every volume" },
	{ "share", 0, CP_OPT_LIST, "F", "the share file of a custodian" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_column verify_columns[] = {
	{ "volume", "VOLUME" },
	{ "place", NULL },
	{ "copy", "COPY" },
	{ "packages", "PACKAGES" },
	{ "live", "LIVE" },
	{ "status", "STATUS" },
	{ "faults", NULL },
	{ "why", "WHY" },
};
enum { VERIFY_COLUMNS = sizeof(verify_columns) / sizeof(verify_columns[0]) };

struct verify {
	struct cp_store *store;
	struct cp_out *out;
	struct cp_progress progress;
	const char *looked_at; /* where no volume and no place is */
	char first[1200]; /* the first that is wrong */
};

static const char *
what_it_is(const struct verify *x, const struct cp_finding *f,
    const char *dir)
{
	return f->volume != NULL ? f->volume : f->place != 0 ? dir :
	    x->looked_at;
}

static enum cp_rc
put_finding(void *ctx, const struct cp_finding *f, struct cp_err *err)
{
	struct verify *x = ctx;
	char dir[4096] = "";
	enum cp_rc rc = f->place == 0 ? CP_OK : cp_place_dir(x->store,
	    f->place, dir, err);

	if (rc != CP_OK)
		return rc;
	if (x->first[0] == '\0' && strcmp(f->status, "ok") != 0)
		(void)snprintf(x->first, sizeof(x->first), "%s%.300s is %s: "
		    "%.500s", f->copy ? "the copy of " : "",
		    what_it_is(x, f, dir), f->status, f->why);
	cp_out_text(x->out, f->volume);
	cp_out_text(x->out, f->place == 0 ? NULL : dir);
	cp_out_bool(x->out, f->copy);
	cp_out_int(x->out, f->packages);
	cp_out_int(x->out, f->live);
	cp_out_text(x->out, f->status);
	cp_out_int(x->out, f->faults);
	cp_out_text(x->out, f->why[0] != '\0' ? f->why : NULL);
	return cp_out_row(x->out, err);
}

static void
put_progress(void *ctx, int64_t done, int64_t total)
{
	struct verify *x = ctx;

	cp_progress_at(&x->progress, done, total);
}

/* A keyring that cannot be opened is the first finding; the volumes are
 * looked at all the same. */
static enum cp_rc
open_ring(struct cp_session *s, struct cp_opener *o, struct verify *x,
    struct cp_inspection *in, struct cp_err *err)
{
	struct cp_err why = { 0 };
	struct cp_finding f = { NULL, 0, 0, 0, 0, "corrupt", 1,
		why.what };

	in->opener = o;
	if (cp_opener_open(s->store, o, &why) == CP_OK)
		return CP_OK;
	in->open = 0;
	in->bad++;
	x->looked_at = "the keyring";
	return put_finding(x, &f, err);
}

/* What was hidden is somewhere, which can be seen without a key. */
static enum cp_rc
look_for_boxes(struct cp_session *s, struct verify *x,
    struct cp_inspection *in, struct cp_err *err)
{
	struct cp_err why = { 0 };
	struct cp_finding f = { NULL, 0, 0, 0, 0, "corrupt", 1,
		why.what };

	if (cp_box_check(s->store, &why) == CP_OK)
		return CP_OK;
	in->bad++;
	in->corrupt++;
	x->looked_at = "the catalogue";
	return put_finding(x, &f, err);
}

/* Opening all there is, is an entry in the log, before the first is opened. */
static enum cp_rc
unlock(const struct cp_call *call, struct cp_session *s, struct cp_opener *o,
    struct cp_err *err)
{
	static const struct cp_entry e = { "archive.verify", NULL, NULL,
		"{\"opened\":\"all\"}" };
	struct cp_custody_public custody;
	struct cp_secret *identity = NULL;
	enum cp_rc rc = cp_custody_in_use(s->store, &custody, err);

	if (rc == CP_OK)
		rc = cp_unlock(call, s, o->keys_dir, &custody, &identity, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc != CP_OK)
		return rc;
	cp_opener_unlock(o, &custody, &identity);
	rc = cp_audit_add(s->audit, &e, NULL, err);
	return cp_txn_end(s->audit, rc, err);
}

static int64_t
milliseconds(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What was looked at and what it came to, also when all is well. */
static void
summarise(const struct cp_call *call, const struct cp_inspection *in,
    int64_t ms)
{
	cp_say(call, "%lld volume%s (%lld cop%s) with %lld package%s, %.1f MB "
	    "read in %.1f s: %lld ok, %lld corrupt, %lld missing, %lld "
	    "orphan%s", (long long)in->volumes, in->volumes == 1 ? "" : "s",
	    (long long)in->copies, in->copies == 1 ? "y" : "ies",
	    (long long)in->packages, in->packages == 1 ? "" : "s",
	    (double)in->bytes / 1e6, (double)ms / 1e3, (long long)in->ok,
	    (long long)in->corrupt, (long long)in->missing,
	    (long long)in->orphans, in->orphans == 1 ? "" : "s");
}

static enum cp_rc
conclude(const struct cp_call *call, const struct cp_inspection *in,
    const struct verify *x, struct cp_err *err)
{
	if (in->bad > 0)
		return cp_fail(err, CP_CORRUPT, "%lld of the places looked at "
		    "%s wrong; %s", (long long)in->bad,
		    in->bad == 1 ? "is" : "are", x->first);
	if (in->unopened > 0)
		return cp_fail(err, CP_KEY, "%lld volumes could not be opened "
		    "with these shares; %s", (long long)in->unopened,
		    x->first);
	cp_say(call, "%s", in->open ?
	    "every byte as written, every package opened and read" :
	    in->every_byte ? "every byte as written" :
	    "all there, sizes and headers right (--all reads every byte)");
	return CP_OK;
}

static enum cp_rc
verify(const struct cp_call *call, struct cp_session *s,
    struct cp_inspection *in, struct cp_err *err)
{
	struct cp_opener o = { 0 };
	struct verify x = { .store = s->store };
	int64_t began;
	enum cp_rc rc = cp_out_table(call, "archive-verify", verify_columns,
	    VERIFY_COLUMNS, &x.out, err);

	in->report = put_finding;
	in->report_ctx = &x;
	in->progress = put_progress;
	in->progress_ctx = &x;
	cp_progress_init(&x.progress, call, "packages verified", 0);
	began = milliseconds();
	if (rc == CP_OK)
		rc = open_ring(s, &o, &x, in, err);
	if (rc == CP_OK && in->open)
		rc = unlock(call, s, &o, err);
	if (rc == CP_OK)
		rc = cp_inspect(in, err);
	if (rc == CP_OK)
		rc = look_for_boxes(s, &x, in, err);
	cp_progress_end(&x.progress, in->packages);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	if (rc == CP_OK)
		summarise(call, in, milliseconds() - began);
	if (rc == CP_OK)
		rc = conclude(call, in, &x, err);
	cp_out_free(x.out);
	cp_opener_close(&o);
	return rc;
}

enum cp_rc
cp_archive_verify(struct cp_call *call, struct cp_err *err)
{
	struct cp_inspection in = { .open = cp_option_at(call, "share", 0) !=
	    NULL };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct cp_session s;
	enum cp_rc rc;

	in.workers = cores < 1 ? 1 : cores > CP_WORKERS_MAX ? CP_WORKERS_MAX :
	    (unsigned)cores;
	in.every_byte = in.open || cp_flag(call, "all");
	rc = cp_session_open(call, in.open ? CP_STORE_WRITE : CP_STORE_READ,
	    &s, err);
	if (rc != CP_OK)
		return rc;
	if (in.open)
		rc = cp_operator_may(&s.op, CP_ARCHIVE_OPENERS, err);
	if (rc == CP_OK)
		rc = verify(call, &s, &in, err);
	cp_session_close(&s);
	return rc;
}
