#!/bin/bash
# That a child is shielded is told to nobody but roles shield and dpo: not by
# the order of the log, not by where a row came from (domain: 5).
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

# row ID GIVEN FAMILY BORN [LINE]: with an address, or none.
row() {
	jq -cn --arg id "$1" --arg given "$2" --arg family "$3" \
	    --arg born "$4" --arg line "${5:-}" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: $given,
	    family: $family}], gender: "female", birth_date: $born,
	    addresses: (if $line == "" then [] else [{type: "current",
	    lines: [$line], postcode: "CH41 1AA"}] end)}'
}
import() {
	ok cpadmin record import "$@" --json
}
# The log as an auditor reads it, from entry AFTER: without numbers, times and
# cases.
log_after() {
	cpadmin audit show --as aude --json | jq -r --argjson after "$1" \
	    '.rows[] | select(.seq > $after) |
	    "\(.actor) \(.action) \(.subject // "-")"' |
	    grep -v ' audit.show ' | sed 's/SC-[-0-9A-Z]*/CASE/'
}
last_seq() {
	sqlite3 "$CPADMIN_STORE/store.db" 'SELECT max(seq) FROM audit'
}

test_case 'the prepared store'
new_store
for who in tim:team aude:auditor ada:admin dora:dpo bob:shield; do
	ok cpadmin operator add "${who%:*}" --uid $((4000 + ${#who})) \
	    --role "${who#*:}"
done
{
	row S-1 Zoe Ahmed 2009-03-04 'Canary One'
	row S-2 Zoe Ahmed 2009-03-04
	row T-1 Bertha Winterbottom 2011-05-06
	row T-2 Bertha Winterbottom 2011-05-06
	for i in 1 2 3 4 5 6 7; do
		row "F-$i" "Given$i" "Family$i" "2012-0$i-01" 'Canary F'
	done
} >"$T/base"
import "$T/base"
ok cpadmin shield request S-1 --by parent --reason danger --as tim

test_case 'the log of a merge and its undoing is anybody’s'
seq=$(last_seq)
for who in S T; do
	ok cpadmin record merge $who-2 $who-1 --reason x --as tim
	ok cpadmin record undo $who-1 --reason x --as tim
	ok cpadmin record split $who-1 --set family=Other --reason x --as tim \
	    --json
	expect_json '.kind' split
	log_after "$seq" | sed "s/CP-[-0-9A-Z]*/NEW/; s/ $who-/ X-/" \
	    >"$T/log-$who"
	seq=$(last_seq)
done
expect_eq "$(grep -c . "$T/log-T")" 6
expect_true cmp "$T/log-S" "$T/log-T"

test_case 'what a merge did is sealed with the case all the same'
ok cpadmin shield show S-1 --reason x --open --as bob --json
expect_json '[.steps[].what] | index("join") != null' true

test_case 'what goes behind a shield is not logged where its row stood'
for i in 1 2 3 4 5 6 7; do
	ok cpadmin shield request "F-$i" --by child --reason danger
done
sort "$T/base" | grep -v '"[ST]-2"' | sed 's/Canary F/Canary G/
    s/Canary One/Canary Two/; s/"Bertha"/"Berta"/' >"$T/moved"
seq=$(last_seq)
import "$T/moved"
expect_json .updated 9
# Not one entry of a case is before the rows' or between two of them, ...
expect_eq "$(log_after "$seq" | head -1)" 'root record.update T-1'
expect_eq "$(log_after "$seq" | grep -c 'root shield.update CASE')" 8
# ... and they have the order of the cases.
cases=$(cpadmin audit show --as aude --json | jq -r \
    '.rows[] | select(.action == "shield.update").subject')
expect_eq "$cases" "$(LC_ALL=C sort <<<"$cases")" 'the order'

test_case 'where an intake came from is not in the open history'
row I-1 Ilse Intake 2013-01-01 'Canary Refuge' >"$T/refuge.ndjson"
row U-1 Una Intake 2013-02-02 >"$T/stdin"
ok cpadmin shield intake "$T/refuge.ndjson" --by parent --reason danger
import - <"$T/stdin"
for id in I-1 U-1; do
	ok cpadmin record history $id --reason x --as tim --json
	jq '.rows[0] | {action, detail}' "$OUT_FILE" >"$T/$id"
done
expect_true cmp "$T/I-1" "$T/U-1"
expect_no refuge in "$CPADMIN_STORE"

test_case 'who has the feed is not told which of its rows was set aside'
row N-1 Zoe Ahmad 2009-03-04 'Canary Nine' >"$T/near"
import "$T/near"
expect_json .quarantined 1
ok cpadmin record quarantine list --as tim --json
expect_json '.rows[0] | [.file, .line, .status]' '["near",null,"waiting"]'
run cpadmin record quarantine list --all --as tim
expect_status 9
for who in bob dora; do
	ok cpadmin record quarantine list --all --as $who --json
	expect_json '.rows[0].line' 1
done

test_case 'what was put right before a shield leaves no gap in the history'
{
	row V-1 Ulla Vest 2012-03-04 'Canary V'
	row W-1 Anna Ost 2012-03-04 'Canary W'
} >"$T/pair"
import "$T/pair"
for id in V-1 W-1; do
	ok cpadmin record correct $id --set line1='8 Canary Road' \
	    --reason 'as the school says' --as tim
done
ok cpadmin record find --postcode 'CH41 1AA' --reason 'a letter' --as tim
ok cpadmin shield request V-1 --by child --reason danger --as tim
for id in V-1 W-1; do
	ok cpadmin record correct $id --set line1='9 Canary Road' \
	    --set postcode='CH41 1AA' --reason 'moved' --as tim
done
for who in tim aude; do
	for id in V-1 W-1; do
		ok cpadmin record history $id --reason x --as $who --json
		jq -c '.rows[1:][] | [.actor, .action, .detail]' "$OUT_FILE" \
		    >"$T/history-$id"
	done
	expect_true cmp "$T/history-V-1" "$T/history-W-1"
	expect_some '"as the school says"' in "$T/history-V-1"
done
# Who is told reads what there is.
ok cpadmin record history W-1 --reason x --as dora --json
expect_some '8 Canary Road' in "$OUT_FILE"

test_case 'a merge says the same of whoever it is with'
{
	row J-1 Jo Vane 2013-05-05
	row K-1 Kim Rook 2013-06-06
	row L-1 Lee Marsh 2013-07-07 'Canary L'
} >"$T/joined"
import "$T/joined"
ok cpadmin shield request J-1 --by child --reason danger
for into in J-1 K-1; do
	ok cpadmin record merge L-1 $into --set birth_date=2013-07-07 \
	    --dry-run --reason x --as tim --json
	expect_json .joined.addresses 1
done
ok cpadmin record merge L-1 J-1 --set birth_date=2013-07-07 --reason x \
    --as tim --json
expect_json .joined.addresses 1
ok cpadmin record show J-1 --reason x --json
expect_json '.addresses | length' 0

test_case 'whoever tries names by dry runs is in the log'
row X-1 Zoe Ahmed 2009-04-03 >"$T/trial"
seq=$(last_seq)
ok cpadmin record import "$T/trial" --dry-run --as tim --json
expect_json .quarantined 1
expect_eq "$(log_after "$seq")" 'tim record.import -'
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" "SELECT detail FROM audit
    WHERE seq = $seq + 1")" '{"dry_run":true,"rows":1,"quarantined":1}'
# Who is told learns nothing by it.
seq=$(last_seq)
ok cpadmin record import "$T/trial" --dry-run --json
expect_eq "$(last_seq)" "$seq"

test_case 'a hold of the record does not say who they were'
row O-1 Alma Newname 2011-11-11 | jq -c '.names += [{type: "former",
    given: "Alma", family: "Quillfeather"}] | .carers = [{name:
    "Carerina Hallmark", relation: "mother", responsibility: true}]' >"$T/alma"
import "$T/alma"
ok cpadmin hold place --record O-1 --reason 'the Quillfeather inquiry' \
    --legal-basis 'court order 7' --contact 'Carerina Hallmark' \
    --review 2099-01-01 --as tim --json
hold=$(jq -r .hold "$OUT_FILE")
ok cpadmin shield request O-1 --by child --reason danger --as tim
ok cpadmin shield decide O-1 grant --hide former-names,carers --reason ok \
    --as bob
ok cpadmin hold show "$hold" --as tim --json
expect_json '[.reason, .legal_basis, .contact] | join(";")' \
    '-;court order 7;-'
for word in Quillfeather Hallmark; do
	expect_no $word in "$CPADMIN_STORE"
done
