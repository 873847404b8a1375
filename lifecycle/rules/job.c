#include "lifecycle/rules/job.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/rules/london.h"

enum { HOUR = 3600, MINUTE = 60, NEXT_DAYS = 3660 };

/* ---- jobs ------------------------------------------------------------------ */

void
cp_job_init(struct cp_job *job)
{
	memset(job, 0, sizeof(*job));
	job->enabled = 1;
	job->day = 1;
	job->at = 2 * HOUR;
	job->max_late.days = 3;
	job->timeout = 2 * HOUR;
	job->retries = 3;
	job->retry_after = 5 * MINUTE;
}

static struct cp_job *
add(struct cp_schedule *s, const char *name, const char *command,
    enum cp_job_every every, int32_t at)
{
	struct cp_job *job = &s->jobs[s->n++];

	cp_job_init(job);
	(void)snprintf(job->name, sizeof(job->name), "%s", name);
	(void)snprintf(job->command, sizeof(job->command), "%s", command);
	job->every = every;
	job->at = at;
	return job;
}

void
cp_schedule_default(struct cp_schedule *out)
{
	struct cp_job *job;

	memset(out, 0, sizeof(*out));
	(void)add(out, "retention", "retention run", CP_EVERY_DAY, 2 * HOUR);
	job = add(out, "archive-scrub", "archive scrub --max-minutes 100",
	    CP_EVERY_DAY, 3 * HOUR);
	job->max_late.days = 1;
	(void)add(out, "checkpoint", "audit checkpoint", CP_EVERY_DAY,
	    4 * HOUR);
	job = add(out, "verify", "audit verify", CP_EVERY_WEEK, 5 * HOUR);
	job->weekday = 6;
	job->max_late.days = 6;
	job = add(out, "archive-verify", "archive verify", CP_EVERY_MONTH,
	    6 * HOUR);
	job->max_late.days = 20;
	/* The run of the first takes the keys of shelves. */
	job = add(out, "sanitise", "sanitise", CP_EVERY_MONTH, 6 * HOUR);
	job->day = 2;
	job->max_late.days = 20;
}

const struct cp_job *
cp_schedule_find(const struct cp_schedule *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->jobs[i].name, name) == 0)
			return &s->jobs[i];
	return NULL;
}

/* ---- days ------------------------------------------------------------------ */

static int
excepted(const struct cp_job *job, int year, int month, int day)
{
	const struct cp_job_day *e;

	for (int i = 0; i < job->n_except; i++) {
		e = &job->except[i];
		if (e->day == day && e->month == month &&
		    (e->year == 0 || e->year == year))
			return 1;
	}
	return 0;
}

int
cp_job_on(const struct cp_job *job, struct cp_date d)
{
	int year, month, day;

	if (!cp_date_set(d))
		return 0;
	if (job->every == CP_EVERY_WEEK && cp_date_weekday(d) != job->weekday)
		return 0;
	cp_date_split(d, &year, &month, &day);
	if (job->every == CP_EVERY_MONTH && job->day > 0 && day != job->day)
		return 0;
	/* Tomorrow is another month; after the last date there is none. */
	if (job->every == CP_EVERY_MONTH && job->day == CP_JOB_LAST_DAY &&
	    cp_date_set(cp_date_make(year, month, day + 1)))
		return 0;
	return !excepted(job, year, month, day);
}

struct cp_date
cp_job_next(const struct cp_job *job, struct cp_date d)
{
	const struct cp_date none = { 0 };

	for (int i = 0; i < NEXT_DAYS && cp_date_set(d); i++) {
		d = cp_date_add_days(d, 1);
		if (cp_job_on(job, d))
			return d;
	}
	return none;
}

/* ---- moments --------------------------------------------------------------- */

/* FNV-1a, then mixed so that near dates are far apart (the finisher of
 * MurmurHash3, in the public domain). */
static uint64_t
spread(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

int64_t
cp_job_time(const struct cp_job *job, const char *store_id, struct cp_date d)
{
	int64_t at = cp_london_unix(d, job->at);
	char day[CP_DATE_TEXT];
	uint64_t h;

	if (job->random_delay <= 0)
		return at;
	h = spread(UINT64_C(0xcbf29ce484222325), store_id);
	h = spread(h, job->name);
	h = spread(h, cp_date_format(d, day));
	return at + (int64_t)(h % ((uint64_t)job->random_delay + 1));
}

int
cp_job_too_late(const struct cp_job *job, struct cp_date d, int64_t at,
    int64_t now)
{
	struct cp_date last = cp_period_end(d, job->max_late);

	return now > at + CP_JOB_GRACE && cp_date_set(last) &&
	    cp_date_cmp(cp_london_date(now), last) > 0;
}

/* ---- words ----------------------------------------------------------------- */

const char *
cp_job_every_text(const struct cp_job *job, char out[CP_JOB_EVERY_TEXT])
{
	static const char *const weekdays[] = { "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday", "sunday" };

	(void)snprintf(out, CP_JOB_EVERY_TEXT, "%s",
	    job->every == CP_EVERY_DAY ? "day" :
	    job->every == CP_EVERY_MONTH ? "month" : weekdays[job->weekday]);
	return out;
}

const char *
cp_job_at_text(const struct cp_job *job, char out[CP_JOB_AT_TEXT])
{
	unsigned at = (unsigned)job->at;

	(void)snprintf(out, CP_JOB_AT_TEXT, at % MINUTE != 0 ?
	    "%02u:%02u:%02u" : "%02u:%02u", at / HOUR % 24, at / MINUTE % 60,
	    at % MINUTE);
	return out;
}
