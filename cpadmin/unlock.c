#include "cpadmin/unlock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/ceremony.h"
#include "cpadmin/out.h"
#include "cpadmin/prompt.h"
#include "lifecycle/records/custody_rows.h"

enum { PATH = 4096, TRIES = 3 };

struct shares {
	const char *path[CP_CUSTODY_SHARES];
	char found[CP_CUSTODY_SHARES][PATH]; /* in a rehearsal store */
	struct cp_secret *passphrase[CP_CUSTODY_SHARES];
	int n;
};

int
cp_unlock_named(const char *path, char id[CP_CUSTODY_ID + 1])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	int n = 0, end = 0;

	if (sscanf(name, "custody-%16[0-9a-f]-share-%2d.age%n", id, &n,
	    &end) != 2 || end == 0 || name[end] != '\0' ||
	    strlen(id) != CP_CUSTODY_ID || n < 1 || n > CP_CUSTODY_SHARES) {
		id[0] = '\0';
		return 0;
	}
	return n;
}

/* ---- which shares are needed --------------------------------------------- */

/* "2 of share 1 (Head of Legal), share 2, share 3 of custody key ID". */
static void
say_needed(const struct cp_session *s, const struct cp_custody_public *c,
    struct cp_err *err)
{
	struct cp_custody_share_row row;
	struct cp_err ignored = { 0 };
	struct cp_buf b;

	cp_buf_init(&b);
	for (int i = 1; i <= c->shares; i++) {
		cp_buf_printf(&b, "%s%d", i > 1 ? ", " : "", i);
		if (cp_custody_share_get(s->store, c->id, i, &row, &ignored) ==
		    CP_OK && row.holder[0] != '\0')
			cp_buf_printf(&b, " (%s)", row.holder);
	}
	cp_err_hint(err, "needed: %d share%s of custody key %s%s, of the "
	    "numbers %s", c->threshold, c->threshold == 1 ? "" : "s", c->id,
	    c->threshold < c->shares ? "" : ", all", cp_buf_text(&b));
	cp_buf_clear(&b);
}

enum cp_rc
cp_unlock_other_key(const struct cp_session *s,
    const struct cp_custody_public *custody, const char *path,
    const char *other, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	struct cp_custody_row row;
	char day[CP_DATE_TEXT];

	if (strcmp(other, custody->id) == 0 ||
	    cp_custody_row_get(s->store, other, &row, &ignored) != CP_OK)
		return CP_OK;
	if (row.status == CP_CUSTODY_REPLACED)
		(void)cp_fail(err, CP_KEY, "share %s is of custody key %s, "
		    "which was replaced by %s on %s", path, row.id,
		    row.replaced_by, cp_date_format(row.replaced, day));
	else
		(void)cp_fail(err, CP_KEY, "share %s is of custody key %s, "
		    "and this is under %s", path, row.id, custody->id);
	say_needed(s, custody, err);
	return CP_KEY;
}

struct other {
	const struct cp_session *s;
	const struct cp_custody_public *custody;
	const struct shares *x;
	const struct cp_err *said;
	struct cp_err *err;
};

/* The error of a share of another key names both. */
static enum cp_rc
look_for(void *ctx, const struct cp_custody_row *row, struct cp_err *err)
{
	const struct other *o = ctx;

	(void)err;
	if (strcmp(row->id, o->custody->id) == 0 ||
	    strstr(o->said->what, row->id) == NULL)
		return CP_OK;
	for (int i = 0; i < o->x->n; i++)
		if (strstr(o->said->what, o->x->path[i]) != NULL)
			return cp_unlock_other_key(o->s, o->custody,
			    o->x->path[i], row->id, o->err);
	return CP_OK;
}

static void
explain(const struct cp_session *s, const struct cp_custody_public *custody,
    const struct shares *x, struct cp_err *err)
{
	struct cp_err said = *err, ignored = { 0 };
	struct other o = { s, custody, x, &said, err };
	enum cp_rc rc = cp_custody_row_each(s->store, look_for, &o, &ignored);

	if (rc == CP_OK && err->hint[0] == '\0')
		say_needed(s, custody, err);
}

/* ---- the shares ---------------------------------------------------------- */

static enum cp_rc
find_shares(const char *keys_dir, const struct cp_custody_public *custody,
    struct shares *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (int i = 1; rc == CP_OK && i <= custody->shares &&
	    x->n < custody->threshold; i++) {
		rc = cp_custody_share_path(keys_dir, custody->id, i,
		    x->found[x->n], PATH, err);
		x->path[x->n] = x->found[x->n];
		if (rc == CP_OK && access(x->path[x->n], F_OK) == 0)
			x->n++;
	}
	return rc;
}

static enum cp_rc
check_shares(const struct cp_session *s,
    const struct cp_custody_public *custody, const struct shares *x,
    struct cp_err *err)
{
	char id[CP_CUSTODY_ID + 1];
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < x->n; i++)
		if (cp_unlock_named(x->path[i], id) > 0)
			rc = cp_unlock_other_key(s, custody, x->path[i], id,
			    err);
	if (rc != CP_OK || x->n >= custody->threshold)
		return rc;
	(void)cp_fail(err, CP_KEY, "custody key %s opens with %d shares, and "
	    "%d %s given", custody->id, custody->threshold, x->n,
	    x->n == 1 ? "is" : "are");
	say_needed(s, custody, err);
	return CP_KEY;
}

static enum cp_rc
take_shares(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    struct shares *x, struct cp_err *err)
{
	const char *path;

	while ((path = cp_option_at(call, "share", x->n)) != NULL) {
		if (x->n == CP_CUSTODY_SHARES)
			return cp_fail(err, CP_USAGE, "--share: at most %d",
			    CP_CUSTODY_SHARES);
		x->path[x->n++] = path;
	}
	if (x->n == 0 && s->settings.rehearsal)
		return find_shares(keys_dir, custody, x, err);
	if (x->n > 0)
		return CP_OK;
	(void)cp_fail(err, CP_USAGE, "--share is missing");
	say_needed(s, custody, err);
	return CP_USAGE;
}

/* ---- passphrases --------------------------------------------------------- */

enum cp_rc
cp_unlock_files(const struct cp_call *call, int n, struct cp_err *err)
{
	int files = 0;

	while (cp_option_at(call, "passphrase-file", files) != NULL)
		files++;
	if (files == 0 || files == n)
		return CP_OK;
	(void)cp_fail(err, CP_USAGE, "there %s %d share%s and %d passphrase "
	    "file%s", n == 1 ? "is" : "are", n, n == 1 ? "" : "s", files,
	    files == 1 ? "" : "s");
	cp_err_hint(err, "--passphrase-file once for each --share, in their "
	    "order, or not at all");
	return CP_USAGE;
}

static enum cp_rc
ask(const struct cp_session *s, const struct cp_custody_public *custody,
    const char *path, int number, struct cp_secret **out, struct cp_err *err)
{
	struct cp_custody_share_row row = { .holder = "" };
	struct cp_err ignored = { 0 };
	char prompt[512];

	if (number == 0)
		(void)snprintf(prompt, sizeof(prompt), "Passphrase of share "
		    "%.280s: ", path);
	else if (cp_custody_share_get(s->store, custody->id, number, &row,
	    &ignored) != CP_OK || row.holder[0] == '\0')
		(void)snprintf(prompt, sizeof(prompt), "Passphrase of share "
		    "%d of custody key %s: ", number, custody->id);
	else
		(void)snprintf(prompt, sizeof(prompt), "Passphrase of share "
		    "%d of custody key %s (%s): ", number, custody->id,
		    row.holder);
	return cp_prompt_typed(prompt, out, err);
}

/* Typed: a slip need not send all custodians back to the start. */
static enum cp_rc
ask_until(const struct cp_call *call, const struct cp_session *s,
    const struct cp_custody_public *custody, const char *path, int number,
    struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *typed = NULL;
	int index;
	enum cp_rc rc = CP_OK;

	for (int tries = 0; tries < TRIES; tries++) {
		if (tries > 0)
			cp_say(call, "%s.  Once more.", err->what);
		cp_err_clear(err);
		rc = ask(s, custody, path, number, &typed, err);
		if (rc != CP_OK)
			return rc;
		rc = cp_custody_try(custody, path, typed, &index, err);
		if (rc == CP_OK) {
			*out = typed;
			return CP_OK;
		}
		cp_secret_free(typed);
		typed = NULL;
		if (rc != CP_KEY)
			return rc;
	}
	return rc;
}

enum cp_rc
cp_unlock_passphrase(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    const char *path, int i, struct cp_secret **out, struct cp_err *err)
{
	const char *given = cp_option_at(call, "passphrase-file", i);
	char id[CP_CUSTODY_ID + 1], kept[PATH];
	int number = cp_unlock_named(path, id);
	enum cp_rc rc;

	if (given != NULL)
		return cp_prompt_from_file(given, out, err);
	if (s->settings.rehearsal && number > 0) {
		rc = cp_ceremony_kept(keys_dir, id, number, kept, sizeof(kept),
		    err);
		if (rc != CP_OK)
			return rc;
		if (access(kept, F_OK) == 0)
			return cp_prompt_from_file(kept, out, err);
	}
	return ask_until(call, s, custody, path, number, out, err);
}

enum cp_rc
cp_unlock(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    struct cp_secret **identity, struct cp_err *err)
{
	const struct cp_secret *passphrase[CP_CUSTODY_SHARES];
	struct shares x = { .n = 0 };
	enum cp_rc rc = take_shares(call, s, keys_dir, custody, &x, err);

	if (rc == CP_OK)
		rc = check_shares(s, custody, &x, err);
	if (rc == CP_OK)
		rc = cp_unlock_files(call, x.n, err);
	for (int i = 0; rc == CP_OK && i < x.n; i++) {
		rc = cp_unlock_passphrase(call, s, keys_dir, custody,
		    x.path[i], i, &x.passphrase[i], err);
		passphrase[i] = x.passphrase[i];
	}
	if (rc == CP_OK) {
		rc = cp_custody_open(custody, x.path, passphrase, (size_t)x.n,
		    identity, err);
		if (rc == CP_KEY)
			explain(s, custody, &x, err);
	}
	for (int i = 0; i < x.n; i++)
		cp_secret_free(x.passphrase[i]);
	return rc;
}
