/* CP_NEEDS_PAGES: shares are printed. */
#include <stdio.h>

#include "cpadmin/ceremony.h"
#include "cpadmin/custody_sheet.h"
#include "cpadmin/custody_verbs.h"
#include "cpadmin/out.h"
#include "cpadmin/prompt.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/duties/rekeying.h"
#include "lifecycle/records/custody_current.h"

static const struct cp_column columns[] = {
	{ "custody_id", "Custody key" },
	{ "threshold", "Needs" },
	{ "custodians", "Custodians" },
	{ "shares", "Shares" },
};

static enum cp_rc
show(const struct cp_ceremony *c, const char *keys_dir, struct cp_err *err)
{
	struct cp_buf json, people;
	struct cp_out *o = NULL;
	enum cp_rc rc;

	cp_buf_init(&json);
	cp_buf_init(&people);
	rc = cp_ceremony_paths(c, keys_dir, &json, &people, err);
	if (rc == CP_OK)
		rc = cp_out_object(c->call, "custody-key", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc == CP_OK) {
		cp_out_text(o, c->key.id);
		cp_out_int(o, c->key.threshold);
		cp_out_int(o, c->key.shares);
		cp_out_json(o, cp_buf_text(&json), cp_buf_text(&people));
		rc = cp_out_end(&o, err);
	}
	cp_buf_clear(&json);
	cp_buf_clear(&people);
	cp_out_free(o);
	return rc;
}

/* The first key only: what is under one already must be taken along.  Where a
 * creation was cut off after it was entered, its file follows now. */
static enum cp_rc
check_first(struct cp_session *s, struct cp_err *err)
{
	struct cp_custody_row row;
	enum cp_rc rc = cp_custody_row_current(s->store, &row, err);

	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		return CP_OK;
	}
	if (rc == CP_OK)
		rc = cp_custody_follow(s->store, err);
	if (rc != CP_OK)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "this store has the custody key %s",
	    row.id);
	cp_err_hint(err, "`cpadmin custody rekey' makes another and takes the "
	    "packages along");
	return CP_REFUSED;
}

/* Looks again, since the ceremony took its time. */
static enum cp_rc
enter(struct cp_session *s, struct cp_ceremony *c, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = check_first(s, err);
	if (rc == CP_OK)
		rc = cp_ceremony_enter(c, s->store, s->audit, &s->now, err);
	if (rc == CP_OK)
		rc = cp_custody_put_in_use(s->store, c->key.id, err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
tell(struct cp_session *s, struct cp_ceremony *c, const char *keys,
    struct cp_err *err)
{
	const char *sheets = cp_option(c->call, "sheets");
	enum cp_rc rc = CP_OK;

	if (sheets != NULL)
		rc = cp_custody_sheets(s, c, keys, sheets, err);
	if (rc == CP_OK)
		rc = show(c, keys, err);
	if (rc == CP_OK)
		cp_ceremony_say_next(c);
	return rc;
}

static enum cp_rc
create(struct cp_session *s, struct cp_ceremony *c, const char *keys,
    struct cp_err *err)
{
	enum cp_rc rc = check_first(s, err);

	if (rc == CP_OK)
		rc = cp_ceremony_passphrases(c, err);
	if (rc == CP_OK)
		rc = cp_ceremony_make(keys, s->now.today, c, err);
	if (rc != CP_OK)
		return rc;
	rc = enter(s, c, err);
	if (rc != CP_OK) {
		cp_ceremony_undo(keys, c);
		return rc;
	}
	rc = cp_custody_follow(s->store, err);
	return rc == CP_OK ? tell(s, c, keys, err) : rc;
}

/* ---- after a loss -------------------------------------------------------- */

static enum cp_rc
check_loss(struct cp_session *s, const struct cp_ceremony *c,
    const char **reason, struct cp_err *err)
{
	struct cp_custody_public lost;
	char question[300];
	enum cp_rc rc = cp_session_reason(c->call, reason, err);

	if (rc == CP_OK)
		rc = cp_custody_in_use(s->store, &lost, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(question, sizeof(question), "What is under custody key "
	    "%s stays shut until %d of its shares are found.  While they can "
	    "be, `cpadmin custody rekey' is right instead.", lost.id,
	    lost.threshold);
	return cp_prompt_confirm(c->call, question, "lost", err);
}

/* No custodian is asked, so that none may do it alone; the log tells it from a
 * rekey.  A rekey that is begun and cannot go on: whatever is sealed from now on can
 * be opened, and the rest follows if the old shares come to light. */
static enum cp_rc
create_after_loss(struct cp_session *s, struct cp_ceremony *c,
    const char *keys, struct cp_err *err)
{
	struct cp_rekey x = { .store = s->store, .audit = s->audit,
	    .now = &s->now, .after_loss = 1 };
	const char *reason = NULL;
	int renewed;
	enum cp_rc rc = cp_operator_may(&s->op, CP_ROLE_ADMIN, err);

	if (rc == CP_OK)
		rc = check_loss(s, c, &reason, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_rekey_open(&x, err);
	if (rc == CP_OK)
		rc = cp_rekey_hold(&x, err);
	if (rc == CP_OK)
		rc = cp_ceremony_passphrases(c, err);
	if (rc == CP_OK)
		rc = cp_ceremony_make(keys, s->now.today, c, err);
	if (rc == CP_OK)
		rc = cp_rekey_begin(&x, &c->key, c->holder, reason, err);
	/* The shelf keyring, too, is for those who can open it. */
	if (rc == CP_OK) {
		rc = cp_escrow_refresh(s->store, s->audit, &s->now, &renewed,
		    err);
		if (rc != CP_OK)
			cp_err_context(err, "custody key %s is made and in "
			    "use", c->key.id);
	}
	cp_rekey_close(&x);
	return rc == CP_OK ? tell(s, c, keys, err) : rc;
}

enum cp_rc
cp_custody_run_create(struct cp_call *call, struct cp_err *err)
{
	char keys[CP_CUSTODY_KEYS_DIR];
	struct cp_ceremony c = { 0 };
	struct cp_session s;
	enum cp_rc rc = cp_custody_open_store(call, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_ceremony_take(call, s.settings.rehearsal, "passphrase-file",
	    NULL, &c, err);
	if (rc == CP_OK)
		rc = cp_custody_keys_dir(&s, keys, err);
	if (rc == CP_OK)
		rc = cp_flag(call, "after-loss") ?
		    create_after_loss(&s, &c, keys, err) :
		    create(&s, &c, keys, err);
	cp_ceremony_clear(&c);
	cp_session_close(&s);
	return rc;
}
