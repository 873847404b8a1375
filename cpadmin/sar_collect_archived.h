#ifndef CP_CPADMIN_SAR_COLLECT_ARCHIVED_H
#define CP_CPADMIN_SAR_COLLECT_ARCHIVED_H

#include "cpadmin/cmd.h"

/*
 * The custodians' part of `sar collect', before the rest of it and with a
 * session of its own: with --share or --opening the packages of those of the
 * request's subjects who are archived are opened and kept for it (keeping.h),
 * each with its entry in the log.  Of whom something is kept already nothing
 * is opened again.  Without these options it does nothing.  CP_REFUSED: nobody
 * of it is archived, it is answered, the policy, or the opening is for another
 * purpose; CP_DENIED; CP_KEY.
 */
enum cp_rc cp_sar_collect_archived(const struct cp_call *call,
    struct cp_err *err) CP_MUST_CHECK;

#endif
