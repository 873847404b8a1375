#include "lifecycle/records/officer.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/officer_key.h"
#include "lifecycle/records/officer_log.h"
#include "lifecycle/store/stmt.h"

/* ---- reading ------------------------------------------------------------- */

static enum cp_rc
read_officer(struct cp_stmt *q, struct cp_officer *o, struct cp_err *err)
{
	const void *point;
	size_t len;

	memset(o, 0, sizeof(*o));
	o->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, o->name, sizeof(o->name));
	point = cp_col_blob(q, 2, &len);
	if (len != sizeof(o->point))
		return cp_fail(err, CP_CORRUPT, "the public key of officer %s "
		    "is not one", o->name);
	memcpy(o->point, point, len);
	cp_col_copy(q, 3, o->status, sizeof(o->status));
	cp_col_copy(q, 4, o->made, sizeof(o->made));
	cp_col_copy(q, 5, o->admitted, sizeof(o->admitted));
	cp_col_copy(q, 6, o->ended, sizeof(o->ended));
	o->since = cp_col_int(q, 7);
	return CP_OK;
}

enum cp_rc
cp_officer_each(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_officer *o,
	struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_ALL);
	struct cp_officer o;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = read_officer(q, &o, err);
		if (rc == CP_OK)
			rc = fn(ctx, &o, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_officer_get(struct cp_store *s, const char *name, struct cp_officer *out,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_GET);
	int row;
	enum cp_rc rc;

	cp_bind_text(q, name);
	rc = cp_step(q, &row, err);
	if (rc != CP_OK)
		return rc;
	if (!row) {
		(void)cp_fail(err, CP_NOT_FOUND, "%.32s is no shielding "
		    "officer", name);
		cp_err_hint(err, "`cpadmin shield officer list' shows who is");
		return CP_NOT_FOUND;
	}
	rc = read_officer(q, out, err);
	cp_reset(q);
	return rc;
}

enum cp_rc
cp_officer_gone(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const char *name, struct cp_err *err),
    void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_GONE);
	char name[CP_OPERATOR_NAME];
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		cp_col_copy(q, 0, name, sizeof(name));
		rc = fn(ctx, name, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}

static enum cp_rc
no_officer(struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "there is no shielding officer, to "
	    "whom what is hidden could be sealed");
	cp_err_hint(err, "someone with the role shield runs `cpadmin shield "
	    "officer add'; then a second one");
	return CP_REFUSED;
}

static enum cp_rc
get_generation(struct cp_store *s, int64_t *out, struct cp_err *err)
{
	return cp_exec_int(cp_stmt(s, SQL_OFFICER_GENERATION), 0, out, err);
}

static enum cp_rc
try_point(const struct cp_officer *o, struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_X25519 };
	struct cp_secret *key = NULL;
	struct cp_buf header;
	enum cp_rc rc;

	cp_buf_init(&header);
	memcpy(to.point, o->point, sizeof(to.point));
	rc = cp_secret_new(&key, CP_AGE_FILE_KEY, err);
	if (rc == CP_OK)
		rc = cp_age_header_seal(key, &to, 1, &header, err);
	if (rc == CP_BAD_INPUT) {
		rc = cp_fail(err, CP_CORRUPT, "the public key of officer %s "
		    "is not one: nothing can be sealed to it", o->name);
		cp_err_hint(err, "another officer runs `cpadmin shield officer "
		    "remove %s'", o->name);
	}
	cp_buf_clear(&header);
	cp_secret_free(key);
	return rc;
}

/* Nothing is sealed to whom the log does not know as O. */
static enum cp_rc
need_known(struct cp_store *s, const struct cp_officer *o, struct cp_err *err)
{
	int yes = 0;
	enum cp_rc rc = cp_officer_logged(s, o, &yes, err);

	if (rc == CP_OK && !yes)
		rc = try_point(o, err);
	return rc == CP_OK && !yes ? cp_officer_need_logged(s, o, err) : rc;
}

enum cp_rc
cp_officer_recipients(struct cp_store *s,
    struct cp_age_recipient out[CP_OFFICERS_MAX], size_t *n,
    int64_t *generation, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_POINTS);
	struct cp_officer who[CP_OFFICERS_MAX];
	size_t count = 0;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		rc = count < CP_OFFICERS_MAX ? read_officer(q, &who[count],
		    err) : cp_fail(err, CP_CORRUPT, "the table of officers "
		    "is not as it was written");
		if (rc != CP_OK) {
			cp_reset(q);
			return rc;
		}
		memset(&out[count], 0, sizeof(out[count]));
		out[count].kind = CP_AGE_X25519;
		memcpy(out[count].point, who[count].point, 32);
		count++;
	}
	for (size_t i = 0; rc == CP_OK && i < count; i++)
		rc = need_known(s, &who[i], err);
	if (rc == CP_OK && count == 0)
		rc = no_officer(err);
	if (rc == CP_OK)
		rc = get_generation(s, generation, err);
	if (rc == CP_OK)
		*n = count;
	return rc;
}

/* ---- who it is ----------------------------------------------------------- */

static enum cp_rc
try_active(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	(void)ctx;
	return strcmp(o->status, "active") == 0 ? try_point(o, err) : CP_OK;
}

enum cp_rc
cp_officer_blame(struct cp_store *s, struct cp_err *err)
{
	struct cp_err said = *err;
	enum cp_rc rc = cp_officer_each(s, try_active, NULL, err);

	if (rc != CP_OK)
		return rc;
	*err = said;
	return said.code;
}

static enum cp_rc
counts(struct cp_store *s, int64_t *active, int64_t *all, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_COUNTS);
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	*active = cp_col_int(q, 0);
	*all = cp_col_int(q, 1);
	cp_reset(q);
	return CP_OK;
}

enum cp_rc
cp_officer_count(struct cp_store *s, int64_t *n, struct cp_err *err)
{
	int64_t all;

	return counts(s, n, &all, err);
}

/* ---- coming and going ---------------------------------------------------- */

static enum cp_rc
may_add(struct cp_store *s, const char *name, int64_t *active,
    struct cp_err *err)
{
	struct cp_officer old;
	int64_t all = 0;
	enum cp_rc rc = cp_officer_get(s, name, &old, err);

	if (rc == CP_OK) {
		(void)cp_fail(err, CP_REFUSED, "%.32s is a shielding officer "
		    "already (%s)", name, old.status);
		if (strcmp(old.status, "waiting") == 0)
			cp_err_hint(err, "an active officer runs `cpadmin "
			    "shield officer admit %.32s'", name);
		return CP_REFUSED;
	}
	if (rc != CP_NOT_FOUND)
		return rc;
	cp_err_clear(err);
	rc = counts(s, active, &all, err);
	if (rc == CP_OK && all >= CP_OFFICERS_MAX)
		rc = cp_fail(err, CP_REFUSED, "there are %d shielding officers "
		    "already, and no more may be", CP_OFFICERS_MAX);
	return rc;
}

static enum cp_rc
insert(struct cp_store *s, struct cp_audit *a, const char *name,
    const uint8_t point[32], int first, const struct cp_now *now,
    struct cp_err *err)
{
	const char *status = first ? "active" : "waiting";
	struct cp_officer o = { .n = 0 };
	int64_t generation = 0;
	struct cp_stmt *q;
	enum cp_rc rc = CP_OK;

	if (first)
		rc = cp_exec_int(cp_stmt(s, SQL_OFFICER_CHANGED), 0,
		    &generation, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_OFFICER_ADD);
	cp_bind_text(q, name);
	cp_bind_blob(q, point, 32);
	cp_bind_text(q, status);
	cp_bind_text(q, now->time);
	cp_bind_text(q, first ? now->time : NULL);
	cp_bind_text(q, first ? cp_audit_actor(a) : NULL);
	if (first)
		cp_bind_int(q, generation);
	else
		cp_bind_null(q);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_officer_get(s, name, &o, err);
	return rc == CP_OK ? cp_officer_log(a, "officer.add", &o, generation,
	    err) : rc;
}

enum cp_rc
cp_officer_add(struct cp_store *s, struct cp_audit *a, const char *name,
    const struct cp_secret *passphrase, unsigned work_factor,
    const struct cp_now *now, struct cp_officer *out, struct cp_err *err)
{
	uint8_t point[32];
	int64_t active = 0;
	enum cp_rc rc;

	if (!cp_operator_name_ok(name))
		return cp_fail(err, CP_BAD_INPUT, "an officer has the name of "
		    "an operator");
	rc = may_add(s, name, &active, err);
	if (rc == CP_OK)
		rc = cp_officer_key_make(s, name, passphrase, work_factor,
		    point, err);
	if (rc == CP_OK)
		rc = insert(s, a, name, point, active == 0, now, err);
	return rc == CP_OK && out != NULL ? cp_officer_get(s, name, out, err) :
	    rc;
}

enum cp_rc
cp_officer_admit(struct cp_store *s, struct cp_audit *a, const char *name,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_officer o;
	int64_t generation = 0;
	struct cp_stmt *q;
	enum cp_rc rc = cp_officer_get(s, name, &o, err);

	if (rc != CP_OK)
		return rc;
	if (strcmp(o.status, "waiting") != 0) {
		(void)cp_fail(err, CP_REFUSED, "officer %s is %s already",
		    o.name, o.status);
		cp_err_hint(err, "`cpadmin shield officer rewrap' goes on "
		    "where an admission was cut off");
		return CP_REFUSED;
	}
	rc = try_point(&o, err);
	if (rc == CP_OK)
		rc = cp_officer_need_logged(s, &o, err);
	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_OFFICER_CHANGED), 0,
		    &generation, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_OFFICER_ADMIT);
	cp_bind_text(q, now->time);
	cp_bind_text(q, cp_audit_actor(a));
	cp_bind_int(q, generation);
	cp_bind_int(q, o.n);
	rc = cp_exec(q, err);
	if (rc == CP_OK)
		rc = cp_officer_get(s, name, &o, err);
	return rc == CP_OK ? cp_officer_log(a, "officer.admit", &o,
	    generation, err) : rc;
}

/* Whether all that is sealed is still somebody's when O is gone. */
static enum cp_rc
may_leave(struct cp_store *s, const struct cp_officer *o, struct cp_err *err)
{
	int64_t active = 0, all = 0, sealed = 0, orphans = 0;
	struct cp_stmt *q;
	enum cp_rc rc = counts(s, &active, &all, err);

	(void)all;
	if (rc == CP_OK)
		rc = cp_exec_int(cp_stmt(s, SQL_OFFICER_SEALED), 0, &sealed,
		    err);
	if (rc == CP_OK && active == 1 && sealed) {
		(void)cp_fail(err, CP_REFUSED, "%s is the last shielding "
		    "officer: nobody could open what is sealed", o->name);
		cp_err_hint(err, "another one first: `cpadmin shield officer "
		    "add', and `admit' by %s", o->name);
		return CP_REFUSED;
	}
	if (rc != CP_OK || active == 1)
		return rc;
	q = cp_stmt(s, SQL_OFFICER_ORPHANS);
	cp_bind_int(q, o->n);
	rc = cp_exec_int(q, 0, &orphans, err);
	if (rc == CP_OK && orphans) {
		(void)cp_fail(err, CP_REFUSED, "some compartments are sealed "
		    "to %s and to nobody who stays", o->name);
		cp_err_hint(err, "%s runs `cpadmin shield officer rewrap' "
		    "first", o->name);
		return CP_REFUSED;
	}
	return rc;
}

enum cp_rc
cp_officer_leave(struct cp_store *s, struct cp_audit *a, const char *name,
    const struct cp_now *now, struct cp_err *err)
{
	struct cp_officer o;
	int64_t generation = 0;
	int active;
	struct cp_stmt *q;
	enum cp_rc rc = cp_officer_get(s, name, &o, err);

	if (rc != CP_OK)
		return rc;
	active = strcmp(o.status, "active") == 0;
	if (active)
		rc = may_leave(s, &o, err);
	if (rc == CP_OK && active)
		rc = cp_exec_int(cp_stmt(s, SQL_OFFICER_CHANGED), 0,
		    &generation, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_OFFICER_LEAVE);
	cp_bind_text(q, now->time);
	cp_bind_text(q, cp_audit_actor(a));
	cp_bind_int(q, o.n);
	rc = cp_exec(q, err);
	memcpy(o.status, "left", sizeof("left"));
	return rc == CP_OK ? cp_officer_log(a, "officer.leave", &o,
	    generation, err) : rc;
}

enum cp_rc
cp_officer_owed(struct cp_store *s, int64_t *n, struct cp_err *err)
{
	return cp_exec_int(cp_stmt(s, SQL_OFFICER_OWED), 0, n, err);
}

enum cp_rc
cp_officer_closed(struct cp_store *s, const struct cp_officer *o, int64_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OFFICER_CLOSED);

	cp_bind_int(q, strcmp(o->status, "active") == 0 ? o->since :
	    INT64_MAX);
	return cp_exec_int(q, 0, n, err);
}
