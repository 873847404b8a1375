/*
 * shelf DIR MONTHS: a keyring of so many shelves in DIR; prints, as JSON, how
 * long cp_shelf_destroy takes for each, from the call until the key is read
 * back as zeros: the middle one and the longest, in milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "archive/hostkey.h"
#include "archive/secret.h"
#include "archive/shelf.h"

static void
must(enum cp_rc rc, const struct cp_err *err)
{
	if (rc == CP_OK)
		return;
	(void)fprintf(stderr, "%s\n", err->what);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
month(int i)
{
	return (2000 + i / 12) * 100 + i % 12 + 1;
}

int
main(int argc, char **argv)
{
	struct cp_shelf_ring *ring = NULL;
	struct cp_secret *host = NULL;
	struct cp_err err = { 0 };
	char path[4096];
	double *took;
	int n;

	if (argc != 3 || (n = (int)strtol(argv[2], NULL, 10)) < 1)
		return 2;
	took = calloc((size_t)n, sizeof(*took));
	if (took == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/host.key", argv[1]);
	must(cp_hostkey_create(path, &err), &err);
	must(cp_hostkey_load(argv[1], &host, &err), &err);
	(void)snprintf(path, sizeof(path), "%s/shelves.key", argv[1]);
	must(cp_shelf_create(path, host, &err), &err);
	must(cp_shelf_open(path, host, CP_SHELF_WRITE, &ring, &err), &err);
	for (int i = 0; i < n; i++)
		must(cp_shelf_ensure(ring, month(i), "2000-01-01", &err),
		    &err);
	for (int i = 0; i < n; i++) {
		double start = now();

		must(cp_shelf_destroy(ring, month(i), "2026-01-01", &err),
		    &err);
		took[i] = now() - start;
	}
	qsort(took, (size_t)n, sizeof(*took), by_size);
	(void)printf("{\"middle\":%.3f,\"longest\":%.3f}\n", took[n / 2],
	    took[n - 1]);
	cp_shelf_close(&ring);
	cp_secret_free(host);
	free(took);
	return 0;
}
