#include <stddef.h>
#include <string.h>

#include "lifecycle/duties/access_words_impl.h"

/* In the order of the English file: what is said around; headings of parts;
 * labels of fields; words that fields can be. */
const struct access_key access_keys[] = {
	{ "say-subject", "{{name}}" }, { "say-subject-other", NULL },
	{ "say-nothing", NULL }, { "say-found-none", NULL },
	{ "say-found-destroyed", NULL }, { "say-found-opening", NULL },
	{ "say-pair", "{{label}} {{value}}" }, { "say-between", NULL },
	{ "say-yes", NULL }, { "say-no", NULL }, { "part-about", NULL },
	{ "part-names", NULL }, { "part-numbers", NULL },
	{ "part-addresses", NULL }, { "part-carers", NULL },
	{ "part-involvements", NULL }, { "part-life", NULL },
	{ "part-consents", NULL }, { "part-shield", NULL },
	{ "part-notices", NULL }, { "part-holds", NULL },
	{ "part-requests", NULL }, { "part-looks", NULL },
	{ "part-changes", NULL }, { "id", NULL }, { "state", NULL },
	{ "authority", NULL }, { "archived", NULL }, { "kept-until", NULL },
	{ "destroyed", NULL }, { "kind", NULL }, { "given", NULL },
	{ "family", NULL }, { "gender", NULL }, { "birth-date", NULL },
	{ "value", NULL }, { "lines", NULL }, { "postcode", NULL },
	{ "from", NULL }, { "until", NULL }, { "source", NULL },
	{ "name", NULL }, { "relation", NULL }, { "responsibility", NULL },
	{ "phone", NULL }, { "service", NULL }, { "provider", NULL },
	{ "practitioner", NULL }, { "start", NULL }, { "end", NULL },
	{ "lead", NULL }, { "assessment", NULL }, { "sensitive", NULL },
	{ "evidence", NULL }, { "left-england", NULL }, { "intention", NULL },
	{ "died", NULL }, { "notified", NULL }, { "language", NULL },
	{ "format", NULL }, { "ground", NULL }, { "by", NULL },
	{ "method", NULL }, { "statement", NULL }, { "taken-by", NULL },
	{ "confirmed", NULL }, { "ended", NULL }, { "status", NULL },
	{ "reason", NULL }, { "requested", NULL }, { "decided", NULL },
	{ "review", NULL }, { "hides", NULL }, { "to", NULL }, { "due", NULL },
	{ "issued", NULL }, { "served", NULL }, { "returned", NULL },
	{ "reference", NULL }, { "legal-basis", NULL }, { "contact", NULL },
	{ "placed", NULL }, { "request", NULL }, { "received", NULL },
	{ "answered", NULL }, { "outcome", NULL }, { "requester", NULL },
	{ "time", NULL }, { "who", NULL }, { "what", NULL },
	{ "detail", NULL }, { "purpose", NULL }, { "word-live", NULL },
	{ "word-archived", NULL }, { "word-destroyed", NULL },
	{ "word-female", NULL }, { "word-male", NULL },
	{ "word-not-specified", NULL }, { "word-current", NULL },
	{ "word-former", NULL }, { "word-nhs", NULL }, { "word-upn", NULL },
	{ "word-last-known", NULL }, { "word-none-known", NULL },
	{ NULL, NULL }
};

int
access_key_find(const char *key)
{
	for (int i = 0; access_keys[i].key != NULL; i++)
		if (strcmp(access_keys[i].key, key) == 0)
			return i;
	return -1;
}
