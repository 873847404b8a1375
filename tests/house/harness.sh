#!/bin/bash
# The harness itself: what should fail fails, and is counted.
. "$(dirname "$0")/../lib.sh"

# script BODY: a behaviour script of that body in a small tree of its own.
mkdir -p "$T/tree/tests/behaviour" "$T/tree/build/unit" "$T/tree/tests/unit"
cp "$ROOT/tests/lib.sh" "$ROOT/tests/run.sh" "$T/tree/tests/"
script() {
	printf '%s\n' '. "$(dirname "$0")/../lib.sh"' "$@" \
	    >"$T/tree/tests/behaviour/a.sh"
}
try() {
	run env BUILD=build bash "$T/tree/tests/run.sh" "$@"
}

test_case 'a passing script passes'
script 'test_case one' 'run echo hello' 'expect_status 0' \
    'expect_out_contains hell' 'test_case two' 'run sh -c "exit 5"' \
    'expect_status 5'
try behaviour
expect_status 0
expect_eq "$(tail -n 1 "$OUT_FILE")" '2 passed, 0 failed, 0 skipped'

for broken in 'expect_status 0' 'expect_out_contains no' \
    'expect_err_contains no' 'expect_out_matches ^no' 'expect_out_empty' \
    'expect_err_empty' 'expect_json .a 2' 'expect_json ".a[" 1' \
    'expect_err_json .a 1' 'expect_eq 1 2' 'expect_true false' \
    'expect_false true' 'expect_file /nonexistent' 'expect_no_file /' \
    'expect_no lib.sh in "$LIB_FILE"' 'expect_no x in /nonexistent' \
    'expect_some QQ"Q" in "$ERR_FILE"' '(expect_eq 1 2)' \
    'expect_eq 1 2 | cat' 'ok false' 'exit 3' 'set -e; false' \
    'echo $UNSET_NAME' 'syntax ( error' 'fail because'; do
	test_case "caught: $broken"
	script 'test_case one' 'run sh -c "echo {\\\"a\\\":1}; echo E >&2; exit 9"' \
	    "$broken"
	try behaviour
	expect_status 1
	expect_eq "$(tail -n 1 "$OUT_FILE")" '0 passed, 1 failed, 0 skipped'
done

test_case 'a failure names its place and what was got'
script 'test_case one' 'run sh -c "echo got-this; exit 4"' 'expect_status 0'
try behaviour
expect_out_contains 'FAIL tests/behaviour/a.sh:4: [one] expected status 0, got 4'
expect_out_contains got-this

test_case 'one failing case leaves the others standing'
script 'test_case one' 'expect_eq 1 2' 'test_case two' 'expect_eq 1 1'
try behaviour
expect_eq "$(tail -n 1 "$OUT_FILE")" '1 passed, 1 failed, 0 skipped'

test_case 'a skip is counted and shown, and hides no failure'
script 'test_case one' 'skip "no tool"' 'test_case two' 'expect_eq 1 1'
try behaviour
expect_status 0
expect_out_contains 'no tool'
expect_eq "$(tail -n 1 "$OUT_FILE")" '1 passed, 0 failed, 1 skipped'
script 'test_case one' 'skip "no tool"' 'expect_eq 1 2'
try behaviour
expect_eq "$(tail -n 1 "$OUT_FILE")" '0 passed, 1 failed, 0 skipped'

test_case 'nothing run is a failure'
script ':'
try behaviour
expect_status 1
rm "$T/tree/tests/behaviour/a.sh"
try behaviour
expect_status 1
try 'unit/*nothing*'
expect_status 1
try nonsense
expect_status 2

test_case 'the temporary folder goes away'
script 'test_case one' 'echo "$T" >"$ROOT/where"' 'expect_file "$T"'
try behaviour
expect_status 0
expect_no_file "$(cat "$T/tree/where")"

test_case 'unit programs: counts, failures, crashes, missing programs'
unit() {
	: >"$T/tree/tests/unit/test_u.c"
	printf '%s\n' '#!/bin/sh' "$@" >"$T/tree/build/unit/test_u"
	chmod +x "$T/tree/build/unit/test_u"
	try unit
}
unit 'echo "100%: Checks: 12, Failures: 0, Errors: 0"'
expect_status 0
expect_eq "$(tail -n 1 "$OUT_FILE")" '12 passed, 0 failed, 0 skipped'
unit 'echo "83%: Checks: 12, Failures: 1, Errors: 1"' 'echo here.c:3' 'exit 1'
expect_status 1
expect_out_contains here.c:3
expect_eq "$(tail -n 1 "$OUT_FILE")" '10 passed, 2 failed, 0 skipped'
unit 'echo "100%: Checks: 12, Failures: 0, Errors: 0"' 'exit 1'
expect_status 1
unit 'kill -SEGV $$'
expect_status 1
expect_eq "$(tail -n 1 "$OUT_FILE")" '0 passed, 1 failed, 0 skipped'
rm "$T/tree/build/unit/test_u"
try unit
expect_status 1
