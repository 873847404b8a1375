#!/bin/bash
# The pack that answers a request: what is in it is what was given, and nothing
# of what was not; it opens with the programs that people have, and with a
# reader that was written from cpadmin-access(5) alone.
. "$(dirname "$0")/../lib.sh"

for tool in 7zz age pdftotext pdfinfo sqlite3 python3 openssl qpdf zstd; do
	have $tool || skip_all "$tool is not installed"
done
READER=$ROOT/tests/stranger/pack.py
TAGS=$ROOT/tests/pdf/tags.py
export PYTHONDONTWRITEBYTECODE=1

AT=(--on 2026-11-12)
cpadmin() {
	"$CPADMIN" "$@" "${AT[@]}"
}
sar() {
	cpadmin sar "$@"
}
sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}
# item SAR KEY: its number.
item() {
	sql "SELECT i.item FROM sar_item i JOIN sar s ON s.n = i.sar
	    WHERE s.id = '$1' AND i.key = '$2'"
}
# undecided SAR: the numbers of what is to be decided.
undecided() {
	sql "SELECT i.item FROM sar_item i JOIN sar s ON s.n = i.sar
	    WHERE s.id = '$1' AND i.flags <> 0 AND i.decision IS NULL"
}
# give_all SAR: and a second person agrees.
give_all() {
	local items

	items=$(undecided "$1")
	# shellcheck disable=SC2086
	[ -z "$items" ] || ok sar give "$1" $items --reason 'they know it'
	ok sar approve "$1" --as val
}
# ask ID [OPTION...]: opens a request, and collects; $SAR is its number.
ask() {
	ok sar open --subject "$1" --requester 'Zoë O’Brien' --relation self \
	    --received 2026-11-02 --json --again "${@:2}"
	SAR=$(jq -r .sar "$OUT_FILE")
	ok sar collect "$SAR"
}
# unpack PACK PASSPHRASE: into $T/got; with READ set by that too, alike.
unpack() {
	rm -rf "$T/got" "$T/read"
	printf '%s\n' "$2" >"$T/pass"
	ok 7zz x -bso0 -p"$2" -o"$T/got" "$1"
	if [ -n "${READ:-}" ]; then
		ok python3 "$READER" "$1" "$T/pass" "$T/read"
		ok diff -r "$T/got" "$T/read"
	fi
	pdftotext -layout "$T/got/letter.pdf" - | tr -s '\f\n ' ' ' \
	    >"$T/got/text"
}
# disclosed [OPTION...]: makes the pack $T/SAR.zip, and opens it.
disclosed() {
	rm -f "$T/$SAR.zip"
	ok sar disclose "$SAR" --output "$T/$SAR.zip" --json "$@"
	cp "$OUT_FILE" "$T/said"
	unpack "$T/$SAR.zip" "$(jq -r .passphrase "$T/said")"
}
said() {
	expect_eq "$(jq -r "$1" "$T/said")" "$2" "$1"
}
# is_in TEXT: to be read, and as data.  is_nowhere TEXT: in no member.
is_in() {
	expect_some "$1" in "$T/got/text"
	expect_true jq -e --arg t "$1" '[.. | strings | contains($t)] | any' \
	    "$T/got/data.json" >/dev/null
}
is_nowhere() {
	expect_no "$1" in "$T/got/text" "$T/got/data.json" "$T/got/README.txt"
}

person() {
	jq -cn --arg id "$1" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015",
	    names: [{type: "current", given: "Zoë Anne", family: "O’Brien",
		from: "2012-03-09"},
		{type: "former", given: "Zoë", family: "Ahmed"}],
	    gender: "female", birth_date: "2009-02-28",
	    numbers: [{type: "nhs", value: "9434765919"}],
	    addresses: [{type: "current", lines: ["1 High Street",
		"Birkenhead"], postcode: "CH41 1AA", from: "2019-08-01",
		source: "census-of-schools"}],
	    carers: [{name: "Maeve O’Brien", relation: "mother",
		responsibility: true, phone: "0151 496 0123"}],
	    involvements: [{service: "education", provider: "Ridge Primary",
		practitioner: "Mrs Hall", phone: "0151 496 0456",
		start: "2015-09-01", end: null, lead: false,
		assessment: true, sensitive: null}],
	    letters: {language: "en", format: "standard"}}'
}

new_store --policy uk-2026 --on 2026-11-01
{
	person CP-A
	person CP-B | jq -c '.names[0] += {given: "Bea"} |
	    .addresses = [] | .carers = [] | .involvements = [] |
	    .numbers = []'
	person CP-MANY | jq -c '.names[0] += {given: "Many"} | .numbers = []'
	person CP-HID | jq -c '.names[0] += {given: "Hilda"} | .numbers = [] |
	    .addresses[0] += {lines: ["9 Refuge Row"], postcode: "ZZ99 1AA"} |
	    .involvements[0] += {provider: "Hidden Primary"}'
	person CP-NEAR | jq -c '.names[0] += {given: "Nora"} | .numbers = [] |
	    .addresses[0] += {lines: ["9 Refuge Row"], postcode: "ZZ99 1AA"}'
} >"$T/people"
ok cpadmin record import "$T/people"
ok cpadmin operator add val --uid 2001 --role approver
ok cpadmin operator add tim --uid 2002 --role team
ok cpadmin operator add aud --uid 2003 --role auditor
ok cpadmin record show CP-A --reason 'a telephone call'

test_case 'nothing leaves before it was looked at'
ask CP-A
run sar disclose "$SAR" --output "$T/early.zip"
expect_status 5
expect_err_contains "cpadmin sar items $SAR"
ok sar withhold "$SAR" "$(item "$SAR" record/carers/0/phone)" \
    --ground third-party --reason 'note-of-ours'
ok sar withhold "$SAR" "$(item "$SAR" record/addresses/0/source)" \
    --ground third-party --reason 'note-of-ours'
# shellcheck disable=SC2046
ok sar give "$SAR" $(undecided "$SAR") --reason 'they know it'
run sar disclose "$SAR" --output "$T/early.zip"
expect_status 5
expect_err_contains "cpadmin sar approve $SAR"
ok sar approve "$SAR" --as val
for who in val tim aud; do
	run sar disclose "$SAR" --output "$T/early.zip" --as $who
	expect_status 9
done
expect_eq "$(find "$T" -maxdepth 1 -name '*early*' | wc -l)" 0

test_case 'where it may be written'
run sar disclose "$SAR"
expect_status 2
expect_err_contains --output
echo mine >"$T/there.zip"
ln -s nowhere "$T/link.zip"
for name in there.zip link.zip; do
	run sar disclose "$SAR" --output "$T/$name"
	expect_status 5
	expect_err_contains 'is there already'
done
expect_eq "$(cat "$T/there.zip")" mine
run sar disclose "$SAR" --output "$T/no/such.zip"
expect_status 4
run sar disclose "$SAR" --output "$T/bad.age" --to age1qqq
expect_status 2
expect_err_contains --to
expect_eq "$(sql 'SELECT count(*) FROM sar_sent')" 0
expect_eq "$(sql 'SELECT stage FROM sar')" approved

test_case 'another that is about to give it its name is let alone'
part=$T/held.zip
part=${part%/*}/.held.zip.$SAR.part
echo theirs >"$part"
run flock "$part" "$CPADMIN" sar disclose "$SAR" --output "$T/held.zip"
expect_status 6
expect_eq "$(cat "$part")" theirs
expect_false test -e "$T/held.zip"
rm "$part"

test_case 'a full disk: nothing is sent, nothing stays'
mkdir "$T/small"
if mount -t tmpfs -o size=8k none "$T/small" 2>/dev/null; then
	run sar disclose "$SAR" --output "$T/small/pack.zip"
	expect_status 1
	expect_err_contains 'No space left'
	expect_eq "$(find "$T/small" -type f | wc -l)" 0
	umount "$T/small"
	expect_eq "$(sql 'SELECT count(*) FROM sar_sent')" 0
	expect_eq "$(sql 'SELECT stage FROM sar')" approved
else
	skip 'no file system can be mounted here'
fi

test_case 'the pack: a ZIP of three, and its passphrase, once'
umask 0
READ=1 disclosed
umask 022
said '[.sar, .outcome, .form, .sent, .sealed_to] | tostring' \
    "[\"$SAR\",\"partial\",\"zip\",1,null]"
said .output "$T/$SAR.zip"
said .bytes "$(stat -c %s "$T/$SAR.zip")"
said .sha256 "$(sha256sum <"$T/$SAR.zip" | cut -d' ' -f1)"
said .pages "$(pdfinfo "$T/got/letter.pdf" | awk '/^Pages:/ { print $2 }')"
expect_eq "$(stat -c %a "$T/$SAR.zip")" 600 mode
expect_eq "$(jq -r .made "$T/got/data.json")" 2026-11-12
expect_eq "$(find "$T" -maxdepth 1 -name '*.part' | wc -l)" 0
PASS=$(cat "$T/pass")
expect_true grep -qxE '([b-z][aiou][b-z][aiou][b-z]-){6}[a-z]{5}' "$T/pass"
sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
expect_no "$PASS" in "$CPADMIN_STORE"
run 7zz t "-p${PASS%?}x" "$T/$SAR.zip"
expect_true [ "$STATUS" -ne 0 ]
printf '%s\n' "bab${PASS#???}" >"$T/wrong"
run python3 "$READER" "$T/$SAR.zip" "$T/wrong" "$T/wrong-got"
expect_err_contains 'wrong passphrase'
for i in $(seq 1 4999 "$(stat -c %s "$T/$SAR.zip")"); do
	cp "$T/$SAR.zip" "$T/hurt.zip"
	printf '\377' | dd of="$T/hurt.zip" bs=1 seek="$i" conv=notrunc \
	    status=none
	cmp -s "$T/hurt.zip" "$T/$SAR.zip" && continue
	rm -rf "$T/hurt"
	expect_false 7zz x -bso0 -bse0 -p"$PASS" -o"$T/hurt" "$T/hurt.zip"
done

test_case 'what was given is in it'
for text in CP-A 'Zoë Anne' O’Brien Ahmed 9434765919 '1 High Street' \
    'CH41 1AA' 'Maeve O’Brien' 'Ridge Primary' 'Mrs Hall' '0151 496 0456' \
    E08000015 'a telephone call'; do
	is_in "$text"
done
expect_some '28 February 2009' in "$T/got/text"
expect_eq "$(jq -c '.subjects[0] | [.state, .record.birth_date,
    .record.gender, .record.letters.language, (.looks | length)]' \
    "$T/got/data.json")" '["live","2009-02-28","female","en",1]'
# Numbers run through the whole, without a gap.
expect_eq "$(pdftotext -raw "$T/got/letter.pdf" - |
    grep -oE '^[0-9]+\. [A-Z]' | grep -oE '[0-9]+' | paste -sd' ')" \
    "$(seq -s' ' "$(jq .entries "$T/said")")" numbers

test_case 'what was not given is nowhere'
is_nowhere '496 0123'
is_nowhere census
is_nowhere note-of-ours
is_nowhere third-party
expect_eq "$(jq -c '.subjects[0].record | [.carers[0], .addresses[0] | keys]' \
    "$T/got/data.json")" \
    '[["name","relation","responsibility"],["from","lines","postcode","type"]]'
# Nor is it in the bytes of the PDF, behind what is shown.
qpdf --qdf --object-streams=disable "$T/got/letter.pdf" "$T/plain.pdf"
expect_some /MarkInfo in "$T/plain.pdf"
expect_no '496 0123' in "$T/plain.pdf"

test_case 'the PDF is tagged, and says its language and title'
ok python3 "$TAGS" "$T/got/letter.pdf" --language en --direction L2R \
    --letters 1 --all-marked --title \
    "$(sed -n 's/^title: //p' "$ROOT/policies/notices/en/access.txt")"

test_case 'what the store keeps of it: a hash and a list'
expect_eq "$(sql 'SELECT form, bytes, items, lower(hex(sha256)) FROM
    sar_sent')" "zip|$(jq -r '[.bytes, .items, .sha256] | join("|")' \
    "$T/said")"
expect_eq "$(sql 'SELECT list FROM sar_sent' | jq -r '."1"[]' | sort)" \
    "$(sql "SELECT key FROM sar_item WHERE decision IS NOT 'withhold'" |
    sort)"
expect_eq "$(sql "SELECT stage || ' ' || outcome FROM sar")" \
    'answered partial'
expect_eq "$(sql "SELECT detail FROM audit WHERE action = 'sar.disclose'
    AND subject = 'CP-A'")" "{\"sar\":\"$SAR\"}"
ok cpadmin audit verify

test_case 'one that was lost is made again, and is the same but for its key'
first=$SAR
cp -r "$T/got" "$T/first"
ok cpadmin record show CP-A --reason 'another call'
ok sar disclose "$SAR" --output "$T/again.zip" --json
cp "$OUT_FILE" "$T/said"
said .sent 2
AGAIN=$(jq -r .passphrase "$T/said")
expect_true [ "$AGAIN" != "$PASS" ]
unpack "$T/again.zip" "$AGAIN"
expect_true cmp "$T/got/text" "$T/first/text"
expect_eq "$(stat -c %s "$T/got/letter.pdf")" \
    "$(stat -c %s "$T/first/letter.pdf")" 'length of letter.pdf'
expect_true cmp "$T/got/data.json" "$T/first/data.json"
unpack "$T/$first.zip" "$PASS"

test_case 'what changed since is not of it'
ok cpadmin record correct CP-A --set 'carers[0].phone=0151 496 0999' \
    --reason 'she said so'
run sar disclose "$SAR" --output "$T/changed.zip"
expect_status 5
expect_err_contains 'changed after it was reviewed'
expect_err_contains --again
ok sar close "$SAR"
run sar disclose "$SAR" --output "$T/changed.zip"
expect_status 5
expect_no_file "$T/changed.zip"

test_case 'a change between review and answer, of what nobody had to look at'
ask CP-A
give_all "$SAR"
ok cpadmin record correct CP-A --set 'addresses[0].postcode=CH41 1AB' \
    --reason 'she said so'
run sar disclose "$SAR" --output "$T/changed.zip"
expect_status 5
expect_err_contains "cpadmin sar collect $SAR"
ok sar collect "$SAR"
run sar disclose "$SAR" --output "$T/changed.zip"
expect_status 5
expect_err_contains "cpadmin sar approve $SAR"
give_all "$SAR"
disclosed
is_in 'CH41 1AB'
is_in '0151 496 0999'
is_nowhere 'CH41 1AA'
said .outcome full

test_case 'who asks has to have shown who they are'
ask CP-B --requester 'Bea O’Brien'
ok sar identity "$SAR" doubted --date 2026-11-03
run sar disclose "$SAR" --output "$T/doubted.zip"
expect_status 5
ok sar identity "$SAR" verified --date 2026-11-04

test_case 'a person with little: each heading says so'
disclosed
expect_eq "$(jq -c '.subjects[0] | [.consents, .shield, .notices, .holds,
    .requests]' "$T/got/data.json")" '[[],[],[],[],[]]'
expect_eq "$(jq -c '.subjects[0].record | has("authority")' \
    "$T/got/data.json")" false
expect_true [ "$(grep -o 'nothing of this kind' "$T/got/text" | wc -l)" -ge 8 ]
is_nowhere E08000015\"

test_case 'two persons in one answer'
ask CP-A --subject CP-B --requester 'Maeve O’Brien' --relation parent
ok sar evidence "$SAR" responsibility --reference B-1 --date 2026-11-05
for n in 1 2; do
	ok sar view "$SAR" agrees --date 2026-11-05 --subject $n
done
give_all "$SAR"
READ=1 disclosed
expect_eq "$(jq -r '.subjects[].record.id' "$T/got/data.json" | paste -sd' ')" \
    'CP-A CP-B'
expect_some 'Zoë Anne O’Brien and Bea O’Brien' in "$T/got/text"
ok python3 "$TAGS" "$T/got/letter.pdf" --letters 1 --all-marked

test_case 'where the letter goes to'
printf '1 Lime Street\nLiverpool\nL1 1AA\n' >"$T/address"
chmod 644 "$T/address"
run sar disclose "$SAR" --output "$T/to.zip" --address "$T/address"
expect_status 10
expect_err_contains --address
chmod 600 "$T/address"
disclosed --address "$T/address"
expect_some '1 Lime Street' in "$T/got/text"
expect_no 'Lime' in "$T/got/data.json"

test_case 'as plain text too, for who asked for that'
ask CP-A --format plain-text
give_all "$SAR"
READ=1 disclosed
expect_some '1 High Street' in "$T/got/letter.txt"
expect_eq "$(grep -cE '^[0-9]+\. ' "$T/got/letter.txt")" \
    "$(jq .entries "$T/said")"
expect_some letter.txt in "$T/got/README.txt"
# What the pages show is what the lines say.
expect_eq "$(sed -n '/^What we hold about/,$p' "$T/got/letter.txt" |
    tr -s '\n ' ' ')" "$(sed 's/.*\(What we hold about\)/\1/
    s/ SAR-[0-9]* Page [0-9]* of [0-9]*//g; s/ - / /g' "$T/got/text")"

test_case 'to a key: an age file'
age-keygen -o "$T/key" 2>/dev/null
age-keygen -o "$T/other" 2>/dev/null
ok sar disclose "$SAR" --output "$T/pack.age" --json \
    --to "$(age-keygen -y "$T/key")"
expect_json .passphrase null
expect_json .form age
expect_json .sealed_to "$(age-keygen -y "$T/key")"
expect_eq "$(stat -c %a "$T/pack.age")" 600
mkdir "$T/aged"
expect_true age -d -i "$T/key" -o "$T/pack.tar.zst" "$T/pack.age"
expect_true tar --zstd -xf "$T/pack.tar.zst" -C "$T/aged"
expect_eq "$(cd "$T/aged" && echo *)" \
    'README.txt data.json letter.pdf letter.txt'
expect_true jq -e '.cpadmin == "access/1"' "$T/aged/data.json" >/dev/null
expect_false age -d -i "$T/other" -o "$T/none" "$T/pack.age" 2>/dev/null

test_case 'what people are told'
ok sar disclose "$SAR" --output "$T/people.zip"
expect_out_matches '^Passphrase: +([a-z]{5}-){6}[a-z]{5}$'
expect_out_contains "$T/people.zip"
expect_err_contains telephone
expect_err_contains "cpadmin sar close $SAR"
run 7zz t "-p$(sed -n 's/^Passphrase: *//p' "$OUT_FILE")" "$T/people.zip"
expect_status 0
ok sar disclose "$SAR" --output "$T/quiet.zip" --quiet
expect_err_empty

test_case 'a place of somebody else who is shielded: left out, and not told'
ok cpadmin shield request CP-HID --by parent --reason danger
ask CP-NEAR --requester 'Nora O’Brien'
for n in $(sql "SELECT i.item FROM sar_item i JOIN sar s ON s.n = i.sar
    WHERE s.id = '$SAR' AND i.flags & 16"); do
	ok sar withhold "$SAR" "$n" --ground serious-harm \
	    --reason 'lives where another is hidden'
done
give_all "$SAR"
disclosed
said .outcome full
is_nowhere Refuge
expect_no E08000015 in "$T/got/data.json"
expect_no 'left some details out' in "$T/got/text"

test_case 'of who is shielded, to who may not know: nothing of a place'
ask CP-HID --requester 'Maeve O’Brien' --relation parent
ok sar evidence "$SAR" responsibility --reference B-2 --date 2026-11-05
ok sar view "$SAR" agrees --date 2026-11-05
give_all "$SAR"
disclosed
said .outcome full
for text in Refuge 'ZZ99 1AA' Hidden Hall 0151 danger census; do
	is_nowhere "$text"
done
expect_no E08000015 in "$T/got/data.json"
expect_no shield in <(jq -c '[.. | strings]' "$T/got/data.json")
is_in 'Maeve O’Brien'

test_case 'and to the child: an officer opens it into the pack'
ask CP-HID --requester 'Hilda O’Brien'
ok sar safe "$SAR" --reason 'she showed her passport'
ok sar collect "$SAR"
# shellcheck disable=SC2046
ok sar give "$SAR" $(undecided "$SAR") --reason 'it is hers'
ok cpadmin operator add dan --uid 2004 --role dpo
ok sar approve "$SAR" --as dan
mkdir "$T/away"
mv "$CPADMIN_STORE/keys/rehearsal"/officer-* "$T/away"
run sar disclose "$SAR" --output "$T/locked.zip" --as dan
expect_status 7
expect_no_file "$T/locked.zip"
mv "$T/away"/* "$CPADMIN_STORE/keys/rehearsal"
READ=1 disclosed
is_in '9 Refuge Row'
is_in 'Hidden Primary'
is_in danger
expect_eq "$(jq '.subjects[0].shield | length > 0' "$T/got/data.json")" true
ok sar close "$SAR"

# LANGUAGES=all takes each.
test_case 'in the language of who asks, or in English'
[ "${LANGUAGES:-}" != all ] ||
    LANGUAGES=$(cd "$ROOT/policies/notices" && echo *)
for lang in ${LANGUAGES:-ur}; do
	dir=$ROOT/policies/notices/$lang
	ask CP-A --language "$lang"
	give_all "$SAR"
	disclosed
	if [ -e "$dir/access.txt" ] && [ -e "$dir/access-words.txt" ]; then
		want=$lang
	else
		want=en
	fi
	ok python3 "$TAGS" "$T/got/letter.pdf" --language "$want" \
	    --letters 1 --all-marked
	# Data are data in each language.
	expect_eq "$(jq -c '[.subjects[0].record.carers[0].relation,
	    .subjects[0].changes[0].what]' "$T/got/data.json")" \
	    '["mother","did-enter"]'
	ok sar close "$SAR"
done

test_case 'a person of whom the log has thousands of entries'
person CP-MANY | jq -c '.names[0] += {given: "Many"} | .numbers = []
    | range(1100) as $i | .carers[0].phone = "0151 4" + ($i | tostring)' \
    >"$T/many"
ok cpadmin record import "$T/many"
ask CP-MANY
give_all "$SAR"
READ=1 disclosed
expect_true [ "$(jq '.subjects[0].changes | length' "$T/got/data.json")" \
    -gt 1100 ]
expect_true [ "$(jq .entries "$T/said")" -gt 1100 ]
expect_true [ "$(jq .pages "$T/said")" -gt 40 ]
expect_some " $(jq .entries "$T/said"). When" in "$T/got/text"
ok python3 "$TAGS" "$T/got/letter.pdf" --letters 1 --all-marked

test_case 'just after midnight in summer it is of that day'
AT=(--on 2027-07-01T00:30)
ask CP-B --requester 'Bea O’Brien'
give_all "$SAR"
READ=1 disclosed
expect_eq "$(jq -r .made "$T/got/data.json")" 2027-07-01
expect_some '1 July 2027' in "$T/got/text"

test_case 'what was answered otherwise has no pack'
ask CP-B --again
ok sar withdraw "$SAR" --reason 'they said so'
run sar disclose "$SAR" --output "$T/none.zip"
expect_status 5
expect_err_contains 'was answered without a pack: withdrawn'
