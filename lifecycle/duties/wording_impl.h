#ifndef CP_DUTIES_WORDING_IMPL_H
#define CP_DUTIES_WORDING_IMPL_H

#include "archive/crypto.h"
#include "lifecycle/duties/wording.h"

/* Private to wording*.c. */

/* The files of a language, words.txt apart. */
enum wording_name {
	WORDING_PARENT, WORDING_12, WORDING_16, WORDING_EASY,
	WORDING_PARENT_EASY, WORDING_EIGHTEEN, WORDING_EIGHTEEN_EASY,
	WORDING_ARCHIVED, WORDING_ARCHIVED_EASY, WORDING_EXTENDED,
	WORDING_EXTENDED_EASY, WORDING_WITHDRAWAL, WORDING_WITHDRAWAL_EASY,
	WORDING_AUTHORITY, WORDING_AUTHORITY_EASY, WORDING_SHIELD,
	/* in the order of enum cp_access_letter */
	WORDING_ACCESS, WORDING_ACCESS_REFUSAL, WORDING_ACCESS_NONE,
	WORDING_ACCESS_ASK,
	WORDING_NAMES
};
struct wording_rule {
	const char *name;
	unsigned values; /* besides those that every letter may have */
	unsigned flags;
	int easy;
	int whole;       /* holds what the law asks for */
	int access;      /* about a request: under the law of its day, whichever
			  * that is; a translation may be missing */
};
extern const struct wording_rule wording_rules[WORDING_NAMES];
/* What may be in it. */
void wording_kind(enum wording_name name, int rtl,
    struct cp_template_kind *out);

struct wording_entry {
	struct cp_wording w; /* first: cp_wording_keep finds the text by it */
	struct cp_template *text;
	struct cp_buf file;  /* as it stands on the disk */
	char of[17];         /* 16 digits of its SHA-256 */
	int there, bad;      /* bad: something is wrong with it */
};
enum { WORDING_WORDS = 23, WORDING_COMMA = 16 };
struct wording_language {
	struct cp_language l; /* first */
	char code[16];
	struct cp_buf words;  /* of words.txt, cut into strings */
	char comma[WORDING_COMMA];
	struct wording_entry entry[WORDING_NAMES];
	int access_words; /* access-words.txt is there and good */
};
struct cp_wordings {
	struct wording_language *language; /* English is the first */
	size_t n;
};

/* While a folder is loaded. */
struct wording_loader {
	const char *folder;
	const struct cp_policy *policy;
	struct cp_wordings *w;
	cp_wording_problem_fn *fn;
	void *ctx;
	int survey;         /* what is wrong of a translation stops nothing */
	size_t n, fatal;    /* problems; of them, those that stop it */
	struct cp_wording_problem first;
};
/* Tells a problem of LANGUAGE/NAME (".txt" follows; NULL: of the folder). */
enum cp_rc wording_problem(struct wording_loader *l, const char *language,
    const char *name, unsigned line, struct cp_err *err, const char *fmt, ...)
    CP_MUST_CHECK CP_PRINTF(6, 7);
/* All of a file, which is plain and not too large, into OUT; *FOUND = 0: there
 * is none, or it is told what is wrong with it. */
enum cp_rc wording_read(struct wording_loader *l, const char *language,
    const char *name, struct cp_buf *out, int *found, struct cp_err *err)
    CP_MUST_CHECK;
/* wording_words.c: words.txt of L. */
enum cp_rc wording_read_words(struct wording_loader *x,
    struct wording_language *l, struct cp_err *err) CP_MUST_CHECK;
/* wording_check.c: what a template by itself does not show: the law's items,
 * and a translation beside its original. */
enum cp_rc wording_check(struct wording_loader *x,
    const struct wording_language *l, enum wording_name name,
    struct cp_err *err) CP_MUST_CHECK;

#endif
