#ifndef CP_RECORDS_VOLUME_STATE_H
#define CP_RECORDS_VOLUME_STATE_H

#include "lifecycle/records/places.h"

/* When the file of a volume was last read and right, what is wrong with one,
 * and where it lies now. */

/* Which volume was read longest ago.  Zeroed: from the beginning. */
struct cp_longest {
	int64_t n;
	char checked[CP_DATE_TEXT]; /* "": one that was never read */
};
/* The next volume that was not read on DAY, among those with which nothing is
 * known to be wrong, in the order in which they were read: *FOUND. */
enum cp_rc cp_volume_unchecked(struct cp_store *s, struct cp_date day,
    struct cp_longest *at, int *found, struct cp_volume_row *out,
    struct cp_err *err) CP_MUST_CHECK;
/* How many are present that were not read on DAY. */
enum cp_rc cp_volumes_left(struct cp_store *s, struct cp_date day,
    int64_t *out, struct cp_err *err) CP_MUST_CHECK;
/* Whether the file of row N in PLACE is known to be wrong. */
enum cp_rc cp_volume_trouble_at(struct cp_store *s, int64_t n, int64_t place,
    int *known, struct cp_err *err) CP_MUST_CHECK;
/* The next volume after row AFTER of which a file is wrong; the next of all. */
enum cp_rc cp_volume_troubled(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_row_next(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err) CP_MUST_CHECK;
/* How many volumes are present, with how many bytes and packages. */
struct cp_volume_totals {
	int64_t volumes, bytes, packages, troubles;
};
enum cp_rc cp_volume_totals(struct cp_store *s, struct cp_volume_totals *out,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction ------------------------------------- */

/* Every byte of the file of row N in PLACE, which is a COPY or not, was read
 * and is right. */
enum cp_rc cp_volume_checked(struct cp_store *s, int64_t n, int64_t place,
    int copy, struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
/* Its file in PLACE is STATUS, corrupt or missing. */
enum cp_rc cp_volume_trouble_note(struct cp_store *s, int64_t n,
    int64_t place, const char *status, const char *what, struct cp_date day,
    struct cp_err *err) CP_MUST_CHECK;
/* The files of row N are right again; or the one in PLACE. */
enum cp_rc cp_volume_trouble_settle(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_trouble_settle_at(struct cp_store *s, int64_t n,
    int64_t place, struct cp_err *err) CP_MUST_CHECK;
/* Package ID, archived in volume FROM, is in volume TO (rows); their counts
 * of live packages are for cp_volume_row_recount. */
enum cp_rc cp_parcel_moved(struct cp_store *s, const char *id, int64_t from,
    int64_t to, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_row_recount(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* It lies in PLACE from now on. */
enum cp_rc cp_volume_row_place(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;

#endif
