#include "lifecycle/records/record.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/ident.h"
#include "lifecycle/records/keys.h"
#include "lifecycle/store/stmt.h"

const char *
cp_record_state_word(const struct cp_record *r, struct cp_date today)
{
	if (r->state == CP_STATE_LIVE && cp_date_set(r->extended_from) &&
	    cp_date_cmp(r->extended_from, today) <= 0)
		return "extended";
	return cp_state_word(r->state);
}

static enum cp_rc
read_row(struct cp_stmt *q, struct cp_record *r, struct cp_err *err)
{
	const char *action;

	memset(r, 0, sizeof(*r));
	r->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, r->id, sizeof(r->id));
	cp_col_copy(q, 2, r->authority, sizeof(r->authority));
	if (!cp_state_parse(cp_col_text(q, 3), &r->state))
		return cp_fail(err, CP_CORRUPT, "record %s is in no state",
		    r->id);
	action = cp_col_text(q, 4);
	r->next_action = strcmp(action, "archive") == 0 ? CP_ACTION_ARCHIVE :
	    strcmp(action, "destroy") == 0 ? CP_ACTION_DESTROY :
	    CP_ACTION_NONE;
	r->next_due = cp_col_date(q, 5);
	cp_col_copy(q, 6, r->rule, sizeof(r->rule));
	r->extended_from = cp_col_date(q, 7);
	r->parked = (enum cp_parked)cp_col_int(q, 8);
	r->prune_due = cp_col_date(q, 9);
	return CP_OK;
}

static enum cp_rc
get_one(struct cp_stmt *q, struct cp_record *out, int *found,
    struct cp_err *err)
{
	enum cp_rc rc = cp_step(q, found, err);

	if (rc == CP_OK && *found) {
		rc = read_row(q, out, err);
		cp_reset(q);
	}
	return rc;
}

enum cp_rc
cp_record_get(struct cp_store *s, const char *id, struct cp_record *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BY_ID);
	int found;
	enum cp_rc rc;

	cp_bind_text(q, id);
	rc = get_one(q, out, &found, err);
	if (rc != CP_OK || found)
		return rc;
	/* Only what has an identifying number's shape is repeated. */
	switch (cp_id_check(id)) {
	case CP_ID_BAD:
		return cp_fail(err, CP_NOT_FOUND, "no such record: that is "
		    "not an identifying number");
	case CP_ID_MISTYPED:
		cp_fail(err, CP_NOT_FOUND, "no record %s", id);
		cp_err_hint(err, "the check character does not fit: was it "
		    "mistyped?");
		return CP_NOT_FOUND;
	default:
		return cp_fail(err, CP_NOT_FOUND, "no record %s", id);
	}
}

enum cp_rc
cp_record_at(struct cp_store *s, int64_t n, struct cp_record *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BY_N);
	int found;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = get_one(q, out, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "no record in row %lld",
		    (long long)n);
	return rc;
}

enum cp_rc
cp_record_text(struct cp_store *s, const struct cp_record *r,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

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
cp_record_document(struct cp_store *s, const struct cp_record *r,
    struct cp_document **out, struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	struct cp_reject why;
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_record_text(s, r, &text, err);
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
	return rc;
}

/* ---- keys ------------------------------------------------------------------ */

static enum cp_rc
change_keys(struct cp_store *s, enum sql_id id, const struct cp_keys *keys,
    int64_t n, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < keys->n; i++) {
		struct cp_stmt *q = cp_stmt(s, id);

		cp_bind_int(q, (int64_t)keys->key[i]);
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	return rc;
}

static enum cp_rc
put_keys(struct cp_store *s, enum sql_id id, const struct cp_document *doc,
    const uint8_t salt[16], int64_t n, struct cp_err *err)
{
	struct cp_keys keys = { 0 };
	enum cp_rc rc = cp_document_keys(doc, salt, &keys, err);

	if (rc == CP_OK)
		rc = change_keys(s, id, &keys, n, err);
	cp_keys_clear(&keys);
	return rc;
}

/* ---- dates ----------------------------------------------------------------- */

/* The decision about FACTS as a row keeps it; facts that cannot be evaluated
 * park the record, they do not stop the command. */
static enum cp_rc
decide(const struct cp_rules *rules, const struct cp_facts *facts,
    struct cp_decision *out, enum cp_parked *parked, struct cp_err *err)
{
	enum cp_rc rc = cp_decide(rules->policy, facts, rules->today, out, err);

	*parked = CP_PARKED_NOT;
	if (rc != CP_BAD_INPUT)
		return rc;
	memset(out, 0, sizeof(*out));
	*parked = CP_PARKED_UNDECIDABLE;
	return CP_OK;
}

static void
bind_action(struct cp_stmt *q, const struct cp_decision *d)
{
	int none = d->action == CP_ACTION_NONE;

	cp_bind_text(q, none ? NULL : cp_action_word(d->action));
	cp_bind_date(q, d->due);
	cp_bind_text(q, none ? NULL : d->rule_name);
	cp_bind_date(q, d->extended_from);
}

enum cp_rc
cp_record_refresh(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    struct cp_err *err)
{
	struct cp_fact_set f;
	struct cp_decision d;
	struct cp_record r;
	enum cp_parked parked = CP_PARKED_NOT;
	struct cp_stmt *q;
	enum cp_rc rc;

	cp_fact_set_init(&f);
	rc = cp_record_at(s, n, &r, err);
	if (rc == CP_OK)
		rc = cp_facts_load(s, n, &f, err);
	if (rc == CP_OK)
		rc = decide(rules, &f.facts, &d, &parked, err);
	if (rc == CP_OK) {
		if (parked == CP_PARKED_NOT && r.state == CP_STATE_ARCHIVED)
			parked = r.parked;
		q = cp_stmt(s, SQL_RECORD_DATES);
		bind_action(q, &d);
		cp_bind_int(q, parked);
		cp_bind_int(q, rules->policy_n);
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	cp_fact_set_clear(&f);
	return rc;
}

/* ---- changes --------------------------------------------------------------- */

static void
bind_facts(struct cp_stmt *q, const struct cp_facts *facts,
    char birth[CP_DATE_TEXT])
{
	cp_bind_text(q, cp_partial_format(facts->birth, birth));
	cp_bind_date(q, facts->death_notified);
	cp_bind_date(q, facts->left_on);
	cp_bind_text(q, facts->left_intention == CP_INTENTION_NONE ? NULL :
	    cp_intention_word(facts->left_intention));
}

static enum cp_rc
put_document(struct cp_store *s, enum sql_id id, int64_t n,
    const struct cp_document *doc, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_document_text(doc, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK) {
		if (id == SQL_DOCUMENT_ADD)
			cp_bind_int(q, n);
		cp_bind_text_len(q, cp_buf_text(&text), text.len);
		if (id == SQL_DOCUMENT_UPDATE)
			cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
insert_row(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_INSERT);
	struct cp_facts facts = { 0 };
	char birth[CP_DATE_TEXT];
	struct cp_decision d;
	enum cp_parked parked;
	enum cp_rc rc;

	cp_document_facts(doc, &facts);
	rc = decide(rules, &facts, &d, &parked, err);
	if (rc != CP_OK)
		return rc;
	cp_bind_text(q, doc->id);
	cp_bind_text(q, doc->authority);
	bind_action(q, &d);
	cp_bind_int(q, parked);
	cp_bind_date(q, cp_document_next_prune(doc, rules->policy));
	cp_bind_int(q, rules->policy_n);
	bind_facts(q, &facts, birth);
	cp_bind_text(q, now->time);
	cp_bind_text(q, now->time);
	return cp_exec(q, err);
}

enum cp_rc
cp_record_insert(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_now *now, int64_t *n,
    struct cp_err *err)
{
	int64_t row;
	enum cp_rc rc = insert_row(s, rules, doc, now, err);

	if (rc != CP_OK)
		return rc;
	row = cp_last_insert(s);
	rc = put_document(s, SQL_DOCUMENT_ADD, row, doc, err);
	if (rc == CP_OK)
		rc = put_keys(s, SQL_KEY_ADD, doc, rules->salt, row, err);
	if (rc == CP_OK && n != NULL)
		*n = row;
	return rc;
}

/* The row's copies of what DOC says, then the dates that follow. */
static enum cp_rc
update_row(struct cp_store *s, const struct cp_rules *rules, int64_t n,
    const struct cp_document *doc, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_UPDATE);
	struct cp_facts facts = { 0 };
	char birth[CP_DATE_TEXT];
	enum cp_rc rc;

	cp_document_facts(doc, &facts);
	cp_bind_text(q, doc->authority);
	bind_facts(q, &facts, birth);
	cp_bind_date(q, cp_document_next_prune(doc, rules->policy));
	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	return rc == CP_OK ? cp_record_refresh(s, rules, n, err) : rc;
}

enum cp_rc
cp_record_replace(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *old,
    const struct cp_document *doc, const struct cp_now *now,
    struct cp_err *err)
{
	enum cp_rc rc = put_document(s, SQL_DOCUMENT_UPDATE, r->n, doc, err);

	if (rc == CP_OK)
		rc = put_keys(s, SQL_KEY_DELETE, old, rules->salt, r->n, err);
	if (rc == CP_OK)
		rc = put_keys(s, SQL_KEY_ADD, doc, rules->salt, r->n, err);
	return rc == CP_OK ? update_row(s, rules, r->n, doc, now, err) : rc;
}

static enum cp_rc
exec_on(struct cp_store *s, enum sql_id id, int64_t n, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_record_strip(struct cp_store *s, const struct cp_record *r,
    const struct cp_document *doc, const uint8_t salt[16],
    struct cp_date destroy_due, int64_t policy_n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = put_keys(s, SQL_KEY_DELETE, doc, salt, r->n, err);

	if (rc == CP_OK)
		rc = exec_on(s, SQL_DOCUMENT_DELETE, r->n, err);
	if (rc == CP_OK)
		rc = exec_on(s, SQL_CONSENTS_DELETE, r->n, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_RECORD_STRIP);
	cp_bind_date(q, destroy_due);
	cp_bind_int(q, policy_n);
	cp_bind_text(q, now->time);
	cp_bind_int(q, r->n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record %s is not live", r->id);
	return rc;
}

enum cp_rc
cp_record_revive(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, const struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = exec_on(s, SQL_RECORD_REVIVE, r->n, err);

	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record %s is not archived",
		    r->id);
	if (rc == CP_OK)
		rc = put_document(s, SQL_DOCUMENT_ADD, r->n, doc, err);
	if (rc == CP_OK)
		rc = put_keys(s, SQL_KEY_ADD, doc, rules->salt, r->n, err);
	return rc == CP_OK ? update_row(s, rules, r->n, doc, now, err) : rc;
}

enum cp_rc
cp_record_bury(struct cp_store *s, int64_t n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_BURY);
	enum cp_rc rc;

	cp_bind_date(q, now->today);
	cp_bind_text(q, now->time);
	cp_bind_int(q, n);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_REFUSED, "record in row %lld is not "
		    "archived", (long long)n);
	return rc;
}

enum cp_rc
cp_record_park(struct cp_store *s, int64_t n, enum cp_parked parked,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_PARK);

	cp_bind_int(q, parked);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}
