#include "cpadmin/shield_check.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/file.h"

/*
 * A canary is found by how it begins; the letter after that says its kind.
 * Numbers have the form that numbers have.
 */
static const char WORD[] = "qzxvkjw";
static const struct {
	char letter;
	const char *kind;
} kinds[] = { { 'a', "address" }, { 'n', "former name" }, { 'c', "carer" },
	{ 's', "school" }, { 'p', "practice" }, { 'r', "practitioner" },
	{ 'i', "involvement" } };
static const struct {
	const char *text, *kind;
} numbers[] = { { "zz99 3v", "postcode" }, { "zz993v", "postcode" },
	{ "01632 960", "telephone" }, { "01632960", "telephone" },
	{ "943476", "NHS number" }, { "2016-02-29", "date" } };

enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]),
	KINDS = sizeof(kinds) / sizeof(kinds[0]), FILE_MAX = 1 << 30 };

/* ---- children -------------------------------------------------------------- */

/* Modulus 11 of the nine digits after weights 10 to 2; 0: those have none. */
static int
nhs_number(int n, char out[11])
{
	int sum = 0;

	memcpy(out, "9434760000", 11);
	out[6] = (char)('1' + n / 100 % 9);
	out[7] = (char)('0' + n / 10 % 10);
	out[8] = (char)('0' + n % 10);
	for (int i = 0; i < 9; i++)
		sum += (out[i] - '0') * (10 - i);
	sum = (11 - sum % 11) % 11;
	out[9] = (char)('0' + sum % 10);
	return sum != 10;
}

static void
involvement(struct cp_buf *out, const char *service, char letter, int n,
    int plain)
{
	if (plain) {
		cp_buf_printf(out, "{\"service\":\"%s\",\"provider\":\"Open "
		    "%d\",\"start\":\"2016-03-01\",\"end\":null,\"lead\":false"
		    ",\"assessment\":false,\"sensitive\":null}", service, n);
		return;
	}
	cp_buf_printf(out, "{\"service\":\"%s\",\"provider\":\"Qzxvkjw%c%d\","
	    "\"practitioner\":\"Qzxvkjwr%d\",\"phone\":\"01632 960%03d\","
	    "\"start\":\"2016-02-29\",\"end\":null,\"lead\":false,"
	    "\"assessment\":false,\"sensitive\":null}", service, letter, n, n,
	    300 + n);
}

/* Names, number and carer are hidden only where a case says so. */
static void
who(struct cp_buf *out, int n, int canaries)
{
	char nhs[11];
	int number = nhs_number(n, nhs);

	cp_buf_printf(out, "\"names\":[{\"type\":\"current\",\"given\":"
	    "\"Alma\",\"family\":\"Checker%c\"}", 'a' + n % 26);
	if (canaries)
		cp_buf_printf(out, ",{\"type\":\"former\",\"given\":\"Alma\","
		    "\"family\":\"Qzxvkjwn%d\"}", n);
	if (canaries && number)
		cp_buf_printf(out, "],\"numbers\":[{\"type\":\"nhs\","
		    "\"value\":\"%s\"}", nhs);
	cp_buf_puts(out, "]");
}

void
check_child(struct cp_buf *out, int n, const char *born,
    const char *authority, enum check_filling filling)
{
	int plain = filling == CHECK_OPEN;

	cp_buf_printf(out, "{\"cpadmin\":\"record/1\",\"id\":\"%s-%d\","
	    "\"authority\":\"%s\",", filling == CHECK_FULL ? "HID" : plain ?
	    "OPEN" : "NEW", n, authority);
	who(out, n, filling == CHECK_FULL);
	cp_buf_printf(out, ",\"gender\":\"female\",\"birth_date\":\"%s\"",
	    born);
	if (!plain)
		cp_buf_printf(out, ",\"addresses\":[{\"type\":\"current\","
		    "\"lines\":[\"%d Qzxvkjwa%d Road\",\"Qzxvkjwat%d\"],"
		    "\"postcode\":\"ZZ99 3VZ\",\"from\":\"2016-02-29\"}],"
		    "\"carers\":[{\"name\":\"%s%d\",\"relation\":\"mother\","
		    "\"responsibility\":true,\"phone\":\"01632 960%03d\"}]",
		    n, n, n, filling == CHECK_FULL ? "Qzxvkjwc" : "Carer", n,
		    n);
	cp_buf_puts(out, ",\"involvements\":[");
	involvement(out, "education", 's', n, plain);
	cp_buf_putc(out, ',');
	involvement(out, "primary-health-care", 'p', n, plain);
	cp_buf_putc(out, ',');
	involvement(out, "youth-offending", 'i', n, plain);
	cp_buf_puts(out, "]}\n");
}

/* ---- searching ------------------------------------------------------------- */

static const char *
kind_of(const char *after, size_t len)
{
	for (size_t i = 0; len > 0 && i < KINDS; i++)
		if (tolower((unsigned char)after[0]) == kinds[i].letter)
			return kinds[i].kind;
	return "canary";
}

static const char *
told(char *out, const char *kind, const char *how)
{
	(void)snprintf(out, 64, "%s%s%s", kind, how[0] != '\0' ? ", in " : "",
	    how);
	return out;
}

/* Whether LOW has TEXT as a word of its own, or at the beginning of one: in a
 * hash any few digits are. */
static int
has_word(const char *low, size_t len, const char *text)
{
	const char *at = low, *end = low + len;
	size_t n = strlen(text);

	while ((at = memmem(at, (size_t)(end - at), text, n)) != NULL) {
		if (at == low || !isalnum((unsigned char)at[-1]))
			return 1;
		at += n;
	}
	return 0;
}

/* As text, in lower case: LOW. */
static const char *
find_plain(const char *low, size_t len, char *out)
{
	const char *at = memmem(low, len, WORD, sizeof(WORD) - 1);

	if (at != NULL) {
		at += sizeof(WORD) - 1;
		return told(out, kind_of(at, len - (size_t)(at - low)), "");
	}
	for (size_t i = 0; i < NUMBERS; i++)
		if (has_word(low, len, numbers[i].text))
			return told(out, numbers[i].kind, "");
	return NULL;
}

typedef void write_fn(const char *text, size_t len, char *to);

static void
as_hex(const char *text, size_t len, char *to)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(to + 2 * i, 3, "%02x",
		    (unsigned char)text[i]);
}

static void
as_escapes(const char *text, size_t len, char *to)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(to + 6 * i, 7, "\\u%04x",
		    (unsigned char)text[i]);
}

/* As the documents have it: with a capital, or all in capitals or small. */
static size_t
forms(const char *text, char form[3][16])
{
	size_t len = strlen(text);

	for (size_t i = 0; i <= len; i++) {
		form[0][i] = text[i];
		form[1][i] = (char)toupper((unsigned char)text[i]);
		form[2][i] = i == 0 ? form[1][i] : text[i];
	}
	return len;
}

static int
find_written(const char *low, size_t len, const char *text, write_fn *fn)
{
	char form[3][16], to[16 * 6 + 1];
	size_t n = forms(text, form);

	for (int i = 0; i < 3; i++) {
		fn(form[i], n, to);
		if (memmem(low, len, to, strlen(to)) != NULL)
			return 1;
	}
	return 0;
}

/* The characters that depend on nothing but TEXT, SHIFT bytes into a group of
 * three. */
static size_t
base64_core(const char *text, size_t len, unsigned shift, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t bit = shift == 0 ? 0 : shift == 1 ? 4 : 2, n = 0;

	for (; bit + 6 <= len * 8; bit += 6) {
		unsigned pair = (unsigned)(unsigned char)text[bit / 8] << 8;

		if (bit / 8 + 1 < len)
			pair |= (unsigned char)text[bit / 8 + 1];
		to[n++] = digits[(pair >> (10 - bit % 8)) & 63];
	}
	to[n] = '\0';
	return n;
}

static int
find_base64(const char *data, size_t len, const char *text)
{
	char form[3][16], to[32];
	size_t n = forms(text, form);

	for (int i = 0; i < 3; i++) {
		for (unsigned shift = 0; shift < 3; shift++) {
			size_t m = base64_core(form[i], n, shift, to);

			if (memmem(data, len, to, m) != NULL)
				return 1;
		}
	}
	return 0;
}

static const char *
find_other(const char *data, const char *low, size_t len, char *out)
{
	static const struct {
		const char *text, *kind;
	} words[] = { { WORD, "canary" }, { "zz99 3vz", "postcode" },
		{ "01632 960", "telephone" }, { "9434761", "NHS number" } };

	for (size_t i = 0; i < 4; i++) {
		if (find_written(low, len, words[i].text, as_hex))
			return told(out, words[i].kind, "hex");
		if (find_written(low, len, words[i].text, as_escapes))
			return told(out, words[i].kind, "JSON escapes");
		if (find_base64(data, len, words[i].text))
			return told(out, words[i].kind, "base64");
	}
	return NULL;
}

const char *
check_find(const void *data, size_t len, char *out)
{
	const char *found;
	char *low;

	if (len == 0)
		return NULL;
	low = malloc(len);
	if (low == NULL)
		return told(out, "what is too large to search", "");
	for (size_t i = 0; i < len; i++)
		low[i] = (char)tolower(((const unsigned char *)data)[i]);
	found = find_plain(low, len, out);
	if (found == NULL)
		found = find_other(data, low, len, out);
	free(low);
	return found;
}

/* ---- files ----------------------------------------------------------------- */

static enum cp_rc
find_in_file(const char *path, char *what, int *found, struct cp_err *err)
{
	struct cp_buf text;
	enum cp_rc rc;

	cp_buf_init(&text);
	rc = cp_file_read(path, FILE_MAX, &text, err);
	if (rc == CP_OK)
		*found = check_find(text.data, text.len, what) != NULL;
	cp_buf_clear(&text);
	return rc;
}

enum cp_rc
check_find_files(const char *path, const char *skip, char *file, char *what,
    int *found, struct cp_err *err)
{
	DIR *d = opendir(path);
	char below[4096];
	struct dirent *e;
	struct stat st;
	enum cp_rc rc = CP_OK;

	if (d == NULL)
		return cp_fail_errno(err, CP_FAILED, "%s", path);
	*found = 0;
	while (rc == CP_OK && !*found && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcmp(e->d_name, skip) == 0)
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, e->d_name) >=
		    (int)sizeof(below))
			rc = cp_fail(err, CP_FAILED, "path too long");
		else if (lstat(below, &st) != 0)
			rc = cp_fail_errno(err, CP_FAILED, "%s", below);
		else if (S_ISDIR(st.st_mode))
			rc = check_find_files(below, skip, file, what, found,
			    err);
		else if (S_ISREG(st.st_mode)) {
			rc = find_in_file(below, what, found, err);
			if (rc == CP_OK && *found)
				(void)snprintf(file, 4096, "%s", below);
		}
	}
	(void)closedir(d);
	return rc;
}
