#ifndef CP_STORE_CONFIG_SCHEDULE_H
#define CP_STORE_CONFIG_SCHEDULE_H

#include <libconfig.h>

#include "archive/err.h"
#include "lifecycle/rules/job.h"

/* Within config*.c only. */

/* CP_BAD_INPUT: "PATH:LINE: NAME WHY". */
enum cp_rc config_bad(const char *path, const config_setting_t *s,
    const char *why, struct cp_err *err);
/* Reads the section `schedule' into OUT, which is filled on failure too. */
enum cp_rc config_schedule(const char *path, const config_setting_t *s,
    struct cp_schedule *out, struct cp_err *err) CP_MUST_CHECK;

#endif
