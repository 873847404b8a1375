/* CP_NEEDS_ARCHIVE: what is destroyed early may be opened by nobody now. */
#include "cpadmin/destruction_verbs.h"

static const struct cp_opt list_options[] = {
	{ "status", 0, CP_OPT_TEXT, "STATUS",
	    "proposed, approved, refused, executed or done" },
	{ 0 },
};
static const struct cp_opt early_options[] = {
	{ "legal-basis", 0, CP_OPT_TEXT, "BASIS",
	    "what orders it; kept for ever: name no person" },
	{ 0 },
};
static const struct cp_opt register_options[] = {
	{ "since", 0, CP_OPT_TEXT, "DATE", "batches proposed from DATE on" },
	{ "until", 0, CP_OPT_TEXT, "DATE", "batches proposed until DATE" },
	{ "csv", 0, CP_OPT_FLAG, NULL, "lines of commas, for a spreadsheet" },
	{ 0 },
};
static const struct cp_opt try_options[] = {
	{ "share", 0, CP_OPT_LIST, "F", "the share file of a custodian" },
	{ "headers", 0, CP_OPT_TEXT, "DBCOPY",
	    "a copy of store.db, whose headers are tried too" },
	{ "custody", 0, CP_OPT_TEXT, "ID",
	    "an earlier custody key, whose shares are given" },
	{ 0 },
};
static const struct cp_opt certificate_options[] = {
	{ "issue", 0, CP_OPT_TEXT, "N", "the N-th certificate, not the last" },
	{ "output", 'o', CP_OPT_TEXT, "FILE",
	    "write to FILE (mode 0600), which must not exist" },
	{ "pdf", 0, CP_OPT_TEXT, "FILE",
	    "print it to FILE, a PDF (mode 0600), which must not exist" },
	{ 0 },
};

static const struct cp_verb verbs[] = {
	{ "list", "[--status STATUS]", "all batches", list_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_destruction_list },
	{ "show", "BATCH", "the items of a batch, without personal details",
	    NULL, CP_TAKES_USUAL | CP_TAKES_COLUMNS, 1, 1,
	    cp_destruction_show },
	{ "early", "ID... --legal-basis BASIS --reason TEXT",
	    "propose packages before their day", early_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, -1, cp_destruction_early },
	{ "approve", "BATCH... [--reason TEXT] [--yes]",
	    "agree to the destruction", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_YES, 1, -1,
	    cp_destruction_approve },
	{ "refuse", "BATCH --reason TEXT", "nothing of the batch is destroyed",
	    NULL, CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1,
	    cp_destruction_refuse },
	{ "exclude", "BATCH ID --reason TEXT",
	    "take one package or record out of the batch", NULL,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 2, 2, cp_destruction_exclude },
	{ "certificate", "BATCH [--issue N] [-o FILE] [--pdf FILE]",
	    "the signed certificate of a destruction",
	    certificate_options, CP_TAKES_USUAL, 1, 1,
	    cp_destruction_certificate },
	{ "try", "BATCH [--share F...] [--passphrase-file FILE] "
	    "[--headers DBCOPY] [--custody ID]",
	    "try to open what was destroyed, with the custodians' key",
	    try_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 1, 1,
	    cp_destruction_try },
	{ "register", "[--since DATE] [--until DATE] [--csv]",
	    "every batch there ever was, naming nobody", register_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_destruction_register },
	{ 0 },
};

extern const struct cp_command cp_command_destruction;
const struct cp_command cp_command_destruction = {
	"destruction",
	"review, approve and prove the destruction of archived records",
	verbs,
};
