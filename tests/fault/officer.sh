#!/bin/bash
# Shielding officers come and go and what is sealed is rewrapped, hurt at every
# point where that changes the disk.  Whatever is left, each compartment opens
# with the identity of an officer who is active, which is on the disk; after a
# second run with that of every one, and with nobody else's.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
have age || skip_all 'age is not installed'
expect_file "$BUILD/fault.so" || exit 1
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
# shellcheck disable=SC2034
SWEEP_PROG=cpadmin SWEEP_STATUS='0|1' SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'
MODES=${MODES:-kill-before eio torn}

# identity STORE NAME FILE: their identity, by stock age and the passphrase
# that the rehearsal kept; of a file that is as it was prepared it is known.
identity() {
	if cmp -s "$1/keys/officers/$2.age" "$T/$2.age"; then
		cp "$T/$2.identity" "$3"
		return
	fi
	python3 "$ROOT/tests/type.py" age -d -o "$3" \
	    "$1/keys/officers/$2.age" -- \
	    "$(<"$1/keys/rehearsal/officer-$2.pass")" >"$3.said" 2>&1 && return
	echo "the identity of $2 does not open: $(<"$3.said")"
	return 1
}

test_case 'the prepared store'
new_store
ME=$(id -un)
ok cpadmin operator add bob --uid 4711 --role shield
ok cpadmin --as bob shield officer add
for who in "$ME" second-officer bob; do
	identity "$CPADMIN_STORE" "$who" "$T/$who.identity" || fail "$who"
	cp "$CPADMIN_STORE/keys/officers/$who.age" "$T"
done
for i in 1 2; do
	echo "text $i" | age -r "$(age-keygen -y "$T/$ME.identity")" \
	    -r "$(age-keygen -y "$T/second-officer.identity")" >"$T/sealed"
	n=$(LC_ALL=C grep -abo -m1 -e '^--- [A-Za-z0-9+/]*$' "$T/sealed" |
	    awk -F: '{ print $1 + length($2) + 1 }')
	head -c "$n" "$T/sealed" >"$T/header"
	tail -c "+$((n + 1))" "$T/sealed" >"$T/payload"
	sqlite3 "$CPADMIN_STORE/store.db" "INSERT INTO compartment(kind, at,
	    generation, header, payload) SELECT 'case', '2020', last,
	    readfile('$T/header'), readfile('$T/payload') FROM counter
	    WHERE name = 'officers'"
done
PAYLOADS=$(sqlite3 "$CPADMIN_STORE/store.db" \
    'SELECT n, hex(payload) FROM compartment' | sha256sum)
cp -a "$CPADMIN_STORE" "$T/nobob"
sqlite3 "$T/nobob/store.db" "DELETE FROM officer WHERE name = 'bob'"
rm "$T/nobob/keys/officers/bob.age" \
    "$T/nobob/keys/rehearsal/officer-bob.pass"
cp -a "$CPADMIN_STORE" "$T/owed"
CPADMIN_STORE=$T/owed ok cpadmin shield officer admit bob
sqlite3 "$T/owed/store.db" "UPDATE counter SET last = last + 1
    WHERE name = 'officers'"

# opening STORE NAME: the numbers of the compartments that NAME opens.
opening() {
	local n

	for n in 1 2; do
		sqlite3 "$1/store.db" "SELECT writefile('$1.header', header),
		    writefile('$1.payload', payload) FROM compartment
		    WHERE n = $n" >"$1.sqlite" 2>&1
		[ "$(cat "$1.header" "$1.payload" | age -d -i "$1.$2" \
		    2>"$1.age")" != "text $n" ] || printf '%s ' "$n"
	done
	rm -f "$1.header" "$1.payload"
}

officers() {
	sqlite3 "$1/store.db" \
	    "SELECT name FROM officer WHERE status = '$2' ORDER BY n"
}

# Between the hurt run and the second: nothing is lost.
between() {
	local who all=''

	for who in $(officers "$1" active) $(officers "$1" waiting); do
		identity "$1" "$who" "$1.$who" || return 1
	done
	for who in $(officers "$1" active); do
		all+=$(opening "$1" "$who")
		case $all in
		*1*2*) return ;;
		esac
	done
	echo "active officers open: $all"
	return 1
}

# whole STORE ACTIVE WAITING: the officers there should be.
whole() {
	local who bad=0 got

	got=$(officers "$1" active | paste -sd ' ')
	[ "$got" = "$2" ] || { echo "active: $got"; bad=1; }
	got=$(officers "$1" waiting | paste -sd ' ')
	[ "$got" = "$3" ] || { echo "waiting: $got"; bad=1; }
	for who in $2 $3; do
		identity "$1" "$who" "$1.$who" || bad=1
	done
	for who in $2; do
		got=$(opening "$1" "$who")
		[ "$got" = '1 2 ' ] || { echo "$who opens: $got"; bad=1; }
	done
	for who in "$ME" second-officer bob; do
		case " $2 " in *" $who "*) continue ;; esac
		cp "$T/$who.identity" "$1.$who"
		got=$(opening "$1" "$who")
		[ -z "$got" ] || { echo "$who opens: $got"; bad=1; }
	done
	got=$(cd "$1/keys/officers" && find . -type f | sort | paste -sd ' ')
	[ "$got" = "$(for who in $2 $3; do echo "./$who.age"; done | sort |
	    paste -sd ' ')" ] || { echo "files: $got"; bad=1; }
	got=$(cd "$1/keys/rehearsal" && find . -name 'officer-*' | wc -l)
	[ "$got" -eq "$(echo "$2 $3" | wc -w)" ] || {
		echo "$got passphrases are kept"
		bad=1
	}
	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    PRAGMA foreign_key_check; SELECT count(*) FROM compartment
	    WHERE generation < (SELECT last FROM counter
	    WHERE name = 'officers')" 2>&1 | paste -sd ' ')
	[ "$got" = 'ok 0' ] || { echo "found $got"; bad=1; }
	got=$(sqlite3 "$1/store.db" \
	    'SELECT n, hex(payload) FROM compartment' | sha256sum)
	[ "$got" = "$PAYLOADS" ] || { echo 'payloads were touched'; bad=1; }
	# A head cut short is put right by the next command that logs, which
	# the second run is not where all was done.
	"$CPADMIN" --store "$1" audit verify >/dev/null 2>&1 ||
	    "$CPADMIN" --store "$1" audit checkpoint >/dev/null
	"$CPADMIN" --store "$1" audit verify >"$1.audit" 2>&1 || {
		echo "audit verify: $(head -c 300 "$1.audit")"
		bad=1
	}
	return $bad
}

added() {
	whole "$1" "$ME second-officer" bob
}

admitted() {
	whole "$1" "$ME second-officer bob" ''
}

removed() {
	whole "$1" "$ME" bob
}

# What was done already is refused, and then what is left of it is done.
cat >"$T/officer" <<EOF
"$CPADMIN" "\$@"
status=\$?
case \$status in
4 | 5) exec "$CPADMIN" shield officer rewrap ;;
esac
exit \$status
EOF
# shellcheck disable=SC2034
SWEEP_EITHER=between SWEEP_EVERY=${SWEEP_EVERY:-16}
sweep 'officer add' "$T/nobob" added "$MODES" bash "$T/officer" --as bob \
    shield officer add
sweep 'officer admit' "$CPADMIN_STORE" admitted "$MODES" bash "$T/officer" \
    shield officer admit bob
sweep 'officer remove' "$CPADMIN_STORE" removed "$MODES" bash "$T/officer" \
    shield officer remove second-officer
[ "${FAULT_ALL:-0}" != 1 ] || sweep 'officer rewrap' "$T/owed" admitted \
    "$MODES" bash "$T/officer" shield officer rewrap

# spoilt WHAT COMMAND: the checks must not pass what COMMAND did to a store,
# $1, to which bob was admitted.
spoilt() {
	rm -rf "$T/spoilt" "$T/spoilt".*
	cp -a "$T/done" "$T/spoilt"
	bash -c "$2" spoil "$T/spoilt" || fail "could not spoil: $1"
	! admitted "$T/spoilt" >"$T/said" 2>&1 ||
	    fail "the check does not see $1"
}

test_case 'the check sees what is wrong'
cp -a "$CPADMIN_STORE" "$T/done"
CPADMIN_STORE=$T/done ok cpadmin shield officer admit bob
expect_true admitted "$T/done"
expect_true between "$T/done"
spoilt 'an identity that is gone' 'rm "$1/keys/officers/bob.age"'
spoilt 'a header of nobody' 'sqlite3 "$1/store.db" \
    "UPDATE compartment SET header = (SELECT header FROM compartment
    WHERE n = 1) WHERE n = 2"'
spoilt 'one that waits' 'sqlite3 "$1/store.db" \
    "UPDATE compartment SET generation = 1 WHERE n = 2"'
rm -rf "$T/spoilt" && cp -a "$T/done" "$T/spoilt"
sqlite3 "$T/spoilt/store.db" "UPDATE officer SET status = 'left'
    WHERE name <> 'bob'; UPDATE compartment SET header =
    (SELECT header FROM compartment WHERE n = 1) WHERE n = 2"
! between "$T/spoilt" >"$T/said" 2>&1 || fail 'the check sees no loss'
