#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/rules/text.h"

/*
 * Whether what somebody typed (why they looked) names those whose name or
 * telephone is flagged where it stands in the record.
 */

/* Shorter words are in too many others. */
enum { WORD_MIN = 3, DIGITS_MIN = 6, MENTIONS_FIRST = 16 };

struct collecting_mention {
	unsigned flag;
	struct cp_buf text; /* folded, with spaces around; or digits */
	int digits;
};

void
collecting_mentions_clear(struct collecting *x)
{
	for (size_t i = 0; i < x->n_mentions; i++)
		cp_buf_clear(&x->mentions[i].text);
	free(x->mentions);
	x->mentions = NULL;
	x->n_mentions = 0;
}

static struct cp_buf *
push(struct collecting *x, unsigned flag, int digits)
{
	size_t n = x->n_mentions;
	struct collecting_mention *more;

	/* the room doubles whenever it is full */
	if (n == 0 || (n >= MENTIONS_FIRST && (n & (n - 1)) == 0)) {
		more = reallocarray(x->mentions, n < MENTIONS_FIRST ?
		    MENTIONS_FIRST : 2 * n, sizeof(*more));
		if (more == NULL) {
			x->failed = 1;
			return NULL;
		}
		x->mentions = more;
	}
	x->mentions[n].flag = flag;
	x->mentions[n].digits = digits;
	cp_buf_init(&x->mentions[n].text);
	x->n_mentions++;
	return &x->mentions[n].text;
}

static void
fold(const char *text, struct cp_buf *out)
{
	cp_buf_reset(out);
	cp_buf_putc(out, ' ');
	cp_text_fold_words(text, out);
	cp_buf_putc(out, ' ');
}

static void
digits_of(const char *text, struct cp_buf *out)
{
	cp_buf_reset(out);
	for (; *text != '\0'; text++)
		if (*text >= '0' && *text <= '9')
			cp_buf_putc(out, *text);
}

static int
is_title(const char *word, size_t len)
{
	static const char *const titles[] = { "mrs", "miss", "the", "and",
		"doctor", "sir", "lady", "prof", "professor", "nurse",
		"teacher", "mother", "father", "mum", "dad" };

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strlen(titles[i]) == len &&
		    memcmp(titles[i], word, len) == 0)
			return 1;
	return 0;
}

/* Each word of NAME, but for the child's own, folded in OWN. */
static void
add_name(struct collecting *x, unsigned flag, const char *name,
    const char *own)
{
	struct cp_buf folded, word, *to;
	const char *p;
	size_t len;

	if (name == NULL)
		return;
	cp_buf_init(&folded);
	cp_buf_init(&word);
	fold(name, &folded);
	for (p = cp_buf_text(&folded); *p != '\0'; p += len) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (len < WORD_MIN || is_title(p, len))
			continue;
		cp_buf_reset(&word);
		cp_buf_putc(&word, ' ');
		cp_buf_put(&word, p, len);
		cp_buf_putc(&word, ' ');
		if (strstr(own, cp_buf_text(&word)) != NULL)
			continue;
		to = push(x, flag, 0);
		if (to == NULL)
			break;
		cp_buf_put(to, word.data, word.len);
		x->failed |= to->failed;
	}
	x->failed |= folded.failed | word.failed;
	cp_buf_clear(&folded);
	cp_buf_clear(&word);
}

static void
add_phone(struct collecting *x, unsigned flag, const char *phone)
{
	struct cp_buf *to = phone != NULL ? push(x, flag, 1) : NULL;

	if (to == NULL)
		return;
	digits_of(phone, to);
	x->failed |= to->failed;
}

void
collecting_mentions(struct collecting *x)
{
	const struct cp_document *doc = x->who->doc;
	struct cp_buf own;

	collecting_mentions_clear(x);
	cp_buf_init(&own);
	cp_buf_putc(&own, ' ');
	for (size_t i = 0; i < doc->n_names; i++) {
		cp_text_fold_words(doc->names[i].given != NULL ?
		    doc->names[i].given : "", &own);
		cp_buf_putc(&own, ' ');
		cp_text_fold_words(doc->names[i].family != NULL ?
		    doc->names[i].family : "", &own);
		cp_buf_putc(&own, ' ');
	}
	for (size_t i = 0; i < doc->n_carers; i++) {
		add_name(x, CP_FLAGGED_CARER, doc->carers[i].name,
		    cp_buf_text(&own));
		add_phone(x, CP_FLAGGED_CARER, doc->carers[i].phone);
	}
	for (size_t i = 0; i < doc->n_involvements; i++) {
		add_name(x, CP_FLAGGED_PRACTITIONER,
		    doc->involvements[i].practitioner, cp_buf_text(&own));
		add_phone(x, CP_FLAGGED_PRACTITIONER,
		    doc->involvements[i].phone);
	}
	x->failed |= own.failed;
	cp_buf_clear(&own);
}

unsigned
collecting_mentioned(struct collecting *x, const char *text)
{
	struct cp_buf folded, digits;
	unsigned flags = 0;

	if (text == NULL)
		return 0;
	cp_buf_init(&folded);
	cp_buf_init(&digits);
	fold(text, &folded);
	digits_of(text, &digits);
	for (size_t i = 0; i < x->n_mentions; i++) {
		const struct collecting_mention *m = &x->mentions[i];

		if (m->digits && m->text.len < DIGITS_MIN)
			continue;
		if (strstr(cp_buf_text(m->digits ? &digits : &folded),
		    cp_buf_text(&m->text)) != NULL)
			flags |= m->flag;
	}
	x->failed |= folded.failed | digits.failed;
	cp_buf_clear(&folded);
	cp_buf_clear(&digits);
	return flags;
}
