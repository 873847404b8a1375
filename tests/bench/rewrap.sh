#!/bin/bash
# Compartments to a changed set of shielding officers, against what X25519
# allows on all cores: one to open a header, two to seal it to each of two
# officers, one to read it again.
. "$(dirname "$0")/lib.sh"

N=${BENCH_COMPARTMENTS:-20000}
CORES=$(nproc)
S=$W/rewrap

new_store "$S"
key=$("$CP" shield officer list --store "$S" --json |
    jq -r '.rows[] | "-r " + .public_key')
# shellcheck disable=SC2086
echo '{}' | age $key >"$W/rewrap.age"
n=$(LC_ALL=C grep -abo -m1 -e '^--- [A-Za-z0-9+/]*$' "$W/rewrap.age" |
    awk -F: '{ print $1 + length($2) + 1 }')
head -c "$n" "$W/rewrap.age" >"$W/rewrap.header"
head -c 1056 /dev/urandom >"$W/rewrap.payload"
sqlite3 "$S/store.db" "WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL
    SELECT n + 1 FROM i WHERE n < $N)
    INSERT INTO compartment(kind, at, generation, header, payload)
    SELECT 'case', '2020', last, readfile('$W/rewrap.header'),
    readfile('$W/rewrap.payload') FROM i, counter WHERE name = 'officers';
    UPDATE counter SET last = last + 1 WHERE name = 'officers'"
payloads() {
	sqlite3 "$S/store.db" "SELECT count(*), sum(payload = x'$(xxd -p \
	    "$W/rewrap.payload" | tr -d '\n')') FROM compartment"
}
rate_before=$("$B/x25519" 1 "$CORES" | jq .rate)
ms=$(get "$(duel 1 "$CP" shield officer rewrap --store "$S" --quiet)" .a.ms)
rate_after=$("$B/x25519" 1 "$CORES" | jq .rate)
[ "$(payloads)" = "$N|$N" ]
[ "$(sqlite3 "$S/store.db" "SELECT count(DISTINCT header) FROM compartment
    JOIN counter ON generation = last AND name = 'officers'")" = "$N" ]
rate=$(calc "$N / $ms * 1000" 1)
limit=$(calc "($rate_before + $rate_after) / 2 / 6" 1)
ratio=$(calc "$rate / $limit" 3)
row "rewrapping $N compartments" "$(calc "$rate" 0) headers/s" \
    "$(calc "$limit" 0)/s by X25519 on $CORES cores" "$ratio" '>= 0.7' \
    "$(judge "$ratio" '>=' 0.7)"
rm -rf "$S" "$W"/rewrap.*
