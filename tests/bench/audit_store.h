#ifndef AUDIT_STORE_H
#define AUDIT_STORE_H

/* A store with a log, in a temporary folder, for measurements. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "archive/crypto.h"
#include "archive/hostkey.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/audit.h"

struct bench_store {
	char dir[64];
	struct cp_store *store;
	struct cp_audit *audit;
	struct cp_now now;
};

static struct cp_err bench_err;

static inline void
bench_ok(enum cp_rc rc)
{
	if (rc == CP_OK)
		return;
	(void)fprintf(stderr, "bench: %s\n", bench_err.what);
	exit(1);
}

static inline double
bench_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void
bench_store_make(struct bench_store *b)
{
	char path[100];

	memset(b, 0, sizeof(*b));
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/cpadmin-bench.XXXXXX");
	if (mkdtemp(b->dir) == NULL)
		exit(1);
	(void)snprintf(path, sizeof(path), "%s/keys", b->dir);
	if (mkdir(path, 0700) != 0)
		exit(1);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", b->dir);
	bench_ok(cp_crypto_init(&bench_err));
	bench_ok(cp_hostkey_create(path, &bench_err));
	bench_ok(cp_audit_make_key(b->dir, "bench", &bench_err));
	bench_ok(cp_store_create(b->dir, &b->store, &bench_err));
	b->now.unix_time = 1795219200;
	b->now.today = cp_london_date(b->now.unix_time);
	(void)cp_utc_format(b->now.unix_time, b->now.time);
	bench_ok(cp_audit_open(b->store, "bench", "night", &b->now, &b->audit,
	    &bench_err));
}

static inline void
bench_store_drop(struct bench_store *b)
{
	char command[100];

	cp_audit_free(b->audit);
	cp_store_free(b->store);
	(void)snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	if (system(command) != 0)
		exit(1);
}

/* The I-th entry of a log like that of a retention run. */
static inline void
bench_entry(int64_t i, char id[24], char detail[200], struct cp_entry *e)
{
	(void)snprintf(id, 24, "CP-%04lld-%04lld-7", (long long)(i / 10000),
	    (long long)(i % 10000));
	(void)snprintf(detail, 200, "{\"rule\":\"age.limit\",\"due\":"
	    "\"2026-11-21\",\"package\":\"%s\",\"volume\":\"V-%06lld\"}", id,
	    (long long)(i / 1000));
	*e = (struct cp_entry){ "record.archive", id, NULL, detail };
}

static inline void
bench_fill(struct bench_store *b, int64_t from, int64_t until, int64_t batch)
{
	char id[24], detail[200];
	struct cp_entry e;

	for (int64_t i = from; i < until; i++) {
		if (i % batch == 0)
			bench_ok(cp_txn_begin(b->audit, &bench_err));
		bench_entry(i, id, detail, &e);
		bench_ok(cp_audit_add(b->audit, &e, NULL, &bench_err));
		if ((i + 1) % batch == 0)
			bench_ok(cp_txn_commit(b->audit, &bench_err));
	}
}

#endif
