#!/bin/bash
# The custodians' copy of the shelf keyring: made anew at every change, copied
# to registered places, outdated ones listed until they are destroyed; and a
# lost ring made again from it, without the keys that are to stay gone.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Marker" + $id)}],
	    gender: "female", birth_date: $born}'
}

night() {
	local on=$1

	shift
	ok cpadmin retention run --on "$on" --yes --accept clock --json "$@"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

list() {
	ok cpadmin escrow list --json
}

approve_all() {
	local batch

	for batch in $(cpadmin destruction list --json | jq -r '.rows[] |
	    select(.status == "proposed") | .batch'); do
		ok cpadmin destruction approve "$batch" --as mary --on "$1" \
		    --yes
	done
}

opens() {
	rm -f "$T/opened"
	run cpadmin archive open "$1" --purpose court-order --reason T \
	    --output "$T/opened" --on "$2" --json
}

new_store --on 2020-01-01
KEYS=$CPADMIN_STORE/keys
ok cpadmin operator add mary --uid 2001 --role approver,dpo --on 2020-01-01
ok cpadmin operator add tom --uid 2002 --role team --on 2020-01-01

test_case 'without a shelf there is nothing to keep'
list
expect_json '.rows | length' 0
run cpadmin escrow copy "$T/none" --place vault --on 2020-01-01
expect_status 4
expect_no_file "$T/none"

test_case 'a shelf that is made is in the copy, once a step'
{ person A 2002-01-05; person B 2002-02-05; } >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
list
expect_json '.rows | map([.copy, .generation, .outdated,
    .destroyed_shelves]) | tostring' '[[null,1,false,[]]]'
expect_eq "$(stat -c %a "$KEYS/shelves.escrow")" 600
cp "$KEYS/shelves.escrow" "$T/first"
cp "$KEYS/shelves.key" "$T/ring-1"
night 2020-01-06
list
expect_json '.rows[0].generation' 1
expect_true cmp "$KEYS/shelves.escrow" "$T/first"
night 2020-02-05
cp "$KEYS/shelves.key" "$T/ring-2"
list
expect_json '.rows[0].generation' 2
expect_no_file "$KEYS/.shelves.escrow.old"
expect_no_file "$KEYS/.shelves.escrow.new"

test_case 'a copy is registered with its place, and is the same file'
run cpadmin escrow copy "$T/vault" --on 2020-02-06
expect_status 2
run cpadmin escrow copy "$T/vault" --place ' ' --on 2020-02-06
expect_status 2
run cpadmin escrow copy "$T/vault" --place x --as tom --on 2020-02-06
expect_status 9
expect_no_file "$T/vault"
ok cpadmin escrow copy "$T/vault" --place 'Town hall, safe 2' \
    --on 2020-02-06 --json
expect_json '[.copy, .generation, .place] | tostring' \
    '["E-0001",2,"Town hall, safe 2"]'
expect_true cmp "$KEYS/shelves.escrow" "$T/vault"
expect_eq "$(stat -c %a "$T/vault")" 600
run cpadmin escrow copy "$T/vault" --place again --on 2020-02-06
expect_status 5
run cpadmin escrow copy "$T/no/such" --place nowhere --on 2020-02-06
expect_status 4
list
expect_json '.rows | map(.copy) | tostring' '[null,"E-0001"]'
run cpadmin worklist --json
expect_json '[.rows[] | select(.what | test("escrow"))] | length' 0

test_case 'it is opened by the custodians and by no one else'
run cpadmin escrow restore "$T/vault" --on 2020-02-07
expect_status 5
expect_err_contains 'opens and is whole'
head -c 300 "$T/vault" >"$T/short"
run cpadmin escrow restore "$T/short" --on 2020-02-07
expect_status 8
expect_err_contains short
expect_no 'shelf 2026' in "$KEYS"

test_case 'a shelf that ends makes every copy of it outdated'
night 2026-01-06
approve_all 2026-01-06
night 2026-01-07
list
expect_json '.rows[1].outdated' false
night 2026-02-01
expect_json .shelves_destroyed 1
list
expect_json '.rows | map([.copy, .generation, .outdated,
    .destroyed_shelves]) | tostring' \
    '[[null,3,false,[]],["E-0001",2,true,[202601]]]'
ok cpadmin worklist --role dpo --on 2026-02-01 --json
expect_json '[.rows[] | select(.id == "E-0001") | .command] | tostring' \
    '["cpadmin escrow destroyed E-0001 --evidence TEXT"]'
expect_json '[.rows[] | select(.id == "E-0001") | .what |
    test("Town hall, safe 2.*holds 1 destroyed key")] | tostring' '[true]'

test_case 'a lost ring is made again, but no key that is to stay gone'
opens B 2026-02-02
expect_status 0
rm "$KEYS/shelves.key"
opens B 2026-02-02
expect_status 7
cp "$T/vault" "$T/changed"
printf '\377' | dd of="$T/changed" bs=1 seek=400 conv=notrunc status=none
run cpadmin escrow restore "$T/changed" --on 2026-02-02 --json
expect_status 8
expect_no_file "$KEYS/shelves.key"
run cpadmin escrow restore "$T/vault" --as tom --on 2026-02-02
expect_status 9
ok cpadmin escrow restore "$T/vault" --on 2026-02-02 --json
expect_json '[.generation, .shelves, .zeroised, .missing,
    .packages_missing] | tostring' '[2,1,1,[],0]'
opens B 2026-02-02
expect_status 0
expect_eq "$(xxd -p "$KEYS/shelves.key" | tr -d '\n' |
    grep -o '000317695a')" 000317695a 'the dead shelf stays zeroised'
ok cpadmin archive verify --all --json
night 2026-02-03
list
expect_json '.rows[0].destroyed_shelves | tostring' '[]'

test_case 'a copy from before a shelf says what it lacks'
rm "$KEYS/shelves.key"
cp "$KEYS/shelves.escrow" "$T/own"
# Not while the store's own has it: that one would be overwritten.
run cpadmin escrow restore "$T/first" --on 2026-02-04
expect_status 5
expect_err_contains 'holds the key of shelf 202602'
expect_no_file "$KEYS/shelves.key"
expect_true cmp "$KEYS/shelves.escrow" "$T/own"
rm "$KEYS/shelves.escrow"
run cpadmin escrow restore "$T/first" --on 2026-02-04 --json
expect_status 3
expect_json '[.generation, .shelves, .zeroised, .missing,
    .packages_missing] | tostring' '[1,0,1,[202602],1]'
expect_err_json .code 3
rm "$KEYS/shelves.key"
ok cpadmin escrow restore "$T/vault" --on 2026-02-04 --json
opens B 2026-02-04
expect_status 0

test_case 'a ring from before a shelf was made is not taken for the present one'
cp "$KEYS/shelves.escrow" "$T/own"
cp "$T/ring-1" "$KEYS/shelves.key"
run cpadmin retention run --on 2026-02-04 --yes
expect_status 8
expect_err_contains 'lacks the key of shelf 202602'
expect_err_contains 'escrow restore'
cp -R "$CPADMIN_STORE" "$T/adopting"
sed 's/value = "P6Y"/value = "P8Y"/; s/value = "keep"/value = "lengthen"/
    s/^version = .*/version = "2";/' "$ROOT/policies/contactpoint-2007.cfg" \
    >"$T/2.cfg"
run cpadmin policy adopt "$T/2.cfg" --store "$T/adopting" --on 2026-02-04
expect_status 8
expect_err_contains 'lacks the key of shelf 202602'
run cpadmin escrow copy "$T/half" --place P --on 2026-02-04
expect_status 8
expect_no_file "$T/half"
expect_true cmp "$KEYS/shelves.escrow" "$T/own"
run cpadmin escrow restore "$T/first" --on 2026-02-04
expect_status 5
expect_err_contains 'opens and is whole'
ok cpadmin escrow restore "$KEYS/shelves.escrow" --on 2026-02-04 --json
expect_json '[.shelves, .zeroised, .missing] | tostring' '[1,0,[]]'
opens B 2026-02-04
expect_status 0

test_case 'a ring from before a shelf ended does not bring its key back'
cp "$T/ring-2" "$KEYS/shelves.key"
run cpadmin escrow copy "$T/half" --place P --on 2026-02-04
expect_status 8
expect_err_contains 'the key of shelf 202601, which was destroyed'
expect_no_file "$T/half"
run cpadmin retention run --on 2026-02-04 --yes --json
expect_status 3
expect_json '[.failures[] | .id] | tostring' '["202601"]'
list
expect_json '.rows[0].destroyed_shelves | tostring' '[]'
expect_eq "$(sql "SELECT json_extract(detail, '$.again') FROM audit
    WHERE action = 'shelf.destroy' ORDER BY seq DESC LIMIT 1")" 1
night 2026-02-04
opens B 2026-02-04
expect_status 0

test_case 'somebody confirms that a copy was destroyed, once'
run cpadmin escrow destroyed E-0099 --evidence T --on 2026-02-05
expect_status 4
run cpadmin escrow destroyed E-0001 --on 2026-02-05
expect_status 2
ok cpadmin escrow destroyed E-0001 --evidence 'shredded, seen by two' \
    --as mary --on 2026-02-05 --json
run cpadmin escrow destroyed E-0001 --evidence T --on 2026-02-05
expect_status 5
list
expect_json '.rows | map(.copy) | tostring' '[null]'
ok cpadmin worklist --role dpo --on 2026-02-05 --json
expect_json '[.rows[] | select(.id == "E-0001")] | length' 0
expect_eq "$(sql "SELECT actor FROM audit WHERE action =
    'escrow.destroyed' ORDER BY seq DESC LIMIT 1")" mary

test_case 'a file that is not what was made is found and replaced'
printf 'x' >>"$KEYS/shelves.escrow"
ok cpadmin escrow copy "$T/fresh" --place P --on 2026-02-06 --json
expect_true cmp "$KEYS/shelves.escrow" "$T/fresh"
rm "$KEYS/shelves.escrow"
night 2026-02-07
expect_file "$KEYS/shelves.escrow"
ok cpadmin audit verify

test_case 'the host key may come as a credential of the service'
mkdir -m 700 "$T/credentials"
cp "$KEYS/host.key" "$T/credentials/cpadmin-host-key"
chmod 400 "$T/credentials/cpadmin-host-key"
rm "$KEYS/host.key"
run cpadmin retention run --on 2026-02-08 --yes
expect_status 7
expect_err_contains 'no host key'
export CREDENTIALS_DIRECTORY=$T/credentials
night 2026-02-08
approve_all 2026-02-08
night 2026-03-01
expect_json .shelves_destroyed 1
# In the run that erased the last package, too, the copy follows the ring.
expect_json .destroyed 1
list
expect_json '.rows[0].destroyed_shelves | tostring' '[]'
ok cpadmin audit verify
# A bad credential is not passed over for a file.
head -c 32 /dev/urandom >"$T/credentials/other"
cp "$T/credentials/cpadmin-host-key" "$KEYS/host.key"
mv -f "$T/credentials/other" "$T/credentials/cpadmin-host-key"
chmod 400 "$T/credentials/cpadmin-host-key"
run cpadmin retention run --on 2026-03-02 --yes
expect_status 7
unset CREDENTIALS_DIRECTORY
night 2026-03-02
