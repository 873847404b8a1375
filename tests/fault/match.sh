#!/bin/bash
# The match key is replaced, hurt at every point where that changes the disk:
# whatever is left, rows about shielded children are set aside.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before eio}

# child ID GIVEN
child() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s","family":' "$2"
	printf '"Quill"}],"gender":"female","birth_date":"2012-03-04"}\n'
}

test_case 'the prepared store'
new_store
{
	child A1 Imogen
	child A2 Zebedee
} >"$T/people.ndjson"
ok cpadmin record import "$T/people.ndjson"
ok cpadmin shield request A1 --by parent --reason afraid
ok cpadmin shield request A2 --by parent --reason afraid
{
	child B1 Imogne
	child B2 Zebede
	child B3 Persephone
} >"$T/feed.ndjson"

# known STORE: both are known.
known() {
	"$CPADMIN" --store "$1" record import "$T/feed.ndjson" --dry-run \
	    --json >"$1.json" 2>"$1.said" || {
		echo "import: $(<"$1.said")"
		return 1
	}
	[ "$(jq -c '[.created, .quarantined]' "$1.json")" = '[1,2]' ] || {
		echo "import: $(<"$1.json")"
		return 1
	}
}
check() {
	local bad=0 got

	known "$1" || bad=1
	# Not what a kill leaves of a file that is still being written.
	got=$(cd "$1/keys" && find . -name 'match*' -printf '%f %m ')
	[ "$got" = 'match.key 600 ' ] || { echo "files: $got"; bad=1; }
	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    PRAGMA foreign_key_check;
	    SELECT count(DISTINCT record) FROM shield_key" | paste -sd ' ')
	[ "$got" = 'ok 2' ] || { echo "found $got"; bad=1; }
	# A head cut short is put right by the next command that logs, which
	# the second run is not where all was done.
	"$CPADMIN" --store "$1" audit verify >/dev/null 2>&1 ||
	    "$CPADMIN" --store "$1" audit checkpoint >/dev/null
	"$CPADMIN" --store "$1" audit verify >"$1.audit" 2>&1 || {
		echo "audit verify: $(head -c 300 "$1.audit")"
		bad=1
	}
	return "$bad"
}
# shellcheck disable=SC2034
SWEEP_EITHER=known SWEEP_EVERY=${SWEEP_EVERY:-8}
sweep 'shield rekey' "$CPADMIN_STORE" check "$MODES" \
    "$CPADMIN" shield rekey --reason lost
