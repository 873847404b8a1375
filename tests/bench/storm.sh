#!/bin/bash
# A feed in which rows about shielded children are hidden that do not say so:
# none may be loaded in clear, few others set aside, and the rate beside that of
# a store in which nobody is shielded.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/bench/storm_lib.sh"

N=${BENCH_MILLION:-1000000}
PARTS=5
S=$W/storm
rm -rf "$S"
mkdir -p "$S"
storm_feed "$S" "$((N / 10))" "$N" 23 $PARTS
for n in plain shielded; do
	new_store "$S/$n"
	"$CP" record import "$S/people.ndjson" --store "$S/$n" --quiet >/dev/null
done
"$CP" shield intake "$S/of.ndjson" --by parent --reason storm \
    --store "$S/shielded" --quiet --json >"$S/intake.json"
# In turns, so that both meet the same machine.  Unshielded, rows with the
# number of somebody born on another day are refused.
# shellcheck disable=SC2016
import='"$@" || [ $? = 3 ]'
for i in $(seq $PARTS); do
	duel 1 bash -c "$import" - "$CP" record import "$S/feed.$i.ndjson" \
	    --store "$S/plain" --quiet -- \
	    bash -c "$import" - "$CP" record import "$S/feed.$i.ndjson" \
	    --store "$S/shielded" --quiet 2>/dev/null
done >"$S/duels"
storm_count "$S" "$S/shielded" >"$S/counts"
count() { sed -n "s/^$1 //p" "$S/counts"; }
# sum KEY: over all parts.
sum() { jq -s "map($1) | add" "$S/duels"; }

row "storm: $(count near) rows about shielded children, in clear" \
    "$(count clear)" "$(count all) rows in all" - 0 \
    "$(judge "$(count clear)" '<' 1)"
row 'storm: those set aside' "$(count near_aside)" - - "$(count near)" \
    "$(judge "$(count near_aside)" '>=' "$(count near)")"
share=$(calc "100 * $(count others_aside) / ($(count all) - $(count near))" 3)
row 'storm: other rows set aside' "$share %" \
    "$(count others_aside) rows" - '< 0.5 %' "$(judge "$share" '<' 0.5)"
ratio=$(jq .ratio "$S/duels" | median)
row 'storm: rate with shields' "$(calc "$(count all) / $(sum .b.ms) * 1000" 0)/s" \
    "$(calc "$(count all) / $(sum .a.ms) * 1000" 0)/s without" \
    "$(calc "$ratio")" '>= 0.7' "$(judge "$ratio" '>=' 0.7)"
row 'storm: processor time of a row' \
    "$(calc "$(sum .b.cpu_ms) / $(count all) * 1000" 1) us" \
    "$(calc "$(sum .a.cpu_ms) / $(count all) * 1000" 1) us without" \
    "$(calc "$(sum .a.cpu_ms) / $(sum .b.cpu_ms)")" - -
row 'storm: peak memory' "$(mib "$(jq .b.rss_kib "$S/duels" | sort -n |
    tail -1)") MiB" "$(mib "$(jq .a.rss_kib "$S/duels" | sort -n |
    tail -1)") MiB without" - - -
rm -rf "$S"
