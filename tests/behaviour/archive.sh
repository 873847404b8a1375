#!/bin/bash
# Packages are found, verified, opened and brought back; whatever differs from
# what was written is named.
. "$(dirname "$0")/../lib.sh"

# person ID BIRTH [GIVEN]: one line of record/1.
person() {
	jq -cn --arg id "$1" --arg born "$2" --arg given "${3:-Zoë Anne}" '
	{cpadmin: "record/1", id: $id, authority: "E08000015",
	 names: [{type: "current", given: $given, family: "O’Brien"}],
	 gender: "female", birth_date: $born,
	 numbers: [],
	 addresses: [{type: "current", lines: ["1 High Street"],
	  postcode: "CH41 1AA", from: "2019-08-01"}],
	 carers: [{name: "Maeve O’Brien", relation: "mother",
	  responsibility: true}], involvements: [], left_england: null,
	 death: null, letters: {language: "en", format: "standard"}}'
}

# flip FILE OFFSET: one bit; twice is as it was.
flip() {
	local byte

	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept share --accept clock \
	    --json
}

package_of() {
	cpadmin archive list --json |
	    jq -r --arg id "$1" '.rows[] | select(.id == $id) | .package' |
	    tail -n 1
}

# outcomes ID: what the log has of attempts on a record.
outcomes() {
	cpadmin audit show --subject "$1" --json | jq -r '.rows[] |
	    select(.action | test("^archive[.]|restore")) |
	    .action + " " + .outcome' | tr '\n' ';'
}

OPEN=(--purpose court-order --reason 'order 9')

new_store --on 2026-01-05
KEYS=$CPADMIN_STORE/keys
VOLUMES=$CPADMIN_STORE/archive
IDENTITY=$KEYS/rehearsal/custody.identity
SHARES=(--share "$(echo "$KEYS"/custody-*-share-3.age)"
    --share "$(echo "$KEYS"/custody-*-share-1.age)")
{
	person CP-A 2008-01-10
	person CP-B 2008-01-11
	person CP-C 2008-02-01
	person CP-D 2008-02-02
	person CP-E 2012-01-01
} >"$T/people"
ok cpadmin record import "$T/people" --on 2026-01-05
ok cpadmin consent give CP-B --ground care-leaver --by self --date 2026-01-06 \
    --statement v1 --evidence E1 --on 2026-01-06
ok cpadmin consent withdraw CP-B --date 2026-01-12 --on 2026-01-12
night 2026-01-12
night 2026-02-03
V1=$(cpadmin archive list --json | jq -r '.rows[0].volume')
V2=$(cpadmin archive list --json | jq -r '.rows[-1].volume')
PK=$(package_of CP-A)

test_case 'the catalogue'
ok cpadmin archive list --json
expect_json .kind packages
expect_json '[.rows[] | .id + " " + .archived + " " + .destroy_due + " " +
    .shelf + " " + .status]' '["CP-A 2026-01-12 2032-01-13 2032-01 archived","CP-B 2026-01-12 2032-01-13 2032-01 archived","CP-C 2026-02-03 2032-02-04 2032-02 archived","CP-D 2026-02-03 2032-02-04 2032-02 archived"]'
for month in 203202 2032-02; do
	ok cpadmin archive list --shelf $month --json
	expect_json '[.rows[].id] | tostring' '["CP-C","CP-D"]'
done
ok cpadmin archive list --status destroyed --json
expect_json '.rows | length' 0
for bad in 203213 2032 20320-1 x 2032021; do
	run cpadmin archive list --shelf $bad
	expect_status 2
done
run cpadmin archive list --status lost
expect_status 2

test_case 'one package, unopened'
ok cpadmin archive show CP-A --json --on 2026-02-04
expect_json .package "$PK"
expect_json '.rule, .status, .shelf_state, .policy' \
    'retention.age_limit
archived
live
contactpoint-2007 1'
expect_json .custody_id "$(cat "$KEYS/custody.current")"
expect_json .payload_bytes "$(tar -tvf "$VOLUMES/$V1.tar" "$PK.payload" |
    awk '{print $3}')"
expect_json '.purposes | index("correction") != null' true
ok cpadmin archive show "$PK" --json --on 2028-02-04
expect_json '.purposes | tostring' '["section-47-enquiry","serious-case-review","child-death-review","court-order","subject-access"]'
run cpadmin archive show CP-E
expect_status 4
expect_no O’Brien in <(cpadmin archive list) <(cpadmin archive show CP-A)

test_case 'stock age and tar open what was archived'
ok cpadmin archive open CP-A "${OPEN[@]}" --sealed --output "$T/a.age" --json
expect_json '.sealed, .id' 'true
CP-A'
mkdir "$T/a"
ok eval 'age -d -i "$IDENTITY" "$T/a.age" | tar --zstd -x -C "$T/a"'
ok diff <(jq -S . "$T/a/record.json") <(head -n 1 "$T/people" | jq -S .)
expect_eq "$(jq -r '[.events[].action] | tostring' "$T/a/history.json")" \
    '["record.create"]'
expect_file "$T/a/README.txt"
expect_eq "$(stat -c %a "$T/a.age")" 600

test_case 'opened to a file'
ok cpadmin archive open CP-A "${OPEN[@]}" --output "$T/a.tar.zst" --json
expect_json .bytes "$(stat -c %s "$T/a.tar.zst")"
expect_eq "$(stat -c %a "$T/a.tar.zst")" 600
ok cmp <(tar --zstd -xOf "$T/a.tar.zst" record.json) "$T/a/record.json"
run cpadmin archive open CP-A "${OPEN[@]}" --output "$T/a.tar.zst"
expect_status 5
expect_err_contains 'there already'
run cpadmin archive open CP-A "${OPEN[@]}" --sealed
expect_status 2

test_case 'opened to the screen'
ok cpadmin archive open "$PK" "${OPEN[@]}" "${SHARES[@]}" --json
expect_json '.kind, .v, .package' "package
1
$PK"
expect_json '.history.events[0].action' record.create
expect_eq "$(wc -l <"$OUT_FILE")" 1 'lines of JSON'
expect_true diff <(jq -S .record "$OUT_FILE") <(head -n 1 "$T/people" | jq -S .)

test_case 'every attempt is in the log, the refused ones too'
run cpadmin archive open CP-C --purpose gossip --reason T --json
expect_status 5
expect_out_empty
expect_err_json '.code, (.hint | test("court-order"))' '5
true'
ok cpadmin operator add ted --uid 4711 --role team --role auditor
run cpadmin archive open CP-C "${OPEN[@]}" --as ted
expect_status 9
expect_out_empty
echo wrong >"$T/wrong"
chmod 600 "$T/wrong"
run cpadmin archive open CP-C "${OPEN[@]}" --passphrase-file "$T/wrong" \
    --passphrase-file "$T/wrong"
expect_status 7
expect_out_empty
run cpadmin archive restore CP-C --reason T --as ted
expect_status 9
run eval 'cpadmin archive open CP-C "${OPEN[@]}" --on 2026-03-01 >/dev/full'
expect_status 1
expect_eq "$(outcomes CP-C)" 'archive.open refused;archive.open refused;archive.open failed;record.restore refused;archive.open done;'
expect_eq "$(cpadmin record history CP-C --reason T --json |
    jq -r '[.rows[] | select(.action == "archive.open")] | last |
    .detail | if type == "string" then fromjson else . end |
    .purpose + "/" + .reason + "/" + .package')" \
    "court-order/order 9/$(package_of CP-C)"
run cpadmin archive open CP-C --purpose audit
expect_status 2
run cpadmin archive open CP-C --reason T
expect_status 2
run cpadmin archive open PK-NONE "${OPEN[@]}"
expect_status 4

test_case 'the first year and later'
ok cpadmin archive open CP-D --purpose correction --reason T --on 2027-02-03
run cpadmin archive open CP-D --purpose correction --reason T --on 2027-02-04
expect_status 5
expect_err_contains archive.open_later_purposes
ok cpadmin archive open CP-D --purpose subject-access --reason T --on 2029-02-03

test_case 'the shares of another key'
MINE=$CPADMIN_STORE
new_store
OTHERS=()
for i in 1 2; do
	OTHERS+=(--share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-$i.age)"
	    --passphrase-file "$CPADMIN_STORE/keys/rehearsal/share-$i.pass")
done
export CPADMIN_STORE=$MINE
run cpadmin archive open CP-A "${OPEN[@]}" "${OTHERS[@]}"
expect_status 7
expect_out_empty
expect_err_contains 'needed: 2 shares of custody key'
run cpadmin archive verify "${OTHERS[@]}"
expect_status 7

test_case 'a whole archive is found whole'
for options in '' '--all' "${SHARES[*]}"; do
	# shellcheck disable=SC2086
	ok cpadmin archive verify $options --json
	expect_json '[.rows[] | .volume + " " + .status + " " +
	    (.packages | tostring) + " " + (.live | tostring)] | tostring' \
	    "[\"$V1 ok 2 2\",\"$V2 ok 2 2\"]"
done
ok cpadmin archive verify --as ted
run cpadmin archive verify "${SHARES[@]}" --as ted
expect_status 9
expect_eq "$(cpadmin audit show --json | jq '[.rows[] |
    select(.action == "archive.verify")] | length')" 1 'entries in the log'

# found OPTIONS WHAT: verify says that V1 is wrong and V2 is not.
found() {
	# shellcheck disable=SC2086
	run cpadmin archive verify $1 --json
	expect_status 8
	expect_json "[.rows[] | select(.status == \"corrupt\") | .volume] |
	    tostring" "[\"$V1\"]"
	expect_json "[.rows[] | select(.status == \"ok\") | .volume] |
	    tostring" "[\"$V2\"]"
	expect_err_contains "$V1"
	expect_out_matches "$2"
}

test_case 'a flipped byte anywhere in a volume is found'
VOLUME=$VOLUMES/$V1.tar
at() {
	tar -tRf "$VOLUME" | sed -n "s/^block \([0-9]*\): $1\$/\1/p"
}
FIRST=$(cpadmin archive list --json | jq -r '.rows[].package' |
    grep -n '' | head -n 2 | cut -d: -f2 | while read -r p; do
	echo "$(at "$p.payload") $p"; done | sort -n | head -n 1)
BLOCK=${FIRST% *}
FIRST=${FIRST#* }
SIZE=$(tar -tvf "$VOLUME" "$FIRST.payload" | awk '{print $3}')
DATA=$(((BLOCK + 1) * 512))
expect_true [ $((SIZE % 512)) -ne 0 ]
while read -r offset what; do
	flip "$VOLUME" "$offset"
	found --all "$what"
	flip "$VOLUME" "$offset"
done <<EOF
5 .
110 $V1
520 VOLUME.json
$((BLOCK * 512 + 3)) .
$((BLOCK * 512 + 110)) .
$((DATA)) $FIRST.is.damaged
$((DATA + SIZE - 1)) $FIRST.is.damaged
$((DATA + SIZE)) byte.for.byte
$(($(at MANIFEST) * 512 + 512 + 90)) MANIFEST
$(($(stat -c %s "$VOLUME") - 1)) .
EOF
ok cpadmin archive verify --all

test_case 'what the quick check leaves to the full one'
flip "$VOLUME" "$DATA"
ok cpadmin archive verify
run cpadmin archive open "$FIRST" "${OPEN[@]}"
expect_status 8
expect_out_empty
expect_err_contains "$FIRST"
flip "$VOLUME" "$DATA"
echo >>"$VOLUME"
found '' bytes
truncate -s -1 "$VOLUME"
truncate -s -512 "$VOLUME"
found '' bytes
truncate -s +512 "$VOLUME"
ok cpadmin archive verify --all

test_case 'a flipped byte in the keyring is found'
RING=$KEYS/shelves.key
SLOTS=$(stat -c %s "$RING")
for offset in 0 40 127 128 140 200 255 256 $((SLOTS - 1)); do
	flip "$RING" "$offset"
	run cpadmin archive verify --json
	expect_status 8
	expect_json '.rows[0].volume, .rows[0].status' 'null
corrupt'
	expect_json '.rows | length' 3
	expect_err_contains keyring
	flip "$RING" "$offset"
done
cp "$KEYS/host.key" "$T/host.key"
flip "$KEYS/host.key" 3
run cpadmin archive verify
expect_status 8
cp "$T/host.key" "$KEYS/host.key"
ok cpadmin archive verify

test_case 'a flipped byte in a header is found'
N=$(sql "SELECT n FROM package WHERE id = '$FIRST'")
HEX=$(sql "SELECT hex(wrapped) FROM header WHERE package = $N")
for at in 0 20 200 $((${#HEX} - 2)); do
	digit=${HEX:at:1}
	sql "UPDATE header SET wrapped = x'${HEX:0:at}$(printf %X \
	    $((0x$digit ^ 1)))${HEX:at + 1}' WHERE package = $N"
	found '' "$FIRST"
	run cpadmin archive open "$FIRST" "${OPEN[@]}"
	expect_status 8
done
sql "DELETE FROM header WHERE package = $N"
found '' 'missing from the catalogue'
run cpadmin archive open "$FIRST" "${OPEN[@]}"
expect_status 8
sql "INSERT INTO header(package, wrapped)
    VALUES ($N, x'$HEX')"
ok cpadmin archive verify "${SHARES[@]}"

test_case 'a header under another package or shelf is found'
OTHERS=$(sql "SELECT n FROM package WHERE volume = (SELECT volume FROM package
    WHERE n = $N) AND n <> $N")
sql "UPDATE header SET wrapped = (SELECT wrapped FROM header
    WHERE package = $OTHERS) WHERE package = $N"
found '' "$FIRST"
sql "UPDATE header SET wrapped = x'$HEX' WHERE package = $N;
    UPDATE package SET shelf = 203202 WHERE n = $N"
found '' "$FIRST"
sql "UPDATE package SET shelf = 203201 WHERE n = $N;
    UPDATE package SET shelf = 203301 WHERE n = $N"
found '' "$FIRST"
sql "UPDATE package SET shelf = 203201 WHERE n = $N"

test_case 'a package under the name of another record is found by opening it'
sql "UPDATE package SET record = (SELECT record FROM package
    WHERE n = $OTHERS) WHERE n = $N"
ok cpadmin archive verify --all
found "${SHARES[*]}" 'another record'
sql "UPDATE package SET record = (SELECT n FROM record
    WHERE n NOT IN (SELECT record FROM package) AND id <> 'CP-E')
    WHERE n = $N"
ok cpadmin archive verify "${SHARES[@]}"

test_case 'a catalogue that cannot count is found'
sql "UPDATE volume SET live = live - 1 WHERE id = '$V1'"
found '' 'counts 1'
sql "UPDATE volume SET live = live + 1 WHERE id = '$V1'"
sql "UPDATE package SET volume = (SELECT n FROM volume WHERE id = '$V1')
    WHERE id = '$(package_of CP-C)';
    UPDATE volume SET live = live + 1 WHERE id = '$V1';
    UPDATE volume SET live = live - 1 WHERE id = '$V2'"
ok cpadmin archive verify
found --all "$(package_of CP-C) is not in it"
sql "UPDATE package SET volume = (SELECT n FROM volume WHERE id = '$V2')
    WHERE id = '$(package_of CP-C)';
    UPDATE volume SET live = live - 1 WHERE id = '$V1';
    UPDATE volume SET live = live + 1 WHERE id = '$V2'"

test_case 'missing and unknown volumes are found'
mv "$VOLUME" "$T/away"
for options in '' --all "${SHARES[*]}"; do
	# shellcheck disable=SC2086
	run cpadmin archive verify $options --json
	expect_status 8
	expect_json '[.rows[] | .volume + " " + .status] | tostring' \
	    "[\"$V1 missing\",\"$V2 ok\"]"
done
run cpadmin archive open CP-A "${OPEN[@]}"
expect_status 8
expect_err_contains "$V1"
mv "$T/away" "$VOLUME"
mv "$VOLUMES" "$T/folder"
run cpadmin archive verify --json
expect_status 8
expect_json '[.rows[].status] | tostring' '["missing","missing"]'
mv "$T/folder" "$VOLUMES"
cp "$VOLUME" "$VOLUMES/V-20200101-ORPHAN.tar"
run cpadmin archive verify --json
expect_status 8
expect_json '[.rows[] | .volume + " " + .status] | tostring' \
    "[\"$V1 ok\",\"$V2 ok\",\"V-20200101-ORPHAN orphan\"]"
rm "$VOLUMES/V-20200101-ORPHAN.tar"

test_case 'a run at work has volumes that are nobody else’s'
cp "$VOLUME" "$VOLUMES/V-20200101-NEW.tar"
ok flock "$CPADMIN_STORE/run.lock" "$CPADMIN" archive verify
rm "$VOLUMES/V-20200101-NEW.tar"
run flock "$CPADMIN_STORE/run.lock" "$CPADMIN" archive restore CP-B --reason T
expect_status 6
ok cpadmin archive show CP-B --json
expect_json .status archived

test_case 'a volume under another custody key is said to be unopened'
sql "UPDATE volume SET custody = '0123456789abcdef' WHERE id = '$V2'"
run cpadmin archive verify "${SHARES[@]}" --json
expect_status 7
expect_json '[.rows[].status] | tostring' '["ok","unopened"]'
expect_err_contains 0123456789abcdef
sql "UPDATE volume SET custody = (SELECT custody FROM volume
    WHERE id = '$V1') WHERE id = '$V2'"

test_case 'restore brings back document, consents, history and dates'
DETAILS=$(cpadmin archive open CP-B "${OPEN[@]}" --json |
    jq -c '[.history.events[] | {seq, detail}]')
run cpadmin archive restore CP-B --reason T --set birth_date=2008-02-31 \
    --on 2026-03-01
expect_status 10
run cpadmin archive restore CP-B --reason T --set birth_date --on 2026-03-01
expect_status 2
ok cpadmin archive show CP-B --json
expect_json .status archived
ok cpadmin archive restore CP-B --reason 'registrar, case 12' \
    --set birth_date=2009-01-11 "${SHARES[@]}" --on 2026-03-01 --json
expect_json '.id, .state, .next_action, .next_due, .rule, .due_again' 'CP-B
live
archive
2027-01-11
retention.age_limit
false'
ok diff <(cpadmin record show CP-B --reason T --json |
    jq -S 'del(.kind, .v)') \
    <(sed -n 2p "$T/people" | jq -S '.birth_date = "2009-01-11"')
ok cpadmin consent list CP-B --reason T --json
expect_json '[.rows[] | .ground + " " + .given + " " + .status] | tostring' \
    '["care-leaver 2026-01-06 withdrawn"]'
expect_eq "$(sql "SELECT json_group_array(json_object('seq', seq, 'detail',
    detail)) FROM (SELECT seq, detail FROM audit WHERE subject = 'CP-B' AND
    action IN ('record.create', 'consent.give', 'consent.withdraw')
    ORDER BY seq)")" "$DETAILS" 'details of the log'
ok cpadmin audit verify
ok cpadmin archive verify "${SHARES[@]}"
ok cpadmin archive show CP-B --json
expect_json '.status, .ended, .payload_bytes, (.purposes | length)' 'restored
2026-03-01
null
0'
expect_eq "$(sql "SELECT count(*) FROM header WHERE package IN
    (SELECT n FROM package WHERE status <> 'archived')")" 0 headers
for verb in open restore; do
	# shellcheck disable=SC2046
	run cpadmin archive $verb CP-B --reason T \
	    $([ $verb = open ] && echo --purpose court-order)
	expect_status 5
	expect_err_contains 'was restored on 2026-03-01'
done
run cpadmin record find --name O’Brien --born 2009-01-11 --reason T --json
expect_json '[.rows[].id] | index("CP-B") != null' true

test_case 'a restored record that is due again says so, and goes again'
ok cpadmin archive restore CP-A --reason T --on 2026-03-02
expect_err_contains 'will archive CP-A again'
ok cpadmin archive restore CP-D --reason T --on 2026-03-02 --json
expect_json .due_again true
expect_err_empty
night 2026-03-03
expect_json .archived 2
expect_false [ "$(package_of CP-A)" = "$PK" ]
ok cpadmin archive verify "${SHARES[@]}"
ok diff <(cpadmin archive open CP-A "${OPEN[@]}" --json | jq -S .record) \
    <(head -n 1 "$T/people" | jq -S .)

test_case 'a consent in force counts again'
person CP-F 2008-01-10 | jq -c '.left_england = {date: "2026-03-04",
    intention: "no-return"}' >"$T/gone"
ok cpadmin record import "$T/gone" --on 2026-03-04
ok cpadmin consent give CP-F --ground care-leaver --by self --date 2026-01-06 \
    --statement v1 --evidence E1 --reason 'the form came late' --on 2026-03-04
night 2026-03-05
expect_json .archived 1
ok cpadmin archive restore CP-F --reason 'she came back' \
    --set left_england.intention=return --on 2026-03-06 --json
expect_json '.next_due, .rule, .state' '2029-03-05
retention.left_return_period
extended'

test_case 'not out of an approved batch, but out of a proposed one'
ok cpadmin operator add mary --uid 4712 --role approver
night 2032-03-05
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin archive show CP-C --json
expect_json '.batch, .batch_status' "$BATCH
proposed"
ok cpadmin archive restore CP-D --reason T --set birth_date=2017-01-01 \
    --on 2032-03-05
expect_eq "$(sql "SELECT i.status || ', ' || i.reason FROM batch_item i
    JOIN package p ON p.n = i.package WHERE p.id = '$(package_of CP-D)'")" \
    'excluded, restored'
ok cpadmin destruction approve "$BATCH" --as mary --on 2032-03-06 --yes
run cpadmin archive restore CP-C --reason T --on 2032-03-06
expect_status 5
expect_err_contains "destruction exclude $BATCH"

test_case 'a destroyed package leaves its tombstone'
night 2033-01-05
ok cpadmin archive list --status destroyed --json
expect_json '[.rows[].id] | sort | tostring' '["CP-A","CP-C"]'
for verb in open restore; do
	# shellcheck disable=SC2046
	run cpadmin archive $verb CP-C --reason T \
	    $([ $verb = open ] && echo --purpose court-order)
	expect_status 5
	expect_err_contains 'destroyed on 2033-01-05'
	expect_err_contains "$BATCH"
done
ok cpadmin archive show CP-C --json
expect_json '.status, .ended, .shelf_state' 'destroyed
2033-01-05
destroyed'
ok cpadmin archive verify "${SHARES[@]}"
ok cpadmin audit verify

test_case 'a real store asks for shares and passphrases'
PASSES=() SHARES=()
for i in 1 2 3; do
	echo "correct horse battery staple $i" >"$T/pass-$i"
	chmod 600 "$T/pass-$i"
	PASSES+=(--passphrase-file "$T/pass-$i")
done
export CPADMIN_STORE=$T/real
ok cpadmin init "$CPADMIN_STORE" --authority E08000015 \
    --policy contactpoint-2007 "${PASSES[@]}"
person CP-R 2001-01-01 >"$T/one"
# Two people open a real store's gate, and here is one.
sqlite3 "$CPADMIN_STORE/store.db" "INSERT INTO gate(authority, status)
    VALUES ('E08000015', 'open')"
ok cpadmin record import "$T/one"
ok cpadmin retention run --yes --accept share
for i in 1 2 3; do
	SHARES+=("$(echo "$CPADMIN_STORE"/keys/custody-*-share-$i.age)")
done
TWO=(--share "${SHARES[0]}" --share "${SHARES[1]}")
run cpadmin archive open CP-R "${OPEN[@]}"
expect_status 2
expect_err_contains --share
run setsid -w "$CPADMIN" archive open CP-R "${OPEN[@]}" "${TWO[@]}" </dev/null
expect_status 7
expect_err_contains --passphrase-file
run cpadmin archive open CP-R "${OPEN[@]}" "${TWO[@]}" \
    --passphrase-file "$T/wrong" --passphrase-file "$T/pass-2"
expect_status 7
expect_out_empty
run cpadmin archive open CP-R "${OPEN[@]}" "${TWO[@]}" "${PASSES[@]:2:2}"
expect_status 2
chmod 644 "$T/pass-1"
run cpadmin archive open CP-R "${OPEN[@]}" "${TWO[@]}" "${PASSES[@]:0:4}"
expect_status 7
chmod 600 "$T/pass-1"
ok cpadmin archive open CP-R "${OPEN[@]}" "${TWO[@]}" "${PASSES[@]:0:4}" --json
expect_json .record.id CP-R
ok cpadmin archive verify --share "${SHARES[2]}" --share "${SHARES[0]}" \
    --passphrase-file "$T/pass-3" --passphrase-file "$T/pass-1"
run cpadmin archive open CP-R "${OPEN[@]}" --share "${SHARES[0]}" \
    "${PASSES[@]:0:2}"
expect_status 7
expect_err_contains 'opens with 2 shares, and 1 is given'
run cpadmin archive open CP-R "${OPEN[@]}" --share "${SHARES[0]}" \
    --share "${SHARES[0]}" "${PASSES[@]:0:2}" "${PASSES[@]:0:2}"
expect_status 7
