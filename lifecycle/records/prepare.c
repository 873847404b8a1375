#include "lifecycle/records/prepare.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/document_edit.h"

void
cp_prepared_clear(struct cp_prepared *p)
{
	cp_buf_clear(&p->text);
	cp_keys_clear(&p->keys);
	memset(p, 0, sizeof(*p));
}

enum cp_rc
cp_record_decide(const struct cp_rules *rules, const struct cp_facts *facts,
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

enum cp_rc
cp_prepare(const struct cp_rules *rules, const struct cp_document *doc,
    struct cp_prepared *p, struct cp_err *err)
{
	struct cp_facts facts = { 0 };
	enum cp_rc rc;

	cp_document_facts(doc, &facts);
	rc = cp_record_decide(rules, &facts, &p->decision, &p->parked, err);
	if (rc != CP_OK)
		return rc;
	p->prune_due = cp_document_next_prune(doc, rules->policy);
	cp_buf_reset(&p->text);
	cp_document_text(doc, &p->text);
	rc = cp_buf_check(&p->text, err);
	return rc == CP_OK ?
	    cp_document_keys(doc, rules->salt, &p->keys, err) : rc;
}

void
cp_record_bind_action(struct cp_stmt *q, const struct cp_decision *d)
{
	int none = d->action == CP_ACTION_NONE;

	cp_bind_text(q, none ? NULL : cp_action_word(d->action));
	cp_bind_date(q, d->due);
	cp_bind_text(q, none ? NULL : d->rule_name);
	cp_bind_date(q, d->extended_from);
}

void
cp_record_bind_facts(struct cp_stmt *q, const struct cp_facts *facts,
    char birth[CP_DATE_TEXT])
{
	cp_bind_text(q, cp_partial_format(facts->birth, birth));
	cp_bind_date(q, facts->death_notified);
	cp_bind_date(q, facts->left_on);
	cp_bind_text(q, facts->left_intention == CP_INTENTION_NONE ? NULL :
	    cp_intention_word(facts->left_intention));
}

static enum cp_rc
insert_row(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_prepared *p,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_RECORD_INSERT);
	struct cp_facts facts = { 0 };
	char birth[CP_DATE_TEXT];

	cp_document_facts(doc, &facts);
	cp_bind_text(q, doc->id);
	cp_bind_text(q, doc->authority);
	cp_record_bind_action(q, &p->decision);
	cp_bind_int(q, p->parked);
	cp_bind_date(q, p->prune_due);
	cp_bind_int(q, rules->policy_n);
	cp_record_bind_facts(q, &facts, birth);
	cp_bind_text(q, now->time);
	cp_bind_text(q, now->time);
	return cp_exec(q, err);
}

enum cp_rc
cp_prepared_insert(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_document *doc, const struct cp_prepared *p,
    const struct cp_now *now, int64_t *n, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = insert_row(s, rules, doc, p, now, err);

	if (rc != CP_OK)
		return rc;
	*n = cp_last_insert(s);
	q = cp_stmt(s, SQL_DOCUMENT_ADD);
	cp_bind_int(q, *n);
	cp_bind_text_len(q, cp_buf_text(&p->text), p->text.len);
	cp_keys_bind(q, &p->keys);
	return cp_exec(q, err);
}

void
cp_keys_bind(struct cp_stmt *q, const struct cp_keys *keys)
{
	cp_bind_blob(q, keys->n > 0 ? (const void *)keys->key : "",
	    keys->n * sizeof(*keys->key));
}

enum cp_rc
cp_keys_drop(struct cp_store *s, int64_t n, struct cp_err *err)
{
	struct cp_keys none = { 0 }, have = { 0 };
	struct cp_stmt *q = cp_stmt(s, SQL_DOCUMENT_KEYS);
	const void *blob;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	blob = cp_col_blob(q, 0, &len);
	have.n = len / sizeof(*have.key);
	have.key = malloc(len + 1);
	if (have.key == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else if (len > 0)
		memcpy(have.key, blob, have.n * sizeof(*have.key));
	cp_reset(q);
	if (rc == CP_OK)
		rc = cp_keys_change(s, &have, &none, n, err);
	cp_keys_clear(&have);
	return rc;
}

static enum cp_rc
key_exec(struct cp_store *s, enum sql_id id, uint64_t key, int64_t n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);

	cp_bind_int(q, (int64_t)key);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

enum cp_rc
cp_key_insert(struct cp_store *s, uint64_t key, int64_t n, struct cp_err *err)
{
	return key_exec(s, SQL_KEY_ADD, key, n, err);
}

enum cp_rc
cp_keys_change(struct cp_store *s, const struct cp_keys *old,
    const struct cp_keys *new, int64_t n, struct cp_err *err)
{
	size_t i = 0, j = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && (i < old->n || j < new->n)) {
		if (j == new->n || (i < old->n && old->key[i] < new->key[j]))
			rc = key_exec(s, SQL_KEY_DELETE, old->key[i++], n, err);
		else if (i == old->n || old->key[i] > new->key[j])
			rc = key_exec(s, SQL_KEY_ADD, new->key[j++], n, err);
		else
			i++, j++;
	}
	return rc;
}
