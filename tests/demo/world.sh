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
POLICY=${POLICY:-contactpoint-2007}
SHIFT=${SHIFT:-0}	# years by which the story is moved; 0, 20, 40...: leap
			# years fall on leap years
AUTHORITY=E08000031
AUTHORITY_NAME=Wolverhampton
CHILDREN=${CHILDREN:-62000}
NIGHTS=${NIGHTS:-2922}

# d DATE: a day of the story, which is told of the years from 2009.
d() {
	printf '%04d%s' $((10#${1:0:4} + SHIFT)) "${1:4}"
}

START=$(d 2009-01-01)
LEAP=$(d 1992-02-29)	# the birthday of one whom we follow

# Whether the nights are too few for the whole story.
short() {
	[ "$NIGHTS" -lt 2922 ]
}

# reaches DAY CMD: the command, where the nights go so far.
reaches() {
	[[ $(d "$1") > $END ]] || "$2"
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

	record=$(quiet_child "\"birth_date\":\"$(d 2001)-05-1[0-9]\"")
	WRONG=$(of id "$record")
	[ -n "$WRONG" ] || {
		short || die "the population has nobody born in May $(d 2001)"
		return 0
	}
	WRONG_RIGHT=$(of birth_date "$record")
	WRONG_TYPED=$((${WRONG_RIGHT:0:4} - 10))${WRONG_RIGHT:4}
	sed -i "/\"id\":\"$WRONG\"/s/\"birth_date\":\"$WRONG_RIGHT/\"birth_date\":\"$WRONG_TYPED/" \
	    "$WORK/people.ndjson"
}

# The first three figures of the years in which most of them were born.
decade() {
	local first

	first=$(d 2000)
	printf '%s' "${first:0:3}"
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
	record=$(quiet_child "\"family\":\"Mc[A-Z].*\"birth_date\":\"$(decade)[2-8]")
	[ -n "$record" ] ||
	    record=$(quiet_child "\"family\":\"[A-Z][a-z]\\{5\\}.*\"birth_date\":\"$(decade)")
	SOMEONE=$(of id "$record")
	SOMEONE_NAME="$(of given "$record") $(of family "$record")"
	LEAVER=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$WORK/events.all" |
	    grep -vFf - "$WORK/consents" | jq -r --arg from "$(d 2013)" \
	    --arg to "$(d 2016)" '
	    select(.ground == "care-leaver" and .by == "self" and
		.given > $from and .given < $to and
		(.withdrawn // "") == "") | .id' | sed -n 1p)
	mistype
	choose_hidden
	shield_lists
	choose_asked
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
