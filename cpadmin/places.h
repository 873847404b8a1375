#ifndef CP_CPADMIN_PLACES_H
#define CP_CPADMIN_PLACES_H

#include <stddef.h>

#include "archive/err.h"

/* Where the program's own files are: installed, or in the build tree. */

/* The folder of the running program, into OUT of CAP bytes. */
enum cp_rc cp_place_program(char *out, size_t cap, struct cp_err *err)
    CP_MUST_CHECK;

/*
 * The file of policy NAME, into OUT: NAME itself where it holds a '/' or ends
 * in ".cfg"; else NAME.cfg in CPADMIN_POLICIES or, without that, beside the
 * sources of the build tree, or installed.  CP_NOT_FOUND lists nothing; the
 * hint says where it looked.
 */
enum cp_rc cp_place_policy(const char *name, char *out, size_t cap,
    struct cp_err *err) CP_MUST_CHECK;

/*
 * The folder, into OUT, whose notices/ are the wordings for the policy of
 * FILE: its own where that has notices/, else the one of the policies that
 * cp_place_policy knows.  CP_NOT_FOUND.
 */
enum cp_rc cp_place_wordings(const char *file, char *out, size_t cap,
    struct cp_err *err) CP_MUST_CHECK;

/* The table of bank holidays, into OUT: holidays/england-wales.csv in
 * CPADMIN_POLICIES, else beside the sources or installed.  CP_NOT_FOUND. */
enum cp_rc cp_place_holidays(char *out, size_t cap, struct cp_err *err)
    CP_MUST_CHECK;

#endif
