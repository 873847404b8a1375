#ifndef CP_RULES_JOB_H
#define CP_RULES_JOB_H

#include <stdint.h>

#include "lifecycle/rules/date.h"

/*
 * A job that is done again and again: on which days, and at which moment of
 * such a day (cpadmin.conf(5), "schedule").  A day on which a job is to be done
 * is its nominal date; a job is done once for each of them.  Times are civil,
 * Europe/London.  Pure and thread-safe.
 */
enum {
	CP_JOBS_MAX = 16,
	CP_JOB_NAME = 33,     /* 1 to 32 of a-z, 0-9 and '-', and NUL */
	CP_JOB_COMMAND = 256, /* with its NUL */
	CP_JOB_EXCEPT_MAX = 32,
	CP_JOB_EVERY_TEXT = 16,
	CP_JOB_AT_TEXT = 9,   /* "hh:mm:ss" and its NUL */
	CP_JOB_LAST_DAY = -1, /* of the month */
	CP_JOB_GRACE = 3600   /* seconds after its time in which a run is
			       * late, but not missed */
};

enum cp_job_every { CP_EVERY_DAY, CP_EVERY_WEEK, CP_EVERY_MONTH };
/* Of runs whose time passed: the latest only, each in order, or none. */
enum cp_job_missed { CP_MISSED_LAST, CP_MISSED_EACH, CP_MISSED_NONE };
/* A run whose time comes while the one before it is still going. */
enum cp_job_overlap { CP_OVERLAP_SKIP, CP_OVERLAP_WAIT };

struct cp_job_day {
	int year; /* 0 = every year */
	int month, day;
};

struct cp_job {
	char name[CP_JOB_NAME];
	char command[CP_JOB_COMMAND]; /* words of cpadmin, by single blanks */
	int enabled;
	enum cp_job_every every;
	int weekday; /* of a weekly one: 0 = Monday ... 6 = Sunday */
	int day;     /* of a monthly one: 1 to 28, or CP_JOB_LAST_DAY */
	int32_t at;  /* second of the day as clocks show it */
	enum cp_job_missed missed;
	enum cp_job_overlap overlap;
	struct cp_period max_late; /* how many days later it may begin */
	int32_t random_delay;      /* most seconds; at + it < 86400 */
	int32_t timeout;           /* seconds after which it is stopped */
	int retries;               /* after a first failure */
	int32_t retry_after;       /* seconds; doubled each time */
	int n_except;
	struct cp_job_day except[CP_JOB_EXCEPT_MAX]; /* not on these */
};

struct cp_schedule {
	struct cp_job jobs[CP_JOBS_MAX];
	int n;
};

/* A job as it is where the settings say only its name, command and day: every
 * day at 02:00, missed last, overlap skip, late by P3D, no random delay, two
 * hours, three retries after five minutes. */
void cp_job_init(struct cp_job *job);
/* What a store does whose settings do not say: retention, archive-scrub,
 * checkpoint, verify, archive-verify and sanitise. */
void cp_schedule_default(struct cp_schedule *out);
/* The job of this name, or NULL. */
const struct cp_job *cp_schedule_find(const struct cp_schedule *s,
    const char *name);

/* Whether D is one of its nominal dates. */
int cp_job_on(const struct cp_job *job, struct cp_date d);
/* The first nominal date after D; none if there is none within ten years. */
struct cp_date cp_job_next(const struct cp_job *job, struct cp_date d);
/* The moment at which its run of the nominal date D is to begin: its civil
 * time and its random delay, the same whenever asked, and for other STORE_IDs
 * another. */
int64_t cp_job_time(const struct cp_job *job, const char *store_id,
    struct cp_date d);
/* Whether NOW is too late to begin the run of D, whose time was AT: after the
 * last day that max_late allows, and after the grace. */
int cp_job_too_late(const struct cp_job *job, struct cp_date d, int64_t at,
    int64_t now);

/* As the settings write them: "day", "sunday", "month"; "02:00" or, with
 * seconds, "02:00:30".  Return OUT. */
const char *cp_job_every_text(const struct cp_job *job,
    char out[CP_JOB_EVERY_TEXT]);
const char *cp_job_at_text(const struct cp_job *job,
    char out[CP_JOB_AT_TEXT]);

#endif
