#ifndef CP_DUTIES_CERTIFICATE_H
#define CP_DUTIES_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/buf.h"
#include "archive/err.h"

/*
 * The certificate of destruction, certificate/1 (formats.md).  It is made in
 * three steps, because the log commits to the certificate and the certificate
 * carries the proof of it:
 *
 *  1. cp_certificate_body: what happened, as the exact text that is signed;
 *  2. cp_certificate_detail: the detail of a log entry that holds the body's
 *     SHA-256.  The entry is added and committed, the body signed;
 *  3. cp_certificate_write: body, signature, and the entry with its salt,
 *     detail, inclusion proof and checkpoint, in one file:
 *
 *	{"cpadmin":"certificate/1","body":"...","key":"NAME+HASH+KEY",
 *	 "signature":"BASE64","audit":{"seq":N,"leaf":"LINE","salt":"HEX",
 *	 "detail":"JSON","proof":["BASE64",...],"checkpoint":"NOTE"}}
 *
 * on one line, ended by a newline.  There is one way to write a certificate:
 * whoever checks it writes it again and compares every byte.
 *
 * All texts are borrowed UTF-8.  Times are RFC 3339, dates ISO 8601.
 */

struct cp_cert_item {
	const char *package;
	const char *record;   /* opaque id, as in the tombstone */
	const char *archived; /* date */
	const char *due;      /* date: destroyed from */
	const char *outcome;  /* "destroyed", "failed" or "residue" */
};

struct cp_cert_act {
	const char *by; /* operator */
	const char *at; /* time */
};

/* One check made afterwards, e.g. "trial decryption of each package". */
struct cp_cert_check {
	const char *what;
	const char *result; /* e.g. "failed, as it must: 12 of 12" */
	int passed;
};

/* An opening of what was destroyed, tried with the custodians' key. */
struct cp_cert_trial {
	const char *at, *by;
	const char *custody; /* the key */
	const char *headers; /* "catalogue", or the copy they were read from */
	int64_t tried, opened;
};

struct cp_certificate {
	const char *batch, *authority, *policy, *policy_version, *rule;
	/* Members that are written where they are set, since 0.2: */
	const char *kind;             /* "due" or "early"; NULL: not said */
	const char *legal_basis;      /* of an early one, else NULL */
	const char *early_before;     /* date: the first of its days */
	const char *early_shelves;    /* date: the shelves live until then */
	int64_t issue;                /* 2...; 0: the first */
	const char *replaces;         /* hex SHA-256 of the body before it */
	const struct cp_cert_trial *trials;
	size_t trial_count;
	const struct cp_cert_item *items;
	size_t count;
	struct cp_cert_act proposed;
	const struct cp_cert_act *approved;
	size_t approvals;
	const char *executed_by, *started, *finished;
	/* Method: cryptographic erase. */
	const char *algorithm;        /* of the payloads */
	int key_bits;                 /* of the keys erased; 128 or more */
	const char *const *zeroised;  /* what was zeroised, in words */
	size_t zeroised_count;
	const struct cp_cert_check *checks;
	size_t check_count;
	const char *key_gone;         /* time: key gone from the host, or NULL
	                               * where it is not: the outcome failed */
	const char *last_copy_gone;   /* time, or NULL while COPIES remain */
	const char *const *copies;    /* known copies of the key that remain */
	size_t copy_count;
	const char *outcome;          /* "destroyed", "failed" or "residue" */
	const char *tool;             /* "cpadmin 0.1.0" */
	const char *issued;           /* time */
};

/* The log entry that commits to the body, proved. */
struct cp_cert_entry {
	int64_t seq;
	const char *leaf;       /* its line, without newline */
	const uint8_t *salt;    /* 16 bytes */
	const char *detail;     /* exact text */
	const uint8_t *proof;   /* proof_count hashes of 32 bytes */
	size_t proof_count;
	const char *checkpoint; /* signed note of a head that covers SEQ */
};

/*
 * Appends the body.  CP_BAD_INPUT where it would say something untrue or
 * nothing: a text absent, no item, a key under 128 bits, an unknown outcome,
 * "destroyed" although an item or a check says otherwise or the key is not
 * gone, no approval, a last copy gone while copies remain or before the key,
 * none remaining and no date, an early one without basis or the other way
 * round, a second one that does not name the first.
 */
enum cp_rc cp_certificate_body(const struct cp_certificate *c,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* Appends {"batch":BATCH,"certificate":"hex SHA-256(BODY)"}. */
enum cp_rc cp_certificate_detail(const char *batch, const char *body,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

/* Appends the whole certificate.  VKEY is the verifier key of the signature
 * (archive/note.h) and of the checkpoint. */
enum cp_rc cp_certificate_write(const char *body, const char *vkey,
    const uint8_t sig[64], const struct cp_cert_entry *entry,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;

#endif
