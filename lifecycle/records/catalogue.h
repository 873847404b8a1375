#ifndef CP_RECORDS_CATALOGUE_H
#define CP_RECORDS_CATALOGUE_H

#include "archive/volume.h"
#include "lifecycle/records/record.h"

/* Where each package and its header is, and what became of it. */
struct cp_parcel {
	int64_t n;
	char id[40];               /* of the package */
	int64_t record;
	char record_id[CP_ID_MAX];
	char authority[CP_AUTHORITY_MAX]; /* of the record */
	int64_t volume;
	char volume_id[CP_VOLUME_ID + 1];
	int64_t place;             /* of the volume: cp_place_dir */
	struct cp_date archived, destroy_due;
	int shelf;                 /* YYYYMM */
	char status[12];           /* archived, restored, destroyed */
	char rule[48];             /* by which it was archived */
};

struct cp_volume_row {
	int64_t n;
	char id[CP_VOLUME_ID + 1];
	char custody[40];
	char made[CP_DATE_TEXT];
	int64_t packages, live;
	struct cp_volume_sum sum;
	int gone;
	int64_t place;             /* cp_place_dir; 0 = STORE/archive */
};

/* A fresh identifier "PK-..." of 100 random bits, or "V-..." with DAY. */
enum cp_rc cp_parcel_new_id(char out[40], struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_new_id(struct cp_date day, char out[CP_VOLUME_ID + 1],
    struct cp_err *err) CP_MUST_CHECK;
/* The shelf of a destruction date: YYYYMM. */
int cp_shelf_month(struct cp_date destroy_due);

/* By its id, or by the id of its record (the latest); CP_NOT_FOUND. */
enum cp_rc cp_parcel_get(struct cp_store *s, const char *id,
    struct cp_parcel *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_parcel_at(struct cp_store *s, int64_t n, struct cp_parcel *out,
    struct cp_err *err) CP_MUST_CHECK;
typedef enum cp_rc cp_parcel_fn(void *ctx, const struct cp_parcel *p,
    struct cp_err *err);
/* All of them (VOLUME = 0), or those of a volume, in order. */
enum cp_rc cp_parcel_each(struct cp_store *s, int64_t volume, cp_parcel_fn *fn,
    void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The wrapped header; CP_KEY where it has been erased. */
enum cp_rc cp_parcel_header(struct cp_store *s, const struct cp_parcel *p,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* ---- changes, within a transaction ----------------------------------------- */

/* A closed volume with LIVE packages, in PLACE, to be catalogued; *N is its
 * row. */
enum cp_rc cp_volume_row_add(struct cp_store *s, const char *id,
    const char *custody, struct cp_date made, const struct cp_volume_sum *sum,
    int64_t live, int64_t place, int64_t *n, struct cp_err *err)
    CP_MUST_CHECK;
/* Adds P (n is given here) with its wrapped header. */
enum cp_rc cp_parcel_add(struct cp_store *s, struct cp_parcel *p,
    int64_t policy_n, const void *wrapped, size_t len, struct cp_err *err)
    CP_MUST_CHECK;
/* Erases P's header, with what requests kept of it, and marks it STATUS on
 * DAY. */
enum cp_rc cp_parcel_end(struct cp_store *s, const struct cp_parcel *p,
    const char *status, struct cp_date day, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- volumes ----------------------------------------------------------------- */

enum cp_rc cp_volume_row_get(struct cp_store *s, const char *id,
    struct cp_volume_row *out, struct cp_err *err) CP_MUST_CHECK;
/* Each volume that should be on the disk; FN may not change the catalogue. */
enum cp_rc cp_volume_row_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_volume_row *v,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The next volume after row AFTER of which more than half is dead: *FOUND. */
enum cp_rc cp_volume_row_dead(struct cp_store *s, int64_t after, int *found,
    struct cp_volume_row *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_row_gone(struct cp_store *s, int64_t n,
    struct cp_date day, struct cp_err *err) CP_MUST_CHECK;
/* One live package less in volume N. */
enum cp_rc cp_volume_row_less(struct cp_store *s, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* A shelf that the keyring has since DAY; known already is no error. */
enum cp_rc cp_shelf_row_add(struct cp_store *s, int month, struct cp_date day,
    struct cp_err *err) CP_MUST_CHECK;
/* The live packages of volume FROM are now in volume TO (rows). */
enum cp_rc cp_volume_row_move(struct cp_store *s, int64_t from, int64_t to,
    struct cp_err *err) CP_MUST_CHECK;

#endif
