#ifndef CP_CPADMIN_SESSION_H
#define CP_CPADMIN_SESSION_H

#include "archive/err.h"
#include "cpadmin/cmd.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"
#include "lifecycle/store/store.h"

/* What a command on a store works with: the store, who acts, and when. */
struct cp_session {
	struct cp_store *store;
	struct cp_settings settings;
	struct cp_operator op;
	struct cp_now now;
	struct cp_audit *audit; /* with CP_STORE_WRITE; signs the log */
};

/*
 * Opens the store of --store, CPADMIN_STORE or the installed default, finds
 * who acts (by uid; --as in a rehearsal store) and the day (--on: to look, in
 * any store; to change, in a rehearsal store only).  CP_DENIED where that is
 * not allowed or the operator is not known, suspended or out of training.
 */
enum cp_rc cp_session_open(const struct cp_call *call, enum cp_store_mode mode,
    struct cp_session *out, struct cp_err *err) CP_MUST_CHECK;
void cp_session_close(struct cp_session *s);
/* After the commit of what hides or removes something: nothing of it stays in
 * the database's log (store_forget.h), or a line on stderr says that a reader
 * prevents it. */
void cp_session_forget(const struct cp_call *call, struct cp_session *s);

/* The moment of a command: the clock's, or the day ON (of --on; may be NULL)
 * at the present time of day, or at the time that follows it as in
 * 2026-03-29T01:30, with or without seconds: what clocks in England show.
 * CP_USAGE if ON is no date. */
enum cp_rc cp_session_now(const char *on, struct cp_now *out,
    struct cp_err *err) CP_MUST_CHECK;

/* The reason of --reason: CP_USAGE if absent or empty. */
enum cp_rc cp_session_reason(const struct cp_call *call, const char **out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
