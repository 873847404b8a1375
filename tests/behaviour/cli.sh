#!/bin/bash
# What every command has in common: help, options, errors, exit statuses.
. "$(dirname "$0")/../lib.sh"

test_case 'version and help'
ok cpadmin --version
expect_out_matches '^cpadmin [0-9]+\.[0-9]+\.[0-9]+$'
ok cpadmin --help
expect_out_contains 'usage: cpadmin COMMAND'
expect_out_matches '^  init +make a store'
expect_out_matches '^  archive +[a-z]'
expect_err_empty
ok cpadmin help operator
TEXT=$OUT
ok cpadmin operator --help
expect_eq "$OUT" "$TEXT" 'help operator'
expect_out_contains 'usage: cpadmin operator add NAME --uid U'
ok cpadmin operator add --help
expect_out_contains '--training-until D'
expect_false grep -q 'operator suspend' "$OUT_FILE"
ok cpadmin help operator add
expect_out_contains '--training-until D'
ok cpadmin init -h
expect_out_contains 'usage: cpadmin init DIR'

test_case 'no line of help is wider than a terminal'
for c in '' init operator; do
	cpadmin $c --help >"$T/help" || fail "$c --help"
	expect_eq "$(awk 'length > 79' "$T/help")" '' "long lines of $c"
done

test_case 'wrong use of the program'
run cpadmin
expect_status 2
expect_err_contains 'a command is missing'
run cpadmin opertor
expect_status 2
expect_err_contains 'did you mean operator?'
run cpadmin xyzzy
expect_status 2
expect_err_contains 'cpadmin --help lists the commands'
run cpadmin --nonsense
expect_status 2
expect_err_contains '--nonsense: no such option'
expect_out_empty

test_case 'wrong use of a command'
run cpadmin operator
expect_status 2
expect_err_contains 'verbs: add, renew, suspend, resume, remove, list'
run cpadmin operator lst
expect_status 2
expect_err_contains 'did you mean list?'
expect_err_contains 'verbs: add'
run cpadmin operator suspend
expect_status 2
expect_err_contains 'NAME is missing'
expect_err_contains 'usage: cpadmin operator suspend NAME'
run cpadmin operator suspend a b
expect_status 2
expect_err_contains 'too many arguments: at most 1'
run cpadmin operator list a
expect_status 2
expect_err_contains 'takes no arguments'
run cpadmin operator list --colums name
expect_status 2
expect_err_contains 'did you mean --columns?'
run cpadmin operator list --store
expect_status 2
expect_err_contains '--store: needs a value'
run cpadmin operator list --json=yes
expect_status 2
expect_err_contains '--json: takes no value'
run cpadmin operator list --reason x
expect_status 2
expect_err_contains '--reason: no such option'
run cpadmin operator add mary --role team
expect_status 2
expect_err_contains '--uid is missing'
run cpadmin operator add mary --uid 7
expect_status 2
expect_err_contains '--role is missing'

test_case 'a value that was mistyped is not repeated'
run cpadmin operator list --reson='Zoe Ahmed'
expect_status 2
expect_no 'Zoe' in "$ERR_FILE"

test_case 'errors as JSON'
run cpadmin operator lst --json
expect_status 2
expect_out_empty
expect_err_json '[.kind, .v, .code]' '["error",1,2]'
expect_err_json .what 'operator: no such verb: lst'
expect_err_json '.hint | startswith("did you mean list?")' true
expect_err_json 'keys | length' 5
run cpadmin --json
expect_status 2
expect_err_json .code 2
run cpadmin operator list --store "$T/nowhere" --json
expect_status 4
expect_err_json .code 4

test_case 'a store that is not there'
run cpadmin operator list --store "$T/nowhere"
expect_status 4
expect_err_contains "cpadmin init"
mkdir "$T/file-store"
echo nonsense >"$T/file-store/store.db"
run cpadmin operator list --store "$T/file-store"
expect_status 8

new_store
test_case 'options stand anywhere, -- ends them'
ok cpadmin --json operator list
expect_json '.kind' operators
ok cpadmin operator --json list
expect_json '.kind' operators
STORE=$CPADMIN_STORE
unset CPADMIN_STORE
ok cpadmin --store "$STORE" operator list --json
expect_json '.rows | length' 1
ok cpadmin operator list "--store=$STORE"
CPADMIN_STORE=$T/nowhere ok cpadmin operator list --store "$STORE"
export CPADMIN_STORE=$STORE
run cpadmin operator suspend -- --json
expect_status 4
expect_err_contains 'no such operator: --json'

test_case 'a link named after a command'
ln -s "$CPADMIN" "$T/cpadmin-operator"
ok "$T/cpadmin-operator" list --json
expect_json '.rows | length' 1
ok "$T/cpadmin-operator" --help
expect_out_contains 'usage: cpadmin operator add'
ln -s "$CPADMIN" "$T/cpadmin-nonsense"
run "$T/cpadmin-nonsense" list
expect_status 2
ln -s "$CPADMIN" "$T/cpadmin-archive"
ok "$T/cpadmin-archive" --help
expect_out_contains 'usage: cpadmin archive'

test_case 'a program loads what its commands need, and no more'
brings() {
	ldd "$1" | awk '{ print $1 }' |
	    grep -cE '^lib(archive|pango|cairo|fontconfig|qrencode|qpdf)'
}
expect_eq "$(brings "$CPADMIN")" 0 'of cpadmin'
expect_eq "$(brings "$BUILD/cpschedd")" 0 'of cpschedd'
expect_eq "$(brings "$CPADMIN-full")" 1 'of cpadmin-full: libarchive'
expect_true [ "$(brings "$CPADMIN-print")" -ge 1 ]
ok cpadmin --help
expect_eq "$(grep -cE "$(cd "$ROOT/cpadmin" && printf '^  %s |' cmd_*.c |
    sed 's/cmd_//g; s/\.c / /g; s/|$//')" "$OUT_FILE")" \
    "$(find "$ROOT/cpadmin" -name 'cmd_*.c' | wc -l)" 'commands in the help'

test_case 'the full program is found where it is installed'
mkdir -p "$T/prefix/bin" "$T/prefix/libexec/cpadmin"
cp "$CPADMIN" "$T/prefix/bin/cpadmin"
run "$T/prefix/bin/cpadmin" archive list
expect_status 1
expect_err_contains 'cannot run cpadmin-full'
ok "$T/prefix/bin/cpadmin" operator list
cp "$CPADMIN-full" "$T/prefix/libexec/cpadmin/cpadmin-full"
ok "$T/prefix/bin/cpadmin" archive --help
ok "$T/prefix/libexec/cpadmin/cpadmin-full" operator list --json
expect_json '.rows | length' 1

test_case 'an ordinary user can start it'
if [ "$(id -u)" -eq 0 ] && have setpriv; then
	chmod 711 "$T" && chmod -R go+rX "$T/prefix"
	ok setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$T/prefix/bin/cpadmin" archive --help
	run setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$T/prefix/bin/cpadmin" operator list
	expect_status 9
else
	skip 'not root, or no setpriv'
fi

test_case 'a full disk or a reader that went away is a failure'
cpadmin operator list --json >/dev/full 2>"$ERR_FILE"
STATUS=$?
expect_status 1
expect_err_contains 'No space left on device'
cpadmin --help >/dev/full 2>"$ERR_FILE"
# shellcheck disable=SC2034
STATUS=$?
expect_status 1
{
	sleep 0.3
	cpadmin operator list >"/dev/fd/1" 2>"$T/pipe-err"
	echo $? >"$T/pipe-status"
} | true
expect_eq "$(cat "$T/pipe-status")" 1 'status'
expect_eq "$(cat "$T/pipe-err")" '' 'what it said'

test_case 'tables, columns, and text for people'
ok cpadmin operator list
expect_out_matches '^NAME +UID +ROLES +STATUS'
ok cpadmin operator list --columns status,name
expect_out_matches '^STATUS +NAME$'
ok cpadmin operator list --columns name --json
expect_json '.rows[0] | keys' '["name"]'
run cpadmin operator list --columns name,shoe
expect_status 2
expect_err_contains 'no such column: shoe'
expect_err_contains 'columns: name,uid'
expect_out_empty

test_case 'no core file, and files for their owner only'
mkfifo "$T/wait.cfg"
"$CPADMIN" init "$T/waiting" --rehearsal --policy "$T/wait.cfg" \
    >/dev/null 2>&1 &
PID=$!
for _ in $(seq 100); do
	[ -d "$(echo "$T"/waiting.tmp-*)" ] && break
	sleep 0.05
done
sleep 0.2
expect_true grep -qE '^Max core file size +0 +0 ' "/proc/$PID/limits"
expect_true grep -qE '^Umask:.0077' "/proc/$PID/status"
kill -KILL "$PID"
wait "$PID" 2>/dev/null
true
