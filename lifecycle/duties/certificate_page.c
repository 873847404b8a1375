#include "lifecycle/duties/certificate_page.h"

#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/duties/letter_page.h"
#include "lifecycle/duties/page_words.h"
#include "lifecycle/duties/verify_internal.h"
#include "lifecycle/store/json.h"

enum { LINE = 600, LISTED = 64, HEX = 2 * CP_SHA256_LEN + 1 };

/* A certificate that was checked, and the page that is made of it. */
struct sheet {
	struct cp_json *doc, *body;
	const char *text; /* of the body, as it was signed */
	const char *batch, *outcome, *issued;
	struct cp_note_key key;
	char sum[HEX], key_sum[HEX];
	struct cp_page_doc *page;
};

static const struct cp_page_column facts[] = {
	{ NULL, 27, 1 }, { NULL, 73, 0 } };

/* ---- reading --------------------------------------------------------------- */

/* The text of a member, "" where there is none. */
static const char *
text_of(const struct cp_json *object, const char *key)
{
	const char *text = cp_json_text(cp_json_get(object, key));

	return text != NULL ? text : "";
}

static int64_t
int_of(const struct cp_json *object, const char *key)
{
	int64_t n = 0;

	(void)cp_json_int(cp_json_get(object, key), &n);
	return n;
}

static void
sum_hex(const void *data, size_t len, char out[HEX])
{
	uint8_t sum[CP_SHA256_LEN];

	cp_sha256(data, len, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

static enum cp_rc
read_certificate(const struct cp_buf *text, const struct cp_note_key *given,
    struct sheet *s, struct cp_err *err)
{
	struct cp_verify_result result = { .kind = NULL };
	const char *vkey = NULL;
	enum cp_rc rc = verify_certificate(text, given, &result, err);

	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(text), text->len, &s->doc, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(s->doc, "body", &s->text, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(s->doc, "key", &vkey, err);
	if (rc == CP_OK)
		rc = cp_note_key_parse(vkey, &s->key, err);
	if (rc == CP_OK)
		rc = cp_json_parse(s->text, strlen(s->text), &s->body, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(s->body, "batch", &s->batch, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(s->body, "outcome", &s->outcome, err);
	if (rc == CP_OK)
		rc = cp_json_need_text(s->body, "issued", &s->issued, err);
	if (rc != CP_OK)
		return rc;
	sum_hex(s->text, strlen(s->text), s->sum);
	sum_hex(s->key.pub, sizeof(s->key.pub), s->key_sum);
	return CP_OK;
}

/* ---- setting --------------------------------------------------------------- */

static void
fact(struct sheet *s, const char *what, const char *value)
{
	const char *cells[] = { what, value };

	cp_page_row(s->page, 0, cells);
}

static void
list_of(struct sheet *s, const struct cp_json *texts)
{
	const char *items[LISTED];
	size_t n = cp_json_size(texts), i, j;

	for (i = 0; i < n; i += j) {
		for (j = 0; j < LISTED && i + j < n; j++) {
			items[j] = cp_json_text(cp_json_at(texts, i + j));
			if (items[j] == NULL)
				items[j] = "";
		}
		cp_page_list(s->page, items, j, 0);
	}
}

static const char *
outcome_word(const char *outcome)
{
	if (strcmp(outcome, "destroyed") == 0)
		return "Destroyed";
	return strcmp(outcome, "residue") == 0 ? "Residue was found" :
	    "Destruction failed";
}

static void
put_outcome(struct sheet *s)
{
	int64_t count = int_of(s->body, "count");
	size_t copies = cp_json_size(cp_json_get(s->body,
	    "copies_remaining"));
	char line[LINE], many[64];

	cp_page_text(s->page, CP_PAGE_DISPLAY, outcome_word(s->outcome));
	if (count == 1)
		(void)snprintf(many, sizeof(many), "The one package");
	else
		(void)snprintf(many, sizeof(many), "All %lld packages",
		    (long long)count);
	if (strcmp(s->outcome, "destroyed") != 0)
		(void)snprintf(line, sizeof(line), "This batch does not count "
		    "as destroyed. What was found is below, under \xE2\x80\x9C"
		    "What was checked\xE2\x80\x9D.");
	else if (copies > 0)
		(void)snprintf(line, sizeof(line), "%s of this batch can no "
		    "longer be opened from the store. Known copies of what "
		    "opened them remain; they are named below.", many);
	else
		(void)snprintf(line, sizeof(line), "%s of this batch can no "
		    "longer be opened: every known copy of their keys is "
		    "gone.", many);
	cp_page_text(s->page, CP_PAGE_BODY, line);
}

static void
put_why(struct sheet *s)
{
	const struct cp_json *early = cp_json_get(s->body, "early");
	const struct cp_json *before = cp_json_get(s->body, "replaces");
	char line[LINE];

	cp_page_heading(s->page, 2, "What this is about");
	cp_page_table(s->page, facts, 2);
	fact(s, "Authority", text_of(s->body, "authority"));
	fact(s, "Batch", s->batch);
	(void)snprintf(line, sizeof(line), "%lld",
	    (long long)int_of(s->body, "count"));
	fact(s, "Packages", line);
	fact(s, "Rule", text_of(s->body, "rule"));
	(void)snprintf(line, sizeof(line), "%s, version %s",
	    text_of(s->body, "policy"), text_of(s->body, "policy_version"));
	fact(s, "Policy", line);
	if (early != NULL) {
		fact(s, "Legal basis", text_of(s->body, "legal_basis"));
		cp_words_time(text_of(early, "before"), line, sizeof(line));
		fact(s, "Early: due from", line);
		cp_words_time(text_of(early, "shelves_live_until"), line,
		    sizeof(line));
		fact(s, "Shelves live until", line);
	}
	if (before != NULL) {
		(void)snprintf(line, sizeof(line), "Issue %lld, SHA-256 %s",
		    (long long)int_of(before, "issue"),
		    text_of(before, "certificate"));
		fact(s, "Takes the place of", line);
	}
}

static void
put_dates(struct sheet *s)
{
	const struct cp_json *copies = cp_json_get(s->body,
	    "copies_remaining");
	char line[LINE];

	cp_page_keep(s->page, 1);
	cp_page_heading(s->page, 2, "The two dates");
	cp_page_table(s->page, facts, 2);
	cp_words_time(text_of(s->body, "key_gone"), line, sizeof(line));
	fact(s, "Key gone from the host",
	    line[0] != '\0' ? line : "It is not gone.");
	cp_words_time(text_of(s->body, "last_copy_gone"), line, sizeof(line));
	fact(s, "Last known copy gone", line[0] != '\0' ? line :
	    "Not yet. These copies remain:");
	cp_page_keep(s->page, 0);
	list_of(s, copies);
}

static void
put_act(struct sheet *s, const char *what, const char *by, const char *at)
{
	char line[LINE];
	const char *cells[] = { what, by, line };

	cp_words_time(at, line, sizeof(line));
	cp_page_row(s->page, 0, cells);
}

static void
put_acts(struct sheet *s)
{
	static const struct cp_page_column cols[] = {
		{ "Step", 27, 1 }, { "By", 33, 0 }, { "When", 40, 0 } };
	const struct cp_json *act = cp_json_get(s->body, "proposed");
	const struct cp_json *list = cp_json_get(s->body, "approved");

	cp_page_heading(s->page, 2, "Who decided, and when");
	cp_page_table(s->page, cols, 3);
	put_act(s, "Proposed", text_of(act, "by"), text_of(act, "at"));
	for (size_t i = 0; i < cp_json_size(list); i++) {
		act = cp_json_at(list, i);
		put_act(s, "Approved", text_of(act, "by"),
		    text_of(act, "at"));
	}
	act = cp_json_get(s->body, "executed");
	put_act(s, "Executed, begun", text_of(act, "by"),
	    text_of(act, "started"));
	put_act(s, "Executed, finished", text_of(act, "by"),
	    text_of(act, "finished"));
	put_act(s, "Certificate issued", text_of(s->body, "tool"),
	    s->issued);
}

static void
put_method(struct sheet *s)
{
	const struct cp_json *m = cp_json_get(s->body, "method");
	char line[LINE];

	cp_page_heading(s->page, 2, "What was done");
	cp_page_table(s->page, facts, 2);
	(void)snprintf(line, sizeof(line), "%s, as in %s: what is stored was "
	    "only ever ciphertext, and its keys are destroyed",
	    text_of(m, "kind"), text_of(m, "standard"));
	fact(s, "Method", line);
	fact(s, "Algorithm", text_of(m, "algorithm"));
	(void)snprintf(line, sizeof(line), "%lld bits",
	    (long long)int_of(m, "key_bits"));
	fact(s, "Keys", line);
	if (cp_json_size(cp_json_get(m, "zeroised")) == 0)
		return;
	cp_page_text(s->page, CP_PAGE_BODY, "Zeroised:");
	list_of(s, cp_json_get(m, "zeroised"));
}

static void
put_checks(struct sheet *s)
{
	static const struct cp_page_column cols[] = {
		{ "Check", 43, 1 }, { "Result", 43, 0 }, { "Passed", 14, 0 } };
	const struct cp_json *list = cp_json_get(s->body, "verification");

	cp_page_heading(s->page, 2, "What was checked");
	cp_page_table(s->page, cols, 3);
	for (size_t i = 0; i < cp_json_size(list); i++) {
		const struct cp_json *c = cp_json_at(list, i);
		int passed = cp_json_true(cp_json_get(c, "passed"));
		const char *cells[] = { text_of(c, "what"),
			text_of(c, "result"), passed ? "yes" : "NO" };

		cp_page_row(s->page, passed ? 0 : CP_PAGE_ROW_STRONG, cells);
	}
}

static void
put_trials(struct sheet *s)
{
	static const struct cp_page_column cols[] = {
		{ "Tried", 29, 1 }, { "By", 16, 0 }, { "Key", 24, 0 },
		{ "Headers from", 15, 0 }, { "Opened", 16, 0 } };
	const struct cp_json *list = cp_json_get(s->body, "trials");
	char when[LINE], result[64];

	if (cp_json_size(list) == 0)
		return;
	cp_page_heading(s->page, 2,
	    "Opening tried with the custodians\xE2\x80\x99 key");
	cp_page_table(s->page, cols, 5);
	for (size_t i = 0; i < cp_json_size(list); i++) {
		const struct cp_json *t = cp_json_at(list, i);
		const char *cells[] = { when, text_of(t, "by"),
			text_of(t, "custody"), text_of(t, "headers"),
			result };

		cp_words_time(text_of(t, "at"), when, sizeof(when));
		(void)snprintf(result, sizeof(result), "%lld of %lld",
		    (long long)int_of(t, "opened"),
		    (long long)int_of(t, "tried"));
		cp_page_row(s->page, int_of(t, "opened") != 0 ?
		    CP_PAGE_ROW_STRONG : 0, cells);
	}
}

static void
put_items(struct sheet *s)
{
	static const struct cp_page_column cols[] = {
		{ "Package", 34, 1 }, { "Record", 24, 0 },
		{ "Archived", 14, 0 }, { "Due", 14, 0 },
		{ "Outcome", 14, 0 } };
	const struct cp_json *list = cp_json_get(s->body, "items");

	cp_page_heading(s->page, 2, "The packages");
	cp_page_table(s->page, cols, 5);
	for (size_t i = 0; i < cp_json_size(list); i++) {
		const struct cp_json *it = cp_json_at(list, i);
		const char *outcome = text_of(it, "outcome");
		const char *cells[] = { text_of(it, "package"),
			text_of(it, "record"), text_of(it, "archived"),
			text_of(it, "due"), outcome };

		cp_page_row(s->page, strcmp(outcome, "destroyed") != 0 ?
		    CP_PAGE_ROW_STRONG : 0, cells);
	}
}

static void
put_code(struct sheet *s)
{
	int64_t issue = int_of(s->body, "issue");
	char code[LINE], alt[LINE + 16], how[LINE], number[24] = "";
	const char *beside[] = { "How to check it",
		"This print is for the file. What counts is the signed "
		    "certificate, a file of JSON that anyone can check "
		    "without the store, with cpadmin verify and the public "
		    "key of the authority:",
		how,
		"The code reads \xE2\x80\x9C" "cpadmin certificate\xE2\x80\x9D, "
		    "the batch and the fingerprint of the body. A "
		    "certificate with another fingerprint is not the one "
		    "printed here." };
	struct cp_page_qr qr = { .data = code, .side = 36, .alt = alt,
		.beside = beside, .n_beside = 4 };

	(void)snprintf(code, sizeof(code), "cpadmin certificate %.300s %s",
	    s->batch, s->sum);
	(void)snprintf(alt, sizeof(alt), "QR code: %s", code);
	if (issue > 1)
		(void)snprintf(number, sizeof(number), "-%lld",
		    (long long)issue);
	(void)snprintf(how, sizeof(how), "cpadmin verify "
	    "certificate-%.300s%s.json --key signing.pub", s->batch, number);
	qr.len = strlen(code);
	cp_page_qr(s->page, &qr);
}

static void
put_proof(struct sheet *s)
{
	const struct cp_json *audit = cp_json_get(s->doc, "audit");
	const char *cells[] = { "Fingerprint of the body", s->sum };
	char vkey[CP_NOTE_VKEY_MAX], line[LINE];

	cp_page_keep(s->page, 1);
	cp_page_heading(s->page, 2, "The proof");
	cp_page_table(s->page, facts, 2);
	(void)snprintf(line, sizeof(line), "number %lld of the log of %s, "
	    "whose signed head covers it",
	    (long long)int_of(audit, "seq"), s->key.name);
	fact(s, "Log entry", line);
	cp_page_row(s->page, CP_PAGE_ROW_MONO, cells);
	cells[0] = "Fingerprint of the key";
	cells[1] = s->key_sum;
	cp_page_row(s->page, CP_PAGE_ROW_MONO, cells);
	cp_note_key_format(&s->key, vkey);
	cells[0] = "Signing key";
	cells[1] = vkey;
	cp_page_row(s->page, CP_PAGE_ROW_MONO, cells);
	put_code(s);
	cp_page_keep(s->page, 0);
}

/* ---- the whole ------------------------------------------------------------- */

static enum cp_rc
open_page(struct sheet *s, struct cp_err *err)
{
	char title[LINE], running[LINE], foot[LINE];
	struct cp_page_spec spec = { .title = title, .language = "en-GB",
		.author = text_of(s->body, "authority"), .running = running,
		.reference = foot, .made = s->issued };

	(void)snprintf(title, sizeof(title), "Certificate of destruction "
	    "%.300s", s->batch);
	(void)snprintf(running, sizeof(running), "Certificate of destruction, "
	    "batch %.300s", s->batch);
	(void)snprintf(foot, sizeof(foot), "%.300s \xC2\xB7 SHA-256 %.16s"
	    "\xE2\x80\xA6", s->batch, s->sum);
	return cp_page_open(&spec, &s->page, err);
}

static void
put_title(struct sheet *s)
{
	int64_t issue = int_of(s->body, "issue");
	char line[LINE], number[48] = "";

	if (issue > 1)
		(void)snprintf(number, sizeof(number), " \xC2\xB7 issue %lld",
		    (long long)issue);
	cp_page_heading(s->page, 1, "Certificate of destruction");
	(void)snprintf(line, sizeof(line), "Batch %.200s \xC2\xB7 authority "
	    "%.200s%s", s->batch, text_of(s->body, "authority"), number);
	cp_page_text(s->page, CP_PAGE_LEAD, line);
}

static void
put_all(struct sheet *s)
{
	put_title(s);
	put_outcome(s);
	put_dates(s);
	put_why(s);
	put_acts(s);
	put_method(s);
	put_checks(s);
	put_trials(s);
	put_proof(s);
	put_items(s);
}

enum cp_rc
cp_certificate_page(const struct cp_buf *text, const struct cp_note_key *given,
    struct cp_buf *out, struct cp_err *err)
{
	struct sheet s = { .doc = NULL };
	enum cp_rc rc = read_certificate(text, given, &s, err);

	if (rc == CP_OK)
		rc = open_page(&s, err);
	if (rc == CP_OK) {
		put_all(&s);
		rc = cp_page_finish(s.page, out, err);
	}
	cp_page_free(s.page);
	cp_json_free(s.body);
	cp_json_free(s.doc);
	return rc;
}
