#!/bin/bash
# What leads to a certificate, hurt at every point: early proposal, approval,
# execution, sanitising, the certificate issued again, and a trial.  Each is
# done or not done, and what was gone never comes back.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1'
# The temporary of a sanitising is not meant to last.
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$|/\.sanitise-[0-9-]*$'
if [ "${FAULT_ALL:-0}" = 1 ]; then
	MODES=$SWEEP_ALL
else
	echo 'not swept without FAULT_ALL=1: modes other than kill-before and' \
	    'eio, of approval eio'
	MODES=${MODES:-kill-before eio}
fi

person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"Gvn%s","family":' "$1"
	printf '"Fam%s"}],"gender":"female","birth_date":"%s"}\n' "$1" "$2"
}

# holds FOLDER SQL WANTED: as in commands.sh.
holds() {
	local got

	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check; $2" 2>&1 |
	    paste -sd ' ')
	[ "$got" = "ok $3" ] || { echo "found $got, not ok $3"; return 1; }
	"$CPADMIN" --store "$1" audit verify >/dev/null
}

certified() {
	"$CPADMIN" verify "$1/outbox/certificate-$2.json" \
	    --key "$1/keys/signing.pub" >/dev/null
}

test_case 'the prepared store'
new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
ok cpadmin operator add dora --uid 2002 --role dpo --on 2020-01-01
ok cpadmin operator add rose --uid 2003 --role approver --on 2020-01-01
{ person R1 2002-01-05; person R2 2002-01-05; } >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
ok cpadmin retention run --on 2020-01-05 --yes
cp "$CPADMIN_STORE/store.db" "$T/copy.db"

# Proposed or approved twice, the second time is refused.
SWEEP_AGAIN='0|5'
check_early() {
	holds "$1" "SELECT count(*), (SELECT count(*) FROM batch_item),
	    (SELECT group_concat(parked) FROM record),
	    (SELECT count(*) FROM audit WHERE action = 'destruction.early')
	    FROM batch WHERE kind = 'early'" '1|2|2,2|2'
}
EARLY=("$CPADMIN" destruction early R1 R2 --legal-basis order --reason x
    --as mary --on 2022-03-01)
sweep 'destruction early' "$CPADMIN_STORE" check_early "$MODES" "${EARLY[@]}"
"${EARLY[@]}" >"$T/said" 2>&1
D=$(cpadmin destruction list --json | jq -r '.rows[0].batch')

ok cpadmin destruction approve "$D" --as rose --on 2022-03-01
if [ "$(cpadmin destruction list --json | jq -r '.rows[0].status')" = \
    proposed ]; then
	check_approve() {
		holds "$1" "SELECT status, (SELECT count(*)
		    FROM batch_approval) FROM batch" 'approved|2'
	}
	sweep 'destruction approve, early' "$CPADMIN_STORE" check_approve \
	    "${MODES% eio}" "$CPADMIN" destruction approve "$D" --as dora \
	    --on 2022-03-01
	ok cpadmin destruction approve "$D" --as dora --on 2022-03-01
fi
SWEEP_AGAIN=0

check_run() {
	holds "$1" "SELECT status, outcome, (SELECT count(*) FROM header),
	    (SELECT group_concat(state) FROM record) FROM batch" \
	    'done|destroyed|0|destroyed,destroyed' && certified "$1" "$D"
}
sweep 'retention run, early' "$CPADMIN_STORE" check_run "$MODES" \
    "$CPADMIN" retention run --on 2022-03-02 --yes --accept clock
ok cpadmin retention run --on 2022-03-02 --yes --accept clock
ok cpadmin retention run --on 2026-02-01 --yes --accept clock

check_sanitise() {
	local left

	left=$(find "$1" -name '.sanitise-*')
	[ -z "$left" ] || { echo "left: $left"; return 1; }
	! grep -qaE 'FamR[12]' "$1"/store.db* || { echo 'a name'; return 1; }
	holds "$1" "SELECT count(*) > 0 FROM sanitising" 1
}
sweep 'sanitise' "$CPADMIN_STORE" check_sanitise "$MODES" \
    "$CPADMIN" sanitise --on 2026-02-02
ok cpadmin sanitise --on 2026-02-02

check_again() {
	holds "$1" "SELECT copies_remain, (SELECT count(*) FROM certificate),
	    (SELECT count(*) FROM audit WHERE action =
	    'destruction.certificate') FROM batch" '0|1|2' &&
	    certified "$1" "$D" && certified "$1" "$D-2"
}
sweep 'certificate issued again' "$CPADMIN_STORE" check_again "$MODES" \
    "$CPADMIN" retention run --on 2026-02-03 --yes
ok cpadmin retention run --on 2026-02-03 --yes

# What was cut off before its file is issued by the next trial, with its own.
check_try() {
	local n file

	holds "$1" "SELECT count(*) > 0, sum(opened) FROM trial" '1|0' ||
	    return 1
	n=$(sqlite3 "$1/store.db" 'SELECT max(issue) FROM certificate')
	[ "$n" -ge 3 ] || { echo "no certificate 3"; return 1; }
	for file in "$1"/outbox/certificate-*.json; do
		"$CPADMIN" verify "$file" --key "$1/keys/signing.pub" \
		    >/dev/null || return 1
	done
	[ -f "$1/outbox/certificate-$D-$n.json" ]
}
sweep 'destruction try' "$CPADMIN_STORE" check_try "$MODES" \
    "$CPADMIN" destruction try "$D" --headers "$T/copy.db" --as dora \
    --on 2026-02-04
