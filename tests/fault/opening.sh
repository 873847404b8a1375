#!/bin/bash
# Bringing back, asking, agreeing and opening, hurt at every point: a record is
# live or archived and never both, an opening is used or not, and nothing was
# shown that the log does not have.
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
SWEEP_AGAIN='0|5'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before torn enospc eio}
DAY=2026-01-06

# found FOLDER SQL: one line.
found() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check; $2" 2>&1 | paste -sd ' '
}

# The log is valid; the head kept outside the database, which is not synced, may
# be torn until the next entry.
whole_log() {
	"$CPADMIN" --store "$1" audit verify >/dev/null 2>&1 && return
	"$CPADMIN" --store "$1" audit checkpoint >/dev/null &&
	    "$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null
}

# is FOLDER SQL WANTED...: what SQL finds is one of WANTED, the log is valid.
is() {
	local dir=$1 got wanted

	got=$(found "$dir" "$2")
	shift 2
	for wanted in "$@"; do
		[ "$got" = "ok $wanted" ] || continue
		whole_log "$dir"
		return
	done
	echo "found $got, none of: $*"
	return 1
}

person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"A","family":"Hill"}],'
	printf '"gender":"female","birth_date":"2002-01-05"}\n'
}

test_case 'the prepared store'
new_store --on 2020-01-01
{ person R1; person R2; person R3; } >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
ok cpadmin consent give R1 --ground care-leaver --by self --date 2020-01-02 \
    --statement v1 --evidence E1 --on 2020-01-02
ok cpadmin consent withdraw R1 --date 2020-01-06 --on 2020-01-06
ok cpadmin retention run --on 2020-01-06 --yes --accept share
awk '/open_operators = \{/ { on = 1 }
    on && /value = / { sub(/value = [0-9]+/, "value = 2"); on = 0 }
    /^version = / { $0 = "version = \"2\";" } 1' \
    "$ROOT/policies/contactpoint-2007.cfg" >"$T/policy.cfg"
ok cpadmin policy adopt "$T/policy.cfg" --on 2020-01-07
for who in ann ben; do
	ok cpadmin operator add $who --uid $((7000 + ${#who} + $(printf %d \
	    "'$who"))) --role dpo --on 2020-01-07
done

# ---- asking and agreeing -------------------------------------------------------
# One transaction each, as of the commands of commands.sh: killed only.
OPENING="SELECT (SELECT count(*) FROM opening), (SELECT count(*)
    FROM opening_item), (SELECT count(*) FROM opening_agreement),
    (SELECT max(status) FROM opening), (SELECT count(*) FROM audit
    WHERE action LIKE 'archive.%' AND outcome = 'done')"
# Asked again, there are two.
check_request() {
	is "$1" "$OPENING" '1|2|1|requested|2' '2|4|2|requested|4'
}
either_request() {
	is "$1" "$OPENING" '0|0|0||0' '1|2|1|requested|2'
}
SWEEP_EITHER=either_request
sweep 'archive request' "$CPADMIN_STORE" check_request kill-before \
    "$CPADMIN" archive request R1 R2 --purpose court-order --reason x \
    --as ann --on $DAY

ok cpadmin archive request R1 R2 --purpose court-order --reason x --as ann \
    --on $DAY
check_agree() {
	is "$1" "$OPENING" '1|2|2|agreed|4'
}
either_agree() {
	is "$1" "$OPENING" '1|2|1|requested|2' '1|2|2|agreed|4'
}
SWEEP_EITHER=either_agree
sweep 'archive agree' "$CPADMIN_STORE" check_agree kill-before \
    "$CPADMIN" archive agree O-20260106-1 --as ben --on $DAY

# ---- opening -------------------------------------------------------------------
ok cpadmin archive agree O-20260106-1 --as ben --on $DAY

# Every package that is there is whole, and no more are there than the log has;
# where there is any the opening is used.
check_open() {
	local file n=0 got

	for file in "$1"/shown/*.tar.zst; do
		[ -e "$file" ] || continue
		n=$((n + 1))
		[ "$(stat -c %a "$file")" = 600 ] || echo "mode of $file"
		tar --zstd -tf "$file" >/dev/null 2>&1 || {
			echo "$file is cut short"
			return 1
		}
	done
	got=$(found "$1" "SELECT (SELECT count(*) FROM audit WHERE
	    action = 'archive.open' AND outcome = 'done') >= $n,
	    $n = 0 OR status = 'used' FROM opening")
	[ "$got" = 'ok 1|1' ] || { echo "$n are there: $got"; return 1; }
	whole_log "$1"
}
SWEEP_EITHER=check_open
sweep 'archive open' "$CPADMIN_STORE" check_open "$MODES" \
    "$CPADMIN" archive open --opening O-20260106-1 --as ann --on $DAY \
    --output '{}/shown'

# ---- bringing back -------------------------------------------------------------
ok cpadmin archive request R1 --restore --reason x --as ann --on $DAY
ok cpadmin archive agree O-20260106-2 --as ben --on $DAY
RECORD="SELECT state, (SELECT count(*) FROM document), (SELECT count(*)
    FROM consent), (SELECT count(*) FROM search_key) > 0,
    (SELECT count(*) FROM header), p.status, o.status,
    (SELECT live FROM volume), (SELECT group_concat(count, ' ')
    FROM (SELECT count FROM tally WHERE name IN ('archived', 'live')
    ORDER BY name)),
    (SELECT count(*) FROM audit WHERE action = 'record.restore'
    AND outcome = 'done')
    FROM record r JOIN package p ON p.record = r.n, opening o
    WHERE r.id = 'R1' AND o.id = 'O-20260106-2'"
BEFORE='archived|0|0|0|3|archived|agreed|3|3 0|0'
AFTER='live|1|1|1|2|restored|used|2|2 1|1'
look() {
	"$CPADMIN" --store "$1" archive verify --all --on $DAY 2>&1 >/dev/null
}
check_restore() {
	is "$1" "$RECORD" "$AFTER" && look "$1"
}
either_restore() {
	is "$1" "$RECORD" "$BEFORE" "$AFTER" && look "$1"
}
test_case 'archived before'
expect_true is "$CPADMIN_STORE" "$RECORD" "$BEFORE"
SWEEP_EITHER=either_restore
sweep 'archive restore' "$CPADMIN_STORE" check_restore "$MODES" \
    "$CPADMIN" archive restore R1 --opening O-20260106-2 --as ben \
    --set birth_date=2010-01-01 --on $DAY

test_case 'the check sees what is between'
for bad in "UPDATE opening SET status = 'used'" 'DELETE FROM header' \
    "UPDATE record SET state = 'live' WHERE id = 'R1'" \
    'UPDATE volume SET live = live - 1'; do
	rm -rf "$T/spoilt"
	cp -a "$CPADMIN_STORE" "$T/spoilt"
	sqlite3 "$T/spoilt/store.db" "$bad"
	run either_restore "$T/spoilt"
	expect_false [ "$STATUS" = 0 ]
done
