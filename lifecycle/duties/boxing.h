#ifndef CP_DUTIES_BOXING_H
#define CP_DUTIES_BOXING_H

#include "archive/buf.h"
#include "archive/crypto.h"
#include "lifecycle/store/store.h"

/*
 * The box is a member of every package.  Of a record with compartments it
 * begins with their payloads, one after the other, still sealed to the
 * shielding officers; the rest of it, and the whole of any other record's, is
 * random.  Which it is, whoever opens the package cannot tell, nor by its size
 * (domain: 5: nothing lets anybody infer what is hidden).  Where each payload
 * stands is in the table boxed, beside its header in compartment.
 */
#define CP_BOX_MEMBER "shield.box"
enum {
	CP_BOX_SIZE = 4096 /* its least size; else twice as much, and so on */
};

/* What goes into the box of one record.  Zeroed is empty. */
struct cp_box {
	struct cp_buf bytes;
	struct cp_box_part {
		int64_t compartment; /* its row */
		size_t start, length;
	} *parts;
	size_t n, cap;
};
void cp_box_clear(struct cp_box *b);

/* Puts what is in the compartments of row RECORD into B, in the place of what
 * it had. */
enum cp_rc cp_box_read(struct cp_store *s, int64_t record, struct cp_box *b,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether RECORD's compartments are still what B was read from. */
enum cp_rc cp_box_same(struct cp_store *s, int64_t record,
    const struct cp_box *b, int *same, struct cp_err *err) CP_MUST_CHECK;
/* B is in a package that the catalogue now has: payloads leave the database.
 * Within its transaction. */
enum cp_rc cp_box_sent(struct cp_store *s, int64_t record,
    const struct cp_box *b, struct cp_err *err) CP_MUST_CHECK;
/* Replaces OUT by the member: B and random bytes, made with AEAD.  By the dice
 * one box in four is of twice the least size or more, one in sixteen of four
 * times, and so on: size is no proof of anything.  Thread-safe. */
enum cp_rc cp_box_fill(struct cp_aead *aead, const struct cp_box *b,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* A compartment in the box of an archived record. */
struct cp_boxed {
	int64_t n;         /* its row */
	char kind[12];     /* hidden, case, log */
	char at[32];       /* when it was sealed */
	struct cp_buf header; /* as it is now, for the officers of today */
	const void *payload;  /* borrowed from the box */
	size_t len;
};
/* Those of RECORD, in the order in which they were sealed, out of the member's
 * LEN bytes (NULL: the package has none).  FN may use any statement.
 * CP_CORRUPT: they do not fit into it. */
enum cp_rc cp_box_each(struct cp_store *s, int64_t record, const void *box,
    size_t len, enum cp_rc (*fn)(void *ctx, const struct cp_boxed *b,
	struct cp_err *err), void *ctx, struct cp_err *err) CP_MUST_CHECK;
/* The record is live again: payloads come back into the database. */
enum cp_rc cp_box_back(struct cp_store *s, int64_t record, const void *box,
    size_t len, struct cp_err *err) CP_MUST_CHECK;
/* How many bytes of RECORD's box are in use, as the catalogue has it. */
enum cp_rc cp_box_need(struct cp_store *s, int64_t record, size_t *len,
    struct cp_err *err) CP_MUST_CHECK;
/* CP_CORRUPT: a compartment is neither in the database nor in the box of an
 * archived record, or in both.  It is not said whose. */
enum cp_rc cp_box_check(struct cp_store *s, struct cp_err *err) CP_MUST_CHECK;

#endif
