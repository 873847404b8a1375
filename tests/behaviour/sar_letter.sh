#!/bin/bash
# Letters about a request: what is asked for on the way, that nothing is held,
# and a refusal.  Each says what has been entered and nothing that tells of the
# record; letter, entry and answer come together or not at all.
. "$(dirname "$0")/../lib.sh"

for tool in pdftotext pdfinfo python3; do
	have "$tool" || skip_all "$tool is not installed"
done

DAY=2026-03-03
sar() {
	"$CPADMIN" sar "$@" --as dan --on "$DAY"
}
# open [OPTION...]: sets SAR.
open() {
	ok sar open --requester "Maeve O’Brien" --relation parent \
	    --received 2026-03-02 --again --json "$@"
	SAR=$(jq -r .sar "$OUT_FILE")
}
# letter NAME VERB...: as PDF and as text, in $T/NAME.*, by two runs.
letter() {
	local name=$1 end

	shift
	rm -f "$T/$name".*
	for end in pdf txt; do
		ok sar "$@" --output "$T/$name.$end" --address "$T/address" \
		    --json
	done
}
# words FILE: of a letter's text from its heading on, a line each.
words() {
	case $1 in
	*.pdf) pdftotext -layout "$1" - ;;
	*) cat "$1" ;;
	esac | sed -e "1,/^ *$2/d" -e '/Page [0-9]* of [0-9]*$/d' \
	    -e 's/^ *[•-] //' | tr -s ' \n\f' '\n' | grep -v '^$'
}

# The record is another authority's; nothing of it is in any letter.
CANARY='Plover|Wexmouth|CH41|Marlinspike|Birdwhistle|01632|E10000016'
cat >"$T/rows" <<'EOT'
{"cpadmin":"record/1","id":"KID-1","authority":"E10000016","names":[{"type":"current","given":"Zuleika","family":"Quill"},{"type":"former","given":"Zuleika","family":"Ahmed"}],"gender":"female","birth_date":"2012-05-01","addresses":[{"type":"current","lines":["7 Plover Row","Wexmouth"],"postcode":"CH41 1AA"}],"carers":[{"name":"Maeve O’Brien","relation":"mother","responsibility":true,"phone":"01632 960001"}],"involvements":[{"service":"education","provider":"Marlinspike Primary","practitioner":"Ms Birdwhistle","phone":"01632 960002","start":"2016-09-01"}]}
EOT
sed 's/KID-1/OLD-1/; s/2012-05-01/2007-01-01/; s/2016-09/2012-09/' "$T/rows" \
    >"$T/old"
printf '1 Test Lane\nMockham\n' >"$T/address"
chmod 600 "$T/address"
new_store --policy uk-2026 --on 2026-01-05
ok cpadmin record import "$T/rows" "$T/old" --on 2026-01-05
ok cpadmin retention run --on 2026-01-05 --yes
ok cpadmin operator add dan --uid 2001 --role dpo --on 2026-01-05
ok cpadmin operator add tim --uid 2002 --role team --on 2026-01-05

test_case 'what a letter needs'
open --subject KID-1
run sar letter "$SAR" --output "$T/x.pdf"
expect_status 2
expect_err_contains '--kind'
run sar letter "$SAR" --kind identity
expect_status 2
expect_err_contains '--output'
run sar letter "$SAR" --kind birthday --output "$T/x.pdf"
expect_status 2
run sar letter SAR-0099 --kind identity --output "$T/x.pdf"
expect_status 4
run "$CPADMIN" sar letter "$SAR" --kind identity --output "$T/x.pdf" --as tim \
    --on $DAY
expect_status 9
run sar refuse "$SAR" --reason 'So it is.' --output "$T/x.pdf"
expect_status 2
run sar refuse "$SAR" --ground not-entitled --output "$T/x.pdf"
expect_status 2
expect_err_contains '--reason'
# Each only when that has been entered.
for kind in identity fee clarify extended; do
	run sar letter "$SAR" --kind $kind --output "$T/x.pdf"
	expect_status 5
	expect_err_contains 'enter it first'
done
expect_no_file "$T/x.pdf"
ok sar show "$SAR" --json
expect_json '[.events[]? | select(.event == "letter")] | length' 0

test_case 'asking for what is needed'
ok sar identity "$SAR" doubted --date $DAY
letter identity letter "$SAR" --kind identity
expect_json '.letter + " " + .about + " " + .language' \
    'access-ask identity en'
expect_json '.status' open
expect_eq "$(grep -c 'parental responsibility' "$T/identity.txt")" 1
expect_eq "$(grep -c 'act for the person' "$T/identity.txt")" 0
ok sar fee "$SAR" asked --date $DAY --amount 7.50 --reason 'It is the ninth.'
letter fee letter "$SAR" --kind fee
expect_eq "$(grep -c 'pay £7.50\.' "$T/fee.txt")" 1
expect_eq "$(grep -c 'the reason: It is the ninth\.' "$T/fee.txt")" 1
ok sar clarify "$SAR" asked --date $DAY --text 'Which of your children?'
letter clarify letter "$SAR" --kind clarify
expect_eq "$(grep -c 'know: Which of your children?' "$T/clarify.txt")" 1
expect_eq "$(stat -c %a "$T/identity.pdf" "$T/fee.txt" | tr '\n' ' ')" \
    '600 600 '
# What has been given is not asked for.
ok sar identity "$SAR" verified --date $DAY
ok sar fee "$SAR" paid --date $DAY
ok sar clarify "$SAR" answered --date $DAY --text 'Zuleika.'
for kind in identity fee clarify; do
	run sar letter "$SAR" --kind $kind --output "$T/x.pdf"
	expect_status 5
done
ok sar extend "$SAR" --reason 'There is very much of it.'
letter extended letter "$SAR" --kind extended
# A day was paused.
expect_eq "$(tr '\n' ' ' <"$T/extended.txt" |
    grep -c 'by 4 June 2026 at the latest')" 1
expect_eq "$(grep -c 'reason: There is very much' "$T/extended.txt")" 1

test_case 'a refusal answers'
letter refusal refuse "$SAR" --ground not-entitled \
    --reason 'The order that you sent ended.'
expect_json '.letter + " " + .about + " " + .status + " " + .outcome' \
    'access-refusal not-entitled answered refused'
for text in 'ended\.$' 'parental responsibility for a child' \
    'Information Commissioner' 'a court to order us' 'dpo@' \
    'within 30 days' 'whether there is a record'; do
	expect_eq "$(tr '\n' ' ' <"$T/refusal.txt" | sed 's/  /\n/g' |
	    grep -cE "$text" | sed 's/[2-9]/1/')" 1 "$text"
done
run sar refuse "$SAR" --ground excessive --reason x --output "$T/x.pdf"
expect_status 5
expect_err_contains 'was refused for not-entitled'
run sar none "$SAR" --output "$T/x.pdf"
expect_status 5
run sar letter "$SAR" --kind extended --output "$T/x.pdf"
expect_status 5
expect_err_contains 'is answered'

test_case 'a ground is one of the policy'
open --subject KID-1
run sar refuse "$SAR" --ground weather --reason x --output "$T/x.pdf"
expect_status 2
expect_err_contains 'identity-not-shown, not-entitled'
run sar refuse "$SAR" --ground fee-not-paid --reason x --output "$T/x.pdf"
expect_status 2
ok sar show "$SAR" --json
expect_json .status open

test_case 'that there is an archived record is told to who may know'
open --subject OLD-1 --relation self
ok sar identity "$SAR" doubted --date $DAY
archived() {
	sar letter "$SAR" --kind archived --output "$T/x.pdf"
}
run archived
expect_status 5
expect_err_contains 'who has shown identity'
ok sar identity "$SAR" verified --date $DAY
letter archived letter "$SAR" --kind archived
expect_eq "$(grep -c 'in the locked archive' "$T/archived.txt")" 1
open --subject OLD-1 --relation representative
run archived
expect_status 5
expect_err_contains 'who has shown authority'
ok sar evidence "$SAR" authority --reference R1 --date $DAY
ok archived
rm "$T/x.pdf"
open --subject KID-1 --relation self
run archived
expect_status 5
expect_err_contains 'nobody who is archived'
expect_no_file "$T/x.pdf"

test_case 'what is typed names no place of the record'
for text in 'You live at 7 plover row.' 'Ask in CH41 1AA.' \
    'Call 01632 960001.'; do
	run sar refuse "$SAR" --ground excessive --reason "$text" \
	    --output "$T/x.pdf"
	expect_status 5
	expect_err_contains 'without a place'
	expect_false grep -qiE "$CANARY" "$ERR_FILE"
done
ok sar clarify "$SAR" asked --date $DAY --text 'Do you mean 7 Plover Row?'
run sar letter "$SAR" --kind clarify --output "$T/x.pdf"
expect_status 5
expect_no_file "$T/x.pdf"

test_case 'that nothing is held, when that is settled'
open --subject KID-1
run sar none "$SAR" --output "$T/x.pdf"
expect_status 5
expect_err_contains 'something is held'
open --name 'Nobody Atall' --born 2011-01-01
run sar none "$SAR" --output "$T/x.pdf"
expect_status 5
expect_err_contains 'not settled'
expect_err_contains "cpadmin sar find $SAR"
ok sar subject "$SAR" none --reason 'looked for under both names'
run sar none "$SAR" --output "$T/x.pdf"
expect_status 5
expect_err_contains 'nobody looked for'
ok sar find "$SAR"
letter none none "$SAR"
expect_json '.letter + " " + .status + " " + .outcome' \
    'access-none answered none'
expect_eq "$(grep -c 'Information Commissioner' "$T/none.txt")" 1
ok sar close "$SAR"
run sar none "$SAR" --output "$T/x.pdf"
expect_status 5

test_case 'no letter tells anything of the record'
for file in "$T"/*.txt; do
	expect_false grep -qE "$CANARY|Zuleika|Quill" "$file"
	expect_true grep -q 'E08000015' "$file"
	expect_true grep -q '^1 Test Lane$' "$file"
done
expect_eq "$(find "$T" -maxdepth 1 -name '*.txt' | wc -l)" 7 letters

test_case 'the pages say what the text says, tagged'
for file in "$T"/*.pdf; do
	heading=$(awk 'NF == 0 { n++; next } n > 1 { print; exit } { n = 0 }' \
	    "${file%.pdf}.txt")
	expect_true test -n "$heading"
	expect_eq "$(words "$file" "$heading")" \
	    "$(words "${file%.pdf}.txt" "$heading")" "${file##*/}"
	ok python3 "$ROOT/tests/pdf/tags.py" "$file" --language en --letters 1 \
	    --all-marked
done

test_case 'the law is that of the day on which it came'
STORE=$CPADMIN_STORE
new_store --policy contactpoint-2007 --on 2009-01-05
sed -i 's/2012-05-01/2004-05-01/; s/2016-09-01/2008-09-01/' "$T/rows"
ok cpadmin record import "$T/rows" --on 2009-01-05
ok cpadmin operator add dan --uid 2001 --role dpo --on 2009-01-05
DAY=2009-02-03
open --subject KID-1 --received 2009-02-02
ok sar identity "$SAR" doubted --date 2009-02-02
ok sar letter "$SAR" --kind identity --output "$T/1998.txt"
expect_eq "$(grep -c 'The 40 days that we have' "$T/1998.txt")" 1
CPADMIN_STORE=$STORE
DAY=2026-03-03

test_case 'letter and answer come together'
open --subject KID-1
refuse() {
	sar refuse "$SAR" --ground excessive --reason 'Thus.' "$@"
}
echo theirs >"$T/there.pdf"
run refuse --output "$T/there.pdf"
expect_status 5
expect_eq "$(cat "$T/there.pdf")" theirs
run refuse --output "$T/no/where.pdf"
expect_status 4
printf '1 Test Lane\n' >"$T/open-address"
chmod 644 "$T/open-address"
run refuse --output "$T/x.pdf" --address "$T/open-address"
expect_status 10
chmod 600 "$T/open-address"
printf 'a\xe2\x80\xaeb\n' >"$T/open-address"
run refuse --output "$T/x.pdf" --address "$T/open-address"
expect_status 10
printf '%s\n' {1..11} >"$T/open-address"
run refuse --output "$T/x.pdf" --address "$T/open-address"
expect_status 10
expect_no_file "$T/x.pdf"
ok sar show "$SAR" --json
expect_json .status open
# Killed after the letter is written and before it is entered: what lies there
# is no letter, and the next run makes it.
if [ -e "$BUILD/fault.so" ]; then
	mkdir "$T/out"
	for ((at = 1; at < 60; at++)); do
		[ ! -e "$T/out/r.pdf" ] || break
		env LD_PRELOAD="$BUILD/fault.so" CP_FAULT=kill-before \
		    CP_FAULT_AT=$at CP_FAULT_DIR="$T/out" \
		    CP_FAULT_PROG=cpadmin CP_FAULT_COUNT="$T/count" \
		    "$CPADMIN" sar refuse "$SAR" --ground excessive \
		    --reason 'Thus.' --output "$T/out/r.pdf" --as dan \
		    --on $DAY >/dev/null 2>&1
		rm -f "$T/count"
	done 2>/dev/null
	ok sar show "$SAR" --json
	expect_json .status answered
	expect_true test "$at" -gt 4
	expect_true test "$at" -lt 60
else
	ok refuse --output "$T/out.pdf"
fi
ok cpadmin audit verify

test_case 'it is entered that it was written, and in which words'
ok sar show "$SAR" --json
expect_json '[.events[] | select(.event == "letter") | .reference] |
    unique | join(",")' access-refusal
expect_json '[.events[] | select(.event == "letter") | .text] | unique |
    join(",")' Thus.
if have sqlite3; then
	expect_eq "$(sqlite3 "$STORE/store.db" "SELECT group_concat(name)
	    FROM (SELECT name FROM wording WHERE name LIKE 'access%'
	    ORDER BY name)")" 'access-ask,access-none,access-refusal'
fi
ok cpadmin audit show --subject "$SAR" --json
expect_json '[.rows[] | select(.action == "sar.answer")] | length > 0' true
expect_false grep -q "Maeve" "$OUT_FILE"

test_case 'a language without words is answered in English'
mkdir -p "$T/own"
cp -R "$ROOT/policies/." "$T/own/"
rm -f "$T"/own/notices/pl/access*
open --subject KID-1 --language pl
ok sar identity "$SAR" doubted --date $DAY
CPADMIN_POLICIES=$T/own ok sar letter "$SAR" --kind identity \
    --output "$T/pl.txt"
expect_err_contains 'no words for it in pl'
expect_eq "$(grep -c '^Dear Maeve' "$T/pl.txt")" 1
