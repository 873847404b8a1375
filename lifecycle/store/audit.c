#include "lifecycle/store/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/store/audit_internal.h"

enum { SEED_SIZE = 32, PUB_MAX = 4096 };

struct cp_audit {
	struct cp_store *store;         /* borrowed */
	const char *actor;              /* borrowed */
	const struct cp_now *now;       /* borrowed */
	char origin[CP_NOTE_NAME_MAX];
	struct cp_note_key key;
	struct cp_secret *seed;         /* NULL until first needed */
	struct cp_tile_store tiles;
	struct cp_merkle *tree;         /* within a transaction */
	struct cp_buf line, scratch, note;
	int dirty;                      /* entries were added */
};

/* ---- keys -------------------------------------------------------------- */

static enum cp_rc
write_keys(const char *keys, const char *store_id, const uint8_t pub[32],
    const struct cp_buf *wrapped, struct cp_err *err)
{
	char path[4200], name[CP_NOTE_NAME_MAX];
	struct cp_note_key key;
	enum cp_rc rc;

	audit_origin(store_id, name);
	rc = cp_note_key_init(&key, name, pub, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/signing.pub", keys);
	rc = audit_write_key(path, &key, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/signing.key", keys);
	return cp_file_write_durable(path, 0600, wrapped->data, wrapped->len,
	    err);
}

enum cp_rc
cp_audit_make_key(const char *store_dir, const char *store_id,
    struct cp_err *err)
{
	struct cp_secret *host = NULL, *seed = NULL;
	struct cp_buf wrapped;
	uint8_t pub[32];
	char keys[4096];
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	if (snprintf(keys, sizeof(keys), "%s/keys", store_dir) >=
	    (int)sizeof(keys))
		return cp_fail(err, CP_USAGE, "store path too long");
	rc = cp_hostkey_load(keys, &host, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&seed, SEED_SIZE, err);
	if (rc == CP_OK)
		rc = cp_random_secret(seed, err);
	if (rc == CP_OK)
		rc = cp_ed25519_public(cp_secret_bytes(seed), pub, err);
	if (rc == CP_OK)
		rc = cp_hostkey_wrap(host, "cpadmin signing key",
		    cp_secret_bytes(seed), SEED_SIZE, &wrapped, err);
	if (rc == CP_OK)
		rc = write_keys(keys, store_id, pub, &wrapped, err);
	cp_buf_clear(&wrapped);
	cp_secret_free(seed);
	cp_secret_free(host);
	return rc;
}

enum cp_rc
cp_log_key(struct cp_store *s, struct cp_note_key *out, struct cp_err *err)
{
	struct cp_buf text;
	char path[4096];
	enum cp_rc rc = cp_store_path(s, path, sizeof(path), err,
	    "keys/signing.pub");

	cp_buf_init(&text);
	if (rc == CP_OK)
		rc = cp_file_read(path, PUB_MAX, &text, err);
	if (rc == CP_OK)
		rc = cp_note_key_parse(cp_buf_text(&text), out, err);
	if (rc != CP_OK) {
		cp_err_context(err, "the log's public key, %s", path);
		rc = err->code = CP_KEY;
	}
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
load_seed(struct cp_audit *a, struct cp_err *err)
{
	struct cp_secret *host = NULL, *seed = NULL;
	struct cp_buf wrapped;
	char path[4096];
	enum cp_rc rc;

	if (a->seed != NULL)
		return CP_OK;
	cp_buf_init(&wrapped);
	rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = cp_log_key(a->store, &a->key, err);
	if (rc == CP_OK)
		rc = cp_store_path(a->store, path, sizeof(path), err, "keys");
	if (rc == CP_OK)
		rc = cp_hostkey_load(path, &host, err);
	if (rc == CP_OK)
		rc = cp_store_path(a->store, path, sizeof(path), err,
		    "keys/signing.key");
	if (rc == CP_OK)
		rc = cp_file_read(path, PUB_MAX, &wrapped, err);
	if (rc == CP_OK)
		rc = cp_hostkey_unwrap(host, "cpadmin signing key",
		    wrapped.data, wrapped.len, &seed, err);
	if (rc == CP_OK && cp_secret_len(seed) != SEED_SIZE)
		rc = cp_fail(err, CP_CORRUPT, "not a signing key");
	if (rc == CP_OK) {
		a->seed = seed;
		seed = NULL;
	} else if (rc == CP_NOT_FOUND) {
		rc = err->code = CP_KEY;
	}
	cp_secret_free(seed);
	cp_secret_free(host);
	cp_buf_clear(&wrapped);
	return rc;
}

/* ---- the log ----------------------------------------------------------- */

enum cp_rc
cp_audit_open(struct cp_store *s, const char *store_id, const char *actor,
    const struct cp_now *now, struct cp_audit **out, struct cp_err *err)
{
	struct cp_audit *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	a->store = s;
	a->actor = actor;
	a->now = now;
	audit_origin(store_id, a->origin);
	a->tiles = audit_tiles_of(s);
	cp_buf_init(&a->line);
	cp_buf_init(&a->scratch);
	cp_buf_init(&a->note);
	*out = a;
	return CP_OK;
}

void
cp_audit_free(struct cp_audit *a)
{
	if (a == NULL)
		return;
	cp_txn_rollback(a);
	cp_secret_free(a->seed);
	cp_buf_clear(&a->line);
	cp_buf_clear(&a->scratch);
	cp_buf_clear(&a->note);
	free(a);
}

/* In place and without fsync: a power cut may leave an older head, which is
 * allowed; a rename for each look-up would cost more than the look-up.  The
 * transaction is done by then: to report a failure here as its own would make
 * the caller undo what the database has.  The next commit tries again. */
static void
keep_head(struct cp_audit *a)
{
	struct cp_err ignored;
	char path[4096];
	ssize_t n;
	int fd;

	if (cp_store_path(a->store, path, sizeof(path), &ignored,
	    "keys/log-head") != CP_OK)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	n = pwrite(fd, a->note.data, a->note.len, 0);
	if (n == (ssize_t)a->note.len && ftruncate(fd, n) != 0)
		n = -1; /* a longer one was there: `audit verify' says so */
	(void)close(fd);
}

/* Whether the head outside is a whole one: a kill within its writing leaves
 * what nobody signed. */
static int
kept_is_signed(const struct cp_audit *a)
{
	struct cp_err ignored;

	return cp_note_verify(a->scratch.data, a->scratch.len, &a->key, NULL,
	    &ignored) == CP_OK;
}

static int
kept_is_same(const struct cp_audit *a)
{
	return a->scratch.len == a->note.len && memcmp(a->scratch.data,
	    a->note.data, a->note.len) == 0;
}

/* The signed head, its text into a->note. */
static enum cp_rc
load_head(struct cp_audit *a, struct cp_checkpoint *head, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(a->store, SQL_AUDIT_HEAD);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	cp_buf_reset(&a->note);
	memset(head, 0, sizeof(*head));
	if (rc != CP_OK || !row)
		return rc;
	cp_buf_puts(&a->note, cp_col_text(q, 1));
	rc = cp_buf_check(&a->note, err);
	if (rc == CP_OK)
		rc = audit_parse_note(cp_buf_text(&a->note), a->note.len, head,
		    err);
	if (rc == CP_OK && (uint64_t)cp_col_int(q, 0) != head->size)
		rc = cp_fail(err, CP_CORRUPT, "the log's head is not the one "
		    "that was signed");
	cp_reset(q);
	return rc;
}

/* The head outside the database may be older than the one within (a kill
 * between the two), never newer. */
static enum cp_rc
check_kept(struct cp_audit *a, const struct cp_checkpoint *have,
    struct cp_err *err)
{
	struct cp_checkpoint kept;
	enum cp_rc rc;

	cp_buf_reset(&a->scratch);
	rc = audit_kept_head(a->store, &a->scratch, err);
	if (rc == CP_NOT_FOUND)
		return CP_OK; /* `audit verify' reports it */
	if (rc != CP_OK)
		return rc;
	if (audit_parse_note(cp_buf_text(&a->scratch), a->scratch.len, &kept,
	    err) != CP_OK || (kept.size == have->size && !kept_is_same(a) &&
	    !kept_is_signed(a))) {
		keep_head(a);
		return CP_OK;
	}
	if (kept.size > have->size || (kept.size == have->size &&
	    memcmp(kept.root, have->root, sizeof(kept.root)) != 0)) {
		if (!kept_is_signed(a)) {
			keep_head(a);
			return CP_OK;
		}
		cp_fail(err, CP_CORRUPT, "the log in the database has %llu "
		    "entries, but %llu were signed: it was cut or replaced",
		    (unsigned long long)have->size,
		    (unsigned long long)kept.size);
		cp_err_hint(err, "run `cpadmin audit verify'; was an old copy "
		    "of the store put back?");
		return CP_CORRUPT;
	}
	return CP_OK;
}

enum cp_rc
cp_txn_begin(struct cp_audit *a, struct cp_err *err)
{
	struct cp_checkpoint head;
	enum cp_rc rc = load_seed(a, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_store_begin(a->store, err);
	if (rc != CP_OK)
		return rc;
	rc = load_head(a, &head, err);
	if (rc == CP_OK)
		rc = check_kept(a, &head, err);
	if (rc == CP_OK)
		rc = cp_merkle_open(&a->tiles, head.size, &a->tree, err);
	if (rc != CP_OK)
		cp_txn_rollback(a);
	return rc;
}

enum cp_rc
cp_audit_add(struct cp_audit *a, const struct cp_entry *e, int64_t *seq,
    struct cp_err *err)
{
	const char *detail = e->detail != NULL ? e->detail : "{}";
	uint8_t salt[CP_SALT_SIZE], hash[32], leaf[CP_HASH_SIZE];
	struct cp_log_row row = { (int64_t)cp_merkle_size(a->tree),
		a->now->time, a->actor, e->action, e->subject,
		e->outcome != NULL ? e->outcome : "done", hash, salt, detail };
	struct cp_stmt *q;
	enum cp_rc rc = cp_random(salt, sizeof(salt), err);

	if (rc != CP_OK)
		return rc;
	audit_detail_hash(salt, detail, hash);
	cp_buf_reset(&a->line);
	cp_log_line(&row, &a->line);
	rc = cp_buf_check(&a->line, err);
	if (rc != CP_OK)
		return rc;
	cp_merkle_leaf_hash(a->line.data, a->line.len, leaf);
	q = cp_stmt(a->store, SQL_AUDIT_ADD);
	cp_bind_int(q, row.seq);
	cp_bind_text(q, row.time);
	cp_bind_text(q, row.actor);
	cp_bind_text(q, row.action);
	cp_bind_text(q, row.subject);
	cp_bind_text(q, row.outcome);
	cp_bind_blob(q, hash, sizeof(hash));
	cp_bind_blob(q, salt, sizeof(salt));
	cp_bind_text(q, detail);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_merkle_append(a->tree, leaf, err);
	if (rc == CP_OK) {
		a->dirty = 1;
		if (seq != NULL)
			*seq = row.seq;
	}
	return rc;
}

/* Signs the present head into a->note. */
static enum cp_rc
sign_head(struct cp_audit *a, struct cp_err *err)
{
	struct cp_checkpoint head;
	struct cp_buf body;
	enum cp_rc rc;

	memset(&head, 0, sizeof(head));
	(void)snprintf(head.origin, sizeof(head.origin), "%s", a->origin);
	head.size = cp_merkle_size(a->tree);
	cp_merkle_root(a->tree, head.root);
	cp_buf_init(&body);
	cp_checkpoint_format(&head, &body);
	cp_buf_reset(&a->note);
	rc = cp_buf_check(&body, err);
	if (rc == CP_OK)
		rc = cp_note_sign(cp_buf_text(&body), a->origin,
		    cp_secret_bytes(a->seed), a->key.pub, &a->note, err);
	cp_buf_clear(&body);
	return rc;
}

static enum cp_rc
put_head(struct cp_audit *a, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(a->store, SQL_AUDIT_PUT_HEAD);

	cp_bind_int(q, (int64_t)cp_merkle_size(a->tree));
	cp_bind_text(q, cp_buf_text(&a->note));
	return cp_exec(q, err);
}

static void
end_txn(struct cp_audit *a)
{
	cp_merkle_free(a->tree);
	a->tree = NULL;
	a->dirty = 0;
}

enum cp_rc
cp_txn_commit(struct cp_audit *a, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int dirty = a->dirty;

	if (dirty) {
		rc = cp_merkle_flush(a->tree, err);
		if (rc == CP_OK)
			rc = sign_head(a, err);
		if (rc == CP_OK)
			rc = put_head(a, err);
	}
	if (rc == CP_OK)
		rc = cp_store_commit(a->store, err);
	if (rc != CP_OK) {
		cp_txn_rollback(a);
		return rc;
	}
	end_txn(a);
	if (dirty)
		keep_head(a);
	return CP_OK;
}

enum cp_rc
cp_txn_end(struct cp_audit *a, enum cp_rc rc, struct cp_err *err)
{
	if (rc == CP_OK)
		return cp_txn_commit(a, err);
	cp_txn_rollback(a);
	return rc;
}

void
cp_txn_rollback(struct cp_audit *a)
{
	end_txn(a);
	cp_store_rollback(a->store);
}

enum cp_rc
cp_audit_erase(struct cp_audit *a, const char *subject, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(a->store, SQL_AUDIT_ERASE);

	cp_bind_text(q, subject);
	return cp_exec(q, err);
}

const char *
cp_audit_actor(const struct cp_audit *a)
{
	return a->actor;
}

enum cp_rc
cp_audit_checkpoint(struct cp_audit *a, struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q;
	enum cp_rc rc = sign_head(a, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(a->store, SQL_AUDIT_ADD_CHECKPOINT);
	cp_bind_int(q, (int64_t)cp_merkle_size(a->tree));
	cp_bind_text(q, a->now->time);
	cp_bind_text(q, cp_buf_text(&a->note));
	rc = cp_exec(q, err);
	if (rc == CP_OK && out != NULL) {
		cp_buf_put(out, a->note.data, a->note.len);
		rc = cp_buf_check(out, err);
	}
	return rc;
}

enum cp_rc
cp_audit_sign(struct cp_audit *a, const void *body, size_t len,
    uint8_t sig[64], struct cp_err *err)
{
	enum cp_rc rc = load_seed(a, err);

	return rc == CP_OK ? cp_ed25519_sign(cp_secret_bytes(a->seed),
	    a->key.pub, body, len, sig, err) : rc;
}
