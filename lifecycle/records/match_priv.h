#ifndef CP_RECORDS_MATCH_PRIV_H
#define CP_RECORDS_MATCH_PRIV_H

#include "archive/crypto.h"
#include "lifecycle/records/keys_priv.h"
#include "lifecycle/records/match.h"

/* Private to match*.c. */

/* ---- match.c ---- */

/* The matcher of KEY, which it owns from now on, whatever happens. */
enum cp_rc match_matcher_of(struct cp_secret *key, struct cp_matcher **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Replaces KEYS by that of the place A; none where it is not known well
 * enough. */
enum cp_rc match_of_place(const struct cp_matcher *m,
    const struct cp_address *a, struct cp_keys *keys, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- match_file.c ---- */

/* As cp_matcher_open says. */
enum cp_rc match_key_open(struct cp_store *s, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;
/* What the store knows a key by. */
enum cp_rc match_key_mark(const struct cp_secret *key, int64_t *out,
    struct cp_err *err) CP_MUST_CHECK;
/* A new key, which counts when the caller's transaction has committed; then
 * match_key_open puts its file in place. */
enum cp_rc match_key_stage(struct cp_store *s, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- match_keys.c ---- */

/* What one thread makes keys with; reused, so that a row costs no memory. */
struct match_maker {
	struct cp_hmac *hmac;
	struct words given, family;
	struct cp_buf bytes; /* of the message */
	struct cp_keys *keys;
	int person;          /* all keys, else those that a row looks for */
	int failed;
	struct match_maker *next;
};

enum cp_rc match_maker_new(const struct cp_secret *key,
    struct match_maker **out, struct cp_err *err) CP_MUST_CHECK;
void match_maker_free(struct match_maker *m);
/* Replaces KEYS by those of DOC: of a PERSON ascending and distinct, of a row
 * in no order, and some may be there twice. */
enum cp_rc match_make(struct match_maker *m, const struct cp_document *doc,
    int person, struct cp_keys *keys, struct cp_err *err) CP_MUST_CHECK;

/* A message in pieces: begins with KIND, then parts, each after a zero byte;
 * match_end adds its key. */
void match_begin(struct match_maker *m, char kind);
void match_part(struct match_maker *m, const void *data, size_t len);
void match_text(struct match_maker *m, const char *text);
void match_end(struct match_maker *m);

/* ---- match_names.c ---- */

/* Adds the keys of DOC's names, DATE being its birth date as it is written. */
void match_names(struct match_maker *m, const struct cp_document *doc,
    const char *date);

/* ---- match_place.c ---- */

/* Adds the key of a place (match_place.h). */
void match_place(struct match_maker *m, const struct cp_address *a);

/* ---- match_dates.c ---- */

enum { MATCH_NEAR_MAX = 96, MATCH_MASKS = 3 };
/* D and the days that one slip of the hand makes of it: one digit another, two
 * beside each other exchanged, a day, month or year off, day and month
 * exchanged.  As they are written; how many.  A date that is not known to the
 * day is like itself only. */
size_t match_near_dates(struct cp_partial_date d,
    char out[MATCH_NEAR_MAX][CP_DATE_TEXT]);
/* D with its day, month or year left out; none where the day is not known. */
size_t match_masked_dates(struct cp_partial_date d,
    char out[MATCH_MASKS][CP_DATE_TEXT]);
/* Day and month exchanged; 0 where that is no date. */
int match_swapped_date(struct cp_partial_date d, char out[CP_DATE_TEXT]);

/* ---- match_filter.c ---- */

/* Which keys may be in the table: one that it does not know is not. */
struct match_filter;
/* For about N keys. */
enum cp_rc match_filter_new(int64_t n, struct match_filter **out,
    struct cp_err *err) CP_MUST_CHECK;
void match_filter_free(struct match_filter *f);
void match_filter_add(struct match_filter *f, uint64_t key);
int match_filter_has(const struct match_filter *f, uint64_t key);

#endif
