#include "lifecycle/store/audit_read.h"

#include <stdio.h>
#include <string.h>

#include "archive/merkle_proof.h"
#include "lifecycle/store/audit_internal.h"

struct walk {
	struct cp_merkle_check *check;
	struct cp_log_report *report;
	struct cp_buf line, scratch;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
	int64_t total;
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

	if (row->detail == NULL && row->salt == NULL) {
		w->report->erased++;
		return;
	}
	if (row->detail == NULL || row->salt == NULL) {
		bad(w->report, row->seq, row->seq, "half of its detail is gone");
		return;
	}
	audit_detail_hash(row->salt, row->detail, &w->scratch, hash);
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

	if (row->seq != w->report->size)
		bad(w->report, w->report->size, row->seq - 1,
		    "entries are missing");
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

/* One signed note against the tree: its signature and its root. */
static enum cp_rc
check_note(struct cp_store *s, const struct cp_note_key *key,
    const char *note, size_t len, const char *which,
    struct cp_log_report *report, struct cp_err *err)
{
	struct cp_tile_store tiles = audit_tiles_of(s);
	struct cp_checkpoint head;
	struct cp_err why;
	uint8_t root[32];
	char text[160];

	(void)err;
	if (cp_note_verify(note, len, key, NULL, &why) != CP_OK ||
	    audit_parse_note(note, len, &head, &why) != CP_OK) {
		(void)snprintf(text, sizeof(text), "%s is not signed by the "
		    "log's key", which);
		bad(report, report->size, report->size, text);
		return CP_OK;
	}
	if (head.size > (uint64_t)report->size) {
		(void)snprintf(text, sizeof(text), "%s has %llu entries: the "
		    "log was cut", which, (unsigned long long)head.size);
		bad(report, report->size, (int64_t)head.size - 1, text);
		return CP_OK;
	}
	if (cp_merkle_root_at(&tiles, head.size, root, &why) != CP_OK ||
	    memcmp(root, head.root, sizeof(root)) != 0) {
		(void)snprintf(text, sizeof(text), "%s of %llu entries has "
		    "another root", which, (unsigned long long)head.size);
		bad(report, 0, (int64_t)head.size - 1, text);
	}
	report->checkpoints++;
	return CP_OK;
}

static enum cp_rc
check_head(struct cp_store *s, const struct cp_note_key *key,
    struct cp_log_report *report, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_HEAD);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	if (!row) {
		bad(report, 0, report->size, "there is no signed head");
		return CP_OK;
	}
	if (cp_col_int(q, 0) != report->size)
		bad(report, cp_col_int(q, 0), report->size - 1,
		    "the signed head is of another number of entries");
	rc = check_note(s, key, cp_col_text(q, 1), strlen(cp_col_text(q, 1)),
	    "the signed head", report, err);
	cp_reset(q);
	return rc;
}

static enum cp_rc
check_checkpoints(struct cp_store *s, const struct cp_note_key *key,
    struct cp_log_report *report, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_CHECKPOINTS);
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = check_note(s, key, cp_col_text(q, 1),
		    strlen(cp_col_text(q, 1)), "a kept checkpoint", report,
		    err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
check_outside(struct cp_store *s, const struct cp_note_key *key,
    struct cp_log_report *report, struct cp_err *err)
{
	struct cp_buf note;
	struct cp_err why;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&note);
	if (audit_kept_head(s, &note, &why) != CP_OK)
		bad(report, report->size, report->size,
		    "the head kept outside the database is gone");
	else
		rc = check_note(s, key, cp_buf_text(&note), note.len,
		    "the head kept outside the database", report, err);
	cp_buf_clear(&note);
	return rc;
}

static enum cp_rc
walk_entries(struct cp_store *s, struct walk *w, struct cp_err *err)
{
	struct cp_tile_store tiles = audit_tiles_of(s);
	struct cp_merkle_found found;
	enum cp_rc rc = cp_merkle_check_new(&tiles, &w->check, err);

	cp_buf_init(&w->line);
	cp_buf_init(&w->scratch);
	if (rc == CP_OK)
		rc = cp_log_each(s, NULL, check_row, w, err);
	if (rc == CP_OK)
		rc = cp_merkle_check_finish(w->check, &found, err);
	if (rc == CP_OK) {
		memcpy(w->report->root, found.root, sizeof(found.root));
		if (found.differs)
			bad(w->report, (int64_t)found.place,
			    found.level == 0 ? (int64_t)found.place :
			    w->report->size - 1, found.absent ?
			    "the tree has no hash for it" :
			    (int64_t)found.place >= w->report->size ?
			    "the tree goes on where the entries end" :
			    "its entry is not the one that was logged");
	}
	cp_merkle_check_free(w->check);
	cp_buf_clear(&w->line);
	cp_buf_clear(&w->scratch);
	return rc;
}

static enum cp_rc
verify(struct cp_store *s, struct walk *w, struct cp_err *err)
{
	struct cp_note_key key;
	enum cp_rc rc = cp_log_key(s, &key, err);

	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_AUDIT_SIZE), -1, &w->total,
		    err);
	if (rc == CP_OK)
		rc = walk_entries(s, w, err);
	if (rc == CP_OK)
		rc = check_head(s, &key, w->report, err);
	if (rc == CP_OK)
		rc = check_checkpoints(s, &key, w->report, err);
	if (rc == CP_OK)
		rc = check_outside(s, &key, w->report, err);
	return rc;
}

enum cp_rc
cp_log_verify(struct cp_store *s, struct cp_log_report *report,
    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
    struct cp_err *err)
{
	struct walk w = { 0 };
	enum cp_rc rc;

	memset(report, 0, sizeof(*report));
	report->bad_seq = -1;
	w.report = report;
	w.progress = progress;
	w.ctx = ctx;
	rc = cp_store_begin_read(s, err);
	if (rc != CP_OK)
		return rc;
	rc = verify(s, &w, err);
	cp_store_rollback(s);
	if (rc != CP_OK || report->why[0] == '\0')
		return rc;
	if (report->bad_until > report->bad_seq)
		return cp_fail(err, CP_CORRUPT, "the log is not whole: "
		    "entries %lld to %lld: %s", (long long)report->bad_seq,
		    (long long)report->bad_until, report->why);
	return cp_fail(err, CP_CORRUPT, "the log is not whole: entry %lld: %s",
	    (long long)report->bad_seq, report->why);
}
