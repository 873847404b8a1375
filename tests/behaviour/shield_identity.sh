#!/bin/bash
# People that nobody is, so that nobody looks up relatives to try a search.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

identity() {
	"$CPADMIN" shield identity "$@"
}

find_ids() {
	"$CPADMIN" record find "$@" --reason practice --json --as tim |
	    jq -r '[.rows[].id] | sort | join(" ")'
}

new_store
ok cpadmin operator add bob --uid 2001 --role shield
ok cpadmin operator add tim --uid 2002 --role team
ok cpadmin operator add adam --uid 2003 --role admin
cat >"$T/rows" <<'EOF'
{"cpadmin":"record/1","id":"REAL-1","authority":"E08000015","names":[{"type":"current","given":"Ann","family":"Hill"}],"gender":"female","birth_date":"2015-01-01"}
EOF
ok cpadmin record import "$T/rows"

test_case 'a dozen, listed before they are made'
ok identity list --json --as tim
expect_json '.rows | length' 12
expect_json '[.rows[].state] | unique | join(" ")' absent
expect_json '[.rows[] | .id] | .[0], .[11]' 'TEST-0001
TEST-0012'
LISTED=$(jq -c '[.rows[] | [.id, .name, .birth_date, .nhs]]' <"$OUT_FILE")

test_case 'made in one step, by shield or admin'
run identity add --as tim
expect_status 9
ok identity add --as adam --json
expect_json '[.added, .left, .no_officer] | join(" ")' '12 0 0'
expect_eq "$(sql 'SELECT count(*) FROM record WHERE synthetic = 1')" 12
expect_eq "$(sql "SELECT synthetic FROM record WHERE id = 'REAL-1'")" 0
ok identity list --json
expect_json '[.rows[].state] | unique | join(" ")' live
expect_eq "$(jq -c '[.rows[] | [.id, .name, .birth_date, .nhs]]' \
    <"$OUT_FILE")" "$LISTED"
ok identity add --json
expect_json '[.added, .left] | join(" ")' '0 12'
run identity add TEST-0099
expect_status 4
run identity add REAL-1
expect_status 4

test_case 'numbers, telephones and postcodes are nobody'"'"'s'
sql 'SELECT doc FROM document JOIN record ON n = record WHERE synthetic = 1' \
    >"$T/docs"
jq -r '.numbers[].value' "$T/docs" >"$T/numbers"
expect_eq "$(grep -vc '^999' "$T/numbers")" 0
expect_eq "$(wc -l <"$T/numbers")" 12
jq -r '.carers[].phone, .involvements[].phone | strings' "$T/docs" \
    >"$T/phones"
expect_true [ -s "$T/phones" ]
expect_eq "$(grep -vc '^01632 960' "$T/phones")" 0
expect_eq "$(jq -r '.addresses[].postcode' "$T/docs" | grep -vc '^ZZ99 ')" 0
expect_eq "$(jq -r .authority "$T/docs" | sort -u)" E08000015

test_case 'each is found as it is meant to be'
expect_eq "$(find_ids --name Mockingbury)" TEST-0001
expect_eq "$(find_ids --name 'testa mokingbury')" TEST-0001
expect_eq "$(find_ids --name Formerby)" TEST-0003
expect_eq "$(find_ids --name 'OMockery Sampleton')" TEST-0004
expect_eq "$(find_ids --name Probninska)" TEST-0005
expect_eq "$(find_ids --name نموذج)" TEST-0006
expect_eq "$(find_ids --name Twinexample)" 'TEST-0007 TEST-0008'
expect_eq "$(find_ids --number 9990000093)" TEST-0009
expect_eq "$(find_ids --name 'Maximiliana-Testa Mockinghamshire-Sampl')" \
    TEST-0012

test_case 'the shielded one is as shielded as any'
expect_eq "$(find_ids --name Hiddenwick)" TEST-0002
expect_eq "$(find_ids --postcode 'ZZ99 2BB')" ''
ok cpadmin record show TEST-0002 --reason practice --as tim
expect_no Secret in "$OUT_FILE"
expect_no 'Secret Sample' in "$CPADMIN_STORE/store.db"
ok cpadmin shield reveal TEST-0002 --reason practice
expect_out_contains '2 Secret Sample Row'
ok cpadmin shield decide TEST-0002 grant --reason practice --as bob

test_case 'the sensitive one is masked, the grown one stays'
ok cpadmin record show TEST-0009 --reason practice --as tim
expect_out_contains unspecified-sensitive
expect_no mental-health in "$OUT_FILE"
ok cpadmin retention run --yes --json
expect_json .archived 0
ok cpadmin record list --json
expect_json '.rows[] | select(.id == "TEST-0011") | .state' extended

test_case 'removed at once and whole, in one step'
ok cpadmin record correct TEST-0001 --set given=Practice --reason practice
ok cpadmin hold place --record TEST-0003 --reason x --legal-basis y \
    --contact z --review 2099-01-01
ok cpadmin shield letter TEST-0002 --kind outcome
run identity remove --as tim
expect_status 9
ok identity remove --json
expect_json '[.removed, .left] | join(" ")' '11 1'
expect_eq "$(sql "SELECT count(*) FROM document JOIN record ON n = record
    WHERE synthetic = 1")" 1
for table in shield compartment mail consent shield_key; do
	expect_eq "$(sql "SELECT count(*) FROM $table")" 0 "$table"
done
expect_eq "$(find_ids --name Twinexample)" ''
expect_eq "$(sql "SELECT count(*) FROM search_key WHERE record IN
    (SELECT n FROM record WHERE synthetic = 1 AND id <> 'TEST-0003')")" 0
expect_no Practice in "$CPADMIN_STORE/store.db"
expect_no Twinexample in "$CPADMIN_STORE/store.db"
ok cpadmin archive list --json
expect_json '.rows | length' 0
ok cpadmin audit verify
ok cpadmin record show REAL-1 --reason x
ok cpadmin shield investigation list --json
expect_json '[.rows[] | .id] | join(" ")' TEST-0002

test_case 'and made again under the same numbers'
ok identity add --json
expect_json '[.added, .left] | join(" ")' '11 1'
expect_eq "$(find_ids --name Twinexample)" 'TEST-0007 TEST-0008'
ok identity remove TEST-0007 --json
expect_json .removed 1
expect_eq "$(find_ids --name Twinexample)" TEST-0008
ok identity list --json
expect_json '[.rows[] | select(.id == "TEST-0007") | .state] | .[0]' removed

test_case 'a number that somebody has is not touched'
new_store
sed 's/REAL-1/TEST-0004/' "$T/rows" >"$T/taken"
ok cpadmin record import "$T/taken"
run identity add
expect_status 5
expect_eq "$(sql 'SELECT count(*) FROM record')" 1 'all or nothing'
ok identity remove --json
expect_json .removed 0
ok cpadmin record show TEST-0004 --reason x
ok identity list --json
expect_json '[.rows[] | select(.id == "TEST-0004") | .state] | .[0]' taken

test_case 'a real store without officers makes all but the shielded one'
export CPADMIN_STORE=$T/real
ok cpadmin init "$CPADMIN_STORE" --authority E08000015 --no-custody \
    --operator ann
ok identity add --json
expect_json '[.added, .no_officer] | join(" ")' '11 1'
