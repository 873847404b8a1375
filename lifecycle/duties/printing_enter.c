#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/rules/policy.h"
#include "lifecycle/store/stmt.h"

/*
 * A part's pages are on the disk before its notices are entered.  In the
 * transaction that enters them each is looked at again: where one may not go
 * any more, or would be another letter by now, nothing is entered and the part
 * is set again without it.
 */
enum { TIMES = 50 }; /* a part is set at most */

/* ---- what is gone ---------------------------------------------------------- */

enum cp_rc
print_drop(struct print_work *w, const struct print_child *c,
    struct cp_err *err)
{
	struct cp_store *s = w->p->change.store;
	struct cp_notice_count ignored = { 0 };
	struct cp_notice now;
	struct cp_stmt *q = cp_stmt(s, SQL_PRINT_ITEM_DROP);
	enum cp_rc rc;

	cp_bind_int(q, c->at.notice);
	cp_bind_int(q, w->run.n);
	rc = cp_exec(q, err);
	if (rc != CP_OK || c->why[0] == '\0')
		return rc;
	if (strcmp(c->why, "cannot-evaluate") != 0)
		rc = cp_notice_look(&w->p->change, c->n.record, &ignored, err);
	if (rc == CP_OK)
		rc = cp_notice_at(s, c->at.notice, &now, err);
	if (rc == CP_OK && now.status == CP_NOTICE_OWED &&
	    strcmp(now.problem, c->why) != 0)
		rc = cp_notice_set_problem(&w->p->change, now.n, c->why, err);
	return rc;
}

/* Whether a letter was not set that its children may be by themselves. */
int
print_any_unset(const struct print_part *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->child[i].gone && p->letter[p->child[i].letter].pages ==
		    0)
			return 1;
	return 0;
}

/* Takes those that are gone out of the part, in a transaction. */
static enum cp_rc
drop_gone(struct print_work *w, struct print_part *p, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < p->n; i++)
		if (p->child[i].gone)
			rc = print_drop(w, &p->child[i], err);
	return rc;
}

/* After the commit: those that are gone are told, and leave the part. */
static void
forget_gone(struct print_work *w, struct print_part *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct print_child spare = p->child[kept];

		if (p->child[i].gone) {
			print_trouble(w, &p->child[i]);
			continue;
		}
		if (i != kept) {
			p->child[kept] = p->child[i];
			p->child[i] = spare;
		}
		kept++;
	}
	p->n = kept;
}

/* ---- entering -------------------------------------------------------------- */

/* What the letter says, against all that the record has. */
static enum cp_rc
check_text(const struct print_part *p, const struct print_child *c,
    const struct cp_buf *ours, struct cp_err *err)
{
	const struct cp_composed *letter = print_letter_of(p, c->letter);
	struct cp_mail_text said = { c->doc, c->c.address, cp_buf_text(ours),
		cp_buf_text(&letter->spoken) };

	return cp_mail_check_text(&said, err);
}

static enum cp_rc
enter_child(struct print_work *w, const struct print_part *p,
    const struct print_child *c, struct cp_err *err)
{
	const struct print_letter *l = &p->letter[c->letter];
	const struct cp_composed *of = &c->c;
	struct cp_notice_issue i = { .to = of->to,
		.language = of->wording->language->code,
		.format = cp_format_word(of->format), .route = "post",
		.version = w->p->change.rules->policy->notice_wording,
		.wording = of->wording->sha256, .run = w->run.n,
		.matcher = w->matcher, .address = &c->doc->addresses[of->address] };
	struct cp_stmt *q;
	enum cp_rc rc = cp_notice_issued(&w->p->change, &c->n, &i, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_SET);
	cp_bind_int(q, w->run.n);
	cp_bind_text(q, p->file);
	cp_bind_text(q, c->at.sort);
	cp_bind_int(q, c->at.notice);
	cp_bind_int(q, p->number);
	cp_bind_int(q, l->first);
	cp_bind_int(q, l->pages);
	rc = cp_exec(q, err);
	if (rc == CP_OK && cp_changes(w->p->change.store) != 1)
		rc = cp_fail(err, CP_REFUSED, "the print run was changed "
		    "meanwhile");
	return rc;
}

/* Whether its item is there still: it goes when the run is abandoned, and
 * when its letter may not go. */
static enum cp_rc
has_item(struct print_work *w, const struct print_child *c, int *yes,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(w->p->change.store, SQL_PRINT_ITEM_HAS);
	int64_t n = 0;
	enum cp_rc rc;

	cp_bind_int(q, c->at.notice);
	cp_bind_int(q, w->run.n);
	rc = cp_exec_int(q, 0, &n, err);
	*yes = n > 0;
	return rc;
}

/* *SAME is 0 where the part has to be set again. */
static enum cp_rc
look_again(struct print_work *w, struct print_part *p, int *same,
    struct cp_err *err)
{
	struct cp_buf ours;
	int there;
	enum cp_rc rc;

	if (p->n_letters == 0)
		return CP_OK;
	cp_buf_init(&ours);
	cp_composed_ours(&p->child[p->letter[0].lead].c, &ours);
	rc = cp_buf_check(&ours, err);
	for (size_t i = 0; rc == CP_OK && i < p->n; i++) {
		struct print_child *c = &p->child[i];

		if (c->gone)
			continue;
		rc = print_child_again(w, c, same, err);
		if (rc == CP_OK && !c->gone)
			rc = has_item(w, c, &there, err);
		if (rc == CP_OK && !c->gone && !there)
			c->gone = 1, *same = 0;
		if (rc != CP_OK || c->gone || !*same)
			continue;
		rc = check_text(p, c, &ours, err);
		if (rc == CP_REFUSED) {
			c->err = *err;
			c->gone = 1;
			(void)snprintf(c->why, sizeof(c->why),
			    "other-address");
			*same = 0;
			rc = CP_OK;
		}
	}
	cp_buf_clear(&ours);
	return rc;
}

static enum cp_rc
enter_all(struct print_work *w, struct print_part *p, struct cp_err *err)
{
	const struct cp_wording *kept = NULL;
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < p->n; i++) {
		const struct cp_wording *of = p->child[i].c.wording;

		if (p->child[i].gone)
			continue;
		if (of != kept)
			rc = cp_wording_keep(w->p->change.store, of,
			    w->p->change.now, err);
		kept = of;
		if (rc == CP_OK)
			rc = enter_child(w, p, &p->child[i], err);
	}
	return rc;
}

/* One try: *DONE is 1 when all but what was gone before is entered, 0 where
 * more was found to be gone: the part has to be set again. */
static enum cp_rc
attempt(struct print_work *w, struct print_part *p, int *done,
    struct cp_err *err)
{
	enum cp_rc rc = print_part_write(w, p, err);

	*done = 1;
	if (rc == CP_OK)
		rc = cp_txn_begin(w->p->change.audit, err);
	if (rc != CP_OK)
		return rc;
	rc = look_again(w, p, done, err);
	if (rc == CP_OK)
		rc = drop_gone(w, p, err);
	if (rc == CP_OK && *done)
		rc = enter_all(w, p, err);
	return cp_txn_end(w->p->change.audit, rc, err);
}

enum cp_rc
print_enter(struct print_work *w, struct print_part *p, struct cp_err *err)
{
	int done = 0;

	for (int i = 0; i < TIMES; i++) {
		enum cp_rc rc = p->rc;

		if (rc != CP_OK) {
			*err = p->err;
			return rc;
		}
		if (!print_any_unset(p)) {
			rc = attempt(w, p, &done, err);
			if (rc != CP_OK)
				return rc;
			forget_gone(w, p);
			if (done)
				return CP_OK;
		}
		rc = print_part_compose(w, p, err);
		if (rc != CP_OK)
			return rc;
		print_set(w, &w->bench, p);
	}
	return cp_fail(err, CP_BUSY, "the records change while their letters "
	    "are printed");
}
