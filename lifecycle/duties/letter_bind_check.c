#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

enum { NESTED_MOST = 32 };

struct check {
	struct bind_part *p;
	uint32_t *nums;  /* of the tree of numbers: its rows */
	size_t n_nums;
	uint32_t *row;   /* of all pages, one after the other: the elements */
	size_t n_row;
	size_t *begin;   /* of each page, its first; one more at the end */
	uint32_t *todo;  /* objects whose references are to be followed */
	size_t n_todo;
	const char *why;
};

static int
bad(struct check *k, const char *why)
{
	if (k->why == NULL)
		k->why = why;
	return 0;
}

/* A reference of V to an object that there is. */
static int
is_object(const struct bind_part *p, const struct bind_value *v)
{
	return v->kind == BIND_REF && v->n >= 1 && (uint64_t)v->n < p->n_obj &&
	    p->obj[v->n].at != 0;
}

/* Each object has one role. */
static int
take(struct check *k, int64_t n, enum bind_role role)
{
	if (k->p->obj[n].role != BIND_UNUSED)
		return bad(k, "an object serves twice");
	k->p->obj[n].role = role;
	return 1;
}

static int
knows_key(const struct bind_value *key, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (bind_is(key, *keys))
			return 1;
	return 0;
}

/* What DICT has under KEY, followed to an object that is no stream, which
 * becomes of the tree; N is its number. */
static int
follow(struct check *k, const struct bind_value *dict, const char *key,
    struct bind_value *out, int64_t *n)
{
	struct bind_value v;

	if (!bind_get(dict, key, &v) || !is_object(k->p, &v) ||
	    !bind_part_value(k->p, v.n, out))
		return bad(k, "a tree is missing");
	*n = v.n;
	return take(k, v.n, BIND_TREE);
}

/* ---- what pages use -------------------------------------------------------- */

static int
need(struct check *k, const struct bind_value *ref)
{
	struct bind_object *o;

	if (!is_object(k->p, ref))
		return bad(k, "a reference to nothing");
	o = &k->p->obj[ref->n];
	if (o->role == BIND_OTHER)
		return 1;
	k->todo[k->n_todo++] = (uint32_t)ref->n;
	return take(k, ref->n, BIND_OTHER);
}

static int
need_all(struct check *k, const struct bind_value *v)
{
	struct bind_cursor c = { v->at, v->end };
	struct bind_value t;

	for (bind_token(&c, &t); t.kind != BIND_END && t.kind != BIND_BAD;
	    bind_token(&c, &t))
		if (t.kind == BIND_REF && !need(k, &t))
			return 0;
	return 1;
}

/* The lengths of streams will stand with them: no objects of their own. */
static int
need_of_object(struct check *k, uint32_t n)
{
	const struct bind_object *o = &k->p->obj[n];
	struct bind_value v = bind_known(k->p, o), key;
	struct bind_cursor c = bind_into(&v);

	if (o->stream == 0)
		return need_all(k, &v);
	while (bind_pair(&c, &key, &v))
		if (!bind_is(&key, "/Length") && !need_all(k, &v))
			return 0;
	return 1;
}

static int
follow_all(struct check *k)
{
	while (k->n_todo > 0)
		if (!need_of_object(k, k->todo[--k->n_todo]))
			return 0;
	return 1;
}

/* ---- pages ----------------------------------------------------------------- */

static int
is_page(struct check *k, const struct bind_value *page, int64_t tree,
    uint32_t *marks)
{
	static const char *const keys[] = { "/Type", "/MediaBox", "/Contents",
		"/Group", "/Resources", NULL };
	struct bind_cursor c = bind_into(page);
	struct bind_value key, v;
	int known = 0;

	while (bind_pair(&c, &key, &v)) {
		if (bind_is(&key, "/Parent")) {
			if (v.kind != BIND_REF || v.n != tree)
				return 0;
			known |= 1;
		} else if (bind_is(&key, "/StructParents")) {
			if (v.kind != BIND_INT || v.n < 0 ||
			    (uint64_t)v.n >= k->n_nums ||
			    k->nums[v.n] == 0)
				return bad(k, "a page's tags are missing");
			*marks = k->nums[v.n];
			k->nums[v.n] = 0;
		} else if (!knows_key(&key, keys) || !need_all(k, &v)) {
			return 0;
		} else if (bind_is(&key, "/Type")) {
			known |= bind_is(&v, "/Page") ? 2 : 0;
		} else if (bind_is(&key, "/Contents")) {
			known |= 4;
		}
	}
	return known == 7;
}

/* The kids of the one node that there is. */
static int
count_kids(struct check *k, const struct bind_value *kids, size_t *n)
{
	struct bind_cursor c = bind_into(kids);
	struct bind_value v;

	*n = 0;
	if (kids->kind != BIND_ARRAY)
		return 0;
	while (bind_next(&c, &v)) {
		if (!is_object(k->p, &v))
			return 0;
		++*n;
	}
	return *n > 0;
}

static int
check_pages(struct check *k, const struct bind_value *tree, int64_t number)
{
	struct bind_part *p = k->p;
	struct bind_value kids, v, page;
	struct bind_cursor c;

	if (!bind_get(tree, "/Count", &v) || !bind_get(tree, "/Kids", &kids) ||
	    !count_kids(k, &kids, &p->n_pages) || v.kind != BIND_INT ||
	    (uint64_t)v.n != p->n_pages)
		return bad(k, "no pages");
	p->page = calloc(p->n_pages, sizeof(*p->page));
	p->marks = calloc(p->n_pages, sizeof(*p->marks));
	if (p->page == NULL || p->marks == NULL)
		return 0;
	c = bind_into(&kids);
	for (size_t i = 0; i < p->n_pages && bind_next(&c, &v); i++) {
		if (!take(k, v.n, BIND_PAGE))
			return 0;
		p->page[i] = (uint32_t)v.n;
		p->obj[v.n].use = (uint32_t)i;
	}
	for (size_t i = 0; i < p->n_pages; i++)
		if (!bind_part_value(p, p->page[i], &page) ||
		    !is_page(k, &page, number, &p->marks[i]))
			return bad(k, "a page is damaged");
	return 1;
}

/* ---- rows of marked content ------------------------------------------------ */

/* [ 0 row 1 row ... ], one for each page with tags. */
static int
read_numbers(struct check *k, const struct bind_value *tree)
{
	struct bind_value nums, v;
	struct bind_cursor c;

	if (!bind_get(tree, "/Nums", &nums) || nums.kind != BIND_ARRAY)
		return bad(k, "no rows of tags");
	k->nums = calloc((size_t)(nums.end - nums.at), sizeof(*k->nums));
	if (k->nums == NULL)
		return 0;
	c = bind_into(&nums);
	while (bind_next(&c, &v)) {
		if (v.kind != BIND_INT || v.n != (int64_t)k->n_nums ||
		    !bind_next(&c, &v) || !is_object(k->p, &v) ||
		    !take(k, v.n, BIND_MARKS))
			return bad(k, "damaged rows of tags");
		k->nums[k->n_nums++] = (uint32_t)v.n;
	}
	return 1;
}

static int
read_row(struct check *k, uint32_t n)
{
	struct bind_value row, v;
	struct bind_cursor c;

	if (!bind_part_value(k->p, n, &row) || row.kind != BIND_ARRAY)
		return 0;
	c = bind_into(&row);
	while (bind_next(&c, &v)) {
		if (!is_object(k->p, &v))
			return 0;
		k->row[k->n_row++] = (uint32_t)v.n;
	}
	return 1;
}

static int
read_rows(struct check *k)
{
	const struct bind_part *p = k->p;
	size_t most = 0;

	for (size_t i = 0; i < k->n_nums; i++)
		if (k->nums[i] != 0)
			return bad(k, "tags of no page");
	for (size_t i = 0; i < p->n_pages; i++)
		most += p->obj[p->marks[i]].end - p->obj[p->marks[i]].at;
	k->row = calloc(most / 4 + 1, sizeof(*k->row));
	k->begin = calloc(p->n_pages + 1, sizeof(*k->begin));
	if (k->row == NULL || k->begin == NULL)
		return 0;
	for (size_t i = 0; i < p->n_pages; i++) {
		if (p->marks[i] != 0 && !read_row(k, p->marks[i]))
			return bad(k, "a damaged row of tags");
		k->begin[i + 1] = k->n_row;
	}
	return 1;
}

/* ---- elements -------------------------------------------------------------- */

/* Content MCID of PAGE is ELEMENT's, and its alone. */
static int
claim(struct check *k, size_t page, int64_t mcid, int64_t element)
{
	size_t begin = k->begin[page], end = k->begin[page + 1];

	if (mcid < 0 || (uint64_t)mcid >= end - begin ||
	    k->row[begin + (size_t)mcid] != (uint32_t)element)
		return bad(k, "content belongs to another element");
	k->row[begin + (size_t)mcid] = 0;
	return 1;
}

static int
page_of(const struct check *k, const struct bind_value *ref, size_t *page)
{
	if (!is_object(k->p, ref) || k->p->obj[ref->n].role != BIND_PAGE)
		return 0;
	*page = k->p->obj[ref->n].use;
	return 1;
}

struct element { struct bind_value type, page, kids; };

static int
read_element(struct check *k, int64_t n, int64_t above, struct element *e)
{
	struct bind_value dict, key, v;
	struct bind_cursor c;
	int known = 0;

	memset(e, 0, sizeof(*e));
	if (!bind_part_value(k->p, n, &dict) || dict.kind != BIND_DICT)
		return 0;
	c = bind_into(&dict);
	while (bind_pair(&c, &key, &v)) {
		if (bind_is(&key, "/S") && v.kind == BIND_NAME)
			e->type = v;
		else if (bind_is(&key, "/Pg"))
			e->page = v;
		else if (bind_is(&key, "/K"))
			e->kids = v;
		else if (bind_is(&key, "/P") && v.kind == BIND_REF)
			known = v.n == above;
		else if (!bind_is(&key, "/Type") ||
		    !bind_is(&v, "/StructElem"))
			return 0;
	}
	return known && e->type.at != NULL;
}

static int walk(struct check *k, int64_t n, int64_t above, int depth);

/* Content of another page than the element's first. */
static int
claim_elsewhere(struct check *k, const struct bind_value *mcr, int64_t n)
{
	struct bind_value pg, mcid;
	size_t page;

	return bind_get(mcr, "/Pg", &pg) && page_of(k, &pg, &page) &&
	    bind_get(mcr, "/MCID", &mcid) && mcid.kind == BIND_INT &&
	    claim(k, page, mcid.n, n);
}

static int
kid(struct check *k, int64_t n, const struct element *e,
    const struct bind_value *v, int depth)
{
	size_t page;

	if (v->kind == BIND_INT)
		return page_of(k, &e->page, &page) && claim(k, page, v->n, n);
	if (v->kind == BIND_DICT)
		return claim_elsewhere(k, v, n);
	return is_object(k->p, v) && walk(k, v->n, n, depth + 1);
}

static int
kids(struct check *k, int64_t n, const struct element *e, int depth)
{
	struct bind_cursor c = bind_into(&e->kids);
	struct bind_value v;

	if (e->kids.at == NULL)
		return 1;
	if (e->kids.kind != BIND_ARRAY)
		return kid(k, n, e, &e->kids, depth);
	while (bind_next(&c, &v))
		if (!kid(k, n, e, &v, depth))
			return 0;
	return 1;
}

static int
walk(struct check *k, int64_t n, int64_t above, int depth)
{
	struct bind_part *p = k->p;
	struct element e;

	if (depth > NESTED_MOST || !take(k, n, BIND_ELEMENT) ||
	    !read_element(k, n, above, &e) ||
	    !(e.page.at == NULL || is_object(p, &e.page)))
		return bad(k, "a damaged element");
	if (bind_is(&e.type, "/Figure"))
		p->obj[n].use = (uint32_t)++p->n_figures;
	return kids(k, n, &e, depth) || bad(k, "a damaged element");
}

/* ---- the structure --------------------------------------------------------- */

/* The elements below ABOVE, which become those of the one Document. */
static int
walk_tops(struct check *k, const struct bind_value *of, int64_t above)
{
	struct bind_part *p = k->p;
	struct bind_cursor c = bind_into(of);
	struct bind_value v = *of;

	while (of->kind != BIND_ARRAY || bind_next(&c, &v)) {
		if (!is_object(p, &v) || !walk(k, v.n, above, 0))
			return bad(k, "a damaged structure");
		p->obj[v.n].role = BIND_TOP;
		p->top[p->n_top++] = (uint32_t)v.n;
		if (of->kind != BIND_ARRAY)
			break;
	}
	return p->n_top > 0;
}

/* The only element there, if it is a Document. */
static int
only_document(struct check *k, const struct bind_value *of, int64_t above,
    struct element *e, int64_t *n)
{
	struct bind_cursor c = bind_into(of);
	struct bind_value v = *of, more;

	if (of->kind == BIND_ARRAY && (!bind_next(&c, &v) ||
	    bind_next(&c, &more)))
		return 0;
	if (!is_object(k->p, &v) || !read_element(k, v.n, above, e) ||
	    !bind_is(&e->type, "/Document"))
		return 0;
	*n = v.n;
	return 1;
}

static int
check_structure(struct check *k, const struct bind_value *root,
    int64_t number)
{
	struct bind_part *p = k->p;
	struct bind_value of;
	struct element e;
	int64_t n;

	p->top = calloc(p->n_obj, sizeof(*p->top));
	if (p->top == NULL)
		return 0;
	if (!bind_get(root, "/K", &of))
		return bad(k, "no structure");
	if (only_document(k, &of, number, &e, &n)) {
		if (!take(k, n, BIND_TREE) || !walk_tops(k, &e.kids, n))
			return bad(k, "a damaged structure");
	} else if (!walk_tops(k, &of, number)) {
		return bad(k, "a damaged structure");
	}
	for (size_t i = 0; i < k->n_row; i++)
		if (k->row[i] != 0)
			return bad(k, "content of no element");
	return 1;
}

static int
check_all(struct check *k)
{
	static const char *const keys[] = { "/Type", "/Pages",
		"/StructTreeRoot", "/MarkInfo", NULL };
	struct bind_part *p = k->p;
	struct bind_value catalog, pages, structure, numbers, key, v;
	int64_t at_pages, at_structure, at_numbers;
	struct bind_cursor c;

	if (!bind_part_value(p, p->root, &catalog) ||
	    catalog.kind != BIND_DICT || !take(k, p->root, BIND_TREE))
		return bad(k, "no catalogue");
	c = bind_into(&catalog);
	while (bind_pair(&c, &key, &v))
		if (!knows_key(&key, keys))
			return bad(k, "more than pages and tags");
	return follow(k, &catalog, "/Pages", &pages, &at_pages) &&
	    follow(k, &catalog, "/StructTreeRoot", &structure,
	    &at_structure) &&
	    follow(k, &structure, "/ParentTree", &numbers, &at_numbers) &&
	    read_numbers(k, &numbers) &&
	    check_pages(k, &pages, at_pages) && read_rows(k) &&
	    check_structure(k, &structure, at_structure) && follow_all(k);
}

enum cp_rc
bind_part_check(struct bind_part *p, struct cp_err *err)
{
	struct check k = { .p = p };
	enum cp_rc rc = CP_OK;

	k.todo = calloc(p->n_obj, sizeof(*k.todo));
	if (k.todo == NULL || !check_all(&k))
		rc = k.why != NULL ? bind_bad(err, k.why) :
		    cp_fail(err, CP_FAILED, "out of memory");
	free(k.nums);
	free(k.row);
	free(k.begin);
	free(k.todo);
	return rc;
}
