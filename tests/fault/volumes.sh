#!/bin/bash
# Copies, compaction, repair, salvage, move and scrub are hurt at every point
# where they change the disk: no package is lost, and a second run finishes.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1|3' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
# shellcheck disable=SC2034
SWEEP_THIN=4 SWEEP_EVERY=3
MODES=${MODES:-enospc kill-before torn eio}
if [ "${FAULT_ALL:-0}" = 1 ]; then
	MODES=$SWEEP_ALL
else
	echo 'not swept without FAULT_ALL=1: modes kill-after, enospc-short and' \
	    'eio-from, and kill-before, torn and eio at seven points of eight'
fi
DAY=2026-03-10
export CPADMIN

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: "A",
	    family: "B"}], gender: "female", birth_date: $born, numbers: [],
	    addresses: [], carers: [], involvements: [], left_england: null,
	    death: null, letters: null}'
}

# Both disks lie in the store's folder, so that what happens to them is hurt
# too; a copy of the store lies elsewhere, and says so.
cat >"$T/there" <<'SH'
store=$1
shift
sqlite3 "$store/store.db" "UPDATE place SET path = '$store/' ||
    replace(replace(path, rtrim(path, replace(path, '/', '')), ''), '/', '')"
sed -i "s|copy = \"[^\"]*\"|copy = \"$store/second\"|" "$store/cpadmin.conf"
for word; do
	words+=("${word//STORE/$store}")
done
exec "$CPADMIN" "${words[@]}"
SH
there() {
	bash "$T/there" "$@"
}

# damage FILE PACKAGE: one byte of its payload.
damage() {
	local at

	at=$(tar -tRf "$1" | sed -n "s/^block \([0-9]*\): $2.payload\$/\1/p")
	printf X | dd of="$1" bs=1 seek=$(((at + 1) * 512)) conv=notrunc \
	    status=none
}

# looks STORE: what its database says of itself, of the packages and of what is
# still to be done.  The paths in it are those of this copy, by now.
looks() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT group_concat(id || ' ' || status, ',') FROM
	    (SELECT id, status FROM package ORDER BY id);
	    SELECT (SELECT count(*) FROM volume_copy) = (SELECT count(*)
	    FROM volume WHERE gone IS NULL);
	    SELECT (SELECT count(*) FROM volume_trouble) || (SELECT count(*)
	    FROM volume_leftover) || (SELECT count(*) FROM volume_begun) ||
	    (SELECT count(*) FROM copies_owed)" 2>&1 | paste -sd ' '
}

sound() {
	local got bad=0

	got=$(looks "$1")
	# What a failing disk did not take is owed, and done by the next night.
	case $got in *' 0000') ;; *)
		"$CPADMIN" --store "$1" retention run --on $DAY --yes \
		    --accept share --accept clock >/dev/null 2>&1
		got=$(looks "$1")
		;;
	esac
	[ "$got" = "ok $PACKAGES 1 0000" ] || {
		printf 'wanted ok %s 1 0000\ngot    %s\n' "$PACKAGES" "$got"
		bad=1
	}
	"$CPADMIN" --store "$1" archive verify --all --json >"$1.verify" 2>&1 || {
		head -c 1500 "$1.verify"
		bad=1
	}
	got=$(find "$1" -name '*part*' -o -name '*.tmp')
	[ -z "$got" ] || {
		echo "left over: $got"
		bad=1
	}
	return $bad
}

# ---- the store: two volumes of two packages, each with a copy ------------------
test_case 'a store'
new_store --on 2026-01-05
mkdir "$CPADMIN_STORE/second" "$CPADMIN_STORE/third"
for id in A:2008-01-10 B:2008-01-11 C:2008-02-01 D:2008-02-02; do
	person "CP-${id%%:*}" "${id#*:}"
done >"$T/people"
ok cpadmin record import "$T/people" --on 2026-01-05
ok cpadmin retention run --on 2026-01-12 --yes --accept share --accept clock
ok cpadmin retention run --on 2026-02-03 --yes --accept share --accept clock
echo "archive = { copy = \"$CPADMIN_STORE/second\"; };" \
    >>"$CPADMIN_STORE/cpadmin.conf"
BARE=$CPADMIN_STORE
cp -a "$BARE" "$T/with"
ok there "$T/with" --store "$T/with" retention run --on $DAY --yes \
    --accept clock
packages() {
	PACKAGES=$(sqlite3 "$1/store.db" "SELECT group_concat(id || ' ' ||
	    status, ',') FROM (SELECT id, status FROM package ORDER BY id)")
}
packages "$T/with"
expect_true sound "$T/with"
V=$(sqlite3 "$T/with/store.db" 'SELECT id FROM volume ORDER BY n LIMIT 1')
mapfile -t P < <(sqlite3 "$T/with/store.db" 'SELECT id FROM package
    WHERE volume = 1 ORDER BY id')

test_case 'the check sees what is wrong'
spoilt() {
	rm -rf "$T/spoilt"
	cp -a "$T/with" "$T/spoilt"
	ok there "$T/spoilt" --store "$T/spoilt" archive verify
	bash -c "$2" spoil "$T/spoilt" || fail "could not spoil: $1"
	! sound "$T/spoilt" >"$T/said" 2>&1 || fail "the check does not see $1"
}
# shellcheck disable=SC2016
{
	spoilt 'a lost volume' 'rm "$1"/archive/V-20260112-*.tar'
	spoilt 'a lost copy' 'rm "$1"/second/V-20260112-*.tar'
	spoilt 'an orphan' 'cp "$1"/archive/V-20260112-*.tar \
	    "$1/third/V-20260112-AAAAAAAAAA.tar"; sqlite3 "$1/store.db" \
	    "INSERT INTO place(path) VALUES ('\''$1/third'\'')"
	    cp "$1/second/.cpadmin-place" "$1/third"'
	spoilt 'a flipped byte' 'printf X | dd of="$(echo \
	    "$1"/second/V-20260203-*.tar)" bs=1 seek=1600 conv=notrunc \
	    status=none'
	spoilt 'a lost package' 'sqlite3 "$1/store.db" "UPDATE package SET
	    status = '\''destroyed'\'' WHERE n = 2"'
	spoilt 'a temporary' ': >"$1/second/.V-1.part"'
}

hurt() {
	sweep "$1" "$2" sound "$MODES" bash "$T/there" {} "${@:3}"
}

# ---- the sweeps ------------------------------------------------------------------
hurt 'second copies' "$BARE" retention run --on $DAY --yes --accept clock
hurt 'move' "$T/with" archive move STORE/third "$V" --on $DAY
hurt 'scrub' "$T/with" archive scrub --on $DAY

# One file missing, and two that are damaged in different packages.
cp -a "$T/with" "$T/bad"
rm "$T/bad"/archive/V-20260203-*.tar
damage "$T/bad/archive/$V.tar" "${P[0]}"
damage "$T/bad/second/$V.tar" "${P[1]}"
hurt 'repair' "$T/bad" archive repair --yes --on $DAY

cp -a "$T/with" "$T/dead"
ok there "$T/dead" --store "$T/dead" archive restore CP-A --reason T --set \
    birth_date=2010-01-01 --on $DAY
packages "$T/dead"
hurt 'compaction' "$T/dead" archive compact --all --on $DAY
