#include <stdlib.h>
#include <string.h>

#include "lifecycle/rules/policy.h"
#include "tests/letters/letters.h"

/* ---- what all share -------------------------------------------------------- */

void
letters_must(enum cp_rc rc, const struct cp_err *err)
{
	if (rc == CP_OK)
		return;
	fprintf(stderr, "letters: %s\n", err->what);
	exit(1);
}

enum cp_rc
letters_write(void *ctx, const void *data, size_t len, struct cp_err *err)
{
	return fwrite(data, 1, len, ctx) == len ? CP_OK :
	    cp_fail_errno(err, CP_FAILED, "writing");
}

FILE *
letters_create(const char *dir, const char *code, const char *end)
{
	char path[1024];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.%s", dir, code, end);
	f = fopen(path, "wb");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	return f;
}

void
letters_close_file(FILE *f)
{
	if (fclose(f) != 0) {
		perror("letters");
		exit(1);
	}
}

static enum cp_rc
sender(void *ctx, const char *authority, struct cp_sender *out,
    struct cp_err *err)
{
	static const char *const lines[] = { "Town Hall", "Sample Street",
		"Mockham", "ZZ99 2BB" };

	(void)ctx;
	(void)authority;
	(void)err;
	memset(out, 0, sizeof(*out));
	out->head = (struct cp_letterhead){ .name = "Sample Council",
		.office = "Children\xE2\x80\x99s directory team",
		.lines = lines, .n_lines = 4, .phone = "0151 496 0000",
		.email = "directory@sample.example",
		.web = "www.sample.example" };
	out->post = "Town Hall, Sample Street, Mockham ZZ99 2BB";
	out->dpo = "dpo@sample.example";
	return CP_OK;
}

static enum cp_rc
problem(void *ctx, const struct cp_wording_problem *p, struct cp_err *err)
{
	(void)err;
	fprintf(ctx, "%s:%u: %s\n", p->file, p->line, p->what);
	return CP_OK;
}

void
letters_open(struct letters *l, const char *file)
{
	struct cp_policy_report report;
	struct cp_err err = { 0 };
	const char *slash = strrchr(file, '/');
	char *folder = slash != NULL ? strndup(file, (size_t)(slash - file)) :
	    strdup(".");

	memset(l, 0, sizeof(*l));
	cp_policy_report_init(&report);
	letters_must(cp_policy_load_file(file, &l->policy, &report, &err),
	    &err);
	cp_policy_report_clear(&report);
	letters_must(cp_wordings_load(folder, l->policy, problem, stderr,
	    &l->wordings, &err), &err);
	free(folder);
	letters_must(cp_date_parse("2026-11-21", &l->now.today, &err), &err);
	memcpy(l->now.time, "2026-11-21T10:00:00Z", 21);
	l->rules.policy = l->policy;
	l->rules.today = l->now.today;
	l->with = (struct cp_composing){ .rules = &l->rules,
		.wordings = l->wordings, .now = &l->now, .sender = sender };
}

void
letters_close(struct letters *l)
{
	cp_wordings_free(l->wordings);
	cp_policy_free(l->policy);
}

void
letters_compose(const struct letters *l, const struct cp_preview *p,
    struct cp_composed *c, struct letters_name *name, long n)
{
	static const char *const first[] = { "Zo\xC3\xAB", "\xC5\x81ucja",
		"Si\xC3\xA2n", "Amina", "Oluwaseun", "Jack", "Mia", "Sh\xC3\xA9" };
	static const char *const last[] = { "O\xE2\x80\x99\x42rien", "Smith",
		"Wi\xC5\x9Bniewska", "Khan", "Adeyemi-Jones", "Begum",
		"van der Berg" };
	struct cp_err err = { 0 };

	letters_must(cp_preview_compose(&l->with, p, c, &err), &err);
	(void)snprintf(name->first, sizeof(name->first), "%s",
	    first[n % 8]);
	(void)snprintf(name->name, sizeof(name->name), "%s %s", name->first,
	    last[n / 8 % 7]);
	(void)snprintf(name->reference, sizeof(name->reference),
	    "N-%07ld-%c", n, (char)('A' + n % 26));
	(void)snprintf(name->said, sizeof(name->said), "%ld Sample Row", n);
	c->said.value[CP_VALUE_NAME] = name->name;
	c->said.value[CP_VALUE_FIRST_NAME] = name->first;
	c->said.value[CP_VALUE_REFERENCE] = name->reference;
	memcpy(c->reference, name->reference, sizeof(c->reference) <
	    sizeof(name->reference) ? sizeof(c->reference) :
	    sizeof(name->reference));
	for (size_t i = 0; i < c->n_lines && i < 8; i++)
		name->line[i] = c->lines[i];
	name->line[c->n_lines - 3] = name->said;
}

/* ---- what is asked --------------------------------------------------------- */

static void
usage(void)
{
	fprintf(stderr, "usage: letters sheets POLICY DIR [all]\n"
	    "       letters samples FILE DIR\n"
	    "       letters blocks POLICY LANGUAGE FORMAT N\n"
	    "       letters flood POLICY LANGUAGE FORMAT COUNT WORKERS "
	    "[FILE]\n");
	exit(2);
}

static struct cp_preview
asked(char **argv)
{
	struct cp_preview p = { .authority = "E08000015",
		.language = argv[3], .kind = CP_NOTICE_FIRST,
		.band = CP_BAND_PARENT };

	if (!cp_format_parse(argv[4], &p.format))
		usage();
	return p;
}

int
main(int argc, char **argv)
{
	struct cp_preview p;
	struct letters l;

	if (argc < 4)
		usage();
	if (strcmp(argv[1], "samples") == 0) {
		letters_samples(argv[2], argv[3]);
		return 0;
	}
	letters_open(&l, argv[2]);
	if (strcmp(argv[1], "sheets") == 0) {
		letters_sheets(&l, argv[3], argc > 4);
	} else if (strcmp(argv[1], "blocks") == 0 && argc == 6) {
		p = asked(argv);
		letters_blocks(&l, &p, stdout, atol(argv[5]));
	} else if (strcmp(argv[1], "flood") == 0 && argc >= 7) {
		struct letters_flood f = { .count = atol(argv[5]),
			.workers = (unsigned)atoi(argv[6]), .part = 500,
			.output = argc > 7 ? argv[7] : NULL };

		p = asked(argv);
		letters_flood(&l, &p, &f);
	} else {
		usage();
	}
	letters_close(&l);
	return 0;
}
