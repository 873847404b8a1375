#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/sheet.h"
#include "cpadmin/ceremony.h"
#include "cpadmin/custody_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/prompt.h"
#include "cpadmin/unlock.h"
#include "lifecycle/store/json_put.h"

enum { SHEET_MAX = 64 * 1024, TYPED_LINE = 256, TRIES = 10 };

/* ---- the words ----------------------------------------------------------- */

/* Line N (from 0) of a sheet, typed at the terminal, into OUT. */
static enum cp_rc
ask_line(int n, char out[TYPED_LINE], struct cp_err *err)
{
	(void)fprintf(stderr, "Line %d of %d: ", n + 1, CP_SHEET_LINES);
	(void)fflush(stderr);
	do {
		if (fgets(out, TYPED_LINE, stdin) == NULL)
			return cp_fail(err, CP_BAD_INPUT, "only %d of the "
			    "sheet's %d lines were typed", n, CP_SHEET_LINES);
	} while (out[strspn(out, " \t\n")] == '\0');
	return CP_OK;
}

/* Which line is to be typed again, from 0; -1 for none. */
static int
ask_which(void)
{
	char line[TYPED_LINE], *end;
	long n;

	(void)fprintf(stderr, "Type which line again (1 to %d; nothing: give "
	    "up): ", CP_SHEET_LINES);
	(void)fflush(stderr);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return -1;
	n = strtol(line, &end, 10);
	return end != line && n >= 1 && n <= CP_SHEET_LINES ? (int)n - 1 : -1;
}

static enum cp_rc
parse_lines(char lines[CP_SHEET_LINES][TYPED_LINE], struct cp_sheet *out,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	for (int i = 0; i < CP_SHEET_LINES; i++)
		cp_buf_printf(&text, "%.*s\n", (int)strcspn(lines[i], "\n"),
		    lines[i]);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = cp_sheet_parse(cp_buf_text(&text), out, err);
	cp_buf_clear(&text);
	return rc;
}

/* A slip in one line is mended there, and the other lines stay. */
static enum cp_rc
typed_sheet(struct cp_sheet *out, struct cp_err *err)
{
	char lines[CP_SHEET_LINES][TYPED_LINE];
	int which;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < CP_SHEET_LINES; i++)
		rc = ask_line(i, lines[i], err);
	if (rc != CP_OK)
		return rc;
	for (int tries = 0; tries < TRIES; tries++) {
		rc = parse_lines(lines, out, err);
		if (rc != CP_BAD_INPUT)
			return rc;
		(void)fprintf(stderr, "%s.\n", err->what);
		which = ask_which();
		if (which < 0)
			return rc;
		cp_err_clear(err);
		rc = ask_line(which, lines[which], err);
		if (rc != CP_OK)
			return rc;
	}
	return cp_fail(err, CP_BAD_INPUT, "the sheet was not typed as it "
	    "stands");
}

static enum cp_rc
read_stdin(struct cp_buf *text, struct cp_err *err)
{
	char part[4096];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), stdin)) > 0) {
		if (text->len + n > SHEET_MAX)
			return cp_fail(err, CP_BAD_INPUT, "that is no sheet: "
			    "too long");
		cp_buf_put(text, part, n);
	}
	if (ferror(stdin))
		return cp_fail_errno(err, CP_FAILED, "standard input");
	return cp_buf_check(text, err);
}

static enum cp_rc
take_sheet(const struct cp_call *call, struct cp_sheet *out,
    struct cp_err *err)
{
	struct cp_buf text;
	const char *from;
	enum cp_rc rc = cp_option_required(call, "sheet", &from, err);

	if (rc == CP_OK && strcmp(from, "-") == 0 && isatty(STDIN_FILENO))
		return typed_sheet(out, err);
	cp_buf_init(&text);
	if (rc == CP_OK)
		rc = strcmp(from, "-") == 0 ? read_stdin(&text, err) :
		    cp_file_read(from, SHEET_MAX, &text, err);
	if (rc == CP_OK && memchr(cp_buf_text(&text), '\0', text.len) != NULL)
		rc = cp_fail(err, CP_BAD_INPUT, "that is no sheet: it holds a "
		    "NUL");
	if (rc == CP_OK)
		rc = cp_sheet_parse(cp_buf_text(&text), out, err);
	cp_buf_clear(&text);
	return rc;
}

/* ---- the share ----------------------------------------------------------- */

static enum cp_rc
take_passphrase(const struct cp_call *call, struct cp_session *s,
    const char *keys, const struct cp_sheet *sheet, struct cp_secret **out,
    struct cp_err *err)
{
	char kept[CP_CUSTODY_KEYS_DIR], what[80];
	enum cp_rc rc;

	(void)snprintf(what, sizeof(what), "share %d of custody key %s",
	    sheet->index, sheet->of.id);
	if (!s->settings.rehearsal)
		return cp_prompt_passphrase(call, what, NULL, out, err);
	rc = cp_ceremony_kept(keys, sheet->of.id, sheet->index, kept,
	    sizeof(kept), err);
	return rc == CP_OK ? cp_prompt_passphrase(call, what, kept, out,
	    err) : rc;
}

static enum cp_rc
log_it(struct cp_session *s, const struct cp_sheet *sheet, struct cp_err *err)
{
	struct cp_entry e = { "custody.recover", NULL, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "custody", sheet->of.id);
	cp_json_put_key(&b, "share");
	cp_json_put_int(&b, sheet->index);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK) {
		rc = cp_audit_add(s->audit, &e, NULL, err);
		rc = cp_txn_end(s->audit, rc, err);
	}
	cp_buf_clear(&b);
	return rc;
}

static const struct cp_column columns[] = {
	{ "custody_id", "Custody key" },
	{ "share", "Share" },
	{ "output", "Written to" },
};

static enum cp_rc
show(const struct cp_call *call, const struct cp_sheet *sheet,
    const char *output, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "custody-share", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, sheet->of.id);
	cp_out_int(o, sheet->index);
	cp_out_text(o, output);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK)
		cp_say(call, "It opens with the passphrase that the paper had. "
		    " The sheet is as good as ever: lock it away again.");
	return rc;
}

static enum cp_rc
recover(const struct cp_call *call, struct cp_session *s,
    const struct cp_sheet *sheet, const char *output, struct cp_err *err)
{
	struct cp_secret *passphrase = NULL;
	struct cp_custody_public key;
	char keys[CP_CUSTODY_KEYS_DIR];
	struct stat st;
	enum cp_rc rc = cp_custody_keys_dir(s, keys, err);

	if (rc == CP_OK)
		rc = cp_custody_load(keys, sheet->of.id, &key, err);
	if (rc == CP_NOT_FOUND) {
		(void)cp_fail(err, CP_KEY, "the sheet is of custody key %s, "
		    "which this store never had", sheet->of.id);
		return CP_KEY;
	}
	if (rc == CP_OK)
		rc = take_passphrase(call, s, keys, sheet, &passphrase, err);
	if (rc == CP_OK && lstat(output, &st) == 0)
		rc = cp_fail(err, CP_REFUSED, "%.500s exists already", output);
	/* That there is one more copy of a share is known before there is. */
	if (rc == CP_OK)
		rc = cp_sheet_recover(sheet, &key, passphrase, 0, NULL, err);
	if (rc == CP_OK)
		rc = log_it(s, sheet, err);
	if (rc == CP_OK)
		rc = cp_sheet_recover(sheet, &key, passphrase,
		    s->settings.rehearsal ? CP_CEREMONY_REHEARSAL_WORK : 0,
		    output, err);
	cp_secret_free(passphrase);
	return rc == CP_OK ? show(call, sheet, output, err) : rc;
}

enum cp_rc
cp_custody_run_recover(struct cp_call *call, struct cp_err *err)
{
	struct cp_sheet sheet;
	struct cp_session s;
	const char *output;
	enum cp_rc rc = cp_option_required(call, "output", &output, err);

	if (rc == CP_OK)
		rc = cp_custody_open_store(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = take_sheet(call, &sheet, err);
	if (rc == CP_OK)
		rc = recover(call, &s, &sheet, output, err);
	cp_session_close(&s);
	return rc;
}
