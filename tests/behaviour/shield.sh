#!/bin/bash
# Shields: asked for, decided by another person, reviewed, lifted; who is told,
# what is hidden at once, and that no shield ends by itself.
. "$(dirname "$0")/../lib.sh"

USUAL=address,contact,school,practice,practitioner,involvements

# child ID [POSTCODE LINE]: a row with an address, or none.
child() {
	jq -cn --arg id "$1" --arg code "${2:-}" --arg line "${3:-}" \
	    --arg born "${BORN:-2014-02-28}" --arg given "${GIVEN:-Zoe}" \
	    --arg family "${FAMILY:-Oakapple}" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: $given,
	    family: $family}, {type: "former", given: $given,
	    family: "Quillfeather"}], gender: "female", birth_date: $born,
	    addresses: (if $code == "" then [] else [{type: "current",
	    lines: [$line, "Birkenhead"], postcode: $code}] end),
	    carers: [{name: "Maeve", relation: "mother", responsibility: true} +
	    (if $code == "" then {} else {phone: "0151 496 0377"} end)],
	    involvements: (if $code == "" then [] else [{service: "education",
	    provider: "Canary Primary", practitioner: "Mrs Hallmark",
	    start: "2019-09-01", end: null}] end)}'
}

import() {
	local on=$1

	cat >"$T/rows"
	ok cpadmin record import "$T/rows" --on "$on" --json
}

request() {
	run cpadmin shield request "$@" --json
}
decide() {
	run cpadmin shield decide "$@" --json
}
# doc ID: the record, as root may see it.
doc() {
	cpadmin record show "$1" --reason x --json
}
listed() {
	ok cpadmin shield list --json
	expect_json "[.rows[] | select(.id == \"$1\")][0] |
	    \"\(.status) \(.review) \(.hidden)\"" "$2"
}

test_case 'the prepared store'
new_store --on 2026-01-05
ok cpadmin operator add bob --uid 1001 --role shield
ok cpadmin operator add tess --uid 1002 --role team
ok cpadmin operator add dora --uid 1003 --role dpo
ok cpadmin operator add aude --uid 1004 --role auditor --role approver \
    --role custodian --role scheduler --role admin
ok cpadmin operator add kent --uid 1005 --role team --role shield \
    --authority E10000016
{
	child ONE 'CH41 1AA' '1 Secret Street'
	GIVEN=Liam BORN=2016-05-05 child SIB 'CH41 1AA' '1 SECRET street.'
	GIVEN=Una FAMILY=Other BORN=2013-01-01 child NEAR 'CH41 1AA' \
	    '2 Secret Street'
	FAMILY=Quillfeather child DUP
	GIVEN=Ada FAMILY=Bare BORN=2011-03-03 child BARE
	GIVEN=Eva FAMILY=Second BORN=2012-04-04 child TWO 'CH41 2BB' \
	    '2 Hidden Lane'
	GIVEN=Ida FAMILY=Third BORN=2012-06-06 child THREE 'CH41 3CC' \
	    '3 Hidden Lane'
} | import 2026-01-05
doc ONE >"$T/one"
doc TWO >"$T/two"

test_case 'who may: roles are asked before anything is said'
for who in aude; do
	for verb in 'request ONE --by child' 'decide ONE grant' 'review ONE' \
	    'lift ONE' 'show ONE'; do
		read -ra words <<<"$verb"
		run cpadmin shield "${words[@]}" --reason x --as $who
		expect_status 9
	done
	run cpadmin shield list --as $who
	expect_status 9
done
for verb in 'decide ONE grant' 'review ONE' 'lift ONE'; do
	read -ra words <<<"$verb"
	for who in tess dora; do
		run cpadmin shield "${words[@]}" --reason x --as $who
		expect_status 9
	done
done
run cpadmin shield show ONE --reason x --as tess
expect_status 9
run cpadmin shield list --as tess
expect_status 9

test_case 'usage'
run cpadmin shield request ONE --reason x
expect_status 2
run cpadmin shield request ONE --by uncle --reason x
expect_status 2
run cpadmin shield request ONE --by child
expect_status 2
run cpadmin shield request ONE --by child --reason x --hide shoes
expect_status 2
expect_err_contains former-names
run cpadmin shield request ONE --by child --reason x --hide address,,carers
expect_status 2
run cpadmin shield decide ONE maybe --reason x
expect_status 2
run cpadmin shield decide ONE refuse --hide address --reason x
expect_status 2
run cpadmin shield decide ONE grant --complaint y --reason x
expect_status 2
run cpadmin shield decide ONE grant --reason x --review 2026-02-30
expect_status 2
run cpadmin shield list --status gone
expect_status 2
run cpadmin shield list --status lifted --overdue
expect_status 2

test_case 'what is not shielded cannot be decided about'
decide ONE grant --reason x --as bob
expect_status 5
expect_err_json '.hint | contains("shield request ONE")' true
run cpadmin shield review ONE --reason x --as bob
expect_status 5
run cpadmin shield show ONE --reason x
expect_status 4
request NOBODY --by child --reason x
expect_status 4
run cpadmin shield show NOBODY --reason x
expect_status 4
ok cpadmin shield list --json
expect_json '.rows | length' 0

test_case 'a request hides at once, and names who may be meant too'
request ONE --by parent --reason 'the uncle in Zanzibar' --criterion harm \
    --evidence EV-77 --as tess --on 2026-01-31
expect_status 0
expect_json '[.kind, .id, .status, .decide_by, has("case"), .more] | tostring' \
    '["shield-request","ONE","requested","2026-02-28",false,false]'
expect_json '.household' \
    '[{"id":"SIB","command":"cpadmin shield request SIB --by parent --reason TEXT"}]'
expect_json '.duplicates' \
    '[{"id":"DUP","command":"cpadmin record merge DUP ONE --reason TEXT"}]'
ok cpadmin record show ONE --reason x --json
expect_json '[.addresses, .involvements, (.carers[0] | has("phone"))] |
    tostring' '[[],[],false]'
expect_json '[(.names | length), .carers[0].name] | tostring' '[2,"Maeve"]'
ok cpadmin record find --postcode 'CH41 1AA' --reason x --json
expect_json '[.rows[].id] | sort | join(" ")' 'NEAR SIB'

test_case 'nothing of it is in any file of the store'
for word in 'Zanzibar' 'EV-77' '1 Secret Street'; do
	expect_eq "$(grep -rlaF -- "$word" "$CPADMIN_STORE" | head -n 1)" '' \
	    "$word"
done
expect_true grep -qraF '2 Secret Street' "$CPADMIN_STORE"

test_case 'the log names the case, and neither the child nor why'
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action | startswith("shield.")) |
    "\(.action) \(.actor) \(.subject | length)"] | join(", ")' \
    'shield.request tess 12'
expect_eq "$(jq -r '.rows[] | select(.action | startswith("shield."))' \
    "$OUT_FILE" | grep -E 'ONE|Zanz|EV-77')" ''
ok cpadmin audit verify

test_case 'only those who are told see it listed'
for who in root bob dora; do
	ok cpadmin shield list --json --as $who
	expect_json '.rows | length' 1
done
expect_json '.rows[0] | "\(.id) \(.status) \(.requested) \(.decided) \(.review) \(.asked_by)"' \
    'ONE requested 2026-01-31 null 2026-02-28 parent'
listed ONE "requested 2026-02-28 $USUAL"
ok cpadmin shield list --json --as kent
expect_json '.rows | length' 0

test_case 'who is not told learns nothing by asking again'
request ONE --by child --reason again --as tess --on 2026-02-10
expect_status 0
sed 's/ONE/ID/g; s/DUP/XX/' "$OUT_FILE" >"$T/again"
expect_err_empty
request TWO --by child --reason first --as tess --on 2026-02-10
expect_status 0
expect_json '[.status, .decide_by] | join(" ")' 'requested 2026-03-10'
expect_eq "$(jq -c 'del(.duplicates, .household) | keys' "$OUT_FILE")" \
    "$(jq -c 'del(.duplicates, .household) | keys' "$T/again")"
expect_eq "$(jq -c '[.status, .decide_by, .more]' "$OUT_FILE")" \
    "$(jq -c '[.status, .decide_by, .more]' "$T/again")"
# A child of whom no more is known than of a shielded one: to the byte.
request BARE --by child --reason again --as tess --on 2026-02-10
expect_status 0
expect_eq "$(sed 's/BARE/ID/g; s/{"id":"XX[^}]*}//' "$OUT_FILE")" \
    "$(sed 's/{"id":"XX[^}]*}//' "$T/again")"
# Nor by the log, or by what can be undone.
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action == "shield.request") | .subject] |
    length == (unique | length)' true
GIVEN=Eli FAMILY=Fourth BORN=2012-07-07 child FOUR | import 2026-02-10
for times in first second; do
	ok cpadmin record correct FOUR --set language=ur --reason x \
	    --on 2026-02-10 --as tess
	request FOUR --by child --reason $times --as tess --on 2026-02-10
	expect_status 0
	run cpadmin record undo FOUR --reason x --on 2026-02-10 --as tess
	expect_status 5
	ok cpadmin record correct FOUR --set language= --reason x \
	    --on 2026-02-10 --as tess
done
run cpadmin shield decide FOUR refuse --reason x --as bob --on 2026-02-10
expect_status 0
# It is one case still, of the first day.
listed ONE "requested 2026-02-28 $USUAL"
ok cpadmin shield show ONE --open --reason look --json
expect_json '[.steps[] | select(.what == "request") | .reason] | join("; ")' \
    'the uncle in Zanzibar; again'
expect_json '.steps[0] | "\(.by) \(.asked_by) \(.criterion) \(.evidence) \(.near.household[0]) \(.near.duplicates[0])"' \
    'tess parent harm EV-77 SIB DUP'
expect_json '.earlier | length' 0

test_case 'what is asked for again is hidden too, as at a first time'
request ONE --by child --reason more --hide former-names --as tess
expect_status 0
expect_eq "$(doc ONE | jq '.names | length')" 1
listed ONE "requested 2026-02-28 $USUAL,former-names"
request BARE --by child --reason more --hide former-names
expect_status 0
expect_json 'has("case")' true
expect_eq "$(doc BARE | jq '.names | length')" 1

test_case 'a case is shown with a reason; what is sealed with a passphrase'
run cpadmin shield show ONE --json
expect_status 2
ok cpadmin shield show ONE --reason look --json --as dora
expect_json 'has("steps")' false
expect_json '[.requested_by, .hidden] | join(" ")' \
    "tess $USUAL,former-names"
run cpadmin shield show ONE --open --reason look --as dora
expect_status 9
ok cpadmin shield list --json
case_id=$(jq -r '.rows[] | select(.id == "ONE") | .case' "$OUT_FILE")
ok cpadmin shield show "$case_id" --reason look --json
expect_json .id ONE
run cpadmin shield show "${case_id%?}" --reason look
expect_status 4
ok cpadmin audit show --json --actor dora
expect_json '[.rows[] | select(.action == "shield.show") | .subject] |
    join(" ")' "$case_id"

test_case 'another person decides'
ok cpadmin operator add tom --uid 1006 --role team --role shield
request THREE --by practitioner --reason x --as tom --on 2026-02-10
expect_status 0
for what in grant refuse; do
	decide THREE $what --reason mine --as tom
	expect_status 5
	expect_err_json '.what | contains("tom")' true
done
decide TWO grant --reason x --as kent
expect_status 9
listed THREE "requested 2026-03-10 $USUAL"

test_case 'a review is after today, and not too far away'
decide TWO grant --reason ok --review 2026-02-10 --as bob --on 2026-02-10
expect_status 10
decide TWO grant --reason ok --review 2026-08-11 --as bob --on 2026-02-10
expect_status 5
expect_err_json '.what | contains("2026-08-10")' true
decide TWO grant --reason ok --review 2026-08-10 --as bob --on 2026-02-10
expect_status 0
expect_json '[.status, .decided, .decided_by, .review] | join(" ")' \
    'granted 2026-02-10 bob 2026-08-10'
decide TWO grant --reason ok --as bob
expect_status 5
expect_err_json '.hint | contains("shield review TWO")' true

test_case 'the day rolls back where a month has none, and 29 February is one'
decide ONE grant --reason ok --as bob --on 2027-08-31
expect_status 0
expect_json .review 2028-02-29
run cpadmin shield review ONE --reason on --as bob --json --on 2028-02-29
expect_status 0
expect_json '[.review, .reviewed] | join(" ")' '2028-08-29 2028-02-29'
run cpadmin shield review ONE --reason on --as bob --on 2028-08-31 --json \
    --review 2029-03-01
expect_status 5
run cpadmin shield review ONE --reason on --as bob --on 2028-08-31 --json
expect_json .review 2029-02-28

test_case 'a shield never ends by itself'
ok cpadmin worklist --json --on 2028-12-31 --within 30
expect_json '[.rows[] | select(.id == "ONE" and .kind == "shield-review")] | length' 0
ok cpadmin worklist --json --on 2029-02-20 --role shield
expect_json '[.rows[] | select(.id == "ONE" and .kind == "shield-review") |
    "\(.kind) \(.due) \(.overdue) \(.command)"] | join("")' \
    'shield-review 2029-02-28 false cpadmin shield review ONE --reason TEXT'
ok cpadmin shield list --overdue --json --on 2029-02-28
expect_json '[.rows[].id] | sort | join(" ")' 'BARE THREE TWO'
ok cpadmin shield list --overdue --json --on 2029-03-01
expect_json '[.rows[] | select(.overdue) | .id] | sort | join(" ")' \
    'BARE ONE THREE TWO'
run cpadmin retention run --on 2029-03-01 --yes --accept clock --accept share
expect_status 0
listed ONE "granted 2029-02-28 $USUAL,former-names"
expect_eq "$(doc ONE | jq -c '[.addresses, (.names | length)]')" '[[],1]'
ok cpadmin worklist --json --on 2029-03-01 --role dpo
expect_json '[.rows[] | select(.kind | startswith("shield-re")) |
    "\(.kind) \(.id) \(.overdue) \(.command)"] | sort | join(", ")' \
    'shield-request BARE true cpadmin shield show BARE --reason TEXT, '\
'shield-request THREE true cpadmin shield show THREE --reason TEXT, '\
'shield-review ONE true cpadmin shield show ONE --reason TEXT, '\
'shield-review TWO true cpadmin shield show TWO --reason TEXT'
for who in tess aude; do
	ok cpadmin worklist --json --on 2029-03-01 --as $who
	expect_json '[.rows[] | select(.kind | startswith("shield"))] |
	    length' 0
done

test_case 'who asked does not lift; lifted, it is what it was'
run cpadmin shield lift ONE --reason over --as tess
expect_status 9
run cpadmin shield lift THREE --reason x --as bob
expect_status 5
expect_err_contains 'not decided'
decide THREE grant --reason ok --as bob --on 2026-02-10
run cpadmin shield lift THREE --reason x --as tom
expect_status 5
run cpadmin shield lift ONE --reason over --as bob --json --on 2029-04-01
expect_status 0
expect_json '[.status, .ended, .hidden, .review] | tostring' \
    '["lifted","2029-04-01",null,null]'
expect_eq "$(doc ONE | jq -S 'del(.next_action, .next_due, .rule)')" \
    "$(jq -S 'del(.next_action, .next_due, .rule)' "$T/one")"
run cpadmin shield lift ONE --reason over --as bob
expect_status 5
ok cpadmin record find --postcode 'CH41 1AA' --reason x --json
expect_json '[.rows[].id] | sort | join(" ")' 'NEAR ONE SIB'

test_case 'a new request is a new case'
request ONE --by child --reason x --on 2029-05-01
expect_status 0
expect_eq "$([ "$(jq -r .case "$OUT_FILE")" != "$case_id" ] && echo new)" new
ok cpadmin shield show ONE --reason x --json
expect_json '.earlier[0] | "\(.case) \(.status) \(.ended)"' \
    "$case_id lifted 2029-04-01"

test_case 'the list is in the order of the days; what is over comes last'
ok cpadmin shield list --json
expect_json '[.rows[] | "\(.id) \(.status) \(.review)"] | join(", ")' \
    'BARE requested 2026-03-10, TWO granted 2026-08-10, '\
'THREE granted 2026-08-10, ONE requested 2029-05-29, FOUR refused 2026-03-10, '\
'ONE lifted 2029-02-28'

test_case 'refused: all is back, with the reason and how to complain'
decide ONE refuse --reason 'the test is not met' --as bob --on 2029-05-02
expect_status 0
expect_json '[.status, .reason, .hidden] | tostring' \
    '["refused","the test is not met",null]'
expect_json '.complaint | contains("Ombudsman")' true
expect_eq "$(doc ONE | jq -cS .addresses)" "$(jq -cS .addresses "$T/one")"
ok cpadmin shield show ONE --open --reason x --json
expect_json '[.steps[] | select(.what == "refuse")] | last |
    "\(.reason) \(.complaint | contains("Ombudsman"))"' \
    'the test is not met true'
expect_eq "$(grep -rlaF 'the test is not met' "$CPADMIN_STORE")" ''
request ONE --by child --reason x --on 2029-05-03
decide ONE refuse --reason no --complaint 'Write to us.' --as bob \
    --on 2029-05-03
expect_json .complaint 'Write to us.'

test_case 'a decision may hide more, or less'
request ONE --by child --reason x --on 2029-06-01
decide ONE grant --reason ok --hide address --hide former-names,numbers \
    --as bob --on 2029-06-01
expect_status 0
expect_json .hidden address,former-names,numbers
expect_eq "$(doc ONE | jq -c '[(.addresses | length), (.names | length),
    .carers[0].phone, .involvements[0].practitioner]')" \
    '[0,1,"0151 496 0377","Mrs Hallmark"]'
run cpadmin shield lift ONE --reason x --as bob --on 2029-06-02
expect_status 0
expect_eq "$(doc ONE | jq -S 'del(.next_action, .next_due, .rule)')" \
    "$(jq -S 'del(.next_action, .next_due, .rule)' "$T/one")"

test_case 'what comes meanwhile is behind the shield, and there when it goes'
child TWO 'CH42 9ZZ' '9 Newer Road' | jq -c '.names = [{type: "current",
    given: "Eva", family: "Second"}] | .birth_date = "2012-04-04"' |
    import 2026-03-01
expect_json .updated 1
expect_eq "$(doc TWO | jq -c .addresses)" '[]'
expect_eq "$(grep -rlaF '9 Newer Road' "$CPADMIN_STORE" | grep -v rows)" ''
run cpadmin shield review TWO --reason on --as bob --on 2026-03-02
expect_status 0
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" "SELECT count(*) FROM
    compartment c JOIN record r ON r.n = c.record
    WHERE r.id = 'TWO' AND kind = 'hidden'")" 1
run cpadmin shield lift TWO --reason over --as bob --on 2026-03-03
expect_status 0
expect_eq "$(doc TWO | jq -r '.addresses[] | select(.type == "current") |
    .lines[0]')" '9 Newer Road'

test_case 'with a merge the stronger shield goes along, and both with a split'
request TWO --by child --reason x --hide former-names --as tom --on 2026-04-01
expect_status 0
ok cpadmin record never-link list
run cpadmin record merge TWO THREE --reason same --on 2026-04-02 \
    --set birth_date=2012-06-06
expect_status 0
request TWO --by child --reason x --as tess
expect_status 5
expect_err_json '.hint | contains("THREE")' true
listed THREE "granted 2026-04-29 $USUAL,former-names"
expect_eq "$(doc THREE | jq -c '[.addresses, .involvements,
    (.names | length)]')" '[[],[],1]'
ok cpadmin shield list --status joined --json
expect_json '.rows | length' 1
expect_json '.rows[0].id' THREE
run cpadmin shield lift THREE --reason over --as bob --on 2026-04-03
expect_status 0
expect_eq "$(doc THREE | jq -r '[.addresses[].lines[0]] | sort | join(", ")')" \
    '3 Hidden Lane, 9 Newer Road'

test_case 'merged into one that is open, the shield comes over it'
request SIB --by child --reason x --as tom --on 2026-05-01
run cpadmin record merge SIB NEAR --reason same --on 2026-05-02 \
    --set birth_date=2013-01-01
expect_status 0
expect_eq "$(doc NEAR | jq -c '[.addresses, .involvements]')" '[[],[]]'
expect_eq "$(grep -rlaF '2 Secret Street' "$CPADMIN_STORE" |
    grep -v /rows)" ''
listed NEAR "requested 2026-05-29 $USUAL"
decide NEAR refuse --reason x --as bob --on 2026-05-03
expect_status 0
expect_eq "$(doc NEAR | jq -r '[.addresses[].lines[0]] | sort | join(", ")')" \
    '1 SECRET street., 2 Secret Street'

test_case 'what is not live is not asked for'
BORN=2000-01-01 GIVEN=Old FAMILY=Grown child GROWN 'CH41 7AA' '7 Old Road' |
    import 2026-06-01
request GROWN --by child --reason x --as tom --on 2026-06-01
expect_status 0
decide GROWN grant --reason x --as bob --on 2026-06-01
run cpadmin retention run --on 2029-07-01 --yes --accept clock --accept share
expect_status 0
request GROWN --by child --reason x --as tess --on 2029-07-01
expect_status 5
expect_err_json '.hint | contains("archive restore GROWN")' true
run cpadmin shield lift GROWN --reason x --as bob --on 2029-07-01
expect_status 5
ok cpadmin shield list --json --overdue --on 2029-07-01
expect_json '[.rows[] | select(.id == "GROWN")] | length' 0
ok cpadmin shield list --json
expect_json '[.rows[] | select(.id == "GROWN") | .status] | join("")' granted

test_case 'one officer is one too few, and none is none'
run cpadmin shield officer remove second-officer
expect_status 0
run cpadmin shield request DUP --by child --reason x --as tess
expect_status 0
expect_err_contains 'officer'
new_store --on 2026-01-05
child ONE 'CH41 1AA' '1 Secret Street' | import 2026-01-05
ok cpadmin operator add tess --uid 1002 --role team
run cpadmin shield officer remove second-officer
expect_status 0
sqlite3 "$CPADMIN_STORE/store.db" "UPDATE officer SET status = 'left'"
request ONE --by child --reason x --as tess
expect_status 5
expect_err_json '.hint | contains("shield officer add")' true
expect_eq "$(doc ONE | jq '.addresses | length')" 1
