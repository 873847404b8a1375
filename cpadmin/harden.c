#include "cpadmin/harden.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { OUT_BUFFER = 65536 };

enum cp_rc
cp_harden(struct cp_err *err)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction ignore;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		return cp_fail_errno(err, CP_FAILED, "cannot forbid core dumps");
	(void)umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) != 0)
		return cp_fail_errno(err, CP_FAILED, "cannot ignore SIGPIPE");
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return cp_fail(err, CP_FAILED, "the locale C.UTF-8 is missing");
	if (setvbuf(stdout, NULL, _IOFBF, OUT_BUFFER) != 0)
		return cp_fail(err, CP_FAILED, "cannot buffer stdout");
	return CP_OK;
}
