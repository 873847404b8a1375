#!/bin/bash
# What a shield took out of a record is in no file when the command ends; where
# a reader prevents that, it is said, stands on the work list, and the next
# command makes it good.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
DAY=2026-11-20

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}
owed() {
	sqlite3 -readonly "$CPADMIN_STORE/store.db" \
	    "SELECT last FROM counter WHERE name = 'forgetting'"
}
log_size() {
	stat -c %s "$CPADMIN_STORE/store.db-wal" 2>/dev/null || echo 0
}
# rows: of the work list about this.
rows() {
	cpadmin worklist --on $DAY --json |
	    jq -c '[.rows[] | select(.what | test("removed")) | .command]'
}

new_store --on $DAY
for id in A B; do
	printf '{"cpadmin":"record/1","id":"%s-1","authority":"E08000015","names":[{"type":"current","given":"Ann","family":"Hill%s"}],"gender":"female","birth_date":"2015-03-04","addresses":[{"type":"current","lines":["9 Marker%s Road"],"postcode":"CH41 1AA"}]}\n' \
	    $id $id $id
done >"$T/rows"
ok cpadmin record import "$T/rows" --on $DAY

test_case 'with nobody reading it is gone when the command ends'
expect_some 'MarkerA Road' in "$CPADMIN_STORE/store.db"
ok cpadmin shield request A-1 --by parent --reason why --on $DAY
expect_no 'MarkerA Road' in "$CPADMIN_STORE"
expect_err_empty
expect_eq "$(owed) $(rows)" '0 []'

test_case 'a reader is named, and what it prevents'
mkfifo "$T/hold"
sqlite3 "$CPADMIN_STORE/store.db" <"$T/hold" >"$T/reader" &
READER=$!
exec 9>"$T/hold"
echo 'BEGIN; SELECT count(*) FROM record;' >&9
for ((i = 0; i < 50; i++)); do
	[ -s "$T/reader" ] && break
	sleep 0.1
done
ok cpadmin shield request B-1 --by parent --reason why --on $DAY
expect_err_contains 'still in the log of the database'
expect_eq "$(owed) $(rows)" '1 ["cpadmin sanitise"]'
expect_true [ "$(log_size)" -gt 0 ]
ok cpadmin operator add tom --uid 4001 --role team --on $DAY
expect_eq "$(owed)" 1 'while it still reads'

test_case 'the next command after it makes that good'
echo 'COMMIT;' >&9
exec 9>&-
wait "$READER"
ok cpadmin operator add ann --uid 4002 --role team --on $DAY
expect_eq "$(owed) $(rows)" '0 []'
expect_eq "$(log_size)" 0 'bytes of log'
expect_no 'MarkerB Road' in "$CPADMIN_STORE"

test_case 'a store of before takes one sanitising'
sql "UPDATE counter SET last = 2 WHERE name = 'forgetting'"
ok cpadmin operator add zoe --uid 4003 --role team --on $DAY
expect_eq "$(owed) $(rows)" '2 ["cpadmin sanitise"]'
ok cpadmin sanitise --on $DAY
expect_eq "$(owed) $(rows)" '0 []'
