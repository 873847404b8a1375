#!/bin/bash
# A rekey is hurt at every point where it changes the disk.  Whatever is left
# opens with shares that are on the disk; after a second run every header is
# under the key in use, and every package opens and is what it was.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
expect_file "$BUILD/fault.so" || exit 1
DAY=2026-03-02
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before eio torn}

test_case 'the prepared store'
new_store --on 2026-01-05 --custodians 2 --threshold 2
for i in 1 2 3; do
	printf '{"cpadmin":"record/1","id":"R%d","authority":"E08000015",' $i
	printf '"names":[{"type":"current","given":"A","family":"Hill"}],'
	printf '"gender":"female","birth_date":"2008-03-01"}\n'
done >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
ok cpadmin retention run --on 2026-03-01 --yes --accept share --accept clock
PAYLOADS=$(cd "$CPADMIN_STORE/archive" && sha256sum ./*)

# opens STORE: every package, with the shares of the key that its header is
# under, which are on the disk.
opens() {
	"$CPADMIN" --store "$1" archive open R1 R2 R3 --purpose court-order \
	    --reason T --on "$DAY" --json >"$1.opened" 2>&1 || {
		echo "does not open: $(head -c 600 "$1.opened")"
		return 1
	}
	for i in 1 2 3; do
		grep -q "\"id\":\"R$i\",\"authority\":" "$1.opened" || {
			echo "R$i is missing in $(head -c 600 "$1.opened")"
			return 1
		}
	done
}

# Both keys that could be called current have all their shares, and what opens
# them.
shared() {
	local id n bad=0

	for id in "$(<"$1/keys/custody.current")" "$(sqlite3 "$1/store.db" \
	    'SELECT custody FROM store')"; do
		for n in 1 2; do
			[ -s "$1/keys/custody-$id-share-$n.age" ] || {
				echo "share $n of $id is not there"
				bad=1
			}
		done
		[ -s "$1/keys/custody-$id.pub" ] || bad=1
	done
	return $bad
}

# Between the hurt run and the second, which begins with it.
between() {
	opens "$1"
	shared "$1"
	sqlite3 "$1/store.db" 'PRAGMA integrity_check' | grep -v '^ok$'
	return 0
}

whole() {
	local bad=0 got

	opens "$1" || bad=1
	shared "$1" || bad=1
	[ ! -s "$1.between" ] || {
		echo "before the second run: $(<"$1.between")"
		bad=1
	}
	got=$(cd "$1/archive" && sha256sum ./*)
	[ "$got" = "$PAYLOADS" ] || { echo "payloads: $got"; bad=1; }
	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    PRAGMA foreign_key_check;
	    SELECT (SELECT count(*) FROM header h, store s
	    WHERE h.custody = s.custody) || ' ' ||
	    (SELECT count(*) FROM header) || ' ' ||
	    (SELECT count(*) FROM rekey WHERE finished IS NULL) || ' ' ||
	    (SELECT count(*) FROM custody WHERE replaced IS NULL) || ' ' ||
	    (SELECT count(*) FROM custody c, store s WHERE c.id = s.custody
	    AND c.replaced_by IS NULL) || ' ' ||
	    (SELECT e.custody = s.custody FROM escrow e, store s
	    ORDER BY generation DESC LIMIT 1);
	    SELECT custody FROM store" 2>&1 | paste -sd ' ')
	[ "$got" = "ok 3 3 0 1 1 1 $(<"$1/keys/custody.current")" ] || {
		echo "found $got, the file says $(<"$1/keys/custody.current")"
		bad=1
	}
	{ "$CPADMIN" --store "$1" audit verify >"$1.audit" 2>&1; } || {
		echo "audit verify: $(head -c 300 "$1.audit")"
		bad=1
	}
	return $bad
}

cat >"$T/rekey" <<EOF
. "$T/functions"
if [ -e "\$1.begun" ]; then
	between "\$1" >"\$1.between" 2>&1
fi
: >"\$1.begun"
exec "$CPADMIN" custody rekey --reason T --yes --workers 1 --on $DAY
EOF
{
	declare -p CPADMIN DAY
	declare -f between opens shared
} >"$T/functions"
sweep 'custody rekey' "$CPADMIN_STORE" whole "$MODES" bash "$T/rekey" '{}'

# spoilt WHAT COMMAND: the checks must not pass what COMMAND did to a store,
# $1, that was rekeyed.
spoilt() {
	rm -rf "$T/spoilt" "$T/spoilt".*
	cp -a "$T/done" "$T/spoilt"
	bash -c "$2" spoil "$T/spoilt" || fail "could not spoil: $1"
	! whole "$T/spoilt" >"$T/said" 2>&1 || fail "the check does not see $1"
}

test_case 'the check sees what is wrong'
cp -a "$CPADMIN_STORE" "$T/done"
CPADMIN_STORE=$T/done ok cpadmin custody rekey --reason T --yes --on "$DAY"
expect_true whole "$T/done"
spoilt 'a share that is gone' \
    'rm "$1/keys/custody-$(cat "$1/keys/custody.current")-share-2.age"'
spoilt 'a file that did not follow' \
    'sqlite3 "$1/store.db" "SELECT id FROM custody WHERE replaced IS NOT NULL" \
    >"$1/keys/custody.current"'
spoilt 'a header that is lost' \
    'sqlite3 "$1/store.db" "DELETE FROM header WHERE package = 2"'
spoilt 'a header under the wrong key' \
    'sqlite3 "$1/store.db" "UPDATE header SET custody = NULL WHERE package = 2"'
spoilt 'what was found between' 'echo bad >"$1.between"'
