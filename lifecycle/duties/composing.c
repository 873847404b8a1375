#include "lifecycle/duties/composing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/composing_impl.h"
#include "lifecycle/rules/policy.h"

enum { OLDER_BAND = 16 }; /* years from which notice-16 is read */

/* ---- life ------------------------------------------------------------------ */

void
cp_composed_init(struct cp_composed *c)
{
	memset(c, 0, sizeof(*c));
	cp_buf_init(&c->name);
	cp_buf_init(&c->values);
	cp_buf_init(&c->line_text);
	cp_buf_init(&c->spoken);
}

void
cp_composed_clear(struct cp_composed *c)
{
	cp_buf_clear(&c->name);
	cp_buf_clear(&c->values);
	cp_buf_clear(&c->line_text);
	cp_buf_clear(&c->spoken);
	free(c->lines);
	cp_composed_init(c);
}

void
composed_reset(struct cp_composed *c)
{
	struct cp_composed empty;

	cp_buf_reset(&c->name);
	cp_buf_reset(&c->values);
	cp_buf_reset(&c->line_text);
	cp_buf_reset(&c->spoken);
	cp_composed_init(&empty);
	empty.name = c->name;
	empty.values = c->values;
	empty.line_text = c->line_text;
	empty.spoken = c->spoken;
	empty.lines = c->lines;
	empty.cap_lines = c->cap_lines;
	*c = empty;
}

/* ---- facts ----------------------------------------------------------------- */

void
cp_composing_facts_init(struct cp_composing_facts *f)
{
	memset(f, 0, sizeof(*f));
	cp_fact_set_init(&f->set);
}

void
cp_composing_facts_clear(struct cp_composing_facts *f)
{
	cp_fact_set_clear(&f->set);
}

enum cp_rc
cp_composing_facts_load(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_record *r, struct cp_composing_facts *f,
    struct cp_err *err)
{
	struct cp_notice_to to;
	enum cp_rc rc = cp_facts_load(s, r->n, &f->set, err);

	if (rc == CP_OK)
		rc = cp_decide(rules->policy, &f->set.facts, rules->today,
		    &f->decision, err);
	if (rc == CP_OK)
		rc = cp_notice_to_get(s, r->n, &to, err);
	if (rc != CP_OK)
		return rc;
	memset(&f->facts, 0, sizeof(f->facts));
	f->facts.birth = f->set.facts.birth;
	f->facts.death_notified = f->set.facts.death_notified;
	f->facts.left_on = f->set.facts.left_on;
	f->facts.set = to.set;
	f->facts.set_since = to.since;
	f->facts.decision = &f->decision;
	return CP_OK;
}

/* ---- what is said ---------------------------------------------------------- */

static void
put_number(struct said *s, enum cp_value v, int n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", n);
	said_put(s, v, text);
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

void
said_of_run(struct said *s, const struct cp_policy *p)
{
	const struct cp_sender *from = &s->c->sender;

	said_put(s, CP_VALUE_AUTHORITY, from->head.name);
	said_put(s, CP_VALUE_PHONE, from->head.phone);
	said_put(s, CP_VALUE_EMAIL, from->head.email);
	said_put(s, CP_VALUE_POST, from->post);
	said_put(s, CP_VALUE_DPO, from->dpo);
	put_number(s, CP_VALUE_AGE_LIMIT, p->age_limit);
	put_number(s, CP_VALUE_ARCHIVE_YEARS, p->archive_period.years +
	    p->archive_period.months / 12);
	put_number(s, CP_VALUE_COMPREHENSION_AGE, p->comprehension_age);
	put_number(s, CP_VALUE_STAY_LIMIT,
	    larger(p->ground_limit[CP_GROUND_CARE_LEAVER],
	    p->ground_limit[CP_GROUND_LEARNING_DIFFICULTY]));
	put_number(s, CP_VALUE_CONNEXIONS_LIMIT,
	    p->ground_limit[CP_GROUND_CONNEXIONS]);
	if (p->notice_law == CP_LAW_UK_GDPR)
		said_flag(s, CP_FLAG_UK_GDPR);
}

/* The day that the letter is about, or none. */
static struct cp_date
day_of(const struct cp_notice *n, const struct cp_notice_facts *f)
{
	static const struct cp_date none = { 0 };
	const struct cp_decision *d = f->decision;

	switch (n->kind) {
	case CP_NOTICE_EIGHTEEN:
		return d != NULL ? d->age_limit_on : n->due;
	case CP_NOTICE_ARCHIVED:
		return d != NULL && cp_date_set(d->due) ? d->due : n->due;
	case CP_NOTICE_EXTENDED:
		return d != NULL && cp_date_set(d->age_due) ? d->age_due :
		    n->due;
	case CP_NOTICE_WITHDRAWAL:
	case CP_NOTICE_AUTHORITY:
	case CP_NOTICE_SHIELD:
		return n->since;
	case CP_NOTICE_FIRST:
	case CP_NOTICE_COMPREHENSION:
	case CP_NOTICE_VERSION:
	case CP_NOTICE_KINDS:
		break;
	}
	return none;
}

/* The ground that carries the record past the age limit, if one does. */
static void
say_ground(struct said *s, const struct cp_decision *d)
{
	if (d == NULL || !cp_date_set(d->extended_from))
		return;
	if (d->rule == CP_RULE_CONNEXIONS_LIMIT)
		said_flag(s, CP_FLAG_CONNEXIONS);
	else if (d->rule == CP_RULE_CARE_LEAVER_LIMIT)
		said_flag(s, CP_FLAG_CARE_LEAVER);
	else if (d->rule == CP_RULE_LEARNING_DIFFICULTY_LIMIT)
		said_flag(s, CP_FLAG_LEARNING_DIFFICULTY);
}

static void
say_why(struct said *s, const struct cp_notice *n,
    const struct cp_notice_facts *f)
{
	static const enum cp_flag flags[CP_NOTICE_KINDS] = {
		[CP_NOTICE_FIRST] = CP_FLAG_FIRST,
		[CP_NOTICE_COMPREHENSION] = CP_FLAG_COMPREHENSION,
		[CP_NOTICE_VERSION] = CP_FLAG_VERSION,
	};

	if (cp_notice_whole(n->kind))
		said_flag(s, flags[n->kind]);
	if (n->kind == CP_NOTICE_WITHDRAWAL && f->decision != NULL &&
	    f->decision->action == CP_ACTION_ARCHIVE &&
	    f->decision->rule == CP_RULE_WITHDRAWAL)
		said_flag(s, CP_FLAG_LEAVES);
	say_ground(s, f->decision);
}

static void
say_of_letter(struct said *s, const struct cp_notice *n,
    const struct cp_notice_facts *f, const struct cp_document *doc)
{
	struct cp_date day = day_of(n, f);
	const struct cp_name *name = doc->current;

	said_put(s, CP_VALUE_NAME, cp_buf_text(&s->c->name));
	said_put(s, CP_VALUE_FIRST_NAME, name->given != NULL ? name->given :
	    name->family);
	said_put(s, CP_VALUE_REFERENCE, n->ref);
	if (cp_date_set(day))
		said_date(s, CP_VALUE_DATE, day);
	if (n->kind == CP_NOTICE_AUTHORITY)
		said_put(s, CP_VALUE_NEW_AUTHORITY, s->c->sender.head.name);
	if (s->c->to == CP_TO_CHILD)
		said_flag(s, CP_FLAG_TO_CHILD);
	say_why(s, n, f);
}

/* ---- composing ------------------------------------------------------------- */

static enum cp_band
band_of(const struct cp_composing *with, const struct cp_composed *c,
    const struct cp_notice_facts *f)
{
	struct cp_date older;

	if (c->to == CP_TO_CARER)
		return CP_BAND_PARENT;
	older = cp_date_attained(cp_partial_last(f->birth), OLDER_BAND,
	    with->rules->policy->leap_birthday);
	return cp_date_set(older) &&
	    cp_date_cmp(older, with->rules->today) <= 0 ? CP_BAND_16 :
	    CP_BAND_12;
}

/* Where a letter of TODAY goes to: of the current addresses that began by then
 * the last, with a line that says more than a postcode. */
static size_t
address_on(const struct cp_document *doc, struct cp_date today)
{
	size_t to = CP_MAIL_NOWHERE;

	for (size_t i = 0; i < doc->n_addresses; i++) {
		const struct cp_address *a = &doc->addresses[i];

		if (a->type != CP_ADDRESS_CURRENT || a->n_lines == 0 ||
		    (cp_date_set(a->from) && cp_date_cmp(a->from, today) > 0))
			continue;
		if (to == CP_MAIL_NOWHERE ||
		    cp_date_cmp(doc->addresses[to].from, a->from) < 0)
			to = i;
	}
	return to;
}

/* Why no letter goes to address TO, or NULL. */
static const char *
why_not(const struct cp_record *r, const struct cp_notice_facts *f,
    const struct cp_document *doc, size_t to)
{
	if (r->state != CP_STATE_LIVE)
		return "archived";
	if (cp_date_set(f->death_notified) ||
	    cp_date_set(doc->death_notified))
		return "died";
	if (cp_date_set(f->left_on) || cp_date_set(doc->left_on))
		return "left-england";
	if (to == CP_MAIL_NOWHERE)
		return "no-address";
	return NULL;
}

/* In which words, and from whom. */
static enum cp_rc
choose(const struct cp_composing *with, const struct cp_notice *n,
    const struct cp_notice_facts *f, const struct cp_record *r,
    const struct cp_document *doc, struct cp_composed *c, struct cp_err *err)
{
	const struct cp_language *l = cp_wording_language(with->wordings,
	    doc->language, &c->language_known);

	if (doc->format == NULL || !cp_format_parse(doc->format, &c->format))
		c->format = CP_FORMAT_STANDARD;
	c->to = cp_notice_addressee(with->rules->policy, f,
	    with->rules->today);
	c->wording = cp_wording_of(with->wordings, l, n->kind,
	    band_of(with, c, f), c->format);
	return with->sender(with->sender_ctx, r->authority, &c->sender, err);
}

enum cp_rc
cp_compose(const struct cp_composing *with, const struct cp_notice *n,
    const struct cp_notice_facts *facts, const struct cp_record *r,
    const struct cp_document *doc, struct cp_composed *out, const char **why,
    struct cp_err *err)
{
	struct said said = { .c = out };
	const struct cp_address *a;
	enum cp_rc rc;

	composed_reset(out);
	out->address = address_on(doc, with->rules->today);
	*why = why_not(r, facts, doc, out->address);
	if (*why != NULL)
		return cp_fail(err, CP_REFUSED, "no letter can go to record "
		    "%s: %s", r->id, *why);
	rc = choose(with, n, facts, r, doc, out, err);
	if (rc != CP_OK)
		return rc;
	a = &doc->addresses[out->address];
	(void)snprintf(out->sort, sizeof(out->sort), "%s", a->postcode !=
	    NULL ? a->postcode : "");
	memcpy(out->reference, n->ref, sizeof(out->reference));
	cp_document_name(doc, &out->name);
	said_of_run(&said, with->rules->policy);
	say_of_letter(&said, n, facts, doc);
	rc = said_end(&said, err);
	if (rc == CP_OK)
		rc = said_lines(out, doc, err);
	return rc == CP_OK ? said_spoken(out, err) : rc;
}
