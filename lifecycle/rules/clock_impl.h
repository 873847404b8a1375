#ifndef CP_RULES_CLOCK_IMPL_H
#define CP_RULES_CLOCK_IMPL_H

#include "lifecycle/rules/clock.h"

/*
 * Shared by clock.c, which counts, and clock_tell.c, which tells.
 */
enum cp_clock_what { CP_CLOCK_IDENTITY, CP_CLOCK_FEE, CP_CLOCK_CLARIFICATION,
	CP_CLOCK_WHATS, CP_CLOCK_OTHER = CP_CLOCK_WHATS };

/* From asking for something until it was given; given is none before. */
struct cp_clock_round {
	enum cp_clock_what what;
	struct cp_date asked, given;
};

/* What an event did. */
enum cp_clock_effect {
	CP_CLOCK_COUNTS,   /* what it is for */
	CP_CLOCK_NOTHING,  /* nothing was asked, or it was already */
	CP_CLOCK_TOO_LATE, /* as it came when the time was over */
	CP_CLOCK_NO_SUCH   /* an extension, where the policy has none */
};

struct cp_clock_seen {
	struct cp_clock_event event;
	enum cp_clock_effect effect;
	struct cp_date stood; /* the due date on that day, of an extension or
			       * what came too late; or none */
};

/* A clock in the middle of its events. */
struct cp_clock_run {
	const struct cp_policy *policy;
	const struct cp_holidays *holidays;
	struct cp_clock_seen *seen; /* owned; by date, asked before given */
	size_t n;
	struct cp_clock_round *round; /* owned; room for N */
	size_t n_rounds;
	struct cp_date extended;
};

enum cp_clock_what cp_clock_what(enum cp_clock_kind kind);
int cp_clock_asks(enum cp_clock_kind kind);
/* The end of the limit, or of the extension, from STARTS, before pauses. */
struct cp_date cp_clock_limit(const struct cp_policy *policy, int extended,
    struct cp_date starts);
/* How many days of a clarification paused what began on STARTS; *FROM (may be
 * NULL): the first. */
int cp_clock_paused(const struct cp_clock_run *r,
    const struct cp_clock_round *round, struct cp_date starts,
    struct cp_date *from);
/* Whether DAY is one of those of any. */
int cp_clock_pauses(const struct cp_clock_run *r, struct cp_date day);

/* clock_tell.c: how it came to C, step by step. */
enum cp_rc cp_clock_tell(const struct cp_clock_run *r,
    const struct cp_clock *c, cp_clock_step_fn *fn, void *ctx,
    struct cp_err *err) CP_MUST_CHECK;

#endif
