#include <string.h>

#include "cpadmin/call.h"

enum { WIDTH = 79, NEAR_MAX = 32 };

/* ---- usage ------------------------------------------------------------------ */

/* Bytes up to the next place where a line may break: a space outside
 * brackets. */
static size_t
piece(const char *s)
{
	size_t i;
	int depth = 0;

	for (i = 0; s[i] != '\0' && (s[i] != ' ' || depth > 0); i++)
		depth += (s[i] == '[') - (s[i] == ']');
	return i;
}

/* An option and its value do not part. */
static size_t
piece_with_value(const char *s)
{
	size_t n = piece(s), more;

	if (s[0] != '-' || s[n] != ' ' || strchr("-[", s[n + 1]) != NULL)
		return n;
	more = piece(s + n + 1);
	return n + 1 + more;
}

static void
usage_line(const char *lead, const struct cp_command *command,
    const struct cp_verb *verb, struct cp_buf *out)
{
	size_t start = out->len, indent, line, n;
	const char *s = verb->synopsis != NULL ? verb->synopsis : "";

	cp_buf_printf(out, "%scpadmin %s%s%s", lead, command->name,
	    verb->name[0] != '\0' ? " " : "", verb->name);
	indent = out->len - start + 1;
	line = indent - 1;
	while (*s != '\0') {
		n = piece_with_value(s);
		if (line + 1 + n > WIDTH && line >= indent) {
			cp_buf_printf(out, "\n%*s", (int)indent - 1, "");
			line = indent - 1;
		}
		cp_buf_putc(out, ' ');
		cp_buf_put(out, s, n);
		line += 1 + n;
		s += n;
		while (*s == ' ')
			s++;
	}
	cp_buf_putc(out, '\n');
}

void
cp_help_usage(const struct cp_command *command, const struct cp_verb *verb,
    struct cp_buf *out)
{
	const struct cp_verb *v;
	const char *lead = "usage: ";

	if (verb != NULL) {
		usage_line(lead, command, verb, out);
		return;
	}
	for (v = command->verbs; v->name != NULL; v++) {
		usage_line(lead, command, v, out);
		lead = "       ";
	}
}

/* ---- options ---------------------------------------------------------------- */

static void
option_line(const struct cp_opt *o, struct cp_buf *out)
{
	size_t start = out->len, used;

	cp_buf_puts(out, "  ");
	if (o->letter != 0)
		cp_buf_printf(out, "-%c, ", o->letter);
	cp_buf_printf(out, "--%s%s%s", o->name,
	    o->kind != CP_OPT_FLAG ? " " : "",
	    o->kind != CP_OPT_FLAG ? o->value : "");
	used = out->len - start;
	if (used < 26)
		cp_buf_printf(out, "%*s", (int)(26 - used), "");
	cp_buf_printf(out, "  %s\n", o->help);
}

static void
own_options(const struct cp_verb *v, int named, struct cp_buf *out)
{
	const struct cp_opt *o = v->options;

	if (o == NULL || o->name == NULL)
		return;
	if (named)
		cp_buf_printf(out, "\nOptions of %s:\n", v->name);
	else
		cp_buf_puts(out, "\nOptions:\n");
	for (; o->name != NULL; o++)
		option_line(o, out);
}

void
cp_help_command(const struct cp_command *command, const struct cp_verb *verb,
    struct cp_buf *out)
{
	const struct cp_shared_opt *s;
	const struct cp_verb *v;
	unsigned takes = verb != NULL ? verb->takes : 0;
	int alone = command->verbs[0].name[0] == '\0';

	if (alone)
		verb = &command->verbs[0];
	cp_help_usage(command, verb, out);
	cp_buf_printf(out, "\n%s\n", verb != NULL && verb->summary != NULL ?
	    verb->summary : command->summary);
	if (verb != NULL) {
		takes = verb->takes;
		own_options(verb, 0, out);
	} else {
		cp_buf_puts(out, "\nVerbs:\n");
		for (v = command->verbs; v->name != NULL; v++) {
			cp_buf_printf(out, "  %-14s %s\n", v->name, v->summary);
			takes |= v->takes;
		}
		for (v = command->verbs; v->name != NULL; v++)
			own_options(v, 1, out);
	}
	cp_buf_puts(out, "\nShared options:\n");
	for (s = cp_shared_opts; s->opt.name != NULL; s++)
		if (s->takes == 0 || (s->takes & takes))
			option_line(&s->opt, out);
	cp_buf_printf(out, "\nMore: man cpadmin-%s\n", command->name);
}

void
cp_help_program(struct cp_buf *out)
{
	const struct cp_command_entry *e;

	cp_buf_puts(out, "usage: cpadmin COMMAND [VERB] [OPTIONS] [ARGS]\n"
	    "       cpadmin COMMAND --help\n"
	    "       cpadmin --version\n\nCommands:\n");
	for (e = cp_commands; e->name != NULL; e++) {
		if (e->command != NULL)
			cp_buf_printf(out, "  %-14s %s\n", e->name,
			    e->command->summary);
		else
			cp_buf_printf(out, "  %s\n", e->name);
	}
	cp_buf_puts(out, "\nMore: man cpadmin\n");
}

/* ---- words ------------------------------------------------------------------ */

static int
takes_value(const struct cp_verb *verb, const char *word, size_t len)
{
	const struct cp_shared_opt *s;
	const struct cp_opt *o;

	for (o = verb->options; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == len && memcmp(o->name, word, len) == 0)
			return o->kind != CP_OPT_FLAG;
	for (s = cp_shared_opts; s->opt.name != NULL; s++)
		if (strlen(s->opt.name) == len &&
		    memcmp(s->opt.name, word, len) == 0)
			return s->opt.kind != CP_OPT_FLAG;
	return 0;
}

int
cp_help_argument(const struct cp_verb *verb, int i, char *out, size_t cap)
{
	const char *s = verb->synopsis != NULL ? verb->synopsis : "";
	int value = 0;
	size_t n;

	for (; *s != '\0'; s += n + (s[n] == ' ')) {
		n = piece(s);
		if (value || s[0] == '[') {
			value = 0;
		} else if (n > 2 && strncmp(s, "--", 2) == 0) {
			value = takes_value(verb, s + 2, n - 2);
		} else if (n > 0 && i-- == 0) {
			while (n > 3 && s[n - 1] == '.')
				n--;
			if (n >= cap)
				n = cap - 1;
			memcpy(out, s, n);
			out[n] = '\0';
			return 1;
		}
	}
	return 0;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance; both at most NEAR_MAX long. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NEAR_MAX + 1], la = strlen(a), lb = strlen(b), i, j, last,
	    old;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		last = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			old = row[j];
			row[j] = least(least(row[j], row[j - 1]) + 1,
			    last + (a[i - 1] != b[j - 1]));
			last = old;
		}
	}
	return row[lb];
}

const char *
cp_help_near(const char *typed, const void *words, size_t n, size_t size)
{
	const char *best = NULL, *word;
	size_t best_at = 3, d, i, len = strlen(typed);

	if (len > NEAR_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		memcpy(&word, (const char *)words + i * size, sizeof(word));
		if (word == NULL || strlen(word) > NEAR_MAX)
			continue;
		d = distance(typed, word);
		if (len >= 3 && strncmp(word, typed, len) == 0)
			d = 1;
		if (d < best_at && d < len && d < strlen(word)) {
			best_at = d;
			best = word;
		}
	}
	return best;
}
