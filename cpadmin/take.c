#include <string.h>

#include "cpadmin/take.h"

enum cp_rc
cp_take_date(const struct cp_call *call, const char *name, struct cp_date *out,
    struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_option_required(call, name, &text, err);

	if (rc != CP_OK)
		return rc;
	if (cp_date_parse(text, out, err) == CP_OK)
		return CP_OK;
	cp_err_context(err, "--%s", name);
	return err->code = CP_USAGE;
}

void
cp_out_date(struct cp_out *o, struct cp_date d)
{
	char text[CP_DATE_TEXT];

	cp_out_text(o, cp_date_set(d) ? cp_date_format(d, text) : NULL);
}

void
cp_out_ids(struct cp_out *o, const char *json)
{
	char people[512];
	size_t n = 0;

	for (const char *p = json; *p != '\0' && n + 2 < sizeof(people); p++) {
		if (strchr("[]\"", *p) != NULL)
			continue;
		people[n++] = *p;
		if (*p == ',')
			people[n++] = ' ';
	}
	people[n] = '\0';
	cp_out_json(o, json, people);
}
