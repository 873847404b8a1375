#!/bin/bash
# A feed for shielded people, for some who might be one and for others, an
# intake, and the settling of rows, hurt at every point: never anything of a
# shielded person in clear, nothing lost, and run again it is the same.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1|3'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
# Nearly all of their calls are the database's own: FAULT_ALL=1 meets each.
SWEEP_EVERY=6
ON=(--on 2026-11-21)

# row ID GIVEN FAMILY BORN [JSON MEMBERS]
row() {
	printf '{"cpadmin":"record/1",%s"authority":"E08000015","names":[{"type":"current","given":"%s","family":"%s"}],"gender":"female","birth_date":"%s"%s}\n' \
	    "${1:+\"id\":\"$1\",}" "$2" "$3" "$4" "${5:-}"
}
at() { # LINE
	printf ',"addresses":[{"type":"current","lines":["%s"],"postcode":"CH41 1AA"}]' "$1"
}

# state FOLDER: who is where, what is sealed, what waits; that the log is whole.
state() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT group_concat(id, '') FROM (SELECT id FROM record ORDER BY id);
	    SELECT (SELECT count(*) FROM compartment WHERE kind = 'hidden'),
		(SELECT count(*) FROM compartment WHERE kind = 'quarantine'),
		(SELECT count(*) FROM shield WHERE digest IS NOT NULL);
	    SELECT group_concat(status, '') FROM (SELECT status FROM quarantine
		ORDER BY line);
	    SELECT count(*) FROM never_link;
	    SELECT (SELECT count(*) FROM search_key) =
		(SELECT sum(length(keys) / 8) FROM document);
	    SELECT (SELECT count(*) FROM compartment WHERE kind = 'quarantine')
		= (SELECT count(*) FROM quarantine WHERE status = 'waiting');
	    PRAGMA foreign_key_check;" 2>&1 | paste -sd ' '
	"$CPADMIN" --store "$1" audit verify "${ON[@]}" 2>&1 >/dev/null
}

# in_clear FOLDER: says where something hidden is, if anywhere.
in_clear() {
	grep -rlFa -e Canary -e Zoee "$1" | sed "s|$1/||"
}

# is FOLDER WANTED...: its state is one of those, and nothing is in clear.
is() {
	local dir=$1 got clear want

	shift
	clear=$(in_clear "$dir")
	[ -z "$clear" ] || { echo "in clear in: $clear"; return 1; }
	got=$(state "$dir")
	for want; do
		[ "$got" != "ok $want" ] || return 0
	done
	echo "found $got, not ok $*"
	return 1
}

test_case 'the prepared store'
new_store "${ON[@]}"
row S-1 Zoe Ahmed 2015-03-04 "$(at 'Canary 1')" >"$T/base"
row S-2 Tom Smith 2014-01-02 >>"$T/base"
ok cpadmin record import "$T/base" "${ON[@]}"
ok cpadmin shield request S-1 --by parent --reason danger "${ON[@]}"
{
	row S-1 Zoe Ahmed 2015-03-04 "$(at 'Canary 2')"
	row N-1 Zoee Ahmed 2015-03-04 "$(at 'Canary 3')"
	row N-2 Eve Lund 2013-02-03
	row S-2 Tom Smyth 2014-01-02
	row N-3 Zoe Ahmed 2015-04-03 "$(at 'Canary 4')"
} >"$T/feed"
BEFORE='S-1S-2 1|0|1  0 1 1'
IMPORTED='N-2S-1S-2 2|2|1 waitingwaiting 0 1 1'
expect_eq "$(state "$CPADMIN_STORE")" "ok $BEFORE"
store=$CPADMIN_STORE

check_import() { is "$1" "$IMPORTED"; }
either_import() { is "$1" "$BEFORE" "$IMPORTED"; }
SWEEP_EITHER=either_import
sweep 'record import' "$store" check_import "${MODES:-kill-before torn eio}" \
    "$CPADMIN" record import "$T/feed" "${ON[@]}"

SWEEP_EVERY=12
{
	row S-2 Tom Smith 2014-01-02 "$(at 'Canary 5')"
	row S-9 Zoa Brown 2012-08-09 "$(at 'Canary 6')"
} >"$T/refuge"
TAKEN='S-1S-2S-9 3|0|3  0 1 1'
check_intake() { is "$1" "$TAKEN"; }
either_intake() { is "$1" "$BEFORE" "$TAKEN"; }
SWEEP_EITHER=either_intake
sweep 'shield intake' "$store" check_intake "${MODES:-kill-before eio}" \
    "$CPADMIN" shield intake "$T/refuge" --by child --reason 'Canary why' \
    "${ON[@]}"

cp -a "$store" "$T/waits"
CPADMIN_STORE=$T/waits ok cpadmin record import "$T/feed" "${ON[@]}"
ids=$(CPADMIN_STORE=$T/waits cpadmin record quarantine list --json |
    jq -r '.rows[].id')
first=${ids%%$'\n'*} second=${ids##*$'\n'}
# A second run finds it settled.
SWEEP_AGAIN='0|5'
MERGED='N-2S-1S-2 3|1|1 mergedwaiting 0 1 1'
check_merge() { is "$1" "$MERGED"; }
either_merge() { is "$1" "$IMPORTED" "$MERGED"; }
SWEEP_EITHER=either_merge
sweep 'record quarantine merge' "$T/waits" check_merge \
    "${MODES:-kill-before eio}" \
    "$CPADMIN" record quarantine merge "$first" S-1 --reason 'Canary why' \
    "${ON[@]}"

# Who is nobody else stands in the open, as anybody does.
in_clear() {
	grep -rlFa -e 'Canary 1' -e 'Canary 2' -e 'Canary 3' -e 'Canary why' \
	    -e Zoee "$1" | sed "s|$1/||"
}
ACCEPTED='N-2N-3S-1S-2 2|1|1 waitingaccepted 1 1 1'
check_accept() { is "$1" "$ACCEPTED"; }
either_accept() { is "$1" "$IMPORTED" "$ACCEPTED"; }
SWEEP_EITHER=either_accept
sweep 'record quarantine accept' "$T/waits" check_accept \
    "${MODES:-kill-before torn}" \
    "$CPADMIN" record quarantine accept "$second" --reason 'Canary why' \
    "${ON[@]}"

test_case 'what an intake has done stays when it is killed, a part at a time'
cp -a "$store" "$T/long"
seq 1100 | while read -r i; do
	row "L-$i" Ann "Long$i" 2012-05-06 "$(at "Canary $i")"
done >"$T/long.ndjson"
shields() {
	sqlite3 "file:$T/long/store.db?mode=ro" 'SELECT count(*) FROM shield'
}
BEFORE=$(shields)
CPADMIN_STORE=$T/long "$CPADMIN" shield intake "$T/long.ndjson" --by parent \
    --reason T "${ON[@]}" >/dev/null 2>&1 &
PID=$!
while [ "$(shields)" = "$BEFORE" ] && kill -0 $PID 2>/dev/null; do
	sleep 0.05
done
kill -9 $PID 2>/dev/null
wait $PID 2>/dev/null
DONE=$(($(shields) - BEFORE))
expect_true [ "$DONE" -gt 0 ]
expect_true [ "$DONE" -lt 1100 ]
