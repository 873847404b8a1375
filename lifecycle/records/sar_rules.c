#include <stdio.h>
#include <string.h>

#include "archive/file.h"
#include "lifecycle/records/sar_priv.h"
#include "lifecycle/store/settings.h"

/* By which policy and holidays a request is answered. */

enum { HOLIDAYS_MAX = 1 << 20 };

enum cp_rc
sar_policy(struct cp_store *s, int64_t policy_n, struct cp_policy **out,
    struct cp_err *err)
{
	struct cp_settings settings;
	enum cp_rc rc = cp_settings_load(s, &settings, err);

	settings.policy_n = policy_n;
	return rc == CP_OK ? cp_settings_policy(s, &settings, out, err) : rc;
}

static enum cp_rc
load_holidays(const char *file, struct cp_holidays **out, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	if (file[0] == '\0')
		return cp_fail(err, CP_NOT_FOUND, "there is no table of bank "
		    "holidays");
	cp_buf_init(&text);
	rc = cp_file_read(file, HOLIDAYS_MAX, &text, err);
	if (rc == CP_OK)
		rc = cp_holidays_parse(file, cp_buf_text(&text), text.len,
		    out, err);
	else
		cp_err_context(err, "the table of bank holidays");
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
cp_sar_rules_load(struct cp_store *s, int64_t policy_n,
    const char *holidays_file, struct cp_sar_rules *out, struct cp_err *err)
{
	struct cp_sar_rules r = { policy_n, NULL, NULL };
	enum cp_rc rc = sar_policy(s, policy_n, &r.policy, err);

	if (rc == CP_OK)
		rc = load_holidays(holidays_file, &r.holidays, err);
	if (rc != CP_OK) {
		cp_sar_rules_clear(&r);
		return rc;
	}
	*out = r;
	return CP_OK;
}

void
cp_sar_rules_clear(struct cp_sar_rules *r)
{
	cp_policy_free(r->policy);
	cp_holidays_free(r->holidays);
	memset(r, 0, sizeof(*r));
}

/* ---- which policy ------------------------------------------------------- */

/* A policy that was in force from SINCE on. */
struct term {
	int64_t n;
	struct cp_date since;
};

static enum cp_rc
read_terms(struct cp_store *s, struct term *all, size_t cap, size_t *n,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_SAR_POLICIES);
	int row;
	enum cp_rc rc;

	*n = 0;
	while ((rc = cp_step(q, &row, err)) == CP_OK && row && *n < cap) {
		all[*n].n = cp_col_int(q, 0);
		all[(*n)++].since = cp_col_date(q, 1);
	}
	cp_reset(q);
	if (rc == CP_OK && *n == 0)
		rc = cp_fail(err, CP_CORRUPT, "no policy is in force");
	return rc;
}

/* Whether DAY is one of those from which policy N says that it is effective. */
static enum cp_rc
is_effective(struct cp_store *s, int64_t n, struct cp_date day, int *out,
    struct cp_err *err)
{
	struct cp_policy *p = NULL;
	enum cp_rc rc = sar_policy(s, n, &p, err);

	if (rc == CP_OK)
		*out = cp_date_cmp(p->effective, day) <= 0;
	cp_policy_free(p);
	return rc;
}

/* The first of ALL, from its end with BACK, that is effective on DAY; those
 * adopted after LAST (if it is a date) are left out.  N: there is none. */
static enum cp_rc
first_of(struct cp_store *s, const struct term *all, size_t n, int back,
    struct cp_date day, struct cp_date last, size_t *found,
    struct cp_err *err)
{
	int yes = 0;
	enum cp_rc rc = CP_OK;

	*found = n;
	for (size_t i = 0; rc == CP_OK && i < n && *found == n; i++) {
		size_t at = back ? n - 1 - i : i;

		if (cp_date_set(last) && cp_date_cmp(all[at].since, last) > 0)
			continue;
		rc = is_effective(s, all[at].n, day, &yes, err);
		if (rc == CP_OK && yes)
			*found = at;
	}
	return rc;
}

enum cp_rc
cp_sar_policy_on(struct cp_store *s, struct cp_date day, int64_t *policy_n,
    struct cp_err *err)
{
	static const struct cp_date any = { 0 };
	enum { TERMS = 500 };
	struct term all[TERMS]; /* the last one first */
	size_t n, found = 0;
	enum cp_rc rc = read_terms(s, all, TERMS, &n, err);

	if (rc == CP_OK)
		rc = first_of(s, all, n, 0, day, day, &found, err);
	if (rc == CP_OK && found == n)
		rc = first_of(s, all, n, 1, day, any, &found, err);
	if (rc == CP_OK)
		*policy_n = all[found < n ? found : n - 1].n;
	return rc;
}
