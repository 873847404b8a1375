#ifndef CP_RECORDS_IMPORT_H
#define CP_RECORDS_IMPORT_H

#include "lifecycle/records/record.h"
#include "lifecycle/records/shield.h"

/*
 * Loading records from feeds: one row of a file is one document.  Rows are
 * parsed and prepared by worker threads in the order of the file; the caller's
 * thread alone writes, in large transactions (an intake in small ones: others
 * want to write meanwhile), so that an import that is killed
 * leaves the rows up to some point and can be run again.
 *
 * A row whose id is known updates that record, or changes nothing where its
 * document is equal.  A row without an id updates the live record that has one
 * of its numbers and its birth date; else it is new and gets an id.  No two
 * live records have the same NHS number.
 *
 * What comes for a shielded person goes behind the shield, in the transaction
 * that stores the rest; a row that might be about one, and is not known to be,
 * is set aside (quarantine.h).  Rows of an authority whose gate is closed are
 * refused (gate.h).
 */
struct cp_import;

enum cp_import_format {
	CP_IMPORT_GUESS, /* by the name's end, else by the first byte */
	CP_IMPORT_NDJSON,
	CP_IMPORT_CSV
};

enum {
	CP_IMPORT_FIRST = 20,   /* rejects that are kept in the report */
	CP_IMPORT_NAME = 256,
	CP_IMPORT_PATH = 4200
};

/* Why a row was refused; nothing of the row itself. */
struct cp_import_reject {
	char file[CP_IMPORT_NAME]; /* its last part */
	size_t line;               /* in which the row begins, from 1 */
	struct cp_reject why;
};

/* Of an intake: another record that may have to be shielded too. */
struct cp_import_near {
	char file[CP_IMPORT_NAME];
	size_t line;
	char id[CP_ID_MAX];
	int same_person; /* may be, else lives at the same place */
};

struct cp_import_report {
	int64_t created, updated, unchanged, rejected;
	int64_t quarantined; /* set aside, or so settled that they are not
			      * loaded; no cause is told */
	int64_t shielded;    /* of an intake: rows that are behind a shield
			      * now; whether they were before is not told */
	int64_t suppressed; /* involvements that a person had withdrawn */
	char rejects_file[CP_IMPORT_PATH]; /* "" where none was written */
	struct cp_import_reject first[CP_IMPORT_FIRST];
	size_t n_first;
	int64_t near; /* how many such records; some may count twice */
	struct cp_import_near first_near[CP_IMPORT_FIRST];
	size_t n_near;
};

/* All rows of a report. */
int64_t cp_import_rows(const struct cp_import_report *r);

struct cp_import_how {
	int dry_run;        /* everything is done, and undone at the end */
	const char *reason; /* for the log, or NULL; borrowed */
	/* Every row's record is shielded at once, as this asks, before anything
	 * of it is stored; whether its authority is open or not.  NULL: an
	 * ordinary feed.  Borrowed. */
	const struct cp_shield_request *intake;
	/* Called often with the rows done and a guess of all; may be NULL. */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
};

/* Begins; all arguments are borrowed until cp_import_free. */
enum cp_rc cp_import_new(struct cp_store *s, struct cp_audit *audit,
    const struct cp_rules *rules, const struct cp_now *now,
    const struct cp_import_how *how, struct cp_import **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Imports PATH, or stdin for "-".  CP_BAD_INPUT: a CSV header with a column
 * missing, unknown or twice; rejected rows are no error.  On failure what is
 * in the report has been committed, and nothing else. */
enum cp_rc cp_import_file(struct cp_import *im, const char *path,
    enum cp_import_format format, struct cp_err *err) CP_MUST_CHECK;
/* Closes the rejects file. */
enum cp_rc cp_import_end(struct cp_import *im, struct cp_err *err)
    CP_MUST_CHECK;
/* Borrowed. */
const struct cp_import_report *cp_import_report(const struct cp_import *im);
/* NULL-safe; undoes what was not committed. */
void cp_import_free(struct cp_import *im);

#endif
