#include "archive/age.h"

#include <stdlib.h>
#include <string.h>

#include "archive/age_impl.h"

/* ---- handles -------------------------------------------------------------- */
enum cp_rc
cp_age_sealer_new(struct cp_age_sealer **out, struct cp_err *err)
{
	struct cp_age_sealer *s = calloc(1, sizeof(*s));
	enum cp_rc rc;

	if (s == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_secret_new(&s->memory, sizeof(*s->keys), err);
	if (rc == CP_OK)
		rc = cp_aead_new(&s->aead, err);
	if (rc != CP_OK) {
		cp_age_sealer_free(s);
		return rc;
	}
	s->keys = (struct cp_age_keys *)cp_secret_data(s->memory);
	*out = s;
	return CP_OK;
}

void
cp_age_sealer_free(struct cp_age_sealer *s)
{
	if (s == NULL)
		return;
	cp_aead_free(s->aead);
	cp_secret_free(s->memory);
	free(s);
}

static enum cp_rc
take_file_key(struct cp_age_sealer *s, const struct cp_secret *file_key,
    struct cp_err *err)
{
	if (cp_secret_len(file_key) != CP_AGE_FILE_KEY)
		return cp_fail(err, CP_BAD_INPUT, "a file key has %d bytes",
		    CP_AGE_FILE_KEY);
	memcpy(s->keys->file_key, cp_secret_bytes(file_key), CP_AGE_FILE_KEY);
	return CP_OK;
}

/* ---- chunks [age v1, Payload] --------------------------------------------- */
enum cp_rc
cp_age_payload_key(struct cp_age_sealer *s, const uint8_t nonce[CP_AGE_NONCE],
    struct cp_err *err)
{
	return cp_hkdf_sha256(s->keys->file_key, CP_AGE_FILE_KEY, nonce,
	    CP_AGE_NONCE, "payload", s->keys->payload, err);
}

/* Eleven bytes of chunk number, big endian, and the final flag. */
static void
chunk_nonce(const struct cp_age_place *place, uint8_t nonce[CP_AEAD_NONCE])
{
	int i;

	memset(nonce, 0, CP_AEAD_NONCE);
	for (i = 0; i < 8; i++)
		nonce[10 - i] = (uint8_t)(place->chunk >> 8 * i);
	nonce[11] = place->final ? 1 : 0;
}

enum cp_rc
cp_age_seal_chunk(struct cp_age_sealer *s, const struct cp_age_place *place,
    const uint8_t *in, size_t len, uint8_t *out, struct cp_err *err)
{
	uint8_t nonce[CP_AEAD_NONCE];

	chunk_nonce(place, nonce);
	return cp_aead_seal(s->aead, s->keys->payload, nonce, NULL, 0, in, len,
	    out, out + len, err);
}

static enum cp_rc
try_chunk(struct cp_age_sealer *s, const struct cp_age_place *place,
    const uint8_t *in, size_t len, uint8_t *out, struct cp_err *err)
{
	uint8_t nonce[CP_AEAD_NONCE];

	chunk_nonce(place, nonce);
	return cp_aead_open(s->aead, s->keys->payload, nonce, NULL, 0, in,
	    len - CP_AEAD_TAG, in + len - CP_AEAD_TAG, out, err);
}

enum cp_rc
cp_age_open_chunk(struct cp_age_sealer *s, struct cp_age_place *place,
    const uint8_t *in, size_t len, uint8_t *out, struct cp_err *err)
{
	enum cp_rc rc;

	if (len < CP_AEAD_TAG)
		return cp_fail(err, CP_CORRUPT, "payload: ends before its final "
		    "chunk");
	if (len == CP_AEAD_TAG && place->chunk > 0)
		return cp_fail(err, CP_CORRUPT, "payload: its final chunk is "
		    "empty");
	/* A full chunk may be the final one: its nonce tells. */
	place->final = len < CP_AGE_SEALED_CHUNK;
	rc = try_chunk(s, place, in, len, out, err);
	if (rc == CP_CORRUPT && !place->final) {
		place->final = 1;
		rc = try_chunk(s, place, in, len, out, err);
	}
	if (rc == CP_CORRUPT)
		return cp_fail(err, rc, "payload: chunk %llu is not authentic",
		    (unsigned long long)place->chunk + 1);
	return rc;
}

/* ---- sealing --------------------------------------------------------------- */
static enum cp_rc
put_payload(struct cp_age_sealer *s, const uint8_t *data, size_t len,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_age_place place = { 0 };
	size_t chunks = len == 0 ? 1 : (len - 1) / CP_AGE_CHUNK + 1, n;
	uint8_t *to;
	enum cp_rc rc;

	to = len <= SIZE_MAX / 2 ? cp_buf_grow(out, CP_AGE_NONCE + len +
	    chunks * CP_AEAD_TAG) : NULL;
	if (to == NULL) {
		rc = cp_buf_check(out, err);
		return rc != CP_OK ? rc : cp_fail(err, CP_FAILED, "too large");
	}
	rc = cp_random(to, CP_AGE_NONCE, err);
	if (rc == CP_OK)
		rc = cp_age_payload_key(s, to, err);
	to += CP_AGE_NONCE;
	for (; rc == CP_OK && place.chunk < chunks; place.chunk++) {
		n = len < CP_AGE_CHUNK ? len : CP_AGE_CHUNK;
		place.final = place.chunk + 1 == chunks;
		rc = cp_age_seal_chunk(s, &place, data, n, to, err);
		data += n;
		len -= n;
		to += n + CP_AEAD_TAG;
	}
	return rc;
}

static void
cut(struct cp_buf *b, size_t len)
{
	if (b->data != NULL && b->len > len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

enum cp_rc
cp_age_seal(struct cp_age_sealer *s,
    const struct cp_age_recipient *recipients, size_t n, const void *data,
    size_t len, struct cp_buf *header, struct cp_buf *payload,
    struct cp_secret **file_key, struct cp_err *err)
{
	size_t header_len = header->len, payload_len = payload->len;
	struct cp_secret *copy = NULL;
	enum cp_rc rc;

	rc = cp_random(s->keys->file_key, CP_AGE_FILE_KEY, err);
	if (rc == CP_OK && file_key != NULL)
		rc = cp_secret_from(&copy, s->keys->file_key, CP_AGE_FILE_KEY,
		    err);
	if (rc == CP_OK)
		rc = cp_age_put_header(s, recipients, n, header, err);
	if (rc == CP_OK)
		rc = put_payload(s, data, len, payload, err);
	cp_wipe(s->keys, sizeof(*s->keys));
	if (rc != CP_OK) {
		/* The same buffer may serve both: the shorter length last. */
		cut(payload, payload_len);
		cut(header, header_len);
		cp_secret_free(copy);
		return rc;
	}
	if (file_key != NULL)
		*file_key = copy;
	return CP_OK;
}

enum cp_rc
cp_age_header_seal(const struct cp_secret *file_key,
    const struct cp_age_recipient *recipients, size_t n,
    struct cp_buf *header, struct cp_err *err)
{
	struct cp_age_sealer *s = NULL;
	enum cp_rc rc;

	rc = cp_age_sealer_new(&s, err);
	if (rc == CP_OK)
		rc = take_file_key(s, file_key, err);
	if (rc == CP_OK)
		rc = cp_age_put_header(s, recipients, n, header, err);
	cp_age_sealer_free(s);
	return rc;
}

/* ---- opening --------------------------------------------------------------- */
static enum cp_rc
open_chunks(struct cp_age_sealer *s, const uint8_t *in, size_t len,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_age_place place = { 0 };
	uint8_t *to;
	size_t n;
	enum cp_rc rc = CP_OK;

	for (; rc == CP_OK && !place.final; place.chunk++) {
		n = len < CP_AGE_SEALED_CHUNK ? len : CP_AGE_SEALED_CHUNK;
		to = cp_buf_grow(out, n < CP_AEAD_TAG ? 0 : n - CP_AEAD_TAG);
		if (to == NULL)
			return cp_buf_check(out, err);
		rc = cp_age_open_chunk(s, &place, in, n, to, err);
		in += n;
		len -= n;
	}
	if (rc == CP_OK && len > 0)
		rc = cp_fail(err, CP_CORRUPT, "payload: something follows its "
		    "final chunk");
	return rc;
}

enum cp_rc
cp_age_payload_reopen(struct cp_age_sealer *s,
    const struct cp_secret *file_key, const void *payload, size_t len,
    struct cp_buf *out, struct cp_err *err)
{
	size_t old = out->len;
	enum cp_rc rc;

	if (len < CP_AGE_NONCE)
		return cp_fail(err, CP_CORRUPT, "header: the nonce after it "
		    "is cut off");
	rc = take_file_key(s, file_key, err);
	if (rc == CP_OK)
		rc = cp_age_payload_key(s, payload, err);
	if (rc == CP_OK)
		rc = open_chunks(s, (const uint8_t *)payload + CP_AGE_NONCE,
		    len - CP_AGE_NONCE, out, err);
	cp_wipe(s->keys, sizeof(*s->keys));
	if (rc != CP_OK && out->len > old) {
		cp_wipe(out->data + old, out->len - old);
		cut(out, old);
	}
	return rc;
}

enum cp_rc
cp_age_payload_open(const struct cp_secret *file_key, const void *payload,
    size_t len, struct cp_buf *out, struct cp_err *err)
{
	struct cp_age_sealer *s = NULL;
	enum cp_rc rc;

	rc = cp_age_sealer_new(&s, err);
	if (rc == CP_OK)
		rc = cp_age_payload_reopen(s, file_key, payload, len, out,
		    err);
	cp_age_sealer_free(s);
	return rc;
}

enum cp_rc
cp_age_open(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_secret *file_key = NULL;
	size_t end = 0;
	enum cp_rc rc;

	rc = cp_age_header_open(data, len, identities, n, &file_key, &end,
	    err);
	if (rc == CP_OK)
		rc = cp_age_payload_open(file_key, (const uint8_t *)data + end,
		    len - end, out, err);
	cp_secret_free(file_key);
	return rc;
}

/* The chunk of PAYLOAD, its only one. */
static enum cp_rc
open_one_chunk(const struct cp_secret *file_key, const uint8_t *payload,
    size_t len, struct cp_secret *out, struct cp_err *err)
{
	struct cp_age_place place = { 0 };
	struct cp_age_sealer *s = NULL;
	enum cp_rc rc;

	rc = cp_age_sealer_new(&s, err);
	if (rc == CP_OK)
		rc = take_file_key(s, file_key, err);
	if (rc == CP_OK)
		rc = cp_age_payload_key(s, payload, err);
	if (rc == CP_OK)
		rc = cp_age_open_chunk(s, &place, payload + CP_AGE_NONCE,
		    len - CP_AGE_NONCE, cp_secret_data(out), err);
	if (rc == CP_OK && !place.final)
		rc = cp_fail(err, CP_CORRUPT, "payload: ends before its final "
		    "chunk");
	cp_age_sealer_free(s);
	return rc;
}

enum cp_rc
cp_age_open_secret(const void *data, size_t len,
    const struct cp_age_identity *identities, size_t n, struct cp_secret **out,
    struct cp_err *err)
{
	const size_t most = CP_AGE_NONCE + CP_AGE_SEALED_CHUNK;
	struct cp_secret *file_key = NULL, *plain = NULL;
	size_t end = 0;
	enum cp_rc rc;

	rc = cp_age_header_open(data, len, identities, n, &file_key, &end,
	    err);
	if (rc != CP_OK)
		return rc;
	if (len - end < CP_AGE_NONCE + CP_AEAD_TAG || len - end > most)
		rc = cp_fail(err, CP_CORRUPT, "payload: is not of one chunk");
	if (rc == CP_OK)
		rc = cp_secret_new(&plain, len - end - CP_AGE_NONCE -
		    CP_AEAD_TAG, err);
	if (rc == CP_OK)
		rc = open_one_chunk(file_key, (const uint8_t *)data + end,
		    len - end, plain, err);
	cp_secret_free(file_key);
	if (rc == CP_OK)
		*out = plain;
	else
		cp_secret_free(plain);
	return rc;
}
