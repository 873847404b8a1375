#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/merkle.h"
#include "archive/note.h"
#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/certificate_page.h"
#include "lifecycle/duties/page_words.h"

/*
 * Certificates whose log has one entry, made without a store, so that their
 * bodies can say whatever they like.
 */
static const char ORIGIN[] = "cpadmin/test";
static const uint8_t salt[16] = { 7 };

static struct cp_err err;
static uint8_t seed[32], pub[32];
static struct cp_buf body, cert, pdf, text;

static void
ok(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void
setup(void)
{
	cp_buf_init(&body);
	cp_buf_init(&cert);
	cp_buf_init(&pdf);
	cp_buf_init(&text);
	ok(cp_crypto_init(&err));
	memset(seed, 42, sizeof(seed));
	ok(cp_ed25519_public(seed, pub, &err));
}

static void
teardown(void)
{
	cp_buf_clear(&body);
	cp_buf_clear(&cert);
	cp_buf_clear(&pdf);
	cp_buf_clear(&text);
}

/* A log of that one line: its head is the hash of its leaf. */
static void
sign_head(const struct cp_buf *leaf, struct cp_buf *note)
{
	struct cp_checkpoint head = { .size = 1 };
	struct cp_buf line;

	cp_buf_init(&line);
	(void)snprintf(head.origin, sizeof(head.origin), "%s", ORIGIN);
	cp_merkle_leaf_hash(leaf->data, leaf->len, head.root);
	cp_checkpoint_format(&head, &line);
	ok(cp_note_sign(cp_buf_text(&line), ORIGIN, seed, pub, note, &err));
	cp_buf_clear(&line);
}

/* Makes CERT of BODY. */
static void
certify(void)
{
	struct cp_buf leaf, note, detail;
	struct cp_cert_entry e = { .seq = 0, .salt = salt };
	struct cp_note_key key;
	char vkey[CP_NOTE_VKEY_MAX];
	uint8_t sig[64], sum[32];

	cp_buf_init(&leaf);
	cp_buf_init(&note);
	cp_buf_init(&detail);
	ok(cp_certificate_detail("D-1", cp_buf_text(&body), &detail, &err));
	cp_sha256_two(salt, sizeof(salt), detail.data, detail.len, sum);
	cp_buf_puts(&leaf, "{\"seq\":0,\"detail\":\"");
	cp_hex_put(&leaf, sum, sizeof(sum));
	cp_buf_puts(&leaf, "\"}");
	sign_head(&leaf, &note);
	ok(cp_note_key_init(&key, ORIGIN, pub, &err));
	cp_note_key_format(&key, vkey);
	ok(cp_ed25519_sign(seed, pub, body.data, body.len, sig, &err));
	e.leaf = cp_buf_text(&leaf);
	e.detail = cp_buf_text(&detail);
	e.checkpoint = cp_buf_text(&note);
	cp_buf_reset(&cert);
	ok(cp_certificate_write(cp_buf_text(&body), vkey, sig, &e, &cert,
	    &err));
	cp_buf_clear(&leaf);
	cp_buf_clear(&note);
	cp_buf_clear(&detail);
}

/* A body of outcome OUTCOME with the members MORE, and ITEMS items. */
static void
write_body(const char *outcome, const char *more, int items)
{
	cp_buf_reset(&body);
	cp_buf_printf(&body, "{\"batch\":\"D-1\",\"authority\":\"E08000015\","
	    "\"policy\":\"contactpoint-2007\",\"policy_version\":\"3\","
	    "\"rule\":\"archive.period\",\"outcome\":\"%s\",\"count\":%d,"
	    "\"items\":[", outcome, items);
	for (int i = 0; i < items; i++)
		cp_buf_printf(&body, "%s{\"package\":\"PK-%04d\",\"record\":"
		    "\"CP-%04d\",\"archived\":\"2022-03-01\",\"due\":"
		    "\"2028-03-02\",\"outcome\":\"%s\"}", i > 0 ? "," : "",
		    i, i, outcome);
	cp_buf_printf(&body, "],\"proposed\":{\"by\":\"root\",\"at\":"
	    "\"2028-03-02T02:00:00Z\"},\"approved\":[{\"by\":\"anna\",\"at\":"
	    "\"2028-03-05T09:30:00Z\"}],\"executed\":{\"by\":\"nightly\","
	    "\"started\":\"2028-03-06T02:00:00Z\",\"finished\":"
	    "\"2028-03-06T02:00:01Z\"},\"method\":{\"kind\":\"cryptographic "
	    "erase\",\"standard\":\"NIST SP 800-88r2\",\"algorithm\":\"age "
	    "v1\",\"key_bits\":128,\"zeroised\":[\"key of shelf 202803\"]},"
	    "\"verification\":[{\"what\":\"trial\",\"result\":\"as it "
	    "must\",\"passed\":true},{\"what\":\"second\",\"result\":\"found "
	    "one\",\"passed\":false}]%s,\"tool\":\"cpadmin 0.1.0\",\"issued\":"
	    "\"2028-03-06T02:00:02Z\"}", more);
}

static const char GONE[] = ",\"key_gone\":\"2028-03-06T02:00:01Z\","
    "\"last_copy_gone\":\"2028-04-01T02:00:00Z\",\"copies_remaining\":[]";

/* Prints CERT and reads the words of the PDF into TEXT. */
static void
print(void)
{
	char path[] = "/tmp/cp-certificate-XXXXXX", command[128], piece[4096];
	int fd = mkstemp(path);
	FILE *f;
	size_t n;

	cp_buf_reset(&pdf);
	cp_buf_reset(&text);
	ok(cp_certificate_page(&cert, NULL, &pdf, &err));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, pdf.data, pdf.len), (ssize_t)pdf.len);
	(void)close(fd);
	(void)snprintf(command, sizeof(command), "pdftotext -layout '%s' - | "
	    "tr -s ' \\n\\f' ' '", path);
	f = popen(command, "re");
	ck_assert_ptr_nonnull(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		cp_buf_put(&text, piece, n);
	ck_assert_int_eq(pclose(f), 0);
	(void)unlink(path);
	ck_assert_uint_gt(text.len, 0);
}

static void
says(const char *words)
{
	ck_assert_msg(strstr(cp_buf_text(&text), words) != NULL,
	    "not there: %s\nin: %s", words, cp_buf_text(&text));
}

static void
says_not(const char *words)
{
	ck_assert_msg(strstr(cp_buf_text(&text), words) == NULL,
	    "there: %s", words);
}

START_TEST(destroyed)
{
	uint8_t sum[32];
	struct cp_buf hex;

	write_body("destroyed", GONE, 2);
	certify();
	print();
	says("Certificate of destruction Batch D-1 \xC2\xB7 authority "
	    "E08000015 Destroyed");
	says("All 2 packages of this batch can no longer be opened: every "
	    "known copy");
	says("Key gone from the host 6 March 2028 at 02:00:01 UTC");
	says("Last known copy gone 1 April 2028 at 02:00:00 UTC");
	says("Approved anna 5 March 2028 at 09:30:00 UTC");
	says("Policy contactpoint-2007, version 3");
	says("cpadmin verify certificate-D-1.json --key");
	says("trial as it must yes");
	says("second found one NO");
	says("PK-0001 CP-0001 2022-03-01 2028-03-02 destroyed");
	says_not("Legal basis");
	says_not("custodians");
	cp_buf_init(&hex);
	cp_sha256(body.data, body.len, sum);
	cp_hex_put(&hex, sum, sizeof(sum));
	says(cp_buf_text(&hex));
	cp_buf_clear(&hex);
}
END_TEST

START_TEST(not_destroyed)
{
	write_body("residue", ",\"key_gone\":null,\"last_copy_gone\":null,"
	    "\"copies_remaining\":[\"tape 7\",\"escrow E-0003\"]", 1);
	certify();
	print();
	says("Residue was found This batch does not count as destroyed.");
	says("Key gone from the host It is not gone.");
	says("Last known copy gone Not yet.");
	says("tape 7");
	says("escrow E-0003");
	says_not("can no longer be opened");
	write_body("failed", ",\"key_gone\":null", 1);
	certify();
	print();
	says("Destruction failed");
	write_body("destroyed", ",\"key_gone\":\"2028-03-06T02:00:01Z\","
	    "\"copies_remaining\":[\"tape 7\"]", 1);
	certify();
	print();
	says("The one package of this batch can no longer be opened from the "
	    "store. Known copies");
}
END_TEST

START_TEST(what_some_have)
{
	char more[2048];

	(void)snprintf(more, sizeof(more), "%s,\"kind\":\"early\","
	    "\"legal_basis\":\"order of the court\",\"early\":{\"before\":"
	    "\"2028-03-02\",\"shelves_live_until\":\"2028-05-01\"},"
	    "\"issue\":3,\"replaces\":{\"issue\":2,\"certificate\":\"abc\"},"
	    "\"trials\":[{\"at\":\"2028-04-02T10:00:00Z\",\"by\":\"rose\","
	    "\"custody\":\"0123456789abcdef\",\"headers\":\"backup of "
	    "March\",\"tried\":12,\"opened\":0}]", GONE);
	write_body("destroyed", more, 1);
	certify();
	print();
	says("authority E08000015 \xC2\xB7 issue 3");
	says("Legal basis order of the court");
	says("Early: due from 2 March 2028");
	says("Shelves live until 1 May 2028");
	says("Takes the place of Issue 2, SHA-256 abc");
	says("cpadmin verify certificate-D-1-3.json --key");
	says("custodians\xE2\x80\x99 key");
	says("0 of 12");
}
END_TEST

START_TEST(many_items)
{
	char item[64];

	write_body("destroyed", GONE, 400);
	certify();
	print();
	for (int i = 0; i < 400; i++) {
		(void)snprintf(item, sizeof(item), "PK-%04d CP-%04d "
		    "2022-03-01", i, i);
		says(item);
	}
}
END_TEST

START_TEST(hostile)
{
	char more[1024];

	(void)snprintf(more, sizeof(more), "%s,\"early\":{},\"legal_basis\":"
	    "\"<b>x</b> \\u202Egpj.exe \\u0007 %%s\"", GONE);
	write_body("destroyed", more, 1);
	certify();
	print();
	says("Legal basis <b>x</b> <U+202E>gpj.exe <U+0007> %s");
	/* members of other kinds than they should be */
	write_body("destroyed", ",\"copies_remaining\":{\"a\":1},"
	    "\"trials\":[7,null]", 1);
	certify();
	print();
	says("Destroyed");
}
END_TEST

START_TEST(refused)
{
	struct cp_note_key other;
	uint8_t pub2[32];

	write_body("destroyed", GONE, 1);
	certify();
	memset(seed, 43, sizeof(seed));
	ok(cp_ed25519_public(seed, pub2, &err));
	ok(cp_note_key_init(&other, ORIGIN, pub2, &err));
	ck_assert_int_eq(cp_certificate_page(&cert, &other, &pdf, &err),
	    CP_KEY);
	for (size_t i = 1; i < cert.len; i += 13) {
		cert.data[i] ^= 1;
		ck_assert_int_ne(cp_certificate_page(&cert, NULL, &pdf,
		    &err), CP_OK);
		cert.data[i] ^= 1;
	}
	ck_assert_uint_eq(pdf.len, 0);
	ok(cp_certificate_page(&cert, NULL, &pdf, &err));
}
END_TEST

/* Signed, and still not a certificate of ours. */
START_TEST(foreign_body)
{
	cp_buf_puts(&body, "{\"batch\":7}");
	certify();
	ck_assert_int_eq(cp_certificate_page(&cert, NULL, &pdf, &err),
	    CP_BAD_INPUT);
	cp_buf_reset(&body);
	cp_buf_puts(&body, "{\"batch\":\"D-1\",\"outcome\":\"destroyed\","
	    "\"issued\":\"yesterday\"}");
	certify();
	ck_assert_int_eq(cp_certificate_page(&cert, NULL, &pdf, &err),
	    CP_BAD_INPUT);
	ck_assert_uint_eq(pdf.len, 0);
}
END_TEST

START_TEST(words)
{
	static const char *const pairs[][2] = {
		{ "2028-03-02", "2 March 2028" },
		{ "2028-02-29T04:32:07Z", "29 February 2028 at 04:32:07 UTC" },
		{ "2027-02-29", "2027-02-29" },
		{ "2028-03-02T04:32Z", "2028-03-02T04:32Z" },
		{ "2028-03-02T04:32:07+01:00", "2028-03-02T04:32:07+01:00" },
		{ "2028-03-02 ", "2028-03-02 " },
		{ "soon", "soon" }, { "", "" } };
	char out[64];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		cp_words_time(pairs[i][0], out, sizeof(out));
		ck_assert_str_eq(out, pairs[i][1]);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("certificate_page");
	TCase *t = tcase_create("certificates");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, destroyed);
	tcase_add_test(t, not_destroyed);
	tcase_add_test(t, what_some_have);
	tcase_add_test(t, many_items);
	tcase_add_test(t, hostile);
	tcase_add_test(t, refused);
	tcase_add_test(t, foreign_body);
	tcase_add_test(t, words);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
