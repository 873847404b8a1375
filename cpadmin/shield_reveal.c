#include "cpadmin/officer_unlock.h"
#include "cpadmin/record_verbs.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/investigation.h"

/* Overrides: what is hidden, shown once.  Nothing of it is shown before the
 * log entry and the investigation are durable. */

static enum cp_rc
open_it(struct cp_session *s, const struct cp_override *o,
    struct cp_record *r, struct cp_investigation *inv,
    struct cp_document **doc, struct cp_err *err)
{
	struct cp_change c = { s->store, s->audit, NULL, &s->now };
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc == CP_OK)
		rc = cp_override(&c, o, r, inv, doc, err);
	return cp_txn_end(s->audit, rc, err);
}

static void
say_investigation(const struct cp_call *call,
    const struct cp_investigation *inv)
{
	cp_say(call, "%s is open: a data protection officer asks why this was "
	    "looked at.", inv->id);
	if (inv->alike > 1)
		cp_say(call, "It is one of %lld about this record that you "
		    "have open.", (long long)inv->alike);
}

enum cp_rc
shield_run_reveal(struct cp_call *call, struct cp_err *err)
{
	struct cp_override o = { .id = cp_arg(call, 0) };
	struct cp_secret *identity = NULL;
	struct cp_document *doc = NULL;
	struct cp_investigation inv;
	struct cp_session s;
	struct cp_record r;
	enum cp_rc rc = cp_session_reason(call, &o.reason, err);

	if (rc == CP_OK)
		rc = shield_open(call, CP_STORE_WRITE, CP_ROLE_SHIELD, &s,
		    err);
	if (rc != CP_OK)
		return rc;
	rc = cp_officer_identity(call, &s, &identity, err);
	o.by = &s.op;
	o.identity = identity;
	if (rc == CP_OK)
		rc = open_it(&s, &o, &r, &inv, &doc, err);
	cp_secret_free(identity);
	if (rc == CP_OK) {
		say_investigation(call, &inv);
		rc = record_print(call, doc, &r, s.now.today, err);
	}
	cp_document_free(doc);
	cp_session_close(&s);
	return rc;
}
