#!/bin/bash
# A store and its key, hurt while they are made: whole or not there.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_STATUS='0|1'
SWEEP_AGAIN='0|5'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$|/custody\.current$'
MODES=${MODES:-eio kill-before torn enospc}
# The database is made under another name: all its writes come to the same.
SWEEP_EVERY=${SWEEP_EVERY:-32}

# whole STORE: its log is valid, its three shares open, and so does what is
# sealed to their key.
whole() {
	local got

	"$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null || return 1
	got=$("$CPADMIN" --store "$1" custody drill --json 2>&1 | jq -r \
	    '[.opened, .proved, .custody_id] | map(tostring) | join(" ")')
	[ "${got% *}" = '3 true' ] || { echo "drilled: $got"; return 1; }
	[ "$(cat "$1/keys/custody.current")" = "${got##* }" ] ||
	    { echo 'custody.current names another key'; return 1; }
	# Only what was killed leaves its shares behind.
	case ${mode:-} in kill-* | torn) return 0 ;; esac
	got=$(find "$1/keys" -name '*-share-*.age' | wc -l)
	[ "$got" = 3 ] || { echo "$got share files"; return 1; }
}

# What is left beside the place of a store that an error kept from being made.
check_init() {
	local left

	whole "$1/new" || return 1
	[ -f "$1/new/cpadmin.conf" ] || { echo 'no cpadmin.conf'; return 1; }
	case ${mode:-} in kill-* | torn) return 0 ;; esac
	left=$(find "$1" -mindepth 1 -maxdepth 1 ! -name new)
	[ -z "$left" ] || { echo "left over: $left"; return 1; }
}
mkdir "$T/parent"
SWEEP_PROG=cpadmin
sweep 'init' "$T/parent" check_init "$MODES" \
    "$CPADMIN" init '{}/new' --rehearsal

test_case 'a store without a key'
new_store --no-custody
SWEEP_PROG=
SWEEP_SPARSE= SWEEP_EVERY= SWEEP_THIN=6
sweep 'custody create' "$CPADMIN_STORE" whole "$MODES" \
    "$CPADMIN" custody create
