#ifndef CP_ARCHIVE_POOL_H
#define CP_ARCHIVE_POOL_H

#include "archive/err.h"

/*
 * A bounded set of worker threads that gives results back in the order of
 * submission.  One thread owns the pool: only it may submit and take.  What
 * goes wrong in a job is a value inside the item, never a state of the pool.
 */
struct cp_pool;

struct cp_pool_work {
	/* Does one item, in a worker.  STATE is what `init' made, or NULL. */
	void (*work)(void *ctx, void *state, void *item);
	/* Makes and frees what one worker keeps (handles, buffers); both may
	 * be NULL.  Called in cp_pool_new and cp_pool_free, by the owner. */
	enum cp_rc (*init)(void *ctx, void **state, struct cp_err *err);
	void (*clear)(void *ctx, void *state);
	void *ctx; /* borrowed; shared by all workers */
};

/* WORKERS threads (at most 64) and room for DEPTH items submitted but not yet
 * taken (at least WORKERS + 1 is given).  With 0 workers the owner does each
 * item in cp_pool_submit.  Threads block all signals. */
enum cp_rc cp_pool_new(const struct cp_pool_work *work, unsigned workers,
    unsigned depth, struct cp_pool **out, struct cp_err *err) CP_MUST_CHECK;
/* Lends ITEM to the pool until it is taken.  CP_BUSY when it is full: take
 * first. */
enum cp_rc cp_pool_submit(struct cp_pool *p, void *item, struct cp_err *err)
    CP_MUST_CHECK;
/* The oldest item, waiting until it is done; NULL when none is out. */
void *cp_pool_next(struct cp_pool *p);
/* How many are out, and whether one more would be refused. */
unsigned cp_pool_count(const struct cp_pool *p);
int cp_pool_full(const struct cp_pool *p);
/* Waits for work under way, drops what was not begun (the items stay the
 * caller's), joins every thread; NULL-safe, *P is NULL afterwards. */
void cp_pool_free(struct cp_pool **p);

#endif
