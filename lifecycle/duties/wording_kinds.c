#include "lifecycle/duties/wording_impl.h"

/* Which wordings there are, and what may be in each. */

#define VALUE(v) (1U << CP_VALUE_##v)
#define FLAG(f) (1U << CP_FLAG_##f)

enum {
	OF_ALL = VALUE(AUTHORITY) | VALUE(PHONE) | VALUE(EMAIL) | VALUE(POST) |
	    VALUE(DPO) | VALUE(AGE_LIMIT) | VALUE(ARCHIVE_YEARS) |
	    VALUE(COMPREHENSION_AGE) | VALUE(STAY_LIMIT) |
	    VALUE(CONNEXIONS_LIMIT) | VALUE(NAME) | VALUE(FIRST_NAME) |
	    VALUE(REFERENCE),
	MUST = VALUE(AUTHORITY) | VALUE(POST) | VALUE(NAME),
	WHY = FLAG(FIRST) | FLAG(COMPREHENSION) | FLAG(VERSION),
	WHOLE = WHY | FLAG(UK_GDPR),
	PARENT = WHOLE | FLAG(SEVERAL),
	SHORT = FLAG(TO_CHILD) | FLAG(SEVERAL) | FLAG(UK_GDPR),
	GROUNDS = FLAG(CONNEXIONS) | FLAG(CARE_LEAVER) |
	    FLAG(LEARNING_DIFFICULTY),
	OUTCOMES = FLAG(GRANTED) | FLAG(REFUSED) | FLAG(LIFTED),
	/* of access: nobody is named but in the answer itself, and who asked */
	OF_ACCESS = (OF_ALL & ~(VALUE(NAME) | VALUE(FIRST_NAME))) |
	    VALUE(REQUESTER) | VALUE(RECEIVED),
	ACCESS_MUST = VALUE(AUTHORITY) | VALUE(POST) | VALUE(REQUESTER) |
	    VALUE(RECEIVED),
	ACCESS = FLAG(SELF) | FLAG(PARENT) | FLAG(REPRESENTATIVE) |
	    FLAG(UK_GDPR),
	ASKS = FLAG(IDENTITY) | FLAG(FEE) | FLAG(CLARIFY) | FLAG(EXTENDED) |
	    FLAG(ARCHIVED),
	REFUSALS = FLAG(IDENTITY_NOT_SHOWN) | FLAG(NOT_ENTITLED) |
	    FLAG(NOT_IN_INTEREST) | FLAG(MANIFESTLY_UNFOUNDED) |
	    FLAG(EXCESSIVE) | FLAG(FEE_NOT_PAID) | FLAG(REPEATED)
};

const struct wording_rule wording_rules[WORDING_NAMES] = {
	[WORDING_PARENT] = { "notice-parent", 0, PARENT, 0, 1, 0 },
	[WORDING_12] = { "notice-12", 0, WHOLE, 0, 1, 0 },
	[WORDING_16] = { "notice-16", 0, WHOLE, 0, 1, 0 },
	[WORDING_EASY] = { "notice-easy", 0, WHOLE, 1, 1, 0 },
	[WORDING_PARENT_EASY] = { "notice-parent-easy", 0, PARENT, 1, 1, 0 },
	[WORDING_EIGHTEEN] = { "eighteen", VALUE(DATE), SHORT | GROUNDS, 0,
	    0, 0 },
	[WORDING_EIGHTEEN_EASY] = { "eighteen-easy", VALUE(DATE),
	    SHORT | GROUNDS, 1, 0, 0 },
	[WORDING_ARCHIVED] = { "archived", VALUE(DATE), SHORT, 0, 0, 0 },
	[WORDING_ARCHIVED_EASY] = { "archived-easy", VALUE(DATE), SHORT, 1,
	    0, 0 },
	[WORDING_EXTENDED] = { "extended", VALUE(DATE), SHORT | GROUNDS, 0,
	    0, 0 },
	[WORDING_EXTENDED_EASY] = { "extended-easy", VALUE(DATE),
	    SHORT | GROUNDS, 1, 0, 0 },
	[WORDING_WITHDRAWAL] = { "withdrawal", VALUE(DATE),
	    SHORT | FLAG(LEAVES), 0, 0, 0 },
	[WORDING_WITHDRAWAL_EASY] = { "withdrawal-easy", VALUE(DATE),
	    SHORT | FLAG(LEAVES), 1, 0, 0 },
	[WORDING_AUTHORITY] = { "authority", VALUE(DATE) |
	    VALUE(NEW_AUTHORITY), SHORT, 0, 0, 0 },
	[WORDING_AUTHORITY_EASY] = { "authority-easy", VALUE(DATE) |
	    VALUE(NEW_AUTHORITY), SHORT, 1, 0, 0 },
	[WORDING_SHIELD] = { "shield-outcome", VALUE(DATE) | VALUE(REASON),
	    FLAG(TO_CHILD) | FLAG(UK_GDPR) | OUTCOMES, 0, 0, 0 },
	[WORDING_ACCESS] = { "access", VALUE(NAME), ACCESS | FLAG(PARTIAL), 0,
	    0, 1 },
	[WORDING_ACCESS_REFUSAL] = { "access-refusal", VALUE(REASON),
	    ACCESS | REFUSALS | FLAG(REASONED), 0, 0, 1 },
	[WORDING_ACCESS_NONE] = { "access-none", 0, ACCESS, 0, 0, 1 },
	[WORDING_ACCESS_ASK] = { "access-ask", VALUE(REASON) | VALUE(DUE) |
	    VALUE(FEE), ACCESS | ASKS | FLAG(REASONED), 0, 0, 1 },
};

void
wording_kind(enum wording_name name, int rtl, struct cp_template_kind *out)
{
	const struct wording_rule *r = &wording_rules[name];

	*out = (struct cp_template_kind){ .values = r->values |
		(r->access ? OF_ACCESS : OF_ALL), .must = r->access ?
		ACCESS_MUST : MUST, .flags = r->flags, .pictures = r->easy,
		.items = r->whole ? cp_notice_items : NULL, .rtl = rtl };
}
