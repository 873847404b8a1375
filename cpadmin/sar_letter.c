/* CP_NEEDS_PAGES: letters are typeset. */
#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_letter_make.h"
#include "lifecycle/records/record.h"

/* sar letter: what is written to who asks before there is an answer.  It says
 * what has been entered, and nothing else. */

/* ---- what has been entered ------------------------------------------------- */

/* The last event of what LETTER is about. */
struct last {
	const char *asked;      /* kinds that begin so: "clarify-" */
	struct cp_sar_event event;
};

static enum cp_rc
keep_last(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	struct last *l = ctx;

	(void)err;
	if (strncmp(e->kind, l->asked, strlen(l->asked)) == 0)
		l->event = *e;
	return CP_OK;
}

/* Something is asked for, of KIND, and not given; the hint is COMMAND. */
static enum cp_rc
need_asked(struct cp_sar_letter *l, const char *of, const char *kind,
    const char *command, struct cp_err *err)
{
	struct last last = { .asked = of };
	enum cp_rc rc = cp_sar_events(l->x.s.store, &l->x.sar, keep_last,
	    &last, err);

	if (rc != CP_OK)
		return rc;
	if (strcmp(last.event.kind, kind) != 0) {
		(void)cp_fail(err, CP_REFUSED, "request %s waits for nothing "
		    "of this kind", l->x.sar.id);
		cp_err_hint(err, "enter it first:  cpadmin sar %s",
		    command);
		return CP_REFUSED;
	}
	memcpy(l->reason, last.event.text, sizeof(l->reason));
	l->facts.pence = last.event.amount;
	return CP_OK;
}

/* ---- each kind ------------------------------------------------------------- */

static enum cp_rc
need_extended(struct cp_sar_letter *l, struct cp_err *err)
{
	struct last last = { .asked = cp_clock_word(CP_CLOCK_EXTENDED) };
	enum cp_rc rc;

	if (!cp_date_set(l->x.sar.extended)) {
		(void)cp_fail(err, CP_REFUSED, "request %s is not extended",
		    l->x.sar.id);
		cp_err_hint(err, "enter it first:  cpadmin sar extend %s "
		    "--reason T", l->x.sar.id);
		return CP_REFUSED;
	}
	rc = cp_sar_events(l->x.s.store, &l->x.sar, keep_last, &last, err);
	if (rc == CP_OK)
		memcpy(l->reason, last.event.text, sizeof(l->reason));
	l->facts.due = l->x.sar.due;
	return rc;
}

/* Who has not shown that they may ask is not told that there is a record. */
static enum cp_rc
need_shown(const struct cp_sar_letter *l, struct cp_err *err)
{
	const struct cp_sar *r = &l->x.sar;
	const char *wanting;
	unsigned had = 0;
	enum cp_rc rc = cp_sar_evidence(l->x.s.store, r, &had, err);

	if (rc != CP_OK)
		return rc;
	wanting = strcmp(r->waits_for, "identity") == 0 ? "identity" :
	    cp_evidence_wanting(r->relation, had);
	if (wanting[0] == '\0')
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "request %s: that there is a record is "
	    "told only to who has shown %s", r->id, wanting);
	cp_err_hint(err, "when it is shown:  cpadmin sar evidence %s %s "
	    "--reference REF --date D", r->id, wanting);
	return CP_REFUSED;
}

static enum cp_rc
need_archived(struct cp_sar_letter *l, struct cp_err *err)
{
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	struct cp_record record;
	size_t n = 0;
	enum cp_rc rc = need_shown(l, err);

	if (rc == CP_OK)
		rc = cp_sar_subjects(l->x.s.store, &l->x.sar, subject, &n,
		    err);
	for (size_t i = 0; i < n && rc == CP_OK; i++) {
		if (subject[i].record == 0)
			continue;
		rc = cp_record_get(l->x.s.store, subject[i].record_id,
		    &record, err);
		if (rc == CP_OK && record.state == CP_STATE_ARCHIVED)
			return CP_OK;
	}
	return rc == CP_OK ? cp_fail(err, CP_REFUSED, "request %s is about "
	    "nobody who is archived", l->x.sar.id) : rc;
}

static enum cp_rc
check_kind(struct cp_sar_letter *l, struct cp_err *err)
{
	const char *id = l->x.sar.id;
	char command[96];

	switch (l->facts.ask) {
	case CP_ASK_IDENTITY:
		(void)snprintf(command, sizeof(command), "identity %s doubted "
		    "--date D", id);
		return need_asked(l, "identity-", "identity-doubted", command,
		    err);
	case CP_ASK_FEE:
		(void)snprintf(command, sizeof(command), "fee %s asked --date "
		    "D --amount POUNDS", id);
		return need_asked(l, "fee-", "fee-asked", command, err);
	case CP_ASK_CLARIFY:
		(void)snprintf(command, sizeof(command), "clarify %s asked "
		    "--date D --text T", id);
		return need_asked(l, "clarify-", "clarify-asked", command,
		    err);
	case CP_ASK_EXTENDED:
		return need_extended(l, err);
	case CP_ASK_ARCHIVED:
	case CP_ASKS:
		break;
	}
	return need_archived(l, err);
}

static enum cp_rc
check(struct cp_sar_letter *l, struct cp_err *err)
{
	enum cp_rc rc;

	l->facts.kind = CP_ACCESS_ASK;
	if (!cp_access_ask_parse(cp_option(l->x.call, "kind"),
	    &l->facts.ask))
		return cp_fail(err, CP_USAGE, "--kind is identity, fee, "
		    "clarify, extended or archived");
	if (l->x.sar.stage == CP_SAR_ANSWERED ||
	    l->x.sar.stage == CP_SAR_CLOSED)
		return cp_fail(err, CP_REFUSED, "request %s is answered",
		    l->x.sar.id);
	rc = check_kind(l, err);
	l->facts.reason = l->reason;
	return rc;
}

enum cp_rc
cp_sar_run_letter(struct cp_call *call, struct cp_err *err)
{
	const char *kind = NULL;
	enum cp_rc rc = cp_option_required(call, "kind", &kind, err);

	return rc == CP_OK ? cp_sar_letter_run(call, check, err) : rc;
}
