#!/bin/bash
# What is held is collected item by item, an officer decides about what is
# flagged, a second person approves, and nothing leaves before that.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

sar() {
	"$CPADMIN" sar "$@"
}

# Reads the items of $SAR, which the next two ask.
read_items() {
	sar items "$SAR" --all --json --as dee >"$T/items" ||
	    fail "no items of $SAR"
}

# The number of the item WHAT; FIELD of it.
item() {
	field "$1" item
}
field() {
	jq -r --arg w "$1" ".rows[] | select(.what == \$w) | .$2" "$T/items"
}

# A request by a parent about the records, ready to be collected.
request() {
	local who=$1 id subjects=()

	shift
	for id in "$@"; do
		subjects+=(--subject "$id")
	done
	SAR=$(sar open "${subjects[@]}" --requester "$who" --relation parent \
	    --received 2026-11-20 --on 2026-11-20 --again --as dee --json |
	    jq -r .sar)
	sar evidence "$SAR" responsibility --reference F-1 --date 2026-11-20 \
	    --as dee >/dev/null || fail "no evidence for $SAR"
	for id in $(seq $#); do
		sar view "$SAR" not-asked --date 2026-11-20 --text "too young" --subject "$id" \
		    --as dee >/dev/null || fail "no view of child $id of $SAR"
	done
}

new_store
ok cpadmin policy adopt "$ROOT/policies/uk-2026.cfg"
for o in 'dee dpo 3001' 'dan dpo 3002' 'pat approver 3003' 'tim team 3004' \
    'sue shield 3005' 'aud auditor 3006'; do
	# shellcheck disable=SC2086
	set -- $o
	ok cpadmin operator add "$1" --role "$2" --uid "$3"
done
child() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015","names":[{"type":"current","given":"%s","family":"Ash"}],"gender":"female","birth_date":"2012-03-04","numbers":[{"type":"upn","value":"A801200001001"}],"addresses":[{"type":"current","lines":["%s","Moss"],"postcode":"CH41 1AA","from":"2019-08-01","source":"census-7"}],"carers":[{"name":"Mae Ash","relation":"mother","responsibility":true,"phone":"0151 496 0000"}],"involvements":[{"service":"education","provider":"Ridgeway Primary","practitioner":"Mrs Hall","phone":"0151 496 0001","start":"2018-09-01"},{"service":"mental-health","provider":"Quiet House","start":"2020-01-01","sensitive":{"basis":"significant-harm","evidence":"HE/1"}}]}\n' "$@"
}
{
	child R1 Nell '12 Larkhill Road'
	child R2 Bo '12, LARKHILL ROAD' | sed 's/A801200001001/Y801200002001/'
	child R3 Kim '3 Far Street' | sed 's/A801200001001/W801200003001/'
	child R5 Una '5 Near Street' | sed 's/A801200001001//; s/"addresses":\[/&{"type":"last-known","lines":["12 Larkhill Road","Moss"],"postcode":"CH41 1AA","from":"2015-08-01"},/'
	printf '{"cpadmin":"record/1","id":"R4","authority":"E08000015","names":[{"type":"current","given":"Ida","family":"Elm"}],"gender":"female","birth_date":"2012-04-05"}\n'
} | sed 's/"numbers":\[{"type":"upn","value":"[^"]*"}\],//' >"$T/rows"
ok cpadmin record import "$T/rows"
ok cpadmin record show R1 --reason 'a call by Mrs Hall' --as tim

test_case 'only who may'
request 'Max Oak' R1
for who in tim aud pat; do
	run sar collect "$SAR" --as $who
	expect_status 9
	expect_out_empty
done
for who in tim aud; do
	run sar items "$SAR" --as $who
	expect_status 9
	expect_out_empty
	run sar approve "$SAR" --as $who
	expect_status 9
done
for who in tim aud pat sue; do
	run sar withhold "$SAR" 1 --ground third-party --reason x --as $who
	expect_status 9
	run sar give "$SAR" 1 --as $who
	expect_status 9
done

test_case 'nothing is shown, decided or approved of what is not collected'
run sar items "$SAR" --as dee
expect_status 5
expect_err_contains "cpadmin sar collect $SAR"
run sar give "$SAR" 1 --as dee
expect_status 5
run sar approve "$SAR" --as pat
expect_status 5
expect_eq "$(sql "SELECT count(*) FROM audit WHERE action = 'sar.items'")" 0

test_case 'everything is an item, and what is flagged waits'
ok sar collect "$SAR" --as dee --json
expect_json .kind sar-collected
expect_json '.subjects[0].id' R1
expect_json '.subjects[0].found' live
expect_json '.new == .items' true
expect_json .undecided 10
expect_json .command "cpadmin sar items $SAR"
read_items
LOOK=$(jq -r '[.rows[] | select(.part == "looks")][0].what' "$T/items")
ok sar items "$SAR" --as dee --json
expect_json '[.rows[] | .what + " " + .flags] | join(";")' "addresses/0/source source;carers/0/name carer;carers/0/phone carer;involvements/0/practitioner practitioner;involvements/0/phone practitioner;involvements/1 sensitive;involvements/1/evidence source,sensitive;consents/C-0001 sensitive;consents/C-0001/evidence source,sensitive;$LOOK/reason practitioner"
expect_json '[.rows[] | .after] | unique' '[null]'
read_items
expect_eq "$(field carers/0/name before)" 'Mae Ash'
expect_eq "$(field addresses/0 after)" \
    "$(field addresses/0 before)"
run sar items "$SAR" --as dee
expect_out_contains '?'
expect_err_contains 'more are given as they are'

test_case 'who looked: what they are, and why, and nobody by name'
LOOK=$(jq -r '.rows[] | select(.part == "looks") | .before' "$T/items")
expect_true grep -q 'who: who-team; what: did-look$' <<<"$LOOK"
expect_true grep -q 'a call by Mrs Hall' <<<"$LOOK"
expect_false grep -qw tim <<<"$LOOK"
# that this request is dealt with, who asks knows
expect_eq "$(grep -c . <<<"$LOOK")" 2
expect_eq "$(cpadmin record history R1 --reason x --as dee --json | jq -r \
    '[.rows[] | select(.action | startswith("sar.")) | .action] |
    unique | join(" ")')" 'sar.collect sar.items'

test_case 'nothing leaves with an undecided flag'
run sar disclose "$SAR" --output "$T/pack.zip" --as dee
expect_status 5
expect_err_contains 'not decided'
expect_no_file "$T/pack.zip"
run sar approve "$SAR" --as pat
expect_status 5
expect_err_contains 'not decided'

test_case 'what is meant has to be there'
for bad in 0 -1 x 3- 5-3 1,2 '' 99999999999; do
	run sar give "$SAR" -- "$bad" --as dee
	expect_true test "$STATUS" -eq 2
done
run sar give "$SAR" --as dee
expect_status 2
run sar give "$SAR" --flag nonsense --as dee
expect_status 2
run sar give "$SAR" 9999 --as dee
expect_status 4
run sar withhold "$SAR" 5 --as dee
expect_status 2
run sar withhold "$SAR" 5 --ground because --reason x --as dee
expect_status 10
expect_err_contains third-party
run sar give "$SAR" --flag hold --as dee
expect_status 4
expect_eq "$(sql 'SELECT count(*) FROM sar_item WHERE decision IS NOT NULL')" 0

test_case 'by number, by range, by flag'
read_items
N=$(item carers/0/name)
ok sar give "$SAR" "$N-$((N + 1))" --reason 'she agrees' --as dee --json
expect_json .decided 2
ok sar withhold "$SAR" --flag practitioner --ground third-party \
    --reason 'she does not agree' --as dee --json
expect_json .decided 3
expect_json .withheld 3
# what is flagged for another reason too does not slip out
run sar give "$SAR" --flag source --as dee --json
expect_json .decided 1
ok sar withhold "$SAR" "$(item addresses/0/source)" --ground third-party \
    --reason x --as dee
ok sar withhold "$SAR" --flag source --flag sensitive --ground third-party \
    --reason 'who told us' --as dee --json
expect_json .undecided 0
read_items
expect_eq "$(field involvements/0/phone after)" null
expect_eq "$(field involvements/0/phone ground)" third-party
expect_eq "$(field involvements/0/phone by)" dee
expect_eq "$(field carers/0/phone after)" '0151 496 0000'
# all of a flag: what was decided before stays
ok sar give "$SAR" "$(item involvements/1)" --as dee
run sar withhold "$SAR" --flag sensitive --ground crime --reason x --as dee
expect_status 4

test_case 'a second person approves, and any change takes it back'
run sar disclose "$SAR" --output "$T/pack.zip" --as dee
expect_status 5
expect_err_contains approve
run sar approve "$SAR" --as dee
expect_status 5
expect_err_contains 'another person'
ok sar approve "$SAR" --as pat --json
expect_json .status approved
expect_json '.given + .withheld == .items' true
expect_json '[.withheld_items[].what] | contains(["record/involvements/0/phone"])' true
expect_json '[.withheld_items[].ground] | unique' '["third-party"]'
ok sar withhold "$SAR" "$N" --ground third-party --reason x --as dee --json
expect_json .status collected
run sar disclose "$SAR" --output "$T/pack.zip" --as dee
expect_status 5
ok sar give "$SAR" "$N" --as dee
ok sar approve "$SAR" --as dan

test_case 'what changes after the review is seen'
ok cpadmin record correct R1 --set 'carers[0].name=Mia Elm' --reason wrong
read_items
expect_eq "$(field carers/0/name state)" changed
expect_eq "$(field carers/0/name after)" null
run sar disclose "$SAR" --output "$T/pack.zip" --as dee
expect_status 5
expect_err_contains collect
expect_no_file "$T/pack.zip"
ok sar collect "$SAR" --as dee --json
expect_json .changed 1
expect_json .undecided 1
expect_json .status collected
ok sar give "$SAR" --flag carer --as dee
ok sar approve "$SAR" --as pat
ok sar disclose "$SAR" --output "$T/pack.zip" --as dee --json
expect_json .outcome partial
run sar give "$SAR" 1 --as dee
expect_status 5
run sar collect "$SAR" --as dee
expect_status 5

test_case 'what is withheld takes its details along'
request 'Max Oak' R3
ok sar collect "$SAR" --as dee
read_items
ok sar withhold "$SAR" "$(item carers/0)" --ground serious-harm \
    --reason x --as dee
read_items
expect_eq "$(field carers/0/name after)" null
expect_eq "$(field carers/0/phone decision)" withhold
ok sar give "$SAR" "$(item carers/0)" --as dee
read_items
expect_eq "$(field carers/0/name after)" 'Mae Ash'

test_case 'of a shielded child there is no place, and no mark of it'
ok cpadmin shield request R1 --by parent --reason 'he found her'
request 'Ned Fox' R1
run sar collect "$SAR" --as dee
cp "$OUT_FILE" "$T/collected"
run sar items "$SAR" --all --as dee
expect_status 0
for word in Larkhill CH41 census Ridgeway Hall Quiet '0151' E08000015 \
    shield place SC- SAR-0001; do
	expect_no "$word" "$OUT_FILE" "$T/collected"
done
expect_out_contains 'Mia Elm'
expect_out_contains 'did-look'

test_case 'nor of her brother, when both are asked for'
request 'Max Oak' R2 R1
ok sar collect "$SAR" --as dee
run sar items "$SAR" --all --as dee
for word in Larkhill LARKHILL CH41 census Ridgeway Hall Quiet '0151' \
    E08000015; do
	expect_no "$word" "$OUT_FILE"
done
expect_eq "$(grep -c 'Ash' "$OUT_FILE")" 3

test_case 'where her brother lives is flagged, for who may know why'
request 'Max Oak' R2
ok sar collect "$SAR" --as dee
read_items
expect_eq "$(field addresses/0 flags)" place
expect_eq "$(field addresses/0 after)" null
expect_eq "$(field involvements/0 flags)" place
expect_eq "$(field authority flags)" place
expect_eq "$(field names/0 flags)" null
run sar items "$SAR" --all --as pat
expect_status 0
expect_no place "$OUT_FILE"
ok sar withhold "$SAR" --flag place --ground serious-harm \
    --reason 'it is where Nell lives' --as dee
run sar items "$SAR" --all --json --as pat
expect_no 'where Nell' "$OUT_FILE"
run sar items "$SAR" --all --json --as dee
expect_out_contains 'where Nell'
ok sar give "$SAR" --flag carer --as dee
read_items
expect_eq "$(field carers/0/phone after)" null
request 'Max Oak' R3
ok sar collect "$SAR" --as dee
read_items
expect_eq "$(field addresses/0 flags)" null

test_case 'where her sister lived before is, if she lives there now'
request 'Max Oak' R5
ok sar collect "$SAR" --as dee
read_items
expect_eq "$(jq -r '[.rows[] | select(.part == "addresses" and
    (.what | endswith("source") | not)) | .flags] | join(" ")' "$T/items")" \
    'place place'

test_case 'a child of whom no place is held is told no authority'
request 'Max Oak' R4
ok sar collect "$SAR" --as dee
run sar items "$SAR" --all --as dee
expect_no E08000015 "$OUT_FILE"

test_case 'for whom it is safe, an officer opens it, and that is looked into'
request 'Mae Ash' R1
ok sar collect "$SAR" --as dee
ok sar safe "$SAR" --reason 'she lives there' --as sue
BEFORE=$(sql 'SELECT count(*) FROM investigation')
run sar collect "$SAR" --as sue --json
expect_status 0
expect_eq "$(sql 'SELECT count(*) FROM investigation')" $((BEFORE + 1))
run sar items "$SAR" --all --as sue
expect_out_contains 'Larkhill'
expect_out_contains 'he found her'
# that it was safe, and opened, is not on the log that others read
run cpadmin audit show --subject "$SAR" --json --as aud
expect_out_contains sar.collect
expect_no safe "$OUT_FILE"
run cpadmin record history R1 --reason x --json --as tim
expect_no '"sue"' "$OUT_FILE"
ok cpadmin record history R1 --reason x --json --as dee
expect_json '[.rows[] | select(.actor == "sue" or .action == "shield.safe") |
    .action] | sort | unique | join(" ")' \
    'sar.collect sar.items shield.reveal shield.safe'
# and the log, which others read, does not say of what was decided
read_items
ok sar give "$SAR" "$(jq -r '[.rows[] | select(.part == "shield")][0].item' \
    "$T/items")" --as dee
run cpadmin audit show --subject "$SAR" --json --as aud
expect_out_contains sar.give
expect_no shield/ "$OUT_FILE"
# to look at it again opens no other
expect_eq "$(sql 'SELECT count(*) FROM investigation')" $((BEFORE + 1))
# who is not told of shields sees nothing of it
run sar items "$SAR" --as pat
expect_status 9
expect_out_empty
run sar approve "$SAR" --as pat
expect_status 9
ok sar safe "$SAR" --take-back --reason 'she moved' --as sue
ok sar collect "$SAR" --as dee
run sar items "$SAR" --all --as dee
expect_no Larkhill "$OUT_FILE"
