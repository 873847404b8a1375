#include "tests/population/pop.h"

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

struct rng
rng_at(uint64_t seed, enum stream stream, uint64_t index)
{
	struct rng r;

	r.s = mix(mix(seed + UINT64_C(0x9E3779B97F4A7C15)) ^
	    mix((index << 4 | (uint64_t)stream) +
	    UINT64_C(0xD1B54A32D192ED03)));
	return r;
}

uint64_t
rng_next(struct rng *r)
{
	r->s += UINT64_C(0x9E3779B97F4A7C15);
	return mix(r->s);
}

uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

/* Four Feistel rounds over the next even power of two, walked in a cycle. */
uint64_t
rng_permute(uint64_t key, uint64_t x, uint64_t domain)
{
	unsigned half = 1;
	uint64_t mask, left, right, next, round;

	while (half < 31 && (UINT64_C(1) << (2 * half)) < domain)
		half++;
	mask = (UINT64_C(1) << half) - 1;
	do {
		left = x >> half;
		right = x & mask;
		for (round = 1; round <= 4; round++) {
			next = left ^
			    (mix(key + round * UINT64_C(0xA0761D6478BD642F) +
			    right) & mask);
			left = right;
			right = next;
		}
		x = left << half | right;
	} while (x >= domain);
	return x;
}
