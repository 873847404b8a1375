#include "lifecycle/duties/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/duties/verify_internal.h"

enum { FILE_MAX = 64 << 20, KEY_FILE_MAX = 4096, HEAD_LEN = 64 };
static const char ENTRIES[] = "entries.ndjson";
static const char CERTIFICATE[] = "certificate/1";
static const char SIGNATURES[] = "\n\n\xE2\x80\x94 ";

static enum cp_rc
load_key(const char *path, struct cp_note_key *key, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_file_read(path, KEY_FILE_MAX, &text, err);
	if (rc == CP_OK && (strlen(cp_buf_text(&text)) != text.len ||
	    cp_note_key_parse(cp_buf_text(&text), key, err) != CP_OK)) {
		rc = cp_fail(err, CP_KEY, "%s holds no verifier key", path);
		cp_err_hint(err, "it is one line, NAME+HASH+KEY, as in "
		    "keys/signing.pub of the store");
	}
	cp_buf_clear(&text);
	return rc;
}

/* The folder that PATH lies in, "." for a bare name. */
static enum cp_rc
folder_of(const char *path, char out[4096], struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? 1 : slash == path ? 1 :
	    (int)(slash - path);

	if (strlen(path) >= 4096)
		return cp_fail(err, CP_NOT_FOUND, "the path is too long");
	(void)snprintf(out, 4096, "%.*s", len, slash == NULL ? "." : path);
	return CP_OK;
}

/* GIVEN, or else the key.pub of DIR. */
static enum cp_rc
key_beside(const char *dir, const struct cp_note_key *given,
    struct cp_note_key *key, struct cp_err *err)
{
	char path[4200];
	enum cp_rc rc;

	if (given != NULL) {
		*key = *given;
		return CP_OK;
	}
	(void)snprintf(path, sizeof(path), "%s/key.pub", dir);
	rc = load_key(path, key, err);
	if (rc == CP_NOT_FOUND) {
		rc = cp_fail(err, CP_KEY, "no key to check it with");
		cp_err_hint(err, "give the authority's public key with --key "
		    "FILE");
	}
	return rc;
}

/* A signed note, a checkpoint if its text reads so. */
static enum cp_rc
check_note(const struct cp_buf *text, const struct cp_note_key *key,
    struct cp_verify_result *out, struct cp_err *err)
{
	const char *end = strstr(cp_buf_text(text), SIGNATURES);
	struct cp_checkpoint head;
	struct cp_err ignored;
	enum cp_rc rc;

	out->kind = end != NULL && cp_checkpoint_parse(cp_buf_text(text),
	    (size_t)(end + 1 - cp_buf_text(text)), &head, &ignored) ==
	    CP_OK ? "checkpoint" : "note";
	rc = cp_note_verify(text->data, text->len, key, NULL, err);
	if (rc == CP_OK)
		memcpy(out->signed_by, key->name, sizeof(out->signed_by));
	return rc;
}

/* Turns what a check returned into a result: not valid is no error. */
static enum cp_rc
settle(enum cp_rc rc, struct cp_verify_result *out, struct cp_err *err)
{
	out->valid = rc == CP_OK;
	if (rc == CP_CORRUPT || rc == CP_BAD_INPUT || rc == CP_KEY) {
		(void)snprintf(out->why, sizeof(out->why), "%.500s",
		    err->what);
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	(void)snprintf(out->why, sizeof(out->why), "%s", out->key_given ?
	    "all of it holds, by the key given" : "all of it holds, by the "
	    "key that came with it; whose key that is was not checked");
	return CP_OK;
}

static enum cp_rc
unknown(const char *path, struct cp_err *err)
{
	return cp_fail(err, CP_BAD_INPUT, "%s is no certificate, checkpoint "
	    "or exported log", path);
}

static enum cp_rc
check_log(const char *dir, const struct cp_note_key *given,
    struct cp_verify_result *out, struct cp_err *err)
{
	struct cp_note_key key;
	enum cp_rc rc = key_beside(dir, given, &key, err);

	if (rc != CP_OK)
		return rc;
	out->kind = "log";
	return settle(verify_log(dir, &key, out, err), out, err);
}

static enum cp_rc
check_file(const char *path, const struct cp_note_key *given,
    struct cp_verify_result *out, struct cp_err *err)
{
	struct cp_note_key key;
	struct cp_buf text;
	char dir[4096];
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_file_read(path, FILE_MAX, &text, err);
	if (rc == CP_OK)
		rc = folder_of(path, dir, err);
	if (rc != CP_OK)
		goto out;
	if (text.len > 0 && memmem(text.data, text.len < HEAD_LEN ? text.len :
	    HEAD_LEN, CERTIFICATE, sizeof(CERTIFICATE) - 1) != NULL) {
		out->kind = "certificate";
		rc = settle(verify_certificate(&text, given, out, err), out,
		    err);
	} else if (strstr(cp_buf_text(&text), SIGNATURES) != NULL) {
		rc = key_beside(dir, given, &key, err);
		if (rc == CP_OK)
			rc = settle(check_note(&text, &key, out, err), out,
			    err);
	} else {
		rc = unknown(path, err);
	}
out:
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_verify_file(const char *path, const char *key_path,
    struct cp_verify_result *out, struct cp_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const struct cp_note_key *given = NULL;
	struct cp_verify_result result;
	struct cp_note_key key;
	struct stat st;
	char dir[4096];
	enum cp_rc rc;

	memset(&result, 0, sizeof(result));
	if (stat(path, &st) != 0)
		return cp_fail_errno(err, errno == ENOENT || errno == ENOTDIR ?
		    CP_NOT_FOUND : CP_FAILED, "%s", path);
	rc = cp_crypto_init(err);
	if (rc == CP_OK && key_path != NULL) {
		rc = load_key(key_path, &key, err);
		given = &key;
		result.key_given = 1;
	}
	if (rc != CP_OK)
		return rc;
	if (S_ISDIR(st.st_mode)) {
		rc = check_log(path, given, &result, err);
	} else if (strcmp(name, ENTRIES) == 0) {
		rc = folder_of(path, dir, err);
		if (rc == CP_OK)
			rc = check_log(dir, given, &result, err);
	} else if (S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
		rc = check_file(path, given, &result, err);
	} else {
		rc = unknown(path, err);
	}
	if (rc == CP_OK)
		*out = result;
	return rc;
}
