#ifndef CP_STORE_CONFIG_H
#define CP_STORE_CONFIG_H

#include "archive/err.h"
#include "lifecycle/rules/job.h"

/*
 * STORE/cpadmin.conf, for what a site sets and no rule of law decides
 * (cpadmin.conf(5)).  libconfig syntax, no includes.
 */
enum { CP_WORKERS_MAX = 64, CP_CONFIG_FOLDER = 1024,
	CP_SCRUB_RATE_MAX = 10000 };

/* The section `archive': absolute paths without a slash at their end. */
struct cp_config_archive {
	char directory[CP_CONFIG_FOLDER]; /* of new volumes; "" =
					   * STORE/archive */
	char copy[CP_CONFIG_FOLDER];      /* of second copies; "" = none */
	int scrub_rate;                   /* MB a second, 20 if not given */
};

struct cp_config {
	char authority[20]; /* of new records that name none */
	int workers;        /* threads that seal; 0 = one for each core */
	struct cp_config_archive archive;
	struct cp_schedule schedule; /* the default where it says none */
};

/* Reads PATH whole.  CP_BAD_INPUT with the line: syntax, an unknown key, a
 * wrong type, a value out of range, no authority.  CP_NOT_FOUND. */
enum cp_rc cp_config_load(const char *path, struct cp_config *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether TEXT is an authority's code: a letter and 8 digits (the code of the
 * Office for National Statistics). */
int cp_config_authority_ok(const char *text);

#endif
