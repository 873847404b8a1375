#!/bin/bash
# The raw disk after a shield came: a store lives on an ext4 image of its own,
# children are loaded in clear, and once they are shielded neither their
# addresses nor anything else that is hidden is anywhere on the image: not in
# the database, its log, or blocks that the log once had.  The same without the
# layer that overwrites is found out.
. "$(dirname "$0")/../lib.sh"

have mkfs.ext4 || skip_all 'mkfs.ext4 is not installed'
sanitized "$CPADMIN" &&
    skip_all 'another library cannot come before the sanitizer'
IMAGE=$T/image MOUNT=$T/mount
DAY=2026-11-20
mkdir "$MOUNT"

# shellcheck disable=SC2317
leave() {
	local status=$?

	umount "$MOUNT" 2>/dev/null
	(exit "$status")
	lib_finish
}
trap leave EXIT

# fresh: an image whose blocks are all written, so that a hole is no disk.
fresh() {
	umount "$MOUNT" 2>/dev/null
	dd if=/dev/zero of="$IMAGE" bs=1M count=32 status=none
	mkfs.ext4 -q -F "$IMAGE" 2>/dev/null ||
	    skip_all 'mkfs.ext4 makes no file system here'
	mount -o loop,nodiscard "$IMAGE" "$MOUNT" 2>/dev/null ||
	    skip_all 'this machine mounts no images (no loop device, or not root)'
}

# hits: how many marks are on the image, once all is written.
hits() {
	umount "$MOUNT"
	LC_ALL=C grep -aoE 'Qzx(Road|School|Carer)[0-9]+|0151 496 7' "$IMAGE" |
	    wc -l
	mount -o loop,nodiscard "$IMAGE" "$MOUNT"
}

child() {
	printf '{"cpadmin":"record/1","id":"IMG-%d","authority":"E08000015","names":[{"type":"current","given":"Ann","family":"Hill%d"}],"gender":"female","birth_date":"2015-%02d-%02d","addresses":[{"type":"current","lines":["%d QzxRoad%d"],"postcode":"CH41 1AA"}],"carers":[{"name":"QzxCarer%d","relation":"mother","responsibility":true,"phone":"0151 496 7%03d"}],"involvements":[{"service":"education","provider":"QzxSchool%d","start":"2020-09-01","end":null,"lead":false,"assessment":false,"sensitive":null}]}\n' \
	    "$1" "$1" $(($1 % 12 + 1)) $(($1 % 28 + 1)) "$1" "$1" "$1" "$1" "$1"
}

story() {
	ok cpadmin init "$MOUNT/store" --rehearsal --policy contactpoint-2007 \
	    --authority E08000015 --on $DAY
	export CPADMIN_STORE=$MOUNT/store
	for ((i = 1; i <= 60; i++)); do child $i; done >"$T/rows"
	ok cpadmin record import "$T/rows" --on $DAY
	# pages are split, and changes can be undone
	for ((i = 1; i <= 60; i += 2)); do
		ok cpadmin record correct IMG-$i --set gender=not-specified \
		    --set "line2=QzxRoad$i" --reason was-wrong --on $DAY
	done
}

shields() {
	for ((i = 1; i <= 60; i++)); do
		ok cpadmin shield request IMG-$i --by parent --reason why \
		    --hide carers --on $DAY
	done
}

test_case 'before, it is all there'
fresh
story
expect_true [ "$(hits)" -ge 180 ]

test_case 'after, nothing of it is on the disk'
shields
expect_eq "$(hits)" 0 'marks on the image'
expect_true e2fsck -fn "$IMAGE" >"$T/fsck" 2>&1
ok cpadmin record show IMG-1 --reason look --on $DAY
expect_out_contains Hill1

test_case 'without the layer it would be'
cat >"$T/seed.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
int sqlite3_open_v2(const char *path, void *out, int flags, const char *layer)
{
	int (*real)(const char *, void *, int, const char *) =
	    dlsym(RTLD_NEXT, "sqlite3_open_v2");

	if (layer != NULL && strcmp(layer, "cpadmin") == 0)
		layer = NULL;
	return real(path, out, flags, layer);
}
C
if ! cc -shared -fPIC -o "$T/seed.so" "$T/seed.c" -ldl 2>"$T/cc"; then
	fail 'the seed does not compile' "$(cat "$T/cc")"
else
	fresh
	export LD_PRELOAD=$T/seed.so
	story
	shields
	unset LD_PRELOAD
	N=$(hits)
	echo "without the layer: $N marks on the disk"
	expect_true [ "$N" -gt 0 ]
fi
