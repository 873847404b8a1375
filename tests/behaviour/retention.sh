#!/bin/bash
# Who leaves and when, through the real program: the date table, extensions,
# death, departure, pruning; plan, dry run and run agree; a run twice does
# nothing more.
. "$(dirname "$0")/../lib.sh"

# person ID BORN [JQ FILTER]: one row.
person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Ann", family: ("Hill" + $id)}], gender: "female",
	    birth_date: $born} | '"${3:-.}"
}

import() {
	local on=$1

	cat >"$T/rows"
	ok cpadmin record import "$T/rows" --on "$on" --json
}

night() {
	local on=$1

	shift
	ok cpadmin retention run --on "$on" --yes --accept clock \
	    --accept share --json "$@"
}

# state ID: its state, and the date and rule of what comes next.
state() {
	cpadmin record list --json --on "${2:-2040-01-01}" |
	    jq -r --arg id "$1" '.rows[] | select(.id == $id) |
	    "\(.state) \(.next_due) \(.rule)"'
}

consent() {
	ok cpadmin consent give "$1" --ground care-leaver --by self \
	    --date "$2" --statement v1 --evidence E1 --on "$2"
}

explained() {
	ok cpadmin retention explain "$1" --reason test --json --on "$2"
	expect_json '"\(.action) \(.due)"' "$3"
}

# leaves_on ID THE-DAY-BEFORE DAY: archived on DAY and not before.
leaves_on() {
	night "$2"
	expect_eq "$(state "$1" "$2" | cut -d' ' -f1 | sed s/extended/live/)" \
	    live "$1 on $2"
	night "$3"
	expect_eq "$(state "$1" "$3" | cut -d' ' -f1)" archived "$1 on $3"
}

test_case 'the table of dates: 18, and six years on'
new_store --on 2020-01-01
{
	person B1 2004-02-28
	person B2 2004-02-29
	person B3 2006-03-01
	person B4 2006-12-31
} | import 2020-01-01
leaves_on B1 2022-02-27 2022-02-28
leaves_on B2 2022-02-28 2022-03-01
leaves_on B3 2024-02-29 2024-03-01
leaves_on B4 2024-12-30 2024-12-31
expect_eq "$(state B1)" 'archived 2028-02-29 archive.period' B1
expect_eq "$(state B2)" 'archived 2028-03-02 archive.period' B2
expect_eq "$(state B3)" 'archived 2030-03-02 archive.period' B3
expect_eq "$(state B4)" 'archived 2031-01-01 archive.period' B4

test_case 'destruction is proposed on the day, not the day before'
night 2028-02-28
expect_json .awaiting_approval 0
night 2028-02-29
expect_json .awaiting_approval 1
night 2028-03-01
expect_json .awaiting_approval 1
night 2028-03-02
expect_json .awaiting_approval 2
ok cpadmin record list --json --on 2028-03-02
expect_json '[.rows[].state] | unique | join(" ")' archived

test_case 'the table of dates: 25 with consent'
new_store --on 2020-01-01
{
	person C1 2004-02-29
	person C2 2004-02-28
	person C3 2006-03-01
	person C4 2006-12-31
	person C5 2004-05-05
	person C6 2004-05-05
} | import 2020-01-01
for id in C1 C2 C3 C4 C5 C6; do consent $id 2021-06-01; done
explained C1 2021-06-01 'archive 2029-03-01'
explained C2 2021-06-01 'archive 2029-02-28'
explained C3 2021-06-01 'archive 2031-03-01'
explained C4 2021-06-01 'archive 2031-12-31'
night 2024-02-28
expect_json .archived 0
ok cpadmin record list --state extended --json --on 2024-02-28
expect_json '[.rows[].id] | sort | join(" ")' 'C1 C2 C5 C6'

test_case 'withdrawn on 29 February: archived that day'
ok cpadmin consent withdraw C5 --date 2024-02-29 --on 2024-02-29
explained C5 2024-02-29 'archive 2024-02-29'
night 2024-02-29
expect_json '[.archived, .lapsed] | join(" ")' '1 1'
expect_eq "$(state C5)" 'archived 2030-03-01 archive.period' C5
ok cpadmin consent end C6 --ground care-leaver --date 2024-03-05 \
    --on 2024-03-05
night 2024-03-05
expect_eq "$(state C6 | cut -d' ' -f1)" archived 'ground ended'

test_case 'no consent once archived'
run cpadmin consent give C5 --ground care-leaver --by self \
    --date 2024-03-05 --statement v1 --evidence E1 --on 2024-03-05
expect_status 5

test_case 'at 25 on the birthday, not the day before'
leaves_on C2 2029-02-27 2029-02-28
leaves_on C1 2029-02-28 2029-03-01
leaves_on C3 2031-02-28 2031-03-01
leaves_on C4 2031-12-30 2031-12-31
expect_eq "$(state C1)" 'archived 2035-03-02 archive.period' C1
expect_eq "$(state C2)" 'archived 2035-03-01 archive.period' C2
expect_eq "$(state C3)" 'archived 2037-03-02 archive.period' C3
expect_eq "$(state C4)" 'archived 2038-01-01 archive.period' C4

test_case 'partial birth dates count as the last day they can be'
new_store --on 2020-01-01
{
	person M1 2004-02
	person Y1 2004
	person X1 2004-07-01 '.death = {date: "2019-07-01",
	    notified: "2019-08-15"}'
	person L1 2010-01-01 '.left_england = {date: "2020-06-01",
	    intention: "no-return"}'
	person L2 2010-01-01 '.left_england = {date: "2020-02-29",
	    intention: "return"}'
	person L3 2010-01-01 '.left_england = {date: "2020-06-01",
	    intention: "none-stated"}'
} | import 2020-06-01
leaves_on L1 2020-05-31 2020-06-01
leaves_on X1 2020-08-15 2020-08-16
expect_eq "$(state X1 | cut -d' ' -f2)" 2026-08-17 'after death'
leaves_on M1 2022-02-28 2022-03-01
leaves_on Y1 2022-12-30 2022-12-31
leaves_on L2 2023-02-28 2023-03-01
leaves_on L3 2023-06-01 2023-06-02

test_case 'events by hand, and back'
person E1 2012-01-01 | import 2023-06-02
run cpadmin record event E1 left-england --date 2023-06-05 \
    --intention no-return --on 2023-06-03 --json
expect_status 10
ok cpadmin record event E1 left-england --date 2023-06-03 \
    --intention no-return --on 2023-06-03 --json
expect_json .next_due 2023-06-03
ok cpadmin record event E1 returned --date 2023-06-04 --on 2023-06-04 --json
expect_json .next_due 2030-01-01
ok cpadmin record event E1 died --date 2023-06-01 --notified 2023-06-04 \
    --on 2023-06-04 --json
expect_json .next_due 2024-06-05

test_case 'imported past its limit: archived by the next run'
person O1 1999-01-01 | import 2023-06-10
night 2023-06-11
expect_json .archived 1
expect_eq "$(state O1 | cut -d' ' -f1,2)" 'archived 2029-06-12' O1

test_case 'restored, with the right birth date'
ok cpadmin archive restore O1 --reason 'wrong birth date' \
    --set birth_date=2009-01-01 --on 2023-06-12 --json
expect_json .state live
expect_eq "$(state O1 2023-06-12)" 'live 2027-01-01 retention.age_limit' O1
ok cpadmin archive verify --all --on 2023-06-12
night 2023-06-12
expect_json .archived 0

test_case 'ended involvements go, and the log names the kind only'
person P1 2012-01-01 '.involvements = [
    {service: "education", provider: "RidgeMarker", practitioner: "Mrs Hall",
     start: "2015-09-01", end: "2018-06-30"},
    {service: "mental-health", provider: "ClinicMarker",
     start: "2021-09-01", end: "2022-06-01",
     sensitive: {basis: "consent", evidence: "EvMarker"}},
    {service: "education", provider: "StaysMarker", start: "2018-09-01",
     end: null}]' | import 2023-06-13
night 2023-06-13
expect_json .pruned 1
ok cpadmin record show P1 --reason test --json --on 2023-06-13
expect_json '[.. | .provider? // empty] | join(" ")' \
    'RidgeMarker StaysMarker'
night 2023-06-30
expect_json .pruned 0
night 2023-07-01
expect_json .pruned 1
ok cpadmin record show P1 --reason test --json --on 2023-07-01
expect_json '[.. | .provider? // empty] | join(" ")' StaysMarker
ok cpadmin record history P1 --reason test --json --on 2023-07-01
expect_json '[.rows[] | select(.action == "record.prune")] | length' 2
expect_no Marker in "$OUT_FILE"
ok cpadmin audit show --json --on 2023-07-01
expect_no Marker in "$OUT_FILE"
for marker in RidgeMarker ClinicMarker EvMarker; do
	expect_no $marker in "$CPADMIN_STORE/store.db"
done
expect_some StaysMarker in "$CPADMIN_STORE/store.db"

test_case 'plan, dry run and run agree; the next one does nothing'
new_store --on 2026-01-01
"$BUILD/population" --count 2000 --on 2026-01-01 --seed 7 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-01
for on in 2026-01-01 2026-12-31; do
	ok cpadmin retention plan --on $on --json
	PLANNED=$(jq '[.rows[] | select(.action == "archive")] | length' \
	    "$OUT_FILE")
	ok cpadmin retention run --dry-run --on $on --json \
	    --accept clock --accept share
	expect_json .dry_run true
	expect_json .archived "$PLANNED"
	DRY=$(jq -c '[.archived, .pruned, .destroyed, .held,
	    .awaiting_approval, .lapsed, .cannot_evaluate, .volumes]' \
	    "$OUT_FILE")
	night $on
	expect_json '[.archived, .pruned, .destroyed, .held,
	    .awaiting_approval, .lapsed, .cannot_evaluate, .volumes] |
	    tostring' "$DRY"
	ok cpadmin retention plan --on $on --json
	expect_json '[.rows[] | select(.action == "archive")] | length' 0
	night $on
	expect_json '[.archived, .pruned, .destroyed, .volumes] | tostring' \
	    '[0,0,0,0]'
done
expect_true test "$PLANNED" -gt 50
ok cpadmin archive verify --all --on 2026-12-31
ok cpadmin audit verify --on 2026-12-31

test_case 'the keys that others rely on'
night 2026-12-31
expect_json 'has("on") and has("archived") and has("pruned") and
    has("destroyed") and has("held") and has("awaiting_approval") and
    has("lapsed") and has("failed") and has("cannot_evaluate") and
    has("volumes")' true
ID=$(cpadmin record list --state live --json | jq -r '.rows[0].id')
ok cpadmin retention explain "$ID" --reason test --json --on 2026-12-31
expect_json 'has("id") and has("state") and has("action") and has("due") and
    has("rule") and (.steps | type) == "array" and
    (.blocked_by | type) == "array"' true
expect_json '.steps | length > 0' true
ok cpadmin retention forecast --months 3 --json --on 2026-12-31
expect_json '[.rows[].month] | join(" ")' '2026-12 2027-01 2027-02'
expect_json '.rows[0] | has("archive") and has("destroy") and
    has("consent_ends") and has("held")' true
ok cpadmin retention plan --until 2027-02-28 --json --on 2026-12-31
expect_json '.rows | all(has("id") and has("action") and has("due") and
    has("rule") and (.blocked_by | type) == "array")' true
ok cpadmin record list --json
expect_json '.rows | all(has("id") and has("state") and has("next_action") and
    has("next_due") and has("prune_due") and has("rule"))' true

test_case 'forecast and plan agree'
ok cpadmin retention plan --until 2027-02-28 --json --on 2026-12-31
N=$(jq '[.rows[] | select(.action == "archive")] | length' "$OUT_FILE")
ok cpadmin retention forecast --months 3 --json --on 2026-12-31
expect_json '[.rows[].archive] | add' "$N"

test_case 'a held record is never destroyed'
new_store --on 2020-01-01
{ person H1 2002-01-01; person H2 2002-01-01; } | import 2020-01-01
night 2020-01-01
ok cpadmin hold place --record H1 --reason inquiry --legal-basis s.21 \
    --contact a@example.org --review 2030-01-01 --on 2020-02-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-02-01
ok cpadmin retention plan --on 2026-01-02 --json
expect_json '[.rows[] | "\(.id) \(.blocked_by | length)"] | sort |
    join(", ")' 'H1 1, H2 0'
night 2026-01-02
expect_json '[.held, .awaiting_approval] | join(" ")' '1 1'
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$BATCH" --as mary --on 2026-01-02
night 2026-01-03
expect_json '[.destroyed, .held] | join(" ")' '1 1'
expect_eq "$(state H1 | cut -d' ' -f1)" archived H1
expect_eq "$(state H2)" 'destroyed null null' H2
night 2030-01-03
expect_json '[.destroyed, .held, .awaiting_approval] | join(" ")' '0 1 0'

test_case 'two runs at once'
ok true
(
	flock -n 9 || exit 9
	run cpadmin retention run --on 2030-01-04 --yes --accept clock --json
	expect_status 6
	expect_err_json .code 6
	# What only looks does not wait.
	ok cpadmin retention run --dry-run --on 2030-01-04 --json
	ok cpadmin retention plan --on 2030-01-04
) 9<>"$CPADMIN_STORE/run.lock"

test_case 'words that are no words'
for bad in '--accept all' '--workers 0' '--on 2030-02-30' '--on yesterday'; do
	# shellcheck disable=SC2086
	run cpadmin retention run --yes $bad
	expect_status 2
done
run cpadmin retention explain NOBODY --reason test
expect_status 4
run cpadmin retention forecast --months 0
expect_status 2
