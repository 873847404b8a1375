#!/bin/bash
# What a record is owed goes with the rest of its life: withdrawals, moves,
# deaths, merges and what undoes them, another policy, the archive and back,
# and destruction.  Nothing is owed twice and nothing lost.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
# The policy with one language: wordings of others take time to load.
POLICIES=${CPADMIN_POLICIES:-$ROOT/policies}
mkdir "$T/p" "$T/p/notices"
cp -r "$POLICIES/notices/en" "$T/p/notices/"
sed -zE 's/(languages = \{\n\t\tvalue = )\[[^]]*\]/\1[ "en" ]/' \
    "$POLICIES/uk-2026.cfg" >"$T/p/uk-2026.cfg"

# child ID BORN [STREET]: a row; without a street there is no address.
child() {
	jq -cn --arg id "$1" --arg born "$2" --arg street "${3-}" '{
	    cpadmin: "record/1", id: $id, authority: "E08000015",
	    names: [{type: "current", given: "Ann", family: ("Hill" + $id)}],
	    gender: "female", birth_date: $born,
	    addresses: (if $street == "" then [] else [{type: "current",
	    lines: [$street, "Birkenhead"], postcode: "CH41 1AA"}] end),
	    carers: [{name: "May Hill", relation: "mother",
	    responsibility: true}], involvements: []}'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# ledger ID ON: kinds, causes and what became of them, in order.
ledger() {
	cpadmin notice show "$1" --on "$2" --json | jq -r '.rows | map(.kind +
	    "/" + (.cause // "") + " " + .status + (if .why then "(" + .why +
	    ")" else "" end)) | join(", ")'
}
expect_ledger() {
	expect_eq "$(ledger "$1" "$2")" "$3" "notices of $1"
}
work() {
	cpadmin worklist --json --on "$1" --within 400 | jq -r --arg k "$2" \
	    '.rows[] | select(.kind == $k) | .what + ": " + .command'
}

new_store --on 2026-01-10 --policy "$T/p/uk-2026.cfg"
{
	child LIVE 2015-05-05 '1 High Street'
	child TWO 2015-05-06 '2 High Street'
	child TEEN 2009-03-01 '3 High Street'
	child GROWN 2008-01-20 '4 High Street'
	child STAYS 2008-01-11 '5 High Street'
	child SENS 2012-02-02 '6 High Street'
	child DEAD 2014-04-04 '7 High Street'
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-10
ok cpadmin consent give STAYS --ground care-leaver --by self \
    --date 2026-01-10 --statement v1 --evidence E1 --method in-person \
    --on 2026-01-10
ok cpadmin consent statement add v1 "$T/rows" --on 2026-01-10
ok cpadmin operator add dana --uid 3001 --role dpo --role approver \
    --on 2026-01-10

test_case 'the nightly run settles, and a dry one says so before'
ok cpadmin retention run --on 2026-01-12 --dry-run --json
expect_json '[.notices_owed, .notices_lapsed] | tostring' '[10,0]'
expect_eq "$(sql 'SELECT count(*) FROM notice')" 0 'after a dry run'
ok cpadmin retention run --on 2026-01-12 --yes --json
expect_json '[.notices_owed, .notices_lapsed] | tostring' '[10,0]'
expect_ledger GROWN 2026-01-12 \
    'first/ owed, eighteen/2026-01-20 owed, archived/2026-01-20 owed'
expect_ledger STAYS 2026-01-12 'first/ owed, extended/2026-01-11 owed'
ok cpadmin retention run --on 2026-01-12 --yes --json
expect_json .notices_owed 0
expect_eq "$(sql 'SELECT report FROM run ORDER BY n DESC LIMIT 1' |
    jq -c '[.notices_owed, .notices_lapsed]')" '[0,0]' 'as the run keeps it'

test_case 'one row on the worklist, however many letters there are'
expect_eq "$(work 2026-01-12 notice-owed)" \
    '10 letters to families are to be printed and posted, 1 of them overdue: cpadmin notice issue --all --output DIR'
expect_eq "$(work 2026-03-01 notice-owed)" \
    '10 letters to families are to be printed and posted, 10 of them overdue: cpadmin notice issue --all --output DIR'

test_case 'a withdrawal is acknowledged before the night takes the record'
ok cpadmin consent withdraw STAYS --date 2026-01-13 --evidence W1 \
    --on 2026-01-13
ok cpadmin notice owed --on 2026-01-13
expect_ledger STAYS 2026-01-13 \
    'first/ owed, extended/2026-01-11 suppressed(no-longer-due), withdrawal/C-0001 owed'
REF=$(sql "SELECT n FROM notice WHERE kind = 'withdrawal'")
expect_eq "$(work 2026-01-13 notice-withdrawal)" \
    "A withdrawn consent is to be acknowledged before tonight's run archives the record: cpadmin notice issue $(
    cpadmin notice show STAYS --on 2026-01-13 --json |
    jq -r '.rows[] | select(.kind == "withdrawal").notice') --output DIR"
ok cpadmin notice served "$(cpadmin notice show STAYS --on 2026-01-13 --json |
    jq -r '.rows[] | select(.kind == "withdrawal").notice')" --route hand \
    --date 2026-01-13 --on 2026-01-13
expect_eq "$(work 2026-01-13 notice-withdrawal)" ''

test_case 'what an archived record was owed lapses, and is packed'
ok cpadmin retention run --on 2026-01-13 --dry-run --json
expect_json '[.archived, .notices_lapsed] | tostring' '[1,1]'
ok cpadmin retention run --on 2026-01-13 --yes --json
expect_json '[.archived, .notices_lapsed] | tostring' '[1,1]'
expect_eq "$(sql "SELECT count(*) FROM notice t JOIN record r ON r.n = t.record
    WHERE r.id = 'STAYS'")" 0 'rows in the store'
ok cpadmin archive open STAYS --purpose audit --reason why \
    --on 2026-01-14 --json
cp "$OUT_FILE" "$T/opened"
expect_true jq -e --argjson n "$REF" '[.. | objects |
    select(has("notices")).notices.notices? // empty] | .[0] |
    map([.kind, .status, .why, has("n")]) == [["first", "suppressed",
    "archived", true], ["extended", "suppressed", "no-longer-due", true],
    ["withdrawal", "served", null, true]] and .[2].n == $n' "$T/opened" >/dev/null
expect_no 'place' in "$T/opened"

test_case 'restored it is owed what it was, under the same references'
ok cpadmin archive restore STAYS --reason 'a wrong withdrawal' --on 2026-01-14
expect_eq "$(sql "SELECT group_concat(kind || ' ' || status || ' ' ||
    ifnull(why, '-')) FROM (SELECT * FROM notice WHERE record = (SELECT n FROM
    record WHERE id = 'STAYS') ORDER BY n)")" \
    'first owed -,extended suppressed no-longer-due,withdrawal served -'
expect_eq "$(sql "SELECT n FROM notice WHERE kind = 'withdrawal'")" "$REF"
expect_ledger STAYS 2026-01-14 \
    'first/ owed, extended/2026-01-11 suppressed(no-longer-due), withdrawal/C-0001 served'

test_case 'a sensitive service that is withdrawn is not named'
ok cpadmin record correct SENS --reason why --on 2026-01-14 \
    --set 'involvements[0].service=mental-health' \
    --set 'involvements[0].provider=Quiet Clinic' \
    --set 'involvements[0].start=2025-01-01' \
    --set 'involvements[0].sensitive.basis=consent' \
    --set 'involvements[0].sensitive.evidence=F/1'
ok cpadmin consent withdraw SENS --date 2026-01-14 --evidence W2 \
    --on 2026-01-14
expect_ledger SENS 2026-01-14 'first/ owed, withdrawal/C-0002 owed'
ok cpadmin notice issue "$(cpadmin notice show SENS --on 2026-01-14 --json |
    jq -r '.rows[] | select(.kind == "withdrawal").notice')" \
    --output "$T/sens" --each --on 2026-01-14
SENS_PDF=$(find "$T/sens" -name '*.pdf')
pdftotext "$SENS_PDF" "$T/sens.txt"
expect_true grep -q 'Ann HillSENS' "$T/sens.txt"
for word in mental Mental Quiet Clinic; do
	expect_no $word in "$T/sens.txt" "$T/sens"/manifest.*
done
expect_eq "$(cpadmin record history SENS --reason why --on 2026-01-14 --json |
    jq -r '.rows[] | select(.action | startswith("notice")) | .action')" \
    notice.issued

test_case 'dead, no letter goes; taken back, they are owed again'
ok cpadmin record event DEAD died --date 2026-01-14 --notified 2026-01-14 \
    --on 2026-01-14
expect_ledger DEAD 2026-01-14 'first/ suppressed(died)'
ok cpadmin record undo DEAD --reason wrong --on 2026-01-14
ok cpadmin notice owed --on 2026-01-14
expect_ledger DEAD 2026-01-14 'first/ suppressed(died), first/:2 owed'
ok cpadmin record event DEAD left-england --date 2026-01-14 \
    --intention return --on 2026-01-14
expect_ledger DEAD 2026-01-14 \
    'first/ suppressed(died), first/:2 suppressed(left-england)'
ok cpadmin record event DEAD returned --date 2026-01-14 --on 2026-01-14
expect_ledger DEAD 2026-01-14 \
    'first/ suppressed(died), first/:2 suppressed(left-england), first/:3 owed'

test_case 'another authority says so, once for each move'
ok cpadmin record event TEEN moved --to E08000012 --date 2026-01-14 \
    --on 2026-01-14
expect_ledger TEEN 2026-01-14 'first/ owed, authority/move-1 owed'
ok cpadmin record undo TEEN --reason wrong --on 2026-01-14
expect_ledger TEEN 2026-01-14 'first/ owed'
ok cpadmin record event TEEN moved --to E08000012 --date 2026-01-14 --offer \
    --on 2026-01-14
expect_ledger TEEN 2026-01-14 'first/ owed'
ok cpadmin record move accept TEEN --on 2026-01-14
expect_ledger TEEN 2026-01-14 'first/ owed, authority/move-2 owed'
ok cpadmin record undo TEEN --reason wrong --on 2026-01-14
ok cpadmin record move accept TEEN --on 2026-01-14
expect_ledger TEEN 2026-01-14 'first/ owed, authority/move-2 owed'

test_case 'merged, it is one ledger; undone, it is two again'
ok cpadmin notice addressee TWO --to child --ground understands --reason why \
    --on 2026-01-14
BEFORE="$(ledger LIVE 2026-01-14); $(ledger TWO 2026-01-14)"
ok cpadmin record merge TWO LIVE --set birth_date=2015-05-05 \
    --set 'addresses[0].lines[0]=1 High Street' --set family=HillLIVE \
    --reason same --on 2026-01-14
expect_eq "$(sql "SELECT count(*) FROM notice_to WHERE record = (SELECT n FROM
    record WHERE id = 'LIVE')")" 1 'who is addressed goes along'
expect_eq "$(sql "SELECT group_concat(status || ' ' || why) FROM notice WHERE
    record = (SELECT n FROM record WHERE id = 'TWO')")" 'suppressed merged' \
    'what both were owed'
ok cpadmin record undo LIVE --reason wrong --on 2026-01-14
expect_eq "$(ledger LIVE 2026-01-14); $(ledger TWO 2026-01-14)" "$BEFORE"
expect_eq "$(sql "SELECT count(*) FROM notice_to WHERE record = (SELECT n FROM
    record WHERE id = 'TWO')")" 1

ok cpadmin notice served TWO --route hand --date 2026-01-14 --on 2026-01-14

test_case 'a policy with another wording has every family looked at'
ok cpadmin notice served LIVE --route hand --date 2026-01-14 --on 2026-01-14
sed -E '/^notices/,$ s/"2026-1"/"2026-2"/; s/^version = "1"/version = "2"/
    ' "$T/p/uk-2026.cfg" >"$T/p/next.cfg"
ok cpadmin policy adopt "$T/p/next.cfg" --on 2026-01-15
expect_eq "$(sql "SELECT count(*) FROM record WHERE state = 'live' AND
    notice_look IS NOT '0001-01-01'")" 0 'records not to be looked at'
ok cpadmin retention run --on 2026-01-15 --yes --json
expect_ledger LIVE 2026-01-15 'first/ served, version/2026-2 owed'
sed -E 's/^version = "2"/version = "3"/; s/floor = 100/floor = 101/
    s/(share_floor[^0-9]*)[0-9]+/\1999/' "$T/p/next.cfg" >"$T/p/third.cfg"
ok cpadmin policy adopt "$T/p/third.cfg" --on 2026-01-15
expect_eq "$(sql "SELECT count(*) FROM record WHERE notice_look =
    '0001-01-01'")" 0 'looked at for a rule that does not matter'

test_case 'a letter that came back is on the worklist until it goes again'
ok cpadmin notice returned "$(cpadmin notice show TWO --on 2026-01-16 --json |
    jq -r '.rows[] | select(.status == "served").notice')" --why gone-away \
    --on 2026-01-16
ok cpadmin notice suppress "$(cpadmin notice show TWO --on 2026-01-16 --json |
    jq -r '.rows[] | select(.status == "owed").notice')" --reason why \
    --on 2026-01-16
expect_eq "$(work 2026-01-16 notice-returned | cut -d: -f1)" \
    'A letter came back (gone-away)'
ok cpadmin record correct TWO --set 'addresses[0].lines[0]=9 Low Road' \
    --reason found --on 2026-01-17
expect_eq "$(work 2026-01-17 notice-returned)" ''

test_case 'destroyed, nothing of it is left'
ok cpadmin retention run --on 2026-01-20 --yes --json
expect_json .archived 1
ok cpadmin retention run --on 2032-01-21 --accept clock --accept share --yes
ok cpadmin destruction approve "$(cpadmin destruction list --on 2032-01-21 \
    --json | jq -r '.rows[-1].batch')" --as dana --on 2032-01-21
sql "INSERT INTO notice(n, record, kind, cause, safe, status, since, due)
    SELECT 8000000999, n, 'shield-outcome', 'x', 1, 'owed', '2026-01-01',
    '2026-01-01' FROM record WHERE id = 'GROWN'"
ok cpadmin retention run --on 2032-02-21 --accept clock --accept share --yes \
    --json
expect_json '.destroyed > 0' true
expect_eq "$(sql "SELECT count(*) FROM notice t JOIN record r ON r.n = t.record
    WHERE r.state = 'destroyed'")" 0 'notices of the destroyed'
expect_eq "$(sql 'PRAGMA foreign_key_check')" '' 'references'
