#include "tests/population/pop.h"

#include <string.h>

void
csv_header(struct out *o)
{
	out_puts(o, "id,authority,given,family,gender,birth_date,nhs,upn,line1,"
	    "line2,line3,postcode,carer,carer_relation,carer_phone,school,"
	    "practice,language,format\n");
}

/* RFC 4180: quoted where it must be, quotes doubled. */
static void
put(struct out *o, const char *s, bool more)
{
	size_t n;

	if (strpbrk(s, ",\"\r\n") == NULL) {
		out_puts(o, s);
	} else {
		out_put(o, "\"", 1);
		while (*s != '\0') {
			n = strcspn(s, "\"");
			out_put(o, s, n);
			s += n;
			if (*s == '"') {
				out_put(o, "\"\"", 2);
				s++;
			}
		}
		out_put(o, "\"", 1);
	}
	if (more)
		out_put(o, ",", 1);
}

/* The provider of the service that goes on, or "". */
static const char *
provider(const struct child *c, const char *service)
{
	uint32_t i;

	for (i = 0; i < c->works; i++)
		if (c->work[i].end == NEVER &&
		    strcmp(c->work[i].service, service) == 0)
			return c->work[i].provider;
	return "";
}

void
csv_child(struct out *o, const struct child *c, bool ids)
{
	static const char *const gender[] = { "female", "male",
		"not-specified" };
	const struct address *a = &c->house.address;
	const struct carer *k = &c->house.carer[0];
	bool known = c->address_type == CURRENT, has = c->house.carers > 0;
	char birth[11];
	int i;

	day_text(c->birth, birth);
	birth[c->precision] = '\0';
	put(o, ids ? c->id : "", true);
	put(o, c->where->code, true);
	put(o, c->given, true);
	put(o, c->family, true);
	put(o, gender[c->gender], true);
	put(o, birth, true);
	put(o, c->nhs, true);
	put(o, c->upn, true);
	for (i = 0; i < 3; i++)
		put(o, known ? a->line[i] : "", true);
	put(o, known ? a->postcode : "", true);
	put(o, has ? k->name : "", true);
	put(o, has ? k->relation : "", true);
	put(o, has ? k->phone : "", true);
	put(o, provider(c, "education"), true);
	put(o, provider(c, "primary-health-care"), true);
	put(o, c->language, true);
	put(o, c->format, false);
}
