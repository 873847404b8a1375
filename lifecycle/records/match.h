#ifndef CP_RECORDS_MATCH_H
#define CP_RECORDS_MATCH_H

#include "lifecycle/records/keys.h"
#include "lifecycle/store/store.h"

/*
 * Whether somebody might be a shielded person, asked without knowing who the
 * shielded are: keys are 64 bits of HMAC-SHA-256 under STORE/keys/match.key,
 * which is under the host's key, so that neither the database nor a copy of it
 * can be tried with names.  A person has keys for each name, former ones too,
 * with the birth date and what it is easily mistaken for; a row has fewer; they
 * might be the same where they share one.
 */
struct cp_matcher;

/* Opens the store's match key; makes one where there is none and nothing was
 * keyed with it.  CP_KEY: it is missing, or under another host's key. */
enum cp_rc cp_matcher_open(struct cp_store *s, struct cp_matcher **out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_matcher_free(struct cp_matcher *m);

/* Replaces KEYS by those under which the person of DOC is known once they are
 * shielded: to be kept. */
enum cp_rc cp_match_person(const struct cp_matcher *m,
    const struct cp_document *doc, struct cp_keys *keys, struct cp_err *err)
    CP_MUST_CHECK;
/* Replaces KEYS by those to look for when DOC comes in, in no order; some may
 * be there twice.  Thread-safe. */
enum cp_rc cp_match_row(const struct cp_matcher *m,
    const struct cp_document *doc, struct cp_keys *keys, struct cp_err *err)
    CP_MUST_CHECK;

/* Row RECORD is known under KEYS from now on; more than before, never fewer. */
enum cp_rc cp_match_put(struct cp_store *s, int64_t record,
    const struct cp_keys *keys, struct cp_err *err) CP_MUST_CHECK;
/* Its keys pass to INTO; INTO gets them too; they go. */
enum cp_rc cp_match_move(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_match_copy(struct cp_store *s, int64_t record, int64_t into,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_match_drop(struct cp_store *s, int64_t record,
    struct cp_err *err) CP_MUST_CHECK;

/* A filter before the table, of a size that does not grow past 16 MiB: built
 * once for many rows.  Until then every key is looked up. */
enum cp_rc cp_matcher_fill(struct cp_matcher *m, struct cp_store *s,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_BUSY where the match key was replaced since M was opened: what M finds no
 * longer counts.  Part of filling. */
enum cp_rc cp_matcher_check(const struct cp_matcher *m, struct cp_store *s,
    struct cp_err *err) CP_MUST_CHECK;
/* What is put while the filter is in use has to be told to it. */
void cp_matcher_learn(struct cp_matcher *m, const struct cp_keys *keys);

enum { CP_MATCHES = 16 }; /* candidates that are told */
/* The records other than SELF that share a key with KEYS: *N of them, at most
 * CP_MATCHES, in OUT (may be NULL).  Whoever is "never to be linked" with SELF
 * is left out. */
enum cp_rc cp_match_find(struct cp_matcher *m, struct cp_store *s,
    const struct cp_keys *keys, int64_t self, int64_t out[CP_MATCHES],
    size_t *n, struct cp_err *err) CP_MUST_CHECK;

/* HMAC-SHA-256 of LEN bytes of DATA under the match key, for LABEL ("digest"):
 * to know again what must not be read. */
enum cp_rc cp_match_digest(const struct cp_matcher *m, const char *label,
    const void *data, size_t len, uint8_t out[32], struct cp_err *err)
    CP_MUST_CHECK;

#endif
