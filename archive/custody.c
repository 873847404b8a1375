#include "archive/custody.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/custody_impl.h"
#include "archive/file.h"

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
cp_custody_public_path(const char *keys_dir, const char *id,
    char out[PATH_MAX], struct cp_err *err)
{
	return path_of(keys_dir, "custody-", id, ".pub", out, err);
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
	rc = cp_custody_public_path(keys_dir, wanted, path, err);
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
