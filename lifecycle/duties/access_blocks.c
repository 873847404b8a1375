#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/access_words_impl.h"
#include "lifecycle/duties/composing_impl.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/rules/template.h"

/* What is given, as blocks for reading.  Nothing here looks at why something is
 * not there. */

struct reader {
	const struct cp_access_words *w;
	const struct cp_language *language;
	const struct cp_collection *c;
	struct cp_blocks *out;
	struct cp_buf text;
	int entries;
};

/* ---- pieces ---------------------------------------------------------------- */

static enum cp_rc
add(struct reader *r, enum cp_block_kind kind, int number, const char *text,
    struct cp_err *err)
{
	struct cp_block b = { .kind = kind, .text = text, .number = number };

	return blocks_add(r->out, &b, err);
}

/* The text of KEY; KEY where there is none, which a test of all keys that are
 * collected does not let happen. */
static const char *
word(const struct reader *r, const char *key)
{
	const char *text = cp_access_word(r->w, key);

	return text != NULL ? text : key;
}

/* TEXT, of which {{label}}, {{value}} or {{name}} are A and B in this order of
 * names. */
static void
put_pattern(struct reader *r, const char *text, const char *label,
    const char *value)
{
	const char *brace, *end;

	for (; (brace = strstr(text, "{{")) != NULL; text = end + 2) {
		cp_buf_put(&r->text, text, (size_t)(brace - text));
		end = strstr(brace, "}}");
		if (brace[2] == 'l')
			cp_buf_puts(&r->text, label);
		else
			cp_buf_puts(&r->text, value);
	}
	cp_buf_puts(&r->text, text);
}

/* A text may have lines, from who typed it; on paper it is one. */
static void
put_text(int rtl, const char *text, struct cp_buf *line, struct cp_buf *out)
{
	cp_buf_reset(line);
	for (; *text != '\0'; text++)
		cp_buf_putc(line, strchr("\n\r\t", *text) != NULL ? ' ' :
		    *text);
	cp_template_value(rtl, cp_buf_text(line), out);
}

/* Whether TEXT is a moment in UTC (RFC 3339, whole seconds), *MOMENT. */
static int
is_time(const char *text, int64_t *moment)
{
	static const char like[] = "0000-00-00T00:00:00Z";
	char day[CP_DATE_TEXT];
	struct cp_date d;
	struct cp_err err;
	int second;
	size_t i;

	for (i = 0; like[i] != '\0'; i++)
		if (like[i] == '0' ? text[i] < '0' || text[i] > '9' :
		    text[i] != like[i])
			return 0;
	if (text[i] != '\0')
		return 0;
	(void)snprintf(day, sizeof(day), "%.10s", text);
	cp_err_clear(&err);
	second = ((text[11] - '0') * 10 + text[12] - '0') * 3600 +
	    ((text[14] - '0') * 10 + text[15] - '0') * 60 +
	    (text[17] - '0') * 10 + text[18] - '0';
	if (second > 86399 || cp_date_parse(day, &d, &err) != CP_OK)
		return 0;
	*moment = cp_utc_unix(d, second);
	return 1;
}

/* As clocks in England showed it. */
static void
put_time(const struct reader *r, int64_t moment, struct cp_buf *line,
    struct cp_buf *out)
{
	struct cp_date d;
	int32_t second = 0;

	d = cp_utc_date(moment + cp_london_offset(moment), &second);
	cp_buf_reset(line);
	cp_wording_date(r->language, d, line);
	cp_buf_printf(line, ", %02d:%02d", (int)second / 3600,
	    (int)second / 60 % 60);
	cp_template_value(r->language->rtl, cp_buf_text(line), out);
}

static void
put_word(const struct reader *r, const char *key, struct cp_buf *line,
    struct cp_buf *out)
{
	const char *text = cp_access_word(r->w, key);

	if (text != NULL)
		cp_buf_puts(out, text);
	else
		put_text(r->language->rtl, strncmp(key, "word-", 5) == 0 ?
		    key + 5 : key, line, out);
}

/* "word-address,school": several of them. */
static void
put_words(const struct reader *r, const char *key, struct cp_buf *line,
    struct cp_buf *out)
{
	const char *at = strncmp(key, "word-", 5) == 0 ? key + 5 : key;
	char one[96];

	if (strchr(at, ',') == NULL) {
		put_word(r, key, line, out);
		return;
	}
	while (*at != '\0') {
		size_t n = strcspn(at, ",");

		(void)snprintf(one, sizeof(one), "word-%.*s", (int)n, at);
		cp_buf_reset(line);
		put_word(r, one, line, out);
		at += n + (at[n] == ',');
		if (*at != '\0')
			cp_buf_puts(out, r->language->comma);
	}
}

static void
put_value(const struct reader *r, const struct cp_field *f,
    struct cp_buf *line, struct cp_buf *out)
{
	int64_t moment;

	switch (f->kind) {
	case CP_FIELD_TEXT:
		if (is_time(f->text, &moment))
			put_time(r, moment, line, out);
		else
			put_text(r->language->rtl, f->text, line, out);
		break;
	case CP_FIELD_DATE:
		cp_wording_date(r->language, f->date, line);
		cp_template_value(r->language->rtl, cp_buf_text(line), out);
		break;
	case CP_FIELD_WORD:
		put_words(r, f->text, line, out);
		break;
	case CP_FIELD_YES_NO:
		cp_buf_puts(out, word(r, f->yes ? "say-yes" : "say-no"));
		break;
	}
}

/* Whether F says anything. */
static int
says(const struct cp_field *f)
{
	switch (f->kind) {
	case CP_FIELD_TEXT:
	case CP_FIELD_WORD:
		return f->text != NULL && f->text[0] != '\0';
	case CP_FIELD_DATE:
		return cp_date_set(f->date);
	case CP_FIELD_YES_NO:
		break;
	}
	return 1;
}

/* The fields of ITEM, after what the entry has so far. */
static enum cp_rc
put_fields(struct reader *r, const struct cp_item *item, struct cp_err *err)
{
	struct cp_buf value, line;
	enum cp_rc rc;

	cp_buf_init(&value);
	cp_buf_init(&line);
	for (size_t i = 0; i < item->n_fields; i++) {
		const struct cp_field *f = &item->fields[i];

		if (!says(f))
			continue;
		cp_buf_reset(&value);
		cp_buf_reset(&line);
		put_value(r, f, &line, &value);
		if (r->text.len > 0)
			cp_buf_printf(&r->text, "%s ", word(r,
			    "say-between"));
		put_pattern(r, word(r, "say-pair"), word(r, f->label),
		    cp_buf_text(&value));
	}
	rc = cp_buf_check(&line, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&value, err);
	cp_buf_clear(&value);
	cp_buf_clear(&line);
	return rc == CP_OK ? cp_buf_check(&r->text, err) : rc;
}

/* ---- entries --------------------------------------------------------------- */

/* Entry I with the details of it that are given; one of which nothing is left
 * is none, and has no number. */
static enum cp_rc
put_entry(struct reader *r, size_t i, int *any, struct cp_err *err)
{
	const struct cp_collection *c = r->c;
	enum cp_rc rc;

	cp_buf_reset(&r->text);
	rc = put_fields(r, &c->items[i], err);
	for (size_t k = i + 1; k < c->n && rc == CP_OK; k++)
		if (c->items[k].of == i && cp_item_given(c, k))
			rc = put_fields(r, &c->items[k], err);
	if (rc != CP_OK || r->text.len == 0)
		return rc;
	*any = 1;
	return add(r, CP_BLOCK_NUMBER, ++r->entries, cp_buf_text(&r->text),
	    err);
}

/* A heading of what can only be told to some is not there without anything
 * below it, for everybody. */
static int
shown_empty(enum cp_part part)
{
	return part != CP_PART_SHIELD;
}

static enum cp_rc
put_part(struct reader *r, const struct cp_collected_subject *s,
    enum cp_part part, struct cp_err *err)
{
	size_t before = r->out->n;
	char key[64] = "part-";
	enum cp_rc rc;
	int any = 0;

	(void)strncat(key, cp_part_word(part), sizeof(key) - sizeof("part-"));
	rc = add(r, CP_BLOCK_H2, 0, word(r, key), err);
	for (size_t i = 0; i < r->c->n && rc == CP_OK; i++) {
		const struct cp_item *item = &r->c->items[i];

		if (item->stored.subject == s->who.idx && item->part == part &&
		    item->of == i && cp_item_given(r->c, i))
			rc = put_entry(r, i, &any, err);
	}
	if (rc != CP_OK || any)
		return rc;
	if (shown_empty(part))
		return add(r, CP_BLOCK_TEXT, 0, word(r, "say-nothing"), err);
	r->out->n = before;
	return CP_OK;
}

/* ---- subjects -------------------------------------------------------------- */

/* The item that is the current name of S, if it is given. */
static int
name_given(const struct cp_collection *c, const struct cp_collected_subject *s)
{
	char key[96];
	int n = (int)(s->doc->current - s->doc->names);

	(void)snprintf(key, sizeof(key), "record/names/%d", n);
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].stored.subject == s->who.idx &&
		    strcmp(c->items[i].stored.key, key) == 0)
			return cp_item_given(c, i);
	return 0;
}

static enum cp_rc
put_name(struct reader *r, const struct cp_collected_subject *s,
    struct cp_err *err)
{
	struct cp_buf name, value;
	enum cp_rc rc;

	cp_buf_init(&name);
	cp_buf_init(&value);
	cp_document_name(s->doc, &name);
	cp_template_value(r->language->rtl, cp_buf_text(&name), &value);
	put_pattern(r, word(r, "say-subject"), "", cp_buf_text(&value));
	rc = cp_buf_check(&name, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&value, err);
	cp_buf_clear(&name);
	cp_buf_clear(&value);
	return rc;
}

/* Of one of whom there is no record to be read. */
static const char *
why_nothing(const struct reader *r, const struct cp_collected_subject *s)
{
	const char *key = strcmp(s->who.found, "destroyed") == 0 ?
	    "say-found-destroyed" : strcmp(s->who.found, "opening") == 0 ?
	    "say-found-opening" : "say-found-none";

	return word(r, key);
}

static int
has_items(const struct cp_collection *c, const struct cp_collected_subject *s)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].stored.subject == s->who.idx)
			return 1;
	return 0;
}

static enum cp_rc
put_subject(struct reader *r, const struct cp_collected_subject *s,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	cp_buf_reset(&r->text);
	if (s->doc != NULL && name_given(r->c, s))
		rc = put_name(r, s, err);
	else
		cp_buf_puts(&r->text, word(r, "say-subject-other"));
	if (rc == CP_OK)
		rc = cp_buf_check(&r->text, err);
	if (rc == CP_OK)
		rc = add(r, CP_BLOCK_H1, 0, cp_buf_text(&r->text), err);
	if (rc == CP_OK && s->doc == NULL)
		rc = add(r, CP_BLOCK_TEXT, 0, why_nothing(r, s), err);
	if (s->doc == NULL && !has_items(r->c, s))
		return rc;
	for (int p = 0; p < CP_PARTS && rc == CP_OK; p++)
		rc = put_part(r, s, (enum cp_part)p, err);
	return rc;
}

enum cp_rc
cp_access_blocks(const struct cp_access_words *w,
    const struct cp_language *language, const struct cp_collection *c,
    struct cp_blocks *out, int *entries, struct cp_err *err)
{
	struct reader r = { .w = w, .language = language, .c = c, .out = out };
	enum cp_rc rc = CP_OK;

	cp_buf_init(&r.text);
	for (size_t s = 0; s < c->n_subjects && rc == CP_OK; s++)
		rc = put_subject(&r, &c->subject[s], err);
	blocks_end(out);
	if (rc == CP_OK)
		*entries = r.entries;
	cp_buf_clear(&r.text);
	return rc;
}
