#include "lifecycle/duties/custody_page.h"

#include <stdio.h>
#include <string.h>

#include "archive/age_armor.h"
#include "lifecycle/duties/letter_page.h"
#include "lifecycle/duties/page_words.h"

enum { LINE = 400, SHARE_MOST = 1600 };

static enum cp_rc
open_page(const struct cp_custody_paper *p, struct cp_page_doc **out,
    struct cp_err *err)
{
	const struct cp_sheet *s = p->sheet;
	char title[LINE], foot[LINE];
	struct cp_page_spec spec = { .title = title, .language = "en-GB",
		.author = p->authority, .running = title, .reference = foot,
		.made = p->printed };

	(void)snprintf(title, sizeof(title), "Custody share %d of %d, key %s",
	    s->index, s->of.shares, s->of.id);
	(void)snprintf(foot, sizeof(foot), "Key %s \xC2\xB7 share %d of %d",
	    s->of.id, s->index, s->of.shares);
	return cp_page_open(&spec, out, err);
}

static void
put_title(struct cp_page_doc *d, const struct cp_custody_paper *p)
{
	const struct cp_sheet *s = p->sheet;
	char line[LINE];

	(void)snprintf(line, sizeof(line), "Custody share %d of %d", s->index,
	    s->of.shares);
	cp_page_heading(d, 1, line);
	(void)snprintf(line, sizeof(line), "of the archive of authority "
	    "%.100s", p->authority);
	cp_page_text(d, CP_PAGE_LEAD, line);
	if (s->of.threshold > 1)
		(void)snprintf(line, sizeof(line), "Any %d of the %d shares "
		    "of this key, together, open the archive of sealed "
		    "records; fewer open nothing. ", s->of.threshold,
		    s->of.shares);
	else
		(void)snprintf(line, sizeof(line), "This is the only share of "
		    "this key: with its passphrase it opens the archive of "
		    "sealed records. ");
	(void)snprintf(line + strlen(line), sizeof(line) - strlen(line),
	    "This sheet alone opens nothing: it is sealed under the "
	    "passphrase of its holder, which is not written here and must "
	    "not be.");
	cp_page_text(d, CP_PAGE_BODY, line);
}

static void
put_facts(struct cp_page_doc *d, const struct cp_custody_paper *p)
{
	static const struct cp_page_column cols[] = { { NULL, 15, 1 },
		{ NULL, 37, 0 }, { NULL, 18, 1 }, { NULL, 30, 0 } };
	const struct cp_sheet *s = p->sheet;
	char needed[LINE], made[LINE], printed[LINE], day[11];
	const char *rows[][4] = {
		{ "Held by", p->holder != NULL && p->holder[0] != '\0' ?
		    p->holder : "\xE2\x80\x94", "Needed to open", needed },
		{ "Key", s->of.id, "Made", made },
		{ "Authority", p->authority, "Printed", printed } };

	(void)snprintf(needed, sizeof(needed), "%d of %d shares",
	    s->of.threshold, s->of.shares);
	cp_words_time(p->ceremony, made, sizeof(made));
	(void)snprintf(day, sizeof(day), "%s", p->printed);
	cp_words_time(day, printed, sizeof(printed));
	cp_page_table(d, cols, 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cp_page_row(d, 0, rows[i]);
}

static void
put_words(struct cp_page_doc *d, const struct cp_sheet *s)
{
	const char *lines[CP_SHEET_LINES];

	for (int i = 0; i < CP_SHEET_LINES; i++)
		lines[i] = s->line[i];
	cp_page_heading(d, 2, "The share in words");
	cp_page_lines(d, lines, CP_SHEET_LINES);
}

static void
put_code(struct cp_page_doc *d, const struct cp_custody_paper *p,
    const struct cp_buf *armor)
{
	static const char *const beside[] = {
		"To use it",
		"With the words: cpadmin custody recover asks for the eight "
		    "lines and the passphrase and writes the share file again. "
		    "The last word of a line checks the others: a slip is "
		    "found in its line.",
		"With the code: it is the share file itself, sealed, as text. "
		    "Read it with a scanner that is on no network, save the "
		    "text as share.age and give it with --share share.age.",
		("Without cpadmin: age -d share.age. cpadmin-archive(5) says "
		    "how shares are joined.") };
	char alt[LINE];
	struct cp_page_qr qr = { .data = armor->data, .len = armor->len,
		.side = 60, .alt = alt, .beside = beside, .n_beside = 4 };

	(void)snprintf(alt, sizeof(alt), "QR code: the file of share %d of "
	    "key %s, sealed, in ASCII armor", p->sheet->index,
	    p->sheet->of.id);
	cp_page_qr(d, &qr);
}

static void
put_keeping(struct cp_page_doc *d)
{
	static const char *const sign[] = { "Received by", "Signature",
		"Date" };

	cp_page_heading(d, 2, "To keep it");
	cp_page_text(d, CP_PAGE_BODY, "In a sealed envelope, in a safe of the "
	    "office that holds it; apart from the other shares and from the "
	    "passphrase. Make no copy or photograph of it. If it is lost, or "
	    "somebody has seen it, say so at once: the key is then replaced "
	    "with cpadmin custody rekey.");
	cp_page_sign(d, sign, 3);
}

enum cp_rc
cp_custody_page(const struct cp_custody_paper *paper, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_page_doc *d = NULL;
	struct cp_buf armor;
	enum cp_rc rc;

	if (paper->share->len > SHARE_MOST)
		return cp_fail(err, CP_BAD_INPUT, "the share file is too long "
		    "for a QR code");
	cp_buf_init(&armor);
	cp_age_armor(&armor, paper->share->data, paper->share->len);
	rc = cp_buf_check(&armor, err);
	if (rc == CP_OK)
		rc = open_page(paper, &d, err);
	if (rc == CP_OK) {
		put_title(d, paper);
		put_facts(d, paper);
		put_words(d, paper->sheet);
		put_code(d, paper, &armor);
		put_keeping(d);
		rc = cp_page_finish(d, out, err);
	}
	cp_page_free(d);
	cp_buf_clear(&armor);
	return rc;
}
