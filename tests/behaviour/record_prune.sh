#!/bin/bash
# Ended involvements leave the live record after their period, sensitive ones
# earlier: plan, list, dry run and run agree, and the log names kinds only.
. "$(dirname "$0")/../lib.sh"

# person ID BORN INVOLVEMENTS...: each SERVICE,END,BASIS; END "-" for none, no
# BASIS where it is not sensitive.
person() {
	local id=$1 born=$2

	shift 2
	printf '%s\n' "$@" | jq -cR --arg id "$id" --arg born "$born" --slurp '
	    {cpadmin: "record/1", id: $id, authority: "E08000015",
	     names: [{type: "current", given: "Bo", family: "Vole"}],
	     gender: "male", birth_date: $born,
	     involvements: [split("\n")[] | select(. != "") | split(",") |
		{service: .[0], provider: ($id + " " + .[0] + " Marker"),
		 start: "2012-01-01",
		 end: (if .[1] == "-" then null else .[1] end),
		 sensitive: (if .[2] == null then null else
		     {basis: .[2], evidence: "EvMarker"} end)}]}'
}
night() {
	run cpadmin retention run --on "$1" --json --yes --accept clock \
	    --accept share
	expect_status 0
}
prune_due() {
	ok cpadmin record list --json
	jq -r ".rows[]|select(.id==\"$1\").prune_due" "$OUT_FILE"
}
# planned ON [UNTIL]: the plan's prunings.
planned() {
	ok cpadmin retention plan --on "$1" --until "${2:-$1}" --json
	jq -c '[.rows[]|select(.action=="prune")|[.id,.due]]' "$OUT_FILE"
}
services() {
	ok cpadmin record show "$1" --reason x --json --on "$2"
	jq -r '[.involvements[].service]|join(" ")' "$OUT_FILE"
}
last_prune() {
	ok cpadmin record history "$1" --reason x --json --on "$2"
	jq -cS '[.rows[]|select(.action=="record.prune")][-1].detail' \
	    "$OUT_FILE"
}

new_store --on 2020-01-01
{
	person A 2012-05-05 education,2015-08-31 education,2015-09-01 \
	    health,- mental-health,2019-03-01,consent \
	    sexual-health,2019-03-01,significant-harm
	person B 2012-05-05 education,-
	person C 2002-09-01 education,2015-08-31 youth,2016-01-01
	person D 2002-09-02 education,2015-08-31
} >"$T/all"
ok cpadmin record import "$T/all" --on 2020-01-01

test_case 'due five years after the end, sensitive ones one year'
expect_eq "$(prune_due A)" 2020-03-02
expect_eq "$(prune_due B)" null
expect_eq "$(prune_due C)" 2020-09-01
expect_eq "$(planned 2020-03-01)" '[]'
expect_eq "$(planned 2020-03-02)" '[["A","2020-03-02"]]'
ok cpadmin retention plan --on 2020-03-02 --json
expect_json '.rows[0]|[.rule,.blocked_by]' '[null,[]]'

test_case 'sensitive ones go first, counted together'
night 2020-03-02
expect_json .pruned 2
expect_eq "$(services A 2020-03-02)" 'education education health'
expect_eq "$(last_prune A 2020-03-02)" '{"sensitive":2}'
expect_eq "$(prune_due A)" 2020-09-01
for word in 'A mental-health Marker' 'A sexual-health Marker' EvMarker; do
	expect_no "$word" in "$CPADMIN_STORE"
done
night 2020-03-02
expect_json .pruned 0

test_case 'what leaves whole on that day is not pruned'
# C is 18 on the day its involvement is due, D the day after.
expect_eq "$(planned 2020-09-01)" '[["A","2020-09-01"],["D","2020-09-01"]]'
expect_eq "$(planned 2020-09-02)" '[["A","2020-09-01"]]'
expect_eq "$(planned 2020-03-03 2020-09-02)" \
    '[["A","2020-09-01"],["D","2020-09-01"]]'
ok cpadmin retention run --dry-run --on 2020-09-01 --json --accept clock \
    --accept share
expect_json '[.archived,.pruned]' '[1,2]'
night 2020-09-01
expect_json '[.archived,.pruned]' '[1,2]'
expect_eq "$(prune_due C)" null
expect_eq "$(last_prune A 2020-09-01)" '{"education":1}'
expect_eq "$(services A 2020-09-01)" 'education health'
expect_eq "$(services D 2020-09-01)" ''
expect_no 'D education Marker' in "$CPADMIN_STORE/store.db"
ok cpadmin record history C --reason x --json --on 2020-09-01
expect_json '[.rows[].action|select(.=="record.prune")]|length' 0
night 2020-09-02
expect_json '[.archived,.pruned]' '[1,1]'
expect_eq "$(services A 2020-09-02)" health

test_case 'a corrected end is followed'
correct() {
	ok cpadmin record correct "$@" --reason x --on 2020-09-03
}
correct A --set involvements[0].end=2014-12-31
expect_eq "$(prune_due A)" 2020-01-01
expect_eq "$(planned 2020-09-03)" '[["A","2020-01-01"]]'
correct A --set involvements[0].end=2018-02-28
expect_eq "$(prune_due A)" 2023-03-01
correct A --set involvements[0].sensitive.basis=consent
expect_eq "$(prune_due A)" 2019-03-01
correct A --set involvements[0].sensitive=
expect_eq "$(prune_due A)" 2023-03-01
correct A --set involvements[0].end=
expect_eq "$(prune_due A)" null
correct B --set involvements[0].end=2016-02-29
expect_eq "$(prune_due B)" 2021-03-01
night 2020-09-03
expect_json .pruned 0
night 2021-02-28
expect_json .pruned 0
night 2021-03-01
expect_json .pruned 1
expect_eq "$(services B 2021-03-01)" ''
expect_eq "$(last_prune B 2021-03-01)" '{"education":1}'
expect_no 'B education Marker' in "$CPADMIN_STORE"

test_case 'nothing of it stays in what was kept for undoing'
ok cpadmin record correct A --set involvements[0].end=2016-03-02 \
    --set involvements[0].practitioner=HallMarker --reason x --on 2021-03-02
expect_some HallMarker in "$CPADMIN_STORE"
ok cpadmin record correct A --set given=Bob --reason x --on 2021-03-02
night 2021-03-03
expect_json .pruned 1
expect_eq "$(services A 2021-03-03)" ''
expect_no HallMarker in "$CPADMIN_STORE"
expect_no 'A health Marker' in "$CPADMIN_STORE"

test_case 'the record stays whole otherwise, and the log is whole'
ok cpadmin record show A --reason x --json --on 2021-03-03
expect_json '[.names[0].given,.names[0].family,.birth_date]|join(" ")' \
    'Bob Vole 2012-05-05'
ok cpadmin record find --name Vole --reason x --json --on 2021-03-03
expect_json '[.rows[].id]|sort|join(" ")' 'A B'
ok cpadmin audit verify
