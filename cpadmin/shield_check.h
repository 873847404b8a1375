#ifndef CP_CPADMIN_SHIELD_CHECK_H
#define CP_CPADMIN_SHIELD_CHECK_H

#include "cpadmin/child.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"

/*
 * Within shield_check*.c: every command is run on a scratch store whose
 * shielded records are full of canaries, words that stand nowhere else; what
 * comes out is searched for them (cpadmin-shield(8), `shield check').
 */

/* ---- shield_check_find.c: canaries ---- */

/* Which parts of a child are canaries: all, those that every shield hides, or
 * none. */
enum check_filling { CHECK_FULL, CHECK_USUAL, CHECK_OPEN };
/* Appends the record document of synthetic child N, born BORN. */
void check_child(struct cp_buf *out, int n, const char *born,
    const char *authority, enum check_filling filling);
/* What of a canary is in LEN bytes at DATA, and in which writing (plain,
 * JSON escapes, base64, hex), as "address, in base64"; NULL: nothing.  OUT
 * has 64 bytes. */
const char *check_find(const void *data, size_t len, char *out);
/* The same of every file under PATH but folders named SKIP; *FILE is named
 * from PATH on (4096 bytes). */
enum cp_rc check_find_files(const char *path, const char *skip, char *file,
    char *what, int *found, struct cp_err *err) CP_MUST_CHECK;

/* ---- shield_check_words.c: from a synopsis to calls ---- */

enum { CHECK_WORDS = 48, CHECK_WORD = 48, CHECK_VARIANTS = 64 };

/* A call in the synopsis' words: the first with what is required and no more,
 * then each alternative, each option, and all of them. */
struct check_variant {
	char word[CHECK_WORDS][CHECK_WORD];
	size_t n;
};
/* Those of SYNOPSIS into V, CHECK_VARIANTS of them at most. */
size_t check_variants(const char *synopsis, struct check_variant *v);

/* A verb, as its --help tells it. */
struct check_verb {
	char command[32], verb[32]; /* "" where the command has none */
	char synopsis[1536];
	int as, json, columns, dry_run, yes;
	int tried; /* with all its options, by some role */
	int met;   /* called at all */
	int done;  /* a call of it ended well */
	int denied; /* to the present role */
};
/* Takes it apart: the text of `COMMAND [VERB] --help'. */
void check_verb_read(struct check_verb *v, const char *help);
/* The verb that `COMMAND --help' lists at *AT, into NAME; 0 at the end. */
int check_verb_next(const char **at, char *name, size_t cap);

/* ---- shield_check_world.c: the scratch store ---- */

enum { CHECK_LIVE = 18, CHECK_OLD = 4, CHECK_REQUESTS = 10 };

struct check_world {
	char program[4096], base[64], store[96];
	char policy[4096];
	char authority[20];
	struct cp_date today;
	char package[2][40], batch[40], hold[40], volume[40], opening[40];
	char investigation[40], custody[40];
	char request[24]; /* for access: the one that was opened last */
	int turn; /* whose record is next */
	int asked; /* which request is */
	int outputs;
	int calls;
};

/* One run of cpadmin: what it wrote and how it ended. */
struct check_result {
	struct cp_child child;
	int status;
};
enum cp_rc check_run(struct check_world *w, const char *const *words,
    size_t n, struct check_result *r, struct cp_err *err) CP_MUST_CHECK;
void check_result_clear(struct check_result *r);

/* Makes the private folder and the store in it.  Removed by
 * check_world_remove, also after a failure. */
enum cp_rc check_world_make(struct check_world *w, struct cp_session *s,
    struct cp_err *err) CP_MUST_CHECK;
void check_world_remove(struct check_world *w);

/* ---- shield_check_values.c ---- */

/* What stands for WORD of V, of its option OPTION ("" for an argument), into
 * OUT; 0: nobody knows. */
int check_value(struct check_world *w, const struct check_verb *v,
    const char *option, const char *word, char *out, size_t cap);
/* Calls that no synopsis tells to make: the I-th, in words parted by single
 * spaces, of which check_word knows those that begin with an @; NULL. */
const char *check_further(size_t i);
int check_word(struct check_world *w, const char *word, char *out,
    size_t cap);

/* ---- shield_check_sweep.c ---- */

struct check {
	const struct cp_call *call;
	struct check_world world;
	struct check_verb *verbs; /* owned */
	size_t n_verbs, cap;
	struct check_variant *variants; /* owned, CHECK_VARIANTS */
	size_t role;
	int found;          /* how often */
	int done;           /* calls that ended well */
	struct cp_buf json; /* the findings, an open array */
	struct cp_progress progress;
	int64_t shielded;
};

/* Puts a finding on the list, and says it; ROLE and HOW may be NULL. */
void check_note(struct check *c, const char *where, const char *role,
    const char *how, const char *what);
/* Makes the scratch store, tries everything on it and removes it. */
enum cp_rc check_scratch(struct check *c, struct cp_session *s,
    struct cp_err *err) CP_MUST_CHECK;

#endif
