#include <stdio.h>
#include <string.h>

#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/custody_impl.h"
#include "archive/secret.h"
#include "archive/shamir.h"

enum cp_rc
cp_custody_identity_check(const struct cp_custody_public *pub,
    const struct cp_secret *scalar, struct cp_err *err)
{
	char text[CP_AGE_RECIPIENT_TEXT + 1] = "";
	struct cp_age_recipient to;
	enum cp_rc rc;

	rc = cp_age_identity_recipient(scalar, &to, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_format(&to, text, err);
	if (rc == CP_OK && strcmp(text, pub->recipient) != 0)
		rc = cp_fail(err, CP_CORRUPT, "what the shares hold is not "
		    "the identity of custody key %s", pub->id);
	return rc;
}

static enum cp_rc
check_dealt(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err)
{
	uint8_t hash[CP_SHA256_LEN];
	enum cp_rc rc;

	if (!cp_custody_dealt_known(pub))
		return CP_OK;
	rc = cp_custody_share_hash(share, hash, err);
	if (rc == CP_OK && !cp_ct_equal(hash, pub->dealt[share->index - 1],
	    sizeof(hash))) {
		rc = cp_fail(err, CP_CORRUPT, "%s is not what was dealt as "
		    "share %d of custody key %s", where, share->index,
		    pub->id);
		cp_err_hint(err, "someone changed or forged it: keep it as "
		    "evidence, and use another copy or another custodian's");
	}
	return rc;
}

enum cp_rc
cp_custody_share_fits(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err)
{
	if (strcmp(share->of.id, pub->id) != 0)
		return cp_fail(err, CP_KEY, "%s is share %d of custody key %s "
		    "and not of %s", where, share->index, share->of.id,
		    pub->id);
	if (share->of.threshold != pub->threshold ||
	    share->of.shares != pub->shares)
		return cp_fail(err, CP_CORRUPT, "%s says %d of %d where "
		    "custody key %s is split %d of %d", where,
		    share->of.threshold, share->of.shares, pub->id,
		    pub->threshold, pub->shares);
	return CP_OK;
}

/* A share of one is the identity itself, and can be held against the key. */
static enum cp_rc
check_identity(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err)
{
	struct cp_secret *value = NULL;
	enum cp_rc rc;

	rc = cp_custody_share_value(share, &value, err);
	if (rc == CP_OK)
		rc = cp_custody_identity_check(pub, value, err);
	if (rc != CP_OK)
		cp_err_context(err, "%s", where);
	cp_secret_free(value);
	return rc;
}

enum cp_rc
cp_custody_share_check(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, const char *where,
    struct cp_err *err)
{
	enum cp_rc rc;

	rc = cp_custody_share_fits(pub, share, where, err);
	if (rc == CP_OK)
		rc = check_dealt(pub, share, where, err);
	if (rc == CP_OK && pub->shares == 1)
		rc = check_identity(pub, share, where, err);
	return rc;
}

enum cp_rc
cp_custody_share_take(const struct cp_custody_public *pub, const char *path,
    const struct cp_secret *passphrase, int *index, struct cp_secret **value,
    struct cp_err *err)
{
	struct cp_custody_share share = { .line = NULL };
	struct cp_secret *found = NULL;
	char where[PATH_MAX + 8];
	enum cp_rc rc;

	(void)snprintf(where, sizeof(where), "share %s", path);
	rc = cp_custody_share_open(path, passphrase, &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_check(pub, &share, where, err);
	if (rc == CP_OK) {
		rc = cp_custody_share_value(&share, &found, err);
		if (rc != CP_OK)
			cp_err_context(err, "%s", where);
	}
	cp_secret_free(share.line);
	if (rc == CP_OK) {
		*index = share.index;
		*value = found;
	}
	return rc;
}

enum cp_rc
cp_custody_try(const struct cp_custody_public *pub, const char *share_path,
    const struct cp_secret *passphrase, int *index, struct cp_err *err)
{
	struct cp_secret *value = NULL;
	enum cp_rc rc;

	rc = cp_custody_share_take(pub, share_path, passphrase, index, &value,
	    err);
	cp_secret_free(value);
	return rc;
}

static enum cp_rc
check_count(const struct cp_custody_public *pub, size_t n, struct cp_err *err)
{
	if (n < (size_t)pub->threshold) {
		(void)cp_fail(err, CP_KEY, "custody key %s needs %d share%s, "
		    "and %zu %s given", pub->id, pub->threshold,
		    pub->threshold == 1 ? "" : "s", n, n == 1 ? "was" : "were");
		cp_err_hint(err, "any %d of its %d custodians can open "
		    "together", pub->threshold, pub->shares);
		return CP_KEY;
	}
	if (n > (size_t)pub->shares)
		return cp_fail(err, CP_KEY, "custody key %s has %d share%s, "
		    "and %zu were given", pub->id, pub->shares,
		    pub->shares == 1 ? "" : "s", n);
	return CP_OK;
}

/* Every share given is judged, then as many as are needed are joined. */
static enum cp_rc
take_all(const struct cp_custody_public *pub, const char *const *paths,
    const struct cp_secret *const *passphrases, size_t n,
    struct cp_secret *value[CP_CUSTODY_SHARES], int x[CP_CUSTODY_SHARES],
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	size_t i, j;

	for (i = 0; rc == CP_OK && i < n; i++) {
		rc = cp_custody_share_take(pub, paths[i], passphrases[i],
		    &x[i], &value[i], err);
		for (j = 0; rc == CP_OK && j < i; j++)
			if (x[j] == x[i])
				rc = cp_fail(err, CP_KEY, "share %s is share "
				    "%d of custody key %s, which was given "
				    "already", paths[i], x[i], pub->id);
	}
	return rc;
}

enum cp_rc
cp_custody_open(const struct cp_custody_public *pub,
    const char *const *share_paths,
    const struct cp_secret *const *passphrases, size_t n,
    struct cp_secret **identity, struct cp_err *err)
{
	struct cp_secret *value[CP_CUSTODY_SHARES] = { NULL }, *found = NULL;
	int x[CP_CUSTODY_SHARES], i;
	enum cp_rc rc;

	rc = check_count(pub, n, err);
	if (rc == CP_OK)
		rc = take_all(pub, share_paths, passphrases, n, value, x, err);
	if (rc == CP_OK && pub->threshold == 1) {
		found = value[0];
		value[0] = NULL;
	} else if (rc == CP_OK)
		rc = cp_shamir_join((const struct cp_secret *const *)value, x,
		    pub->threshold, &found, err);
	if (rc == CP_OK)
		rc = cp_custody_identity_check(pub, found, err);
	for (i = 0; i < CP_CUSTODY_SHARES; i++)
		cp_secret_free(value[i]);
	if (rc == CP_OK)
		*identity = found;
	else
		cp_secret_free(found);
	return rc;
}
