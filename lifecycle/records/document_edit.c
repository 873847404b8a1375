#include "lifecycle/records/document_edit.h"

#include <string.h>

#include "lifecycle/records/document_priv.h"

enum cp_rc
cp_document_set_id(struct cp_document *doc, const char *id,
    struct cp_err *err)
{
	const char *cause = document_check_id(id);

	if (cause != NULL)
		return cp_fail(err, CP_BAD_INPUT, "identifying number: %s",
		    cause);
	memcpy(doc->id, id, strlen(id) + 1);
	return CP_OK;
}

enum cp_rc
cp_document_set_authority(struct cp_document *doc, const char *code,
    struct cp_err *err)
{
	const char *cause = document_check_authority(code);

	if (cause != NULL)
		return cp_fail(err, CP_BAD_INPUT, "authority: %s", cause);
	memcpy(doc->authority, code, strlen(code) + 1);
	return CP_OK;
}

/* Takes the four dates and the intention from CHANGED, if they may be. */
static enum cp_rc
set_events(struct cp_document *doc, const struct cp_document *changed,
    struct cp_err *err)
{
	struct cp_date none = { 0 };
	const char *path = NULL;
	const char *cause = document_check_whole(changed, none, &path);

	if (cause != NULL)
		return cp_fail(err, CP_BAD_INPUT, "%s: %s", path + 2, cause);
	doc->died_on = changed->died_on;
	doc->death_notified = changed->death_notified;
	doc->left_on = changed->left_on;
	doc->left_intention = changed->left_intention;
	return CP_OK;
}

enum cp_rc
cp_document_set_death(struct cp_document *doc, struct cp_date died,
    struct cp_date notified, struct cp_err *err)
{
	struct cp_document changed = *doc;

	if (!cp_date_set(died) || !cp_date_set(notified))
		return cp_fail(err, CP_BAD_INPUT,
		    "death: two dates are needed");
	changed.died_on = died;
	changed.death_notified = notified;
	return set_events(doc, &changed, err);
}

enum cp_rc
cp_document_set_left(struct cp_document *doc, struct cp_date date,
    enum cp_intention intention, struct cp_err *err)
{
	struct cp_document changed = *doc;

	if (!cp_date_set(date) || intention == CP_INTENTION_NONE)
		return cp_fail(err, CP_BAD_INPUT,
		    "left England: a date and an intention are needed");
	changed.left_on = date;
	changed.left_intention = intention;
	return set_events(doc, &changed, err);
}

enum cp_rc
cp_document_clear_left(struct cp_document *doc, struct cp_err *err)
{
	if (doc->left_intention == CP_INTENTION_NONE)
		return cp_fail(err, CP_REFUSED,
		    "no statement of having left England is on record");
	doc->left_on.days = 0;
	doc->left_intention = CP_INTENTION_NONE;
	return CP_OK;
}

static struct cp_date
prune_due(const struct cp_involvement *inv, const struct cp_policy *policy)
{
	return cp_decide_prune(policy, inv->end,
	    inv->sensitive != CP_SENSITIVE_NO);
}

struct cp_date
cp_document_next_prune(const struct cp_document *doc,
    const struct cp_policy *policy)
{
	struct cp_date next = { 0 };

	for (size_t i = 0; i < doc->n_involvements; i++)
		next = cp_date_earlier(next,
		    prune_due(&doc->involvements[i], policy));
	return next;
}

static const char *
service_kind(const struct cp_involvement *inv)
{
	return inv->sensitive != CP_SENSITIVE_NO ? "sensitive" : inv->service;
}

/* How many of the N have the kind of the I-th, or 0 if an earlier one has. */
static int64_t
count_kind(const struct cp_involvement *inv, size_t n, size_t i)
{
	int64_t count = 0;

	for (size_t j = 0; j < n; j++) {
		if (strcmp(service_kind(&inv[j]), service_kind(&inv[i])) != 0)
			continue;
		if (j < i)
			return 0;
		count++;
	}
	return count;
}

static void
put_counts(const struct cp_involvement *inv, size_t n, struct cp_buf *out)
{
	cp_json_open(out, '{');
	for (size_t i = 0; i < n; i++) {
		int64_t count = count_kind(inv, n, i);

		if (count == 0)
			continue;
		cp_json_put_string(out, service_kind(&inv[i]));
		cp_buf_putc(out, ':');
		cp_json_put_int(out, count);
	}
	cp_json_close(out, '}');
}

size_t
cp_document_prune(struct cp_document *doc, const struct cp_policy *policy,
    struct cp_date on, struct cp_buf *counts)
{
	struct cp_involvement gone[CP_DOCUMENT_LIST_MAX];
	size_t n_gone = 0;
	size_t kept = 0;

	for (size_t i = 0; i < doc->n_involvements; i++) {
		struct cp_involvement *inv = &doc->involvements[i];
		struct cp_date due = prune_due(inv, policy);

		if (cp_date_set(due) && cp_date_cmp(due, on) <= 0)
			gone[n_gone++] = *inv;
		else
			doc->involvements[kept++] = *inv;
	}
	doc->n_involvements = kept;
	if (counts != NULL)
		put_counts(gone, n_gone, counts);
	return n_gone;
}

enum cp_rc
cp_document_set_sensitive(struct cp_document *doc, size_t i,
    enum cp_sensitive basis, const char *evidence, struct cp_err *err)
{
	struct cp_involvement *inv = &doc->involvements[i];
	char *copy = NULL;

	if (evidence != NULL && evidence[0] != '\0') {
		copy = document_alloc(doc, strlen(evidence) + 1);
		if (copy == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		memcpy(copy, evidence, strlen(evidence) + 1);
	}
	inv->sensitive = basis;
	inv->evidence = copy;
	return CP_OK;
}

void
cp_document_drop_involvement(struct cp_document *doc, size_t i)
{
	doc->n_involvements--;
	memmove(&doc->involvements[i], &doc->involvements[i + 1],
	    (doc->n_involvements - i) * sizeof(*doc->involvements));
}

void
cp_document_mask_sensitive(struct cp_document *doc)
{
	size_t kept = 0;
	int seen = 0;

	for (size_t i = 0; i < doc->n_involvements; i++) {
		struct cp_involvement *inv = &doc->involvements[i];

		if (inv->sensitive == CP_SENSITIVE_NO) {
			doc->involvements[kept++] = *inv;
		} else if (!seen) {
			seen = 1;
			memset(inv, 0, sizeof(*inv));
			inv->service = "unspecified-sensitive";
			doc->involvements[kept++] = *inv;
		}
	}
	doc->n_involvements = kept;
}
