#!/bin/bash
# 100,000 packages to another custody key, against what three X25519 operations
# for each allow on all cores; beside it what others must do, who keep no
# header apart: age, borg and restic open all of it and seal it anew.  Those
# are sampled, and scaled to as many packages of the same size.  With borg and
# restic one symmetric key, which whoever writes can also read with, opens all
# of it: they have no X25519 to do, and every byte to write.
. "$(dirname "$0")/lib.sh"

N=${BENCH_PACKAGES:-100000} SAMPLE=4000 AGES=200
CORES=$(nproc)
S=$W/rekey
export BORG_BASE_DIR=$W/borg-home BORG_PASSPHRASE=measured
export BORG_RELOCATED_REPO_ACCESS_IS_OK=yes
export RESTIC_PASSWORD=measured RESTIC_FROM_PASSWORD=measured
export RESTIC_CACHE_DIR=$W/restic-cache

new_store "$S"
"$POPULATION" --count "$N" --on 2007-01-01 >"$W/rekey.ndjson"
"$CP" record import "$W/rekey.ndjson" --store "$S" --quiet >/dev/null
rm "$W/rekey.ndjson"
"$CP" retention run --store "$S" --on 2026-11-21 --accept share --yes --quiet \
    >/dev/null
bytes=$(cat "$S"/archive/*.tar | wc -c)
before=$(cat "$S"/archive/*.tar | sha256sum)

# ---- ours: the whole command, its ceremony included
rate_before=$("$B/x25519" 2 "$CORES" | jq .rate)
ours=$(get "$(duel 1 "$CP" custody rekey --store "$S" --on 2026-11-22 \
    --reason measured --yes --quiet)" .a.ms)
rate_after=$("$B/x25519" 2 "$CORES" | jq .rate)
left=$(sqlite3 "$S/store.db" "SELECT count(*) FROM header h, store s
    WHERE h.custody IS NOT s.custody")
[ "$left" = 0 ]
[ "$(sqlite3 "$S/store.db" 'SELECT count(*) FROM header')" = "$N" ]
[ "$(cat "$S"/archive/*.tar | sha256sum)" = "$before" ]
rm -rf "$S"
rate=$(calc "$N / $ours * 1000" 1)
limit=$(calc "($rate_before + $rate_after) / 2 / 3" 1)
ratio=$(calc "$rate / $limit" 3)
row "rekeying $N packages" "$(calc "$rate" 0) headers/s" \
    "$(calc "$limit" 0)/s by X25519 on $CORES cores" "$ratio" '>= 0.8' \
    "$(judge "$ratio" '>=' 0.8)"

# ---- the same data, re-encrypted
rm -rf "$W/rk"
mkdir -p "$W/rk/one" "$W/rk/all" "$W/rk/age"
size=$((bytes / N))
head -c "$((size * SAMPLE))" /dev/urandom |
    (cd "$W/rk/all" && split -a 5 -d -b "$size" - p)
cp "$W/rk/all/p00000" "$W/rk/one/"

# clock CMD...: how many seconds it takes.
clock() {
	local start

	start=$(date +%s%N)
	"$@" >/dev/null 2>&1
	calc "($(date +%s%N) - $start) / 1e9" 3
}

# scaled ONE ALL: seconds for N, of which one package and SAMPLE took so long.
scaled() {
	calc "$1 + ($2 - $1) / ($SAMPLE - 1) * ($N - 1)" 1
}

age-keygen -o "$W/rk/old" 2>/dev/null
age-keygen -o "$W/rk/new" 2>/dev/null
OLD=$(age-keygen -y "$W/rk/old") NEW=$(age-keygen -y "$W/rk/new")
for f in $(find "$W/rk/all" -type f | head -n "$AGES"); do
	age -r "$OLD" -o "$W/rk/age/${f##*/}" "$f"
done
by_age() {
	# shellcheck disable=SC2016
	find "$W/rk/age" -type f -print0 | xargs -0 -P "$CORES" -I{} sh -c \
	    'age -d -i "$1" "$3" | age -r "$2" -o "$3.new"' sh "$W/rk/old" \
	    "$NEW" {}
}
age=$(calc "$(clock by_age) / $AGES * $N" 1)
[ "$(find "$W/rk/age" -name '*.new' | wc -l)" = "$AGES" ]

# by_borg DIR REPOSITORY: out of a repository, and into one of a new key.
by_borg() {
	(cd "$W/rk/out" && borg extract "$2::night")
	borg init --encryption repokey "$2.new"
	(cd "$W/rk/out" && borg create --compression none "$2.new::night" .)
}
for what in one all; do
	rm -rf "$W/rk/out"
	mkdir "$W/rk/out"
	borg init --encryption repokey "$W/rk/borg-$what" 2>/dev/null
	(cd "$W/rk/$what" && borg create --compression none \
	    "$W/rk/borg-$what::night" .)
	eval "borg_$what=$(clock by_borg "$what" "$W/rk/borg-$what")"
	[ "$(borg list --short "$W/rk/borg-$what.new::night" | grep -c p)" = \
	    "$(find "$W/rk/$what" -type f | wc -l)" ]
done
# shellcheck disable=SC2154
borg=$(scaled "$borg_one" "$borg_all")

for what in one all; do
	restic -q -r "$W/rk/restic-$what" init
	(cd "$W/rk/$what" && restic -q -r "$W/rk/restic-$what" backup .)
	restic -q -r "$W/rk/restic-$what.new" init
	eval "restic_$what=$(clock restic -r "$W/rk/restic-$what.new" copy \
	    --from-repo "$W/rk/restic-$what")"
	[ "$(restic -q -r "$W/rk/restic-$what.new" ls latest | grep -c '/p')" = \
	    "$(find "$W/rk/$what" -type f | wc -l)" ]
done
# shellcheck disable=SC2154
restic=$(scaled "$restic_one" "$restic_all")

ours=$(calc "$ours / 1000" 1)
best=$(printf '%s\n' "$age" "$borg" "$restic" | sort -g | head -n 1)
row "a new key for $N packages" "$ours s" \
    "age one by one $age s, borg into a new repository $borg s, restic copy $restic s" \
    "$(calc "$best / $ours" 1)" - -
echo "  payloads of $size bytes: we rewrote none of $((bytes / 1000000)) MB," \
    "the others all; of theirs $SAMPLE were taken (age: $AGES)" >&2
rm -rf "$W/rk" "$BORG_BASE_DIR" "$RESTIC_CACHE_DIR"
