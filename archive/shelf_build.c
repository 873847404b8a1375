#include <string.h>
#include <sys/stat.h>

#include "archive/hostkey.h"
#include "archive/shelf_impl.h"
#include "archive/wiping.h"

/* A whole keyring at once, from keys that are known. */

enum cp_rc
cp_shelf_build(struct cp_shelf_builder *b, const uint8_t id[RING_ID],
    const struct cp_secret *hostkey, struct cp_err *err)
{
	uint8_t head[RING_UNIT];
	enum cp_rc rc;

	cp_buf_init(&b->bytes);
	b->hostkey = hostkey;
	memcpy(b->id, id, RING_ID);
	rc = cp_shelf_head_encode(id, hostkey, head, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_put(&b->bytes, head, sizeof(head));
	return cp_buf_check(&b->bytes, err);
}

static enum cp_rc
add(struct cp_shelf_builder *b, struct cp_shelf_slot *slot, int month,
    enum cp_shelf_state state, const char *date, struct cp_err *err)
{
	uint8_t unit[RING_UNIT];

	if (!cp_shelf_month_valid(month) || !cp_shelf_date_valid(date))
		return cp_fail(err, CP_BAD_INPUT, "no shelf can be %d of %s",
		    month, date);
	slot->info.month = month;
	slot->info.state = state;
	memcpy(slot->info.date, date, sizeof(slot->info.date));
	cp_shelf_slot_encode(slot, unit);
	cp_buf_put(&b->bytes, unit, sizeof(unit));
	return cp_buf_check(&b->bytes, err);
}

enum cp_rc
cp_shelf_build_live(struct cp_shelf_builder *b, int month, const char *date,
    const uint8_t key[RING_KEY], struct cp_err *err)
{
	struct cp_shelf_slot slot = { .info = { 0 } };
	enum cp_rc rc = cp_shelf_wrap_key(b->id, b->hostkey, month, key,
	    slot.wrapped, err);

	return rc == CP_OK ? add(b, &slot, month, CP_SHELF_LIVE, date, err) :
	    rc;
}

enum cp_rc
cp_shelf_build_gone(struct cp_shelf_builder *b, int month, const char *date,
    struct cp_err *err)
{
	struct cp_shelf_slot slot = { .info = { 0 } };

	return add(b, &slot, month, CP_SHELF_ZEROISED, date, err);
}

enum cp_rc
cp_shelf_build_write(const struct cp_shelf_builder *b, const char *path,
    struct cp_err *err)
{
	return cp_wiping_write(path, S_IRUSR | S_IWUSR, b->bytes.data,
	    b->bytes.len, err);
}
