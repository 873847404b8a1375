#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "cpadmin/record_verbs.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/records/golive.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/json_put.h"

/* ---- list ---- */

static const struct cp_column list_columns[] = {
	{ "id", "ID" },
	{ "state", "STATE" },
	{ "next_action", "NEXT" },
	{ "next_due", "DUE" },
	{ "prune_due", "PRUNE" },
	{ "rule", "RULE" },
	/* Only for those who are told: the last. */
	{ "shielded", "SHIELDED" },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

struct listing {
	struct cp_out *out;
	struct cp_store *store;
	int tells;
	const char *state; /* NULL = any */
	struct cp_date before, today;
	const struct cp_operator *op;
};

static enum cp_rc
list_shielded(const struct listing *l, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc = cp_shield_of(l->store, r->n, &shield, err);

	if (rc == CP_OK)
		cp_out_bool(l->out, shield.n != 0);
	return rc;
}

static enum cp_rc
list_one(void *ctx, const struct cp_record *r, struct cp_err *err)
{
	struct listing *l = ctx;
	const char *state = cp_record_state_word(r, l->today);
	int none = r->next_action == CP_ACTION_NONE;
	enum cp_rc rc = CP_OK;

	if (!cp_operator_reaches(l->op, r->authority) ||
	    (l->state != NULL && strcmp(l->state, state) != 0))
		return CP_OK;
	if (cp_date_set(l->before) && (!cp_date_set(r->next_due) ||
	    cp_date_cmp(r->next_due, l->before) >= 0))
		return CP_OK;
	cp_out_text(l->out, r->id);
	cp_out_text(l->out, state);
	cp_out_text(l->out, none ? NULL : cp_action_word(r->next_action));
	record_out_date(l->out, r->next_due);
	record_out_date(l->out, r->prune_due);
	cp_out_text(l->out, none ? NULL : r->rule);
	if (l->tells)
		rc = list_shielded(l, r, err);
	return rc == CP_OK ? cp_out_row(l->out, err) : rc;
}

enum cp_rc
record_run_list(struct cp_call *call, struct cp_err *err)
{
	static const char *const states[] = { "live", "extended", "archived",
		"destroyed", "merged", NULL };
	struct listing l = { .state = cp_option(call, "state") };
	struct cp_session s;
	enum cp_rc rc;
	int i = 0;

	while (l.state != NULL && states[i] != NULL &&
	    strcmp(states[i], l.state) != 0)
		i++;
	if (states[i] == NULL)
		return cp_fail(err, CP_USAGE, "--state is live, extended, "
		    "archived, destroyed or merged");
	rc = record_date_option(call, "due-before", 0, &l.before, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	l.today = s.now.today;
	l.op = &s.op;
	l.store = s.store;
	l.tells = cp_gate_tells(&s.op);
	rc = cp_out_table(call, "records", list_columns, LIST_COLUMNS -
	    !l.tells, &l.out, err);
	if (rc == CP_OK)
		rc = cp_record_each(s.store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.out, err);
	cp_out_free(l.out);
	cp_session_close(&s);
	return rc;
}

/* ---- history ---- */

static const struct cp_column history_columns[] = {
	{ "seq", NULL },
	{ "time", "TIME" },
	{ "actor", "ACTOR" },
	{ "action", "ACTION" },
	{ "outcome", NULL },
	{ "detail", "DETAIL" },
};
enum { HISTORY_COLUMNS = sizeof(history_columns) / sizeof(history_columns[0]) };

struct history {
	struct cp_out *out;
	const struct cp_operator *op;
};

static enum cp_rc
out_detail(const struct history *h, const struct cp_log_row *row,
    struct cp_err *err)
{
	struct cp_buf detail;
	enum cp_rc rc;

	if (row->detail == NULL) {
		cp_out_json(h->out, "null", "(erased)");
		return CP_OK;
	}
	cp_buf_init(&detail);
	rc = cp_gate_detail(h->op, row->action, row->detail, &detail, err);
	if (rc == CP_OK)
		cp_out_json(h->out, cp_buf_text(&detail), NULL);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
history_one(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	const struct history *h = ctx;
	struct cp_out *o = h->out;
	enum cp_rc rc;

	cp_out_int(o, row->seq);
	cp_out_text(o, row->time);
	cp_out_text(o, row->actor);
	cp_out_text(o, row->action);
	cp_out_text(o, row->outcome);
	rc = out_detail(h, row, err);
	return rc == CP_OK ? cp_out_row(o, err) : rc;
}

static enum cp_rc
log_history(struct cp_session *s, const char *id, const char *reason,
    struct cp_err *err)
{
	struct cp_record r;
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(s->store, id, &r, err);
	if (rc == CP_OK && r.state == CP_STATE_MERGED)
		rc = cp_record_need_live(s->store, &r, "show", err);
	/* What is destroyed stays so: nothing new is written about it. */
	if (rc == CP_OK)
		rc = record_log(s, "record.history", r.state ==
		    CP_STATE_DESTROYED ? NULL : r.id, reason, err);
	return cp_txn_end(s->audit, rc, err);
}

enum cp_rc
record_run_history(struct cp_call *call, struct cp_err *err)
{
	struct cp_log_filter filter = { .subject = cp_arg(call, 0) };
	const char *reason = NULL;
	struct history h = { NULL, NULL };
	struct cp_session s;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = record_open(call, RECORD_READERS | CP_ROLE_AUDITOR, &s,
		    err);
	if (rc != CP_OK)
		return rc;
	h.op = &s.op;
	filter.cases = cp_gate_tells(&s.op);
	rc = log_history(&s, filter.subject, reason, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "history", history_columns,
		    HISTORY_COLUMNS, &h.out, err);
	if (rc == CP_OK)
		rc = cp_log_each(s.store, &filter, history_one, &h, err);
	if (rc == CP_OK)
		rc = cp_out_end(&h.out, err);
	cp_out_free(h.out);
	cp_session_close(&s);
	return rc;
}

/* ---- find ---- */

static const struct cp_column find_columns[] = {
	{ "id", "ID" },
	{ "name", "NAME" },
	{ "birth_date", "BORN" },
	{ "state", "STATE" },
	{ "match", "MATCH" },
};
enum { FIND_COLUMNS = sizeof(find_columns) / sizeof(find_columns[0]),
	FIND_LIMIT = 50 };

static const char *
given(const struct cp_call *call, const char *option)
{
	const char *text = cp_option(call, option);

	return text != NULL && text[strspn(text, " \t")] != '\0' ? text : NULL;
}

static enum cp_rc
take_query(const struct cp_call *call, struct cp_find *what,
    struct cp_err *err)
{
	const char *born = given(call, "born");
	const char *limit = cp_option(call, "limit");
	long n = FIND_LIMIT;
	char *end;
	enum cp_rc rc = CP_OK;

	memset(what, 0, sizeof(*what));
	what->query.name = given(call, "name");
	what->query.postcode = given(call, "postcode");
	what->query.number = given(call, "number");
	if (born != NULL)
		rc = cp_partial_parse(born, &what->born, err);
	if (rc != CP_OK) {
		cp_err_context(err, "--born");
		return err->code = CP_USAGE;
	}
	if (what->query.name == NULL && what->query.postcode == NULL &&
	    what->query.number == NULL && born == NULL)
		return cp_fail(err, CP_USAGE, "nothing to look for: give "
		    "--name, --born, --postcode or --number");
	if (limit != NULL) {
		n = strtol(limit, &end, 10);
		if (*end != '\0' || n < 1 || n > CP_FIND_LIMIT_MAX)
			return cp_fail(err, CP_USAGE, "--limit is 1 to %d",
			    CP_FIND_LIMIT_MAX);
	}
	what->limit = (size_t)n;
	return CP_OK;
}

static void
put_kinds(struct cp_buf *b, const struct cp_find *what)
{
	cp_json_put_key(b, "by");
	cp_json_open(b, '[');
	if (what->query.name != NULL)
		cp_json_put_string(b, "name");
	if (what->born.year != 0)
		cp_json_put_string(b, "born");
	if (what->query.postcode != NULL)
		cp_json_put_string(b, "postcode");
	if (what->query.number != NULL)
		cp_json_put_string(b, "number");
	cp_json_close(b, ']');
}

/*
 * What was asked for may name a person, found or not, and an entry that is not
 * about them would outlive their record.  So the log keeps a salted hash:
 * whether a given question was asked can be checked, not what was asked.
 */
static void
put_hash(struct cp_buf *b, const uint8_t salt[CP_SALT_LEN],
    const struct cp_find *what)
{
	char birth[CP_DATE_TEXT];
	struct cp_buf text;
	uint8_t hash[CP_SHA256_LEN];

	cp_buf_init(&text);
	cp_json_open(&text, '[');
	cp_json_put_string(&text, what->query.name);
	cp_json_put_string(&text, cp_partial_format(what->born, birth));
	cp_json_put_string(&text, what->query.postcode);
	cp_json_put_string(&text, what->query.number);
	cp_json_close(&text, ']');
	cp_sha256_two(salt, CP_SALT_LEN, text.data, text.len, hash);
	b->failed |= text.failed;
	cp_buf_clear(&text);
	cp_json_put_key(b, "query_sha256");
	cp_buf_putc(b, '"');
	cp_hex_put(b, hash, sizeof(hash));
	cp_buf_putc(b, '"');
}

/* One entry about the search, and one about each person who will be shown. */
static enum cp_rc
log_find(struct cp_session *s, const struct cp_find *what,
    const struct cp_found_list *found, const char *reason, struct cp_err *err)
{
	struct cp_entry e = { "record.find", NULL, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	put_kinds(&b, what);
	cp_json_put_key(&b, "found");
	cp_json_put_int(&b, (int64_t)found->n);
	cp_json_put_key(&b, "cut");
	cp_json_put_bool(&b, found->cut);
	put_hash(&b, s->settings.salt, what);
	if (found->n == 0)
		cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	cp_buf_reset(&b);
	cp_json_open(&b, '{');
	put_kinds(&b, what);
	cp_json_put_member(&b, "reason", reason);
	cp_json_close(&b, '}');
	if (rc == CP_OK)
		rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	for (size_t i = 0; rc == CP_OK && i < found->n; i++) {
		e.subject = found->one[i].record.id;
		rc = cp_audit_add(s->audit, &e, NULL, err);
	}
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
show_found(const struct cp_call *call, const struct cp_found_list *found,
    struct cp_date today, struct cp_err *err)
{
	struct cp_out *o = NULL;
	char match[16];
	enum cp_rc rc = cp_out_table(call, "found", find_columns, FIND_COLUMNS,
	    &o, err);

	for (size_t i = 0; rc == CP_OK && i < found->n; i++) {
		const struct cp_found *f = &found->one[i];

		cp_out_text(o, f->record.id);
		cp_out_text(o, f->name);
		cp_out_text(o, f->birth);
		cp_out_text(o, cp_record_state_word(&f->record, today));
		(void)snprintf(match, sizeof(match), "%.2f", f->match);
		cp_out_json(o, match, match);
		rc = cp_out_row(o, err);
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* Whoever was looked for: it is the same for all who reach the same. */
static enum cp_rc
say_closed(const struct cp_call *call, const struct cp_session *s,
    struct cp_err *err)
{
	int closed = 0;
	enum cp_rc rc = cp_golive_any_closed(s->store, &closed, err);

	if (rc == CP_OK && closed)
		cp_say(call, "authorities that have not gone live are not "
		    "searched: `cpadmin shield gate list'");
	return rc;
}

enum cp_rc
record_run_find(struct cp_call *call, struct cp_err *err)
{
	struct cp_found_list found = { NULL, 0, 0 };
	const char *reason = NULL;
	struct cp_find what;
	struct cp_session s;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = take_query(call, &what, err);
	if (rc == CP_OK)
		rc = record_open(call, RECORD_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_find_run(s.store, s.settings.salt, &what, &found, err);
	if (rc == CP_OK)
		rc = log_find(&s, &what, &found, reason, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show_found(call, &found, s.now.today, err);
	if (rc == CP_OK && found.cut)
		cp_say(call, "there may be more: ask more exactly, or for "
		    "more with --limit");
	if (rc == CP_OK)
		rc = say_closed(call, &s, err);
	cp_found_clear(&found);
	cp_session_close(&s);
	return rc;
}
