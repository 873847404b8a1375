#include <stdlib.h>
#include <string.h>

#include "lifecycle/records/import_impl.h"

enum { KEYS_FIRST = 4096, RADIX = 256, PASSES = 8 };

/* ---- numbers ---- */

static size_t
place_of(const struct import_keys *k, uint64_t key, size_t step)
{
	return (size_t)(key + step) & (k->places - 1);
}

static void
number_put(struct import_keys *k, uint64_t key, int64_t n)
{
	size_t step = 0;

	while (k->number[place_of(k, key, step)].n != 0)
		step++;
	k->number[place_of(k, key, step)] = (struct import_key){ key, n };
}

/* Half full at most. */
static enum cp_rc
numbers_grow(struct import_keys *k, struct cp_err *err)
{
	struct import_key *old = k->number;
	size_t places = k->places;

	if (2 * (k->numbers + 1) <= places)
		return CP_OK;
	k->places = places == 0 ? KEYS_FIRST : 2 * places;
	k->number = calloc(k->places, sizeof(*k->number));
	if (k->number == NULL) {
		k->number = old;
		k->places = places;
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	for (size_t i = 0; i < places; i++)
		if (old[i].n != 0)
			number_put(k, old[i].key, old[i].n);
	free(old);
	return CP_OK;
}

int64_t
import_keys_find(const struct import_keys *k, uint64_t key, size_t *place)
{
	const struct import_key *at;

	while (k->places > 0) {
		at = &k->number[place_of(k, key, (*place)++)];
		if (at->n == 0 || at->key == key)
			return at->n;
	}
	return 0;
}

/* ---- all keys ---- */

static enum cp_rc
room(struct import_key **key, size_t *cap, size_t want, struct cp_err *err)
{
	size_t more = *cap == 0 ? KEYS_FIRST : *cap;
	struct import_key *p;

	while (more < want)
		more *= 2;
	if (more == *cap)
		return CP_OK;
	p = realloc(*key, more * sizeof(*p));
	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	*key = p;
	*cap = more;
	return CP_OK;
}

enum cp_rc
import_keys_add(struct import_keys *k, const struct cp_keys *keys,
    const struct cp_keys *numbers, int64_t n, struct cp_err *err)
{
	enum cp_rc rc = room(&k->key, &k->cap, k->n + keys->n, err);

	for (size_t i = 0; rc == CP_OK && i < numbers->n; i++) {
		rc = numbers_grow(k, err);
		if (rc == CP_OK) {
			number_put(k, numbers->key[i], n);
			k->numbers++;
		}
	}
	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < keys->n; i++)
		k->key[k->n++] = (struct import_key){ keys->key[i], n };
	if (k->first == 0)
		k->first = n;
	return CP_OK;
}

/*
 * By key as SQLite orders it, signed; a radix sort is stable, so that records
 * of one key stay ascending.  The result is in k->key.
 */
static void
sort(struct import_keys *k)
{
	struct import_key *from = k->key, *to = k->spare, *other;
	static const uint64_t sign = (uint64_t)1 << 63;
	size_t count[RADIX], sum, i, c;

	for (unsigned shift = 0; shift < 8 * PASSES; shift += 8) {
		memset(count, 0, sizeof(count));
		for (i = 0; i < k->n; i++)
			count[((from[i].key ^ sign) >> shift) & 255]++;
		for (sum = 0, i = 0; i < RADIX; i++) {
			c = count[i];
			count[i] = sum;
			sum += c;
		}
		for (i = 0; i < k->n; i++)
			to[count[((from[i].key ^ sign) >> shift) & 255]++] =
			    from[i];
		other = from;
		from = to;
		to = other;
	}
}

enum cp_rc
import_keys_flush(struct import_keys *k, struct cp_store *s,
    struct cp_err *err)
{
	enum cp_rc rc = room(&k->spare, &k->spare_cap, k->n, err);

	if (rc == CP_OK && k->n > 1)
		sort(k);
	for (size_t i = 0; rc == CP_OK && i < k->n; i++)
		rc = cp_key_insert(s, k->key[i].key, k->key[i].n, err);
	if (rc == CP_OK)
		import_keys_reset(k);
	return rc;
}

void
import_keys_reset(struct import_keys *k)
{
	k->n = 0;
	k->first = 0;
	k->numbers = 0;
	if (k->number != NULL)
		memset(k->number, 0, k->places * sizeof(*k->number));
}

void
import_keys_clear(struct import_keys *k)
{
	free(k->key);
	free(k->spare);
	free(k->number);
	memset(k, 0, sizeof(*k));
}
