#include "lifecycle/duties/sealing.h"

#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/package.h"
#include "archive/secret.h"
#include "lifecycle/records/catalogue.h"

static const char readme[] =
    "This is the archived record of one child in a children's directory.\n"
    "\n"
    "record.json   what the directory held, as record/1\n"
    "history.json  what happened to the record, and who looked at it\n"
    "shield.box    is in every such package, of random bytes unless something\n"
    "              is sealed in it to others, which cannot be told from them\n"
    "\n"
    "The first two are JSON in UTF-8. Whoever reads this holds personal data\n"
    "of a person who may not know: use it for the purpose for which it was\n"
    "opened, and destroy this copy afterwards.\n";

/* What one worker keeps. */
struct bench {
	struct cp_age_sealer *sealer;
	struct cp_aead *aead;
	struct cp_buf box;
	struct cp_buf package;
	struct cp_buf again;
};

void
cp_seal_job_init(struct cp_seal_job *j)
{
	memset(j, 0, sizeof(*j));
}

void
cp_seal_job_clear(struct cp_seal_job *j)
{
	cp_buf_clear(&j->document);
	cp_buf_clear(&j->history);
	cp_box_clear(&j->box);
	cp_buf_clear(&j->header);
	cp_buf_clear(&j->payload);
	cp_keys_clear(&j->ties);
}

void
cp_seal_job_reset(struct cp_seal_job *j)
{
	cp_buf_reset(&j->document);
	cp_buf_reset(&j->history);
	cp_buf_reset(&j->header);
	cp_buf_reset(&j->payload);
	j->rc = CP_OK;
	cp_err_clear(&j->err);
}

static void
clear_bench(void *ctx, void *state)
{
	struct bench *b = state;

	(void)ctx;
	if (b == NULL)
		return;
	cp_age_sealer_free(b->sealer);
	cp_aead_free(b->aead);
	cp_buf_clear(&b->box);
	cp_buf_clear(&b->package);
	cp_buf_clear(&b->again);
	free(b);
}

static enum cp_rc
make_bench(void *ctx, void **state, struct cp_err *err)
{
	struct bench *b = calloc(1, sizeof(*b));
	enum cp_rc rc;

	if (b == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	rc = cp_age_sealer_new(&b->sealer, err);
	if (rc == CP_OK)
		rc = cp_aead_new(&b->aead, err);
	if (rc != CP_OK) {
		clear_bench(ctx, b);
		return rc;
	}
	*state = b;
	return CP_OK;
}

static enum cp_rc
build(struct bench *b, const struct cp_seal_job *j, struct cp_err *err)
{
	struct cp_member members[] = {
		{ "record.json", j->document.data, j->document.len },
		{ "history.json", j->history.data, j->history.len },
		{ "README.txt", readme, sizeof(readme) - 1 },
		{ CP_BOX_MEMBER, NULL, 0 },
	};
	enum cp_rc rc = cp_box_fill(b->aead, &j->box, &b->box, err);

	if (rc != CP_OK)
		return rc;
	members[3].data = b->box.data;
	members[3].len = b->box.len;
	cp_buf_reset(&b->package);
	return cp_package_build(members, 4, &b->package, err);
}

/* What was sealed opens and is what was meant. */
static enum cp_rc
read_back(struct bench *b, const struct cp_seal_job *j,
    const struct cp_secret *file_key, struct cp_err *err)
{
	enum cp_rc rc;

	cp_buf_reset(&b->again);
	rc = cp_age_payload_reopen(b->sealer, file_key, j->payload.data,
	    j->payload.len, &b->again, err);
	if (rc == CP_OK && (b->again.len != b->package.len ||
	    memcmp(b->again.data, b->package.data, b->again.len) != 0))
		rc = cp_fail(err, CP_CORRUPT, "the package read back is not "
		    "the one that was sealed");
	return rc;
}

static void
seal(void *ctx, void *state, void *item)
{
	const struct cp_sealing *with = ctx;
	struct cp_secret *file_key = NULL;
	struct cp_seal_job *j = item;
	struct bench *b = state;

	j->rc = cp_parcel_new_id(j->package_id, &j->err);
	if (j->rc == CP_OK)
		j->rc = cp_tie_keys_text(with->matcher,
		    cp_buf_text(&j->document), j->document.len, &j->ties,
		    &j->err);
	if (j->rc == CP_OK)
		j->rc = build(b, j, &j->err);
	if (j->rc == CP_OK)
		j->rc = cp_age_seal(b->sealer, with->recipient, 1, b->package.data,
		    b->package.len, &j->header, &j->payload, &file_key,
		    &j->err);
	if (j->rc == CP_OK)
		j->rc = read_back(b, j, file_key, &j->err);
	cp_secret_free(file_key);
}

struct cp_pool_work
cp_sealing_work(const struct cp_sealing *with)
{
	union {
		const struct cp_sealing *in;
		void *out;
	} ctx = { with };

	return (struct cp_pool_work){ seal, make_bench, clear_bench, ctx.out };
}
