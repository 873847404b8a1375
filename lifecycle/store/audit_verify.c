#include "lifecycle/store/audit_read.h"

#include <stdio.h>
#include <string.h>

#include "archive/merkle_proof.h"
#include "lifecycle/store/audit_internal.h"

struct walk {
	struct cp_store *store;
	struct cp_merkle_check *check;
	struct cp_log_report *report;
	struct cp_note_key key;
	struct cp_buf line;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
	int64_t total;
	int64_t head;  /* entries of the signed head, -1 if there is none */
	int64_t sound; /* entries under the largest checkpoint that holds */
};

/* Remembers the first place where something is wrong. */
static void
bad(struct cp_log_report *r, int64_t from, int64_t until, const char *why)
{
	if (r->why[0] != '\0')
		return;
	r->bad_seq = from;
	r->bad_until = until;
	(void)snprintf(r->why, sizeof(r->why), "%s", why);
}

static void
check_detail(struct walk *w, const struct cp_log_row *row)
{
	uint8_t hash[32];

	/* One without a salt is what a shield left of it. */
	if (row->salt == NULL) {
		w->report->erased++;
		return;
	}
	if (row->detail == NULL) {
		bad(w->report, row->seq, row->seq, "half of its detail is gone");
		return;
	}
	audit_detail_hash(row->salt, row->detail, hash);
	if (row->hash == NULL || memcmp(hash, row->hash, sizeof(hash)) != 0)
		bad(w->report, row->seq, row->seq,
		    "its detail is not the one that was logged");
}

static enum cp_rc
check_row(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct walk *w = ctx;
	uint8_t leaf[CP_HASH_SIZE];
	enum cp_rc rc;

	if (row->seq > w->report->size)
		bad(w->report, w->report->size, row->seq - 1,
		    "entries are missing");
	else if (row->seq < w->report->size)
		bad(w->report, 0, 0, "an entry stands before the first");
	check_detail(w, row);
	cp_buf_reset(&w->line);
	cp_log_line(row, &w->line);
	rc = cp_buf_check(&w->line, err);
	if (rc != CP_OK)
		return rc;
	cp_merkle_leaf_hash(w->line.data, w->line.len, leaf);
	w->report->size++;
	if (w->progress != NULL && (w->report->size & 4095) == 0)
		w->progress(w->ctx, w->report->size, w->total);
	return cp_merkle_check_leaf(w->check, leaf, err);
}

/* One signed note against the tree: its signature and its root.  Entries
 * under an older checkpoint that holds are beyond doubt. */
static void
check_note(struct walk *w, const char *note, size_t len, const char *which)
{
	struct cp_tile_store tiles = audit_tiles_of(w->store);
	struct cp_log_report *r = w->report;
	struct cp_checkpoint head;
	struct cp_err why;
	uint8_t root[32];
	char text[160];

	if (cp_note_verify(note, len, &w->key, NULL, &why) != CP_OK ||
	    audit_parse_note(note, len, &head, &why) != CP_OK) {
		(void)snprintf(text, sizeof(text), "%s is not signed by the "
		    "log's key", which);
		bad(r, w->sound, r->size, text);
		return;
	}
	if (head.size > (uint64_t)r->size) {
		(void)snprintf(text, sizeof(text), "%s has %llu entries: the "
		    "log was cut", which, (unsigned long long)head.size);
		bad(r, r->size, (int64_t)head.size - 1, text);
		return;
	}
	if (cp_merkle_root_at(&tiles, head.size, root, &why) == CP_OK &&
	    memcmp(root, head.root, sizeof(root)) == 0) {
		if ((int64_t)head.size > w->sound)
			w->sound = (int64_t)head.size;
		return;
	}
	(void)snprintf(text, sizeof(text), "%s of %llu entries has another "
	    "root", which, (unsigned long long)head.size);
	bad(r, w->sound < (int64_t)head.size ? w->sound : 0,
	    (int64_t)head.size - 1, text);
}

static enum cp_rc
check_checkpoints(struct walk *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->store, SQL_AUDIT_CHECKPOINTS);
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		check_note(w, cp_col_text(q, 1), strlen(cp_col_text(q, 1)),
		    "a kept checkpoint");
		w->report->checkpoints++;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
check_head(struct walk *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->store, SQL_AUDIT_HEAD);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK || !row)
		return rc;
	check_note(w, cp_col_text(q, 1), strlen(cp_col_text(q, 1)),
	    "the signed head");
	cp_reset(q);
	return CP_OK;
}

/* The numbers: whether the entries end where the signed head says. */
static void
check_end(struct walk *w)
{
	int64_t size = w->report->size;

	if (w->head < 0)
		bad(w->report, 0, size, "there is no signed head");
	else if (w->head > size)
		bad(w->report, size, w->head - 1,
		    "entries are missing at the end");
	else if (w->head < size)
		bad(w->report, w->head, size - 1,
		    "entries stand after the signed head");
}

static enum cp_rc
load_size(struct walk *w, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->store, SQL_AUDIT_HEAD);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	w->head = rc == CP_OK && row ? cp_col_int(q, 0) : -1;
	cp_reset(q);
	return rc == CP_OK ? cp_exec_int(cp_stmt(w->store, SQL_AUDIT_SIZE),
	    -1, &w->total, err) : rc;
}

static void
take_found(struct walk *w, const struct cp_merkle_found *found)
{
	struct cp_log_report *r = w->report;
	int64_t place = (int64_t)found->place;

	memcpy(r->root, found->root, sizeof(found->root));
	if (!found->differs)
		return;
	if (place >= r->size)
		check_end(w); /* says more: which entries */
	if (place >= r->size)
		bad(r, place, place, "the tree goes on where entries end");
	else if (found->level > 0)
		bad(r, place, r->size - 1,
		    "a tile of the tree does not fit those below it");
	else
		bad(r, place, place, found->absent ?
		    "it was not logged: the tree has no hash for it" :
		    "it is not the entry that was logged");
}

static enum cp_rc
walk_entries(struct walk *w, struct cp_err *err)
{
	struct cp_tile_store tiles = audit_tiles_of(w->store);
	struct cp_merkle_found found;
	enum cp_rc rc = cp_merkle_check_new(&tiles, &w->check, err);

	if (rc == CP_OK)
		rc = cp_log_each(w->store, NULL, check_row, w, err);
	if (rc == CP_OK)
		rc = cp_merkle_check_finish(w->check, &found, err);
	if (rc == CP_OK)
		take_found(w, &found);
	cp_merkle_check_free(w->check);
	return rc;
}

static enum cp_rc
verify(struct walk *w, const struct cp_buf *outside, struct cp_err *err)
{
	enum cp_rc rc = load_size(w, err);

	if (rc == CP_OK)
		rc = walk_entries(w, err);
	if (rc != CP_OK)
		return rc;
	check_end(w);
	rc = check_checkpoints(w, err);
	if (rc == CP_OK)
		rc = check_head(w, err);
	if (rc != CP_OK)
		return rc;
	if (outside->len == 0)
		bad(w->report, w->sound, w->report->size,
		    "the head kept outside the database is gone");
	else
		check_note(w, cp_buf_text(outside), outside->len,
		    "the head kept outside the database");
	return CP_OK;
}

/* The head outside is read first: another program may log while this reads,
 * and a head outside must never be newer than what is read. */
static enum cp_rc
read_and_verify(struct walk *w, struct cp_err *err)
{
	struct cp_buf outside;
	struct cp_err why;
	enum cp_rc rc = cp_log_key(w->store, &w->key, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&outside);
	if (audit_kept_head(w->store, &outside, &why) != CP_OK)
		cp_buf_reset(&outside);
	rc = cp_store_begin_read(w->store, err);
	if (rc == CP_OK) {
		rc = verify(w, &outside, err);
		cp_store_rollback(w->store);
	}
	cp_buf_clear(&outside);
	return rc;
}

enum cp_rc
cp_log_verify(struct cp_store *s, struct cp_log_report *report,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct walk w = { .store = s, .report = report, .progress = progress,
		.ctx = ctx, .head = -1 };
	enum cp_rc rc;

	memset(report, 0, sizeof(*report));
	report->bad_seq = report->bad_until = -1;
	cp_buf_init(&w.line);
	rc = read_and_verify(&w, err);
	cp_buf_clear(&w.line);
	if (rc != CP_OK || report->why[0] == '\0')
		return rc;
	if (report->bad_until > report->bad_seq)
		return cp_fail(err, CP_CORRUPT, "the log is not whole: "
		    "entries %lld to %lld: %s", (long long)report->bad_seq,
		    (long long)report->bad_until, report->why);
	return cp_fail(err, CP_CORRUPT, "the log is not whole: entry %lld: %s",
	    (long long)report->bad_seq, report->why);
}
