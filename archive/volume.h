#ifndef CP_ARCHIVE_VOLUME_H
#define CP_ARCHIVE_VOLUME_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * A volume is DIR/VOLUME-ID.tar: VOLUME.json, PACKAGE-ID.payload ..., MANIFEST
 * (cpadmin-archive(5)).  It is written once, under the temporary name
 * ".VOLUME-ID.part", and is never changed after.  Ids are 1 to 64 of A-Z a-z
 * 0-9 - _ beginning with a letter or digit; a date is 1 to 32 of 0-9 - T : Z.
 * Memory is that of one payload and 128 bytes for each package.  Different
 * volumes may be used from different threads.  setlocale as in package.h.
 */
enum {
	CP_VOLUME_COUNT = 1000,        /* most packages in one volume */
	CP_VOLUME_ID = 64,             /* most bytes of an id */
	CP_VOLUME_PAYLOAD = 80 << 20   /* most bytes of a payload */
};

/* What the catalogue keeps of a closed volume. */
struct cp_volume_sum {
	uint8_t sha256[32]; /* of the whole file */
	uint64_t size;      /* bytes of the file */
	unsigned count;     /* packages */
};

/* One package, as MANIFEST has it or as it was found. */
struct cp_volume_item {
	const char *package_id;
	uint8_t sha256[32];
	uint64_t size;
	const char *fault; /* NULL, or what is wrong with it */
};

struct cp_volume_writer;

/* Begins a volume of COUNT packages.  CP_REFUSED when VOLUME-ID exists, CP_BUSY
 * when its temporary does (another writer; or cp_volume_sweep is due). */
enum cp_rc cp_volume_open(const char *dir, const char *volume_id,
    const char *custody_id, const char *date_text, unsigned count,
    struct cp_volume_writer **out, struct cp_err *err) CP_MUST_CHECK;
/* Appends a payload.  CP_BAD_INPUT for a bad or over-long id. */
enum cp_rc cp_volume_add(struct cp_volume_writer *w, const char *package_id,
    const void *payload, size_t len, struct cp_err *err) CP_MUST_CHECK;
/* MANIFEST, fsync, re-read of every byte, rename, fsync of the folder.  Frees
 * the writer in every case (*W is NULL); on failure there is no volume.
 * CP_BAD_INPUT when an id was given twice or COUNT were not added. */
enum cp_rc cp_volume_close(struct cp_volume_writer **w,
    struct cp_volume_sum *sum, struct cp_err *err) CP_MUST_CHECK;
/* Gives up: no trace is left.  NULL-safe. */
void cp_volume_abort(struct cp_volume_writer **w);

/* Puts the payload of a package after what OUT holds, checked against the
 * volume's MANIFEST.  In a whole volume only MANIFEST and that payload are
 * read.  CP_NOT_FOUND: no such volume, or no such package. */
enum cp_rc cp_volume_read(const char *dir, const char *volume_id,
    const char *package_id, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;

/* Called for each package found or promised, in the order of the volume; what
 * it returns other than CP_OK ends the check and is returned. */
typedef enum cp_rc cp_volume_item_fn(void *ctx,
    const struct cp_volume_item *item, struct cp_err *err);
/* Reads every byte.  With EXPECT (from the catalogue) any flipped bit anywhere
 * is CP_CORRUPT; without, any in VOLUME.json, a payload, MANIFEST, and missing,
 * repeated, extra or misplaced members, and anything after the end.  FN may be
 * NULL.  FOUND may be NULL and is filled on CP_OK.  Where a volume cannot be
 * parsed to its MANIFEST, FN is not called: no package of it is known to be
 * good. */
enum cp_rc cp_volume_check(const char *dir, const char *volume_id,
    const struct cp_volume_sum *expect, cp_volume_item_fn *fn, void *ctx,
    struct cp_volume_sum *found, struct cp_err *err) CP_MUST_CHECK;

struct cp_volume_counts {
	unsigned kept, dropped;
};
/* Checks OLD against EXPECT (which may be NULL), copies the packages for which
 * KEEP says non-zero into the new volume NEW (custody id and date as OLD's),
 * and closes it.  OLD stays: unlink it when the catalogue names NEW.
 * CP_REFUSED when nothing would be kept.  KEEP is asked once per package. */
typedef int cp_volume_keep_fn(void *ctx, const char *package_id);
enum cp_rc cp_volume_rewrite(const char *dir, const char *old_id,
    const char *new_id, const struct cp_volume_sum *expect,
    cp_volume_keep_fn *keep, void *ctx, struct cp_volume_counts *counts,
    struct cp_volume_sum *sum, struct cp_err *err) CP_MUST_CHECK;

/* Removes a closed volume, durably; CP_NOT_FOUND when it is not there. */
enum cp_rc cp_volume_unlink(const char *dir, const char *volume_id,
    struct cp_err *err) CP_MUST_CHECK;
/* Each closed volume, by name; ends at the first result other than CP_OK. */
typedef enum cp_rc cp_volume_list_fn(void *ctx, const char *volume_id,
    uint64_t size, struct cp_err *err);
enum cp_rc cp_volume_list(const char *dir, cp_volume_list_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;
/* Removes the temporaries of writers that are no longer there; *N says how
 * many.  A writer still at work keeps its own. */
enum cp_rc cp_volume_sweep(const char *dir, unsigned *n, struct cp_err *err)
    CP_MUST_CHECK;

#endif
