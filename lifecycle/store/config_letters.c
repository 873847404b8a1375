#include "lifecycle/store/config_letters.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/buf.h"
#include "lifecycle/rules/text.h"
#include "lifecycle/store/config_schedule.h"

/* ---- texts ---------------------------------------------------------------- */

static const char *
refuse(const char *text, size_t most)
{
	const char *why = cp_text_refuse(text, strlen(text));

	if (why != NULL)
		return strcmp(why, "invalid UTF-8") == 0 ? "is not UTF-8" :
		    "has a character that is not shown";
	if (text[strspn(text, " \t\n")] == '\0')
		return "is empty";
	return cp_text_length(text) > most ? "is too long" : NULL;
}

/* A line of an address has no name of its own. */
static enum cp_rc
bad_text(const char *path, const config_setting_t *s, const char *why,
    struct cp_err *err)
{
	if (config_setting_name(s) != NULL)
		return config_bad(path, s, why, err);
	return cp_fail(err, CP_BAD_INPUT, "%s:%u: a line %s", path,
	    config_setting_source_line(s), why);
}

/* A text of at most MOST code points into *OUT. */
static enum cp_rc
take_text(const char *path, const config_setting_t *s, size_t most,
    char **out, struct cp_err *err)
{
	const char *text, *why;
	struct cp_buf b;
	enum cp_rc rc;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return bad_text(path, s, "is not a text", err);
	text = config_setting_get_string(s);
	why = refuse(text, most);
	if (why != NULL)
		return bad_text(path, s, why, err);
	cp_buf_init(&b);
	cp_text_nfc(text, strlen(text), &b);
	rc = cp_buf_check(&b, err);
	if (rc == CP_OK) {
		free(*out);
		*out = strdup(cp_buf_text(&b));
		if (*out == NULL)
			rc = cp_fail(err, CP_FAILED, "out of memory");
	}
	cp_buf_clear(&b);
	return rc;
}

static enum cp_rc
take_lines(const char *path, const config_setting_t *s,
    struct cp_config_letterhead *h, struct cp_err *err)
{
	int n = config_setting_length(s), type = config_setting_type(s);
	enum cp_rc rc = CP_OK;

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return config_bad(path, s, "is not texts in brackets", err);
	if (n < 1 || n > CP_LETTERHEAD_LINES)
		return config_bad(path, s, "is not 1 to 6 lines", err);
	for (int i = 0; i < n && rc == CP_OK; i++) {
		rc = take_text(path, config_setting_get_elem(s, (unsigned)i),
		    CP_LETTERHEAD_LINE, &h->lines[i], err);
		h->n_lines = (size_t)i + 1;
	}
	return rc;
}

static enum cp_rc
take_authority(const char *path, const config_setting_t *s,
    struct cp_config_letterhead *h, struct cp_err *err)
{
	const char *text;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return config_bad(path, s, "is not a text", err);
	text = config_setting_get_string(s);
	if (!cp_config_authority_ok(text))
		return config_bad(path, s, "is not a letter and 8 digits",
		    err);
	(void)snprintf(h->authority, sizeof(h->authority), "%s", text);
	return CP_OK;
}

/* One word, with an `@' within it where AT says so. */
static enum cp_rc
take_reach(const char *path, const config_setting_t *s, int at, char **out,
    struct cp_err *err)
{
	enum cp_rc rc = take_text(path, s, CP_LETTERHEAD_REACH, out, err);
	const char *sign;

	if (rc != CP_OK)
		return rc;
	if (strpbrk(*out, " \t") != NULL)
		return config_bad(path, s, "has a blank", err);
	sign = strchr(*out, '@');
	if (at && (sign == NULL || sign == *out || sign[1] == '\0' ||
	    strchr(sign + 1, '@') != NULL))
		return config_bad(path, s, "is no address of email", err);
	return CP_OK;
}

static enum cp_rc
take_phone(const char *path, const config_setting_t *s, char **out,
    struct cp_err *err)
{
	enum cp_rc rc = take_text(path, s, CP_LETTERHEAD_REACH, out, err);

	if (rc == CP_OK && ((*out)[strspn(*out, "0123456789 ()+-")] != '\0' ||
	    strpbrk(*out, "0123456789") == NULL))
		rc = config_bad(path, s, "is no telephone number", err);
	return rc;
}

/* ---- a letterhead --------------------------------------------------------- */

static void
head_clear(struct cp_config_letterhead *h)
{
	for (size_t i = 0; i < CP_LETTERHEAD_LINES; i++)
		free(h->lines[i]);
	free(h->name);
	free(h->office);
	free(h->phone);
	free(h->email);
	free(h->web);
	free(h->dpo);
	memset(h, 0, sizeof(*h));
}

static enum cp_rc
take_one(const char *path, const config_setting_t *s,
    struct cp_config_letterhead *h, struct cp_err *err)
{
	const char *name = config_setting_name(s);

	if (strcmp(name, "authority") == 0)
		return take_authority(path, s, h, err);
	if (strcmp(name, "name") == 0)
		return take_text(path, s, CP_LETTERHEAD_NAME, &h->name, err);
	if (strcmp(name, "office") == 0)
		return take_text(path, s, CP_LETTERHEAD_NAME, &h->office, err);
	if (strcmp(name, "lines") == 0)
		return take_lines(path, s, h, err);
	if (strcmp(name, "phone") == 0)
		return take_phone(path, s, &h->phone, err);
	if (strcmp(name, "email") == 0)
		return take_reach(path, s, 1, &h->email, err);
	if (strcmp(name, "web") == 0)
		return take_reach(path, s, 0, &h->web, err);
	if (strcmp(name, "dpo") == 0)
		return take_text(path, s, CP_LETTERHEAD_DPO, &h->dpo, err);
	return config_bad(path, s, "is not a setting of a letterhead that is "
	    "known", err);
}

/* A letter cannot do without these: each of them is said somewhere. */
static const char *
missing(const struct cp_config_letterhead *h)
{
	return h->authority[0] == '\0' ? "authority" : h->name == NULL ?
	    "name" : h->n_lines == 0 ? "lines" : h->phone == NULL ? "phone" :
	    h->email == NULL ? "email" : h->dpo == NULL ? "dpo" : NULL;
}

static enum cp_rc
take_head(const char *path, const config_setting_t *s,
    struct cp_config_letterhead *h, struct cp_err *err)
{
	unsigned line = config_setting_source_line(s);
	const char *lacks;
	enum cp_rc rc = CP_OK;
	int n;

	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return cp_fail(err, CP_BAD_INPUT, "%s:%u: a letterhead is not "
		    "settings in braces", path, line);
	n = config_setting_length(s);
	for (int i = 0; i < n && rc == CP_OK; i++)
		rc = take_one(path, config_setting_get_elem(s, (unsigned)i),
		    h, err);
	lacks = missing(h);
	if (rc == CP_OK && lacks != NULL)
		rc = cp_fail(err, CP_BAD_INPUT, "%s:%u: a letterhead has no "
		    "%s", path, line, lacks);
	return rc;
}

/* ---- all of them ---------------------------------------------------------- */

void
cp_config_letters_clear(struct cp_config_letters *x)
{
	for (size_t i = 0; i < x->n; i++)
		head_clear(&x->head[i]);
	free(x->head);
	memset(x, 0, sizeof(*x));
}

static int
by_authority(const void *a, const void *b)
{
	const struct cp_config_letterhead *x = a, *y = b;

	return strcmp(x->authority, y->authority);
}

const struct cp_config_letterhead *
cp_config_letters_of(const struct cp_config_letters *x, const char *authority)
{
	struct cp_config_letterhead key = { .name = NULL };

	if (x->n == 0 || strlen(authority) >= sizeof(key.authority))
		return NULL;
	(void)snprintf(key.authority, sizeof(key.authority), "%s", authority);
	return bsearch(&key, x->head, x->n, sizeof(key), by_authority);
}

enum cp_rc
config_letters(const char *path, const config_setting_t *s,
    struct cp_config_letters *out, struct cp_err *err)
{
	struct cp_config_letters made = { NULL, 0 };
	enum cp_rc rc = CP_OK;
	int n;

	if (config_setting_type(s) != CONFIG_TYPE_LIST)
		return config_bad(path, s, "is not letterheads in parentheses",
		    err);
	n = config_setting_length(s);
	if (n > CP_LETTERHEADS_MAX)
		return config_bad(path, s, "has more than 400", err);
	made.head = calloc((size_t)n + 1, sizeof(*made.head));
	if (made.head == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int i = 0; i < n && rc == CP_OK; i++) {
		made.n = (size_t)i + 1;
		rc = take_head(path, config_setting_get_elem(s, (unsigned)i),
		    &made.head[i], err);
	}
	if (rc == CP_OK)
		qsort(made.head, made.n, sizeof(*made.head), by_authority);
	for (size_t i = 1; i < made.n && rc == CP_OK; i++)
		if (by_authority(&made.head[i - 1], &made.head[i]) == 0)
			rc = cp_fail(err, CP_BAD_INPUT, "%s:%u: letterheads "
			    "has %s twice", path, config_setting_source_line(s),
			    made.head[i].authority);
	if (rc != CP_OK || out == NULL)
		cp_config_letters_clear(&made);
	else
		*out = made;
	return rc;
}

enum cp_rc
cp_config_letters_load(const char *path, struct cp_config_letters *out,
    struct cp_err *err)
{
	struct cp_config_letters made = { NULL, 0 };
	const config_setting_t *s;
	struct cp_config config;
	config_t cfg;
	enum cp_rc rc = cp_config_load(path, &config, err);

	if (rc != CP_OK)
		return rc;
	config_init(&cfg);
	rc = config_read_file_whole(path, &cfg, err);
	s = rc == CP_OK ? config_lookup(&cfg, "letterheads") : NULL;
	if (s != NULL)
		rc = config_letters(path, s, &made, err);
	config_destroy(&cfg);
	if (rc == CP_OK)
		*out = made;
	return rc;
}
