#include <string.h>

#include "lifecycle/rules/notice.h"

static const char *const KINDS[] = { "first", "comprehension", "version",
	"eighteen", "archived", "extended", "withdrawal", "authority",
	"shield-outcome" };
static const char *const STATUSES[] = { "owed", "issued", "served",
	"returned", "suppressed" };
enum { STATUS_COUNT = sizeof(STATUSES) / sizeof(STATUSES[0]) };

_Static_assert(sizeof(KINDS) / sizeof(KINDS[0]) == CP_NOTICE_KINDS,
    "a kind has no word");

const char *
cp_notice_kind_word(enum cp_notice_kind v)
{
	return (unsigned)v < CP_NOTICE_KINDS ? KINDS[v] : "unknown";
}

const char *
cp_notice_status_word(enum cp_notice_status v)
{
	return (unsigned)v < STATUS_COUNT ? STATUSES[v] : "unknown";
}

const char *
cp_addressee_word(enum cp_addressee v)
{
	return v == CP_TO_CHILD ? "child" : "carer";
}

int
cp_notice_kind_parse(const char *text, enum cp_notice_kind *out)
{
	for (int i = 0; i < CP_NOTICE_KINDS; i++) {
		if (strcmp(KINDS[i], text) == 0) {
			*out = (enum cp_notice_kind)i;
			return 1;
		}
	}
	return 0;
}

int
cp_notice_status_parse(const char *text, enum cp_notice_status *out)
{
	for (int i = 0; i < STATUS_COUNT; i++) {
		if (strcmp(STATUSES[i], text) == 0) {
			*out = (enum cp_notice_status)i;
			return 1;
		}
	}
	return 0;
}

int
cp_notice_whole(enum cp_notice_kind v)
{
	return v == CP_NOTICE_FIRST || v == CP_NOTICE_COMPREHENSION ||
	    v == CP_NOTICE_VERSION;
}
