#ifndef CP_RECORDS_FEED_H
#define CP_RECORDS_FEED_H

#include "lifecycle/records/events.h"

/* Many events at once: one JSON object a line, as
 *	{"id":"...","event":"died","date":"...","notified":"..."}
 * with "intention" for left-england and "to" for moved; a member "on" (the day
 * on which the line is to be fed) is passed over. */
enum { CP_FEED_FIRST = 20 };

struct cp_feed_report {
	int64_t entered, rejected;
	int64_t offered;       /* of those entered: moves still to be agreed */
	struct cp_buf rejects; /* the first rejects, a JSON array */
	char first[160];       /* the first of them, in words */
};

void cp_feed_report_clear(struct cp_feed_report *report);
/*
 * Enters the events of PATH ("-": stdin) in order, a thousand in each
 * transaction.  What cannot be entered is in REPORT (zeroed by the caller)
 * with its line and cause; it is no error.  On failure, the events of
 * transactions before stay.
 */
enum cp_rc cp_feed_events(const struct cp_change *c, const char *path,
    const char *reason, struct cp_feed_report *report, struct cp_err *err)
    CP_MUST_CHECK;

#endif
