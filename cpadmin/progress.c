#include "cpadmin/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 500, BAR_MS = 100, LINE_MS = 10000, BAR_WIDTH = 24 };

static int64_t
now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
cp_progress_init(struct cp_progress *p, const struct cp_call *call,
    const char *what, int64_t total)
{
	memset(p, 0, sizeof(*p));
	p->what = what;
	p->total = total;
	p->on = cp_wants_progress(call);
	p->terminal = isatty(STDERR_FILENO);
	p->started_ms = now_ms();
	/* The first line of a log comes after its ten seconds too. */
	p->shown_ms = p->terminal ? 0 : p->started_ms;
}

static void
bar(const struct cp_progress *p, int64_t done, char *out, size_t cap)
{
	int i, full;

	out[0] = '\0';
	if (!p->terminal || p->total <= 0 || cap < BAR_WIDTH + 4)
		return;
	full = (int)((double)done / (double)p->total * BAR_WIDTH);
	if (full > BAR_WIDTH)
		full = BAR_WIDTH;
	*out++ = ' ';
	*out++ = '[';
	for (i = 0; i < BAR_WIDTH; i++)
		*out++ = i < full ? '#' : '.';
	*out++ = ']';
	*out = '\0';
}

static void
left(const struct cp_progress *p, int64_t done, double rate, char *out,
    size_t cap)
{
	int64_t s;

	out[0] = '\0';
	if (p->total <= done || rate <= 0)
		return;
	s = (int64_t)((double)(p->total - done) / rate) + 1;
	(void)snprintf(out, cap, ", %" PRId64 ":%02d:%02d left", s / 3600,
	    (int)(s / 60 % 60), (int)(s % 60));
}

static void
show(struct cp_progress *p, int64_t done, int64_t at)
{
	char bars[BAR_WIDTH + 8], time_left[48], of[32] = "";
	double rate = at > p->started_ms ?
	    (double)done * 1000 / (double)(at - p->started_ms) : 0;

	bar(p, done, bars, sizeof(bars));
	left(p, done, rate, time_left, sizeof(time_left));
	if (p->total > 0)
		(void)snprintf(of, sizeof(of), " of %" PRId64, p->total);
	(void)fprintf(stderr, "%s%s%s %" PRId64 "%s, %.0f/s%s%s",
	    p->terminal ? "\r" : "", p->what, bars, done, of, rate, time_left,
	    p->terminal ? "\033[K" : "\n");
	p->shown_ms = at;
}

void
cp_progress_at(void *ctx, int64_t done, int64_t total)
{
	struct cp_progress *p = ctx;
	int64_t at;

	if (!p->on)
		return;
	if (total > 0)
		p->total = total;
	at = now_ms();
	if (at - p->started_ms < QUIET_MS ||
	    at - p->shown_ms < (p->terminal ? BAR_MS : LINE_MS))
		return;
	show(p, done, at);
}

void
cp_progress_end(struct cp_progress *p, int64_t done)
{
	if (p->on && p->terminal && p->shown_ms > 0) {
		show(p, done, now_ms());
		(void)fputc('\n', stderr);
	}
	p->on = 0;
}
