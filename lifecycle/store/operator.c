#include "lifecycle/store/operator.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/stmt.h"

static const struct {
	unsigned role;
	const char *word;
} roles[] = {
	{ CP_ROLE_TEAM, "team" },
	{ CP_ROLE_SHIELD, "shield" },
	{ CP_ROLE_DPO, "dpo" },
	{ CP_ROLE_CUSTODIAN, "custodian" },
	{ CP_ROLE_APPROVER, "approver" },
	{ CP_ROLE_AUDITOR, "auditor" },
	{ CP_ROLE_SCHEDULER, "scheduler" },
	{ CP_ROLE_ADMIN, "admin" },
};
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

const char *
cp_role_word(enum cp_role role)
{
	for (int i = 0; i < ROLES; i++)
		if (roles[i].role == (unsigned)role)
			return roles[i].word;
	return "";
}

unsigned
cp_role_parse(const char *word)
{
	for (int i = 0; i < ROLES; i++)
		if (strcmp(roles[i].word, word) == 0)
			return roles[i].role;
	return 0;
}

void
cp_roles_text(unsigned set, char *buf, size_t cap)
{
	size_t n = 0;

	buf[0] = '\0';
	for (int i = 0; i < ROLES; i++) {
		if ((set & roles[i].role) == 0)
			continue;
		(void)snprintf(buf + n, cap - n, "%s%s", n > 0 ? "," : "",
		    roles[i].word);
		n = strlen(buf);
	}
}

static void
read_operator(struct cp_stmt *q, struct cp_operator *op)
{
	memset(op, 0, sizeof(*op));
	op->n = cp_col_int(q, 0);
	cp_col_copy(q, 1, op->name, sizeof(op->name));
	op->uid = cp_col_int(q, 2);
	cp_col_copy(q, 3, op->status, sizeof(op->status));
	op->training_until = cp_col_date(q, 4);
	op->check_until = cp_col_date(q, 5);
}

static enum cp_rc
read_roles(struct cp_store *s, struct cp_operator *op, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_ROLES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, op->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		op->roles |= cp_role_parse(cp_col_text(q, 0));
	return rc;
}

static enum cp_rc
read_authorities(struct cp_store *s, struct cp_operator *op,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_AUTHORITIES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, op->n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		if (op->n_authorities == CP_OPERATOR_AUTHORITIES) {
			cp_reset(q);
			return cp_fail(err, CP_CORRUPT, "operator %s acts for "
			    "over %d authorities", op->name,
			    CP_OPERATOR_AUTHORITIES);
		}
		cp_col_copy(q, 0, op->authorities[op->n_authorities++],
		    CP_OPERATOR_AUTHORITY);
	}
	return rc;
}

static enum cp_rc
read_lists(struct cp_store *s, struct cp_operator *op, struct cp_err *err)
{
	enum cp_rc rc = read_roles(s, op, err);

	return rc == CP_OK ? read_authorities(s, op, err) : rc;
}

static enum cp_rc
may_act(const struct cp_operator *op, struct cp_date today, struct cp_err *err)
{
	const char *what = NULL;

	if (strcmp(op->status, "active") != 0)
		return cp_fail(err, CP_DENIED, "operator %s is %s", op->name,
		    op->status);
	if (cp_date_set(op->training_until) &&
	    cp_date_cmp(op->training_until, today) < 0)
		what = "training";
	if (cp_date_set(op->check_until) &&
	    cp_date_cmp(op->check_until, today) < 0)
		what = "enhanced check";
	if (what == NULL)
		return CP_OK;
	return cp_fail(err, CP_DENIED, "the %s of operator %s has run out",
	    what, op->name);
}

static enum cp_rc
find(struct cp_store *s, struct cp_stmt *q, struct cp_date today,
    struct cp_operator *out, struct cp_err *err)
{
	int row;
	enum cp_rc rc = cp_step(q, &row, err);

	if (rc != CP_OK)
		return rc;
	if (!row) {
		cp_fail(err, CP_DENIED, "no such operator in this store");
		cp_err_hint(err, "an administrator adds one with `cpadmin "
		    "operator add'");
		return CP_DENIED;
	}
	read_operator(q, out);
	cp_reset(q);
	rc = read_lists(s, out, err);
	return rc == CP_OK ? may_act(out, today, err) : rc;
}

enum cp_rc
cp_operator_by_uid(struct cp_store *s, int64_t uid, struct cp_date today,
    struct cp_operator *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_BY_UID);

	cp_bind_int(q, uid);
	return find(s, q, today, out, err);
}

enum cp_rc
cp_operator_by_name(struct cp_store *s, const char *name,
    struct cp_date today, struct cp_operator *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_BY_NAME);

	cp_bind_text(q, name);
	return find(s, q, today, out, err);
}

enum cp_rc
cp_operator_may(const struct cp_operator *op, unsigned set, struct cp_err *err)
{
	char want[100];

	if ((op->roles & set) != 0)
		return CP_OK;
	cp_roles_text(set, want, sizeof(want));
	cp_fail(err, CP_DENIED, "operator %s may not do this", op->name);
	cp_err_hint(err, "it takes one of the roles %s", want);
	return CP_DENIED;
}

int
cp_operator_reaches(const struct cp_operator *op, const char *authority)
{
	if (op == NULL || op->n_authorities == 0)
		return 1;
	for (size_t i = 0; i < op->n_authorities; i++)
		if (strcmp(op->authorities[i], authority) == 0)
			return 1;
	return 0;
}

enum cp_rc
cp_operator_reach(const struct cp_operator *op, const char *id,
    const char *authority, struct cp_err *err)
{
	if (cp_operator_reaches(op, authority))
		return CP_OK;
	(void)cp_fail(err, CP_DENIED, "record %s is not for operator %s", id,
	    op->name);
	cp_err_hint(err, "it is with an authority that they do not act for; "
	    "`cpadmin operator list' says for whom they do");
	return CP_DENIED;
}

int
cp_operator_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n < CP_OPERATOR_NAME && name[0] != '-' &&
	    name[0] != '.' && strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789-_.") == n;
}

static enum cp_rc
add_lists(struct cp_store *s, const struct cp_operator *op,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	struct cp_stmt *q;

	for (int i = 0; rc == CP_OK && i < ROLES; i++) {
		if ((op->roles & roles[i].role) == 0)
			continue;
		q = cp_stmt(s, SQL_OPERATOR_ADD_ROLE);
		cp_bind_int(q, op->n);
		cp_bind_text(q, roles[i].word);
		rc = cp_exec(q, err);
	}
	for (size_t i = 0; rc == CP_OK && i < op->n_authorities; i++) {
		q = cp_stmt(s, SQL_OPERATOR_ADD_AUTHORITY);
		cp_bind_int(q, op->n);
		cp_bind_text(q, op->authorities[i]);
		rc = cp_exec(q, err);
	}
	return rc;
}

enum cp_rc
cp_operator_add(struct cp_store *s, struct cp_operator *op,
    const struct cp_operator *by, const struct cp_now *now, struct cp_err *err)
{
	struct cp_stmt *q;
	int row;
	enum cp_rc rc;

	if (!cp_operator_name_ok(op->name))
		return cp_fail(err, CP_BAD_INPUT, "an operator's name is 1 to "
		    "32 of a-z, 0-9, '-', '_' and '.'");
	q = cp_stmt(s, SQL_OPERATOR_BY_NAME);
	cp_bind_text(q, op->name);
	rc = cp_step(q, &row, err);
	cp_reset(q);
	if (rc == CP_OK && row)
		rc = cp_fail(err, CP_REFUSED, "operator %s is there already",
		    op->name);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(s, SQL_OPERATOR_ADD);
	cp_bind_text(q, op->name);
	cp_bind_int(q, op->uid);
	cp_bind_date(q, op->training_until);
	cp_bind_date(q, op->check_until);
	cp_bind_text(q, now->time);
	cp_bind_text(q, by != NULL ? by->name : op->name);
	rc = cp_exec(q, err);
	if (rc != CP_OK)
		return rc;
	op->n = cp_last_insert(s);
	(void)snprintf(op->status, sizeof(op->status), "active");
	return add_lists(s, op, err);
}

enum cp_rc
cp_operator_set_status(struct cp_store *s, const char *name,
    const char *status, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_SET_STATUS);
	enum cp_rc rc;

	cp_bind_text(q, status);
	cp_bind_text(q, name);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(s) == 0)
		return cp_fail(err, CP_NOT_FOUND, "no operator %s", name);
	return rc;
}

enum cp_rc
cp_operator_renew(struct cp_store *s, const struct cp_operator *op,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_RENEW);

	cp_bind_date(q, op->training_until);
	cp_bind_date(q, op->check_until);
	cp_bind_int(q, op->n);
	return cp_exec(q, err);
}

enum cp_rc
cp_operator_each(struct cp_store *s,
    enum cp_rc (*cb)(void *ctx, const struct cp_operator *op,
    struct cp_err *err), void *ctx, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_OPERATOR_ALL);
	struct cp_operator op;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_operator(q, &op);
		rc = read_lists(s, &op, err);
		if (rc == CP_OK)
			rc = cb(ctx, &op, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}
