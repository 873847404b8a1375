#ifndef CP_TESTS_CUSTODY_KEYS_H
#define CP_TESTS_CUSTODY_KEYS_H

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/custody.h"
#include "archive/custody_impl.h"
#include "archive/secret.h"

/* A folder of custody keys for one test, and the passphrases of their shares. */

static char dir[64];
static struct cp_secret *pass[CP_CUSTODY_SHARES];
static struct cp_err err;

static inline void
keys_begin(void)
{
	char text[32];
	int i;

	strcpy(dir, "/tmp/cpadmin-custody-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (i = 0; i < CP_CUSTODY_SHARES; i++) {
		snprintf(text, sizeof(text), "the horse of %d", i + 1);
		ck_assert_int_eq(cp_secret_from(&pass[i], text, strlen(text),
		    &err), CP_OK);
	}
}

static inline void
keys_end(void)
{
	char command[128];
	int i;

	for (i = 0; i < CP_CUSTODY_SHARES; i++)
		cp_secret_free(pass[i]);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static inline struct cp_custody_spec
key_spec(int k, int n)
{
	struct cp_custody_spec spec = { .shares = n, .threshold = k,
	    .passphrases = (const struct cp_secret *const *)pass,
	    .work_factor = 1, .date = "2026-11-21" };

	return spec;
}

static inline void
key_make(int k, int n, struct cp_custody_public *out)
{
	struct cp_custody_spec spec = key_spec(k, n);

	ck_assert_msg(cp_custody_create(dir, &spec, out, &err) == CP_OK,
	    "%s", err.what);
}

static inline void
share_of(const struct cp_custody_public *pub, int index, char path[PATH_MAX])
{
	ck_assert_int_eq(cp_custody_share_path(dir, pub->id, index, path,
	    PATH_MAX, &err), CP_OK);
}

/* A file as it is, without waiting for the disk. */
static inline void
put_file(const char *path, const void *data, size_t len)
{
	FILE *f;

	/* A file made shorter and longer again would be flushed to the disk. */
	(void)unlink(path);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

/* SHARE as the file of PATH, under the passphrase of share NUMBER. */
static inline void
put_share(const struct cp_custody_share *share, int number, const char *path)
{
	struct cp_buf file;

	cp_buf_init(&file);
	ck_assert_int_eq(cp_custody_share_seal(share, pass[number - 1], 1,
	    &file, &err), CP_OK);
	put_file(path, file.data, file.len);
	cp_buf_clear(&file);
}

#define expect_said(text) ck_assert_msg(strstr(err.what, (text)) != NULL, \
    "%s: not in: %s", (text), err.what)

#endif
