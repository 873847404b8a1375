#!/bin/bash
# The answer to a request, hurt at every point: no request is answered without a
# pack that was written, no pack without its entry has the name that was asked
# for, and a passphrase that was shown opens it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

for tool in sqlite3 7zz; do
	have $tool || skip_all "$tool is not installed"
done
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1|3'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
SWEEP_EVERY=8
ON=(--on 2026-11-21)
MODES=${MODES:-kill-before enospc eio}

test_case 'the prepared store'
new_store --policy uk-2026 "${ON[@]}"
cat >"$T/rows" <<'EOF'
{"cpadmin":"record/1","id":"KID-1","authority":"E08000015","names":[{"type":"current","given":"Zoe","family":"Hill"}],"gender":"female","birth_date":"2009-01-01","addresses":[{"type":"current","lines":["1 Canary Street"],"postcode":"ZZ99 1AA"}]}
EOF
ok cpadmin record import "$T/rows" "${ON[@]}"
ok cpadmin sar open --subject KID-1 --requester 'Zoe Hill' --relation self \
    --received 2026-11-20 "${ON[@]}"
ok cpadmin sar collect SAR-0001 "${ON[@]}"

# The request's stage and outcome, packs sent, and the entries of it.
ledger() {
	sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT stage || ' ' || coalesce(outcome, '-') FROM sar;
	    SELECT count(*) FROM sar_sent;
	    SELECT count(*) FROM audit WHERE action = 'sar.disclose'
		AND subject = 'KID-1'" 2>&1 | paste -sd ' '
}
PART=.pack.zip.SAR-0001.part
before='ok collected - 0 0'
expect_eq "$(ledger "$CPADMIN_STORE")" "$before"

# entered FOLDER FILE: there is a row of sar_sent with its hash.
entered() {
	[ "$(sqlite3 "$1/store.db" "SELECT count(*) FROM sar_sent
	    WHERE lower(hex(sha256)) = '$(sha256sum <"$2" | cut -d' ' -f1)'
	    AND bytes = $(stat -c %s "$2")")" = 1 ]
}
# packs FOLDER: is what lies about as it has to be?
packs() {
	local dir=$1 out=$1/outbox pass

	if [ -e "$out/pack.zip" ] && ! entered "$dir" "$out/pack.zip"; then
		echo 'a pack has its name and no entry'
		return 1
	fi
	if [ -e "$out/pack.zip" ] &&
	    [ "$(stat -c %a "$out/pack.zip")" != 600 ]; then
		echo 'others may read it'
		return 1
	fi
	pass=$(jq -r '.passphrase // empty' "$dir/../out" 2>/dev/null)
	[ -z "$pass" ] || 7zz t -bso0 -bse0 -p"$pass" \
	    "$(jq -r .output "$dir/../out")" || {
		echo 'the passphrase that was shown opens nothing'
		return 1
	}
}
# All or nothing; an answer has been written, with or without its name.
either() {
	local got

	got=$(ledger "$1")
	packs "$1" || return 1
	case $got in
	"$before") [ ! -e "$1/outbox/pack.zip" ] ;;
	'ok answered full 1 1')
		[ -e "$1/outbox/pack.zip" ] ||
		    entered "$1" "$1/outbox/$PART"
		;;
	*) false ;;
	esac || {
		echo "found $got, $(ls -A "$1/outbox" | paste -sd ' ')"
		return 1
	}
}
# After a run that ended: it is there, entered, and nothing else is.
disclosed() {
	local got

	got=$(ledger "$1")
	packs "$1" || return 1
	case $got in
	'ok answered full 1 1' | 'ok answered full 2 2') ;;
	*)
		echo "found $got"
		return 1
		;;
	esac
	[ "$(ls -A "$1/outbox")" = pack.zip ] ||
	    [ "$(jq -r .output "$1/../out")" = "$1/outbox/$PART" ] || {
		echo "the folder has $(ls -A "$1/outbox" | paste -sd ' ')"
		return 1
	}
	# A head that was torn is mended by who writes next.
	"$CPADMIN" --store "$1" audit verify "${ON[@]}" >/dev/null 2>&1 || {
		"$CPADMIN" --store "$1" sar note SAR-0001 out --text sent \
		    --date 2026-11-21 "${ON[@]}" 2>&1 >/dev/null
		"$CPADMIN" --store "$1" audit verify "${ON[@]}" 2>&1 >/dev/null
	}
}
SWEEP_EITHER=either
# Run again it makes another, or finds that the first has its name.
SWEEP_AGAIN='0|5'
sweep 'sar disclose' "$CPADMIN_STORE" disclosed "$MODES" \
    "$CPADMIN" sar disclose SAR-0001 --output '{}/outbox/pack.zip' --json \
    "${ON[@]}"
