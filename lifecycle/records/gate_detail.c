#include "lifecycle/records/gate.h"
#include "lifecycle/records/gate_priv.h"

enum cp_rc
cp_gate_detail(const struct cp_operator *op, const char *action,
    const char *detail, struct cp_buf *out, struct cp_err *err)
{
	const struct gate_words all = { .hidden = CP_HIDE_ALL };
	int differs;

	if (!cp_gate_tells(op))
		return gate_words_redact(&all, action, detail, out, &differs,
		    err);
	cp_buf_puts(out, detail);
	return cp_buf_check(out, err);
}
