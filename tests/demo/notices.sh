# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# What families are told: the letters of the first feed, what the post brings
# back, twelfth birthdays, and a letter to a child who must not be found.
# Letters are in $LETTERS, a folder for each print run; what went through the
# printer is in $WORK/printed, "run kind reference" a line.

OWED=0		# notices that the nights found owed
UNSENT=0	# those that were never sent, and are not owed any more

# Where letters go: to the disk at once, and they stay to be looked at.
make_letters() {
	LETTERS=$(cd "$BUILD" && pwd)/${WORK##*/}-letters
	rm -rf "$LETTERS"
	mkdir "$LETTERS"
}

# owed_to FILE DAY: all that is owed, "reference kind to language format problem
# due record" a line, and in N how many.
owed_to() {
	LAST='cpadmin notice owed'
	cpadmin notice owed --on "$2" --json >"$WORK/owed" 2>"$WORK/err" ||
	    die 'what is owed is not told' "$LAST"
	jq -r '.rows[] | [.notice, .kind, .to, .language, .format,
	    .problem // "none", .due, .id] | @tsv' "$WORK/owed" >"$1"
	rm "$WORK/owed"
	N=$(wc -l <"$1")
}

# By kind and reader; then by language and format.
tell_owed() {
	cut -f 2,3 "$1" | sort | uniq -c | sort -rn |
	    while read -r n kind to; do
		printf '  %-14s to the %-6s %9s\n' "$kind" "$to" \
		    "$(thousands "$n")"
	done
	printf '\n'
	cut -f 4,5 "$1" | table_of notices
}

# The language's name in English.
language() {
	sed -n 's/^english: //p' "$CPADMIN_POLICIES/notices/$1/words.txt"
}

# table_of WHAT: lines of a language and a format, counted.
table_of() {
	local code standard large easy plain

	printf '  %-12s %9s %12s %10s %11s\n' "${1^^}" STANDARD LARGE-PRINT \
	    EASY-READ PLAIN-TEXT
	awk -F '\t' '{ n[$1, $2]++; all[$1]++ } END {
		for (l in all)
			print all[l], l, n[l, "standard"] + 0,
			    n[l, "large-print"] + 0, n[l, "easy-read"] + 0,
			    n[l, "plain-text"] + 0 }' | sort -rn |
	    while read -r _ code standard large easy plain; do
		printf '  %-12s %9s %12s %10s %11s\n' "$(language "$code")" \
		    "$(thousands "$standard")" "$(thousands "$large")" \
		    "$(thousands "$easy")" "$(thousands "$plain")"
	done
}

# partly [-n LINES] CMD...: shown; it may also have been done in part.
partly() {
	local lines=40 status=0

	if [ "$1" = -n ]; then
		lines=$2
		shift 2
	fi
	progress_end
	printf '  $ %s\n' "$(typed "$@")"
	LAST=$*
	"$@" >"$WORK/out" 2>"$WORK/err" || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] ||
	    die "exit status $status" "$(typed "$@")"
	indented "$lines"
	[ "$status" -eq 0 ] || {
		sed 's/^/    /' "$WORK/err"
		printf '    (exit status 3: done in part)\n'
	}
	: >"$WORK/err"
}

# manifest_of DIR DAY: enters what the printer got, and looks whether each page
# that a letter is said to have is there.
manifest_of() {
	local file pages

	RUN=$(jq -r .run "$1/manifest.json")
	tr -d '\r' <"$1/manifest.csv" | sed 1d >"$WORK/manifest"
	awk -F, -v run="$RUN" '{ print run, $3, $1 }' "$WORK/manifest" \
	    >>"$WORK/printed"
	awk -F, '!seen[$2]++ { pages[$4] += $6 }
		END { for (f in pages) print f, pages[f] }' "$WORK/manifest" |
	    sort >"$WORK/pages.said"
	for file in "$1"/*.pdf; do
		[ -f "$file" ] || continue
		pages=$(pdfinfo "$file" | sed -n 's/^Pages: *//p')
		printf '%s %s\n' "${file##*/}" "$pages"
	done >"$WORK/pages.there"
	LAST="the manifest of $1"
	expect 'files whose pages are not as the manifest has them' \
	    "$(grep '\.pdf ' "$WORK/pages.said" |
	    comm -3 - "$WORK/pages.there" | wc -l)" 0
}

# ---- the first letters ------------------------------------------------------

first_letters() {
	local day owed took letters bytes

	day=$(d 2009-01-05)
	nights_until "$day"
	chapter "What families are told, $day"
	say "Who holds a record about a child has to say so: what is in it, why,
	    who sees it, how long, and what one can do about it. The first
	    night's job found out who is owed such a notice: a parent or carer
	    at first, from 12 on the child; at 17½ what happens at 18; and a
	    word before a record leaves. Each in the language and the form in
	    which that family reads."
	owed_to "$WORK/owed.first" "$day"
	owed=$N
	LAST='cpadmin notice owed'
	expect 'somebody is owed a notice' "$((owed > 0))" 1
	printf '  $ cpadmin notice owed --on %s\n\n' "$day"
	tell_owed "$WORK/owed.first"
	say "All of them are printed, $(thousands "$owed") notices in one run. It
	    can be stopped, or killed, and goes on where it was."
	now_us
	took=$NOW
	partly -n 12 cpadmin notice issue --all -o "$LETTERS/first" --on "$day"
	now_us
	took=$((NOW - took))
	manifest_of "$LETTERS/first"
	add "${day:0:4} told" "$(wc -l <"$WORK/manifest")"
	FIRST_RUN=$RUN
	letters=$(cut -d , -f 2 "$WORK/manifest" | sort -u | wc -l)
	bytes=$(find "$LETTERS/first" \( -name '*.pdf' -o -name '*.txt' \) \
	    -printf '%s\n' | awk '{ n += $1 } END { print n }')
	say "$(thousands "$letters") letters in
	    $((took / 1000000)).$((took / 100000 % 10)) seconds are
	    $(thousands $((letters * 1000000 / took))) a second, beside the
	    other story on the other processor; $(thousands $((bytes /
	    letters))) bytes a letter. Brothers and sisters have one for all:"
	awk -F, -v OFS='\t' '$1 == $2 { print $7, $8 }' "$WORK/manifest" |
	    table_of letters
	printf '\n'
	first_letters_right "$day" "$owed"
	a_letter "$day"
	say "The post takes them."
	show cpadmin notice served --run "$FIRST_RUN" --date "$day" --on "$day"
}

# Each notice has a letter, or a reason why it has none.
first_letters_right() {
	owed_to "$WORK/owed.then" "$1"
	awk -F '\t' '$6 == "none"' "$WORK/owed.then" >"$WORK/untold"
	confirm 'notices that have a letter or a reason why not' \
	    $(($(wc -l <"$WORK/manifest") + N - $(wc -l <"$WORK/untold"))) "$2"
	confirm 'different references on them' \
	    "$(cut -d , -f 1 "$WORK/manifest" | sort -u | wc -l)" \
	    "$(wc -l <"$WORK/manifest")"
	confirm 'pages that are there, by the manifest and by pdfinfo' \
	    "$(awk '{ n += $2 } END { print n + 0 }' "$WORK/pages.there")" \
	    "$(awk '/\.pdf / { n += $2 } END { print n + 0 }' \
	    "$WORK/pages.said")"
}

# One of the first in its file, as somebody else's program reads it: poppler
# goes through all pages before.
a_letter() {
	local ref file first pages

	ref=$(awk -F, '$3 == "first" && $4 == "en-standard.pdf" && !n++ {
	    print $1 }' "$WORK/manifest")
	[ -n "$ref" ] || return 0
	IFS=, read -r _ _ _ file first pages _ < <(grep "^$ref," \
	    "$WORK/manifest")
	say "One of them, taken out of its file by stock pdftotext; the letter
	    has $pages pages. And the same notice as a child of 12 would get it
	    in plain text, for a screen reader."
	show -n 22 pdftotext -f "$first" -l "$first" -layout \
	    "$LETTERS/first/$file" -
	expect 'the reference on its page' \
	    "$(grep -o "$ref" "$WORK/out" | sort -u)" "$ref"
	show -n 30 cpadmin notice preview --language en --format plain-text \
	    --band 12 --width 76 --on "$1"
	run cpadmin notice translations
	say "The words are in twelve languages; each translation is held against
	    its English original ($(tail -n 1 "$WORK/err")). They are drafts,
	    until a translator has checked them."
}

# ---- what comes back --------------------------------------------------------

# "reference record" of the first COUNT who stay a child to the end, lead a quiet
# life, are nobody whose story is told, and had a letter of their own.
gone_away() {
	awk -F, '{ n[$2]++; file[$2] = $4 } $3 == "first" { kind[$2] = 1 }
	    END { for (l in n) if (n[l] == 1 && kind[l] &&
		file[l] == "en-standard.pdf") print l }' "$WORK/manifest" |
	    sort >"$WORK/alone"
	grep "\"birth_date\":\"$(decade)[1-8]" "$WORK/people.ndjson" |
	    sed 's/.*"id":"\([^"]*\)".*/\1/' >"$WORK/young"
	cut -f 1,8 "$WORK/owed.first" | grep -Ff "$WORK/young" |
	    grep -vFf "$WORK/eventful" |
	    grep -vFf "$WORK/refuge.ids" |
	    grep -vFf <(printf '%s\n' "$LEAPLING" "$SOMEONE" "$WRONG" \
	    "$LEAVER" "$HIDDEN" | grep .) | sort | join - "$WORK/alone" |
	    awk -v want="$1" 'n++ < want'
	rm "$WORK/alone" "$WORK/young"
}

letters_return() {
	local day ref back n=0 whys=(gone-away gone-away gone-away not-known)

	day=$(d 2009-01-19)
	nights_until "$day"
	chapter "What the post brings back, $day"
	gone_away 12 >"$WORK/back"
	read -r ref MOVED <"$WORK/back"
	say "Of $(wc -l <"$WORK/back") letters the post says that nobody lives there any
	    more, or that nobody of that name is known. There is no use in
	    writing there again: such a notice is owed again once another
	    address is known."
	while read -r back _; do
		run cpadmin notice returned "$back" --why "${whys[n++ % 4]}" \
		    --on "$day" --json
	done <"$WORK/back"
	show cpadmin notice show "$MOVED" --on "$day" \
	    --columns notice,kind,due,status,why,served,returned
	run cpadmin notice show "$ref" --on "$day" --json
	expect 'the first of them' "$(json '.rows[0].status')" returned
	say "Two days later their schools know more. A letter waits 28 days
	    after a change of address, anybody's: addresses that have just
	    changed are those that turn out wrong, or are a trap."
	n=0
	while read -r _ back; do
		run cpadmin record correct "$back" \
		    --set "addresses[0].lines[0]=$((++n)) Dunlin Close" \
		    --reason 'told by the school' --on "$(d 2009-01-21)"
	done <"$WORK/back"
	show cpadmin notice owed "$MOVED" --on "$(d 2009-01-21)"
	run cpadmin notice owed "$MOVED" --on "$(d 2009-01-21)" --json
	OWED_AGAIN=$(json '.rows[] | select(.kind == "first").notice')
	expect 'another notice is owed in its place' \
	    "$([ "$OWED_AGAIN" != "$ref" ] && [ -n "$OWED_AGAIN" ] &&
	    echo yes)" yes
	partly cpadmin notice issue "$OWED_AGAIN" -o "$LETTERS/early" \
	    --on "$(d 2009-01-21)"
	expect 'why it is not printed' \
	    "$(grep -c '^Why: *unsettled 1$' "$WORK/out")" 1
}

# ---- from then on -----------------------------------------------------------

# print_day DAY: a print run where it is the day for one: four in the first
# year, and then one each January.
print_day() {
	case $1 in
	"$(d 2009)"-0[47]-06 | "$(d 2009)"-10-05)
		print_all "$1" ;;
	*-01-05)
		[ "${1:0:4}" = "$(d 2009)" ] || print_month "$1" ;;
	esac
}

# What a print run that may leave some out came to.
printed_in() {
	local status=0

	LAST="cpadmin notice issue on $1"
	shift
	"$@" >"$WORK/out" 2>"$WORK/err" || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] ||
	    die "exit status $status" "$(typed "$@")"
}

print_all() {
	printed_in "$1" cpadmin notice issue --all -o "$LETTERS/$1" --on "$1" \
	    --json
	posted "$1"
}

# Those only that fall due in this month.
print_month() {
	local refs

	owed_to "$WORK/owed.now" "$1"
	mapfile -t refs < <(awk -F '\t' -v month="${1:0:7}" '$6 == "none" &&
	    substr($7, 1, 7) == month { print $1 }' "$WORK/owed.now")
	[ ${#refs[@]} -gt 0 ] || return 0
	printed_in "$1" cpadmin notice issue "${refs[@]}" -o "$LETTERS/$1" \
	    --on "$1" --json
	posted "$1"
}

posted() {
	[ -f "$LETTERS/$1/manifest.csv" ] || die 'nothing was printed' "$LAST"
	manifest_of "$LETTERS/$1"
	add "${1:0:4} told" "$(wc -l <"$WORK/manifest")"
	run cpadmin notice served --run "$RUN" --date "$1" --on "$1" --json
}

# ---- to a child who must not be found ---------------------------------------

letter_to_hidden() {
	local day

	day=$(d 2009-11-02)
	nights_until "$day"
	chapter "A letter to a child who must not be found, $day"
	say "The child who asked to be hidden is 17½, and is owed a letter like
	    everybody: what happens at 18. Who prints letters sees somebody
	    without an address, of whom there are many."
	run cpadmin operator add tess --uid 2005 --role team --on "$day"
	partly cpadmin notice issue "$HIDDEN" -o "$LETTERS/none" --as tess \
	    --on "$day"
	expect 'why it is not printed' \
	    "$(grep -c '^Why: *no-address 1$' "$WORK/out")" 1
	run cpadmin notice owed "$HIDDEN" --as tess --on "$day" --json
	HIDDEN_NOTICE=$(json '.rows[] | select(.kind == "eighteen").notice')
	say "An officer writes, about that and about what was decided in
	    February. The letters are sealed like the address, and come out
	    once Ruth has looked where they go."
	run cpadmin shield letter "$HIDDEN" --kind outcome --as ruth --on "$day"
	show cpadmin notice issue "$HIDDEN_NOTICE" --safe --as ruth --on "$day"
	run cpadmin shield mail list --as ruth --on "$day" --json
	expect 'letters that are held' \
	    "$(json '[.rows[] | select(.status == "held")] | length')" 2
	show -n 20 cpadmin shield mail release "$(json '.rows[-1].mail')" \
	    --as ruth --on "$day"
	expect 'it goes to where the child is' \
	    "$(grep -c '1 Canary Court' "$WORK/out")" 1
	say "For Tess nothing has changed: the notice is owed, and has no
	    address. Omar may know that it was sent."
	show cpadmin notice show "$HIDDEN_NOTICE" --as tess --on "$day" \
	    --columns notice,kind,due,status,problem
	expect 'what Tess sees' "$(grep -c ' no-address' "$WORK/out")" 1
	show cpadmin notice show "$HIDDEN" --as omar --on "$day" \
	    --columns notice,kind,due,status,route,covers
	expect 'files of the store that hold a hidden place' "$(canaries)" 0
}

# ---- the end ----------------------------------------------------------------

tell_years() {
	local y

	printf '  %-5s %12s %12s\n' YEAR OWED PRINTED
	for y in "${YEARS[@]}"; do
		printf '  %-5s %12s %12s\n' "$y" \
		    "$(thousands "${YEAR[$y owed]:-0}")" \
		    "$(thousands "${YEAR[$y told]:-0}")"
	done
	printf '\n'
}

prove_letters() {
	chapter 'What families were told'
	say "In the first year letters were printed each quarter, and from
	    $(d 2010) on only what fell due in January, so that you need not
	    wait: in this story the other months are owed still, or were until
	    the record left, and the work list says so. The nightly job found
	    $(thousands "$OWED") notices to be owed, the first feed's among
	    them, and $(thousands "$UNSENT") that need not or cannot be sent
	    any more."
	tell_years
	owed_to "$WORK/owed.end" "$END"
	cut -f 1 "$WORK/owed.end" | sort >"$WORK/owed.refs"
	cut -d ' ' -f 3 "$WORK/printed" | sort >"$WORK/printed.refs"
	confirm 'notices that were printed, each of them once' "$(wc -l <"$WORK/printed.refs")" \
	    "$(sort -u "$WORK/printed.refs" | wc -l)"
	confirm 'notices that were printed and are owed still' \
	    "$(comm -12 "$WORK/owed.refs" "$WORK/printed.refs" | wc -l)" 0
	run cpadmin notice runs --on "$END" --json
	confirm 'print runs that are not done' \
	    "$(json '[.rows[] | select(.status != "done")] | length')" 0
	[[ $(d 2009-04-06) > $END ]] || a_return_ends
	rm -f "$WORK"/owed.* "$WORK"/pages.* "$WORK/manifest"
	[ -z "${DEMO_BESIDE:-}" ] || rm -rf "$LETTERS"
}

a_return_ends() {
	expect "the letter to 1 Dunlin Close, printed after 28 days" \
	    "$(grep -c " first $OWED_AGAIN\$" "$WORK/printed")" 1
	say "Where letters had come back, families were written to in April:"
	run cpadmin notice show "$OWED_AGAIN" --on "$END" --json
	expect 'what became of it' "$(json '.rows[0].status')" served
	show cpadmin notice show "$MOVED" --on "$END" \
	    --columns notice,kind,status,why,served,returned
}
