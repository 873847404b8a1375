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
take_number(const struct cp_call *call, const char *option, int *out,
    struct cp_err *err)
{
	const char *text = cp_option(call, option);
	char *end;
	long n;

	*out = 1;
	if (text == NULL)
		return CP_OK;
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 ||
	    n > CP_CUSTODY_SHARES)
		return cp_fail(err, CP_USAGE, "--%s is not from 1 to %d",
		    option, CP_CUSTODY_SHARES);
	*out = (int)n;
	return CP_OK;
}

static enum cp_rc
take_custody(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	enum cp_rc rc;

	rc = take_number(call, "custodians", &in->custodians, err);
	if (rc == CP_OK)
		rc = take_number(call, "threshold", &in->threshold, err);
	if (rc == CP_OK && in->threshold > in->custodians)
		rc = cp_fail(err, CP_USAGE, "--threshold is more than "
		    "--custodians");
	return rc;
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
	if (in->settings.rehearsal && cp_flag(call, "passphrase-file"))
		return cp_fail(err, CP_USAGE, "a rehearsal store makes its "
		    "own passphrases");
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

static enum cp_rc
take_passphrases(const struct cp_call *call, struct cp_init *in,
    struct cp_err *err)
{
	char what[64];
	int i;
	enum cp_rc rc = CP_OK;

	if (in->settings.rehearsal)
		return cp_init_random_passphrases(in, err);
	for (i = 0; i < in->custodians && rc == CP_OK; i++) {
		(void)snprintf(what, sizeof(what), "custodian %d of %d",
		    i + 1, in->custodians);
		rc = cp_prompt_new_passphrase(call, what, &in->passphrase[i],
		    err);
	}
	return rc;
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
share_list(const struct cp_init *in, const char *store, struct cp_buf *json,
    struct cp_buf *people, struct cp_err *err)
{
	char keys[PATH_MAX + 8], path[PATH_MAX + 64];
	int i;
	enum cp_rc rc = CP_OK;

	(void)snprintf(keys, sizeof(keys), "%s/keys", store);
	cp_json_open(json, '[');
	for (i = 1; i <= in->custody.shares && rc == CP_OK; i++) {
		rc = cp_custody_share_path(keys, in->custody.id, i, path,
		    sizeof(path), err);
		if (rc != CP_OK)
			break;
		cp_json_put_string(json, path);
		cp_buf_printf(people, "%s%s", i > 1 ? ", " : "", path);
	}
	cp_json_close(json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(json, err);
	return rc == CP_OK ? cp_buf_check(people, err) : rc;
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_init *in, const char *store,
    struct cp_err *err)
{
	struct cp_buf json, people;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_buf_init(&people);
	rc = share_list(in, store, &json, &people, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "store", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc == CP_OK) {
		cp_out_text(o, store);
		cp_out_text(o, in->policy_name);
		cp_out_text(o, in->settings.authority);
		cp_out_text(o, in->op.name);
		cp_out_text(o, in->custody.id);
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
	} else {
		cp_say(call, "Each share is sealed under its custodian's "
		    "passphrase.  Move it to the custodian's");
		cp_say(call, "own medium, keep a second copy elsewhere, and "
		    "remove it from this host: without");
		cp_say(call, "share and passphrase nothing that is archived "
		    "can ever be opened again.");
	}
	cp_say(call, "Next:  export CPADMIN_STORE=%s", store);
	cp_say(call, "       cpadmin operator add NAME --uid U --role approver"
	    "  (destruction needs a second person)");
	cp_say(call, "       cpadmin record import FILE --dry-run");
}

static enum cp_rc
run_init(struct cp_call *call, struct cp_err *err)
{
	struct cp_init in = { 0 };
	char *store = NULL;
	enum cp_rc rc;

	rc = take_options(call, &in, err);
	if (rc == CP_OK)
		rc = take_passphrases(call, &in, err);
	if (rc == CP_OK)
		rc = cp_init_make(&in, err);
	if (rc == CP_OK && (store = realpath(in.dir, NULL)) == NULL)
		rc = cp_fail_errno(err, CP_FAILED, "%s", in.dir);
	if (rc == CP_OK)
		rc = show(call, &in, store, err);
	if (rc == CP_OK)
		say_next(call, &in, store);
	free(store);
	cp_init_clear(&in);
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
	{ "custodians", 0, CP_OPT_TEXT, "N",
	    "how many custodians; default: 1" },
	{ "threshold", 0, CP_OPT_TEXT, "K",
	    "how many of them open the archive; default: 1" },
	{ "on", 0, CP_OPT_TEXT, "DATE",
	    "make it as of DATE; with --rehearsal only" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "", "DIR [--rehearsal] [--policy NAME] [--authority CODE] "
	    "[--operator NAME] [--custodians N --threshold K] [--on DATE] "
	    "[--passphrase-file FILE]",
	    "make a store, its keys and its first operator", options,
	    CP_TAKES_PASSPHRASE, 1, 1, run_init },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_init = {
	"init", "make a store, its keys and its first operator", verbs
};
