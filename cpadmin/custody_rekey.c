#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "archive/shelf.h"
#include "cpadmin/ceremony.h"
#include "cpadmin/custody_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/prompt.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/duties/rekeying.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

enum { TROUBLES_MAX = 1000, CURVE_TRIES = 64, CURVES_A_HEADER = 3 };

/* What one call works with. */
struct work {
	const struct cp_call *call;
	struct cp_session s;
	char keys_dir[CP_CUSTODY_KEYS_DIR];
	struct cp_rekey rekey;
	struct cp_ceremony ceremony;
	struct cp_rekey_count counts[CP_REKEY_KEYS]; /* other keys' headers */
	size_t n;
	struct cp_custody_public old;  /* whose shares were given */
	struct cp_secret *identity;    /* of OLD */
	struct cp_buf troubles, shares, shares_people;
	int n_troubles;
	int begun;                     /* by this call */
	int64_t left;
	double seconds;
};

static double
now_seconds(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --workers, else cpadmin.conf, else one for each core. */
static enum cp_rc
take_workers(const struct work *w, unsigned *out, struct cp_err *err)
{
	const char *text = cp_option(w->call, "workers");
	struct cp_config config;
	char path[4096];
	long n = 0;
	enum cp_rc rc = CP_OK;

	if (text != NULL && (sscanf(text, "%2ld", &n) != 1 || n < 1 ||
	    n > CP_WORKERS_MAX))
		return cp_fail(err, CP_USAGE, "--workers is 1 to %d",
		    CP_WORKERS_MAX);
	if (text == NULL)
		rc = cp_store_path(w->s.store, path, sizeof(path), err,
		    "cpadmin.conf");
	if (rc == CP_OK && text == NULL)
		rc = cp_config_load(path, &config, err);
	if (rc != CP_OK)
		return rc;
	if (text == NULL)
		n = config.workers > 0 ? config.workers :
		    sysconf(_SC_NPROCESSORS_ONLN);
	*out = n < 1 ? 1 : n > CP_WORKERS_MAX ? CP_WORKERS_MAX : (unsigned)n;
	return CP_OK;
}

/* How many headers are under keys other than that in use. */
static enum cp_rc
count_others(struct work *w, const char *in_use, int64_t *all,
    struct cp_err *err)
{
	size_t n = 0;
	enum cp_rc rc = cp_rekey_count(w->s.store, w->counts, &w->n, err);

	*all = 0;
	for (size_t i = 0; rc == CP_OK && i < w->n; i++) {
		if (strcmp(w->counts[i].custody, in_use) == 0)
			continue;
		*all += w->counts[i].headers;
		w->counts[n++] = w->counts[i];
	}
	w->n = n;
	return rc;
}

static int64_t
headers_of(const struct work *w, const char *custody)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->counts[i].custody, custody) == 0)
			return w->counts[i].headers;
	return 0;
}

/* ---- the result ---------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "old", "Old key" },
	{ "custody_id", "New key" },
	{ "threshold", "Custodians needed" },
	{ "shares", "New shares" },
	{ "headers", "Headers rewrapped" },
	{ "failed", "Failed" },
	{ "left", "Left" },
	{ "finished", "Finished" },
	{ "seconds", "Seconds" },
	{ "dry_run", NULL },
	{ "failures", NULL },
};

static void
out_seconds(struct cp_out *o, double seconds)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.1f", seconds);
	cp_out_json(o, text, text);
}

static enum cp_rc
show(struct work *w, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;

	cp_json_close(&w->troubles, ']');
	rc = cp_buf_check(&w->troubles, err);
	if (rc == CP_OK)
		rc = cp_out_object(w->call, "custody-rekey", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, w->old.id[0] != '\0' ? w->old.id : NULL);
	cp_out_text(o, w->rekey.to.id);
	cp_out_int(o, w->rekey.to.threshold);
	if (w->begun)
		cp_out_json(o, cp_buf_text(&w->shares),
		    cp_buf_text(&w->shares_people));
	else
		cp_out_text(o, NULL);
	cp_out_int(o, w->rekey.headers);
	cp_out_int(o, w->rekey.failed);
	cp_out_int(o, w->left);
	cp_out_bool(o, w->left == 0);
	out_seconds(o, w->seconds);
	cp_out_bool(o, 0);
	cp_out_json(o, cp_buf_text(&w->troubles), NULL);
	return cp_out_end(&o, err);
}

static enum cp_rc
conclude(struct work *w, struct cp_err *err)
{
	size_t n = 0;
	int64_t left;
	enum cp_rc rc = show(w, err);

	if (rc != CP_OK || w->left == 0)
		return rc;
	rc = count_others(w, w->rekey.to.id, &left, err);
	if (rc != CP_OK)
		return rc;
	while (n + 1 < w->n && w->counts[n].headers == 0)
		n++;
	(void)cp_fail(err, CP_PARTIAL, "%" PRId64 " header%s left under "
	    "custody key %s%s", left, left == 1 ? " is" : "s are",
	    w->counts[n].custody, w->n > 1 ? " and others" : "");
	cp_err_hint(err, "keep its shares; once what is wrong has been mended, "
	    "`cpadmin custody rekey' with them goes on");
	return CP_PARTIAL;
}

/* ---- a dry run ----------------------------------------------------------- */

/* One X25519, in seconds. */
static enum cp_rc
measure_curve(double *out, struct cp_err *err)
{
	uint8_t scalar[CP_X25519_LEN], point[CP_X25519_LEN] = { 9 };
	double start;
	enum cp_rc rc = cp_crypto_init(err);

	memset(scalar, 0x42, sizeof(scalar)); /* nobody's */
	start = now_seconds();
	for (int i = 0; rc == CP_OK && i < CURVE_TRIES; i++)
		rc = cp_x25519(scalar, point, point, err);
	*out = (now_seconds() - start) / CURVE_TRIES;
	return rc;
}

static const struct cp_column dry_columns[] = {
	{ "old", "Key in use" },
	{ "headers", "Headers to be rewrapped" },
	{ "left", "Left by an unfinished rekey" },
	{ "workers", "Workers" },
	{ "x25519_us", "One X25519, microseconds" },
	{ "seconds", "Seconds, about" },
	{ "dry_run", NULL },
};

static enum cp_rc
dry_run(struct work *w, struct cp_err *err)
{
	struct cp_out *o = NULL;
	int64_t left = 0, own = 0;
	unsigned workers = 1;
	double curve = 0;
	enum cp_rc rc = cp_custody_in_use(w->s.store, &w->old, err);

	if (rc == CP_OK)
		rc = count_others(w, "", &own, err);
	own = headers_of(w, w->old.id);
	if (rc == CP_OK)
		rc = count_others(w, w->old.id, &left, err);
	if (rc == CP_OK)
		rc = take_workers(w, &workers, err);
	if (rc == CP_OK)
		rc = measure_curve(&curve, err);
	if (rc == CP_OK)
		rc = cp_out_object(w->call, "custody-rekey", dry_columns,
		    sizeof(dry_columns) / sizeof(dry_columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	if (left > 0)
		own = left; /* that is what another call would go on with */
	cp_out_text(o, w->old.id);
	cp_out_int(o, own);
	cp_out_int(o, left);
	cp_out_int(o, (int64_t)workers);
	cp_out_int(o, (int64_t)(curve * 1e6 + 0.5));
	out_seconds(o, (double)own * CURVES_A_HEADER * curve / workers);
	cp_out_bool(o, 1);
	return cp_out_end(&o, err);
}

/* ---- the ceremony -------------------------------------------------------- */

static enum cp_rc
unlock(struct work *w, struct cp_err *err)
{
	cp_secret_free(w->identity);
	w->identity = NULL;
	return cp_unlock(w->call, &w->s, w->keys_dir, &w->old, &w->identity,
	    err);
}

/* The files of a key that could not be put in use are left: whether that was
 * undone for good, nobody knows before the store was opened again. */
static enum cp_rc
put_in_use(struct work *w, const char *reason, struct cp_err *err)
{
	const struct cp_custody_public *key = &w->ceremony.key;
	enum cp_rc rc = cp_ceremony_make(w->keys_dir, w->s.now.today,
	    &w->ceremony, err);

	if (rc == CP_OK)
		rc = cp_ceremony_paths(&w->ceremony, w->keys_dir, &w->shares,
		    &w->shares_people, err);
	if (rc != CP_OK)
		return rc;
	cp_say(w->call, "The shares of custody key %s: %s", key->id,
	    cp_buf_text(&w->shares_people));
	rc = cp_rekey_begin(&w->rekey, key, w->ceremony.holder, reason, err);
	w->begun = strcmp(w->rekey.to.id, key->id) == 0;
	if (rc != CP_OK && !w->begun)
		cp_err_hint(err, "`cpadmin custody list' says which key is in "
		    "use: if it is not %s, nobody needs its files", key->id);
	return rc;
}

/* The old custodians first: nothing is made for who cannot show their shares.
 * Runs are locked out before, so that no ceremony is in vain. */
static enum cp_rc
begin(struct work *w, struct cp_err *err)
{
	const char *reason = NULL;
	enum cp_rc rc = cp_session_reason(w->call, &reason, err);

	w->old = w->rekey.to;
	if (rc == CP_OK)
		rc = cp_ceremony_take(w->call, w->s.settings.rehearsal,
		    "new-passphrase-file", &w->old, &w->ceremony, err);
	if (rc == CP_OK)
		rc = cp_prompt_confirm(w->call, "A new key takes the place of "
		    "the archive's; the shares of the old one will open "
		    "nothing.", "rekey", err);
	if (rc == CP_OK)
		rc = cp_rekey_hold(&w->rekey, err);
	if (rc == CP_OK)
		rc = unlock(w, err);
	if (rc == CP_OK)
		rc = cp_ceremony_passphrases(&w->ceremony, err);
	return rc == CP_OK ? put_in_use(w, reason, err) : rc;
}

/* The custodians' copy of the shelf keyring is for the new ones too. */
static enum cp_rc
renew_escrow(struct work *w, struct cp_err *err)
{
	struct cp_secret *host = NULL;
	struct cp_shelf_ring *ring = NULL;
	char path[4096];
	int renewed = 0;
	enum cp_rc rc = cp_hostkey_load(w->keys_dir, &host, err);

	if (rc == CP_OK)
		rc = cp_store_path(w->s.store, path, sizeof(path), err,
		    "keys/shelves.key");
	if (rc == CP_OK)
		rc = cp_shelf_open(path, host, CP_SHELF_READ, &ring, err);
	if (rc == CP_OK)
		rc = cp_escrow_renew(w->s.store, w->s.audit, ring, &w->s.now,
		    &renewed, err);
	cp_shelf_close(&ring);
	cp_secret_free(host);
	if (rc != CP_OK)
		cp_err_context(err, "the escrow copy of the shelf keyring");
	return rc;
}

/* ---- going on ------------------------------------------------------------ */

static void
note_trouble(void *ctx, const char *package, const struct cp_err *err)
{
	struct work *w = ctx;

	cp_say(w->call, "%s: %s", package, err->what);
	if (w->n_troubles++ >= TROUBLES_MAX)
		return;
	cp_json_open(&w->troubles, '{');
	cp_json_put_member(&w->troubles, "package", package);
	cp_json_put_member(&w->troubles, "why", err->what);
	cp_json_close(&w->troubles, '}');
}

/* The key of those that still have headers whose shares were given: by --from,
 * or the names of their files, or the only one there is. */
static enum cp_rc
choose_old(struct work *w, struct cp_err *err)
{
	const char *from = cp_option(w->call, "from");
	const char *share = cp_option_at(w->call, "share", 0);
	const char *id = w->counts[0].custody;
	char named[CP_CUSTODY_ID + 1];

	if (from != NULL && headers_of(w, from) == 0)
		return cp_fail(err, CP_NOT_FOUND, "no header is left under "
		    "custody key %.40s", from);
	if (from != NULL)
		id = from;
	else if (share != NULL && cp_unlock_named(share, named) > 0 &&
	    headers_of(w, named) > 0)
		id = named;
	return cp_custody_load(w->keys_dir, id, &w->old, err);
}

static enum cp_rc
go(struct work *w, struct cp_err *err)
{
	struct cp_progress p;
	int64_t before = w->rekey.headers;
	enum cp_rc rc;

	cp_progress_init(&p, w->call, "headers rewrapped",
	    headers_of(w, w->old.id));
	w->rekey.progress = cp_progress_at;
	w->rekey.progress_ctx = &p;
	rc = cp_rekey_go(&w->rekey, &w->old, w->identity,
	    headers_of(w, w->old.id), err);
	cp_progress_end(&p, w->rekey.headers - before);
	if (rc != CP_OK && w->rekey.headers > 0)
		cp_err_context(err, "after %" PRId64 " headers",
		    w->rekey.headers);
	return rc;
}

/* A rehearsal has the shares of every key at hand, so that it comes to the end
 * at once; else those of one were brought. */
static enum cp_rc
go_all(struct work *w, struct cp_err *err)
{
	int64_t left;
	int every = w->s.settings.rehearsal && !cp_flag(w->call, "share");
	enum cp_rc rc = count_others(w, w->rekey.to.id, &left, err);

	if (rc != CP_OK || left == 0)
		return rc;
	if (w->identity == NULL) {
		rc = choose_old(w, err);
		if (rc == CP_OK)
			rc = unlock(w, err);
	}
	if (rc == CP_OK)
		rc = go(w, err);
	for (size_t i = 0; rc == CP_OK && every && i < w->n; i++) {
		if (strcmp(w->counts[i].custody, w->old.id) == 0)
			continue;
		rc = cp_custody_load(w->keys_dir, w->counts[i].custody,
		    &w->old, err);
		if (rc == CP_OK)
			rc = unlock(w, err);
		if (rc == CP_OK)
			rc = go(w, err);
	}
	return rc;
}

static enum cp_rc
rekey(struct work *w, struct cp_err *err)
{
	double start;
	enum cp_rc rc = cp_rekey_open(&w->rekey, err);

	if (rc == CP_OK && w->rekey.row != 0 && !cp_flag(w->call, "new"))
		cp_say(w->call, "The rekey to custody key %s that began on %s "
		    "goes on; no other key is made.", w->rekey.to.id,
		    w->rekey.begun);
	else if (rc == CP_OK)
		rc = begin(w, err);
	start = now_seconds();
	if (rc == CP_OK)
		rc = renew_escrow(w, err);
	if (rc == CP_OK)
		rc = go_all(w, err);
	if (rc == CP_OK)
		rc = cp_rekey_end(&w->rekey, &w->left, err);
	w->seconds = now_seconds() - start;
	if (rc == CP_OK)
		rc = conclude(w, err);
	if (rc == CP_OK && w->begun && !w->s.settings.rehearsal)
		cp_ceremony_say_next(&w->ceremony);
	return rc;
}

/* ---- the verb ------------------------------------------------------------ */

static enum cp_rc
run(struct work *w, struct cp_err *err)
{
	enum cp_rc rc = cp_custody_keys_dir(&w->s, w->keys_dir, err);

	if (rc != CP_OK)
		return rc;
	if (cp_flag(w->call, "dry-run"))
		return dry_run(w, err);
	w->rekey.store = w->s.store;
	w->rekey.audit = w->s.audit;
	w->rekey.now = &w->s.now;
	w->rekey.trouble = note_trouble;
	w->rekey.trouble_ctx = w;
	rc = take_workers(w, &w->rekey.workers, err);
	if (rc != CP_OK)
		return rc;
	cp_json_open(&w->troubles, '[');
	rc = rekey(w, err);
	cp_rekey_close(&w->rekey);
	return rc;
}

enum cp_rc
cp_custody_run_rekey(struct cp_call *call, struct cp_err *err)
{
	struct work *w = calloc(1, sizeof(*w));
	enum cp_rc rc;

	if (w == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	w->call = call;
	rc = cp_custody_open_store(call, &w->s, err);
	if (rc == CP_OK) {
		rc = run(w, err);
		cp_session_close(&w->s);
	}
	cp_ceremony_clear(&w->ceremony);
	cp_secret_free(w->identity);
	cp_buf_clear(&w->troubles);
	cp_buf_clear(&w->shares);
	cp_buf_clear(&w->shares_people);
	free(w);
	return rc;
}

const struct cp_opt cp_custody_rekey_options[] = {
	{ "share", 0, CP_OPT_LIST, "F",
	    "the share file of a custodian of the old key" },
	{ "custodians", 0, CP_OPT_TEXT, "N",
	    "how many new custodians; default: as many as before" },
	{ "threshold", 0, CP_OPT_TEXT, "K",
	    "how many of them open the archive; default: as before" },
	{ "holder", 0, CP_OPT_LIST, "TEXT",
	    "the office that holds a new share, for each in turn" },
	{ "share-dir", 0, CP_OPT_TEXT, "DIR",
	    "where the new share files go; default: STORE/keys" },
	{ "new-passphrase-file", 0, CP_OPT_LIST, "FILE",
	    "the passphrase of a new custodian, for each in turn" },
	{ "from", 0, CP_OPT_TEXT, "ID",
	    "the key of the shares, where several are replaced" },
	{ "new", 0, CP_OPT_FLAG, NULL,
	    "make another key though a rekey is unfinished" },
	{ "workers", 0, CP_OPT_TEXT, "N", "threads that rewrap" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
