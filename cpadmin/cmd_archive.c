/* CP_NEEDS_ARCHIVE: packages and volumes are read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/archive_open.h"
#include "cpadmin/archive_volumes.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/store/json_put.h"

/* ---- list -------------------------------------------------------------- */

static const struct cp_column list_columns[] = {
	{ "package", "PACKAGE" },
	{ "id", "RECORD" },
	{ "volume", NULL },
	{ "archived", "ARCHIVED" },
	{ "destroy_due", "DESTROY DUE" },
	{ "shelf", "SHELF" },
	{ "status", "STATUS" },
	{ "rule", NULL },
};
enum { LIST_COLUMNS = sizeof(list_columns) / sizeof(list_columns[0]) };

struct list {
	struct cp_out *out;
	int shelf;          /* YYYYMM, or 0 */
	const char *status; /* or NULL */
	const struct cp_operator *op;
};

static void
out_parcel(struct cp_out *o, const struct cp_parcel *p)
{
	char shelf[16];

	(void)snprintf(shelf, sizeof(shelf), "%04d-%02d", p->shelf / 100,
	    p->shelf % 100);
	cp_out_text(o, p->id);
	cp_out_text(o, p->record_id);
	cp_out_text(o, p->volume_id);
	cp_out_date(o, p->archived);
	cp_out_date(o, p->destroy_due);
	cp_out_text(o, shelf);
	cp_out_text(o, p->status);
	cp_out_text(o, p->rule);
}

static enum cp_rc
list_one(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	struct list *x = ctx;

	if (!cp_operator_reaches(x->op, p->authority) ||
	    (x->shelf != 0 && p->shelf != x->shelf) ||
	    (x->status != NULL && strcmp(p->status, x->status) != 0))
		return CP_OK;
	out_parcel(x->out, p);
	return cp_out_row(x->out, err);
}

/* A month, YYYYMM or YYYY-MM. */
static enum cp_rc
take_shelf(const struct cp_call *call, int *out, struct cp_err *err)
{
	const char *text = cp_option(call, "shelf");
	int year = 0, month = 0, end = 0;

	*out = 0;
	if (text == NULL)
		return CP_OK;
	if (strspn(text, "0123456789") < 4 ||
	    sscanf(text, text[4] == '-' ? "%4d-%2d%n" : "%4d%2d%n", &year,
	    &month, &end) != 2 || text[end] != '\0' || month < 1 ||
	    month > 12 || text[end - 2] == '-')
		return cp_fail(err, CP_USAGE, "--shelf is no month YYYYMM");
	*out = year * 100 + month;
	return CP_OK;
}

static enum cp_rc
take_status(const struct cp_call *call, const char **out, struct cp_err *err)
{
	const char *text = cp_option(call, "status");

	*out = text;
	if (text == NULL || strcmp(text, "archived") == 0 ||
	    strcmp(text, "restored") == 0 || strcmp(text, "destroyed") == 0)
		return CP_OK;
	return cp_fail(err, CP_USAGE, "--status is archived, restored or "
	    "destroyed");
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct list x = { NULL, 0, NULL, &s.op };
	enum cp_rc rc = take_shelf(call, &x.shelf, err);

	if (rc == CP_OK)
		rc = take_status(call, &x.status, err);
	if (rc == CP_OK)
		rc = cp_session_open(call, CP_STORE_READ, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_out_table(call, "packages", list_columns, LIST_COLUMNS, &x.out,
	    err);
	if (rc == CP_OK)
		rc = cp_parcel_each(s.store, 0, list_one, &x, err);
	if (rc == CP_OK)
		rc = cp_out_end(&x.out, err);
	cp_out_free(x.out);
	cp_session_close(&s);
	return rc;
}

/* ---- show -------------------------------------------------------------- */

static const struct cp_column show_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "volume", "Volume" },
	{ "archived", "Archived" },
	{ "destroy_due", "Destruction due" },
	{ "shelf", "Shelf" },
	{ "status", "Status" },
	{ "rule", "Archived by" },
	{ "policy", "Policy" },
	{ "ended", "Ended" },
	{ "shelf_state", "Shelf key" },
	{ "custody_id", "Custody key" },
	{ "payload_bytes", "Payload bytes" },
	{ "batch", "Batch" },
	{ "batch_status", "Batch is" },
	{ "purposes", "May be opened for" },
};
enum { SHOW_COLUMNS = sizeof(show_columns) / sizeof(show_columns[0]) };

static const char *
shelf_state(const struct cp_opener *o, int month)
{
	struct cp_err ignored = { 0 };
	struct cp_shelf_info info;

	if (cp_shelf_get(o->ring, month, &info, &ignored) != CP_OK)
		return "none";
	return info.state == CP_SHELF_LIVE ? "live" : "destroyed";
}

static void
put_purposes(const struct cp_policy *policy, const struct cp_words *list,
    const struct cp_words *but, const struct cp_parcel *p,
    struct cp_date today, struct cp_buf *json, struct cp_buf *people)
{
	struct cp_err ignored = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		if ((but != NULL && cp_words_has(but, list->word[i])) ||
		    cp_decide_open(policy, p->archived, today, list->word[i],
		    &ignored) != CP_OK)
			continue;
		cp_json_put_string(json, list->word[i]);
		cp_buf_printf(people, "%s%s", people->len > 0 ? ", " : "",
		    list->word[i]);
	}
}

static void
out_purposes(struct cp_out *o, const struct cp_policy *policy,
    const struct cp_parcel *p, struct cp_date today)
{
	struct cp_buf json, people;

	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_json_open(&json, '[');
	if (strcmp(p->status, "archived") == 0) {
		put_purposes(policy, &policy->open_first_year_purposes, NULL,
		    p, today, &json, &people);
		put_purposes(policy, &policy->open_later_purposes,
		    &policy->open_first_year_purposes, p, today, &json,
		    &people);
	}
	cp_json_close(&json, ']');
	cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
	cp_buf_clear(&json);
	cp_buf_clear(&people);
}

static void
out_or_null(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

static enum cp_rc
show_parcel(const struct cp_call *call, struct cp_session *s,
    struct cp_opener *o, const struct cp_parcel *p,
    const struct cp_policy *policy, struct cp_err *err)
{
	struct cp_parcel_facts f;
	struct cp_out *out = NULL;
	struct cp_buf payload;
	char name[200];
	enum cp_rc rc = cp_parcel_facts(s->store, p, &f, err);

	cp_buf_init(&payload);
	if (rc == CP_OK && strcmp(p->status, "archived") == 0)
		rc = cp_opener_payload(o, p, &payload, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "archived-package", show_columns,
		    SHOW_COLUMNS, &out, err);
	if (rc == CP_OK) {
		out_parcel(out, p);
		(void)snprintf(name, sizeof(name), "%s %s", f.policy,
		    f.policy_version);
		cp_out_text(out, name);
		cp_out_date(out, f.ended);
		cp_out_text(out, shelf_state(o, p->shelf));
		cp_out_text(out, f.custody);
		if (payload.len > 0)
			cp_out_int(out, (int64_t)payload.len);
		else
			cp_out_text(out, NULL);
		out_or_null(out, f.batch);
		out_or_null(out, f.batch_status);
		out_purposes(out, policy, p, s->now.today);
		rc = cp_out_end(&out, err);
	}
	cp_buf_clear(&payload);
	cp_out_free(out);
	return rc;
}

static enum cp_rc
run_show(struct cp_call *call, struct cp_err *err)
{
	struct cp_session s;
	struct cp_policy *policy = NULL;
	struct cp_opener o = { 0 };
	struct cp_rules rules;
	struct cp_parcel p;
	enum cp_rc rc = cp_session_open(call, CP_STORE_READ, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_parcel_get(s.store, cp_arg(call, 0), &p, err);
	if (rc == CP_OK)
		rc = cp_operator_reach(&s.op, p.record_id, p.authority, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&s, &policy, &rules, err);
	if (rc == CP_OK)
		rc = cp_opener_open(s.store, &o, err);
	if (rc == CP_OK)
		rc = show_parcel(call, &s, &o, &p, policy, err);
	cp_opener_close(&o);
	cp_policy_free(policy);
	cp_session_close(&s);
	return rc;
}

/* ---- tables ------------------------------------------------------------ */

#define SHARE_OPTION { "share", 0, CP_OPT_LIST, "F", \
	"the share file of a custodian" }
#define OPENING_OPTION { "opening", 0, CP_OPT_TEXT, "O", \
	"the opening that several operators agreed to" }
#define NO_OPTION { NULL, 0, CP_OPT_FLAG, NULL, NULL }

static const struct cp_opt list_options[] = {
	{ "shelf", 0, CP_OPT_TEXT, "YYYYMM",
	    "those to be destroyed in this month" },
	{ "status", 0, CP_OPT_TEXT, "S",
	    "archived, restored or destroyed" },
	NO_OPTION
};

static const struct cp_opt open_options[] = {
	{ "purpose", 0, CP_OPT_TEXT, "P",
	    "for what, as the policy lists it" },
	OPENING_OPTION,
	SHARE_OPTION,
	{ "output", 0, CP_OPT_TEXT, "FILE|DIR",
	    "write the package, a tar.zst, to a new file; several to a new "
	    "folder" },
	{ "sealed", 0, CP_OPT_FLAG, NULL,
	    "write it sealed, as an age file" },
	{ "to", 0, CP_OPT_TEXT, "RECIPIENT",
	    "write it sealed to this age key" },
	{ "shield", 0, CP_OPT_FLAG, NULL,
	    "with what is hidden; to a file, that still sealed" },
	{ "officer-passphrase", 0, CP_OPT_TEXT, "FILE",
	    "the passphrase of the officer who opens that" },
	NO_OPTION
};

static const struct cp_opt request_options[] = {
	{ "purpose", 0, CP_OPT_TEXT, "P",
	    "for what, as the policy lists it" },
	{ "restore", 0, CP_OPT_FLAG, NULL,
	    "to bring the record back to live" },
	NO_OPTION
};

static const struct cp_opt openings_options[] = {
	{ "all", 0, CP_OPT_FLAG, NULL,
	    "those too that were used, declined, or lapsed" },
	NO_OPTION
};

static const struct cp_opt restore_options[] = {
	OPENING_OPTION,
	SHARE_OPTION,
	{ "set", 0, CP_OPT_LIST, "FIELD=VALUE",
	    "rectify a field on the way" },
	NO_OPTION
};

static const struct cp_verb verbs[] = {
	{ "list", "[--shelf YYYYMM] [--status S] [--columns NAME,...]",
	    "the catalogue of packages", list_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, run_list },
	{ "show", "PKG", "one package, without opening it", NULL,
	    CP_TAKES_USUAL, 1, 1, run_show },
	{ "verify", "[--all] [--share F...] [--passphrase-file FILE] "
	    "[--columns NAME,...]",
	    "whether the archive is what the catalogue says",
	    cp_archive_verify_options,
	    CP_TAKES_USUAL | CP_TAKES_PASSPHRASE | CP_TAKES_COLUMNS, 0, 0,
	    cp_archive_verify },
	{ "open", "PKG... --purpose P --reason T|--opening O [--share F...] "
	    "[--passphrase-file FILE] "
	    "[--shield [--officer-passphrase FILE]] "
	    "[--output FILE|DIR [--sealed|--to RECIPIENT]]",
	    "read packages, with the custodians", open_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 0, -1,
	    cp_archive_open },
	{ "restore", "PKG --reason T|--opening O [--share F...] "
	    "[--passphrase-file FILE] [--set FIELD=VALUE...]",
	    "make an archived record live again", restore_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON | CP_TAKES_PASSPHRASE, 1, 1,
	    cp_archive_restore },
	{ "request", "PKG... --purpose P|--restore --reason T",
	    "ask another operator to agree to an opening", request_options,
	    CP_TAKES_USUAL | CP_TAKES_REASON, 1, -1, cp_archive_request },
	{ "agree", "OPENING", "agree to an opening that another asked for",
	    NULL, CP_TAKES_USUAL, 1, 1, cp_archive_agree },
	{ "decline", "OPENING --reason T", "see to it that nobody uses it",
	    NULL, CP_TAKES_USUAL | CP_TAKES_REASON, 1, 1,
	    cp_archive_decline },
	{ "openings", "[--all] [--columns NAME,...]",
	    "which openings wait, and for whom", openings_options,
	    CP_TAKES_USUAL | CP_TAKES_COLUMNS, 0, 0, cp_archive_openings },
	{ "scrub", "[--rate MB/S] [--max-minutes M]",
	    "read what was not read for the longest, night by night",
	    cp_archive_scrub_options, CP_TAKES_USUAL, 0, 0,
	    cp_archive_scrub },
	{ "repair", "[VOLUME...] [--remove-orphans] [--dry-run] [--yes] "
	    "[--columns NAME,...]",
	    "mend volumes from their copies and from what is left",
	    cp_archive_repair_options, CP_TAKES_USUAL | CP_TAKES_DRY_RUN |
	    CP_TAKES_YES | CP_TAKES_COLUMNS, 0, -1, cp_archive_repair },
	{ "move", "DIR [VOLUME...|--all] [--dry-run] [--columns NAME,...]",
	    "volumes to another disk", cp_archive_all_options,
	    CP_TAKES_USUAL | CP_TAKES_DRY_RUN | CP_TAKES_COLUMNS, 1, -1,
	    cp_archive_move },
	{ "compact", "[VOLUME...] [--all] [--dry-run] [--columns NAME,...]",
	    "write volumes again without their dead packages",
	    cp_archive_all_options, CP_TAKES_USUAL | CP_TAKES_DRY_RUN |
	    CP_TAKES_COLUMNS, 0, -1, cp_archive_compact },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_archive = {
	"archive", "packages: find, verify, open and restore them", verbs
};
