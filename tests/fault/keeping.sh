#!/bin/bash
# The custodians open an archived person's package for a request, and the
# request ends, hurt at every point: what is kept and its log entry are both
# there or neither, and in the end no key is left.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_EVERY=${SWEEP_EVERY:-9}
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before eio}
AT=(--on 2024-03-05)

# found FOLDER SQL: one line.
found() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    PRAGMA foreign_key_check; $2" 2>&1 | paste -sd ' '
}
whole_log() {
	"$CPADMIN" --store "$1" audit verify >/dev/null 2>&1 && return
	"$CPADMIN" --store "$1" audit checkpoint >/dev/null &&
	    "$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null
}
# is FOLDER SQL WANTED...: what SQL finds is one of WANTED.
is() {
	local got wanted

	got=$(found "$1" "$2")
	for wanted in "${@:3}"; do
		[ "$got" != "ok $wanted" ] || {
			whole_log "$1"
			return
		}
	done
	echo "found $got, none of: ${*:3}"
	return 1
}

test_case 'the prepared store'
new_store --policy uk-2026 --on 2024-02-28
printf '{"cpadmin":"record/1","id":"R1","authority":"E08000015","names":[{' \
    >"$T/rows"
printf '"type":"current","given":"Imogen","family":"Quill"}],"gender":' \
    >>"$T/rows"
printf '"female","birth_date":"2006-03-01"}\n' >>"$T/rows"
ok cpadmin record import "$T/rows" --on 2024-02-28
ok cpadmin operator add dana --uid 2001 --role dpo --on 2024-02-28
ok cpadmin retention run --yes --accept share --accept clock "${AT[@]}"
ok cpadmin sar open --subject R1 --requester 'Imogen Quill' --relation self \
    --received 2024-03-05 --as dana "${AT[@]}"
SHARE=$(echo "$CPADMIN_STORE"/keys/custody-*-share-1.age)
SHARE=keys/$(basename "${SHARE%-1.age}")

KEPT='SELECT (SELECT count(*) FROM sar_kept), (SELECT count(*) FROM audit
    WHERE action = '"'archive.open'"')'
kept_or_not() { is "$1" "$KEPT" '0|0' '1|1'; }
is_kept() {
	kept_or_not "$1" && "$CPADMIN" --store "$1" sar items SAR-0001 --all \
	    --as dana "${AT[@]}" 2>&1 | grep -q Imogen || {
		echo 'what was kept cannot be read'
		return 1
	}
	[ "$(cd "$1/keys/access" && find . -type f ! -name '.*')" = \
	    ./SAR-0001.key ]
}
# shellcheck disable=SC2034
SWEEP_EITHER=kept_or_not
sweep 'collect with the custodians' "$CPADMIN_STORE" is_kept "$MODES" \
    "$CPADMIN" sar collect SAR-0001 --share "{}/$SHARE-1.age" \
    --share "{}/$SHARE-2.age" --as dana "${AT[@]}"

test_case 'what is kept, to be ended'
ok cpadmin sar collect SAR-0001 --share "$CPADMIN_STORE/$SHARE-1.age" \
    --share "$CPADMIN_STORE/$SHARE-2.age" --as dana "${AT[@]}"
ok cpadmin sar withdraw SAR-0001 --reason T --as dana "${AT[@]}"
ENDED='SELECT (SELECT count(*) FROM sar_kept), (SELECT count(*) FROM sar WHERE
    stage = '"'closed'"'), (SELECT count(*) FROM hold WHERE released IS NULL)'
ended_or_not() { is "$1" "$ENDED" '1|0|1' '0|1|0'; }
# A night finishes what a kill left.
is_ended() {
	is "$1" "$ENDED" '0|1|0' || return
	[ ! -e "$1/keys/access/SAR-0001.key" ] ||
	    "$CPADMIN" --store "$1" retention run --yes --on 2024-03-06 \
	    >/dev/null 2>&1
	[ -z "$(find "$1/keys/access" -type f)" ] || {
		find "$1/keys/access" -type f
		return 1
	}
}
# shellcheck disable=SC2034
SWEEP_EITHER=ended_or_not SWEEP_AGAIN='0|5'
sweep 'close' "$CPADMIN_STORE" is_ended "$MODES" \
    "$CPADMIN" sar close SAR-0001 --as dana "${AT[@]}"
