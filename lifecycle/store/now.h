#ifndef CP_STORE_NOW_H
#define CP_STORE_NOW_H

#include <stdint.h>

#include "lifecycle/rules/date.h"

/* The moment of a command, handed down; nothing below asks a clock. */
struct cp_now {
	struct cp_date today; /* civil, Europe/London, or as --on says */
	int64_t unix_time;    /* seconds since 1970, of that day */
	char time[24];        /* the same in RFC 3339, UTC, whole seconds */
	int simulated;        /* --on was given */
};

#endif
