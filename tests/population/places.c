#include "tests/population/pop.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const street[] = { "Acacia", "Albert", "Alma", "Ash",
	"Bank", "Beech", "Birch", "Bridge", "Brook", "Cambridge", "Castle",
	"Cedar", "Chapel", "Cherry Tree", "Chester", "Church", "Clifton", "Croft",
	"Derby", "Eaton", "Elm", "Fairfield", "Field", "Forest", "Garden",
	"Grange", "Green", "Grove", "Hawthorn", "Heath", "High", "Hill", "Hollin",
	"Holly", "Kings", "Kingsley", "Laburnum", "Larch", "Laurel", "Lime",
	"Manor", "Maple", "Mayfield", "Meadow", "Mill", "Moor", "New", "North",
	"Oak", "Oxford", "Park", "Parkfield", "Poplar", "Primrose", "Prince's",
	"Queens", "Railway", "Rectory", "Richmond", "Rose", "Rowan", "School",
	"South", "Spring", "St Anne’s", "St John's", "Stanley", "Station",
	"Sycamore", "Thorn", "Union", "Upton", "Victoria", "Walnut", "Warren",
	"Water", "Well", "West", "Willow", "Windsor", "Wood", "Woodlands",
	"Woodside", "York" };
static const char *const way[] = { "Road", "Road", "Road", "Street", "Street",
	"Avenue", "Avenue", "Close", "Drive", "Lane", "Crescent", "Grove", "Way",
	"Place", "Terrace", "Gardens", "Court", "Walk", "Mews" };
static const char *const saint[] = { "St Mary's", "St John's", "St Peter's",
	"St Joseph's", "Holy Trinity", "All Saints", "Christ Church",
	"St Paul's", "St Michael’s", "St Anne's", "Our Lady's", "St George's",
	"Sacred Heart", "St Oswald's", "St Werburgh's", "St Bridget's" };

struct district {
	uint8_t number;
	const char *place[2], *town;
};
static const struct district wirral[] = {
	{ 41, { "Birkenhead", "Bidston" }, "Birkenhead" },
	{ 42, { "Rock Ferry", "Tranmere" }, "Birkenhead" },
	{ 43, { "Prenton", "Oxton" }, "Prenton" },
	{ 44, { "Liscard", "Seacombe" }, "Wallasey" },
	{ 45, { "New Brighton", "Wallasey Village" }, "Wallasey" },
	{ 46, { "Moreton", "Leasowe" }, "Wirral" },
	{ 47, { "Hoylake", "Meols" }, "Wirral" },
	{ 48, { "West Kirby", "Caldy" }, "Wirral" },
	{ 49, { "Upton", "Greasby" }, "Wirral" },
	{ 60, { "Heswall", "Gayton" }, "Wirral" },
	{ 61, { "Irby", "Pensby" }, "Wirral" },
	{ 62, { "Bromborough", "Eastham" }, "Wirral" },
	{ 63, { "Bebington", "Spital" }, "Wirral" },
};

static bool
is_wirral(const struct authority *a)
{
	return strcmp(a->code, "E08000015") == 0;
}

const struct authority *
authority_find(const char *code)
{
	size_t i;

	for (i = 0; i < authorities_n; i++)
		if (strcmp(authorities[i].code, code) == 0)
			return &authorities[i];
	return NULL;
}

static void
set(char out[POP_LINE], const char *a, const char *b, const char *c)
{
	size_t n = 0;
	const char *part[3];
	int i;

	part[0] = a;
	part[1] = b;
	part[2] = c;
	for (i = 0; i < 3; i++)
		for (; *part[i] != '\0' && n + 1 < POP_LINE; part[i]++)
			out[n++] = *part[i];
	out[n] = '\0';
}

static void
number(char out[12], uint32_t value)
{
	char back[12];
	int n = 0, i = 0;

	do
		back[n++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (n > 0)
		out[i++] = back[--n];
	out[i] = '\0';
}

/* The inward part never has C, I, K, M, O or V. */
static void
postcode(const char *area, uint32_t district, struct rng *r, char out[12])
{
	static const char inward[] = "ABDEFGHJLNPQRSTUWXYZ";
	char digits[12];
	size_t n;

	number(digits, district);
	n = strlen(area);
	memcpy(out, area, n);
	memcpy(out + n, digits, strlen(digits));
	n += strlen(digits);
	out[n++] = ' ';
	out[n++] = (char)('0' + rng_below(r, 10));
	out[n++] = inward[rng_below(r, 20)];
	out[n++] = inward[rng_below(r, 20)];
	out[n] = '\0';
}

static void
street_line(struct rng *r, char out[POP_LINE])
{
	char no[12], line[POP_LINE];
	uint32_t kind = rng_below(r, 100);

	number(no, 1 + rng_below(r, rng_below(r, 4) == 0 ? 240 : 70));
	set(line, no, kind >= 97 ? "A " : " ",
	    street[rng_below(r, COUNT(street))]);
	set(out, line, " ", way[rng_below(r, COUNT(way))]);
	if (kind >= 9)
		return;
	number(no, 1 + rng_below(r, 40));
	memcpy(line, out, POP_LINE);
	set(out, kind < 6 ? "Flat " : "Apartment ", no, ", ");
	set(out + strlen(out), line, "", "");
}

void
place_address(const struct authority *a, struct rng *r, struct address *out)
{
	static const char *const source[] = { "school-census", "school-census",
		"gp-registration", "gp-registration", "child-benefit",
		"local-authority" };
	const struct district *d;

	memset(out->line, 0, sizeof(out->line));
	street_line(r, out->line[0]);
	if (is_wirral(a)) {
		d = &wirral[rng_below(r, COUNT(wirral))];
		set(out->line[1], d->place[rng_below(r, 2)], "", "");
		if (strcmp(out->line[1], d->town) != 0)
			set(out->line[2], d->town, "", "");
		postcode("CH", d->number, r, out->postcode);
	} else {
		set(out->line[1], a->town, "", "");
		postcode(a->area, 1 + rng_below(r, a->districts), r,
		    out->postcode);
	}
	out->source = source[rng_below(r, COUNT(source))];
}

void
place_phone(const struct authority *a, struct rng *r, char out[20])
{
	const char *stem = rng_below(r, 100) < 70 ? "07700 900" : a->phone;
	size_t n = strlen(stem);

	memcpy(out, stem, n);
	out[n++] = (char)('0' + rng_below(r, 10));
	out[n++] = (char)('0' + rng_below(r, 10));
	out[n++] = (char)('0' + rng_below(r, 10));
	out[n] = '\0';
}

static const char *
locality(const struct authority *a, struct rng *r)
{
	const struct district *d;

	if (is_wirral(a) && rng_below(r, 3) != 0) {
		d = &wirral[rng_below(r, COUNT(wirral))];
		return d->place[rng_below(r, 2)];
	}
	return street[rng_below(r, COUNT(street))];
}

uint32_t
place_count(const struct authority *a, uint32_t children_each)
{
	return 1 + a->children / children_each;
}

static struct rng
place_rng(const struct authority *a, uint32_t kind, uint32_t number_of)
{
	return rng_at(a->dfe, ST_PLACE, (uint64_t)kind << 32 | number_of);
}

void
place_school(const struct authority *a, enum school kind, uint32_t nr,
    char out[POP_LINE])
{
	static const char *const tail[4][5] = {
		{ " Nursery School", " Day Nursery", " Pre-School",
		    " Children’s Centre", " Kindergarten" },
		{ " Primary School", " Primary School",
		    " Community Primary School", " Infant School",
		    " Academy" },
		{ " High School", " Academy", " School", " Grammar School",
		    " Community College" },
		{ " Sixth Form College", " College", " Sixth Form",
		    " Metropolitan College", " Technical College" } };
	static const char *const church[] = { " CE Primary School",
		" Catholic Primary School", " RC Primary School" };
	struct rng r = place_rng(a, kind, nr);
	const char *where = locality(a, &r);
	uint32_t end = rng_below(&r, 5);

	if (kind == PRIMARY && rng_below(&r, 100) < 35)
		set(out, saint[rng_below(&r, COUNT(saint))], church[end % 3],
		    "");
	else
		set(out, where, tail[kind][end], "");
}

void
place_practice(const struct authority *a, uint32_t nr, char out[POP_LINE])
{
	static const char *const practice[] = { " Surgery", " Medical Centre",
		" Health Centre", " Group Practice", " Family Practice",
		" Lane Surgery" };
	struct rng r = place_rng(a, 16, nr);
	const char *where = locality(a, &r);

	set(out, where, practice[rng_below(&r, COUNT(practice))], "");
}
