#!/bin/bash
# The raw disk after a shelf's end: a store lives on an ext4 image of its own,
# and once the key of a month is destroyed, neither its wrapped bytes nor those
# of the escrow copies that held it are anywhere on the image.  The same search
# finds what a rename would have left.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
have mkfs.ext4 || skip_all 'mkfs.ext4 is not installed'
IMAGE=$T/image MOUNT=$T/mount
mkdir "$MOUNT"

# shellcheck disable=SC2317
leave() {
	local status=$?

	umount "$MOUNT" 2>/dev/null
	(exit "$status")
	lib_finish
}
# A file of 24 MiB whose blocks are all written: a hole would be no disk.
dd if=/dev/zero of="$IMAGE" bs=1M count=24 status=none
mkfs.ext4 -q -F "$IMAGE" 2>/dev/null ||
    skip_all 'mkfs.ext4 makes no file system here'
trap leave EXIT
mount -o loop,nodiscard "$IMAGE" "$MOUNT" 2>/dev/null ||
    skip_all 'this machine mounts no images (no loop device, or not root)'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Marker" + $id)}],
	    gender: "female", birth_date: $born}'
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock --json
}

remount() {
	umount "$MOUNT" && mount -o loop,nodiscard "$IMAGE" "$MOUNT"
}

# bytes FILE FROM COUNT: in hexadecimal.
bytes() {
	xxd -p -s "$2" -l "$3" "$1" | tr -d '\n'
}

# hits HEX: how often these bytes are on the image.
hits() {
	LC_ALL=C grep -obUaP "$(sed 's/../\\x&/g' <<<"$1")" "$IMAGE" | wc -l
}

# expect_hits WANT HEX WHAT: some or none, of the whole and of its thirds.
expect_hits() {
	local third=$((${#2} / 6 * 2)) i n=0

	[ "$third" -ge 20 ] || fail "too short to look for: $3"
	for i in 0 1 2; do
		n=$((n + $(hits "${2:$((i * third)):$third}")))
	done
	case $1 in
	none) [ "$n" -eq 0 ] || fail "$3: $n pieces on the image" ;;
	some) [ "$n" -gt 0 ] || fail "$3: not found" ;;
	esac
}

# plain KEY WRAPPED: what is under ChaCha20-Poly1305 (RFC 8439; the tag is
# not looked at), all in hexadecimal.
plain() {
	xxd -r -p <<<"${2:24:$((${#2} - 56))}" | openssl enc -d -chacha20 \
	    -K "$1" -iv "01000000${2:0:24}" | xxd -p | tr -d '\n'
}

STORE=$MOUNT/store
ok "$CPADMIN" init "$STORE" --rehearsal --policy contactpoint-2007 \
    --authority E08000015 --on 2020-01-01
export CPADMIN_STORE=$STORE
RING=$STORE/keys/shelves.key ESCROW=$STORE/keys/shelves.escrow
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
{ person A 2002-01-05; person B 2002-02-05; person C 2002-01-05; } >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
FIRST=$(bytes "$ESCROW" 200 120)
night 2020-02-05
SECOND=$(bytes "$ESCROW" 200 120)
ok cpadmin hold place --record C --reason inquiry --legal-basis s.21 \
    --contact a@example.org --review 2027-01-01 --on 2026-01-01
SLOT=$(bytes "$RING" $((128 + 32)) 60)
LATER=$(bytes "$RING" $((256 + 32)) 60)
HEADER=$(sqlite3 "$STORE/store.db" "SELECT hex(wrapped) FROM header
    WHERE package = 1")

test_case 'the search finds the keys that live, and no key in clear'
KEY=$(plain "$(bytes "$STORE/keys/host.key" 0 32)" "$SLOT")
expect_eq "${#KEY}" 64
expect_eq "$(plain "$KEY" "${HEADER,,}" | cut -c1-42)" \
    "$(printf 'age-encryption.org/v1' | xxd -p)" 'the header, opened by hand'
remount
expect_hits some "$SLOT" 'the slot of a live shelf'
expect_hits some "$SECOND" 'the escrow copy'
expect_hits none "$KEY" 'a key in clear'
expect_hits none "$FIRST" 'the escrow copy before it'

test_case 'after the end of the shelf nothing of its key is on the disk'
night 2026-01-06
B=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$B" --as mary --on 2026-01-06 --yes
night 2026-01-07
expect_json .destroyed 1
night 2026-02-01
expect_json '[.packages_moved, .shelves_destroyed] | tostring' '[1,1]'
umount "$MOUNT"
expect_hits none "$SLOT" 'the slot of the destroyed shelf'
expect_hits none "$SECOND" 'the escrow copy that held its key'
expect_hits none "$FIRST" 'the first escrow copy'
expect_hits none "$KEY" 'a key in clear'
expect_hits some "$LATER" 'the slot of a live shelf'
expect_true e2fsck -fn "$IMAGE" >"$T/fsck" 2>&1
mount -o loop,nodiscard "$IMAGE" "$MOUNT"
ok cpadmin archive verify --all --json
THIRD=$(bytes "$ESCROW" 200 120)

test_case 'written anew and renamed, as usual, both would still be there'
{ head -c 256 "$RING"; head -c 128 /dev/zero
  tail -c +385 "$RING"; } >"$RING.new"
mv "$RING.new" "$RING"
head -c 500 /dev/zero >"$ESCROW.new"
mv "$ESCROW.new" "$ESCROW"
umount "$MOUNT"
expect_hits some "$LATER" 'the slot, in a block that is free'
expect_hits some "$THIRD" 'the escrow copy, in a block that is free'
