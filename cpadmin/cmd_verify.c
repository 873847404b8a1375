#include <stdio.h>

#include "cpadmin/out.h"
#include "lifecycle/duties/verify.h"

static const struct cp_column columns[] = {
	{ "valid", "RESULT" },
	{ "signed_by", "SIGNED BY" },
	{ "why", "WHY" },
	{ "key_given", NULL },
};

/* The document's kind is the file's. */
static enum cp_rc
show(const struct cp_call *call, const struct cp_verify_result *r,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	char words[64];
	enum cp_rc rc = cp_out_object(call, r->kind, columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	(void)snprintf(words, sizeof(words), "%s, %s", r->kind,
	    r->valid ? "valid" : "NOT VALID");
	cp_out_json(o, r->valid ? "true" : "false", words);
	cp_out_text(o, r->signed_by[0] != '\0' ? r->signed_by : NULL);
	cp_out_text(o, r->why);
	cp_out_bool(o, r->key_given);
	return cp_out_end(&o, err);
}

static enum cp_rc
run_verify(struct cp_call *call, struct cp_err *err)
{
	struct cp_verify_result r;
	enum cp_rc rc = cp_verify_file(cp_arg(call, 0),
	    cp_option(call, "key"), &r, err);

	if (rc == CP_OK)
		rc = show(call, &r, err);
	if (rc != CP_OK || r.valid)
		return rc;
	(void)cp_fail(err, CP_CORRUPT, "the %s is not valid: %s", r.kind,
	    r.why);
	cp_err_hint(err, "ask the authority that issued it for it again, and "
	    "keep this copy");
	return CP_CORRUPT;
}

static const struct cp_opt options[] = {
	{ "key", 0, CP_OPT_TEXT, "F",
	    "the authority's public key, got from elsewhere" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "", "FILE [--key F]", "check a certificate, checkpoint or exported "
	    "log, without a store", options, 0, 1, 1, run_verify },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_verify = {
	"verify", "check what a store gave out, offline", verbs
};
