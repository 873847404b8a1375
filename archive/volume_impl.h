#ifndef CP_ARCHIVE_VOLUME_IMPL_H
#define CP_ARCHIVE_VOLUME_IMPL_H

#include <limits.h>

#include "archive/volume.h"

/*
 * Shared by volume*.c only: names, the two text members, and reading a volume
 * from its first byte to its last.
 */

#define CP_VOLUME_HEAD "VOLUME.json"
#define CP_VOLUME_LIST "MANIFEST"
#define CP_VOLUME_SUFFIX ".payload"

enum { CP_VOLUME_LIST_MAX = 512 * 1024, CP_VOLUME_HEAD_MAX = 512 };

/* What VOLUME.json says. */
struct cp_volume_head {
	char volume[CP_VOLUME_ID + 1];
	char custody[CP_VOLUME_ID + 1];
	char date[33];
	unsigned count;
};

/* One line of MANIFEST; NAME is that of the member. */
struct cp_volume_line {
	char name[CP_VOLUME_ID + sizeof(CP_VOLUME_SUFFIX)];
	uint8_t sha256[32];
	uint64_t size;
};

struct cp_volume_lines {
	struct cp_volume_line *v; /* owned */
	size_t n, cap;
};

int cp_volume_id_valid(const char *id);
int cp_volume_date_valid(const char *date);
/* DIR/ID.tar, or with PART the temporary DIR/.ID.part. */
enum cp_rc cp_volume_path(const char *dir, const char *id, int part,
    char out[PATH_MAX], struct cp_err *err) CP_MUST_CHECK;

/* The texts as they stand in the file; the readers take no other bytes. */
enum cp_rc cp_volume_head_text(const struct cp_volume_head *h,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_head_parse(const struct cp_buf *text,
    struct cp_volume_head *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_volume_lines_add(struct cp_volume_lines *l, const char *name,
    const uint8_t sha256[32], uint64_t size, struct cp_err *err)
    CP_MUST_CHECK;
void cp_volume_lines_clear(struct cp_volume_lines *l);
/* The lines by name, an array of L->n pointers, the caller's to free. */
enum cp_rc cp_volume_lines_sort(const struct cp_volume_lines *l,
    const struct cp_volume_line ***out, struct cp_err *err) CP_MUST_CHECK;
/* In such an array; NULL when absent. */
const struct cp_volume_line *cp_volume_lines_find(
    const struct cp_volume_line **sorted, size_t n, const char *name);
enum cp_rc cp_volume_list_text(const struct cp_volume_lines *l,
    const char *volume_id, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* The two lines of one member at the beginning of AT, a text; what follows
 * them, or NULL when they are not there. */
const char *cp_volume_line_take(const char *at, struct cp_volume_line *line);
/* L must be empty; the caller clears it, also after a failure. */
enum cp_rc cp_volume_list_parse(const struct cp_buf *text,
    const char *volume_id, struct cp_volume_lines *l, struct cp_err *err)
    CP_MUST_CHECK;

/* A volume being read, in order.  With HASH every byte is read and counted in
 * the sum; without, what is not asked for is skipped. */
struct cp_volume_scan;
enum cp_rc cp_volume_scan_open(int fd, const char *where, int hash,
    struct cp_volume_scan **out, struct cp_err *err) CP_MUST_CHECK;
const struct cp_volume_head *cp_volume_scan_head(
    const struct cp_volume_scan *s);
/* The next package member's name and size (borrowed until the next call), or
 * *NAME NULL when MANIFEST comes next. */
enum cp_rc cp_volume_scan_next(struct cp_volume_scan *s, const char **name,
    uint64_t *size, struct cp_err *err) CP_MUST_CHECK;
/* The present member's bytes: after what OUT holds, and hashed; either may be
 * NULL. */
enum cp_rc cp_volume_scan_data(struct cp_volume_scan *s, struct cp_buf *out,
    uint8_t sha256[32], struct cp_err *err) CP_MUST_CHECK;
/* MANIFEST, checked in itself, and that the file ends where it must. */
enum cp_rc cp_volume_scan_list(struct cp_volume_scan *s,
    struct cp_volume_lines *lines, struct cp_err *err) CP_MUST_CHECK;
/* Reads on to the end of the file whatever it holds; SUM->count is what
 * VOLUME.json said (0 if unread).  Only with HASH. */
enum cp_rc cp_volume_scan_sum(struct cp_volume_scan *s,
    struct cp_volume_sum *sum, struct cp_err *err) CP_MUST_CHECK;
/* Does not close the descriptor; NULL-safe. */
void cp_volume_scan_free(struct cp_volume_scan *s);

/* Opens the closed volume ID of DIR to read; WHERE receives its path. */
enum cp_rc cp_volume_open_read(const char *dir, const char *id, int *fd,
    char where[PATH_MAX], struct cp_err *err) CP_MUST_CHECK;
/* cp_volume_check on an open file; also that it is volume ID. */
enum cp_rc cp_volume_check_fd(int fd, const char *where, const char *id,
    const struct cp_volume_sum *expect, cp_volume_item_fn *fn, void *ctx,
    struct cp_volume_sum *found, struct cp_err *err) CP_MUST_CHECK;
/* The package id in a member's name into OUT; 0 when it is not one. */
int cp_volume_package_of(const char *name, char out[CP_VOLUME_ID + 1]);

#endif
