#include "cpadmin/sar_case.h"

#include <stdio.h>
#include <string.h>

#include "cpadmin/places.h"

/* What the verbs of sar open and close. */

enum cp_rc
cp_sar_case_store(const struct cp_call *call, enum cp_store_mode mode,
    unsigned roles, struct cp_sar_case *out, struct cp_err *err)
{
	enum cp_rc rc;

	memset(out, 0, sizeof(*out));
	out->call = call;
	rc = cp_session_open(call, mode, &out->s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_operator_may(&out->s.op, roles, err);
	if (rc == CP_OK)
		rc = cp_session_rules(&out->s, &out->policy, &out->rules, err);
	if (rc == CP_OK)
		rc = cp_place_holidays(out->holidays, sizeof(out->holidays),
		    err);
	if (rc != CP_OK) {
		cp_sar_case_close(out);
		return rc;
	}
	out->c = (struct cp_change){ out->s.store, out->s.audit, &out->rules,
		&out->s.now };
	return CP_OK;
}

enum cp_rc
cp_sar_case_open(const struct cp_call *call, enum cp_store_mode mode,
    unsigned roles, struct cp_sar_case *out, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_case_store(call, mode, roles, out, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sar_get(out->s.store, cp_arg(call, 0), &out->sar, err);
	if (rc == CP_OK)
		rc = cp_sar_rules_load(out->s.store, out->sar.policy_n,
		    out->holidays, &out->sar_rules, err);
	if (rc != CP_OK)
		cp_sar_case_close(out);
	return rc;
}

enum cp_rc
cp_sar_case_begin(struct cp_sar_case *x, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);

	return rc == CP_OK ? cp_sar_get(x->s.store, cp_arg(x->call, 0),
	    &x->sar, err) : rc;
}

void
cp_sar_case_close(struct cp_sar_case *x)
{
	cp_sar_rules_clear(&x->sar_rules);
	cp_policy_free(x->policy);
	cp_session_close(&x->s);
	x->policy = NULL;
}

/* ---- what was typed ------------------------------------------------------ */

enum cp_rc
cp_sar_text(const struct cp_call *call, const char *name, const char **out,
    struct cp_err *err)
{
	const char *text = cp_option(call, name);

	if (text != NULL && text[strspn(text, " \t\r\n")] == '\0')
		return cp_fail(err, CP_USAGE, "--%s is empty", name);
	if (text != NULL && strlen(text) >= CP_SAR_TEXT)
		return cp_fail(err, CP_USAGE, "--%s is longer than %d bytes",
		    name, CP_SAR_TEXT - 1);
	*out = text;
	return CP_OK;
}

enum cp_rc
cp_sar_text_needed(const struct cp_call *call, const char *name,
    const char **out, struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = cp_sar_text(call, name, &text, err);

	if (rc != CP_OK)
		return rc;
	if (text == NULL)
		return cp_fail(err, CP_USAGE, "--%s is missing", name);
	*out = text;
	return CP_OK;
}

enum cp_rc
cp_sar_text_copy(const struct cp_call *call, const char *name, int needed,
    char out[CP_SAR_TEXT], struct cp_err *err)
{
	const char *text = NULL;
	enum cp_rc rc = needed ? cp_sar_text_needed(call, name, &text, err) :
	    cp_sar_text(call, name, &text, err);

	if (rc == CP_OK)
		(void)snprintf(out, CP_SAR_TEXT, "%s", text != NULL ? text :
		    "");
	return rc;
}

enum cp_rc
cp_sar_subject_n(const struct cp_call *call, size_t n_subjects, int *idx,
    struct cp_err *err)
{
	const char *text = cp_option(call, "subject");
	size_t n = 0;

	if (text == NULL && n_subjects == 1) {
		*idx = 1;
		return CP_OK;
	}
	if (text == NULL) {
		(void)cp_fail(err, CP_USAGE, "it is about %zu: --subject says "
		    "which", n_subjects);
		cp_err_hint(err, "they are numbered in `cpadmin sar show %s'",
		    cp_arg(call, 0));
		return CP_USAGE;
	}
	for (const char *p = text; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (size_t)(*p - '0');
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' ||
	    n == 0)
		return cp_fail(err, CP_USAGE, "--subject is a number: 1");
	if (n > n_subjects)
		return cp_fail(err, CP_NOT_FOUND, "it is about %zu only",
		    n_subjects);
	*idx = (int)n;
	return CP_OK;
}

enum cp_rc
cp_sar_case_enter(struct cp_call *call, const struct cp_sar_event *e,
    struct cp_err *err)
{
	struct cp_sar_case x;
	enum cp_rc rc = cp_sar_case_open(call, CP_STORE_WRITE,
	    CP_SAR_OFFICERS, &x, err);

	if (rc != CP_OK)
		return rc;
	rc = cp_sar_case_begin(&x, err);
	if (rc == CP_OK)
		rc = cp_sar_enter(&x.c, &x.sar_rules, &x.sar, e, err);
	rc = cp_txn_end(x.s.audit, rc, err);
	if (rc == CP_OK)
		rc = cp_sar_case_show(&x, err);
	cp_sar_case_close(&x);
	return rc;
}
