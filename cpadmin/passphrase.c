#include "cpadmin/passphrase.h"

#include <stdio.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/file.h"
#include "cpadmin/out.h"
#include "cpadmin/prompt.h"

enum { DISTINCT_MIN = 5, TRIES = 3, RANDOM_BYTES = 20, LINE = 200 };

static int
distinct(const struct cp_secret *s)
{
	const uint8_t *p = cp_secret_bytes(s);
	uint8_t seen[256] = { 0 };
	int n = 0;

	for (size_t i = 0; i < cp_secret_len(s); i++)
		n += seen[p[i]]++ == 0;
	explicit_bzero(seen, sizeof(seen));
	return n;
}

enum cp_rc
cp_passphrase_check(const struct cp_secret *p, const char *who,
    struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (cp_secret_len(p) < CP_PASSPHRASE_MIN)
		rc = cp_fail(err, CP_KEY, "the passphrase of %s is shorter "
		    "than %d characters", who, CP_PASSPHRASE_MIN);
	else if (distinct(p) < DISTINCT_MIN)
		rc = cp_fail(err, CP_KEY, "the passphrase of %s has fewer "
		    "than %d different characters", who, DISTINCT_MIN);
	if (rc != CP_OK)
		cp_err_hint(err, "five words picked by dice are good");
	return rc;
}

enum cp_rc
cp_passphrase_make(struct cp_secret **out, struct cp_err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct cp_secret *raw = NULL, *text = NULL;
	const uint8_t *from;
	uint8_t *to;
	enum cp_rc rc;

	rc = cp_secret_new(&raw, RANDOM_BYTES, err);
	if (rc == CP_OK)
		rc = cp_random_secret(raw, err);
	if (rc == CP_OK)
		rc = cp_secret_new(&text, (size_t)2 * RANDOM_BYTES, err);
	if (rc == CP_OK) {
		from = cp_secret_bytes(raw);
		to = cp_secret_data(text);
		for (int i = 0; i < RANDOM_BYTES; i++) {
			to[2 * i] = (uint8_t)digits[from[i] >> 4];
			to[2 * i + 1] = (uint8_t)digits[from[i] & 15];
		}
		*out = text;
	}
	cp_secret_free(raw);
	return rc;
}

enum cp_rc
cp_passphrase_keep(const char *path, const struct cp_secret *secret,
    struct cp_err *err)
{
	struct cp_secret *line = NULL;
	size_t len = cp_secret_len(secret);
	enum cp_rc rc = cp_secret_new(&line, len + 1, err);

	if (rc == CP_OK) {
		memcpy(cp_secret_data(line), cp_secret_bytes(secret), len);
		cp_secret_data(line)[len] = '\n';
		rc = cp_file_write_durable(path, 0600, cp_secret_bytes(line),
		    len + 1, err);
	}
	cp_secret_free(line);
	return rc;
}

/* ---- at the terminal ----------------------------------------------------- */

/* *AGAIN: what was typed will not do, ERR says why, and more can be typed. */
static enum cp_rc
ask_twice(const char *who, struct cp_secret **out, int *again,
    struct cp_err *err)
{
	struct cp_secret *first = NULL, *second = NULL;
	char prompt[LINE];
	enum cp_rc rc;

	*again = 0;
	(void)snprintf(prompt, sizeof(prompt), "New passphrase of %s: ", who);
	rc = cp_prompt_typed(prompt, &first, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_passphrase_check(first, who, err);
	*again = rc != CP_OK;
	if (rc == CP_OK)
		rc = cp_prompt_typed("The same again: ", &second, err);
	if (rc == CP_OK && !cp_secret_equal(first, second)) {
		rc = cp_fail(err, CP_KEY, "the two passphrases differ");
		*again = 1;
	}
	if (rc == CP_OK) {
		*out = first;
		first = NULL;
	}
	cp_secret_free(first);
	cp_secret_free(second);
	return rc;
}

enum cp_rc
cp_passphrase_take(const struct cp_call *call, const char *who,
    struct cp_secret **out, struct cp_err *err)
{
	const char *file = cp_option(call, "passphrase-file");
	struct cp_secret *given = NULL;
	int again = 1;
	enum cp_rc rc = CP_OK;

	if (file != NULL) {
		rc = cp_prompt_from_file(file, &given, err);
		if (rc == CP_OK)
			rc = cp_passphrase_check(given, who, err);
		if (rc == CP_OK)
			*out = given;
		else
			cp_secret_free(given);
		return rc;
	}
	for (int tries = 0; again && tries < TRIES; tries++) {
		if (tries > 0)
			cp_say(call, "%s%s%s.  Once more.", err->what,
			    err->hint[0] != '\0' ? ": " : "", err->hint);
		cp_err_clear(err);
		rc = ask_twice(who, out, &again, err);
	}
	return rc;
}
