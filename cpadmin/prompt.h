#ifndef CP_CPADMIN_PROMPT_H
#define CP_CPADMIN_PROMPT_H

#include "archive/secret.h"
#include "cpadmin/cmd.h"

/* A passphrase from --passphrase-file, else FILE (may be NULL) if it exists,
 * else the terminal.  CP_KEY with a hint where there is none of them. */
enum cp_rc cp_prompt_passphrase(const struct cp_call *call, const char *what,
    const char *file, struct cp_secret **out, struct cp_err *err)
    CP_MUST_CHECK;
/* What is typed at PROMPT, without echo.  CP_KEY: no terminal, nothing typed, or too much. */
enum cp_rc cp_prompt_typed(const char *prompt, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;
/* One from FILE, of mode 0600, as --passphrase-file means it.  CP_KEY also
 * where there is no such file. */
enum cp_rc cp_prompt_from_file(const char *file, struct cp_secret **out,
    struct cp_err *err) CP_MUST_CHECK;
/* Before what cannot be undone: passes with --yes, asks for WORD to be typed
 * on a terminal, else CP_USAGE. */
enum cp_rc cp_prompt_confirm(const struct cp_call *call, const char *question,
    const char *word, struct cp_err *err) CP_MUST_CHECK;

#endif
