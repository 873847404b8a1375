#ifndef CP_ARCHIVE_ERR_H
#define CP_ARCHIVE_ERR_H

/*
 * Errors are values.  Every fallible function returns an enum cp_rc, which is
 * also the exit status of the programs (cpadmin(8), EXIT STATUS), and takes a
 * struct cp_err as its last argument.  Whoever detects an error sets it once;
 * callers on the way up add context.  Texts never hold personal data or keys.
 */

enum cp_rc {
	CP_OK = 0,        /* done */
	CP_FAILED = 1,    /* failed: I/O, memory, a library */
	CP_USAGE = 2,     /* wrong use of a command */
	CP_PARTIAL = 3,   /* done in part; the report says what was not */
	CP_NOT_FOUND = 4, /* no such thing */
	CP_REFUSED = 5,   /* refused by a rule: hold, guard, approval, state */
	CP_BUSY = 6,      /* another program holds it; try again */
	CP_KEY = 7,       /* key or passphrase wrong or missing */
	CP_CORRUPT = 8,   /* corrupt or tampered with */
	CP_DENIED = 9,    /* not permitted to this operator or store */
	CP_BAD_INPUT = 10 /* the input data is bad */
};

struct cp_err {
	enum cp_rc code;
	char what[1024]; /* what went wrong, outermost context first */
	char hint[512];  /* the way out, or empty */
};

#define CP_MUST_CHECK __attribute__((warn_unused_result))
#define CP_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Makes ERR the empty error; a struct cp_err starts with this or with = {0}. */
void cp_err_clear(struct cp_err *err);

/* Sets ERR to RC and a text, cutting it at a character boundary if too long,
 * and returns RC, so that a detector can `return cp_fail(err, ...)'. */
enum cp_rc cp_fail(struct cp_err *err, enum cp_rc rc, const char *fmt, ...)
    CP_PRINTF(3, 4);

/* The same, with ": " and the text of errno (as it was on entry) appended.
 * ENOSPC, EDQUOT and EIO get their own hint. */
enum cp_rc cp_fail_errno(struct cp_err *err, enum cp_rc rc, const char *fmt,
    ...) CP_PRINTF(3, 4);

/* Puts "TEXT: " before what ERR already says; keeps its code. */
void cp_err_context(struct cp_err *err, const char *fmt, ...) CP_PRINTF(2, 3);

/* Says the way out; replaces an earlier hint. */
void cp_err_hint(struct cp_err *err, const char *fmt, ...) CP_PRINTF(2, 3);

/* The word for a code ("refused"), a constant string; "unknown" otherwise. */
const char *cp_rc_word(enum cp_rc rc);

#endif
