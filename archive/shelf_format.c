#include <stdio.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/shelf_impl.h"

/* Where things are in the head and in a slot. */
enum {
	AT_MAGIC = 0, AT_ID = 16, AT_CHECK = 32,
	AT_MONTH = 4, AT_STATE = 8, AT_DATE = 16, AT_KEY = 32, DATE_LEN = 10,
	KEY_LOST = 16, /* zeros at the front of a wrapped key: it is lost */
	KEY_LEFT = 8
};

static const char head_magic[] = "cpadmin shelf/1\n"; /* 16 and a NUL */
static const char slot_magic[] = "SLOT";

int
cp_shelf_date_valid(const char *date)
{
	size_t i;

	if (strlen(date) != DATE_LEN || date[4] != '-' || date[7] != '-')
		return 0;
	for (i = 0; i < DATE_LEN; i++)
		if (i != 4 && i != 7 && (date[i] < '0' || date[i] > '9'))
			return 0;
	return 1;
}

int
cp_shelf_month_valid(int month)
{
	return month >= 180001 && month <= 999912 && month % 100 >= 1 &&
	    month % 100 <= 12;
}

void
cp_shelf_label(const uint8_t id[RING_ID], int month, char out[RING_LABEL])
{
	size_t i, n;

	n = (size_t)snprintf(out, RING_LABEL, "cpadmin shelf %06d ", month);
	for (i = 0; i < RING_ID; i++, n += 2)
		(void)snprintf(out + n, RING_LABEL - n, "%02x", id[i]);
}

enum cp_rc
cp_shelf_wrap_key(const uint8_t id[RING_ID], const struct cp_secret *hostkey,
    int month, const uint8_t key[RING_KEY], uint8_t out[RING_WRAPPED],
    struct cp_err *err)
{
	char label[RING_LABEL];
	struct cp_buf wrapped;
	enum cp_rc rc;

	cp_buf_init(&wrapped);
	cp_shelf_label(id, month, label);
	rc = cp_hostkey_wrap(hostkey, label, key, RING_KEY, &wrapped, err);
	if (rc == CP_OK && wrapped.len != RING_WRAPPED)
		rc = cp_fail(err, CP_FAILED, "wrapped to %zu bytes",
		    wrapped.len);
	if (rc == CP_OK)
		memcpy(out, wrapped.data, RING_WRAPPED);
	cp_buf_clear(&wrapped);
	return rc;
}

static enum cp_rc
check_sum(const uint8_t unit[RING_UNIT], struct cp_err *err)
{
	uint8_t sum[RING_UNIT - RING_BODY];

	cp_sha256(unit, RING_BODY, sum);
	if (memcmp(sum, unit + RING_BODY, sizeof(sum)) != 0)
		return cp_fail(err, CP_CORRUPT, "damaged");
	return CP_OK;
}

enum cp_rc
cp_shelf_head_encode(const uint8_t id[RING_ID],
    const struct cp_secret *hostkey, uint8_t out[RING_UNIT],
    struct cp_err *err)
{
	char label[RING_LABEL];
	struct cp_buf check;
	enum cp_rc rc;

	cp_buf_init(&check);
	cp_shelf_label(id, 0, label);
	rc = cp_hostkey_wrap(hostkey, label, id, RING_ID, &check, err);
	if (rc == CP_OK && check.len != RING_CHECK)
		rc = cp_fail(err, CP_FAILED, "wrapped to %zu bytes",
		    check.len);
	if (rc == CP_OK) {
		memset(out, 0, RING_UNIT);
		memcpy(out + AT_MAGIC, head_magic, AT_ID);
		memcpy(out + AT_ID, id, RING_ID);
		memcpy(out + AT_CHECK, check.data, RING_CHECK);
		cp_sha256(out, RING_BODY, out + RING_BODY);
	}
	cp_buf_clear(&check);
	return rc;
}

enum cp_rc
cp_shelf_head_decode(const uint8_t in[RING_UNIT],
    const struct cp_secret *hostkey, uint8_t id[RING_ID],
    struct cp_err *err)
{
	struct cp_secret *same = NULL;
	char label[RING_LABEL];
	enum cp_rc rc;

	if (memcmp(in + AT_MAGIC, head_magic, AT_ID) != 0)
		return cp_fail(err, CP_CORRUPT, "not a shelf keyring");
	rc = check_sum(in, err);
	if (rc != CP_OK)
		return rc;
	cp_shelf_label(in + AT_ID, 0, label);
	rc = cp_hostkey_unwrap(hostkey, label, in + AT_CHECK, RING_CHECK,
	    &same, err);
	if (rc == CP_KEY) {
		(void)cp_fail(err, rc, "made under another host key");
		cp_err_hint(err, "bring back the host key this store was made "
		    "with; without it nothing archived can be opened");
	}
	if (rc == CP_OK)
		memcpy(id, in + AT_ID, RING_ID);
	cp_secret_free(same);
	return rc;
}

void
cp_shelf_slot_encode(const struct cp_shelf_slot *slot,
    uint8_t out[RING_UNIT])
{
	uint32_t month = (uint32_t)slot->info.month;

	memset(out, 0, RING_UNIT);
	memcpy(out, slot_magic, AT_MONTH);
	out[AT_MONTH] = (uint8_t)(month >> 24);
	out[AT_MONTH + 1] = (uint8_t)(month >> 16);
	out[AT_MONTH + 2] = (uint8_t)(month >> 8);
	out[AT_MONTH + 3] = (uint8_t)month;
	out[AT_STATE] = (uint8_t)slot->info.state;
	memcpy(out + AT_DATE, slot->info.date, DATE_LEN);
	if (slot->info.state == CP_SHELF_LIVE)
		memcpy(out + AT_KEY, slot->wrapped, RING_WRAPPED);
	cp_sha256(out, RING_BODY, out + RING_BODY);
}

static int
slot_month(const uint8_t in[RING_UNIT])
{
	return (int)((uint32_t)in[AT_MONTH] << 24 |
	    (uint32_t)in[AT_MONTH + 1] << 16 |
	    (uint32_t)in[AT_MONTH + 2] << 8 | in[AT_MONTH + 3]);
}

/* A power cut within the zeroising write: what came first is there, and with
 * it so many zeros before the rest of the wrapped key that it opens no more.
 * To call it zeroised therefore loses nothing, whatever else happened to it. */
static int
half_zeroised(const uint8_t in[RING_UNIT], struct cp_shelf_slot *out)
{
	uint8_t whole[RING_UNIT];
	int left = 0; /* of the key: a single flipped bit is no torn write */

	for (int i = AT_KEY + KEY_LOST; i < AT_KEY + RING_WRAPPED; i++)
		left += in[i] != 0;
	memset(out, 0, sizeof(*out));
	out->info.month = slot_month(in);
	out->info.state = CP_SHELF_ZEROISED;
	memcpy(out->info.date, in + AT_DATE, DATE_LEN);
	cp_shelf_slot_encode(out, whole);
	return memcmp(whole, in, AT_KEY + KEY_LOST) == 0 &&
	    left >= KEY_LEFT &&
	    cp_shelf_month_valid(out->info.month) &&
	    cp_shelf_date_valid(out->info.date);
}

enum cp_rc
cp_shelf_slot_decode(const uint8_t in[RING_UNIT], struct cp_shelf_slot *out,
    struct cp_err *err)
{
	uint8_t again[RING_UNIT];
	struct cp_shelf_slot slot;
	enum cp_rc rc;

	rc = check_sum(in, err);
	if (rc != CP_OK && half_zeroised(in, &slot)) {
		*out = slot;
		return CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	memset(&slot, 0, sizeof(slot));
	slot.info.month = slot_month(in);
	slot.info.state = in[AT_STATE] == CP_SHELF_LIVE ? CP_SHELF_LIVE :
	    CP_SHELF_ZEROISED;
	memcpy(slot.info.date, in + AT_DATE, DATE_LEN);
	memcpy(slot.wrapped, in + AT_KEY, RING_WRAPPED);
	cp_shelf_slot_encode(&slot, again);
	if (memcmp(again, in, RING_UNIT) != 0 ||
	    !cp_shelf_month_valid(slot.info.month) ||
	    !cp_shelf_date_valid(slot.info.date))
		return cp_fail(err, CP_CORRUPT, "damaged");
	*out = slot;
	return CP_OK;
}
