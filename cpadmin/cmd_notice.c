#include "cpadmin/notice_verbs.h"

#define KINDS "first, comprehension, version, eighteen, archived, extended, " \
    "withdrawal, authority or shield-outcome"
#define NO_OPTION { NULL, 0, CP_OPT_FLAG, NULL, NULL }

static const struct cp_opt owed_options[] = {
	{ "until", 0, CP_OPT_TEXT, "DATE", "those due by DATE" },
	{ "kind", 0, CP_OPT_TEXT, "K", KINDS },
	NO_OPTION,
};
static const struct cp_opt issue_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL, "all that is owed" },
	{ "output", 'o', CP_OPT_TEXT, "DIR",
	    "the folder of the letters: new or empty, or of a run that was "
	    "stopped" },
	{ "each", 0, CP_OPT_FLAG, NULL, "a file for each letter" },
	{ "per-file", 0, CP_OPT_TEXT, "N",
	    "about N letters to a file; 20000 if not given" },
	{ "until", 0, CP_OPT_TEXT, "DATE", "those due by DATE" },
	{ "kind", 0, CP_OPT_TEXT, "K", KINDS },
	{ "workers", 0, CP_OPT_TEXT, "N", "threads that set pages" },
	{ "resume", 0, CP_OPT_FLAG, NULL, "go on with the run that was "
	    "stopped" },
	{ "safe", 0, CP_OPT_FLAG, NULL,
	    "an officer sends it to somebody who is shielded" },
	{ "to", 0, CP_OPT_TEXT, "N",
	    "with --safe: addresses[N] of the record document" },
	NO_OPTION,
};
static const struct cp_opt served_options[] = {
	{ "run", 0, CP_OPT_TEXT, "R", "all letters of a print run: R-0001" },
	{ "date", 0, CP_OPT_TEXT, "D",
	    "the day on which it was posted or given; today if not given" },
	{ "route", 0, CP_OPT_TEXT, "hand|post",
	    "hand: it was given, printed here or not" },
	NO_OPTION,
};
static const struct cp_opt returned_options[] = {
	{ "why", 0, CP_OPT_TEXT, "WHY",
	    "gone-away, not-known, refused, address or other" },
	{ "date", 0, CP_OPT_TEXT, "D",
	    "the day on which it came; today if not given" },
	NO_OPTION,
};
static const struct cp_opt preview_options[] = {
	{ "language", 'l', CP_OPT_TEXT, "L", "en, ur, pa, pl, bn, so, ar, gu, "
	    "pt, ta, fr or tr; others as a policy has" },
	{ "format", 'f', CP_OPT_TEXT, "F",
	    "standard, large-print, easy-read or plain-text" },
	{ "kind", 0, CP_OPT_TEXT, "K", KINDS },
	{ "band", 0, CP_OPT_TEXT, "B", "parent, 12 or 16: who reads it" },
	{ "policy", 0, CP_OPT_TEXT, "NAME",
	    "of this policy or its file, without a store" },
	{ "output", 'o', CP_OPT_TEXT, "FILE",
	    "write FILE.pdf, FILE.txt or FILE.png" },
	{ "width", 0, CP_OPT_TEXT, "N",
	    "of a picture in pixels, of text in columns" },
	NO_OPTION,
};
static const struct cp_opt addressee_options[] = {
	{ "to", 0, CP_OPT_TEXT, "child|carer", "who is addressed from now on" },
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "understands, does-not-understand or learning-difficulty" },
	{ "clear", 0, CP_OPT_FLAG, NULL, "by age, as for all others" },
	NO_OPTION,
};
static const struct cp_opt runs_options[] = {
	{ "abandon", 0, CP_OPT_TEXT, "R",
	    "end a run that is not to be gone on with" },
	NO_OPTION,
};

static const struct cp_verb verbs[] = {
	{ "owed", "[ID] [--until DATE] [--kind K] [--columns NAME,...]",
	    "what is owed, to whom, by when", owed_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 1, cp_notice_run_owed },
	{ "issue", "[ID...] [--all] [-o DIR] [--each] [--per-file N] "
	    "[--until DATE] [--kind K] [--workers N] [--resume] [--safe] [--to N] "
	    "[--passphrase-file FILE] [--dry-run]",
	    "print the letters that are owed", issue_options,
	    CP_TAKES_USUAL | CP_TAKES_DRY_RUN | CP_TAKES_PASSPHRASE, 0, -1,
	    cp_notice_run_issue },
	{ "served", "[ID...] [--run R] [--date D] [--route hand|post] "
	    "[--dry-run]", "enter that letters were posted or given",
	    served_options, CP_TAKES_USUAL | CP_TAKES_DRY_RUN, 0, -1,
	    cp_notice_run_served },
	{ "returned", "ID --why WHY [--date D]",
	    "enter that a letter came back", returned_options, CP_TAKES_USUAL,
	    1, 1, cp_notice_run_returned },
	{ "show", "ID [--columns NAME,...]",
	    "one notice, or all of a record", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 1, cp_notice_run_show },
	{ "preview", "--language L --format F [--kind K] [--band B] "
	    "[--policy NAME] [-o FILE] [--width N]",
	    "a letter to an invented family", preview_options, CP_TAKES_USUAL,
	    0, 0, cp_notice_run_preview },
	{ "translations", "[--columns NAME,...]",
	    "each wording, and whether it lags its English original", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0,
	    cp_notice_run_translations },
	{ "suppress", "ID --reason TEXT", "it is not to be sent", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, cp_notice_run_suppress },
	{ "addressee", "ID [--to child|carer --ground G] [--clear] "
	    "[--reason TEXT]", "who gets a child's letters",
	    addressee_options, CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1,
	    cp_notice_run_addressee },
	{ "runs", "[--abandon R] [--yes] [--columns NAME,...]",
	    "print runs, and those that were stopped", runs_options,
	    CP_TAKES_USUAL | CP_TAKES_YES | CP_TAKES_COLUMNS, 0, 0,
	    cp_notice_run_runs },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

extern const struct cp_command cp_command_notice;
const struct cp_command cp_command_notice = {
	"notice", "tell families what is held about them, and keep account",
	verbs,
};
