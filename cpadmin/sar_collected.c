#include "cpadmin/sar_collected.h"

#include <string.h>

#include "cpadmin/officer_unlock.h"
#include "lifecycle/records/gate.h"

enum cp_rc
cp_sar_collected_open(const struct cp_call *call, unsigned roles,
    struct cp_sar_collected *out, struct cp_err *err)
{
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	cp_collection_init(&out->coll);
	rc = cp_sar_case_open(call, CP_STORE_WRITE, roles, &out->x, err);
	out->with.change = &out->x.c;
	out->with.rules = &out->x.sar_rules;
	out->with.sar = &out->x.sar;
	return rc;
}

void
cp_sar_collected_close(struct cp_sar_collected *c)
{
	cp_collection_clear(&c->coll);
	cp_secret_free(c->identity);
	c->identity = NULL;
	cp_sar_case_close(&c->x);
}

enum cp_rc
cp_sar_collected_unlock(struct cp_sar_collected *c, struct cp_err *err)
{
	struct cp_err first = { 0 };
	enum cp_rc rc = cp_collect(&c->with, &c->coll, &first);

	cp_collection_clear(&c->coll);
	if (rc == CP_KEY) {
		rc = cp_officer_identity(c->x.call, &c->x.s, &c->identity,
		    err);
		c->with.identity = c->identity;
	} else if (rc != CP_OK) {
		*err = first;
	}
	return rc;
}

enum cp_rc
cp_sar_collected_read(struct cp_sar_collected *c, struct cp_err *err)
{
	return cp_collect(&c->with, &c->coll, err);
}

unsigned
cp_sar_flags_told(const struct cp_sar_case *x, unsigned flags)
{
	return cp_gate_tells(&x->s.op) ? flags :
	    flags & ~(unsigned)CP_FLAGGED_PLACE;
}

enum cp_rc
cp_sar_may_see(const struct cp_sar_case *x, struct cp_err *err)
{
	struct cp_sar_tally t;
	enum cp_rc rc = CP_OK;

	if (cp_gate_tells(&x->s.op))
		return CP_OK;
	rc = cp_sar_tally(x->s.store, &x->sar, &t, err);
	if (rc != CP_OK || !t.opened)
		return rc;
	(void)cp_fail(err, CP_DENIED, "not all of request %s may be shown to "
	    "operator %s", x->sar.id, x->s.op.name);
	cp_err_hint(err, "a data protection officer looks at it");
	return CP_DENIED;
}

static void
put_field(const struct cp_field *f, int alone, struct cp_buf *out)
{
	char day[CP_DATE_TEXT];

	if (!alone)
		cp_buf_printf(out, "%s%s: ", out->len > 0 ? "; " : "",
		    f->label);
	switch (f->kind) {
	case CP_FIELD_TEXT:
		cp_buf_puts(out, f->text);
		break;
	case CP_FIELD_WORD:
		cp_buf_puts(out, f->text + strlen("word-"));
		break;
	case CP_FIELD_DATE:
		cp_buf_puts(out, cp_date_format(f->date, day));
		break;
	case CP_FIELD_YES_NO:
		cp_buf_puts(out, f->yes ? "yes" : "no");
		break;
	}
}

void
cp_sar_item_text(const struct cp_item *i, struct cp_buf *out)
{
	for (size_t k = 0; k < i->n_fields; k++)
		put_field(&i->fields[k], i->n_fields == 1, out);
}
