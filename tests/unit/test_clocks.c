#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/clock.h"

/*
 * Random clocks against an implementation that another hand wrote another way,
 * tests/clock/clocks.py: CLOCKS of them (500), made up from CLOCKS_SEED (1).
 */
static struct cp_err err;
static struct cp_policy *old, *now;
static struct cp_holidays *days;

static void
load(const char *path, struct cp_policy **policy)
{
	struct cp_policy_report report;

	cp_policy_report_init(&report);
	ck_assert_msg(cp_policy_load_file(path, policy, &report, &err) ==
	    CP_OK, "%s", err.what);
	cp_policy_report_clear(&report);
}

static void
setup(void)
{
	FILE *f = fopen("policies/holidays/england-wales.csv", "r");
	static char text[1 << 16];
	size_t n;

	ck_assert_msg(f != NULL, "run from the root of the sources");
	n = fread(text, 1, sizeof(text), f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert(cp_holidays_parse("england-wales.csv", text, n, &days,
	    &err) == CP_OK);
	load("policies/contactpoint-2007.cfg", &old);
	load("policies/uk-2026.cfg", &now);
}

static void
teardown(void)
{
	cp_policy_free(old);
	cp_policy_free(now);
	cp_holidays_free(days);
}

static size_t
read_events(const char *text, struct cp_clock_event events[64])
{
	char date[CP_DATE_TEXT], word[32];
	size_t n = 0;
	int used;

	while (sscanf(text, " %10[0-9-] %31[a-z-]%n", date, word, &used) ==
	    2) {
		ck_assert_uint_lt(n, 64);
		ck_assert(cp_date_parse(date, &events[n].date, &err) ==
		    CP_OK);
		ck_assert(cp_clock_parse(word, &events[n].kind));
		n++;
		text += used;
		text += *text == ',';
	}
	ck_assert_str_eq(text, "");
	return n;
}

static void
put(struct cp_buf *b, struct cp_date date)
{
	char text[CP_DATE_TEXT];

	cp_buf_puts(b, cp_date_set(date) ? cp_date_format(date, text) : "-");
}

static void
put_clock(struct cp_buf *b, enum cp_rc rc, const struct cp_clock *c)
{
	const char *waits;

	if (rc != CP_OK) {
		cp_buf_puts(b, rc == CP_BAD_INPUT ? "bad" :
		    rc == CP_REFUSED ? "refused" : "failed");
		return;
	}
	waits = cp_clock_wait_word(c->waits_for);
	put(b, c->starts);
	cp_buf_printf(b, " %s ", waits[0] != '\0' ? waits : "-");
	put(b, c->waits_since);
	cp_buf_printf(b, " %d ", c->paused);
	put(b, c->extended);
	cp_buf_putc(b, ' ');
	put(b, c->first_due);
	cp_buf_putc(b, ' ');
	put(b, c->due);
}

/* The step by step account is asked for, too: it must end, whatever comes. */
static enum cp_rc
heard(void *ctx, const char *rule, struct cp_date date, const char *text,
    struct cp_err *e)
{
	(void)rule;
	(void)date;
	(void)e;
	ck_assert_str_ne(text, "");
	++*(int *)ctx;
	return CP_OK;
}

static void
compare(char *line)
{
	struct cp_clock_event events[64];
	char *policy = strtok(line, ";"), *text = strtok(NULL, ";");
	char *want = strtok(NULL, ";\n");
	struct cp_clock c = { 0 };
	struct cp_buf got;
	enum cp_rc rc;
	size_t n;
	int steps = 0;

	ck_assert_ptr_nonnull(want);
	n = read_events(text, events);
	cp_buf_init(&got);
	rc = cp_clock_run(strcmp(policy, "old") == 0 ? old : now, days,
	    events, n, heard, &steps, &c, &err);
	put_clock(&got, rc, &c);
	ck_assert_msg(strcmp(cp_buf_text(&got), want) == 0,
	    "%s; %s\n  it should be %s\n  it is        %s", policy, text,
	    want, cp_buf_text(&got));
	ck_assert(rc != CP_OK || steps > (int)n);
	cp_buf_clear(&got);
}

static const char *
setting(const char *name, const char *usual)
{
	const char *text = getenv(name);

	return text != NULL && text[0] != '\0' &&
	    text[strspn(text, "0123456789")] == '\0' ? text : usual;
}

START_TEST(two_hands_agree)
{
	char command[128], *line = NULL;
	size_t cap = 0;
	long n = 0, want = atol(setting("CLOCKS", "500"));
	FILE *f;

	(void)snprintf(command, sizeof(command),
	    "python3 tests/clock/clocks.py %.9s %.9s",
	    setting("CLOCKS", "500"), setting("CLOCKS_SEED", "1"));
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while (getline(&line, &cap, f) > 0) {
		compare(line);
		n++;
	}
	free(line);
	ck_assert_int_eq(pclose(f), 0);
	ck_assert_int_eq(n, want);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clocks");
	TCase *tc = tcase_create("clocks");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 600);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, two_hands_agree);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
