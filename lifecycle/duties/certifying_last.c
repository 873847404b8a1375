#include "lifecycle/duties/certifying_last.h"

#include <stdio.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/duties/papers_checks.h"
#include "lifecycle/store/json.h"

/* What the certificates that were issued say. */

static void
take_time(const struct cp_json *doc, const char *key, char out[24])
{
	const char *text = cp_json_text(cp_json_get(doc, key));

	(void)snprintf(out, 24, "%s", text != NULL ? text : "");
}

static int
is_dirty(const struct cp_json *checks)
{
	for (size_t i = 0; i < cp_json_size(checks); i++) {
		const struct cp_json *check = cp_json_at(checks, i);
		const char *what = cp_json_text(cp_json_get(check, "what"));

		if (what != NULL && !cp_json_true(cp_json_get(check,
		    "passed")) && (strcmp(what, PAPERS_HEADERS) == 0 ||
		    strcmp(what, PAPERS_PERSONS) == 0))
			return 1;
	}
	return 0;
}

static enum cp_rc
read_body(const char *body, struct certified *out, struct cp_err *err)
{
	struct cp_json *doc = NULL;
	const char *outcome = NULL;
	struct cp_buf hex;
	uint8_t sum[32];
	enum cp_rc rc = cp_json_parse(body, strlen(body), &doc, err);

	if (rc == CP_OK)
		rc = cp_json_need_text(doc, "outcome", &outcome, err);
	if (rc == CP_OK) {
		(void)snprintf(out->outcome, sizeof(out->outcome), "%s",
		    outcome);
		out->gone = cp_json_text(cp_json_get(doc,
		    "last_copy_gone")) != NULL;
		take_time(doc, "key_gone", out->key_gone);
		take_time(doc, "issued", out->issued);
		out->dirty = is_dirty(cp_json_get(doc, "verification"));
	}
	cp_json_free(doc);
	cp_sha256(body, strlen(body), sum);
	cp_buf_init(&hex);
	cp_hex_put(&hex, sum, sizeof(sum));
	(void)snprintf(out->sum, sizeof(out->sum), "%s", cp_buf_text(&hex));
	cp_buf_clear(&hex);
	return rc;
}

/* Issue ISSUE (0 = the last). */
static enum cp_rc
find_issue(struct cp_store *s, const struct cp_batch *b, int64_t issue,
    struct certified *out, struct cp_err *err)
{
	struct cp_err why = { 0 };
	struct cp_buf body;
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	cp_buf_init(&body);
	rc = cp_certificate_text(s, b, issue, &out->issue, &body, &why);
	if (rc == CP_OK)
		rc = read_body(cp_buf_text(&body), out, err);
	else if (rc == CP_REFUSED) /* it has none */
		rc = CP_OK;
	else
		*err = why;
	cp_buf_clear(&body);
	return rc;
}

enum cp_rc
certified_last(struct cp_store *s, const struct cp_batch *b,
    struct certified *out, struct cp_err *err)
{
	return find_issue(s, b, 0, out, err);
}

enum cp_rc
certified_clean(const struct cp_certifier *c, const struct cp_batch *b,
    const struct certified *last, char out[24], struct cp_err *err)
{
	struct certified at = *last, before;
	enum cp_rc rc = CP_OK;

	(void)snprintf(out, 24, "%s", at.dirty ? c->now->time : "");
	for (; rc == CP_OK && out[0] == '\0' && at.issue > 1; at = before) {
		rc = find_issue(c->store, b, at.issue - 1, &before, err);
		if (rc == CP_OK && before.dirty)
			memcpy(out, at.issued, sizeof(at.issued));
	}
	return rc;
}

enum cp_rc
cp_certified_gone(struct cp_store *s, const struct cp_batch *b, int *gone,
    int *sound, struct cp_err *err)
{
	struct certified last;
	enum cp_rc rc = certified_last(s, b, &last, err);

	if (rc != CP_OK)
		return rc;
	*gone = last.issue > 0 && last.gone;
	*sound = strcmp(last.outcome, "destroyed") == 0;
	return CP_OK;
}
