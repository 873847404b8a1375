#include <stdio.h>
#include <string.h>

#include "lifecycle/records/notice_life.h"
#include "lifecycle/store/stmt.h"

/* What happens and owes a notice; and what an officer sends. */

enum cp_rc
cp_notice_withdrawn(const struct cp_change *c, int64_t record, int64_t n,
    struct cp_err *err)
{
	char cause[CP_NOTICE_CAUSE];

	(void)snprintf(cause, sizeof(cause), "C-%04lld", (long long)n);
	return cp_notice_owe(c, record, CP_NOTICE_WITHDRAWAL, cause,
	    c->now->today, err);
}

/* ---- another authority -------------------------------------------------- */

static void
move_cause(int64_t n, char out[CP_NOTICE_CAUSE])
{
	(void)snprintf(out, CP_NOTICE_CAUSE, "move-%lld", (long long)n);
}

/* By when what happened today is told where no rule of its own says so. */
static struct cp_date
tell_by(const struct cp_change *c)
{
	return cp_period_end(c->now->today, c->rules->policy->notice_first);
}

enum cp_rc
cp_notice_moved(const struct cp_change *c, int64_t record, int64_t n,
    struct cp_err *err)
{
	char cause[CP_NOTICE_CAUSE];

	move_cause(n, cause);
	return cp_notice_owe(c, record, CP_NOTICE_AUTHORITY, cause, tell_by(c),
	    err);
}

enum cp_rc
cp_notice_not_moved(struct cp_store *s, int64_t n, struct cp_err *err)
{
	static const enum sql_id all[] = { SQL_NOTICE_ITEM_DROP,
		SQL_NOTICE_BARE, SQL_NOTICE_DELETE };
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_OF_MOVE);
	char cause[CP_NOTICE_CAUSE];
	int64_t notice = 0;
	enum cp_rc rc;

	move_cause(n, cause);
	cp_bind_int(q, n);
	cp_bind_text(q, cause);
	rc = cp_exec_int(q, 0, &notice, err);
	for (size_t i = 0; rc == CP_OK && notice != 0 &&
	    i < sizeof(all) / sizeof(all[0]); i++) {
		q = cp_stmt(s, all[i]);
		cp_bind_int(q, notice);
		rc = cp_exec(q, err);
	}
	return rc;
}

/* ---- cases of shielding ------------------------------------------------- */

enum cp_rc
cp_notice_case(const struct cp_change *c, int64_t record, const char *id,
    const char *what, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_END_OUTCOMES);
	char cause[CP_NOTICE_CAUSE];
	enum cp_rc rc;

	cp_bind_int(q, record);
	rc = cp_exec(q, err);
	(void)snprintf(cause, sizeof(cause), "%s/%s", id, what);
	return rc == CP_OK ? cp_notice_owe(c, record, CP_NOTICE_SHIELD, cause,
	    tell_by(c), err) : rc;
}

enum cp_rc
cp_notice_outcome(struct cp_store *s, int64_t record, int64_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_OUTCOME);

	cp_bind_int(q, record);
	return cp_exec_int(q, 0, n, err);
}

/* ---- by an officer ------------------------------------------------------ */

static enum cp_rc
refuse_cover(const struct cp_notice *n, const char *why, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "notice %s %s", n->ref, why);
	cp_err_hint(err, "`cpadmin notice show %s' tells what became of it",
	    n->record_id);
	return CP_REFUSED;
}

/* The one that covers N, if there is one: *SAFE is 0 where not. */
static enum cp_rc
find_cover(struct cp_store *s, const struct cp_notice *n, int64_t *safe,
    enum cp_notice_status *status, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_COVERING);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n->n);
	rc = cp_step(q, &row, err);
	*safe = 0;
	if (rc != CP_OK || !row)
		return rc;
	*safe = cp_col_int(q, 0);
	if (!cp_notice_status_parse(cp_col_text(q, 1), status))
		rc = cp_fail(err, CP_CORRUPT, "notice %s is covered by one "
		    "that cannot be read", n->ref);
	cp_reset(q);
	return rc;
}

static enum cp_rc
make_cover(const struct cp_change *c, const struct cp_notice *n,
    int64_t *safe, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_DUTY_NUMBER);
	enum cp_rc rc;

	cp_bind_text(q, "notice-safe");
	rc = cp_exec_int(q, 0, safe, err);
	if (rc == CP_OK && *safe == 0)
		return cp_fail(err, CP_CORRUPT, "the store has no counter of "
		    "notices");
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_COVER);
	cp_bind_int(q, n->n);
	cp_bind_int(q, *safe);
	rc = cp_exec(q, err);
	return rc == CP_OK && cp_changes(c->store) != 1 ? refuse_cover(n,
	    "is not owed any more", err) : rc;
}

static enum cp_rc
use_again(const struct cp_change *c, int64_t safe, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_COVER_AGAIN);

	cp_bind_int(q, safe);
	return cp_exec(q, err);
}

enum cp_rc
cp_notice_cover(const struct cp_change *c, const struct cp_notice *n,
    struct cp_notice *out, struct cp_err *err)
{
	enum cp_notice_status status = CP_NOTICE_OWED;
	int64_t safe = 0;
	enum cp_rc rc;

	if (n->safe)
		return refuse_cover(n, "goes through an officer already", err);
	if (n->status != CP_NOTICE_OWED)
		return refuse_cover(n, "is not owed any more", err);
	rc = find_cover(c->store, n, &safe, &status, err);
	if (rc == CP_OK && safe != 0 && (status == CP_NOTICE_ISSUED ||
	    status == CP_NOTICE_SERVED))
		return refuse_cover(n, "was sent by an officer already", err);
	if (rc == CP_OK)
		rc = safe == 0 ? make_cover(c, n, &safe, err) :
		    use_again(c, safe, err);
	return rc == CP_OK ? cp_notice_at(c->store, safe, out, err) : rc;
}

enum cp_rc
cp_notice_mail_withdrawn(struct cp_store *s, int64_t mail, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_MAIL_WITHDRAWN);

	cp_bind_int(q, mail);
	return cp_exec(q, err);
}
