#include "lifecycle/duties/disk_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/volume.h"

struct listing {
	struct cp_disk *disk;
	int64_t place;
};

static enum cp_rc
add_file(void *ctx, const char *id, uint64_t size, struct cp_err *err)
{
	struct listing *x = ctx;
	struct cp_disk *d = x->disk;
	size_t cap = d->cap == 0 ? 64 : 2 * d->cap;
	struct cp_disk_file *more = d->files;

	if (d->n == d->cap) {
		more = reallocarray(d->files, cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		d->files = more;
		d->cap = cap;
	}
	more += d->n++;
	memset(more, 0, sizeof(*more));
	(void)snprintf(more->id, sizeof(more->id), "%s", id);
	more->size = size;
	more->place = x->place;
	return CP_OK;
}

static int
by_id(const void *a, const void *b)
{
	const struct cp_disk_file *x = a, *y = b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : (x->place > y->place) - (x->place < y->place);
}

static enum cp_rc
read_place(struct cp_store *s, struct cp_disk *disk, size_t i,
    struct cp_err *err)
{
	struct listing x = { disk, disk->places[i] };
	char dir[4096];
	enum cp_rc rc = cp_place_ready(s, x.place, err);

	if (rc == CP_OK)
		rc = cp_place_dir(s, x.place, dir, err);
	if (rc == CP_OK)
		rc = cp_volume_list(dir, add_file, &x, err);
	disk->ready[i] = rc == CP_OK;
	/* Not mounted, or unreadable: what should be there is missing. */
	if (rc == CP_NOT_FOUND || rc == CP_REFUSED ||
	    (rc == CP_FAILED && x.place != 0)) {
		cp_err_clear(err);
		return CP_OK;
	}
	return rc;
}

enum cp_rc
cp_disk_read(struct cp_store *s, struct cp_disk *disk, struct cp_err *err)
{
	enum cp_rc rc = cp_places(s, disk->places, &disk->n_places, err);

	for (size_t i = 0; rc == CP_OK && i < disk->n_places; i++)
		rc = read_place(s, disk, i, err);
	if (rc == CP_OK && disk->n > 1)
		qsort(disk->files, disk->n, sizeof(*disk->files), by_id);
	return rc;
}

void
cp_disk_clear(struct cp_disk *disk)
{
	free(disk->files);
	memset(disk, 0, sizeof(*disk));
}

struct cp_disk_file *
cp_disk_find(struct cp_disk *disk, const char *id, int64_t place)
{
	struct cp_disk_file key = { .place = place };

	(void)snprintf(key.id, sizeof(key.id), "%s", id);
	return disk->n == 0 ? NULL : bsearch(&key, disk->files, disk->n,
	    sizeof(*disk->files), by_id);
}

int
cp_disk_ready(const struct cp_disk *disk, int64_t place)
{
	for (size_t i = 0; i < disk->n_places; i++)
		if (disk->places[i] == place)
			return disk->ready[i];
	return 0;
}

/* Whether volume ID in PLACE and the file F are one: two places may come to be
 * one folder, by a link or a mount. */
static enum cp_rc
same_file(struct cp_store *s, const struct cp_disk_file *f, int64_t place,
    int *same, struct cp_err *err)
{
	char dir[4096], path[4096 + CP_VOLUME_ID + 8];
	struct stat st[2];
	int there = 0;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK && i < 2; i++) {
		rc = cp_place_dir(s, i == 0 ? f->place : place, dir, err);
		(void)snprintf(path, sizeof(path), "%s/%s.tar", dir, f->id);
		there += rc == CP_OK && stat(path, &st[i]) == 0;
	}
	*same = there == 2 && st[0].st_dev == st[1].st_dev &&
	    st[0].st_ino == st[1].st_ino;
	return rc;
}

enum cp_rc
cp_disk_known(struct cp_store *s, const struct cp_disk_file *f, int *known,
    struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX + 1];
	struct cp_volume_row v;
	size_t n = 0;
	enum cp_rc rc = cp_volume_row_get(s, f->id, &v, err);

	*known = 0;
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc != CP_OK || v.gone)
		return rc;
	places[0] = v.place;
	rc = cp_copies_of(s, v.n, places + 1, &n, err);
	for (size_t i = 0; rc == CP_OK && i <= n; i++)
		if (places[i] == f->place)
			*known = 1;
	for (size_t i = 0; rc == CP_OK && !*known && i <= n; i++)
		rc = same_file(s, f, places[i], known, err);
	return rc;
}
