#ifndef CP_STORE_CONFIG_ARCHIVE_H
#define CP_STORE_CONFIG_ARCHIVE_H

#include <libconfig.h>

#include "lifecycle/store/config.h"

/* Within config*.c only: reads the section `archive' into OUT, which is filled
 * on failure too.  CP_BAD_INPUT: "PATH:LINE: NAME WHY". */
enum cp_rc config_archive(const char *path, const config_setting_t *s,
    struct cp_config_archive *out, struct cp_err *err) CP_MUST_CHECK;

#endif
