#!/bin/bash
# Consent to naming a sensitive service: what a person withdraws leaves the
# record, and no feed brings it back.
. "$(dirname "$0")/../lib.sh"
have sqlite3 || skip_all 'sqlite3 is not installed'

ON=2026-03-01

# one SERVICE PROVIDER [BASIS [EVIDENCE [START]]]: an involvement.
one() {
	jq -nc --arg s "$1" --arg p "$2" --arg b "${3:-}" --arg e "${4:-}" \
	    --arg d "${5:-2025-09-01}" '{service: $s, provider: $p, start: $d,
	    sensitive: (if $b == "" then null else {basis: $b} +
		(if $e == "" then {} else {evidence: $e} end) end)}'
}
# person ID [INVOLVEMENT...]
person() {
	local id=$1

	shift
	jq -nc --arg id "$id" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Zebedee", family: "Quillfeather"}], gender: "male",
	    birth_date: "2009-06-15", involvements: $ARGS.positional}' \
	    --jsonargs "$@"
}
# feed PERSON...: imports the lines.
feed() {
	printf '%s\n' "$@" >"$T/feed.ndjson"
	ok "$CPADMIN" record import "$T/feed.ndjson" --on "$ON" --json
}
db() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}
# services ID: those in its document.
services() {
	db "SELECT doc FROM document d JOIN record r ON r.n = d.record
	    WHERE r.id = '$1'" | jq -r '[.involvements[].service] | join(" ")'
}
# entries ID: the ledger's, as an officer sees them.
entries() {
	"$CPADMIN" consent list "$1" --reason t --as dot --on "$ON" --json |
	    jq -r '.rows | map([.consent, .ground, .by, .given, .evidence,
	    .status] | map(. // "-") | join(" ")) | join("; ")'
}
give() {
	"$CPADMIN" consent give "$1" --ground sensitive-service --by self \
	    --date "$ON" --statement sensitive-2026-1 --evidence "$3" \
	    --involvement "$2" --on "$ON" --json "${@:4}"
}

SCHOOL=$(one education 'Ridge School')
CLINIC=$(one sexual-health 'The Harbour')
MIND=$(one mental-health 'CAMHS North' consent SF-1)
DRUGS=$(one substance-abuse 'Response' significant-harm SH-1)

new_store --on 2026-01-01 --policy uk-2026
ok "$CPADMIN" operator add tim --uid 2001 --role team --on 2026-01-01
ok "$CPADMIN" operator add dot --uid 2002 --role dpo --on 2026-01-01

test_case 'a feed with sensitive services: entries in the ledger'
feed "$(person A "$SCHOOL" "$MIND" "$DRUGS")" "$(person B "$SCHOOL")"
expect_json '[.created, .suppressed] | map(tostring) | join(" ")' '2 0'
expect_eq "$(entries A)" 'C-0001 sensitive-service unstated 2025-09-01 SF-1 in-force; C-0002 significant-harm - 2025-09-01 SH-1 in-force'
expect_eq "$(entries B)" ''
ok "$CPADMIN" audit show --subject A --details --reason t --json
expect_json '.rows[0].detail | fromjson | .consents' 2
feed "$(person A "$SCHOOL" "$MIND" "$DRUGS")"
expect_json '[.updated, .unchanged] | map(tostring) | join(" ")' '0 1'

test_case 'they have nothing to do with how long a record stays'
ok "$CPADMIN" retention explain A --reason t --on "$ON" --json
expect_json '[.action, .due] | join(" ")' 'archive 2027-06-15'
expect_eq "$(jq -c '.steps' "$OUT_FILE" | grep -c 'C-000')" 0

test_case 'given to an involvement: marked in the record, and entered'
feed "$(person C "$SCHOOL" "$CLINIC")"
ok give C 1 FORM-9 --method in-person
expect_json '[.consent, .ground, .by, .status, .until, .next_due] |
    map(. // "-") | join(" ")' \
    'C-0003 sensitive-service self in-force - 2027-06-15'
expect_eq "$(db "SELECT doc FROM document WHERE record = 3" |
    jq -c '.involvements[1].sensitive')" \
    '{"basis":"consent","evidence":"FORM-9"}'
run give C 2 FORM-9
expect_status 4
run give C one FORM-9
expect_status 2
run "$CPADMIN" consent give C --ground sensitive-service --by self \
    --date $ON --statement S --evidence E --on $ON
expect_status 2
run "$CPADMIN" consent give C --ground care-leaver --by self --date $ON \
    --statement S --evidence E --involvement 1 --on $ON
expect_status 2

test_case 'significant harm: a reason, and nobody who gives it'
harm() {
	run "$CPADMIN" consent give B --ground significant-harm \
	    --involvement 0 --evidence SH-2 --date $ON --on $ON --json "$@"
}
harm
expect_status 2
harm --reason r --by self
expect_status 2
harm --reason 'told the nurse who did it'
expect_status 0
expect_eq "$(entries B)" 'C-0004 significant-harm - 2026-03-01 SH-2 in-force'
ok "$CPADMIN" consent list B --reason t --as dot --on $ON --json
expect_json '.rows[0].late_reason' 'told the nurse who did it'
run "$CPADMIN" consent withdraw B --ground significant-harm --date $ON --on $ON
expect_status 5
expect_err_contains 'cpadmin consent end'
ok "$CPADMIN" consent end B --ground significant-harm --date $ON --on $ON --json
expect_json '[.ended, .removed] | map(tostring) | join(" ")' '1 1'
expect_eq "$(services B)" ''

test_case 'from 18 no parent gives it'
run "$CPADMIN" consent give C --ground sensitive-service --by parent \
    --date 2027-06-15 --statement S --evidence E --involvement 1 \
    --on 2027-06-15
expect_status 5
ok "$CPADMIN" consent give C --ground sensitive-service --by parent \
    --date $ON --statement S --evidence E-P --involvement 1 --on $ON --json
expect_json '[.until, .renews] | join(" ")' '2027-06-15 C-0003'
ok "$CPADMIN" consent due --on 2027-06-01 --json --as dot
expect_json '.rows | map([.id, .due, .why, .ground] | join(" ")) | join(";")' \
    'C 2027-06-15 lapses sensitive-service'

test_case 'who sees no sensitive service sees no entry about one'
ok "$CPADMIN" consent list --as tim --on $ON --json
expect_json '.rows | length' 0
ok "$CPADMIN" consent list --as dot --on $ON --json
expect_json '.rows | length' 5
ok "$CPADMIN" consent list A --reason t --as tim --on $ON --json
expect_json '.rows | map([.id, .ground, .status] | join(" ")) | join("; ")' \
    'A unspecified-sensitive in-force'
expect_json '.rows[0] | [.consent, .by, .given, .evidence, .statement,
    .method, .entered] | map(. == null) | all' true
ok "$CPADMIN" consent list B --reason t --as tim --on $ON --json
expect_json '.rows | length' 0
ok "$CPADMIN" consent due --on 2027-06-01 --as tim --json
expect_json '.rows | map([.id, .consent, .ground, .by] | map(. // "-") |
    join(" ")) | join(";")' 'C - unspecified-sensitive -'
ok "$CPADMIN" record show A --reason t --as tim --on $ON --json
expect_no SF-1 in "$OUT_FILE"
for id in A B C; do
	ok "$CPADMIN" record history $id --reason t --as tim --on $ON --json
	for word in nurse harm sensitive-service SH-2 FORM-9 SF-1 E-P; do
		expect_no $word in "$OUT_FILE"
	done
	[ $id = A ] || expect_json '[.rows[] |
	    select(.action | startswith("consent."))] | length > 0' true
done

test_case 'withdrawn, by somebody who does not even see it: gone at once'
ok "$CPADMIN" consent withdraw C --date $ON --as tim --on $ON --json
expect_json '[.ended, .removed] | map(tostring) | join(" ")' '2 1'
expect_eq "$(services C)" education
ok "$CPADMIN" audit show --subject C --details --reason t --json
expect_no sexual in "$OUT_FILE"
expect_no Harbour in "$OUT_FILE"
ok "$CPADMIN" record show C --reason t --as dot --on $ON
expect_no sexual in "$OUT_FILE"
expect_no Harbour in "$OUT_FILE"

# What a feed may say of it, and what stands then.
test_case 'no feed brings it back'
for again in "$CLINIC" "$(one sexual-health 'the  HARBOUR')" \
    "$(one sexual-health 'The Harbour' consent FORM-9)" \
    "$(one sexual-health 'The Harbour' consent)" \
    "$(one sexual-health 'The Harbour' significant-harm)" \
    "$(one another 'Elsewhere' consent FORM-9)" \
    "$(one sexual-health 'The Harbour' '' '' 2026-02-28)"; do
	feed "$(person C "$SCHOOL" "$again")"
	expect_json '[.updated, .unchanged, .suppressed] | map(tostring) |
	    join(" ")' '0 1 1'
	expect_eq "$(services C)" education "$again"
done
feed "$(person C "$CLINIC" "$(one youth 'Club 7')" "$CLINIC")"
expect_json '[.updated, .suppressed] | map(tostring) | join(" ")' '1 2'
expect_eq "$(services C)" youth
ok "$CPADMIN" audit show --subject C --details --reason t --json
expect_json '[.rows[] | select(.action == "record.update")][-1].detail |
    fromjson | .suppressed' 2
printf '%s\n' "$(person C "$CLINIC")" >"$T/dry"
ok "$CPADMIN" record import "$T/dry" --dry-run --on $ON --json
expect_json .suppressed 1

test_case 'other services of the same kind come in as ever'
feed "$(person C "$SCHOOL" "$(one sexual-health 'The Lighthouse')")"
expect_json .suppressed 0
expect_eq "$(services C)" 'education sexual-health'
feed "$(person C "$SCHOOL")"

test_case 'a new consent, with its own reference, does'
feed "$(person C "$SCHOOL" "$(one sexual-health 'The Harbour' consent F-10)")"
expect_json .suppressed 0
expect_eq "$(services C)" 'education sexual-health'
expect_eq "$(entries C | grep -o '[^;]*in-force')" \
    ' C-0006 sensitive-service unstated 2025-09-01 F-10 in-force'

test_case 'an old feed after a new consent: the reference stays the new one'
feed "$(person C "$SCHOOL" "$(one sexual-health 'The Harbour' consent FORM-9)")"
expect_json .unchanged 1
feed "$(person C "$SCHOOL" "$CLINIC")"
expect_json .unchanged 1
expect_eq "$(entries C | tr ';' '\n' | grep -c 'FORM-9.*in-force')" 0
ok "$CPADMIN" consent withdraw C --date $ON --on $ON --json
expect_json .removed 1
feed "$(person C "$SCHOOL" "$CLINIC")"
expect_eq "$(services C)" education

test_case 'a feed that does not know what is sensitive does not reveal it'
feed "$(person D "$SCHOOL" "$CLINIC")"
ok give D 1 FORM-20
feed "$(person D "$SCHOOL" "$CLINIC" "$(one youth 'Club 7')")"
expect_json .updated 1
ok "$CPADMIN" record show D --reason t --as tim --on $ON --json
expect_json '[.involvements[].service] | join(" ")' \
    'education unspecified-sensitive youth'
expect_eq "$(entries D | tr ';' '\n' | wc -l)" 1

test_case 'one reference for two services: both leave'
feed "$(person E "$MIND" "$(one sexual-health 'The Harbour' consent SF-1)")"
expect_eq "$(entries E | tr ';' '\n' | wc -l)" 1
ok "$CPADMIN" consent withdraw E --ground sensitive-service --date $ON \
    --on $ON --json
expect_json '[.ended, .removed] | map(tostring) | join(" ")' '1 2'
feed "$(person E "$(one mental-health 'CAMHS North')" "$CLINIC")"
expect_json .suppressed 2
expect_eq "$(services E)" ''

test_case 'without a reference, each stands for itself'
feed "$(person F "$(one mental-health 'CAMHS North' consent)" \
    "$(one sexual-health 'The Harbour' consent)")"
expect_eq "$(entries F | tr ';' '\n' | wc -l)" 2
ok "$CPADMIN" consent withdraw F --consent "$(entries F | cut -d' ' -f1)" \
    --date $ON --on $ON --json
expect_json .removed 1
expect_eq "$(services F)" sexual-health

test_case 'corrections keep the ledger'
ok "$CPADMIN" record correct B --set involvements[0].service=mental-health \
    --set involvements[0].provider=North --reason t --on $ON \
    --set involvements[0].sensitive.basis=consent \
    --set involvements[0].sensitive.evidence=K-1
expect_eq "$(entries B | cut -d';' -f2)" \
    ' C-0011 sensitive-service unstated 2026-03-01 K-1 in-force'
ok "$CPADMIN" consent withdraw B --date $ON --on $ON
run "$CPADMIN" record correct B --set involvements[0].service=mental-health \
    --set involvements[0].provider=North --reason t --on $ON
expect_status 5
expect_err_contains 'basis is over'
expect_eq "$(services B)" ''
ok "$CPADMIN" record correct B --set involvements[0].service=mental-health \
    --set involvements[0].provider=North --reason t --on $ON \
    --set involvements[0].sensitive.basis=consent \
    --set involvements[0].sensitive.evidence=K-2

test_case 'a correction may say that a service was never sensitive'
ok "$CPADMIN" record correct B --set involvements[0].sensitive= --reason t \
    --on $ON
expect_eq "$(entries B | grep -c in-force)" 0
feed "$(person B "$(one mental-health North)")"
expect_json .suppressed 0
ok "$CPADMIN" record show B --reason t --as tim --on $ON --json
expect_json '.involvements[0].service' mental-health

test_case 'a record whose entries an older program did not make'
feed "$(person G "$MIND")"
db "PRAGMA foreign_keys=OFF; DELETE FROM consent_service WHERE consent IN
    (SELECT n FROM consent WHERE record = (SELECT n FROM record
    WHERE id = 'G')); DELETE FROM consent WHERE record = (SELECT n FROM record
    WHERE id = 'G')"
ok "$CPADMIN" consent withdraw G --date $ON --on $ON --json
expect_json '[.ended, .removed] | map(tostring) | join(" ")' '1 1'
feed "$(person G "$MIND")"
expect_eq "$(services G)" ''

test_case 'merged: what the one withdrew the other does not bring back'
feed "$(person H "$SCHOOL" "$MIND")" "$(person I "$SCHOOL" "$MIND")"
ok "$CPADMIN" consent withdraw H --date $ON --on $ON
ok "$CPADMIN" consent withdraw I --date $ON --on $ON
feed "$(person J "$SCHOOL" "$(one mental-health 'CAMHS North')")"
ok "$CPADMIN" record merge J H --reason t --on $ON
expect_eq "$(services H)" education

test_case 'through the archive and back, and no feed after it'
KEYS=$CPADMIN_STORE/keys
marks="SELECT group_concat(mark) FROM consent_service s JOIN consent c
    ON c.n = s.consent JOIN record r ON r.n = c.record WHERE r.id = 'C'"
before=$(db "$marks")
ok "$CPADMIN" record event C left-england --date $ON --intention no-return \
    --on $ON
ok "$CPADMIN" retention run --on $ON --yes --json --accept share
expect_json .archived 1
expect_eq "$(db "$marks")" ''
ok "$CPADMIN" archive restore C --reason t --set left_england.intention=return \
    --on $ON
expect_eq "$(db "$marks")" "$before"
feed "$(person C "$SCHOOL" "$CLINIC" "$(one x y consent F-10)")"
expect_json .suppressed 2

test_case 'pruned: the entry goes with what it was about'
feed "$(person K "$(one mental-health CAMHS consent PRUNE-1 2024-01-01 |
    jq -c '.end = "2025-02-01"')")"
expect_eq "$(entries K | grep -c PRUNE-1)" 1
ok "$CPADMIN" retention run --on $ON --yes --json --accept share
expect_json '.pruned >= 1' true
expect_eq "$(entries K)" ''
expect_no PRUNE-1 in "$CPADMIN_STORE/store.db"

test_case 'withdrawn at any point, it is nowhere and stays nowhere'
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
ON=2026-04-01
for round in 1 2 3; do
	id=P$round gone=
	kinds=("$CLINIC" "$MIND" "$(one sexual-health 'The Harbour' consent X-1)" \
	    "$(one substance-abuse 'Quay' consent)")
	feed "$(person $id "$SCHOOL" "${kinds[RANDOM % 4]}")"
	for step in 1 2 3 4 5; do
		case $((RANDOM % 5)) in
		0) feed "$(person $id "$SCHOOL" "${kinds[RANDOM % 4]}")" ;;
		1) run give $id 1 "G-$round-$step" ;;
		2) feed "$(person $id "${kinds[RANDOM % 4]}" \
		    "${kinds[RANDOM % 4]}")" ;;
		3) run "$CPADMIN" consent withdraw $id --date $ON --on $ON ;;
		4) feed "$(person $id "$SCHOOL")" ;;
		esac
	done
	run "$CPADMIN" consent withdraw $id --ground sensitive-service \
	    --date $ON --on $ON
	gone=$(db "SELECT count(*) FROM consent c JOIN record r ON r.n = c.record
	    WHERE r.id = '$id' AND ended IS NULL")
	expect_eq "$gone" 0 "entries in force, seed $SEED round $round"
	over=$(db "SELECT group_concat(DISTINCT evidence) FROM consent c JOIN
	    record r ON r.n = c.record WHERE r.id = '$id' AND evidence <> ''")
	ok "$CPADMIN" record show $id --reason t --as dot --on $ON --json
	expect_json '[.involvements[] | select(.sensitive != null)] | length' 0
	for e in ${over//,/ }; do
		feed "$(person $id "$SCHOOL" "$(one any "Any $e" consent "$e")")"
		expect_eq "$(services $id)" education "$e, seed $SEED"
	done
done
ok "$CPADMIN" audit verify
