#!/bin/bash
# record merge, split, never-link, undo: who is one person and who is two, and
# that nothing of one life leads to the other.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
ON=(--on 2026-11-21)
R=(--reason why "${ON[@]}")

# person ID GIVEN FAMILY BORN [MEMBERS]: MEMBERS is more JSON, with its comma.
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s",' "$2"
	printf '"family":"%s"}],"birth_date":"%s"%s}\n' "$3" "$4" \
	    "${5:-,\"gender\":\"female\"}"
}

# All that bears on records, as text; without what tells only when.
everything() {
	sqlite3 "$CPADMIN_STORE/store.db" "
	    SELECT n, id, authority, state, next_action, next_due, rule,
		extended_from, parked, prune_due, policy, birth,
		death_notified, left_on, left_intention, merged_into
		FROM record ORDER BY n;
	    SELECT record, doc, hex(keys) FROM document ORDER BY record;
	    SELECT key, record FROM search_key ORDER BY key, record;
	    SELECT * FROM consent ORDER BY n;
	    SELECT * FROM consent_service ORDER BY consent, mark;
	    SELECT * FROM consent_confirmation ORDER BY consent, date;
	    SELECT * FROM hold WHERE released IS NULL ORDER BY n;
	    SELECT * FROM move ORDER BY n;
	    SELECT a, b FROM never_link;
	    SELECT * FROM history_part;
	    SELECT name, count FROM tally ORDER BY name;"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

found() {
	run cpadmin record find "$@" "${R[@]}" --json
	expect_status 0
	FOUND=$(jq -r '[.rows[].id]|sort|join(" ")' "$OUT_FILE")
}

hold() {
	ok cpadmin hold place --record "$1" --reason inquiry \
	    --legal-basis Act --contact c@example --review 2027-06-01 \
	    "${ON[@]}"
}

consent() {
	ok cpadmin consent give "$1" --ground "$2" --by self \
	    --date 2026-11-20 --statement v1 --evidence E1 "${ON[@]}"
}

new_store --on 2026-11-21
ok cpadmin operator add tom --uid 4002 --role team "${ON[@]}"
ok cpadmin operator add dora --uid 4003 --role dpo "${ON[@]}"
ok cpadmin operator add aud --uid 4004 --role auditor "${ON[@]}"
{
	person OLD Zoe Ahmed 2008-12-04 ',"gender":"not-specified",
	    "numbers":[{"type":"nhs","value":"9434765919"}],
	    "addresses":[{"type":"current","lines":["1 High Street"],
	    "postcode":"CH41 1AA"}],"carers":[{"name":"Maeve",
	    "relation":"mother","responsibility":true}],"involvements":[
	    {"service":"education","provider":"Ridge School","start":
	    "2015-09-01","end":null,"lead":false,"assessment":false,
	    "sensitive":null},{"service":"mental-health","provider":"Clinic",
	    "start":"2024-01-01","end":"2026-06-01","lead":false,"assessment":
	    false,"sensitive":{"basis":"consent","evidence":"S1"}}],
	    "left_england":{"date":"2026-01-01",
	    "intention":"return"},"letters":{"language":"ur",
	    "format":"standard"}' | tr -d '\n\t'
	echo
	person NEW Zoë 'O’Brien' 2008-12 ',"gender":"female","addresses":[
	    {"type":"current","lines":["2 Low Street"],"postcode":
	    "CH41 1AB"}],"carers":[{"name":"Maeve","relation":"mother",
	    "responsibility":true}]' | tr -d '\n\t'
	echo
} >"$T/two"
ok cpadmin record import "$T/two" "${ON[@]}"
consent OLD care-leaver
consent NEW connexions
hold OLD
BEFORE=$(everything)

test_case 'a dry run tells what a merge would do, and does nothing'
ok cpadmin record merge OLD NEW --dry-run "${R[@]}" --json
DRY=$(jq -c 'del(.dry_run)' "$OUT_FILE")
expect_json .dry_run true
expect_eq "$(everything)" "$BEFORE" 'the store'
expect_eq "$(sql 'SELECT count(*) FROM undo')" 0

test_case 'two numbers become one, and all that was with the one is with it'
ok cpadmin record merge OLD NEW "${R[@]}" --as tom --json
expect_eq "$(jq -c 'del(.dry_run)' "$OUT_FILE")" "$DRY"
expect_json '[.id,.into,.consents,.holds]|@csv' '"OLD","NEW",2,1'
expect_json '.joined|[.names,.numbers,.addresses,.carers,.involvements]|@csv' \
    1,1,1,0,2
ok cpadmin record show NEW "${R[@]}" --json
expect_json '[.names[]|.type+" "+.family]|join(",")' \
    'current O’Brien,former Ahmed'
expect_json '[.addresses[]|.type+" "+.postcode]|join(",")' \
    'current CH41 1AB,last-known CH41 1AA'
expect_json '[.birth_date,.gender,.numbers[0].value,(.carers|length),
    .left_england.intention,.letters.language]|@csv' \
    '"2008-12-04","female","9434765919",1,"return","ur"'
ok cpadmin consent list NEW "${R[@]}" --json
expect_json '[.rows[].ground]|sort|join(" ")' 'care-leaver connexions sensitive-service'
ok cpadmin hold list "${ON[@]}" --json
expect_json '.rows[0].scope + " " + (.rows[0].record // "")' 'record NEW'
ok cpadmin record list --state merged "${ON[@]}" --json
expect_json '.rows[0]|[.id,.state,.next_action,.next_due,.prune_due]|@csv' \
    '"OLD","merged",,,'
expect_eq "$(sql "SELECT count FROM tally WHERE name = 'merged'")" 1

test_case 'the number that is no more leads to the other, and does nothing'
for verb in show history; do
	run cpadmin record "$verb" OLD "${R[@]}"
	expect_status 5
	expect_err_contains 'merged into NEW'
	expect_out_empty
done
run cpadmin record correct OLD --set given=A "${R[@]}"
expect_status 5
run cpadmin record merge OLD NEW "${R[@]}"
expect_status 5
run cpadmin record merge NEW OLD "${R[@]}"
expect_status 5
run cpadmin hold place --record OLD --reason r --legal-basis l --contact c \
    --review 2027-06-01 "${ON[@]}"
expect_status 5
head -1 "$T/two" >"$T/one"
run cpadmin record import "$T/one" "${ON[@]}" --json
expect_status 10
expect_json .rejected 1
expect_some 'its number was merged into another' in "$CPADMIN_STORE/rejects"
expect_no NEW in "$CPADMIN_STORE/rejects"
ok cpadmin retention plan --until 2040-01-01 "${ON[@]}" --json
expect_json '[.rows[].id]|unique|join(" ")' NEW

test_case 'search finds the person by either name, and one of them only'
found --name 'Zoe Ahmed'; expect_eq "$FOUND" NEW
found --number 9434765919; expect_eq "$FOUND" NEW
found --postcode 'CH41 1AA'; expect_eq "$FOUND" NEW
expect_eq "$(sql 'SELECT count(DISTINCT record) FROM search_key')" 1

test_case 'there is one history, in the order of the log'
ok cpadmin record history NEW "${R[@]}" --json
expect_json '[.rows[].action]|join(" ")' "record.create record.create \
consent.give consent.give hold.place record.merge record.merge record.show \
consent.list record.find record.find record.find record.history"
expect_json '.rows[5].detail.into' NEW
expect_json '.rows[6].detail.merged' OLD

test_case 'undone, every record is to the byte what it was'
ok cpadmin record undo OLD "${R[@]}" --json
expect_json '[.id,.undone,.other]|@csv' '"NEW","record.merge","OLD"'
expect_eq "$(everything)" "$BEFORE" 'the store'
run cpadmin record undo OLD "${R[@]}"
expect_status 5
found --name 'Zoe Ahmed'; expect_eq "$FOUND" OLD
ok cpadmin record merge OLD NEW "${R[@]}"
ok cpadmin record undo NEW "${R[@]}"
expect_eq "$(everything)" "$BEFORE" 'the store, undone by the other number'
ok cpadmin record history NEW "${R[@]}" --json
expect_json '.rows[-2]|[.action,.detail.undone]|join(" ")' \
    'record.undo record.merge'

test_case 'what was changed since is not undone, in the order of changes it is'
ok cpadmin record merge OLD NEW "${R[@]}"
hold NEW
run cpadmin record undo NEW "${R[@]}"
expect_status 5
expect_err_contains 'record NEW has been changed since'
ok cpadmin hold release "$(sql 'SELECT max(id) FROM hold')" --reason over \
    --as dora "${ON[@]}"
ok cpadmin consent withdraw NEW --date 2026-11-21 "${ON[@]}"
run cpadmin record undo NEW "${R[@]}"
expect_status 5
expect_err_contains 'record NEW has been changed since'
new_store --on 2026-11-21
ok cpadmin record import "$T/two" "${ON[@]}"
BEFORE=$(everything)
ok cpadmin record merge OLD NEW "${R[@]}"
ok cpadmin record event NEW died --date 2026-11-19 --notified 2026-11-20 \
    "${ON[@]}"
run cpadmin record undo OLD "${R[@]}"
expect_status 5
expect_err_contains 'record NEW has been changed since'
ok cpadmin record undo NEW "${R[@]}" --json
expect_json '[.undone,.other]|@csv' '"record.died",'
ok cpadmin record undo NEW "${R[@]}" --json
expect_json .undone record.merge
expect_eq "$(everything)" "$BEFORE" 'the store'

test_case 'a number that led to one that is merged leads on, and back'
person THIRD Zoé Ahmed 2008-12-04 >"$T/third"
ok cpadmin record import "$T/third" "${ON[@]}"
ok cpadmin record merge OLD NEW "${R[@]}"
MIDDLE=$(everything)
ok cpadmin record merge NEW THIRD "${R[@]}"
run cpadmin record show OLD "${R[@]}"
expect_err_contains 'merged into THIRD'
ok cpadmin record history THIRD "${R[@]}" --json
expect_json '[.rows[]|select(.action=="record.create")]|length' 3
run cpadmin record undo OLD "${R[@]}"
expect_status 5
expect_err_contains 'record NEW has been changed since'
ok cpadmin record undo NEW "${R[@]}"
expect_eq "$(everything)" "$MIDDLE" 'the store'
ok cpadmin record undo OLD "${R[@]}"
expect_eq "$(sql 'SELECT count(*) FROM undo')" 0

test_case 'an offer of the record lapses with it, and is open again after it'
ok cpadmin operator add lewis --uid 4007 --role team --authority E08000012 \
    "${ON[@]}"
ok cpadmin record event OLD moved --to E08000012 --offer --date 2026-11-20 \
    --reason 'new school' "${ON[@]}"
BEFORE=$(everything)
ok cpadmin record merge OLD NEW "${R[@]}"
ok cpadmin record move list --as lewis "${ON[@]}" --json
expect_json '.rows|length' 0
ok cpadmin record undo NEW "${R[@]}"
expect_eq "$(everything)" "$BEFORE" 'the store'
ok cpadmin record move list --as lewis "${ON[@]}" --json
expect_json '.rows[0]|[.id,.reason]|join(" ")' 'OLD new school'

test_case 'nobody merges, splits or undoes beyond their reach'
ok cpadmin record move accept OLD --as lewis "${ON[@]}"
for args in 'OLD NEW' 'NEW OLD'; do
	# shellcheck disable=SC2086
	run cpadmin record merge $args "${R[@]}" --as lewis
	expect_status 9
done
run cpadmin record never-link add OLD NEW "${R[@]}" --as lewis
expect_status 9
run cpadmin record split OLD --set given=A --set authority=E08000015 \
    "${R[@]}" --as lewis
expect_status 9
run cpadmin record split OLD --set given=A --set family=B \
    --set authority=E08000015 "${R[@]}" --as lewis
expect_status 9
ok cpadmin record split OLD --set given=A --set family=B "${R[@]}" \
    --as lewis --json
AWAY=$(jq -r .new_id "$OUT_FILE")
BEFORE=$(everything)
ok cpadmin record merge "$AWAY" THIRD "${R[@]}"
ok cpadmin record show THIRD "${R[@]}" --json
expect_json .authority E08000015
run cpadmin record undo "$AWAY" "${R[@]}" --as lewis
expect_status 9
ok cpadmin record undo "$AWAY" "${R[@]}"
expect_eq "$(everything)" "$BEFORE" 'the store'
ok cpadmin record undo OLD "${R[@]}" --as lewis
ok cpadmin record undo OLD "${R[@]}" --as lewis --json
expect_json .undone record.move-accept

test_case 'a mark stands for all numbers of a person'
ok cpadmin record never-link add OLD THIRD "${R[@]}"
ok cpadmin record merge OLD NEW "${R[@]}"
run cpadmin record merge THIRD NEW "${R[@]}"
expect_status 5
expect_err_contains 'never to be linked'
run cpadmin record merge NEW THIRD "${R[@]}"
expect_status 5
ok cpadmin record never-link remove OLD THIRD "${R[@]}"
ok cpadmin record merge NEW THIRD --dry-run "${R[@]}"
ok cpadmin record undo NEW "${R[@]}"

test_case 'the next run forgets what could be undone'
ok cpadmin record merge OLD NEW "${R[@]}"
ok cpadmin retention run "${ON[@]}" --yes
expect_eq "$(sql 'SELECT count(*) FROM undo')" 0
run cpadmin record undo NEW "${R[@]}"
expect_status 5
expect_err_contains 'until the next retention run'

test_case 'what contradicts itself is refused by name, until it is settled'
new_store --on 2026-11-21
{
	person A Ann Hill 2010-01-05 ',"gender":"female","numbers":[
	    {"type":"nhs","value":"9434765919"},{"type":"upn","value":
	    "H801200001001"}],"left_england":{"date":"2024-01-01","intention":
	    "return"},"death":{"date":"2026-01-02","notified":"2026-02-02"}' |
	    tr -d '\n\t'
	echo
	person B Anne Hill 2011-01-05 ',"gender":"female","numbers":[
	    {"type":"nhs","value":"4010232137"},{"type":"upn","value":
	    "X801200001002"}],"left_england":{"date":"2024-01-01","intention":
	    "no-return"},"death":{"date":"2026-01-02","notified":
	    "2026-02-03"}' | tr -d '\n\t'
	echo
} >"$T/contradict"
run cpadmin record import "$T/contradict" "${ON[@]}" --json
[ "$STATUS" -eq 0 ] || fail 'the two rows' "$(cat "$CPADMIN_STORE"/rejects/*)"
BEFORE=$(everything)
run cpadmin record merge A B "${R[@]}"
expect_status 5
expect_err_contains 'nhs, upn, birth_date, left_england, death'
expect_no 9434765919 in "$ERR_FILE"
expect_no 2010 in "$ERR_FILE"
expect_eq "$(everything)" "$BEFORE" 'the store'
SETS=(--set nhs=9434765919 --set upn=X801200001002 --set birth_date=2010-01-05
    --set left_england.intention=return)
run cpadmin record merge A B "${SETS[@]}" "${R[@]}"
expect_status 5
expect_err_contains 'in: death'
ok cpadmin record merge A B "${SETS[@]}" --set death.notified=2026-02-02 \
    "${R[@]}"
ok cpadmin record show B "${R[@]}" --json
expect_json '[.numbers[].value]|sort|join(" ")' '9434765919 X801200001002'
expect_json '[.birth_date,.left_england.intention,.death.notified]|join(" ")' \
    '2010-01-05 return 2026-02-02'
ok cpadmin record undo B "${R[@]}"
expect_eq "$(everything)" "$BEFORE" 'the store'
run cpadmin record merge A B --set nhs=123 "${R[@]}"
expect_status 10
run cpadmin record merge A A "${R[@]}"
expect_status 5
run cpadmin record merge A NONE "${R[@]}"
expect_status 4
run cpadmin record merge A B
expect_status 2

test_case 'a correction that changed the ledger too'
new_store --on 2026-11-21
ok cpadmin record import "$T/two" "${ON[@]}"
BEFORE=$(everything)
ok cpadmin record correct OLD --set 'involvements[1]=' "${R[@]}"
expect_false test "$(everything)" = "$BEFORE"
ok cpadmin record undo OLD "${R[@]}" --json
expect_json .undone record.correct
expect_eq "$(everything)" "$BEFORE" 'the store'
ok cpadmin record correct OLD --set 'involvements[1].sensitive=' "${R[@]}"
expect_false test "$(everything)" = "$BEFORE"
ok cpadmin record undo OLD "${R[@]}"
expect_eq "$(everything)" "$BEFORE" 'the store'

# ---- split ------------------------------------------------------------------

test_case 'one number, two lives: the new one starts with what it takes'
new_store --on 2026-11-21
ok cpadmin operator add tom --uid 4002 --role team "${ON[@]}"
ok cpadmin operator add dora --uid 4003 --role dpo "${ON[@]}"
ok cpadmin operator add aud --uid 4004 --role auditor "${ON[@]}"
printf '%s\n' '{"cpadmin":"record/1","id":"KID","authority":"E08000015",
    "names":[{"type":"current","given":"Zoe","family":"Ahmed"},
    {"type":"former","given":"Zoe","family":"Brown"}],"gender":"female",
    "birth_date":"2008-12-04","numbers":[{"type":"nhs","value":"9434765919"}],
    "addresses":[{"type":"current","lines":["1 High Street"],"postcode":
    "CH41 1AA"},{"type":"current","lines":["9 New Road"],"postcode":
    "CH41 9ZZ"}],"carers":[{"name":"Maeve","relation":"mother",
    "responsibility":true},{"name":"Nell","relation":"mother",
    "responsibility":true}],"involvements":[{"service":"education","provider":
    "Ridge School","start":"2015-09-01","end":null,"lead":false,
    "assessment":false,"sensitive":null},{"service":"education","provider":
    "Hill School","start":"2020-09-01","end":null,"lead":false,
    "assessment":false,"sensitive":null},{"service":"mental-health","provider":
    "Clinic","start":"2024-01-01","end":"2026-06-01","lead":false,
    "assessment":false,"sensitive":{"basis":"consent","evidence":"S1"}}]}' | tr -d '\n\t' >"$T/kid"
ok cpadmin record import "$T/kid" "${ON[@]}"
consent KID care-leaver
consent KID connexions
hold KID
ok cpadmin record correct KID --set 'carers[1].phone=0151 496 0000' \
    --reason 'told by Nell' "${ON[@]}"
ok cpadmin record show KID --reason 'asked for by Nell' "${ON[@]}"
SHOWN=$(cpadmin record history KID "${R[@]}" --json |
    jq '[.rows[]|select(.action=="record.show")][0].seq')
TOLD=$(cpadmin record history KID "${R[@]}" --json |
    jq '[.rows[]|select(.action=="record.correct")][0].seq')
BEFORE=$(everything)
SPLIT=(--take 'names[1]' --take 'addresses[1]' --take 'carers[1]'
    --take 'involvements[1]' --take 'involvements[2]' --consent C-0003 --history "$SHOWN"
    --history "$TOLD" --set given=Zara)
ok cpadmin record split KID "${SPLIT[@]}" --dry-run "${R[@]}" --json
expect_json '[.new_id,.dry_run,.consents,.history,.holds]|@csv' ',true,1,2,1'
expect_eq "$(everything)" "$BEFORE" 'the store'
ok cpadmin record split KID "${SPLIT[@]}" --reason 'adopted' "${ON[@]}" --json
NEW=$(jq -r .new_id "$OUT_FILE")
expect_json '[.id,.next_due,.new_next_due]|join(" ")' \
    'KID 2033-12-04 2028-12-04'
ok cpadmin record show "$NEW" "${R[@]}" --json
cp "$OUT_FILE" "$T/new.json"
expect_json '[.names[]|[.type,.given,.family]|join(" ")]|join(",")' \
    'current Zara Brown'
expect_json '[.authority,.gender,.birth_date,.addresses[0].postcode,
    .carers[0].name,.involvements[0].provider,(.numbers|length)]|@csv' \
    '"E08000015","female","2008-12-04","CH41 9ZZ","Nell","Hill School",0'
ok cpadmin record show KID "${R[@]}" --json
cp "$OUT_FILE" "$T/kept.json"
expect_json '[.names[0].family,(.names|length),.addresses[0].postcode,
    .carers[0].name,.involvements[0].provider,.numbers[0].value]|@csv' \
    '"Ahmed",1,"CH41 1AA","Maeve","Ridge School","9434765919"'
ok cpadmin consent list "$NEW" "${R[@]}" --json
expect_json '[.rows[].ground]|join(" ")' connexions
ok cpadmin hold list "${ON[@]}" --json
expect_json '[.rows[].record]|sort|unique|length' 2
found --name 'Zara Brown'; expect_eq "$FOUND" "$NEW"
found --name 'Zoe Brown'; expect_false test "$FOUND" = KID
found --postcode 'CH41 1AA'; expect_eq "$FOUND" KID

test_case 'neither life leads to the other'
ok cpadmin record history "$NEW" "${R[@]}" --json
cp "$OUT_FILE" "$T/new.history"
expect_json '[.rows[].action]|join(" ")' "record.correct record.show \
record.create record.show consent.list record.find record.history"
expect_no KID in "$T/new.history" "$T/new.json"
expect_no adopted in "$T/new.history"
expect_no split in "$T/new.history"
ok cpadmin record history KID "${R[@]}" --json
expect_no "$NEW" in "$OUT_FILE" "$T/kept.json"
expect_no 'Nell' in "$OUT_FILE" "$T/kept.json"
expect_some adopted in "$OUT_FILE"
ok cpadmin audit show --subject "$NEW" "${ON[@]}" --json
expect_json '[.rows[].subject]|unique|join(" ")' "$NEW"
ok cpadmin audit show --subject KID "${ON[@]}" --json
expect_json '[.rows[].seq|select(. == '"$SHOWN"')]|length' 0
expect_no "$NEW" in "$OUT_FILE"
ok cpadmin audit verify "${ON[@]}"
for verb in merge 'never-link add'; do
	# shellcheck disable=SC2086
	run cpadmin record $verb KID "$NEW" "${R[@]}"
	expect_status 5
done

test_case 'the mark is seen, and taken away, by few'
run cpadmin record never-link list --as tom "${ON[@]}"
expect_status 9
expect_out_empty
run cpadmin record never-link remove KID "$NEW" --as tom "${R[@]}"
expect_status 9
run cpadmin record merge "$NEW" KID --as tom "${R[@]}"
expect_status 5
expect_err_contains 'never to be linked'
ok cpadmin record never-link list --as dora "${ON[@]}" --json
expect_json '.rows[0]|[.id,.other,.why]|join(" ")' "KID $NEW split"

test_case 'what happened to the new one since is not lost'
ok cpadmin record correct "$NEW" --set given=Mia "${R[@]}"
run cpadmin record undo KID "${R[@]}"
expect_status 5
expect_err_contains "record $NEW has been changed since"
ok cpadmin record undo "$NEW" "${R[@]}" --json
expect_json .undone record.correct

test_case 'a split undone: one record, to the byte what it was'
ok cpadmin record undo KID "${R[@]}" --json
expect_json '[.id,.undone,.other]|join(" ")' "KID record.split $NEW"
sql "SELECT doc, hex(keys) FROM document" >"$T/after"
expect_eq "$(sql 'SELECT count(*) FROM document')" 1
# All but the row of the number that was given out, and the copied hold.
expect_eq "$(everything | grep -v "|$NEW|")" "$(everything |
    grep -v "|$NEW|")"
expect_eq "$(sql "SELECT doc FROM document")" "$(printf '%s\n' "$BEFORE" |
    grep -o '{"cpadmin.*}')" 'the document'
expect_eq "$(sql "SELECT next_due FROM record WHERE id = 'KID'")" 2033-12-04
expect_eq "$(sql "SELECT count(*) FROM consent JOIN record r
    ON r.n = record WHERE id = 'KID'")" 3
expect_eq "$(sql "SELECT count(*) FROM history_part")" 0
expect_eq "$(sql "SELECT count(*) FROM never_link")" 0
expect_eq "$(sql "SELECT count(*) FROM hold WHERE released IS NULL")" 1
run cpadmin record show "$NEW" "${R[@]}"
expect_status 5
expect_err_contains 'merged into KID'
found --name 'Zoe Brown'; expect_eq "$FOUND" KID
ok cpadmin record history KID "${R[@]}" --json
expect_json '[.rows[].seq|select(. == '"$TOLD"')]|length' 1

test_case 'split, and merged back, holds what it held'
ok cpadmin record split KID "${SPLIT[@]}" "${R[@]}" --json
NEW=$(jq -r .new_id "$OUT_FILE")
ok cpadmin record correct "$NEW" --set given=Zoe "${R[@]}"
ok cpadmin record never-link remove KID "$NEW" --as dora "${R[@]}"
ok cpadmin record merge "$NEW" KID "${R[@]}"
sorted() {
	jq -cS 'del(.addresses[].type)|.names|=sort|.addresses|=sort|
	    .carers|=sort|.involvements|=sort'
}
expect_eq "$(sql "SELECT doc FROM document" | sorted)" \
    "$(printf '%s\n' "$BEFORE" | grep -o '{"cpadmin.*}' | sorted)" 'content'
ok cpadmin record history KID "${R[@]}" --json
expect_json '[.rows[].seq|select(. == '"$TOLD"')]|length' 1

test_case 'what cannot be split'
BEFORE=$(everything)
refused() {
	local status=$1 said=$2

	shift 2
	run cpadmin record split KID "$@" "${R[@]}"
	expect_status "$status"
	expect_err_contains "$said"
	expect_eq "$(everything)" "$BEFORE" 'the store'
}
refused 2 '--take is missing'
refused 5 'would have no current name' --take 'names[0]'
refused 5 'would have no name' --take 'carers[0]'
refused 10 'is not in the record' --take 'names[9]' --take 'names[1]'
refused 10 'is taken twice' --take 'names[1]' --take 'names[1]'
refused 10 'not an entry' --take birth_date --take 'names[1]'
refused 10 'not in the record' --take death --take 'names[1]'
refused 4 'C-0077 is not one of KID' --take 'names[1]' --consent C-0077
refused 4 'is not in the history' --take 'names[1]' --history 0
refused 2 'takes a number' --take 'names[1]' --history x
refused 10 'not ten digits' --take 'names[1]' --set nhs=12
run cpadmin record split KID --take 'names[1]' "${R[@]}" --as aud
expect_status 9
ok cpadmin record split KID --set given=Ida --set family=Moor "${R[@]}" --json
ok cpadmin record show "$(jq -r .new_id "$OUT_FILE")" "${R[@]}" --json
expect_json '.names[0]|[.given,.family]|join(" ")' 'Ida Moor'

# ---- divided histories in the archive ---------------------------------------

test_case 'a divided history goes into its own package, and comes back'
new_store --on 2026-11-21
{
	person ONE Una Moor 2008-11-25
	person TWO Una Moor 2008-11-25
} >"$T/rows"
ok cpadmin record import "$T/rows" "${ON[@]}"
ok cpadmin record correct ONE --set family=Heath --reason 'about the other' \
    "${ON[@]}"
SEQ=$(sql "SELECT seq FROM audit WHERE action = 'record.correct'")
ok cpadmin record merge TWO ONE "${R[@]}"
OTHER=$(sql "SELECT seq FROM audit WHERE subject = 'TWO' AND
    action = 'record.create'")
ok cpadmin record split ONE --take 'names[1]' --history "$SEQ" \
    --history "$OTHER" \
    --reason 'two after all' "${ON[@]}" --json
NEW=$(jq -r .new_id "$OUT_FILE")
LEAVES=$(sql 'SELECT seq, time, actor, action, subject, outcome, hex(hash)
    FROM audit ORDER BY seq')
# The new one leaves a day before.
ok cpadmin record correct "$NEW" --set birth_date=2008-11-22 "${R[@]}"
ok cpadmin retention run --on 2026-11-22 --yes --json
expect_json .archived 1
expect_eq "$(sql "SELECT group_concat(subject || ' ' || action) FROM audit
    WHERE detail IS NULL AND subject IN ('ONE', 'TWO')")" \
    'ONE record.correct,TWO record.create' 'erased of the other'
ok cpadmin archive restore "$NEW" --reason back --set birth_date=2009-01-01 \
    --on 2026-11-23
ok cpadmin record history "$NEW" --reason look --on 2026-11-23 --json
expect_json '[.rows[0:2][].action]|join(" ")' 'record.create record.correct'
expect_json '.rows[1].detail.reason' 'about the other'
expect_no ONE in "$OUT_FILE"
ok cpadmin audit verify --on 2026-11-23
ok cpadmin retention run --on 2026-11-25 --yes --json
expect_json .archived 1
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject IN ('ONE', 'TWO')
    AND detail IS NOT NULL AND seq NOT IN ($SEQ, $OTHER) AND
    action <> 'record.archive'")" 0
expect_eq "$(sql "SELECT count(*) FROM audit WHERE seq IN ($SEQ, $OTHER)
    AND detail IS NOT NULL")" 2
ok cpadmin archive restore ONE --reason back --set birth_date=2009-01-01 \
    --on 2026-11-26
ok cpadmin record history ONE --reason look --on 2026-11-26 --json
expect_json '[.rows[]|select(.detail == null)]|length' 0
expect_json '[.rows[]|select(.action == "record.create")]|length' 1
expect_eq "$(sql "SELECT seq, time, actor, action, subject, outcome, hex(hash)
    FROM audit WHERE seq < $(printf '%s\n' "$LEAVES" | wc -l) ORDER BY seq")" \
    "$LEAVES" 'the leaves'
ok cpadmin audit verify --on 2026-11-26

test_case 'a pair is forgotten with the destruction of one'
ok cpadmin operator add mary --uid 2001 --role approver --on 2027-01-01
ok cpadmin record correct "$NEW" --set birth_date=2010-01-01 --reason later \
    --on 2026-11-26
for day in 2027-01-01 2033-01-05; do
	ok cpadmin retention run --on $day --yes --accept clock --accept share
done
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
expect_eq "$(sql 'SELECT count(*) FROM never_link')" 1
ok cpadmin destruction approve "$BATCH" --as mary --on 2033-01-05
ok cpadmin retention run --on 2033-03-01 --yes --accept clock --accept share
expect_eq "$(sql "SELECT state FROM record WHERE id = 'ONE'")" destroyed
expect_eq "$(sql 'SELECT count(*) FROM never_link')" 0
run cpadmin record show TWO --reason x --on 2033-03-01
expect_status 5
expect_err_contains 'merged into ONE'
run cpadmin record show ONE --reason x --on 2033-03-01
expect_err_contains destroyed
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject IN ('ONE', 'TWO')
    AND seq NOT IN ($SEQ, $OTHER) AND length(detail) > 2 AND action NOT IN
    ('record.destroy', 'record.archive')")" 0 'what is still said of it'
ok cpadmin audit verify --on 2033-03-01
