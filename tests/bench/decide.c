#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lifecycle/rules/decide.h"
#include "tests/unit/count_alloc.h"

/*
 * Decisions per second on one core over the people of a directory in steady
 * state, and what they allocate.  In a thousand: 735 young, 5 dead, 10 left
 * England, 30 past the age limit with one to three consents, 220 archived.
 *
 *	decide POLICY	prints {"rate":...,"allocations":...,"decisions":...}
 */

enum { PEOPLE = 1 << 16, ROUNDS = 200 };

static struct cp_facts people[PEOPLE];
static struct cp_consent_fact consents[PEOPLE][3];
static struct cp_hold_fact hold = { "H-0001" };
static unsigned long long state = 7;

static unsigned
any(unsigned below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

static struct cp_date
day(int year, unsigned span)
{
	return cp_date_add_days(cp_date_make(year, 1, 1), (int32_t)any(span));
}

static void
born(struct cp_facts *f, int year, unsigned years)
{
	f->birth.year = (int16_t)(year + (int)any(years));
	f->birth.month = (int8_t)(1 + any(12));
	f->birth.day = (int8_t)(1 + any(28));
}

static void
extended(struct cp_facts *f, struct cp_consent_fact *c)
{
	born(f, 2002, 6);
	f->consents = c;
	f->n_consents = 1 + any(3);
	for (size_t i = 0; i < f->n_consents; i++) {
		c[i].id = "C-0001";
		c[i].ground = (enum cp_ground)any(3);
		c[i].by = (enum cp_by)any(3);
		c[i].given = day(2020, 2000);
		if (any(4) == 0)
			c[i].ended = cp_date_add_days(c[i].given, 400);
	}
}

static void
person(struct cp_facts *f, struct cp_consent_fact *c)
{
	unsigned k = any(1000);

	if (k < 220) {
		f->state = CP_STATE_ARCHIVED;
		f->archived_on = day(2021, 2000);
		f->destroy_due_fixed = cp_date_add_days(f->archived_on, 2192);
		f->holds = &hold;
		f->n_holds = k < 5;
		return;
	}
	if (k < 250) {
		extended(f, c);
		return;
	}
	born(f, 2009, 17);
	if (k < 255) {
		f->death_notified = day(2026, 300);
	} else if (k < 265) {
		f->left_on = day(2026, 300);
		f->left_intention = (enum cp_intention)(1 + any(3));
	}
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct cp_policy_report report;
	struct cp_policy *policy = NULL;
	struct cp_err err = { 0 };
	struct cp_decision d;
	unsigned long before, due = 0;
	double start, took;

	count_allocations();
	cp_policy_report_init(&report);
	if (argc != 2 || cp_policy_load_file(argv[1], &policy, &report,
	    &err) != CP_OK) {
		(void)fprintf(stderr, "decide POLICY: %s\n", err.what);
		return 1;
	}
	for (int i = 0; i < PEOPLE; i++)
		person(&people[i], consents[i]);
	before = allocations;
	start = seconds();
	for (int r = 0; r < ROUNDS; r++)
		for (int i = 0; i < PEOPLE; i++) {
			if (cp_decide(policy, &people[i],
			    cp_date_make(2026, 11, 21), &d, &err) != CP_OK)
				abort();
			due += (unsigned long)d.due_now;
		}
	took = seconds() - start;
	before = allocations - before;
	(void)printf("{\"rate\":%.0f,\"allocations\":%lu,\"decisions\":%d,"
	    "\"due\":%lu}\n", (double)PEOPLE * ROUNDS / took, before,
	    PEOPLE * ROUNDS, due);
	cp_policy_free(policy);
	cp_policy_report_clear(&report);
	return 0;
}
