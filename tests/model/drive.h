#ifndef TESTS_MODEL_DRIVE_H
#define TESTS_MODEL_DRIVE_H

#include "archive/err.h"
#include "tests/model/world.h"

/*
 * The other side: the real library, used as the commands use it.  Only here is
 * it included.  Every function returns the exit code of the command that it
 * stands for; drive_why has the words.  Changes by one operator may share a
 * transaction (as lines of a feed do) until drive_flush; ALONE gives a change
 * one of its own, which a refusal undoes.
 */
struct drive;

/* Makes W's rehearsal store with the program CPADMIN, and opens it. */
struct drive *drive_new(const char *cpadmin, const struct world *w);
void drive_free(struct drive *d);
const char *drive_why(const struct drive *d);
void drive_today(struct drive *d, day on);
/* Commits; ends the program where that fails. */
void drive_flush(struct drive *d);

/* COUNTS: created, updated, unchanged, rejected. */
enum cp_rc drive_import(struct drive *d, const char *path, long counts[4]);
/* COUNTS: entered, rejected. */
enum cp_rc drive_feed(struct drive *d, const char *path, long counts[2]);
enum cp_rc drive_correct(struct drive *d, int who, int alone, const char *id,
    const char *const *sets, size_t n);
enum cp_rc drive_give(struct drive *d, int who, int alone, const char *id,
    const struct consent *c, const char *evidence, int late, int best);
/* C is for the involvement I. */
enum cp_rc drive_mark(struct drive *d, int who, int alone, const char *id,
    size_t i, const struct consent *c, const char *evidence, int late,
    int best);
/* All that rests on consent where GROUND is GROUNDS.  HAVE: consents ended,
 * involvements removed. */
enum cp_rc drive_end(struct drive *d, int who, int alone, const char *id,
    enum ground ground, enum ending how, day on, int have[2]);
enum cp_rc drive_confirm(struct drive *d, int who, int alone, const char *id,
    enum ground ground, day on, int *count);
enum cp_rc drive_undo(struct drive *d, int who, int alone, const char *id);
enum cp_rc drive_offer(struct drive *d, int who, int alone, const char *id,
    const char *to, day on);
enum cp_rc drive_settle(struct drive *d, int who, int alone, const char *id,
    enum move_end end);
enum cp_rc drive_merge(struct drive *d, int who, int alone, const char *id,
    const char *into);
/* FRESH is the number of the new record. */
enum cp_rc drive_split(struct drive *d, int who, int alone, const char *id,
    const char *const *take, size_t n_take, const char *const *sets,
    size_t n_sets, int consent, char fresh[ID_TEXT]);
/* ABOUT is an authority or a predicate. */
enum cp_rc drive_hold(struct drive *d, int who, int alone, enum scope scope,
    const char *id, const char *about, day review, char hold[24]);
enum cp_rc drive_release(struct drive *d, int who, const char *hold);
enum cp_rc drive_approve(struct drive *d, int who, const char *batch);
enum cp_rc drive_refuse(struct drive *d, int who, const char *batch);
enum cp_rc drive_exclude(struct drive *d, int who, const char *batch,
    const char *id);
/* SET may be NULL. */
enum cp_rc drive_restore(struct drive *d, int who, const char *id,
    const char *field, const char *value);
/* The texts are the caller's to drop. */
enum cp_rc drive_open(struct drive *d, const char *id, const char *purpose,
    struct text *record, struct text *history);
/* REDATED: archived records that are promised another day. */
enum cp_rc drive_adopt(struct drive *d, const char *path, long *redated);
/* Of how many records HOLD suspends the destruction. */
long drive_suspends(struct drive *d, const char *hold);
/* Fills NIGHT but for first_batch; FAILED are records that could not be dealt
 * with. */
enum cp_rc drive_run(struct drive *d, struct night *x, unsigned workers,
    long *failed);
/* Whether a search by number, or by name and birth date, finds ID; -1 when it
 * was cut short. */
int drive_finds(struct drive *d, const char *number, const char *name,
    struct born born, const char *id);
/* The state word, next date and parking of a record as it is now, within an
 * open transaction too. */
void drive_record(struct drive *d, const char *id, char state[16], day *due,
    char why[48], day *extended_from, int *parked, day *prune_due);
/* cp_decide of row N from the stored facts, against what its row says: 0 where
 * they differ. */
int drive_decides_same(struct drive *d, long n);
enum cp_rc drive_verify_log(struct drive *d);
/* Each line of the plan until then: "ID ACTION DUE RULE", " blocked" added
 * where something stops it; "ID undecidable". */
void drive_plan(struct drive *d, day until,
    void (*fn)(void *ctx, const char *line), void *ctx);
/* How many will be archived and destroyed in each of MONTHS. */
void drive_forecast(struct drive *d, int months, long *archive,
    long *destroy);

#endif
