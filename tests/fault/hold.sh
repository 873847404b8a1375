#!/bin/bash
# The release of a hold over a predicate, hurt at every point: it is in force or
# not, and once it is not, everything that only it suspended is put back once.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before torn eio}

place() {
	ok cpadmin hold place --reason inquiry --legal-basis s.21 \
	    --contact a@example.org --review 2040-01-01 --on 2026-01-02 "$@"
}

# parked COUNT: what a night has found held, a tenth of another authority.
parked() {
	sqlite3 "$CPADMIN_STORE/store.db" "WITH RECURSIVE i(n) AS (VALUES (1)
	    UNION ALL SELECT n + 1 FROM i WHERE n < $1)
	    INSERT INTO record(id, authority, state, next_action, next_due,
	    rule, parked, created, changed) SELECT 'R' || n,
	    CASE WHEN n % 10 = 0 THEN 'E10000016' ELSE 'E08000015' END,
	    'archived', 'destroy', '2026-01-01', 'archive.period', 1,
	    '2019-01-01T00:00:00Z', '2019-01-01T00:00:00Z' FROM i"
}

prepare() {
	new_store --on 2026-01-01
	ok cpadmin operator add mary --uid 2001 --role team --on 2026-01-01
	place --where 'born < 1990 and archived = 2019-05'
	place --authority E10000016
	parked "$1"
	KEPT=$(($1 / 10)) FREED=$(($1 - $1 / 10))
}

# released_all FOLDER: what only the released hold stopped is back, once.
released_all() {
	local got

	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT (SELECT group_concat(id || ' ' || (released IS NOT NULL) ||
	    (settled IS NOT NULL)) FROM hold),
	    (SELECT count(*) FROM record WHERE parked = 1),
	    (SELECT count(*) FROM record WHERE parked = 1
	    AND authority = 'E08000015'),
	    (SELECT count FROM tally WHERE name = 'parked-1'),
	    (SELECT count(DISTINCT subject) || '/' || count(*) FROM audit
	    WHERE action = 'record.unheld'),
	    (SELECT count(*) FROM audit WHERE action = 'hold.release')" 2>&1 |
	    paste -sd ' ')
	[ "$got" = "ok H-0001 11,H-0002 00|$KEPT|0|$KEPT|$FREED/$FREED|1" ] || {
		echo "found $got"
		return 1
	}
	{ cpadmin --store "$1" audit verify >/dev/null; } 2>&1
}

RELEASE=("$CPADMIN" hold release H-0001 --reason over --as mary
    --on 2026-01-03)
test_case 'the prepared store'
prepare 20
# The second run says so where the first had done all of it.
SWEEP_AGAIN='0|5'
sweep 'hold release' "$CPADMIN_STORE" released_all "$MODES" "${RELEASE[@]}"

# In a store with more than a page of held records the transactions are three:
# hurt where each becomes durable, which is where a death can part them.
test_case 'a release of several pages, parted'
prepare 560
PARTED=$SWEEP_DIR/parted
sweep_copy "$PARTED" "$CPADMIN_STORE"
sweep_run "$PARTED" count 0 "${RELEASE[@]}"
POINTS=$(awk '$3 ~ /sync|rename/ || /log-head/ { print $1 }' "$PARTED/log")
expect_true test "$(wc -w <<<"$POINTS")" -ge 6
for n in $POINTS; do
	for mode in kill-before eio; do
		sweep_point "$PARTED" "$CPADMIN_STORE" released_all "$mode" \
		    "$n" "${RELEASE[@]}"
	done
done
echo "hurt at $(wc -l <"$PARTED.hurt") points"
[ ! -s "$PARTED.bad" ] || fail 'parted' "$(head -n 60 "$PARTED.bad")"

test_case 'the next run finishes a release'
ok "${RELEASE[@]}"
sqlite3 "$CPADMIN_STORE/store.db" "UPDATE hold SET settled = NULL
    WHERE id = 'H-0001'; UPDATE record SET parked = 1 WHERE n < 300"
ok cpadmin operator add rose --uid 2002 --role scheduler --on 2026-01-03
run cpadmin retention run --on 2026-01-03 --yes --as rose --json
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" "SELECT count(*) FROM record
    WHERE parked = 1 AND authority = 'E08000015'")" 0 'left parked'
