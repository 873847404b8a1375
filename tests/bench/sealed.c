/*
 * sealed STORE DIR: writes every package of a store to DIR/PACKAGE.age, its
 * header from the catalogue before its payload from the volume: what the
 * stock age program is to open.  Prints how many.
 */
#include "archive/shelf.h"
#include "archive/volume_each.h"
#include "lifecycle/records/catalogue.h"
#include "tests/bench/audit_store.h"

static struct cp_store *store;
static struct cp_shelf_ring *ring;
static const char *target;
static int written;

static enum cp_rc
put(void *ctx, const char *id, const void *payload, size_t len,
    struct cp_err *err)
{
	struct cp_buf wrapped, header;
	struct cp_parcel p;
	char path[4096];
	FILE *f;
	int bad;

	(void)ctx;
	cp_buf_init(&wrapped);
	cp_buf_init(&header);
	bench_ok(cp_parcel_get(store, id, &p, err));
	bench_ok(cp_parcel_header(store, &p, &wrapped, err));
	bench_ok(cp_shelf_unwrap(ring, p.shelf, id, wrapped.data, wrapped.len,
	    &header, err));
	(void)snprintf(path, sizeof(path), "%s/%s.age", target, id);
	f = fopen(path, "w");
	if (f == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	bad = fwrite(header.data, 1, header.len, f) != header.len ||
	    fwrite(payload, 1, len, f) != len;
	if (fclose(f) != 0 || bad)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	cp_buf_clear(&wrapped);
	cp_buf_clear(&header);
	written++;
	return CP_OK;
}

static enum cp_rc
walk(void *ctx, const struct cp_volume_row *v, struct cp_err *err)
{
	return cp_volume_each(ctx, v->id, put, NULL, err);
}

int
main(int argc, char **argv)
{
	char keys[4096], shelves[4096], archive[4096];
	struct cp_secret *host = NULL;

	if (argc != 3)
		return 2;
	target = argv[2];
	bench_ok(cp_crypto_init(&bench_err));
	bench_ok(cp_store_open(argv[1], CP_STORE_READ, &store, &bench_err));
	bench_ok(cp_store_path(store, keys, sizeof(keys), &bench_err, "keys"));
	bench_ok(cp_store_path(store, shelves, sizeof(shelves), &bench_err,
	    "keys/shelves.key"));
	bench_ok(cp_store_path(store, archive, sizeof(archive), &bench_err,
	    "archive"));
	bench_ok(cp_hostkey_load(keys, &host, &bench_err));
	bench_ok(cp_shelf_open(shelves, host, CP_SHELF_READ, &ring,
	    &bench_err));
	bench_ok(cp_volume_row_each(store, walk, archive, &bench_err));
	cp_shelf_close(&ring);
	cp_secret_free(host);
	cp_store_free(store);
	printf("%d\n", written);
	return 0;
}
