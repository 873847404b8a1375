#include "archive/custody.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/custody_impl.h"
#include "archive/file.h"
#include "archive/secret.h"

enum { PROOF_BYTES = 64 };

static enum cp_rc
path_of(const char *dir, const char *before, const char *id,
    const char *after, char out[PATH_MAX], struct cp_err *err)
{
	int n = snprintf(out, PATH_MAX, "%s/%s%s%s", dir, before, id, after);

	if (n < 0 || n >= PATH_MAX)
		return cp_fail(err, CP_FAILED, "path too long");
	return CP_OK;
}

enum cp_rc
cp_custody_share_path(const char *dir, const char *id, int index, char *out,
    size_t cap, struct cp_err *err)
{
	int n = snprintf(out, cap, "%s/custody-%s-share-%d.age", dir, id,
	    index);

	if (n < 0 || (size_t)n >= cap)
		return cp_fail(err, CP_FAILED, "path too long");
	return CP_OK;
}

/* The id in KEYS_DIR/custody.current. */
static enum cp_rc
current_id(const char *keys_dir, char id[CP_CUSTODY_ID + 1],
    struct cp_err *err)
{
	char path[PATH_MAX];
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = path_of(keys_dir, "custody.current", "", "", path, err);
	if (rc == CP_OK)
		rc = cp_file_read(path, CUSTODY_FILE_MAX, &text, err);
	if (rc == CP_NOT_FOUND)
		cp_err_context(err, "no custody key is in use");
	if (rc == CP_OK) {
		if (text.len == CP_CUSTODY_ID + 1 &&
		    text.data[CP_CUSTODY_ID] == '\n') {
			memcpy(id, text.data, CP_CUSTODY_ID);
			id[CP_CUSTODY_ID] = '\0';
		}
		if (text.len != CP_CUSTODY_ID + 1 || !cp_custody_id_valid(id))
			rc = cp_fail(err, CP_CORRUPT, "%s names no key",
			    path);
	}
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_custody_load(const char *keys_dir, const char *id,
    struct cp_custody_public *out, struct cp_err *err)
{
	char path[PATH_MAX], wanted[CP_CUSTODY_ID + 1] = "";
	struct cp_custody_public pub;
	struct cp_buf text;
	enum cp_rc rc;

	if (id != NULL && !cp_custody_id_valid(id))
		return cp_fail(err, CP_BAD_INPUT, "bad custody key id");
	if (id == NULL)
		rc = current_id(keys_dir, wanted, err);
	else {
		memcpy(wanted, id, sizeof(wanted));
		rc = CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&text);
	rc = path_of(keys_dir, "custody-", wanted, ".pub", path, err);
	if (rc == CP_OK)
		rc = cp_file_read(path, CUSTODY_FILE_MAX, &text, err);
	if (rc == CP_OK) {
		rc = cp_custody_public_parse(&text, &pub, err);
		if (rc == CP_OK && strcmp(pub.id, wanted) != 0)
			rc = cp_fail(err, CP_CORRUPT, "holds key %s", pub.id);
		if (rc != CP_OK)
			cp_err_context(err, "%s", path);
	}
	if (rc == CP_OK)
		*out = pub;
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_custody_use(const char *keys_dir, const char *id, struct cp_err *err)
{
	char path[PATH_MAX], line[CP_CUSTODY_ID + 2];
	struct cp_custody_public pub;
	enum cp_rc rc;

	rc = cp_custody_load(keys_dir, id, &pub, err);
	if (rc == CP_OK)
		rc = path_of(keys_dir, "custody.current", "", "", path, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(line, sizeof(line), "%s\n", pub.id);
	return cp_file_write_durable(path, S_IRUSR | S_IWUSR | S_IRGRP |
	    S_IROTH, line, strlen(line), err);
}

/* The scalar in a share of one, which must be that of the public key. */
static enum cp_rc
take_identity(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, struct cp_secret **out,
    struct cp_err *err)
{
	char text[CP_AGE_RECIPIENT_TEXT + 1] = "";
	struct cp_secret *scalar = NULL;
	struct cp_age_recipient to;
	enum cp_rc rc;

	rc = cp_age_identity_parse(share->line, &scalar, err);
	if (rc == CP_BAD_INPUT)
		rc = cp_fail(err, CP_CORRUPT, "the share holds no identity");
	if (rc == CP_OK)
		rc = cp_age_identity_recipient(scalar, &to, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_format(&to, text, err);
	if (rc == CP_OK && strcmp(text, pub->recipient) != 0)
		rc = cp_fail(err, CP_CORRUPT, "the share's identity is not "
		    "that of custody key %s", pub->id);
	if (rc == CP_OK) {
		*out = scalar;
		scalar = NULL;
	}
	cp_secret_free(scalar);
	return rc;
}

static enum cp_rc
check_share(const struct cp_custody_public *pub,
    const struct cp_custody_share *share, unsigned *seen, const char *path,
    struct cp_err *err)
{
	unsigned bit = 1U << share->index;

	if (strcmp(share->of.id, pub->id) != 0)
		return cp_fail(err, CP_KEY, "share %s is of custody key %s and "
		    "not of %s", path, share->of.id, pub->id);
	if (share->of.threshold != pub->threshold ||
	    share->of.shares != pub->shares)
		return cp_fail(err, CP_CORRUPT, "share %s says %d of %d where "
		    "the key says %d of %d", path, share->of.threshold,
		    share->of.shares, pub->threshold, pub->shares);
	if ((*seen & bit) != 0)
		return cp_fail(err, CP_KEY, "share %s is share %d, which was "
		    "given already", path, share->index);
	*seen |= bit;
	return CP_OK;
}

enum cp_rc
cp_custody_open(const struct cp_custody_public *pub,
    const char *const *share_paths,
    const struct cp_secret *const *passphrases, size_t n,
    struct cp_secret **identity, struct cp_err *err)
{
	struct cp_secret *found = NULL;
	struct cp_custody_share share;
	unsigned seen = 0;
	enum cp_rc rc = CP_OK;
	size_t i;

	if (pub->threshold != 1 || pub->shares != 1)
		return cp_fail(err, CP_REFUSED, "custody key %s is split among "
		    "custodians, which this version cannot join", pub->id);
	if (n < 1)
		return cp_fail(err, CP_KEY, "custody key %s needs %d share",
		    pub->id, pub->threshold);
	for (i = 0; rc == CP_OK && i < n; i++) {
		share.line = NULL;
		rc = cp_custody_share_open(share_paths[i], passphrases[i],
		    &share, err);
		if (rc == CP_OK)
			rc = check_share(pub, &share, &seen, share_paths[i],
			    err);
		if (rc == CP_OK)
			rc = take_identity(pub, &share, &found, err);
		cp_secret_free(share.line);
	}
	if (rc == CP_OK) {
		*identity = found;
		found = NULL;
	}
	cp_secret_free(found);
	return rc;
}

static enum cp_rc
check_spec(const struct cp_custody_spec *spec, struct cp_err *err)
{
	if (spec->shares != 1 || spec->threshold != 1) {
		(void)cp_fail(err, CP_REFUSED, "a custody key split %d of %d "
		    "cannot be made: this version keeps it whole, behind one "
		    "passphrase", spec->threshold, spec->shares);
		cp_err_hint(err, "use --custodians 1 --threshold 1 and keep "
		    "the share where one person alone cannot reach both it "
		    "and its passphrase");
		return CP_REFUSED;
	}
	if (cp_secret_len(spec->passphrases[0]) == 0)
		return cp_fail(err, CP_BAD_INPUT, "the passphrase is empty");
	if (spec->work_factor < 0 ||
	    spec->work_factor > CP_AGE_WORK_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a work factor must be 1 to "
		    "%d", CP_AGE_WORK_MAX);
	if (strlen(spec->date) != 10 ||
	    strspn(spec->date, "0123456789-") != 10)
		return cp_fail(err, CP_BAD_INPUT, "a date must be YYYY-MM-DD");
	return CP_OK;
}

/* A new identity in a share, and what may be known of it. */
static enum cp_rc
new_identity(const struct cp_custody_spec *spec,
    struct cp_custody_public *pub, struct cp_custody_share *share,
    struct cp_err *err)
{
	struct cp_secret *scalar = NULL;
	struct cp_age_recipient to;
	enum cp_rc rc;

	memset(pub, 0, sizeof(*pub));
	pub->shares = spec->shares;
	pub->threshold = spec->threshold;
	memcpy(pub->date, spec->date, sizeof(pub->date));
	rc = cp_age_identity_new(&scalar, err);
	if (rc == CP_OK)
		rc = cp_age_identity_recipient(scalar, &to, err);
	if (rc == CP_OK)
		rc = cp_age_recipient_format(&to, pub->recipient, err);
	if (rc == CP_OK)
		rc = cp_age_identity_format(scalar, &share->line, err);
	cp_secret_free(scalar);
	if (rc != CP_OK)
		return rc;
	cp_custody_id_of(pub->recipient, pub->id);
	share->of = *pub;
	share->index = 1;
	return CP_OK;
}

static enum cp_rc
write_share(const struct cp_custody_spec *spec,
    const struct cp_custody_share *share, const char *path,
    struct cp_err *err)
{
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = cp_custody_share_seal(share, spec->passphrases[0],
	    spec->work_factor, &file, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR, file.data,
		    file.len, err);
	cp_buf_clear(&file);
	return rc;
}

/* Seals random bytes to the public key and opens them with what the share
 * file on the disk gives. */
static enum cp_rc
prove(const struct cp_custody_public *pub, const char *path,
    const struct cp_secret *passphrase, struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519 };
	struct cp_age_sealer *sealer = NULL;
	struct cp_secret *identity = NULL;
	struct cp_age_recipient to;
	struct cp_buf file, plain;
	uint8_t test[PROOF_BYTES];
	enum cp_rc rc;

	cp_buf_init(&file);
	cp_buf_init(&plain);
	rc = cp_custody_open(pub, &path, &passphrase, 1, &identity, err);
	who.secret = identity;
	if (rc == CP_OK)
		rc = cp_random(test, sizeof(test), err);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(pub->recipient, &to, err);
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
	if (rc != CP_OK)
		cp_err_context(err, "proving the new custody key");
	cp_age_sealer_free(sealer);
	cp_secret_free(identity);
	cp_buf_clear(&file);
	cp_buf_clear(&plain);
	return rc;
}

static enum cp_rc
write_public(const struct cp_custody_public *pub, const char *path,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_custody_public_text(pub, &text, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR | S_IRGRP |
		    S_IROTH, text.data, text.len, err);
	cp_buf_clear(&text);
	return rc;
}

/* Making the key current comes last: from there on it is whole and proved,
 * and stays even if that step fails. */
enum cp_rc
cp_custody_create(const char *keys_dir, const struct cp_custody_spec *spec,
    struct cp_custody_public *out, struct cp_err *err)
{
	char share_path[PATH_MAX] = "", pub_path[PATH_MAX] = "";
	struct cp_custody_share share = { .line = NULL };
	struct cp_custody_public pub;
	enum cp_rc rc;

	rc = check_spec(spec, err);
	if (rc == CP_OK)
		rc = new_identity(spec, &pub, &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_path(spec->share_dir != NULL ?
		    spec->share_dir : keys_dir, pub.id, 1, share_path,
		    sizeof(share_path), err);
	if (rc == CP_OK)
		rc = path_of(keys_dir, "custody-", pub.id, ".pub", pub_path,
		    err);
	if (rc == CP_OK)
		rc = write_share(spec, &share, share_path, err);
	if (rc == CP_OK)
		rc = prove(&pub, share_path, spec->passphrases[0], err);
	if (rc == CP_OK)
		rc = write_public(&pub, pub_path, err);
	cp_secret_free(share.line);
	if (rc != CP_OK) {
		if (share_path[0] != '\0')
			(void)unlink(share_path);
		if (pub_path[0] != '\0')
			(void)unlink(pub_path);
		return rc;
	}
	rc = cp_custody_use(keys_dir, pub.id, err);
	if (rc == CP_OK)
		*out = pub;
	return rc;
}
