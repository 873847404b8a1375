#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/gate.h"
#include "lifecycle/store/audit_read.h"
#include "lifecycle/store/stmt.h"

/* Who looked, and what else was done, as the log has it. */

/* ---- what is told of it -------------------------------------------------- */

/* When an entry is told of somebody of whom no place is known, or may be: what
 * a child who never had one has too. */
enum telling {
	ONLY_PLACED,
	ALWAYS,
	IF_LEFT /* something is left of what it changed or was searched by */
};

struct action {
	const char *name;
	enum cp_part part;
	const char *word;
	enum telling told;
};

static const struct action actions[] = {
	{ "record.show", CP_PART_LOOKS, "did-look", ALWAYS },
	{ "record.history", CP_PART_LOOKS, "did-look-history", ALWAYS },
	{ "record.explain", CP_PART_LOOKS, "did-look", ALWAYS },
	{ "audit.show", CP_PART_LOOKS, "did-look-history", ALWAYS },
	{ "consent.list", CP_PART_LOOKS, "did-look", ALWAYS },
	{ "record.find", CP_PART_LOOKS, "did-find", IF_LEFT },
	{ "archive.open", CP_PART_LOOKS, "did-open", ONLY_PLACED },
	{ "archive.export", CP_PART_LOOKS, "did-open", ONLY_PLACED },
	{ "record.create", CP_PART_CHANGES, "did-enter", ALWAYS },
	{ "record.update", CP_PART_CHANGES, "did-change", ONLY_PLACED },
	{ "record.correct", CP_PART_CHANGES, "did-correct", IF_LEFT },
	{ "record.died", CP_PART_CHANGES, "did-change", ALWAYS },
	{ "record.merge", CP_PART_CHANGES, "did-merge", ALWAYS },
	{ "record.archive", CP_PART_CHANGES, "did-archive", ALWAYS },
	{ "record.restore", CP_PART_CHANGES, "did-restore", ALWAYS },
	{ "record.prune", CP_PART_CHANGES, "did-remove", ONLY_PLACED },
	{ NULL, CP_PART_CHANGES, "did-change", ONLY_PLACED } /* any other */
};

/* What other parts of the answer have: the ledgers, holds, requests, cases, and
 * moves. */
static int
is_elsewhere(const char *action)
{
	static const char *const prefixes[] = { "consent.", "notice.", "hold.",
		"shield.", "quarantine.", "record.move" };

	if (strcmp(action, "consent.list") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(action, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

static const struct action *
action_of(const char *name)
{
	const struct action *a = actions;

	while (a->name != NULL && strcmp(a->name, name) != 0)
		a++;
	return a;
}

/* ---- who ----------------------------------------------------------------- */

/* The first that somebody has is told.  A shielding officer is one of the team:
 * or else it would tell of a shield that one looked. */
static enum cp_rc
who_word(struct collecting *x, const char *actor, const char **out,
    struct cp_err *err)
{
	static const struct { unsigned roles; const char *word; } words[] = {
		{ CP_ROLE_TEAM | CP_ROLE_SHIELD, "who-team" },
		{ CP_ROLE_DPO, "who-dpo" },
		{ CP_ROLE_CUSTODIAN, "who-custodian" },
		{ CP_ROLE_AUDITOR, "who-auditor" },
		{ CP_ROLE_APPROVER | CP_ROLE_ADMIN, "who-team" },
	};
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_ROLES);
	unsigned roles = 0;
	int row;
	enum cp_rc rc;

	cp_bind_text(q, actor);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		roles |= cp_role_parse(cp_col_text(q, 0));
	*out = "who-program";
	for (size_t i = sizeof(words) / sizeof(words[0]); i-- > 0;)
		if ((roles & words[i].roles) != 0)
			*out = words[i].word;
	return rc;
}

/* ---- details ------------------------------------------------------------- */

/* The detail of entry SEQ in LIST; NULL. */
static const char *
detail_in(const struct cp_json *list, int64_t seq)
{
	const struct cp_json *e;
	int64_t n;

	for (size_t i = 0; i < cp_json_size(list); i++) {
		e = cp_json_at(list, i);
		if (cp_json_int(cp_json_get(e, "seq"), &n) && n == seq)
			return cp_json_text(cp_json_get(e, "detail"));
	}
	return NULL;
}

/* The same where LIST ascends, as in a package: it may be long. */
static const char *
detail_among(const struct cp_json *list, int64_t seq)
{
	size_t from = 0, to = cp_json_size(list), mid;
	int64_t n = 0;

	while (from < to) {
		mid = from + (to - from) / 2;
		if (!cp_json_int(cp_json_get(cp_json_at(list, mid), "seq"),
		    &n))
			return NULL;
		if (n == seq)
			return cp_json_text(cp_json_get(cp_json_at(list, mid),
			    "detail"));
		if (n < seq)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

/* *OUT: the detail of ROW as it may be told, or NULL. */
static enum cp_rc
detail_of(struct collecting *x, const struct cp_log_row *row,
    struct cp_json **out, struct cp_err *err)
{
	const char *text = detail_in(x->hidden_log, row->seq);
	struct cp_buf told;
	struct cp_err ignored;
	enum cp_rc rc = CP_OK;

	*out = NULL;
	if (text == NULL)
		text = row->detail;
	if (text == NULL)
		text = detail_among(cp_json_get(x->history, "events"),
		    row->seq);
	if (text == NULL)
		return CP_OK;
	cp_buf_init(&told);
	if (x->who->who.safe) {
		cp_buf_puts(&told, text);
		rc = cp_buf_check(&told, err);
	} else {
		rc = cp_gate_detail(NULL, row->action, text, &told, err);
	}
	/* What is no JSON is nothing of ours, and is not told. */
	cp_err_clear(&ignored);
	if (rc == CP_OK && cp_json_parse(cp_buf_text(&told), told.len, out,
	    &ignored) != CP_OK)
		*out = NULL;
	cp_buf_clear(&told);
	return rc;
}

static int
has_list(const struct cp_json *detail)
{
	return cp_json_size(cp_json_get(detail, "changes")) > 0 ||
	    cp_json_size(cp_json_get(detail, "by")) > 0;
}

static void
put_scalar(struct cp_buf *b, const struct cp_json *v)
{
	const char *text = cp_json_text(v);

	if (text != NULL)
		cp_buf_puts(b, text);
	else if (v != NULL)
		cp_json_dump(v, b);
}

/* What is flagged where it stands is so where it stood. */
static unsigned
flags_of(const char *field)
{
	if (strncmp(field, "carers", strlen("carers")) == 0)
		return CP_FLAGGED_CARER;
	if (strncmp(field, "involvements", strlen("involvements")) == 0)
		return CP_FLAGGED_PRACTITIONER;
	return strstr(field, "source") != NULL ? CP_FLAGGED_SOURCE : 0;
}

/* "birth_date: 2004-01-02 (2004-01-01)": what it is and was; or by what was
 * searched. */
static void
put_changes(struct collecting *x, const struct cp_json *detail,
    unsigned flags)
{
	const struct cp_json *changes = cp_json_get(detail, "changes");
	const struct cp_json *by = cp_json_get(detail, "by"), *one;
	const char *name;
	struct cp_buf b;

	cp_buf_init(&b);
	for (size_t i = 0; i < cp_json_size(changes); i++) {
		one = cp_json_at(changes, i);
		name = cp_json_text(cp_json_get(one, "field"));
		if (name == NULL)
			continue;
		flags |= flags_of(name);
		cp_buf_printf(&b, "%s%s: ", b.len > 0 ? ", " : "", name);
		put_scalar(&b, cp_json_get(one, "is"));
		cp_buf_puts(&b, " (");
		put_scalar(&b, cp_json_get(one, "was"));
		cp_buf_putc(&b, ')');
	}
	for (size_t i = 0; i < cp_json_size(by); i++)
		if (cp_json_text(cp_json_at(by, i)) != NULL)
			cp_buf_printf(&b, "%s%s", b.len > 0 ? ", " : "",
			    cp_json_text(cp_json_at(by, i)));
	collecting_one(x, flags | collecting_mentioned(x, cp_buf_text(&b)),
	    "detail", cp_buf_text(&b));
	x->failed |= b.failed;
	cp_buf_clear(&b);
}

/* ---- entries ------------------------------------------------------------- */

struct reading {
	struct collecting *x;
	enum cp_part part;
};

/* The name of a feed's file may tell whose it is. */
static void
put_file(struct collecting *x, const char *file)
{
	if (x->place != 0)
		collecting_one(x, x->place, "source", file);
	else
		collecting_text(x, "source", file);
}

/* Of somebody of whom no place is told A is told only if something is left. */
static int
needs_place(const struct action *a, const struct cp_json *detail)
{
	return a->told == ONLY_PLACED ||
	    (a->told == IF_LEFT && !has_list(detail));
}

static enum cp_rc
put_row(struct collecting *x, const struct cp_log_row *row,
    const struct action *a, const struct cp_json *detail, unsigned flags,
    struct cp_err *err)
{
	const char *who, *reason;
	enum cp_rc rc = who_word(x, row->actor, &who, err);

	if (rc != CP_OK)
		return rc;
	collecting_entry(x, a->part, flags, "log/%lld", (long long)row->seq);
	if (needs_place(a, detail))
		collecting_beside(x);
	collecting_text(x, "time", row->time);
	collecting_word(x, "who", who);
	collecting_word(x, "what", a->word);
	/* What somebody typed may tell a place whatever they meant. */
	if (!x->placed)
		return CP_OK;
	collecting_word(x, "purpose", cp_json_text(cp_json_get(detail,
	    "purpose")));
	put_file(x, cp_json_text(cp_json_get(detail, "file")));
	flags |= x->place;
	reason = cp_json_text(cp_json_get(detail, "reason"));
	collecting_one(x, flags | collecting_mentioned(x, reason), "reason",
	    reason);
	put_changes(x, detail, flags);
	return CP_OK;
}

/* That a request was dealt with: this one is known; that of another is
 * theirs. */
static enum cp_rc
put_request(struct collecting *x, const struct cp_log_row *row,
    const struct cp_json *detail, struct cp_err *err)
{
	static const struct action a = { "sar.", CP_PART_LOOKS, "did-answer",
		ALWAYS };
	const char *id = cp_json_text(cp_json_get(detail, "sar"));
	struct cp_stmt *q;
	int64_t same = 0;
	enum cp_rc rc = CP_OK;

	if (id != NULL && strcmp(id, x->with->sar->id) == 0)
		return CP_OK;
	if (id != NULL) {
		q = cp_stmt(x->with->change->store, SQL_COLLECT_SAME_PERSON);
		cp_bind_text(q, id);
		cp_bind_int(q, x->with->sar->n);
		rc = cp_exec_int(q, 0, &same, err);
	}
	if (rc != CP_OK || (!same && x->who->placeless))
		return rc;
	return put_row(x, row, &a, detail, same ? 0 : CP_FLAGGED_REQUESTER,
	    err);
}

static enum cp_rc
put_entry(struct collecting *x, const struct cp_log_row *row,
    enum cp_part part, struct cp_json *detail, struct cp_err *err)
{
	const struct action *a;

	if (strncmp(row->action, "sar.", 4) == 0)
		return part == CP_PART_LOOKS ? put_request(x, row, detail,
		    err) : CP_OK;
	a = action_of(row->action);
	if (a->part != part)
		return CP_OK;
	if (!x->placed && needs_place(a, detail))
		return CP_OK;
	return put_row(x, row, a, detail, 0, err);
}

static enum cp_rc
read_row(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct reading *r = ctx;
	struct cp_json *detail = NULL;
	enum cp_rc rc;

	if (is_elsewhere(row->action))
		return CP_OK;
	rc = detail_of(r->x, row, &detail, err);
	if (rc == CP_OK)
		rc = put_entry(r->x, row, r->part, detail, err);
	cp_json_free(detail);
	return rc;
}

static enum cp_rc
put_moves(struct collecting *x, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(x->with->change->store,
	    SQL_COLLECT_MOVES);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, x->who->record.n);
	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		collecting_entry(x, CP_PART_CHANGES, x->place, "moves/%lld",
		    (long long)cp_col_int(q, 0));
		collecting_beside(x);
		collecting_word(x, "what", "did-move");
		collecting_text(x, "from", cp_col_text(q, 1));
		collecting_text(x, "to", cp_col_text(q, 2));
		collecting_day(x, "time", cp_col_text(q, 3));
		collecting_word(x, "status", cp_col_text(q, 4));
		collecting_text(x, "reason", cp_col_text(q, 5));
	}
	return rc;
}

enum cp_rc
collecting_log(struct collecting *x, enum cp_part part, struct cp_err *err)
{
	struct cp_log_filter about = { .subject = x->who->record.id,
		.cases = x->who->who.safe };
	struct reading r = { x, part };
	enum cp_rc rc = CP_OK;

	if (part == CP_PART_CHANGES && x->placed)
		rc = put_moves(x, err);
	if (rc == CP_OK)
		rc = cp_log_each(x->with->change->store, &about, read_row, &r,
		    err);
	return rc == CP_OK ? collecting_end(x, err) : rc;
}
