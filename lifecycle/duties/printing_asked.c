#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/printing_impl.h"
#include "lifecycle/store/json.h"

enum cp_rc
print_asked_put(const struct cp_printing *p, struct cp_buf *out,
    struct cp_err *err)
{
	char day[CP_DATE_TEXT];

	cp_json_open(out, '{');
	cp_json_put_key(out, "each");
	cp_json_put_bool(out, p->each);
	if (cp_date_set(p->query.until))
		cp_json_put_member(out, "until", cp_date_format(p->query.until,
		    day));
	if (p->query.kind != NULL)
		cp_json_put_member(out, "kind", p->query.kind);
	if (p->n_ids > 0) {
		cp_json_put_key(out, "ids");
		cp_json_open(out, '[');
		for (size_t i = 0; i < p->n_ids; i++)
			cp_json_put_string(out, p->ids[i]);
		cp_json_close(out, ']');
	}
	cp_json_close(out, '}');
	return cp_buf_check(out, err);
}

static enum cp_rc
take_ids(const struct cp_json *ids, struct print_asked *out,
    struct cp_err *err)
{
	size_t n = cp_json_size(ids);

	if (n == 0)
		return CP_OK;
	out->ids = calloc(n, sizeof(*out->ids));
	if (out->ids == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (; out->n_ids < n; out->n_ids++) {
		const char *id = cp_json_text(cp_json_at(ids, out->n_ids));

		if (id == NULL)
			return cp_fail(err, CP_CORRUPT, "what the print run "
			    "was asked for is damaged");
		out->ids[out->n_ids] = strdup(id);
		if (out->ids[out->n_ids] == NULL)
			return cp_fail(err, CP_FAILED, "out of memory");
	}
	return CP_OK;
}

enum cp_rc
print_asked_get(const char *text, struct print_asked *out,
    struct cp_err *err)
{
	const char *until, *kind;
	struct cp_json *v = NULL;
	enum cp_rc rc = cp_json_parse(text, strlen(text), &v, err);

	memset(out, 0, sizeof(*out));
	if (rc == CP_BAD_INPUT)
		rc = err->code = CP_CORRUPT;
	if (rc != CP_OK)
		return rc;
	out->each = cp_json_true(cp_json_get(v, "each"));
	until = cp_json_text(cp_json_get(v, "until"));
	if (until != NULL)
		rc = cp_date_parse(until, &out->query.until, err);
	kind = cp_json_text(cp_json_get(v, "kind"));
	if (kind != NULL) {
		(void)snprintf(out->kind, sizeof(out->kind), "%s", kind);
		out->query.kind = out->kind;
	}
	if (rc == CP_OK)
		rc = take_ids(cp_json_get(v, "ids"), out, err);
	cp_json_free(v);
	if (rc != CP_OK)
		print_asked_clear(out);
	return rc;
}

void
print_asked_clear(struct print_asked *a)
{
	for (size_t i = 0; i < a->n_ids; i++)
		free(a->ids[i]);
	free(a->ids);
	memset(a, 0, sizeof(*a));
}
