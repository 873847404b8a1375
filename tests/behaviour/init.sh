#!/bin/bash
# A new store: all of it, or nothing.
. "$(dirname "$0")/../lib.sh"

modes() {
	(cd "$1" && find . -printf '%m %y %P\n' | sort -k 3)
}
leftovers() {
	find "$T" -maxdepth 1 -name '*.tmp-*'
}
(umask 077 && for i in 1 2 3; do
	echo "a long enough passphrase $i" >"$T/pass-$i"
done)
PASSES=(--passphrase-file "$T/pass-1" --passphrase-file "$T/pass-2"
    --passphrase-file "$T/pass-3")

test_case 'a rehearsal store'
ok cpadmin init "$T/r" --rehearsal --json
expect_err_empty
expect_json '[.kind, .v]' '["store",1]'
expect_json .store "$T/r"
expect_json .policy contactpoint-2007
expect_json .authority E08000015
expect_json .rehearsal true
expect_json '.shares | length' 3
SHARE=$(jq -r '.shares[2]' "$OUT_FILE")
expect_file "$SHARE"
expect_eq "$SHARE" "$(echo "$T"/r/keys/custody-*-share-3.age)"
expect_json '.custody_id | test("^[0-9a-f]{16}$")' true
expect_eq "$(modes "$T/r" | grep ' d ' | cut -d' ' -f1 | sort -u)" 700 \
    'folders'
# What is public may be read; the folders above it may not.
expect_eq "$(modes "$T/r" | grep ' f ' |
    grep -v 'keys/custody[-0-9a-f]*\.\(pub\|current\)$' |
    cut -d' ' -f1 | sort -u)" 600 'files'
for d in archive keys outbox rejects policies keys/rehearsal; do
	expect_true [ -d "$T/r/$d" ]
done
for f in store.db cpadmin.conf keys/host.key keys/shelves.key \
    keys/signing.key keys/signing.pub keys/rehearsal/share-1.pass \
    keys/rehearsal/share-3.pass keys/rehearsal/custody.identity; do
	expect_file "$T/r/$f"
done
expect_eq "$(leftovers)" '' 'left over'

test_case 'its operator, policy and log'
ok cpadmin operator list --store "$T/r" --json
expect_json '.rows[0].uid' "$(id -u)"
expect_true cmp "$ROOT/policies/contactpoint-2007.cfg" \
    "$T"/r/policies/contactpoint-2007-*.cfg
ok cpadmin audit show --store "$T/r" --json
expect_json '[.rows[].action] | sort | join(" ")' \
    'custody.create officer.add officer.add officer.admit operator.add policy.adopt store.init'
ok cpadmin audit verify --store "$T/r"

test_case 'stock age opens what is sealed to it'
if have age && have age-keygen; then
	RECIPIENT=$(age-keygen -y "$T/r/keys/rehearsal/custody.identity")
	expect_true grep -rqF "$RECIPIENT" "$T/r/keys" --include='*.pub'
	echo 'what is it' | age -r "$RECIPIENT" >"$T/sealed"
	ok age -d -i "$T/r/keys/rehearsal/custody.identity" "$T/sealed"
	expect_eq "$OUT" 'what is it'
else
	skip 'age is not installed'
fi

test_case 'two stores share nothing'
ok cpadmin init "$T/r2" --rehearsal
for f in keys/host.key keys/signing.pub keys/rehearsal/share-1.pass \
    keys/rehearsal/custody.identity; do
	expect_false cmp -s "$T/r/$f" "$T/r2/$f"
done

test_case 'what it says to people'
ok cpadmin init "$T/r3" --rehearsal
expect_out_matches "^Store: +$T/r3\$"
expect_err_contains 'Never load real records'
expect_err_contains "export CPADMIN_STORE=$T/r3"
ok cpadmin init "$T/r4" --rehearsal --quiet
expect_err_empty

test_case 'choices'
ok cpadmin init "$T/choice" --rehearsal --policy uk-2026 \
    --authority E10000016 --operator clerk --on 2019-04-01 --json
expect_json '[.policy, .authority, .operator]' \
    '["uk-2026","E10000016","clerk"]'
expect_true grep -qF 'authority = "E10000016";' "$T/choice/cpadmin.conf"
ok cpadmin audit show --store "$T/choice" --json
expect_json '[.rows[].time | startswith("2019-04-01T")] | all' true
cp "$ROOT/policies/uk-2026.cfg" "$T/mine.cfg"
ok cpadmin init "$T/choice2" --rehearsal --policy "$T/mine.cfg" --json
expect_json .policy uk-2026
mkdir "$T/packs"
cp "$T/mine.cfg" "$T/packs/council.cfg"
CPADMIN_POLICIES=$T/packs ok cpadmin init "$T/choice3" --rehearsal \
    --policy council

test_case 'a folder: new, empty, or refused'
mkdir "$T/empty"
ok cpadmin init "$T/empty/" --rehearsal --json
expect_json .store "$T/empty"
run cpadmin init "$T/empty" --rehearsal
expect_status 5
expect_err_contains 'is not empty'
mkdir "$T/full"
echo mine >"$T/full/file"
run cpadmin init "$T/full" --rehearsal
expect_status 5
expect_eq "$(ls -A "$T/full")" file
echo mine >"$T/plain"
run cpadmin init "$T/plain" --rehearsal
expect_status 5
expect_eq "$(cat "$T/plain")" mine
run cpadmin init "$T/no/such/parent" --rehearsal
expect_status 1
run cpadmin init '' --rehearsal
expect_status 2
(cd "$T" && ok cpadmin init here --rehearsal --json &&
    expect_json .store "$T/here")
expect_eq "$(leftovers)" '' 'left over'

test_case 'wrong use'
run cpadmin init
expect_status 2
expect_err_contains 'DIR is missing'
run cpadmin init "$T/x"
expect_status 2
expect_err_contains '--authority is missing'
for bad in 'e08000015' 'E0800001' 'E080000156' ''; do
	run cpadmin init "$T/x" --rehearsal --authority "$bad"
	expect_status 2
done
run cpadmin init "$T/x" --rehearsal --operator 'A B'
expect_status 2
for bad in 0 17 two -1; do
	run cpadmin init "$T/x" --rehearsal "--custodians=$bad"
	expect_status 2
done
run cpadmin init "$T/x" --rehearsal --custodians 2 --threshold 3
expect_status 2
run cpadmin init "$T/x" --rehearsal --passphrase-file "$T/pass-1"
expect_status 2
run cpadmin init "$T/x" --rehearsal --custodians 3 --threshold 1
expect_status 2
expect_err_contains 'alone'
run cpadmin init "$T/x" --rehearsal --custodians 2 --holder A --holder B \
    --holder C
expect_status 2
run cpadmin init "$T/x" --rehearsal --holder "$(printf 'a\tb')"
expect_status 2
expect_err_contains '--holder 1: control character'
for other in --custodians=2 --holder=A --share-dir=/tmp; do
	run cpadmin init "$T/x" --rehearsal --no-custody "$other"
	expect_status 2
done
run cpadmin init "$T/x" --rehearsal --on 2019-02-29
expect_status 2
run cpadmin init "$T/x" --authority E08000015 --on 2019-04-01
expect_status 9
expect_no_file "$T/x"

test_case 'a policy that is not there, or bad, leaves nothing'
run cpadmin init "$T/x" --rehearsal --policy no-such
expect_status 4
expect_err_contains 'no policy named no-such'
run cpadmin init "$T/x" --rehearsal --policy "$T/none.cfg"
expect_status 4
sed 's/P6Y/P6X/' "$ROOT/policies/uk-2026.cfg" >"$T/bad.cfg"
run cpadmin init "$T/x" --rehearsal --policy "$T/bad.cfg"
expect_status 10
expect_err_contains 'bad.cfg'
expect_no_file "$T/x"
expect_eq "$(leftovers)" '' 'left over'

test_case 'as many custodians as there are'
ok cpadmin init "$T/many" --rehearsal --custodians 5 --threshold 3 \
    --holder 'Head of Legal' --holder 'Finance' --json
expect_json '.shares | length' 5
ok cpadmin custody list --store "$T/many" --json
expect_json '[.rows[] | [.share, .threshold, .shares, .holder]] | tostring' \
    '[[1,3,5,"Head of Legal"],[2,3,5,"Finance"],[3,3,5,null],[4,3,5,null],[5,3,5,null]]'
ok cpadmin init "$T/one" --rehearsal --custodians 1 --json
expect_json '.shares | length' 1

test_case 'shares go where they are wanted, and nowhere else'
mkdir "$T/stick"
ok cpadmin init "$T/away" --authority E08000015 --rehearsal \
    --share-dir "$T/stick" --json
expect_json '.shares[0] | startswith("'"$T"'/stick/custody-")' true
expect_eq "$(find "$T/stick" -name 'custody-*-share-*.age' | wc -l)" 3
expect_eq "$(find "$T/away" -name 'custody-*.age')" ''
rm -rf "$T/stick/"*
sed 's/P6Y/P6X/' "$ROOT/policies/uk-2026.cfg" >"$T/bad.cfg"
run cpadmin init "$T/x" --authority E08000015 --rehearsal \
    --share-dir "$T/stick" --policy "$T/bad.cfg"
expect_status 10
expect_eq "$(ls -A "$T/stick")" '' 'shares of a store that was not made'
run cpadmin init "$T/x" --authority E08000015 --rehearsal \
    --share-dir "$T/no-such-folder"
expect_true [ "$STATUS" -ne 0 ]
expect_no_file "$T/x"
expect_eq "$(leftovers)" '' 'left over'

test_case 'no key yet: nothing is archived, and a ceremony follows'
ok cpadmin init "$T/later" --rehearsal --no-custody --on 2020-01-01 --json
expect_json '[.custody_id, .shares] | tostring' '[null,[]]'
run cpadmin retention run --yes --store "$T/later" --on 2020-01-02
expect_true [ "$STATUS" -ne 0 ]
expect_err_contains 'cpadmin custody create'
ok cpadmin custody create --store "$T/later" --on 2020-01-02 --json
expect_json '.shares | length' 3
ok cpadmin retention run --yes --store "$T/later" --on 2020-01-02

test_case 'a real store asks for passphrases'
run setsid -w "$CPADMIN" init "$T/x" --authority E08000015
expect_status 7
expect_err_contains '--passphrase-file'
# real FILE...: of one custodian each
real() {
	local args=() f

	for f in "$@"; do args+=(--passphrase-file "$f"); done
	run cpadmin init "$T/x" --authority E08000015 "${args[@]}"
}
(umask 077 && echo short >"$T/short" && echo abababababababab >"$T/dull")
real "$T/pass-1" "$T/pass-2"
expect_status 2
expect_err_contains '3 custodians and 2 passphrase files'
real "$T/pass-1" "$T/short" "$T/pass-3"
expect_status 7
expect_err_contains 'the passphrase of custodian 2 of 3 is shorter than 12'
real "$T/pass-1" "$T/pass-2" "$T/dull"
expect_status 7
expect_err_contains 'custodian 3 of 3 has fewer than 5 different characters'
real "$T/pass-1" "$T/pass-2" "$T/pass-1"
expect_status 7
expect_err_contains 'custodian 1 has this passphrase too'
cp "$T/pass-1" "$T/open-pass" && chmod 644 "$T/open-pass"
real "$T/open-pass" "$T/pass-2" "$T/pass-3"
expect_status 7
real "$T/pass-1" "$T/none" "$T/pass-3"
expect_status 7
expect_no_file "$T/x"
expect_eq "$(leftovers)" '' 'left over'

test_case 'a real store'
ok cpadmin init "$T/real" --authority E08000015 "${PASSES[@]}"
expect_err_contains 'remove the share files from this host'
expect_no_file "$T/real/keys/rehearsal"
expect_no 'AGE-SECRET-KEY' in "$T/real"
expect_no 'a long enough passphrase' in "$T/real"
expect_some 'AGE-SECRET-KEY' in "$T/r"
ok cpadmin audit verify --store "$T/real"

test_case 'passphrases are typed twice, by each in turn'
type_in() { # WORD...
	python3 "$ROOT/tests/type.py" "$CPADMIN" init "$T/typed" --authority \
	    E08000015 --holder 'Head of Legal' --share-dir "$T/typed-in" \
	    -- "$@"
}
if have python3; then
	mkdir "$T/typed-in"
	A='twelve or more' B='twelve or less' C='thirteen at most'
	run type_in "$A" "$B" "$A" "$B" "$A" "$B"
	expect_status 7
	expect_out_contains 'the two passphrases differ'
	expect_no_file "$T/typed"
	ok type_in "$A" "$B" "$A" "$A" short "$A" "$B" "$B" "$C" "$C"
	expect_out_contains 'custodian 1 of 3 (Head of Legal): it is your turn'
	expect_out_contains 'the two passphrases differ.  Once more.'
	expect_out_contains 'shorter than 12 characters'
	expect_out_contains 'custodian 1 has this passphrase too'
	expect_no 'twelve or' in "$OUT_FILE"
	expect_file "$T/typed/store.db"
	expect_eq "$(find "$T/typed-in" -name 'custody-*-share-*.age' |
	    wc -l)" 3
	expect_eq "$(find "$T/typed" -name '*.age')" ''
	expect_no 'twelve or' in "$T/typed"
else
	skip 'python3 is not installed'
fi

test_case 'killed at any moment: a whole store or none'
for ms in 5 10 20 30 40 60 80 120; do
	(timeout -s KILL "0.$(printf %03d $ms)" "$CPADMIN" init \
	    "$T/killed-$ms" --rehearsal --quiet
	true) >/dev/null 2>&1
	if [ -e "$T/killed-$ms" ]; then
		ok cpadmin audit verify --store "$T/killed-$ms"
		ok cpadmin operator list --store "$T/killed-$ms"
	fi
	rm -rf "$T"/killed-"$ms".tmp-*
	[ -e "$T/killed-$ms" ] || ok cpadmin init "$T/killed-$ms" --rehearsal
done
