#!/bin/bash
# Letters and shields.  Two stores, alike but for this: in the one a child is
# shielded, in the other the same child never had an address.  Whatever an
# officer does for the one, everybody who is not told of shields reads the same
# in both: words, counts, references, exit status, log, manifest, package.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
POLICIES=${CPADMIN_POLICIES:-$ROOT/policies}
mkdir "$T/p" "$T/p/notices"
cp -r "$POLICIES/notices/en" "$T/p/notices/"
sed -zE 's/(languages = \{\n\t\tvalue = )\[[^]]*\]/\1[ "en" ]/' \
    "$POLICIES/uk-2026.cfg" >"$T/p/uk-2026.cfg"

# child ID BORN [STREET]
child() {
	jq -cn --arg id "$1" --arg born "$2" --arg street "${3-}" '{
	    cpadmin: "record/1", id: $id, authority: "E08000015",
	    names: [{type: "current", given: "Ann", family: ("Hill" + $id)}],
	    gender: "female", birth_date: $born,
	    addresses: (if $street == "" then [] else [{type: "current",
	    lines: [$street, "Birkenhead"], postcode: "CH41 1AA"}] end),
	    carers: [{name: "May Hill", relation: "mother",
	    responsibility: true}], involvements: []}'
}

# make WHICH STREET: a store, in $SHIELDED or $PLAIN.
make_store() {
	new_store --on 2026-01-10 --policy "$T/p/uk-2026.cfg"
	{ child KID 2015-05-05 "$2"; child OLD 2008-02-20 "$2"
	child OTHER 2015-06-06 '8 Open Street'; } >"$T/rows"
	ok cpadmin record import "$T/rows" --on 2026-01-10
	ok cpadmin operator add zoe --uid 3001 --role shield --on 2026-01-10
	ok cpadmin operator add dora --uid 3002 --role shield --on 2026-01-10
	ok cpadmin operator add tom --uid 3003 --role team --on 2026-01-10
	ok cpadmin operator add aud --uid 3004 --role auditor --on 2026-01-10
}
make_store shielded '1 Secret Street'
SHIELDED=$CPADMIN_STORE
for id in KID OLD; do
	ok cpadmin shield request $id --by parent --reason why --as zoe \
	    --on 2026-01-10
done
make_store plain ''
PLAIN=$CPADMIN_STORE

officer() {
	CPADMIN_STORE=$SHIELDED ok cpadmin "$@" --json
}
# tell STORE FILE ON: what people without the roles shield and dpo are told.
tell() {
	local s=$1 on=$3 as

	{
		for as in tom aud root; do
			for words in 'notice owed' 'notice owed KID' \
			    'notice show KID' 'notice show N-0000001-F' \
			    'notice show N-8000000001-K' \
			    'record history KID --reason why' \
			    'retention explain KID --reason why' \
			    'notice addressee KID' 'notice runs'; do
				# root has every role: told what all are
				[ $as = root ] && continue
				echo "== $words"
				# shellcheck disable=SC2086
				"$CPADMIN" $words --store "$s" --as $as \
				    --on "$on" --json 2>&1
				echo "status $?"
			done
			[ $as = tom ] || continue
			echo '== worklist'
			"$CPADMIN" worklist --within 400 --role team --store \
			    "$s" --as $as --on "$on" --json
		done
	} >"$2.raw"
	sed -E "s#$s#STORE#g"'; s/"(time|seq|started|finished)":("[^"]*"|[0-9]+)/"\1":0/g
	    s/(issued|set_at)":"[^"]*"/\1":0/g' "$2.raw" >"$2"
}
# expect_alike ON: and neither says what is hidden.
expect_alike() {
	tell "$SHIELDED" "$T/s" "$1"
	tell "$PLAIN" "$T/n" "$1"
	cmp -s "$T/s" "$T/n" || fail "on $1 they are told apart" \
	    "$(diff "$T/s" "$T/n" | cut -c1-500 | head -n 8)"
	expect_true [ "$(grep -c '^status 0' "$T/s")" -ge 14 ]
	expect_no Secret in "$T/s.raw"
	expect_no shield-outcome in "$T/s.raw"
}
# both WORDS...: in both stores, with the same words and status.
both() {
	local s

	for s in "$SHIELDED" "$PLAIN"; do
		"$CPADMIN" "${@//'{}'/$s}" --store "$s" --as tom --json \
		    >"$T/both-${s##*/}" 2>&1
		echo "status $?" >>"$T/both-${s##*/}"
		sed -i -E "s#$s#STORE#g; s/\"seq\":[0-9]+/\"seq\":0/g" \
		    "$T/both-${s##*/}"
	done
	cmp -s "$T/both-${SHIELDED##*/}" "$T/both-${PLAIN##*/}" ||
	    fail "told apart by: $*" "$(cut -c1-600 "$T/both-${SHIELDED##*/}" \
	    "$T/both-${PLAIN##*/}")"
}

test_case 'asked for: as a child without an address'
both notice owed --on 2026-01-12
expect_alike 2026-01-12
both notice issue --all --dry-run --on 2026-01-12
for s in "$SHIELDED" "$PLAIN"; do
	run cpadmin notice issue --all -o "$s/out" --store "$s" --as tom \
	    --on 2026-01-12 --json
	expect_status 3
	expect_json '[.letters, .problems, .reasons] | tostring' \
	    '[1,3,{"no-address":3}]'
done
expect_true cmp "$SHIELDED/out/manifest.csv" "$PLAIN/out/manifest.csv"
expect_alike 2026-01-12
both notice issue KID -o "{}/none" --on 2026-01-12

test_case 'granted, and an officer writes: nobody else is told'
officer shield decide KID grant --reason why --as dora --on 2026-01-13
officer shield decide OLD grant --reason why --as dora --on 2026-01-13
expect_alike 2026-01-13
officer worklist --role shield --within 60 --as zoe --on 2026-01-13
expect_json '.rows | map(select(.kind == "notice-safe") | .command) | length' 5
expect_json '.rows | map(select(.command ==
    "cpadmin notice issue N-0000001-F --safe")) | length' 1
expect_json '.rows | map(select(.command ==
    "cpadmin shield letter KID --kind outcome")) | length' 1
officer shield letter KID --kind outcome --as zoe --on 2026-01-13
officer notice issue N-0000001-F --safe --as zoe --on 2026-01-13 --dry-run
expect_json '[.letter, .mail, .status, .dry_run] | tostring' \
    '[null,null,null,true]'
officer notice issue N-0000001-F --safe --as zoe --on 2026-01-13
SAFE=$(jq -r .letter "$OUT_FILE") MAIL=$(jq -r .mail "$OUT_FILE")
expect_eq "$SAFE" "$(cpadmin notice show KID --store "$SHIELDED" --as zoe \
    --on 2026-01-13 --json | jq -r '.rows[] | select(.covers ==
    "N-0000001-F").notice')"
expect_alike 2026-01-13
officer worklist --role shield --within 60 --as zoe --on 2026-01-13
expect_json '.rows | map(select(.kind == "notice-safe")) | length' 3
run cpadmin notice issue N-0000001-F --safe --store "$SHIELDED" --as zoe \
    --on 2026-01-13
expect_status 5
expect_err_contains 'was sent by an officer already'
run cpadmin notice issue N-0000004-9 --safe --store "$SHIELDED" --as zoe \
    --on 2026-01-13
expect_status 5
expect_err_contains 'is not shielded'
run cpadmin notice issue N-0000001-F --safe --store "$SHIELDED" --as tom \
    --on 2026-01-13
expect_status 9
run cpadmin notice issue "$(cpadmin notice show OLD --store "$SHIELDED" \
    --as zoe --on 2026-01-13 --json | jq -r '.rows[] |
    select(.kind == "shield-outcome").notice')" --safe --store "$SHIELDED" \
    --as zoe --on 2026-01-13
expect_status 5
expect_err_contains 'shield letter OLD --kind outcome'

test_case 'the letter is sealed, goes to the hidden address, and can be taken back'
expect_no 'Secret Street' in "$SHIELDED/store.db" "$SHIELDED/out"
expect_no 'Hill' in "$SHIELDED/out/manifest.csv"
officer shield mail withdraw "$MAIL" --reason wrong --as zoe --on 2026-01-13
expect_alike 2026-01-13
officer worklist --role shield --within 60 --as zoe --on 2026-01-13
expect_json '.rows | map(select(.command ==
    "cpadmin notice issue N-0000001-F --safe")) | length' 1
officer notice issue N-0000001-F --safe --as zoe --on 2026-01-14
expect_json .letter "$SAFE"
officer shield mail release "$(jq -r .mail "$OUT_FILE")" --output "$T/letter" --as zoe \
    --on 2026-01-14
expect_true grep -q '1 Secret Street' "$T/letter"
expect_true grep -q "Our reference: $SAFE" "$T/letter"
officer notice served "$SAFE" --date 2026-01-14 --as zoe --on 2026-01-14
expect_alike 2026-01-14
both notice served "$SAFE" --on 2026-01-14
both notice issue --all -o "{}/never" --on 2026-01-14

test_case 'a shield that comes over what was sent: no trace of where'
for s in "$SHIELDED" "$PLAIN"; do
	ok cpadmin notice served --run R-0001 --store "$s" --as tom \
	    --on 2026-01-14 --json
done
expect_eq "$(sqlite3 "$SHIELDED/store.db" 'SELECT count(*) FROM notice
    WHERE place IS NOT NULL')" 1
officer shield request OTHER --by child --reason why --as zoe --on 2026-01-14
expect_eq "$(sqlite3 "$SHIELDED/store.db" 'SELECT count(*) FROM notice
    WHERE place IS NOT NULL')" 0
officer shield check --store-only --deep --as zoe --on 2026-01-14
officer shield decide OTHER refuse --reason why --as dora --on 2026-01-14

test_case 'archived, the packages are alike'
both notice owed --on 2026-02-01
for s in "$SHIELDED" "$PLAIN"; do
	ok cpadmin retention run --store "$s" --on 2026-02-20 --yes --json
	expect_json '[.archived, .notices_lapsed] | tostring' '[1,3]'
	ok cpadmin archive open OLD --purpose audit --reason why --store "$s" \
	    --on 2026-02-21 --json
	jq -S '[.. | objects | select(has("notices")).notices]' "$OUT_FILE" \
	    >"$T/packed-${s##*/}"
done
expect_true cmp "$T/packed-${SHIELDED##*/}" "$T/packed-${PLAIN##*/}"
expect_true grep -q '"archived"' "$T/packed-${PLAIN##*/}"
expect_eq "$(sqlite3 "$SHIELDED/store.db" "SELECT status || ' ' || why FROM
    notice WHERE safe = 1 AND record = 2")" 'suppressed archived'
ok cpadmin archive restore OLD --reason why --store "$SHIELDED" \
    --set birth_date=2010-02-20 --on 2026-02-22
expect_eq "$(sqlite3 "$SHIELDED/store.db" "SELECT status FROM notice WHERE
    safe = 1 AND record = 2")" owed

test_case 'the shield gone, what an officer served was served'
officer shield lift KID --reason over --as dora --on 2026-02-23
officer notice owed --as zoe --on 2026-02-23
officer notice show N-0000001-F --as tom --on 2026-02-23
expect_json '[(.rows // [.])[0] | .status, .served, .route] | tostring' \
    '["served","2026-01-14","post"]'
officer notice show KID --as zoe --on 2026-02-23
expect_json '.rows | map(select(.kind == "shield-outcome") | .status) |
    tostring' '["issued","owed"]'

test_case 'a shield that leaves the address open: a letter as to all others'
new_store --on 2026-01-10 --policy "$T/p/uk-2026.cfg"
{ child OPEN 2015-05-05 '1 Low Road'; child NEXT 2015-05-05 '3 Low Road'
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-10
ok cpadmin operator add zoe --uid 3001 --role shield --on 2026-01-10
ok cpadmin operator add dora --uid 3002 --role shield --on 2026-01-10
ok cpadmin operator add tom --uid 3003 --role team --on 2026-01-10
ok cpadmin shield request OPEN --by parent --reason why --as zoe \
    --on 2026-01-10
ok cpadmin shield decide OPEN grant --hide school --reason why --as dora \
    --on 2026-01-11
ok cpadmin notice owed --as tom --on 2026-03-11
run cpadmin notice issue N-0000001-F --safe --as zoe --on 2026-03-11
expect_status 5
expect_err_contains 'the address of record OPEN is not hidden'
ok cpadmin worklist --role shield --within 400 --as zoe --on 2026-03-11 --json
expect_json '.rows | map(select(.command | test("--safe"))) | length' 0
ok cpadmin notice issue --all -o "$T/open" --as tom --on 2026-03-11 --json
expect_json '[.letters, .problems] | tostring' '[2,0]'

test_case 'a letter that waited is not let go about a child who died'
ok cpadmin shield request NEXT --by parent --reason why --as zoe \
    --on 2026-03-12
ok cpadmin record event NEXT moved --to E08000012 --date 2026-03-12 \
    --on 2026-03-12
ok cpadmin notice issue "$(cpadmin notice owed NEXT --as zoe \
    --on 2026-03-12 --json | jq -r '.rows[0].notice')" --safe --as zoe \
    --on 2026-03-12 --json
MAIL=$(jq -r .mail "$OUT_FILE") SAFE=$(jq -r .letter "$OUT_FILE")
ok cpadmin record event NEXT died --date 2026-03-13 --notified 2026-03-13 \
    --on 2026-03-13
run cpadmin shield mail release "$MAIL" --output "$T/late" --as zoe \
    --on 2026-03-13
expect_status 5
expect_err_contains 'has died since'
expect_false [ -e "$T/late" ]
ok cpadmin shield mail withdraw "$MAIL" --reason died --as zoe --on 2026-03-13
ok cpadmin notice show "$SAFE" --as zoe --on 2026-03-13 --json
expect_json '(.rows // [.])[0] | .status + " " + .why' 'suppressed died'
ok cpadmin shield check --store-only --deep --as zoe --on 2026-03-11

test_case 'a letter that was printed before the shield came is to be pulled'
new_store --on 2026-01-05
jq -cn '{cpadmin: "record/1", id: "PULL", authority: "E08000015",
    names: [{type: "current", given: "Kim", family: "Lund"}],
    gender: "female", birth_date: "2018-05-02", addresses: [{type: "current",
    lines: ["5 Mid Road"], postcode: "CH41 1AA"}]}' >"$T/pull"
ok cpadmin record import "$T/pull" --on 2026-01-05
ok cpadmin notice issue --all -o "$T/pulled" --on 2026-01-05
pulls() {
	run cpadmin worklist "$@" --on 2026-01-06 --json
	expect_status 0
	jq -r '.rows[] | select(.kind == "notice-pull") | .command' "$OUT_FILE"
}
expect_eq "$(pulls)" '' 'before'
ok cpadmin shield request PULL --by parent --reason why --on 2026-01-06
REF=$(tail -n 1 "$T/pulled/manifest.csv" | cut -d, -f1)
expect_eq "$(pulls --role shield)" "cpadmin notice returned $REF --why other" \
    'to be pulled'
expect_eq "$(pulls --role team)" '' 'for the team'
ok cpadmin notice returned "$REF" --why other --on 2026-01-06
expect_eq "$(pulls)" '' 'pulled'
