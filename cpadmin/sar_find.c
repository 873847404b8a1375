#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "lifecycle/records/find.h"
#include "lifecycle/records/tie.h"
#include "lifecycle/store/json.h"
#include "lifecycle/store/json_put.h"

/* sar find: whom a request may be about, live or archived. */

enum { LIVE_MAX = 20, CANDIDATES = 200 };

/* Whom a subject may be; a name only of who is live. */
struct candidate {
	int subject;
	struct cp_record record;
	char *name;
	char birth[CP_DATE_TEXT];
};

struct finding {
	struct cp_sar_case *x;
	struct cp_matcher *matcher;
	struct candidate one[CANDIDATES];
	size_t n, live;
	int sought; /* how many of its subjects somebody is looked for */
	int more, dated;
	int64_t wanting;
	struct cp_buf json, text;
	const char **lines; /* for people: n of them */
};

/* ---- looking ------------------------------------------------------------- */

static int
is_among(const struct finding *f, int subject, int64_t record)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->one[i].subject == subject &&
		    f->one[i].record.n == record)
			return 1;
	return 0;
}

static struct candidate *
add(struct finding *f, int subject, const struct cp_record *r)
{
	struct candidate *c = &f->one[f->n];

	if (is_among(f, subject, r->n))
		return NULL;
	if (f->n == CANDIDATES) {
		f->more = 1;
		return NULL;
	}
	f->n++;
	c->subject = subject;
	c->record = *r;
	return c;
}

static enum cp_rc
look_live(struct finding *f, int subject, const struct cp_find *what,
    struct cp_err *err)
{
	struct cp_session *s = &f->x->s;
	struct cp_found_list found = { NULL, 0, 0 };
	struct candidate *c;
	enum cp_rc rc = cp_find_run(s->store, s->settings.salt, what, &found,
	    err);

	for (size_t i = 0; rc == CP_OK && i < found.n; i++) {
		c = add(f, subject, &found.one[i].record);
		if (c == NULL)
			continue;
		f->live++;
		c->name = found.one[i].name;
		found.one[i].name = NULL;
		memcpy(c->birth, found.one[i].birth, sizeof(c->birth));
	}
	f->more |= found.cut;
	cp_found_clear(&found);
	return rc;
}

/* By the number whatever the name, and by the name whatever the number: either
 * may be wrong. */
static enum cp_rc
look_both(struct finding *f, int subject, const struct cp_sought *who,
    struct cp_err *err)
{
	struct cp_find what = { .limit = LIVE_MAX };
	char born[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;

	if (who->number != NULL) {
		what.query.number = who->number;
		rc = look_live(f, subject, &what, err);
	}
	what.query.number = NULL;
	what.query.name = who->given;
	if (rc == CP_OK && cp_date_set(who->born))
		rc = cp_partial_parse(cp_date_format(who->born, born),
		    &what.born, err);
	if (rc == CP_OK && who->given != NULL)
		rc = look_live(f, subject, &what, err);
	return rc;
}

static enum cp_rc
look_archived(struct finding *f, int subject, const struct cp_sought *who,
    struct cp_err *err)
{
	struct cp_session *s = &f->x->s;
	struct cp_tied tied;
	struct cp_record r;
	enum cp_rc rc = cp_tie_find(s->store, f->matcher, who, &tied, err);

	for (size_t i = 0; rc == CP_OK && i < tied.n; i++) {
		rc = cp_record_at(s->store, tied.record[i], &r, err);
		if (rc == CP_OK && cp_operator_reaches(&s->op, r.authority))
			(void)add(f, subject, &r);
	}
	f->more |= rc == CP_OK && tied.more;
	return rc;
}

/* Whom SUBJECT names; nothing for one that is a record already. */
static enum cp_rc
look_for(struct finding *f, const struct cp_sar_subject *subject,
    struct cp_err *err)
{
	struct cp_sought who = { .id = NULL };
	struct cp_json *v = NULL;
	const char *born;
	enum cp_rc rc;

	if (subject->sought[0] == '\0')
		return CP_OK;
	f->sought++;
	rc = cp_json_parse(subject->sought, strlen(subject->sought), &v, err);
	who.given = cp_json_text(cp_json_get(v, "name"));
	who.number = cp_json_text(cp_json_get(v, "number"));
	born = cp_json_text(cp_json_get(v, "born"));
	if (rc == CP_OK && born != NULL)
		rc = cp_date_parse(born, &who.born, err);
	f->dated &= who.given == NULL || born != NULL;
	if (rc == CP_OK)
		rc = look_both(f, subject->idx, &who, err);
	if (rc == CP_OK)
		rc = look_archived(f, subject->idx, &who, err);
	cp_json_free(v);
	return rc == CP_BAD_INPUT ? err->code = CP_CORRUPT : rc;
}

/* ---- the log ------------------------------------------------------------- */

static enum cp_rc
log_record(const struct finding *f, const char *id, struct cp_err *err)
{
	struct cp_entry e = { "sar.find", id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "sar", f->x->sar.id);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(f->x->s.audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* One entry about the request, and one about each that will be shown. */
static enum cp_rc
log_found(const struct finding *f, struct cp_err *err)
{
	struct cp_entry e = { "sar.find", f->x->sar.id, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_key(&b, "live");
	cp_json_put_int(&b, (int64_t)f->live);
	cp_json_put_key(&b, "archived");
	cp_json_put_int(&b, (int64_t)(f->n - f->live));
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(f->x->s.audit, &e, NULL, err);
	for (size_t i = 0; rc == CP_OK && i < f->n; i++)
		rc = log_record(f, f->one[i].record.id, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
find(struct finding *f, struct cp_err *err)
{
	struct cp_sar_case *x = f->x;
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	size_t n = 0;
	enum cp_rc rc = cp_sar_case_begin(x, err);

	if (rc == CP_OK)
		rc = cp_sar_subjects(x->s.store, &x->sar, subject, &n, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		rc = look_for(f, &subject[i], err);
	if (rc == CP_OK && f->sought == 0)
		rc = cp_fail(err, CP_REFUSED, "request %s names nobody who is "
		    "to be found", x->sar.id);
	if (rc == CP_OK)
		rc = cp_tie_wanting(x->s.store, &f->wanting, err);
	if (rc == CP_OK)
		rc = log_found(f, err);
	return cp_txn_end(x->s.audit, rc, err);
}

/* ---- what is shown ------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "sar", "Request" },
	{ "rows", "May be" },
	{ "more", NULL },
	{ "untied", NULL },
	{ "note", "Note" },
	{ "next", "Next" },
	{ "command", "By" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void
put_candidate(struct finding *f, const struct candidate *c)
{
	const char *state = cp_record_state_word(&c->record,
	    f->x->s.now.today);

	cp_json_open(&f->json, '{');
	cp_json_put_key(&f->json, "subject");
	cp_json_put_int(&f->json, c->subject);
	cp_json_put_member(&f->json, "id", c->record.id);
	cp_json_put_member(&f->json, "state", state);
	cp_json_put_member(&f->json, "name", c->name);
	cp_json_put_member(&f->json, "birth_date", c->name != NULL ?
	    c->birth : NULL);
	cp_json_close(&f->json, '}');
	if (f->sought > 1)
		cp_buf_printf(&f->text, "%d: ", c->subject);
	cp_buf_printf(&f->text, "%s, %s", c->record.id, state);
	if (c->name != NULL)
		cp_buf_printf(&f->text, ": %s, born %s", c->name, c->birth);
	cp_buf_putc(&f->text, '\0');
}

static enum cp_rc
put_candidates(struct finding *f, struct cp_out *o, struct cp_err *err)
{
	const char **lines = calloc(f->n + 1, sizeof(*lines));
	const char *p;
	enum cp_rc rc;

	if (lines == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_json_open(&f->json, '[');
	for (size_t i = 0; i < f->n; i++)
		put_candidate(f, &f->one[i]);
	cp_json_close(&f->json, ']');
	rc = cp_buf_check(&f->json, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&f->text, err);
	p = cp_buf_text(&f->text);
	for (size_t i = 0; rc == CP_OK && i < f->n; i++) {
		lines[i] = p;
		p += strlen(p) + 1;
	}
	if (f->n == 0)
		lines[0] = "nobody";
	if (rc == CP_OK)
		cp_out_lines(o, cp_buf_text(&f->json), lines, f->n > 0 ?
		    f->n : 1);
	f->lines = lines;
	return rc;
}

/* Why somebody may not be among them. */
static void
put_note(const struct finding *f, struct cp_out *o)
{
	struct cp_buf b;

	cp_buf_init(&b);
	if (f->more)
		cp_buf_puts(&b, "there are more than are shown; ");
	if (!f->dated)
		cp_buf_puts(&b, "without a birth date nobody who is archived "
		    "is found by name; ");
	if (f->wanting > 0)
		cp_buf_printf(&b, "%lld archived record%s found only by "
		    "identifying number; ", (long long)f->wanting,
		    f->wanting == 1 ? " is" : "s are");
	if (b.len > 2)
		b.data[b.len -= 2] = '\0';
	cp_out_text(o, b.len > 0 ? cp_buf_text(&b) : NULL);
	cp_buf_clear(&b);
}

static void
put_next(const struct finding *f, struct cp_out *o)
{
	char command[192];

	cp_out_text(o, f->n > 0 ? "say who it is, or that it is none of them" :
	    "if nobody was found by other names or numbers either, say so");
	(void)snprintf(command, sizeof(command), "cpadmin sar subject %s %s "
	    "%s--reason T", f->x->sar.id, f->n > 0 ? "ID|none" : "none",
	    f->sought > 1 ? "--subject N " : "");
	cp_out_text(o, command);
}

static enum cp_rc
show(struct finding *f, struct cp_err *err)
{
	struct cp_column cols[COLUMNS];
	struct cp_out *o = NULL;
	enum cp_rc rc;

	memcpy(cols, columns, sizeof(cols));
	if (!f->more && f->dated && f->wanting == 0)
		cols[4].heading = NULL;
	rc = cp_out_object(f->x->call, "sar-found", cols, COLUMNS, &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, f->x->sar.id);
	rc = put_candidates(f, o, err);
	cp_out_bool(o, f->more);
	cp_out_int(o, f->wanting);
	put_note(f, o);
	put_next(f, o);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static void
clear(struct finding *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->one[i].name != NULL) {
			explicit_bzero(f->one[i].name,
			    strlen(f->one[i].name));
			free(f->one[i].name);
		}
	cp_buf_clear(&f->json);
	cp_buf_clear(&f->text);
	free(f->lines);
	cp_matcher_free(f->matcher);
	free(f);
}

enum cp_rc
cp_sar_run_find(struct cp_call *call, struct cp_err *err)
{
	struct finding *f = calloc(1, sizeof(*f));
	struct cp_sar_case x;
	enum cp_rc rc;

	if (f == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	f->x = &x;
	f->dated = 1;
	rc = cp_sar_case_open(call, CP_STORE_WRITE, CP_SAR_OFFICERS, &x, err);
	if (rc != CP_OK) {
		clear(f);
		return rc;
	}
	rc = cp_matcher_open(x.s.store, &f->matcher, err);
	if (rc == CP_OK)
		rc = find(f, err);
	if (rc == CP_OK)
		rc = show(f, err);
	clear(f);
	cp_sar_case_close(&x);
	return rc;
}
