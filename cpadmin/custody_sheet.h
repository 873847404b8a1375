#ifndef CP_CPADMIN_CUSTODY_SHEET_H
#define CP_CPADMIN_CUSTODY_SHEET_H

#include "cpadmin/ceremony.h"
#include "cpadmin/session.h"

/*
 * Shares on paper: duties/custody_page.h.  Who calls this says CP_NEEDS_PAGES.
 */

/* The verb: one sheet, of --share to --output. */
enum cp_rc cp_custody_run_sheet(struct cp_call *call, struct cp_err *err)
    CP_SETS_PAGES;

/*
 * A sheet for each share of the key that C has made, in DIR, which is made if
 * it is not there: custody-ID-share-N.pdf, mode 0600, none of which may be
 * there.  The shares are where the ceremony put them, KEYS_DIR unless it says
 * otherwise; their passphrases and holders are still in C.  Each is logged
 * before it is written: call it after the ceremony's own transaction.
 */
enum cp_rc cp_custody_sheets(struct cp_session *s, const struct cp_ceremony *c,
    const char *keys_dir, const char *dir, struct cp_err *err) CP_MUST_CHECK;

#endif
