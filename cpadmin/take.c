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
