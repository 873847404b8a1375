#!/bin/bash
# Letters are looked at before they go: in the terminal, as pictures, as PDF.
. "$(dirname "$0")/../lib.sh"

for tool in pdfinfo qpdf zbarimg script; do
	have "$tool" || skip_all "$tool is not installed"
done

preview() {
	"$CPADMIN" notice preview "$@"
}
# Without a store.
of_policy() {
	preview --policy contactpoint-2007 "$@"
}
# Whether a file is a picture of WIDTH pixels.
picture() {
	[ "$(head -c 8 "$1" | tail -c 7 | tr -d '\r\n\032')" = PNG ] &&
	    [ $((0x$(tail -c +17 "$1" | head -c 4 | xxd -p))) -eq "$2" ]
}

test_case 'what has to be said, and what may be'
run preview --format standard
expect_status 2
expect_err_contains '--language is missing'
run preview -l en
expect_status 2
expect_err_contains '--format is missing'
run of_policy -l en -f braille
expect_status 2
expect_err_contains 'standard, large-print, easy-read or plain-text'
run of_policy -l en -f standard --kind birthday
expect_status 2
run of_policy -l en -f standard --band 14
expect_status 2
run of_policy -l en -f standard -o "$T/letter.doc"
expect_status 2
expect_err_contains '.png, .pdf or .txt'
run of_policy -l en -f plain-text -o "$T/letter.pdf"
expect_status 2
run of_policy -l en -f standard --width 19
expect_status 2
run of_policy -l en -f standard --width 80 -o "$T/letter.pdf"
expect_status 2
run of_policy -l en -f standard --width 99999 -o "$T/letter.png"
expect_status 2
run of_policy -l xx -f standard
expect_status 4
expect_err_contains 'there are en'
run preview --policy no-such -l en -f standard
expect_status 4
expect_eq "$(ls "$T")" '' files

test_case 'in the terminal: the letter, as wide as asked for'
ok of_policy -l en -f standard --width 50 --on 2026-11-21
expect_out_contains 'Dear parent or carer of Testa Mockingbury,'
expect_out_contains 'Our reference: N-0000000-H'
expect_out_contains '21 November 2026'
expect_out_contains 'Rehearsal Council E08000015'
expect_eq "$(awk 'length > 50' "$OUT_FILE")" '' 'wider lines'
expect_true [ "$(awk 'length > 44' "$OUT_FILE" | wc -l)" -gt 20 ]
ok script -qec "stty cols 40; '$CPADMIN' notice preview -l en -f standard \
    --policy contactpoint-2007" "$T/screen" >/dev/null
tr -d '\r' <"$T/screen" | grep -v ^Script >"$T/seen"
expect_eq "$(awk 'length > 40' "$T/seen")" '' 'wider than the terminal'
expect_true [ "$(awk 'length > 36' "$T/seen" | wc -l)" -gt 20 ]

test_case 'who reads it: bands, and what they are for'
for band in parent 12 16; do
	ok of_policy -l en -f standard --band $band --json
	expect_json '[.notice_kind, .band, .wording, .language, .format] |
	    join(" ")' "first $band notice-$band en standard"
done
ok of_policy -l en -f easy-read --kind comprehension --json
expect_json '[.band, .wording] | join(" ")' '12 notice-easy'
expect_json '.text | contains("We have a record about you. Now we write")' \
    true
ok of_policy -l en -f standard --kind extended
expect_out_contains "$(date +%Y | awk '{ print $1 + 7 }')"
for kind in first comprehension version eighteen archived extended \
    withdrawal authority shield-outcome; do
	ok of_policy -l en -f standard --kind $kind --json
	expect_json '.text | length > 500 and (contains("{{") | not)' true
done

test_case 'each language that the policy has, in its own letters'
languages=$(sed -n '/^	languages = {/,/source/p' \
    "$ROOT/policies/contactpoint-2007.cfg" | grep -o '"[a-z]*"' | tr -d '"')
expect_true [ "$(wc -w <<<"$languages")" -ge 9 ]
for language in $languages; do
	ok of_policy -l "$language" -f plain-text -o "$T/$language.txt" --json
	expect_json '[.language, .format, .files[0]] | join(" ")' \
	    "$language plain-text $T/$language.txt"
	expect_true iconv -f UTF-8 -t UTF-8 -o /dev/null "$T/$language.txt"
done
expect_eq "$(cat "$T"/*.txt | grep -c 'N-0000000-H')" \
    "$(wc -w <<<"$languages")" references
expect_some $'\u0686' in "$T/ur.txt"
expect_some $'\u0119' in "$T/pl.txt"
expect_true [ "$(cat "$T"/*.txt | sort | uniq -d | wc -l)" -lt 40 ]

test_case 'isolates are in files, not in the terminal'
expect_some $'\u2066N-0000000-H\u2069' in "$T/ar.txt"
ok of_policy -l ar -f standard
expect_out_contains 'N-0000000-H'
expect_no $'\u2066' in "$OUT_FILE"
expect_no $'\u2068' in "$OUT_FILE"
expect_no $'\u2069' in "$OUT_FILE"
expect_no '<U+' in "$OUT_FILE"

test_case 'a picture of each page'
ok of_policy -l en -f standard -o "$T/two.png" --json
expect_json '.pages == (.files | length) and .pages > 1' true
expect_json '.files[0]' "$T/two-1.png"
expect_no_file "$T/two.png"
expect_true picture "$T/two-1.png" 1240
expect_eq "$(zbarimg --raw -q "$T/two-1.png" 2>/dev/null)" N-0000000-H 'QR code'
ok of_policy -l en -f standard --kind authority -o "$T/one.png" --width 700
expect_out_contains "$T/one.png"
expect_no_file "$T/one-1.png"
expect_true picture "$T/one.png" 700
ok of_policy -l en -f standard --kind authority -o "$T/one.png" --width 900
expect_true picture "$T/one.png" 900

ok of_policy -l en -f large-print -o "$T/large.png" --width 300 --json
expect_true [ "$(jq .pages "$OUT_FILE")" -gt 2 ]
ok of_policy -l ur -f easy-read --kind comprehension -o "$T/easy.png" \
    --width 300
expect_true picture "$T/easy-2.png" 300

test_case 'as PDF'
ok of_policy -l pl -f standard -o "$T/pl.pdf" --json
expect_json '.pages' "$(pdfinfo "$T/pl.pdf" | awk '/^Pages:/ { print $2 }')"
ok qpdf --check "$T/pl.pdf"
ok pdfinfo "$T/pl.pdf"
expect_out_contains 'Tagged:          yes'
run of_policy -l en -f standard -o "$T/no/such/folder.pdf"
expect_true [ "$STATUS" -ne 0 ]

test_case 'a store: its policy, its day, and who writes'
new_store --policy uk-2026 --authority E10000016
ok preview -l en -f standard --on 2027-03-29 --json
expect_json '.text | contains("Rehearsal Council E10000016") and
    contains("29 March 2027") and contains("Our data protection officer")' true
cat >>"$CPADMIN_STORE/cpadmin.conf" <<'CONF'
letterheads = ( {
	authority = "E10000016"; name = "Anyshire County Council";
	office = "Directory team"; lines = ["County Hall", "ZZ99 3CC"];
	phone = "01632 960077"; email = "d@anyshire.example.org";
	dpo = "dpo@anyshire.example.org";
} );
CONF
ok preview -l en -f standard --json
expect_json '.text | contains("Rehearsal") | not' true
expect_json '.text | startswith("Anyshire County Council\nDirectory team\n" +
    "County Hall\nZZ99 3CC\n01632 960077\nd@anyshire.example.org\n\nTessa")' \
    true
expect_json '.text | contains("Directory team, Anyshire County Council, " +
    "County Hall, ZZ99 3CC") and contains("dpo@anyshire.example.org")' true
sed -i 's/01632 960077/call us/' "$CPADMIN_STORE/cpadmin.conf"
run preview -l en -f standard
expect_status 10
expect_err_contains 'phone is no telephone number'

test_case 'a real store makes nobody up'
export CPADMIN_STORE=$T/real
ok cpadmin init "$CPADMIN_STORE" --authority E08000015 --no-custody
expect_err_contains 'set letterheads in'
run preview -l en -f standard
expect_status 5
expect_err_contains 'authority E08000015 has no letterhead'
expect_err_contains 'cpadmin.conf(5)'
ok of_policy -l en -f standard
