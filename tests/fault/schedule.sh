#!/bin/bash
# The scheduler, hurt wherever it changes the disk: a job is done or will be
# done, and once.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/fault/sweep.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
SWEEP_DIR=$T/copies
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	SWEEP_DIR=$(mktemp -d /dev/shm/cpadmin-sweep.XXXXXX) || exit 1
	trap 'rm -rf "$SWEEP_DIR"; lib_finish' EXIT
fi
SWEEP_PROG=cpschedd
SWEEP_STATUS='0|1'
SWEEP_VOLATILE='(^|[/.-])lock$|/log-head$'

test_case 'the prepared store'
new_store --on 2020-01-01
sed -i '/^schedule/,$d' "$CPADMIN_STORE/cpadmin.conf"
cat >>"$CPADMIN_STORE/cpadmin.conf" <<'EOF'
schedule = {
	a = { command = "audit checkpoint"; every = "day"; };
};
EOF
ok "$BUILD/cpschedd" --once --on 2020-01-02

# Three nights, of which two are missed and one is done.
check() {
	local got

	got=$(sqlite3 "$1/store.db" "PRAGMA integrity_check;
	    SELECT group_concat(status || (attempts > 0), ' ') FROM
	    (SELECT * FROM job_run ORDER BY nominal)" 2>&1 | paste -sd ' ')
	[ "$got" = 'ok done1 missed0 missed0 done1' ] || {
		echo "found $got"
		return 1
	}
	"$CPADMIN" --store "$1" audit verify 2>&1 >/dev/null
}
sweep 'cpschedd --once' "$CPADMIN_STORE" check \
    "${MODES:-kill-before enospc}" "$BUILD/cpschedd" --once --quiet \
    --on 2020-01-05
