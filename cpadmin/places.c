#include "cpadmin/places.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum cp_rc
cp_place_program(char *out, size_t cap, struct cp_err *err)
{
	ssize_t n = readlink("/proc/self/exe", out, cap - 1);
	char *slash;

	if (n < 0)
		return cp_fail_errno(err, CP_FAILED, "/proc/self/exe");
	out[n] = '\0';
	slash = strrchr(out, '/');
	if ((size_t)n == cap - 1 || slash == NULL)
		return cp_fail(err, CP_FAILED, "the program's path is too "
		    "long");
	*slash = '\0';
	return CP_OK;
}

/* Whether DIR/SUB/NAME.cfg is there; its path into OUT. */
static int
found(const char *dir, const char *sub, const char *name, char *out,
    size_t cap)
{
	int n = snprintf(out, cap, "%s%s/%s.cfg", dir, sub, name);

	return n > 0 && (size_t)n < cap && access(out, R_OK) == 0;
}

static enum cp_rc
fail_policy(const char *name, const char *where, struct cp_err *err)
{
	(void)cp_fail(err, CP_NOT_FOUND, "no policy named %.64s", name);
	cp_err_hint(err, "looked in %.300s; a path with a '/' names a file",
	    where);
	return CP_NOT_FOUND;
}

enum cp_rc
cp_place_policy(const char *name, char *out, size_t cap, struct cp_err *err)
{
	static const char installed[] = CP_PREFIX "/share/cpadmin/policies";
	const char *dir = getenv("CPADMIN_POLICIES");
	char program[PATH_MAX];
	size_t len = strlen(name);
	enum cp_rc rc;

	if (strchr(name, '/') != NULL ||
	    (len > 4 && strcmp(name + len - 4, ".cfg") == 0)) {
		if (len >= cap)
			return cp_fail(err, CP_USAGE, "path too long");
		memcpy(out, name, len + 1);
		return CP_OK;
	}
	if (dir != NULL && dir[0] != '\0')
		return found(dir, "", name, out, cap) ? CP_OK :
		    fail_policy(name, dir, err);
	rc = cp_place_program(program, sizeof(program), err);
	if (rc != CP_OK)
		return rc;
	if (found(program, "/../policies", name, out, cap) ||
	    found(program, "/../../policies", name, out, cap) ||
	    found(program, "/../share/cpadmin/policies", name, out, cap) ||
	    found(installed, "", name, out, cap))
		return CP_OK;
	return fail_policy(name, installed, err);
}

/* Whether DIR (LEN bytes of it) SUB has WHAT; DIR's path into OUT. */
static int
has(const char *dir, size_t len, const char *sub, const char *what, char *out,
    size_t cap)
{
	int n = snprintf(out, cap, "%.*s%s/%s", (int)len, dir, sub, what);

	if (n < 0 || (size_t)n >= cap || access(out, R_OK) != 0)
		return 0;
	out[(size_t)n - strlen(what) - 1] = '\0';
	return 1;
}

/* The folder of the program's own policies that has WHAT; *DIR is where it
 * was looked for last. */
static enum cp_rc
own_folder(const char *what, char *out, size_t cap, const char **dir,
    struct cp_err *err)
{
	static const char installed[] = CP_PREFIX "/share/cpadmin/policies";
	static const char *const beside[] = { "/../policies",
		"/../../policies", "/../share/cpadmin/policies" };
	char program[PATH_MAX];
	enum cp_rc rc;

	*dir = getenv("CPADMIN_POLICIES");
	if (*dir != NULL && (*dir)[0] != '\0')
		return has(*dir, strlen(*dir), "", what, out, cap) ? CP_OK :
		    CP_NOT_FOUND;
	rc = cp_place_program(program, sizeof(program), err);
	if (rc != CP_OK)
		return rc;
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
		if (has(program, strlen(program), beside[i], what, out, cap))
			return CP_OK;
	*dir = installed;
	return has(installed, strlen(installed), "", what, out, cap) ? CP_OK :
	    CP_NOT_FOUND;
}

enum cp_rc
cp_place_wordings(const char *file, char *out, size_t cap, struct cp_err *err)
{
	const char *slash = strrchr(file, '/'), *dir = NULL;
	enum cp_rc rc;

	if (slash != NULL ? has(file, (size_t)(slash - file), "", "notices",
	    out, cap) : has(".", 1, "", "notices", out, cap))
		return CP_OK;
	rc = own_folder("notices", out, cap, &dir, err);
	if (rc != CP_NOT_FOUND)
		return rc;
	(void)cp_fail(err, CP_NOT_FOUND, "no wordings of notices");
	cp_err_hint(err, "looked for notices/ beside the policy and in %.300s",
	    dir);
	return CP_NOT_FOUND;
}

enum cp_rc
cp_place_holidays(char *out, size_t cap, struct cp_err *err)
{
	static const char file[] = "holidays/england-wales.csv";
	const char *dir = NULL;
	enum cp_rc rc = own_folder(file, out, cap, &dir, err);

	if (rc == CP_OK) {
		/* own_folder had room for the file's name. */
		(void)snprintf(out + strlen(out), cap - strlen(out), "/%s",
		    file);
		return CP_OK;
	}
	if (rc != CP_NOT_FOUND)
		return rc;
	(void)cp_fail(err, CP_NOT_FOUND, "no table of bank holidays");
	cp_err_hint(err, "looked for %s in %.300s", file, dir);
	return CP_NOT_FOUND;
}
