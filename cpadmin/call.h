#ifndef CP_CPADMIN_CALL_H
#define CP_CPADMIN_CALL_H

#include <stdio.h>

#include "archive/buf.h"
#include "cpadmin/cmd.h"

/*
 * One call of a command: which verb, with which options and arguments.  The
 * options known are those of the verb's table and the shared ones it takes.
 */
struct cp_given {
	const struct cp_opt *opt;
	char *value; /* owned; NULL for a flag */
};

struct cp_call {
	const struct cp_command *command;
	const struct cp_verb *verb; /* NULL until one was found */
	struct cp_given *given;     /* in their order, owned */
	int n_given;
	char **args; /* owned */
	int n_args;
};

/* The options that several commands know, with the CP_TAKES_ bit that brings
 * each; 0 = all verbs take it.  Ends with a zeroed one. */
struct cp_shared_opt {
	unsigned takes;
	struct cp_opt opt;
};
extern const struct cp_shared_opt cp_shared_opts[];

/*
 * Parses ARGV, N words after the command's name, for COMMAND.  Options may
 * stand anywhere, also before the verb (shared ones only); `--' ends them.
 * Sets *OUT to zero-filled first and gives it the verb as soon as that is
 * known, also on failure, so that its usage can be shown; cp_call_clear frees
 * it.  CP_USAGE says what is wrong; with --help nothing is required.
 */
enum cp_rc cp_call_parse(const struct cp_command *command, int n,
    char *const *argv, struct cp_call *out, struct cp_err *err) CP_MUST_CHECK;
void cp_call_clear(struct cp_call *call);

/* How many words at the front of ARGV (N of them) are shared options with
 * their values: a command or verb may follow them. */
int cp_call_leading(int n, char *const *argv);
/* Whether FLAG (with its dashes) stands among ARGV before `--'. */
int cp_call_has(int n, char *const *argv, const char *flag);

/* ---- help.c -------------------------------------------------------------- */

/* "usage: cpadmin NAME VERB SYNOPSIS" for VERB or, if NULL, for every verb;
 * lines wrap at 79 columns. */
void cp_help_usage(const struct cp_command *command,
    const struct cp_verb *verb, struct cp_buf *out);
/* Usage, verbs and options of a command or of one verb. */
void cp_help_command(const struct cp_command *command,
    const struct cp_verb *verb, struct cp_buf *out);
/* The commands of the table, in order. */
void cp_help_program(struct cp_buf *out);
/* The I-th word of VERB's synopsis that stands for an argument, into OUT;
 * 0 when there is none. */
int cp_help_argument(const struct cp_verb *verb, int i, char *out, size_t cap);
/* Among the N words at WORD (each the first member of an item of SIZE bytes)
 * the one most like TYPED, or NULL when none is near. */
const char *cp_help_near(const char *typed, const void *words, size_t n,
    size_t size);

#endif
