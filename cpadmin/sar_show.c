#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/take.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/store/json.h"

/* sar show: all about one request, and what to do next. */

static const struct cp_column columns[] = {
	CP_SAR_COLUMNS(CP_SAR_IN_LINES)
	{ "requester", "Requester" },
	{ "relation", "Asks as" },
	{ "asks", "Asks for" },
	{ "language", "Language" },
	{ "format", "Format" },
	{ "authority", "Authority" },
	{ "policy", "Under policy" },
	{ "subjects", "Persons" },
	{ "evidence", "Has shown" },
	{ "wanting", "Has to show" },
	{ "items", "Items" },
	{ "opened_by", "Opened by" },
	{ "collected_by", "Collected by" },
	{ "approved_by", "Approved by" },
	{ "answered", "Answered" },
	{ "answered_by", "Answered by" },
	{ "ground", "Ground" },
	{ "closed", "Closed" },
	{ "closed_by", "Closed by" },
	{ "expires", "Forgotten" },
	{ "events", "What happened" },
	{ "sent", "What was sent" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { LINES_MAX = 2 * CP_SAR_EVENTS };

/* Lines for people, and the same as an array. */
struct lines {
	struct cp_buf json, text;
	size_t n, at[LINES_MAX]; /* where in the text each begins */
};

static void
lines_init(struct lines *l)
{
	cp_buf_init(&l->json);
	cp_buf_init(&l->text);
	cp_json_open(&l->json, '[');
	l->n = 0;
}

static void
lines_clear(struct lines *l)
{
	cp_buf_clear(&l->json);
	cp_buf_clear(&l->text);
}

static int
lines_begin(struct lines *l)
{
	if (l->n == LINES_MAX)
		return 0;
	l->at[l->n++] = l->text.len;
	cp_json_open(&l->json, '{');
	return 1;
}

static void
lines_end(struct lines *l)
{
	cp_json_close(&l->json, '}');
	cp_buf_putc(&l->text, '\0');
}

static enum cp_rc
lines_put(struct lines *l, struct cp_out *o, struct cp_err *err)
{
	const char *line[LINES_MAX];
	enum cp_rc rc;

	cp_json_close(&l->json, ']');
	rc = cp_buf_check(&l->json, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&l->text, err);
	for (size_t i = 0; rc == CP_OK && i < l->n; i++)
		line[i] = (const char *)l->text.data + l->at[i];
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&l->json), line, l->n);
	return rc;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
member_date(struct cp_buf *b, const char *key, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	cp_json_put_member(b, key, cp_date_set(d) ? cp_date_format(d, text) :
	    NULL);
}

/* ---- whom it is about ---------------------------------------------------- */

/* Who is looked for, as it was typed; a text of ours, of three members. */
static enum cp_rc
add_sought(struct lines *l, const char *sought, struct cp_err *err)
{
	static const char *const keys[] = { "name", "born", "number" };
	struct cp_json *doc = NULL;
	const char *text;
	enum cp_rc rc;

	cp_json_put_key(&l->json, "sought");
	if (sought[0] == '\0') {
		cp_json_put_null(&l->json);
		return CP_OK;
	}
	rc = cp_json_parse(sought, strlen(sought), &doc, err);
	if (rc != CP_OK)
		return rc;
	cp_json_put_raw(&l->json, sought, strlen(sought));
	cp_buf_puts(&l->text, ", looked for:");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text = cp_json_text(cp_json_get(doc, keys[i]));
		if (text != NULL)
			cp_buf_printf(&l->text, " %s %s", keys[i], text);
	}
	cp_json_free(doc);
	return CP_OK;
}

static enum cp_rc
add_subject(struct lines *l, const struct cp_sar_subject *s, int told,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];
	enum cp_rc rc;

	if (!lines_begin(l))
		return CP_OK;
	cp_json_put_key(&l->json, "n");
	cp_json_put_int(&l->json, s->idx);
	cp_json_put_member(&l->json, "record", or_null(s->record_id));
	cp_json_put_member(&l->json, "found", or_null(s->found));
	cp_buf_printf(&l->text, "%d: %s%s%s", s->idx, s->record != 0 ?
	    s->record_id : strcmp(s->found, "none") == 0 ? "nobody is held" :
	    "not found yet", s->record != 0 && s->found[0] != '\0' ? ", " :
	    "", s->record != 0 ? s->found : "");
	rc = add_sought(l, s->record == 0 ? s->sought : "", err);
	cp_json_put_member(&l->json, "own_view", or_null(cp_own_view_word(
	    s->own_view)));
	member_date(&l->json, "own_view_on", s->own_view_on);
	if (s->own_view != CP_VIEW_NONE)
		cp_buf_printf(&l->text, "; the child: %s (%s)",
		    cp_own_view_word(s->own_view), cp_date_format(
		    s->own_view_on, day));
	if (told) {
		cp_json_put_key(&l->json, "safe");
		cp_json_put_bool(&l->json, s->safe);
	}
	if (told && s->safe)
		cp_buf_printf(&l->text, "; safe (%s)", s->safe_by);
	lines_end(l);
	return rc;
}

static enum cp_rc
put_subjects(struct cp_sar_case *x, struct cp_out *o, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	struct lines l;
	size_t n = 0;
	enum cp_rc rc = cp_sar_subjects(x->s.store, &x->sar, subject, &n, err);

	lines_init(&l);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = add_subject(&l, &subject[i], cp_gate_tells(&x->s.op),
		    err);
	if (rc == CP_OK)
		rc = lines_put(&l, o, err);
	lines_clear(&l);
	return rc;
}

/* ---- evidence, items ----------------------------------------------------- */

static enum cp_rc
put_evidence(struct cp_sar_case *x, unsigned had, struct cp_out *o,
    struct cp_err *err)
{
	struct cp_buf json, text;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_buf_init(&text);
	cp_json_open(&json, '[');
	for (int i = 0; i < CP_EVIDENCES; i++) {
		if ((had & 1u << i) == 0)
			continue;
		cp_json_put_string(&json, cp_evidence_word(
		    (enum cp_evidence)i));
		cp_buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
		    cp_evidence_word((enum cp_evidence)i));
	}
	cp_json_close(&json, ']');
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		cp_out_json(o, cp_buf_text(&json), cp_buf_text(&text));
	cp_out_text(o, or_null(cp_evidence_wanting(x->sar.relation, had)));
	cp_buf_clear(&json);
	cp_buf_clear(&text);
	return rc;
}

static void
put_items(const struct cp_sar_tally *t, struct cp_out *o)
{
	char json[160], text[160];

	(void)snprintf(json, sizeof(json), "{\"all\":%zu,\"flagged\":%zu,"
	    "\"undecided\":%zu,\"withheld\":%zu}", t->items, t->flagged,
	    t->undecided, t->withheld);
	(void)snprintf(text, sizeof(text), "%zu, %zu of them flagged; %zu "
	    "undecided, %zu withheld", t->items, t->flagged, t->undecided,
	    t->withheld);
	cp_out_json(o, json, t->items > 0 ? text : "");
}

/* ---- what happened, what was sent ---------------------------------------- */

static enum cp_rc
add_event(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	struct lines *l = ctx;
	char day[CP_DATE_TEXT];

	(void)err;
	if (!lines_begin(l))
		return CP_OK;
	member_date(&l->json, "date", e->date);
	cp_json_put_member(&l->json, "event", e->kind);
	cp_json_put_member(&l->json, "reference", or_null(e->reference));
	cp_json_put_member(&l->json, "text", or_null(e->text));
	cp_json_put_key(&l->json, "pence");
	cp_json_put_int(&l->json, e->amount);
	cp_json_put_member(&l->json, "by", e->by);
	cp_json_put_member(&l->json, "at", e->at);
	cp_buf_printf(&l->text, "%s %s", cp_date_format(e->date, day),
	    e->kind);
	if (e->amount != 0)
		cp_buf_printf(&l->text, ", %d.%02d pounds", e->amount / 100,
		    e->amount % 100);
	if (e->reference[0] != '\0')
		cp_buf_printf(&l->text, " [%s]", e->reference);
	if (e->text[0] != '\0')
		cp_buf_printf(&l->text, ": %s", e->text);
	cp_buf_printf(&l->text, " (%s)", e->by);
	lines_end(l);
	return CP_OK;
}

static enum cp_rc
add_sent(void *ctx, const struct cp_sar_sent *s, const char *list,
    struct cp_err *err)
{
	struct lines *l = ctx;
	char hash[65];

	(void)err;
	(void)list;
	if (!lines_begin(l))
		return CP_OK;
	for (size_t i = 0; i < sizeof(s->sha256); i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", s->sha256[i]);
	cp_json_put_member(&l->json, "at", s->at);
	cp_json_put_member(&l->json, "by", s->by);
	cp_json_put_member(&l->json, "form", s->form);
	cp_json_put_member(&l->json, "sha256", hash);
	cp_json_put_key(&l->json, "bytes");
	cp_json_put_int(&l->json, s->bytes);
	cp_json_put_key(&l->json, "items");
	cp_json_put_int(&l->json, s->items);
	cp_buf_printf(&l->text, "%s %s of %lld bytes, %lld items, sha256 "
	    "%.16s... (%s)", s->at, s->form, (long long)s->bytes,
	    (long long)s->items, hash, s->by);
	lines_end(l);
	return CP_OK;
}

static enum cp_rc
put_past(struct cp_sar_case *x, struct cp_out *o, struct cp_err *err)
{
	struct lines l;
	enum cp_rc rc;

	lines_init(&l);
	rc = cp_sar_events(x->s.store, &x->sar, add_event, &l, err);
	if (rc == CP_OK)
		rc = lines_put(&l, o, err);
	lines_clear(&l);
	lines_init(&l);
	if (rc == CP_OK)
		rc = cp_sar_sent_each(x->s.store, &x->sar, add_sent, &l, err);
	if (rc == CP_OK)
		rc = lines_put(&l, o, err);
	lines_clear(&l);
	return rc;
}

/* ---- the whole ----------------------------------------------------------- */

static void
put_asking(struct cp_sar_case *x, struct cp_out *o)
{
	const struct cp_sar *r = &x->sar;
	char asks[64], policy[128];

	cp_asks_text(r->asks, asks, sizeof(asks));
	(void)snprintf(policy, sizeof(policy), "%s, version %s",
	    x->sar_rules.policy->name, x->sar_rules.policy->version);
	cp_out_text(o, or_null(r->requester));
	cp_out_text(o, cp_relation_word(r->relation));
	cp_out_text(o, asks);
	cp_out_text(o, or_null(r->language));
	cp_out_text(o, or_null(r->format));
	cp_out_text(o, r->authority);
	cp_out_text(o, policy);
}

static void
put_people(const struct cp_sar *r, struct cp_out *o)
{
	cp_out_text(o, or_null(r->opened_by));
	cp_out_text(o, or_null(r->collected_by));
	cp_out_text(o, or_null(r->approved_by));
	cp_out_date(o, r->answered);
	cp_out_text(o, or_null(r->answered_by));
	cp_out_text(o, or_null(r->ground));
	cp_out_text(o, or_null(r->closed));
	cp_out_text(o, or_null(r->closed_by));
	cp_out_date(o, r->expires);
}

struct facts {
	unsigned had; /* evidence */
	struct cp_sar_tally tally;
	struct cp_sar_next next;
};

static enum cp_rc
gather(struct cp_sar_case *x, struct facts *f, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_next(x, &f->next, err);

	if (rc == CP_OK)
		rc = cp_sar_evidence(x->s.store, &x->sar, &f->had, err);
	return rc == CP_OK ? cp_sar_tally(x->s.store, &x->sar, &f->tally,
	    err) : rc;
}

static enum cp_rc
show(struct cp_sar_case *x, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct facts f;
	enum cp_rc rc = gather(x, &f, err);

	if (rc == CP_OK)
		rc = cp_out_object(x->call, "sar", columns, sizeof(columns) /
		    sizeof(columns[0]), &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_brief(o);
	rc = cp_sar_put_row(x, o, &x->sar, err);
	put_asking(x, o);
	if (rc == CP_OK)
		rc = put_subjects(x, o, err);
	if (rc == CP_OK)
		rc = put_evidence(x, f.had, o, err);
	put_items(&f.tally, o);
	put_people(&x->sar, o);
	if (rc == CP_OK)
		rc = put_past(x, o, err);
	cp_out_text(o, or_null(f.next.what));
	cp_out_text(o, or_null(f.next.command));
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* That somebody looked, before anything is shown. */
static enum cp_rc
look(struct cp_sar_case *x, struct cp_err *err)
{
	struct cp_entry e = { "sar.show", NULL, NULL, NULL };
	enum cp_rc rc = cp_sar_case_begin(x, err);

	e.subject = x->sar.id;
	if (rc == CP_OK)
		rc = cp_audit_add(x->s.audit, &e, NULL, err);
	return cp_txn_end(x->s.audit, rc, err);
}

enum cp_rc
cp_sar_run_show(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_READERS,
	    &x, err);

	if (rc != CP_OK)
		return rc;
	rc = look(&x, err);
	if (rc == CP_OK)
		rc = show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}
