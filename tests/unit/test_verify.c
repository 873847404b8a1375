#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/merkle_proof.h"
#include "lifecycle/duties/certificate.h"
#include "lifecycle/duties/verify.h"

/*
 * Certificates and exported logs made here, without a store, and every way in
 * which they can be bent.
 */

enum { ENTRIES = 700, CERT_SEQ = 517, TILES = 8 };
static const char ORIGIN[] = "cpadmin/E08000015";

static struct cp_err err;
static uint8_t seed[32], pub[32], other_seed[32];
static char vkey[CP_NOTE_VKEY_MAX];
static char dir[] = "/tmp/cp-verify-XXXXXX";
static struct cp_buf tiles[2][TILES];
static struct cp_tile_store store;
static struct cp_buf body, detail, leaf, note, cert;
static const uint8_t salt[16] = { 1, 2, 3 };

static void
ok(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static enum cp_rc
mem_get(void *ctx, unsigned level, uint64_t index, struct cp_buf *out,
    struct cp_err *e)
{
	(void)ctx;
	(void)e;
	if (level < 2 && index < TILES)
		cp_buf_put(out, tiles[level][index].data,
		    tiles[level][index].len);
	return CP_OK;
}

static enum cp_rc
mem_put(void *ctx, unsigned level, uint64_t index, const uint8_t *hashes,
    size_t width, struct cp_err *e)
{
	(void)ctx;
	(void)e;
	ck_assert(level < 2 && index < TILES);
	cp_buf_reset(&tiles[level][index]);
	cp_buf_put(&tiles[level][index], hashes, width * CP_HASH_SIZE);
	return CP_OK;
}

static const char *
at(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(at(name), "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

/* ---- a certificate ------------------------------------------------------ */

static const struct cp_cert_item items[] = {
	{ "P-1", "CP-7K3M-Q2XV-9", "2020-02-28", "2026-03-01", "destroyed" },
	{ "P-2", "CP-8K3M-Q2XV-1", "2020-02-28", "2026-03-01", "destroyed" }
};
static const struct cp_cert_act approved[] = {
	{ "custodian \xE2\x80\x9C" "B\xE2\x80\x9D", "2026-03-02T10:00:00Z" }
};
static const struct cp_cert_check checks[] = {
	{ "trial decryption of each package", "failed, as it must: 2 of 2",
	  1 },
	{ "header rows", "gone: 2 of 2", 1 }
};
static const char *const zeroised[] = { "key of shelf 2026-03" };
static const char *const copies[] = { "escrow of 2026-02-27" };

static int small; /* a certificate of the least that there may be */

static struct cp_certificate
least(struct cp_certificate c)
{
	static const struct cp_cert_act one = { "b", "2026-03-02" };

	c.authority = c.policy = c.policy_version = c.rule = "1";
	c.count = 1;
	c.proposed.by = "a";
	c.approved = &one;
	c.zeroised_count = 0;
	c.check_count = 1;
	c.algorithm = c.tool = "t";
	return c;
}

static struct cp_certificate
sample(void)
{
	struct cp_certificate c;

	memset(&c, 0, sizeof(c));
	c.batch = "B-12";
	c.authority = "E08000015";
	c.policy = "contactpoint-2007";
	c.policy_version = "1";
	c.rule = "archive-period";
	c.items = items;
	c.count = 2;
	c.proposed = (struct cp_cert_act){ "scheduler",
	    "2026-03-01T02:00:00Z" };
	c.approved = approved;
	c.approvals = 1;
	c.executed_by = "scheduler";
	c.started = "2026-03-02T10:00:01Z";
	c.finished = "2026-03-02T10:00:02Z";
	c.algorithm = "ChaCha20-Poly1305, X25519";
	c.key_bits = 256;
	c.zeroised = zeroised;
	c.zeroised_count = 1;
	c.checks = checks;
	c.check_count = 2;
	c.key_gone = "2026-03-02T10:00:02Z";
	c.copies = copies;
	c.copy_count = 1;
	c.outcome = "destroyed";
	c.tool = "cpadmin 0.1.0";
	c.issued = "2026-03-02T10:00:03Z";
	return small ? least(c) : c;
}

static void
leaf_line(int64_t seq, const uint8_t sum[32], struct cp_buf *out)
{
	cp_buf_reset(out);
	cp_buf_printf(out, "{\"seq\":%lld,\"time\":\"2026-03-02T10:00:03Z\","
	    "\"actor\":\"scheduler\",\"action\":\"destruction.certificate\","
	    "\"subject\":null,\"outcome\":\"done\",\"detail\":\"",
	    (long long)seq);
	cp_hex_put(out, sum, 32);
	cp_buf_puts(out, "\"}");
}

/* Signs the head of SIZE leaves as a note. */
static void
sign_head(uint64_t size, struct cp_buf *out)
{
	struct cp_checkpoint head;
	struct cp_buf text;

	memset(&head, 0, sizeof(head));
	(void)snprintf(head.origin, sizeof(head.origin), "%s", ORIGIN);
	head.size = size;
	ok(cp_merkle_root_at(&store, size, head.root, &err));
	cp_buf_init(&text);
	cp_checkpoint_format(&head, &text);
	cp_buf_reset(out);
	ok(cp_note_sign(cp_buf_text(&text), ORIGIN, seed, pub, out, &err));
	cp_buf_clear(&text);
}

static void
seal_with(const uint8_t signing[32], int64_t seq, struct cp_buf *out)
{
	uint8_t sig[64], from[32];
	struct cp_cert_entry entry;
	struct cp_buf proof;

	cp_buf_init(&proof);
	ok(cp_merkle_prove_inclusion(&store, CERT_SEQ, ENTRIES, &proof,
	    &err));
	ok(cp_ed25519_public(signing, from, &err));
	ok(cp_ed25519_sign(signing, from, body.data, body.len, sig, &err));
	memset(&entry, 0, sizeof(entry));
	entry.seq = seq;
	entry.leaf = cp_buf_text(&leaf);
	entry.salt = salt;
	entry.detail = cp_buf_text(&detail);
	entry.proof = proof.data;
	entry.proof_count = proof.len / CP_HASH_SIZE;
	entry.checkpoint = cp_buf_text(&note);
	cp_buf_reset(out);
	ok(cp_certificate_write(cp_buf_text(&body), vkey, sig, &entry, out,
	    &err));
	cp_buf_clear(&proof);
}

/* A log of ENTRIES leaves, one of which commits to the certificate; exported
 * into DIR. */
static void
make_log(void)
{
	struct cp_buf line, all;
	struct cp_merkle *m = NULL;
	uint8_t sum[32], hash[32];
	int64_t i;

	cp_buf_init(&line);
	cp_buf_init(&all);
	ok(cp_merkle_open(&store, 0, &m, &err));
	for (i = 0; i < ENTRIES; i++) {
		if (i == CERT_SEQ)
			cp_sha256_two(salt, sizeof(salt), detail.data,
			    detail.len, sum);
		else
			cp_sha256(&i, sizeof(i), sum);
		leaf_line(i, sum, &line);
		if (i == CERT_SEQ)
			cp_buf_put(&leaf, line.data, line.len);
		cp_merkle_leaf_hash(line.data, line.len, hash);
		ok(cp_merkle_append(m, hash, &err));
		cp_buf_put(&all, line.data, line.len);
		cp_buf_putc(&all, '\n');
	}
	ok(cp_merkle_flush(m, &err));
	cp_merkle_free(m);
	ck_assert_int_eq(mkdir(at("log"), 0700), 0);
	write_file("log/entries.ndjson", all.data, all.len);
	cp_buf_clear(&line);
	cp_buf_clear(&all);
}

static void
export_tiles(void)
{
	char path[CP_TILE_PATH_MAX], name[CP_TILE_PATH_MAX + 8];
	unsigned l;
	size_t i;

	ck_assert_int_eq(mkdir(at("log/tile"), 0700), 0);
	ck_assert_int_eq(mkdir(at("log/tile/0"), 0700), 0);
	ck_assert_int_eq(mkdir(at("log/tile/1"), 0700), 0);
	ck_assert_int_eq(mkdir(at("log/tile/0/002.p"), 0700), 0);
	ck_assert_int_eq(mkdir(at("log/tile/1/000.p"), 0700), 0);
	for (l = 0; l < 2; l++) {
		for (i = 0; i < TILES && tiles[l][i].len > 0; i++) {
			cp_merkle_tile_path(l, i, tiles[l][i].len /
			    CP_HASH_SIZE, path);
			(void)snprintf(name, sizeof(name), "log/%s", path);
			write_file(name, tiles[l][i].data, tiles[l][i].len);
		}
	}
}

static void
setup(void)
{
	struct cp_certificate c = sample();
	struct cp_note_key key;
	uint8_t other[32];

	ok(cp_crypto_init(&err));
	(void)snprintf(dir, sizeof(dir), "/tmp/cp-verify-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(seed, 7, sizeof(seed));
	memset(other_seed, 8, sizeof(other_seed));
	store = (struct cp_tile_store){ NULL, mem_get, mem_put };
	ok(cp_ed25519_public(seed, pub, &err));
	ok(cp_ed25519_public(other_seed, other, &err));
	ok(cp_note_key_init(&key, ORIGIN, other, &err));
	cp_note_key_format(&key, vkey);
	write_text("other.pub", vkey);
	ok(cp_note_key_init(&key, ORIGIN, pub, &err));
	cp_note_key_format(&key, vkey);
	write_text("right.pub", vkey);
	ok(cp_certificate_body(&c, &body, &err));
	ok(cp_certificate_detail(c.batch, cp_buf_text(&body), &detail, &err));
	make_log();
	export_tiles();
	sign_head(ENTRIES, &note);
	write_file("log/checkpoint", note.data, note.len);
	write_text("log/key.pub", vkey);
	seal_with(seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
}

static void
setup_small(void)
{
	small = 1;
	setup();
}

static void
teardown(void)
{
	char command[64];
	size_t l, i;

	for (l = 0; l < 2; l++)
		for (i = 0; i < TILES; i++)
			cp_buf_clear(&tiles[l][i]);
	cp_buf_clear(&body);
	cp_buf_clear(&detail);
	cp_buf_clear(&leaf);
	cp_buf_clear(&note);
	cp_buf_clear(&cert);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static struct cp_verify_result
verify(const char *name, const char *key)
{
	struct cp_verify_result r;
	char path[256], key_path[256];

	(void)snprintf(path, sizeof(path), "%s", at(name));
	if (key != NULL)
		(void)snprintf(key_path, sizeof(key_path), "%s", at(key));
	ok(cp_verify_file(path, key != NULL ? key_path : NULL, &r, &err));
	return r;
}

static enum cp_rc
verify_error(const char *name, const char *key)
{
	struct cp_verify_result r;
	char path[256], key_path[256];

	(void)snprintf(path, sizeof(path), "%s", at(name));
	if (key != NULL)
		(void)snprintf(key_path, sizeof(key_path), "%s", at(key));
	return cp_verify_file(path, key != NULL ? key_path : NULL, &r, &err);
}

static void
invalid(const char *name, const char *key, const char *why)
{
	struct cp_verify_result r = verify(name, key);

	ck_assert(!r.valid);
	ck_assert_msg(strstr(r.why, why) != NULL, "%s", r.why);
}

START_TEST(certificate_holds)
{
	struct cp_verify_result r = verify("cert.json", "right.pub");

	ck_assert_msg(r.valid, "%s", r.why);
	ck_assert_str_eq(r.kind, "certificate");
	ck_assert_str_eq(r.signed_by, ORIGIN);
	ck_assert(r.key_given);
	r = verify("cert.json", NULL);
	ck_assert(r.valid && !r.key_given);
	ck_assert_ptr_nonnull(strstr(r.why, "not checked"));
}
END_TEST

START_TEST(certificate_by_another_key)
{
	invalid("cert.json", "other.pub", "another key");
	seal_with(other_seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
	invalid("cert.json", "right.pub", "signature does not fit");
	invalid("cert.json", NULL, "signature does not fit");
}
END_TEST

/* Looks only for CP_OK with valid: an unknown kind is found as well. */
static void
found_out(const char *path, size_t n, const char *what)
{
	struct cp_verify_result r;
	enum cp_rc rc = cp_verify_file(path, NULL, &r, &err);

	ck_assert_msg(rc == CP_BAD_INPUT || (rc == CP_OK && !r.valid),
	    "%s %zu of %zu", what, n, cert.len);
}

START_TEST(every_flipped_bit_of_a_certificate_is_found)
{
	char path[256];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s", at("cert.json"));
	for (i = 0; i < 8 * cert.len; i++) {
		cert.data[i / 8] ^= (uint8_t)(1 << i % 8);
		write_file("cert.json", cert.data, cert.len);
		cert.data[i / 8] ^= (uint8_t)(1 << i % 8);
		found_out(path, i, "bit");
	}
	write_file("cert.json", cert.data, cert.len);
	ck_assert(verify("cert.json", NULL).valid);
}
END_TEST

START_TEST(every_truncation_of_a_certificate_is_found)
{
	char path[256];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s", at("cert.json"));
	for (i = 0; i < cert.len; i++) {
		write_file("cert.json", cert.data, i);
		found_out(path, i, "byte");
	}
	cp_buf_putc(&cert, '\n');
	write_file("cert.json", cert.data, cert.len);
	found_out(path, cert.len, "one more byte than");
}
END_TEST

/* Everything signed rightly, but the log speaks of something else. */
START_TEST(certificate_not_in_the_log)
{
	struct cp_buf good;

	cp_buf_init(&good);
	cp_buf_put(&good, body.data, body.len);
	body.data[body.len - 10] ^= 1; /* of the time of issue */
	seal_with(seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
	invalid("cert.json", NULL, "about another certificate");
	memcpy(body.data, good.data, good.len);
	seal_with(seed, CERT_SEQ + 1, &cert);
	write_file("cert.json", cert.data, cert.len);
	invalid("cert.json", NULL, "not the one that the certificate shows");
	leaf.data[leaf.len - 10] ^= 1;
	seal_with(seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
	invalid("cert.json", NULL, "not the one that the certificate shows");
	leaf.data[leaf.len - 10] ^= 1;
	leaf.data[leaf.len / 2] ^= 1;
	seal_with(seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
	invalid("cert.json", NULL, "another root");
	leaf.data[leaf.len / 2] ^= 1;
	sign_head(ENTRIES - 1, &note);
	seal_with(seed, CERT_SEQ, &cert);
	write_file("cert.json", cert.data, cert.len);
	ck_assert(!verify("cert.json", NULL).valid);
	cp_buf_clear(&good);
}
END_TEST

START_TEST(untrue_certificates_are_not_made)
{
	struct cp_cert_item bent[2] = { items[0], items[1] };
	struct cp_cert_check failed = checks[0];
	struct cp_certificate bad[10];
	struct cp_buf out;
	size_t i;

	for (i = 0; i < 10; i++)
		bad[i] = sample();
	bad[0].batch = NULL;
	bad[1].count = 0;
	bad[2].approvals = 0;
	bad[3].key_bits = 127;
	bad[4].outcome = "perhaps";
	bent[1].outcome = "failed";
	bad[5].items = bent;
	failed.passed = 0;
	bad[6].checks = &failed;
	bad[6].check_count = 1;
	bad[7].last_copy_gone = bad[7].key_gone;
	bad[8].copy_count = 0;
	bad[9].key_gone = "";
	cp_buf_init(&out);
	for (i = 0; i < 10; i++)
		ck_assert_msg(cp_certificate_body(&bad[i], &out, &err) ==
		    CP_BAD_INPUT, "number %zu", i);
	ck_assert_uint_eq(out.len, 0);
	bad[5].outcome = "failed";
	ok(cp_certificate_body(&bad[5], &out, &err));
	bad[5].key_gone = NULL;
	ok(cp_certificate_body(&bad[5], &out, &err));
	cp_buf_clear(&out);
}
END_TEST

/* The members that only some certificates have. */
START_TEST(untrue_in_what_came_later)
{
	static const struct cp_cert_trial trial = { "2026-03-03", "dora", "k",
		"catalogue", 2, 3 };
	struct cp_certificate bad[8], good = sample();
	struct cp_buf out;
	size_t i;

	good.kind = "early";
	good.legal_basis = "order";
	good.early_before = good.early_shelves = "2028-03-01";
	good.issue = 2;
	good.replaces = "00";
	for (i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].key_gone = NULL;
	bad[1].legal_basis = NULL;
	bad[2].kind = "due";
	bad[3].early_before = NULL;
	bad[4].early_shelves = NULL;
	bad[5].replaces = NULL;
	bad[6].issue = 1;
	bad[7].trials = &trial;
	bad[7].trial_count = 1;
	cp_buf_init(&out);
	for (i = 0; i < 8; i++)
		ck_assert_msg(cp_certificate_body(&bad[i], &out, &err) ==
		    CP_BAD_INPUT, "number %zu", i);
	ck_assert_uint_eq(out.len, 0);
	ok(cp_certificate_body(&good, &out, &err));
	cp_buf_clear(&out);
}
END_TEST

START_TEST(checkpoint)
{
	struct cp_verify_result r = verify("log/checkpoint", NULL);

	ck_assert_msg(r.valid, "%s", r.why);
	ck_assert_str_eq(r.kind, "checkpoint");
	ck_assert_str_eq(r.signed_by, ORIGIN);
	invalid("log/checkpoint", "other.pub", "not signed by");
	note.data[3] ^= 1;
	write_file("log/checkpoint", note.data, note.len);
	invalid("log/checkpoint", NULL, "does not fit");
	write_file("lone", note.data, note.len);
	ck_assert_int_eq(verify_error("lone", NULL), CP_KEY);
	cp_buf_reset(&note);
	ok(cp_note_sign("hello\n", ORIGIN, seed, pub, &note, &err));
	write_file("lone", note.data, note.len);
	r = verify("lone", "right.pub");
	ck_assert(r.valid);
	ck_assert_str_eq(r.kind, "note");
}
END_TEST

START_TEST(log_holds)
{
	struct cp_verify_result r = verify("log", NULL);

	ck_assert_msg(r.valid, "%s", r.why);
	ck_assert_str_eq(r.kind, "log");
	ck_assert_str_eq(r.signed_by, ORIGIN);
	r = verify("log/entries.ndjson", "right.pub");
	ck_assert(r.valid && r.key_given);
	invalid("log", "other.pub", "not signed by");
}
END_TEST

static void
read_entries(struct cp_buf *all)
{
	FILE *f = fopen(at("log/entries.ndjson"), "re");
	char piece[4096];
	size_t n;

	ck_assert_ptr_nonnull(f);
	cp_buf_init(all);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		cp_buf_put(all, piece, n);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(log_edited)
{
	struct cp_buf all;
	char *line, *next;

	read_entries(&all);
	line = strstr((char *)all.data, "{\"seq\":300,");
	next = strstr((char *)all.data, "{\"seq\":301,");
	ck_assert(line != NULL && next != NULL);
	line[40] ^= 1;
	write_file("log/entries.ndjson", all.data, all.len);
	invalid("log", NULL, "entry 300 is not the one that was logged");
	line[40] ^= 1;
	line[7] ^= 1;
	write_file("log/entries.ndjson", all.data, all.len);
	invalid("log", NULL, "entry 300 does not have that number");
	line[7] ^= 1;
	/* cut behind a line, and within one */
	write_file("log/entries.ndjson", all.data,
	    (size_t)((uint8_t *)next - all.data));
	invalid("log", NULL, "there are 301 entries");
	write_file("log/entries.ndjson", all.data,
	    (size_t)((uint8_t *)next - all.data) - 1);
	invalid("log", NULL, "entry 300 is cut off");
	/* without tiles the root still tells */
	line[40] ^= 1;
	write_file("log/entries.ndjson", all.data, all.len);
	{
		char from[256], to[256];

		(void)snprintf(from, sizeof(from), "%s", at("log/tile"));
		(void)snprintf(to, sizeof(to), "%s", at("log/gone"));
		ck_assert_int_eq(rename(from, to), 0);
	}
	invalid("log", NULL, "not those of the checkpoint");
	line[40] ^= 1;
	write_file("log/entries.ndjson", all.data, all.len);
	ck_assert(verify("log", NULL).valid);
	cp_buf_clear(&all);
}
END_TEST

START_TEST(log_tile_damaged)
{
	tiles[1][0].data[40] ^= 1;
	write_file("log/tile/1/000.p/2", tiles[1][0].data, tiles[1][0].len);
	invalid("log", NULL, "tile of level 1 over entry 256");
}
END_TEST

START_TEST(unknown_and_missing)
{
	static const char *const texts[] = { "", "{}", "hello\n",
		"{\"cpadmin\":\"record/1\"}", ("\x7f" "ELF") };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text("x", texts[i]);
		ck_assert_int_eq(verify_error("x", NULL), CP_BAD_INPUT);
	}
	ck_assert_int_eq(verify_error("absent", NULL), CP_NOT_FOUND);
	ck_assert_int_eq(verify_error("cert.json", "absent"), CP_NOT_FOUND);
	ck_assert_int_eq(verify_error("cert.json", "cert.json"), CP_KEY);
	ck_assert_int_eq(verify_error("log/tile", "right.pub"),
	    CP_NOT_FOUND);
	write_text("x", "{\"cpadmin\":\"certificate/1\"");
	invalid("x", NULL, "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("verify");
	TCase *t = tcase_create("verify"), *each = tcase_create("each");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, certificate_holds);
	tcase_add_test(t, certificate_by_another_key);
	tcase_add_test(t, certificate_not_in_the_log);
	tcase_add_test(t, untrue_certificates_are_not_made);
	tcase_add_test(t, untrue_in_what_came_later);
	tcase_add_test(t, checkpoint);
	tcase_add_test(t, log_holds);
	tcase_add_test(t, log_edited);
	tcase_add_test(t, log_tile_damaged);
	tcase_add_test(t, unknown_and_missing);
	suite_add_tcase(s, t);
	tcase_set_timeout(each, 600);
	tcase_add_checked_fixture(each, setup_small, teardown);
	tcase_add_test(each, every_flipped_bit_of_a_certificate_is_found);
	tcase_add_test(each, every_truncation_of_a_certificate_is_found);
	suite_add_tcase(s, each);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
