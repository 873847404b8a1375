#!/bin/bash
# No feed is loaded and no view opened before two people have said that the
# shields of an authority are set.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
A=E08000015 B=E08000016

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

gate() {
	"$CPADMIN" shield gate "$@"
}

person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s",' "$1" "$2"
	printf '"names":[{"type":"current","given":"Ann","family":"%s"}],' "$3"
	printf '"gender":"female","birth_date":"2015-05-0%s",' "$4"
	printf '"addresses":[{"type":"current","lines":["%s Row"],' "$4"
	printf '"postcode":"CH41 1AA"}]}\n'
}

status_of() {
	gate list --json | jq -r --arg a "$1" \
	    '.rows[] | select(.authority == $a) | .status'
}

new_store --on 2026-01-01
ok cpadmin operator add bob --uid 2001 --role shield
ok cpadmin operator add dora --uid 2002 --role dpo
ok cpadmin operator add tim --uid 2003 --role team
ok cpadmin operator add sue --uid 2004 --role shield --authority $B
{
	person GATE-1 $A Hill 1
	person GATE-2 $B Mill 2
} >"$T/rows"
ok cpadmin record import "$T/rows"

test_case 'a rehearsal is open, and its authorities are listed'
ok gate list --json
expect_json '[.rows[] | .authority + " " + .status] | join(",")' \
    "$A open,$B open"
expect_json '.rows[0] | [.shielded, .quarantined] | join(" ")' '0 0'

test_case 'who may do what'
for who in tim; do
	for verb in list "sign $B" "open $B" "close $B"; do
		# shellcheck disable=SC2086
		run gate $verb --reason x --as $who
		expect_status 9
	done
done
run gate sign $A --reason x --as dora
expect_status 9
run gate close $A --reason x --as sue
expect_status 9
expect_err_contains 'do not act for'
ok gate list --json --as sue
expect_json '[.rows[].authority] | join(" ")' $B
run gate close nonsense --reason x
expect_status 10
run gate close $B
expect_status 2
run gate close --reason x
expect_status 2
run gate shut $B --reason x
expect_status 2

test_case 'closed at once by one; opened by two'
ok gate close $B --reason 'a shield fell off' --as dora --json
expect_json '[.authority, .status, .closed_by] | join(" ")' "$B closed dora"
run gate close $B --reason x
expect_status 5
run gate open $B --reason x --as dora
expect_status 5
expect_err_contains 'shield gate sign'
ok gate sign $B --reason 'all seen' --evidence doc-7 --as bob --json
expect_json '[.status, .signed_by] | join(" ")' 'signed bob'
run gate sign $B --reason x --as sue
expect_status 5
run gate open $B --reason x --as bob
expect_status 5
expect_err_contains 'another person'
expect_eq "$(status_of $B)" signed
run cpadmin record show GATE-2 --reason x
expect_status 5
ok gate open $B --reason 'seen too' --as dora --json
expect_json '[.status, .signed_by, .opened_by] | join(" ")' 'open bob dora'
run gate open $B --reason x --as bob
expect_status 5
run gate sign $B --reason x --as bob
expect_status 5
ok cpadmin record show GATE-2 --reason x

test_case 'each step is in the log'
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action | startswith("shield.gate")) |
    .action + " " + .subject + " " + .actor] | join(",")' \
    "shield.gate.close gate-$B dora,shield.gate.sign gate-$B bob,shield.gate.open gate-$B dora"

test_case 'closing ends the signature'
ok gate close $B --reason again --as bob
run gate open $B --reason x --as dora
expect_status 5

test_case 'where it bites'
run cpadmin record show GATE-2 --reason x --as tim
expect_status 5
expect_err_contains 'has not gone live'
expect_out_empty
run cpadmin record correct GATE-2 --set family=Other --reason x
expect_status 5
person GATE-3 $B Dill 3 >"$T/more"
run cpadmin record import "$T/more" --json
expect_status 10
expect_json '[.created, .updated, .rejected] | join(" ")' '0 0 1'
run cpadmin record import "$T/rows" --dry-run --json
expect_status 3
expect_json '[.created, .updated, .unchanged, .rejected] | join(" ")' \
    '0 0 1 1'

test_case 'a search leaves them out and always says the same'
for name in Mill Hill Nobody; do
	ok cpadmin record find --name $name --reason x
	expect_err_contains 'authorities that have not gone live are not'
	cp "$ERR_FILE" "$T/err-$name"
done
expect_true cmp "$T/err-Mill" "$T/err-Nobody"
expect_true cmp "$T/err-Mill" "$T/err-Hill"
ok cpadmin record find --name Mill --reason x --json
expect_json '.rows | length' 0
ok cpadmin record find --postcode 'CH41 1AA' --reason x --json
expect_json '[.rows[].id] | join(" ")' GATE-1

test_case 'retention and holds go on'
ok cpadmin hold place --record GATE-2 --reason x --legal-basis y --contact z \
    --review 2099-01-01 --as dora
ok cpadmin retention run --on 2033-05-02 --yes --accept share --accept clock
expect_eq "$(sql "SELECT group_concat(state) FROM record")" archived,archived

test_case 'the worklist asks the other one'
ok cpadmin worklist --as bob --json
expect_json '[.rows[] | select(.kind == "shield-gate") | .id + " " + .command] |
    join(",")' "$B cpadmin shield gate sign $B --reason TEXT"
ok gate sign $B --reason x --as bob
ok cpadmin worklist --as bob --json
expect_json '[.rows[] | select(.kind == "shield-gate")] | length' 0
ok cpadmin worklist --as dora --json
expect_json '[.rows[] | select(.kind == "shield-gate") | .command] | join(",")' \
    "cpadmin shield gate open $B --reason TEXT"
ok cpadmin worklist --as tim --json
expect_json '[.rows[] | select(.kind == "shield-gate")] | length' 0

test_case 'small numbers are not told'
new_store
for i in 1 2 3 4 5; do
	person SMALL-$i $A Hill $i
done >"$T/small"
ok cpadmin record import "$T/small"
shielded() {
	gate list --json | jq -c '[.rows[] | .shielded] | .[0]'
}
for i in 1 2 3 4; do
	ok cpadmin shield request SMALL-$i --by child --reason x
	expect_eq "$(shielded)" null
done
gate list >"$T/table"
expect_some '1 to 4' in "$T/table"
ok cpadmin shield request SMALL-5 --by child --reason x
expect_eq "$(shielded)" 5

test_case 'a real store is closed until two people have opened it'
export CPADMIN_STORE=$T/real
ok cpadmin init "$CPADMIN_STORE" --authority $A --no-custody --operator ann
expect_err_contains "shield gate sign $A"
person REAL-1 $A Hill 1 >"$T/one"
for dry in --dry-run ''; do
	# shellcheck disable=SC2086
	run cpadmin record import "$T/one" $dry --json
	expect_status 10
	expect_json '[.created, .rejected] | join(" ")' '0 1'
done
# shellcheck disable=SC2012
REJECTS=$(ls "$CPADMIN_STORE"/rejects/* | head -n 1)
expect_some 'shielding pass is not signed off' in "$REJECTS"
expect_no Hill in "$CPADMIN_STORE/store.db"
expect_eq "$(status_of $A)" closed
ok cpadmin worklist --json
expect_json '[.rows[] | select(.kind == "shield-gate") | .id] | join(" ")' $A
ok gate sign $A --reason done
run gate open $A --reason x
expect_status 5
# The same person under another name.
sql "UPDATE gate SET signed_by = 'other'"
run gate open $A --reason x
expect_status 5
expect_eq "$(status_of $A)" signed
sql "UPDATE gate SET signed_uid = 4711"
ok gate open $A --reason x
ok cpadmin record import "$T/one"
ok cpadmin record show REAL-1 --reason x

test_case 'a record that comes to an authority finds its gate closed'
sql "UPDATE record SET authority = '$B' WHERE id = 'REAL-1'"
run cpadmin record show REAL-1 --reason x
expect_status 5
expect_eq "$(status_of $B)" closed
