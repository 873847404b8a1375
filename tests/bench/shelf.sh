#!/bin/bash
# A month's shelf of 50,000 packages: how long from the command until its key
# is gone, beside deleting a tenth as many objects with restic and borg.
#
# One record is archived, and copied within the database; the run proposes,
# 125 batches are approved, a run erases them item by item, and the first run
# of the next month destroys the key: that run, from its start as a process to
# its end, is what is measured, and cp_shelf_destroy by itself.
. "$(dirname "$0")/lib.sh"

N=${BENCH_SHELF:-50000} SAMPLE=$((${BENCH_SHELF:-50000} / 10))
S=$W/month
export BORG_BASE_DIR=$W/borg-home BORG_PASSPHRASE=measured
export BORG_RELOCATED_REPO_ACCESS_IS_OK=yes
export RESTIC_PASSWORD=measured RESTIC_CACHE_DIR=$W/restic-cache

# run DAY: milliseconds.
run() {
	local start

	start=$(date +%s%N)
	"$CP" retention run --store "$S" --on "$1" --accept clock \
	    --accept share --yes --quiet >/dev/null
	calc "($(date +%s%N) - $start) / 1000000" 1
}

state() {
	"$CP" archive show R1 --store "$S" --json | jq -r .shelf_state
}

new_store "$S"
"$CP" operator add second --uid 4001 --role approver --store "$S" \
    --on 2020-01-01 --quiet >/dev/null
jq -cn '{cpadmin: "record/1", id: "R1", authority: "E08000015",
    names: [{type: "current", given: "A", family: "B"}], gender: "female",
    birth_date: "2002-01-05"}' >"$W/one.ndjson"
"$CP" record import "$W/one.ndjson" --store "$S" --on 2020-01-01 --quiet \
    >/dev/null
run 2020-01-05 >/dev/null
sqlite3 "$S/store.db" "
CREATE TEMP TABLE i AS WITH RECURSIVE i(n) AS (VALUES (2) UNION ALL
    SELECT n + 1 FROM i WHERE n < $N) SELECT n FROM i;
BEGIN;
INSERT INTO record(n, id, authority, state, next_action, next_due, rule,
    policy, created, changed) SELECT i.n, 'R' || i.n, authority, state,
    next_action, next_due, rule, policy, created, changed
    FROM i, record r WHERE r.id = 'R1';
INSERT INTO package(n, id, record, volume, archived, rule, destroy_due, shelf,
    policy, status) SELECT i.n, 'PK-' || i.n, i.n, volume, archived, rule,
    destroy_due, shelf, policy, status FROM i, package p WHERE p.n = 1;
INSERT INTO header(package, wrapped) SELECT i.n, wrapped FROM i, header h
    WHERE h.package = 1;
UPDATE volume SET packages = $N, live = $N;
COMMIT"
proposed=$(run 2026-01-06)
"$CP" destruction list --store "$S" --json | jq -r '.rows[].batch' |
    while read -r batch; do
	"$CP" destruction approve "$batch" --as second --on 2026-01-06 --yes \
	    --store "$S" --quiet >/dev/null
done
erased=$(run 2026-01-07)
gone=$(sqlite3 "$S/store.db" \
    "SELECT count(*) FROM record WHERE state = 'destroyed'")
[ "$gone" = "$N" ] && [ "$(state)" = live ]
ours=$(run 2026-02-01)
[ "$(state)" = destroyed ]

rm -rf "$W/ring"
mkdir -m 700 "$W/ring"
alone=$("$B/shelf" "$W/ring" 80)

# ---- the same with restic and borg: one small file for each object
rm -rf "$W/objects" "$W/restic" "$W/borg" "$BORG_BASE_DIR" "$RESTIC_CACHE_DIR"
mkdir -p "$W/objects"
(cd "$W/objects" && head -c $((SAMPLE * 2048)) /dev/urandom |
    split -a 5 -d -b 2048 - p)
# peer NAME MILLISECONDS
beside=() fastest=''
peer() {
	beside+=("$(calc "$2 / 1000") s $1")
	[ -n "$fastest" ] && [ "$(calc "$2 < $fastest" 0)" = 0 ] || fastest=$2
}
since() {
	calc "($(date +%s%N) - $1) / 1000000" 1
}
if command -v restic >/dev/null; then
	restic init -q -r "$W/restic" >/dev/null
	restic backup -q -r "$W/restic" "$W/objects" >/dev/null
	id=$(restic snapshots -q -r "$W/restic" --json | jq -r '.[0].id')
	start=$(date +%s%N)
	restic forget -q -r "$W/restic" "$id" --prune >/dev/null
	peer 'restic forget --prune' "$(since "$start")"
fi
if command -v borg >/dev/null; then
	borg init --encryption repokey "$W/borg" 2>/dev/null
	(cd "$W/objects" && borg create --compression none "$W/borg::night" .)
	start=$(date +%s%N)
	borg delete "$W/borg::night"
	borg compact --threshold 0 "$W/borg"
	peer 'borg delete, compact' "$(since "$start")"
fi
words=$(printf ', %s' "${beside[@]}")
row "the key of a shelf of $N packages, gone" "$(calc "$ours / 1000" 3) s" \
    "${words:2} of $SAMPLE" "$(calc "$fastest / $ours" 1)" '< 1 s' \
    "$(judge "$ours" '<' 1000)"
echo "  cp_shelf_destroy alone: $(jq -r '"\(.middle) ms in the middle, " +
    "\(.longest) ms the longest of 80"' <<<"$alone")" >&2
echo "  before, item by item: proposed in $(calc "$proposed / 1000") s," \
    "erased in $(calc "$erased / 1000") s with 1 log entry and 1 header each" >&2
rm -rf "$W/objects" "$W/restic" "$W/borg" "$BORG_BASE_DIR" \
    "$RESTIC_CACHE_DIR" "$W/ring" "$S" "$W/one.ndjson"
