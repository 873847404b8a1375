#!/bin/bash
# A feed in which rows about shielded children are hidden that do not say so;
# `make bench' does it with a million.
. "$(dirname "$0")/../lib.sh"
POPULATION=$BUILD/population
[ -x "$POPULATION" ] || skip_all 'the generator is not built'
. "$ROOT/tests/bench/storm_lib.sh"

# count NAME
count() { sed -n "s/^$1 //p" "$T/counts"; }

new_store
storm_feed "$T" 3000 3000 30 1
ok "$CPADMIN" record import "$T/people.ndjson" --store "$CPADMIN_STORE"
ok "$CPADMIN" shield intake "$T/of.ndjson" --by parent --reason storm \
    --store "$CPADMIN_STORE"

test_case 'no row about a shielded child is loaded in clear'
ok "$CPADMIN" record import "$T/feed.1.ndjson" --store "$CPADMIN_STORE" --json
cp "$OUT_FILE" "$T/report"
storm_count "$T" "$CPADMIN_STORE" >"$T/counts"
expect_true [ "$(count near)" -gt 90 ]
expect_eq "$(count clear)" 0 'rows in clear'
expect_eq "$(count near_aside)" "$(count near)" 'rows set aside'
comm -13 "$T/aside" "$T/near.sorted" | while read -r line; do
	sed -n "${line#*:}p" "$T/feed.1.ndjson"
done >"$T/lost"
expect_eq "$(cat "$T/lost")" '' 'rows that were not'

test_case 'few other rows are set aside'
expect_true [ $((200 * $(count others_aside))) -le "$(count all)" ]
expect_eq "$(jq .quarantined "$T/report")" \
    "$(($(count near_aside) + $(count others_aside)))"
expect_eq "$(jq .created "$T/report")" \
    "$(($(count all) - $(count near_aside) - $(count others_aside)))"
expect_eq "$(jq '.updated + .unchanged + .rejected' "$T/report")" 0

test_case 'the same feed again changes nothing'
ok "$CPADMIN" record import "$T/feed.1.ndjson" --store "$CPADMIN_STORE" --json
expect_json '.created + .updated + .rejected' 0
expect_eq "$(jq .quarantined "$OUT_FILE")" "$(jq .quarantined "$T/report")"
expect_eq "$(storm_count "$T" "$CPADMIN_STORE")" "$(cat "$T/counts")"
