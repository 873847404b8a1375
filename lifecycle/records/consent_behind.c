#include "lifecycle/records/consent_behind.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/consent_marks.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

/* ---- keys --------------------------------------------------------------- */

enum kind { OVER_MARK, OVER_EVIDENCE, HELD_MARK, HELD_EVIDENCE, KINDS };
static const char *const labels[KINDS] = { "over mark", "over evidence",
	"held mark", "held evidence" };

static enum cp_rc
key_of(const struct cp_matcher *m, enum kind kind, const void *data,
    size_t len, uint64_t *out, struct cp_err *err)
{
	uint8_t hash[32];
	uint64_t bits = 0;
	enum cp_rc rc = cp_match_digest(m, labels[kind], data, len, hash, err);

	for (int i = 0; rc == CP_OK && i < 8; i++)
		bits = bits << 8 | hash[i];
	if (rc == CP_OK)
		*out = bits;
	return rc;
}

static enum cp_rc
key_of_mark(const struct cp_matcher *m, enum kind kind, int64_t mark,
    uint64_t *out, struct cp_err *err)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)mark >> (56 - 8 * i));
	return key_of(m, kind, bytes, sizeof(bytes), out, err);
}

static enum cp_rc
key_of_evidence(const struct cp_matcher *m, enum kind kind,
    enum cp_sensitive basis, const char *evidence, uint64_t *out,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_buf_printf(&text, "%s\n%s", marks_word(basis), evidence);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		rc = key_of(m, kind, text.data, text.len, out, err);
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
put_key(struct cp_store *s, int64_t record, uint64_t key, struct cp_err *err)
{
	struct cp_keys one = { .key = &key, .n = 1, .cap = 1 };

	return cp_match_put(s, record, &one, err);
}

/* What ROW, an entry that goes, says of involvements to come. */
static enum cp_rc
put_row(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct mark_row *row, struct cp_err *err)
{
	uint64_t key = 0;
	enum cp_rc rc = CP_OK;

	if (row->has_mark) {
		rc = key_of_mark(m, row->ended ? OVER_MARK : HELD_MARK,
		    row->mark, &key, err);
		if (rc == CP_OK)
			rc = put_key(s, record, key, err);
	}
	if (rc != CP_OK || row->evidence[0] == '\0' ||
	    (row->ended && !row->has_mark))
		return rc;
	rc = key_of_evidence(m, row->ended ? OVER_EVIDENCE : HELD_EVIDENCE,
	    row->basis, row->evidence, &key, err);
	return rc == CP_OK ? put_key(s, record, key, err) : rc;
}

/* ---- going behind ------------------------------------------------------- */

/* *YES: entry N covers an involvement of DOC. */
static enum cp_rc
covers_open(const struct marks *m, int64_t n, const struct cp_document *doc,
    int *yes, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int64_t mark = 0;

	*yes = 0;
	for (size_t i = 0; rc == CP_OK && !*yes && i < doc->n_involvements;
	    i++) {
		rc = marks_of(m, &doc->involvements[i], &mark, err);
		*yes = rc == CP_OK && marks_covers(m, n,
		    &doc->involvements[i], mark);
	}
	return rc;
}

static enum cp_rc
delete_entry(struct cp_store *s, int64_t n, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_CONSENT_SERVICES_DROP,
		SQL_CONSENT_DELETE };
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < 2; i++) {
		struct cp_stmt *q = cp_stmt(s, all[i]);

		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	return rc;
}

static const struct cp_json *
entry_in(const struct cp_json *ledger, int64_t n)
{
	int64_t is;

	for (size_t i = 0; i < cp_json_size(ledger); i++)
		if (cp_json_int(cp_json_get(cp_json_at(ledger, i), "n"),
		    &is) && is == n)
			return cp_json_at(ledger, i);
	return NULL;
}

/* Entry N, the rows of which begin at I, goes: into OUT, an open array. */
static enum cp_rc
send_entry(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct marks *all, size_t i, const struct cp_json *ledger,
    struct cp_buf *out, struct cp_err *err)
{
	int64_t n = all->row[i].n;
	const struct cp_json *entry = entry_in(ledger, n);
	struct cp_buf text;
	enum cp_rc rc = CP_OK;

	for (; rc == CP_OK && i < all->n && all->row[i].n == n; i++)
		rc = put_row(s, m, record, &all->row[i], err);
	if (rc != CP_OK || entry == NULL)
		return rc;
	cp_buf_init(&text);
	cp_json_dump(entry, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK)
		cp_json_put_raw(out, cp_buf_text(&text), text.len);
	cp_buf_clear(&text);
	return rc == CP_OK ? delete_entry(s, n, err) : rc;
}

static enum cp_rc
send(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct cp_document *doc, const struct marks *all,
    const struct cp_json *ledger, struct cp_buf *out, struct cp_err *err)
{
	int64_t last = 0;
	int open = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < all->n; i++) {
		if (all->row[i].n == last)
			continue;
		last = all->row[i].n;
		rc = covers_open(all, last, doc, &open, err);
		if (rc == CP_OK && !open)
			rc = send_entry(s, m, record, all, i, ledger, out,
			    err);
	}
	return rc;
}

/* The whole ledger of RECORD, as a tree. */
static enum cp_rc
load_ledger(struct cp_store *s, int64_t record, struct cp_json **out,
    struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_consent_save(s, record, &text, err);
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, out, err);
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_consent_behind(struct cp_store *s, const uint8_t salt[16],
    const struct cp_matcher *m, int64_t record, const struct cp_document *doc,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_rules rules = { 0 };
	struct cp_json *ledger = NULL;
	struct marks all;
	struct cp_buf list;
	enum cp_rc rc;

	memcpy(rules.salt, salt, sizeof(rules.salt));
	cp_buf_init(&list);
	rc = marks_load(&all, s, &rules, record, err);
	if (rc == CP_OK && all.n > 0)
		rc = load_ledger(s, record, &ledger, err);
	if (rc == CP_OK && all.n > 0) {
		cp_json_open(&list, '[');
		rc = send(s, m, record, doc, &all, ledger, &list, err);
		cp_json_close(&list, ']');
	}
	if (rc == CP_OK)
		rc = cp_buf_check(&list, err);
	if (rc == CP_OK && list.len > 2)
		cp_buf_put(out, list.data, list.len);
	cp_json_free(ledger);
	marks_clear(&all);
	cp_buf_clear(&list);
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

/* ---- what comes --------------------------------------------------------- */

static enum cp_rc
has_key(struct cp_store *s, int64_t record, uint64_t key, int *yes,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_KEY_HAS);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_int(q, (int64_t)key);
	cp_bind_int(q, record);
	rc = cp_exec_int(q, 0, &n, err);
	*yes = rc == CP_OK && n > 0;
	return rc;
}

static enum cp_rc
ask(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct cp_involvement *v, int64_t mark, enum kind kind, int *yes,
    struct cp_err *err)
{
	int of_mark = kind == OVER_MARK || kind == HELD_MARK;
	uint64_t key = 0;
	enum cp_rc rc;

	*yes = 0;
	if (!of_mark && (v->sensitive == CP_SENSITIVE_NO ||
	    v->evidence == NULL || v->evidence[0] == '\0'))
		return CP_OK;
	rc = of_mark ? key_of_mark(m, kind, mark, &key, err) :
	    key_of_evidence(m, kind, v->sensitive, v->evidence, &key, err);
	return rc == CP_OK ? has_key(s, record, key, yes, err) : rc;
}

/* As marks_over, of what went behind. */
static enum cp_rc
is_over(struct cp_store *s, const struct cp_matcher *m, int64_t record,
    const struct cp_involvement *v, int64_t mark, int *over,
    struct cp_err *err)
{
	int named = v->sensitive != CP_SENSITIVE_NO && v->evidence != NULL &&
	    v->evidence[0] != '\0';
	int yes[KINDS] = { 0 };
	enum cp_rc rc = CP_OK;

	for (int k = 0; rc == CP_OK && k < KINDS; k++)
		rc = ask(s, m, record, v, mark, (enum kind)k, &yes[k], err);
	*over = !yes[HELD_MARK] && !yes[HELD_EVIDENCE] &&
	    (yes[OVER_EVIDENCE] || (yes[OVER_MARK] && !named));
	return rc;
}

enum cp_rc
cp_consent_sift(struct cp_store *s, const uint8_t salt[16],
    const struct cp_matcher *m, int64_t record, struct cp_document *doc,
    struct cp_err *err)
{
	struct cp_rules rules = { 0 };
	struct marks open;
	int64_t mark = 0;
	size_t i = 0;
	int over;
	enum cp_rc rc;

	memcpy(rules.salt, salt, sizeof(rules.salt));
	rc = marks_load(&open, s, &rules, record, err);
	while (rc == CP_OK && i < doc->n_involvements) {
		over = 0;
		rc = marks_of(&open, &doc->involvements[i], &mark, err);
		if (rc == CP_OK && marks_entry_of(&open,
		    &doc->involvements[i], mark) == 0)
			rc = is_over(s, m, record, &doc->involvements[i], mark,
			    &over, err);
		if (rc == CP_OK && over)
			cp_document_drop_involvement(doc, i);
		else
			i++;
	}
	marks_clear(&open);
	return rc;
}
