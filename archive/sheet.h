#ifndef CP_ARCHIVE_SHEET_H
#define CP_ARCHIVE_SHEET_H

#include "archive/buf.h"
#include "archive/custody.h"

/*
 * A share on paper: 80 bytes, sealed under the custodian's passphrase, written
 * as words that can be typed in again (cpadmin-archive(5), PAPER SHARES).  Words
 * are proquints [Wilkerson 2009], 16 bits each; a line is five of them and a
 * sixth that checks the line, so that a slip of the pen is found where it is.
 */
enum {
	CP_SHEET_BYTES = 80,
	CP_SHEET_LINES = 8,
	CP_SHEET_LINE = 40 /* bytes of a line's text and its NUL */
};

struct cp_sheet {
	struct cp_custody_public of; /* id, shares and threshold only */
	int index;
	char line[CP_SHEET_LINES][CP_SHEET_LINE];
};

/* The sheet of a share file, whose PASSPHRASE seals it too (scrypt with
 * WORK_FACTOR, 0 = 18).  Errors as of cp_custody_try. */
enum cp_rc cp_sheet_make(const struct cp_custody_public *pub,
    const char *share_path, const struct cp_secret *passphrase,
    int work_factor, struct cp_sheet *out, struct cp_err *err) CP_MUST_CHECK;

/* Reads the lines of a sheet: lower or upper case, any space or hyphen between
 * words, empty lines between lines, each line's number before it or not.
 * CP_BAD_INPUT names the line, and the word and letter where one is not, or
 * says how many lines there are.  Found for certain: any change within one
 * word, two words or neighbouring letters of a line exchanged, two lines
 * after the first exchanged, a line of another share's sheet. */
enum cp_rc cp_sheet_parse(const char *text, struct cp_sheet *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Writes the share file of a sheet to PATH, which must not be there, sealed
 * under the same passphrase.  PATH may be NULL: whether it could be.  CP_KEY: wrong passphrase, or of another key than
 * PUB; CP_CORRUPT: not what was dealt. */
enum cp_rc cp_sheet_recover(const struct cp_sheet *sheet,
    const struct cp_custody_public *pub, const struct cp_secret *passphrase,
    int work_factor, const char *path, struct cp_err *err) CP_MUST_CHECK;

#endif
