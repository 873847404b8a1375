#!/bin/bash
# What is hidden is opened with right, reason and passphrase, shown once, and
# looked into by somebody else.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

reveal() {
	"$CPADMIN" shield reveal "$@"
}

inv() {
	"$CPADMIN" shield investigation "$@"
}

new_store
ok cpadmin operator add bob --uid 2001 --role shield
ok cpadmin operator add dora --uid 2002 --role dpo
ok cpadmin operator add both --uid 2003 --role shield --role dpo
ok cpadmin operator add tim --uid 2004 --role team
ok cpadmin operator add far --uid 2005 --role shield --authority E10000016
cat >"$T/rows" <<'EOF'
{"cpadmin":"record/1","id":"KID-1","authority":"E08000015","names":[{"type":"current","given":"Zoe","family":"Hill"}],"gender":"female","birth_date":"2015-01-01","addresses":[{"type":"current","lines":["1 Canary Street","Birkenhead"],"postcode":"CH41 1AA"}],"carers":[{"name":"Maeve Hill","relation":"mother","responsibility":true,"phone":"0151 496 0000"}],"involvements":[{"service":"education","provider":"Canary School","start":"2020-09-01"}]}
{"cpadmin":"record/1","id":"KID-2","authority":"E08000015","names":[{"type":"current","given":"Bo","family":"Mill"}],"gender":"male","birth_date":"2015-02-02"}
EOF
ok cpadmin record import "$T/rows"
ok cpadmin shield request KID-1 --by parent --reason 'asked for'
CASE_ID=$(cpadmin shield list --json | jq -r '.rows[0].case')

test_case 'who has not the role is told the same of whoever it is'
for who in tim dora; do
	for id in KID-1 KID-2 KID-9; do
		run reveal $id --reason x --as $who
		expect_status 9
		expect_out_empty
		cp "$ERR_FILE" "$T/err-$id"
	done
	expect_true cmp "$T/err-KID-1" "$T/err-KID-2"
	expect_true cmp "$T/err-KID-1" "$T/err-KID-9"
done
run reveal KID-1 --reason x --as far
expect_status 9
run reveal KID-2 --reason x
expect_status 5
expect_err_contains 'nothing of record KID-2 is hidden'
run reveal KID-9 --reason x
expect_status 4
run reveal KID-1
expect_status 2
run reveal KID-1 --reason ''
expect_status 2
expect_eq "$(sql 'SELECT count(*) FROM investigation')" 0

test_case 'a wrong passphrase shows nothing and opens nothing'
(umask 077 && echo 'not the passphrase' >"$T/wrong")
run reveal KID-1 --reason x --passphrase-file "$T/wrong"
expect_status 7
expect_out_empty
expect_eq "$(sql 'SELECT count(*) FROM investigation')" 0

test_case 'a closed gate closes this way too'
ok cpadmin shield gate close E08000015 --reason x
run reveal KID-1 --reason x
expect_status 5
expect_out_empty
ok cpadmin shield gate sign E08000015 --reason x
ok cpadmin shield gate open E08000015 --reason x --as bob

test_case 'shown once, as a record is'
ok cpadmin record show KID-1 --reason x
expect_no Canary in "$OUT_FILE"
ok reveal KID-1 --reason 'REASON-ONE for it'
expect_out_contains 'Address        1 Canary Street, Birkenhead, CH41 1AA'
expect_out_contains 'telephone 0151 496 0000'
expect_out_contains 'Canary School'
expect_err_contains 'INV-0001 is open'
ok cpadmin record show KID-1 --reason x
expect_no Canary in "$OUT_FILE"
ok reveal KID-1 --reason REASON-TWO --as bob --json
expect_json '.addresses[0].lines[0], .carers[0].phone, .cpadmin' \
    '1 Canary Street
0151 496 0000
record/1'

test_case 'nothing of it is kept, and the reasons are sealed'
sync
expect_no Canary in "$CPADMIN_STORE"
expect_no REASON-ONE in "$CPADMIN_STORE"
expect_no REASON-TWO in "$CPADMIN_STORE"
ok cpadmin audit show --json
expect_json '[.rows[] | select(.action == "shield.reveal") |
    .subject + " " + .actor] | join(",")' "$CASE_ID root,$CASE_ID bob"

test_case 'each opened an investigation, on the worklist of a dpo'
ok inv list --json
expect_json '[.rows[] | .investigation + " " + .id + " " + .status + " " +
    .opened_by + " " + (.open_alike | tostring)] | join(",")' \
    'INV-0001 KID-1 open root 1,INV-0002 KID-1 open bob 1'
ok cpadmin worklist --as dora --json
expect_json '[.rows[] | select(.kind == "shield-override") | .id + " " +
    .role] | join(",")' 'INV-0001 dpo,INV-0002 dpo'
expect_no 'such openings' in "$OUT_FILE"
ok cpadmin worklist --as tim --json
expect_json '[.rows[] | select(.kind == "shield-override")] | length' 0

test_case 'several by one officer of one child are said to be so'
ok reveal KID-1 --reason again --as bob
ok reveal KID-1 --reason 'and again' --as bob
ok cpadmin worklist --as dora --json
expect_json '[.rows[] | select(.id == "INV-0002") | .what] | .[0]' \
    'bob opened what is hidden of KID-1; 3 such openings by the same officer are open'
expect_json '[.rows[] | select(.id == "INV-0001") | .what] | .[0]' \
    'root opened what is hidden of KID-1'

test_case 'who may look into it'
for verb in list 'show INV-0001' 'close INV-0001 --finding x'; do
	# shellcheck disable=SC2086
	run inv $verb --as tim
	expect_status 9
done
run inv close INV-0001 --finding x --as bob
expect_status 9
run inv show INV-0001 --as far
expect_status 9
ok inv list --as far --json
expect_json '.rows | length' 0
run inv show INV-9999
expect_status 4
run inv close INV-0001 --as dora
expect_status 2
run inv close --finding x --as dora
expect_status 2

test_case 'who opened it does not close it'
ok reveal KID-1 --reason mine --as both
run inv close INV-0005 --finding fine --as both
expect_status 5
expect_err_contains 'another data protection officer'
ok cpadmin worklist --as both --json
expect_json '[.rows[] | select(.id == "INV-0005") | .what] | .[0]' \
    'both opened what is hidden of KID-1; another data protection officer looks into it'
# The same person under another name, outside a rehearsal.
sql "UPDATE investigation SET opened_uid = $(id -u) WHERE id = 'INV-0005'"
sql 'UPDATE store SET rehearsal = 0'
run inv close INV-0005 --finding fine
expect_status 5
sql 'UPDATE store SET rehearsal = 1'

test_case 'closed with a finding, which is sealed'
ok inv close INV-0001 --finding FINDING-ONE --as dora --json
expect_json '[.status, .closed_by] | join(" ")' 'closed dora'
run inv close INV-0001 --finding x --as dora
expect_status 5
expect_no FINDING-ONE in "$CPADMIN_STORE"
ok inv show INV-0001 --as dora --json
expect_json '[.reason, .finding] | join("|")' 'REASON-ONE for it|FINDING-ONE'
ok inv list --json
expect_json '[.rows[] | .investigation] | .[-1]' INV-0001
ok cpadmin worklist --as dora --json
expect_json '[.rows[] | select(.id == "INV-0001")] | length' 0

test_case 'without an officer they are left out, and that is said'
rm "$CPADMIN_STORE"/keys/rehearsal/officer-*.pass
run setsid -w "$CPADMIN" shield investigation show INV-0001 --as dora --json \
    </dev/null
expect_status 0
expect_json '[.reason, .finding] | tostring' '[null,null]'
run setsid -w "$CPADMIN" shield reveal KID-1 --reason x </dev/null
expect_status 7
expect_out_empty
expect_eq "$(sql 'SELECT count(*) FROM investigation')" 5
ok cpadmin audit verify
