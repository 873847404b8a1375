#!/bin/bash
# Hostile rows are refused by line, place and cause, and nothing of them comes
# back on a terminal, in a report or in the log; flipped bytes in what the
# store is made of end in a documented status, never in a crash.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Ann", family: "Hill"}], gender: "female",
	    birth_date: "2012-01-01"}'
}

# row FAMILY [MORE]: a row with FAMILY, JSON text as it stands.
row() {
	printf '{"cpadmin":"record/1","authority":"E08000015","names":[{'
	printf '"type":"current","given":"A","family":"'
	cat "$1"
	printf '"}],"gender":"female","birth_date":"2012-01-01"%s}\n' "${2:-}"
}

new_store
TODAY=2026-11-21
SECRET=XyzzySecretMarker

test_case 'every kind of malformed row is counted, named and not shown'
"$BUILD/population" --count 400 --seed 3 --bad 4 --bad-report "$T/report" \
    --on $TODAY >"$T/rows"
BAD=$(wc -l <"$T/report")
expect_true test "$BAD" -gt 50
run cpadmin record import "$T/rows" --json
expect_status 3
expect_json .rejected "$BAD"
REJECTS=$(jq -r .rejects_file "$OUT_FILE")
expect_file "$REJECTS"
expect_eq "$(stat -c %a "$REJECTS")" 600 'mode of the rejects file'
expect_eq "$(jq -r .line "$REJECTS" | sort -n | paste -sd ' ')" \
    "$(jq -r .line "$T/report" | sort -n | paste -sd ' ')" lines
expect_eq "$(jq -c 'select((.cause | length) == 0)' "$REJECTS" | wc -l)" 0 \
    'rows without a cause'
ok cpadmin audit verify

test_case 'nothing of a rejected row is anywhere'
printf '%s\x01' "$SECRET" >"$T/control"
printf '%s\xe2\x80\xae' "$SECRET" >"$T/bidi"
printf '%s\xe2\x81\xa6' "$SECRET" >"$T/isolate"
printf '%s\xc3\x28' "$SECRET" >"$T/utf8"
printf '%s\xed\xa0\x80' "$SECRET" >"$T/surrogate"
printf '%s\\u0000' "$SECRET" >"$T/nul-escape"
printf '%s\0' "$SECRET" >"$T/nul"
printf '%s\\u001b]0;x\\u0007' "$SECRET" >"$T/terminal"
{ printf %s "$SECRET"; head -c 1100000 /dev/zero | tr '\0' A; } >"$T/long"
echo -n "$SECRET" >"$T/plain"
for kind in control bidi isolate utf8 surrogate nul-escape nul terminal \
    long; do
	row "$T/$kind" >"$T/row"
	run cpadmin record import "$T/row" --json
	expect_status 10
	expect_json '[.created, .rejected] | tostring' '[0,1]'
	expect_json '.rejects[0] | "\(.line) \(.path | type)"' '1 string'
	expect_json '.rejects[0].cause | length > 3' true
	expect_no $SECRET in "$OUT_FILE" "$ERR_FILE" "$CPADMIN_STORE"
	run cpadmin record import "$T/row"
	expect_status 10
	expect_no $SECRET in "$OUT_FILE" "$ERR_FILE" "$CPADMIN_STORE"
	if LC_ALL=C grep -q "[$(printf '\001')-$(printf '\010')\
$(printf '\016')-$(printf '\037')]" "$OUT_FILE" "$ERR_FILE"; then
		fail "$kind: control characters on the terminal"
	fi
done
# Keys are text of the sender too.
row "$T/plain" ",\"$SECRET\":1" >"$T/row"
run cpadmin record import "$T/row" --json
expect_status 10
row "$T/plain" ",\"gender\":\"$SECRET\"" >"$T/row"
run cpadmin record import "$T/row" --json
expect_status 10
expect_no $SECRET in "$ERR_FILE"

test_case 'deep, wide, endless'
{ head -c 100000 /dev/zero | tr '\0' '['; echo; } >"$T/row"
run cpadmin record import "$T/row"
expect_status 10
{ printf '{"a":'; for ((i = 0; i < 3000; i++)); do printf '{"a":'; done
    echo; } >"$T/row"
run cpadmin record import "$T/row"
expect_status 10
printf '\xef\xbb\xbf' >"$T/row"
person BOM-1 >>"$T/row"
run cpadmin record import "$T/row"
[ "$STATUS" -eq 0 ] || [ "$STATUS" -eq 10 ] || fail "mark: $STATUS"
head -c 300000 /dev/urandom >"$T/row"
run cpadmin record import "$T/row"
expect_status 10
{ row "$T/long"; person AFTER-1; } >"$T/row"
run cpadmin record import "$T/row" --json
expect_status 3
expect_json '[.created, .rejected] | tostring' '[1,1]'
: >"$T/row"
run cpadmin record import "$T/row" --json
expect_status 0

test_case 'what may be in a name comes back escaped'
printf '<b>&\\"%s' "O’Brien\\u00e9" >"$T/odd"
row "$T/odd" ',"id":"ODD-1"' >"$T/row"
run cpadmin record import "$T/row" --json
[ "$STATUS" -eq 0 ] || [ "$STATUS" -eq 10 ] || fail "odd name: $STATUS"

test_case 'hostile arguments'
run cpadmin record show "$(printf 'A\033[2J')" --reason x
[ "$STATUS" -eq 4 ] || [ "$STATUS" -eq 10 ] || [ "$STATUS" -eq 2 ] ||
    fail "status $STATUS"
expect_false grep -q "$(printf '\033')" "$ERR_FILE"
run cpadmin record find --name "$(head -c 100000 /dev/zero | tr '\0' A)" \
    --reason x
[ "$STATUS" -lt 11 ] || fail "status $STATUS"
run cpadmin record show "'; DROP TABLE record; --" --reason x
[ "$STATUS" -lt 11 ] || fail "status $STATUS"
ok cpadmin record list

# ---- flipped bytes ----------------------------------------------------------
test_case 'a store with an archive'
new_store --on 2020-01-01
for i in 1 2 3; do
	person "F$i" | sed s/2012-01-01/2002-01-05/
done >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
ok cpadmin retention run --on 2020-01-05 --yes
SOUND=$T/sound
cp -a "$CPADMIN_STORE" "$SOUND"

# flipped FILE AT MASK
flipped() {
	local byte

	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ $3)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# damage FILE STEP UNTIL CMD...: each byte that STEP comes to, flipped.
damage() {
	local file=$1 step=$2 until=$3 at found=0 size

	shift 3
	size=$(stat -c %s "$SOUND/$file")
	[ "$until" -le "$size" ] || until=$size
	for ((at = 0; at < until; at += step)); do
		rm -rf "$CPADMIN_STORE"
		cp -a "$SOUND" "$CPADMIN_STORE"
		flipped "$CPADMIN_STORE/$file" $at $((1 << at % 8))
		run timeout 30 "$CPADMIN" "$@"
		case $STATUS in
		0) ;;
		1 | 4 | 5 | 7 | 8 | 9 | 10) found=$((found + 1)) ;;
		*) fail "$file byte $at: $* ended with $STATUS" "$ERR" ;;
		esac
		[ "$STATUS" -eq 0 ] || [ -s "$ERR_FILE" ] ||
		    fail "$file byte $at: status $STATUS without a word"
	done
	FOUND=$found
}

test_case 'the first page of the database'
damage store.db 3 100 record list
expect_true test "$FOUND" -gt 5
damage store.db 97 8192 retention run --on 2020-01-06 --yes

test_case 'every byte of a volume is accounted for'
VOLUME=archive/$(ls "$SOUND/archive")
SIZE=$(stat -c %s "$SOUND/$VOLUME")
damage "$VOLUME" $((SIZE / 60)) "$SIZE" archive verify --all
expect_eq "$FOUND" "$(((SIZE + SIZE / 60 - 1) / (SIZE / 60)))" found

test_case 'the keys'
for key in shelves.key signing.key signing.pub host.key custody.current; do
	SIZE=$(stat -c %s "$SOUND/keys/$key")
	damage "keys/$key" $((SIZE / 12 + 1)) "$SIZE" \
	    retention run --on 2020-01-06 --yes
	case $key in
	shelves.key | signing.key | host.key)
		expect_true test "$FOUND" -gt 5 ;;
	esac
done
SHARE=$(cd "$SOUND" && ls keys/custody-*-share-1.age)
SIZE=$(stat -c %s "$SOUND/$SHARE")
damage "$SHARE" $((SIZE / 12 + 1)) "$SIZE" archive open F1 \
    --purpose court-order --reason test --on 2020-01-06
expect_true test "$FOUND" -gt 10

test_case 'cut short'
for file in store.db "$VOLUME" keys/shelves.key keys/signing.key \
    keys/host.key; do
	rm -rf "$CPADMIN_STORE"
	cp -a "$SOUND" "$CPADMIN_STORE"
	SIZE=$(stat -c %s "$SOUND/$file")
	truncate -s $((SIZE / 2)) "$CPADMIN_STORE/$file"
	run cpadmin archive verify --all
	[ "$STATUS" -eq 7 ] || [ "$STATUS" -eq 8 ] ||
	    run cpadmin retention run --on 2020-01-06 --yes
	[ "$STATUS" -eq 7 ] || [ "$STATUS" -eq 8 ] ||
	    fail "half of $file: status $STATUS" "$ERR"
done
