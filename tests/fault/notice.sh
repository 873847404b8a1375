#!/bin/bash
# The ledger of notices, hurt at every point where it changes: settling, and
# the withdrawal of a consent that owes one.  Nothing is owed twice, nothing
# lost, and a withdrawal is there with its acknowledgement or neither is.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_STATUS='0|1'
# Of the database's own calls one of three is met; FAULT_ALL=1 meets all.
SWEEP_EVERY=6
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
ON=(--on 2026-11-21)

# ledger FOLDER: what is owed to whom, and who is to be looked at still.
ledger() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT count(*) FROM pragma_foreign_key_check;
	    SELECT coalesce(group_concat(record || kind || cause || status,
		' '), 'nothing') FROM (SELECT * FROM notice ORDER BY record,
		kind, cause);
	    SELECT count(*) FROM record WHERE notice_look <= '2026-11-21';
	    SELECT count(*) FROM consent WHERE end_kind = 'withdrawn';" 2>&1 |
	    paste -sd ' '
}

# is FOLDER WANTED...: one of them; and the log is whole.
is() {
	local got dir=$1 want

	shift
	got=$(ledger "$dir")
	"$CPADMIN" --store "$dir" audit verify "${ON[@]}" 2>&1 >/dev/null ||
	    return 1
	for want in "$@"; do
		[ "$got" != "$want" ] || return 0
	done
	printf 'found %s, not any of:\n' "$got"
	printf '    %s\n' "$@"
	return 1
}

# person ID BORN
person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: "Ann",
	    family: ("Hill" + $id)}], gender: "female", birth_date: $born,
	    involvements: [{service: "mental-health", provider: "Quiet Clinic",
	    start: "2025-01-01", end: null, lead: false, assessment: false,
	    sensitive: {basis: "consent", evidence: "F/1"}}]}'
}

test_case 'the prepared store'
new_store "${ON[@]}"
{ person KID 2015-03-04; person OLD 2008-11-20; } >"$T/rows"
ok cpadmin record import "$T/rows" "${ON[@]}"
before=$CPADMIN_STORE
bare=$(ledger "$before")
expect_eq "$bare" 'ok 0 nothing 2 0'
cp -a "$before" "$T/settled"
CPADMIN_STORE=$T/settled ok cpadmin notice owed "${ON[@]}"
all=$(ledger "$T/settled")
expect_true grep -qF '1firstowed' <<<"$all"
cp -a "$T/settled" "$T/withdrawn"
CPADMIN_STORE=$T/withdrawn ok cpadmin consent withdraw KID \
    --date 2026-11-21 --evidence W1 "${ON[@]}"
less=$(ledger "$T/withdrawn")
expect_true grep -qF '1withdrawalC-0001owed' <<<"$less"

either() { is "$1" "$bare" "$all"; }
settled() { is "$1" "$all"; }
SWEEP_EITHER=either
SWEEP_AGAIN=0
SWEEP_PROG=
sweep 'settling' "$before" settled "${MODES:-kill-before eio}" \
    "$CPADMIN" notice owed "${ON[@]}"

# Withdrawn already, a second one finds nothing in force.
either() { is "$1" "$all" "$less"; }
withdrawn() { is "$1" "$less"; }
SWEEP_AGAIN='0|5'
SWEEP_PROG=cpadmin
sweep 'consent withdraw, of a sensitive service' "$T/settled" withdrawn \
    "${MODES:-kill-before enospc}" "$CPADMIN" consent withdraw KID \
    --date 2026-11-21 --evidence W1 "${ON[@]}"
