#include "cpadmin/retention_explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/chart.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/explaining.h"
#include "lifecycle/store/json_put.h"

static const struct cp_column columns[] = {
	{ "id", "Record" },
	{ "state", "State" },
	{ "action", "Next" },
	{ "due", "Due" },
	{ "due_now", NULL },
	{ "rule", "Rule" },
	{ "policy", NULL },
	{ "policy_version", NULL },
	{ "policy_sha256", NULL },
	{ "carried_by", NULL },
	{ "package", NULL },
	{ "volume", NULL },
	{ "custody", NULL },
	{ "shelf", NULL },
	{ "batch", NULL },
	{ "certificate", NULL },
	{ "merged_into", NULL },
	{ "blocked_by", "Blocked by" },
	{ "steps", "Why" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

enum { STEPS_MAX = 256, LINES_MAX = 6 * STEPS_MAX, LINE = 400,
	MARGIN = 16, WIDTH_LEAST = 40, WIDTH_MOST = 100 };

/* What people read: sentences, numbered, in lines of the terminal's width. */
struct reading {
	char (*text)[LINE];
	const char *lines[LINES_MAX];
	size_t n;
	int width;
};

static void
add_line(struct reading *r, const char *indent, const char *text, size_t len)
{
	if (r->n == LINES_MAX)
		return;
	(void)snprintf(r->text[r->n], LINE, "%s%.*s", indent, (int)len, text);
	r->lines[r->n] = r->text[r->n];
	r->n++;
}

/* SENTENCE in lines, the second and later ones indented below its number. */
static void
add_sentence(struct reading *r, const char *sentence)
{
	size_t width = (size_t)r->width, len, cut;

	for (int first = 1; *sentence != '\0'; first = 0) {
		len = strlen(sentence);
		if (len > width - (first ? 0 : 4)) {
			len = width - (first ? 0 : 4);
			for (cut = len; cut > 0 && sentence[cut] != ' '; cut--)
				continue;
			/* A word is never broken, a hash say. */
			len = cut > 4 ? cut : strcspn(sentence, " ");
		}
		add_line(r, first ? "" : "    ", sentence, len);
		sentence += len;
		sentence += strspn(sentence, " ");
	}
}

static const char *
heading(enum cp_step_kind kind)
{
	return kind == CP_STEP_HOLD ? "What stops it:" :
	    kind == CP_STEP_ANSWER ? "So:" :
	    kind == CP_STEP_WOULD_CHANGE ? "What would change that:" : NULL;
}

static void
read_steps(struct reading *r, const struct cp_explanation *e)
{
	const char *said = NULL, *now;
	char sentence[LINE];
	int tag;

	for (size_t i = 0; i < e->n_steps && i < STEPS_MAX; i++) {
		const struct cp_step *s = &e->steps[i];

		now = heading(s->kind);
		if (now != NULL && now != said)
			add_line(r, "", now, strlen(now));
		said = now;
		/* The rule's name, unless the sentence has it. */
		tag = s->rule[0] != '\0' && strstr(s->text, s->rule) == NULL;
		(void)snprintf(sentence, LINE, "%2zu. %s%s%s%s", i + 1,
		    s->text, tag ? " [" : "", tag ? s->rule : "",
		    tag ? "]" : "");
		add_sentence(r, sentence);
	}
}

static void
json_steps(struct cp_buf *json, const struct cp_explanation *e)
{
	char day[CP_DATE_TEXT];

	cp_json_open(json, '[');
	for (size_t i = 0; i < e->n_steps; i++) {
		const struct cp_step *s = &e->steps[i];

		cp_json_open(json, '{');
		cp_json_put_member(json, "kind", cp_step_kind_word(s->kind));
		cp_json_put_member(json, "rule", s->rule);
		cp_json_put_member(json, "date", cp_date_set(s->date) ?
		    cp_date_format(s->date, day) : NULL);
		cp_json_put_member(json, "source", s->source);
		cp_json_put_member(json, "text", s->text);
		cp_json_close(json, '}');
	}
	cp_json_close(json, ']');
}

static enum cp_rc
put_steps(struct cp_out *o, const struct cp_explanation *e,
    struct cp_err *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct cp_buf json;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&json);
	if (r != NULL)
		r->text = calloc(LINES_MAX, sizeof(*r->text));
	if (r == NULL || r->text == NULL) {
		rc = cp_fail(err, CP_FAILED, "out of memory");
		goto out;
	}
	r->width = cp_chart_width() - MARGIN;
	r->width = r->width < WIDTH_LEAST ? WIDTH_LEAST :
	    r->width > WIDTH_MOST ? WIDTH_MOST : r->width;
	json_steps(&json, e);
	read_steps(r, e);
	rc = cp_buf_check(&json, err);
	cp_out_lines(o, cp_buf_text(&json), r->lines, r->n);
out:
	if (r != NULL)
		free(r->text);
	free(r);
	cp_buf_clear(&json);
	return rc;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
put_answer(struct cp_out *o, const struct cp_account *a,
    struct cp_date today)
{
	const struct cp_decision *d = &a->why.decision;
	int none = d->action == CP_ACTION_NONE;

	cp_out_text(o, a->record.id);
	cp_out_text(o, cp_record_state_word(&a->record, today));
	cp_out_text(o, none ? NULL : cp_action_word(d->action));
	cp_out_date(o, d->due);
	cp_out_bool(o, d->due_now);
	cp_out_text(o, a->undecidable ? "undecidable" : none ? NULL :
	    d->rule_name);
	cp_out_text(o, a->policy);
	cp_out_text(o, a->policy_version);
	cp_out_text(o, a->policy_sha256);
	cp_out_text(o, or_null(a->why.carried_by));
	cp_out_text(o, or_null(a->package));
	cp_out_text(o, or_null(a->volume));
	cp_out_text(o, or_null(a->custody));
	cp_out_text(o, or_null(a->shelf));
	cp_out_text(o, or_null(a->batch));
	cp_out_text(o, or_null(a->certificate));
	cp_out_text(o, or_null(a->merged_into));
	cp_out_ids(o, cp_buf_text(&a->blocked));
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_account *a,
    struct cp_date today, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "retention-explain", columns,
	    COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	put_answer(o, a, today);
	rc = put_steps(o, &a->why, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* A look at a record, logged before it is shown. */
static enum cp_rc
log_look(const struct cp_call *call, struct cp_session *s,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_entry e = { .action = "record.explain", .subject = r->id };
	const char *reason = cp_option(call, "reason");
	struct cp_buf detail;
	enum cp_rc rc;

	if (s->audit == NULL)
		return CP_OK;
	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_txn_begin(s->audit, err);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s->audit, err);
	cp_buf_clear(&detail);
	return rc;
}

static enum cp_rc
explain(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_account a;
	enum cp_rc rc = cp_session_rules(s, &policy, &rules, err);

	cp_account_init(&a);
	if (rc == CP_OK)
		rc = cp_account_of(s->store, &rules, cp_arg(call, 0), &a, err);
	if (rc == CP_OK)
		rc = log_look(call, s, &a.record, err);
	if (rc == CP_OK)
		rc = show(call, &a, s->now.today, err);
	cp_account_clear(&a);
	cp_policy_free(policy);
	return rc;
}

enum cp_rc
cp_retention_explain(struct cp_call *call, struct cp_err *err)
{
	/* With --on it only looks, which is allowed in every store. */
	enum cp_store_mode mode = cp_option(call, "on") != NULL ?
	    CP_STORE_READ : CP_STORE_WRITE;
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, mode, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = explain(call, &s, err);
	cp_session_close(&s);
	return rc;
}
