#include "lifecycle/duties/previewing.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/letter_bind.h"
#include "lifecycle/rules/policy.h"

/* ---- who it is for ---------------------------------------------------------- */

static const char *const band_words[] = { [CP_BAND_PARENT] = "parent",
	[CP_BAND_12] = "12", [CP_BAND_16] = "16" };
enum { BANDS = sizeof(band_words) / sizeof(band_words[0]) };

const char *
cp_band_word(enum cp_band v)
{
	return band_words[v];
}

int
cp_band_parse(const char *text, enum cp_band *out)
{
	for (int i = 0; i < BANDS; i++)
		if (strcmp(text, band_words[i]) == 0) {
			*out = (enum cp_band)i;
			return 1;
		}
	return 0;
}

enum cp_band
cp_preview_band(enum cp_notice_kind kind)
{
	switch (kind) {
	case CP_NOTICE_COMPREHENSION:
		return CP_BAND_12;
	case CP_NOTICE_EIGHTEEN:
	case CP_NOTICE_ARCHIVED:
	case CP_NOTICE_EXTENDED:
	case CP_NOTICE_WITHDRAWAL:
		return CP_BAND_16;
	case CP_NOTICE_FIRST:
	case CP_NOTICE_VERSION:
	case CP_NOTICE_AUTHORITY:
	case CP_NOTICE_SHIELD:
	case CP_NOTICE_KINDS:
		break;
	}
	return CP_BAND_PARENT;
}

/* ---- the invented family ----------------------------------------------------- */

/* All that a letter is made of. */
struct family {
	struct cp_name name;
	const char *lines[2];
	struct cp_address address;
	struct cp_carer carer;
	struct cp_document doc;
	struct cp_record record;
	struct cp_decision decision;
	struct cp_notice_facts facts;
	struct cp_notice notice;
};

/* Nobody: of the synthetic identities (records/identity.h). */
static void
invent(struct family *f, const struct cp_preview *p)
{
	memset(f, 0, sizeof(*f));
	f->name = (struct cp_name){ CP_NAME_CURRENT, "Testa", "Mockingbury",
		{ 0 } };
	f->lines[0] = "1 Sample Row";
	f->lines[1] = "Mockham";
	f->address = (struct cp_address){ .type = CP_ADDRESS_CURRENT,
		.lines = f->lines, .n_lines = 2, .postcode = "ZZ99 1AA" };
	f->carer = (struct cp_carer){ "Tessa Mockingbury", "mother", 1, NULL };
	f->doc.names = &f->name;
	f->doc.n_names = 1;
	f->doc.current = &f->name;
	f->doc.gender = CP_GENDER_FEMALE;
	f->doc.addresses = &f->address;
	f->doc.n_addresses = 1;
	f->doc.carers = &f->carer;
	f->doc.n_carers = 1;
	f->doc.language = p->language;
	f->doc.format = cp_format_word(p->format);
	(void)snprintf(f->doc.id, sizeof(f->doc.id), "TEST-0001");
	(void)snprintf(f->doc.authority, sizeof(f->doc.authority), "%s",
	    p->authority);
	(void)snprintf(f->record.id, sizeof(f->record.id), "TEST-0001");
	(void)snprintf(f->record.authority, sizeof(f->record.authority), "%s",
	    p->authority);
}

/* As old as its band, and what comes next as the kind says. */
static void
place_in_time(struct family *f, const struct cp_preview *p,
    const struct cp_policy *policy, struct cp_date today)
{
	static const int years[BANDS] = { [CP_BAND_PARENT] = 9,
		[CP_BAND_12] = 13, [CP_BAND_16] = 17 };
	struct cp_date born = cp_date_add_years(today, -years[p->band]);
	int y, m, d;

	cp_date_split(born, &y, &m, &d);
	f->facts.birth = (struct cp_partial_date){ (int16_t)y, (int8_t)m,
		(int8_t)d };
	f->doc.birth = f->facts.birth;
	f->facts.set = p->band == CP_BAND_PARENT ? CP_TO_SET_CARER :
	    CP_TO_SET_CHILD;
	f->facts.decision = &f->decision;
	f->decision.action = CP_ACTION_ARCHIVE;
	f->decision.age_limit_on = cp_date_add_months(today, 6);
	f->decision.due = p->kind == CP_NOTICE_ARCHIVED ?
	    cp_period_end(today, policy->notice_archive) :
	    f->decision.age_limit_on;
	f->decision.age_due = f->decision.due;
	f->decision.rule = p->kind == CP_NOTICE_WITHDRAWAL ?
	    CP_RULE_WITHDRAWAL : CP_RULE_AGE_LIMIT;
	if (p->kind == CP_NOTICE_EXTENDED) {
		f->decision.rule = CP_RULE_CARE_LEAVER_LIMIT;
		f->decision.extended_from = today;
		f->decision.due = f->decision.age_due =
		    cp_date_add_years(today, 7);
	}
	f->notice.kind = p->kind;
	f->notice.since = f->notice.due = today;
	cp_notice_ref(0, f->notice.ref);
}

/* ---- composing --------------------------------------------------------------- */

static enum cp_rc
no_language(const struct cp_wordings *w, const char *code, struct cp_err *err)
{
	struct cp_buf list;

	(void)cp_fail(err, CP_NOT_FOUND, "no wording in the language %.32s",
	    code);
	cp_buf_init(&list);
	for (size_t i = 0; i < cp_wording_languages(w); i++)
		cp_buf_printf(&list, "%s%s", i > 0 ? ", " : "",
		    cp_wording_language_at(w, i)->code);
	cp_err_hint(err, "there are %s", cp_buf_text(&list));
	cp_buf_clear(&list);
	return CP_NOT_FOUND;
}

enum cp_rc
cp_preview_compose(const struct cp_composing *with,
    const struct cp_preview *p, struct cp_composed *out, struct cp_err *err)
{
	const char *why = NULL;
	struct family f;
	int known = 0;
	enum cp_rc rc;

	(void)cp_wording_language(with->wordings, p->language, &known);
	if (!known)
		return no_language(with->wordings, p->language, err);
	invent(&f, p);
	place_in_time(&f, p, with->rules->policy, with->rules->today);
	rc = cp_compose(with, &f.notice, &f.facts, &f.record, &f.doc, out,
	    &why, err);
	if (rc == CP_OK && p->kind == CP_NOTICE_SHIELD) {
		/* As an officer's letter would say. */
		out->said.flags |= 1u << CP_FLAG_REFUSED;
		out->said.value[CP_VALUE_REASON] = "no risk was found";
	}
	return rc;
}

void
cp_preview_spec(const struct cp_composed *c, const char *date,
    const struct cp_now *now, struct cp_press_spec *out)
{
	const struct cp_language *l = c->wording->language;

	memset(out, 0, sizeof(*out));
	out->title = cp_template_head(c->wording->text, "title");
	out->language = l->code;
	out->rtl = l->rtl;
	out->face = l->face;
	out->large = c->format == CP_FORMAT_LARGE;
	out->easy = c->format == CP_FORMAT_EASY;
	out->head = &c->sender.head;
	out->page_words = l->page;
	out->reference_words = l->reference;
	out->qr_words = l->qr;
	out->date = date;
	out->made = now->time;
}

void
cp_preview_letter(const struct cp_composed *c, const struct cp_blocks *blocks,
    struct cp_letter *out)
{
	memset(out, 0, sizeof(*out));
	out->reference = c->reference;
	out->to = c->lines;
	out->n_to = c->n_lines;
	out->blocks = blocks->block;
	out->n_blocks = blocks->n;
}

/* ---- on paper --------------------------------------------------------------- */

static enum cp_rc
put_bytes(void *ctx, const void *data, size_t len, struct cp_err *err)
{
	cp_buf_put(ctx, data, len);
	return cp_buf_check(ctx, err);
}

enum cp_rc
cp_preview_bind(const struct cp_press_spec *spec, const struct cp_buf *part,
    struct cp_buf *out, int *pages, struct cp_err *err)
{
	const struct cp_bind_spec as = { .title = spec->title,
		.language = spec->language, .rtl = spec->rtl,
		.author = spec->head->name, .figure = spec->qr_words,
		.made = spec->made };
	struct cp_bind *b = NULL;
	int64_t first;
	enum cp_rc rc = cp_bind_open(&as, put_bytes, out, &b, err);

	if (rc == CP_OK)
		rc = cp_bind_add(b, part->data, part->len, NULL, 0, &first,
		    pages, err);
	if (rc == CP_OK)
		rc = cp_bind_finish(b, err);
	cp_bind_free(b);
	return rc;
}
