#!/bin/bash
# Why is this record still here, and why did that one go?  Each state is
# accounted for: dates, rules, policy, consents, holds, batches, packages.
. "$(dirname "$0")/../lib.sh"

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Zebedee", family: "Quillfeather"}], gender: "female",
	    birth_date: $born} | '"${3:-.}"
}

import() {
	local on=$1

	cat >"$T/rows"
	ok cpadmin record import "$T/rows" --on "$on" --json
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock \
	    --accept share --json
}

explain() {
	ok cpadmin retention explain "$1" --on "$2" --json
	expect_no Quillfeather in "$OUT_FILE"
}

# step TEXT: exactly one step contains it.
step() {
	expect_json "[.steps[].text | select(contains(\"$1\"))] | length" 1
}

no_step() {
	expect_json "[.steps[].text | select(contains(\"$1\"))] | length" 0
}

new_store --on 2018-01-01 --policy uk-2026
ok cpadmin operator add ann --uid 5002 --role approver --on 2018-01-01
{
	person PLAIN 2010-05-06
	person STAYS 2004-05-06 '.involvements = [{service: "education",
	    provider: "Ridge", practitioner: "X", phone: "0", lead: false,
	    start: "2015-09-01", end: "2017-09-01", assessment: false,
	    sensitive: null}]'
	person GONE 2001-05-06
	person HELD 2001-05-07
	person DEAD 2010-01-01 '.death = {date: "2019-01-01",
	    notified: "2019-02-03"}'
	person AWAY 2010-01-01 '.left_england = {date: "2024-03-01",
	    intention: "return"}'
} | import 2018-01-01
ok cpadmin consent give STAYS --ground care-leaver --by self \
    --date 2020-06-01 --statement v1 --evidence E1 --on 2020-06-01
ok cpadmin consent give STAYS --ground connexions --by parent \
    --date 2020-06-01 --statement v1 --evidence E2 --on 2020-06-01

test_case 'a live record: policy, birth, age, what would change it'
explain PLAIN 2020-06-01
expect_json '[.id, .state, .action, .due, .rule, .due_now] | tostring' \
    '["PLAIN","live","archive","2028-05-06","retention.age_limit",false]'
expect_json '[.policy, .policy_version, (.policy_sha256 | length)] |
    tostring' '["uk-2026","1",64]'
expect_json '.blocked_by | tostring' '[]'
expect_json '[.carried_by, .package, .batch, .merged_into] | tostring' \
    '[null,null,null,null]'
step "Policy uk-2026 version 1 is in force, adopted on 2018-01-01"
step "$(jq -r .policy_sha256 "$OUT_FILE")"
step 'Born on 2010-05-06'
step 'told on 2027-11-06'
step 'No consent to stay'
expect_json '[.steps[] | select(.kind == "answer")] | length' 1
expect_json '.steps | map(.kind) | index("would-change") >
    index("answer")' true

test_case 'an extended one: which consent carries it, and which does not'
explain STAYS 2022-06-01
expect_json '[.state, .due, .rule, .carried_by] | tostring' \
    '["extended","2029-05-06","retention.care_leaver_limit","C-0001"]'
expect_json '[.steps[] | select(.text | contains("C-0001 (care-leaver, by self)") and contains("It carries the record"))] | length' 1
expect_json '[.steps[] | select(.text | contains("C-0002 (connexions, by parent)") and contains("does not pass the age limit"))] | length' 1
step 'Consent C-0001 is to be confirmed by 2023-05-07'
step 'An involvement that has ended leaves the record on 2022-09-02'

test_case 'death and departure'
explain DEAD 2019-06-01
expect_json '[.due, .rule] | tostring' \
    '["2020-02-04","retention.death_period"]'
step 'The death was notified on 2019-02-03'
explain AWAY 2025-01-01
expect_json '[.due, .rule] | tostring' \
    '["2027-03-02","retention.left_return_period"]'
step 'A return to England would end the effect'

test_case 'an offer and what can be undone'
ok cpadmin record event PLAIN left-england --date 2018-01-01 \
    --intention return --on 2018-01-01
ok cpadmin record event PLAIN moved --to E08000012 --date 2018-01-01 --offer \
    --on 2018-01-01
explain PLAIN 2018-01-02
step 'E08000015 has offered it to E08000012 from 2018-01-01 on'
step 'can be taken back until the next retention run'
ok cpadmin record event PLAIN returned --date 2018-01-02 --on 2018-01-02
ok cpadmin record move withdraw PLAIN --reason no --on 2018-01-02
night 2018-01-03
explain PLAIN 2018-01-03
no_step 'has offered it'
no_step 'can be taken back'

test_case 'archived: by which rule and policy, where, and for whom it opens'
night 2019-05-07
explain GONE 2019-06-01
expect_json '[.state, .action, .due, .rule, .shelf] | tostring' \
    '["archived","destroy","2025-05-08","archive.period","2025-05"]'
P=$(jq -r .package "$OUT_FILE") V=$(jq -r .volume "$OUT_FILE")
step 'On 2019-05-07 it was archived by the rule retention.age_limit of policy uk-2026 version 1 (log entry'
step "package $P in volume $V"
step 'is on the shelf of 2025-05'
step 'Until 2020-05-07 its custodians may open it for: safeguarding'
step 'From 2020-05-08 and until it is destroyed they may open it only for: section-47-enquiry'
ok cpadmin archive show "$P" --json
expect_json '[.volume, .shelf] | tostring' \
    "$(jq -cn --arg v "$V" '[$v, "2025-05"] | tostring' | jq -r .)"
explain GONE 2020-05-08
no_step 'Until 2020-05-07'
step 'Since 2020-05-08'

test_case 'held: which hold, by whom, until when it is looked at'
ok cpadmin hold place --record HELD --reason 'Quillfeather inquiry' \
    --legal-basis law --contact dpo --review 2025-12-01 --on 2024-01-01
night 2025-05-09
explain HELD 2025-05-09
expect_json '[.blocked_by, .due_now] | tostring' '[["H-0001"],true]'
step 'Hold H-0001 stops the destruction'
step 'Hold H-0001 (record) was placed on 2024-01-01 by'
step 'reviewed by 2025-12-01'

test_case 'in a batch: proposed by whom, and what it waits for'
explain GONE 2025-05-09
B=$(jq -r .batch "$OUT_FILE")
expect_json '.blocked_by | join(" ")' "$B"
step "proposed for destruction in batch $B by"
step 'there it waits'
no_step 'was approved by'
ok cpadmin destruction approve "$B" --as ann --yes --on 2025-05-10
explain GONE 2025-05-10
step "Batch $B was approved by ann on 2025-05-10 (log entry"

test_case 'destroyed: approved, executed, certified'
night 2025-07-01
explain GONE 2025-07-02
expect_json '[.state, .action, .due, .rule, .blocked_by] | tostring' \
    '["destroyed",null,null,null,[]]'
expect_json '[.package, .batch, .certificate] | tostring' \
    "$(jq -cn --arg p "$P" --arg b "$B" \
    '[$p, $b, "certificate-\($b).json"] | tostring' | jq -r .)"
expect_file "$CPADMIN_STORE/outbox/certificate-$B.json"
step 'destroyed on 2025-07-01; only its number'
step 'archived by the rule retention.age_limit'
step 'was on the shelf of 2025-05'
step 'Destruction fell due on 2025-05-08; on 2025-07-01 its header was erased'
step "was approved by ann on 2025-05-10"
step 'It was executed by'
seq=$(jq -r '.steps[].text | capture("certificate is outbox/.*log entry (?<n>[0-9]+)").n' \
    "$OUT_FILE")
ok cpadmin audit show --json
expect_json ".rows[] | select(.seq == $seq) | .action" destruction.certificate

test_case 'one that was refused says why it was not destroyed'
ok cpadmin hold place --all --reason r --legal-basis l --contact c \
    --review 2026-01-01 --on 2025-07-02
ok cpadmin operator add eve --uid 5003 --role dpo --on 2018-01-01
ok cpadmin hold release H-0001 --reason over --as eve --on 2025-07-02
ok cpadmin hold release H-0002 --reason over --as eve --on 2025-07-02
night 2025-07-03
explain HELD 2025-07-03
B=$(jq -r .batch "$OUT_FILE")
ok cpadmin destruction refuse "$B" --as ann --reason 'look again' \
    --on 2025-07-04
explain HELD 2025-07-04
step 'It was not destroyed with it (the batch was refused)'

test_case 'merged: into which'
{
	person TWIN1 2015-01-01
	person TWIN2 2015-01-01
} | import 2025-07-04
ok cpadmin record merge TWIN1 TWIN2 --reason 'one child' --on 2025-07-05
explain TWIN1 2025-07-05
expect_json '[.state, .action, .merged_into] | tostring' \
    '["merged",null,"TWIN2"]'
step 'It was merged into TWIN2 on 2025-07-05 by'
ok cpadmin retention plan --until 2040-01-01 --json
expect_json '[.rows[] | select(.id == "TWIN1")] | length' 0

test_case 'people read sentences of the width of their terminal'
export COLUMNS=70
ok cpadmin retention explain GONE --on 2025-07-02
unset COLUMNS
expect_out_contains 'Why:         1. Policy uk-2026 version 1 is in force'
expect_out_matches '^ +So:$'
expect_eq "$(awk 'length > 72' "$OUT_FILE" | grep -vc '[0-9a-f]\{64\}')" 0 \
    'lines too long'
run cpadmin retention explain NOBODY --on 2025-07-02
expect_status 4

test_case 'a look is logged before it is shown'
ok cpadmin retention explain PLAIN --reason 'asked at the desk'
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action == "record.explain" and
    .subject == "PLAIN")] | length' 1
