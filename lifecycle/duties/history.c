#include "lifecycle/duties/history.h"

#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "lifecycle/records/consent.h"
#include "lifecycle/records/notice_life.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

struct saving {
	struct cp_buf *out;
	int64_t last;
};

/* Where a shield left less of a detail it has no salt any more.  Here it is
 * given one, so that it looks like any other. */
static enum cp_rc
put_detail(struct saving *x, const struct cp_log_row *row, struct cp_err *err)
{
	uint8_t salt[CP_SALT_SIZE];
	enum cp_rc rc = CP_OK;

	if (row->salt != NULL)
		memcpy(salt, row->salt, sizeof(salt));
	else
		rc = cp_random(salt, sizeof(salt), err);
	if (rc != CP_OK)
		return rc;
	cp_json_put_member(x->out, "detail", row->detail);
	cp_buf_puts(x->out, ",\"salt\":\"");
	cp_hex_put(x->out, salt, CP_SALT_SIZE);
	cp_buf_putc(x->out, '"');
	return CP_OK;
}

static enum cp_rc
save_event(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct saving *x = ctx;
	enum cp_rc rc = CP_OK;

	x->last = row->seq;
	cp_json_open(x->out, '{');
	cp_json_put_key(x->out, "seq");
	cp_json_put_int(x->out, row->seq);
	cp_json_put_member(x->out, "time", row->time);
	cp_json_put_member(x->out, "actor", row->actor);
	cp_json_put_member(x->out, "action", row->action);
	cp_json_put_member(x->out, "outcome", row->outcome);
	if (row->detail != NULL)
		rc = put_detail(x, row, err);
	cp_json_close(x->out, '}');
	return rc;
}

enum cp_rc
cp_history_save(struct cp_store *s, const struct cp_record *r,
    struct cp_buf *out, int64_t *last, struct cp_err *err)
{
	struct cp_log_filter about = { .subject = r->id };
	struct saving x = { out, -1 };
	enum cp_rc rc;

	cp_buf_puts(out, "{\"cpadmin\":\"history/1\"");
	cp_json_put_member(out, "id", r->id);
	cp_json_put_key(out, "events");
	cp_json_open(out, '[');
	rc = cp_log_each(s, &about, save_event, &x, err);
	cp_json_close(out, ']');
	if (rc != CP_OK)
		return rc;
	cp_json_put_key(out, "consents");
	rc = cp_consent_save(s, r->n, out, err);
	cp_json_put_key(out, "notices");
	if (rc == CP_OK)
		rc = cp_notice_save(s, r->n, out, err);
	cp_json_close(out, '}');
	if (rc == CP_OK)
		rc = cp_buf_check(out, err);
	if (rc == CP_OK)
		*last = x.last;
	return rc;
}

enum cp_rc
cp_history_last(struct cp_store *s, const char *id, int64_t *last,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_AUDIT_LAST_OF);

	cp_bind_text(q, id);
	return cp_exec_int(q, -1, last, err);
}

/* Whether SALT and DETAIL are what entry SEQ has the hash of. */
static enum cp_rc
is_logged(struct cp_store *s, int64_t seq, const uint8_t *salt,
    const char *detail, int *yes, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_BOXED_LOG_HASH);
	uint8_t hash[CP_SHA256_LEN];
	const void *logged;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, seq);
	rc = cp_step(q, &row, err);
	*yes = 0;
	if (rc != CP_OK || !row)
		return rc;
	cp_sha256_two(salt, CP_SALT_SIZE, detail, strlen(detail), hash);
	logged = cp_col_blob(q, 0, &len);
	*yes = len == sizeof(hash) && memcmp(logged, hash, len) == 0;
	cp_reset(q);
	return CP_OK;
}

static enum cp_rc
load_event(struct cp_store *s, const struct cp_record *r,
    const struct cp_json *e, struct cp_err *err)
{
	const char *detail = cp_json_text(cp_json_get(e, "detail"));
	const char *hex = cp_json_text(cp_json_get(e, "salt"));
	uint8_t salt[CP_SALT_SIZE];
	size_t got = 0;
	struct cp_stmt *q;
	int64_t seq;
	int logged;
	enum cp_rc rc;

	if (detail == NULL)
		return CP_OK; /* had been erased before it was archived */
	if (!cp_json_int(cp_json_get(e, "seq"), &seq) || hex == NULL ||
	    cp_hex_get(hex, strlen(hex), salt, sizeof(salt), &got, err) !=
	    CP_OK || got != sizeof(salt))
		return cp_fail(err, CP_CORRUPT, "an event in the history of %s "
		    "cannot be read", r->id);
	rc = is_logged(s, seq, salt, detail, &logged, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_AUDIT_PUT_DETAIL);
	cp_bind_text(q, detail);
	if (logged)
		cp_bind_blob(q, salt, sizeof(salt));
	else
		cp_bind_null(q);
	cp_bind_int(q, seq);
	cp_bind_text(q, r->id);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) != 1)
		rc = cp_fail(err, CP_CORRUPT, "the history of %s names a log "
		    "entry that is not about it", r->id);
	return rc;
}

enum cp_rc
cp_history_load(struct cp_store *s, const struct cp_record *r,
    const char *json, size_t len, struct cp_err *err)
{
	struct cp_json *h = NULL;
	const struct cp_json *events;
	const char *id;
	enum cp_rc rc = cp_json_parse(json, len, &h, err);

	if (rc != CP_OK) {
		cp_err_context(err, "the history of %s", r->id);
		return err->code = CP_CORRUPT;
	}
	id = cp_json_text(cp_json_get(h, "id"));
	if (id == NULL || strcmp(id, r->id) != 0)
		rc = cp_fail(err, CP_CORRUPT, "the history in the package is "
		    "not that of %s", r->id);
	events = cp_json_get(h, "events");
	for (size_t i = 0; rc == CP_OK && i < cp_json_size(events); i++)
		rc = load_event(s, r, cp_json_at(events, i), err);
	if (rc == CP_OK)
		rc = cp_consent_load(s, r->n, cp_json_get(h, "consents"), err);
	if (rc == CP_OK)
		rc = cp_notice_load(s, r->n, cp_json_get(h, "notices"), err);
	cp_json_free(h);
	return rc;
}
