#include <string.h>

#include "archive/age.h"
#include "archive/age_keys.h"
#include "archive/crypto.h"
#include "archive/custody_impl.h"
#include "archive/secret.h"
#include "archive/shamir.h"

/*
 * Opening costs half a millisecond, joining a hundredth of it, and a key of 16
 * shares has 65,535 subsets.  So the first of each kind open the test package,
 * or fail to; all others, too, are joined, and what they give is compared with
 * the identity that did open it: the same bytes open the same package.
 */
enum { PROOF_BYTES = 64, PROOF_OPENED = 512 };

struct proof {
	const struct cp_custody_public *pub;
	const struct cp_secret *const *shares;
	uint8_t test[PROOF_BYTES];
	struct cp_buf package;
	struct cp_secret *identity; /* that opened the package */
	int opened, kept_shut;      /* subsets tried on it */
};

static enum cp_rc
make_package(struct proof *p, struct cp_err *err)
{
	struct cp_age_sealer *sealer = NULL;
	struct cp_age_recipient to;
	enum cp_rc rc;

	rc = cp_random(p->test, sizeof(p->test), err);
	if (rc == CP_OK)
		rc = cp_age_recipient_parse(p->pub->recipient, &to, err);
	if (rc == CP_OK)
		rc = cp_age_sealer_new(&sealer, err);
	if (rc == CP_OK)
		rc = cp_age_seal(sealer, &to, 1, p->test, sizeof(p->test),
		    &p->package, &p->package, NULL, err);
	cp_age_sealer_free(sealer);
	return rc;
}

/* CP_KEY: it does not open the package. */
static enum cp_rc
open_package(const struct proof *p, const struct cp_secret *identity,
    struct cp_err *err)
{
	struct cp_age_identity who = { .kind = CP_AGE_X25519,
	    .secret = identity };
	struct cp_buf plain;
	enum cp_rc rc;

	cp_buf_init(&plain);
	rc = cp_age_open(p->package.data, p->package.len, &who, 1, &plain,
	    err);
	if (rc == CP_OK && (plain.len != sizeof(p->test) ||
	    memcmp(plain.data, p->test, sizeof(p->test)) != 0))
		rc = cp_fail(err, CP_CORRUPT, "the test package opened to "
		    "something else");
	cp_buf_clear(&plain);
	return rc;
}

static enum cp_rc
must_open(struct proof *p, struct cp_secret **joined, struct cp_err *err)
{
	enum cp_rc rc = CP_OK;

	if (p->opened < PROOF_OPENED) {
		p->opened++;
		rc = open_package(p, *joined, err);
	}
	if (rc != CP_OK)
		return rc;
	if (p->identity == NULL) {
		p->identity = *joined;
		*joined = NULL;
	} else if (!cp_secret_equal(*joined, p->identity))
		rc = cp_fail(err, CP_CORRUPT, "two sets of shares give two "
		    "identities");
	return rc;
}

static enum cp_rc
must_not_open(struct proof *p, const struct cp_secret *joined,
    struct cp_err *err)
{
	enum cp_rc rc = CP_KEY;

	if (p->kept_shut < PROOF_OPENED) {
		p->kept_shut++;
		rc = open_package(p, joined, err);
	}
	if (rc == CP_OK || cp_secret_equal(joined, p->identity))
		return cp_fail(err, CP_CORRUPT, "too few shares open the test "
		    "package");
	return rc == CP_KEY ? CP_OK : rc;
}

/* The shares whose bits are set in SUBSET: *JOINED. */
static enum cp_rc
join_subset(const struct proof *p, unsigned subset, struct cp_secret **joined,
    struct cp_err *err)
{
	const struct cp_secret *of[CP_CUSTODY_SHARES];
	int x[CP_CUSTODY_SHARES], i, n = 0;

	for (i = 0; i < p->pub->shares; i++)
		if ((subset >> i & 1) != 0) {
			of[n] = p->shares[i];
			x[n++] = i + 1;
		}
	if (p->pub->threshold == 1)
		return cp_secret_dup(joined, of[0], err);
	return cp_shamir_join(of, x, n, joined, err);
}

/* All subsets of N shares, which must open or must not. */
static enum cp_rc
prove_subsets(struct proof *p, int n, struct cp_err *err)
{
	unsigned subset, end = 1u << p->pub->shares;
	struct cp_secret *joined = NULL;
	enum cp_rc rc = CP_OK;

	for (subset = 1; rc == CP_OK && subset < end; subset++) {
		if (__builtin_popcount(subset) != n)
			continue;
		rc = join_subset(p, subset, &joined, err);
		if (rc == CP_OK)
			rc = n == p->pub->threshold ?
			    must_open(p, &joined, err) :
			    must_not_open(p, joined, err);
		cp_secret_free(joined);
		joined = NULL;
	}
	return rc;
}

enum cp_rc
cp_custody_prove(const struct cp_custody_public *pub,
    const struct cp_secret *const *shares, struct cp_err *err)
{
	struct proof p = { .pub = pub, .shares = shares };
	enum cp_rc rc;
	int n;

	cp_buf_init(&p.package);
	rc = make_package(&p, err);
	/* From the threshold down: first the identity that opens is found. */
	for (n = pub->threshold; rc == CP_OK && n > 0; n--)
		rc = prove_subsets(&p, n, err);
	if (rc != CP_OK)
		cp_err_context(err, "proving custody key %s", pub->id);
	/* A wrong identity here means wrong bytes, not a wrong passphrase. */
	if (rc == CP_KEY)
		rc = err->code = CP_CORRUPT;
	cp_secret_free(p.identity);
	cp_buf_clear(&p.package);
	cp_wipe(p.test, sizeof(p.test));
	return rc;
}
