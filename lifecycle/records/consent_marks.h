#ifndef CP_RECORDS_CONSENT_MARKS_H
#define CP_RECORDS_CONSENT_MARKS_H

#include "lifecycle/records/consent_sensitive.h"

/*
 * Private to consent_*.c: the entries of one record about sensitive services,
 * and what they say of an involvement.
 */

/* An entry with one of its marks; an ended one with none (a correction said
 * that it was of no sensitive service) stands against nothing. */
struct mark_row {
	int64_t n;
	enum cp_sensitive basis;
	int ended, has_mark;
	int64_t mark;
	char *evidence; /* owned; "" where there is none */
};

struct marks {
	struct mark_row *row; /* owned; by number */
	size_t n, cap;
	const uint8_t *salt; /* borrowed */
};

/* The entries of row RECORD.  M need not be initialised, and is to be cleared
 * also on failure. */
enum cp_rc marks_load(struct marks *m, struct cp_store *s,
    const struct cp_rules *rules, int64_t record, struct cp_err *err)
    CP_MUST_CHECK;
void marks_clear(struct marks *m);

/* "sensitive-service" or "significant-harm". */
const char *marks_word(enum cp_sensitive basis);
/* The mark of V's service and provider: the first 64 bits of SHA-256(salt,
 * folded service, line feed, folded provider). */
enum cp_rc marks_of(const struct marks *m, const struct cp_involvement *v,
    int64_t *mark, struct cp_err *err) CP_MUST_CHECK;

/* The next four are of V, whose mark is MARK.  Whether its basis is over. */
int marks_over(const struct marks *m, const struct cp_involvement *v,
    int64_t mark);
/* The entry in force that has V's basis and evidence, or, where V names no
 * evidence, was made for its service; 0 if none. */
int64_t marks_entry_of(const struct marks *m, const struct cp_involvement *v,
    int64_t mark);
/* The last entry in force, of V's basis, made for its service; 0 if none. */
int64_t marks_renewed(const struct marks *m, const struct cp_involvement *v,
    int64_t mark);
/* Whether entry N, in force, covers V. */
int marks_covers(const struct marks *m, int64_t n,
    const struct cp_involvement *v, int64_t mark);
/* Entry N was made for V's service: kept in M and in the store. */
enum cp_rc marks_add(struct marks *m, struct cp_store *s, int64_t n,
    const struct cp_involvement *v, int64_t mark, struct cp_err *err)
    CP_MUST_CHECK;
/* Where involvement I names no evidence, or one that is over, or is not said
 * to be sensitive, but an entry in force was made for it: basis and evidence
 * of that. */
enum cp_rc marks_restore(const struct marks *m, struct cp_document *doc,
    size_t i, int64_t mark, int *changed, struct cp_err *err) CP_MUST_CHECK;
/* Involvements sensitive in OLD and not in DOC: their marks leave M and the
 * store, and entries that have none left are ended today. */
enum cp_rc marks_unsay(struct marks *m, struct cp_store *s, int64_t record,
    const struct cp_document *old, const struct cp_document *doc,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

#endif
