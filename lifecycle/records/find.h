#ifndef CP_RECORDS_FIND_H
#define CP_RECORDS_FIND_H

#include "lifecycle/records/keys.h"
#include "lifecycle/records/record.h"

/*
 * Finding live records by what one knows of a person, and listing all.  Found
 * names and birth dates are personal: the caller logs what was found before it
 * shows any of it.
 */

enum {
	CP_FIND_CANDIDATES = 200, /* documents that are read for one search */
	CP_FIND_LIMIT_MAX = 1000
};

struct cp_find {
	struct cp_query query;       /* NULL parts are not asked for */
	struct cp_partial_date born; /* year = 0: not asked for */
	size_t limit;                /* most results; 1 to CP_FIND_LIMIT_MAX */
};

struct cp_found {
	struct cp_record record;
	char *name;              /* "Given Family"; owned */
	char birth[CP_DATE_TEXT];
	double match;            /* 0 to 1 */
};

struct cp_found_list {
	struct cp_found *one; /* owned; best first */
	size_t n;
	int cut; /* there may be more than were looked at or fit */
};

/*
 * Candidates come from the most telling part that is asked for: number, exact
 * birth date, postcode, name, birth month or year; where these are too many,
 * from all parts together.  Each is then compared with everything asked for.
 * Equal matches stand in the order of their identifying numbers.  Records of an
 * authority that is not yet open (golive.h) are passed over.  CP_BAD_INPUT:
 * nothing to look for.
 */
enum cp_rc cp_find_run(struct cp_store *s, const uint8_t salt[CP_SALT_LEN],
    const struct cp_find *what, struct cp_found_list *out, struct cp_err *err)
    CP_MUST_CHECK;
void cp_found_clear(struct cp_found_list *list);

/* Every record, in order of entry, from one view of the store. */
enum cp_rc cp_record_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_record *r, struct cp_err *err),
    void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* CP_REFUSED saying what became of the record R, which is not live, with the
 * command that helps as the hint; CP_OK for a live one. */
enum cp_rc cp_record_need_live(struct cp_store *s, const struct cp_record *r,
    const char *archive_verb, struct cp_err *err) CP_MUST_CHECK;

#endif
