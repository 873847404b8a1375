#!/bin/bash
# The log: what was changed in it without the key is found, and named.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
have xxd || skip_all 'xxd is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1" ||
	    fail "sqlite3 could not: $1"
}

# An operator for each entry: some 20 of them.
fill() {
	local i

	for ((i = 1; i <= 16; i++)); do
		"$CPADMIN" operator add "op$i" --uid "$((2000 + i))" \
		    --role team >/dev/null || fail "operator $i"
	done
}

hash_of() {
	sha256sum | cut -d' ' -f1
}

# Each case works on a copy of the same store.
fresh() {
	rm -rf "$T/copy"
	cp -R "$T/whole" "$T/copy"
	export CPADMIN_STORE=$T/copy
}

# expect_found FROM UNTIL TEXT
expect_found() {
	run "$CPADMIN" audit verify --json
	expect_status 8
	expect_json .valid false
	expect_json .bad_seq "$1"
	expect_json .bad_until "$2"
	expect_json '.why | contains("'"$3"'")' true
	expect_err_json .code 8
}

test_case 'a new store has a log that holds'
new_store
fill
ok "$CPADMIN" audit verify --json
expect_json .valid true
expect_json .bad_seq null
expect_json .checkpoints 0
N=$(jq .size "$OUT_FILE")
expect_true [ "$N" -ge 20 ]
mv "$CPADMIN_STORE" "$T/whole"

test_case 'show: in order, by actor, subject and day'
fresh
ok "$CPADMIN" audit show --json
expect_json '.rows | length' "$N"
expect_json '[.rows[].seq] == ([.rows[].seq] | sort)' true
expect_json '.rows[0] | keys | join(" ")' \
    'action actor outcome seq subject time'
expect_json '.rows[0].action' store.init
ok "$CPADMIN" audit show --json --actor nobody
expect_json '.rows | length' 0
ok "$CPADMIN" audit show --json --subject CP-NONE
expect_json '.rows | length' 0
ok "$CPADMIN" audit show --json --since 9000-01-01
expect_json '.rows | length' 0
ok "$CPADMIN" audit show --json --since 2000-01-01
expect_json '.rows | length' "$N"
run "$CPADMIN" audit show --since yesterday
expect_status 2

test_case 'details need a reason and a role, and are logged'
fresh
run "$CPADMIN" audit show --details
expect_status 2
ok "$CPADMIN" audit show --details --reason 'quarterly review' --json
expect_json '.rows[-1].action' audit.show
expect_json '.rows[-1].detail | fromjson.reason' 'quarterly review'
expect_json '.rows | length' "$((N + 1))"
run "$CPADMIN" audit show --details --reason x --as op1
expect_status 9
run "$CPADMIN" audit show --as op1
expect_status 9
run "$CPADMIN" audit export "$T/no" --as op1
expect_status 9
run "$CPADMIN" audit checkpoint --as op1
expect_status 9

test_case 'verify and show need no signing key; what writes says so'
fresh
rm "$CPADMIN_STORE/keys/signing.key"
ok "$CPADMIN" audit verify --json
expect_json .valid true
ok "$CPADMIN" audit show --json
ok "$CPADMIN" audit export "$T/keyless" --json
run "$CPADMIN" audit checkpoint
expect_status 7
run "$CPADMIN" audit show --details --reason x
expect_status 7
expect_out_empty

test_case 'an edited column'
fresh
sql "UPDATE audit SET actor = 'mallory' WHERE seq = 7"
expect_found 7 7 'not the entry that was logged'
fresh
sql "UPDATE audit SET time = '2001-01-01T00:00:00Z' WHERE seq = 0"
expect_found 0 0 'not the entry that was logged'
fresh
sql "UPDATE audit SET subject = '' WHERE seq = 3"
expect_found 3 3 'not the entry that was logged'

test_case 'an edited detail'
fresh
sql "UPDATE audit SET detail = '{}' WHERE seq = 9"
expect_found 9 9 'detail is not the one'
fresh
sql "UPDATE audit SET salt = zeroblob(16) WHERE seq = 9"
expect_found 9 9 'detail is not the one'
fresh
sql "UPDATE audit SET detail = NULL WHERE seq = 9"
expect_found 9 9 'half of its detail'

test_case 'an edited detail with its hash made to fit'
fresh
SALT=$(sqlite3 "$CPADMIN_STORE/store.db" \
    "SELECT hex(salt) FROM audit WHERE seq = 9")
HASH=$( { printf '%s' "$SALT" | xxd -r -p; printf '{"x":1}'; } | hash_of)
sql "UPDATE audit SET detail = '{\"x\":1}', hash = x'$HASH' WHERE seq = 9"
expect_found 9 9 'not the entry that was logged'

test_case 'an inserted entry'
fresh
sql "UPDATE audit SET seq = -seq WHERE seq >= 5;
    UPDATE audit SET seq = 1 - seq WHERE seq < 0;
    INSERT INTO audit SELECT 5, time, actor, 'record.show', NULL, outcome,
	hash, salt, detail FROM audit WHERE seq = 4"
expect_found 5 5 'not the entry that was logged'
fresh
sql "INSERT INTO audit SELECT $N, time, actor, action, subject, outcome,
    hash, salt, detail FROM audit WHERE seq = 4"
expect_found "$N" "$N" 'it was not logged'
fresh
sql "INSERT INTO audit SELECT -3, time, actor, action, subject, outcome,
    hash, salt, detail FROM audit WHERE seq = 4"
expect_found 0 0 'before the first'

test_case 'an entry deleted in the middle'
fresh
sql 'DELETE FROM audit WHERE seq IN (6, 7)'
expect_found 6 7 'missing'

test_case 'the tail cut off'
fresh
sql "DELETE FROM audit WHERE seq >= $((N - 3))"
expect_found "$((N - 3))" "$((N - 1))" 'missing at the end'

# The head as it was 3 entries ago, and a store that was cut to fit it.
test_case 'the tail cut off, and the head put back to an older note'
fresh
OLD=$N
NOTE=$(sqlite3 "$CPADMIN_STORE/store.db" 'SELECT hex(note) FROM audit_head')
TILE=$(sqlite3 "$CPADMIN_STORE/store.db" \
    'SELECT hex(hashes) FROM audit_tile WHERE level = 0')
for i in 1 2 3; do
	ok "$CPADMIN" operator suspend "op$i"
done
ok "$CPADMIN" audit verify
sql "DELETE FROM audit WHERE seq >= $OLD;
    UPDATE audit_head SET size = $OLD, note = cast(x'$NOTE' AS TEXT);
    UPDATE audit_tile SET hashes = x'$TILE' WHERE level = 0"
expect_found "$OLD" "$((OLD + 2))" 'the log was cut'
run "$CPADMIN" operator suspend op5
expect_status 8
expect_err_contains 'was cut or replaced'

test_case 'an edited tile'
fresh
sql "UPDATE audit_tile SET hashes = cast(substr(hashes, 1, 32 * 11)
    || zeroblob(32) || substr(hashes, 32 * 12 + 1) AS BLOB) WHERE level = 0"
expect_found 11 11 'not the entry that was logged'
fresh
sql 'DELETE FROM audit_tile'
expect_found 0 0 'no hash'

# Makes the store's only tile anew from the entries, as somebody could who
# has no key.
recompute() {
	local seq time actor action subject outcome hash tile=''

	while IFS='|' read -r seq time actor action subject outcome hash; do
		[ "$subject" = null ] || subject="\"$subject\""
		tile+=$( { printf '\0'; printf '{"seq":%s,"time":"%s",' "$seq" \
		    "$time"; printf '"actor":"%s","action":"%s",' "$actor" \
		    "$action"; printf '"subject":%s,"outcome":"%s",' \
		    "$subject" "$outcome"; printf '"detail":"%s"}' "$hash"
		} | hash_of)
	done < <(sqlite3 "$CPADMIN_STORE/store.db" "SELECT seq, time, actor,
	    action, ifnull(subject, 'null'), outcome, lower(hex(hash))
	    FROM audit ORDER BY seq")
	sql "UPDATE audit_tile SET hashes = x'$tile' WHERE level = 0"
}

test_case 'the same log computed anew is the same log'
fresh
recompute
ok "$CPADMIN" audit verify

test_case 'an edited entry, the tree computed anew without the key'
fresh
sql "UPDATE audit SET actor = 'mallory' WHERE seq = 7"
recompute
expect_found 0 "$((N - 1))" 'another root'

test_case 'a checkpoint narrows the range'
fresh
ok "$CPADMIN" audit checkpoint --json
expect_json .size "$N"
ok "$CPADMIN" operator suspend op1
ok "$CPADMIN" operator suspend op2
ok "$CPADMIN" audit verify --json
expect_json .checkpoints 1
sql "UPDATE audit SET actor = 'mallory' WHERE seq = $((N + 1))"
recompute
expect_found "$N" "$((N + 1))" 'the signed head'

test_case 'a head signed by another key'
fresh
sql "UPDATE audit_head SET note = replace(note, rtrim(note), '') || 'x'"
run "$CPADMIN" audit verify
expect_status 8
fresh
sed -i '$s/.....$/AAAA=/' "$CPADMIN_STORE/keys/log-head"
run "$CPADMIN" audit verify --json
expect_status 8
expect_json '.why | contains("not signed")' true

test_case 'the head outside the database gone'
fresh
rm "$CPADMIN_STORE/keys/log-head"
run "$CPADMIN" audit verify --json
expect_status 8
expect_json '.why | contains("outside the database is gone")' true

test_case 'checkpoint: the note, for people and machines'
fresh
ok "$CPADMIN" audit checkpoint
cp "$OUT_FILE" "$T/note"
expect_eq "$(sed -n 2p "$T/note")" "$N"
ok "$CPADMIN" audit checkpoint --json
expect_json .note "$(cat "$T/note")"
expect_json .root "$(sed -n 3p "$T/note" | base64 -d | xxd -p -c 64)"

test_case 'export: leaves and tree, computed anew outside'
fresh
ok "$CPADMIN" audit export "$T/export" --json
expect_json .entries "$N"
expect_json .dir "$T/export"
expect_eq "$(wc -l <"$T/export/entries.ndjson")" "$N" entries
leaves=''
while IFS= read -r line; do
	leaves+=$( { printf '\0'; printf '%s' "$line"; } | hash_of)
done <"$T/export/entries.ndjson"
expect_eq "$(xxd -p -c 0 "$T/export/tile/0/000.p/$N" | tr -d '\n')" \
    "$leaves" 'tile/0/000'
# RFC 6962, 2.1: of hexadecimal leaf hashes, 64 characters each.
root_of() {
	local hashes=$1 n=$((${#1} / 64)) k=1

	if [ "$n" -eq 1 ]; then
		echo "$hashes"
		return
	fi
	while [ $((k * 2)) -lt "$n" ]; do
		k=$((k * 2))
	done
	{ printf '01'; root_of "${hashes:0:k * 64}"
	    root_of "${hashes:k * 64}"; } | tr -d '\n' | xxd -r -p | hash_of
}
expect_eq "$(root_of "$leaves")" \
    "$(sed -n 3p "$T/export/checkpoint" | base64 -d | xxd -p -c 64)" root
expect_eq "$(sed -n 2p "$T/export/checkpoint")" "$N" size
ok "$CPADMIN" audit verify --json
expect_json .root "$(root_of "$leaves")"
run "$CPADMIN" audit export "$T/export"
expect_status 5
mkdir "$T/other" && touch "$T/other/file"
run "$CPADMIN" audit export "$T/other"
expect_status 5
expect_no_file "$T/other/entries.ndjson"
expect_no 'operator":"op1"' in "$T/export"

test_case 'the checkpoint is signed with Ed25519, as openssl sees it'
if have openssl; then
	sed '/^$/,$d' "$T/export/checkpoint" >"$T/body"
	sed -n '$s/.* //p' "$T/export/checkpoint" | base64 -d |
	    tail -c 64 >"$T/sig"
	{ printf 302a300506032b6570032100 | xxd -r -p
	    cut -d+ -f3- "$T/export/key.pub" | base64 -d | tail -c 32
	} >"$T/key.der"
	ok openssl pkeyutl -verify -rawin -pubin -keyform DER \
	    -inkey "$T/key.der" -in "$T/body" -sigfile "$T/sig"
	echo x >>"$T/body"
	run openssl pkeyutl -verify -rawin -pubin -keyform DER \
	    -inkey "$T/key.der" -in "$T/body" -sigfile "$T/sig"
	expect_false [ "$STATUS" -eq 0 ]
else
	skip 'openssl is not installed'
fi

test_case 'the offline verifier agrees with the export'
ok "$CPADMIN" verify "$T/export/checkpoint" --key "$T/export/key.pub" --json
expect_json .valid true
