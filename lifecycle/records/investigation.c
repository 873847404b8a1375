#include "lifecycle/records/investigation.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/compartment.h"
#include "lifecycle/records/find.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/stmt.h"

/* ---- sealed texts ---------------------------------------------------------- */

/* Seals {"investigation":ID,KEY:TEXT} with the case of row RECORD. */
static enum cp_rc
seal(const struct cp_change *c, int64_t record, const char *id,
    const char *key, const char *text, struct cp_err *err)
{
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "investigation", id);
	cp_json_put_member(&b, key, text);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_compartment_add(c->store, record, CP_COMPARTMENT_CASE,
		    cp_buf_text(&b), b.len, c->now, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

struct texts {
	const char *id;
	struct cp_buf *reason, *finding;
};

static void
take_text(const struct cp_json *v, const char *key, struct cp_buf *out)
{
	const char *text = cp_json_text(cp_json_get(v, key));

	if (text != NULL)
		cp_buf_puts(out, text);
}

static enum cp_rc
take_texts(void *ctx, int64_t n, const char *at, const char *text, size_t len,
    struct cp_err *err)
{
	struct texts *t = ctx;
	struct cp_json *v = NULL;
	const char *id;
	enum cp_rc rc;

	(void)n;
	(void)at;
	rc = cp_json_parse_brief(text, len, &v, err);
	if (rc != CP_OK)
		return rc;
	id = cp_json_text(cp_json_get(v, "investigation"));
	if (id != NULL && strcmp(id, t->id) == 0) {
		take_text(v, "reason", t->reason);
		take_text(v, "finding", t->finding);
	}
	cp_json_free(v);
	return CP_OK;
}

enum cp_rc
cp_investigation_texts(struct cp_store *s, const struct cp_investigation *i,
    const struct cp_secret *identity, struct cp_buf *reason,
    struct cp_buf *finding, struct cp_err *err)
{
	struct texts t = { i->id, reason, finding };
	enum cp_rc rc = cp_compartment_each(s, i->record, CP_COMPARTMENT_CASE,
	    identity, take_texts, &t, err);

	if (rc == CP_OK)
		rc = cp_buf_check(reason, err);
	return rc == CP_OK ? cp_buf_check(finding, err) : rc;
}

/* ---- reading --------------------------------------------------------------- */

static void
read_row(struct cp_stmt *q, struct cp_investigation *i)
{
	memset(i, 0, sizeof(*i));
	i->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, i->id, sizeof(i->id));
	i->record = cp_col_int(q, 2);
	cp_col_copy(q, 3, i->record_id, sizeof(i->record_id));
	cp_col_copy(q, 4, i->authority, sizeof(i->authority));
	cp_col_copy(q, 5, i->opened, sizeof(i->opened));
	cp_col_copy(q, 6, i->opened_by, sizeof(i->opened_by));
	i->opened_uid = cp_col_int(q, 7);
	i->seq = cp_col_int(q, 8);
	i->is_open = cp_col_int(q, 9) != 0;
	cp_col_copy(q, 10, i->closed, sizeof(i->closed));
	cp_col_copy(q, 11, i->closed_by, sizeof(i->closed_by));
	i->alike = cp_col_int(q, 12);
}

enum cp_rc
cp_investigation_get(struct cp_store *s, const char *id,
    struct cp_investigation *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_INVESTIGATION_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && !row) {
		cp_fail(err, CP_NOT_FOUND, "no such investigation");
		cp_err_hint(err, "`cpadmin shield investigation list' shows "
		    "all of them");
		return CP_NOT_FOUND;
	}
	if (rc != CP_OK)
		return rc;
	read_row(q, out);
	cp_reset(q);
	return cp_operator_reach(cp_store_actor(s), out->record_id,
	    out->authority, err);
}

enum cp_rc
cp_investigation_each(struct cp_store *s, enum cp_rc (*fn)(void *ctx,
    const struct cp_investigation *i, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_INVESTIGATIONS_ALL);
	struct cp_investigation i;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &i);
		if (cp_operator_reaches(cp_store_actor(s), i.authority))
			rc = fn(ctx, &i, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

/* ---- changes --------------------------------------------------------------- */

/* Logs ACTION about CASE_ID with the investigation's number only. */
static enum cp_rc
log_it(const struct cp_change *c, const char *action, const char *case_id,
    const char *id, int64_t *seq, struct cp_err *err)
{
	struct cp_entry e = { action, case_id, NULL, NULL };
	char detail[64];

	(void)snprintf(detail, sizeof(detail), "{\"investigation\":\"%s\"}",
	    id);
	e.detail = detail;
	return cp_audit_add(c->audit, &e, seq, err);
}

static enum cp_rc
next_id(struct cp_store *s, char id[CP_INVESTIGATION_ID], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_DUTY_NUMBER);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_text(q, "investigation");
	rc = cp_exec_int(q, 0, &n, err);
	if (rc == CP_OK && n == 0)
		rc = cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "investigations");
	(void)snprintf(id, CP_INVESTIGATION_ID, "INV-%04lld",
	    (long long)(n % 1000000000));
	return rc;
}

enum cp_rc
cp_investigation_open(const struct cp_change *c, const struct cp_override *o,
    const struct cp_record *r, const char *case_id,
    struct cp_investigation *inv, struct cp_err *err)
{
	char id[CP_INVESTIGATION_ID];
	struct cp_stmt *q;
	int64_t seq = 0;
	enum cp_rc rc = next_id(c->store, id, err);

	if (rc == CP_OK)
		rc = log_it(c, "shield.reveal", case_id, id, &seq, err);
	if (rc == CP_OK)
		rc = seal(c, r->n, id, "reason", o->reason, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_INVESTIGATION_ADD);
	cp_bind_text(q, id);
	cp_bind_int(q, r->n);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, o->by->name);
	cp_bind_int(q, o->by->uid);
	cp_bind_int(q, seq);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_investigation_get(c->store, id, inv, err) : rc;
}

enum cp_rc
cp_override(const struct cp_change *c, const struct cp_override *o,
    struct cp_record *r, struct cp_investigation *inv,
    struct cp_document **out, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_shield shield;
	enum cp_rc rc = cp_record_get(c->store, o->id, r, err);

	if (rc == CP_OK)
		rc = cp_record_need_live(c->store, r, "open", err);
	if (rc == CP_OK)
		rc = cp_gate_open(c->store, r->authority, err);
	if (rc == CP_OK)
		rc = cp_shield_of(c->store, r->n, &shield, err);
	if (rc == CP_OK && shield.n == 0) {
		cp_fail(err, CP_REFUSED, "nothing of record %s is hidden",
		    r->id);
		cp_err_hint(err, "`cpadmin record show %s' shows all of it",
		    r->id);
		return CP_REFUSED;
	}
	if (rc == CP_OK)
		rc = cp_gate_reveal(c->store, r, o->identity, &doc, err);
	if (rc == CP_OK)
		rc = cp_investigation_open(c, o, r, shield.id, inv, err);
	if (rc == CP_OK)
		*out = doc;
	else
		cp_document_free(doc);
	return rc;
}

static enum cp_rc
may_close(struct cp_store *s, const struct cp_operator *by,
    const struct cp_investigation *i, struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	if (rc != CP_OK)
		return rc;
	if (!i->is_open)
		return cp_fail(err, CP_REFUSED, "%s is closed already", i->id);
	if (strcmp(i->opened_by, by->name) != 0 &&
	    (settings.rehearsal || i->opened_uid != by->uid))
		return CP_OK;
	cp_fail(err, CP_REFUSED, "%s is about what %s opened, who does not "
	    "close it", i->id, i->opened_by);
	cp_err_hint(err, "another data protection officer does");
	return CP_REFUSED;
}

/* The case of row RECORD, or "" where there is none any more. */
static enum cp_rc
case_of(struct cp_store *s, int64_t record, char id[CP_SHIELD_ID],
    struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc = cp_shield_last(s, record, &shield, err);

	id[0] = '\0';
	if (rc == CP_OK)
		memcpy(id, shield.id, CP_SHIELD_ID);
	else if (rc == CP_NOT_FOUND)
		cp_err_clear(err);
	return rc == CP_NOT_FOUND ? CP_OK : rc;
}

enum cp_rc
cp_investigation_looked(const struct cp_change *c,
    const struct cp_investigation *i, struct cp_err *err)
{
	char case_id[CP_SHIELD_ID];
	enum cp_rc rc = case_of(c->store, i->record, case_id, err);

	return rc == CP_OK ? log_it(c, "shield.investigation.show",
	    case_id[0] != '\0' ? case_id : NULL, i->id, NULL, err) : rc;
}

enum cp_rc
cp_investigation_close(const struct cp_change *c, const struct cp_operator *by,
    const char *id, const char *finding, struct cp_investigation *out,
    struct cp_err *err)
{
	char case_id[CP_SHIELD_ID];
	struct cp_investigation i;
	struct cp_record r;
	struct cp_stmt *q;
	enum cp_rc rc = cp_investigation_get(c->store, id, &i, err);

	if (rc == CP_OK)
		rc = may_close(c->store, by, &i, err);
	if (rc == CP_OK)
		rc = cp_record_at(c->store, i.record, &r, err);
	if (rc == CP_OK)
		rc = case_of(c->store, i.record, case_id, err);
	if (rc == CP_OK && r.state != CP_STATE_DESTROYED)
		rc = seal(c, i.record, i.id, "finding", finding, err);
	if (rc == CP_OK)
		rc = log_it(c, "shield.investigation.close",
		    case_id[0] != '\0' ? case_id : NULL, i.id, NULL, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_INVESTIGATION_CLOSE);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, by->name);
	cp_bind_int(q, i.n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_investigation_get(c->store, id, out, err) : rc;
}
