#include "tests/model/look_impl.h"

#include <dirent.h>
#include <string.h>

/* ---- the archive --------------------------------------------------------- */

static void
put_package(const struct person *p, int last, struct text *t)
{
	char archived[DAY_TEXT], due[DAY_TEXT], ended[DAY_TEXT];

	if (!last || p->state == LIVE || p->state == MERGED)
		put(t, "restored, header 0; ");
	else if (p->state == DESTROYED)
		put(t, "destroyed, header 0, on %s; ",
		    day_text(p->destroyed_on, ended));
	else
		put(t, "archived, header 1, on %s by %s until %s, shelf "
		    "%d, volume there; ", day_text(p->archived_on, archived),
		    why_word(p->archived_by), day_text(p->promised, due),
		    p->shelf);
}

static void
put_package_row(sqlite3_stmt *q, struct text *t)
{
	put(t, "%s, header %d", look_text(q, 1), sqlite3_column_int(q, 2));
	if (strcmp(look_text(q, 1), "archived") == 0)
		put(t, ", on %s by %s until %s, shelf %s, volume %s", look_text(q, 3),
		    look_text(q, 4), look_text(q, 5), look_text(q, 8),
		    look_text(q, 7)[0] == '-' ?
		    "there" : "gone");
	else if (strcmp(look_text(q, 1), "destroyed") == 0)
		put(t, ", on %s", look_text(q, 6));
	put(t, "; ");
}

void
look_packages(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT p.record, p.status, "
	    "h.package IS NOT NULL, p.archived, p.rule, p.destroy_due, "
	    "p.ended, v.gone, p.shelf FROM package p JOIN volume v ON v.n = p.volume "
	    "LEFT JOIN header h ON h.package = p.n ORDER BY p.record, p.n");
	struct text want = { 0 }, have = { 0 };
	int row = sqlite3_step(q);

	for (int i = 0; i < w->n; i++) {
		const struct person *p = &w->person[i];

		want.n = have.n = 0;
		put(&want, "%s", "");
		put(&have, "%s", "");
		for (int k = 1; k <= p->packages; k++)
			put_package(p, k == p->packages, &want);
		while (row == SQLITE_ROW && sqlite3_column_int(q, 0) ==
		    i + 1) {
			put_package_row(q, &have);
			row = sqlite3_step(q);
		}
		look_same(w, i, "the packages", &want, &have);
	}
	(void)sqlite3_finalize(q);
	drop(&want);
	drop(&have);
}

/* Every volume of the catalogue is on the disk, and no other. */
void
look_volumes(struct world *w)
{
	long want = look_number("SELECT count(*) FROM volume "
	    "WHERE gone IS NULL");
	long have = 0;
	struct dirent *e;
	char path[600];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/archive", w->dir);
	dir = opendir(path);
	if (dir == NULL)
		wrong(w, -1, "%s is not there", path);
	while ((e = readdir(dir)) != NULL)
		have += e->d_name[0] == 'V';
	(void)closedir(dir);
	if (want != have)
		wrong(w, -1, "%ld volumes in the catalogue, %ld on the disk",
		    want, have);
}

/* The custodians' copy holds the keys that there are, and no other. */
static void
look_escrow(struct world *w)
{
	if (look_number("SELECT count(*) FROM (SELECT month FROM shelf "
	    "WHERE destroyed IS NULL EXCEPT SELECT month FROM escrow_shelf "
	    "WHERE generation = (SELECT max(generation) FROM escrow))") != 0)
		wrong(w, -1, "a shelf that is not in the escrow copy");
	if (look_number("SELECT count(*) FROM escrow_shelf h JOIN shelf s ON "
	    "s.month = h.month WHERE s.destroyed IS NOT NULL AND "
	    "h.generation = (SELECT max(generation) FROM escrow)") != 0)
		wrong(w, -1, "the key of a destroyed shelf in the escrow copy");
}

void
look_shelves(struct world *w)
{
	sqlite3_stmt *q = look_ask("SELECT destroyed IS NOT NULL FROM shelf "
	    "WHERE month = ?");

	for (int i = 0; i < w->n_shelves; i++) {
		(void)sqlite3_bind_int(q, 1, w->shelf[i].month);
		if (sqlite3_step(q) != SQLITE_ROW ||
		    sqlite3_column_int(q, 0) != w->shelf[i].gone)
			wrong(w, -1, "shelf %d: expected %s",
			    w->shelf[i].month, w->shelf[i].gone ?
			    "its key destroyed" : "its key there");
		(void)sqlite3_reset(q);
	}
	(void)sqlite3_finalize(q);
	if (look_number("SELECT count(*) FROM shelf") != w->n_shelves)
		wrong(w, -1, "shelves that nobody needed");
	if (look_number("SELECT count(*) FROM package p JOIN shelf s ON "
	    "s.month = p.shelf WHERE p.status = 'archived' AND "
	    "s.destroyed IS NOT NULL") != 0)
		wrong(w, -1, "a package under a key that is gone");
	look_escrow(w);
}

/* ---- batches ------------------------------------------------------------- */

void
look_batches(struct world *w, int first)
{
	sqlite3_stmt *q = look_ask("SELECT id FROM batch WHERE n = ?");

	for (int i = first; i < w->n_batches; i++) {
		(void)sqlite3_bind_int(q, 1, i + 1);
		if (sqlite3_step(q) != SQLITE_ROW)
			wrong(w, w->batch[i].person[0],
			    "the batch of this record was not proposed");
		(void)snprintf(w->batch[i].id, sizeof(w->batch[i].id), "%s",
		    look_text(q, 0));
		(void)sqlite3_reset(q);
	}
	(void)sqlite3_finalize(q);
}

static void
same_batch(struct world *w, int n, sqlite3_stmt *items)
{
	static const char *const words[] = { "pending", "excluded", "split",
		"destroyed" };
	const struct batch *b = &w->batch[n];
	int seen = 0;

	(void)sqlite3_bind_int(items, 1, n + 1);
	while (sqlite3_step(items) == SQLITE_ROW) {
		int person = sqlite3_column_int(items, 0) - 1, at = 0;

		while (at < b->n && b->person[at] != person)
			at++;
		if (at == b->n)
			wrong(w, person, "in batch %s, where it has no place",
			    b->id);
		if (strcmp(words[b->item[at]], look_text(items, 1)) != 0)
			wrong(w, person, "in batch %s: expected %s, the "
			    "store: %s", b->id, words[b->item[at]],
			    look_text(items, 1));
		seen++;
	}
	(void)sqlite3_reset(items);
	if (seen != b->n)
		wrong(w, -1, "batch %s: expected %d items, the store: %d",
		    b->id, b->n, seen);
}

void
look_all_batches(struct world *w)
{
	static const char *const words[] = { "proposed", "approved",
		"refused", "executed" };
	sqlite3_stmt *q = look_ask("SELECT id, status, not_before FROM batch "
	    "ORDER BY n");
	sqlite3_stmt *items = look_ask("SELECT p.record, i.status FROM "
	    "batch_item i JOIN package p ON p.n = i.package WHERE i.batch = ?");
	int n = 0;

	for (; sqlite3_step(q) == SQLITE_ROW; n++) {
		const char *status = look_text(q, 1);

		if (n == w->n_batches)
			wrong(w, -1, "a batch nobody expected: %s",
			    look_text(q, 0));
		if (strcmp(status, "done") == 0)
			status = "executed";
		if (strcmp(words[w->batch[n].state], status) != 0 ||
		    day_read(look_text(q, 2)) != w->batch[n].not_before)
			wrong(w, -1, "batch %s: expected %s, the store: %s, "
			    "not before %s", look_text(q, 0),
			    words[w->batch[n].state], status, look_text(q, 2));
		same_batch(w, n, items);
	}
	(void)sqlite3_finalize(q);
	(void)sqlite3_finalize(items);
	if (n != w->n_batches)
		wrong(w, -1, "batch %d is missing", n + 1);
}
