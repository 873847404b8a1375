#include "cpadmin/unlock.h"

#include <stdio.h>
#include <string.h>

#include "cpadmin/prompt.h"

enum { PATH = 4096 };

struct shares {
	const char *path[CP_CUSTODY_SHARES];
	char found[CP_CUSTODY_SHARES][PATH]; /* in a rehearsal store */
	struct cp_secret *passphrase[CP_CUSTODY_SHARES];
	int n;
};

/* The number in a share's name, "...-share-N.age"; 0 when there is none. */
static int
share_number(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *at = strstr(name != NULL ? name : path, "-share-");
	int n = 0;

	return at != NULL && sscanf(at, "-share-%2d.age", &n) == 1 ? n : 0;
}

static enum cp_rc
find_shares(const char *keys_dir, const struct cp_custody_public *custody,
    struct shares *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && x->n < custody->threshold) {
		rc = cp_custody_share_path(keys_dir, custody->id, x->n + 1,
		    x->found[x->n], PATH, err);
		x->path[x->n] = x->found[x->n];
		x->n++;
	}
	return rc;
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
	if (x->n > 0)
		return CP_OK;
	if (s->settings.rehearsal)
		return find_shares(keys_dir, custody, x, err);
	(void)cp_fail(err, CP_USAGE, "--share is missing");
	cp_err_hint(err, "the share files of %d custodians of key %s",
	    custody->threshold, custody->id);
	return CP_USAGE;
}

static enum cp_rc
take_passphrase(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const char *share, struct cp_secret **out,
    struct cp_err *err)
{
	char kept[PATH], what[300];
	int number = s->settings.rehearsal ? share_number(share) : 0;
	int n = snprintf(kept, sizeof(kept), "%s/rehearsal/share-%d.pass",
	    keys_dir, number);

	if (n < 0 || (size_t)n >= sizeof(kept))
		return cp_fail(err, CP_FAILED, "path too long");
	(void)snprintf(what, sizeof(what), "share %.280s", share);
	return cp_prompt_passphrase(call, what, number > 0 ? kept : NULL, out,
	    err);
}

enum cp_rc
cp_unlock(const struct cp_call *call, const struct cp_session *s,
    const char *keys_dir, const struct cp_custody_public *custody,
    struct cp_secret **identity, struct cp_err *err)
{
	const struct cp_secret *passphrase[CP_CUSTODY_SHARES];
	struct shares x = { .n = 0 };
	int i;
	enum cp_rc rc = take_shares(call, s, keys_dir, custody, &x, err);

	for (i = 0; rc == CP_OK && i < x.n; i++) {
		rc = take_passphrase(call, s, keys_dir, x.path[i],
		    &x.passphrase[i], err);
		passphrase[i] = x.passphrase[i];
	}
	if (rc == CP_OK)
		rc = cp_custody_open(custody, x.path, passphrase, (size_t)x.n,
		    identity, err);
	for (i = 0; i < x.n; i++)
		cp_secret_free(x.passphrase[i]);
	return rc;
}
