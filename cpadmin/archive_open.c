/* CP_NEEDS_ARCHIVE: packages are read. */
#include "cpadmin/archive_open.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "cpadmin/out.h"
#include "cpadmin/rules.h"
#include "cpadmin/session.h"
#include "cpadmin/take.h"
#include "cpadmin/unlock.h"
#include "lifecycle/duties/opening.h"
#include "lifecycle/duties/restoring.h"
#include "lifecycle/store/json_put.h"

/* A package being opened. */
struct opening {
	const struct cp_call *call;
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_parcel parcel;
	struct cp_parcel_facts facts;
	struct cp_opener opener;
	const char *purpose, *reason, *output;
	const char *action; /* as the log has it */
	int sealed;
	struct cp_buf age;   /* header and payload */
	size_t header_len;
	struct cp_buf plain; /* the tar.zst */
	struct cp_opened opened;
};

static enum cp_rc
begin(struct opening *x, struct cp_err *err)
{
	enum cp_rc rc = cp_session_reason(x->call, &x->reason, err);

	if (rc == CP_OK)
		rc = cp_session_open(x->call, CP_STORE_WRITE, &x->s, err);
	if (rc == CP_OK)
		rc = cp_parcel_get(x->s.store, cp_arg(x->call, 0), &x->parcel,
		    err);
	if (rc == CP_OK)
		rc = cp_operator_reach(&x->s.op, x->parcel.record_id,
		    x->parcel.authority, err);
	if (rc == CP_OK)
		rc = cp_parcel_facts(x->s.store, &x->parcel, &x->facts, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&x->s, &x->policy, &x->rules, err);
	return rc;
}

static void
end(struct opening *x)
{
	cp_opened_clear(&x->opened);
	cp_buf_clear(&x->plain);
	cp_buf_clear(&x->age);
	cp_opener_close(&x->opener);
	cp_policy_free(x->policy);
	cp_session_close(&x->s);
}

/* ---- the log ----------------------------------------------------------- */

static enum cp_rc
log_attempt(struct opening *x, const char *outcome, struct cp_err *err)
{
	struct cp_entry e = { x->action, x->parcel.record_id, outcome, NULL };
	struct cp_buf detail;
	enum cp_rc rc;

	cp_buf_init(&detail);
	cp_json_open(&detail, '{');
	cp_json_put_member(&detail, "package", x->parcel.id);
	if (x->purpose != NULL)
		cp_json_put_member(&detail, "purpose", x->purpose);
	cp_json_put_member(&detail, "reason", x->reason);
	if (x->purpose != NULL)
		cp_json_put_member(&detail, "to", x->output != NULL ? "file" :
		    "screen");
	cp_json_close(&detail, '}');
	e.detail = cp_buf_text(&detail);
	rc = cp_buf_check(&detail, err);
	if (rc == CP_OK)
		rc = cp_txn_begin(x->s.audit, err);
	if (rc == CP_OK) {
		rc = cp_audit_add(x->s.audit, &e, NULL, err);
		if (rc == CP_OK)
			rc = cp_txn_commit(x->s.audit, err);
		else
			cp_txn_rollback(x->s.audit);
	}
	cp_buf_clear(&detail);
	return rc;
}

/* Logs what came of an attempt that ended in RC other than CP_OK and returns
 * RC; where even that fails, the log's error. */
static enum cp_rc
log_failed(struct opening *x, const char *outcome, enum cp_rc rc,
    struct cp_err *err)
{
	struct cp_err second = { 0 };

	if (log_attempt(x, outcome, &second) == CP_OK)
		return rc;
	*err = second;
	cp_err_context(err, "the attempt could not be logged");
	return err->code;
}

/* ---- opening ----------------------------------------------------------- */

static enum cp_rc
read_parts(struct opening *x, struct cp_err *err)
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
read_sealed(struct opening *x, struct cp_err *err)
{
	struct cp_err ignored = { 0 };
	struct cp_parcel now;
	enum cp_rc rc = cp_opener_open(x->s.store, &x->opener, err);

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
unseal(struct opening *x, struct cp_err *err)
{
	struct cp_custody_public custody;
	struct cp_secret *identity = NULL;
	enum cp_rc rc = cp_custody_load(x->opener.keys_dir, x->facts.custody,
	    &custody, err);

	if (rc == CP_OK)
		rc = cp_unlock(x->call, &x->s, x->opener.keys_dir, &custody,
		    &identity, err);
	if (rc != CP_OK)
		return rc;
	cp_opener_unlock(&x->opener, &custody, &identity);
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

/* Into memory only: nothing is shown before the log has it. */
static enum cp_rc
open_package(struct opening *x, struct cp_err *err)
{
	enum cp_rc rc = read_sealed(x, err);

	return rc == CP_OK && !x->sealed ? unseal(x, err) : rc;
}

/* ---- open -------------------------------------------------------------- */

static enum cp_rc
take_open(struct opening *x, struct cp_err *err)
{
	enum cp_rc rc = cp_option_required(x->call, "purpose", &x->purpose,
	    err);

	x->output = cp_option(x->call, "output");
	x->sealed = cp_flag(x->call, "sealed");
	x->action = x->sealed ? "archive.export" : "archive.open";
	if (rc != CP_OK)
		return rc;
	if (x->sealed && x->output == NULL)
		return cp_fail(err, CP_USAGE, "--sealed needs --output");
	if (x->output != NULL && access(x->output, F_OK) == 0)
		return cp_fail(err, CP_REFUSED, "%.500s is there already",
		    x->output);
	return CP_OK;
}

static enum cp_rc
may_open(struct opening *x, struct cp_err *err)
{
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ARCHIVE_OPENERS, err);

	if (rc == CP_OK)
		rc = cp_parcel_openable(&x->parcel, &x->facts, err);
	return rc == CP_OK ? cp_decide_open(x->policy, x->parcel.archived,
	    x->s.now.today, x->purpose, err) : rc;
}

static const struct cp_column shown_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "record", "Record document" },
	{ "history", "History" },
};

static void
out_raw(struct cp_out *o, const char *json, size_t len, struct cp_buf *scratch)
{
	cp_buf_reset(scratch);
	cp_buf_put(scratch, json, len);
	cp_out_json(o, cp_buf_text(scratch), NULL);
}

static enum cp_rc
show_package(const struct opening *x, struct cp_err *err)
{
	struct cp_out *o = NULL;
	struct cp_buf scratch;
	enum cp_rc rc = cp_out_object(x->call, "package", shown_columns,
	    sizeof(shown_columns) / sizeof(shown_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&scratch);
	cp_out_text(o, x->parcel.id);
	cp_out_text(o, x->parcel.record_id);
	out_raw(o, x->opened.record, x->opened.record_len, &scratch);
	out_raw(o, x->opened.history, x->opened.history_len, &scratch);
	rc = cp_buf_check(&scratch, err);
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_buf_clear(&scratch);
	cp_out_free(o);
	return rc;
}

static const struct cp_column written_columns[] = {
	{ "package", "Package" },
	{ "id", "Record" },
	{ "output", "Written to" },
	{ "bytes", "Bytes" },
	{ "sealed", "Sealed" },
	{ "custody_id", "Custody key" },
};

static enum cp_rc
write_package(const struct opening *x, struct cp_err *err)
{
	const struct cp_buf *b = x->sealed ? &x->age : &x->plain;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_file_write_new(x->output, 0600, b->data, b->len,
	    err);

	if (rc == CP_OK)
		rc = cp_out_object(x->call, "package-file", written_columns,
		    sizeof(written_columns) / sizeof(written_columns[0]), &o,
		    err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, x->parcel.id);
	cp_out_text(o, x->parcel.record_id);
	cp_out_text(o, x->output);
	cp_out_int(o, (int64_t)b->len);
	cp_out_bool(o, x->sealed);
	cp_out_text(o, x->facts.custody);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
open_and_show(struct opening *x, struct cp_err *err)
{
	enum cp_rc rc = may_open(x, err);

	if (rc != CP_OK)
		return log_failed(x, "refused", rc, err);
	rc = open_package(x, err);
	if (rc != CP_OK)
		return log_failed(x, "failed", rc, err);
	rc = log_attempt(x, "done", err);
	if (rc != CP_OK)
		return rc;
	return x->output != NULL ? write_package(x, err) :
	    show_package(x, err);
}

enum cp_rc
cp_archive_open(struct cp_call *call, struct cp_err *err)
{
	struct opening x = { .call = call };
	enum cp_rc rc = take_open(&x, err);

	if (rc == CP_OK)
		rc = begin(&x, err);
	if (rc == CP_OK)
		rc = open_and_show(&x, err);
	end(&x);
	return rc;
}

/* ---- restore ----------------------------------------------------------- */

enum { CORRECTIONS = 64, FIELD_MAX = 100 };

struct corrections {
	struct cp_correction list[CORRECTIONS];
	char field[CORRECTIONS][FIELD_MAX];
	size_t n;
};

static enum cp_rc
take_corrections(const struct cp_call *call, struct corrections *c,
    struct cp_err *err)
{
	const char *text, *equals;

	for (c->n = 0; (text = cp_option_at(call, "set", (int)c->n)) != NULL;
	    c->n++) {
		equals = strchr(text, '=');
		if (c->n == CORRECTIONS)
			return cp_fail(err, CP_USAGE, "--set: at most %d",
			    CORRECTIONS);
		if (equals == NULL || equals == text ||
		    equals - text >= FIELD_MAX)
			return cp_fail(err, CP_USAGE, "--set is not "
			    "FIELD=VALUE");
		memcpy(c->field[c->n], text, (size_t)(equals - text));
		c->field[c->n][equals - text] = '\0';
		c->list[c->n].field = c->field[c->n];
		c->list[c->n].value = equals + 1;
	}
	return CP_OK;
}

static const struct cp_column restored_columns[] = {
	{ "id", "Record" },
	{ "state", "State" },
	{ "package", "Package" },
	{ "next_action", "Next" },
	{ "next_due", "Due" },
	{ "rule", "By" },
	{ "due_again", NULL },
};

static enum cp_rc
show_restored(const struct opening *x, const struct cp_record *r,
    struct cp_err *err)
{
	struct cp_date today = x->s.now.today;
	int again = r->next_action == CP_ACTION_ARCHIVE &&
	    cp_date_set(r->next_due) && cp_date_cmp(r->next_due, today) <= 0;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(x->call, "restored", restored_columns,
	    sizeof(restored_columns) / sizeof(restored_columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_text(o, r->id);
	cp_out_text(o, cp_record_state_word(r, today));
	cp_out_text(o, x->parcel.id);
	cp_out_text(o, r->next_action == CP_ACTION_NONE ? NULL :
	    cp_action_word(r->next_action));
	cp_out_date(o, r->next_due);
	cp_out_text(o, r->rule[0] != '\0' ? r->rule : NULL);
	cp_out_bool(o, again);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	if (rc == CP_OK && again)
		cp_say(x->call, "warning: the next run will archive %s again "
		    "(%s); correct what is wrong before, or use --set", r->id,
		    r->rule);
	return rc;
}

static enum cp_rc
restore(struct opening *x, const struct corrections *c, struct cp_err *err)
{
	struct cp_restoring in = { x->s.store, x->s.audit, &x->rules,
		&x->s.now, &x->parcel, x->reason, c->list, c->n };
	struct cp_record r;
	enum cp_rc rc = cp_operator_may(&x->s.op, CP_ARCHIVE_OPENERS, err);

	if (rc == CP_OK)
		rc = cp_restore_allowed(&x->parcel, &x->facts, err);
	if (rc != CP_OK)
		return log_failed(x, "refused", rc, err);
	rc = open_package(x, err);
	if (rc == CP_OK)
		rc = cp_restore(&in, &x->opened, &r, err);
	if (rc != CP_OK)
		return log_failed(x, "failed", rc, err);
	return show_restored(x, &r, err);
}

enum cp_rc
cp_archive_restore(struct cp_call *call, struct cp_err *err)
{
	struct opening x = { .call = call, .action = "record.restore" };
	struct corrections c;
	enum cp_rc rc = take_corrections(call, &c, err);

	if (rc == CP_OK)
		rc = begin(&x, err);
	if (rc == CP_OK)
		rc = restore(&x, &c, err);
	end(&x);
	return rc;
}
