#include <stdlib.h>

#include "lifecycle/records/match_priv.h"

/*
 * A Bloom filter in blocks of one cache line: a key, which is uniform, chooses
 * its line and BITS places in it.  With 16 bits for each key one of 600 others
 * is let through, with 8 one of 40.
 */
enum {
	LINE_WORDS = 8,
	BITS = 6,
	PLACE_BITS = 9,       /* 512 places in a line */
	PER_KEY = 16,
	LEAST = 64 * 1024,    /* bytes */
	MOST = 16 * 1024 * 1024
};

struct match_filter {
	uint64_t *word;
	uint64_t lines; /* a power of two, at most 2^18 */
};

enum cp_rc
match_filter_new(int64_t n, struct match_filter **out, struct cp_err *err)
{
	struct match_filter *f = calloc(1, sizeof(*f));
	size_t size = LEAST;

	if (f == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	while (size < MOST && (int64_t)size * 8 / PER_KEY < n)
		size *= 2;
	f->lines = size / (LINE_WORDS * sizeof(*f->word));
	f->word = aligned_alloc(LINE_WORDS * sizeof(*f->word), size);
	if (f->word == NULL) {
		free(f);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	for (size_t i = 0; i < size / sizeof(*f->word); i++)
		f->word[i] = 0;
	*out = f;
	return CP_OK;
}

void
match_filter_free(struct match_filter *f)
{
	if (f == NULL)
		return;
	free(f->word);
	free(f);
}

/* Places are the low bits of KEY, the line is of its high ones, of which there
 * are ten left. */
static uint64_t *
line_of(const struct match_filter *f, uint64_t key)
{
	uint64_t spread = key * UINT64_C(0x9E3779B97F4A7C15);

	return f->word + (spread >> 46) % f->lines * LINE_WORDS;
}

void
match_filter_add(struct match_filter *f, uint64_t key)
{
	uint64_t *line = line_of(f, key);

	for (int i = 0; i < BITS; i++, key >>= PLACE_BITS)
		line[key >> 6 & 7] |= UINT64_C(1) << (key & 63);
}

int
match_filter_has(const struct match_filter *f, uint64_t key)
{
	const uint64_t *line = line_of(f, key);

	for (int i = 0; i < BITS; i++, key >>= PLACE_BITS)
		if ((line[key >> 6 & 7] >> (key & 63) & 1) == 0)
			return 0;
	return 1;
}
