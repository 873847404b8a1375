#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpadmin/record_verbs.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/store/json_put.h"

/* ---- shared ---- */

enum cp_rc
record_open(const struct cp_call *call, unsigned roles, struct cp_session *s,
    struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, roles, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

enum cp_rc
record_log(struct cp_session *s, const char *action, const char *subject,
    const char *reason, struct cp_err *err)
{
	struct cp_entry e = { action, subject, NULL, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "reason", reason);
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

void
record_out_date(struct cp_out *o, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	cp_out_text(o, cp_date_set(d) ? cp_date_format(d, text) : NULL);
}

enum cp_rc
record_date_option(const struct cp_call *call, const char *option, int needed,
    struct cp_date *out, struct cp_err *err)
{
	const char *text = cp_option(call, option);
	enum cp_rc rc = CP_OK;

	memset(out, 0, sizeof(*out));
	if (text == NULL && needed)
		return cp_fail(err, CP_USAGE, "--%s is missing", option);
	if (text != NULL)
		rc = cp_date_parse(text, out, err);
	if (rc == CP_OK)
		return CP_OK;
	cp_err_context(err, "--%s", option);
	return err->code = CP_USAGE;
}

/* ---- in words ---- */

struct words {
	struct cp_buf out;
	struct cp_buf line;
};

/* "Heading:   text", the text made safe for a terminal. */
static void CP_PRINTF(3, 4)
say(struct words *w, const char *heading, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cp_buf_printf(&w->out, "%-14s ", heading);
	cp_out_escape(&w->out, text);
	cp_buf_putc(&w->out, '\n');
}

/* Adds ", TEXT" or "TEXT" to the line; nothing for NULL and "". */
static void
part(struct words *w, const char *before, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (w->line.len > 0)
		cp_buf_puts(&w->line, ", ");
	cp_buf_puts(&w->line, before);
	cp_buf_puts(&w->line, text);
}

static void
part_date(struct words *w, const char *before, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	part(w, before, cp_date_format(d, text));
}

static void
end_line(struct words *w, const char *heading)
{
	say(w, heading, "%s", cp_buf_text(&w->line));
	cp_buf_reset(&w->line);
}

static void
say_names(struct words *w, const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_names; i++) {
		const struct cp_name *n = &doc->names[i];

		cp_buf_puts(&w->line, n->given != NULL ? n->given : "");
		if (n->given != NULL && n->family != NULL)
			cp_buf_putc(&w->line, ' ');
		cp_buf_puts(&w->line, n->family != NULL ? n->family : "");
		part_date(w, "from ", n->from);
		end_line(w, n->type == CP_NAME_CURRENT ? "Name" :
		    "Former name");
	}
}

static void
say_places(struct words *w, const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_addresses; i++) {
		const struct cp_address *a = &doc->addresses[i];

		for (size_t j = 0; j < a->n_lines; j++)
			part(w, "", a->lines[j]);
		part(w, "", a->postcode);
		part_date(w, "from ", a->from);
		part(w, "source ", a->source);
		cp_buf_printf(&w->line, " (%s)",
		    cp_address_type_word(a->type));
		end_line(w, "Address");
	}
	for (size_t i = 0; i < doc->n_carers; i++) {
		const struct cp_carer *c = &doc->carers[i];

		part(w, "", c->name);
		part(w, "", c->relation);
		if (c->responsibility >= 0)
			part(w, "", c->responsibility ?
			    "parental responsibility" :
			    "no parental responsibility");
		part(w, "telephone ", c->phone);
		end_line(w, "Carer");
	}
}

static void
say_involvements(struct words *w, const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_involvements; i++) {
		const struct cp_involvement *v = &doc->involvements[i];

		part(w, "", v->service);
		part(w, "", v->provider);
		part(w, "", v->practitioner);
		part(w, "telephone ", v->phone);
		part_date(w, "from ", v->start);
		part_date(w, "until ", v->end);
		part(w, "", v->lead ? "lead professional" : NULL);
		part(w, "", v->assessment ? "assessment done" : NULL);
		part(w, "", v->sensitive == CP_SENSITIVE_CONSENT ?
		    "sensitive, with consent" :
		    v->sensitive == CP_SENSITIVE_HARM ?
		    "sensitive, significant harm" : NULL);
		part(w, "evidence ", v->evidence);
		end_line(w, "Service");
	}
}

static void
say_rest(struct words *w, const struct cp_document *doc)
{
	if (doc->left_intention != CP_INTENTION_NONE) {
		part_date(w, "", doc->left_on);
		part(w, "intention: ", cp_intention_word(doc->left_intention));
		end_line(w, "Left England");
	}
	if (cp_date_set(doc->death_notified)) {
		part_date(w, "", doc->died_on);
		part_date(w, "notified ", doc->death_notified);
		end_line(w, "Died");
	}
	part(w, "", doc->language);
	part(w, "", doc->format);
	if (w->line.len > 0)
		end_line(w, "Letters");
}

static void
in_words(struct words *w, const struct cp_document *doc,
    const struct cp_record *r, struct cp_date today)
{
	char text[CP_DATE_TEXT];

	say(w, "Record", "%s (%s)", doc->id, cp_record_state_word(r, today));
	say_names(w, doc);
	say(w, "Born", "%s", cp_partial_format(doc->birth, text));
	say(w, "Gender", "%s", cp_gender_word(doc->gender));
	say(w, "Authority", "%s", doc->authority);
	for (size_t i = 0; i < doc->n_numbers; i++)
		say(w, doc->numbers[i].type == CP_NUMBER_NHS ? "NHS number" :
		    "Pupil number", "%s", doc->numbers[i].value);
	say_places(w, doc);
	say_involvements(w, doc);
	say_rest(w, doc);
	if (r->next_action != CP_ACTION_NONE)
		say(w, "Next", "%s on %s (%s)",
		    cp_action_word(r->next_action),
		    cp_date_format(r->next_due, text), r->rule);
}

/* ---- the verb ---- */

/* The document as this operator may see it, logged before it is shown. */
static enum cp_rc
look(struct cp_session *s, const char *id, const char *reason,
    struct cp_record *r, struct cp_document **doc, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_record_get(s->store, id, r, err);
	if (rc == CP_OK)
		rc = cp_record_need_live(s->store, r, "open", err);
	if (rc == CP_OK)
		rc = cp_gate_document(s->store, r, CP_FOR_SHOW, doc, err);
	if (rc == CP_OK)
		rc = record_log(s, "record.show", r->id, reason, err);
	return cp_txn_end(s->audit, rc, err);
}

enum cp_rc
record_print(const struct cp_call *call, const struct cp_document *doc,
    const struct cp_record *r, struct cp_date today, struct cp_err *err)
{
	struct words w;
	enum cp_rc rc;

	cp_buf_init(&w.out);
	cp_buf_init(&w.line);
	if (cp_wants_json(call)) {
		cp_document_text(doc, &w.out);
		cp_buf_putc(&w.out, '\n');
	} else {
		in_words(&w, doc, r, today);
	}
	rc = cp_buf_check(&w.out, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&w.line, err);
	if (rc == CP_OK && fwrite(w.out.data, 1, w.out.len, stdout) !=
	    w.out.len)
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_buf_clear(&w.out);
	cp_buf_clear(&w.line);
	return rc;
}

/* To those who are told. */
static enum cp_rc
say_shielded(const struct cp_call *call, const struct cp_session *s,
    const struct cp_record *r, struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc = CP_OK;

	if (!cp_gate_tells(&s->op))
		return CP_OK;
	rc = cp_shield_of(s->store, r->n, &shield, err);
	if (rc == CP_OK && shield.n != 0)
		cp_say(call, "%s is shielded (case %s): what is hidden is "
		    "shown by `cpadmin shield reveal %s --reason TEXT'",
		    r->id, shield.id, r->id);
	return rc;
}

enum cp_rc
record_run_show(struct cp_call *call, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	const char *reason = NULL;
	struct cp_session s;
	struct cp_record r;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	if (rc == CP_OK)
		rc = record_open(call, RECORD_READERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = look(&s, cp_arg(call, 0), reason, &r, &doc, err);
	if (rc == CP_OK)
		rc = record_print(call, doc, &r, s.now.today, err);
	if (rc == CP_OK)
		rc = say_shielded(call, &s, &r, err);
	cp_document_free(doc);
	cp_session_close(&s);
	return rc;
}
