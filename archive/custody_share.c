#include <string.h>

#include "archive/age.h"
#include "archive/age_armor.h"
#include "archive/custody_impl.h"
#include "archive/file.h"
#include "archive/secret.h"

enum cp_rc
cp_custody_share_seal(const struct cp_custody_share *share,
    const struct cp_secret *passphrase, int work_factor, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_SCRYPT,
	    .passphrase = passphrase, .work_factor = (unsigned)work_factor };
	struct cp_age_sealer *sealer = NULL;
	struct cp_secret *text = NULL;
	enum cp_rc rc;

	rc = cp_custody_share_text(share, &text, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&sealer, err);
	if (rc == CP_OK)
		rc = cp_age_seal(sealer, &to, 1, cp_secret_bytes(text),
		    cp_secret_len(text), out, out, NULL, err);
	cp_age_sealer_free(sealer);
	cp_secret_free(text);
	return rc;
}

static enum cp_rc
unseal(const struct cp_buf *file, const struct cp_secret *passphrase,
    struct cp_secret **text, struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_SCRYPT,
	    .secret = passphrase };
	enum cp_rc rc;

	rc = cp_age_open_secret(file->data, file->len, &who, 1, text, err);
	if (rc == CP_KEY) {
		(void)cp_fail(err, rc, "wrong passphrase");
		cp_err_hint(err, "a share that was changed looks the same: "
		    "when the passphrase is right, take another copy");
	}
	return rc;
}

enum cp_rc
cp_custody_share_open(const char *path, const struct cp_secret *passphrase,
    struct cp_custody_share *out, struct cp_err *err)
{
	struct cp_secret *text = NULL;
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = cp_file_read(path, CUSTODY_FILE_MAX, &file, err);
	if (rc == CP_OK) {
		rc = cp_age_unarmor(&file, err);
		if (rc == CP_OK)
			rc = unseal(&file, passphrase, &text, err);
		if (rc == CP_OK)
			rc = cp_custody_share_parse(text, out, err);
		if (rc != CP_OK)
			cp_err_context(err, "share %s", path);
	}
	cp_secret_free(text);
	cp_buf_clear(&file);
	return rc;
}
