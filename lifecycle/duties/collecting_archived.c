#include "lifecycle/duties/collecting_impl.h"

/* Archived records: nothing of them is kept yet. */

enum cp_rc
cp_collect_archived(struct collecting *x, const struct cp_collected_subject *s,
    struct collecting_held *out, struct cp_err *err)
{
	(void)x;
	(void)s;
	(void)out;
	(void)err;
	return CP_OK;
}

enum cp_rc
cp_collect_boxed(struct collecting *x, const struct cp_collected_subject *s,
    enum cp_rc (*fn)(void *ctx, int64_t n, const char *at, const char *text,
	size_t len, struct cp_err *err), void *ctx, struct cp_err *err)
{
	(void)x;
	(void)s;
	(void)fn;
	(void)ctx;
	(void)err;
	return CP_OK;
}
