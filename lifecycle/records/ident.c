#include "lifecycle/records/ident.h"

#include <string.h>

#include "archive/crypto.h"

/* "CP-XXXX-XXXX-C" */
enum { OURS_LEN = 14, OURS_DIGITS = 8, OURS_CHECK = 13, BASE = 36 };

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const int places[OURS_DIGITS] = { 3, 4, 5, 6, 8, 9, 10, 11 };

static int
value_36(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

static char
check_character(const char *id)
{
	int p = BASE;
	int s;

	for (int i = 0; i < OURS_DIGITS; i++) {
		s = (p + value_36(id[places[i]])) % BASE;
		p = (s == 0 ? BASE : s) * 2 % (BASE + 1);
	}
	s = (BASE + 1 - p) % BASE;
	return (char)(s < 10 ? '0' + s : 'A' + s - 10);
}

enum cp_rc
cp_id_new(char out[CP_ID_MAX], struct cp_err *err)
{
	char id[CP_ID_MAX] = "CP-....-....-.";
	uint8_t random[OURS_DIGITS];
	enum cp_rc rc = cp_random(random, sizeof(random), err);

	if (rc != CP_OK)
		return rc;
	for (int i = 0; i < OURS_DIGITS; i++)
		id[places[i]] = crockford[random[i] & 31];
	id[OURS_CHECK] = check_character(id);
	memcpy(out, id, OURS_LEN + 1);
	return CP_OK;
}

enum cp_id_kind
cp_id_check(const char *text)
{
	size_t n = strlen(text);
	int ours = n == OURS_LEN && memcmp(text, "CP-", 3) == 0 &&
	    text[7] == '-' && text[12] == '-';

	if (n == 0 || n >= CP_ID_MAX)
		return CP_ID_BAD;
	for (size_t i = 0; i < n; i++)
		if (value_36(text[i]) < 0 && text[i] != '-')
			return CP_ID_BAD;
	for (int i = 0; ours && i < OURS_DIGITS; i++)
		ours = value_36(text[places[i]]) >= 0;
	if (!ours)
		return CP_ID_FOREIGN;
	for (int i = 0; i < OURS_DIGITS; i++)
		if (strchr(crockford, text[places[i]]) == NULL)
			return CP_ID_MISTYPED;
	return text[OURS_CHECK] == check_character(text) ? CP_ID_OURS :
	    CP_ID_MISTYPED;
}
