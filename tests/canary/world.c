#include "tests/canary/canary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpadmin/shield_check.h"
#include "lifecycle/records/import.h"
#include "lifecycle/records/shield.h"

static const char AUTHORITY[] = "E08000015";

const char *
canary_path(const struct canary *c, const char *name)
{
	static char path[600]; /* one at a time */

	(void)snprintf(path, sizeof(path), "%s.in/%s", c->world.dir, name);
	return path;
}

/* ---- rows ------------------------------------------------------------------ */

static void
replace(struct cp_buf *row, const char *was, const char *is)
{
	const char *at = strstr(cp_buf_text(row), was);
	struct cp_buf made;

	if (at == NULL)
		return;
	cp_buf_init(&made);
	cp_buf_put(&made, row->data, (size_t)(at - cp_buf_text(row)));
	cp_buf_puts(&made, is);
	cp_buf_puts(&made, at + strlen(was));
	cp_buf_reset(row);
	cp_buf_put(row, made.data, made.len);
	cp_buf_clear(&made);
}

void
canary_row(struct canary *c, int i, const char *id, int mistake,
    struct cp_buf *out)
{
	const struct kid *k = &c->kid[i];
	char was[80], is[80], born[DAY_TEXT];
	struct cp_buf row;

	cp_buf_init(&row);
	(void)snprintf(born, sizeof(born), "%s", k->born);
	if (mistake == 1) { /* day and month changed places */
		born[5] = k->born[8];
		born[6] = k->born[9];
		born[8] = k->born[5];
		born[9] = k->born[6];
	}
	check_child(&row, i, born, AUTHORITY, k->shielded == 1 ? CHECK_FULL :
	    k->shielded == 2 ? CHECK_USUAL : CHECK_OPEN);
	(void)snprintf(was, sizeof(was), "\"%s-%d\"", k->shielded == 1 ?
	    "HID" : k->shielded == 2 ? "NEW" : "OPEN", i);
	if (id == NULL)
		is[0] = '\0';
	else
		(void)snprintf(is, sizeof(is), "\"%s\"", id);
	if (id == NULL) {
		(void)snprintf(was, sizeof(was), "\"id\":\"%s-%d\",",
		    k->shielded == 1 ? "HID" : k->shielded == 2 ? "NEW" :
		    "OPEN", i);
	}
	replace(&row, was, is);
	if (mistake == 2)
		replace(&row, "Checker", "Chekcer");
	else if (mistake == 3)
		replace(&row, "Road", "Rd");
	cp_buf_put(out, row.data, row.len);
	cp_buf_clear(&row);
}

/* ---- beginning ------------------------------------------------------------- */

static void
import(struct canary *c, const char *name, struct cp_buf *rows)
{
	FILE *f = fopen(canary_path(c, name), "w");
	long counts[4];

	if (f == NULL || fwrite(rows->data, 1, rows->len, f) != rows->len ||
	    fclose(f) != 0)
		wrong(&c->world, -1, "cannot write %s", name);
	drive_must(c->drive, drive_import(c->drive, canary_path(c, name),
	    counts), "import");
	if (counts[0] != KIDS)
		wrong(&c->world, -1, "%ld of %d children are new, %ld rejected",
		    counts[0], KIDS, counts[3]);
}

static void
add_kids(struct canary *c)
{
	struct cp_buf rows;

	cp_buf_init(&rows);
	for (int i = 0; i < KIDS; i++) {
		struct kid *k = &c->kid[i];

		k->shielded = i >= SHIELDED ? 0 : i % 3 == 0 ? 2 : 1;
		(void)snprintf(k->id, sizeof(k->id), "%s-%d", k->shielded == 1 ?
		    "HID" : k->shielded == 2 ? "NEW" : "OPEN", i);
		/* some come of age while the story lasts */
		(void)day_text(day_of(2000 + (int)roll(&c->world, 17), 1 +
		    (int)roll(&c->world, 12), 1 + (int)roll(&c->world, 28)),
		    k->born);
		canary_row(c, i, k->id, 0, &rows);
	}
	c->n = KIDS;
	import(c, "children", &rows);
	cp_buf_clear(&rows);
}

static void
shield(struct canary *c, int i)
{
	struct cp_shield_request q = { .asked_by = "parent", .reason = "why",
		.hidden = c->kid[i].shielded == 1 ? CP_HIDE_ALL : 0 };
	struct cp_shield_decision grant = { .reason = "why",
		.review = drive_date(c->world.today + 100) };
	struct drive *d = c->drive;
	struct cp_change change = drive_begin(d, 1, 0);
	struct cp_shield made;
	struct cp_record r;

	cp_store_act_for(d->store, &d->op[1]);
	drive_must(d, cp_record_get(d->store, c->kid[i].id, &r, &d->err),
	    "record");
	drive_must(d, cp_shield_request(&change, &r, &q, &made, &d->err),
	    "request");
	drive_flush(d);
	cp_store_act_for(d->store, &d->op[2]);
	change = drive_begin(d, 2, 0);
	if (i % 4 != 0)
		drive_must(d, cp_shield_grant(&change, &r, &grant, &d->err),
		    "grant");
	drive_flush(d);
}

static void
add_roles(struct canary *c)
{
	struct cp_operator op = { 0 };
	struct drive *d = c->drive;

	drive_must(d, cp_txn_begin(d->audit[NIGHT], &d->err), "begin");
	for (int i = 0; i < CANARY_ROLES; i++) {
		memset(&op, 0, sizeof(op));
		(void)snprintf(op.name, sizeof(op.name), "check-%s",
		    canary_roles[i]);
		op.uid = 71000 + i;
		op.roles = cp_role_parse(canary_roles[i]);
		drive_must(d, cp_operator_add(d->store, &op, &d->op[NIGHT],
		    &d->now, &d->err), "operator");
	}
	drive_must(d, cp_txn_commit(d->audit[NIGHT], &d->err), "commit");
}

void
canary_begin(struct canary *c)
{
	char cmd[700];

	(void)snprintf(cmd, sizeof(cmd), "mkdir -p '%s.in'", c->world.dir);
	if (system(cmd) != 0)
		wrong(&c->world, -1, "cannot make a folder");
	c->world.today = day_of(2017, 3, 1);
	c->drive = drive_new(c->cpadmin, &c->world);
	c->world.drive = c->drive;
	add_roles(c);
	add_kids(c);
	for (int i = 0; i < SHIELDED; i++)
		shield(c, i);
}
