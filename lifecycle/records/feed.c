#include "lifecycle/records/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/json.h"

enum { FEED_TXN = 1000, FEED_LINE_MAX = 65536 };

void
cp_feed_report_clear(struct cp_feed_report *report)
{
	cp_buf_clear(&report->rejects);
	memset(report, 0, sizeof(*report));
}

static enum cp_rc
take_date(const struct cp_json *v, const char *key, int needed,
    struct cp_date *out, struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc;

	if (!needed && cp_json_get(v, key) == NULL)
		return CP_OK;
	rc = cp_json_need_text(v, key, &text, err);
	if (rc == CP_OK)
		rc = cp_date_parse(text, out, err);
	return rc;
}

/* E borrows from V. */
static enum cp_rc
take_event(const struct cp_json *v, const char **id, struct cp_event *e,
    struct cp_err *err)
{
	const char *word = NULL;
	enum cp_rc rc = cp_json_need_text(v, "id", id, err);

	memset(e, 0, sizeof(*e));
	if (rc == CP_OK)
		rc = cp_json_need_text(v, "event", &word, err);
	if (rc == CP_OK && !cp_event_parse(word, &e->kind))
		rc = cp_fail(err, CP_BAD_INPUT, "no such event");
	if (rc == CP_OK)
		rc = take_date(v, "date", 1, &e->date, err);
	if (rc == CP_OK)
		rc = take_date(v, "notified", e->kind == CP_EVENT_DIED,
		    &e->notified, err);
	if (rc == CP_OK && e->kind == CP_EVENT_MOVED)
		rc = cp_json_need_text(v, "to", &e->to, err);
	if (rc != CP_OK || e->kind != CP_EVENT_LEFT_ENGLAND)
		return rc;
	rc = cp_json_need_text(v, "intention", &word, err);
	if (rc == CP_OK && !cp_intention_parse(word, &e->intention))
		rc = cp_fail(err, CP_BAD_INPUT, "no such intention");
	return rc;
}

static enum cp_rc
enter_line(const struct cp_change *c, const char *line, size_t len,
    const char *reason, struct cp_feed_report *r, struct cp_err *err)
{
	struct cp_json *v = NULL;
	struct cp_record after;
	const char *id = NULL;
	struct cp_event e;
	enum cp_rc rc;

	if (len > FEED_LINE_MAX)
		return cp_fail(err, CP_BAD_INPUT, "line too long");
	rc = cp_json_parse(line, len, &v, err);
	if (rc == CP_OK)
		rc = take_event(v, &id, &e, err);
	if (rc == CP_OK) {
		e.reason = reason;
		rc = cp_event_apply(c, id, &e, &after, err);
	}
	if (rc == CP_OK) {
		r->entered++;
		r->offered += cp_event_waits(&e, &after);
	}
	cp_json_free(v);
	return rc;
}

static void
reject(struct cp_feed_report *r, size_t line, const struct cp_err *why)
{
	if (r->rejected == 0) {
		cp_json_open(&r->rejects, '[');
		(void)snprintf(r->first, sizeof(r->first), "line %zu: %.120s",
		    line, why->what);
	}
	if (r->rejected++ >= CP_FEED_FIRST)
		return;
	cp_json_open(&r->rejects, '{');
	cp_json_put_key(&r->rejects, "line");
	cp_json_put_int(&r->rejects, (int64_t)line);
	cp_json_put_member(&r->rejects, "cause", why->what);
	cp_json_close(&r->rejects, '}');
}

/* Whose fault RC is: the line's, or ours. */
static int
of_the_line(enum cp_rc rc)
{
	return rc == CP_BAD_INPUT || rc == CP_REFUSED ||
	    rc == CP_NOT_FOUND || rc == CP_DENIED;
}

static enum cp_rc
enter_all(const struct cp_change *c, FILE *in, const char *reason,
    struct cp_feed_report *r, struct cp_err *err)
{
	char *line = NULL;
	size_t cap = 0, n = 0;
	ssize_t len;
	int open = 0;
	enum cp_rc rc = CP_OK;

	while (rc == CP_OK && (len = getline(&line, &cap, in)) >= 0) {
		struct cp_err why = { 0 };

		n++;
		if (line[strspn(line, " \t\r\n")] == '\0' && len < 2)
			continue;
		if (!open)
			rc = cp_txn_begin(c->audit, err);
		if (rc != CP_OK)
			break;
		open = 1;
		rc = enter_line(c, line, (size_t)len, reason, r, &why);
		if (of_the_line(rc))
			reject(r, n, &why);
		else if (rc != CP_OK)
			*err = why;
		rc = of_the_line(rc) ? CP_OK : rc;
		if (rc == CP_OK && n % FEED_TXN == 0) {
			open = 0;
			rc = cp_txn_commit(c->audit, err);
		}
	}
	if (rc == CP_OK && ferror(in))
		rc = cp_fail_errno(err, CP_FAILED, "reading");
	if (rc == CP_OK && open)
		rc = cp_txn_commit(c->audit, err);
	else if (rc != CP_OK)
		cp_txn_rollback(c->audit);
	free(line);
	return rc;
}

enum cp_rc
cp_feed_events(const struct cp_change *c, const char *path,
    const char *reason, struct cp_feed_report *report, struct cp_err *err)
{
	int from_stdin = strcmp(path, "-") == 0;
	FILE *in = from_stdin ? stdin : fopen(path, "re");
	enum cp_rc rc;

	if (in == NULL)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    errno == EACCES ? CP_DENIED : CP_FAILED, "%.512s", path);
	rc = enter_all(c, in, reason, report, err);
	if (report->rejected > 0)
		cp_json_close(&report->rejects, ']');
	else
		cp_buf_puts(&report->rejects, "[]");
	if (rc != CP_OK)
		cp_err_context(err, "after %lld events",
		    (long long)report->entered);
	if (!from_stdin)
		(void)fclose(in); /* read only */
	return rc;
}
