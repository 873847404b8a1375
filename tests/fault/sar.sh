#!/bin/bash
# A request for access, hurt at every point where it changes the store: opened
# with what it holds, extended, collected, approved, closed, expired.  Each is
# done whole or not at all, and once.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_STATUS='0|1'
# Of the database's own calls few are met; FAULT_ALL=1 meets all.
SWEEP_EVERY=9
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$|/access$'
SWEEP_PROG=cpadmin
ON=(--on 2026-01-12)
DANA=("${ON[@]}" --as dana)

# state FOLDER: requests, those they are about, what happened and was decided,
# what is held and whom it names, and how often the log has each.
state() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT count(*) FROM pragma_foreign_key_check;
	    SELECT id, stage, coalesce(outcome, '-'), coalesce(due, '-'),
		coalesce(requester, '-'), mark IS NULL, digest IS NULL,
		coalesce(expired, '-'), (SELECT count(*) FROM sar_subject x
		WHERE x.sar = sar.n), (SELECT group_concat(kind) FROM
		(SELECT kind FROM sar_event e WHERE e.sar = sar.n
		ORDER BY e.n)) FROM sar ORDER BY n;
	    SELECT count(*), count(decision), count(note), max(length(digest))
		FROM sar_item;
	    SELECT h.id, h.released IS NULL, s.id FROM hold h
		JOIN sar s ON s.n = h.sar;
	    SELECT last FROM counter WHERE name = 'sar';
	    SELECT group_concat(action || n) FROM (SELECT action, count(*) AS n
		FROM audit WHERE action IN ('sar.open', 'sar.event',
		'sar.approve', 'sar.close', 'sar.expire', 'hold.place',
		'hold.release') GROUP BY action);
	    SELECT count(detail) FROM audit WHERE subject LIKE 'SAR-%'
		AND action <> 'sar.collect';" 2>&1 |
	    paste -sd ' '
}

# is FOLDER WANTED...: one of them; and the log is whole.
is() {
	local got dir=$1 want

	shift
	got=$(state "$dir")
	"$CPADMIN" --store "$dir" audit verify "${ON[@]}" 2>&1 >/dev/null ||
	    return 1
	for want in "$@"; do
		[ "$got" != "$want" ] || return 0
	done
	printf 'found %s, not any of:\n' "$got"
	printf '    %s\n' "$@"
	return 1
}

# step NAME CMD...: what CMD makes of the last store is the next one; $was and
# $new are the states before and after.
last=
step() {
	local name=$1

	shift
	before=$last
	was=$(state "$before")
	cp -a "$before" "$T/$name"
	last=$T/$name
	CPADMIN_STORE=$last ok cpadmin "$@"
	new=$(state "$last")
}
either() { is "$1" "$was" "$new"; }
done_once() { is "$1" "$new"; }
SWEEP_EITHER=either
# Done already, it is refused by a rule.
SWEEP_AGAIN='0|5'
hurt() {
	sweep "$1" "$before" done_once "$2" "$CPADMIN" "${@:3}"
}

test_case 'the prepared store'
new_store --policy uk-2026 "${ON[@]}"
cat >"$T/rows" <<'ROWS'
{"cpadmin":"record/1","id":"KID","authority":"E08000015","names":[{"type":"current","given":"Ann","family":"Hill"}],"gender":"female","birth_date":"2008-03-04","carers":[{"name":"May Hill","relation":"mother","responsibility":true}]}
{"cpadmin":"record/1","id":"SIB","authority":"E08000015","names":[{"type":"current","given":"Bea","family":"Hill"}],"gender":"female","birth_date":"2010-03-04"}
ROWS
ok cpadmin record import "$T/rows" "${ON[@]}"
ok cpadmin operator add dana --uid 2001 --role dpo "${ON[@]}"
ok cpadmin operator add mary --uid 2002 --role approver "${ON[@]}"
# It has its match key: making that is another file's sweep.
ok cpadmin sar open --subject SIB --requester 'Bea Hill' --relation self \
    --received 2026-01-11 "${DANA[@]}"
last=$CPADMIN_STORE

open=(sar open --subject KID --subject SIB --requester 'Ann Hill'
    --relation self --received 2026-01-12 "${DANA[@]}")
step opened "${open[@]}"
expect_true grep -qF 'H-0003|1|SAR-0002' <<<"$new"
hurt 'sar open' "${MODES:-kill-before eio}" "${open[@]}"

extend=(sar extend SAR-0002 --reason 'much' --date 2026-01-12 "${DANA[@]}")
step extended "${extend[@]}"
expect_true grep -qF 'received,extended' <<<"$new"
hurt 'an event of a request' "${MODES:-kill-before enospc}" "${extend[@]}"

collect=(sar collect SAR-0002 "${DANA[@]}")
step collected "${collect[@]}"
expect_true grep -qF 'SAR-0002|collected' <<<"$new"
# Collected twice, it was entered once.
hurt 'sar collect' "${MODES:-kill-before torn}" "${collect[@]}"

mapfile -t flagged < <(sqlite3 "$last/store.db" 'SELECT item FROM sar_item
    WHERE flags <> 0')
step decided sar give SAR-0002 "${flagged[@]}" --reason 'known to them' \
    "${DANA[@]}"
approve=(sar approve SAR-0002 "${ON[@]}" --as mary)
step approved "${approve[@]}"
expect_true grep -qF 'SAR-0002|approved' <<<"$new"
hurt 'sar approve' "${MODES:-kill-before eio}" "${approve[@]}"

step answered sar withdraw SAR-0002 --reason 'no need' "${DANA[@]}"
close=(sar close SAR-0002 "${DANA[@]}")
step closed "${close[@]}"
expect_true grep -qF 'H-0003|0|SAR-0002' <<<"$new"
hurt 'sar close' "${MODES:-kill-before eio}" "${close[@]}"

# A night, of what it does about requests: everything else is in its own sweep.
ON=(--on 2029-01-14)
step settled retention run --yes --accept clock --on 2029-01-12
expect_true grep -qF 'Ann Hill' <<<"$new"
night=(retention run --yes --accept clock "${ON[@]}")
step expired "${night[@]}"
expect_eq "$(grep -c 'Ann Hill' <<<"$new")" 0
SWEEP_AGAIN=0
hurt 'a night' "${MODES:-kill-before}" "${night[@]}"
