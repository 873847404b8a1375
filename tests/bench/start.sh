#!/bin/bash
# A command's start: `record list' on an empty store, against an empty program.
. "$(dirname "$0")/lib.sh"

new_store "$W/empty"
d=$(duel 300 "$CP" record list --store "$W/empty" -- "$B/empty")
ms=$(get "$d" .a.ms) ratio=$(get "$d" .ratio)
beside="$(get "$d" .b.ms) ms, empty program"
row 'start of a command' "$ms ms" "$beside" "$ratio" '<= 4' \
    "$(judge "$ratio" '<=' 4)"
row 'start of a command, time' "$ms ms" "$beside" - '< 5 ms' \
    "$(judge "$ms" '<' 5)"
rm -rf "$W/empty"
