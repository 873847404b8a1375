#ifndef CP_DUTIES_DISCLOSING_IMPL_H
#define CP_DUTIES_DISCLOSING_IMPL_H

#include "lifecycle/duties/disclosing.h"

/* Between disclosing*.c only: data.json, README.txt (PLAIN: there is a
 * letter.txt) and the list of what was given, each appended. */
enum cp_rc disclosing_json(const struct cp_disclosing *with,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc disclosing_readme(const struct cp_disclosing *with, int plain,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* {"1":["record/names/0",...],"2":[...]}: by subject; *GIVEN of all. */
enum cp_rc disclosing_list(const struct cp_collection *c, struct cp_buf *out,
    size_t *given, struct cp_err *err) CP_MUST_CHECK;

#endif
