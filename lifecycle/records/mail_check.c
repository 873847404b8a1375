#include "lifecycle/records/mail_check.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/rules/text.h"

enum {
	LETTERS_MIN = 3, /* fewer tell nothing by themselves */
	TAIL_MIN = 4,    /* letters of a street without its number */
	DIGITS_MIN = 6   /* of a telephone */
};

/* Texts as they are compared: folded words, a space before and after each. */
struct check {
	struct cp_buf text;    /* of the letter */
	struct cp_buf digits;  /* of the letter: runs of digits */
	struct cp_buf allowed; /* what gives nothing away */
	struct cp_buf piece, scratch;
};

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Appends the words of TEXT.  Punctuation of ASCII parts words, but for the
 * apostrophe. */
static void
put_words(struct check *c, const char *text, struct cp_buf *out)
{
	cp_buf_reset(&c->scratch);
	for (; *text != '\0'; text++)
		cp_buf_putc(&c->scratch, *text != '\'' && *text > 0 &&
		    strchr("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\r\n", *text) !=
		    NULL ? ' ' : *text);
	if (out->len == 0)
		cp_buf_putc(out, ' ');
	cp_text_fold_words(cp_buf_text(&c->scratch), out);
	cp_buf_putc(out, ' ');
}

/* Replaces the piece by the words of TEXT. */
static void
take_piece(struct check *c, const char *text)
{
	cp_buf_reset(&c->piece);
	put_words(c, text, &c->piece);
}

static size_t
letters(const char *words)
{
	size_t n = 0;

	for (; *words != '\0'; words++)
		n += *words != ' ' && !is_digit(*words);
	return n;
}

/* Whether the letter has the words, and they give something away. */
static int
found(const struct check *c, const char *words)
{
	return strstr(cp_buf_text(&c->text), words) != NULL &&
	    strstr(cp_buf_text(&c->allowed), words) == NULL;
}

/* From the space after the last word with a digit in it. */
static const char *
after_number(const char *words)
{
	const char *tail = words;

	for (const char *p = words; *p != '\0'; p++)
		if (is_digit(*p) && strchr(p, ' ') != NULL)
			tail = strchr(p, ' ');
	return tail;
}

static int
has_line(struct check *c, const char *line)
{
	const char *tail;

	take_piece(c, line);
	if (c->piece.failed || letters(cp_buf_text(&c->piece)) < LETTERS_MIN)
		return 0;
	if (found(c, cp_buf_text(&c->piece)))
		return 1;
	tail = after_number(cp_buf_text(&c->piece));
	return letters(tail) >= TAIL_MIN && found(c, tail);
}

/* "CH41 1AA", "CH411AA", or "CH41" by itself. */
static int
has_postcode(struct check *c, const char *postcode)
{
	const char *gap = strchr(postcode, ' ');
	char part[32];

	take_piece(c, postcode);
	if (found(c, cp_buf_text(&c->piece)))
		return 1;
	if (gap == NULL || strlen(postcode) >= sizeof(part))
		return 0;
	(void)snprintf(part, sizeof(part), "%.*s%s", (int)(gap - postcode),
	    postcode, gap + 1);
	take_piece(c, part);
	if (found(c, cp_buf_text(&c->piece)))
		return 1;
	(void)snprintf(part, sizeof(part), "%.*s", (int)(gap - postcode),
	    postcode);
	take_piece(c, part);
	return found(c, cp_buf_text(&c->piece));
}

/* Appends the digits of TEXT; what stands between two numbers parts them, what
 * is written inside one does not. */
static void
put_digits(const char *text, struct cp_buf *out)
{
	for (; *text != '\0'; text++)
		if (is_digit(*text))
			cp_buf_putc(out, *text);
		else if (strchr(" +-().\t\r\n", *text) == NULL)
			cp_buf_putc(out, 'x');
}

static int
has_phone(struct check *c, const char *phone)
{
	const char *p;

	cp_buf_reset(&c->piece);
	put_digits(phone, &c->piece);
	p = cp_buf_text(&c->piece);
	if (strncmp(p, "0044", 4) == 0)
		p += 4;
	else if (strncmp(p, "44", 2) == 0)
		p += 2;
	p += strspn(p, "0");
	return strlen(p) >= DIGITS_MIN &&
	    strstr(cp_buf_text(&c->digits), p) != NULL;
}

static void
allow_address(struct check *c, const struct cp_address *a)
{
	for (size_t i = 0; i < a->n_lines; i++)
		put_words(c, a->lines[i], &c->allowed);
	if (a->postcode != NULL) {
		put_words(c, a->postcode, &c->allowed);
		for (const char *p = a->postcode; *p != '\0'; p++)
			if (*p != ' ')
				cp_buf_putc(&c->allowed, (char)(*p | (*p >=
				    'A' && *p <= 'Z' ? 0x20 : 0)));
		cp_buf_putc(&c->allowed, ' ');
	}
}

static void
prepare(struct check *c, const struct cp_mail_text *m)
{
	const struct cp_document *doc = m->doc;

	put_words(c, m->text, &c->text);
	put_digits(m->text, &c->digits);
	if (m->to < doc->n_addresses)
		allow_address(c, &doc->addresses[m->to]);
	if (m->ours != NULL)
		put_words(c, m->ours, &c->allowed);
	cp_buf_reset(&c->piece);
	cp_document_name(doc, &c->piece);
	if (!c->piece.failed)
		put_words(c, cp_buf_text(&c->piece), &c->allowed);
}

static int
has_address(struct check *c, const struct cp_address *a)
{
	for (size_t i = 0; i < a->n_lines; i++)
		if (has_line(c, a->lines[i]))
			return 1;
	return a->postcode != NULL && has_postcode(c, a->postcode);
}

static enum cp_rc
refuse(const char *what, size_t i, struct cp_err *err)
{
	cp_fail(err, CP_REFUSED, "the letter tells of %s[%zu], which is not "
	    "where it goes", what, i);
	cp_err_hint(err, "a letter names no place but the one it is sent to: "
	    "say it without");
	return CP_REFUSED;
}

static enum cp_rc
look(struct check *c, const struct cp_mail_text *m, struct cp_err *err)
{
	const struct cp_document *doc = m->doc;

	for (size_t i = 0; i < doc->n_addresses; i++)
		if (i != m->to && has_address(c, &doc->addresses[i]))
			return refuse("addresses", i, err);
	for (size_t i = 0; i < doc->n_carers; i++)
		if (doc->carers[i].phone != NULL &&
		    has_phone(c, doc->carers[i].phone))
			return refuse("carers", i, err);
	return CP_OK;
}

enum cp_rc
cp_mail_check_text(const struct cp_mail_text *m, struct cp_err *err)
{
	struct check c;
	enum cp_rc rc;

	cp_buf_init(&c.text);
	cp_buf_init(&c.digits);
	cp_buf_init(&c.allowed);
	cp_buf_init(&c.piece);
	cp_buf_init(&c.scratch);
	prepare(&c, m);
	rc = look(&c, m, err);
	/* Memory that gave out may have hidden a place. */
	if (rc == CP_OK)
		rc = cp_buf_check(&c.text, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&c.digits, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&c.allowed, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&c.piece, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&c.scratch, err);
	cp_buf_clear(&c.text);
	cp_buf_clear(&c.digits);
	cp_buf_clear(&c.allowed);
	cp_buf_clear(&c.piece);
	cp_buf_clear(&c.scratch);
	return rc;
}
