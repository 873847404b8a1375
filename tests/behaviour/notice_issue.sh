#!/bin/bash
# Print runs: each letter in its language and format, in the order of the post,
# named in the manifest where it is; what cannot be printed is listed, nothing
# is printed twice, and who is shielded cannot be told from what comes out.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
have pdfinfo || skip_all 'pdfinfo is not installed'
AT=(--on 2026-11-21T10:00)

issue() {
	"$CPADMIN" notice issue --no-progress "${AT[@]}" "$@"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# row ID GIVEN FAMILY BORN LINES POSTCODE LANGUAGE FORMAT [CARERS]: LINES and
# CARERS are JSON.
row() {
	jq -cn --arg id "$1" --arg given "$2" --arg family "$3" --arg born "$4" \
	    --argjson lines "$5" --arg code "$6" --arg l "$7" --arg f "$8" \
	    --argjson carers "${9:-[]}" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: $given,
	    family: $family}], gender: "female", birth_date: $born,
	    addresses: (if $lines == [] then [] else [{type: "current",
	    lines: $lines, postcode: $code}] end), carers: $carers,
	    letters: {language: $l, format: $f}}'
}

# carer NAME...: with parental responsibility.
carer() {
	printf '%s\n' "$@" | jq -cR '{name: ., relation: "parent",
	    responsibility: true}' | jq -cs .
}

text_of() { # FILE FIRST LAST
	pdftotext -f "${2:-1}" -l "${3:-1}" "$1" - 2>/dev/null
}

# manifest_true DIR: each row's pages are where it says, each with the letter's
# reference, and there are no others.
manifest_true() {
	local file pages

	for file in "$1"/*.pdf "$1"/*.txt "$1"/*/*.pdf "$1"/*/*.txt; do
		[ -f "$file" ] || continue
		case $file in
		*.pdf) pages=$(pdfinfo "$file" | awk '/^Pages:/ { print $2 }')
			pdftotext "$file" "$T/pages" ;;
		*) cp "$file" "$T/pages"
			pages=$(($(tr -dc '\f' <"$file" | wc -c) + 1)) ;;
		esac
		expect_eq "$(tr -d '\r' <"$1/manifest.csv" |
		    awk -v name="${file#"$1/"}" -v count="$pages" '
		    BEGIN { FS = "," }
		    FILENAME == "-" {
			if ($4 != name) next
			rows++
			for (i = $5; i < $5 + $6; i++) {
				if (i in want && want[i] != $2)
					print "page " i " twice"
				want[i] = $2
			}
			next
		    }
		    FNR == 1 { n = 1 }
		    { text[n] = text[n] $0 "\n"
			while ((at = index(text[n], "\f")) > 0) {
				text[n + 1] = substr(text[n], at + 1)
				text[n] = substr(text[n], 1, at - 1)
				n++
			} }
		    END {
			for (i = 1; i <= count; i++)
				if (!(i in want)) print "page " i " is nowhere"
				else if (!index(text[i], want[i]))
					print "page " i " is not of " want[i]
			for (i in want) if (i + 0 > count + 0) print "no page " i
			if (rows == 0) print "no row"
		    }' - "$T/pages")" '' "${file#"$1/"}"
	done
	expect_eq "$(jq -r '.rows[] | [.reference, .letter, .kind, .file,
	    .first_page, .pages, .language, .format] | join(",")' \
	    "$1/manifest.json")" "$(tr -d '\r' <"$1/manifest.csv" |
	    tail -n +2)" 'JSON and CSV'
}

HIGH='["1 High Street","Birkenhead"]'
MAEVE=$(carer 'Maeve Hill')

# ---- a run --------------------------------------------------------------------

new_store "${AT[@]}"
ok cpadmin operator add tim --uid 2003 --role team "${AT[@]}"
ok cpadmin operator add bob --uid 2001 --role shield "${AT[@]}"
ok cpadmin operator add dora --uid 2002 --role dpo "${AT[@]}"
ok cpadmin operator add aud --uid 2005 --role auditor "${AT[@]}"
{
	row H-1 Zoe Hill 2018-02-03 "$HIGH" 'CH41 1AA' en standard "$MAEVE"
	row H-2 Tom Hill 2020-02-03 "$HIGH" 'CH41 1AA' en standard "$MAEVE"
	row H-3 Amy Hill 2011-02-03 "$HIGH" 'CH41 1AA' en standard "$MAEVE"
	row H-4 Ben Reed 2019-02-03 "$HIGH" 'CH41 1AA' en standard \
	    "$(carer 'Ann Reed')"
	row H-5 Cat Roe 2019-02-03 "$HIGH" 'CH41 1AA' en standard
	row H-6 Dan Roe 2019-02-03 "$HIGH" 'CH41 1AA' en standard
	row P-1 Eve Lund 2018-02-03 '["9 Low Road"]' 'CH40 9ZZ' en standard
	row P-2 Fay Lund 2018-02-03 '["2 Low Road"]' 'L1 1AA' en standard
	row F-1 Gus Lund 2018-02-03 '["3 Mid Road"]' 'CH42 1AA' en easy-read
	row F-2 Hal Lund 2018-02-03 '["4 Mid Road"]' 'CH42 1AA' en plain-text
	row F-3 Ida Lund 2018-02-03 '["5 Mid Road"]' 'CH42 1AA' en large-print
	row F-4 Joy Lund 2010-02-03 '["6 Mid Road"]' 'CH42 1AA' en plain-text
	row X-1 Kim Lund 2018-02-03 '[]' '' en standard
	for l in ur pa pl bn so ar gu pt ta fr tr; do
		row "L-${l^^}" Lea Lund 2018-02-03 '["7 Mid Road"]' 'CH43 1AA' \
		    "$l" standard
	done
	row L-ZZ Lea Lund 2018-02-03 '["7 Mid Road"]' 'CH43 1AA' zz standard
} >"$T/rows"
ok cpadmin record import "$T/rows" "${AT[@]}"

test_case 'who prints, and what is to be said'
run issue --all --output "$T/no" --as aud
expect_status 9
for wrong in '' '--all' '--all H-1 -o x' '--resume --all' '--resume --each' \
    '--all -o x --kind greeting' '--all -o x --until never' \
    '--all -o x --workers 0' '--all -o x --to 1'; do
	# shellcheck disable=SC2086
	run issue $wrong
	expect_status 2
done
run issue --resume
expect_status 4
run issue H-9 -o "$T/no"
expect_status 4
mkdir "$T/full" && touch "$T/full/x"
run issue --all -o "$T/full"
expect_status 5
expect_err_contains 'is not empty'
expect_eq "$(sql 'SELECT count(*) FROM print_run')" 0
expect_false [ -e "$T/no" ]

test_case 'a run: exit 3 where something could not be printed, and what'
run issue --all -o "$T/run" --json --as tim
expect_status 3
expect_json '[.run, .problems, .notices, .letters, .files] | join(" ")' \
    'R-0001 1 24 23 15'
expect_json '[.not_printed[] | .id + " " + .why] | join(",")' 'X-1 no-address'
expect_json '.reasons["no-address"]' 1
expect_json '.folder' "$T/run"
expect_eq "$(sql "SELECT status || ' ' || letters || ' ' || (pages > 30)
    FROM print_run")" 'done 23 1'
expect_eq "$(sql 'SELECT count(*) FROM print_item')" 0
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status = 'issued'
    AND run = 1 AND issued_by = 'tim' AND length(place) = 40
    AND length(wording) = 32 AND route = 'post'")" 24
expect_eq "$(sql "SELECT problem FROM notice WHERE status = 'owed'")" \
    no-address

test_case 'files for their owner only, and nothing else is left'
expect_eq "$(stat -c %a "$T/run")" 700
expect_eq "$(stat -c %a "$T"/run/* | sort -u)" 600
expect_eq "$(find "$T/run" -name '.*' | wc -l)" 0
expect_eq "$(cd "$T/run" && ls | tr '\n' ' ')" "ar-standard.pdf \
bn-standard.pdf en-easy-read.pdf en-large-print.pdf en-plain-text.txt \
en-standard.pdf fr-standard.pdf gu-standard.pdf manifest.csv manifest.json \
pa-standard.pdf pl-standard.pdf pt-standard.pdf so-standard.pdf \
ta-standard.pdf tr-standard.pdf ur-standard.pdf "

test_case 'the manifest is true, and names nobody'
manifest_true "$T/run"
expect_eq "$(head -n 1 "$T/run/manifest.csv" | tr -d '\r')" \
    'reference,letter,kind,file,first_page,pages,language,format'
for word in Hill Reed Roe Lund Zoe 'High Street' CH41 H-1; do
	expect_no "$word" in "$T/run/manifest.csv"
	expect_no "$word" in "$T/run/manifest.json"
done

test_case 'in the order of postcodes'
expect_eq "$(pdftotext "$T/run/en-standard.pdf" - | grep -oE \
    '^(CH4[0-3] [19][AZ]{2}|L1 1AA)$' | uniq | tr '\n' ' ')" \
    'CH40 9ZZ CH41 1AA CH43 1AA L1 1AA '

test_case 'a household is told once, strangers at the same address are not'
expect_eq "$(tr -d '\r' <"$T/run/manifest.csv" | awk -F, '$1 != $2 && NR > 1' |
    wc -l)" 1
both=$(tr -d '\r' <"$T/run/manifest.csv" | awk -F, '$1 != $2 && NR > 1 {
    print $2, $1 }')
pages=$(tr -d '\r' <"$T/run/manifest.csv" | awk -F, -v r="${both% *}" \
    '$1 == r { print $5, $5 + $6 - 1 }')
# shellcheck disable=SC2086
text_of "$T/run/en-standard.pdf" $pages >"$T/both"
expect_some "Zoe Hill (${both% *}) and Tom Hill (${both#* })" in "$T/both"
expect_some 'Maeve Hill' in "$T/both"
for word in Reed Roe Amy; do
	expect_no "$word" in "$T/both"
done
text_of "$T/run/en-standard.pdf" 1 99 >"$T/all"
expect_some 'Parent or carer of Ben Reed' in "$T/all"
expect_some 'The parent or carer of Cat Roe' in "$T/all"
expect_some 'The parent or carer of Dan Roe' in "$T/all"

test_case 'sound files, in their languages'
for f in "$T"/run/*.pdf; do
	expect_true qpdf --check "$f" >"$T/qpdf" 2>&1 || cat "$T/qpdf"
	expect_eq "$(pdfinfo "$f" | awk '/^Tagged:/ { print $2 }')" yes "$f"
	expect_eq "$(pdffonts "$f" | awk 'NR > 2 && $(NF - 4) != "yes"')" '' \
	    "fonts of $f"
done

test_case 'plain text: a page for each, as a screen reader wants it'
expect_eq "$(tr -dc '\f' <"$T/run/en-plain-text.txt" | wc -c)" 1
expect_some 'Hal Lund' in "$T/run/en-plain-text.txt"
expect_true iconv -f UTF-8 -t UTF-8 "$T/run/en-plain-text.txt" >/dev/null

test_case 'printed once'
run issue --all -o "$T/again" --json
expect_status 3
expect_json '[.notices, .letters, .files, .problems] | join(" ")' '0 0 0 1'
expect_eq "$(cd "$T/again" && ls | tr '\n' ' ')" 'manifest.csv manifest.json '
run issue H-1 -o "$T/once"
expect_status 4
run issue N-0000001-F -o "$T/once"
expect_status 5
expect_err_contains 'is issued'
expect_eq "$(sql 'SELECT count(*) FROM print_run')" 2

# ---- names and addresses that are meant to hurt ---------------------------------

test_case 'hostile texts are printed as they are, or named; dry, too'
new_store "${AT[@]}"
LONG=$(printf 'x%.0s' {1..250})
{
	row E-1 '{{name}}' '{{#flag}}' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-2 '<b>&amp;</b>' '# Title' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-3 '- item' '!bin ___ [ ]' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-4 "$LONG" Long 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-5 Emo $'\U1F600' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-6 'محمد' 'خان' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-7 Ann Road 2010-02-03 "[\"$LONG\"]" 'CH41 1AA' en standard
	row E-8 Ann Lines 2010-02-03 \
	    "$(seq 30 | jq -cR . | jq -cs .)" 'CH41 1AA' en standard
	row E-9 '%s%n' '\\u202e' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row E-10 '{{name}}' '{{/x}}' 2010-02-03 "$HIGH" 'CH41 1AA' en plain-text
	row E-12 Sue Wong 2018-02-03 '["6 Row"]' 'CH41 1AA' en standard \
	    "$(carer 'Ling Wong')"
	row E-13 $'\U1F601' Wong 2019-02-03 '["6 Row"]' 'CH41 1AA' en standard \
	    "$(carer 'Ling Wong')"
	row E-11 $'\U1F600' '# x' 2010-02-03 "$HIGH" 'CH41 1AA' en plain-text
} >"$T/hostile"
{
	row B-1 $'\u202Eevil' Hill 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row B-2 $'a\tb' Hill 2010-02-03 "$HIGH" 'CH41 1AA' en standard
	row B-3 Zoe Hill 2010-02-03 $'["1 \u2066High"]' 'CH41 1AA' en standard
	row B-4 Zoe $'\uFFFE' 2010-02-03 "$HIGH" 'CH41 1AA' en standard
} >"$T/refused"
ok cpadmin record import "$T/hostile" "${AT[@]}" --json
expect_json .created 13
run cpadmin record import "$T/refused" "${AT[@]}" --json
expect_json '[.created, .rejected] | join(" ")' '0 4'
ok cpadmin notice owed "${AT[@]}"
before=$(sql 'SELECT count(*) FROM audit')
run issue --all --dry-run --json
expect_status 3
expect_json '.dry_run' true
jq -S 'del(.run, .folder, .dry_run)' "$OUT_FILE" >"$T/dry"
expect_eq "$(sql 'SELECT count(*) FROM audit')" "$before"
expect_eq "$(sql 'SELECT count(*) FROM print_run')" 0
expect_eq "$(sql "SELECT count(*) FROM notice WHERE status <> 'owed'
    OR problem IS NOT NULL")" 0
run issue --all -o "$T/hostile.d" --json
expect_status 3
expect_eq "$(jq -S 'del(.run, .folder, .dry_run)' "$OUT_FILE")" \
    "$(cat "$T/dry")" 'as the dry run said'
expect_json '[.not_printed[] | .id + " " + .why] | sort | join(",")' \
    'E-13 unprintable,E-4 too-long,E-5 unprintable,E-7 too-long,E-8 too-long'
text_of "$T/hostile.d/en-standard.pdf" 1 99 >"$T/said"
for word in '{{name}} {{#flag}}' '<b>&amp;</b> # Title' '- item !bin ___ [ ]' \
    '%s%n \\u202e' 'محمد' 'Dear parent or carer of Sue Wong,'; do
	expect_some "$word" in "$T/said"
done
expect_some '{{name}} {{/x}}' in "$T/hostile.d/en-plain-text.txt"
manifest_true "$T/hostile.d"

# ---- a file for each, some of them, other authorities ----------------------------

test_case 'a file for each letter'
new_store "${AT[@]}"
ok cpadmin operator add far --uid 2004 --role team --authority E10000016 \
    "${AT[@]}"
ok cpadmin operator add tim --uid 2003 --role team --authority E08000015 \
    "${AT[@]}"
{
	row J-1 Ann Lund 2018-02-03 '["1 Mid Road"]' 'CH42 1AA' en standard
	row J-2 Bea Lund 2018-02-03 '["2 Mid Road"]' 'CH42 1AA' en plain-text
	row J-3 Cat Lund 2018-02-03 '["3 Mid Road"]' 'CH42 1AA' en standard
	row J-4 Dee Kent 2018-02-03 '["4 Far Road"]' 'ME1 1AA' en standard |
	    sed 's/E08000015/E10000016/'
	row J-5 Eva Lund 2009-02-03 '["5 Mid Road"]' 'CH42 1AA' en standard
} >"$T/each"
ok cpadmin record import "$T/each" "${AT[@]}"
ok issue J-1 J-2 --each -o "$T/each.d" --json
expect_json '[.notices, .letters, .files] | join(" ")' '2 2 2'
expect_eq "$(cd "$T/each.d" && find . -type f | sort | tr '\n' ' ')" \
    "./en-plain-text/N-0000002-D.txt ./en-standard/N-0000001-F.pdf \
./manifest.csv ./manifest.json "
expect_eq "$(stat -c %a "$T/each.d/en-standard" "$T/each.d"/*/* | sort -u |
    tr '\n' ' ')" '600 700 '
manifest_true "$T/each.d"
expect_true qpdf --check "$T/each.d/en-standard/N-0000001-F.pdf" >/dev/null

test_case 'one kind, those due by a day, those in reach, of another authority'
run issue J-4 -o "$T/far.d" --as tim
expect_status 9
run issue --all --kind withdrawal -o "$T/far.d"
expect_status 4
run issue --all --until 2026-11-30 -o "$T/far.d"
expect_status 4
ok issue --all --kind eighteen -o "$T/kind.d" --json
expect_json '.notices' 1
ok issue --all -o "$T/far.d" --as far --json
expect_json '[.notices, .files] | join(" ")' '1 1'
expect_eq "$(cd "$T/far.d" && echo *.pdf)" en-standard-E10000016.pdf
expect_some 'Rehearsal Council E10000016' in <(text_of \
    "$T/far.d/en-standard-E10000016.pdf" 1 1 | tr '\n' ' ')
ok issue --all -o "$T/rest.d" --as tim --json
expect_json '[.notices, .files] | join(" ")' '2 1'
manifest_true "$T/rest.d"

# ---- whose place must not be found -------------------------------------------------

# twin DIR ADDRESS: a store in which T-1 has ADDRESS, and what tim is given.
twin() {
	mkdir -p "$1"
	new_store "${AT[@]}"
	ok cpadmin operator add tim --uid 2003 --role team "${AT[@]}"
	ok cpadmin operator add bob --uid 2001 --role shield "${AT[@]}"
	{
		row T-0 Ann Lund 2018-02-03 '["1 Mid Road"]' 'CH42 1AA' en \
		    standard
		row T-1 Bea Lund 2018-02-03 "$2" 'CH42 2AA' en standard
		row T-2 Cat Lund 2018-02-03 '["3 Mid Road"]' 'CH42 1AA' en \
		    standard
	} >"$1/rows"
	ok cpadmin record import "$1/rows" "${AT[@]}"
	[ "$2" = '[]' ] || ok cpadmin shield request T-1 --by parent \
	    --reason 'he looks for us' "${AT[@]}"
	(
		cd "$1" || exit 1
		issue --all --dry-run --as tim --json >dry 2>dry.err
		issue --all -o out --as tim --json >said 2>err
		"$CPADMIN" notice owed --as tim --json "${AT[@]}" >owed
		sed -i "s|$1||" said
		sqlite3 "$CPADMIN_STORE/store.db" "SELECT action, subject,
		    detail FROM audit WHERE action LIKE 'notice%'
		    ORDER BY seq" | sed "s|$1||" >log
		rm rows
	)
}

test_case 'a hidden address reads like none: words, files, status, order, log'
twin "$T/none" '[]'
twin "$T/hidden" '["2 Mid Road"]'
expect_true [ -s "$T/hidden/said" ]
expect_eq "$(jq -r '[.not_printed[] | .id + " " + .why] | join(",")' \
    "$T/hidden/said")" 'T-1 no-address'
expect_eq "$(diff -r "$T/none" "$T/hidden" 2>&1)" ''
expect_no '2 Mid Road' in "$T/hidden"

test_case 'letters wait after a change of address, for everybody'
row U-1 Dee Lund 2018-02-03 '["4 Mid Road"]' 'CH42 1AA' en standard >"$T/u"
ok cpadmin record import "$T/u" "${AT[@]}"
ok cpadmin record correct U-1 --set 'addresses[0].lines[0]=8 New Road' \
    --reason moved "${AT[@]}"
run issue U-1 -o "$T/wait" --json --as tim
expect_status 3
expect_json '[.not_printed[] | .id + " " + .why] | join(",")' 'U-1 unsettled'
AT=(--on 2026-12-20T10:00)
ok issue U-1 -o "$T/go" --json --as tim
expect_some '8 New Road' in <(text_of "$T/go/en-standard.pdf" 1 1)
expect_no '4 Mid Road' in <(text_of "$T/go/en-standard.pdf" 1 9)

test_case 'and after another authority took over, whose head would tell where'
row V-1 Dee Lund 2018-02-03 '["6 Mid Road"]' 'CH42 1AA' en standard >"$T/v"
ok cpadmin record import "$T/v" "${AT[@]}"
ok issue V-1 -o "$T/before" --json
ok cpadmin record event V-1 moved --to E08000012 --date 2026-12-20 "${AT[@]}"
run issue V-1 -o "$T/soon" --json
expect_status 3
expect_json '[.not_printed[] | .kind + " " + .why] | join(",")' \
    'authority unsettled'
AT=(--on 2027-01-18T10:00)
ok issue V-1 -o "$T/then" --json

test_case 'what it says is held against all that the record has'
row W-1 Eve 'Former Lane' 2018-02-03 '["5 Mid Road"]' 'CH42 1AA' en standard \
    "$(carer 'Ann of 7 Elm Grove')" | jq -c '.addresses += [{type:
    "last-known", lines: ["7 Elm Grove"], postcode: "L9 9ZZ"}]' >"$T/w"
ok cpadmin record import "$T/w" "${AT[@]}"
run issue W-1 -o "$T/told" --json
expect_status 3
expect_json '[.not_printed[] | .id + " " + .why] | join(",")' \
    'W-1 other-address'

test_case 'an authority that is not open prints nothing'
ok cpadmin shield gate close E08000015 --reason 'not yet' "${AT[@]}"
row G-1 Eve Lund 2018-02-03 '["5 Mid Road"]' 'CH42 1AA' en standard >"$T/g"
run cpadmin record import "$T/g" "${AT[@]}"
run issue --all -o "$T/shut" --json
expect_status 3
expect_json '[.not_printed[] | .why] | unique | join(",")' 'no-address,no-gate'

test_case 'a file that is full is followed by another'
new_store "${AT[@]}"
jq -cn 'range(505) | {cpadmin: "record/1", id: "P-\(.)",
    authority: "E08000015", names: [{type: "current", given: "Eve",
    family: "Lund\(.)"}], gender: "female", birth_date: "2018-02-03",
    addresses: [{type: "current", lines: ["\(.) Mid Road"],
    postcode: "CH42 1AA"}], letters: {language: "en",
    format: "standard"}}' >"$T/many"
ok cpadmin record import "$T/many" "${AT[@]}"
run issue --all -o "$T/many-files" --per-file 0
expect_status 2
ok issue --all -o "$T/many-files" --per-file 500 --json
expect_json '[.letters, .files] | join(" ")' '505 2'
manifest_true "$T/many-files"
expect_eq "$(cut -d, -f4 "$T/many-files/manifest.csv" | sort | uniq -c |
    awk '/pdf/ { print $1, $2 }')" '5 en-standard-2.pdf
500 en-standard.pdf' 'letters in each file'
