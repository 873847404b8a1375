#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "cpadmin/custody_drill.h"
#include "cpadmin/unlock.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/json_put.h"

enum { PATH = CP_CUSTODY_KEYS_DIR, PROOF_BYTES = 64 };

/* ---- which shares, of which key ------------------------------------------ */

/* That of the first share whose name tells of one this store had, else the
 * one in use. */
static enum cp_rc
choose_key(struct cp_drill *d, struct cp_err *err)
{
	char id[CP_CUSTODY_ID + 1];
	struct cp_custody_row row;
	struct cp_err ignored = { 0 };

	for (int i = 0; i < d->n; i++) {
		if (cp_unlock_named(d->list[i].path, id) == 0 ||
		    cp_custody_row_get(d->s.store, id, &row, &ignored) !=
		    CP_OK || row.status == CP_CUSTODY_REPLACED)
			continue;
		return cp_custody_load(d->keys, id, &d->key, err);
	}
	return cp_custody_in_use(d->s.store, &d->key, err);
}

static enum cp_rc
find_shares(struct cp_drill *d, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (; rc == CP_OK && d->n < d->key.shares; d->n++) {
		struct cp_brought *b = &d->list[d->n];

		rc = cp_custody_share_path(d->keys, d->key.id, d->n + 1,
		    b->found, PATH, err);
		b->path = b->found;
	}
	return rc;
}

static enum cp_rc
take_shares(struct cp_drill *d, struct cp_err *err)
{
	const char *path;
	enum cp_rc rc;

	while ((path = cp_option_at(d->call, "share", d->n)) != NULL) {
		if (d->n == CP_CUSTODY_SHARES)
			return cp_fail(err, CP_USAGE, "--share: at most %d",
			    CP_CUSTODY_SHARES);
		d->list[d->n++].path = path;
	}
	rc = choose_key(d, err);
	if (rc == CP_OK && d->n == 0 && d->s.settings.rehearsal)
		rc = find_shares(d, err);
	if (rc != CP_OK || d->n > 0)
		return rc;
	(void)cp_fail(err, CP_USAGE, "--share is missing");
	cp_err_hint(err, "the share file of each custodian who is here");
	return CP_USAGE;
}

/* ---- one share after the other ------------------------------------------- */

static void
came_to(struct cp_brought *b, const char *outcome, enum cp_rc rc,
    const struct cp_err *err)
{
	b->outcome = outcome;
	b->rc = rc;
	(void)snprintf(b->why, sizeof(b->why), "%s", err != NULL ? err->what :
	    "");
}

static int
have_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return 0;
	(void)close(fd);
	return 1;
}

/* Whose fault it is that there is no passphrase: the custodian's, which is what
 * the drill is to find, or the command's, which ends it. */
static enum cp_rc
get_passphrase(struct cp_drill *d, int i, struct cp_err *err)
{
	struct cp_brought *b = &d->list[i];
	enum cp_rc rc = cp_unlock_passphrase(d->call, &d->s, d->keys, &d->key,
	    b->path, i, &b->passphrase, err);

	if ((rc != CP_KEY && rc != CP_CORRUPT) ||
	    cp_flag(d->call, "passphrase-file") || !have_terminal())
		return rc;
	came_to(b, rc == CP_KEY ? "wrong-passphrase" : "damaged", rc, err);
	cp_err_clear(err);
	return CP_OK;
}

/* Whether a share is not to be asked for its passphrase at all. */
static int
set_aside(const struct cp_drill *d, struct cp_brought *b)
{
	char id[CP_CUSTODY_ID + 1];
	struct cp_err why = { 0 };
	int number = cp_unlock_named(b->path, id);

	if (number > 0 && strcmp(id, d->key.id) == 0)
		b->index = number <= d->key.shares ? number : 0;
	if (number > 0 && cp_unlock_other_key(&d->s, &d->key, b->path, id,
	    &why) != CP_OK) {
		came_to(b, "another-key", CP_KEY, &why);
		return 1;
	}
	if (access(b->path, R_OK) != 0) {
		(void)cp_fail_errno(&why, CP_NOT_FOUND, "%s", b->path);
		came_to(b, "absent", CP_NOT_FOUND, &why);
		return 1;
	}
	return 0;
}

/* The error of a share of another key names that key. */
static int
of_another_key(const struct cp_drill *d, const struct cp_err *err)
{
	return strstr(err->what, "of custody key ") != NULL &&
	    strstr(err->what, d->key.id) != NULL;
}

static void
open_share(struct cp_drill *d, int i)
{
	struct cp_brought *b = &d->list[i];
	struct cp_err why = { 0 };
	int index = 0;
	enum cp_rc rc = cp_custody_try(&d->key, b->path, b->passphrase, &index,
	    &why);

	if (rc == CP_OK) {
		b->index = index;
		for (int j = 0; j < i; j++)
			if (d->list[j].index == index &&
			    d->list[j].rc == CP_OK)
				rc = cp_fail(&why, CP_KEY, "share %d was "
				    "brought already", index);
	}
	if (rc == CP_OK) {
		came_to(b, "opened", rc, NULL);
		d->opened++;
	} else if (index > 0) {
		came_to(b, "repeated", rc, &why);
	} else if (rc == CP_KEY && of_another_key(d, &why)) {
		b->index = 0;
		came_to(b, "another-key", rc, &why);
	} else {
		came_to(b, rc == CP_KEY ? "wrong-passphrase" : "damaged", rc,
		    &why);
	}
}

static enum cp_rc
try_all(struct cp_drill *d, struct cp_err *err)
{
	enum cp_rc rc = cp_unlock_files(d->call, d->n, err);

	for (int i = 0; rc == CP_OK && i < d->n; i++) {
		if (set_aside(d, &d->list[i]))
			continue;
		rc = get_passphrase(d, i, err);
		if (rc == CP_OK && d->list[i].outcome == NULL)
			open_share(d, i);
		if (d->list[i].rc != CP_OK) {
			cp_secret_free(d->list[i].passphrase);
			d->list[i].passphrase = NULL;
		}
	}
	return rc;
}

/* ---- the proof ----------------------------------------------------------- */

/* Random bytes, sealed to the public key, open with IDENTITY. */
static enum cp_rc
open_test(const struct cp_drill *d, const struct cp_secret *identity,
    struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
	    .secret = identity };
	struct cp_age_sealer *sealer = NULL;
	struct cp_age_recipient to;
	struct cp_buf file, plain;
	uint8_t test[PROOF_BYTES];
	enum cp_rc rc = cp_random(test, sizeof(test), err);

	cp_buf_init(&file);
	cp_buf_init(&plain);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(d->key.recipient, &to, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&sealer, err);
	if (rc == CP_OK)
		rc = cp_age_seal(sealer, &to, 1, test, sizeof(test), &file,
		    &file, NULL, err);
	if (rc == CP_OK)
		rc = cp_age_open(file.data, file.len, &who, 1, &plain, err);
	if (rc == CP_OK && (plain.len != sizeof(test) ||
	    memcmp(plain.data, test, sizeof(test)) != 0))
		rc = cp_fail(err, CP_CORRUPT, "the test package opened to "
		    "something else");
	cp_age_sealer_free(sealer);
	cp_buf_clear(&file);
	cp_buf_clear(&plain);
	return rc;
}

static enum cp_rc
prove(struct cp_drill *d, struct cp_err *err)
{
	const struct cp_secret *passphrases[CP_CUSTODY_SHARES];
	const char *paths[CP_CUSTODY_SHARES];
	struct cp_secret *identity = NULL;
	size_t n = 0;
	enum cp_rc rc;

	if (d->opened < d->key.threshold)
		return CP_OK;
	for (int i = 0; i < d->n; i++)
		if (d->list[i].passphrase != NULL) {
			paths[n] = d->list[i].path;
			passphrases[n++] = d->list[i].passphrase;
		}
	rc = cp_custody_open(&d->key, paths, passphrases, n, &identity, err);
	if (rc == CP_OK)
		rc = open_test(d, identity, err);
	cp_secret_free(identity);
	if (rc != CP_OK)
		cp_err_context(err, "the shares open, but not what is sealed "
		    "to custody key %s", d->key.id);
	d->proved = rc == CP_OK;
	return rc;
}

/* ---- what is kept of it -------------------------------------------------- */

/* A share whose number is known, and that is of this key. */
static int
counts(const struct cp_brought *b)
{
	return b->index > 0 && strcmp(b->outcome, "another-key") != 0 &&
	    strcmp(b->outcome, "repeated") != 0;
}

static enum cp_rc
add_entry(struct cp_drill *d, struct cp_err *err)
{
	struct cp_entry e = { "custody.drill", NULL, d->opened == d->n ?
	    "done" : "failed", NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "custody", d->key.id);
	cp_json_put_key(&b, "shares");
	cp_json_open(&b, '[');
	for (int i = 0; i < d->n; i++) {
		cp_json_open(&b, '{');
		cp_json_put_key(&b, "share");
		cp_json_put_int(&b, d->list[i].index);
		cp_json_put_member(&b, "outcome", d->list[i].outcome);
		cp_json_close(&b, '}');
	}
	cp_json_close(&b, ']');
	cp_json_put_member(&b, "proved", d->proved ? "yes" : "no");
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(d->s.audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
record(struct cp_drill *d, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(d->s.audit, err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; rc == CP_OK && i < d->n; i++)
		if (counts(&d->list[i]))
			rc = cp_custody_drill_add(d->s.store, d->key.id,
			    d->list[i].index, d->list[i].outcome,
			    d->s.op.name, &d->s.now, err);
	if (rc == CP_OK)
		rc = add_entry(d, err);
	return cp_txn_end(d->s.audit, rc, err);
}

/* ---- what it comes to ----------------------------------------------------- */

/* What the whole comes to: the worst of it where nothing opened. */
static enum cp_rc
conclude(const struct cp_drill *d, struct cp_err *err)
{
	const struct cp_brought *worst = NULL;
	int failed = d->n - d->opened;

	for (int i = 0; i < d->n; i++)
		if (d->list[i].rc != CP_OK && (worst == NULL ||
		    d->list[i].rc > worst->rc))
			worst = &d->list[i];
	if (worst == NULL)
		return CP_OK;
	(void)cp_fail(err, d->opened > 0 ? CP_PARTIAL : worst->rc, "%d of the "
	    "%d shares did not open; %s", failed, d->n, worst->why);
	if (counts(worst))
		cp_err_hint(err, "when a share or its passphrase is lost, "
		    "`cpadmin custody rekey' while enough others open");
	return err->code;
}

static enum cp_rc
drill(struct cp_drill *d, struct cp_err *err)
{
	struct cp_err proof = { 0 };
	enum cp_rc rc = cp_custody_keys_dir(&d->s, d->keys, err);

	if (rc == CP_OK)
		rc = take_shares(d, err);
	if (rc == CP_OK)
		rc = try_all(d, err);
	if (rc != CP_OK)
		return rc;
	(void)prove(d, &proof);
	rc = record(d, err);
	if (rc == CP_OK)
		rc = cp_custody_drill_show(d, err);
	if (rc == CP_OK && proof.code != CP_OK) {
		*err = proof;
		return proof.code;
	}
	return rc == CP_OK ? conclude(d, err) : rc;
}

enum cp_rc
cp_custody_run_drill(struct cp_call *call, struct cp_err *err)
{
	struct cp_drill d = { .call = call };
	enum cp_rc rc = cp_custody_open_store(call, &d.s, err);

	if (rc != CP_OK)
		return rc;
	d.list = calloc(CP_CUSTODY_SHARES, sizeof(*d.list));
	rc = d.list == NULL ? cp_fail(err, CP_FAILED, "out of memory") :
	    drill(&d, err);
	for (int i = 0; d.list != NULL && i < CP_CUSTODY_SHARES; i++)
		cp_secret_free(d.list[i].passphrase);
	free(d.list);
	cp_session_close(&d.s);
	return rc;
}
