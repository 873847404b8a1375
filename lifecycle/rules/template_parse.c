#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/template_impl.h"
#include "lifecycle/rules/text.h"

enum { PROBLEMS_MAX = 32 };

void
tpl_problem(struct tpl_reader *r, unsigned line, const char *fmt, ...)
{
	struct cp_template_problem *p;
	va_list ap;

	if (r->report->n == PROBLEMS_MAX)
		return;
	p = &r->report->problem[r->report->n++];
	p->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(p->what, sizeof(p->what), fmt, ap);
	va_end(ap);
}

int
tpl_next_line(struct tpl_reader *r, const char **line, size_t *len)
{
	const char *end;

	if (r->at == r->end)
		return 0;
	end = memchr(r->at, '\n', (size_t)(r->end - r->at));
	*line = r->at;
	*len = (size_t)((end != NULL ? end : r->end) - r->at);
	r->at = end != NULL ? end + 1 : r->end;
	r->line++;
	while (*len > 0 && (*line)[*len - 1] == ' ')
		--*len;
	return 1;
}

size_t
tpl_keep(struct tpl_reader *r, const char *text, size_t len)
{
	size_t at = r->t->texts.len;

	cp_buf_put(&r->t->texts, text, len);
	cp_buf_put(&r->t->texts, "", 1);
	return at;
}

/* ---- what the bytes are ------------------------------------------------- */

/* Whether it is text at all, line by line. */
static void
check_bytes(struct tpl_reader *r, const char *text, size_t len)
{
	const char *line, *why;
	size_t n;

	if (len == 0 || len > TPL_FILE_MAX) {
		tpl_problem(r, 0, "a wording has 1 to %d bytes", TPL_FILE_MAX);
		return;
	}
	r->at = text;
	r->end = text + len;
	r->line = 0;
	while (tpl_next_line(r, &line, &n)) {
		if (n > 0 && line[n - 1] == '\r') {
			tpl_problem(r, r->line, "the line ends with CR LF: "
			    "save the file with LF");
			return;
		}
		why = cp_text_refuse(line, n);
		if (why != NULL)
			tpl_problem(r, r->line, "%s", why);
	}
}

/* By insertion: few, and nearly in order. */
static void
sort_problems(struct cp_template_report *report)
{
	struct cp_template_problem one;
	size_t i, j;

	for (i = 1; i < report->n; i++) {
		one = report->problem[i];
		for (j = i; j > 0 && report->problem[j - 1].line > one.line;
		    j--)
			report->problem[j] = report->problem[j - 1];
		report->problem[j] = one;
	}
}

static enum cp_rc
first_problem(const char *name, const struct cp_template_report *report,
    struct cp_err *err)
{
	const struct cp_template_problem *p = &report->problem[0];

	return p->line == 0 ? cp_fail(err, CP_BAD_INPUT, "%s: %s", name,
	    p->what) : cp_fail(err, CP_BAD_INPUT, "%s:%u: %s", name, p->line,
	    p->what);
}

static enum cp_rc
read_all(struct tpl_reader *r, const struct cp_buf *text, struct cp_err *err)
{
	r->at = cp_buf_text(text);
	r->end = r->at + text->len;
	r->line = 0;
	tpl_read_head(r);
	tpl_read_body(r);
	tpl_check_values(r);
	if (r->no_memory)
		return cp_fail(err, CP_FAILED, "out of memory");
	return cp_buf_check(&r->t->texts, err);
}

enum cp_rc
cp_template_parse(const char *name, const char *text, size_t len,
    const struct cp_template_kind *kind, struct cp_template **out,
    struct cp_template_report *report, struct cp_err *err)
{
	struct cp_template_report own = { 0 };
	struct tpl_reader r = { .kind = kind,
		.report = report != NULL ? report : &own };
	struct cp_buf composed;
	enum cp_rc rc = CP_OK;

	r.report->n = 0;
	cp_buf_init(&composed);
	r.t = calloc(1, sizeof(*r.t));
	if (r.t == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_buf_init(&r.t->texts);
	r.t->items = kind->items;
	r.t->rtl = kind->rtl;
	check_bytes(&r, text, len);
	if (r.report->n == 0) {
		cp_text_nfc(text, len, &composed);
		rc = cp_buf_check(&composed, err);
		if (rc == CP_OK)
			rc = read_all(&r, &composed, err);
	}
	if (rc == CP_OK && r.report->n > 0) {
		sort_problems(r.report);
		rc = first_problem(name, r.report, err);
	}
	if (rc == CP_OK) {
		*out = r.t;
		r.t = NULL;
	}
	cp_template_free(r.t);
	cp_buf_clear(&composed);
	return rc;
}
