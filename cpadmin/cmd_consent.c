#include "cpadmin/ledger.h"

#define GROUNDS "connexions, care-leaver, learning-difficulty, " \
    "sensitive-service"

static const struct cp_opt give_options[] = {
	{ "ground", 0, CP_OPT_TEXT, "G", GROUNDS " or significant-harm" },
	{ "by", 0, CP_OPT_TEXT, "B", "self, parent or representative" },
	{ "date", 0, CP_OPT_TEXT, "D", "the day on which it was given" },
	{ "statement", 0, CP_OPT_TEXT, "V",
	    "version of the statement they were shown" },
	{ "evidence", 0, CP_OPT_TEXT, "REF", "reference of the evidence" },
	{ "method", 0, CP_OPT_TEXT, "M",
	    "in-person, phone, letter, online or video" },
	{ "best-interests", 0, CP_OPT_TEXT, "REF",
	    "reference of the decision, by a representative" },
	{ "involvement", 0, CP_OPT_TEXT, "N",
	    "which involvement of the record, from 0: sensitive services" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt end_options[] = {
	{ "ground", 0, CP_OPT_TEXT, "G", GROUNDS " or significant-harm" },
	{ "consent", 0, CP_OPT_TEXT, "C", "that entry only: C-0001" },
	{ "date", 0, CP_OPT_TEXT, "D", "the day from which it is over" },
	{ "evidence", 0, CP_OPT_TEXT, "REF", "reference of the evidence" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt confirm_options[] = {
	{ "date", 0, CP_OPT_TEXT, "D", "the day on which it was confirmed" },
	{ "evidence", 0, CP_OPT_TEXT, "REF", "reference of the evidence" },
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "connexions, care-leaver or learning-difficulty" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};
static const struct cp_opt due_options[] = {
	{ "within", 0, CP_OPT_TEXT, "DAYS", "days to look ahead, default 90" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "give", "ID --ground G --date D --evidence REF "
	    "[--by B --statement V] [--method M] [--best-interests REF] "
	    "[--involvement N] [--reason T]", "enter a consent", give_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, cp_consent_run_give },
	{ "withdraw", "ID --date D [--ground G] [--consent C] "
	    "[--evidence REF]", "enter that consent was withdrawn",
	    end_options, CP_TAKES_USUAL, 1, 1, cp_consent_run_withdraw },
	{ "end", "ID --date D [--ground G] [--consent C] [--evidence REF]",
	    "enter that a ground has ended", end_options, CP_TAKES_USUAL,
	    1, 1, cp_consent_run_end },
	{ "confirm", "ID --date D --evidence REF [--ground G]",
	    "enter that consent was confirmed", confirm_options,
	    CP_TAKES_USUAL, 1, 1, cp_consent_run_confirm },
	{ "list", "[ID --reason T] [--columns NAME,...]",
	    "the ledger, of one record or of all", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 0, 1,
	    cp_ledger_run_list },
	{ "due", "[--within DAYS] [--columns NAME,...]",
	    "consents that end soon, or are to be confirmed", due_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_ledger_run_due },
	{ "statement", "list|show|add [VERSION] [FILE] [--columns NAME,...]",
	    "the words that people were shown", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 3,
	    cp_consent_run_statement },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_consent = {
	"consent", "who agreed that a record stays past 18", verbs
};
