#ifndef CP_RECORDS_KEYS_H
#define CP_RECORDS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "lifecycle/records/document.h"

/*
 * Search keys: 64-bit salted hashes (the first 8 bytes, big-endian, of
 * SHA-256(salt, kind, 0, value)) of what one may search for, so that an index
 * finds people without holding their names.  Kinds:
 *   S sound of the family name (or of the only name), and of each of its words
 *   P sounds of one given word and one family word, or the whole family
 *   T first 20 folded letters of a name of 35 and more (feeds cut there)
 *   C postcode    N number, whichever body's
 * of current and former names, and of all addresses.
 */
enum { CP_SALT_LEN = 16 };

/* Distinct keys; data owned.  Zeroed = empty; reusable. */
struct cp_keys {
	uint64_t *key;
	size_t n;
	size_t cap;
};

void cp_keys_clear(struct cp_keys *keys);

/* Replaces what KEYS holds by the keys of DOC, ascending. */
enum cp_rc cp_document_keys(const struct cp_document *doc,
    const uint8_t salt[CP_SALT_LEN], struct cp_keys *keys,
    struct cp_err *err) CP_MUST_CHECK;

/* What somebody looks for; borrowed; NULL = not asked for. */
struct cp_query {
	const char *name; /* "john smith", "smith", "Smith, John" */
	const char *postcode;
	const char *number;
};

/*
 * Replaces what KEYS holds by keys to look up, the most telling first.  Only
 * the most telling part of QUERY gives keys: its number, else its postcode,
 * else its name: pairs of sounds in both orders, and the sound of the whole.  Every record that answers QUERY has at least one of
 * them; cp_document_match then sees to the rest.  CP_BAD_INPUT: nothing to look
 * for.
 */
enum cp_rc cp_query_keys(const struct cp_query *query,
    const uint8_t salt[CP_SALT_LEN], struct cp_keys *keys,
    struct cp_err *err) CP_MUST_CHECK;

/* How well DOC answers QUERY, 0 to 1: the best likeness over all its names, in
 * either order; 0 where a postcode or number was asked for and is not there. */
double cp_document_match(const struct cp_document *doc,
    const struct cp_query *query);

#endif
