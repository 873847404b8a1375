#include "lifecycle/rules/suppress.h"

#include <string.h>

/*
 * The table is a network in which every count is a flow: of a cell from its
 * line to its column, of a line's sum from the source to the line, of a
 * column's sum from the column to the sink, and of the whole from there back
 * to the source.  That sums are right is that nothing is lost at any node.
 * What is hidden is free, and not negative; what is shown is fixed.  So a
 * hidden count may be another just as far as there is a way around through
 * other hidden ones.
 */
enum { CELLS = CP_SUPPRESS_SIDE * CP_SUPPRESS_SIDE,
	NODES = 2 * CP_SUPPRESS_SIDE };

struct table {
	const int64_t *count;
	size_t rows, cols;
	unsigned char *hidden;
	int64_t flow[CELLS]; /* what is hidden could be this instead */
};

/* From which node to which CELL flows: lines come first, of which the last is
 * the sink, then columns, of which the last is the source. */
static void
ends(const struct table *t, size_t cell, size_t *a, size_t *b)
{
	size_t row = cell / t->cols, col = cell % t->cols;
	size_t sink = t->rows - 1, source = t->rows + t->cols - 1;

	if (row == sink) {
		*a = col + 1 == t->cols ? sink : t->rows + col;
		*b = col + 1 == t->cols ? source : sink;
	} else {
		*a = col + 1 == t->cols ? source : row;
		*b = col + 1 == t->cols ? row : t->rows + col;
	}
}

/* Pushes one unit from node AT to node TO through what is hidden, but not
 * through cell NOT; 0 if there is no way. */
static int
push(struct table *t, size_t at, size_t to, size_t not, unsigned char *seen)
{
	size_t n = t->rows * t->cols, a, b;

	if (at == to)
		return 1;
	seen[at] = 1;
	for (size_t i = 0; i < n; i++) {
		if (!t->hidden[i] || i == not)
			continue;
		ends(t, i, &a, &b);
		if (a == at && !seen[b] && push(t, b, to, not, seen)) {
			t->flow[i]++;
			return 1;
		}
		if (b == at && t->flow[i] > 0 && !seen[a] &&
		    push(t, a, to, not, seen)) {
			t->flow[i]--;
			return 1;
		}
	}
	return 0;
}

/* Whether WANT units go from node A to B around CELL. */
static int
goes(struct table *t, size_t a, size_t b, size_t cell, int64_t want)
{
	unsigned char seen[NODES];

	memcpy(t->flow, t->count, t->rows * t->cols * sizeof(t->flow[0]));
	while (want > 0) {
		memset(seen, 0, sizeof(seen));
		if (!push(t, a, b, cell, seen))
			return 0;
		want--;
	}
	return 1;
}

/* Whether small CELL could be 0 as well as CP_SUPPRESS_BELOW - 1. */
static int
safe(struct table *t, size_t cell)
{
	int64_t n = t->count[cell];
	size_t a, b;

	ends(t, cell, &a, &b);
	return goes(t, a, b, cell, n) &&
	    goes(t, b, a, cell, CP_SUPPRESS_BELOW - 1 - n);
}

static int
is_small(const struct table *t, size_t cell)
{
	return t->count[cell] < CP_SUPPRESS_BELOW;
}

static int
is_sum(const struct table *t, size_t cell)
{
	return cell / t->cols + 1 == t->rows || cell % t->cols + 1 == t->cols;
}

/* The first small cell that is not safe, or the number of cells. */
static size_t
unsafe(struct table *t)
{
	size_t n = t->rows * t->cols, i = 0;

	while (i < n && (!is_small(t, i) || safe(t, i)))
		i++;
	return i;
}

/* Whether it is a smaller loss to hide A than B. */
static int
better(const struct table *t, size_t a, size_t b)
{
	if (is_sum(t, a) != is_sum(t, b))
		return !is_sum(t, a);
	return t->count[a] < t->count[b];
}

/* The one to hide for CELL: one by which it is safe, else one beside it, else
 * any; the number of cells if all are. */
static size_t
choose(struct table *t, size_t cell)
{
	size_t n = t->rows * t->cols, best = n;
	int best_rank = 3, rank, beside;

	for (size_t i = 0; i < n; i++) {
		if (t->hidden[i])
			continue;
		t->hidden[i] = 1;
		beside = i / t->cols == cell / t->cols ||
		    i % t->cols == cell % t->cols;
		rank = safe(t, cell) ? 0 : beside ? 1 : 2;
		t->hidden[i] = 0;
		if (rank < best_rank || (rank == best_rank &&
		    better(t, i, best))) {
			best = i;
			best_rank = rank;
		}
	}
	return best;
}

/* What was hidden for others and need not be is shown again, the largest and
 * the sums first. */
static void
show_again(struct table *t)
{
	size_t n = t->rows * t->cols, i, at;
	unsigned char tried[CELLS] = { 0 };

	for (;;) {
		at = n;
		for (i = 0; i < n; i++)
			if (t->hidden[i] && !tried[i] && !is_small(t, i) &&
			    (at == n || better(t, at, i)))
				at = i;
		if (at == n)
			return;
		tried[at] = 1;
		t->hidden[at] = 0;
		if (unsafe(t) != n)
			t->hidden[at] = 1;
	}
}

void
cp_suppress(const int64_t *count, size_t rows, size_t cols,
    unsigned char *hidden)
{
	struct table t = { .count = count, .rows = rows, .cols = cols,
		.hidden = hidden };
	size_t n = rows * cols, i;

	for (i = 0; i < n; i++)
		hidden[i] = is_small(&t, i) ? 1 : 0;
	while ((i = unsafe(&t)) < n && (i = choose(&t, i)) < n)
		hidden[i] = 1;
	show_again(&t);
}
