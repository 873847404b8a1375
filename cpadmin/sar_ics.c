#include "cpadmin/sar_ics.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/rules/ical.h"

/* Days before at which it rings, as the worklist shows it. */
static const int ALARMS[] = { 14, 7, 3, 0 };

enum cp_rc
cp_sar_new_file(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err)
{
	const char *path = cp_option(call, name), *base;
	char dir[PATH_MAX];
	struct stat st;

	*out = path;
	if (path == NULL)
		return CP_OK;
	if (path[0] == '\0')
		return cp_fail(err, CP_USAGE, "--%s is empty", name);
	if (lstat(path, &st) == 0)
		return cp_fail(err, CP_REFUSED, "%.500s is there already",
		    path);
	base = strrchr(path, '/');
	(void)snprintf(dir, sizeof(dir), "%.*s.", base == NULL ? 0 :
	    (int)(base - path + 1), path);
	if (access(dir, W_OK | X_OK) != 0)
		return cp_fail_errno(err, errno == ENOENT || errno == ENOTDIR ?
		    CP_NOT_FOUND : CP_FAILED, "%.500s", path);
	return CP_OK;
}

enum cp_rc
cp_sar_ics_begin(const struct cp_call *call, struct cp_sar_ics *ics,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_init(&ics->out);
	rc = cp_sar_new_file(call, "ics", &ics->path, err);
	if (rc == CP_OK && ics->path != NULL)
		cp_ical_begin(&ics->out, "-//cpadmin//cpadmin " CP_VERSION
		    "//EN");
	return rc;
}

/* What its clock runs by grows, and its end comes once. */
static enum cp_rc
count_event(void *ctx, const struct cp_sar_event *e, struct cp_err *err)
{
	enum cp_clock_kind kind;

	(void)err;
	*(int *)ctx += cp_clock_parse(e->kind, &kind);
	return CP_OK;
}

enum cp_rc
cp_sar_ics_put(struct cp_sar_ics *ics, struct cp_sar_case *x,
    const struct cp_sar *r, struct cp_err *err)
{
	struct cp_ical_day day = { .alarms = ALARMS,
		.n_alarms = sizeof(ALARMS) / sizeof(ALARMS[0]) };
	char uid[80], summary[64], text[160];
	enum cp_rc rc;

	if (ics->path == NULL)
		return CP_OK;
	rc = cp_sar_events(x->s.store, r, count_event, &day.sequence, err);
	if (rc != CP_OK)
		return rc;
	(void)snprintf(uid, sizeof(uid), "%s@%s", r->id,
	    x->s.settings.store_id);
	(void)snprintf(summary, sizeof(summary), "%s: the answer is due",
	    r->id);
	(void)snprintf(text, sizeof(text), "A request for access.  `cpadmin "
	    "sar clock %s' says how the day comes about, `cpadmin sar show "
	    "%s' what is to be done.", r->id, r->id);
	day.uid = uid;
	day.summary = summary;
	day.text = text;
	day.sequence += r->stage >= CP_SAR_ANSWERED;
	day.cancelled = r->stage >= CP_SAR_ANSWERED || !cp_date_set(r->due);
	day.date = cp_date_set(r->due) ? r->due : r->received;
	cp_ical_put(&ics->out, &day, x->s.now.unix_time);
	return cp_buf_check(&ics->out, err);
}

enum cp_rc
cp_sar_ics_write(struct cp_sar_ics *ics, struct cp_err *err)
{
	enum cp_rc rc;

	if (ics->path == NULL)
		return CP_OK;
	cp_ical_end(&ics->out);
	rc = cp_buf_check(&ics->out, err);
	return rc == CP_OK ? cp_file_write_new(ics->path, 0600,
	    ics->out.data, ics->out.len, err) : rc;
}

void
cp_sar_ics_clear(struct cp_sar_ics *ics)
{
	cp_buf_clear(&ics->out);
}
