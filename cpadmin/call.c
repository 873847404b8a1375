#include "cpadmin/call.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>

const struct cp_shared_opt cp_shared_opts[] = {
	{ CP_TAKES_STORE, { "store", 0, CP_OPT_TEXT, "DIR",
	    "the store (else CPADMIN_STORE)" } },
	{ CP_TAKES_ON, { "on", 0, CP_OPT_TEXT, "DATE",
	    "act as if today were DATE" } },
	{ CP_TAKES_ON, { "as", 0, CP_OPT_TEXT, "OPERATOR",
	    "act as this operator; rehearsal stores only" } },
	{ CP_TAKES_REASON, { "reason", 0, CP_OPT_TEXT, "TEXT",
	    "why; kept in the log" } },
	{ CP_TAKES_DRY_RUN, { "dry-run", 0, CP_OPT_FLAG, NULL,
	    "say what would be done, change nothing" } },
	{ CP_TAKES_YES, { "yes", 0, CP_OPT_FLAG, NULL,
	    "do not ask for confirmation" } },
	{ CP_TAKES_PASSPHRASE, { "passphrase-file", 0, CP_OPT_TEXT, "FILE",
	    "passphrase from a file of mode 0600" } },
	{ CP_TAKES_COLUMNS, { "columns", 0, CP_OPT_TEXT, "NAME,...",
	    "the columns to show" } },
	{ 0, { "json", 0, CP_OPT_FLAG, NULL, "one JSON document on stdout" } },
	{ 0, { "quiet", 0, CP_OPT_FLAG, NULL, "no chat on stderr" } },
	{ 0, { "no-progress", 0, CP_OPT_FLAG, NULL, "no progress bar" } },
	{ 0, { "help", 'h', CP_OPT_FLAG, NULL, "this text" } },
	{ 0, { NULL, 0, CP_OPT_FLAG, NULL, NULL } },
};

enum { OPTIONS_MAX = 64 };

/* The options of one verb, side by side with popt's idea of them. */
struct table {
	const struct cp_opt *opt[OPTIONS_MAX];
	struct poptOption popt[OPTIONS_MAX + 1];
	int n;
};

static enum cp_rc
table_add(struct table *t, const struct cp_opt *opt, struct cp_err *err)
{
	struct poptOption *p = &t->popt[t->n];

	if (t->n == OPTIONS_MAX)
		return cp_fail(err, CP_FAILED, "too many options");
	p->longName = opt->name;
	p->shortName = opt->letter;
	p->argInfo = opt->kind == CP_OPT_FLAG ? POPT_ARG_NONE : POPT_ARG_STRING;
	p->val = t->n + 1;
	t->opt[t->n++] = opt;
	return CP_OK;
}

static enum cp_rc
table_fill(struct table *t, const struct cp_verb *verb, struct cp_err *err)
{
	const struct cp_shared_opt *s;
	const struct cp_opt *o;
	enum cp_rc rc = CP_OK;

	memset(t, 0, sizeof(*t));
	for (o = verb->options; o != NULL && o->name != NULL; o++)
		if (rc == CP_OK)
			rc = table_add(t, o, err);
	for (s = cp_shared_opts; s->opt.name != NULL; s++)
		if (rc == CP_OK && (s->takes == 0 || (s->takes & verb->takes)))
			rc = table_add(t, &s->opt, err);
	return rc;
}

/* ---- before popt: where the verb is --------------------------------------- */

static const struct cp_opt *
shared_of(const char *word, int *has_value)
{
	size_t len;
	int i;

	if (strcmp(word, "-h") == 0)
		word = "--help";
	if (strncmp(word, "--", 2) != 0)
		return NULL;
	len = strcspn(word + 2, "=");
	*has_value = word[2 + len] == '=';
	for (i = 0; cp_shared_opts[i].opt.name != NULL; i++)
		if (strlen(cp_shared_opts[i].opt.name) == len &&
		    strncmp(cp_shared_opts[i].opt.name, word + 2, len) == 0)
			return &cp_shared_opts[i].opt;
	return NULL;
}

int
cp_call_leading(int n, char *const *argv)
{
	const struct cp_opt *opt;
	int i = 0, has_value;

	while (i < n && (opt = shared_of(argv[i], &has_value)) != NULL) {
		if (opt->kind != CP_OPT_FLAG && !has_value)
			i++;
		i++;
	}
	return i < n ? i : n;
}

int
cp_call_has(int n, char *const *argv, const char *flag)
{
	int i;

	for (i = 0; i < n && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], flag) == 0)
			return 1;
	return 0;
}

static enum cp_rc
fail_verb(const struct cp_command *command, const char *word,
    struct cp_err *err)
{
	const struct cp_verb *v;
	const char *near;
	struct cp_buf list;
	size_t n = 0;

	cp_buf_init(&list);
	for (v = command->verbs; v->name != NULL; v++, n++)
		cp_buf_printf(&list, "%s%s", n > 0 ? ", " : "", v->name);
	if (word == NULL) {
		(void)cp_fail(err, CP_USAGE, "%s: a verb is missing",
		    command->name);
	} else {
		(void)cp_fail(err, CP_USAGE, "%s: no such verb: %.64s",
		    command->name, word);
	}
	near = word == NULL ? NULL : cp_help_near(word, command->verbs, n,
	    sizeof(*command->verbs));
	cp_err_hint(err, "%s%s%sverbs: %s", near != NULL ? "did you mean " : "",
	    near != NULL ? near : "", near != NULL ? "? " : "",
	    cp_buf_text(&list));
	cp_buf_clear(&list);
	return CP_USAGE;
}

/* Finds the verb; *AT is its place among ARGV, or -1 for a command without
 * verbs.  *VERB stays NULL where only help is wanted. */
static enum cp_rc
find_verb(const struct cp_command *command, int n, char *const *argv, int *at,
    const struct cp_verb **verb, struct cp_err *err)
{
	const struct cp_verb *v;
	int i;

	*at = -1;
	if (command->verbs[0].name[0] == '\0') {
		*verb = &command->verbs[0];
		return CP_OK;
	}
	i = cp_call_leading(n, argv);
	if (i == n)
		return cp_call_has(n, argv, "--help") ||
		    cp_call_has(n, argv, "-h") ? CP_OK :
		    fail_verb(command, NULL, err);
	for (v = command->verbs; v->name != NULL; v++) {
		if (strcmp(v->name, argv[i]) == 0) {
			*at = i;
			*verb = v;
			return CP_OK;
		}
	}
	return fail_verb(command, argv[i], err);
}

/* ---- popt ------------------------------------------------------------------ */

static enum cp_rc
give(struct cp_call *call, const struct cp_opt *opt, char *value,
    struct cp_err *err)
{
	struct cp_given *more;

	more = realloc(call->given,
	    ((size_t)call->n_given + 1) * sizeof(*more));
	if (more == NULL) {
		free(value);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	call->given = more;
	more[call->n_given].opt = opt;
	more[call->n_given].value = value;
	call->n_given++;
	return CP_OK;
}

/* BAD, an option as typed, was not understood; its value is not repeated,
 * since it may be somebody's name. */
static enum cp_rc
fail_option(const struct table *t, const char *bad, int code,
    struct cp_err *err)
{
	const char *near;

	if (bad == NULL) /* popt names it but for trouble of its own */
		return cp_fail(err, CP_FAILED, "options: %s",
		    poptStrerror(code));
	(void)cp_fail(err, CP_USAGE, "%.*s: %s", (int)strcspn(bad, "="), bad,
	    code == POPT_ERROR_BADOPT ? "no such option" :
	    code == POPT_ERROR_NOARG ? "needs a value" :
	    code == POPT_ERROR_UNWANTEDARG ? "takes no value" :
	    poptStrerror(code));
	near = strncmp(bad, "--", 2) != 0 || code != POPT_ERROR_BADOPT ? NULL :
	    cp_help_near(bad + 2, t->popt, (size_t)t->n, sizeof(t->popt[0]));
	if (near != NULL)
		cp_err_hint(err, "did you mean --%s?", near);
	return CP_USAGE;
}

static enum cp_rc
take_options(struct cp_call *call, const struct table *t, poptContext pc,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	int code;

	while (rc == CP_OK && (code = poptGetNextOpt(pc)) > 0)
		rc = give(call, t->opt[code - 1], poptGetOptArg(pc), err);
	if (rc == CP_OK && code < -1)
		rc = fail_option(t, poptBadOption(pc, 0), code, err);
	return rc;
}

static enum cp_rc
take_args(struct cp_call *call, poptContext pc, struct cp_err *err)
{
	const char **left = poptGetArgs(pc);
	int n = 0;

	while (left != NULL && left[n] != NULL)
		n++;
	call->args = calloc((size_t)n + 1, sizeof(*call->args));
	if (call->args == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (; call->n_args < n; call->n_args++) {
		call->args[call->n_args] = strdup(left[call->n_args]);
		if (call->args[call->n_args] == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
	}
	return CP_OK;
}

static enum cp_rc
check_args(const struct cp_call *call, struct cp_err *err)
{
	const struct cp_verb *v = call->verb;
	char word[64];

	if (call->n_args < v->min_args) {
		if (!cp_help_argument(v, call->n_args, word, sizeof(word)))
			return cp_fail(err, CP_USAGE, "too few arguments");
		return cp_fail(err, CP_USAGE, "%s is missing", word);
	}
	if (v->max_args >= 0 && call->n_args > v->max_args)
		return cp_fail(err, CP_USAGE, v->max_args == 0 ?
		    "takes no arguments" : "too many arguments: at most %d",
		    v->max_args);
	return CP_OK;
}

static enum cp_rc
parse_words(struct cp_call *call, int n, const char **words,
    struct cp_err *err)
{
	struct table t;
	poptContext pc;
	enum cp_rc rc;

	rc = table_fill(&t, call->verb, err);
	if (rc != CP_OK)
		return rc;
	pc = poptGetContext(NULL, n, words, t.popt, 0);
	if (pc == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = take_options(call, &t, pc, err);
	if (rc == CP_OK)
		rc = take_args(call, pc, err);
	(void)poptFreeContext(pc);
	if (rc == CP_OK && !cp_flag(call, "help"))
		rc = check_args(call, err);
	return rc;
}

enum cp_rc
cp_call_parse(const struct cp_command *command, int n, char *const *argv,
    struct cp_call *out, struct cp_err *err)
{
	const char **words;
	enum cp_rc rc;
	int at, i, used = 1;

	memset(out, 0, sizeof(*out));
	out->command = command;
	rc = find_verb(command, n, argv, &at, &out->verb, err);
	if (rc != CP_OK || out->verb == NULL)
		return rc;
	words = calloc((size_t)n + 2, sizeof(*words));
	if (words == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	words[0] = command->name;
	for (i = 0; i < n; i++)
		if (i != at)
			words[used++] = argv[i];
	rc = parse_words(out, used, words, err);
	free(words);
	return rc;
}

void
cp_call_clear(struct cp_call *call)
{
	int i;

	for (i = 0; i < call->n_given; i++)
		free(call->given[i].value);
	for (i = 0; i < call->n_args; i++)
		free(call->args[i]);
	free(call->given);
	free(call->args);
	memset(call, 0, sizeof(*call));
}
