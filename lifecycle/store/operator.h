#ifndef CP_STORE_OPERATOR_H
#define CP_STORE_OPERATOR_H

#include <stdint.h>

#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/* Who acts.  Roles as in cpadmin-operator(8). */
enum cp_role {
	CP_ROLE_TEAM = 1,
	CP_ROLE_SHIELD = 2,
	CP_ROLE_DPO = 4,
	CP_ROLE_CUSTODIAN = 8,
	CP_ROLE_APPROVER = 16,
	CP_ROLE_AUDITOR = 32,
	CP_ROLE_SCHEDULER = 64,
	CP_ROLE_ADMIN = 128
};
enum {
	CP_OPERATOR_NAME = 33, /* 1 to 32 of a-z 0-9 - _ . and NUL */
	CP_OPERATOR_AUTHORITIES = 32,
	CP_OPERATOR_AUTHORITY = 17 /* 1 to 16 of A-Z 0-9 and NUL */
};

struct cp_operator {
	int64_t n; /* row */
	char name[CP_OPERATOR_NAME];
	int64_t uid;
	unsigned roles; /* of enum cp_role */
	char status[12]; /* active, suspended, removed */
	struct cp_date training_until, check_until; /* or none */
	/* whom they act for; none listed: for every authority */
	char authorities[CP_OPERATOR_AUTHORITIES][CP_OPERATOR_AUTHORITY];
	size_t n_authorities;
};

/* The active operator of a uid, or by name.  CP_DENIED where there is none,
 * it is suspended, or its training or check has run out by TODAY. */
enum cp_rc cp_operator_by_uid(struct cp_store *s, int64_t uid,
    struct cp_date today, struct cp_operator *out, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc cp_operator_by_name(struct cp_store *s, const char *name,
    struct cp_date today, struct cp_operator *out, struct cp_err *err)
    CP_MUST_CHECK;
/* CP_DENIED unless OP has one of ROLES; the hint names them. */
enum cp_rc cp_operator_may(const struct cp_operator *op, unsigned roles,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * Reach: who acts for some authorities sees and changes the records of these
 * and no others, in whatever role.  A record that passes to another authority
 * is out of its former one's reach at once.  OP may be NULL: the program
 * itself, which reaches all.
 */
int cp_operator_reaches(const struct cp_operator *op, const char *authority);
/* CP_DENIED about the record ID unless OP reaches AUTHORITY, which is not
 * told. */
enum cp_rc cp_operator_reach(const struct cp_operator *op, const char *id,
    const char *authority, struct cp_err *err) CP_MUST_CHECK;

/* Whether NAME may be an operator's. */
int cp_operator_name_ok(const char *name);
/* Adds one (n and status are set here).  CP_BAD_INPUT for a bad name,
 * CP_REFUSED for one that is taken. */
enum cp_rc cp_operator_add(struct cp_store *s, struct cp_operator *op,
    const struct cp_operator *by, const struct cp_now *now,
    struct cp_err *err) CP_MUST_CHECK;
/* "suspended", "removed" or "active".  CP_NOT_FOUND. */
enum cp_rc cp_operator_set_status(struct cp_store *s, const char *name,
    const char *status, struct cp_err *err) CP_MUST_CHECK;
/* Puts OP's training_until and check_until (or none) into its row. */
enum cp_rc cp_operator_renew(struct cp_store *s, const struct cp_operator *op,
    struct cp_err *err) CP_MUST_CHECK;
/* All of them, by name. */
enum cp_rc cp_operator_each(struct cp_store *s,
    enum cp_rc (*cb)(void *ctx, const struct cp_operator *op,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* A role's word and back (0 if there is none). */
const char *cp_role_word(enum cp_role role);
unsigned cp_role_parse(const char *word);
/* "team,dpo" into BUF. */
void cp_roles_text(unsigned roles, char *buf, size_t cap);

#endif
