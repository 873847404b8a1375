#!/bin/bash
# What happens to a person: records that pass to another authority when both
# agree, who reaches them then, and what each event does to the dates.
. "$(dirname "$0")/../lib.sh"

WIRRAL=E08000015 LPOOL=E08000012 KENT=E10000016
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s","names":[{"type":"current","given":"%s","family":"Quixote"}],"gender":"female","birth_date":"%s"}\n' "$@"
}
ON='--on 2026-11-20'
event() {
	# shellcheck disable=SC2086
	run cpadmin record event "$@" --json $ON
}
move() {
	# shellcheck disable=SC2086
	run cpadmin record move "$@" --json $ON
}
# refused STATUS WHAT: it was, with these words.
refused() {
	expect_status "$1"
	expect_out_empty
	expect_err_json .what "$2"
}
actions() {
	ok cpadmin record history "$1" --reason x --json --on 2026-11-21
	jq -rc '[.rows[].action|select(startswith("record.move"))]|
	    map(sub("record.move-";""))|join(" ")' "$OUT_FILE"
}
# authority ID: as it is.
authority() {
	ok cpadmin record show "$1" --reason x --json --on 2026-11-21
	jq -r .authority "$OUT_FILE"
}
move_row() {
	sqlite3 "$CPADMIN_STORE/store.db" "SELECT m.status, ifnull(m.reason, ''),
	    ifnull(m.settled_by, '') FROM move m JOIN record r ON r.n = m.record
	    WHERE r.id = '$1' ORDER BY m.n DESC LIMIT 1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock \
	    --accept share --json
}
# row ID: state and dates.
row() {
	ok cpadmin record list --json --on "$2"
	jq -r ".rows[]|select(.id==\"$1\")|[.state,.next_action,.next_due]|
	    join(\" \")" "$OUT_FILE"
}

new_store
{
	person W-1 $WIRRAL Wilma 2010-05-06
	person W-2 $WIRRAL Wanda 2011-05-06
	person W-3 $WIRRAL Wendy 2012-05-06
	person L-1 $LPOOL Lena 2010-05-06
	person W-9 $WIRRAL Wren 2008-11-21
} >"$T/all.ndjson"
# shellcheck disable=SC2086
ok cpadmin record import "$T/all.ndjson" $ON
uid=6000
for who in wirral:$WIRRAL lpool:$LPOOL kent:$KENT; do
	uid=$((uid + 1))
	ok cpadmin operator add "${who%:*}" --uid $uid --role team,dpo \
	    --authority "${who#*:}"
done
ok cpadmin operator add wboss --uid 6005 --role team --authority $WIRRAL
ok cpadmin operator add both --uid 6006 --role team --authority $WIRRAL \
    --authority $LPOOL
ok cpadmin operator add laud --uid 6007 --role auditor --authority $LPOOL

test_case 'offered by one authority, the record stays with it'
event W-1 moved --to $LPOOL --date 2026-11-01 --reason 'family moved' \
    --as wirral
expect_status 0
expect_json '[.event,.move,.state]|@csv' '"moved","offered","live"'
expect_eq "$(authority W-1)" $WIRRAL
ok cpadmin record event W-2 moved --to $LPOOL --date 2026-11-01 --as wirral \
    --on 2026-11-20
expect_err_contains "W-2 waits until $LPOOL accepts it"

test_case 'the offer is on the list of both, and of nobody else'
move list --as lpool
expect_status 0
expect_json '[.rows[]|[.id,.from,.to,.date,.offered_by,(.may|join(" ")),.reason]]' \
    "[[\"W-1\",\"$WIRRAL\",\"$LPOOL\",\"2026-11-01\",\"wirral\",\"accept decline\",\"family moved\"],[\"W-2\",\"$WIRRAL\",\"$LPOOL\",\"2026-11-01\",\"wirral\",\"accept decline\",null]]"
move list --as wboss
expect_json '[.rows[]|.may|join(" ")]|join(",")' 'withdraw,withdraw'
move list --as both
expect_json '.rows[0].may|join(" ")' 'accept decline withdraw'
move list --as laud
expect_json '.rows[0].may|length' 0
move list --as kent
expect_json '.rows|length' 0
ok cpadmin record move list --as lpool --on 2026-11-20 --columns id,to
expect_out_contains W-2

test_case 'an offer shows nothing of the record'
# shellcheck disable=SC2086
{
	run cpadmin record show W-1 --reason x --as lpool $ON
	expect_status 9
	run cpadmin record history W-1 --reason x --as lpool $ON
	expect_status 9
	ok cpadmin record find --name Quixote --reason x --as lpool --json $ON
}
expect_json '[.rows[].id]|join(" ")' L-1

test_case 'one offer at a time'
event W-1 moved --to $KENT --date 2026-11-02 --as wirral
refused 5 "W-1 is offered to authority $LPOOL already"
expect_err_json .hint \
    'take that back first: cpadmin record move withdraw W-1 --reason TEXT'
event W-1 moved --to $KENT --date 2026-11-02
refused 5 "W-1 is offered to authority $LPOOL already"
event W-1 moved --to $WIRRAL --date 2026-11-02 --as wirral
expect_status 5

test_case 'who may answer, and who may withdraw'
move accept W-1 --as wirral
refused 9 'only the authority that W-1 is offered to answers that'
move withdraw W-1 --reason x --as lpool
refused 9 'only the authority that offered W-1 withdraws that'
move accept W-1 --as kent
refused 4 'no open offer of such a record'
move accept W-1 --as laud
expect_status 9
move accept W-3 --as lpool
refused 4 'no open offer of such a record'
move accept N-1 --as lpool
refused 4 'no open offer of such a record'
move decline W-1 --as lpool
expect_status 2
move withdraw W-1 --as wirral
expect_status 2
move accept --as lpool
expect_status 2
move list W-1
expect_status 2
move take W-1
expect_status 2

test_case 'accepted: the record passes, and access with it'
# shellcheck disable=SC2086
ok cpadmin record show W-1 --reason x --as wirral $ON
move accept W-1 --reason 'at school here' --as lpool
expect_status 0
expect_json '[.id,.from,.to,.date,.status]|@csv' \
    "\"W-1\",\"$WIRRAL\",\"$LPOOL\",\"2026-11-01\",\"accepted\""
# shellcheck disable=SC2086
for verb in show history; do
	run cpadmin record $verb W-1 --reason x --as wirral $ON
	expect_status 9
	ok cpadmin record $verb W-1 --reason x --as lpool $ON
done
# shellcheck disable=SC2086
run cpadmin record correct W-1 --set given=Eve --reason x --as wirral $ON
expect_status 9
ok cpadmin record list --json --as wirral
expect_json '[.rows[].id]|join(" ")' 'W-2 W-3 W-9'
ok cpadmin record list --json --as lpool
expect_json '[.rows[].id]|join(" ")' 'W-1 L-1'
expect_eq "$(authority W-1)" $LPOOL
expect_eq "$(actions W-1)" 'offer accept'
ok cpadmin record history W-1 --reason x --json --on 2026-11-21
expect_json '[.rows[]|select(.action=="record.move-accept")]|.[0]|[.actor,.detail.from,.detail.to,.detail.reason]|join(" ")' \
    "lpool $WIRRAL $LPOOL at school here"
move list
expect_json '[.rows[].id]|join(" ")' W-2
if have sqlite3; then
	expect_eq "$(move_row W-1)" 'accepted||lpool'
fi

test_case 'declined and withdrawn: it stays, and can be offered again'
move decline W-2 --reason 'never lived here' --as lpool
expect_status 0
expect_json .status declined
move accept W-2 --as lpool
expect_status 4
event W-2 moved --to $LPOOL --date 2026-11-03 --as wirral
expect_status 0
move withdraw W-2 --reason 'they came back' --as wboss
expect_status 0
expect_json .status withdrawn
expect_eq "$(authority W-2)" $WIRRAL
expect_eq "$(actions W-2)" 'offer decline offer withdraw'
move list
expect_json '.rows|length' 0

test_case 'who acts for both agrees for both at once'
event W-2 moved --to $LPOOL --date 2026-11-03 --reason why --as both
expect_status 0
expect_json .move accepted
expect_eq "$(authority W-2)" $LPOOL
expect_eq "$(actions W-2)" 'offer decline offer withdraw offer accept'
event W-2 moved --to $KENT --date 2026-11-04
expect_json .move accepted
expect_eq "$(authority W-2)" $KENT
event W-2 moved --to $LPOOL --date 2026-11-05 --offer
expect_json .move offered
expect_eq "$(authority W-2)" $KENT
move accept W-2
expect_status 0
expect_eq "$(authority W-2)" $LPOOL
event W-2 died --date 2026-11-05 --notified 2026-11-05 --offer
expect_status 2

test_case 'what is not agreed cannot be done by a correction'
# shellcheck disable=SC2086
run cpadmin record correct W-3 --set authority=$LPOOL --reason x --as wirral \
    --json $ON
refused 5 'that authority has to agree to it'
expect_err_json .hint \
    "\`cpadmin record event W-3 moved --to $LPOOL --date D' offers it the record"
expect_eq "$(authority W-3)" $WIRRAL

test_case 'an offer lapses when the record goes another way'
event W-3 moved --to $LPOOL --date 2026-11-03 --as wirral
expect_status 0
# shellcheck disable=SC2086
ok cpadmin record correct W-3 --set authority=$KENT --reason 'a typing error' $ON
move list
expect_json '.rows|length' 0
move accept W-3 --as lpool
expect_status 4
event W-3 moved --to $WIRRAL --date 2026-11-04 --as kent
expect_status 0
expect_json .move offered
move accept W-3 --as wirral
expect_status 0
event W-3 moved --to $LPOOL --date 2026-11-03 --as wirral
for to in $KENT $WIRRAL; do
	# shellcheck disable=SC2086
	ok cpadmin record correct W-3 --set authority=$to --reason x $ON
done
move accept W-3 --as lpool
expect_status 4
if have sqlite3; then
	expect_eq "$(move_row W-3)" 'lapsed||'
fi

test_case 'an acceptance can be undone: the offer is open again'
# shellcheck disable=SC2086
run cpadmin record undo W-1 --reason x --as wirral --json $ON
refused 9 'record W-1 is not for operator wirral'
# shellcheck disable=SC2086
ok cpadmin record undo W-1 --reason 'wrong child' --as lpool --json $ON
expect_json '[.id,.undone]|join(" ")' 'W-1 record.move-accept'
expect_eq "$(authority W-1)" $WIRRAL
# shellcheck disable=SC2086
run cpadmin record show W-1 --reason x --as lpool $ON
expect_status 9
move list --as lpool
expect_json '[.rows[].id]|join(" ")' W-1
move accept W-1 --as lpool
expect_status 0
expect_eq "$(authority W-1)" $LPOOL
expect_eq "$(actions W-1)" 'offer accept accept'
# shellcheck disable=SC2086
ok cpadmin record undo W-1 --reason x --as both $ON
move decline W-1 --reason x --as lpool
expect_status 0
expect_eq "$(authority W-1)" $WIRRAL

test_case 'what was agreed at once is undone at once'
event W-1 moved --to $LPOOL --date 2026-11-05 --as both
expect_json .move accepted
# shellcheck disable=SC2086
ok cpadmin record undo W-1 --reason x --as both $ON
expect_eq "$(authority W-1)" $WIRRAL
move list
expect_json '.rows|length' 0
if have sqlite3; then
	expect_eq "$(move_row W-1)" 'withdrawn||both'
fi

test_case 'an offer made since by the other authority goes with the undoing'
event W-1 moved --to $LPOOL --date 2026-11-05 --as wirral
move accept W-1 --as lpool
event W-1 moved --to $KENT --date 2026-11-06 --as lpool
expect_json .move offered
# shellcheck disable=SC2086
run cpadmin record undo W-1 --reason x --as lpool --json $ON
refused 5 'record W-1 has been changed since'
move withdraw W-1 --reason x --as lpool
expect_status 0
# shellcheck disable=SC2086
ok cpadmin record undo W-1 --reason x --as lpool $ON
expect_eq "$(authority W-1)" $WIRRAL
move decline W-1 --reason x --as lpool
expect_status 0

test_case 'a row of a feed takes it along, and the history says so'
event W-2 moved --to $KENT --date 2026-11-05 --as lpool
expect_json .move offered
person W-2 $WIRRAL Wanda 2011-05-06 >"$T/row.ndjson"
# shellcheck disable=SC2086
ok cpadmin record import "$T/row.ndjson" --as both --json $ON
expect_json .updated 1
expect_eq "$(authority W-2)" $WIRRAL
ok cpadmin record history W-2 --reason x --json --on 2026-11-21
expect_json '[.rows[]|select(.action=="record.update")][-1].detail|[.from,.to]|join(" ")' \
    "$LPOOL $WIRRAL"
move list
expect_json '[.rows[].id|select(.=="W-2")]|length' 0

test_case 'in a file: passed where both agree, offered where not'
cat >"$T/moves" <<END
{"id":"W-3","event":"moved","to":"$LPOOL","date":"2026-11-05"}
{"id":"W-3","event":"moved","to":"$KENT","date":"2026-11-06"}
{"id":"L-1","event":"moved","to":"$KENT","date":"2026-11-06"}
{"id":"W-9","event":"died","date":"2026-11-06","notified":"2026-11-07"}
{"id":"W-9","event":"moved","to":"$LPOOL","date":"2026-11-01"}
END
# shellcheck disable=SC2086
run cpadmin record event --file "$T/moves" --json --as wirral $ON
expect_status 3
expect_json '[.entered,.offered,.rejected]' '[3,2,2]'
expect_json '[.rejects[]|[.line,.cause]]' \
    "[[2,\"W-3 is offered to authority $LPOOL already\"],[3,\"record L-1 is not for operator wirral\"]]"
expect_eq "$(authority W-3)" $WIRRAL
# shellcheck disable=SC2086
ok cpadmin record move withdraw W-3 --reason x $ON
# shellcheck disable=SC2086
run cpadmin record event --file "$T/moves" --json --as both $ON
expect_status 3
expect_json '[.entered,.offered,.rejected]' '[3,2,2]'
expect_eq "$(authority W-3)" $LPOOL

test_case 'an offer lapses with the archiving, and no word of it is left'
ok cpadmin record move list --json
expect_json '[.rows[].id]|sort|join(" ")' 'L-1 W-3 W-9'
# shellcheck disable=SC2086
ok cpadmin record move withdraw W-9 --reason x $ON
event W-9 moved --to $LPOOL --date 2026-11-02 --reason 'Sancho wept' --as wirral
expect_status 0
expect_some 'Sancho wept' in "$CPADMIN_STORE"
ok cpadmin retention run --on 2026-11-21 --accept clock --accept share --yes
ok cpadmin record list --state archived --json
expect_json '[.rows[].id]|join(" ")' W-9
move list --as lpool
expect_json '[.rows[].id]|sort|join(" ")' 'L-1 W-3'
run cpadmin record move accept W-9 --as lpool --on 2026-11-21
expect_status 4
expect_no 'Sancho wept' in "$CPADMIN_STORE"
if have sqlite3; then
	expect_eq "$(move_row W-9)" 'lapsed||'
fi
run cpadmin archive show W-9 --as lpool --on 2026-11-21
expect_status 9
ok cpadmin archive show W-9 --as wirral --on 2026-11-21

test_case 'the log of all this is whole'
ok cpadmin audit verify

test_case 'every event is undone, the last one first'
new_store --on 2026-11-01
person U-1 $WIRRAL Una 2010-05-06 >"$T/una.ndjson"
ok cpadmin record import "$T/una.ndjson" --on 2026-11-01
document() {
	ok cpadmin record show U-1 --reason x --json --on 2026-11-20
	sha256sum <"$OUT_FILE"
}
steps=('left-england --date 2026-11-02 --intention return'
    'returned --date 2026-11-03'
    "moved --to $LPOOL --date 2026-11-04"
    'left-england --date 2026-11-05 --intention no-return'
    'died --date 2026-11-06 --notified 2026-11-07')
WAS=()
for step in "${steps[@]}"; do
	WAS+=("$(document)$(row U-1 2026-11-20)")
	# shellcheck disable=SC2086
	event U-1 $step
	expect_status 0
done
WAS+=("$(document)$(row U-1 2026-11-20)")
# shellcheck disable=SC2086
ok cpadmin record correct U-1 --set birth_date=2008-05-06 --reason x $ON
expect_eq "$(row U-1 2026-11-20)" 'live archive 2026-05-06'
for ((i = ${#WAS[@]} - 1; i >= 0; i--)); do
	# shellcheck disable=SC2086
	ok cpadmin record undo U-1 --reason x $ON
	expect_eq "$(document)$(row U-1 2026-11-20)" "${WAS[i]}" "after undo $i"
done
# shellcheck disable=SC2086
run cpadmin record undo U-1 --reason x $ON
expect_status 5
event U-1 died --date 2026-11-06 --notified 2026-11-07
expect_status 0
night 2026-11-21
run cpadmin record undo U-1 --reason x --on 2026-11-21
expect_status 5

test_case 'older than was thought: archived by the next run'
new_store --on 2026-01-01
{
	person B-1 $WIRRAL Bea 2010-05-06
	person B-2 $WIRRAL Beth 2008-02-01
	person R-1 $WIRRAL Rosa 2012-05-06
	person R-2 $WIRRAL Ruth 2012-05-06
	person D-1 $WIRRAL Dora 2012-05-06
} >"$T/some.ndjson"
ok cpadmin record import "$T/some.ndjson" --on 2026-01-01
night 2026-01-01
ok cpadmin record correct B-1 --set birth_date=2007-05-06 \
    --reason 'birth certificate' --on 2026-01-02
expect_eq "$(row B-1 2026-01-02)" 'live archive 2025-05-06'
night 2026-01-02
expect_json .archived 1
expect_eq "$(row B-1 2026-01-02)" 'archived destroy 2032-01-03'

test_case 'and younger: the hint leads back through the archive'
run cpadmin record correct B-1 --set birth_date=2010-05-06 --reason x \
    --on 2026-01-03 --json
refused 5 'record B-1 is archived'
expect_err_json .hint "\`cpadmin archive restore B-1 --set FIELD=VALUE --reason TEXT' corrects it on its way back"
ok cpadmin archive restore B-1 --set birth_date=2010-05-06 \
    --reason 'it was another child' --on 2026-01-03 --json
expect_json '[.state,.next_due,.due_again]|join(" ")' 'live 2028-05-06 false'
night 2026-01-03
expect_eq "$(row B-1 2026-01-03)" 'live archive 2028-05-06'
ok cpadmin record history B-1 --reason x --json --on 2026-01-03
expect_json '[.rows[].action|select(.!="record.history")]|join(" ")' \
    'record.create record.correct record.archive record.restore'

test_case 'archived at 18 before it was known that they are younger'
night 2026-02-01
expect_eq "$(row B-2 2026-02-01)" 'archived destroy 2032-02-02'
ok cpadmin archive restore B-2 --set birth_date=2008-02-02 --reason x \
    --on 2026-02-02
expect_err_contains 'the next run will archive B-2 again'
night 2026-02-02
expect_eq "$(row B-2 2026-02-02)" 'archived destroy 2032-02-03'

test_case 'returned within three years, and after them'
ok cpadmin record event R-1 left-england --date 2026-02-02 \
    --intention return --on 2026-02-02
ok cpadmin record event R-2 left-england --date 2026-02-02 \
    --intention none-stated --on 2026-02-02
night 2029-02-02
expect_eq "$(row R-1 2029-02-02)" 'live archive 2029-02-03'
ok cpadmin record event R-1 returned --date 2029-02-02 --on 2029-02-02
night 2029-02-03
expect_eq "$(row R-1 2029-02-03)" 'live archive 2030-05-06'
expect_eq "$(row R-2 2029-02-03)" 'archived destroy 2035-02-04'
run cpadmin record event R-2 returned --date 2029-02-01 --on 2029-02-04 \
    --json
refused 5 'record R-2 is archived'
expect_err_json .hint "\`cpadmin archive restore R-2 --set left_england= --reason TEXT' brings it back"
ok cpadmin archive restore R-2 --set left_england= --reason 'back since' \
    --on 2029-02-04
night 2029-02-04
expect_eq "$(row R-2 2029-02-04)" 'live archive 2030-05-06'

test_case 'a death that was none'
ok cpadmin record event D-1 died --date 2028-02-01 --notified 2028-02-03 \
    --on 2029-02-04
expect_eq "$(row D-1 2029-02-04)" 'live archive 2029-02-04'
run cpadmin record event D-1 died --date 2028-02-01 --notified 2028-02-03 \
    --on 2029-02-04 --json
expect_status 5
expect_err_json .hint "a wrong date is put right with \`cpadmin record correct D-1 --set death.date=DATE', a wrong death taken out with --set death="
ok cpadmin record correct D-1 --set death= --reason 'another person' \
    --on 2029-02-04
expect_eq "$(row D-1 2029-02-04)" 'live archive 2030-05-06'
run cpadmin record event D-1 left-england --date 2029-02-05 \
    --intention return --on 2029-02-04
expect_status 10
ok cpadmin audit verify
