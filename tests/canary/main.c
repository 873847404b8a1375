#include "tests/canary/canary.h"

#include <stdlib.h>
#include <string.h>

#include "cpadmin/shield_check.h"

/* canary SEED OPS DIR CPADMIN */

const char *const canary_roles[] = { "team", "dpo", "custodian", "approver",
	"auditor", "scheduler", "admin" };

void
canary_search(struct canary *c)
{
	char what[64];

	if (check_find(c->out.data, c->out.len, what) == NULL)
		return;
	(void)fprintf(stderr, "LEAK: seed %llu, operation %ld, as %s: %s: %s\n",
	    (unsigned long long)c->world.seed, c->world.ops,
	    canary_roles[c->role], c->said, what);
	exit(1);
}

void
canary_search_files(struct canary *c)
{
	char file[4096], what[64];
	int found = 0;
	struct cp_err err = { 0 };

	drive_flush(c->drive);
	drive_must(c->drive, cp_store_checkpoint(c->drive->store, &err),
	    "checkpoint");
	drive_must(c->drive, check_find_files(c->world.dir, "keys", file, what,
	    &found, &err), "search");
	c->searched++;
	if (!found)
		return;
	(void)fprintf(stderr, "LEAK: seed %llu, after operation %ld (%s): %s: "
	    "%s\n", (unsigned long long)c->world.seed, c->world.ops, c->said,
	    file, what);
	exit(1);
}

int
main(int argc, char **argv)
{
	struct canary *c = calloc(1, sizeof(*c));
	long every;

	if (c == NULL || argc != 5) {
		(void)fprintf(stderr, "usage: canary SEED OPS DIR CPADMIN\n");
		return 2;
	}
	c->world.seed = c->world.dice = strtoull(argv[1], NULL, 10);
	c->world.most = strtol(argv[2], NULL, 10);
	(void)snprintf(c->world.dir, sizeof(c->world.dir), "%s", argv[3]);
	c->cpadmin = argv[4];
	cp_buf_init(&c->out);
	canary_begin(c);
	canary_search_files(c);
	every = c->world.most > 20000 ? 5000 : 1000;
	for (c->world.ops = 1; c->world.ops <= c->world.most; c->world.ops++) {
		canary_op(c);
		canary_search(c);
		if (c->world.ops % every == 0)
			canary_search_files(c);
	}
	canary_search_files(c);
	(void)printf("seed %llu: %ld operations, %ld done, %ld refused; "
	    "%ld records shown, %ld rows of feeds (%ld set aside), "
	    "%ld programs run, %ld nights, %d requests for access (%d "
	    "collected); files searched %ld times: no canary\n",
	    (unsigned long long)c->world.seed, c->world.most,
	    c->done, c->refused, c->shown, c->rows, c->set_aside, c->programs,
	    c->nights, c->requests, c->collected, c->searched);
	cp_buf_clear(&c->out);
	drive_free(c->drive);
	free(c);
	return 0;
}
