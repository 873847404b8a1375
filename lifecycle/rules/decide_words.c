#include <string.h>

#include "lifecycle/rules/decide.h"

static const char *const STATES[] = { "live", "archived", "destroyed",
	"merged" };
static const char *const ACTIONS[] = { "none", "archive", "destroy" };
static const char *const GROUNDS[] = { "connexions", "care-leaver",
	"learning-difficulty" };
static const char *const GIVERS[] = { "self", "parent", "representative" };
static const char *const INTENTIONS[] = { "", "return", "no-return",
	"none-stated" };
static const char *const ENDS[] = { "withdrawal", "ground" };
static const char *const STEPS[] = { "input", "rule", "hold", "answer",
	"would-change" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *
word(const char *const *words, size_t n, unsigned v)
{
	return v < n ? words[v] : "unknown";
}

/* The place of TEXT in WORDS, or N. */
static unsigned
place(const char *const *words, size_t n, const char *text)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (*text != '\0' && strcmp(words[i], text) == 0)
			break;
	return i;
}

const char *
cp_state_word(enum cp_state v)
{
	return word(STATES, COUNT(STATES), v);
}

const char *
cp_action_word(enum cp_action v)
{
	return word(ACTIONS, COUNT(ACTIONS), v);
}

const char *
cp_ground_word(enum cp_ground v)
{
	return word(GROUNDS, COUNT(GROUNDS), v);
}

const char *
cp_by_word(enum cp_by v)
{
	return word(GIVERS, COUNT(GIVERS), v);
}

const char *
cp_intention_word(enum cp_intention v)
{
	return word(INTENTIONS, COUNT(INTENTIONS), v);
}

const char *
cp_ended_by_word(enum cp_ended_by v)
{
	return word(ENDS, COUNT(ENDS), v);
}

const char *
cp_step_kind_word(enum cp_step_kind v)
{
	return word(STEPS, COUNT(STEPS), v);
}

int
cp_state_parse(const char *text, enum cp_state *out)
{
	unsigned i = place(STATES, COUNT(STATES), text);

	if (i == COUNT(STATES))
		return 0;
	*out = (enum cp_state)i;
	return 1;
}

int
cp_ground_parse(const char *text, enum cp_ground *out)
{
	unsigned i = place(GROUNDS, COUNT(GROUNDS), text);

	if (i == COUNT(GROUNDS))
		return 0;
	*out = (enum cp_ground)i;
	return 1;
}

int
cp_by_parse(const char *text, enum cp_by *out)
{
	unsigned i = place(GIVERS, COUNT(GIVERS), text);

	if (i == COUNT(GIVERS))
		return 0;
	*out = (enum cp_by)i;
	return 1;
}

int
cp_intention_parse(const char *text, enum cp_intention *out)
{
	unsigned i = place(INTENTIONS, COUNT(INTENTIONS), text);

	if (i == COUNT(INTENTIONS))
		return 0;
	*out = (enum cp_intention)i;
	return 1;
}

int
cp_ended_by_parse(const char *text, enum cp_ended_by *out)
{
	unsigned i = place(ENDS, COUNT(ENDS), text);

	if (i == COUNT(ENDS))
		return 0;
	*out = (enum cp_ended_by)i;
	return 1;
}
