# shellcheck shell=bash
# What the parts of `make bench' share.  Each is run by all.sh with BUILD set,
# and adds lines to the table with row.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
W=$BUILD/bench/work
B=$BUILD/bench
CP=$BUILD/cpadmin
POPULATION=$BUILD/population
export CPADMIN_POLICIES=$ROOT/policies
unset CPADMIN_STORE
mkdir -p "$W"

# row WHAT FIGURE BESIDE RATIO TARGET met|missed|-
row() {
	(IFS=$'\t'; echo "$*") >>"$W/rows.tsv"
	echo "  $1: $2 (beside: $3; ratio $4; target $5): $6" >&2
}

# judge RATIO OP BOUND: met or missed.
judge() {
	awk -v a="$1" -v op="$2" -v b="$3" 'BEGIN {
		ok = op == ">=" ? a >= b : op == "<=" ? a <= b : a < b
		print ok ? "met" : "missed" }'
}

# calc EXPRESSION [DECIMALS]
calc() {
	awk "BEGIN { printf \"%.${2:-2}f\", $1 }"
}

# The median of the numbers on stdin.
median() {
	sort -g | awk '{ v[NR] = $1 } END {
		print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
	}'
}

# duel ROUNDS A... [-- B...], as JSON.
duel() {
	"$B/duel" "$@"
}

# get JSON PATH
get() {
	jq -r "$2" <<<"$1"
}

# new_store DIR [AUTHORITY]: a rehearsal store.
new_store() {
	rm -rf "$1"
	"$CP" init "$1" --rehearsal --authority "${2:-E08000015}" --quiet \
	    >/dev/null
}

mib() {
	calc "$1 / 1024" 1
}
