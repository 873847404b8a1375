#ifndef CP_DUTIES_DISK_FILES_H
#define CP_DUTIES_DISK_FILES_H

#include "lifecycle/records/places.h"

/* The files of volumes in all places, as they are at one moment: 100 bytes for
 * each. */
struct cp_disk_file {
	char id[CP_VOLUME_ID + 1];
	int64_t place;
	uint64_t size;
	int known;   /* for the user */
};

struct cp_disk {
	struct cp_disk_file *files; /* by id, then place; owned */
	size_t n, cap;
	int64_t places[CP_PLACES_MAX];
	int ready[CP_PLACES_MAX];   /* its folder and marker are there */
	size_t n_places;
};

/* Fills DISK, which is zeroed; a place that is not ready has no files. */
enum cp_rc cp_disk_read(struct cp_store *s, struct cp_disk *disk,
    struct cp_err *err) CP_MUST_CHECK;
void cp_disk_clear(struct cp_disk *disk);
/* NULL where there is none. */
struct cp_disk_file *cp_disk_find(struct cp_disk *disk, const char *id,
    int64_t place);
int cp_disk_ready(const struct cp_disk *disk, int64_t place);
/* Whether a file is one that the catalogue knows there: its volume, not gone,
 * or a copy of it; also where its folder is one of those by another name. */
enum cp_rc cp_disk_known(struct cp_store *s, const struct cp_disk_file *f,
    int *known, struct cp_err *err) CP_MUST_CHECK;

#endif
