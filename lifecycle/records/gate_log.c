#include <stdlib.h>
#include <string.h>

#include "archive/base64.h"
#include "lifecycle/records/gate_priv.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

/* Details of log entries that told what a shield hides: the text as it was
 * stands behind the shield with its salt, one that tells less in its place. */

/* An entry to be changed. */
struct entry {
	int64_t seq;
	char time[32], actor[64], action[48];
	uint8_t salt[CP_SALT_SIZE];
	int salted, differs;
	struct cp_buf was, is;
};

struct entries {
	struct entry *one;
	size_t n, cap;
};

static void
clear(struct entries *list)
{
	for (size_t i = 0; i < list->n; i++) {
		cp_buf_clear(&list->one[i].was);
		cp_buf_clear(&list->one[i].is);
	}
	free(list->one);
}

static struct entry *
grow(struct entries *list, struct cp_err *err)
{
	size_t cap = list->cap == 0 ? 32 : 2 * list->cap;
	struct entry *more;

	if (list->n == list->cap) {
		more = reallocarray(list->one, cap, sizeof(*more));
		if (more == NULL) {
			(void)cp_fail(err, CP_FAILED, "out of memory");
			return NULL;
		}
		list->one = more;
		list->cap = cap;
	}
	memset(&list->one[list->n], 0, sizeof(*list->one));
	return &list->one[list->n++];
}

static enum cp_rc
take(struct cp_stmt *q, struct entries *list, struct cp_err *err)
{
	struct entry *e = grow(list, err);
	const void *salt;
	size_t len = 0;

	if (e == NULL)
		return err->code;
	cp_buf_init(&e->was);
	cp_buf_init(&e->is);
	e->seq = cp_col_int(q, 0);
	cp_col_copy(q, 1, e->time, sizeof(e->time));
	cp_col_copy(q, 2, e->actor, sizeof(e->actor));
	cp_col_copy(q, 3, e->action, sizeof(e->action));
	cp_buf_puts(&e->was, cp_col_text(q, 4));
	salt = cp_col_null(q, 5) ? NULL : cp_col_blob(q, 5, &len);
	e->salted = salt != NULL && len == sizeof(e->salt);
	if (e->salted)
		memcpy(e->salt, salt, len);
	return cp_buf_check(&e->was, err);
}

/* Those of the record ID that say what W hides, with what is left of each. */
static enum cp_rc
find(struct cp_store *s, const char *id, const struct gate_words *w,
    struct entries *list, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_LOG_OF);
	struct entry *e;
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = take(q, list, err);
		if (rc != CP_OK)
			break;
		e = &list->one[list->n - 1];
		rc = gate_words_redact(w, e->action, cp_buf_text(&e->was),
		    &e->is, &e->differs, err);
		if (rc != CP_OK)
			break;
		if (!e->differs) {
			cp_buf_clear(&e->was);
			cp_buf_clear(&e->is);
			list->n--;
		}
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
put(struct cp_store *s, int64_t seq, const char *detail, const uint8_t *salt,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_LOG_PUT);

	cp_bind_text(q, detail);
	if (salt != NULL)
		cp_bind_blob(q, salt, CP_SALT_SIZE);
	else
		cp_bind_null(q);
	cp_bind_int(q, seq);
	return cp_exec(q, err);
}

/* ---- searches ----------------------------------------------------------- */

/* Whether what was searched for by DETAIL, of an entry about somebody found,
 * may be hidden now. */
static int
searched_by_hidden(const struct gate_words *w, const struct entry *e)
{
	const char *was = cp_buf_text(&e->was);

	if (strcmp(e->action, "record.find") != 0)
		return 0;
	return ((w->hidden & CP_HIDE_ADDRESS) != 0 &&
	    strstr(was, "\"postcode\"") != NULL) ||
	    ((w->hidden & CP_HIDE_NUMBERS) != 0 &&
	    strstr(was, "\"number\"") != NULL) ||
	    ((w->hidden & CP_HIDE_FORMER_NAMES) != 0 &&
	    strstr(was, "\"name\"") != NULL);
}

/* A search's entry without the hash of what was asked, against which texts
 * could be tried; for good, since others may have been found with it. */
static enum cp_rc
put_search(struct cp_store *s, int64_t seq, const char *detail,
    struct cp_err *err)
{
	struct cp_json *tree = NULL;
	const struct cp_json *v;
	const char *key;
	void *iter = NULL;
	struct cp_buf out;
	enum cp_rc rc = cp_json_parse(detail, strlen(detail), &tree, err);

	if (rc != CP_OK)
		return err->code = CP_CORRUPT;
	cp_buf_init(&out);
	cp_json_open(&out, '{');
	while ((v = cp_json_next(tree, &iter, &key)) != NULL) {
		if (strcmp(key, "query_sha256") == 0)
			continue;
		cp_json_put_key(&out, key);
		cp_json_dump(v, &out);
	}
	cp_json_close(&out, '}');
	rc = cp_buf_check(&out, err);
	if (rc == CP_OK)
		rc = put(s, seq, cp_buf_text(&out), NULL, err);
	cp_json_free(tree);
	cp_buf_clear(&out);
	return rc;
}

static enum cp_rc
hide_search(struct cp_store *s, const struct entry *e, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_LOG_SEARCH);
	struct cp_buf detail;
	int64_t seq = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, e->seq);
	cp_bind_text(q, e->time);
	cp_bind_text(q, e->actor);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK || !row)
		return rc;
	cp_buf_init(&detail);
	seq = cp_col_int(q, 0);
	cp_buf_puts(&detail, cp_col_text(q, 1));
	cp_reset(q);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK && strstr(cp_buf_text(&detail), "query_sha256") !=
	    NULL)
		rc = put_search(s, seq, cp_buf_text(&detail), err);
	cp_buf_clear(&detail);
	return rc;
}

/* A search by a former name names it in no list: its entry itself stays. */
static enum cp_rc
hide_searches(struct cp_store *s, const char *id, const struct gate_words *w,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_LOG_OF);
	struct entries list = { NULL, 0, 0 };
	struct entry *e;
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (strcmp(cp_col_text(q, 3), "record.find") != 0)
			continue;
		rc = take(q, &list, err);
		if (rc != CP_OK)
			break;
		e = &list.one[list.n - 1];
		if (searched_by_hidden(w, e))
			continue;
		cp_buf_clear(&e->was);
		list.n--;
	}
	cp_reset(q);
	for (size_t i = 0; rc == CP_OK && i < list.n; i++)
		rc = hide_search(s, &list.one[i], err);
	clear(&list);
	return rc;
}

/* ---- hiding and showing ------------------------------------------------- */

/* What corrections say of documents before this one. */
static enum cp_rc
learn(struct cp_store *s, const char *id, struct gate_words *w,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_LOG_OF);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, id);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = gate_words_learn(w, cp_col_text(q, 4), err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static void
keep(const struct entry *e, struct cp_buf *kept)
{
	cp_json_open(kept, '{');
	cp_json_put_key(kept, "seq");
	cp_json_put_int(kept, e->seq);
	cp_json_put_member(kept, "detail", cp_buf_text(&e->was));
	cp_json_put_key(kept, "salt");
	cp_buf_putc(kept, '"');
	cp_hex_put(kept, e->salt, sizeof(e->salt));
	cp_buf_putc(kept, '"');
	cp_json_close(kept, '}');
}

enum cp_rc
gate_log_hide(struct cp_store *s, const char *id, struct gate_words *w,
    const struct cp_document *doc, struct cp_buf *kept, struct cp_err *err)
{
	struct entries list = { NULL, 0, 0 };
	enum cp_rc rc = hide_searches(s, id, w, err);

	if (rc == CP_OK)
		rc = learn(s, id, w, err);
	if (rc == CP_OK)
		rc = gate_words_settle(w, doc, err);
	if (rc == CP_OK)
		rc = find(s, id, w, &list, err);
	for (size_t i = 0; rc == CP_OK && i < list.n; i++) {
		struct entry *e = &list.one[i];

		/* One without a salt says less than it did already. */
		if (e->salted)
			keep(e, kept);
		rc = put(s, e->seq, cp_buf_text(&e->is), NULL, err);
	}
	clear(&list);
	return rc == CP_OK ? cp_buf_check(kept, err) : rc;
}

/* What was divided off since, or is another record's, stays as it is. */
static enum cp_rc
show_one(struct cp_store *s, const char *id, const struct cp_json *e,
    struct cp_err *err)
{
	const char *detail = cp_json_text(cp_json_get(e, "detail"));
	const char *hex = cp_json_text(cp_json_get(e, "salt"));
	uint8_t salt[CP_SALT_SIZE];
	struct cp_stmt *q;
	size_t got = 0;
	int64_t seq;

	if (cp_json_get(e, "seq") == NULL)
		return CP_OK;
	if (!cp_json_int(cp_json_get(e, "seq"), &seq) || detail == NULL ||
	    hex == NULL || cp_hex_get(hex, strlen(hex), salt, sizeof(salt),
	    &got, err) != CP_OK || got != sizeof(salt))
		return cp_fail(err, CP_CORRUPT, "what a shield hid of a log "
		    "entry cannot be read");
	q = cp_stmt(s, SQL_AUDIT_PUT_DETAIL);
	cp_bind_text(q, detail);
	cp_bind_blob(q, salt, sizeof(salt));
	cp_bind_int(q, seq);
	cp_bind_text(q, id);
	return cp_exec(q, err);
}

enum cp_rc
gate_log_show(struct cp_store *s, const char *id, const struct cp_json *list,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++)
		rc = show_one(s, id, cp_json_at(list, i), err);
	return rc;
}
