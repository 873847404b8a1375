#ifndef CP_ARCHIVE_SHELF_IMPL_H
#define CP_ARCHIVE_SHELF_IMPL_H

#include <sys/types.h>

#include "archive/shelf.h"

/*
 * Shared by shelf*.c only: the bytes of the keyring (cpadmin-archive(5)).
 * Head and slots are 128 bytes, so that none crosses a disk's sector; the last
 * 32 of each are the SHA-256 of the 96 before.
 */
enum {
	RING_UNIT = 128,  /* bytes of the head and of each slot */
	RING_BODY = 96,   /* of these, what the checksum covers */
	RING_ID = 16,
	RING_KEY = 32,
	RING_CHECK = 44,  /* RING_ID, wrapped: proves the host key */
	RING_WRAPPED = 60,/* RING_KEY, wrapped */
	RING_LABEL = 64,
	RING_HANDLES = 4  /* shelf keys kept unwrapped */
};

struct cp_shelf_slot {
	struct cp_shelf_info info;
	uint8_t wrapped[RING_WRAPPED];
};

struct cp_shelf_handle {
	int month; /* 0: free */
	struct cp_secret *key;
};

struct cp_shelf_ring {
	int fd;
	enum cp_shelf_mode mode;
	const struct cp_secret *hostkey;
	uint8_t id[RING_ID];
	char *path;
	struct cp_shelf_slot *slots;
	size_t n, cap;
	int settled; /* what the file held at opening is on the disk */
	struct cp_aead *aead;
	struct cp_shelf_handle handles[RING_HANDLES];
	unsigned next_handle;
};

int cp_shelf_date_valid(const char *date);
int cp_shelf_month_valid(int month);
enum cp_rc cp_shelf_head_encode(const uint8_t id[RING_ID],
    const struct cp_secret *hostkey, uint8_t out[RING_UNIT],
    struct cp_err *err) CP_MUST_CHECK;
/* CP_CORRUPT, or CP_KEY when HOSTKEY is not the one it was made with. */
enum cp_rc cp_shelf_head_decode(const uint8_t in[RING_UNIT],
    const struct cp_secret *hostkey, uint8_t id[RING_ID],
    struct cp_err *err) CP_MUST_CHECK;
void cp_shelf_slot_encode(const struct cp_shelf_slot *slot,
    uint8_t out[RING_UNIT]);
enum cp_rc cp_shelf_slot_decode(const uint8_t in[RING_UNIT],
    struct cp_shelf_slot *out, struct cp_err *err) CP_MUST_CHECK;
/* The key of a live shelf, borrowed until the next call that uses one.
 * CP_NOT_FOUND: no such shelf; CP_KEY: destroyed. */
enum cp_rc cp_shelf_key_of(struct cp_shelf_ring *ring, int month,
    const uint8_t **out, struct cp_err *err) CP_MUST_CHECK;
/* KEY as it stands in the slot of MONTH in the ring ID. */
enum cp_rc cp_shelf_wrap_key(const uint8_t id[RING_ID],
    const struct cp_secret *hostkey, int month, const uint8_t key[RING_KEY],
    uint8_t out[RING_WRAPPED], struct cp_err *err) CP_MUST_CHECK;

/* A whole ring, head and slots one after the other; its bytes are cleared by
 * the user, after a failure too.  Writing replaces what PATH was
 * (archive/wiping.h). */
struct cp_shelf_builder {
	uint8_t id[RING_ID];
	const struct cp_secret *hostkey; /* borrowed */
	struct cp_buf bytes;
};
enum cp_rc cp_shelf_build(struct cp_shelf_builder *b,
    const uint8_t id[RING_ID], const struct cp_secret *hostkey,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_shelf_build_live(struct cp_shelf_builder *b, int month,
    const char *date, const uint8_t key[RING_KEY], struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_shelf_build_gone(struct cp_shelf_builder *b, int month,
    const char *date, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_shelf_build_write(const struct cp_shelf_builder *b,
    const char *path, struct cp_err *err) CP_MUST_CHECK;
/* The label under which the host key wraps the key of a shelf. */
void cp_shelf_label(const uint8_t id[RING_ID], int month,
    char out[RING_LABEL]);

#endif
