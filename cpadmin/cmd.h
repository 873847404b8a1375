#ifndef CP_CPADMIN_CMD_H
#define CP_CPADMIN_CMD_H

#include <stddef.h>

#include "archive/err.h"

/*
 * The contract of a command.  A command is one file, cmd_NAME.c, that defines
 * `const struct cp_command cp_command_NAME'; the build lists them.  Help, the
 * check of options and the man page's synopsis all come from these tables.
 *
 * A command whose code reaches libarchive says so by writing the word
 * CP_NEEDS_ARCHIVE in its source: it then runs in the program cpadmin-full.
 * Its own files, NAME_*.c, go with it; any other source of cpadmin/ that
 * reaches libarchive says the same.
 * A source that sets pages writes CP_NEEDS_PAGES and is in cpadmin-print only,
 * which has all of cpadmin-full besides.  The function of a verb in such a
 * source is declared with CP_SETS_PAGES: in the other programs it is NULL, and
 * main executes cpadmin-print for it.
 */
struct cp_call;
#define CP_SETS_PAGES __attribute__((weak))

enum cp_opt_kind { CP_OPT_FLAG, CP_OPT_TEXT, CP_OPT_LIST };

/* One option; a list ends with a zeroed one. */
struct cp_opt {
	const char *name; /* without dashes */
	char letter;      /* or 0 */
	enum cp_opt_kind kind;
	const char *value; /* what stands for the value in help, e.g. "DATE" */
	const char *help;
};

/* Options that several commands know; a verb says which it takes.  --json,
 * --quiet, --no-progress and --help are taken by all. */
enum {
	CP_TAKES_STORE = 1,       /* --store */
	CP_TAKES_ON = 2,          /* --on, --as */
	CP_TAKES_REASON = 4,      /* --reason */
	CP_TAKES_DRY_RUN = 8,     /* --dry-run */
	CP_TAKES_YES = 16,        /* --yes */
	CP_TAKES_PASSPHRASE = 32, /* --passphrase-file */
	CP_TAKES_COLUMNS = 64,    /* --columns */
	CP_TAKES_USUAL = 3        /* --store, --on, --as */
};

/* One verb; a list ends with a zeroed one.  A command without verbs has one
 * whose name is "". */
struct cp_verb {
	const char *name;
	const char *synopsis; /* what follows `cpadmin NAME VERB', one line */
	const char *summary;  /* one line, lower case, no full stop */
	const struct cp_opt *options; /* its own, or NULL */
	unsigned takes;
	int min_args;
	int max_args; /* -1 = any number */
	/* NULL: in another program (CP_SETS_PAGES) */
	enum cp_rc (*run)(struct cp_call *call, struct cp_err *err);
};

struct cp_command {
	const char *name;
	const char *summary;
	const struct cp_verb *verbs;
};

/* Of the generated table; command is NULL for one of another program. */
struct cp_command_entry {
	const char *name;
	const struct cp_command *command;
	const char *program; /* which; NULL = this one */
};
extern const struct cp_command_entry cp_commands[];

/* ---- what a running verb may ask ----------------------------------------- */

/* The arguments after options; NULL past the last. */
const char *cp_arg(const struct cp_call *call, int i);
int cp_arg_count(const struct cp_call *call);
/* The value of an option by its name, shared or own; NULL if not given. */
const char *cp_option(const struct cp_call *call, const char *name);
int cp_flag(const struct cp_call *call, const char *name);
/* The I-th value of a list option; NULL past the last. */
const char *cp_option_at(const struct cp_call *call, const char *name, int i);
/* CP_USAGE naming the option if it was not given. */
enum cp_rc cp_option_required(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err) CP_MUST_CHECK;
int cp_wants_json(const struct cp_call *call);
/* Whether progress may be shown, and chat. */
int cp_wants_progress(const struct cp_call *call);
int cp_wants_chat(const struct cp_call *call);

#endif
