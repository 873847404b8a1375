#include "cpadmin/shield_check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "lifecycle/store/json_put.h"

/* The first part of `shield check': no command shows in any way what is hidden
 * in a scratch store. */

enum { FOUND_MAX = 200, VALUE = 4096 };

enum format { AS_TEXT, AS_JSON, AS_ALL_COLUMNS, AS_DRY_RUN, AS_WRONG_OPTION,
	AS_TOO_FEW };
static const char *const format_words[] = { "text", "--json", "all columns",
	"--dry-run", "a wrong option", "a word missing" };

static const char *const roles[] = { "team", "dpo", "custodian", "approver",
	"auditor", "scheduler", "admin" };
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

/* ---- findings -------------------------------------------------------------- */

void
check_note(struct check *c, const char *where, const char *role,
    const char *how, const char *what)
{
	if (c->found++ >= FOUND_MAX)
		return;
	cp_json_open(&c->json, '{');
	cp_json_put_member(&c->json, "where", where);
	cp_json_put_member(&c->json, "role", role);
	cp_json_put_member(&c->json, "how", how);
	cp_json_put_member(&c->json, "what", what);
	cp_json_close(&c->json, '}');
	cp_say(c->call, "%s%s%s%s%s: %s", where, role != NULL ? " as " : "",
	    role != NULL ? role : "", how != NULL ? ", " : "",
	    how != NULL ? how : "", what);
}

static void
note_verb(struct check *c, const struct check_verb *v, const char *how,
    const char *what)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "%s%s%s", v->command,
	    v->verb[0] != '\0' ? " " : "", v->verb);
	check_note(c, name, v->as ? roles[c->role] : NULL, how, what);
}

/* ---- which verbs there are ------------------------------------------------- */

static enum cp_rc
help_of(struct check *c, const char *command, const char *verb,
    struct cp_buf *out, struct cp_err *err)
{
	const char *words[3] = { command };
	struct check_result r;
	size_t n = 1;
	enum cp_rc rc;

	if (verb[0] != '\0')
		words[n++] = verb;
	words[n++] = "--help";
	rc = check_run(&c->world, words, n, &r, err);
	if (rc == CP_OK && r.status != 0)
		rc = cp_fail(err, CP_FAILED, "cpadmin %s %s --help fails",
		    command, verb);
	if (rc == CP_OK)
		cp_buf_put(out, r.child.text[CP_CHILD_OUT].data,
		    r.child.text[CP_CHILD_OUT].len);
	check_result_clear(&r);
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

static enum cp_rc
add_verb(struct check *c, const char *command, const char *verb,
    struct cp_err *err)
{
	struct cp_buf help;
	struct check_verb *v;
	enum cp_rc rc;

	if (c->n_verbs == c->cap) {
		size_t cap = c->cap == 0 ? 64 : 2 * c->cap;

		v = reallocarray(c->verbs, cap, sizeof(*v));
		if (v == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		c->verbs = v;
		c->cap = cap;
	}
	v = &c->verbs[c->n_verbs];
	memset(v, 0, sizeof(*v));
	(void)snprintf(v->command, sizeof(v->command), "%s", command);
	(void)snprintf(v->verb, sizeof(v->verb), "%s", verb);
	cp_buf_init(&help);
	rc = help_of(c, command, verb, &help, err);
	if (rc == CP_OK) {
		check_verb_read(v, cp_buf_text(&help));
		c->n_verbs++;
	}
	cp_buf_clear(&help);
	return rc;
}

static enum cp_rc
add_command(struct check *c, const char *command, struct cp_err *err)
{
	struct cp_buf help;
	const char *at;
	char verb[32];
	size_t had = c->n_verbs;
	enum cp_rc rc;

	cp_buf_init(&help);
	rc = help_of(c, command, "", &help, err);
	at = cp_buf_text(&help);
	while (rc == CP_OK && check_verb_next(&at, verb, sizeof(verb)))
		rc = add_verb(c, command, verb, err);
	if (rc == CP_OK && c->n_verbs == had)
		rc = add_verb(c, command, "", err);
	cp_buf_clear(&help);
	return rc;
}

/* ---- one call -------------------------------------------------------------- */

struct words {
	char word[CHECK_WORDS + 20][VALUE];
	const char *at[CHECK_WORDS + 20];
	size_t n;
};

static void
add(struct words *x, const char *word)
{
	if (x->n == CHECK_WORDS + 20)
		return;
	(void)snprintf(x->word[x->n], VALUE, "%s", word);
	x->at[x->n] = x->word[x->n];
	x->n++;
}

static int
is_placeholder(const char *word)
{
	for (; *word != '\0'; word++)
		if (isupper((unsigned char)*word))
			return word[0] != '-';
	return 0;
}

static int
says(const struct check_variant *v, const char *option)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->word[i], option) == 0)
			return 1;
	return 0;
}

/* The words of a call; 0: nobody knows what to give for one of them, which is
 * noted. */
static int
fill(struct check *c, const struct check_verb *v,
    const struct check_variant *variant, struct words *x)
{
	char value[VALUE], what[200];
	const char *option = "";

	x->n = 0;
	add(x, v->command);
	if (v->verb[0] != '\0')
		add(x, v->verb);
	for (size_t i = 0; i < variant->n; i++) {
		const char *word = variant->word[i];

		if (!is_placeholder(word)) {
			add(x, word);
			option = word[0] == '-' ? word : "";
			continue;
		}
		if (!check_value(&c->world, v, option, word, value,
		    sizeof(value))) {
			(void)snprintf(what, sizeof(what), "nobody knows what "
			    "to give for %s%s%s", option, option[0] != '\0' ?
			    " " : "", word);
			note_verb(c, v, NULL, what);
			return 0;
		}
		add(x, value);
		option = "";
	}
	if (v->as && !says(variant, "--as")) {
		add(x, "--as");
		(void)snprintf(value, sizeof(value), "check-%s",
		    roles[c->role]);
		add(x, value);
	}
	if (v->yes && !says(variant, "--yes"))
		add(x, "--yes");
	return 1;
}

/* The number of a request for access that was opened. */
static void
learn_request(struct check_world *w, const struct check_result *r)
{
	const char *id = strstr(cp_buf_text(&r->child.text[CP_CHILD_OUT]),
	    "SAR-");

	if (id != NULL)
		(void)snprintf(w->request, sizeof(w->request), "%.*s",
		    (int)(4 + strspn(id + 4, "0123456789")), id);
}

static void
judge(struct check *c, struct check_verb *v, const char *how,
    const struct check_result *r)
{
	char what[64];

	if (r->status == CP_OK || r->status == CP_PARTIAL) {
		c->done++;
		v->done = 1;
		if (strcmp(v->command, "sar") == 0 && strcmp(v->verb,
		    "open") == 0)
			learn_request(&c->world, r);
	}
	for (int i = 0; i < CP_CHILD_PIPES; i++)
		if (check_find(r->child.text[i].data, r->child.text[i].len,
		    what) != NULL)
			note_verb(c, v, how, what);
	if (WIFSIGNALED(r->child.status))
		note_verb(c, v, how, "ended by a signal");
	else if (r->status > CP_BAD_INPUT)
		note_verb(c, v, how, "ended with a status that is not one");
}

/* "columns: a, b" of the hint, as --columns takes it. */
static void
columns_of(const struct check_result *r, char *out, size_t cap)
{
	const char *s = strstr(cp_buf_text(&r->child.text[CP_CHILD_ERR]),
	    "columns: ");
	size_t n = 0;

	for (s = s != NULL ? strstr(s + 9, "columns: ") : NULL; s != NULL &&
	    s[9] != '\n' && s[9] != '\0' && n + 1 < cap; s++)
		if (s[9] != ' ')
			out[n++] = s[9];
	out[n] = '\0';
}

static enum cp_rc
call_once(struct check *c, struct check_verb *v, struct words *x,
    enum format how, int *status, char *columns, struct cp_err *err)
{
	struct check_result r;
	size_t n = x->n;
	enum cp_rc rc;

	if (how == AS_JSON)
		add(x, "--json");
	else if (how == AS_DRY_RUN)
		add(x, "--dry-run");
	else if (how == AS_WRONG_OPTION)
		add(x, "--no-such-option");
	else if (how == AS_TOO_FEW && x->n > 2)
		x->n -= 1 + 2 * (size_t)v->as;
	if (how == AS_ALL_COLUMNS) {
		add(x, "--columns");
		add(x, columns[0] != '\0' ? columns : "nothing");
	}
	rc = check_run(&c->world, x->at, x->n, &r, err);
	if (rc == CP_OK) {
		judge(c, v, format_words[how], &r);
		*status = r.status;
		if (how == AS_ALL_COLUMNS && columns[0] == '\0')
			columns_of(&r, columns, 1000);
	}
	check_result_clear(&r);
	x->n = n;
	return rc;
}

/* ---- one verb -------------------------------------------------------------- */

static int
goes(const struct check *c, const struct check_verb *v, enum format how)
{
	switch (how) {
	case AS_JSON:
		return v->json;
	case AS_ALL_COLUMNS:
		return v->columns;
	case AS_DRY_RUN:
		return v->dry_run;
	case AS_WRONG_OPTION:
	case AS_TOO_FEW:
		return c->role == 0; /* found before anybody is looked up */
	default:
		return 1;
	}
}

/* What is required, in every way: each time of another record.  *DENIED: this
 * role may not at all. */
static enum cp_rc
call_plain(struct check *c, struct check_verb *v, struct words *x,
    int *denied, struct cp_err *err)
{
	char columns[1000] = "";
	int status = 0;
	enum cp_rc rc = CP_OK;

	*denied = 0;
	for (enum format how = AS_TEXT; rc == CP_OK && how <= AS_TOO_FEW;
	    how++) {
		if (!goes(c, v, how) || (how != AS_JSON && v->tried &&
		    v->json && cp_flag(c->call, "quick")) ||
		    !fill(c, v, &c->variants[0], x))
			continue;
		rc = call_once(c, v, x, how, &status, columns, err);
		if (rc == CP_OK && how == AS_ALL_COLUMNS && columns[0] != '\0')
			rc = call_once(c, v, x, how, &status, columns, err);
		*denied |= rc == CP_OK && how <= AS_JSON &&
		    status == CP_DENIED;
		if (*denied && (how == AS_JSON || c->role > 0))
			return rc;
	}
	return rc;
}

static enum cp_rc
call_verb(struct check *c, struct check_verb *v, struct cp_err *err)
{
	struct words *x;
	size_t n = check_variants(v->synopsis, c->variants);
	const char *only = cp_option(c->call, "command");
	char none[8] = "-";
	int denied = 0, status;
	enum cp_rc rc;

	if (only != NULL && strcmp(only, v->command) != 0)
		return CP_OK;
	/* This one would check for ever. */
	if (strcmp(v->command, "shield") == 0 && strcmp(v->verb, "check") == 0)
		return CP_OK;
	if (!v->as && c->role > 0)
		return CP_OK;
	x = calloc(1, sizeof(*x));
	if (x == NULL || n == 0) {
		free(x);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	rc = call_plain(c, v, x, &denied, err);
	if (rc != CP_OK || denied || (v->tried && cp_flag(c->call, "quick")))
		n = 0;
	v->tried |= !denied;
	v->denied = denied;
	v->met = 1;
	for (size_t i = 1; rc == CP_OK && i < n; i++)
		if (fill(c, v, &c->variants[i], x))
			rc = call_once(c, v, x, i % 2 == 1 ? AS_JSON : AS_TEXT,
			    &status, none, err);
	free(x);
	return rc;
}

/* ---- what no synopsis tells ------------------------------------------------ */

static struct check_verb *
verb_of(struct check *c, const char *line)
{
	char name[80];
	int n;

	for (size_t i = 0; i < c->n_verbs; i++) {
		struct check_verb *v = &c->verbs[i];

		n = snprintf(name, sizeof(name), "%s %s ", v->command,
		    v->verb);
		if (n > 0 && strncmp(line, name, (size_t)n - 1) == 0 &&
		    (line[n - 1] == ' ' || line[n - 1] == '\0'))
			return v;
	}
	return NULL;
}

static int
fill_line(struct check *c, const struct check_verb *v, const char *line,
    struct words *x)
{
	char word[200], value[VALUE];
	size_t n;

	for (x->n = 0; *line != '\0'; line += n + (line[n] == ' ')) {
		n = strcspn(line, " ");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, line);
		if (word[0] != '@')
			add(x, word);
		else if (check_word(&c->world, word, value, sizeof(value)))
			add(x, value);
		else
			return 0;
	}
	if (v->as) {
		add(x, "--as");
		(void)snprintf(value, sizeof(value), "check-%s",
		    roles[c->role]);
		add(x, value);
	}
	return 1;
}

static enum cp_rc
call_further(struct check *c, struct cp_err *err)
{
	const char *only = cp_option(c->call, "command"), *line;
	struct words *x = calloc(1, sizeof(*x));
	char none[8] = "-";
	int status;
	enum cp_rc rc = x == NULL ? cp_fail(err, CP_FAILED, "out of memory") :
	    CP_OK;

	for (size_t i = 0; rc == CP_OK && (line = check_further(i)) != NULL;
	    i++) {
		struct check_verb *v = verb_of(c, line);

		if (v == NULL)
			check_note(c, line, NULL, NULL, "there is no such verb");
		else if ((only == NULL || strcmp(only, v->command) == 0) &&
		    !(v->denied && cp_flag(c->call, "quick")) &&
		    fill_line(c, v, line, x))
			rc = call_once(c, v, x, i % 2 == 0 ? AS_JSON : AS_TEXT,
			    &status, none, err);
	}
	free(x);
	return rc;
}

/* ---- the scratch store ----------------------------------------------------- */

static enum cp_rc
search_files(struct check *c, struct cp_err *err)
{
	static const char *const below[] = { "store", "out", "tmp", "cwd" };
	char path[160], file[4096], what[64];
	int found = 0;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", c->world.base,
		    below[i]);
		rc = check_find_files(path, "keys", file, what, &found, err);
		if (rc == CP_OK && found)
			check_note(c, file + strlen(c->world.base) + 1,
			    roles[c->role], NULL, what);
	}
	return rc;
}

static enum cp_rc
sweep(struct check *c, struct cp_err *err)
{
	const struct cp_command_entry *e;
	enum cp_rc rc = CP_OK;

	for (e = cp_commands; rc == CP_OK && e->name != NULL; e++)
		rc = add_command(c, e->name, err);
	if (rc == CP_OK) /* nothing was shown yet: what import left */
		rc = search_files(c, err);
	cp_progress_init(&c->progress, c->call, "commands tried",
	    (int64_t)(c->n_verbs * ROLES));
	for (c->role = 0; rc == CP_OK && c->role < ROLES; c->role++) {
		for (size_t i = 0; rc == CP_OK && i < c->n_verbs; i++) {
			rc = call_verb(c, &c->verbs[i], err);
			cp_progress_at(&c->progress, (int64_t)(c->role *
			    c->n_verbs + i), (int64_t)(c->n_verbs * ROLES));
		}
		if (rc == CP_OK)
			rc = call_further(c, err);
		if (rc == CP_OK)
			rc = search_files(c, err);
	}
	cp_progress_end(&c->progress, (int64_t)(c->role * c->n_verbs));
	return rc;
}

enum cp_rc
check_scratch(struct check *c, struct cp_session *s, struct cp_err *err)
{
	enum cp_rc rc = check_world_make(&c->world, s, err);

	c->variants = calloc(CHECK_VARIANTS, sizeof(*c->variants));
	if (rc == CP_OK && c->variants == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = sweep(c, err);
	check_world_remove(&c->world);
	free(c->variants);
	return rc;
}
