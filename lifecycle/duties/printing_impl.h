#ifndef CP_DUTIES_PRINTING_IMPL_H
#define CP_DUTIES_PRINTING_IMPL_H

#include "archive/pool.h"
#include "lifecycle/duties/printing.h"

/* Between printing*.c only. */

enum {
	PRINT_PART = 500,   /* letters set at a time */
	PRINT_SPARE = 64,   /* more, so that a household stays together */
	PRINT_FILE = 64, PRINT_SORT = 32, PRINT_PATH = 1280
};
#define PRINT_PARTS ".parts" /* in the run's folder, until it is done */
#define PRINT_BOUND PRINT_PARTS "/bound" /* files that are to be moved out */
#define PRINT_MOVED PRINT_PARTS "/moved" /* their names, before they are */

/* Which file a letter goes to, and where in it. */
struct print_item {
	char file[PRINT_FILE]; /* without its ending */
	char sort[PRINT_SORT]; /* postcode, and which address there */
	int64_t notice;
};

/* One notice, and all that its letter is made of. */
struct print_child {
	struct print_item at;
	struct cp_notice n;
	struct cp_record r;
	struct cp_document *doc;
	struct cp_buf text;     /* the document, as it is stored */
	struct cp_composed c;
	size_t letter;          /* of the part */
	int gone;               /* not to be in it */
	int alone;              /* in a letter of its own */
	char why[CP_NOTICE_WORD]; /* it is gone; "": it is owed no more */
	struct cp_err err;
};

struct print_letter {
	size_t lead;   /* child of which it is made */
	size_t n;      /* children in it */
	int first, pages; /* in the part, from 1; pages 0: it is not there */
	size_t at, len;   /* in the data, where it stands by itself */
	struct cp_composed *joined; /* of a household; owned, of a part */
};

struct print_part {
	char file[PRINT_FILE];
	int64_t number;
	struct print_child *child; /* `ready' of them are initialised */
	size_t n, ready, cap;
	struct print_letter *letter;
	size_t n_letters;
	struct cp_buf data;
	enum cp_rc rc;
	struct cp_err err;
};

/* What one thread sets with. */
struct print_bench {
	struct cp_press *press;
	char file[PRINT_FILE]; /* that the press is for */
	struct cp_blocks blocks;
	struct cp_buf date;    /* of the letters, in words */
};

struct print_work {
	struct cp_printing *p;
	struct cp_print_run run;
	int collected;
	int each;
	char own[CP_AUTHORITY_MAX]; /* the store's authority: not in names */
	int lock;                   /* of the folder's parts; -1 */
	struct cp_composing_facts facts;
	struct cp_matcher *matcher; /* for marks of addresses */
	struct print_bench bench;   /* of the owner */
	struct print_item *dry;     /* items of a dry run */
	size_t n_dry, cap_dry, dry_at;
	int64_t done, total;
};

/* ---- printing_child.c: one notice ------------------------------------------ */

void print_child_init(struct print_child *c);
void print_child_clear(struct print_child *c);
/* Loads notice C->at.notice with all that its letter is made of, and composes
 * it; `gone' where it is not owed (or ISSUED: not of this run), or cannot go,
 * and why. */
enum cp_rc print_child_load(struct print_work *w, struct print_child *c,
    int issued, struct cp_err *err) CP_MUST_CHECK;
/* The same, in the transaction that enters it: *SAME is 0 where its letter
 * would be another now. */
enum cp_rc print_child_again(struct print_work *w, struct print_child *c,
    int *same, struct cp_err *err) CP_MUST_CHECK;
/* Tells of one that is not printed, if it was given a reason. */
void print_trouble(struct print_work *w, const struct print_child *c);

/* ---- printing_part.c: some letters ----------------------------------------- */

enum cp_rc print_part_new(struct print_part **out, struct cp_err *err)
    CP_MUST_CHECK;
void print_part_free(struct print_part *p);
/* Appends a child; cleared, but for its place. */
enum cp_rc print_part_add(struct print_part *p, const struct print_item *at,
    struct cp_err *err) CP_MUST_CHECK;
/* Makes its letters of the children that are not gone, households as one. */
enum cp_rc print_part_compose(struct print_work *w, struct print_part *p,
    struct cp_err *err) CP_MUST_CHECK;
/* The letter K. */
const struct cp_composed *print_letter_of(const struct print_part *p,
    size_t k);
int print_part_empty(const struct print_part *p);
/* Whether a letter was not set whose children may be by themselves: it is to be
 * composed and set again. */
int print_any_unset(const struct print_part *p);
/* Its file, or none where it is empty. */
enum cp_rc print_part_write(const struct print_work *w,
    const struct print_part *p, struct cp_err *err) CP_MUST_CHECK;
struct print_kept { /* of a part that is on the disk */
	int64_t *notice;
	struct print_letter *of; /* its letter; n_notices of them */
	size_t n_notices, cap;
	size_t n_letters;
	char authority[CP_AUTHORITY_MAX];
	struct cp_buf file;  /* all of it */
	size_t data;         /* where its data begins */
};
void print_kept_clear(struct print_kept *k);
/* What OUT held is replaced. */
enum cp_rc print_part_read(const struct print_work *w, const char *file,
    int64_t number, struct print_kept *out, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- printing_press.c: pages ----------------------------------------------- */

void print_bench_init(struct print_bench *b);
void print_bench_clear(struct print_bench *b);
/* Sets the letters of P: rc and err in it; a letter that cannot be set has no
 * pages, and its children why.  In any thread. */
void print_set(const struct print_work *w, struct print_bench *b,
    struct print_part *p);
struct cp_pool_work print_set_work(struct print_work *w);

/* ---- the run --------------------------------------------------------------- */

/* printing_asked.c: what was asked for, as JSON in the run's row, and back. */
struct print_asked {
	char **ids;
	size_t n_ids;
	struct cp_notice_query query;
	char kind[24];
	int each;
};
enum cp_rc print_asked_put(const struct cp_printing *p, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc print_asked_get(const char *text, struct print_asked *out,
    struct cp_err *err) CP_MUST_CHECK;
void print_asked_clear(struct print_asked *a);

/* printing_collect.c: which notices, into the run's items. */
enum cp_rc print_collect(struct print_work *w, const struct print_asked *a,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_NOT_FOUND, CP_REFUSED, CP_DENIED: of one that is named nothing is owed. */
enum cp_rc print_need_ids(struct print_work *w, const struct print_asked *a,
    struct cp_err *err) CP_MUST_CHECK;
/* Those that could not be printed, once more, of a run that goes on. */
enum cp_rc print_problems(struct print_work *w, const struct print_asked *a,
    struct cp_err *err) CP_MUST_CHECK;
/* printing_line.c: sets and enters all items without a part. */
enum cp_rc print_line(struct print_work *w, struct cp_err *err) CP_MUST_CHECK;
/* printing_enter.c: enters P, which is set; sets it again where that is
 * needed. */
enum cp_rc print_enter(struct print_work *w, struct print_part *p,
    struct cp_err *err) CP_MUST_CHECK;
/* Marks one that is gone: its problem, its item; in a transaction. */
enum cp_rc print_drop(struct print_work *w, const struct print_child *c,
    struct cp_err *err) CP_MUST_CHECK;
/* printing_left.c: letters that may not go any more since they were entered
 * are taken out of part NUMBER of FILE; K is what is on the disk then. */
enum cp_rc print_leave_out(struct print_work *w, const char *file,
    int64_t number, struct print_kept *k, struct cp_err *err) CP_MUST_CHECK;
/* The same for parts of which no row is left. */
enum cp_rc print_leave_lost(struct print_work *w, struct cp_err *err)
    CP_MUST_CHECK;
/* *ANY: there is such a letter in the run. */
enum cp_rc print_any_doubt(struct print_work *w, int64_t bound, int *any,
    struct cp_err *err) CP_MUST_CHECK;
/* printing_bind.c: the files and their manifest, and the end of the run. */
enum cp_rc print_bind(struct print_work *w, struct cp_err *err)
    CP_MUST_CHECK;
/* printing_runs.c */
enum cp_rc print_run_get(struct cp_store *s, int64_t n,
    struct cp_print_run *out, struct cp_buf *asked, int *collected,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_DENIED: the operator does not act for all of whom it has letters. */
enum cp_rc print_need_reach(struct cp_store *s, const struct cp_print_run *r,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc print_log(const struct cp_change *c, const char *action,
    const struct cp_print_run *r, struct cp_err *err) CP_MUST_CHECK;
/* Notice N, issued by RUN, is not on paper: it is owed as it was, if it is
 * still; in a transaction. */
enum cp_rc print_unissue(const struct cp_change *c, int64_t run, int64_t n,
    struct cp_err *err) CP_MUST_CHECK;
/* Removes from FOLDER what a run had moved there that was stopped before its
 * end was entered: its letters are not to be sent. */
enum cp_rc print_take_back(const char *folder, struct cp_err *err)
    CP_MUST_CHECK;
/* Removes NAME in FOLDER with all that is in it; none there is fine. */
enum cp_rc print_remove(const char *folder, const char *name,
    struct cp_err *err) CP_MUST_CHECK;

#endif
