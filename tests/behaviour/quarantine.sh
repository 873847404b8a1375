#!/bin/bash
# What a feed brings for shielded people, and for those who might be one
# (domain: 5, what really went wrong, 1, 2 and 4).
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
NHS=9434765919

# row ID GIVEN FAMILY BORN [JSON MEMBERS]
row() {
	printf '{"cpadmin":"record/1",%s"authority":"%s","names":[{"type":"current","given":"%s","family":"%s"}%s],"gender":"female","birth_date":"%s"%s}\n' \
	    "${1:+\"id\":\"$1\",}" "${AUTHORITY:-E08000015}" "$2" "$3" \
	    "${FORMER:+,{\"type\":\"former\",\"given\":\"$2\",\"family\":\"$FORMER\"\}}" \
	    "$4" "${5:-}"
}
at() { # LINE
	printf ',"addresses":[{"type":"current","lines":["%s"],"postcode":"CH41 1AA"}]' "$1"
}
nhs() {
	printf ',"numbers":[{"type":"nhs","value":"%s"}]' "$1"
}
# counts CREATED UPDATED UNCHANGED REJECTED QUARANTINED
counts() {
	expect_json '[.created,.updated,.unchanged,.rejected,.quarantined]|@csv' \
	    "$1,$2,$3,$4,$5"
}
import() {
	ok cpadmin record import "$@" --json
}
waiting() {
	cpadmin record quarantine list --json | jq -r '.rows[].id'
}
sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$@"
}
dump() {
	sql .dump | sha256sum
}
# A store with Zoe, who is shielded and was somebody else before, and Tom.
shielded_store() {
	new_store
	FORMER=Okafor row S-1 Zoe Ahmed 2015-03-04 \
	    "$(at 'Canary One')$(nhs $NHS)" >"$T/base"
	row S-2 Tom Smith 2014-01-02 >>"$T/base"
	import "$T/base"
	ok cpadmin shield request S-1 --by parent --reason danger
}

test_case 'what comes for a shielded person goes behind the shield'
shielded_store
import "$T/base"
counts 0 0 2 0 0
row S-1 Zoe Ahmed 2015-03-04 "$(at 'Canary Two')$(nhs $NHS)" >"$T/moved"
before=$(sql 'SELECT count(*) FROM compartment')
import "$T/moved"
counts 0 1 0 0 0
expect_eq "$(sql 'SELECT count(*) FROM compartment')" $((before + 1))
import "$T/moved"
counts 0 0 1 0 0
expect_eq "$(sql 'SELECT count(*) FROM compartment')" $((before + 1)) 'again'
expect_no Canary in "$CPADMIN_STORE"
ok cpadmin record show S-1 --reason x --json
expect_json '.addresses|length' 0
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary Two' in "$OUT_FILE"
row '' Zoe Ahmed 2015-03-04 "$(at 'Canary Three')$(nhs $NHS)" >"$T/moved"
import "$T/moved"
counts 0 1 0 0 0
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary Three' in "$OUT_FILE"
expect_no Canary in "$CPADMIN_STORE"

test_case 'what does not show leaves no trace in the open history'
ok cpadmin record history S-1 --reason x --as root --json
cpadmin operator add tim --uid 4001 --role team >/dev/null
ok cpadmin record history S-1 --reason x --as tim --json
expect_json '[.rows[].action]|map(select(.=="record.update" or startswith("shield")))|length' 1
# ... which is the one that took the former name away.
expect_eq "$(sql "SELECT count(*) FROM audit WHERE action = 'shield.update'
    AND subject LIKE 'SC-%'")" 2

test_case 'an empty list leaves what is hidden alone'
row S-1 Zoe Ahmed 2015-03-04 "$(nhs $NHS)" >"$T/bare"
import "$T/bare"
counts 0 0 1 0 0
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary Three' in "$OUT_FILE"

test_case 'a row that might be a shielded person is never created'
shielded_store
{
	row N-1 Zoee Ahmed 2015-03-04 "$(at 'Canary 1')"   # a slip
	row N-2 Ahmed Zoe 2015-03-04 "$(at 'Canary 2')"    # changed places
	row N-3 Zoe Okafor 2015-03-04 "$(at 'Canary 3')"   # a former name
	row '' Zoe Ahmed 2015-04-03 "$(at 'Canary 4')"     # day for month
	row N-5 Zoe Ahmed 2015-03-05 "$(at 'Canary 5')"    # a day off
	row N-6 Bea Jones 2009-09-09 "$(nhs $NHS)"         # only her number
	row N-7 Bob Marsh 2011-11-11                       # nobody's
	row S-2 Zoe Ahmed 2015-03-04                       # Tom becomes her
} >"$T/near"
was=$(dump)
ok cpadmin record import "$T/near" --dry-run --json
counts 1 0 0 0 7
expect_eq "$(dump)" "$was" 'after the dry run'
ok cpadmin record import "$T/near"
cp "$OUT_FILE" "$T/said"
cat "$ERR_FILE" >>"$T/said"
expect_eq "$(sql 'SELECT count(*) FROM record')" 3
expect_eq "$(sql 'SELECT count(*) FROM quarantine')" 7
for word in Zoe Ahmed Okafor S-1 S-2 N-1 CH41 $NHS; do
	expect_no "$word" in "$T/said"
done
expect_no Canary in "$CPADMIN_STORE"
expect_no Okafor in "$CPADMIN_STORE/rejects"
ok cpadmin record find --name Okafor --reason x --json
ok cpadmin record list --json
expect_json '[.rows[].id]|join(" ")' 'S-1 S-2 N-7'
import "$T/near"
counts 0 0 1 0 7
expect_eq "$(sql 'SELECT count(*), sum(times) FROM quarantine')" '7|14'

test_case 'the log names a row and nobody'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject GLOB 'Q-*'
    AND action = 'quarantine.add'")" 7
# The same row again is told from one that says something new.
expect_eq "$(sql "SELECT count(*) FROM audit WHERE
    action = 'quarantine.renew'")" 0
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject GLOB 'Q-*'
    AND coalesce(detail, '{}') <> '{}'")" 0

test_case 'the list shows no person, and who may see it'
ok cpadmin record quarantine list --json
expect_json '.kind' quarantine
expect_json '.rows|length' 7
expect_json '.rows[0]|[.file,.line,.authority,.times,.status]|@csv' \
    '"near",1,"E08000015",2,"waiting"'
for word in Zoe Ahmed S-1 N-1; do
	expect_no "$word" in "$OUT_FILE"
done
for role in team dpo shield admin auditor; do
	cpadmin operator add "$role" --uid 41${#role} --role $role \
	    >/dev/null 2>&1 || cpadmin operator add "$role" \
	    --uid 42${#role} --role $role >/dev/null
done
q=$(waiting | head -n 1)
for role in team dpo; do
	ok cpadmin record quarantine list --as $role
	for what in "show $q" "accept $q" "reject $q" "merge $q S-1"; do
		# shellcheck disable=SC2086
		run cpadmin record quarantine $what --as $role --reason x
		expect_status 9
	done
done
for role in admin auditor; do
	run cpadmin record quarantine list --as $role
	expect_status 9
done
ok cpadmin record quarantine list --as shield

test_case 'shown beside whom it might be, and logged before'
run cpadmin record quarantine show "$q"
expect_status 2
ok cpadmin record quarantine show "$q" --reason 'Canary why' --as shield --json
expect_json '.row.id' N-1
expect_json '.row.addresses[0].lines[0]' 'Canary 1'
expect_json '.would.do' create
expect_json '[.candidates[]|.id,.fields.names.same,.fields.birth_date.same]|@csv' \
    '"S-1",false,true'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject = '$q'
    AND action = 'quarantine.show' AND actor = 'shield'")" 1
ok cpadmin record quarantine show "$q" --reason x
expect_out_contains 'Zoee Ahmed'
expect_out_contains '(differs)'
expect_no Canary in "$CPADMIN_STORE"

test_case 'the newest content of a row that waits is kept'
row N-1 Zoee Ahmed 2015-03-04 "$(at 'Canary 1b')" >"$T/newer"
import "$T/newer"
counts 0 0 0 0 1
ok cpadmin record quarantine show "$q" --reason x --json
expect_json '.row.addresses[0].lines[0]' 'Canary 1b'
expect_json '.file' newer
expect_eq "$(sql "SELECT count(*) FROM compartment
    WHERE kind = 'quarantine'")" 7

test_case 'merged: behind the shield, now and whenever it comes'
ok cpadmin record quarantine merge "$q" S-1 --reason same --as shield --json
expect_json '[.status,.id]|@csv' '"merged","S-1"'
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary 1b' in "$OUT_FILE"
expect_no Zoee in "$OUT_FILE"
import "$T/newer"
counts 0 0 1 0 0
row N-1 Zoee Ahmed 2015-03-04 "$(at 'Canary 1c')" >"$T/newest"
import "$T/newest"
counts 0 1 0 0 0
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary 1c' in "$OUT_FILE"
# Spelt otherwise again, and once more from who knows where.
row N-11 Zoeee Ahmed 2015-03-04 >"$T/other"
import "$T/other"
counts 0 0 0 0 1
expect_eq "$(sql 'SELECT count(*) FROM record')" 3
expect_no Canary in "$CPADMIN_STORE"
ok cpadmin record find --name 'Zoee Ahmed' --reason x --json
expect_json '[.rows[].id]|join(" ")' S-1

test_case 'settled once: the second is refused'
run cpadmin record quarantine merge "$q" S-1
expect_status 5
run cpadmin record quarantine accept "$q"
expect_status 5
run cpadmin record quarantine show "$q" --reason x
expect_status 5
run cpadmin record quarantine reject Q-NONE
expect_status 4

test_case 'settled by two at once: one of them is refused'
row N-12 Zooe Ahmed 2015-03-04 >"$T/race"
import "$T/race"
q=$(waiting | tail -n 1)
for what in "merge $q S-1" "reject $q" "merge $q S-1"; do
	# shellcheck disable=SC2086
	(cpadmin record quarantine $what >/dev/null 2>&1
	echo $? >>"$T/ends") &
done
wait
expect_eq "$(sort "$T/ends" | paste -sd ' ')" '0 5 5'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject = '$q'
    AND action IN ('quarantine.merge', 'quarantine.reject')")" 1

test_case 'accepted: a person of their own, who does not come back'
q=$(waiting | sed -n 1p) # N-2
ok cpadmin record quarantine accept "$q" --json
expect_json '[.status,.id]|@csv' '"accepted","N-2"'
ok cpadmin record show N-2 --reason x --json
expect_json '.addresses[0].lines[0]' 'Canary 2'
row N-2 Ahmed Zoe 2015-03-04 "$(at 'Canary 2b')" >"$T/own"
import "$T/own"
counts 0 1 0 0 0
row N-2 Ahmed Zoeh 2015-03-04 "$(at 'Canary 2b')" >"$T/own"
import "$T/own"
counts 0 1 0 0 0
ok cpadmin record never-link list --json
expect_json '[.rows[]|.id,.other,.why]|@csv' '"S-1","N-2","asked"'
q=$(waiting | sed -n 2p) # the fourth, without a number of its own
ok cpadmin record quarantine accept "$q" --json
id=$(jq -r .id "$OUT_FILE")
sed -n 4p "$T/near" >"$T/own"
import "$T/own"
counts 0 0 1 0 0
expect_eq "$(sql "SELECT count(*) FROM record WHERE id = '$id'")" 1

test_case 'accepted: a record that is called so now'
q=$(waiting | sed -n 5p)
[ "$(cpadmin record quarantine show "$q" --reason x --json |
    jq -r .would.id)" = S-2 ] || q=$(waiting | sed -n 4p)
ok cpadmin record quarantine show "$q" --reason x --json
expect_json '[.would.do,.would.id]|@csv' '"update","S-2"'
ok cpadmin record quarantine accept "$q"
ok cpadmin record show S-2 --reason x --json
expect_json '.names[0].given' Zoe
tail -n 1 "$T/near" >"$T/own"
import "$T/own"
counts 0 0 1 0 0

test_case 'rejected: passed over, and counted'
sed -n 6p "$T/near" >"$T/bad"
q=
for one in $(waiting); do
	cpadmin record quarantine show "$one" --reason x --json |
	    jq -e '.row.id == "N-6"' >/dev/null && q=$one
done
# Somebody else's number does not make a person of their own.
run cpadmin record quarantine accept "$q"
expect_status 5
ok cpadmin record quarantine reject "$q" --reason 'a slip of the feed'
import "$T/bad"
counts 0 0 0 0 1
expect_eq "$(waiting | grep -c "$q")" 0
ok cpadmin record quarantine list --all --json
expect_json '[.rows[]|select(.id=="'"$q"'")|.status]|join("")' rejected
ok cpadmin audit verify

test_case 'a number that only leads to somebody hidden'
shielded_store
row S-3 Eva Lund 2013-02-03 >"$T/dup"
import "$T/dup"
ok cpadmin record merge S-3 S-1 --set birth_date=2015-03-04 --reason same
# As that of anybody else's is.
row S-3 Eva Lund 2013-02-03 "$(at 'Canary Merged')" >"$T/dup"
run cpadmin record import "$T/dup" --json
expect_status 10
counts 0 0 0 1 0
expect_json '.rejects[0].cause' 'its number was merged into another'
row S-4 Una Penn 2010-10-10 "$(nhs 9434765870)" >"$T/four"
import "$T/four"
ok cpadmin shield request S-4 --by child --reason danger
row S-1 Zoe Ahmed 2015-03-04 "$(at 'Canary Four')$(nhs 9434765870)" >"$T/four"
import "$T/four"
counts 0 0 0 0 1
row S-2 Tom Smith 2014-01-02 "$(nhs 9434765870)" >"$T/four"
import "$T/four"
counts 0 0 0 0 1
ok cpadmin shield request S-2 --by child --reason danger
ok cpadmin record event S-2 left-england --date 2026-11-20 \
    --intention no-return --on 2026-11-21
ok cpadmin retention run --on 2026-11-22 --yes
expect_eq "$(sql "SELECT state FROM record WHERE id = 'S-2'")" archived
sed -n 2p "$T/base" >"$T/gone"
run cpadmin record import "$T/gone" --json --on 2026-11-22
expect_status 10
counts 0 0 0 1 0
expect_json '.rejects[0].cause' 'its record is archived'
expect_no Canary in "$CPADMIN_STORE"

test_case 'pairs that are never to be linked'
new_store
row P-1 Ann Brown 2012-05-06 "$(nhs $NHS)" >"$T/pair"
row P-2 Joy Green 2012-05-06 >>"$T/pair"
import "$T/pair"
ok cpadmin record never-link add P-1 P-2 --reason adopted
row '' Joy Green 2012-05-06 "$(nhs $NHS)" >"$T/links"
row P-1 Joy Green 2012-05-06 "$(nhs $NHS)" >>"$T/links"
row P-2 Joy Green 2012-05-06 "$(nhs $NHS)" >>"$T/links"
import "$T/links"
counts 0 0 0 0 3
row P-1 Ann Browne 2012-05-06 "$(nhs $NHS)" >"$T/links"
import "$T/links"
counts 0 1 0 0 0

test_case 'somebody is nobody of another authority'
shielded_store
AUTHORITY=E09000001 row X-1 Zoee Ahmed 2015-03-04 "$(at 'Canary X')" >"$T/far"
import "$T/far"
counts 0 0 0 0 1
ok cpadmin operator add near --uid 4003 --role shield --authority E08000015
ok cpadmin operator add far --uid 4004 --role shield --authority E09000001
ok cpadmin record quarantine list --as near --json
expect_json '.rows|length' 0
q=$(waiting)
run cpadmin record quarantine show "$q" --reason x --as near
expect_status 9
ok cpadmin record quarantine show "$q" --reason x --as far --json
expect_json '.candidates[0]|[.reached,.id]|@csv' 'false,'
expect_no S-1 in "$OUT_FILE"
run cpadmin record quarantine merge "$q" S-1 --as far
expect_status 9
ok cpadmin record quarantine accept "$q" --as far

test_case 'whoever loads the feed, it goes where an officer said'
AUTHORITY=E09000001 row X-2 Bea Jones 2009-09-09 \
    "$(at 'Canary Y')$(nhs $NHS)" >"$T/theirs"
import "$T/theirs"
counts 0 0 0 0 1
ok cpadmin record quarantine merge "$(waiting)" S-1
sed -i 's/Canary Y/Canary Z/' "$T/theirs"
ok cpadmin operator add loader --uid 4006 --role team --authority E09000001
ok cpadmin record import "$T/theirs" --as loader --json
counts 0 1 0 0 0
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary Z' in "$OUT_FILE"
expect_no Jones in "$OUT_FILE"
# And she is known under that name too.
row X-3 Bea Jones 2009-09-09 "$(at 'Canary A')" >"$T/named"
import "$T/named"
counts 0 0 0 0 1
ok cpadmin record quarantine reject "$(waiting)"
expect_no Canary\ [YZA] in "$CPADMIN_STORE"

test_case 'what waits is on the officers worklist'
import "$T/near"
ok cpadmin worklist --json --as far
ok cpadmin worklist --json --as near
expect_json '[.rows[]|select(.kind=="quarantine" or (.what|contains("set aside")))]|length' 7
expect_json '[.rows[]|select(.id|startswith("Q-"))][0].command|test("^cpadmin record quarantine show Q-")' true
ok cpadmin operator add tom --uid 4005 --role team
ok cpadmin worklist --json --as tom
expect_json '[.rows[]|select(.id|startswith("Q-"))]|length' 0

test_case 'no feed before the shielding pass of its authority'
new_store
row G-1 Amy Stone 2013-01-01 "$(at 'Canary G')" >"$T/gate"
ok cpadmin shield gate close E08000015 --reason 'not yet'
run cpadmin record import "$T/gate" --json
expect_status 10
counts 0 0 0 1 0
expect_json '.rejects[0]|[.path,.cause]|@csv' \
    '"$.authority","its shielding pass is not signed off"'
expect_no Amy in "$CPADMIN_STORE/rejects"
run cpadmin record import "$T/gate" --dry-run --json
expect_status 10
counts 0 0 0 1 0

test_case 'an intake goes straight behind a shield, before that too'
row G-2 Ben Stone 2014-01-01 "$(at 'Canary H')$(nhs $NHS)" >>"$T/gate"
was=$(dump)
ok cpadmin shield intake "$T/gate" --by practitioner --reason 'Canary why' \
    --dry-run --json
expect_json '[.created,.shielded]|@csv' 2,2
expect_eq "$(dump)" "$was" 'after the dry run'
ok cpadmin shield intake "$T/gate" --by practitioner --reason 'Canary why' \
    --json
counts 2 0 0 0 0
expect_json .shielded 2
expect_no Canary in "$CPADMIN_STORE"
expect_eq "$(sql "SELECT count(*) FROM shield WHERE status = 'requested'
    AND asked_by = 'practitioner'")" 2
ok cpadmin shield intake "$T/gate" --by practitioner --reason again --json
counts 0 0 2 0 0
# Whether they were before is not told.
expect_json .shielded 2
run cpadmin shield intake "$T/gate" --by uncle --reason x
expect_status 2
run cpadmin shield intake "$T/gate" --by child
expect_status 2

test_case 'an intake of people who are there already'
new_store
row G-1 Amy Stone 2013-01-01 "$(at 'Canary G')" >"$T/there"
row G-2 Ben Stone 2014-01-01 "$(at 'Canary H')" >>"$T/there"
import "$T/there"
sed -i '2s/Canary H/Canary I/' "$T/there"
ok cpadmin shield intake "$T/there" --by parent --reason x --json
expect_json '[.updated,.unchanged,.shielded]|@csv' 1,1,2
expect_no Canary in "$CPADMIN_STORE"
ok cpadmin shield reveal G-2 --reason x --json
expect_some 'Canary I' in "$OUT_FILE"
import "$T/there"
counts 0 0 2 0 0
ok cpadmin audit verify

test_case 'an intake says who else may give them away'
new_store
{
	row H-1 Max Webb 2010-01-01 "$(at '5 Safe Road')"
	row H-2 Liz Webb 2012-02-02 "$(at '5 Safe Road')"
	row H-3 Ian Bond 2012-02-02 "$(at '6 Far Road')"
} >"$T/known"
import "$T/known"
{
	row '' Kim Webb 2014-03-03 "$(at '5 Safe Road')"
	row '' Lizz Webb 2012-02-02 "$(at '9 New Road')"
} >"$T/refuge"
ok cpadmin shield intake "$T/refuge" --by practitioner --reason x --json
counts 2 0 0 0 0
expect_json '[.near_first[]|[.line,.id,.why]]' \
    '[[1,"H-1","household"],[1,"H-2","household"],[2,"H-2","duplicate"]]'
expect_json .near 3

test_case 'CSV: the same'
shielded_store
{
	echo 'id,authority,given,family,gender,birth_date,nhs,upn,line1,line2,line3,postcode,carer,carer_relation,carer_phone,school,practice,language,format'
	echo "S-1,E08000015,Zoe,Ahmed,female,2015-03-04,$NHS,,Canary C,,,CH41 1AA,,,,,,,"
	echo ",E08000015,Zoe,Ahmed,female,2015-03-05,,,Canary D,,,CH41 1AA,,,,,,,"
} >"$T/f.csv"
import "$T/f.csv"
counts 0 1 0 0 1
import "$T/f.csv"
counts 0 0 1 0 1
expect_no Canary in "$CPADMIN_STORE"
ok cpadmin record quarantine merge "$(waiting)" S-1
ok cpadmin shield reveal S-1 --reason x --json
expect_some 'Canary D' in "$OUT_FILE"

test_case 'what is known of a row goes with the person'
new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
row D-1 Zoe Ahmed 2012-03-04 >"$T/d"
ok cpadmin record import "$T/d" --on 2020-01-01
ok cpadmin shield request D-1 --by parent --reason x --on 2020-01-01
row D-2 Zoe Ahmad 2012-03-04 ',"left_england":{"date":"2020-01-01","intention":"no-return"}' >"$T/d"
ok cpadmin record import "$T/d" --on 2020-01-02
ok cpadmin record quarantine accept "$(waiting)" --on 2020-01-02
for day in 2020-01-03 2026-01-10; do
	ok cpadmin retention run --on $day --yes --accept clock
done
batch=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$batch" --as mary --on 2026-02-01
expect_eq "$(sql 'SELECT count(*) FROM quarantine WHERE record > 0')" 1
ok cpadmin retention run --on 2026-03-15 --yes --accept clock
expect_eq "$(sql "SELECT state FROM record WHERE id = 'D-2'")" destroyed
expect_eq "$(sql 'SELECT count(*) FROM quarantine')" 0

test_case 'of one name in two authorities are two people'
shielded_store
row '' Zoee Ahmed 2015-03-04 "$(at 'Canary Y')" >"$T/here"
AUTHORITY=E09000001 row '' Zoee Ahmed 2015-03-04 "$(at 'Canary Z')" >"$T/there"
import "$T/here"
import "$T/there"
counts 0 0 0 0 1
expect_eq "$(waiting | wc -l)" 2
q=$(cpadmin record quarantine list --json |
    jq -r '.rows[] | select(.authority == "E09000001").id')
ok cpadmin record quarantine accept "$q" --json
id=$(jq -r .id "$OUT_FILE")
import "$T/here"
counts 0 0 0 0 1
import "$T/there"
counts 0 0 1 0 0
ok cpadmin record show "$id" --reason x --json
expect_json '[.authority, .addresses[0].lines[0]] | join(" ")' \
    'E09000001 Canary Z'
expect_eq "$(waiting | wc -l)" 1
