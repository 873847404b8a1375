#include <string.h>

#include "lifecycle/rules/policy_check.h"

/* More digits than this may overflow the parser's int without a word. */
enum { DIGITS_MAX = 9 };

struct scan {
	const char *at;
	const char *end;
	unsigned line;
	int safe; /* for the parser */
	struct cp_policy_report *report;
};

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == '*' || c == '-' || is_digit(c);
}

static void
scan_string(struct scan *s)
{
	unsigned from = s->line;

	for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
		if (*s->at == '\n')
			s->line++;
		if (*s->at != '\\' || s->at + 1 == s->end)
			continue;
		s->at++;
		if (*s->at != '"' && *s->at != '\\')
			cp_policy_problem(s->report, s->line,
			    "a backslash may only stand before \" or \\");
		if (*s->at == '\n')
			s->line++;
	}
	if (s->at < s->end) {
		s->at++;
		return;
	}
	/* The parser would lose the memory that it read it into. */
	cp_policy_problem(s->report, from, "text in quotes that never ends");
	s->safe = 0;
}

static void
scan_number(struct scan *s)
{
	const char *from = s->at;
	size_t n;

	while (s->at < s->end && is_digit(*s->at))
		s->at++;
	n = (size_t)(s->at - from);
	if (n > DIGITS_MAX)
		cp_policy_problem(s->report, s->line, "the number %.*s%s is "
		    "too large", (int)(n > 20 ? 20 : n), from,
		    n > 20 ? "..." : "");
	else if (*from == '0' && (n > 1 ||
	    (s->at < s->end && (*s->at == 'x' || *s->at == 'X'))))
		cp_policy_problem(s->report, s->line, "a number must be "
		    "decimal, without leading zeros");
	while (s->at < s->end && is_name(*s->at))
		s->at++;
}

static void
scan_comment(struct scan *s, int block)
{
	for (; s->at < s->end; s->at++) {
		if (!block && *s->at == '\n')
			return;
		if (block && *s->at == '*' && s->at + 1 < s->end &&
		    s->at[1] == '/') {
			s->at += 2;
			return;
		}
		if (*s->at == '\n')
			s->line++;
	}
}

static void
scan_tokens(struct scan *s)
{
	while (s->at < s->end) {
		char c = *s->at;
		char next = '\0';

		if (s->at + 1 < s->end)
			next = s->at[1];
		if (c == '"') {
			scan_string(s);
		} else if (c == '#' || (c == '/' && next == '/')) {
			scan_comment(s, 0);
		} else if (c == '/' && next == '*') {
			s->at += 2;
			scan_comment(s, 1);
		} else if (is_digit(c)) {
			scan_number(s);
		} else if (is_name(c) && c != '-') {
			while (s->at < s->end && is_name(*s->at))
				s->at++;
		} else {
			if (c == '\n')
				s->line++;
			s->at++;
		}
	}
}

static unsigned
line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

int
cp_policy_scan(const char *text, size_t len, struct cp_policy_report *report)
{
	struct scan s = { text, text + len, 1, 1, report };
	const char *at = memchr(text, '\0', len);

	if (at != NULL) {
		cp_policy_problem(report, line_of(text, at),
		    "a NUL byte: this is not a text file");
		return 0;
	}
	/* Anywhere, even in a comment: the parser would open the file. */
	for (at = memmem(text, len, "@include", 8); at != NULL;
	    at = memmem(at + 8, (size_t)(text + len - at - 8), "@include",
	    8)) {
		cp_policy_problem(report, line_of(text, at),
		    "@include is refused: a policy is one file");
		s.safe = 0;
	}
	scan_tokens(&s);
	return s.safe;
}
