/* CP_NEEDS_PAGES: a share is printed. */
#include "cpadmin/custody_sheet.h"

#include <stdio.h>
#include <string.h>

#include "archive/file.h"
#include "archive/sheet.h"
#include "cpadmin/custody_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/custody_page.h"
#include "lifecycle/records/custody_current.h"
#include "lifecycle/store/json_put.h"

enum { REHEARSAL_WORK = 10, SHARE_MOST = 64 * 1024, PATH = 4096 };

/* ---- one sheet ------------------------------------------------------------- */

/* That there is one more copy of a share is known before there is. */
static enum cp_rc
log_sheet(struct cp_session *s, const struct cp_sheet *sheet,
    struct cp_err *err)
{
	struct cp_entry e = { .action = "custody.sheet" };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "custody", sheet->of.id);
	cp_json_put_key(&detail, "share");
	cp_json_put_int(&detail, sheet->index);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK) {
		rc = cp_audit_add(s->audit, &e, NULL, err);
		rc = cp_txn_end(s->audit, rc, err);
	}
	cp_buf_clear(&detail);
	return rc;
}

/* Prints the share at PATH, and tells in SHEET which it was. */
static enum cp_rc
print_sheet(struct cp_session *s, const struct cp_custody_public *key,
    const char *path, const struct cp_secret *passphrase, const char *output,
    struct cp_sheet *sheet, struct cp_err *err)
{
	struct cp_custody_share_row row = { .holder = "" };
	struct cp_custody_paper paper = { .sheet = sheet,
		.holder = row.holder, .authority = s->settings.authority,
		.ceremony = key->date, .printed = s->now.time };
	struct cp_buf share, pdf;
	enum cp_rc rc;

	cp_buf_init(&share);
	cp_buf_init(&pdf);
	paper.share = &share;
	rc = cp_sheet_make(key, path, passphrase,
	    s->settings.rehearsal ? REHEARSAL_WORK : 0, sheet, err);
	if (rc == CP_OK)
		rc = cp_file_read(path, SHARE_MOST, &share, err);
	if (rc == CP_OK)
		rc = cp_custody_share_get(s->store, key->id, sheet->index,
		    &row, err);
	if (rc == CP_OK)
		rc = cp_custody_page(&paper, &pdf, err);
	if (rc == CP_OK)
		rc = log_sheet(s, sheet, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(output, 0600, pdf.data, pdf.len, err);
	cp_buf_clear(&share);
	cp_buf_clear(&pdf);
	return rc;
}

enum cp_rc
cp_custody_sheets(struct cp_session *s, const struct cp_ceremony *c,
    const char *keys_dir, const char *dir, struct cp_err *err)
{
	const char *from = c->share_dir != NULL ? c->share_dir : keys_dir;
	char share[PATH], output[PATH];
	struct cp_sheet sheet;
	enum cp_rc rc = cp_dir_make(dir, 0700, err);

	for (int i = 1; rc == CP_OK && i <= c->key.shares; i++) {
		int n = snprintf(output, sizeof(output),
		    "%s/custody-%s-share-%d.pdf", dir, c->key.id, i);

		if (n < 0 || n >= PATH)
			rc = cp_fail(err, CP_USAGE, "the path is too long");
		if (rc == CP_OK)
			rc = cp_custody_share_path(from, c->key.id, i, share,
			    sizeof(share), err);
		if (rc == CP_OK)
			rc = print_sheet(s, &c->key, share,
			    c->passphrase[i - 1], output, &sheet, err);
	}
	if (rc != CP_OK) {
		cp_err_context(err, "custody key %s is made and in use, but "
		    "not all sheets are printed", c->key.id);
		cp_err_hint(err, "`cpadmin custody sheet' prints them one by "
		    "one");
	}
	return rc;
}

/* ---- the verb -------------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "custody_id", "Custody key" },
	{ "share", "Share" },
	{ "shares", "Of" },
	{ "threshold", "Needs" },
	{ "output", "Sheet" },
};

static enum cp_rc
tell(const struct cp_call *call, const struct cp_sheet *sheet,
    const char *output, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "custody-sheet", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc == CP_OK) {
		cp_out_text(o, sheet->of.id);
		cp_out_int(o, sheet->index);
		cp_out_int(o, sheet->of.shares);
		cp_out_int(o, sheet->of.threshold);
		cp_out_text(o, output);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	if (rc == CP_OK)
		cp_say(call, "Print it, remove the file, and seal the paper in "
		    "an envelope: cpadmin-custody(7).");
	return rc;
}

/* The key that the share's name says, if the store has it: the current one
 * otherwise. */
static enum cp_rc
load_key(const struct cp_session *s, const char *keys_dir, const char *path,
    struct cp_custody_public *key, struct cp_err *err)
{
	char id[CP_CUSTODY_ID + 1];
	enum cp_rc rc;

	if (cp_unlock_named(path, id) > 0) {
		rc = cp_custody_load(keys_dir, id, key, err);
		if (rc != CP_NOT_FOUND)
			return rc;
		cp_err_clear(err);
	}
	return cp_custody_in_use(s->store, key, err);
}

static enum cp_rc
run_sheet(const struct cp_call *call, struct cp_session *s, const char *path,
    const char *output, struct cp_err *err)
{
	struct cp_custody_public key;
	struct cp_secret *passphrase = NULL;
	struct cp_sheet sheet;
	char keys[CP_CUSTODY_KEYS_DIR];
	enum cp_rc rc = cp_custody_keys_dir(s, keys, err);

	if (rc == CP_OK)
		rc = load_key(s, keys, path, &key, err);
	if (rc == CP_OK)
		rc = cp_unlock_files(call, 1, err);
	if (rc == CP_OK)
		rc = cp_unlock_passphrase(call, s, keys, &key, path, 0,
		    &passphrase, err);
	if (rc == CP_OK)
		rc = print_sheet(s, &key, path, passphrase, output, &sheet,
		    err);
	cp_secret_free(passphrase);
	return rc == CP_OK ? tell(call, &sheet, output, err) : rc;
}

enum cp_rc
cp_custody_run_sheet(struct cp_call *call, struct cp_err *err)
{
	const char *path, *output;
	struct cp_session s;
	enum cp_rc rc = cp_option_required(call, "share", &path, err);

	if (rc == CP_OK)
		rc = cp_option_required(call, "output", &output, err);
	if (rc == CP_OK)
		rc = cp_custody_open_store(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = run_sheet(call, &s, path, output, err);
	cp_session_close(&s);
	return rc;
}
