#ifndef CP_RECORDS_VOLUME_STATE_H
#define CP_RECORDS_VOLUME_STATE_H

#include "lifecycle/records/places.h"

/* When the file of a volume was last read and right, what is wrong with one,
 * and where it lies now. */

/* The volume that was read longest ago, before DAY, among those with which
 * nothing is known to be wrong: *FOUND. */
enum cp_rc cp_volume_unchecked(struct cp_store *s, struct cp_date day,
    int *found, struct cp_volume_row *out, struct cp_err *err) CP_MUST_CHECK;
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

/* Every byte of the volume in row N, and of its copies, was read and right. */
enum cp_rc cp_volume_checked(struct cp_store *s, int64_t n,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
/* Its file in PLACE is STATUS, corrupt or missing. */
enum cp_rc cp_volume_trouble_note(struct cp_store *s, int64_t n,
    int64_t place, const char *status, const char *what, struct cp_date day,
    struct cp_err *err) CP_MUST_CHECK;
/* The files of row N are right again; or the one in PLACE. */
enum cp_rc cp_volume_trouble_settle(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_trouble_settle_at(struct cp_store *s, int64_t n,
    int64_t place, struct cp_err *err) CP_MUST_CHECK;
/* It lies in PLACE from now on. */
enum cp_rc cp_volume_row_place(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;

#endif
