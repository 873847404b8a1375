#include "lifecycle/store/settings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "lifecycle/store/stmt.h"

enum { POLICY_MAX = 1 << 20, HASH_TEXT = 65 };

enum cp_rc
cp_settings_load(struct cp_store *s, struct cp_settings *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SETTINGS_LOAD);
	const void *salt;
	size_t len;
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "store %s was never finished",
		    cp_store_dir(s));
	if (rc != CP_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	cp_col_copy(q, 0, out->store_id, sizeof(out->store_id));
	cp_col_copy(q, 1, out->authority, sizeof(out->authority));
	cp_col_copy(q, 2, out->custody, sizeof(out->custody));
	salt = cp_col_blob(q, 3, &len);
	if (len == sizeof(out->salt))
		memcpy(out->salt, salt, len);
	out->rehearsal = cp_col_int(q, 4) != 0;
	out->policy_n = cp_col_int(q, 5);
	out->last_run = cp_col_date(q, 6);
	out->last_run_at = cp_col_int(q, 7);
	out->clock_doubt = cp_col_int(q, 8);
	out->policy_done = cp_col_int(q, 9);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_settings_create(struct cp_store *s, const struct cp_settings *settings,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SETTINGS_CREATE);

	cp_bind_text(q, settings->store_id);
	cp_bind_int(q, settings->rehearsal);
	cp_bind_text(q, now->time);
	cp_bind_text(q, settings->authority);
	cp_bind_blob(q, settings->salt, sizeof(settings->salt));
	cp_bind_text(q, settings->custody);
	return cp_exec(q, err);
}

enum cp_rc
cp_settings_ran(struct cp_store *s, const struct cp_now *now,
    int64_t clock_doubt, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SETTINGS_RAN);

	cp_bind_date(q, now->today);
	cp_bind_text(q, now->time);
	if (clock_doubt != 0)
		cp_bind_int(q, clock_doubt);
	else
		cp_bind_null(q);
	return cp_exec(q, err);
}

enum cp_rc
cp_settings_doubt(struct cp_store *s, int64_t seq, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SETTINGS_DOUBT);

	if (seq != 0)
		cp_bind_int(q, seq);
	else
		cp_bind_null(q);
	return cp_exec(q, err);
}

/* SHA-256 of TEXT in hexadecimal. */
static enum cp_rc
hash_text(const struct cp_buf *text, char out[HASH_TEXT], struct cp_err *err)
{
	struct cp_buf hex;
	uint8_t hash[32];
	enum cp_rc rc;

	cp_buf_init(&hex);
	cp_sha256(text->data, text->len, hash);
	cp_hex_put(&hex, hash, sizeof(hash));
	rc = cp_buf_check(&hex, err);
	if (rc == CP_OK)
		(void)snprintf(out, HASH_TEXT, "%s", cp_buf_text(&hex));
	cp_buf_clear(&hex);
	return rc;
}

/* Reads the policy file of STORE/policies that row N names and checks it. */
static enum cp_rc
read_kept(struct cp_store *s, int64_t n, struct cp_buf *text, char *name,
    size_t cap, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_GET);
	char want[HASH_TEXT], have[HASH_TEXT], path[4200];
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_CORRUPT, "no policy is in force");
	if (rc != CP_OK)
		return rc;
	cp_col_copy(q, 2, want, sizeof(want));
	(void)snprintf(name, cap, "policies/%s", cp_col_text(q, 3));
	cp_reset(q);
	rc = cp_store_path(s, path, sizeof(path), err, "%s", name);
	if (rc == CP_OK)
		rc = cp_file_read(path, POLICY_MAX, text, err);
	if (rc == CP_NOT_FOUND)
		rc = err->code = CP_CORRUPT;
	if (rc == CP_OK)
		rc = hash_text(text, have, err);
	if (rc != CP_OK || strcmp(want, have) == 0)
		return rc;
	cp_fail(err, CP_CORRUPT, "%s is not the policy that was adopted", path);
	cp_err_hint(err, "put the original back, or adopt a policy");
	return CP_CORRUPT;
}

enum cp_rc
cp_settings_policy(struct cp_store *s, const struct cp_settings *settings,
    struct cp_policy **out, struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_buf text;
	char name[256];
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_policy_report_init(&report);
	rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = read_kept(s, settings->policy_n, &text, name,
		    sizeof(name), err);
	if (rc == CP_OK)
		rc = cp_policy_load_text(name, cp_buf_text(&text), text.len,
		    out, &report, err);
	cp_policy_report_clear(&report);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_settings_policy_file(struct cp_store *s,
    const struct cp_settings *settings, char *buf, size_t cap,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_GET);
	char file[256];
	int row;
	enum cp_rc rc;

	cp_bind_int(q, settings->policy_n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		return cp_fail(err, CP_CORRUPT, "no policy is in force");
	if (rc != CP_OK)
		return rc;
	cp_col_copy(q, 3, file, sizeof(file));
	cp_reset(q);
	return cp_store_path(s, buf, cap, err, "policies/%s", file);
}

static enum cp_rc
find_row(struct cp_stmt *q, int64_t *n, struct cp_err *err)
{
	return cp_exec_int(q, 0, n, err);
}

/* Refuses a second content under the same name and version. */
static enum cp_rc
check_unused(struct cp_store *s, const struct cp_policy *p, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_BY_VERSION);
	int64_t n;
	enum cp_rc rc;

	cp_bind_text(q, p->name);
	cp_bind_text(q, p->version);
	rc = find_row(q, &n, err);
	if (rc != CP_OK || n == 0)
		return rc;
	cp_fail(err, CP_REFUSED, "another %s version %s was adopted before",
	    p->name, p->version);
	cp_err_hint(err, "give the changed policy a new version");
	return CP_REFUSED;
}

static enum cp_rc
keep_file(struct cp_store *s, const struct cp_policy *p, const char *hash,
    const struct cp_buf *text, char *file, size_t cap, struct cp_err *err)
{
	char path[4200];
	enum cp_rc rc;

	if (snprintf(file, cap, "%s-%s-%.8s.cfg", p->name, p->version, hash) >=
	    (int)cap || strchr(file, '/') != NULL)
		return cp_fail(err, CP_BAD_INPUT, "a policy's name and version "
		    "make its file name: no '/', under 100 characters");
	rc = cp_store_path(s, path, sizeof(path), err, "policies/%s", file);
	return rc == CP_OK ? cp_file_write_durable(path, 0600, text->data,
	    text->len, err) : rc;
}

static enum cp_rc
add_row(struct cp_store *s, const struct cp_policy *p, const char *hash,
    const char *file, const char *by, const struct cp_now *now, int64_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_ADD);
	enum cp_rc rc;

	cp_bind_text(q, p->name);
	cp_bind_text(q, p->version);
	cp_bind_text(q, hash);
	cp_bind_text(q, file);
	cp_bind_text(q, now->time);
	cp_bind_text(q, by);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		*n = cp_last_insert(s);
	return rc;
}

/* TEXT is the policy P, not kept before: keeps its file and its row. */
static enum cp_rc
keep(struct cp_store *s, const struct cp_policy *p, const char *hash,
    const struct cp_buf *text, const char *by, const struct cp_now *now,
    int64_t *n, struct cp_err *err)
{
	char file[128];
	enum cp_rc rc = check_unused(s, p, err);

	if (rc == CP_OK)
		rc = keep_file(s, p, hash, text, file, sizeof(file), err);
	return rc == CP_OK ? add_row(s, p, hash, file, by, now, n, err) : rc;
}

enum cp_rc
cp_settings_keep_policy(struct cp_store *s, const char *path,
    const char *operator_name, const struct cp_now *now, int64_t *n,
    struct cp_err *err)
{
	struct cp_policy_report report;
	struct cp_policy *p = NULL;
	struct cp_stmt *q;
	struct cp_buf text;
	char hash[HASH_TEXT];
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_policy_report_init(&report);
	rc = cp_file_read(path, POLICY_MAX, &text, err);
	if (rc == CP_OK)
		rc = cp_policy_load_text(path, cp_buf_text(&text), text.len,
		    &p, &report, err);
	if (rc == CP_OK)
		rc = hash_text(&text, hash, err);
	if (rc == CP_OK) {
		q = cp_stmt(s, SQL_POLICY_BY_HASH);
		cp_bind_text(q, hash);
		rc = find_row(q, n, err);
	}
	if (rc == CP_OK && *n == 0)
		rc = keep(s, p, hash, &text, operator_name, now, n, err);
	cp_policy_free(p);
	cp_policy_report_clear(&report);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_settings_put_policy(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SETTINGS_PUT_POLICY);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_settings_note_adoption(struct cp_store *s, int64_t n,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_POLICY_ADOPTED);

	cp_bind_int(q, n);
	cp_bind_text(q, now->time);
	return cp_exec(q, err);
}

enum cp_rc
cp_settings_policy_done(struct cp_store *s, struct cp_err *err)
{
	return cp_exec(cp_stmt(s, SQL_SETTINGS_POLICY_DONE), err);
}
