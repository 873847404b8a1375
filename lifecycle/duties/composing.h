#ifndef CP_DUTIES_COMPOSING_H
#define CP_DUTIES_COMPOSING_H

#include "lifecycle/duties/letter_press.h"
#include "lifecycle/duties/wording.h"
#include "lifecycle/records/facts.h"
#include "lifecycle/records/mail.h"
#include "lifecycle/records/notice.h"

/*
 * From a notice that is owed and the record as it is now to a letter: who it
 * goes to and where, in which language and format, in which words.  The one
 * place where a person's data goes into a letter's text; what comes out is the
 * same whether it is printed, previewed, sent by an officer or spoken.
 */
struct cp_sender { /* of an authority, from cpadmin.conf */
	struct cp_letterhead head;
	const char *post;  /* its address in one line */
	const char *dpo;
};

struct cp_composing { /* given; borrowed */
	const struct cp_rules *rules;
	const struct cp_wordings *wordings;
	const struct cp_now *now;
	/* The sender for an authority: CP_REFUSED with a hint where cpadmin.conf
	 * has none. */
	enum cp_rc (*sender)(void *ctx, const char *authority,
	    struct cp_sender *out, struct cp_err *err);
	void *sender_ctx;
};

struct cp_composed {
	/* what decides with which others it is printed */
	const struct cp_wording *wording;
	enum cp_format format;
	int language_known;      /* 0: English, for want of wording */
	enum cp_addressee to;
	struct cp_sender sender;
	size_t address;          /* of the document */
	char sort[16];           /* postcode; "" */
	char reference[CP_NOTICE_REF];
	size_t n_carers;         /* with parental responsibility, named */
	/* the letter; owned */
	struct cp_buf name;      /* child's */
	const char **lines;      /* to: name, then address */
	size_t n_lines;
	size_t child_line;       /* the one that names the child */
	struct cp_said said;     /* values point into the rest */
	struct cp_buf values;    /* private */
	struct cp_buf line_text; /* private */
	size_t cap_lines;        /* private */
	struct cp_buf spoken;    /* all that is not fixed: for cp_mail_check */
};
void cp_composed_init(struct cp_composed *c);
void cp_composed_clear(struct cp_composed *c);

/* What bears on the notices of a record, out of the store: FACTS is for
 * cp_compose, without those of the ledger's past. */
struct cp_composing_facts {
	struct cp_notice_facts facts; /* points into the rest */
	struct cp_decision decision;
	struct cp_fact_set set;
};
void cp_composing_facts_init(struct cp_composing_facts *f);
void cp_composing_facts_clear(struct cp_composing_facts *f);
/* What F held is replaced.  Errors as cp_decide. */
enum cp_rc cp_composing_facts_load(struct cp_store *s,
    const struct cp_rules *rules, const struct cp_record *r,
    struct cp_composing_facts *f, struct cp_err *err) CP_MUST_CHECK;

/*
 * Composes notice N about record R, whose document (gate: CP_FOR_LETTER, or
 * with an officer all of it) is DOC.  What held before is cleared.  CP_REFUSED
 * with *WHY a word of the ledger: "no-address", "died"...; else NULL.
 */
enum cp_rc cp_compose(const struct cp_composing *with,
    const struct cp_notice *n, const struct cp_notice_facts *facts,
    const struct cp_record *r, const struct cp_document *doc,
    struct cp_composed *out, const char **why, struct cp_err *err)
    CP_MUST_CHECK;
/* Another child of the same household, to whose carers one letter is enough:
 * to carers who are named, and are the same, at the same address, in the same
 * words; 0 where it is not so.  Who live at one address without a carer in
 * common, as in a refuge, are told nothing of each other. */
int cp_composed_same_household(const struct cp_composed *a,
    const struct cp_document *a_doc, const struct cp_composed *b,
    const struct cp_document *b_doc);
/* One letter about all N of ONE (n > 1, of the same household), as OUT, which
 * is emptied first: it names each with its reference, and is to whom the first
 * is.  Those of ONE stay what they are. */
enum cp_rc cp_composed_join(const struct cp_composed *const *one, size_t n,
    struct cp_composed *out, struct cp_err *err) CP_MUST_CHECK;
/* Appends what is in each letter of the sender: `ours' of cp_mail_check. */
void cp_composed_ours(const struct cp_composed *c, struct cp_buf *out);

/* Its blocks, rendered; owned by OUT, which is emptied first. */
struct cp_blocks {
	struct cp_block *block;
	size_t n, cap;
	size_t *at;          /* private */
	struct cp_buf texts; /* of the blocks; their pictures are the
			      * template's */
};
void cp_blocks_init(struct cp_blocks *b);
void cp_blocks_clear(struct cp_blocks *b);
enum cp_rc cp_composed_blocks(const struct cp_composed *c,
    struct cp_blocks *out, struct cp_err *err) CP_MUST_CHECK;
/*
 * The letter as plain text in UTF-8, appended: for a screen reader, wrapped at
 * WIDTH columns as a terminal shows them (0: not, a paragraph is a line).
 * DATE of the letter in words.  Letterhead, address, reference and date, then
 * the blocks: a heading has two empty lines before it and one after, items `-'
 * or their number, boxes `[ ]', a line to write on a row of `_'; pictures only
 * repeat what is said.  Isolates (U+2066 to 2069) stay; nothing else that is
 * not seen is in it.  CP_BAD_INPUT: a line of the address, or of the sender, has
 * what may not stand in a text.
 */
enum cp_rc cp_composed_text(const struct cp_composed *c, const char *reference,
    const char *date, int width, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* The same with BLOCKS for its own. */
enum cp_rc cp_composed_text_of(const struct cp_composed *c,
    const struct cp_blocks *blocks, const char *reference, const char *date,
    int width, struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
