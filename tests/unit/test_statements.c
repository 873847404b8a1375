#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/buf.h"
#include "lifecycle/store/store.h"

/*
 * No statement reads a whole table, unless the line under its name says
 * `-- excused:' and why.  Run from the project's root.
 */
enum { MAX = 900, NAME = 64, LINE = 512 };

struct statement {
	char name[NAME];
	int excused;
	int scans;
	int planned;
};

static struct statement list[MAX];
static size_t n;
static struct cp_buf wrong;
static struct cp_err err;

static void
complain(const char *name, const char *what)
{
	cp_buf_printf(&wrong, "%s: %s\n", name, what);
}

/* A file of statements: each name, and whether the next line excuses it. */
static void
read_file(FILE *f)
{
	char line[LINE], reason[LINE];
	int first = 0;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "-- name: %63s", list[n].name) == 1) {
			ck_assert_uint_lt(++n, MAX - 1);
			first = 1;
			continue;
		}
		if (strstr(line, "excused") == NULL) {
			first = 0;
			continue;
		}
		ck_assert_msg(n > 0, "an excuse before the first statement");
		if (!first)
			complain(list[n - 1].name,
			    "its excuse is not under its name");
		if (sscanf(line, "-- excused: %511[^\n]", reason) != 1 ||
		    strlen(reason) < 8)
			complain(list[n - 1].name, "its excuse gives no "
			    "reason");
		list[n - 1].excused = 1;
		first = 0;
	}
}

static void
read_all(void)
{
	DIR *d = opendir("lifecycle/store/sql");
	struct dirent *e;
	char path[400];
	FILE *f;

	ck_assert_msg(d != NULL, "run from the project's root");
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (len < 5 || strcmp(e->d_name + len - 4, ".sql") != 0)
			continue;
		(void)snprintf(path, sizeof(path), "lifecycle/store/sql/%s",
		    e->d_name);
		f = fopen(path, "re");
		ck_assert_ptr_nonnull(f);
		read_file(f);
		ck_assert_int_eq(fclose(f), 0);
	}
	ck_assert_int_eq(closedir(d), 0);
}

static struct statement *
find(const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* `SCAN CONSTANT ROW' and the scan of a subquery's rows read no table. */
static int
is_scan(const char *line)
{
	return strncmp(line, "SCAN ", 5) == 0 &&
	    strncmp(line, "SCAN CONSTANT ROW", 17) != 0 &&
	    strncmp(line, "SCAN (", 6) != 0;
}

static void
note_plan(void *ctx, const char *name, const char *line)
{
	struct statement *s = find(name);

	(void)ctx;
	if (s == NULL) {
		complain(name, "is in the program, but in no file");
		return;
	}
	s->planned = 1;
	if (!is_scan(line))
		return;
	s->scans = 1;
	if (!s->excused)
		complain(name, line);
}

/* A deployed store with statistics gets the same plans as a fresh one: no
 * ANALYZE is ever run. */
START_TEST(no_statement_scans)
{
	char dir[] = "/tmp/cpadmin-statements.XXXXXX", path[64];
	struct cp_store *s = NULL;
	size_t planned = 0;

	read_all();
	ck_assert_uint_gt(n, 40);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(cp_store_create(dir, &s, &err) == CP_OK, "%s", err.what);
	ck_assert_msg(cp_store_plans(s, note_plan, NULL, &err) == CP_OK, "%s",
	    err.what);
	cp_store_free(s);
	(void)snprintf(path, sizeof(path), "rm -rf %s", dir);
	ck_assert_int_eq(system(path), 0);
	for (size_t i = 0; i < n; i++) {
		if (list[i].excused && !list[i].scans)
			complain(list[i].name, "is excused, but scans nothing");
		planned += (size_t)list[i].planned;
	}
	/* A plan of no line is an insert of values. */
	ck_assert_uint_gt(planned, n / 2);
	ck_assert_int_eq(wrong.failed, 0);
	ck_assert_msg(wrong.len == 0, "\n%s", cp_buf_text(&wrong));
}
END_TEST

/* The reader of plans and excuses sees what it should. */
START_TEST(plans_are_read)
{
	ck_assert(is_scan("SCAN record"));
	ck_assert(is_scan("SCAN r USING INDEX record_birth"));
	ck_assert(!is_scan("SEARCH record USING INTEGER PRIMARY KEY (rowid=?)"));
	ck_assert(!is_scan("SCAN CONSTANT ROW"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("statements");
	TCase *t = tcase_create("plans");
	SRunner *r;
	int failed;

	tcase_add_test(t, no_statement_scans);
	tcase_add_test(t, plans_are_read);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
