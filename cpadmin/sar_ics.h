#ifndef CP_CPADMIN_SAR_ICS_H
#define CP_CPADMIN_SAR_ICS_H

#include "cpadmin/sar_case.h"

/*
 * The calendar's file of --ics: a day for each request, with alarms two weeks,
 * one week and three days before and on it (ical.h).  One that was answered,
 * or of which no day is due, is in it as cancelled, so that a calendar that had
 * it forgets it.  Without --ics these do nothing.
 */
struct cp_sar_ics {
	const char *path; /* NULL: not asked for */
	struct cp_buf out;
};

/* The new file that option NAME says, into *OUT; NULL if it is not given.
 * CP_USAGE: empty; CP_REFUSED: there is one; CP_NOT_FOUND, CP_FAILED for its
 * folder.  Asked before anything is shown. */
enum cp_rc cp_sar_new_file(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err) CP_MUST_CHECK;

/* CP_USAGE, CP_REFUSED ... as cp_sar_new_file. */
enum cp_rc cp_sar_ics_begin(const struct cp_call *call,
    struct cp_sar_ics *ics, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_sar_ics_put(struct cp_sar_ics *ics, struct cp_sar_case *x,
    const struct cp_sar *r, struct cp_err *err) CP_MUST_CHECK;
/* Writes it, of mode 0600: CP_REFUSED where there is one by now. */
enum cp_rc cp_sar_ics_write(struct cp_sar_ics *ics, struct cp_err *err)
    CP_MUST_CHECK;
void cp_sar_ics_clear(struct cp_sar_ics *ics);

#endif
