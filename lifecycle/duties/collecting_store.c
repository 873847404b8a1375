#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/collecting_impl.h"
#include "lifecycle/records/investigation.h"
#include "lifecycle/store/json_put.h"

/* That something was collected, and shown. */

static enum cp_rc
log_one(const struct cp_change *c, const char *action, const char *subject,
    const char *sar, struct cp_err *err)
{
	struct cp_entry e = { action, subject, NULL, NULL };
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "sar", sar);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* The same about the record of S.  That hidden parts were opened is told with
 * its case of shielding: whoever reads the record's history learns of neither. */
static enum cp_rc
log_record(const struct cp_change *c, const char *action,
    const struct cp_collected_subject *s, const char *sar, struct cp_err *err)
{
	struct cp_shield shield;
	enum cp_rc rc;

	if (!s->opened)
		return log_one(c, action, s->record.id, sar, err);
	rc = cp_shield_last(c->store, s->record.n, &shield, err);
	return rc == CP_OK ? log_one(c, action, shield.id, sar, err) : rc;
}

enum cp_rc
cp_collect_looked(const struct cp_collecting *with,
    const struct cp_collection *c, const char *verb, struct cp_err *err)
{
	const struct cp_sar *sar = with->sar;
	char action[32] = "sar.";
	enum cp_rc rc;

	strncat(action, verb, sizeof(action) - strlen(action) - 1);
	rc = log_one(with->change, action, sar->id, sar->id, err);
	for (size_t i = 0; rc == CP_OK && i < c->n_subjects; i++)
		if (c->subject[i].doc != NULL)
			rc = log_record(with->change, action, &c->subject[i],
			    sar->id, err);
	return rc;
}

/* What was opened is to be looked into as any override. */
static enum cp_rc
investigate(const struct cp_collecting *with, const struct cp_operator *op,
    const struct cp_collected_subject *s, struct cp_err *err)
{
	struct cp_override o = { s->record.id, op, with->identity,
		with->sar->id };
	struct cp_investigation inv;
	struct cp_shield shield;
	enum cp_rc rc = cp_shield_last(with->change->store, s->record.n,
	    &shield, err);

	return rc == CP_OK ? cp_investigation_open(with->change, &o,
	    &s->record, shield.id, &inv, err) : rc;
}

static enum cp_rc
put_items(const struct cp_collecting *with, const struct cp_operator *op,
    struct cp_collection *coll, struct cp_sar *r, struct cp_err *err)
{
	struct cp_sar_item *items = calloc(coll->n + 1, sizeof(*items));
	enum cp_rc rc;

	if (items == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (size_t i = 0; i < coll->n; i++)
		items[i] = coll->items[i].stored;
	rc = cp_sar_items_put(with->change, op, r, items, coll->n, err);
	for (size_t i = 0; rc == CP_OK && i < coll->n; i++) {
		coll->items[i].stored = items[i];
		coll->items[i].is_new = 0;
		coll->items[i].changed = 0;
	}
	if (rc == CP_OK)
		coll->gone = 0;
	free(items);
	return rc;
}

static enum cp_rc
put_found(const struct cp_collecting *with, const struct cp_collection *coll,
    struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < coll->n_subjects; i++)
		if (coll->subject[i].record.n != 0)
			rc = cp_sar_set_found(with->change, r,
			    coll->subject[i].who.idx,
			    &coll->subject[i].record,
			    coll->subject[i].who.found, err);
	return rc;
}

enum cp_rc
cp_collect_store(const struct cp_collecting *with,
    const struct cp_operator *op, struct cp_collection *coll,
    struct cp_sar *r, struct cp_err *err)
{
	enum cp_rc rc = put_found(with, coll, r, err);

	if (rc == CP_OK)
		rc = put_items(with, op, coll, r, err);
	for (size_t i = 0; rc == CP_OK && i < coll->n_subjects; i++)
		if (coll->subject[i].opened)
			rc = investigate(with, op, &coll->subject[i], err);
	return rc == CP_OK ? cp_collect_looked(with, coll, "collect", err) :
	    rc;
}
