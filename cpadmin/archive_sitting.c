/* CP_NEEDS_ARCHIVE: packages are read. */
#include "cpadmin/archive_sitting.h"

#include <string.h>

#include "cpadmin/archive_open.h"
#include "cpadmin/unlock.h"
#include "lifecycle/records/find.h"
#include "lifecycle/store/json_put.h"

enum cp_rc
cp_sitting_begin(struct cp_sitting *x, struct cp_err *err)
{
	const char *opening = cp_option(x->call, "opening");
	enum cp_rc rc = CP_OK;

	if (x->reason == NULL && (opening == NULL ||
	    cp_option(x->call, "reason") != NULL))
		rc = cp_session_reason(x->call, &x->reason, err);
	if (rc == CP_OK)
		rc = cp_session_open(x->call, CP_STORE_WRITE, &x->s, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&x->s, &x->policy, &x->rules, err);
	if (rc == CP_OK && opening != NULL) {
		rc = cp_opening_get(x->s.store, opening, &x->opening, err);
		x->purpose = x->opening.purpose;
	}
	return rc;
}

static void
put_down(struct cp_sitting *x)
{
	cp_opened_clear(&x->opened);
	cp_buf_clear(&x->plain);
	cp_buf_clear(&x->age);
}

void
cp_sitting_end(struct cp_sitting *x)
{
	put_down(x);
	cp_opener_close(&x->opener);
	cp_policy_free(x->policy);
	cp_session_close(&x->s);
}

/* A record that was merged has no package of its own. */
static enum cp_rc
say_merged(struct cp_sitting *x, const char *id, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	struct cp_record r;

	if (cp_record_get(x->s.store, id, &r, &ignored) != CP_OK ||
	    r.state != CP_STATE_MERGED)
		return CP_NOT_FOUND;
	return cp_record_need_live(x->s.store, &r, "show", err) == CP_REFUSED ?
	    (err->code = CP_NOT_FOUND) : err->code;
}

enum cp_rc
cp_sitting_take(struct cp_sitting *x, const char *id, struct cp_err *err)
{
	enum cp_rc rc = cp_parcel_get(x->s.store, id, &x->parcel, err);

	put_down(x);
	if (rc == CP_NOT_FOUND)
		return say_merged(x, id, err);
	if (rc == CP_OK)
		rc = cp_operator_reach(&x->s.op, x->parcel.record_id,
		    x->parcel.authority, err);
	return rc == CP_OK ? cp_parcel_facts(x->s.store, &x->parcel, &x->facts,
	    err) : rc;
}

/* ---- whether ------------------------------------------------------------ */

static enum cp_rc
is_it(void *ctx, const struct cp_parcel *p, struct cp_err *err)
{
	int64_t *n = ctx;

	(void)err;
	if (p->n == *n)
		*n = 0;
	return CP_OK;
}

static enum cp_rc
agreed(struct cp_sitting *x, struct cp_err *err)
{
	int64_t n = x->parcel.n;
	enum cp_rc rc;

	if (!x->used) {
		rc = cp_opening_usable(x->s.store, &x->opening, x->policy,
		    &x->s.op, x->s.now.today, err);
		if (rc != CP_OK)
			return rc;
	}
	rc = cp_opening_items(x->s.store, &x->opening, is_it, &n, err);
	if (rc == CP_OK && n != 0)
		rc = cp_fail(err, CP_REFUSED, "package %s is not in opening "
		    "%s", x->parcel.id, x->opening.id);
	return rc;
}

enum cp_rc
cp_sitting_allowed(struct cp_sitting *x, struct cp_err *err)
{
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ARCHIVE_OPENERS, err);

	if (rc != CP_OK)
		return rc;
	if (x->opening.n != 0)
		return agreed(x, err);
	if (x->policy->open_operators < 2)
		return CP_OK;
	(void)cp_fail(err, CP_REFUSED, "the policy asks that %d operators "
	    "agree before a package is opened (%s)",
	    x->policy->open_operators, cp_rule_name(CP_RULE_OPEN_OPERATORS));
	if (x->purpose != NULL)
		cp_err_hint(err, "cpadmin archive request %s --purpose P "
		    "--reason T, and --opening O when somebody agreed",
		    x->parcel.id);
	else
		cp_err_hint(err, "cpadmin archive request %s --restore "
		    "--reason T, and --opening O when somebody agreed",
		    x->parcel.id);
	return CP_REFUSED;
}

enum cp_rc
cp_sitting_may_open(struct cp_sitting *x, struct cp_err *err)
{
	enum cp_rc rc = cp_sitting_allowed(x, err);

	if (rc == CP_OK)
		rc = cp_parcel_openable(&x->parcel, &x->facts, err);
	return rc == CP_OK ? cp_decide_open(x->policy, x->parcel.archived,
	    x->s.now.today, x->purpose, err) : rc;
}

/* ---- the log ----------------------------------------------------------- */

static void
put_detail(const struct cp_sitting *x, struct cp_buf *detail)
{
	cp_json_open(detail, '{');
	cp_json_put_member(detail, "package", x->parcel.id);
	if (x->purpose != NULL)
		cp_json_put_member(detail, "purpose", x->purpose);
	if (x->opening.n != 0)
		cp_json_put_member(detail, "opening", x->opening.id);
	if (x->reason != NULL)
		cp_json_put_member(detail, "reason", x->reason);
	if (x->to != NULL)
		cp_json_put_member(detail, "to", x->to);
	cp_json_close(detail, '}');
}

static enum cp_rc
use_up(struct cp_sitting *x, struct cp_err *err)
{
	struct cp_opening now;
	enum cp_rc rc;

	if (x->opening.n == 0 || x->used)
		return CP_OK;
	rc = cp_opening_get(x->s.store, x->opening.id, &now, err);
	return rc == CP_OK ? cp_opening_end(x->s.store, &now, "used", err) :
	    rc;
}

enum cp_rc
cp_sitting_log(struct cp_sitting *x, const char *outcome, struct cp_err *err)
{
	struct cp_entry e = { x->action, x->about != NULL ? x->about :
		x->parcel.record_id, outcome, NULL };
	int done = strcmp(outcome, "done") == 0;
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	put_detail(x, &detail);
	if (x->about == NULL)
		e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(x->s.audit, err);
	if (rc == CP_OK) {
		rc = cp_audit_add(x->s.audit, &e, NULL, err);
		if (rc == CP_OK && done)
			rc = use_up(x, err);
		if (rc == CP_OK && done && x->also != NULL)
			rc = x->also(x->also_ctx, err);
		rc = cp_txn_end(x->s.audit, rc, err);
	}
	if (rc == CP_OK && done)
		x->used = 1;
	cp_buf_clear(&detail);
	return rc;
}

enum cp_rc
cp_sitting_failed(struct cp_sitting *x, const char *outcome, enum cp_rc rc,
    struct cp_err *err)
{
	struct cp_err second = { 0 };

	if (cp_sitting_log(x, outcome, &second) == CP_OK)
		return rc;
	*err = second;
	cp_err_context(err, "the attempt could not be logged");
	return err->code;
}

/* ---- opening ----------------------------------------------------------- */

static enum cp_rc
read_parts(struct cp_sitting *x, struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_reset(&x->age);
	rc = cp_opener_header(&x->opener, &x->parcel, &x->age, err);
	x->header_len = x->age.len;
	return rc == CP_OK ? cp_opener_payload(&x->opener, &x->parcel, &x->age,
	    err) : rc;
}

/* A run may have moved the package to another volume in between. */
static enum cp_rc
read_sealed(struct cp_sitting *x, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	struct cp_parcel now;
	enum cp_rc rc = CP_OK;

	if (x->opener.ring == NULL) {
		cp_opener_close(&x->opener);
		rc = cp_opener_open(x->s.store, &x->opener, err);
	}
	if (rc == CP_OK)
		rc = read_parts(x, err);
	if (rc != CP_CORRUPT || cp_parcel_at(x->s.store, x->parcel.n, &now,
	    &ignored) != CP_OK || now.volume == x->parcel.volume)
		return rc;
	x->parcel = now;
	cp_err_clear(err);
	return read_parts(x, err);
}

static enum cp_rc
take_shares(struct cp_sitting *x, struct cp_err *err)
{
	struct cp_custody_public custody;
	struct cp_secret *identity = NULL;
	enum cp_rc rc = cp_custody_load(x->opener.keys_dir, x->facts.custody,
	    &custody, err);

	if (rc == CP_OK)
		rc = cp_unlock(x->call, &x->s, x->opener.keys_dir, &custody,
		    &identity, err);
	if (rc == CP_OK)
		cp_opener_unlock(&x->opener, &custody, &identity);
	return rc;
}

/* Custodians are asked once for a key, whatever comes of it. */
static enum cp_rc
unlock(struct cp_sitting *x, struct cp_err *err)
{
	_Static_assert(sizeof(x->custody) == sizeof(x->facts.custody),
	    "a key's name");
	if (strcmp(x->custody, x->facts.custody) != 0) {
		memcpy(x->custody, x->facts.custody, sizeof(x->custody));
		cp_err_clear(&x->unlocked);
		(void)take_shares(x, &x->unlocked);
	}
	if (x->unlocked.code != CP_OK)
		*err = x->unlocked;
	return x->unlocked.code;
}

static enum cp_rc
unseal(struct cp_sitting *x, struct cp_err *err)
{
	enum cp_rc rc = unlock(x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_opener_plain(&x->opener, x->age.data, x->header_len,
	    x->age.data + x->header_len, x->age.len - x->header_len,
	    &x->plain, err);
	if (rc != CP_OK) {
		cp_err_context(err, "package %s", x->parcel.id);
		return rc;
	}
	return cp_opened_parse(&x->parcel, x->plain.data, x->plain.len,
	    &x->opened, err);
}

enum cp_rc
cp_sitting_open(struct cp_sitting *x, struct cp_err *err)
{
	enum cp_rc rc = read_sealed(x, err);

	return rc == CP_OK && !x->sealed ? unseal(x, err) : rc;
}
