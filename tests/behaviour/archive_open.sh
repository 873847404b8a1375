#!/bin/bash
# Opening packages: for what and how long after, several in one sitting, sealed
# to whoever asked, and only when as many operators agree as the policy says.
. "$(dirname "$0")/../lib.sh"

# person ID BIRTH
person() {
	jq -cn --arg id "$1" --arg born "$2" '
	{cpadmin: "record/1", id: $id, authority: "E08000015",
	 names: [{type: "current", given: ("Given" + $id), family: "O’Brien"}],
	 gender: "female", birth_date: $born, numbers: [], addresses: [],
	 carers: [], involvements: [], left_england: null, death: null,
	 letters: null}'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept share --accept clock
}

package_of() {
	cpadmin archive list --json |
	    jq -r --arg id "$1" '.rows[] | select(.id == $id) | .package' |
	    tail -n 1
}

# attempts ID: what the log has of attempts on a record.
attempts() {
	cpadmin audit show --subject "$1" --json | jq -r '.rows[] |
	    select(.action | test("^archive[.]|restore")) |
	    .actor + " " + .action + " " + .outcome' | tail -n "${2:-9}" |
	    paste -sd ';'
}

# detail ID ACTION: of its last such entry.
detail() {
	cpadmin record history "$1" --reason T --json | jq -c --arg a "$2" \
	    '[.rows[] | select(.action == $a)] | last | .detail |
	    if type == "string" then fromjson else . end'
}

WHY=(--purpose court-order --reason 'order 9')

new_store --on 2024-02-28
{
	person CP-L 2006-02-28
	for id in A B C D; do person CP-$id 2006-03-01; done
	person CP-E 2006-03-02
} >"$T/people"
ok cpadmin record import "$T/people" --on 2024-02-28
ok cpadmin record event CP-L left-england --date 2024-02-29 \
    --intention no-return --on 2024-02-29
ok cpadmin record correct CP-L --set birth_date=2006-03-01 --reason T \
    --on 2024-02-29
night 2024-02-29
night 2024-03-01
A=$(package_of CP-A) B=$(package_of CP-B)

test_case 'the first year ends with its last day, also after a 29 February'
expect_eq "$(cpadmin archive show CP-L --json | jq -r .archived)" 2024-02-29
while read -r id day status; do
	run cpadmin archive open "$id" --purpose correction --reason T \
	    --on "$day"
	expect_status "$status"
	run cpadmin archive open "$id" "${WHY[@]}" --on "$day"
	expect_status 0
	ok cpadmin archive show "$id" --on "$day" --json
	expect_json '.purposes | index("correction") != null' \
	    "$([ "$status" = 0 ] && echo true || echo false)"
done <<EOT
CP-L 2024-02-29 0
CP-L 2025-02-28 0
CP-L 2025-03-01 5
CP-L 2030-02-28 5
CP-A 2024-03-01 0
CP-A 2025-02-28 0
CP-A 2025-03-01 0
CP-A 2025-03-02 5
CP-A 2030-03-01 5
EOT
run cpadmin archive open CP-A --purpose correction --reason T --on 2024-02-29 \
    --json
expect_status 10

test_case 'several to the screen'
ok cpadmin archive open CP-A "$B" CP-C "$A" "${WHY[@]}" --on 2024-04-01 --json
expect_json '.kind, .v, ([.rows[] | .id + " " + .record.id + " " + .outcome] |
    tostring)' 'opened-packages
1
["CP-A CP-A done","CP-B CP-B done","CP-C CP-C done"]'
expect_json '.rows[0].history.events[0].action' record.create
ok cpadmin archive open CP-A "$B" "${WHY[@]}" --on 2024-04-01
expect_eq "$(grep -c '^Record document:' "$OUT_FILE")" 2

test_case 'several to a new folder'
ok cpadmin archive open CP-A CP-B "${WHY[@]}" --output "$T/slash/" \
    --on 2024-04-01
expect_file "$T/slash/$A.tar.zst"
(cd "$T" && cpadmin archive open CP-A "${WHY[@]}" --output bare \
    --on 2024-04-01 >/dev/null)
expect_file "$T/bare"
ok cpadmin archive open CP-A CP-B "${WHY[@]}" --output "$T/out" \
    --on 2024-04-01 --json
expect_json '.kind, ([.rows[] | .id + " " + .output] | tostring)' \
    "package-files
[\"CP-A $T/out/$A.tar.zst\",\"CP-B $T/out/$B.tar.zst\"]"
expect_eq "$(stat -c '%a %n' "$T/out" "$T/out"/*)" "700 $T/out
600 $(printf '%s\n' "$T/out/$A.tar.zst" "$T/out/$B.tar.zst" | sort |
    paste -sd '#' | sed 's/#/\n600 /')"
ok diff <(tar --zstd -xOf "$T/out/$B.tar.zst" record.json | jq -S .) \
    <(sed -n 3p "$T/people" | jq -S .)
expect_eq "$(detail CP-B archive.open | jq -c .)" \
    "{\"package\":\"$B\",\"purpose\":\"court-order\",\"reason\":\"order 9\",\"to\":\"file\"}"
run cpadmin archive open CP-A CP-B "${WHY[@]}" --output "$T/out" \
    --on 2024-04-01
expect_status 5
expect_err_contains 'there already'

test_case 'one that is refused or fails does not stop the others'
VOLUME=$CPADMIN_STORE/archive/$(sql "SELECT v.id FROM volume v JOIN package p
    ON p.volume = v.n WHERE p.id = '$A'").tar
HEADER=$(sql "SELECT hex(wrapped) FROM header h JOIN package p
    ON p.n = h.package WHERE p.id = '$A'")
sql "UPDATE header SET wrapped = x'${HEADER:0:40}$(printf %X \
    $((0x${HEADER:40:1} ^ 1)))${HEADER:41}' WHERE package =
    (SELECT n FROM package WHERE id = '$A')"
ok cpadmin archive restore CP-D --reason T --set birth_date=2010-01-01 \
    --on 2024-04-01
run cpadmin archive open CP-A CP-NONE CP-D CP-B "${WHY[@]}" --on 2024-04-01 \
    --json
expect_status 3
expect_json '[.rows[] | .package + " " + .outcome + " " +
    (.record == null | tostring)] | tostring' \
    "[\"$A failed true\",\"CP-NONE failed true\",\"$(package_of CP-D) refused true\",\"$B done false\"]"
expect_err_json '.code, .what' "3
3 of 4 packages were not opened ($A, CP-NONE, $(package_of CP-D)); the first: $(jq -r '.rows[0].why' "$OUT_FILE")"
expect_eq "$(attempts CP-A 1)/$(attempts CP-D 1)/$(attempts CP-B 1)" \
    'root archive.open failed/root archive.open refused/root archive.open done' \
    'the log'
run cpadmin archive open CP-A CP-D "${WHY[@]}" --output "$T/none" \
    --on 2024-04-01
expect_status 8
expect_no_file "$T/none"
run cpadmin archive open CP-A CP-B "${WHY[@]}" --output "$T/half" \
    --on 2024-04-01
expect_status 3
expect_eq "$(ls "$T/half")" "$B.tar.zst"
sql "UPDATE header SET wrapped = x'$HEADER' WHERE package =
    (SELECT n FROM package WHERE id = '$A')"

test_case 'a wrong passphrase is asked for once and logged for each'
echo wrong >"$T/wrong"
chmod 600 "$T/wrong"
run cpadmin archive open CP-A CP-B CP-C "${WHY[@]}" --on 2024-04-01 \
    --passphrase-file "$T/wrong" \
    --passphrase-file "$T/wrong" --json
expect_status 7
expect_json '[.rows[].outcome] | tostring' '["failed","failed","failed"]'
expect_eq "$(attempts CP-A 1)/$(attempts CP-C 1)" \
    'root archive.open failed/root archive.open failed'

test_case 'a full screen leaves the log right'
run eval 'cpadmin archive open CP-A CP-B "${WHY[@]}" --on 2024-04-01 \
    >/dev/full'
expect_status 1

test_case 'sealed to whoever asked'
age-keygen -o "$T/key" 2>/dev/null
TO=$(age-keygen -y "$T/key")
ok cpadmin archive open CP-A "${WHY[@]}" --output "$T/a.age" --to "$TO" \
    --on 2024-04-01 --json
expect_json '.sealed, .sealed_to, .bytes' "true
$TO
$(stat -c %s "$T/a.age")"
expect_eq "$(stat -c %a "$T/a.age")" 600
ok diff <(age -d -i "$T/key" "$T/a.age" | tar --zstd -xO record.json | jq -S .) \
    <(sed -n 2p "$T/people" | jq -S .)
expect_eq "$(detail CP-A archive.open | jq -r .to)" "$TO"
run age -d -i "$CPADMIN_STORE/keys/rehearsal/custody.identity" "$T/a.age"
expect_false [ "$STATUS" = 0 ]
ok cpadmin archive open CP-A --sealed --output "$T/asis.age" "${WHY[@]}" \
    --on 2024-04-01
expect_false cmp -s <(sed '1,/^---/d' "$T/a.age") \
    <(sed '1,/^---/d' "$T/asis.age")
ok cpadmin archive open CP-A CP-B "${WHY[@]}" --output "$T/two" --to "$TO" \
    --on 2024-04-01
for id in "$A" "$B"; do
	ok eval "age -d -i '$T/key' '$T/two/$id.age' | tar --zstd -xO README.txt"
done
for bad in age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq nonsense; do
	run cpadmin archive open CP-A "${WHY[@]}" --output "$T/bad" --to $bad
	expect_status 2
done
run cpadmin archive open CP-A "${WHY[@]}" --to "$TO"
expect_status 2
run cpadmin archive open CP-A "${WHY[@]}" --output "$T/bad" --to "$TO" --sealed
expect_status 2
expect_no_file "$T/bad"
run cpadmin archive open "${WHY[@]}"
expect_status 2
run cpadmin archive open --opening O-20240401-1
expect_status 4

test_case 'where one operator is enough, nobody is asked'
run cpadmin archive request CP-A "${WHY[@]}" --on 2024-04-01
expect_status 5
expect_err_contains archive.open_operators
ok cpadmin archive openings --json --on 2024-04-01
expect_json '.rows | length' 0

# ---- two operators -------------------------------------------------------------

for who in ann ben cas; do
	ok cpadmin operator add $who --uid $((5000 + ${#T} + $(printf %d \
	    "'$who"))) --role dpo --on 2024-04-01
done
ok cpadmin operator add tim --uid 4999 --role team --on 2024-04-01
ok cpadmin operator add far --uid 4998 --role dpo --authority E06000001 \
    --on 2024-04-01
sed 's/^version = .*/version = "2";/' "$ROOT/policies/contactpoint-2007.cfg" |
    awk '/open_operators = \{/ { on = 1 }
	on && /value = / { sub(/value = [0-9]+/, "value = 2"); on = 0 } 1' \
	>"$T/policy.cfg"
ok cpadmin policy adopt "$T/policy.cfg" --on 2024-04-01
ok cpadmin policy show --json
ok cpadmin retention run --on 2024-04-01 --yes

# ask WHO PKG...: an opening, in O.
ask() {
	local who=$1

	shift
	ok cpadmin archive request "$@" "${WHY[@]}" --as "$who" \
	    --on 2024-04-02 --json
	O=$(jq -r .opening "$OUT_FILE")
}

test_case 'with two needed, nobody opens or restores alone'
for verb in open restore; do
	# shellcheck disable=SC2046
	run cpadmin archive $verb CP-A --reason T --as ann --on 2024-04-02 \
	    $([ $verb = open ] && echo --purpose court-order) --json
	expect_status 5
	expect_out_empty
	expect_err_json '.what | test("archive.open_operators")' true
	expect_err_json '.hint | test("archive request")' true
done
run cpadmin archive open CP-A "${WHY[@]}" --sealed --output "$T/x" --as ann \
    --on 2024-04-02
expect_status 5
expect_no_file "$T/x"
expect_eq "$(attempts CP-A 3)" \
    'ann archive.open refused;ann record.restore refused;ann archive.export refused'

test_case 'one asks, another agrees, one of them opens, once'
ask ann CP-A "$B"
expect_json '.opening, .status, .waits_for, .until, (.agreed_by | tostring),
    (.packages | sort | tostring)' "O-20240402-1
requested
1
2024-04-16
[\"ann\"]
$(printf '%s\n' "$A" "$B" | sort | jq -Rsc 'split("\n")[:-1]')"
run cpadmin archive open --opening "$O" --as ann --on 2024-04-02
expect_status 5
expect_err_contains 'waits for 1 more operator'
run cpadmin archive agree "$O" --as ann --on 2024-04-02
expect_status 5
expect_err_contains 'ann asked for'
run cpadmin archive agree "$O" --as tim --on 2024-04-02
expect_status 9
run cpadmin archive agree "$O" --as far --on 2024-04-02
expect_status 9
ok cpadmin archive openings --as far --on 2024-04-02 --json
expect_json '.rows | length' 0
ok cpadmin archive agree "$O" --as ben --on 2024-04-02 --json
expect_json '.status, .waits_for, (.agreed_by | tostring)' 'agreed
0
["ann","ben"]'
run cpadmin archive agree "$O" --as cas --on 2024-04-02
expect_status 5
expect_err_contains 'waits for nobody'
run cpadmin archive open --opening "$O" --as cas --on 2024-04-02
expect_status 5
expect_err_contains 'none of those who agreed'
run cpadmin archive open CP-A --opening "$O" --as ann --on 2024-04-02
expect_status 2
run cpadmin archive open --opening "$O" --as ann --on 2024-04-02 \
    --passphrase-file "$T/wrong" \
    --passphrase-file "$T/wrong"
expect_status 7
ok cpadmin archive open --opening "$O" --as ben --on 2024-04-16 --json
expect_json '[.rows[].id] | sort | tostring' '["CP-A","CP-B"]'
run cpadmin archive open --opening "$O" --as ann --on 2024-04-16
expect_status 5
expect_err_contains 'was used'
expect_out_empty
ok cpadmin archive openings --on 2024-04-16 --json
expect_json '.rows | length' 0
ok cpadmin archive openings --all --on 2024-04-16 --json
expect_json '[.rows[] | .opening + " " + .status] | tostring' \
    "[\"$O used\"]"

test_case 'the reason is in the details of the log, and nowhere else'
expect_eq "$(detail CP-A archive.request | jq -c .)" \
    "{\"opening\":\"$O\",\"purpose\":\"court-order\",\"reason\":\"order 9\"}"
expect_eq "$(detail CP-B archive.open | jq -r .opening)" "$O"
expect_eq "$(attempts CP-B 11)" 'ann archive.request done;ann archive.open refused;ann archive.agree refused;tim archive.agree refused;far archive.agree refused;ben archive.agree done;cas archive.agree refused;cas archive.open refused;ann archive.open failed;ben archive.open done;ann archive.open refused' \
    'the log'
expect_eq "$(sql "SELECT count(*) FROM opening WHERE id || purpose ||
    requested_by LIKE '%order 9%'")" 0

test_case 'one package of an opening goes to the screen or a file'
ask ann CP-A
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
ok cpadmin archive open --opening "$O" --as ann --on 2024-04-02 \
    --output "$T/of.tar.zst" --json
expect_json '.kind, .id' 'package-file
CP-A'

test_case 'an output that cannot be written uses no opening'
ask ann CP-A
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
ln -s "$T/nowhere" "$T/dangling"
attempts CP-A 99 >"$T/before"
while read -r status output; do
	run cpadmin archive open --opening "$O" --as ann --on 2024-04-02 \
	    --output "$output"
	expect_status "$status"
	run cpadmin archive open CP-A "${WHY[@]}" --on 2024-04-02 \
	    --output "$output"
	expect_status "$status"
done <<EOT
4 $T/none/out
4 $T/of.tar.zst/out
5 $T/dangling
5 $T/of.tar.zst
EOT
expect_no_file "$T/nowhere"
expect_eq "$(attempts CP-A 99)" "$(cat "$T/before")" 'the log'
ok cpadmin archive open --opening "$O" --as ann --on 2024-04-02

test_case 'an opening is used once, also by four at a time'
ask ann CP-A
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
rm -f "$T"/status.*
for i in 1 2 3 4; do
	{
		cpadmin archive open --opening "$O" --on 2024-04-02 --json \
		    --as "$([ $((i % 2)) = 0 ] && echo ann || echo ben)" \
		    >"$T/at.$i" 2>/dev/null
		echo "$? $(wc -c <"$T/at.$i" | sed 's/^[1-9].*/shown/')" \
		    >"$T/status.$i"
	} &
done
wait
expect_eq "$(sort "$T"/status.* | uniq -c | sed 's/^ *//' | paste -sd ,)" \
    '1 0 shown,3 5 0'
expect_eq "$(attempts CP-A 4 | tr ';' '\n' | cut -d ' ' -f 2- | sort |
    uniq -c | sed 's/^ *//' | paste -sd ,)" \
    '1 archive.open done,3 archive.open refused'

test_case 'an opening lapses'
ask ann CP-A
run cpadmin archive agree "$O" --as ben --on 2024-04-17
expect_status 5
expect_err_contains 'lapsed on 2024-04-16'
ok cpadmin archive agree "$O" --as ben --on 2024-04-16
run cpadmin archive open --opening "$O" --as ben --on 2024-04-17
expect_status 5
expect_err_contains lapsed
ok cpadmin archive openings --on 2024-04-17 --json
expect_json '.rows | length' 0
ok cpadmin archive openings --on 2024-04-17 --all --json
expect_json '.rows[-1].status' lapsed

test_case 'an opening is declined'
ask ann CP-A
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
run cpadmin archive decline "$O" --as ben --on 2024-04-03
expect_status 2
ok cpadmin archive decline "$O" --as ben --reason 'not after all' \
    --on 2024-04-03 --json
expect_json .status refused
for verb in agree decline; do
	# shellcheck disable=SC2046
	run cpadmin archive $verb "$O" --as cas --on 2024-04-03 \
	    $([ $verb = decline ] && echo '--reason T')
	expect_status 5
done
run cpadmin archive open --opening "$O" --as ann --on 2024-04-03
expect_status 5
expect_err_contains declined

test_case 'an operator who was suspended counts no more'
ask ann CP-A
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
ok cpadmin operator suspend ben --on 2024-04-02
run cpadmin archive open --opening "$O" --as ann --on 2024-04-02
expect_status 5
expect_err_contains 'waits for 1 more'
ok cpadmin archive agree "$O" --as cas --on 2024-04-02
ok cpadmin archive open --opening "$O" --as ann --on 2024-04-02 --json
ok cpadmin operator resume ben --on 2024-04-02

test_case 'one whose training or check has run out counts no more'
for until in training check; do
	ask ann CP-A
	ok cpadmin operator renew ben --$until-until 2024-04-03 --on 2024-04-02
	ok cpadmin archive agree "$O" --as ben --on 2024-04-02
	run cpadmin archive open --opening "$O" --as ann --on 2024-04-04
	expect_status 5
	expect_err_contains 'waits for 1 more'
	ok cpadmin archive openings --on 2024-04-04 --json
	expect_json '.rows[-1].waits_for' 1
	ok cpadmin operator renew ben --$until-until 2034-04-03 --on 2024-04-04
	ok cpadmin archive open --opening "$O" --as ann --on 2024-04-03 --json
done

test_case 'the purpose and the age of a package are asked when it is opened too'
ok cpadmin archive request CP-A --purpose correction --reason T --as ann \
    --on 2025-02-25 --json
O=$(jq -r .opening "$OUT_FILE")
ok cpadmin archive agree "$O" --as ben --on 2025-02-26
run cpadmin archive open --opening "$O" --as ann --on 2025-03-02
expect_status 5
expect_err_contains archive.open_later_purposes
ok cpadmin archive open --opening "$O" --as ann --on 2025-03-01
run cpadmin archive request CP-A --purpose correction --reason T --as ann \
    --on 2025-03-02
expect_status 5
run cpadmin archive request CP-A "${WHY[@]}" --as tim --on 2025-03-02
expect_status 9
run cpadmin archive request CP-A "${WHY[@]}" --as far --on 2025-03-02
expect_status 9

test_case 'who has to agree sees it on the worklist'
ask ann CP-A CP-B
rows() {
	cpadmin worklist --as "$1" --on 2024-04-02 --json | jq -r '.rows[] |
	    select(.id == "'"$O"'") | .kind + " " + .id + " " + .due +
	    " " + .command'
}
expect_eq "$(rows ann)" ''
expect_eq "$(rows tim)" ''
expect_eq "$(rows far)" ''
expect_eq "$(rows ben)" \
    "opening-agreement $O 2024-04-16 cpadmin archive agree $O"
expect_no 'order 9' in <(cpadmin worklist --as ben --on 2024-04-02 --json)
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
expect_eq "$(rows ben)" \
    "opening-agreed $O 2024-04-16 cpadmin archive open --opening $O --share F..."
expect_eq "$(rows cas)" ''
expect_eq "$(cpadmin worklist --as ben --on 2024-04-17 --json |
    jq '[.rows[] | select(.kind | test("^opening"))] | length')" 0
ok cpadmin archive open --opening "$O" --as ann --on 2024-04-02
expect_eq "$(rows ben)" ''

test_case 'bringing back asks two operators as well, whatever the age'
ask ann CP-C
ok cpadmin archive agree "$O" --as ben --on 2024-04-02
run cpadmin archive restore CP-C --opening "$O" --as ann --on 2024-04-02
expect_status 5
expect_err_contains 'another purpose'
ok cpadmin archive request CP-C --restore --reason 'registrar, case 12' \
    --as ann --on 2027-04-02 --json
expect_json .purpose correction
O=$(jq -r .opening "$OUT_FILE")
run cpadmin archive restore CP-C --opening "$O" --as ann --on 2027-04-02
expect_status 5
ok cpadmin archive agree "$O" --as ben --on 2027-04-02
run cpadmin archive open --opening "$O" --as ann --on 2027-04-02
expect_status 5
run cpadmin archive restore CP-A --opening "$O" --as ann --on 2027-04-02
expect_status 5
expect_err_contains 'is not in opening'
run cpadmin archive restore CP-C --opening "$O" --as ann --on 2027-04-02 \
    --set birth_date=nonsense
expect_status 10
ok cpadmin archive restore CP-C --opening "$O" --as ben --on 2027-04-02 \
    --set birth_date=2010-03-01 --json
expect_json '.state, .next_due' 'live
2028-03-01'
expect_eq "$(detail CP-C record.restore | jq -c '[.opening, .reason]')" \
    "[\"$O\",null]"
run cpadmin archive restore CP-C --opening "$O" --as ben --on 2027-04-02
expect_status 5
run cpadmin archive request CP-A CP-B --restore --reason T --as ann
expect_status 2

test_case 'a record that was merged is in the package of the other'
person CP-M 2009-04-05 >"$T/m"
sed 's/CP-M/CP-N/g' "$T/m" | jq -c '.carers = [{name: "Maeve O’Brien",
    relation: "mother", responsibility: true}] |
    .names[0].given = "GivenCP-M"' >"$T/n"
ok cpadmin record import "$T/m" "$T/n" --on 2027-04-03
ok cpadmin record merge CP-N CP-M --reason 'one child' --on 2027-04-03
night 2027-04-05
expect_eq "$(sql "SELECT id, state FROM record WHERE id IN ('CP-M', 'CP-N')
    ORDER BY id")" 'CP-M|archived
CP-N|merged'
run cpadmin record undo CP-M --reason T --on 2027-04-06
expect_status 5
for verb in open restore; do
	# shellcheck disable=SC2046
	run cpadmin archive $verb CP-N --reason T --as ann --on 2027-04-06 \
	    $([ $verb = open ] && echo --purpose court-order)
	expect_status 4
	expect_err_contains 'was merged into CP-M'
done
ok cpadmin archive request CP-M --restore --reason 'two children after all' \
    --as ann --on 2027-04-06 --json
O=$(jq -r .opening "$OUT_FILE")
ok cpadmin archive agree "$O" --as ben --on 2027-04-06
ok cpadmin archive restore CP-M --opening "$O" --as ann --on 2027-04-06 \
    --set birth_date=2010-04-05
expect_eq "$(sql "SELECT id, state FROM record WHERE id IN ('CP-M', 'CP-N')
    ORDER BY id")" 'CP-M|live
CP-N|merged'
ok cpadmin record show CP-M --reason T --json --on 2027-04-06
expect_json '.carers[0].name' 'Maeve O’Brien'
expect_eq "$(cpadmin record history CP-M --reason T --json | jq -r '[.rows[] |
    select(.action == "record.merge") | .detail |
    if type == "string" then fromjson else . end | .reason] | unique |
    tostring')" '["one child"]' 'the history of both came back'
ok cpadmin record split CP-M --take "carers[0]" --set given=Other --set family=Hill \
    --reason 'two children' --on 2027-04-06 --json
run cpadmin record show CP-N --reason T --on 2027-04-06
expect_status 5
expect_err_contains 'merged into CP-M'
ok cpadmin audit verify
ok cpadmin archive verify \
    --share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-2.age)" \
    --share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-3.age)"
