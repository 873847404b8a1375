#!/bin/bash
# record show, find, list, history, correct, event: what is shown, to whom,
# and what it leaves in the log.
. "$(dirname "$0")/../lib.sh"

new_store
cat >"$T/some.ndjson" <<'END'
{"cpadmin":"record/1","id":"A-1","authority":"E08000015","names":[{"type":"current","given":"Zoë Anne","family":"O’Brien"},{"type":"former","given":"Zoë","family":"Ahmed"}],"gender":"female","birth_date":"2010-02-28","numbers":[{"type":"nhs","value":"9434765919"}],"addresses":[{"type":"current","lines":["1 High Street"],"postcode":"CH41 1AA"}],"involvements":[{"service":"education","provider":"Ridge School","start":"2015-09-01","end":null,"lead":false,"assessment":false,"sensitive":null},{"service":"mental-health","provider":"Secret Clinic","start":"2024-01-01","end":null,"lead":false,"assessment":false,"sensitive":{"basis":"consent"}}]}
{"cpadmin":"record/1","id":"A-2","authority":"E08000015","names":[{"type":"current","given":"John","family":"Smith"}],"gender":"male","birth_date":"2012"}
{"cpadmin":"record/1","id":"A-3","authority":"E08000015","names":[{"type":"current","given":"Jon","family":"Smyth"}],"gender":"male","birth_date":"2012-05-06"}
END
ok cpadmin record import "$T/some.ndjson"
ok cpadmin operator add tom --uid 4002 --role team
ok cpadmin operator add aud --uid 4003 --role auditor
ON='--on 2026-11-21'

test_case 'a record is shown for a reason, and the log has it'
run cpadmin record show A-1
expect_status 2
expect_out_empty
ok cpadmin record show A-1 --reason 'case 7' --json
expect_json '.names[0].family' 'O’Brien'
expect_json .cpadmin record/1
ok cpadmin record history A-1 --reason look --json
expect_json '.rows[-2]|[.action,.actor,.detail.reason]|@csv' \
    '"record.show","root","case 7"'
ok cpadmin record show A-1 --reason words
expect_out_contains 'O’Brien'
expect_out_contains '1 High Street'

test_case 'sensitive services are masked for the team'
ok cpadmin record show A-1 --reason x --json
expect_json '[.involvements[].service]|join(" ")' 'education mental-health'
ok cpadmin record show A-1 --reason x --json --as tom
expect_json '[.involvements[].service]|join(" ")' \
    'education unspecified-sensitive'
expect_no 'Secret Clinic' in "$OUT_FILE"
ok cpadmin record show A-1 --reason x --as tom
expect_no 'Secret Clinic' in "$OUT_FILE"

test_case 'who may look'
run cpadmin record show A-1 --reason x --as aud
expect_status 9
expect_out_empty
ok cpadmin record history A-1 --reason x --as aud
run cpadmin record show B-1 --reason x
expect_status 4
run cpadmin record history B-1 --reason x
expect_status 4

found() {
	run cpadmin record find "$@" --reason test --json
	expect_status 0
	FOUND=$(jq -r '[.rows[].id]|sort|join(" ")' "$OUT_FILE")
}
test_case 'found by what one knows'
found --name "zoe obrien"; expect_eq "$FOUND" A-1
found --name "Ahmed"; expect_eq "$FOUND" A-1
found --name "O'Brien, Zoe"; expect_eq "$FOUND" A-1
found --name "john smith"; expect_eq "$FOUND" 'A-2 A-3'
found --name "john smith"; expect_json '.rows[0].id' A-2
found --born 2010-02-28; expect_eq "$FOUND" A-1
found --born 2012-05-06; expect_eq "$FOUND" 'A-2 A-3'
found --born 2012; expect_eq "$FOUND" 'A-2 A-3'
found --born 2012-06; expect_eq "$FOUND" A-2
found --name smith --born 2012-05-07; expect_eq "$FOUND" A-2
found --postcode ch411aa; expect_eq "$FOUND" A-1
found --number '943 476 5919'; expect_eq "$FOUND" A-1
found --number 9434765919 --born 2011; expect_eq "$FOUND" ''
found --name smith --limit 1; expect_json '.rows|length' 1
run cpadmin record find --reason test
expect_status 2

test_case 'a search is logged with what it showed, never with what it asked'
found --name 'Wilhelmina Quixote'
expect_eq "$FOUND" ''
ok cpadmin audit show --json
expect_json '.rows[-1].action' record.find
expect_json '.rows[-1].subject' null
expect_no Quixote in "$OUT_FILE" "$CPADMIN_STORE"
found --name obrien
ok cpadmin record history A-1 --reason x --json
expect_json '.rows[-2]|[.action,.detail.by[0],.detail.reason]|@csv' \
    '"record.find","name","test"'

test_case 'the list has no personal details'
ok cpadmin record list --json
expect_json '.rows|length' 3
expect_json '.rows[0]|keys|join(" ")' \
    'id next_action next_due prune_due rule shielded state'
expect_json '.rows[0]|[.state,.next_action,.next_due,.rule]|@csv' \
    '"live","archive","2028-02-28","retention.age_limit"'
ok cpadmin record list --due-before 2028-02-28 --json
expect_json '.rows|length' 0
ok cpadmin record list --due-before 2028-02-29 --json
expect_json '.rows|length' 1
ok cpadmin record list --state archived --json
expect_json '.rows|length' 0
run cpadmin record list --state gone
expect_status 2

test_case 'corrected: dates follow, the log has old and new'
# shellcheck disable=SC2086
ok cpadmin record correct A-1 --set birth_date=2010-03-01 --set given=Zoe \
    --set gender=female --reason typo --json $ON
expect_json '.changed|join(" ")' 'birth_date given'
ok cpadmin record list --json
expect_json '.rows[0].next_due' 2028-03-01
ok cpadmin record history A-1 --reason x --json
expect_json '[.rows[]|select(.action=="record.correct")][0].detail.changes[1]|[.field,.was,.is]|@csv' \
    '"birth_date","2010-02-28","2010-03-01"'
found --born 2010-03-01; expect_eq "$FOUND" A-1

test_case 'all of a correction or nothing'
run cpadmin record correct A-1 --set given=Other --set birth_date=2010-02-30 \
    --reason typo
expect_status 10
expect_err_contains birth_date
run cpadmin record correct A-1 --set given=Other --set shoe_size=3 --reason t
expect_status 10
ok cpadmin record show A-1 --reason x --json
expect_json '.names[0].given' Zoe
run cpadmin record correct A-1 --set id=A-9 --reason t
expect_status 5
run cpadmin record correct A-1 --set given --reason t
expect_status 2
run cpadmin record correct A-1 --set given=Zoe
expect_status 2
ok cpadmin record correct A-1 --set given=Zoe --reason same --json
expect_json '.changed|length' 0

test_case 'two values that are valid only together'
ok cpadmin record correct A-1 --set involvements[0].end=2013-07-01 \
    --set involvements[0].start=2012-09-01 --reason t --json
expect_json '.changed|length' 2
ok cpadmin record history A-1 --reason x --json
expect_json '[.rows[]|select(.action=="record.correct")][-1].detail.changes|map(has("was"))|any' false

event() {
	# shellcheck disable=SC2086
	run cpadmin record event "$@" --json $ON
}
test_case 'left England and returned'
event A-2 left-england --date 2026-11-01 --intention no-return
expect_status 0
expect_json '[.event,.next_action,.next_due,.rule]|@csv' \
    '"left-england","archive","2026-11-01","retention.left_no_return_period"'
event A-2 left-england --date 2026-11-02 --intention return
expect_status 5
event A-2 returned --date 2026-10-01
expect_status 10
event A-2 returned --date 2026-11-10
expect_status 0
expect_json .next_due 2030-12-31
event A-2 returned --date 2026-11-11
expect_status 5

test_case 'moved'
event A-2 moved --to E08000012 --date 2026-11-01
expect_status 0
ok cpadmin record show A-2 --reason x --json
expect_json .authority E08000012
event A-2 moved --to E08000012 --date 2026-11-01
expect_status 5
event A-2 moved --to 'e 1' --date 2026-11-01
expect_status 10

test_case 'died'
event A-3 died --date 2026-11-01 --notified 2026-10-01
expect_status 10
event A-3 died --date 2026-11-01 --notified 2026-11-22
expect_status 10
event A-3 died --date 2001-11-01 --notified 2026-11-02
expect_status 10
event A-3 died --date 2026-11-01
expect_status 2
event A-3 died --date 2026-11-01 --notified 2026-11-05 --to E08000012
expect_status 2
event A-3 died --date 2026-11-01 --notified 2026-11-05 --reason letter
expect_status 0
expect_json '[.next_due,.rule]|@csv' '"2027-11-06","retention.death_period"'
event A-3 died --date 2026-11-01 --notified 2026-11-05
expect_status 5
event B-9 died --date 2026-11-01 --notified 2026-11-05
expect_status 4
ok cpadmin record history A-3 --reason x --json
expect_json '[.rows[]|select(.action=="record.died")][0].detail|[.date,.notified,.reason]|@csv' \
    '"2026-11-01","2026-11-05","letter"'

test_case 'events in a file'
cat >"$T/events" <<'END'
{"on":"2026-11-20","date":"2026-11-19","id":"A-1","event":"moved","to":"E08000012"}
{"on":"2026-11-20","date":"2026-11-19","id":"A-7","event":"moved","to":"E08000012"}
{"on":"2026-11-20","date":"2026-11-19","id":"A-1","event":"flown"}
nothing
END
# shellcheck disable=SC2086
run cpadmin record event --file "$T/events" --json $ON
expect_status 3
expect_json '[.entered,.rejected,([.rejects[].line]|tostring)]|@csv' \
    '1,3,"[2,3,4]"'
head -n 1 "$T/events" >"$T/again"
# shellcheck disable=SC2086
run cpadmin record event --file "$T/again" --json $ON
expect_status 10

test_case 'the log of all this is whole'
ok cpadmin audit verify

test_case 'archived and destroyed records say so'
new_store
ok cpadmin operator add second --uid 4004 --role approver
sed '1s/"birth_date":"2010-02-28"/"birth_date":"2004-02-29"/' "$T/some.ndjson" |
    head -n 1 >"$T/old.ndjson"
ok cpadmin record import "$T/old.ndjson" --on 2022-02-01
ok cpadmin retention run --on 2022-03-01 --accept clock --accept share --yes
run cpadmin record show A-1 --reason x --json --on 2022-03-02
expect_status 5
expect_err_json .hint '`cpadmin archive open A-1'"' for that"
run cpadmin record correct A-1 --set given=X --reason x --json --on 2022-03-02
expect_status 5
expect_err_json .hint '`cpadmin archive restore A-1 --set FIELD=VALUE --reason TEXT'"' corrects it on its way back"
run cpadmin record event A-1 died --date 2022-03-01 --notified 2022-03-01 \
    --on 2022-03-02
expect_status 5
run cpadmin record import "$T/old.ndjson" --json --on 2022-03-02
expect_status 10
expect_json '.rejects[0]|[.path,.cause]|@csv' '"$.id","its record is archived"'
ok cpadmin record list --json --on 2022-03-02
expect_json '.rows[0]|[.state,.next_action,.next_due]|@csv' \
    '"archived","destroy","2028-03-02"'
expect_no Brien in "$CPADMIN_STORE/store.db"

test_case 'an NHS number is one live person'"'"'s, whichever way it comes'
new_store
numbered() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"Ann","family":"Lee"}],'
	printf '"gender":"female","birth_date":"%s","numbers":[%s]}\n' "$2" \
	    "${3:+{\"type\":\"nhs\",\"value\":\"$3\"\}}"
}
numbered N-1 2004-03-01 9434765919 >"$T/first.ndjson"
{
	numbered N-2 2010-03-01 9434765919
	numbered N-3 2010-03-01 |
	    sed 's/"Lee"}]/"Lee"},{"type":"former","family":"Li"}]/'
} >"$T/second.ndjson"
ok cpadmin record import "$T/first.ndjson" --on 2022-02-01
ok cpadmin retention run --on 2022-03-01 --accept clock --accept share --yes
ok cpadmin record import "$T/second.ndjson" --on 2022-03-01
run cpadmin record correct N-3 --set nhs=9434765919 --reason x --on 2022-03-01
expect_status 5
expect_err_contains 'another live record has the NHS number of record N-3'
run cpadmin record split N-3 --take 'names[1]' --set nhs=9434765919 \
    --reason x --on 2022-03-01
expect_status 5
expect_err_contains 'another live record has the NHS number of'
run cpadmin archive restore N-1 --reason x --set birth_date=2010-03-01 \
    --on 2022-03-01
expect_status 5
expect_err_contains 'another live record has the NHS number of record N-1'
ok cpadmin record list --on 2022-03-01 --json
expect_json '[.rows[] | [.id, .state] | join(" ")] | join("; ")' \
    'N-1 archived; N-2 live; N-3 live'
ok cpadmin archive restore N-1 --reason x --set birth_date=2010-03-01 \
    --set nhs= --on 2022-03-01
ok cpadmin record correct N-2 --set nhs= --reason 'was of N-1' --on 2022-03-01
ok cpadmin record correct N-1 --set nhs=9434765919 --reason back \
    --on 2022-03-01
run cpadmin record undo N-2 --reason x --on 2022-03-01
expect_status 5
ok cpadmin record undo N-1 --reason x --on 2022-03-01
ok cpadmin record undo N-2 --reason x --on 2022-03-01
