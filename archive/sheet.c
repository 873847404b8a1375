#include "archive/sheet.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/age.h"
#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/custody_impl.h"
#include "archive/file.h"
#include "archive/secret.h"
#include "archive/sheet_impl.h"

/* What scrypt gets as its salt: a label, and the salt of the sheet. */
static const char label[] = "cpadmin sheet/1";
enum { LABEL = sizeof(label) - 1 };

/* The three bytes that say whether all the others belong together. */
static void
sum_of(const uint8_t b[CP_SHEET_BYTES], uint8_t out[SHEET_SUM_LEN])
{
	uint8_t sum[CP_SHA256_LEN];

	cp_sha256(b, SHEET_SUM, sum);
	memcpy(out, sum, SHEET_SUM_LEN);
}

static enum cp_rc
derive(const uint8_t b[CP_SHEET_BYTES], const struct cp_secret *passphrase,
    struct cp_secret **key, struct cp_err *err)
{
	uint8_t salt[LABEL + SHEET_SALT_LEN];
	struct cp_secret *k = NULL;
	enum cp_rc rc;

	memcpy(salt, label, LABEL);
	memcpy(salt + LABEL, b + SHEET_SALT, SHEET_SALT_LEN);
	rc = cp_secret_new(&k, CP_AEAD_KEY, err);
	if (rc == CP_OK)
		rc = cp_scrypt(cp_secret_bytes(passphrase),
		    cp_secret_len(passphrase), salt, sizeof(salt),
		    b[SHEET_WORK], cp_secret_data(k), CP_AEAD_KEY, err);
	if (rc == CP_OK)
		*key = k;
	else
		cp_secret_free(k);
	return rc;
}

/* A key is used once, for the salt is new: its nonce may be zeros. */
static const uint8_t nonce[CP_AEAD_NONCE];

static enum cp_rc
seal(uint8_t b[CP_SHEET_BYTES], const struct cp_secret *passphrase,
    const struct cp_secret *value, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_aead *aead = NULL;
	enum cp_rc rc;

	rc = cp_random(b + SHEET_SALT, SHEET_SALT_LEN, err);
	if (rc == CP_OK)
		rc = derive(b, passphrase, &key, err);
	if (rc == CP_OK)
		rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_aead_seal(aead, cp_secret_bytes(key), nonce, b,
		    SHEET_HEAD_LEN, cp_secret_bytes(value), CUSTODY_VALUE,
		    b + SHEET_SEALED, b + SHEET_TAG, err);
	cp_aead_free(aead);
	cp_secret_free(key);
	if (rc == CP_OK)
		sum_of(b, b + SHEET_SUM);
	return rc;
}

static enum cp_rc
unseal(const uint8_t b[CP_SHEET_BYTES], const struct cp_secret *passphrase,
    struct cp_secret **value, struct cp_err *err)
{
	struct cp_secret *key = NULL, *out = NULL;
	struct cp_aead *aead = NULL;
	enum cp_rc rc;

	rc = derive(b, passphrase, &key, err);
	if (rc == CP_OK)
		rc = cp_aead_new(&aead, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&out, CUSTODY_VALUE, err);
	if (rc == CP_OK)
		rc = cp_aead_open(aead, cp_secret_bytes(key), nonce, b,
		    SHEET_HEAD_LEN, b + SHEET_SEALED, CUSTODY_VALUE,
		    b + SHEET_TAG, cp_secret_data(out), err);
	if (rc == CP_CORRUPT)
		rc = cp_fail(err, CP_KEY, "wrong passphrase");
	cp_aead_free(aead);
	cp_secret_free(key);
	if (rc == CP_OK)
		*value = out;
	else
		cp_secret_free(out);
	return rc;
}

/* ---- making ------------------------------------------------------------- */
static enum cp_rc
put_head(const struct cp_custody_public *pub, int index, int work_factor,
    uint8_t b[CP_SHEET_BYTES], struct cp_err *err)
{
	size_t got;

	if (work_factor < 0 || work_factor > CP_AGE_WORK_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a work factor must be 1 to "
		    "%d", CP_AGE_WORK_MAX);
	b[SHEET_VERSION] = SHEET_VERSION_1;
	b[SHEET_INDEX] = (uint8_t)index;
	b[SHEET_THRESHOLD] = (uint8_t)pub->threshold;
	b[SHEET_SHARES] = (uint8_t)pub->shares;
	b[SHEET_WORK] = (uint8_t)(work_factor != 0 ? work_factor :
	    CP_AGE_WORK_FACTOR);
	return cp_hex_get(pub->id, CP_CUSTODY_ID, b + SHEET_ID, SHEET_ID_LEN,
	    &got, err);
}

enum cp_rc
cp_sheet_make(const struct cp_custody_public *pub, const char *share_path,
    const struct cp_secret *passphrase, int work_factor, struct cp_sheet *out,
    struct cp_err *err)
{
	uint8_t b[CP_SHEET_BYTES];
	struct cp_secret *value = NULL;
	int index = 0;
	enum cp_rc rc;

	rc = cp_custody_share_take(pub, share_path, passphrase, &index, &value,
	    err);
	if (rc == CP_OK)
		rc = put_head(pub, index, work_factor, b, err);
	if (rc == CP_OK)
		rc = seal(b, passphrase, value, err);
	cp_secret_free(value);
	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	cp_sheet_head(b, out);
	cp_sheet_write(b, out->line);
	return CP_OK;
}

/* ---- reading ------------------------------------------------------------ */
enum cp_rc
cp_sheet_bytes(const struct cp_sheet *sheet, uint8_t out[CP_SHEET_BYTES],
    struct cp_err *err)
{
	uint8_t b[CP_SHEET_BYTES], sum[SHEET_SUM_LEN];
	struct cp_sheet head;
	enum cp_rc rc;

	rc = cp_sheet_read(sheet->line, b, err);
	if (rc != CP_OK)
		return rc;
	sum_of(b, sum);
	if (memcmp(sum, b + SHEET_SUM, sizeof(sum)) != 0)
		return cp_fail(err, CP_BAD_INPUT, "each line fits its checking "
		    "word, but they do not make a sheet: read all of them "
		    "again");
	cp_sheet_head(b, &head);
	if (b[SHEET_VERSION] != SHEET_VERSION_1 || b[SHEET_WORK] < 1 ||
	    b[SHEET_WORK] > CP_AGE_WORK_MAX || !cp_custody_numbers_valid(
	    head.of.threshold, head.of.shares) || head.index < 1 ||
	    head.index > head.of.shares)
		return cp_fail(err, CP_BAD_INPUT, "the sheet is of a kind that "
		    "this version does not know");
	memcpy(out, b, sizeof(b));
	return CP_OK;
}

enum cp_rc
cp_sheet_parse(const char *text, struct cp_sheet *out, struct cp_err *err)
{
	struct cp_sheet sheet = { .index = 0 };
	uint8_t b[CP_SHEET_BYTES];
	enum cp_rc rc;

	rc = cp_sheet_lines(text, sheet.line, err);
	if (rc == CP_OK)
		rc = cp_sheet_bytes(&sheet, b, err);
	if (rc != CP_OK)
		return rc;
	cp_sheet_head(b, &sheet);
	*out = sheet;
	return CP_OK;
}

/* ---- back to a file ----------------------------------------------------- */
static enum cp_rc
write_share(const struct cp_custody_share *share,
    const struct cp_secret *passphrase, int work_factor, const char *path,
    struct cp_err *err)
{
	struct cp_buf file;
	enum cp_rc rc;

	cp_buf_init(&file);
	rc = cp_custody_share_seal(share, passphrase, work_factor, &file, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR, file.data,
		    file.len, err);
	cp_buf_clear(&file);
	return rc;
}

enum cp_rc
cp_sheet_recover(const struct cp_sheet *sheet,
    const struct cp_custody_public *pub, const struct cp_secret *passphrase,
    int work_factor, const char *path, struct cp_err *err)
{
	struct cp_custody_share share = { .line = NULL };
	struct cp_secret *value = NULL;
	uint8_t b[CP_SHEET_BYTES];
	struct cp_sheet head = { .index = 0 };
	enum cp_rc rc;

	rc = cp_sheet_bytes(sheet, b, err);
	if (rc != CP_OK)
		return rc;
	cp_sheet_head(b, &head);
	share.of = head.of;
	share.index = head.index;
	rc = cp_custody_share_fits(pub, &share, "the sheet", err);
	if (rc == CP_OK)
		rc = unseal(b, passphrase, &value, err);
	if (rc == CP_OK)
		rc = cp_custody_share_of(pub, head.index, value, &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_check(pub, &share, "the sheet", err);
	if (rc == CP_OK && path != NULL)
		rc = write_share(&share, passphrase, work_factor, path, err);
	cp_secret_free(value);
	cp_secret_free(share.line);
	return rc;
}
