#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/custody_impl.h"
#include "archive/file.h"
#include "archive/secret.h"
#include "archive/shamir.h"

/* A key while it is made: what of it is in memory, and what on the disk. */
struct making {
	const struct cp_custody_spec *spec;
	const char *keys_dir, *share_dir;
	struct cp_custody_public pub;
	struct cp_secret *value[CP_CUSTODY_SHARES]; /* what each share holds */
	char pub_path[PATH_MAX];
	int written, pub_written;
};

static enum cp_rc
check_passphrases(const struct cp_custody_spec *spec, struct cp_err *err)
{
	int i, j;

	for (i = 0; i < spec->shares; i++) {
		if (cp_secret_len(spec->passphrases[i]) == 0)
			return cp_fail(err, CP_BAD_INPUT, "the passphrase of "
			    "share %d is empty", i + 1);
		for (j = 0; j < i; j++)
			if (cp_secret_equal(spec->passphrases[i],
			    spec->passphrases[j]))
				return cp_fail(err, CP_BAD_INPUT, "shares %d "
				    "and %d have the same passphrase", j + 1,
				    i + 1);
	}
	return CP_OK;
}

static int
date_shaped(const char *date)
{
	int i;

	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? date[i] != '-' :
		    date[i] < '0' || date[i] > '9')
			return 0;
	return date[10] == '\0';
}

static enum cp_rc
check_spec(const struct cp_custody_spec *spec, struct cp_err *err)
{
	if (!cp_custody_numbers_valid(spec->threshold, spec->shares)) {
		(void)cp_fail(err, CP_BAD_INPUT, "a custody key cannot be "
		    "split %d of %d", spec->threshold, spec->shares);
		cp_err_hint(err, "1 of 1, or 2 and more of at most %d",
		    CP_CUSTODY_SHARES);
		return CP_BAD_INPUT;
	}
	if (spec->work_factor < 0 || spec->work_factor > CP_AGE_WORK_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a work factor must be 1 to "
		    "%d", CP_AGE_WORK_MAX);
	if (!date_shaped(spec->date))
		return cp_fail(err, CP_BAD_INPUT, "a date must be YYYY-MM-DD");
	return check_passphrases(spec, err);
}

/* A new identity, dealt. */
static enum cp_rc
deal(struct making *m, struct cp_err *err)
{
	struct cp_secret *scalar = NULL;
	struct cp_age_recipient to;
	enum cp_rc rc;

	m->pub.shares = m->spec->shares;
	m->pub.threshold = m->spec->threshold;
	memcpy(m->pub.date, m->spec->date, sizeof(m->pub.date));
	rc = cp_age_identity_new(&scalar, err);
	if (rc == CP_OK)
		rc = cp_age_identity_recipient(scalar, &to, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_format(&to, m->pub.recipient, err);
	if (rc == CP_OK)
		cp_custody_id_of(m->pub.recipient, m->pub.id);
	if (rc == CP_OK && m->pub.threshold > 1)
		rc = cp_shamir_split(scalar, m->pub.threshold, m->pub.shares,
		    m->value, err);
	else if (rc == CP_OK) {
		m->value[0] = scalar;
		scalar = NULL;
	}
	cp_secret_free(scalar);
	return rc;
}

static enum cp_rc
share_path(const struct making *m, int index, char path[PATH_MAX],
    struct cp_err *err)
{
	return cp_custody_share_path(m->share_dir, m->pub.id, index, path,
	    PATH_MAX, err);
}

static enum cp_rc
write_share(struct making *m, int index, struct cp_err *err)
{
	struct cp_custody_share share = { .line = NULL };
	char path[PATH_MAX];
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = share_path(m, index, path, err);
	if (rc == CP_OK)
		rc = cp_custody_share_of(&m->pub, index, m->value[index - 1],
		    &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_hash(&share, m->pub.dealt[index - 1],
		    err);
	if (rc == CP_OK)
		rc = cp_custody_share_seal(&share,
		    m->spec->passphrases[index - 1], m->spec->work_factor,
		    &file, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR, file.data,
		    file.len, err);
	/* Whatever else went wrong, the name may be there. */
	if (rc != CP_REFUSED)
		m->written = index;
	cp_secret_free(share.line);
	cp_buf_clear(&file);
	return rc;
}

/* Forgets what the share of INDEX holds and takes it from the disk. */
static enum cp_rc
read_back(struct making *m, int index, struct cp_err *err)
{
	struct cp_custody_share share = { .line = NULL };
	char path[PATH_MAX];
	enum cp_rc rc;

	cp_secret_free(m->value[index - 1]);
	m->value[index - 1] = NULL;
	rc = share_path(m, index, path, err);
	if (rc == CP_OK)
		rc = cp_custody_share_open(path,
		    m->spec->passphrases[index - 1], &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_check(&m->pub, &share, path, err);
	if (rc == CP_OK)
		rc = cp_custody_share_value(&share, &m->value[index - 1], err);
	cp_secret_free(share.line);
	return rc;
}

static enum cp_rc
write_public(struct making *m, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_custody_public_text(&m->pub, &text, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(m->pub_path, S_IRUSR | S_IWUSR |
		    S_IRGRP | S_IROTH, text.data, text.len, err);
	m->pub_written = rc != CP_REFUSED;
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
make(struct making *m, struct cp_err *err)
{
	enum cp_rc rc;
	int i;

	rc = deal(m, err);
	if (rc == CP_OK)
		rc = cp_custody_public_path(m->keys_dir, m->pub.id,
		    m->pub_path, err);
	for (i = 1; rc == CP_OK && i <= m->pub.shares; i++)
		rc = write_share(m, i, err);
	for (i = 1; rc == CP_OK && i <= m->pub.shares; i++)
		rc = read_back(m, i, err);
	if (rc == CP_OK)
		rc = cp_custody_prove(&m->pub,
		    (const struct cp_secret *const *)m->value, err);
	return rc == CP_OK ? write_public(m, err) : rc;
}

static void
remove_all(struct making *m)
{
	char path[PATH_MAX];
	struct cp_err ignored;
	int i;

	for (i = 1; i <= m->written; i++)
		if (share_path(m, i, path, &ignored) == CP_OK)
			(void)unlink(path);
	if (m->pub_written)
		(void)unlink(m->pub_path);
}

enum cp_rc
cp_custody_create(const char *keys_dir, const struct cp_custody_spec *spec,
    struct cp_custody_public *out, struct cp_err *err)
{
	struct making m = { .spec = spec, .keys_dir = keys_dir };
	enum cp_rc rc;
	int i;

	rc = check_spec(spec, err);
	if (rc != CP_OK)
		return rc;
	m.share_dir = spec->share_dir != NULL ? spec->share_dir : keys_dir;
	rc = make(&m, err);
	for (i = 0; i < spec->shares; i++)
		cp_secret_free(m.value[i]);
	if (rc == CP_OK)
		*out = m.pub;
	else
		remove_all(&m);
	return rc;
}
