# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# What is told, in the order of time.  Each chapter lets the nights pass up to
# its day and then does by hand, with the real commands, what people do.

opening() {
	chapter "An authority, $START"
	say "This is a rehearsal. $AUTHORITY_NAME and its $(thousands "$CHILDREN")
	    children are invented; the program, the rules ($POLICY) and the
	    clockwork are real. A rehearsal store may be told
	    what day it is, so that eight years pass in minutes. First the
	    store and its keys, then two more people: Anna, who may approve a
	    destruction but do nothing else, and Omar, the data protection
	    officer. Then the first feed."
	show cpadmin init "$CPADMIN_STORE" --rehearsal --policy "$POLICY" \
	    --authority "$AUTHORITY" --on "$START"
	cp "$CPADMIN_STORE/keys/signing.pub" "$WORK/authority.pub"
	second_disk
	show cpadmin operator add anna --uid 2001 --role approver --on "$START"
	show cpadmin operator add omar --uid 2002 --role dpo --on "$START"
	show cpadmin record import "$WORK/people.ndjson" --on "$START" --json
	number_of created
	expect 'children imported at the start' "$N" "$CHILDREN"
	IMPORTED=$N
	add "${START:0:4} imported" "$N"
}

first_night() {
	nights_until "$START"
	say "And the job that will now run every night. The first one finds
	    what the feed brought too late: young people already 18 or gone
	    from England, who are archived at once, and services that ended
	    too long ago, whose details are taken out of the records."
	printf '  $ %s\n' "$(typed $LAST)"
	indented
	night_time "$START"
	expect 'archived by the same job, run again' "$N" 0
}

wrong_birth_date() {
	local day

	day=$(d 2009-06-15)

	nights_until "$day"
	chapter "A birth date typed wrong, $day"
	say "A head teacher rings: a girl or boy of eight has vanished from the
	    directory. The record is in the archive; the feed had said born
	    $WRONG_TYPED, so that the record left on what looked like an 18th
	    birthday. Right is $WRONG_RIGHT. Two of the three custodians come
	    together, the package is opened, put right and made live again,
	    and the copy in the archive can never be opened any more."
	show -n 8 cpadmin archive show "$WRONG" --on "$day"
	show cpadmin archive restore "$WRONG" --set "birth_date=$WRONG_RIGHT" \
	    --reason 'born ten years later than the feed said' --on "$day"
	RESTORED=$((RESTORED + 1))
	run cpadmin retention explain "$WRONG" --on "$day" --json
	expect 'the restored record is' "$(json .state)" live
	expect 'it now stays until' "$(json .due)" \
	    "$((${WRONG_RIGHT:0:4} + 18))${WRONG_RIGHT:4}"
}

# How many files of the store hold the NHS number of the one we follow.
traces() {
	grep -rlaF "$LEAPLING_NUMBER" "$CPADMIN_STORE" | wc -l || true
}

leap_eighteen() {
	nights_until "$(d 2010-02-28)"
	chapter "Born on 29 February, $(d 2010-02-28)"
	say "One of those we follow was born on $LEAP. $(d 2010) has no such day:
	    when is the 18th birthday? The policy says 1 March. Tonight, on the
	    28th, the record stays; any officer can ask why."
	show cpadmin retention explain "$LEAPLING" \
	    --reason 'asked at the counter' --on "$(d 2010-02-28)"
	expect 'the record on 28 February is' "$(grep -c live "$WORK/out")" 1
	expect 'files with the NHS number before' "$(traces)" 1
	nights_until "$(d 2010-03-01)"
	say "One night later it is sealed in the archive, to be destroyed when
	    six years are over: from 2 March $(d 2016). The NHS number, which one
	    could read in the database yesterday, is nowhere in the store in
	    clear."
	show cpadmin archive show "$LEAPLING" --on "$(d 2010-03-01)"
	run cpadmin archive show "$LEAPLING" --on "$(d 2010-03-01)" --json
	expect 'archived on' "$(json .archived)" "$(d 2010-03-01)"
	expect 'to be destroyed from' "$(json .destroy_due)" "$(d 2016-03-02)"
	expect 'files with the NHS number after' "$(traces)" 0
}

# The rules in force with two of them changed, as version 2.
second_version() {
	run cpadmin policy show "$CPADMIN_POLICIES/$POLICY.cfg" --json
	expect 'the version of the policy' \
	    "$(json '.rows[] | select(.rule == "version").value')" 1
	sed -e 's/^version = "1"/version = "2"/' \
	    -e "s/^effective = .*/effective = \"$1\";/" \
	    -e '/death_period = {/,/}/s/value = "P1Y"/value = "P9M"/' \
	    -e '/sensitive_involvement_period = {/,/}/s/"P1Y"/"P9M"/' \
	    "$CPADMIN_POLICIES/$POLICY.cfg" >"$WORK/$POLICY-2.cfg"
}

# How many of those in moved.ids are in the archive on DAY.
moved_archived() {
	run cpadmin record list --state archived --on "$1" --json
	json '.rows[].id' | grep -cxFf "$WORK/moved.ids" || true
}

new_rules() {
	local day next moves

	day=$(d 2013-03-04) next=$(d 2013-03-05)
	nights_until "$day"
	chapter "Two rules change, $day"
	say "The council wants a child who died to leave the directory nine
	    months after the notification, not a year, and what was held of a
	    sensitive service to go as soon. Before anybody adopts that, one
	    command says whose dates would move, and to which day."
	second_version "$day"
	show -n 8 cpadmin policy diff "$WORK/$POLICY-2.cfg" --on "$day"
	sed 's/^/    /' "$WORK/err"
	run cpadmin policy diff "$WORK/$POLICY-2.cfg" --on "$day" --json
	moves=$(json '.rows | length')
	json ".rows[] | select(.action_then == \"archive\" and
	    .due_then <= \"$next\").id" >"$WORK/moved.ids"
	expect 'somebody moves' "$((moves > 0))" 1
	show cpadmin policy adopt "$WORK/$POLICY-2.cfg" --on "$day"
	run cpadmin policy diff "$WORK/$POLICY-2.cfg" --on "$day" --json
	expect 'who would move once it is in force' "$(json '.rows | length')" 0
	nights_until "$next"
	LAST='cpadmin retention run'
	expect 'of those due at once, in the archive next morning' \
	    "$(moved_archived "$next")" "$(wc -l <"$WORK/moved.ids")"
	say "It said $(thousands "$moves") dates, of which
	    $(thousands "$(wc -l <"$WORK/moved.ids")") were past by then: those
	    records, and no others for that reason, left that night. What was
	    archived before keeps the day that was promised to it."
}

hold_one() {
	local day

	day=$(d 2014-12-01)

	nights_until "$day"
	chapter "A complaint, $day"
	say "The first records reach the end of their six years in January. A
	    family has complained about one of them, so Omar places a hold: it
	    stops the destruction of that record and nothing else."
	run cpadmin archive list --shelf "$(d 2015-01)" --status archived --json
	HELD_ID=$(json "[.rows[].id | select(. != \"$ABROAD\")][7]")
	show cpadmin hold place --record "$HELD_ID" \
	    --reason 'complaint 14/311 about the handling of the record' \
	    --legal-basis 'complaints procedure, stage 2' \
	    --contact legal@example.org --review "$(d 2015-06-01)" --as omar \
	    --on "$day"
	run cpadmin hold list --json
	HOLD_ONE=$(json '.rows[-1].hold')
}

first_destruction() {
	local day

	day=$(d 2015-01-02)

	nights_until "$day"
	chapter "Two people for a destruction, $day"
	say "Tonight's job found the first records whose time is over. It
	    destroys none of them: it proposes a batch. Whoever proposed it
	    cannot approve it."
	show cpadmin destruction list --status proposed --on "$day"
	run cpadmin destruction list --status proposed --on "$day" --json
	FIRST_BATCH=$(json '.rows[0].batch')
	refused 5 cpadmin destruction approve "$FIRST_BATCH" --yes --on "$day"
	show cpadmin destruction approve "$FIRST_BATCH" --as anna --yes \
	    --on "$day"
	APPROVED=$((APPROVED + 1))
	nights_until "$(d 2015-01-03)"
	say "The next night destroys what she approved: the only key of each
	    package is erased, in the same moment in which holds are checked
	    once more. From now on Anna looks at the proposals of the week."
	run cpadmin destruction list --on "$(d 2015-01-03)" --json
	expect 'the first batch is' \
	    "$(json ".rows[] | select(.batch == \"$FIRST_BATCH\").status")" 'done'
}

hold_all() {
	nights_until "$(d 2015-07-01)"
	chapter "Everything stops, $(d 2015-07-01)"
	say "A national inquiry asks every authority to keep what it has. One
	    command, and no record is destroyed until the hold is released, by
	    somebody else than the one who placed it. Archiving goes on: a
	    hold never keeps anybody in the live directory."
	show cpadmin hold place --all --reason 'national inquiry' \
	    --legal-basis 'Inquiries Act 2005 s.21' \
	    --contact legal@example.org --review "$(d 2015-12-15)" --on "$(d 2015-07-01)"
	local before=$DESTROYED archived=$ARCHIVED
	nights_until "$(d 2015-12-15)"
	expect 'destroyed while everything is held' "$((DESTROYED - before))" 0
	say "Five and a half months later: $(thousands $((ARCHIVED - archived)))
	    more records archived, none destroyed,
	    $(thousands "$HELD") waiting behind the hold. Whoever placed it may
	    not release it; Omar may."
	run cpadmin hold list --json
	HOLD_ALL=$(json '.rows[] | select(.scope == "all").hold')
	refused 5 cpadmin hold release "$HOLD_ALL" --reason 'inquiry closed' \
	    --on "$(d 2015-12-15)"
	show -n 4 cpadmin hold release "$HOLD_ALL" \
	    --reason 'the inquiry said in writing that it has closed' \
	    --as omar --on "$(d 2015-12-15)"
}

leap_destroyed() {
	nights_until "$(d 2016-03-02)"
	chapter "Six years and a day, $(d 2016-03-02)"
	say "The record of the child born on 29 February came to the archive on
	    1 March $(d 2010). Six years from then end on 1 March $(d 2016), so that
	    tonight's job could propose it for the first time."
	show cpadmin retention explain "$LEAPLING" \
	    --reason 'asked at the counter' --on "$(d 2016-03-02)"
	run cpadmin retention explain "$LEAPLING" --on "$(d 2016-03-02)" --json
	expect 'destruction is due' "$(json .due)" "$(d 2016-03-02)"
	approve_proposed "$(d 2016-03-02)"
	nights_until "$(d 2016-03-03)"
	say "Anna approved at once, and the next night it is gone. What is left
	    is a tombstone: an opaque number, dates, the rule, and a
	    certificate."
	run cpadmin record list --state destroyed --on "$(d 2016-03-03)" --json
	expect 'destroyed records of that number' "$(json \
	    "[.rows[] | select(.id == \"$LEAPLING\")] | length")" 1
	refused 5 cpadmin archive open "$LEAPLING" --purpose court-order \
	    --reason 'a court asks, too late' --on "$(d 2016-03-03)"
	show cpadmin record history "$LEAPLING" --reason 'for the story' \
	    --on "$(d 2016-03-03)"
	expect 'files with the NHS number at the end' "$(traces)" 0
}

hold_one_ends() {
	local day

	day=$(d 2016-06-20)

	nights_until "$day"
	chapter "The complaint is settled, $day"
	say "The record that Omar held a year and a half ago is still there,
	    and the program says what keeps it."
	run cpadmin retention explain "$HELD_ID" --on "$day" --json
	expect 'what blocks it' "$(json '.blocked_by | length')" 1
	show cpadmin hold list --on "$day"
	show cpadmin hold release "$HOLD_ONE" --reason 'complaint settled' \
	    --on "$day"
}
