#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/call.h"
#include "cpadmin/harden.h"
#include "cpadmin/out.h"
#include "cpadmin/places.h"

static const char PROGRAM_OF_ALL[] = "cpadmin-print";

/* Executes NAME in the folder of this program, if it is there. */
static void
try_exec(const char *dir, const char *name, char **argv)
{
	char path[PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)execv(path, argv);
}

/* Runs the same words in PROGRAM, which has the command.  Returns only where
 * there is none. */
static enum cp_rc
exec_program(const char *program, char **argv, struct cp_err *err)
{
	char dir[PATH_MAX], installed[64];
	enum cp_rc rc = cp_place_program(dir, sizeof(dir), err);

	if (rc != CP_OK)
		return rc;
	try_exec(dir, program, argv);
	if (errno == ENOENT) {
		(void)snprintf(installed, sizeof(installed),
		    "../libexec/cpadmin/%s", program);
		try_exec(dir, installed, argv);
	}
	(void)cp_fail_errno(err, CP_FAILED, "cannot run %s", program);
	cp_err_hint(err, "it belongs beside cpadmin, or in "
	    "../libexec/cpadmin; install again");
	return CP_FAILED;
}

/* ---- which command ----------------------------------------------------------- */

static const struct cp_command_entry *
find_command(const char *name)
{
	const struct cp_command_entry *e;

	for (e = cp_commands; e->name != NULL; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static enum cp_rc
fail_command(const char *name, struct cp_err *err)
{
	const struct cp_command_entry *e;
	const char *near;
	size_t n = 0;

	for (e = cp_commands; e->name != NULL; e++)
		n++;
	near = cp_help_near(name, cp_commands, n, sizeof(cp_commands[0]));
	(void)cp_fail(err, CP_USAGE, "no such command: %.64s", name);
	if (near != NULL)
		cp_err_hint(err, "did you mean %s?", near);
	else
		cp_err_hint(err, "cpadmin --help lists the commands");
	return CP_USAGE;
}

/* ---- help --------------------------------------------------------------------- */

static enum cp_rc
print(struct cp_buf *b, struct cp_err *err)
{
	enum cp_rc rc = cp_buf_check(b, err);

	if (rc == CP_OK && fwrite(cp_buf_text(b), 1, b->len, stdout) != b->len)
		rc = cp_fail_errno(err, CP_FAILED, "cannot write the result");
	cp_buf_clear(b);
	return rc;
}

/* Only the program that has them all knows what each does in one line. */
static enum cp_rc
help_program(char **argv, struct cp_err *err)
{
	const struct cp_command_entry *e;
	struct cp_buf b;

	for (e = cp_commands; e->name != NULL; e++) {
		if (e->command == NULL) {
			if (exec_program(PROGRAM_OF_ALL, argv, err) != CP_OK)
				cp_err_clear(err);
			break;
		}
	}
	cp_buf_init(&b);
	cp_help_program(&b);
	return print(&b, err);
}

/* `help COMMAND [VERB]' says what `COMMAND [VERB] --help' says. */
static enum cp_rc
help_command(int n, char **words, char **argv, struct cp_err *err)
{
	const struct cp_command_entry *e = find_command(words[0]);
	const struct cp_verb *verb = NULL, *v;
	struct cp_buf b;

	if (e == NULL)
		return fail_command(words[0], err);
	if (e->command == NULL)
		return exec_program(e->program, argv, err);
	for (v = e->command->verbs; n > 1 && v->name != NULL; v++)
		if (strcmp(v->name, words[1]) == 0)
			verb = v;
	cp_buf_init(&b);
	cp_help_command(e->command, verb, &b);
	return print(&b, err);
}

/* ---- running ------------------------------------------------------------------ */

/* Wrong use: what is wrong goes to ERR; how it is right, for people, to
 * stderr after it. */
struct usage {
	const struct cp_command *command;
	const struct cp_verb *verb;
};

static enum cp_rc
run_command(const struct cp_command *command, int n, char **words,
    char **argv, struct usage *usage, struct cp_err *err)
{
	struct cp_call call;
	struct cp_buf b;
	enum cp_rc rc;

	rc = cp_call_parse(command, n, words, &call, err);
	usage->command = command;
	usage->verb = call.verb;
	if (rc == CP_OK && (call.verb == NULL || cp_flag(&call, "help"))) {
		cp_buf_init(&b);
		cp_help_command(command, call.verb, &b);
		rc = print(&b, err);
	} else if (rc == CP_OK && call.verb->run == NULL) {
		rc = exec_program(PROGRAM_OF_ALL, argv, err);
	} else if (rc == CP_OK) {
		rc = call.verb->run(&call, err);
	}
	cp_call_clear(&call);
	return rc;
}

/* The command's name may be the program's: cpadmin-NAME. */
static const char *
name_of_program(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	const char *base = slash != NULL ? slash + 1 : argv0;

	if (strncmp(base, "cpadmin-", 8) != 0 || strcmp(base + 8, "full") == 0 ||
	    strcmp(base, PROGRAM_OF_ALL) == 0)
		return NULL;
	return base + 8;
}

/* Moves the word at AT to the front of WORDS, so that shared options before
 * the command follow it. */
static void
to_front(char **words, int at)
{
	char *word = words[at];

	memmove(words + 1, words, (size_t)at * sizeof(*words));
	words[0] = word;
}

static enum cp_rc
dispatch(int argc, char **argv, struct usage *usage, struct cp_err *err)
{
	const char *name = argc > 0 ? name_of_program(argv[0]) : NULL;
	const struct cp_command_entry *e;
	char **words;
	int n = argc > 1 ? argc - 1 : 0, at, named = name != NULL;
	enum cp_rc rc;

	words = calloc((size_t)n + 1, sizeof(*words));
	if (words == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (n > 0)
		memcpy(words, argv + 1, (size_t)n * sizeof(*words));
	at = named ? n : cp_call_leading(n, words);
	if (!named && at < n) {
		to_front(words, at);
		name = words[0];
	}
	if (name == NULL && (cp_call_has(n, words, "--help") ||
	    cp_call_has(n, words, "-h"))) {
		rc = help_program(argv, err);
	} else if (name == NULL) {
		rc = cp_fail(err, CP_USAGE, "a command is missing");
		cp_err_hint(err, "cpadmin --help lists the commands");
	} else if (!named && strcmp(name, "--version") == 0) {
		rc = printf("cpadmin %s\n", CP_VERSION) < 0 ?
		    cp_fail_errno(err, CP_FAILED, "cannot write the result") :
		    CP_OK;
	} else if (!named && strcmp(name, "help") == 0) {
		rc = n > 1 ? help_command(n - 1, words + 1, argv, err) :
		    help_program(argv, err);
	} else if ((e = find_command(name)) == NULL) {
		rc = name[0] == '-' ? cp_fail(err, CP_USAGE,
		    "%.64s: no such option", name) : fail_command(name, err);
	} else if (e->command == NULL) {
		rc = exec_program(e->program, argv, err);
	} else {
		rc = run_command(e->command, n - !named, words + !named,
		    argv, usage, err);
	}
	free(words);
	return rc;
}

/* A reader that went away wants no explanation. */
static int
nobody_reads(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	return ferror(stdout) && poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

static void
report(int json, const struct usage *usage, const struct cp_err *err)
{
	struct cp_buf b;

	cp_out_error(json, err);
	if (json || err->code != CP_USAGE || usage->command == NULL)
		return;
	cp_buf_init(&b);
	cp_help_usage(usage->command, usage->verb, &b);
	(void)fputs(cp_buf_text(&b), stderr);
	cp_buf_clear(&b);
}

int
main(int argc, char **argv)
{
	struct usage usage = { NULL, NULL };
	struct cp_err err = { 0 }, late = { 0 };
	enum cp_rc rc;
	int json = argc > 1 && cp_call_has(argc - 1, argv + 1, "--json");

	rc = cp_harden(&err);
	if (rc == CP_OK)
		rc = dispatch(argc, argv, &usage, &err);
	if (fflush(stdout) != 0 && rc == CP_OK)
		rc = cp_fail_errno(&late, CP_FAILED, "cannot write the result");
	if (late.code != CP_OK)
		err = late;
	if (rc != CP_OK && !nobody_reads())
		report(json, &usage, &err);
	return (int)rc;
}
