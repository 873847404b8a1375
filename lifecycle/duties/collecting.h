#ifndef CP_DUTIES_COLLECTING_H
#define CP_DUTIES_COLLECTING_H

#include "lifecycle/duties/keeping.h"
#include "lifecycle/records/document.h"
#include "lifecycle/records/sar_item.h"

/*
 * Everything that is held on the persons of a request, as items in a fixed
 * order: the same store gives the same items, so that nothing of them has to
 * be kept between review and answer.  The cost does not grow with the store.
 *
 * Whoever asks is given what the store's own documents have: of a shielded
 * child these have no hidden part.  From one who is not `safe' (sar_subject)
 * everything else goes too that tells of a place, as if there had never been
 * one: addresses, telephones, involvements, numbers given by schools, consent
 * to sensitive services, letters sent by post, quarantine, cases of shielding,
 * letters of officers, overrides, requests of others, holds.  Where one
 * subject of a request is shielded from the requester, all of its subjects are
 * collected so: siblings live together.
 *
 * So that it tells nothing that these are missing, the same goes for everybody
 * of whom no place is held (neither address nor involvement): not told are the
 * responsible authority, moves, notices of another authority, that no address
 * is known, that they left England and until when the record is live (sooner
 * then), what somebody typed (reasons, references of evidence: it may tell a
 * place whatever they meant), and of the log updates by feeds, corrections and
 * searches of which without places nothing is left, and whatever a child who
 * never had a place has not.  Of the log nobody is told who acted, but what
 * they are; a shielding officer is one of the team.
 *
 * What somebody typed is flagged where it names a carer or practitioner of the
 * record, so that it does not say what is withheld elsewhere.
 *
 * Of an address that is also a shielded child's (match_place.h) everything
 * that tells of a place is flagged.
 *
 * Where it comes from, table by table:
 *	record, document  about, the record; of merged ones their numbers
 *	consent, consent_confirmation  consents
 *	notice, notice_to  letters that went, and who gets them: what is owed, or
 *	    was suppressed, was told to nobody, and tells whether there is an
 *	    address
 *	hold  those on the record: one on an authority or on all is on nobody
 *	package, batch_item  about: where it was archived, on which lists it was;
 *	    the package itself, from what is kept of it (keeping.h)
 *	move  changes        audit, history_part  looks, changes
 *	sar, sar_subject  requests; of others when and as whom they asked
 *	shield, compartment, investigation, mail, quarantine  for whom it is safe
 * Not collected, with what is in them:
 *	search_key, shield_key, tie, consent_service  hashes of the above
 *	undo  the record as it was before a change, until the next night
 *	trouble, run, job_run, print_run, print_item, boxed, header, volume...
 *	    how the machinery stands
 *	never_link  that two records are not one: it would tell of the other
 *	sar_event, sar_item, sar_sent, sar_kept  the request itself
 *	opening, opening_item, opening_agreement, batch, certificate  of many
 * nor copies: backups, printed letters and rejected rows outside the database.
 */

/* Parts of the answer, in their order. */
enum cp_part {
	CP_PART_ABOUT,        /* identifying number, state, how long it is kept */
	CP_PART_NAMES,        /* with former names; gender, birth date */
	CP_PART_NUMBERS,
	CP_PART_ADDRESSES,
	CP_PART_CARERS,
	CP_PART_INVOLVEMENTS,
	CP_PART_LIFE,         /* left England, death, letters' language */
	CP_PART_CONSENTS,
	CP_PART_SHIELD,       /* for whom it is safe */
	CP_PART_NOTICES,      /* letters */
	CP_PART_HOLDS,
	CP_PART_REQUESTS,     /* earlier ones for access */
	CP_PART_LOOKS,        /* who looked, when, why */
	CP_PART_CHANGES,      /* what else the log has */
	CP_PARTS
};
/* "about" ...: of the keys of data.json and of the words of access_words.h. */
const char *cp_part_word(enum cp_part part);

/* One field of an item, for reading; texts are owned by the collection. */
enum cp_field_kind { CP_FIELD_TEXT, CP_FIELD_DATE, CP_FIELD_WORD,
	CP_FIELD_YES_NO };
struct cp_field {
	const char *label; /* a key of access_words.h: "postcode", "from" */
	enum cp_field_kind kind;
	const char *text;  /* of a WORD: a key of access_words.h, "word-female";
			    * where the words have none it is shown as it is */
	struct cp_date date;
	int yes;
};
struct cp_item {
	struct cp_sar_item stored; /* number, subject, key, flags, decision */
	enum cp_part part;
	size_t of;                 /* the entry that it is a detail of, which
				    * stands before it; its own place, where it
				    * is one */
	struct cp_field *fields;
	size_t n_fields;
	const char *json;          /* of an entry an object, of a detail its one
				    * member ("evidence":"X"): see
				    * cp_collected_part; NULL: it is a part of
				    * the record document */
	int opened;                /* from behind a shield */
	int beside;                /* given only beside a place that is given:
				    * who never had one has not got it */
	int is_new, changed;       /* against what is stored */
};
struct cp_collected_subject {
	struct cp_sar_subject who;  /* safe 0 where it is placeless */
	struct cp_record record;    /* n 0: none */
	struct cp_document *doc;    /* owned; NULL: nothing to be read */
	int placeless;              /* no place may be told of */
	int opened;                 /* hidden parts are in it */
};
struct cp_collection {
	struct cp_collected_subject subject[CP_SAR_SUBJECTS];
	size_t n_subjects;
	struct cp_item *items;
	size_t n, cap;
	size_t gone;                /* stored items that are no more */
	void *private_state;        /* texts */
};
void cp_collection_init(struct cp_collection *c);
void cp_collection_clear(struct cp_collection *c);

struct cp_collecting { /* given; borrowed */
	const struct cp_change *change;
	const struct cp_sar_rules *rules;
	const struct cp_sar *sar;
	const struct cp_secret *identity; /* an officer's, or NULL */
};
/*
 * Collects: what is live from the store, what is archived from what is kept
 * (keeping.h); an archived subject of which nothing is kept is `opening'.
 * Numbers and decisions are those stored for the same subject and key;
 * is_new, changed and gone tell what differs; of what is changed no decision
 * counts.  Reads only.  CP_KEY: a subject is safe, something of it is hidden
 * and there is no IDENTITY; CP_REFUSED: its authority is not open (golive.h);
 * CP_CORRUPT.
 */
enum cp_rc cp_collect(const struct cp_collecting *with,
    struct cp_collection *out, struct cp_err *err) CP_MUST_CHECK;
/* Stores the items (cp_sar_items_put) and logs: an entry for the request, one
 * for each record, and where something was opened an override with its
 * investigation, under the case. */
enum cp_rc cp_collect_store(const struct cp_collecting *with,
    const struct cp_operator *op, struct cp_collection *coll,
    struct cp_sar *r, struct cp_err *err) CP_MUST_CHECK;
/* Whether item I is in the answer: it is settled and not withheld, nor is what
 * it is a detail of. */
int cp_item_given(const struct cp_collection *c, size_t i);
/* Whether something is new, gone, or not as it was when it was reviewed: then
 * it is to be collected again. */
int cp_collection_stale(const struct cp_collection *c);
/* That SAR's items were shown, or sent, to or by who acts: entries "sar.VERB"
 * ("items", "disclose") for the request and in the history of each record
 * (detail {"sar":ID}; not of a destroyed one), or where something was opened
 * of its case of shielding.  In the caller's transaction,
 * committed before anything is shown. */
enum cp_rc cp_collect_looked(const struct cp_collecting *with,
    const struct cp_collection *c, const char *verb, struct cp_err *err)
    CP_MUST_CHECK;
/* Appends data.json's list of PART (from CONSENTS on, and ABOUT) of subject S:
 * the entries that are given, each with the details of it that are. */
enum cp_rc cp_collected_part(const struct cp_collection *c, size_t s,
    enum cp_part part, struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* Appends data.json's "record" of subject S (from 0): its document without
 * what is not given; "null" without one.  The authority may be missing. */
enum cp_rc cp_collected_record(const struct cp_collection *c, size_t s,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
