#include <stdio.h>
#include <string.h>

#include "cpadmin/custody_drill.h"
#include "cpadmin/out.h"
#include "lifecycle/store/json_put.h"

static const struct cp_column columns[] = {
	{ "custody_id", "Custody key" },
	{ "threshold", "Needs" },
	{ "custodians", "Custodians" },
	{ "opened", "Opened" },
	{ "proved", "Key proved" },
	{ "rows", "Shares" },
};

struct said {
	struct cp_buf json, lines;
	int n;
};

static void
put_row(struct said *x, int index, const char *path, const char *outcome,
    const char *why, const struct cp_custody_share_row *known)
{
	const char *holder = known->holder[0] != '\0' ? known->holder : NULL;
	char day[CP_DATE_TEXT];

	(void)snprintf(day, sizeof(day), "%.10s", known->opened);
	cp_json_open(&x->json, '{');
	cp_json_put_key(&x->json, "share");
	if (index > 0)
		cp_json_put_int(&x->json, index);
	else
		cp_json_put_null(&x->json);
	cp_json_put_member(&x->json, "holder", holder);
	cp_json_put_member(&x->json, "file", path);
	cp_json_put_member(&x->json, "outcome", outcome);
	cp_json_put_member(&x->json, "opened", day[0] != '\0' ? day : NULL);
	cp_json_put_member(&x->json, "why", why[0] != '\0' ? why : NULL);
	cp_json_close(&x->json, '}');
	if (index > 0)
		cp_buf_printf(&x->lines, "share %d", index);
	else
		cp_buf_puts(&x->lines, path);
	cp_buf_printf(&x->lines, "%s%s%s: %s", holder != NULL ? " (" : "",
	    holder != NULL ? holder : "", holder != NULL ? ")" : "", outcome);
	if (path == NULL)
		cp_buf_printf(&x->lines, ", last opened %s", day[0] != '\0' ?
		    day : "never");
	cp_buf_putc(&x->lines, '\0');
	x->n++;
}

static enum cp_rc
put_rows(struct cp_drill *d, struct said *x, struct cp_err *err)
{
	struct cp_custody_share_row known;
	unsigned seen = 0;
	enum cp_rc rc = CP_OK;

	cp_json_open(&x->json, '[');
	for (int i = 0; rc == CP_OK && i < d->n; i++) {
		struct cp_brought *b = &d->list[i];

		rc = cp_custody_share_get(d->s.store, d->key.id, b->index,
		    &known, err);
		if (rc == CP_OK)
			put_row(x, b->index, b->path, b->outcome, b->why,
			    &known);
		seen |= 1U << b->index;
	}
	for (int i = 1; rc == CP_OK && i <= d->key.shares; i++) {
		if ((seen >> i & 1) != 0)
			continue;
		rc = cp_custody_share_get(d->s.store, d->key.id, i, &known,
		    err);
		if (rc == CP_OK)
			put_row(x, i, NULL, "not-tried", "", &known);
	}
	cp_json_close(&x->json, ']');
	if (rc == CP_OK)
		rc = cp_buf_check(&x->json, err);
	return rc == CP_OK ? cp_buf_check(&x->lines, err) : rc;
}

static void
say_what_it_means(const struct cp_drill *d)
{
	int spare = d->opened - d->key.threshold, tried = 0;

	for (int i = 0; i < d->n; i++)
		tried += d->list[i].index > 0;
	if (spare < 0)
		cp_say(d->call, "Missing: %d more of the %d shares that are "
		    "needed.  These alone open nothing.", -spare,
		    d->key.threshold);
	else if (spare == 0)
		cp_say(d->call, "The archive opens with these, and none to "
		    "spare: 1 more lost and the archive is lost%s.",
		    tried < d->key.shares ? ", unless one that was not tried "
		    "opens" : "");
	else
		cp_say(d->call, "The archive opens with these, and %d to "
		    "spare: %d more lost and the archive is lost.", spare,
		    spare + 1);
}

enum cp_rc
cp_custody_drill_show(struct cp_drill *d, struct cp_err *err)
{
	const char *lines[2 * CP_CUSTODY_SHARES], *at;
	struct cp_out *o = NULL;
	struct said x = { .n = 0 };
	enum cp_rc rc;

	cp_buf_init(&x.json);
	cp_buf_init(&x.lines);
	rc = put_rows(d, &x, err);
	if (rc == CP_OK)
		rc = cp_out_object(d->call, "custody-drill", columns,
		    sizeof(columns) / sizeof(columns[0]), &o, err);
	if (rc == CP_OK) {
		at = cp_buf_text(&x.lines);
		for (int i = 0; i < x.n; i++, at += strlen(at) + 1)
			lines[i] = at;
		cp_out_text(o, d->key.id);
		cp_out_int(o, d->key.threshold);
		cp_out_int(o, d->key.shares);
		cp_out_int(o, d->opened);
		cp_out_bool(o, d->proved);
		cp_out_lines(o, cp_buf_text(&x.json), lines, (size_t)x.n);
		rc = cp_out_end(&o, err);
	}
	if (rc == CP_OK)
		say_what_it_means(d);
	cp_buf_clear(&x.json);
	cp_buf_clear(&x.lines);
	cp_out_free(o);
	return rc;
}
