#include "lifecycle/rules/template.h"

#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/template_impl.h"
#include "lifecycle/rules/text.h"

/* ---- names -------------------------------------------------------------- */

static const char *const value_names[CP_VALUES] = {
	[CP_VALUE_AUTHORITY] = "authority",
	[CP_VALUE_PHONE] = "phone",
	[CP_VALUE_EMAIL] = "email",
	[CP_VALUE_POST] = "post",
	[CP_VALUE_DPO] = "dpo",
	[CP_VALUE_AGE_LIMIT] = "age_limit",
	[CP_VALUE_ARCHIVE_YEARS] = "archive_years",
	[CP_VALUE_COMPREHENSION_AGE] = "comprehension_age",
	[CP_VALUE_STAY_LIMIT] = "stay_limit",
	[CP_VALUE_CONNEXIONS_LIMIT] = "connexions_limit",
	[CP_VALUE_NAME] = "name",
	[CP_VALUE_FIRST_NAME] = "first_name",
	[CP_VALUE_REFERENCE] = "reference",
	[CP_VALUE_DATE] = "date",
	[CP_VALUE_NEW_AUTHORITY] = "new_authority",
	[CP_VALUE_REASON] = "reason",
	[CP_VALUE_REQUESTER] = "requester",
	[CP_VALUE_RECEIVED] = "received",
	[CP_VALUE_DUE] = "due",
	[CP_VALUE_FEE] = "fee",
};

static const char *const flag_names[CP_FLAGS] = {
	[CP_FLAG_TO_CHILD] = "to_child",
	[CP_FLAG_SEVERAL] = "several",
	[CP_FLAG_UK_GDPR] = "uk_gdpr",
	[CP_FLAG_FIRST] = "first",
	[CP_FLAG_COMPREHENSION] = "comprehension",
	[CP_FLAG_VERSION] = "version",
	[CP_FLAG_CONNEXIONS] = "connexions",
	[CP_FLAG_CARE_LEAVER] = "care_leaver",
	[CP_FLAG_LEARNING_DIFFICULTY] = "learning_difficulty",
	[CP_FLAG_LEAVES] = "leaves",
	[CP_FLAG_GRANTED] = "granted",
	[CP_FLAG_REFUSED] = "refused",
	[CP_FLAG_LIFTED] = "lifted",
	[CP_FLAG_SELF] = "self",
	[CP_FLAG_PARENT] = "parent",
	[CP_FLAG_REPRESENTATIVE] = "representative",
	[CP_FLAG_IDENTITY] = "identity",
	[CP_FLAG_FEE] = "fee",
	[CP_FLAG_CLARIFY] = "clarify",
	[CP_FLAG_EXTENDED] = "extended",
	[CP_FLAG_ARCHIVED] = "archived",
	[CP_FLAG_IDENTITY_NOT_SHOWN] = "identity_not_shown",
	[CP_FLAG_NOT_ENTITLED] = "not_entitled",
	[CP_FLAG_NOT_IN_INTEREST] = "not_in_interest",
	[CP_FLAG_MANIFESTLY_UNFOUNDED] = "manifestly_unfounded",
	[CP_FLAG_EXCESSIVE] = "excessive",
	[CP_FLAG_FEE_NOT_PAID] = "fee_not_paid",
	[CP_FLAG_REPEATED] = "repeated",
	[CP_FLAG_PARTIAL] = "partial",
	[CP_FLAG_REASONED] = "reasoned",
};

const char *const cp_picture_names[] = { "letter", "house", "school", "person",
	"family", "lock", "clock", "phone", "bin", "eye", "pen", "shield",
	"speech", "calendar", "tick", "cross", "folder", "computer", NULL };

const char *
cp_value_name(enum cp_value v)
{
	return value_names[v];
}

const char *
cp_flag_name(enum cp_flag v)
{
	return flag_names[v];
}

int
cp_value_of_letter(enum cp_value v)
{
	return v >= CP_VALUE_NAME;
}

int
cp_flag_of_letter(enum cp_flag v)
{
	return v != CP_FLAG_UK_GDPR;
}

static int
find(const char *const *names, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return (int)i;
	return -1;
}

int
tpl_find_value(const char *name, size_t len)
{
	return find(value_names, CP_VALUES, name, len);
}

int
tpl_find_flag(const char *name, size_t len)
{
	return find(flag_names, CP_FLAGS, name, len);
}

/* ---- what a template says ----------------------------------------------- */

void
cp_template_free(struct cp_template *t)
{
	if (t == NULL)
		return;
	cp_buf_clear(&t->texts);
	free(t->block);
	free(t->piece);
	free(t);
}

static int
shown(const struct tpl_block *b, unsigned flags)
{
	return (b->on & ~flags) == 0 && (b->off & flags) == 0;
}

unsigned
cp_template_uses(const struct cp_template *t, unsigned flags)
{
	unsigned values = 0;

	for (size_t i = 0; i < t->n; i++)
		if (shown(&t->block[i], flags))
			values |= t->block[i].values;
	return values;
}

/* A heading alone says nothing. */
static int
says(const struct tpl_block *b, unsigned item, unsigned flags)
{
	return b->kind != CP_BLOCK_H1 && b->kind != CP_BLOCK_H2 &&
	    (b->items & item) != 0 && shown(b, flags);
}

const char *
cp_template_lacks(const struct cp_template *t, const char *const *items,
    unsigned flags)
{
	unsigned bit;
	size_t i, k;

	for (; *items != NULL; items++) {
		bit = 0;
		for (k = 0; t->items != NULL && t->items[k] != NULL; k++)
			if (strcmp(t->items[k], *items) == 0)
				bit = 1U << k;
		for (i = 0; i < t->n && !says(&t->block[i], bit, flags); i++)
			;
		if (i == t->n)
			return *items;
	}
	return NULL;
}

/* ---- rendering ---------------------------------------------------------- */

static enum cp_rc
check_values(const struct cp_template *t, const struct cp_said *said,
    struct cp_err *err)
{
	unsigned used = cp_template_uses(t, said->flags);
	const char *text, *why;

	for (unsigned v = 0; v < CP_VALUES; v++) {
		if ((used & 1U << v) == 0)
			continue;
		text = said->value[v];
		if (text == NULL || text[0] == '\0')
			return cp_fail(err, CP_FAILED, "the letter's text "
			    "needs {{%s}}, which is not there",
			    value_names[v]);
		why = cp_text_refuse(text, strlen(text));
		if (why != NULL)
			return cp_fail(err, CP_BAD_INPUT, "{{%s}} cannot be in "
			    "a letter's text: %s", value_names[v], why);
	}
	return CP_OK;
}

void
cp_template_words(int rtl, const char *words, size_t len, struct cp_buf *out)
{
	if (rtl)
		tpl_isolate(words, len, out);
	else
		cp_buf_put(out, words, len);
}

void
cp_template_value(int rtl, const char *value, struct cp_buf *out)
{
	int apart = rtl || tpl_has_rtl(value);

	cp_buf_puts(out, apart ? "\xE2\x81\xA8" : ""); /* U+2068 */
	cp_buf_puts(out, value);
	cp_buf_puts(out, apart ? "\xE2\x81\xA9" : ""); /* U+2069 */
}

/* One piece without a value is said as it stands. */
static const char *
block_text(const struct cp_template *t, const struct tpl_block *b,
    const struct cp_said *said, struct cp_buf *buf)
{
	const struct tpl_piece *p = &t->piece[b->piece];
	const char *texts = cp_buf_text(&t->texts);

	if (b->n_pieces == 1 && p->value < 0)
		return texts + p->at;
	cp_buf_reset(buf);
	for (size_t i = 0; i < b->n_pieces; i++)
		if (p[i].value < 0)
			cp_buf_puts(buf, texts + p[i].at);
		else
			cp_template_value(t->rtl,
			    said->value[p[i].value], buf);
	return cp_buf_text(buf);
}

enum cp_rc
cp_template_render(const struct cp_template *t, const struct cp_said *said,
    enum cp_rc (*fn)(void *ctx, const struct cp_block *b, struct cp_err *err),
    void *ctx, struct cp_err *err)
{
	enum cp_rc rc = check_values(t, said, err);
	const struct tpl_block *b;
	struct cp_block out = { 0 };
	struct cp_buf buf;

	cp_buf_init(&buf);
	for (size_t i = 0; rc == CP_OK && i < t->n; i++) {
		b = &t->block[i];
		if (!shown(b, said->flags))
			continue;
		out.kind = b->kind;
		out.number = b->kind == CP_BLOCK_NUMBER ? out.number + 1 : 0;
		out.text = block_text(t, b, said, &buf);
		out.picture = b->picture;
		out.fixed = b->fixed;
		rc = cp_buf_check(&buf, err);
		if (rc == CP_OK)
			rc = fn(ctx, &out, err);
	}
	cp_buf_clear(&buf);
	return rc;
}
