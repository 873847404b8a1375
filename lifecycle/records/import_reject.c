#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/records/import_impl.h"
#include "lifecycle/store/json_put.h"

enum { TRIES = 1000, NAME_PART = 64 };

/* "20261121T041500Z-feed.ndjson": of the moment and the file's name. */
static void
file_name(const struct cp_import *im, int try, struct cp_buf *out)
{
	const char *end = strrchr(im->file, '.');
	size_t len = end != NULL ? (size_t)(end - im->file) :
	    strlen(im->file);

	for (const char *t = im->now->time; *t != '\0'; t++)
		if (*t != '-' && *t != ':')
			cp_buf_putc(out, *t);
	cp_buf_putc(out, '-');
	for (size_t i = 0; i < len && i < NAME_PART; i++) {
		char c = im->file[i];

		cp_buf_putc(out, (c >= 'a' && c <= 'z') || (c >= 'A' &&
		    c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
		    c == '.' ? c : '_');
	}
	if (try > 0)
		cp_buf_printf(out, "-%d", try + 1);
	cp_buf_puts(out, ".ndjson");
}

static enum cp_rc
open_file(struct cp_import *im, struct cp_err *err)
{
	char *path = im->report.rejects_file;
	struct cp_buf name;
	int fd = -1;
	enum cp_rc rc;

	cp_buf_init(&name);
	rc = cp_store_path(im->store, path, CP_IMPORT_PATH, err, "rejects");
	if (rc == CP_OK)
		rc = cp_dir_make(path, 0700, err);
	for (int try = 0; rc == CP_OK && fd < 0 && try < TRIES; try++) {
		cp_buf_reset(&name);
		file_name(im, try, &name);
		rc = cp_store_path(im->store, path, CP_IMPORT_PATH, err,
		    "rejects/%s", cp_buf_text(&name));
		if (rc != CP_OK)
			break;
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && (errno != EEXIST || try + 1 == TRIES))
			rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	}
	if (rc == CP_OK && (im->rejects.f = fdopen(fd, "w")) == NULL) {
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
		(void)close(fd);
	}
	if (rc != CP_OK)
		path[0] = '\0';
	cp_buf_clear(&name);
	return rc;
}

static enum cp_rc
write_line(struct cp_import *im, size_t line, const struct cp_reject *why,
    struct cp_err *err)
{
	struct cp_buf *b = &im->rejects.line;
	enum cp_rc rc = CP_OK;

	if (im->rejects.f == NULL)
		rc = open_file(im, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_reset(b);
	cp_json_open(b, '{');
	cp_json_put_member(b, "file", im->file);
	cp_json_put_key(b, "line");
	cp_json_put_int(b, (int64_t)line);
	cp_json_put_member(b, "path", why->path);
	cp_json_put_member(b, "cause", why->cause);
	cp_json_close(b, '}');
	cp_buf_putc(b, '\n');
	rc = cp_buf_check(b, err);
	if (rc == CP_OK && fwrite(b->data, 1, b->len, im->rejects.f) != b->len)
		rc = cp_fail_errno(err, CP_FAILED, "%s",
		    im->report.rejects_file);
	return rc;
}

enum cp_rc
import_reject(struct cp_import *im, size_t line, const struct cp_reject *why,
    struct cp_err *err)
{
	struct cp_import_report *r = &im->report;
	struct cp_import_reject *first;

	r->rejected++;
	if (r->n_first < CP_IMPORT_FIRST) {
		first = &r->first[r->n_first++];
		(void)snprintf(first->file, sizeof(first->file), "%s",
		    im->file);
		first->line = line;
		first->why = *why;
	}
	return im->how.dry_run ? CP_OK : write_line(im, line, why, err);
}

enum cp_rc
import_rejects_close(struct cp_import *im, struct cp_err *err)
{
	FILE *f = im->rejects.f;
	enum cp_rc rc = CP_OK;

	im->rejects.f = NULL;
	cp_buf_clear(&im->rejects.line);
	if (f == NULL)
		return CP_OK;
	if (fflush(f) != 0 || fsync(fileno(f)) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s",
		    im->report.rejects_file);
	if (fclose(f) != 0 && rc == CP_OK)
		rc = cp_fail_errno(err, CP_FAILED, "%s",
		    im->report.rejects_file);
	return rc;
}
