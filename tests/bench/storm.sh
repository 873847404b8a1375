#!/bin/bash
# A feed in which rows about shielded children are hidden that do not say so:
# none may be loaded in clear, few others set aside, and the rate beside that of
# a store in which nobody is shielded.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/bench/storm_lib.sh"

N=${BENCH_MILLION:-1000000}
PEOPLE=$((N / 10))
S=$W/storm
rm -rf "$S"
mkdir -p "$S"
storm_feed "$S" "$PEOPLE" "$N" 25
for n in plain shielded; do
	new_store "$S/$n"
	"$CP" record import "$S/people.ndjson" --store "$S/$n" --quiet >/dev/null
done
"$CP" shield intake "$S/of.ndjson" --by parent --reason storm \
    --store "$S/shielded" --quiet --json >"$S/intake.json"
# Unshielded, rows with the number of somebody born on another day are refused.
for n in plain shielded; do
	# shellcheck disable=SC2016
	duel 1 bash -c '"$@" || [ $? = 3 ]' - "$CP" record import \
	    "$S/feed.ndjson" --store "$S/$n" --quiet >"$S/import.$n" 2>/dev/null
done
storm_count "$S" "$S/shielded" >"$S/counts"
count() { sed -n "s/^$1 //p" "$S/counts"; }

row "storm: $(count near) rows about shielded children, in clear" \
    "$(count clear)" "$(count all) rows in all" - 0 \
    "$(judge "$(count clear)" '<' 1)"
row 'storm: those set aside' "$(count near_aside)" - - - -
share=$(calc "100 * $(count others_aside) / ($(count all) - $(count near))" 3)
row 'storm: other rows set aside' "$share %" \
    "$(count others_aside) rows" - '< 0.5 %' "$(judge "$share" '<' 0.5)"
with=$(jq .a.ms "$S/import.shielded")
without=$(jq .a.ms "$S/import.plain")
ratio=$(calc "$without / $with")
row 'storm: rate with shields' "$(calc "$(count all) / $with * 1000" 0)/s" \
    "$(calc "$(count all) / $without * 1000" 0)/s without" "$ratio" '>= 0.7' \
    "$(judge "$ratio" '>=' 0.7)"
row 'storm: processor time of a row' \
    "$(calc "$(jq .a.cpu_ms "$S/import.shielded") / $(count all) * 1000" 1) us" \
    "$(calc "$(jq .a.cpu_ms "$S/import.plain") / $(count all) * 1000" 1) us" \
    - - -
row 'storm: peak memory' "$(mib "$(jq .a.rss_kib "$S/import.shielded")") MiB" \
    "$(mib "$(jq .a.rss_kib "$S/import.plain")") MiB without shields" - - -
rm -rf "$S"
