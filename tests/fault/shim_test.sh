#!/bin/bash
# The tools of the fault tests, tried on programs whose faults are known.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/sweep.sh"
# Every mode at every point: it is the sweep itself that is tested.
SWEEP_THIN=1

# hurt MODE AT CMD...: on a fresh $D, with counts beside it.
D=$T/box/store
replay() {
	sweep_run "$T/box" "$@"
	set -- $?
	cat "$T/box/out"
	cat "$T/box/err" >&2
	return "$1"
}
hurt() {
	local mode=$1 at=$2

	shift 2
	run replay "$mode" "$at" "$@"
	COUNT=$(sweep_word "$T/box" 1)
	STRUCK=$(sweep_word "$T/box" 2)
	LOG=$(cat "$T/box/log" 2>/dev/null)
}
fresh() {
	rm -rf "$T/box"
	mkdir -p "$D"
}
calls() {
	awk '{ print $3 }' <<<"$LOG" | sort -u | tr '\n' ' '
}

test_case 'counts what changes the folder and nothing else'
fresh
hurt count 0 dash -c "echo one >$T/outside"
expect_eq "$COUNT" 0 'outside the folder'
hurt count 0 dash -c "cat /dev/null; echo x; echo y >&2; [ -d $D ]"
expect_eq "$COUNT" 0 'reading and talking'
hurt count 0 dash -c "echo one >$D/a; echo two >>$D/a; : >$D/a; : >>$D/a"
expect_eq "$(awk '{ print $2, $3 }' <<<"$LOG" | tr '\n' ,)" \
    'space open,data write,data write,plain open,'
expect_eq "$COUNT" 4
expect_eq "$STRUCK" 0

test_case 'sees files of other names, links and folders'
fresh
hurt count 0 perl -e 'chdir $ARGV[0]; mkdir "d"; open F, ">", "d/x";
    syswrite F, "abc"; truncate F, 1; close F; rename "d/x", "y";
    link "y", "z"; symlink "y", "s"; unlink "s", "z"; rmdir "d"' "$D"
expect_eq "$(awk '{ print $3 }' <<<"$LOG" | tr '\n' ' ')" \
    'mkdir open write ftruncate rename link symlink unlink unlink unlink '

test_case 'a folder whose name only begins alike is not meant'
fresh
mkdir "$D-not"
hurt count 0 dash -c "echo x >$D-not/a; echo x >$D/../store-not/b"
expect_eq "$COUNT" 0
hurt count 0 dash -c "cd $D-not; echo x >../store/b"
expect_eq "$COUNT" 2

test_case 'only the named program is counted, and counts go on over exec'
fresh
SWEEP_PROG=perl hurt count 0 dash -c "echo x >$D/a"
expect_eq "$COUNT" 0
SWEEP_PROG=perl hurt count 0 dash -c "echo x >$D/a; exec perl -e 'mkdir \"$D/d\"'"
expect_eq "$COUNT" 1
hurt count 0 dash -c "echo x >$D/b; exec perl -e 'mkdir \"$D/e\"'"
expect_eq "$COUNT" 3

test_case 'kill before and after'
for n in 1 2; do
	fresh
	hurt kill-before $n dash -c "echo abcdef >$D/a; echo b >$D/b"
	expect_status 137
	expect_eq "$STRUCK" 1
	expect_no_file "$D/b"
	[ $n = 2 ] || expect_no_file "$D/a"
	[ $n = 1 ] || expect_eq "$(stat -c %s "$D/a")" 0
done
fresh
hurt kill-after 2 dash -c "echo abcdef >$D/a; echo b >$D/b"
expect_status 137
expect_eq "$(cat "$D/a")" abcdef
expect_no_file "$D/b"

test_case 'a torn write leaves half'
fresh
hurt torn 2 dash -c "echo abcdefg >$D/a; echo b >$D/b"
expect_status 137
expect_eq "$(cat "$D/a")" abcd
expect_no_file "$D/b"

test_case 'a full disk stays full, but files may still be removed'
fresh
: >"$D/old"
hurt enospc 2 dash -c "echo x >$D/a; echo x >$D/b; rm $D/old"
expect_err_contains 'No space left'
expect_eq "$(stat -c %s "$D/a")" 0
expect_no_file "$D/b"
expect_no_file "$D/old"
fresh
hurt enospc-short 2 perl -e 'open F, ">", "$ARGV[0]/a";
    print syswrite(F, "abcdef"), " "; print syswrite(F, "def") // "none $!"' "$D"
expect_out_contains '3 none No space left'

test_case 'an error once, and an error for good'
PROGRAM='open F, ">", "$ARGV[0]/a"; for (1 .. 3) {
    print syswrite(F, "x") // "E", " "; }'
fresh
hurt eio 3 perl -e "$PROGRAM" "$D"
expect_out_contains '1 E 1'
fresh
hurt eio-from 3 perl -e "$PROGRAM" "$D"
expect_out_contains '1 E E'

test_case 'threads and vectors: each call gets a number of its own'
if have cc || have gcc; then
	fresh
	cat >"$T/v.c" <<'C'
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>
static int fd;
static void *
work(void *unused)
{
	struct iovec v[2] = { { "ab", 2 }, { "cdefgh", 6 } };

	for (int i = 0; i < 500; i++)
		if (writev(fd, v, 2) < 0 || fsync(fd) != 0)
			return fd ? unused : &fd;
	return NULL;
}
int
main(int argc, char **argv)
{
	pthread_t t[4];

	fd = open(argv[argc - 1], O_WRONLY | O_CREAT | O_APPEND, 0600);
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
C
	ok "$(command -v gcc || command -v cc)" -D_GNU_SOURCE -pthread -o "$T/v" "$T/v.c"
	hurt count 0 "$T/v" "$D/a"
	expect_eq "$COUNT" 4001
	expect_eq "$(awk '!seen[$1]++' <<<"$LOG" | wc -l)" 4001
	fresh
	hurt torn 2 "$T/v" "$D/a"
	expect_status 137
	expect_eq "$(head -c 4 "$D/a")" abcd
else
	skip 'no C compiler'
fi

test_case 'a stream is refused, not missed'
fresh
cat >"$T/s.sh" <<EOS
exec mawk 'BEGIN { print "x" >"$D/a" }'
EOS
hurt count 0 sh "$T/s.sh"
expect_status 97
expect_err_contains 'written through stdio'

test_case 'SQLite shows every kind of its calls'
SQL='PRAGMA synchronous=FULL; CREATE TABLE t(a, b);
BEGIN; INSERT INTO t SELECT value, hex(randomblob(900)) FROM generate_series(1, 40); COMMIT;'
fresh
hurt count 0 sqlite3 "$D/x.db" "$SQL"
expect_status 0
for call in open pwrite fdatasync unlink; do
	expect_eq "$(calls | tr ' ' '\n' | grep -cx "$call\|${call#fdata}")" 1 \
	    "calls of kind $call in: $(calls)"
done
fresh
hurt count 0 sqlite3 "$D/x.db" "PRAGMA journal_mode=WAL; $SQL
    PRAGMA wal_checkpoint(TRUNCATE);"
expect_status 0
expect_true grep -q 'write .*x.db-wal' <<<"$LOG"
expect_true grep -q 'ftruncate .*x.db-wal' <<<"$LOG"
expect_true grep -q 'fd*a*t*a*sync .*x.db-wal' <<<"$LOG"

# The number of changes that strace sees is the number that we see.
test_case 'nothing passes by the shim'
if have strace && strace -o /dev/null true 2>/dev/null; then
	fresh
	strace -f -y -o "$T/strace" -e trace=write,pwrite64,writev,fsync,fdatasync,ftruncate,unlink,rename,mkdir \
	    sqlite3 "$D/x.db" "$SQL" >/dev/null
	want=$(grep -c "box/store" "$T/strace")
	fresh
	hurt count 0 sqlite3 "$D/x.db" "$SQL"
	expect_eq "$(grep -vc ' open ' <<<"$LOG")" "$want"
else
	skip 'no strace that may trace'
fi

# A transfer between two rows: whole or not at all.
mkdir "$T/bank"
sqlite3 "$T/bank/b.db" "PRAGMA journal_mode=WAL;
    CREATE TABLE a(id INTEGER PRIMARY KEY, v); CREATE TABLE done(one UNIQUE);
    INSERT INTO a VALUES (1, 100), (2, 0);" >/dev/null
transfer='BEGIN IMMEDIATE;
    UPDATE a SET v = v - 10 WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM done);
    UPDATE a SET v = v + 10 WHERE id = 2 AND NOT EXISTS (SELECT 1 FROM done);
    INSERT OR IGNORE INTO done VALUES (1); COMMIT;'
cat >"$T/transfer" <<EOS
#!/bin/sh
exec sqlite3 -bail "\$1/b.db" '$transfer'
EOS
chmod +x "$T/transfer"
# shellcheck disable=SC2317
balanced() {
	local got

	got=$(sqlite3 "$1/b.db" 'PRAGMA integrity_check;
	    SELECT group_concat(v) FROM a; SELECT count(*) FROM done;' |
	    tr '\n' ' ')
	[ "$got" = 'ok 90,10 1 ' ] || {
		echo "got $got"
		return 1
	}
}
SWEEP_STATUS='[0-9]|1[0-9]' sweep 'a transaction' "$T/bank" balanced '' "$T/transfer" '{}'

# What a power cut could undo: each missing sync is named, none when all are
# there.
cat >"$T/durable.c" <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* Publishes a file, then commits; leaves out the step that is named. */
int
main(int argc, char **argv)
{
	const char *without = argv[argc - 1];
	int f, d, w;

	if (chdir(argv[1]) != 0)
		return 1;
	f = open("t", O_WRONLY | O_CREAT, 0600);
	d = open(".", O_RDONLY);
	if (write(f, "volume", 6) != 6)
		return 1;
	if (strcmp(without, "file") != 0)
		fsync(f);
	close(f);
	if (rename("t", "volume") != 0)
		return 1;
	if (strcmp(without, "order") != 0)
		fsync(d);
	w = open("x.db-wal", O_WRONLY | O_CREAT, 0600);
	if (write(w, "commit", 6) != 6)
		return 1;
	if (strcmp(without, "order") == 0)
		fsync(d);
	f = open("later", O_WRONLY | O_CREAT, 0600);
	if (strcmp(without, "name") != 0)
		fsync(d);
	if (write(f, "x", 1) != 1)
		return 1;
	if (strcmp(without, "last") != 0)
		fsync(f);
	f = open("store.lock", O_WRONLY | O_CREAT, 0600);
	return write(f, "1", 1) != 1;
}
C
if have gcc || have cc; then
	test_case 'a careful program could lose nothing to a power cut'
	ok "$(command -v gcc || command -v cc)" -w -o "$T/durable" "$T/durable.c"
	undurable() {
		fresh
		hurt count 0 "$T/durable" "$D" "$1"
		expect_status 0
		sweep_undurable "$T/box/log" | sed "s|$D/||g"
	}
	expect_eq "$(undurable nothing)" ''
	for pair in 'file:call 3: t is renamed before it is synced' \
	    'order:call 6: a transaction is written before the folder of volume is synced' \
	    'name:call 8: the folder of later is never synced' \
	    'last:call 10: later is never synced'; do
		test_case "a missing sync is found: ${pair%%:*}"
		expect_true grep -qxF "${pair#*:}" <<<"$(undurable "${pair%%:*}")"
		expect_eq "$(undurable "${pair%%:*}" | grep -vc 'volume is never')" 1
	done
else
	test_case 'a missing sync is found'
	skip 'no C compiler'
fi

test_case 'an undumpable process of an ordinary user is followed too'
cat >"$T/shy.c" <<'C'
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
int
main(int argc, char **argv)
{
	int d, f;

	prctl(PR_SET_DUMPABLE, 0);
	d = open(argv[argc - 1], O_RDONLY);
	f = dup(openat(d, "a", O_WRONLY | O_CREAT, 0600));
	return mkdirat(d, "b", 0700) != 0 || write(f, "x", 1) != 1;
}
C
if [ "$(id -u)" = 0 ] && have gcc && have setpriv; then
	fresh
	ok gcc -w -o "$T/shy" "$T/shy.c"
	cp "$BUILD/fault.so" "$T/fault.so"
	chmod 711 "$T"
	chmod 777 "$T/box" "$D"
	SWEEP_PROG=shy BUILD=$T hurt count 0 setpriv --reuid 65534 --regid 65534 \
	    --clear-groups "$T/shy" "$D"
	chmod 700 "$T"
	expect_status 0
	expect_eq "$(calls)" 'mkdir open write '
else
	skip 'needs root, gcc and setpriv'
fi

# And what is not safe is found to be so.
test_case 'a sweep finds what is not atomic'
mkdir "$T/unsafe"
echo 5 >"$T/unsafe/n"
# shellcheck disable=SC2016
echo 'read n <$1/n || exit 0; [ $n = 6 ] || echo 6 >$1/n' >"$T/bump"
# shellcheck disable=SC2317
six() {
	[ "$(cat "$1/n")" = 6 ] || {
		echo "n is: $(cat "$1/n")"
		return 1
	}
}
tried() (
	# shellcheck disable=SC2034
	SWEEP_DURABLE=0
	# shellcheck disable=SC2034
	CASE='' PASSED=0 FAILED=0 SKIPPED=0 LIB_DIR=$T/inner
	mkdir -p "$LIB_DIR"
	: >"$LIB_DIR/failed"
	: >"$LIB_DIR/skipped"
	sweep inner "$@"
	lib_close_case
	echo "inner: $PASSED passed, $FAILED failed"
)
run tried "$T/unsafe" six 'kill-before kill-after' dash "$T/bump" '{}'
expect_out_contains 'inner: 1 passed, 2 failed'
expect_err_contains 'kill-after at 1 plain open store/n'
expect_err_contains 'n is: '
# Writes elsewhere and renames: safe.
# shellcheck disable=SC2016
echo 'read n <$1/n || exit 1; [ $n = 6 ] || { echo 6 >$1/t && mv $1/t $1/n; }' \
    >"$T/safe"
run tried "$T/unsafe" six '' dash "$T/safe" '{}'
expect_out_contains 'inner: 8 passed, 0 failed'
# Ignores its errors, and says done.
# shellcheck disable=SC2016
echo 'echo 6 >$1/t; mv $1/t $1/n; exit 0' >"$T/careless"
run tried "$T/unsafe" six 'enospc eio' dash "$T/careless" '{}'
expect_out_contains 'inner: 1 passed, 2 failed'
expect_err_contains 'says done, but'
# A command that changes nothing tells nothing.
run tried "$T/unsafe" true 'eio' true
expect_err_contains 'no change of the disk was seen'
