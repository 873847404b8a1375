#!/bin/bash
# unseal opens what stock age opens, refuses what it refuses, and writes
# nothing that is not authentic.  No store is there.
. "$(dirname "$0")/../lib.sh"
if ! have age || ! have age-keygen; then
	skip_all 'age is not installed'
fi
cd "$T" || exit 1

age-keygen -o key 2>/dev/null
age-keygen -o other 2>/dev/null
TO=$(age-keygen -y key)
ALSO=$(age-keygen -y other)
head -c 200000 /dev/urandom >plain
age -r "$TO" -o plain.age plain
chmod 600 key other

# A passphrase is typed on a terminal: script(1) is one.
typed() {
	local phrase=$1

	shift
	{ sleep 0.5; printf '%s\n' "$phrase"; sleep 0.5
	    printf '%s\n' "$phrase"; sleep 3; } |
	    timeout 60 script -qec "$*" /dev/null
}

test_case 'what age sealed, at every size'
for size in 0 1 65535 65536 65537 131072 131073; do
	head -c "$size" /dev/urandom >some
	age -r "$ALSO" -r "$TO" <some >some.age
	ok cpadmin unseal -i key some.age
	expect_true cmp -s some "$OUT_FILE"
	expect_err_empty
done

test_case 'armored, from standard input, with the long option'
age -a -r "$TO" -o plain.asc plain
ok cpadmin unseal --identity key <plain.asc
expect_true cmp -s plain "$OUT_FILE"
ok cpadmin unseal -i key - <plain.age
expect_true cmp -s plain "$OUT_FILE"

test_case 'several identity files, the right one last'
ok cpadmin unseal -i other -i key plain.age
expect_true cmp -s plain "$OUT_FILE"
ok cpadmin unseal -i - plain.age <key
expect_true cmp -s plain "$OUT_FILE"

test_case 'to a file, mode 0600, with a result'
ok cpadmin unseal -i key --output got plain.age
expect_true cmp -s plain got
expect_eq "$(stat -c %a got)" 600
expect_out_empty
ok cpadmin unseal -i key --output got --json plain.age
expect_json .kind unsealed
expect_json .output got
expect_json .bytes 200000
ok cpadmin unseal -i key -o - plain.age
expect_true cmp -s plain "$OUT_FILE"

test_case 'a wrong key, no key, a missing key: 7'
run cpadmin unseal -i other plain.age
expect_status 7
expect_out_empty
run cpadmin unseal plain.age
expect_status 7
expect_err_contains '-i IDENTITY'
run cpadmin unseal -i nowhere plain.age
expect_status 7
expect_err_contains nowhere
run cpadmin unseal -i plain plain.age
expect_status 7
sed 's/^AGE-SECRET-KEY-1./AGE-SECRET-KEY-1B/' key >broken-key
run cpadmin unseal -i broken-key plain.age
expect_status 7
expect_err_contains 'line 3'
expect_no AGE-SECRET in "$ERR_FILE"

test_case 'a missing file: 4'
run cpadmin unseal -i key nowhere
expect_status 4

test_case 'wrong use: 2'
run cpadmin unseal -i key --json plain.age
expect_status 2
run cpadmin unseal -i key plain.age plain.age
expect_status 2
run cpadmin unseal -i - - </dev/null
expect_status 2
run cpadmin unseal --nonsense
expect_status 2

test_case 'not an age file, or cut short: 8'
for size in 0 10 100 150 170 200 300 65800 131400 199999; do
	head -c "$size" plain.age >cut.age
	run cpadmin unseal -i key cut.age
	expect_status 8
done
run cpadmin unseal -i key plain
expect_status 8
expect_out_empty
run cpadmin unseal -i key </dev/null
expect_status 8

test_case 'a changed byte: 8, and only what came before it is written'
cp plain.age bad.age
printf '\001\002\003\004' |
    dd of=bad.age bs=1 seek=100000 conv=notrunc status=none
run cpadmin unseal -i key bad.age
expect_status 8
expect_eq "$(stat -c %s "$OUT_FILE")" 65536 'bytes written'
expect_true cmp -s -n 65536 plain "$OUT_FILE"
expect_err_contains 'chunk 2'
echo old >got
run cpadmin unseal -i key --output got bad.age
expect_status 8
expect_eq "$(cat got)" old
expect_eq "$(find . -name '.got*')" '' 'temporary files'
head -c 210 plain.age >bad.age
printf 'x' | dd of=bad.age bs=1 seek=60 conv=notrunc status=none
run cpadmin unseal -i key bad.age
expect_out_empty

test_case 'a full disk is an error'
if [ -e /dev/full ]; then
	"$CPADMIN" unseal -i key plain.age >/dev/full 2>"$T/err"
	expect_eq $? 1 status
	expect_true grep -q 'No space' "$T/err"
else
	skip 'no /dev/full'
fi

test_case 'a package: header and payload from two places'
mkdir record
echo '{"cpadmin":"record/1"}' >record/record.json
tar --zstd -cf package.tar.zst record
age -r "$TO" -o package.age package.tar.zst
lines=$(grep -an '^---' package.age | head -n 1 | cut -d: -f1)
head -n "$lines" package.age >header
tail -c +"$(($(stat -c %s header) + 1))" package.age >payload
cat header payload | "$CPADMIN" unseal -i key | tar --zstd -xO \
    record/record.json >got.json
expect_eq "$(cat got.json)" '{"cpadmin":"record/1"}'

test_case 'a passphrase, from a file and from the terminal'
if have script && typed 'correct horse' age -p -o phrase.age plain \
    >/dev/null 2>&1 && [ -s phrase.age ]; then
	echo 'correct horse' >phrase
	chmod 600 phrase
	ok cpadmin unseal --passphrase-file phrase phrase.age
	expect_true cmp -s plain "$OUT_FILE"
	typed 'correct horse' "$CPADMIN" unseal --output typed.out phrase.age \
	    >/dev/null
	expect_true cmp -s plain typed.out
	echo 'correct house' >phrase
	run cpadmin unseal --passphrase-file phrase phrase.age
	expect_status 7
	expect_out_empty
	run cpadmin unseal --passphrase-file nowhere phrase.age
	expect_status 7
	run setsid "$CPADMIN" unseal phrase.age </dev/null
	expect_status 7
	expect_err_contains passphrase-file
else
	skip 'no terminal to type a passphrase on'
fi

test_case 'an identity that is itself sealed with a passphrase'
if have script && typed 'open sesame' age -p -a -o key.age key \
    >/dev/null 2>&1 && [ -s key.age ]; then
	echo 'open sesame' >sesame
	chmod 600 sesame
	ok cpadmin unseal -i key.age --passphrase-file sesame plain.age
	expect_true cmp -s plain "$OUT_FILE"
else
	skip 'no terminal to type a passphrase on'
fi

test_case 'bytes are not poured on a terminal'
if have script && timeout 20 script -qec true screen >/dev/null 2>&1 \
    </dev/null; then
	timeout 20 script -qec "'$CPADMIN' unseal -i key plain.age" \
	    screen >/dev/null 2>&1 </dev/null
	expect_eq $? 2 status
else
	skip 'no terminal to pour them on'
fi

test_case 'memory stays flat'
if sanitized "$CPADMIN"; then
	skip 'the address sanitizer reserves terabytes'
else
	head -c 60000000 /dev/zero | age -r "$TO" -o big.age
	expect_eq "$(ulimit -v 120000
	    "$CPADMIN" unseal -i key big.age | sha256sum)" \
	    "$(head -c 60000000 /dev/zero | sha256sum)"
fi
