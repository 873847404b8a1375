#ifndef TESTS_MODEL_LOOK_H
#define TESTS_MODEL_LOOK_H

#include "tests/model/world.h"

/* Comparing: each ends the program with both sides and the person's story. */

/* Opens the database a second time, to read its tables as they lie there. */
void look_open(struct world *w);
void look_close(void);
/* One record, within an open transaction too. */
void look_person(struct world *w, int person);
/* The identifying number in row N; "" where there is none. */
void look_id(int n, char out[ID_TEXT]);
/* Names of the batches proposed since FIRST. */
void look_batches(struct world *w, int first);
/* Everything, row by row; every invariant of the design. */
void look_all(struct world *w);
/* No word about anybody who is not live stands in any table. */
void look_for_traces(struct world *w);
/* Packages drawn at random open with what was archived in them. */
void look_into_packages(struct world *w, int count);
/* The log verifies. */
void look_at_log(struct world *w);

#endif
