#!/bin/bash
# The match key: lost, replaced, and replaced by halves.
. "$(dirname "$0")/../lib.sh"

# child ID GIVEN BORN [NUMBER]: a row.
child() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s","family":"Quill"},' "$2"
	printf '{"type":"former","given":"%s","family":"Vane"}],' "$2"
	printf '"gender":"female","birth_date":"%s","addresses":[{' "$3"
	printf '"type":"current","lines":["1 Refuge Lane"],'
	printf '"postcode":"CH41 1AA"}]}\n'
}
# aside ID GIVEN BORN: how many of the one row an import sets aside.
aside() {
	child "$@" >"$T/row.ndjson"
	"$CPADMIN" record import "$T/row.ndjson" --json 2>"$T/aside.err" |
	    jq .quarantined
}

new_store
KEYS=$CPADMIN_STORE/keys
child A1 Imogen 2012-03-04 >"$T/people.ndjson"
child A2 Zebedee 2014-05-06 >>"$T/people.ndjson"
ok "$CPADMIN" record import "$T/people.ndjson"
ok "$CPADMIN" shield request A1 --by parent --reason afraid
cp "$KEYS/match.key" "$T/first.key"

test_case 'without the key no feed is loaded'
mv "$KEYS/match.key" "$T/lost.key"
child B1 Imogen 2012-03-05 >"$T/row.ndjson"
run "$CPADMIN" record import "$T/row.ndjson"
expect_status 7
expect_err_contains 'match.key'
expect_err_contains 'shield rekey'
run "$CPADMIN" shield request A2 --by parent --reason afraid
expect_status 7
expect_false [ -e "$KEYS/match.key" ]

test_case 'a new key knows whom the old one knew'
ok "$CPADMIN" shield rekey --reason 'lost with a disk' --json
expect_json '[.done, .left]' '[1,0]'
expect_eq "$(stat -c %a "$KEYS/match.key")" 600
expect_false cmp -s "$KEYS/match.key" "$T/first.key"
expect_false [ -e "$KEYS/match.key.new" ]
expect_eq "$(aside B2 Imogne 2012-03-04)" 1 'a slip'
expect_eq "$(aside B3 Persephone 2001-03-04)" 0 'somebody else'
ok "$CPADMIN" audit show --json
expect_json '[.rows[] | select(.action == "shield.rekey")] | length' 1
ok "$CPADMIN" audit verify

test_case 'the old key is no longer taken'
cp "$KEYS/match.key" "$T/second.key"
cp "$T/first.key" "$KEYS/match.key"
run "$CPADMIN" record import "$T/row.ndjson"
expect_status 7
expect_err_contains 'not the one'
cp "$T/second.key" "$KEYS/match.key"
expect_eq "$(aside B4 Imogen 2012-03-05)" 1

test_case 'a kill before the new key was in place is made good'
cp "$T/second.key" "$KEYS/match.key.new"
cp "$T/first.key" "$KEYS/match.key"
expect_eq "$(aside B5 Imogen 2012-03-06)" 1
ok cmp "$T/second.key" "$KEYS/match.key"
expect_false [ -e "$KEYS/match.key.new" ]
mv "$KEYS/match.key" "$KEYS/match.key.new"
expect_eq "$(aside B6 Imogen 2013-03-04)" 1
ok cmp "$T/second.key" "$KEYS/match.key"

test_case 'a kill before the commit leaves the key that counts'
cp "$T/first.key" "$KEYS/match.key.new"
expect_eq "$(aside B7 Imogen 2012-04-03)" 1
ok cmp "$T/second.key" "$KEYS/match.key"

test_case 'a new key that never counted is not taken for a lost one'
cp -a "$CPADMIN_STORE" "$T/other"
sqlite3 "$T/other/store.db" "DELETE FROM counter WHERE name = 'match'"
mv "$T/other/keys/match.key" "$T/other/keys/match.key.new"
run "$CPADMIN" --store "$T/other" record import "$T/row.ndjson"
expect_status 7
expect_false [ -e "$T/other/keys/match.key" ]
mv "$T/other/keys/match.key.new" "$T/other/keys/match.key"
ok "$CPADMIN" --store "$T/other" record import "$T/row.ndjson"

test_case 'former names and hidden addresses are known again'
ok "$CPADMIN" operator add bob --uid 4998 --role shield
ok "$CPADMIN" shield decide A1 grant --hide address,former-names \
    --reason 'harm' --review 2027-03-01 --as bob
ok "$CPADMIN" shield rekey --reason 'may have been seen' --json
expect_json .done 1
sed 's/"given":"Imogen","family":"Quill"/"given":"Imogen","family":"Other"/
    s/,{"type":"former"[^}]*}//; s/A1/B8/; q' "$T/people.ndjson" \
    >"$T/row.ndjson"
ok "$CPADMIN" record import "$T/row.ndjson" --json
expect_json .quarantined 1

test_case 'it is for shielding officers'
ok "$CPADMIN" operator add mary --uid 4999 --role team --role dpo
run "$CPADMIN" shield rekey --reason x --as mary
expect_status 9
run "$CPADMIN" shield rekey
expect_status 2
