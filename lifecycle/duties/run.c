#include "lifecycle/duties/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/file.h"
#include "archive/hostkey.h"
#include "archive/secret.h"
#include "lifecycle/duties/escrow.h"
#include "lifecycle/records/custody_current.h"

/* ---- opening and closing --------------------------------------------------- */

static enum cp_rc
open_keys(struct cp_run *run, struct cp_err *err)
{
	char keys[4096], path[4096];
	enum cp_rc rc = cp_store_path(run->store, keys, sizeof(keys), err,
	    "keys");

	if (rc == CP_OK)
		rc = cp_store_path(run->store, path, sizeof(path), err,
		    "keys/shelves.key");
	if (rc == CP_OK)
		rc = cp_hostkey_load(keys, &run->hostkey, err);
	if (rc == CP_OK)
		rc = cp_shelf_open(path, run->hostkey, run->dry_run ?
		    CP_SHELF_READ : CP_SHELF_WRITE, &run->ring, err);
	if (rc == CP_OK)
		rc = cp_escrow_check(run->store, run->ring, err);
	if (rc == CP_OK)
		rc = cp_custody_in_use(run->store, &run->custody, err);
	return rc == CP_OK ? cp_age_recipient_parse(run->custody.recipient,
	    &run->recipient, err) : rc;
}

enum cp_rc
cp_run_open(struct cp_run *run, struct cp_err *err)
{
	char lock[4096];
	enum cp_rc rc;

	run->lock = -1;
	rc = cp_store_path(run->store, lock, sizeof(lock), err, "run.lock");
	if (rc == CP_OK && !run->dry_run)
		rc = cp_file_lock(lock, &run->lock, err);
	if (rc == CP_BUSY)
		cp_err_hint(err, "another retention run is at work");
	if (rc == CP_OK)
		rc = cp_store_path(run->store, run->archive_dir,
		    sizeof(run->archive_dir), err, "archive");
	if (rc == CP_OK)
		rc = cp_crypto_init(err);
	if (rc == CP_OK)
		rc = cp_settings_policy(run->store, run->settings,
		    &run->policy, err);
	if (rc != CP_OK)
		return rc;
	run->rules.policy = run->policy;
	run->rules.policy_n = run->settings->policy_n;
	run->rules.today = run->now->today;
	memcpy(run->rules.salt, run->settings->salt, sizeof(run->rules.salt));
	return open_keys(run, err);
}

void
cp_run_close(struct cp_run *run)
{
	cp_shelf_close(&run->ring);
	cp_secret_free(run->hostkey);
	run->hostkey = NULL;
	cp_policy_free(run->policy);
	run->policy = NULL;
	free(run->notes);
	run->notes = NULL;
	run->n_notes = 0;
	cp_run_foreseen_free(run);
	if (run->lock >= 0)
		(void)close(run->lock); /* unlocks; nothing was written */
	run->lock = -1;
}

int
cp_run_lapse(const char *rule)
{
	static const enum cp_rule ends[] = { CP_RULE_CONNEXIONS_LIMIT,
		CP_RULE_CARE_LEAVER_LIMIT, CP_RULE_LEARNING_DIFFICULTY_LIMIT,
		CP_RULE_PARENT_LAPSE, CP_RULE_WITHDRAWAL, CP_RULE_GROUND_END };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(rule, cp_rule_name(ends[i])) == 0)
			return 1;
	return 0;
}
