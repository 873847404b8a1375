#include "lifecycle/records/undo_priv.h"

#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/*
 * What is kept of a change:
 *	{"was":DOCUMENT,"left":HASH,"other_left":HASH,"extra":{}}
 * where the hashes are of all that was found with each record afterwards, and
 * the last two are there only where they were given.  Of a shielded record, the
 * document is what is open of it.
 */

enum cp_rc
undo_state(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_UNDO_STATE);
	uint8_t hash[CP_SHA256_LEN];
	const char *text;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_NOT_FOUND, "no record in row %lld",
		    (long long)n);
	if (rc != CP_OK)
		return rc;
	text = cp_col_text(q, 0);
	cp_sha256(text, strlen(text), hash);
	cp_reset(q);
	cp_hex_put(out, hash, sizeof(hash));
	return cp_buf_check(out, err);
}

static enum cp_rc
put_state(struct cp_store *s, const char *key, int64_t n, struct cp_buf *b,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_json_put_key(b, key);
	cp_buf_putc(b, '"');
	rc = undo_state(s, n, b, err);
	cp_buf_putc(b, '"');
	return rc;
}

static enum cp_rc
put_body(struct cp_store *s, const struct cp_undo *u, struct cp_buf *b,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_json_open(b, '{');
	cp_json_put_key(b, "was");
	cp_document_text(u->before, b);
	rc = put_state(s, "left", u->record->n, b, err);
	if (rc == CP_OK && u->other != NULL)
		rc = put_state(s, "other_left", u->other->n, b, err);
	if (u->extra != NULL) {
		cp_json_put_key(b, "extra");
		cp_json_put_raw(b, u->extra, strlen(u->extra));
	}
	cp_json_close(b, '}');
	return rc == CP_OK ? cp_buf_check(b, err) : rc;
}

enum cp_rc
cp_undo_ledger(struct cp_store *s, int64_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_HIDDEN_LAST);
	int64_t behind = 0;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_exec_int(q, 0, &behind, err);
	if (rc != CP_OK)
		return rc;
	cp_json_open(out, '{');
	cp_json_put_key(out, "behind");
	cp_json_put_int(out, behind);
	cp_json_put_key(out, "ledger");
	rc = cp_consent_save(s, n, out, err);
	cp_json_close(out, '}');
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
cp_undo_keep(const struct cp_change *c, const struct cp_undo *u,
    struct cp_err *err)
{
	struct cp_stmt *q;
	struct cp_buf body;
	enum cp_rc rc;

	cp_buf_init(&body);
	rc = put_body(c->store, u, &body, err);
	if (rc == CP_OK) {
		q = cp_stmt(c->store, SQL_UNDO_ADD);
		cp_bind_int(q, u->record->n);
		if (u->other != NULL)
			cp_bind_int(q, u->other->n);
		else
			cp_bind_null(q);
		cp_bind_text(q, u->action);
		cp_bind_int(q, u->seq);
		cp_bind_text(q, c->now->time);
		cp_bind_text(q, cp_audit_actor(c->audit));
		cp_bind_text_len(q, cp_buf_text(&body), body.len);
		rc = cp_exec(q, err);
	}
	cp_buf_clear(&body);
	return rc;
}

enum cp_rc
cp_undo_forget(struct cp_store *s, struct cp_err *err)
{
	return cp_exec(cp_stmt(s, SQL_UNDO_FORGET), err);
}

enum cp_rc
cp_undo_forget_record(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_UNDO_FORGET_RECORD);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}
