# Not a test
# shellcheck shell=bash
# Hurts a command at every point where it changes the disk, and looks at what
# is left.  To be sourced after lib.sh; needs $BUILD/fault.so.
#
#	sweep NAME STORE CHECK MODES CMD...
#
# For each mode of fault.so in MODES (default all: '') and each point n: copies
# the prepared folder STORE, runs CMD with the fault at n, runs CMD again
# without, and calls the function CHECK with the folder as its argument; it
# returns non-zero and prints what is wrong.  In CMD {} stands for the
# folder; CPADMIN_STORE is set to it.  One test case per mode.
#
# Beyond CHECK it is a failure when
#  - CMD unhurt does not end with 0, or the check then fails;
#  - hurt by an error it dies of a signal, does not end in SWEEP_LIMIT seconds,
#    ends with a status not in SWEEP_STATUS (extended regular expression), or
#    ends with 0 while CHECK, asked before the second run, disagrees;
#  - the second run ends with a status not in SWEEP_AGAIN;
#  - no point was hurt;
#  - in the unhurt run a power cut could undo what was taken for safe
#    (durable.awk; a case of its own).
# The first mode strikes at every point.  The others take turns: each at one
# point of SWEEP_THIN (default 3, 5 where there are more than 150
# points), another one each, so that every call is met
# by an error of some kind; FAULT_ALL=1: every mode at every point.
# Calls whose line in the log matches SWEEP_SPARSE (an extended regular
# expression; default: those on the database's own files, whose order is not
# ours) are many and alike: of those only one of SWEEP_EVERY is met (default 2,
# 4 where there are more than 100 points, 8 where more than 200), but with
# FAULT_ALL=1.
# Points past the expected total are tried until one is not reached, since a
# run need not change the disk equally often each time.
#
# Set before: SWEEP_PROG (only this program is hurt; default none: all),
# SWEEP_JOBS, SWEEP_DIR (where copies go; default $T), SWEEP_LIMIT,
# SWEEP_STATUS, SWEEP_AGAIN, SWEEP_EITHER (a function asked after the hurt run,
# before the second: whether it is done or as it was, and nothing between),
# SWEEP_DURABLE=0 (not to look at syncs),
# SWEEP_VOLATILE (names that need not last, default locks).

SWEEP_ALL='kill-before kill-after torn enospc enospc-short eio eio-from'

# sweep_run FOLDER MODE AT CMD...: one run under the shim; leaves count, log,
# out, err in FOLDER; the folder it works on is FOLDER/store.
sweep_run() {
	local dir=$1 mode=$2 at=$3
	local words=() word

	shift 3
	for word in "$@"; do
		words+=("${word//'{}'/$dir/store}")
	done
	[ "$mode" = none ] || [ ! -e "$dir/count" ] ||
	    rm -f "$dir/count" "$dir/log"
	[ "$mode" = none ] || words=(env LD_PRELOAD="$BUILD/fault.so"
	    CP_FAULT="$mode" CP_FAULT_AT="$at" CP_FAULT_DIR="$dir/store"
	    CP_FAULT_PROG="${SWEEP_PROG:-}" CP_FAULT_COUNT="$dir/count"
	    CP_FAULT_LOG="$dir/log" "${words[@]}")
	# A shell of its own, or bash would report each death.
	(
		exec 2>/dev/null
		CPADMIN_STORE=$dir/store timeout -k 5 "${SWEEP_LIMIT:-120}" \
		    "${words[@]}" >"$dir/out" 2>"$dir/${SWEEP_ERR:-err}" \
		    </dev/null
		exit "$?"
	)
}

# sweep_word FOLDER N: a word of the shim's tally, 0 where there is none.
sweep_word() {
	[ -s "$1/count" ] || {
		echo 0
		return
	}
	od -An -v -tu8 -w8 "$1/count" | awk -v n="$2" 'NR == n { print $1 }'
}

# Whether the fault struck: the tally's second word, with few processes, since
# it is asked at each point.
sweep_struck() {
	local count struck rest

	[ -s "$1/count" ] || return 1
	read -r count struck rest < <(od -An -v -tu8 -w24 "$1/count")
	[ "$struck" = 1 ]
}

sweep_copy() {
	rm -rf "$1"
	mkdir -p "$1" && cp -a --reflink=auto "$2" "$1/store"
}

# Says what is wrong with the hurt run's STATUS, if anything is.
sweep_judge() {
	local mode=$1 status=$2 dir=$3 check=$4

	case $mode in
	kill-* | torn)
		[ "$status" -eq 137 ] || echo "killed, yet status $status"
		return
		;;
	esac
	if [ "$status" -eq 124 ] || [ "$status" -ge 128 ]; then
		echo "an error made it end with status $status"
	elif ! [[ $status =~ ^(${SWEEP_STATUS:-[0-9]|10})$ ]]; then
		echo "unexpected status $status"
	elif [ "$status" -eq 0 ]; then
		"$check" "$dir/store" >"$dir/said" 2>&1 ||
		    echo "says done, but: $(head -c 2000 "$dir/said")"
	fi
}

# One point.  Returns 0 when the fault struck; wrong findings go to FOLDER.bad.
sweep_point() {
	local dir=$1 store=$2 check=$3 mode=$4 n=$5 status wrong again

	shift 5
	sweep_copy "$dir" "$store" || return 1
	sweep_run "$dir" "$mode" "$n" "$@"
	status=$?
	sweep_struck "$dir" || return 1
	echo "$status" >>"$dir.status"
	wrong=$(sweep_judge "$mode" "$status" "$dir" "$check")
	[ -z "${SWEEP_EITHER:-}" ] ||
	    "$SWEEP_EITHER" "$dir/store" >"$dir/said" 2>&1 || wrong+="
in between: $(head -c 2000 "$dir/said")"
	SWEEP_ERR=err-again sweep_run "$dir" none 0 "$@"
	again=$?
	[[ $again =~ ^(${SWEEP_AGAIN:-0})$ ]] || wrong+="
run again: status $again: $(head -c 1000 "$dir/err-again")"
	"$check" "$dir/store" >"$dir/said" 2>&1 || wrong+="
after the second run: $(head -c 2000 "$dir/said")"
	[ -z "$wrong" ] || printf '%s at %s\n%s\nits stderr: %s\n' "$mode" \
	    "$(sed -n "${n}p" "$dir/log" | sed "s|$dir/||")" "$wrong" \
	    "$(head -c 500 "$dir/err")" >>"$dir.bad"
	echo "$n" >>"$dir.hurt"
}

# A worker takes points FIRST, FIRST+JOBS..., those of them whose TURN it is of
# THIN; KINDS are the calls that the mode can hurt otherwise than another mode
# does.
sweep_worker() {
	local dir=$1 store=$2 check=$3 mode=$4 total=$5 first=$6 jobs=$7 kinds=$8
	local thin=$9 turn=${10} n

	shift 10
	for n in $(awk -v first="$first" -v jobs="$jobs" -v total="$total" \
	    -v thin="$thin" -v turn="$turn" -v k="$kinds" -v s="$SPARSE" \
	    -v e="$EVERY" '
	    $2 ~ k && ($0 !~ s || ($1 + int($1 / e)) % e == 0) { met[$1] }
	    END {
		for (n = first; n <= total; n += jobs)
			if ((n + turn) % thin == 0 && n in met)
				print n
	    }' "$SWEEP_CALLS"); do
		sweep_point "$dir" "$store" "$check" "$mode" "$n" "$@"
	done
	n=$((first > total ? first : first + (total - first) / jobs * jobs +
	    jobs))
	while sweep_point "$dir" "$store" "$check" "$mode" "$n" "$@"; do
		n=$((n + jobs))
	done
	rm -rf "$dir"
}

# torn differs from kill-before at writes only, enospc and its short form
# begin at what needs space.
sweep_kinds() {
	case $1 in
	torn | enospc-short) echo '^data$' ;;
	enospc) echo '^(data|space)$' ;;
	*) echo . ;;
	esac
}

sweep_mode() {
	local name=$1 store=$2 check=$3 mode=$4 total=$5 turn=$6 base kinds j
	local jobs=${SWEEP_JOBS:-2} start=$SECONDS hurt pids=()
	local thin=${SWEEP_THIN:-$((total > 150 ? 5 : 3))}

	shift 6
	[ "$turn" -gt 0 ] && [ "${FAULT_ALL:-0}" != 1 ] || thin=1
	SPARSE=${SWEEP_SPARSE-store\\.db}
	[ -n "$SPARSE" ] && [ "${FAULT_ALL:-0}" != 1 ] || SPARSE='^$'
	EVERY=${SWEEP_EVERY:-$((total > 200 ? 8 : total > 100 ? 4 : 2))}
	base=${SWEEP_DIR:-$T}/sweep
	rm -rf "$base"
	mkdir -p "$base"
	kinds=$(sweep_kinds "$mode")
	test_case "$name: $mode"
	for ((j = 1; j <= jobs; j++)); do
		sweep_worker "$base/$j" "$store" "$check" "$mode" "$total" \
		    "$j" "$jobs" "$kinds" "$thin" "$turn" "$@" &
		pids+=($!)
	done
	wait "${pids[@]}"
	hurt=$(cat "$base"/*.hurt 2>/dev/null | wc -l)
	echo "sweep $name: $mode at $hurt of $total points," \
	    "$((SECONDS - start)) s, status" \
	    "$(cat "$base"/*.status 2>/dev/null | sort -n | uniq -c |
	    awk '{ printf "%s%s x%s", (NR > 1 ? ", " : ""), $2, $1 }')"
	if compgen -G "$base/*.bad" >/dev/null; then
		fail "$(cat "$base"/*.bad | grep -c '^its stderr: ') of $hurt points" \
		    "$(cat "$base"/*.bad | head -n 120)"
	elif [ "$hurt" -eq 0 ]; then
		fail 'no point was hurt'
	fi
	rm -rf "$base"
}

# sweep_undurable LOG: what durable.awk says of it.
sweep_undurable() {
	awk -v volatile="${SWEEP_VOLATILE-(^|[/.-])lock\$}" \
	    -f "$ROOT/tests/fault/durable.awk" "$1"
}

sweep() {
	local name=$1 store=$2 check=$3 modes=${4:-$SWEEP_ALL} dir total mode
	local turn=0

	shift 4
	test_case "$name: unhurt"
	dir=${SWEEP_DIR:-$T}/sweep-count
	SWEEP_CALLS=$T/sweep-calls
	sweep_copy "$dir" "$store" || fail "cannot copy $store" || return
	sweep_run "$dir" count 0 "$@"
	expect_eq "$?" 0 "status of $*" || sed 's/^/     /' "$dir/err"
	"$check" "$dir/store" >"$dir/said" 2>&1 ||
	    fail 'the check fails on an unhurt run' "$(cat "$dir/said")"
	total=$(sweep_word "$dir" 1)
	[ "$total" -gt 0 ] || fail 'no change of the disk was seen' || return
	sed "s|$dir/||g" "$dir/log" >"$SWEEP_CALLS"
	if [ "${SWEEP_DURABLE:-1}" = 1 ]; then
		test_case "$name: durable"
		expect_eq "$(sweep_undurable "$SWEEP_CALLS")" '' \
		    'what a power cut could undo'
	fi
	rm -rf "$dir"
	for mode in $modes; do
		sweep_mode "$name" "$store" "$check" "$mode" "$total" "$turn" \
		    "$@"
		turn=$((turn + 1))
	done
}
