#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/shelf.h"

/*
 * Headers, which the archive keeps apart from payloads: every bit and every
 * length of one, as age has it and as it lies wrapped under a shelf, and
 * headers of one package beside another's payload.  Nothing opens, and nothing
 * comes out.
 */

static struct cp_err err;
static struct cp_secret *scalar, *host;
static struct cp_age_identity identity;
static struct cp_shelf_ring *ring;
static char dir[] = "/tmp/cpadmin-header.XXXXXX", path[64];

/* Two packages as they are archived. */
static struct parcel {
	const char *id;
	const char *plain;
	struct cp_buf header, payload, wrapped;
} parcels[2] = {
	{ .id = "PK-A", .plain = "the first of two" },
	{ .id = "PK-B", .plain = "and the second" },
};
enum { MONTH = 203201, LATER = 203202 };

static void
begin(void)
{
	struct cp_age_recipient to;
	struct cp_age_sealer *s = NULL;

	(void)memcpy(dir, "/tmp/cpadmin-header.XXXXXX", sizeof(dir));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/shelves.key", dir);
	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(scalar, &to, &err), CP_OK);
	identity = (struct cp_age_identity){ .kind = CP_AGE_X25519,
		.secret = scalar };
	ck_assert_int_eq(cp_secret_new(&host, 32, &err), CP_OK);
	ck_assert_int_eq(cp_random_secret(host, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_create(path, host, &err), CP_OK);
	ck_assert_int_eq(cp_shelf_open(path, host, CP_SHELF_WRITE, &ring,
	    &err), CP_OK);
	ck_assert_int_eq(cp_shelf_ensure(ring, MONTH, "2026-01-01", &err),
	    CP_OK);
	ck_assert_int_eq(cp_shelf_ensure(ring, LATER, "2026-01-01", &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_sealer_new(&s, &err), CP_OK);
	for (int i = 0; i < 2; i++) {
		struct parcel *p = &parcels[i];

		cp_buf_init(&p->header);
		cp_buf_init(&p->payload);
		cp_buf_init(&p->wrapped);
		ck_assert_int_eq(cp_age_seal(s, &to, 1, p->plain,
		    strlen(p->plain), &p->header, &p->payload, NULL, &err),
		    CP_OK);
		ck_assert_int_eq(cp_shelf_wrap(ring, MONTH, p->id,
		    p->header.data, p->header.len, &p->wrapped, &err), CP_OK);
	}
	cp_age_sealer_free(s);
}

static void
end(void)
{
	for (int i = 0; i < 2; i++) {
		cp_buf_clear(&parcels[i].header);
		cp_buf_clear(&parcels[i].payload);
		cp_buf_clear(&parcels[i].wrapped);
	}
	cp_shelf_close(&ring);
	cp_secret_free(host);
	cp_secret_free(scalar);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* What comes of HEADER with a payload; OUT stays as it was unless CP_OK. */
static enum cp_rc
open_with(const void *header, size_t len, const struct cp_buf *payload,
    struct cp_buf *out)
{
	struct cp_secret *key = NULL;
	size_t before = out->len;
	enum cp_rc rc = cp_age_header_open(header, len, &identity, 1, &key,
	    NULL, &err);

	ck_assert_int_eq(key != NULL, rc == CP_OK);
	if (rc == CP_OK)
		rc = cp_age_payload_open(key, payload->data, payload->len,
		    out, &err);
	ck_assert(rc == CP_OK || out->len == before);
	cp_secret_free(key);
	return rc;
}

START_TEST(as_it_should_be)
{
	struct cp_buf header, out;

	for (int i = 0; i < 2; i++) {
		cp_buf_init(&header);
		cp_buf_init(&out);
		ck_assert_int_eq(cp_shelf_unwrap(ring, MONTH, parcels[i].id,
		    parcels[i].wrapped.data, parcels[i].wrapped.len, &header,
		    &err), CP_OK);
		ck_assert_int_eq(open_with(header.data, header.len,
		    &parcels[i].payload, &out), CP_OK);
		ck_assert_str_eq(cp_buf_text(&out), parcels[i].plain);
		cp_buf_clear(&header);
		cp_buf_clear(&out);
	}
}
END_TEST

/* CP_KEY where the change makes the stanza another's. */
START_TEST(every_bit_of_a_header)
{
	struct parcel *p = &parcels[0];
	struct cp_buf out;
	enum cp_rc rc;

	cp_buf_init(&out);
	for (size_t i = 0; i < 8 * p->header.len; i++) {
		p->header.data[i / 8] ^= (uint8_t)(1 << i % 8);
		rc = open_with(p->header.data, p->header.len, &p->payload,
		    &out);
		ck_assert_msg(rc == CP_CORRUPT || rc == CP_KEY,
		    "bit %zu: %d", i, rc);
		p->header.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
}
END_TEST

START_TEST(every_length_of_a_header)
{
	struct parcel *p = &parcels[0];
	struct cp_buf longer, out;

	cp_buf_init(&out);
	for (size_t n = 0; n < p->header.len; n++) {
		ck_assert_int_eq(open_with(p->header.data, n, &p->payload,
		    &out), CP_CORRUPT);
		ck_assert_int_eq(open_with(p->header.data + n + 1,
		    p->header.len - n - 1, &p->payload, &out), CP_CORRUPT);
	}
	cp_buf_init(&longer);
	cp_buf_put(&longer, p->header.data, p->header.len);
	for (int byte = 0; byte < 256; byte++) {
		longer.len = p->header.len;
		cp_buf_putc(&longer, (char)byte);
		ck_assert_int_eq(open_with(longer.data, longer.len,
		    &p->payload, &out), CP_CORRUPT);
	}
	cp_buf_clear(&longer);
	cp_buf_clear(&out);
}
END_TEST

/* A header of another package has another file key: the payload tells. */
START_TEST(a_header_of_another_package)
{
	struct cp_buf out;

	cp_buf_init(&out);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(open_with(parcels[i].header.data,
		    parcels[i].header.len, &parcels[!i].payload, &out),
		    CP_CORRUPT);
		ck_assert_ptr_nonnull(strstr(err.what, "payload: "));
	}
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
}
END_TEST

/* Lines of two headers, exchanged one by one: the MAC tells. */
START_TEST(lines_of_another_header)
{
	const char *text[2], *at[2], *next[2];
	struct cp_buf mixed, out;

	cp_buf_init(&mixed);
	cp_buf_init(&out);
	for (int i = 0; i < 2; i++)
		at[i] = text[i] = cp_buf_text(&parcels[i].header);
	for (; *at[0] != '\0'; at[0] = next[0], at[1] = next[1]) {
		next[0] = strchr(at[0], '\n') + 1;
		next[1] = strchr(at[1], '\n') + 1;
		if (at[0] == text[0])
			continue; /* the version is the same */
		cp_buf_reset(&mixed);
		cp_buf_put(&mixed, text[0], (size_t)(at[0] - text[0]));
		cp_buf_put(&mixed, at[1], (size_t)(next[1] - at[1]));
		cp_buf_puts(&mixed, next[0]);
		for (int i = 0; i < 2; i++)
			ck_assert_int_ne(open_with(mixed.data, mixed.len,
			    &parcels[i].payload, &out), CP_OK);
	}
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&mixed);
	cp_buf_clear(&out);
}
END_TEST

static void
not_unwrapped(int month, const char *id, const void *wrapped, size_t len)
{
	struct cp_buf out;

	cp_buf_init(&out);
	cp_buf_puts(&out, "kept");
	ck_assert_int_eq(cp_shelf_unwrap(ring, month, id, wrapped, len, &out,
	    &err), CP_CORRUPT);
	ck_assert_str_eq(cp_buf_text(&out), "kept");
	cp_buf_clear(&out);
}

START_TEST(every_bit_and_length_of_a_wrapped_header)
{
	struct parcel *p = &parcels[0];

	for (size_t i = 0; i < 8 * p->wrapped.len; i++) {
		p->wrapped.data[i / 8] ^= (uint8_t)(1 << i % 8);
		not_unwrapped(MONTH, p->id, p->wrapped.data, p->wrapped.len);
		p->wrapped.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < p->wrapped.len; n++) {
		not_unwrapped(MONTH, p->id, p->wrapped.data, n);
		not_unwrapped(MONTH, p->id, p->wrapped.data + n + 1,
		    p->wrapped.len - n - 1);
	}
	cp_buf_putc(&p->wrapped, 0);
	not_unwrapped(MONTH, p->id, p->wrapped.data, p->wrapped.len);
}
END_TEST

START_TEST(a_wrapped_header_elsewhere)
{
	static const char *const ids[] = { "PK-B", "PK-", "PK-AA", "pk-a", "",
		"PK-A " };
	struct parcel *p = &parcels[0];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		not_unwrapped(MONTH, ids[i], p->wrapped.data, p->wrapped.len);
	not_unwrapped(LATER, p->id, p->wrapped.data, p->wrapped.len);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("header");
	TCase *t = tcase_create("header");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, as_it_should_be);
	tcase_add_test(t, every_bit_of_a_header);
	tcase_add_test(t, every_length_of_a_header);
	tcase_add_test(t, a_header_of_another_package);
	tcase_add_test(t, lines_of_another_header);
	tcase_add_test(t, every_bit_and_length_of_a_wrapped_header);
	tcase_add_test(t, a_wrapped_header_elsewhere);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
