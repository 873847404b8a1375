#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/record_request.h"
#include "cpadmin/rules.h"
#include "lifecycle/records/events.h"
#include "lifecycle/records/feed.h"
#include "lifecycle/store/json_put.h"

enum { SETS_MAX = 100 };

static enum cp_rc
open_as(const struct cp_call *call, unsigned roles, struct cp_session *s,
    struct cp_policy **policy, struct cp_rules *rules, struct cp_change *c,
    struct cp_err *err)
{
	enum cp_rc rc = record_open(call, roles, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(s, policy, rules, err);
	if (rc != CP_OK) {
		cp_session_close(s);
		return rc;
	}
	c->store = s->store;
	c->audit = s->audit;
	c->rules = rules;
	c->now = &s->now;
	return CP_OK;
}

enum cp_rc
record_open_change(const struct cp_call *call, struct cp_session *s,
    struct cp_policy **policy, struct cp_rules *rules, struct cp_change *c,
    struct cp_err *err)
{
	return open_as(call, RECORD_CHANGERS, s, policy, rules, c, err);
}

/* ---- correct ---- */

static const struct cp_column correct_columns[] = {
	{ "id", "Record" },
	{ "changed", "Changed" },
};

static enum cp_rc
show_correction(const struct cp_call *call, const char *id,
    const char *const *sets, const int *changed, size_t n, struct cp_err *err)
{
	struct cp_buf json, people, field;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_buf_init(&field);
	cp_json_open(&json, '[');
	for (size_t i = 0; i < n; i++) {
		if (!changed[i])
			continue;
		cp_buf_reset(&field);
		cp_buf_put(&field, sets[i], strcspn(sets[i], "="));
		cp_json_put_string(&json, cp_buf_text(&field));
		cp_buf_printf(&people, "%s%s", people.len > 0 ? ", " : "",
		    cp_buf_text(&field));
	}
	cp_json_close(&json, ']');
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "correction", correct_columns, 2, &o,
		    err);
	if (rc == CP_OK) {
		cp_out_text(o, id);
		cp_out_json(o, cp_buf_text(&json), people.len > 0 ?
		    cp_buf_text(&people) : "nothing: it was so already");
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	cp_buf_clear(&field);
	return rc;
}

static enum cp_rc
take_sets(const struct cp_call *call, const char **sets, size_t *n,
    struct cp_err *err)
{
	const char *text;

	for (*n = 0; (text = cp_option_at(call, "set", (int)*n)) != NULL;
	    (*n)++) {
		if (*n == SETS_MAX)
			return cp_fail(err, CP_USAGE, "over %d --set",
			    SETS_MAX);
		if (strchr(text, '=') == NULL || text[0] == '=')
			return cp_fail(err, CP_USAGE, "--set takes "
			    "FIELD=VALUE");
		sets[*n] = text;
	}
	return *n > 0 ? CP_OK : cp_fail(err, CP_USAGE, "--set is missing");
}

struct correction {
	const char *sets[SETS_MAX], *reason;
	int changed[SETS_MAX];
	size_t n;
	struct record_request request;
};

static enum cp_rc
take_correction(const struct cp_call *call, struct correction *x,
    struct cp_err *err)
{
	enum cp_rc rc = cp_session_reason(call, &x->reason, err);

	if (rc == CP_OK)
		rc = take_sets(call, x->sets, &x->n, err);
	return rc == CP_OK ? record_request_take(call, &x->request, err) : rc;
}

/* What a request asked for and was so already is not put right by this. */
static enum cp_rc
need_change(const struct correction *x, struct cp_err *err)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->changed[i])
			return CP_OK;
	if (x->request.id == NULL)
		return CP_OK;
	cp_fail(err, CP_REFUSED, "nothing is put right: it was so already");
	cp_err_hint(err, "`cpadmin sar rectify %s corrected' says that it was "
	    "put right before", x->request.sar.id);
	return CP_REFUSED;
}

/* The log has the request with the reason. */
static enum cp_rc
correct(const struct cp_change *c, const char *id, struct correction *x,
    struct cp_err *err)
{
	struct cp_reject why = { "", "" };
	struct cp_buf reason;
	enum cp_rc rc = record_request_begin(c, &x->request, id, err);

	cp_buf_init(&reason);
	if (x->request.id != NULL)
		cp_buf_printf(&reason, "%s: ", x->request.sar.id);
	cp_buf_puts(&reason, x->reason);
	if (rc == CP_OK)
		rc = cp_buf_check(&reason, err);
	if (rc == CP_OK)
		rc = cp_record_correct(c, id, x->sets, x->n,
		    cp_buf_text(&reason), x->changed, &why, err);
	if (rc == CP_OK)
		rc = need_change(x, err);
	if (rc == CP_OK)
		rc = record_request_enter(c, &x->request, id, x->reason, err);
	cp_buf_clear(&reason);
	return rc;
}

enum cp_rc
record_run_correct(struct cp_call *call, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct correction x = { .reason = NULL };
	struct cp_rules rules;
	struct cp_session s;
	struct cp_change c;
	enum cp_rc rc = take_correction(call, &x, err);

	if (rc == CP_OK)
		rc = open_as(call, RECORD_CHANGERS | (x.request.id != NULL ?
		    CP_ROLE_DPO : 0), &s, &policy, &rules, &c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = correct(&c, cp_arg(call, 0), &x, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = record_request_remind(call, &c, &x.request, err);
	if (rc == CP_OK)
		rc = show_correction(call, cp_arg(call, 0), x.sets, x.changed,
		    x.n, err);
	record_request_clear(&x.request);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- one event ---- */

static const struct cp_column event_columns[] = {
	{ "id", "Record" },
	{ "event", "Event" },
	{ "state", "State" },
	{ "next_action", "Next" },
	{ "next_due", "Due" },
	{ "rule", "Rule" },
	{ "move", NULL },
};
enum { EVENT_COLUMNS = sizeof(event_columns) / sizeof(event_columns[0]) };

static enum cp_rc
show_event(const struct cp_call *call, const struct cp_record *r,
    const struct cp_event *e, struct cp_date today, struct cp_err *err)
{
	int none = r->next_action == CP_ACTION_NONE;
	int waits = cp_event_waits(e, r);
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "event", event_columns,
	    EVENT_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, r->id);
	cp_out_text(o, cp_event_word(e->kind));
	cp_out_text(o, cp_record_state_word(r, today));
	cp_out_text(o, none ? NULL : cp_action_word(r->next_action));
	record_out_date(o, r->next_due);
	cp_out_text(o, none ? NULL : r->rule);
	cp_out_text(o, e->kind != CP_EVENT_MOVED ? NULL : waits ? "offered" :
	    "accepted");
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && waits)
		cp_say(call, "%s waits until %s accepts it, by `cpadmin "
		    "record move accept %s'", r->id, e->to, r->id);
	return rc;
}

/* An option that this event needs, or that it does not know. */
static enum cp_rc
check_option(const struct cp_call *call, const char *option, int wanted,
    struct cp_err *err)
{
	const char *text = cp_option(call, option);

	if (wanted && text == NULL)
		return cp_fail(err, CP_USAGE, "--%s is missing", option);
	if (!wanted && text != NULL)
		return cp_fail(err, CP_USAGE, "--%s is not for this event",
		    option);
	return CP_OK;
}

static enum cp_rc
take_event(const struct cp_call *call, struct cp_event *e, struct cp_err *err)
{
	enum cp_rc rc;

	memset(e, 0, sizeof(*e));
	if (cp_arg_count(call) != 2)
		return cp_fail(err, CP_USAGE, "give ID and what happened: "
		    "died, left-england, returned or moved; or --file");
	if (!cp_event_parse(cp_arg(call, 1), &e->kind))
		return cp_fail(err, CP_USAGE, "the event is died, "
		    "left-england, returned or moved");
	rc = check_option(call, "notified", e->kind == CP_EVENT_DIED, err);
	if (rc == CP_OK)
		rc = check_option(call, "intention",
		    e->kind == CP_EVENT_LEFT_ENGLAND, err);
	if (rc == CP_OK)
		rc = check_option(call, "to", e->kind == CP_EVENT_MOVED, err);
	e->offer = cp_flag(call, "offer");
	if (rc == CP_OK && e->offer && e->kind != CP_EVENT_MOVED)
		rc = cp_fail(err, CP_USAGE, "--offer is not for this event");
	if (rc == CP_OK)
		rc = record_date_option(call, "date", 1, &e->date, err);
	if (rc == CP_OK)
		rc = record_date_option(call, "notified", 0, &e->notified,
		    err);
	if (rc == CP_OK && e->kind == CP_EVENT_LEFT_ENGLAND &&
	    !cp_intention_parse(cp_option(call, "intention"), &e->intention))
		rc = cp_fail(err, CP_USAGE, "--intention is return, no-return "
		    "or none-stated");
	e->to = cp_option(call, "to");
	e->reason = cp_option(call, "reason");
	return rc;
}

static enum cp_rc
run_one(const struct cp_call *call, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_record after;
	struct cp_rules rules;
	struct cp_session s;
	struct cp_change c;
	struct cp_event e;
	enum cp_rc rc = take_event(call, &e, err);

	if (rc == CP_OK)
		rc = record_open_change(call, &s, &policy, &rules, &c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(s.audit, err);
	if (rc == CP_OK)
		rc = cp_event_apply(&c, cp_arg(call, 0), &e, &after, err);
	rc = cp_txn_end(s.audit, rc, err);
	if (rc == CP_OK)
		rc = show_event(call, &after, &e, s.now.today, err);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- many ---- */

static const struct cp_column feed_columns[] = {
	{ "entered", "Entered" },
	{ "offered", "Offered" },
	{ "rejected", "Rejected" },
	{ "rejects", NULL },
};

static enum cp_rc
show_feed(const struct cp_call *call, const struct cp_feed_report *r,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_buf_check(&r->rejects, err);

	if (rc == CP_OK)
		rc = cp_out_object(call, "events", feed_columns, 4, &o, err);
	if (rc == CP_OK) {
		cp_out_int(o, r->entered);
		cp_out_int(o, r->offered);
		cp_out_int(o, r->rejected);
		cp_out_json(o, cp_buf_text(&r->rejects), "");
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	if (rc != CP_OK || r->rejected == 0)
		return rc;
	return cp_fail(err, r->entered > 0 ? CP_PARTIAL : CP_BAD_INPUT,
	    "%lld of %lld events were rejected; the first: %s",
	    (long long)r->rejected, (long long)(r->entered + r->rejected),
	    r->first);
}

static enum cp_rc
run_many(const struct cp_call *call, const char *file, struct cp_err *err)
{
	struct cp_feed_report report = { 0 };
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_session s;
	struct cp_change c;
	enum cp_rc rc;

	if (cp_arg_count(call) != 0 || cp_flag(call, "offer"))
		return cp_fail(err, CP_USAGE, "either --file or one event");
	rc = record_open_change(call, &s, &policy, &rules, &c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_feed_events(&c, file, cp_option(call, "reason"), &report, err);
	if (rc == CP_OK)
		rc = show_feed(call, &report, err);
	cp_feed_report_clear(&report);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
record_run_event(struct cp_call *call, struct cp_err *err)
{
	const char *file = cp_option(call, "file");

	return file != NULL ? run_many(call, file, err) : run_one(call, err);
}
