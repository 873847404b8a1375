#include "lifecycle/records/gate_check.h"

#include "lifecycle/records/gate_priv.h"
#include "lifecycle/store/audit_read.h"

struct names {
	struct gate_words words;
	struct cp_buf out;
	int64_t n;
};

static enum cp_rc
look(void *ctx, const struct cp_log_row *row, struct cp_err *err)
{
	struct names *x = ctx;
	int differs = 0;
	enum cp_rc rc;

	if (row->detail == NULL)
		return CP_OK;
	cp_buf_reset(&x->out);
	rc = gate_words_redact(&x->words, row->action, row->detail, &x->out,
	    &differs, err);
	x->n += differs;
	return rc;
}

enum cp_rc
cp_gate_log_names(struct cp_store *s, const char *id, unsigned hidden,
    int64_t *n, struct cp_err *err)
{
	struct cp_log_filter filter = { .subject = id };
	struct names x = { .words = { .hidden = hidden } };
	enum cp_rc rc;

	cp_buf_init(&x.out);
	rc = cp_log_each(s, &filter, look, &x, err);
	if (rc == CP_OK)
		*n = x.n;
	cp_buf_clear(&x.out);
	return rc;
}
