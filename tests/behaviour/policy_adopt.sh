#!/bin/bash
# Another policy: what `policy diff' says is what `policy adopt' then does; what
# was promised to archived records stays unless the policy says otherwise, and
# then their packages go to another shelf and can be opened as before.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
BASE=$ROOT/policies/contactpoint-2007.cfg

# policy FILE VERSION RULE=VALUE...: the pack with other values.
policy() {
	local file=$1 rule

	sed "s/^version = .*/version = \"$2\";/" "$BASE" >"$file"
	shift 2
	for rule in "$@"; do
		awk -v rule="${rule%%=*}" -v value="${rule#*=}" '
		    $1 == rule && $3 == "{" { inside = 1 }
		    inside && $1 == "value" {
			sub(/value = .*/, "value = " value ";"); inside = 0
		    }
		    { print }' "$file" >"$file.new" && mv "$file.new" "$file"
	done
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# What differs between two lists of records, in the words of a diff.
differences() {
	jq -r -n --slurpfile a "$1" --slurpfile b "$2" '
	    ($b[0].rows | map({ key: .id, value: . }) | from_entries) as $later
	    | $a[0].rows[] | . as $r | $later[.id] as $t
	    | (select([.next_action, .next_due] != [$t.next_action,
		$t.next_due]) | [.id, .next_action // "none", .next_due,
		$t.next_action // "none", $t.next_due]),
	      (select(.prune_due != $t.prune_due) | [.id, "prune", .prune_due,
		(if $t.prune_due then "prune" else "none" end), $t.prune_due])
	    | map(. // "-") | join(" ")' | sort
}

said() {
	jq -r '.rows[] | [.id, .action, .due_now, .action_then, .due_then] |
	    map(. // "-") | join(" ")' "$1" | sort
}

# adopt_as_said FILE: the diff, the dry adoption and the adoption agree, and
# nothing is left to say.  Leaves the rows of the diff in $T/diff.
adopt_as_said() {
	cpadmin record list --json >"$T/before"
	ok cpadmin policy diff "$1" --on "$ON" --json
	cp "$OUT_FILE" "$T/diff"
	ok cpadmin policy adopt "$1" --on "$ON" --dry-run --json
	jq 'del(.dry_run)' <<<"$OUT" >"$T/dry"
	cpadmin record list --json | cmp -s - "$T/before" ||
	    fail 'a dry adoption changed something'
	ok cpadmin policy adopt "$1" --on "$ON" --json
	expect_eq "$(jq 'del(.dry_run)' <<<"$OUT")" "$(cat "$T/dry")" adoption
	expect_json .moved "$(jq '.rows | length' "$T/diff")"
	cpadmin record list --json >"$T/after"
	diff <(said "$T/diff") <(differences "$T/before" "$T/after") \
	    >"$T/disagree" || fail 'what the diff said (<) and what happened (>)' \
	    "$(head -n 20 "$T/disagree")"
	ok cpadmin policy diff "$1" --on "$ON" --json
	expect_json '.rows | length' 0
	expect_eq "$(sql 'SELECT count(*) FROM record, store WHERE state IN
	    ("live", "archived") AND record.policy <> store.policy')" 0 \
	    'records of another policy'
	expect_eq "$(sql 'SELECT count(*) FROM record r JOIN package p
	    ON p.record = r.n AND p.status = "archived" WHERE
	    r.state = "archived" AND r.next_due <> p.destroy_due')" 0 \
	    'rows that say another day than their package'
}

# as_imported FILE: whoever nothing happened to but import has the dates that
# an import under this policy gives.
as_imported() {
	sql "SELECT id, next_due, prune_due FROM record WHERE state = 'live'
	    AND id NOT IN (SELECT subject FROM audit WHERE subject IS NOT NULL
		AND action <> 'record.create') ORDER BY id" >"$T/kept"
	rm -rf "$T/fresh"
	ok cpadmin init "$T/fresh" --rehearsal --authority E08000015 --quiet
	ok cpadmin policy adopt "$1" --store "$T/fresh"
	ok cpadmin record import "$T/people" --store "$T/fresh" --on 2009-01-01
	sqlite3 "$T/fresh/store.db" 'SELECT id, next_due, prune_due FROM record
	    ORDER BY id' | grep -F -f <(cut -d'|' -f1 "$T/kept") |
	    diff "$T/kept" - >"$T/disagree" ||
	    fail 'adopted (<), imported (>)' "$(head -n 20 "$T/disagree")"
	expect_true [ "$(wc -l <"$T/kept")" -gt 200 ]
	expect_true [ "$(grep -vc '|$' "$T/kept")" -gt 50 ]
}

moves() {
	jq -r '[.rows[].action] | group_by(.) | map("\(.[0]) \(length)") |
	    join(", ")' "$T/diff"
}

test_case 'a store of three thousand, some extended, dead, archived, in batches'
new_store --on 2009-01-01
policy "$T/1.cfg" 1.1 period='"P1Y"'
ok cpadmin policy adopt "$T/1.cfg" --on 2009-01-01
"$BUILD/population" --count 3000 --on 2009-01-01 --events "$T/events" \
    --consents "$T/consents" --years 3 --event-rate 1500 >"$T/people"
ok cpadmin record import "$T/people" --on 2009-01-01
jq -r 'select(.by != "representative" and .given >= "2009-01-02" and
    .given < "2011-06-01") | [.id, .ground, .by, .given] | @tsv' "$T/consents" |
while read -r id ground by given; do
	cpadmin consent give "$id" --ground "$ground" --by "$by" --date "$given" \
	    --statement v1 --evidence E1 --on "$given" --quiet >/dev/null ||
	    fail "no consent of $id"
done
grep -v '"moved"' "$T/events" | grep -v '"on":"201[1-9]' >"$T/fed"
run cpadmin record event --file "$T/fed" --on 2011-01-01
ok cpadmin retention run --on 2011-06-01 --yes --accept share --accept clock
ok cpadmin retention run --on 2012-03-01 --yes --accept share --accept clock
HELD=$(sql "SELECT id FROM record WHERE state = 'archived' LIMIT 1")
ok cpadmin hold place --record "$HELD" --reason x --legal-basis y --contact z \
    --review 2019-01-01 --on 2012-03-01
ok cpadmin retention run --on 2012-06-03 --yes --accept share --accept clock
ON=2012-06-04
expect_eq "$(sql "SELECT (SELECT count(*) FROM record WHERE parked = 1), (SELECT
    count(*) > 50 FROM record WHERE parked = 2), (SELECT count(*) > 50 FROM
    record WHERE parked = 0 AND state = 'archived')")" '1|1|1' \
    'held, in a batch, archived'
expect_eq "$(sql "SELECT count(*) > 10 FROM record WHERE extended_from IS NOT
    NULL AND state = 'live'")" 1 extended
expect_eq "$(sql "SELECT count(*) > 10 FROM record WHERE rule LIKE '%left%'
    OR rule LIKE '%death%'")" 1 'leaving or dead'

expect_moves() {
	[[ $(moves) =~ $1 ]] || fail "expected to move: $1" "moved: $(moves)"
}

n=1
while read -r -a rules; do
	n=$((n + 1))
	test_case "what a diff says, the adoption does: ${rules[*]}"
	policy "$T/$n.cfg" "$n" "${rules[@]}"
	ok cpadmin policy check "$T/$n.cfg"
	adopt_as_said "$T/$n.cfg"
	case ${rules[*]} in
	period*involvement*) expect_moves 'destroy.*prune' ;;
	period*) expect_moves destroy ;;
	involvement*) expect_moves prune ;;
	*) expect_moves archive ;;
	esac
	[ "$n" -ne 5 ] || as_imported "$T/$n.cfg"
done <<'END'
age_limit=17 reminder_age="P16Y"
leap_birthday="february-28" care_leaver_limit=24 connexions_limit=21
death_period="P6M" left_return_period="P1Y" left_none_stated_period="P2Y"
involvement_period="P2Y" sensitive_involvement_period="P6M"
age_limit=19 parent_lapse=17 withdrawal="P30D" involvement_period="P9Y"
period="P2Y" already_archived="lengthen"
period="P6M" already_archived="replace" involvement_period="P3Y"
period="P90Y" already_archived="replace"
period="P5Y" already_archived="replace"
END
