#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/merkle_proof.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/stmt.h"

static struct cp_err err;
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_now now = { { 82000 }, 1795219200, "2026-11-21T00:00:00Z",
	0 };

static void
ok(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

static void
setup(void)
{
	char path[100];

	(void)snprintf(dir, sizeof(dir), "/tmp/cpadmin-audit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	ok(cp_crypto_init(&err));
	ok(cp_hostkey_create(path, &err));
	ok(cp_audit_make_key(dir, "test", &err));
	ok(cp_store_create(dir, &store, &err));
	ok(cp_audit_open(store, "test", "ann", &now, &audit, &err));
}

static void
teardown(void)
{
	char command[100];

	cp_audit_free(audit);
	cp_store_free(store);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
add(struct cp_audit *a, int n, const char *subject)
{
	struct cp_entry e = { "record.show", subject, NULL,
		"{\"reason\":\"because\"}" };

	ok(cp_txn_begin(a, &err));
	for (int i = 0; i < n; i++)
		ok(cp_audit_add(a, &e, NULL, &err));
	ok(cp_txn_commit(a, &err));
}

static struct cp_log_report
verified(void)
{
	struct cp_log_report r;

	ok(cp_log_verify(store, &r, NULL, NULL, &err));
	ck_assert_str_eq(r.why, "");
	return r;
}

START_TEST(appends_and_holds)
{
	static const int parts[] = { 1, 255, 1, 300, 65536 - 557, 1, 3 };
	int64_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		add(audit, parts[i], "CP-1");
		n += parts[i];
		ck_assert_int_eq(verified().size, n);
	}
	ck_assert_int_eq(n, 65540);
}
END_TEST

START_TEST(numbers_and_rollback)
{
	struct cp_entry e = { "hold.place", NULL, "refused", NULL };
	int64_t seq = -1;

	add(audit, 2, NULL);
	ok(cp_txn_begin(audit, &err));
	ok(cp_audit_add(audit, &e, &seq, &err));
	ck_assert_int_eq(seq, 2);
	cp_txn_rollback(audit);
	ck_assert_int_eq(verified().size, 2);
	ok(cp_txn_begin(audit, &err));
	ok(cp_audit_add(audit, &e, &seq, &err));
	ck_assert_int_eq(seq, 2);
	ok(cp_txn_commit(audit, &err));
	ck_assert_int_eq(verified().size, 3);
}
END_TEST

START_TEST(erased_details_leave_the_tree_whole)
{
	struct cp_log_report before, after;

	add(audit, 3, "CP-1");
	add(audit, 2, "CP-2");
	before = verified();
	ok(cp_txn_begin(audit, &err));
	ok(cp_audit_erase(audit, "CP-1", &err));
	ok(cp_txn_commit(audit, &err));
	after = verified();
	ck_assert_int_eq(before.erased, 0);
	ck_assert_int_eq(after.erased, 3);
	ck_assert_mem_eq(before.root, after.root, 32);
}
END_TEST

/* Every line is the canonical JSON of its row, whatever is in the texts. */
START_TEST(lines_are_json)
{
	static const char *const texts[] = { "plain", "", "quo\"te",
		"back\\slash", "tab\t", "\x01", "\x7f", "Zo\xC3\xAB",
		"bad \xFF", NULL };
	uint8_t hash[32] = { 0xAB };
	struct cp_buf line;
	struct cp_json *j;

	cp_buf_init(&line);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct cp_log_row row = { 7, "t", "a", "b", texts[i], "done",
			hash, NULL, NULL };
		char want[300];

		cp_buf_reset(&line);
		cp_log_line(&row, &line);
		ok(cp_buf_check(&line, &err));
		ok(cp_json_parse(cp_buf_text(&line), line.len, &j, &err));
		cp_json_free(j);
		if (i != 0 && texts[i] != NULL)
			continue;
		(void)snprintf(want, sizeof(want), "{\"seq\":7,\"time\":\"t\","
		    "\"actor\":\"a\",\"action\":\"b\",\"subject\":%s,"
		    "\"outcome\":\"done\",\"detail\":\"ab%062d\"}",
		    i == 0 ? "\"plain\"" : "null", 0);
		ck_assert_str_eq(cp_buf_text(&line), want);
	}
	cp_buf_clear(&line);
}
END_TEST

static struct cp_audit *other;
static int appended;

static void
append_meanwhile(void *ctx, int64_t done, int64_t total)
{
	(void)ctx;
	(void)done;
	(void)total;
	add(other, 1, "CP-9");
	appended++;
}

/* While one program verifies, another may log: what is read is one view, and
 * the head outside is not newer than it. */
START_TEST(verified_while_another_logs)
{
	struct cp_store *second;
	struct cp_log_report r;

	add(audit, 9000, "CP-1");
	ok(cp_store_open(dir, CP_STORE_WRITE, &second, &err));
	ok(cp_audit_open(second, "test", "bob", &now, &other, &err));
	ok(cp_log_verify(store, &r, append_meanwhile, NULL, &err));
	ck_assert_int_ge(appended, 2);
	ck_assert_int_eq(r.size, 9000);
	ck_assert_int_eq(verified().size, 9000 + appended);
	/* And the first goes on where the second ended. */
	add(audit, 1, NULL);
	ck_assert_int_eq(verified().size, 9001 + appended);
	cp_audit_free(other);
	cp_store_free(second);
}
END_TEST

START_TEST(proofs)
{
	struct cp_buf line, proof, note;
	struct cp_checkpoint head;
	struct cp_note_key key;
	uint8_t leaf[32];

	add(audit, 700, "CP-1");
	ok(cp_log_key(store, &key, &err));
	for (int64_t seq = 0; seq < 700; seq += 233) {
		const char *end;

		cp_buf_init(&line);
		cp_buf_init(&proof);
		cp_buf_init(&note);
		ok(cp_log_prove(store, seq, &line, &proof, &note, &err));
		ok(cp_note_verify(note.data, note.len, &key, NULL, &err));
		end = strstr(cp_buf_text(&note), "\n\n");
		ok(cp_checkpoint_parse(cp_buf_text(&note),
		    (size_t)(end + 1 - cp_buf_text(&note)), &head, &err));
		cp_merkle_leaf_hash(line.data, line.len, leaf);
		ok(cp_merkle_verify_inclusion(leaf, (uint64_t)seq, head.size,
		    proof.data, proof.len / 32, head.root, &err));
		cp_buf_clear(&line);
		cp_buf_clear(&proof);
		cp_buf_clear(&note);
	}
	cp_buf_init(&line);
	ck_assert_int_eq(cp_log_prove(store, 700, &line, &line, &line, &err),
	    CP_NOT_FOUND);
	cp_buf_clear(&line);
}
END_TEST

/* A power cut may leave an older head outside: that is no tampering. */
START_TEST(an_older_head_outside_is_allowed)
{
	struct cp_buf head;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/keys/log-head", dir);
	cp_buf_init(&head);
	add(audit, 5, NULL);
	ok(cp_file_read(path, 4096, &head, &err));
	add(audit, 5, NULL);
	ok(cp_file_write_durable(path, 0600, head.data, head.len, &err));
	ck_assert_int_eq(verified().size, 10);
	add(audit, 1, NULL);
	ck_assert_int_eq(verified().size, 11);
	cp_buf_clear(&head);
}
END_TEST

/* The reverse: the database is an old copy. */
START_TEST(an_older_database_is_refused)
{
	struct cp_log_report r;
	char command[300];

	add(audit, 5, NULL);
	cp_audit_free(audit);
	cp_store_free(store);
	audit = NULL;
	store = NULL;
	(void)snprintf(command, sizeof(command), "cp %s/store.db %s/old.db",
	    dir, dir);
	ck_assert_int_eq(system(command), 0);
	ok(cp_store_open(dir, CP_STORE_WRITE, &store, &err));
	ok(cp_audit_open(store, "test", "ann", &now, &audit, &err));
	add(audit, 4, NULL);
	cp_audit_free(audit);
	cp_store_free(store);
	audit = NULL;
	store = NULL;
	(void)snprintf(command, sizeof(command), "rm -f %s/store.db-* && "
	    "mv %s/old.db %s/store.db", dir, dir, dir);
	ck_assert_int_eq(system(command), 0);
	ok(cp_store_open(dir, CP_STORE_WRITE, &store, &err));
	ok(cp_audit_open(store, "test", "ann", &now, &audit, &err));
	ck_assert_int_eq(cp_txn_begin(audit, &err), CP_CORRUPT);
	ck_assert_int_eq(cp_log_verify(store, &r, NULL, NULL, &err),
	    CP_CORRUPT);
	ck_assert_int_eq(r.bad_seq, 5);
	ck_assert_int_eq(r.bad_until, 8);
}
END_TEST

START_TEST(checkpoints_are_kept_and_checked)
{
	struct cp_log_report r;
	struct cp_buf note;

	cp_buf_init(&note);
	for (int i = 0; i < 3; i++) {
		add(audit, 10, NULL);
		ok(cp_txn_begin(audit, &err));
		ok(cp_audit_checkpoint(audit, &note, &err));
		ok(cp_txn_commit(audit, &err));
	}
	r = verified();
	ck_assert_int_eq(r.checkpoints, 3);
	ck_assert_int_eq(r.size, 30);
	cp_buf_clear(&note);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("audit");
	TCase *t = tcase_create("log");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, appends_and_holds);
	tcase_add_test(t, numbers_and_rollback);
	tcase_add_test(t, erased_details_leave_the_tree_whole);
	tcase_add_test(t, lines_are_json);
	tcase_add_test(t, verified_while_another_logs);
	tcase_add_test(t, proofs);
	tcase_add_test(t, an_older_head_outside_is_allowed);
	tcase_add_test(t, an_older_database_is_refused);
	tcase_add_test(t, checkpoints_are_kept_and_checked);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
