#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpadmin/sar_case.h"
#include "cpadmin/take.h"
#include "lifecycle/duties/wording.h"
#include "lifecycle/store/config.h"
#include "lifecycle/store/json_put.h"

/* sar open: a request that came. */

struct opening {
	struct cp_sar_opening o;
	char requester[CP_SAR_TEXT], name[CP_SAR_TEXT];
	struct cp_buf sought;
	struct cp_record record[CP_SAR_SUBJECTS];
	const struct cp_record *list[CP_SAR_SUBJECTS];
	char like[CP_SAR_ID];
};

/* ---- a name, that need not stand in a list of processes ------------------ */

/* All of the file, which nobody else may read; one line feed at its end does
 * not count. */
static enum cp_rc
read_private(const char *path, const char *option, char out[CP_SAR_TEXT],
    struct cp_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum cp_rc rc = CP_OK;
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return cp_fail_errno(err, errno == ENOENT ? CP_NOT_FOUND :
		    CP_FAILED, "--%s: the file after @", option);
	if (fstat(fd, &st) == 0 &&
	    (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)) {
		rc = cp_fail(err, CP_DENIED, "--%s: others may read the file "
		    "after @", option);
		cp_err_hint(err, "chmod 600 it");
	} else if ((n = read(fd, out, CP_SAR_TEXT)) < 0) {
		rc = cp_fail_errno(err, CP_FAILED, "--%s: the file after @",
		    option);
	} else if (n == CP_SAR_TEXT) {
		rc = cp_fail(err, CP_USAGE, "--%s is longer than %d bytes",
		    option, CP_SAR_TEXT - 1);
	}
	if (rc == CP_OK) {
		n -= n > 0 && out[n - 1] == '\n';
		out[n] = '\0';
	}
	(void)close(fd);
	return rc;
}

/* The option NAME, or what is in the file that it names with an @. */
static enum cp_rc
take_name(const struct cp_call *call, const char *name,
    char out[CP_SAR_TEXT], const char **text, struct cp_err *err)
{
	enum cp_rc rc = cp_sar_text(call, name, text, err);

	if (rc != CP_OK || *text == NULL || (*text)[0] != '@')
		return rc;
	rc = read_private(*text + 1, name, out, err);
	if (rc == CP_OK && (strlen(out) == 0 || out[strspn(out, " \t\r\n")] ==
	    '\0'))
		rc = cp_fail(err, CP_USAGE, "--%s is empty", name);
	*text = out;
	return rc;
}

/* ---- the options --------------------------------------------------------- */

static enum cp_rc
take_asks(const struct cp_call *call, unsigned *asks, struct cp_err *err)
{
	const char *word;

	for (int i = 0; (word = cp_option_at(call, "asks", i)) != NULL; i++) {
		if (cp_asks_parse(word) == 0)
			return cp_fail(err, CP_USAGE, "--asks is access, "
			    "rectification or objection");
		*asks |= cp_asks_parse(word);
	}
	if (*asks == 0)
		*asks = CP_ASKS_ACCESS;
	return CP_OK;
}

/* "ur", "ur-PK". */
static int
like_language(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t n = strspn(text, letters);

	return n >= 2 && n <= 3 && strlen(text) < 36 &&
	    (text[n] == '\0' || (text[n] == '-' && strlen(text + n) > 2 &&
	    text[n + 1 + strspn(text + n + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0'));
}

static enum cp_rc
take_answer(const struct cp_call *call, struct cp_sar_opening *o,
    struct cp_err *err)
{
	enum cp_format format;

	o->authority = cp_option(call, "authority");
	o->language = cp_option(call, "language");
	o->format = cp_option(call, "format");
	if (o->authority != NULL && !cp_config_authority_ok(o->authority))
		return cp_fail(err, CP_USAGE, "--authority is not a letter "
		    "and 8 digits");
	if (o->language != NULL && !like_language(o->language))
		return cp_fail(err, CP_USAGE, "--language is no code, as en, "
		    "ur or pl");
	if (o->format != NULL && !cp_format_parse(o->format, &format))
		return cp_fail(err, CP_USAGE, "--format is standard, "
		    "large-print, easy-read or plain-text");
	return take_asks(call, &o->asks, err);
}

/* The JSON of who is looked for; no member for what is not known. */
static enum cp_rc
take_sought(const struct cp_call *call, struct opening *x,
    struct cp_err *err)
{
	const char *name = NULL, *number = NULL, *born;
	struct cp_date date;
	enum cp_rc rc = take_name(call, "name", x->name, &name, err);

	if (rc == CP_OK)
		rc = cp_sar_text(call, "number", &number, err);
	born = cp_option(call, "born");
	if (rc == CP_OK && born != NULL)
		rc = cp_take_date(call, "born", &date, err);
	if (rc != CP_OK || (name == NULL && born == NULL && number == NULL))
		return rc;
	if (name == NULL && number == NULL)
		return cp_fail(err, CP_USAGE, "--name or --number is missing: "
		    "nobody is found by a birth date alone");
	cp_json_open(&x->sought, '{');
	if (name != NULL)
		cp_json_put_member(&x->sought, "name", name);
	if (born != NULL)
		cp_json_put_member(&x->sought, "born", born);
	if (number != NULL)
		cp_json_put_member(&x->sought, "number", number);
	cp_json_close(&x->sought, '}');
	x->o.sought = cp_buf_text(&x->sought);
	return cp_buf_check(&x->sought, err);
}

static enum cp_rc
take(const struct cp_call *call, struct opening *x, struct cp_err *err)
{
	const char *relation = NULL;
	enum cp_rc rc = take_name(call, "requester", x->requester,
	    &x->o.requester, err);

	if (rc == CP_OK && x->o.requester == NULL)
		rc = cp_fail(err, CP_USAGE, "--requester is missing");
	if (rc == CP_OK)
		rc = cp_option_required(call, "relation", &relation, err);
	if (rc == CP_OK && !cp_relation_parse(relation, &x->o.relation))
		rc = cp_fail(err, CP_USAGE, "--relation is self, parent or "
		    "representative");
	if (rc == CP_OK)
		rc = cp_take_date(call, "received", &x->o.received, err);
	if (rc == CP_OK)
		rc = take_answer(call, &x->o, err);
	if (rc == CP_OK)
		rc = take_sought(call, x, err);
	x->o.again = cp_flag(call, "again");
	if (rc == CP_OK && cp_option(call, "subject") == NULL &&
	    x->o.sought == NULL) {
		(void)cp_fail(err, CP_USAGE, "whom is it about? --subject is "
		    "missing");
		cp_err_hint(err, "where the record is not known yet, --name "
		    "and --born, or --number, say who is looked for");
		return CP_USAGE;
	}
	return rc;
}

/* ---- the request --------------------------------------------------------- */

static enum cp_rc
find_records(struct cp_sar_case *x, struct opening *p, struct cp_err *err)
{
	const char *id;
	enum cp_rc rc = CP_OK;

	for (int i = 0; rc == CP_OK &&
	    (id = cp_option_at(x->call, "subject", i)) != NULL; i++) {
		if (i == CP_SAR_SUBJECTS)
			return cp_fail(err, CP_BAD_INPUT, "it is about more "
			    "than %d", CP_SAR_SUBJECTS);
		rc = cp_record_get(x->s.store, id, &p->record[i], err);
		p->list[i] = &p->record[i];
		for (int k = 0; rc == CP_OK && k < i; k++)
			if (p->record[k].n == p->record[i].n)
				rc = cp_fail(err, CP_USAGE, "--subject %s is "
				    "given twice", p->record[i].id);
		p->o.n_records = (size_t)i + 1;
	}
	p->o.records = p->list;
	return rc;
}

static enum cp_rc
enter(struct cp_sar_case *x, struct opening *p, struct cp_err *err)
{
	enum cp_rc rc = cp_txn_begin(x->s.audit, err);
	int64_t policy = 0;

	if (rc == CP_OK)
		rc = find_records(x, p, err);
	if (rc == CP_OK)
		rc = cp_sar_policy_on(x->s.store, p->o.received, &policy, err);
	if (rc == CP_OK)
		rc = cp_sar_rules_load(x->s.store, policy, x->holidays,
		    &x->sar_rules, err);
	if (rc == CP_OK)
		rc = cp_sar_open(&x->c, &x->s.op, &p->o, &x->sar_rules,
		    &x->sar, p->like, err);
	return cp_txn_end(x->s.audit, rc, err);
}

static int
speaks(const struct cp_policy *p, const char *language)
{
	size_t len = strcspn(language, "-");

	for (size_t i = 0; i < p->notice_languages.n; i++)
		if (strlen(p->notice_languages.word[i]) == len && strncmp(
		    p->notice_languages.word[i], language, len) == 0)
			return 1;
	return 0;
}

static void
say_more(const struct cp_sar_case *x, const struct opening *p)
{
	if (p->like[0] != '\0')
		cp_say(x->call, "the same was asked before: %s", p->like);
	if (p->o.language != NULL && !speaks(x->policy, p->o.language))
		cp_say(x->call, "there are no letters in %s: they will be in "
		    "English", p->o.language);
}

enum cp_rc
cp_sar_run_open(struct cp_call *call, struct cp_err *err)
{
	struct cp_sar_case x;
	struct opening p;
	enum cp_rc rc;

	memset(&p, 0, sizeof(p));
	cp_buf_init(&p.sought);
	rc = take(call, &p, err);
	if (rc == CP_OK)
		rc = cp_sar_case_store(call, CP_STORE_WRITE, CP_SAR_OFFICERS,
		    &x, err);
	if (rc != CP_OK) {
		cp_buf_clear(&p.sought);
		return rc;
	}
	if (p.o.authority == NULL)
		p.o.authority = x.s.settings.authority;
	if (!cp_operator_reaches(&x.s.op, p.o.authority))
		rc = cp_fail(err, CP_DENIED, "operator %s does not answer for "
		    "authority %s", x.s.op.name, p.o.authority);
	if (rc == CP_OK)
		rc = enter(&x, &p, err);
	if (rc == CP_OK) {
		say_more(&x, &p);
		rc = cp_sar_case_show(&x, err);
	}
	cp_buf_clear(&p.sought);
	cp_sar_case_close(&x);
	return rc;
}
