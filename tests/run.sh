#!/bin/bash
# tests/run.sh KIND[/NAME]...: runs the tests of each kind (unit, behaviour,
# fault, house), one suite more at a time than there are processors, since many
# wait for a disk, a clock or each other, and ends with the line
# `N passed, N failed, N skipped'.  A failing suite's output is shown whole.
# NAME may be a pattern: behaviour/import, unit/*age*.
# BUILD names the build folder, JOBS the suites at a time, LIMIT the seconds
# a suite may take.
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT" || exit 1
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
JOBS=${JOBS:-$(($(nproc) + 1))}
LIMIT=${LIMIT:-1500}
export BUILD LC_ALL=C.UTF-8
unset CPADMIN_STORE LANGUAGE MAKEFLAGS MAKELEVEL MFLAGS
# A clock that agrees with nobody's: civil dates must not depend on it.
export TZ='<+1245>-12:45'
W=$(mktemp -d "${TMPDIR:-/tmp}/cpadmin-run.XXXXXX") || exit 1
trap 'rm -rf "$W"' EXIT
trap 'exit 130' INT TERM HUP

# The sums of what a suite said: "passed failed skipped".  A unit program
# speaks as check does, a script as lib.sh does.
tally() {
	awk '
	/^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
		gsub(/,/, "")
		p += $3 - $5 - $7
		f += $5 + $7
		said = 1
	}
	/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
		p += $1
		f += $3
		s += $5
		said = script = 1
	}
	/^SKIP/ { lines++ }
	END {
		if (!said || p + f + s == 0)
			f++
		print p + 0, f + 0, (script ? s + 0 : lines + 0)
	}' "$1"
}

# one LABEL PROGRAM...: runs a suite, prints its line, keeps its figures.
one() {
	local label=$1 log start secs status p f s mark=ok

	shift
	log=$(mktemp "$W/log.XXXXXX")
	start=$(date +%s%N)
	timeout -k 10 "$LIMIT" "$@" >"$log" 2>&1 </dev/null
	status=$?
	secs=$((($(date +%s%N) - start) / 1000000))
	read -r p f s <<<"$(tally "$log")"
	[ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	[ "$f" -eq 0 ] || mark=FAILED
	echo "$p $f $s" >>"$W/figures"
	(
		flock 9
		printf '%-6s %-36s %4d passed %3d failed %3d skipped %4d.%02d s\n' \
		    "$mark" "$label" "$p" "$f" "$s" $((secs / 1000)) \
		    $((secs % 1000 / 10))
		if [ "$f" -gt 0 ]; then
			sed 's/^/    /' "$log"
			[ "$status" -eq 0 ] ||
			    echo "    ($label ended with status $status)"
		else
			grep '^SKIP' "$log" | sed 's/^/    /'
		fi
	) 9>"$W/lock"
	rm -f "$log"
}

queue() {
	while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
		wait -n
	done
	one "$@" &
}

# Every unit source must have its program: a missing one is a failure.
# What shows names from the outside runs in the C locale too, by saying so.
queue_kind() {
	local kind=$1 pattern=$2 src name n=0

	case $kind in
	unit)
		for src in tests/unit/test_$pattern.c; do
			[ -e "$src" ] || continue
			n=$((n + 1))
			name=$(basename "$src" .c)
			queue "unit/${name#test_}" "$BUILD/unit/$name"
		done
		;;
	behaviour | fault | house)
		for src in tests/$kind/$pattern.sh; do
			[ -e "$src" ] || continue
			grep -q '^# Not a test' "$src" && continue
			n=$((n + 1))
			name=$kind/$(basename "$src" .sh)
			queue "$name" bash "$src"
			grep -q '^# Also in the C locale' "$src" || continue
			queue "$name (C locale)" env LC_ALL=C bash "$src"
		done
		;;
	*)
		echo "$0: no such kind of test: $kind" >&2
		exit 2
		;;
	esac
	if [ "$n" -eq 0 ]; then
		echo "FAILED no tests in $kind/$pattern"
		echo '0 1 0' >>"$W/figures"
	fi
}

[ $# -gt 0 ] || set -- unit behaviour fault house
: >"$W/figures"
for want in "$@"; do
	case $want in
	*/*) queue_kind "${want%%/*}" "${want#*/}" ;;
	*) queue_kind "$want" '*' ;;
	esac
done
wait
awk '{ p += $1; f += $2; s += $3 }
END {
	printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit (f > 0 || p == 0)
}' "$W/figures"
