#include "tests/population/pop.h"

#include <string.h>

enum { LONG = 1 << 20, DEEP = 20000 };

/*
 * In a row of JSON the text from FROM (to the end of it, or up to TO) is
 * replaced by WITH.  No FROM: a way of its own, in special().
 */
struct way { const char *word, *from, *to, *with; };

static const struct way json_ways[] = {
{ "unknown-key", "\"gender\"", NULL, "\"shoe_size\":7,\"gender\"" },
{ "unknown-inner-key", "\"names\":[{", NULL, "\"names\":[{\"nick\":\"x\"," },
{ "duplicate-key", "\"gender\"", NULL, "\"gender\":\"male\",\"gender\"" },
{ "control-character", "\"family\":\"", NULL, "\"family\":\"\x01" },
{ "escaped-control", "\"family\":\"", NULL, "\"family\":\"\\u0007" },
{ "escaped-nul", "\"family\":\"", NULL, "\"family\":\"\\u0000" },
{ "terminal-escape", "\"family\":\"", NULL, "\"family\":\"\\u001b[2J" },
{ "bidi-override", "\"family\":\"", NULL, "\"family\":\"\xE2\x80\xAE" },
{ "invalid-utf8", "\"family\":\"", NULL, "\"family\":\"\xC3\x28" },
{ "overlong-utf8", "\"family\":\"", NULL, "\"family\":\"\xC0\xAF" },
{ "lone-surrogate", "\"family\":\"", NULL, "\"family\":\"\\ud800" },
{ "truncated", NULL, NULL, NULL },
{ "trailing-text", NULL, NULL, NULL },
{ "not-an-object", NULL, NULL, NULL },
{ "deep-nesting", NULL, NULL, NULL },
{ "long-string", NULL, NULL, NULL },
{ "second-current-name", "\"names\":[", NULL,
	"\"names\":[{\"type\":\"current\",\"family\":\"Other\"}," },
{ "no-current-name", "\"type\":\"current\"", NULL, "\"type\":\"former\"" },
{ "nameless", "\"names\":[", "],\"gender\"",
	"\"names\":[{\"type\":\"current\"}" },
{ "impossible-date", "\"birth_date\":", ",\"numbers\"",
	"\"birth_date\":\"2019-02-29\"" },
{ "thirteenth-month", "\"birth_date\":", ",\"numbers\"",
	"\"birth_date\":\"2019-13\"" },
{ "future-birth", "\"birth_date\":", ",\"numbers\"",
	"\"birth_date\":\"2999-01-01\"" },
{ "wrong-type", "\"birth_date\":", ",\"numbers\"",
	"\"birth_date\":20190101" },
{ "end-before-start", "\"involvements\":[", "],\"left_england\"",
	"\"involvements\":[{\"service\":\"education\",\"provider\":\"Ridge\","
	"\"start\":\"2019-09-01\",\"end\":\"2019-08-31\",\"lead\":false,"
	"\"assessment\":false,\"sensitive\":null}" },
{ "unknown-basis", "\"involvements\":[", "],\"left_england\"",
	"\"involvements\":[{\"service\":\"mental-health\",\"provider\":"
	"\"Ridge\",\"start\":\"2019-09-01\",\"end\":null,\"lead\":false,"
	"\"assessment\":false,\"sensitive\":{\"basis\":\"hunch\"}}" },
{ "nhs-check", "\"numbers\":[", "],\"addresses\"",
	"\"numbers\":[{\"type\":\"nhs\",\"value\":\"9434765918\"}" },
{ "nhs-length", "\"numbers\":[", "],\"addresses\"",
	"\"numbers\":[{\"type\":\"nhs\",\"value\":\"943476591\"}" },
{ "upn-check", "\"numbers\":[", "],\"addresses\"",
	"\"numbers\":[{\"type\":\"upn\",\"value\":\"A801200005001\"}" },
{ "missing-authority", "\"authority\":", "\"names\"", "" },
{ "missing-names", "\"names\":", "\"gender\"", "" },
{ "missing-gender", "\"gender\":", "\"birth_date\"", "" },
{ "missing-birth-date", "\"birth_date\":", "\"numbers\"", "" },
{ "unknown-gender", "\"gender\":", ",\"birth_date\"", "\"gender\":\"F\"" },
{ "unknown-version", "record/1", NULL, "record/9" },
{ "bad-id", "\"cpadmin\"", "\"authority\"",
	"\"cpadmin\":\"record/1\",\"id\":\"../../etc\"," },
{ "unknown-intention", "\"left_england\":", ",\"death\"",
	"\"left_england\":{\"date\":\"2020-01-01\",\"intention\":\"perhaps\"}" },
};

/* In CSV, column COLUMN becomes WITH; -1: in special_csv(). */
struct csv_way { const char *word; int column; const char *with; };

static const struct csv_way csv_ways[] = {
	{ "bad-id", 0, "../../etc" },
	{ "missing-authority", 1, "" },
	{ "control-character", 3, "Sm\x01th" },
	{ "bidi-override", 3, "\xE2\x80\xAEhtimS" },
	{ "invalid-utf8", 3, "Sm\xC3\x28th" },
	{ "unknown-gender", 4, "F" },
	{ "missing-gender", 4, "" },
	{ "impossible-date", 5, "2019-02-29" },
	{ "future-birth", 5, "2999-01-01" },
	{ "missing-birth-date", 5, "" },
	{ "nhs-check", 6, "9434765918" },
	{ "upn-check", 7, "A801200005001" },
	{ "missing-column", -1, NULL },
	{ "extra-column", -1, NULL },
	{ "stray-quote", 3, "Sm\"ith" },
	{ "text-after-quote", 3, "\"Smith\"s" },
	{ "long-string", -1, NULL },
};

static uint32_t
ways(bool csv)
{
	return csv ? sizeof(csv_ways) / sizeof(csv_ways[0]) :
	    sizeof(json_ways) / sizeof(json_ways[0]);
}

int
bad_kind(uint64_t seed, uint64_t k, uint32_t n, bool csv)
{
	struct rng r = rng_at(seed, ST_BAD, k);

	if (n == 0 || rng_below(&r, n) != 0)
		return BAD_NONE;
	return (int)rng_below(&r, ways(csv));
}

const char *
bad_word(int kind, bool csv)
{
	return csv ? csv_ways[kind].word : json_ways[kind].word;
}

static void
repeat(struct out *o, const char *text, uint32_t bytes)
{
	size_t n = strlen(text);
	uint32_t i;

	for (i = 0; i < bytes; i += (uint32_t)n)
		out_put(o, text, n);
}

static void
special(struct out *o, const char *row, size_t len, const char *word)
{
	static const char family[] = "\"family\":\"";
	const char *at;

	if (strcmp(word, "truncated") == 0) {
		out_put(o, row, len * 2 / 3);
	} else if (strcmp(word, "trailing-text") == 0) {
		out_put(o, row, len);
		out_puts(o, "}");
	} else if (strcmp(word, "not-an-object") == 0) {
		out_puts(o, "[\"record/1\",2,3]");
	} else if (strcmp(word, "deep-nesting") == 0) {
		out_puts(o, "{\"cpadmin\":");
		repeat(o, "[", DEEP);
		repeat(o, "]", DEEP);
		out_puts(o, "}");
	} else {
		at = memmem(row, len, family, sizeof(family) - 1);
		at += sizeof(family) - 1;
		out_put(o, row, (size_t)(at - row));
		repeat(o, "Aaaaaaaa", LONG);
		out_put(o, at, len - (size_t)(at - row));
	}
}

static void
bad_json(struct out *o, const char *row, size_t len, const struct way *way)
{
	const char *end = row + len, *from, *to;

	if (way->from == NULL) {
		special(o, row, len, way->word);
		return;
	}
	from = memmem(row, len, way->from, strlen(way->from));
	to = from + strlen(way->from);
	if (way->to != NULL)
		to = memmem(to, (size_t)(end - to), way->to, strlen(way->to));
	out_put(o, row, (size_t)(from - row));
	out_puts(o, way->with);
	out_put(o, to, (size_t)(end - to));
}

/* Where column N begins, or the end of the row. */
static const char *
column(const char *row, const char *end, int n)
{
	bool quoted = false;

	for (; row < end && n > 0; row++) {
		if (*row == '"')
			quoted = !quoted;
		else if (*row == ',' && !quoted)
			n--;
	}
	return row;
}

static void
bad_csv(struct out *o, const char *row, size_t len, const struct csv_way *way)
{
	const char *end = row + len, *from, *to;
	int n = way->column >= 0 ? way->column : 3;

	if (strcmp(way->word, "missing-column") == 0) {
		out_put(o, row, (size_t)(column(row, end, 18) - 1 - row));
		return;
	}
	if (strcmp(way->word, "extra-column") == 0) {
		out_put(o, row, len);
		out_puts(o, ",more");
		return;
	}
	from = column(row, end, n);
	to = column(from, end, 1) - 1;
	out_put(o, row, (size_t)(from - row));
	if (way->with != NULL)
		out_puts(o, way->with);
	else
		repeat(o, "Aaaaaaaa", LONG);
	out_put(o, to, (size_t)(end - to));
}

void
bad_write(struct out *o, const char *row, size_t len, int kind, bool csv)
{
	if (csv)
		bad_csv(o, row, len, &csv_ways[kind]);
	else
		bad_json(o, row, len, &json_ways[kind]);
}
