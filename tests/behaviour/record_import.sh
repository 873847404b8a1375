#!/bin/bash
# record import: what is created, updated, refused; and that it can be run
# again.
. "$(dirname "$0")/../lib.sh"

POPULATION=$BUILD/population

counts() { # CREATED UPDATED UNCHANGED REJECTED
	expect_json '[.created,.updated,.unchanged,.rejected,.quarantined]|@csv' \
	    "$1,$2,$3,$4,0"
}

# What a document says, without what says nothing.
plain() {
	jq -S 'walk(if type == "object"
	    then with_entries(select(.value != null and .value != []))
	    else . end)'
}

# row ID FAMILY [JSON MEMBERS...]: a small document.
row() {
	local id=$1 family=$2

	shift 2
	printf '{"cpadmin":"record/1",%s"authority":"E08000015","names":[{"type":"current","given":"Ann","family":"%s"}],"gender":"female","birth_date":"2015-03-04"%s}\n' \
	    "${id:+\"id\":\"$id\",}" "$family" "$*"
}

test_case 'a feed is loaded, and loading it again changes nothing'
new_store
"$POPULATION" --count 1500 >"$T/feed.ndjson"
ok cpadmin record import "$T/feed.ndjson" --json
counts 1500 0 0 0
expect_json '.rejects_file' null
expect_json '.dry_run' false
ok cpadmin record import "$T/feed.ndjson" --json
counts 0 0 1500 0
ok cpadmin record list --json
expect_json '.rows|length' 1500
expect_json '[.rows[].id]|unique|length' 1500
ok cpadmin audit verify

test_case 'where nobody is shielded, nobody is looked for'
expect_no_file "$CPADMIN_STORE/keys/match.key"

test_case 'each stored document is the row that came'
head -n 25 "$T/feed.ndjson" >"$T/some"
while read -r line; do
	id=$(jq -r .id <<<"$line")
	ok cpadmin record show "$id" --reason test --json
	plain <<<"$line" >"$T/want"
	plain <"$OUT_FILE" >"$T/got"
	cmp -s "$T/want" "$T/got" || fail 'not the same' \
	    "$(diff "$T/want" "$T/got")"
done <"$T/some"

test_case 'a changed row updates its record and no other'
sed '7s/"family":"[^"]*"/"family":"Changed"/' "$T/feed.ndjson" >"$T/changed"
ok cpadmin record import "$T/changed" --json
counts 0 1 1499 0
id=$(sed -n 7p "$T/feed.ndjson" | jq -r .id)
ok cpadmin record show "$id" --reason test --json
expect_json '.names[0].family' Changed
ok cpadmin record find --name Changed --reason test --json
expect_json '[.rows[]|select(.id=="'"$id"'")]|length' 1
ok cpadmin record history "$id" --reason test --json
expect_json '[.rows[].action]|map(select(startswith("record.create") or startswith("record.update")))|join(" ")' \
    'record.create record.update'
expect_json '.rows[0].detail|[.file,.line]|@csv' '"feed.ndjson",7'

test_case 'a dry run counts the same and changes nothing'
new_store
row A-1 One >"$T/d.ndjson"
row A-2 Two >>"$T/d.ndjson"
row A-1 Three >>"$T/d.ndjson"
row '' Bad ',"gendre":1' >>"$T/d.ndjson"
before=$(sqlite3 "$CPADMIN_STORE/store.db" .dump | sha256sum)
run cpadmin record import "$T/d.ndjson" --dry-run --json
expect_status 3
counts 2 1 0 1
expect_json .dry_run true
expect_json '.rejects[0]|[.file,.line]|@csv' '"d.ndjson",4'
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" .dump | sha256sum)" "$before"
expect_eq "$(find "$CPADMIN_STORE/rejects" -type f | wc -l)" 0
run cpadmin record import "$T/d.ndjson" --json
expect_status 3
counts 2 1 0 1
rejects=$(jq -r .rejects_file "$OUT_FILE")
ok cpadmin record list --json
expect_json '.rows|length' 2

test_case 'rejects are told with line, path and cause, and nothing more'
expect_file "$rejects"
expect_eq "$(stat -c %a "$rejects")" 600
expect_eq "$(jq -c '[.file,.line,.path]' "$rejects")" \
    '["d.ndjson",4,"$"]'
expect_no Bad in "$rejects"

test_case 'every malformed row of a population is refused, the rest goes in'
new_store
"$POPULATION" --count 3000 --bad 20 --bad-report "$T/bad.txt" >"$T/mixed"
run cpadmin record import "$T/mixed" --format ndjson --json
expect_status 3
expect_json '.rejected > 50' true
jq .line "$(jq -r .rejects_file "$OUT_FILE")" | sort -n >"$T/got"
jq .line "$T/bad.txt" | sort -n >"$T/want"
expect_true [ -s "$T/want" ]
cmp -s "$T/want" "$T/got" || fail 'other lines' "$(diff "$T/want" "$T/got" | head)"

test_case 'nothing but bad rows is bad input'
new_store
echo '{"cpadmin":"record/1"}' >"$T/b.ndjson"
echo 'not json' >>"$T/b.ndjson"
run cpadmin record import "$T/b.ndjson" --json
expect_status 10
counts 0 0 0 2
ok cpadmin record list --json
expect_json '.rows|length' 0

test_case 'a line of over 1 MiB is one reject'
{
	row A-1 One
	head -c 3000000 /dev/zero | tr '\0' x
	echo
	row A-2 Two
} >"$T/long.ndjson"
run cpadmin record import "$T/long.ndjson" --json
expect_status 3
counts 2 0 0 1
expect_json '.rejects[0].line' 2
expect_json '.rejects[0].cause' 'over 1 MiB long'

test_case 'blank lines and a missing last line feed are no matter'
new_store
{ echo; row A-1 One; echo '   '; row A-2 Two | tr -d '\n'; } >"$T/n.ndjson"
ok cpadmin record import "$T/n.ndjson" --json
counts 2 0 0 0

test_case 'from stdin, several files, and what is no file'
new_store
row A-1 One | run cpadmin record import - --json
run bash -c "head -n 3 '$T/feed.ndjson' | '$CPADMIN' record import - --json"
expect_status 0
counts 3 0 0 0
row B-1 One >"$T/1.ndjson"
row B-2 Two >"$T/2.ndjson"
ok cpadmin record import "$T/1.ndjson" "$T/2.ndjson" --json
counts 2 0 0 0
row B-3 Two >"$T/3.ndjson"
run cpadmin record import "$T/3.ndjson" "$T/none.ndjson" --json
expect_status 4
ok cpadmin record list --json
expect_json '[.rows[]|select(.id=="B-3")]|length' 0
run cpadmin record import "$T/3.ndjson" --format xml
expect_status 2

test_case 'no two records have one NHS number'
new_store
row A-1 One ',"numbers":[{"type":"nhs","value":"9434765919"}]' >"$T/a.ndjson"
row A-2 Two ',"numbers":[{"type":"nhs","value":"9434765919"}]' >>"$T/a.ndjson"
run cpadmin record import "$T/a.ndjson" --json
expect_status 3
counts 1 0 0 1
expect_json '.rejects[0].path' '$.numbers[0].value'
expect_no 9434765919 in "$(jq -r .rejects_file "$OUT_FILE")"
run cpadmin record import "$T/a.ndjson" --json
expect_status 3
counts 0 0 1 1

test_case 'a row without an id is known by number and birth date'
new_store
N=',"numbers":[{"type":"nhs","value":"9434765919"}]'
row '' One "$N" >"$T/i.ndjson"
ok cpadmin record import "$T/i.ndjson" --json
counts 1 0 0 0
ok cpadmin record list --json
expect_json '.rows[0].id|test("^CP-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$")' true
id=$(jq -r '.rows[0].id' "$OUT_FILE")
ok cpadmin record import "$T/i.ndjson" --json
counts 0 0 1 0
row '' Other "$N" >"$T/j.ndjson"
ok cpadmin record import "$T/j.ndjson" --json
counts 0 1 0 0
ok cpadmin record list --json
expect_json '[.rows[].id]|join(" ")' "$id"
row '' Third "$N" | sed s/2015-03-04/2015-03-05/ >"$T/k.ndjson"
run cpadmin record import "$T/k.ndjson" --json
expect_status 10
counts 0 0 0 1

test_case 'the same without ids, a whole population twice'
new_store
"$POPULATION" --count 800 --no-ids >"$T/noid.ndjson"
ok cpadmin record import "$T/noid.ndjson" --json
counts 800 0 0 0
run cpadmin record import "$T/noid.ndjson" --json
expect_json '.created + .unchanged' 800
# Only those without any number are taken for new people.
expect_json .created "$(jq -c 'select((.numbers // [])|length == 0)' \
    "$T/noid.ndjson" | wc -l)"

test_case 'CSV: the same people, and what CSV cannot say is kept'
new_store
"$POPULATION" --count 300 --format csv >"$T/p.csv"
ok cpadmin record import "$T/p.csv" --json
counts 300 0 0 0
ok cpadmin record import "$T/p.csv" --json
counts 0 0 300 0
id=$(cpadmin record list --json | jq -r '[.rows[]|select(.state=="live")][0].id')
ok cpadmin record event "$id" left-england --date 2026-11-20 \
    --intention return --on 2026-11-21
ok cpadmin record import "$T/p.csv" --json --on 2026-11-21
counts 0 0 300 0
ok cpadmin record show "$id" --reason test --json
expect_json .left_england.intention return

test_case 'CSV: its header must be whole'
head -n 3 "$T/p.csv" | sed '1s/gender/sex/' >"$T/sex.csv"
run cpadmin record import "$T/sex.csv"
expect_status 10
expect_err_contains sex
cut -d, -f1-18 <<<"$(head -n 1 "$T/p.csv")" >"$T/short.csv"
run cpadmin record import "$T/short.csv"
expect_status 10
expect_err_contains format
tail -n 1 "$T/p.csv" >"$T/headless.csv"
run cpadmin record import "$T/headless.csv"
expect_status 10
: >"$T/empty.csv"
run cpadmin record import "$T/empty.csv"
expect_status 10
sed '1s/id,authority/authority,id/' "$T/p.csv" | awk -F, -v OFS=, \
    'NR==1 || NF==19 && !/"/ { if (NR>1) { t=$1; $1=$2; $2=t } print }' \
    >"$T/swapped.csv"
ok cpadmin record import "$T/swapped.csv" --json --on 2026-11-21
expect_json '.created + .updated + .rejected' 0

test_case 'who may import'
new_store
ok cpadmin operator add dora --uid 4001 --role dpo
run cpadmin record import "$T/1.ndjson" --as dora
expect_status 9
ok cpadmin operator add tom --uid 4002 --role team
ok cpadmin record import "$T/1.ndjson" --as tom

test_case 'killed at any time, it leaves a prefix and goes on'
new_store
head -n 1000 "$T/feed.ndjson" >"$T/kill.ndjson"
for ms in 5 20 40 60; do
	timeout -s KILL "0.0$(printf %02d $ms)" "$CPADMIN" record import \
	    "$T/kill.ndjson" >/dev/null 2>&1
done 2>/dev/null
ok cpadmin record import "$T/kill.ndjson" --json
expect_json '.created + .unchanged' 1000
ok cpadmin record import "$T/kill.ndjson" --json
counts 0 0 1000 0
ok cpadmin audit verify
