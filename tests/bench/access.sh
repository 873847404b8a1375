#!/bin/bash
# The pack that answers a request, from the command until its file has its
# name: of a child as most are, and of one whose record was changed three
# thousand times.  Beside what 7zz takes to encrypt the same three files.
. "$(dirname "$0")/lib.sh"

ROUNDS=${BENCH_ROUNDS:-5}
S=$W/access
AT=(--store "$S" --on 2026-11-21 --quiet)

# seconds CMD...: the median of ROUNDS; $W/access.out is removed before each.
seconds() {
	local i t

	for ((i = 0; i < ROUNDS; i++)); do
		rm -f "$W/access.out"
		t=$EPOCHREALTIME
		"$@" >"$W/access.json"
		calc "$EPOCHREALTIME - $t" 4
		echo
	done | median
}

# request ID: the number of one that is ready to be answered.
request() {
	local sar items

	sar=$("$CP" sar open --subject "$1" --requester 'Ann Lund' \
	    --relation self --received 2026-11-20 --json "${AT[@]}" |
	    jq -r .sar)
	"$CP" sar collect "$sar" "${AT[@]}" >/dev/null
	items=$(sqlite3 "$S/store.db" "SELECT i.item FROM sar_item i
	    JOIN sar s ON s.n = i.sar WHERE s.id = '$sar' AND i.flags <> 0")
	# shellcheck disable=SC2086
	[ -z "$items" ] || "$CP" sar give "$sar" $items --reason known \
	    "${AT[@]}" >/dev/null
	"$CP" sar approve "$sar" --as val "${AT[@]}" >/dev/null
	echo "$sar"
}

# pack WHAT ID
pack() {
	local sar ours theirs pass pages ratio

	sar=$(request "$2")
	ours=$(seconds "$CP" sar disclose "$sar" -o "$W/access.out" --json \
	    "${AT[@]}")
	pass=$(jq -r .passphrase "$W/access.json")
	pages=$(jq .pages "$W/access.json")
	rm -rf "$W/access.files"
	7zz x -bso0 -p"$pass" -o"$W/access.files" "$W/access.out"
	theirs=$(seconds 7zz a -bso0 -bsp0 -tzip -mem=AES256 -p"$pass" \
	    "$W/access.out" "$W/access.files/*")
	ratio=$(calc "$ours / $theirs" 1)
	row "$1, $pages pages" "$ours s" "$theirs s 7zz, of the same files" \
	    "$ratio" '< 2 s' "$(judge "$ours" '<' 2)"
}

new_store "$S"
"$CP" operator add val --uid 2001 --role approver "${AT[@]}" >/dev/null
jq -cn '{cpadmin: "record/1", id: "MOST", authority: "E08000015",
    names: [{type: "current", given: "Ann", family: "Lund"}],
    gender: "female", birth_date: "2009-02-03", numbers: [],
    addresses: [{type: "current", lines: ["1 Long Lane"],
	postcode: "CH41 1AA", from: "2019-08-01", source: "census"}],
    carers: [{name: "Eve Lund", relation: "mother", responsibility: true,
	phone: "0151 496 0000"}],
    involvements: [{service: "education", provider: "Ridge Primary",
	practitioner: "Mrs Hall", start: "2015-09-01", end: null,
	lead: false, assessment: false, sensitive: null}]}' >"$W/access.one"
jq -c '.id = "MUCH" | .names[0].given = "Bea" | range(3000) as $i |
    .carers[0].phone = "0151 4" + ($i | tostring)' "$W/access.one" \
    >"$W/access.many"
cat "$W/access.one" "$W/access.many" >"$W/access.rows"
"$CP" record import "$W/access.rows" --store "$S" --on 2026-11-21 --quiet \
    >/dev/null
pack 'pack of one child' MOST
pack 'pack of one with 3,000 changes' MUCH
rm -rf "$W"/access*
