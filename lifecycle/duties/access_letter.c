#include "lifecycle/duties/access_letter.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/composing_impl.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/rules/text.h"

/* ---- words ----------------------------------------------------------------- */

const char *
cp_access_letter_name(enum cp_access_letter v)
{
	static const char *const names[CP_ACCESS_LETTERS] = { "access",
		"access-refusal", "access-none", "access-ask" };

	return names[v];
}

static const char *const ask_words[CP_ASKS] = { "identity", "fee", "clarify",
	"extended", "archived" };

const char *
cp_access_ask_word(enum cp_access_ask v)
{
	return ask_words[v];
}

int
cp_access_ask_parse(const char *word, enum cp_access_ask *out)
{
	for (int i = 0; i < CP_ASKS; i++)
		if (strcmp(word, ask_words[i]) == 0) {
			*out = (enum cp_access_ask)i;
			return 1;
		}
	return 0;
}

/* ---- what is said ---------------------------------------------------------- */

/* The flag of a ground: "not-entitled" is not_entitled. */
static enum cp_flag
ground_flag(const char *ground)
{
	char name[40];

	(void)snprintf(name, sizeof(name), "%s", ground);
	for (char *p = name; *p != '\0'; p++)
		if (*p == '-')
			*p = '_';
	for (int f = CP_FLAG_IDENTITY_NOT_SHOWN; f <= CP_FLAG_REPEATED; f++)
		if (strcmp(cp_flag_name((enum cp_flag)f), name) == 0)
			return (enum cp_flag)f;
	return CP_FLAGS;
}

/* "£10" or "£10.50". */
static void
say_fee(struct said *s, int pence)
{
	char text[32];

	if (pence <= 0)
		return;
	if (pence % 100 == 0)
		(void)snprintf(text, sizeof(text), "\xC2\xA3%d", pence / 100);
	else
		(void)snprintf(text, sizeof(text), "\xC2\xA3%d.%02d",
		    pence / 100, pence % 100);
	said_put(s, CP_VALUE_FEE, text);
}

static void
say_values(struct said *s, const struct cp_access_letter_facts *f)
{
	said_put(s, CP_VALUE_REQUESTER, f->sar->requester);
	said_put(s, CP_VALUE_REFERENCE, f->sar->id);
	said_put(s, CP_VALUE_NAME, f->name);
	said_put(s, CP_VALUE_REASON, f->reason);
	said_date(s, CP_VALUE_RECEIVED, f->sar->received);
	if (cp_date_set(f->due))
		said_date(s, CP_VALUE_DUE, f->due);
	say_fee(s, f->pence);
}

static void
say_flags(struct said *s, const struct cp_access_letter_facts *f)
{
	static const enum cp_flag relations[] = { [CP_SELF] = CP_FLAG_SELF,
		[CP_PARENT] = CP_FLAG_PARENT,
		[CP_REPRESENTATIVE] = CP_FLAG_REPRESENTATIVE };
	static const enum cp_flag asks[CP_ASKS] = {
		[CP_ASK_IDENTITY] = CP_FLAG_IDENTITY,
		[CP_ASK_FEE] = CP_FLAG_FEE,
		[CP_ASK_CLARIFY] = CP_FLAG_CLARIFY,
		[CP_ASK_EXTENDED] = CP_FLAG_EXTENDED,
		[CP_ASK_ARCHIVED] = CP_FLAG_ARCHIVED };

	said_flag(s, relations[f->sar->relation]);
	if (f->kind == CP_ACCESS_ASK)
		said_flag(s, asks[f->ask]);
	if (f->kind == CP_ACCESS_REFUSAL)
		said_flag(s, ground_flag(f->ground));
	if (f->kind == CP_ACCESS_COVER && f->partial)
		said_flag(s, CP_FLAG_PARTIAL);
	if (f->reason != NULL && f->reason[0] != '\0' &&
	    (f->kind == CP_ACCESS_ASK || f->kind == CP_ACCESS_REFUSAL))
		said_flag(s, CP_FLAG_REASONED);
}

/* ---- composing ------------------------------------------------------------- */

static enum cp_rc
check_lines(const struct cp_access_letter_facts *f, struct cp_err *err)
{
	const char *why = NULL;

	for (size_t i = 0; i < f->n_to && why == NULL; i++)
		why = cp_text_refuse(f->to[i], strlen(f->to[i]));
	return why == NULL ? CP_OK : cp_fail(err, CP_BAD_INPUT,
	    "a line of the address: %s", why);
}

static enum cp_rc
check(const struct cp_access_letter_facts *f, struct cp_err *err)
{
	const char *id = f->sar->id;

	if (f->sar->requester[0] == '\0')
		return cp_fail(err, CP_REFUSED, "who asked in request %s is "
		    "not known any more", id);
	if (f->kind == CP_ACCESS_COVER && (f->name == NULL ||
	    f->name[0] == '\0'))
		return cp_fail(err, CP_BAD_INPUT, "request %s: the answer is "
		    "about nobody", id);
	if (f->kind == CP_ACCESS_REFUSAL && (f->ground == NULL ||
	    ground_flag(f->ground) == CP_FLAGS))
		return cp_fail(err, CP_BAD_INPUT, "request %s: no such ground "
		    "of a refusal", id);
	if (f->kind == CP_ACCESS_ASK && f->ask == CP_ASK_FEE && f->pence <= 0)
		return cp_fail(err, CP_REFUSED, "request %s: no fee is asked "
		    "for", id);
	if (f->kind == CP_ACCESS_ASK && f->ask == CP_ASK_EXTENDED &&
	    !cp_date_set(f->due))
		return cp_fail(err, CP_REFUSED, "request %s: it is not known "
		    "when it is due", id);
	return check_lines(f, err);
}

/* In which words, and from whom. */
static enum cp_rc
choose(const struct cp_composing *with, const struct cp_access_letter_facts *f,
    struct cp_composed *c, struct cp_err *err)
{
	const struct cp_language *l = cp_wording_access_language(
	    with->wordings, f->sar->language, &c->language_known);

	if (!cp_format_parse(f->sar->format, &c->format))
		c->format = CP_FORMAT_STANDARD;
	c->to = f->sar->relation == CP_SELF ? CP_TO_CHILD : CP_TO_CARER;
	c->address = CP_MAIL_NOWHERE;
	c->wording = cp_wording_access(with->wordings, l, f->kind);
	(void)snprintf(c->reference, sizeof(c->reference), "%.*s",
	    CP_NOTICE_REF - 1, f->sar->id);
	cp_buf_puts(&c->name, f->name != NULL ? f->name : "");
	return with->sender(with->sender_ctx, f->sar->authority, &c->sender,
	    err);
}

enum cp_rc
cp_access_letter(const struct cp_composing *with,
    const struct cp_access_letter_facts *f, struct cp_composed *out,
    struct cp_err *err)
{
	struct said said = { .c = out };
	enum cp_rc rc = check(f, err);

	composed_reset(out);
	if (rc == CP_OK)
		rc = choose(with, f, out, err);
	if (rc != CP_OK)
		return rc;
	said_of_run(&said, f->policy);
	say_values(&said, f);
	say_flags(&said, f);
	rc = said_end(&said, err);
	if (rc == CP_OK)
		rc = said_to(out, f->sar->requester, f->to, f->n_to, err);
	return rc == CP_OK ? said_spoken(out, err) : rc;
}
