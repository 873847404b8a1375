#!/bin/bash
# The consent ledger: who agreed that a record stays past 18.
. "$(dirname "$0")/../lib.sh"

ON=2026-11-21
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"Zebedee",'
	printf '"family":"Quillfeather"}],"gender":"male",'
	printf '"birth_date":"%s"}\n' "$2"
}

give() {
	"$CPADMIN" consent give "$1" --ground "$2" --by "$3" --date "$4" \
	    --statement S2 --evidence FORM-1 --on "$ON" --json "${@:5}"
}

new_store
person CHILD-17 2009-06-15 >"$T/r.ndjson"
person CHILD-18 2009-01-02 >>"$T/r.ndjson"
person CHILD-10 2016-02-29 >>"$T/r.ndjson"
ok "$CPADMIN" record import "$T/r.ndjson" --on "$ON"
ok "$CPADMIN" operator add ann --uid 2001 --role auditor

test_case 'given: the record stays until 25, and the answer says so'
ok give CHILD-17 care-leaver self 2026-10-30
expect_json '[.id, .consent, .ground, .by, .given, .until, .status] |
    join(" ")' 'CHILD-17 C-0001 care-leaver self 2026-10-30 2034-06-15 in-force'
expect_json '[.next_action, .next_due] | join(" ")' 'archive 2034-06-15'
expect_json '.rule | length > 0' true
ok give CHILD-18 connexions self 2026-11-01
expect_json '[.consent, .until, .next_due] | join(" ")' \
    'C-0002 2029-01-02 2029-01-02'

test_case 'a parent consents before 18, until 18'
ok give CHILD-10 learning-difficulty parent 2026-11-20 --reason 'by telephone'
expect_json '[.until, .next_due] | join(" ")' '2034-03-01 2034-03-01'
ON=2027-02-01 run give CHILD-18 care-leaver parent 2027-01-15
expect_status 5
expect_err_contains 'never be in force'
expect_err_json '.hint | contains("only the person")' true

test_case 'refused: what the ledger cannot take'
run give CHILD-17 care-leaver self 2026-11-22
expect_status 5
run give NOBODY care-leaver self 2026-11-01
expect_status 4
run give CHILD-17 likes-it self 2026-10-01
expect_status 2
run give CHILD-17 care-leaver aunt 2026-10-01
expect_status 2
run give CHILD-17 care-leaver self 2026-02-30
expect_status 2
run "$CPADMIN" consent give CHILD-17 --ground care-leaver --by self \
    --date 2026-10-01 --statement S2
expect_status 2
run give CHILD-17 care-leaver self 2026-11-01 --as ann
expect_status 9

test_case 'the ledger, with identifying numbers only'
ok "$CPADMIN" consent list --json --on "$ON"
expect_json '.rows | map(.id) | join(" ")' 'CHILD-17 CHILD-18 CHILD-10'
expect_json '.rows[0] | [.consent, .statement, .taken_by, .status] |
    join(" ")' 'C-0001 S2 root in-force'
expect_no Quillfeather in "$OUT_FILE"

test_case 'the entries of one person are a look, with a reason, and logged'
run "$CPADMIN" consent list CHILD-17
expect_status 2
expect_out_empty
ok "$CPADMIN" consent list CHILD-17 --reason 'a question' --json --on "$ON"
expect_json '.rows | map(.consent) | join(" ")' C-0001
ok "$CPADMIN" audit show --subject CHILD-17 --details --reason t --json
expect_json '[.rows[] | select(.action == "consent.list")] | length' 1
expect_json '[.rows[] | select(.action == "consent.list")][0].detail |
    fromjson | .reason + " " + .returned[0]' 'a question C-0001'
run "$CPADMIN" consent list NOBODY --reason x
expect_status 4

test_case 'due: what ends within so many days'
ENDING='.rows | map(select(.why != "confirm"))'
ok "$CPADMIN" consent due --json --on 2028-10-04
expect_json "$ENDING | map(.id) | join(\" \")" CHILD-18
ok "$CPADMIN" consent due --json --on 2028-10-03
expect_json "$ENDING | length" 0
ok "$CPADMIN" consent due --within 91 --json --on 2028-10-03
expect_json "$ENDING"' | map([.id, .due, .why, .until, .status] | join(" ")) |
    join(" ")' 'CHILD-18 2029-01-02 ends 2029-01-02 in-force'
ok "$CPADMIN" consent due --within 0 --json --on 2029-01-02
expect_json "$ENDING | length" 0
run "$CPADMIN" consent due --within soon
expect_status 2
run "$CPADMIN" consent due --within 99999
expect_status 2

test_case 'withdrawn before 18: archived at 18'
ok "$CPADMIN" consent withdraw CHILD-18 --date 2026-11-20 --on "$ON" --json
expect_json '[.status, .ended, .next_due] | join(" ")' 'withdrawn 1 2027-01-02'
run "$CPADMIN" consent withdraw CHILD-18 --date 2026-11-20 --on "$ON"
expect_status 5

test_case 'withdrawn after 18: archived on that day'
ON=2028-01-10
run "$CPADMIN" consent withdraw CHILD-17 --date 2026-10-29 --on $ON
expect_status 5
run "$CPADMIN" consent withdraw CHILD-17 --date 2028-01-11 --on $ON
expect_status 5
run "$CPADMIN" consent withdraw CHILD-17 --date 2028-01-09 \
    --ground connexions --on $ON
expect_status 5
ok "$CPADMIN" consent withdraw CHILD-17 --date 2028-01-09 --on $ON --json
expect_json '[.next_action, .next_due] | join(" ")' 'archive 2028-01-09'
ok "$CPADMIN" consent list --json --on $ON
expect_json '.rows | map(.status) | join(" ")' 'withdrawn withdrawn in-force'
expect_json '.rows[0].until' 2028-01-09

test_case 'a ground that ends, one of two'
ON=2026-11-21
run give CHILD-10 care-leaver representative 2026-11-21
expect_status 2
expect_err_json '.hint | contains("--best-interests REF")' true
run give CHILD-10 care-leaver self 2026-11-21 --best-interests BI-7
expect_status 2
ok give CHILD-10 care-leaver representative 2026-11-21 --best-interests BI-7
ok "$CPADMIN" consent end CHILD-10 --ground learning-difficulty \
    --date 2026-11-21 --on $ON --json
expect_json '[.ground, .status, .ended, .next_due] | map(tostring) |
    join(" ")' 'learning-difficulty ended 1 2041-03-01'
ok "$CPADMIN" consent list CHILD-10 --reason t --on $ON --json
expect_json '.rows | map(.status) | join(" ")' 'ended in-force'
run "$CPADMIN" consent end CHILD-10 --date 2026-11-21 --on $ON
expect_status 2

test_case 'all of it is in the log, and the log holds'
ok "$CPADMIN" audit show --json --subject CHILD-10
expect_json '.rows | map(.action) | map(select(startswith("consent."))) |
    join(" ")' 'consent.give consent.give consent.end consent.list'
ok "$CPADMIN" audit show --json --details --reason t --subject CHILD-10
expect_json '[.rows[] | select(.action == "consent.give")][0].detail |
    fromjson | [.consent, .ground, .by, .given, .statement, .reason] |
    join(" ")' 'C-0003 learning-difficulty parent 2026-11-20 S2 by telephone'
ok "$CPADMIN" audit verify
