#include "archive/age_stream.h"

#include <stdlib.h>
#include <string.h>

#include "archive/age_impl.h"
#include "archive/age_source.h"

/* What one stream needs; the plaintext in it is wiped at the end. */
struct stream {
	struct cp_age_sealer *sealer;
	const struct cp_age_io *io;
	struct cp_age_source source;
	struct cp_buf header; /* and what was read beyond it: from at */
	size_t at;
	struct cp_age_place place;
	uint8_t plain[2][CP_AGE_CHUNK];
	uint8_t sealed[CP_AGE_SEALED_CHUNK];
};

static enum cp_rc
stream_new(struct stream **out, const struct cp_age_io *io,
    struct cp_err *err)
{
	struct stream *t = calloc(1, sizeof(*t));
	enum cp_rc rc;

	if (t == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&t->header);
	t->header.max = CP_AGE_HEADER_MAX;
	t->io = io;
	rc = cp_age_sealer_new(&t->sealer, err);
	if (rc != CP_OK)
		free(t);
	else
		*out = t;
	return rc;
}

static void
stream_free(struct stream *t)
{
	if (t == NULL)
		return;
	cp_age_sealer_free(t->sealer);
	cp_buf_clear(&t->header);
	cp_wipe(t->plain, sizeof(t->plain));
	free(t);
}

/* ---- encrypting ------------------------------------------------------------ */
static enum cp_rc
read_plain(struct stream *t, uint8_t *out, size_t *got, struct cp_err *err)
{
	size_t n = 0, total = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && total < CP_AGE_CHUNK) {
		n = 0;
		rc = t->io->read(t->io->read_arg, out + total,
		    CP_AGE_CHUNK - total, &n, err);
		if (rc == CP_OK && n == 0)
			break;
		total += n;
	}
	*got = total;
	return rc;
}

static enum cp_rc
seal_chunks(struct stream *t, struct cp_err *err)
{
	size_t len = 0, next = 0;
	int now = 0;
	enum cp_rc rc = read_plain(t, t->plain[0], &len, err);

	for (; rc == CP_OK && !t->place.final; t->place.chunk++) {
		/* A full chunk is the final one if nothing follows it. */
		next = 0;
		if (len == CP_AGE_CHUNK)
			rc = read_plain(t, t->plain[!now], &next, err);
		if (rc != CP_OK)
			break;
		t->place.final = next == 0;
		rc = cp_age_seal_chunk(t->sealer, &t->place, t->plain[now],
		    len, t->sealed, err);
		if (rc == CP_OK)
			rc = t->io->write(t->io->write_arg, t->sealed,
			    len + CP_AEAD_TAG, err);
		now = !now;
		len = next;
	}
	return rc;
}

enum cp_rc
cp_age_encrypt_stream(const struct cp_age_recipient *recipients, size_t n,
    const struct cp_age_io *io, struct cp_err *err)
{
	struct stream *t = NULL;
	uint8_t nonce[CP_AGE_NONCE];
	enum cp_rc rc;

	rc = stream_new(&t, io, err);
	if (rc == CP_OK)
		rc = cp_random(t->sealer->keys->file_key, CP_AGE_FILE_KEY,
		    err);
	if (rc == CP_OK)
		rc = cp_age_put_header(t->sealer, recipients, n, &t->header,
		    err);
	if (rc == CP_OK)
		rc = cp_random(nonce, sizeof(nonce), err);
	if (rc == CP_OK)
		rc = cp_age_payload_key(t->sealer, nonce, err);
	if (rc == CP_OK)
		rc = io->write(io->write_arg, t->header.data, t->header.len,
		    err);
	if (rc == CP_OK)
		rc = io->write(io->write_arg, nonce, sizeof(nonce), err);
	if (rc == CP_OK)
		rc = seal_chunks(t, err);
	stream_free(t);
	return rc;
}

/* ---- decrypting ------------------------------------------------------------ */

/* Reads until the header is whole; a few bytes of payload may follow it. */
static enum cp_rc
read_header(struct stream *t, struct cp_err *err)
{
	static const char version[] = CP_AGE_VERSION;
	size_t from = 0, got = 0, old;
	uint8_t *to;
	enum cp_rc rc;

	while (cp_age_header_end(t->header.data, t->header.len, &from) == 0) {
		old = t->header.len;
		to = cp_buf_grow(&t->header, 512);
		if (to == NULL)
			return cp_fail(err, CP_CORRUPT, "header: over %d "
			    "bytes", CP_AGE_HEADER_MAX);
		rc = cp_age_source_read(&t->source, to, 512, &got, err);
		if (rc != CP_OK)
			return rc;
		t->header.len = old + got;
		/* Whatever is wrong now, reading the header will name. */
		if (got < 512 || memcmp(t->header.data, version,
		    sizeof(version) - 1) != 0)
			return CP_OK;
	}
	return CP_OK;
}

static enum cp_rc
open_header(struct stream *t, const struct cp_age_identity *identities,
    size_t n, struct cp_err *err)
{
	struct cp_secret *file_key = NULL;
	enum cp_rc rc;

	rc = cp_age_source_open(&t->source, t->io, err);
	if (rc == CP_OK)
		rc = read_header(t, err);
	if (rc == CP_OK)
		rc = cp_age_header_open(t->header.data, t->header.len,
		    identities, n, &file_key, &t->at, err);
	if (rc == CP_OK)
		memcpy(t->sealer->keys->file_key, cp_secret_bytes(file_key),
		    CP_AGE_FILE_KEY);
	cp_secret_free(file_key);
	return rc;
}

/* Payload: first what was read with the header, then the source. */
static enum cp_rc
read_payload(struct stream *t, uint8_t *out, size_t want, size_t *got,
    struct cp_err *err)
{
	size_t had = t->header.len - t->at, more = 0;
	enum cp_rc rc;

	had = had < want ? had : want;
	memcpy(out, t->header.data + t->at, had);
	t->at += had;
	rc = cp_age_source_read(&t->source, out + had, want - had, &more, err);
	*got = had + more;
	return rc;
}

static enum cp_rc
open_chunks(struct stream *t, struct cp_err *err)
{
	size_t got = 0;
	enum cp_rc rc = CP_OK;

	for (; rc == CP_OK && !t->place.final; t->place.chunk++) {
		rc = read_payload(t, t->sealed, CP_AGE_SEALED_CHUNK, &got,
		    err);
		if (rc == CP_OK)
			rc = cp_age_open_chunk(t->sealer, &t->place, t->sealed,
			    got, t->plain[0], err);
		if (rc == CP_OK && t->io->write != NULL && got > CP_AEAD_TAG)
			rc = t->io->write(t->io->write_arg, t->plain[0],
			    got - CP_AEAD_TAG, err);
	}
	if (rc == CP_OK)
		rc = read_payload(t, t->sealed, 1, &got, err);
	if (rc == CP_OK && got > 0)
		rc = cp_fail(err, CP_CORRUPT, "payload: something follows its "
		    "final chunk");
	return rc;
}

enum cp_rc
cp_age_decrypt_stream(const struct cp_age_identity *identities, size_t n,
    const struct cp_age_io *io, struct cp_err *err)
{
	struct stream *t = NULL;
	uint8_t nonce[CP_AGE_NONCE];
	size_t got = 0;
	enum cp_rc rc;

	rc = stream_new(&t, io, err);
	if (rc == CP_OK)
		rc = open_header(t, identities, n, err);
	if (rc == CP_OK)
		rc = read_payload(t, nonce, sizeof(nonce), &got, err);
	if (rc == CP_OK && got < sizeof(nonce))
		rc = cp_fail(err, CP_CORRUPT, "header: the nonce after it is "
		    "cut off");
	if (rc == CP_OK)
		rc = cp_age_payload_key(t->sealer, nonce, err);
	if (rc == CP_OK)
		rc = open_chunks(t, err);
	stream_free(t);
	return rc;
}
