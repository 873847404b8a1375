#!/bin/bash
# What a certificate says: never `destroyed' when a check failed; issued again
# when the last copy is gone, or when something opened after all; and tried
# with the custodians' key.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Marker" + $id)}],
	    gender: "female", birth_date: $born, addresses: [{type: "current",
	    lines: ["9 " + $id + "Lane"], postcode: "CH41 1AA"}]}'
}

night() {
	local on=$1

	shift
	run cpadmin retention run --on "$on" --yes --accept clock --json "$@"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# body N [FILTER]: of certificate N of batch D, in the outbox.
body() {
	local file=certificate-$D.json

	[ "$1" -eq 1 ] || file=certificate-$D-$1.json
	jq -r .body "$CPADMIN_STORE/outbox/$file" | jq -r "${2:-.}"
}

valid() {
	run env -u CPADMIN_STORE "$CPADMIN" verify "$1" \
	    --key "$CPADMIN_STORE/keys/signing.pub" --json
	expect_json .valid true
}

# As if the run had been killed before the certificate.
uncertified() {
	sql "UPDATE batch SET status = 'executed', body = NULL,
	    certificate_seq = NULL, copies_remain = 0 WHERE id = '$D'"
	rm -f "$CPADMIN_STORE/outbox/certificate-$D"*
}

new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
ok cpadmin operator add dora --uid 2002 --role dpo --on 2020-01-01
ok cpadmin operator add team --uid 2003 --role team --on 2020-01-01
for i in 1 2 3; do person A$i 2002-01-05; done >"$T/rows"
person K1 2002-03-05 >>"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
cp "$CPADMIN_STORE/store.db" "$T/copy-of-2020.db"
cp "$CPADMIN_STORE/keys/shelves.key" "$T/shelves-of-2020.key"
sql "SELECT p.n || ' ' || hex(h.wrapped) FROM header h
    JOIN package p ON p.n = h.package ORDER BY p.n" >"$T/headers"
night 2026-01-06
D=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$D" --as mary --on 2026-01-06
night 2026-01-06

test_case 'the first one: what it looked at, and what remains'
expect_json .destroyed 3
valid "$CPADMIN_STORE/outbox/certificate-$D.json"
expect_eq "$(body 1 '"\(.kind) \(.outcome) \(.issue) \(.last_copy_gone)"')" \
    'due destroyed null null'
expect_eq "$(body 1 '[.verification[].passed] | all')" true passed
expect_eq "$(body 1 '[.verification[].what] | length >= 4')" true checks
body 1 '.copies_remaining[]' >"$T/remaining"
grep -q 'key of shelf 202601.*not before 2026-02-01' "$T/remaining" ||
    fail 'the shelf is not named' "$(cat "$T/remaining")"
grep -q 'until the store is sanitised' "$T/remaining" ||
    fail 'the slack is not named' "$(cat "$T/remaining")"
ok cpadmin destruction list --json
expect_json '.rows[0].copies_remain' true

test_case 'a header that is there: failed'
uncertified
read -r N HEX <"$T/headers"
sql "INSERT INTO header(package, wrapped, custody)
    VALUES ($N, x'$HEX', NULL);
    INSERT INTO sanitising(at, by, bytes_before, bytes_after, milliseconds)
    VALUES ('2026-01-06T23:59:59Z', 'root', 1, 1, 1)"
night 2026-01-07
expect_status 3
expect_eq "$(body 1 '"\(.outcome) \(.key_gone) \(.last_copy_gone)"')" \
    'failed null null'
expect_eq "$(body 1 '[.items[].outcome] | sort | join(" ")')" \
    'destroyed destroyed failed'
valid "$CPADMIN_STORE/outbox/certificate-$D.json"

test_case 'the run erases it again, and says so'
expect_eq "$(sql "SELECT count(*) FROM header h JOIN package p
    ON p.n = h.package WHERE p.status <> 'archived'")" 0 headers
expect_eq "$(sql "SELECT count(*) FROM audit
    WHERE action = 'destruction.again'")" 1 'in the log'
night 2026-01-08
sql 'DELETE FROM sanitising'
expect_status 0
expect_eq "$(body 2 '"\(.outcome) \(.issue) \(.replaces.issue)"')" \
    'destroyed 2 1'
expect_eq "$(body 2 '.key_gone[:10]')" 2026-01-07 'not before it went'
expect_eq "$(body 2 '[.copies_remaining[] | select(test("sanitised"))] |
    length')" 1 'what was sanitised before it went'
expect_eq "$(body 2 .replaces.certificate)" "$(jq -j .body \
    "$CPADMIN_STORE/outbox/certificate-$D.json" | sha256sum | cut -c1-64)" \
    'the hash of the first'
valid "$CPADMIN_STORE/outbox/certificate-$D-2.json"

# residue SQL-OR-COMMAND UNDO: a check fails, and later it does not.
residue() {
	test_case "$1: residue"
	sql 'DELETE FROM certificate'
	uncertified
	eval "$2"
	night 2026-01-09
	expect_status 3
	expect_eq "$(body 1 .outcome)" residue outcome
	expect_eq "$(body 1 '[.verification[] | select(.passed | not)] |
	    length')" 1 'checks that failed'
	ok cpadmin destruction list --json
	expect_json '.rows[0] | "\(.outcome) \(.copies_remain)"' \
	    'residue true'
	ok cpadmin worklist --on 2026-01-09 --as dora --json
	expect_json '[.rows[] | select(.kind == "destruction-residue") | .id] |
	    join(" ")' "$D"
	eval "$3"
	night 2026-01-10
	expect_eq "$(body 2 .outcome)" destroyed 'outcome of the second'
}
residue 'a document of a person who is gone' \
    "sql \"INSERT INTO document SELECT n, '{}', x'' FROM record
        WHERE id = 'A1'\"" \
    'sql "DELETE FROM document"'
residue 'a detail of the log' \
    "sql \"UPDATE audit SET detail = 'Marker', salt = zeroblob(16)
        WHERE subject = 'A2' AND action = 'record.create'\"" \
    "sql \"UPDATE audit SET detail = NULL, salt = NULL
        WHERE subject = 'A2' AND action = 'record.create'\""
residue 'a compartment' \
    "sql \"INSERT INTO compartment(record, kind, at, generation, header,
        payload) SELECT n, 'case', '2026-01-01', 1, x'00', x'00' FROM record
        WHERE id = 'A1'\"" \
    'sql "DELETE FROM compartment"'
residue 'a match key' \
    "sql \"INSERT INTO shield_key SELECT 1, n FROM record
        WHERE id = 'A2'\"" \
    'sql "DELETE FROM shield_key"'
V=$(sql "SELECT id FROM volume WHERE gone IS NOT NULL LIMIT 1")
residue 'a file of a volume that is gone' \
    "echo >\"\$CPADMIN_STORE/archive/$V.tar\"" \
    "rm \"\$CPADMIN_STORE/archive/$V.tar\""

test_case 'tried while the shelf lives: told as it is'
run cpadmin destruction try "$D" --as team --on 2026-01-11
expect_status 9
run cpadmin destruction try D-1 --as dora --on 2026-01-11
expect_status 4
run cpadmin destruction try "$D" --headers "$T/nowhere" --as dora \
    --on 2026-01-11
expect_status 4
run cpadmin destruction try "$D" --headers "$T/rows" --as dora \
    --on 2026-01-11
expect_status 8
ok cpadmin destruction try "$D" --as dora --on 2026-01-11 --json
expect_json '"\(.tried) \(.opened) \(.gone) \(.issue)"' '3 0 3 null'
ok cpadmin destruction try "$D" --headers "$T/copy-of-2020.db" --as dora \
    --on 2026-01-12 --json
expect_json '"\(.tried) \(.opened) \(.shelves_live)"' '3 3 [202601]'
expect_no Marker in "$OUT_FILE" "$ERR_FILE"
ok cpadmin destruction try "$D" --headers "$T/copy-of-2020.db" --as dora \
    --on 2026-01-13
expect_err_contains 'opens: shelf 202601 lives until its month is over'
expect_eq "$(find "$T" -name 'copy-of-2020*' | wc -l)" 1 \
    'files beside the copy'
expect_eq "$(sql "SELECT count(*) FROM audit
    WHERE action = 'destruction.try'")" 3 'in the log'

test_case 'the last one: the shelf is gone, and the store sanitised'
night 2026-02-01
expect_json .shelves_destroyed 1
expect_no_file "$CPADMIN_STORE/outbox/certificate-$D-3.json"
ok cpadmin sanitise --on 2026-02-02 --json
night 2026-02-03
expect_eq "$(body 3 '"\(.outcome) \(.issue) \(.replaces.issue)"')" \
    'destroyed 3 2'
expect_eq "$(body 3 '.copies_remaining | length')" 0 copies
expect_eq "$(body 3 '.key_gone[:10], .last_copy_gone[:10]' | paste -sd' ')" \
    '2026-01-06 2026-02-02'
expect_eq "$(body 3 '[.trials[] | "\(.opened) of \(.tried)"] | join(", ")')" \
    '3 of 3, 3 of 3, 0 of 3'
valid "$CPADMIN_STORE/outbox/certificate-$D-3.json"
ok cpadmin destruction list --json
expect_json '.rows[0] | "\(.outcome) \(.copies_remain)"' 'destroyed false'
ok cpadmin destruction certificate "$D" --on 2026-02-03
expect_eq "$(jq -r .body "$OUT_FILE" | jq .issue)" 3
ok cpadmin destruction certificate "$D" --issue 1 --on 2026-02-03
expect_eq "$(jq -r .body "$OUT_FILE" | jq .issue)" null
run cpadmin destruction certificate "$D" --issue 9 --on 2026-02-03
expect_status 4
night 2026-02-04
expect_no_file "$CPADMIN_STORE/outbox/certificate-$D-4.json"

test_case 'tried with the custodians key: failed, as it must, and certified'
ok cpadmin destruction try "$D" --headers "$T/copy-of-2020.db" --as dora \
    --on 2026-02-05 --json
expect_json '"\(.tried) \(.opened) \(.shelf_destroyed) \(.issue) \(.outcome)"' \
    '3 0 3 4 destroyed'
CUSTODY=$(jq -r .custody_id "$OUT_FILE")
body 4 '.verification[].result' >"$T/results"
grep -q "^tried with key $CUSTODY on 2026-02-05: failed, as it must: 3 of 3\$" \
    "$T/results" || fail 'no trial' "$(cat "$T/results")"
valid "$CPADMIN_STORE/outbox/certificate-$D-4.json"

test_case 'parts of one certificate in another are found out'
FIRST=$CPADMIN_STORE/outbox/certificate-$D.json
SECOND=$CPADMIN_STORE/outbox/certificate-$D-4.json
for part in .body .signature .audit .audit.seq .audit.leaf .audit.salt \
    .audit.detail .audit.proof .audit.checkpoint; do
	jq -c --slurpfile other "$SECOND" "$part = (\$other[0] | $part)" \
	    "$FIRST" >"$T/swapped.json"
	! cmp -s "$T/swapped.json" "$FIRST" || fail "$part is the same"
	run cpadmin verify "$T/swapped.json" \
	    --key "$CPADMIN_STORE/keys/signing.pub"
	expect_status 8
done
jq -c . "$FIRST" | cmp - "$FIRST" || fail 'jq writes it otherwise'

test_case 'a stranger checks it by the manual alone'
if ! have openssl || ! have python3 || ! have xxd; then
	skip 'openssl, python3 or xxd is not installed'
else
	mkdir "$T/stranger"
	cp "$SECOND" "$T/stranger/c.json"
	sed -n '/^\.Sh EXAMPLES/,$p' "$ROOT/man/cpadmin-certificate.5" |
	    awk -v dir="$T/stranger" '/^\.Bd/ { on = 1; n++; next }
	    /^\.Ed/ { on = 0 } on { gsub(/\\e/, "\\");
	    print >(dir "/part" n) }'
	(
		cd "$T/stranger" && mv part2 log.py &&
		    bash -e part1 && python3 log.py c.json && bash -e part3
	) >"$T/stranger/said" 2>&1 || fail 'it did not' \
	    "$(cat "$T/stranger/said")"
	expect_eq "$(grep -c 'Verified Successfully' "$T/stranger/said")" 2 \
	    signatures
	sed -i 's/destroy/Destroy/' "$T/stranger/c.json"
	if (cd "$T/stranger" && bash -e part1) >/dev/null 2>&1; then
		fail 'a forgery was taken for whole'
	fi
fi

test_case 'a key that comes back refutes the certificate: exit 8'
cp "$CPADMIN_STORE/keys/shelves.key" "$T/shelves.key"
cp "$T/shelves-of-2020.key" "$CPADMIN_STORE/keys/shelves.key"
run cpadmin destruction try "$D" --headers "$T/copy-of-2020.db" --as dora \
    --on 2026-02-06 --json
expect_status 8
expect_json '"\(.opened) \(.issue) \(.outcome)"' '3 5 residue'
expect_eq "$(body 5 '[.verification[] | select(.passed | not)] |
    length >= 1')" true 'checks that failed'
expect_no Marker in "$OUT_FILE" "$ERR_FILE"
cp "$T/shelves.key" "$CPADMIN_STORE/keys/shelves.key"
night 2026-02-07
expect_no_file "$CPADMIN_STORE/outbox/certificate-$D-6.json"
run cpadmin destruction try "$D" --headers "$T/copy-of-2020.db" --as dora \
    --on 2026-02-08 --json
expect_status 0
expect_json '"\(.opened) \(.issue) \(.outcome)"' '0 6 destroyed'
ok cpadmin destruction list --json
expect_json '.rows[0] | "\(.outcome) \(.copies_remain)"' 'destroyed false'

test_case 'a copy of another store proves nothing'
FIRST=$CPADMIN_STORE
new_store --on 2020-01-01
cp "$CPADMIN_STORE/store.db" "$T/other.db"
CPADMIN_STORE=$FIRST
run cpadmin destruction try "$D" --headers "$T/other.db" --as dora \
    --on 2026-02-09
expect_status 5
cp "$T/copy-of-2020.db" "$T/logged.db"
echo x >"$T/logged.db-wal"
run cpadmin destruction try "$D" --headers "$T/logged.db" --as dora \
    --on 2026-02-09
expect_status 10

test_case 'the register, for ever, naming nobody'
ok cpadmin destruction register --json
expect_json '.rows | length' 1
expect_json '.rows[0] | "\(.kind) \(.count) \(.destroyed) \(.outcome)"' \
    'due 3 3 destroyed'
expect_json '.rows[0].certificate' "$(jq -j .body "$(find \
    "$CPADMIN_STORE/outbox" -name "certificate-$D-*.json" | sort -V |
    tail -n 1)" | sha256sum | cut -c1-64)"
expect_json '.rows[0] | [.key_gone[:10], .approved_by[0]] | join(" ")' \
    '2026-01-06 mary'
expect_no Marker in "$OUT_FILE"
ok cpadmin destruction register --csv
expect_eq "$(wc -l <"$OUT_FILE")" 2 lines
expect_eq "$(head -n 1 "$OUT_FILE" | tr ',' '\n' | wc -l)" 24 columns
expect_true grep -q "^$D,due,archive.period,,contactpoint-2007," "$OUT_FILE"
ok cpadmin destruction register --since 2026-01-07 --json
expect_json '.rows | length' 0
ok cpadmin destruction register --until 2026-01-06 --json
expect_json '.rows | length' 1
run cpadmin destruction register --csv --json
expect_status 2
ok cpadmin audit verify --json --on 2026-02-09
expect_json .valid true

test_case 'an escrow copy of a key is a copy that remains'
new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
person E1 2002-01-05 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
ok cpadmin escrow copy "$T/escrow" --place 'safe of room 3' --on 2020-01-06 \
    --json
COPY=$(jq -r .copy "$OUT_FILE")
night 2026-01-06
D=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$D" --as mary --on 2026-01-06
night 2026-01-06
expect_eq "$(body 1 '[.copies_remaining[] |
    select(test("escrow copy '"$COPY"' "))] |
    length')" 1 'named while the shelf lives, too'
night 2026-02-01
expect_json .shelves_destroyed 1
ok cpadmin sanitise --on 2026-02-02
night 2026-02-03
expect_no_file "$CPADMIN_STORE/outbox/certificate-$D-2.json"
ok cpadmin escrow destroyed "$COPY" --evidence 'burnt, two saw it' \
    --on 2026-02-04
night 2026-02-05
expect_eq "$(body 2 '"\(.outcome) \(.last_copy_gone[:10])"')" \
    'destroyed 2026-02-04'

test_case 'a certificate while escrow holds the key of a dead shelf names it'
uncertified
sql 'DELETE FROM certificate'
sql 'UPDATE escrow_copy SET destroyed = NULL'
sql "INSERT INTO place(path) VALUES ('$T/away');
    INSERT INTO volume_leftover SELECT v.n, p.n, '2026-01-06'
    FROM volume v, place p WHERE v.gone IS NOT NULL"
night 2026-02-06
expect_eq "$(body 1 '.verification[] | select(.what == "volume files") |
    .result' | cut -d\; -f2)" \
    ' 1 are left of those that are gone, in folders that are away'
body 1 '.copies_remaining[]' >"$T/remaining"
grep -q "escrow copy $COPY of the keyring, kept at safe of room 3" \
    "$T/remaining" || fail 'it is not named' "$(cat "$T/remaining")"

test_case 'an earlier shelf counts as long as its key lives'
sql "UPDATE escrow_copy SET destroyed = '2026-02-04'"
sql "INSERT INTO shelf VALUES (202806, '2020-01-05', NULL)"
sql 'INSERT INTO shelf_before SELECT n, 202806 FROM package'
night 2026-02-07
expect_no_file "$CPADMIN_STORE/outbox/certificate-$D-2.json"
sql "UPDATE shelf SET destroyed = '2026-02-07' WHERE month = 202806"
night 2026-02-08
expect_eq "$(body 2 .outcome)" destroyed

test_case 'a header under an earlier custody key is no trial of this one'
new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
{ person A1 2002-01-05; person A2 2002-01-05; } >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
cp "$CPADMIN_STORE/store.db" "$T/before-rekey.db"
OLD=$(cat "$CPADMIN_STORE/keys/custody.current")
ok cpadmin custody rekey --reason 'a custodian left' --yes --on 2020-01-06
night 2026-01-06
D=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$D" --as mary --on 2026-01-06
night 2026-01-06
run cpadmin destruction try "$D" --headers "$T/before-rekey.db" \
    --on 2026-01-07
expect_status 7
expect_err_contains --custody
expect_eq "$(sql 'SELECT count(*) FROM trial')" 0 'trials of nothing'
ok cpadmin destruction try "$D" --headers "$T/before-rekey.db" \
    --custody "$OLD" --on 2026-01-07 --json
expect_json '"\(.tried) \(.opened)"' '2 2'
