#!/bin/bash
# `shield check' passes where nothing leaks, and finds each leak that is seeded:
# in what commands print, in the files, and in what a store holds of the
# shielded.  SHIELD_CHECK_FULL=1 tries every option with every role.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
DAY=2026-11-21

child() {
	jq -cn --arg id "$1" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: "Ann",
	    family: ("Hill" + $id)}, {type: "former", given: "Ann",
	    family: "Moor"}], gender: "female", birth_date: "2015-03-04",
	    addresses: [{type: "current", lines: ["1 High Street"],
	    postcode: "CH41 1AA"}], carers: [{name: "May Hill",
	    relation: "mother", responsibility: true,
	    phone: "0151 496 0000"}], involvements: [{service: "education",
	    provider: "Ridge", start: "2020-09-01", end: null, lead: false,
	    assessment: false, sensitive: null}]}'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# finds WHAT: this store's own check does.
finds() {
	run cpadmin shield check --store-only --deep --json --on $DAY
	expect_status 8
	expect_json '.passed' false
	expect_json ".findings | map(.what) | any(contains(\"$1\"))" true
	expect_err_json .code 8
}

new_store --on $DAY
{ child A-1; child A-2; child B-1; } >"$T/rows"
ok cpadmin record import "$T/rows" --on $DAY
for id in A-1 A-2; do
	ok cpadmin record correct $id --set "postcode=CH42 1AA" --reason before \
	    --on $DAY
	ok cpadmin shield request $id --by parent --reason why --on $DAY
done
ok cpadmin operator add zoe --uid 3001 --role shield --on $DAY
ok cpadmin operator add tom --uid 3002 --role team --on $DAY
ok cpadmin operator add ada --uid 3003 --role auditor --on $DAY
ok cpadmin shield decide A-2 grant --hide address --hide former-names \
    --reason why --review 2027-02-01 --as zoe --on $DAY

test_case 'the shielded of a store are as they should be'
ok cpadmin shield check --store-only --deep --json --on $DAY
expect_json '[.passed, .shielded, .findings] | tostring' '[true,2,[]]'
ok cpadmin shield check --store-only --as ada --on $DAY
expect_out_contains 'nothing hidden is shown'
run cpadmin shield check --store-only --as tom --on $DAY
expect_status 9

test_case 'each thing that should not be is found, and named without its value'
cp -r "$CPADMIN_STORE" "$T/sound"
SOUND=$CPADMIN_STORE
n=0
while IFS='|' read -r what change; do
	n=$((n + 1))
	rm -rf "$SOUND"
	cp -r "$T/sound" "$SOUND"
	sql "$change" || fail "the seed: $what"
	finds "$what"
	expect_no 'High Street' in "$OUT_FILE" "$ERR_FILE"
done <<'SEEDS'
document shows|UPDATE document SET doc = json_set(doc, '$.addresses', json('[{"type":"current","lines":["1 High Street"],"postcode":"CH41 1AA"}]')) WHERE record = (SELECT n FROM record WHERE id = 'A-1')
can be undone|INSERT INTO undo(record, action, seq, at, by, body) SELECT n, 'record.correct', 1, '2026-11-20T00:00:00Z', 'root', '{}' FROM record WHERE id = 'A-2'
no key knows|DELETE FROM shield_key WHERE record = (SELECT n FROM record WHERE id = 'A-1')
log name|UPDATE audit SET detail = '{"changes":["addresses[0].postcode"]}' WHERE subject = 'A-2' AND action = 'record.correct'
waits to be rewrapped|UPDATE compartment SET generation = generation - 1 WHERE n = (SELECT min(n) FROM compartment)
not sealed to the officers|UPDATE compartment SET header = CAST(substr(CAST(header AS TEXT), 1, 60) AS BLOB) WHERE n = (SELECT min(n) FROM compartment)
is missing|UPDATE compartment SET payload = NULL WHERE n = (SELECT min(n) FROM compartment)
where a letter went|INSERT INTO notice(n, record, kind, cause, status, since, due, place) SELECT 77, n, 'first', 'x', 'issued', '2026-01-01', '2026-02-01', x'00' FROM record WHERE id = 'A-1'
where a letter went|INSERT INTO notice(n, record, kind, cause, status, since, due) SELECT 78, n, 'first', 'x', 'owed', '2026-01-01', '2026-02-01' FROM record WHERE id = 'A-2'; INSERT INTO print_run(n, status, folder, asked, started, started_by) VALUES (1, 'printing', '/x', '{}', '2026-11-20', 'root'); INSERT INTO print_item(run, file, sort, notice) VALUES (1, 'en-standard', 'CH42 1AA', 78)
found by more|INSERT INTO search_key SELECT 12345, n FROM record WHERE id = 'A-1'
SEEDS
expect_eq $n 10 seeds
rm -rf "$SOUND"
mv "$T/sound" "$SOUND"

test_case 'no command shows what is hidden'
OPTS=(--quick)
[ "${SHIELD_CHECK_FULL:-0}" = 0 ] || OPTS=()
# In memory where there is a place, as without TMPDIR.
TMPDIR=$(mktemp -d /dev/shm/cpt.XXXXXX 2>/dev/null) || TMPDIR=$T
export TMPDIR
ok cpadmin shield check "${OPTS[@]}" --json --no-progress --on $DAY
expect_json '[.passed, .findings] | tostring' '[true,[]]'
expect_json '.commands > 90 and .calls > 1200 and .done > 350' true
expect_json '[.never_done[] | select(. == "record show" or . ==
    "record history" or . == "record find" or . == "archive open" or
    . == "retention explain" or . == "audit show")]' '[]'
echo "commands $(jq .commands "$OUT_FILE"), calls $(jq .calls "$OUT_FILE")," \
    "done $(jq .done "$OUT_FILE")"
expect_eq "$(find "$TMPDIR" -maxdepth 1 -name 'cpadmin-check.*')" '' \
    'left behind'

# A program that leaks: the real one, with more said.  Beside it, the real one
# that checks.
leaky() {
	mkdir -p "$T/leaky"
	cp "$BUILD"/cpadmin-full "$BUILD"/cpadmin-print "$T/leaky/"
	ln -f "$CPADMIN" "$T/leaky/checker" 2>/dev/null ||
	    cp "$CPADMIN" "$T/leaky/checker"
	{
		printf '#!/bin/bash\nREAL=%q\n' "$CPADMIN"
		cat
		# shellcheck disable=SC2016
		echo 'exec "$REAL" "$@"'
	} >"$T/leaky/cpadmin"
	chmod +x "$T/leaky/cpadmin"
}
check_leaky() {
	local command=$1

	shift
	run "$T/leaky/checker" shield check --quick --command \
	    "$command" --json --no-progress --on $DAY
	expect_status 8
	expect_json ".findings | map([.where, .role, .what] | join(\" \")) |
	    any(contains(\"$1\"))" true
}

test_case 'seeded leaks of a command, by name, role, and writing'
leaky <<'LEAK'
case $* in
'record show '*' --as check-dpo --json') echo 'Road of Qzxvkjwa7 north' ;;
'record list '*--as\ check-auditor*) printf 'x7QzxvkjwN3' | base64 ;;
'record history '*) echo 'tel. 01632 960123' >&2 ;;
'record find '*) printf '%s' 'ZZ99 3VZ' | xxd -p ;;
'record import '*) printf '\\u0051\\u007a\\u0078\\u0076\\u006b\\u006a\\u0077' ;;
esac
LEAK
check_leaky record 'record show dpo address'
for what in 'record list auditor canary, in base64' \
    'record history team telephone' 'record find team postcode, in hex' \
    'record import team canary, in JSON escapes'; do
	expect_json ".findings | map([.where, .role, .what] | join(\" \")) |
	    any(contains(\"$what\"))" true
done
expect_json '[.findings[] | select(.where == "record show") | .role] | unique
    | tostring' '["dpo"]'
expect_no Qzxvkjwa7 in "$OUT_FILE"

test_case 'a file that has it, and a verb that nobody can call'
leaky <<'LEAK'
case $* in
'audit show '*) echo 'Qzxvkjws3' >"$CPADMIN_STORE/outbox-of-mine" ;;
'audit verify --help') "$REAL" "$@" | sed 's/audit verify/& GADGET/'; exit 0 ;;
esac
LEAK
check_leaky audit 'store/outbox-of-mine'
expect_json '.findings | map(.what) | any(contains("to give for GADGET"))' true
[ "$TMPDIR" = "$T" ] || rmdir "$TMPDIR" || fail 'something is left behind'
