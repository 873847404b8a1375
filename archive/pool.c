#include "archive/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_WORKERS = 64, POOL_DEPTH = 65536 };

struct slot {
	void *item;
	int done;
};

struct worker {
	struct cp_pool *pool;
	pthread_t thread;
	void *state;
	int ready, running;
};

/*
 * Items are numbered from 0 as they are submitted; number N lives in slot
 * N % depth.  first <= begun <= last: what lies between first and last is
 * out, between begun and last not yet begun.  All under LOCK.
 */
struct cp_pool {
	struct cp_pool_work work;
	pthread_mutex_t lock;
	pthread_cond_t todo, done;
	int made; /* lock and conditions exist */
	struct slot *slots;
	struct worker *workers;
	unsigned nworkers, depth;
	unsigned long first, begun, last;
	int stop;
};

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct cp_pool *p = w->pool;
	struct slot *s;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->stop && p->begun == p->last)
			(void)pthread_cond_wait(&p->todo, &p->lock);
		if (p->stop)
			break;
		s = &p->slots[p->begun++ % p->depth];
		(void)pthread_mutex_unlock(&p->lock);
		p->work.work(p->work.ctx, w->state, s->item);
		(void)pthread_mutex_lock(&p->lock);
		s->done = 1;
		if (s == &p->slots[p->first % p->depth])
			(void)pthread_cond_signal(&p->done);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static enum cp_rc
make_lock(struct cp_pool *p, struct cp_err *err)
{
	int e = pthread_mutex_init(&p->lock, NULL);

	if (e == 0 && (e = pthread_cond_init(&p->todo, NULL)) != 0)
		(void)pthread_mutex_destroy(&p->lock);
	else if (e == 0 && (e = pthread_cond_init(&p->done, NULL)) != 0) {
		(void)pthread_cond_destroy(&p->todo);
		(void)pthread_mutex_destroy(&p->lock);
	}
	if (e != 0) {
		errno = e;
		return cp_fail_errno(err, CP_FAILED, "starting workers");
	}
	p->made = 1;
	return CP_OK;
}

/* Signals are the owner's business: a worker inherits a full mask. */
static enum cp_rc
start_threads(struct cp_pool *p, struct cp_err *err)
{
	sigset_t all, old;
	unsigned i;
	int e;

	(void)sigfillset(&all);
	e = pthread_sigmask(SIG_SETMASK, &all, &old);
	for (i = 0; e == 0 && i < p->nworkers; i++) {
		e = pthread_create(&p->workers[i].thread, NULL, worker_main,
		    &p->workers[i]);
		p->workers[i].running = e == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (e != 0) {
		errno = e;
		return cp_fail_errno(err, CP_FAILED, "starting workers");
	}
	return CP_OK;
}

static enum cp_rc
make_states(struct cp_pool *p, unsigned n, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;
	unsigned i;

	for (i = 0; rc == CP_OK && i < n; i++) {
		p->workers[i].pool = p;
		if (p->work.init != NULL)
			rc = p->work.init(p->work.ctx, &p->workers[i].state,
			    err);
		p->workers[i].ready = rc == CP_OK;
	}
	return rc;
}

enum cp_rc
cp_pool_new(const struct cp_pool_work *work, unsigned workers,
    unsigned depth, struct cp_pool **out, struct cp_err *err)
{
	unsigned n = workers > 0 ? workers : 1;
	struct cp_pool *p;
	enum cp_rc rc;

	if (workers > POOL_WORKERS || depth > POOL_DEPTH)
		return cp_fail(err, CP_USAGE, "at most %d workers and %d "
		    "items", POOL_WORKERS, POOL_DEPTH);
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	p->work = *work;
	p->nworkers = workers;
	p->depth = depth > workers ? depth : workers + 1;
	p->slots = calloc(p->depth, sizeof(*p->slots));
	p->workers = calloc(n, sizeof(*p->workers));
	if (p->slots == NULL || p->workers == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	else
		rc = make_lock(p, err);
	if (rc == CP_OK)
		rc = make_states(p, n, err);
	if (rc == CP_OK)
		rc = start_threads(p, err);
	if (rc == CP_OK)
		*out = p;
	else
		cp_pool_free(&p);
	return rc;
}

/* first and last change in the owner's hands only. */
unsigned
cp_pool_count(const struct cp_pool *p)
{
	return (unsigned)(p->last - p->first);
}

int
cp_pool_full(const struct cp_pool *p)
{
	return cp_pool_count(p) == p->depth;
}

enum cp_rc
cp_pool_submit(struct cp_pool *p, void *item, struct cp_err *err)
{
	struct slot *s = &p->slots[p->last % p->depth];

	if (cp_pool_full(p))
		return cp_fail(err, CP_BUSY, "%u items are out already",
		    p->depth);
	if (p->nworkers == 0)
		p->work.work(p->work.ctx, p->workers[0].state, item);
	(void)pthread_mutex_lock(&p->lock);
	s->item = item;
	s->done = p->nworkers == 0;
	p->last++;
	(void)pthread_cond_signal(&p->todo);
	(void)pthread_mutex_unlock(&p->lock);
	return CP_OK;
}

void *
cp_pool_next(struct cp_pool *p)
{
	struct slot *s = &p->slots[p->first % p->depth];
	void *item;

	if (cp_pool_count(p) == 0)
		return NULL;
	(void)pthread_mutex_lock(&p->lock);
	while (!s->done)
		(void)pthread_cond_wait(&p->done, &p->lock);
	item = s->item;
	s->item = NULL;
	p->first++;
	(void)pthread_mutex_unlock(&p->lock);
	return item;
}

void
cp_pool_free(struct cp_pool **pp)
{
	struct cp_pool *p = *pp;
	struct worker *w;
	unsigned i;

	*pp = NULL;
	if (p == NULL)
		return;
	if (p->made) {
		(void)pthread_mutex_lock(&p->lock);
		p->stop = 1;
		(void)pthread_cond_broadcast(&p->todo);
		(void)pthread_mutex_unlock(&p->lock);
	}
	for (i = 0; p->workers != NULL && i < POOL_WORKERS; i++) {
		if (i > 0 && i >= p->nworkers)
			break;
		w = &p->workers[i];
		if (w->running)
			(void)pthread_join(w->thread, NULL);
		if (w->ready && p->work.clear != NULL)
			p->work.clear(p->work.ctx, w->state);
	}
	if (p->made) {
		(void)pthread_cond_destroy(&p->done);
		(void)pthread_cond_destroy(&p->todo);
		(void)pthread_mutex_destroy(&p->lock);
	}
	free(p->workers);
	free(p->slots);
	free(p);
}
