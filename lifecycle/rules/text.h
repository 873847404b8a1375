#ifndef CP_RULES_TEXT_H
#define CP_RULES_TEXT_H

#include <stddef.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * Text of people: what is accepted, how it is stored, how names are compared.
 * All text is UTF-8.  Everything here is pure and thread-safe.  ASCII text
 * takes short cuts; the Unicode tables are libunistring's.
 */

/* Bytes, with the NUL, that hold any phonetic key. */
enum { CP_PHONETIC_MAX = 64 };

/* Most code points of each text that cp_text_similarity compares. */
enum { CP_SIMILARITY_MAX = 512 };

/*
 * Why the LEN bytes at TEXT cannot be kept, or NULL when they can.  The causes
 * are constant words: "invalid UTF-8", "control character" (C0, DEL, C1, line
 * and paragraph separators), "bidi control" (U+061C, 200E-200F, 202A-202E,
 * 2066-2069: they make a name display as another), "invisible character"
 * (zero-width space, word joiners, BOM, soft hyphen, fillers, tags;
 * joiners U+200C-D only at an end of the text, since Persian and
 * Indic names need them inside), "not a character" (noncharacters).
 */
const char *cp_text_refuse(const char *text, size_t len);

/* Appends the NFC form (UAX #15) of LEN bytes of valid UTF-8; OUT remembers a
 * failure.  What is already NFC is copied. */
void cp_text_nfc(const char *text, size_t len, struct cp_buf *out);

/* Code points in valid, NUL-terminated UTF-8. */
size_t cp_text_length(const char *text);

/* Bytes of the first N code points of TEXT, or of all of it when shorter. */
size_t cp_text_prefix(const char *text, size_t n);

/* Columns of a terminal that LEN bytes of valid UTF-8 take: marks that stand
 * above or below others none, wide characters two (UAX #11). */
size_t cp_text_columns(const char *text, size_t len);

/*
 * Appends what remains of TEXT for comparing names: NFKC case fold, accents
 * gone, special letters spelt out (ł l, ø o, æ ae, œ oe, ß ss, þ th, ð đ d,
 * ı i, ħ h ...), apostrophes, hyphens, spaces, punctuation and symbols gone.
 * O'Brien, O’Brien, OBrien and o brien give "obrien"; other scripts stay what
 * they are, folded.  May append nothing (a name of punctuation alone).
 */
void cp_text_fold(const char *text, struct cp_buf *out);

/* The same, with one space between words: words end at white space, hyphens,
 * dashes, stops, commas and slashes, never at apostrophes. */
void cp_text_fold_words(const char *text, struct cp_buf *out);

/*
 * The sound of WORD, one folded word of LEN bytes, as a consonant skeleton:
 * Catherine, Katherine and Kathryn are "ktrn", Smith and Smyth "smt".  A word
 * with other than the letters a-z sounds like itself (cut to fit).  Never
 * empty unless WORD is.
 */
void cp_text_phonetic(const char *word, size_t len,
    char out[CP_PHONETIC_MAX]);

/* Jaro-Winkler likeness of two texts over code points, 0 to 1 (prefix weight
 * 0.1, at most 4, for a Jaro likeness above 0.7).  Callers fold first. */
double cp_text_similarity(const char *a, const char *b);

#endif
