#!/bin/bash
# Requests for access with the rest of a record's life: what they hold, nights,
# merges, archiving, destruction, and stores from before there were any.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

# person ID BORN [GIVEN]
person() {
	jq -cn --arg id "$1" --arg born "$2" --arg given "${3:-Ann}" \
	    '{cpadmin: "record/1", id: $id, authority: "E08000015",
	    names: [{type: "current", given: $given, family: "Quill"}],
	    gender: "female", birth_date: $born}'
}

night() {
	local on=$1

	shift
	run cpadmin retention run --on "$on" --yes --accept clock \
	    --accept share --json "$@"
	expect_status "${WANT:-0}"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# ask ID DAY [OPTION...]: a request, received and opened that day.
ask() {
	ok cpadmin sar open --subject "$1" --requester 'Zuleika Plover' \
	    --relation self --received "$2" --on "$2" --as dana --json \
	    "${@:3}"
	SAR=$(jq -r .sar "$OUT_FILE")
}

end() {
	ok cpadmin sar withdraw "$1" --reason 'asked in error' --on "$2" \
	    --as dana
	ok cpadmin sar close "$1" --on "$2" --as dana
}

# work KIND DAY [WHO]: the requests with a row of that kind.
work() {
	cpadmin worklist --on "$2" --as "${3:-dana}" --json | jq -r \
	    --arg k "$1" '[.rows[] | select(.kind == $k) | .id] | join(" ")'
}

holds() {
	sql "SELECT group_concat(h.id || ' ' || r.id) FROM hold h
	    JOIN record r ON r.n = h.record WHERE h.released IS NULL"
}

# in_store TEXT: how many files of the store hold it.
in_store() {
	grep -lrac "$1" "$CPADMIN_STORE" | wc -l
}

operators() {
	ok cpadmin operator add dana --uid 2001 --role dpo --on "$1"
	ok cpadmin operator add mary --uid 2002 --role approver --on "$1"
	ok cpadmin operator add tim --uid 2003 --role team,dpo --on "$1"
}

test_case 'a request holds, and nobody releases its hold'
new_store --policy uk-2026 --on 2026-01-05
operators 2026-01-05
{
	person KID-1 2012-05-01
	person KID-2 2012-05-01
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
ask KID-1 2026-01-06
expect_eq "$(holds)" 'H-0001 KID-1'
for who in dana tim; do
	run cpadmin hold release H-0001 --reason 'not needed' --as "$who" \
	    --on 2026-01-06
	expect_status 5
	expect_err_contains 'is of request SAR-0001, and ends with it'
	expect_err_contains 'cpadmin sar close SAR-0001'
done
ok cpadmin hold show H-0001 --as dana --on 2026-01-06
expect_out_contains 'Ends with request'
ok cpadmin hold list --as dana --on 2026-01-06 --json
expect_json '.rows[0].request' SAR-0001
ok cpadmin record history KID-1 --reason why --on 2026-01-06 --json
expect_json '[.rows[] | select(.action == "hold.place") | .detail |
    (if type == "string" then fromjson else . end).reason] | join(",")' \
    'request for access SAR-0001'
ok cpadmin retention explain KID-1 --reason why --on 2026-01-06 --json
expect_json '[.steps[] | tostring | select(contains("ends with request SAR-0001"))] |
    length' 1
run cpadmin sar close "$SAR" --as dana --on 2026-01-06
expect_status 5
expect_err_contains 'is not answered'
end "$SAR" 2026-01-07
expect_eq "$(holds)" ''
expect_eq "$(sql 'SELECT count(*) FROM hold WHERE settled IS NULL')" 0

test_case 'a request is about one person, whatever their number becomes'
ask KID-1 2026-01-07 --again
ok cpadmin record merge KID-1 KID-2 --reason one --on 2026-01-08
expect_eq "$(holds)" 'H-0002 KID-2'
ok cpadmin sar show "$SAR" --as dana --on 2026-01-08 --json
expect_json '.subject' KID-2
run cpadmin sar open --subject KID-2 --requester 'Zuleika PLOVER' \
    --relation self --received 2026-01-08 --on 2026-01-08 --as dana
expect_status 5
expect_err_contains "$SAR"
ok cpadmin record undo KID-2 --reason two --on 2026-01-08
expect_eq "$(holds)" 'H-0002 KID-1'
ok cpadmin sar list --as dana --on 2026-01-08 --json
expect_json '[.rows[] | .subject] | join(" ")' KID-1

test_case 'for whom it is safe is said anew when they become another'
ok cpadmin operator add olga --uid 2004 --role shield --on 2026-01-08
safe() {
	ok cpadmin sar safe "$SAR" --reason 'it is her' --as olga \
	    --on 2026-01-08
	ok cpadmin sar view "$SAR" agrees --date 2026-01-08 --as dana \
	    --on 2026-01-08
	expect_eq "$(is_safe)" '1 agrees'
}
is_safe() {
	sql "SELECT safe || ' ' || coalesce(own_view, '-') FROM sar_subject
	    WHERE sar = (SELECT n FROM sar WHERE id = '$SAR')"
}
safe
ok cpadmin record merge KID-1 KID-2 --reason one --on 2026-01-08
expect_eq "$(is_safe)" '0 agrees'
safe
ok cpadmin record undo KID-2 --reason two --on 2026-01-08
expect_eq "$(is_safe)" '0 agrees'
safe
ok cpadmin record split KID-1 --set given=Bee \
    --set family=Quill --reason two --on 2026-01-08
expect_eq "$(is_safe)" '0 agrees'
ok cpadmin record undo KID-1 --reason one --on 2026-01-08
safe
ok cpadmin sar subject "$SAR" KID-2 --reason 'the other' --as dana \
    --on 2026-01-08
expect_eq "$(is_safe)" '0 -'
ok cpadmin sar subject "$SAR" KID-1 --reason 'the one' --as dana \
    --on 2026-01-08
expect_eq "$(is_safe)" '0 -'

test_case 'nights count, and the worklist says when'
night 2026-01-09
expect_json '[.sar_open, .sar_late, .sar_expired] | tostring' '[1,0,0]'
night 2026-02-10 --dry-run
expect_json '[.sar_open, .sar_late, .sar_expired] | tostring' '[1,1,0]'
expect_eq "$(work access-due 2026-01-12)" "$SAR"
expect_eq "$(work access-due 2026-01-12 mary)" ''
night 2026-02-10
expect_json '[.sar_open, .sar_late, .sar_expired] | tostring' '[1,1,0]'
ok cpadmin sar refuse "$SAR" --ground excessive --reason 'third this week' \
    --output "$T/refused.pdf" --on 2026-02-10 --as dana
expect_eq "$(work access-due 2026-02-10)" ''
expect_eq "$(work access-unclosed 2026-02-10)" "$SAR"
ok cpadmin sar close "$SAR" --on 2026-02-10 --as dana
expect_eq "$(work access-unclosed 2026-02-10)" ''
ok cpadmin retention run --on 2026-02-11 --yes --accept clock --accept share
expect_out_contains 'Requests not answered'

test_case 'a due date follows the table of holidays at night'
ask KID-2 2026-02-12
due() {
	cpadmin sar list --as dana --on "$1" --json | jq -r \
	    --arg s "$SAR" '.rows[] | select(.sar == $s) | .due'
}
expect_eq "$(due 2026-02-12)" 2026-03-12
mkdir "$T/policies"
cp -R "$ROOT/policies"/. "$T/policies"
awk '{ print } /^2026-01-01/ { print "2026-03-12,mourning,proclaimed" }' \
    "$ROOT/policies/holidays/england-wales.csv" \
    >"$T/policies/holidays/england-wales.csv"
expect_eq "$(grep -c mourning "$T/policies/holidays/england-wales.csv")" 1
CPADMIN_POLICIES=$T/policies night 2026-02-13
expect_eq "$(due 2026-02-13)" 2026-03-13
rm "$T/policies/holidays/england-wales.csv"
CPADMIN_POLICIES=$T/policies WANT=3 night 2026-02-14
expect_json '[.failures[] | .id] | join(" ")' "$SAR"
expect_eq "$(due 2026-02-14)" 2026-03-13
night 2026-02-15
expect_eq "$(due 2026-02-15)" 2026-03-12
end "$SAR" 2026-02-16

test_case 'what was kept long enough leaves no file of the store'
expect_true test "$(in_store Zuleika)" -gt 0
night 2029-01-07
expect_json .sar_expired 0
night 2029-02-10
expect_json .sar_expired 1
expect_true test "$(in_store Zuleika)" -gt 0
night 2029-02-17
expect_json .sar_expired 2
expect_eq "$(in_store Zuleika)" 0
ok cpadmin sar list --all --as dana --on 2029-02-17 --json
expect_json '.rows | length' 3
ok cpadmin audit verify --on 2029-02-17

test_case 'nothing that is asked for is destroyed'
new_store --policy contactpoint-2007 --on 2020-01-01
operators 2020-01-01
{
	person P1 2002-01-05 Basil
	person P2 2002-01-05 Cyril
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
ask P1 2020-01-02
expect_eq "$(holds)" 'H-0001 P1'
night 2020-01-05
expect_json .archived 2
expect_eq "$(holds)" 'H-0001 P1' 'it is archived all the same'
ok cpadmin sar collect "$SAR" --as dana --on 2020-01-06 --json
expect_eq "$(sql 'SELECT found FROM sar_subject')" opening
night 2026-01-06
expect_json '[.held, .awaiting_approval] | tostring' '[1,1]'
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
expect_eq "$(cpadmin destruction show "$BATCH" --json | jq -r '.rows[].id')" P2
ok cpadmin retention explain P1 --reason why --on 2026-01-06 --json
expect_json '.blocked_by | tostring' '["H-0001"]'
end "$SAR" 2026-01-07
expect_eq "$(sql "SELECT parked FROM record WHERE id = 'P1'")" 0

test_case 'with a record goes who asked about it'
night 2026-01-08
expect_json .awaiting_approval 2
# One that comes while the batch waits stops it in the last moment.
ok cpadmin sar open --subject P1 --requester 'Rupert Plover' --relation \
    representative --received 2026-01-08 --on 2026-01-08 --as dana
for b in $(cpadmin destruction list --json | jq -r '.rows[].batch'); do
	ok cpadmin destruction approve "$b" --as mary --on 2026-01-08
done
night 2026-01-09
expect_json '[.destroyed, .held] | tostring' '[1,1]'
end SAR-0002 2026-01-10
expect_true test "$(in_store Zuleika)" -gt 0
night 2026-01-11
for b in $(cpadmin destruction list --json | jq -r '.rows[] |
    select(.status == "proposed") | .batch'); do
	ok cpadmin destruction approve "$b" --as mary --on 2026-01-11
done
night 2026-01-12
expect_json .destroyed 1
expect_eq "$(in_store Zuleika)" 0
expect_eq "$(in_store Rupert)" 0
expect_eq "$(sql 'SELECT group_concat(outcome) FROM sar')" withdrawn,withdrawn
ok cpadmin audit verify --on 2026-01-12

# older STORE VERSION: as a program left it that knew the schema up to VERSION.
# What has no place there, the tests before have not made.
older() {
	local old=$T/old.db i table columns files=()

	for ((i = 1; i <= $2; i++)); do
		files+=("$ROOT"/lifecycle/store/schema/000"$i"-*.sql)
	done
	rm -f "$old"
	{
		echo 'PRAGMA auto_vacuum = INCREMENTAL;'
		echo 'PRAGMA journal_mode = WAL; BEGIN;'
		cat "${files[@]}"
		echo 'COMMIT;'
	} | sqlite3 "$old" >/dev/null
	sqlite3 "$old" "SELECT sql || ';' FROM sqlite_schema
	    WHERE type = 'trigger'" >"$T/triggers"
	{
		echo "ATTACH '$1/store.db' AS new; BEGIN;"
		echo 'CREATE TEMP TABLE known AS SELECT name FROM counter;'
		sqlite3 "$old" "SELECT 'DROP TRIGGER ' || name || ';'
		    FROM sqlite_schema WHERE type = 'trigger'"
		for table in $(sqlite3 "$old" "SELECT name FROM sqlite_schema
		    WHERE type = 'table' AND name NOT LIKE 'sqlite%'"); do
			columns=$(sqlite3 "$old" "SELECT group_concat(name)
			    FROM pragma_table_info('$table')")
			echo "DELETE FROM main.$table;"
			echo "INSERT INTO main.$table($columns)"
			echo "SELECT $columns FROM new.$table;"
		done
		echo 'DELETE FROM counter WHERE name NOT IN known;'
		cat "$T/triggers"
		echo "COMMIT; PRAGMA user_version = $2;"
		echo 'PRAGMA application_id = 1129333060;'
	} | sqlite3 "$old"
	rm -f "$1"/store.db*
	mv "$old" "$1/store.db"
	rm -f "$old"-*
}

test_case 'a store from before there were requests'
new_store --policy contactpoint-2007 --on 2020-01-01
operators 2020-01-01
{
	person P1 2002-01-05 Basil
	person P2 2012-01-05 Cyril
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
ok cpadmin hold place --record P1 --reason inquiry --legal-basis s.21 \
    --contact a@example.org --review 2040-01-01 --on 2020-01-01
night 2020-01-05
# Two policies, and the first one again.
sed 's/^version = .*/version = "9";/' "$ROOT/policies/contactpoint-2007.cfg" \
    >"$T/9.cfg"
ok cpadmin policy adopt "$T/9.cfg" --on 2020-02-01
ok cpadmin policy adopt "$ROOT/policies/contactpoint-2007.cfg" --on 2020-03-01
older "$CPADMIN_STORE" 5
expect_eq "$(sql 'PRAGMA user_version; PRAGMA integrity_check;
    PRAGMA foreign_key_check')" '5
ok'
ok cpadmin record list --on 2020-03-02 --json
expect_json '.rows | length' 2
cp -R "$CPADMIN_STORE" "$T/five"
night 2020-03-02
expect_eq "$(sql 'PRAGMA user_version')" 6
expect_json '[.held, .sar_open] | tostring' '[0,0]'
expect_eq "$(holds)" 'H-0001 P1'
ok cpadmin hold release H-0001 --reason over --as tim --on 2020-03-02
ask P1 2020-03-02
expect_eq "$(holds)" 'H-0002 P1'
expect_eq "$(sql 'SELECT p.version FROM sar s JOIN policy p ON p.n = s.policy')" \
    "$(sql 'SELECT version FROM policy WHERE n = 1')"
ask P2 2020-03-02 --requester 'Sam Quill'
ok cpadmin audit verify --on 2020-03-02
# One opened only to read is read, or says what to do.
export CPADMIN_STORE=$T/five
ok cpadmin sar list --as dana --on 2020-03-02 --json
expect_json '.rows | length' 0
