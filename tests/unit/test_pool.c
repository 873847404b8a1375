#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/pool.h"

enum { ITEMS = 500 };

struct shared {
	pthread_mutex_t lock;
	int made, cleared, inside, most;
	int fail_at; /* init that fails, from 1; 0 = none */
};

struct item {
	int in, out;
};

static struct cp_err err;

static enum cp_rc
on_init(void *ctx, void **state, struct cp_err *e)
{
	struct shared *s = ctx;

	if (s->fail_at != 0 && s->made + 1 == s->fail_at)
		return cp_fail(e, CP_FAILED, "no state");
	s->made++;
	*state = calloc(1, sizeof(int));
	return CP_OK;
}

static void
on_clear(void *ctx, void *state)
{
	struct shared *s = ctx;

	s->cleared++;
	free(state);
}

static void
on_work(void *ctx, void *state, void *item)
{
	struct shared *s = ctx;
	struct item *i = item;
	int *mine = state;

	(void)pthread_mutex_lock(&s->lock);
	if (++s->inside > s->most)
		s->most = s->inside;
	(void)pthread_mutex_unlock(&s->lock);
	++*mine;
	/* Early items take longest, so that order has to be kept. */
	(void)usleep(i->in % 7 == 0 ? 700 : 20);
	i->out = i->in * 2;
	(void)pthread_mutex_lock(&s->lock);
	s->inside--;
	(void)pthread_mutex_unlock(&s->lock);
}

START_TEST(test_order)
{
	static struct item items[ITEMS];
	struct shared s = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct cp_pool_work work = { on_work, on_init, on_clear, &s };
	unsigned workers = (unsigned)_i;
	struct cp_pool *p = NULL;
	struct item *got;
	int in, out = 0;

	ck_assert_int_eq(cp_pool_new(&work, workers, 8, &p, &err), CP_OK);
	ck_assert_ptr_null(cp_pool_next(p));
	for (in = 0; in < ITEMS; in++) {
		items[in].in = in;
		if (cp_pool_full(p)) {
			ck_assert_int_eq(cp_pool_submit(p, &items[in],
			    &err), CP_BUSY);
			got = cp_pool_next(p);
			ck_assert_ptr_eq(got, &items[out]);
			ck_assert_int_eq(got->out, out++ * 2);
		}
		ck_assert_int_eq(cp_pool_submit(p, &items[in], &err), CP_OK);
		ck_assert_uint_le(cp_pool_count(p), 8);
	}
	while ((got = cp_pool_next(p)) != NULL) {
		ck_assert_ptr_eq(got, &items[out]);
		ck_assert_int_eq(got->out, out++ * 2);
	}
	ck_assert_int_eq(out, ITEMS);
	cp_pool_free(&p);
	ck_assert_ptr_null(p);
	ck_assert_int_eq(s.made, workers == 0 ? 1 : (int)workers);
	ck_assert_int_eq(s.cleared, s.made);
	ck_assert_int_le(s.most, workers == 0 ? 1 : (int)workers);
	if (workers > 1)
		ck_assert_int_gt(s.most, 1);
}
END_TEST

START_TEST(test_free_with_work_out)
{
	static struct item items[8];
	struct shared s = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct cp_pool_work work = { on_work, on_init, on_clear, &s };
	struct cp_pool *p = NULL;
	int i;

	ck_assert_int_eq(cp_pool_new(&work, 2, 8, &p, &err), CP_OK);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(cp_pool_submit(p, &items[i], &err), CP_OK);
	cp_pool_free(&p);
	ck_assert_int_eq(s.inside, 0);
	ck_assert_int_eq(s.cleared, 2);
	cp_pool_free(&p);
}
END_TEST

START_TEST(test_init_fails)
{
	struct shared s = { .lock = PTHREAD_MUTEX_INITIALIZER,
	    .fail_at = 3 };
	struct cp_pool_work work = { on_work, on_init, on_clear, &s };
	struct cp_pool *p = NULL;

	ck_assert_int_eq(cp_pool_new(&work, 4, 8, &p, &err), CP_FAILED);
	ck_assert_ptr_null(p);
	ck_assert_int_eq(s.cleared, 2);
	ck_assert_int_eq(cp_pool_new(&work, 65, 8, &p, &err), CP_USAGE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_order, 0, 5);
	tcase_add_test(t, test_free_with_work_out);
	tcase_add_test(t, test_init_fails);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
