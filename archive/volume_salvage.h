#ifndef CP_ARCHIVE_VOLUME_SALVAGE_H
#define CP_ARCHIVE_VOLUME_SALVAGE_H

#include "archive/volume.h"

/*
 * A new volume out of damaged ones.  Payloads are looked for in every source
 * by their tar headers, and where any source's MANIFEST says that they lie;
 * one is taken when its bytes have the sum that a MANIFEST line of any source
 * gives it, damaged as the rest may be.  Where no line of it is left anywhere,
 * two sources that agree on every byte are believed.  What cannot be read from
 * the disk is passed over.
 */
struct cp_salvage_source {
	const char *dir, *id; /* a file that is not there holds nothing */
};

struct cp_salvage {
	const struct cp_salvage_source *sources;
	size_t n_sources;
	const char *const *wanted; /* package ids, at most CP_VOLUME_COUNT */
	size_t n_wanted;
	/* called for each of them that no source has whole; may be NULL */
	void (*lost)(void *ctx, const char *package_id);
	void *ctx;
	size_t saved; /* out */
};

/* Writes DIR/NEW-ID.tar of what is wanted and found, as cp_volume_close does.
 * With NEW-ID NULL it only looks.  CP_NOT_FOUND: nothing was, and no volume is
 * written.  Memory: 200 bytes for each payload of each source. */
enum cp_rc cp_volume_salvage(struct cp_salvage *x, const char *dir,
    const char *new_id, const char *custody, const char *date,
    struct cp_volume_sum *sum, struct cp_err *err) CP_MUST_CHECK;

#endif
