#!/bin/bash
# Two stores that are alike but for this: in the one the children are shielded,
# and had addresses, schools, practices, practitioners, telephones, moves,
# letters by post, overrides, officers' letters, rows in quarantine, holds and
# requests of others; in the other they never had any of it.  Somebody asks for
# access whom no shielding officer found to be safe: whatever any verb of `sar'
# prints or writes in the one, it prints and writes in the other, byte by byte;
# packs are opened and compared member by member.  SAR_TWINS=1000 for the
# evidence.  KEEP=1 leaves the stores.
. "$(dirname "$0")/../lib.sh"

have 7zz || { fail '7zz is not installed'; exit 1; }
PAIRS=${SAR_TWINS:-12}
# Of many, several are asked for at once: each verb meets all of them.
GROUP=$((PAIRS > 100 ? 5 : 1))
ASKS=$(((PAIRS + GROUP - 1) / GROUP))
BEGAN=2026-08-03T10:00:00 # imported
LATER=2026-09-14T10:00:00
AT=2026-11-02T10:00:00
ASKED=2026-11-03

W=$T
if [ -w /dev/shm ]; then
	W=$(mktemp -d /dev/shm/cpt.XXXXXX)
fi
age-keygen -o "$W/age.key" 2>/dev/null
AGE=$(grep -o 'age1[0-9a-z]*' "$W/age.key" | head -n 1)

# ---- who they are ------------------------------------------------------------

syllables() {
	local c=bdfgklmnprst v=aeiou i=$1 k

	for k in 1 2 3; do
		printf '%s%s' "${c:$((i % 12)):1}" "${v:$((i / 12 % 5)):1}"
		i=$((i / (k * 7) + k * 5 + $1))
	done
	printf '%s' "${c:$(($1 / 60 % 12)):1}${v:$(($1 / 720 % 5)):1}"
}

id_of() {
	printf 'TW-%04d' "$1"
}

# What is asked for, and how: by the number of the request.
asks_for() {
	echo $((($1 - 1) / GROUP + 1))
}
kind_of() {
	local kinds=(zip withheld age refuse none siblings withdraw archived
	    rectified extended again asked)

	echo "${kinds[$1 % 12]}"
}

# nhs I, upn I: numbers with their check characters; nothing where there is none.
nhs() {
	local nine sum=0 k

	nine=$(printf '9%08d' $((43200000 + $1)))
	for ((k = 0; k < 9; k++)); do
		sum=$((sum + ${nine:$k:1} * (10 - k)))
	done
	sum=$(((11 - sum % 11) % 11))
	[ $sum -eq 10 ] || printf '%s%s' "$nine" $sum
}
upn() {
	local twelve sum=0 k letters=ABCDEFGHJKLMNPQRTUVWXYZ

	twelve=$(printf '80120%07d' "$1")
	for ((k = 0; k < 12; k++)); do
		sum=$((sum + ${twelve:$k:1} * (k + 2)))
	done
	printf '%s%s' "${letters:$((sum % 23)):1}" "$twelve"
}

# Every fourth shield hides all that can be: names, carers, numbers.
hides_all() {
	[ $(($1 % 4)) -eq 3 ]
}

# row WORLD I ID [ROAD [AUTHORITY]]: a row of a feed.
row() {
	local world=$1 i=$2 id=$3 authority=${5:-E08000015}
	local born places='' phone='' former carers
	local numbers=''

	born=$(printf '%d-%02d-%02d' $((2010 + i % 9)) $((i % 12 + 1)) \
	    $((i % 28 + 1)))
	[ "$(kind_of "$(asks_for "$i")")" != archived ] || born=2008-10-0$((i % 9 + 1))
	if [ "$world" = S ]; then
		phone=',"phone":"0151 496 0'$(printf %03d $((i % 1000)))'"'
		places=',"addresses":[{"type":"current","lines":["'$i' Hidden '${4:-Road}'","Hiddenham"],"postcode":"CH41 '$((i % 9 + 1))'AA","from":"2020-01-01","source":"hidden-census"},{"type":"last-known","lines":["'$i' Hidden Old Street"],"postcode":"L1 '$((i % 9 + 1))'AA","from":"2015-01-01"}]'
		places+=',"involvements":[{"service":"education","provider":"Hidden School","practitioner":"Mrs Hidden","phone":"0151 496 0001","start":"2021-09-01","end":null,"lead":true,"assessment":true,"sensitive":null},{"service":"primary-health-care","provider":"Hidden Surgery","start":"2018-09-01","end":null,"lead":false,"assessment":false,"sensitive":null},{"service":"mental-health","provider":"Hidden Clinic","practitioner":"Dr Hidden","start":"2023-01-01","end":"2026-01-31","lead":false,"assessment":false,"sensitive":{"basis":"significant-harm","evidence":"HE/1"}}]'
	fi
	former=',{"type":"former","given":"Ann","family":"Before"}'
	carers='{"name":"May Tw'$(syllables "$i")'","relation":"mother","responsibility":true'$phone'}'
	[ $((i % 5)) -ne 3 ] || numbers='{"type":"nhs","value":"'$(nhs "$i")'"}'
	[ "$numbers" != '{"type":"nhs","value":""}' ] || numbers=''
	if [ "$world" = S ]; then
		numbers+="${numbers:+,}"'{"type":"upn","value":"'$(upn "$i")'"}'
	elif hides_all "$i"; then
		former='' carers='' numbers=''
	fi
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s","names":[{"type":"current","given":"Ann","family":"Tw%s"}%s],"gender":"female","birth_date":"%s","carers":[%s],"numbers":[%s]%s}\n' \
	    "$id" "$authority" "$(syllables "$i")" "$former" "$born" "$carers" \
	    "$numbers" "$places"
}

# ---- two worlds --------------------------------------------------------------

# do_ ON WORDS...: what has to be done, in the present world.
do_() {
	local on=$1 status

	shift
	"$CPADMIN" "$@" --on "$on" >"$HERE/out" 2>"$HERE/err"
	status=$?
	case $status in
	0 | 3) return ;; # done, or in part: some have no address
	esac
	echo "$* --on $on: $status $(head -c 600 "$HERE/err")" >>"$HERE/failed"
	return 1
}

# What only the one child has, before anybody asks.
life_of_places() {
	local i id part hide

	for ((i = 1; i <= PAIRS; i++)); do
		row S "$i" "$(id_of "$i")" Lane
	done >"$HERE/rows"
	do_ $LATER record import "$HERE/rows"
	do_ $LATER notice issue --all -o "$HERE/letters"
	do_ $LATER notice served --run R-0001
	for ((i = 1; i <= PAIRS; i++)); do
		id=$(id_of "$i")
		[ $((i % 3)) -ne 0 ] || do_ $LATER record event "$id" moved \
		    --to E08000012 --date "${LATER%T*}"
		do_ $LATER record correct "$id" --set line1='7 Hidden Close' \
		    --reason 'to Hidden Close'
		[ $((i % 3)) -ne 1 ] || do_ $LATER record find --postcode \
		    "CH41 $((i % 9 + 1))AA" --reason Hidden
		[ $((i % 6)) -ne 2 ] || do_ $LATER consent give "$id" \
		    --ground sensitive-service --by parent --involvement 2 \
		    --statement hidden-1 --evidence Hidden --method in-person \
		    --date "${LATER%T*}"
		[ $((i % 7)) -ne 1 ] || do_ $LATER hold place --record "$id" \
		    --reason inquiry --legal-basis s.21 --contact me \
		    --review 2027-06-01
		do_ $LATER shield request "$id" --by parent --reason Hidden
		hide=()
		if hides_all "$i"; then
			for part in address contact school practice \
			    practitioner involvements former-names carers \
			    numbers; do
				hide+=(--hide $part)
			done
		fi
		[ $((i % 2 + ${#hide[@]})) -eq 1 ] || do_ $LATER shield decide \
		    "$id" grant --reason Hidden --review 2027-01-04 --as zoe \
		    "${hide[@]}"
		[ $((i % 4)) -ne 0 ] || do_ $LATER shield reveal "$id" \
		    --reason Hidden --as zoe
		[ $((i % 4)) -ne 2 ] || do_ $LATER shield letter "$id" \
		    --kind outcome --as zoe
	done
	for ((i = 1; i <= PAIRS; i++)); do
		[ $((i % 5)) -ne 0 ] || row S "$i" "Q-$i" Mews
		row S "$i" "$(id_of "$i")" Avenue \
		    E080000$((i % 3 == 0 ? 12 : 15))
	done >"$HERE/rows"
	do_ $AT record import "$HERE/rows"
}

# ---- a request ---------------------------------------------------------------

# say WHO WORDS...: a verb of sar as WHO; what it says is kept.
say() {
	local who=$1 status

	shift
	"$CPADMIN" sar "$@" --as "$who" --on "$WHEN" >"$HERE/out" \
	    2>"$HERE/err"
	status=$?
	{
		echo "== $1 $status"
		cat "$HERE/out" "$HERE/err"
	} >>"$SAID"
	return $status
}

# Numbers of the items that were shown and wait for somebody to decide.
undecided() {
	jq -r '.rows[] | select(.flags != null and .decision == null) | .item' \
	    "$HERE/out" 2>/dev/null | head -n 200
}

# What comes before anything is collected.
ask_before() {
	local i=$1 id=$2 kind=$3 relation subject=() extra=() k nth=()

	for ((k = (i - 1) * GROUP + 1; k <= i * GROUP && k <= PAIRS; k++)); do
		subject+=(--subject "$(id_of $k)")
	done
	relation=$(sed -n $((i % 3 + 1))p <<<$'parent\nrepresentative\nself')
	[ "$kind" != none ] || subject=(--name "Ann Nobody$i" --born 2012-01-01
	    --number 9434765919)
	[ "$kind" != siblings ] || subject+=(--subject "$id-SIB")
	[ "$kind" != rectified ] || extra=(--asks access --asks rectification
	    --asks objection)
	say dora open "${subject[@]}" --requester "Rita Asker $i" \
	    --relation "$relation" --received $ASKED "${extra[@]}" --json \
	    --format "$(sed -n $((i / 3 % 2 + 1))p <<<$'standard\nlarge-print')"
	case $relation in
	parent) say dora evidence "$SAR" responsibility --reference E \
	    --date $ASKED ;;
	representative) say dora evidence "$SAR" authority --reference E \
	    --date $ASKED ;;
	esac
	if [ $((i % 4)) -eq 1 ]; then
		say dora identity "$SAR" doubted --date $ASKED
		say dora letter "$SAR" --kind identity -o "$FILES/identity.pdf"
		say dora identity "$SAR" verified --date 2026-11-05
	fi
	if [ $((i % 4)) -eq 2 ]; then
		say dora clarify "$SAR" asked --date 2026-11-06 --text which
		say dora letter "$SAR" --kind clarify -o "$FILES/clarify.pdf"
		say dora clarify "$SAR" answered --date 2026-11-09 --text all
	fi
	for ((k = 1; k * 2 <= ${#subject[@]}; k++)); do
		[ ${#subject[@]} -le 2 ] || nth=(--subject $k)
		say dora view "$SAR" "$(sed -n $(((i + k) % 4 + 1))p \
		    <<<$'not-asked\nagrees\nunable\nobjects')" \
		    --date $ASKED --text 'as she said' "${nth[@]}"
	done
	say dora find "$SAR"
	[ "$i" -gt 2 ] || say dora safe "$SAR" --reason 'not for her to say'
}

# Collects, decides about what is flagged, has it approved.
ask_review() {
	local kind=$1 shares=() items

	[ "$kind" != archived ] || {
		say dora collect "$SAR"
		say dora letter "$SAR" --kind archived -o "$FILES/archived.pdf"
		shares=(--share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-1.age)"
		    --share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-2.age)")
	}
	say dora collect "$SAR" "${shares[@]}" --json
	say mary items "$SAR" --all --json
	items=$(undecided)
	[ -z "$items" ] || say dora disclose "$SAR" -o "$FILES/early.zip"
	if [ -n "$items" ] && [ "$kind" = withheld ]; then
		say dora withhold "$SAR" ${items%%$'\n'*} --ground third-party \
		    --reason 'of somebody else' --json
		items=$(tail -n +2 <<<"$items")
	fi
	# shellcheck disable=SC2086
	[ -z "$items" ] || say dora give "$SAR" $items --reason 'no harm' --json
	say dora items "$SAR" --all
	say mary approve "$SAR" --json
}

ask_answer() {
	local kind=$1 pass

	case $kind in
	age)
		say dora disclose "$SAR" -o "$FILES/pack.age" --to "$AGE" --json
		age -d -i "$W/age.key" "$FILES/pack.age" >"$FILES/pack.zip" \
		    2>>"$HERE/failed"
		wc -c <"$FILES/pack.age" >"$FILES/pack.size"
		rm -f "$FILES/pack.age"
		return
		;;
	esac
	say dora disclose "$SAR" -o "$FILES/pack.zip" --json
	pass=$(jq -r '.passphrase // empty' "$HERE/out" 2>/dev/null)
	7zz x -y -p"$pass" -o"$FILES/pack" "$FILES/pack.zip" \
	    >"$HERE/7zz" 2>&1 || cat "$HERE/7zz" >>"$HERE/failed"
	wc -c <"$FILES/pack.zip" >"$FILES/pack.size"
	rm -f "$FILES/pack.zip"
}

# The same story of a request about each twin.
ask() {
	local i=$1 id kind

	id=$(id_of $(((i - 1) * GROUP + 1)))
	kind=$(kind_of "$i")
	SAR=$(printf 'SAR-%04d' $((PAIRS / 5 + i)))
	WHEN=2026-11-20T12:00:00
	SAID=$HERE/said/$i FILES=$HERE/files/$i
	mkdir -p "$FILES"
	ask_before "$i" "$id" "$kind"
	case $kind in
	refuse)
		say dora refuse "$SAR" --ground not-entitled --reason 'a stranger' \
		    -o "$FILES/refusal.pdf"
		;;
	none)
		say dora subject "$SAR" none --reason 'nobody is like that'
		say dora none "$SAR" -o "$FILES/none.pdf"
		;;
	withdraw)
		ask_review "$kind"
		say dora withdraw "$SAR" --reason 'called'
		;;
	extended)
		say dora extend "$SAR" --reason 'much is held' --date 2026-11-19
		say dora letter "$SAR" --kind extended -o "$FILES/extended.pdf"
		ask_review "$kind"
		ask_answer "$kind"
		;;
	rectified)
		"$CPADMIN" record correct "$id" --set gender=not-specified \
		    --reason 'as asked' --request "$SAR" --told 'The school' \
		    --json --as tom --on "$WHEN" >>"$SAID" 2>&1
		say dora rectify "$SAR" refused --reason 'it is so' --json \
		    --subject 1
		say dora objection "$SAR" refused --reason 'law' --json
		ask_review "$kind"
		ask_answer "$kind"
		;;
	again)
		ask_review "$kind"
		"$CPADMIN" record correct "$id" --set gender=not-specified \
		    --reason 'as seen' --json --as tom --on "$WHEN" \
		    >>"$SAID" 2>&1
		say dora disclose "$SAR" -o "$FILES/changed.zip"
		ask_review "$kind"
		ask_answer "$kind"
		;;
	asked)
		say dora fee "$SAR" asked --date $ASKED --amount 7.50 \
		    --reason 'the fifth this year'
		say dora letter "$SAR" --kind fee -o "$FILES/fee.pdf"
		say dora fee "$SAR" waived --date 2026-11-10 --reason 'poor'
		say dora note "$SAR" in --date 2026-11-10 --text 'asks when'
		ask_review "$kind"
		ask_answer "$kind"
		;;
	*)
		ask_review "$kind"
		ask_answer "$kind"
		;;
	esac
	say ada clock "$SAR" --ics "$FILES/clock.ics"
	sed -i 's/^\(UID:.*\)@.*/\1@STORE/' "$FILES/clock.ics"
	say dora close "$SAR" --json
	say "$(sed -n $((i % 4 + 1))p <<<$'dora\nada\nmary\nzoe')" show "$SAR"
}

# Somebody else asked before about the one, and about a stranger in the other.
others_asked() {
	local i k=0 whom

	for ((i = 5; i <= PAIRS && k < PAIRS / 5; i += 5)); do
		k=$((k + 1))
		whom=STRANGER-$((i % 3))
		[ "$WORLD" = P ] || whom=$(id_of "$i")
		do_ $AT sar open --subject "$whom" --requester "Hidden $i" \
		    --relation parent --received "${AT%T*}"
		do_ $AT sar collect "$(printf 'SAR-%04d' $k)"
		do_ $AT sar withdraw "$(printf 'SAR-%04d' $k)" --reason Hidden
		do_ $AT sar close "$(printf 'SAR-%04d' $k)"
	done
}

# One of the two stores, and what everybody does in it.
live() {
	local i

	WORLD=$1
	HERE=$W/$WORLD
	mkdir -p "$HERE/said" "$HERE/files"
	: >"$HERE/failed"
	export CPADMIN_STORE=$HERE/store
	do_ $BEGAN init "$CPADMIN_STORE" --rehearsal --policy uk-2026 \
	    --authority E08000015
	i=3000
	for who in zoe:shield dora:dpo mary:approver ada:auditor tom:team; do
		do_ $BEGAN operator add "${who%:*}" --uid $((i++)) --role \
		    "${who#*:}"
	done
	{
		for ((i = 1; i <= PAIRS; i++)); do
			row "$WORLD" "$i" "$(id_of "$i")"
			[ "$(kind_of "$(asks_for "$i")")" != siblings ] ||
			    [ $(((i - 1) % GROUP)) -ne 0 ] ||
			    row "$WORLD" "$((i + 5000))" "$(id_of "$i")-SIB"
		done
		for i in 0 1 2; do row P "$((9000 + i))" "STRANGER-$i"; done
	} >"$HERE/rows"
	do_ $BEGAN record import "$HERE/rows"
	[ "$WORLD" = P ] || life_of_places
	others_asked
	do_ 2026-11-19T10:00:00 retention run --yes --accept clock --accept share
	for ((i = 1; i <= ASKS; i++)); do
		ask "$i"
	done
	WHEN=2026-11-21T10:00:00 SAID=$HERE/said/all
	say ada register --from 2026-11-01 --until 2026-11-30 --exact --json
	say ada list --all --json
}

for world in S P; do
	( live $world ) &
done
wait

# ---- compared ----------------------------------------------------------------

# What differs because it is another call: names of folders, passphrases, hashes
# of what is encrypted, numbers in the log, of holds and packages.
ALIKE='s|'$W'/[SP]/|W/|g
s/"(passphrase|sha256)":"[^"]*"/"\1":0/g
s/sha256 [0-9a-f]{16}\.\.\./sha256/
s/^[a-z]+(-[a-z]+){6}$/PASSPHRASE/
s/log\/[0-9]+ */log\/N /g
s/PK-[0-9A-Z]{20}/PK-N/g
s/H-[0-9A-Z]{4,}/H-N/g'
SIZES='s/"bytes":[0-9]+/"bytes":0/; s/ of [0-9]+ bytes/ of N bytes/'
alike() {
	sed -E "$ALIKE" "$1"
}

# The number of a package is the one thing in an answer that chance made, and the
# letters of it are more or fewer: of these the text is compared, and how many
# pages have it.
of_archived() {
	pdfinfo "$1/pack/letter.pdf" | grep Pages
	pdftotext -layout "$1/pack/letter.pdf" - | sed -E "$ALIKE"
	sed -E "$ALIKE" "$1/pack/data.json"
}

# differs I: where the twins of pair I do.
differs() {
	local world kind

	kind=$(kind_of "$1")
	if [ "$kind" != archived ]; then
		diff <(alike "$W/S/said/$1") <(alike "$W/P/said/$1") |
		    cut -c1-500 | head -n 12
	else
		diff <(alike "$W/S/said/$1" | sed -E "$SIZES") \
		    <(alike "$W/P/said/$1" | sed -E "$SIZES") | cut -c1-500 |
		    head -n 12
		diff <(of_archived "$W/S/files/$1") \
		    <(of_archived "$W/P/files/$1") | head -n 12
		diff -rq -x letter.pdf -x data.json -x pack.size \
		    "$W/S/files/$1" "$W/P/files/$1" 2>&1 | head -n 12
		return
	fi
	diff -rq "$W/S/files/$1" "$W/P/files/$1" 2>&1 | head -n 12
}

test_case 'both stories could be told'
for world in S P; do
	expect_eq "$(head -c 2000 "$W/$world/failed")" '' "what failed in $world"
done

test_case "$PAIRS pairs of a child who is shielded and one who had no place"
for ((i = 1; i <= ASKS; i++)); do
	found=$(differs "$i")
	[ -z "$found" ] || fail "request $i, $(kind_of "$i")" "$found"
done
# But for the requests about others.
of_twins() {
	alike "$1" | awk -F '"' -v others=$((PAIRS / 5)) '
	    $2 != "sar" || substr($4, 5) + 0 > others'
}
found=$(diff <(of_twins "$W/S/said/all") <(of_twins "$W/P/said/all"))
[ -z "$found" ] || fail 'lists of all' "$found"

test_case 'enough was said: every verb, most of them done'
cat "$W"/S/said/* >"$W/all"
for verb in open identity fee clarify extend evidence view note find subject \
    collect items withhold give approve disclose letter none refuse \
    withdraw rectify objection close clock list show register; do
	expect_true grep -q "^== $verb 0" "$W/all" ||
	    grep -A3 "^== $verb " "$W/all" | head -n 8
done
for ((i = 1; i <= 12; i++)); do
	case $(kind_of "$i") in
	age) expect_true [ -s "$W/S/files/$i/pack.zip" ] ;;
	refuse | none | withdraw) ;;
	*) expect_true [ -s "$W/S/files/$i/pack/letter.pdf" ] ;;
	esac
done
expect_no Hidden in "$W/S/said" "$W/S/files"

test_case 'a byte that is different is seen, wherever it is'
for what in 'said/1 -e s/collected/co11ected/' 'files/1/pack/data.json -e s/TW/tw/' \
    'files/1/pack/letter.pdf -e $s/.$/x/' 'files/1/pack.size -e s/^/1/' \
    'files/2/pack.zip -e $s/.$/x/' 'files/7/pack/data.json -e s/TW/tw/' \
    'files/7/archived.pdf -e $s/.$/x/' 'files/3/refusal.pdf -e $s/.$/x/'; do
	read -r file how <<<"$what"
	i=${file#*/}
	cp "$W/S/$file" "$W/kept"
	# shellcheck disable=SC2086
	LC_ALL=C sed -i $how "$W/S/$file"
	cmp -s "$W/S/$file" "$W/kept" && fail "not changed: $what"
	expect_true [ -n "$(differs "${i%%/*}")" ]
	cp "$W/kept" "$W/S/$file"
done

test_case 'what is hidden was there to be found: who is safe has it'
export CPADMIN_STORE=$W/S/store
D=(--on 2026-11-22T10:00:00)
SAR=$(printf 'SAR-%04d' $((PAIRS / 5 + ASKS + 1)))
ok cpadmin sar open --subject TW-0004 --requester 'Ann herself' \
    --relation self --received 2026-11-22 --as dora "${D[@]}" --json
expect_json .sar "$SAR"
ok cpadmin sar safe "$SAR" --reason 'seen in person' --as zoe "${D[@]}"
ok cpadmin sar collect "$SAR" --as zoe "${D[@]}"
ok cpadmin sar items "$SAR" --all --as zoe "${D[@]}"
for hidden in 'Hidden Avenue' 'Hidden School' 'Dr Hidden' '0151 496 0004' \
    E08000015; do
	expect_out_contains "$hidden"
done

test_case 'a shield that is asked for after the review voids it'
export CPADMIN_STORE=$W/P/store
row S 7777 LATE >"$W/rows"
ok cpadmin record import "$W/rows" "${D[@]}"
ok cpadmin sar open --subject LATE --requester Rita --relation self \
    --received 2026-11-22 --as dora "${D[@]}" --json
SAR=$(jq -r .sar "$OUT_FILE")
ok cpadmin sar collect "$SAR" --as dora "${D[@]}"
ok cpadmin sar items "$SAR" --as dora "${D[@]}" --json
# shellcheck disable=SC2046
ok cpadmin sar give "$SAR" $(jq -r '.rows[].item' "$OUT_FILE") \
    --reason 'all of it' --as dora "${D[@]}"
ok cpadmin sar approve "$SAR" --as mary "${D[@]}"
ok cpadmin shield request LATE --by parent --reason why "${D[@]}"
run cpadmin sar disclose "$SAR" -o "$W/late.zip" --as dora "${D[@]}"
expect_status 5
expect_no_file "$W/late.zip"
expect_no Hidden in "$OUT_FILE" "$ERR_FILE"
ok cpadmin sar items "$SAR" --all --as dora "${D[@]}"
expect_no Hidden in "$OUT_FILE" "$ERR_FILE"
ok cpadmin sar collect "$SAR" --as dora "${D[@]}"
ok cpadmin sar items "$SAR" --as dora "${D[@]}" --json
# shellcheck disable=SC2046
ok cpadmin sar give "$SAR" $(jq -r '.rows[].item' "$OUT_FILE") \
    --reason 'what is left' --as dora "${D[@]}"
ok cpadmin sar approve "$SAR" --as mary "${D[@]}"
ok cpadmin sar disclose "$SAR" -o "$W/late.zip" --as dora "${D[@]}" --json
ok 7zz x -y -p"$(jq -r .passphrase "$OUT_FILE")" -o"$W/late" "$W/late.zip"
expect_no Hidden in "$W/late/data.json"
expect_no E08000015 in "$W/late/data.json"

[ "$W" = "$T" ] || [ "${KEEP:-0}" = 1 ] || rm -rf "$W"
