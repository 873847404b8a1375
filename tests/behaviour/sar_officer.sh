#!/bin/bash
# A new data protection officer has cpadmin-sar(8) and nothing else: the
# commands of its examples are run one by one, and what they print is what the
# page says.  With PAGE_OUT the page is written there with what they print now.
. "$(dirname "$0")/../lib.sh"
PAGE=${PAGE:-$ROOT/man/cpadmin-sar.8}

# record ID BORN GIVEN FAMILY MORE
record() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"%s","family":"%s"}],' \
	    "$3" "$4"
	printf '"gender":"not-specified","birth_date":"%s",%s}\n' "$2" "$5"
}
place() {
	printf '"addresses":[{"type":"current","lines":["%s","Birkenhead"],' \
	    "$1"
	printf '"postcode":"%s"%s}],' "$2" "$3"
}

# What the examples begin with.
world() {
	new_store --policy uk-2026 --on 2019-06-01
	{
		record CP-2 2008-09-14 Aylin Demir "$(
		    place '12 Heron Court' 'ZZ99 2BB' \
			',"source":"school-census"'
		)\"carers\":[{\"name\":\"Selma Demir\",\"relation\":\"mother\",$(
		)\"responsibility\":true,\"phone\":\"0113 496 0100\"}],$(
		)\"involvements\":[{\"service\":\"education\",$(
		)\"provider\":\"Ridge High\",\"practitioner\":\"Mr Okafor\",$(
		)\"phone\":\"0113 496 0101\",\"start\":\"2019-01-07\",$(
		)\"end\":null,\"lead\":false,\"assessment\":false,$(
		)\"sensitive\":null}]"
		record CP-3 2013-02-20 Tom Hale "$(
		    place '3 Quay Street' 'ZZ99 3CC' ''
		)\"carers\":[{\"name\":\"Ruth Hale\",\"relation\":\"mother\",$(
		)\"responsibility\":true},{\"name\":\"Ian Hale\",$(
		)\"relation\":\"father\",\"responsibility\":true}]"
		record CP-4 2004-01-30 Nadia Rahman "$(
		    place '40 Mill Lane' 'ZZ99 4DD' ''
		)\"carers\":[{\"name\":\"Farah Rahman\",$(
		)\"relation\":\"mother\",\"responsibility\":true}]"
	} >"$T/rows"
	ok cpadmin record import "$T/rows" --on 2019-06-01
	ok cpadmin operator add dana --uid 3001 --role dpo --on 2019-06-01
	ok cpadmin operator add eve --uid 3002 --role approver --on 2019-06-01
	ok cpadmin retention run --yes --accept clock --accept share \
	    --on 2022-02-01
	mkdir "$T/desk"
	cd "$T/desk" || exit 1
	mkdir a b c
	cp "$CPADMIN_STORE"/keys/custody-*-share-1.age a/
	cp "$CPADMIN_STORE"/keys/custody-*-share-3.age c/
	printf '12 Heron Court\nBirkenhead\nZZ99 2BB\n' >aylin.txt
	printf '9 Ferry Road\nLiverpool\nZZ99 5EE\n' >ian.txt
	chmod 600 aylin.txt ian.txt
}

# One of the page's commands, as typed by WHO on DAY.
typed() {
	local day=$1 who=$2 line=$3

	case $line in
	'cpadmin '*) eval "$line --on $day --as $who" ;;
	*) eval "$line" ;;
	esac
}

# What differs from one day to another.
plain() {
	sed -E 's/^(Passphrase: +).*/\1.../; s/^(SHA-256: +).*/\1.../
	    s/^(Bytes: +)[0-9]+$/\1.../; s/ +$//'
}

# Prose and commands of the page's examples, one a line: `case NAME', `run N
# DAY WHO COMMAND', `out LINE'; and where each is in the page.
examples() {
	awk '
	/^\.Sh / { on = $2 == "EXAMPLES" }
	!on { next }
	/^\.Ss / { sub(/^\.Ss /, ""); print "case " $0; next }
	/^\.Bd -literal/ { literal = 1; next }
	/^\.Ed/ { if (literal) print "end"; literal = 0; next }
	!literal { next }
	{ gsub(/\\e/, "\\") }
	/^[0-9-]+ [a-z]+\$ / {
		command = $0
		sub(/\$ /, " ", command)
		while (sub(/ *\\$/, "", command) && (getline more) > 0) {
			gsub(/\\e/, "\\", more)
			sub(/^ */, " ", more)
			command = command more
		}
		print "run " command
		next
	}
	{ print "out " $0 }' "$PAGE"
}

# The command that was run last is over: what the page says of it is what it
# printed, and what ends badly says so.
settle() {
	[ -n "$COMMAND" ] || return 0
	plain <"$T/got" >"$T/got.plain"
	plain <"$T/said" >"$T/said.plain"
	cmp -s "$T/got.plain" "$T/said.plain" || fail "the page on: $COMMAND" \
	    "$(diff "$T/said.plain" "$T/got.plain")"
	if [ "$CODE" -ne 0 ]; then
		grep -q '^cpadmin: ' "$T/said" || fail "status $CODE: $COMMAND"
	fi
	COMMAND=''
	: >"$T/said"
}

run_page() {
	local kind rest day who

	COMMAND='' CODE=0 N=0
	: >"$T/said"
	while IFS= read -r rest <&3; do
		kind=${rest%% *} rest=${rest#* }
		case $kind in
		case) settle
			test_case "$rest" ;;
		end) settle ;;
		run) settle
			day=${rest%% *} rest=${rest#* }
			who=${rest%% *} COMMAND=${rest#* }
			N=$((N + 1))
			typed "$day" "$who" "$COMMAND" >"$T/got" 2>&1 </dev/null
			CODE=$?
			cp "$T/got" "$T/got-$N" ;;
		out) printf '%s\n' "$rest" >>"$T/said" ;;
		esac
	done 3< <(examples)
	settle
}

# The page, with what the commands printed.
rewrite() {
	awk -v dir="$T" '
	function put(line) {
		gsub(/\\/, "\\e", line)
		if (line ~ /^[.\x27]/)
			line = "\\&" line
		sub(/ +$/, "", line)
		print line
	}
	/^\.Sh / { on = $2 == "EXAMPLES" }
	/^\.Bd -literal/ { literal = on; print; next }
	/^\.Ed/ { literal = 0 }
	!literal { print; next }
	/^[0-9-]+ [a-z]+\$ / {
		print
		while (/\\e$/ && (getline) > 0)
			print
		file = dir "/got-" ++n
		while ((getline line < file) > 0)
			put(line)
		close(file)
	}' "$PAGE"
}

test_case 'the page has commands'
expect_true [ "$(examples | grep -c '^run ')" -gt 30 ]
world
run_page

# opened NAME: the three files of that pack, in a folder of its name.
opened() {
	local said

	said=$(grep -l "^Written to: *$1\.zip" "$T"/got-*)
	7zz x -y -o"$T/$1" -p"$(sed -n 's/^Passphrase: *//p' "$said")" \
	    "$1.zip" >"$T/7zz" 2>&1 || fail "7zz cannot open $1.zip" \
	    "$(tail -n 5 "$T/7zz")"
	expect_eq "$(cd "$T/$1" && ls | xargs)" \
	    'README.txt data.json letter.pdf'
	pdftotext -layout "$T/$1/letter.pdf" "$T/$1/letter.txt"
}

test_case 'what Aylin gets: all of hers, and nobody else'"'"'s numbers'
have 7zz || skip_all '7zz is not installed'
opened aylin
for here in 'Aylin Demir' 'Heron Court' 'Selma Demir' 'Mr Okafor' \
    'Ridge High'; do
	expect_some "$here" in "$T/aylin/letter.txt"
done
expect_no 0113\ 496\ 0100 in "$T/aylin"
expect_no 0113\ 496\ 0101 in "$T/aylin"
expect_eq "$(jq -r '.subjects[0].record | [.id, .addresses[0].postcode,
    .carers[0].name, .carers[0].phone] | @csv' "$T/aylin/data.json")" \
    '"CP-2","ZZ99 2BB","Selma Demir",'

test_case 'what a mother gets'
opened hale
expect_some 'Dear Ruth Hale' in "$T/hale/letter.txt"
expect_some 'Quay Street' in "$T/hale/letter.txt"
expect_eq "$(jq -r '.subjects[0].record.names[0].given' \
    "$T/hale/data.json")" Tom

test_case 'a refusal has its reason, the complaint and the court, and no record'
pdftotext -layout refusal.pdf "$T/refusal.txt"
for here in 'the order of 4 May 2025' 'Information Commissioner' court; do
	expect_some "$here" in "$T/refusal.txt"
done
for not in Tom CP-3 Quay; do
	expect_no "$not" in "$T/refusal.txt"
done

test_case 'what was archived is all there'
opened nadia
for here in 'Nadia Rahman' 'Mill Lane' 'Farah Rahman'; do
	expect_some "$here" in "$T/nadia/letter.txt"
done
expect_some 'Nadia Rahman' in soon.txt

test_case 'nothing is left of it in the store but what is to be kept'
ok cpadmin hold list --json --on 2026-04-13
expect_json '[.rows[] | select(.status == "active")] | length' 0
expect_eq "$(ls "$CPADMIN_STORE/keys/access" 2>/dev/null)" ''
expect_no 'Farah Rahman' in "$CPADMIN_STORE/store.db"
ok cpadmin audit verify

[ -z "${PAGE_OUT:-}" ] || rewrite >"$PAGE_OUT"
