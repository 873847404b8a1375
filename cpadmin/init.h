#ifndef CP_CPADMIN_INIT_H
#define CP_CPADMIN_INIT_H

#include "cpadmin/ceremony.h"

/* What a new store shall be, and what of it has been made: cmd_init.c reads
 * the options, init_store.c makes the store. */
enum { CP_INIT_PATH = 4096 };

struct cp_init {
	char dir[CP_INIT_PATH];         /* without slashes at its end */
	char tmp[CP_INIT_PATH];         /* the store while it is made */
	char policy_file[CP_INIT_PATH];
	char policy_name[128];          /* set by the making */
	struct cp_settings settings;    /* rehearsal, authority given */
	struct cp_operator op;          /* name and uid given */
	struct cp_now now;
	int no_custody;                 /* a ceremony will follow */
	struct cp_ceremony ceremony;    /* with passphrases; else key "" */
};

/* CP_REFUSED where DIR is there and not an empty folder. */
enum cp_rc cp_init_check_dir(const char *dir, struct cp_err *err)
    CP_MUST_CHECK;
/* Makes the store beside DIR and renames it: all of it or nothing. */
enum cp_rc cp_init_make(struct cp_init *in, struct cp_err *err) CP_MUST_CHECK;

#endif
