#include "lifecycle/records/consent_marks.h"

#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/records/consent_priv.h"
#include "lifecycle/records/document_edit.h"
#include "lifecycle/records/keys.h"
#include "lifecycle/rules/text.h"

int
cp_document_has_sensitive(const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_involvements; i++)
		if (doc->involvements[i].sensitive != CP_SENSITIVE_NO)
			return 1;
	return 0;
}

const char *
marks_word(enum cp_sensitive basis)
{
	return basis == CP_SENSITIVE_HARM ? "significant-harm" :
	    "sensitive-service";
}

/* ---- the list ----------------------------------------------------------- */

void
marks_clear(struct marks *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->row[i].evidence);
	free(m->row);
	memset(m, 0, sizeof(*m));
}

static enum cp_rc
push(struct marks *m, const struct mark_row *row, const char *evidence,
    struct cp_err *err)
{
	size_t cap = m->cap == 0 ? 4 : 2 * m->cap;
	struct mark_row *more;

	if (m->n == m->cap) {
		more = realloc(m->row, cap * sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		m->row = more;
		m->cap = cap;
	}
	m->row[m->n] = *row;
	m->row[m->n].evidence = strdup(evidence != NULL ? evidence : "");
	if (m->row[m->n].evidence == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	m->n++;
	return CP_OK;
}

enum cp_rc
marks_load(struct marks *m, struct cp_store *s, const struct cp_rules *rules,
    int64_t record, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_SERVICES);
	struct mark_row row;
	int more;
	enum cp_rc rc;

	memset(m, 0, sizeof(*m));
	m->salt = rules->salt;
	cp_bind_int(q, record);
	while ((rc = cp_step(q, &more, err)) == CP_OK && more) {
		memset(&row, 0, sizeof(row));
		row.n = cp_col_int(q, 0);
		row.basis = strcmp(cp_col_text(q, 1),
		    marks_word(CP_SENSITIVE_HARM)) == 0 ? CP_SENSITIVE_HARM :
		    CP_SENSITIVE_CONSENT;
		row.ended = !cp_col_null(q, 3);
		row.has_mark = !cp_col_null(q, 4);
		row.mark = cp_col_int(q, 4);
		rc = push(m, &row, cp_col_text(q, 2), err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
marks_of(const struct marks *m, const struct cp_involvement *v,
    int64_t *mark, struct cp_err *err)
{
	uint8_t hash[CP_SHA256_LEN];
	struct cp_buf text;
	uint64_t bits = 0;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_text_fold(v->service, &text);
	cp_buf_putc(&text, '\n');
	if (v->provider != NULL)
		cp_text_fold(v->provider, &text);
	rc = cp_buf_check(&text, err);
	if (rc == CP_OK) {
		cp_sha256_two(m->salt, CP_SALT_LEN, text.data, text.len, hash);
		for (int i = 0; i < 8; i++)
			bits = bits << 8 | hash[i];
		*mark = (int64_t)bits;
	}
	cp_buf_clear(&text);
	return rc;
}

/* ---- what it says ------------------------------------------------------- */

static int
names_evidence(const struct cp_involvement *v)
{
	return v->sensitive != CP_SENSITIVE_NO && v->evidence != NULL &&
	    v->evidence[0] != '\0';
}

static int
same_evidence(const struct mark_row *row, const struct cp_involvement *v)
{
	return names_evidence(v) && row->basis == v->sensitive &&
	    strcmp(row->evidence, v->evidence) == 0;
}

/* V's reference is that of an entry that was ended, and of none in force. */
static int
evidence_is_over(const struct marks *m, const struct cp_involvement *v)
{
	int over = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (!same_evidence(&m->row[i], v))
			continue;
		if (!m->row[i].ended)
			return 0;
		over |= m->row[i].has_mark;
	}
	return over;
}

int
marks_over(const struct marks *m, const struct cp_involvement *v,
    int64_t mark)
{
	int over = 0, marked;

	for (size_t i = 0; i < m->n; i++) {
		const struct mark_row *row = &m->row[i];

		marked = row->has_mark && row->mark == mark;
		if (!row->ended && (marked || same_evidence(row, v)))
			return 0;
		if (row->ended && row->has_mark && (same_evidence(row, v) ||
		    (marked && !names_evidence(v))))
			over = 1;
	}
	return over;
}

int
marks_covers(const struct marks *m, int64_t n,
    const struct cp_involvement *v, int64_t mark)
{
	if (v->sensitive == CP_SENSITIVE_NO)
		return 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->row[i].n == n && !m->row[i].ended &&
		    (same_evidence(&m->row[i], v) ||
		    (m->row[i].has_mark && m->row[i].mark == mark)))
			return 1;
	return 0;
}

int64_t
marks_entry_of(const struct marks *m, const struct cp_involvement *v,
    int64_t mark)
{
	int64_t found = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct mark_row *row = &m->row[i];

		if (!row->ended && (names_evidence(v) ? same_evidence(row, v) :
		    row->has_mark && row->mark == mark))
			found = row->n;
	}
	return found;
}

int64_t
marks_renewed(const struct marks *m, const struct cp_involvement *v,
    int64_t mark)
{
	int64_t found = 0;

	for (size_t i = 0; i < m->n; i++)
		if (!m->row[i].ended && m->row[i].has_mark &&
		    m->row[i].mark == mark && m->row[i].basis == v->sensitive)
			found = m->row[i].n;
	return found;
}

enum cp_rc
marks_add(struct marks *m, struct cp_store *s, int64_t n,
    const struct cp_involvement *v, int64_t mark, struct cp_err *err)
{
	struct mark_row row = { .n = n, .basis = v->sensitive, .has_mark = 1,
		.mark = mark };
	struct cp_stmt *q;
	enum cp_rc rc;

	for (size_t i = 0; i < m->n; i++)
		if (m->row[i].n == n && m->row[i].has_mark &&
		    m->row[i].mark == mark)
			return CP_OK;
	rc = push(m, &row, v->evidence, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_CONSENT_SERVICE_ADD);
	cp_bind_int(q, n);
	cp_bind_int(q, row.mark);
	return cp_exec(q, err);
}

enum cp_rc
marks_restore(const struct marks *m, struct cp_document *doc, size_t i,
    int64_t mark, int *changed, struct cp_err *err)
{
	const struct cp_involvement *v = &doc->involvements[i];
	const struct mark_row *found = NULL;

	if (names_evidence(v) && !evidence_is_over(m, v))
		return CP_OK;
	for (size_t k = 0; k < m->n; k++)
		if (!m->row[k].ended && m->row[k].has_mark &&
		    m->row[k].mark == mark)
			found = &m->row[k];
	if (found == NULL || (v->sensitive == found->basis &&
	    found->evidence[0] == '\0'))
		return CP_OK;
	*changed = 1;
	return cp_document_set_sensitive(doc, i, found->basis, found->evidence,
	    err);
}

/* ---- a correction ------------------------------------------------------- */

/* *YES: DOC has the service and provider of MARK, not sensitive. */
static enum cp_rc
said_otherwise(const struct marks *m, const struct cp_document *doc,
    int64_t mark, int *yes, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int64_t other;

	*yes = 0;
	for (size_t i = 0; rc == CP_OK && !*yes &&
	    i < doc->n_involvements; i++) {
		if (doc->involvements[i].sensitive != CP_SENSITIVE_NO)
			continue;
		rc = marks_of(m, &doc->involvements[i], &other, err);
		*yes = rc == CP_OK && other == mark;
	}
	return rc;
}

static enum cp_rc
end_today(struct cp_store *s, int64_t n, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_END);

	cp_bind_date(q, now->today);
	cp_bind_text(q, "ended");
	cp_bind_text(q, "correction");
	cp_bind_text(q, NULL);
	cp_bind_int(q, n);
	return cp_exec(q, err);
}

static int
has_marks(const struct marks *m, int64_t n)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->row[i].n == n && m->row[i].has_mark)
			return 1;
	return 0;
}

/* The rows stay, without their mark: their evidence is still known. */
static enum cp_rc
unsay(struct marks *m, struct cp_store *s, int64_t record, int64_t mark,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_CONSENT_SERVICE_DROP);
	enum cp_rc rc;

	cp_bind_int(q, mark);
	cp_bind_int(q, record);
	rc = cp_exec(q, err);
	for (size_t i = 0; rc == CP_OK && i < m->n; i++) {
		if (!m->row[i].has_mark || m->row[i].mark != mark)
			continue;
		m->row[i].has_mark = 0;
		if (m->row[i].ended || has_marks(m, m->row[i].n))
			continue;
		m->row[i].ended = 1;
		rc = end_today(s, m->row[i].n, now, err);
	}
	return rc;
}

enum cp_rc
marks_unsay(struct marks *m, struct cp_store *s, int64_t record,
    const struct cp_document *old, const struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int64_t mark;
	int otherwise;

	for (size_t i = 0; rc == CP_OK && i < old->n_involvements; i++) {
		if (old->involvements[i].sensitive == CP_SENSITIVE_NO)
			continue;
		rc = marks_of(m, &old->involvements[i], &mark, err);
		if (rc == CP_OK)
			rc = said_otherwise(m, doc, mark, &otherwise, err);
		if (rc == CP_OK && otherwise)
			rc = unsay(m, s, record, mark, now, err);
	}
	return rc;
}
