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

/* CP_USAGE: the name is empty. */
enum cp_rc cp_sar_ics_begin(const struct cp_call *call,
    struct cp_sar_ics *ics, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_sar_ics_put(struct cp_sar_ics *ics, struct cp_sar_case *x,
    const struct cp_sar *r, struct cp_err *err) CP_MUST_CHECK;
/* Writes it, of mode 0600: CP_REFUSED where there is a file of that name. */
enum cp_rc cp_sar_ics_write(struct cp_sar_ics *ics, struct cp_err *err)
    CP_MUST_CHECK;
void cp_sar_ics_clear(struct cp_sar_ics *ics);

#endif
