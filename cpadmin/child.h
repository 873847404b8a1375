#ifndef CP_CPADMIN_CHILD_H
#define CP_CPADMIN_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "archive/buf.h"
#include "lifecycle/jobs/outcome.h"

/* A command of cpadmin as a process of its own, whose output is kept.  It is
 * killed when this process ends, however that ends. */
enum { CP_CHILD_OUT, CP_CHILD_ERR, CP_CHILD_PIPES };

struct cp_child {
	pid_t pid;                /* 0 = there is none */
	int fd[CP_CHILD_PIPES];   /* to be read when poll says so; -1 = ended */
	struct cp_buf text[CP_CHILD_PIPES];
	int64_t begun;            /* cp_child_clock */
	int64_t told;             /* when it was told to end; 0 = not */
	int killed, timed_out, stopped;
	int ended;                /* it was waited for: */
	int status;               /* of waitpid */
};

/* Milliseconds of a clock that nobody sets. */
int64_t cp_child_clock(void);
/* The path of cpadmin, beside this program or in ../bin, into OUT. */
enum cp_rc cp_child_program(char *out, size_t cap, struct cp_err *err)
    CP_MUST_CHECK;
/* Starts PROGRAM with ARGV.  It inherits LOCK, so that what it locks is not
 * free before it ends.  *C is set; cp_child_clear frees it. */
enum cp_rc cp_child_start(struct cp_child *c, const char *program,
    char *const *argv, int lock, struct cp_err *err) CP_MUST_CHECK;
/* Takes what there is to read from pipe WHICH, at most 1 MiB: more than a
 * pipe holds. */
void cp_child_read(struct cp_child *c, int which);
/* Whether it has ended; if so, all it wrote has been read. */
int cp_child_reap(struct cp_child *c);
/* Tells it to end, first kindly; again and after GRACE ms by force. */
void cp_child_tell(struct cp_child *c, int64_t grace);
/* How it ended, for cp_job_outcome; borrows from C. */
void cp_child_end(const struct cp_child *c, struct cp_job_end *out);
void cp_child_clear(struct cp_child *c);

#endif
