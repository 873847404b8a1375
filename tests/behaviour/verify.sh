#!/bin/bash
# verify needs no store: what can be shown with a note that everybody knows,
# the example of the Go project's sumdb/note documentation.
. "$(dirname "$0")/../lib.sh"

cat >"$T/note" <<'NOTE'
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
NOTE
echo 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW' \
    >"$T/known.pub"
echo 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8' \
    >"$T/other.pub"

test_case 'a known note holds by its key'
ok cpadmin verify "$T/note" --key "$T/known.pub" --json
expect_json .kind note
expect_json '.v' 1
expect_json '.valid' true
expect_json '.signed_by' PeterNeumann
expect_json '.key_given' true
expect_err_empty
ok cpadmin verify "$T/note" --key "$T/known.pub"
expect_out_contains PeterNeumann
expect_out_contains 'note, valid'

test_case 'the key beside it is taken, and that is said'
mkdir "$T/beside"
cp "$T/note" "$T/beside/note"
cp "$T/known.pub" "$T/beside/key.pub"
ok cpadmin verify "$T/beside/note" --json
expect_json '.key_given' false
expect_json '.why | test("not checked")' true

test_case 'changed: status 8, and the result says so'
sed 's/answer/anszer/' "$T/note" >"$T/changed"
run cpadmin verify "$T/changed" --key "$T/known.pub" --json
expect_status 8
expect_json '.valid' false
expect_json '.signed_by' null
expect_err_json '.code' 8

test_case 'signed by somebody else: status 8'
run cpadmin verify "$T/note" --key "$T/other.pub"
expect_status 8

test_case 'no key at all, or a file that is no key: status 7'
run cpadmin verify "$T/note"
expect_status 7
expect_err_contains --key
run cpadmin verify "$T/note" --key "$T/note"
expect_status 7

test_case 'a missing file: status 4'
run cpadmin verify "$T/absent" --key "$T/known.pub"
expect_status 4
run cpadmin verify "$T/note" --key "$T/absent"
expect_status 4

test_case 'not a kind that is known: status 10'
echo '{"cpadmin":"record/1"}' >"$T/record"
run cpadmin verify "$T/record"
expect_status 10
run cpadmin verify /dev/null
expect_status 10
