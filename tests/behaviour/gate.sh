#!/bin/bash
# The one gate: what a shield hides is in no table, however it came and
# whatever happens to the record afterwards (domain: 5, failures 2, 3 and 7).
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
ON=(--on 2026-11-21)
R=(--reason why "${ON[@]}")
BOB=(--as bob)
TOM=(--as tom)

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# child ID GIVEN FAMILY BORN SECRET [MORE]: one record as JSON; everything that
# a shield usually hides of it has SECRET in it.  MORE: further names.
child() {
	local s=$5

	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s","family":"%s"}%s],' \
	    "$2" "$3" "${6:-}"
	printf '"gender":"female","birth_date":"%s","numbers":[],' "$4"
	printf '"addresses":[{"type":"current","lines":["1 %s Lane"],' "$s"
	printf '"postcode":"CH41 1AA","source":"%s census"}],' "$s"
	printf '"carers":[{"name":"Mae %s","relation":"mother",' "$3"
	printf '"responsibility":true,"phone":"0151 %s"}],' "$s"
	printf '"involvements":[{"service":"education","provider":"%s School",' \
	    "$s"
	printf '"practitioner":"Ms %s","start":"2015-09-01","end":"2025-07-01",' "$s"
	printf '"lead":false,"assessment":false,"sensitive":null},'
	printf '{"service":"mental-health","provider":"%s Clinic",' "$s"
	printf '"start":"2016-09-01","end":null,"lead":false,'
	printf '"assessment":false,"sensitive":{"basis":"consent",'
	printf '"evidence":"%s-7"}}],"left_england":null,"death":null,' "$s"
	printf '"letters":{"language":"en","format":"standard"}}\n'
}

# bare ID GIVEN FAMILY BORN: the same child as everybody sees it.
bare() {
	child "$1" "$2" "$3" "$4" X | jq -c '.addresses = [] |
	    .involvements = [] | .carers[0] |= del(.phone)'
}

load() {
	ok cpadmin record import "$T/in.ndjson" "${ON[@]}" --json
}

shield() {
	ok cpadmin shield request "$1" --by parent "${R[@]}" --quiet "${@:2}"
}

# gone SECRET...: it is in no table, nor in any log or reject.
gone() {
	local s

	sql .dump >"$T/dump"
	for s in "$@"; do
		if grep -qiF "$s" "$T/dump"; then
			fail "$s is in the database" \
			    "$(grep -iF "$s" "$T/dump" | head -c 600)"
		fi
		expect_no "$s" in "$CPADMIN_STORE/rejects"
	done
}

reveal() {
	run cpadmin shield reveal "$1" --reason look "${ON[@]}" --json
	expect_status 0
}

hidden() {
	sql "SELECT count(*) FROM compartment c JOIN record r ON r.n = c.record
	    WHERE r.id = '$1' AND kind = 'hidden'"
}

new_store "${ON[@]}"
ok cpadmin operator add bob --uid 4001 --role shield --role team "${ON[@]}"
ok cpadmin operator add tom --uid 4002 --role team "${ON[@]}"
ok cpadmin operator add dora --uid 4003 --role dpo "${ON[@]}"
ok cpadmin operator add adam --uid 4004 --role auditor "${ON[@]}"

test_case 'a request takes what it hides out of every table'
child S-1 Nell Harrow 2012-03-04 Quillon >"$T/in.ndjson"
bare S-2 Nola Barrow 2012-03-04 >>"$T/in.ndjson"
load
ok cpadmin record correct S-1 --set 'line1=2 Quillon Road' \
    --reason 'now at 2 Quillon Road' "${ON[@]}"
ok cpadmin record event S-1 left-england --date 2026-11-20 --intention return \
    --reason 'to quillon lane they come back' "${ON[@]}"
ok cpadmin record event S-1 returned --date 2026-11-21 "${ON[@]}"
ok cpadmin record find --postcode 'CH41 1AA' "${R[@]}"
ok cpadmin consent list S-1 "${R[@]}"
ok cpadmin record event S-1 moved --to E09000001 --date 2026-11-21 --offer \
    --reason 'the Quillon flat is theirs' "${ON[@]}"
expect_some Quillon in "$CPADMIN_STORE"
expect_eq "$(sql 'SELECT count(*) FROM record WHERE prune_due IS NOT NULL
    AND address_changed IS NOT NULL')" 1 'days before'
HASH=$(sql "SELECT detail ->> 'query_sha256' FROM audit
    WHERE action = 'record.find' AND subject IS NULL")
expect_true [ -n "$HASH" ]
shield S-1
gone Quillon "$HASH"
expect_eq "$(sql 'SELECT count(*) FROM undo')" 0 'what could be undone'
expect_eq "$(sql 'SELECT count(*) FROM record WHERE prune_due IS NOT NULL
    OR address_changed IS NOT NULL')" 0 'days that tell'
expect_eq "$(sql 'SELECT count(*) FROM consent')" 0 'the ledger'
expect_eq "$(sql 'SELECT count(*) FROM consent_service')" 0 marks
ok cpadmin audit verify "${ON[@]}"

test_case 'what is left is there for those who look'
ok cpadmin record move list --json "${ON[@]}"
expect_json '[.rows[]|[.id,.reason]]|@json' '[["S-1",null]]'
ok cpadmin record move withdraw S-1 "${R[@]}"
ok cpadmin record show S-1 "${R[@]}" --json "${TOM[@]}"
expect_json '[.names[0].family,.carers[0].name,.addresses,.involvements]|@json' \
    '["Harrow","Mae Harrow",[],[]]'
ok cpadmin record history S-1 "${R[@]}" --json "${TOM[@]}"
expect_json '[.rows[].detail|select(.reason)|.reason]|unique|@json' '["why"]'
expect_json '[.rows[]|select(.action|startswith("shield"))]|length' 0
expect_json '[.rows[]|select(.action=="record.correct")][0].detail|@json' \
    '{"changes":[]}'

test_case 'only those who may know are told'
for who in tom adam; do
	run cpadmin record list --json --as $who "${ON[@]}"
	expect_json '[.rows[]|has("shielded")]|any' false
done
for who in bob dora; do
	ok cpadmin record list --json --as $who "${ON[@]}"
	expect_json '[.rows[]|[.id,.shielded]]|@json' \
	    '[["S-1",true],["S-2",false]]'
done
ok cpadmin record history S-1 "${R[@]}" --json "${BOB[@]}"
expect_json '[.rows[].action]|index("shield.request") != null' true
ok cpadmin record show S-1 "${R[@]}" "${BOB[@]}"
expect_err_contains 'shield reveal S-1'
ok cpadmin record show S-1 "${R[@]}" "${TOM[@]}"
expect_err_empty

test_case 'an officer sees all of it'
reveal S-1
expect_json '[.addresses[0].lines[0],.involvements[1].provider,
    .carers[0].phone]|@json' '["2 Quillon Road","Quillon Clinic","0151 Quillon"]'

test_case 'a feed goes behind the shield'
child S-1 Nell Harrow 2012-03-04 Quillon >"$T/in.ndjson"
load
gone Quillon
reveal S-1
expect_json '.addresses[0].lines[0]' '1 Quillon Lane'

test_case 'the same feed again changes nothing and grows nothing'
N=$(hidden S-1)
load
load
expect_json '[.created,.updated,.unchanged]|@json' '[0,0,1]'
expect_eq "$(hidden S-1)" "$N" compartments

test_case 'feeds that take turns have one compartment each'
for lane in Lane Row Lane Row Lane Row Lane; do
	child S-1 Nell Harrow 2012-03-04 Quillon |
	    sed "s/Quillon Lane/Quillon $lane/" >"$T/in.ndjson"
	load
	expect_json .updated "$([ $lane$(hidden S-1) = Lane"$N" ] && echo 0 ||
	    echo 1)"
	[ $lane = Lane ] || gone Quillon
done
expect_eq "$(hidden S-1)" "$((N + 1))" compartments
reveal S-1
expect_json '.addresses[0].lines[0]' '1 Quillon Lane'

test_case 'a feed without an address leaves it alone'
bare S-1 Nell Harrow 2012-03-04 >"$T/in.ndjson"
load
reveal S-1
expect_json '[.addresses[0].lines[0],.carers[0].phone,
    (.involvements|length)]|@json' '["1 Quillon Lane","0151 Quillon",2]'

test_case 'a correction goes behind it, and is not in the log'
ok cpadmin record correct S-1 --set 'line1=3 Quillon Row' \
    --set 'postcode=CH41 9ZZ' --reason moved "${ON[@]}" "${TOM[@]}" --json
expect_json '.changed|@json' '["line1","postcode"]'
gone Quillon 'CH41 9ZZ'
ok cpadmin record history S-1 "${R[@]}" --json "${TOM[@]}"
expect_json '[.rows[]|select(.action=="record.correct")][-1].detail|@json' \
    '{"changes":[],"reason":"moved"}'
reveal S-1
expect_json '.addresses[0]|[.lines[0],.postcode]|@json' \
    '["3 Quillon Row","CH41 9ZZ"]'

test_case 'the same correction again is none'
N=$(hidden S-1)
ok cpadmin record correct S-1 --set 'line1=3 Quillon Row' \
    --set 'postcode=CH41 9ZZ' --reason moved "${ON[@]}" --json
expect_json '.changed|@json' '[]'
expect_eq "$(hidden S-1)" "$N" compartments

test_case 'undone, it is gone from behind it too'
ok cpadmin record undo S-1 "${R[@]}"
gone Quillon 'CH41 9ZZ'
reveal S-1
expect_json '.addresses[0].lines[0]' '1 Quillon Lane'

test_case 'a sensitive service is corrected in behind it, ledger and all'
ok cpadmin record correct S-1 --set 'involvements[0].service=sexual-health' \
    --set 'involvements[0].provider=Quillon House' \
    --set 'involvements[0].sensitive.basis=consent' \
    --set 'involvements[0].sensitive.evidence=Quillon-8' "${R[@]}"
gone Quillon sexual-health
expect_eq "$(sql 'SELECT count(*) FROM consent')" 0 'the ledger'
ok cpadmin record undo S-1 "${R[@]}"

test_case 'nothing can be said of an involvement that is hidden'
run cpadmin consent give S-1 --ground sensitive-service --involvement 0 \
    --by parent --date 2026-11-20 --statement v1 --evidence E "${R[@]}" \
    --method letter
S=$STATUS E=${ERR//S-1/ID}
run cpadmin consent give S-2 --ground sensitive-service --involvement 0 \
    --by parent --date 2026-11-20 --statement v1 --evidence E "${R[@]}" \
    --method letter
expect_eq "$STATUS ${ERR//S-2/ID}" "$S $E" 'the answer'

test_case 'searches for what is hidden find nothing'
for what in '--postcode=CH41 1AA' '--postcode=CH41 9ZZ'; do
	ok cpadmin record find "$what" "${R[@]}" --json
	expect_json '.rows|length' 0
done
ok cpadmin record find --name 'Nell Harrow' "${R[@]}" --json
expect_json '.rows[0].id' S-1

test_case 'a hold over a service does not see one that is hidden'
ok cpadmin hold place --where 'service = education' --reason T \
    --legal-basis B --contact c@example --review 2027-06-01 "${ON[@]}"
ok cpadmin retention explain S-1 "${R[@]}" --json "${TOM[@]}"
expect_json '.blocked_by|length' 0
gone Quillon

test_case 'events, a move and a run change nothing of that'
ok cpadmin record event S-1 left-england --date 2026-11-20 \
    --intention none-stated "${R[@]}"
ok cpadmin record undo S-1 "${R[@]}"
ok cpadmin record event S-1 moved --to E09000001 --date 2026-11-21 "${R[@]}"
ok cpadmin retention run "${ON[@]}" --yes --quiet
gone Quillon
reveal S-1
expect_json '.authority + " " + .addresses[0].lines[0]' \
    'E09000001 1 Quillon Lane'
ok cpadmin record event S-1 moved --to E08000015 --date 2026-11-21 "${R[@]}"

test_case 'refused, all is as it was, ledger and log too'
ok cpadmin shield decide S-1 refuse --reason no "${ON[@]}" "${BOB[@]}"
ok cpadmin record show S-1 "${R[@]}" --json
expect_json '[.addresses[0].lines[0],(.involvements|length),
    .carers[0].phone]|@json' '["1 Quillon Lane",2,"0151 Quillon"]'
ok cpadmin consent list S-1 "${R[@]}" --json
expect_json '[.rows[]|[.consent,.status]]|@json' '[["C-0001","in-force"]]'
ok cpadmin record history S-1 "${R[@]}" --json
expect_json '[.rows[]|select(.action=="record.correct")][0].detail.reason' \
    'now at 2 Quillon Road'
ok cpadmin audit verify "${ON[@]}" --json
expect_json .valid true
ok cpadmin record find --postcode 'CH41 1AA' "${R[@]}" --json
expect_json '.rows[0].id' S-1
expect_eq "$(sql "SELECT count(*) FROM compartment
    WHERE kind IN ('hidden', 'log')"),$(sql 'SELECT count(*) FROM shield_key')" \
    0,0 'what is left of it'

test_case 'what was withdrawn does not come back behind a shield'
ok cpadmin consent withdraw S-1 --ground sensitive-service \
    --date 2026-11-21 --evidence E2 "${ON[@]}"
ok cpadmin record show S-1 "${R[@]}" --json
expect_json '.involvements|length' 1
shield S-1
gone Quillon
child S-1 Nell Harrow 2012-03-04 Quillon >"$T/in.ndjson"
load
gone Quillon
reveal S-1
expect_json '[.involvements[].service]|@json' '["education"]'

test_case 'but a new consent brings it back'
child S-1 Nell Harrow 2012-03-04 Quillon |
    sed 's/Quillon-7/Quillon-8/' >"$T/in.ndjson"
load
reveal S-1
expect_json '[.involvements[].service]|@json' '["education","mental-health"]'
ok cpadmin shield decide S-1 refuse --reason no "${ON[@]}" "${BOB[@]}"
ok cpadmin consent list S-1 "${R[@]}" --json
expect_json '[.rows[]|[.consent,.status]]|@json' \
    '[["C-0001","withdrawn"],["C-0002","in-force"]]'

# ---- two lives ----
test_case 'former names are hidden where the decision says so'
child A-1 Iris Newlove 2013-05-06 Vexmoor \
    ',{"type":"former","given":"Iris","family":"Oldmire"}' >"$T/in.ndjson"
load
ok cpadmin record find --name 'Iris Oldmire' "${R[@]}" --json
expect_json '.rows[0].id' A-1
ok cpadmin record correct A-1 --set 'names[1].family=Oldmyre' \
    --reason 'spelt Oldmyre' "${ON[@]}"
shield A-1 --hide former-names --hide carers
gone Vexmoor Oldmire Oldmyre Mae\ Newlove
ok cpadmin record find --name 'Iris Oldmyre' "${R[@]}" --json
expect_json '.rows|length' 0
ok cpadmin record show A-1 "${R[@]}" --json
expect_json '[(.names|length),(.carers|length)]|@json' '[1,0]'
reveal A-1
expect_json '[.names[1].family,.carers[0].name]|@json' '["Oldmyre","Mae Newlove"]'

test_case 'narrowed, only what was decided is shown again'
ok cpadmin shield decide A-1 grant --hide address --hide former-names \
    "${R[@]}" "${BOB[@]}"
gone Oldmire Oldmyre 'Vexmoor Lane'
ok cpadmin record show A-1 "${R[@]}" --json
expect_json '[(.names|length),.carers[0].phone,(.involvements|length),
    (.addresses|length)]|@json' '[1,"0151 Vexmoor",2,0]'
ok cpadmin consent list A-1 "${R[@]}" --json
expect_json '.rows|length' 1

# ---- merging and splitting ----
test_case 'merged into a shielded record, the other goes behind its shield'
child M-1 Tess Quarrie 2014-07-08 Brindle >"$T/in.ndjson"
child M-2 Tess Quarry 2014-07-08 Wexcombe >>"$T/in.ndjson"
load
shield M-1
gone Brindle
ok cpadmin record merge M-2 M-1 "${R[@]}"
gone Brindle Wexcombe
reveal M-1
expect_json '[.addresses[].lines[0]]|@json' '["1 Brindle Lane","1 Wexcombe Lane"]'

test_case 'undone, both are shielded, each with its own'
ok cpadmin record undo M-1 "${R[@]}"
gone Brindle Wexcombe
reveal M-1
expect_json '[.addresses[].lines[0]]|@json' '["1 Brindle Lane"]'
reveal M-2
expect_json '[.addresses[].lines[0]]|@json' '["1 Wexcombe Lane"]'
ok cpadmin record list --json "${BOB[@]}" "${ON[@]}"
expect_json '[.rows[]|select(.id|startswith("M"))|.shielded]|@json' '[true,true]'

test_case 'what is said at a merge goes behind the shield, and goes with it'
ok cpadmin record merge M-2 M-1 --set 'line1=8 Brindle Way' "${R[@]}"
gone Brindle Wexcombe
reveal M-1
expect_json '[.addresses[].lines[0]]|index("8 Brindle Way") != null' true
ok cpadmin record undo M-1 "${R[@]}"
reveal M-1
expect_json '[.addresses[].lines[0]]|@json' '["1 Brindle Lane"]'

test_case 'a shielded record merged into one that is not'
child M-3 Olga Petrey 2014-07-09 Farndale >"$T/in.ndjson"
child M-4 Olga Petrie 2014-07-09 Gosmoor >>"$T/in.ndjson"
load
shield M-3
ok cpadmin record merge M-3 M-4 "${R[@]}"
gone Farndale Gosmoor
reveal M-4
expect_json '[.addresses[].lines[0]]|@json' '["1 Gosmoor Lane","1 Farndale Lane"]'
ok cpadmin record undo M-4 "${R[@]}"
gone Farndale Gosmoor
reveal M-3
expect_json '[.addresses[].lines[0]]|@json' '["1 Farndale Lane"]'
reveal M-4
expect_json '[.addresses[].lines[0]]|@json' '["1 Gosmoor Lane"]'

test_case 'lifted of one, nothing of the other is shown'
ok cpadmin shield decide M-4 refuse "${R[@]}" "${BOB[@]}"
gone Farndale
ok cpadmin record show M-4 "${R[@]}" --json
expect_json '[.addresses[].lines[0]]|@json' '["1 Gosmoor Lane"]'

test_case 'one who is split off is shielded'
child P-1 Una Stride 2015-01-02 Kettley \
    ',{"type":"former","given":"Una","family":"Strode"}' >"$T/in.ndjson"
load
shield P-1
ok cpadmin record split P-1 --take 'names[1]' --set 'line1=9 Kettley End' \
    "${R[@]}" --json
P=$(jq -r .new_id "$OUT_FILE")
gone Kettley
reveal "$P"
expect_json '.addresses[0].lines[0]' '9 Kettley End'

test_case 'and is no more when that is undone'
ok cpadmin record undo P-1 "${R[@]}"
gone Kettley
reveal P-1
expect_json '.addresses[0].lines[0]' '1 Kettley Lane'
expect_eq "$(sql "SELECT count(*) FROM shield s JOIN record r ON r.n = s.record
    WHERE r.id = '$P'")" 0 'its cases'
ok cpadmin audit verify "${ON[@]}" --json
expect_json .valid true

# ---- the same as a child with no address ----
new_store "${ON[@]}"
ok cpadmin operator add bob --uid 4001 --role shield --role team "${ON[@]}"
ok cpadmin operator add tom --uid 4002 --role team "${ON[@]}"
ok cpadmin operator add adam --uid 4004 --role auditor "${ON[@]}"
child T-1 Ruth Ashby 2012-03-04 Larkhill >"$T/in.ndjson"
bare T-2 Rose Ashly 2012-03-04 >>"$T/in.ndjson"
load
shield T-1

# say ID NAME CMD...: what one sees of one of the two, less what is its own.
say() {
	local id=$1 name=$2

	shift 2
	set -- "${@//@ID/$id}"
	"$CPADMIN" "${@//@NAME/$name}" "${R[@]}" >"$T/said" 2>&1
	echo "status $?"
	sed -E 's/T-[12]/ID/g; s/Ruth|Rose/GIVEN/g; s/Ash(by|ly)/FAMILY/g
	    s/(seq[\\]?":)[0-9]+/\1N/g; s/T[0-9:]{8}Z/TIME/g
	    s/(line[\\]?":)[12]/\1N/; s/^[0-9]+ +/N /' "$T/said"
}

twins() {
	test_case "no clue: $*"
	say T-1 'Ruth Ashby' "$@" >"$T/one"
	say T-2 'Rose Ashly' "$@" >"$T/two"
	cmp -s "$T/one" "$T/two" || fail "$*" "$(diff "$T/one" "$T/two")"
	grep -qi larkhill "$T/one" && fail "$* tells" "$(<"$T/one")"
	:
}

for form in --quiet --json; do
	twins record show @ID "${TOM[@]}" $form
	twins record event @ID died --date 2026-11-20 --notified 2026-11-19 \
	    "${TOM[@]}" $form
	twins record history @ID "${TOM[@]}" $form
done
twins record find --name '@NAME' "${TOM[@]}" --json
twins record find --postcode 'CH41 1AA' "${TOM[@]}" --json
twins record event @ID left-england --date 2026-11-20 --intention return \
    "${TOM[@]}" --json
twins record undo @ID "${TOM[@]}" --json
twins record undo @ID "${TOM[@]}" --json
twins consent list @ID "${TOM[@]}" --json
twins consent withdraw @ID --ground sensitive-service --date 2026-11-21 \
    "${TOM[@]}" --json
twins consent give @ID --ground sensitive-service --involvement 1 --by parent \
    --date 2026-11-20 --statement v1 --evidence E --method letter "${TOM[@]}"
twins retention explain @ID "${TOM[@]}" --json
twins hold list "${TOM[@]}" --json
twins archive open @ID --purpose court-order "${TOM[@]}" --json
twins shield show @ID "${TOM[@]}" --json
twins record correct @ID --set 'addresses[1].postcode=CH41 2BB' "${TOM[@]}"
twins record correct @ID --set 'involvements[1].end=2026-01-01' "${TOM[@]}"
twins record split @ID --take 'addresses[0]' "${TOM[@]}"
twins record history @ID "${TOM[@]}" --json
twins audit show --subject @ID --details --as adam --json
for what in 'record list' 'retention plan' 'worklist'; do
	test_case "no clue: $what"
	# shellcheck disable=SC2086
	ok cpadmin $what --json "${ON[@]}" "${TOM[@]}"
	jq -c '.rows[]|select(.id=="T-1")' "$OUT_FILE" | sed s/T-1/ID/ >"$T/one"
	jq -c '.rows[]|select(.id=="T-2")' "$OUT_FILE" | sed s/T-2/ID/ >"$T/two"
	expect_eq "$(<"$T/one")" "$(<"$T/two")" rows
	expect_no Larkhill in "$OUT_FILE"
done

twins record correct @ID --set 'postcode=CH41 2BB' --set 'line1=4 Larkhill' \
    "${TOM[@]}" --json
twins record correct @ID --set 'postcode=CH41 2BB' --set 'line1=4 Larkhill' \
    "${TOM[@]}" --json
twins record undo @ID "${TOM[@]}" --json
test_case 'what was said of the one is nowhere'
sql "UPDATE audit SET detail = NULL, salt = NULL WHERE subject = 'T-2'"
gone Larkhill
