#include "lifecycle/duties/inspecting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume.h"
#include "lifecycle/duties/inspecting_open.h"

struct on_disk {
	char id[CP_VOLUME_ID + 1];
	uint64_t size;
	int known;
};

/* An archived package of the volume at hand. */
struct item {
	struct cp_parcel parcel;
	size_t at, len; /* its header, in headers */
	int found;
};

struct work {
	struct cp_inspection *in;
	struct cp_store *store;
	struct cp_volume_row *rows;
	size_t n_rows, rows_cap;
	struct on_disk *disk;
	size_t n_disk, disk_cap;
	int64_t done, total;    /* packages */

	/* of the volume at hand */
	struct item *items;
	size_t n_items, items_cap;
	struct cp_buf headers;
	int64_t faults, opening;
	int parsed;             /* its packages could be told apart */
	const char *status;
	char why[sizeof(((struct cp_err *)0)->what)];
};

/* Room for one more in *V. */
static enum cp_rc
grow(void **v, size_t n, size_t *cap, size_t size, struct cp_err *err)
{
	size_t more = *cap == 0 ? 64 : 2 * *cap;
	void *bigger;

	if (n < *cap)
		return CP_OK;
	bigger = reallocarray(*v, more, size);
	if (bigger == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	*v = bigger;
	*cap = more;
	return CP_OK;
}

static void
fault(struct work *x, const char *status, const char *why)
{
	if (x->faults++ == 0) {
		x->status = status;
		(void)snprintf(x->why, sizeof(x->why), "%s", why);
	}
}

/* ---- what there is ----------------------------------------------------- */

static enum cp_rc
add_row(void *ctx, const struct cp_volume_row *v, struct cp_err *err)
{
	struct work *x = ctx;
	void *rows = x->rows;
	enum cp_rc rc = grow(&rows, x->n_rows, &x->rows_cap, sizeof(*x->rows),
	    err);

	x->rows = rows;
	if (rc == CP_OK) {
		x->rows[x->n_rows++] = *v;
		x->total += v->packages;
	}
	return rc;
}

static enum cp_rc
add_disk(void *ctx, const char *id, uint64_t size, struct cp_err *err)
{
	struct work *x = ctx;
	void *disk = x->disk;
	struct on_disk *d;
	enum cp_rc rc = grow(&disk, x->n_disk, &x->disk_cap, sizeof(*x->disk),
	    err);

	x->disk = disk;
	if (rc != CP_OK)
		return rc;
	d = &x->disk[x->n_disk++];
	(void)snprintf(d->id, sizeof(d->id), "%s", id);
	d->size = size;
	d->known = 0;
	return CP_OK;
}

static int
by_volume(const void *a, const void *b)
{
	return strcmp(((const struct on_disk *)a)->id,
	    ((const struct on_disk *)b)->id);
}

static struct on_disk *
find_disk(struct work *x, const char *id)
{
	struct on_disk key;

	(void)snprintf(key.id, sizeof(key.id), "%s", id);
	return x->n_disk == 0 ? NULL : bsearch(&key, x->disk, x->n_disk,
	    sizeof(*x->disk), by_volume);
}

/* ---- one volume -------------------------------------------------------- */

static enum cp_rc
add_item(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct work *x = ctx;
	void *items = x->items;
	struct cp_err why = { 0 };
	struct item *i;
	enum cp_rc rc;

	if (strcmp(p->status, "archived") != 0)
		return CP_OK;
	rc = grow(&items, x->n_items, &x->items_cap, sizeof(*x->items), err);
	x->items = items;
	if (rc != CP_OK)
		return rc;
	i = &x->items[x->n_items++];
	i->parcel = *p;
	i->at = x->headers.len;
	i->found = 0;
	if (x->in->opener->ring != NULL && cp_opener_header(x->in->opener, p,
	    &x->headers, &why) != CP_OK)
		fault(x, "corrupt", why.what);
	i->len = x->headers.len - i->at;
	return cp_buf_check(&x->headers, err);
}

static int
by_package(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->parcel.id,
	    ((const struct item *)b)->parcel.id);
}

static struct item *
find_item(struct work *x, const char *id)
{
	struct item key;

	if (x->n_items == 0 || strlen(id) >= sizeof(key.parcel.id))
		return NULL;
	(void)snprintf(key.parcel.id, sizeof(key.parcel.id), "%s", id);
	return bsearch(&key, x->items, x->n_items, sizeof(*x->items),
	    by_package);
}

static enum cp_rc
gather_items(struct work *x, const struct cp_volume_row *v,
    struct cp_err *err)
{
	char why[160];
	enum cp_rc rc;

	x->n_items = 0;
	cp_buf_reset(&x->headers);
	rc = cp_parcel_each(x->store, v->n, add_item, x, err);
	if (rc != CP_OK)
		return rc;
	if (x->n_items > 1)
		qsort(x->items, x->n_items, sizeof(*x->items), by_package);
	if ((int64_t)x->n_items != v->live) {
		(void)snprintf(why, sizeof(why), "the catalogue counts %lld "
		    "live packages in it and lists %zu", (long long)v->live,
		    x->n_items);
		fault(x, "corrupt", why);
	}
	return CP_OK;
}

static enum cp_rc
see_item(void *ctx, const struct cp_volume_item *item, struct cp_err *err)
{
	struct work *x = ctx;
	struct item *i = find_item(x, item->package_id);

	(void)err;
	x->parsed = 1;
	if (i != NULL)
		i->found = 1;
	return CP_OK;
}

/* Every byte, and every live package among them. */
static void
check_bytes(struct work *x, const struct cp_volume_row *v)
{
	struct cp_err why = { 0 };
	char text[160];

	x->parsed = 0;
	if (cp_volume_check(x->in->opener->archive_dir, v->id, &v->sum,
	    see_item, x, NULL, &why) != CP_OK)
		fault(x, "corrupt", why.what);
	for (size_t i = 0; x->parsed && i < x->n_items; i++) {
		if (x->items[i].found)
			continue;
		(void)snprintf(text, sizeof(text), "package %s is not in it",
		    x->items[i].parcel.id);
		fault(x, "corrupt", text);
	}
}

/* Of a package in the volume that the catalogue has as archived, and whose
 * header could be read. */
static int
to_be_opened(void *ctx, const char *id, struct cp_open_item *out)
{
	struct work *x = ctx;
	const struct item *i = find_item(x, id);

	if (i == NULL || i->len == 0)
		return 0;
	out->parcel = &i->parcel;
	out->header = x->headers.data + i->at;
	out->header_len = i->len;
	return 1;
}

static void
was_opened(void *ctx, const struct cp_err *why)
{
	struct work *x = ctx;

	if (why != NULL)
		fault(x, "corrupt", why->what);
	else
		x->in->opened++;
	x->opening++;
	if (x->in->progress != NULL)
		x->in->progress(x->in->progress_ctx, x->done + x->opening,
		    x->total);
}

static void
open_all(struct work *x, const struct cp_volume_row *v)
{
	const struct cp_opener *o = x->in->opener;
	struct cp_open_all all = { o, x->in->workers, to_be_opened, was_opened,
		x };
	struct cp_err why = { 0 };
	char text[160];

	x->opening = 0;
	if (strcmp(v->custody, o->custody.id) != 0) {
		(void)snprintf(text, sizeof(text), "sealed to custody key %s",
		    v->custody);
		fault(x, "unopened", text);
	} else if (cp_open_volume(&all, v->id, &why) != CP_OK) {
		fault(x, "corrupt", why.what);
	}
}

static enum cp_rc
look_at(struct work *x, const struct cp_volume_row *v, struct cp_err *err)
{
	struct on_disk *d = find_disk(x, v->id);
	char why[160];
	enum cp_rc rc = gather_items(x, v, err);

	if (rc != CP_OK)
		return rc;
	if (d == NULL) {
		x->faults = 0; /* nothing else matters */
		(void)snprintf(why, sizeof(why), "volume %s is not in the "
		    "archive's folder", v->id);
		fault(x, "missing", why);
		return CP_OK;
	}
	d->known = 1;
	if (x->in->every_byte) {
		check_bytes(x, v);
	} else if (d->size != v->sum.size) {
		(void)snprintf(why, sizeof(why), "volume %s has %llu bytes and "
		    "not the %llu it was closed with", v->id,
		    (unsigned long long)d->size,
		    (unsigned long long)v->sum.size);
		fault(x, "corrupt", why);
	}
	if (x->in->open && x->in->every_byte)
		open_all(x, v);
	return CP_OK;
}

static enum cp_rc
report(struct work *x, const char *volume, int64_t packages, int64_t live,
    struct cp_err *err)
{
	struct cp_finding f = { volume, packages, live, x->status, x->faults,
		x->why };

	if (strcmp(x->status, "unopened") == 0)
		x->in->unopened++;
	else if (x->faults > 0)
		x->in->bad++;
	return x->in->report(x->in->report_ctx, &f, err);
}

/* A run may have removed the volume since the catalogue was read. */
static enum cp_rc
one_volume(struct work *x, const struct cp_volume_row *v, struct cp_err *err)
{
	struct cp_volume_row again;
	enum cp_rc rc;

	x->faults = 0;
	x->status = "ok";
	x->why[0] = '\0';
	rc = look_at(x, v, err);
	if (rc != CP_OK)
		return rc;
	x->done += v->packages;
	if (x->in->progress != NULL)
		x->in->progress(x->in->progress_ctx, x->done, x->total);
	if (x->faults > 0) {
		rc = cp_volume_row_get(x->store, v->id, &again, err);
		if (rc != CP_OK || again.gone)
			return rc;
	}
	x->in->volumes++;
	x->in->packages += (int64_t)x->n_items;
	return report(x, v->id, v->packages, (int64_t)x->n_items, err);
}

/* ---- what nobody knows ------------------------------------------------- */

/* Of a volume that was not in the catalogue: whether it is now. */
static enum cp_rc
catalogued(struct work *x, const char *id, int *known, struct cp_err *err)
{
	struct cp_volume_row v;
	enum cp_rc rc = cp_volume_row_get(x->store, id, &v, err);

	*known = rc == CP_OK && !v.gone;
	if (rc == CP_OK && v.gone)
		(void)snprintf(x->why, sizeof(x->why), "by the catalogue it "
		    "was removed");
	if (rc != CP_NOT_FOUND)
		return rc;
	cp_err_clear(err);
	return CP_OK;
}

static enum cp_rc
report_orphans(struct work *x, struct cp_err *err)
{
	int known = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->n_disk; i++) {
		if (x->disk[i].known)
			continue;
		x->faults = 1;
		x->status = "orphan";
		(void)snprintf(x->why, sizeof(x->why), "the catalogue does "
		    "not know it");
		rc = catalogued(x, x->disk[i].id, &known, err);
		if (rc == CP_OK && !known)
			rc = report(x, x->disk[i].id, 0, 0, err);
	}
	return rc;
}

/* A run at work has volumes that the catalogue knows only a moment later, so
 * none is called an orphan then. */
static enum cp_rc
look_for_orphans(struct work *x, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	char path[4096];
	int lock = -1;
	enum cp_rc rc = cp_store_path(x->store, path, sizeof(path), err,
	    "run.lock");

	if (rc != CP_OK)
		return rc;
	if (cp_file_lock(path, &lock, &ignored) == CP_BUSY)
		return CP_OK;
	rc = report_orphans(x, err);
	if (lock >= 0)
		(void)close(lock); /* nothing was written */
	return rc;
}

/* The catalogue first: what a run adds to the folder afterwards is looked up
 * again, and what it takes away too. */
static enum cp_rc
inspect(struct work *x, struct cp_err *err)
{
	enum cp_rc rc = cp_volume_row_each(x->store, add_row, x, err);

	if (rc == CP_OK)
		rc = cp_volume_list(x->in->opener->archive_dir, add_disk, x,
		    err);
	if (rc == CP_NOT_FOUND) /* no folder: every volume is missing */
		rc = x->n_rows > 0 ? CP_OK : err->code;
	if (rc == CP_OK && x->n_disk > 1)
		qsort(x->disk, x->n_disk, sizeof(*x->disk), by_volume);
	for (size_t i = 0; rc == CP_OK && i < x->n_rows; i++)
		rc = one_volume(x, &x->rows[i], err);
	return rc == CP_OK ? look_for_orphans(x, err) : rc;
}

enum cp_rc
cp_inspect(struct cp_inspection *in, struct cp_err *err)
{
	struct work x = { .in = in, .store = in->opener->store };
	enum cp_rc rc;

	cp_buf_init(&x.headers);
	rc = inspect(&x, err);
	cp_buf_clear(&x.headers);
	free(x.items);
	free(x.disk);
	free(x.rows);
	return rc;
}
