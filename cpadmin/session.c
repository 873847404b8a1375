#include "cpadmin/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cpadmin/out.h"
#include "lifecycle/rules/london.h"
#include "lifecycle/store/store_forget.h"

static const char default_store[] = "/var/lib/cpadmin";

static const char *
store_dir(const struct cp_call *call)
{
	const char *dir = cp_option(call, "store");

	if (dir == NULL || dir[0] == '\0')
		dir = getenv("CPADMIN_STORE");
	return dir != NULL && dir[0] != '\0' ? dir : default_store;
}

/* "YYYY-MM-DD", which may have "Thh:mm" or "Thh:mm:ss" after it; *SECOND of
 * the day, or -1. */
static enum cp_rc
parse_on(const char *on, struct cp_date *day, int32_t *second,
    struct cp_err *err)
{
	static const char shape[] = "T00:00:00";
	int part[3] = { 0, 0, 0 };
	char date[CP_DATE_TEXT];
	size_t len = strlen(on), i;

	*second = -1;
	if (len != 16 && len != 19)
		return cp_date_parse(on, day, err);
	for (i = 10; i < len; i++) {
		if (shape[i - 10] != '0' ? on[i] != shape[i - 10] :
		    on[i] < '0' || on[i] > '9')
			return cp_fail(err, CP_USAGE, "is no time, as in "
			    "2026-03-29T01:30");
		if (shape[i - 10] == '0')
			part[(i - 11) / 3] = part[(i - 11) / 3] * 10 +
			    on[i] - '0';
	}
	if (part[0] > 23 || part[1] > 59 || part[2] > 59)
		return cp_fail(err, CP_USAGE, "is no time of a day");
	*second = (part[0] * 60 + part[1]) * 60 + part[2];
	(void)snprintf(date, sizeof(date), "%.10s", on);
	return cp_date_parse(date, day, err);
}

enum cp_rc
cp_session_now(const char *on, struct cp_now *out, struct cp_err *err)
{
	time_t clock = time(NULL);
	struct cp_date day;
	int32_t second;
	enum cp_rc rc;

	if (clock == (time_t)-1)
		return cp_fail_errno(err, CP_FAILED, "cannot read the clock");
	memset(out, 0, sizeof(*out));
	out->unix_time = clock;
	out->today = cp_london_date(clock);
	if (on != NULL) {
		rc = parse_on(on, &day, &second, err);
		if (rc != CP_OK) {
			cp_err_context(err, "--on");
			return err->code = CP_USAGE;
		}
		if (second >= 0) {
			out->unix_time = cp_london_unix(day, second);
		} else {
			(void)cp_utc_date(clock, &second);
			out->unix_time = cp_utc_unix(day, second);
		}
		out->today = day;
		out->simulated = 1;
	}
	(void)cp_utc_format(out->unix_time, out->time);
	return CP_OK;
}

static enum cp_rc
find_operator(const struct cp_call *call, struct cp_session *s,
    struct cp_err *err)
{
	const char *as = cp_option(call, "as");
	enum cp_rc rc;

	if (as != NULL && !s->settings.rehearsal) {
		rc = cp_fail(err, CP_DENIED,
		    "--as is for rehearsal stores only");
		cp_err_hint(err, "run the command as the user of %.64s", as);
		return rc;
	}
	if (as != NULL)
		return cp_operator_by_name(s->store, as, s->now.today, &s->op,
		    err);
	rc = cp_operator_by_uid(s->store, (int64_t)getuid(), s->now.today,
	    &s->op, err);
	if (rc == CP_DENIED)
		cp_err_context(err, "user id %ld", (long)getuid());
	return rc;
}

static enum cp_rc
open_all(const struct cp_call *call, enum cp_store_mode mode,
    struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc;

	rc = cp_session_now(cp_option(call, "on"), &s->now, err);
	if (rc == CP_OK)
		rc = cp_store_open(store_dir(call), mode, &s->store, err);
	if (rc != CP_OK) {
		if (rc == CP_NOT_FOUND)
			cp_err_hint(err, "name one with --store or "
			    "CPADMIN_STORE, or make one with `cpadmin init'");
		return rc;
	}
	rc = cp_settings_load(s->store, &s->settings, err);
	if (rc == CP_OK && mode == CP_STORE_WRITE && s->now.simulated &&
	    !s->settings.rehearsal) {
		rc = cp_fail(err, CP_DENIED, "--on may change rehearsal "
		    "stores only");
		cp_err_hint(err, "a command that only looks takes --on in "
		    "every store");
	}
	if (rc == CP_OK)
		rc = find_operator(call, s, err);
	if (rc == CP_OK)
		cp_store_act_for(s->store, &s->op);
	if (rc == CP_OK && mode == CP_STORE_WRITE)
		rc = cp_audit_open(s->store, s->settings.store_id, s->op.name,
		    &s->now, &s->audit, err);
	return rc;
}

enum cp_rc
cp_session_open(const struct cp_call *call, enum cp_store_mode mode,
    struct cp_session *out, struct cp_err *err)
{
	enum cp_rc rc;

	/* Filled in place: the log borrows the name and the moment. */
	memset(out, 0, sizeof(*out));
	rc = open_all(call, mode, out, err);
	if (rc != CP_OK)
		cp_session_close(out);
	return rc;
}

void
cp_session_forget(const struct cp_call *call, struct cp_session *s)
{
	struct cp_err err = { 0 };

	if (cp_store_forget(s->store, &err) == CP_OK)
		return;
	cp_say(call, "warning: what was taken out is still in the log of the "
	    "database: %s", err.what);
	cp_say(call, "the next command that changes something removes it, "
	    "once nobody reads; see cpadmin worklist");
}

void
cp_session_close(struct cp_session *s)
{
	struct cp_err ignored = { 0 };

	/* Whoever comes next makes good what a reader prevented; where it
	 * still does, the mark stays. */
	if (s->audit != NULL && !cp_store_in_txn(s->store) &&
	    cp_store_forget_owed(s->store, &ignored) != CP_OK)
		cp_err_clear(&ignored);
	cp_audit_free(s->audit);
	cp_store_free(s->store);
	memset(s, 0, sizeof(*s));
}

enum cp_rc
cp_session_reason(const struct cp_call *call, const char **out,
    struct cp_err *err)
{
	const char *reason = cp_option(call, "reason");
	enum cp_rc rc;

	if (reason == NULL || reason[strspn(reason, " \t")] == '\0') {
		rc = cp_fail(err, CP_USAGE, "--reason is missing");
		cp_err_hint(err, "say why; it is kept in the log");
		return rc;
	}
	*out = reason;
	return CP_OK;
}
