#!/bin/bash
# By when requests for access are due, what a calendar is told, and the
# register of how many were answered in time.
. "$(dirname "$0")/../lib.sh"

sar() {
	"$CPADMIN" sar "$@"
}

# record ID [AUTHORITY]
record() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s",' "$1" \
	    "${2:-E08000015}"
	printf '"names":[{"type":"current","given":"Zuleika","family":"Quill"}],'
	printf '"gender":"female","birth_date":"2008-05-01"}\n'
}

# open DAY RECORD [OPTION...]: received and entered then.
open() {
	sar open --requester 'Zuleika Quill' --relation self --received "$1" \
	    --subject "$2" --as dan --on "$1" "${@:3}"
}

new_store --policy uk-2026 --on 2026-01-05
{
	for i in 1 2 3 4; do record "KID-$i"; done
	record KID-9 E10000016
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
ok cpadmin operator add dan --uid 2001 --role dpo --on 2026-01-05
ok cpadmin operator add tim --uid 2002 --role team --on 2026-01-05
ok cpadmin operator add aud --uid 2003 --role auditor --on 2026-01-05
ok cpadmin operator add far --uid 2005 --role dpo --authority E10000016 \
    --on 2026-01-05
ok open 2026-03-03 KID-1
ok open 2026-01-30 KID-2

# ---- the clock --------------------------------------------------------------

test_case 'the day and each step to it'
ok sar clock SAR-0001 --as aud --on 2026-03-24 --json
expect_json '[.kind, .v] | map(tostring) | join(" ")' 'sar-clock 1'
expect_json '[.sar, .status, .received, .starts, .due, .unrolled, .first_due] |
    join(" ")' 'SAR-0001 open 2026-03-03 2026-03-03 2026-04-07 2026-04-03 2026-04-07'
expect_json '[.days_left, .late, .alarm, .paused, .waits_for, .extended] |
    map(tostring) | join(" ")' '14 false two-weeks 0 null null'
expect_json '[.policy, .policy_version, .holidays] | join(" ")' \
    'uk-2026 1 2026-1'
expect_json '[.events[] | .date + " " + .event + " " + .by] | join(",")' \
    '2026-03-03 received dan'
expect_json '[.derivation[] | (.date // "-") + " " + (.rule // "-")] |
    join(",")' '2026-03-03 -,2026-03-03 -,2026-04-03 access.limit,2026-04-03 access.roll,2026-04-04 access.roll,2026-04-05 access.roll,2026-04-06 access.roll,2026-04-07 access.roll,2026-04-07 -'
expect_json '[.derivation[] | select(.rule == "access.roll") | .text] |
    join("; ")' 'Not a working day: Good Friday; Not a working day: a Saturday; Not a working day: a Sunday; Not a working day: Easter Monday; A working day, by the bank holidays of version 2026-1'
expect_json '.derivation[2].source' 'UK GDPR arts. 12(3) and 12A: one month'
ok sar clock SAR-0001 --as dan --on 2026-03-24
expect_out_matches '^Due: +2026-04-07$'
expect_out_matches 'Days left: +14$'
expect_out_contains '2026-04-03  Not a working day: Good Friday [access.roll]'
expect_out_contains '2026-04-07  The answer is due on this day at the latest'
ok sar clock SAR-0002 --as dan --on 2026-03-03 --json
expect_json '[.due, .days_left, .late, .alarm] | map(tostring) | join(" ")' \
    '2026-03-02 -1 true late'

test_case 'pauses, and what it waits for'
ok sar clarify SAR-0001 asked --date 2026-03-09 --as dan --on 2026-03-09
ok sar clock SAR-0001 --as dan --on 2026-03-10 --json
expect_json '[.due, .waits_for, .waits_since, .days_left, .alarm, .starts] |
    map(tostring) | join(" ")' \
    'null clarification 2026-03-09 null null 2026-03-03'
ok sar clarify SAR-0001 answered --date 2026-03-13 --as dan --on 2026-03-13
ok sar clock SAR-0001 --as dan --on 2026-04-08 --json
expect_json '[.due, .paused, .days_left, .alarm] | map(tostring) |
    join(" ")' '2026-04-08 5 0 due'
expect_json '[.derivation[].text | select(startswith("Paused"))] | .[0]' \
    'Paused from 2026-03-09 to 2026-03-13, both counted: 5 days'
ok sar extend SAR-0001 --reason 'many files' --as dan --on 2026-04-08
ok sar clock SAR-0001 --as dan --on 2026-04-08 --json
expect_json '[.due, .extended, .first_due] | join(" ")' \
    '2026-06-08 2026-04-08 2026-04-08'
expect_json '[.events[].event] | join(" ")' \
    'received clarify-asked clarify-answered extended'

test_case 'who may see the clock'
run sar clock SAR-0001 --as tim --on 2026-03-10
expect_status 9
run sar clock SAR-0001 --as far --on 2026-03-10
expect_status 9
run sar clock SAR-0099 --as dan --on 2026-03-10
expect_status 4

# ---- the calendar -----------------------------------------------------------

# lines FILE: those of a calendar, unfolded.
lines() {
	sed -e 's/\r$//' "$1" | awk '
		/^ / { printf "%s", substr($0, 2); next }
		{ printf "%s%s", (NR > 1 ? "\n" : ""), $0 }
		END { print "" }'
}
ics_field() {
	lines "$1" | sed -n "s/^$2[:;]//p" | tr '\n' ' ' | sed 's/ $//'
}

test_case 'a day for a calendar'
ok sar clock SAR-0001 --ics "$T/one.ics" --as dan --on 2026-04-08
[ "$(stat -c %a "$T/one.ics")" = 600 ] || fail 'the mode is not 600'
[ "$(grep -c $'\r$' "$T/one.ics")" = "$(wc -l <"$T/one.ics")" ] ||
    fail 'a line does not end with CRLF'
awk '{ sub(/\r$/, "") } length($0) > 75 { exit 1 }' "$T/one.ics" ||
    fail 'a line is over 75 octets'
id=$(sqlite3 "$CPADMIN_STORE/store.db" \
    'SELECT store_id FROM store')
[ "$(ics_field "$T/one.ics" UID)" = "SAR-0001@$id" ] ||
    fail 'the identifier' "$(cat "$T/one.ics")"
[ "$(ics_field "$T/one.ics" DTSTART)" = VALUE=DATE:20260608 ] ||
    fail 'the day' "$(cat "$T/one.ics")"
[ "$(ics_field "$T/one.ics" TRIGGER)" = "VALUE=DATE-TIME:20260525T080000Z \
VALUE=DATE-TIME:20260601T080000Z VALUE=DATE-TIME:20260605T080000Z \
VALUE=DATE-TIME:20260608T080000Z" ] || fail 'alarms' "$(cat "$T/one.ics")"
[ "$(ics_field "$T/one.ics" STATUS)" = CONFIRMED ] || fail 'the status'
[ "$(ics_field "$T/one.ics" SEQUENCE)" = 4 ] || fail 'the sequence'
grep -qi -e zuleika -e quill -e KID- "$T/one.ics" && fail 'it names somebody'
cp "$T/one.ics" "$T/kept"
run sar clock SAR-0001 --ics "$T/one.ics" --as dan --on 2026-04-08
expect_status 5
cmp -s "$T/one.ics" "$T/kept" || fail 'it was written over'
run sar clock SAR-0001 --ics '' --as dan --on 2026-04-08
expect_status 2

test_case 'what is not due any more is cancelled'
ok open 2026-03-03 KID-3
ok sar fee SAR-0003 asked --date 2026-03-04 --amount 10 \
    --reason 'the same again' --as dan --on 2026-03-04
ok sar clock SAR-0003 --ics "$T/three.ics" --as dan --on 2026-03-04
[ "$(ics_field "$T/three.ics" STATUS)" = CANCELLED ] || fail 'it is not'
grep -q VALARM "$T/three.ics" && fail 'it rings'
ok sar withdraw SAR-0002 --reason 'settled by telephone' --as dan \
    --on 2026-03-03
ok sar clock SAR-0002 --ics "$T/two.ics" --as dan --on 2026-03-03
[ "$(ics_field "$T/two.ics" STATUS)" = CANCELLED ] || fail 'it is not'
[ "$(ics_field "$T/two.ics" SEQUENCE)" = 2 ] || fail 'the sequence'

test_case 'a calendar of all that is open'
ok open 2026-03-10 KID-9
ok sar list --ics "$T/all.ics" --as dan --on 2026-04-08
[ "$(ics_field "$T/all.ics" UID)" = "SAR-0003@$id SAR-0002@$id SAR-0004@$id \
SAR-0001@$id" ] || fail 'not all' "$(lines "$T/all.ics")"
[ "$(grep -c BEGIN:VCALENDAR "$T/all.ics")" = 1 ] || fail 'more than one'
[ "$(tail -n 1 "$T/all.ics")" = $'END:VCALENDAR\r' ] || fail 'it has no end'
run sar list --ics "$T/all.ics" --as dan --on 2026-04-08 --json
expect_status 5
expect_eq "$OUT" ''
run sar list --ics "$T/none/all.ics" --as dan --on 2026-04-08 --json
expect_status 4
expect_eq "$OUT" ''
ok sar list --ics "$T/far.ics" --as far --on 2026-04-08
[ "$(ics_field "$T/far.ics" UID)" = "SAR-0004@$id" ] || fail 'beyond reach'

# ---- the register -----------------------------------------------------------

# add COUNT RECEIVED DUE ANSWERED OUTCOME EXTENDED POLICY [AUTHORITY]: requests
# as they stand in the store, - for none.
N=100
add() {
	local v=() i

	for i in "${@:2:5}"; do
		if [ "$i" = - ]; then v+=(NULL); else v+=("'$i'"); fi
	done
	sqlite3 "$CPADMIN_STORE/store.db" "WITH RECURSIVE i(n) AS (SELECT 1
	    UNION ALL SELECT n + 1 FROM i WHERE n < $1)
	    INSERT INTO sar(n, id, stage, outcome, authority, relation, asks,
	    received, policy, starts, due, extended, answered, opened,
	    opened_by, opened_uid)
	    SELECT $N + n, printf('SAR-%04d', $N + n),
	    CASE WHEN ${v[2]} IS NULL THEN 'open' ELSE 'closed' END, ${v[3]},
	    '${8:-E08000015}', 'self', 1, ${v[0]}, $7, ${v[0]}, ${v[1]},
	    ${v[4]}, ${v[2]}, '', 'dan', 2001 FROM i" ||
	    fail 'the store was not filled'
	N=$((N + $1))
}
# cells STATUS...: of the last register, as they are shown.
cells() {
	local s

	for s in "$@"; do
		jq -r --arg s "$s" '[.rows[] | select(.status == $s) | .in_time,
		    .extended, .late, .total | . // "-" | tostring] |
		    join(" ")' "$OUT_FILE"
	done
}
same() {
	[ "$1" = "$2" ] || fail "expected: $2" "got: $1"
}

test_case 'how many, and how many in time'
add 12 2026-06-01 2026-07-01 2026-06-30 full - 1
add 1 2026-06-01 2026-07-01 2026-07-01 full - 1
add 7 2026-06-02 2026-09-02 2026-08-30 full 2026-06-20 1
add 6 2026-06-03 2026-07-03 2026-07-04 full - 1
add 8 2026-06-04 2026-07-06 2026-07-01 partial - 1
add 5 2026-06-30 2026-07-30 - - - 1
add 5 2026-06-30 2026-07-31 - - - 1
ok sar register --from 2026-06-01 --until 2026-06-30 --exact --as aud \
    --on 2026-07-31 --json
expect_json '[.kind, (.rows | length)] | map(tostring) | join(" ")' \
    'sar-register 8'
expect_json '[.rows[].policy] | unique | join(" ")' uk-2026
same "$(cells waiting open full partial none refused withdrawn total)" \
'0 0 0 0
5 0 5 10
13 7 6 26
8 0 0 8
0 0 0 0
0 0 0 0
0 0 0 0
26 7 11 44'
# Both days belong to it, and nothing else does.
ok sar register --from 2026-06-02 --until 2026-06-03 --exact --as dan \
    --on 2026-07-31 --json
same "$(cells full open total)" '0 7 6 13
0 0 0 0
0 7 6 13'
ok sar register --from 2025-06-02 --until 2025-06-03 --as dan \
    --on 2026-07-31 --json
expect_json '.rows | length' 0

test_case 'small counts are not shown, nor can be told'
ok sar register --from 2026-06-01 --until 2026-06-30 --as dan \
    --on 2026-07-31 --json
expect_json '[.rows[] | .in_time, .extended, .late, .total |
    select(. != null and . < 5)] | length' 0
same "$(cells waiting open full partial none refused withdrawn total)" \
'- - - -
5 - - -
- - 6 26
- - - 8
- - - -
- - - -
- - - -
26 7 11 44'
ok sar register --from 2026-06-01 --until 2026-06-30 --as dan --on 2026-07-31
expect_out_contains '[c]'
expect_err_contains '[c]: not shown, as small numbers identify people'
ok sar register --from 2026-06-01 --until 2026-06-30 --exact --as dan \
    --on 2026-07-31
expect_err_contains 'exact counts: not to be published'

test_case 'as CSV'
ok sar register --from 2026-06-01 --until 2026-06-30 --csv "$T/r.csv" \
    --as dan --on 2026-07-31 --json
[ "$(stat -c %a "$T/r.csv")" = 600 ] || fail 'the mode is not 600'
same "$(tr -d '\r' <"$T/r.csv")" "$(jq -r '(.rows[0] | keys_unsorted |
    join(",")), (.rows[] | map(. // "[c]" | tostring) | join(","))' \
    "$OUT_FILE")"
head -n 1 "$T/r.csv" | grep -q '^policy,status,in_time,extended,late,total' ||
    fail 'the first line' "$(head -n 1 "$T/r.csv")"
grep -qi -e zuleika -e SAR- -e KID- "$T/r.csv" && fail 'it names somebody'
run sar register --from 2026-06-01 --until 2026-06-30 --csv "$T/r.csv" \
    --as dan --on 2026-07-31 --json
expect_status 5
expect_eq "$OUT" ''

test_case 'each policy by itself, and each reach'
sqlite3 "$CPADMIN_STORE/store.db" "INSERT INTO policy VALUES (50,
    'contactpoint-2007', '1', 'x', 'x', '2009-01-01', 'dan')"
add 6 2026-06-10 2026-07-19 2026-07-19 none - 50
add 9 2026-06-11 2026-07-13 2026-07-13 refused - 1 E10000016
ok sar register --from 2026-06-10 --until 2026-06-11 --exact --as dan \
    --on 2026-07-31 --json
expect_json '[.rows[] | select(.status == "total") | .policy + " " +
    (.total | tostring)] | join(",")' 'contactpoint-2007 6,uk-2026 9'
ok sar register --from 2026-06-01 --until 2026-06-30 --exact --as dan \
    --policy contactpoint-2007 --on 2026-07-31 --json
expect_json '[.rows[] | select(.status == "total") | .policy + " " +
    (.total | tostring)] | join(",")' 'contactpoint-2007 6'
ok sar register --from 2026-06-01 --until 2026-06-30 --exact --as far \
    --on 2026-07-31 --json
same "$(cells refused total)" '9 0 0 9
9 0 0 9'
expect_json '.rows | length' 8

test_case 'what is refused'
for wrong in '--from 2026-06-01' '--until 2026-06-01' \
    '--from 2026-06-02 --until 2026-06-01' \
    '--from yesterday --until 2026-06-01'; do
	# shellcheck disable=SC2086
	run sar register $wrong --as dan --on 2026-07-31
	expect_status 2
done
run sar register --from 2026-06-01 --until 2026-06-30 --csv '' --as dan \
    --on 2026-07-31
expect_status 2
run sar register --from 2026-06-01 --until 2026-06-30 --policy none \
    --as dan --on 2026-07-31
expect_status 4
run sar register --from 2026-06-01 --until 2026-06-30 --as tim \
    --on 2026-07-31
expect_status 9

test_case 'page by page, and none twice'
add 4000 2027-06-01 2027-07-01 2027-06-30 full - 1
add 3 2027-06-02 2027-07-02 2027-06-30 full - 1
ok sar register --from 2027-06-01 --until 2027-06-30 --exact --as dan \
    --on 2026-07-31 --json
same "$(cells total)" '4003 0 0 4003'

# A process cannot be measured that a sanitizer makes large.
test_case 'memory does not grow with the requests'
if sanitized "$CPADMIN"; then
	skip 'the sanitizer keeps memory of its own'
else
	peak() {
		python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
		    "$CPADMIN" sar register --from "$1" --until 2027-06-30 \
		    --as dan --on 2026-07-31
	}
	few=$(peak 2027-06-02)
	many=$(peak 2026-06-01)
	[ $((many - few)) -lt 1500 ] || fail "$few KiB, then $many KiB"
fi
