#ifndef TESTS_MODEL_DRIVE_IMPL_H
#define TESTS_MODEL_DRIVE_IMPL_H

/* Private to drive*.c. */

#include "archive/custody.h"
#include "archive/secret.h"
#include "lifecycle/records/events.h"
#include "lifecycle/records/record.h"
#include "lifecycle/store/audit.h"
#include "lifecycle/store/operator.h"
#include "lifecycle/store/settings.h"
#include "tests/model/drive.h"

struct drive {
	const struct world *world; /* for messages */
	struct cp_store *store;
	struct cp_settings settings;
	struct cp_now now;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_audit *audit[OPERATORS];
	struct cp_operator op[OPERATORS];
	int acting; /* whose transaction is open; -1 = none */
	struct cp_secret *identity;
	struct cp_custody_public custody;
	struct cp_err err;
};

extern const char *const drive_operators[OPERATORS];

struct cp_date drive_date(day n);
day drive_day(struct cp_date date);
void drive_must(struct drive *d, enum cp_rc rc, const char *what);
/* Settings, and the policy in force, as the store has them now. */
void drive_reload(struct drive *d);
struct cp_change drive_begin(struct drive *d, int who, int alone);
enum cp_rc drive_end_change(struct drive *d, int who, int alone,
    enum cp_rc rc);
enum cp_rc drive_log(struct drive *d, int who, const char *action,
    const char *id, const char *detail, int64_t *seq);

#endif
