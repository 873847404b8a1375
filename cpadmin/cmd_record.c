#include "cpadmin/record_verbs.h"

static const struct cp_opt import_options[] = {
	{ "format", 0, CP_OPT_TEXT, "F",
	    "ndjson or csv; else told by the file's name or beginning" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt find_options[] = {
	{ "name", 0, CP_OPT_TEXT, "N", "a name, as heard or spelt" },
	{ "born", 0, CP_OPT_TEXT, "D", "YYYY-MM-DD, YYYY-MM or YYYY" },
	{ "postcode", 0, CP_OPT_TEXT, "P", "of any address" },
	{ "number", 0, CP_OPT_TEXT, "N", "NHS or unique pupil number" },
	{ "limit", 0, CP_OPT_TEXT, "N", "most results to show; default 50" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt list_options[] = {
	{ "state", 0, CP_OPT_TEXT, "S",
	    "live, extended, archived, destroyed or merged" },
	{ "due-before", 0, CP_OPT_TEXT, "D",
	    "only what falls due before that day" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt correct_options[] = {
	{ "set", 0, CP_OPT_LIST, "FIELD=VALUE",
	    "a field and what is right; an empty value takes it out" },
	{ "request", 0, CP_OPT_TEXT, "SAR",
	    "as this request for access asks: it is entered there as well" },
	{ "told", 0, CP_OPT_LIST, "WHO",
	    "a recipient of what was wrong who was told of it" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt event_options[] = {
	{ "date", 0, CP_OPT_TEXT, "D", "when it happened" },
	{ "notified", 0, CP_OPT_TEXT, "D", "died: when it was notified" },
	{ "intention", 0, CP_OPT_TEXT, "I",
	    "left-england: return, no-return or none-stated" },
	{ "to", 0, CP_OPT_TEXT, "AUTHORITY", "moved: the one responsible now" },
	{ "offer", 0, CP_OPT_FLAG, NULL,
	    "moved: let the other authority accept it, whoever you act for" },
	{ "file", 0, CP_OPT_TEXT, "FILE", "many events, one JSON a line" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt merge_options[] = {
	{ "set", 0, CP_OPT_LIST, "FIELD=VALUE",
	    "what is right about INTO where the two contradict each other" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt split_options[] = {
	{ "take", 0, CP_OPT_LIST, "PATH",
	    "what is the other person's: names[1], involvements[0], death" },
	{ "set", 0, CP_OPT_LIST, "FIELD=VALUE",
	    "what is right about the new record" },
	{ "consent", 0, CP_OPT_LIST, "NUMBER",
	    "a consent that is the other person's: C-0001" },
	{ "history", 0, CP_OPT_LIST, "SEQ",
	    "a log entry that is about the other person" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt quarantine_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL, "list those that are settled too" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "import", "FILE... [--format F] [--dry-run] [--reason TEXT]",
	    "load or update records from feeds", import_options,
	    CP_TAKES_USUAL | CP_TAKES_DRY_RUN | CP_TAKES_REASON, 1, -1,
	    record_run_import },
	{ "show", "ID --reason TEXT", "one record", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, record_run_show },
	{ "find", "[--name N] [--born D] [--postcode P] [--number N] "
	    "[--limit N] [--columns NAME,...] --reason TEXT",
	    "records by what one knows of a person", find_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 0, 0,
	    record_run_find },
	{ "list", "[--state S] [--due-before D] [--columns NAME,...]",
	    "all records, without personal details", list_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, record_run_list },
	{ "history", "ID [--columns NAME,...] --reason TEXT",
	    "what happened to a record, and who looked", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 1, 1,
	    record_run_history },
	{ "correct", "ID --set FIELD=VALUE... --reason TEXT "
	    "[--request SAR [--told WHO]...]",
	    "put right what is wrong in a record", correct_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, record_run_correct },
	{ "event", "[ID died|left-england|returned|moved] [--date D] "
	    "[--notified D] [--intention I] [--to AUTHORITY] [--offer] "
	    "[--file FILE] [--reason TEXT]",
	    "enter what happened to a person", event_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 0, 2, record_run_event },
	{ "move", "list|accept|decline|withdraw [ID] [--columns NAME,...] "
	    "[--reason TEXT]",
	    "agree that a record passes to another authority", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 1, 2,
	    record_run_move },
	{ "merge", "ID INTO [--set FIELD=VALUE]... [--dry-run] --reason TEXT",
	    "two numbers are one person, who keeps INTO", merge_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_DRY_RUN, 2, 2,
	    record_run_merge },
	{ "split", "ID [--take PATH]... [--set FIELD=VALUE]... "
	    "[--consent NUMBER]... [--history SEQ]... [--dry-run] "
	    "--reason TEXT",
	    "one number is two people, or two lives", split_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_DRY_RUN, 1, 1,
	    record_run_split },
	{ "never-link", "list|add|remove [ID OTHER] [--columns NAME,...] "
	    "[--reason TEXT]",
	    "pairs of records that must never lead to each other", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_COLUMNS, 1, 3,
	    record_run_never_link },
	{ "quarantine", "list|show|accept|reject|merge [ID] [INTO] [--all] "
	    "[--columns NAME,...] [--passphrase-file F] [--reason TEXT]",
	    "rows of feeds that might be about a shielded person",
	    quarantine_options, CP_TAKES_USUAL | CP_TAKES_REASON |
	    CP_TAKES_COLUMNS | CP_TAKES_PASSPHRASE, 1, 3,
	    record_run_quarantine },
	{ "undo", "ID --reason TEXT",
	    "take back the last event, correction, merge or split", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1, record_run_undo },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_record = {
	"record", "load, find, show and correct records", verbs
};
