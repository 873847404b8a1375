#include "cpadmin/policy_wordings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpadmin/out.h"
#include "cpadmin/places.h"

static enum cp_rc
keep_problem(void *ctx, const struct cp_wording_problem *p,
    struct cp_err *err)
{
	struct cp_wordings_checked *c = ctx;
	struct cp_wording_problem *more;
	size_t cap;

	if (c->n == c->cap) {
		cap = c->cap == 0 ? 16 : 2 * c->cap;
		more = reallocarray(c->problem, cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		c->problem = more;
		c->cap = cap;
	}
	c->problem[c->n++] = *p;
	return CP_OK;
}

static enum cp_rc
count_lag(void *ctx, const struct cp_translation *t, struct cp_err *err)
{
	struct cp_wordings_checked *c = ctx;

	(void)err;
	c->lag += t->state == CP_TRANSLATION_LAGS;
	c->missing += t->state == CP_TRANSLATION_MISSING;
	return CP_OK;
}

enum cp_rc
cp_wordings_check(const char *file, const struct cp_policy *policy,
    struct cp_wordings_checked *out, struct cp_err *err)
{
	struct cp_wordings *w = NULL;
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	if (policy->notice_wording == NULL)
		return CP_OK;
	rc = cp_place_wordings(file, out->folder, sizeof(out->folder), err);
	if (rc == CP_OK)
		rc = cp_wordings_load(out->folder, policy, keep_problem, out, &w,
		    err);
	if (rc == CP_OK)
		rc = cp_wording_translations(w, count_lag, out, err);
	if (rc == CP_OK)
		out->languages = cp_wording_languages(w);
	cp_wordings_free(w);
	return rc;
}

void
cp_wordings_checked_clear(struct cp_wordings_checked *c)
{
	free(c->problem);
	memset(c, 0, sizeof(*c));
}

enum cp_rc
cp_out_wordings(const struct cp_call *call,
    const struct cp_wordings_checked *c, struct cp_err *err)
{
	static const struct cp_column columns[] = { { "file", "FILE" },
		{ "line", "LINE" }, { "what", "PROBLEM" } };
	char path[sizeof(c->folder) + sizeof(c->problem->file) + 1];
	struct cp_out *o = NULL;
	enum cp_rc rc;

	rc = cp_out_table(call, "policy-problems", columns, 3, &o, err);
	for (size_t i = 0; i < c->n && rc == CP_OK; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", c->folder,
		    c->problem[i].file);
		cp_out_text(o, path);
		if (c->problem[i].line != 0)
			cp_out_int(o, c->problem[i].line);
		else
			cp_out_text(o, NULL);
		cp_out_text(o, c->problem[i].what);
		rc = cp_out_row(o, err);
	}
	if (rc == CP_OK)
		rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}
