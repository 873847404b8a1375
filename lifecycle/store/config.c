#include "lifecycle/store/config.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "archive/buf.h"
#include "archive/file.h"
#include "lifecycle/store/config_archive.h"
#include "lifecycle/store/config_letters.h"
#include "lifecycle/store/config_schedule.h"

enum { CONFIG_MAX = 262144, AUTHORITY_LEN = 9, SCRUB_RATE = 20 };

int
cp_config_authority_ok(const char *text)
{
	return strlen(text) == AUTHORITY_LEN && text[0] >= 'A' &&
	    text[0] <= 'Z' && strspn(text + 1, "0123456789") ==
	    AUTHORITY_LEN - 1;
}

enum cp_rc
config_bad(const char *path, const config_setting_t *s, const char *why,
    struct cp_err *err)
{
	return cp_fail(err, CP_BAD_INPUT, "%s:%u: %s %s", path,
	    config_setting_source_line(s), config_setting_name(s), why);
}

static enum cp_rc
take(const char *path, const config_setting_t *s, struct cp_config *out,
    struct cp_err *err)
{
	const char *name = config_setting_name(s), *text;

	if (strcmp(name, "authority") == 0) {
		if (config_setting_type(s) != CONFIG_TYPE_STRING)
			return config_bad(path, s, "is not a text", err);
		text = config_setting_get_string(s);
		if (!cp_config_authority_ok(text))
			return config_bad(path, s, "is not a letter and 8 digits",
			    err);
		(void)snprintf(out->authority, sizeof(out->authority), "%s",
		    text);
		return CP_OK;
	}
	if (strcmp(name, "workers") == 0) {
		if (config_setting_type(s) != CONFIG_TYPE_INT)
			return config_bad(path, s, "is not a whole number", err);
		out->workers = config_setting_get_int(s);
		if (out->workers < 0 || out->workers > CP_WORKERS_MAX)
			return config_bad(path, s, "is not from 0 to 64", err);
		return CP_OK;
	}
	if (strcmp(name, "schedule") == 0)
		return config_schedule(path, s, &out->schedule, err);
	if (strcmp(name, "archive") == 0)
		return config_archive(path, s, &out->archive, err);
	if (strcmp(name, "letterheads") == 0)
		return config_letters(path, s, NULL, err);
	return config_bad(path, s, "is not a setting that is known", err);
}

static enum cp_rc
take_all(const char *path, const config_t *cfg, struct cp_config *out,
    struct cp_err *err)
{
	const config_setting_t *root = config_root_setting(cfg);
	enum cp_rc rc = CP_OK;
	int i, n = config_setting_length(root);

	for (i = 0; i < n && rc == CP_OK; i++)
		rc = take(path, config_setting_get_elem(root, (unsigned)i),
		    out, err);
	if (rc == CP_OK && out->authority[0] == '\0')
		rc = cp_fail(err, CP_BAD_INPUT, "%s: authority is missing",
		    path);
	return rc;
}

/* An include could read any file of the host into an error's text.  The
 * library knows one only at the start of a line. */
static enum cp_rc
refuse_include(const char *path, const char *text, struct cp_err *err)
{
	int line = 1;

	for (;; line++) {
		text += strspn(text, " \t");
		if (strncmp(text, "@include", 8) == 0)
			return cp_fail(err, CP_BAD_INPUT,
			    "%s:%d: include is not allowed", path, line);
		text = strchr(text, '\n');
		if (text++ == NULL)
			return CP_OK;
	}
}

enum cp_rc
config_read_file_whole(const char *path, config_t *cfg, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_file_read(path, CONFIG_MAX, &text, err);
	if (rc == CP_OK && memchr(cp_buf_text(&text), '\0', text.len) != NULL)
		rc = cp_fail(err, CP_BAD_INPUT, "%s: is not text", path);
	if (rc == CP_OK)
		rc = refuse_include(path, cp_buf_text(&text), err);
	if (rc == CP_OK && config_read_string(cfg, cp_buf_text(&text)) !=
	    CONFIG_TRUE)
		rc = cp_fail(err, CP_BAD_INPUT, "%s:%d: %s", path,
		    config_error_line(cfg), config_error_text(cfg));
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_config_load(const char *path, struct cp_config *out, struct cp_err *err)
{
	struct cp_config made = { .archive.scrub_rate = SCRUB_RATE };
	config_t cfg;
	enum cp_rc rc;

	config_init(&cfg);
	cp_schedule_default(&made.schedule);
	rc = config_read_file_whole(path, &cfg, err);
	if (rc == CP_OK)
		rc = take_all(path, &cfg, &made, err);
	if (rc == CP_OK)
		*out = made;
	config_destroy(&cfg);
	return rc;
}
