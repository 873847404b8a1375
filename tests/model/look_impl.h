#ifndef TESTS_MODEL_LOOK_IMPL_H
#define TESTS_MODEL_LOOK_IMPL_H

/* Private to look*.c. */

#include <sqlite3.h>

#include "tests/model/drive.h"
#include "tests/model/look.h"

/* A statement of the second connection; ends the program where it fails. */
sqlite3_stmt *look_ask(const char *sql);
/* Column I; "-" for NULL. */
const char *look_text(sqlite3_stmt *q, int i);
/* The one number that SQL asks for. */
long look_number(const char *sql);
/* "-" for none. */
const char *look_day(day n, char out[DAY_TEXT]);
void look_same(const struct world *w, int person, const char *what,
    const struct text *want, const struct text *have);

void look_records(struct world *w);
void look_documents(struct world *w);
void look_consents(struct world *w);
void look_packages(struct world *w);
void look_volumes(struct world *w);
void look_shelves(struct world *w);
void look_all_batches(struct world *w);
void look_plan(struct world *w);
void look_forecast(struct world *w);

#endif
