#ifndef CP_CPADMIN_RECORD_VERBS_H
#define CP_CPADMIN_RECORD_VERBS_H

#include "cpadmin/out.h"
#include "cpadmin/session.h"
#include "lifecycle/records/events.h"

/* The verbs of `cpadmin record', each in its file, and what they share. */

enum cp_rc record_run_import(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_show(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_find(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_list(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_history(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_correct(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_event(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_move(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

enum cp_rc record_run_merge(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_split(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_undo(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc record_run_never_link(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

enum cp_rc record_run_quarantine(struct cp_call *call, struct cp_err *err)
    CP_MUST_CHECK;

/* What `record import' does with the files of CALL, for an operator with one
 * of ROLES; with INTAKE, every row goes straight behind a shield. */
struct cp_shield_request;
enum cp_rc record_import_files(struct cp_call *call, unsigned roles,
    const struct cp_shield_request *intake, struct cp_err *err) CP_MUST_CHECK;

/* Those who may change records, and those who may look at one. */
enum {
	RECORD_CHANGERS = CP_ROLE_TEAM | CP_ROLE_ADMIN,
	RECORD_READERS = CP_ROLE_TEAM | CP_ROLE_SHIELD | CP_ROLE_DPO |
	    CP_ROLE_ADMIN
};

/* Opens the store to write, for an operator with one of ROLES. */
enum cp_rc record_open(const struct cp_call *call, unsigned roles,
    struct cp_session *s, struct cp_err *err) CP_MUST_CHECK;
/* The same for a change, with the rules in force; *POLICY is the caller's, and
 * C borrows from S and RULES. */
enum cp_rc record_open_change(const struct cp_call *call,
    struct cp_session *s, struct cp_policy **policy, struct cp_rules *rules,
    struct cp_change *c, struct cp_err *err) CP_MUST_CHECK;
/* Logs ACTION about SUBJECT with {"reason":REASON} in the open transaction. */
enum cp_rc record_log(struct cp_session *s, const char *action,
    const char *subject, const char *reason, struct cp_err *err)
    CP_MUST_CHECK;
/* Shows DOC of R on stdout, in words or as the record document. */
enum cp_rc record_print(const struct cp_call *call,
    const struct cp_document *doc, const struct cp_record *r,
    struct cp_date today, struct cp_err *err) CP_MUST_CHECK;
/* A date as a value, null where there is none. */
void record_out_date(struct cp_out *o, struct cp_date d);
/* The date of OPTION: CP_USAGE if absent (where NEEDED) or no date. */
enum cp_rc record_date_option(const struct cp_call *call, const char *option,
    int needed, struct cp_date *out, struct cp_err *err) CP_MUST_CHECK;

#endif
