#include <string.h>

#include "lifecycle/records/notice_priv.h"
#include "lifecycle/records/shield.h"
#include "lifecycle/store/json_put.h"
#include "lifecycle/store/operator.h"

/* What becomes of a notice. */

/* ---- the log ----------------------------------------------------------- */

enum cp_rc
cp_notice_log(const struct cp_change *c, const char *action,
    const struct cp_notice *n, const char *const (*extra)[2], size_t n_extra,
    struct cp_err *err)
{
	struct cp_entry e = { action, n->record_id, NULL, NULL };
	struct cp_shield shield;
	struct cp_buf b;
	enum cp_rc rc = CP_OK;

	if (n->safe) {
		rc = cp_shield_last(c->store, n->record, &shield, err);
		e.subject = shield.id;
	}
	if (rc != CP_OK)
		return rc;
	cp_buf_init(&b);
	cp_json_open(&b, '{');
	cp_json_put_member(&b, "notice", n->ref);
	cp_json_put_member(&b, "kind", cp_notice_kind_word(n->kind));
	for (size_t i = 0; i < n_extra; i++)
		if (extra[i][1] != NULL)
			cp_json_put_member(&b, extra[i][0], extra[i][1]);
	cp_json_close(&b, '}');
	rc = cp_buf_check(&b, err);
	e.detail = cp_buf_text(&b);
	if (rc == CP_OK)
		rc = cp_audit_add(c->audit, &e, NULL, err);
	cp_buf_clear(&b);
	return rc;
}

/* ---- refusals ---------------------------------------------------------- */

static enum cp_rc
refuse(const struct cp_notice *n, const char *wanted, struct cp_err *err)
{
	return cp_fail(err, CP_REFUSED, "notice %s is %s%s%s%s, not %s",
	    n->ref, cp_notice_status_word(n->status), n->why[0] != '\0' ?
	    " (" : "", n->why, n->why[0] != '\0' ? ")" : "", wanted);
}

/* N as it is by now, looked at where its day has come: *OUT. */
static enum cp_rc
look_again(const struct cp_change *c, const struct cp_notice *n,
    struct cp_notice *out, struct cp_err *err)
{
	enum cp_rc rc = cp_notice_look_due(c, n->record, err);

	return rc == CP_OK ? cp_notice_at(c->store, n->n, out, err) : rc;
}

static enum cp_rc
check_date(const struct cp_change *c, const struct cp_notice *n,
    struct cp_date date, struct cp_err *err)
{
	if (!cp_date_set(date))
		return cp_fail(err, CP_BAD_INPUT, "no date");
	if (cp_date_cmp(date, c->now->today) > 0)
		return cp_fail(err, CP_BAD_INPUT, "a date in the future");
	if (n->issued[0] != '\0' &&
	    cp_date_cmp(date, cp_notice_day(n->issued)) < 0)
		return cp_fail(err, CP_BAD_INPUT, "notice %s was issued after "
		    "that day", n->ref);
	return CP_OK;
}

/* Nothing of a run is on paper before all of it is. */
static enum cp_rc
need_printed(const struct cp_change *c, int64_t run, struct cp_err *err)
{
	struct cp_stmt *q;
	int64_t open = 0;
	enum cp_rc rc;

	if (run == 0)
		return CP_OK;
	q = cp_stmt(c->store, SQL_NOTICE_RUN_OPEN);
	cp_bind_int(q, run);
	rc = cp_exec_int(q, 0, &open, err);
	if (rc != CP_OK || open == 0)
		return rc;
	(void)cp_fail(err, CP_REFUSED, "the print run is not done: no letter "
	    "of it has been printed");
	cp_err_hint(err, "go on with it: `cpadmin notice issue --resume'");
	return CP_REFUSED;
}

/* ---- where it went ----------------------------------------------------- */

enum { PLACE = 40, MARK = 8 };

/* A mark of the key, and a keyed hash of A under it. */
static enum cp_rc
place_of(const struct cp_matcher *m, const struct cp_address *a,
    uint8_t out[PLACE], struct cp_err *err)
{
	uint8_t mark[32];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	for (size_t i = 0; i < a->n_lines; i++) {
		cp_buf_puts(&b, a->lines[i]);
		cp_buf_putc(&b, '\n');
	}
	if (a->postcode != NULL)
		cp_buf_puts(&b, a->postcode);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK)
		rc = cp_match_digest(m, "notice-key", "", 0, mark, err);
	if (rc == CP_OK)
		rc = cp_match_digest(m, "notice-place", b.data, b.len,
		    out + MARK, err);
	if (rc == CP_OK)
		memcpy(out, mark, MARK);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
place_in(struct cp_store *s, const struct cp_matcher *m,
    const struct cp_address *a, uint8_t out[PLACE], struct cp_err *err)
{
	struct cp_matcher *own = NULL;
	enum cp_rc rc;

	if (m != NULL)
		return place_of(m, a, out, err);
	rc = cp_matcher_open(s, &own, err);
	if (rc == CP_OK)
		rc = place_of(own, a, out, err);
	cp_matcher_free(own);
	return rc;
}

enum cp_rc
cp_notice_place(struct cp_store *s, const struct cp_notice *n,
    const struct cp_address *a, int *same, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_NOTICE_SENT_TO);
	uint8_t was[PLACE], is[PLACE];
	const void *blob;
	size_t len = 0;
	int row;
	enum cp_rc rc;

	cp_bind_int(q, n->n);
	rc = cp_step(q, &row, err);
	if (rc == CP_OK && row && (blob = cp_col_blob(q, 0, &len)) != NULL &&
	    len == PLACE)
		memcpy(was, blob, PLACE);
	cp_reset(q);
	if (rc != CP_OK)
		return rc;
	if (len != PLACE) {
		*same = -1;
		return CP_OK;
	}
	rc = place_in(s, NULL, a, is, err);
	if (rc == CP_OK)
		*same = memcmp(was, is, MARK) != 0 ? -1 :
		    memcmp(was, is, PLACE) == 0;
	return rc;
}

/* ---- issued ------------------------------------------------------------ */

static enum cp_rc
put_issued(const struct cp_change *c, const struct cp_notice *n,
    const struct cp_notice_issue *i, struct cp_err *err)
{
	struct cp_stmt *q;
	uint8_t place[PLACE];
	enum cp_rc rc = i->address == NULL ? CP_OK : place_in(c->store,
	    i->matcher, i->address, place, err);

	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_ISSUE);
	cp_bind_int(q, n->n);
	cp_bind_text(q, cp_addressee_word(i->to));
	cp_bind_text(q, i->language);
	cp_bind_text(q, i->format);
	cp_bind_text(q, i->route);
	cp_bind_text(q, i->version);
	if (i->wording != NULL)
		cp_bind_blob(q, i->wording, 32);
	else
		cp_bind_null(q);
	if (i->run != 0)
		cp_bind_int(q, i->run);
	else
		cp_bind_null(q);
	if (i->mail != 0)
		cp_bind_int(q, i->mail);
	else
		cp_bind_null(q);
	if (i->address != NULL && !n->safe)
		cp_bind_blob(q, place, PLACE);
	else
		cp_bind_null(q);
	cp_bind_text(q, c->now->time);
	cp_bind_text(q, cp_audit_actor(c->audit));
	return cp_exec(q, err);
}

enum cp_rc
cp_notice_issued(const struct cp_change *c, const struct cp_notice *n,
    const struct cp_notice_issue *i, struct cp_err *err)
{
	const char *const extra[][2] = { { "to", cp_addressee_word(i->to) },
		{ "language", i->language }, { "format", i->format },
		{ "route", i->route }, { "version", i->version } };
	struct cp_notice now;
	enum cp_rc rc = look_again(c, n, &now, err);

	if (rc == CP_OK && now.status != CP_NOTICE_OWED)
		rc = refuse(&now, "owed", err);
	if (rc == CP_OK)
		rc = put_issued(c, &now, i, err);
	if (rc == CP_OK)
		rc = cp_notice_log(c, "notice.issued", &now, extra,
		    sizeof(extra) / sizeof(extra[0]), err);
	/* A print run goes by the rules; others may leave something owed. */
	if (rc == CP_OK && i->run == 0 && cp_notice_whole(now.kind))
		rc = cp_notice_look(c, now.record, NULL, err);
	return rc;
}

enum cp_rc
cp_notice_set_problem(const struct cp_change *c, int64_t n,
    const char *problem, struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_PUT_PROBLEM);

	cp_bind_int(q, n);
	cp_bind_text(q, problem[0] != '\0' ? problem : NULL);
	return cp_exec(q, err);
}

/* ---- served ------------------------------------------------------------ */

static enum cp_rc
put_served(const struct cp_change *c, const struct cp_notice *n,
    struct cp_date date, const char *route, struct cp_err *err)
{
	const char *extra[][2] = { { "date", NULL }, { "route", route } };
	char day[CP_DATE_TEXT];
	struct cp_stmt *q = cp_stmt(c->store, SQL_NOTICE_SERVE);
	enum cp_rc rc;

	cp_bind_int(q, n->n);
	cp_bind_date(q, date);
	cp_bind_text(q, cp_audit_actor(c->audit));
	cp_bind_text(q, route);
	rc = cp_exec(q, err);
	extra[0][1] = cp_date_format(date, day);
	return rc == CP_OK ? cp_notice_log(c, "notice.served", n, extra, 2,
	    err) : rc;
}

/* Given in person without having been printed here. */
static enum cp_rc
issue_by_hand(const struct cp_change *c, struct cp_notice *n,
    struct cp_date date, struct cp_err *err)
{
	struct cp_notice_issue i = { .route = "hand",
		.version = c->rules->policy->notice_wording };
	struct cp_notice_set f = { 0 };
	enum cp_rc rc = cp_notice_facts_of(c, n->record, &f, err);

	if (rc == CP_OK) {
		i.to = cp_notice_addressee(c->rules->policy, &f.facts, date);
		rc = put_issued(c, n, &i, err);
	}
	cp_notice_set_clear(&f);
	return rc;
}

enum cp_rc
cp_notice_served(const struct cp_change *c, const struct cp_notice *n,
    struct cp_date date, const char *route, struct cp_err *err)
{
	int by_hand = route != NULL && strcmp(route, "hand") == 0;
	struct cp_notice now;
	enum cp_rc rc = look_again(c, n, &now, err);

	if (rc == CP_OK && now.status != CP_NOTICE_ISSUED &&
	    !(by_hand && now.status == CP_NOTICE_OWED))
		rc = refuse(&now, "issued", err);
	if (rc == CP_OK)
		rc = need_printed(c, now.run, err);
	if (rc == CP_OK)
		rc = check_date(c, &now, date, err);
	if (rc == CP_OK && now.status == CP_NOTICE_OWED)
		rc = issue_by_hand(c, &now, date, err);
	if (rc == CP_OK)
		rc = put_served(c, &now, date, route, err);
	if (rc == CP_OK && (now.status == CP_NOTICE_OWED || now.covers != 0))
		rc = cp_notice_look(c, now.record, NULL, err);
	return rc;
}

enum cp_rc
cp_notice_served_run(const struct cp_change *c, int64_t run,
    struct cp_date date, int64_t *count, struct cp_err *err)
{
	struct cp_notice n = { 0 };
	struct cp_stmt *q;
	int64_t done = 0;
	int row = 1;
	enum cp_rc rc = need_printed(c, run, err);

	while (rc == CP_OK && row) {
		/* Each leaves what is listed, or is passed by. */
		q = cp_stmt(c->store, SQL_NOTICE_OF_RUN);
		cp_bind_int(q, run);
		cp_bind_int(q, n.n);
		rc = cp_step(q, &row, err);
		if (rc == CP_OK && row)
			rc = cp_notice_read(q, &n, err);
		cp_reset(q);
		if (rc != CP_OK || !row || !cp_operator_reaches(
		    cp_store_actor(c->store), n.authority))
			continue;
		rc = check_date(c, &n, date, err);
		if (rc == CP_OK)
			rc = put_served(c, &n, date, NULL, err);
		done++;
	}
	if (rc == CP_OK)
		*count = done;
	return rc;
}

/* ---- returned, suppressed ---------------------------------------------- */

enum cp_rc
cp_notice_returned(const struct cp_change *c, const struct cp_notice *n,
    struct cp_date date, const char *why, struct cp_err *err)
{
	const char *extra[][2] = { { "date", NULL }, { "why", why } };
	char day[CP_DATE_TEXT];
	struct cp_notice now;
	struct cp_stmt *q;
	enum cp_rc rc = cp_notice_at(c->store, n->n, &now, err);

	if (rc == CP_OK && !cp_notice_returned_word(why))
		rc = cp_fail(err, CP_BAD_INPUT, "a letter comes back as "
		    "gone-away, not-known, refused, address or other");
	if (rc == CP_OK && now.status != CP_NOTICE_ISSUED &&
	    now.status != CP_NOTICE_SERVED)
		rc = refuse(&now, "issued or served", err);
	if (rc == CP_OK)
		rc = need_printed(c, now.run, err);
	if (rc == CP_OK)
		rc = check_date(c, &now, date, err);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_RETURN);
	cp_bind_int(q, now.n);
	cp_bind_text(q, why);
	cp_bind_date(q, date);
	cp_bind_text(q, cp_audit_actor(c->audit));
	rc = cp_exec(q, err);
	extra[0][1] = cp_date_format(date, day);
	if (rc == CP_OK)
		rc = cp_notice_log(c, "notice.returned", &now, extra, 2, err);
	return rc == CP_OK ? cp_notice_look(c, now.record, NULL, err) : rc;
}

/* It counts as issued: what it would have said, and to whom, is kept. */
static enum cp_rc
put_suppressed(const struct cp_change *c, const struct cp_notice *n,
    struct cp_err *err)
{
	struct cp_notice_set f = { 0 };
	enum cp_addressee to;
	struct cp_stmt *q;
	enum cp_rc rc = cp_notice_facts_of(c, n->record, &f, err);

	to = cp_notice_addressee(c->rules->policy, &f.facts, c->now->today);
	cp_notice_set_clear(&f);
	if (rc != CP_OK)
		return rc;
	q = cp_stmt(c->store, SQL_NOTICE_SUPPRESS);
	cp_bind_int(q, n->n);
	cp_bind_text(q, cp_addressee_word(to));
	cp_bind_text(q, c->rules->policy->notice_wording);
	return cp_exec(q, err);
}

enum cp_rc
cp_notice_suppress(const struct cp_change *c, const struct cp_notice *n,
    const char *reason, struct cp_err *err)
{
	const char *const extra[][2] = { { "why", "operator" },
		{ "reason", reason } };
	struct cp_notice now;
	enum cp_rc rc = look_again(c, n, &now, err);

	if (rc == CP_OK && now.status != CP_NOTICE_OWED)
		rc = refuse(&now, "owed", err);
	if (rc == CP_OK)
		rc = put_suppressed(c, &now, err);
	if (rc == CP_OK)
		rc = cp_notice_log(c, "notice.suppressed", &now, extra, 2,
		    err);
	return rc == CP_OK ? cp_notice_look(c, now.record, NULL, err) : rc;
}
