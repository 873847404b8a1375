#!/bin/bash
# A reader written from cpadmin-archive(5), by whoever has that page, age, tar
# and Python, opens what was archived; and what was destroyed it does not.
. "$(dirname "$0")/../lib.sh"

for tool in python3 age zstd; do
	have $tool || skip_all "$tool is not installed"
done
READER=$ROOT/tests/stranger/reader.py
export PYTHONDONTWRITEBYTECODE=1

person() {
	jq -cn --arg id "$1" --arg born "$2" '
	{cpadmin: "record/1", id: $id, authority: "E08000015",
	 names: [{type: "current", given: "Zoë", family: "O’Brien"}],
	 gender: "female", birth_date: $born, numbers: [], addresses: [],
	 carers: [], involvements: [], left_england: null, death: null,
	 letters: null}'
}

# stranger [--escrow|--officer NAME] PKG N...: with the shares of these custodians; the
# members are in $T/got.
stranger() {
	local args=() i

	rm -rf "$T/got"
	[ "$1" != --escrow ] || { args=(--escrow); shift; }
	[ "$1" != --officer ] || {
		args=(--officer "$2" "$KEYS/rehearsal/officer-$2.pass")
		shift 2
	}
	args+=("$CPADMIN_STORE" "$1" "$T/got")
	shift
	for i in "$@"; do
		args+=("$KEYS/custody-$ID-share-$i.age"
		    "$KEYS/rehearsal/share-$i.pass")
	done
	run python3 "$READER" "${args[@]}"
}

came_out() {
	ok diff <(jq -S . "$T/got/record.json") \
	    <(jq -S --arg id "$1" 'select(.id == $id)' "$T/people")
	expect_eq "$(jq -r '.cpadmin, .id' "$T/got/history.json" | paste -sd ' ')" \
	    "history/1 $1"
	# What the family was to be told, as cpadmin-archive(5) has it.
	expect_eq "$(jq -c '.notices | [keys, (.notices | map(select(.status ==
	    "owed")) | length), (.notices[0] | .kind, .why)]' \
	    "$T/got/history.json")" \
	    '[["notices","to"],0,"first","archived"]'
	expect_file "$T/got/README.txt"
}

# flip FILE OFFSET
flip() {
	local byte

	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

refused() {
	expect_false [ "$STATUS" -eq 0 ]
	expect_no_file "$T/got"
	[ -z "${1:-}" ] || expect_err_contains "$1"
}

new_store --on 2026-01-05 --custodians 3 --threshold 2
KEYS=$CPADMIN_STORE/keys
ID=$(cat "$KEYS/custody.current")
{
	person CP-A 2008-01-10
	person CP-B 2008-01-10
	person CP-C 2008-02-10
	person CP-H 2008-02-10 | jq -c '.addresses = [{type: "current",
	    lines: ["7 Canarystreet"], postcode: "CH41 1AA"}] |
	    .names[0].family = "Quince"'
} >"$T/people"
ok cpadmin record import "$T/people" --on 2026-01-05
ok cpadmin notice owed --on 2026-01-05
ok cpadmin shield request CP-H --by child --reason canary --on 2026-01-06
for day in 2026-01-10 2026-02-10; do
	ok cpadmin retention run --on $day --yes --accept share --accept clock
done
package_of() {
	cpadmin archive list --json |
	    jq -r --arg id "$1" '.rows[] | select(.id == $id) | .package'
}
A=$(package_of CP-A) B=$(package_of CP-B) C=$(package_of CP-C)
VOLUME=$CPADMIN_STORE/archive/$(cpadmin archive list --json |
    jq -r '.rows[0].volume').tar

test_case 'any two custodians and the page open a package'
for pair in '1 2' '3 1' '2 3'; do
	# shellcheck disable=SC2086
	stranger "$A" $pair
	expect_status 0
	came_out CP-A
done
stranger "$C" 1 2 3
expect_status 0
came_out CP-C

test_case 'with the escrow copy, where the keyring is lost'
if [ -e "$KEYS/shelves.escrow" ]; then
	mv "$KEYS/shelves.key" "$T/away"
	mv "$KEYS/host.key" "$T/host"
	stranger --escrow "$B" 2 1
	expect_status 0
	came_out CP-B
	stranger "$B" 2 1
	refused
	mv "$T/away" "$KEYS/shelves.key"
	mv "$T/host" "$KEYS/host.key"
else
	fail 'there is no escrow copy'
fi

test_case 'an officer besides, and what is hidden comes out'
H=$(package_of CP-H)
stranger "$H" 1 2
expect_status 0
expect_eq "$(cd "$T/got" && printf '%s ' *)" \
    'README.txt history.json record.json shield.box '
expect_no anary in "$T/got"
for officer in root second-officer; do
	stranger --officer $officer "$H" 1 2
	expect_status 0
	expect_eq "$(jq -c .addresses "$T"/got/shield-*-hidden.json)" \
	    "$(jq -c 'select(.id == "CP-H").addresses' "$T/people")"
	expect_eq "$(jq -r .reason "$T"/got/shield-*-case.json)" canary
done
stranger --officer root "$C" 1 2
expect_status 0
came_out CP-C
expect_eq "$(stat -c %s "$T/got/shield.box" | awk '{
    while ($1 > 4096) $1 /= 2; print }')" 4096

test_case 'the commands of the page’s example'
ok tar -xOf "$VOLUME" "$A.payload"
ok eval 'cd "$T" && tar -xf "$VOLUME" && sha256sum -c MANIFEST'

test_case 'one custodian is too few, and shares are what was dealt'
stranger "$A" 1
refused '2 different shares are needed'
stranger "$A" 1 1
refused '2 different shares are needed'
cp "$KEYS/custody-$ID.pub" "$T/pub"
sed -i '/^dealt 2/s/[0-9a-f]$/x/' "$KEYS/custody-$ID.pub"
stranger "$A" 1 2
refused 'the public file was changed'
cp "$T/pub" "$KEYS/custody-$ID.pub"

test_case 'what differs is found without the program too'
PLACE=$(($(tar -tRf "$VOLUME" | sed -n "s/^block \([0-9]*\): $A.payload/\1/p") \
    * 512 + 600))
flip "$VOLUME" $PLACE
stranger "$A" 1 2
refused 'the payload was changed'
flip "$VOLUME" $PLACE
flip "$KEYS/shelves.key" 180
stranger "$A" 1 2
refused 'the keyring was changed at 128'
flip "$KEYS/shelves.key" 180
sqlite3 "$CPADMIN_STORE/store.db" "CREATE TABLE kept AS SELECT * FROM header;
    UPDATE header SET wrapped = (SELECT wrapped FROM kept k JOIN package p
    ON p.n = k.package WHERE p.id = '$B') WHERE package = (SELECT n
    FROM package WHERE id = '$A')"
stranger "$A" 1 2
refused 'a wrong key, or changed bytes'
sqlite3 "$CPADMIN_STORE/store.db" "UPDATE header SET wrapped = (SELECT wrapped
    FROM kept WHERE kept.package = header.package); DROP TABLE kept"
stranger "$A" 1 2
expect_status 0

test_case 'what was destroyed stays closed'
ok cpadmin operator add mary --uid 4712 --role approver
ok cpadmin retention run --on 2032-01-11 --yes --accept clock --accept share
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
cp -a "$CPADMIN_STORE/store.db" "$T/old.db"
cp "$VOLUME" "$T/old.tar"
ok cpadmin destruction approve "$BATCH" --as mary --on 2032-01-12 --yes
ok cpadmin retention run --on 2032-02-11 --yes --accept clock --accept share
stranger "$A" 1 2
refused 'was erased'
stranger "$C" 1 2
expect_status 0

test_case 'and with the catalogue and the volume of a backup, the shelf is dead'
cp "$T/old.db" "$CPADMIN_STORE/store.db"
rm -f "$CPADMIN_STORE"/store.db-*
cp "$T/old.tar" "$VOLUME"
stranger "$A" 1 2
refused 'the key of shelf 203201 was destroyed on 2032-02-11'
stranger --escrow "$A" 1 2
refused 'no shelf 203201 in the escrow copy'
