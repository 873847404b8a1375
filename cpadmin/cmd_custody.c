#include "cpadmin/ceremony.h"
#include "cpadmin/custody_sheet.h"
#include "cpadmin/custody_verbs.h"

/* ---- what the verbs share ------------------------------------------------ */

enum cp_rc
cp_custody_open_store(const struct cp_call *call, struct cp_session *s,
    struct cp_err *err)
{
	enum cp_rc rc = cp_session_open(call, CP_STORE_WRITE, s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s->op, CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN, err);
	if (rc != CP_OK)
		cp_session_close(s);
	return rc;
}

enum cp_rc
cp_custody_keys_dir(const struct cp_session *s,
    char out[CP_CUSTODY_KEYS_DIR], struct cp_err *err)
{
	return cp_store_path(s->store, out, CP_CUSTODY_KEYS_DIR, err, "keys");
}

/* ---- table --------------------------------------------------------------- */

static const struct cp_opt create_options[] = {
	CP_CEREMONY_OPTIONS,
	{ "sheets", 0, CP_OPT_TEXT, "DIR",
	    "a paper sheet of each share, as PDF, into DIR" },
	{ "after-loss", 0, CP_OPT_FLAG, NULL,
	    "too many shares are lost: a key for what follows" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt sheet_options[] = {
	{ "share", 0, CP_OPT_TEXT, "FILE", "the share file to be printed" },
	{ "output", 'o', CP_OPT_TEXT, "FILE",
	    "the PDF (mode 0600), which must not exist" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt drill_options[] = {
	{ "share", 0, CP_OPT_LIST, "F",
	    "the share file of each custodian who is here" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_opt recover_options[] = {
	{ "sheet", 0, CP_OPT_TEXT, "FILE",
	    "the words of the sheet; -: typed, or standard input" },
	{ "output", 0, CP_OPT_TEXT, "FILE", "the share file to be made" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "create", "[--custodians N --threshold K] [--holder TEXT...] "
	    "[--share-dir DIR] [--sheets DIR] [--passphrase-file FILE...] "
	    "[--after-loss --reason TEXT [--yes]]",
	    "the ceremony that makes the archive's key", create_options,
	    CP_TAKES_USUAL | CP_TAKES_PASSPHRASE | CP_TAKES_REASON |
	    CP_TAKES_YES, 0, 0,
	    cp_custody_run_create },
	{ "list", "[--columns NAME,...]",
	    "the keys, who holds their shares, and their drills", NULL,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_custody_run_list },
	{ "rekey", "[--share F...] [--passphrase-file FILE...] "
	    "[--custodians N] [--threshold K] [--holder TEXT...] "
	    "[--share-dir DIR] [--new-passphrase-file FILE...] [--new] "
	    "[--from ID] [--workers N] [--dry-run] [--yes] [--reason TEXT]",
	    "give the archive to other custodians, or go on with that",
	    cp_custody_rekey_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE |
	    CP_TAKES_DRY_RUN | CP_TAKES_YES | CP_TAKES_REASON, 0, 0,
	    cp_custody_run_rekey },
	{ "sheet", "--share FILE --output FILE [--passphrase-file FILE]",
	    "print a share on paper", sheet_options,
	    CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 0, 0,
	    cp_custody_run_sheet },
	{ "drill", "[--share F...] [--passphrase-file FILE...]",
	    "whether the shares still open, each and together",
	    drill_options, CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 0, 0,
	    cp_custody_run_drill },
	{ "recover", "--sheet FILE --output FILE [--passphrase-file FILE]",
	    "make a share file from its paper sheet", recover_options,
	    CP_TAKES_USUAL | CP_TAKES_PASSPHRASE, 0, 0,
	    cp_custody_run_recover },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_custody = {
	"custody", "the archive's key and who holds its shares", verbs
};
