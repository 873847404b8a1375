#ifndef CP_ARCHIVE_PACKAGE_H
#define CP_ARCHIVE_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * A package is a pax tar compressed with zstd, built and read in memory:
 * nothing of it ever touches a disk in clear.  The same members give the same
 * bytes (mtime 0, uid and gid 0, mode 0600, given order).  The program calls
 * setlocale(LC_CTYPE, "C.UTF-8") first: libarchive 3.6.2 needs it.
 * Any thread may use its own data at any time.
 */
enum {
	CP_PACKAGE_MEMBERS = 64,       /* most members */
	CP_PACKAGE_NAME = 64,          /* most bytes of a member's name */
	CP_PACKAGE_BYTES = 64 << 20    /* most bytes of all members together */
};

struct cp_member {
	const char *name; /* A-Z a-z 0-9 . _ -, not beginning with a dot */
	const void *data;
	size_t len;
};

/* Puts the package of N members after what OUT holds.  CP_BAD_INPUT for a bad
 * or repeated name or more than the limits above. */
enum cp_rc cp_package_build(const struct cp_member *members, size_t n,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* A package taken apart; owns copies of its members and wipes them. */
struct cp_package;
/* CP_CORRUPT for anything cp_package_build could not have made: another
 * format, links, folders, paths, repeated names, over the limits (a zstd bomb
 * stops at them), ends early, or has bytes after its end. */
enum cp_rc cp_package_parse(const void *data, size_t len,
    struct cp_package **out, struct cp_err *err) CP_MUST_CHECK;
/* Borrowed until cp_package_free; CP_NOT_FOUND when there is none of NAME.
 * The data has a NUL after its last byte, not counted. */
enum cp_rc cp_package_member(const struct cp_package *p, const char *name,
    const void **data, size_t *len, struct cp_err *err) CP_MUST_CHECK;
size_t cp_package_count(const struct cp_package *p);
/* The I-th member, in order; NULL past the end. */
const struct cp_member *cp_package_at(const struct cp_package *p, size_t i);
void cp_package_free(struct cp_package *p);

#endif
