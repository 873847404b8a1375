/*
 * duel ROUNDS COMMAND... [-- COMMAND...]: runs one command, or two in turns,
 * and prints as JSON what each took: medians of wall and processor time in
 * milliseconds, the largest memory in KiB (of wait4), and the median of the
 * rounds' ratios, first to second.  Their standard output goes nowhere.  A
 * command that fails ends it, with its status.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 10000 };

extern char **environ;

struct side {
	char **argv;
	double wall[ROUNDS], cpu[ROUNDS];
	long rss;
};

static struct side side[2];
static double ratio[ROUNDS];

static double
of_timeval(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void
run(struct side *s, int round)
{
	posix_spawn_file_actions_t to;
	struct timespec a, b;
	struct rusage use;
	int status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&to) != 0 ||
	    posix_spawn_file_actions_addopen(&to, 1, "/dev/null", O_WRONLY,
	    0) != 0)
		exit(1);
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	if (posix_spawnp(&pid, s->argv[0], &to, NULL, s->argv, environ) != 0) {
		perror(s->argv[0]);
		exit(1);
	}
	if (wait4(pid, &status, 0, &use) != pid)
		exit(1);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	(void)posix_spawn_file_actions_destroy(&to);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "%s: status %d\n", s->argv[0], status);
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	s->wall[round] = (double)(b.tv_sec - a.tv_sec) * 1e3 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	s->cpu[round] = of_timeval(use.ru_utime) + of_timeval(use.ru_stime);
	if (use.ru_maxrss > s->rss)
		s->rss = use.ru_maxrss;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), ascending);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void
show(const char *name, struct side *s, int n)
{
	printf("\"%s\":{\"ms\":%.3f,\"cpu_ms\":%.3f,\"rss_kib\":%ld}", name,
	    median(s->wall, n), median(s->cpu, n), s->rss);
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[1]) : 0;

	if (n < 1 || n > ROUNDS)
		return 2;
	side[0].argv = argv + 2;
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			side[1].argv = argv + i + 1;
			break;
		}
	}
	for (int i = 0; i < n; i++) {
		run(&side[0], i);
		if (side[1].argv == NULL)
			continue;
		run(&side[1], i);
		ratio[i] = side[0].wall[i] / side[1].wall[i];
	}
	putchar('{');
	show("a", &side[0], n);
	if (side[1].argv != NULL) {
		putchar(',');
		show("b", &side[1], n);
		printf(",\"ratio\":%.4f", median(ratio, n));
	}
	return printf("}\n") < 0 || fflush(stdout) != 0;
}
