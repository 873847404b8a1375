#ifndef CP_RECORDS_PLACES_H
#define CP_RECORDS_PLACES_H

#include "lifecycle/records/catalogue.h"

/*
 * The folders in which volumes lie.  Place 0 is STORE/archive; others are rows
 * of the table place and hold a marker, so that an empty mount point, or the
 * disk of another store, is not taken for them.
 */
enum {
	CP_PLACE_NONE = -1,
	CP_PLACES_MAX = 64,  /* with STORE/archive */
	CP_COPIES_MAX = 8    /* of one volume */
};
#define CP_PLACE_MARKER ".cpadmin-place"

/* The folder of a place: what every reader of volumes asks. */
enum cp_rc cp_place_dir(struct cp_store *s, int64_t place, char out[4096],
    struct cp_err *err) CP_MUST_CHECK;
/* All places, 0 first. */
enum cp_rc cp_places(struct cp_store *s, int64_t out[CP_PLACES_MAX],
    size_t *n, struct cp_err *err) CP_MUST_CHECK;
/* The place of PATH: 0 also when it is STORE/archive by another name,
 * CP_PLACE_NONE where it is none.  A place keeps its number however its folder
 * is spelled: as two it would be emptied into itself. */
enum cp_rc cp_place_find(struct cp_store *s, const char *path,
    int64_t *place, struct cp_err *err) CP_MUST_CHECK;
/* Whether two places are one folder: a link or a mount may have changed since
 * they were added. */
enum cp_rc cp_place_same(struct cp_store *s, int64_t one, int64_t other,
    int *same, struct cp_err *err) CP_MUST_CHECK;
/* Whether a volume or a copy lies in PLACE by the catalogue: a disk that was
 * emptied may be taken away. */
enum cp_rc cp_place_used(struct cp_store *s, int64_t place, int *used,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether PLACE can be used now: CP_NOT_FOUND when its folder or marker is not
 * there (a disk that is not mounted, say). */
enum cp_rc cp_place_ready(struct cp_store *s, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;
/* Marks the folder PATH as this store's; outside a transaction.  CP_REFUSED
 * where it is another store's, CP_NOT_FOUND where there is no folder,
 * CP_BAD_INPUT unless PATH is absolute. */
enum cp_rc cp_place_mark(struct cp_store *s, const char *path,
    struct cp_err *err) CP_MUST_CHECK;
/* Adds the row of a marked folder, in the caller's transaction. */
enum cp_rc cp_place_add(struct cp_store *s, const char *path, int64_t *place,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- copies ------------------------------------------------------------ */

/* The places of the copies of the volume in row N. */
enum cp_rc cp_copies_of(struct cp_store *s, int64_t n,
    int64_t places[CP_COPIES_MAX], size_t *count, struct cp_err *err)
    CP_MUST_CHECK;
/* Changes, within a transaction. */
enum cp_rc cp_copy_add(struct cp_store *s, int64_t n, int64_t place,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_copy_drop(struct cp_store *s, int64_t n, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;
/* The next volume after row AFTER without a copy in PLACE: *FOUND. */
enum cp_rc cp_copy_owed(struct cp_store *s, int64_t place, int64_t after,
    int *found, struct cp_volume_row *out, struct cp_err *err)
    CP_MUST_CHECK;

#endif
