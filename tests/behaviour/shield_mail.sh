#!/bin/bash
# Letters about a case are held for an officer, go to the safe address only,
# and name no other.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

letter() {
	"$CPADMIN" shield letter "$@"
}

mail() {
	"$CPADMIN" shield mail "$@"
}

# record ID GIVEN BORN STREET [MORE]
record() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s","family":"Hill"}],' "$2"
	printf '"gender":"female","birth_date":"%s","addresses":[' "$3"
	printf '{"type":"current","lines":["%s","Birkenhead"],' "$4"
	printf '"postcode":"ZZ99 1AA"}%s]}\n' "${5:-}"
}

new_store
ok cpadmin operator add bob --uid 2001 --role shield
ok cpadmin operator add dora --uid 2002 --role dpo
ok cpadmin operator add tim --uid 2003 --role team
ok cpadmin operator add far --uid 2004 --role shield --authority E10000016
FORMER=',{"type":"last-known","lines":["7 Former Lane","Chester"],"postcode":"ZZ99 7CC"}'
{
	record KID-1 Zoe 2020-01-01 '1 Safe Street' "$FORMER"
	record KID-2 Amy 2012-01-01 '2 Safe Street'
	record KID-3 Bea 2012-01-01 '3 Safe Street' \
	    ',{"type":"current","lines":["9 Second Home"],"postcode":"ZZ99 9DD"}'
	record KID-4 Cleo 2012-01-01 '4 Safe Street'
} >"$T/rows"
ok cpadmin record import "$T/rows"
ok cpadmin shield request KID-1 --by parent --reason 'he looks for us'
ok cpadmin shield request KID-2 --by child --reason 'he looks for me'
ok cpadmin shield request KID-3 --by practitioner --reason 'they say so'

test_case 'who writes, who is told'
run letter KID-1 --kind request-received --as tim
expect_status 9
run letter KID-1 --kind request-received --as dora
expect_status 9
run letter KID-1 --kind request-received --as far
expect_status 9
run letter KID-1
expect_status 2
run letter KID-1 --kind greeting
expect_status 2
run letter KID-4 --kind outcome
expect_status 4
run letter KID-1 --kind outcome
expect_status 5
expect_err_contains 'nothing is decided yet'
run letter KID-1 --kind review
expect_status 5
expect_eq "$(sql 'SELECT count(*) FROM mail')" 0

test_case 'it is held, and sealed'
ok letter KID-1 --kind request-received --json
expect_json '[.mail, .id, .kind, .status] | join(" ")' \
    'M-0001 KID-1 request-received held'
expect_no 'Safe Street' in "$OUT_FILE"
expect_no '1 Safe Street' in "$CPADMIN_STORE"
expect_no 'asked to hide' in "$CPADMIN_STORE"
ok mail list --json --as dora
expect_json '[.rows[] | .mail + " " + .id + " " + .status] | join(",")' \
    'M-0001 KID-1 held'
run mail list --as tim
expect_status 9
ok mail list --json --as far
expect_json '.rows | length' 0
ok cpadmin worklist --as bob --json
expect_json '[.rows[] | select(.kind == "shield-mail") | .command] | join(",")' \
    'cpadmin shield mail release M-0001 --output FILE'

test_case 'an officer releases it, to the safe address and nowhere else'
for who in tim dora far; do
	run mail release M-0001 --as $who
	expect_status 9
	expect_out_empty
done
ok mail release M-0001
expect_out_contains 'The parent or carer of
Zoe Hill
1 Safe Street
Birkenhead
ZZ99 1AA'
expect_out_contains 'Dear parent or carer,'
expect_out_contains 'every address, telephone numbers'
for word in Former Chester '7CC' 'looks for'; do
	expect_no "$word" in "$OUT_FILE"
done
expect_eq "$(awk 'length > 76' "$OUT_FILE")" '' 'lines too long'
ok mail list --json
expect_json '.rows | length' 0
ok mail list --all --json
expect_json '[.rows[] | .mail + " " + .status + " " + .settled_by] | join(",")' \
    'M-0001 released root'

test_case 'to a new file that only its owner reads; once more if it was lost'
run mail release M-0001 --json
expect_status 2
ok mail release M-0001 --output "$T/letter" --as bob --json
expect_json '[.mail, .status, .settled_by] | join(" ")' 'M-0001 released bob'
expect_eq "$(stat -c %a "$T/letter")" 600
expect_some '1 Safe Street' in "$T/letter"
run mail release M-0001 --output "$T/letter"
expect_status 5
expect_err_contains 'release it again'
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action | startswith("shield.mail") or
    startswith("shield.letter")) | .action + " " + .actor] | join(",")' \
    'shield.letter root,shield.mail.release root,shield.mail.release bob,shield.mail.release root'
expect_json '[.rows[] | select(.action | startswith("shield.mail")) |
    .subject | startswith("SC-")] | all' true

test_case 'to the child who asked, and from twelve on'
ok letter KID-2 --kind request-received
ok mail release M-0002
expect_out_contains '
Amy Hill
2 Safe Street'
expect_out_contains 'Dear Amy Hill,'
expect_no 'parent or carer' in "$OUT_FILE"

test_case 'of two current addresses somebody says which is safe'
run letter KID-3 --kind request-received
expect_status 5
expect_err_contains '--to N'
for n in 2 x -1 ''; do
	run letter KID-3 --kind request-received --to "$n"
	expect_status 2
done
ok letter KID-3 --kind request-received --to 1
ok mail release M-0003
expect_out_contains '9 Second Home'
expect_no 'Safe Street' in "$OUT_FILE"

test_case 'granted, and looked at again'
ok cpadmin shield decide KID-2 grant --reason 'it is so' --as bob
run letter KID-2 --kind request-received
expect_status 5
ok letter KID-2 --kind outcome
ok mail release M-0004
expect_out_contains 'We have decided to hide where you can be found.'
expect_no 'it is so' in "$OUT_FILE"
ok cpadmin shield review KID-2 --reason still --as bob
ok letter KID-2 --kind review
ok mail release M-0005
expect_out_contains 'It stays hidden.'

test_case 'refused: with reasons and how to complain, but no other address'
ok cpadmin shield decide KID-1 refuse --as bob \
    --reason 'He knows the place since they left 7 former lane.'
run letter KID-1 --kind outcome
expect_status 5
expect_err_contains 'addresses[1]'
expect_no Former in "$ERR_FILE"
ok letter KID-1 --kind outcome --because 'He knows the place already.'
ok mail release M-0006
expect_out_contains 'Why: He knows the place already.'
expect_out_contains 'Ombudsman'
expect_out_contains '1 Safe Street'

test_case 'a change of address: no letter follows the old one'
ok letter KID-1 --kind outcome --because 'He knows the place already.'
ok cpadmin record correct KID-1 --set 'addresses[0].type=last-known' \
    --set 'addresses[2].type=current' --set 'addresses[2].lines[0]=5 New Row' \
    --set 'addresses[2].postcode=ZZ99 5NN' --reason 'they moved'
run mail release M-0007
expect_status 5
expect_out_empty
expect_err_contains 'no longer the current one'
run letter KID-1 --kind outcome --because 'Come to 1 Safe Street.'
expect_status 5
ok letter KID-1 --kind outcome --because 'He knows the place already.'
ok mail release M-0008
expect_out_contains '5 New Row'
for word in 'Safe Street' '1AA' Former Chester; do
	expect_no "$word" in "$OUT_FILE"
done

test_case 'withdrawn is gone'
run mail withdraw M-0007
expect_status 2
run mail withdraw M-0007 --reason x --as dora
expect_status 9
BEFORE=$(sql 'SELECT count(*) FROM compartment')
ok mail withdraw M-0007 --reason 'they MOVED-AWAY' --json
expect_json .status withdrawn
expect_no MOVED-AWAY in "$CPADMIN_STORE"
expect_eq "$(sql "SELECT compartment IS NULL FROM mail WHERE id = 'M-0007'")" 1
# The letter went, the reason came.
expect_eq "$(sql 'SELECT count(*) FROM compartment')" "$BEFORE"
run mail release M-0007
expect_status 5
run mail withdraw M-0007 --reason x
expect_status 5
run mail release M-9999
expect_status 4

test_case 'nobody to write to'
ok cpadmin shield request KID-4 --by child --reason x
ok cpadmin record correct KID-4 --set 'addresses[0].type=none-known' \
    --set 'addresses[0].lines[1]=' --set 'addresses[0].lines[0]=' \
    --set 'addresses[0].postcode=' --reason 'gone'
run letter KID-4 --kind request-received
expect_status 5
expect_err_contains 'no current address'

test_case 'what an archived record left behind can only be withdrawn'
ok letter KID-2 --kind review
ok cpadmin record event KID-2 left-england --date 2026-01-01 \
    --intention no-return
ok cpadmin retention run --yes --accept share
run mail release M-0009
expect_status 5
expect_out_empty
ok cpadmin worklist --as bob --json
expect_json '[.rows[] | select(.id == "M-0009") | .command] | join(",")' \
    'cpadmin shield mail withdraw M-0009 --reason TEXT'
ok mail withdraw M-0009 --reason 'too late'
ok cpadmin audit verify
