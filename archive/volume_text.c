#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/base64.h"
#include "archive/crypto.h"
#include "archive/volume_impl.h"

#define ID_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-_"
#define NAME_CHARS ID_CHARS "."
#define DATE_CHARS "0123456789-T:Z"

enum { LINES_FIRST = 64 };

int
cp_volume_id_valid(const char *id)
{
	size_t n = strspn(id, ID_CHARS);

	return n > 0 && n <= CP_VOLUME_ID && id[n] == '\0' && id[0] != '-' &&
	    id[0] != '_';
}

int
cp_volume_date_valid(const char *date)
{
	size_t n = strspn(date, DATE_CHARS);

	return n > 0 && n <= 32 && date[n] == '\0';
}

enum cp_rc
cp_volume_path(const char *dir, const char *id, int part,
    char out[PATH_MAX], struct cp_err *err)
{
	int n;

	if (!cp_volume_id_valid(id))
		return cp_fail(err, CP_BAD_INPUT, "bad volume id");
	n = snprintf(out, PATH_MAX, part ? "%s/.%s.part" : "%s/%s.tar", dir,
	    id);
	if (n < 0 || n >= PATH_MAX)
		return cp_fail(err, CP_FAILED, "path too long");
	return CP_OK;
}

int
cp_volume_package_of(const char *name, char out[CP_VOLUME_ID + 1])
{
	size_t n = strspn(name, ID_CHARS);

	if (n > CP_VOLUME_ID || strcmp(name + n, CP_VOLUME_SUFFIX) != 0)
		return 0;
	memcpy(out, name, n);
	out[n] = '\0';
	return cp_volume_id_valid(out);
}

enum cp_rc
cp_volume_head_text(const struct cp_volume_head *h, struct cp_buf *out,
    struct cp_err *err)
{
	cp_buf_printf(out, "{\"cpadmin\":\"volume/1\",\"volume\":\"%s\","
	    "\"custody\":\"%s\",\"date\":\"%s\",\"count\":%u}\n", h->volume,
	    h->custody, h->date, h->count);
	return cp_buf_check(out, err);
}

enum cp_rc
cp_volume_head_parse(const struct cp_buf *text, struct cp_volume_head *out,
    struct cp_err *err)
{
	struct cp_volume_head h = { .count = 0 };
	struct cp_buf again;
	enum cp_rc rc;
	int n;

	cp_buf_init(&again);
	n = sscanf(cp_buf_text(text), "{\"cpadmin\":\"volume/1\",\"volume\":"
	    "\"%64[A-Za-z0-9_-]\",\"custody\":\"%64[A-Za-z0-9_-]\","
	    "\"date\":\"%32[0-9TZ:-]\",\"count\":%5u}", h.volume, h.custody,
	    h.date, &h.count);
	rc = cp_volume_head_text(&h, &again, err);
	if (rc == CP_OK && (n != 4 || h.count > CP_VOLUME_COUNT ||
	    again.len != text->len ||
	    memcmp(again.data, text->data, text->len) != 0))
		rc = cp_fail(err, CP_CORRUPT, CP_VOLUME_HEAD " is damaged");
	if (rc == CP_OK)
		*out = h;
	cp_buf_clear(&again);
	return rc;
}

enum cp_rc
cp_volume_lines_add(struct cp_volume_lines *l, const char *name,
    const uint8_t sha256[32], uint64_t size, struct cp_err *err)
{
	size_t cap = l->cap != 0 ? l->cap * 2 : LINES_FIRST;
	size_t len = strlen(name);
	struct cp_volume_line *v;

	if (len >= sizeof(v->name))
		return cp_fail(err, CP_BAD_INPUT, "member name too long");
	if (l->n > CP_VOLUME_COUNT)
		return cp_fail(err, CP_CORRUPT, "more than %d packages",
		    CP_VOLUME_COUNT);
	if (l->n == l->cap) {
		v = realloc(l->v, cap * sizeof(*v));
		if (v == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
		l->v = v;
		l->cap = cap;
	}
	v = &l->v[l->n++];
	memcpy(v->name, name, len + 1);
	memcpy(v->sha256, sha256, sizeof(v->sha256));
	v->size = size;
	return CP_OK;
}

void
cp_volume_lines_clear(struct cp_volume_lines *l)
{
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static int
by_name(const void *a, const void *b)
{
	const struct cp_volume_line *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

enum cp_rc
cp_volume_lines_sort(const struct cp_volume_lines *l,
    const struct cp_volume_line ***out, struct cp_err *err)
{
	const struct cp_volume_line **v = calloc(l->n + 1, sizeof(*v));
	size_t i;

	if (v == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (i = 0; i < l->n; i++)
		v[i] = &l->v[i];
	if (l->n > 1)
		qsort(v, l->n, sizeof(*v), by_name);
	for (i = 1; i < l->n; i++)
		if (strcmp(v[i - 1]->name, v[i]->name) == 0) {
			(void)cp_fail(err, CP_BAD_INPUT, "%s twice",
			    v[i]->name);
			free(v);
			return CP_BAD_INPUT;
		}
	*out = v;
	return CP_OK;
}

const struct cp_volume_line *
cp_volume_lines_find(const struct cp_volume_line **sorted, size_t n,
    const char *name)
{
	size_t low = 0, high = n, mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = strcmp(name, sorted[mid]->name);
		if (c == 0)
			return sorted[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

enum cp_rc
cp_volume_list_text(const struct cp_volume_lines *l, const char *volume_id,
    struct cp_buf *out, struct cp_err *err)
{
	uint8_t sum[32];
	enum cp_rc rc;
	size_t i;

	cp_buf_printf(out, "# cpadmin volume/1 %s %zu\n", volume_id,
	    l->n - 1);
	for (i = 0; i < l->n; i++) {
		cp_buf_printf(out, "# %llu\n",
		    (unsigned long long)l->v[i].size);
		cp_hex_put(out, l->v[i].sha256, 32);
		cp_buf_puts(out, "  ");
		cp_buf_puts(out, l->v[i].name);
		cp_buf_putc(out, '\n');
	}
	rc = cp_buf_check(out, err);
	if (rc != CP_OK)
		return rc;
	cp_sha256(out->data, out->len, sum);
	cp_buf_puts(out, "# sha256 ");
	cp_hex_put(out, sum, sizeof(sum));
	cp_buf_putc(out, '\n');
	return cp_buf_check(out, err);
}

static int
take_hex(const char *at, uint8_t sha256[32])
{
	struct cp_err ignored;
	size_t got = 0;

	return strnlen(at, 64) == 64 &&
	    cp_hex_get(at, 64, sha256, 32, &got, &ignored) == CP_OK &&
	    got == 32;
}

/* One "# SIZE" line and its "HEX  NAME" line; NULL when they are not there. */
const char *
cp_volume_line_take(const char *at, struct cp_volume_line *line)
{
	char *end;
	size_t n;

	if (at[0] != '#' || at[1] != ' ' || at[2] < '0' || at[2] > '9')
		return NULL;
	errno = 0;
	line->size = strtoull(at + 2, &end, 10);
	if (errno != 0 || *end != '\n' || !take_hex(end + 1, line->sha256))
		return NULL;
	at = end + 1 + 64;
	if (at[0] != ' ' || at[1] != ' ')
		return NULL;
	at += 2;
	n = strspn(at, NAME_CHARS);
	if (n == 0 || n >= sizeof(line->name) || at[n] != '\n')
		return NULL;
	memcpy(line->name, at, n);
	line->name[n] = '\0';
	return at + n + 1;
}

/* Lenient here: what was understood must give the same text again. */
enum cp_rc
cp_volume_list_parse(const struct cp_buf *text, const char *volume_id,
    struct cp_volume_lines *l, struct cp_err *err)
{
	const char *at = strchr(cp_buf_text(text), '\n');
	struct cp_volume_line line;
	struct cp_buf again;
	enum cp_rc rc = CP_OK;

	cp_buf_init(&again);
	while (rc == CP_OK && at != NULL && *at != '\0') {
		at = cp_volume_line_take(l->n == 0 ? at + 1 : at, &line);
		if (at != NULL)
			rc = cp_volume_lines_add(l, line.name, line.sha256,
			    line.size, err);
	}
	if (rc == CP_OK && l->n > 0)
		rc = cp_volume_list_text(l, volume_id, &again, err);
	if (rc == CP_OK && (l->n == 0 || again.len != text->len ||
	    memcmp(again.data, text->data, text->len) != 0 ||
	    strcmp(l->v[0].name, CP_VOLUME_HEAD) != 0))
		rc = cp_fail(err, CP_CORRUPT, CP_VOLUME_LIST " is damaged");
	cp_buf_clear(&again);
	return rc;
}
