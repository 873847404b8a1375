#ifndef CP_ARCHIVE_FILE_H
#define CP_ARCHIVE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "archive/buf.h"
#include "archive/err.h"

struct cp_secret;

/*
 * Files that must survive a power cut.  Everything here goes on after EINTR
 * and short reads or writes.  A file that is not there is CP_NOT_FOUND, one
 * that may not be opened CP_DENIED; other troubles are CP_FAILED with errno's
 * text.  Paths appear in error texts, contents never.  Safe from any thread.
 */

/* Opens PATH to read, with FLAGS of open(2) besides; close(2) is enough. */
enum cp_rc cp_file_open(const char *path, int flags, int *fd,
    struct cp_err *err) CP_MUST_CHECK;
/* Puts all of PATH after what OUT holds.  Over MAX bytes is CP_FAILED. */
enum cp_rc cp_file_read(const char *path, size_t max, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
/* All of PATH, a regular file of 1 to MAX bytes, into *OUT (the caller's to
 * free).  CP_KEY when empty, too long, not a plain file, or when anyone but
 * its owner may read it (mode & 077). */
enum cp_rc cp_file_read_secret(const char *path, size_t max,
    struct cp_secret **out, struct cp_err *err) CP_MUST_CHECK;
/* The same less one trailing newline: what a passphrase file means. */
enum cp_rc cp_file_read_passphrase(const char *path, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;

/* Whole transfers on a descriptor; WHERE names it in errors.  Reading short
 * of LEN is CP_CORRUPT ("ends early"). */
enum cp_rc cp_fd_write(int fd, const void *data, size_t len,
    const char *where, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_fd_pwrite(int fd, const void *data, size_t len, off_t at,
    const char *where, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_fd_pread(int fd, void *data, size_t len, off_t at,
    const char *where, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_fd_sync(int fd, const char *where, struct cp_err *err)
    CP_MUST_CHECK;
/* Closes *FD (-1 afterwards whatever happens) and reports what close says. */
enum cp_rc cp_fd_close(int *fd, const char *where, struct cp_err *err)
    CP_MUST_CHECK;

/* A file written under a temporary name beside PATH (".NAME.part-XXXXXX"),
 * which takes PATH's place only at commit: readers see the old or the new,
 * whole. */
struct cp_durable;
enum cp_rc cp_durable_open(const char *path, mode_t mode,
    struct cp_durable **out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_durable_write(struct cp_durable *d, const void *data,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* fsync, close, rename over PATH, fsync of the folder.  *D is freed and NULL
 * afterwards; on failure before the rename the temporary is removed. */
enum cp_rc cp_durable_commit(struct cp_durable **d, struct cp_err *err)
    CP_MUST_CHECK;
/* Removes the temporary and frees; NULL-safe. */
void cp_durable_abort(struct cp_durable **d);

/* DATA as PATH, replacing it durably. */
enum cp_rc cp_file_write_durable(const char *path, mode_t mode,
    const void *data, size_t len, struct cp_err *err) CP_MUST_CHECK;
/* The same, but CP_REFUSED when PATH is there already. */
enum cp_rc cp_file_write_new(const char *path, mode_t mode, const void *data,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* unlink and fsync of the folder; CP_NOT_FOUND when there is none. */
enum cp_rc cp_file_unlink_durable(const char *path, struct cp_err *err)
    CP_MUST_CHECK;
/* From one name to another on the same file system; CP_REFUSED when TO is
 * there already.  Does not sync the folder: cp_dir_sync does. */
enum cp_rc cp_file_rename_new(const char *from, const char *to,
    struct cp_err *err) CP_MUST_CHECK;

/* fsync of a folder, so that names made in it last. */
enum cp_rc cp_dir_sync(const char *path, struct cp_err *err) CP_MUST_CHECK;
/* The same for the folder that holds PATH. */
enum cp_rc cp_dir_sync_of(const char *path, struct cp_err *err)
    CP_MUST_CHECK;
/* A folder of MODE, its name made durable; there already is fine when it is
 * a folder, CP_REFUSED otherwise. */
enum cp_rc cp_dir_make(const char *path, mode_t mode, struct cp_err *err)
    CP_MUST_CHECK;

/* Opens PATH (made with mode 0600 if absent) and takes an exclusive lock that
 * lasts until *FD is closed, in whatever process.  CP_BUSY at once when
 * another has it, the same program included. */
enum cp_rc cp_file_lock(const char *path, int *fd, struct cp_err *err)
    CP_MUST_CHECK;

/* The same lock on a file that is open already. */
enum cp_rc cp_fd_lock(int fd, const char *where, struct cp_err *err)
    CP_MUST_CHECK;

/* Overwrites LEN bytes at OFF of an open file with DATA (zeros when NULL) in
 * place, fsyncs, drops the cached pages and reads back: CP_FAILED unless the
 * bytes are there.  NIST SP 800-88r2 names the limits: a copy-on-write file
 * system or a flash disk may keep the old block. */
enum cp_rc cp_file_zeroise(int fd, off_t off, const void *data, size_t len,
    const char *where, struct cp_err *err) CP_MUST_CHECK;

#endif
