#include "tests/population/pop.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: population [OPTION]...\n"
"Writes record/1 documents of plausible English children who do not exist.\n"
"  --seed N            which population (1)\n"
"  --count N           how many records (the authority's children; 67508)\n"
"  --first-id N        begin with record N (0): record K is the same always\n"
"  --on DATE           ages are 0 to 17 on that day (2026-11-21)\n"
"  --born-since DATE   only children born then or later\n"
"  --authority CODE    one authority (E08000015), or `all' of England, their\n"
"                      sizes as the ONS estimates\n"
"  --format F          ndjson (default) or csv\n"
"  --no-ids            leave identifying numbers to the importer\n"
"  --consents FILE     consents to be given near the 18th birthday\n"
"  --events FILE       deaths, departures, returns and moves after DATE;\n"
"                      lines of both begin with the day to feed them on, so\n"
"                      that sort(1) puts them in order\n"
"  --years N           how far both look ahead (8)\n"
"  --event-rate PCT    of the usual number of events (100)\n"
"  --bad N             about one row in N is malformed\n"
"  --bad-report FILE   their line numbers and what is wrong\n"
"  --near N            of about one record in N, a row that a feed does not\n"
"                      recognise: names with a slip, exchanged, former, cut;\n"
"                      another birth date; no numbers, or others\n"
"  --near-report FILE  their line numbers, whom they are about, and how\n"
"  --near-of FILE      the records themselves\n"
"  --authorities       list the authorities and their children, and stop\n";

struct options {
	uint64_t count, first, seed;
	uint32_t bad, rate, near;
	int32_t on, since;
	int years;
	bool counted, csv, no_ids;
	const struct authority *only;
	const char *consents, *events, *report, *near_report, *near_of;
};
struct files { struct out rows, spare, consents, events, report, near, of; };

static _Noreturn void
die(const char *what, const char *value)
{
	(void)fprintf(stderr, "population: %s: %s\n", what, value);
	exit(2);
}

static uint64_t
number(const char *name, const char *s, uint64_t max)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end != '\0' || errno != 0 || v > max)
		die(name, s);
	return v;
}

static int32_t
date(const char *name, const char *s)
{
	int32_t day;

	if (!day_parse(s, &day))
		die(name, s);
	return day;
}

static void
list_authorities(void)
{
	size_t i;

	(void)printf("authority,name,children\n");
	for (i = 0; i < authorities_n; i++)
		(void)printf("%s,\"%s\",%u\n", authorities[i].code,
		    authorities[i].name, (unsigned)authorities[i].children);
	exit(fflush(stdout) == 0 ? 0 : 1);
}

enum { O_SEED = 256, O_COUNT, O_FIRST, O_ON, O_SINCE, O_AUTHORITY, O_FORMAT,
	O_NO_IDS, O_CONSENTS, O_EVENTS, O_YEARS, O_RATE, O_BAD, O_REPORT,
	O_NEAR, O_NEAR_REPORT, O_NEAR_OF, O_LIST, O_HELP };

static const struct option known[] = {
	{ "seed", 1, NULL, O_SEED }, { "count", 1, NULL, O_COUNT },
	{ "first-id", 1, NULL, O_FIRST }, { "on", 1, NULL, O_ON },
	{ "born-since", 1, NULL, O_SINCE },
	{ "authority", 1, NULL, O_AUTHORITY }, { "format", 1, NULL, O_FORMAT },
	{ "no-ids", 0, NULL, O_NO_IDS }, { "consents", 1, NULL, O_CONSENTS },
	{ "events", 1, NULL, O_EVENTS }, { "years", 1, NULL, O_YEARS },
	{ "event-rate", 1, NULL, O_RATE }, { "bad", 1, NULL, O_BAD },
	{ "bad-report", 1, NULL, O_REPORT },
	{ "near", 1, NULL, O_NEAR }, { "near-of", 1, NULL, O_NEAR_OF },
	{ "near-report", 1, NULL, O_NEAR_REPORT },
	{ "authorities", 0, NULL, O_LIST }, { "help", 0, NULL, O_HELP },
	{ NULL, 0, NULL, 0 }
};

static void
authority(struct options *o, const char *code)
{
	o->only = NULL;
	if (strcmp(code, "all") == 0)
		return;
	o->only = authority_find(code);
	if (o->only == NULL)
		die("no such authority", code);
}

static void
option(struct options *o, int which, const char *arg)
{
	switch (which) {
	case O_SEED: o->seed = number("--seed", arg, UINT64_MAX); break;
	case O_COUNT:
		o->count = number("--count", arg, POP_MAX_RECORDS);
		o->counted = true;
		break;
	case O_FIRST: o->first = number("--first-id", arg, POP_MAX_RECORDS);
		break;
	case O_ON: o->on = date("--on", arg); break;
	case O_SINCE: o->since = date("--born-since", arg); break;
	case O_AUTHORITY: authority(o, arg); break;
	case O_FORMAT:
		o->csv = strcmp(arg, "csv") == 0;
		if (!o->csv && strcmp(arg, "ndjson") != 0)
			die("--format", arg);
		break;
	case O_NO_IDS: o->no_ids = true; break;
	case O_CONSENTS: o->consents = arg; break;
	case O_EVENTS: o->events = arg; break;
	case O_YEARS: o->years = (int)number("--years", arg, 60); break;
	case O_RATE: o->rate = (uint32_t)number("--event-rate", arg, 10000);
		break;
	case O_BAD: o->bad = (uint32_t)number("--bad", arg, UINT32_MAX); break;
	case O_REPORT: o->report = arg; break;
	case O_NEAR: o->near = (uint32_t)number("--near", arg, UINT32_MAX);
		break;
	case O_NEAR_REPORT: o->near_report = arg; break;
	case O_NEAR_OF: o->near_of = arg; break;
	case O_LIST: list_authorities();
		break;
	case O_HELP:
		(void)fputs(usage, stdout);
		exit(fflush(stdout) == 0 ? 0 : 1);
	default:
		(void)fputs(usage, stderr);
		exit(2);
	}
}

static void
options(struct options *o, int argc, char **argv)
{
	size_t i;
	int c;

	memset(o, 0, sizeof(*o));
	o->seed = 1;
	o->rate = 100;
	o->years = 8;
	o->on = date("--on", "2026-11-21");
	o->since = NEVER;
	o->only = authority_find("E08000015");
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		option(o, c, optarg);
	if (optind < argc)
		die("no argument is expected", argv[optind]);
	if (o->near > 0 && (o->consents != NULL || o->events != NULL))
		die("--near", "consents and events are of the records");
	if (o->no_ids && (o->consents != NULL || o->events != NULL))
		die("--no-ids", "consents and events need ids");
	if (o->since > o->on)
		die("--born-since", "after --on");
	if (!o->counted && o->only != NULL)
		o->count = o->only->children;
	for (i = 0; !o->counted && o->only == NULL && i < authorities_n; i++)
		o->count += authorities[i].children;
	if (o->first + o->count > POP_MAX_RECORDS)
		die("--count", "past the twenty-millionth record");
}

static void
open_file(struct out *out, const char *path)
{
	int fd = -1;

	if (path != NULL && (fd = open(path, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0666)) < 0)
		die(path, strerror(errno));
	if (!out_open(out, fd))
		die("memory", strerror(ENOMEM));
}

/* LINE counts from 1, the header of CSV included. */
static void
row_write(const struct options *o, const struct child *c, uint64_t line,
    struct files *f)
{
	int kind = bad_kind(o->seed, c->k, o->bad, o->csv);
	struct out *to = kind == BAD_NONE ? &f->rows : &f->spare;
	bool ids = !o->no_ids && c->id[0] != '\0';

	if (o->csv)
		csv_child(to, c, ids);
	else
		json_child(to, c, ids);
	if (kind != BAD_NONE) {
		bad_write(&f->rows, to->data, to->len, kind, o->csv);
		to->len = 0;
		out_puts(&f->report, "{\"line\":");
		out_number(&f->report, line);
		out_puts(&f->report, ",\"kind\":\"");
		out_puts(&f->report, bad_word(kind, o->csv));
		out_puts(&f->report, "\"}\n");
		if (o->report == NULL)
			f->report.len = 0;
	}
	out_put(&f->rows, "\n", 1);
}

/* Writes what C is told of as, if it is; LINE is the last that was. */
static void
near_write(const struct options *o, const struct world *w, struct child *c,
    uint64_t *line, struct files *f)
{
	int kind = near_kind(o->seed, c, o->near);

	if (kind == NEAR_NONE)
		return;
	if (o->near_of != NULL) {
		json_child(&f->of, c, true);
		out_put(&f->of, "\n", 1);
	}
	out_puts(&f->near, "{\"line\":");
	out_number(&f->near, ++*line);
	out_puts(&f->near, ",\"of\":\"");
	out_puts(&f->near, c->id);
	out_puts(&f->near, "\",\"kind\":\"");
	out_puts(&f->near, near_word(kind));
	out_puts(&f->near, "\"}\n");
	if (o->near_report == NULL)
		f->near.len = 0;
	near_make(w, c, kind);
	row_write(o, c, *line, f);
}

static int
first_error(const struct files *f)
{
	const struct out *all[] = { &f->rows, &f->spare, &f->consents,
		&f->events, &f->report, &f->near, &f->of };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->failed != 0)
			return all[i]->failed;
	return 0;
}

static void
generate(const struct options *o, struct world *w, struct files *f)
{
	struct child c;
	uint64_t k, line = o->csv ? 1 : 0;

	if (o->csv)
		csv_header(&f->rows);
	for (k = o->first; k < o->first + o->count; k++) {
		child_make(w, k, &c);
		if (o->near > 0)
			near_write(o, w, &c, &line, f);
		else
			row_write(o, &c, ++line, f);
		if (o->consents != NULL)
			future_consents(w, &c, o->years, o->rate,
			    &f->consents);
		if (o->events != NULL)
			future_events(w, &c, o->years, o->rate, &f->events);
		if (first_error(f) != 0)
			return;
	}
}

int
main(int argc, char **argv)
{
	struct options o;
	struct world w;
	struct files f;
	int error;

	options(&o, argc, argv);
	memset(&w, 0, sizeof(w));
	w.seed = o.seed;
	w.on = o.on;
	w.only = o.only;
	if (!world_init(&w, o.since))
		die("memory", strerror(ENOMEM));
	open_file(&f.consents, o.consents);
	open_file(&f.events, o.events);
	open_file(&f.report, o.report);
	open_file(&f.near, o.near_report);
	open_file(&f.of, o.near_of);
	open_file(&f.spare, NULL);
	if (!out_open(&f.rows, STDOUT_FILENO))
		die("memory", strerror(ENOMEM));
	generate(&o, &w, &f);
	(void)out_close(&f.rows);
	(void)out_close(&f.consents);
	(void)out_close(&f.events);
	(void)out_close(&f.report);
	(void)out_close(&f.near);
	(void)out_close(&f.of);
	(void)out_close(&f.spare);
	world_clear(&w);
	error = first_error(&f);
	if (error != 0)
		(void)fprintf(stderr, "population: %s\n", strerror(error));
	return error != 0;
}
