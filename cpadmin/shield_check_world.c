#include "cpadmin/shield_check.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/store/json.h"

enum { RUN_MS = 120000, ARGS = CHECK_WORDS + 24, TURN_MS = 50 };

/* ---- one run --------------------------------------------------------------- */

static void
wait_for(struct cp_child *c)
{
	struct pollfd p[CP_CHILD_PIPES];
	int open = 1;

	while (open > 0 || !cp_child_reap(c)) {
		open = 0;
		for (int i = 0; i < CP_CHILD_PIPES; i++) {
			p[i] = (struct pollfd){ c->fd[i], POLLIN, 0 };
			open += c->fd[i] >= 0;
		}
		(void)poll(p, CP_CHILD_PIPES, open > 0 ? TURN_MS : 1);
		for (int i = 0; i < CP_CHILD_PIPES; i++)
			if (p[i].revents != 0)
				cp_child_read(c, i);
		if (cp_child_clock() - c->begun > RUN_MS)
			cp_child_tell(c, TURN_MS);
	}
}

enum cp_rc
check_run(struct check_world *w, const char *const *words, size_t n,
    struct check_result *r, struct cp_err *err)
{
	char *argv[ARGS + 2], *args[ARGS];
	size_t i, copied = 0;
	enum cp_rc rc = CP_OK;

	memset(r, 0, sizeof(*r));
	if (n > ARGS)
		return cp_fail(err, CP_FAILED, "too many words");
	argv[0] = w->program;
	for (i = 0; i < n && rc == CP_OK; i++) {
		args[i] = strdup(words[i]);
		if (args[i] == NULL)
			rc = cp_fail(err, CP_FAILED, "out of memory");
		else
			copied++;
		argv[i + 1] = args[i];
	}
	argv[n + 1] = NULL;
	if (rc == CP_OK)
		rc = cp_child_start(&r->child, w->program, argv, -1, err);
	if (rc == CP_OK) {
		wait_for(&r->child);
		w->calls++;
		r->status = WIFEXITED(r->child.status) ?
		    WEXITSTATUS(r->child.status) : 128;
	}
	for (i = 0; i < copied; i++)
		free(args[i]);
	return rc;
}

void
check_result_clear(struct check_result *r)
{
	cp_child_clear(&r->child);
}

/* ---- making ---------------------------------------------------------------- */

/* A step of the story, in words parted by single spaces; a reason is one word.
 * What it prints, as JSON, into *TREE if that is not NULL. */
static enum cp_rc
step(struct check_world *w, const char *on, const char *line,
    struct cp_json **tree, struct cp_err *err)
{
	char copy[1024], *save = NULL;
	const char *words[ARGS];
	struct check_result r;
	struct cp_buf *out = &r.child.text[CP_CHILD_OUT];
	size_t n = 0;
	enum cp_rc rc;

	(void)snprintf(copy, sizeof(copy), "%s --json --yes --on %s", line, on);
	for (char *t = strtok_r(copy, " ", &save); t != NULL && n < ARGS;
	    t = strtok_r(NULL, " ", &save))
		if (strcmp(t, "--yes") != 0 || strncmp(line, "retention run",
		    13) == 0)
			words[n++] = t;
	rc = check_run(w, words, n, &r, err);
	if (rc == CP_OK && r.status != 0 && r.status != CP_PARTIAL)
		rc = cp_fail(err, CP_FAILED, "the scratch store: %.60s: %.300s",
		    line, cp_buf_text(&r.child.text[CP_CHILD_ERR]));
	if (rc == CP_OK && tree != NULL)
		rc = cp_json_parse(cp_buf_text(out), out->len, tree, err);
	check_result_clear(&r);
	return rc;
}

/* The KEY of row I of a list. */
static enum cp_rc
row_key(struct check_world *w, const char *on, const char *line, size_t i,
    const char *key, char *out, size_t cap, struct cp_err *err)
{
	struct cp_json *tree = NULL;
	const char *text;
	enum cp_rc rc = step(w, on, line, &tree, err);

	if (rc != CP_OK)
		return rc;
	text = cp_json_text(cp_json_get(cp_json_at(cp_json_get(tree, "rows"),
	    i), key));
	if (text == NULL)
		rc = cp_fail(err, CP_FAILED, "the scratch store: %s gives no "
		    "%s", line, key);
	else
		(void)snprintf(out, cap, "%s", text);
	cp_json_free(tree);
	return rc;
}

static enum cp_rc
put_file(const struct check_world *w, const char *name, struct cp_buf *text,
    struct cp_err *err)
{
	char path[160];
	enum cp_rc rc = cp_buf_check(text, err);

	(void)snprintf(path, sizeof(path), "%s/in/%s", w->base, name);
	if (rc == CP_OK)
		rc = cp_file_write_durable(path, 0600, text->data, text->len,
		    err);
	cp_buf_reset(text);
	return rc;
}

static void
born_before(struct cp_date day, int years, int days, char out[CP_DATE_TEXT])
{
	(void)cp_date_format(cp_date_add_months(cp_date_add_days(day, days),
	    -12 * years), out);
}

/* Who has canaries, live and to be archived at once; those that are not
 * shielded; and a feed that comes later: for one of the first, and for one who
 * might be. */
static enum cp_rc
write_inputs(struct check_world *w, struct cp_date begin, struct cp_err *err)
{
	char born[CP_DATE_TEXT];
	struct cp_buf b;
	enum cp_rc rc;

	cp_buf_init(&b);
	for (int n = 1; n <= CHECK_LIVE + CHECK_OLD; n++) {
		if (n <= CHECK_LIVE)
			born_before(begin, 3, n, born);
		else
			born_before(begin, 18, 20, born);
		check_child(&b, n, born, w->authority, CHECK_FULL);
	}
	rc = put_file(w, "shielded", &b, err);
	for (int n = 60; n < 64; n++) {
		/* as HID-7 and those after it, with whom they are merged */
		born_before(begin, 3, n - 53, born);
		check_child(&b, n, born, w->authority, CHECK_OPEN);
	}
	if (rc == CP_OK)
		rc = put_file(w, "open", &b, err);
	born_before(begin, 3, 3, born);
	check_child(&b, 3, born, w->authority, CHECK_FULL);
	cp_buf_puts(&b, "{\"cpadmin\":\"record/1\",\"id\":\"Qzxvkjwi\"\n");
	born_before(begin, 3, 4, born);
	if (rc == CP_OK) {
		size_t at = b.len;
		char *id;

		check_child(&b, 4, born, w->authority, CHECK_FULL);
		id = strstr(cp_buf_text(&b) + at, "\"HID-");
		memcpy(id, "\"DUP-", 5);
		rc = put_file(w, "feed", &b, err);
	}
	for (int n = 70; n < 73; n++) {
		born_before(begin, 3, 40 + n, born);
		check_child(&b, n, born, w->authority, CHECK_USUAL);
	}
	if (rc == CP_OK)
		rc = put_file(w, "intake", &b, err);
	cp_buf_puts(&b, "What is said of it.\n");
	if (rc == CP_OK)
		rc = put_file(w, "text", &b, err);
	cp_buf_puts(&b, "id,event,date,notified,intention,to\n"
	    "HID-5,left-england,2020-01-01,,none-stated,\n");
	if (rc == CP_OK)
		rc = put_file(w, "events", &b, err);
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
make_folders(struct check_world *w, struct cp_err *err)
{
	static const char *const below[] = { "in", "out", "tmp", "cwd" };
	const char *tmp = getenv("TMPDIR");
	char path[160];

	/* In memory if there is a place: nothing of it has to last. */
	if (tmp == NULL || tmp[0] != '/' || strlen(tmp) > 30)
		tmp = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" :
		    "/tmp";
	(void)snprintf(w->base, sizeof(w->base), "%s/cpadmin-check.XXXXXX",
	    tmp);
	if (mkdtemp(w->base) == NULL) {
		w->base[0] = '\0';
		return cp_fail_errno(err, CP_FAILED, "a folder in %s", tmp);
	}
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->base, below[i]);
		if (mkdir(path, 0700) != 0)
			return cp_fail_errno(err, CP_FAILED, "%s", path);
		if (strcmp(below[i], "tmp") == 0 &&
		    setenv("TMPDIR", path, 1) != 0)
			return cp_fail_errno(err, CP_FAILED, "TMPDIR");
		if (strcmp(below[i], "cwd") == 0 && chdir(path) != 0)
			return cp_fail_errno(err, CP_FAILED, "%s", path);
	}
	(void)snprintf(w->store, sizeof(w->store), "%s/store", w->base);
	/* Whatever a call forgets to say: it is about this store. */
	return setenv("CPADMIN_STORE", w->store, 1) == 0 ? CP_OK :
	    cp_fail_errno(err, CP_FAILED, "CPADMIN_STORE");
}

static enum cp_rc
make_people(struct check_world *w, const char *day, struct cp_err *err)
{
	static const char *const roles[] = { "team", "shield", "dpo",
		"custodian", "approver", "auditor", "scheduler", "admin" };
	char line[400];
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; rc == CP_OK && i < 8; i++) {
		(void)snprintf(line, sizeof(line), "operator add check-%s "
		    "--uid %zu --role %s", roles[i], 64000 + i, roles[i]);
		rc = step(w, day, line, NULL, err);
	}
	if (rc == CP_OK)
		rc = step(w, day, "operator add spare --uid 64100 --role team",
		    NULL, err);
	(void)snprintf(line, sizeof(line), "record import %s/in/shielded "
	    "--reason check", w->base);
	if (rc == CP_OK)
		rc = step(w, day, line, NULL, err);
	(void)snprintf(line, sizeof(line), "record import %s/in/open "
	    "--reason check", w->base);
	return rc == CP_OK ? step(w, day, line, NULL, err) : rc;
}

/* Everything that can be hidden is; every third is only asked for. */
static enum cp_rc
make_shields(struct check_world *w, const char *day, const char *review,
    struct cp_err *err)
{
	static const char more[] = "--hide former-names --hide carers "
	    "--hide numbers";
	char line[500];
	enum cp_rc rc = CP_OK;

	for (int n = 1; rc == CP_OK && n <= CHECK_LIVE + CHECK_OLD; n++) {
		(void)snprintf(line, sizeof(line), "shield request HID-%d --by "
		    "parent --reason check %s", n, more);
		rc = step(w, day, line, NULL, err);
		if (rc != CP_OK || n % 3 == 0)
			continue;
		(void)snprintf(line, sizeof(line), "shield decide HID-%d grant "
		    "--reason check --review %s --as check-shield", n, review);
		rc = step(w, day, line, NULL, err);
	}
	return rc;
}

/* Two are archived, a feed comes, one is looked at by an officer, one is held;
 * and six years later a destruction is proposed. */
static enum cp_rc
make_years(struct check_world *w, struct cp_date begin, struct cp_err *err)
{
	char day[CP_DATE_TEXT], today[CP_DATE_TEXT], line[400];
	struct cp_json *tree = NULL;
	enum cp_rc rc;

	(void)cp_date_format(cp_date_add_days(begin, 40), day);
	(void)cp_date_format(w->today, today);
	rc = step(w, day, "retention run --accept clock --accept share", NULL,
	    err);
	(void)snprintf(line, sizeof(line), "record import %s/in/feed "
	    "--reason check", w->base);
	if (rc == CP_OK)
		rc = step(w, day, line, NULL, err);
	if (rc == CP_OK)
		rc = step(w, day, "shield reveal HID-2 --reason check "
		    "--as check-shield", NULL, err);
	if (rc == CP_OK)
		rc = step(w, today, "retention run --accept clock "
		    "--accept share", NULL, err);
	(void)cp_date_format(cp_date_add_days(w->today, 30), day);
	(void)snprintf(line, sizeof(line), "hold place --record HID-6 --reason "
	    "check --legal-basis s.21 --contact check --review %s", day);
	if (rc == CP_OK)
		rc = step(w, today, line, &tree, err);
	if (rc == CP_OK)
		(void)snprintf(w->hold, sizeof(w->hold), "%s",
		    cp_json_text(cp_json_get(tree, "hold")) != NULL ?
		    cp_json_text(cp_json_get(tree, "hold")) : "");
	cp_json_free(tree);
	return rc;
}

/* Somebody who may be anybody asks what is held: of those who are there, half
 * of it is collected, and of two who are archived. */
static enum cp_rc
make_requests(struct check_world *w, struct cp_err *err)
{
	char today[CP_DATE_TEXT], line[400];
	enum cp_rc rc = CP_OK;

	(void)cp_date_format(w->today, today);
	for (int n = 1; rc == CP_OK && n <= CHECK_REQUESTS; n++) {
		int live = n <= CHECK_REQUESTS - 2;

		(void)snprintf(line, sizeof(line), "sar open --subject HID-%d "
		    "--requester Asker-%d --relation %s --received %s",
		    live ? n : CHECK_LIVE + n - CHECK_REQUESTS + 2, n,
		    n % 2 == 0 ? "self" : "parent", today);
		rc = step(w, today, line, NULL, err);
		(void)snprintf(line, sizeof(line), "sar collect SAR-%04d", n);
		if (rc == CP_OK && live && n % 2 == 0)
			rc = step(w, today, line, NULL, err);
	}
	(void)snprintf(w->request, sizeof(w->request), "SAR-0001");
	return rc;
}

static enum cp_rc
learn_custody(struct check_world *w, struct cp_err *err)
{
	char path[160];
	struct cp_buf text;
	enum cp_rc rc;

	(void)snprintf(path, sizeof(path), "%s/keys/custody.current",
	    w->store);
	cp_buf_init(&text);
	rc = cp_file_read(path, sizeof(w->custody) - 1, &text, err);
	if (rc == CP_OK)
		(void)snprintf(w->custody, sizeof(w->custody), "%.*s",
		    (int)strcspn(cp_buf_text(&text), "\n"),
		    cp_buf_text(&text));
	cp_buf_clear(&text);
	return rc;
}

static enum cp_rc
learn(struct check_world *w, struct cp_err *err)
{
	char today[CP_DATE_TEXT];
	enum cp_rc rc = learn_custody(w, err);

	(void)cp_date_format(w->today, today);
	for (size_t i = 0; rc == CP_OK && i < 2; i++)
		rc = row_key(w, today, "archive list", i, "package",
		    w->package[i], sizeof(w->package[i]), err);
	if (rc == CP_OK)
		rc = row_key(w, today, "archive list", 0, "volume", w->volume,
		    sizeof(w->volume), err);
	if (rc == CP_OK)
		rc = row_key(w, today, "destruction list", 0, "batch",
		    w->batch, sizeof(w->batch), err);
	if (rc == CP_OK)
		rc = row_key(w, today, "shield investigation list", 0, "id",
		    w->investigation, sizeof(w->investigation), err);
	return rc;
}

/* The search finds what an officer is shown: else it would find nothing. */
static enum cp_rc
prove_search(struct check_world *w, struct cp_err *err)
{
	static const char *const words[] = { "shield", "reveal", "HID-1",
		"--reason", "check", "--json", "--as", "check-shield" };
	struct check_result r;
	char what[64];
	enum cp_rc rc = check_run(w, words, 8, &r, err);

	if (rc == CP_OK && check_find(r.child.text[CP_CHILD_OUT].data,
	    r.child.text[CP_CHILD_OUT].len, what) == NULL)
		rc = cp_fail(err, CP_FAILED, "the check does not find what an "
		    "officer is shown: %.200s",
		    cp_buf_text(&r.child.text[CP_CHILD_ERR]));
	check_result_clear(&r);
	return rc;
}

enum cp_rc
check_world_make(struct check_world *w, struct cp_session *s,
    struct cp_err *err)
{
	struct cp_date begin = cp_date_add_months(s->now.today, -12 * 7);
	char day[CP_DATE_TEXT], review[CP_DATE_TEXT], line[4400];
	enum cp_rc rc;

	w->today = s->now.today;
	(void)snprintf(w->authority, sizeof(w->authority), "%s",
	    s->settings.authority);
	(void)cp_date_format(begin, day);
	(void)cp_date_format(cp_date_add_days(begin, 90), review);
	rc = cp_settings_policy_file(s->store, &s->settings, w->policy,
	    sizeof(w->policy), err);
	if (rc == CP_OK)
		rc = cp_child_program(w->program, sizeof(w->program), err);
	if (rc == CP_OK)
		rc = make_folders(w, err);
	if (rc == CP_OK)
		rc = write_inputs(w, begin, err);
	(void)snprintf(line, sizeof(line), "init %s --rehearsal --policy %s "
	    "--authority %s", w->store, w->policy, w->authority);
	if (rc == CP_OK)
		rc = step(w, day, line, NULL, err);
	if (rc == CP_OK)
		rc = make_people(w, day, err);
	if (rc == CP_OK)
		rc = make_shields(w, day, review, err);
	if (rc == CP_OK)
		rc = make_years(w, begin, err);
	if (rc == CP_OK)
		rc = make_requests(w, err);
	if (rc == CP_OK)
		rc = learn(w, err);
	return rc == CP_OK ? prove_search(w, err) : rc;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

void
check_world_remove(struct check_world *w)
{
	if (w->base[0] == '\0')
		return;
	if (chdir("/") != 0)
		(void)fputs("cpadmin: cannot leave the folder\n", stderr);
	(void)nftw(w->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	w->base[0] = '\0';
}
