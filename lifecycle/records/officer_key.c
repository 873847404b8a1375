#include "lifecycle/records/officer_key.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/age_armor.h"
#include "archive/age_keys.h"
#include "archive/file.h"

enum { PATH = 4096, FILE_MAX = 16384 };

static enum cp_rc
key_path(struct cp_store *s, const char *name, char path[PATH],
    struct cp_err *err)
{
	return cp_store_path(s, path, PATH, err, "keys/officers/%s.age",
	    name);
}

/* ---- making -------------------------------------------------------------- */

/* An identity file, as age-keygen writes it. */
static enum cp_rc
write_text(const struct cp_secret *scalar, const struct cp_age_recipient *to,
    struct cp_secret **out, struct cp_err *err)
{
	static const char before[] = "# public key: ";
	char point[CP_AGE_RECIPIENT_TEXT + 1];
	struct cp_secret *line = NULL, *text = NULL;
	uint8_t *at;
	enum cp_rc rc = cp_age_recipient_format(to, point, err);

	if (rc == CP_OK)
		rc = cp_age_identity_format(scalar, &line, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&text, sizeof(before) - 1 +
		    CP_AGE_RECIPIENT_TEXT + 1 + cp_secret_len(line) + 1, err);
	if (rc == CP_OK) {
		at = cp_secret_data(text);
		memcpy(at, before, sizeof(before) - 1);
		at += sizeof(before) - 1;
		memcpy(at, point, CP_AGE_RECIPIENT_TEXT);
		at += CP_AGE_RECIPIENT_TEXT;
		*at++ = '\n';
		memcpy(at, cp_secret_bytes(line), cp_secret_len(line));
		at[cp_secret_len(line)] = '\n';
		*out = text;
		text = NULL;
	}
	cp_secret_free(line);
	cp_secret_free(text);
	return rc;
}

static enum cp_rc
seal(const struct cp_secret *text, const struct cp_secret *passphrase,
    unsigned work_factor, struct cp_buf *out, struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_SCRYPT,
		.passphrase = passphrase, .work_factor = work_factor };
	struct cp_age_sealer *sealer = NULL;
	enum cp_rc rc = cp_age_sealer_new(&sealer, err);

	if (rc == CP_OK)
		rc = cp_age_seal(sealer, &to, 1, cp_secret_bytes(text),
		    cp_secret_len(text), out, out, NULL, err);
	cp_age_sealer_free(sealer);
	return rc;
}

/* What a kill left of a file that was being written; nobody else writes one
 * within this transaction. */
static void
remove_parts(const char *folder)
{
	const struct dirent *e;
	DIR *d = opendir(folder);

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] == '.' && strstr(e->d_name, ".part-") != NULL)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
}

static enum cp_rc
write_file(struct cp_store *s, const char *name, const struct cp_buf *file,
    struct cp_err *err)
{
	char path[PATH];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "keys/officers");

	if (rc == CP_OK && access(path, F_OK) != 0)
		rc = cp_dir_make(path, 0700, err);
	if (rc == CP_OK)
		remove_parts(path);
	if (rc == CP_OK)
		rc = key_path(s, name, path, err);
	return rc == CP_OK ? cp_file_write_durable(path, 0600, file->data,
	    file->len, err) : rc;
}

enum cp_rc
cp_officer_key_make(struct cp_store *s, const char *name,
    const struct cp_secret *passphrase, unsigned work_factor,
    uint8_t point[32], struct cp_err *err)
{
	struct cp_secret *scalar = NULL, *text = NULL;
	struct cp_age_recipient to;
	struct cp_buf file;
	enum cp_rc rc = cp_age_identity_new(&scalar, err);

	cp_buf_init(&file);
	if (rc == CP_OK)
		rc = cp_age_identity_recipient(scalar, &to, err);
	if (rc == CP_OK)
		rc = write_text(scalar, &to, &text, err);
	if (rc == CP_OK)
		rc = seal(text, passphrase, work_factor, &file, err);
	if (rc == CP_OK)
		rc = write_file(s, name, &file, err);
	if (rc == CP_OK)
		memcpy(point, to.point, sizeof(to.point));
	cp_secret_free(scalar);
	cp_secret_free(text);
	cp_buf_clear(&file);
	return rc;
}

enum cp_rc
cp_officer_forget(struct cp_store *s, const char *name, struct cp_err *err)
{
	char path[PATH];
	enum cp_rc rc = key_path(s, name, path, err);

	if (rc == CP_OK)
		rc = cp_file_unlink_durable(path, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		rc = CP_OK;
	}
	return rc;
}

/* ---- opening ------------------------------------------------------------- */

static enum cp_rc
open_file(const char *path, const char *name,
    const struct cp_secret *passphrase, struct cp_secret **text,
    struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_SCRYPT,
		.secret = passphrase };
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = cp_file_read(path, FILE_MAX, &file, err);
	if (rc == CP_NOT_FOUND) {
		rc = cp_fail(err, CP_KEY, "the identity of officer %s is not "
		    "there: %s", name, path);
		cp_err_hint(err, "put back a copy of that file, or another "
		    "officer runs `cpadmin shield officer remove %s'", name);
	} else if (rc == CP_OK) {
		rc = cp_age_unarmor(&file, err);
		if (rc == CP_OK)
			rc = cp_age_open_secret(file.data, file.len, &who, 1,
			    text, err);
		if (rc == CP_KEY) {
			rc = cp_fail(err, CP_KEY, "wrong passphrase of officer "
			    "%s", name);
			cp_err_hint(err, "one who lost it is removed by "
			    "another officer: `cpadmin shield officer remove "
			    "%s'", name);
		} else if (rc != CP_OK) {
			cp_err_context(err, "%s", path);
		}
	}
	cp_buf_clear(&file);
	return rc;
}

static enum cp_rc
is_theirs(const struct cp_officer *o, const struct cp_secret *scalar,
    const char *path, struct cp_err *err)
{
	struct cp_age_recipient to;
	enum cp_rc rc = cp_age_identity_recipient(scalar, &to, err);

	if (rc != CP_OK || memcmp(to.point, o->point, sizeof(to.point)) == 0)
		return rc;
	(void)cp_fail(err, CP_KEY, "%s is not the identity by which this "
	    "store knows officer %s", path, o->name);
	cp_err_hint(err, "it is of another store, or of an earlier time: take "
	    "the file that belongs here");
	return CP_KEY;
}

enum cp_rc
cp_officer_unlock(struct cp_store *s, const char *name,
    const struct cp_secret *passphrase, struct cp_secret **identity,
    struct cp_err *err)
{
	struct cp_secret *text = NULL, *scalar = NULL;
	struct cp_officer o;
	char path[PATH];
	size_t n = 0;
	enum cp_rc rc = cp_officer_get(s, name, &o, err);

	if (rc == CP_OK)
		rc = key_path(s, o.name, path, err);
	if (rc == CP_OK)
		rc = open_file(path, o.name, passphrase, &text, err);
	if (rc == CP_OK) {
		rc = cp_age_identity_file(text, &scalar, 1, &n, err);
		if (rc == CP_BAD_INPUT) {
			cp_err_context(err, "%s", path);
			rc = err->code = CP_CORRUPT;
		}
	}
	if (rc == CP_OK)
		rc = is_theirs(&o, scalar, path, err);
	if (rc == CP_OK) {
		*identity = scalar;
		scalar = NULL;
	}
	cp_secret_free(scalar);
	cp_secret_free(text);
	return rc;
}
