#ifndef CP_DUTIES_INSPECTING_OPEN_H
#define CP_DUTIES_INSPECTING_OPEN_H

#include "lifecycle/duties/opening.h"

/* Private to inspecting.c: opening all packages of a volume, on as many cores
 * as asked for, since each costs an X25519 operation. */

/* A package to be opened; all borrowed until its `done'. */
struct cp_open_item {
	const struct cp_parcel *parcel;
	const void *header;
	size_t header_len;
	size_t boxed; /* bytes of its box that are in use */
};

struct cp_open_all {
	const struct cp_opener *opener; /* unlocked */
	unsigned workers;               /* 0 or 1: all in this thread */
	/* Package ID of the volume: 1 and OUT, or 0 to leave it alone. */
	int (*find)(void *ctx, const char *id, struct cp_open_item *out);
	/* In the order of the volume; FAULT is NULL where it is whole. */
	void (*done)(void *ctx, const struct cp_err *fault);
	void *ctx;
};

/* Errors are of the volume or the machine; what is wrong with a package goes
 * to `done'. */
enum cp_rc cp_open_volume(const struct cp_open_all *all, const char *dir,
    const char *volume_id, struct cp_err *err) CP_MUST_CHECK;

#endif
