# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# The invented authority: who lives there, and what will happen on which day.
# All of it is written down before the first night, in $WORK:
#	people.ndjson		those who are there at the start
#	births/DATE.ndjson	those whom the feed of that day brings
#	events/DATE.ndjson	deaths, departures, returns, moves
#	plan			one line a duty: DAY, order within it, words
# A line of the plan is done by nights.sh.

SEED=${SEED:-2009}
AUTHORITY=E08000031
AUTHORITY_NAME=Wolverhampton
CHILDREN=${CHILDREN:-62000}
START=2009-01-01
NIGHTS=${NIGHTS:-2922}
LEAP=1992-02-29		# the birthday of one whom we follow

# Whether the nights are too few for the whole story.
short() {
	[ "$NIGHTS" -lt 2922 ]
}

# reaches DAY CMD: the command, where the nights go so far.
reaches() {
	[[ $1 > $END ]] || "$2"
}

# day N: the date of night N, from 1, in DAY.
day() {
	local TZ=UTC

	printf -v DAY '%(%F)T' $((START_AT + ($1 - 1) * 86400))
}

people() {
	"$BUILD/population" --authority "$AUTHORITY" --seed "$SEED" "$@"
}

# Each first of the month: who was born since the last.
births() {
	local n first last=$START on k=$CHILDREN count month=0

	mkdir -p "$WORK/births"
	for ((n = 2; n <= NIGHTS; n++)); do
		day "$n"
		first=$DAY
		[ "${first:8}" = 01 ] || continue
		on=$first
		month=$((month + 1))
		count=$((CHILDREN * (9 + month * 7 % 3) / 2200))
		people --on "$on" --born-since "$last" --first-id "$k" \
		    --count "$count" --events "$WORK/births/events" --years 8 \
		    >"$WORK/births/$on.ndjson"
		cat "$WORK/births/events" >>"$WORK/events.all"
		printf '%s\t1\timport\t%s\t%s\n' "$on" "$on" "$count"
		k=$((k + count))
		last=$on
	done
}

events() {
	mkdir -p "$WORK/events"
	sort "$WORK/events.all" | awk -v dir="$WORK/events" -v end="$END" '
		{ on = substr($0, 8, 10) }
		on > end { next }
		on != last { if (last) close(file)
			file = dir "/" on ".ndjson"; last = on
			printf "%s\t2\tevents\t%s\n", on, on }
		{ print >file }'
}

consents() {
	jq -r --arg last "$END" '
		if .given <= $last then [.given, 3, "consent", .id, .ground, .by,
		    .statement, .evidence] else empty end,
		if (.withdrawn // "9") <= $last then [.withdrawn, 4, "withdraw",
		    .id] else empty end | @tsv' "$WORK/consents"
}

# The record of the first child that matches PATTERN, leads an uneventful life
# and is not among those with consents; nothing if there is none.
quiet_child() {
	grep -e "$1" "$WORK/people.ndjson" |
	    grep -F '"left_england":null,"death":null' |
	    grep -vFf "$WORK/eventful" | sed -n 1p || true
}

# of KEY RECORD: the first text of that key.
of() {
	sed "s/\"$1\":\"/\n/; s/^[^\n]*\n//; s/\".*//" <<<"$2"
}

# A child of seven, ten years too old in the feed: someone mistyped.
mistype() {
	local record

	record=$(quiet_child '"birth_date":"2001-05-1[0-9]"')
	WRONG=$(of id "$record")
	[ -n "$WRONG" ] || {
		short || die 'the population has nobody born in May 2001'
		return 0
	}
	WRONG_RIGHT=$(of birth_date "$record")
	WRONG_TYPED=199${WRONG_RIGHT:3}
	sed -i "/\"id\":\"$WRONG\"/s/\"birth_date\":\"200/\"birth_date\":\"199/" \
	    "$WORK/people.ndjson"
}

# Those whose stories are told: ids, and what else is needed of them.
choose() {
	local record

	sed 's/.*"id":"\([^"]*\)".*/\1/' "$WORK/consents" "$WORK/events.all" |
	    sort -u >"$WORK/eventful"
	record=$(quiet_child "\"birth_date\":\"$LEAP\"")
	LEAPLING=$(of id "$record")
	[ -n "$LEAPLING" ] || short || die "the population has nobody born on $LEAP"
	LEAPLING_NUMBER=$(of value "$record")
	record=$(quiet_child '"family":"Mc[A-Z].*"birth_date":"200[2-8]')
	[ -n "$record" ] ||
	    record=$(quiet_child '"family":"[A-Z][a-z]\{5\}.*"birth_date":"200')
	SOMEONE=$(of id "$record")
	SOMEONE_NAME="$(of given "$record") $(of family "$record")"
	LEAVER=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$WORK/events.all" |
	    grep -vFf - "$WORK/consents" | jq -r --arg last "$END" '
	    select(.ground == "care-leaver" and .by == "self" and
		.given > "2012" and .given < "2016" and
		(.withdrawn // "") == "") | .id' | sed -n 1p)
	mistype
}

make_world() {
	START_AT=$(date -u -d "$START" +%s)
	day "$NIGHTS"
	END=$DAY
	people --on "$START" --count "$CHILDREN" --years 8 \
	    --consents "$WORK/consents" --events "$WORK/events.all" \
	    >"$WORK/people.ndjson"
	choose
	births >"$WORK/plan.parts"
	events >>"$WORK/plan.parts"
	consents >>"$WORK/plan.parts"
	sort -s -k1,2 "$WORK/plan.parts" >"$WORK/plan"
}
