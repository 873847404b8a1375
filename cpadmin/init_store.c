#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/shelf.h"
#include "cpadmin/init.h"
#include "cpadmin/officer_unlock.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/rules/job.h"
#include "lifecycle/store/json_put.h"

enum { OPEN_FILES = 16, HEAD_MOST = 64 * 1024 };

/* ---- the folder --------------------------------------------------------------- */

enum cp_rc
cp_init_check_dir(const char *dir, struct cp_err *err)
{
	const struct dirent *entry;
	int empty = 1;
	DIR *d = opendir(dir);

	if (d == NULL && errno == ENOENT)
		return CP_OK;
	if (d == NULL && errno == ENOTDIR)
		return cp_fail(err, CP_REFUSED, "%s is there and no folder",
		    dir);
	if (d == NULL)
		return cp_fail_errno(err, errno == EACCES ? CP_DENIED :
		    CP_FAILED, "%s", dir);
	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			empty = 0;
	(void)closedir(d);
	if (empty)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "%s is not empty", dir);
	cp_err_hint(err, "a store is made in a folder of its own");
	return CP_REFUSED;
}

static enum cp_rc
path_in(const struct cp_init *in, char *out, const char *name,
    struct cp_err *err)
{
	int n = snprintf(out, CP_INIT_PATH, "%s/%s", in->tmp, name);

	return n > 0 && n < CP_INIT_PATH ? CP_OK :
	    cp_fail(err, CP_USAGE, "DIR is too long");
}

static enum cp_rc
make_folders(struct cp_init *in, struct cp_err *err)
{
	static const char *const folders[] = { "archive", "keys", "outbox",
		"rejects", "policies" };
	char path[CP_INIT_PATH];
	size_t i;
	enum cp_rc rc = CP_OK;

	if (mkdtemp(in->tmp) == NULL) {
		rc = cp_fail_errno(err, CP_FAILED, "cannot make %s", in->tmp);
		in->tmp[0] = '\0';
		return rc;
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		rc = path_in(in, path, folders[i], err);
		if (rc == CP_OK)
			rc = cp_dir_make(path, 0700, err);
		if (rc != CP_OK)
			return rc;
	}
	if (!in->settings.rehearsal)
		return CP_OK;
	rc = path_in(in, path, "keys/rehearsal", err);
	return rc == CP_OK ? cp_dir_make(path, 0700, err) : rc;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Nothing in it was ever in use: no key needs more than unlinking. */
static void
remove_tmp(struct cp_init *in)
{
	if (in->tmp[0] != '\0')
		(void)nftw(in->tmp, remove_one, OPEN_FILES,
		    FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	in->tmp[0] = '\0';
}

/* rename(2) takes the place of an empty folder and of nothing else. */
static enum cp_rc
put_in_place(struct cp_init *in, struct cp_err *err)
{
	enum cp_rc rc = cp_dir_sync(in->tmp, err);

	if (rc != CP_OK)
		return rc;
	if (rename(in->tmp, in->dir) != 0)
		return cp_fail_errno(err, errno == ENOTEMPTY ||
		    errno == EEXIST || errno == ENOTDIR ? CP_REFUSED :
		    CP_FAILED, "cannot put the store at %s", in->dir);
	in->tmp[0] = '\0';
	return cp_dir_sync_of(in->dir, err);
}

/* ---- keys --------------------------------------------------------------------- */

static const char digits[] = "0123456789abcdef";

static void
to_hex(const uint8_t *in, size_t n, char *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
}

static enum cp_rc
make_host_keys(struct cp_init *in, const char *keys, struct cp_err *err)
{
	struct cp_secret *host = NULL;
	char path[CP_INIT_PATH];
	enum cp_rc rc;

	rc = path_in(in, path, "keys/host.key", err);
	if (rc == CP_OK)
		rc = cp_hostkey_create(path, err);
	if (rc == CP_OK)
		rc = cp_hostkey_load(keys, &host, err);
	if (rc == CP_OK)
		rc = path_in(in, path, "keys/shelves.key", err);
	if (rc == CP_OK)
		rc = cp_shelf_create(path, host, err);
	if (rc == CP_OK)
		rc = cp_audit_make_key(in->tmp, in->settings.store_id, err);
	cp_secret_free(host);
	return rc;
}

static enum cp_rc
make_custody(struct cp_init *in, const char *keys, struct cp_err *err)
{
	struct cp_custody_public *key = &in->ceremony.key;
	enum cp_rc rc;

	if (in->no_custody)
		return CP_OK;
	rc = cp_ceremony_make(keys, in->now.today, &in->ceremony, err);
	if (rc == CP_OK)
		rc = cp_custody_use(keys, key->id, err);
	if (rc == CP_OK)
		(void)snprintf(in->settings.custody,
		    sizeof(in->settings.custody), "%s", key->id);
	return rc;
}

static enum cp_rc
make_keys(struct cp_init *in, struct cp_err *err)
{
	uint8_t id[16];
	char keys[CP_INIT_PATH];
	enum cp_rc rc;

	rc = cp_random(id, sizeof(id), err);
	if (rc == CP_OK)
		rc = cp_random(in->settings.salt, sizeof(in->settings.salt),
		    err);
	if (rc == CP_OK)
		rc = path_in(in, keys, "keys", err);
	if (rc != CP_OK)
		return rc;
	to_hex(id, sizeof(id), in->settings.store_id);
	in->settings.store_id[2 * sizeof(id)] = '\0';
	rc = make_host_keys(in, keys, err);
	return rc == CP_OK ? make_custody(in, keys, err) : rc;
}

/* ---- the database ------------------------------------------------------------- */

static enum cp_rc
add_entry(struct cp_audit *a, const char *action, const struct cp_buf *detail,
    struct cp_err *err)
{
	struct cp_entry e = { action, NULL, NULL, cp_buf_text(detail) };
	enum cp_rc rc = cp_buf_check(detail, err);

	return rc == CP_OK ? cp_audit_add(a, &e, NULL, err) : rc;
}

/* One entry whose detail is of texts: key, value, ..., NULL. */
static enum cp_rc
add_texts(struct cp_audit *a, const char *action, const char *const *texts,
    struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	for (; texts[0] != NULL; texts += 2)
		cp_json_put_member(&b, texts[0], texts[1]);
	cp_json_close(&b, '}');
	rc = add_entry(a, action, &b, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
log_all(const struct cp_init *in, struct cp_audit *a, struct cp_err *err)
{
	char roles[100];
	const char *const init[] = { "authority", in->settings.authority,
		"version", CP_VERSION, "rehearsal",
		in->settings.rehearsal ? "yes" : "no", NULL };
	const char *const policy[] = { "policy", in->policy_name, NULL };
	const char *const operator[] = { "operator", in->op.name, "roles",
		roles, NULL };
	enum cp_rc rc;

	cp_roles_text(in->op.roles, roles, sizeof(roles));
	rc = add_texts(a, "store.init", init, err);
	if (rc == CP_OK)
		rc = add_texts(a, "policy.adopt", policy, err);
	if (rc == CP_OK)
		rc = add_texts(a, "operator.add", operator, err);
	return rc;
}

/* The head of the log is kept outside the database as well; a run makes that up
 * where it could not be, but a log that has none from the first on is not
 * whole. */
static enum cp_rc
check_head(const struct cp_init *in, struct cp_err *err)
{
	char path[CP_INIT_PATH];
	struct cp_buf head;
	enum cp_rc rc = path_in(in, path, "keys/log-head", err);

	cp_buf_init(&head);
	if (rc == CP_OK)
		rc = cp_file_read(path, HEAD_MOST, &head, err);
	if (rc == CP_OK && (head.len == 0 || head.data[head.len - 1] != '\n'))
		rc = cp_fail(err, CP_FAILED, "%s ends early", path);
	if (rc != CP_OK) {
		cp_err_context(err, "the head of the log could not be kept");
		rc = err->code = CP_FAILED;
	}
	cp_buf_clear(&head);
	return rc;
}

static enum cp_rc
put_policy(struct cp_init *in, struct cp_store *s, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	int64_t n = 0;
	enum cp_rc rc;

	rc = cp_settings_keep_policy(s, in->policy_file, in->op.name, &in->now,
	    &n, err);
	if (rc == CP_OK)
		rc = cp_settings_put_policy(s, n, err);
	in->settings.policy_n = n;
	if (rc == CP_OK)
		rc = cp_settings_policy(s, &in->settings, &policy, err);
	if (rc == CP_OK)
		(void)snprintf(in->policy_name, sizeof(in->policy_name), "%s",
		    policy->name);
	cp_policy_free(policy);
	return rc;
}

/* In a rehearsal nobody is asked for passphrases: the first operator is a
 * shielding officer, and there is a second one, as there should be. */
static enum cp_rc
make_officers(const struct cp_init *in, struct cp_store *s,
    struct cp_audit *a, struct cp_err *err)
{
	static const char second[] = "second-officer";
	enum cp_rc rc;

	if (!in->settings.rehearsal)
		return CP_OK;
	rc = cp_officer_rehearse(s, a, in->op.name, &in->now, NULL, err);
	if (rc != CP_OK || strcmp(in->op.name, second) == 0)
		return rc;
	rc = cp_officer_rehearse(s, a, second, &in->now, NULL, err);
	return rc == CP_OK ? cp_officer_admit(s, a, second, &in->now, err) :
	    rc;
}

static enum cp_rc
fill_store(struct cp_init *in, struct cp_store *s, struct cp_err *err)
{
	struct cp_audit *a = NULL;
	enum cp_rc rc;

	rc = cp_audit_open(s, in->settings.store_id, in->op.name, &in->now, &a,
	    err);
	if (rc == CP_OK)
		rc = cp_txn_begin(a, err);
	if (rc == CP_OK)
		rc = cp_settings_create(s, &in->settings, &in->now, err);
	if (rc == CP_OK)
		rc = put_policy(in, s, err);
	if (rc == CP_OK)
		rc = cp_operator_add(s, &in->op, NULL, &in->now, err);
	if (rc == CP_OK)
		rc = log_all(in, a, err);
	if (rc == CP_OK)
		rc = make_officers(in, s, a, err);
	if (rc == CP_OK && !in->no_custody)
		rc = cp_ceremony_enter(&in->ceremony, s, a, &in->now, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(a, err);
	if (rc == CP_OK)
		rc = check_head(in, err);
	cp_audit_free(a);
	return rc;
}

/* ---- settings of the site ----------------------------------------------------- */

/* What is done where nothing is said; cpadmin.conf(5) tells of all settings
 * of a job. */
static void
put_schedule(struct cp_buf *b)
{
	char every[CP_JOB_EVERY_TEXT], at[CP_JOB_AT_TEXT];
	char late[CP_PERIOD_TEXT];
	const struct cp_job *job;
	struct cp_schedule s;

	cp_schedule_default(&s);
	cp_buf_puts(b, "\n# What cpschedd(8) does, and when: times as clocks "
	    "in England show them.\nschedule = {\n");
	for (job = s.jobs; job < s.jobs + s.n; job++) {
		cp_buf_printf(b, "\t%s = {\n\t\tcommand = \"%s\";\n"
		    "\t\tevery = \"%s\";\n", job->name, job->command,
		    cp_job_every_text(job, every));
		if (job->every == CP_EVERY_MONTH)
			cp_buf_printf(b, "\t\tday = %d;\n", job->day);
		cp_buf_printf(b, "\t\tat = \"%s\";\n"
		    "\t\tmax_late = \"%s\";\n\t};\n",
		    cp_job_at_text(job, at),
		    cp_period_format(job->max_late, late));
	}
	cp_buf_puts(b, "};\n");
}

static enum cp_rc
write_config(const struct cp_init *in, struct cp_err *err)
{
	char path[CP_INIT_PATH];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_buf_puts(&b, "# Settings of this store; see cpadmin.conf(5).\n\n"
	    "# The authority of records that name none.\n");
	cp_buf_printf(&b, "authority = \"%s\";\n\n", in->settings.authority);
	cp_buf_puts(&b, "# Threads that seal packages; 0 = one for each "
	    "core.\nworkers = 0;\n");
	put_schedule(&b);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = path_in(in, path, "cpadmin.conf", err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, 0600, b.data, b.len, err);
	cp_buf_clear(&b);
	return rc;
}

/* What was made outside the folder, on the custodians' media, goes with it. */
static void
undo(struct cp_init *in)
{
	struct cp_err ignored = { 0 };
	char keys[CP_INIT_PATH];

	if (in->tmp[0] == '\0')
		return;
	if (path_in(in, keys, "keys", &ignored) == CP_OK)
		cp_ceremony_undo(keys, &in->ceremony);
	remove_tmp(in);
}

enum cp_rc
cp_init_make(struct cp_init *in, struct cp_err *err)
{
	struct cp_store *s = NULL;
	int n = snprintf(in->tmp, sizeof(in->tmp), "%s.tmp-XXXXXX", in->dir);
	enum cp_rc rc;

	/* Room for the names of files in it. */
	if (n < 0 || n > CP_INIT_PATH - 256) {
		in->tmp[0] = '\0';
		return cp_fail(err, CP_USAGE, "DIR is too long");
	}
	rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = make_folders(in, err);
	else
		in->tmp[0] = '\0';
	if (rc == CP_OK)
		rc = make_keys(in, err);
	if (rc == CP_OK)
		rc = cp_store_create(in->tmp, &s, err);
	if (rc == CP_OK)
		rc = fill_store(in, s, err);
	cp_store_free(s);
	if (rc == CP_OK)
		rc = write_config(in, err);
	if (rc == CP_OK)
		rc = put_in_place(in, err);
	undo(in);
	return rc;
}
