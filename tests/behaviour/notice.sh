#!/bin/bash
# The ledger of notices as people read and keep it: what is owed, what was
# given or posted, what came back.
. "$(dirname "$0")/../lib.sh"

notice() {
	"$CPADMIN" notice "$@"
}

# record ID BORN LETTERS [LINES]
record() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s",' "$1" \
	    "${5:-E08000015}"
	printf '"names":[{"type":"current","given":"Zuleika","family":"Quill"}],'
	printf '"gender":"female","birth_date":"%s","addresses":[%s],' "$2" \
	    "${4-{\"type\":\"current\",\"lines\":[\"7 Plover Row\",\"Birkenhead\"],\"postcode\":\"ZZ99 1AA\"\}}"
	printf '"carers":[{"name":"Philomena Quill","relation":"mother",'
	printf '"responsibility":true}],"letters":%s}\n' "$3"
}
row() {
	jq -r --arg id "$1" '.rows[] | select(.id == $id) | '"$2" "$OUT_FILE"
}

new_store --on 2026-01-05
ok cpadmin operator add tim --uid 2001 --role team --on 2026-01-05
ok cpadmin operator add aud --uid 2002 --role auditor --on 2026-01-05
ok cpadmin operator add cus --uid 2003 --role custodian --on 2026-01-05
ok cpadmin operator add far --uid 2004 --role team --authority E10000016 \
    --on 2026-01-05
{
	record KID-1 2018-03-17 '{"language":"ur","format":"large-print"}'
	record KID-2 2012-03-17 '{"language":"pl-PL"}'
	record KID-3 2008-10-01 '{"language":"cy","format":"easy-read"}'
	record KID-4 2017-01-01 null ''
	record KID-5 2016-01-01 null '' E10000016
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05

test_case 'who only looks is told that there is more to look at'
ok notice owed --json --as aud --on 2026-01-05
expect_json '.rows | length' 0
ok notice owed --as aud --on 2026-01-05
expect_err_contains '5 records were not looked at yet'
run notice owed --as cus --on 2026-01-05
expect_status 9

test_case 'straight after an import: to whom, in which language, by when'
ok notice owed --json --on 2026-01-05
expect_json '.kind + " " + (.v | tostring)' 'notices 1'
expect_json '[.rows[] | .id + " " + .kind + " " + .to + " " + .language +
    " " + .format + " " + .due + " " + .status] | join("\n")' \
'KID-1 first carer ur large-print 2026-02-05 owed
KID-2 first child pl standard 2026-02-05 owed
KID-3 first child en easy-read 2026-02-05 owed
KID-4 first carer en standard 2026-02-05 owed
KID-5 first carer en standard 2026-02-05 owed'
expect_json '[.rows[].notice] | join(" ")' \
    'N-0000001-F N-0000002-D N-0000003-B N-0000004-9 N-0000005-7'
ok notice owed --json --on 2026-01-05
expect_json '.rows | length' 5 'and not twice'
ok notice owed --json --as aud --on 2026-01-05
expect_json '.rows | length' 5
ok notice owed --on 2026-02-06
expect_out_matches '^N-0000001-F +KID-1 +first +carer +ur +large-print +2026'
expect_err_contains '5 owed, 5 of them late, 0 with a problem'
ok notice owed --json --on 2026-02-05
expect_json '[.rows[].late] | any' false

test_case 'the list names nobody'
ok notice owed --json --on 2026-01-05
expect_no Quill in "$OUT_FILE"
expect_no Zuleika in "$OUT_FILE"
expect_no Plover in "$OUT_FILE"

test_case 'a part of it'
ok notice owed KID-3 --json --on 2026-01-05
expect_json '[.rows[].id] | join(" ")' KID-3
ok notice owed N-0000002-D --json --on 2026-01-05
expect_json '[.rows[].id] | join(" ")' KID-2
ok notice owed --until 2026-02-04 --json --on 2026-01-05
expect_json '.rows | length' 0
ok notice owed --until 2026-02-05 --json --on 2026-01-05
expect_json '.rows | length' 5
ok notice owed --kind eighteen --json --on 2026-01-05
expect_json '.rows | length' 0
run notice owed --kind birthday --on 2026-01-05
expect_status 2
run notice owed KID-9 --on 2026-01-05
expect_status 4
run notice owed --until soon --on 2026-01-05
expect_status 2

test_case 'who reaches whom'
ok notice owed --json --as far --on 2026-01-05
expect_json '[.rows[].id] | join(" ")' KID-5
run notice show N-0000001-F --as far --on 2026-01-05
expect_status 9
run notice served N-0000001-F --route hand --as far --on 2026-01-05
expect_status 9
for verb in 'served KID-4 --route hand' 'returned KID-4 --why other' \
    'suppress KID-4 --reason x' 'addressee KID-4 --clear --reason x'; do
	# shellcheck disable=SC2086
	run notice $verb --as aud --on 2026-01-05
	expect_status 9
done

test_case 'a mistyped reference'
run notice show N-0000001-G --on 2026-01-05
expect_status 4
expect_err_contains 'its last character does not fit'
run notice show N-0000009-Z --on 2026-01-05
expect_status 4

test_case 'served: printed before, or given by hand'
run notice served KID-1 --on 2026-01-06
expect_status 5
expect_err_contains 'no notice that is issued'
run notice served N-0000001-F --on 2026-01-06
expect_status 5
run notice served --on 2026-01-06
expect_status 2
run notice served KID-1 --run R-0001 --on 2026-01-06
expect_status 2
run notice served KID-1 --route pigeon --on 2026-01-06
expect_status 2
run notice served --run seven --on 2026-01-06
expect_status 2
run notice served KID-1 --route hand --date 2026-01-07 --on 2026-01-06
expect_status 10
run notice served KID-1 KID-9 --route hand --on 2026-01-06
expect_status 4
ok notice show KID-1 --json --on 2026-01-06
expect_json '[.rows[].status] | join(" ")' owed 'all or none'
ok notice served KID-1 --route hand --dry-run --json --on 2026-01-06
expect_json '.rows[0].status' served
ok notice show KID-1 --json --on 2026-01-06
expect_json '.rows[0].status' owed 'a dry run'
ok notice served KID-1 N-0000002-D --route hand --date 2026-01-05 --json \
    --as tim --on 2026-01-06
expect_json '[.rows[] | .id + " " + .status + " " + .served + " " +
    .served_by + " " + .route] | join("\n")' \
'KID-1 served 2026-01-05 tim hand
KID-2 served 2026-01-05 tim hand'
ok notice owed --json --on 2026-01-06
expect_json '[.rows[].id] | join(" ")' 'KID-3 KID-4 KID-5'

test_case 'one notice, and the ledger of a record'
ok notice show N-0000001-F --on 2026-01-06
expect_out_matches '^Notice: +N-0000001-F$'
expect_out_matches '^Served by: +tim$'
expect_out_matches '^Kind: +first$'
ok notice show N-0000001-F --json --on 2026-01-06
expect_json '[.kind, .rows[0].kind, (.rows | length)] | @csv' \
    '"notices","first",1'
ok notice show KID-2 --on 2026-01-06
expect_out_matches '^N-0000002-D +KID-2 +first +child .* served '

test_case 'returned: why, and owed again at another address'
run notice returned KID-1 --why lost --on 2026-01-10
expect_status 2
expect_err_contains gone-away
run notice returned KID-1 --on 2026-01-10
expect_status 2
run notice returned KID-4 --why other --on 2026-01-10
expect_status 5
ok notice returned KID-1 --why gone-away --date 2026-01-09 --json \
    --on 2026-01-10
expect_json '.rows[0] | [.status, .why, .returned, .returned_by] |
    join(" ")' "returned gone-away 2026-01-09 $(id -un)"
ok notice owed KID-1 --json --on 2026-01-10
expect_json '.rows | length' 0
sed -n 's/7 Plover Row/8 Dunlin Row/; /KID-1/p' "$T/rows" >"$T/moved"
ok cpadmin record import "$T/moved" --on 2026-01-12
ok notice owed KID-1 --json --on 2026-01-12
expect_json '[.rows[] | .kind + .cause + " " + .notice] | join(" ")' \
    'first:2 N-0000006-5'

test_case 'where several can be meant, they are named'
ok notice served KID-1 --route hand --on 2026-01-12
ok notice addressee KID-1 --to child --reason 'reads well' --on 2026-01-13
ok notice owed KID-1 --json --on 2026-01-13
expect_json '[.rows[].kind] | join(" ")' comprehension
ok notice served KID-1 --route hand --on 2026-01-13
run notice returned KID-1 --why refused --on 2026-01-14
expect_status 5
expect_err_contains 'has 2 notices that may be meant'
expect_err_contains 'name one of them: N-0000006-5, N-0000007-3'
ok notice returned N-0000007-3 --why refused --on 2026-01-14

test_case 'suppressed, with a reason that the log has'
run notice suppress KID-4 --on 2026-01-14
expect_status 2
run notice suppress KID-2 --reason 'told in person' --on 2026-01-14
expect_status 5
ok notice suppress KID-4 --reason 'told in person' --json --on 2026-01-14
expect_json '.rows[0] | [.status, .why] | join(" ")' 'suppressed operator'
ok notice owed KID-4 --json --on 2026-01-14
expect_json '.rows | length' 0
ok cpadmin record history KID-4 --reason 'asked' --json --on 2026-01-14
expect_some 'told in person' in "$OUT_FILE"

test_case 'who is addressed: by age, or as it was set'
ok notice addressee KID-5 --json --on 2026-01-14
expect_json '[.id, .to, .set, .ground] | @csv' '"KID-5","carer",false,'
for wrong in '--to child --clear' '--to neighbour' '--to carer' \
    '--to child --ground learning-difficulty' '--ground understands' \
    '--to carer --ground understands' '--to carer --ground age'; do
	# shellcheck disable=SC2086
	run notice addressee KID-3 $wrong --reason x --on 2026-01-14
	expect_status 2
done
run notice addressee KID-3 --to carer --ground learning-difficulty \
    --on 2026-01-14
expect_status 2
expect_err_contains '--reason is missing'
ok notice addressee KID-3 --to carer --ground learning-difficulty \
    --reason 'cannot follow it' --json --on 2026-01-14
expect_json '[.to, .set, .ground, .since] | @csv' \
    '"carer",true,"learning-difficulty","2026-01-14"'
ok notice owed KID-3 --json --on 2026-01-14
expect_json '.rows[0].to' carer
ok notice show KID-3 --on 2026-01-14
expect_err_contains 'letters go to the carer since 2026-01-14'
ok notice addressee KID-3 --clear --reason 'can now' --json --on 2026-01-15
expect_json '[.to, .set] | @csv' '"child",false'
ok notice addressee KID-3 --as aud --on 2026-01-15
expect_out_matches '^Set: +no, by age$'

test_case 'what one who died is owed goes, and comes not back by hand'
ok cpadmin record event KID-3 died --date 2026-01-15 --notified 2026-01-15 \
    --on 2026-01-16
ok notice owed KID-3 --json --on 2026-01-16
expect_json '.rows | length' 0
ok notice show KID-3 --json --on 2026-01-16
expect_json '[.rows[] | .status + " " + .why] | join(",")' 'suppressed died'
run notice served KID-3 --route hand --on 2026-01-16
expect_status 5

test_case 'a print run: issued, then served at once'
new_store --on 2026-01-05
{
	record KID-1 2018-03-17 '{"language":"ur","format":"plain-text"}'
	record KID-2 2012-03-17 '{"language":"pl","format":"plain-text"}'
	record KID-4 2017-01-01 null ''
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
run notice issue --all -o "$T/letters" --on 2026-01-06
expect_status 3
ok notice owed --json --on 2026-01-06
expect_json '[.rows[] | .id + " " + .problem] | join(",")' 'KID-4 no-address'
ok notice runs --json --on 2026-01-06
expect_json '.rows | length' 1
expect_json '.rows[0] | [.run, .status, (.letters | tostring), .folder] |
    join(" ")' "R-0001 done 2 $T/letters"
ok notice show KID-1 --json --on 2026-01-06
expect_json '.rows[0] | [.status, .to, .language, .format, .route, .run,
    .version] | join(" ")' 'issued carer ur plain-text post R-0001 2007-1'
run notice served --run R-0002 --on 2026-01-07
expect_status 5
expect_err_contains 'no letter of R-0002 waits'
ok notice served --run R-0001 --date 2026-01-07 --dry-run --json \
    --on 2026-01-07
expect_json '[.run, .date, .count, .dry_run] | @csv' \
    '"R-0001","2026-01-07",2,true'
ok notice show KID-1 --json --on 2026-01-07
expect_json '.rows[0].status' issued 'a dry run'
run notice served --run R-0001 --date 2026-01-05 --on 2026-01-07
expect_status 10
ok notice served --run R-0001 --date 2026-01-07 --json --on 2026-01-08
expect_json '[.count, .dry_run] | @csv' '2,false'
ok notice show KID-2 --json --on 2026-01-08
expect_json '.rows[0] | [.status, .served] | join(" ")' 'served 2026-01-07'
run notice served --run R-0001 --on 2026-01-08
expect_status 5

test_case 'a run that is done is not abandoned'
run notice runs --abandon R-0001 --yes --on 2026-01-08
expect_status 5
run notice runs --abandon seven --yes --on 2026-01-08
expect_status 2
run setsid -w "$CPADMIN" notice runs --abandon R-0001 --on 2026-01-08
expect_status 2
run notice runs --abandon R-0009 --yes --on 2026-01-08
expect_status 4
