/*
 * The limit of sealing: microseconds of one X25519, the fastest of several
 * stretches within the seconds given (0.3), on as many threads as given (1).
 * Prints them, and how many a second all threads did together.
 */
#include <pthread.h>

#include "tests/bench/audit_store.h"

enum { STRETCH = 100, THREADS = 64 };

struct bench_curve {
	double seconds, best;
	long count;
};

static void *
turn(void *arg)
{
	struct bench_curve *c = arg;
	uint8_t scalar[32], point[32] = { 9 }, out[32];
	struct cp_err err;
	double start = bench_clock(), from = start, now = start;

	memset(scalar, 0x42, sizeof(scalar));
	c->best = 1;
	while (now - start < c->seconds) {
		for (int i = 0; i < STRETCH; i++) {
			if (cp_x25519(scalar, point, out, &err) != CP_OK)
				exit(1);
			memcpy(point, out, sizeof(point));
		}
		now = bench_clock();
		c->count += STRETCH;
		if ((now - from) / STRETCH < c->best)
			c->best = (now - from) / STRETCH;
		from = now;
	}
	c->seconds = now - start;
	return NULL;
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0.3, rate = 0, mean = 0;
	int n = argc > 2 ? atoi(argv[2]) : 1;
	struct bench_curve curve[THREADS] = { { 0 } };
	pthread_t thread[THREADS];

	if (n < 1 || n > THREADS || seconds <= 0)
		return 2;
	bench_ok(cp_crypto_init(&bench_err));
	for (int i = 0; i < n; i++) {
		curve[i].seconds = seconds;
		if (pthread_create(&thread[i], NULL, turn, &curve[i]) != 0)
			return 1;
	}
	for (int i = 0; i < n; i++) {
		(void)pthread_join(thread[i], NULL);
		rate += (double)curve[i].count / curve[i].seconds;
		mean += curve[i].seconds / (double)curve[i].count / n;
	}
	printf("{\"mean_us\":%.1f,\"best_us\":%.1f,\"rate\":%.1f}\n",
	    mean * 1e6, curve[0].best * 1e6, rate);
	return 0;
}
