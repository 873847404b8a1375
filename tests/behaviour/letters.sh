#!/bin/bash
# Letters as they come out of the binder: every language and format, read back
# by other programs, and through their tags.  What is never to change unseen is
# in tests/pdf/golden.txt; RENEW=1 writes it anew, for a change that is meant.
# EVERY=1 takes every kind of letter; without it one of each shape is enough.
. "$(dirname "$0")/../lib.sh"

for tool in python3 qpdf pdffonts pdftotext pdftoppm zbarimg; do
	have "$tool" || skip_all "$tool is not installed"
done
LETTERS=$BUILD/letters
PDF=$ROOT/tests/pdf
POLICY=$ROOT/policies/uk-2026.cfg
LANGUAGES='ar bn en fr gu pa pl pt so ta tr ur'
mkdir "$T/sheets" "$T/samples"

# read_back DIR [GOLDEN]: each language is a case of its own.
read_back() {
	local language

	run python3 "$PDF/letters.py" "$@"
	cp "$OUT_FILE" "$T/said"
	cp "$ERR_FILE" "$T/wrong"
	for language in $LANGUAGES; do
		test_case "$language reads as it is to say: ${1##*/}"
		expect_true grep -q "^$language: " "$T/said"
		expect_eq "$(grep "^$language: " "$T/wrong")" ''
	done
	test_case "nothing else is wrong: ${1##*/}"
	expect_eq "$(cut -d: -f1 "$T/said" | grep -vx golden | grep -v '^ ' |
	    tr '\n' ' ')" "$LANGUAGES " languages
	expect_eq "$STATUS $(cat "$T/wrong")" '0 '
	grep -A 2 '^golden' "$T/said"
}

test_case 'the wordings of all languages are set'
ok "$LETTERS" sheets "$POLICY" "$T/sheets" ${EVERY:+all}
read_back "$T/sheets"

test_case 'words that never change are set'
ok "$LETTERS" samples "$PDF/samples.txt" "$T/samples"
[ "${RENEW:-0}" = 0 ] || python3 "$PDF/letters.py" "$T/samples" - |
    grep -v ' letters, ' >"$PDF/golden.txt"
read_back "$T/samples" "$PDF/golden.txt"

test_case 'the same letters are the same bytes'
mkdir "$T/again"
ok "$LETTERS" flood "$POLICY" ur standard 3 1 "$T/again/one"
ok "$LETTERS" flood "$POLICY" ur standard 3 1 "$T/again/two"
expect_true cmp "$T/again/one" "$T/again/two"

test_case 'sound for qpdf, and all fonts in it'
for file in "$T"/sheets/*.pdf; do
	ok qpdf --check "$file"
	expect_err_empty
done
for file in "$T"/sheets/{en,ta,ur}.pdf; do
	expect_eq "$(pdffonts "$file" | awk 'NR > 2 &&
	    ($(NF - 4) != "yes" || $(NF - 2) != "yes")')" '' "fonts of $file"
done

test_case 'the code says the reference'
for language in en ur; do
	pdftoppm -r 150 -l 1 -gray "$T/sheets/$language.pdf" "$T/page"
	expect_eq "$(zbarimg --raw -q "$T"/page-*.pgm 2>/dev/null)" 'N-0000000-A' "$language"
	rm -f "$T"/page-*.pgm
done

# ---- what checks sees what is wrong ------------------------------------------
tags() {
	run python3 "$PDF/tags.py" --letters 1 --language en --direction L2R \
	    --all-marked "$@"
}

test_case 'a letter of its own'
ok "$LETTERS" flood "$POLICY" en standard 1 1 "$T/one.pdf"
ok qpdf --qdf --object-streams=disable "$T/one.pdf" "$T/one.qdf"
tags "$T/one.qdf"
expect_status 0
expect_out_matches '^pages 2 letters 1 .* unmarked 0 '

# What is to be said of the letter, as sed changes it.
cat >"$T/seeds" <<'END'
a picture that nobody describes	s|  /Alt |  /Alx |
language: None	s|/Lang |/Land |
language: fr	s|/Lang (en)|/Lang (fr)|
direction: /R2L	s|/Direction /L2R|/Direction /R2L|
the title is not shown	s|/DisplayDocTitle true|/DisplayDocTitle null|
title in the metadata	s|<dc:title>|<dc:titel>|
not marked as tagged	s|/Marked true|/Marked null|
a /P, but the content is /H2	0,\|  /S /H2|s||  /S /P|
a /P, but the content is /H1	0,\|  /S /H1|s||  /S /P|
its parent is	0,\|^  /P [0-9]* 0 R|s||  /P 1 0 R|
belongs to no element	0,\|^  /K 4$|s||  /K 5|
already	0,\|^  /K 4$|s||  /K 5|
is there twice	0,\|/MCID 4>>|s||/MCID 5>>|
is within another	0,\|^EMC$|s|||
EMC alone	0,\|^EMC$|s||EMC EMC|
shown without a mark	0,\|/Artifact BMC|s||/Nothing BMC|
says nothing	s|beginbfchar|beginbfcher|
cannot be read as text	s|/ToUnicode|/ToUnicoda|
is not in the file	s|/FontFile2|/FontFile9|
order of reading	/^  .Kids \[$/{n;N;s/^\(.* R\)\n\(.* R\)$/\2\n\1/}
END
files=() n=0
while IFS=$'\t' read -r _ script; do
	n=$((n + 1))
	sed "$script" "$T/one.qdf" | fix-qdf >"$T/bad-$n"
	files+=("$T/bad-$n")
done <"$T/seeds"
tags "${files[@]}"
test_case 'every one of them is wrong'
expect_status 1
n=0
while IFS=$'\t' read -r what _; do
	n=$((n + 1))
	test_case "found: $what"
	expect_false cmp -s "$T/one.qdf" "$T/bad-$n"
	expect_true grep -q "^bad-$n: .*$what" "$ERR_FILE"
done <"$T/seeds"
