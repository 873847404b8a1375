#ifndef CP_ARCHIVE_SHEET_IMPL_H
#define CP_ARCHIVE_SHEET_IMPL_H

#include "archive/sheet.h"

/* For archive/sheet*.c and their test only: where the bytes of a sheet are
 * (cpadmin-archive(5), PAPER SHARES), and its lines. */
enum {
	SHEET_VERSION = 0,
	SHEET_INDEX = 1,
	SHEET_THRESHOLD = 2,
	SHEET_SHARES = 3,
	SHEET_WORK = 4, /* scrypt log2 N */
	SHEET_ID = 5,
	SHEET_SALT = 13, /* all before it is bound to the seal */
	SHEET_SEALED = 29,
	SHEET_TAG = 61,
	SHEET_SUM = 77, /* of all before it */

	SHEET_VERSION_1 = 1,
	SHEET_ID_LEN = 8,
	SHEET_HEAD_LEN = SHEET_SALT,
	SHEET_SALT_LEN = 16,
	SHEET_SUM_LEN = CP_SHEET_BYTES - SHEET_SUM
};

/* What the first bytes say into OF and INDEX of OUT. */
void cp_sheet_head(const uint8_t b[CP_SHEET_BYTES], struct cp_sheet *out);

/* Bytes to lines, words in lower case with one space between them. */
void cp_sheet_write(const uint8_t b[CP_SHEET_BYTES],
    char line[CP_SHEET_LINES][CP_SHEET_LINE]);
/* Text as it was typed to such lines; the words are not checked. */
enum cp_rc cp_sheet_lines(const char *text,
    char line[CP_SHEET_LINES][CP_SHEET_LINE], struct cp_err *err)
    CP_MUST_CHECK;
/* Such lines to bytes, each line against its checking word. */
enum cp_rc cp_sheet_read(const char line[CP_SHEET_LINES][CP_SHEET_LINE],
    uint8_t b[CP_SHEET_BYTES], struct cp_err *err) CP_MUST_CHECK;

/* The bytes of a sheet, against the sum of all and for what its head says. */
enum cp_rc cp_sheet_bytes(const struct cp_sheet *sheet,
    uint8_t out[CP_SHEET_BYTES], struct cp_err *err) CP_MUST_CHECK;

#endif
