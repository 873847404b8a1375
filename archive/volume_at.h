#ifndef CP_ARCHIVE_VOLUME_AT_H
#define CP_ARCHIVE_VOLUME_AT_H

#include <sys/types.h>

#include "archive/volume_impl.h"

/*
 * Within volume*.c only: where the members of a volume lie, without reading it
 * through.  Each is a header of one block and its bytes, padded to blocks of
 * 512, in the order of MANIFEST, which is the last; so its sizes say where
 * each begins.
 */
enum { CP_TAR_BLOCK = 512 };

/* A tar header of one block as volumes have it: 1, with the member's name
 * (into OUT of CAP bytes) and size, if its sum is right. */
int cp_tar_header(const uint8_t block[CP_TAR_BLOCK], char *out, size_t cap,
    uint64_t *size);

struct cp_volume_map {
	struct cp_volume_lines lines; /* MANIFEST; the first is VOLUME.json */
	off_t *at;                    /* of each line's bytes; owned */
};
/* Reads MANIFEST from the end of FD and VOLUME.json; CP_CORRUPT unless the two
 * agree with each other, with ID, and with the length of the file.  The caller
 * clears MAP (zeroed before), also after a failure. */
enum cp_rc cp_volume_map(int fd, const char *where, const char *id,
    struct cp_volume_map *map, struct cp_err *err) CP_MUST_CHECK;
void cp_volume_map_clear(struct cp_volume_map *map);
/* Line I's bytes after what OUT holds, if they and their header are what
 * MANIFEST says; CP_CORRUPT, and OUT as it was, otherwise. */
enum cp_rc cp_volume_map_read(int fd, const char *where,
    const struct cp_volume_map *map, size_t i, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
