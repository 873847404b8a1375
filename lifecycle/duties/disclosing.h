#ifndef CP_DUTIES_DISCLOSING_H
#define CP_DUTIES_DISCLOSING_H

#include "archive/age_keys.h"
#include "lifecycle/duties/access_words.h"
#include "lifecycle/duties/access_letter.h"
#include "lifecycle/duties/pack.h"

/*
 * The answer: letter.pdf (cover letter and all that is given, typeset as the
 * letters are), data.json and README.txt in one encrypted file.
 *
 *	{"cpadmin":"access/1","request":ID,"made":DATE,"subjects":[{"record":
 *	 record/1 or null,"state":...,"consents":[...],...}]}
 *
 * What was withheld or is shielded is absent and never marked; nothing in the
 * file depends on what was left out but for the parts that are not there.
 */
struct cp_disclosing {
	const struct cp_composing *with;
	const struct cp_access_words *words;
	const struct cp_sar *sar;
	const struct cp_sar_rules *rules;
	const struct cp_collection *coll;
	int partial;               /* told in the letter */
};
struct cp_disclosed {
	struct cp_buf pdf, json, readme; /* wiped when cleared */
	int pages, entries;
	size_t items;              /* given */
	struct cp_buf list;        /* JSON: their keys, for sar_sent */
};
void cp_disclosed_init(struct cp_disclosed *d);
void cp_disclosed_clear(struct cp_disclosed *d);
/* CP_REFUSED, with a hint: an undecided flag, or what is stored is not what was
 * reviewed (collect again).  CP_BAD_INPUT: a text that no face can print. */
enum cp_rc cp_disclose(const struct cp_disclosing *with,
    struct cp_disclosed *out, struct cp_err *err) CP_MUST_CHECK;
/* Its file: ZIP under PASSPHRASE, or age file to RECIPIENT. */
enum cp_rc cp_disclosed_zip(const struct cp_disclosed *d,
    const struct cp_secret *passphrase, const struct cp_now *now,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc cp_disclosed_age(const struct cp_disclosed *d,
    const struct cp_age_recipient *recipient, const struct cp_now *now,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
