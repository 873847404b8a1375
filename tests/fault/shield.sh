#!/bin/bash
# A shield asked for, granted, refused, reviewed and lifted, hurt at every
# point: the record is wholly open or wholly shielded, what is hidden stands in
# one of the two places, never in both or in none, and the log is whole.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1'
# Of the database's own calls one of three is met; FAULT_ALL=1 meets all.
SWEEP_EVERY=6
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
ON=(--on 2026-11-21)
R=(--reason why "${ON[@]}")

# state FOLDER: status of the case, whether the open document and the search
# keys have the address, pieces of what is hidden, keys that tell who might be
# meant, and whether what is open and what is hidden are the same child still.
state() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT coalesce((SELECT status FROM shield WHERE record = 1
		ORDER BY n DESC LIMIT 1), 'none');
	    SELECT doc LIKE '%Secret Street%' FROM document WHERE record = 1;
	    SELECT length(keys) / 8 = (SELECT count(*) FROM search_key
		WHERE record = 1) FROM document WHERE record = 1;
	    SELECT count(*) FROM compartment WHERE record = 1
		AND kind = 'hidden';
	    SELECT count(*) > 0 FROM shield_key WHERE record = 1;" 2>&1 |
	    paste -sd ' '
	"$CPADMIN" --store "$1" audit verify "${ON[@]}" 2>&1 >/dev/null
}

# is FOLDER WANTED...: one of them.
is() {
	local got dir=$1 want

	shift
	got=$(state "$dir")
	for want in "$@"; do
		[ "$got" != "ok $want" ] || return 0
	done
	echo "found $got, not ok $*"
	return 1
}

# whole FOLDER: what an officer opens is all there, wherever it stands.
whole() {
	local doc

	doc=$("$CPADMIN" --store "$1" shield reveal ONE "${R[@]}" \
	    --json 2>/dev/null) ||
	    doc=$("$CPADMIN" --store "$1" record show ONE "${R[@]}" --json)
	case $doc in
	*'1 Secret Street'*'0151 496 0377'*'Canary Primary'*) return 0 ;;
	esac
	echo "not all of it is there: $doc"
	return 1
}

OPEN='1 1 0 0'
SHUT='0 1 1 1'

test_case 'the prepared store'
new_store "${ON[@]}"
for id in ONE TWO; do
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' $id
	printf '"names":[{"type":"current","given":"Ann","family":"%s"}],' $id
	printf '"gender":"female","birth_date":"2010-05-04","addresses":'
	printf '[{"type":"current","lines":["1 %s Street"],"postcode":' \
	    "$([ $id = ONE ] && echo Secret || echo Open)"
	printf '"CH41 1AA"}],"carers":[{"name":"Bo","phone":"0151 496 0377"}],'
	printf '"involvements":[{"service":"education","provider":'
	printf '"Canary Primary","start":"2019-09-01"}]}\n'
done >"$T/rows"
ok cpadmin record import "$T/rows" "${ON[@]}"
ok cpadmin operator add bob --uid 1001 --role shield
expect_eq "$(state "$CPADMIN_STORE")" "ok none $OPEN"
before=$CPADMIN_STORE

# A further request is taken, too, and finds it shielded.
either() { is "$1" "none $OPEN" "requested $SHUT"; }
asked() { is "$1" "requested $SHUT" && whole "$1"; }
# Whatever the kill left in the files is gone after the next command.
gone() {
	asked "$1" || return 1
	! grep -rlaF '1 Secret Street' "$1"
}
expect_true grep -qraF '1 Secret Street' "$before"
SWEEP_EITHER=either
SWEEP_AGAIN=0
sweep 'shield request, killed' "$before" gone "${MODES:-kill-before}" \
    "$CPADMIN" shield request ONE --by child "${R[@]}"
sweep 'shield request' "$before" asked "${MODES:-enospc}" \
    "$CPADMIN" shield request ONE --by child "${R[@]}"

cp -a "$before" "$T/asked"
CPADMIN_STORE=$T/asked ok cpadmin shield request ONE --by child "${R[@]}"
D=(shield decide ONE)
# Again, and it is settled already.
SWEEP_AGAIN='0|5'
either() { is "$1" "requested $SHUT" "granted $SHUT"; }
granted() { is "$1" "granted $SHUT" && whole "$1"; }
sweep 'shield decide grant' "$T/asked" granted "${MODES:-kill-before}" \
    "$CPADMIN" "${D[@]}" grant --as bob "${R[@]}"

# Less is hidden: the school comes out, the address does not.
either() { is "$1" "requested $SHUT" "granted $SHUT"; }
sweep 'shield decide grant, of less' "$T/asked" granted \
    "${MODES:-eio}" \
    "$CPADMIN" "${D[@]}" grant --hide address --as bob "${R[@]}"

either() { is "$1" "requested $SHUT" "refused $OPEN"; }
refused() { is "$1" "refused $OPEN" && whole "$1"; }
sweep 'shield decide refuse' "$T/asked" refused \
    "${MODES:-kill-before enospc}" \
    "$CPADMIN" "${D[@]}" refuse --as bob "${R[@]}"

cp -a "$T/asked" "$T/granted"
CPADMIN_STORE=$T/granted ok cpadmin "${D[@]}" grant --as bob "${R[@]}"
sed 's/1 Secret Street/21 Secret Street/' "$T/rows" >"$T/news"
CPADMIN_STORE=$T/granted ok cpadmin record import "$T/news" "${ON[@]}"
expect_eq "$(state "$T/granted")" 'ok granted 0 1 2 1'
SWEEP_AGAIN=0
either() { is "$1" 'granted 0 1 2 1' "granted $SHUT"; }
sweep 'shield review' "$T/granted" granted "${MODES:-kill-before}" \
    "$CPADMIN" shield review ONE --as bob "${R[@]}"

SWEEP_AGAIN='0|5'
either() { is "$1" 'granted 0 1 2 1' "lifted $OPEN"; }
lifted() { is "$1" "lifted $OPEN" && whole "$1"; }
sweep 'shield lift' "$T/granted" lifted "${MODES:-kill-before}" \
    "$CPADMIN" shield lift ONE --as bob "${R[@]}"
