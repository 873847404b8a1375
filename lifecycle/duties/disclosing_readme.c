#include "lifecycle/duties/disclosing_impl.h"

/* README.txt: for whoever reads data.json without this program.  The same for
 * everybody; cpadmin-access(5) says more. */

static const char letter_lines[] =
"letter.pdf   our letter, and below it all that we give you, to be read;\n"
"             tagged for screen readers\n";

static const char plain_lines[] =
"letter.txt   the same as plain text, UTF-8\n";

static const char lines[] =
"data.json    the same for a computer\n"
"README.txt   this file\n"
"\n"
"Keep these files where nobody else can read them.\n"
"\n"
"\n"
"DATA.JSON\n"
"\n"
"JSON (RFC 8259) in UTF-8: an object with\n"
"\n"
"cpadmin      \"access/1\", the name of this format\n"
"request      the number of your request\n"
"made         the day on which this was made\n"
"subjects     a list, an object for each person you asked about\n"
"\n"
"and each of these with\n"
"\n"
"state        live, archived, opening (archived, not opened yet),\n"
"             destroyed or none\n"
"record       what the directory says of the person; or null\n"
"about        where the record is and was, and for how long\n"
"consents     what was agreed to, and taken back\n"
"shield       decisions to hide where somebody is\n"
"notices      letters\n"
"holds        why the record must not be destroyed\n"
"requests     other requests like yours\n"
"looks        who looked at the record, when and why\n"
"changes      what else was done with it\n"
"\n"
"From \"about\" on these are lists of objects, and are there for everybody: a\n"
"list is empty where there is nothing of its kind to give. In \"record\" are,\n"
"where there is something to give,\n"
"\n"
"id           identifying number\n"
"authority    code of the local authority responsible\n"
"names        current and former: type, given, family, from\n"
"gender       female, male or not-specified\n"
"birth_date   YYYY-MM-DD, or YYYY-MM or YYYY where only that is known\n"
"numbers      of others: type (nhs, upn: unique pupil number), value\n"
"addresses    type, lines, postcode, from, source\n"
"carers       name, relation, responsibility (parental), phone\n"
"involvements services: service, provider, practitioner, phone, start, end,\n"
"             lead (leads the work), assessment (a common one was done),\n"
"             sensitive\n"
"left_england, death, letters (language, format)\n"
"\n"
"Dates are YYYY-MM-DD, times RFC 3339 in UTC. A program that reads this must\n"
"not stop at names that are not listed here.\n";

enum cp_rc
disclosing_readme(const struct cp_disclosing *with, int plain,
    struct cp_buf *out, struct cp_err *err)
{
	char made[CP_DATE_TEXT];

	cp_buf_printf(out, "ANSWER TO REQUEST %s, made on %s\n\n",
	    with->sar->id, cp_date_format(with->with->now->today, made));
	cp_buf_puts(out, letter_lines);
	if (plain)
		cp_buf_puts(out, plain_lines);
	cp_buf_puts(out, lines);
	return cp_buf_check(out, err);
}
