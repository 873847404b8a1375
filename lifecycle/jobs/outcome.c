#include "lifecycle/jobs/outcome.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/json.h"

/* ---- words ------------------------------------------------------------------- */

/* Cuts at a character's boundary. */
static void
put_words(struct cp_job_run *run, const char *text)
{
	size_t n = strlen(text);

	if (n >= sizeof(run->what)) {
		n = sizeof(run->what) - 1;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(run->what, text, n);
	run->what[n] = '\0';
}

/* The last line of the error output is the error's document. */
static int
words_of_error(const struct cp_job_end *end, struct cp_job_run *run)
{
	struct cp_err ignored = { 0 };
	struct cp_json *doc = NULL;
	const char *what, *line = end->err;
	size_t len = end->err_len;

	while (len > 0 && line[len - 1] == '\n')
		len--;
	for (size_t i = len; i > 0; i--) {
		if (line[i - 1] == '\n') {
			line += i;
			len -= i;
			break;
		}
	}
	if (len == 0 || cp_json_parse(line, len, &doc, &ignored) != CP_OK)
		return 0;
	what = cp_json_text(cp_json_get(doc, "what"));
	if (what != NULL)
		put_words(run, what);
	cp_json_free(doc);
	return what != NULL;
}

/* "archived 3, volumes 1": whole numbers of the result, not its version. */
static void
words_of_result(const struct cp_job_end *end, struct cp_job_run *run)
{
	struct cp_err ignored = { 0 };
	struct cp_json *doc = NULL, *v;
	struct cp_buf b;
	const char *key;
	void *iter = NULL;
	int64_t n;

	if (end->out_len == 0 ||
	    cp_json_parse(end->out, end->out_len, &doc, &ignored) != CP_OK)
		return;
	cp_buf_init(&b);
	while ((v = cp_json_next(doc, &iter, &key)) != NULL) {
		if (!cp_json_int(v, &n) || n == 0 || strcmp(key, "v") == 0)
			continue;
		cp_buf_printf(&b, "%s%s %lld", b.len > 0 ? ", " : "", key,
		    (long long)n);
	}
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == '_')
			b.data[i] = ' ';
	put_words(run, cp_buf_text(&b));
	cp_buf_clear(&b);
	cp_json_free(doc);
}

void
cp_job_outcome(const struct cp_job_end *end, const struct cp_job *job,
    struct cp_job_run *run)
{
	run->what[0] = '\0';
	run->exit_code = end->exit_code;
	run->status = CP_JOB_FAILED;
	if (end->cannot_run) {
		run->exit_code = -1;
		put_words(run, "the program could not be started");
	} else if (end->exit_code == CP_OK || end->exit_code == CP_PARTIAL) {
		run->status = CP_JOB_DONE;
		if (end->exit_code == CP_OK || !words_of_error(end, run))
			words_of_result(end, run);
	} else if (end->stopped) {
		run->exit_code = -1;
		run->status = CP_JOB_INTERRUPTED;
		put_words(run, "the scheduler was stopped");
	} else if (end->timed_out) {
		run->exit_code = -1;
		(void)snprintf(run->what, sizeof(run->what),
		    "it was stopped after %ld seconds", (long)job->timeout);
	} else if (end->signal != 0) {
		run->exit_code = -1;
		(void)snprintf(run->what, sizeof(run->what),
		    "it was killed by signal %d", end->signal);
	} else if (!words_of_error(end, run)) {
		(void)snprintf(run->what, sizeof(run->what),
		    "it ended with status %d", end->exit_code);
	}
}

/* ---- the command --------------------------------------------------------------- */

/* Commands that ask before what cannot be undone. */
static int
asks(const struct cp_job *job)
{
	static const char run[] = "retention run";
	size_t n = sizeof(run) - 1;

	return strncmp(job->command, run, n) == 0 &&
	    (job->command[n] == '\0' || job->command[n] == ' ') &&
	    strstr(job->command, " --yes") == NULL &&
	    strstr(job->command, " --dry-run") == NULL;
}

static void
add(char *argv[CP_JOB_ARGV], int *n, const char *word)
{
	/* execv takes words that are not const, and changes none. */
	argv[(*n)++] = (char *)(uintptr_t)word;
}

void
cp_job_argv(const struct cp_job *job, const char *store, const char *on,
    const char *as, char *text, char *argv[CP_JOB_ARGV])
{
	int n = 0;
	char *word;

	(void)snprintf(text, CP_JOB_COMMAND, "%s", job->command);
	add(argv, &n, "cpadmin");
	for (word = text; word != NULL && word[0] != '\0';) {
		argv[n++] = word;
		word = strchr(word, ' ');
		if (word != NULL)
			*word++ = '\0';
	}
	add(argv, &n, "--store");
	add(argv, &n, store);
	if (on != NULL) {
		add(argv, &n, "--on");
		add(argv, &n, on);
	}
	if (as != NULL) {
		add(argv, &n, "--as");
		add(argv, &n, as);
	}
	add(argv, &n, "--quiet");
	add(argv, &n, "--json");
	if (asks(job))
		add(argv, &n, "--yes");
	argv[n] = NULL;
}
