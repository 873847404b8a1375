#!/bin/bash
# Who may act, on which day, and as whom.
. "$(dirname "$0")/../lib.sh"

new_store --operator first

test_case 'the first operator has every role'
ok cpadmin operator list --json
expect_json '[.kind, .v]' '["operators",1]'
expect_json '.rows | length' 1
expect_json '.rows[0].name' first
expect_json '.rows[0].uid' "$(id -u)"
expect_json '.rows[0].status' active
expect_json '.rows[0].roles | sort | join(" ")' \
    'admin approver auditor custodian dpo scheduler shield team'
expect_json '[.rows[0].training_until, .rows[0].check_until]' '[null,null]'

test_case 'adding'
ok cpadmin operator add mary --uid 4001 --role team --role approver,auditor \
    --authority E08000015 --training-until 2030-01-31 --json
expect_json .kind operator
expect_json '[.name, .uid, .status]' '["mary",4001,"active"]'
expect_json '.roles' '["team","approver","auditor"]'
expect_json '[.training_until, .check_until]' '["2030-01-31",null]'
ok cpadmin operator list --json
expect_json '[.rows[].name]' '["first","mary"]'
run cpadmin operator add mary --uid 4002 --role team
expect_status 5
run cpadmin operator add Mary --uid 4002 --role team
expect_status 2
run cpadmin operator add john --uid 4002 --role team,boss
expect_status 2
expect_err_contains 'no such role: boss'
expect_err_contains 'roles: team, shield, dpo'
run cpadmin operator add john --uid x1 --role team
expect_status 2
run cpadmin operator add john --uid 4294967295 --role team
expect_status 2
run cpadmin operator add john --uid 4002 --role team --check-until 2030-02-30
expect_status 2
expect_err_contains '--check-until'
run cpadmin operator add john --uid 4002 --role team --authority Wirral
expect_status 2
ok cpadmin operator list --json
expect_json '.rows | length' 2

test_case 'acting as another, in a rehearsal'
run cpadmin operator add john --uid 4002 --role team --as mary
expect_status 9
expect_err_contains 'admin'
run cpadmin operator list --as nobody-here
expect_status 9
ok cpadmin operator list --as mary
run cpadmin operator list --as mary --on 2030-02-01
expect_status 9
expect_err_contains 'training of operator mary has run out'
ok cpadmin operator list --as mary --on 2030-01-31
run cpadmin operator list --on 2030-02-30
expect_status 2
expect_err_contains '--on'

test_case 'renewing a training that has run out'
run cpadmin operator renew mary --training-until 2029-01-01 --on 2030-02-01
expect_status 10
ok cpadmin operator renew mary --training-until 2031-01-31 --on 2030-02-01 \
    --json
expect_json '[.training_until, .check_until]' '["2031-01-31",null]'
ok cpadmin operator list --as mary --on 2031-01-31
ok cpadmin operator renew mary --check-until 2030-06-30 --on 2030-02-01 --json
expect_json '[.training_until, .check_until]' '["2031-01-31","2030-06-30"]'
run cpadmin operator list --as mary --on 2030-07-01
expect_status 9
expect_err_contains 'check of operator mary has run out'
ok cpadmin operator renew mary --check-until 2039-06-30 --on 2030-07-01
run cpadmin operator renew mary --on 2030-07-01
expect_status 2
run cpadmin operator renew nobody-here --check-until 2039-06-30
expect_status 4

test_case 'suspending and resuming'
ok cpadmin operator suspend mary --json
expect_json .status suspended
run cpadmin operator list --as mary
expect_status 9
expect_err_contains 'operator mary is suspended'
run cpadmin operator suspend mary
expect_status 5
ok cpadmin operator resume mary
ok cpadmin operator list --as mary
run cpadmin operator resume mary
expect_status 5
run cpadmin operator suspend nobody-here
expect_status 4

test_case 'the last administrator stays'
run cpadmin operator remove first
expect_status 5
expect_err_contains 'last active administrator'
run cpadmin operator suspend first
expect_status 5
ok cpadmin operator add second --uid "$(id -u)" --role admin
ok cpadmin operator suspend second
run cpadmin operator remove first
expect_status 5
ok cpadmin operator resume second
ok cpadmin operator remove first --as second
run cpadmin operator list --as first
expect_status 9
run cpadmin operator resume first
expect_status 5
expect_err_contains 'operator first is removed'
run cpadmin operator add first --uid 4003 --role team
expect_status 5
ok cpadmin operator list --json
expect_json '[.rows[] | select(.status == "removed") | .name]' '["first"]'

test_case 'every change is on the log, refusals change nothing'
ok cpadmin audit show --as second --json
expect_json '[.rows[].action | select(startswith("operator."))] | sort | join(" ")' \
    'operator.add operator.add operator.add operator.remove operator.renew operator.renew operator.renew operator.resume operator.resume operator.suspend operator.suspend'
ok cpadmin audit verify --as second

test_case 'an operator reaches the records of their authorities'
new_store
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s","names":[{"type":"current","given":"%s","family":"Smith"}],"gender":"female","birth_date":"%s"}\n' "$@"
}
{
	person W-1 E08000015 Wilma 2010-05-06
	person L-1 E08000012 Lena 2010-05-06
	person L-2 E08000012 Lydia 2004-05-06
} >"$T/two.ndjson"
ok cpadmin record import "$T/two.ndjson" --on 2022-05-01
ok cpadmin retention run --on 2022-05-06 --accept clock --accept share --yes
for who in wirral:E08000015 lpool:E08000012; do
	ok cpadmin operator add "${who%:*}" --uid "50${#who}" \
	    --role team,dpo,shield,auditor,approver --authority "${who#*:}" \
	    --json
	expect_json '.authorities|join(" ")' "${who#*:}"
done
ok cpadmin operator add both --uid 5003 --role team --json \
    --authority E08000015 --authority E08000012 --authority E08000015
expect_json '.authorities|join(" ")' 'E08000015 E08000012'
ok cpadmin operator list --json
expect_json '[.rows[]|[.name,.authorities]]' \
    '[["both",["E08000012","E08000015"]],["lpool",["E08000012"]],["root",null],["wirral",["E08000015"]]]'

# out_of_reach WHO ID CMD...: refused, with nothing of the record.
out_of_reach() {
	local who=$1 id=$2

	shift 2
	run cpadmin "$@" --as "$who" --json
	expect_status 9
	expect_out_empty
	expect_err_json .what "record $id is not for operator $who"
	expect_no E0800001 in "$ERR_FILE"
}
ok cpadmin record show W-1 --reason x --as wirral
ok cpadmin record show W-1 --reason x --as both
ok cpadmin record show W-1 --reason x
out_of_reach lpool W-1 record show W-1 --reason x
out_of_reach lpool W-1 record history W-1 --reason x
out_of_reach lpool W-1 record correct W-1 --set given=Eve --reason x
out_of_reach lpool W-1 record event W-1 died --date 2022-05-01 \
    --notified 2022-05-01
out_of_reach lpool W-1 retention explain W-1 --reason x
out_of_reach lpool W-1 hold place --record W-1 --reason x --legal-basis x \
    --contact x --review 2030-01-01
out_of_reach lpool W-1 consent list W-1 --reason x
out_of_reach lpool W-1 consent end W-1 --ground care-leaver --date 2022-05-01
out_of_reach wirral L-2 archive show L-2
out_of_reach wirral L-2 archive open L-2 --purpose court-order --reason x
out_of_reach wirral L-2 archive restore L-2 --reason x
ok cpadmin archive show L-2 --as lpool
run cpadmin record show N-1 --reason x --as lpool
expect_status 4

test_case 'lists and searches leave out what is not theirs'
ok cpadmin record list --json --as wirral
expect_json '[.rows[].id]|join(" ")' W-1
ok cpadmin record list --json --as lpool
expect_json '[.rows[].id]|join(" ")' 'L-1 L-2'
ok cpadmin record list --json --as both
expect_json '.rows|length' 3
ok cpadmin archive list --json --as wirral
expect_json '.rows|length' 0
ok cpadmin archive list --json --as lpool
expect_json '.rows|length' 1
for what in '--name Smith' '--born 2010-05-06' '--name Smith --born 2010'; do
	# shellcheck disable=SC2086
	ok cpadmin record find $what --reason x --json --as wirral
	expect_json '[.rows[].id]|join(" ")' W-1
	# shellcheck disable=SC2086
	ok cpadmin record find $what --reason x --json --as lpool
	expect_json '[.rows[].id]|join(" ")' L-1
done
expect_no Wilma in "$OUT_FILE"
ok cpadmin audit show --json --as wirral
# Entries about shielding officers are of no authority: they are not records.
records='[.rows[].subject|select(. != null and (startswith("officer:")|not))]
    |unique|join(" ")'
expect_json "$records" W-1
ok cpadmin audit show --json
expect_json "$records" 'L-1 L-2 W-1'
run cpadmin audit show --subject L-1 --as wirral --json
expect_status 9
expect_err_json .what 'record L-1 is not for operator wirral'
ok cpadmin retention plan --on 2030-01-01 --json --as wirral
expect_json '[.rows[].id]|unique|join(" ")' W-1
ok cpadmin retention plan --on 2030-01-01 --json --as lpool
expect_json '[.rows[].id]|unique|join(" ")' 'L-1 L-2'

test_case 'a feed changes only what is theirs'
{
	person N-1 E08000015 New 2011-01-01
	person N-2 E08000012 Newer 2011-01-01
	person W-1 E08000012 Wilma 2010-05-06
	person L-1 E08000015 Lena 2010-05-07
	person W-1 E08000015 Wilma 2010-05-08
} >"$T/feed.ndjson"
run cpadmin record import "$T/feed.ndjson" --as wirral --json
expect_status 3
expect_json '[.created,.updated,.rejected]' '[1,1,3]'
expect_json '[.rejects[]|[.line,.path,.cause]]' '[[2,"$.authority","the operator does not act for it"],[3,"$.authority","the operator does not act for it"],[4,"$.id","its record is with an authority that the operator does not act for"]]'
ok cpadmin record show L-1 --reason x --json
expect_json '[.authority,.birth_date]|join(" ")' 'E08000012 2010-05-06'

test_case 'destruction is decided by who acts for the records'
ok cpadmin retention run --on 2028-05-07 --yes --accept clock --accept share
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction show "$BATCH" --json --as wirral
expect_json '.rows|length' 0
ok cpadmin destruction show "$BATCH" --json --as lpool
expect_json '[.rows[].id]|join(" ")' L-2
for what in approve refuse; do
	run cpadmin destruction $what "$BATCH" --reason x --as wirral --json \
	    --on 2028-05-07
	expect_status 9
	expect_err_json .what \
	    'operator wirral does not act for all of this batch'
done
run cpadmin destruction exclude "$BATCH" L-2 --reason x --as wirral --json \
    --on 2028-05-07
expect_status 9
expect_err_json .what 'record L-2 is not for operator wirral'
ok cpadmin destruction approve "$BATCH" --as lpool --json --on 2028-05-07
expect_json .status approved

test_case 'nobody gives more reach than they have'
ok cpadmin operator add wadmin --uid 5004 --role admin --authority E08000015
run cpadmin operator add x1 --uid 5005 --role team --as wadmin
expect_status 9
run cpadmin operator add x1 --uid 5005 --role team --as wadmin \
    --authority E08000015 --authority E08000012
expect_status 9
ok cpadmin operator add x1 --uid 5005 --role team --as wadmin \
    --authority E08000015

test_case 'a user who is no operator'
if have sqlite3; then
	sqlite3 "$CPADMIN_STORE/store.db" 'UPDATE operator SET uid = 4999'
	run cpadmin operator list
	expect_status 9
	expect_err_contains "user id $(id -u)"
	expect_err_contains 'operator add'
	run cpadmin operator list --json
	expect_status 9
	expect_err_json .code 9
else
	skip 'sqlite3 is not installed'
fi

test_case 'a real store: one person, one operator, and today'
(umask 077 && echo 'a long enough passphrase' >"$T/pass")
ok cpadmin init "$T/real" --authority E08000015 --operator boss \
    --custodians 1 --threshold 1 --passphrase-file "$T/pass"
export CPADMIN_STORE=$T/real
run cpadmin operator list --as boss
expect_status 9
expect_err_contains '--as is for rehearsal stores only'
run cpadmin operator add twin --uid "$(id -u)" --role approver
expect_status 5
expect_err_contains 'is an operator already'
run cpadmin operator add mary --uid 4001 --role team --on 2030-01-01
expect_status 9
expect_err_contains '--on may change rehearsal stores only'
ok cpadmin operator list --on 2030-01-01 --json
expect_json '.rows | length' 1
ok cpadmin operator add mary --uid 4001 --role approver
run cpadmin operator add mary2 --uid 4001 --role team
expect_status 5
ok cpadmin operator remove mary
ok cpadmin operator add mary2 --uid 4001 --role team
