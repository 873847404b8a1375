#!/bin/bash
# The power fails: a file system of its own goes down in the middle of a
# command (FS_IOC_SHUTDOWN, its journal not flushed), comes up again, and
# whatever was said to be done is there: each record in exactly one state, each
# archived package opens, none is under a dead shelf, the log verifies.  A kill
# cannot show this, since what was written survives it.
#
# And the test sees what is left out: with one sync after the other forgotten
# it has to fail.
#
# Points are sampled, POINTS of each command on ext4 and a third on XFS;
# FAULT_ALL=1: every point.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
[ "$(id -u)" = 0 ] || skip_all 'only root mounts file systems'
have losetup && have mkfs.ext4 || skip_all 'losetup or mkfs.ext4 is missing'
[ -x "$BUILD/fault.so" ] || skip_all 'fault.so was not built'

POINTS=${POINTS:-10}
DAY=2026-03-01
M=$T/mnt
STORE=$M/store
IMAGES=$T
[ -d /dev/shm ] && [ -w /dev/shm ] &&
    IMAGES=$(mktemp -d /dev/shm/cpadmin-power.XXXXXX)
mkdir "$M" "$T/run"
# shellcheck disable=SC2317
tidy() {
	local status=$?

	umount "$M" 2>/dev/null
	[ "$IMAGES" = "$T" ] || rm -rf "$IMAGES"
	(exit $status)
	lib_finish
}
trap tidy EXIT

up() {
	mount -o loop "$IMAGES/run.img" "$M" 2>"$T/mount.err"
}

down() {
	umount "$M"
}

# The first change under the folder is the last.
power_cut() {
	(
		exec 2>/dev/null
		env LD_PRELOAD="$BUILD/fault.so" CP_FAULT=power CP_FAULT_AT=1 \
		    CP_FAULT_DIR="$M" touch "$M/cut"
		exit $?
	)
	[ $? -eq 137 ]
}

make_image() {
	case $1 in
	ext4)
		truncate -s 32M "$IMAGES/run.img"
		mkfs.ext4 -q -F -J size=4 -E lazy_itable_init=0 \
		    "$IMAGES/run.img"
		;;
	xfs)
		truncate -s 300M "$IMAGES/run.img"
		mkfs.xfs -q -f "$IMAGES/run.img"
		;;
	esac
}

make_image ext4 && up || skip_all "no loop mounts here: $(head -n 1 "$T/mount.err")"
power_cut || { down; skip_all 'this kernel shuts no file system down'; }
down

# ---- the store -----------------------------------------------------------------
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"G%s","family":"Hill"}],' "$1"
	printf '"gender":"female","birth_date":"%s","numbers":[],' "$2"
	printf '"addresses":[],"carers":[],"involvements":[],'
	printf '"left_england":null,"death":null,"letters":null}\n'
}

night() {
	ok cpadmin retention run --yes --accept clock --accept share --on "$1"
}

test_case 'the prepared store'
new_store --on 2020-01-01
{
	person D1 2002-01-05
	person D2 2002-01-05
	person H1 2002-01-05
	person E1 2002-02-10
	person Q1 2002-02-28
	person N1 2008-03-01
	person N2 2008-03-01
	person L1 2012-01-01
	person L2 2012-01-01
} >"$T/people"
{
	person I1 2012-01-01
	person I2 2012-01-01
} >"$T/more"
ok cpadmin record import "$T/people" --on 2020-01-01
night 2020-01-05
night 2020-02-10
night 2020-02-28
ok cpadmin hold place --record H1 --reason inquiry --legal-basis s.21 \
    --contact legal@example.org --review 2030-01-01 --on 2020-03-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-03-01
night 2026-01-10
night 2026-02-28
for b in $(cpadmin destruction list --json |
    jq -r '.rows[] | select(.status == "proposed") | .batch'); do
	ok cpadmin destruction approve "$b" --as mary --yes --on 2026-02-28
done
PREPARED=$CPADMIN_STORE
cat "$T/people" "$T/more" | jq -cS 'del(.birth_date)' | sort >"$T/docs"

# base FS: the prepared store on a file system of its own.
base() {
	make_image "$1" && up && cp -a "$PREPARED" "$M/" && mkdir "$M/other" &&
	    down &&
	    mv "$IMAGES/run.img" "$IMAGES/$1.img"
}

# ---- what must be so ------------------------------------------------------------
# ring FOLDER: month and state of each slot of the keyring.
ring() {
	od -An -v -tu1 -w128 -j128 "$1/keys/shelves.key" | awk '$1 == 83 {
		print (($5 * 256 + $6) * 256 + $7) * 256 + $8,
		    $9 == 76 ? "L" : "Z" }'
}

# The database as a whole; shelves that it calls destroyed, or that packages
# are under.
STATES="PRAGMA integrity_check; PRAGMA foreign_key_check;
    SELECT 'in no state or two: ' || id || ' ' || state FROM record r
    WHERE NOT CASE state
	WHEN 'live' THEN EXISTS (SELECT 1 FROM document d
	    WHERE d.record = r.n) AND NOT EXISTS (SELECT 1 FROM package p
	    WHERE p.record = r.n AND p.status = 'archived')
	WHEN 'archived' THEN NOT EXISTS (SELECT 1 FROM document d
	    WHERE d.record = r.n) AND (SELECT count(*) FROM package p
	    JOIN header h ON h.package = p.n WHERE p.record = r.n
	    AND p.status = 'archived') = 1
	ELSE NOT EXISTS (SELECT 1 FROM document d WHERE d.record = r.n)
	    AND NOT EXISTS (SELECT 1 FROM package p LEFT JOIN header h
	    ON h.package = p.n WHERE p.record = r.n AND (p.status = 'archived'
	    OR h.package IS NOT NULL)) END;"
SHELVES="SELECT 'dead ' || month FROM shelf WHERE destroyed IS NOT NULL;
    SELECT DISTINCT 'used ' || shelf FROM package WHERE status = 'archived'"

check_shelves() {
	local bad=0 what month state

	ring "$1" >"$T/ring"
	while read -r what month; do
		state=$(awk -v m="$month" '$1 == m { print $2 }' "$T/ring")
		case $what$state in
		usedL | deadZ | dead) ;;
		*)
			echo "shelf $month is $what and its key is ${state:-none}"
			bad=1
			;;
		esac
	done < <(sqlite3 "$1/store.db" "$SHELVES")
	return $bad
}

# What there is of records, live and archived, is what came in.
check_documents() {
	local ids

	ids=$(sqlite3 "$1/store.db" "SELECT id FROM record
	    WHERE state = 'archived'")
	sqlite3 "$1/store.db" "WITH came(id) AS (VALUES $CAME)
	    SELECT id FROM record WHERE state IN ('live', 'archived')
	    UNION SELECT id FROM came WHERE id NOT IN (SELECT id
	    FROM record)" >"$T/ids"
	sqlite3 "$1/store.db" 'SELECT doc FROM document' >"$T/found"
	# shellcheck disable=SC2086
	"$CPADMIN" --store "$1" archive open $ids L0 --purpose court-order \
	    --reason look --json --on $DAY >"$T/opened" 2>"$T/opened.err"
	jq -c '.rows[] | select(.outcome != "done" and .package != "L0") |
	    "does not open: " + .package + " " + .why' "$T/opened"
	jq -c '.rows[].record | select(. != null)' "$T/opened" >>"$T/found"
	jq -cS 'del(.birth_date)' "$T/found" | sort >"$T/found.docs"
	jq -cS --rawfile ids "$T/ids" '($ids | split("\n")) as $want |
	    select(.id as $id | $want | index($id))' "$T/docs" |
	    diff - "$T/found.docs" | sed 's/^\([<>]\).*"id":\("[^"]*"\).*/\1 \2/'
}
CAME="('D1'), ('D2'), ('H1'), ('E1'), ('Q1'), ('N1'), ('N2'), ('L1'), ('L2')"

# The head of the log outside the database is not synced, and may be an older
# one or torn until the next entry.
check_log() {
	"$CPADMIN" --store "$1" audit verify >/dev/null 2>&1 && return
	"$CPADMIN" --store "$1" audit checkpoint >/dev/null &&
	    "$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null
}

# look FOLDER: what is wrong, whatever was going on.
look() {
	{
		sqlite3 "$1/store.db" "$STATES" 2>&1 | grep -v '^ok$'
		check_shelves "$1"
		check_documents "$1"
		check_log "$1"
	} 2>&1 | head -n 20
}

# finished FOLDER: the same after the second run.
finished() {
	look "$1"
	"$CPADMIN" --store "$1" archive verify --all --quiet --on $DAY 2>&1 \
	    >/dev/null
	(cd "$1" && find archive outbox -name '*.part*')
}

# ---- cutting ---------------------------------------------------------------------
# start FS: the base, up; stop: down and up again, as after a power cut.
start() {
	cp --sparse=always --reflink=auto "$IMAGES/$1.img" "$IMAGES/run.img" &&
	    up
}

again() {
	down && up
}

# hurt MODE AT CMD...: the command under the shim.
hurt() {
	local mode=$1 at=$2

	shift 2
	rm -f "$T/run/count" "$T/run/log"
	(
		exec 2>/dev/null
		CPADMIN_STORE=$STORE LD_PRELOAD=$BUILD/fault.so CP_FAULT=$mode \
		    CP_FAULT_AT=$at CP_FAULT_DIR=$M CP_FAULT_PROG=cpadmin \
		    CP_FAULT_COUNT=$T/run/count CP_FAULT_LOG=$T/run/log \
		    CP_FAULT_UNSYNCED=${UNSYNCED:-/no/such/} timeout 60 "$@" \
		    >"$T/run/out" 2>"$T/run/err" </dev/null
		exit $?
	)
}

# point FS N DONE CMD...: cut before call N; prints what is wrong.
point() {
	local fs=$1 n=$2 done=$3 call status

	shift 3
	start "$fs" || { echo 'cannot start'; return; }
	hurt power "$n" "$@"
	status=$?
	call=$(sed -n "${n}p" "$T/run/log" | sed "s|$M/||g")
	again || { echo "call $n: the file system does not come up"; return; }
	{
		[ "$status" -eq 137 ] || echo "status $status"
		look "$STORE"
		CPADMIN_STORE=$STORE "$@" >/dev/null 2>"$T/run/err" ||
		    [ $? -eq 5 ] || echo "again: $(head -c 300 "$T/run/err")"
		finished "$STORE"
		"$done" "$STORE"
	} >"$T/run/said" 2>&1
	[ ! -s "$T/run/said" ] || {
		echo "cut before call $call:"
		sed 's/^/  /' "$T/run/said"
	}
	down
}

# after FS DONE CMD...: it ends, and then the power fails; prints what is
# wrong.
after() {
	local fs=$1 done=$2

	shift 2
	start "$fs" || { echo 'cannot start'; return; }
	hurt count 0 "$@" || echo "status $?: $(head -c 300 "$T/run/err")"
	power_cut || echo 'the power stayed'
	again || { echo 'the file system does not come up'; return; }
	look "$STORE"
	"$done" "$STORE"
	down
}

# points LOG: where it matters most, right after what makes things last, and
# right before; each once.
points() {
	awk '$3 ~ /^(fsync|fdatasync|rename|unlink)$/ { print $1; print $1 + 1 }' \
	    "$1" | awk -v last="$(wc -l <"$1")" '$1 <= last' | sort -nu
}

sample() {
	awk -v want="$1" '{ v[NR] = $1 } END {
		if (NR < want)
			want = NR
		for (i = 0; i < want; i++)
			print v[int((i + 0.5) * NR / want) + 1] }'
}

# cut NAME DONE CMD...
cut_all() {
	local name=$1 done=$2 fs n want bad count

	shift 2
	for fs in $SYSTEMS; do
		test_case "$name: done is done, $fs"
		expect_eq "$(after "$fs" "$done" "$@")" '' \
		    'after its end and a power cut'
		cp "$T/run/log" "$T/log"
		want=$POINTS
		[ "$fs" = ext4 ] || want=$(((POINTS + 2) / 3))
		points "$T/log" >"$T/points"
		if [ "${FAULT_ALL:-0}" = 1 ]; then
			seq "$(wc -l <"$T/log")" >"$T/points"
			want=$(wc -l <"$T/points")
		fi
		test_case "$name: cut, $fs"
		count=0 bad=
		for n in $(sample "$want" <"$T/points"); do
			bad+=$(point "$fs" "$n" "$done" "$@")
			count=$((count + 1))
		done
		expect_eq "$bad" '' 'what is wrong'
		expect_true [ "$count" -gt 0 ]
		echo "power $name, $fs: cut at $count of $(wc -l <"$T/log")" \
		    'points'
	done
}

SYSTEMS=ext4
test_case 'file systems'
base ext4 || fail 'no ext4'
if have mkfs.xfs && base xfs 2>/dev/null; then
	SYSTEMS='ext4 xfs'
else
	umount "$M" 2>/dev/null
	skip 'no XFS here: on ext4 only'
fi

# ---- the commands ------------------------------------------------------------------
done_run() {
	local got

	got=$(sqlite3 "$1/store.db" "SELECT group_concat(id || ' ' || state, ' ')
	    FROM (SELECT id, state FROM record ORDER BY id)")
	[ "$got" = 'D1 destroyed D2 destroyed E1 destroyed H1 archived L1 live L2 live N1 archived N2 archived Q1 archived' ] ||
	    echo "not done: $got"
	[ "$(sqlite3 "$1/store.db" "SELECT count(*) FROM shelf
	    WHERE destroyed IS NOT NULL")" -gt 0 ] ||
	    echo 'no shelf was destroyed'
	for got in "$1"/outbox/certificate-*.json; do
		"$CPADMIN" verify "$got" --key "$1/keys/signing.pub" \
		    >/dev/null 2>&1 || echo "$got is no certificate"
	done
}
done_restore() {
	[ "$(sqlite3 "$1/store.db" "SELECT state FROM record
	    WHERE id = 'H1'")" = live ] || echo 'not done'
}
done_import() {
	[ "$(sqlite3 "$1/store.db" "SELECT count(*) FROM record
	    WHERE id LIKE 'I%'")" = 2 ] || echo 'not done'
}
done_rekey() {
	local got

	got=$(sqlite3 "$1/store.db" "SELECT (SELECT count(*) FROM header h
	    WHERE h.custody IS NOT s.custody), (SELECT count(*) FROM rekey
	    WHERE finished IS NULL), s.custody FROM store s")
	[ "$got" = "0|0|$(cat "$1/keys/custody.current")" ] ||
	    echo "not done: $got"
	[ -s "$1/keys/custody-${got##*|}-share-1.age" ] || echo 'no share'
}
done_move() {
	[ "$(sqlite3 "$1/store.db" "SELECT count(*) FROM volume
	    WHERE gone IS NULL AND place IS NULL")" = 0 ] || echo 'not done'
	"$CPADMIN" --store "$1" archive verify --all --quiet --on $DAY 2>&1 \
	    >/dev/null
}
RUN=("$CPADMIN" retention run --on $DAY --yes --workers 2)
RESTORE=("$CPADMIN" archive restore H1 --reason x --set birth_date=2012-01-01
    --on $DAY)
IMPORT=("$CPADMIN" record import "$T/more" --on $DAY)

cut_all 'retention run' done_run "${RUN[@]}"
cp "$T/log" "$T/run.log"
POINTS=$((POINTS / 2))
cut_all 'custody rekey' done_rekey "$CPADMIN" custody rekey --reason x --yes \
    --workers 1 --on $DAY
cut_all 'archive move' done_move "$CPADMIN" archive move "$M/other" --all \
    --on $DAY
cut_all 'archive restore' done_restore "${RESTORE[@]}"
cut_all 'record import' done_import "${IMPORT[@]}"

# ---- what was forgotten is found ---------------------------------------------------
# seen WORD SAID: files of WORD were synced, or rather not, and SAID is
# something.
seen() {
	grep 'sync /' "$T/run/log" | grep -qF "$1" ||
	    fail "nothing of $1 is synced at all" \
		"$(grep 'sync /' "$T/run/log" | cut -d ' ' -f 3- | sort -u)"
	[ -n "$2" ] || fail 'the test does not see it'
}

# forgot WORD DONE CMD...: without the syncs of such files it goes wrong.
forgot() {
	local UNSYNCED=$1

	shift
	test_case "caught: no sync of ${UNSYNCED#/}"
	seen "$UNSYNCED" "$(after ext4 "$@")"
}
forgot /archive/. done_run "${RUN[@]}"
forgot /shelves.key done_run "${RUN[@]}"
forgot /outbox/. done_run "${RUN[@]}"

# The last program to close the database copies its log into it, which is
# synced: what was forgotten shows while another has it open.
reader() {
	local i

	rm -f "$T/fifo" "$T/reads"
	mkfifo "$T/fifo"
	sqlite3 "$STORE/store.db" <"$T/fifo" >"$T/reads" &
	READER=$!
	exec 7>"$T/fifo"
	echo 'BEGIN; SELECT 1 FROM record LIMIT 1;' >&7
	for ((i = 0; i < 100; i++)); do
		[ -s "$T/reads" ] && return
		sleep 0.05
	done
}
test_case 'caught: no sync of store.db-wal, at the end'
start ext4
reader
UNSYNCED=store.db-wal hurt count 0 "${IMPORT[@]}"
expect_eq "$?" 0 status
power_cut
exec 7>&-
wait "$READER"
again
seen store.db-wal "$(look "$STORE"; done_import "$STORE")"
down

test_case 'and with it, all is there'
start ext4
reader
hurt count 0 "${IMPORT[@]}"
power_cut
exec 7>&-
wait "$READER"
again
expect_eq "$(look "$STORE"; done_import "$STORE")" ''
down

# A key is zeroised once the database has said so.
test_case 'caught: no sync of store.db-wal, where a key was zeroised'
n=$(awk '/sync .*shelves.key$/ { n = $1 } END { print n + 1 }' "$T/run.log")
start ext4
UNSYNCED=store.db-wal hurt power "$n" "${RUN[@]}"
again
seen store.db-wal "$(look "$STORE")"
down
