#include "lifecycle/records/gate_priv.h"
#include "lifecycle/store/stmt.h"

/* What holds of one record say in clear: why, on what basis, whom to ask. */

enum { TEXTS = 4 };

/* Which texts of the hold after *N say what W hides; *N 0: there is none. */
static enum cp_rc
next_hold(struct cp_store *s, int64_t record, const struct gate_words *w,
    int64_t *n, int says[TEXTS], struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_GATE_HOLD_TEXTS);
	int row;
	enum cp_rc rc;

	cp_bind_int(q, record);
	cp_bind_int(q, *n);
	rc = cp_step(q, &row, err);
	*n = rc == CP_OK && row ? cp_col_int(q, 0) : 0;
	for (int i = 0; rc == CP_OK && row && i < TEXTS; i++) {
		says[i] = 0;
		if (!cp_col_null(q, i + 1))
			rc = gate_words_say(w, cp_col_text(q, i + 1),
			    &says[i], err);
	}
	cp_reset(q);
	return rc;
}

enum cp_rc
gate_hold_silence(struct cp_store *s, int64_t record,
    const struct gate_words *w, struct cp_err *err)
{
	int says[TEXTS] = { 0 };
	struct cp_stmt *q;
	int64_t n = 0;
	enum cp_rc rc;

	while ((rc = next_hold(s, record, w, &n, says, err)) == CP_OK &&
	    n != 0) {
		if (!says[0] && !says[1] && !says[2] && !says[3])
			continue;
		q = cp_stmt(s, SQL_GATE_HOLD_SILENCE);
		cp_bind_int(q, n);
		for (int i = 0; i < TEXTS; i++)
			cp_bind_text(q, says[i] ? "-" : NULL);
		rc = cp_exec(q, err);
		if (rc != CP_OK)
			break;
	}
	return rc;
}
