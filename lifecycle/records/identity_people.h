#ifndef CP_RECORDS_IDENTITY_PEOPLE_H
#define CP_RECORDS_IDENTITY_PEOPLE_H

/* Private to identity.c: who they are. */

/* MORE is the rest of the record document after birth_date; @NN stands for the
 * year NN years ago. */
struct cp_invented {
	const char *id, *tries, *names, *gender, *birth, *nhs, *more;
	int shielded; /* a shield is asked for */
	int stays;    /* past the age limit, by consent */
};
extern const struct cp_invented cp_invented[];
extern const int cp_invented_count;

#endif
