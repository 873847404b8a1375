#include "lifecycle/duties/printing_bound.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/store/json_put.h"

#define CSV "manifest.csv"
#define JSON "manifest.json"

static enum cp_rc
path_of(const struct print_bound *b, const char *sub, const char *name,
    char out[PRINT_PATH], struct cp_err *err)
{
	int n = snprintf(out, PRINT_PATH, "%s%s%s%s%s", b->w->run.folder,
	    *sub != '\0' ? "/" : "", sub, *name != '\0' ? "/" : "", name);

	return n > 0 && n < PRINT_PATH ? CP_OK : cp_fail(err, CP_FAILED,
	    "the folder's path is too long");
}

/* ---- files ----------------------------------------------------------------- */

enum cp_rc
print_bound_folder(struct print_bound *b, const char *name,
    struct cp_err *err)
{
	char path[PRINT_PATH];
	enum cp_rc rc = path_of(b, PRINT_BOUND, name, path, err);

	return rc == CP_OK ? cp_dir_make(path, 0700, err) : rc;
}

enum cp_rc
print_bound_open(struct print_bound *b, const char *name,
    struct cp_durable **out, struct cp_err *err)
{
	char path[PRINT_PATH];
	enum cp_rc rc = path_of(b, PRINT_BOUND, name, path, err);

	return rc == CP_OK ? cp_durable_open(path, 0600, out, err) : rc;
}

/* ---- the manifest ---------------------------------------------------------- */

enum cp_rc
print_bound_begin(struct print_bound *b, struct print_work *w,
    struct cp_err *err)
{
	static const char head[] = "reference,letter,kind,file,first_page,"
	    "pages,language,format\r\n";
	enum cp_rc rc;

	print_bound_clear(b);
	b->w = w;
	rc = print_remove(w->run.folder, PRINT_BOUND, err);
	if (rc == CP_OK)
		rc = print_bound_folder(b, "", err);
	if (rc == CP_OK)
		rc = print_bound_open(b, CSV, &b->csv, err);
	if (rc == CP_OK)
		rc = print_bound_open(b, JSON, &b->json, err);
	if (rc == CP_OK)
		rc = cp_durable_write(b->csv, head, sizeof(head) - 1, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_reset(&b->row);
	cp_json_open(&b->row, '{');
	cp_json_put_member(&b->row, "kind", "manifest");
	cp_json_put_key(&b->row, "v");
	cp_json_put_int(&b->row, 1);
	cp_json_put_member(&b->row, "run", w->run.id);
	cp_json_put_member(&b->row, "started", w->run.started);
	cp_json_put_key(&b->row, "rows");
	cp_json_open(&b->row, '[');
	rc = cp_buf_check(&b->row, err);
	return rc == CP_OK ? cp_durable_write(b->json, b->row.data,
	    b->row.len, err) : rc;
}

void
print_bound_clear(struct print_bound *b)
{
	cp_durable_abort(&b->csv);
	cp_durable_abort(&b->json);
	cp_buf_clear(&b->row);
	memset(b, 0, sizeof(*b));
}

/* Nothing in a row needs quotes: words, numbers and names of files. */
enum cp_rc
print_bound_row(struct print_bound *b, const struct print_row *r,
    struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_reset(&b->row);
	cp_buf_printf(&b->row, "%s,%s,%s,%s,%lld,%lld,%s,%s\r\n",
	    r->reference, r->letter, r->kind, r->file,
	    (long long)r->first_page, (long long)r->pages, r->language,
	    r->format);
	rc = cp_buf_check(&b->row, err);
	if (rc == CP_OK)
		rc = cp_durable_write(b->csv, b->row.data, b->row.len, err);
	if (rc != CP_OK)
		return rc;
	cp_buf_reset(&b->row);
	cp_buf_puts(&b->row, b->rows++ > 0 ? ",\n" : "\n");
	cp_json_open(&b->row, '{');
	cp_json_put_member(&b->row, "reference", r->reference);
	cp_json_put_member(&b->row, "letter", r->letter);
	cp_json_put_member(&b->row, "kind", r->kind);
	cp_json_put_member(&b->row, "file", r->file);
	cp_json_put_key(&b->row, "first_page");
	cp_json_put_int(&b->row, r->first_page);
	cp_json_put_key(&b->row, "pages");
	cp_json_put_int(&b->row, r->pages);
	cp_json_put_member(&b->row, "language", r->language);
	cp_json_put_member(&b->row, "format", r->format);
	cp_json_close(&b->row, '}');
	rc = cp_buf_check(&b->row, err);
	return rc == CP_OK ? cp_durable_write(b->json, b->row.data,
	    b->row.len, err) : rc;
}

enum cp_rc
print_bound_end(struct print_bound *b, struct cp_err *err)
{
	const struct cp_printing *p = b->w->p;
	enum cp_rc rc;

	cp_buf_reset(&b->row);
	cp_buf_printf(&b->row, "\n],\"letters\":%lld,\"pages\":%lld,"
	    "\"files\":%lld}\n", (long long)p->letters, (long long)p->pages,
	    (long long)p->files);
	rc = cp_buf_check(&b->row, err);
	if (rc == CP_OK)
		rc = cp_durable_write(b->json, b->row.data, b->row.len, err);
	if (rc == CP_OK)
		rc = cp_durable_commit(&b->json, err);
	return rc == CP_OK ? cp_durable_commit(&b->csv, err) : rc;
}

/* ---- moving ---------------------------------------------------------------- */

static enum cp_rc
move_one(struct print_bound *b, const char *name, struct cp_err *err)
{
	char from[PRINT_PATH], to[PRINT_PATH];
	enum cp_rc rc = path_of(b, PRINT_BOUND, name, from, err);

	if (rc == CP_OK)
		rc = path_of(b, "", name, to, err);
	if (rc == CP_OK && rename(from, to) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", to);
	return rc;
}

static enum cp_rc move_in(struct print_bound *b, const char *sub,
    struct cp_err *err);

/* A folder of letters is moved one by one: some of it may be there, from the
 * first time. */
static enum cp_rc
move_entry(struct print_bound *b, const char *sub, const struct dirent *e,
    struct cp_err *err)
{
	char name[PRINT_PATH], path[PRINT_PATH];
	enum cp_rc rc;

	if (snprintf(name, sizeof(name), "%s%s%s", sub, *sub != '\0' ? "/" :
	    "", e->d_name) >= (int)sizeof(name))
		return cp_fail(err, CP_FAILED, "the folder's path is too "
		    "long");
	if (!b->w->each || *sub != '\0')
		return move_one(b, name, err);
	rc = path_of(b, "", name, path, err);
	if (rc == CP_OK)
		rc = cp_dir_make(path, 0700, err);
	if (rc == CP_OK)
		rc = move_in(b, name, err);
	return rc == CP_OK ? cp_dir_sync(path, err) : rc;
}

static enum cp_rc
move_in(struct print_bound *b, const char *sub, struct cp_err *err)
{
	char path[PRINT_PATH];
	struct dirent *e;
	DIR *d;
	enum cp_rc rc = path_of(b, PRINT_BOUND, sub, path, err);

	if (rc != CP_OK)
		return rc;
	d = opendir(path);
	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	while (rc == CP_OK && (errno = 0, e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, CSV) == 0 ||
		    strcmp(e->d_name, JSON) == 0)
			continue;
		rc = move_entry(b, sub, e, err);
	}
	if (rc == CP_OK && errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	(void)closedir(d);
	return rc;
}

/* What is going to be moved, a name on each line: were the run stopped now, it
 * would be in the folder while its letters are owed. */
static enum cp_rc
note_names(struct print_bound *b, struct cp_err *err)
{
	char path[PRINT_PATH];
	struct dirent *e;
	DIR *d;
	enum cp_rc rc = path_of(b, PRINT_BOUND, "", path, err);

	if (rc != CP_OK)
		return rc;
	d = opendir(path);
	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	cp_buf_reset(&b->row);
	while ((errno = 0, e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			cp_buf_printf(&b->row, "%s\n", e->d_name);
	if (errno != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	(void)closedir(d);
	if (rc == CP_OK)
		rc = cp_buf_check(&b->row, err);
	if (rc == CP_OK)
		rc = path_of(b, PRINT_MOVED, "", path, err);
	return rc == CP_OK ? cp_file_write_durable(path, 0600, b->row.data,
	    b->row.len, err) : rc;
}

enum cp_rc
print_bound_move(struct print_bound *b, struct cp_err *err)
{
	enum cp_rc rc = note_names(b, err);

	if (rc == CP_OK)
		rc = move_in(b, "", err);
	if (rc == CP_OK)
		rc = move_one(b, JSON, err);
	if (rc == CP_OK)
		rc = move_one(b, CSV, err);
	return rc == CP_OK ? cp_dir_sync(b->w->run.folder, err) : rc;
}
