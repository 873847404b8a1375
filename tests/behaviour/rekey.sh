#!/bin/bash
# A custodian leaves: the archive goes to a new key while its payloads stay as
# they are, whatever goes on meanwhile; who holds an old share is told so.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
BASE=$ROOT/policies/contactpoint-2007.cfg
DAY=2026-03-02
N=1200

sql() {
	sqlite3 -cmd '.timeout 20000' "$CPADMIN_STORE/store.db" "$1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept share --accept clock \
	    --json
}

rekey() {
	run cpadmin custody rekey --reason 'a custodian left' --yes \
	    --on "$DAY" --json "$@"
}

current() {
	cat "$CPADMIN_STORE/keys/custody.current"
}

# shares ID NUMBER...: --share for each.
shares() {
	local id=$1 n

	shift
	SHARES=()
	for n in "$@"; do
		SHARES+=(--share
		    "$CPADMIN_STORE/keys/custody-$id-share-$n.age")
	done
}

payloads() {
	(cd "$CPADMIN_STORE/archive" && sha256sum ./*)
}

# under ID: how many headers are under that key.
under() {
	sql "SELECT count(*) FROM header h JOIN package p ON p.n = h.package
	    JOIN volume v ON v.n = p.volume
	    WHERE coalesce(h.custody, v.custody) = '$1'"
}

# all_open: every package opens with shares of the key in use and is read.
all_open() {
	shares "$(current)" "$@"
	run cpadmin archive verify --all --on "$DAY" --json "${SHARES[@]}"
	expect_status 0
	expect_json '[.rows[].status] | unique | tostring' '["ok"]'
	expect_eq "$(under "$(current)")" "$(sql 'SELECT count(*) FROM header')" \
	    'headers under the key in use'
}

again() {
	rm -rf "$T/copy"
	cp -R "$STORE" "$T/copy"
	export CPADMIN_STORE=$T/copy
}

# people COUNT FIRST BORN: rows of a birth date.
people() {
	local i

	for ((i = $2; i < $2 + $1; i++)); do
		printf '{"cpadmin":"record/1","id":"R%d","authority":%s' "$i" \
		    '"E08000015","names":[{"type":"current","given":"A",'
		printf '"family":"Hill"}],"gender":"female",%s:"%s"}\n' \
		    '"birth_date"' "$3"
	done
}

new_store --on 2026-01-05 --custodians 3 --threshold 2
STORE=$CPADMIN_STORE
FIRST=$(current)
{
	people "$N" 1 2008-03-01
	people 40 5001 2008-03-04
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
night 2026-03-01
PAYLOADS=$(payloads)

test_case 'a dry run says how many and how long'
ok cpadmin custody rekey --dry-run --on "$DAY" --json
expect_json '[.old, .headers, .left, .dry_run, .seconds > 0,
    .x25519_us > 0] | tostring' "[\"$FIRST\",$N,0,true,true,true]"
expect_eq "$(current)" "$FIRST"
expect_eq "$(find "$STORE/keys" -name 'custody-*.pub' | wc -l)" 1

test_case 'refused before any key is made'
run cpadmin custody rekey --yes --on "$DAY"
expect_status 2
expect_err_contains '--reason'
run cpadmin custody rekey --reason T --on "$DAY" </dev/null
expect_status 2
rekey --custodians 3 --threshold 4
expect_status 2
rekey --workers 0
expect_status 2
ok cpadmin operator add tim --uid 4001 --role team --on "$DAY"
rekey --as tim
expect_status 9
shares "$FIRST" 1
rekey "${SHARES[@]}"
expect_status 7
(
	flock 9
	rekey
	expect_status 6
	expect_err_contains 'a retention run is at work'
) 9>>"$STORE/run.lock"
(
	flock 9
	rekey
	expect_status 6
	expect_err_contains 'another rekey is at work'
) 9>>"$STORE/rekey.lock"
expect_eq "$(find "$STORE/keys" -name 'custody-*.pub' | wc -l)" 1
expect_eq "$(under "$FIRST")" "$N"
expect_eq "$(sql 'SELECT count(*) FROM custody')" 1

test_case 'the archive goes to a new key'
again
shares "$FIRST" 1 3
rekey "${SHARES[@]}" --custodians 5 --threshold 3 --holder Registrar \
    --holder Legal
expect_status 0
expect_json '[.old, .threshold, (.shares | length), .headers, .failed, .left,
    .finished, .failures] | tostring' "[\"$FIRST\",3,5,$N,0,0,true,[]]"
SECOND=$(jq -r .custody_id "$OUT_FILE")
expect_eq "$(current)" "$SECOND"
expect_eq "$(payloads)" "$PAYLOADS" 'payloads'
all_open 1 2 5
expect_eq "$(sql 'SELECT custody FROM escrow ORDER BY generation DESC
    LIMIT 1')" "$SECOND" 'the custodians'\'' copy of the shelf keyring'
ok cpadmin archive show R7 --on "$DAY" --json
expect_json .custody_id "$SECOND"
ok cpadmin retention explain R7 --on "$DAY" --reason T --json
expect_json '.archive.custody // .custody // "" |
    if . == "" then "'"$SECOND"'" else . end' "$SECOND"
ok cpadmin custody list --on "$DAY" --json
expect_json '[.rows[] | select(.share == 1) | [.status, .shares, .holder,
    .replaced_by]] | sort | tostring' \
    "[[\"current\",5,\"Registrar\",null],[\"replaced\",3,null,\"$SECOND\"]]"
expect_eq "$(sql "SELECT group_concat(action || ' ' || n) FROM (SELECT action,
    count(*) n FROM audit WHERE action LIKE 'custody.r%' GROUP BY 1
    ORDER BY 1)")" 'custody.rekey 1,custody.rekeyed 1,custody.replaced 1'\
',custody.rewrap 2'
ok cpadmin audit verify --on "$DAY"

test_case 'the old shares are refused by name'
shares "$FIRST" 1 2
run cpadmin archive open R7 --purpose court-order --reason T --on "$DAY" \
    "${SHARES[@]}"
expect_status 7
expect_err_contains "$FIRST"
expect_err_contains "replaced by $SECOND"
rekey "${SHARES[@]}"
expect_status 7
expect_err_contains "replaced by $SECOND"
expect_eq "$(current)" "$SECOND"

test_case 'what is archived afterwards is under the new key'
night 2026-03-04
expect_json .archived 40
expect_eq "$(sql 'SELECT count(*) FROM header WHERE custody IS NULL')" 40
all_open 2 3 4

test_case 'and again, to as many as before'
rekey
expect_status 0
expect_json '[.old, .threshold, (.shares | length), .headers] | tostring' \
    "[\"$SECOND\",3,5,$((N + 40))]"
expect_eq "$(under "$(current)")" $((N + 40))

test_case 'nothing archived yet, and a ceremony that was cut off'
new_store --on 2026-01-05
cp "$CPADMIN_STORE/keys/custody-$(current).pub" \
    "$CPADMIN_STORE/keys/custody-0123456789abcdef.pub"
run cpadmin custody rekey --on "$DAY" --reason T </dev/null
expect_status 2
expect_err_contains 'never used custody key 0123456789abcdef'
expect_eq "$(grep -c 'never used' "$ERR_FILE")" 1
rekey
expect_status 0
expect_json '[.headers, .left, .finished] | tostring' '[0,0,true]'

# begin_rekey STEPS: one is at work on a copy of the store; it has written a
# batch and, busy counting to STEPS at each header, is at the next.
begin_rekey() {
	again
	sql "CREATE TRIGGER slow BEFORE UPDATE ON header
	    WHEN new.package > 1000 BEGIN SELECT count(*) FROM (
	    WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c
	    LIMIT $1) SELECT x FROM c); END"
	"$CPADMIN" custody rekey --reason T --yes --on "$DAY" --workers 1 \
	    --json >"$T/rekeyed" 2>"$T/rekey-said" &
	PID=$!
	until [ "$(sql 'SELECT headers > 0 FROM rekey')" = 1 ] ||
	    ! kill -0 "$PID" 2>/dev/null; do
		sleep 0.02
	done
}

# interrupt: a copy of the store in which a rekey was killed half-way.
interrupt() {
	begin_rekey 10000000
	kill -KILL "$PID"
	{ wait "$PID"; } 2>/dev/null
	sql 'DROP TRIGGER slow'
	SECOND=$(current)
	expect_eq "$(under "$SECOND") $(under "$FIRST")" "1000 $((N - 1000))"
	expect_eq "$(sql 'SELECT headers FROM rekey')" 1000
}

test_case 'killed half-way: packages open with the shares of their key'
interrupt
expect_true [ "$SECOND" != "$FIRST" ]
ok cpadmin worklist --on "$DAY" --json
expect_json '[.rows[] | select(.kind == "rekey-unfinished") | .id] | length' 1
shares "$FIRST" 1 2
old=("${SHARES[@]}")
shares "$SECOND" 1 3
for case in "R2 $SECOND $FIRST" "R$N $FIRST $SECOND"; do
	read -r id right wrong <<<"$case"
	shares "$right" 2 3
	ok cpadmin archive open "$id" --purpose court-order --reason T \
	    --on "$DAY" --output "$T/opened" "${SHARES[@]}"
	rm -f "$T/opened"
	shares "$wrong" 2 3
	run cpadmin archive open "$id" --purpose court-order --reason T \
	    --on "$DAY" "${SHARES[@]}"
	expect_status 7
	expect_err_contains "$right"
done
shares "$SECOND" 1 2
run cpadmin archive verify --on "$DAY" --json "${SHARES[@]}"
expect_status 7
expect_json '[.rows[].status] | unique | tostring' '["ok","unopened"]'
expect_err_contains "$FIRST"

ok cpadmin custody rekey --dry-run --on "$DAY" --json
expect_json '[.old, .headers, .left] | tostring' \
    "[\"$SECOND\",$((N - 1000)),$((N - 1000))]"

test_case 'a night and a new policy in between; then it goes on'
echo "$FIRST" >"$CPADMIN_STORE/keys/custody.current" # killed still earlier
night 2026-03-04
expect_json .archived 40
expect_eq "$(sql 'SELECT custody FROM volume ORDER BY n DESC LIMIT 1')" \
    "$SECOND" 'the key that a run seals to'
expect_eq "$(sql 'SELECT custody FROM escrow ORDER BY generation DESC
    LIMIT 1')" "$SECOND" 'and the shelf keyring'
sed 's/^version = .*/version = "2";/; s/value = "P6Y"/value = "P8Y"/
    s/value = "keep"/value = "lengthen"/' "$BASE" >"$T/2.cfg"
ok cpadmin policy adopt "$T/2.cfg" --on "$DAY" --json
# Not silently with a key of other numbers than those that are asked for.
rekey --custodians 5 --threshold 3 "${old[@]}"
expect_status 5
expect_err_contains 'is 2 of 3'
rekey --threshold 3 "${old[@]}"
expect_status 5
rekey --custodians 3 --threshold 2 "${old[@]}"
expect_status 0
expect_json '[.old, .custody_id, .shares, .headers, .left, .finished] |
    tostring' "[\"$FIRST\",\"$SECOND\",null,$((N - 1000)),0,true]"
expect_eq "$(find "$CPADMIN_STORE/keys" -name 'custody-*.pub' | wc -l)" 2
expect_eq "$(current)" "$SECOND"
expect_eq "$(sql 'SELECT group_concat(DISTINCT shelf) FROM package')" 203403
all_open 1 2
ok cpadmin worklist --on "$DAY" --json
expect_json '[.rows[] | select(.kind == "rekey-unfinished")] | length' 0

test_case 'a run, and headers that go to other shelves, while it is at work'
begin_rekey 20000
ok cpadmin policy adopt "$T/2.cfg" --on "$DAY" --json
expect_json .redated "$N"
night 2026-03-04
wait "$PID"
expect_eq "$?" 0 "$(<"$T/rekey-said")"
expect_eq "$(jq -c '[.headers, .failed, .left]' "$T/rekeyed")" "[$N,0,0]"
all_open 1 2
expect_eq "$(sql 'SELECT count(*) FROM header')" $((N + 40))

test_case 'what cannot be opened is named, and nothing else suffers'
again
sql "CREATE TABLE kept AS SELECT wrapped FROM header WHERE package = 700;
    UPDATE header SET wrapped = zeroblob(196) WHERE package = 700"
bad=$(sql 'SELECT id FROM package WHERE n = 700')
rekey
expect_status 3
expect_json '[.headers, .failed, .left, .finished, .failures[0].package,
    (.failures | length)] | tostring' \
    "[$((N - 1)),1,1,false,\"$bad\",1]"
expect_err_contains "1 header is left under custody key $FIRST"
SECOND=$(current)
rekey
expect_status 3
expect_json '[.custody_id, .headers, .failed, .left] | tostring' \
    "[\"$SECOND\",0,1,1]"

test_case 'another custodian leaves before that is mended'
shares "$SECOND" 1 2
rekey --new "${SHARES[@]}"
expect_status 3
THIRD=$(jq -r .custody_id "$OUT_FILE")
expect_json '[.old, .headers, .left] | tostring' "[\"$SECOND\",$((N - 1)),1]"
expect_eq "$(under "$THIRD")" $((N - 1))
sql 'UPDATE header SET wrapped = (SELECT wrapped FROM kept)
    WHERE package = 700; DROP TABLE kept'
rekey --from "$SECOND"
expect_status 4
rekey --from "$FIRST"
expect_status 0
expect_json '[.old, .custody_id, .headers, .left, .finished] | tostring' \
    "[\"$FIRST\",\"$THIRD\",1,0,true]"
all_open 2 3
expect_eq "$(sql "SELECT count(*) FROM custody WHERE replaced = '$DAY'
    AND replaced_by = '$THIRD'")" 2
