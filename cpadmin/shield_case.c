#include <string.h>

#include "cpadmin/rules.h"
#include "cpadmin/shield_case.h"
#include "cpadmin/take.h"
#include "lifecycle/records/shield_rules.h"

/* What request, decide, review, lift and show share. */

enum cp_rc
shield_work_open(const struct cp_call *call, unsigned roles,
    struct shield_work *w, struct cp_err *err)
{
	enum cp_rc rc;

	memset(w, 0, sizeof(*w));
	rc = shield_open(call, CP_STORE_WRITE, roles, &w->s, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_session_rules(&w->s, &w->policy, &w->rules, err);
	if (rc != CP_OK) {
		cp_session_close(&w->s);
		return rc;
	}
	w->c.store = w->s.store;
	w->c.audit = w->s.audit;
	w->c.rules = &w->rules;
	w->c.now = &w->s.now;
	return CP_OK;
}

void
shield_work_close(struct shield_work *w)
{
	cp_secret_free(w->identity);
	cp_policy_free(w->policy);
	cp_session_close(&w->s);
}

enum cp_rc
shield_record(struct shield_work *w, const char *id, struct cp_record *out,
    struct cp_err *err)
{
	char number[CP_ID_MAX];
	struct cp_err other;
	enum cp_rc rc = cp_record_get(w->s.store, id, out, err);

	cp_err_clear(&other);
	if (rc == CP_NOT_FOUND && cp_shield_record(w->s.store, id, number,
	    &other) == CP_OK)
		rc = cp_record_get(w->s.store, number, out, err);
	return rc;
}

enum cp_rc
shield_text(const struct cp_call *call, const char *option, const char **out,
    struct cp_err *err)
{
	const char *text = cp_option(call, option);

	*out = text;
	if (text != NULL && strlen(text) > SHIELD_TEXT_MAX)
		return cp_fail(err, CP_USAGE, "--%s is longer than %d bytes",
		    option, SHIELD_TEXT_MAX);
	if (text != NULL && text[0] == '\0')
		return cp_fail(err, CP_USAGE, "--%s is empty", option);
	return CP_OK;
}

/* Words with commas between them. */
static enum cp_rc
take_words(const char *text, unsigned *set, struct cp_err *err)
{
	char word[32];
	size_t n;

	for (;; text += n + 1) {
		n = strcspn(text, ",");
		memset(word, 0, sizeof(word));
		if (n < sizeof(word))
			memcpy(word, text, n);
		if (word[0] == '\0' || cp_hide_parse(word) == 0)
			return cp_fail(err, CP_USAGE, "--hide takes address, "
			    "contact, school, practice, practitioner, "
			    "involvements, former-names, carers or numbers");
		*set |= cp_hide_parse(word);
		if (text[n] == '\0')
			return CP_OK;
	}
}

enum cp_rc
shield_hide(const struct cp_call *call, unsigned *set, struct cp_err *err)
{
	const char *text;
	enum cp_rc rc = CP_OK;

	*set = 0;
	for (int i = 0; rc == CP_OK &&
	    (text = cp_option_at(call, "hide", i)) != NULL; i++)
		rc = take_words(text, set, err);
	*set = cp_shield_close(*set);
	return rc;
}

const char *
shield_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

void
shield_put(struct cp_out *o, const struct cp_record *r,
    const struct cp_shield *s)
{
	char hidden[160];

	cp_hide_text(s->hidden, hidden, sizeof(hidden));
	cp_out_text(o, r->id);
	cp_out_text(o, s->id);
	cp_out_text(o, s->status);
	cp_out_text(o, s->asked_by);
	cp_out_text(o, s->requested);
	cp_out_text(o, s->requested_by);
	cp_out_text(o, shield_or_null(s->decided));
	cp_out_text(o, shield_or_null(s->decided_by));
	cp_out_text(o, cp_shield_active(s) ? hidden : NULL);
	if (cp_shield_active(s))
		cp_out_date(o, s->review);
	else
		cp_out_text(o, NULL);
	cp_out_text(o, shield_or_null(s->reviewed));
	cp_out_text(o, shield_or_null(s->ended));
}
