#!/bin/bash
# A million records from NDJSON: their rate, and memory against a tenth of it.
# The store stays, for the parts that need a large one.
. "$(dirname "$0")/lib.sh"

N=${BENCH_MILLION:-1000000}
"$POPULATION" --count "$N" --authority all >"$W/million.ndjson"
head -n $((N / 10)) "$W/million.ndjson" >"$W/tenth.ndjson"
for n in tenth million; do
	new_store "$W/$n"
	duel 1 "$CP" record import "$W/$n.ndjson" --store "$W/$n" --quiet \
	    >"$W/import.$n"
done
ms=$(jq .a.ms "$W/import.million")
rate=$(calc "$N / $ms * 1000" 0)
small=$(jq .a.rss_kib "$W/import.tenth")
large=$(jq .a.rss_kib "$W/import.million")
row "import of $N records" "$rate records/s" \
    "$(calc "$(jq .a.cpu_ms "$W/import.million") / $N * 1000" 0) us of processor each" \
    - '>= 20000/s' "$(judge "$rate" '>=' 20000)"
ratio=$(calc "$large / $small")
row 'import, memory' "$(mib "$large") MiB" "$(mib "$small") MiB for a tenth" \
    "$ratio" '<= 1.1' "$(judge "$ratio" '<=' 1.1)"
row 'import, peak memory' "$(mib "$large") MiB" - - '< 128 MiB' \
    "$(judge "$large" '<' 131072)"
rm -rf "$W/tenth" "$W/million.ndjson" "$W/tenth.ndjson"
