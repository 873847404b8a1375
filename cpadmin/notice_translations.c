#include "cpadmin/notice_verbs.h"
#include "cpadmin/places.h"

/* `notice translations': each wording that is not English, and how it stands
 * to the English. */

static const struct cp_column columns[] = {
	{ "language", "LANGUAGE" },
	{ "name", "LETTER" },
	{ "state", "STATE" },
	{ "status", "STATUS" },
	{ "checked_by", "CHECKED BY" },
	{ "version", "VERSION" },
	{ "original_version", "ENGLISH" },
	{ "original", "TRANSLATES" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct listing {
	const struct cp_call *call;
	struct cp_out *o;
	int n, checked, state[CP_TRANSLATION_WRONG + 1];
};

static enum cp_rc
say_problem(void *ctx, const struct cp_wording_problem *p,
    struct cp_err *err)
{
	const struct listing *l = ctx;

	(void)err;
	if (p->line != 0)
		cp_say(l->call, "%s:%u: %s", p->file, p->line, p->what);
	else
		cp_say(l->call, "%s: %s", p->file, p->what);
	return CP_OK;
}

static void
out_known(struct cp_out *o, const char *text)
{
	cp_out_text(o, text[0] != '\0' ? text : NULL);
}

static enum cp_rc
out_translation(void *ctx, const struct cp_translation *t,
    struct cp_err *err)
{
	static const char *const states[] = { "current", "lags", "missing",
		"wrong" };
	struct listing *l = ctx;

	l->n++;
	l->checked += t->checked_by[0] != '\0';
	l->state[t->state]++;
	cp_out_text(l->o, t->language);
	cp_out_text(l->o, t->name);
	cp_out_text(l->o, states[t->state]);
	out_known(l->o, t->status);
	out_known(l->o, t->checked_by);
	out_known(l->o, t->version);
	cp_out_text(l->o, t->of_version);
	cp_out_text(l->o, t->original);
	return cp_out_row(l->o, err);
}

static enum cp_rc
list(struct cp_notices *x, struct cp_err *err)
{
	struct listing l = { .call = x->call };
	struct cp_wordings *w = NULL;
	char file[4096], folder[4096];
	enum cp_rc rc;

	rc = cp_settings_policy_file(x->s.store, &x->s.settings, file,
	    sizeof(file), err);
	if (rc == CP_OK)
		rc = cp_place_wordings(file, folder, sizeof(folder), err);
	if (rc == CP_OK)
		rc = cp_wordings_survey(folder, x->policy, say_problem, &l,
		    &w, err);
	if (rc == CP_OK)
		rc = cp_out_table(x->call, "notice-translations", columns,
		    COLUMNS, &l.o, err);
	if (rc == CP_OK)
		rc = cp_wording_translations(w, out_translation, &l, err);
	if (rc == CP_OK)
		rc = cp_out_end(&l.o, err);
	if (rc == CP_OK)
		cp_say(x->call, "%d translations: %d checked, %d lag, %d "
		    "missing, %d wrong", l.n, l.checked,
		    l.state[CP_TRANSLATION_LAGS],
		    l.state[CP_TRANSLATION_MISSING],
		    l.state[CP_TRANSLATION_WRONG]);
	cp_out_free(l.o);
	cp_wordings_free(w);
	return rc;
}

enum cp_rc
cp_notice_run_translations(struct cp_call *call, struct cp_err *err)
{
	struct cp_notices x;
	enum cp_rc rc = cp_notices_open(call, CP_STORE_READ,
	    CP_NOTICE_READERS | CP_ROLE_ADMIN, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = list(&x, err);
	cp_notices_close(&x);
	return rc;
}
