#!/bin/bash
# The jobs of a store over simulated days: what runs, what is missed, what a
# person is shown.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
CPSCHEDD=$BUILD/cpschedd

once() {
	run "$CPSCHEDD" --once --json --on "$@"
}

# conf TEXT: the schedule of the store.
conf() {
	sed -i '/^schedule/,$d' "$CPADMIN_STORE/cpadmin.conf"
	printf 'schedule = {\n%s\n};\n' "$1" >>"$CPADMIN_STORE/cpadmin.conf"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Ann", family: ("Hill" + $id)}], gender: "female",
	    birth_date: $born}'
}

test_case 'a new store has its jobs written out'
new_store --on 2026-03-01
expect_some 'command = "retention run";' in "$CPADMIN_STORE/cpadmin.conf"
ok cpadmin schedule list --json --on 2026-03-01T12:00
expect_json '[.rows[] | [.job, .every, .at, .day, .enabled, .outcome] |
    map(tostring) | join(" ")] | join(",")' \
    'retention day 02:00 null true null,archive-scrub day 03:00 null true null,checkpoint day 04:00 null true null,verify sunday 05:00 null true null,archive-verify month 06:00 1 true null,sanitise month 06:00 2 true null'
BEFORE=$(cpadmin schedule list --json --on 2026-03-01T12:00)
sed -i '/^schedule/,$d' "$CPADMIN_STORE/cpadmin.conf"
expect_eq "$(cpadmin schedule list --json --on 2026-03-01T12:00)" "$BEFORE" \
    'without the section'
ok cpadmin schedule status --on 2026-03-01T12:00
expect_out_matches 'retention .*10 h .*2026-03-01T02:00:00Z'

test_case 'the nights of a week, with real runs'
for ((d = 1; d <= 9; d++)); do
	person "W$d" "2008-03-0$d"
done >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-03-01
for ((d = 4; d <= 7; d++)); do
	once "2026-03-0${d}T03:00"
	expect_status 0
	expect_json '[.rows[] | select(.job == "retention") | .nominal] |
	    join(" ")' "2026-03-0$d"
done
expect_eq "$(sql "SELECT state, count(*) FROM record GROUP BY 1 ORDER BY 1" |
    xargs)" 'archived|7 live|2'
expect_eq "$(sql "SELECT nominal || status || exit_code || late FROM job_run
    WHERE job = 'retention' ORDER BY 1" | tail -n 1)" '2026-03-07done03600'
ok cpadmin schedule status --json --on 2026-03-07T03:00
expect_json '.rows[0] | [.nominal, .outcome, .late, .overdue, .next, .what] |
    map(tostring) | join(",")' \
    '2026-03-07,done,3600,0,2026-03-08T02:00:00Z,archived 1, volumes 1, notices lapsed 3'

test_case 'a second look the same night does nothing'
once 2026-03-07T03:30
expect_status 0
expect_json '.rows | length' 0

test_case 'the whole of a day where no time is given'
once 2026-03-08
expect_status 0
expect_json '[.rows[] | .job + " " + .nominal] | join(",")' \
    'retention 2026-03-08,archive-scrub 2026-03-08,checkpoint 2026-03-08,verify 2026-03-08'

test_case 'both clock changes, looked at every half hour'
new_store --on 2026-03-01
conf 'gap = { command = "audit checkpoint"; every = "day"; at = "01:30"; };'
once 2026-03-28T12:00
sql "DELETE FROM job_run WHERE nominal < '2026-03-28'"
for day in 2026-03-29 2026-03-30; do
	for time in 00:30 00:59 02:00 02:30; do
		once "${day}T$time"
		jq -r ".rows[] | \"$day \" + .nominal + \" $time\"" "$OUT_FILE"
	done
done >"$T/spring"
expect_eq "$(cat "$T/spring")" '2026-03-29 2026-03-29 02:00
2026-03-30 2026-03-30 02:00'
once 2026-10-24T12:00
for time in 00:30 01:29 01:30 01:59 02:30; do
	once "2026-10-25T$time"
	jq -r ".rows[] | .nominal + \" $time\"" "$OUT_FILE"
done >"$T/autumn"
expect_eq "$(cat "$T/autumn")" '2026-10-25 01:30'

test_case '40 days without a scheduler: the last'
new_store --on 2026-01-01
conf 'a = { command = "audit checkpoint"; every = "day"; at = "02:00"; };
b = { command = "audit verify"; every = "day"; at = "02:00"; missed = "each"; max_late = "P2D"; };
c = { command = "audit verify"; every = "day"; at = "02:00"; missed = "none"; };'
once 2026-01-10T02:00
expect_json '.rows | length' 3
ok cpadmin schedule status --check --on 2026-01-10T02:00
ok cpadmin schedule status --json --on 2026-02-19T09:00
expect_json '[.rows[].overdue] | map(tostring) | join(" ")' '25200 198000 0'
run cpadmin schedule status --check --on 2026-02-19T09:00
expect_status 3
once 2026-02-19T09:00
expect_status 0
expect_json '[.rows[] | .job + .nominal[8:]] | join(" ")' 'b17 b18 a19 b19'
expect_eq "$(sql "SELECT job, status, count(*) FROM job_run GROUP BY 1, 2" |
    xargs)" 'a|done|2 a|missed|39 b|done|4 b|missed|37 c|done|1 c|missed|40'
ok cpadmin schedule status c --json --on 2026-02-19T09:00
expect_json '.rows | length' 41
expect_json '.rows[0] | .nominal + " " + .outcome + ", " + .what' \
    '2026-02-19 missed, nobody ran it in time'

test_case 'the clock goes back, and forward'
once 2026-01-10T09:00
expect_json '.rows | length' 0
once 2026-01-16T01:00
expect_json '[.rows[] | .job + .nominal[8:]] | join(" ")' 'b14 a15 b15'
once 2026-02-19T09:00
expect_json '.rows | length' 0
once 2026-02-20T09:00
expect_json '[.rows[] | .job + .nominal[8:]] | join(" ")' 'a20 b20'

test_case 'days that are left out'
new_store --on 2026-12-01
conf 'a = { command = "audit checkpoint"; every = "day"; at = "02:00";
	except = ["12-25", "2026-12-28"]; };'
for ((d = 24; d <= 29; d++)); do
	once "2026-12-${d}T03:00"
	jq -r '.rows[].nominal' "$OUT_FILE"
done >"$T/days"
expect_eq "$(xargs <"$T/days")" '2026-12-24 2026-12-26 2026-12-27 2026-12-29'

test_case 'a job that fails starves no other'
new_store --on 2026-01-01
conf 'bad = { command = "archive show NONE"; every = "day"; at = "01:00"; };
good = { command = "audit checkpoint"; every = "day"; at = "02:00"; };'
for ((d = 5; d <= 7; d++)); do
	once "2026-01-0${d}T03:00"
	expect_status 3
	expect_json '[.rows[] | .job + " " + .outcome] | join(",")' \
	    'bad failed,good done'
	expect_err_json .code 3
done
ok cpadmin schedule status --json --on 2026-01-07T03:00
expect_json '.rows[0] | [.outcome, .exit_code, .attempts] |
    map(tostring) | join(" ")' 'failed 4 1'
expect_json '.rows[0].what | length > 5' true
run cpadmin schedule status --check --on 2026-01-07T03:00
expect_status 3
once 2026-01-07T23:00
expect_status 0
expect_json '.rows | length' 0

test_case 'the guards of the run stay in force'
new_store --on 2026-01-01
for ((i = 0; i < 60; i++)); do person "S$i" 2008-02-01; done >"$T/rows"
for ((i = 0; i < 40; i++)); do person "T$i" 2012-02-01; done >>"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-01
once 2026-02-01T03:00
expect_status 3
expect_json '.rows[] | select(.job == "retention") |
    .outcome + " " + (.exit_code | tostring)' 'failed 5'
expect_eq "$(sql "SELECT count(*) FROM record WHERE state = 'live'")" 100
once 2026-02-01T23:00
expect_json '[.rows[] | select(.job == "retention")] | length' 0
ok cpadmin schedule status --json --on 2026-02-01T23:00
expect_json '.rows[0].what | test("60 of 100")' true
# A person passes it, and the day is made good.
ok cpadmin retention run --accept share --yes --on 2026-02-01
ok cpadmin schedule run retention --json --on 2026-02-01
expect_json '[.outcome, .attempts] | map(tostring) | join(" ")' 'done 2'
conf 'a = { command = "retention run --accept share"; every = "day"; };'
once 2026-02-02
expect_status 10
expect_err_contains 'cpadmin.conf:'

test_case 'a person runs a job'
new_store --on 2026-01-01
ok cpadmin schedule run verify --json --on 2026-01-07
expect_json '[.kind, .job, .nominal, .outcome, .attempts] |
    map(tostring) | join(" ")' 'schedule-run verify 2026-01-07 done 1'
run cpadmin schedule run verify --on 2026-01-07
expect_status 5
expect_err_contains --again
ok cpadmin schedule run verify --again --on 2026-01-07
expect_out_contains done
expect_eq "$(sql "SELECT attempts FROM job_run")" 2
ok cpadmin schedule run retention --on 2026-01-07
once 2026-01-07
expect_json '[.rows[] | select(.job == "retention")] | length' 0
run cpadmin schedule run verif --on 2026-01-07
expect_status 4
expect_err_contains 'schedule list'
conf 'bad = { command = "archive show NONE"; every = "month"; day = -1; };
off = { command = "audit verify"; every = "day"; enabled = false; };'
run cpadmin schedule run bad --json --on 2026-01-07
expect_status 4
expect_json .outcome failed
expect_err_json .code 4
ok cpadmin schedule list --json --on 2026-01-07
expect_json '.rows[0].next' 2026-01-31T02:00:00Z
expect_json '[.rows[1].next, .rows[1].enabled] | map(tostring) | join(" ")' \
    'null false'
once 2026-01-08
expect_json '.rows | length' 0

test_case 'who may'
ok cpadmin operator add sam --uid 3001 --role scheduler --on 2026-01-01
ok cpadmin operator add tom --uid 3002 --role team --on 2026-01-01
run cpadmin schedule run off --as tom --on 2026-01-09
expect_status 9
run "$CPSCHEDD" --once --on 2026-01-09 --as tom
expect_status 9
ok cpadmin schedule list --as tom --on 2026-01-09
ok cpadmin schedule status --as tom --on 2026-01-09
conf 'retention = { command = "retention run"; every = "day"; };
checkpoint = { command = "audit checkpoint"; every = "day"; };
verify = { command = "audit verify"; every = "day"; };
archive = { command = "archive verify --all"; every = "day"; };'
once 2026-01-09 --as sam
expect_status 0
expect_json '[.rows[].outcome] | join(" ")' 'done done done done'
ok cpadmin audit show --since 2026-01-09 --json --on 2026-01-09
expect_json '[.rows[] | select(.action == "retention.run") | .actor] | .[0]' \
    sam
sql 'UPDATE store SET rehearsal = 0'
run "$CPSCHEDD" --once --on 2026-01-10
expect_status 9
sql 'UPDATE store SET rehearsal = 1'

test_case 'a real store, without a terminal'
(umask 077 && echo 'a long enough passphrase' >"$T/pass")
ok cpadmin init "$T/real" --authority E08000015 --custodians 1 --threshold 1 \
    --passphrase-file "$T/pass"
sed 's/every = "[a-z]*"/every = "day"/; s/at = ".*"/at = "00:00"/; /day = [12]/d' \
    "$T/real/cpadmin.conf" >"$T/conf"
cp "$T/conf" "$T/real/cpadmin.conf"
run setsid -w "$CPSCHEDD" --once --json --store "$T/real" </dev/null
expect_status 0
expect_json '[.rows[] | .job + " " + .outcome] | join(",")' \
    'retention done,archive-scrub done,checkpoint done,verify done,archive-verify done,sanitise done'

test_case 'wrong use'
run "$CPSCHEDD" --on 2026-01-01
expect_status 2
expect_err_contains '--once'
run "$CPSCHEDD" --once --json --on 2026-01-32
expect_status 2
for bad in 2026-01-01T24:00 2026-01-01T1:00 2026-01-01T10:00:60 \
    2026-01-01T10-00 2026-01-01T10:0a; do
	run cpadmin schedule list --on "$bad"
	expect_status 2
	expect_err_contains '--on'
done
run "$CPSCHEDD" more
expect_status 2
run "$CPSCHEDD" --store "$T/nowhere" --once
expect_status 4
ok "$CPSCHEDD" --version
expect_out_matches '^cpschedd [0-9.]+$'

test_case 'what --help says is what the page says'
ok "$CPSCHEDD" --help
if have mandoc; then
	sed -n '1,/^$/s/^ *\(usage: \)\?//p' "$OUT_FILE" | tr -s ' \n' ' ' |
	    sed 's/ $//' >"$T/help"
	mandoc -Tascii -O width=1000 "$ROOT/man/cpschedd.8" | sed 's/.\x08//g' |
	    awk '/^[A-Z]/ { on = $0 == "SYNOPSIS"; next } on' |
	    tr -s ' \n' ' ' | sed 's/^ //; s/ $//' >"$T/page"
	expect_eq "$(cat "$T/help")" "$(cat "$T/page")"
else
	skip 'mandoc is not installed'
fi
