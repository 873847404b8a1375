#!/bin/bash
# A run with nothing due, on a million records and on ten thousand.
. "$(dirname "$0")/lib.sh"

DAY=2026-11-21
new_store "$W/small"
"$POPULATION" --count 10000 --seed 2 >"$W/small.ndjson"
"$CP" record import "$W/small.ndjson" --store "$W/small" --quiet >/dev/null
run() {
	echo "$CP retention run --on $DAY --yes --quiet --store"
}
# What is due that day goes first.
for s in small million; do
	$(run) "$W/$s" --accept share >/dev/null
done
# shellcheck disable=SC2046
d=$(duel 15 $(run) "$W/million" -- $(run) "$W/small")
ms=$(get "$d" .a.ms) rss=$(get "$d" .a.rss_kib)
row 'run with nothing due' "$ms ms" "$(get "$d" .b.ms) ms on 10,000" - \
    '< 50 ms' "$(judge "$ms" '<' 50)"
ratio=$(get "$d" .ratio)
row 'run with nothing due, no scan' "$ms ms" \
    "$(get "$d" .b.ms) ms on 10,000" "$ratio" '<= 1.5' \
    "$(judge "$ratio" '<=' 1.5)"
row 'run with nothing due, memory' "$(mib "$rss") MiB" \
    "$(mib "$(get "$d" .b.rss_kib)") MiB on 10,000" - '< 64 MiB' \
    "$(judge "$rss" '<' 65536)"
rm -rf "$W/small" "$W/small.ndjson"
