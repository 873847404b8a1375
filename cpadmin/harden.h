#ifndef CP_CPADMIN_HARDEN_H
#define CP_CPADMIN_HARDEN_H

#include "archive/err.h"

/* Before anything else in a program: no other program may read this one's
 * memory, none of it reaches a core file, what it makes is its owner's alone,
 * a reader that went away is an error of writing, and text is UTF-8. */
enum cp_rc cp_harden(struct cp_err *err) CP_MUST_CHECK;

#endif
