#ifndef CP_CPADMIN_SHIELD_CASE_H
#define CP_CPADMIN_SHIELD_CASE_H

#include "archive/secret.h"
#include "cpadmin/shield_verbs.h"
#include "lifecycle/records/shield_list.h"
#include "lifecycle/rules/policy.h"

/* For shield_request.c, shield_decide.c and shield_show.c. */

enum { SHIELD_TEXT_MAX = 4000 }; /* bytes of a reason and the like */

/* What they work with; C borrows from the rest. */
struct shield_work {
	struct cp_session s;
	struct cp_policy *policy;
	struct cp_rules rules;
	struct cp_change c;
	struct cp_secret *identity; /* or NULL */
};

enum cp_rc shield_work_open(const struct cp_call *call, unsigned roles,
    struct shield_work *w, struct cp_err *err) CP_MUST_CHECK;
void shield_work_close(struct shield_work *w);

/* The record of that number, or that a case of that number is about: for those
 * who are told of shields. */
enum cp_rc shield_record(struct shield_work *w, const char *id,
    struct cp_record *out, struct cp_err *err) CP_MUST_CHECK;

/* Options: a text, NULL where it is not given; the parts of --hide, 0 where
 * there is none. */
enum cp_rc shield_text(const struct cp_call *call, const char *option,
    const char **out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc shield_hide(const struct cp_call *call, unsigned *set,
    struct cp_err *err) CP_MUST_CHECK;

/* The columns of a case, and its values in their order. */
#define SHIELD_COLUMNS \
	{ "id", "Record" }, { "case", "Case" }, { "status", "Status" }, \
	{ "asked_by", "Asked by" }, { "requested", "Requested" }, \
	{ "requested_by", "By" }, { "decided", "Decided" }, \
	{ "decided_by", "By" }, { "hidden", "Hidden" }, \
	{ "review", "Review" }, { "reviewed", "Reviewed" }, \
	{ "ended", "Ended" }
void shield_put(struct cp_out *o, const struct cp_record *r,
    const struct cp_shield *s);
const char *shield_or_null(const char *text);

#endif
