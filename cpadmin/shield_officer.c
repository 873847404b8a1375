#include <stdio.h>
#include <string.h>

#include "archive/age_keys.h"
#include "cpadmin/officer_unlock.h"
#include "cpadmin/passphrase.h"
#include "cpadmin/progress.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/officer_log.h"

/* ---- showing ------------------------------------------------------------- */

static const struct cp_column columns[] = {
	{ "name", "NAME" },
	{ "status", "STATUS" },
	{ "operator", "OPERATOR" },
	{ "made", NULL },
	{ "admitted", "ADMITTED" },
	{ "ended", NULL },
	{ "cannot_open", "CANNOT OPEN" },
	{ "public_key", "PUBLIC KEY" },
	{ "logged", NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct listing {
	const struct cp_call *call;
	struct cp_session *s;
	struct cp_out *o;
};

struct finding {
	const char *name;
	char status[12];
};

static enum cp_rc
find_operator(void *ctx, const struct cp_operator *op, struct cp_err *err)
{
	struct finding *f = ctx;

	(void)err;
	if (strcmp(op->name, f->name) == 0)
		memcpy(f->status, op->status, sizeof(f->status));
	return CP_OK;
}

static void
out_time(struct cp_out *o, const char *time)
{
	cp_out_text(o, time[0] != '\0' ? time : NULL);
}

/* One whom the log does not know has been written into the database. */
static enum cp_rc
out_logged(const struct listing *l, const struct cp_officer *o,
    struct cp_err *err)
{
	int yes = 0;
	enum cp_rc rc = cp_officer_logged(l->s->store, o, &yes, err);

	if (rc != CP_OK)
		return rc;
	if (!yes)
		cp_say(l->call, "warning: the log does not know %s with that "
		    "public key as %s: somebody has written into the "
		    "database", o->name, o->status);
	cp_out_bool(l->o, yes);
	return CP_OK;
}

static enum cp_rc
out_officer(const struct listing *l, const struct cp_officer *o,
    struct cp_err *err)
{
	struct cp_session *s = l->s;
	struct cp_out *out = l->o;
	struct cp_age_recipient to = { .kind = CP_AGE_X25519 };
	struct finding f = { .name = o->name };
	char point[CP_AGE_RECIPIENT_TEXT + 1];
	int64_t closed = 0;
	enum cp_rc rc = cp_operator_each(s->store, find_operator, &f, err);

	memcpy(to.point, o->point, sizeof(to.point));
	if (rc == CP_OK)
		rc = cp_age_recipient_format(&to, point, err);
	if (rc == CP_OK)
		rc = cp_officer_closed(s->store, o, &closed, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(out, o->name);
	cp_out_text(out, o->status);
	cp_out_text(out, f.status[0] != '\0' ? f.status : NULL);
	out_time(out, o->made);
	out_time(out, o->admitted);
	out_time(out, o->ended);
	if (strcmp(o->status, "left") == 0)
		cp_out_text(out, NULL);
	else
		cp_out_int(out, closed);
	cp_out_text(out, point);
	return out_logged(l, o, err);
}

static enum cp_rc
list_one(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	struct listing *l = ctx;
	enum cp_rc rc = out_officer(l, o, err);

	return rc == CP_OK ? cp_out_row(l->o, err) : rc;
}

static void
say_owed(const struct cp_call *call, const struct cp_session *s)
{
	struct cp_err ignored = { 0 };
	int64_t n = 0;

	if (cp_officer_owed(s->store, &n, &ignored) == CP_OK && n > 0)
		cp_say(call, "%lld compartment%s: `cpadmin shield officer "
		    "rewrap' seals %s to the officers there are now",
		    (long long)n, n == 1 ? " waits" : "s wait",
		    n == 1 ? "it" : "them");
}

static enum cp_rc
run_list(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct listing l = { .call = call, .s = s };
	enum cp_rc rc;

	rc = cp_out_table(call, "officers", columns, COLUMNS, &l.o, err);
	if (rc == CP_OK)
		rc = cp_officer_each(s->store, list_one, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.o, err);
	cp_out_free(l.o);
	if (rc == CP_OK) {
		say_owed(call, s);
		cp_officer_warn(call, s);
	}
	return rc;
}

/* ---- what was done ------------------------------------------------------- */

static const struct cp_column done_columns[] = {
	{ "name", "Officer" },
	{ "status", "Status" },
	{ "public_key", "Public key" },
	{ "rewrapped", "Rewrapped" },
	{ "left", "Left" },
};
enum { OF_OFFICER = 3, OF_REWRAPPING = 2 };

struct done {
	const struct cp_officer *officer; /* NULL: of no one */
	int nothing_rewrapped;            /* nor meant to be */
	int64_t rewrapped, left;
};

static enum cp_rc
out_one(struct cp_out *o, const struct cp_officer *officer,
    struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_X25519 };
	char point[CP_AGE_RECIPIENT_TEXT + 1];
	enum cp_rc rc;

	memcpy(to.point, officer->point, sizeof(to.point));
	rc = cp_age_recipient_format(&to, point, err);
	cp_out_text(o, officer->name);
	cp_out_text(o, officer->status);
	cp_out_text(o, rc == CP_OK ? point : NULL);
	return rc;
}

static enum cp_rc
show(const struct cp_call *call, const struct done *d, struct cp_err *err)
{
	size_t from = d->officer != NULL ? 0 : OF_OFFICER;
	size_t to = OF_OFFICER + (d->nothing_rewrapped ? 0 : OF_REWRAPPING);
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "officer", done_columns + from,
	    to - from, &o, err);

	if (rc == CP_OK && d->officer != NULL)
		rc = out_one(o, d->officer, err);
	if (rc != CP_OK) {
		cp_out_free(o);
		return rc;
	}
	if (!d->nothing_rewrapped) {
		cp_out_int(o, d->rewrapped);
		cp_out_int(o, d->left);
	}
	rc = cp_out_end(&o, err);
	if (rc != CP_OK || d->left == 0)
		return rc;
	(void)cp_fail(err, CP_PARTIAL, "%lld compartment%s could not be "
	    "rewrapped with that identity", (long long)d->left,
	    d->left == 1 ? "" : "s");
	cp_err_hint(err, "an officer who was one longer runs `cpadmin shield "
	    "officer rewrap'");
	return CP_PARTIAL;
}

/* ---- rewrapping ---------------------------------------------------------- */

static enum cp_rc
say_to(void *ctx, const struct cp_officer *o, struct cp_err *err)
{
	struct cp_age_recipient to = { .kind = CP_AGE_X25519 };
	char point[CP_AGE_RECIPIENT_TEXT + 1];
	enum cp_rc rc = CP_OK;

	memcpy(to.point, o->point, sizeof(to.point));
	if (strcmp(o->status, "active") != 0)
		return CP_OK;
	rc = cp_age_recipient_format(&to, point, err);
	if (rc == CP_OK)
		cp_say(ctx, "Sealed from now on to %s, %s", o->name, point);
	return rc;
}

static enum cp_rc
rewrap(struct cp_call *call, struct cp_session *s,
    const struct cp_secret *identity, struct done *d, struct cp_err *err)
{
	struct cp_progress p;
	int64_t owed = 0;
	enum cp_rc rc = cp_officer_owed(s->store, &owed, err);

	if (rc != CP_OK || owed == 0)
		return rc;
	rc = cp_officer_each(s->store, say_to, call, err);
	if (rc != CP_OK)
		return rc;
	cp_progress_init(&p, call, "compartments rewrapped", owed);
	rc = cp_officer_rewrap(s->store, s->audit, identity, &s->now,
	    cp_progress_at, &p, &d->rewrapped, &d->left, err);
	cp_progress_end(&p, d->rewrapped);
	if (rc != CP_OK && err->hint[0] == '\0')
		cp_err_hint(err, "`cpadmin shield officer rewrap' goes on");
	/* The headers that were replaced open for those who left. */
	if (rc == CP_OK)
		cp_session_forget(call, s);
	return rc;
}

static enum cp_rc
forget(void *ctx, const char *name, struct cp_err *err)
{
	enum cp_rc rc = cp_officer_forget(ctx, name, err);

	return rc == CP_OK ? cp_officer_unkeep(ctx, name, err) : rc;
}

/* Identities of those who left, also where a kill left them behind. */
static enum cp_rc
tidy(struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = cp_store_begin(s->store, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_officer_gone(s->store, forget, s->store, err);
	cp_store_rollback(s->store);
	return rc;
}

static enum cp_rc
run_rewrap(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_secret *identity = NULL;
	struct done d = { .officer = NULL };
	enum cp_rc rc = cp_officer_identity(call, s, &identity, err);

	if (rc == CP_OK)
		rc = tidy(s, err);
	if (rc == CP_OK)
		rc = rewrap(call, s, identity, &d, err);
	cp_secret_free(identity);
	return rc == CP_OK ? show(call, &d, err) : rc;
}

/* ---- coming and going ---------------------------------------------------- */

/* Before anybody is asked for a passphrase. */
static enum cp_rc
may_add(const struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	const char *name = cp_arg(call, 1);
	struct cp_officer old;
	enum cp_rc rc;

	if (name != NULL && strcmp(name, s->op.name) != 0) {
		(void)cp_fail(err, CP_DENIED, "%.32s makes their own identity",
		    name);
		cp_err_hint(err, "%.32s runs `cpadmin shield officer add'; "
		    "nobody else knows the passphrase", name);
		return CP_DENIED;
	}
	rc = cp_officer_get(s->store, s->op.name, &old, err);
	if (rc == CP_NOT_FOUND) {
		cp_err_clear(err);
		return CP_OK;
	}
	return rc != CP_OK ? rc : cp_fail(err, CP_REFUSED, "%s is a shielding "
	    "officer already (%s)", old.name, old.status);
}

static enum cp_rc
add(struct cp_session *s, const struct cp_secret *passphrase,
    struct cp_officer *o, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = passphrase != NULL ? cp_officer_add(s->store, s->audit,
	    s->op.name, passphrase, 0, &s->now, o, err) :
	    cp_officer_rehearse(s->store, s->audit, s->op.name, &s->now, o,
	    err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
run_add(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	struct cp_secret *passphrase = NULL;
	struct cp_officer o = { .n = 0 };
	struct done d = { .officer = &o, .nothing_rewrapped = 1 };
	char who[CP_OPERATOR_NAME + 16];
	enum cp_rc rc = may_add(call, s, err);

	(void)snprintf(who, sizeof(who), "officer %s", s->op.name);
	if (rc == CP_OK && (!s->settings.rehearsal ||
	    cp_flag(call, "passphrase-file")))
		rc = cp_passphrase_take(call, who, &passphrase, err);
	if (rc == CP_OK)
		rc = add(s, passphrase, &o, err);
	cp_secret_free(passphrase);
	if (rc == CP_OK)
		rc = show(call, &d, err);
	if (rc != CP_OK)
		return rc;
	if (strcmp(o.status, "waiting") == 0)
		cp_say(call, "Next: an active officer compares the public key "
		    "with yours, and runs `cpadmin shield officer admit %s'",
		    o.name);
	cp_say(call, "Keep a copy of keys/officers/%s.age elsewhere: without "
	    "it, or its passphrase, you open nothing.", o.name);
	if (strcmp(o.status, "active") == 0)
		cp_officer_warn(call, s);
	return CP_OK;
}

static enum cp_rc
admit(struct cp_session *s, const char *name, struct cp_officer *o,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_officer_admit(s->store, s->audit, name, &s->now, err);
	if (rc == CP_OK)
		rc = cp_officer_get(s->store, name, o, err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
run_admit(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	const char *name = cp_arg(call, 1);
	struct cp_secret *identity = NULL;
	struct cp_officer o = { .n = 0 };
	struct done d = { .officer = &o };
	enum cp_rc rc = cp_officer_get(s->store, name, &o, err);

	if (rc == CP_OK)
		rc = cp_officer_identity(call, s, &identity, err);
	if (rc == CP_OK)
		rc = admit(s, name, &o, err);
	if (rc == CP_OK)
		rc = rewrap(call, s, identity, &d, err);
	cp_secret_free(identity);
	return rc == CP_OK ? show(call, &d, err) : rc;
}

static enum cp_rc
leave(struct cp_session *s, const char *name, struct cp_officer *o,
    struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(s->audit, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_officer_get(s->store, name, o, err);
	if (rc == CP_OK)
		rc = cp_officer_leave(s->store, s->audit, name, &s->now, err);
	return cp_txn_end(s->audit, rc, err);
}

static enum cp_rc
run_remove(struct cp_call *call, struct cp_session *s, struct cp_err *err)
{
	const char *name = cp_arg(call, 1);
	struct cp_secret *identity = NULL;
	struct cp_officer o = { .n = 0 };
	struct done d = { .officer = &o };
	int64_t active = 0;
	enum cp_rc rc = cp_officer_get(s->store, name, &o, err);

	if (rc == CP_OK)
		rc = cp_officer_count(s->store, &active, err);
	if (rc == CP_OK && active == 1 && strcmp(o.status, "active") == 0) {
		(void)cp_fail(err, CP_REFUSED, "%s is the last shielding "
		    "officer", o.name);
		cp_err_hint(err, "another one first: `cpadmin shield officer "
		    "add', and `admit' by %s", o.name);
		rc = CP_REFUSED;
	}
	if (rc == CP_OK)
		rc = cp_officer_identity_but(call, s, name, &identity, err);
	if (rc == CP_OK)
		rc = leave(s, name, &o, err);
	if (rc == CP_OK)
		rc = tidy(s, err);
	if (rc == CP_OK)
		rc = rewrap(call, s, identity, &d, err);
	cp_secret_free(identity);
	if (rc != CP_OK)
		return rc;
	memcpy(o.status, "left", sizeof("left"));
	cp_officer_warn(call, s);
	return show(call, &d, err);
}

/* ---- the verb ------------------------------------------------------------ */

static const struct {
	const char *word;
	enum cp_store_mode mode;
	unsigned roles;
	int name; /* 1 needed, 0 none, -1 may be */
	enum cp_rc (*run)(struct cp_call *call, struct cp_session *s,
	    struct cp_err *err);
} actions[] = {
	{ "list", CP_STORE_READ, SHIELD_READERS, 0, run_list },
	{ "add", CP_STORE_WRITE, SHIELD_DECIDERS, -1, run_add },
	{ "admit", CP_STORE_WRITE, SHIELD_DECIDERS, 1, run_admit },
	{ "remove", CP_STORE_WRITE, SHIELD_DECIDERS, 1, run_remove },
	{ "rewrap", CP_STORE_WRITE, SHIELD_DECIDERS, 0, run_rewrap },
};
enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

enum cp_rc
shield_run_officer(struct cp_call *call, struct cp_err *err)
{
	const char *word = cp_arg(call, 0), *name = cp_arg(call, 1);
	struct cp_session s;
	int i = 0;
	enum cp_rc rc;

	while (i < ACTIONS && strcmp(actions[i].word, word) != 0)
		i++;
	if (i == ACTIONS) {
		(void)cp_fail(err, CP_USAGE, "no such thing to do with "
		    "officers: %.32s", word);
		cp_err_hint(err, "list, add, admit, remove or rewrap");
		return CP_USAGE;
	}
	if (name == NULL && actions[i].name == 1)
		return cp_fail(err, CP_USAGE, "NAME is missing");
	if (name != NULL && actions[i].name == 0)
		return cp_fail(err, CP_USAGE, "%s takes no NAME", word);
	rc = shield_open(call, actions[i].mode, actions[i].roles, &s, err);
	if (rc != CP_OK)
		return rc;
	rc = actions[i].run(call, &s, err);
	cp_session_close(&s);
	return rc;
}
