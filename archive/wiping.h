#ifndef CP_ARCHIVE_WIPING_H
#define CP_ARCHIVE_WIPING_H

#include <stddef.h>
#include <sys/types.h>

#include "archive/err.h"

/*
 * Files that hold what is to be forgotten: when one is replaced, what its
 * predecessor held is overwritten in place (cp_file_zeroise and its limits),
 * and so is a successor that did not come to stand.  One writer at a time is
 * the caller's affair; readers see the old or the new, whole.
 *
 * The order: the new bytes as .NAME.new, on the disk; a second name .NAME.old
 * for what PATH is; .NAME.new takes PATH's place; .NAME.old is overwritten and
 * removed.  Killed anywhere, both names are there to be found.
 */
enum cp_rc cp_wiping_write(const char *path, mode_t mode, const void *data,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* Overwrites and removes what a crash left beside PATH; CP_OK when there is
 * nothing. */
enum cp_rc cp_wiping_finish(const char *path, struct cp_err *err)
    CP_MUST_CHECK;

#endif
