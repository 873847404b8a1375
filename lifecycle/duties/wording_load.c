#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"
#include "lifecycle/duties/access_words_impl.h"
#include "lifecycle/duties/wording_impl.h"

enum { PATH_CAP = 4096, FILE_MAX = 256 * 1024 };

/* ---- what is wrong ------------------------------------------------------ */

enum cp_rc
wording_problem(struct wording_loader *l, const char *language,
    const char *name, unsigned line, struct cp_err *err, const char *fmt, ...)
{
	struct cp_wording_problem p = { .line = line };
	va_list ap;

	(void)snprintf(p.file, sizeof(p.file), "notices/%.40s%s%.80s%s",
	    language, name != NULL ? "/" : "", name != NULL ? name : "",
	    name != NULL ? ".txt" : "");
	va_start(ap, fmt);
	(void)vsnprintf(p.what, sizeof(p.what), fmt, ap);
	va_end(ap);
	if (l->n++ == 0)
		l->first = p;
	if (!l->survey || strcmp(language, "en") == 0)
		l->fatal++;
	return l->fn != NULL ? l->fn(l->ctx, &p, err) : CP_OK;
}

static enum cp_rc
first_problem(const struct wording_loader *l, struct cp_err *err)
{
	const struct cp_wording_problem *p = &l->first;
	char line[16] = "", more[48] = "";

	if (p->line != 0)
		(void)snprintf(line, sizeof(line), ":%u", p->line);
	if (l->n > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more)",
		    l->n - 1);
	(void)cp_fail(err, CP_BAD_INPUT, "%s%s: %s%s", p->file, line, p->what,
	    more);
	cp_err_hint(err, "see cpadmin-wording(5)");
	return CP_BAD_INPUT;
}

/* ---- files -------------------------------------------------------------- */

/* A pipe or a device of that name is not waited for. */
static enum cp_rc
read_plain(const char *path, struct cp_buf *out, const char **why,
    struct cp_err *err)
{
	struct stat st;
	enum cp_rc rc;
	int fd;

	*why = NULL;
	rc = cp_file_open(path, O_NONBLOCK, &fd, err);
	if (rc == CP_NOT_FOUND || rc == CP_DENIED) {
		*why = rc == CP_DENIED ? "it may not be read" :
		    "it is missing";
		return CP_OK;
	}
	if (rc != CP_OK)
		return rc;
	if (fstat(fd, &st) != 0)
		rc = cp_fail_errno(err, CP_FAILED, "%s", path);
	else if (!S_ISREG(st.st_mode))
		*why = "it is not a plain file";
	else if (st.st_size > FILE_MAX)
		*why = "it is larger than 256 KiB";
	(void)close(fd); /* only read */
	return rc == CP_OK && *why == NULL ?
	    cp_file_read(path, FILE_MAX, out, err) : rc;
}

enum cp_rc
wording_read(struct wording_loader *l, const char *language, const char *name,
    struct cp_buf *out, int *found, struct cp_err *err)
{
	char path[PATH_CAP];
	const char *why;
	int n = snprintf(path, sizeof(path), "%s/notices/%s/%s.txt", l->folder,
	    language, name);
	enum cp_rc rc;

	*found = 0;
	if (n < 0 || (size_t)n >= sizeof(path))
		return cp_fail(err, CP_USAGE, "path too long");
	rc = read_plain(path, out, &why, err);
	if (rc == CP_OK && why != NULL)
		return wording_problem(l, language, name, 0, err, "%s", why);
	*found = rc == CP_OK;
	return rc;
}

static int
known_file(const char *name)
{
	size_t len;

	if (strcmp(name, "words.txt") == 0 ||
	    strcmp(name, "access-words.txt") == 0)
		return 1;
	for (int i = 0; i < WORDING_NAMES; i++) {
		len = strlen(wording_rules[i].name);
		if (strncmp(name, wording_rules[i].name, len) == 0 &&
		    strcmp(name + len, ".txt") == 0)
			return 1;
	}
	return 0;
}

static int
has_folder(const struct wording_loader *l, const char *language)
{
	char path[PATH_CAP];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/notices/%s", l->folder,
	    language);

	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 &&
	    S_ISDIR(st.st_mode);
}

/* Whether FILE of L may be missing, and is, without a word: letters about
 * requests that nobody has translated yet. */
static int
not_yet(const struct wording_loader *x, const struct wording_language *l,
    const char *file)
{
	char path[PATH_CAP];
	int n = snprintf(path, sizeof(path), "%s/notices/%s/%s.txt", x->folder,
	    l->code, file);

	return n > 0 && (size_t)n < sizeof(path) && !x->survey &&
	    strcmp(l->code, "en") != 0 && access(path, F_OK) != 0;
}

/* A name that is misspelt would never be read. */
static enum cp_rc
check_names(struct wording_loader *l, const char *language,
    struct cp_err *err)
{
	char path[PATH_CAP];
	enum cp_rc rc = CP_OK;
	struct dirent *d;
	size_t len;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/notices/%s", l->folder,
	    language);
	dir = opendir(path);
	if (dir == NULL)
		return CP_OK; /* each of its files is told as missing */
	while (rc == CP_OK && (d = readdir(dir)) != NULL) {
		len = strlen(d->d_name);
		if (len < 4 || d->d_name[0] == '.' ||
		    strcmp(d->d_name + len - 4, ".txt") != 0 ||
		    known_file(d->d_name))
			continue;
		rc = wording_problem(l, language, NULL, 0, err, "there is no "
		    "letter of the name %.80s", d->d_name);
	}
	(void)closedir(dir); /* only read */
	return rc;
}

/* ---- templates ---------------------------------------------------------- */

static enum cp_rc
tell_report(struct wording_loader *l, const char *language, const char *name,
    const struct cp_template_report *report, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	for (size_t i = 0; i < report->n && rc == CP_OK; i++)
		rc = wording_problem(l, language, name,
		    report->problem[i].line, err, "%s",
		    report->problem[i].what);
	return rc;
}

static void
set_entry(struct wording_language *l, enum wording_name name)
{
	struct wording_entry *e = &l->entry[name];

	cp_sha256(e->file.data, e->file.len, e->w.sha256);
	for (int i = 0; i < 8; i++)
		(void)snprintf(e->of + 2 * i, 3, "%02x", e->w.sha256[i]);
	e->w.name = wording_rules[name].name;
	e->w.language = &l->l;
	e->w.text = e->text;
	e->w.version = cp_template_head(e->text, "version");
}

static enum cp_rc
load_template(struct wording_loader *x, struct wording_language *l,
    enum wording_name name, struct cp_err *err)
{
	const char *file = wording_rules[name].name;
	struct wording_entry *e = &l->entry[name];
	struct cp_template_report report;
	struct cp_template_kind kind;
	size_t before = x->n;
	enum cp_rc rc;

	if (wording_rules[name].access && not_yet(x, l, file))
		return CP_OK;
	rc = wording_read(x, l->code, file, &e->file, &e->there, err);
	if (rc != CP_OK || !e->there)
		return rc;
	wording_kind(name, l->l.rtl, &kind);
	rc = cp_template_parse(file, cp_buf_text(&e->file), e->file.len, &kind,
	    &e->text, &report, err);
	if (rc == CP_BAD_INPUT)
		return tell_report(x, l->code, file, &report, err);
	if (rc != CP_OK)
		return rc;
	set_entry(l, name);
	rc = wording_check(x, l, name, err);
	e->bad = x->n > before;
	return rc;
}

/* ---- words of access ------------------------------------------------------ */

struct access_problems {
	struct wording_loader *x;
	const char *code;
};

static enum cp_rc
tell_access(void *ctx, unsigned line, const char *what, struct cp_err *err)
{
	const struct access_problems *p = ctx;

	return wording_problem(p->x, p->code, "access-words", line, err, "%s",
	    what);
}

/* They are there with the letters that they are for. */
static enum cp_rc
load_access_words(struct wording_loader *x, struct wording_language *l,
    struct cp_err *err)
{
	struct access_problems told = { x, l->code };
	struct cp_access_words *words = NULL;
	struct cp_buf file;
	int needed = 0, there = 0;
	enum cp_rc rc = CP_OK;

	for (int i = WORDING_ACCESS; i <= WORDING_ACCESS_ASK; i++)
		needed |= l->entry[i].there;
	if (!needed && not_yet(x, l, "access-words"))
		return CP_OK;
	cp_buf_init(&file);
	rc = wording_read(x, l->code, "access-words", &file, &there, err);
	if (rc == CP_OK && there)
		rc = access_words_parse(&file, l->l.rtl, tell_access, &told,
		    &words, err);
	l->access_words = words != NULL;
	cp_access_words_free(words);
	cp_buf_clear(&file);
	return rc;
}

/* ---- languages ---------------------------------------------------------- */

/* A folder's name, and nothing that leads elsewhere. */
static int
good_code(const char *code)
{
	size_t n = strlen(code);

	if (n < 2 || n >= sizeof(((struct wording_language *)0)->code))
		return 0;
	for (; *code != '\0'; code++)
		if (!isalnum((unsigned char)*code) && *code != '-')
			return 0;
	return 1;
}

static enum cp_rc
load_language(struct wording_loader *x, const char *code, struct cp_err *err)
{
	struct wording_language *l;
	size_t before = x->n;
	enum cp_rc rc;

	if (!good_code(code))
		return wording_problem(x, "", NULL, 0, err, "notices.languages: "
		    "%.40s is no language", code);
	l = &x->w->language[x->w->n++];
	(void)snprintf(l->code, sizeof(l->code), "%s", code);
	l->l.code = l->code;
	if (!has_folder(x, code))
		return wording_problem(x, code, NULL, 0, err, "there is no such "
		    "folder: notices.languages");
	rc = wording_read_words(x, l, err);
	/* Without them it is not known which way it runs. */
	if (rc == CP_OK && x->n > before && !x->survey)
		return check_names(x, code, err);
	for (int i = 0; i < WORDING_NAMES && rc == CP_OK; i++)
		rc = load_template(x, l, (enum wording_name)i, err);
	if (rc == CP_OK)
		rc = load_access_words(x, l, err);
	return rc == CP_OK ? check_names(x, code, err) : rc;
}

/* English first: the others are compared with it. */
static enum cp_rc
load_all(struct wording_loader *x, struct cp_err *err)
{
	const struct cp_words *codes = &x->policy->notice_languages;
	enum cp_rc rc;

	x->w->language = calloc(codes->n + 1, sizeof(*x->w->language));
	if (x->w->language == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = load_language(x, "en", err);
	for (size_t i = 0; i < codes->n && rc == CP_OK; i++)
		if (strcmp(codes->word[i], "en") != 0)
			rc = load_language(x, codes->word[i], err);
	return rc == CP_OK && x->fatal > 0 ? first_problem(x, err) : rc;
}

static enum cp_rc
load(struct wording_loader *x, struct cp_wordings **out, struct cp_err *err)
{
	char path[PATH_CAP];
	struct stat st;
	enum cp_rc rc;
	int n = snprintf(path, sizeof(path), "%s/notices", x->folder);

	if (n < 0 || (size_t)n >= sizeof(path))
		return cp_fail(err, CP_USAGE, "path too long");
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return cp_fail(err, CP_NOT_FOUND, "no wordings of notices in "
		    "%s", x->folder);
	x->w = calloc(1, sizeof(*x->w));
	if (x->w == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = load_all(x, err);
	if (rc == CP_OK)
		*out = x->w;
	else
		cp_wordings_free(x->w);
	return rc;
}

enum cp_rc
cp_wordings_load(const char *folder, const struct cp_policy *policy,
    cp_wording_problem_fn *fn, void *ctx, struct cp_wordings **out,
    struct cp_err *err)
{
	struct wording_loader x = { .folder = folder, .policy = policy,
		.fn = fn, .ctx = ctx };

	return load(&x, out, err);
}

enum cp_rc
cp_wordings_survey(const char *folder, const struct cp_policy *policy,
    cp_wording_problem_fn *fn, void *ctx, struct cp_wordings **out,
    struct cp_err *err)
{
	struct wording_loader x = { .folder = folder, .policy = policy,
		.fn = fn, .ctx = ctx, .survey = 1 };

	return load(&x, out, err);
}
