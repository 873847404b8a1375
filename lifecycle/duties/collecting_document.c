#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/document_hide.h"
#include "lifecycle/records/match_place.h"

/* The record document: names to letters. */

/* ---- what may be told ---------------------------------------------------- */

static int
has_place(const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_addresses; i++)
		if (doc->addresses[i].type != CP_ADDRESS_NONE_KNOWN)
			return 1;
	return doc->n_involvements > 0;
}

static void
drop_pupil_numbers(struct cp_document *doc)
{
	size_t kept = 0;

	for (size_t i = 0; i < doc->n_numbers; i++)
		if (doc->numbers[i].type != CP_NUMBER_UPN)
			doc->numbers[kept++] = doc->numbers[i];
	doc->n_numbers = kept;
}

enum cp_rc
collecting_trim(struct cp_document *doc, int placeless, int *placed,
    struct cp_err *err)
{
	struct cp_buf taken;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&taken);
	if (placeless) {
		rc = cp_document_hide(doc, CP_HIDE_USUAL, &taken, err);
		drop_pupil_numbers(doc);
	}
	cp_buf_clear(&taken);
	*placed = !placeless && has_place(doc);
	if (*placed)
		return rc;
	/* That none is known is said by a part without entries. */
	doc->n_addresses = 0;
	memset(doc->authority, 0, sizeof(doc->authority));
	/* Abroad is a place. */
	doc->left_intention = CP_INTENTION_NONE;
	doc->left_on = (struct cp_date){ 0 };
	return rc;
}

/* ---- items --------------------------------------------------------------- */

static void
put_names(struct collecting *x, const struct cp_document *doc)
{
	char birth[CP_DATE_TEXT];

	for (size_t i = 0; i < doc->n_names; i++) {
		const struct cp_name *v = &doc->names[i];

		collecting_entry(x, CP_PART_NAMES, 0, "record/names/%zu", i);
		collecting_text(x, "given", v->given);
		collecting_text(x, "family", v->family);
		collecting_word(x, "kind", v->type == CP_NAME_CURRENT ?
		    "current" : "former");
		collecting_date(x, "from", v->from);
	}
	collecting_entry(x, CP_PART_NAMES, 0, "record/gender");
	collecting_word(x, "gender", cp_gender_word(doc->gender));
	collecting_entry(x, CP_PART_NAMES, 0, "record/birth_date");
	if (cp_partial_exact(doc->birth))
		collecting_date(x, "birth-date", cp_partial_first(doc->birth));
	else
		collecting_text(x, "birth-date", cp_partial_format(doc->birth,
		    birth));
	for (size_t i = 0; i < doc->n_numbers; i++) {
		/* A pupil number tells which authority gave it. */
		collecting_entry(x, CP_PART_NUMBERS, doc->numbers[i].type ==
		    CP_NUMBER_UPN ? x->place : 0, "record/numbers/%zu", i);
		collecting_word(x, "kind", cp_number_type_word(
		    doc->numbers[i].type));
		collecting_text(x, "value", doc->numbers[i].value);
	}
}

static void
put_address(struct collecting *x, size_t i, const struct cp_address *v,
    struct cp_buf *line)
{
	cp_buf_reset(line);
	for (size_t k = 0; k < v->n_lines; k++)
		cp_buf_printf(line, "%s%s", k > 0 ? ", " : "", v->lines[k]);
	collecting_entry(x, CP_PART_ADDRESSES, x->place,
	    "record/addresses/%zu", i);
	collecting_text(x, "lines", cp_buf_text(line));
	collecting_text(x, "postcode", v->postcode);
	collecting_word(x, "kind", cp_address_type_word(v->type));
	collecting_date(x, "from", v->from);
	collecting_one(x, x->place | CP_FLAGGED_SOURCE, "source", v->source);
	x->failed |= line->failed;
}

static void
put_carers(struct collecting *x, const struct cp_document *doc)
{
	for (size_t i = 0; i < doc->n_carers; i++) {
		const struct cp_carer *v = &doc->carers[i];

		collecting_entry(x, CP_PART_CARERS, 0, "record/carers/%zu",
		    i);
		collecting_word(x, "relation", v->relation);
		if (v->responsibility >= 0)
			collecting_yes(x, "responsibility", v->responsibility);
		collecting_one(x, CP_FLAGGED_CARER, "name", v->name);
		collecting_one(x, x->place | CP_FLAGGED_CARER, "phone",
		    v->phone);
	}
}

static void
put_involvement(struct collecting *x, size_t i,
    const struct cp_involvement *v)
{
	unsigned flags = x->place;

	if (v->sensitive != CP_SENSITIVE_NO &&
	    x->with->sar->relation != CP_SELF)
		flags |= CP_FLAGGED_SENSITIVE;
	collecting_entry(x, CP_PART_INVOLVEMENTS, flags,
	    "record/involvements/%zu", i);
	collecting_word(x, "service", v->service);
	collecting_text(x, "provider", v->provider);
	collecting_date(x, "start", v->start);
	collecting_date(x, "end", v->end);
	collecting_yes(x, "lead", v->lead);
	collecting_yes(x, "assessment", v->assessment);
	if (v->sensitive != CP_SENSITIVE_NO)
		collecting_word(x, "sensitive", v->sensitive ==
		    CP_SENSITIVE_CONSENT ? "consent" : "significant-harm");
	collecting_one(x, flags | CP_FLAGGED_PRACTITIONER, "practitioner",
	    v->practitioner);
	collecting_one(x, flags | CP_FLAGGED_PRACTITIONER, "phone", v->phone);
	collecting_one(x, flags | CP_FLAGGED_SOURCE, "evidence", v->evidence);
}

static void
put_life(struct collecting *x, const struct cp_document *doc)
{
	if (doc->left_intention != CP_INTENTION_NONE) {
		collecting_entry(x, CP_PART_LIFE, 0, "record/left_england");
		collecting_beside(x);
		collecting_date(x, "left-england", doc->left_on);
		collecting_word(x, "intention", cp_intention_word(
		    doc->left_intention));
	}
	if (cp_date_set(doc->death_notified)) {
		collecting_entry(x, CP_PART_LIFE, 0, "record/death");
		collecting_date(x, "died", doc->died_on);
		collecting_date(x, "notified", doc->death_notified);
	}
	if (doc->language != NULL || doc->format != NULL) {
		collecting_entry(x, CP_PART_LIFE, 0, "record/letters");
		collecting_word(x, "language", doc->language);
		collecting_word(x, "format", doc->format);
	}
}

/* ---- the whole ----------------------------------------------------------- */

/* Where one address of somebody, be it a former one, is also where a shielded
 * child lives, all their places tell of it.  Of who is shielded themself that
 * is no question. */
enum cp_rc
collecting_refuge(struct collecting *x, struct cp_err *err)
{
	const struct cp_document *doc = x->who->doc;
	int yes = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && !yes && !x->who->opened &&
	    i < doc->n_addresses; i++)
		if (doc->addresses[i].type != CP_ADDRESS_NONE_KNOWN)
			rc = cp_match_lives_at(x->matcher,
			    x->with->change->store, &doc->addresses[i],
			    x->who->record.n, &yes, err);
	x->place = yes ? CP_FLAGGED_PLACE : 0;
	return rc;
}

enum cp_rc
collecting_document(struct collecting *x, struct cp_err *err)
{
	const struct cp_document *doc = x->who->doc;
	struct cp_buf line;

	cp_buf_init(&line);
	put_names(x, doc);
	for (size_t i = 0; i < doc->n_addresses; i++)
		put_address(x, i, &doc->addresses[i], &line);
	put_carers(x, doc);
	for (size_t i = 0; i < doc->n_involvements; i++)
		put_involvement(x, i, &doc->involvements[i]);
	put_life(x, doc);
	cp_buf_clear(&line);
	return collecting_end(x, err);
}
