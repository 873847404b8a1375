#include <stdlib.h>
#include <string.h>

#include "cpadmin/record_quarantine.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/store/json_put.h"

/* A row beside those whom it might be about. */

static const struct cp_column columns[] = {
	{ "id", "Row" },
	{ "status", "Status" },
	{ "authority", "Authority" },
	{ "file", "Feed" },
	{ "line", "Line" },
	{ "since", "Since" },
	{ "last", NULL },
	{ "times", "Times" },
	{ "would", "Would" },
	{ "row", "It says" },
	{ "candidates", "Might be" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* ---- the fields that tell people apart ---- */

static void
add(struct cp_buf *b, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (b->len > 0)
		cp_buf_puts(b, "; ");
	cp_buf_puts(b, text);
}

static void
put_names(const struct cp_document *doc, struct cp_buf *out)
{
	struct cp_buf one;

	cp_buf_init(&one);
	for (size_t i = 0; i < doc->n_names; i++) {
		const struct cp_name *n = &doc->names[i];

		cp_buf_reset(&one);
		cp_buf_printf(&one, "%s%s%s%s",
		    n->type == CP_NAME_FORMER ? "formerly " : "",
		    n->given != NULL ? n->given : "",
		    n->given != NULL && n->family != NULL ? " " : "",
		    n->family != NULL ? n->family : "");
		add(out, cp_buf_text(&one));
	}
	cp_buf_clear(&one);
}

static void
put_gender(const struct cp_document *doc, struct cp_buf *out)
{
	add(out, cp_gender_word(doc->gender));
}

static void
put_birth(const struct cp_document *doc, struct cp_buf *out)
{
	char text[CP_DATE_TEXT];

	add(out, cp_partial_format(doc->birth, text));
}

static void
put_numbers(const struct cp_document *doc, struct cp_buf *out)
{
	struct cp_buf one;

	cp_buf_init(&one);
	for (size_t i = 0; i < doc->n_numbers; i++) {
		cp_buf_reset(&one);
		cp_buf_printf(&one, "%s %s",
		    cp_number_type_word(doc->numbers[i].type),
		    doc->numbers[i].value);
		add(out, cp_buf_text(&one));
	}
	cp_buf_clear(&one);
}

static const struct {
	const char *key, *heading;
	void (*put)(const struct cp_document *doc, struct cp_buf *out);
} fields[] = {
	{ "names", "Names", put_names },
	{ "birth_date", "Born", put_birth },
	{ "gender", "Gender", put_gender },
	{ "numbers", "Numbers", put_numbers },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]),
	LINES = FIELDS + 4 + (FIELDS + 1) * CP_QUARANTINE_WHO };

/* ---- lines for people ---- */

struct lines {
	struct cp_buf text[LINES];
	const char *line[LINES];
	size_t n;
};

static struct cp_buf *
next_line(struct lines *l)
{
	struct cp_buf *b = &l->text[l->n];

	cp_buf_init(b);
	l->n++;
	return b;
}

static const char *const *
all_lines(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->line[i] = cp_buf_text(&l->text[i]);
	return l->line;
}

static void
lines_clear(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		cp_buf_clear(&l->text[i]);
	l->n = 0;
}

/* What is not there is said so. */
static const char *
or_none(const struct cp_buf *b)
{
	return b->len > 0 ? cp_buf_text(b) : "none";
}

/* ---- the row ---- */

static void
put_field(const char *heading, const struct cp_document *doc,
    void (*put)(const struct cp_document *doc, struct cp_buf *out),
    struct cp_buf *out)
{
	struct cp_buf b;

	cp_buf_init(&b);
	put(doc, &b);
	cp_buf_printf(out, "%-8s %s", heading, or_none(&b));
	cp_buf_clear(&b);
}

static void
put_address(const struct cp_document *doc, struct cp_buf *out)
{
	for (size_t i = 0; i < doc->n_addresses; i++) {
		const struct cp_address *a = &doc->addresses[i];

		for (size_t j = 0; j < a->n_lines; j++)
			add(out, a->lines[j]);
		add(out, a->postcode);
	}
}

static void
put_carers(const struct cp_document *doc, struct cp_buf *out)
{
	for (size_t i = 0; i < doc->n_carers; i++)
		add(out, doc->carers[i].name);
}

static void
put_services(const struct cp_document *doc, struct cp_buf *out)
{
	for (size_t i = 0; i < doc->n_involvements; i++) {
		add(out, doc->involvements[i].service);
		add(out, doc->involvements[i].provider);
	}
}

static enum cp_rc
out_row(struct cp_out *o, const struct cp_document *doc, struct cp_err *err)
{
	struct lines l = { .n = 0 };
	struct cp_buf json;
	enum cp_rc rc;

	for (int i = 0; i < FIELDS; i++)
		put_field(fields[i].heading, doc, fields[i].put,
		    next_line(&l));
	put_field("Address", doc, put_address, next_line(&l));
	put_field("Carers", doc, put_carers, next_line(&l));
	put_field("Services", doc, put_services, next_line(&l));
	cp_buf_init(&json);
	cp_document_text(doc, &json);
	rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&json), all_lines(&l), l.n);
	cp_buf_clear(&json);
	lines_clear(&l);
	return rc;
}

/* ---- those it might be about ---- */

/* Both sides of each field; DOC is what the record shows. */
static void
put_fields(const struct cp_document *row, const struct cp_document *doc,
    struct cp_buf *json, struct lines *l)
{
	struct cp_buf a, b;
	int same;

	cp_buf_init(&a);
	cp_buf_init(&b);
	cp_json_put_key(json, "fields");
	cp_json_open(json, '{');
	for (int i = 0; i < FIELDS; i++) {
		cp_buf_reset(&a);
		cp_buf_reset(&b);
		fields[i].put(row, &a);
		fields[i].put(doc, &b);
		same = strcmp(cp_buf_text(&a), cp_buf_text(&b)) == 0;
		cp_json_put_key(json, fields[i].key);
		cp_json_open(json, '{');
		cp_json_put_member(json, "row", cp_buf_text(&a));
		cp_json_put_member(json, "record", cp_buf_text(&b));
		cp_json_put_key(json, "same");
		cp_json_put_bool(json, same);
		cp_json_close(json, '}');
		cp_buf_printf(next_line(l), "  %-8s %s%s%s%s",
		    fields[i].heading, or_none(&a), same ? "" : "  |  ",
		    same ? "  (the same)" : or_none(&b),
		    same ? "" : "  (differs)");
	}
	cp_json_close(json, '}');
	cp_buf_clear(&a);
	cp_buf_clear(&b);
}

static enum cp_rc
put_candidate(const struct cp_session *s, const struct cp_document *row,
    int64_t n, struct cp_buf *json, struct lines *l, struct cp_err *err)
{
	struct cp_document *doc = NULL;
	struct cp_record r;
	int reached;
	enum cp_rc rc = cp_record_at(s->store, n, &r, err);

	if (rc != CP_OK)
		return rc;
	reached = cp_operator_reaches(&s->op, r.authority);
	cp_json_open(json, '{');
	cp_json_put_key(json, "reached");
	cp_json_put_bool(json, reached);
	cp_json_put_member(json, "id", reached ? r.id : NULL);
	cp_json_put_member(json, "state", reached ?
	    cp_record_state_word(&r, s->now.today) : NULL);
	if (!reached)
		cp_buf_puts(next_line(l), "one of an authority that you do "
		    "not act for");
	else
		cp_buf_printf(next_line(l), "%s, %s", r.id,
		    cp_record_state_word(&r, s->now.today));
	if (reached && r.state == CP_STATE_LIVE) {
		rc = cp_gate_document(s->store, &r, CP_FOR_SHOW, &doc, err);
		if (rc == CP_REFUSED) { /* its authority is not open */
			cp_err_clear(err);
			rc = CP_OK;
		}
	}
	if (rc == CP_OK && doc != NULL)
		put_fields(row, doc, json, l);
	cp_json_close(json, '}');
	cp_document_free(doc);
	return rc;
}

static enum cp_rc
out_candidates(struct cp_out *o, const struct cp_session *s,
    const struct cp_quarantine_row *row, struct cp_err *err)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct cp_buf json;
	enum cp_rc rc = CP_OK;

	if (l == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&json);
	cp_json_open(&json, '[');
	for (size_t i = 0; rc == CP_OK && i < row->n_who; i++)
		rc = put_candidate(s, row->doc, row->who[i], &json, l, err);
	cp_json_close(&json, ']');
	if (l->n == 0)
		cp_buf_puts(next_line(l), "nobody, by now");
	if (rc == CP_OK)
		rc = cp_buf_check(&json, err);
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&json), all_lines(l), l->n);
	cp_buf_clear(&json);
	lines_clear(l);
	free(l);
	return rc;
}

/* What the row would do if it were nobody else's. */
static enum cp_rc
out_would(struct cp_out *o, const struct cp_session *s, int64_t self,
    struct cp_err *err)
{
	struct cp_record r = { 0 };
	struct cp_buf people;
	struct cp_buf json;
	enum cp_rc rc = self != 0 ? cp_record_at(s->store, self, &r, err) :
	    CP_OK;
	int reached = rc == CP_OK && self != 0 &&
	    cp_operator_reaches(&s->op, r.authority);

	cp_buf_init(&people);
	cp_buf_init(&json);
	cp_json_open(&json, '{');
	cp_json_put_member(&json, "do", self == 0 ? "create" : "update");
	cp_json_put_member(&json, "id", reached ? r.id : NULL);
	cp_json_close(&json, '}');
	cp_buf_puts(&people, self == 0 ? "make a new record" :
	    "change who record ");
	if (self != 0)
		cp_buf_printf(&people, "%s is about", reached ? r.id :
		    "of another authority");
	cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
	cp_buf_clear(&people);
	cp_buf_clear(&json);
	return rc;
}

enum cp_rc
record_show_quarantined(const struct cp_call *call,
    const struct cp_session *s, const struct cp_quarantine *q,
    const struct cp_quarantine_row *row, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "quarantined", columns, COLUMNS,
	    &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, q->id);
	cp_out_text(o, q->status);
	cp_out_text(o, q->authority);
	cp_out_text(o, q->file);
	cp_out_int(o, q->line);
	cp_out_text(o, q->since);
	cp_out_text(o, q->last);
	cp_out_int(o, q->times);
	rc = out_would(o, s, row->self, err);
	if (rc == CP_OK)
		rc = out_row(o, row->doc, err);
	if (rc == CP_OK)
		rc = out_candidates(o, s, row, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}
