#!/bin/bash
# `make demo': one authority, eight years, every night.  It is a test as well:
# it ends with a failure where anything is not as it says.
#	BUILD=build bash tests/demo/run.sh
# The story is told under the policy contactpoint-2007, and lived through once
# more beside it under uk-2026, twenty years later, whose account is kept in
# $BUILD/demo-uk-2026.log.
# Leaves $BUILD/demo/store and $BUILD/demo-uk-2026/store, and the letters of the
# story in $BUILD/demo-letters.  CHILDREN, NIGHTS and
# SEED make other ones; fewer nights leave out the chapters that they do not
# reach.  POLICY and SHIFT (years, a multiple of 20) tell that one alone.
# DEMO_ON_DISK=1 keeps the store on disk from the first night.
# shellcheck disable=SC2034 # what one part sets another reads
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
BEGAN=${DEMO_BEGAN:-${EPOCHREALTIME/[.,]/}}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=${BUILD:-build}
cd "$ROOT"
CPADMIN=$BUILD/cpadmin
BESIDE='' TWIN=''
[ -n "${POLICY:-}" ] || BESIDE=uk-2026
WORK=$BUILD/demo
[ -z "${DEMO_BESIDE:-}" ] || WORK=$BUILD/demo-$POLICY
export CPADMIN_POLICIES=$ROOT/policies
YEARS=()

. "$HERE/tell.sh"
. "$HERE/world.sh"
. "$HERE/nights.sh"
. "$HERE/story.sh"
. "$HERE/keys.sh"
. "$HERE/shield.sh"
. "$HERE/notices.sh"
. "$HERE/access.sh"
. "$HERE/proof.sh"

# Each night waits for the disk a dozen times, as it must; three thousand
# nights in a row would be waiting.  So $WORK is a link into memory while the
# years pass, where there is room, and is put on disk before all is checked.
MEMORY=''
make_place() {
	local shm=/dev/shm free available

	case $(readlink "$WORK" || true) in
	"$shm"/cpadmin-demo.??????) rm -rf "$(readlink "$WORK")" ;;
	esac
	rm -rf "$WORK"
	free=$(df -k --output=avail "$shm" 2>/dev/null | tail -n 1 || true)
	available=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)
	if [ -n "${DEMO_ON_DISK:-}" ] || [ ! -w "$shm" ] ||
	    [ "$(stat -f -c %T "$shm")" != tmpfs ] ||
	    [ "${free:-0}" -lt 1000000 ] || [ "${available:-0}" -lt 2000000 ]
	then
		mkdir "$WORK"
		return
	fi
	MEMORY=$(mktemp -d "$shm/cpadmin-demo.XXXXXX")
	ln -s "$MEMORY" "$WORK"
}

put_on_disk() {
	local mb

	rm -rf "$WORK"/people.ndjson "$WORK"/births "$WORK"/events*
	[ -n "$MEMORY" ] || return 0
	mb=$(du -sm "$CPADMIN_STORE" | cut -f 1)
	cp -a "$MEMORY" "$WORK.new"
	rm "$WORK"
	mv "$WORK.new" "$WORK"
	rm -rf "$MEMORY"
	MEMORY=''
	say "(So far the store lay in memory, so that you need not wait for the
	    disk 30,000 times. Its $mb MB have now been put on disk, in
	    $CPADMIN_STORE, and what follows reads them from there.)"
}

# shellcheck disable=SC2317
leave() {
	local status=$?

	progress_end
	[ -z "$TWIN" ] || kill "$TWIN" 2>/dev/null || true
	[ -n "$MEMORY" ] || return "$status"
	rm -f "$WORK"
	[ "$status" -ge 128 ] || cp -a "$MEMORY" "$WORK"
	rm -rf "$MEMORY" "$WORK.new"
	return "$status"
}

# The same under the other policy, on the other processor.
beside() {
	[ -n "$BESIDE" ] || return 0
	DEMO_BESIDE=1 POLICY=$BESIDE SHIFT=20 BUILD=$BUILD \
	    bash "$HERE/run.sh" >"$BUILD/demo-$BESIDE.log" 2>&1 </dev/null &
	TWIN=$!
}

# Its account of the years and of what was counted, once it is through.
and_beside() {
	local log=$BUILD/demo-$BESIDE.log status=0

	[ -n "$TWIN" ] || return 0
	progress 1 1 "waiting for the same years under $BESIDE"
	wait "$TWIN" || status=$?
	TWIN=''
	chapter "The same story under the policy $BESIDE, $((2009 + 20)) to $((2016 + 20))"
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$log" >&2
		die "under $BESIDE: exit status $status; the whole of it is in $log"
	fi
	say "Meanwhile the other processor lived through all of it once more, by
	    the rules of $BESIDE: the same chapters, the same checks. What it
	    told is in $log; this is what it came to."
	sed -n '/^  YEAR /,/^$/p' "$log"
	grep 'as it should be$' "$log"
	confirm "chapters under $BESIDE" "$(chapters "$log")" "$CHAPTERS"
}

chapters() {
	grep -c '^== ' "$1"
}

for tool in jq age zstd pdfinfo pdftotext 7zz; do
	command -v "$tool" >/dev/null || {
		echo "make demo: $tool is not installed" >&2
		exit 1
	}
done
trap leave EXIT
make_place
make_letters
trap 'die "a step failed at ${BASH_SOURCE[0]##*/}:$LINENO" "$BASH_COMMAND"' ERR
set -o errtrace
trap 'exit 130' INT
trap 'exit 143' TERM
export CPADMIN_STORE=$WORK/store
beside
make_world
opening
first_night
reaches 2009-01-05 first_letters
reaches 2009-01-21 letters_return
reaches 2009-02-02 must_not_be_found
reaches 2009-02-05 feed_would_find_them
reaches 2009-03-19 mother_asks
reaches 2009-04-06 father_asks
reaches 2009-06-15 wrong_birth_date
reaches 2009-09-07 nobody_looks
reaches 2009-11-02 letter_to_hidden
reaches 2010-03-01 leap_eighteen
reaches 2010-04-21 hidden_eighteen
reaches 2013-03-05 new_rules
reaches 2013-09-16 custodian_leaves
reaches 2014-05-20 disk_goes_bad
reaches 2014-12-01 hold_one
reaches 2014-12-08 twenty_asks
reaches 2015-01-03 first_destruction
reaches 2015-01-05 twenty_answered
reaches 2015-05-12 court_order
reaches 2015-12-15 hold_all
reaches 2016-03-03 leap_destroyed
reaches 2016-05-09 hidden_destroyed
reaches 2016-06-20 hold_one_ends
nights_until "$END"
put_on_disk
summary
count_everything
reaches 2009-02-05 prove_shields
reaches 2009-01-21 prove_letters
reaches 2009-03-19 prove_answers
[ "$DESTROYED" -eq 0 ] || prove_destruction
reaches 2016-12-31 last_copies
prove_log
prove_archive
find_someone
short || why_still_here
what_waits
and_beside
now_us
farewell
