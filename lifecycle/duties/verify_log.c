#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/merkle_proof.h"
#include "lifecycle/duties/verify_internal.h"

enum { LINE_MAX_BYTES = 65536, PATH_CAP = 4352, DIR_MAX = 4200 };

/* The tiles of an export: files, whose widths follow from the head. */
struct folder {
	const char *dir;
	uint64_t size;
};

static enum cp_rc
folder_get(void *ctx, unsigned level, uint64_t index, struct cp_buf *out,
    struct cp_err *err)
{
	const struct folder *f = ctx;
	uint64_t hashes = f->size >> (8 * level);
	char tile[CP_TILE_PATH_MAX], path[PATH_CAP];
	size_t width = CP_TILE_WIDTH;
	enum cp_rc rc;

	if (index > hashes / CP_TILE_WIDTH)
		return CP_OK;
	if (index == hashes / CP_TILE_WIDTH)
		width = (size_t)(hashes % CP_TILE_WIDTH);
	if (width == 0)
		return CP_OK;
	cp_merkle_tile_path(level, index, width, tile);
	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, tile);
	rc = cp_file_read(path, 2 * CP_TILE_WIDTH * CP_HASH_SIZE, out, err);
	return rc == CP_NOT_FOUND ? CP_OK : rc;
}

static enum cp_rc
read_head(const char *dir, const struct cp_note_key *key,
    struct cp_checkpoint *head, struct cp_err *err)
{
	struct cp_buf note, body;
	char path[PATH_CAP];
	enum cp_rc rc;

	cp_buf_init(&note);
	cp_buf_init(&body);
	(void)snprintf(path, sizeof(path), "%s/checkpoint", dir);
	rc = cp_file_read(path, CP_NOTE_MAX, &note, err);
	if (rc == CP_OK)
		rc = cp_note_verify(note.data, note.len, key, &body, err);
	if (rc == CP_OK)
		rc = cp_checkpoint_parse(cp_buf_text(&body), body.len, head,
		    err);
	if (rc != CP_OK && rc != CP_NOT_FOUND)
		cp_err_context(err, "the log's checkpoint");
	cp_buf_clear(&note);
	cp_buf_clear(&body);
	return rc;
}

/* One line without its newline into LINE; *LEN is -1 at the end. */
static enum cp_rc
read_line(FILE *f, char *line, ssize_t *len, uint64_t seq, struct cp_err *err)
{
	ssize_t n = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n') {
		if (n == LINE_MAX_BYTES)
			return cp_fail(err, CP_CORRUPT, "entry %" PRIu64
			    " is no entry of a log", seq);
		line[n++] = (char)c;
	}
	if (ferror(f))
		return cp_fail_errno(err, CP_FAILED, "entries.ndjson");
	if (c == EOF && n > 0)
		return cp_fail(err, CP_CORRUPT, "entry %" PRIu64 " is cut off",
		    seq);
	*len = c == EOF ? -1 : n;
	return CP_OK;
}

static enum cp_rc
feed(FILE *f, struct cp_merkle_check *check, struct cp_err *err)
{
	char *line = malloc(LINE_MAX_BYTES), begins[40];
	uint8_t hash[CP_HASH_SIZE];
	uint64_t seq;
	ssize_t len = -1;
	enum cp_rc rc;
	int n;

	if (line == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (seq = 0;; seq++) {
		rc = read_line(f, line, &len, seq, err);
		if (rc != CP_OK || len < 0)
			break;
		n = snprintf(begins, sizeof(begins), "{\"seq\":%" PRIu64 ",",
		    seq);
		if (len < n || memcmp(line, begins, (size_t)n) != 0) {
			rc = cp_fail(err, CP_CORRUPT, "entry %" PRIu64
			    " does not have that number", seq);
			break;
		}
		cp_merkle_leaf_hash(line, (size_t)len, hash);
		rc = cp_merkle_check_leaf(check, hash, err);
		if (rc != CP_OK)
			break;
	}
	free(line);
	return rc;
}

static enum cp_rc
judge(const struct cp_merkle_found *found, const struct cp_checkpoint *head,
    int tiles, struct cp_err *err)
{
	if (tiles && found->differs && found->level == 0 &&
	    found->place < found->size && found->place < head->size)
		return cp_fail(err, CP_CORRUPT, "entry %" PRIu64 " is not the "
		    "one that was logged", found->place);
	if (found->size != head->size)
		return cp_fail(err, CP_CORRUPT, "there are %" PRIu64
		    " entries, and the checkpoint covers %" PRIu64,
		    found->size, head->size);
	if (memcmp(found->root, head->root, CP_HASH_SIZE) != 0)
		return cp_fail(err, CP_CORRUPT, "the entries are not those "
		    "of the checkpoint");
	if (tiles && found->differs)
		return cp_fail(err, CP_CORRUPT, "the entries hold, but the "
		    "tile of level %u over entry %" PRIu64 " does not",
		    found->level, found->place);
	return CP_OK;
}

enum cp_rc
verify_log(const char *dir, const struct cp_note_key *key,
    struct cp_verify_result *out, struct cp_err *err)
{
	struct cp_merkle_check *check = NULL;
	struct cp_tile_store store = { NULL, folder_get, NULL };
	struct cp_merkle_found found;
	struct cp_checkpoint head;
	struct folder folder;
	char path[PATH_CAP];
	FILE *f = NULL;
	int tiles;
	enum cp_rc rc;

	if (strlen(dir) > DIR_MAX)
		return cp_fail(err, CP_NOT_FOUND, "the path is too long");
	(void)snprintf(path, sizeof(path), "%s/entries.ndjson", dir);
	f = fopen(path, "re");
	if (f == NULL)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "%s", path);
	rc = read_head(dir, key, &head, err);
	if (rc != CP_OK)
		goto out;
	memcpy(out->signed_by, key->name, sizeof(out->signed_by));
	folder = (struct folder){ dir, head.size };
	store.ctx = &folder;
	(void)snprintf(path, sizeof(path), "%s/tile", dir);
	tiles = access(path, F_OK) == 0;
	rc = cp_merkle_check_new(&store, &check, err);
	if (rc == CP_OK)
		rc = feed(f, check, err);
	if (rc == CP_OK)
		rc = cp_merkle_check_finish(check, &found, err);
	if (rc == CP_OK)
		rc = judge(&found, &head, tiles, err);
out:
	cp_merkle_check_free(check);
	(void)fclose(f);
	return rc;
}
