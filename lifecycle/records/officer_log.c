#include "lifecycle/records/officer_log.h"

#include <stdio.h>
#include <string.h>

#include "archive/age_keys.h"
#include "lifecycle/store/stmt.h"

enum { SUBJECT = sizeof("officer::") + CP_OPERATOR_NAME +
	CP_AGE_RECIPIENT_TEXT };

static enum cp_rc
subject_of(const struct cp_officer *o, char out[SUBJECT], struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_X25519 };
	char point[CP_AGE_RECIPIENT_TEXT + 1];
	enum cp_rc rc;

	memcpy(to.point, o->point, sizeof(to.point));
	rc = cp_age_recipient_format(&to, point, err);
	if (rc == CP_OK)
		(void)snprintf(out, SUBJECT, "officer:%s:%s", o->name, point);
	return rc;
}

enum cp_rc
cp_officer_log(struct cp_audit *a, const char *action,
    const struct cp_officer *o, int64_t generation, struct cp_err *err)
{
	char detail[128], subject[SUBJECT];
	struct cp_entry e = { action, subject, strcmp(o->status, "waiting") ==
	    0 ? "waiting" : NULL, detail };
	enum cp_rc rc = subject_of(o, subject, err);

	(void)snprintf(detail, sizeof(detail), "{\"officer\":\"%.32s\","
	    "\"status\":\"%s\",\"generation\":%lld}", o->name, o->status,
	    (long long)generation);
	return rc == CP_OK ? cp_audit_add(a, &e, NULL, err) : rc;
}

enum cp_rc
cp_officer_logged(struct cp_store *s, const struct cp_officer *o, int *yes,
    struct cp_err *err)
{
	char subject[SUBJECT];
	struct cp_stmt *q;
	int row;
	enum cp_rc rc = subject_of(o, subject, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_OFFICER_LOGGED);
	cp_bind_text(q, subject);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	*yes = row && strcmp(cp_col_text(q, 0), o->status) == 0;
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_officer_need_logged(struct cp_store *s, const struct cp_officer *o,
    struct cp_err *err)
{
	int yes = 0;
	enum cp_rc rc = cp_officer_logged(s, o, &yes, err);

	if (rc != CP_OK || yes)
		return rc;
	(void)cp_fail(err, CP_CORRUPT, "the log knows no officer %s with that "
	    "public key as %s: somebody has written into the database",
	    o->name, o->status);
	cp_err_hint(err, "`cpadmin audit show' tells who was admitted; "
	    "`cpadmin shield officer remove %s', and look into who did it",
	    o->name);
	return CP_CORRUPT;
}
