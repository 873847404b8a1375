# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# Eight years, night by night.  A day is: what the feeds and the teams enter,
# what our story does on that day, the nightly job, and on Mondays the second
# person who approves destruction.

declare -A YEAR		# totals, by "year what"
IMPORTED=0 ENTERED=0 CONSENTS=0 WITHDRAWN=0 RESTORED=0 APPROVED=0
ARCHIVED=0 DESTROYED=0 PRUNED=0 SHELVES=0 VOLUMES=0 LAPSED=0
HELD=0 AWAITING=0
IDLE_N=0 IDLE_US=0 BUSY_N=0 BUSY_US=0 BUSY_RECORDS=0

add() {
	YEAR[$1]=$((${YEAR[$1]:-0} + $2))
}

now_us() {
	NOW=${EPOCHREALTIME/[.,]/}
}

# number_of KEY: of the JSON in OUT, in N.
number_of() {
	[[ $OUT =~ \"$1\":([0-9]+) ]] || die "no $1 in the output" "$LAST"
	N=${BASH_REMATCH[1]}
}

import() {
	local created

	run cpadmin record import "$WORK/births/$1.ndjson" --on "$1" --json
	number_of created
	created=$N
	ordinary_after_all "$1"
	expect "children imported on $1" $((created + N)) "$2"
	IMPORTED=$((IMPORTED + $2))
	add "${1:0:4} imported" "$2"
}

# do_plan TODAY DATE ORDER WORDS...: DATE may be before the first day.
do_plan() {
	local on=$1 date=$2 what=$4 more=()

	shift

	case $what in
	import)
		import "$4" "$5" ;;
	events)
		run cpadmin record event --file "$WORK/events/$4.ndjson" \
		    --on "$on" --json
		number_of entered
		ENTERED=$((ENTERED + N)) ;;
	consent)
		[ "$6" = representative ] && more=(--best-interests "BI-$8")
		[ "$date" = "$on" ] ||
		    more+=(--reason 'given before the directory began')
		run cpadmin consent give "$4" --ground "$5" --by "$6" \
		    --date "$date" --statement "$7" --evidence "$8" --on "$on" \
		    "${more[@]}" --json
		CONSENTS=$((CONSENTS + 1)) ;;
	withdraw)
		run cpadmin consent withdraw "$4" --date "$date" --on "$on" --json
		WITHDRAWN=$((WITHDRAWN + 1)) ;;
	*)
		die "the plan has a $what" ;;
	esac
}

# Everything in the plan up to the day, whose first line is in NEXT.
day_time() {
	while [[ ! ${NEXT[0]} > $1 ]]; do
		do_plan "$1" "${NEXT[@]}"
		IFS=$'\t' read -r -a NEXT <&3 || NEXT=(end)
	done
}

count_night() {
	local year=${1:0:4} took=$2 what

	for what in archived destroyed pruned lapsed volumes shelves_destroyed
	do
		number_of "$what"
		add "$year $what" "$N"
		case $what in
		archived) ARCHIVED=$((ARCHIVED + N)) ;;
		destroyed) DESTROYED=$((DESTROYED + N)) ;;
		pruned) PRUNED=$((PRUNED + N)) ;;
		lapsed) LAPSED=$((LAPSED + N)) ;;
		volumes) VOLUMES=$((VOLUMES + N)) ;;
		shelves_destroyed) SHELVES=$((SHELVES + N)) ;;
		esac
	done
	number_of notices_owed
	add "$year owed" "$N"
	OWED=$((OWED + N))
	number_of notices_lapsed
	UNSENT=$((UNSENT + N))
	number_of held
	HELD=$N
	number_of awaiting_approval
	AWAITING=$N
	number_of archived
	if [ "$N" -gt 0 ]; then
		BUSY_N=$((BUSY_N + 1)) BUSY_US=$((BUSY_US + took))
		BUSY_RECORDS=$((BUSY_RECORDS + N))
	else
		IDLE_N=$((IDLE_N + 1)) IDLE_US=$((IDLE_US + took))
	fi
}

night_time() {
	local began

	now_us
	began=$NOW
	run cpadmin retention run --on "$1" --yes --json
	now_us
	count_night "$1" $((NOW - began))
}

# Anna looks at what was proposed, and approves.
approve_proposed() {
	local batches

	[ "$AWAITING" -gt 0 ] || return 0
	run cpadmin destruction list --status proposed --on "$1" --json
	mapfile -t batches < <(json '.rows[].batch')
	[ ${#batches[@]} -gt 0 ] || return 0
	run cpadmin destruction approve "${batches[@]}" --as anna --yes \
	    --on "$1" --json
	APPROVED=$((APPROVED + ${#batches[@]}))
}

# seconds US: with one decimal, in SECONDS_TAKEN.
seconds() {
	SECONDS_TAKEN=$(($1 / 1000000)).$(($1 / 100000 % 10))
}

year_ends() {
	local year=${1:0:4}

	YEAR[$year live]=$((IMPORTED - ARCHIVED + RESTORED))
	YEAR[$year packages]=$((ARCHIVED - RESTORED - DESTROYED))
	YEAR[$year held]=$HELD
	YEAR[$year mb]=$(($(du -sk "$CPADMIN_STORE" | cut -f 1) / 1024))
	YEAR[$year us]=$((NOW - YEAR_BEGAN))
	YEAR_BEGAN=$NOW
	YEARS+=("$year")
	progress_end
	seconds "${YEAR[$year us]}"
	printf '  %s: %s children came, %s were archived, %s destroyed (%s s)\n' \
	    "$year" "$(thousands "${YEAR[$year imported]:-0}")" \
	    "$(thousands "${YEAR[$year archived]}")" \
	    "$(thousands "${YEAR[$year destroyed]}")" \
	    "$SECONDS_TAKEN"
}

# The first night that is a Monday's, of seven; the first night is START's.
MONDAY=$(((8 - $(date -u -d "$START" +%u)) % 7 + 1))
# The nights from the one after the last to DAY, the job of DAY included.
DONE=0
nights_until() {
	local until=$1

	[ "$DONE" -gt 0 ] || {
		exec 3<"$WORK/plan"
		IFS=$'\t' read -r -a NEXT <&3
		now_us
		YEAR_BEGAN=$NOW
	}
	while [ "$DONE" -lt "$NIGHTS" ]; do
		day $((DONE + 1))
		[[ $DAY < $until || $DAY = "$until" ]] || return 0
		day_time "$DAY"
		night_time "$DAY"
		print_day "$DAY"
		DONE=$((DONE + 1))
		[ $((DONE % 7)) -ne $((MONDAY % 7)) ] || {
			approve_proposed "$DAY"
			progress "$DONE" "$NIGHTS" \
			    "$DAY, night $DONE of $NIGHTS, archived $ARCHIVED, destroyed $DESTROYED"
		}
		[ "${DAY:5}" != 12-31 ] || year_ends "$DAY"
	done
}

year_table() {
	local y

	printf '  %-5s %9s %9s %7s %9s %7s %8s %9s %6s %7s\n' YEAR IMPORTED \
	    ARCHIVED LAPSED DESTROYED HELD LIVE PACKAGES MB SECONDS
	for y in "${YEARS[@]}"; do
		seconds "${YEAR[$y us]}"
		printf '  %-5s %9s %9s %7s %9s %7s %8s %9s %6s %7s\n' "$y" \
		    "$(thousands "${YEAR[$y imported]:-0}")" \
		    "$(thousands "${YEAR[$y archived]}")" \
		    "$(thousands "${YEAR[$y lapsed]}")" \
		    "$(thousands "${YEAR[$y destroyed]}")" \
		    "$(thousands "${YEAR[$y held]}")" \
		    "$(thousands "${YEAR[$y live]}")" \
		    "$(thousands "${YEAR[$y packages]}")" \
		    "$(thousands "${YEAR[$y mb]}")" \
		    "$SECONDS_TAKEN"
	done
}
