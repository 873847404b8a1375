#ifndef CP_RECORDS_IMPORT_IMPL_H
#define CP_RECORDS_IMPORT_IMPL_H

/* Private to import*.c. */

#include <stdio.h>

#include "archive/pool.h"
#include "lifecycle/records/csv.h"
#include "lifecycle/records/import.h"
#include "lifecycle/records/prepare.h"

enum {
	IMPORT_ROWS = 200,             /* of a chunk */
	IMPORT_CHUNK = 256 * 1024,     /* bytes after which it is full */
	IMPORT_TXN_ROWS = 100000,
	IMPORT_WORKERS_MAX = 8
};

/* One row: where it is in its chunk's bytes, and what a worker made of it. */
struct import_row {
	size_t line, at, len;
	const char *bad;            /* the reader's refusal, a constant */
	struct cp_document *doc;    /* NULL where it was refused */
	int had_id;
	struct cp_prepared prepared;
	struct cp_keys numbers;     /* key of each of doc->numbers */
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
	int csv, in_txn;
	int64_t rows; /* of this transaction */
	struct cp_buf text, detail;
};

/* ---- import_row.c ---- */

/* What a worker does with CHUNK. */
void import_prepare(struct import_chunk *chunk);
/* What the writer does with one row. */
enum cp_rc import_store(struct cp_import *im, struct import_row *row,
    struct cp_err *err) CP_MUST_CHECK;
void import_row_clear(struct import_row *row);

#endif
