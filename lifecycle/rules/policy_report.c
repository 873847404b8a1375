#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/policy_check.h"

void
cp_policy_report_init(struct cp_policy_report *report)
{
	memset(report, 0, sizeof(*report));
}

void
cp_policy_report_clear(struct cp_policy_report *report)
{
	free(report->file);
	free(report->problems);
	cp_policy_report_init(report);
}

void
cp_policy_problem(struct cp_policy_report *report, unsigned line,
    const char *fmt, ...)
{
	struct cp_policy_problem *p;
	size_t cap;
	va_list ap;

	if (report->n == report->cap) {
		cap = report->cap == 0 ? 8 : report->cap * 2;
		p = reallocarray(report->problems, cap, sizeof(*p));
		if (p == NULL) {
			report->failed = 1;
			return;
		}
		report->problems = p;
		report->cap = cap;
	}
	p = &report->problems[report->n++];
	p->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(p->what, sizeof(p->what), fmt, ap);
	va_end(ap);
}

/* By insertion: a report is short, nearly sorted, and must stay stable. */
void
cp_policy_report_sort(struct cp_policy_report *report)
{
	struct cp_policy_problem one;
	size_t i, j;

	for (i = 1; i < report->n; i++) {
		one = report->problems[i];
		for (j = i; j > 0 && report->problems[j - 1].line > one.line;
		    j--)
			report->problems[j] = report->problems[j - 1];
		report->problems[j] = one;
	}
}
