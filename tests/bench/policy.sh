#!/bin/bash
# Another policy over a million records: who would move, beside a bare SELECT
# of the same rows; and the adoption itself, with the longest time that another
# writer waits for it.
. "$(dirname "$0")/lib.sh"

N=${BENCH_MILLION:-1000000} PEOPLE=20000
S=$W/policy

# A fifth archived and a few with consents, then each person fifty times over.
new_store "$S"
"$POPULATION" --count "$PEOPLE" --on 2009-01-01 >"$W/policy.ndjson"
"$CP" record import "$W/policy.ndjson" --store "$S" --on 2009-01-01 --quiet \
    >/dev/null
"$CP" retention run --store "$S" --on 2013-01-01 --accept share \
    --accept clock --yes --quiet >/dev/null
rm -rf "$W/policy.small" "$W/policy.shelves"
cp -R "$S" "$W/policy.small"
sqlite3 "$S/store.db" "
INSERT INTO consent(record, ground, by, given, statement, evidence, taken_by,
    entered)
SELECT n, 'care-leaver', 'self', date(birth, '+17 years'), 'v1', 'E', 'x', 'x'
FROM record WHERE state = 'live' AND length(birth) = 10
    AND birth < '1995-10-01';
CREATE TEMP TABLE k AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1
    FROM c WHERE i < $((N / PEOPLE)) - 1) SELECT i FROM c;
CREATE TEMP TABLE top AS SELECT max(n) m FROM record;
INSERT INTO record(n, id, authority, state, next_action, next_due, rule,
    extended_from, parked, prune_due, policy, birth, death_notified, left_on,
    left_intention, created, changed)
SELECT n + i * m, id || '-' || i, authority, state, next_action, next_due, rule,
    extended_from, parked, NULL, policy, birth, death_notified, left_on,
    left_intention, created, changed
FROM k, record, top WHERE n <= m ORDER BY i, n;
INSERT INTO package(id, record, volume, archived, rule, destroy_due, shelf,
    policy, status)
SELECT id || '-' || i, record + i * m, volume, archived, rule, destroy_due,
    shelf, policy, status
FROM k, package, top WHERE record <= m ORDER BY i, record;
INSERT INTO consent(record, ground, by, given, statement, evidence, taken_by,
    entered)
SELECT record + i * m, ground, by, given, statement, evidence, taken_by,
    entered
FROM k, consent, top WHERE record <= m ORDER BY i, record;"
sed 's/^version = .*/version = "2";/; s/value = "P6Y"/value = "P7Y"/
    s/value = "keep"/value = "lengthen"/; s/value = "P3Y"/value = "P2Y"/
    s/value = 25/value = 24/' "$ROOT/policies/contactpoint-2007.cfg" \
    >"$W/policy.cfg"

d=$("$B/policy_diff" "$S" "$W/policy.cfg")
ratio=$(get "$d" .ratio)
row "policy diff of $(get "$d" .rows) records" "$(get "$d" .rate) records/s" \
    "$(get "$d" .bare) rows/s SELECT" "$ratio" '>= 0.4' \
    "$(judge "$ratio" '>=' 0.4)"
rss=$(duel 1 "$CP" policy diff "$W/policy.cfg" --store "$S" --json --quiet |
    jq .a.rss_kib)
row 'policy diff, memory' "$(mib "$rss") MiB" \
    "$(get "$d" .moved) of them printed" - '< 64 MiB' \
    "$(judge "$rss" '<' 65536)"

# Copied people have no packages to reshelve: what is archived keeps its day.
adoption() {
	local d

	d=$("$B/policy_adopt" "$1" "$2")
	row "policy adopt, $3" "$(get "$d" .rate) records/s" \
	    "of $(get "$d" .records), $(get "$d" .redated) on another shelf" \
	    - - -
	row "policy adopt, $3, longest transaction" "$(get "$d" .longest_ms) ms" \
	    "median $(get "$d" .median_ms) ms" - '< 1000 ms' \
	    "$(judge "$(get "$d" .longest_ms)" '<' 1000)"
}
sed 's/value = "lengthen"/value = "keep"/' "$W/policy.cfg" >"$W/keep.cfg"
adoption "$S" "$W/keep.cfg" 'dates only'
cp -R "$W/policy.small" "$W/policy.shelves"
adoption "$W/policy.shelves" "$W/policy.cfg" 'with shelves'
rm -rf "$S" "$W/policy.small" "$W/policy.shelves" "$W/policy.ndjson"
