#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/custody.h"
#include "archive/custody_impl.h"
#include "archive/file.h"
#include "archive/secret.h"

static char dir[64], share_path[PATH_MAX];
static struct cp_secret *pass, *wrong;
static struct cp_custody_public pub;
static struct cp_err err;

static enum cp_rc
create(struct cp_custody_public *out)
{
	const struct cp_secret *passes[1] = { pass };
	struct cp_custody_spec spec = { .shares = 1, .threshold = 1,
	    .passphrases = passes, .work_factor = 4, .date = "2026-11-21" };

	return cp_custody_create(dir, &spec, out, &err);
}

static void
set_up(void)
{
	strcpy(dir, "/tmp/cpadmin-custody-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(cp_secret_from(&pass, "right horse", 11, &err),
	    CP_OK);
	ck_assert_int_eq(cp_secret_from(&wrong, "wrong horse", 11, &err),
	    CP_OK);
	ck_assert_msg(create(&pub) == CP_OK, "%s", err.what);
	ck_assert_int_eq(cp_custody_share_path(dir, pub.id, 1, share_path,
	    sizeof(share_path), &err), CP_OK);
}

static void
tear_down(void)
{
	char command[128];

	cp_secret_free(pass);
	cp_secret_free(wrong);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static enum cp_rc
open_with(const struct cp_custody_public *of, const char *path,
    const struct cp_secret *p)
{
	struct cp_secret *identity = NULL;
	enum cp_rc rc;

	rc = cp_custody_open(of, &path, &p, 1, &identity, &err);
	ck_assert_int_eq(identity != NULL, rc == CP_OK);
	if (rc == CP_OK)
		ck_assert_uint_eq(cp_secret_len(identity), 32);
	cp_secret_free(identity);
	return rc;
}

START_TEST(test_make_load_open)
{
	struct cp_custody_public loaded, second;
	struct stat st;

	ck_assert_int_eq(stat(share_path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err), CP_OK);
	ck_assert_str_eq(loaded.id, pub.id);
	ck_assert_str_eq(loaded.recipient, pub.recipient);
	ck_assert_str_eq(loaded.date, "2026-11-21");
	ck_assert_int_eq(loaded.shares, 1);
	ck_assert_int_eq(open_with(&loaded, share_path, pass), CP_OK);
	ck_assert_int_eq(create(&second), CP_OK);
	ck_assert_str_ne(second.id, pub.id);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err), CP_OK);
	ck_assert_str_eq(loaded.id, second.id);
	ck_assert_int_eq(cp_custody_use(dir, pub.id, &err), CP_OK);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err), CP_OK);
	ck_assert_str_eq(loaded.id, pub.id);
	ck_assert_int_eq(cp_custody_load(dir, "0123456789abcdef", &loaded,
	    &err), CP_NOT_FOUND);
	ck_assert_int_eq(cp_custody_load(dir, "../../etc/passwd", &loaded,
	    &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_custody_load("/nowhere", NULL, &loaded, &err),
	    CP_NOT_FOUND);
}
END_TEST

START_TEST(test_wrong_shares_are_named)
{
	const char *two[2] = { share_path, share_path };
	const struct cp_secret *passes[2] = { pass, pass };
	char other_path[PATH_MAX];
	struct cp_custody_public other;
	struct cp_secret *identity = NULL;

	ck_assert_int_eq(open_with(&pub, share_path, wrong), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, share_path));
	ck_assert_ptr_nonnull(strstr(err.what, "wrong passphrase"));
	ck_assert_int_eq(create(&other), CP_OK);
	ck_assert_int_eq(cp_custody_share_path(dir, other.id, 1, other_path,
	    sizeof(other_path), &err), CP_OK);
	ck_assert_int_eq(open_with(&pub, other_path, pass), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, pub.id));
	ck_assert_ptr_nonnull(strstr(err.what, other.id));
	ck_assert_int_eq(cp_custody_open(&pub, two, passes, 2, &identity,
	    &err), CP_KEY);
	ck_assert_ptr_nonnull(strstr(err.what, "given already"));
	ck_assert_int_eq(cp_custody_open(&pub, two, passes, 0, &identity,
	    &err), CP_KEY);
	ck_assert_ptr_null(identity);
	ck_assert_int_eq(open_with(&pub, "/nowhere", pass), CP_NOT_FOUND);
}
END_TEST

/*
 * Where damage may look like a wrong passphrase: the one stanza of the
 * header, from its type to the wrapped key's last letter.  From END on, and
 * before FROM, damage is always seen as damage.
 */
static void
stanza_bounds(const struct cp_buf *file, size_t *from, size_t *end)
{
	const char *text = (const char *)file->data;
	const char *arrow, *mac;

	arrow = memmem(text, file->len, "\n-> ", 4);
	mac = memmem(text, file->len, "\n--- ", 5);
	ck_assert_ptr_nonnull(arrow);
	ck_assert_ptr_nonnull(mac);
	*from = (size_t)(arrow - text) + 4;
	*end = (size_t)(mac - text);
}

/* Every byte of both files, and every length. */
START_TEST(test_damage)
{
	struct cp_custody_public loaded;
	char path[PATH_MAX];
	struct cp_buf all;
	size_t i, from, end;
	enum cp_rc rc;

	cp_buf_init(&all);
	snprintf(path, sizeof(path), "%s/custody-%s.pub", dir, pub.id);
	ck_assert_int_eq(cp_file_read(path, 4096, &all, &err), CP_OK);
	for (i = 0; i < all.len; i++) {
		all.data[i] ^= 1;
		ck_assert_int_eq(cp_file_write_durable(path, 0644, all.data,
		    all.len, &err), CP_OK);
		ck_assert_msg(cp_custody_load(dir, NULL, &loaded, &err) ==
		    CP_CORRUPT, "byte %zu", i);
		all.data[i] ^= 1;
	}
	cp_buf_reset(&all);
	ck_assert_int_eq(cp_file_read(share_path, 4096, &all, &err), CP_OK);
	stanza_bounds(&all, &from, &end);
	for (i = 0; i < all.len; i++) {
		all.data[i] ^= 1;
		ck_assert_int_eq(cp_file_write_durable(share_path, 0600,
		    all.data, all.len, &err), CP_OK);
		rc = open_with(&pub, share_path, pass);
		ck_assert_msg(rc == CP_CORRUPT || (rc == CP_KEY &&
		    i >= from && i < end), "byte %zu: %d", i, rc);
		all.data[i] ^= 1;
	}
	for (i = 0; i < all.len; i++) {
		ck_assert_int_eq(cp_file_write_durable(share_path, 0600,
		    all.data, i, &err), CP_OK);
		ck_assert_int_eq(open_with(&pub, share_path, pass),
		    CP_CORRUPT);
	}
	cp_buf_clear(&all);
}
END_TEST

/* A share whose words are true of the key and whose line is of another. */
START_TEST(test_identity_must_fit)
{
	struct cp_custody_share share = { .of = pub, .index = 1 };
	struct cp_secret *scalar = NULL;
	struct cp_buf file;

	cp_buf_init(&file);
	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_format(scalar, &share.line, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_seal(&share, pass, 4, &file, &err),
	    CP_OK);
	ck_assert_int_eq(cp_file_write_durable(share_path, 0600, file.data,
	    file.len, &err), CP_OK);
	ck_assert_int_eq(open_with(&pub, share_path, pass), CP_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.what, pub.id));
	cp_secret_free(scalar);
	cp_secret_free(share.line);
	cp_buf_clear(&file);
}
END_TEST

START_TEST(test_refusals)
{
	struct cp_secret *empty = NULL;
	const struct cp_secret *passes[3] = { pass, pass, pass };
	struct cp_custody_spec spec = { .shares = 3, .threshold = 2,
	    .passphrases = passes, .work_factor = 4, .date = "2026-11-21" };
	struct cp_custody_public out, before;

	ck_assert_int_eq(cp_custody_load(dir, NULL, &before, &err), CP_OK);
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err),
	    CP_REFUSED);
	ck_assert_str_ne(err.hint, "");
	spec.shares = spec.threshold = 1;
	spec.work_factor = 21;
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err),
	    CP_BAD_INPUT);
	spec.work_factor = 4;
	spec.date = "today";
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err),
	    CP_BAD_INPUT);
	spec.date = "2026-11-21";
	ck_assert_int_eq(cp_secret_new(&empty, 0, &err), CP_OK);
	passes[0] = empty;
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err),
	    CP_BAD_INPUT);
	cp_secret_free(empty);
	passes[0] = pass;
	ck_assert_int_eq(cp_custody_create("/nowhere", &spec, &out, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &out, &err), CP_OK);
	ck_assert_str_eq(out.id, before.id);
	before.threshold = before.shares = 2;
	ck_assert_int_eq(open_with(&before, share_path, pass), CP_REFUSED);
}
END_TEST

/* Stock age, given the share's text as an identity file, opens a package. */
START_TEST(test_stock_age_takes_the_share)
{
	struct cp_age_sealer *sealer = NULL;
	struct cp_age_recipient to;
	struct cp_secret *text = NULL;
	struct cp_custody_share share;
	char path[PATH_MAX], command[3 * PATH_MAX];
	struct cp_buf file;

	cp_buf_init(&file);
	ck_assert_int_eq(cp_custody_share_open(share_path, pass, &share,
	    &err), CP_OK);
	ck_assert_int_eq(cp_custody_share_text(&share, &text, &err), CP_OK);
	snprintf(path, sizeof(path), "%s/identity", dir);
	ck_assert_int_eq(cp_file_write_new(path, 0600,
	    cp_secret_bytes(text), cp_secret_len(text), &err), CP_OK);
	ck_assert_int_eq(cp_age_recipient_parse(pub.recipient, &to, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_sealer_new(&sealer, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(sealer, &to, 1, "sealed", 6, &file,
	    &file, NULL, &err), CP_OK);
	snprintf(path, sizeof(path), "%s/sealed.age", dir);
	ck_assert_int_eq(cp_file_write_new(path, 0600, file.data, file.len,
	    &err), CP_OK);
	snprintf(command, sizeof(command), "test \"$(age -d -i %s/identity "
	    "%s)\" = sealed", dir, path);
	ck_assert_int_eq(system(command), 0);
	cp_age_sealer_free(sealer);
	cp_secret_free(text);
	cp_secret_free(share.line);
	cp_buf_clear(&file);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("custody");
	TCase *t = tcase_create("custody");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_make_load_open);
	tcase_add_test(t, test_wrong_shares_are_named);
	tcase_add_test(t, test_damage);
	tcase_add_test(t, test_identity_must_fit);
	tcase_add_test(t, test_refusals);
	tcase_add_test(t, test_stock_age_takes_the_share);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
