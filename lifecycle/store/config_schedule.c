#include "lifecycle/store/config_schedule.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400, DELAY_MAX = 4 * 3600, TIMEOUT_MAX = 2 * DAY,
	RETRIES_MAX = 10 };

/* What one setting of a job is read with. */
struct field {
	const char *path;
	const config_setting_t *s;
	struct cp_err *err;
};

static enum cp_rc
refuse(const struct field *f, const char *why)
{
	return config_bad(f->path, f->s, why, f->err);
}

/* ---- kinds of values ------------------------------------------------------- */

static enum cp_rc
take_text(const struct field *f, const char **out)
{
	if (config_setting_type(f->s) != CONFIG_TYPE_STRING)
		return refuse(f, "is not a text");
	*out = config_setting_get_string(f->s);
	return CP_OK;
}

static enum cp_rc
take_int(const struct field *f, int low, int high, int32_t *out)
{
	char why[64];
	int v;

	if (config_setting_type(f->s) != CONFIG_TYPE_INT)
		return refuse(f, "is not a whole number");
	v = config_setting_get_int(f->s);
	if (v < low || v > high) {
		(void)snprintf(why, sizeof(why), "is not from %d to %d", low,
		    high);
		return refuse(f, why);
	}
	*out = v;
	return CP_OK;
}

/* One of WORDS, which end with NULL; WHY says what they are. */
static enum cp_rc
take_word(const struct field *f, const char *const *words, const char *why,
    int *out)
{
	const char *text = "";
	enum cp_rc rc = take_text(f, &text);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return CP_OK;
		}
	}
	return refuse(f, why);
}

/* ---- the settings of a job ------------------------------------------------- */

/* Where the scheduler itself has its say, or what is for people only. */
static int
word_ok(const char *word, size_t len)
{
	static const char *const not[] = { "--accept", "--store", "--on",
		"--as", "--json", "--quiet", "--no-progress", "--help" };
	size_t n;

	for (size_t i = 0; i < sizeof(not) / sizeof(not[0]); i++) {
		n = strlen(not[i]);
		if (len >= n && strncmp(word, not[i], n) == 0 &&
		    (len == n || word[n] == '='))
			return 0;
	}
	return strcspn(word, "'\"\\`$;|&<>()*?") >= len;
}

static enum cp_rc
take_command(const struct field *f, struct cp_job *job)
{
	const char *text = "", *word;
	size_t len, at = 0;
	enum cp_rc rc = take_text(f, &text);

	if (rc != CP_OK)
		return rc;
	for (word = text; *(word += strspn(word, " ")) != '\0'; word += len) {
		len = strcspn(word, " ");
		if (at == 0 && (word[0] < 'a' || word[0] > 'z'))
			return refuse(f, "does not begin with a command of "
			    "cpadmin");
		for (size_t i = 0; i < len; i++)
			if (word[i] < '!' || word[i] > '~')
				return refuse(f, "is not plain words");
		if (!word_ok(word, len))
			return refuse(f, "has a word that a job cannot have");
		if (at + len + 2 > sizeof(job->command))
			return refuse(f, "is longer than 254 bytes");
		if (at > 0)
			job->command[at++] = ' ';
		memcpy(job->command + at, word, len);
		at += len;
		job->command[at] = '\0';
	}
	return at > 0 ? CP_OK : refuse(f, "is empty");
}

static enum cp_rc
take_every(const struct field *f, struct cp_job *job)
{
	static const char *const words[] = { "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday", "sunday", "day", "month",
		NULL };
	int word = 0;
	enum cp_rc rc = take_word(f, words, "is not day, month or a day of "
	    "the week, as in \"sunday\"", &word);

	if (rc != CP_OK)
		return rc;
	job->every = word < 7 ? CP_EVERY_WEEK : word == 7 ? CP_EVERY_DAY :
	    CP_EVERY_MONTH;
	job->weekday = word < 7 ? word : 0;
	return CP_OK;
}

static enum cp_rc
take_day(const struct field *f, struct cp_job *job)
{
	int32_t day = 0;
	enum cp_rc rc = take_int(f, CP_JOB_LAST_DAY, 28, &day);

	if (rc == CP_OK && day == 0)
		rc = refuse(f, "is not 1 to 28, or -1 for the last");
	if (rc == CP_OK)
		job->day = day;
	return rc;
}

static int
two_digits(const char *text, int below)
{
	int v;

	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return -1;
	v = (text[0] - '0') * 10 + text[1] - '0';
	return v < below ? v : -1;
}

static enum cp_rc
take_at(const struct field *f, struct cp_job *job)
{
	int hour = -1, minute = -1, second = 0;
	const char *text = "";
	size_t len;
	enum cp_rc rc = take_text(f, &text);

	if (rc != CP_OK)
		return rc;
	len = strlen(text);
	if ((len == 5 || len == 8) && text[2] == ':') {
		hour = two_digits(text, 24);
		minute = two_digits(text + 3, 60);
		if (len == 8)
			second = text[5] == ':' ? two_digits(text + 6, 60) :
			    -1;
	}
	if (hour < 0 || minute < 0 || second < 0)
		return refuse(f, "is not a time of day, as in \"02:00\"");
	job->at = (hour * 60 + minute) * 60 + second;
	return CP_OK;
}

static enum cp_rc
take_max_late(const struct field *f, struct cp_job *job)
{
	struct cp_err ignored = { 0 };
	struct cp_period p;
	const char *text = "";
	enum cp_rc rc = take_text(f, &text);

	if (rc != CP_OK)
		return rc;
	if (cp_period_parse(text, &p, &ignored) != CP_OK || p.years > 0 ||
	    p.months > 12 || p.days > 366)
		return refuse(f, "is not a period of at most P12M or P366D, "
		    "as in \"P3D\"");
	job->max_late = p;
	return CP_OK;
}

/* "MM-DD" of every year, or "YYYY-MM-DD". */
static int
parse_except(const char *text, struct cp_job_day *out)
{
	struct cp_err ignored = { 0 };
	struct cp_date d;
	char leap[CP_DATE_TEXT];

	memset(out, 0, sizeof(*out));
	if (strlen(text) == 5) {
		(void)snprintf(leap, sizeof(leap), "2000-%s", text);
		if (cp_date_parse(leap, &d, &ignored) != CP_OK)
			return 0;
		cp_date_split(d, &out->year, &out->month, &out->day);
		out->year = 0;
		return 1;
	}
	if (cp_date_parse(text, &d, &ignored) != CP_OK)
		return 0;
	cp_date_split(d, &out->year, &out->month, &out->day);
	return 1;
}

static enum cp_rc
take_except(const struct field *f, struct cp_job *job)
{
	const config_setting_t *s;
	int type = config_setting_type(f->s);
	int n = config_setting_length(f->s);

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return refuse(f, "is not a list in brackets");
	if (n > CP_JOB_EXCEPT_MAX)
		return refuse(f, "has more than 32 days");
	for (int i = 0; i < n; i++) {
		s = config_setting_get_elem(f->s, (unsigned)i);
		if (config_setting_type(s) != CONFIG_TYPE_STRING ||
		    !parse_except(config_setting_get_string(s),
		    &job->except[i]))
			return refuse(f, "has what is no day, as in "
			    "\"12-25\" or \"2026-12-28\"");
	}
	job->n_except = n;
	return CP_OK;
}

static enum cp_rc
take_missed(const struct field *f, struct cp_job *job)
{
	static const char *const words[] = { "last", "each", "none", NULL };
	int word = 0;
	enum cp_rc rc = take_word(f, words, "is not last, each or none",
	    &word);

	job->missed = word == 0 ? CP_MISSED_LAST : word == 1 ?
	    CP_MISSED_EACH : CP_MISSED_NONE;
	return rc;
}

static enum cp_rc
take_overlap(const struct field *f, struct cp_job *job)
{
	static const char *const words[] = { "skip", "wait", NULL };
	int word = 0;
	enum cp_rc rc = take_word(f, words, "is not skip or wait", &word);

	job->overlap = word == 0 ? CP_OVERLAP_SKIP : CP_OVERLAP_WAIT;
	return rc;
}

static enum cp_rc
take_enabled(const struct field *f, struct cp_job *job)
{
	if (config_setting_type(f->s) != CONFIG_TYPE_BOOL)
		return refuse(f, "is not true or false");
	job->enabled = config_setting_get_bool(f->s);
	return CP_OK;
}

static enum cp_rc
take_delay(const struct field *f, struct cp_job *job)
{
	return take_int(f, 0, DELAY_MAX, &job->random_delay);
}

static enum cp_rc
take_timeout(const struct field *f, struct cp_job *job)
{
	return take_int(f, 1, TIMEOUT_MAX, &job->timeout);
}

static enum cp_rc
take_retries(const struct field *f, struct cp_job *job)
{
	int32_t v = 0;
	enum cp_rc rc = take_int(f, 0, RETRIES_MAX, &v);

	if (rc == CP_OK)
		job->retries = v;
	return rc;
}

static enum cp_rc
take_retry_after(const struct field *f, struct cp_job *job)
{
	return take_int(f, 1, DAY, &job->retry_after);
}

static const struct {
	const char *name;
	enum cp_rc (*take)(const struct field *f, struct cp_job *job);
} fields[] = {
	{ "command", take_command },
	{ "enabled", take_enabled },
	{ "every", take_every },
	{ "day", take_day },
	{ "at", take_at },
	{ "missed", take_missed },
	{ "max_late", take_max_late },
	{ "overlap", take_overlap },
	{ "random_delay", take_delay },
	{ "except", take_except },
	{ "timeout", take_timeout },
	{ "retries", take_retries },
	{ "retry_after", take_retry_after },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* ---- jobs ------------------------------------------------------------------ */

static enum cp_rc
take_field(const struct field *f, struct cp_job *job)
{
	const char *name = config_setting_name(f->s);

	for (int i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].take(f, job);
	return refuse(f, "is not a setting of a job that is known");
}

static int
name_ok(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n < CP_JOB_NAME && name[0] >= 'a' &&
	    name[0] <= 'z' && strspn(name,
	    "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* What single settings cannot show. */
static enum cp_rc
check_job(const struct field *f, const struct cp_job *job)
{
	if (job->command[0] == '\0')
		return refuse(f, "has no command");
	if (config_setting_get_member(f->s, "every") == NULL)
		return refuse(f, "does not say every when");
	if (config_setting_get_member(f->s, "day") != NULL &&
	    job->every != CP_EVERY_MONTH)
		return refuse(f, "has a day, and is not of every month");
	if (job->at + job->random_delay >= DAY)
		return refuse(f, "has a random_delay that reaches past "
		    "midnight");
	return CP_OK;
}

static enum cp_rc
take_job(struct field *f, struct cp_schedule *out)
{
	const config_setting_t *group = f->s;
	struct cp_job *job;
	int n = config_setting_length(group);
	enum cp_rc rc = CP_OK;

	if (!name_ok(config_setting_name(group)))
		return refuse(f, "is no name of a job: 1 to 32 of a-z, 0-9 "
		    "and '-'");
	if (config_setting_type(group) != CONFIG_TYPE_GROUP)
		return refuse(f, "is not a job in braces");
	if (out->n == CP_JOBS_MAX)
		return refuse(f, "is one job too many: 16 are allowed");
	job = &out->jobs[out->n++];
	cp_job_init(job);
	(void)snprintf(job->name, sizeof(job->name), "%s",
	    config_setting_name(group));
	for (int i = 0; i < n && rc == CP_OK; i++) {
		f->s = config_setting_get_elem(group, (unsigned)i);
		rc = take_field(f, job);
	}
	f->s = group;
	return rc == CP_OK ? check_job(f, job) : rc;
}

enum cp_rc
config_schedule(const char *path, const config_setting_t *s,
    struct cp_schedule *out, struct cp_err *err)
{
	struct field f = { path, s, err };
	int n = config_setting_length(s);
	enum cp_rc rc = CP_OK;

	memset(out, 0, sizeof(*out));
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return refuse(&f, "is not jobs in braces");
	for (int i = 0; i < n && rc == CP_OK; i++) {
		f.s = config_setting_get_elem(s, (unsigned)i);
		rc = take_job(&f, out);
	}
	return rc;
}
