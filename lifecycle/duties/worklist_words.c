#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/worklist_impl.h"

/* ---- small words ----------------------------------------------------------- */

static void CP_PRINTF(2, 3)
say(struct cp_work *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(w->what, sizeof(w->what), fmt, ap);
	va_end(ap);
}

static void CP_PRINTF(2, 3)
settle(struct cp_work *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(w->command, sizeof(w->command), fmt, ap);
	va_end(ap);
}

static int
overdue(const struct cp_work *w, const struct cp_work_query *query)
{
	return cp_date_cmp(w->due, query->today) < 0;
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- records --------------------------------------------------------------- */

/* Whether W falls due on the last day to which any ground reaches for somebody
 * born on BIRTH. */
static int
no_ground_reaches(const struct cp_policy *p, const char *birth,
    const struct cp_work *w)
{
	struct cp_partial_date born;
	struct cp_err err;
	int years = 0;

	if (p == NULL || cp_partial_parse(birth, &born, &err) != CP_OK)
		return 0;
	for (int g = 0; g < CP_GROUND_COUNT; g++)
		if (p->ground_limit[g] > years)
			years = p->ground_limit[g];
	return cp_date_cmp(w->due, cp_date_attained(cp_partial_last(born),
	    years, p->leap_birthday)) >= 0;
}

static int
consent_ends(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *ground = cp_col_text(q, 4), *by = cp_col_text(q, 5);
	int parent = strcmp(by, "parent") == 0;

	if (no_ground_reaches(query->policy, cp_col_text(q, 6), w)) {
		say(w, "Consent C-%04lld (%.24s) ends for good: no ground "
		    "reaches further", (long long)cp_col_int(q, 3), ground);
		settle(w, "cpadmin retention explain %s --reason TEXT", w->id);
		return 1;
	}
	say(w, "Consent C-%04lld (%.24s, by %.16s) %s", (long long)
	    cp_col_int(q, 3), ground, by, parent ? "lapses: only the person "
	    "can give another" : "ends: is there another ground?");
	settle(w, "cpadmin consent give %s --ground %.24s --by self --date "
	    "DATE --statement VERSION --evidence REF", w->id, parent ? ground :
	    "GROUND");
	return 1;
}

static int
consent_unconfirmed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	const char *ground = cp_col_text(q, 4);

	say(w, "Consent C-%04lld (%.24s) %s", (long long)cp_col_int(q, 3),
	    ground, overdue(w, query) ? "was to be confirmed" :
	    "is to be confirmed");
	settle(w, "cpadmin consent confirm %s --ground %.24s --date DATE "
	    "--evidence REF", w->id, ground);
	return 1;
}

static int
inexact(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	say(w, "The birth date is known to the %s only", cp_col_int(q, 3) > 4 ?
	    "month" : "year");
	settle(w, "cpadmin record correct %s --set birth_date=YYYY-MM-DD "
	    "--reason TEXT", w->id);
	return 1;
}

static int
undecidable(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	say(w, "The facts contradict each other, so no date can be computed");
	settle(w, "cpadmin retention explain %s --reason TEXT", w->id);
	return 1;
}

static int
trouble(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t times = cp_col_int(q, 4);

	(void)query;
	say(w, "%lld run%s could not deal with it: %.200s", (long long)times,
	    plural(times), cp_col_text(q, 3));
	settle(w, "cpadmin retention explain %s --reason TEXT", w->id);
	return 1;
}

static int
move(struct cp_stmt *q, const struct cp_work_query *query, struct cp_work *w)
{
	(void)query;
	say(w, "%.16s offers the record to %.16s from that day on",
	    cp_col_text(q, 3), cp_col_text(q, 2));
	settle(w, "cpadmin record move accept %s", w->id);
	return 1;
}

/* ---- destruction and holds ------------------------------------------------- */

static int
approval(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 3), have = cp_col_int(q, 4);

	int own = cp_col_int(q, 5) != 0;

	/* Who proposed it, or approved it before, is not who it waits for; an
	 * admin has to find somebody. */
	if (own && (query->op->roles & CP_ROLE_ADMIN) == 0)
		return 0;
	say(w, "The destruction of %lld record%s awaits %s (%lld so far)",
	    (long long)count, plural(count), own ? "somebody else's approval" :
	    "approval", (long long)have);
	settle(w, "cpadmin destruction approve %s", w->id);
	return 1;
}

static int
opening(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 4);

	if (!cp_operator_reaches(query->op, cp_col_text(q, 3)))
		return 0;
	say(w, "%.32s asks to open %lld package%s (%.79s); another operator "
	    "has to agree", cp_col_text(q, 6), (long long)count,
	    plural(count), cp_col_text(q, 5));
	settle(w, "cpadmin archive agree %s", w->id);
	return 1;
}

static int
opening_agreed(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 3);

	(void)query;
	say(w, "The opening of %lld package%s (%.79s) is agreed and not used",
	    (long long)count, plural(count), cp_col_text(q, 4));
	settle(w, "cpadmin archive open --opening %s --share F...", w->id);
	return 1;
}

static int
batch_late(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t count = cp_col_int(q, 3);

	(void)query;
	say(w, "The destruction of %lld record%s is approved and overdue",
	    (long long)count, plural(count));
	settle(w, "cpadmin retention run");
	return 1;
}

static int
batch_uncertified(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	say(w, "The batch was destroyed and has no certificate yet");
	settle(w, "cpadmin retention run");
	return 1;
}

static int
hold(struct cp_stmt *q, const struct cp_work_query *query, struct cp_work *w)
{
	const char *scope = cp_col_text(q, 3);
	const char *on = strcmp(scope, "record") == 0 ? "one record" :
	    strcmp(scope, "authority") == 0 ? "an authority" :
	    strcmp(scope, "predicate") == 0 ? "whom its words describe" :
	    "everything";

	say(w, "The hold on %s %s to be reviewed", on, overdue(w, query) ?
	    "was" : "is");
	settle(w, "cpadmin hold review %s --review DATE --reason TEXT", w->id);
	return 1;
}

static int
hold_unsettled(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	say(w, "The hold was released; what it had stopped is not yet on the "
	    "path");
	settle(w, "cpadmin retention run");
	return 1;
}

/* ---- the store ------------------------------------------------------------- */

static int
run_unfinished(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->id, sizeof(w->id), "run-%lld",
	    (long long)cp_col_int(q, 1));
	say(w, "The retention run begun at %.20s is at work or was cut off",
	    cp_col_text(q, 3));
	settle(w, "cpadmin retention run");
	return 1;
}

static int
rekey_unfinished(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	say(w, "Packages are still under the key that %s replaces", w->id);
	settle(w, "cpadmin custody rekey --share FILE...");
	return 1;
}

static int
adoption(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	say(w, "Not every date is computed by policy %.60s %.30s yet",
	    cp_col_text(q, 1), cp_col_text(q, 3));
	settle(w, "cpadmin retention run");
	return 1;
}

static int
clock_doubt(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)query;
	(void)snprintf(w->id, sizeof(w->id), "audit-%lld",
	    (long long)cp_col_int(q, 1));
	say(w, "The clock leapt ahead: destruction waits until it is accepted");
	settle(w, "cpadmin retention run --accept clock");
	return 1;
}

static int
statement(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	(void)q;
	(void)query;
	say(w, "The words of statement %s are not kept", w->id);
	settle(w, "cpadmin consent statement add %s FILE", w->id);
	return 1;
}

static int
operator_expires(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int training = cp_col_int(q, 3) != 0;

	say(w, "The operator's %s %s", training ? "training" : "check",
	    overdue(w, query) ? "has run out" : "runs out");
	settle(w, "cpadmin operator renew %s --%s-until DATE", w->id,
	    training ? "training" : "check");
	return 1;
}

#define OPENERS (CP_ROLE_DPO | CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN)
static int
escrow_outdated(struct cp_stmt *q, const struct cp_work_query *query,
    struct cp_work *w)
{
	int64_t dead = cp_col_int(q, 4);

	(void)query;
	(void)snprintf(w->id, sizeof(w->id), "E-%04lld",
	    (long long)cp_col_int(q, 1));
	say(w, "The escrow copy kept at %.160s is outdated and holds %lld "
	    "destroyed key%s", cp_col_text(q, 3), (long long)dead,
	    plural(dead));
	settle(w, "cpadmin escrow destroyed %s --evidence TEXT", w->id);
	return 1;
}

#define JOBS (CP_ROLE_SCHEDULER | CP_ROLE_ADMIN)

const struct work_source work_sources[] = {
	{ "clock-doubt", CP_ROLE_ADMIN, SQL_WORK_CLOCK, 0, clock_doubt },
	{ "custody-none", CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN,
	    SQL_WORK_CUSTODY_NONE, 0, cp_work_custody_none },
	{ "custody-failed", CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN,
	    SQL_WORK_CUSTODY_FAILED, 0, cp_work_custody_failed },
	{ "run-unfinished", JOBS, SQL_WORK_RUN, 0, run_unfinished },
	{ "rekey-unfinished", CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN,
	    SQL_WORK_REKEY, 0, rekey_unfinished },
	{ "adoption-unfinished", CP_ROLE_ADMIN, SQL_WORK_ADOPTION, 0,
	    adoption },
	{ "volume-trouble", CP_ROLE_ADMIN, SQL_WORK_VOLUME_TROUBLES, 0,
	    cp_work_volume_trouble },
	{ "copies-owed", CP_ROLE_ADMIN, SQL_WORK_COPIES_OWED, 0,
	    cp_work_copies_owed },
	{ "volume-leftover", CP_ROLE_ADMIN, SQL_WORK_LEFTOVERS, 0,
	    cp_work_leftover },
	{ "trouble", CP_ROLE_TEAM | CP_ROLE_ADMIN, SQL_WORK_TROUBLES, 0,
	    trouble },
	{ "cannot-evaluate", CP_ROLE_TEAM | CP_ROLE_ADMIN,
	    SQL_WORK_UNDECIDABLE, 0, undecidable },
	{ "destruction-late", JOBS, SQL_WORK_BATCHES_LATE, 2, batch_late },
	{ "certificate-missing", JOBS, SQL_WORK_BATCHES_UNCERTIFIED, 0,
	    batch_uncertified },
	{ "destruction-residue", CP_ROLE_DPO | CP_ROLE_APPROVER |
	    CP_ROLE_ADMIN, SQL_WORK_RESIDUE, 0, cp_work_residue },
	{ "sanitise-owed", JOBS, SQL_WORK_SANITISE, 2, cp_work_sanitise },
	{ "removal-stays", JOBS, SQL_WORK_FORGET, 2, cp_work_forget },
	{ "hold-unsettled", CP_ROLE_DPO | CP_ROLE_ADMIN,
	    SQL_WORK_HOLDS_UNSETTLED, 0, hold_unsettled },
	{ "shield-override", CP_ROLE_DPO, SQL_WORK_INVESTIGATIONS, 0,
	    cp_work_override },
	{ "shield-gate", CP_ROLE_SHIELD | CP_ROLE_DPO, SQL_WORK_GATES, 0,
	    cp_work_gate },
	{ "quarantine", CP_ROLE_SHIELD, SQL_WORK_QUARANTINE, 0,
	    cp_work_quarantine },
	{ "shield-request", CP_ROLE_SHIELD | CP_ROLE_DPO,
	    SQL_WORK_SHIELD_REQUESTS, 0, cp_work_shield_request },
	{ "shield-review", CP_ROLE_SHIELD | CP_ROLE_DPO,
	    SQL_WORK_SHIELD_REVIEWS, 1, cp_work_shield_review },
	{ "shield-mail", CP_ROLE_SHIELD, SQL_WORK_MAIL, 0, cp_work_mail },
	{ "officer-gone", CP_ROLE_SHIELD, SQL_WORK_OFFICERS_GONE, 2,
	    cp_work_officer_gone },
	{ "officer-few", CP_ROLE_SHIELD | CP_ROLE_DPO, SQL_WORK_OFFICERS_FEW,
	    2, cp_work_officers_few },
	{ "officer-waits", CP_ROLE_SHIELD, SQL_WORK_OFFICERS_WAITING, 0,
	    cp_work_officer_waits },
	{ "officer-rewrap", CP_ROLE_SHIELD, SQL_WORK_REWRAP, 0,
	    cp_work_rewrap },
	{ "notice-withdrawal", CP_ROLE_TEAM, SQL_WORK_NOTICES_TODAY, 2,
	    cp_work_notice_today },
	{ "notice-pull", CP_ROLE_SHIELD, SQL_WORK_NOTICES_PULL, 0,
	    cp_work_notice_pull },
	{ "notice-safe", CP_ROLE_SHIELD, SQL_WORK_NOTICES_SAFE, 1,
	    cp_work_notice_safe },
	{ "print-unfinished", CP_ROLE_TEAM, SQL_WORK_PRINT_RUNS, 0,
	    cp_work_notice_run },
	{ "notice-owed", CP_ROLE_TEAM, SQL_WORK_NOTICES_OWED, 2,
	    cp_work_notice_owed },
	{ "notice-stuck", CP_ROLE_TEAM, SQL_WORK_NOTICES_STUCK, 1,
	    cp_work_notice_stuck },
	{ "notice-returned", CP_ROLE_TEAM, SQL_WORK_NOTICES_RETURNED, 0,
	    cp_work_notice_returned },
	{ "consent-ends", CP_ROLE_TEAM, SQL_WORK_CONSENTS_ENDING, 2,
	    consent_ends },
	{ "consent-unconfirmed", CP_ROLE_TEAM, SQL_WORK_CONSENTS_UNCONFIRMED,
	    2, consent_unconfirmed },
	{ "move-offered", CP_ROLE_TEAM, SQL_WORK_MOVES, 0, move },
	{ "destruction-approval", CP_ROLE_APPROVER, SQL_WORK_BATCHES, 3,
	    approval },
	{ "destruction-early", CP_ROLE_APPROVER | CP_ROLE_DPO,
	    SQL_WORK_EARLY, 3, cp_work_early },
	{ "opening-agreement", OPENERS, SQL_WORK_OPENINGS, 3, opening },
	{ "opening-agreed", OPENERS, SQL_WORK_OPENINGS_AGREED, 3,
	    opening_agreed },
	{ "access-due", CP_ROLE_DPO, SQL_WORK_ACCESS_DUE, 2,
	    cp_work_access_due },
	{ "access-waits", CP_ROLE_DPO, SQL_WORK_ACCESS_WAITS, 2,
	    cp_work_access_waits },
	{ "access-undecided", CP_ROLE_DPO, SQL_WORK_ACCESS_UNDECIDED, 0,
	    cp_work_access_undecided },
	{ "access-approval", CP_ROLE_APPROVER | CP_ROLE_DPO,
	    SQL_WORK_ACCESS_APPROVAL, 3, cp_work_access_approval },
	{ "access-unclosed", CP_ROLE_DPO, SQL_WORK_ACCESS_UNCLOSED, 0,
	    cp_work_access_unclosed },
	{ "hold-review", CP_ROLE_DPO, SQL_WORK_HOLDS, 1, hold },
	{ "custody-drill", CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN,
	    SQL_WORK_CUSTODY_DRILLS, 0, cp_work_custody_drill },
	{ "operator-expires", CP_ROLE_ADMIN, SQL_WORK_OPERATORS, 1,
	    operator_expires },
	{ "escrow-outdated", CP_ROLE_DPO | CP_ROLE_CUSTODIAN | CP_ROLE_ADMIN,
	    SQL_WORK_ESCROW, 0, escrow_outdated },
	{ "statement-unknown", CP_ROLE_ADMIN, SQL_WORK_STATEMENTS, 0,
	    statement },
	{ "birth-inexact", CP_ROLE_TEAM, SQL_WORK_INEXACT, 0, inexact },
};
const size_t work_sources_count =
    sizeof(work_sources) / sizeof(work_sources[0]);
_Static_assert(sizeof(work_sources) / sizeof(work_sources[0]) <=
    WORK_SOURCES_MAX, "room for every source");
