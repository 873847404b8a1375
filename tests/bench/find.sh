#!/bin/bash
# A name search on a million records: the whole process.
. "$(dirname "$0")/lib.sh"

find_name() {
	local d ms

	d=$(duel 15 "$CP" record find --store "$W/million" --name "$2" \
	    --reason 'measured' --quiet)
	ms=$(get "$d" .a.ms)
	row "search, $1" "$ms ms" "$(get "$d" .a.cpu_ms) ms of processor" - \
	    '< 20 ms' "$(judge "$ms" '<' 20)"
}
find_name 'common name' 'Oliver Smith'
find_name 'rare name' 'Zoë Entwistle'
find_name 'misspelt name' 'Olliver Smyth'
find_name 'family name only' 'Smith'
