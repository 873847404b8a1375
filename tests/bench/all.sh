#!/bin/bash
# `make bench': every part, then one table and $BUILD/bench/results.json.
. "$(dirname "$0")/lib.sh"

PARTS=${PARTS:-'audit start seal interop stream import storm quiet find archive rekey rewrap shelf open decide policy letters access collect'}
rm -f "$W/rows.tsv"
: >"$W/rows.tsv"
failed=0 begin=$SECONDS
for part in $PARTS; do
	echo "== $part (after $((SECONDS - begin)) s)" >&2
	if ! bash "$ROOT/tests/bench/$part.sh"; then
		row "$part" 'stopped with an error' - - - missed
		failed=1
	fi
done
jq -R -s '{ kind: "bench", v: 1, seconds: $seconds,
    machine: { processor: $processor, cores: $cores, load: $load },
    rows: [ split("\n")[] | select(. != "") | split("\t") |
	{ what: .[0], figure: .[1], beside: .[2], ratio: .[3],
	  target: .[4], result: .[5] } ] }' \
    --argjson seconds "$((SECONDS - begin))" \
    --arg processor "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" \
    --argjson cores "$(nproc)" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
    "$W/rows.tsv" >"$B/results.json"
{
	printf 'WHAT\tFIGURE\tBESIDE\tRATIO\tTARGET\tRESULT\n'
	cat "$W/rows.tsv"
} | column -t -s $'\t'
echo "in $((SECONDS - begin)) s, as JSON in ${B#"$ROOT"/}/results.json"
exit "$failed"
