#include "lifecycle/rules/holiday.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 200, DAYS_MAX = 4096, SATURDAY = 5 };

struct day {
	struct cp_date date;
	char *name;
	int proclaimed;
};

struct cp_holidays {
	char *version;
	struct day *day; /* in the order of dates */
	size_t n, cap;
};

/* Where reading stands: TEXT is cut into lines. */
struct reading {
	const char *name;
	const char *at, *end;
	unsigned line;
};

void
cp_holidays_free(struct cp_holidays *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n; i++)
		free(h->day[i].name);
	free(h->day);
	free(h->version);
	free(h);
}

/* ---- reading ------------------------------------------------------------- */

static enum cp_rc
bad(const struct reading *r, const char *what, struct cp_err *err)
{
	return cp_fail(err, CP_BAD_INPUT, "%s:%u: %s", r->name, r->line, what);
}

/* The next line into BUF; 0 at the end, -1 if it is too long, ends without a
 * line feed, or holds a NUL. */
static int
next_line(struct reading *r, char buf[LINE_MAX_BYTES])
{
	const char *nl;
	size_t n;

	if (r->at == r->end)
		return 0;
	r->line++;
	nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
	if (nl == NULL)
		return -1;
	n = (size_t)(nl - r->at);
	if (n >= LINE_MAX_BYTES || memchr(r->at, '\0', n) != NULL)
		return -1;
	memcpy(buf, r->at, n);
	buf[n] = '\0';
	r->at = nl + 1;
	return 1;
}

static enum cp_rc
read_head(struct reading *r, struct cp_holidays *h, struct cp_err *err)
{
	static const char mark[] = ", version ";
	char line[LINE_MAX_BYTES];
	const char *at;

	if (next_line(r, line) != 1 || strncmp(line, "# ", 2) != 0 ||
	    (at = strstr(line, mark)) == NULL ||
	    at[sizeof(mark) - 1] == '\0')
		return bad(r, "the first line must be "
		    "`# NAME, version VERSION'", err);
	h->version = strdup(at + sizeof(mark) - 1);
	if (h->version == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	if (next_line(r, line) != 1 || strcmp(line, "date,name,status") != 0)
		return bad(r, "the second line must be `date,name,status'",
		    err);
	return CP_OK;
}

static enum cp_rc
add(struct cp_holidays *h, struct cp_date date, const char *name,
    int proclaimed, struct cp_err *err)
{
	struct day *more;
	size_t cap;

	if (h->n == h->cap) {
		cap = h->cap == 0 ? 256 : h->cap * 2;
		more = reallocarray(h->day, cap, sizeof(*more));
		if (more == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		h->day = more;
		h->cap = cap;
	}
	h->day[h->n].date = date;
	h->day[h->n].proclaimed = proclaimed;
	h->day[h->n].name = strdup(name);
	if (h->day[h->n].name == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	h->n++;
	return CP_OK;
}

static enum cp_rc
read_day(struct reading *r, struct cp_holidays *h, char *line,
    struct cp_err *err)
{
	char *name = strchr(line, ','), *status = NULL;
	struct cp_date date;

	if (name != NULL)
		status = strchr(name + 1, ',');
	if (status == NULL || strchr(status + 1, ',') != NULL)
		return bad(r, "there must be three columns", err);
	*name++ = '\0';
	*status++ = '\0';
	if (cp_date_parse(line, &date, err) != CP_OK) {
		cp_err_context(err, "%s:%u", r->name, r->line);
		return CP_BAD_INPUT;
	}
	if (*name == '\0')
		return bad(r, "a holiday has a name", err);
	if (strcmp(status, "proclaimed") != 0 && strcmp(status, "by rule") != 0)
		return bad(r, "the status must be `proclaimed' or `by rule'",
		    err);
	if (h->n > 0 && cp_date_cmp(h->day[h->n - 1].date, date) >= 0)
		return bad(r, cp_date_cmp(h->day[h->n - 1].date, date) == 0 ?
		    "the date is there twice" : "the dates are out of order",
		    err);
	if (h->n == DAYS_MAX)
		return bad(r, "too many holidays", err);
	return add(h, date, name, *status == 'p', err);
}

static enum cp_rc
read_all(struct reading *r, struct cp_holidays *h, struct cp_err *err)
{
	char line[LINE_MAX_BYTES];
	enum cp_rc rc = read_head(r, h, err);
	int more = 1;

	while (rc == CP_OK && (more = next_line(r, line)) == 1)
		rc = read_day(r, h, line, err);
	if (rc == CP_OK && more < 0)
		rc = bad(r, "not a line of text", err);
	if (rc == CP_OK && h->n == 0)
		rc = bad(r, "there is no holiday in it", err);
	return rc;
}

enum cp_rc
cp_holidays_parse(const char *name, const char *text, size_t len,
    struct cp_holidays **out, struct cp_err *err)
{
	struct reading r = { name, text, text + len, 0 };
	struct cp_holidays *h = calloc(1, sizeof(*h));
	enum cp_rc rc;

	if (h == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = read_all(&r, h, err);
	if (rc == CP_OK) {
		*out = h;
		h = NULL;
	}
	cp_holidays_free(h);
	return rc;
}

/* ---- asking -------------------------------------------------------------- */

const char *
cp_holidays_version(const struct cp_holidays *h)
{
	return h->version;
}

static int
year_of(struct cp_date date)
{
	int y, m, d;

	cp_date_split(date, &y, &m, &d);
	return y;
}

int
cp_holidays_first_year(const struct cp_holidays *h)
{
	return year_of(h->day[0].date);
}

int
cp_holidays_last_year(const struct cp_holidays *h)
{
	return year_of(h->day[h->n - 1].date);
}

static const struct day *
find(const struct cp_holidays *h, struct cp_date d)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (cp_date_cmp(h->day[mid].date, d) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < h->n && cp_date_cmp(h->day[low].date, d) == 0 ?
	    &h->day[low] : NULL;
}

const char *
cp_holiday_on(const struct cp_holidays *h, struct cp_date d, int *proclaimed)
{
	const struct day *day = find(h, d);

	if (day == NULL)
		return NULL;
	if (proclaimed != NULL)
		*proclaimed = day->proclaimed;
	return day->name;
}

int
cp_working_day(const struct cp_holidays *h, struct cp_date d)
{
	return cp_date_set(d) && cp_date_weekday(d) < SATURDAY &&
	    find(h, d) == NULL;
}

struct cp_date
cp_working_day_from(const struct cp_holidays *h, struct cp_date d)
{
	static const struct cp_date none = { 0 };
	int first = cp_holidays_first_year(h), last = cp_holidays_last_year(h);

	while (cp_date_set(d) && year_of(d) >= first && year_of(d) <= last) {
		if (cp_working_day(h, d))
			return d;
		d = cp_date_add_days(d, 1);
	}
	return none;
}
