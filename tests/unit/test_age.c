#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/age_armor.h"
#include "archive/age_impl.h"
#include "archive/age_keys.h"
#include "archive/age_stream.h"
#include "archive/base64.h"
#include "archive/crypto.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static struct cp_err err;

static struct cp_secret *
text_secret(const char *text, size_t len)
{
	struct cp_secret *s = NULL;

	ck_assert_int_eq(cp_secret_from(&s, text, len, &err), CP_OK);
	return s;
}

/* ---- bytes in memory as a stream ------------------------------------------- */
struct memory {
	const uint8_t *in;
	size_t len;
	size_t at;
	size_t step; /* most bytes that one read gives; 0 = all */
	struct cp_buf out;
	size_t full_at; /* writing fails beyond this many bytes; 0 = never */
};

static enum cp_rc
memory_read(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *e)
{
	struct memory *m = arg;
	size_t n = m->len - m->at;

	(void)e;
	if (n > cap)
		n = cap;
	if (m->step != 0 && n > m->step)
		n = m->step;
	if (n > 0)
		memcpy(buf, m->in + m->at, n);
	m->at += n;
	*got = n;
	return CP_OK;
}

static enum cp_rc
memory_write(void *arg, const void *data, size_t len, struct cp_err *e)
{
	struct memory *m = arg;

	if (m->full_at != 0 && m->out.len + len > m->full_at)
		return cp_fail(e, CP_FAILED, "full");
	cp_buf_put(&m->out, data, len);
	return cp_buf_check(&m->out, e);
}

static struct cp_age_io
memory_io(struct memory *m, const void *in, size_t len, size_t step)
{
	struct cp_age_io io = { memory_read, m, memory_write, m };

	memset(m, 0, sizeof(*m));
	m->in = in;
	m->len = len;
	m->step = step;
	return io;
}

/* ---- vectors made by others ------------------------------------------------ */
enum { KEYS_MAX = 8 };

struct vector {
	char expect[32];
	char payload[65];
	int zlib;
	int armored;
	int unknown; /* has something this program does not do */
	struct cp_secret *secrets[KEYS_MAX];
	struct cp_age_identity ids[KEYS_MAX];
	size_t n;
	struct cp_buf body;
};

static void
vector_key(struct vector *v, enum cp_age_kind kind, const char *value)
{
	struct cp_secret *text = text_secret(value, strlen(value));

	ck_assert_uint_lt(v->n, KEYS_MAX);
	if (kind == CP_AGE_SCRYPT) {
		v->secrets[v->n] = text;
	} else if (strncmp(value, "AGE-SECRET-KEY-PQ-", 18) == 0) {
		v->unknown = 1;
		cp_secret_free(text);
		return;
	} else {
		ck_assert_int_eq(cp_age_identity_parse(text,
		    &v->secrets[v->n], &err), CP_OK);
		cp_secret_free(text);
	}
	v->ids[v->n] = (struct cp_age_identity){ .kind = kind,
		.secret = v->secrets[v->n] };
	v->n++;
}

static void
vector_line(struct vector *v, char *line)
{
	char *value = strstr(line, ": ");

	ck_assert_ptr_nonnull(value);
	*value = '\0';
	value += 2;
	if (strcmp(line, "expect") == 0)
		(void)snprintf(v->expect, sizeof(v->expect), "%s", value);
	else if (strcmp(line, "payload") == 0)
		(void)snprintf(v->payload, sizeof(v->payload), "%s", value);
	else if (strcmp(line, "identity") == 0)
		vector_key(v, CP_AGE_X25519, value);
	else if (strcmp(line, "passphrase") == 0)
		vector_key(v, CP_AGE_SCRYPT, value);
	else if (strcmp(line, "compressed") == 0)
		v->zlib = 1;
	else if (strcmp(line, "armored") == 0)
		v->armored = 1;
	else if (strcmp(line, "comment") != 0 && strcmp(line, "file key") != 0)
		v->unknown = 1;
}

static void
inflate_body(struct cp_buf *body)
{
	enum { MOST = 20 << 20 };
	uLongf len = MOST;
	uint8_t *out = malloc(MOST);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(uncompress(out, &len, body->data, body->len), Z_OK);
	cp_buf_reset(body);
	cp_buf_put(body, out, len);
	free(out);
}

static void
vector_load(struct vector *v, const char *path)
{
	char line[4096], block[8192];
	FILE *f = fopen(path, "r");
	size_t n;

	memset(v, 0, sizeof(*v));
	cp_buf_init(&v->body);
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL && line[0] != '\n') {
		line[strcspn(line, "\n")] = '\0';
		vector_line(v, line);
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		cp_buf_put(&v->body, block, n);
	ck_assert_int_eq(fclose(f), 0);
	if (v->zlib)
		inflate_body(&v->body);
	ck_assert_int_eq(cp_buf_check(&v->body, &err), CP_OK);
}

static void
vector_free(struct vector *v)
{
	while (v->n > 0)
		cp_secret_free(v->secrets[--v->n]);
	cp_buf_clear(&v->body);
}

static int
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Whether RC and err are what the vector expects. */
static int
verdict_fits(const struct vector *v, enum cp_rc rc)
{
	if (strcmp(v->expect, "success") == 0)
		return rc == CP_OK;
	if (strcmp(v->expect, "no match") == 0)
		return rc == CP_KEY;
	if (rc != CP_CORRUPT)
		return 0;
	if (strcmp(v->expect, "HMAC failure") == 0)
		return strstr(err.what, "MAC does not fit") != NULL;
	if (strcmp(v->expect, "payload failure") == 0)
		return begins(err.what, "payload: ");
	if (strcmp(v->expect, "armor failure") == 0)
		return begins(err.what, "armor: ") || begins(err.what,
		    "header: not an age file");
	return strcmp(v->expect, "header failure") == 0 &&
	    (begins(err.what, "header: ") ||
	    (v->armored && begins(err.what, "armor: "))) &&
	    strstr(err.what, "MAC does not fit") == NULL;
}

static int
hash_fits(const char *want, const struct cp_buf *got)
{
	uint8_t hash[32];
	struct cp_buf hex;
	int same;

	cp_sha256(got->data, got->len, hash);
	cp_buf_init(&hex);
	cp_hex_put(&hex, hash, sizeof(hash));
	same = strcmp(cp_buf_text(&hex), want) == 0;
	cp_buf_clear(&hex);
	return same;
}

/* Streams; what came out before a failure must be what the vector says. */
static void
vector_stream(const struct vector *v, const char *name, size_t step)
{
	struct memory m;
	struct cp_age_io io = memory_io(&m, v->body.data, v->body.len, step);
	enum cp_rc rc;

	cp_err_clear(&err);
	rc = cp_age_decrypt_stream(v->ids, v->n, &io, &err);
	ck_assert_msg(verdict_fits(v, rc), "%s: expected %s, got %d %s", name,
	    v->expect, rc, err.what);
	ck_assert_msg(v->payload[0] == '\0' ? m.out.len == 0 :
	    hash_fits(v->payload, &m.out), "%s: other plaintext", name);
	cp_buf_clear(&m.out);
}

/* In memory: all or nothing. */
static void
vector_whole(const struct vector *v, const char *name)
{
	struct cp_buf out;
	enum cp_rc rc;

	cp_buf_init(&out);
	cp_buf_puts(&out, "kept");
	cp_err_clear(&err);
	rc = cp_age_open(v->body.data, v->body.len, v->ids, v->n, &out, &err);
	ck_assert_msg(verdict_fits(v, rc), "%s: expected %s, got %d %s", name,
	    v->expect, rc, err.what);
	if (rc != CP_OK)
		ck_assert_str_eq(cp_buf_text(&out), "kept");
	cp_buf_clear(&out);
}

static int
run_vector(const char *path, const char *name)
{
	struct vector v;
	int ran = 0;

	vector_load(&v, path);
	if (!v.unknown && v.expect[0] != '\0') {
		vector_stream(&v, name, 0);
		if (v.body.len < 100000 || begins(name, "stream_"))
			vector_stream(&v, name, v.body.len < 100000 ? 1 :
			    4099);
		if (!v.armored)
			vector_whole(&v, name);
		ran = 1;
	}
	vector_free(&v);
	return ran;
}

/* What the names of the kit begin with, and how many ran. */
static struct {
	const char *prefix;
	int own;
	int ran;
} kinds[] = {
	{ "x25519", 1, 0 },
	{ "scrypt", 1, 0 },
	{ "hmac", 1, 0 },
	{ "stanza", 1, 0 },
	{ "stream", 1, 0 },
	{ "empty", 1, 0 },
	{ "header", 0, 0 },
	{ "version", 0, 0 },
	{ "armor", 0, 0 },
};

/* Runs all vectors in FOLDER; those that are in SEEN are there already. */
static void
run_folder(const char *folder, const char *seen, int *ran, int *other)
{
	char path[2048];
	const struct dirent *e;
	DIR *d = opendir(folder);

	ck_assert_msg(d != NULL, "no %s", folder);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", seen != NULL ?
		    seen : "", e->d_name);
		if (seen != NULL && access(path, F_OK) == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (!run_vector(path, e->d_name)) {
			++*other;
			continue;
		}
		++*ran;
		for (int i = 0; i < COUNT(kinds); i++)
			kinds[i].ran += begins(e->d_name, kinds[i].prefix);
	}
	ck_assert_int_eq(closedir(d), 0);
}

START_TEST(vectors)
{
	static const char own[] = "tests/vectors/age";
	const char *shared = getenv("CP_SHARED");
	char folder[1024];
	int ran = 0, other = 0;

	run_folder(own, NULL, &ran, &other);
	ck_assert_int_eq(ran, 44);
	ck_assert_int_eq(other, 0);
	for (int i = 0; i < COUNT(kinds); i++)
		ck_assert_msg(!kinds[i].own || kinds[i].ran > 0,
		    "no vector of %s", kinds[i].prefix);
	(void)snprintf(folder, sizeof(folder), "%s/vectors/age",
	    shared != NULL ? shared : "../shared");
	if (access(folder, F_OK) == 0)
		run_folder(folder, own, &ran, &other);
	printf("%d vectors of others ran, %d are of kinds not supported\n",
	    ran, other);
}
END_TEST

/* ---- round trips ----------------------------------------------------------- */
static struct cp_secret *scalar;
static struct cp_age_recipient public_key;
static struct cp_age_identity identity;

static void
make_key(void)
{
	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(scalar, &public_key, &err),
	    CP_OK);
	identity = (struct cp_age_identity){ .kind = CP_AGE_X25519,
		.secret = scalar };
}

static void
drop_key(void)
{
	cp_secret_free(scalar);
	scalar = NULL;
}

static void
fill(uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static const size_t sizes[] = { 0, 1, 15, 16, 17, 3072, 65519, 65520, 65535,
	65536, 65537, 65552, 131071, 131072, 131073, 196607, 196608, 196609,
	300000 };

START_TEST(sizes_of_chunks)
{
	size_t len = sizes[_i], chunks = len == 0 ? 1 : (len + 65535) / 65536;
	uint8_t *data = malloc(len + 1);
	struct cp_age_sealer *s = NULL;
	struct cp_secret *file_key = NULL, *again = NULL;
	struct cp_buf header, payload, out;
	struct memory m, back;
	struct cp_age_io io;

	fill(data, len);
	cp_buf_init(&header);
	cp_buf_init(&payload);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, &public_key, 1, data, len, &header,
	    &payload, &file_key, &err), CP_OK);
	ck_assert_uint_eq(payload.len, 16 + len + 16 * chunks);
	ck_assert_int_eq(cp_age_payload_reopen(s, file_key, payload.data,
	    payload.len, &out, &err), CP_OK);
	ck_assert_uint_eq(out.len, len);
	ck_assert(len == 0 || memcmp(out.data, data, len) == 0);
	ck_assert_int_eq(cp_age_header_open(header.data, header.len, &identity,
	    1, &again, NULL, &err), CP_OK);
	ck_assert(cp_secret_equal(file_key, again));
	/* The two streams, one into the other. */
	io = memory_io(&m, data, len, 1000);
	ck_assert_int_eq(cp_age_encrypt_stream(&public_key, 1, &io, &err),
	    CP_OK);
	ck_assert_uint_eq(m.out.len, header.len + payload.len);
	io = memory_io(&back, m.out.data, m.out.len, 777);
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_OK);
	ck_assert_uint_eq(back.out.len, len);
	ck_assert(len == 0 || memcmp(back.out.data, data, len) == 0);
	/* Cut anywhere near an end of a chunk, it is refused. */
	for (size_t cut = 1; cut < payload.len; cut += cut < 40 ? 1 : 65531)
		ck_assert_int_eq(cp_age_payload_open(file_key, payload.data,
		    payload.len - cut, &out, &err), CP_CORRUPT);
	cp_buf_putc(&payload, 0);
	ck_assert_int_eq(cp_age_payload_open(file_key, payload.data,
	    payload.len, &out, &err), CP_CORRUPT);
	ck_assert_uint_eq(out.len, len);
	cp_secret_free(file_key);
	cp_secret_free(again);
	cp_age_sealer_free(s);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
	cp_buf_clear(&out);
	cp_buf_clear(&m.out);
	cp_buf_clear(&back.out);
	free(data);
}
END_TEST

/* One file of "hello", header and payload in one buffer. */
static void
seal_hello(const struct cp_age_recipient *to, size_t n, struct cp_buf *file)
{
	struct cp_age_sealer *s = NULL;

	cp_buf_init(file);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, to, n, "hello", 5, file, file, NULL,
	    &err), CP_OK);
	cp_age_sealer_free(s);
}

static void
opens_hello(const struct cp_buf *file, const struct cp_age_identity *id)
{
	struct cp_buf out;

	cp_buf_init(&out);
	ck_assert_msg(cp_age_open(file->data, file->len, id, 1, &out, &err) ==
	    CP_OK, "%s", err.what);
	ck_assert_str_eq(cp_buf_text(&out), "hello");
	cp_buf_clear(&out);
}

START_TEST(every_byte_counts)
{
	struct cp_buf file, out;
	struct memory m;
	struct cp_age_io io;
	enum cp_rc rc;
	size_t i, bit;

	seal_hello(&public_key, 1, &file);
	cp_buf_init(&out);
	for (i = 0; i < file.len; i++) {
		for (bit = 0; bit < 8; bit += 3) {
			file.data[i] ^= (uint8_t)(1 << bit);
			rc = cp_age_open(file.data, file.len, &identity, 1,
			    &out, &err);
			ck_assert_msg(rc == CP_CORRUPT || rc == CP_KEY,
			    "byte %zu: %d", i, rc);
			ck_assert_uint_eq(out.len, 0);
			io = memory_io(&m, file.data, file.len, 0);
			ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1,
			    &io, &err), rc);
			ck_assert_uint_eq(m.out.len, 0);
			file.data[i] ^= (uint8_t)(1 << bit);
		}
		/* And cut here. */
		ck_assert_int_eq(cp_age_open(file.data, i, &identity, 1, &out,
		    &err), CP_CORRUPT);
	}
	opens_hello(&file, &identity);
	cp_buf_clear(&file);
	cp_buf_clear(&out);
}
END_TEST

START_TEST(rewrap)
{
	struct cp_secret *file_key = NULL, *other = NULL, *got = NULL;
	struct cp_age_recipient to;
	struct cp_age_identity id;
	struct cp_age_sealer *s = NULL;
	struct cp_buf header, payload, fresh, out;
	size_t header_len = 0;

	cp_buf_init(&header);
	cp_buf_init(&payload);
	cp_buf_init(&fresh);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_age_identity_new(&other, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(other, &to, &err), CP_OK);
	id = (struct cp_age_identity){ .secret = other };
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, &public_key, 1, "hello", 5, &header,
	    &payload, NULL, &err), CP_OK);
	ck_assert_int_eq(cp_age_header_open(header.data, header.len, &identity,
	    1, &file_key, &header_len, &err), CP_OK);
	ck_assert_uint_eq(header_len, header.len);
	ck_assert_int_eq(cp_age_header_seal(file_key, &to, 1, &fresh, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_header_open(fresh.data, fresh.len, &identity,
	    1, &got, NULL, &err), CP_KEY);
	ck_assert_ptr_null(got);
	cp_buf_put(&fresh, payload.data, payload.len);
	opens_hello(&fresh, &id);
	/* A header alone must be that and nothing more. */
	ck_assert_int_eq(cp_age_header_open(fresh.data, fresh.len, &id, 1,
	    &got, NULL, &err), CP_CORRUPT);
	cp_secret_free(file_key);
	cp_secret_free(other);
	cp_age_sealer_free(s);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
	cp_buf_clear(&fresh);
	cp_buf_clear(&out);
}
END_TEST

/* One call for both, as rekeying a whole archive takes it. */
/* One chunk, whole and authentic, or nothing. */
START_TEST(into_locked_memory)
{
	static const size_t lengths[] = { 0, 1, 400, 65535, 65536, 65537 };
	static const uint8_t data[65537] = { 1, 2, 3 };
	struct cp_age_sealer *s = NULL;
	struct cp_secret *out = NULL;
	struct cp_buf file;
	enum cp_rc rc;
	size_t i;

	cp_buf_init(&file);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		cp_buf_reset(&file);
		ck_assert_int_eq(cp_age_seal(s, &public_key, 1, data,
		    lengths[i], &file, &file, NULL, &err), CP_OK);
		rc = cp_age_open_secret(file.data, file.len, &identity, 1,
		    &out, &err);
		ck_assert_int_eq(rc, lengths[i] > 65536 ? CP_CORRUPT : CP_OK);
		ck_assert_int_eq(out != NULL, rc == CP_OK);
		if (rc == CP_OK) {
			ck_assert_uint_eq(cp_secret_len(out), lengths[i]);
			ck_assert_int_eq(memcmp(cp_secret_bytes(out), data,
			    lengths[i]), 0);
		}
		cp_secret_free(out);
		out = NULL;
		/* Less by its last byte, and its last byte changed. */
		ck_assert_int_eq(cp_age_open_secret(file.data, file.len - 1,
		    &identity, 1, &out, &err), CP_CORRUPT);
		file.data[file.len - 1] ^= 1;
		ck_assert_int_eq(cp_age_open_secret(file.data, file.len,
		    &identity, 1, &out, &err), CP_CORRUPT);
		ck_assert_ptr_null(out);
	}
	/* A full chunk that is not the final one, without the next. */
	file.data[file.len - 1] ^= 1;
	ck_assert_int_eq(cp_age_open_secret(file.data, file.len - 17,
	    &identity, 1, &out, &err), CP_CORRUPT);
	ck_assert_ptr_null(out);
	cp_age_sealer_free(s);
	cp_buf_clear(&file);
}
END_TEST

START_TEST(rewrap_in_one)
{
	struct cp_age_identity id = identity, fresh_id;
	struct cp_buf header, payload, out, again;
	struct cp_secret *other = NULL;
	struct cp_age_recipient to;
	struct cp_age_sealer *s = NULL;

	cp_buf_init(&header);
	cp_buf_init(&payload);
	cp_buf_init(&out);
	cp_buf_init(&again);
	ck_assert_int_eq(cp_age_identity_new(&other, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(other, &to, &err), CP_OK);
	fresh_id = (struct cp_age_identity){ .secret = other };
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, &public_key, 1, "hello", 5, &header,
	    &payload, NULL, &err), CP_OK);
	id.point = public_key.point;
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len, &id,
	    &to, &out, &err), CP_OK);
	ck_assert_uint_eq(out.len, header.len);
	/* The new key opens it, with the point told or not; the old one does
	 * not. */
	ck_assert_int_eq(cp_age_header_rewrap(s, out.data, out.len, &id,
	    &to, &again, &err), CP_KEY);
	ck_assert_uint_eq(again.len, 0);
	ck_assert_int_eq(cp_age_header_rewrap(s, out.data, out.len, &fresh_id,
	    &public_key, &again, &err), CP_OK);
	cp_buf_put(&again, payload.data, payload.len);
	opens_hello(&again, &id);
	/* After what is there already. */
	cp_buf_put(&out, payload.data, payload.len);
	opens_hello(&out, &fresh_id);
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len, &id,
	    &to, &out, &err), CP_OK);
	ck_assert_uint_eq(out.len, 2 * header.len + payload.len);
	/* A point of another key; a byte changed; more than a header. */
	id.point = to.point;
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len, &id,
	    &to, &out, &err), CP_KEY);
	id.point = public_key.point;
	cp_buf_put(&header, "x", 1);
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len, &id,
	    &to, &out, &err), CP_CORRUPT);
	header.data[header.len - 4] ^= 4;
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len - 1,
	    &id, &to, &out, &err), CP_CORRUPT);
	to.kind = CP_AGE_SCRYPT;
	header.data[header.len - 4] ^= 4;
	ck_assert_int_eq(cp_age_header_rewrap(s, header.data, header.len - 1,
	    &id, &to, &out, &err), CP_BAD_INPUT);
	ck_assert_uint_eq(out.len, 2 * (header.len - 1) + payload.len);
	cp_secret_free(other);
	cp_age_sealer_free(s);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
	cp_buf_clear(&out);
	cp_buf_clear(&again);
}
END_TEST

/* What was made for one recipient is read again before it is given away. */
START_TEST(made_and_read_again)
{
	struct cp_age_sealer *s = NULL;
	struct cp_buf header;

	cp_buf_init(&header);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	memset(s->keys->file_key, 7, CP_AGE_FILE_KEY);
	ck_assert_int_eq(cp_age_put_header(s, &public_key, 1, &header, &err),
	    CP_OK);
	for (size_t i = 0; i < header.len; i++) {
		header.data[i] ^= 1;
		ck_assert_int_eq(cp_age_header_again(s, header.data,
		    header.len, &err), CP_CORRUPT);
		header.data[i] ^= 1;
		memset(s->keys->file_key, 7, CP_AGE_FILE_KEY);
	}
	ck_assert_int_eq(cp_age_header_again(s, header.data, header.len,
	    &err), CP_OK);
	s->keys->file_key[0] ^= 1;
	ck_assert_int_eq(cp_age_header_again(s, header.data, header.len,
	    &err), CP_CORRUPT);
	memset(s->keys->file_key, 7, CP_AGE_FILE_KEY);
	s->keys->wrap[0] ^= 1;
	ck_assert_int_eq(cp_age_header_again(s, header.data, header.len,
	    &err), CP_CORRUPT);
	cp_age_sealer_free(s);
	cp_buf_clear(&header);
}
END_TEST

START_TEST(many_recipients)
{
	struct cp_secret *keys[5] = { NULL };
	struct cp_age_recipient to[5];
	struct cp_age_identity id = { .kind = CP_AGE_X25519 };
	struct cp_buf file;
	int i;

	for (i = 0; i < 5; i++) {
		ck_assert_int_eq(cp_age_identity_new(&keys[i], &err), CP_OK);
		ck_assert_int_eq(cp_age_identity_recipient(keys[i], &to[i],
		    &err), CP_OK);
	}
	seal_hello(to, 5, &file);
	for (i = 0; i < 5; i++) {
		id.secret = keys[i];
		opens_hello(&file, &id);
		cp_secret_free(keys[i]);
	}
	cp_buf_clear(&file);
}
END_TEST

START_TEST(refused_recipients)
{
	struct cp_secret *phrase = text_secret("correct horse", 13);
	struct cp_age_recipient two[2] = { public_key, { .kind = CP_AGE_SCRYPT,
		.passphrase = phrase, .work_factor = 2 } };
	struct cp_age_recipient weak = { .kind = CP_AGE_X25519 };
	struct cp_age_sealer *s = NULL;
	struct cp_buf b;

	cp_buf_init(&b);
	cp_buf_puts(&b, "kept");
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, two, 2, "x", 1, &b, &b, NULL, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_age_seal(s, two, 0, "x", 1, &b, &b, NULL, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_age_seal(s, &weak, 1, "x", 1, &b, &b, NULL, &err),
	    CP_BAD_INPUT);
	ck_assert_str_eq(cp_buf_text(&b), "kept");
	cp_secret_free(phrase);
	cp_age_sealer_free(s);
	cp_buf_clear(&b);
}
END_TEST

/* ---- passphrases ------------------------------------------------------------ */
static int asked;

static enum cp_rc
answer(void *arg, struct cp_secret **out, struct cp_err *e)
{
	asked++;
	return cp_secret_from(out, arg, strlen(arg), e);
}

static enum cp_rc
no_answer(void *arg, struct cp_secret **out, struct cp_err *e)
{
	(void)arg;
	(void)out;
	return cp_fail(e, CP_KEY, "nobody there");
}

START_TEST(passphrase)
{
	struct cp_secret *phrase = text_secret("correct horse", 13);
	struct cp_secret *wrong = text_secret("correct house", 13);
	struct cp_age_recipient to = { .kind = CP_AGE_SCRYPT,
		.passphrase = phrase, .work_factor = 10 };
	struct cp_age_identity id = { .kind = CP_AGE_SCRYPT,
		.secret = phrase };
	char good[] = "correct horse", bad[] = "x";
	struct cp_buf file, mine, out;

	seal_hello(&to, 1, &file);
	seal_hello(&public_key, 1, &mine);
	cp_buf_init(&out);
	opens_hello(&file, &id);
	id.secret = wrong;
	ck_assert_int_eq(cp_age_open(file.data, file.len, &id, 1, &out, &err),
	    CP_KEY);
	ck_assert_str_eq(err.what, "the passphrase is wrong");
	ck_assert_int_eq(cp_age_open(file.data, file.len, &identity, 1, &out,
	    &err), CP_KEY);
	ck_assert_str_eq(err.what, "needs a passphrase");
	id.secret = phrase;
	id.work_max = 9;
	ck_assert_int_eq(cp_age_open(file.data, file.len, &id, 1, &out, &err),
	    CP_CORRUPT);
	id = (struct cp_age_identity){ .kind = CP_AGE_SCRYPT, .ask = answer,
		.ask_arg = good };
	opens_hello(&file, &id);
	ck_assert_int_eq(asked, 1);
	ck_assert_int_eq(cp_age_open(mine.data, mine.len, &id, 1, &out, &err),
	    CP_KEY);
	ck_assert_int_eq(asked, 1);
	id.ask_arg = bad;
	ck_assert_int_eq(cp_age_open(file.data, file.len, &id, 1, &out, &err),
	    CP_KEY);
	id.ask = no_answer;
	ck_assert_int_eq(cp_age_open(file.data, file.len, &id, 1, &out, &err),
	    CP_KEY);
	ck_assert_str_eq(err.what, "nobody there");
	cp_secret_free(phrase);
	cp_secret_free(wrong);
	cp_buf_clear(&file);
	cp_buf_clear(&mine);
	cp_buf_clear(&out);
}
END_TEST

/* ---- headers by hand --------------------------------------------------------- */

/* What may or may not stand between the version line and the MAC of a file
 * whose X25519 stanza and MAC are right: a stanza before the known one. */
static const struct {
	const char *extra;
	const char *says; /* NULL: taken */
} stanzas[] = {
	{ "-> x-grease arg\nYWJj\n", NULL },
	{ "-> x\n\n", NULL },
	{ "-> !#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ x y z a b c d\n\n", NULL },
	{ "-> x\nMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
	    "NTY3\n\n", NULL },
	{ "-> x25519 y\n\n", NULL },
	{ "-> x\nMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
	    "NTY3\n", "arrow|base64" },
	{ "-> x\nMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
	    "NTY3A\n", "64 columns" },
	{ "-> \n\n", "empty argument" },
	{ "->\n\n", "arrow" },
	{ "->x\n\n", "arrow" },
	{ "-> x \n\n", "empty argument" },
	{ "->  x\n\n", "empty argument" },
	{ "-> x  y\n\n", "empty argument" },
	{ "-> x\r\n\n", "forbidden" },
	{ "-> x\n\r\n", "base64" },
	{ "-> x\ty\n\n", "forbidden" },
	{ "-> \xc3\xa9\n\n", "forbidden" },
	{ "-> x\nYWJ=\n", "base64" },
	{ "-> x\nYWI\n", NULL },
	{ "-> x\nYWL\n", "base64" },
	{ "-> x\nYWJj\nYWJj\n", "arrow" },
	{ "\n", "arrow" },
	{ "-> X25519\n\n", "X25519 stanza" },
	{ "-> X25519 YWJj\nYWJj\n", "X25519 stanza" },
	{ "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
	    "wrong length" },
	{ "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "low order" },
	{ "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA x\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	    "X25519 stanza" },
	{ "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	    "beside other" },
	{ "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 010\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	    "work factor" },
	{ "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 99999999999999999999999\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	    "beside other" },
};

static int
says_one_of(const char *text, const char *choices)
{
	char copy[128], *at = copy, *one;

	(void)snprintf(copy, sizeof(copy), "%s", choices);
	while ((one = strsep(&at, "|")) != NULL)
		if (strstr(text, one) != NULL)
			return 1;
	return 0;
}

/* Rebuilds FILE with EXTRA after its version line and a MAC that fits. */
static void
with_stanza(const struct cp_buf *file, const char *extra, struct cp_buf *out)
{
	static const char version[] = "age-encryption.org/v1\n";
	const char *old = cp_buf_text(file) + strlen(version);
	const char *dashes = strstr(old, "\n---");
	struct cp_secret *key = NULL;
	uint8_t hmac_key[32], mac[32];
	size_t end = 0;

	ck_assert_ptr_nonnull(dashes);
	cp_buf_init(out);
	cp_buf_puts(out, version);
	cp_buf_puts(out, extra);
	cp_buf_put(out, old, (size_t)(dashes - old) + 4);
	ck_assert_int_eq(cp_age_header_open(file->data, file->len, &identity,
	    1, &key, &end, &err), CP_OK);
	ck_assert_int_eq(cp_hkdf_sha256(cp_secret_bytes(key), 16, NULL, 0,
	    "header", hmac_key, &err), CP_OK);
	ck_assert_int_eq(cp_hmac_sha256(hmac_key, 32, out->data, out->len, mac,
	    &err), CP_OK);
	cp_buf_putc(out, ' ');
	cp_base64_raw_put(out, mac, 32);
	cp_buf_putc(out, '\n');
	cp_buf_put(out, file->data + end, file->len - end);
	cp_secret_free(key);
}

START_TEST(stanzas_by_hand)
{
	struct cp_buf file, made, out;
	enum cp_rc rc;

	seal_hello(&public_key, 1, &file);
	with_stanza(&file, stanzas[_i].extra, &made);
	cp_buf_init(&out);
	rc = cp_age_open(made.data, made.len, &identity, 1, &out, &err);
	if (stanzas[_i].says == NULL) {
		ck_assert_msg(rc == CP_OK, "%s: %s", stanzas[_i].extra,
		    err.what);
		ck_assert_str_eq(cp_buf_text(&out), "hello");
	} else {
		ck_assert_int_eq(rc, CP_CORRUPT);
		ck_assert_msg(says_one_of(err.what, stanzas[_i].says) &&
		    begins(err.what, "header: "), "%s: %s",
		    stanzas[_i].extra, err.what);
	}
	cp_buf_clear(&file);
	cp_buf_clear(&made);
	cp_buf_clear(&out);
}
END_TEST

#define V1 "age-encryption.org/v1"
#define NO_MAC "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
static const char *const not_age[] = { "", "\n", "hello", V1, V1 "\n",
	"age-encryption.org/v2\n--- x\n", V1 "\r\n--- x\n", V1 "\n---\n",
	V1 "\n" NO_MAC, "-----BEGIN AGE ENCRYPTED FILE-----\n" };

START_TEST(no_age_file)
{
	const char *text = not_age[_i];
	struct memory m;
	struct cp_age_io io = memory_io(&m, text, strlen(text), 0);
	struct cp_buf out;

	cp_buf_init(&out);
	ck_assert_int_eq(cp_age_open(text, strlen(text), &identity, 1, &out,
	    &err), CP_CORRUPT);
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_CORRUPT);
	ck_assert_uint_eq(m.out.len, 0);
}
END_TEST

/* A header without end must not fill the memory. */
static enum cp_rc
endless(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *e)
{
	size_t *given = arg;

	(void)e;
	memset(buf, 'a', cap);
	if (*given == 0)
		memcpy(buf, "age-encryption.org/v1\n-> ", 25);
	*given += cap;
	*got = cap;
	return CP_OK;
}

START_TEST(endless_header)
{
	size_t given = 0;
	struct cp_age_io io = { endless, &given, NULL, NULL };

	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_CORRUPT);
	ck_assert_uint_lt(given, 3 * (size_t)CP_AGE_HEADER_MAX);
}
END_TEST

/* ---- armor ------------------------------------------------------------------ */
#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define END "-----END AGE ENCRYPTED FILE-----"

/* @ stands for the body's lines, $ for the line end in use, ~ for a body that
 * has lost its last line, ^ for a body in shorter lines. */
static const struct {
	const char *form;
	const char *eol;
	enum cp_rc rc;
} armors[] = {
	{ BEGIN "$@" END "$", "\n", CP_OK },
	{ BEGIN "$@" END, "\n", CP_OK },
	{ BEGIN "$@" END "$", "\r\n", CP_OK },
	{ "\n \t\r\n" BEGIN "$@" END "$\n \t\n", "\n", CP_OK },
	{ " " BEGIN "$@" END "$", "\n", CP_CORRUPT },
	{ BEGIN " $@" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@ " END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@" END " $", "\n", CP_CORRUPT },
	{ BEGIN "$\n@" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@\n" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$Comment: x$$@" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@=AbCd$" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@", "\n", CP_CORRUPT },
	{ BEGIN "$@" END "$x", "\n", CP_CORRUPT },
	{ BEGIN "$@" END "$" BEGIN "$@" END "$", "\n", CP_CORRUPT },
	{ "x" BEGIN "$@" END "$", "\n", CP_CORRUPT },
	{ "x\n" BEGIN "$@" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$~" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$^" END "$", "\n", CP_CORRUPT },
	{ "-----BEGIN AGE ENCRYPTED FILE----$@" END "$", "\n", CP_CORRUPT },
	{ "-----begin age encrypted file-----$@" END "$", "\n", CP_CORRUPT },
	{ BEGIN "$@-----END CERTIFICATE-----$", "\n", CP_CORRUPT },
};

static void
put_armor_body(struct cp_buf *out, const struct cp_buf *file, const char *eol,
    char how)
{
	size_t at, n, line = how == '^' ? 45 : 48;

	for (at = 0; at < file->len; at += n) {
		n = file->len - at < line ? file->len - at : line;
		if (n < line && how == '~')
			break;
		cp_base64_put(out, file->data + at, n);
		cp_buf_puts(out, eol);
	}
}

START_TEST(armor)
{
	const char *p, *eol = armors[_i].eol;
	struct cp_buf file, text;
	struct memory m;
	struct cp_age_io io;
	size_t step;
	enum cp_rc rc;

	seal_hello(&public_key, 1, &file);
	cp_buf_init(&text);
	for (p = armors[_i].form; *p != '\0'; p++)
		if (strchr("@~^", *p) != NULL)
			put_armor_body(&text, &file, eol, *p);
		else if (*p == '$')
			cp_buf_puts(&text, eol);
		else
			cp_buf_putc(&text, *p);
	for (step = 0; step < 3; step++) {
		io = memory_io(&m, text.data, text.len, step);
		rc = cp_age_decrypt_stream(&identity, 1, &io, &err);
		ck_assert_msg(rc == armors[_i].rc, "%s: %d %s",
		    armors[_i].form, rc, rc == CP_OK ? "" : err.what);
		if (rc == CP_OK)
			ck_assert_str_eq(cp_buf_text(&m.out), "hello");
		cp_buf_clear(&m.out);
	}
	cp_buf_clear(&file);
	cp_buf_clear(&text);
}
END_TEST

/* What is armored here is read here, at every length of the last line. */
START_TEST(armor_written)
{
	static const char zeros[100];
	struct cp_age_sealer *s = NULL;
	struct cp_buf file, text;
	struct memory m;
	struct cp_age_io io;

	cp_buf_init(&file);
	cp_buf_init(&text);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	for (size_t len = 0; len < sizeof(zeros); len++) {
		cp_buf_reset(&file);
		cp_buf_reset(&text);
		ck_assert_int_eq(cp_age_seal(s, &public_key, 1, zeros, len,
		    &file, &file, NULL, &err), CP_OK);
		cp_age_armor(&text, file.data, file.len);
		io = memory_io(&m, text.data, text.len, 0);
		ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io,
		    &err), CP_OK);
		ck_assert_uint_eq(m.out.len, len);
		cp_buf_clear(&m.out);
		ck_assert_int_eq(cp_age_unarmor(&text, &err), CP_OK);
		ck_assert_uint_eq(text.len, file.len);
		ck_assert_int_eq(memcmp(text.data, file.data, file.len), 0);
		ck_assert_int_eq(cp_age_unarmor(&text, &err), CP_OK);
		ck_assert_uint_eq(text.len, file.len);
	}
	cp_buf_reset(&text);
	cp_age_armor(&text, file.data, file.len);
	text.data[text.len - sizeof(END) - 3] ^= 1;
	ck_assert_int_eq(cp_age_unarmor(&text, &err), CP_CORRUPT);
	text.data[text.len - sizeof(END) - 3] ^= 1;
	ck_assert_int_eq(strncmp(cp_buf_text(&text), BEGIN "\n",
	    sizeof(BEGIN)), 0);
	ck_assert_str_eq(cp_buf_text(&text) + text.len - sizeof(END),
	    END "\n");
	cp_age_sealer_free(s);
	cp_buf_clear(&file);
	cp_buf_clear(&text);
}
END_TEST

/* The last line of the body may be full, but no empty one may follow it. */
START_TEST(armor_full_last_line)
{
	static const char zeros[48];
	struct cp_age_sealer *s = NULL;
	struct cp_buf file, text;
	struct memory m;
	struct cp_age_io io;
	size_t len = 0;

	cp_buf_init(&file);
	cp_buf_init(&text);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	do {
		cp_buf_reset(&file);
		ck_assert_int_eq(cp_age_seal(s, &public_key, 1, zeros, len++,
		    &file, &file, NULL, &err), CP_OK);
	} while (file.len % 48 != 0);
	cp_buf_puts(&text, BEGIN "\n");
	put_armor_body(&text, &file, "\n", '@');
	len = text.len;
	cp_buf_puts(&text, END "\n");
	io = memory_io(&m, text.data, text.len, 0);
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_OK);
	cp_buf_clear(&m.out);
	text.len = len;
	cp_buf_puts(&text, "\n" END "\n");
	io = memory_io(&m, text.data, text.len, 0);
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_CORRUPT);
	cp_age_sealer_free(s);
	cp_buf_clear(&m.out);
	cp_buf_clear(&file);
	cp_buf_clear(&text);
}
END_TEST

/* ---- chunks by hand ------------------------------------------------------------ */

/* F and N are full chunks, the final one or not; f and n such of one byte; 0
 * an empty final one; x a byte that is no chunk. */
static const struct {
	const char *chunks;
	enum cp_rc rc;
	size_t released; /* by the stream, before it failed */
} chunkings[] = {
	{ "0", CP_OK, 0 },
	{ "f", CP_OK, 1 },
	{ "F", CP_OK, CP_AGE_CHUNK },
	{ "Nf", CP_OK, CP_AGE_CHUNK + 1 },
	{ "NF", CP_OK, 2 * CP_AGE_CHUNK },
	{ "NNf", CP_OK, 2 * CP_AGE_CHUNK + 1 },
	{ "", CP_CORRUPT, 0 },
	{ "n", CP_CORRUPT, 0 },
	{ "N", CP_CORRUPT, CP_AGE_CHUNK },
	{ "N0", CP_CORRUPT, CP_AGE_CHUNK },
	{ "Nn", CP_CORRUPT, CP_AGE_CHUNK },
	{ "Fx", CP_CORRUPT, CP_AGE_CHUNK },
	{ "Ff", CP_CORRUPT, CP_AGE_CHUNK },
	{ "FF", CP_CORRUPT, CP_AGE_CHUNK },
	{ "ff", CP_CORRUPT, 0 },
	{ "nf", CP_CORRUPT, 0 },
	{ "fx", CP_CORRUPT, 0 },
};

static void
put_chunk(struct cp_buf *out, struct cp_aead *a, const uint8_t key[32],
    size_t number, char how)
{
	static uint8_t zeros[CP_AGE_CHUNK];
	uint8_t nonce[12] = { 0 }, *to;
	size_t len = strchr("FN", how) != NULL ? CP_AGE_CHUNK : how != '0';

	nonce[10] = (uint8_t)number;
	nonce[11] = strchr("Ff0", how) != NULL;
	to = cp_buf_grow(out, len + 16);
	ck_assert_ptr_nonnull(to);
	ck_assert_int_eq(cp_aead_seal(a, key, nonce, NULL, 0, zeros, len, to,
	    to + len, &err), CP_OK);
}

START_TEST(chunks_by_hand)
{
	static const uint8_t file_key[16] = "YELLOW SUBMARINE";
	const char *p, *chunks = chunkings[_i].chunks;
	struct cp_secret *s = NULL;
	struct cp_aead *a = NULL;
	struct cp_buf file, out;
	uint8_t key[32], nonce[16] = { 7 };
	struct memory m;
	struct cp_age_io io;
	size_t header;

	cp_buf_init(&file);
	cp_buf_init(&out);
	ck_assert_int_eq(cp_secret_from(&s, file_key, 16, &err), CP_OK);
	ck_assert_int_eq(cp_aead_new(&a, &err), CP_OK);
	ck_assert_int_eq(cp_age_header_seal(s, &public_key, 1, &file, &err),
	    CP_OK);
	header = file.len;
	cp_buf_put(&file, nonce, 16);
	ck_assert_int_eq(cp_hkdf_sha256(file_key, 16, nonce, 16, "payload",
	    key, &err), CP_OK);
	for (p = chunks; *p != '\0'; p++)
		if (*p == 'x')
			cp_buf_putc(&file, 'x');
		else
			put_chunk(&file, a, key, (size_t)(p - chunks), *p);
	io = memory_io(&m, file.data, file.len, 0);
	ck_assert_msg(cp_age_decrypt_stream(&identity, 1, &io, &err) ==
	    chunkings[_i].rc, "%s", chunks);
	ck_assert_uint_eq(m.out.len, chunkings[_i].released);
	ck_assert_int_eq(cp_age_payload_open(s, file.data + header,
	    file.len - header, &out, &err), chunkings[_i].rc);
	ck_assert_uint_eq(out.len, chunkings[_i].rc == CP_OK ?
	    chunkings[_i].released : 0);
	cp_secret_free(s);
	cp_aead_free(a);
	cp_buf_clear(&file);
	cp_buf_clear(&out);
	cp_buf_clear(&m.out);
}
END_TEST

START_TEST(no_room)
{
	static const uint8_t data[1000];
	struct cp_age_sealer *s = NULL;
	struct cp_secret *key = NULL;
	struct cp_buf header, payload;

	cp_buf_init(&header);
	cp_buf_init(&payload);
	cp_buf_puts(&header, "kept");
	payload.max = 500;
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(s, &public_key, 1, data, sizeof(data),
	    &header, &payload, &key, &err), CP_FAILED);
	ck_assert_str_eq(cp_buf_text(&header), "kept");
	ck_assert_uint_eq(payload.len, 0);
	ck_assert_ptr_null(key);
	cp_age_sealer_free(s);
	cp_buf_clear(&header);
	cp_buf_clear(&payload);
}
END_TEST

/* ---- streams ----------------------------------------------------------------- */
START_TEST(stream_releases_nothing_unchecked)
{
	enum { LEN = 3 * CP_AGE_CHUNK + 10 };
	static uint8_t data[LEN];
	struct memory m, back;
	struct cp_age_io io;
	size_t start;

	fill(data, LEN);
	io = memory_io(&m, data, LEN, 0);
	ck_assert_int_eq(cp_age_encrypt_stream(&public_key, 1, &io, &err),
	    CP_OK);
	start = m.out.len - (LEN + 4 * 16);
	m.out.data[start + CP_AGE_CHUNK + 16 + 7] ^= 1; /* the second chunk */
	io = memory_io(&back, m.out.data, m.out.len, 0);
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_CORRUPT);
	ck_assert_str_eq(err.what, "payload: chunk 2 is not authentic");
	ck_assert_uint_eq(back.out.len, CP_AGE_CHUNK);
	cp_buf_clear(&back.out);
	/* Only checking. */
	io = memory_io(&back, m.out.data, m.out.len, 0);
	io.write = NULL;
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_CORRUPT);
	m.out.data[start + CP_AGE_CHUNK + 16 + 7] ^= 1;
	back.at = 0;
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_OK);
	ck_assert_uint_eq(back.out.len, 0);
	/* A full disk stops it. */
	io = memory_io(&back, m.out.data, m.out.len, 0);
	back.full_at = 100000;
	ck_assert_int_eq(cp_age_decrypt_stream(&identity, 1, &io, &err),
	    CP_FAILED);
	ck_assert_str_eq(err.what, "full");
	cp_buf_clear(&back.out);
	cp_buf_clear(&m.out);
}
END_TEST

/* ---- keys as text ------------------------------------------------------------ */
static const char known_identity[] = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZ"
    "GFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"; /* the examples of the standard */
static const char known_recipient[] =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

START_TEST(key_text)
{
	struct cp_secret *text = text_secret(known_identity,
	    strlen(known_identity)), *s = NULL, *again = NULL;
	struct cp_age_recipient r, parsed;
	char out[CP_AGE_RECIPIENT_TEXT + 1];
	char upper[CP_AGE_RECIPIENT_TEXT + 1];
	size_t i;

	ck_assert_int_eq(cp_age_identity_parse(text, &s, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(s, &r, &err), CP_OK);
	ck_assert_int_eq(cp_age_recipient_format(&r, out, &err), CP_OK);
	ck_assert_str_eq(out, known_recipient);
	ck_assert_int_eq(cp_age_recipient_parse(out, &parsed, &err), CP_OK);
	ck_assert_int_eq(memcmp(parsed.point, r.point, 32), 0);
	ck_assert_int_eq(cp_age_identity_format(s, &again, &err), CP_OK);
	ck_assert(cp_secret_equal(text, again));
	cp_secret_free(again);
	again = NULL;
	for (i = 0; i <= CP_AGE_RECIPIENT_TEXT; i++)
		upper[i] = out[i] >= 'a' && out[i] <= 'z' ?
		    (char)(out[i] - 32) : out[i];
	ck_assert_int_eq(cp_age_recipient_parse(upper, &parsed, &err),
	    CP_BAD_INPUT);
	ck_assert_int_eq(cp_age_recipient_parse("", &parsed, &err),
	    CP_BAD_INPUT);
	memset(&r, 0, sizeof(r));
	ck_assert_int_eq(cp_age_recipient_format(&r, out, &err), CP_OK);
	ck_assert_int_eq(cp_age_recipient_parse(out, &parsed, &err),
	    CP_BAD_INPUT);
	cp_secret_data(text)[20] ^= 1;
	ck_assert_int_eq(cp_age_identity_parse(text, &again, &err),
	    CP_BAD_INPUT);
	ck_assert_ptr_null(strstr(err.what, "GFPYY"));
	cp_secret_free(s);
	cp_secret_free(text);
}
END_TEST

static enum cp_rc
load_file(const char *text, size_t max, size_t *count)
{
	struct cp_secret *file = text_secret(text, strlen(text));
	struct cp_secret *found[2] = { NULL };
	enum cp_rc rc = cp_age_identity_file(file, found, max, count, &err);

	cp_secret_free(found[0]);
	cp_secret_free(found[1]);
	cp_secret_free(file);
	return rc;
}

START_TEST(key_file)
{
	char text[512];
	size_t count = 9;

	(void)snprintf(text, sizeof(text), "# created\n\n# public key: x\n%s\n"
	    "\r\n%s\r\n", known_identity, known_identity);
	ck_assert_int_eq(load_file(text, 2, &count), CP_OK);
	ck_assert_uint_eq(count, 2);
	(void)snprintf(text, sizeof(text), "%s", known_identity);
	ck_assert_int_eq(load_file(text, 2, &count), CP_OK);
	ck_assert_uint_eq(count, 1);
	count = 9;
	ck_assert_int_eq(load_file("# nothing\n", 2, &count), CP_BAD_INPUT);
	(void)snprintf(text, sizeof(text), "%s\n%s \n", known_identity,
	    known_identity);
	ck_assert_int_eq(load_file(text, 2, &count), CP_BAD_INPUT);
	ck_assert_ptr_nonnull(strstr(err.what, "line 2"));
	(void)snprintf(text, sizeof(text), "%s\n%s\n", known_identity,
	    known_identity);
	ck_assert_uint_eq(count, 9);
}
END_TEST

/* ---- the stock program --------------------------------------------------------- */
static void
write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
read_file(const char *path, struct cp_buf *out)
{
	char block[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	cp_buf_init(out);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		cp_buf_put(out, block, n);
	ck_assert_int_eq(fclose(f), 0);
}

static const size_t interop_sizes[] = { 0, 1, 3072, 65535, 65536, 65537,
	131072, 1048576 };

static void
both_ways(const char *recipient, size_t len, const char *options)
{
	uint8_t *data = malloc(len + 1);
	struct cp_buf got;
	struct memory m, back;
	struct cp_age_io io;
	char command[256];

	fill(data, len);
	io = memory_io(&m, data, len, 0);
	ck_assert_int_eq(cp_age_encrypt_stream(&public_key, 1, &io, &err),
	    CP_OK);
	write_file("ours.age", m.out.data, m.out.len);
	ck_assert_int_eq(system("age -d -i key ours.age >ours"), 0);
	read_file("ours", &got);
	ck_assert_uint_eq(got.len, len);
	ck_assert(len == 0 || memcmp(got.data, data, len) == 0);
	cp_buf_clear(&got);
	write_file("plain", data, len);
	(void)snprintf(command, sizeof(command), "age %s -r %s -o theirs.age "
	    "plain", options, recipient);
	ck_assert_int_eq(system(command), 0);
	read_file("theirs.age", &got);
	io = memory_io(&back, got.data, got.len, 0);
	ck_assert_msg(cp_age_decrypt_stream(&identity, 1, &io, &err) == CP_OK,
	    "%s", err.what);
	ck_assert_uint_eq(back.out.len, len);
	ck_assert(len == 0 || memcmp(back.out.data, data, len) == 0);
	cp_buf_clear(&got);
	cp_buf_clear(&m.out);
	cp_buf_clear(&back.out);
	free(data);
}

START_TEST(stock_age)
{
	char folder[] = "/tmp/cpadmin-age.XXXXXX", command[64];
	char recipient[CP_AGE_RECIPIENT_TEXT + 1];
	struct cp_secret *text = NULL;
	size_t i;

	if (system("command -v age >/dev/null 2>&1") != 0) {
		puts("SKIP stock_age: no program age");
		return;
	}
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(cp_age_identity_format(scalar, &text, &err), CP_OK);
	write_file("key", cp_secret_bytes(text), cp_secret_len(text));
	ck_assert_int_eq(cp_age_recipient_format(&public_key, recipient, &err),
	    CP_OK);
	for (i = 0; i < sizeof(interop_sizes) / sizeof(interop_sizes[0]); i++)
		both_ways(recipient, interop_sizes[i], i % 2 == 0 ? "" : "-a");
	cp_secret_free(text);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST


int
main(void)
{
	Suite *s = suite_create("age");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, make_key, drop_key);
	tcase_add_test(t, vectors);
	tcase_add_loop_test(t, sizes_of_chunks, 0, COUNT(sizes));
	tcase_add_test(t, every_byte_counts);
	tcase_add_test(t, rewrap);
	tcase_add_test(t, rewrap_in_one);
	tcase_add_test(t, into_locked_memory);
	tcase_add_test(t, made_and_read_again);
	tcase_add_test(t, many_recipients);
	tcase_add_test(t, refused_recipients);
	tcase_add_test(t, passphrase);
	tcase_add_loop_test(t, stanzas_by_hand, 0, COUNT(stanzas));
	tcase_add_loop_test(t, no_age_file, 0, COUNT(not_age));
	tcase_add_test(t, endless_header);
	tcase_add_loop_test(t, armor, 0, COUNT(armors));
	tcase_add_test(t, armor_written);
	tcase_add_test(t, armor_full_last_line);
	tcase_add_loop_test(t, chunks_by_hand, 0, COUNT(chunkings));
	tcase_add_test(t, no_room);
	tcase_add_test(t, stream_releases_nothing_unchecked);
	tcase_add_test(t, key_text);
	tcase_add_test(t, key_file);
	tcase_add_test(t, stock_age);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
