#ifndef CP_RULES_RATE_H
#define CP_RULES_RATE_H

#include <stdint.h>

/* Limiting work to so many bytes a second.  Pure and thread-safe. */

/* How many milliseconds to wait now, so that BYTES done within ELAPSED_MS (both
 * since the same moment) are no more than PER_SECOND allows; 0 when there is
 * nothing to wait for, or no limit (PER_SECOND <= 0).  A clock that went back
 * (ELAPSED_MS < 0) counts as none passed; no answer is over an hour. */
int64_t cp_rate_wait(int64_t bytes, int64_t per_second, int64_t elapsed_ms);

#endif
