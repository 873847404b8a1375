#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/crypto.h"
#include "archive/merkle.h"
#include "archive/merkle_proof.h"

/*
 * The tree against a second implementation, written straight from the
 * recursive definitions of RFC 6962 over an array of leaf hashes.
 */

enum { LEVELS = 4, TILES = 1024, NAIVE_MAX = 140000, SMALL = 600 };
typedef uint8_t hash[CP_HASH_SIZE];

static struct cp_err err;

/* ---- a store in memory ------------------------------------------------- */

struct mem {
	struct cp_buf tiles[LEVELS][TILES];
	size_t gets, puts;
	enum cp_rc refuse;
};

static enum cp_rc
mem_get(void *ctx, unsigned level, uint64_t index, struct cp_buf *out,
    struct cp_err *e)
{
	struct mem *m = ctx;

	m->gets++;
	if (m->refuse != CP_OK)
		return cp_fail(e, m->refuse, "refused");
	if (level < LEVELS && index < TILES)
		cp_buf_put(out, m->tiles[level][index].data,
		    m->tiles[level][index].len);
	return CP_OK;
}

static enum cp_rc
mem_put(void *ctx, unsigned level, uint64_t index, const uint8_t *hashes,
    size_t width, struct cp_err *e)
{
	struct mem *m = ctx;

	m->puts++;
	if (m->refuse != CP_OK)
		return cp_fail(e, m->refuse, "refused");
	ck_assert(level < LEVELS && index < TILES && width >= 1 &&
	    width <= CP_TILE_WIDTH);
	cp_buf_reset(&m->tiles[level][index]);
	cp_buf_put(&m->tiles[level][index], hashes, width * CP_HASH_SIZE);
	return CP_OK;
}

static struct mem *mem;
static struct cp_tile_store store;
static hash *leaves;

static void
setup(void)
{
	uint32_t i;

	mem = calloc(1, sizeof(*mem));
	leaves = calloc(NAIVE_MAX, sizeof(hash));
	ck_assert(mem != NULL && leaves != NULL);
	for (i = 0; i < NAIVE_MAX; i++)
		cp_merkle_leaf_hash(&i, sizeof(i), leaves[i]);
	store = (struct cp_tile_store){ mem, mem_get, mem_put };
}

static void
teardown(void)
{
	size_t l, i;

	for (l = 0; l < LEVELS; l++)
		for (i = 0; i < TILES; i++)
			cp_buf_clear(&mem->tiles[l][i]);
	free(mem);
	free(leaves);
}

static void
ok(enum cp_rc rc)
{
	ck_assert_msg(rc == CP_OK, "%s", err.what);
}

/* Appends leaves FROM to TO - 1 in one sitting. */
static void
grow(uint64_t from, uint64_t to)
{
	struct cp_merkle *m = NULL;
	hash root, again;
	uint64_t i;

	ok(cp_merkle_open(&store, from, &m, &err));
	for (i = from; i < to; i++)
		ok(cp_merkle_append(m, leaves[i], &err));
	ok(cp_merkle_flush(m, &err));
	ck_assert_uint_eq(cp_merkle_size(m), to);
	cp_merkle_root(m, root);
	cp_merkle_free(m);
	ok(cp_merkle_root_at(&store, to, again, &err));
	ck_assert_mem_eq(root, again, CP_HASH_SIZE);
}

/* ---- the definitions of RFC 6962 --------------------------------------- */

static size_t
naive_split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static void
naive_root(const hash *d, size_t n, uint8_t *out)
{
	hash l, r;
	size_t k;

	if (n == 0) {
		cp_sha256("", 0, out);
		return;
	}
	if (n == 1) {
		memcpy(out, d[0], CP_HASH_SIZE);
		return;
	}
	k = naive_split(n);
	naive_root(d, k, l);
	naive_root(d + k, n - k, r);
	cp_merkle_node_hash(l, r, out);
}

static void
naive_put(const hash *d, size_t n, struct cp_buf *out)
{
	hash h;

	naive_root(d, n, h);
	cp_buf_put(out, h, CP_HASH_SIZE);
}

static void
naive_path(size_t m, const hash *d, size_t n, struct cp_buf *out)
{
	size_t k;

	if (n == 1)
		return;
	k = naive_split(n);
	if (m < k) {
		naive_path(m, d, k, out);
		naive_put(d + k, n - k, out);
	} else {
		naive_path(m - k, d + k, n - k, out);
		naive_put(d, k, out);
	}
}

static void
naive_subproof(size_t m, const hash *d, size_t n, int whole,
    struct cp_buf *out)
{
	size_t k;

	if (m == n) {
		if (!whole)
			naive_put(d, n, out);
		return;
	}
	k = naive_split(n);
	if (m <= k) {
		naive_subproof(m, d, k, whole, out);
		naive_put(d + k, n - k, out);
	} else {
		naive_subproof(m - k, d + k, n - k, 0, out);
		naive_put(d, k, out);
	}
}

/* ---- known answers ----------------------------------------------------- */

static void
unhex(const char *text, uint8_t *out)
{
	unsigned byte;

	for (; *text != '\0'; text += 2) {
		ck_assert_int_eq(sscanf(text, "%2x", &byte), 1);
		*out++ = (uint8_t)byte;
	}
}

/* The inputs and roots of the Certificate Transparency reference tests. */
START_TEST(known_roots)
{
	static const char *const in[] = { "", "00", "10", "2021", "3031",
		"40414243", "5051525354555657",
		"606162636465666768696a6b6c6d6e6f" };
	static const char *const roots[] = {
	    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
	};
	static const char empty[] =
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct cp_merkle *m = NULL;
	uint8_t line[64];
	hash leaf, root, want;
	size_t i;

	ok(cp_merkle_open(&store, 0, &m, &err));
	cp_merkle_root(m, root);
	unhex(empty, want);
	ck_assert_mem_eq(root, want, CP_HASH_SIZE);
	for (i = 0; i < 8; i++) {
		unhex(in[i], line);
		cp_merkle_leaf_hash(line, strlen(in[i]) / 2, leaf);
		ok(cp_merkle_append(m, leaf, &err));
		cp_merkle_root(m, root);
		unhex(roots[i], want);
		ck_assert_mem_eq(root, want, CP_HASH_SIZE);
	}
	cp_merkle_free(m);
}
END_TEST

START_TEST(long_leaf)
{
	static const size_t sizes[] = { 2046, 2047, 2048, 2049, 100000 };
	uint8_t *line = calloc(1, 100001);
	hash a, b;
	size_t i;

	ck_assert_ptr_nonnull(line);
	for (i = 1; i < 100001; i++)
		line[i] = (uint8_t)(i * 7);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cp_merkle_leaf_hash(line + 1, sizes[i], a);
		cp_sha256(line, sizes[i] + 1, b);
		ck_assert_mem_eq(a, b, CP_HASH_SIZE);
	}
	free(line);
}
END_TEST

START_TEST(tile_paths)
{
	static const struct {
		unsigned level;
		uint64_t index;
		size_t width;
		const char *path;
	} cases[] = {
		{ 0, 0, 256, "tile/0/000" },
		{ 0, 7, 1, "tile/0/007.p/1" },
		{ 0, 999, 256, "tile/0/999" },
		{ 0, 1000, 256, "tile/0/x001/000" },
		{ 0, 1067, 256, "tile/0/x001/067" },
		{ 1, 1234067, 112, "tile/1/x001/x234/067.p/112" },
		{ 7, UINT64_MAX, 255, "tile/7/x018/x446/x744/x073/x709/x551/"
		    "615.p/255" },
	};
	char path[CP_TILE_PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cp_merkle_tile_path(cases[i].level, cases[i].index,
		    cases[i].width, path);
		ck_assert_str_eq(path, cases[i].path);
	}
}
END_TEST

/* ---- against the definitions ------------------------------------------- */

START_TEST(roots_of_all_small_sizes)
{
	hash root, want;
	uint64_t n;

	for (n = 0; n < SMALL; n++) {
		ok(cp_merkle_root_at(&store, n, root, &err));
		naive_root((const hash *)leaves, n, want);
		ck_assert_mem_eq(root, want, CP_HASH_SIZE);
		grow(n, n + 1);
	}
	for (n = 0; n <= SMALL; n++) {
		ok(cp_merkle_root_at(&store, n, root, &err));
		naive_root((const hash *)leaves, n, want);
		ck_assert_mem_eq(root, want, CP_HASH_SIZE);
	}
}
END_TEST

static void
check_inclusion(uint64_t index, uint64_t size)
{
	struct cp_buf got, want;
	hash root;
	size_t n;

	cp_buf_init(&got);
	cp_buf_init(&want);
	ok(cp_merkle_prove_inclusion(&store, index, size, &got, &err));
	naive_path(index, (const hash *)leaves, size, &want);
	ck_assert_uint_eq(got.len, want.len);
	ck_assert(got.len == 0 || memcmp(got.data, want.data, got.len) == 0);
	ok(cp_merkle_root_at(&store, size, root, &err));
	n = got.len / CP_HASH_SIZE;
	ok(cp_merkle_verify_inclusion(leaves[index], index, size, got.data, n,
	    root, &err));
	if (n > 0) {
		ck_assert_int_eq(cp_merkle_verify_inclusion(leaves[index],
		    index, size, got.data, n - 1, root, &err), CP_CORRUPT);
		got.data[(index * 13 + size) % got.len] ^= 1;
		ck_assert_int_eq(cp_merkle_verify_inclusion(leaves[index],
		    index, size, got.data, n, root, &err), CP_CORRUPT);
	}
	cp_buf_put(&got, root, CP_HASH_SIZE);
	ck_assert_int_eq(cp_merkle_verify_inclusion(leaves[index], index,
	    size, got.data, n + 1, root, &err), CP_CORRUPT);
	ck_assert_int_eq(cp_merkle_verify_inclusion(leaves[index], size,
	    size, got.data, n, root, &err), CP_CORRUPT);
	cp_buf_clear(&got);
	cp_buf_clear(&want);
}

static void
check_consistency(uint64_t old, uint64_t size)
{
	struct cp_buf got, want;
	hash root, before;
	size_t n;

	cp_buf_init(&got);
	cp_buf_init(&want);
	ok(cp_merkle_prove_consistency(&store, old, size, &got, &err));
	if (old > 0)
		naive_subproof(old, (const hash *)leaves, size, 1, &want);
	ck_assert_uint_eq(got.len, want.len);
	ck_assert(got.len == 0 || memcmp(got.data, want.data, got.len) == 0);
	ok(cp_merkle_root_at(&store, size, root, &err));
	ok(cp_merkle_root_at(&store, old, before, &err));
	n = got.len / CP_HASH_SIZE;
	ok(cp_merkle_verify_consistency(old, size, before, root, got.data, n,
	    &err));
	if (n > 0) {
		ck_assert_int_eq(cp_merkle_verify_consistency(old, size,
		    before, root, got.data, n - 1, &err), CP_CORRUPT);
		got.data[(old * 13 + size) % got.len] ^= 1;
		ck_assert_int_eq(cp_merkle_verify_consistency(old, size,
		    before, root, got.data, n, &err), CP_CORRUPT);
		got.data[(old * 13 + size) % got.len] ^= 1;
	}
	before[0] ^= 1;
	ck_assert_int_eq(cp_merkle_verify_consistency(old, size, before, root,
	    got.data, n, &err), CP_CORRUPT);
	before[0] ^= 1;
	cp_buf_put(&got, root, CP_HASH_SIZE);
	ck_assert_int_eq(cp_merkle_verify_consistency(old, size, before, root,
	    got.data, n + 1, &err), CP_CORRUPT);
	cp_buf_clear(&got);
	cp_buf_clear(&want);
}

START_TEST(proofs_of_small_sizes)
{
	uint64_t n, i;

	grow(0, SMALL);
	for (n = 1; n <= SMALL; n++) {
		uint64_t step = n <= 70 ? 1 : n / 9;

		for (i = 0; i < n; i += step)
			check_inclusion(i, n);
		check_inclusion(n - 1, n);
		for (i = 0; i <= n; i += step)
			check_consistency(i, n);
		check_consistency(n - 1, n);
	}
}
END_TEST

START_TEST(bigger_trees)
{
	static const uint64_t sizes[] = { 65535, 65536, 65537, 66049,
		131072, NAIVE_MAX };
	hash root, want;
	uint64_t from = 0, seed = 42;
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		grow(from, sizes[i]);
		from = sizes[i];
		ok(cp_merkle_root_at(&store, from, root, &err));
		naive_root((const hash *)leaves, from, want);
		ck_assert_mem_eq(root, want, CP_HASH_SIZE);
	}
	for (j = 0; j < 12; j++) {
		uint64_t size, old;

		seed = seed * 6364136223846793005U + 1442695040888963407U;
		size = 1 + (seed >> 33) % NAIVE_MAX;
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		old = (seed >> 33) % size;
		check_inclusion(old, size);
		check_consistency(old, size);
	}
}
END_TEST

START_TEST(out_of_range)
{
	struct cp_buf out;

	cp_buf_init(&out);
	grow(0, 10);
	ck_assert_int_eq(cp_merkle_prove_inclusion(&store, 10, 10, &out,
	    &err), CP_NOT_FOUND);
	ck_assert_int_eq(cp_merkle_prove_inclusion(&store, 0, 0, &out, &err),
	    CP_NOT_FOUND);
	ck_assert_int_eq(cp_merkle_prove_consistency(&store, 11, 10, &out,
	    &err), CP_NOT_FOUND);
	ck_assert_int_eq(cp_merkle_prove_inclusion(&store, 3, 11, &out,
	    &err), CP_CORRUPT);
	ck_assert_uint_eq(out.len, 0);
	cp_buf_clear(&out);
}
END_TEST

/* ---- storage ----------------------------------------------------------- */

START_TEST(flush_touches_few_tiles)
{
	struct cp_merkle *m = NULL;

	grow(0, 66049);
	mem->gets = mem->puts = 0;
	ok(cp_merkle_open(&store, 66049, &m, &err));
	ck_assert_uint_eq(mem->gets, 3);
	ok(cp_merkle_append(m, leaves[66049], &err));
	ck_assert_uint_eq(mem->puts, 0);
	ok(cp_merkle_flush(m, &err));
	ck_assert_uint_eq(mem->puts, 1);
	ok(cp_merkle_flush(m, &err));
	ck_assert_uint_eq(mem->puts, 1);
	cp_merkle_free(m);
}
END_TEST

START_TEST(damaged_edge_is_refused)
{
	struct cp_merkle *m = NULL;
	hash root;

	grow(0, 300);
	ck_assert_int_eq(cp_merkle_open(&store, 299, &m, &err), CP_CORRUPT);
	ck_assert_int_eq(cp_merkle_open(&store, 301, &m, &err), CP_CORRUPT);
	mem->tiles[0][1].len--;
	ck_assert_int_eq(cp_merkle_open(&store, 300, &m, &err), CP_CORRUPT);
	ck_assert_int_eq(cp_merkle_root_at(&store, 300, root, &err),
	    CP_CORRUPT);
	cp_buf_reset(&mem->tiles[0][1]);
	ck_assert_int_eq(cp_merkle_open(&store, 300, &m, &err), CP_CORRUPT);
	ck_assert_ptr_null(m);
}
END_TEST

START_TEST(store_errors_come_through)
{
	struct cp_merkle *m = NULL;
	hash root;
	size_t i;

	grow(0, 255);
	ok(cp_merkle_open(&store, 255, &m, &err));
	mem->refuse = CP_BUSY;
	ck_assert_int_eq(cp_merkle_append(m, leaves[255], &err), CP_BUSY);
	cp_merkle_free(m);
	m = NULL;
	ck_assert_int_eq(cp_merkle_open(&store, 255, &m, &err), CP_BUSY);
	ck_assert_int_eq(cp_merkle_root_at(&store, 255, root, &err), CP_BUSY);
	mem->refuse = CP_OK;
	ok(cp_merkle_open(&store, 255, &m, &err));
	for (i = 255; i < 300; i++)
		ok(cp_merkle_append(m, leaves[i], &err));
	mem->refuse = CP_BUSY;
	ck_assert_int_eq(cp_merkle_flush(m, &err), CP_BUSY);
	mem->refuse = CP_OK;
	ok(cp_merkle_flush(m, &err));
	cp_merkle_free(m);
	ok(cp_merkle_open(&store, 300, &m, &err));
	cp_merkle_free(m);
}
END_TEST

/* ---- re-checking ------------------------------------------------------- */

static struct cp_merkle_found
recheck(uint64_t n)
{
	struct cp_merkle_check *c = NULL;
	struct cp_merkle_found found;
	uint64_t i;

	ok(cp_merkle_check_new(&store, &c, &err));
	for (i = 0; i < n; i++)
		ok(cp_merkle_check_leaf(c, leaves[i], &err));
	ok(cp_merkle_check_finish(c, &found, &err));
	ck_assert_int_eq(cp_merkle_check_differs(c), found.differs);
	cp_merkle_check_free(c);
	return found;
}

START_TEST(check_agrees)
{
	static const uint64_t sizes[] = { 0, 1, 255, 256, 257, 300, 512,
		65536, 65537, 70000 };
	struct cp_merkle_found f;
	uint64_t from = 0;
	hash root;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		grow(from, sizes[i]);
		from = sizes[i];
		f = recheck(from);
		ck_assert(!f.differs);
		ck_assert_uint_eq(f.size, from);
		ok(cp_merkle_root_at(&store, from, root, &err));
		ck_assert_mem_eq(f.root, root, CP_HASH_SIZE);
	}
}
END_TEST

START_TEST(check_names_each_changed_leaf)
{
	static const uint64_t places[] = { 0, 1, 255, 256, 511, 512, 599 };
	struct cp_merkle_found f;
	size_t i;

	grow(0, 600);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		leaves[places[i]][31] ^= 1;
		f = recheck(600);
		leaves[places[i]][31] ^= 1;
		ck_assert(f.differs && f.level == 0 && !f.absent);
		ck_assert_uint_eq(f.place, places[i]);
	}
	/* A leaf put in, or taken out, moves all that follow. */
	memmove(leaves[300], leaves[301], 200 * sizeof(hash));
	f = recheck(599);
	ck_assert(f.differs && f.place == 300);
}
END_TEST

START_TEST(check_finds_truncation_and_excess)
{
	static const uint64_t cut[] = { 0, 1, 255, 256, 300, 511, 512, 599 };
	struct cp_merkle_found f;
	size_t i;

	grow(0, 600);
	for (i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		f = recheck(cut[i]);
		ck_assert(f.differs && !f.absent);
		ck_assert_uint_eq(f.place, cut[i]);
	}
	f = recheck(601);
	ck_assert(f.differs && f.absent && f.level == 0);
	ck_assert_uint_eq(f.place, 600);
	f = recheck(1000);
	ck_assert(f.differs && f.absent && f.place == 600);
	/* Truncated by one who removed the leaves' tiles too. */
	cp_buf_reset(&mem->tiles[0][2]);
	cp_buf_reset(&mem->tiles[0][1]);
	f = recheck(256);
	ck_assert(f.differs && f.level == 1 && f.place == 256);
}
END_TEST

START_TEST(check_finds_every_damaged_tile)
{
	struct cp_merkle_found f;
	size_t l, i, at;

	grow(0, 70000);
	for (l = 0; l < 3; l++) {
		for (i = 0; i < TILES; i += l == 0 ? 61 : 1) {
			struct cp_buf *t = &mem->tiles[l][i];

			if (t->len == 0)
				continue;
			at = (i * 37 + 5) % t->len;
			t->data[at] ^= 0x80;
			f = recheck(70000);
			t->data[at] ^= 0x80;
			ck_assert(f.differs && f.level == l);
			ck_assert_uint_eq(f.place,
			    (i * 256 + at / 32) << (8 * l));
		}
	}
	cp_buf_reset(&mem->tiles[1][0]);
	f = recheck(70000);
	ck_assert(f.differs && f.absent && f.level == 1 && f.place == 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("merkle");
	TCase *t = tcase_create("merkle");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, known_roots);
	tcase_add_test(t, long_leaf);
	tcase_add_test(t, tile_paths);
	tcase_add_test(t, roots_of_all_small_sizes);
	tcase_add_test(t, proofs_of_small_sizes);
	tcase_add_test(t, bigger_trees);
	tcase_add_test(t, out_of_range);
	tcase_add_test(t, flush_touches_few_tiles);
	tcase_add_test(t, damaged_edge_is_refused);
	tcase_add_test(t, store_errors_come_through);
	tcase_add_test(t, check_agrees);
	tcase_add_test(t, check_names_each_changed_leaf);
	tcase_add_test(t, check_finds_truncation_and_excess);
	tcase_add_test(t, check_finds_every_damaged_tile);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
