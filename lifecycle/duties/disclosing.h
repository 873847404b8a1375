#ifndef CP_DUTIES_DISCLOSING_H
#define CP_DUTIES_DISCLOSING_H

#include "archive/age_keys.h"
#include "lifecycle/duties/access_words.h"
#include "lifecycle/duties/access_letter.h"
#include "lifecycle/duties/pack.h"

/*
 * The answer: letter.pdf (cover letter and all that is given, typeset as the
 * letters are), data.json and README.txt in one encrypted file; for who asked
 * for plain text letter.txt besides.
 *
 *	{"cpadmin":"access/1","request":ID,"made":DATE,"subjects":[{"state":...,
 *	 "record":record/1 or null,"about":[...],"consents":[...],...}]}
 *
 * All that is in it is in cpadmin-access(5).  What was withheld or is shielded
 * is absent and never marked; nothing in the file depends on what was left out
 * but for the parts that are not there.
 */
struct cp_disclosing {
	const struct cp_composing *with;
	const struct cp_access_words *words;
	const struct cp_sar *sar;
	const struct cp_sar_rules *rules;
	const struct cp_collection *coll;
	int partial;               /* told in the letter */
	const char *const *to;     /* further lines of the address; or none */
	size_t n_to;
};
struct cp_disclosed {
	struct cp_buf pdf, text, json, readme; /* wiped when cleared; text ""
						* but in plain text */
	int pages, entries;
	size_t items;              /* given */
	struct cp_buf list;        /* JSON: their keys, for sar_sent */
};
void cp_disclosed_init(struct cp_disclosed *d);
void cp_disclosed_clear(struct cp_disclosed *d);
/* CP_REFUSED, with a hint: an undecided flag, or what is stored is not what was
 * reviewed (collect again).  CP_BAD_INPUT: a text that no face can print.
 * CP_FAILED: the collection has something that can be neither given nor left
 * out. */
enum cp_rc cp_disclose(const struct cp_disclosing *with,
    struct cp_disclosed *out, struct cp_err *err) CP_MUST_CHECK;
/* Whether something is withheld that the letter tells of: a place never is
 * told of (access.h). */
int cp_disclose_partial(const struct cp_collection *c);
/* Entries that the log got after the review are left out of C, before
 * cp_disclose: on a record that is looked at every day no answer would be ready
 * otherwise, and a pack that was lost could not be made again. */
void cp_disclose_reviewed_log(struct cp_collection *c);
/* Its file, appended to OUT when it has been read back: a ZIP under PASSPHRASE,
 * members of noon on NOW's day; or an age file to RECIPIENT, in it a package as
 * archive/package.h builds them. */
enum cp_rc cp_disclosed_zip(const struct cp_disclosed *d,
    const struct cp_secret *passphrase, const struct cp_now *now,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_disclosed_age(const struct cp_disclosed *d,
    const struct cp_age_recipient *recipient, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

#endif
