#include <string.h>

#include "lifecycle/records/document_priv.h"

enum { NHS_LEN = 10, UPN_LEN = 13, POSTCODE_MAX = 8, LANGUAGE_MAX = 35,
	FORMAT_MAX = 32 };

static int
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
to_upper(char c)
{
	return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

const char *
document_check_id(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (!is_upper(text[i]) && !is_digit(text[i]) &&
		    text[i] != '-')
			return "not of A-Z, 0-9 and -";
	return n >= 1 && n < CP_ID_MAX ? NULL : "not 1 to 32 characters";
}

const char *
document_check_authority(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (!is_upper(text[i]) && !is_digit(text[i]))
			return "not of A-Z and 0-9";
	return n >= 1 && n < CP_AUTHORITY_MAX ? NULL :
	    "not 1 to 16 characters";
}

/* The shape of BCP 47; which languages there are is for the letters. */
const char *
document_check_language(const char *text)
{
	size_t n = strlen(text);
	size_t part = 0;
	int first = 1;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && text[i] != '-') {
			int letter = is_lower(text[i]) || is_upper(text[i]);

			if (!letter && (first || !is_digit(text[i])))
				return "not a language code";
			part++;
			continue;
		}
		if (part > 8 || part < (first ? 2u : 1u))
			return "not a language code";
		first = 0;
		part = 0;
	}
	return n <= LANGUAGE_MAX ? NULL : "not a language code";
}

const char *
document_check_format(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (!is_lower(text[i]) &&
		    (i == 0 || (!is_digit(text[i]) && text[i] != '-')))
			return "not a letter format";
	return n >= 1 && n <= FORMAT_MAX ? NULL : "not a letter format";
}

/* Copies TEXT in upper case without spaces and hyphens; how long that is, or 0
 * when it is over MAX or has other than A-Z and 0-9. */
static size_t
squeeze(const char *text, char *out, size_t max)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c = to_upper(*text);

		if (c == ' ' || c == '-')
			continue;
		if (n == max || (!is_upper(c) && !is_digit(c)))
			return 0;
		out[n++] = c;
	}
	return n;
}

/* A letter, one to three letters and digits, a digit and two letters: all that
 * Royal Mail gives out and a little more. */
const char *
document_check_postcode(const char *text, char *out)
{
	char c[POSTCODE_MAX];
	size_t n = squeeze(text, c, POSTCODE_MAX - 1);

	if (n < 5 || !is_upper(c[0]) || !is_digit(c[n - 3]) ||
	    !is_upper(c[n - 2]) || !is_upper(c[n - 1]))
		return "not a postcode";
	memcpy(out, c, n - 3);
	out[n - 3] = ' ';
	memcpy(out + n - 2, c + n - 3, 3);
	out[n + 1] = '\0';
	return NULL;
}

/* NHS Data Dictionary, NHS NUMBER: weights 10 to 2, modulus 11. */
static const char *
check_nhs(const char *text, char *out)
{
	char c[NHS_LEN];
	int sum = 0;
	int check;

	if (squeeze(text, c, NHS_LEN) != NHS_LEN)
		return "not ten digits";
	for (int i = 0; i < NHS_LEN; i++) {
		if (!is_digit(c[i]))
			return "not ten digits";
		if (i < NHS_LEN - 1)
			sum += (c[i] - '0') * (10 - i);
	}
	check = (11 - sum % 11) % 11;
	if (check != c[NHS_LEN - 1] - '0')
		return "wrong check digit";
	memcpy(out, c, NHS_LEN);
	out[NHS_LEN] = '\0';
	return NULL;
}

/* Department for Education, Unique Pupil Numbers: a check letter, then twelve
 * characters weighted 2 to 13, modulus 23; the last of a temporary number is
 * a letter. */
static const char *
check_upn(const char *text, char *out)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ";
	char c[UPN_LEN];
	int sum = 0;

	if (squeeze(text, c, UPN_LEN) != UPN_LEN)
		return "not thirteen characters";
	for (int i = 1; i < UPN_LEN; i++) {
		const char *letter = strchr(letters, c[i]);

		if (is_digit(c[i]))
			sum += (c[i] - '0') * (i + 1);
		else if (i == UPN_LEN - 1 && letter != NULL)
			sum += (int)(letter - letters) * (i + 1);
		else
			return "not a pupil number";
	}
	if (c[0] != letters[sum % 23])
		return "wrong check letter";
	memcpy(out, c, UPN_LEN);
	out[UPN_LEN] = '\0';
	return NULL;
}

const char *
document_check_number(enum cp_number_type type, const char *text, char *out)
{
	return type == CP_NUMBER_NHS ? check_nhs(text, out) :
	    check_upn(text, out);
}

const char *
document_check_whole(const struct cp_document *doc, struct cp_date today,
    const char **path)
{
	struct cp_date first = cp_partial_first(doc->birth);

	*path = "$.birth_date";
	if (cp_date_set(today) && cp_date_cmp(first, today) > 0)
		return "in the future";
	*path = "$.left_england.date";
	if (cp_date_set(doc->left_on) && cp_date_cmp(doc->left_on, first) < 0)
		return "before birth";
	if (!cp_date_set(doc->death_notified))
		return NULL;
	*path = "$.death.date";
	if (cp_date_cmp(doc->died_on, first) < 0)
		return "before birth";
	*path = "$.death.notified";
	if (cp_date_cmp(doc->death_notified, doc->died_on) < 0)
		return "notified before the death";
	return NULL;
}
