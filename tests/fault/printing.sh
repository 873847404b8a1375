#!/bin/bash
# A print run, hurt at every point where it changes the disk: gone on with, it
# gives the same files; each notice is printed once, none is lost.  What
# happens to a person between two parts of it keeps their letter out.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1|3'
# Stopped after its end it has nothing left to do.
SWEEP_AGAIN='0|4'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
AT=(--on 2026-11-21T10:00)
# Many calls are alike: the database's, and those on parts. FAULT_ALL=1 meets
# each.
SWEEP_SPARSE='store\.db|\.part-|log-head'
SWEEP_EVERY=8

row() { # ID FAMILY STREET POSTCODE FORMAT
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"Ann","family":"%s"}],' "$2"
	printf '"gender":"female","birth_date":"2018-02-03","addresses":['
	printf '{"type":"current","lines":["%s"],"postcode":"%s"}],' "$3" "$4"
	printf '"carers":[{"name":"Eve %s","relation":"mother",' "$2"
	printf '"responsibility":true}],"letters":{"language":"en",'
	printf '"format":"%s"}}\n' "$5"
}

test_case 'the prepared store'
new_store "${AT[@]}"
ok cpadmin operator add bob --uid 2001 --role shield "${AT[@]}"
{
	row A-1 Lund '1 Mid Road' 'CH42 1AA' standard
	row A-2 Lund '1 Mid Road' 'CH42 1AA' standard
	row A-3 Hill '2 Mid Road' 'CH41 1AA' standard
	row A-4 Roe '3 Mid Road' 'CH41 1AA' plain-text
} >"$T/rows"
ok cpadmin record import "$T/rows" "${AT[@]}"
ok cpadmin notice owed "${AT[@]}"
store=$CPADMIN_STORE
ISSUE=("$CPADMIN" notice issue --all --no-progress "${AT[@]}")

# same FOLDER: its letters are those of a run that nobody hurt.
same() {
	local got

	got=$(cd "$1/outbox/letters" 2>/dev/null && find . -type f | sort |
	    xargs -r sha256sum)
	[ "$got" = "$(cat "$T/wanted")" ] || {
		echo "other files: $got"
		return 1
	}
	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT status || letters || (SELECT count(*) FROM print_item)
		FROM print_run;
	    SELECT count(*) FROM notice WHERE status = 'issued' AND run = 1;
	    SELECT count(*) FROM audit WHERE action = 'notice.issued'" 2>&1 |
	    paste -sd ' ')
	[ "$got" = 'ok done30 4 4' ] || {
		echo "found $got"
		return 1
	}
	"$CPADMIN" --store "$1" audit verify "${AT[@]}" >/dev/null
}

cp -a "$store" "$T/first"
ok "${ISSUE[@]}" --store "$T/first" -o "$T/first/outbox/letters"
(cd "$T/first/outbox/letters" && find . -type f | sort | xargs sha256sum) \
    >"$T/wanted"
expect_eq "$(wc -l <"$T/wanted")" 4
[ "${FAULT_ALL:-0}" = 1 ] || echo 'not swept without FAULT_ALL=1: modes other' \
    'than kill-before and enospc'
expect_true same "$T/first"
if [ "${FAULT_ALL:-0}" = 1 ]; then
	MODES=${MODES:-$SWEEP_ALL}
fi
MODES=${MODES:-kill-before enospc}
sweep 'notice issue' "$store" same "$MODES" \
    "${ISSUE[@]}" -o '{}/outbox/letters'

# ---- what happens between two parts --------------------------------------------

# stopped NAME PATTERN: a copy of the store in $T/NAME whose run was killed at
# the first call that matches.
stopped() {
	local at

	cp -a "$store" "$T/$1"
	at=$(grep -n -m 1 -E "$2" "$SWEEP_CALLS" | cut -d : -f 1)
	expect_true [ -n "$at" ]
	(
		exec 2>/dev/null
		LD_PRELOAD="$BUILD/fault.so" CP_FAULT=kill-before \
		    CP_FAULT_AT="$at" CP_FAULT_DIR="$T/$1" \
		    CP_FAULT_PROG=cpadmin CPADMIN_STORE="$T/$1" \
		    "${ISSUE[@]}" -o "$T/$1/outbox/letters" >/dev/null
	)
	expect_eq "$?" 137
	export CPADMIN_STORE=$T/$1
	LETTERS=$T/$1/outbox/letters
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

text() {
	cat "$LETTERS"/*.txt
	for f in "$LETTERS"/*.pdf; do
		pdftotext "$f" -
	done
}

# left ID WHY: it is left out, owed as before, and said; the others are there.
left() {
	expect_status 3
	expect_json '[.not_printed[] | .id + " " + .why] | join(",")' "$1 $2"
	expect_json '[.notices, .letters] | join(" ")' '3 3'
	expect_eq "$(sql "SELECT group_concat(id) FROM (SELECT r.id FROM notice
	    n JOIN record r ON r.n = n.record WHERE n.status = 'issued'
	    ORDER BY r.id)")" "$(printf '%s\n' A-1 A-2 A-3 A-4 | grep -v "$1" |
	    paste -sd ,)"
	expect_eq "$(sql "SELECT count(*) FROM notice WHERE status <> 'issued'
	    AND (run IS NOT NULL OR place IS NOT NULL OR issued IS NOT NULL)")" 0
	expect_eq "$(tail -n +2 "$LETTERS/manifest.csv" | wc -l)" 3
	expect_eq "$(find "$LETTERS" -name '.*' | wc -l)" 0
	expect_false [ "$(pdfinfo "$LETTERS/en-standard.pdf" |
	    awk '/^Pages:/ { print $2 }')" -gt 4 ]
	text >"$T/text"
}
BOUND='/bound'

test_case 'a shield that comes before the binding'
stopped shielded "$BOUND"
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'issued'")" 4
run cpadmin notice issue --all -o "$T/other" "${AT[@]}"
expect_status 5
expect_err_contains 'R-0001 is not done'
ok cpadmin shield request A-2 --by parent --reason danger "${AT[@]}"
# As of a child whose address is gone: the ledger follows when the run goes on.
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'issued'")" 4
expect_eq "$(sql "SELECT count(place) FROM notice")" 3
cp -a "$CPADMIN_STORE" "$T/twice"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
left A-2 no-address
expect_eq "$(sql "SELECT subject FROM audit WHERE action =
    'notice.unprinted'")" A-2
expect_no 'A-2' in "$T/text"
expect_no 'Dear parent or carer of Ann Lund (' in "$T/text"
expect_some '1 Mid Road' in "$T/text"

# again WORDS...: the run of $T/twice is gone on with, hurt as WORDS say.
again() {
	(
		exec 2>/dev/null
		env LD_PRELOAD="$BUILD/fault.so" CP_FAULT=kill-before \
		    CP_FAULT_DIR="$1" CP_FAULT_PROG=cpadmin "${@:2}" \
		    "$CPADMIN" notice issue --resume --no-progress \
		    --store "$1" "${AT[@]}" >/dev/null
	)
}

test_case 'stopped again when the part is set without them, and not entered'
CPADMIN_STORE=$T/twice LETTERS=$T/twice/outbox/letters
sql "UPDATE print_run SET folder = '$LETTERS'"
cp -a "$T/twice" "$T/probe"
sqlite3 "$T/probe/store.db" \
    "UPDATE print_run SET folder = '$T/probe/outbox/letters'"
again "$T/probe" CP_FAULT_AT=1000000 CP_FAULT_LOG="$T/probe.log"
at=$(grep -n 'en-standard\.0001' "$T/probe.log" | head -n 8 |
    grep -m 1 rename | cut -d : -f 1)
again "$T/twice" CP_FAULT_AT=$((at + 1))
expect_eq "$?" 137
ok cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_eq "$(sql "SELECT group_concat(r.id) FROM notice n JOIN record r
    ON r.n = n.record WHERE n.status = 'owed' AND n.run IS NULL")" A-2

test_case 'a shield, after which the only letter of a file is gone'
stopped alone "$BOUND"
ok cpadmin shield request A-4 --by parent --reason danger "${AT[@]}"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_status 3
expect_json '[.notices, .letters, .files] | join(" ")' '3 2 1'
expect_no '3 Mid Road' in "$LETTERS"
expect_false [ -e "$LETTERS/en-plain-text.txt" ]

test_case 'a death'
stopped died "$BOUND"
ok cpadmin record event A-3 died --date 2026-11-20 --notified 2026-11-21 \
    "${AT[@]}"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_json '[.notices, .letters] | join(" ")' '3 2'
expect_eq "$(sql "SELECT status || ' ' || why FROM notice n JOIN record r
    ON r.n = n.record WHERE r.id = 'A-3'")" 'suppressed died'
expect_no '2 Mid Road' in <(text)

test_case 'a change of address, before it is entered and after'
for when in "$BOUND" '\.parts/.*0001'; do
	stopped "moved${#when}" "$when"
	ok cpadmin record correct A-3 --set 'addresses[0].lines[0]=9 New Road' \
	    --reason moved "${AT[@]}"
	run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
	expect_status 3
	expect_json '[.not_printed[] | .id + " " + .why] | join(",")' \
	    'A-3 unsettled'
	expect_json '[.notices, .letters] | join(" ")' '3 2'
	expect_no 'Mid Road' in <(text | grep '^2')
	expect_no 'New Road' in <(text)
done

test_case 'a change of address that was begun before it was entered'
stopped early "$BOUND"
ok cpadmin record correct A-3 --set 'addresses[0].lines[0]=9 New Road' \
    --reason moved --on 2026-11-21T09:00
sql "UPDATE record SET changed = '2026-11-21T09:00:00Z'"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_json '[.not_printed[] | .id + " " + .why] | join(",")' 'A-3 unsettled'

test_case 'another name is printed as it is by now'
stopped renamed '\.parts/.*0001'
ok cpadmin record correct A-3 --set 'names[0].family=Newly' --reason married \
    "${AT[@]}"
ok cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_some 'Ann Newly' in <(text)
expect_no 'Ann Hill' in <(text)

test_case 'one who acts for another authority does not get its letters'
stopped reach "$BOUND"
ok cpadmin operator add liv --uid 2002 --role team --authority E08000012 \
    "${AT[@]}"
for words in 'issue --resume' "issue --all -o $LETTERS" \
    'runs --abandon R-0001 --yes'; do
	# shellcheck disable=SC2086
	run cpadmin notice $words --as liv --no-progress "${AT[@]}"
	expect_status 9
	expect_err_contains 'R-0001 has letters of other authorities'
done
expect_false [ -e "$LETTERS/manifest.csv" ]
ok cpadmin notice issue --resume --no-progress "${AT[@]}"

test_case 'after it was entered: another name, another carer, another reader'
stopped said "$BOUND"
ok cpadmin record correct A-3 --set 'names[0].family=Newly' --reason married \
    "${AT[@]}"
ok cpadmin record correct A-4 --set 'carers[0].responsibility=false' \
    --reason court "${AT[@]}"
ok cpadmin notice addressee A-1 --to child --ground understands \
    --reason told "${AT[@]}"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
left A-1 changed
expect_some 'Ann Newly' in "$T/text"
expect_no 'Ann Hill' in "$T/text"
expect_no 'Eve Roe' in "$T/text"
expect_eq "$(sql "SELECT count(*) FROM notice WHERE addressee = 'child'")" 0

test_case 'an end: all is owed again, nothing of it stays'
stopped ended "$BOUND"
ok cpadmin notice runs --abandon R-0001 --yes "${AT[@]}"
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'owed'
    AND run IS NULL AND place IS NULL")" 4
expect_eq "$(sql 'SELECT count(*) FROM print_item')" 0
expect_eq "$(find "$LETTERS" -mindepth 1 | wc -l)" 0
run cpadmin notice issue --resume "${AT[@]}"
expect_status 4
ok "${ISSUE[@]}" -o "$LETTERS" --json
expect_eq "$(sql "SELECT group_concat(status) FROM print_run")" abandoned,done

test_case 'one that somebody else goes on with'
stopped busy "$BOUND"
exec 9>>"$LETTERS/.parts/lock"
flock -x 9
run cpadmin notice issue --resume "${AT[@]}"
expect_status 6
run cpadmin notice runs --abandon R-0001 --yes "${AT[@]}"
expect_status 6
exec 9>&-

test_case 'stopped when its files are there and its end is not entered'
stopped toosoon "$BOUND"
printf '%s\n' en-plain-text.txt en-standard.pdf manifest.csv \
    >"$LETTERS/.parts/moved"
touch "$LETTERS/en-plain-text.txt" "$LETTERS/en-standard.pdf"
for words in 'served --run R-0001' 'served A-1' 'served A-1 --route hand' \
    'returned A-1 --why refused'; do
	# shellcheck disable=SC2086
	run cpadmin notice $words "${AT[@]}"
	expect_status 5
	expect_err_contains 'not done'
done
cp -a "$CPADMIN_STORE" "$T/toosoon-ended"
ok cpadmin shield request A-4 --by parent --reason danger "${AT[@]}"
run cpadmin notice issue --resume --no-progress --json "${AT[@]}"
expect_status 3
expect_json '[.notices, .letters] | join(" ")' '3 2'
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'issued'")" 3
expect_false [ -e "$LETTERS/en-plain-text.txt" ]

test_case 'and ended then: nothing is left there to be posted'
CPADMIN_STORE=$T/toosoon-ended LETTERS=$T/toosoon-ended/outbox/letters
sql "UPDATE print_run SET folder = '$LETTERS'"
ok cpadmin notice runs --abandon R-0001 --yes "${AT[@]}"
expect_eq "$(find "$LETTERS" -mindepth 1 | wc -l)" 0
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'owed'")" 4

test_case 'a part that says more than it has, or something else'
stopped damaged "$BOUND"
cp "$LETTERS/.parts/en-plain-text.0001" "$T/whole"
sed -i '1s/"len":[0-9]*/"len":9000000/' "$LETTERS/.parts/en-plain-text.0001"
run cpadmin notice issue --resume --no-progress "${AT[@]}"
expect_status 8
expect_err_contains 'damaged'
cp "$T/whole" "$LETTERS/.parts/en-plain-text.0001"
sed -i '$s/.$/x/' "$LETTERS/.parts/en-plain-text.0001"
run cpadmin notice issue --resume --no-progress "${AT[@]}"
expect_status 8
expect_err_contains 'damaged'
ok cpadmin notice runs --abandon R-0001 --yes "${AT[@]}"

test_case 'two that begin at once: there is one run, and nothing is lost'
cp -a "$store" "$T/both"
export CPADMIN_STORE=$T/both
"${ISSUE[@]}" -o "$T/both-1" >"$T/both.out" 2>&1 &
run "${ISSUE[@]}" -o "$T/both-2"
wait "$!"
expect_eq "$(sql 'SELECT group_concat(status) FROM print_run')" done
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'issued'")" 4
expect_eq "$(cat "$T"/both-[12]/manifest.csv | grep -c '^N-')" 4

test_case 'a part that is gone, and files that are nobody'"'"'s'
stopped gone "$BOUND"
touch "$LETTERS/.parts/note.txt" "$LETTERS/.parts/.hidden.1"
mv "$LETTERS/.parts/en-standard.0001" "$T/part"
run cpadmin notice issue --resume --no-progress "${AT[@]}"
expect_status 8
expect_err_contains 'runs --abandon R-0001'
mv "$T/part" "$LETTERS/.parts/en-standard.0001"
ok cpadmin notice issue --resume --no-progress "${AT[@]}"
expect_eq "$(find "$LETTERS" -name '.*' | wc -l)" 0

test_case 'a folder that is none any more stops no later run'
stopped nofolder "$BOUND"
rm -r "$LETTERS" && touch "$LETTERS"
run cpadmin notice issue --resume --no-progress "${AT[@]}"
expect_status 5
expect_err_contains 'runs --abandon R-0001'
ok cpadmin notice runs --abandon R-0001 --yes "${AT[@]}"
ok "${ISSUE[@]}" -o "$T/nofolder-2"
expect_eq "$(sql "SELECT group_concat(status) FROM print_run")" abandoned,done

test_case 'who reaches nothing that is owed begins no run'
cp -a "$store" "$T/unreached"
export CPADMIN_STORE=$T/unreached
ok cpadmin operator add liv --uid 2002 --role team --authority E08000012 \
    "${AT[@]}"
run "${ISSUE[@]}" -o "$T/unreached-1" --as liv
expect_status 4
expect_eq "$(sql 'SELECT count(*) FROM print_run')" 0
