#include "cpadmin/shield_verbs.h"

enum cp_rc
shield_open(const struct cp_call *call, enum cp_store_mode mode,
    unsigned roles, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, mode, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, roles, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

static const struct cp_opt list_options[] = {
	{ "status", 0, CP_OPT_TEXT, "S",
	    "only those that are requested, granted, refused, lifted, joined" },
	{ "overdue", 0, CP_OPT_FLAG, NULL,
	    "only those in force whose review is past" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt investigation_options[] = {
	{ "finding", 0, CP_OPT_TEXT, "TEXT",
	    "close: what was found; it is sealed" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt gate_options[] = {
	{ "evidence", 0, CP_OPT_TEXT, "REF",
	    "where it is written up that the pass is done" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "list", "[--status S] [--overdue] [--columns NAME,...]",
	    "the shields, by when each is to be looked at", list_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, shield_run_list },
	{ "reveal", "ID [--passphrase-file F] --reason TEXT",
	    "show once what is hidden of a record; an investigation opens",
	    NULL, CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 1, 1,
	    shield_run_reveal },
	{ "investigation", "list|show|close [INV] [--finding TEXT] "
	    "[--passphrase-file F] [--columns NAME,...]",
	    "what was revealed, and what was found about that",
	    investigation_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE |
	    CP_TAKES_COLUMNS, 1, 2, shield_run_investigation },
	{ "officer", "list|add|admit|remove|rewrap [NAME] "
	    "[--passphrase-file FILE] [--columns NAME,...]",
	    "who can open what is hidden", NULL, CP_TAKES_USUAL |
	    CP_TAKES_PASSPHRASE | CP_TAKES_COLUMNS, 1, 2,
	    shield_run_officer },
	{ "gate", "list|sign|open|close [AUTHORITY] [--evidence REF] "
	    "[--columns NAME,...] [--reason TEXT]",
	    "no feed and no view before an authority's shields are set",
	    gate_options, CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS,
	    1, 2, shield_run_gate },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_shield = {
	"shield", "hide where a child is who must not be found", verbs
};
