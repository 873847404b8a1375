#include "lifecycle/store/config_archive.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/store/config_schedule.h"

static enum cp_rc
take_folder(const char *path, const config_setting_t *s,
    char out[CP_CONFIG_FOLDER], struct cp_err *err)
{
	const char *text;
	size_t n;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return config_bad(path, s, "is not a text", err);
	text = config_setting_get_string(s);
	n = strlen(text);
	if (text[0] != '/')
		return config_bad(path, s, "is not an absolute path", err);
	if (n >= CP_CONFIG_FOLDER)
		return config_bad(path, s, "is longer than 1023 bytes", err);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return config_bad(path, s, "has a control character",
			    err);
	while (n > 1 && text[n - 1] == '/')
		n--;
	memcpy(out, text, n);
	out[n] = '\0';
	return CP_OK;
}

static enum cp_rc
take(const char *path, const config_setting_t *s,
    struct cp_config_archive *out, struct cp_err *err)
{
	const char *name = config_setting_name(s);

	if (strcmp(name, "directory") == 0)
		return take_folder(path, s, out->directory, err);
	if (strcmp(name, "copy") == 0)
		return take_folder(path, s, out->copy, err);
	if (strcmp(name, "scrub_rate") != 0)
		return config_bad(path, s, "is not a setting of the archive "
		    "that is known", err);
	if (config_setting_type(s) != CONFIG_TYPE_INT)
		return config_bad(path, s, "is not a whole number", err);
	out->scrub_rate = config_setting_get_int(s);
	if (out->scrub_rate < 1 || out->scrub_rate > CP_SCRUB_RATE_MAX)
		return config_bad(path, s, "is not from 1 to 10000", err);
	return CP_OK;
}

enum cp_rc
config_archive(const char *path, const config_setting_t *s,
    struct cp_config_archive *out, struct cp_err *err)
{
	int n = config_setting_length(s);
	enum cp_rc rc = CP_OK;

	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return config_bad(path, s, "is not settings in braces", err);
	for (int i = 0; i < n && rc == CP_OK; i++)
		rc = take(path, config_setting_get_elem(s, (unsigned)i), out,
		    err);
	if (rc == CP_OK && out->copy[0] != '\0' &&
	    strcmp(out->copy, out->directory) == 0)
		rc = config_bad(path, s, "has its copy in the directory "
		    "itself", err);
	return rc;
}
