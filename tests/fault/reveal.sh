#!/bin/bash
# An override, hurt at every point: what was shown is in the log and its
# investigation is open, and a letter that left was released.
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

test_case 'the prepared store'
new_store --on 2026-01-01
cat >"$T/rows" <<'EOF'
{"cpadmin":"record/1","id":"KID-1","authority":"E08000015","names":[{"type":"current","given":"Zoe","family":"Hill"}],"gender":"female","birth_date":"2015-01-01","addresses":[{"type":"current","lines":["1 Canary Street"],"postcode":"ZZ99 1AA"}]}
EOF
ok cpadmin record import "$T/rows" --on 2026-01-01
ok cpadmin shield request KID-1 --by parent --reason x --on 2026-01-01
ok cpadmin shield letter KID-1 --kind request-received --on 2026-01-01

counts() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT (SELECT count(*) FROM investigation WHERE status = 'open'),
	    (SELECT count(*) FROM audit WHERE action = 'shield.reveal'),
	    (SELECT count(*) FROM investigation JOIN audit USING (seq)
	    WHERE action = 'shield.reveal'),
	    (SELECT last FROM counter WHERE name = 'investigation')" 2>&1 |
	    paste -sd ' '
}

# either FOLDER, after a hurt run: all of it or nothing; and whatever reached
# stdout has its investigation.
either() {
	local got shown=0

	grep -q Canary "$1/../out" && shown=1
	got=$(counts "$1")
	case $shown$got in
	?'ok 1|1|1|1' | 0'ok 0|0|0|0') ;;
	*)
		echo "shown $shown, found $got"
		return 1
		;;
	esac
	! grep -qraF Canary "$1" || {
		echo 'what is hidden is on the disk'
		return 1
	}
}

# Each run that ends has opened one: one or two by now.
revealed() {
	local got

	grep -q Canary "$1/../out" || { echo 'not shown'; return 1; }
	got=$(counts "$1")
	case $got in
	'ok 1|1|1|1' | 'ok 2|2|2|2') ;;
	*) echo "found $got" && return 1 ;;
	esac
	{ cpadmin --store "$1" audit verify >/dev/null; } 2>&1
}
SWEEP_EITHER=either
sweep 'shield reveal' "$CPADMIN_STORE" revealed "$MODES" \
    "$CPADMIN" shield reveal KID-1 --reason x --on 2026-01-02

# The letter that reached the file was released before.
released() {
	local got

	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT status, (SELECT count(*) > 0 FROM audit
	    WHERE action = 'shield.mail.release') FROM mail" 2>&1 |
	    paste -sd ' ')
	[ "$got" = 'ok released|1' ] || { echo "found $got"; return 1; }
	{ cpadmin --store "$1" audit verify >/dev/null; } 2>&1
}
left() {
	if grep -qraF Canary "$1" || grep -q Canary "$1/../out"; then
		released "$1"
	fi
}
SWEEP_EITHER=left
# There already, where the first run had written it.
SWEEP_AGAIN='0|5' SWEEP_EVERY=${SWEEP_EVERY:-6}
sweep 'shield mail release' "$CPADMIN_STORE" released "$MODES" \
    "$CPADMIN" shield mail release M-0001 --output '{}/letter' --on 2026-01-02
