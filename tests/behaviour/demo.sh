#!/bin/bash
# The first month of the demo, of a few children: all that it shows in a month
# works, and it stops where something is not as it says.
. "$(dirname "$0")/../lib.sh"

have age || skip_all 'age is not installed'
have zstd || skip_all 'zstd is not installed'
have 7zz || skip_all '7zz is not installed'
have pdfinfo || skip_all 'pdfinfo is not installed'
expect_file "$BUILD/population"

# A build folder of our own, so that a demo the reader has made stays.
mkdir "$T/build"
ln -s "$BUILD"/{cpadmin,cpadmin-full,cpadmin-print,population} "$T/build/"
demo() {
	BUILD=$T/build CHILDREN=${1:-400} NIGHTS=40 bash "$ROOT/tests/demo/run.sh"
}

test_case 'a month of it'
ok demo
expect_out_contains 'records ever imported'
expect_out_contains 'as it should be'
expect_out_contains 'All of it held'
expect_out_contains 'rows that were set aside'
expect_out_contains 'nothing hidden is shown'
expect_out_contains 'notices that have a letter or a reason why not'
expect_out_contains 'notices that were printed, each of them once'
expect_true [ -d "$T/build/demo/store/archive" ]
expect_false [ -L "$T/build/demo" ]
expect_out_contains 'chapters under uk-2026'
expect_true [ -d "$T/build/demo-uk-2026/store/archive" ]
expect_file "$T/build/demo-letters/first/en-standard.pdf"
expect_file "$T/build/demo-uk-2026.log"

test_case 'a command that fails ends it, and is named'
rm "$T/build/population"
printf '#!/bin/sh\n"%s" "$@" | sed "1s/record.1/record_9/"\n' \
    "$BUILD/population" >"$T/build/population"
chmod +x "$T/build/population"
run demo
expect_status 1
expect_err_contains 'FAILED'
expect_err_contains 'cpadmin record import'
