#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/hostkey.h"
#include "lifecycle/duties/collecting.h"
#include "lifecycle/records/investigation.h"
#include "lifecycle/records/merge.h"
#include "lifecycle/records/officer.h"
#include "lifecycle/records/shield_priv.h"
#include "lifecycle/store/settings.h"

/* What is collected of somebody who asks, in a store without a program. */
static char dir[64];
static struct cp_store *store;
static struct cp_audit *audit;
static struct cp_policy *policy;
static struct cp_rules rules;
static struct cp_now now;
static struct cp_err err;
static struct cp_secret *identity;
static struct cp_change c;
static struct cp_sar_rules sar_rules;
static struct cp_sar sar;
static struct cp_collection coll;
static struct cp_operator dpo = { .name = "dee", .uid = 1001,
	.roles = CP_ROLE_DPO };
static struct cp_operator officer = { .name = "ann", .uid = 1002,
	.roles = CP_ROLE_SHIELD };

#define OK(call) ck_assert_msg((call) == CP_OK, "%s", err.what)
#define FAILS(rc, call) ck_assert_msg((call) == (rc), "%d: %s", err.code, \
    err.what)
#define HOLIDAYS "policies/holidays/england-wales.csv"

/* All that a document may have; and the same of one who never had a place. */
#define HEAD(id) "{\"cpadmin\":\"record/1\",\"id\":\"" id "\"," \
	"\"authority\":\"E08000015\",\"names\":[{\"type\":\"current\"," \
	"\"given\":\"Nell\",\"family\":\"Ash\",\"from\":\"2015-06-01\"}," \
	"{\"type\":\"former\",\"given\":\"Nell\",\"family\":\"Oak\"}]," \
	"\"gender\":\"female\",\"birth_date\":\"2010-03-04\",\"numbers\":[" \
	"{\"type\":\"nhs\",\"value\":\"9434765919\"}"
#define STAYS "\"death\":null,\"letters\":{\"language\":\"ur\"," \
	"\"format\":\"large-print\"}}"
#define TAIL "\"left_england\":{\"date\":\"2019-12-01\",\"intention\":" \
	"\"return\"}," STAYS
#define PLACES(line) "\"addresses\":[{\"type\":\"current\",\"lines\":[\"" \
	line "\",\"Moss\"],\"postcode\":\"CH41 1AA\",\"from\":\"2019-08-01\"," \
	"\"source\":\"school-census\"}]"
#define SERVICES "\"involvements\":[{\"service\":\"education\",\"provider\":" \
	"\"Ridgeway Primary\",\"practitioner\":\"Mrs Hall\",\"phone\":" \
	"\"0151 496 0001\",\"start\":\"2015-09-01\",\"end\":null,\"lead\":" \
	"true,\"assessment\":false,\"sensitive\":null},{\"service\":" \
	"\"mental-health\",\"provider\":\"Quiet House\",\"start\":" \
	"\"2018-01-02\",\"end\":null,\"lead\":false,\"assessment\":true," \
	"\"sensitive\":{\"basis\":\"consent\",\"evidence\":\"F-12\"}}]"
#define CARER(phone) "\"carers\":[{\"name\":\"Mae Ash\",\"relation\":" \
	"\"mother\",\"responsibility\":true" phone "}]"
#define UPN ",{\"type\":\"upn\",\"value\":\"H801200001001\"}"
#define WHOLE(id, line) HEAD(id) UPN "]," PLACES(line) "," CARER("," \
	"\"phone\":\"0151 496 0000\"") "," SERVICES "," TAIL
#define NOWHERE(id, addresses) HEAD(id) "],\"addresses\":[" addresses \
	"]," CARER("") ",\"involvements\":[]," STAYS
#define NEVER(id) NOWHERE(id, "")
#define NONE_KNOWN(id) NOWHERE(id, "{\"type\":\"none-known\"}")

static void
on_day(const char *day)
{
	OK(cp_date_parse(day, &now.today, &err));
	(void)snprintf(now.time, sizeof(now.time), "%sT00:00:00Z", day);
	rules.today = now.today;
}

static void
add_record(const char *text)
{
	struct cp_reject why;
	struct cp_document *doc = NULL;

	OK(cp_document_parse(text, strlen(text), now.today, &doc, &why,
	    &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_insert(store, &rules, doc, &now, NULL, &err));
	OK(cp_txn_commit(audit, &err));
	cp_document_free(doc);
}

static struct cp_record
record(const char *id)
{
	struct cp_record r;

	OK(cp_record_get(store, id, &r, &err));
	return r;
}

static void
log_about(const char *action, const char *id, const char *detail)
{
	struct cp_entry e = { action, id, NULL, detail };

	OK(cp_txn_begin(audit, &err));
	OK(cp_audit_add(audit, &e, NULL, &err));
	OK(cp_txn_commit(audit, &err));
}

static void
make_store(struct cp_settings *settings)
{
	struct cp_policy_report report;
	char path[80];

	strcpy(dir, "/tmp/cpadmin-collecting.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/policies", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/keys/host.key", dir);
	OK(cp_hostkey_create(path, &err));
	OK(cp_audit_make_key(dir, settings->store_id, &err));
	OK(cp_store_create(dir, &store, &err));
	cp_policy_report_init(&report);
	OK(cp_policy_load_file("policies/uk-2026.cfg", &policy, &report,
	    &err));
	cp_policy_report_clear(&report);
}

static void
make_officer(void)
{
	struct cp_secret *pass = NULL;
	struct cp_officer o;

	OK(cp_secret_from(&pass, "a passphrase of them", 20, &err));
	OK(cp_txn_begin(audit, &err));
	OK(cp_officer_add(store, audit, "ann", pass, 1, &now, &o, &err));
	OK(cp_txn_commit(audit, &err));
	OK(cp_officer_unlock(store, "ann", pass, &identity, &err));
	cp_secret_free(pass);
}

static void
setup(void)
{
	struct cp_settings settings = { .rehearsal = 1 };

	memset(&now, 0, sizeof(now));
	memset(settings.store_id, 'a', 32);
	strcpy(settings.authority, "E08000015");
	now.unix_time = 1577923200;
	on_day("2020-01-02");
	make_store(&settings);
	OK(cp_audit_open(store, settings.store_id, "dee", &now, &audit,
	    &err));
	rules.policy = policy;
	OK(cp_txn_begin(audit, &err));
	OK(cp_settings_create(store, &settings, &now, &err));
	OK(cp_settings_keep_policy(store, "policies/uk-2026.cfg", "root",
	    &now, &rules.policy_n, &err));
	OK(cp_settings_put_policy(store, rules.policy_n, &err));
	OK(cp_operator_add(store, &dpo, &dpo, &now, &err));
	OK(cp_operator_add(store, &officer, &dpo, &now, &err));
	OK(cp_txn_commit(audit, &err));
	c = (struct cp_change){ store, audit, &rules, &now };
	make_officer();
	memset(&sar_rules, 0, sizeof(sar_rules));
	OK(cp_sar_rules_load(store, rules.policy_n, HOLIDAYS, &sar_rules,
	    &err));
	cp_collection_init(&coll);
}

static void
teardown(void)
{
	char command[80];

	cp_collection_clear(&coll);
	cp_sar_rules_clear(&sar_rules);
	cp_secret_free(identity);
	cp_audit_free(audit);
	cp_store_free(store);
	cp_policy_free(policy);
	identity = NULL;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- steps --------------------------------------------------------------- */

static void
open_for(const char *requester, enum cp_relation relation, const char *a,
    const char *b)
{
	struct cp_record r[2];
	const struct cp_record *list[2] = { &r[0], &r[1] };
	struct cp_sar_opening o = { .requester = requester,
		.relation = relation, .received = now.today,
		.authority = "E08000015", .asks = CP_ASKS_ACCESS,
		.records = list, .n_records = b != NULL ? 2 : 1, .again = 1 };
	char like[CP_SAR_ID];

	r[0] = record(a);
	if (b != NULL)
		r[1] = record(b);
	OK(cp_txn_begin(audit, &err));
	OK(cp_sar_open(&c, &dpo, &o, &sar_rules, &sar, like, &err));
	OK(cp_txn_commit(audit, &err));
}

static struct cp_collecting
with(const struct cp_secret *of)
{
	return (struct cp_collecting){ &c, &sar_rules, &sar, of };
}

static void
collect(const struct cp_secret *of)
{
	struct cp_collecting w = with(of);

	OK(cp_collect(&w, &coll, &err));
}

static void
collect_store(const struct cp_secret *of)
{
	struct cp_collecting w = with(of);

	OK(cp_txn_begin(audit, &err));
	OK(cp_collect(&w, &coll, &err));
	OK(cp_collect_store(&w, of != NULL ? &officer : &dpo, &coll, &sar,
	    &err));
	OK(cp_txn_commit(audit, &err));
}

static void
shield(const char *id)
{
	struct cp_shield_request q = { .asked_by = "parent",
		.reason = "he found 12 Larkhill Road" };
	struct cp_record r = record(id);
	struct cp_shield s;

	OK(cp_txn_begin(audit, &err));
	OK(cp_shield_request(&c, &r, &q, &s, &err));
	OK(cp_txn_commit(audit, &err));
}

static void
say_safe(int idx)
{
	OK(cp_txn_begin(audit, &err));
	OK(cp_sar_set_safe(&c, &sar, &officer, idx, 1, "she lives there",
	    &err));
	OK(cp_txn_commit(audit, &err));
}

static int
at(int subject, const char *key)
{
	for (size_t i = 0; i < coll.n; i++)
		if (coll.items[i].stored.subject == subject &&
		    strcmp(coll.items[i].stored.key, key) == 0)
			return (int)i;
	return -1;
}

static void
decide(const char *key, enum cp_item_decision d)
{
	OK(cp_txn_begin(audit, &err));
	OK(cp_sar_decide(&c, &sar_rules, &dpo, &sar, coll.items[at(1, key)]
	    .stored.number, d, d == CP_ITEM_WITHHOLD ? "third-party" : NULL,
	    "so", &err));
	OK(cp_txn_commit(audit, &err));
}

static unsigned
flags(const char *key)
{
	ck_assert_msg(at(1, key) >= 0, "no %s", key);
	return coll.items[at(1, key)].stored.flags;
}

/* Rows that other commands make. */
static void
sql(const char *statements)
{
	char command[4000];

	(void)snprintf(command, sizeof(command), "sqlite3 %s/store.db \"%s\"",
	    dir, statements);
	ck_assert_int_eq(system(command), 0);
}

#define LEDGERS(record) \
	"INSERT INTO consent(n, record, ground, by, given, statement, " \
	"evidence, taken_by, entered, method, ended, end_kind, ended_by, " \
	"end_evidence) VALUES (7, " record ", 'connexions', 'self', " \
	"'2019-01-02', 'v1', 'E-7', 'tim', '2019-01-02T00:00:00Z', 'letter', " \
	"'2019-09-09', 'withdrawn', 'tim', 'E-8')," \
	"(8, " record ", 'significant-harm', '', '2019-01-03', '', 'E-9', " \
	"'tim', '2019-01-03T00:00:00Z', 'feed', NULL, NULL, NULL, NULL);" \
	"INSERT INTO consent_confirmation VALUES (7, '2019-05-06', 'E-10', " \
	"'tim', '2019-05-06T00:00:00Z');" \
	"INSERT INTO notice(n, record, kind, cause, status, since, due, " \
	"addressee, language, format, route, issued, served) VALUES " \
	"(1, " record ", 'first', '', 'served', '2019-01-01', '2019-02-01', " \
	"'carer', 'ur', 'standard', 'post', '2019-01-05T00:00:00Z', " \
	"'2019-01-06')," \
	"(2, " record ", 'comprehension', '', 'served', '2019-01-01', " \
	"'2019-02-01', 'child', 'ur', 'standard', 'hand', " \
	"'2019-01-07T00:00:00Z', '2019-01-08')," \
	"(3, " record ", 'eighteen', '', 'owed', '2019-01-01', '2019-02-01', " \
	"NULL, NULL, NULL, NULL, NULL, NULL);" \
	"INSERT INTO notice(n, record, kind, cause, status, safe, since, due, " \
	"addressee, language, format, route, issued, served) VALUES " \
	"(8000000001, " record ", 'first', 'x', 'served', 1, '2019-01-01', " \
	"'2019-02-01', 'child', 'ur', 'standard', 'officer', " \
	"'2019-01-09T00:00:00Z', '2019-01-10');" \
	"INSERT INTO hold(id, scope, record, reason, legal_basis, contact, " \
	"placed, placed_by, review) VALUES ('H-0900', 'record', " record ", " \
	"'an inquiry', 'Inquiries Act', 'Ms Fox', '2019-03-03', 'tim', " \
	"'2030-01-01');" \
	"INSERT INTO move(record, from_authority, to_authority, date, " \
	"offered, offered_by, status) VALUES (" record ", 'E08000035', " \
	"'E08000015', '2018-01-01', '2018-01-01T00:00:00Z', 'tim', " \
	"'accepted');"

/* As data.json has it, with everything that is not withheld. */
static void
give_all(void)
{
	for (size_t i = 0; i < coll.n; i++)
		if (coll.items[i].stored.decision == CP_ITEM_UNDECIDED)
			coll.items[i].stored.decision = CP_ITEM_GIVE;
}

static void
dump(struct cp_buf *out)
{
	cp_buf_reset(out);
	for (size_t s = 0; s < coll.n_subjects; s++) {
		OK(cp_collected_record(&coll, s, out, &err));
		for (int p = 0; p < CP_PARTS; p++) {
			cp_buf_printf(out, "\n%s ", cp_part_word(
			    (enum cp_part)p));
			OK(cp_collected_part(&coll, s, (enum cp_part)p, out,
			    &err));
		}
	}
	OK(cp_buf_check(out, &err));
}

static int
says(const char *text)
{
	struct cp_buf b;
	int yes;

	cp_buf_init(&b);
	dump(&b);
	yes = strstr(cp_buf_text(&b), text) != NULL;
	cp_buf_clear(&b);
	return yes;
}

/* ---- the record ---------------------------------------------------------- */

START_TEST(the_whole_document)
{
	struct cp_buf was, is;
	struct cp_document *doc = NULL;
	struct cp_record r;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	give_all();
	cp_buf_init(&was);
	cp_buf_init(&is);
	r = record("R1");
	OK(cp_gate_document(store, &r, CP_FOR_ACCESS, &doc, &err));
	cp_document_text(doc, &was);
	OK(cp_collected_record(&coll, 0, &is, &err));
	/* There is no death, and nothing says so. */
	cp_buf_reset(&was);
	cp_buf_puts(&was, WHOLE("R1", "12 Larkhill Road"));
	*strstr((char *)was.data, "\"death\":null,") = '\0';
	ck_assert_int_eq(strncmp(cp_buf_text(&is), cp_buf_text(&was),
	    strlen(cp_buf_text(&was))), 0);
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&is),
	    "\"letters\":{\"language\":\"ur\",\"format\":\"large-print\"}}"));
	cp_document_free(doc);
	cp_buf_clear(&was);
	cp_buf_clear(&is);
}
END_TEST

START_TEST(flags_by_rule)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("record/carers/0"), 0);
	ck_assert_uint_eq(flags("record/carers/0/name"), CP_FLAGGED_CARER);
	ck_assert_uint_eq(flags("record/carers/0/phone"), CP_FLAGGED_CARER);
	ck_assert_uint_eq(flags("record/addresses/0"), 0);
	ck_assert_uint_eq(flags("record/addresses/0/source"),
	    CP_FLAGGED_SOURCE);
	ck_assert_uint_eq(flags("record/involvements/0"), 0);
	ck_assert_uint_eq(flags("record/involvements/0/practitioner"),
	    CP_FLAGGED_PRACTITIONER);
	ck_assert_uint_eq(flags("record/involvements/0/phone"),
	    CP_FLAGGED_PRACTITIONER);
	ck_assert_uint_eq(flags("record/involvements/1"),
	    CP_FLAGGED_SENSITIVE);
	ck_assert_uint_eq(flags("record/involvements/1/evidence"),
	    CP_FLAGGED_SENSITIVE | CP_FLAGGED_SOURCE);
	ck_assert_uint_eq(flags("record/names/0"), 0);
	ck_assert_uint_eq(flags("record/authority"), 0);
	/* Nothing with an undecided flag is in it, nor below one. */
	ck_assert(!says("Mae") && !says("0151") && !says("census") &&
	    !says("Hall") && !says("Quiet") && !says("F-12"));
	ck_assert(says("Larkhill") && says("Ridgeway") && says("mother"));
}
END_TEST

START_TEST(who_asks_for_themself)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("record/involvements/1"), 0);
	ck_assert_uint_eq(flags("record/involvements/1/evidence"),
	    CP_FLAGGED_SOURCE);
}
END_TEST

START_TEST(the_child_objects)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	OK(cp_txn_begin(audit, &err));
	OK(cp_sar_set_view(&c, &sar, 1, CP_VIEW_OBJECTS, now.today, NULL,
	    &err));
	OK(cp_txn_commit(audit, &err));
	collect(NULL);
	for (size_t i = 0; i < coll.n; i++)
		ck_assert_msg((coll.items[i].stored.flags &
		    CP_FLAGGED_OBJECTION) != 0, "%s",
		    coll.items[i].stored.key);
	ck_assert(!says("Nell"));
}
END_TEST

/* ---- shields ------------------------------------------------------------- */

/* One who had a place, is shielded, and is looked at; or never had one. */
static void
lead_a_life(const char *text, int shielded)
{
	add_record(text);
	log_about("record.create", "R1", "{\"file\":\"f\",\"line\":1}");
	if (shielded) {
		log_about("record.correct", "R1", "{\"changes\":[{\"field\":"
		    "\"addresses[0].lines[0]\",\"was\":\"1 A\",\"is\":"
		    "\"12 Larkhill Road\"}],\"reason\":\"moved\"}");
		log_about("record.find", "R1", "{\"by\":[\"postcode\"],"
		    "\"reason\":\"x\"}");
		log_about("record.update", "R1", "{\"file\":\"g\",\"line\":1,"
		    "\"from\":\"E08000035\",\"to\":\"E08000015\"}");
		log_about("notice.served", "R1", "{\"route\":\"post\"}");
		log_about("record.move-accept", "R1", "{\"from\":\"X\"}");
		log_about("record.left-england", "R1", "{}");
		shield("R1");
	}
	log_about("record.show", "R1", "{\"reason\":\"the Larkhill Road "
	    "people rang\"}");
	log_about("record.correct", "R1", "{\"changes\":[{\"field\":"
	    "\"birth_date\",\"was\":\"2010\",\"is\":\"2010-03-04\"}],"
	    "\"reason\":\"certificate\"}");
	open_for("Max Oak", CP_PARENT, "R1", NULL);
}

/* All that bears on what is printed and stored of a collection, but for what is
 * keyed; the numbers of log entries are the store's. */
static void
describe(struct cp_buf *out)
{
	dump(out);
	for (size_t i = 0; i < coll.n; i++) {
		const struct cp_item *v = &coll.items[i];
		int log = strncmp(v->stored.key, "log/", 4) == 0;

		cp_buf_printf(out, "\n%d %s %u %zu %d %d %s", v->stored.number,
		    log ? "log" : v->stored.key, v->stored.flags, v->of,
		    (int)v->part, v->opened, v->json != NULL ? v->json : "-");
		for (size_t k = 0; k < v->n_fields; k++)
			cp_buf_printf(out, " %s=%s/%d/%d", v->fields[k].label,
			    v->fields[k].text != NULL ? v->fields[k].text : "",
			    v->fields[k].date.days, v->fields[k].yes);
	}
	cp_buf_printf(out, "\n%s %d", coll.subject[0].who.found,
	    coll.subject[0].opened);
}

START_TEST(as_if_there_had_never_been_a_place)
{
	struct cp_buf one, other;

	cp_buf_init(&one);
	cp_buf_init(&other);
	lead_a_life(WHOLE("R1", "12 Larkhill Road"), 1);
	collect_store(NULL);
	ck_assert_int_eq(coll.subject[0].placeless, 1);
	give_all();
	describe(&one);
	teardown();
	setup();
	lead_a_life(NEVER("R1"), 0);
	collect_store(NULL);
	ck_assert_int_eq(coll.subject[0].placeless, 0);
	ck_assert_str_eq(coll.subject[0].doc->authority, "");
	give_all();
	describe(&other);
	ck_assert_str_eq(cp_buf_text(&one), cp_buf_text(&other));
	/* nor is it said that none is known */
	teardown();
	setup();
	lead_a_life(NONE_KNOWN("R1"), 0);
	collect_store(NULL);
	give_all();
	describe(&other);
	ck_assert_str_eq(cp_buf_text(&one), cp_buf_text(&other));
	ck_assert_ptr_null(strstr(cp_buf_text(&one), "E08000015"));
	ck_assert_ptr_null(strstr(cp_buf_text(&one), "Larkhill"));
	ck_assert_ptr_null(strstr(cp_buf_text(&one), "certificate"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&one), "did-look"));
	ck_assert_ptr_nonnull(strstr(cp_buf_text(&one), "did-correct"));
	cp_buf_clear(&one);
	cp_buf_clear(&other);
}
END_TEST

START_TEST(no_place_of_a_brother)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	add_record(WHOLE("R2", "12 Larkhill Road"));
	shield("R1");
	open_for("Max Oak", CP_PARENT, "R2", "R1");
	collect(NULL);
	give_all();
	ck_assert_int_eq(coll.subject[0].placeless, 1);
	ck_assert(!says("Larkhill") && !says("Ridgeway") && !says("0151") &&
	    !says("E08000015") && !says("Quiet") && !says("upn"));
	ck_assert(says("R1") && says("R2"));
}
END_TEST

START_TEST(the_brother_alone)
{
	struct cp_record r;
	int64_t pruned;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	add_record(WHOLE("R2", "12, LÁRKHILL road"));
	add_record(WHOLE("R3", "14 Larkhill Road"));
	shield("R1");
	sql(LEDGERS("2"));
	log_about("record.create", "R2", "{\"file\":\"moss.csv\"}");
	log_about("record.show", "R2", "{\"reason\":\"to Larkhill\"}");
	log_about("record.update", "R2", "{\"file\":\"moss.csv\"}");
	open_for("Max Oak", CP_PARENT, "R2", NULL);
	collect(NULL);
	ck_assert_int_eq(coll.subject[0].placeless, 0);
	give_all();
	ck_assert(says("did-change") && says("\"post\"") && says("C-0008"));
	/* Without what is flagged so, not a word of where. */
	for (size_t i = 0; i < coll.n; i++)
		coll.items[i].stored.decision = (coll.items[i].stored.flags &
		    CP_FLAGGED_PLACE) != 0 ? CP_ITEM_WITHHOLD : CP_ITEM_GIVE;
	ck_assert(!says("arkhill") && !says("CH41") && !says("census") &&
	    !says("Ridgeway") && !says("0151") && !says("E080000") &&
	    !says("Quiet") && !says("moss.csv") && !says("upn") &&
	    !says("E-7") && !says("inquiry"));
	ck_assert(says("Nell") && says("Mae Ash") && says("did-look"));
	/* Nor of what only somebody has who has a place. */
	ck_assert(!says("did-change") && !says("\"post\"") &&
	    !says("C-0008") && !says("did-move"));
	ck_assert(says("C-0007") && says("comprehension"));
	collect(NULL);
	ck_assert_uint_eq(flags("record/addresses/0"), CP_FLAGGED_PLACE);
	ck_assert_uint_eq(flags("record/involvements/0"), CP_FLAGGED_PLACE);
	ck_assert_uint_eq(flags("record/authority"), CP_FLAGGED_PLACE);
	ck_assert_uint_eq(flags("record/carers/0/phone"),
	    CP_FLAGGED_PLACE | CP_FLAGGED_CARER);
	ck_assert_uint_eq(flags("record/names/0"), 0);
	ck_assert(!says("Larkhill") && !says("Ridgeway") &&
	    !says("E08000015"));
	open_for("Max Oak", CP_PARENT, "R3", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("record/addresses/0"), 0);
	/* A shield of an older program tells it once it is reviewed. */
	sql("DELETE FROM shield_key");
	open_for("Max Oak", CP_PARENT, "R2", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("record/addresses/0"), 0);
	r = record("R1");
	OK(cp_txn_begin(audit, &err));
	OK(cp_shield_fold(&c, &r, CP_HIDE_USUAL, identity, &pruned, &err));
	OK(cp_txn_commit(audit, &err));
	collect(NULL);
	ck_assert_uint_eq(flags("record/addresses/0"), CP_FLAGGED_PLACE);
}
END_TEST

/* Safe about one child is not safe about another. */
START_TEST(safe_about_one_of_two)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	add_record(WHOLE("R2", "12 Larkhill Road"));
	shield("R1");
	shield("R2");
	open_for("Mae Ash", CP_PARENT, "R1", "R2");
	say_safe(1);
	collect(identity);
	give_all();
	ck_assert_int_eq(coll.subject[0].opened, 0);
	ck_assert(!says("Larkhill") && !says("Ridgeway") && !says("0151") &&
	    !says("E08000015") && !says("SC-") && !says("requested"));
	say_safe(2);
	collect(identity);
	give_all();
	ck_assert_int_eq(coll.subject[0].opened, 1);
	ck_assert_int_eq(coll.subject[1].opened, 1);
	ck_assert(says("Larkhill"));
}
END_TEST

/* The flags of the reason of the first look. */
static unsigned
reason_flags(const char *reason)
{
	char detail[200];
	unsigned f = 999;

	(void)snprintf(detail, sizeof(detail), "{\"reason\":\"%s\"}", reason);
	log_about("record.show", "R1", detail);
	collect(NULL);
	for (size_t i = 0; i < coll.n; i++)
		if (coll.items[i].part == CP_PART_LOOKS &&
		    coll.items[i].of != i)
			f = coll.items[i].stored.flags;
	return f;
}

START_TEST(what_somebody_typed)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	ck_assert_uint_eq(reason_flags("a call"), 0);
	ck_assert_uint_eq(reason_flags("Nell Ash asked, and mrs x"), 0);
	ck_assert_uint_eq(reason_flags("MAE rang"), CP_FLAGGED_CARER);
	ck_assert_uint_eq(reason_flags("Maeve rang"), 0);
	ck_assert_uint_eq(reason_flags("the hall-keeper"),
	    CP_FLAGGED_PRACTITIONER);
	ck_assert_uint_eq(reason_flags("ring 01514960000"), CP_FLAGGED_CARER);
	ck_assert_uint_eq(reason_flags("(0151) 496-0001 and Mae"),
	    CP_FLAGGED_PRACTITIONER | CP_FLAGGED_CARER);
	ck_assert(says("a call") && !says("MAE") && !says("01514960000"));
}
END_TEST

/* Whatever stands in the log, of an older program or of none of ours. */
START_TEST(details_of_any_kind)
{
	static const char *const details[] = { "{}", "{\"changes\":[1,{}]}",
		"{\"changes\":[{\"field\":7}],\"by\":[null,2]}",
		"{\"changes\":{\"a\":1},\"reason\":[],\"file\":3}",
		"{\"changes\":[{\"field\":\"gender\"}]}",
		"{\"changes\":[{\"field\":\"death\",\"is\":{\"date\":1}}]}",
		"[1]", "{\"sar\":[]}",
		"{\"by\":\"name\",\"purpose\":{}}" };
	static const char *const kinds[] = { "record.show", "record.correct",
		"sar.collect", "record.find", "no.such" };

	add_record(WHOLE("R1", "12 Larkhill Road"));
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			log_about(kinds[k], "R1", details[i]);
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	give_all();
	ck_assert(says("death: {") && says("gender:  ()"));
	shield("R1");
	collect(NULL);
	say_safe(1);
	collect(identity);
}
END_TEST

/* Who is shielded there is not known yet. */
START_TEST(an_authority_that_is_not_open)
{
	struct cp_collecting w;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	sql("UPDATE gate SET status = 'closed'");
	w = with(NULL);
	FAILS(CP_REFUSED, cp_collect(&w, &coll, &err));
	ck_assert_uint_eq(coll.n, 0);
	ck_assert_ptr_eq(cp_store_actor(store), NULL);
	sql("UPDATE gate SET status = 'open'");
	collect(NULL);
}
END_TEST

START_TEST(nothing_is_given)
{
	struct cp_buf b;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	for (size_t i = 0; i < coll.n; i++)
		coll.items[i].stored.decision = CP_ITEM_WITHHOLD;
	cp_buf_init(&b);
	OK(cp_collected_record(&coll, 0, &b, &err));
	ck_assert_str_eq(cp_buf_text(&b), "{\"cpadmin\":\"record/1\","
	    "\"names\":[],\"numbers\":[],\"addresses\":[],\"carers\":[],"
	    "\"involvements\":[]}");
	cp_buf_clear(&b);
}
END_TEST

START_TEST(the_authority_only_beside_a_place)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect_store(NULL);
	ck_assert(says("E08000015"));
	decide("record/addresses/0", CP_ITEM_WITHHOLD);
	collect(NULL);
	ck_assert(says("E08000015")); /* a school is one too */
	decide("record/involvements/0", CP_ITEM_WITHHOLD);
	decide("record/involvements/1", CP_ITEM_WITHHOLD);
	collect(NULL);
	ck_assert(!says("E08000015"));
	ck_assert(!says("Larkhill") && !says("census"));
}
END_TEST

START_TEST(an_entry_takes_its_details_along)
{
	int entry;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	give_all();
	entry = at(1, "record/carers/0");
	ck_assert_int_eq(cp_item_given(&coll, (size_t)entry + 1), 1);
	coll.items[entry].stored.decision = CP_ITEM_WITHHOLD;
	ck_assert_int_eq(cp_item_given(&coll, (size_t)entry + 1), 0);
	ck_assert(!says("Mae Ash") && !says("mother"));
}
END_TEST

START_TEST(for_whom_it_is_safe)
{
	struct cp_collecting w = with(NULL);
	struct cp_investigation inv;

	lead_a_life(WHOLE("R1", "12 Larkhill Road"), 1);
	collect(NULL);
	ck_assert(!says("Larkhill") && at(1, "record/addresses/0") < 0);
	say_safe(1);
	FAILS(CP_KEY, cp_collect(&w, &coll, &err));
	collect_store(identity);
	ck_assert_int_eq(coll.subject[0].opened, 1);
	ck_assert_int_eq(coll.subject[0].placeless, 0);
	give_all();
	ck_assert(says("12 Larkhill Road") && says("Ridgeway") &&
	    says("0151 496 0000") && says("E08000015"));
	/* why it was asked for, and what the log said of the place */
	ck_assert(says("he found 12 Larkhill Road"));
	ck_assert(says("addresses[0].lines[0]: 12 Larkhill Road (1 A)"));
	ck_assert(says("the Larkhill Road people rang"));
	/* an override as any other */
	OK(cp_investigation_get(store, "INV-0001", &inv, &err));
	ck_assert_str_eq(inv.opened_by, "ann");
	ck_assert_uint_eq(flags("record/addresses/0"), 0);
}
END_TEST

/* ---- review -------------------------------------------------------------- */

START_TEST(decisions_stay_and_changes_show)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	ck_assert_int_eq(cp_collection_stale(&coll), 1);
	collect_store(NULL);
	ck_assert_int_eq(coll.items[0].stored.number, 1);
	decide("record/carers/0/name", CP_ITEM_GIVE);
	decide("record/names/1", CP_ITEM_WITHHOLD);
	collect(NULL);
	/* That it was collected is no news about the person. */
	ck_assert_int_eq(cp_collection_stale(&coll), 0);
	ck_assert(says("Mae Ash") && !says("Oak"));
	log_about("record.show", "R1", "{\"reason\":\"a call\"}");
	collect(NULL);
	ck_assert_int_eq(cp_collection_stale(&coll), 1);
	collect_store(NULL);
	ck_assert_int_eq(cp_collection_stale(&coll), 0);
	ck_assert(says("Mae Ash") && !says("Oak"));
}
END_TEST

START_TEST(a_decision_is_about_what_stood_there)
{
	static const char *const sets[] = { "carers[0].name=Mia Elm" };
	struct cp_reject why;
	int changed[1];

	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect_store(NULL);
	decide("record/carers/0/name", CP_ITEM_GIVE);
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_correct(&c, "R1", sets, 1, "wrong", changed, &why,
	    &err));
	OK(cp_txn_commit(audit, &err));
	collect(NULL);
	ck_assert_int_eq(coll.items[at(1, "record/carers/0/name")].changed,
	    1);
	ck_assert(!says("Mia Elm"));
	ck_assert_int_eq(cp_collection_stale(&coll), 1);
}
END_TEST

/* ---- the other tables ---------------------------------------------------- */

START_TEST(every_ledger)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	sql(LEDGERS("1"));
	log_about("notice.served", "R1", "{\"route\":\"post\"}");
	log_about("consent.give", "R1", "{\"consent\":\"C-0007\"}");
	log_about("hold.place", "R1", "{\"hold\":\"H-0900\"}");
	log_about("record.move-accept", "R1", "{\"from\":\"E08000035\"}");
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect(NULL);
	/* What a ledger has is not told twice. */
	for (size_t i = 0; i < coll.n; i++)
		ck_assert_int_ne(strncmp(coll.items[i].stored.key, "log/", 4),
		    0);
	ck_assert_uint_eq(flags("consents/C-0007"), 0);
	ck_assert_uint_eq(flags("consents/C-0007/evidence"),
	    CP_FLAGGED_SOURCE);
	ck_assert_uint_eq(flags("consents/C-0007/2019-05-06"), 0);
	ck_assert_uint_eq(flags("consents/C-0008"), CP_FLAGGED_SENSITIVE);
	ck_assert_uint_eq(flags("holds/H-0900"), CP_FLAGGED_HOLD);
	ck_assert_uint_eq(flags("moves/1"), 0);
	give_all();
	ck_assert(says("\"ground\":\"connexions\",\"by\":\"self\","
	    "\"from\":\"2019-01-02\",\"method\":\"letter\","
	    "\"statement\":\"v1\",\"ended\":\"2019-09-09\","
	    "\"status\":\"withdrawn\",\"evidence\":\"E-7\","
	    "\"detail\":\"E-8\"}"));
	ck_assert(says("\"confirmed\":\"2019-05-06\",\"evidence\":"
	    "\"E-10\""));
	ck_assert(says("\"kind\":\"first\",\"status\":\"served\",\"to\":"
	    "\"carer\""));
	ck_assert(says("comprehension") && !says("eighteen"));
	ck_assert(says("an inquiry") && says("Ms Fox"));
	ck_assert(says("E08000035"));
	/* of nobody's letter that only an officer knows, and nobody by name */
	ck_assert(!says("2019-01-10") && !says("tim\""));
}
END_TEST

START_TEST(ledgers_without_a_place)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	sql(LEDGERS("1"));
	shield("R1");
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect(NULL);
	give_all();
	ck_assert(says("connexions") && says("2019-05-06"));
	ck_assert(!says("E-7") && !says("E-8") && !says("E-10"));
	ck_assert(!says("\"v1\""));
	ck_assert(!says("C-0008") && !says("significant-harm"));
	ck_assert(says("comprehension")); /* by hand */
	ck_assert(!says("\"kind\":\"first\"") && !says("post"));
	ck_assert(!says("inquiry") && !says("did-move"));
	/* An involvement that was is a place, too. */
	add_record(NEVER("R2"));
	sql("INSERT INTO consent(record, ground, by, given, statement, "
	    "evidence, taken_by, entered) VALUES (2, 'significant-harm', '', "
	    "'2019-01-03', '', 'E-9', 'tim', '2019-01-03T00:00:00Z')");
	open_for("Max Oak", CP_PARENT, "R2", NULL);
	collect(NULL);
	for (size_t i = 0; i < coll.n; i++)
		ck_assert_int_ne(coll.items[i].part, CP_PART_CONSENTS);
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	say_safe(1);
	collect(identity);
	give_all();
	ck_assert(says("post") && says("inquiry") && says("did-move") &&
	    says("2019-01-10") && says("E-7"));
}
END_TEST

START_TEST(those_merged_into_it)
{
	const struct cp_merge m = { .id = "R2", .into = "R1",
		.reason = "the same" };
	struct cp_merged merged;
	struct cp_reject why;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	add_record(HEAD("R2") "]," PLACES("12 Larkhill Road") "," CARER("")
	    ",\"involvements\":[],\"left_england\":{\"date\":\"2019-12-01\","
	    "\"intention\":\"return\"},\"death\":null,\"letters\":null}");
	sql(LEDGERS("2"));
	sql("INSERT INTO notice(n, record, kind, cause, status, since, due, "
	    "addressee, route, issued, served) VALUES (9, 1, 'first', '', "
	    "'served', '2018-01-01', '2018-02-01', 'carer', 'post', "
	    "'2018-01-05T00:00:00Z', '2018-01-06');");
	sql("UPDATE hold SET released = '2019-04-04', released_by = 'tim', "
	    "release_reason = 'over'");
	log_about("record.show", "R2", "{\"reason\":\"the other number\"}");
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_merge(&c, &m, &merged, &why, &err));
	OK(cp_txn_commit(audit, &err));
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	collect(NULL);
	give_all();
	ck_assert_int_ge(at(1, "about/R2"), 0);
	ck_assert(says("the other number") && says("an inquiry") &&
	    says("E-7") && says("E08000035"));
	/* of two letters of a kind one stays with the number that is no more */
	ck_assert(says("2018-01-06") && says("2019-01-06"));
}
END_TEST

START_TEST(what_is_left_of_a_destroyed_one)
{
	struct cp_record r;
	struct cp_date due;

	add_record(WHOLE("R1", "12 Larkhill Road"));
	log_about("record.show", "R1", "{\"reason\":\"a call\"}");
	open_for("Nell Ash", CP_SELF, "R1", NULL);
	r = record("R1");
	OK(cp_date_parse("2026-01-03", &due, &err));
	sql("INSERT INTO volume(n, id, custody, made, packages, live, size, "
	    "sha256) VALUES (1, 'V', 'x', '2020-01-02', 1, 0, 1, x'00');"
	    "INSERT INTO batch(n, id, status, proposed, proposed_at, "
	    "proposed_by, policy, count, not_before) VALUES (1, 'B-0001', "
	    "'done', '2026-01-03', 'x', 'x', 1, 1, '2026-01-03');"
	    "INSERT INTO package(id, record, volume, archived, rule, "
	    "destroy_due, shelf, policy, status, ended, batch) VALUES ("
	    "'P-1', 1, 1, '2020-01-02', 'x', '2026-01-03', 202601, 1, "
	    "'destroyed', '2026-01-03', 1);");
	OK(cp_txn_begin(audit, &err));
	OK(cp_record_strip(store, &r, due, rules.policy_n, &now, &err));
	OK(cp_record_bury(store, r.n, &now, &err));
	OK(cp_txn_commit(audit, &err));
	collect(NULL);
	ck_assert_str_eq(coll.subject[0].who.found, "destroyed");
	ck_assert_ptr_null(coll.subject[0].doc);
	ck_assert(says("null") && says("\"state\":\"destroyed\"") &&
	    says("\"destroyed\":\"2020-01-02\"") && says("B-0001") &&
	    says("\"archived\":\"2020-01-02\""));
	ck_assert(!says("a call") && !says("Nell"));
}
END_TEST

/* ---- requests of others -------------------------------------------------- */

START_TEST(other_requests)
{
	add_record(WHOLE("R1", "12 Larkhill Road"));
	open_for("Mae Ash", CP_PARENT, "R1", NULL);
	collect_store(NULL);
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("requests/SAR-0001"), CP_FLAGGED_REQUESTER);
	ck_assert(!says("SAR-0001") && !says("did-answer"));
	give_all();
	ck_assert(says("SAR-0001") && says("did-answer"));
	/* The same who asks again knows it. */
	open_for("Mae Ash", CP_PARENT, "R1", NULL);
	collect(NULL);
	ck_assert_uint_eq(flags("requests/SAR-0001"), 0);
	ck_assert_uint_eq(flags("requests/SAR-0002"), CP_FLAGGED_REQUESTER);
	shield("R1");
	open_for("Max Oak", CP_PARENT, "R1", NULL);
	collect(NULL);
	ck_assert_int_lt(at(1, "requests/SAR-0001"), 0);
	ck_assert_int_lt(at(1, "requests/SAR-0003"), 0);
	ck_assert_int_ge(at(1, "requests/SAR-0002"), 0);
	for (size_t i = 0; i < coll.n; i++)
		ck_assert((coll.items[i].stored.flags &
		    CP_FLAGGED_REQUESTER) == 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("collecting");
	TCase *t = tcase_create("collecting");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_whole_document);
	tcase_add_test(t, flags_by_rule);
	tcase_add_test(t, who_asks_for_themself);
	tcase_add_test(t, the_child_objects);
	tcase_add_test(t, as_if_there_had_never_been_a_place);
	tcase_add_test(t, no_place_of_a_brother);
	tcase_add_test(t, the_brother_alone);
	tcase_add_test(t, safe_about_one_of_two);
	tcase_add_test(t, what_somebody_typed);
	tcase_add_test(t, details_of_any_kind);
	tcase_add_test(t, an_authority_that_is_not_open);
	tcase_add_test(t, nothing_is_given);
	tcase_add_test(t, the_authority_only_beside_a_place);
	tcase_add_test(t, an_entry_takes_its_details_along);
	tcase_add_test(t, for_whom_it_is_safe);
	tcase_add_test(t, decisions_stay_and_changes_show);
	tcase_add_test(t, a_decision_is_about_what_stood_there);
	tcase_add_test(t, every_ledger);
	tcase_add_test(t, ledgers_without_a_place);
	tcase_add_test(t, those_merged_into_it);
	tcase_add_test(t, what_is_left_of_a_destroyed_one);
	tcase_add_test(t, other_requests);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
