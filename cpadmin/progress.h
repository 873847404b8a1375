#ifndef CP_CPADMIN_PROGRESS_H
#define CP_CPADMIN_PROGRESS_H

#include <stdint.h>

#include "cpadmin/cmd.h"

/* Progress of long work on stderr: a bar with rate and time left on a
 * terminal, else a line every ten seconds; nothing with --quiet or
 * --no-progress, nothing for work under half a second. */
struct cp_progress {
	const char *what;
	int64_t total; /* 0 = not known */
	int64_t started_ms;
	int64_t shown_ms;
	int on;
	int terminal;
};

void cp_progress_init(struct cp_progress *p, const struct cp_call *call,
    const char *what, int64_t total);
/* Fits the callbacks of the floors below: CTX is a struct cp_progress. */
void cp_progress_at(void *ctx, int64_t done, int64_t total);
void cp_progress_end(struct cp_progress *p, int64_t done);

#endif
