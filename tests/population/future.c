#include "tests/population/pop.h"

#include <string.h>

struct consent {
	const char *by;
	int32_t given, withdrawn;	/* NEVER: not withdrawn */
};
struct event {
	int32_t on, date;		/* the day it is told; the day it was */
	const char *event, *key, *value;
};
enum { EVENTS = 64 };

/* Of a year's events, per million children. */
enum { DIE = 150, LEAVE = 1600, MOVE = 2500 };

static int32_t
horizon(const struct world *w, int years)
{
	return day_birthday(w->on, years);
}

static const char *
giver(enum ground ground, uint32_t pct)
{
	static const uint32_t self[] = { 0, 95, 90, 35 };
	static const uint32_t parent[] = { 0, 5, 0, 40 };

	if (pct < self[ground])
		return "self";
	return pct < self[ground] + parent[ground] ? "parent" :
	    "representative";
}

/*
 * One consent between 17½ and 18, perhaps a second: a parent's lapses at 18,
 * so that most are given again by the person or a representative.  Returns
 * how many; *UNTIL is the day on which the record will leave.
 */
static uint32_t
consents_plan(const struct child *c, struct rng *r, struct consent plan[2],
    int32_t *until)
{
	int32_t adult = day_birthday(c->birth, 18), limit;
	struct consent *last = &plan[0];

	*until = adult;
	if (c->ground == GROUND_NONE || rng_below(r, 100) >= 80)
		return 0;
	limit = day_birthday(c->birth, c->ground == CONNEXIONS ? 20 : 25);
	last->by = giver(c->ground, rng_below(r, 100));
	last->given = adult - 180 + (int32_t)rng_below(r, 150);
	last->withdrawn = NEVER;
	if (strcmp(last->by, "parent") == 0) {
		if (rng_below(r, 100) >= 60)
			return 1;
		last = &plan[1];
		last->by = c->ground == LEARNING ? "representative" : "self";
		last->given = adult - 1 - (int32_t)rng_below(r, 28);
		last->withdrawn = NEVER;
	}
	*until = limit;
	if (rng_below(r, 100) < 12) {
		last->withdrawn = last->given + 10 + (int32_t)rng_below(r,
		    (uint32_t)(limit - last->given - 10));
		*until = last->withdrawn > adult ? last->withdrawn : adult;
	}
	return (uint32_t)(last - plan) + 1;
}

static void
event_add(struct event *list, uint32_t *n, int32_t date, uint32_t late,
    const char *event, const char *key, const char *value)
{
	struct event *e = &list[*n];

	if (*n == EVENTS)
		return;
	e->date = date;
	e->on = date + (int32_t)late;
	e->event = event;
	e->key = key;
	e->value = value;
	(*n)++;
}

/* Half of those who mean to come back do, within three years. */
static int32_t
return_add(struct rng *r, int32_t left, int32_t after, struct event *list,
    uint32_t *n)
{
	int32_t back = left + 120 + (int32_t)rng_below(r, 900);
	bool comes = rng_below(r, 100) < 50;

	if (!comes || back <= after)
		return NEVER;
	event_add(list, n, back, rng_below(r, 30), "returned", NULL, NULL);
	return list[*n - 1].on;
}

static int32_t
leave_add(struct rng *r, int32_t date, struct event *list, uint32_t *n)
{
	static const char *const intention[] = { "no-return", "no-return",
		"return", "return", "none-stated" };
	uint32_t kind = rng_below(r, 5);
	int32_t told;

	event_add(list, n, date, rng_below(r, 45), "left-england", "intention",
	    intention[kind]);
	told = list[*n - 1].on;
	if (kind != 2 && kind != 3)
		return NEVER;
	return return_add(r, date, told, list, n);
}

/*
 * Year by year, so that a longer future begins as a shorter one does; every
 * year draws as often.  No event falls on or after UNTIL.
 */
static uint32_t
events_plan(const struct world *w, const struct child *c, int years,
    uint32_t percent, int32_t until, struct event *list)
{
	struct rng r = rng_at(w->seed, ST_FUTURE, c->k);
	uint32_t n = 0, dice;
	int32_t free_from = w->on, date;
	int year;

	if (c->died != NEVER)
		return 0;
	if (c->left != NEVER) {
		if (strcmp(c->intention, "return") != 0)
			return 0;
		free_from = return_add(&r, c->left, w->on, list, &n);
	}
	for (year = 0; year < years && free_from != NEVER; year++) {
		dice = rng_below(&r, 1000000);
		date = w->on + 1 + year * 365 + (int32_t)rng_below(&r, 365);
		if (date <= free_from || date >= until)
			continue;
		dice = percent == 0 ? 1000000 :
		    (uint32_t)((uint64_t)dice * 100 / percent);
		if (dice < DIE) {
			event_add(list, &n, date, rng_below(&r, 21), "died",
			    "notified", NULL);
			break;
		}
		if (dice < DIE + LEAVE) {
			free_from = leave_add(&r, date, list, &n);
		} else if (dice < DIE + LEAVE + MOVE) {
			dice = rng_below(&r, (uint32_t)authorities_n);
			if (&authorities[dice] == c->where)
				dice = (dice + 1) % (uint32_t)authorities_n;
			event_add(list, &n, date, rng_below(&r, 30), "moved",
			    "to", authorities[dice].code);
			break;
		}
	}
	return n;
}

static void
quoted_day(struct out *o, const char *before, int32_t day)
{
	out_puts(o, before);
	out_day(o, day);
	out_puts(o, "\"");
}

void
future_events(const struct world *w, const struct child *c, int years,
    uint32_t percent, struct out *o)
{
	struct rng r = rng_at(w->seed, ST_FUTURE, c->k + POP_MAX_RECORDS);
	struct event list[EVENTS];
	struct consent plan[2];
	int32_t until;
	uint32_t i, n, given;

	given = consents_plan(c, &r, plan, &until);
	n = events_plan(w, c, years, percent, until, list);
	/* Nobody gives the consent of somebody who has gone. */
	if (given > 0 && n > 0 && plan[given - 1].given >= list[0].date)
		until = day_birthday(c->birth, 18);
	for (i = 0; i < n; i++) {
		if (list[i].on > horizon(w, years) || list[i].on >= until ||
		    (i > 0 && list[i].on < list[i - 1].on))
			break;
		quoted_day(o, "{\"on\":\"", list[i].on);
		quoted_day(o, ",\"date\":\"", list[i].date);
		out_puts(o, ",\"id\":\"");
		out_puts(o, c->id);
		out_puts(o, "\",\"event\":\"");
		out_puts(o, list[i].event);
		out_puts(o, "\"");
		if (strcmp(list[i].event, "died") == 0) {
			quoted_day(o, ",\"notified\":\"", list[i].on);
		} else if (list[i].key != NULL) {
			out_puts(o, ",\"");
			out_puts(o, list[i].key);
			out_puts(o, "\":\"");
			out_puts(o, list[i].value);
			out_puts(o, "\"");
		}
		out_puts(o, "}\n");
	}
}

static void
consent_put(struct out *o, const struct child *c, const struct consent *p,
    int32_t end)
{
	static const char *const ground[] = { "", "connexions", "care-leaver",
		"learning-difficulty" };
	int y, m, d;

	quoted_day(o, "{\"given\":\"", p->given);
	out_puts(o, ",\"id\":\"");
	out_puts(o, c->id);
	out_puts(o, "\",\"ground\":\"");
	out_puts(o, ground[c->ground]);
	out_puts(o, "\",\"by\":\"");
	out_puts(o, p->by);
	out_puts(o, "\"");
	if (p->withdrawn != NEVER && p->withdrawn <= end)
		quoted_day(o, ",\"withdrawn\":\"", p->withdrawn);
	day_split(p->given, &y, &m, &d);
	out_puts(o, ",\"statement\":\"extension-");
	out_puts(o, c->language);
	out_puts(o, "-3\",\"evidence\":\"EV-");
	out_number(o, (uint64_t)y);
	out_puts(o, "-");
	out_number(o, 100000 + c->k);
	out_puts(o, "\"}\n");
}

void
future_consents(const struct world *w, const struct child *c, int years,
    uint32_t percent, struct out *o)
{
	struct rng r = rng_at(w->seed, ST_FUTURE, c->k + POP_MAX_RECORDS);
	struct event list[EVENTS];
	struct consent plan[2];
	int32_t until, gone = INT32_MAX, end = horizon(w, years);
	uint32_t n, m, i;

	if (c->died != NEVER || c->left != NEVER)
		return;
	n = consents_plan(c, &r, plan, &until);
	m = n == 0 ? 0 : events_plan(w, c, years, percent,
	    until, list);
	if (m > 0)
		gone = list[0].date;
	for (i = 0; i < n; i++)
		if (plan[i].given <= end && plan[i].given < gone)
			consent_put(o, c, &plan[i], end < gone ? end : gone);
}
