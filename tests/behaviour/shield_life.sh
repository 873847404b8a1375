#!/bin/bash
# The rest of a shielded record's life: archived with what is hidden still
# sealed, opened with an officer besides the custodians, live again behind its
# shield, and destroyed with all of it.  After each step nothing of it is
# anywhere in the store, and a child who has no address looks the same.
. "$(dirname "$0")/../lib.sh"

# person ID: CP-S has what CP-T has not.
person() {
	jq -cn --arg id "$1" '
	{cpadmin: "record/1", id: $id, authority: "E08000015",
	 names: [{type: "current", given: "Given", family: "Quince"}],
	 gender: "female", birth_date: "2008-03-09", numbers: [],
	 addresses: [], carers: [{name: "Carer One", relation: "mother",
	 responsibility: true}], involvements: [], left_england: null,
	 death: null, letters: null} | if $id != "CP-S" then
	 .names[0].family = "Tamarind" else
	 .addresses = [{type: "current", lines: ["7 Canarystreet"],
	     postcode: "CH41 1AA", from: "2019-08-01", source: "canarysource"}] |
	 .carers[0].phone = "0151 CANARY" |
	 .involvements = [{service: "education", provider: "Canary School",
	     practitioner: "Mrs Canaryhall", phone: "0151 0", start: "2015-09-01",
	     end: "2024-09-01", lead: false, assessment: false,
	     sensitive: null}] end'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept share --accept clock
}

package_of() {
	cpadmin archive list --json | jq -r --arg id "$1" \
	    '[.rows[] | select(.id == $id)] | last | .package'
}

# Nothing hidden, and no reason, is anywhere in the store, but for passphrases
# and keys that a rehearsal keeps.
nothing_tells() {
	local where

	where=$(grep -rliaE 'canary|CH411A[AC]|CH41 1A[AC]' "$CPADMIN_STORE" |
	    grep -v /keys/ | head -n 3)
	expect_eq "$where" ''
}

# shape FILE...: what differs between any two children taken out.
shape() {
	sed -e 's/CP-[ST]\b/CP-X/g; s/PK-[0-9A-Z]*/PK-X/g' \
	    -e 's/Quince/Family/g; s/Tamarind/Family/g' \
	    -e 's/log entry [0-9]*/log entry/g' "$@"
}

# twins COMMAND...: the same about CP-S and CP-T, for who is not told.
twins() {
	run cpadmin "${@//@/CP-S}" --as tom
	shape "$OUT_FILE" "$ERR_FILE" >"$T/s"
	local status=$STATUS
	run cpadmin "${@//@/CP-T}" --as tom
	shape "$OUT_FILE" "$ERR_FILE" >"$T/t"
	expect_eq "$status" "$STATUS"
	ok diff "$T/s" "$T/t"
}

OPEN=(--purpose court-order --reason 'order 9')

new_store --on 2026-01-05
for id in CP-S CP-T; do person $id; done >"$T/people"
ok cpadmin record import "$T/people" --on 2026-01-05
ok cpadmin record correct CP-S --set 'postcode=CH41 1AC' --set given=Givena \
    --reason T --on 2026-01-05
ok cpadmin record correct CP-S --set 'postcode=CH41 1AA' --set given=Given \
    --reason T --on 2026-01-05
for name in Givena Given; do
	ok cpadmin record correct CP-T --set given=$name --reason T --on 2026-01-05
done
night 2026-01-05 # after which no change can be taken back
ok cpadmin operator add bob --uid 5001 --role shield --role custodian
ok cpadmin operator add tom --uid 5002 --role team --role custodian \
    --role approver --role admin
ok cpadmin operator add dee --uid 5003 --role dpo
ok cpadmin shield request CP-S --by parent --reason 'canary reason' \
    --on 2026-01-06
ok cpadmin shield decide CP-S grant --as bob --reason 'canary why' \
    --review 2026-06-01 --on 2026-01-07
SC=$(cpadmin shield list --json | jq -r '.rows[0].case')
cpadmin record list --json | jq -e '.rows[] | select(.id == "CP-S") |
    .shielded' >/dev/null || fail 'CP-S is not shielded'
nothing_tells

test_case 'what is to come looks the same, before the archive'
twins retention explain @ --on 2026-02-01
twins retention explain @ --on 2026-02-01 --json
twins record show @ --reason T --on 2026-02-01 --json
for list in 'retention plan --until 2026-04-01' 'record list'; do
	# shellcheck disable=SC2086
	ok cpadmin $list --on 2026-02-01 --as tom --json
	expect_eq "$(jq -c '[.rows[] | select(.id == "CP-S") | del(.id)]' \
	    "$OUT_FILE")" "$(jq -c '[.rows[] | select(.id == "CP-T") |
	    del(.id)]' "$OUT_FILE")"
	expect_false grep -q shield "$OUT_FILE"
done
ok cpadmin worklist --on 2026-02-01 --as tom --json
expect_false grep -qE "$SC|shield" "$OUT_FILE"
expect_eq "$(sql "SELECT count(*) FROM record WHERE prune_due IS NOT NULL")" 0

test_case 'an archived child: what is hidden leaves, still sealed'
night 2026-03-09
S=$(package_of CP-S) P=$(package_of CP-T)
expect_eq "$(sql "SELECT count(*), sum(payload IS NULL) FROM compartment
    WHERE record = (SELECT n FROM record WHERE id = 'CP-S')")" '4|4'
expect_eq "$(sql 'SELECT count(*) FROM shield; SELECT count(*) > 0
    FROM shield_key' | paste -sd ' ')" '1 1'
nothing_tells
ok cpadmin archive verify --all
for id in CP-S CP-T; do
	ok cpadmin archive open $id "${OPEN[@]}" --on 2026-03-10 --as tom \
	    --output "$T/$id.tar.zst"
	mkdir "$T/$id"
	tar --zstd -xf "$T/$id.tar.zst" -C "$T/$id"
done
expect_eq "$(ls "$T/CP-S")" "$(ls "$T/CP-T")"
expect_eq "$(find "$T/CP-S" "$T/CP-T" -name shield.box -size -4k | wc -l)" 0
expect_eq "$(stat -c %s "$T"/CP-?/shield.box | awk '{
    while ($1 > 4096) $1 /= 2; print }' | sort -u)" 4096
ok cmp "$T/CP-S/README.txt" "$T/CP-T/README.txt"
ok diff <(shape "$T/CP-S/record.json") <(shape "$T/CP-T/record.json")
expect_eq "$(jq -c '[.events[].action]' "$T/CP-S/history.json")" \
    "$(jq -c '[.events[].action]' "$T/CP-T/history.json")"
expect_false grep -qE 'SC-|shield' "$T/CP-S/history.json"
for id in CP-S CP-T; do
	jq -c '.events[] | [.action, (.detail | fromjson | keys), (.salt |
	    length)]' "$T/$id/history.json" >"$T/events.$id"
done
ok diff "$T/events.CP-S" "$T/events.CP-T"
expect_false grep -rqi canary "$T/CP-S"

test_case 'and the archive says the same of both'
twins retention explain @ --on 2026-03-11 --json
twins record show @ --reason T --on 2026-03-11
expect_true grep -q 'is archived' "$T/s"
twins archive open @ "${OPEN[@]}" --on 2026-03-11 --sealed --output "$T"/none/x
ok cpadmin retention forecast --months 80 --on 2026-03-11 --as tom --json
expect_eq "$(jq '[.rows[].destroy] | add' "$OUT_FILE")" 2
ok cpadmin archive list --as tom --json --on 2026-03-11
expect_eq "$(jq -c '[.rows[] | del(.id, .package)] | unique | length' \
    "$OUT_FILE")" 1

test_case 'what is hidden takes custodians and an officer'
for who in tom dee; do
	run cpadmin archive open CP-S --shield "${OPEN[@]}" --as $who \
	    --on 2026-03-12
	expect_status 9
	run cpadmin archive open CP-T --shield "${OPEN[@]}" --as $who \
	    --on 2026-03-12
	expect_status 9
done
run cpadmin archive open CP-T --shield "${OPEN[@]}" --as bob --on 2026-03-12
expect_status 5
expect_err_contains 'nothing is hidden'
run cpadmin archive open CP-S CP-T --shield "${OPEN[@]}" --on 2026-03-12
expect_status 2
run cpadmin archive open CP-S --shield --sealed --output "$T/x" "${OPEN[@]}"
expect_status 2
ok cpadmin archive open CP-S --shield "${OPEN[@]}" --as bob --on 2026-03-12 \
    --json
expect_eq "$(jq -cS .record "$OUT_FILE")" "$(head -n 1 "$T/people" |
    jq -cS .)"
expect_json '[.shield[] | select(.kind == "case").text.reason] | tostring' \
    '["canary reason","canary why"]'
expect_json .investigation INV-0001
ok cpadmin shield investigation list --as dee --json
expect_json '.rows[0].id' CP-S
ok cpadmin audit show --json
expect_eq "$(jq -r --arg sc "$SC" '.rows[-2:][] | .action + " " +
    (.subject == $sc | tostring)' "$OUT_FILE")" 'archive.open true
shield.reveal true'
nothing_tells

test_case 'in a file it stays sealed, to whoever is an officer today'
ok cpadmin shield officer remove second-officer --on 2026-03-12
ok cpadmin shield officer rewrap --on 2026-03-12
ok cpadmin archive open CP-S --shield "${OPEN[@]}" --as bob --on 2026-03-12 \
    --output "$T/handed.tar.zst"
mkdir "$T/handed"
tar --zstd -xf "$T/handed.tar.zst" -C "$T/handed"
expect_eq "$(cd "$T/handed" && printf '%s ' shield*)" \
    'shield-1-hidden.age shield-2-log.age shield-3-case.age shield-4-case.age '
expect_false grep -rqi canary "$T/handed"
expect_eq "$(head -n 1 "$T/handed/shield-1-hidden.age")" \
    age-encryption.org/v1
expect_eq "$(grep -ac '^-> X25519' "$T/handed/shield-1-hidden.age")" 1

test_case 'nothing is lost when a disk, a key or a volume changes'
ok cpadmin custody rekey --custodians 3 --threshold 2 --reason T --yes
mkdir "$T/disk"
ok cpadmin archive move "$T/disk" --all
ok cpadmin archive compact --all
ok cpadmin archive scrub
ok cpadmin archive verify --all
ok cpadmin archive open CP-S --shield "${OPEN[@]}" --as bob --on 2026-03-13 \
    --json
expect_json '.record.addresses[0].lines[0]' '7 Canarystreet'
KEPT=$(sql 'SELECT start, length FROM boxed WHERE compartment = 1')
sql "UPDATE boxed SET start = 70000 WHERE compartment = 1"
run cpadmin archive open CP-S --shield "${OPEN[@]}" --as bob --on 2026-03-13
expect_status 8
expect_err_contains 'compartment 1 is not in'
sql "DELETE FROM boxed WHERE compartment = 1"
run cpadmin archive verify
expect_status 8
expect_err_contains 'compartments are neither'
sql "INSERT INTO boxed VALUES (1, ${KEPT/|/, })"
ok cpadmin archive verify

test_case 'live again, behind its shield, with what is rectified'
ok cpadmin archive restore CP-S --reason T --set birth_date=2008-04-09 \
    --set 'postcode=CH42 2BB' --as tom --on 2026-03-14 --json
expect_json '.id + " " + .state' 'CP-S live'
expect_eq "$(sql 'SELECT count(*) FROM boxed')" 0
expect_eq "$(sql "SELECT count(*) FROM compartment WHERE payload IS NULL")" 0
ok cpadmin record show CP-S --reason T --as dee --on 2026-03-14 --json
expect_json '(.addresses | length), .birth_date' '0
2008-04-09'
run cpadmin record find --postcode 'CH42 2BB' --reason T --as tom --json
expect_false grep -q CP-S "$OUT_FILE"
ok cpadmin shield reveal CP-S --reason T --as bob --on 2026-03-14 --json
expect_json '.addresses[0].postcode, .involvements[0].provider' \
    'CH42 2BB
Canary School'
expect_eq "$(grep -rliaE 'CH42 ?2BB' "$CPADMIN_STORE" | grep -v /keys/)" ''
ok cpadmin archive verify --all
ok cpadmin audit verify
ok cpadmin record history CP-S --reason T --as tom --json
expect_eq "$(jq -c '[.rows[] | select(.action == "record.correct") | .detail |
    (if type == "string" then fromjson else . end) | has("reason")]' \
    "$OUT_FILE")" '[true,true]'
expect_eq "$(jq '[.rows[] | select(.action | test("shield"))] | length' \
    "$OUT_FILE")" 0
nothing_tells

test_case 'archived again, with what came meanwhile'
night 2026-04-09
S=$(package_of CP-S)
ok cpadmin archive open CP-S --shield "${OPEN[@]}" --as bob --on 2026-04-10 \
    --json
expect_json '.record.addresses[0].postcode' 'CH42 2BB'
ok cpadmin hold place --record CP-S --reason inquiry --legal-basis B \
    --contact C --review 2027-01-01 --as tom --on 2026-04-10
ok cpadmin hold list --as tom --json --on 2026-04-10
expect_json '.rows[0].status' active
nothing_tells

test_case 'held like any other, and then destroyed with all of it'
night 2032-04-10
expect_eq "$(cpadmin destruction list --as tom --json |
    jq -c '[.rows[].count]')" '[1]'
ok cpadmin hold release H-0001 --reason over --as dee --on 2032-04-10
night 2032-04-11
for b in $(cpadmin destruction list --json | jq -r '.rows[].batch'); do
	ok cpadmin destruction show "$b" --as tom --json
	ok cpadmin destruction approve "$b" --as tom --on 2032-04-12 --yes
done
night 2032-05-20
expect_eq "$(cpadmin record list --json | jq -c '[.rows[].state] | unique')" \
    '["destroyed"]'
expect_eq "$(for t in compartment boxed shield shield_key mail quarantine
    do sql "SELECT count(*) FROM $t"; done | paste -sd ' ')" '0 0 0 0 0 0'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject = '$SC'
    AND (detail IS NOT NULL OR salt IS NOT NULL)")" 0
ok cpadmin record list --json
expect_eq "$(jq -c '[.rows[] | del(.id)] | unique | length' "$OUT_FILE")" 1
ok cpadmin audit verify
nothing_tells

test_case 'the certificates of both are the same but for whose they are'
for b in $(cpadmin destruction list --json | jq -r '.rows[].batch'); do
	cpadmin destruction certificate "$b" |
	    jq -S '.body | (if type == "string" then fromjson else . end) |
	    {outcome, method, checks: (.verification // .checks)}' \
	    >"$T/c.$b" 2>/dev/null
	expect_false grep -qiE 'shield|compartment' "$T/c.$b"
	expect_true grep -q destroyed "$T/c.$b"
done

test_case 'lifted after it was in the archive: all is there again'
new_store --on 2026-01-05
head -n 1 "$T/people" >"$T/one"
ok cpadmin record import "$T/one" --on 2026-01-05
ok cpadmin record correct CP-S --set 'postcode=CH41 1AC' --reason T \
    --on 2026-01-05
ok cpadmin operator add bob --uid 5001 --role shield
ok cpadmin record history CP-S --reason T --json
jq -cS '[.rows[] | select(.action | startswith("record.c"))]' "$OUT_FILE" \
    >"$T/events"
ok cpadmin shield request CP-S --by child --reason 'canary reason' \
    --on 2026-01-06
night 2026-03-09
run cpadmin shield lift CP-S --as bob --reason T --on 2026-03-10
expect_status 5
ok cpadmin archive restore CP-S --reason T --on 2026-03-10 \
    --set birth_date=2008-04-09
run cpadmin shield decide CP-S refuse --as bob --reason T --on 2026-03-10
expect_status 0
ok cpadmin record history CP-S --reason T --json
expect_eq "$(jq -cS '[.rows[] | select(.action | startswith("record.c"))]' \
    "$OUT_FILE")" "$(cat "$T/events")"
ok cpadmin audit verify
ok cpadmin record show CP-S --reason T --json
expect_json '.addresses[0].postcode, .involvements[0].provider' 'CH41 1AC
Canary School'
