#include "tests/unit/custody_keys.h"

#include <glob.h>
#include <sys/stat.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/file.h"
#include "archive/shamir.h"

/* The identity from the shares of N numbers, in that order. */
static enum cp_rc
open_numbers(const struct cp_custody_public *pub, const int *number, int n,
    struct cp_secret **identity)
{
	static char path[CP_CUSTODY_SHARES + 1][PATH_MAX];
	const struct cp_secret *passes[CP_CUSTODY_SHARES + 1];
	const char *paths[CP_CUSTODY_SHARES + 1];
	int i;

	for (i = 0; i < n; i++) {
		share_of(pub, number[i], path[i]);
		paths[i] = path[i];
		passes[i] = pass[number[i] - 1];
	}
	return cp_custody_open(pub, paths, passes, (size_t)n, identity, &err);
}

static void
expect_identity(const struct cp_custody_public *pub, const int *number, int n)
{
	char text[CP_AGE_RECIPIENT_TEXT + 1];
	struct cp_secret *identity = NULL;
	struct cp_age_recipient to;

	ck_assert_msg(open_numbers(pub, number, n, &identity) == CP_OK, "%s",
	    err.what);
	ck_assert_uint_eq(cp_secret_len(identity), 32);
	ck_assert_int_eq(cp_age_identity_recipient(identity, &to, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_recipient_format(&to, text, &err), CP_OK);
	ck_assert_str_eq(text, pub->recipient);
	cp_secret_free(identity);
}

static size_t
files_in_dir(void)
{
	char pattern[80];
	size_t n;
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/*", dir);
	if (glob(pattern, GLOB_PERIOD, NULL, &g) != 0)
		return 0;
	n = g.gl_pathc;
	globfree(&g);
	return n - 2; /* . and .. */
}

START_TEST(test_make_use_load)
{
	struct cp_custody_public first, second, loaded;
	char path[PATH_MAX];
	struct stat st;
	int i;

	key_make(2, 3, &first);
	ck_assert_uint_eq(files_in_dir(), 4);
	for (i = 1; i <= 3; i++) {
		share_of(&first, i, path);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
	}
	/* Not in use before it is said. */
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_custody_load(dir, first.id, &loaded, &err), CP_OK);
	ck_assert_mem_eq(&loaded, &first, sizeof(first));
	ck_assert_str_eq(loaded.date, "2026-11-21");
	ck_assert_int_eq(loaded.shares, 3);
	ck_assert_int_eq(loaded.threshold, 2);
	ck_assert_int_eq(cp_custody_use(dir, first.id, &err), CP_OK);
	key_make(1, 1, &second);
	ck_assert_str_ne(second.id, first.id);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err), CP_OK);
	ck_assert_str_eq(loaded.id, first.id);
	ck_assert_int_eq(cp_custody_use(dir, second.id, &err), CP_OK);
	ck_assert_int_eq(cp_custody_load(dir, NULL, &loaded, &err), CP_OK);
	ck_assert_str_eq(loaded.id, second.id);
	ck_assert_int_eq(cp_custody_load(dir, "0123456789abcdef", &loaded,
	    &err), CP_NOT_FOUND);
	ck_assert_int_eq(cp_custody_load(dir, "../../etc/passwd", &loaded,
	    &err), CP_BAD_INPUT);
	ck_assert_int_eq(cp_custody_load("/nowhere", NULL, &loaded, &err),
	    CP_NOT_FOUND);
}
END_TEST

/* Any two of three, in either order, and all three; one is too few. */
START_TEST(test_any_two_of_three)
{
	struct cp_secret *identity = NULL;
	struct cp_custody_public pub;
	int number[4] = { 1, 2, 3, 1 }, a, b;

	key_make(2, 3, &pub);
	for (a = 1; a <= 3; a++)
		for (b = 1; b <= 3; b++)
			if (a != b) {
				int two[2] = { a, b };

				expect_identity(&pub, two, 2);
			}
	expect_identity(&pub, number, 3);
	ck_assert_int_eq(open_numbers(&pub, number, 1, &identity), CP_KEY);
	expect_said("needs 2 shares, and 1 was given");
	expect_said(pub.id);
	ck_assert_str_ne(err.hint, "");
	ck_assert_int_eq(open_numbers(&pub, number, 0, &identity), CP_KEY);
	ck_assert_int_eq(open_numbers(&pub, number, 4, &identity), CP_KEY);
	expect_said("has 3 shares, and 4 were given");
	ck_assert_ptr_null(identity);
}
END_TEST

/* Creation proves them all; here the last K are opened from the disk. */
START_TEST(test_every_splitting)
{
	struct cp_custody_public pub;
	int number[CP_CUSTODY_SHARES], k, n, i;

	for (n = 2; n <= 6; n++)
		for (k = 2; k <= n; k++) {
			key_make(k, n, &pub);
			for (i = 0; i < k; i++)
				number[i] = n - i;
			expect_identity(&pub, number, k);
		}
	key_make(1, 1, &pub);
	number[0] = 1;
	expect_identity(&pub, number, 1);
}
END_TEST

START_TEST(test_most_shares)
{
	struct cp_custody_public pub;
	int number[CP_CUSTODY_SHARES], i;

	key_make(8, 16, &pub);
	for (i = 0; i < 16; i++)
		number[i] = i < 8 ? 2 * i + 1 : 2 * i - 14;
	expect_identity(&pub, number, 8);
	expect_identity(&pub, number, 16);
}
END_TEST

START_TEST(test_wrong_shares_are_named)
{
	struct cp_custody_public pub, other;
	struct cp_secret *identity = NULL;
	char path[3][PATH_MAX];
	const char *paths[3] = { path[0], path[1], path[2] };
	const struct cp_secret *passes[3] = { pass[0], pass[1], pass[2] };

	key_make(2, 3, &pub);
	key_make(2, 3, &other);
	share_of(&pub, 1, path[0]);
	share_of(&pub, 2, path[1]);
	passes[1] = pass[2];
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 2, &identity,
	    &err), CP_KEY);
	expect_said(path[1]);
	expect_said("wrong passphrase");
	/* The same share of an older key. */
	passes[1] = pass[1];
	share_of(&other, 2, path[1]);
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 2, &identity,
	    &err), CP_KEY);
	expect_said(path[1]);
	expect_said("is share 2 of custody key");
	expect_said(pub.id);
	expect_said(other.id);
	/* A copy under another name. */
	passes[1] = pass[0];
	snprintf(path[1], PATH_MAX, "%s/copy.age", dir);
	ck_assert_int_eq(link(path[0], path[1]), 0);
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 2, &identity,
	    &err), CP_KEY);
	expect_said(path[1]);
	expect_said("is share 1 of custody key");
	expect_said("given already");
	/* One too many for the purpose is judged, too. */
	share_of(&pub, 3, path[1]);
	passes[1] = pass[2];
	share_of(&other, 3, path[2]);
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 3, &identity,
	    &err), CP_KEY);
	expect_said(path[2]);
	snprintf(path[2], PATH_MAX, "/nowhere");
	ck_assert_int_eq(cp_custody_open(&pub, paths, passes, 3, &identity,
	    &err), CP_NOT_FOUND);
	expect_said("/nowhere");
	ck_assert_ptr_null(identity);
}
END_TEST

START_TEST(test_try_says_which)
{
	struct cp_custody_public pub, other;
	char path[PATH_MAX];
	int index = 0;

	key_make(2, 3, &pub);
	key_make(1, 1, &other);
	share_of(&pub, 3, path);
	ck_assert_int_eq(cp_custody_try(&pub, path, pass[2], &index, &err),
	    CP_OK);
	ck_assert_int_eq(index, 3);
	ck_assert_int_eq(cp_custody_try(&pub, path, pass[1], &index, &err),
	    CP_KEY);
	expect_said("wrong passphrase");
	ck_assert_int_eq(cp_custody_try(&other, path, pass[2], &index, &err),
	    CP_KEY);
	expect_said(other.id);
	ck_assert_int_eq(index, 3);
	share_of(&other, 1, path);
	ck_assert_int_eq(cp_custody_try(&other, path, pass[0], &index, &err),
	    CP_OK);
	ck_assert_int_eq(index, 1);
}
END_TEST

static void
expect_bad(const struct cp_custody_spec *spec, const char *said)
{
	struct cp_custody_public out;

	ck_assert_int_eq(cp_custody_create(dir, spec, &out, &err),
	    CP_BAD_INPUT);
	expect_said(said);
	ck_assert_uint_eq(files_in_dir(), 0);
}

START_TEST(test_bad_wishes)
{
	static const int bad[][2] = { { 1, 2 }, { 3, 2 }, { 0, 1 }, { 0, 0 },
	    { 2, 1 }, { 2, 17 }, { -1, 3 }, { 17, 17 } };
	static const char *const dates[] = { "today", "2026-11-2", "",
	    "2026-11-211", "2026/11/21", "11-21-2026", "2026-1a-21" };
	const struct cp_secret *passes[3] = { pass[0], pass[1], pass[0] };
	struct cp_custody_spec spec;
	struct cp_secret *empty = NULL;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		spec = key_spec(bad[i][0], bad[i][1]);
		expect_bad(&spec, "cannot be split");
		ck_assert_str_ne(err.hint, "");
	}
	spec = key_spec(2, 3);
	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		spec.date = dates[i];
		expect_bad(&spec, "YYYY-MM-DD");
	}
	spec.date = "2026-11-21";
	spec.work_factor = 21;
	expect_bad(&spec, "work factor");
	spec.work_factor = -1;
	expect_bad(&spec, "work factor");
	spec.work_factor = 1;
	spec.passphrases = passes;
	expect_bad(&spec, "shares 1 and 3 have the same passphrase");
	ck_assert_int_eq(cp_secret_new(&empty, 0, &err), CP_OK);
	passes[2] = empty;
	expect_bad(&spec, "the passphrase of share 3 is empty");
	cp_secret_free(empty);
}
END_TEST

/* Where it ends before the public file is there, nothing of it is left. */
START_TEST(test_nothing_is_left)
{
	struct cp_custody_spec spec = key_spec(2, 3);
	struct cp_custody_public out;
	char sub[80], command[128];

	spec.share_dir = "/nowhere";
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err),
	    CP_NOT_FOUND);
	ck_assert_uint_eq(files_in_dir(), 0);
	/* The shares can be written, the public file cannot. */
	spec.share_dir = dir;
	ck_assert_int_eq(cp_custody_create("/nowhere", &spec, &out, &err),
	    CP_NOT_FOUND);
	ck_assert_uint_eq(files_in_dir(), 0);
	snprintf(sub, sizeof(sub), "%s/shares", dir);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	spec.share_dir = sub;
	ck_assert_int_eq(cp_custody_create(dir, &spec, &out, &err), CP_OK);
	ck_assert_uint_eq(files_in_dir(), 2);
	snprintf(command, sizeof(command), "test $(ls %s | wc -l) = 3", sub);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* ---- the proof finds what it is there to find --------------------------- */
static void
split_for(struct cp_custody_public *pub, int k, int n,
    struct cp_secret *share[CP_CUSTODY_SHARES])
{
	struct cp_secret *scalar = NULL;
	struct cp_age_recipient to;

	memset(pub, 0, sizeof(*pub));
	pub->threshold = k;
	pub->shares = n;
	ck_assert_int_eq(cp_age_identity_new(&scalar, &err), CP_OK);
	ck_assert_int_eq(cp_age_identity_recipient(scalar, &to, &err), CP_OK);
	ck_assert_int_eq(cp_age_recipient_format(&to, pub->recipient, &err),
	    CP_OK);
	cp_custody_id_of(pub->recipient, pub->id);
	ck_assert_int_eq(cp_shamir_split(scalar, k, n, share, &err), CP_OK);
	cp_secret_free(scalar);
}

static enum cp_rc
prove(const struct cp_custody_public *pub,
    struct cp_secret *const share[CP_CUSTODY_SHARES])
{
	return cp_custody_prove(pub, (const struct cp_secret *const *)share,
	    &err);
}

START_TEST(test_proof)
{
	struct cp_secret *share[CP_CUSTODY_SHARES] = { NULL };
	struct cp_custody_public pub;
	int i;

	split_for(&pub, 3, 5, share);
	ck_assert_msg(prove(&pub, share) == CP_OK, "%s", err.what);
	/* The last bit of the last share. */
	cp_secret_data(share[4])[31] ^= 1;
	ck_assert_int_eq(prove(&pub, share), CP_CORRUPT);
	expect_said(pub.id);
	cp_secret_data(share[4])[31] ^= 1;
	/* Three are said to be needed where two are enough, and the reverse. */
	pub.threshold = 4;
	ck_assert_int_eq(prove(&pub, share), CP_CORRUPT);
	expect_said("too few shares open");
	pub.threshold = 2;
	ck_assert_int_eq(prove(&pub, share), CP_CORRUPT);
	for (i = 0; i < 5; i++)
		cp_secret_free(share[i]);
}
END_TEST

/* Beyond the subsets that open the package, each is still joined. */
START_TEST(test_proof_of_many)
{
	struct cp_secret *share[CP_CUSTODY_SHARES] = { NULL };
	struct cp_custody_public pub;
	int i;

	split_for(&pub, 8, 16, share);
	ck_assert_msg(prove(&pub, share) == CP_OK, "%s", err.what);
	cp_secret_data(share[15])[0] ^= 0x80;
	ck_assert_int_eq(prove(&pub, share), CP_CORRUPT);
	expect_said("two sets of shares");
	for (i = 0; i < 16; i++)
		cp_secret_free(share[i]);
}
END_TEST

/* ---- what a reader of the page sees ------------------------------------- */

/* The text of a share, and its hash in the public file. */
START_TEST(test_text_of_a_share)
{
	struct cp_custody_share share;
	struct cp_custody_public pub;
	struct cp_secret *text = NULL;
	char path[PATH_MAX], head[400], got[800], command[3 * PATH_MAX];
	int n;

	key_make(2, 3, &pub);
	share_of(&pub, 2, path);
	ck_assert_int_eq(cp_custody_share_open(path, pass[1], &share, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_text(&share, &text, &err), CP_OK);
	n = snprintf(head, sizeof(head), "# cpadmin custody share/1\n"
	    "# key: %s\n# share: 2\n# threshold: 2\n# total: 3\n"
	    "# recipient: %s\n# checksum: ", pub.id, pub.recipient);
	snprintf(got, sizeof(got), "%.*s", (int)cp_secret_len(text),
	    (const char *)cp_secret_bytes(text));
	ck_assert_mem_eq(got, head, (size_t)n);
	ck_assert_mem_eq(got + n + 16, "\nCPADMIN-SHARE-1", 16);
	ck_assert_uint_eq(strlen(got), (size_t)n + 16 + 1 + 73 + 1);
	snprintf(path, sizeof(path), "%s/text", dir);
	put_file(path, got, strlen(got));
	snprintf(command, sizeof(command), "grep -q \"^dealt 2 $(sha256sum "
	    "<%s | cut -c -64)$\" %s/custody-%s.pub", path, dir, pub.id);
	ck_assert_int_eq(system(command), 0);
	cp_secret_free(text);
	cp_secret_free(share.line);
}
END_TEST

/* Stock age, given the text of a share of one as an identity file, opens a
 * package. */
START_TEST(test_stock_age_takes_the_share)
{
	struct cp_age_sealer *sealer = NULL;
	struct cp_age_recipient to;
	struct cp_secret *text = NULL;
	struct cp_custody_public pub;
	struct cp_custody_share share;
	char path[PATH_MAX], command[3 * PATH_MAX];
	struct cp_buf file;

	cp_buf_init(&file);
	key_make(1, 1, &pub);
	share_of(&pub, 1, path);
	ck_assert_int_eq(cp_custody_share_open(path, pass[0], &share, &err),
	    CP_OK);
	ck_assert_int_eq(cp_custody_share_text(&share, &text, &err), CP_OK);
	snprintf(path, sizeof(path), "%s/identity", dir);
	put_file(path, cp_secret_bytes(text), cp_secret_len(text));
	ck_assert_int_eq(cp_age_recipient_parse(pub.recipient, &to, &err),
	    CP_OK);
	ck_assert_int_eq(cp_age_sealer_new(&sealer, &err), CP_OK);
	ck_assert_int_eq(cp_age_seal(sealer, &to, 1, "sealed", 6, &file,
	    &file, NULL, &err), CP_OK);
	snprintf(path, sizeof(path), "%s/sealed.age", dir);
	put_file(path, file.data, file.len);
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
	tcase_add_checked_fixture(t, keys_begin, keys_end);
	tcase_add_test(t, test_make_use_load);
	tcase_add_test(t, test_any_two_of_three);
	tcase_add_test(t, test_every_splitting);
	tcase_add_test(t, test_most_shares);
	tcase_add_test(t, test_wrong_shares_are_named);
	tcase_add_test(t, test_try_says_which);
	tcase_add_test(t, test_bad_wishes);
	tcase_add_test(t, test_nothing_is_left);
	tcase_add_test(t, test_proof);
	tcase_add_test(t, test_proof_of_many);
	tcase_add_test(t, test_text_of_a_share);
	tcase_add_test(t, test_stock_age_takes_the_share);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
