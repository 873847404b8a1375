#include "cpadmin/prompt.h"

#include <bsd/readpassphrase.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/file.h"

enum { TYPED_MAX = 1024, LINE = 512 };

enum cp_rc
cp_prompt_typed(const char *prompt, struct cp_secret **out,
    struct cp_err *err)
{
	struct cp_secret *typed = NULL;
	char *text;
	size_t len;
	enum cp_rc rc;

	rc = cp_secret_new(&typed, TYPED_MAX, err);
	if (rc != CP_OK)
		return rc;
	text = (char *)cp_secret_data(typed);
	if (readpassphrase(prompt, text, TYPED_MAX, RPP_REQUIRE_TTY) == NULL) {
		rc = cp_fail(err, CP_KEY, "no terminal to type a passphrase "
		    "on");
		cp_err_hint(err, "use --passphrase-file FILE, of mode 0600");
	} else if ((len = strlen(text)) == 0) {
		rc = cp_fail(err, CP_KEY, "nothing was typed");
	} else if (len >= TYPED_MAX - 1) {
		rc = cp_fail(err, CP_KEY, "the passphrase is too long");
	} else {
		cp_secret_shorten(typed, len);
		*out = typed;
		typed = NULL;
	}
	cp_secret_free(typed);
	return rc;
}

enum cp_rc
cp_prompt_from_file(const char *file, struct cp_secret **out,
    struct cp_err *err)
{
	enum cp_rc rc = cp_file_read_passphrase(file, out, err);

	if (rc == CP_NOT_FOUND)
		rc = err->code = CP_KEY;
	return rc;
}

enum cp_rc
cp_prompt_passphrase(const struct cp_call *call, const char *what,
    const char *file, struct cp_secret **out, struct cp_err *err)
{
	const char *given = cp_option(call, "passphrase-file");
	char prompt[LINE];
	enum cp_rc rc;

	if (given != NULL)
		return cp_prompt_from_file(given, out, err);
	if (file != NULL) {
		rc = cp_file_read_passphrase(file, out, err);
		if (rc != CP_NOT_FOUND)
			return rc;
	}
	(void)snprintf(prompt, sizeof(prompt), "Passphrase of %s: ", what);
	return cp_prompt_typed(prompt, out, err);
}

enum cp_rc
cp_prompt_confirm(const struct cp_call *call, const char *question,
    const char *word, struct cp_err *err)
{
	char line[LINE];
	enum cp_rc rc;

	if (cp_flag(call, "yes"))
		return CP_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		rc = cp_fail(err, CP_USAGE, "this needs a confirmation and "
		    "there is no terminal to give it on");
		cp_err_hint(err, "--yes confirms");
		return rc;
	}
	(void)fprintf(stderr, "%s\nType %s to go on: ", question, word);
	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, word) == 0 ? CP_OK :
	    cp_fail(err, CP_REFUSED, "not confirmed; nothing was done");
}
