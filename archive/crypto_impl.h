#ifndef CP_ARCHIVE_CRYPTO_IMPL_H
#define CP_ARCHIVE_CRYPTO_IMPL_H

#include <gcrypt.h>

#include "archive/err.h"

/* For archive/crypto*.c only. */

/* CP_FAILED with "WHAT: " and libgcrypt's word for E. */
enum cp_rc cp_gcry_fail(struct cp_err *err, const char *what, gcry_error_t e);

#endif
