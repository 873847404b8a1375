#ifndef CP_DUTIES_ACCESS_WORDS_H
#define CP_DUTIES_ACCESS_WORDS_H

#include "lifecycle/duties/collecting.h"
#include "lifecycle/duties/composing.h"

/*
 * An answer's words: what its parts, fields and values are called in a
 * language (FOLDER/notices/LANGUAGE/access-words.txt, `key: text' lines as
 * words.txt, cpadmin-wording(5)), and the blocks of the readable part.
 */
struct cp_access_words;
/* Loads those of LANGUAGE, complete or not at all.  CP_BAD_INPUT: file and
 * line; CP_NOT_FOUND. */
enum cp_rc cp_access_words_load(const char *folder,
    const struct cp_language *language, struct cp_access_words **out,
    struct cp_err *err) CP_MUST_CHECK;
void cp_access_words_free(struct cp_access_words *w);
/* The text of KEY; NULL where there is none. */
const char *cp_access_word(const struct cp_access_words *w, const char *key);

/* Appends the blocks of all that is given of C to OUT (after what OUT has): for
 * each subject a heading with the name, for each part with anything in it a
 * heading, each entry a numbered block of "label: value" pairs; a part without
 * anything says so in words, whatever the reason.  Numbers run through the
 * whole, without gaps.  *ENTRIES: how many. */
enum cp_rc cp_access_blocks(const struct cp_access_words *w,
    const struct cp_language *language, const struct cp_collection *c,
    struct cp_blocks *out, int *entries, struct cp_err *err) CP_MUST_CHECK;

#endif
