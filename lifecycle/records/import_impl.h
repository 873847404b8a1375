#ifndef CP_RECORDS_IMPORT_IMPL_H
#define CP_RECORDS_IMPORT_IMPL_H

/* Private to import*.c. */

#include <stdio.h>

#include "archive/pool.h"
#include "lifecycle/records/csv.h"
#include "lifecycle/records/import.h"
#include "lifecycle/records/match.h"
#include "lifecycle/records/prepare.h"
#include "lifecycle/records/quarantine.h"

enum {
	IMPORT_ROWS = 200,             /* of a chunk */
	IMPORT_CHUNK = 256 * 1024,     /* bytes after which it is full */
	IMPORT_TXN_ROWS = 100000,
	IMPORT_BULK = 1 << 20,         /* bytes of a file of many rows */
	IMPORT_TXN_INTAKE = 500,       /* each is sealed more than once: others
				        * want to write meanwhile */
	IMPORT_WORKERS_MAX = 8,
	IMPORT_MARK = 32,
	IMPORT_FILTER_FROM = 2000,     /* rows in doubt before a filter pays */
	IMPORT_GATES = 256             /* places for authorities' gates */
};

/* One row: where it is in its chunk's bytes, and what a worker made of it. */
struct import_row {
	size_t line, at, len;
	const char *bad;            /* the reader's refusal, a constant */
	struct cp_document *doc;    /* NULL where it was refused */
	int had_id;
	struct cp_prepared prepared;
	struct cp_keys numbers;     /* key of each of doc->numbers */
	struct cp_keys match;       /* for cp_match_find, if matched */
	uint8_t mark[IMPORT_MARK];  /* of whom it says it is about, if marked */
	int matched, marked;
	int settled;                /* an officer has said whose it is */
	struct cp_reject why;
	int entered;                /* in the ledger, by the writer */
	int64_t suppressed;
};

struct import_chunk {
	struct cp_buf bytes;
	struct import_row row[IMPORT_ROWS];
	size_t n;
	int csv;
	const struct cp_rules *rules;
	const struct cp_matcher *matcher; /* NULL: no row is in doubt */
	int match;     /* keys too, not only marks */
	enum cp_rc rc; /* a failure that is not the row's */
	struct cp_err err;
};

/* ---- import_read.c ---- */

struct import_reader {
	FILE *in;
	int csv;
	struct cp_csv *rows;                /* where csv */
	int column[CP_CSV_COLUMNS];         /* place in the file of each */
	char *buf;
	size_t at, end, line;
	int eof;
	int64_t taken;                      /* bytes of the file */
};

/* Opens PATH ("-": stdin), guesses its format, reads a CSV header. */
enum cp_rc import_reader_open(struct import_reader *r, const char *path,
    enum cp_import_format format, struct cp_err *err) CP_MUST_CHECK;
/* Fills CHUNK with the next rows; n = 0 at the end. */
enum cp_rc import_reader_fill(struct import_reader *r,
    struct import_chunk *chunk, struct cp_err *err) CP_MUST_CHECK;
void import_reader_close(struct import_reader *r);

/* ---- import_keys.c ---- */

struct import_key {
	uint64_t key;
	int64_t n;
};

/* Search keys of records made in the present transaction, which go into the
 * index together and sorted; and which of them are numbers. */
struct import_keys {
	struct import_key *key, *spare;
	size_t n, cap, spare_cap;
	int64_t first;              /* record of the first one; 0 if empty */
	struct import_key *number;  /* hash table; n = 0 is a free place */
	size_t numbers, places;
};

enum cp_rc import_keys_add(struct import_keys *k, const struct cp_keys *keys,
    const struct cp_keys *numbers, int64_t n, struct cp_err *err)
    CP_MUST_CHECK;
/* The record of the I-th place with the number KEY, 0 for none: to be called
 * with *PLACE = 0 first. */
int64_t import_keys_find(const struct import_keys *k, uint64_t key,
    size_t *place);
/* Writes them all into the index. */
enum cp_rc import_keys_flush(struct import_keys *k, struct cp_store *s,
    struct cp_err *err) CP_MUST_CHECK;
void import_keys_reset(struct import_keys *k);
void import_keys_clear(struct import_keys *k);

/* ---- import_reject.c ---- */

struct import_rejects {
	FILE *f; /* NULL until the first one */
	struct cp_buf line;
};

/* Adds one to the report and, unless DRY, to the file in STORE/rejects. */
enum cp_rc import_reject(struct cp_import *im, size_t line,
    const struct cp_reject *why, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc import_rejects_close(struct cp_import *im, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- import.c ---- */

/* Whether the gate of an authority is open, for the run; "" is an empty
 * place. */
struct import_gate {
	char authority[CP_AUTHORITY_MAX];
	int open;
};

struct cp_import {
	struct cp_store *store;
	struct cp_audit *audit;
	const struct cp_rules *rules;
	const struct cp_now *now;
	struct cp_import_how how;
	struct cp_import_report report;
	struct cp_import_report mark; /* of the last commit: the counts */
	struct cp_pool *pool;
	struct import_chunk *chunks;
	struct import_chunk **idle;
	size_t n_chunks, n_idle;
	struct import_keys keys;
	struct import_rejects rejects;
	char file[CP_IMPORT_NAME];
	int csv, in_txn, bulk;
	int64_t rows; /* of this transaction */
	struct cp_buf text, detail;
	struct cp_buf cases; /* to be logged at the commit */

	/* What the store has that puts rows in doubt, as of log entry HEAD. */
	int shields, quarantines, links, looked;
	int64_t head;
	struct cp_matcher *matcher; /* opened when it is first needed */
	int64_t doubted;            /* rows looked up in it */
	int filtered;
	struct import_gate gate[IMPORT_GATES];
	/* Settling one row, this is its entry: whatever speaks against it has
	 * been decided. */
	const struct cp_quarantine *settling;
};

/* ---- import_row.c ---- */

/* What a worker does with CHUNK. */
void import_prepare(struct import_chunk *chunk);
/* ROW has its document: an id and what follows from it are made.  SCRATCH
 * saves memory. */
enum cp_rc import_prepare_row(const struct cp_rules *rules,
    struct import_row *row, struct cp_keys *scratch, struct cp_err *err)
    CP_MUST_CHECK;
enum cp_rc import_key_numbers(const struct cp_rules *rules,
    struct import_row *row, struct cp_keys *scratch, struct cp_err *err)
    CP_MUST_CHECK;
/* The record that ROW is about, by its id or number. */
enum cp_rc import_find(struct cp_import *im, const struct import_row *row,
    struct cp_record *r, int *found, struct cp_err *err) CP_MUST_CHECK;
/* What the writer does with one row. */
enum cp_rc import_store(struct cp_import *im, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;
/* ROW, which is prepared, is about the record R; else about nobody known. */
enum cp_rc import_update(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err) CP_MUST_CHECK;
enum cp_rc import_new_one(struct cp_import *im, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;
void import_row_clear(struct import_row *row);

/* ---- import_put.c ---- */

enum cp_rc import_by_id(struct cp_import *im, const char *id,
    struct cp_record *r, int *found, struct cp_err *err) CP_MUST_CHECK;
/* The live record other than SELF that has NUMBER, whose key is KEY. */
enum cp_rc import_holder(struct cp_import *im, uint64_t key,
    const struct cp_number *number, const struct cp_partial_date *birth,
    int64_t self, struct cp_record *r, int *found, struct cp_err *err)
    CP_MUST_CHECK;
/* Rejects ROW because of its KEY ("birth_date"). */
enum cp_rc import_refuse(struct cp_import *im, struct import_row *row,
    const char *key, const char *cause, struct cp_err *err) CP_MUST_CHECK;
/* Another record than SELF has its NHS number: *TAKEN, and the row is rejected
 * or set aside. */
enum cp_rc import_check_numbers(struct cp_import *im, struct import_row *row,
    int64_t self, int *taken, struct cp_err *err) CP_MUST_CHECK;
/* Makes ROW's text anew after its document was changed. */
enum cp_rc import_refresh(struct import_row *row, struct cp_err *err)
    CP_MUST_CHECK;
/* Whether ROW says what im->text does. */
int import_same(const struct cp_import *im, const struct import_row *row);
/* The log's entry; WAS is the record that ROW changes, or NULL. */
enum cp_rc import_log(struct cp_import *im, const struct import_row *row,
    const char *action, const struct cp_record *was, struct cp_err *err)
    CP_MUST_CHECK;
/* Puts ROW in the place of OLD, the document of the live record R; and logs
 * it. */
enum cp_rc import_replace(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_document *old,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc import_create(struct cp_import *im, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;

/* ---- import_behind.c: what goes behind a shield ---- */

/* ROW differs from OLD, the open document of R, which SH shields: it is parted
 * and counted. */
enum cp_rc import_behind(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, const struct cp_shield *sh,
    const struct cp_document *old, struct cp_err *err) CP_MUST_CHECK;
/* Logs what went behind shields in this transaction, in the order of the
 * cases, which is none: in the file's, the entries before and after would say
 * which row it was. */
enum cp_rc import_log_cases(struct cp_import *im, struct cp_err *err)
    CP_MUST_CHECK;
/* Of an intake: a new record, shielded before it is stored; the live record R,
 * which is not shielded yet, is. */
enum cp_rc import_create_behind(struct cp_import *im, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;
enum cp_rc import_shield(struct cp_import *im, const struct cp_record *r,
    struct cp_err *err) CP_MUST_CHECK;
/* Of an intake: who else may have to be shielded with the person of ROW, which
 * is row N or, if 0, nobody yet. */
enum cp_rc import_near(struct cp_import *im, const struct import_row *row,
    int64_t n, struct cp_err *err) CP_MUST_CHECK;
/* Whether a shield is over R. */
enum cp_rc import_is_shielded(struct cp_import *im, const struct cp_record *r,
    int *yes, struct cp_err *err) CP_MUST_CHECK;

/* ---- import_doubt.c: rows in doubt ---- */

/* Looks what the store has that puts rows in doubt, where another program has
 * written since. */
enum cp_rc import_look(struct cp_import *im, struct cp_err *err)
    CP_MUST_CHECK;
/* Before a commit: what this program wrote is known to it. */
enum cp_rc import_looked(struct cp_import *im, struct cp_err *err)
    CP_MUST_CHECK;
/* *OPEN: whether the gate of ROW's authority is; else it is rejected. */
enum cp_rc import_gate(struct cp_import *im, struct import_row *row,
    int *open, struct cp_err *err) CP_MUST_CHECK;

enum import_way {
	IMPORT_ON,    /* nothing speaks against it */
	IMPORT_ASIDE, /* it was set aside, and counted */
	IMPORT_TO     /* an officer has said that it belongs to a record */
};
/* ROW would make a record, or change whom the record SELF (a row; 0: none) is
 * about.  *TO is filled for IMPORT_TO. */
enum cp_rc import_doubt(struct cp_import *im, struct import_row *row,
    int64_t self, enum import_way *way, struct cp_record *to,
    struct cp_err *err) CP_MUST_CHECK;
/* Whether both say the same names, birth date and numbers. */
int import_same_person(const struct cp_document *a,
    const struct cp_document *b);
/* The mark of ROW, as it says whom it is about.  Thread-safe. */
enum cp_rc import_mark(const struct cp_matcher *m, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;
/* ROW is the person of R: who that is stays as R has it. */
enum cp_rc import_as(struct cp_import *im, struct import_row *row,
    const struct cp_record *r, struct cp_err *err) CP_MUST_CHECK;
/* Sets ROW aside because of the record WHO, whatever is known of it. */
enum cp_rc import_aside(struct cp_import *im, struct import_row *row,
    int64_t self, int64_t who, struct cp_err *err) CP_MUST_CHECK;
/* Who shares keys with DOC: to *N of OUT, which has room for CP_MATCHES. */
enum cp_rc import_match(struct cp_import *im, struct import_row *row,
    int64_t self, int64_t out[CP_MATCHES], size_t *n, struct cp_err *err)
    CP_MUST_CHECK;

/* ---- import_pair.c: those who are never to be linked ---- */

/* The record *WHO (0: none) that ROW would link with SELF, or with one whose
 * number it has, though they are never to be linked. */
enum cp_rc import_links(struct cp_import *im, struct import_row *row,
    int64_t self, int64_t *who, struct cp_err *err) CP_MUST_CHECK;

/* ---- quarantine.c ---- */

/* The entry with MARK; OUT->n is 0 where there is none.  DIGEST: of its row. */
enum cp_rc quarantine_known(struct cp_store *s,
    const uint8_t mark[IMPORT_MARK], struct cp_quarantine *out,
    uint8_t digest[IMPORT_MARK], struct cp_err *err) CP_MUST_CHECK;

#endif
