#include "lifecycle/duties/disclosing.h"

#include <stdio.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/package.h"
#include "lifecycle/duties/disclosing_impl.h"

enum { MEMBERS = 4, DAY = 86400 };

void
cp_disclosed_init(struct cp_disclosed *d)
{
	memset(d, 0, sizeof(*d));
	cp_buf_init(&d->pdf);
	cp_buf_init(&d->text);
	cp_buf_init(&d->json);
	cp_buf_init(&d->readme);
	cp_buf_init(&d->list);
}

void
cp_disclosed_clear(struct cp_disclosed *d)
{
	cp_buf_clear(&d->pdf);
	cp_buf_clear(&d->text);
	cp_buf_clear(&d->json);
	cp_buf_clear(&d->readme);
	cp_buf_clear(&d->list);
	cp_disclosed_init(d);
}

/* ---- what may leave ------------------------------------------------------ */

/* Nothing leaves that nobody has looked at. */
static enum cp_rc
reviewed(const struct cp_disclosing *with, struct cp_err *err)
{
	const struct cp_collection *c = with->coll;
	const char *id = with->sar->id;
	size_t n = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < c->n; i++)
		n += !cp_item_settled(c->items[i].stored.flags,
		    c->items[i].stored.decision);
	if (cp_collection_stale(c)) {
		rc = cp_fail(err, CP_REFUSED, "what is held changed after it "
		    "was reviewed");
		if (with->sar->stage == CP_SAR_ANSWERED)
			cp_err_hint(err, "%s is answered: what is held now "
			    "is for another request, `cpadmin sar open "
			    "--again'", id);
		else
			cp_err_hint(err, "cpadmin sar collect %s; decisions "
			    "about what did not change stay", id);
	} else if (n > 0) {
		rc = cp_fail(err, CP_REFUSED, "%zu item%s still to be "
		    "decided", n, n == 1 ? " is" : "s are");
		cp_err_hint(err, "cpadmin sar items %s", id);
	}
	return rc;
}

void
cp_disclose_reviewed_log(struct cp_collection *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct cp_item *item = &c->items[i];

		if (!item->is_new || (item->part != CP_PART_LOOKS &&
		    item->part != CP_PART_CHANGES))
			continue;
		item->is_new = 0;
		item->stored.decision = CP_ITEM_WITHHOLD;
	}
}

int
cp_disclose_partial(const struct cp_collection *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].stored.decision == CP_ITEM_WITHHOLD &&
		    !(c->items[i].stored.flags & CP_FLAGGED_PLACE))
			return 1;
	return 0;
}

/* ---- to be read ---------------------------------------------------------- */

/* Whether the current name of subject S is given. */
static int
is_named(const struct cp_collection *c, size_t s)
{
	const struct cp_document *doc = c->subject[s].doc;
	char key[40];

	if (doc == NULL)
		return 0;
	(void)snprintf(key, sizeof(key), "record/names/%d",
	    (int)(doc->current - doc->names));
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].stored.subject == c->subject[s].who.idx &&
		    strcmp(c->items[i].stored.key, key) == 0)
			return cp_item_given(c, i);
	return 0;
}

static enum cp_rc
names(const struct cp_collection *c, const struct cp_language *language,
    struct cp_buf *out, struct cp_err *err)
{
	size_t n = 0, k = 0;

	for (size_t s = 0; s < c->n_subjects; s++)
		n += is_named(c, s) != 0;
	for (size_t s = 0; s < c->n_subjects; s++) {
		if (!is_named(c, s))
			continue;
		if (k > 0 && k == n - 1)
			cp_buf_printf(out, " %s ", language->and_word);
		else if (k > 0)
			cp_buf_puts(out, language->comma);
		cp_document_name(c->subject[s].doc, out);
		k++;
	}
	return cp_buf_check(out, err);
}

/* Lines as long as a paragraph: a screen reader reads on. */
static enum cp_rc
write_plain(const struct cp_disclosing *with, const struct cp_composed *letter,
    const struct cp_blocks *blocks, struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf date;
	enum cp_rc rc;

	if (letter->format != CP_FORMAT_PLAIN)
		return CP_OK;
	cp_buf_init(&date);
	cp_wording_date(letter->wording->language, with->with->now->today,
	    &date);
	rc = cp_buf_check(&date, err);
	if (rc == CP_OK)
		rc = cp_composed_text_of(letter, blocks, letter->reference,
		    cp_buf_text(&date), 0, out, err);
	cp_buf_clear(&date);
	return rc;
}

static enum cp_rc
print(const struct cp_disclosing *with, struct cp_disclosed *d,
    struct cp_err *err)
{
	const struct cp_sar *sar = with->sar;
	const struct cp_language *language;
	struct cp_access_letter_facts f = { .kind = CP_ACCESS_COVER,
		.sar = sar, .policy = with->rules->policy,
		.partial = with->partial, .to = with->to,
		.n_to = with->n_to };
	struct cp_composed letter;
	struct cp_blocks blocks;
	struct cp_buf name;
	int known = 0;
	enum cp_rc rc;

	cp_composed_init(&letter);
	cp_blocks_init(&blocks);
	cp_buf_init(&name);
	language = cp_wording_access_language(with->with->wordings,
	    sar->language[0] != '\0' ? sar->language : NULL, &known);
	rc = names(with->coll, language, &name, err);
	if (rc == CP_OK) {
		f.name = name.len > 0 ? cp_buf_text(&name) : NULL;
		rc = cp_access_letter(with->with, &f, &letter, err);
	}
	if (rc == CP_OK)
		rc = cp_composed_blocks(&letter, &blocks, err);
	if (rc == CP_OK)
		rc = cp_access_blocks(with->words, letter.wording->language,
		    with->coll, &blocks, &d->entries, err);
	if (rc == CP_OK)
		rc = cp_access_print(&letter, &blocks, cp_template_head(
		    letter.wording->text, "title"), with->with->now, &d->pdf,
		    &d->pages, err);
	if (rc == CP_OK)
		rc = write_plain(with, &letter, &blocks, &d->text, err);
	cp_buf_clear(&name);
	cp_blocks_clear(&blocks);
	cp_composed_clear(&letter);
	return rc;
}

enum cp_rc
cp_disclose(const struct cp_disclosing *with, struct cp_disclosed *out,
    struct cp_err *err)
{
	struct cp_disclosed d;
	enum cp_rc rc = reviewed(with, err);

	cp_disclosed_init(&d);
	if (rc == CP_OK)
		rc = disclosing_list(with->coll, &d.list, &d.items, err);
	if (rc == CP_OK)
		rc = disclosing_json(with, &d.json, err);
	if (rc == CP_OK)
		rc = print(with, &d, err);
	if (rc == CP_OK)
		rc = disclosing_readme(with, d.text.len > 0, &d.readme, err);
	if (rc == CP_OK) {
		cp_disclosed_clear(out);
		*out = d;
	} else
		cp_disclosed_clear(&d);
	return rc;
}

/* ---- one file ------------------------------------------------------------ */

/* Its members, in their order; how many. */
static size_t
members(const struct cp_disclosed *d, struct cp_pack_member out[MEMBERS])
{
	size_t n = 0;

	out[n++] = (struct cp_pack_member){ "letter.pdf", d->pdf.data,
		d->pdf.len };
	if (d->text.len > 0)
		out[n++] = (struct cp_pack_member){ "letter.txt",
			d->text.data, d->text.len };
	out[n++] = (struct cp_pack_member){ "data.json", d->json.data,
		d->json.len };
	out[n++] = (struct cp_pack_member){ "README.txt", d->readme.data,
		d->readme.len };
	return n;
}

enum cp_rc
cp_disclosed_zip(const struct cp_disclosed *d,
    const struct cp_secret *passphrase, const struct cp_now *now,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_pack_member m[MEMBERS];
	int64_t noon = (int64_t)(now->today.days -
	    cp_date_make(1970, 1, 1).days) * DAY + DAY / 2;

	return cp_pack_zip(m, members(d, m), passphrase, noon, out, err);
}

static enum cp_rc
seal(struct cp_age_sealer *s, const struct cp_age_recipient *to,
    const struct cp_buf *plain, struct cp_buf *age, struct cp_err *err)
{
	struct cp_secret *key = NULL;
	struct cp_buf payload, again;
	enum cp_rc rc;

	cp_buf_init(&payload);
	cp_buf_init(&again);
	rc = cp_age_seal(s, to, 1, plain->data, plain->len, age, &payload,
	    &key, err);
	if (rc == CP_OK)
		rc = cp_age_payload_reopen(s, key, payload.data, payload.len,
		    &again, err);
	if (rc == CP_OK && (again.len != plain->len ||
	    memcmp(again.data, plain->data, plain->len) != 0))
		rc = cp_fail(err, CP_CORRUPT, "the pack read back is not "
		    "what was put in");
	if (rc == CP_OK) {
		cp_buf_put(age, payload.data, payload.len);
		rc = cp_buf_check(age, err);
	}
	cp_secret_free(key);
	cp_buf_clear(&payload);
	cp_buf_clear(&again);
	return rc;
}

enum cp_rc
cp_disclosed_age(const struct cp_disclosed *d,
    const struct cp_age_recipient *recipient, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_pack_member from[MEMBERS];
	struct cp_member m[MEMBERS];
	size_t n = members(d, from);
	struct cp_age_sealer *s = NULL;
	struct cp_buf plain, age;
	enum cp_rc rc;

	for (size_t i = 0; i < n; i++)
		m[i] = (struct cp_member){ from[i].name, from[i].data,
			from[i].len };
	cp_buf_init(&plain);
	cp_buf_init(&age);
	rc = cp_package_build(m, n, &plain, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&s, err);
	if (rc == CP_OK)
		rc = seal(s, recipient, &plain, &age, err);
	if (rc == CP_OK) {
		cp_buf_put(out, age.data, age.len);
		rc = cp_buf_check(out, err);
	}
	cp_age_sealer_free(s);
	cp_buf_clear(&plain);
	cp_buf_clear(&age);
	return rc;
}
