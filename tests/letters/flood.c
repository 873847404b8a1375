#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "archive/pool.h"
#include "tests/letters/letters.h"

/* As a print run does, without its store: parts by workers with a press each,
 * bound in order by the one who owns them. */
struct part {
	long from, n;
	struct cp_buf pdf;
};
struct flood {
	const struct letters *l;
	const struct cp_preview *p;
	char date[80];
};
struct desk { /* of one worker */
	struct cp_press *press;
	struct cp_composed c;
	struct cp_blocks blocks;
};

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long
resident(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static enum cp_rc
open_desk(void *ctx, void **state, struct cp_err *err)
{
	struct desk *d = calloc(1, sizeof(*d));

	(void)ctx;
	if (d == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	cp_composed_init(&d->c);
	cp_blocks_init(&d->blocks);
	*state = d;
	return CP_OK;
}

static void
close_desk(void *ctx, void *state)
{
	struct desk *d = state;

	(void)ctx;
	cp_press_free(d->press);
	cp_composed_clear(&d->c);
	cp_blocks_clear(&d->blocks);
	free(d);
}

static void
set_letter(const struct flood *f, struct desk *d, long n)
{
	struct letters_name name;
	struct cp_press_spec spec;
	struct cp_letter letter;
	struct cp_err err = { 0 };
	const char *why = NULL;
	int pages;

	letters_compose(f->l, f->p, &d->c, &name, n);
	if (d->press == NULL) {
		cp_preview_spec(&d->c, f->date, &f->l->now, &spec);
		letters_must(cp_press_open(&spec, &d->press, &err), &err);
	}
	letters_must(cp_composed_blocks(&d->c, &d->blocks, &err), &err);
	cp_preview_letter(&d->c, &d->blocks, &letter);
	letter.to = name.line;
	letters_must(cp_press_add(d->press, &letter, &pages, &why, &err),
	    &err);
}

static void
set_part(void *ctx, void *state, void *item)
{
	struct desk *d = state;
	struct part *part = item;
	struct cp_err err = { 0 };

	for (long i = 0; i < part->n; i++)
		set_letter(ctx, d, part->from + i);
	cp_buf_reset(&part->pdf);
	letters_must(cp_press_finish(d->press, &part->pdf, &err), &err);
}

struct bound {
	struct cp_bind *bind;
	FILE *out;
	uint64_t bytes;
	int64_t pages;
	double seconds;
	long rss; /* when the first parts were bound */
	int parts;
};

static enum cp_rc
put(void *ctx, const void *data, size_t len, struct cp_err *err)
{
	struct bound *b = ctx;

	b->bytes += len;
	return b->out != NULL ? letters_write(b->out, data, len, err) : CP_OK;
}

static void
bind_part(struct bound *b, const struct part *part)
{
	struct cp_err err = { 0 };
	double start = seconds();
	int64_t first;
	int pages;

	letters_must(cp_bind_add(b->bind, part->pdf.data, part->pdf.len, NULL,
	    0, &first, &pages, &err), &err);
	b->pages += pages;
	b->seconds += seconds() - start;
	if (++b->parts == 8)
		b->rss = resident();
}

static void
open_bound(struct bound *b, const struct flood *f, const char *output)
{
	const struct cp_language *l = cp_wording_language(f->l->wordings,
	    f->p->language, &(int){ 0 });
	struct cp_bind_spec spec = { .title = "Letters", .language = l->code,
		.rtl = l->rtl, .figure = l->qr, .made = f->l->now.time };
	struct cp_err err = { 0 };

	if (output != NULL && (b->out = fopen(output, "wb")) == NULL) {
		perror(output);
		exit(1);
	}
	letters_must(cp_bind_open(&spec, put, b, &b->bind, &err), &err);
}

static void
close_bound(struct bound *b)
{
	struct cp_err err = { 0 };
	double start = seconds();

	letters_must(cp_bind_finish(b->bind, &err), &err);
	cp_bind_free(b->bind);
	b->seconds += seconds() - start;
	if (b->out != NULL && fclose(b->out) != 0) {
		perror("letters");
		exit(1);
	}
}

/* One more part than workers, so that nobody waits for the binder. */
static void
run(struct flood *f, const struct letters_flood *how, struct bound *b)
{
	struct cp_pool_work work = { set_part, open_desk, close_desk, f };
	unsigned depth = how->workers + 1;
	struct part *parts = calloc(depth, sizeof(*parts)), *done;
	struct cp_pool *pool = NULL;
	struct cp_err err = { 0 };
	unsigned idle = 0;

	letters_must(cp_pool_new(&work, how->workers == 1 ? 0 : how->workers,
	    depth, &pool, &err), &err);
	for (long from = 0; from < how->count; from += how->part) {
		struct part *part = NULL;

		if (idle < depth) {
			part = &parts[idle++];
		} else {
			part = cp_pool_next(pool);
			bind_part(b, part);
		}
		part->from = from;
		part->n = how->count - from < how->part ? how->count - from :
		    how->part;
		letters_must(cp_pool_submit(pool, part, &err), &err);
	}
	while ((done = cp_pool_next(pool)) != NULL)
		bind_part(b, done);
	cp_pool_free(&pool);
	for (unsigned i = 0; i < depth; i++)
		cp_buf_clear(&parts[i].pdf);
	free(parts);
}

void
letters_flood(const struct letters *l, const struct cp_preview *p,
    const struct letters_flood *how)
{
	struct flood f = { .l = l, .p = p, .date = "21 November 2026" };
	struct bound b = { .bytes = 0 };
	double start = seconds(), took;

	open_bound(&b, &f, how->output);
	run(&f, how, &b);
	close_bound(&b);
	took = seconds() - start;
	printf("{\"letters\":%ld,\"pages\":%lld,\"bytes\":%llu,"
	    "\"seconds\":%.4f,\"binding\":%.4f,\"per_second\":%.1f,"
	    "\"bytes_each\":%.0f,\"rss_kib\":%ld,\"rss_kib_first\":%ld}\n",
	    how->count, (long long)b.pages, (unsigned long long)b.bytes, took,
	    b.seconds, (double)how->count / took,
	    (double)b.bytes / (double)how->count, resident(), b.rss);
}
