#include "archive/shelf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/shelf_impl.h"

enum { RING_FILE_MAX = 4 << 20, RING_FIRST = 16 };

enum cp_rc
cp_shelf_create(const char *path, const struct cp_secret *hostkey,
    struct cp_err *err)
{
	uint8_t head[RING_UNIT], id[RING_ID];
	enum cp_rc rc;

	rc = cp_random(id, sizeof(id), err);
	if (rc == CP_OK)
		rc = cp_shelf_head_encode(id, hostkey, head, err);
	if (rc == CP_OK)
		rc = cp_file_write_new(path, S_IRUSR | S_IWUSR, head,
		    sizeof(head), err);
	return rc;
}

static struct cp_shelf_slot *
find(const struct cp_shelf_ring *ring, int month)
{
	size_t i;

	for (i = 0; i < ring->n; i++)
		if (ring->slots[i].info.month == month)
			return &ring->slots[i];
	return NULL;
}

static enum cp_rc
remember(struct cp_shelf_ring *ring, const struct cp_shelf_slot *slot,
    struct cp_err *err)
{
	size_t cap = ring->cap != 0 ? ring->cap * 2 : RING_FIRST;
	struct cp_shelf_slot *v;

	if (ring->n == ring->cap) {
		v = realloc(ring->slots, cap * sizeof(*v));
		if (v == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		ring->slots = v;
		ring->cap = cap;
	}
	ring->slots[ring->n++] = *slot;
	return CP_OK;
}

static int
all_zero(const uint8_t *at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (at[i] != 0)
			return 0;
	return 1;
}

static off_t
slot_at(size_t i)
{
	return (off_t)((i + 1) * RING_UNIT);
}

/* Writes out a slot that was found half zeroised. */
static enum cp_rc
complete_slot(struct cp_shelf_ring *ring, const struct cp_shelf_slot *slot,
    const uint8_t *found, size_t i, struct cp_err *err)
{
	uint8_t unit[RING_UNIT];
	enum cp_rc rc;

	cp_shelf_slot_encode(slot, unit);
	if (ring->mode != CP_SHELF_WRITE || memcmp(unit, found,
	    RING_UNIT) == 0)
		return CP_OK;
	rc = cp_fd_pwrite(ring->fd, unit, sizeof(unit), slot_at(i),
	    ring->path, err);
	return rc == CP_OK ? cp_fd_sync(ring->fd, ring->path, err) : rc;
}

/* A slot cut short, or a last one of zeros only, is what a crash leaves of an
 * append that was never used: cp_shelf_ensure had not returned. */
static enum cp_rc
decode_slots(struct cp_shelf_ring *ring, const struct cp_buf *all,
    struct cp_err *err)
{
	size_t i, n = all->len / RING_UNIT - 1;
	struct cp_shelf_slot slot;
	const uint8_t *at;
	enum cp_rc rc = CP_OK;

	for (i = 0; rc == CP_OK && i < n; i++) {
		at = all->data + slot_at(i);
		if (i == n - 1 && all_zero(at, RING_UNIT))
			break;
		rc = cp_shelf_slot_decode(at, &slot, err);
		if (rc == CP_OK && find(ring, slot.info.month) != NULL)
			rc = cp_fail(err, CP_CORRUPT, "shelf %d is there "
			    "twice", slot.info.month);
		if (rc == CP_OK)
			rc = complete_slot(ring, &slot, at, i, err);
		if (rc == CP_OK)
			rc = remember(ring, &slot, err);
		if (rc != CP_OK)
			cp_err_context(err, "slot %zu", i + 1);
	}
	return rc;
}

static enum cp_rc
decode_ring(struct cp_shelf_ring *ring, const struct cp_buf *all,
    struct cp_err *err)
{
	enum cp_rc rc;

	if (all->len < RING_UNIT)
		return cp_fail(err, CP_CORRUPT, "%s ends early", ring->path);
	rc = cp_shelf_head_decode(all->data, ring->hostkey, ring->id, err);
	if (rc == CP_OK)
		rc = decode_slots(ring, all, err);
	if (rc != CP_OK)
		cp_err_context(err, "%s", ring->path);
	return rc;
}

/* Another program may have put a new keyring in its place before we had the
 * lock. */
static enum cp_rc
still_there(const struct cp_shelf_ring *ring, struct cp_err *err)
{
	struct stat ours, named;

	if (fstat(ring->fd, &ours) != 0 || stat(ring->path, &named) != 0)
		return cp_fail_errno(err, CP_FAILED, "looking at %s",
		    ring->path);
	if (ours.st_ino != named.st_ino || ours.st_dev != named.st_dev)
		return cp_fail(err, CP_BUSY, "%s has just been replaced",
		    ring->path);
	return CP_OK;
}

static enum cp_rc
load(struct cp_shelf_ring *ring, struct cp_err *err)
{
	struct cp_buf all;
	enum cp_rc rc;
	int flags = O_NOFOLLOW | O_NONBLOCK;

	cp_buf_init(&all);
	if (ring->mode == CP_SHELF_WRITE)
		flags |= O_RDWR;
	rc = cp_file_open(ring->path, flags, &ring->fd, err);
	if (rc == CP_NOT_FOUND) {
		rc = err->code = CP_KEY;
		cp_err_hint(err, "k custodians can make the keyring again "
		    "from its escrow copy: cpadmin-escrow(8)");
	}
	if (rc == CP_OK && ring->mode == CP_SHELF_WRITE)
		rc = cp_fd_lock(ring->fd, ring->path, err);
	if (rc == CP_OK && ring->mode == CP_SHELF_WRITE)
		rc = still_there(ring, err);
	if (rc == CP_OK)
		rc = cp_file_read(ring->path, RING_FILE_MAX, &all, err);
	if (rc == CP_OK)
		rc = decode_ring(ring, &all, err);
	if (rc == CP_OK && ring->mode == CP_SHELF_WRITE &&
	    all.len != (size_t)slot_at(ring->n) &&
	    ftruncate(ring->fd, slot_at(ring->n)) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "mending %s", ring->path);
	cp_buf_clear(&all);
	return rc;
}

enum cp_rc
cp_shelf_open(const char *path, const struct cp_secret *hostkey,
    enum cp_shelf_mode mode, struct cp_shelf_ring **out, struct cp_err *err)
{
	struct cp_shelf_ring *ring = calloc(1, sizeof(*ring));
	enum cp_rc rc;

	if (ring == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	ring->fd = -1;
	ring->mode = mode;
	ring->hostkey = hostkey;
	ring->path = strdup(path);
	if (ring->path == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else
		rc = cp_aead_new(&ring->aead, err);
	if (rc == CP_OK)
		rc = load(ring, err);
	if (rc == CP_OK)
		*out = ring;
	else
		cp_shelf_close(&ring);
	return rc;
}

static void
drop_handle(struct cp_shelf_handle *h)
{
	cp_secret_free(h->key);
	h->key = NULL;
	h->month = 0;
}

/* Every write was fsynced when it was made, so close has nothing to lose. */
void
cp_shelf_close(struct cp_shelf_ring **rp)
{
	struct cp_shelf_ring *ring = *rp;
	size_t i;

	*rp = NULL;
	if (ring == NULL)
		return;
	for (i = 0; i < RING_HANDLES; i++)
		drop_handle(&ring->handles[i]);
	cp_aead_free(ring->aead);
	if (ring->fd >= 0)
		(void)close(ring->fd);
	free(ring->slots);
	free(ring->path);
	free(ring);
}

static enum cp_rc
may_write(const struct cp_shelf_ring *ring, const char *date,
    struct cp_err *err)
{
	if (ring->mode != CP_SHELF_WRITE)
		return cp_fail(err, CP_REFUSED, "the shelf keyring was opened "
		    "to be read");
	if (!cp_shelf_date_valid(date))
		return cp_fail(err, CP_BAD_INPUT, "a shelf's date must be "
		    "YYYY-MM-DD");
	return CP_OK;
}

/* A killed program may have left a slot written but not synced: before it is
 * relied on, once per opening, it is. */
static enum cp_rc
settle(struct cp_shelf_ring *ring, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (!ring->settled)
		rc = cp_fd_sync(ring->fd, ring->path, err);
	if (rc == CP_OK)
		ring->settled = 1;
	return rc;
}

static enum cp_rc
new_key(struct cp_shelf_ring *ring, struct cp_shelf_slot *slot,
    struct cp_err *err)
{
	struct cp_secret *key = NULL;
	enum cp_rc rc;

	rc = cp_secret_new(&key, RING_KEY, err);
	if (rc == CP_OK)
		rc = cp_random_secret(key, err);
	if (rc == CP_OK)
		rc = cp_shelf_wrap_key(ring->id, ring->hostkey,
		    slot->info.month, cp_secret_bytes(key), slot->wrapped,
		    err);
	cp_secret_free(key);
	return rc;
}

static enum cp_rc
append(struct cp_shelf_ring *ring, const struct cp_shelf_slot *slot,
    struct cp_err *err)
{
	off_t at = slot_at(ring->n);
	uint8_t unit[RING_UNIT];
	enum cp_rc rc;

	cp_shelf_slot_encode(slot, unit);
	rc = remember(ring, slot, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_fd_pwrite(ring->fd, unit, sizeof(unit), at, ring->path, err);
	if (rc == CP_OK)
		rc = cp_fd_sync(ring->fd, ring->path, err);
	if (rc != CP_OK) {
		ring->n--;
		/* A leftover is mended at the next opening as well. */
		if (ftruncate(ring->fd, at) != 0)
			cp_err_context(err, "a cut slot is left");
		return rc;
	}
	ring->settled = 1;
	return CP_OK;
}

enum cp_rc
cp_shelf_ensure(struct cp_shelf_ring *ring, int month, const char *date,
    struct cp_err *err)
{
	const struct cp_shelf_slot *have;
	struct cp_shelf_slot slot;
	enum cp_rc rc;

	rc = may_write(ring, date, err);
	if (rc != CP_OK)
		return rc;
	if (!cp_shelf_month_valid(month))
		return cp_fail(err, CP_BAD_INPUT, "no shelf can be %d", month);
	have = find(ring, month);
	if (have != NULL && have->info.state != CP_SHELF_LIVE)
		return cp_fail(err, CP_REFUSED, "shelf %d was destroyed on "
		    "%s", month, have->info.date);
	if (have != NULL)
		return settle(ring, err);
	memset(&slot, 0, sizeof(slot));
	slot.info.month = month;
	slot.info.state = CP_SHELF_LIVE;
	memcpy(slot.info.date, date, sizeof(slot.info.date));
	rc = new_key(ring, &slot, err);
	if (rc == CP_OK)
		rc = append(ring, &slot, err);
	return rc;
}

static enum cp_rc
unwrap_key(struct cp_shelf_ring *ring, const struct cp_shelf_slot *slot,
    struct cp_secret **out, struct cp_err *err)
{
	char label[RING_LABEL];
	enum cp_rc rc;

	cp_shelf_label(ring->id, slot->info.month, label);
	rc = cp_hostkey_unwrap(ring->hostkey, label, slot->wrapped,
	    RING_WRAPPED, out, err);
	if (rc == CP_KEY)
		rc = cp_fail(err, CP_CORRUPT, "the key of shelf %d does not "
		    "open under the host key", slot->info.month);
	return rc;
}

enum cp_rc
cp_shelf_key_of(struct cp_shelf_ring *ring, int month, const uint8_t **out,
    struct cp_err *err)
{
	const struct cp_shelf_slot *slot;
	struct cp_shelf_handle *h;
	size_t i;
	enum cp_rc rc;

	for (i = 0; i < RING_HANDLES; i++)
		if (ring->handles[i].month == month && month != 0) {
			*out = cp_secret_bytes(ring->handles[i].key);
			return CP_OK;
		}
	slot = find(ring, month);
	if (slot == NULL)
		return cp_fail(err, CP_NOT_FOUND, "no shelf %d in %s", month,
		    ring->path);
	if (slot->info.state != CP_SHELF_LIVE)
		return cp_fail(err, CP_KEY, "shelf destroyed: the key of %d "
		    "was zeroised on %s", month, slot->info.date);
	h = &ring->handles[ring->next_handle];
	drop_handle(h);
	rc = unwrap_key(ring, slot, &h->key, err);
	if (rc != CP_OK)
		return rc;
	h->month = month;
	ring->next_handle = (ring->next_handle + 1) % RING_HANDLES;
	*out = cp_secret_bytes(h->key);
	return CP_OK;
}

enum cp_rc
cp_shelf_destroy(struct cp_shelf_ring *ring, int month, const char *date,
    struct cp_err *err)
{
	struct cp_shelf_slot *slot, gone;
	uint8_t unit[RING_UNIT];
	enum cp_rc rc;
	size_t i;

	rc = may_write(ring, date, err);
	if (rc != CP_OK)
		return rc;
	slot = find(ring, month);
	if (slot == NULL)
		return cp_fail(err, CP_NOT_FOUND, "no shelf %d in %s", month,
		    ring->path);
	if (slot->info.state == CP_SHELF_ZEROISED)
		return settle(ring, err);
	for (i = 0; i < RING_HANDLES; i++)
		if (ring->handles[i].month == month)
			drop_handle(&ring->handles[i]);
	memset(&gone, 0, sizeof(gone));
	gone.info.month = month;
	gone.info.state = CP_SHELF_ZEROISED;
	memcpy(gone.info.date, date, sizeof(gone.info.date));
	cp_shelf_slot_encode(&gone, unit);
	rc = cp_file_zeroise(ring->fd, slot_at((size_t)(slot - ring->slots)),
	    unit, sizeof(unit), ring->path, err);
	if (rc != CP_OK)
		return rc;
	*slot = gone;
	ring->settled = 1;
	return CP_OK;
}

enum cp_rc
cp_shelf_get(const struct cp_shelf_ring *ring, int month,
    struct cp_shelf_info *out, struct cp_err *err)
{
	const struct cp_shelf_slot *slot = find(ring, month);

	if (slot == NULL)
		return cp_fail(err, CP_NOT_FOUND, "no shelf %d in %s", month,
		    ring->path);
	*out = slot->info;
	return CP_OK;
}

enum cp_rc
cp_shelf_each(const struct cp_shelf_ring *ring, cp_shelf_fn *fn, void *ctx,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	size_t i;

	for (i = 0; rc == CP_OK && i < ring->n; i++)
		rc = fn(ctx, &ring->slots[i].info, err);
	return rc;
}
