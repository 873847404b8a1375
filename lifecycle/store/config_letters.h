#ifndef CP_STORE_CONFIG_LETTERS_H
#define CP_STORE_CONFIG_LETTERS_H

#include <stddef.h>

#include "lifecycle/store/config.h"

/* The section `letterheads' of cpadmin.conf(5): who writes, for each authority
 * that sends letters. */
enum {
	CP_LETTERHEADS_MAX = 400,    /* England has 153 authorities */
	CP_LETTERHEAD_LINES = 6,     /* of an address */
	CP_LETTERHEAD_LINE = 40,     /* code points of each */
	CP_LETTERHEAD_NAME = 60,     /* of a name, an office */
	CP_LETTERHEAD_REACH = 64,    /* of a telephone, an email, a page */
	CP_LETTERHEAD_DPO = 200
};

struct cp_config_letterhead {
	char authority[20];
	char *name;    /* "Wirral Council" */
	char *office;  /* "Children's directory team"; or NULL */
	char *lines[CP_LETTERHEAD_LINES]; /* of its address */
	size_t n_lines;
	char *phone, *email;
	char *web;     /* or NULL */
	char *dpo;     /* how to reach its data protection officer */
};
/* All of them, by authority; owned. */
struct cp_config_letters {
	struct cp_config_letterhead *head;
	size_t n;
};

/* Those of the file PATH, all of which is checked as by cp_config_load; none is
 * not an error.  Text is NFC, without controls.  CP_BAD_INPUT with the line;
 * CP_NOT_FOUND. */
enum cp_rc cp_config_letters_load(const char *path,
    struct cp_config_letters *out, struct cp_err *err) CP_MUST_CHECK;
void cp_config_letters_clear(struct cp_config_letters *x);
/* That of AUTHORITY, or NULL. */
const struct cp_config_letterhead *cp_config_letters_of(
    const struct cp_config_letters *x, const char *authority);

/* ---- within config*.c only: libconfig's own types -------------------------- */

struct config_setting_t;
struct config_t;
/* Reads the section S into OUT; NULL: it is checked only. */
enum cp_rc config_letters(const char *path, const struct config_setting_t *s,
    struct cp_config_letters *out, struct cp_err *err) CP_MUST_CHECK;
/* Reads PATH into CFG, which the caller destroys in any case. */
enum cp_rc config_read_file_whole(const char *path, struct config_t *cfg,
    struct cp_err *err) CP_MUST_CHECK;

#endif
