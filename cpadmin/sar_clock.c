#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/sar_ics.h"
#include "cpadmin/take.h"
#include "lifecycle/store/json_put.h"

/* sar clock: by when a request is to be answered, and how that comes about. */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "status", "Status" },
	{ "received", "Received" },
	{ "starts", "Time starts" },
	{ "waits_for", "Waits for" },
	{ "waits_since", "Since" },
	{ "paused", "Days paused" },
	{ "extended", "Extended on" },
	{ "first_due", NULL },
	{ "unrolled", NULL },
	{ "due", "Due" },
	{ "days_left", "Days left" },
	{ "late", NULL },
	{ "alarm", NULL },
	{ "policy", "Policy" },
	{ "policy_version", NULL },
	{ "holidays", "Bank holidays" },
	{ "events", NULL },
	{ "derivation", "Why" },
};

/* The steps, for programs and for people. */
struct telling {
	const struct cp_policy *policy;
	struct cp_buf json, text;
	const char *line[2 * CP_SAR_EVENTS];
	size_t at[2 * CP_SAR_EVENTS], n;
};

/* The source of rule NAME, "access.limit"; NULL for "". */
static const char *
source_of(const struct cp_policy *policy, const char *name)
{
	for (int i = CP_RULE_ACCESS_LIMIT; name[0] != '\0' &&
	    i < CP_RULE_COUNT; i++)
		if (strcmp(cp_rule_name((enum cp_rule)i), name) == 0)
			return policy->source[i];
	return NULL;
}

static enum cp_rc
tell(void *ctx, const char *rule, struct cp_date date, const char *text,
    struct cp_err *err)
{
	struct telling *t = ctx;
	char day[CP_DATE_TEXT] = "";

	(void)err;
	(void)cp_date_format(date, day);
	cp_json_open(&t->json, '{');
	cp_json_put_member(&t->json, "rule", rule[0] != '\0' ? rule : NULL);
	cp_json_put_member(&t->json, "date", day[0] != '\0' ? day : NULL);
	cp_json_put_member(&t->json, "text", text);
	cp_json_put_member(&t->json, "source", source_of(t->policy, rule));
	cp_json_close(&t->json, '}');
	if (t->n == sizeof(t->at) / sizeof(t->at[0]))
		return CP_OK;
	t->at[t->n++] = t->text.len;
	cp_buf_printf(&t->text, "%-10s  %s%s%s%s", day, text,
	    rule[0] != '\0' ? " [" : "", rule, rule[0] != '\0' ? "]" : "");
	cp_buf_putc(&t->text, '\0');
	return CP_OK;
}

static enum cp_rc
put_event(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	struct cp_buf *json = ctx;
	enum cp_clock_kind kind;
	char day[CP_DATE_TEXT];

	(void)err;
	if (!cp_clock_parse(e->kind, &kind))
		return CP_OK;
	cp_json_open(json, '{');
	cp_json_put_member(json, "date", cp_date_format(e->date, day));
	cp_json_put_member(json, "event", e->kind);
	cp_json_put_member(json, "by", e->by);
	cp_json_close(json, '}');
	return CP_OK;
}

static enum cp_rc
put_lists(struct cp_sar_case *x, struct telling *t, struct cp_out *o,
    struct cp_err *err)
{
	struct cp_buf events;
	enum cp_rc rc;

	cp_buf_init(&events);
	cp_json_open(&events, '[');
	rc = cp_sar_events(x->s.store, &x->sar, put_event, &events, err);
	cp_json_close(&events, ']');
	cp_json_close(&t->json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(&events, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&t->json, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&t->text, err);
	for (size_t i = 0; rc == CP_OK && i < t->n; i++)
		t->line[i] = cp_buf_text(&t->text) + t->at[i];
	if (rc == CP_OK) {
		cp_out_json(o, cp_buf_text(&events), NULL);
		cp_out_lines(o, cp_buf_text(&t->json), t->line, t->n);
	}
	cp_buf_clear(&events);
	return rc;
}

static const char *
alarm_word(enum cp_clock_alarm v)
{
	static const char *const words[] = { NULL, "two-weeks", "one-week",
		"three-days", "due", "late" };

	return words[v];
}

/* What was answered is not late any more, nor due. */
static void
put_left(struct cp_sar_case *x, const struct cp_clock *k, struct cp_out *o)
{
	struct cp_date end = x->sar.stage < CP_SAR_ANSWERED ? x->s.now.today :
	    x->sar.answered;
	int left = 0, open = x->sar.stage < CP_SAR_ANSWERED;
	enum cp_clock_alarm alarm = cp_clock_alarm(k->due, end, &left);

	if (open && cp_date_set(k->due))
		cp_out_int(o, left);
	else
		cp_out_text(o, NULL);
	cp_out_bool(o, alarm == CP_ALARM_LATE);
	cp_out_text(o, open ? alarm_word(alarm) : NULL);
}

static enum cp_rc
show(struct cp_sar_case *x, const struct cp_clock *k, struct telling *t,
    struct cp_err *err)
{
	const struct cp_sar_rules *rules = &x->sar_rules;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(x->call, "sar-clock", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_brief(o);
	cp_out_text(o, x->sar.id);
	cp_out_text(o, cp_sar_stage_word(x->sar.stage));
	cp_out_date(o, k->received);
	cp_out_date(o, k->starts);
	cp_out_text(o, k->waits_for == CP_WAITS_NOT ? NULL :
	    cp_clock_wait_word(k->waits_for));
	cp_out_date(o, k->waits_since);
	cp_out_int(o, k->paused);
	cp_out_date(o, k->extended);
	cp_out_date(o, k->first_due);
	cp_out_date(o, k->unrolled);
	cp_out_date(o, k->due);
	put_left(x, k, o);
	cp_out_text(o, rules->policy->name);
	cp_out_text(o, rules->policy->version);
	cp_out_text(o, cp_holidays_version(rules->holidays));
	rc = put_lists(x, t, o, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

enum cp_rc
cp_sar_run_clock(struct cp_call *call, struct cp_err *err)
{
	struct telling t = { .n = 0 };
	struct cp_sar_ics ics;
	struct cp_sar_case x;
	struct cp_clock k;
	enum cp_rc rc = cp_sar_case_open(call, CP_STORE_READ,
	    CP_SAR_COUNTERS, &x, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&t.json);
	cp_buf_init(&t.text);
	t.policy = x.sar_rules.policy;
	cp_json_open(&t.json, '[');
	rc = cp_sar_ics_begin(call, &ics, err);
	if (rc == CP_OK)
		rc = cp_sar_clock(x.s.store, &x.sar, &x.sar_rules, tell, &t,
		    &k, err);
	if (rc == CP_OK)
		rc = cp_sar_ics_put(&ics, &x, &x.sar, err);
	if (rc == CP_OK)
		rc = cp_sar_ics_write(&ics, err);
	if (rc == CP_OK)
		rc = show(&x, &k, &t, err);
	cp_sar_ics_clear(&ics);
	cp_buf_clear(&t.json);
	cp_buf_clear(&t.text);
	cp_sar_case_close(&x);
	return rc;
}
