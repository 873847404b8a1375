#include "lifecycle/duties/prospect.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/gate.h"
#include "lifecycle/rules/policy.h"

/* The language in which there is a wording: as asked for, else without what
 * follows its first part, else English. */
static void
choose_language(const struct cp_policy *policy, const char *wanted,
    char out[36])
{
	size_t n;

	(void)snprintf(out, 36, "en");
	if (wanted == NULL)
		return;
	for (size_t i = 0; i < policy->notice_languages.n; i++) {
		const char *code = policy->notice_languages.word[i];

		n = strlen(code);
		if (strncmp(wanted, code, n) == 0 && n < 36 &&
		    (wanted[n] == '\0' || wanted[n] == '-'))
			(void)snprintf(out, 36, "%s", code);
	}
}

enum cp_rc
cp_prospect(struct cp_store *s, const struct cp_rules *rules,
    const struct cp_notice *n, struct cp_prospect *out, struct cp_err *err)
{
	struct cp_notice_facts facts = { .past = NULL };
	struct cp_document *doc = NULL;
	struct cp_notice_to to;
	struct cp_record r;
	enum cp_rc rc = cp_record_at(s, n->record, &r, err);

	if (rc == CP_OK)
		rc = cp_gate_document(s, &r, CP_FOR_LETTER, &doc, err);
	if (rc == CP_OK)
		rc = cp_notice_to_get(s, n->record, &to, err);
	if (rc == CP_OK) {
		facts.birth = doc->birth;
		facts.set = to.set;
		facts.set_since = to.since;
		memset(out, 0, sizeof(*out));
		out->to = cp_notice_addressee(rules->policy, &facts,
		    rules->today);
		choose_language(rules->policy, doc->language, out->language);
		if (doc->format == NULL ||
		    !cp_format_parse(doc->format, &out->format))
			out->format = CP_FORMAT_STANDARD;
	}
	cp_document_free(doc);
	return rc;
}
