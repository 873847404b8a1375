#include <string.h>

#include "cpadmin/rules.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/identity.h"
#include "lifecycle/rules/policy.h"

/* People that nobody is, to try things on. */

enum { IDENTITY_MAKERS = CP_ROLE_SHIELD | CP_ROLE_ADMIN };

static const struct cp_column columns[] = {
	{ "id", "ID" },
	{ "name", "NAME" },
	{ "birth_date", "BORN" },
	{ "nhs", "NHS NUMBER" },
	{ "tries", "IS" },
	{ "state", "STATE" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static enum cp_rc
list_one(void *ctx, const struct cp_identity *i, struct cp_err *err)
{
	struct cp_out *o = ctx;

	cp_out_text(o, i->id);
	cp_out_text(o, i->name);
	cp_out_text(o, i->birth);
	cp_out_text(o, i->nhs[0] != '\0' ? i->nhs : NULL);
	cp_out_text(o, i->tries);
	cp_out_text(o, i->state);
	return cp_out_row(o, err);
}

static enum cp_rc
run_list(const struct cp_call *call, struct cp_err *err)
{
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_out *o = NULL;
	struct cp_session s;
	enum cp_rc rc;

	if (cp_arg_count(call) != 1)
		return cp_fail(err, CP_USAGE, "the list takes no number");
	rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = cp_out_table(call, "identities", columns, COLUMNS, &o,
		    err);
	if (rc == CP_OK)
		rc = cp_identity_each(s.store, &rules, s.settings.authority,
		    list_one, o, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- add and remove -------------------------------------------------------- */

static const struct cp_column done_columns[] = {
	{ "added", "Added" },
	{ "removed", "Removed" },
	{ "left", "Left as they are" },
	{ "no_officer", "Without an officer" },
};

static enum cp_rc
show(const struct cp_call *call, const struct cp_identity_done *d, int add,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "identities", done_columns, 4, &o,
	    err);

	if (rc != CP_OK)
		return rc;
	cp_out_int(o, add ? d->done : 0);
	cp_out_int(o, add ? 0 : d->done);
	cp_out_int(o, d->left);
	cp_out_int(o, d->no_shield);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && d->no_shield > 0)
		cp_say(call, "The shielded one waits for a shielding officer "
		    "(`cpadmin shield officer add'): add it then.");
	if (rc == CP_OK && !add && d->left > 0)
		cp_say(call, "What is archived, merged or held leaves as any "
		    "record does.");
	return rc;
}

static enum cp_rc
change(struct cp_session *s, const struct cp_rules *rules, int add,
    const char *only, struct cp_identity_done *done, struct cp_err *err)
{
	struct cp_change c = { s->store, s->audit, rules, &s->now };
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = add ? cp_identity_add(&c, s->settings.authority, only,
		    done, err) : cp_identity_remove(&c, only, done, err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
run_change(const struct cp_call *call, int add, struct cp_err *err)
{
	struct cp_identity_done done;
	struct cp_policy *policy = NULL;
	struct cp_rules rules;
	struct cp_session s;
	enum cp_rc rc;

	if (cp_option(call, "columns") != NULL)
		return cp_fail(err, CP_USAGE, "--columns is for the list");
	rc = shield_open(call, CP_STORE_WRITE, IDENTITY_MAKERS, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = change(&s, &rules, add, cp_arg(call, 1), &done, err);
	if (rc == CP_OK)
		rc = show(call, &done, add, err);
	if (rc == CP_OK)
		cp_session_forget(call, &s);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

enum cp_rc
shield_run_identity(struct cp_call *call, struct cp_err *err)
{
	const char *what = cp_arg(call, 0);

	if (strcmp(what, "list") == 0)
		return run_list(call, err);
	if (strcmp(what, "add") == 0)
		return run_change(call, 1, err);
	if (strcmp(what, "remove") == 0)
		return run_change(call, 0, err);
	return cp_fail(err, CP_USAGE, "it is list, add or remove");
}
