#!/bin/bash
# Decisions per second on one core, and what they allocate.
. "$(dirname "$0")/lib.sh"

d=$("$B/decide" "$ROOT/policies/uk-2026.cfg")
rate=$(get "$d" .rate)
row 'decisions on one core' "$rate/s" \
    "of $(get "$d" .decisions), $(get "$d" .due) due" - '>= 1000000/s' \
    "$(judge "$rate" '>=' 1000000)"
row 'decisions, allocations' "$(get "$d" .allocations)" - - '= 0' \
    "$(judge "$(get "$d" .allocations)" '<=' 0)"
