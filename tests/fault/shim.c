/*
 * A preloaded library that stands between a program and its disk.
 *
 * It numbers, from 1, each libc call that changes something under the folder
 * CP_FAULT_DIR and at number CP_FAULT_AT does what CP_FAULT says:
 *
 *	count        nothing
 *	kill-before  SIGKILL, the call not made
 *	kill-after   SIGKILL, the call made
 *	torn         half of a write made, then SIGKILL; others as kill-before
 *	enospc       this and every later call that needs space: ENOSPC
 *	enospc-short the same, but a write at this number is half made first
 *	eio          this call: EIO
 *	eio-from     this and every later call: EIO
 *	power        the call not made: the file system of the folder goes
 *	             down as by a power cut (FS_IOC_SHUTDOWN, its journal not
 *	             flushed), and SIGKILL
 *
 * CP_FAULT_UNSYNCED  a program that forgot: a sync of a file whose path holds
 *                 this word is counted and said to be done, and is not
 * CP_FAULT_PROG   only the program of this name is counted and hurt
 * CP_FAULT_COUNT  a file of three native 64-bit words: calls so far, 1 once
 *                 the fault has struck, process that was counted last.  The
 *                 words are shared by threads and children, and carry over
 *                 an exec; the caller removes the file before a run.
 * CP_FAULT_LOG    a file that gets a line `number kind call path' per call;
 *                 kind is space (needs space), data (a write) or plain; the
 *                 path of a rename is `old => new'
 *
 * Open counts where it creates or empties a file.  Descriptors are known by
 * the path that /proc gives at the time of the call, and where a sandbox
 * forbids that, by the path they were opened with.  Calls that stdio makes
 * inside libc cannot be seen: a program that opens a stream for writing
 * under CP_FAULT_DIR is ended with status 97 and a message, since a count
 * without those writes would be a lie.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { COUNT, KILL_BEFORE, KILL_AFTER, TORN, NO_SPACE, NO_SPACE_SHORT,
	IO_ERROR, IO_ERROR_FROM, POWER, MODES };
enum kind { PLAIN, SPACE, DATA };	/* data needs space too */
enum act { GO, GO_DIE, HALF_DIE, HALF, FAIL };

struct tally {
	_Atomic uint64_t count;
	_Atomic uint64_t struck;
	_Atomic uint64_t pid;
};

static struct {
	bool on;
	enum mode mode;
	uint64_t at;
	char dir[PATH_MAX];
	size_t len;
	struct tally *tally;
	int log;
	int folder;		/* open, with POWER */
	const char *unsynced;	/* NULL or a word */
} g = { .log = -1, .folder = -1 };

static struct tally own_tally;
static _Atomic unsigned char opened_under[4096];

static void
complain(const char *a, const char *b)
{
	char line[PATH_MAX + 200];
	int n = snprintf(line, sizeof(line), "fault.so: %s%s\n", a, b);

	if (n > 0)
		(void)syscall(SYS_write, 2, line, (size_t)n);
}

static void
give_up(const char *a, const char *b)
{
	complain(a, b);
	(void)syscall(SYS_exit_group, 97);
}

/* A sandbox may refuse kill: leave then without running any handler. */
static void
die(void)
{
	(void)syscall(SYS_kill, getpid(), SIGKILL);
	(void)syscall(SYS_exit_group, 128 + SIGKILL);
}

/* XFS_IOC_GOINGDOWN, which other file systems share; the headers of the
 * kernel do not name it for all. */
#define SHUTDOWN _IOR('X', 125, uint32_t)
enum { SHUTDOWN_NO_LOG_FLUSH = 2 };

static void
power_off(void)
{
	uint32_t flags = SHUTDOWN_NO_LOG_FLUSH;

	if (syscall(SYS_ioctl, g.folder, SHUTDOWN, &flags) != 0)
		give_up("the file system cannot be shut down: ", g.dir);
}

static void
open_tally(const char *path)
{
	void *p;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || syscall(SYS_ftruncate, fd, sizeof(*g.tally)) != 0)
		give_up("cannot open CP_FAULT_COUNT: ", path);
	p = mmap(NULL, sizeof(*g.tally), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (p == MAP_FAILED)
		give_up("cannot map CP_FAULT_COUNT: ", path);
	(void)syscall(SYS_close, fd);
	g.tally = p;
	g.tally->pid = (uint64_t)getpid();
}

/* At a high number: programs may rely on the lowest being free. */
static void
open_log(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		give_up("cannot open CP_FAULT_LOG: ", path);
	g.log = fcntl(fd, F_DUPFD_CLOEXEC, 700);
	if (g.log < 0)
		give_up("cannot keep CP_FAULT_LOG: ", path);
	(void)syscall(SYS_close, fd);
}

__attribute__((constructor)) static void
begin(void)
{
	static const char *const names[MODES] = { "count", "kill-before",
		"kill-after", "torn", "enospc", "enospc-short", "eio",
		"eio-from", "power" };
	const char *mode = getenv("CP_FAULT"), *dir = getenv("CP_FAULT_DIR");
	const char *prog = getenv("CP_FAULT_PROG"), *at = getenv("CP_FAULT_AT");
	const char *count = getenv("CP_FAULT_COUNT");
	const char *log = getenv("CP_FAULT_LOG");
	int i;

	g.tally = &own_tally;
	if (mode == NULL || dir == NULL)
		return;
	if (prog != NULL && *prog != '\0' &&
	    strcmp(prog, program_invocation_short_name) != 0)
		return;
	for (i = 0; i < MODES && strcmp(mode, names[i]) != 0; i++)
		;
	if (i == MODES)
		give_up("no such CP_FAULT: ", mode);
	g.mode = (enum mode)i;
	if (realpath(dir, g.dir) == NULL)
		give_up("no such CP_FAULT_DIR: ", dir);
	g.len = strlen(g.dir);
	g.at = at == NULL ? 0 : strtoull(at, NULL, 10);
	if (g.mode != COUNT && g.at == 0)
		give_up("CP_FAULT_AT is wanted with ", mode);
	if (count != NULL)
		open_tally(count);
	if (log != NULL)
		open_log(log);
	g.unsynced = getenv("CP_FAULT_UNSYNCED");
	if (g.mode == POWER) {
		g.folder = (int)syscall(SYS_openat, AT_FDCWD, g.dir,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
		if (g.folder < 0)
			give_up("cannot open ", g.dir);
	}
	g.on = true;
}

/* ---- what is ours ----------------------------------------------------- */

static bool
under(const char *path)
{
	return strncmp(path, g.dir, g.len) == 0 &&
	    (path[g.len] == '/' || path[g.len] == '\0');
}

/* The path of FD into OUT; false where /proc does not say. */
static bool
fd_path(int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

static bool
fd_ours(int fd, char out[PATH_MAX])
{
	int saved = errno;
	bool ours;

	if (!g.on || fd < 0)
		return false;
	if (fd_path(fd, out))
		ours = under(out);
	else {
		ours = fd < 4096 && opened_under[fd];
		(void)snprintf(out, PATH_MAX, "(fd %d)", fd);
	}
	errno = saved;
	return ours;
}

/* The folder that holds PATH, resolved, and its last name. */
static bool
path_ours(int dirfd, const char *path, char out[PATH_MAX])
{
	char joined[PATH_MAX], base[PATH_MAX];
	int saved = errno;
	const char *name;
	char *slash;
	bool ours = false;

	if (!g.on)
		return false;
	if (path[0] == '/' || dirfd == AT_FDCWD || !fd_path(dirfd, base))
		(void)snprintf(joined, sizeof(joined), "%s%s",
		    path[0] == '/' ? "" : "./", path);
	else if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", base,
	    path) >= sizeof(joined))
		goto out;
	slash = strrchr(joined, '/');
	if (slash == NULL)
		goto out;
	name = slash + 1;
	*slash = '\0';
	if (realpath(joined[0] == '\0' ? "/" : joined, out) == NULL)
		goto out;
	if (strlen(out) + strlen(name) + 2 > PATH_MAX)
		goto out;
	(void)strcat(strcat(out, "/"), name);
	ours = under(out);
out:
	errno = saved;
	return ours;
}

/* ---- the decision ----------------------------------------------------- */

static void
note(uint64_t n, enum kind kind, const char *call, const char *path)
{
	static const char *const kinds[] = { "plain", "space", "data" };
	char line[2 * PATH_MAX + 100];
	int len = snprintf(line, sizeof(line), "%llu %s %s %s\n",
	    (unsigned long long)n, kinds[kind], call, path);

	if (g.log >= 0 && len > 0)
		(void)syscall(SYS_write, g.log, line, (size_t)len);
}

static enum act
fail_with(int number)
{
	g.tally->struck = 1;
	errno = number;
	return FAIL;
}

/* Counts a call and says what becomes of it; FAIL comes with errno set. */
static enum act
point(enum kind kind, const char *call, const char *path)
{
	uint64_t n = atomic_fetch_add(&g.tally->count, 1) + 1;

	note(n, kind, call, path);
	if (g.mode == COUNT || n < g.at)
		return GO;
	if (g.mode == IO_ERROR_FROM)
		return fail_with(EIO);
	if (g.mode == NO_SPACE || g.mode == NO_SPACE_SHORT) {
		if (kind == PLAIN)
			return GO;
		if (g.mode == NO_SPACE_SHORT && n == g.at && kind == DATA) {
			g.tally->struck = 1;
			return HALF;
		}
		return fail_with(ENOSPC);
	}
	if (n != g.at)
		return GO;
	g.tally->struck = 1;
	switch (g.mode) {
	case KILL_AFTER:
		return GO_DIE;
	case IO_ERROR:
		return fail_with(EIO);
	case TORN:
		if (kind == DATA)
			return HALF_DIE;
		break;
	case POWER:
		power_off();
		break;
	default:
		break;
	}
	die();
	return GO;
}

#define REAL(name) ((__typeof__(&name))next(#name))
static void *
next(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		give_up("libc has no ", name);
	return p;
}

/* The common form: OURS says whether PATH_BUF was filled and counts. */
#define GUARD(ours, kind, call, path, failed, result) do {		\
	enum act act_ = (ours) ? point(kind, call, path) : GO;		\
	if (act_ == FAIL)						\
		return failed;						\
	__typeof__(result) r_ = (result);				\
	if (act_ == GO_DIE)						\
		die();							\
	return r_;							\
} while (0)

/* ---- writes ----------------------------------------------------------- */

static size_t
allowed(enum act act, size_t n)
{
	return act == HALF || act == HALF_DIE ? n / 2 : n;
}

static void
after(enum act act)
{
	if (act == GO_DIE || act == HALF_DIE)
		die();
}

/* Half of one byte is none, and a short write of none means a full disk. */
static bool
refused(enum act act, size_t n)
{
	if (act == FAIL)
		return true;
	if (act == HALF && n < 2) {
		errno = ENOSPC;
		return true;
	}
	return false;
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	char path[PATH_MAX];
	enum act act = fd_ours(fd, path) ? point(DATA, "write", path) : GO;
	ssize_t r;

	if (refused(act, n))
		return -1;
	r = REAL(write)(fd, buf, allowed(act, n));
	after(act);
	return r;
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t off)
{
	char path[PATH_MAX];
	enum act act = fd_ours(fd, path) ? point(DATA, "pwrite", path) : GO;
	ssize_t r;

	if (refused(act, n))
		return -1;
	r = REAL(pwrite)(fd, buf, allowed(act, n), off);
	after(act);
	return r;
}

ssize_t
pwrite64(int fd, const void *buf, size_t n, off64_t off)
{
	return pwrite(fd, buf, n, off);
}

static size_t
iov_total(const struct iovec *iov, int count)
{
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += iov[i].iov_len;
	return n;
}

/* Writes the first N bytes of IOV at OFF, or at the file's own place, in one
 * call, as the whole would have been. */
static ssize_t
write_part(int fd, const struct iovec *iov, size_t n, off_t off)
{
	unsigned char *part = malloc(n + 1);
	size_t have = 0;
	ssize_t r;

	if (part == NULL)
		give_up("no memory for ", "half a write");
	for (; have < n; iov++) {
		size_t some = iov->iov_len < n - have ? iov->iov_len : n - have;

		memcpy(part + have, iov->iov_base, some);
		have += some;
	}
	r = off < 0 ? REAL(write)(fd, part, n) : REAL(pwrite)(fd, part, n, off);
	free(part);
	return r;
}

static ssize_t
vector(int fd, const struct iovec *iov, int count, off_t off, const char *call)
{
	char path[PATH_MAX];
	enum act act = fd_ours(fd, path) ? point(DATA, call, path) : GO;
	size_t n = iov_total(iov, count);
	ssize_t r;

	if (refused(act, n))
		return -1;
	if (act == HALF || act == HALF_DIE)
		r = write_part(fd, iov, n / 2, off);
	else if (off < 0)
		r = REAL(writev)(fd, iov, count);
	else
		r = REAL(pwritev)(fd, iov, count, off);
	after(act);
	return r;
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	return vector(fd, iov, count, -1, "writev");
}

ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t off)
{
	return vector(fd, iov, count, off, "pwritev");
}

ssize_t
pwritev64(int fd, const struct iovec *iov, int count, off64_t off)
{
	return vector(fd, iov, count, off, "pwritev");
}

ssize_t
copy_file_range(int in, off64_t *in_off, int out, off64_t *out_off, size_t n,
    unsigned int flags)
{
	char path[PATH_MAX];
	enum act act = fd_ours(out, path) ?
	    point(DATA, "copy_file_range", path) : GO;
	ssize_t r;

	if (refused(act, n))
		return -1;
	r = REAL(copy_file_range)(in, in_off, out, out_off, allowed(act, n),
	    flags);
	after(act);
	return r;
}

ssize_t
sendfile(int out, int in, off_t *off, size_t n)
{
	char path[PATH_MAX];
	enum act act = fd_ours(out, path) ? point(DATA, "sendfile", path) : GO;
	ssize_t r;

	if (refused(act, n))
		return -1;
	r = REAL(sendfile)(out, in, off, allowed(act, n));
	after(act);
	return r;
}

ssize_t
sendfile64(int out, int in, off64_t *off, size_t n)
{
	return sendfile(out, in, off, n);
}

/* ---- calls on a descriptor -------------------------------------------- */

/* PATH is what fd_ours said of FD. */
static bool
forgotten(int fd, const char *path)
{
	return g.on && fd >= 0 && g.unsynced != NULL && under(path) &&
	    strstr(path, g.unsynced) != NULL;
}

int
fsync(int fd)
{
	char path[PATH_MAX];

	GUARD(fd_ours(fd, path), PLAIN, "fsync", path, -1,
	    forgotten(fd, path) ? 0 : REAL(fsync)(fd));
}

int
fdatasync(int fd)
{
	char path[PATH_MAX];

	GUARD(fd_ours(fd, path), PLAIN, "fdatasync", path, -1,
	    forgotten(fd, path) ? 0 : REAL(fdatasync)(fd));
}

/* Advice to drop a file's pages writes them first, here and now; that is no
 * promise, and who forgot to sync shall not be saved by it. */
int
posix_fadvise(int fd, off_t off, off_t len, int advice)
{
	char path[PATH_MAX];

	(void)fd_ours(fd, path);
	return forgotten(fd, path) ? 0 :
	    REAL(posix_fadvise)(fd, off, len, advice);
}

int
posix_fadvise64(int fd, off64_t off, off64_t len, int advice)
{
	return posix_fadvise(fd, off, len, advice);
}

int
syncfs(int fd)
{
	char path[PATH_MAX];

	GUARD(fd_ours(fd, path), PLAIN, "syncfs", path, -1, REAL(syncfs)(fd));
}

int
ftruncate(int fd, off_t size)
{
	char path[PATH_MAX];
	struct stat st;
	bool ours = fd_ours(fd, path);
	enum kind kind = ours && fstat(fd, &st) == 0 && size > st.st_size ?
	    SPACE : PLAIN;

	GUARD(ours, kind, "ftruncate", path, -1, REAL(ftruncate)(fd, size));
}

int
ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int
fallocate(int fd, int mode, off_t off, off_t len)
{
	char path[PATH_MAX];

	GUARD(fd_ours(fd, path), SPACE, "fallocate", path, -1,
	    REAL(fallocate)(fd, mode, off, len));
}

int
fallocate64(int fd, int mode, off64_t off, off64_t len)
{
	return fallocate(fd, mode, off, len);
}

int
posix_fallocate(int fd, off_t off, off_t len)
{
	char path[PATH_MAX];

	GUARD(fd_ours(fd, path), SPACE, "posix_fallocate", path, errno,
	    REAL(posix_fallocate)(fd, off, len));
}

int
posix_fallocate64(int fd, off64_t off, off64_t len)
{
	return posix_fallocate(fd, off, len);
}

/* Memory has no descriptor: any mapping that is synced counts. */
int
msync(void *addr, size_t len, int flags)
{
	GUARD(g.on, PLAIN, "msync", "(memory)", -1,
	    REAL(msync)(addr, len, flags));
}

/* ---- calls on a path -------------------------------------------------- */

int
truncate(const char *name, off_t size)
{
	char path[PATH_MAX];
	struct stat st;
	bool ours = path_ours(AT_FDCWD, name, path);
	enum kind kind = ours && stat(name, &st) == 0 && size > st.st_size ?
	    SPACE : PLAIN;

	GUARD(ours, kind, "truncate", path, -1, REAL(truncate)(name, size));
}

int
truncate64(const char *name, off64_t size)
{
	return truncate(name, size);
}

int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
    unsigned int flags)
{
	char old[PATH_MAX] = "", new[PATH_MAX] = "", both[2 * PATH_MAX + 8];
	bool ours = path_ours(from_dir, from, old);

	ours = path_ours(to_dir, to, new) || ours;
	(void)snprintf(both, sizeof(both), "%s => %s", old, new);
	GUARD(ours, PLAIN, "rename", both, -1,
	    REAL(renameat2)(from_dir, from, to_dir, to, flags));
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat2(from_dir, from, to_dir, to, 0);
}

int
rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlinkat(int dir, const char *name, int flags)
{
	char path[PATH_MAX];

	GUARD(path_ours(dir, name, path), PLAIN, "unlink", path, -1,
	    REAL(unlinkat)(dir, name, flags));
}

int
unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

int
rmdir(const char *name)
{
	return unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

int
remove(const char *name)
{
	int r = unlink(name);

	return r != 0 && errno == EISDIR ? rmdir(name) : r;
}

int
mkdirat(int dir, const char *name, mode_t mode)
{
	char path[PATH_MAX];

	GUARD(path_ours(dir, name, path), SPACE, "mkdir", path, -1,
	    REAL(mkdirat)(dir, name, mode));
}

int
mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	char path[PATH_MAX];

	GUARD(path_ours(to_dir, to, path), SPACE, "link", path, -1,
	    REAL(linkat)(from_dir, from, to_dir, to, flags));
}

int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
symlinkat(const char *target, int dir, const char *name)
{
	char path[PATH_MAX];

	GUARD(path_ours(dir, name, path), SPACE, "symlink", path, -1,
	    REAL(symlinkat)(target, dir, name));
}

int
symlink(const char *target, const char *name)
{
	return symlinkat(target, AT_FDCWD, name);
}

/* ---- opening ---------------------------------------------------------- */

/* Would this open change anything?  KIND says what it takes. */
static bool
open_changes(int dir, const char *name, int flags, enum kind *kind)
{
	struct stat st;
	int saved = errno;
	bool there = fstatat(dir, name, &st, 0) == 0;

	errno = saved;
	*kind = SPACE;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return true;
	if (!there)
		return (flags & O_CREAT) != 0;
	*kind = PLAIN;
	return (flags & O_TRUNC) != 0 && (flags & O_ACCMODE) != O_RDONLY &&
	    st.st_size > 0;
}

static int
open_any(int dir, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	enum kind kind = PLAIN;
	enum act act = GO;
	bool ours = path_ours(dir, name, path);
	int fd;

	if (ours && open_changes(dir, name, flags, &kind))
		act = point(kind, "open", path);
	if (act == FAIL)
		return -1;
	fd = REAL(openat)(dir, name, flags, mode);
	if (fd >= 0 && fd < 4096)
		opened_under[fd] = ours;
	after(act);
	return fd;
}

#define MODE_OF(flags, last) ({						\
	mode_t mode_ = 0;						\
	if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) {	\
		va_list ap_;						\
		va_start(ap_, last);					\
		mode_ = va_arg(ap_, mode_t);				\
		va_end(ap_);						\
	}								\
	mode_;								\
})

int
open(const char *name, int flags, ...)
{
	return open_any(AT_FDCWD, name, flags, MODE_OF(flags, flags));
}

int
open64(const char *name, int flags, ...)
{
	return open_any(AT_FDCWD, name, flags, MODE_OF(flags, flags));
}

int
openat(int dir, const char *name, int flags, ...)
{
	return open_any(dir, name, flags, MODE_OF(flags, flags));
}

int
openat64(int dir, const char *name, int flags, ...)
{
	return open_any(dir, name, flags, MODE_OF(flags, flags));
}

int
creat(const char *name, mode_t mode)
{
	return open_any(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int
creat64(const char *name, mode_t mode)
{
	return creat(name, mode);
}

/* What fortified programs call instead. */
int __open_2(const char *name, int flags);
int __open64_2(const char *name, int flags);
int __openat_2(int dir, const char *name, int flags);
int __openat64_2(int dir, const char *name, int flags);

int
__open_2(const char *name, int flags)
{
	return open_any(AT_FDCWD, name, flags, 0);
}

int
__open64_2(const char *name, int flags)
{
	return open_any(AT_FDCWD, name, flags, 0);
}

int
__openat_2(int dir, const char *name, int flags)
{
	return open_any(dir, name, flags, 0);
}

int
__openat64_2(int dir, const char *name, int flags)
{
	return open_any(dir, name, flags, 0);
}

static int
open_temporary(char *template, int suffix, int flags)
{
	char path[PATH_MAX];
	bool ours = path_ours(AT_FDCWD, template, path);
	enum act act = ours ? point(SPACE, "mkstemp", path) : GO;
	int fd;

	if (act == FAIL)
		return -1;
	fd = REAL(mkostemps)(template, suffix, flags);
	if (fd >= 0 && fd < 4096)
		opened_under[fd] = ours;
	after(act);
	return fd;
}

int
mkstemp(char *template)
{
	return open_temporary(template, 0, 0);
}

int
mkstemp64(char *template)
{
	return open_temporary(template, 0, 0);
}

int
mkostemp(char *template, int flags)
{
	return open_temporary(template, 0, flags);
}

int
mkostemp64(char *template, int flags)
{
	return open_temporary(template, 0, flags);
}

char *
mkdtemp(char *template)
{
	char path[PATH_MAX];

	GUARD(path_ours(AT_FDCWD, template, path), SPACE, "mkdtemp", path,
	    NULL, REAL(mkdtemp)(template));
}

/* ---- streams, which cannot be followed -------------------------------- */

static void
refuse_stream(bool ours, const char *mode, const char *path)
{
	if (ours && strpbrk(mode, "wa+") != NULL)
		give_up("written through stdio, whose calls cannot be seen: ",
		    path);
}

FILE *
fopen(const char *name, const char *mode)
{
	char path[PATH_MAX];

	refuse_stream(path_ours(AT_FDCWD, name, path), mode, path);
	return REAL(fopen)(name, mode);
}

FILE *
fopen64(const char *name, const char *mode)
{
	return fopen(name, mode);
}

FILE *
fdopen(int fd, const char *mode)
{
	char path[PATH_MAX];

	refuse_stream(fd_ours(fd, path), mode, path);
	return REAL(fdopen)(fd, mode);
}

int
vdprintf(int fd, const char *format, va_list ap)
{
	char path[PATH_MAX];

	refuse_stream(fd_ours(fd, path), "w", path);
	return REAL(vdprintf)(fd, format, ap);
}

int
dprintf(int fd, const char *format, ...)
{
	va_list ap;
	int r;

	va_start(ap, format);
	r = vdprintf(fd, format, ap);
	va_end(ap);
	return r;
}

int __dprintf_chk(int fd, int flag, const char *format, ...);
int
__dprintf_chk(int fd, int flag, const char *format, ...)
{
	va_list ap;
	int r;

	(void)flag;
	va_start(ap, format);
	r = vdprintf(fd, format, ap);
	va_end(ap);
	return r;
}
