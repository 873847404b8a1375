#include "lifecycle/rules/rate.h"

enum { WAIT_MAX = 3600 * 1000, SECOND = 1000 };

int64_t
cp_rate_wait(int64_t bytes, int64_t per_second, int64_t elapsed_ms)
{
	int64_t whole, rest, need;

	if (per_second <= 0 || bytes <= 0)
		return 0;
	if (elapsed_ms < 0)
		elapsed_ms = 0;
	whole = bytes / per_second;
	if (whole > INT64_MAX / SECOND - 1)
		return WAIT_MAX;
	/* Less than a second's worth, rounded up. */
	rest = bytes % per_second;
	if (per_second > INT64_MAX / SECOND / 2) {
		rest /= SECOND;
		per_second /= SECOND;
	}
	need = whole * SECOND + (rest * SECOND + per_second - 1) / per_second -
	    elapsed_ms;
	return need <= 0 ? 0 : need > WAIT_MAX ? WAIT_MAX : need;
}
