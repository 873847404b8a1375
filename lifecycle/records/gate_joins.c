#include "lifecycle/records/gate_joins.h"

#include "lifecycle/records/gate_priv.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/stmt.h"

static enum cp_rc
put_numbers(struct cp_store *s, enum sql_id id, int64_t n, const char *key,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, id);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n);
	cp_json_put_key(out, key);
	cp_json_open(out, '[');
	while ((rc = cp_step(q, &row, err)) == CP_OK && row)
		cp_json_put_int(out, cp_col_int(q, 0));
	cp_json_close(out, ']');
	return rc;
}

/* Statement ID for each number of LIST, with N as its second parameter. */
static enum cp_rc
for_each(struct cp_store *s, enum sql_id id, const struct cp_json *list,
    int64_t n, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t one;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < cp_json_size(list); i++) {
		if (!cp_json_int(cp_json_at(list, i), &one))
			return cp_fail(err, CP_CORRUPT, "a merge that was "
			    "kept cannot be read");
		q = cp_stmt(s, id);
		cp_bind_int(q, one);
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	return rc;
}

/* ---- merging ------------------------------------------------------------ */

/* What the shields of both hide is hidden of both. */
static enum cp_rc
part_both(const struct cp_change *c, const struct cp_record *from,
    const struct cp_record *into, int *shielded, struct cp_err *err)
{
	struct cp_shield a, b;
	unsigned set;
	enum cp_rc rc = cp_shield_of(c->store, from->n, &a, err);

	if (rc == CP_OK)
		rc = cp_shield_of(c->store, into->n, &b, err);
	if (rc != CP_OK)
		return rc;
	*shielded = a.n != 0 || b.n != 0;
	set = (a.n != 0 ? a.hidden : 0) | (b.n != 0 ? b.hidden : 0);
	if (set != 0)
		rc = cp_gate_shield(c, from, set, err);
	return rc == CP_OK && set != 0 ? cp_gate_shield(c, into, set, err) :
	    rc;
}

enum cp_rc
cp_gate_merge(const struct cp_change *c, const struct cp_record *from,
    const struct cp_record *into, struct cp_buf *extra, struct cp_err *err)
{
	struct cp_store *s = c->store;
	int shielded = 0;
	enum cp_rc rc = part_both(c, from, into, &shielded, err);

	cp_json_open(extra, '{');
	cp_json_put_key(extra, "shielded");
	cp_json_put_bool(extra, shielded);
	if (rc == CP_OK)
		rc = put_numbers(s, SQL_GATE_COMPARTMENTS_OF, from->n, "from",
		    extra, err);
	if (rc == CP_OK)
		rc = put_numbers(s, SQL_GATE_HIDDEN_OF, into->n, "into",
		    extra, err);
	if (rc == CP_OK)
		rc = put_numbers(s, SQL_GATE_CASES_OF, from->n, "cases",
		    extra, err);
	cp_json_close(extra, '}');
	if (rc == CP_OK)
		rc = cp_shield_join(c, from->n, into->n, err);
	return rc == CP_OK ? cp_buf_check(extra, err) : rc;
}

/* ---- and back ----------------------------------------------------------- */

static int
is_in(const struct cp_json *list, int64_t n)
{
	int64_t one;

	for (size_t i = 0; i < cp_json_size(list); i++)
		if (cp_json_int(cp_json_at(list, i), &one) && one == n)
			return 1;
	return 0;
}

/* What the merge itself hid of INTO goes. */
static enum cp_rc
drop_joined(struct cp_store *s, int64_t into, const struct cp_json *extra,
    struct cp_err *err)
{
	struct cp_json *now = NULL;
	struct cp_stmt *q;
	struct cp_buf text;
	int64_t n;
	enum cp_rc rc;

	cp_buf_init(&text);
	cp_json_open(&text, '{');
	rc = put_numbers(s, SQL_GATE_HIDDEN_OF, into, "now", &text, err);
	cp_json_close(&text, '}');
	if (rc == CP_OK)
		rc = cp_json_parse(cp_buf_text(&text), text.len, &now, err);
	for (size_t i = 0; rc == CP_OK &&
	    cp_json_int(cp_json_at(cp_json_get(now, "now"), i), &n); i++) {
		if (is_in(cp_json_get(extra, "from"), n) ||
		    is_in(cp_json_get(extra, "into"), n))
			continue;
		q = cp_stmt(s, SQL_GATE_COMPARTMENT_DROP);
		cp_bind_int(q, n);
		rc = cp_exec(q, err);
	}
	cp_json_free(now);
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
drop_hidden_after(struct cp_store *s, int64_t n, int64_t after,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_HIDDEN_DROP);

	cp_bind_int(q, n);
	cp_bind_int(q, after);
	return cp_exec(q, err);
}

enum cp_rc
cp_gate_unmerge(const struct cp_change *c, int64_t from, int64_t into,
    const struct cp_json *extra, struct cp_err *err)
{
	struct cp_store *s = c->store;
	int shielded = cp_json_true(cp_json_get(extra, "shielded"));
	int64_t last = 0;
	enum cp_rc rc = CP_OK;

	if (extra == NULL)
		return CP_OK;
	if (shielded)
		rc = drop_joined(s, into, extra, err);
	if (rc == CP_OK)
		rc = for_each(s, SQL_GATE_GIVE, cp_json_get(extra, "from"),
		    from, err);
	if (rc == CP_OK)
		rc = for_each(s, SQL_GATE_CASE_GIVE, cp_json_get(extra,
		    "cases"), from, err);
	if (rc != CP_OK || !shielded)
		return rc;
	/* Of what is behind the other's shield it gets nothing. */
	rc = cp_exec_int(cp_stmt(s, SQL_GATE_COMPARTMENT_LAST), 0, &last, err);
	if (rc == CP_OK)
		rc = cp_shield_share(c, into, from, err);
	if (rc == CP_OK)
		rc = drop_hidden_after(s, from, last, err);
	if (rc == CP_OK)
		rc = gate_forget_digest(s, from, err);
	return rc == CP_OK ? gate_forget_digest(s, into, err) : rc;
}

enum cp_rc
cp_gate_take_back(struct cp_store *s, int64_t n, int64_t behind,
    struct cp_err *err)
{
	enum cp_rc rc = drop_hidden_after(s, n, behind, err);

	return rc == CP_OK && cp_changes(s) > 0 ?
	    gate_forget_digest(s, n, err) : rc;
}
