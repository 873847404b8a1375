#include <stdio.h>
#include <string.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/take.h"

/* sar identity, fee, clarify, extend: what the clock runs by. */

struct word {
	const char *word;
	enum cp_clock_kind kind;
};

/* The word that was typed after the request, one of the N of WORDS. */
static enum cp_rc
take_kind(const struct cp_call *call, const struct word *words, size_t n,
    enum cp_clock_kind *kind, struct cp_sar_event *e, struct cp_err *err)
{
	struct cp_buf list;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].word, cp_arg(call, 1)) == 0) {
			*kind = words[i].kind;
			(void)snprintf(e->kind, sizeof(e->kind), "%s",
			    cp_clock_word(*kind));
			return cp_take_date(call, "date", &e->date, err);
		}
	}
	cp_buf_init(&list);
	for (size_t i = 0; i < n; i++)
		cp_buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < n ? ", " :
		    " or ", words[i].word);
	(void)cp_fail(err, CP_USAGE, "after the request comes %s",
	    cp_buf_text(&list));
	cp_buf_clear(&list);
	return CP_USAGE;
}

enum cp_rc
cp_sar_run_identity(struct cp_call *call, struct cp_err *err)
{
	static const struct word words[] = {
		{ "verified", CP_CLOCK_IDENTITY_VERIFIED },
		{ "doubted", CP_CLOCK_IDENTITY_DOUBTED },
	};
	struct cp_sar_event e = { .n = 0 };
	enum cp_clock_kind kind;
	enum cp_rc rc = take_kind(call, words, 2, &kind, &e, err);

	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reference", 0, e.reference, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}

/* Pounds as people write them, "10" or "7.50", in pence; -1. */
static int
pence(const char *text)
{
	static const char digits[] = "0123456789";
	size_t n = strspn(text, digits), m;
	int v = 0;

	if (n == 0 || n > 5)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (text[i] - '0');
	if (text[n] == '\0')
		return v * 100;
	m = strspn(text + n + 1, digits);
	if (text[n] != '.' || m != 2 || text[n + 3] != '\0')
		return -1;
	return v * 100 + (text[n + 1] - '0') * 10 + (text[n + 2] - '0');
}

static enum cp_rc
take_amount(const struct cp_call *call, enum cp_clock_kind kind, int *amount,
    struct cp_err *err)
{
	const char *text = cp_option(call, "amount");

	if (text == NULL)
		return kind != CP_CLOCK_FEE_ASKED ? CP_OK : cp_fail(err,
		    CP_USAGE, "--amount is missing");
	if (kind == CP_CLOCK_FEE_WAIVED)
		return cp_fail(err, CP_USAGE, "--amount is of a fee that is "
		    "asked for or paid");
	*amount = pence(text);
	return *amount > 0 ? CP_OK : cp_fail(err, CP_USAGE, "--amount is "
	    "pounds, as 10 or 7.50");
}

enum cp_rc
cp_sar_run_fee(struct cp_call *call, struct cp_err *err)
{
	static const struct word words[] = {
		{ "asked", CP_CLOCK_FEE_ASKED },
		{ "paid", CP_CLOCK_FEE_PAID },
		{ "waived", CP_CLOCK_FEE_WAIVED },
	};
	struct cp_sar_event e = { .n = 0 };
	enum cp_clock_kind kind = CP_CLOCK_KINDS;
	enum cp_rc rc = take_kind(call, words, 3, &kind, &e, err);

	if (rc == CP_OK)
		rc = take_amount(call, kind, &e.amount, err);
	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reason", 0, e.text, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}

enum cp_rc
cp_sar_run_clarify(struct cp_call *call, struct cp_err *err)
{
	static const struct word words[] = {
		{ "asked", CP_CLOCK_CLARIFY_ASKED },
		{ "answered", CP_CLOCK_CLARIFY_ANSWERED },
	};
	struct cp_sar_event e = { .n = 0 };
	enum cp_clock_kind kind;
	enum cp_rc rc = take_kind(call, words, 2, &kind, &e, err);

	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "text", 0, e.text, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}

/* The day is that on which it is told: today, unless it was another. */
enum cp_rc
cp_sar_run_extend(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_event e = { .n = 0 };
	const char *reason = NULL;
	struct cp_now now;
	enum cp_rc rc = cp_session_reason(call, &reason, err);

	(void)snprintf(e.kind, sizeof(e.kind), "%s",
	    cp_clock_word(CP_CLOCK_EXTENDED));
	if (rc == CP_OK)
		rc = cp_sar_text_copy(call, "reason", 0, e.text, err);
	if (rc == CP_OK)
		rc = cp_session_now(cp_option(call, "on"), &now, err);
	if (rc == CP_OK)
		e.date = now.today;
	if (rc == CP_OK && cp_option(call, "date") != NULL)
		rc = cp_take_date(call, "date", &e.date, err);
	return rc == CP_OK ? cp_sar_case_enter(call, &e, err) : rc;
}
