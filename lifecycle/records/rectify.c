#include "lifecycle/records/rectify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "corrected", "refused", "told" };
enum { WORDS = sizeof(words) / sizeof(words[0]) };

const char *
cp_rectified_word(enum cp_rectified v)
{
	return words[v];
}

int
cp_rectified_parse(const char *word, enum cp_rectified *out)
{
	for (int i = 0; i < WORDS; i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*out = (enum cp_rectified)i;
		return 1;
	}
	return 0;
}

/* ---- what there is ------------------------------------------------------- */

static enum cp_rc
count_one(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	struct cp_rectify_tally *t = ctx;

	(void)err;
	t->rectified += strcmp(e->kind, "rectified") == 0;
	t->refused += strcmp(e->kind, "not-rectified") == 0;
	t->told += strcmp(e->kind, "told") == 0;
	t->objection_upheld += strcmp(e->kind, "objection-upheld") == 0;
	t->objection_refused += strcmp(e->kind, "objection-refused") == 0;
	if (strncmp(e->kind, "objection-", 10) == 0)
		(void)snprintf(t->objection, sizeof(t->objection), "%s",
		    e->kind);
	return CP_OK;
}

enum cp_rc
cp_rectify_count(struct cp_store *s, const struct cp_sar *r,
    struct cp_rectify_tally *out, struct cp_err *err)
{
	struct cp_rectify_tally t;
	enum cp_rc rc;

	memset(&t, 0, sizeof(t));
	rc = cp_sar_events(s, r, count_one, &t, err);
	if (rc == CP_OK)
		*out = t;
	return rc;
}

int
cp_rectify_untold(const struct cp_rectify_tally *t)
{
	return t->rectified > 0 && t->told == 0;
}

/* ---- about whom ---------------------------------------------------------- */

/* The first of R's subjects that is RECORD, or number IDX where RECORD is 0;
 * its identifying number into ID ("" where it is nobody's).  *FOUND 0: none. */
static enum cp_rc
subject_of(struct cp_store *s, const struct cp_sar *r, int64_t record,
    int *idx, char id[CP_ID_MAX], int *found, struct cp_err *err)
{
	struct cp_sar_subject *all = calloc(CP_SAR_SUBJECTS, sizeof(*all));
	size_t n = 0;
	enum cp_rc rc = all == NULL ?
	    cp_fail(err, CP_FAILED, "out of memory") :
	    cp_sar_subjects(s, r, all, &n, err);

	*found = 0;
	for (size_t i = 0; rc == CP_OK && i < n && !*found; i++) {
		if (record != 0 ? all[i].record != record :
		    all[i].idx != *idx)
			continue;
		*found = 1;
		*idx = all[i].idx;
		(void)snprintf(id, CP_ID_MAX, "%s", all[i].record_id);
	}
	free(all);
	return rc;
}

enum cp_rc
cp_rectify_subject(struct cp_store *s, const struct cp_sar *r, int64_t record,
    int *idx, struct cp_err *err)
{
	char id[CP_ID_MAX];
	int found = 0;
	enum cp_rc rc = CP_OK;

	if (record != 0 && r->stage != CP_SAR_CLOSED &&
	    (r->asks & CP_ASKS_RECTIFICATION) != 0)
		rc = subject_of(s, r, record, idx, id, &found, err);
	if (rc != CP_OK || found)
		return rc;
	cp_fail(err, CP_REFUSED, "%s does not ask that this record is put "
	    "right", r->id);
	cp_err_hint(err, "without --request it is put right as well; "
	    "`cpadmin sar show %s' says what was asked for, and about whom",
	    r->id);
	return CP_REFUSED;
}

/* ---- entering ------------------------------------------------------------ */

static enum cp_rc
need_text(const char *text, const char *what, struct cp_err *err)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n == 0)
		return cp_fail(err, CP_BAD_INPUT, "%s is empty", what);
	if (n >= CP_SAR_TEXT)
		return cp_fail(err, CP_BAD_INPUT, "%s has over %d bytes", what,
		    CP_SAR_TEXT - 1);
	return CP_OK;
}

static enum cp_rc
enter(const struct cp_change *c, const struct cp_sar_rules *rules,
    struct cp_sar *r, const char *kind, const char *reference,
    const char *text, struct cp_err *err)
{
	struct cp_sar_event e;

	memset(&e, 0, sizeof(e));
	e.date = c->now->today;
	(void)snprintf(e.kind, sizeof(e.kind), "%s", kind);
	(void)snprintf(e.reference, sizeof(e.reference), "%s", reference);
	(void)snprintf(e.text, sizeof(e.text), "%s", text);
	return cp_sar_enter(c, rules, r, &e, err);
}

static enum cp_rc
check(const struct cp_rectifying *x, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (x->what != CP_RECTIFY_TOLD)
		rc = need_text(x->reason, "the reason", err);
	else if (x->n_told == 0)
		rc = cp_fail(err, CP_BAD_INPUT, "who was told is missing");
	if (rc == CP_OK && x->what == CP_RECTIFY_REFUSED && x->n_told > 0)
		rc = cp_fail(err, CP_BAD_INPUT, "nobody is told of what was "
		    "not put right");
	for (size_t i = 0; rc == CP_OK && i < x->n_told; i++)
		rc = need_text(x->told[i], "who was told", err);
	return rc;
}

static enum cp_rc
need_asked(const struct cp_sar *r, unsigned what, const char *word,
    struct cp_err *err)
{
	if ((r->asks & what) != 0)
		return CP_OK;
	cp_fail(err, CP_REFUSED, "%s does not ask for %s", r->id, word);
	cp_err_hint(err, "what is asked for is said when it is opened: "
	    "`cpadmin sar open --asks %s'", word);
	return CP_REFUSED;
}

static enum cp_rc
need_rectified(struct cp_store *s, const struct cp_sar *r, struct cp_err *err)
{
	struct cp_rectify_tally t;
	enum cp_rc rc = cp_rectify_count(s, r, &t, err);

	if (rc != CP_OK || t.rectified > 0)
		return rc;
	cp_fail(err, CP_REFUSED, "nothing was put right for %s, of which "
	    "anybody could be told", r->id);
	cp_err_hint(err, "`cpadmin sar rectify %s corrected' says that it was",
	    r->id);
	return CP_REFUSED;
}

enum cp_rc
cp_rectify_enter(const struct cp_change *c, const struct cp_sar_rules *rules,
    struct cp_sar *r, const struct cp_rectifying *x, struct cp_err *err)
{
	char id[CP_ID_MAX] = "";
	int idx = x->idx, found = 0;
	enum cp_rc rc = check(x, err);

	if (rc == CP_OK)
		rc = need_asked(r, CP_ASKS_RECTIFICATION, "rectification",
		    err);
	if (rc == CP_OK)
		rc = subject_of(c->store, r, 0, &idx, id, &found, err);
	if (rc == CP_OK && !found)
		rc = cp_fail(err, CP_NOT_FOUND, "%s has no subject %d", r->id,
		    x->idx);
	if (rc == CP_OK && x->what == CP_RECTIFY_TOLD)
		rc = need_rectified(c->store, r, err);
	if (rc == CP_OK && x->what != CP_RECTIFY_TOLD)
		rc = enter(c, rules, r, x->what == CP_RECTIFY_CORRECTED ?
		    "rectified" : "not-rectified", id, x->reason, err);
	for (size_t i = 0; rc == CP_OK && i < x->n_told; i++)
		rc = enter(c, rules, r, "told", id, x->told[i], err);
	return rc;
}

enum cp_rc
cp_rectify_object(const struct cp_change *c, const struct cp_sar_rules *rules,
    struct cp_sar *r, int upheld, const char *reason, struct cp_err *err)
{
	const char *kind = upheld ? "objection-upheld" : "objection-refused";
	struct cp_rectify_tally t;
	enum cp_rc rc = need_text(reason, "the reason", err);

	if (rc == CP_OK)
		rc = need_asked(r, CP_ASKS_OBJECTION, "objection", err);
	if (rc == CP_OK)
		rc = cp_rectify_count(c->store, r, &t, err);
	if (rc == CP_OK && strcmp(t.objection, kind) == 0)
		return cp_fail(err, CP_REFUSED, "the objection of %s was %s "
		    "before", r->id, upheld ? "upheld" : "refused");
	return rc == CP_OK ? enter(c, rules, r, kind, "", reason, err) : rc;
}
