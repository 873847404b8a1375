/* What a running verb may ask of its call. */
#include <string.h>

#include "cpadmin/call.h"

const char *
cp_arg(const struct cp_call *call, int i)
{
	return i >= 0 && i < call->n_args ? call->args[i] : NULL;
}

int
cp_arg_count(const struct cp_call *call)
{
	return call->n_args;
}

static const struct cp_given *
given_last(const struct cp_call *call, const char *name)
{
	int i;

	for (i = call->n_given - 1; i >= 0; i--)
		if (strcmp(call->given[i].opt->name, name) == 0)
			return &call->given[i];
	return NULL;
}

const char *
cp_option(const struct cp_call *call, const char *name)
{
	const struct cp_given *g = given_last(call, name);

	return g != NULL ? g->value : NULL;
}

int
cp_flag(const struct cp_call *call, const char *name)
{
	return given_last(call, name) != NULL;
}

const char *
cp_option_at(const struct cp_call *call, const char *name, int i)
{
	int k;

	for (k = 0; k < call->n_given; k++)
		if (strcmp(call->given[k].opt->name, name) == 0 && i-- == 0)
			return call->given[k].value;
	return NULL;
}

enum cp_rc
cp_option_required(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err)
{
	const char *value = cp_option(call, name);

	if (value == NULL || value[0] == '\0')
		return cp_fail(err, CP_USAGE, "--%s is missing", name);
	*out = value;
	return CP_OK;
}

int
cp_wants_json(const struct cp_call *call)
{
	return cp_flag(call, "json");
}

int
cp_wants_progress(const struct cp_call *call)
{
	return !cp_flag(call, "no-progress") && !cp_flag(call, "quiet");
}

int
cp_wants_chat(const struct cp_call *call)
{
	return !cp_flag(call, "quiet") && !cp_flag(call, "json");
}
