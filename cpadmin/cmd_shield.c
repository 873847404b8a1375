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

static const struct cp_opt request_options[] = {
	{ "by", 0, CP_OPT_TEXT, "WHO",
	    "who asks: child, parent or practitioner" },
	{ "criterion", 0, CP_OPT_TEXT, "TEXT",
	    "what of the test for a shield is met" },
	{ "evidence", 0, CP_OPT_TEXT, "REF", "where the evidence is kept" },
	{ "hide", 0, CP_OPT_LIST, "FIELD",
	    "hide this as well, cpadmin-shield(7)" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt decide_options[] = {
	{ "hide", 0, CP_OPT_LIST, "FIELD",
	    "hide these, and nothing else, cpadmin-shield(7)" },
	{ "review", 0, CP_OPT_TEXT, "D",
	    "when to look at it again; without it as late as the policy lets" },
	{ "complaint", 0, CP_OPT_TEXT, "TEXT",
	    "refused: how to complain, if not as usual" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt review_options[] = {
	{ "review", 0, CP_OPT_TEXT, "D",
	    "when to look at it next; without it as late as the policy lets" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt show_options[] = {
	{ "open", 0, CP_OPT_FLAG, NULL,
	    "what is sealed of it as well, with an officer's identity" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

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

static const struct cp_opt letter_options[] = {
	{ "kind", 0, CP_OPT_TEXT, "K",
	    "outcome, request-received or review" },
	{ "because", 0, CP_OPT_TEXT, "TEXT",
	    "outcome: why, in the family's words instead of the case's" },
	{ "to", 0, CP_OPT_TEXT, "N",
	    "of several current addresses, addresses[N] is the safe one" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt mail_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL,
	    "list: those released and withdrawn too" },
	{ "output", 0, CP_OPT_TEXT, "FILE",
	    "release: a new file for the letter; else stdout" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt gate_options[] = {
	{ "evidence", 0, CP_OPT_TEXT, "REF",
	    "where it is written up that the pass is done" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt intake_options[] = {
	{ "format", 0, CP_OPT_TEXT, "F",
	    "ndjson or csv; else told by the file's name or beginning" },
	{ "by", 0, CP_OPT_TEXT, "WHO",
	    "who asks for it: child, parent or practitioner" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt check_options[] = {
	{ "deep", 0, CP_OPT_FLAG, NULL,
	    "count the search keys too, which reads all there are" },
	{ "store-only", 0, CP_OPT_FLAG, NULL,
	    "look at this store, and do not try every command" },
	{ "quick", 0, CP_OPT_FLAG, NULL,
	    "try each option once, and with every role the rest" },
	{ "command", 0, CP_OPT_TEXT, "C", "try this command only" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "request", "ID --by child|parent|practitioner --reason T "
	    "[--criterion T] [--evidence REF] [--hide FIELD]...",
	    "ask for a shield, which is there at once", request_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, shield_run_request },
	{ "decide", "ID grant|refuse [--hide FIELD]... --reason T [--review D] "
	    "[--complaint T] [--passphrase-file FILE]",
	    "settle a request that somebody else made", decide_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 2, 2,
	    shield_run_decide },
	{ "review", "ID --reason T [--review D] [--passphrase-file FILE]",
	    "go on with a shield until another day", review_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 1, 1,
	    shield_run_review },
	{ "lift", "ID --reason T [--passphrase-file FILE]",
	    "end a shield that somebody else asked for", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 1, 1,
	    shield_run_lift },
	{ "show", "ID --reason T [--open] [--passphrase-file FILE]",
	    "the cases of a record", show_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 1, 1,
	    shield_run_show },
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
	{ "intake", "FILE... [--format F] [--dry-run] "
	    "--by child|parent|practitioner --reason T",
	    "load rows of feeds straight behind a shield", intake_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_DRY_RUN, 1, -1,
	    shield_run_intake },
	{ "rekey", "--reason T [--passphrase-file FILE]",
	    "make another match key, and what the shielded are known by", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 0, 0,
	    shield_run_rekey },
	{ "officer", "list|add|admit|remove|rewrap [NAME] "
	    "[--passphrase-file FILE] [--columns NAME,...]",
	    "who can open what is hidden", NULL, CP_TAKES_USUAL |
	    CP_TAKES_PASSPHRASE | CP_TAKES_COLUMNS, 1, 2,
	    shield_run_officer },
	{ "letter", "ID --kind K [--because TEXT] [--to N] "
	    "[--passphrase-file F]",
	    "write to the family about its case; the letter is held",
	    letter_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 1, 1,
	    shield_run_letter },
	{ "mail", "list|release|withdraw [M] [--all] [--output FILE] "
	    "[--passphrase-file F] [--columns NAME,...] [--reason TEXT]",
	    "letters that wait for an officer", mail_options,
	    CP_TAKES_USUAL | CP_TAKES_PASSPHRASE | CP_TAKES_COLUMNS |
	    CP_TAKES_REASON, 1, 2, shield_run_mail },
	{ "identity", "list|add|remove [ID] [--columns NAME,...]",
	    "records that nobody is, to try searches and commands on", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 2, shield_run_identity },
	{ "gate", "list|sign|open|close [AUTHORITY] [--evidence REF] "
	    "[--columns NAME,...] [--reason TEXT]",
	    "no feed and no view before an authority's shields are set",
	    gate_options, CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS,
	    1, 2, shield_run_gate },
	{ "check", "[--deep] [--store-only] [--quick] [--command C]",
	    "try that no command shows what is hidden", check_options,
	    CP_TAKES_USUAL, 0, 0, shield_run_check },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_shield = {
	"shield", "hide where a child is who must not be found", verbs
};
