#include "tests/unit/custody_keys.h"

#include "archive/age_armor.h"
#include "archive/age_keys.h"
#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/file.h"

/*
 * Nothing that was changed, cut short or forged passes, and what it was is
 * said.
 */
static struct cp_custody_public pub;
static char path[PATH_MAX], pub_path[PATH_MAX];
static struct cp_buf all;

static void
set_up(void)
{
	keys_begin();
	key_make(2, 3, &pub);
	share_of(&pub, 2, path);
	ck_assert_int_eq(cp_custody_public_path(dir, pub.id, pub_path, &err),
	    CP_OK);
	cp_buf_init(&all);
}

static void
tear_down(void)
{
	cp_buf_clear(&all);
	keys_end();
}

static enum cp_rc
try_it(void)
{
	int index = 0;
	enum cp_rc rc = cp_custody_try(&pub, path, pass[1], &index, &err);

	ck_assert_int_eq(index, rc == CP_OK ? 2 : 0);
	return rc;
}

/* ---- the public file ---------------------------------------------------- */
static enum cp_rc
load_as(const void *data, size_t len)
{
	struct cp_custody_public loaded;

	put_file(pub_path, data, len);
	return cp_custody_load(dir, pub.id, &loaded, &err);
}

START_TEST(test_public_every_bit)
{
	size_t i;

	ck_assert_int_eq(cp_file_read(pub_path, 4096, &all, &err), CP_OK);
	for (i = 0; i < 8 * all.len; i++) {
		all.data[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_assert_msg(load_as(all.data, all.len) == CP_CORRUPT,
		    "bit %zu", i);
		all.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < all.len; i++)
		ck_assert_msg(load_as(all.data, i) == CP_CORRUPT,
		    "cut at %zu", i);
	expect_said(pub_path);
	cp_buf_putc(&all, '\n');
	ck_assert_int_eq(load_as(all.data, all.len), CP_CORRUPT);
	ck_assert_int_eq(load_as(all.data, all.len - 1), CP_OK);
}
END_TEST

/* Which numbers and lines a file may have, its sum being right. */
START_TEST(test_public_numbers)
{
	struct cp_custody_public changed = pub;

	changed.threshold = 4;
	ck_assert_int_eq(cp_custody_public_text(&changed, &all, &err), CP_OK);
	ck_assert_int_eq(load_as(all.data, all.len), CP_CORRUPT);
	changed.threshold = 1;
	cp_buf_reset(&all);
	ck_assert_int_eq(cp_custody_public_text(&changed, &all, &err), CP_OK);
	ck_assert_int_eq(load_as(all.data, all.len), CP_CORRUPT);
	changed = pub;
	changed.id[0] ^= 1;
	cp_buf_reset(&all);
	ck_assert_int_eq(cp_custody_public_text(&changed, &all, &err), CP_OK);
	ck_assert_int_eq(load_as(all.data, all.len), CP_CORRUPT);
}
END_TEST

/* One of a key split in three as it would have been before shares were
 * recorded. */
START_TEST(test_public_without_dealt)
{
	struct cp_custody_public none = pub;
	char *cut, *sum;
	uint8_t hash[32];

	memset(none.dealt, 0, sizeof(none.dealt));
	ck_assert_int_eq(cp_custody_public_text(&none, &all, &err), CP_OK);
	cut = strstr((char *)all.data, "dealt 1");
	sum = strstr((char *)all.data, "sha256");
	memmove(cut, sum, strlen(sum) + 1);
	all.len = (size_t)(cut - (char *)all.data);
	cp_sha256(all.data, all.len, hash);
	cp_buf_puts(&all, "sha256 ");
	cp_hex_put(&all, hash, sizeof(hash));
	cp_buf_putc(&all, '\n');
	ck_assert_int_eq(load_as(all.data, all.len), CP_CORRUPT);
}
END_TEST

/* ---- a share file ------------------------------------------------------- */

/*
 * Where damage may look like a wrong passphrase: the one stanza of the header,
 * from its type to the wrapped key's last letter.  From END on, and before
 * FROM, damage is always seen as damage.
 */
static void
stanza_bounds(size_t *from, size_t *end)
{
	const char *text = (const char *)all.data;
	const char *arrow = memmem(text, all.len, "\n-> ", 4);
	const char *mac = memmem(text, all.len, "\n--- ", 5);

	ck_assert_ptr_nonnull(arrow);
	ck_assert_ptr_nonnull(mac);
	*from = (size_t)(arrow - text) + 4;
	*end = (size_t)(mac - text);
}

START_TEST(test_share_every_bit)
{
	size_t i, from, end;
	enum cp_rc rc;

	ck_assert_int_eq(cp_file_read(path, 4096, &all, &err), CP_OK);
	stanza_bounds(&from, &end);
	for (i = 0; i < 8 * all.len; i++) {
		all.data[i / 8] ^= (uint8_t)(1u << i % 8);
		put_file(path, all.data, all.len);
		rc = try_it();
		ck_assert_msg(rc == CP_CORRUPT || (rc == CP_KEY &&
		    i / 8 >= from && i / 8 < end), "bit %zu: %d", i, rc);
		expect_said(path);
		all.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	put_file(path, all.data, all.len);
	ck_assert_int_eq(try_it(), CP_OK);
}
END_TEST

START_TEST(test_share_every_length)
{
	size_t i;

	ck_assert_int_eq(cp_file_read(path, 4096, &all, &err), CP_OK);
	for (i = 0; i < all.len; i++) {
		put_file(path, all.data, i);
		ck_assert_msg(try_it() == CP_CORRUPT, "cut at %zu", i);
		expect_said(path);
	}
	cp_buf_putc(&all, '\n');
	put_file(path, all.data, all.len);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
}
END_TEST

/* As it is scanned from paper.  Only the end of the last line may be lost. */
START_TEST(test_armored_every_byte)
{
	static const uint8_t flip[] = { 0x01, 0x20 }; /* 0x20: its case */
	struct cp_buf armored;
	size_t i;
	enum cp_rc rc;

	cp_buf_init(&armored);
	ck_assert_int_eq(cp_file_read(path, 4096, &all, &err), CP_OK);
	cp_age_armor(&armored, all.data, all.len);
	put_file(path, armored.data, armored.len);
	ck_assert_msg(try_it() == CP_OK, "%s", err.what);
	for (i = 0; i < 2 * armored.len; i++) {
		armored.data[i / 2] ^= flip[i % 2];
		put_file(path, armored.data, armored.len);
		rc = try_it();
		ck_assert_msg(rc == CP_CORRUPT || rc == CP_KEY, "byte %zu: %d",
		    i / 2, rc);
		expect_said(path);
		armored.data[i / 2] ^= flip[i % 2];
	}
	for (i = 0; i < armored.len; i++) {
		put_file(path, armored.data, i);
		ck_assert_msg(try_it() == (i < armored.len - 1 ? CP_CORRUPT :
		    CP_OK), "cut at %zu", i);
	}
	cp_buf_clear(&armored);
}
END_TEST

/* The text inside, changed by someone who has the passphrase. */
START_TEST(test_text_every_bit)
{
	struct cp_custody_share share, changed;
	struct cp_secret *text = NULL, *cut = NULL;
	size_t i, len;

	ck_assert_int_eq(cp_custody_share_open(path, pass[1], &share, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_text(&share, &text, &err), CP_OK);
	len = cp_secret_len(text);
	for (i = 0; i < 8 * len; i++) {
		cp_secret_data(text)[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_assert_msg(cp_custody_share_parse(text, &changed, &err) ==
		    CP_CORRUPT, "bit %zu", i);
		cp_secret_data(text)[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < len; i++) {
		ck_assert_int_eq(cp_secret_from(&cut, cp_secret_bytes(text),
		    i, &err), CP_OK);
		ck_assert_msg(cp_custody_share_parse(cut, &changed, &err) ==
		    CP_CORRUPT, "cut at %zu", i);
		cp_secret_free(cut);
	}
	cp_secret_free(text);
	cp_secret_free(share.line);
}
END_TEST

/* ---- forgeries: all sums are right, but it is not what was dealt -------- */
START_TEST(test_forged_values)
{
	struct cp_custody_share share, forged = { .line = NULL };
	struct cp_secret *value = NULL;
	int bit;

	ck_assert_int_eq(cp_custody_share_open(path, pass[1], &share, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_value(&share, &value, &err), CP_OK);
	for (bit = 0; bit < 256; bit++) {
		cp_secret_data(value)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(cp_custody_share_of(&pub, 2, value, &forged,
		    &err), CP_OK);
		put_share(&forged, 2, path);
		ck_assert_msg(try_it() == CP_CORRUPT, "bit %d", bit);
		expect_said("is not what was dealt as share 2 of custody key");
		expect_said(path);
		expect_said(pub.id);
		cp_secret_free(forged.line);
		cp_secret_data(value)[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	put_share(&share, 2, path);
	ck_assert_int_eq(try_it(), CP_OK);
	cp_secret_free(value);
	cp_secret_free(share.line);
}
END_TEST

START_TEST(test_forged_numbers)
{
	struct cp_custody_share share, forged;

	ck_assert_int_eq(cp_custody_share_open(path, pass[1], &share, &err),
	    CP_OK);
	/* The right value under another number. */
	forged = share;
	forged.index = 3;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("is not what was dealt as share 3");
	forged = share;
	forged.of.shares = 5;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("says 2 of 5 where");
	forged = share;
	forged.of.threshold = 3;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("says 3 of 3 where");
	/* Numbers that no key has. */
	forged = share;
	forged.index = 4;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("a custody share that was changed");
	forged.index = 0;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("a custody share that was changed");
	forged.index = 1;
	forged.of.shares = 17;
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	cp_secret_free(share.line);
}
END_TEST

/* Someone brings an identity of his own, all of it, in place of a share. */
START_TEST(test_forged_kind)
{
	struct cp_custody_share forged = { .of = pub, .index = 2 };
	struct cp_secret *scalar = NULL;

	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_format(scalar, &forged.line, &err),
	    CP_OK);
	put_share(&forged, 2, path);
	ck_assert_int_eq(try_it(), CP_CORRUPT);
	expect_said("not what was dealt");
	cp_secret_free(forged.line);
	cp_secret_free(scalar);
}
END_TEST

/* The public file is changed, too: what is joined is not the identity. */
START_TEST(test_forged_both)
{
	struct cp_custody_share forged = { .line = NULL };
	struct cp_secret *value = NULL, *identity = NULL;
	const struct cp_secret *passes[2] = { pass[0], pass[1] };
	const char *paths[2];
	char first[PATH_MAX];

	ck_assert_int_eq(cp_secret_new(&value, 32, &err), CP_OK);
	ck_assert_int_eq(cp_custody_share_of(&pub, 2, value, &forged, &err),
	    CP_OK);
	put_share(&forged, 2, path);
	ck_assert_int_eq(cp_custody_share_hash(&forged, pub.dealt[1], &err),
	    CP_OK);
	ck_assert_int_eq(try_it(), CP_OK);
	share_of(&pub, 1, first);
	paths[0] = first;
	paths[1] = path;
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 2, &identity,
	    &err), CP_CORRUPT);
	ck_assert_ptr_null(identity);
	expect_said("is not the identity of custody key");
	expect_said(pub.id);
	cp_secret_free(value);
	cp_secret_free(forged.line);
}
END_TEST

/* ---- a key of one share, whose public file has no dealt line ------------ */
START_TEST(test_old_key_of_one)
{
	struct cp_custody_public one;
	struct cp_custody_share share, forged = { .line = NULL };
	struct cp_secret *scalar = NULL, *identity = NULL;
	const struct cp_secret *passes[1] = { pass[0] };
	const char *paths[1] = { path };
	int index = 0;

	key_make(1, 1, &one);
	memset(one.dealt, 0, sizeof(one.dealt));
	ck_assert_int_eq(cp_custody_public_text(&one, &all, &err), CP_OK);
	ck_assert_ptr_null(strstr(cp_buf_text(&all), "dealt"));
	ck_assert_int_eq(cp_custody_public_path(dir, one.id, pub_path, &err),
	    CP_OK);
	put_file(pub_path, all.data, all.len);
	ck_assert_int_eq(cp_custody_load(dir, one.id, &one, &err), CP_OK);
	share_of(&one, 1, path);
	ck_assert_int_eq(cp_custody_open(&one, paths, passes, 1, &identity,
	    &err), CP_OK);
	cp_secret_free(identity);
	identity = NULL;
	/* Words true of the key, and another's identity. */
	ck_assert_int_eq(cp_custody_share_open(path, pass[0], &share, &err),
	    CP_OK);
	cp_secret_free(share.line);
	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_custody_share_of(&one, 1, scalar, &forged, &err),
	    CP_OK);
	put_share(&forged, 1, path);
	ck_assert_int_eq(cp_custody_open(&one, paths, passes, 1, &identity,
	    &err), CP_CORRUPT);
	expect_said(one.id);
	ck_assert_ptr_null(identity);
	ck_assert_int_eq(cp_custody_try(&one, path, pass[0], &index, &err),
	    CP_CORRUPT);
	expect_said(one.id);
	cp_secret_free(forged.line);
	cp_secret_free(scalar);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("custody_damage");
	TCase *t = tcase_create("custody_damage");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_public_every_bit);
	tcase_add_test(t, test_public_numbers);
	tcase_add_test(t, test_public_without_dealt);
	tcase_add_test(t, test_share_every_bit);
	tcase_add_test(t, test_share_every_length);
	tcase_add_test(t, test_armored_every_byte);
	tcase_add_test(t, test_text_every_bit);
	tcase_add_test(t, test_forged_values);
	tcase_add_test(t, test_forged_numbers);
	tcase_add_test(t, test_forged_kind);
	tcase_add_test(t, test_forged_both);
	tcase_add_test(t, test_old_key_of_one);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
