#!/bin/bash
# What goes onto paper: a certificate of destruction, and a custodian's share.
. "$(dirname "$0")/../lib.sh"

for tool in pdftotext pdffonts pdftoppm qpdf zbarimg age script; do
	have "$tool" || skip_all "$tool is not installed"
done

# The words of a PDF, one space between them.
words() {
	pdftotext -layout "$1" - | tr -s ' \n\f' ' '
}

# The same without any space, between the margins, in reading order.
text() {
	pdftotext -raw -x 0 -y 60 -W 596 -H 710 "$1" - | tr -d ' \n\f'
}

# What the QR codes of page N of a PDF say.
codes() {
	pdftoppm -r 200 -f "$2" -l "$2" -gray "$1" "$T/page" &&
	    zbarimg --raw -q -Sbinary "$T"/page-*.pgm 2>/dev/null
	rm -f "$T"/page-*.pgm
}

# One line for each element of the structure: its depth and type.
structure() {
	pdfinfo -struct "$1" | sed -E 's/ \(.*//'
}

# The objects of a PDF as JSON, for jq.
objects() {
	qpdf --json=2 --json-key=qpdf "$1" | jq '.qpdf[1] | [.[] | .value?]'
}

# Whatever a PDF is of: whole, tagged, with its language, all fonts in it.
expect_sound() {
	ok qpdf --check "$1"
	ok pdfinfo "$1"
	expect_out_contains 'Tagged:          yes'
	expect_out_contains 'Page size:       595.276 x 841.89 pts (A4)'
	expect_out_matches '^Title: +C'
	expect_eq "$(pdffonts "$1" | awk 'NR > 2 && $(NF - 4) != "yes"')" '' \
	    'fonts that are not in it'
	expect_eq "$(pdffonts "$1" | awk 'NR > 2 { sub(/^[A-Z]*\+/, "", $1)
	    print $1 }' | sort -u | tr '\n' ' ')" "$2 " fonts
	objects "$1" >"$T/objects"
	expect_eq "$(jq -c '[.[] | select(.["/Type"]? == "/Catalog") |
	    .["/Lang"], .["/ViewerPreferences"]["/DisplayDocTitle"]]' \
	    "$T/objects")" '["u:en-GB",true]' 'language and title'
	expect_eq "$(jq '[.[] | select(.["/S"]? == "/TH" and
	    .["/A"]["/Scope"] == null)] | length' "$T/objects")" 0 \
	    'headers of neither row nor column'
	expect_eq "$(jq '[.[] | select(.["/S"]? == "/Figure" and
	    (.["/Alt"] // "" | contains("QR code: ") | not))] | length' \
	    "$T/objects")" 0 'pictures that nobody describes'
	expect_eq "$(jq '[.[] | select(.["/S"]? == "/Figure")] | length' \
	    "$T/objects")" 1 pictures
}

test_case 'each program loads what its commands need'
loads() {
	ldd "$1" | grep -c "libpango-\|libcairo\|libqrencode\|libqpdf"
}
expect_eq "$(loads "$CPADMIN")" 0
expect_eq "$(loads "$CPADMIN-full")" 0 'of the nightly run'
expect_true [ "$(loads "$CPADMIN-print")" -ge 4 ]

new_store --on 2020-01-01 --custodians 3 --threshold 2 \
    --holder 'Head of Legal' --holder 'Zoë Łukasiewicz' --holder ਕੌਰ
for who in mary rose; do
	ok cpadmin operator add "$who" --uid "20${#who}$RANDOM" \
	    --role approver --on 2020-01-01
done
for i in $(seq 100 160); do
	printf '{"cpadmin":"record/1","id":"CP-%d","authority":"E08000015",' "$i"
	printf '"names":[{"type":"current","given":"A","family":"Marker"}],'
	printf '"gender":"male","birth_date":"2004-02-%02d"}\n' $((i % 20 + 1))
done >"$T/people.ndjson"
ok cpadmin record import "$T/people.ndjson" --on 2021-01-01
night() {
	ok cpadmin retention run --on "$1" --yes --accept clock --accept share
}
night 2022-02-28
night 2028-03-02
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')

test_case 'no certificate, no page'
run cpadmin destruction certificate "$BATCH" --pdf "$T/none.pdf"
expect_status 5
expect_no_file "$T/none.pdf"

ok cpadmin destruction approve "$BATCH" --as mary --on 2028-03-02
night 2028-03-02

test_case 'a certificate on paper'
ok cpadmin destruction certificate "$BATCH" --pdf "$T/c.pdf"
expect_out_empty
expect_eq "$(stat -c %a "$T/c.pdf")" 600
expect_sound "$T/c.pdf" 'DejaVuSansMono NotoSans-Bold NotoSans-Regular'
ok cpadmin destruction certificate "$BATCH"
cp "$OUT_FILE" "$T/c.json"
jq -j .body "$T/c.json" >"$T/body"
SUM=$(sha256sum <"$T/body" | cut -d' ' -f1)
words "$T/c.pdf" >"$T/words"
for text in "Certificate of destruction Batch $BATCH" Destroyed \
    'All 61 packages of this batch' 'Key gone from the host 2 March 2028 at' \
    'Not yet. These copies remain:' 'Policy contactpoint-2007, version 1' \
    'Approved mary 2 March 2028' 'cryptographic erase, as in NIST SP 800-88r2' \
    "Fingerprint of the body $SUM" \
    "cpadmin verify certificate-$BATCH.json --key signing.pub"; do
	expect_some "$text" in "$T/words"
done
while read -r package record; do
	expect_some "$package $record 2022-02-28 2028-02-29 destroyed" \
	    in "$T/words"
done < <(jq -r '.items[] | "\(.package) \(.record)"' "$T/body")
text "$T/c.pdf" >"$T/text"
while read -r said; do
	expect_some "$said" in "$T/text"
done < <(jq -r '.copies_remaining[], .method.zeroised[], .method.algorithm,
    (.verification[] | .what + .result + "yes")' "$T/body" | tr -d ' ')
expect_some "Signingkey$(jq -r .key "$T/c.json")" in "$T/text"
expect_no Marker in "$T/words"

test_case 'its structure is that of what it says'
structure "$T/c.pdf" >"$T/structure"
expect_eq "$(head -n 3 "$T/structure" | tr -d ' ' | tr '\n' ' ')" \
    'Document H1 P ' 'the beginning'
count() {
	grep -cxE " *$1" "$T/structure"
}
expect_eq "$(count H1)" 1 titles
expect_eq "$(count H2)" 7 headings
expect_eq "$(grep -xE ' *(H2|Table)' "$T/structure" | tail -n 2 | tr -d ' ' |
    tr '\n' ' ')" 'H2 Table ' 'packages come last'
# 2 dates, 5 facts, 1 + 5 acts, 3 of method, 1 + checks, 4 of proof, 1 + 61.
expect_eq "$(count TR)" "$((83 + $(jq '.verification | length' "$T/body")))" rows

test_case 'its code reads as it should'
expect_eq "$(for n in 1 2 3; do codes "$T/c.pdf" "$n"; done)" \
    "cpadmin certificate $BATCH $SUM"

test_case 'the same bytes, whatever the host is like'
ok env TZ=Asia/Kathmandu LC_ALL=C HOME=/nonexistent LANG=ur_PK.UTF-8 \
    FONTCONFIG_FILE=/dev/null XDG_CACHE_HOME=/nonexistent \
    SOURCE_DATE_EPOCH=0 PANGO_LANGUAGE=ar "$CPADMIN" destruction \
    certificate "$BATCH" --pdf "$T/again.pdf"
expect_true cmp "$T/c.pdf" "$T/again.pdf"

test_case 'no font of the host, and no configuration of it'
if have strace; then
	# Leaks cannot be looked for in a program that is traced.
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
	    strace -f -qq -e trace=openat -o "$T/opened" "$CPADMIN" destruction \
	    certificate "$BATCH" --pdf "$T/traced.pdf" || fail 'under strace'
	expect_some NotoSans-Regular.ttf in "$T/opened"
	expect_eq "$(grep -v ENOENT "$T/opened" |
	    grep -oE '"[^"]*(font)[^"]*"' | sort -u |
	    grep -vE '/(Noto|DejaVu)Sans|libfontconfig|locale' | tr '\n' ' ')" ''
else
	skip 'strace is not installed'
fi

test_case 'what is there already stays'
run cpadmin destruction certificate "$BATCH" --pdf "$T/c.pdf"
expect_status 5
ok cpadmin destruction certificate "$BATCH" -o "$T/both.json" \
    --pdf "$T/both.pdf"
expect_true cmp "$T/c.pdf" "$T/both.pdf"
expect_true cmp "$T/c.json" "$T/both.json"
ok cpadmin destruction certificate "$BATCH" --pdf "$T/three.pdf" --json
expect_true cmp "$T/c.json" "$OUT_FILE"
cpadmin destruction certificate "$BATCH" --pdf /dev/full 2>"$ERR_FILE"
expect_true [ $? -ne 0 ]

test_case 'a later issue on paper names the one before it'
night 2028-04-01
ok cpadmin sanitise --on 2028-04-02
night 2028-04-03
ok cpadmin destruction certificate "$BATCH" --pdf "$T/later.pdf"
words "$T/later.pdf" >"$T/words"
for text in "$BATCH · authority E08000015 · issue 2" \
    'every known copy of their keys is gone.' \
    'Last known copy gone 2 April 2028 at' "Issue 1, SHA-256 $SUM" \
    "cpadmin verify certificate-$BATCH-2.json --key signing.pub"; do
	expect_some "$text" in "$T/words"
done
expect_no 'copies remain' in "$T/words"
expect_file "$CPADMIN_STORE/outbox/certificate-$BATCH-2.json"
ok cpadmin destruction certificate "$BATCH" --issue 1 --pdf "$T/first.pdf"
expect_true cmp "$T/c.pdf" "$T/first.pdf"

# ---- shares -----------------------------------------------------------------
KEY=$(cat "$CPADMIN_STORE/keys/custody.current")
share() {
	printf '%s/keys/custody-%s-share-%d.age' "$CPADMIN_STORE" "$KEY" "$1"
}
pass() {
	printf '%s/keys/rehearsal/share-%d.pass' "$CPADMIN_STORE" "$1"
}

test_case 'a share on paper'
ok cpadmin custody sheet --share "$(share 2)" --output "$T/s.pdf" --json
expect_json .kind custody-sheet
expect_json .custody_id "$KEY"
expect_json .share 2
expect_json .shares 3
expect_json .threshold 2
expect_json .output "$T/s.pdf"
expect_eq "$(stat -c %a "$T/s.pdf")" 600
expect_sound "$T/s.pdf" 'DejaVuSansMono NotoSans-Bold NotoSans-Regular'
expect_eq "$(pdfinfo "$T/s.pdf" | awk '/^Pages/ { print $2 }')" 1 pages
words "$T/s.pdf" >"$T/words"
for text in 'Custody share 2 of 3' "Key $KEY" 'Held by Zoë Łukasiewicz' \
    'Needed to open 2 of 3 shares' 'This sheet alone opens nothing' \
    'Received by Signature Date' 'age -d share.age'; do
	expect_some "$text" in "$T/words"
done
expect_no "$(cat "$(pass 2)")" in "$T/words" "$T/s.pdf"
ok cpadmin audit show --json
expect_json '.rows[-1].action' custody.sheet
ok cpadmin custody sheet --share "$(share 3)" --output "$T/s3.pdf"
words "$T/s3.pdf" >"$T/words"
expect_some 'Held by ਕੌਰ' in "$T/words"
run cpadmin custody sheet --share "$(share 2)" --output "$T/s.pdf"
expect_status 5

test_case 'its words make the share again'
pdftotext -layout "$T/s.pdf" - | sed -nE 's/^ *[1-8]  +([a-z -]+)$/\1/p' \
    >"$T/lines"
expect_eq "$(wc -l <"$T/lines")" 8 lines
ok cpadmin custody recover --sheet "$T/lines" --output "$T/share-2.age" \
    --passphrase-file "$(pass 2)"
ok cpadmin custody drill --share "$(share 1)" \
    --passphrase-file "$(pass 1)" --share "$T/share-2.age" \
    --passphrase-file "$(pass 2)" --json
expect_json '[.rows[] | select(.outcome == "opened")] | length' 2

test_case 'its code is the share, in a form that stock age opens'
codes "$T/s.pdf" 1 >"$T/scanned.age"
expect_eq "$(head -n 1 "$T/scanned.age")" \
    '-----BEGIN AGE ENCRYPTED FILE-----'
{ sleep 0.4; cat "$(pass 2)"; echo; sleep 0.6; } | timeout 20 script -qec \
    "age -d -o '$T/opened' '$T/scanned.age'" /dev/null >"$T/typescript"
expect_some "# key: $KEY" in "$T/opened"
expect_some '# share: 2' in "$T/opened"
sed -n '2,$p' "$T/scanned.age" | grep -v -- ----- | base64 -d \
    >"$T/plain.age"
expect_true cmp "$T/plain.age" "$(share 2)"
ok cpadmin custody drill --share "$T/scanned.age" \
    --passphrase-file "$(pass 2)" --share "$(share 3)" \
    --passphrase-file "$(pass 3)" --json
expect_json '[.rows[] | select(.outcome == "opened")] | length' 2

test_case 'a ceremony whose paper jams says what is done and what is not'
ok cpadmin init "$T/jam" --rehearsal --no-custody
: >"$T/no-folder"
run cpadmin custody create --store "$T/jam" --sheets "$T/no-folder"
expect_status 5
expect_err_contains 'is made and in use, but not all sheets are printed'
expect_err_contains 'custody sheet'
ok cpadmin custody list --store "$T/jam" --json
expect_json '[.rows[].status] | unique | tostring' '["current"]'

test_case 'no sheet without the passphrase, or for nobody'
echo 'wrong passphrase here' >"$T/wrong"
chmod 600 "$T/wrong"
run cpadmin custody sheet --share "$(share 1)" --output "$T/no.pdf" \
    --passphrase-file "$T/wrong"
expect_status 7
run cpadmin custody sheet --share "$(share 1)" --output "$T/no.pdf" --as mary
expect_status 9
run cpadmin custody sheet --share "$(share 1)"
expect_status 2
run cpadmin custody sheet --share "$T/none.age" --output "$T/no.pdf"
expect_true [ "$STATUS" -ne 0 ]
expect_no_file "$T/no.pdf"
