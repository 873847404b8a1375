#!/bin/bash
# The adoption of a policy that moves dates, prunings and packages, and the
# pruning of a retention run, hurt at every point where they change the disk:
# after a second run the store is what an unhurt one would have left.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
SWEEP_STATUS='0|1'
MODES=${MODES:-kill-before eio}

# person ID BORN SCHOOL_LEFT
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"A","family":"Hill"}],'
	printf '"gender":"female","birth_date":"%s","involvements":[' "$2"
	[ -z "$3" ] || printf '{"service":"education","provider":"%s",%s}' \
	    'Ridge Primary' '"start":"2010-09-01","end":"'"$3"'"'
	printf ']}\n'
}

# make PRUNED OTHERS: a store with so many, three archived and one extended.
make() {
	local n day

	new_store --on 2020-06-01
	{
		for n in 1 2 3; do
			person "OLD$n" "2002-06-0$((6 + n))" ''
		done
		for ((n = 1; n <= $1; n++)); do
			person "P$n" 2010-01-01 2018-03-01
		done
		for ((n = 1; n <= $2; n++)); do
			person "Y$n" 2010-01-01 ''
		done
		person KEPT 2002-12-05 2018-03-01
	} >"$T/rows"
	ok cpadmin record import "$T/rows" --on 2020-06-01
	ok cpadmin consent give KEPT --ground care-leaver --by self \
	    --date 2020-05-30 --statement v1 --evidence E1 --on 2020-06-01
	for day in 07 08 09; do
		ok cpadmin retention run --on "2020-06-$day" --yes
	done
	sqlite3 "$CPADMIN_STORE/store.db" 'PRAGMA wal_checkpoint(TRUNCATE)' \
	    >/dev/null
}

# state STORE: all that matters of its records, packages and shelves.
state() {
	sqlite3 "$1/store.db" 'SELECT r.id, r.state, r.next_action, r.next_due,
	    r.rule, r.extended_from, r.parked, r.prune_due, r.policy,
	    p.destroy_due, p.shelf, p.policy, d.doc FROM record r LEFT JOIN
	    package p ON p.record = r.n LEFT JOIN document d ON d.record = r.n
	    ORDER BY r.n; SELECT record, ground, until, confirm_due FROM consent;
	    SELECT policy, policy_done FROM store; SELECT month FROM shelf
	    ORDER BY month; SELECT action, count(*) FROM audit WHERE action IN
	    ("record.redate", "record.prune", "policy.adopt") GROUP BY action'
}

# same STORE WANTED DAY: it is as WANTED says, sound, its log valid, and a
# package opens from the shelf on which it is.
same() {
	state "$1" | diff "$2" - | head -n 20 | grep . && return 1
	[ "$(sqlite3 "$1/store.db" 'PRAGMA integrity_check')" = ok ] || return 1
	"$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null || return 1
	rm -f "$1.opened"
	"$CPADMIN" --store "$1" archive open OLD2 --reason x --on "$3" \
	    --purpose court-order --output "$1.opened" 2>&1 >/dev/null
}

# unhurt NAME CMD...: what it leaves, in $T/NAME.
unhurt() {
	local name=$1

	shift
	rm -rf "$T/unhurt"
	cp -R "$CPADMIN_STORE" "$T/unhurt"
	ok "$@" --store "$T/unhurt"
	state "$T/unhurt" >"$T/$name"
}

sed 's/^version = .*/version = "2";/; s/"P6Y"/"P4Y"/
    s/value = "keep"/value = "replace"/; s/value = "P5Y"/value = "P3Y"/
    s/value = 25/value = 24/' "$ROOT/policies/contactpoint-2007.cfg" \
    >"$T/policy.cfg"
check_adopted() {
	same "$1" "$T/adopted" 2020-07-01
}
check_pruned() {
	same "$1" "$T/pruned" 2023-03-02
}
ADOPT=("$CPADMIN" policy adopt "$T/policy.cfg" --on 2020-07-01)
PRUNE=("$CPADMIN" retention run --on 2023-03-02 --yes --accept clock
    --accept share --workers 1)

test_case 'an adoption unhurt moves dates, prunings and packages'
make 2 2
unhurt adopted "${ADOPT[@]}"
expect_eq "$(grep -c '^OLD.*|2024-06-[01][0-9]|202406|1|' "$T/adopted")" 3
expect_eq "$(grep -c '^P.*|2021-03-02|2|' "$T/adopted")" 2 'other prunings'
expect_eq "$(grep -c '^KEPT.*2026-12-05.*|2|' "$T/adopted")" 1 'extension'
expect_eq "$(tail -n 2 "$T/adopted" | paste -sd ' ')" \
    'policy.adopt|2 record.redate|3'
SWEEP_PROG=cpadmin
sweep 'policy adopt' "$CPADMIN_STORE" check_adopted "$MODES" "${ADOPT[@]}"

test_case 'a run unhurt prunes'
unhurt pruned "${PRUNE[@]}"
expect_eq "$(grep -c 'record.prune|3' "$T/pruned")" 1 pruned
SWEEP_PROG=
sweep 'retention run that prunes' "$CPADMIN_STORE" check_pruned \
    "${MODES%% *}" "${PRUNE[@]}"

# Of many points a few, in each of several transactions.
some_points() {
	local dir=$SWEEP_DIR/some check=$1 total n

	shift
	rm -rf "$dir"
	sweep_copy "$dir" "$CPADMIN_STORE"
	sweep_run "$dir" count 0 "$@"
	total=$(sweep_word "$dir" 1)
	expect_true [ "$total" -gt 100 ]
	for n in 5 20 35 50 65 80 95; do
		sweep_copy "$dir" "$CPADMIN_STORE"
		sweep_run "$dir" kill-before $((total * n / 100)) "$@"
		expect_eq "$?" 137 "killed at $n %"
		sweep_run "$dir" none 0 "$@"
		expect_eq "$?" 0 "run again after $n %"
		"$check" "$dir/store" >"$T/said" 2>&1 ||
		    fail "killed at $n %" "$(cat "$T/said")"
	done
	rm -rf "$dir"
}

test_case 'an adoption in two transactions, killed in each'
make 520 500
unhurt adopted "${ADOPT[@]}"
expect_eq "$(grep -c '^P.*|2021-03-02|2|' "$T/adopted")" 520 'other prunings'
SWEEP_PROG=cpadmin
some_points check_adopted "${ADOPT[@]}"

test_case 'a pruning in two transactions, killed in each'
unhurt pruned "${PRUNE[@]}"
expect_eq "$(grep -c 'record.prune|521' "$T/pruned")" 1 pruned
SWEEP_PROG=
some_points check_pruned "${PRUNE[@]}"
