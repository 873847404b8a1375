#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/world.h"

/* How the model writes a person and a policy. */

static const char *const AUTHORITY[AUTHORITIES] = { "E08000015", "E06000001",
	"E10000016", "E09000033" };
static const char *const GIVEN[GIVEN_NAMES] = { "Ada", "Bryn", "Carys",
	"Devon", "Esme", "Farid", "Grace", "Hugh" };
static const char *const CARER[] = { "Maeve", "Orla", "Tess" };
static const char *const GENDER[] = { "female", "male", "not-specified" };
static const char *const SERVICE[] = { "education", "primary-health-care",
	"social-care", "youth-justice", "sexual-health" };
static const char *const INTENTION[] = { "", "return", "no-return",
	"none-stated" };

void
put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	for (;;) {
		size_t room = t->cap - t->n;

		va_start(ap, fmt);
		n = vsnprintf(t->s != NULL ? t->s + t->n : NULL, room, fmt,
		    ap);
		va_end(ap);
		if (n < 0)
			abort();
		if ((size_t)n < room)
			break;
		t->cap = 2 * t->cap + (size_t)n + 1;
		t->s = realloc(t->s, t->cap);
		if (t->s == NULL)
			abort();
	}
	t->n += (size_t)n;
}

void
drop(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

const char *
token(int n, char out[TOKEN_TEXT])
{
	memcpy(out, "Zq", 2);
	for (int i = 6; i >= 2; i--) {
		out[i] = (char)('a' + n % 26);
		n /= 26;
	}
	out[7] = '\0';
	return out;
}

int
token_person(const char *at)
{
	int n = 0;

	if (at[0] != 'Z' || at[1] != 'q')
		return -1;
	for (int i = 2; i < 7; i++) {
		if (at[i] < 'a' || at[i] > 'z')
			return -1;
		n = 26 * n + at[i] - 'a';
	}
	return n;
}

const char *
authority_code(int n)
{
	return AUTHORITY[n];
}

const char *
given_name(int n)
{
	return GIVEN[n];
}

void
born_text(struct born b, char out[DAY_TEXT])
{
	unsigned y = (unsigned)b.y % 10000, m = (unsigned)b.m % 100;

	if (b.d != 0)
		(void)snprintf(out, DAY_TEXT, "%04u-%02u-%02u", y, m,
		    (unsigned)b.d % 100);
	else if (b.m != 0)
		(void)snprintf(out, DAY_TEXT, "%04u-%02u", y, m);
	else
		(void)snprintf(out, DAY_TEXT, "%04u", y);
}

/* NHS numbers end in a digit that makes the weighted sum a multiple of 11;
 * where none does, the number is not given out. */
void
nhs_number(int n, char out[NHS_TEXT])
{
	for (long at = 400000000L + 7L * n;; at++) {
		int sum = 0;

		(void)snprintf(out, NHS_TEXT, "%09ld", at % 1000000000L);
		for (int i = 0; i < 9; i++)
			sum += (10 - i) * (out[i] - '0');
		if (sum % 11 == 1)
			continue;
		out[9] = (char)('0' + (11 - sum % 11) % 11);
		out[10] = '\0';
		return;
	}
}

static void
put_day(struct text *t, const char *key, day n)
{
	char d[DAY_TEXT];

	if (n == 0)
		put(t, "\"%s\":null", key);
	else
		put(t, "\"%s\":\"%s\"", key, day_text(n, d));
}

static void
put_involved(struct text *t, const struct involvement *i, const char *name)
{
	put(t, "{\"service\":\"%s\",\"provider\":\"Ridge House %d\","
	    "\"practitioner\":\"Dr %s\",", SERVICE[i->service], i->provider,
	    name);
	put_day(t, "start", i->start);
	put(t, ",");
	put_day(t, "end", i->end);
	put(t, ",\"lead\":false,\"assessment\":true,\"sensitive\":");
	if (i->basis == NOT_SENSITIVE)
		put(t, "null}");
	else
		put(t, "{\"basis\":\"%s\",\"evidence\":\"%s/%d\"}}",
		    i->basis == BY_CONSENT ? "consent" : "significant-harm",
		    name, i->evidence);
}

static void
put_events(struct text *t, const struct person *p)
{
	put(t, "\"left_england\":");
	if (p->left == AT_HOME) {
		put(t, "null");
	} else {
		put(t, "{");
		put_day(t, "date", p->left_on);
		put(t, ",\"intention\":\"%s\"}", INTENTION[p->left]);
	}
	put(t, ",\"death\":");
	if (p->notified == 0) {
		put(t, "null");
	} else {
		put(t, "{");
		put_day(t, "date", p->died);
		put(t, ",");
		put_day(t, "notified", p->notified);
		put(t, "}");
	}
}

/* In the one form that equal people have equal bytes in. */
void
person_text(const struct person *p, int n, struct text *out)
{
	char name[TOKEN_TEXT], birth[DAY_TEXT];

	token(n, name);
	born_text(p->born, birth);
	out->n = 0;
	put(out, "{\"cpadmin\":\"record/1\"");
	if (p->id[0] != '\0')
		put(out, ",\"id\":\"%s\"", p->id);
	put(out, ",\"authority\":\"%s\",\"names\":[{\"type\":\"current\","
	    "\"given\":\"%s\",\"family\":\"%s\"}", AUTHORITY[p->authority],
	    GIVEN[p->given], name);
	for (int i = 0; i < p->n_former; i++)
		put(out, ",{\"type\":\"former\",\"given\":\"%s\",\"family\":"
		    "\"%s\"}", GIVEN[p->former[i]], name);
	put(out, "],\"gender\":\"%s\",\"birth_date\":\"%s\",\"numbers\":[",
	    GENDER[p->gender], birth);
	if (p->nhs[0] != '\0')
		put(out, "{\"type\":\"nhs\",\"value\":\"%s\"}", p->nhs);
	put(out, "],\"addresses\":[");
	if (p->address)
		put(out, "{\"type\":\"current\",\"lines\":[\"1 %s Road\"],"
		    "\"postcode\":\"CH41 1AA\"}", name);
	put(out, "],\"carers\":[");
	for (int i = 0; i < p->carers; i++)
		put(out, "%s{\"name\":\"%s %s\",\"relation\":\"aunt\","
		    "\"responsibility\":true}", i > 0 ? "," : "", CARER[i],
		    name);
	put(out, "],\"involvements\":[");
	for (int i = 0; i < p->n_involved; i++) {
		put(out, "%s", i > 0 ? "," : "");
		put_involved(out, &p->involved[i], name);
	}
	put(out, "],");
	put_events(out, p);
	put(out, ",\"letters\":null}");
}

/* ---- policies ------------------------------------------------------------ */

static void
put_rule(struct text *t, const char *key, const char *value, int quoted)
{
	const char *q = quoted ? "\"" : "";

	put(t, "\t%s = { value = %s%s%s; source = \"policy: a test\"; };\n",
	    key, q, value, q);
}

static void
put_number(struct text *t, const char *key, int value)
{
	char s[16];

	(void)snprintf(s, sizeof(s), "%d", value);
	put_rule(t, key, s, 0);
}

static void
put_span(struct text *t, const char *key, struct span value)
{
	char s[SPAN_TEXT];

	put_rule(t, key, span_text(value, s), 1);
}

static void
put_retention(struct text *t, const struct rules *r)
{
	put(t, "retention = {\n");
	put_number(t, "age_limit", r->age_limit);
	put_rule(t, "leap_birthday", r->feb28 ? "february-28" : "march-1", 1);
	put_number(t, "connexions_limit", r->limit[CONNEXIONS]);
	put_number(t, "care_leaver_limit", r->limit[CARE_LEAVER]);
	put_number(t, "learning_difficulty_limit", r->limit[LEARNING]);
	put_number(t, "parent_lapse", r->lapse);
	put_span(t, "withdrawal", r->withdrawal);
	put_span(t, "ground_end", r->ground_end);
	put_span(t, "death_period", r->death);
	put_span(t, "left_no_return_period", r->left[NOT_TO_RETURN]);
	put_span(t, "left_return_period", r->left[TO_RETURN]);
	put_span(t, "left_none_stated_period", r->left[NONE_STATED]);
	put_span(t, "involvement_period", r->involvement);
	put_span(t, "sensitive_involvement_period", r->sensitive);
	put(t, "};\nconsent = {\n");
	put_rule(t, "reminder_age", "P16Y", 1);
	if (r->reconfirms)
		put_span(t, "reconfirm_period", r->reconfirm);
	put(t, "};\n");
}

void
rules_text(const struct rules *r, struct text *out)
{
	static const char *const already[] = { "keep", "lengthen",
		"replace" };

	out->n = 0;
	put(out, "name = \"model\";\nversion = \"%d\";\n"
	    "effective = \"2007-08-01\";\n", r->number);
	put_retention(out, r);
	put(out, "archive = {\n");
	put_span(out, "period", r->archive);
	if (r->already != UNSAID)
		put_rule(out, "already_archived", already[r->already], 1);
	put_span(out, "open_first_year_period", r->first_year);
	put_rule(out, "open_first_year_purposes", "[ \"audit\", "
	    "\"court-order\" ]", 0);
	put_rule(out, "open_later_purposes", "[ \"court-order\" ]", 0);
	put(out, "};\ndestruction = {\n");
	put_number(out, "approvals", r->approvals);
	put_span(out, "wait", r->wait);
	put(out, "};\nguards = {\n");
	put_number(out, "clock_ahead_hours", r->ahead_hours);
	put_number(out, "share_percent", r->share);
	put_number(out, "share_floor", r->floor);
	put(out, "};\n");
}
