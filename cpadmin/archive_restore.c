/* CP_NEEDS_ARCHIVE: packages are read. */
#include <string.h>

#include "cpadmin/archive_open.h"
#include "cpadmin/archive_sitting.h"
#include "cpadmin/out.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/restoring.h"

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
show_restored(const struct cp_sitting *x, const struct cp_record *r,
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
restore(struct cp_sitting *x, const struct corrections *c, struct cp_err *err)
{
	struct cp_restoring in = { x->s.store, x->s.audit, &x->rules,
		&x->s.now, &x->parcel, x->reason, c->list, c->n,
		x->opening.n != 0 ? &x->opening : NULL };
	struct cp_record r;
	enum cp_rc rc = cp_sitting_allowed(x, err);

	if (rc == CP_OK && x->opening.n != 0 &&
	    strcmp(x->opening.purpose, CP_PURPOSE_RESTORE) != 0)
		rc = cp_fail(err, CP_REFUSED, "opening %s is for another "
		    "purpose than " CP_PURPOSE_RESTORE, x->opening.id);
	if (rc == CP_OK)
		rc = cp_restore_allowed(&x->parcel, &x->facts, err);
	if (rc != CP_OK)
		return cp_sitting_failed(x, "refused", rc, err);
	rc = cp_sitting_open(x, err);
	if (rc == CP_OK)
		rc = cp_restore(&in, &x->opened, &r, err);
	if (rc != CP_OK)
		return cp_sitting_failed(x, "failed", rc, err);
	return show_restored(x, &r, err);
}

enum cp_rc
cp_archive_restore(struct cp_call *call, struct cp_err *err)
{
	struct cp_sitting x = { .call = call, .action = "record.restore" };
	struct corrections c;
	enum cp_rc rc = take_corrections(call, &c, err);

	if (rc == CP_OK)
		rc = cp_sitting_begin(&x, err);
	if (rc == CP_OK)
		rc = cp_sitting_take(&x, cp_arg(call, 0), err);
	if (rc == CP_OK)
		rc = restore(&x, &c, err);
	cp_sitting_end(&x);
	return rc;
}
