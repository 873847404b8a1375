#include <string.h>

#include "lifecycle/rules/text.h"
#include "lifecycle/rules/text_utf8.h"

/* Code points of TEXT, at most CP_SIMILARITY_MAX; returns how many. */
static size_t
code_points(const char *text, uint32_t *out)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t n = 0;

	while (*s != '\0' && n < CP_SIMILARITY_MAX)
		s += text_decode(s, &out[n++]);
	return n;
}

struct pairing {
	uint32_t a[CP_SIMILARITY_MAX];
	uint32_t b[CP_SIMILARITY_MAX];
	uint8_t a_used[CP_SIMILARITY_MAX];
	uint8_t b_used[CP_SIMILARITY_MAX];
	size_t na;
	size_t nb;
};

/* Marks equal code points not further apart than the window; how many. */
static size_t
pair_up(struct pairing *p)
{
	size_t longer = p->na > p->nb ? p->na : p->nb;
	size_t window = longer > 3 ? longer / 2 - 1 : 0;
	size_t matches = 0;

	memset(p->a_used, 0, p->na);
	memset(p->b_used, 0, p->nb);
	for (size_t i = 0; i < p->na; i++) {
		size_t from = i > window ? i - window : 0;
		size_t to = i + window < p->nb ? i + window + 1 : p->nb;

		for (size_t j = from; j < to; j++) {
			if (p->b_used[j] || p->a[i] != p->b[j])
				continue;
			p->a_used[i] = p->b_used[j] = 1;
			matches++;
			break;
		}
	}
	return matches;
}

/* Paired code points that stand in another order, in pairs. */
static size_t
transposed(const struct pairing *p)
{
	size_t out_of_order = 0;
	size_t j = 0;

	for (size_t i = 0; i < p->na; i++) {
		if (!p->a_used[i])
			continue;
		while (!p->b_used[j])
			j++;
		out_of_order += p->a[i] != p->b[j++];
	}
	return out_of_order / 2;
}

double
cp_text_similarity(const char *a, const char *b)
{
	struct pairing p;
	size_t prefix = 0;
	double jaro;
	double m;

	p.na = code_points(a, p.a);
	p.nb = code_points(b, p.b);
	if (p.na == 0 || p.nb == 0)
		return p.na == p.nb ? 1.0 : 0.0;
	m = (double)pair_up(&p);
	if (m <= 0.0)
		return 0.0;
	jaro = (m / (double)p.na + m / (double)p.nb +
	    (m - (double)transposed(&p)) / m) / 3.0;
	while (prefix < 4 && prefix < p.na && prefix < p.nb &&
	    p.a[prefix] == p.b[prefix])
		prefix++;
	if (jaro > 0.7)
		jaro += 0.1 * (double)prefix * (1.0 - jaro);
	return jaro;
}
