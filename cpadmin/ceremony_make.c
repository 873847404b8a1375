#include "cpadmin/ceremony.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/file.h"
#include "cpadmin/out.h"
#include "cpadmin/passphrase.h"
#include "lifecycle/records/custody_rows.h"
#include "lifecycle/store/json_put.h"

enum { PATH = 4096 };

/* keys/rehearsal/BEFORE NAME AFTER, where NAME may be empty. */
static enum cp_rc
kept_path(char out[PATH], const char *keys_dir, const char *before,
    const char *after, struct cp_err *err)
{
	int n = snprintf(out, PATH, "%s/rehearsal/%s%s", keys_dir, before,
	    after);

	return n > 0 && n < PATH ? CP_OK : cp_fail(err, CP_FAILED,
	    "path too long");
}

/* What the names of a key's files in keys/rehearsal begin with; those of the
 * first key, whose identity is not there yet, with nothing. */
static void
kept_prefix(const char *keys_dir, const char *id, char out[CP_CUSTODY_ID + 2])
{
	struct cp_err ignored = { 0 };
	char path[PATH];

	out[0] = '\0';
	if (kept_path(path, keys_dir, "", "custody.identity", &ignored) ==
	    CP_OK && access(path, F_OK) == 0)
		(void)snprintf(out, CP_CUSTODY_ID + 2, "%s-", id);
}

enum cp_rc
cp_ceremony_kept(const char *keys_dir, const char *id, int index, char *out,
    size_t cap, struct cp_err *err)
{
	char path[PATH], name[64];
	enum cp_rc rc;

	(void)snprintf(name, sizeof(name), "%.16s-share-%d.pass", id, index);
	rc = kept_path(path, keys_dir, name, "", err);
	if (rc == CP_OK && access(path, F_OK) != 0) {
		(void)snprintf(name, sizeof(name), "share-%d.pass", index);
		rc = kept_path(path, keys_dir, name, "", err);
	}
	if (rc == CP_OK && (size_t)snprintf(out, cap, "%s", path) >= cap)
		rc = cp_fail(err, CP_FAILED, "path too long");
	return rc;
}

static enum cp_rc
share_path(const struct cp_ceremony *c, const char *keys_dir, int index,
    char out[PATH], struct cp_err *err)
{
	return cp_custody_share_path(c->share_dir != NULL ? c->share_dir :
	    keys_dir, c->key.id, index, out, PATH, err);
}

/* The whole key, from its shares as they are on the disk. */
static enum cp_rc
keep_identity(const char *keys_dir, const char *prefix,
    const struct cp_ceremony *c, struct cp_err *err)
{
	const struct cp_secret *passphrases[CP_CUSTODY_SHARES];
	char share[CP_CUSTODY_SHARES][PATH], path[PATH];
	const char *shares[CP_CUSTODY_SHARES];
	struct cp_secret *scalar = NULL, *identity = NULL;
	enum cp_rc rc = CP_OK;

	for (int i = 0; i < c->key.threshold && rc == CP_OK; i++) {
		rc = share_path(c, keys_dir, i + 1, share[i], err);
		shares[i] = share[i];
		passphrases[i] = c->passphrase[i];
	}
	if (rc == CP_OK)
		rc = cp_custody_open(&c->key, shares, passphrases,
		    (size_t)c->key.threshold, &scalar, err);
	if (rc == CP_OK)
		rc = cp_age_identity_format(scalar, &identity, err);
	if (rc == CP_OK)
		rc = kept_path(path, keys_dir, prefix, "custody.identity",
		    err);
	if (rc == CP_OK)
		rc = cp_passphrase_keep(path, identity, err);
	cp_secret_free(scalar);
	cp_secret_free(identity);
	return rc;
}

/* A rehearsal's data are invented: all that opens them lies beside them.  The
 * identity comes last; where it is, the passphrases are. */
static enum cp_rc
keep(const char *keys_dir, const struct cp_ceremony *c, struct cp_err *err)
{
	char prefix[CP_CUSTODY_ID + 2], path[PATH], name[32];
	enum cp_rc rc = CP_OK;

	kept_prefix(keys_dir, c->key.id, prefix);
	for (int i = 0; i < c->custodians && rc == CP_OK; i++) {
		(void)snprintf(name, sizeof(name), "share-%d.pass", i + 1);
		rc = kept_path(path, keys_dir, prefix, name, err);
		if (rc == CP_OK)
			rc = cp_passphrase_keep(path, c->passphrase[i], err);
	}
	return rc == CP_OK ? keep_identity(keys_dir, prefix, c, err) : rc;
}

enum cp_rc
cp_ceremony_make(const char *keys_dir, struct cp_date date,
    struct cp_ceremony *c, struct cp_err *err)
{
	const struct cp_secret *passphrases[CP_CUSTODY_SHARES];
	char day[CP_DATE_TEXT];
	struct cp_custody_spec spec = { c->custodians, c->threshold,
		passphrases, c->rehearsal ? CP_CEREMONY_REHEARSAL_WORK : 0,
		cp_date_format(date, day), c->share_dir };
	enum cp_rc rc;

	if (!c->rehearsal)
		cp_say(c->call, "Step 2 of 3: the key is made and dealt, and "
		    "each %d of the %d shares %s proved to open.",
		    c->threshold, c->custodians, c->threshold == 1 ? "is" :
		    "are");
	for (int i = 0; i < c->custodians; i++)
		passphrases[i] = c->passphrase[i];
	rc = cp_custody_create(keys_dir, &spec, &c->key, err);
	if (rc != CP_OK || !c->rehearsal)
		return rc;
	rc = keep(keys_dir, c, err);
	if (rc != CP_OK)
		cp_ceremony_undo(keys_dir, c);
	return rc;
}

static void
remove_kept(const char *keys_dir, const struct cp_ceremony *c)
{
	struct cp_err ignored = { 0 };
	char name[64], path[PATH];

	for (int i = 1; i <= c->custodians; i++) {
		(void)snprintf(name, sizeof(name), "%s-share-%d.pass",
		    c->key.id, i);
		if (kept_path(path, keys_dir, name, "", &ignored) == CP_OK)
			(void)unlink(path);
	}
	(void)snprintf(name, sizeof(name), "%s-", c->key.id);
	if (kept_path(path, keys_dir, name, "custody.identity", &ignored) ==
	    CP_OK)
		(void)unlink(path);
}

/* Nothing was ever sealed to the key: its files need no more than unlinking.
 * Those of a first rehearsal key have names of their own and are written over
 * by the next. */
void
cp_ceremony_undo(const char *keys_dir, struct cp_ceremony *c)
{
	struct cp_err ignored = { 0 };
	char path[PATH];
	int n;

	if (c->key.id[0] == '\0')
		return;
	for (int i = 1; i <= c->key.shares; i++)
		if (share_path(c, keys_dir, i, path, &ignored) == CP_OK)
			(void)unlink(path);
	n = snprintf(path, sizeof(path), "%s/custody-%s.pub", keys_dir,
	    c->key.id);
	if (n > 0 && n < PATH)
		(void)unlink(path);
	if (c->rehearsal)
		remove_kept(keys_dir, c);
	c->key.id[0] = '\0';
}

enum cp_rc
cp_ceremony_enter(const struct cp_ceremony *c, struct cp_store *s,
    struct cp_audit *a, const struct cp_now *now, struct cp_err *err)
{
	struct cp_entry e = { "custody.create", NULL, NULL, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "custody", c->key.id);
	cp_json_put_key(&detail, "shares");
	cp_json_put_int(&detail, c->key.shares);
	cp_json_put_key(&detail, "threshold");
	cp_json_put_int(&detail, c->key.threshold);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_custody_row_add(s, &c->key, c->holder,
		    cp_audit_actor(a), now, err);
	if (rc == CP_OK)
		rc = cp_audit_add(a, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}
