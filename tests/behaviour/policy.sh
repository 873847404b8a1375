#!/bin/bash
# Policies are loaded whole or not at all, and say where their rules come from.
. "$(dirname "$0")/../lib.sh"

PACK=$ROOT/policies/uk-2026.cfg

test_case 'the packs that come with the program are good'
for pack in contactpoint-2007 uk-2026; do
	run cpadmin policy check "$ROOT/policies/$pack.cfg"
	expect_status 0
	run cpadmin policy check "$ROOT/policies/$pack.cfg" --json
	expect_status 0
	expect_json '.kind' policy-problems
	expect_json '.rows | length' 0
done

test_case 'a policy is shown rule by rule, each with its source'
run cpadmin policy show "$PACK" --json
expect_status 0
expect_json '.rows[0] | .rule + " " + .value' 'name uk-2026'
expect_json '[.rows[] | select(.rule | contains("."))] | length' 55
expect_json '[.rows[] | select(.rule | contains(".")) |
    select(.source == "" or .source == null)] | length' 0
expect_json '.rows[] | select(.rule == "archive.period") | .value' P6Y
expect_json '[.rows[] | select(.stated | not)] | length' 0
run cpadmin policy show "$PACK"
expect_status 0
expect_out_contains retention.age_limit

test_case 'what an older policy does not say is shown as not stated'
sed '/^\t\(reconfirm_period\|already_archived\) = {/,/^\t};/d
    /^\t\(open_operators\|drill_period\|early_approvals\) = {/,/^\t};/d
    /^shield = {/,/^};/d' \
    "$PACK" >"$T/older.cfg"
run cpadmin policy check "$T/older.cfg"
expect_status 0
run cpadmin policy show "$T/older.cfg" --json
expect_status 0
expect_json '[.rows[] | select(.stated | not) | .rule + " " + .value] |
    join(", ")' 'consent.reconfirm_period never, archive.already_archived keep, '\
'archive.open_operators 1, archive.drill_period never, '\
'destruction.early_approvals as destruction.approvals, '\
'shield.decide_period P28D, shield.review_period P6M, '\
'shield.hide address, contact, school, practice, practitioner, involvements, '\
'shield.mail_hold_days 28'
expect_json '.rows[] | select(.rule == "archive.already_archived") | .source' \
    'this policy does not say'

test_case 'all problems come at once, with file, line and cause'
sed -e 's/value = 18;/value = 4294967314;/' \
    -e 's/value = "P6Y"/value = "6 years"/' \
    -e 's/value = 26;/valu = 26;/' "$PACK" >"$T/bad.cfg"
echo 'extra = true;' >>"$T/bad.cfg"
run cpadmin policy check "$T/bad.cfg" --json
expect_status 10
expect_json '.rows | length' 6
expect_json '[.rows[] | select(.file != "'"$T/bad.cfg"'")] | length' 0
expect_json '.rows == (.rows | sort_by(.line))' true
expect_json '.rows[-1].line' "$(wc -l <"$T/bad.cfg")"
expect_json '.rows[-1].what' "unknown setting \`extra'"
expect_json '.rows[0].line' \
    "$(grep -n 4294967314 "$T/bad.cfg" | head -n 1 | cut -d: -f1)"
expect_json '[.rows[] | select(.what | contains("too large"))] | length' 2
expect_err_json '.code' 10
run cpadmin policy check "$T/bad.cfg"
expect_status 10
expect_out_contains 'archive.period: not a period'
expect_out_contains 'guards.clock_ahead_hours: the value is absent'
expect_err_contains 'and 5 more'

test_case 'an absent rule belongs to no line'
sed '/^\tdeath_period = {/,/^\t};/d' "$PACK" >"$T/absent.cfg"
run cpadmin policy check "$T/absent.cfg" --json
expect_status 10
expect_json '.rows | length' 1
expect_json '.rows[0].line' null
expect_json '.rows[0].what' 'the rule retention.death_period is absent'

test_case 'no other file is drawn in'
{ cat "$PACK"; echo '@include "/etc/hostname"'; } >"$T/include.cfg"
run cpadmin policy check "$T/include.cfg"
expect_status 10
expect_out_contains '@include is refused'
run cpadmin policy show "$T/include.cfg"
expect_status 10
expect_out_empty

test_case 'files that are none'
run cpadmin policy check "$T/none.cfg"
expect_status 4
run cpadmin policy check "$T"
expect_status 1
run cpadmin policy check /dev/zero
expect_status 10
run cpadmin policy check
expect_status 2

test_case 'a store shows the policy in force'
new_store --policy uk-2026
run cpadmin policy show --json
expect_status 0
expect_json '.rows[0].value' uk-2026
