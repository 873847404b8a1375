#!/bin/bash
# What is asked for together with access: that something is put right, with who
# was told of it, and that one is held no longer in this way.
. "$(dirname "$0")/../lib.sh"

DAY=2026-11-21
ON=(--on $DAY)
D=(--as dora --on $DAY)

child() {
	jq -cn --arg id "$1" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: "Ann",
	    family: "Hill"}], gender: "female", birth_date: "2015-03-04",
	    addresses: [{type: "current", lines: ["1 High Street"],
	    postcode: "CH41 1AA"}], carers: [{name: "May Hill",
	    relation: "mother", responsibility: true}]}'
}

# asks SAR-N ID WHAT...: a request about the record.
asks() {
	local sar=$1 id=$2 what=()

	shift 2
	for w in "$@"; do what+=(--asks "$w"); done
	ok cpadmin sar open --subject "$id" --requester "May $sar" \
	    --relation self --received 2026-11-20 "${what[@]}" "${D[@]}" --json
	expect_json .sar "$sar"
}

# events SAR: kind and text of what was entered, without the day of receipt.
events() {
	cpadmin sar show "$1" "${D[@]}" --json | jq -r '.events[] |
	    select(.event != "received") | [.event, .reference // "",
	    .text // ""] | join("|")'
}

new_store --policy uk-2026 --on $DAY
{ child A-1; child A-2; child B-1; } >"$T/rows"
ok cpadmin record import "$T/rows" "${ON[@]}"
n=3000
for who in dora:dpo tom:team ada:auditor zoe:shield; do
	ok cpadmin operator add ${who%:*} --uid $((n++)) --role ${who#*:} \
	    "${ON[@]}"
done
asks SAR-0001 A-1 access rectification objection
asks SAR-0002 A-2 access
given() {
	cpadmin record show "$1" --reason x --json "${ON[@]}" |
	    jq -r '.names[0].given'
}

test_case 'a record is put right as a request asks, and that is entered there'
ok cpadmin record correct A-1 --set given=Anne --reason 'as the certificate' \
    --request SAR-0001 --told 'Ridge School' --told 'The surgery' "${D[@]}" \
    --json
expect_json '[.id, .changed] | tostring' '["A-1",["given"]]'
expect_eq "$(events SAR-0001)" 'rectified|A-1|as the certificate
told|A-1|Ridge School
told|A-1|The surgery'
expect_eq "$(given A-1)" Anne
ok cpadmin record history A-1 --reason x "${ON[@]}" --json
expect_json '.rows[] | select(.action == "record.correct") |
    .detail.reason' 'SAR-0001: as the certificate'
expect_json '.rows | tostring | contains("Ridge")' false
ok cpadmin record correct A-1 --set gender=not-specified --reason 'asked' \
    --request SAR-0001 --as tom "${ON[@]}"
expect_eq "$(events SAR-0001 | tail -n 1)" 'rectified|A-1|asked'

test_case 'not where the request asks for something else, or about others'
for words in 'A-2 SAR-0002' 'B-1 SAR-0001' 'A-1 SAR-0002'; do
	read -r id sar <<<"$words"
	run cpadmin record correct "$id" --set given=Eve --reason x \
	    --request "$sar" "${D[@]}"
	expect_status 5
	expect_err_contains "$sar does not ask that this record is put right"
done
run cpadmin record correct A-1 --set given=Eve --reason x --request SAR-0099 \
    "${D[@]}"
expect_status 4
run cpadmin record correct A-1 --set given=Eve --reason x --told Ridge \
    "${D[@]}"
expect_status 2
for id in A-1 A-2 B-1; do
	expect_true [ "$(given $id)" != Eve ]
done
before=$(events SAR-0001)
run cpadmin record correct A-1 --set given=Anne --reason x \
    --request SAR-0001 "${D[@]}"
expect_status 5
expect_err_contains 'it was so already'
expect_err_contains 'cpadmin sar rectify SAR-0001 corrected'
expect_eq "$(events SAR-0001)" "$before"

test_case 'what cannot be entered is not put right either'
long=$(printf 'x%.0s' {1..2001})
run cpadmin record correct A-1 --set given=Eve --reason x --request SAR-0001 \
    --told Ridge --told "$long" "${D[@]}"
expect_status 10
expect_eq "$(given A-1)" Anne
expect_eq "$(events SAR-0001)" "$before"

test_case 'who may'
run cpadmin record correct A-1 --set given=Eve --reason x "${D[@]}"
expect_status 9
run cpadmin record correct A-1 --set given=Eve --reason x --request SAR-0001 \
    --as ada "${ON[@]}"
expect_status 9
for who in tom ada zoe; do
	run cpadmin sar rectify SAR-0001 refused --reason x --as $who "${ON[@]}"
	expect_status 9
	run cpadmin sar objection SAR-0001 refused --reason x --as $who \
	    "${ON[@]}"
	expect_status 9
done

test_case 'what was not put right, and who is told later'
run cpadmin sar rectify SAR-0002 corrected --reason x "${D[@]}"
expect_status 5
expect_err_contains 'does not ask for rectification'
asks SAR-0003 B-1 access rectification
run cpadmin sar rectify SAR-0003 told --told Ridge "${D[@]}"
expect_status 5
expect_err_contains 'nothing was put right'
ok cpadmin sar rectify SAR-0003 refused --reason 'it is so' "${D[@]}"
run cpadmin sar rectify SAR-0003 refused --reason x --told Ridge "${D[@]}"
expect_status 2
run cpadmin sar rectify SAR-0003 corrected "${D[@]}"
expect_status 2
run cpadmin sar rectify SAR-0003 mended --reason x "${D[@]}"
expect_status 2
run cpadmin sar rectify SAR-0003 told --reason x "${D[@]}"
expect_status 2
ok cpadmin sar rectify SAR-0003 corrected --reason 'in part' "${D[@]}"
expect_err_contains 'is to be told'
ok cpadmin sar rectify SAR-0003 told --told Ridge "${D[@]}"
expect_err_empty
expect_eq "$(events SAR-0003)" 'not-rectified|B-1|it is so
rectified|B-1|in part
told|B-1|Ridge'

test_case 'of several it is said about which'
ok cpadmin sar open --subject A-2 --subject B-1 --requester Else \
    --relation self --received 2026-11-20 --asks rectification "${D[@]}" --json
expect_json .sar SAR-0004
run cpadmin sar rectify SAR-0004 corrected --reason x "${D[@]}"
expect_status 2
run cpadmin sar rectify SAR-0004 corrected --reason x --subject 3 "${D[@]}"
expect_status 4
ok cpadmin sar rectify SAR-0004 refused --reason x --subject 2 "${D[@]}"
ok cpadmin record correct A-2 --set given=Ada --reason y --request SAR-0004 \
    "${D[@]}"
expect_eq "$(events SAR-0004)" 'not-rectified|B-1|x
rectified|A-2|y'

test_case 'an objection is upheld or not, once'
run cpadmin sar objection SAR-0002 upheld --reason x "${D[@]}"
expect_status 5
ok cpadmin sar objection SAR-0001 refused --reason 'a duty by law' "${D[@]}"
run cpadmin sar objection SAR-0001 refused --reason again "${D[@]}"
expect_status 5
ok cpadmin sar objection SAR-0001 upheld --reason 'on appeal' "${D[@]}"
expect_eq "$(events SAR-0001 | tail -n 2)" 'objection-refused||a duty by law
objection-upheld||on appeal'

test_case 'neither is forgotten: it is not closed before, and says what is next'
ok cpadmin sar open --subject A-2 --requester Third --relation self \
    --received 2026-11-20 --asks rectification --asks objection "${D[@]}" --json
expect_json .sar SAR-0005
ok cpadmin sar refuse SAR-0005 --ground excessive --reason 'the ninth' \
    -o "$T/refusal.pdf" "${D[@]}"
run cpadmin sar close SAR-0005 "${D[@]}"
expect_status 5
ok cpadmin sar show SAR-0005 "${D[@]}" --json
expect_json '.command | startswith("cpadmin sar rectify SAR-0005")' true
ok cpadmin sar rectify SAR-0005 corrected --reason so "${D[@]}"
run cpadmin sar close SAR-0005 "${D[@]}"
expect_status 5
ok cpadmin sar show SAR-0005 "${D[@]}" --json
expect_json '.command | startswith("cpadmin sar objection SAR-0005")' true
ok cpadmin sar objection SAR-0005 refused --reason law "${D[@]}" --json
expect_json '.next | startswith("tell whoever was given what was wrong")' true
ok cpadmin sar close SAR-0005 "${D[@]}"
for verb in 'rectify SAR-0005 refused' 'objection SAR-0005 upheld'; do
	# shellcheck disable=SC2086
	run cpadmin sar $verb --reason late "${D[@]}"
	expect_status 5
done
run cpadmin record correct A-2 --set given=Eve --reason x --request SAR-0005 \
    "${D[@]}"
expect_status 5

test_case 'of a shielded child what is put right goes behind the shield'
ok cpadmin shield request A-1 --by parent --reason why "${ON[@]}"
ok cpadmin record correct A-1 --set line1='9 Canary Road' \
    --set postcode='CH42 2BB' --reason moved --request SAR-0001 "${D[@]}"
ok cpadmin sar show SAR-0001 "${D[@]}"
for said in Canary CH42 addresses postcode; do
	expect_no "$said" in "$OUT_FILE" "$ERR_FILE"
done
expect_no Canary in "$CPADMIN_STORE/store.db"
ok cpadmin shield reveal A-1 --reason x --as zoe "${ON[@]}"
expect_out_contains '9 Canary Road'
