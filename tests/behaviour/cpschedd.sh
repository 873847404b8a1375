#!/bin/bash
# The scheduler as a service: what it tells its manager, how fast it ends,
# and what is left when it is killed.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

# A scheduler whose cpadmin knows some commands more.
mkdir "$T/bin"
cp "$BUILD/cpschedd" "$T/bin/"
cat >"$T/bin/cpadmin" <<EOF
#!/bin/bash
echo "\$\$ \$1" >>"$T/log"
case \$1 in
slow) exec sleep 60 ;;
flood) exec yes 'a line of no use' ;;
deaf) trap '' TERM; for ((;;)); do sleep 1; done ;;
loud) yes 'a line of no use' | head -n 70000
	yes 'chat' | head -n 50000 >&2
	echo '{"what":"too much noise"}' >&2
	exit 1 ;;
busy) echo '{"what":"busy"}' >&2; exit 6 ;;
*) exec "$CPADMIN" "\$@" ;;
esac
EOF
chmod +x "$T/bin/cpadmin"
PIDS=()
trap 'kill -9 "${PIDS[@]}" 2>/dev/null; lib_finish' EXIT

sql() {
	sqlite3 -cmd '.timeout 10000' "$CPADMIN_STORE/store.db" "$1"
}

conf() {
	sed -i '/^schedule/,$d' "$CPADMIN_STORE/cpadmin.conf"
	printf 'schedule = {\n%s\n};\n' "$1" >>"$CPADMIN_STORE/cpadmin.conf"
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# until_true CMD...: within ten seconds.
until_true() {
	local i

	for ((i = 0; i < 200; i++)); do
		"$@" && return
		sleep 0.05
	done
	fail "it did not come to: $*" "$(cat "$T/said" "$T/err" 2>/dev/null)"
}

# start [ENV...]: the scheduler, with a manager that listens.
start() {
	rm -f "$T/notify" "$T/said"
	"$BUILD/notified" "$T/notify" "$T/said" &
	LISTENER=$!
	PIDS+=("$LISTENER")
	until_true test -S "$T/notify"
	env NOTIFY_SOCKET="$T/notify" "$@" "$T/bin/cpschedd" 2>"$T/err" &
	PID=$!
	PIDS+=("$PID")
}

# stop SIGNAL: STATUS of the scheduler, and TOOK, in ms.
stop() {
	local begun

	begun=$(now_ms)
	kill "-$1" "$PID"
	wait "$PID"
	STATUS=$?
	TOOK=$(($(now_ms) - begun))
	kill "$LISTENER"
	wait "$LISTENER" 2>/dev/null
}

said() {
	grep -q -e "$1" "$T/said" 2>/dev/null
}

status_of() {
	sql "SELECT status FROM job_run WHERE job = '$1'
	    ORDER BY nominal DESC LIMIT 1"
}

is() {
	[ "$(status_of "$1")" = "$2" ]
}

new_store
LIMIT=1000
sanitized "$BUILD/cpschedd" && LIMIT=3000

test_case 'it says that it is ready, what comes next, and that it lives'
conf 'a = { command = "audit checkpoint"; every = "day"; at = "00:00"; };'
start WATCHDOG_USEC=200000
until_true said 'READY=1'
until_true is a 'done'
until_true said 'STATUS=0 running; next: a 20'
sleep 0.7
expect_true test "$(grep -c 'WATCHDOG=1' "$T/said")" -ge 5
expect_true kill -0 "$PID"

test_case 'a second one on the same store'
run "$T/bin/cpschedd"
expect_status 6
expect_err_contains 'another cpschedd'
run "$T/bin/cpschedd" --once
expect_status 6

test_case 'it ends within a second'
stop TERM
expect_status 0
expect_true test "$TOOK" -lt "$LIMIT"
expect_true said 'STOPPING=1'
expect_eq "$(sql "SELECT status FROM job_run")" 'done'

test_case 'with a job that is under way, too: it goes on at the next start'
conf 'slow = { command = "slow"; every = "day"; at = "00:00"; };'
start
until_true is slow running
until_true said 'STATUS=1 running'
stop INT
expect_status 0
expect_true test "$TOOK" -lt "$LIMIT"
expect_eq "$(status_of slow)" interrupted
start
until_true is slow running
expect_eq "$(sql "SELECT attempts FROM job_run WHERE job = 'slow'")" 2
ok cpadmin schedule status --json
expect_json '.rows[0].outcome' running
run cpadmin schedule run slow --again
expect_status 6
stop TERM

test_case 'and with one that does not listen'
conf 'deaf = { command = "deaf"; every = "day"; at = "00:00"; };'
start
until_true is deaf running
sleep 0.2
stop TERM
expect_status 0
expect_true test "$TOOK" -lt "$LIMIT"
expect_eq "$(status_of deaf)" interrupted
expect_false pgrep -f "$T/bin/cpadmin deaf"

test_case 'while the store is being written, too'
conf 'slow2 = { command = "slow"; every = "day"; at = "00:00"; };'
start
until_true is slow2 running
sqlite3 "$CPADMIN_STORE/store.db" >"$T/writer" <<EOF &
.timeout 5000
BEGIN IMMEDIATE;
.shell sleep 1.6
ROLLBACK;
EOF
WRITER=$!
sleep 0.3
stop TERM
expect_status 0
expect_true test "$TOOK" -lt "$LIMIT"
wait "$WRITER"
expect_eq "$(status_of slow2)" running
start
until_true said READY
until_true test "$(sql "SELECT attempts FROM job_run
    WHERE job = 'slow2'")" -eq 2
stop TERM

test_case 'it waits for a store that is busy'
conf 'b = { command = "audit verify"; every = "day"; at = "00:00"; };'
sqlite3 "$CPADMIN_STORE/store.db" >"$T/writer" <<EOF &
.timeout 5000
BEGIN IMMEDIATE;
.shell sleep 1.2
ROLLBACK;
EOF
WRITER=$!
sleep 0.3
start
until_true said READY
wait "$WRITER"
until_true is b 'done'
stop TERM
expect_status 0

test_case 'one that hangs is stopped, and holds up no other for long'
conf 'hang = { command = "slow"; every = "day"; at = "00:00"; timeout = 1; retries = 0; };
flood = { command = "flood"; every = "day"; at = "00:00"; timeout = 1; retries = 0; };
next = { command = "audit verify"; every = "day"; at = "00:00"; };'
run "$T/bin/cpschedd" --once --json
expect_status 3
expect_json '[.rows[] | .job + " " + .outcome] | join(",")' \
    'hang failed,flood failed,next done'
expect_json '.rows[0].what' 'it was stopped after 1 seconds'

test_case 'much noise, and its last line'
conf 'loud = { command = "loud"; every = "day"; at = "00:00"; };
busy = { command = "busy"; every = "day"; at = "00:00"; };'
run "$T/bin/cpschedd" --once --json
expect_status 3
expect_json '[.rows[].what] | join(",")' 'too much noise,busy'
run "$T/bin/cpschedd" --once --json
expect_status 0
expect_json '.rows | length' 0

test_case 'it wakes at the moment that is due'
WHEN=$(TZ=Europe/London date -d '+3 seconds' '+%F %T')
conf "soon = { command = \"audit verify\"; every = \"day\"; at = \"${WHEN#* }\"; };"
start
until_true said 'next: soon'
until_true eval "[ -n \"\$(sql \"SELECT 1 FROM job_run WHERE job = 'soon'
    AND nominal = '${WHEN% *}' AND status = 'done'\")\" ]"
expect_true test "$(sql "SELECT late FROM job_run WHERE job = 'soon'
    AND nominal = '${WHEN% *}'")" -le 5
stop TERM

test_case 'settings are read again'
conf ''
start
until_true said 'next: nothing'
conf 'c = { command = "audit verify"; every = "day"; at = "00:00"; };'
kill -HUP "$PID"
until_true said RELOADING=1
until_true is c 'done'
conf 'c = { comand = "audit verify"; every = "day"; at = "00:00"; };'
kill -HUP "$PID"
until_true grep -q 'the old settings stay' "$T/err"
expect_true grep -q 'comand is not a setting' "$T/err"
until_true said 'trouble: the old settings stay'
expect_true kill -0 "$PID"
stop TERM
expect_status 0
run "$T/bin/cpschedd"
expect_status 10
conf ''

test_case 'killed at any moment: nothing runs twice'
conf 'd = { command = "slow"; every = "day"; at = "00:00"; };
e = { command = "audit checkpoint"; every = "day"; at = "00:00"; };'
: >"$T/log"
start
until_true is d running
CHILD=$(awk '$2 == "slow" { print $1 }' "$T/log")
kill -9 "$PID"
wait "$PID" 2>/dev/null
until_true eval "! kill -0 $CHILD 2>/dev/null"
expect_eq "$(status_of d)" running
sed -i 's/"slow"/"audit verify"/' "$CPADMIN_STORE/cpadmin.conf"
# One that takes a moment to die is waited for.
flock "$CPADMIN_STORE/job-d.lock" sleep 0.8 &
sleep 0.1
ok "$T/bin/cpschedd" --once --json
expect_json '[.rows[] | .job + (.attempts | tostring)] | sort | join(" ")' \
    'd2 e1'
ok "$T/bin/cpschedd" --once --json
expect_json '.rows | length' 0
for ((i = 1; i <= 6; i++)); do
	conf "k$i = { command = \"audit checkpoint\"; every = \"day\"; at = \"00:00\"; };
	l$i = { command = \"retention run\"; every = \"day\"; at = \"00:00\"; };"
	"$T/bin/cpschedd" --once --quiet >/dev/null 2>&1 &
	PID=$!
	sleep "0.$(printf %03d $((i * 20)))"
	kill -9 "$PID" 2>/dev/null
	wait "$PID" 2>/dev/null
	run "$T/bin/cpschedd" --once --json
	expect_status 0
	expect_eq "$(sql "SELECT count(*), min(status), max(status),
	    min(exit_code), max(attempts) <= 2 FROM job_run
	    WHERE job IN ('k$i', 'l$i')")" '2|done|done|0|1'
	run "$T/bin/cpschedd" --once --json
	expect_json '.rows | length' 0
done
ok cpadmin audit verify

test_case 'an operator who may not any more'
conf ''
start
until_true said READY
sql "UPDATE operator SET status = 'suspended'"
kill -HUP "$PID"
until_true said 'trouble: '
sql "UPDATE operator SET status = 'active'"
stop TERM
expect_status 0
sql "UPDATE operator SET status = 'suspended'"
run "$T/bin/cpschedd"
expect_status 9
sql "UPDATE operator SET status = 'active'"

test_case 'options are completed'
expect_eq "$(bash -c '. "$0/cpadmin/completion.bash"
    COMP_WORDS=("$1" --o) COMP_CWORD=1
    _cpschedd
    echo "${COMPREPLY[*]}"' "$ROOT" "$BUILD/cpschedd")" '--once --on'

test_case 'what is installed'
ok make -s -C "$ROOT" -n install BUILD="$BUILD" DESTDIR="$T/root" PREFIX=/usr
expect_out_contains "$BUILD/cpschedd $T/root/usr/sbin/cpschedd"
expect_out_contains "$T/root/usr/lib/systemd/system/cpschedd.service"
expect_some 'Type=notify' in "$ROOT/cpadmin/cpschedd.service"
if have systemd-analyze; then
	sed "s|@SBIN@|$BUILD|" "$ROOT/cpadmin/cpschedd.service" \
	    >"$T/cpschedd.service"
	run systemd-analyze verify --man=no "$T/cpschedd.service"
	expect_status 0
	expect_err_empty
else
	skip 'systemd-analyze is not installed: the unit is not verified'
fi
