/* CP_NEEDS_PAGES: letters are typeset. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cpadmin/notice_preview.h"
#include "cpadmin/notice_sender.h"
#include "cpadmin/notice_verbs.h"
#include "cpadmin/places.h"
#include "cpadmin/take.h"

/* notice preview: what a letter looks like, and reads like, before any goes. */

enum { COLUMNS_USUAL = 72, COLUMNS_LEAST = 20, COLUMNS_MOST = 1000,
	PIXELS_LEAST = 100, PIXELS_MOST = 5000 };

/* ---- of a store, or of a policy ------------------------------------------------ */

struct previewing {
	const struct cp_call *call;
	struct cp_notices store;   /* where one is used */
	struct cp_policy *policy;  /* else */
	struct cp_rules rules;
	struct cp_now now;
	struct cp_wordings *wordings;
	struct cp_senders *senders;
	struct cp_preview what;
	const char *output;
	int width;
};

static enum cp_rc
open_store(struct previewing *p, struct cp_err *err)
{
	struct cp_notices *x = &p->store;
	enum cp_rc rc = cp_session_open(p->call, CP_STORE_READ, &x->s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(&x->s, &x->policy, &x->rules, err);
	if (rc == CP_OK)
		rc = cp_notices_wordings(x, &p->wordings, err);
	if (rc == CP_OK)
		rc = cp_senders_open(x->s.store, x->s.settings.rehearsal,
		    &p->senders, err);
	p->rules = x->rules;
	p->now = x->s.now;
	p->what.authority = x->s.settings.authority;
	return rc;
}

static enum cp_rc
open_policy(struct previewing *p, const char *name, struct cp_err *err)
{
	char file[PATH_MAX], folder[PATH_MAX];
	struct cp_policy_report report;
	enum cp_rc rc = cp_session_now(cp_option(p->call, "on"), &p->now, err);

	if (rc == CP_OK)
		rc = cp_place_policy(name, file, sizeof(file), err);
	if (rc != CP_OK)
		return rc;
	cp_policy_report_init(&report);
	rc = cp_policy_load_file(file, &p->policy, &report, err);
	cp_policy_report_clear(&report);
	if (rc == CP_OK)
		rc = cp_place_wordings(file, folder, sizeof(folder), err);
	if (rc == CP_OK)
		rc = cp_wordings_load(folder, p->policy, NULL, NULL,
		    &p->wordings, err);
	if (rc == CP_OK)
		rc = cp_senders_open(NULL, 1, &p->senders, err);
	p->rules.policy = p->policy;
	p->rules.today = p->now.today;
	p->what.authority = "E08000015";
	return rc;
}

static void
close_all(struct previewing *p)
{
	cp_senders_free(p->senders);
	cp_wordings_free(p->wordings);
	cp_policy_free(p->policy);
	if (p->store.s.store != NULL)
		cp_notices_close(&p->store);
}

/* ---- what is asked for ---------------------------------------------------------- */

static enum cp_rc
take_width(struct previewing *p, struct cp_err *err)
{
	const char *text = cp_option(p->call, "width");
	int picture = p->output != NULL && cp_preview_ending(p->output) == 'g';
	int least = picture ? PIXELS_LEAST : COLUMNS_LEAST;
	int most = picture ? PIXELS_MOST : COLUMNS_MOST;
	char *end = NULL;
	long n;

	if (text == NULL)
		return CP_OK;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || n < least || n > most)
		return cp_fail(err, CP_USAGE, "--width is %d to %d %s", least,
		    most, picture ? "pixels" : "columns");
	if (p->output != NULL && cp_preview_ending(p->output) == 'p')
		return cp_fail(err, CP_USAGE, "--width is of a picture or of "
		    "text");
	p->width = (int)n;
	return CP_OK;
}

static enum cp_rc
take_output(struct previewing *p, struct cp_err *err)
{
	int ending;

	p->output = cp_option(p->call, "output");
	if (p->output == NULL)
		return CP_OK;
	ending = cp_preview_ending(p->output);
	if (ending == 0)
		return cp_fail(err, CP_USAGE, "--output does not end in .png, "
		    ".pdf or .txt");
	if (p->what.format == CP_FORMAT_PLAIN && ending != 't')
		return cp_fail(err, CP_USAGE, "plain text has no pages: "
		    "--output FILE.txt");
	return CP_OK;
}

static enum cp_rc
take(struct previewing *p, struct cp_err *err)
{
	const char *kind = cp_option(p->call, "kind");
	const char *band = cp_option(p->call, "band"), *format = NULL;
	enum cp_rc rc = cp_option_required(p->call, "language",
	    &p->what.language, err);

	if (rc == CP_OK)
		rc = cp_option_required(p->call, "format", &format, err);
	if (rc != CP_OK)
		return rc;
	if (!cp_format_parse(format, &p->what.format))
		return cp_fail(err, CP_USAGE, "--format is standard, "
		    "large-print, easy-read or plain-text");
	p->what.kind = CP_NOTICE_FIRST;
	if (kind != NULL && !cp_notice_kind_parse(kind, &p->what.kind))
		return cp_fail(err, CP_USAGE, "--kind: no such notice");
	p->what.band = cp_preview_band(p->what.kind);
	if (band != NULL && !cp_band_parse(band, &p->what.band))
		return cp_fail(err, CP_USAGE, "--band is parent, 12 or 16");
	rc = take_output(p, err);
	return rc == CP_OK ? take_width(p, err) : rc;
}

/* ---- showing it ------------------------------------------------------------------ */

static int
terminal_width(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : w.ws_col;
	return COLUMNS_USUAL;
}

/* A terminal knows nothing of isolates, which are the letter's own; all else
 * that is not seen is escaped. */
static enum cp_rc
show_text(const struct cp_buf *text, struct cp_err *err)
{
	struct cp_buf plain, shown;
	const char *at = cp_buf_text(text);
	size_t n;
	enum cp_rc rc;

	cp_buf_init(&plain);
	cp_buf_init(&shown);
	for (; *at != '\0'; at += n) {
		n = strcspn(at, "\n") + 1;
		cp_buf_reset(&plain);
		for (size_t i = 0; i + 1 < n; i++) {
			if (n - i > 3 && memcmp(at + i, "\xE2\x81", 2) == 0 &&
			    (at[i + 2] & 0xFF) >= 0xA6 &&
			    (at[i + 2] & 0xFF) <= 0xA9)
				i += 2;
			else
				cp_buf_putc(&plain, at[i]);
		}
		cp_out_escape(&shown, cp_buf_text(&plain));
		cp_buf_putc(&shown, '\n');
	}
	rc = cp_buf_check(&plain, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&shown, err);
	if (rc == CP_OK && (fputs(cp_buf_text(&shown), stdout) == EOF ||
	    fflush(stdout) == EOF))
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the letter");
	cp_buf_clear(&plain);
	cp_buf_clear(&shown);
	return rc;
}

static const struct cp_column columns[] = {
	{ "language", "Language" },
	{ "format", "Format" },
	{ "notice_kind", "Notice" },
	{ "band", "Read by" },
	{ "wording", "Wording" },
	{ "version", "Version" },
	{ "status", "Status" },
	{ "files", "Files" },
	{ "pages", "Pages" },
	{ "text", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Of what was written, or as JSON with TEXT. */
static enum cp_rc
show(const struct previewing *p, const struct cp_composed *c,
    const struct cp_preview_files *files, const struct cp_buf *text,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(p->call, "notice-preview", columns,
	    COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, c->wording->language->code);
	cp_out_text(o, cp_format_word(c->format));
	cp_out_text(o, cp_notice_kind_word(p->what.kind));
	cp_out_text(o, cp_band_word(p->what.band));
	cp_out_text(o, c->wording->name);
	cp_out_text(o, c->wording->version);
	cp_out_text(o, cp_template_head(c->wording->text, "status"));
	if (p->output == NULL)
		cp_out_text(o, NULL);
	else
		cp_out_ids(o, cp_buf_text(&files->json));
	if (files->pages == 0)
		cp_out_text(o, NULL);
	else
		cp_out_int(o, files->pages);
	cp_out_text(o, p->output == NULL ? cp_buf_text(text) : NULL);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
put(struct previewing *p, const struct cp_composed *c, struct cp_err *err)
{
	struct cp_preview_files files = { .pages = 0 };
	struct cp_buf text, date;
	int width = p->width > 0 ? p->width : cp_wants_json(p->call) ? 0 :
	    terminal_width();
	enum cp_rc rc;

	cp_buf_init(&files.json);
	cp_buf_init(&text);
	cp_buf_init(&date);
	cp_wording_date(c->wording->language, p->now.today, &date);
	rc = cp_buf_check(&date, err);
	if (rc == CP_OK && p->output != NULL)
		rc = cp_preview_write(c, cp_buf_text(&date), &p->now,
		    p->output, p->width, &files, err);
	else if (rc == CP_OK)
		rc = cp_composed_text(c, c->reference, cp_buf_text(&date),
		    width, &text, err);
	if (rc == CP_OK)
		rc = p->output != NULL || cp_wants_json(p->call) ?
		    show(p, c, &files, &text, err) : show_text(&text, err);
	cp_buf_clear(&files.json);
	cp_buf_clear(&text);
	cp_buf_clear(&date);
	return rc;
}

enum cp_rc
cp_notice_run_preview(struct cp_call *call, struct cp_err *err)
{
	const char *policy = cp_option(call, "policy");
	struct previewing p = { .call = call };
	struct cp_composing with = { .sender = cp_senders_of };
	struct cp_composed c;
	enum cp_rc rc = take(&p, err);

	if (rc == CP_OK)
		rc = policy != NULL ? open_policy(&p, policy, err) :
		    open_store(&p, err);
	cp_composed_init(&c);
	if (rc == CP_OK) {
		with.rules = &p.rules;
		with.wordings = p.wordings;
		with.now = &p.now;
		with.sender_ctx = p.senders;
		rc = cp_preview_compose(&with, &p.what, &c, err);
	}
	if (rc == CP_OK)
		rc = put(&p, &c, err);
	cp_composed_clear(&c);
	close_all(&p);
	return rc;
}
