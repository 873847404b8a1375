/*
 * stream RECIPIENT FILE: seals FILE to the age key RECIPIENT, as a stream, to
 * standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/age_stream.h"
#include "archive/file.h"

static enum cp_rc
take(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *err)
{
	ssize_t n;

	do
		n = read(*(int *)arg, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cp_fail_errno(err, CP_FAILED, "reading");
	*got = (size_t)n;
	return CP_OK;
}

static enum cp_rc
give(void *arg, const void *data, size_t len, struct cp_err *err)
{
	(void)arg;
	return cp_fd_write(STDOUT_FILENO, data, len, "standard output", err);
}

int
main(int argc, char **argv)
{
	struct cp_age_recipient to;
	struct cp_err err = { 0 };
	struct cp_age_io io = { take, NULL, give, NULL };
	int fd = -1;
	enum cp_rc rc;

	if (argc != 3) {
		(void)fputs("usage: stream RECIPIENT FILE\n", stderr);
		return CP_USAGE;
	}
	io.read_arg = &fd;
	rc = cp_age_recipient_parse(argv[1], &to, &err);
	if (rc == CP_OK)
		rc = cp_file_open(argv[2], O_RDONLY, &fd, &err);
	if (rc == CP_OK)
		rc = cp_age_encrypt_stream(&to, 1, &io, &err);
	if (rc != CP_OK)
		(void)fprintf(stderr, "stream: %s\n", err.what);
	return (int)rc;
}
