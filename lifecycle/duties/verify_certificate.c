#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/merkle_proof.h"
#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/verify_internal.h"
#include "lifecycle/store/json.h"

enum { PROOF_MAX = 64, SALT_SIZE = 16 };

/* A certificate taken apart; texts are borrowed from DOC. */
struct parts {
	struct cp_json *doc;
	const char *body, *vkey;
	struct cp_note_key key;
	uint8_t sig[64];
	struct cp_cert_entry entry;
	uint8_t salt[SALT_SIZE];
	uint8_t proof[PROOF_MAX * CP_HASH_SIZE];
};

static enum cp_rc
need_base64(const char *text, uint8_t *out, size_t size, struct cp_err *err)
{
	size_t n = 0;

	if (text == NULL || cp_base64_get(text, strlen(text), out, size,
	    &n, err) != CP_OK || n != size)
		return cp_fail(err, CP_CORRUPT, "the certificate has a "
		    "malformed signature or proof");
	return CP_OK;
}

static enum cp_rc
read_proof(const struct cp_json *list, struct parts *p, struct cp_err *err)
{
	size_t n = cp_json_size(list), i;
	enum cp_rc rc = CP_OK;

	if (cp_json_kind(list) != CP_JSON_ARRAY || n > PROOF_MAX)
		return cp_fail(err, CP_CORRUPT, "the certificate's inclusion "
		    "proof is malformed");
	for (i = 0; rc == CP_OK && i < n; i++)
		rc = need_base64(cp_json_text(cp_json_at(list, i)),
		    p->proof + i * CP_HASH_SIZE, CP_HASH_SIZE, err);
	p->entry.proof = p->proof;
	p->entry.proof_count = n;
	return rc;
}

static enum cp_rc
read_entry(const struct cp_json *audit, struct parts *p, struct cp_err *err)
{
	struct cp_cert_entry *e = &p->entry;
	const char *salt = NULL;
	size_t n = 0;
	enum cp_rc rc = cp_json_need_int(audit, "seq", &e->seq, err);

	if (rc == CP_OK)
		rc = cp_json_need_text(audit, "leaf", &e->leaf, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(audit, "salt", &salt, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(audit, "detail", &e->detail, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(audit, "checkpoint", &e->checkpoint,
		    err);
	if (rc != CP_OK)
		return rc;
	if (cp_hex_get(salt, strlen(salt), p->salt, sizeof(p->salt), &n,
	    err) != CP_OK || n != sizeof(p->salt) || e->seq < 0)
		return cp_fail(err, CP_CORRUPT, "the certificate's log entry "
		    "is malformed");
	e->salt = p->salt;
	return read_proof(cp_json_get(audit, "proof"), p, err);
}

/* Takes TEXT apart and sees that it is written in the one way there is. */
static enum cp_rc
take_apart(const struct cp_buf *text, struct parts *p, struct cp_err *err)
{
	struct cp_buf again;
	const char *sig = NULL;
	enum cp_rc rc;

	cp_buf_init(&again);
	rc = cp_json_parse(cp_buf_text(text), text->len, &p->doc, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(p->doc, "body", &p->body, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(p->doc, "key", &p->vkey, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(p->doc, "signature", &sig, err);
	if (rc == CP_OK)
		rc = cp_note_key_parse(p->vkey, &p->key, err);
	if (rc == CP_OK)
		rc = need_base64(sig, p->sig, sizeof(p->sig), err);
	if (rc == CP_OK)
		rc = read_entry(cp_json_get(p->doc, "audit"), p, err);
	if (rc == CP_OK)
		rc = cp_certificate_write(p->body, p->vkey, p->sig, &p->entry,
		    &again, err);
	if (rc == CP_OK && (again.len != text->len ||
	    memcmp(again.data, text->data, again.len) != 0))
		rc = cp_fail(err, CP_CORRUPT, "the certificate is not byte "
		    "for byte as it was written");
	cp_buf_clear(&again);
	return rc;
}

static int
is_text(const struct cp_json *object, const char *key, const char *want)
{
	const char *text = cp_json_text(cp_json_get(object, key));

	return text != NULL && strcmp(text, want) == 0;
}

/* The member KEY is SHA-256(A | B) in hexadecimal. */
static int
is_hash(const struct cp_json *object, const char *key, const void *a,
    size_t alen, const char *b)
{
	uint8_t sum[CP_HASH_SIZE];
	struct cp_buf hex;
	int same;

	cp_buf_init(&hex);
	cp_sha256_two(a, alen, b, strlen(b), sum);
	cp_hex_put(&hex, sum, sizeof(sum));
	same = !hex.failed && is_text(object, key, cp_buf_text(&hex));
	cp_buf_clear(&hex);
	return same;
}

/* The log entry names this body: leaf -> detail -> body. */
static enum cp_rc
check_entry(const struct parts *p, struct cp_err *err)
{
	struct cp_json *leaf = NULL, *detail = NULL;
	int64_t seq = -1;
	enum cp_rc rc;

	rc = cp_json_parse(p->entry.leaf, strlen(p->entry.leaf), &leaf, err);
	if (rc == CP_OK)
		rc = cp_json_parse(p->entry.detail, strlen(p->entry.detail),
		    &detail, err);
	if (rc != CP_OK)
		goto out;
	if (!cp_json_int(cp_json_get(leaf, "seq"), &seq) ||
	    seq != p->entry.seq || !is_hash(leaf, "detail", p->salt,
	    sizeof(p->salt), p->entry.detail))
		rc = cp_fail(err, CP_CORRUPT, "the log entry is not the one "
		    "that the certificate shows");
	else if (!is_hash(detail, "certificate", "", 0, p->body))
		rc = cp_fail(err, CP_CORRUPT, "the log entry is about another "
		    "certificate");
out:
	cp_json_free(leaf);
	cp_json_free(detail);
	return rc;
}

/* The entry is in the log whose head was signed. */
static enum cp_rc
check_inclusion(const struct parts *p, const struct cp_note_key *key,
    struct cp_err *err)
{
	uint8_t hash[CP_HASH_SIZE];
	struct cp_checkpoint head;
	struct cp_buf body;
	enum cp_rc rc;

	cp_buf_init(&body);
	rc = cp_note_verify(p->entry.checkpoint, strlen(p->entry.checkpoint),
	    key, &body, err);
	if (rc == CP_OK)
		rc = cp_checkpoint_parse(cp_buf_text(&body), body.len, &head,
		    err);
	cp_buf_clear(&body);
	if (rc != CP_OK) {
		cp_err_context(err, "the certificate's checkpoint");
		return rc;
	}
	cp_merkle_leaf_hash(p->entry.leaf, strlen(p->entry.leaf), hash);
	return cp_merkle_verify_inclusion(hash, (uint64_t)p->entry.seq,
	    head.size, p->entry.proof, p->entry.proof_count, head.root, err);
}

enum cp_rc
verify_certificate(const struct cp_buf *text, const struct cp_note_key *given,
    struct cp_verify_result *out, struct cp_err *err)
{
	const struct cp_note_key *key;
	struct parts p;
	enum cp_rc rc;

	memset(&p, 0, sizeof(p));
	rc = take_apart(text, &p, err);
	if (rc != CP_OK)
		goto out;
	key = given != NULL ? given : &p.key;
	if (memcmp(key, &p.key, sizeof(*key)) != 0) {
		rc = cp_fail(err, CP_KEY, "the certificate was made with "
		    "another key than the one given");
		goto out;
	}
	if (cp_ed25519_verify(key->pub, p.body, strlen(p.body), p.sig, err) !=
	    CP_OK) {
		rc = cp_fail(err, CP_CORRUPT, "the signature does not fit the "
		    "certificate");
		goto out;
	}
	memcpy(out->signed_by, key->name, sizeof(out->signed_by));
	rc = check_entry(&p, err);
	if (rc == CP_OK)
		rc = check_inclusion(&p, key, err);
out:
	cp_json_free(p.doc);
	return rc;
}
