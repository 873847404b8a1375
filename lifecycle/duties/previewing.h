#ifndef CP_DUTIES_PREVIEWING_H
#define CP_DUTIES_PREVIEWING_H

#include "lifecycle/duties/composing.h"

/*
 * A letter to an invented family: the one who reads wordings, or translates
 * them, sees what would be printed, without a record or a store.
 */
struct cp_preview { /* borrowed */
	const char *authority;  /* that writes */
	const char *language;   /* code; of the wordings */
	enum cp_format format;
	enum cp_notice_kind kind;
	enum cp_band band;      /* who reads it */
};

/* Whom a notice of KIND is for as a rule. */
enum cp_band cp_preview_band(enum cp_notice_kind kind);
/* "parent", "12", "16", and back: 0 if it is none. */
const char *cp_band_word(enum cp_band v);
int cp_band_parse(const char *text, enum cp_band *out);

/* Composes it as of WITH's day.  CP_NOT_FOUND: no such language, the hint names
 * those that there are; CP_REFUSED as WITH's sender. */
enum cp_rc cp_preview_compose(const struct cp_composing *with,
    const struct cp_preview *p, struct cp_composed *out, struct cp_err *err)
    CP_MUST_CHECK;
/* How a press sets C, for OUT, which borrows both; DATE in words. */
void cp_preview_spec(const struct cp_composed *c, const char *date,
    const struct cp_now *now, struct cp_press_spec *out);
/* The letter itself, for OUT, which borrows both. */
void cp_preview_letter(const struct cp_composed *c,
    const struct cp_blocks *blocks, struct cp_letter *out);
/* What a press of SPEC finished (PART), with language, title and tags as one
 * file, appended to OUT; *PAGES.  Errors as cp_bind_add. */
enum cp_rc cp_preview_bind(const struct cp_press_spec *spec,
    const struct cp_buf *part, struct cp_buf *out, int *pages,
    struct cp_err *err) CP_MUST_CHECK;

#endif
