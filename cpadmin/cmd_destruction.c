/* CP_NEEDS_ARCHIVE: what is destroyed early may be opened by nobody now.
 * CP_NEEDS_PAGES: a certificate is printed. */
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
static const struct cp_opt certificate_options[] = {
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
	{ "certificate", "BATCH [-o FILE] [--pdf FILE]",
	    "the signed certificate of a destruction",
	    certificate_options, CP_TAKES_USUAL, 1, 1,
	    cp_destruction_certificate },
	{ 0 },
};

extern const struct cp_command cp_command_destruction;
const struct cp_command cp_command_destruction = {
	"destruction",
	"review, approve and prove the destruction of archived records",
	verbs,
};
