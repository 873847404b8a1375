#!/bin/bash
# Records merged, split, and that undone, hurt at every point: done or not done,
# never a person in two places or in none, and the log whole.
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
# A second run finds it done, and refuses; there is nothing to take any more.
SWEEP_AGAIN='0|5|10'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
ON=(--on 2026-11-21)
R=(--reason why "${ON[@]}")

# state FOLDER: what the store says of who is where.  Keys in the index are
# those of the documents, whatever happened.
state() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT group_concat(state) FROM record;
	    SELECT count(*), sum(doc LIKE '%Ahmed%') FROM document;
	    SELECT count(*), sum(record = 2) FROM consent;
	    SELECT count(*), sum(record = 2) FROM hold
		WHERE released IS NULL;
	    SELECT count(*) FROM never_link;
	    SELECT count(*) FROM undo;
	    SELECT (SELECT count(*) FROM search_key) =
		(SELECT sum(length(keys) / 8) FROM document);
	    SELECT sum((SELECT count FROM tally WHERE name = w.state) =
		(SELECT count(*) FROM record r WHERE r.state = w.state))
		FROM (SELECT 'live' AS state UNION SELECT 'merged') w;" 2>&1 |
	    paste -sd ' '
	"$CPADMIN" --store "$1" audit verify "${ON[@]}" 2>&1 >/dev/null
}

# is FOLDER WANTED
is() {
	local got

	got=$(state "$1")
	[ "$got" = "ok $2 1 2" ] || { echo "found $got, not ok $2 1 2"; return 1; }
}

test_case 'the prepared store'
new_store "${ON[@]}"
for id in ONE TWO; do
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' $id
	printf '"names":[{"type":"current","given":"Ann","family":"%s"},' $id
	printf '{"type":"former","given":"Ann","family":"Ahmed"}],'
	printf '"gender":"female","birth_date":"2010-05-04"}\n'
done >"$T/rows"
ok cpadmin record import "$T/rows" "${ON[@]}"
for id in ONE TWO; do
	ok cpadmin consent give $id --ground care-leaver --by self \
	    --date 2026-11-20 --statement v1 --evidence E1 "${ON[@]}"
done
ok cpadmin hold place --record ONE --reason x --legal-basis x --contact x \
    --review 2027-06-01 "${ON[@]}"
expect_eq "$(state "$CPADMIN_STORE")" 'ok live,live 2|2 2|1 1|0 0 0 1 2'
before=$CPADMIN_STORE
MERGED='merged,live 1|1 2|2 1|1 0 1'
check_merge() { is "$1" "$MERGED"; }
sweep 'record merge' "$before" check_merge "${MODES:-kill-before torn eio}" \
    "$CPADMIN" record merge ONE TWO "${R[@]}"

# A second split takes no further name of that record: it is refused.
check_split() { is "$1" 'live,live,live 3|2 2|1 2|0 1 1'; }
sweep 'record split' "$before" check_split "${MODES:-kill-before enospc}" \
    "$CPADMIN" record split ONE --take 'names[1]' "${R[@]}"

cp -a "$before" "$T/merged"
CPADMIN_STORE=$T/merged ok cpadmin record merge ONE TWO "${R[@]}"
check_unmerge() { is "$1" 'live,live 2|2 2|1 1|0 0 0'; }
sweep 'record undo, of a merge' "$T/merged" check_unmerge \
    "${MODES:-kill-before eio}" \
    "$CPADMIN" record undo ONE "${R[@]}"

cp -a "$before" "$T/split"
CPADMIN_STORE=$T/split ok cpadmin record split ONE --take 'names[1]' "${R[@]}"
check_unsplit() { is "$1" 'live,live,merged 2|2 2|1 1|0 0 0'; }
sweep 'record undo, of a split' "$T/split" check_unsplit \
    "${MODES:-kill-before}" \
    "$CPADMIN" record undo ONE "${R[@]}"
