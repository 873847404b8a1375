#!/bin/bash
# An archive of 100,000 packages: reading every byte of it against sha256sum,
# and destroying 1,000 random packages against borg doing the same to 100,000
# files of the same size.
#
# Which 1,000: records chosen at random belong to one authority; a hold keeps
# all others.  So they are strewn over every volume and shelf, as withdrawn
# holds and corrected dates strew them in life.
. "$(dirname "$0")/lib.sh"

N=${BENCH_PACKAGES:-100000} GONE=1000
S=$W/hundred
export BORG_BASE_DIR=$W/borg-home BORG_PASSPHRASE=measured
export BORG_RELOCATED_REPO_ACCESS_IS_OK=yes

chosen() {
	awk -v n="$N" -v k="$GONE" 'BEGIN {
		srand(7)
		while (got < k) {
			i = int(rand() * n) + 1
			if (!(i in seen)) { seen[i] = 1; got++; print i }
		}
	}'
}

new_store "$S"
chosen >"$W/chosen"
"$POPULATION" --count "$N" --on 2007-01-01 |
    awk 'NR == FNR { chosen[$1] = 1; next }
	FNR in chosen { sub(/"authority":"[^"]*"/, "\"authority\":\"E08000012\"") }
	{ print }' "$W/chosen" - >"$W/hundred.ndjson"
"$CP" record import "$W/hundred.ndjson" --store "$S" --quiet >/dev/null
"$CP" retention run --store "$S" --on 2026-11-21 --accept share --yes --quiet \
    >/dev/null

bytes=$(cat "$S"/archive/*.tar | wc -c)
d=$(duel 3 "$CP" archive verify --all --store "$S" --quiet -- \
    sh -c "sha256sum $S/archive/*.tar")
row 'archive verify --all' \
    "$(calc "$bytes / 1000 / $(get "$d" .a.ms)" 0) MB/s" \
    "$(calc "$bytes / 1000 / $(get "$d" .b.ms)" 0) MB/s sha256sum" \
    "$(calc "1 / $(get "$d" .ratio)")" - -

# ---- destruction
"$CP" operator add second --uid 4001 --role approver --store "$S" --quiet \
    >/dev/null
"$CP" hold place --authority E08000015 --reason 'measured' \
    --legal-basis 'none' --contact 'nobody' --review 2033-01-01 --store "$S" \
    --quiet >/dev/null
"$CP" retention run --store "$S" --on 2032-11-22 --accept clock --yes --quiet \
    >/dev/null
"$CP" destruction list --store "$S" --json | jq -r '.rows[].batch' >"$W/batches"
while read -r batch; do
	"$CP" destruction approve "$batch" --as second --on 2032-11-22 --yes \
	    --store "$S" --quiet >/dev/null
done <"$W/batches"
volumes=$(sqlite3 "$S/store.db" "SELECT count(DISTINCT volume) FROM package
    p JOIN record r ON r.n = p.record WHERE r.authority = 'E08000012'")
run="$CP retention run --store $S --on 2032-11-23 --accept clock --yes --quiet"
# shellcheck disable=SC2086
ours=$(get "$(duel 1 $run)" .a.ms)
gone=$(sqlite3 "$S/store.db" \
    "SELECT count(*) FROM record WHERE state = 'destroyed'")
[ "$gone" = "$GONE" ]

# ---- the same with borg: one small file for each package
rm -rf "$W/files" "$W/borg" "$BORG_BASE_DIR"
mkdir -p "$W/files"
size=$((bytes / N))
(
	cd "$W/files"
	head -c "$((size * N))" /dev/urandom | split -a 5 -d -b "$size" - p
)
[ "$(find "$W/files" -type f | wc -l)" = "$N" ]
awk '{ printf "sh:**/p%05d\n", $1 - 1 }' "$W/chosen" >"$W/excluded"
borg init --encryption repokey "$W/borg" 2>/dev/null
(cd "$W/files" && borg create --compression none "$W/borg::night" .)
start=$(date +%s.%N)
borg recreate --exclude-from "$W/excluded" "$W/borg::night"
borg compact --threshold 0 "$W/borg"
theirs=$(calc "($(date +%s.%N) - $start) * 1000" 1)
left=$(borg list --short "$W/borg::night" | grep -c p)
[ "$left" = $((N - GONE)) ]
ratio=$(calc "$theirs / $ours" 1)
row "destroying $GONE of $N packages" "$(calc "$ours / 1000") s" \
    "$(calc "$theirs / 1000") s borg recreate, compact" "$ratio" '>= 10' \
    "$(judge "$ratio" '>=' 10)"
echo "  the $GONE were in $volumes volumes" >&2
rm -rf "$W/files" "$W/borg" "$BORG_BASE_DIR" "$W/hundred.ndjson" "$S"
