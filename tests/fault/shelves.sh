#!/bin/bash
# A night in which held packages leave a shelf, its key is destroyed, others
# are made and the escrow copy follows, hurt at every point: the keyring can be
# read at every moment, no package's header is under a key that is gone, and
# after a second run all of it is done, nothing beside the files is left, and
# the custodians can make the ring again.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
DAY=2026-02-01
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
SWEEP_THIN=6
MODES=${MODES:-kill-before torn enospc eio}

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Family" + $id)}],
	    gender: "female", birth_date: $born}'
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock --json
}

hold() {
	ok cpadmin hold place --record "$1" --reason inquiry \
	    --legal-basis s.21 --contact a@example.org --review "$2" \
	    --on 2026-01-01
}

# One that was destroyed; two held, who go to two shelves.
prepare() {
	local batch

	new_store --on 2020-01-01
	ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
	{ person GONE 2002-01-05; person H1 2002-01-05
	  person H2 2002-01-05; } >"$T/rows"
	ok cpadmin record import "$T/rows" --on 2020-01-01
	night 2020-01-05
	hold H1 2026-09-01
	hold H2 2027-01-01
	night 2026-01-06
	batch=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
	ok cpadmin destruction approve "$batch" --as mary --on 2026-01-06 --yes
	night 2026-01-07
	expect_json .destroyed 1
	ok cpadmin escrow copy "$T/before" --place vault --on 2026-01-08
}

sql() {
	sqlite3 "$1/store.db" "$2" 2>&1
}

# states FOLDER: "202601Z 202609L ..." of the slots of the keyring.
states() {
	od -An -v -tu1 -w128 "$1/keys/shelves.key" | awk 'NR > 1 {
	    printf "%s%d%s", sep, $7 * 256 + $8 + $6 * 65536,
	    $9 == 76 ? "L" : "Z"; sep = " " }'
}

# At any moment: what is archived is under keys that live, and opens.
sound() {
	local shelf all bad=0

	all=$(states "$1")
	for shelf in $(sql "$1" "SELECT DISTINCT shelf FROM package
	    WHERE status = 'archived'"); do
		[[ " $all " == *" ${shelf}L "* ]] || {
			echo "a package on shelf $shelf, the ring: $all"
			bad=1
		}
	done
	"$CPADMIN" --store "$1" archive verify --all --on $DAY --json \
	    >"$1.out" 2>&1
	{ grep -q '"status":"ok"' "$1.out" &&
	    ! grep -qE '"status":"(corrupt|missing)"' "$1.out"; } ||
	    { echo "verify: $(head -c 500 "$1.out")"; bad=1; }
	return $bad
}

# What the escrow copy in FOLDER holds: a ring is made from it in a copy.
escrow_restores() {
	local copy=$1.again got

	rm -rf "$copy"
	cp -a "$1" "$copy"
	rm "$copy/keys/shelves.key"
	"$CPADMIN" --store "$copy" escrow restore "$1/keys/shelves.escrow" \
	    --on $DAY --json >"$1.out" 2>&1 ||
	    { echo "restore: $(head -c 500 "$1.out")"; return 1; }
	grep -q '"shelves":2,"zeroised":0,"missing":\[\]' "$1.out" ||
	    { echo "restored: $(<"$1.out")"; return 1; }
	"$CPADMIN" --store "$copy" archive open H1 --purpose court-order \
	    --reason T --json --on $DAY >"$1.out" 2>&1 ||
	    { echo "opened: $(head -c 500 "$1.out")"; return 1; }
	rm -rf "$copy"
}

check() {
	local bad=0 got

	sound "$1" || bad=1
	got=$(states "$1" | tr ' ' '\n' | sort | paste -sd ' ')
	[ "$got" = '202601Z 202609L 202701L' ] ||
	    { echo "the ring: $got"; bad=1; }
	got=$(sql "$1" "PRAGMA integrity_check;
	    SELECT group_concat(id || ' ' || shelf, ',') FROM (SELECT r.id,
	    p.shelf FROM package p JOIN record r ON r.n = p.record
	    WHERE p.status = 'archived' ORDER BY r.id);
	    SELECT group_concat(month || (destroyed IS NOT NULL), ',') FROM
	    (SELECT * FROM shelf ORDER BY month);
	    SELECT group_concat(month, ',') FROM (SELECT month FROM
	    escrow_shelf WHERE generation = (SELECT max(generation)
	    FROM escrow) ORDER BY month);
	    SELECT count(*) FROM escrow WHERE superseded IS NULL" |
	    paste -sd ' ')
	[ "$got" = 'ok H1 202609,H2 202701 2026011,2026090,2027010 202609,202701 1' ] ||
	    { echo "the store: $got"; bad=1; }
	escrow_restores "$1" || bad=1
	got=$(cd "$1/keys" && find . -name '.*.*' | sort | paste -sd ' ')
	[ -z "$got" ] || { echo "left over: $got"; bad=1; }
	"$CPADMIN" --store "$1" audit verify >"$1.out" 2>&1 ||
	    { echo "log: $(head -c 300 "$1.out")"; bad=1; }
	return $bad
}

test_case 'the prepared store'
prepare
PREPARED=$CPADMIN_STORE
expect_true sound "$PREPARED"

test_case 'the check sees what is wrong'
rm -rf "$T/done"
cp -a "$PREPARED" "$T/done"
ok cpadmin --store "$T/done" retention run --on $DAY --accept clock --yes \
    --json
expect_true check "$T/done"
spoilt() {
	rm -rf "$T/spoilt"
	cp -a "$T/done" "$T/spoilt"
	bash -c "$2" spoil "$T/spoilt" || fail "could not spoil: $1"
	! "${3:-check}" "$T/spoilt" >"$T/said" 2>&1 ||
	    fail "the check does not see $1"
}
spoilt 'a package under a dead key' 'sqlite3 "$1/store.db" "UPDATE package
    SET shelf = 202601 WHERE n = 2"' sound
spoilt 'an old escrow copy' "cp '$T/before' \"\$1/keys/shelves.escrow\""
spoilt 'a leftover' ': >"$1/keys/.shelves.escrow.old"'
spoilt 'a damaged ring' 'printf x | dd of="$1/keys/shelves.key" bs=1 seek=200 \
    conv=notrunc status=none' sound

# shellcheck disable=SC2034
SWEEP_EITHER=sound
sweep 'the end of a shelf' "$PREPARED" check "$MODES" "$CPADMIN" retention \
    run --on $DAY --accept clock --yes --workers 1

# ---- the ring made again -----------------------------------------------------
lost() {
	rm -rf "$T/lost"
	cp -a "$T/done" "$T/lost"
	rm "$T/lost/keys/shelves.key"
	cp "$T/done/keys/shelves.escrow" "$T/copy"
}
test_case 'a store whose ring is lost'
lost
# Done already is a refusal: the ring works.
unset SWEEP_EITHER
# shellcheck disable=SC2034
SWEEP_AGAIN='0|5'
sweep 'a ring made again' "$T/lost" check "kill-before eio" "$CPADMIN" escrow \
    restore "$T/copy" --on $DAY

# ---- a copy of it ------------------------------------------------------------
# There is no copy of which nobody knows.
registered() {
	local copy=$1/outbox/ring.age n

	n=$(sql "$1" "SELECT count(*) FROM escrow_copy WHERE destroyed IS NULL
	    AND place = 'safe'")
	[ ! -e "$copy" ] || { [ "$n" -ge 1 ] &&
	    cmp -s "$copy" "$1/keys/shelves.escrow"; } ||
	    { echo "a copy, registered $n times"; return 1; }
}
copied() {
	registered "$1" || return 1
	[ -e "$1/outbox/ring.age" ] || { echo 'no copy'; return 1; }
}
# shellcheck disable=SC2034
SWEEP_EITHER=registered
sweep 'a copy registered' "$T/done" copied 'kill-before eio' "$CPADMIN" \
    escrow copy '{}/outbox/ring.age' --place safe --on $DAY
