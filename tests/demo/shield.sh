# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# Children who must not be found: asked for, searched for, forgotten, opened
# once, archived and destroyed.  Where they are is called Canary in the feeds,
# which is no place in the authority and stands nowhere else.

SHIELDED=0	# shields in force, that of the one we follow among them
MISTAKEN=0	# rows about somebody ordinary that were set aside

# A girl or boy of sixteen, whose place is known by a word.
choose_hidden() {
	local record place='"addresses":\[{"type":"current"'

	record=$(quiet_child "\"birth_date\":\"$(d 1992)-04-1[0-9]\".*$place")
	[ -n "$record" ] || {
		short || die 'the population has nobody born in mid-April'
		record=$(quiet_child "\"birth_date\":\"$(d 1992).*$place")
	}
	[ -n "$record" ] ||
	    record=$(quiet_child "\"birth_date\":\"$(decade).*$place")
	HIDDEN=$(of id "$record")
	HIDDEN_BORN=$(of birth_date "$record")
	[ -n "$HIDDEN" ] || die 'nobody in the population has an address'
	sed -i "/\"id\":\"$HIDDEN\"/s/\"lines\":\[\"[^\"]*\"/\"lines\":[\"1 Canary Court\"/" \
	    "$WORK/people.ndjson"
}

# The list of a refuge: one child in two hundred, between five and fifteen.
# And what a feed brings that knows them by another spelling, another day or
# another name, and by the place where they are now.
shield_lists() {
	jq -c --arg from "$(d 1994)" --arg to "$(d 2004)" \
	    --arg known "$LEAPLING $SOMEONE $WRONG ${LEAVER:-} $HIDDEN" '
	    select(.birth_date > $from and .birth_date < $to and
		(.birth_date | length) == 10 and .left_england == null and
		.death == null and .addresses[0].type == "current" and
		(.names[0].given // "") != "") |
	    select(.id as $id | $known | contains($id) | not)' \
	    "$WORK/people.ndjson" |
	    awk -v want=$((CHILDREN / 200)) 'NR % 90 == 1 && n++ < want' |
	    jq -c '.addresses = [.addresses[0] |
		.lines = ["\(input_line_number + 1) Canary Court"]]' \
	    >"$WORK/refuge.ndjson"
	jq -r .id "$WORK/refuge.ndjson" >"$WORK/refuge.ids"
	people --on "$START" --count "$CHILDREN" --near 1 \
	    --near-report "$WORK/near.report" >"$WORK/near.all"
	paste "$WORK/near.report" "$WORK/near.all" |
	    grep -F -f <(sed 's/.*/"of":"&"/' "$WORK/refuge.ids") |
	    cut -f 2 | jq -c '.addresses[].lines[0] =
		"\(input_line_number) Canary Mews"' >"$WORK/near.ndjson"
	rm "$WORK/near.report" "$WORK/near.all"
}

# How many files hold a place that is hidden, keys apart: the passphrases of a
# rehearsal are no places.
canaries() {
	grep -rlaiE 'canary (court|mews)' "$CPADMIN_STORE" "$WORK/second" |
	    grep -cv "^$CPADMIN_STORE/keys/" || true
}

officers_first() {
	local name

	say "First the officers. What is hidden is sealed to them, and nobody
	    else opens it: not Anna, not Omar, nor the administrator with the
	    database in front of them. An officer makes their own identity,
	    under a passphrase of their own, and another admits them."
	run cpadmin operator add ruth --uid 2003 --role shield --on "$1"
	run cpadmin operator add ben --uid 2004 --role shield --on "$1"
	show cpadmin shield officer add --as ruth --on "$1"
	show cpadmin shield officer admit ruth --on "$1"
	run cpadmin shield officer add --as ben --on "$1"
	run cpadmin shield officer admit ben --as ruth --on "$1"
	run cpadmin shield officer remove second-officer --as ruth --on "$1"
	run cpadmin shield officer list --on "$1" --json
	expect 'officers who are active' \
	    "$(json '[.rows[] | select(.status == "active")] | length')" 3
}

asked_by_herself() {
	say "A child of sixteen asks: somebody looks for them. What tells the
	    place is hidden when the command ends, before anybody decides."
	expect 'files with the address before' "$(canaries)" 1
	show cpadmin shield request "$HIDDEN" --by child \
	    --reason 'my stepfather looks for me' \
	    --criterion 'significant harm' --evidence 'CASE 2009/17' --on "$1"
	expect 'files with the address after' "$(canaries)" 0
	say 'Whoever took the request down does not decide about it. Ruth does:'
	refused 5 cpadmin shield decide "$HIDDEN" grant --reason 'seen' \
	    --on "$1"
	show cpadmin shield decide "$HIDDEN" grant --as ruth \
	    --reason 'the police confirm it' --on "$1"
	say "This is what everybody sees from now on. It is the record of a
	    child about whom less is known, and says no more than that."
	show cpadmin record show "$HIDDEN" --reason 'a call from a hospital' \
	    --on "$1"
	unseen "$HIDDEN" "$1"
}

# unseen ID DAY: the record is there, and its place is not.
unseen() {
	run cpadmin record show "$1" --reason 'for the story' --on "$2" --json
	expect 'addresses and involvements that are shown' \
	    "$(json '(.addresses | length) + (.involvements | length)')" 0
}

list_of_a_refuge() {
	local n id

	n=$(wc -l <"$WORK/refuge.ndjson")
	say "A refuge sends its list, with the places where they are now: one
	    child in two hundred. It goes straight behind the shield."
	show cpadmin shield intake "$WORK/refuge.ndjson" --by practitioner \
	    --reason 'list of the refuge' --on "$1"
	run cpadmin shield list --on "$1" --json
	SHIELDED=$(json '.rows | length')
	expect 'shields' "$SHIELDED" $((n + 1))
	head -n 20 "$WORK/refuge.ids" | while read -r id; do
		run cpadmin shield decide "$id" grant --as ruth \
		    --reason 'seen with the refuge' --on "$1"
	done
	confirm 'files of the store that hold one of these places' \
	    "$(canaries)" 0
}

must_not_be_found() {
	local day

	day=$(d 2009-02-02)
	nights_until "$day"
	chapter "Children who must not be found, $day"
	officers_first "$day"
	asked_by_herself "$day"
	list_of_a_refuge "$day"
}

feed_would_find_them() {
	local day n q id

	day=$(d 2009-02-05)
	nights_until "$day"
	chapter "A feed that would have found them, $day"
	n=$(wc -l <"$WORK/near.ndjson")
	say "Another body sends what it knows: the same children, each spelt a
	    little otherwise, with days exchanged, under a former name, without
	    numbers; and with the address. Once these became second records in
	    clear. Now each row might be somebody, is set aside, and nothing
	    says whom it resembles."
	show cpadmin record import "$WORK/near.ndjson" --on "$day"
	run cpadmin record import "$WORK/near.ndjson" --on "$day" --json
	number_of created
	confirm 'records made by that feed' "$N" 0
	number_of quarantined
	confirm 'rows that were set aside' "$N" "$n"
	say "Ruth looks at one of them, beside whom it might be. Omar may know
	    that rows wait, and no more."
	show -n 3 cpadmin record quarantine list --as omar --on "$day"
	run cpadmin record quarantine list --on "$day" --json
	q=$(json '.rows[0].id')
	refused 9 cpadmin record quarantine show "$q" --reason 'curious' \
	    --as omar --on "$day"
	show -n 20 cpadmin record quarantine show "$q" \
	    --reason 'to be settled' --as ruth --on "$day"
	run cpadmin record quarantine show "$q" --reason 'to be settled' \
	    --as ruth --on "$day" --json
	id=$(json '.candidates[0].id')
	expect 'whom it might be is on the list' \
	    "$(grep -cxF -e "$id" "$WORK/refuge.ids")" 1
	show cpadmin record quarantine merge "$q" "$id" --as ruth \
	    --reason 'the same child' --on "$day"
	run cpadmin record import "$WORK/near.ndjson" --on "$day" --json
	number_of quarantined
	expect 'rows that wait when the feed comes again' "$N" $((n - 1))
	confirm 'files of the store that hold one of these places' \
	    "$(canaries)" 0
}

# Rows of a feed that were set aside and are about nobody who is hidden: an
# officer says so, and they come in.  In N, how many.
ordinary_after_all() {
	local q set_aside

	number_of quarantined
	[ "$N" -gt 0 ] || return 0
	run cpadmin record quarantine list --on "$1" --json
	mapfile -t set_aside < <(json \
	    ".rows[] | select(.file == \"$1.ndjson\" and .status == \"waiting\").id")
	N=${#set_aside[@]}
	for q in "${set_aside[@]}"; do
		run cpadmin record quarantine accept "$q" --as ruth \
		    --reason 'born last month' --on "$1"
	done
	MISTAKEN=$((MISTAKEN + N))
}

nobody_looks() {
	local day

	day=$(d 2009-09-07)
	nights_until "$day"
	chapter "Nobody looks at them, $day"
	say "A shield is to be looked at every six months, and a request to be
	    decided in four weeks. In this story nobody does. A shield never
	    ends by itself: these are overdue, are on the officers' work list,
	    and are as strong as before."
	show -n 4 cpadmin shield list --overdue --on "$day"
	run cpadmin shield list --overdue --on "$day" --json
	confirm 'overdue, and still hidden' "$(json '.rows | length')" \
	    "$SHIELDED"
	unseen "$HIDDEN" "$day"
	unseen "$(head -n 1 "$WORK/refuge.ids")" "$day"
	run cpadmin shield review "$HIDDEN" --as ruth \
	    --reason 'still looked for' --on "$day"
	override "$day"
	officer_leaves "$day"
}

override() {
	say "A surgeon needs a parent, now. Ruth opens it, once; Omar asks her
	    why, and writes down what he found."
	show cpadmin shield reveal "$HIDDEN" --as ruth \
	    --reason 'operation, the parent is to agree' --on "$1"
	expect 'the place is shown' \
	    "$(grep -c '1 Canary Court' "$WORK/out")" 1
	run cpadmin shield investigation list --as omar --on "$1" --json
	INVESTIGATION=$(json '.rows[0].investigation')
	expect 'investigations that are open' \
	    "$(json '[.rows[] | select(.status == "open")] | length')" 1
	refused 9 cpadmin shield investigation close "$INVESTIGATION" \
	    --finding 'it was me' --as ruth --on "$1"
	show cpadmin shield investigation close "$INVESTIGATION" --as omar \
	    --finding 'asked for by the hospital; confirmed by telephone' \
	    --on "$1"
	unseen "$HIDDEN" "$1"
}

officer_leaves() {
	say "Ben leaves. What is sealed gets headers without him; what is in it
	    is not touched, and nobody needs to know it for that."
	show cpadmin shield officer remove ben --as ruth --on "$1"
	run cpadmin shield officer list --on "$1" --json
	expect 'officers who cannot open something' \
	    "$(json '[.rows[] | select(.status == "active" and
	    .cannot_open != 0)] | length')" 0
	show cpadmin shield check --store-only --on "$1"
}

hidden_eighteen() {
	local day open

	day=$(d 2010-04-21)
	nights_until "$day"
	chapter "Hidden, and eighteen, $(d 2010)${HIDDEN_BORN:4}"
	say "The child who asked grew up and left for the archive like
	    everybody. What is hidden went along, still sealed. Two custodians
	    open the record, and find in it what everybody found before; for
	    the rest it takes an officer as well, and Omar hears of it."
	show cpadmin archive show "$HIDDEN" --on "$day"
	run cpadmin archive show "$HIDDEN" --on "$day" --json
	expect 'archived on' "$(json .archived)" "$(d 2010)${HIDDEN_BORN:4}"
	run cpadmin archive open "$HIDDEN" --purpose court-order \
	    --reason 'order 10/4' --on "$day" --json
	expect 'places that the custodians find' \
	    "$(grep -ci canary "$WORK/out" || true)" 0
	open=(cpadmin archive open "$HIDDEN" --shield --purpose court-order
	    --reason 'order 10/4' --on "$day")
	run "${open[@]}"
	printf '  $ %s\n' "$(typed "${open[@]}")"
	cut -c 1-70 "$WORK/out" | sed 's/^/    /'
	expect 'the place, with an officer' \
	    "$(grep -c '^Record document:.*1 Canary Court' "$WORK/out")" 1
	expect 'files of the store that hold a hidden place' "$(canaries)" 0
}

hidden_destroyed() {
	local day

	day=$(d 2016-05-09)
	nights_until "$day"
	chapter "Hidden to the end, $day"
	say "Six years and a day later that record was destroyed, and what was
	    hidden with it: seal, headers, reasons. The log still says that
	    there was a case, and about whom it was nobody can tell any more."
	run cpadmin record list --state destroyed --on "$day" --json
	expect 'destroyed records of that number' "$(json \
	    "[.rows[] | select(.id == \"$HIDDEN\")] | length")" 1
	refused 4 cpadmin shield show "$HIDDEN" --reason 'for the story' \
	    --on "$day"
	run cpadmin shield list --on "$day" --json
	expect 'cases of that number' "$(json \
	    "[.rows[] | select(.id == \"$HIDDEN\")] | length")" 0
}

prove_shields() {
	local day=$END

	chapter 'What was hidden'
	say "Eight years of feeds, letters, nights and archives later, every
	    shielded record is looked at once more; and each file of the store
	    is searched for the places that it was told. They are still there:
	    an officer has one shown."
	show cpadmin shield check --store-only --on "$day"
	run cpadmin shield check --store-only --on "$day" --json
	expect 'what the check found' "$(json '.findings | length')" 0
	confirm 'files of the store that hold a hidden place' "$(canaries)" 0
	run cpadmin shield list --on "$day" --json
	run cpadmin shield reveal "$(still_live)" --as ruth \
	    --reason 'for the story' --on "$day"
	confirm 'hidden places that an officer is shown of one child' \
	    "$(grep -cE 'Canary (Court|Mews)' "$WORK/out")" 1
	[ "$MISTAKEN" -eq 0 ] ||
	    say "Of $(thousands "$IMPORTED") ordinary rows $MISTAKEN were set
	    aside although they were about somebody else, and came in once an
	    officer had looked."
}

# The last of the refuge's list who is live: those are the youngest.
still_live() {
	run cpadmin record list --state live --on "$END" --json
	json '.rows[].id' | grep -xFf "$WORK/refuge.ids" | tail -n 1
}
