#!/bin/bash
# A policy with another archive period, and what is archived already: it keeps
# its day, unless the policy says that the day is lengthened or replaced; then
# its header goes to the shelf of the new month.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
BASE=$ROOT/policies/contactpoint-2007.cfg
OPEN=(--purpose court-order --reason 'order 9')

person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"A","family":"Hill"}],'
	printf '"gender":"female","birth_date":"%s"}\n' "$2"
}

# policy VERSION PERIOD ALREADY: $T/VERSION.cfg
policy() {
	sed "s/^version = .*/version = \"$1\";/; s/value = \"P6Y\"/value = \"$2\"/
	    s/value = \"keep\"/value = \"$3\"/" "$BASE" >"$T/$1.cfg"
}

adopt() {
	ok cpadmin policy adopt "$T/$1.cfg" --on "$ON" --json
}

night() {
	run cpadmin retention run --on "$1" --yes --accept clock --accept share \
	    --json
	expect_status "${2:-0}"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# due ID: what the record and its package say, and the package's shelf.
due() {
	sql "SELECT r.next_due, p.destroy_due, p.shelf FROM record r JOIN
	    package p ON p.record = r.n WHERE r.id = '$1' ORDER BY p.n DESC LIMIT 1"
}

# again STORE: a copy of it is the store from now on.
again() {
	rm -rf "$T/copy"
	cp -R "$1" "$T/copy"
	export CPADMIN_STORE=$T/copy
}

# opens ID: its package opens, and is what was archived.
opens() {
	rm -f "$T/opened"
	ok cpadmin archive open "$1" "${OPEN[@]}" --on "$ON" --output "$T/opened"
	expect_eq "$(tar --zstd -xOf "$T/opened" record.json | jq -r .id)" "$1"
}

new_store --on 2020-06-01
STORE=$CPADMIN_STORE
for n in 1 2 3; do person "R$n" 2002-06-10; done >"$T/rows"
person LATER 2003-06-10 >>"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-06-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-06-01
night 2020-06-10
policy 2 P4Y keep
policy 3 P4Y lengthen
policy 4 P8Y lengthen
policy 5 P2Y replace
policy 6 P1M replace
policy 7 P9Y replace
policy 8 P2M replace
ON=2021-01-04

test_case 'by default what was promised stays'
again "$STORE"
ok cpadmin policy diff "$T/2.cfg" --on "$ON"
expect_out_empty
expect_err_contains 'archive.period: P6Y -> P4Y'
expect_err_contains 'archived already keeps its day'
expect_err_contains 'dates that move: 0,'
adopt 2
expect_json '[.changed, .recomputed, .moved, .redated] | tostring' \
    '[true,4,0,0]'
expect_eq "$(due R1)" '2026-06-11|2026-06-11|202606'
ok cpadmin archive show R1 --on "$ON" --json
expect_json .policy 'contactpoint-2007 1'
night 2021-06-10
expect_eq "$(due LATER)" '2025-06-11|2025-06-11|202506'

test_case 'lengthened: never shortened'
again "$STORE"
adopt 3
expect_json '[.moved, .redated] | tostring' '[0,0]'
expect_eq "$(due R1)" '2026-06-11|2026-06-11|202606'

test_case 'lengthened: a later day, another shelf, and it opens as before'
before=$(sql 'SELECT hex(wrapped) FROM header WHERE package = 1')
ok cpadmin policy diff "$T/4.cfg" --on "$ON" --json
expect_json '[.rows[] | [.id, .state, .action, .due_now, .due_then,
    .action_then, .rule_now, .rule_then] | join(" ")] | .[0], length' \
    'R1 archived destroy 2026-06-11 2028-06-11 destroy archive.period archive.period
3'
adopt 4
expect_json '[.moved, .later, .redated, .failed] | tostring' '[3,3,3,0]'
expect_eq "$(due R1)" '2028-06-11|2028-06-11|202806'
expect_true [ "$before" != "$(sql 'SELECT hex(wrapped) FROM header
    WHERE package = 1')" ]
opens R1
ok cpadmin archive verify --all --on "$ON"
ok cpadmin archive show R1 --on "$ON" --json
expect_json '.policy + " " + .shelf_state' 'contactpoint-2007 1 live'
ok cpadmin retention explain R1 --reason asked --on "$ON" --json
expect_json '"\(.due) \(.rule) \(.policy) \(.policy_version)"' \
    '2028-06-11 archive.period contactpoint-2007 4'
expect_json '[.steps[] | select(.text | contains("was moved on"))] | length' 1
ok cpadmin record history R1 --reason asked --on "$ON" --json
expect_json '[.rows[] | select(.action == "record.redate") | .detail |
    if type == "string" then fromjson else . end | .from, .to, .version] |
    join(" ")' '2026-06-11 2028-06-11 4'
ok cpadmin audit verify --on "$ON"

test_case 'the old shelf has nothing left, and goes when its month is over'
night 2026-07-01
expect_json '"\(.destroyed) \(.shelves_destroyed)"' '0 1'
ON=2026-07-01 opens R2

test_case 'replaced: destroyed on the earlier day, under the policy that decided'
again "$STORE"
ON=2021-01-04
adopt 5
expect_json '[.moved, .earlier, .redated, .at_once] | tostring' '[3,3,3,0]'
expect_eq "$(due R1)" '2022-06-11|2022-06-11|202206'
ok cpadmin archive restore R3 --reason x --set birth_date=2012-01-01 --on "$ON"
night 2022-06-10
expect_json .batches_proposed 0
night 2022-06-11
expect_json .batches_proposed 1
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$BATCH" --as mary --on 2022-06-11
night 2022-06-12
expect_json .destroyed 2
expect_eq "$(sql "SELECT group_concat(state) FROM record")" \
    'destroyed,destroyed,live,archived'
CERT=$CPADMIN_STORE/outbox/certificate-$BATCH.json
ok cpadmin verify "$CERT"
expect_eq "$(jq -r '.body' "$CERT" | grep -c '"policy_version":"5"')" 1 \
    'the policy of the certificate'
night 2022-07-01
expect_json .shelves_destroyed 1

test_case 'a day that is past goes on the shelf of this month'
again "$STORE"
# The month of the new day, July 2020, has no shelf and gets none.
adopt 6
expect_json '[.redated, .at_once] | tostring' '[3,3]'
expect_eq "$(due R1)" '2020-07-11|2020-07-11|202101'
opens R1
# Due before and after: it does not become due.
adopt 8
expect_json '[.redated, .at_once] | tostring' '[3,0]'
expect_eq "$(due R1)" '2020-08-11|2020-08-11|202101'
night 2021-01-05
expect_json .batches_proposed 1
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$BATCH" --as mary --on 2021-01-05
night 2021-01-06
expect_json .destroyed 3
night 2021-02-01
expect_json .shelves_destroyed 1

test_case 'in a batch: a later day takes it out, an earlier one waits'
again "$STORE"
night 2026-06-11
ON=2026-06-12
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$BATCH" --as mary --on "$ON"
adopt 5
# LATER, archived by the same run, is in no batch.
expect_json '"\(.moved) \(.redated)"' '1 1'
expect_eq "$(due R1)" '2026-06-11|2026-06-11|202606'
ok cpadmin destruction show "$BATCH" --json
expect_json '[.rows[].status] | unique | join(",")' pending
ok cpadmin policy diff "$T/7.cfg" --on "$ON" --json
expect_json '.rows | length' 4
adopt 7
expect_json '"\(.moved) \(.redated)"' '4 4'
expect_eq "$(due R1)" '2029-06-11|2029-06-11|202906'
ok cpadmin destruction show "$BATCH" --json
expect_json '[.rows[] | .status + ": " + .reason] | unique | tostring' \
    '["excluded: kept until 2029-06-11 by policy contactpoint-2007 version 7"]'
night 2026-06-13
expect_json '"\(.destroyed) \(.awaiting_approval)"' '0 0'
expect_eq "$(sql "SELECT count(*) FROM record WHERE parked > 0")" 0 parked
night 2029-06-11
expect_json .awaiting_approval 3

test_case 'held and due: a later day, and the hold stops nothing for now'
again "$STORE"
ok cpadmin hold place --record R1 --reason x --legal-basis y --contact z \
    --review 2026-12-01 --on 2026-06-01
night 2026-06-11
expect_json .held 1
ON=2026-06-12
adopt 4
expect_eq "$(sql "SELECT parked FROM record WHERE id = 'R1'")" 0
night 2028-06-11
expect_json .held 1

test_case 'a header that is damaged keeps its package, and is named'
again "$STORE"
ON=2021-01-04
sql "UPDATE header SET wrapped = zeroblob(length(wrapped)) WHERE package = 2"
run cpadmin policy adopt "$T/4.cfg" --on "$ON" --json
expect_status 3
expect_json '"\(.redated) \(.failed)"' '2 1'
run cpadmin policy adopt "$T/4.cfg" --on "$ON"
expect_status 0
expect_eq "$(due R2)" '2026-06-11|2026-06-11|202606'
expect_eq "$(due R3)" '2028-06-11|2028-06-11|202806'

test_case 'without the host key nothing is given another day'
again "$STORE"
mv "$CPADMIN_STORE/keys/host.key" "$T/host.key"
run cpadmin policy adopt "$T/4.cfg" --on "$ON"
expect_status 7
mv "$T/host.key" "$CPADMIN_STORE/keys/host.key"
adopt 4
expect_json .redated 3

test_case 'a run ends an adoption that was cut short'
again "$STORE"
adopt 4
FINISHED=$T/finished
rm -rf "$FINISHED"
mv "$T/copy" "$FINISHED"
again "$STORE"
cp "$FINISHED"/policies/* "$CPADMIN_STORE/policies/"
sql "ATTACH '$FINISHED/store.db' AS f; INSERT INTO policy SELECT * FROM
    f.policy WHERE n > (SELECT max(n) FROM policy);
    UPDATE store SET policy = (SELECT policy FROM f.store)"
ok cpadmin policy diff "$T/4.cfg" --on "$ON"
expect_err_contains 'not finished'
night 2021-01-05
expect_eq "$(due R1)" '2028-06-11|2028-06-11|202806'
expect_eq "$(sql 'SELECT policy_done = policy FROM store')" 1
opens R1

test_case 'what read the rules before an adoption does not write by them'
again "$STORE"
mkfifo "$T/feed"
cpadmin record import "$T/feed" --on "$ON" >"$T/import.out" 2>"$T/import.err" &
exec 3>"$T/feed"
person EARLY 2010-01-01 >&3
sleep 0.3 # it has the rules by now
adopt 4
person LATE 2010-01-01 >&3
exec 3>&-
wait "$!"
expect_eq "$?" 6 'the import'
expect_some 'another policy is in force' in "$T/import.err"
expect_some 'run the command again' in "$T/import.err"
expect_eq "$(sql "SELECT count(*) FROM record WHERE id IN ('EARLY', 'LATE')")" 0
person LATE 2010-01-01 >"$T/late"
ok cpadmin record import "$T/late" --on "$ON"
expect_eq "$(sql 'SELECT count(*) FROM record, store WHERE record.policy <>
    store.policy')" 0 stale

test_case 'who may, and what is refused'
again "$STORE"
run cpadmin policy adopt "$T/4.cfg" --as mary --on "$ON"
expect_status 9
run cpadmin policy adopt "$T/4.cfg" --as mary --on "$ON" --dry-run
expect_status 9
ok cpadmin operator add anna --uid 3001 --role admin --authority E08000015 \
    --on "$ON"
ok cpadmin operator add otto --uid 3002 --role admin --authority E08000012 \
    --on "$ON"
ok cpadmin policy diff "$T/4.cfg" --as anna --on "$ON"
expect_out_contains R1
expect_err_contains 'looked at 1 live and 3 archived'
ok cpadmin policy diff "$T/4.cfg" --as otto --on "$ON"
expect_out_empty
expect_err_contains 'looked at 0 live and 0 archived'
for dry in '' --dry-run; do
	# shellcheck disable=SC2086
	run cpadmin policy adopt "$T/4.cfg" --as anna --on "$ON" $dry
	expect_status 9
done
adopt 4
sed 's/"P8Y"/"P3Y"/' "$T/4.cfg" >"$T/other.cfg"
for dry in '' --dry-run; do
	# shellcheck disable=SC2086
	run cpadmin policy adopt "$T/other.cfg" --on "$ON" $dry
	expect_status 5
	expect_err_contains 'another contactpoint-2007 version 4'
	# shellcheck disable=SC2086
	ok cpadmin policy adopt "$T/4.cfg" --on "$ON" --json $dry
	expect_json '"\(.changed) \(.recomputed)"' 'false 0'
done
echo 'extra = 1;' >>"$T/other.cfg"
sed -i 's/value = 18;/value = 0;/' "$T/other.cfg"
ok cpadmin policy check "$T/4.cfg"
run cpadmin policy check "$T/other.cfg" --json
cp "$OUT_FILE" "$T/problems"
for verb in diff adopt; do
	run cpadmin policy "$verb" "$T/other.cfg" --json
	expect_status 10
	expect_true cmp -s "$OUT_FILE" "$T/problems"
done
run cpadmin policy diff "$T/none.cfg"
expect_status 4

# downgrade STORE: as the first version of the program left it.  What has no
# place there, the tests before have not made.
downgrade() {
	local old=$T/old.db table columns

	rm -f "$old"
	{
		echo 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;'
		cat "$ROOT/lifecycle/store/schema/0001-spine.sql"
		echo "ATTACH '$1/store.db' AS new; DELETE FROM tally;"
		echo 'DROP TRIGGER tally_new;'
	} | sqlite3 "$old" >/dev/null
	for table in $(sqlite3 "$old" "SELECT name FROM sqlite_schema WHERE
	    type = 'table' AND name NOT LIKE 'sqlite%'"); do
		columns=$(sqlite3 "$old" "SELECT group_concat(name) FROM
		    pragma_table_info('$table')")
		sqlite3 "$old" "ATTACH '$1/store.db' AS new;
		    INSERT INTO main.$table($columns) SELECT $columns
		    FROM new.$table"
	done
	sqlite3 "$old" "$(sed -n '/^CREATE TRIGGER tally_new/,/^END;/p' \
	    "$ROOT/lifecycle/store/schema/0001-spine.sql")
	    PRAGMA user_version = 1; PRAGMA application_id = 1129333060"
	rm -f "$1"/store.db*
	mv "$old" "$1/store.db"
	rm -f "$old"-*
}

test_case 'a store of the first version'
again "$STORE"
downgrade "$CPADMIN_STORE"
expect_eq "$(sql 'PRAGMA user_version; PRAGMA integrity_check')" '1
ok'
ok cpadmin policy diff "$T/4.cfg" --on "$ON" --json
expect_json '.rows | length' 3
expect_eq "$(sql 'SELECT count(*) FROM undo')" 0 'migrated'
downgrade "$CPADMIN_STORE"
adopt 4
expect_json '[.moved, .redated, .failed] | tostring' '[3,3,0]'
expect_eq "$(due R1)" '2028-06-11|2028-06-11|202806'
opens R1
ok cpadmin audit verify --on "$ON"
