#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/age_keys.h"
#include "archive/age_stream.h"
#include "archive/file.h"
#include "cpadmin/out.h"
#include "cpadmin/progress.h"
#include "cpadmin/prompt.h"

enum { IDENTITIES_MAX = 64, IDENTITY_FILE_MAX = 32768 };

/* One run: where bytes come from and go to, and with what keys. */
struct job {
	const struct cp_call *call;
	const char *in_name;
	int in;
	struct cp_durable *out; /* NULL: stdout */
	int64_t done;           /* bytes of plaintext written */
	int64_t taken;          /* bytes of the file read */
	struct cp_progress progress;
	struct cp_secret *scalars[IDENTITIES_MAX];
	size_t n;
	struct cp_age_identity ids[IDENTITIES_MAX + 1];
};

/* ---- bytes ------------------------------------------------------------------ */
static enum cp_rc
read_fd(int fd, const char *name, void *buf, size_t cap, size_t *got,
    struct cp_err *err)
{
	ssize_t n;

	do
		n = read(fd, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cp_fail_errno(err, CP_FAILED, "reading %s", name);
	*got = (size_t)n;
	return CP_OK;
}

static enum cp_rc
job_read(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *err)
{
	struct job *j = arg;
	enum cp_rc rc = read_fd(j->in, j->in_name, buf, cap, got, err);

	if (rc == CP_OK) {
		j->taken += (int64_t)*got;
		cp_progress_at(&j->progress, j->taken, 0);
	}
	return rc;
}

static enum cp_rc
job_write(void *arg, const void *data, size_t len, struct cp_err *err)
{
	struct job *j = arg;
	enum cp_rc rc = j->out != NULL ?
	    cp_durable_write(j->out, data, len, err) :
	    cp_fd_write(STDOUT_FILENO, data, len, "standard output", err);

	if (rc == CP_OK)
		j->done += (int64_t)len;
	return rc;
}

/* ---- identities ------------------------------------------------------------- */
static enum cp_rc
ask_file(void *arg, struct cp_secret **out, struct cp_err *err)
{
	const struct job *j = arg;

	return cp_prompt_passphrase(j->call, j->in_name, NULL, out, err);
}

static enum cp_rc
ask_identity(void *arg, struct cp_secret **out, struct cp_err *err)
{
	const struct job *j = arg;

	return cp_prompt_passphrase(j->call, "the identity", NULL, out, err);
}

/* Bytes of a secret that fill or are used up. */
struct secret_at {
	struct cp_secret *s;
	size_t at;
};

static enum cp_rc
secret_read(void *arg, void *buf, size_t cap, size_t *got, struct cp_err *err)
{
	struct secret_at *f = arg;
	size_t left = cp_secret_len(f->s) - f->at;

	(void)err;
	*got = left < cap ? left : cap;
	memcpy(buf, cp_secret_bytes(f->s) + f->at, *got);
	f->at += *got;
	return CP_OK;
}

static enum cp_rc
secret_write(void *arg, const void *data, size_t len, struct cp_err *err)
{
	struct secret_at *f = arg;

	if (len > cp_secret_len(f->s) - f->at)
		return cp_fail(err, CP_BAD_INPUT, "too long for identities");
	memcpy(cp_secret_data(f->s) + f->at, data, len);
	f->at += len;
	return CP_OK;
}

static int
starts(const struct cp_secret *s, const char *with)
{
	size_t n = strlen(with);

	return cp_secret_len(s) >= n && memcmp(cp_secret_bytes(s), with, n) ==
	    0;
}

/* An identity file may itself be sealed with a passphrase, as age allows. */
static enum cp_rc
open_identity_file(struct job *j, struct cp_secret **text, struct cp_err *err)
{
	struct cp_age_identity asked = { .kind = CP_AGE_SCRYPT,
		.ask = ask_identity, .ask_arg = j };
	struct secret_at in = { *text, 0 }, out = { NULL, 0 };
	struct cp_age_io io = { secret_read, &in, secret_write, &out };
	enum cp_rc rc;

	if (!starts(*text, "age-encryption.org/") &&
	    !starts(*text, "-----BEGIN AGE"))
		return CP_OK;
	rc = cp_secret_new(&out.s, cp_secret_len(*text), err);
	if (rc == CP_OK)
		rc = cp_age_decrypt_stream(&asked, 1, &io, err);
	if (rc != CP_OK) {
		cp_secret_free(out.s);
		return rc;
	}
	cp_secret_shorten(out.s, out.at);
	cp_secret_free(*text);
	*text = out.s;
	return CP_OK;
}

static enum cp_rc
read_secret(const char *path, struct cp_secret **out, struct cp_err *err)
{
	struct cp_secret *s = NULL;
	size_t at = 0, got = 0;
	int fd = STDIN_FILENO;
	enum cp_rc rc = CP_OK;

	if (strcmp(path, "-") != 0)
		rc = cp_file_open(path, O_RDONLY, &fd, err);
	if (rc != CP_OK)
		return rc;
	rc = cp_secret_new(&s, IDENTITY_FILE_MAX, err);
	do {
		if (rc == CP_OK)
			rc = read_fd(fd, path, cp_secret_data(s) + at,
			    IDENTITY_FILE_MAX - at, &got, err);
		at += got;
	} while (rc == CP_OK && got > 0 && at < IDENTITY_FILE_MAX);
	if (rc == CP_OK && at == IDENTITY_FILE_MAX)
		rc = cp_fail(err, CP_BAD_INPUT, "too long for identities");
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (rc != CP_OK) {
		cp_secret_free(s);
		return rc;
	}
	cp_secret_shorten(s, at);
	*out = s;
	return CP_OK;
}

static enum cp_rc
add_identities(struct job *j, const char *path, struct cp_err *err)
{
	struct cp_secret *text = NULL;
	size_t count = 0;
	enum cp_rc rc;

	rc = read_secret(path, &text, err);
	if (rc == CP_OK)
		rc = open_identity_file(j, &text, err);
	if (rc == CP_OK)
		rc = cp_age_identity_file(text, j->scalars + j->n,
		    IDENTITIES_MAX - j->n, &count, err);
	cp_secret_free(text);
	if (rc != CP_OK)
		cp_err_context(err, "identity file %s", path);
	if (rc == CP_BAD_INPUT || rc == CP_NOT_FOUND)
		rc = err->code = CP_KEY;
	for (; count > 0; count--, j->n++)
		j->ids[j->n] = (struct cp_age_identity){
			.kind = CP_AGE_X25519, .secret = j->scalars[j->n] };
	return rc;
}

static enum cp_rc
load_identities(struct job *j, struct cp_err *err)
{
	const char *path;
	enum cp_rc rc = CP_OK;
	int i;

	for (i = 0; rc == CP_OK &&
	    (path = cp_option_at(j->call, "identity", i)) != NULL; i++)
		rc = add_identities(j, path, err);
	j->ids[j->n] = (struct cp_age_identity){ .kind = CP_AGE_SCRYPT,
		.ask = ask_file, .ask_arg = j };
	return rc;
}

/* ---- the command ------------------------------------------------------------ */
static enum cp_rc
check_use(const struct cp_call *call, struct cp_err *err)
{
	const char *out = cp_option(call, "output"), *path;
	const char *in = cp_arg(call, 0);
	int i, stdins = in == NULL || strcmp(in, "-") == 0;

	for (i = 0; (path = cp_option_at(call, "identity", i)) != NULL; i++)
		stdins += strcmp(path, "-") == 0;
	if (stdins > 1)
		return cp_fail(err, CP_USAGE, "standard input cannot be two "
		    "files");
	if (out != NULL && out[0] == '\0')
		return cp_fail(err, CP_USAGE, "--output is empty");
	if (cp_wants_json(call) && (out == NULL || strcmp(out, "-") == 0))
		return cp_fail(err, CP_USAGE, "--json needs --output FILE");
	if (out == NULL && isatty(STDOUT_FILENO)) {
		(void)cp_fail(err, CP_USAGE, "not writing bytes of any kind to "
		    "a terminal");
		cp_err_hint(err, "send them to a file or program; --output - "
		    "insists");
		return CP_USAGE;
	}
	return CP_OK;
}

static enum cp_rc
open_files(struct job *j, struct cp_err *err)
{
	const char *in = cp_arg(j->call, 0);
	const char *out = cp_option(j->call, "output");
	struct stat st;
	int64_t total = 0;
	enum cp_rc rc = CP_OK;

	if (in != NULL && strcmp(in, "-") != 0) {
		j->in_name = in;
		rc = cp_file_open(in, O_RDONLY, &j->in, err);
	}
	if (rc == CP_OK && fstat(j->in, &st) == 0 && S_ISREG(st.st_mode))
		total = st.st_size;
	cp_progress_init(&j->progress, j->call, "unsealing", total);
	if (rc == CP_OK && out != NULL && strcmp(out, "-") != 0)
		rc = cp_durable_open(out, 0600, &j->out, err);
	return rc;
}

static enum cp_rc
report(const struct job *j, struct cp_err *err)
{
	static const struct cp_column columns[] = {
		{ "output", "WRITTEN TO" },
		{ "bytes", "BYTES" },
	};
	struct cp_out *o = NULL;
	enum cp_rc rc;

	if (!cp_wants_json(j->call))
		return CP_OK;
	rc = cp_out_object(j->call, "unsealed", columns, 2, &o, err);
	if (rc != CP_OK)
		return rc;
	cp_out_text(o, cp_option(j->call, "output"));
	cp_out_int(o, j->done);
	return cp_out_end(&o, err);
}

static enum cp_rc
decrypt(struct job *j, struct cp_err *err)
{
	struct cp_age_io io = { job_read, j, job_write, j };
	enum cp_rc rc = cp_age_decrypt_stream(j->ids, j->n + 1, &io, err);

	if (rc == CP_KEY && j->n == 0 && err->hint[0] == '\0')
		cp_err_hint(err, "name a file with an identity: -i IDENTITY");
	if (rc == CP_CORRUPT && j->out == NULL && j->done > 0)
		cp_err_hint(err, "what was written before this is genuine but "
		    "not whole: do not use it");
	if (rc != CP_OK)
		cp_err_context(err, "%s", j->in_name);
	return rc;
}

static enum cp_rc
run_unseal(struct cp_call *call, struct cp_err *err)
{
	struct job j = { .call = call, .in_name = "standard input",
		.in = STDIN_FILENO };
	enum cp_rc rc;

	rc = check_use(call, err);
	if (rc == CP_OK)
		rc = load_identities(&j, err);
	if (rc == CP_OK)
		rc = open_files(&j, err);
	if (rc == CP_OK)
		rc = decrypt(&j, err);
	cp_progress_end(&j.progress, j.taken);
	if (rc == CP_OK && j.out != NULL)
		rc = cp_durable_commit(&j.out, err);
	cp_durable_abort(&j.out);
	if (j.in > STDIN_FILENO)
		(void)close(j.in);
	while (j.n > 0)
		cp_secret_free(j.scalars[--j.n]);
	return rc == CP_OK ? report(&j, err) : rc;
}

static const struct cp_opt options[] = {
	{ "identity", 'i', CP_OPT_LIST, "IDENTITY",
	    "a file with identities (may be given again)" },
	{ "output", 'o', CP_OPT_TEXT, "FILE",
	    "write to FILE, only if all is genuine" },
	{ NULL, 0, CP_OPT_FLAG, NULL, NULL },
};

static const struct cp_verb verbs[] = {
	{ "", "[-i IDENTITY] [--passphrase-file F] [--output FILE] [FILE]",
	    "open an age file with a plain key, without a store", options,
	    CP_TAKES_PASSPHRASE, 0, 1, run_unseal },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL },
};

const struct cp_command cp_command_unseal = {
	"unseal", "open a sealed file with a plain key", verbs
};
