#include "cpadmin/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cpadmin/places.h"

enum {
	CANNOT_RUN = 127,
	CHUNK = 16384,
	CHUNKS = 64,        /* at a time: others wait, too */
	OUT_MAX = 1 << 20,  /* the rest is read and dropped */
	ERR_KEEP = 1 << 16  /* its last line counts */
};

int64_t
cp_child_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum cp_rc
cp_child_program(char *out, size_t cap, struct cp_err *err)
{
	static const char *const places[] = { "cpadmin", "../bin/cpadmin" };
	char dir[PATH_MAX];
	int n;
	enum cp_rc rc = cp_place_program(dir, sizeof(dir), err);

	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		n = snprintf(out, cap, "%s/%s", dir, places[i]);
		if (n > 0 && (size_t)n < cap && access(out, X_OK) == 0)
			return CP_OK;
	}
	(void)cp_fail(err, CP_FAILED, "there is no cpadmin to run");
	cp_err_hint(err, "it belongs in %.300s or in ../bin of it; install "
	    "again", dir);
	return CP_FAILED;
}

/* ---- starting ------------------------------------------------------------------ */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* In the child: from here to execv only what is safe after a fork. */
static void
become(const char *program, char *const *argv, const int *out, int lock,
    pid_t parent)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)sigemptyset(&none);
	if (null < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    getppid() != parent || setpgid(0, 0) != 0 ||
	    dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out[CP_CHILD_OUT], STDOUT_FILENO) < 0 ||
	    dup2(out[CP_CHILD_ERR], STDERR_FILENO) < 0 ||
	    (lock >= 0 && fcntl(lock, F_SETFD, 0) != 0) ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(CANNOT_RUN);
	(void)execv(program, argv);
	_exit(CANNOT_RUN);
}

/* One pipe: the end of the parent does not block. */
static enum cp_rc
make_pipe(int *mine, int *its, struct cp_err *err)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return cp_fail_errno(err, CP_FAILED, "cannot make a pipe");
	*mine = fd[0];
	*its = fd[1];
	if (fcntl(*mine, F_SETFL, O_NONBLOCK) != 0)
		return cp_fail_errno(err, CP_FAILED, "cannot make a pipe");
	return CP_OK;
}

enum cp_rc
cp_child_start(struct cp_child *c, const char *program, char *const *argv,
    int lock, struct cp_err *err)
{
	int its[CP_CHILD_PIPES] = { -1, -1 };
	pid_t parent = getpid(), pid;
	enum cp_rc rc = CP_OK;

	memset(c, 0, sizeof(*c));
	c->begun = cp_child_clock();
	for (int i = 0; i < CP_CHILD_PIPES; i++) {
		cp_buf_init(&c->text[i]);
		c->fd[i] = -1;
	}
	for (int i = 0; i < CP_CHILD_PIPES && rc == CP_OK; i++)
		rc = make_pipe(&c->fd[i], &its[i], err);
	if (rc == CP_OK) {
		pid = fork();
		if (pid == 0)
			become(program, argv, its, lock, parent);
		if (pid < 0)
			rc = cp_fail_errno(err, CP_FAILED, "cannot fork");
		else
			c->pid = pid;
	}
	for (int i = 0; i < CP_CHILD_PIPES; i++)
		close_fd(&its[i]);
	return rc;
}

/* ---- while it runs --------------------------------------------------------------- */

static void
keep(struct cp_child *c, int which, const char *data, size_t len)
{
	struct cp_buf *b = &c->text[which];

	if (which == CP_CHILD_OUT && b->len + len > OUT_MAX)
		return;
	cp_buf_put(b, data, len);
	if (which == CP_CHILD_ERR && b->len > 2 * ERR_KEEP) {
		memmove(b->data, b->data + b->len - ERR_KEEP, ERR_KEEP);
		b->len = ERR_KEEP;
	}
}

void
cp_child_read(struct cp_child *c, int which)
{
	char chunk[CHUNK];
	ssize_t n;

	for (int i = 0; i < CHUNKS && c->fd[which] >= 0; i++) {
		n = read(c->fd[which], chunk, sizeof(chunk));
		if (n > 0)
			keep(c, which, chunk, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			close_fd(&c->fd[which]);
		else if (errno == EAGAIN)
			return;
	}
}

int
cp_child_reap(struct cp_child *c)
{
	pid_t got;

	if (c->pid == 0 || c->ended)
		return c->ended;
	do
		got = waitpid(c->pid, &c->status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return 0;
	if (got < 0)
		c->status = CANNOT_RUN << 8;
	c->ended = 1;
	for (int i = 0; i < CP_CHILD_PIPES; i++) {
		cp_child_read(c, i);
		close_fd(&c->fd[i]);
	}
	return 1;
}

void
cp_child_tell(struct cp_child *c, int64_t grace)
{
	int64_t now = cp_child_clock();

	if (c->pid == 0 || c->ended)
		return;
	if (c->told == 0) {
		c->told = now;
		(void)kill(c->pid, SIGTERM);
	} else if (!c->killed && now - c->told >= grace) {
		c->killed = 1;
		(void)kill(-c->pid, SIGKILL);
		(void)kill(c->pid, SIGKILL);
	}
}

void
cp_child_end(const struct cp_child *c, struct cp_job_end *out)
{
	memset(out, 0, sizeof(*out));
	out->exit_code = WIFEXITED(c->status) ? WEXITSTATUS(c->status) : -1;
	out->signal = WIFSIGNALED(c->status) ? WTERMSIG(c->status) : 0;
	out->cannot_run = out->exit_code == CANNOT_RUN;
	out->timed_out = c->timed_out;
	out->stopped = c->stopped;
	out->out = cp_buf_text(&c->text[CP_CHILD_OUT]);
	out->out_len = c->text[CP_CHILD_OUT].len;
	out->err = cp_buf_text(&c->text[CP_CHILD_ERR]);
	out->err_len = c->text[CP_CHILD_ERR].len;
}

void
cp_child_clear(struct cp_child *c)
{
	for (int i = 0; i < CP_CHILD_PIPES && c->begun != 0; i++) {
		close_fd(&c->fd[i]);
		cp_buf_clear(&c->text[i]);
	}
	memset(c, 0, sizeof(*c));
}
