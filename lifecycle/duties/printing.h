#ifndef CP_DUTIES_PRINTING_H
#define CP_DUTIES_PRINTING_H

#include "lifecycle/duties/composing.h"
#include "lifecycle/store/settings.h"

/*
 * A print run: the letters of the notices that are owed, into a folder: one PDF
 * for each language and format in the order of postcodes, plain text as text,
 * and a manifest (CSV and JSON) that names nobody beyond what an envelope
 * shows.  Letters are typeset in parts by several threads; a part is on the
 * disk before its notices are entered as issued, so that a run that is killed
 * is gone on with and no letter is lost or printed twice.
 */
enum { CP_PRINT_PER_FILE = 20000 }; /* some readers of PDF take no more than
				     * four million objects: 60,000 letters */
struct cp_printing {
	/* given; borrowed */
	struct cp_change change;
	const struct cp_composing *with;
	const char *folder;      /* new or empty; or that of the run to go on
				  * with */
	const char *const *ids;  /* references or records' numbers; n = 0: all */
	size_t n_ids;
	struct cp_notice_query query;
	int each;                /* one file for each letter */
	int per_file;            /* letters in a file at most, but for the
				  * last part of 500 of it; 0: as many as
				  * CP_PRINT_PER_FILE */
	int dry_run;
	unsigned workers;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* each notice that could not be printed; may be NULL */
	void (*trouble)(void *ctx, const struct cp_notice *n, const char *why,
	    const struct cp_err *err);
	void *trouble_ctx;

	/* what came of it; of a run that was gone on with, of all of it */
	int64_t run;             /* 0 in a dry run */
	char where[1024];        /* its folder, by its whole name */
	int64_t letters, notices, pages, problems, files;
};

/* CP_PARTIAL: some could not be printed, each was given to `trouble'.
 * CP_REFUSED: the folder is not empty, or another run's; another run is not
 * done (the hint names its folder).  CP_NOT_FOUND: nothing is owed.  CP_DENIED:
 * the run to go on with has letters that are out of the operator's reach. */
enum cp_rc cp_print(struct cp_printing *p, struct cp_err *err) CP_MUST_CHECK;
/* Ends a run that is not to be gone on with: all its letters are owed again,
 * and what there is of them leaves the folder, since none is there for the post
 * before all are.  CP_DENIED as above; CP_PARTIAL: it is ended, and the folder
 * could not be tidied. */
enum cp_rc cp_print_abandon(const struct cp_change *c, int64_t run,
    struct cp_err *err) CP_MUST_CHECK;

struct cp_print_run {
	int64_t n;
	char id[16]; /* "R-0001" */
	char status[12], folder[1024], started[32], started_by[33],
	    finished[32];
	int64_t letters, pages;
};
enum cp_rc cp_print_runs(struct cp_store *s,
    enum cp_rc (*fn)(void *ctx, const struct cp_print_run *r,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* "R-0001" of a run's number, and back (0 where it is none). */
void cp_print_run_id(int64_t n, char out[16]);
int64_t cp_print_run_parse(const char *text);

#endif
