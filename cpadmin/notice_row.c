#include "cpadmin/notice_row.h"

#include <stdio.h>
#include <string.h>

#include "cpadmin/take.h"
#include "lifecycle/duties/prospect.h"

/* ---- rows ------------------------------------------------------------------- */

/* Key, and headings: of what is owed, of the ledger, of one notice. */
#define COLUMNS_OF(X) \
	X("notice", "NOTICE", "NOTICE", "Notice") \
	X("id", "ID", "ID", "Record") \
	X("kind", "KIND", "KIND", "Kind") \
	X("to", "TO", "TO", "To") \
	X("language", "LANGUAGE", "LANGUAGE", "Language") \
	X("format", "FORMAT", NULL, "Format") \
	X("due", "DUE", "DUE", "Due") \
	X("status", NULL, "STATUS", "Status") \
	X("problem", "PROBLEM", NULL, "Problem") \
	X("late", NULL, NULL, "Late") \
	X("since", NULL, NULL, "Owed since") \
	X("cause", NULL, NULL, "Owed for") \
	X("authority", NULL, NULL, "Authority") \
	X("why", NULL, "WHY", "Why") \
	X("route", NULL, NULL, "Route") \
	X("version", NULL, NULL, "Version") \
	X("run", NULL, "RUN", "Print run") \
	X("issued", NULL, NULL, "Issued") \
	X("issued_by", NULL, NULL, "Issued by") \
	X("served", NULL, "SERVED", "Served") \
	X("served_by", NULL, NULL, "Served by") \
	X("returned", NULL, "RETURNED", "Returned") \
	X("returned_by", NULL, NULL, "Returned by") \
	X("safe", NULL, NULL, "By an officer") \
	X("covers", NULL, NULL, "In place of") \
	X("mail", NULL, NULL, "Letter")
#define AS_OWED(key, owed, ledger, line) { key, owed },
#define AS_LEDGER(key, owed, ledger, line) { key, ledger },
#define AS_LINE(key, owed, ledger, line) { key, line },

static const struct cp_column owed_columns[] = { COLUMNS_OF(AS_OWED) };
static const struct cp_column ledger_columns[] = { COLUMNS_OF(AS_LEDGER) };
static const struct cp_column lines[] = { COLUMNS_OF(AS_LINE) };
enum { COLUMNS = sizeof(lines) / sizeof(lines[0]) };

enum cp_rc
cp_notices_begin(const struct cp_call *call, enum cp_notices_as as,
    struct cp_out **out, struct cp_err *err)
{
	if (as == CP_NOTICES_LINES && !cp_wants_json(call))
		return cp_out_object(call, "notices", lines, COLUMNS, out,
		    err);
	return cp_out_table(call, "notices", as == CP_NOTICES_OWED ?
	    owed_columns : ledger_columns, COLUMNS, out, err);
}

static void
put_some(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

/* "R-0001", "M-0001"; none of 0. */
static void
put_number(struct cp_out *o, char letter, int64_t n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%c-%04lld", letter, (long long)n);
	cp_out_text(o, n > 0 ? text : NULL);
}

static enum cp_rc
put_letter(struct cp_notices *x, struct cp_out *o, const struct cp_notice *n,
    struct cp_err *err)
{
	struct cp_prospect p;
	enum cp_rc rc;

	if (n->status != CP_NOTICE_OWED) {
		put_some(o, n->addressee);
		put_some(o, n->language);
		put_some(o, n->format);
		return CP_OK;
	}
	rc = cp_prospect(x->s.store, &x->rules, n, &p, err);
	if (rc == CP_OK) {
		cp_out_text(o, cp_addressee_word(p.to));
		put_some(o, p.language);
		cp_out_text(o, cp_format_word(p.format));
		return CP_OK;
	}
	if (rc != CP_REFUSED)
		return rc;
	cp_err_clear(err);
	for (int i = 0; i < 3; i++)
		cp_out_text(o, NULL);
	return CP_OK;
}

static void
put_past(struct cp_out *o, const struct cp_notice *n)
{
	char ref[CP_NOTICE_REF];

	put_some(o, n->why);
	put_some(o, n->route);
	put_some(o, n->version);
	put_number(o, 'R', n->run);
	put_some(o, n->issued);
	put_some(o, n->issued_by);
	cp_out_date(o, n->served);
	put_some(o, n->served_by);
	cp_out_date(o, n->returned);
	put_some(o, n->returned_by);
	cp_out_bool(o, n->safe);
	if (n->covers > 0)
		cp_notice_ref(n->covers, ref);
	cp_out_text(o, n->covers > 0 ? ref : NULL);
	put_number(o, 'M', n->mail);
}

enum cp_rc
cp_notices_put(struct cp_notices *x, struct cp_out *o,
    const struct cp_notice *n, enum cp_notices_as as, struct cp_err *err)
{
	int owed = n->status == CP_NOTICE_OWED;
	enum cp_rc rc;

	cp_out_text(o, n->ref);
	cp_out_text(o, n->record_id);
	cp_out_text(o, cp_notice_kind_word(n->kind));
	rc = put_letter(x, o, n, err);
	if (rc != CP_OK)
		return rc;
	cp_out_date(o, n->due);
	cp_out_text(o, cp_notice_status_word(n->status));
	put_some(o, n->problem);
	cp_out_bool(o, owed && cp_date_cmp(n->due, x->s.now.today) < 0);
	cp_out_date(o, n->since);
	put_some(o, n->cause);
	cp_out_text(o, n->authority);
	put_past(o, n);
	return as == CP_NOTICES_LINES && !cp_wants_json(x->call) ? CP_OK :
	    cp_out_row(o, err);
}

enum cp_rc
cp_notices_show(struct cp_notices *x, const int64_t *n, size_t count,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_notice one;
	enum cp_rc rc = cp_notices_begin(x->call, CP_NOTICES_LEDGER, &o,
	    err);

	for (size_t i = 0; i < count && rc == CP_OK; i++) {
		rc = cp_notice_at(x->s.store, n[i], &one, err);
		if (rc == CP_OK)
			rc = cp_notices_put(x, o, &one, CP_NOTICES_LEDGER,
			    err);
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* ---- which one -------------------------------------------------------------- */

struct naming {
	unsigned statuses;
	struct cp_notice *out;
	size_t n;
	struct cp_buf refs;
};

static enum cp_rc
take_one(void *ctx, const struct cp_notice *n, struct cp_err *err)
{
	struct naming *x = ctx;

	(void)err;
	if ((x->statuses & CP_NOTICE_IS(n->status)) == 0)
		return CP_OK;
	if (x->n++ == 0)
		*x->out = *n;
	if (x->n <= 8)
		cp_buf_printf(&x->refs, "%s%s", x->n > 1 ? ", " : "", n->ref);
	return CP_OK;
}

static void
say_statuses(unsigned statuses, struct cp_buf *out)
{
	for (int i = 0; i <= CP_NOTICE_SUPPRESSED; i++)
		if (statuses & CP_NOTICE_IS(i))
			cp_buf_printf(out, "%s%s", out->len > 0 ? " or " : "",
			    cp_notice_status_word((enum cp_notice_status)i));
}

static enum cp_rc
fail_naming(struct naming *x, const char *id, struct cp_err *err)
{
	struct cp_buf words;

	if (x->n > 1) {
		(void)cp_fail(err, CP_REFUSED, "record %s has %zu notices "
		    "that may be meant", id, x->n);
		cp_err_hint(err, "name one of them: %s", cp_buf_text(&x->refs));
		return CP_REFUSED;
	}
	cp_buf_init(&words);
	say_statuses(x->statuses, &words);
	(void)cp_fail(err, CP_REFUSED, "record %s has no notice that is %s",
	    id, cp_buf_text(&words));
	cp_err_hint(err, "`cpadmin notice show %s' has all of them", id);
	cp_buf_clear(&words);
	return CP_REFUSED;
}

/* As N-0000012-9, whatever its check character. */
static int
like_reference(const char *text)
{
	size_t n = strncmp(text, "N-", 2) == 0 ? strspn(text + 2,
	    "0123456789") : 0;

	return n >= 7 && text[n + 2] == '-' && strlen(text) == n + 4;
}

enum cp_rc
cp_notices_record(struct cp_notices *x, const char *text,
    struct cp_record *out, struct cp_err *err)
{
	enum cp_rc rc = cp_record_get(x->s.store, text, out, err);

	if (rc == CP_NOT_FOUND && like_reference(text))
		cp_err_hint(err, "as a reference it is mistyped: its last "
		    "character does not fit");
	return rc;
}

enum cp_rc
cp_notices_named(struct cp_notices *x, const char *text, unsigned statuses,
    struct cp_notice *out, struct cp_err *err)
{
	struct naming n = { .statuses = statuses, .out = out };
	struct cp_record r;
	enum cp_rc rc;

	if (cp_notice_ref_parse(text) != 0)
		return cp_notice_get(x->s.store, text, out, err);
	rc = cp_notices_record(x, text, &r, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&n.refs);
	rc = cp_notice_each(x->s.store, r.n, take_one, &n, err);
	if (rc == CP_OK && n.n != 1)
		rc = fail_naming(&n, r.id, err);
	cp_buf_clear(&n.refs);
	return rc;
}

enum cp_rc
cp_notices_date(const struct cp_notices *x, struct cp_date *out,
    struct cp_err *err)
{
	*out = x->s.now.today;
	return cp_option(x->call, "date") == NULL ? CP_OK :
	    cp_take_date(x->call, "date", out, err);
}
