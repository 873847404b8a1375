#ifndef CP_RULES_ACCESS_H
#define CP_RULES_ACCESS_H

#include "lifecycle/rules/policy.h"

/*
 * Subject access apart from its clock (domain: 6): words, and the predicates
 * about who may be given what.  Pure.
 */
enum cp_relation { CP_SELF, CP_PARENT, CP_REPRESENTATIVE };
const char *cp_relation_word(enum cp_relation v);
int cp_relation_parse(const char *word, enum cp_relation *out);

/* What is asked for, together. */
enum cp_asks { CP_ASKS_ACCESS = 1, CP_ASKS_RECTIFICATION = 2,
	CP_ASKS_OBJECTION = 4 };
/* "access,rectification" of a set, into BUF; and one word back, 0. */
void cp_asks_text(unsigned asks, char *buf, size_t cap);
unsigned cp_asks_parse(const char *word);

/* Evidence that a requester shows. */
enum cp_evidence { CP_EVIDENCE_IDENTITY, CP_EVIDENCE_RESPONSIBILITY,
	CP_EVIDENCE_AUTHORITY, CP_EVIDENCE_COURT_ORDER, CP_EVIDENCES };
/* "identity", "responsibility", "authority", "court-order". */
const char *cp_evidence_word(enum cp_evidence v);
int cp_evidence_parse(const char *word, enum cp_evidence *out);
/* What RELATION still has to show, of evidence HAD (bits 1 << enum): "" if
 * nothing, else a word.  A parent shows parental responsibility, or a court's
 * order; a representative authority, or a court's order; the person nothing
 * (identity is a matter of the clock). */
const char *cp_evidence_wanting(enum cp_relation relation, unsigned had);

enum cp_own_view { CP_VIEW_NONE, CP_VIEW_AGREES, CP_VIEW_OBJECTS,
	CP_VIEW_UNABLE, CP_VIEW_NOT_ASKED };
/* "agrees", "objects", "unable", "not-asked"; "" for none. */
const char *cp_own_view_word(enum cp_own_view v);
int cp_own_view_parse(const char *word, enum cp_own_view *out);
/* Whether a child born on BIRTH (`none': not known) has to be asked before
 * others are answered about it, on TODAY: from access.own_view_age. */
int cp_own_view_wanted(const struct cp_policy *policy,
    enum cp_relation relation, struct cp_date birth, struct cp_date today);

/* Why an item is to be looked at before it is given; together. */
enum cp_item_flag {
	CP_FLAGGED_CARER = 1,        /* "carer": name or contact of one */
	CP_FLAGGED_PRACTITIONER = 2, /* "practitioner": name or contact */
	CP_FLAGGED_SOURCE = 4,       /* "source": who told us */
	CP_FLAGGED_REQUESTER = 8,    /* "requester": of another's request */
	CP_FLAGGED_PLACE = 16,       /* "place": of somebody who is shielded, or
				      * lives where such a one does */
	CP_FLAGGED_SENSITIVE = 32,   /* "sensitive": a sensitive service, asked
				      * for by somebody else */
	CP_FLAGGED_HOLD = 64,        /* "hold": of an inquiry or proceedings */
	CP_FLAGGED_OBJECTION = 128   /* "objection": the child objects */
};
/* "carer,source" of a set, into BUF; "" of none. */
void cp_item_flags_text(unsigned flags, char *buf, size_t cap);
unsigned cp_item_flag_parse(const char *word);

enum cp_item_decision { CP_ITEM_UNDECIDED, CP_ITEM_GIVE, CP_ITEM_WITHHOLD };
const char *cp_item_decision_word(enum cp_item_decision v); /* "" undecided */
/* Whether an item with FLAGS and no decision goes into the answer by itself:
 * what is not flagged does; nothing leaves with an undecided flag. */
int cp_item_settled(unsigned flags, enum cp_item_decision decision);

/* Whether a second person has to approve an answer: something is withheld, or
 * flagged and given, or opened from behind a shield; never where
 * access.approvals is 0. */
struct cp_answer_facts {
	size_t withheld, flagged_given;
	int opened;
};
int cp_answer_needs_approval(const struct cp_policy *policy,
    const struct cp_answer_facts *f);

#endif
