#include "lifecycle/records/gate.h"

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/golive.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/stmt.h"

int
cp_gate_tells(const struct cp_operator *op)
{
	return op != NULL && (op->roles & (CP_ROLE_DPO | CP_ROLE_SHIELD)) != 0;
}

enum cp_rc
cp_gate_text(struct cp_store *s, const struct cp_record *r,
    enum cp_purpose purpose, struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	(void)purpose;
	if (r->state != CP_STATE_LIVE) {
		cp_fail(err, CP_REFUSED, "record %s is %s", r->id,
		    cp_state_word(r->state));
		if (r->state == CP_STATE_ARCHIVED)
			cp_err_hint(err, "its package opens with `cpadmin "
			    "archive open %s'", r->id);
		return CP_REFUSED;
	}
	q = cp_stmt(s, SQL_DOCUMENT_GET);
	cp_bind_int(q, r->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row)
		rc = cp_fail(err, CP_CORRUPT, "record %s has no document",
		    r->id);
	if (rc != CP_OK)
		return rc;
	cp_buf_puts(out, cp_col_text(q, 0));
	cp_reset(q);
	return cp_buf_check(out, err);
}

enum cp_rc
cp_gate_document(struct cp_store *s, const struct cp_record *r,
    enum cp_purpose purpose, struct cp_document **out, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_reject why;
	struct cp_buf text;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&text);
	if (purpose == CP_FOR_SHOW)
		rc = cp_gate_open(s, r->authority, err);
	if (rc == CP_OK)
		rc = cp_gate_text(s, r, purpose, &text, err);
	if (rc == CP_OK) {
		rc = cp_document_parse(cp_buf_text(&text), text.len, any, out,
		    &why, err);
		if (rc == CP_BAD_INPUT) {
			cp_err_context(err, "the stored document of %s",
			    r->id);
			rc = err->code = CP_CORRUPT;
		}
	}
	cp_buf_clear(&text);
	if (rc == CP_OK && !cp_gate_tells(cp_store_actor(s)) &&
	    (purpose == CP_FOR_SHOW || purpose == CP_FOR_LETTER))
		cp_document_mask_sensitive(*out);
	return rc;
}

enum cp_rc
cp_gate_open(struct cp_store *s, const char *authority, struct cp_err *err)
{
	return cp_golive_check(s, authority, err);
}
