#include <stdio.h>

#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/session.h"
#include "lifecycle/duties/sanitising.h"

static const struct cp_column columns[] = {
	{ "dry_run", NULL },
	{ "last", "Sanitised before" },
	{ "bytes_before", "Bytes before" },
	{ "bytes_after", "Bytes after" },
	{ "seconds", "Seconds" },
	{ "mb_per_second", "MB a second" },
	{ "bytes_needed", "Bytes needed meanwhile" },
	{ "bytes_available", "Bytes free on the disk" },
};

static void
put_tenths(struct cp_out *o, double v)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.1f", v);
	cp_out_json(o, text, text);
}

static enum cp_rc
show(const struct cp_call *call, const struct cp_sanitising *x, int dry,
    struct cp_err *err)
{
	double seconds = (double)x->milliseconds / 1000;
	struct cp_out *o = NULL;
	enum cp_rc rc = cp_out_object(call, "sanitising", columns,
	    sizeof(columns) / sizeof(columns[0]), &o, err);

	if (rc != CP_OK)
		return rc;
	cp_out_bool(o, dry);
	cp_out_text(o, x->last[0] != '\0' ? x->last : NULL);
	cp_out_int(o, x->bytes_before);
	if (dry) {
		cp_out_text(o, NULL);
		cp_out_text(o, NULL);
		cp_out_text(o, NULL);
	} else {
		cp_out_int(o, x->bytes_after);
		put_tenths(o, seconds);
		put_tenths(o, (double)x->bytes_before / 1e6 /
		    (seconds > 0.001 ? seconds : 0.001));
	}
	cp_out_int(o, x->needed);
	cp_out_int(o, x->available);
	rc = cp_out_end(&o, err);
	cp_out_free(o);
	return rc;
}

static enum cp_rc
work(const struct cp_call *call, struct cp_session *s,
    struct cp_sanitising *x, struct cp_err *err)
{
	struct cp_progress p;
	enum cp_rc rc;

	cp_progress_init(&p, call, "sanitising", 0);
	rc = cp_sanitise(s->store, s->audit, &s->op, &s->now, cp_progress_at,
	    &p, x, err);
	cp_progress_end(&p, p.total);
	return rc;
}

static enum cp_rc
run(struct cp_call *call, struct cp_err *err)
{
	int dry = cp_flag(call, "dry-run");
	struct cp_sanitising x;
	struct cp_session s;
	enum cp_rc rc = cp_session_open(call, dry ? CP_STORE_READ :
	    CP_STORE_WRITE, &s, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&s.op, CP_ROLE_ADMIN | CP_ROLE_SCHEDULER |
	    CP_ROLE_DPO, err);
	if (rc == CP_OK)
		rc = dry ? cp_sanitise_plan(s.store, &x, err) :
		    work(call, &s, &x, err);
	if (rc == CP_OK)
		rc = show(call, &x, dry, err);
	cp_session_close(&s);
	return rc;
}

static const struct cp_verb verbs[] = {
	{ "", "[--dry-run]", "take what was erased out of the files as well",
	    NULL, CP_TAKES_USUAL | CP_TAKES_DRY_RUN, 0, 0, run },
	{ 0 },
};

extern const struct cp_command cp_command_sanitise;
const struct cp_command cp_command_sanitise = {
	"sanitise",
	"take what was erased out of the files as well",
	verbs,
};
