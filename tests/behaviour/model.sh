#!/bin/bash
# Random years of an authority, lived through by the library and by a small
# model of the rules that shares nothing with it: tests/model.  Both are asked
# after every operation, and everything is compared each simulated month.
# MODEL_SEED (a seed, or several) and MODEL_OPS (operations of each) choose the
# stories; KEEP=1 leaves the stores.
. "$(dirname "$0")/../lib.sh"

MODEL=$BUILD/model
[ -x "$MODEL" ] || { fail 'the model is not built'; exit 1; }
OPS=${MODEL_OPS:-51000}
# With the sanitizers everything takes longer.
[ -n "${MODEL_OPS:-}" ] || ! sanitized "$MODEL" || OPS=5000
read -ra SEEDS <<<"${MODEL_SEED:-1 2}"

# Every operation is committed: in memory that costs no disk.
W=$T/model
if [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" \
    -gt 1048576 ]; then
	W=$(mktemp -d /dev/shm/cpadmin-model.XXXXXX)
fi
mkdir -p "$W"

# live SEED: the story of a seed, its output in W/SEED.out.
live() {
	"$MODEL" "$1" "$OPS" "$W/$1" "$CPADMIN" >"$W/$1.out" 2>&1
}

# Two at a time.
for seed in "${SEEDS[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
		wait -n
	done
	{ live "$seed"; echo $? >"$W/$seed.status"; } &
done
wait

for seed in "${SEEDS[@]}"; do
	test_case "the story of seed $seed, $OPS operations"
	if [ "$(<"$W/$seed.status")" -eq 0 ]; then
		sed -n '/^seed/,$p' "$W/$seed.out"
	else
		fail "seed $seed" "$(grep -v '^Next:' "$W/$seed.out" |
		    cut -c1-400 | tail -n 200)"
	fi
done

# What makes it worth while: enough of everything happened.
if [ "$FAILED" -eq 0 ] && [ ! -s "$LIB_DIR/failed" ] &&
    [ -z "${MODEL_OPS:-}${MODEL_SEED:-}" ] && ! sanitized "$MODEL"; then
	test_case 'at least 100,000 operations, and something of every kind'
	cat "$W"/*.out >"$T/all"
	expect_true awk '/^seed/ { n += $3 } END { exit n < 100000 }' "$T/all"
	expect_false grep -E '^ .* (archived|destroyed|reopened) 0[,;]' "$T/all"
	for kind in create update unchanged reject died left returned moved \
	    correct give withdraw end hold release run approve refuse exclude \
	    restore open find adopt confirm undo merge split offer accept \
	    decline; do
		expect_true awk -v kind="$kind" '
		{ for (i = 1; i < NF; i++) if ($i == kind) n += $(i + 1) }
		END { exit n < 20 }' "$T/all"
	done
fi

if [ "${KEEP:-0}" = 1 ]; then
	echo "kept: $W"
else
	rm -rf "$W"
fi
