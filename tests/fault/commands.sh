#!/bin/bash
# Commands that change the store, hurt at every point: done or not done, never
# in between, and the log whole.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before torn enospc eio}

# people COUNT BORN
people() {
	local i

	for ((i = 1; i <= $1; i++)); do
		printf '{"cpadmin":"record/1","id":"R%s","authority":' "$i"
		printf '"E08000015","names":[{"type":"current","given":"A",'
		printf '"family":"Hill"}],"gender":"female",'
		printf '"birth_date":"%s"}\n' "$2"
	done
}

# holds FOLDER SQL WANTED: the database is whole, the log is valid, and what
# SQL finds is WANTED.
holds() {
	local got

	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check; $2" 2>&1 |
	    paste -sd ' ')
	[ "$got" = "ok $3" ] || { echo "found $got, not ok $3"; return 1; }
	"$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null
}

test_case 'the prepared store'
new_store --on 2020-01-01
people 30 2010-01-01 >"$T/rows"
check_import() {
	holds "$1" "SELECT count(*), (SELECT count(*) FROM document),
	    (SELECT count FROM tally WHERE name = 'live'),
	    (SELECT count(*) > 29 FROM search_key) FROM record" '30|30|30|1'
}
sweep 'record import' "$CPADMIN_STORE" check_import "$MODES" \
    "$CPADMIN" record import "$T/rows" --on 2020-01-01

people 2 2002-01-05 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
check_correct() {
	holds "$1" "SELECT birth, next_due, (SELECT doc LIKE '%2003-03-03%'
	    FROM document WHERE record = r.n) FROM record r
	    WHERE id = 'R1'" '2003-03-03|2021-03-03|1'
}
sweep 'record correct' "$CPADMIN_STORE" check_correct "$MODES" \
    "$CPADMIN" record correct R1 --set birth_date=2003-03-03 --reason x \
    --on 2020-01-02

# Given again by the second run where the first had done it: then it is said.
SWEEP_AGAIN='0|5'
check_consent() {
	holds "$1" "SELECT count(DISTINCT ground), (SELECT next_due
	    FROM record WHERE id = 'R1') FROM consent" '1|2027-01-05'
}
sweep 'consent give' "$CPADMIN_STORE" check_consent "$MODES" \
    "$CPADMIN" consent give R1 --ground care-leaver --by self \
    --date 2020-01-02 --statement v1 --evidence E1 --on 2020-01-02

check_checkpoint() {
	holds "$1" "SELECT count(*) > 0 FROM audit_checkpoint" 1
}
sweep 'audit checkpoint' "$CPADMIN_STORE" check_checkpoint "$MODES" \
    "$CPADMIN" audit checkpoint --on 2020-01-02

sed 's/^version = .*/version = "2";/; s/"P6Y"/"P7Y"/' \
    "$ROOT/policies/contactpoint-2007.cfg" >"$T/policy.cfg"
ok cpadmin retention run --on 2020-01-05 --yes
check_adopt() {
	holds "$1" "SELECT version, policy_done = policy FROM store
	    JOIN policy p ON p.n = store.policy" '2|1'
}
sweep 'policy adopt' "$CPADMIN_STORE" check_adopt "$MODES" \
    "$CPADMIN" policy adopt "$T/policy.cfg" --on 2020-01-06

ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-06
ok cpadmin retention run --on 2026-01-06 --yes --accept clock
check_approve() {
	holds "$1" "SELECT status, (SELECT count(*) FROM batch_approval)
	    FROM batch" 'approved|1'
}
sweep 'destruction approve' "$CPADMIN_STORE" check_approve "$MODES" \
    "$CPADMIN" destruction approve \
    "$(cpadmin destruction list --json | jq -r '.rows[0].batch')" --as mary \
    --on 2026-01-06
