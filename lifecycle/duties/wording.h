#ifndef CP_DUTIES_WORDING_H
#define CP_DUTIES_WORDING_H

#include "lifecycle/rules/notice.h"
#include "lifecycle/rules/template.h"
#include "lifecycle/store/now.h"
#include "lifecycle/store/store.h"

/*
 * The wordings of all letters: FOLDER/notices/LANGUAGE/NAME.txt, and words.txt
 * with the few words that are not in a letter's text (cpadmin-wording(5)).
 * Loaded whole, and checked against a policy, or not at all; read-only
 * afterwards and shared between threads.
 */
struct cp_wordings;

/* A language, as its words.txt has it; borrowed from the wordings. */
struct cp_language {
	const char *code;      /* "ur": the folder's name */
	const char *english;   /* "Urdu" */
	const char *native;
	int rtl;
	const char *face;      /* "sans", "nastaliq"... of letter_press.h */
	/* words */
	const char *page;      /* "Page {{page}} of {{pages}}" */
	const char *reference; /* "Our reference" */
	const char *date;      /* "{{day}} {{month}} {{year}}" */
	const char *month[12];
	const char *and_word;  /* between the last two names */
	const char *comma;     /* between others, with its space */
	const char *qr;        /* what the QR code is, for who cannot see it */
};

/* Formats of letters. */
enum cp_format { CP_FORMAT_STANDARD, CP_FORMAT_LARGE, CP_FORMAT_EASY,
	CP_FORMAT_PLAIN, CP_FORMATS };
const char *cp_format_word(enum cp_format v); /* "large-print" ... */
int cp_format_parse(const char *text, enum cp_format *out);

/* What is wrong with them, all of it, as `policy check' tells. */
struct cp_wording_problem {
	char file[160]; /* "notices/ur/notice-parent.txt" */
	unsigned line;  /* 0: of the file as a whole, or one that is missing */
	char what[200];
};
typedef enum cp_rc cp_wording_problem_fn(void *ctx,
    const struct cp_wording_problem *p, struct cp_err *err);

/* Loads what POLICY wants (notices.languages, .content, .law) from FOLDER (of
 * policies).  CP_BAD_INPUT: each problem was given to FN (may be NULL), ERR has
 * the first and how many.  CP_NOT_FOUND: no notices there. */
enum cp_rc cp_wordings_load(const char *folder, const struct cp_policy *policy,
    cp_wording_problem_fn *fn, void *ctx, struct cp_wordings **out,
    struct cp_err *err) CP_MUST_CHECK;
/* The same for a list of translations: what is missing or wrong of one is told
 * but stops nothing.  W is for cp_wording_translations only. */
enum cp_rc cp_wordings_survey(const char *folder,
    const struct cp_policy *policy, cp_wording_problem_fn *fn, void *ctx,
    struct cp_wordings **out, struct cp_err *err) CP_MUST_CHECK;
void cp_wordings_free(struct cp_wordings *w);

/* The language of CODE ("ur", "ur-PK"); English, with *KNOWN 0, where there is
 * no wording in it, or CODE is NULL (*KNOWN 1 then). */
const struct cp_language *cp_wording_language(const struct cp_wordings *w,
    const char *code, int *known);
size_t cp_wording_languages(const struct cp_wordings *w);
const struct cp_language *cp_wording_language_at(const struct cp_wordings *w,
    size_t i);

/* The wording of a letter: KIND to somebody of BAND in FORMAT; never NULL. */
enum cp_band { CP_BAND_PARENT, CP_BAND_12, CP_BAND_16 };
struct cp_wording {
	const struct cp_template *text;
	const char *name;      /* "notice-16" */
	const char *version;   /* of its head */
	uint8_t sha256[32];    /* of the file */
	const struct cp_language *language;
};
const struct cp_wording *cp_wording_of(const struct cp_wordings *w,
    const struct cp_language *language, enum cp_notice_kind kind,
    enum cp_band band, enum cp_format format);

/* Letters about a request for access, in words of their own and with
 * access-words.txt (access_words.h).  A language has all of these or, until
 * somebody has translated them, is answered in English: *KNOWN 0. */
enum cp_access_letter { CP_ACCESS_COVER, CP_ACCESS_REFUSAL, CP_ACCESS_NONE,
	CP_ACCESS_ASK, CP_ACCESS_LETTERS };
const struct cp_language *cp_wording_access_language(
    const struct cp_wordings *w, const char *code, int *known);
/* LANGUAGE is of cp_wording_access_language; never NULL. */
const struct cp_wording *cp_wording_access(const struct cp_wordings *w,
    const struct cp_language *language, enum cp_access_letter letter);

/* Keeps the words of W, which is of cp_wording_of, as they are now, if they are
 * not kept yet; in the caller's transaction. */
enum cp_rc cp_wording_keep(struct cp_store *s, const struct cp_wording *w,
    const struct cp_now *now, struct cp_err *err) CP_MUST_CHECK;

/* The words that were kept under SHA256 (32 bytes), appended to TEXT; *FOUND. */
enum cp_rc cp_wording_kept(struct cp_store *s, const uint8_t *sha256,
    struct cp_buf *text, int *found, struct cp_err *err) CP_MUST_CHECK;

/* Each translation: whether it is of the English as that stands now. */
struct cp_translation {
	const char *language, *name; /* "ur", "notice-parent" */
	const char *version, *of_version; /* its own, the English one now */
	const char *status;          /* "draft", "checked" */
	const char *checked_by;      /* or "" */
	const char *original;        /* 16 digits of the English file now */
	enum cp_translation_state { CP_TRANSLATION_CURRENT,
		CP_TRANSLATION_LAGS, CP_TRANSLATION_MISSING,
		CP_TRANSLATION_WRONG } state;
};
enum cp_rc cp_wording_translations(const struct cp_wordings *w,
    enum cp_rc (*fn)(void *ctx, const struct cp_translation *t,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;

/* DATE in words of L, appended. */
void cp_wording_date(const struct cp_language *l, struct cp_date date,
    struct cp_buf *out);

#endif
