#include <stdlib.h>
#include <string.h>

#include "cpadmin/record_verbs.h"
#include "cpadmin/take.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/split.h"
#include "lifecycle/records/undo.h"
#include "lifecycle/store/json_put.h"

/* Records merged, split, and that undone. */

enum { MANY = 200 }; /* of any option that may be repeated */

/* What such a command works with. */
struct change {
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_change c;
	const char *reason;
	int dry; /* all is done as ever, and rolled back */
};

static enum cp_rc
begin(const struct cp_call *call, struct change *x, struct cp_err *err)
{
	enum cp_rc rc = cp_session_reason(call, &x->reason, err);

	x->policy = NULL;
	x->dry = cp_flag(call, "dry-run");
	if (rc == CP_OK)
		rc = record_open_change(call, &x->s, &x->policy, &x->rules,
		    &x->c, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_txn_begin(x->s.audit, err);
	if (rc != CP_OK) {
		cp_policy_free(x->policy);
		cp_session_close(&x->s);
	}
	return rc;
}

/* Documents left rows, some of them behind a shield. */
static enum cp_rc
settle(const struct cp_call *call, struct change *x, enum cp_rc rc,
    struct cp_err *err)
{
	if (rc == CP_OK && x->dry) {
		cp_txn_rollback(x->s.audit);
		return CP_OK;
	}
	rc = cp_txn_end(x->s.audit, rc, err);
	if (rc == CP_OK)
		cp_session_forget(call, &x->s);
	return rc;
}

static void
end(struct change *x)
{
	cp_policy_free(x->policy);
	cp_session_close(&x->s);
}

/* The values of list option NAME, borrowed, into LIST of MANY. */
static enum cp_rc
take_list(const struct cp_call *call, const char *name, const char **list,
    size_t *n, struct cp_err *err)
{
	const char *text;

	for (*n = 0; (text = cp_option_at(call, name, (int)*n)) != NULL;
	    (*n)++) {
		if (*n == MANY)
			return cp_fail(err, CP_USAGE, "over %d --%s", MANY,
			    name);
		list[*n] = text;
	}
	return CP_OK;
}

static enum cp_rc
take_sets(const struct cp_call *call, const char **list, size_t *n,
    struct cp_err *err)
{
	enum cp_rc rc = take_list(call, "set", list, n, err);

	for (size_t i = 0; rc == CP_OK && i < *n; i++)
		if (strchr(list[i], '=') == NULL || list[i][0] == '=')
			rc = cp_fail(err, CP_USAGE, "--set takes FIELD=VALUE");
	return rc;
}

static void
out_next(struct cp_out *o, const struct cp_record *r)
{
	cp_out_text(o, r->next_action == CP_ACTION_NONE ? NULL :
	    cp_action_word(r->next_action));
	cp_out_date(o, r->next_due);
}

/* ---- merge ---- */

static const struct cp_column merge_columns[] = {
	{ "id", "Record" },
	{ "into", "Merged into" },
	{ "state", "State" },
	{ "next_action", "Next" },
	{ "next_due", "Due" },
	{ "joined", "Joined" },
	{ "consents", "Consents" },
	{ "holds", "Holds" },
	{ "dry_run", "Dry run" },
};
enum { MERGE_COLUMNS = sizeof(merge_columns) / sizeof(merge_columns[0]) };

static void
out_joined(struct cp_out *o, const struct cp_joined *j)
{
	const char *const keys[] = { "names", "numbers", "addresses",
		"carers", "involvements" };
	const size_t n[] = { j->names, j->numbers, j->addresses, j->carers,
		j->involvements };
	struct cp_buf json, people;

	cp_buf_init(&json);
	cp_buf_init(&people);
	cp_json_open(&json, '{');
	for (size_t i = 0; i < 5; i++) {
		cp_json_put_key(&json, keys[i]);
		cp_json_put_int(&json, (int64_t)n[i]);
		if (n[i] > 0)
			cp_buf_printf(&people, "%s%s %zu",
			    people.len > 0 ? ", " : "", keys[i], n[i]);
	}
	cp_json_close(&json, '}');
	cp_out_json(o, cp_buf_text(&json), people.len > 0 ?
	    cp_buf_text(&people) : "nothing that was not there");
	cp_buf_clear(&json);
	cp_buf_clear(&people);
}

static enum cp_rc
show_merged(const struct cp_call *call, const struct change *x,
    const struct cp_merged *m, struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "merge", merge_columns,
	    MERGE_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, cp_arg(call, 0));
	cp_out_text(o, m->record.id);
	cp_out_text(o, cp_record_state_word(&m->record, x->s.now.today));
	out_next(o, &m->record);
	out_joined(o, &m->joined);
	cp_out_int(o, m->consents);
	cp_out_int(o, m->holds);
	cp_out_bool(o, x->dry);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

enum cp_rc
record_run_merge(struct cp_call *call, struct cp_err *err)
{
	const char *sets[MANY];
	struct cp_merge m = { .id = cp_arg(call, 0), .into = cp_arg(call, 1),
		.sets = sets };
	struct cp_reject why = { "", "" };
	struct cp_merged merged;
	struct change x;
	enum cp_rc rc = take_sets(call, sets, &m.n_sets, err);

	if (rc == CP_OK)
		rc = begin(call, &x, err);
	if (rc != CP_OK)
		return rc;
	m.reason = x.reason;
	rc = cp_record_merge(&x.c, &m, &merged, &why, err);
	rc = settle(call, &x, rc, err);
	if (rc == CP_OK)
		rc = show_merged(call, &x, &merged, err);
	end(&x);
	return rc;
}

/* ---- split ---- */

static const struct cp_column split_columns[] = {
	{ "id", "Record" },
	{ "next_action", "Next" },
	{ "next_due", "Due" },
	{ "new_id", "New record" },
	{ "new_next_action", "Next of it" },
	{ "new_next_due", "Due" },
	{ "consents", "Consents" },
	{ "history", "Log entries" },
	{ "holds", "Holds" },
	{ "dry_run", "Dry run" },
};
enum { SPLIT_COLUMNS = sizeof(split_columns) / sizeof(split_columns[0]) };

static enum cp_rc
show_split(const struct cp_call *call, const struct change *x,
    const struct cp_split *split, const struct cp_splitted *done,
    struct cp_err *err)
{
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "split", split_columns,
	    SPLIT_COLUMNS, &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, done->record.id);
	out_next(o, &done->record);
	/* A number that was not given to anybody must not be noted down. */
	cp_out_text(o, x->dry ? NULL : done->parted.id);
	out_next(o, &done->parted);
	cp_out_int(o, (int64_t)split->n_consents);
	cp_out_int(o, (int64_t)split->n_history);
	cp_out_int(o, done->holds);
	cp_out_bool(o, x->dry);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

/* Numbers, after PREFIX where there is one ("C-0012"), of option NAME. */
static enum cp_rc
take_numbers(const struct cp_call *call, const char *name,
    const char *prefix, int64_t *list, size_t *n, struct cp_err *err)
{
	const char *text[MANY], *digits;
	size_t len = strlen(prefix);
	char *tail;
	enum cp_rc rc = take_list(call, name, text, n, err);

	for (size_t i = 0; rc == CP_OK && i < *n; i++) {
		digits = text[i] +
		    (strncmp(text[i], prefix, len) == 0 ? len : 0);
		list[i] = strtoll(digits, &tail, 10);
		if (digits[0] < '0' || digits[0] > '9' || *tail != '\0')
			rc = cp_fail(err, CP_USAGE, "--%s takes a number such "
			    "as %s12", name, prefix);
	}
	return rc;
}

struct split_lists {
	const char *take[MANY], *sets[MANY];
	int64_t consents[MANY], history[MANY];
};

static enum cp_rc
take_split(const struct cp_call *call, struct split_lists *l,
    struct cp_split *split, struct cp_err *err)
{
	enum cp_rc rc = take_list(call, "take", l->take, &split->n_take, err);

	if (rc == CP_OK)
		rc = take_sets(call, l->sets, &split->n_sets, err);
	if (rc == CP_OK)
		rc = take_numbers(call, "consent", "C-", l->consents,
		    &split->n_consents, err);
	if (rc == CP_OK)
		rc = take_numbers(call, "history", "", l->history,
		    &split->n_history, err);
	if (rc == CP_OK && split->n_take == 0 && split->n_sets == 0) {
		rc = cp_fail(err, CP_USAGE, "--take is missing");
		cp_err_hint(err, "what is the other person's: --take "
		    "names[1] --take involvements[0]; entries count from 0, "
		    "as `cpadmin record show --json' lists them");
	}
	split->id = cp_arg(call, 0);
	split->take = l->take;
	split->sets = l->sets;
	split->consents = l->consents;
	split->history = l->history;
	return rc;
}

enum cp_rc
record_run_split(struct cp_call *call, struct cp_err *err)
{
	struct split_lists *l = calloc(1, sizeof(*l));
	struct cp_split split = { .id = NULL };
	struct cp_reject why = { "", "" };
	struct cp_splitted done;
	struct change x;
	enum cp_rc rc = l == NULL ? cp_fail(err, CP_FAILED, "out of memory") :
	    take_split(call, l, &split, err);

	if (rc == CP_OK)
		rc = begin(call, &x, err);
	if (rc == CP_OK) {
		split.reason = x.reason;
		rc = cp_record_split(&x.c, &split, &done, &why, err);
		rc = settle(call, &x, rc, err);
		if (rc == CP_OK)
			rc = show_split(call, &x, &split, &done, err);
		end(&x);
	}
	free(l);
	return rc;
}

/* ---- undo ---- */

static const struct cp_column undo_columns[] = {
	{ "id", "Record" },
	{ "undone", "Undone" },
	{ "other", "Other record" },
};

enum cp_rc
record_run_undo(struct cp_call *call, struct cp_err *err)
{
	struct cp_undone u;
	struct cp_out *o = NULL;
	struct change x;
	enum cp_rc rc = begin(call, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_undo_last(&x.c, cp_arg(call, 0), x.reason, &u, err);
	rc = settle(call, &x, rc, err);
	if (rc == CP_OK)
		rc = cp_out_object(call, "undo", undo_columns, 3, &o, err);
	if (rc == CP_OK) {
		cp_out_text(o, u.record);
		cp_out_text(o, u.action);
		cp_out_text(o, u.other[0] != '\0' ? u.other : NULL);
		rc = cp_out_end(&o, err);
	}
	cp_out_free(o);
	end(&x);
	return rc;
}
