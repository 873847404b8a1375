#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

enum { ROLES_TEXT = 100 };

static const struct cp_column columns[] = {
	{ "name", "NAME" },
	{ "uid", "UID" },
	{ "roles", "ROLES" },
	{ "status", "STATUS" },
	{ "training_until", "TRAINING" },
	{ "check_until", "CHECK" },
	{ "authorities", "AUTHORITIES" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* ---- showing ----------------------------------------------------------------- */

static void
put_roles(struct cp_buf *b, unsigned roles)
{
	unsigned role;

	cp_json_open(b, '[');
	for (role = 1; role <= CP_ROLE_ADMIN; role <<= 1)
		if (roles & role)
			cp_json_put_string(b, cp_role_word((enum cp_role)role));
	cp_json_close(b, ']');
}

static void
put_authorities(struct cp_buf *b, const struct cp_operator *op)
{
	cp_json_open(b, '[');
	for (size_t i = 0; i < op->n_authorities; i++)
		cp_json_put_string(b, op->authorities[i]);
	cp_json_close(b, ']');
}

/* Null, not an empty list, is all: the list would name nobody. */
static void
out_authorities(struct cp_out *o, const struct cp_operator *op)
{
	struct cp_buf json;

	if (op->n_authorities == 0) {
		cp_out_json(o, "null", "all");
		return;
	}
	cp_buf_init(&json);
	put_authorities(&json, op);
	cp_out_ids(o, cp_buf_text(&json));
	cp_buf_clear(&json);
}

static void
out_date(struct cp_out *o, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	cp_out_text(o, cp_date_set(d) ? cp_date_format(d, text) : NULL);
}

static enum cp_rc
out_operator(struct cp_out *o, const struct cp_operator *op,
    struct cp_err *err)
{
	char roles[ROLES_TEXT];
	struct cp_buf json;
	enum cp_rc rc;

	cp_buf_init(&json);
	put_roles(&json, op->roles);
	rc = cp_buf_check(&json, err);
	cp_roles_text(op->roles, roles, sizeof(roles));
	cp_out_text(o, op->name);
	cp_out_int(o, op->uid);
	cp_out_json(o, cp_buf_text(&json), roles);
	cp_out_text(o, op->status);
	out_date(o, op->training_until);
	out_date(o, op->check_until);
	out_authorities(o, op);
	cp_buf_clear(&json);
	return rc;
}

static enum cp_rc
show_one(const struct cp_call *call, const struct cp_operator *op,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc;

	rc = cp_out_object(call, "operator", columns, COLUMNS, &o, err);
	if (rc == CP_OK)
		rc = out_operator(o, op, err);
	if (rc == CP_OK)
		return cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
list_one(void *ctx, const struct cp_operator *op, struct cp_err *err)
{
	enum cp_rc rc = out_operator(ctx, op, err);

	return rc == CP_OK ? cp_out_row(ctx, err) : rc;
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "operators", columns, COLUMNS, &o, err);
	if (rc == CP_OK)
		rc = cp_operator_each(s.store, list_one, o, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_session_close(&s);
	return rc;
}

/* ---- changing ---------------------------------------------------------------- */

/* Looks through all operators for one named, one of a uid, and an active
 * administrator besides the one named. */
struct look {
	const char *name;
	int64_t uid;
	struct cp_operator found; /* of the name; n = 0 if none */
	int uid_taken;
	int other_admins;
};

static enum cp_rc
look_at(void *ctx, const struct cp_operator *op, struct cp_err *err)
{
	struct look *l = ctx;

	(void)err;
	if (strcmp(op->name, l->name) == 0)
		l->found = *op;
	else if ((op->roles & CP_ROLE_ADMIN) &&
	    strcmp(op->status, "active") == 0)
		l->other_admins++;
	if (op->uid == l->uid && strcmp(op->status, "removed") != 0)
		l->uid_taken = 1;
	return CP_OK;
}

static enum cp_rc
log_operator(struct cp_session *s, const char *action,
    const struct cp_operator *op, struct cp_err *err)
{
	struct cp_entry e = { action, NULL, NULL, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "operator", op->name);
	cp_json_put_key(&detail, "uid");
	cp_json_put_int(&detail, op->uid);
	cp_json_put_key(&detail, "roles");
	put_roles(&detail, op->roles);
	if (op->n_authorities > 0) {
		cp_json_put_key(&detail, "authorities");
		put_authorities(&detail, op);
	}
	cp_json_close(&detail, '}');
	rc = cp_buf_check(&detail, err);
	e.detail = cp_buf_text(&detail);
	if (rc == CP_OK)
		rc = cp_audit_add(s->audit, &e, NULL, err);
	cp_buf_clear(&detail);
	return rc;
}

/* Opens the store for an administrator and begins a transaction. */
static enum cp_rc
begin(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc;

	rc = cp_session_open(call, CP_STORE_WRITE, s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_ADMIN, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(s->audit, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

static enum cp_rc
set_status(struct cp_call *call, const char *from, const char *to,
    const char *action, struct cp_err *err)
{
	struct look l = { .name = cp_arg(call, 0), .uid = -1 };
	struct cp_session s;
	enum cp_rc rc;

	rc = begin(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_each(s.store, look_at, &l, err);
	if (rc == CP_OK && l.found.n == 0)
		rc = cp_fail(err, CP_NOT_FOUND, "no such operator: %.32s",
		    l.name);
	if (rc == CP_OK && (strcmp(l.found.status, "removed") == 0 ||
	    (from != NULL && strcmp(l.found.status, from) != 0)))
		rc = cp_fail(err, CP_REFUSED, "operator %s is %s", l.name,
		    l.found.status);
	if (rc == CP_OK && strcmp(to, "active") != 0 &&
	    (l.found.roles & CP_ROLE_ADMIN) && l.other_admins == 0) {
		rc = cp_fail(err, CP_REFUSED, "operator %s is the last active "
		    "administrator", l.name);
		cp_err_hint(err, "add another one first");
	}
	if (rc == CP_OK)
		rc = cp_operator_set_status(s.store, l.name, to, err);
	if (rc == CP_OK)
		rc = log_operator(&s, action, &l.found, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s.audit, err);
	cp_session_close(&s);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(l.found.status, sizeof(l.found.status), "%s", to);
	return show_one(call, &l.found, err);
}

static enum cp_rc
run_suspend(struct cp_call *call, struct cp_err *err)
{
	return set_status(call, "active", "suspended", "operator.suspend", err);
}

static enum cp_rc
run_resume(struct cp_call *call, struct cp_err *err)
{
	return set_status(call, "suspended", "active", "operator.resume", err);
}

static enum cp_rc
run_remove(struct cp_call *call, struct cp_err *err)
{
	return set_status(call, NULL, "removed", "operator.remove", err);
}

/* ---- adding ------------------------------------------------------------------ */

static enum cp_rc
take_uid(const struct cp_call *call, int64_t *uid, struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, "uid", &text, err);

	if (rc != CP_OK)
		return rc;
	/* The last of 32 bits means no user. */
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 10 ||
	    strtoll(text, NULL, 10) >= UINT32_MAX)
		return cp_fail(err, CP_USAGE, "--uid is not a user's number");
	*uid = strtoll(text, NULL, 10);
	return CP_OK;
}

/* The words of --role, each of which may be several with commas. */
static enum cp_rc
take_roles(const struct cp_call *call, unsigned *roles, struct cp_err *err)
{
	const char *text;
	char word[16];
	size_t len;
	int i;

	*roles = 0;
	for (i = 0; (text = cp_option_at(call, "role", i)) != NULL; i++) {
		for (;; text += len + 1) {
			len = strcspn(text, ",");
			(void)snprintf(word, sizeof(word), "%.*s", (int)len,
			    text);
			if (len >= sizeof(word) || cp_role_parse(word) == 0) {
				(void)cp_fail(err, CP_USAGE,
				    "--role: no such role: %s", word);
				cp_err_hint(err, "roles: team, shield, dpo, "
				    "custodian, approver, auditor, scheduler, "
				    "admin");
				return CP_USAGE;
			}
			*roles |= cp_role_parse(word);
			if (text[len] == '\0')
				break;
		}
	}
	return i > 0 ? CP_OK : cp_fail(err, CP_USAGE, "--role is missing");
}

static enum cp_rc
take_date(const struct cp_call *call, const char *option, struct cp_date *out,
    struct cp_err *err)
{
	const char *text = cp_option(call, option);
	enum cp_rc rc = CP_OK;

	if (text != NULL)
		rc = cp_date_parse(text, out, err);
	if (rc == CP_OK)
		return CP_OK;
	cp_err_context(err, "--%s", option);
	return err->code = CP_USAGE;
}

static enum cp_rc
take_authorities(const struct cp_call *call, struct cp_operator *op,
    struct cp_err *err)
{
	const char *code;

	for (int i = 0; (code = cp_option_at(call, "authority", i)) != NULL;
	    i++) {
		if (!cp_config_authority_ok(code))
			return cp_fail(err, CP_USAGE,
			    "--authority is not a letter and 8 digits");
		if (op->n_authorities > 0 && cp_operator_reaches(op, code))
			continue;
		if (op->n_authorities == CP_OPERATOR_AUTHORITIES)
			return cp_fail(err, CP_USAGE, "over %d authorities",
			    CP_OPERATOR_AUTHORITIES);
		(void)snprintf(op->authorities[op->n_authorities++],
		    CP_OPERATOR_AUTHORITY, "%s", code);
	}
	return CP_OK;
}

/* Nobody lets others reach what they do not reach themselves. */
static enum cp_rc
may_add(const struct cp_operator *by, const struct cp_operator *op,
    struct cp_err *err)
{
	int all = by->n_authorities == 0 || op->n_authorities > 0;

	for (size_t i = 0; all && i < op->n_authorities; i++)
		all = cp_operator_reaches(by, op->authorities[i]);
	if (all)
		return CP_OK;
	(void)cp_fail(err, CP_DENIED, "operator %s does not act for all "
	    "authorities that %s would act for", by->name, op->name);
	cp_err_hint(err, "name with --authority only those that `cpadmin "
	    "operator list' shows for %s", by->name);
	return CP_DENIED;
}

static enum cp_rc
take_operator(const struct cp_call *call, struct cp_operator *op,
    struct cp_err *err)
{
	const char *name = cp_arg(call, 0);
	enum cp_rc rc;

	memset(op, 0, sizeof(*op));
	if (!cp_operator_name_ok(name))
		return cp_fail(err, CP_USAGE, "NAME is not 1 to 32 of a-z, "
		    "0-9, '-', '_' and '.'");
	(void)snprintf(op->name, sizeof(op->name), "%s", name);
	rc = take_uid(call, &op->uid, err);
	if (rc == CP_OK)
		rc = take_roles(call, &op->roles, err);
	if (rc == CP_OK)
		rc = take_date(call, "training-until", &op->training_until,
		    err);
	if (rc == CP_OK)
		rc = take_date(call, "check-until", &op->check_until, err);
	if (rc == CP_OK)
		rc = take_authorities(call, op, err);
	return rc;
}

static enum cp_rc
run_add(struct cp_call *call, struct cp_err *err)
{
	struct look l = { .name = cp_arg(call, 0) };
	struct cp_operator op;
	struct cp_session s;
	enum cp_rc rc;

	rc = take_operator(call, &op, err);
	if (rc == CP_OK)
		rc = begin(call, &s, err);
	if (rc != CP_OK)
		return rc;
	l.uid = op.uid;
	rc = may_add(&s.op, &op, err);
	if (rc == CP_OK)
		rc = cp_operator_each(s.store, look_at, &l, err);
	if (rc == CP_OK && l.uid_taken && !s.settings.rehearsal) {
		rc = cp_fail(err, CP_REFUSED, "user id %lld is an operator "
		    "already", (long long)op.uid);
		cp_err_hint(err, "one person, one operator: that is what "
		    "approval by a second person rests on");
	}
	if (rc == CP_OK)
		rc = cp_operator_add(s.store, &op, &s.op, &s.now, err);
	if (rc == CP_OK)
		rc = log_operator(&s, "operator.add", &op, err);
	if (rc == CP_OK)
		rc = cp_txn_commit(s.audit, err);
	cp_session_close(&s);
	return rc == CP_OK ? show_one(call, &op, err) : rc;
}

/* ---- renewing ---------------------------------------------------------------- */

/* What is not given stays as it was. */
static enum cp_rc
take_renewal(const struct cp_call *call, struct cp_date today,
    struct cp_operator *op, struct cp_err *err)
{
	enum cp_rc rc = take_date(call, "training-until", &op->training_until,
	    err);

	if (rc == CP_OK)
		rc = take_date(call, "check-until", &op->check_until, err);
	if (rc != CP_OK)
		return rc;
	if ((cp_option(call, "training-until") != NULL &&
	    cp_date_cmp(op->training_until, today) < 0) ||
	    (cp_option(call, "check-until") != NULL &&
	    cp_date_cmp(op->check_until, today) < 0))
		return cp_fail(err, CP_BAD_INPUT, "that day has passed");
	return CP_OK;
}

static enum cp_rc
renew(const struct cp_call *call, struct cp_session *s, struct look *l,
    struct cp_err *err)
{
	enum cp_rc rc = cp_operator_each(s->store, look_at, l, err);

	if (rc == CP_OK && l->found.n == 0)
		rc = cp_fail(err, CP_NOT_FOUND, "no such operator: %.32s",
		    l->name);
	if (rc == CP_OK && strcmp(l->found.status, "removed") == 0)
		rc = cp_fail(err, CP_REFUSED, "operator %s is removed",
		    l->name);
	if (rc == CP_OK)
		rc = take_renewal(call, s->now.today, &l->found, err);
	if (rc == CP_OK)
		rc = cp_operator_renew(s->store, &l->found, err);
	if (rc == CP_OK)
		rc = log_operator(s, "operator.renew", &l->found, err);
	return rc == CP_OK ? cp_txn_commit(s->audit, err) : rc;
}

static enum cp_rc
run_renew(struct cp_call *call, struct cp_err *err)
{
	struct look l = { .name = cp_arg(call, 0), .uid = -1 };
	struct cp_session s;
	enum cp_rc rc;

	if (cp_option(call, "training-until") == NULL &&
	    cp_option(call, "check-until") == NULL)
		return cp_fail(err, CP_USAGE, "--training-until or "
		    "--check-until is missing");
	rc = begin(call, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = renew(call, &s, &l, err);
	cp_session_close(&s);
	return rc == CP_OK ? show_one(call, &l.found, err) : rc;
}

/* ---- tables ------------------------------------------------------------------ */

static const struct cp_opt add_options[] = {
	{ "uid", 0, CP_OPT_TEXT, "U", "the user's number, as id -u tells it" },
	{ "role", 0, CP_OPT_LIST, "R", "a role; once for each" },
	{ "authority", 0, CP_OPT_LIST, "C",
	    "an authority they work for; default: all" },
	{ "training-until", 0, CP_OPT_TEXT, "D",
	    "last day of their training" },
	{ "check-until", 0, CP_OPT_TEXT, "D",
	    "last day of their enhanced check" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt renew_options[] = {
	{ "training-until", 0, CP_OPT_TEXT, "D",
	    "last day of their training" },
	{ "check-until", 0, CP_OPT_TEXT, "D",
	    "last day of their enhanced check" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "add", "NAME --uid U --role R... [--authority C...] "
	    "[--training-until D] [--check-until D]",
	    "let a person act", add_options, CP_TAKES_USUAL, 1, 1, run_add },
	{ "renew", "NAME [--training-until D] [--check-until D]",
	    "enter a new training or check", renew_options, CP_TAKES_USUAL,
	    1, 1, run_renew },
	{ "suspend", "NAME", "stop an operator for a time", NULL,
	    CP_TAKES_USUAL, 1, 1, run_suspend },
	{ "resume", "NAME", "end a suspension", NULL, CP_TAKES_USUAL, 1, 1,
	    run_resume },
	{ "remove", "NAME", "stop an operator for good", NULL, CP_TAKES_USUAL,
	    1, 1, run_remove },
	{ "list", "[--columns NAME,...]", "the operators", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_operator = {
	"operator", "who may act in a store, and as what", verbs
};
