#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/hostkey.h"
#include "archive/shelf.h"
#include "cpadmin/custody_rekey.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/prompt.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/store/json_put.h"

enum { TROUBLES_MAX = 1000 };

/* ---- the ceremony -------------------------------------------------------- */

static enum cp_rc
unlock(struct cp_rekeying *w, struct cp_err *err)
{
	cp_secret_free(w->identity);
	w->identity = NULL;
	return cp_unlock(w->call, &w->s, w->keys_dir, &w->old, &w->identity,
	    err);
}

/* Files of keys that the store does not know.  That they can be removed is not
 * for us to say: it may be the store that was put back. */
static void
say_unused(const struct cp_rekeying *w)
{
	struct cp_err ignored = { 0 };
	char id[CP_CUSTODY_ID + 1];
	struct cp_custody_row row;
	const struct dirent *e;
	int end;
	DIR *d = opendir(w->keys_dir);

	while (d != NULL && (e = readdir(d)) != NULL) {
		end = 0;
		if (sscanf(e->d_name, "custody-%16[0-9a-f].pub%n", id,
		    &end) == 1 && end > 0 && e->d_name[end] == '\0' &&
		    cp_custody_row_get(w->s.store, id, &row, &ignored) ==
		    CP_NOT_FOUND)
			cp_say(w->call, "This store never used custody key "
			    "%s: a ceremony was cut off, or the store is an "
			    "older copy.", id);
	}
	if (d != NULL)
		(void)closedir(d);
}

/* The files of a key that could not be put in use are left: whether that was
 * undone for good, nobody knows before the store was opened again. */
static enum cp_rc
put_in_use(struct cp_rekeying *w, const char *reason, struct cp_err *err)
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
	if (rc != CP_OK && w->begun)
		cp_err_hint(err, "the rekey has begun: the same command, with "
		    "the old shares, goes on");
	else if (rc != CP_OK)
		cp_err_hint(err, "`cpadmin custody list' says whether key %s "
		    "is in use all the same", key->id);
	return rc;
}

/* The old custodians first: nothing is made for who cannot show their shares.
 * Runs are locked out before, so that no ceremony is in vain. */
static enum cp_rc
begin(struct cp_rekeying *w, struct cp_err *err)
{
	const char *reason = NULL;
	enum cp_rc rc = cp_session_reason(w->call, &reason, err);

	w->old = w->rekey.to;
	say_unused(w);
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
renew_escrow(struct cp_rekeying *w, struct cp_err *err)
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
	struct cp_rekeying *w = ctx;

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
choose_old(struct cp_rekeying *w, struct cp_err *err)
{
	const char *from = cp_option(w->call, "from");
	const char *share = cp_option_at(w->call, "share", 0);
	const char *id = w->counts[0].custody;
	char named[CP_CUSTODY_ID + 1];

	if (from != NULL && cp_rekeying_headers(w, from) == 0)
		return cp_fail(err, CP_NOT_FOUND, "no header is left under "
		    "custody key %.40s", from);
	if (from != NULL)
		id = from;
	else if (share != NULL && cp_unlock_named(share, named) > 0 &&
	    cp_rekeying_headers(w, named) > 0)
		id = named;
	return cp_custody_load(w->keys_dir, id, &w->old, err);
}

static enum cp_rc
go(struct cp_rekeying *w, struct cp_err *err)
{
	struct cp_progress p;
	int64_t before = w->rekey.headers;
	enum cp_rc rc;

	cp_progress_init(&p, w->call, "headers rewrapped",
	    cp_rekeying_headers(w, w->old.id));
	w->rekey.progress = cp_progress_at;
	w->rekey.progress_ctx = &p;
	rc = cp_rekey_go(&w->rekey, &w->old, w->identity,
	    cp_rekeying_headers(w, w->old.id), err);
	cp_progress_end(&p, w->rekey.headers - before);
	if (rc != CP_OK && w->rekey.headers > 0)
		cp_err_context(err, "after %" PRId64 " headers",
		    w->rekey.headers);
	return rc;
}

/* A rehearsal has the shares of every key at hand, so that it comes to the end
 * at once; else those of one were brought. */
static enum cp_rc
go_all(struct cp_rekeying *w, struct cp_err *err)
{
	int64_t left;
	int every = w->s.settings.rehearsal && !cp_flag(w->call, "share");
	enum cp_rc rc = cp_rekeying_count(w, w->rekey.to.id, &left, err);

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

/* Other numbers than those of the key that is there are not passed over. */
static enum cp_rc
go_on(const struct cp_rekeying *w, struct cp_err *err)
{
	const struct cp_custody_public *to = &w->rekey.to;
	struct cp_ceremony asked;
	enum cp_rc rc = cp_ceremony_take(w->call, w->s.settings.rehearsal,
	    "new-passphrase-file", to, &asked, err);

	if (rc != CP_OK)
		return rc;
	if (asked.custodians != to->shares ||
	    asked.threshold != to->threshold) {
		(void)cp_fail(err, CP_REFUSED, "the rekey that began on %s is "
		    "unfinished, and its key %s is %d of %d", w->rekey.begun,
		    to->id, to->threshold, to->shares);
		cp_err_hint(err, "without other numbers it goes on; --new "
		    "makes another key");
		return CP_REFUSED;
	}
	cp_say(w->call, "The rekey to custody key %s that began on %s goes "
	    "on; no other key is made.", to->id, w->rekey.begun);
	return CP_OK;
}

static enum cp_rc
rekey(struct cp_rekeying *w, struct cp_err *err)
{
	double start;
	enum cp_rc rc = cp_rekey_open(&w->rekey, err);

	if (rc == CP_OK && w->rekey.row != 0 && !cp_flag(w->call, "new"))
		rc = go_on(w, err);
	else if (rc == CP_OK)
		rc = begin(w, err);
	start = cp_rekeying_clock();
	if (rc == CP_OK)
		rc = renew_escrow(w, err);
	if (rc == CP_OK)
		rc = go_all(w, err);
	if (rc == CP_OK)
		rc = cp_rekey_end(&w->rekey, &w->left, err);
	w->seconds = cp_rekeying_clock() - start;
	if (rc == CP_OK)
		rc = cp_rekeying_conclude(w, err);
	if (rc == CP_OK && w->begun && !w->s.settings.rehearsal)
		cp_ceremony_say_next(&w->ceremony);
	return rc;
}

/* ---- the verb ------------------------------------------------------------ */

static enum cp_rc
run(struct cp_rekeying *w, struct cp_err *err)
{
	enum cp_rc rc = cp_custody_keys_dir(&w->s, w->keys_dir, err);

	if (rc != CP_OK)
		return rc;
	if (cp_flag(w->call, "dry-run"))
		return cp_rekeying_dry(w, err);
	w->rekey.store = w->s.store;
	w->rekey.audit = w->s.audit;
	w->rekey.now = &w->s.now;
	w->rekey.trouble = note_trouble;
	w->rekey.trouble_ctx = w;
	rc = cp_rekeying_workers(w, &w->rekey.workers, err);
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
	struct cp_rekeying *w = calloc(1, sizeof(*w));
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
