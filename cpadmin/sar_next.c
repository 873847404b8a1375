#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"

/* What is to be done next about a request, and by which command. */

/* What that depends on, besides the request's own row. */
struct facts {
	struct cp_sar_subject subject[CP_SAR_SUBJECTS];
	size_t n;
	unsigned had; /* evidence */
	struct cp_sar_tally tally;
	int corrected, objected; /* it was settled */
	int rectified, told;
	/* the last event of each, by its row; 0: none */
	int64_t asked, extended, letter, settled, out;
	struct cp_date out_on;
};

static int
is_one_of(const char *kind, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(kind, *list) == 0)
			return 1;
	return 0;
}

static enum cp_rc
see_event(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	static const char *const correcting[] = { "rectified",
		"not-rectified", NULL };
	static const char *const objecting[] = { "objection-upheld",
		"objection-refused", NULL };
	enum cp_clock_kind kind = CP_CLOCK_KINDS;
	struct facts *f = ctx;

	(void)err;
	f->corrected = f->corrected || is_one_of(e->kind, correcting);
	f->objected = f->objected || is_one_of(e->kind, objecting);
	f->rectified = f->rectified || strcmp(e->kind, "rectified") == 0;
	f->told = f->told || strcmp(e->kind, "told") == 0;
	if (is_one_of(e->kind, correcting) || is_one_of(e->kind, objecting))
		f->settled = e->n;
	if (strcmp(e->kind, "message-out") == 0) {
		f->out = e->n;
		f->out_on = e->date;
	}
	(void)cp_clock_parse(e->kind, &kind);
	if (kind == CP_CLOCK_IDENTITY_DOUBTED || kind == CP_CLOCK_FEE_ASKED ||
	    kind == CP_CLOCK_CLARIFY_ASKED)
		f->asked = e->n;
	if (kind == CP_CLOCK_EXTENDED)
		f->extended = e->n;
	if (strcmp(e->kind, "letter") == 0)
		f->letter = e->n;
	return CP_OK;
}

static enum cp_rc
gather(struct cp_sar_case *x, struct facts *f, struct cp_err *err)
{
	enum cp_rc rc;

	memset(f, 0, sizeof(*f));
	rc = cp_sar_subjects(x->s.store, &x->sar, f->subject, &f->n, err);
	if (rc == CP_OK)
		rc = cp_sar_evidence(x->s.store, &x->sar, &f->had, err);
	if (rc == CP_OK)
		rc = cp_sar_tally(x->s.store, &x->sar, &f->tally, err);
	return rc == CP_OK ? cp_sar_events(x->s.store, &x->sar, see_event, f,
	    err) : rc;
}

enum readiness { READY, NOT_READY, WANTS_VIEW };

/* WHAT, to be done by `cpadmin sar VERB SAR REST'. */
static void
say(const struct cp_sar_case *x, struct cp_sar_next *out, const char *what,
    const char *verb, const char *rest)
{
	(void)snprintf(out->what, sizeof(out->what), "%.190s", what);
	(void)snprintf(out->command, sizeof(out->command), "cpadmin sar %s %s"
	    "%s%s", verb, x->sar.id, rest[0] != '\0' ? " " : "", rest);
}

/* ---- the steps, each 1 if it is the next one ---- */

/* What is asked for besides access. */
static int
besides(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	if ((x->sar.asks & CP_ASKS_RECTIFICATION) && !f->corrected)
		say(x, out, "a correction was asked for: enter what became of "
		    "it", "rectify", "corrected|refused --reason T");
	else if ((x->sar.asks & CP_ASKS_OBJECTION) && !f->objected)
		say(x, out, "an objection was made: enter what became of it",
		    "objection", "upheld|refused --reason T");
	else
		return 0;
	return 1;
}

/* Of one that asks for no access: what was decided is written to them, and
 * then it ends. */
static int
without_access(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	if (x->sar.asks & CP_ASKS_ACCESS)
		return 0;
	if (besides(x, f, out))
		return 1;
	if (f->out < f->settled)
		say(x, out, "write to them what was decided, and why, and "
		    "enter that", "note", "out --date D --text T");
	else
		say(x, out, "end the request", "close", "");
	return 1;
}

static int
after_answer(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	if (strcmp(x->sar.outcome, "withdrawn") == 0)
		say(x, out, "end the request", "close", "");
	else if (!besides(x, f, out))
		say(x, out, f->rectified && !f->told ? "tell whoever was "
		    "given what was wrong (rectify told --told WHO), then end "
		    "the request" :
		    "once the answer is with them, end the request",
		    "close", "");
	return 1;
}

static int
waits(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	const char *for_what = x->sar.waits_for;
	int written = f->letter > f->asked;

	if (strcmp(for_what, "identity") == 0)
		say(x, out, written ? "when they have shown who they are, "
		    "enter it" : "write to them: they are to show who they "
		    "are", written ? "identity" : "letter", written ?
		    "verified --date D" : "--kind identity --output F");
	else if (strcmp(for_what, "fee") == 0)
		say(x, out, written ? "when the fee is paid, enter it" :
		    "write to them: there is a fee", written ? "fee" :
		    "letter", written ? "paid --date D" :
		    "--kind fee --output F");
	else if (strcmp(for_what, "clarification") == 0)
		say(x, out, written ? "when they have answered, enter it" :
		    "write to them: what is it that they ask for?", written ?
		    "clarify" : "letter", written ?
		    "answered --date D --text T" : "--kind clarify --output F");
	else if (f->extended > f->letter)
		say(x, out, "write to them: it takes longer, and why",
		    "letter", "--kind extended --output F");
	else
		return 0;
	return 1;
}

static int
evidence(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	const char *wanting = cp_evidence_wanting(x->sar.relation, f->had);
	char rest[64];

	if (wanting[0] == '\0')
		return 0;
	(void)snprintf(rest, sizeof(rest), "%s --reference REF --date D",
	    wanting);
	say(x, out, strcmp(wanting, "responsibility") == 0 ?
	    "they have to show parental responsibility, or a court's order; "
	    "who cannot is refused" :
	    strcmp(wanting, "authority") == 0 ? "they have to show that they "
	    "act for the person, or a court's order; who cannot is refused" :
	    "they have to show something first", "evidence", rest);
	return 1;
}

static int
subjects(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	size_t unknown = 0, nobody = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->subject[i].record != 0)
			continue;
		if (strcmp(f->subject[i].found, "none") == 0)
			nobody++;
		else
			unknown++;
	}
	if (unknown > 0)
		say(x, out, "find out whom it is about", "find", "");
	else if (nobody == f->n)
		say(x, out, "nothing is held: answer that", "none",
		    "--output F");
	else
		return 0;
	return 1;
}

static int
is_opening(const struct facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->subject[i].found, "opening") == 0)
			return 1;
	return 0;
}

static int
collecting(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	if (is_opening(f))
		say(x, out, "it is archived: the custodians are to open it",
		    "collect", "--share F...");
	else if (x->sar.stage == CP_SAR_OPEN)
		say(x, out, "put together what is held", "collect", "");
	else
		return 0;
	return 1;
}

static int
review(const struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out)
{
	const struct cp_answer_facts a = { f->tally.withheld,
		f->tally.flagged_given, f->tally.opened };
	char what[96];

	if (f->tally.undecided > 0) {
		(void)snprintf(what, sizeof(what), "decide about %zu item%s: "
		    "give or withhold", f->tally.undecided,
		    f->tally.undecided == 1 ? "" : "s");
		say(x, out, what, "items", "");
	} else if (x->sar.stage == CP_SAR_COLLECTED &&
	    cp_answer_needs_approval(x->sar_rules.policy, &a)) {
		say(x, out, f->tally.opened ? "another data protection officer "
		    "looks at it and approves: it has what was hidden" :
		    "somebody who decided nothing of it looks at it and "
		    "approves", "approve", "");
	} else {
		return 0;
	}
	return 1;
}

/* What only cp_sar_ready knows: its words, and the command of its hint, which
 * of a view says that alone. */
static enum cp_rc
not_ready(struct cp_sar_case *x, const struct facts *f,
    struct cp_sar_next *out, enum readiness *is, struct cp_err *err)
{
	struct cp_err why = { .code = CP_OK };
	enum cp_rc rc = cp_sar_ready(&x->c, &x->sar_rules, &x->sar, &why);
	const char *from, *to;

	*is = READY;
	if (rc == CP_OK)
		return CP_OK;
	if (rc != CP_REFUSED) {
		*err = why;
		return rc;
	}
	from = strchr(why.hint, '`');
	to = from != NULL ? strchr(from, '\'') : NULL;
	if (to == NULL)
		return CP_OK;
	*is = NOT_READY;
	(void)snprintf(out->what, sizeof(out->what), "%.190s", why.what);
	(void)snprintf(out->command, sizeof(out->command), "%.*s",
	    (int)(to - from - 1), from + 1);
	if (strstr(out->command, " view ") != NULL) {
		*is = WANTS_VIEW;
		say(x, out, f->n > 1 ? why.what : "the child is old enough to "
		    "be asked: enter what it says, or why it was not asked",
		    "view", f->n > 1 ?
		    "agrees|objects|unable|not-asked --date D --subject N" :
		    "agrees|objects|unable|not-asked --date D");
	}
	return CP_OK;
}

enum cp_rc
cp_sar_case_next(struct cp_sar_case *x, struct cp_sar_next *out,
    struct cp_err *err)
{
	enum readiness is = READY;
	struct facts f;
	enum cp_rc rc = CP_OK;

	memset(out, 0, sizeof(*out));
	if (x->sar.stage == CP_SAR_CLOSED)
		return CP_OK;
	rc = gather(x, &f, err);
	if (rc != CP_OK)
		return rc;
	if (x->sar.stage == CP_SAR_ANSWERED ? after_answer(x, &f, out) :
	    waits(x, &f, out) || evidence(x, &f, out) ||
	    without_access(x, &f, out) || subjects(x, &f, out))
		return CP_OK;
	rc = not_ready(x, &f, out, &is, err);
	if (rc == CP_OK && is != WANTS_VIEW && !collecting(x, &f, out) &&
	    !review(x, &f, out) && is == READY)
		say(x, out, "write the answer", "disclose", "--output F");
	return rc;
}

enum cp_rc
cp_sar_case_told(struct cp_sar_case *x, struct cp_date *on,
    struct cp_err *err)
{
	struct facts f;
	struct cp_sar_next next;
	enum cp_rc rc = gather(x, &f, err);

	on->days = 0;
	if (rc == CP_OK && !besides(x, &f, &next) && f.settled > 0 &&
	    f.out > f.settled)
		*on = f.out_on;
	return rc;
}
