#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/init.h"
#include "cpadmin/out.h"
#include "cpadmin/places.h"
#include "cpadmin/prompt.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

static const unsigned all_roles = CP_ROLE_TEAM | CP_ROLE_SHIELD | CP_ROLE_DPO |
    CP_ROLE_CUSTODIAN | CP_ROLE_APPROVER | CP_ROLE_AUDITOR |
    CP_ROLE_SCHEDULER | CP_ROLE_ADMIN;

/* ---- options ------------------------------------------------------------------ */

static enum cp_rc
take_custody(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	static const char *const others[] = { "custodians", "threshold",
		"holder", "share-dir", "passphrase-file" };

	in->no_custody = cp_flag(call, "no-custody");
	for (size_t i = 0; in->no_custody &&
	    i < sizeof(others) / sizeof(others[0]); i++)
		if (cp_flag(call, others[i]))
			return cp_fail(err, CP_USAGE, "--no-custody makes no "
			    "key for --%s", others[i]);
	return cp_ceremony_take(call, in->settings.rehearsal,
	    "passphrase-file", NULL, &in->ceremony, err);
}

static enum cp_rc
take_authority(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	const char *code = cp_option(call, "authority");

	if (code == NULL && !in->settings.rehearsal) {
		(void)cp_fail(err, CP_USAGE, "--authority is missing");
		cp_err_hint(err, "the code of the authority whose records "
		    "these are, like E08000015");
		return CP_USAGE;
	}
	if (code == NULL)
		code = "E08000015";
	if (!cp_config_authority_ok(code))
		return cp_fail(err, CP_USAGE, "--authority is not a letter "
		    "and 8 digits");
	(void)snprintf(in->settings.authority, sizeof(in->settings.authority),
	    "%s", code);
	return CP_OK;
}

static void
take_operator(const struct cp_call *call, struct cp_init *in)
{
	const char *name = cp_option(call, "operator");
	const struct passwd *pw;

	in->op.uid = (int64_t)getuid();
	in->op.roles = all_roles;
	if (name == NULL && (pw = getpwuid(getuid())) != NULL &&
	    cp_operator_name_ok(pw->pw_name))
		name = pw->pw_name;
	if (name == NULL)
		name = "admin";
	(void)snprintf(in->op.name, sizeof(in->op.name), "%s", name);
}

static enum cp_rc
take_moment(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	const char *on = cp_option(call, "on");

	if (on != NULL && !in->settings.rehearsal)
		return cp_fail(err, CP_DENIED,
		    "--on may make rehearsal stores only");
	return cp_session_now(on, &in->now, err);
}

static enum cp_rc
take_dir(const struct cp_call *call, struct cp_init *in, struct cp_err *err)
{
	const char *dir = cp_arg(call, 0);
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (len == 0 || strcmp(dir, "/") == 0)
		return cp_fail(err, CP_USAGE, "DIR is no name of a folder");
	if (len >= sizeof(in->dir))
		return cp_fail(err, CP_USAGE, "DIR is too long");
	memcpy(in->dir, dir, len);
	in->dir[len] = '\0';
	return CP_OK;
}

static enum cp_rc
take_options(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	const char *policy = cp_option(call, "policy");
	const char *name = cp_option(call, "operator");
	enum cp_rc rc;

	in->settings.rehearsal = cp_flag(call, "rehearsal");
	if (name != NULL && !cp_operator_name_ok(name))
		return cp_fail(err, CP_USAGE, "--operator is not 1 to 32 of "
		    "a-z, 0-9, '-', '_' and '.'");
	take_operator(call, in);
	rc = take_dir(call, in, err);
	if (rc == CP_OK)
		rc = take_authority(call, in, err);
	if (rc == CP_OK)
		rc = take_custody(call, in, err);
	if (rc == CP_OK)
		rc = take_moment(call, in, err);
	if (rc == CP_OK)
		rc = cp_place_policy(policy != NULL ? policy :
		    "contactpoint-2007", in->policy_file,
		    sizeof(in->policy_file), err);
	return rc == CP_OK ? cp_init_check_dir(in->dir, err) : rc;
}

/* ---- what was made ------------------------------------------------------------ */

static const struct cp_column columns[] = {
	{ "store", "Store" },
	{ "policy", "Policy" },
	{ "authority", "Authority" },
	{ "operator", "Operator" },
	{ "custody_id", "Custody key" },
	{ "shares", "Shares" },
	{ "rehearsal", NULL },
};

static enum cp_rc
show(const struct cp_call *call, const struct cp_init *in, const char *store,
    struct cp_err *err)
{
	char keys[PATH_MAX + 8];
	struct cp_buf json, people;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	(void)snprintf(keys, sizeof(keys), "%s/keys", store);
	cp_buf_init(&json);
	cp_buf_init(&people);
	rc = cp_ceremony_paths(&in->ceremony, keys, &json, &people, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "store", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc == CP_OK) {
		cp_out_text(o, store);
		cp_out_text(o, in->policy_name);
		cp_out_text(o, in->settings.authority);
		cp_out_text(o, in->op.name);
		cp_out_text(o, in->no_custody ? NULL :
		    in->ceremony.key.id);
		cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
		cp_out_bool(o, in->settings.rehearsal);
		rc = cp_out_end(&o, err);
	}
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	return rc;
}

static void
say_next(const struct cp_call *call, const struct cp_init *in,
    const char *store)
{
	if (in->settings.rehearsal) {
		cp_say(call, "A rehearsal: its passphrases and the plain key "
		    "of its archive are in");
		cp_say(call, "%s/keys/rehearsal.  Never load real records "
		    "into it.", store);
	} else if (!in->no_custody) {
		cp_ceremony_say_next(&in->ceremony);
	}
	cp_say(call, "Next:  export CPADMIN_STORE=%s", store);
	if (in->no_custody)
		cp_say(call, "       cpadmin custody create  (before that "
		    "nothing can be archived)");
	cp_say(call, "       cpadmin operator add NAME --uid U --role approver"
	    "  (destruction needs a second person)");
	if (!in->settings.rehearsal)
		cp_say(call, "       cpadmin shield officer add  (two people; "
		    "before that no child can be shielded)");
	if (!in->settings.rehearsal)
		cp_say(call, "       cpadmin shield gate sign %s  (another "
		    "person opens it; before that no feed is loaded)",
		    in->settings.authority);
	if (!in->settings.rehearsal)
		cp_say(call, "       set letterheads in %s/cpadmin.conf  (who "
		    "writes to families; before that no letter is printed)",
		    store);
	cp_say(call, "       cpadmin record import FILE --dry-run");
}

static enum cp_rc
run_init(struct cp_call *call, struct cp_err *err)
{
	struct cp_init in = { 0 };
	char *store = NULL;
	enum cp_rc rc;

	rc = take_options(call, &in, err);
	if (rc == CP_OK && !in.no_custody)
		rc = cp_ceremony_passphrases(&in.ceremony, err);
	if (rc == CP_OK)
		rc = cp_init_make(&in, err);
	if (rc == CP_OK && (store = realpath(in.dir, NULL)) == NULL)
		rc = cp_fail_errno(err, CP_FAILED, "%s", in.dir);
	if (rc == CP_OK)
		rc = show(call, &in, store, err);
	if (rc == CP_OK)
		say_next(call, &in, store);
	free(store);
	cp_ceremony_clear(&in.ceremony);
	return rc;
}

/* ---- table -------------------------------------------------------------------- */

static const struct cp_opt options[] = {
	{ "rehearsal", 0, CP_OPT_FLAG, NULL,
	    "for invented records; keeps every key" },
	{ "policy", 0, CP_OPT_TEXT, "NAME",
	    "policy or its file; default: contactpoint-2007" },
	{ "authority", 0, CP_OPT_TEXT, "CODE",
	    "the authority whose records these are" },
	{ "operator", 0, CP_OPT_TEXT, "NAME",
	    "name of the first operator; default: the user's" },
	CP_CEREMONY_OPTIONS,
	{ "no-custody", 0, CP_OPT_FLAG, NULL,
	    "no key of the archive yet: a ceremony follows" },
	{ "on", 0, CP_OPT_TEXT, "DATE",
	    "make it as of DATE; with --rehearsal only" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "", "DIR [--rehearsal] [--policy NAME] [--authority CODE] "
	    "[--operator NAME] [--custodians N --threshold K] "
	    "[--holder TEXT...] [--share-dir DIR] "
	    "[--passphrase-file FILE...] [--no-custody] [--on DATE]",
	    "make a store, its keys and its first operator", options,
	    CP_TAKES_PASSPHRASE, 1, 1, run_init },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_init = {
	"init", "make a store, its keys and its first operator", verbs
};
