#!/bin/bash
# What is hidden of two who were taken for one is not lost when they are split
# again: neither of who stays nor of who goes.
. "$(dirname "$0")/../lib.sh"
have sqlite3 || skip_all 'sqlite3 is not installed'

# row ID FAMILY SCHOOL
row() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015","names":[{"type":"current","given":"Zoe","family":"%s"}],"gender":"female","birth_date":"2014-02-28","involvements":[{"service":"education","provider":"%s","start":"2018-09-01"}]}\n' \
	    "$1" "$2" "$3"
}
schools() {
	ok cpadmin shield reveal "$1" --reason T --json
	expect_json '[.involvements[].provider] | join(",")' "$2"
}

new_store
{ row CP-1 Smith One; row CP-2 Smyth Two; } >"$T/feed"
ok cpadmin record import "$T/feed"
ok cpadmin shield request CP-2 --by parent --reason T

test_case 'a merge joins what is hidden of both'
ok cpadmin record merge CP-1 CP-2 --reason T
schools CP-2 Two,One

test_case 'who is split off has all of it'
ok cpadmin record split CP-2 --take 'names[1]' --set given=Zoe \
    --set family=Smith --reason T --json
NEW=$(jq -r .new_id "$OUT_FILE")
schools CP-2 Two,One
schools "$NEW" Two,One

test_case 'and who is split off from that, too'
printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015","names":[{"type":"current","given":"Zoe","family":"Smithe"},{"type":"former","given":"Zoe","family":"Smith"}],"gender":"female","birth_date":"2014-02-28"}\n' \
    "$NEW" >"$T/feed"
ok cpadmin record import "$T/feed" --json
expect_json .updated 1
ok cpadmin record split "$NEW" --take 'names[1]' --set given=Zoe \
    --set family=Smith --reason T --json
schools "$(jq -r .new_id "$OUT_FILE")" Two,One
schools "$NEW" Two,One

# why INV: the reason for override INV
why() {
	cpadmin shield investigation show "$1" --json | jq -r .reason
}

test_case 'why somebody looked is not undone with a split'
new_store
row CP-1 Smith One | sed 's/}\],"gender/},{"type":"former","given":"Zed","family":"Old"}],"gender/' >"$T/feed"
row CP-2 Smythe Two >>"$T/feed"
ok cpadmin record import "$T/feed"
ok cpadmin shield request CP-1 --by parent --reason T
ok cpadmin record split CP-1 --take 'names[1]' --set given=Zoe \
    --set family=Smithy --reason T --json
NEW=$(jq -r .new_id "$OUT_FILE")
ok cpadmin shield reveal "$NEW" --reason 'curious'
ok cpadmin record undo CP-1 --reason T
expect_eq "$(why INV-0001)" curious
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" "SELECT count(*)
    FROM compartment JOIN record r ON r.n = record WHERE r.id = '$NEW'")" 0

test_case 'nor out of sight with a merge'
ok cpadmin record merge CP-1 CP-2 --reason T
expect_eq "$(why INV-0001)" curious
ok cpadmin record undo CP-2 --reason T
expect_eq "$(why INV-0001)" curious
