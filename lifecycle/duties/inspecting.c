#include "lifecycle/duties/inspecting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "archive/volume.h"
#include "lifecycle/duties/boxing.h"
#include "lifecycle/duties/disk_files.h"
#include "lifecycle/duties/inspecting_open.h"

/* An archived package of the volume at hand. */
struct item {
	struct cp_parcel parcel;
	size_t at, len; /* its header, in headers */
	size_t boxed;   /* bytes of its box in use */
	int found;
	char other[CP_CUSTODY_ID + 1]; /* the key it is under, if not ours */
};

struct work {
	struct cp_inspection *in;
	struct cp_store *store;
	struct cp_volume_row *rows;
	size_t n_rows, rows_cap;
	struct cp_disk disk;
	int64_t done, total;    /* packages */

	/* of the volume at hand */
	struct item *items;
	size_t n_items, items_cap;
	struct cp_buf headers;
	int64_t faults, opening;
	int parsed;             /* its packages could be told apart */
	char dir[4096];         /* of its file */
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

/* ---- one volume -------------------------------------------------------- */

/* The rows of its volume are being read: what is asked here is of the same
 * moment. */
static enum cp_rc
add_item(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct work *x = ctx;
	void *items = x->items;
	struct cp_parcel_facts facts;
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
	i->boxed = 0;
	i->found = 0;
	i->other[0] = '\0';
	if (x->in->open) {
		rc = cp_parcel_facts(x->store, p, &facts, err);
		if (rc == CP_OK)
			rc = cp_box_need(x->store, p->record, &i->boxed, err);
		if (rc != CP_OK)
			return rc;
		if (strcmp(facts.custody, x->in->opener->custody.id) != 0)
			(void)snprintf(i->other, sizeof(i->other), "%.16s",
			    facts.custody);
	}
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
	if (cp_volume_check(x->dir, v->id, &v->sum, see_item, x,
	    NULL, &why) != CP_OK)
		fault(x, "corrupt", why.what);
	for (size_t i = 0; x->parsed && i < x->n_items; i++) {
		if (x->items[i].found)
			continue;
		(void)snprintf(text, sizeof(text), "package %s is not in it",
		    x->items[i].parcel.id);
		fault(x, "corrupt", text);
	}
}

/* Of a package in the volume that the catalogue has as archived, whose header
 * could be read and is under the key at hand. */
static int
to_be_opened(void *ctx, const char *id, struct cp_open_item *out)
{
	struct work *x = ctx;
	const struct item *i = find_item(x, id);

	if (i == NULL || i->len == 0 || i->other[0] != '\0')
		return 0;
	out->parcel = &i->parcel;
	out->header = x->headers.data + i->at;
	out->header_len = i->len;
	out->boxed = i->boxed;
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

/* A rekey that is not finished leaves headers under two keys. */
static void
open_all(struct work *x, const struct cp_volume_row *v)
{
	struct cp_open_all all = { x->in->opener, x->in->workers, to_be_opened,
		was_opened, x };
	struct cp_err why = { 0 };
	const char *key = "";
	char text[160];
	size_t others = 0;

	x->opening = 0;
	for (size_t i = 0; i < x->n_items; i++)
		if (x->items[i].other[0] != '\0') {
			key = x->items[i].other;
			others++;
		}
	if (others < x->n_items && cp_open_volume(&all, x->dir, v->id,
	    &why) != CP_OK)
		fault(x, "corrupt", why.what);
	if (others > 0) {
		(void)snprintf(text, sizeof(text), "%zu of its packages are "
		    "sealed to custody key %s", others, key);
		fault(x, "unopened", text);
	}
}

static void
is_missing(struct work *x, const struct cp_volume_row *v, int64_t place)
{
	char why[160];

	x->faults = 0; /* nothing else matters */
	(void)snprintf(why, sizeof(why), "volume %s is not in %s", v->id,
	    place == 0 ? "the archive's folder" : "its folder");
	fault(x, "missing", why);
}

/* Whether a file of V is there and, unless its bytes are read, of its size. */
static int
look_at_file(struct work *x, const struct cp_volume_row *v, int64_t place)
{
	struct cp_disk_file *f = cp_disk_find(&x->disk, v->id, place);
	char why[160];

	if (f == NULL) {
		is_missing(x, v, place);
		return 0;
	}
	f->known = 1;
	if (x->in->every_byte) {
		x->in->bytes += (int64_t)f->size;
	} else if (f->size != v->sum.size) {
		(void)snprintf(why, sizeof(why), "volume %s has %llu bytes and "
		    "not the %llu it was closed with", v->id,
		    (unsigned long long)f->size,
		    (unsigned long long)v->sum.size);
		fault(x, "corrupt", why);
	}
	return 1;
}

static enum cp_rc
look_at(struct work *x, const struct cp_volume_row *v, struct cp_err *err)
{
	enum cp_rc rc = gather_items(x, v, err);

	if (rc == CP_OK)
		rc = cp_place_dir(x->store, v->place, x->dir, err);
	if (rc != CP_OK || !look_at_file(x, v, v->place))
		return rc;
	if (x->in->every_byte)
		check_bytes(x, v);
	if (x->in->open && x->in->every_byte)
		open_all(x, v);
	return CP_OK;
}

static void
count(struct cp_inspection *in, const struct cp_finding *f)
{
	if (strcmp(f->status, "ok") == 0)
		in->ok++;
	else if (strcmp(f->status, "corrupt") == 0)
		in->corrupt++;
	else if (strcmp(f->status, "missing") == 0)
		in->missing++;
	else if (strcmp(f->status, "orphan") == 0)
		in->orphans++;
}

static enum cp_rc
report(struct work *x, const char *volume, int64_t place, int copy,
    int64_t packages, int64_t live, struct cp_err *err)
{
	struct cp_finding f = { volume, place, copy, packages, live,
		x->status, x->faults, x->why };

	if (strcmp(x->status, "unopened") == 0)
		x->in->unopened++;
	else if (x->faults > 0)
		x->in->bad++;
	count(x->in, &f);
	return x->in->report(x->in->report_ctx, &f, err);
}

static void
begin_file(struct work *x)
{
	x->faults = 0;
	x->status = "ok";
	x->why[0] = '\0';
}

/* A run may have removed or moved the volume since the catalogue was read. */
static enum cp_rc
still_there(struct work *x, const struct cp_volume_row *v, int *still,
    struct cp_err *err)
{
	struct cp_volume_row again;
	enum cp_rc rc = cp_volume_row_get(x->store, v->id, &again, err);

	*still = rc == CP_OK && !again.gone && again.place == v->place;
	return rc;
}

/* The copies of V; those of a place that is not there are one finding. */
static enum cp_rc
look_at_copies(struct work *x, const struct cp_volume_row *v,
    struct cp_err *err)
{
	int64_t places[CP_COPIES_MAX];
	struct cp_err why = { 0 };
	size_t n = 0;
	enum cp_rc rc = cp_copies_of(x->store, v->n, places, &n, err);

	for (size_t i = 0; rc == CP_OK && i < n; i++) {
		if (!cp_disk_ready(&x->disk, places[i]))
			continue;
		begin_file(x);
		if (look_at_file(x, v, places[i]) && x->in->every_byte) {
			rc = cp_place_dir(x->store, places[i], x->dir, err);
			if (rc == CP_OK && cp_volume_check(x->dir, v->id,
			    &v->sum, NULL, NULL, NULL, &why) != CP_OK)
				fault(x, "corrupt", why.what);
		}
		x->in->copies++;
		if (rc == CP_OK)
			rc = report(x, v->id, places[i], 1, v->packages,
			    (int64_t)x->n_items, err);
	}
	return rc;
}

static enum cp_rc
one_volume(struct work *x, const struct cp_volume_row *v, struct cp_err *err)
{
	int still = 1;
	enum cp_rc rc;

	begin_file(x);
	rc = look_at(x, v, err);
	if (rc != CP_OK)
		return rc;
	x->done += v->packages;
	if (x->in->progress != NULL)
		x->in->progress(x->in->progress_ctx, x->done, x->total);
	if (x->faults > 0)
		rc = still_there(x, v, &still, err);
	if (rc != CP_OK || !still)
		return rc;
	x->in->volumes++;
	x->in->packages += (int64_t)x->n_items;
	rc = report(x, v->id, v->place, 0, v->packages, (int64_t)x->n_items,
	    err);
	return rc == CP_OK ? look_at_copies(x, v, err) : rc;
}

/* ---- what nobody knows ------------------------------------------------- */

/* A place that is not there is one finding, and what lies there besides. */
static enum cp_rc
report_places(struct work *x, struct cp_err *err)
{
	char dir[4096];
	int used = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 1; rc == CP_OK && i < x->disk.n_places; i++) {
		if (x->disk.ready[i])
			continue;
		rc = cp_place_used(x->store, x->disk.places[i], &used, err);
		if (rc != CP_OK || !used)
			continue;
		begin_file(x);
		rc = cp_place_dir(x->store, x->disk.places[i], dir, err);
		if (rc != CP_OK)
			break;
		fault(x, "missing", "the folder is not there, or without the "
		    "mark of this store: is its disk mounted?");
		rc = report(x, NULL, x->disk.places[i], 0, 0, 0, err);
	}
	return rc;
}

static enum cp_rc
report_orphans(struct work *x, struct cp_err *err)
{
	struct cp_volume_row v;
	struct cp_err none = { 0 };
	int known = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < x->disk.n; i++) {
		const struct cp_disk_file *f = &x->disk.files[i];

		if (f->known)
			continue;
		rc = cp_disk_known(x->store, f, &known, err);
		if (rc != CP_OK || known)
			continue;
		begin_file(x);
		fault(x, "orphan", cp_volume_row_get(x->store, f->id, &v,
		    &none) != CP_OK ? "the catalogue does not know it" :
		    v.gone ? "by the catalogue it was removed" :
		    "by the catalogue it is in another folder");
		rc = report(x, f->id, f->place, 0, 0, 0, err);
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
		rc = cp_disk_read(x->store, &x->disk, err);
	if (rc == CP_OK && x->n_rows == 0 && !cp_disk_ready(&x->disk, 0))
		rc = cp_fail(err, CP_NOT_FOUND, "the archive's folder is not "
		    "there");
	for (size_t i = 0; rc == CP_OK && i < x->n_rows; i++)
		rc = one_volume(x, &x->rows[i], err);
	if (rc == CP_OK)
		rc = report_places(x, err);
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
	cp_disk_clear(&x.disk);
	free(x.rows);
	return rc;
}
