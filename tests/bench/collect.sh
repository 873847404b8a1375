#!/bin/bash
# Putting together what is held on one person, and finding whom a request is
# about, in a store of a million records beside one of ten thousand: it costs
# the same.  Each is the whole process.
. "$(dirname "$0")/lib.sh"

SMALL=${BENCH_SMALL:-10000} LARGE=${BENCH_MILLION:-1000000}
ROUNDS=${BENCH_ROUNDS:-15}
AT=(--on 2026-11-21 --quiet)

person() {
	jq -cn --arg id "$1" --arg given "$2" --arg born "$3" '
	{cpadmin: "record/1", id: $id, authority: "E08000015",
	 names: [{type: "current", given: $given, family: "Quillworth"}],
	 gender: "female", birth_date: $born,
	 numbers: [],
	 addresses: [{type: "current", lines: ["1 Long Lane"],
	    postcode: "CH41 1AA", from: "2019-08-01", source: "census"}],
	 carers: [{name: "Eve Quillworth", relation: "mother",
	    responsibility: true, phone: "0151 496 0000"}],
	 involvements: [{service: "education", provider: "Ridge Primary",
	    practitioner: "Mrs Hall", start: "2015-09-01", end: null,
	    lead: false, assessment: false, sensitive: null}]}'
}

# ask STORE [OPTION...]: the number of a request.
ask() {
	"$CP" sar open --requester 'Ann Quillworth' --relation self --again \
	    --received 2026-11-20 --json --store "$1" "${@:2}" "${AT[@]}" |
	    jq -r .sar
}

# store_of DIR N: N records, and two more: one live, one archived with its
# package kept.  Who is archived leaves before the others come: the first night
# looks at all of them.
store_of() {
	local share

	new_store "$1"
	{
		person LIVE Ann 2012-05-06
		person GONE Bea 2007-05-06
	} >"$W/collect.pair"
	"$CP" record import "$W/collect.pair" --store "$1" "${AT[@]}" \
	    >/dev/null
	"$CP" retention run --store "$1" --yes --accept share "${AT[@]}" \
	    >/dev/null
	"$POPULATION" --count "$2" --authority all >"$W/collect.ndjson"
	"$CP" record import "$W/collect.ndjson" --store "$1" "${AT[@]}" \
	    >/dev/null
	rm "$W/collect.ndjson"
	[ "$(ask "$1" --subject LIVE)" = SAR-0001 ]
	[ "$(ask "$1" --subject GONE)" = SAR-0002 ]
	[ "$(ask "$1" --name 'Ann Quillworth' --born 2012-05-06)" = SAR-0003 ]
	[ "$(ask "$1" --name 'Bea Quillworth' --born 2007-05-06)" = SAR-0004 ]
	share=$(echo "$1"/keys/custody-*-share-1.age)
	"$CP" sar collect SAR-0002 --share "$share" \
	    --share "${share%-1.age}-2.age" --store "$1" "${AT[@]}" >/dev/null
}

# beside WHAT VERB SAR
beside() {
	local d ratio

	d=$(duel "$ROUNDS" "$CP" sar "$2" "$3" --store "$W/collect.large" \
	    "${AT[@]}" -- "$CP" sar "$2" "$3" --store "$W/collect.small" \
	    "${AT[@]}")
	ratio=$(get "$d" .ratio)
	row "$1, of $LARGE" "$(get "$d" .a.ms) ms, $(get "$d" \
	    .a.cpu_ms) of processor" "$(get "$d" .b.ms) ms, $(get "$d" \
	    .b.cpu_ms) of $SMALL" "$(calc "$ratio")" '<= 1.3' \
	    "$(judge "$ratio" '<=' 1.3)"
}

store_of "$W/collect.small" "$SMALL"
store_of "$W/collect.large" "$LARGE"
beside 'collecting, live' collect SAR-0001
beside 'collecting, archived' collect SAR-0002
beside 'whose request it is, live' find SAR-0003
beside 'whose request it is, archived' find SAR-0004
rm -rf "$W"/collect*
