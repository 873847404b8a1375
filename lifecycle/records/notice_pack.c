#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/store/stmt.h"

/* The ledger in a package: history/1, "notices" (cpadmin-archive(5)). */

/* Texts of a row, in the order of the statements; the first NEEDED are always
 * there.  Number and wording stand beside them. */
static const char *const keys[] = { "kind", "cause", "status", "since", "due",
	"why", "addressee", "language", "format", "route", "version", "issued",
	"issued_by", "served", "served_by", "returned", "returned_by" };
enum { NEEDED = 5, STATUS = 2, WHY = 5, KEYS = sizeof(keys) / sizeof(keys[0]),
	WORDING = KEYS + 1, RUN };
static const char *const to_keys[] = { "who", "ground", "since", "set_at",
	"set_by" };
enum { TO_KEYS = sizeof(to_keys) / sizeof(to_keys[0]) };

static const char owed_word[] = "owed";
static const char suppressed_word[] = "suppressed";
static const char archived_word[] = "archived";

/* ---- out ---------------------------------------------------------------- */

static void
save_row(struct cp_stmt *q, struct cp_buf *out)
{
	int lapses = strcmp(cp_col_text(q, 1 + STATUS), owed_word) == 0;
	const uint8_t *wording;
	size_t len = 0;

	cp_json_open(out, '{');
	cp_json_put_key(out, "n");
	cp_json_put_int(out, cp_col_int(q, 0));
	for (int k = 0; k < KEYS; k++) {
		const char *text = cp_col_text(q, k + 1);

		if (lapses && k == STATUS)
			text = suppressed_word;
		else if (lapses && k == WHY)
			text = archived_word;
		else if (lapses && k >= NEEDED)
			continue;
		else if (cp_col_null(q, k + 1))
			continue;
		cp_json_put_member(out, keys[k], text);
	}
	wording = cp_col_blob(q, WORDING, &len);
	if (!lapses && len > 0) {
		cp_json_put_key(out, "wording");
		cp_buf_putc(out, '"');
		cp_hex_put(out, wording, len);
		cp_buf_putc(out, '"');
	}
	if (!lapses && !cp_col_null(q, RUN)) {
		cp_json_put_key(out, "run");
		cp_json_put_int(out, cp_col_int(q, RUN));
	}
	cp_json_close(out, '}');
}

static enum cp_rc
save_to(struct cp_store *s, int64_t record, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_TO_SAVE);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	cp_json_put_key(out, "to");
	if (!row) {
		cp_json_put_null(out);
		return CP_OK;
	}
	cp_json_open(out, '{');
	for (int k = 0; k < TO_KEYS; k++)
		cp_json_put_member(out, to_keys[k], cp_col_text(q, k));
	cp_json_close(out, '}');
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_notice_save(struct cp_store *s, int64_t record, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	cp_json_open(out, '{');
	rc = save_to(s, record, out, err);
	if (rc != CP_OK)
		return rc;
	cp_json_put_key(out, "notices");
	cp_json_open(out, '[');
	q = cp_stmt(s, SQL_NOTICE_SAVE);
	cp_bind_int(q, record);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		save_row(q, out);
	cp_json_close(out, ']');
	cp_json_close(out, '}');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* ---- and back ----------------------------------------------------------- */

static enum cp_rc
no_key(const char *key, struct cp_err *err)
{
	return cp_fail(err, CP_CORRUPT, "a notice in the package has no %s",
	    key);
}

/* The texts of V; what had lapsed with the archiving is owed. */
static enum cp_rc
read_texts(const struct cp_json *v, const char *text[KEYS],
    struct cp_err *err)
{
	enum cp_notice_status status;
	enum cp_notice_kind kind;

	for (int k = 0; k < KEYS; k++) {
		text[k] = cp_json_text(cp_json_get(v, keys[k]));
		if (text[k] == NULL && k < NEEDED)
			return no_key(keys[k], err);
	}
	if (!cp_notice_kind_parse(text[0], &kind) || kind == CP_NOTICE_SHIELD)
		return no_key("kind that is known", err);
	if (!cp_notice_status_parse(text[STATUS], &status))
		return no_key("status that is known", err);
	if (status == CP_NOTICE_SUPPRESSED && text[WHY] != NULL &&
	    strcmp(text[WHY], archived_word) == 0) {
		text[STATUS] = owed_word;
		text[WHY] = NULL;
	}
	return CP_OK;
}

static enum cp_rc
read_wording(const struct cp_json *v, uint8_t out[CP_SHA256_LEN], int *there,
    struct cp_err *err)
{
	const char *hex = cp_json_text(cp_json_get(v, "wording"));
	size_t got = 0;

	*there = hex != NULL;
	if (hex != NULL && (cp_hex_get(hex, strlen(hex), out, CP_SHA256_LEN,
	    &got, err) != CP_OK || got != CP_SHA256_LEN))
		return no_key("wording that can be read", err);
	return CP_OK;
}

static enum cp_rc
load_row(struct cp_store *s, int64_t record, const struct cp_json *v,
    struct cp_err *err)
{
	uint8_t wording[CP_SHA256_LEN];
	const char *text[KEYS];
	struct cp_stmt *q;
	int64_t n = 0, run;
	int there = 0;
	enum cp_rc rc = read_texts(v, text, err);

	if (rc == CP_OK && (!cp_json_int(cp_json_get(v, "n"), &n) || n <= 0))
		rc = no_key("number", err);
	if (rc == CP_OK)
		rc = read_wording(v, wording, &there, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_NOTICE_LOAD);
	cp_bind_int(q, n);
	cp_bind_int(q, record);
	for (int k = 0; k < KEYS; k++)
		cp_bind_text(q, text[k]);
	if (there)
		cp_bind_blob(q, wording, sizeof(wording));
	else
		cp_bind_null(q);
	if (cp_json_int(cp_json_get(v, "run"), &run))
		cp_bind_int(q, run);
	else
		cp_bind_null(q);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_NOTICE_NUMBER_SEEN);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static enum cp_rc
load_to(struct cp_store *s, int64_t record, const struct cp_json *v,
    struct cp_err *err)
{
	struct cp_stmt *q;
	const char *text[TO_KEYS];

	if (cp_json_kind(v) != CP_JSON_OBJECT)
		return CP_OK;
	for (int k = 0; k < TO_KEYS; k++) {
		text[k] = cp_json_text(cp_json_get(v, to_keys[k]));
		if (text[k] == NULL)
			return no_key("whole addressee", err);
	}
	q = cp_stmt(s, SQL_NOTICE_TO_LOAD);
	cp_bind_int(q, record);
	for (int k = 0; k < TO_KEYS; k++)
		cp_bind_text(q, text[k]);
	return cp_exec(q, err);
}

enum cp_rc
cp_notice_load(struct cp_store *s, int64_t record, const struct cp_json *v,
    struct cp_err *err)
{
	const struct cp_json *list = cp_json_get(v, "notices");
	struct cp_stmt *q;
	enum cp_rc rc = load_to(s, record, cp_json_get(v, "to"), err);

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++)
		rc = load_row(s, record, cp_json_at(list, i), err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_NOTICE_SAFE_WAKE);
	cp_bind_int(q, record);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_notice_look_soon(s, record, err) : rc;
}
