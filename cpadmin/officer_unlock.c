#include "cpadmin/officer_unlock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "cpadmin/ceremony.h"
#include "cpadmin/out.h"
#include "cpadmin/passphrase.h"
#include "cpadmin/prompt.h"
#include "lifecycle/records/officer.h"

enum { PATH = 4096, TRIES = 3 };

static enum cp_rc
kept_path(const struct cp_store *s, const char *name, char path[PATH],
    struct cp_err *err)
{
	return cp_store_path(s, path, PATH, err,
	    "keys/rehearsal/officer-%s.pass", name);
}

/* ---- one's own ----------------------------------------------------------- */

static enum cp_rc
no_officer(const struct cp_session *s, struct cp_err *err)
{
	(void)cp_fail(err, CP_KEY, "operator %s is no shielding officer, whose "
	    "identity this needs", s->op.name);
	cp_err_hint(err, "an officer does it; or %s runs `cpadmin shield "
	    "officer add', and an officer admits them", s->op.name);
	return CP_KEY;
}

/* Who acts, an active officer. */
static enum cp_rc
own(const struct cp_session *s, const char *except, struct cp_officer *out,
    struct cp_err *err)
{
	enum cp_rc rc = cp_officer_get(s->store, s->op.name, out, err);

	if (rc == CP_NOT_FOUND)
		return no_officer(s, err);
	if (rc != CP_OK)
		return rc;
	if (strcmp(out->status, "active") != 0) {
		(void)cp_fail(err, CP_KEY, "officer %s waits to be admitted",
		    out->name);
		cp_err_hint(err, "an active officer runs `cpadmin shield "
		    "officer admit %s'", out->name);
		return CP_KEY;
	}
	if (except != NULL && strcmp(out->name, except) == 0) {
		(void)cp_fail(err, CP_KEY, "this needs the identity of "
		    "another officer than %s", out->name);
		cp_err_hint(err, "the other officer runs it: who stays sees "
		    "that everything was sealed anew");
		return CP_KEY;
	}
	return CP_OK;
}

/* Typed: a slip need not be the end of it. */
static enum cp_rc
typed(const struct cp_call *call, const struct cp_session *s,
    const char *name, struct cp_secret **identity, struct cp_err *err)
{
	struct cp_secret *passphrase = NULL;
	char prompt[80];
	enum cp_rc rc = CP_KEY;

	(void)snprintf(prompt, sizeof(prompt), "Passphrase of officer %s: ",
	    name);
	for (int tries = 0; rc == CP_KEY && tries < TRIES; tries++) {
		if (tries > 0)
			cp_say(call, "%s.  Once more.", err->what);
		cp_err_clear(err);
		rc = cp_prompt_typed(prompt, &passphrase, err);
		if (rc != CP_OK)
			return rc;
		rc = cp_officer_unlock(s->store, name, passphrase, identity,
		    err);
		cp_secret_free(passphrase);
		passphrase = NULL;
	}
	return rc;
}

static enum cp_rc
by_file(const struct cp_session *s, const char *name, const char *file,
    struct cp_secret **identity, struct cp_err *err)
{
	struct cp_secret *passphrase = NULL;
	enum cp_rc rc = cp_prompt_from_file(file, &passphrase, err);

	if (rc == CP_OK)
		rc = cp_officer_unlock(s->store, name, passphrase, identity,
		    err);
	cp_secret_free(passphrase);
	return rc;
}

/* ---- in a rehearsal ------------------------------------------------------ */

struct finding {
	const struct cp_session *s;
	const char *own, *except;
	char names[CP_OFFICERS_MAX][CP_OPERATOR_NAME];
	int n;
};

/* The operator's own goes first. */
static enum cp_rc
note_active(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	struct finding *f = ctx;
	char *at;

	(void)err;
	if (strcmp(o->status, "active") != 0 || f->n == CP_OFFICERS_MAX ||
	    (f->except != NULL && strcmp(o->name, f->except) == 0))
		return CP_OK;
	at = f->names[f->n++];
	if (strcmp(o->name, f->own) == 0) {
		memmove(at, f->names[0], sizeof(o->name));
		at = f->names[0];
	}
	memcpy(at, o->name, sizeof(o->name));
	return CP_OK;
}

/* *IDENTITY stays NULL where nobody's was kept. */
static enum cp_rc
find_kept(const struct cp_session *s, const char *except, const char *file,
    struct cp_secret **identity, struct cp_err *err)
{
	struct finding f = { .s = s, .own = s->op.name, .except = except };
	char path[PATH];
	enum cp_rc rc = cp_officer_each(s->store, note_active, &f, err);

	for (int i = 0; rc == CP_OK && *identity == NULL && i < f.n; i++) {
		rc = kept_path(s->store, f.names[i], path, err);
		if (rc != CP_OK || (file == NULL && access(path, F_OK) != 0))
			continue;
		rc = by_file(s, f.names[i], file != NULL ? file : path,
		    identity, err);
		if (rc == CP_KEY && i + 1 < f.n) {
			cp_err_clear(err);
			rc = CP_OK;
		}
	}
	return rc;
}

/* Beside shares of custodians, to whom --passphrase-file belongs, an officer
 * has an option of their own. */
static const char *
file_of(const struct cp_call *call)
{
	const char *file = cp_option(call, "officer-passphrase");

	return file == NULL && cp_option_at(call, "share", 0) == NULL ?
	    cp_option(call, "passphrase-file") : file;
}

/* ---- either -------------------------------------------------------------- */

enum cp_rc
cp_officer_identity_but(const struct cp_call *call,
    const struct cp_session *s, const char *except,
    struct cp_secret **identity, struct cp_err *err)
{
	const char *file = file_of(call);
	struct cp_secret *found = NULL;
	struct cp_officer o;
	enum cp_rc rc = CP_OK;

	if (s->settings.rehearsal)
		rc = find_kept(s, except, file, &found, err);
	if (rc == CP_OK && found == NULL)
		rc = own(s, except, &o, err);
	if (rc == CP_OK && found == NULL)
		rc = file != NULL ? by_file(s, o.name, file, &found, err) :
		    typed(call, s, o.name, &found, err);
	if (rc == CP_OK)
		*identity = found;
	return rc;
}

enum cp_rc
cp_officer_identity(const struct cp_call *call, const struct cp_session *s,
    struct cp_secret **identity, struct cp_err *err)
{
	return cp_officer_identity_but(call, s, NULL, identity, err);
}

void
cp_officer_warn(const struct cp_call *call, const struct cp_session *s)
{
	struct cp_err ignored = { 0 };
	int64_t n = 0;

	if (cp_officer_count(s->store, &n, &ignored) != CP_OK || n > 1)
		return;
	cp_say(call, "warning: there is %s shielding officer: what is hidden "
	    "is lost with one passphrase", n == 0 ? "no" : "only one");
	cp_say(call, "a second person with the role shield runs `cpadmin "
	    "shield officer add'");
}

/* ---- making them for a rehearsal ----------------------------------------- */

enum cp_rc
cp_officer_rehearse(struct cp_store *s, struct cp_audit *a, const char *name,
    const struct cp_now *now, struct cp_officer *out, struct cp_err *err)
{
	struct cp_secret *passphrase = NULL;
	char path[PATH];
	enum cp_rc rc = kept_path(s, name, path, err);

	if (rc == CP_OK)
		rc = cp_passphrase_make(&passphrase, err);
	if (rc == CP_OK)
		rc = cp_officer_add(s, a, name, passphrase,
		    CP_CEREMONY_REHEARSAL_WORK, now, out, err);
	if (rc == CP_OK)
		rc = cp_passphrase_keep(path, passphrase, err);
	cp_secret_free(passphrase);
	return rc;
}

enum cp_rc
cp_officer_unkeep(struct cp_store *s, const char *name, struct cp_err *err)
{
	char path[PATH];
	enum cp_rc rc = kept_path(s, name, path, err);

	if (rc == CP_OK)
		rc = cp_file_unlink_durable(path, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = CP_OK;
	}
	return rc;
}
