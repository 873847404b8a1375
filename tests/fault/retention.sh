#!/bin/bash
# A retention run that archives, prunes, destroys, rewrites a volume, removes
# another and zeroises a shelf is hurt at every point where it changes the
# disk; after a second run each record is in exactly one state and unchanged.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
DAY=2026-03-01
# Copies are made and synced by the thousand.
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi

# person ID BORN [JQ FILTER]: one row.
person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Family" + $id)}],
	    gender: "female", birth_date: $born, numbers: [],
	    addresses: [{type: "current", lines: ["1 " + $id + " Street"],
	    postcode: "CH41 1AA"}], carers: [], involvements: [],
	    left_england: null, death: null, letters: null}
	    | '"${3:-.}"
}

night() {
	local on=$1

	shift
	ok cpadmin retention run --on "$on" --yes "$@"
}

# ---- the store ---------------------------------------------------------------
# Who is in the store, by what the run does with them.  A volume of which the
# held stay and which is thus rewritten (D...); one that is emptied, as its
# shelf is (E...); one whose destruction the run proposes (Q1); those who
# leave, each for a reason of its own (N..., C2); those who stay.
people() {
	if [ "$1" = large ]; then
		DESTROYED='D1 D2 D3 D4 E1 E2' HELD='D5 D6'
		LEAVING='N1 N2 N3 N4 N5 N6 C2' LIVE='P1 C1 L1 L2 L3'
	else
		DESTROYED='D1 D2 E1' HELD='D5' LEAVING='N1 C2' LIVE='P1 L1'
	fi
	ARCHIVED="$HELD Q1 $LEAVING"
}

row_of() {
	case $1 in
	D*) person "$1" 2002-01-05 ;;
	E*) person "$1" 2002-02-10 ;;
	Q*) person "$1" 2002-02-28 ;;
	N3) person "$1" 2008-02-29 ;;
	N4) person "$1" 2008-02 ;;
	N5) person "$1" 2015-05-05 '.death = {date: "2025-02-01",
	    notified: "2025-02-28"}' ;;
	N6) person "$1" 2015-05-05 '.left_england = {date: "2023-02-28",
	    intention: "return"}' ;;
	N* | C*) person "$1" 2008-03-01 ;;
	P1) person "$1" 2012-01-01 '.involvements = [
	    {service: "education", provider: "Ridge Primary",
	     start: "2017-09-01", end: "2021-02-28", lead: false,
	     assessment: false, sensitive: null},
	    {service: "education", provider: "Hill School",
	     start: "2021-03-01", end: null, lead: true, assessment: false,
	     sensitive: null}]' ;;
	L3) person "$1" 2008-03-02 ;;
	*) person "$1" 2010-01-01 ;;
	esac
}

# Those archived years ago, of whom the held are held.
prepare_archive() {
	local id

	for id in $DESTROYED $HELD Q1; do row_of "$id"; done >"$T/old"
	ok cpadmin record import "$T/old" --on 2020-01-01
	ok cpadmin shield request E1 --by child --reason canary --on 2020-01-02
	ok cpadmin record event D5 left-england --date 2020-01-05 \
	    --intention no-return --on 2020-01-05
	night 2020-01-05
	night 2020-02-10 --accept clock
	night 2020-02-28 --accept clock
	for id in $HELD; do
		ok cpadmin hold place --record "$id" --reason inquiry \
		    --legal-basis s.21 --contact legal@example.org \
		    --review 2030-01-01 --on 2020-03-01
	done
}

# The living, with consents; two batches, approved.
prepare_live() {
	local id batch

	for id in $LEAVING $LIVE; do row_of "$id"; done | grep . >"$T/new"
	ok cpadmin record import "$T/new" --on 2026-01-09
	ok cpadmin shield request N1 --by child --reason canary --on 2026-01-09
	for id in $LEAVING $LIVE; do
		[[ $id == C* ]] || continue
		ok cpadmin consent give "$id" --ground care-leaver --by self \
		    --date 2026-01-09 --statement v1 --evidence E1 \
		    --on 2026-01-09
	done
	ok cpadmin consent withdraw C2 --date 2026-01-10 --on 2026-01-10
	night 2026-01-10 --accept clock
	night 2026-02-28 --accept clock
	for batch in $(cpadmin destruction list --json |
	    jq -r '.rows[].batch'); do
		ok cpadmin destruction approve "$batch" --as mary \
		    --on 2026-02-28 --yes
	done
}

# rows_of ID...: their documents after the run, in order of their texts.
rows_of() {
	jq -cS --arg ids " $* " 'select(.id as $id | $ids |
	    contains(" " + $id + " ")) |
	    if .id == "P1" then .involvements |= [.[1]] else . end |
	    if .id == "D5" then .left_england = {date: "2020-01-05",
	    intention: "no-return"} else . end' "$T/old" "$T/new" | sort
}

# What must be so after the run.
expectations() {
	local id

	{
		for id in $DESTROYED; do echo "destroyed $id 0 0 0"; done
		for id in $ARCHIVED; do echo "archived $id 0 1 1"; done
		for id in $LIVE; do echo "live $id 1 0 0"; done
	} | sort >"$T/states"
	# shellcheck disable=SC2086
	{
		rows_of $LIVE >"$T/live"
		rows_of $ARCHIVED >"$T/archived"
		TALLY="$(set -- $ARCHIVED; echo $#) $(set -- $DESTROYED
		    echo $#) $(set -- $LIVE; echo $#) 0 $(set -- $HELD
		    echo $#) 1 0"
		SUM="$(set -- $LEAVING; echo $#) 1 $(set -- $DESTROYED
		    echo $#) $(set -- $HELD; echo $#) 1 1 2"
	}
}

prepare() {
	test_case "a $1 store"
	people "$1"
	new_store --on 2019-12-31
	prepare_archive
	ok cpadmin operator add mary --uid 2001 --role approver \
	    --on 2020-03-01
	prepare_live
	PREPARED=$CPADMIN_STORE
	expectations
}

# ---- what must be so afterwards ------------------------------------------------
# differs WHAT WANTED GOT: says so.
differs() {
	[ "$2" = "$3" ] && return 1
	printf '%s:\nwanted %s\ngot    %s\n' "$1" "$2" "$3"
}

# normal FILE: its documents with their keys in order, sorted.  Nearly every run
# leaves the same ones, so that what jq made of them is kept.
normal() {
	local sum part=$T/normal.$BASHPID

	sum=$T/normal.$(cksum <"$1" | tr ' ' .)
	[ -f "$sum" ] || {
		jq -cS . "$1" | sort >"$part"
		mv "$part" "$sum"
	}
	echo "$(<"$sum")"
}

# Each record's state, live document, header rows and packages; what the
# database says of itself; which volumes there are.
check_database() {
	local bad=0

	sqlite3 -separator ' ' "$1/store.db" "
	    PRAGMA integrity_check; PRAGMA foreign_key_check;
	    SELECT group_concat(count, ' ') FROM (SELECT count FROM tally
	    ORDER BY name);
	    SELECT finished IS NOT NULL FROM run ORDER BY n DESC LIMIT 1;
	    SELECT count(*) FROM search_key JOIN record r ON r.n = record
	    WHERE state <> 'live';
	    SELECT count(*) FROM consent c JOIN record r ON r.n = record
	    WHERE state <> 'live';
	    SELECT count(*) FROM audit JOIN record r ON r.id = subject
	    WHERE r.state = 'destroyed' AND detail IS NOT NULL
	    AND action <> 'record.destroy';
	    SELECT (SELECT count(*) FROM shield JOIN record r ON r.n = record
		WHERE r.state = 'destroyed')
	    + (SELECT count(*) FROM shield_key JOIN record r ON r.n = record
		WHERE r.state = 'destroyed')
	    + (SELECT count(*) FROM compartment LEFT JOIN record r
		ON r.n = record WHERE kind = 'hidden'
		AND (r.state IS NOT 'archived' OR payload IS NOT NULL))
	    + (SELECT count(*) FROM tie JOIN record r ON r.n = record
		WHERE r.state <> 'archived')
	    + (SELECT count(*) FROM record r WHERE r.state = 'archived'
		AND NOT EXISTS (SELECT 1 FROM tie WHERE record = r.n));
	    SELECT state, id,
	    (SELECT count(*) FROM document WHERE record = r.n),
	    (SELECT count(*) FROM header JOIN package p ON p.n = package
		WHERE p.record = r.n),
	    (SELECT count(*) FROM package p WHERE p.record = r.n
		AND p.status = 'archived')
	    FROM record r ORDER BY state, id;
	    SELECT 'volume ' || id || '.tar' FROM volume WHERE gone IS NULL
	    ORDER BY id;
	    SELECT doc FROM document" >"$1.sql" 2>&1
	differs 'integrity, tally, last run finished, keys, consents and
	    details of those who left, what was hidden of them, ties' \
	    "ok $TALLY 1 0 0 0 0" "$(head -n 7 "$1.sql" | paste -sd ' ')" &&
	    bad=1
	differs 'states with documents, headers, packages' \
	    "$(<"$T/states")" "$(grep -E '^(arch|dest|live)' "$1.sql")" &&
	    bad=1
	differs volumes "$(sed -n 's/^volume //p' "$1.sql")" \
	    "$(ls "$1/archive")" && bad=1
	grep '^{' "$1.sql" >"$1.docs"
	differs 'live documents' "$(<"$T/live")" "$(normal "$1.docs")" && bad=1
	return $bad
}

# run_in FOLDER CMD...: says what went wrong; stdout is in FOLDER.out.
run_in() {
	local dir=$1

	shift
	"$CPADMIN" --store "$dir" "$@" --on $DAY >"$dir.out" 2>"$dir.err" ||
	    { echo "$* ended with $?: $(head -c 500 "$dir.err")"; return 1; }
}

# Every package opens, and holds what the record was; N1 is shielded.
check_packages() {
	local bad=0 others=" $ARCHIVED "

	run_in "$1" archive verify --all || return 1
	# shellcheck disable=SC2086
	run_in "$1" archive open ${others/ N1 / } --purpose court-order \
	    --reason test --json || return 1
	cp "$1.out" "$1.opened-all"
	run_in "$1" archive open N1 --purpose court-order --reason test \
	    --shield --json || return 1
	sed -n 's/.*"record":\({"cpadmin":"record.*}\),"history":.*/\1/p' \
	    "$1.opened-all" "$1.out" >"$1.opened"
	differs 'archived documents' "$(<"$T/archived")" \
	    "$(normal "$1.opened")" && bad=1
	run_in "$1" archive show E1 --json && differs 'the emptied shelf' \
	    destroyed "$(sed -n 's/.*"shelf_state":"\([a-z]*\)".*/\1/p' \
	    "$1.out")" && bad=1
	return $bad
}

check_batches() {
	local bad=0 batch file rows

	run_in "$1" destruction list --json || return 1
	rows=$(sed 's/},{/}\n{/g' "$1.out" | sed -n 's/.*"batch":"\([^"]*\)".*'\
'"count":\([0-9]*\),"status":"\([a-z]*\)".*/\1 \2 \3/p')
	differs batches "$BATCHES" "$(cut -d ' ' -f 2- <<<"$rows" |
	    paste -sd ' ')" && bad=1
	for batch in $(sed -n 's/ .* done$//p' <<<"$rows"); do
		file=$1/outbox/certificate-$batch.json
		"$CPADMIN" verify "$file" --key "$1/keys/signing.pub" --json \
		    >"$1.cert" 2>&1 || {
			echo "certificate of $batch: $(head -c 300 "$1.cert")"
			bad=1
		}
	done
	return $bad
}

# Nothing is left over: names, those of volumes and certificates apart.
names() {
	(cd "$1" && find . | sed 's|/[VD]-.*||' | sort -u)
}

check() {
	local bad=0

	check_database "$1" || bad=1
	check_packages "$1" || bad=1
	check_batches "$1" || bad=1
	run_in "$1" audit verify || bad=1
	differs 'names in the store' "$(<"$T/names")" "$(names "$1")" && bad=1
	return $bad
}

# unhurt: the run as it should be, in $T/done.
unhurt() {
	rm -rf "$T/done"
	cp -a "$PREPARED" "$T/done"
	ok cpadmin --store "$T/done" retention run --on $DAY --yes --json
	expect_json '[.archived, .pruned, .destroyed, .held,
	    .awaiting_approval, .volumes, .shelves_destroyed] | join(" ")' \
	    "$SUM"
	names "$T/done" >"$T/names"
	expect_true check "$T/done"
}

# spoilt WHAT COMMAND: the check must not pass what COMMAND, given a store's
# folder as $1, did to it.
spoilt() {
	rm -rf "$T/spoilt"
	cp -a "$T/done" "$T/spoilt"
	bash -c "$2" spoil "$T/spoilt" || fail "could not spoil: $1"
	! check "$T/spoilt" >"$T/said" 2>&1 ||
	    fail "the check does not see $1"
}

prepare large
BATCHES='4 done 2 done 1 proposed'
unhurt

test_case 'the check sees what is wrong'
spoilt 'a lost record' 'sqlite3 "$1/store.db" "DELETE FROM document
    WHERE record = (SELECT n FROM record WHERE id = '\''L1'\'')"'
spoilt 'a changed document' 'sqlite3 "$1/store.db" "UPDATE document
    SET doc = replace(doc, '\''FamilyL2'\'', '\''Other'\'')"'
spoilt 'a surviving header' 'sqlite3 "$1/store.db" "INSERT INTO
    header(package, wrapped) SELECT n, x'\''00'\'' FROM package WHERE status = '\''destroyed'\''
    LIMIT 1"'
spoilt 'an orphan volume' 'cp "$1"/archive/V-20200228-*.tar \
    "$1/archive/V-20260301-AAAAAAAAAA.tar"'
spoilt 'a temporary' ': >"$1/outbox/.x.tmp"'
spoilt 'a lost volume' 'rm "$1"/archive/V-20200228-*.tar'
spoilt 'a missing certificate' 'rm "$1"/outbox/certificate-D-20260110-1.json'
spoilt 'a forged certificate' \
    'sed -i s/mary/marx/ "$1"/outbox/certificate-D-20260110-1.json'
spoilt 'what was hidden, left behind' 'sqlite3 "$1/store.db" "UPDATE
    compartment SET payload = x'\''00'\'' WHERE kind = '\''hidden'\''"'
spoilt 'a record that is not found' 'sqlite3 "$1/store.db" "DELETE FROM tie"'
spoilt 'what was hidden, lost' 'sqlite3 "$1/store.db" "DELETE FROM boxed"'
spoilt 'an edited log' 'sqlite3 "$1/store.db" "UPDATE audit
    SET actor = '\''x'\'' WHERE seq = 9"'

# ---- the sweep -------------------------------------------------------------------
# Every point, on the small store.  Killed after a point is killed before the
# next.  FAULT_ALL=1: every mode, and kills on the large store.
# The log's head outside the database may be older than the log.
SWEEP_PROG=cpadmin
SWEEP_STATUS='0|1'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
RUN=("$CPADMIN" retention run --on $DAY --yes --workers 2)
MODES=${MODES:-kill-before torn enospc eio}
SWEEP_EVERY=${SWEEP_EVERY:-16}
if [ "${FAULT_ALL:-0}" = 1 ]; then
	MODES=$SWEEP_ALL
	sweep 'retention run, large' "$PREPARED" check kill-before "${RUN[@]}"
else
	echo 'not swept without FAULT_ALL=1: the large store, modes' \
	    'kill-after, enospc-short, eio-from; torn, enospc and eio at one' \
	    'point of five each; most calls on the files of SQLite'
fi

prepare small
BATCHES='2 done 1 done 1 proposed'
unhurt
sweep 'retention run' "$PREPARED" check "$MODES" "${RUN[@]}"
