#!/bin/bash
# Random years in which a third of the children are shielded, and everything
# hidden of them is a canary: tests/canary.  Whatever any operation gives is
# searched, and the store's files; then, by another search, all that is left.
# CANARY_OPS (100000 for the evidence) and CANARY_SEED choose the stories.
. "$(dirname "$0")/../lib.sh"

PROGRAM=$BUILD/canary
[ -x "$PROGRAM" ] || { fail 'the canary test is not built'; exit 1; }
OPS=${CANARY_OPS:-1500}
[ -n "${CANARY_OPS:-}" ] || ! sanitized "$PROGRAM" || OPS=300
read -ra SEEDS <<<"${CANARY_SEED:-1}"

# Every operation is committed: in memory that costs no disk.
W=$T/canary
if [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" \
    -gt 1048576 ]; then
	W=$(mktemp -d /dev/shm/cpt.XXXXXX)
fi
mkdir -p "$W/tmp"
ulimit -c unlimited 2>/dev/null
cd "$W" || exit 1

# hits FOLDER: the files that hold a canary, but for keys.
hits() {
	find "$1" -type f ! -path '*/keys/*' -print0 |
	    LC_ALL=C xargs -0r grep -lai -e qzxvkjw -e 'zz99 *3vz' \
	    -e '01632 *960[0-9][0-9][0-9]' \
	    -e "$(printf Qzxvkjwa | xxd -p)" -e "$(printf Qzxvkjw |
	    base64 | cut -c1-8)"
}

for seed in "${SEEDS[@]}"; do
	test_case "$OPS operations of seed $seed: no canary"
	TMPDIR=$W/tmp "$PROGRAM" "$seed" "$OPS" "$W/$seed" "$CPADMIN" \
	    >"$W/said-$seed" 2>&1 || fail "seed $seed" \
	    "$(tail -n 3 "$W/said-$seed")"
	grep '^seed' "$W/said-$seed"
	# The feeds themselves are what was brought.
	expect_true [ -n "$(hits "$W/$seed.in")" ]
	rm -rf "$W/$seed.in"
	expect_eq "$(hits "$W")" '' 'files with a canary'
	expect_eq "$(find "$W" -name 'core*' -type f)" '' 'core files'
	expect_true [ -n "$(find "$W/$seed/rejects" -type f)" ]
	expect_true grep -qE ' [1-9][0-9]* rows of feeds \([1-9]' \
	    "$W/said-$seed"
	expect_true grep -qE ' requests for access \([1-9]' "$W/said-$seed"
	expect_eq "$(find "$W/tmp" -type f)" '' 'temporary files'
done

test_case 'one place where nothing is hidden is enough to be found'
S=$W/${SEEDS[0]}
if have sqlite3; then
	sqlite3 "$S/store.db" "UPDATE document SET doc = json_set(doc,
	    '\$.addresses', json('[{\"type\":\"current\",\"lines\":
	    [\"1 Qzxvkjwa1 Road\"]}]')) WHERE record = (SELECT record
	    FROM document LIMIT 1)"
	expect_true [ -n "$(hits "$S")" ]
else
	skip 'sqlite3 is not installed'
fi
cd / || exit 1
[ "${KEEP:-0}" = 1 ] || rm -rf "$W"
