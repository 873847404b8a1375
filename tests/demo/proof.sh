# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# The end: everything is counted, checked and opened from outside.

summary() {
	chapter "Eight years later, $END"
	year_table
	say "$(thousands "$ENTERED") deaths, departures, returns and moves were
	    entered on their days, $(thousands "$CONSENTS") consents given and
	    $(thousands "$WITHDRAWN") withdrawn; $(thousands "$LAPSED") records
	    left when an extension past 18 was over (LAPSED). Details of
	    $(thousands "$PRUNED") ended involvements were taken out. Anna
	    approved $(thousands "$APPROVED") batches, $SHELVES shelves lost
	    their keys for ever. The job took $(mean "$BUSY_US" "$BUSY_N") ms
	    a night, in which it archived
	    $((BUSY_RECORDS / (BUSY_N > 0 ? BUSY_N : 1))) records on average;
	    with nothing to do, as when it is run a second time, it takes
	    $(mean "$IDLE_US" "$IDLE_N") ms."
}

mean() {
	printf '%s' $(($2 > 0 ? $1 / $2 / 1000 : 0))
}

# No record lost, none in two states, and the catalogue agrees.
count_everything() {
	chapter 'Does it add up?'
	say "Every child who ever came is counted: in the directory, in the
	    archive, or destroyed, and never in two of them."
	run cpadmin record list --on "$END" --json
	json '.rows[] | [.state, .id] | @tsv' >"$WORK/states"
	show cpadmin retention forecast --months 6 --on "$END"
	printf '\n'
	LAST='cpadmin record list'
	confirm 'records ever imported' "$(wc -l <"$WORK/states")" "$IMPORTED"
	confirm 'different numbers among them' \
	    "$(cut -f 2 "$WORK/states" | sort -u | wc -l)" "$IMPORTED"
	confirm 'live, some of them with consent past 18' \
	    "$(grep -cE '^(live|extended)' "$WORK/states")" \
	    $((IMPORTED - ARCHIVED + RESTORED))
	confirm 'in the archive' "$(grep -c '^archived' "$WORK/states")" \
	    $((ARCHIVED - RESTORED - DESTROYED))
	confirm 'destroyed' "$(grep -c '^destroyed' "$WORK/states" || true)" \
	    "$DESTROYED"
	run cpadmin archive list --status archived --json
	json '.rows[].id' | sort >"$WORK/packages"
	confirm 'packages whose record is not in the archive, or twice' \
	    "$(sed -n 's/^archived\t//p' "$WORK/states" | sort |
	    comm -3 - "$WORK/packages" | wc -l)" 0
	short || expect 'two dozen shelves destroyed, or nearly' \
	    $((SHELVES > 20)) 1
}

prove_destruction() {
	local file=$CPADMIN_STORE/outbox/certificate-$FIRST_BATCH.json f
	local certified n=0

	chapter 'Proof of destruction'
	say "For each batch there is a signed certificate. Whoever gets one can
	    check it without the store, with nothing but the authority's public
	    key, which was copied aside on the first day."
	expect 'the certificate of the first batch' "$([ -f "$file" ] &&
	    echo there)" there
	cp "$file" "$WORK/certificate.json"
	show env -u CPADMIN_STORE "$CPADMIN" verify "$WORK/certificate.json" \
	    --key "$WORK/authority.pub"
	for f in "$CPADMIN_STORE"/outbox/certificate-*.json; do
		run cpadmin verify "$f" --key "$WORK/authority.pub" --json
		[[ $OUT == *'"valid":true'* ]] || die "$f is not valid" "$LAST"
		n=$((n + 1))
	done
	certified=$(find "$CPADMIN_STORE/outbox" -name 'certificate-*.json' \
	    ! -name 'certificate-D-*-*-*.json' -exec cat {} + | jq -n '[inputs.body | fromjson.items | length] | add')
	printf '\n'
	printf '  %-58s %12s\n' 'certificates, all of them valid' "$(thousands "$n")"
	confirm 'records destroyed by their lists' "$certified" "$DESTROYED"
	sed 's/destroy/Destroy/' "$WORK/certificate.json" >"$WORK/forged.json"
	say 'One letter changed, and it is a forgery:'
	refused 8 env -u CPADMIN_STORE "$CPADMIN" verify "$WORK/forged.json" \
	    --key "$WORK/authority.pub"
}

prove_log() {
	chapter 'The log'
	say "Every change and every look is an entry of a log that cannot be
	    edited quietly: the entries are the leaves of a tree of hashes
	    whose head is signed."
	show cpadmin audit verify --on "$END"
	run cpadmin audit verify --on "$END" --json
	expect 'the log is valid' "$(json .valid)" true
}

prove_archive() {
	local sealed=$WORK/package.age id

	chapter 'The archive, and no lock-in'
	say "Every byte of every volume is read and compared with its sum."
	printf '  $ cpadmin archive verify --all\n'
	run cpadmin archive verify --all --json
	cp "$WORK/out" "$WORK/volumes.json"
	run jq '.rows |= map(select(.copy | not))' "$WORK/volumes.json"
	printf '    %s volumes with %s live packages, and a copy of each, every one ok\n' \
	    "$(thousands "$(json '.rows | length')")" \
	    "$(thousands "$(json '[.rows[].live] | add')")"
	expect 'packages in the volumes' "$(json '[.rows[].live] | add')" \
	    $((ARCHIVED - RESTORED - DESTROYED))
	run cat "$WORK/volumes.json"
	expect 'volumes that are not ok' \
	    "$(json '[.rows[] | select(.status != "ok")] | length')" 0
	id=$(tail -n 1 "$WORK/packages")
	say "A package is a file of the age format. The stock age program and tar
	    open it, without any of our software, given the custodians' key."
	show cpadmin archive open "$id" --purpose subject-access \
	    --reason 'a person asks what was held' --sealed \
	    --output "$sealed" --on "$END"
	custody_key
	# shellcheck disable=SC2016
	printf '  $ age -d -i %s %s | tar --zstd -tv\n' "$IDENTITY" "$sealed"
	run age -d -i "$IDENTITY" -o "$WORK/package.tar.zst" "$sealed"
	run tar --zstd -tvf "$WORK/package.tar.zst"
	indented
	run tar --zstd -xOf "$WORK/package.tar.zst" record.json
	expect 'the record in the package' "$(json .id)" "$id"
	rm -f "$sealed" "$WORK/package.tar.zst"
}

# A name as somebody might write it who heard it once.
misspelt() {
	sed -E 's/Mac/Mc/; t; s/Mc/Mac/; t; s/ph/f/; t; s/(.)\1/\1/; t
	    s/ie/y/; t; s/y$/ie/; t; s/ck/k/; t; s/e$//' <<<"$1"
}

find_someone() {
	local heard

	heard=$(misspelt "$SOMEONE_NAME")
	chapter 'Three questions of an ordinary day'
	say "A hospital asks for $heard. Nobody is written like that; the search
	    goes by sound as well as by letters."
	show -n 6 cpadmin record find --name "$heard" \
	    --reason 'emergency admission' --on "$END"
	run cpadmin record find --name "$heard" --reason 'emergency admission' \
	    --on "$END" --json
	short || expect "those found as $heard who are $SOMEONE_NAME" "$(json \
	    "[.rows[] | select(.id == \"$SOMEONE\")] | length")" 1
}

why_still_here() {
	say "And: why is this young adult still in a directory of children?"
	show cpadmin retention explain "$LEAVER" \
	    --reason 'question of a councillor' --on "$END"
	run cpadmin retention explain "$LEAVER" --on "$END" --json
	expect 'the care leaver is' "$(json .state)" extended
}

what_waits() {
	say 'And: what waits for a person today? The most urgent first, each
	    with the command that settles it.'
	show -n 6 cpadmin worklist --role team --on "$END"
	show cpadmin retention forecast --months 24 --chart --on "$END"
}

farewell() {
	local took=$(((NOW - BEGAN) / 1000000))

	chapter 'Yours to explore'
	say "The store stays. Some commands to try (it is a rehearsal: --on DAY
	    says what day it is, and $END is today):"
	cat <<-EOF
	  export CPADMIN_STORE=$(realpath "$CPADMIN_STORE") PATH=$(realpath "$BUILD"):\$PATH
	  cpadmin retention plan --on $END --until $(date -u -d "$END +3 days" +%F)
	  cpadmin record show $SOMEONE --reason 'having a look' --on $END
	  cpadmin record history $WRONG --reason 'having a look' --on $END
	  cpadmin archive list --shelf $((${END:0:4} + 1))-02 | head
	  cpadmin notice show $SOMEONE --on $END
	  cpadmin notice preview --language ur --format easy-read -o ur.png --on $END
	  cpadmin sar list --all --as omar --on $END
	  ls $LETTERS/first
	EOF
	short || cat <<-EOF
	  cpadmin retention explain $LEAVER --on $(date -u -d "$END +3 years" +%F)
	  cpadmin destruction list | tail; cpadmin destruction show $FIRST_BATCH
	  cpadmin audit show --subject $LEAPLING
	EOF
	printf '\nAll of it held, in %s:%02d minutes.\n' $((took / 60)) \
	    $((took % 60))
}
