/*
 * population: a seeded generator of plausible English children, as record/1
 * documents.  Nobody in it exists: NHS numbers come from blocks that are not
 * issued, telephone numbers from Ofcom's ranges for drama.
 *
 * Everything about record K follows from (seed, K, --on, --authority) alone,
 * by integer arithmetic, so the bytes are the same on every machine, however
 * many records are asked for.  Records form blocks of 256; a block is cut
 * into households, whose members are spread over the block.
 *
 * Dates are day numbers (1970-01-01 is 0) of the Gregorian calendar.
 */
#ifndef POPULATION_POP_H
#define POPULATION_POP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ids, NHS numbers and UPNs are unique for record numbers below this. */
#define POP_MAX_RECORDS 20000000u
#define POP_BLOCK 256u

enum { POP_NAME = 256, POP_LINE = 96, POP_CARERS = 2, POP_WORKS = 12 };

/* ---- rng.c: splitmix64 streams and permutations -------------------------
 * No expression may draw twice: compilers differ in which draw comes first. */
struct rng { uint64_t s; };

enum stream { ST_BLOCK = 1, ST_HOUSE, ST_CHILD, ST_WORK, ST_FUTURE, ST_BAD,
	ST_PLACE, ST_NUMBER, ST_NEAR };

struct rng rng_at(uint64_t seed, enum stream, uint64_t index);
uint64_t rng_next(struct rng *);
/* Uniform in 0..N-1. */
uint32_t rng_below(struct rng *, uint32_t n);
/* X < DOMAIN to another, one to one; DOMAIN < 2^62. */
uint64_t rng_permute(uint64_t key, uint64_t x, uint64_t domain);

/* ---- civil.c ------------------------------------------------------------ */
int32_t day_of(int y, int m, int d);
void day_split(int32_t day, int *y, int *m, int *d);
/* Accepts exactly YYYY-MM-DD; false for a date that does not exist. */
bool day_parse(const char *s, int32_t *day);
/* OUT holds 11 bytes. */
void day_text(int32_t day, char out[11]);
/* The N-th birthday of one born on BIRTH (29 February: 1 March). */
int32_t day_birthday(int32_t birth, int n);
int day_age(int32_t birth, int32_t on);

/* Births per day over the 18 years before a date, as a cumulative table. */
struct births { int32_t first; uint32_t n; uint64_t *cum; };
bool births_init(struct births *, int32_t first, int32_t last);
void births_clear(struct births *);
/* AT is any number; it is taken modulo the whole population's weight. */
int32_t births_day(const struct births *, uint64_t at);
uint64_t births_total(const struct births *);

/* ---- names.c, names_uk.c, names_world.c --------------------------------- */
enum { LIST_DRAW = 1024, LIST_MAX = 200 };

/* Words by falling frequency; DRAW maps a uniform number to one of them. */
struct list {
	const char *word[LIST_MAX];
	uint16_t n;
	uint16_t draw[LIST_DRAW];
	char *pool;
};

/* Space-separated words (_ stands for a space) in order of frequency. */
struct culture {
	const char *code;
	uint32_t weight[3];		/* per class of place: shire, city, London */
	const char *language;		/* of letters */
	uint32_t language_pct;
	const char *boys, *girls, *families;
	const char *script_boys, *script_girls, *script_families; /* or NULL */
};
extern const struct culture cultures_uk[], cultures_world[];
extern const size_t cultures_uk_n, cultures_world_n;

struct group {
	const struct culture *c;
	struct list boys, girls, families, sboys, sgirls, sfamilies;
};
struct names { struct group *group; size_t n; uint16_t pick[3][LIST_DRAW]; };

bool names_init(struct names *);
void names_clear(struct names *);
const struct group *names_group(const struct names *, int place_class,
    struct rng *);
/* A family name with the variants its culture has (O'/O’/O, Mc, double). */
void names_family(const struct group *, const struct names *, struct rng *,
    char out[POP_NAME]);
/* FAMILY as a girl or boy bears it (Polish -ska, Icelandic -dóttir). */
void names_inflect(const struct group *, bool girl, char family[POP_NAME]);
/* DRAW selects the first name, RNG all else. */
void names_given(const struct group *, bool girl, uint32_t draw,
    struct rng *, char out[POP_NAME]);
/* A name in the group's own script; false where it has none. */
bool names_script(const struct group *, bool girl, struct rng *,
    char given[POP_NAME], char family[POP_NAME]);
/* Cut to at most N characters (not bytes). */
size_t text_chars(const char *);
void text_cut(char *, size_t n);

/* ---- places.c, authorities.c -------------------------------------------- */
struct authority {
	const char *code, *name;
	uint32_t children;		/* ONS, mid-2019, aged 0-17 */
	uint16_t dfe;			/* the Department's number, in UPNs */
	const char *town, *area;	/* postcode area */
	uint8_t districts;		/* 1..N, where not known better */
	uint8_t class;			/* 0 shire, 1 city, 2 London */
	const char *phone;		/* drama range, three digits missing */
};
extern const struct authority authorities[];
extern const size_t authorities_n;

struct address {
	char line[3][POP_LINE];
	char postcode[12];
	int32_t from;
	const char *source;
};
/* NULL where there is none of that code. */
const struct authority *authority_find(const char *code);
void place_address(const struct authority *, struct rng *, struct address *);
void place_phone(const struct authority *, struct rng *, char out[20]);
enum school { NURSERY, PRIMARY, SECONDARY, COLLEGE };
/* The name of one of the authority's schools or practices, by number. */
void place_school(const struct authority *, enum school, uint32_t number,
    char out[POP_LINE]);
void place_practice(const struct authority *, uint32_t number,
    char out[POP_LINE]);
uint32_t place_count(const struct authority *, uint32_t children_each);

/* ---- numbers.c ---------------------------------------------------------- */
void number_id(uint64_t seed, uint64_t k, char out[16]);
/* Modulus 11, in blocks 5 and 8, which are not issued. */
void number_nhs(uint64_t seed, uint64_t k, char out[11]);
/* Check letter, authority, school, year, serial; a letter last: temporary. */
void number_upn(uint64_t seed, uint64_t k, unsigned dfe, int year,
    bool temporary, char out[14]);
char number_upn_letter(const char *twelve);

/* ---- household.c, child.c, services.c ----------------------------------- */
struct carer {
	char name[2 * POP_NAME];
	const char *relation;
	bool responsibility;
	char phone[20];
};
struct household {
	uint64_t id;
	uint32_t size;
	const struct authority *where;
	const struct group *group;
	char family[POP_NAME], family2[POP_NAME];
	struct address address;
	struct carer carer[POP_CARERS];
	uint32_t carers;
	const char *language;
	uint32_t draw;			/* of first names, spread over members */
	uint64_t born[4];		/* positions in struct births */
	uint32_t school, practice;
};
struct work {
	const char *service;
	char provider[POP_LINE], practitioner[POP_LINE], phone[20];
	int32_t start, end;		/* end < start: still going on */
	bool lead, assessment;
	const char *basis;		/* sensitive: NULL, or its ground */
	char evidence[24];
};
enum ground { GROUND_NONE, CONNEXIONS, CARE_LEAVER, LEARNING };
enum gender { FEMALE, MALE, NOT_SPECIFIED };
enum address_type { CURRENT, LAST_KNOWN, NONE_KNOWN };
struct child {
	uint64_t k;
	char id[16];
	const struct authority *where;
	struct household house;
	char given[POP_NAME], family[POP_NAME];
	char former_given[POP_NAME], former_family[POP_NAME];
	bool former;
	enum gender gender;
	int32_t birth;
	int precision;			/* characters of the date known: 10, 7, 4 */
	char nhs[11], upn[14];		/* or empty */
	enum address_type address_type;
	struct work work[POP_WORKS];
	uint32_t works;
	int32_t left, died, notified;	/* day, or NEVER */
	const char *intention, *language, *format;
	enum ground ground;		/* to stay past 18, when that comes */
};
#define NEVER INT32_MIN

struct world {
	uint64_t seed;
	int32_t on;
	const struct authority *only;	/* NULL: all of England */
	uint32_t *authority_cum;	/* children, cumulative */
	struct names names;
	struct births births;
	uint64_t block;			/* the block whose plan is below */
	uint8_t head[POP_BLOCK], size[POP_BLOCK];
};
bool world_init(struct world *, int32_t born_since);
void world_clear(struct world *);
/* Record K of the world. */
void child_make(struct world *, uint64_t k, struct child *);
void household_make(const struct world *, uint64_t id, uint32_t size,
    struct household *);
void works_make(const struct world *, struct child *);

/* ---- out.c, json.c, csv.c ----------------------------------------------- */
/* Bytes on their way to a file, or kept where FD is -1; FAILED is
 * the errno of the first error, or 0. */
struct out { char *data; size_t len, cap; int fd, failed; };

bool out_open(struct out *, int fd);
void out_put(struct out *, const char *, size_t);
void out_puts(struct out *, const char *);
void out_number(struct out *, uint64_t);
void out_day(struct out *, int32_t day);
/* As a JSON string, with its quotes. */
void out_json(struct out *, const char *);
bool out_flush(struct out *);
bool out_close(struct out *);

void json_child(struct out *, const struct child *, bool ids);
void csv_header(struct out *);
void csv_child(struct out *, const struct child *, bool ids);

/* ---- future.c: what happens to them afterwards -------------------------- */
/* Both take the PERCENT of the usual events that are to happen. */
void future_consents(const struct world *, const struct child *, int years,
    uint32_t percent, struct out *);
void future_events(const struct world *, const struct child *, int years,
    uint32_t percent, struct out *);

/* ---- bad.c: rows that an importer must refuse --------------------------- */
enum { BAD_NONE = -1 };
/* Which way record K is bad when one in N is, or BAD_NONE. */
int bad_kind(uint64_t seed, uint64_t k, uint32_t n, bool csv);
const char *bad_word(int kind, bool csv);
/* Writes ROW (one line, no newline, LEN bytes) as KIND spoils it. */
void bad_write(struct out *, const char *row, size_t len, int kind, bool csv);

/* ---- near.c: rows about somebody whom a feed does not recognise --------- */
enum { NEAR_NONE = -1 };
/* Every such row's address is in this street, and nobody else's. */
#define near_street "Nearstreet"
/* In which way somebody is to be told of when one in about N is, or NEAR_NONE:
 * those with long names always, with former ones more often. */
int near_kind(uint64_t seed, const struct child *, uint32_t n);
const char *near_word(int kind);
/* Makes of a child what such a row says: half have an id of their own, the
 * others "". */
void near_make(const struct world *, struct child *, int kind);

#endif
