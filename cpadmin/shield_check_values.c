#include "cpadmin/shield_check.h"

#include <stdio.h>
#include <string.h>

#include "lifecycle/records/notice.h"

/*
 * What stands for the words of synopses.  The first line that fits counts; an
 * empty field fits everything.  A value with an @ is made by check_word.
 */
static const struct {
	const char *verb, *option, *word, *value;
} values[] = {
	{ "notice", "--format", "", "standard" },
	{ "sar open", "--format", "", "standard" },
	{ "sar open", "--subject", "", "@id" },
	{ "sar", "--subject", "", "1" },
	{ "sar refuse", "--ground", "", "not-entitled" },
	{ "sar", "--ground", "", "third-party" },
	{ "sar register", "--policy", "", "contactpoint-2007" },
	{ "sar register", "--from", "", "@today" },
	{ "sar", "--flag", "", "carer" },
	{ "sar open", "--born", "", "2016-03-03" },
	{ "sar open", "--number", "", "4010232137" },
	{ "sar", "--opening", "", "AO-00000000" },
	{ "", "--requester", "", "Somebody" },
	{ "", "--amount", "", "7.50" },
	{ "", "--address", "", "@text" },
	{ "", "--ics", "", "@out" },
	{ "", "--csv", "", "@out" },
	{ "", "--told", "", "check" },
	{ "", "--request", "", "@sar" },
	{ "", "", "SAR", "@sar" },
	{ "", "", "ITEM", "1" },
	{ "", "--to", "AGE-RECIPIENT", "@recipient" },
	{ "", "--reason", "", "check" },
	{ "", "--columns", "", "@columns" },
	{ "", "--on", "", "@today" },
	{ "", "--store", "", "@store" },
	{ "", "--as", "", "check-team" },
	{ "", "--passphrase-file", "", "@pass" },
	{ "", "--new-passphrase-file", "", "@pass" },
	{ "", "--officer-passphrase", "", "@pass" },
	{ "", "--share", "", "@share" },
	{ "", "--share-dir", "", "@new" },
	{ "", "--sheets", "", "@new" },
	{ "", "--sheet", "", "@text" },
	{ "", "--output", "", "@out" },
	{ "", "-o", "", "@out" },
	{ "", "--pdf", "", "@out" },
	{ "", "--policy", "", "@policy" },
	{ "", "--by", "", "parent" },
	{ "", "--hide", "", "address" },
	{ "", "--criterion", "", "check" },
	{ "", "--complaint", "", "check" },
	{ "", "--finding", "", "check" },
	{ "", "--review", "", "@later" },
	{ "", "--until", "", "@later" },
	{ "", "--due-before", "", "@later" },
	{ "", "--training-until", "", "@later" },
	{ "", "--check-until", "", "@later" },
	{ "", "--postcode", "", "CH41 1AA" },
	{ "", "--number", "", "9434765919" },
	{ "", "--name", "", "Checker" },
	{ "", "--born", "", "2016" },
	{ "", "--role", "", "team" },
	{ "", "--authority", "", "@authority" },
	{ "", "--operator", "", "spare" },
	{ "", "--holder", "", "Somebody" },
	{ "", "--ground", "", "care-leaver" },
	{ "", "--statement", "", "check-1" },
	{ "", "--method", "", "in-person" },
	{ "", "--evidence", "", "check" },
	{ "", "--best-interests", "", "check" },
	{ "", "--set", "", "gender=female" },
	{ "", "--take", "", "involvements[0]" },
	{ "", "--history", "", "1" },
	{ "", "--consent", "", "1" },
	{ "", "--involvement", "", "1" },
	{ "", "--where", "", "state = 'live'" },
	{ "", "--record", "", "@id" },
	{ "", "--subject", "", "@id" },
	{ "", "--actor", "", "check-team" },
	{ "", "--legal-basis", "", "s.21" },
	{ "", "--contact", "", "check" },
	{ "", "--purpose", "", "court-order" },
	{ "", "--intention", "", "none-stated" },
	{ "", "--to", "AUTHORITY", "E08000012" },
	{ "", "--to", "RECIPIENT", "@recipient" },
	{ "", "--opening", "", "@opening" },
	{ "", "--file", "", "@events" },
	{ "", "--format", "F", "ndjson" },
	{ "", "--headers", "", "@text" },
	{ "", "--custody", "", "none" },
	{ "", "--from", "", "none" },
	{ "", "--key", "", "@key" },
	{ "", "-i", "", "@text" },
	{ "", "--place", "", "check" },
	{ "", "--status", "", "open" },
	{ "", "--state", "", "live" },
	{ "", "--job", "", "retention" },
	{ "", "--custodians", "", "3" },
	{ "", "--threshold", "", "2" },
	{ "", "--uid", "", "64200" },
	{ "", "--shelf", "", "202601" },
	{ "", "--issue", "", "1" },
	{ "", "--rate", "", "100" },
	{ "", "--max-minutes", "", "1" },
	{ "", "--language", "", "en" },
	{ "", "--why", "", "gone-away" },
	{ "", "--run", "", "R-0001" },
	{ "", "--abandon", "", "R-0001" },
	{ "", "--band", "", "parent" },
	{ "", "--width", "", "72" },
	{ "notice", "--kind", "", "first" },
	{ "notice returned", "", "ID", "@notice" },
	{ "notice served", "", "ID", "@notice" },
	{ "notice suppress", "", "ID", "@notice" },
	{ "", "", "D", "@today" },
	{ "", "", "DATE", "@today" },
	{ "", "--date", "", "@today" },
	{ "", "--notified", "", "@today" },
	{ "", "--since", "", "@today" },
	{ "", "", "N", "5" },
	{ "", "", "K", "2" },
	{ "", "", "DAYS", "30" },
	{ "", "", "PKG", "@package" },
	{ "", "", "OPENING", "@opening" },
	{ "", "", "VOLUME", "@volume" },
	{ "", "", "BATCH", "@batch" },
	{ "", "", "HOLD", "@hold" },
	{ "", "", "INV", "@investigation" },
	{ "", "", "ID", "@id" },
	{ "", "", "INTO", "@id" },
	{ "", "", "OTHER", "@id" },
	{ "", "", "RECORD", "@id" },
	{ "", "", "CASE", "SC-00000000" },
	{ "", "", "LETTER", "ML-00000000" },
	{ "", "", "MAIL", "ML-00000000" },
	{ "", "", "COPY", "1" },
	{ "", "", "JOB", "retention" },
	{ "", "", "AUTHORITY", "@authority" },
	{ "", "", "NAME", "spare" },
	{ "", "", "VERSION", "check-1" },
	{ "record import", "", "FILE", "@feed" },
	{ "shield intake", "", "FILE", "@intake" },
	{ "policy", "", "FILE", "@policy" },
	{ "verify", "", "FILE", "@key" },
	{ "unseal", "", "FILE", "@share" },
	{ "consent statement", "", "FILE", "@text" },
	{ "escrow copy", "", "FILE", "@escrow" },
	{ "", "", "ESCROWFILE", "@escrow" },
	{ "", "", "DIR", "@new" },
	{ "", "--kind", "", "shield-granted" },
	{ "", "--to", "N", "1" },
	{ "", "", "M", "ML-00000000" },
	{ "", "", "TEXT", "check" },
	{ "", "", "T", "check" },
	{ "", "", "REF", "check" },
};

/* What goes together: changes that are made, and undone, and one that brings
 * a canary. */
static const char *const further[] = {
	"record correct @id --set postcode=ZZ993VZ --set line1=Qzxvkjwa9 "
	    "--reason check",
	"record correct @id --set family=Changed --reason check",
	"record undo @last --reason check",
	"record event @id left-england --date @today --intention none-stated "
	    "--reason check",
	"record undo @last --reason check",
	"record event @id died --date @today --notified @today --reason check",
	"record event @last moved --date @today --to E08000012 --reason check",
	"record history @last --reason check",
	"record event --file @events --reason check",
	"record merge OPEN-60 HID-7 --reason check --dry-run",
	"record merge OPEN-60 HID-7 --reason check",
	"record show HID-7 --reason check",
	"record undo HID-7 --reason check",
	"record never-link add HID-8 HID-9 --reason check",
	"record never-link list",
	"record split HID-7 --take names[1] --set family=Other --reason check",
	"consent statement add check-1 @text",
	"consent give @id --ground care-leaver --by parent --date @today "
	    "--statement check-1 --evidence check --method in-person",
	"consent withdraw @last --date @today --evidence check",
	"consent give @id --ground unspecified-sensitive --by parent --date "
	    "@today --statement check-1 --evidence check --involvement 1",
	"hold place --where age>=1 --reason check --legal-basis s.21 "
	    "--contact check --review @later --dry-run",
	"destruction early @package --legal-basis s.21 --reason check",
	"archive move @new --all --dry-run",
	"policy diff @policy",
	"notice issue --all -o @out",
	"notice show @last --json",
	"notice owed @last --json",
	"notice served @notice --route hand",
	"notice returned @same --why gone-away",
	"notice show @notice",
	"notice addressee @id --to carer --ground learning-difficulty "
	    "--reason check",
	"notice runs",
	"retention run --on @later --dry-run",
	"sar open --subject @id --requester Else --relation self "
	    "--received @today --asks access --asks rectification "
	    "--asks objection --again",
	"sar show @newest",
	"sar identity @newest doubted --date @today",
	"sar letter @newest --kind identity -o @out",
	"sar identity @newest verified --date @today",
	"sar fee @newest asked --date @today --amount 7.50 --reason check",
	"sar letter @newest --kind fee -o @out",
	"sar fee @newest waived --date @today --reason check",
	"record correct @last --set gender=male --reason check "
	    "--request @newest --told check",
	"sar rectify @newest refused --reason check",
	"sar objection @newest refused --reason check",
	"sar collect @newest",
	"sar items @newest --all",
	"sar disclose @newest -o @out",
	"sar disclose @newest -o @out --to @recipient",
	"sar show @newest",
	"sar clock @newest --ics @out",
	"sar close @newest",
	"sar show @newest",
	"sar open --name Checker --born 2016-03-03 --requester Else "
	    "--relation self --received @today",
	"sar find @newest",
	"sar subject @newest none --reason check",
	"sar none @newest -o @out",
	"sar open --subject @id --requester Else --relation self "
	    "--received @today --again",
	"sar refuse @newest --ground excessive --reason check -o @out",
	"sar collect @archived --share @share1 --share @share2",
	"sar items @archived --all",
	"sar open --subject @id --requester Else --relation self "
	    "--received @today --again",
	"sar collect @newest",
	"sar give @newest 1",
	"sar withhold @newest 1 --ground third-party --reason check",
	"sar items @newest --all",
	"sar approve @newest",
	"sar list --all --ics @out",
	"sar register --from @today --until @today --exact --csv @out",
};

const char *
check_further(size_t i)
{
	return i < sizeof(further) / sizeof(further[0]) ? further[i] : NULL;
}

static int
fits(const char *want, const char *have)
{
	size_t n = strlen(want);

	return strncmp(have, want, n) == 0 && (n == 0 || have[n] == '\0' ||
	    have[n] == ' ');
}

/* Records in turn, so that every verb meets many. */
static void
next_record(struct check_world *w, char *out, size_t cap)
{
	(void)snprintf(out, cap, "HID-%d", w->turn++ % (CHECK_LIVE +
	    CHECK_OLD) + 1);
}

static void
days_on(const struct check_world *w, int days, char *out, size_t cap)
{
	char day[CP_DATE_TEXT];

	(void)snprintf(out, cap, "%s",
	    cp_date_format(cp_date_add_days(w->today, days), day));
}

static const char *
or_none(const char *id)
{
	return id[0] != '\0' ? id : "NONE-1";
}

/* Requests in turn, so that every verb meets many; the last ones are those of
 * archived records. */
static void
next_request(struct check_world *w, char *out, size_t cap)
{
	(void)snprintf(out, cap, "SAR-%04d", w->asked++ % CHECK_REQUESTS + 1);
}

static int
sar_word(struct check_world *w, const char *value, char *out, size_t cap)
{
	if (strcmp(value, "@sar") == 0)
		next_request(w, out, cap);
	else if (strcmp(value, "@newest") == 0)
		(void)snprintf(out, cap, "%s", w->request);
	else if (strcmp(value, "@archived") == 0)
		(void)snprintf(out, cap, "SAR-%04d", CHECK_REQUESTS - 1);
	else if (strcmp(value, "@share1") == 0 || strcmp(value, "@share2") ==
	    0)
		(void)snprintf(out, cap, "%s/keys/custody-%s-share-%c.age",
		    w->store, w->custody, value[6]);
	else
		return 0;
	return 1;
}

/* Files that are there, below the private folder. */
static int
place(const struct check_world *w, const char *value, char *out, size_t cap)
{
	static const struct {
		const char *value, *path;
	} places[] = { { "@store", "store" }, { "@text", "in/text" },
		{ "@feed", "in/feed" }, { "@intake", "in/intake" }, { "@events", "in/events" },
		{ "@pass", "store/keys/rehearsal/share-1.pass" },
		{ "@key", "store/keys/signing.pub" },
		{ "@share", "store/keys/rehearsal/custody.identity" },
		{ "@escrow", "store/keys/shelves.escrow" } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].value, value) != 0)
			continue;
		(void)snprintf(out, cap, "%s/%s", w->base, places[i].path);
		return 1;
	}
	return 0;
}

int
check_word(struct check_world *w, const char *value, char *out, size_t cap)
{
	const struct {
		const char *value, *text;
	} texts[] = { { "@columns", "nothing" }, { "@policy", w->policy },
		{ "@authority", w->authority }, { "@batch", w->batch },
		{ "@hold", w->hold }, { "@volume", w->volume },
		{ "@investigation", w->investigation },
		{ "@opening", or_none(w->opening) },
		{ "@package", w->package[w->turn % 2] },
		{ "@recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zm"
		    "rj2kg5sfn9aqmcac8p" } };

	if (place(w, value, out, cap))
		return 1;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].value, value) != 0)
			continue;
		(void)snprintf(out, cap, "%s", texts[i].text);
		return 1;
	}
	if (strcmp(value, "@id") == 0)
		next_record(w, out, cap);
	else if (strcmp(value, "@last") == 0)
		(void)snprintf(out, cap, "HID-%d", (w->turn + CHECK_LIVE +
		    CHECK_OLD - 1) % (CHECK_LIVE + CHECK_OLD) + 1);
	else if (strcmp(value, "@today") == 0)
		days_on(w, 0, out, cap);
	else if (strcmp(value, "@later") == 0)
		days_on(w, 60, out, cap);
	else if (strcmp(value, "@notice") == 0)
		cp_notice_ref(1 + w->turn++ % CHECK_LIVE, out);
	else if (strcmp(value, "@same") == 0)
		cp_notice_ref(1 + (w->turn + CHECK_LIVE - 1) % CHECK_LIVE,
		    out);
	else if (strcmp(value, "@new") == 0 || strcmp(value, "@out") == 0)
		(void)snprintf(out, cap, "%s/out/%d", w->base, w->outputs++);
	else
		return sar_word(w, value, out, cap);
	return 1;
}

int
check_value(struct check_world *w, const struct check_verb *v,
    const char *option, const char *word, char *out, size_t cap)
{
	char name[80];

	(void)snprintf(name, sizeof(name), "%s%s%s", v->command,
	    v->verb[0] != '\0' ? " " : "", v->verb);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!fits(values[i].verb, name) ||
		    (values[i].option[0] != '\0' &&
		    strcmp(values[i].option, option) != 0) ||
		    (values[i].word[0] != '\0' &&
		    strcmp(values[i].word, word) != 0))
			continue;
		if (values[i].value[0] == '@')
			return check_word(w, values[i].value, out, cap);
		(void)snprintf(out, cap, "%s", values[i].value);
		return 1;
	}
	return 0;
}
