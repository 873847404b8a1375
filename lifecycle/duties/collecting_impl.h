#ifndef CP_DUTIES_COLLECTING_IMPL_H
#define CP_DUTIES_COLLECTING_IMPL_H

#include "lifecycle/duties/collecting.h"
#include "lifecycle/records/match.h"
#include "lifecycle/store/json.h"

/*
 * Private to collecting*.c: a collection while it is being made, one subject
 * after the other, one part after the other.
 */
enum { COLLECTING_FIELDS = 24 }; /* of one item */
struct collecting {
	const struct cp_collecting *with;
	struct cp_collection *coll;
	struct cp_matcher *matcher;
	struct cp_collected_subject *who; /* that is being collected */
	/* A place may be told of, and there is one: what would tell where they
	 * live is only told beside one, for everybody. */
	int placed;
	unsigned always; /* flags of every item of it: the child objects */
	unsigned place;  /* flags of what tells where: it is a shielded child's */
	/* Of an archived record, out of its package: history/1; else NULL. */
	const struct cp_json *history;
	/* Details of log entries that stand behind the shield, by "seq", as
	 * cp_compartment_each gives them; of who is safe; else NULL. */
	struct cp_json *hidden_log;
	/* those whose names and telephones are flagged (collecting_mentions.c) */
	struct collecting_mention *mentions;
	size_t n_mentions;
	/* the item that is being made */
	int open;
	struct cp_item item;
	struct cp_field field[COLLECTING_FIELDS];
	size_t entry;   /* the last one */
	int failed;     /* out of memory */
	struct cp_buf bytes;
};

/* What is read of one person. */
struct collecting_held {
	int found;                /* 0: archived, and nothing of it is kept */
	struct cp_document *doc;  /* owned; with what is hidden where OPENED */
	struct cp_json *history;  /* owned: history/1; NULL: of a live record */
	struct cp_json *hidden_log; /* owned; or NULL */
	int opened;
};

/* ---- collecting_archived.c ---- */

/*
 * The archived record of subject S of the collection, out of what is kept of
 * its package (cp_keeping_get).  Where S is safe and its record is shielded,
 * with the officer's identity (X->with->identity): document and details as if
 * there were no shield.  OUT is zeroed before, and cleared by the caller also
 * on failure.  CP_KEY: there is something to be opened and no identity;
 * CP_CORRUPT: it is not the package of that record.
 */
enum cp_rc cp_collect_archived(struct collecting *x,
    const struct cp_collected_subject *s, struct collecting_held *out,
    struct cp_err *err) CP_MUST_CHECK;
/* The other payloads of the box ("case") of an archived record, opened: FN as
 * cp_compartment_each.  Nothing where nothing is kept. */
enum cp_rc cp_collect_boxed(struct collecting *x,
    const struct cp_collected_subject *s,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *at, const char *text,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
    CP_MUST_CHECK;

/* collecting.c: for cp_compartment_each: details of log entries to CTX, a
 * struct cp_json, as hidden_log has them. */
enum cp_rc collecting_take_log(void *ctx, int64_t n, const char *at,
    const char *text, size_t len, struct cp_err *err) CP_MUST_CHECK;

/* ---- collecting_items.c: making items; a failure is remembered ---- */

/* Begins an entry of PART, or a detail of the last entry; what was begun before
 * it is ended.  KEY is as for printf; that of a detail is put behind its
 * entry's, with a `/'. */
void collecting_entry(struct collecting *x, enum cp_part part, unsigned flags,
    const char *key, ...) CP_PRINTF(4, 5);
void collecting_detail(struct collecting *x, unsigned flags, const char *key);
/* Fields of it; none where there is nothing to say. */
void collecting_text(struct collecting *x, const char *label,
    const char *text);
void collecting_date(struct collecting *x, const char *label,
    struct cp_date d);
/* Of a time in RFC 3339, its day. */
void collecting_day(struct collecting *x, const char *label,
    const char *time);
/* WORD without "word-". */
void collecting_word(struct collecting *x, const char *label,
    const char *word);
void collecting_yes(struct collecting *x, const char *label, int yes);
/* The item that is being made is given only where a place is, too: it would
 * tell that there is one which is withheld. */
void collecting_beside(struct collecting *x);
/* A detail of one field TEXT, if there is any. */
void collecting_one(struct collecting *x, unsigned flags, const char *label,
    const char *text);
/* Ends the last one, and says whether all went well. */
enum cp_rc collecting_end(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- collecting_mentions.c ---- */

/* Takes up whom X->who's document flags: carers and practitioners. */
void collecting_mentions(struct collecting *x);
void collecting_mentions_clear(struct collecting *x);
/* The flags of those whom TEXT (may be NULL) names; each word of a name that
 * is not the child's own counts. */
unsigned collecting_mentioned(struct collecting *x, const char *text);

/* ---- the parts; each of X->who ---- */

enum cp_rc collecting_about(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_document(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_consents(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_shield(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_notices(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_holds(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_requests(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc collecting_log(struct collecting *x, enum cp_part part,
    struct cp_err *err) CP_MUST_CHECK;

/* collecting_document.c: DOC as it may be told: of a subject that is placeless
 * without anything that tells a place; its authority, and that no address is
 * known, only beside one.  *PLACED: there is one. */
enum cp_rc collecting_trim(struct cp_document *doc, int placeless,
    int *placed, struct cp_err *err) CP_MUST_CHECK;
/* The same file: X->place, of X->who. */
enum cp_rc collecting_refuge(struct collecting *x, struct cp_err *err)
    CP_MUST_CHECK;
/* collecting_stored.c: what is stored of the items of COLL. */
enum cp_rc collecting_compare(struct cp_store *s, const struct cp_sar *sar,
    struct cp_collection *coll, struct cp_err *err) CP_MUST_CHECK;

#endif
