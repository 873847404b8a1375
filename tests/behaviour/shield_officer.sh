#!/bin/bash
# Shielding officers: who can open what is hidden, in a rehearsal and in a real
# store, and what stock age makes of it.
. "$(dirname "$0")/../lib.sh"
have sqlite3 || skip_all 'sqlite3 is not installed'
have age || skip_all 'age is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "PRAGMA foreign_keys = ON; $1"
}

# seal TEXT: adds a compartment to the officers there are, made by stock age,
# as a feed's writer would; says its number.
seal() {
	local to=() key n

	for key in $(cpadmin shield officer list --json |
	    jq -r '.rows[] | select(.status == "active").public_key'); do
		to+=(-r "$key")
	done
	printf '%s' "$1" | age "${to[@]}" >"$T/sealed"
	n=$(LC_ALL=C grep -abo -m1 -e '^--- [A-Za-z0-9+/]*$' "$T/sealed" |
	    awk -F: '{ print $1 + length($3) + length($2) + 1 }')
	head -c "$n" "$T/sealed" >"$T/header"
	tail -c "+$((n + 1))" "$T/sealed" >"$T/payload"
	sql "INSERT INTO compartment(kind, at, generation, header, payload)
	    SELECT 'case', '2020', last, readfile('$T/header'),
	    readfile('$T/payload') FROM counter WHERE name = 'officers'
	    RETURNING n"
}

# sealed N: header and payload of compartment N, one age file.
sealed() {
	sql "SELECT writefile('$T/header', header),
	    writefile('$T/payload', payload) FROM compartment
	    WHERE n = $1" >/dev/null
	cat "$T/header" "$T/payload"
}

# identity NAME PASSPHRASE: what is in the file of NAME, by stock age.
identity() {
	python3 "$ROOT/tests/type.py" age -d -o "$T/$1.identity" \
	    "$CPADMIN_STORE/keys/officers/$1.age" -- "$2" >"$T/typed" ||
		fail "age does not open it: $(<"$T/typed")"
}

# opens NAME N TEXT
opens() {
	sealed "$2" >"$T/whole"
	run age -d -i "$T/$1.identity" "$T/whole"
	expect_status 0
	expect_eq "$(tr -d '\n' <"$OUT_FILE")" "$3"
}

closed() {
	sealed "$2" >"$T/whole"
	run age -d -i "$T/$1.identity" "$T/whole"
	expect_status 1
}

test_case 'a rehearsal has two'
new_store
ok cpadmin shield officer list --json
expect_json '[.rows[] | .name + " " + .status] | join(",")' \
    "$(id -un) active,second-officer active"
ME=$(id -un)
expect_eq "$(stat -c %a "$CPADMIN_STORE/keys/officers" \
    "$CPADMIN_STORE/keys/officers/$ME.age" \
    "$CPADMIN_STORE/keys/rehearsal/officer-$ME.pass" | paste -sd ' ')" \
    '700 600 600'
ok cpadmin worklist --json --role shield
expect_json '[.rows[] | select(.kind | startswith("officer"))] | length' 0

test_case 'stock age opens their identities and what is sealed to them'
for who in "$ME" second-officer; do
	identity "$who" "$(<"$CPADMIN_STORE/keys/rehearsal/officer-$who.pass")"
	expect_eq "$(age-keygen -y "$T/$who.identity")" "$(cpadmin shield \
	    officer list --json | jq -r --arg n "$who" \
	    '.rows[] | select(.name == $n).public_key')"
done
N=$(seal '{"reason":"CANARY"}')
opens "$ME" "$N" '{"reason":"CANARY"}'
opens second-officer "$N" '{"reason":"CANARY"}'

test_case 'one comes: nothing is theirs before they are admitted'
ok cpadmin operator add bob --uid 4711 --role shield
ok cpadmin --as bob shield officer add --json
expect_json .status waiting
identity bob "$(<"$CPADMIN_STORE/keys/rehearsal/officer-bob.pass")"
ok cpadmin shield officer list --json
expect_json '.rows[] | select(.name == "bob").cannot_open' 1
M=$(seal second)
closed bob "$M"
ok cpadmin worklist --json --role shield
expect_json '.rows[] | select(.kind == "officer-waits").command' \
    'cpadmin shield officer admit bob'
run cpadmin --as bob shield officer add
expect_status 5
ok cpadmin shield officer admit bob --json
expect_json '.status + " " + (.rewrapped | tostring)' 'active 2'
expect_json .left 0
opens bob "$N" '{"reason":"CANARY"}'
opens bob "$M" second
opens "$ME" "$M" second
run cpadmin shield officer admit bob
expect_status 5
expect_err_contains 'shield officer rewrap'

# headers: how many of the stanzas in $T/stanzas are in the files of the store.
headers() {
	cat "$CPADMIN_STORE"/store.db* | grep -aoFf "$T/stanzas" | sort -u |
	    wc -l
}

test_case 'one goes'
sql 'SELECT CAST(header AS TEXT) FROM compartment' |
    sed -n 's/^-> X25519 //p' >"$T/stanzas"
expect_eq "$(headers)" 6
ok cpadmin shield officer remove bob --json
expect_json '.status + " " + (.rewrapped | tostring)' 'left 2'
expect_eq "$(headers)" 0 'headers that open for one who left'
expect_no_file "$CPADMIN_STORE/keys/officers/bob.age"
expect_no_file "$CPADMIN_STORE/keys/rehearsal/officer-bob.pass"
closed bob "$N"
closed bob "$(seal third)"
opens second-officer "$N" '{"reason":"CANARY"}'
run cpadmin shield officer remove bob
expect_status 4

test_case 'the last one stays'
ok cpadmin shield officer remove second-officer
expect_err_contains 'only one shielding officer'
ok cpadmin worklist --json --role dpo
expect_json '.rows[] | select(.kind == "officer-few").command' \
    'cpadmin shield officer add'
run cpadmin shield officer remove "$ME"
expect_status 5
opens "$ME" "$N" '{"reason":"CANARY"}'

test_case 'an operator who goes is still an officer, and that is said'
ok cpadmin --as bob shield officer add
ok cpadmin shield officer admit bob
ok cpadmin operator suspend bob
ok cpadmin worklist --json --role shield
expect_json '.rows[] | select(.kind == "officer-gone").command' \
    'cpadmin shield officer remove bob'
ok cpadmin operator resume bob

test_case 'what cannot be rewrapped is told, and the rest is done'
sql "UPDATE compartment SET header = CAST(replace(CAST(header AS TEXT),
    '--- ', '--- AAAA') AS BLOB) WHERE n = $M;
    UPDATE counter SET last = last + 1 WHERE name = 'officers'"
ok cpadmin worklist --json --role shield
expect_json '.rows[] | select(.kind == "officer-rewrap").what' \
    '3 compartments are not sealed to the officers there are now'
run cpadmin shield officer rewrap --json
expect_status 3
expect_json '[.rewrapped, .left] | tostring' '[2,1]'
sql "DELETE FROM compartment WHERE n = $M"

test_case 'a point of low order is named'
sql "UPDATE officer SET point = zeroblob(32) WHERE name = 'bob' AND
    status = 'active';
    UPDATE counter SET last = last + 1 WHERE name = 'officers'"
run cpadmin shield officer rewrap
expect_status 8
expect_err_contains 'the public key of officer bob is not one'
ok cpadmin shield officer remove bob
ok cpadmin shield officer rewrap

test_case 'an officer whom only the database knows'
ok cpadmin audit verify --json
sql "INSERT INTO officer(name, point, status, made, since) SELECT 'eve',
    CAST(x'09' || zeroblob(31) AS BLOB), 'active', made, 1 FROM officer
    WHERE status = 'active' LIMIT 1"
ok cpadmin shield officer list --json
expect_json '[.rows[] | select(.logged | not).name] | join(",")' eve
ok cpadmin shield officer list
expect_err_contains 'the log does not know eve'
run cpadmin audit verify --json
expect_status 8
expect_json .valid false
expect_err_contains 'officer eve'
run cpadmin shield check --store-only
expect_status 8
sql "UPDATE counter SET last = last + 1 WHERE name = 'officers'"
run cpadmin shield officer rewrap
expect_status 8
expect_err_contains 'officer eve'
ok cpadmin shield officer remove eve
ok cpadmin audit verify --json
run cpadmin shield officer list --json
expect_json '[.rows[] | select(.logged | not)] | length' 0
sql "DELETE FROM officer WHERE name = 'eve'"

test_case 'roles'
ok cpadmin operator add tim --uid 4712 --role team
ok cpadmin operator add dee --uid 4713 --role dpo
run cpadmin --as tim shield officer list
expect_status 9
ok cpadmin --as dee shield officer list
for what in add rewrap "admit $ME" "remove $ME"; do
	# shellcheck disable=SC2086
	run cpadmin --as dee shield officer $what
	expect_status 9
done
run cpadmin shield officer add dee
expect_status 9
run cpadmin shield officer admit
expect_status 2
run cpadmin shield officer list dee
expect_status 2
run cpadmin shield officer sack dee
expect_status 2
ok cpadmin audit verify

# ---- a real store ----

# as NAME: from now on NAME is who runs the commands.
as() {
	sql "UPDATE operator SET uid = CASE WHEN name = '$1' THEN $(id -u)
	    ELSE 5000 + n END"
}

put_pass() {
	printf '%s\n' "$2" >"$T/$1.pass"
	chmod 600 "$T/$1.pass"
}

test_case 'a real store: nobody yet'
ok cpadmin init "$T/real" --authority E08000015 --operator ann --no-custody
expect_err_contains 'cpadmin shield officer add'
export CPADMIN_STORE=$T/real
ok cpadmin worklist --json --role shield
expect_json '.rows[] | select(.kind == "officer-few").what' \
    'There is no shielding officer: no child can be shielded'
put_pass short 'too short'
run cpadmin shield officer add --passphrase-file "$T/short.pass"
expect_status 7
expect_err_contains 'shorter than 12'
run setsid "$CPADMIN" shield officer add </dev/null
expect_status 7
expect_err_contains '--passphrase-file'
expect_no_file "$CPADMIN_STORE/keys/officers/ann.age"

test_case 'the first is active at once'
put_pass ann 'five words picked by dice'
ok cpadmin shield officer add --passphrase-file "$T/ann.pass" --json
expect_json .status active
ok cpadmin operator add ben --uid 5002 --role shield
ok cpadmin operator add cat --uid 5003 --role shield
expect_no_file "$CPADMIN_STORE/keys/rehearsal"
N=$(seal first)
identity ann 'five words picked by dice'
opens ann "$N" first

test_case 'a second one types, and waits'
as ben
run python3 "$ROOT/tests/type.py" "$CPADMIN" shield officer add -- \
    'short' 'the second of the officers' 'mistyped' \
    'the second of the officers' 'the second of the officers'
expect_status 0
expect_out_contains 'shorter than 12'
expect_out_contains 'differ'
expect_out_contains 'waiting'
put_pass ben 'the second of the officers'
run cpadmin shield officer rewrap --passphrase-file "$T/ben.pass"
expect_status 7
expect_err_contains 'waits to be admitted'

test_case 'admitted by an officer only, with their own identity'
as cat
run cpadmin shield officer admit ben --passphrase-file "$T/ann.pass"
expect_status 7
expect_err_contains 'cat is no shielding officer'
as ann
run cpadmin shield officer admit ben --passphrase-file "$T/ben.pass"
expect_status 7
expect_err_contains 'wrong passphrase of officer ann'
ok cpadmin shield officer list --json
expect_json '.rows[] | select(.name == "ben").status' waiting
run python3 "$ROOT/tests/type.py" "$CPADMIN" shield officer admit ben -- \
    'a slip of the hand' 'five words picked by dice'
expect_status 0
expect_out_contains 'Once more'
identity ben 'the second of the officers'
opens ben "$N" first

test_case 'nobody removes themselves; who lost a passphrase is removed'
run cpadmin shield officer remove ann --passphrase-file "$T/ann.pass"
expect_status 7
expect_err_contains 'another officer'
rm "$CPADMIN_STORE/keys/officers/ann.age"
run cpadmin shield officer rewrap --passphrase-file "$T/ann.pass"
expect_status 7
expect_err_contains 'is not there'
as ben
ok cpadmin shield officer remove ann --passphrase-file "$T/ben.pass" --json
expect_json .rewrapped 1
closed ann "$N"
opens ben "$N" first
as ann
ok cpadmin audit verify
ok cpadmin audit show --json
expect_json '[.rows[].action | select(startswith("officer."))] | join(" ")' \
    'officer.add officer.add officer.admit officer.rewrap officer.leave officer.rewrap'
