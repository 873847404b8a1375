#!/bin/bash
# What needs a person, most urgent first: each kind of row appears, says the
# command that settles it, and goes once that is done.
. "$(dirname "$0")/../lib.sh"

# person ID BORN [AUTHORITY]: one row.
person() {
	jq -cn --arg id "$1" --arg born "$2" --arg at "${3:-E08000015}" \
	    '{cpadmin: "record/1", id: $id, authority: $at,
	    names: [{type: "current", given: "Zebedee", family: "Quillfeather"}],
	    gender: "female", birth_date: $born}'
}

import() {
	local on=$1

	cat >"$T/rows"
	ok cpadmin record import "$T/rows" --on "$on" --json
}

night() {
	run cpadmin retention run --on "$1" --yes --accept clock \
	    --accept share --json
}

# work DAY [OPTIONS]: the list on DAY, which may be looked at by anybody.
work() {
	local on=$1

	shift
	ok cpadmin worklist --on "$on" --json "$@"
	expect_err_empty
}

# rows KIND: "due id" of the rows of a kind.
rows() {
	expect_json "[.rows[] | select(.kind == \"$1\") | \"\(.due) \(.id)\"] |
	    join(\", \")" "$2"
}

# command KIND WANT: what settles the first row of a kind.
command_of() {
	expect_json "[.rows[] | select(.kind == \"$1\")][0].command" "$2"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

test_case 'nothing to do: an empty list, and exit 0'
new_store --on 2026-01-01 --policy uk-2026
work 2026-01-01
expect_json '[.kind, .v, (.rows | length)] | tostring' '["worklist",1,0]'
ok cpadmin worklist --on 2026-01-01
expect_out_empty
expect_err_contains 'nothing needs you today'

test_case 'consents: what lapses, what ends for good, what another outlives'
{
	person PARENT 2008-03-01
	person TWENTY 2006-02-10
	person BOTH 2006-02-11
	person LIMIT 2001-02-20
	person FAR 2008-12-01
} | import 2018-01-01
consent() {
	ok cpadmin consent give "$1" --ground "$2" --by "$3" --date "$4" \
	    --statement v1 --evidence E1 --on "$4"
}
consent PARENT care-leaver parent 2025-12-01
consent TWENTY connexions self 2023-12-01
consent BOTH connexions self 2023-12-01
consent BOTH care-leaver self 2023-12-01
consent LIMIT care-leaver self 2018-12-01
consent FAR care-leaver parent 2025-12-01
work 2026-02-10
rows consent-ends '2026-02-10 TWENTY, 2026-02-20 LIMIT, 2026-03-01 PARENT'
expect_json '[.rows[] | select(.id == "PARENT")][0].command' \
    'cpadmin consent give PARENT --ground care-leaver --by self --date DATE --statement VERSION --evidence REF'
expect_json '[.rows[] | select(.id == "LIMIT" and .kind == "consent-ends")] |
    .[0].what' 'Consent C-0005 (care-leaver) ends for good: no ground reaches further'
work 2026-02-11
rows consent-ends '2026-02-20 LIMIT, 2026-03-01 PARENT'
work 2026-02-11 --within 9
rows consent-ends '2026-02-20 LIMIT'
work 2026-02-11 --within 8
rows consent-ends ''
work 2026-02-11 --within 293
rows consent-ends '2026-02-20 LIMIT, 2026-03-01 PARENT, 2026-12-01 FAR'

test_case 'the next consent settles it'
ok cpadmin consent give PARENT --ground care-leaver --by self \
    --date 2026-03-01 --statement v1 --evidence E2 --on 2026-03-01
work 2026-03-01
rows consent-ends ''

test_case 'yearly confirmation, until it is given'
work 2025-12-01 --within 9999
command_of consent-unconfirmed \
    'cpadmin consent confirm LIMIT --ground care-leaver --date DATE --evidence REF'
work 2026-03-02
expect_json '[.rows[] | select(.kind == "consent-unconfirmed" and
    .id == "BOTH")] | map(.overdue) | unique | tostring' '[true]'
ok cpadmin consent confirm BOTH --date 2026-03-02 --evidence E3 --on 2026-03-02
work 2026-03-02
expect_json '[.rows[] | select(.kind == "consent-unconfirmed" and
    .id == "BOTH")] | length' 0

test_case 'statements known by their number only'
rows statement-unknown '2025-12-01 v1'
command_of statement-unknown 'cpadmin consent statement add v1 FILE'
echo 'The words.' >"$T/words"
ok cpadmin consent statement add v1 "$T/words" --on 2026-03-02
work 2026-03-02
rows statement-unknown ''

test_case 'inexact birth dates, whenever they fall due'
{
	person MONTH 2012-05
	person YEAR 2010
} | import 2026-01-01
work 2026-03-02 --within 0
rows birth-inexact '2028-12-31 YEAR, 2030-05-31 MONTH'
command_of birth-inexact \
    'cpadmin record correct YEAR --set birth_date=YYYY-MM-DD --reason TEXT'
ok cpadmin record correct YEAR --set birth_date=2010-06-01 --reason found \
    --on 2026-03-02
work 2026-03-02
rows birth-inexact '2030-05-31 MONTH'

test_case 'holds to be reviewed'
ok cpadmin hold place --record FAR --reason inquiry --legal-basis law \
    --contact dpo --review 2026-04-01 --on 2026-03-02
work 2026-03-01 --within 30
rows hold-review ''
work 2026-03-02 --within 30
rows hold-review '2026-04-01 H-0001'
command_of hold-review 'cpadmin hold review H-0001 --review DATE --reason TEXT'
ok cpadmin hold review H-0001 --review 2027-04-01 --reason 'still needed' \
    --on 2026-03-02
work 2026-03-02 --within 30
rows hold-review ''

test_case 'operators whose training or check runs out'
ok cpadmin operator add tom --uid 5001 --role team --training-until 2026-03-20 \
    --check-until 2026-12-31 --authority E08000015 --on 2026-01-01
ok cpadmin operator add ann --uid 5002 --role approver --on 2026-01-01
ok cpadmin operator add dora --uid 5003 --role dpo --on 2026-01-01
ok cpadmin operator add far --uid 5004 --role team --authority E08000012 \
    --on 2026-01-01
work 2026-03-02
rows operator-expires '2026-03-20 tom'
command_of operator-expires 'cpadmin operator renew tom --training-until DATE'
ok cpadmin operator renew tom --training-until 2028-03-20 --on 2026-03-02
work 2026-03-02
rows operator-expires ''

test_case 'each role has its own, and only the admin looks at others'
work 2026-03-02 --as dora
expect_json '.rows | length' 0
work 2026-03-02 --as tom --within 300
expect_json '[.rows[].role] | unique | join(" ")' team
work 2026-03-02 --role team --within 300
expect_json '[.rows[].role] | unique | join(" ")' team
run cpadmin worklist --on 2026-03-02 --as tom --role approver
expect_status 9
expect_err_contains 'does not have the role approver'
run cpadmin worklist --on 2026-03-02 --role boss
expect_status 2
expect_err_contains 'there is no role boss'
for bad in '--within x' '--within -1' '--within 99999' '--limit 1x'; do
	# shellcheck disable=SC2086
	run cpadmin worklist --on 2026-03-02 $bad
	expect_status 2
done

test_case 'an operator sees the records within reach only'
work 2026-03-02 --as tom
expect_json '[.rows[] | select(.kind == "birth-inexact") | .id] | join(" ")' \
    MONTH
work 2026-03-02 --as far
expect_json '.rows | length' 0

test_case 'a move is for the receiving authority to accept'
ok cpadmin record event FAR moved --to E08000012 --date 2026-03-01 --offer \
    --on 2026-03-02
work 2026-03-02 --as far
rows move-offered '2026-03-01 FAR'
command_of move-offered 'cpadmin record move accept FAR'
work 2026-03-02 --as tom
rows move-offered ''
ok cpadmin record move accept FAR --as far --on 2026-03-02
work 2026-03-02 --as far
rows move-offered ''

test_case 'batches: for approvers other than the proposer'
{
	person OLD1 2001-03-01
	person OLD2 2001-03-02
} | import 2018-01-01
ok cpadmin operator add bob --uid 5005 --role approver,scheduler \
    --on 2018-01-01
night 2019-03-01
night 2019-03-02
night 2025-03-02
B=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin retention run --on 2025-03-03 --yes --accept clock --as bob
B2=$(cpadmin destruction list --json | jq -r '.rows[1].batch')
work 2025-03-11 --as ann
expect_json '[.rows[].id] | join(" ")' "$B $B2"
command_of destruction-approval "cpadmin destruction approve $B"
work 2025-03-11 --as bob
expect_json '[.rows[] | select(.kind == "destruction-approval") | .id] |
    join(" ")' "$B"
work 2025-03-11 --role approver
expect_json '[.rows[].what | test("somebody else")] | tostring' '[true,false]'
ok cpadmin destruction approve "$B" --as ann --yes --on 2025-03-11
ok cpadmin destruction refuse "$B2" --as ann --reason 'not yet' --on 2025-03-11
work 2025-03-11 --as bob
rows destruction-approval ''

test_case 'approved, and not executed on its day'
due=$(cpadmin destruction list --json | jq -r '.rows[0].not_before')
work "$due" --as bob
rows destruction-late ''
work 2027-03-11 --as bob
rows destruction-late "$due $B"
command_of destruction-late 'cpadmin retention run'
night 2027-03-11
work 2027-03-11 --as bob
rows destruction-late ''

test_case 'a limit: the most urgent, and how many more there are'
new_store --on 2026-01-01 --policy uk-2026
for i in $(seq 11 40); do person "M$i" "2010-0$((i % 9 + 1))"; done |
    import 2026-01-01
ok cpadmin worklist --on 2026-01-01 --limit 7
expect_eq "$(wc -l <"$OUT_FILE")" 8 lines
expect_err_contains '23 more; --limit 0 shows all'
work 2026-01-01
expect_json '[.rows[].due] | [. == sort, length] | tostring' '[true,30]'
work 2026-01-01 --limit 2
expect_json '.rows | length' 2

test_case 'no row names a person'
ok cpadmin worklist --on 2026-01-01 --json
expect_no Quillfeather in "$OUT_FILE"
ok cpadmin worklist --on 2026-01-01
expect_no Quillfeather in "$OUT_FILE"

test_case 'a terminal: each command on a line of its own, and the overdue said'
if have script; then
	ok cpadmin hold place --all --reason inquiry --legal-basis law \
	    --contact dpo --review 2026-02-01 --on 2026-01-01
	script -qec "stty cols 80; '$CPADMIN' worklist --on 2026-02-02 \
	    --limit 2" /dev/null </dev/null | tr -d '\r' >"$T/tty"
	expect_eq "$(cat "$T/tty")" "\
2026-02-01 overdue  H-0001          The hold on everything was to be reviewed
                    \$ cpadmin hold review H-0001 --review DATE --reason TEXT
2028-01-31          M18             The birth date is known to the month only
                    \$ cpadmin record correct M18 --set birth_date=YYYY-MM-DD --reason TEXT
29 more; --limit 0 shows all"
else
	skip 'script is not installed'
fi

have sqlite3 || { skip 'sqlite3 is not installed: no damage'; exit 0; }

test_case 'a record that a run cannot deal with, until a run can'
new_store --on 2026-01-01 --policy uk-2026
{
	person GOOD 2008-02-01
	person BAD 2008-02-02
} | import 2026-01-01
sql "UPDATE record SET death_notified = '1999-01-01' WHERE id = 'BAD'"
sql "CREATE TRIGGER no_notes BEFORE INSERT ON trouble
    BEGIN SELECT RAISE(ABORT, 'no notes today'); END"
night 2026-02-09
expect_status 3
expect_json '"\(.archived) \(.failed)"' '1 1'
work 2026-02-09
rows trouble ''
expect_json '.rows | length' 0
sql 'DROP TRIGGER no_notes'
night 2026-02-10
expect_status 3
expect_json '"\(.archived) \(.failed)"' '0 1'
work 2026-02-10
rows trouble '2026-02-10 BAD'
command_of trouble 'cpadmin retention explain BAD --reason TEXT'
night 2026-02-11
expect_status 3
work 2026-02-11
rows trouble '2026-02-10 BAD'
expect_json '[.rows[] | select(.kind == "trouble")][0].what | .[0:28]' \
    '2 runs could not deal with i'
ok cpadmin retention explain BAD --reason test --json --on 2026-02-11
expect_json '[.steps[].text | select(startswith("2 retention runs since 2026-02-10"))] | length' 1
sql "UPDATE record SET death_notified = NULL WHERE id = 'BAD'"
night 2026-02-12
expect_status 0
work 2026-02-12
rows trouble ''

test_case 'facts that contradict each other'
person ODD 2012-02-01 | import 2026-02-12
sql "UPDATE record SET parked = 3, next_action = NULL, next_due = NULL,
    death_notified = '1999-01-01' WHERE id = 'ODD'"
work 2026-02-12
rows cannot-evaluate '2026-02-12 ODD'
command_of cannot-evaluate 'cpadmin retention explain ODD --reason TEXT'
ok cpadmin retention explain ODD --reason test --json --on 2026-02-12
expect_json '[.action, .due, .rule] | tostring' '[null,null,"undecidable"]'
expect_json '[.steps[] | select(.kind == "answer")] | length' 1

test_case 'a run that was cut off, a doubted clock, a half adopted policy'
sql "UPDATE run SET finished = NULL WHERE n = (SELECT max(n) FROM run)"
sql 'UPDATE store SET clock_doubt = 3, policy_done = NULL'
work 2026-02-12
rows run-unfinished '2026-02-12 run-4'
expect_json '[.rows[] | select(.kind == "clock-doubt")] |
    map(.command) | join(" ")' 'cpadmin retention run --accept clock'
expect_json '[.rows[] | select(.kind == "adoption-unfinished")] | length' 1
night 2026-02-13
work 2026-02-13
expect_json '[.rows[].kind | select(test("unfinished|clock"))] | length' 0

test_case 'jobs that failed or are late'
sql "INSERT INTO job_run(job, nominal, status, attempts, started, finished,
    exit_code, late, what) VALUES ('retention', '2026-02-12', 'failed', 4,
    '2026-02-12T02:00:00Z', '2026-02-12T02:00:01Z', 5, 0, 'a guard spoke')"
ok cpadmin worklist --json --on 2026-02-12T12:00
rows job '2026-02-12 retention'
command_of job 'cpadmin schedule run retention'
expect_out_contains 'a guard spoke'
ok cpadmin worklist --json --on 2026-02-13T12:00
expect_out_contains 'has not begun yet, and is late'
ok cpadmin worklist --json --role team --on 2026-02-13T12:00
rows job ''
