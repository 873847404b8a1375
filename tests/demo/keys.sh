# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# The archive's own story: who holds its key, what disks do, and what remains
# of a key when all is over.

# The share files and the stock key of the custody key in use, which in a
# rehearsal lie beside the store.
custody_key() {
	KEY=$(cat "$CPADMIN_STORE/keys/custody.current")
	IDENTITY=$CPADMIN_STORE/keys/rehearsal/$KEY-custody.identity
	[ -f "$IDENTITY" ] ||
	    IDENTITY=$CPADMIN_STORE/keys/rehearsal/custody.identity
}

# A second disk, from the first night on; by the name under which it will be
# found when all has been put on disk.
second_disk() {
	mkdir -p "$WORK/second"
	printf '\n# A second copy of each volume.\narchive = { copy = "%s"; };\n' \
	    "$(cd "$BUILD" && pwd)/${WORK##*/}/second" \
	    >>"$CPADMIN_STORE/cpadmin.conf"
}

share_of() {
	printf '%s/keys/custody-%s-share-%s.age' "$CPADMIN_STORE" "$1" "$2"
}

payload_sums() {
	(cd "$CPADMIN_STORE/archive" && sha256sum -- *.tar)
}

custodian_leaves() {
	local day old

	day=$(d 2013-09-16)
	nights_until "$day"
	chapter "A custodian leaves, $day"
	say "No single person can open the archive: its key was dealt to three
	    custodians, any two of whom can. Once a year they show that their
	    shares still open."
	custody_key
	old=$KEY
	show cpadmin custody drill --share "$(share_of "$old" 1)" \
	    --share "$(share_of "$old" 2)" --share "$(share_of "$old" 3)" \
	    --on "$day"
	say "Now one of them leaves the council. Two come together once more,
	    and every package is given to a new key: only the headers are
	    rewritten, 200 bytes each. Not a byte of what they open is
	    touched."
	payload_sums >"$WORK/sums"
	show cpadmin custody rekey --reason 'the second custodian has left' \
	    --yes --on "$day"
	LAST='sha256sum'
	confirm 'volumes with a byte changed by that' \
	    "$(payload_sums | comm -3 - "$WORK/sums" | wc -l)" 0
	custody_key
	expect 'the key in use is another' "$([ "$KEY" != "$old" ] &&
	    echo yes)" yes
	say 'The shares of before open nothing any more, and are told so by
	    name:'
	run cpadmin archive list --status archived --json
	refused 7 cpadmin archive open "$(json '.rows[0].id')" \
	    --purpose court-order --reason 'two former custodians' \
	    --share "$(share_of "$old" 1)" --share "$(share_of "$old" 2)" \
	    --on "$day"
}

# Changes one byte in the middle of a file.
spoil() {
	local at byte

	at=$(($(stat -c %s "$1") / 2))
	byte=$(od -An -tu1 -j "$at" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\$(printf '%03o' $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

disk_goes_bad() {
	local day volume

	day=$(d 2014-05-20)
	nights_until "$day"
	chapter "A disk goes bad, $day"
	say "One bit in one volume turns over. Every night a part of the archive
	    is read from end to end; tonight it is this part's turn. There is a
	    second copy of each volume on another disk, and the bad one is
	    written anew from it."
	volume=$(cd "$CPADMIN_STORE/archive" && find . -name 'V-*.tar' |
	    sort | sed -n '2s|^\./||p')
	spoil "$CPADMIN_STORE/archive/$volume"
	refused 8 cpadmin archive scrub --on "$day"
	show cpadmin archive repair --yes --on "$day"
	run cpadmin archive verify --all --on "$day" --json
	expect 'volumes that are not ok' \
	    "$(json '[.rows[] | select(.status != "ok")] | length')" 0
}

court_order() {
	local day id batch

	day=$(d 2015-05-11)
	nights_until "$day"
	chapter "A court orders, $day"
	say "A court orders that one record be destroyed before its day. That
	    takes one approval more than a destruction that is due, and the
	    proposer's own does not count."
	run cpadmin archive list --shelf "$(d 2018-10 | tr -d -)" \
	    --status archived --json
	id=$(json '.rows[0].id')
	show cpadmin destruction early "$id" \
	    --legal-basis 'order of the county court, CC/15/204' \
	    --reason 'to be destroyed within seven days' --on "$day"
	run cpadmin destruction list --status proposed --on "$day" --json
	batch=$(json '[.rows[] | select(.kind == "early")][0].batch')
	show cpadmin destruction approve "$batch" --as anna --yes --on "$day"
	show cpadmin destruction approve "$batch" --as omar --yes --on "$day"
	APPROVED=$((APPROVED + 1))
	nights_until "$(date -u -d "$day +1 day" +%F)"
	run cpadmin destruction list --json
	expect 'the batch of the court' \
	    "$(json ".rows[] | select(.batch == \"$batch\").status")" 'done'
}

# The end of a key: its shelf is dead, the files have no slack, and the
# certificate is issued again.
last_copies() {
	local file=$CPADMIN_STORE/outbox/certificate-$FIRST_BATCH-2.json

	chapter 'The last copy'
	say "A key that is erased may live on in copies. Those of the first batch
	    were the headers in old backups, which die with the key of their
	    shelf, and whatever the database had left in the slack of its
	    pages. The slack is taken out once a month; then the certificate
	    is issued again, with the second date: the last known copy gone."
	show cpadmin sanitise --on "$END"
	run cpadmin retention run --on "$END" --yes --json
	show cpadmin verify "$file" --key "$WORK/authority.pub"
	run cpadmin destruction certificate "$FIRST_BATCH" --pdf \
	    "$WORK/certificate.pdf"
	say "For the file, as paper: $WORK/certificate.pdf."
	show cpadmin destruction try "$FIRST_BATCH" --on "$END"
	show cpadmin escrow list --on "$END"
}
