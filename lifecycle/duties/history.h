#ifndef CP_DUTIES_HISTORY_H
#define CP_DUTIES_HISTORY_H

#include "lifecycle/records/record.h"

/*
 * history/1, the second member of a package (cpadmin-archive(5)): all that
 * happened to a record and who looked, with the salts of the log's details,
 * so that a restored record has its history back and the log still proves it.
 *
 *	{"cpadmin":"history/1","id":...,"events":[{"seq","time","actor",
 *	 "action","outcome","detail","salt"}],"consents":[...],
 *	 "notices":{...}}
 *
 * What is owed to families lapses (notice_life.h).  The cases of a shield, and
 * what an officer sent, are not in it.  A detail of which a shield left less has
 * a salt like any other, which does not fit its hash: put back it has none.
 */

/* Appends the history of R.  *LAST is the number of its last log entry: as
 * long as that stays the last, nothing has happened to the record since. */
enum cp_rc cp_history_save(struct cp_store *s, const struct cp_record *r,
    struct cp_buf *out, int64_t *last, struct cp_err *err) CP_MUST_CHECK;
/* The number of the last log entry about a record; -1 if none. */
enum cp_rc cp_history_last(struct cp_store *s, const char *id, int64_t *last,
    struct cp_err *err) CP_MUST_CHECK;
/* Puts back what cp_history_save saved: details of log entries that have lost
 * them, and consents.  Within a transaction.  CP_CORRUPT if it does not
 * belong to R. */
enum cp_rc cp_history_load(struct cp_store *s, const struct cp_record *r,
    const char *json, size_t len, struct cp_err *err) CP_MUST_CHECK;

#endif
