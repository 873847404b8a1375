#include "lifecycle/duties/certificate.h"

#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/store/json_put.h"

enum { KEY_BITS_LEAST = 128, SALT_SIZE = 16 };
static const char DESTROYED[] = "destroyed";

static int
known_outcome(const char *text)
{
	return strcmp(text, DESTROYED) == 0 || strcmp(text, "failed") == 0 ||
	    strcmp(text, "residue") == 0;
}

static int
texts_present(const struct cp_certificate *c)
{
	const char *const need[] = { c->batch, c->authority, c->policy,
		c->policy_version, c->rule, c->proposed.by, c->proposed.at,
		c->executed_by, c->started, c->finished, c->algorithm,
		c->outcome, c->tool, c->issued };
	size_t i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if (need[i] == NULL || need[i][0] == '\0')
			return 0;
	for (i = 0; i < c->approvals; i++)
		if (c->approved[i].by == NULL || c->approved[i].at == NULL)
			return 0;
	for (i = 0; i < c->count; i++) {
		const struct cp_cert_item *it = &c->items[i];

		if (it->package == NULL || it->record == NULL ||
		    it->archived == NULL || it->due == NULL ||
		    it->outcome == NULL)
			return 0;
	}
	return 1;
}

/* The same for the members that not every certificate has. */
static const char *
untrue_since(const struct cp_certificate *c)
{
	int early = c->kind != NULL && strcmp(c->kind, "early") == 0;
	size_t i;

	if (early != (c->legal_basis != NULL) ||
	    early != (c->early_before != NULL) ||
	    early != (c->early_shelves != NULL))
		return "early is what has a legal basis and a later day";
	if ((c->issue > 1) != (c->replaces != NULL))
		return "a second certificate names the one before it";
	for (i = 0; i < c->trial_count; i++)
		if (c->trials[i].opened > c->trials[i].tried ||
		    c->trials[i].opened < 0)
			return "a trial opened more than it tried";
	return NULL;
}

/* Why C must not be issued, or NULL. */
static const char *
untrue(const struct cp_certificate *c)
{
	int destroyed;
	size_t i;

	if (!texts_present(c) || (c->key_gone != NULL && c->key_gone[0] == 0))
		return "a part of it is missing";
	if (c->count == 0 || c->approvals == 0 || c->check_count == 0)
		return "it names no item, no approval or no check";
	if (c->key_bits < KEY_BITS_LEAST)
		return "its keys are too short for cryptographic erase";
	if (!known_outcome(c->outcome))
		return "its outcome is not one of the three";
	destroyed = strcmp(c->outcome, DESTROYED) == 0;
	for (i = 0; i < c->count; i++) {
		if (!known_outcome(c->items[i].outcome))
			return "an item's outcome is not one of the three";
		if (destroyed && strcmp(c->items[i].outcome, DESTROYED) != 0)
			return "it says destroyed, and an item does not";
	}
	for (i = 0; destroyed && i < c->check_count; i++)
		if (!c->checks[i].passed)
			return "it says destroyed, and a check failed";
	if ((c->last_copy_gone == NULL) == (c->copy_count == 0))
		return "either copies of the key remain, or the last is gone";
	if (c->key_gone == NULL && (destroyed || c->last_copy_gone != NULL))
		return "the key is not gone";
	return untrue_since(c);
}

static void
put_act(struct cp_buf *b, const struct cp_cert_act *act)
{
	cp_json_open(b, '{');
	cp_json_put_member(b, "by", act->by);
	cp_json_put_member(b, "at", act->at);
	cp_json_close(b, '}');
}

static void
put_items(struct cp_buf *b, const struct cp_certificate *c)
{
	size_t i;

	cp_json_put_key(b, "count");
	cp_json_put_int(b, (int64_t)c->count);
	cp_json_put_key(b, "items");
	cp_json_open(b, '[');
	for (i = 0; i < c->count; i++) {
		cp_json_open(b, '{');
		cp_json_put_member(b, "package", c->items[i].package);
		cp_json_put_member(b, "record", c->items[i].record);
		cp_json_put_member(b, "archived", c->items[i].archived);
		cp_json_put_member(b, "due", c->items[i].due);
		cp_json_put_member(b, "outcome", c->items[i].outcome);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static void
put_acts(struct cp_buf *b, const struct cp_certificate *c)
{
	size_t i;

	cp_json_put_key(b, "proposed");
	put_act(b, &c->proposed);
	cp_json_put_key(b, "approved");
	cp_json_open(b, '[');
	for (i = 0; i < c->approvals; i++)
		put_act(b, &c->approved[i]);
	cp_json_close(b, ']');
	cp_json_put_key(b, "executed");
	cp_json_open(b, '{');
	cp_json_put_member(b, "by", c->executed_by);
	cp_json_put_member(b, "started", c->started);
	cp_json_put_member(b, "finished", c->finished);
	cp_json_close(b, '}');
}

static void
put_texts(struct cp_buf *b, const char *key, const char *const *texts,
    size_t n)
{
	size_t i;

	cp_json_put_key(b, key);
	cp_json_open(b, '[');
	for (i = 0; i < n; i++)
		cp_json_put_string(b, texts[i]);
	cp_json_close(b, ']');
}

static void
put_method(struct cp_buf *b, const struct cp_certificate *c)
{
	size_t i;

	cp_json_put_key(b, "method");
	cp_json_open(b, '{');
	cp_json_put_member(b, "kind", "cryptographic erase");
	cp_json_put_member(b, "standard", "NIST SP 800-88r2");
	cp_json_put_member(b, "algorithm", c->algorithm);
	cp_json_put_key(b, "key_bits");
	cp_json_put_int(b, c->key_bits);
	put_texts(b, "zeroised", c->zeroised, c->zeroised_count);
	cp_json_close(b, '}');
	cp_json_put_key(b, "verification");
	cp_json_open(b, '[');
	for (i = 0; i < c->check_count; i++) {
		cp_json_open(b, '{');
		cp_json_put_member(b, "what", c->checks[i].what);
		cp_json_put_member(b, "result", c->checks[i].result);
		cp_json_put_key(b, "passed");
		cp_json_put_bool(b, c->checks[i].passed);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

static void
put_number(struct cp_buf *b, const char *key, int64_t n)
{
	cp_json_put_key(b, key);
	cp_json_put_int(b, n);
}

static void
put_trials(struct cp_buf *b, const struct cp_certificate *c)
{
	size_t i;

	cp_json_put_key(b, "trials");
	cp_json_open(b, '[');
	for (i = 0; i < c->trial_count; i++) {
		cp_json_open(b, '{');
		cp_json_put_member(b, "at", c->trials[i].at);
		cp_json_put_member(b, "by", c->trials[i].by);
		cp_json_put_member(b, "custody", c->trials[i].custody);
		cp_json_put_member(b, "headers", c->trials[i].headers);
		put_number(b, "tried", c->trials[i].tried);
		put_number(b, "opened", c->trials[i].opened);
		cp_json_close(b, '}');
	}
	cp_json_close(b, ']');
}

/* Each only where it says something: a reader of the first certificates finds
 * what it knows. */
static void
put_since(struct cp_buf *b, const struct cp_certificate *c)
{
	if (c->kind != NULL)
		cp_json_put_member(b, "kind", c->kind);
	if (c->legal_basis != NULL) {
		cp_json_put_member(b, "legal_basis", c->legal_basis);
		cp_json_put_key(b, "early");
		cp_json_open(b, '{');
		cp_json_put_member(b, "before", c->early_before);
		cp_json_put_member(b, "shelves_live_until", c->early_shelves);
		cp_json_close(b, '}');
	}
	if (c->issue > 1) {
		put_number(b, "issue", c->issue);
		cp_json_put_key(b, "replaces");
		cp_json_open(b, '{');
		put_number(b, "issue", c->issue - 1);
		cp_json_put_member(b, "certificate", c->replaces);
		cp_json_close(b, '}');
	}
	if (c->trial_count > 0)
		put_trials(b, c);
}

/* Puts B after what OUT holds and clears B: JSON is written into a buffer of
 * its own, where no comma can come from what lies before. */
static enum cp_rc
append(struct cp_buf *b, struct cp_buf *out, struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(b, err);

	if (rc == CP_OK) {
		cp_buf_put(out, b->data, b->len);
		rc = cp_buf_check(out, err);
	}
	cp_buf_clear(b);
	return rc;
}

enum cp_rc
cp_certificate_body(const struct cp_certificate *c, struct cp_buf *out,
    struct cp_err *err)
{
	const char *why = untrue(c);
	struct cp_buf b;

	if (why != NULL)
		return cp_fail(err, CP_BAD_INPUT, "no certificate: %s", why);
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "batch", c->batch);
	cp_json_put_member(&b, "authority", c->authority);
	cp_json_put_member(&b, "policy", c->policy);
	cp_json_put_member(&b, "policy_version", c->policy_version);
	cp_json_put_member(&b, "rule", c->rule);
	cp_json_put_member(&b, "outcome", c->outcome);
	put_items(&b, c);
	put_acts(&b, c);
	put_method(&b, c);
	cp_json_put_member(&b, "key_gone", c->key_gone);
	cp_json_put_member(&b, "last_copy_gone", c->last_copy_gone);
	put_texts(&b, "copies_remaining", c->copies, c->copy_count);
	put_since(&b, c);
	cp_json_put_member(&b, "tool", c->tool);
	cp_json_put_member(&b, "issued", c->issued);
	cp_json_close(&b, '}');
	return append(&b, out, err);
}

/* Values of these two need no escape. */
static void
put_hex(struct cp_buf *b, const uint8_t *data, size_t len)
{
	cp_buf_putc(b, '"');
	cp_hex_put(b, data, len);
	cp_buf_putc(b, '"');
}

static void
put_base64(struct cp_buf *b, const uint8_t *data, size_t len)
{
	cp_buf_putc(b, '"');
	cp_base64_put(b, data, len);
	cp_buf_putc(b, '"');
}

enum cp_rc
cp_certificate_detail(const char *batch, const char *body, struct cp_buf *out,
    struct cp_err *err)
{
	uint8_t sum[32];
	struct cp_buf b;

	cp_sha256(body, strlen(body), sum);
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "batch", batch);
	cp_json_put_key(&b, "certificate");
	put_hex(&b, sum, sizeof(sum));
	cp_json_close(&b, '}');
	return append(&b, out, err);
}

static void
put_entry(struct cp_buf *b, const struct cp_cert_entry *e)
{
	size_t i;

	cp_json_put_key(b, "audit");
	cp_json_open(b, '{');
	cp_json_put_key(b, "seq");
	cp_json_put_int(b, e->seq);
	cp_json_put_member(b, "leaf", e->leaf);
	cp_json_put_key(b, "salt");
	put_hex(b, e->salt, SALT_SIZE);
	cp_json_put_member(b, "detail", e->detail);
	cp_json_put_key(b, "proof");
	cp_json_open(b, '[');
	for (i = 0; i < e->proof_count; i++) {
		if (i > 0)
			cp_buf_putc(b, ',');
		put_base64(b, e->proof + i * 32, 32);
	}
	cp_json_close(b, ']');
	cp_json_put_member(b, "checkpoint", e->checkpoint);
	cp_json_close(b, '}');
}

enum cp_rc
cp_certificate_write(const char *body, const char *vkey,
    const uint8_t sig[64], const struct cp_cert_entry *entry,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf b;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "cpadmin", "certificate/1");
	cp_json_put_member(&b, "body", body);
	cp_json_put_member(&b, "key", vkey);
	cp_json_put_key(&b, "signature");
	put_base64(&b, sig, 64);
	put_entry(&b, entry);
	cp_json_close(&b, '}');
	cp_buf_putc(&b, '\n');
	return append(&b, out, err);
}
