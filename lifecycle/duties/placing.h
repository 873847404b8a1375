#ifndef CP_DUTIES_PLACING_H
#define CP_DUTIES_PLACING_H

#include "lifecycle/records/places.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/config.h"

/* Where volumes are put, and taking away what is left of them. */

/* The settings of the archive; the defaults where the store has no
 * cpadmin.conf. */
enum cp_rc cp_archive_config(struct cp_store *s,
    struct cp_config_archive *out, struct cp_err *err) CP_MUST_CHECK;
/* The place of the folder PATH ("" = STORE/archive).  One that is new is marked
 * and added, with a log entry, volume.place; one that is known must be ready:
 * CP_NOT_FOUND otherwise.  Outside a transaction. */
enum cp_rc cp_place_take(struct cp_store *s, struct cp_audit *audit,
    const char *path, int64_t *place, struct cp_err *err) CP_MUST_CHECK;

/* Within a transaction: the file of volume N in PLACE is to be removed; and
 * those of all its copies, whose rows go. */
enum cp_rc cp_leftover_add(struct cp_store *s, int64_t n, int64_t place,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_leftover_copies(struct cp_store *s, int64_t n,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
/* Outside one: removes the files that are to be removed, durably.  Those of a
 * place that cannot be used now stay noted.  CP_FAILED only for files of
 * STORE/archive. */
enum cp_rc cp_leftovers_remove(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

/* Outside a transaction: the file of volume ID in PLACE is about to be written;
 * what a kill leaves of it is removed by cp_begun_tidy, unless it holds what is
 * whole nowhere else.  Within the one that puts it into the catalogue: it
 * is. */
enum cp_rc cp_begun_add(struct cp_store *s, const char *id, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_begun_done(struct cp_store *s, const char *id, int64_t place,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_begun_tidy(struct cp_store *s, struct cp_err *err)
    CP_MUST_CHECK;

/* Whether the orphan ID in DIR holds a package that the catalogue has as
 * archived and whose own volume is not whole: *NEEDED.  With FAST the size of
 * that volume's file is believed.  A file that cannot be read as a volume is
 * not needed, and *WHOLE 0. */
enum cp_rc cp_orphan_needed(struct cp_store *s, const char *dir,
    const char *id, int fast, int *needed, int *whole, struct cp_err *err)
    CP_MUST_CHECK;

#endif
