#include "lifecycle/records/match_place.h"

#include "lifecycle/records/match_priv.h"
#include "lifecycle/records/shield_near.h"

void
match_place(struct match_maker *m, const struct cp_address *a)
{
	struct cp_buf place;

	cp_buf_init(&place);
	if (cp_shield_place(a, &place)) {
		match_begin(m, 'A');
		match_part(m, place.data, place.len);
		match_end(m);
	}
	m->failed |= place.failed;
	cp_buf_clear(&place);
}

enum cp_rc
cp_match_lives_at(struct cp_matcher *m, struct cp_store *s,
    const struct cp_address *a, int64_t self, int *yes, struct cp_err *err)
{
	int64_t found[CP_MATCHES];
	struct cp_keys keys = { 0 };
	size_t n = 0;
	enum cp_rc rc = match_of_place(m, a, &keys, err);

	*yes = 0;
	/* Also of those who are never to be linked with SELF. */
	if (rc == CP_OK)
		rc = cp_match_find(m, s, &keys, 0, found, &n, err);
	for (size_t i = 0; rc == CP_OK && i < n; i++)
		*yes |= found[i] != self;
	cp_keys_clear(&keys);
	return rc;
}
