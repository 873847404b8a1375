#include "lifecycle/records/statement.h"

#include <string.h>

#include "archive/crypto.h"
#include "lifecycle/rules/text.h"
#include "lifecycle/store/stmt.h"

enum cp_rc
cp_statement_check(const char *version, struct cp_err *err)
{
	size_t len = strlen(version);
	const char *why;

	if (len == 0 || len >= CP_STATEMENT_VERSION)
		return cp_fail(err, CP_BAD_INPUT, "a statement's version has 1 "
		    "to %d bytes", CP_STATEMENT_VERSION - 1);
	why = cp_text_refuse(version, len);
	return why == NULL ? CP_OK : cp_fail(err, CP_BAD_INPUT,
	    "a statement's version: %s", why);
}

/* Line by line: what is refused in a name may not stand here either. */
static enum cp_rc
check_text(const char *text, size_t len, struct cp_err *err)
{
	size_t line = 1, at = 0, n;
	const char *why;

	if (len == 0 || len > CP_STATEMENT_MAX)
		return cp_fail(err, CP_BAD_INPUT, "a statement has 1 to %d "
		    "bytes", CP_STATEMENT_MAX);
	while (at < len) {
		for (n = at; n < len && text[n] != '\n' && text[n] != '\t';)
			n++;
		why = cp_text_refuse(text + at, n - at);
		if (why != NULL)
			return cp_fail(err, CP_BAD_INPUT, "line %zu of the "
			    "statement: %s", line, why);
		line += n < len && text[n] == '\n';
		at = n + 1;
	}
	return CP_OK;
}

static void
read_row(struct cp_stmt *q, struct cp_statement *out)
{
	memset(out, 0, sizeof(*out));
	cp_col_copy(q, 0, out->version, sizeof(out->version));
	cp_col_copy(q, 1, out->sha256, sizeof(out->sha256));
	cp_col_copy(q, 3, out->added, sizeof(out->added));
	cp_col_copy(q, 4, out->added_by, sizeof(out->added_by));
	out->kept = out->sha256[0] != '\0';
}

enum cp_rc
cp_statement_get(struct cp_store *s, const char *version,
    struct cp_statement *out, struct cp_buf *text, int *found,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_STATEMENT_GET);
	enum cp_rc rc;

	cp_bind_text(q, version);
	rc = cp_step(q, found, err);
	if (rc != CP_OK || !*found)
		return rc;
	read_row(q, out);
	if (text != NULL)
		cp_buf_puts(text, cp_col_text(q, 2));
	cp_reset(q);
	return text != NULL ? cp_buf_check(text, err) : CP_OK;
}

static void
hash_text(const char *text, size_t len, char out[65])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[CP_SHA256_LEN];

	cp_sha256(text, len, hash);
	for (size_t i = 0; i < sizeof(hash); i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[64] = '\0';
}

static enum cp_rc
refuse_other(const struct cp_statement *st, struct cp_err *err)
{
	(void)cp_fail(err, CP_REFUSED, "version %s is kept already, with other "
	    "words", st->version);
	cp_err_hint(err, "what people were shown does not change: give the new "
	    "words a new version");
	return CP_REFUSED;
}

/* FILL: the version is known by its number. */
static enum cp_rc
put(struct cp_store *s, int fill, const char *version, const char *sha256,
    const char *text, size_t len, const char *who, const struct cp_now *now,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, fill ? SQL_STATEMENT_FILL :
	    SQL_STATEMENT_ADD);

	if (!fill)
		cp_bind_text(q, version);
	cp_bind_text(q, sha256);
	if (text != NULL)
		cp_bind_text_len(q, text, len);
	else
		cp_bind_null(q);
	cp_bind_text(q, now->time);
	cp_bind_text(q, who);
	if (fill)
		cp_bind_text(q, version);
	return cp_exec(q, err);
}

enum cp_rc
cp_statement_keep(struct cp_store *s, const char *version, const char *text,
    size_t len, const char *who, const struct cp_now *now, int *newly,
    struct cp_err *err)
{
	struct cp_statement st;
	char sha256[65];
	int found = 0;
	enum cp_rc rc = cp_statement_check(version, err);

	if (rc == CP_OK && text != NULL)
		rc = check_text(text, len, err);
	if (rc == CP_OK)
		rc = cp_statement_get(s, version, &st, NULL, &found, err);
	if (rc != CP_OK)
		return rc;
	if (text != NULL)
		hash_text(text, len, sha256);
	*newly = !found || (text != NULL && !st.kept);
	if (!*newly)
		return text == NULL || strcmp(sha256, st.sha256) == 0 ? CP_OK :
		    refuse_other(&st, err);
	return put(s, found, version, text != NULL ? sha256 : NULL, text, len,
	    who, now, err);
}

enum cp_rc
cp_statement_each(struct cp_store *s, enum cp_rc (*fn)(void *ctx,
    const struct cp_statement *st, struct cp_err *err), void *ctx,
    struct cp_err *err)
{
	struct cp_stmt *q = cp_stmt(s, SQL_STATEMENTS_RANGE);
	struct cp_statement st;
	int row;
	enum cp_rc rc;

	while ((rc = cp_step(q, &row, err)) == CP_OK && row) {
		read_row(q, &st);
		rc = fn(ctx, &st, err);
		if (rc != CP_OK)
			break;
	}
	cp_reset(q);
	return rc;
}
