# shellcheck shell=bash
# Helpers for the test scripts of tests/behaviour, tests/fault, tests/house.
#
#	. "$(dirname "$0")/../lib.sh"
#	test_case 'an empty store lists nothing'
#	new_store
#	run cpadmin record list --json
#	expect_status 0
#	expect_json '.rows | length' 0
#
# A case passes when no expectation in it failed and it was not skipped; it
# ends where the next begins.  Expectations may stand in subshells and pipes.
# They return 1 when they fail and the script goes on.  At the end one line
# says `N passed, N failed, N skipped'; the exit status is 1 on any failure, on
# a script that stops early with a status of its own, and when nothing ran.
#
# A script with the line `# Also in the C locale' is run there too by run.sh;
# one with `# Not a test' is not run.
#
# Set: ROOT (sources), BUILD, CPADMIN (the program), T (a folder of the
# script's own, removed at the end unless KEEP=1), SHARED (vectors that may
# be absent).  After run: STATUS, OUT and ERR (texts), OUT_FILE and ERR_FILE.

set -u
LIB_FILE=${BASH_SOURCE[0]}
ROOT=$(cd "$(dirname "$LIB_FILE")/.." && pwd)
SCRIPT=$(basename "$(dirname "$0")")/$(basename "$0")
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
CPADMIN=${CPADMIN:-$BUILD/cpadmin}
# shellcheck disable=SC2034
SHARED=$ROOT/../shared
unset CPADMIN_STORE
# A build folder outside the tree does not find the policies by itself.
case $BUILD in
"$ROOT"/*) unset CPADMIN_POLICIES ;;
*) export CPADMIN_POLICIES=$ROOT/policies ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/cpadmin-test.XXXXXX") || exit 1
LIB_DIR=$T/.lib
mkdir "$LIB_DIR" || exit 1
OUT_FILE=$LIB_DIR/out
ERR_FILE=$LIB_DIR/err
: >"$OUT_FILE"
: >"$ERR_FILE"
: >"$LIB_DIR/failed"
: >"$LIB_DIR/skipped"
STATUS=0 OUT='' ERR='' RAN='(nothing yet)'
PASSED=0 FAILED=0 SKIPPED=0
CASE='' CASES=0 STORES=0
LIB_PID=$BASHPID

# Where the test script, not this file, is at.
lib_where() {
	local i

	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[ "${BASH_SOURCE[i]}" = "$LIB_FILE" ] && continue
		printf 'tests/%s/%s:%s' \
		    "$(basename "$(dirname "${BASH_SOURCE[i]}")")" \
		    "$(basename "${BASH_SOURCE[i]}")" "${BASH_LINENO[i - 1]}"
		return
	done
	printf 'tests/%s' "$SCRIPT"
}

lib_close_case() {
	[ -n "$CASE" ] || return 0
	if [ -s "$LIB_DIR/failed" ]; then
		FAILED=$((FAILED + 1))
	elif [ -s "$LIB_DIR/skipped" ]; then
		SKIPPED=$((SKIPPED + 1))
	else
		PASSED=$((PASSED + 1))
	fi
	: >"$LIB_DIR/failed"
	: >"$LIB_DIR/skipped"
	CASE=''
}

# test_case NAME: ends the case before and begins this one.
test_case() {
	lib_close_case
	CASE=$1
	CASES=$((CASES + 1))
}

# shellcheck disable=SC2317
lib_finish() {
	local status=$?

	[ "$BASHPID" = "$LIB_PID" ] || return 0
	trap - EXIT
	if [ "$status" -ne 0 ] && [ ! -s "$LIB_DIR/failed" ] &&
	    [ "$FAILED" -eq 0 ]; then
		CASE=${CASE:-the script}
		fail "the script stopped with status $status"
	fi
	lib_close_case
	if [ $((PASSED + FAILED + SKIPPED)) -eq 0 ]; then
		echo "FAIL tests/$SCRIPT: no case ran"
		FAILED=1
	fi
	if [ "${KEEP:-0}" = 1 ]; then
		echo "kept: $T"
	else
		chmod -R u+rwX "$T" 2>/dev/null
		rm -rf "$T"
	fi
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
	[ "$FAILED" -eq 0 ] || exit 1
	exit 0
}
trap lib_finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# fail TEXT [DETAIL]: fails the case; DETAIL may have many lines.
fail() {
	[ -n "$CASE" ] || test_case 'before the first case'
	echo x >>"$LIB_DIR/failed"
	{
		printf 'FAIL %s: [%s] %s\n' "$(lib_where)" "$CASE" "$1"
		[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/     /'
	} >&2
	return 1
}

# skip REASON: the case counts as skipped; it is for the caller to jump.
skip() {
	[ -n "$CASE" ] || test_case 'before the first case'
	echo x >>"$LIB_DIR/skipped"
	printf 'SKIP %s: [%s] %s\n' "$(lib_where)" "$CASE" "$1"
}

# sanitized PROGRAM: it was built with the address sanitizer.
sanitized() {
	grep -q __asan_init "$1"
}

# skip_all REASON: ends the script with its (one) case skipped.
skip_all() {
	skip "$1"
	exit 0
}

have() {
	command -v "$1" >/dev/null 2>&1
}

cpadmin() {
	"$CPADMIN" "$@"
}

# run CMD...: keeps its status, stdout and stderr.  Always returns 0.
run() {
	RAN="$*"
	"$@" >"$OUT_FILE" 2>"$ERR_FILE"
	STATUS=$?
	# shellcheck disable=SC2034
	{ OUT=$(<"$OUT_FILE"); ERR=$(<"$ERR_FILE"); } 2>/dev/null
	return 0
}

lib_last() {
	printf 'ran:    %.300s\nstatus: %s\n' "$RAN" "$STATUS"
	printf 'stdout: %s\n' "$(head -c 1500 "$OUT_FILE" | tr -d '\0')"
	printf 'stderr: %s\n' "$(head -c 3000 "$ERR_FILE" | tr -d '\0')"
}

# ok CMD...: runs it and expects status 0.
ok() {
	run "$@"
	expect_status 0
}

expect_status() {
	[ "$STATUS" -eq "$1" ] ||
	    fail "expected status $1, got $STATUS" "$(lib_last)"
}

expect_out_contains() {
	grep -qF -e "$1" "$OUT_FILE" ||
	    fail "expected stdout to contain: $1" "$(lib_last)"
}

expect_err_contains() {
	grep -qF -e "$1" "$ERR_FILE" ||
	    fail "expected stderr to contain: $1" "$(lib_last)"
}

expect_out_matches() {
	grep -qE -e "$1" "$OUT_FILE" ||
	    fail "expected stdout to match: $1" "$(lib_last)"
}

expect_out_empty() {
	[ ! -s "$OUT_FILE" ] || fail 'expected nothing on stdout' "$(lib_last)"
}

expect_err_empty() {
	[ ! -s "$ERR_FILE" ] || fail 'expected nothing on stderr' "$(lib_last)"
}

lib_json() {
	local got

	if ! got=$(jq -rc "$2" <"$1" 2>&1); then
		fail "jq could not evaluate $2: $got" "$(lib_last)"
	elif [ "$got" != "$3" ]; then
		fail "expected $2 = $3, got: ${got:-(nothing)}" "$(lib_last)"
	fi
}

# expect_json FILTER VALUE: jq -rc FILTER of stdout is VALUE.
expect_json() {
	lib_json "$OUT_FILE" "$1" "$2"
}

# The same of stderr, where errors go.
expect_err_json() {
	lib_json "$ERR_FILE" "$1" "$2"
}

# expect_eq GOT WANT [WHAT]
expect_eq() {
	[ "$1" = "$2" ] || fail "${3:-value}: expected: $2" "got: $1"
}

# expect_true CMD...: it succeeds.  expect_false CMD...: it does not.
expect_true() {
	"$@" || fail "expected success: $*"
}

expect_false() {
	! "$@" || fail "expected failure: $*"
}

expect_file() {
	[ -e "$1" ] || fail "expected $1 to exist"
}

expect_no_file() {
	[ ! -e "$1" ] || fail "expected $1 not to exist"
}

# expect_no STRING in FILE...: the bytes are in none of them; a folder stands
# for all files in it.
expect_no() {
	local string=$1 where code

	shift
	[ "$1" = in ] && shift
	where=$(grep -rlFa -e "$string" -- "$@" 2>&1)
	code=$?
	case $code in
	1) return 0 ;;
	0) fail "expected nowhere: $string" "found in: $where" ;;
	*) fail "could not search $*" "$where" ;;
	esac
}

# expect_some STRING in FILE...: the reverse; proves that a search can find.
expect_some() {
	local string=$1

	shift
	[ "$1" = in ] && shift
	grep -rqFa -e "$string" -- "$@" || fail "expected in $*: $string"
}

# new_store [INIT OPTIONS]: a fresh rehearsal store in $CPADMIN_STORE, of
# policy contactpoint-2007 and authority E08000015 unless told.  Ends the
# script where that fails: nothing after it could mean anything.
new_store() {
	local args=("$@") dir

	case " $* " in *' --policy '*) ;; *)
		args+=(--policy contactpoint-2007) ;;
	esac
	case " $* " in *' --authority '*) ;; *)
		args+=(--authority E08000015) ;;
	esac
	STORES=$((STORES + 1))
	dir=$T/store
	[ "$STORES" -eq 1 ] || dir=$T/store-$STORES
	run "$CPADMIN" init "$dir" --rehearsal "${args[@]}"
	if [ "$STATUS" -ne 0 ]; then
		fail 'could not make a store' "$(lib_last)"
		exit 1
	fi
	export CPADMIN_STORE=$dir
}
