#include "cpadmin/ceremony.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "cpadmin/out.h"
#include "cpadmin/passphrase.h"
#include "cpadmin/prompt.h"
#include "lifecycle/records/custody_rows.h"
#include "lifecycle/rules/text.h"
#include "lifecycle/store/json_put.h"

enum { TRIES = 3, WHO = 200 };

/* ---- options ------------------------------------------------------------- */

static enum cp_rc
take_number(const struct cp_call *call, const char *option, int fallback,
    int *out, struct cp_err *err)
{
	const char *text = cp_option(call, option);
	char *end;
	long n;

	*out = fallback;
	if (text == NULL)
		return CP_OK;
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 ||
	    n > CP_CUSTODY_SHARES)
		return cp_fail(err, CP_USAGE, "--%s is not from 1 to %d",
		    option, CP_CUSTODY_SHARES);
	*out = (int)n;
	return CP_OK;
}

static enum cp_rc
check_numbers(const struct cp_ceremony *c, struct cp_err *err)
{
	if (c->threshold > c->custodians)
		return cp_fail(err, CP_USAGE, "--threshold is more than "
		    "--custodians");
	if (c->threshold > 1 || c->custodians == 1)
		return CP_OK;
	(void)cp_fail(err, CP_USAGE, "--threshold 1 would let each of %d "
	    "custodians open the archive alone", c->custodians);
	cp_err_hint(err, "2 or more, or --custodians 1 --threshold 1 for a "
	    "key that one person holds");
	return CP_USAGE;
}

static enum cp_rc
take_holders(struct cp_ceremony *c, struct cp_err *err)
{
	const char *text, *why;
	int n;

	for (n = 0; (text = cp_option_at(c->call, "holder", n)) != NULL; n++) {
		if (n == c->custodians)
			return cp_fail(err, CP_USAGE, "--holder: at most one "
			    "for each of %d custodians", c->custodians);
		why = cp_text_refuse(text, strlen(text));
		if (why == NULL && (text[0] == '\0' || strlen(text) >=
		    CP_CUSTODY_HOLDER))
			why = "must have 1 to 99 bytes";
		if (why != NULL)
			return cp_fail(err, CP_USAGE, "--holder %d: %s", n + 1,
			    why);
		c->holder[n] = text;
	}
	return CP_OK;
}

enum cp_rc
cp_ceremony_take(const struct cp_call *call, int rehearsal,
    const char *files_option, const struct cp_custody_public *old,
    struct cp_ceremony *out, struct cp_err *err)
{
	int n = old != NULL ? old->shares : CP_CEREMONY_SHARES;
	int k = old != NULL ? old->threshold : CP_CEREMONY_THRESHOLD;
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	out->call = call;
	out->rehearsal = rehearsal;
	out->files_option = files_option;
	out->share_dir = cp_option(call, "share-dir");
	rc = take_number(call, "custodians", n, &out->custodians, err);
	if (rc == CP_OK)
		rc = take_number(call, "threshold", k < out->custodians ? k :
		    out->custodians, &out->threshold, err);
	if (rc == CP_OK)
		rc = check_numbers(out, err);
	if (rc == CP_OK)
		rc = take_holders(out, err);
	if (rc == CP_OK && rehearsal && cp_flag(call, files_option))
		rc = cp_fail(err, CP_USAGE, "a rehearsal store makes its own "
		    "passphrases");
	return rc;
}

/* ---- passphrases --------------------------------------------------------- */

/* "custodian 2 of 3 (Head of Legal)". */
static const char *
who(const struct cp_ceremony *c, int i, char out[WHO])
{
	const char *holder = c->holder[i];

	(void)snprintf(out, WHO, "custodian %d of %d%s%s%s", i + 1,
	    c->custodians, holder != NULL ? " (" : "", holder != NULL ?
	    holder : "", holder != NULL ? ")" : "");
	return out;
}

/* Whether the passphrase of custodian I will do. */
static enum cp_rc
check_new(const struct cp_ceremony *c, int i, struct cp_err *err)
{
	const struct cp_secret *p = c->passphrase[i];
	char name[WHO];
	enum cp_rc rc = cp_passphrase_check(p, who(c, i, name), err);

	for (int j = 0; rc == CP_OK && j < i; j++) {
		if (!cp_secret_equal(c->passphrase[j], p))
			continue;
		rc = cp_fail(err, CP_KEY, "custodian %d has this passphrase "
		    "too", j + 1);
		cp_err_hint(err, "choose another, and begin again if "
		    "custodian %d now wants another as well", j + 1);
	}
	return rc;
}

static enum cp_rc
make_up(struct cp_ceremony *c, struct cp_err *err)
{
	enum cp_rc rc = cp_crypto_init(err);

	for (int i = 0; rc == CP_OK && i < c->custodians; i++)
		rc = cp_passphrase_make(&c->passphrase[i], err);
	return rc;
}

static enum cp_rc
from_files(struct cp_ceremony *c, int n, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (n != c->custodians) {
		(void)cp_fail(err, CP_USAGE, "there are %d custodians and %d "
		    "passphrase file%s", c->custodians, n, n == 1 ? "" : "s");
		cp_err_hint(err, "--%s once for each custodian, in their "
		    "order", c->files_option);
		return CP_USAGE;
	}
	for (int i = 0; rc == CP_OK && i < n; i++) {
		rc = cp_prompt_from_file(cp_option_at(c->call,
		    c->files_option, i), &c->passphrase[i], err);
		if (rc == CP_OK)
			rc = check_new(c, i, err);
	}
	return rc;
}

/* *AGAIN: what was typed will not do, ERR says why, and more can be typed. */
static enum cp_rc
ask_twice(struct cp_ceremony *c, int i, int *again, struct cp_err *err)
{
	struct cp_secret *second = NULL;
	char name[WHO], prompt[WHO + 40];
	enum cp_rc rc;

	*again = 0;
	(void)snprintf(prompt, sizeof(prompt), "New passphrase of %s: ",
	    who(c, i, name));
	rc = cp_prompt_typed(prompt, &c->passphrase[i], err);
	if (rc != CP_OK)
		return rc;
	rc = check_new(c, i, err);
	if (rc == CP_OK) {
		rc = cp_prompt_typed("The same again: ", &second, err);
		if (rc == CP_OK && !cp_secret_equal(c->passphrase[i], second))
			rc = cp_fail(err, CP_KEY, "the two passphrases differ");
		else if (rc != CP_OK)
			return rc;
	}
	cp_secret_free(second);
	*again = rc != CP_OK;
	return rc;
}

static enum cp_rc
typed(struct cp_ceremony *c, int i, struct cp_err *err)
{
	char name[WHO];
	int again = 1;
	enum cp_rc rc = CP_OK;

	cp_say(c->call, "%s", "");
	cp_say(c->call, "-- %s: it is your turn; the others look away.",
	    who(c, i, name));
	for (int tries = 0; again && tries < TRIES; tries++) {
		if (tries > 0) {
			cp_say(c->call, "%s%s%s.  Once more.", err->what,
			    err->hint[0] != '\0' ? ": " : "", err->hint);
			cp_err_clear(err);
		}
		cp_secret_free(c->passphrase[i]);
		c->passphrase[i] = NULL;
		rc = ask_twice(c, i, &again, err);
	}
	if (rc == CP_OK)
		cp_say(c->call, "Thank you.");
	return rc;
}

enum cp_rc
cp_ceremony_passphrases(struct cp_ceremony *c, struct cp_err *err)
{
	int n = 0;
	enum cp_rc rc = CP_OK;

	if (c->rehearsal)
		return make_up(c, err);
	while (cp_option_at(c->call, c->files_option, n) != NULL)
		n++;
	if (n > 0)
		return from_files(c, n, err);
	cp_say(c->call, "Ceremony of a custody key: of %d custodians any %d "
	    "will open the archive.", c->custodians, c->threshold);
	cp_say(c->call, "Step 1 of 3: each custodian types a new passphrase, "
	    "alone at the keyboard.  It has");
	cp_say(c->call, "%d characters or more and is used nowhere else; "
	    "nobody can recover it.", CP_PASSPHRASE_MIN);
	for (int i = 0; rc == CP_OK && i < c->custodians; i++)
		rc = typed(c, i, err);
	return rc;
}

/* ---- afterwards ---------------------------------------------------------- */

enum cp_rc
cp_ceremony_paths(const struct cp_ceremony *c, const char *keys_dir,
    struct cp_buf *json, struct cp_buf *people, struct cp_err *err)
{
	const char *dir = c->share_dir != NULL ? c->share_dir : keys_dir;
	char path[4096 + 64];
	enum cp_rc rc = CP_OK;

	cp_json_open(json, '[');
	for (int i = 1; rc == CP_OK && i <= c->key.shares; i++) {
		rc = cp_custody_share_path(dir, c->key.id, i, path,
		    sizeof(path), err);
		if (rc != CP_OK)
			break;
		cp_json_put_string(json, path);
		cp_buf_printf(people, "%s%s", i > 1 ? ", " : "", path);
	}
	cp_json_close(json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(json, err);
	return rc == CP_OK ? cp_buf_check(people, err) : rc;
}

void
cp_ceremony_say_next(const struct cp_ceremony *c)
{
	int spare = c->key.shares - c->key.threshold;

	cp_say(c->call, "Step 3 of 3, before anybody leaves the room:");
	cp_say(c->call, " - print a paper sheet of each share: cpadmin "
	    "custody sheet;");
	cp_say(c->call, " - move each share file to its custodian's own "
	    "medium, and keep a second copy of");
	cp_say(c->call, "   it elsewhere;");
	cp_say(c->call, " - prove that they open from there: cpadmin custody "
	    "drill --share FILE...;");
	cp_say(c->call, " - remove the share files from this host.");
	if (spare == 0)
		cp_say(c->call, "Every one of the %d share%s is needed: one "
		    "that is lost, or its passphrase, and", c->key.shares,
		    c->key.shares == 1 ? "" : "s");
	else
		cp_say(c->call, "Of the %d shares, %d may be lost; one more, "
		    "or its passphrase, and", c->key.shares, spare);
	cp_say(c->call, "nothing that is archived can ever be opened again.  "
	    "cpadmin-custody(7) is the guide.");
}

void
cp_ceremony_clear(struct cp_ceremony *c)
{
	for (int i = 0; i < CP_CUSTODY_SHARES; i++) {
		cp_secret_free(c->passphrase[i]);
		c->passphrase[i] = NULL;
	}
}
