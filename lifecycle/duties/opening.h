#ifndef CP_DUTIES_OPENING_H
#define CP_DUTIES_OPENING_H

#include "archive/custody.h"
#include "archive/package.h"
#include "archive/shelf.h"
#include "lifecycle/records/catalogue.h"

/*
 * Opening a package: its header out of the catalogue and from under its
 * shelf's key, its payload out of the volume, both with the identity of the
 * custodians.  Whether it may be opened, and the log, are the caller's.
 */

/* The keys of this host, and of the custodians once they came together. */
struct cp_opener {
	struct cp_store *store; /* borrowed */
	char keys_dir[4096];
	struct cp_secret *hostkey;
	struct cp_shelf_ring *ring;  /* to read */
	struct cp_custody_public custody; /* whose identity it is */
	struct cp_secret *identity;  /* NULL until unlocked */
};

/* CP_KEY: the host key is missing or of another host; CP_CORRUPT: the
 * keyring.  The places are filled in and cp_opener_close is due even then. */
enum cp_rc cp_opener_open(struct cp_store *s, struct cp_opener *out,
    struct cp_err *err) CP_MUST_CHECK;
/* Takes IDENTITY, which is that of CUSTODY. */
void cp_opener_unlock(struct cp_opener *o,
    const struct cp_custody_public *custody, struct cp_secret **identity);
void cp_opener_close(struct cp_opener *o);

/* What the catalogue knows of a package besides. */
struct cp_parcel_facts {
	char custody[40];
	struct cp_date made;   /* of its volume */
	struct cp_date ended;  /* restored or destroyed on; or none */
	char batch[32], batch_status[12]; /* "" where it is in none */
	int waiting;           /* pending in a proposed or approved batch */
	char policy[80], policy_version[32]; /* by which it was archived */
};
enum cp_rc cp_parcel_facts(struct cp_store *s, const struct cp_parcel *p,
    struct cp_parcel_facts *out, struct cp_err *err) CP_MUST_CHECK;
/* CP_REFUSED, saying when it was destroyed or restored, unless archived. */
enum cp_rc cp_parcel_openable(const struct cp_parcel *p,
    const struct cp_parcel_facts *facts, struct cp_err *err) CP_MUST_CHECK;

/* Appends the age header of P; CP_CORRUPT where it is gone or changed though P
 * is archived, CP_KEY where the shelf is destroyed. */
enum cp_rc cp_opener_header(struct cp_opener *o, const struct cp_parcel *p,
    struct cp_buf *out, struct cp_err *err) CP_MUST_CHECK;
/* Appends the payload of P; CP_CORRUPT where volume or package are missing or
 * changed. */
enum cp_rc cp_opener_payload(const struct cp_opener *o,
    const struct cp_parcel *p, struct cp_buf *out, struct cp_err *err)
    CP_MUST_CHECK;
/* Appends the plaintext, the tar.zst, of a header and a payload.  CP_KEY: they
 * are not for this identity; CP_CORRUPT. */
enum cp_rc cp_opener_plain(const struct cp_opener *o, const void *header,
    size_t header_len, const void *payload, size_t len, struct cp_buf *out,
    struct cp_err *err) CP_MUST_CHECK;

/* A package taken apart.  The texts are borrowed from PACKAGE. */
struct cp_opened {
	struct cp_package *package;
	struct cp_document *doc;      /* record.json, checked */
	const char *record, *history; /* JSON, without the last newline */
	size_t record_len, history_len;
	const void *box; /* boxing.h; NULL in packages of before */
	size_t box_len;
};

/* CP_CORRUPT unless PLAIN is a package of the record of P. */
enum cp_rc cp_opened_parse(const struct cp_parcel *p, const void *plain,
    size_t len, struct cp_opened *out, struct cp_err *err) CP_MUST_CHECK;
void cp_opened_clear(struct cp_opened *x);

#endif
