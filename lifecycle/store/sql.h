#ifndef CP_STORE_SQL_H
#define CP_STORE_SQL_H

/* Every SQL statement of the program, generated from sql/ and schema/. */
#include "sql_ids.h"

struct sql_text {
	const char *name;
	const char *text;
};

extern const struct sql_text sql_texts[SQL_COUNT + 1];
/* Migrations, in order: the n-th takes a store from version n-1 to n. */
extern const char *const sql_schema[];
extern const int sql_schema_count;

#endif
