#ifndef CP_DUTIES_REKEYING_H
#define CP_DUTIES_REKEYING_H

#include "archive/custody.h"
#include "lifecycle/store/audit.h"

struct cp_secret;

/*
 * Rekeying: the archive goes from one custody key to another.  The header of
 * each package is opened with the old key, its file key sealed to the new one,
 * and the row of the catalogue replaced; payloads are not touched.  From
 * cp_rekey_begin on packages are sealed to the new key; a retention run may go
 * on meanwhile.  A rekey that was cut off goes on where it was, with the shares
 * of the old key; one may begin while another is unfinished, and what is left
 * under several keys then comes with the shares of each.
 */
struct cp_rekey {
	/* given, borrowed */
	struct cp_store *store;
	struct cp_audit *audit;
	const struct cp_now *now;
	unsigned workers; /* 0 or 1: all in this thread */
	int batch;        /* headers in a transaction; 0 = 1000 */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	/* called for each package whose header could not be rewrapped */
	void (*trouble)(void *ctx, const char *package,
	    const struct cp_err *err);
	void *trouble_ctx;
	int after_loss; /* begun without the old custodians: logged as such */

	/* its own, from cp_rekey_open to cp_rekey_close */
	int lock, run_lock;
	struct cp_custody_public to; /* the key in use */
	int64_t row;                 /* of the unfinished rekey; 0: none */
	char begun[11];              /* its day */
	int64_t done_to;

	/* what happened */
	int64_t headers, failed;
};

/* Locks the store against another rekey (CP_BUSY), finds the unfinished one,
 * if any, and mends custody.current where that was cut off.  cp_rekey_close is
 * due even after a failure. */
enum cp_rc cp_rekey_open(struct cp_rekey *x, struct cp_err *err) CP_MUST_CHECK;
void cp_rekey_close(struct cp_rekey *x);

/* Locks out retention runs (CP_BUSY) until cp_rekey_begin has returned, or
 * cp_rekey_close: for a ceremony that must not be in vain. */
enum cp_rc cp_rekey_hold(struct cp_rekey *x, struct cp_err *err) CP_MUST_CHECK;

/* Puts key TO, whose public file and shares are on the disk and proved, in
 * use: one transaction with its row and those of its shares (HOLDERS as
 * cp_custody_row_add takes them), what it replaces, and the log.  Then the file
 * custody.current; where that fails the rekey has begun all the same. */
enum cp_rc cp_rekey_begin(struct cp_rekey *x,
    const struct cp_custody_public *to, const char *const *holders,
    const char *reason, struct cp_err *err) CP_MUST_CHECK;

/* How many headers are under which key. */
enum { CP_REKEY_KEYS = 32 };
struct cp_rekey_count {
	char custody[CP_CUSTODY_ID + 1];
	int64_t headers;
};
/* Reads the key of every header (4 us each); keys in order of their ids. */
enum cp_rc cp_rekey_count(struct cp_store *s,
    struct cp_rekey_count counts[CP_REKEY_KEYS], size_t *n,
    struct cp_err *err) CP_MUST_CHECK;

/* Rewraps every header under FROM, of which IDENTITY is the key and TOTAL the
 * number there are.  One that is erased meanwhile is left alone, one that
 * changes its shelf is taken again.  One that cannot be opened goes to
 * `trouble' and is counted in failed: others are not stopped by it. */
enum cp_rc cp_rekey_go(struct cp_rekey *x,
    const struct cp_custody_public *from, const struct cp_secret *identity,
    int64_t total, struct cp_err *err) CP_MUST_CHECK;

/* Counts again: keys without headers are replaced from this day on, and when
 * no header is left (*LEFT is 0) under any but the new one, the rekey is
 * finished. */
enum cp_rc cp_rekey_end(struct cp_rekey *x, int64_t *left, struct cp_err *err)
    CP_MUST_CHECK;

#endif
