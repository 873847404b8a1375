#ifndef CP_RULES_SUPPRESS_H
#define CP_RULES_SUPPRESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Small numbers identify people: what is published holds no count below 5
 * (domain: 10), nor anything from which one could be told.  Pure.
 */
enum { CP_SUPPRESS_BELOW = 5, CP_SUPPRESS_SIDE = 16 };

/*
 * COUNT is a table of ROWS lines of COLS (each 2 to CP_SUPPRESS_SIDE) that are
 * none of them negative; the last column is the sum of the others, and the
 * last line of the lines.  HIDDEN, of the same size, becomes 1 for every count
 * that is not to be shown: those below CP_SUPPRESS_BELOW, and as many others
 * as it takes so that by what is left, each of those could be any number from
 * 0 to CP_SUPPRESS_BELOW - 1.  Rather a small count than a large one goes, and
 * rather one of the table than a sum.
 */
void cp_suppress(const int64_t *count, size_t rows, size_t cols,
    unsigned char *hidden);

#endif
