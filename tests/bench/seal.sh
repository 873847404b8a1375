#!/bin/bash
# Archiving records, against what two X25519 operations for each would allow.
. "$(dirname "$0")/lib.sh"

N=20000 ROUNDS=3
new_store "$W/seal.0"
"$POPULATION" --count "$N" --on 2007-01-01 >"$W/seal.ndjson"
"$CP" record import "$W/seal.ndjson" --store "$W/seal.0" --quiet >/dev/null

# Records a second with $1 workers.
archive() {
	local d ms

	rm -rf "$W/seal"
	cp -R "$W/seal.0" "$W/seal"
	sync
	d=$(duel 1 "$CP" retention run --store "$W/seal" --on 2026-11-21 \
	    --workers "$1" --accept share --yes --quiet)
	ms=$(get "$d" .a.ms)
	calc "$N / $ms * 1000" 1
}

# X25519 a second, in $1 threads.
curve() {
	"$B/x25519" 0.5 "$1" | jq .rate
}

for ((i = 0; i < ROUNDS; i++)); do
	before=$(curve 1)
	one=$(archive 1)
	between=$(curve 1)
	two=$(archive 2)
	both=$(curve 2)
	echo "$one $two" \
	    "$(calc "$one / (($before + $between) / 2 / 2)" 3)" \
	    "$(calc "$two / $one" 3)" "$(calc "($before + $between) / 4" 1)" \
	    "$(calc "$both / $(curve 1)" 2)"
done >"$W/seal.rounds"
column_median() {
	awk -v c="$1" '{ print $c }' "$W/seal.rounds" | median
}
one=$(column_median 1) two=$(column_median 2) limit=$(column_median 5)
r1=$(column_median 3) r2=$(column_median 4)
row 'sealing, one worker' "$(calc "$one" 0) records/s" \
    "$(calc "$limit" 0)/s by X25519" "$r1" '>= 0.7' "$(judge "$r1" '>=' 0.7)"
row 'sealing, two workers' "$(calc "$two" 0) records/s" \
    "$(calc "$one" 0)/s by one; two cores give X25519 $(column_median 6)" "$r2" '>= 1.6' "$(judge "$r2" '>=' 1.6)"
rm -rf "$W"/seal*
