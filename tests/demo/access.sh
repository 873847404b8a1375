# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# People who ask what is held: a mother, a father from whom a child is hidden,
# and somebody who is archived.  Packs are in $WORK/asked, apart from the store.

ASKED=0		# requests that were opened

# A child who never had a place, as a hidden one is to look; one of thirteen
# with a mother; and one who left England for good, and is grown up when the six
# years are nearly over.
choose_asked() {
	local record names carers

	record=$(jq -c 'select(any(.carers[]; .relation == "father" and
	    .responsibility))' "$WORK/refuge.ndjson" | tail -n 1)
	SOUGHT=$(of id "$record")
	names=$(jq '.names | length' <<<"$record")
	carers=$(jq '.carers | length' <<<"$record")
	PLACELESS=$(those "\"birth_date\":\"$(decade)[0-7]" |
	    jq -r --argjson n "${names:-0}" --argjson c "${carers:-0}" 'select(
	    (.names | length) == $n and (.carers | length) == $c and
	    any(.carers[]; .responsibility) and
	    .numbers[0].type == "nhs" and .left_england == null and
	    .death == null) | .id' | unfollowed)
	fed "$PLACELESS" | jq -c '.addresses = [] | .involvements = [] |
	    .numbers = .numbers[:1] | del(.carers[].phone)' \
	    >"$WORK/placeless"
	sed -i -e "/\"id\":\"$PLACELESS\"/{r $WORK/placeless" -e 'd}' \
	    "$WORK/people.ndjson"
	SON=$(those "\"birth_date\":\"$(d 1995)" |
	    jq -r 'select(.left_england == null and .death == null and
	    .addresses[0].type == "current" and .carers[0].responsibility and
	    .carers[0].relation == "mother" and
	    ([.carers[] | select(.phone != null)] | length) == 2 and
	    ([.involvements[] | select(.sensitive != null)] | length) == 0) |
	    .id' | unfollowed "$PLACELESS")
	ABROAD=$(those '"intention":"no-return"' |
	    jq -rs --arg from "$(d 1991)" --arg to "$(d 1994)-12-01" '
	    sort_by(.birth_date) | reverse[] | select(.birth_date > $from and
	    .birth_date < $to and .death == null) | .id' |
	    unfollowed "$SON")
	short || { [ -n "$SOUGHT" ] && [ -n "$PLACELESS" ] && [ -n "$SON" ] &&
	    [ -n "$ABROAD" ]; } || die 'the population has nobody who asks'
}

# Of the ids on stdin the first whose story is not told already.
unfollowed() {
	grep -vFf "$WORK/eventful" | grep -vFf "$WORK/refuge.ids" |
	    grep -vxF -e "$LEAPLING" -e "$SOMEONE" -e "$WRONG" -e "$LEAVER" \
	    -e "$HIDDEN" -e "${1:-none}" | sed -n 1p || true
}

# The records in the first feed that match a pattern, 900 at most.
those() {
	grep -m 900 -e "$1" "$WORK/people.ndjson" || true
}

# The record as the feed had it.
fed() {
	those "\"id\":\"$1\""
}

# asks OPTION...: opens a request, in SAR.
asks() {
	show cpadmin sar open "$@" --as omar
	SAR=$(sed -n 's/^Request: *//p' "$WORK/out")
	ASKED=$((ASKED + 1))
	[[ $SAR == SAR-* ]] || die 'no number of the request' "$LAST"
}

# quietly VERB ARGUMENT...: a verb of that request, by the officer.
quietly() {
	run cpadmin sar "$1" "$SAR" "${@:2}" --as omar --json
}

# answered DAY: Anna approves, the pack is written, opened by stock 7-Zip into
# $PACK, and its letter read by stock pdftotext; then the request is closed.
answered() {
	local word

	run cpadmin sar approve "$SAR" --as anna --on "$1"
	mkdir -p "$WORK/asked"
	PACK=$WORK/asked/$SAR
	rm -rf "$PACK" "$PACK.zip"
	quietly disclose --output "$PACK.zip" --on "$1"
	word=$(json .passphrase)
	PAGES=$(json .pages)
	GIVEN=$(json .items)
	printf '  $ cpadmin sar disclose %s --output %s.zip --as omar --on %s\n' \
	    "$SAR" "$SAR" "$1"
	run 7zz x -bso0 -p"$word" -o"$PACK" "$PACK.zip"
	run pdftotext -layout "$PACK/letter.pdf" "$PACK/letter.txt"
	expect 'pages of the letter' "$(pdfinfo "$PACK/letter.pdf" |
	    sed -n 's/^Pages: *//p')" "$PAGES"
	expect 'mode of the pack' "$(stat -c %a "$PACK.zip")" 600
	quietly close --on "$1"
	LAST="the pack of $SAR"
}

# words_in FILE: how many lines of the opened pack have one of FILE's texts.
words_in() {
	cat "$PACK"/letter.txt "$PACK"/data.json "$PACK"/README.txt |
	    tr -s '\n\t ' ' ' >"$PACK/all"
	grep -oiFf "$1" "$PACK/all" | wc -l || true
}

# ---- a mother ---------------------------------------------------------------

# due STARTS PAUSED: by which day an answer is due, by the law and not by the
# program: 40 days of which the first counts; or a month, the days that were
# paused, and on to a day on which people work.
due() {
	local day end

	if [ "$POLICY" = contactpoint-2007 ]; then
		date -u -d "$1 +39 days" +%F
		return
	fi
	day=$(date -u -d "$1 +1 month" +%F)
	end=$(date -u -d "${1:0:8}01 +2 months -1 day" +%F)
	[[ ! $day > $end ]] || day=$end
	day=$(date -u -d "$day +$2 days" +%F)
	while [ "$(date -u -d "$day" +%u)" -gt 5 ] ||
	    grep -q "^$day," "$CPADMIN_POLICIES/holidays/england-wales.csv"; do
		day=$(date -u -d "$day +1 day" +%F)
	done
	printf '%s' "$day"
}

mother_asks() {
	local day came mother starts paused=0

	[ -n "$SON" ] || die 'nobody of thirteen has a mother who may ask'
	came=$(d 2009-03-09) day=$(d 2009-03-19)
	nights_until "$came"
	chapter "A mother asks, $came"
	mother=$(fed "$SON" | jq -r '.carers[0].name')
	say "Whoever a record is about may ask for all of it, and so may their
	    parents. $mother writes about her child. Omar opens the request on
	    the day on which it comes: its clock runs by law."
	asks --subject "$SON" --requester "$mother" --relation parent \
	    --received "$came" --on "$came"
	say "She shows the birth certificate. Her child is old enough to be asked,
	    alone, and does not mind. And what is it that she wants to know?"
	quietly evidence responsibility \
	    --reference 'birth certificate seen, kestrel 118' \
	    --date "$came" --on "$came"
	quietly view agrees --date "$came" --text 'spoken to at school' \
	    --on "$came"
	quietly clarify asked --date "$(d 2009-03-11)" --on "$(d 2009-03-11)"
	nights_until "$day"
	quietly clarify answered --date "$day" --text everything --on "$day"
	show cpadmin sar clock "$SAR" --as omar --on "$day"
	starts=$came
	if [ "$POLICY" = contactpoint-2007 ]; then
		starts=$day
	else
		paused=9
	fi
	quietly clock --on "$day"
	expect 'days paused' "$(json .paused)" "$paused"
	confirm 'the answer is due, by the calendar' "$(json .due)" \
	    "$(due "$starts" "$paused")"
	mother_reads "$day"
}

# Whose telephone it is has not been asked; hers is the first.
mother_reads() {
	local numbers

	say "Everything is put together: the record, what was sent, who looked and
	    why. What is somebody else's is flagged. Omar gives the names, which
	    she knows, and withholds the telephone of the other parent and of
	    people at work; Anna looks at that, and approves."
	show cpadmin sar collect "$SAR" --as omar --on "$1"
	quietly items --on "$1"
	mapfile -t numbers < <(json '.rows[] | select(.decision == null and
	    (.what | test("/phone$")) and .what != "carers/0/phone") | .item')
	show cpadmin sar withhold "$SAR" "${numbers[@]}" --ground third-party \
	    --reason 'their own numbers' --as omar --on "$1"
	give_rest 'known to her' "$1"
	refused 5 cpadmin sar approve "$SAR" --as omar --on "$1"
	answered "$1"
	say "The file is one ZIP with AES-256; the passphrase was shown once, and
	    goes by telephone. She opens it with what she has, 7-Zip here."
	show 7zz l -ba "$PACK.zip"
	show -n 24 pdftotext -f 3 -l 3 -layout "$PACK/letter.pdf" -
	fed "$SON" | jq -r '.carers[1:][].phone, .involvements[].phone //
	    empty' | sort -u >"$WORK/theirs"
	fed "$SON" | jq -r '.carers[0].phone, .addresses[0].lines[0]' \
	    >"$WORK/hers"
	expect 'lines with her own number and address' \
	    "$(($(words_in "$WORK/hers") > 1))" 1
	confirm 'numbers that were withheld, anywhere in what she got' \
	    "$(grep -vxFf "$WORK/hers" "$WORK/theirs" >"$WORK/numbers"
	    words_in "$WORK/numbers")" 0
	same_as_held "$1"
}

# What is undecided is given, for one reason.
give_rest() {
	local rest

	quietly items --on "$2"
	mapfile -t rest < <(json '.rows[] |
	    select(.flags != "" and .decision == null).item')
	[ ${#rest[@]} -eq 0 ] || quietly give "${rest[@]}" --reason "$1" \
	    --on "$2"
}

same_as_held() {
	local held

	run cpadmin record show "$SON" --reason 'for the story' --on "$1" --json
	held=$(jq -S '{names, gender, birth_date, numbers, addresses,
	    involvements: [.involvements[] | del(.phone)],
	    carers: ([.carers[0]] + [.carers[1:][] | del(.phone)])}' \
	    "$WORK/out" | sha256sum)
	confirm 'all else in data.json, compared with the store' \
	    "$(jq -S '.subjects[0].record | {names, gender, birth_date,
	    numbers, addresses, involvements, carers}' "$PACK/data.json" |
	    sha256sum | cut -c 1-8)" "${held:0:8}"
}

# ---- a father who must not find them ----------------------------------------

# parent_of RECORD DAY: all of a request of a parent of that child, the pack in
# PACK; what it came to is in PAGES and GIVEN.
parent_of() {
	local parent

	parent=$(fed "$1" | jq -r '[.carers[] | select(.responsibility)] |
	    sort_by(.relation == "father") | last.name')
	asks --subject "$1" --requester "$parent" --relation parent \
	    --received "$2" --on "$2"
	quietly evidence responsibility --reference 'birth certificate seen' \
	    --date "$2" --on "$2"
	[[ $(of birth_date "$(fed "$1")") > $((${2:0:4} - 12))${2:4} ]] ||
	    quietly view not-asked --date "$2" --text 'cannot be reached' \
	    --on "$2"
	quietly collect --on "$2"
	give_rest 'known to who asks' "$2"
	answered "$2"
}

# What is to be read in the pack without the names: headings and what is empty.
shape() {
	sed '1,/^The record$/d' "$1/letter.txt" |
	    grep -E '^[A-Z][A-Za-z, ]+$|nothing of this'
	jq -c '.subjects[0] | [.record | paths | map(tostring) | join(".")],
	    (del(.record) | map_values(length))' "$1/data.json"
}

father_asks() {
	local day pages given father

	day=$(d 2009-04-06)
	[ -n "$SOUGHT" ] || die 'nobody who is hidden has a father'
	nights_until "$day"
	chapter "A father asks who must not find them, $day"
	say "One of the children of the refuge has a father, and he has a right to
	    ask. To refuse him would tell. Omar answers as he would anybody,
	    and need not know that there is a shield: no officer has said that
	    it is safe, so the answer is that of a child who never had a place."
	parent_of "$SOUGHT" "$day"
	father=$PACK pages=$PAGES given=$GIVEN
	{
		fed "$SOUGHT"
		grep "\"id\":\"$SOUGHT\"" "$WORK/refuge.ndjson"
	} | jq -r '.addresses[] | .lines[]?, .postcode // empty' >"$WORK/places"
	fed "$SOUGHT" | jq -r '.involvements[] | .provider, .practitioner,
	    .phone, .service | select(. != null)' >>"$WORK/places"
	fed "$SOUGHT" | jq -r '.carers[].phone // empty, (.numbers[] |
	    select(.type == "upn").value)' >>"$WORK/places"
	echo canary >>"$WORK/places"
	confirm 'words that would lead to the child, in all that he got' \
	    "$(words_in "$WORK/places")" 0
	say "There is a child in the authority of whom no address, school or
	    practice was ever known. A parent of that child asks as well:"
	parent_of "$PLACELESS" "$day"
	LAST="diff of $father and $PACK"
	shape "$father" >"$WORK/shape.father"
	shape "$PACK" >"$WORK/shape.other"
	confirm 'lines in which the two answers are built otherwise' \
	    "$({ diff "$WORK/shape.father" "$WORK/shape.other" || true; } |
	    wc -l)" 0
	confirm 'pages and items of the one, and of the other' \
	    "$pages, $given" "$PAGES, $GIVEN"
	show grep -A 1 -m 1 '^Addresses' "$father/letter.txt"
}

# ---- somebody who is archived -----------------------------------------------

twenty_asks() {
	local day name born age

	day=$(d 2014-12-08)
	nights_until "$day"
	[ -n "$ABROAD" ] || die 'nobody who left England for good'
	born=$(of birth_date "$(fed "$ABROAD")")
	name="$(of given "$(fed "$ABROAD")") $(of family "$(fed "$ABROAD")")"
	age=$((${day:0:4} - ${born:0:4}))
	chapter "Somebody of $age asks, $day"
	say "$name left England as a child, and the record went to the archive in
	    the first night. No name is left in the store by which to look for
	    it; keyed digests know the name as the record had it, and the
	    birth date."
	asks --name "$name" --born "$born" --requester "$name" --relation self \
	    --received "$day" --on "$day"
	run cpadmin record find --name "$name" --reason 'for the story' \
	    --on "$day" --json
	expect 'of that number among those found by search' \
	    "$(json "[.rows[]? | select(.id == \"$ABROAD\")] | length")" 0
	show cpadmin sar find "$SAR" --as omar --on "$day"
	expect 'whom the digests find' \
	    "$(sed -n 's/^May be: *//p' "$WORK/out")" "$ABROAD, archived"
	quietly subject "$ABROAD" --reason 'name, birth date, and the school' \
	    --on "$day"
	quietly collect --on "$day"
	say "It is archived: nothing is read before two custodians came with their
	    shares."
	custody_key
	show cpadmin sar collect "$SAR" --share "$(share_of "$KEY" 1)" \
	    --share "$(share_of "$KEY" 3)" --as omar --on "$day"
	give_rest 'known to who asks' "$day"
	confirm 'what would keep the record from being destroyed' \
	    "$(blocks "$day")" 1
}

# How many holds are on that record.
blocks() {
	run cpadmin retention explain "$ABROAD" --on "$1" --json
	json '.blocked_by | length'
}

state_of() {
	run cpadmin record list --state "$2" --on "$3" --json
	json "[.rows[] | select(.id == \"$1\")] | length"
}

twenty_answered() {
	local day

	day=$(d 2015-01-05)
	nights_until "$day"
	chapter "Destruction waits for an answer, $day"
	say "The six years of that record are over since the 2nd, and those of the
	    same night have been destroyed. Somebody waits for an answer about
	    this one: it is there."
	expect 'others have been destroyed' $((DESTROYED > 0)) 1
	confirm 'records of that number in the archive' \
	    "$(state_of "$ABROAD" archived "$day")" 1
	answered "$day"
	expect 'the birth date in the pack' \
	    "$(jq -r '.subjects[0].record.birth_date' "$PACK/data.json")" \
	    "$(of birth_date "$(fed "$ABROAD")")"
	confirm 'the record in the pack, compared with the feed of six years ago' \
	    "$(jq -S '.subjects[0].record | {names, numbers, carers}' \
	    "$PACK/data.json" | sha256sum | cut -c 1-8)" \
	    "$(fed "$ABROAD" | jq -S '{names, numbers, carers}' | sha256sum |
	    cut -c 1-8)"
	say 'The request is closed, and what it was kept for is over:'
	confirm 'what would keep the record from being destroyed' \
	    "$(blocks "$day")" 0
}

# ---- at the end -------------------------------------------------------------

prove_answers() {
	chapter 'Who asked'
	say "What the register counts stays. Who asked, what was said and what
	    was sent is forgotten three years after a request was closed."
	show cpadmin sar register --from "$START" --until "$END" --exact \
	    --as omar --on "$END"
	run cpadmin sar register --from "$START" --until "$END" --exact \
	    --as omar --on "$END" --json
	confirm 'requests, all of them answered in time' \
	    "$(json '[.rows[] | select(.status == "total").in_time] | add')" \
	    "$ASKED"
	run cpadmin sar register --from "$START" --until "$END" --as omar \
	    --on "$END" --json
	confirm 'counts below 5 in the table that is published' \
	    "$(json '[.rows[] | .in_time, .extended, .late, .total |
	    select(. != null and . < 5)] | length')" 0
	[[ $(d 2012-04-10) > $END ]] || forgotten
	short || confirm 'the record that was waited for, destroyed since' \
	    "$(state_of "$ABROAD" destroyed "$END")" 1
}

forgotten() {
	run cpadmin sar show SAR-0001 --as omar --on "$END" --json
	confirm 'the mother, in what is left of her request' \
	    "$(json '.requester // "forgotten"')" forgotten
	confirm 'and what she showed, in the files of the store' \
	    "$({ grep -rla 'kestrel 118' "$CPADMIN_STORE" || true; } | wc -l)" 0
}
