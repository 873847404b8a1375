/* CP_NEEDS_ARCHIVE: archived persons ask, too. */
#include "cpadmin/sar_verbs.h"

#define NO_OPTION { NULL, 0, CP_OPT_FLAG, NULL, NULL }
#define DATE_OF(what) { "date", 0, CP_OPT_TEXT, "D", what }
#define REFERENCE { "reference", 0, CP_OPT_TEXT, "REF", \
	"where that is kept" }
#define OUTPUT(what) { "output", 'o', CP_OPT_TEXT, "F", what }
#define ADDRESS { "address", 0, CP_OPT_TEXT, "FILE", \
	"the lines of the address it goes to, of mode 0600" }
#define SUBJECT_N { "subject", 0, CP_OPT_TEXT, "N", \
	"the N-th of those it is about; 1 if it is about one" }
#define SHARE { "share", 0, CP_OPT_LIST, "F", \
	"a custodian's share of the archive's key" }

static const struct cp_opt open_options[] = {
	{ "subject", 0, CP_OPT_LIST, "ID", "the record of whom it is about" },
	{ "name", 0, CP_OPT_TEXT, "N",
	    "without a record: the name to look for, or @FILE" },
	{ "born", 0, CP_OPT_TEXT, "D", "without a record: when born" },
	{ "number", 0, CP_OPT_TEXT, "N",
	    "without a record: NHS number or pupil number" },
	{ "requester", 0, CP_OPT_TEXT, "R",
	    "who asks, as they name themselves, or @FILE" },
	{ "relation", 0, CP_OPT_TEXT, "self|parent|representative",
	    "as whom they ask" },
	{ "received", 0, CP_OPT_TEXT, "D", "the day on which it came" },
	{ "authority", 0, CP_OPT_TEXT, "C",
	    "that answers; the store's own if not given" },
	{ "language", 0, CP_OPT_TEXT, "L", "of the answer; en if not given" },
	{ "format", 0, CP_OPT_TEXT, "F",
	    "standard, large-print, easy-read or plain-text" },
	{ "asks", 0, CP_OPT_LIST, "access|rectification|objection",
	    "what is asked for; access if not given" },
	{ "again", 0, CP_OPT_FLAG, NULL,
	    "though there is one like it" },
	NO_OPTION,
};
static const struct cp_opt identity_options[] = {
	DATE_OF("the day on which that was asked, or shown"), REFERENCE,
	NO_OPTION,
};
static const struct cp_opt fee_options[] = {
	DATE_OF("the day of that"),
	{ "amount", 0, CP_OPT_TEXT, "POUNDS", "asked: as in 10 or 7.50" },
	NO_OPTION,
};
static const struct cp_opt clarify_options[] = {
	DATE_OF("the day of that"),
	{ "text", 0, CP_OPT_TEXT, "T", "what is asked, or was answered" },
	NO_OPTION,
};
static const struct cp_opt extend_options[] = {
	DATE_OF("the day on which it is told; today if not given"),
	NO_OPTION,
};
static const struct cp_opt evidence_options[] = {
	REFERENCE, DATE_OF("the day on which it was shown"), NO_OPTION,
};
static const struct cp_opt view_options[] = {
	DATE_OF("the day on which the child was asked"), SUBJECT_N,
	{ "text", 0, CP_OPT_TEXT, "T", "in the child's words" },
	NO_OPTION,
};
static const struct cp_opt note_options[] = {
	DATE_OF("the day on which it came or went"),
	{ "text", 0, CP_OPT_TEXT, "T", "what was said" },
	REFERENCE, NO_OPTION,
};
static const struct cp_opt subject_options[] = {
	SUBJECT_N, NO_OPTION,
};
static const struct cp_opt safe_options[] = {
	SUBJECT_N,
	{ "take-back", 0, CP_OPT_FLAG, NULL, "they are not, after all" },
	NO_OPTION,
};
static const struct cp_opt collect_options[] = {
	SHARE,
	{ "opening", 0, CP_OPT_TEXT, "O", "what operators agreed to" },
	NO_OPTION,
};
static const struct cp_opt items_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL,
	    "also what nobody has to decide about" },
	NO_OPTION,
};
static const struct cp_opt withhold_options[] = {
	{ "flag", 0, CP_OPT_LIST, "F",
	    "all with this flag that are not decided yet" },
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "third-party, serious-harm, child-abuse or crime; others as the "
	    "policy has" },
	NO_OPTION,
};
static const struct cp_opt give_options[] = {
	{ "flag", 0, CP_OPT_LIST, "F",
	    "all with this flag, and no other, that are not decided yet" },
	{ "ground", 0, CP_OPT_TEXT, "G", "why it may be given" },
	NO_OPTION,
};
static const struct cp_opt disclose_options[] = {
	OUTPUT("the new file, of mode 0600"),
	{ "to", 0, CP_OPT_TEXT, "AGE-RECIPIENT",
	    "an age file to this key, instead of a ZIP" },
	ADDRESS, NO_OPTION,
};
static const struct cp_opt letter_options[] = {
	{ "kind", 0, CP_OPT_TEXT,
	    "identity|fee|clarify|extended|archived", "what it says" },
	OUTPUT("the new file: PDF"), ADDRESS, NO_OPTION,
};
static const struct cp_opt none_options[] = {
	OUTPUT("the new file: PDF"), ADDRESS, NO_OPTION,
};
static const struct cp_opt refuse_options[] = {
	{ "ground", 0, CP_OPT_TEXT, "G",
	    "identity-not-shown, not-entitled or not-in-interest; others as "
	    "the policy has" },
	OUTPUT("the new file: PDF"), ADDRESS, NO_OPTION,
};
static const struct cp_opt rectify_options[] = {
	{ "told", 0, CP_OPT_LIST, "WHO", "a recipient who was told of it" },
	SUBJECT_N, NO_OPTION,
};
static const struct cp_opt clock_options[] = {
	{ "ics", 0, CP_OPT_TEXT, "FILE", "write a calendar's file as well" },
	NO_OPTION,
};
static const struct cp_opt list_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL, "closed ones as well" },
	{ "ics", 0, CP_OPT_TEXT, "FILE", "write a calendar's file as well" },
	NO_OPTION,
};
static const struct cp_opt register_options[] = {
	{ "from", 0, CP_OPT_TEXT, "D", "those received from this day on" },
	{ "until", 0, CP_OPT_TEXT, "D", "and until this day, included" },
	{ "policy", 0, CP_OPT_TEXT, "NAME", "under this policy only" },
	{ "exact", 0, CP_OPT_FLAG, NULL,
	    "counts below 5 too: not to be published" },
	{ "csv", 0, CP_OPT_TEXT, "FILE", "write them as CSV as well" },
	NO_OPTION,
};

enum {
	USUAL = CP_TAKES_USUAL,
	REASON = CP_TAKES_USUAL | CP_TAKES_REASON,
	PASS = CP_TAKES_USUAL | CP_TAKES_PASSPHRASE,
	COLUMNS = CP_TAKES_USUAL | CP_TAKES_COLUMNS
};

static const struct cp_verb verbs[] = {
	{ "open", "[--subject ID]... [--name N] [--born D] [--number N] "
	    "--requester R --relation self|parent|representative "
	    "--received D [--authority C] [--language L] [--format F] "
	    "[--asks access|rectification|objection]... [--again]",
	    "enter a request that came", open_options, USUAL, 0, 0,
	    cp_sar_run_open },
	{ "identity", "SAR verified|doubted --date D [--reference REF]",
	    "who asks was asked to show who they are, or has",
	    identity_options, USUAL, 2, 2, cp_sar_run_identity },
	{ "fee", "SAR asked|paid|waived --date D [--amount POUNDS] "
	    "[--reason T]", "a fee was asked for, paid or waived",
	    fee_options, REASON, 2, 2, cp_sar_run_fee },
	{ "clarify", "SAR asked|answered --date D [--text T]",
	    "they were asked what they mean, or have answered",
	    clarify_options, USUAL, 2, 2, cp_sar_run_clarify },
	{ "extend", "SAR --reason T [--date D]",
	    "they were told that it takes longer, and why", extend_options,
	    REASON, 1, 1, cp_sar_run_extend },
	{ "evidence", "SAR identity|responsibility|authority|court-order "
	    "--reference REF --date D", "what was shown by who asks",
	    evidence_options, USUAL, 2, 2, cp_sar_run_evidence },
	{ "view", "SAR agrees|objects|unable|not-asked --date D "
	    "[--subject N] [--text T]",
	    "what the child says to somebody else's request", view_options,
	    USUAL, 2, 2, cp_sar_run_view },
	{ "note", "SAR in|out --date D --text T [--reference REF]",
	    "a letter or call that came or went", note_options, USUAL, 2, 2,
	    cp_sar_run_note },
	{ "find", "SAR", "who it may be about", NULL, USUAL, 1, 1,
	    cp_sar_run_find },
	{ "subject", "SAR ID|none [--subject N] --reason T",
	    "whom it is about, or that nobody is held", subject_options,
	    REASON, 2, 2, cp_sar_run_subject },
	{ "safe", "SAR [--subject N] [--take-back] --reason T",
	    "who asks is the shielded child, or protected with it",
	    safe_options, REASON, 1, 1, cp_sar_run_safe },
	{ "collect", "SAR [--share F]... [--opening O] "
	    "[--passphrase-file F]",
	    "put together all that is held, item by item", collect_options,
	    PASS, 1, 1, cp_sar_run_collect },
	{ "items", "SAR [--all] [--columns NAME,...] [--passphrase-file F]",
	    "what was collected, and what becomes of it", items_options,
	    PASS | CP_TAKES_COLUMNS, 1, 1, cp_sar_run_items },
	{ "withhold", "SAR [ITEM...] [--flag F]... --ground G --reason T",
	    "leave items out of the answer", withhold_options, REASON, 1, -1,
	    cp_sar_run_withhold },
	{ "give", "SAR [ITEM...] [--flag F]... [--ground G] [--reason T]",
	    "put flagged items into the answer", give_options, REASON, 1, -1,
	    cp_sar_run_give },
	{ "approve", "SAR", "a second person agrees to what is given", NULL,
	    USUAL, 1, 1, cp_sar_run_approve },
	{ "disclose", "SAR --output F [--to AGE-RECIPIENT] [--address FILE] "
	    "[--passphrase-file F]", "write the answer, encrypted",
	    disclose_options, PASS, 1, 1, cp_sar_run_disclose },
	{ "letter", "SAR --kind identity|fee|clarify|extended|archived "
	    "--output F [--address FILE]", "write to who asks, on the way",
	    letter_options, USUAL, 1, 1, cp_sar_run_letter },
	{ "none", "SAR --output F [--address FILE]",
	    "answer that nothing is held", none_options, USUAL, 1, 1,
	    cp_sar_run_none },
	{ "refuse", "SAR --ground G --reason T --output F [--address FILE]",
	    "answer that nothing is given, and why", refuse_options, REASON,
	    1, 1, cp_sar_run_refuse },
	{ "withdraw", "SAR --reason T", "they no longer ask", NULL, REASON,
	    1, 1, cp_sar_run_withdraw },
	{ "rectify", "SAR corrected|refused|told [--reason T] "
	    "[--told WHO]... [--subject N]",
	    "what became of a correction asked for",
	    rectify_options, REASON, 2, 2, cp_sar_run_rectify },
	{ "objection", "SAR upheld|refused --reason T",
	    "what became of an objection", NULL, REASON, 2, 2,
	    cp_sar_run_objection },
	{ "close", "SAR", "end it; destruction is no longer stopped", NULL,
	    USUAL, 1, 1, cp_sar_run_close },
	{ "clock", "SAR [--ics FILE]", "by when, and how that comes about",
	    clock_options, USUAL, 1, 1, cp_sar_run_clock },
	{ "list", "[--all] [--ics FILE] [--columns NAME,...]",
	    "the requests, most urgent first", list_options, COLUMNS, 0, 0,
	    cp_sar_run_list },
	{ "show", "SAR", "all about one, and what to do next", NULL, USUAL,
	    1, 1, cp_sar_run_show },
	{ "register", "--from D --until D [--policy NAME] [--exact] "
	    "[--csv FILE]", "how many, and how many in time, of a period",
	    register_options, USUAL, 0, 0, cp_sar_run_register },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

extern const struct cp_command cp_command_sar;
const struct cp_command cp_command_sar = {
	"sar", "answer people who ask what is held about them", verbs,
};
