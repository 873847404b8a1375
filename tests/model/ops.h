#ifndef TESTS_MODEL_OPS_H
#define TESTS_MODEL_OPS_H

#include "archive/err.h"
#include "tests/model/drive.h"
#include "tests/model/look.h"
#include "tests/model/world.h"

/* Operations: each is drawn from the dice, foretold by the model, done by the
 * library, and compared. */

/* Counts one operation of KIND; whether the model foretells a refusal. */
void count_op(struct world *w, enum kind kind, int refused);
/* Ends the program unless the library answered what was foretold. */
void expect(struct world *w, int person, enum cp_rc got, enum cp_rc want);
/* Whether P, as a document, would be taken on the day ON. */
int acceptable(const struct person *p, day on);
int some_operator(struct world *w);
int on_duty(struct world *w);

/* ops_feed.c */
void op_import(struct world *w, int rows);
void op_feed(struct world *w, int lines);
/* ops_people.c */
void op_correct(struct world *w);
void op_give(struct world *w);
void op_end(struct world *w);
void op_mark(struct world *w);
void op_confirm(struct world *w);
void op_find(struct world *w);
/* ops_moves.c */
void op_move(struct world *w);
/* ops_joins.c */
void op_merge(struct world *w);
void op_split(struct world *w);
void op_undo(struct world *w);
/* ops_archive.c */
void op_hold(struct world *w);
void op_release(struct world *w);
void op_decide(struct world *w); /* about a batch */
void op_restore(struct world *w);
void op_open(struct world *w);
void op_adopt(struct world *w);
void op_run(struct world *w, int dry);

#endif
