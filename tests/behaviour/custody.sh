#!/bin/bash
# The key among custodians: its making, drills, paper, and who is refused.
. "$(dirname "$0")/../lib.sh"

have python3 || skip_all 'python3 is not installed'
have sqlite3 || skip_all 'sqlite3 is not installed'
(umask 077 && for i in 1 2 3; do
	echo "correct horse battery $i" >"$T/pass-$i"
done && echo 'not the passphrase' >"$T/wrong")
PASSES=(--passphrase-file "$T/pass-1" --passphrase-file "$T/pass-2"
    --passphrase-file "$T/pass-3")
terminal() { # ARG... -- WORD...
	python3 "$ROOT/tests/type.py" "$CPADMIN" "$@"
}
db() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}
share() { # NUMBER
	echo "$CPADMIN_STORE"/keys/custody-*-share-"$1".age
}
# drilled FILTER WANTED: of each share of the last drill
drilled() {
	expect_json "[.rows[] | $1] | tostring" "$2"
}

test_case 'a ceremony of its own'
ok cpadmin init "$T/real" --authority E08000015 --no-custody
export CPADMIN_STORE=$T/real
ok cpadmin custody list --json
expect_json '.rows' '[]'
ok cpadmin worklist --json
expect_json '.rows[] | select(.kind == "custody-none") | .command' \
    'cpadmin custody create --holder OFFICE...'
run cpadmin custody drill --share "$T/none"
expect_status 4
run cpadmin custody create --custodians 3 "${PASSES[@]:0:4}"
expect_status 2
ok terminal custody create --holder 'Head of Legal' --holder Registrar -- \
    'correct horse battery 1' 'correct horse battery 1' \
    'correct horse battery 2' 'correct horse battery 2' \
    'correct horse battery 3' 'correct horse battery 3'
expect_out_contains 'of 3 custodians any 2 will open the archive'
expect_out_contains 'custodian 2 of 3 (Registrar): it is your turn'
expect_out_contains 'each 2 of the 3 shares are proved to open'
expect_out_contains 'before anybody leaves the room'
expect_no 'correct horse' in "$OUT_FILE" "$T/real"
expect_eq "$(stat -c %a "$(share 1)")" 600
ok cpadmin custody list --json
expect_json '[.rows[] | .status, .share, .threshold, .shares, .holder] |
    tostring' '["current",1,2,3,"Head of Legal","current",2,2,3,"Registrar","current",3,2,3,null]'
ok cpadmin audit verify
ok cpadmin worklist --json
expect_json '[.rows[] | select(.kind | startswith("custody"))] | length' 0
ok cpadmin retention run --yes

test_case 'one key at a time'
before=$(ls "$T/real/keys")
run cpadmin custody create "${PASSES[@]}"
expect_status 5
expect_err_contains 'cpadmin custody rekey'
expect_eq "$(ls "$T/real/keys")" "$before"

# From here on rehearsals, whose passphrases are not stretched as much; with
# files of their own, they are taken as in a real store.
new_store --holder 'Head of Legal' --holder Registrar
mv "$CPADMIN_STORE"/keys/rehearsal/share-?.pass "$T"
W1=$(cat "$T/share-1.pass") W2=$(cat "$T/share-2.pass")
W3=$(cat "$T/share-3.pass")
PASSES=(--passphrase-file "$T/share-1.pass" --passphrase-file "$T/share-2.pass"
    --passphrase-file "$T/share-3.pass")

test_case 'a drill: each share, and all together'
ok cpadmin custody drill --share "$(share 3)" --share "$(share 1)" \
    --passphrase-file "$T/share-3.pass" --passphrase-file "$T/share-1.pass"
expect_out_matches '^Key proved: +yes$'
expect_out_contains 'share 1 (Head of Legal): opened'
expect_out_contains 'share 2 (Registrar): not-tried, last opened never'
expect_err_contains '1 more lost and the archive is lost'
ok cpadmin custody list --json
expect_json '[.rows[] | .outcome, (.drilled == null)] | tostring' \
    '["opened",false,null,true,"opened",false]'
ok cpadmin custody drill --json --share "$(share 1)" --share "$(share 2)" \
    --share "$(share 3)" "${PASSES[@]}"
expect_err_empty
expect_json '[.opened, .proved, .threshold, .custodians] | tostring' \
    '[3,true,2,3]'
drilled .outcome '["opened","opened","opened"]'
ok cpadmin custody drill --share "$(share 1)" --passphrase-file "$T/share-1.pass"
expect_out_matches '^Key proved: +no$'
expect_err_contains 'Missing: 1 more of the 2 shares'
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action == "custody.drill") | .outcome] |
    tostring' '["done","done","done"]'

test_case 'a drill finds what is wrong, and says it of each'
cp "$(share 2)" "$T/cut"
truncate -s -1 "$T/cut"
run cpadmin custody drill --json --share "$(share 1)" --share "$(share 2)" \
    --passphrase-file "$T/share-1.pass" --passphrase-file "$T/wrong"
expect_status 3
drilled '.share, .outcome' \
    '[1,"opened",2,"wrong-passphrase",3,"not-tried"]'
run cpadmin custody drill --share "$(share 2)" --passphrase-file "$T/wrong"
expect_status 7
ok cpadmin custody list --json
expect_json '.rows[1] | .share, .outcome' '2
wrong-passphrase'
run cpadmin custody drill --json --share "$T/cut" --share "$(share 3)" \
    --passphrase-file "$T/share-2.pass" --passphrase-file "$T/share-3.pass"
expect_status 3
drilled '.share, .outcome' \
    '[null,"damaged",3,"opened",1,"not-tried",2,"not-tried"]'
run cpadmin custody drill --share "$T/cut" --passphrase-file "$T/share-2.pass"
expect_status 8
run cpadmin custody drill --json --share "$(share 1)" --share "$(share 1)" \
    --passphrase-file "$T/share-1.pass" --passphrase-file "$T/share-1.pass"
expect_status 3
drilled .outcome '["opened","repeated","not-tried","not-tried"]'
KEY=$(db 'SELECT id FROM custody')
mkdir "$T/stick"
run cpadmin custody drill --json --passphrase-file "$T/share-2.pass" \
    --share "$T/stick/custody-$KEY-share-2.age"
expect_status 4
drilled '.share, .outcome' '[2,"absent",1,"not-tried",3,"not-tried"]'
ok cpadmin worklist --json
expect_json '.rows[] | select(.kind == "custody-failed") | .what' \
    "Share 2 of 3 of the archive's key did not open in its last drill: absent"
run setsid -w "$CPADMIN" custody drill --share "$(share 1)" </dev/null
expect_status 7
expect_out_empty
run cpadmin custody drill --share "$(share 1)" --share "$(share 2)" \
    --passphrase-file "$T/share-1.pass"
expect_status 2
expect_no "$W1" in "$CPADMIN_STORE"
expect_no "$W2" in "$CPADMIN_STORE"

test_case 'shares at one terminal, in turn'
ok terminal custody drill --share "$(share 2)" --share "$(share 3)" -- \
    'mistyped once' "$W2" "$W3"
expect_out_contains "Passphrase of share 2 of custody key $KEY (Registrar): "
expect_out_contains 'wrong passphrase.  Once more.'
expect_out_contains "Passphrase of share 3 of custody key $KEY: "
run terminal custody drill --share "$(share 3)" -- one two three
expect_status 7
expect_out_contains 'share 3: wrong-passphrase'

test_case 'a drill is due every year, by the policy'
new_store --on 2020-01-01
ok cpadmin worklist --json --on 2020-06-01
expect_json '[.rows[].kind] | index("custody-drill")' null
ok cpadmin worklist --json --on 2021-01-03
expect_json '.rows[] | select(.kind == "custody-drill") | .due, .command' \
    '2021-01-02
cpadmin custody drill --share FILE...'
ok cpadmin custody drill --on 2021-01-03 --share "$(share 1)" \
    --share "$(share 2)"
ok cpadmin worklist --json --on 2021-01-04
expect_json '[.rows[].kind] | index("custody-drill") != null' true
ok cpadmin custody drill --on 2021-01-04
expect_err_contains '2 more lost and the archive is lost'
ok cpadmin worklist --json --on 2021-01-05
expect_json '[.rows[].kind] | index("custody-drill")' null

test_case 'who may'
ok cpadmin operator add ted --uid 4711 --role team --on 2021-01-05
ok cpadmin operator add kim --uid 4712 --role custodian --on 2021-01-05
for verb in drill create "recover --sheet $T/none --output $T/out"; do
	# shellcheck disable=SC2086
	run cpadmin custody $verb --as ted --on 2021-01-05
	expect_status 9
done
ok cpadmin custody drill --as kim --on 2021-01-05

test_case 'from paper'
if have pdftotext; then
	ok cpadmin custody sheet --share "$(share 2)" --output "$T/sheet.pdf"
	pdftotext -layout "$T/sheet.pdf" - | grep -E '^[1-8]  ' |
	    sed 's/^[1-8] *//' >"$T/words"
	expect_eq "$(wc -l <"$T/words")" 8
	OUT2=$T/custody-from-paper.age
	ok cpadmin custody recover --sheet "$T/words" --output "$OUT2" --json
	expect_json '[.share, .output] | tostring' "[2,\"$OUT2\"]"
	expect_eq "$(stat -c %a "$OUT2")" 600
	ok cpadmin custody drill --json --share "$OUT2" --passphrase-file \
	    "$CPADMIN_STORE/keys/rehearsal/share-2.pass"
	drilled '.share, .outcome' \
	    '[2,"opened",1,"not-tried",3,"not-tried"]'
	run cpadmin custody recover --sheet "$T/words" --output "$OUT2"
	expect_status 5
	run cpadmin custody recover --sheet "$T/words" --output "$T/no" \
	    --passphrase-file "$T/wrong"
	expect_status 7
	expect_no_file "$T/no"
	ok eval 'cpadmin custody recover --sheet - --output "$T/stdin.age" \
	    <"$T/words"'
	sed '3s/^./q/' "$T/words" >"$T/slip"
	run cpadmin custody recover --sheet "$T/slip" --output "$T/no"
	expect_status 10
	expect_err_contains 'line 3'
	mapfile -t words <"$T/words"
	ok terminal custody recover --sheet - --output "$T/typed.age" -- \
	    "${words[0]}" "${words[1]}" 'babab babab babab babab babab babab' \
	    "${words[@]:3}" 3 "${words[2]}"
	expect_out_contains 'Line 8 of 8: '
	expect_out_contains 'Type which line again'
	expect_file "$T/typed.age"
	run terminal custody recover --sheet - --output "$T/no" -- \
	    "${words[@]:0:7}" 'babab babab babab babab babab babab' ''
	expect_status 10
	expect_no_file "$T/no"
	ok cpadmin audit show --json
	expect_json '[.rows[] | select(.action == "custody.recover")] | length' 3
	# Without a log no share comes to be.
	mv "$CPADMIN_STORE/keys/host.key" "$T/host.key"
	run cpadmin custody recover --sheet "$T/words" --output "$T/no"
	expect_status 7
	expect_no_file "$T/no"
	mv "$T/host.key" "$CPADMIN_STORE/keys/host.key"
else
	skip 'pdftotext is not installed'
fi

test_case 'a sheet for each at the ceremony'
ok cpadmin init "$T/paper" --rehearsal --no-custody
ok cpadmin custody create --store "$T/paper" --sheets "$T/sheets" \
    --custodians 2
expect_eq "$(find "$T/sheets" -name '*.pdf' -perm 600 | wc -l)" 2
ok cpadmin audit show --store "$T/paper" --json
expect_json '[.rows[].action] | map(select(startswith("custody"))) | tostring' \
    '["custody.create","custody.sheet","custody.sheet"]'

test_case 'too many shares are lost: a key for what follows'
new_store --on 2020-01-01
OLD=$(db 'SELECT id FROM custody')
printf '{"cpadmin":"record/1","id":"A","authority":"E08000015","names":[%s' \
    '{"type":"current","given":"A","family":"B"}],"gender":"female",' \
    >"$T/a"
echo '"birth_date":"2002-02-01"}' >>"$T/a"
ok cpadmin record import "$T/a" --on 2020-01-31
ok cpadmin retention run --yes --on 2020-02-01
rm "$(share 1)" "$(share 3)"
run cpadmin custody rekey --yes --reason 'who knows' --on 2020-02-03
expect_status 7
run cpadmin custody create --after-loss --yes --on 2020-02-03
expect_status 2
run setsid -w "$CPADMIN" custody create --after-loss --reason fire \
    --on 2020-02-03 </dev/null
expect_status 2
ok cpadmin operator add kate --uid 4711 --role custodian --on 2020-02-03
run cpadmin custody create --after-loss --reason fire --yes --on 2020-02-03 \
    --as kate
expect_status 9
expect_eq "$(db 'SELECT count(*) FROM custody')" 1
ok cpadmin custody create --after-loss --reason fire --yes --on 2020-02-03 \
    --custodians 5 --threshold 3 --json
expect_json '.shares | length' 5
NEW=$(jq -r .custody_id "$OUT_FILE")
ok cpadmin custody list --json --on 2020-02-03
expect_json '[.rows[] | select(.share == 1) | .custody_id, .status] |
    join(" ")' "$OLD being-replaced $NEW current"
expect_eq "$(db "SELECT group_concat(action) FROM audit
    WHERE action IN ('custody.rekey', 'custody.after-loss')")" \
    custody.after-loss 'the log tells it from a rekey'
expect_eq "$(db 'SELECT custody FROM escrow ORDER BY generation DESC
    LIMIT 1')" "$NEW" 'who can open the copy of the shelf keyring'
ok cpadmin retention run --yes --on 2020-02-04
ok cpadmin custody drill --on 2020-02-04
ok cpadmin audit verify

test_case 'shares of a key that was replaced are refused by name'
new_store --on 2020-01-01
OLD=$(db 'SELECT id FROM custody')
cp "$(share 1)" "$T/renamed"
ok cpadmin custody rekey --yes --reason 'one left' --on 2020-02-03
NEW=$(db 'SELECT custody FROM store')
expect_false [ "$OLD" = "$NEW" ]
run cpadmin custody drill --json --on 2020-02-04 \
    --share "$CPADMIN_STORE/keys/custody-$OLD-share-1.age"
expect_status 7
drilled .outcome '["another-key","not-tried","not-tried","not-tried"]'
expect_err_json .what "1 of the 1 shares did not open; share $CPADMIN_STORE/keys/custody-$OLD-share-1.age is of custody key $OLD, which was replaced by $NEW on 2020-02-03"
run cpadmin custody drill --json --on 2020-02-04 --share "$T/renamed" \
    --passphrase-file "$CPADMIN_STORE/keys/rehearsal/share-1.pass"
expect_status 7
drilled .outcome '["another-key","not-tried","not-tried","not-tried"]'
run cpadmin archive verify --on 2020-02-04 \
    --share "$T/renamed" --share "$CPADMIN_STORE/keys/custody-$NEW-share-1.age" \
    --passphrase-file "$CPADMIN_STORE/keys/rehearsal/share-1.pass" \
    --passphrase-file "$CPADMIN_STORE/keys/rehearsal/$NEW-share-1.pass"
expect_status 7
expect_err_contains "share $T/renamed is of custody key $OLD, which was replaced by $NEW on 2020-02-03"
expect_err_contains "needed: 2 shares of custody key $NEW, of the numbers 1, 2, 3"
ok cpadmin archive verify --on 2020-02-04 \
    --share "$CPADMIN_STORE/keys/custody-$NEW-share-3.age" \
    --share "$CPADMIN_STORE/keys/custody-$NEW-share-2.age"
ok cpadmin custody list --json --on 2020-02-04
expect_json '[.rows[] | select(.share == 1) | .status] | tostring' \
    '["replaced","current"]'
