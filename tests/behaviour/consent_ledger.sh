#!/bin/bash
# The consent ledger: late entries, numbers, renewal, confirmation, and the
# words that people were shown.
. "$(dirname "$0")/../lib.sh"
have sqlite3 || skip_all 'sqlite3 is not installed'

ON=2026-11-21
person() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"E08000015",' "$1"
	printf '"names":[{"type":"current","given":"Zebedee",'
	printf '"family":"Quillfeather"}],"gender":"male",'
	printf '"birth_date":"%s"}\n' "$2"
}

give() {
	"$CPADMIN" consent give "$1" --ground "$2" --by "$3" --date "$4" \
	    --statement S2 --evidence FORM-1 --on "$ON" --json "${@:5}"
}

# ---- what more an entry holds -----------------------------------------------

# ledger FILTER: of the rows of the whole ledger on $ON.
ledger() {
	"$CPADMIN" consent list --json --on "$ON" | jq -r "$1"
}
# due [DAYS]: one line each.
due() {
	"$CPADMIN" consent due --within "${1:-90}" --json --on "$ON" |
	    jq -r '.rows[] | [.id, .due, .why, .ground, .by] | join(" ")'
}
# logged ACTION ID: the details of its last entry.
logged() {
	"$CPADMIN" audit show --subject "$2" --details --reason t --json |
	    jq -r --arg a "$1" '[.rows[] | select(.action == $a)][-1].detail'
}

new_store --policy uk-2026 --on 2026-01-01
{
	person D1 2008-03-01
	person D2 2008-03-01
	person D3 2008-06-30
	person D4 2008-03-01
	person D5 2009-12-31
} >"$T/d.ndjson"
ok "$CPADMIN" record import "$T/d.ndjson" --on 2026-01-01
ON=2026-01-10

test_case 'how it was given, and by what right'
run give D1 care-leaver self 2026-01-10 --method pigeon
expect_status 2
ok give D1 care-leaver self 2026-01-10 --method video
ok give D2 learning-difficulty representative 2026-01-10 --method letter \
    --best-interests BI-12
expect_eq "$(ledger '.rows | map([.id, .method, .evidence, .best_interests,
    .taken_by] | map(. // "-") | join(" ")) | join("; ")')" \
    'D1 video FORM-1 - root; D2 letter FORM-1 BI-12 root'
expect_eq "$(logged consent.give D2 | jq -r '[.method, .best_interests] |
    join(" ")')" 'letter BI-12'
ok give D1 connexions self 2026-01-10
expect_eq "$(ledger '.rows[2].method')" null 'not stated'

test_case 'entered late: with a reason, or not at all'
ON=2026-02-08
run give D3 care-leaver parent 2026-01-10
expect_status 5
expect_err_json '.hint | contains("--reason")' true
ok give D3 care-leaver parent 2026-01-10 --reason 'the form lay in a drawer'
expect_eq "$(ledger '.rows[-1] | [.given, .late_reason] | join(" ")')" \
    '2026-01-10 the form lay in a drawer'
ok give D3 learning-difficulty parent 2026-01-11 --reason 'a note'
expect_eq "$(ledger '.rows[-1].late_reason')" null 'not late'

test_case 'late over the 18th birthday: a reason, however few days'
ON=2026-03-02
run give D4 care-leaver self 2026-02-27
expect_status 5
expect_err_contains 'before the age limit'
run give D4 care-leaver self 2026-02-27 --reason ''
expect_status 5
ok give D4 care-leaver self 2026-02-27 --reason 'the post was slow'
expect_json .next_due 2033-03-01
ok "$CPADMIN" retention run --on 2026-03-02 --yes --json --accept share
expect_json .archived 0

test_case 'given after the age limit: kept, but it does not keep the record'
ON=2026-07-02
ok "$CPADMIN" consent withdraw D3 --date 2026-03-03 --on 2026-03-03 --json
run "$CPADMIN" consent give D3 --ground care-leaver --by self \
    --date 2026-07-01 --statement S2 --evidence E --on 2026-07-02
expect_status 0
expect_err_contains 'does not keep the record'

test_case 'no entry revives an archived record, whatever the reason'
ok "$CPADMIN" retention run --on 2026-07-02 --yes --json --accept clock \
    --accept share
expect_json .archived 1
run give D3 care-leaver self 2026-06-01 --reason 'found only now'
expect_status 5
expect_err_contains 'archived'
expect_err_json '.hint | contains("archive restore D3")' true
for verb in withdraw confirm; do
	run "$CPADMIN" consent $verb D3 --date 2026-07-02 --evidence E --on $ON
	expect_status 5
done

test_case 'numbers do not come back'
ok give D5 connexions self 2026-07-02
expect_json .consent C-0008
expect_eq "$(ledger '.rows | map(.consent) | join(" ")')" \
    'C-0001 C-0002 C-0003 C-0006 C-0008'

test_case 'restored: the ledger under its old numbers'
KEYS=$CPADMIN_STORE/keys/rehearsal
before=$(ledger '[.rows[] | select(.id == "D1")]')
ok "$CPADMIN" consent confirm D1 --date 2026-07-02 --evidence R-1 \
    --ground care-leaver --on $ON
ok "$CPADMIN" record event D1 left-england --date 2026-07-02 \
    --intention no-return --on $ON
ok "$CPADMIN" retention run --on 2026-07-03 --yes --json --accept share
expect_json .archived 1
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" "SELECT (SELECT count(*)
    FROM consent_confirmation) || ' ' || (SELECT count(*) FROM consent
    WHERE record = (SELECT n FROM record WHERE id = 'D1'))")" '0 0'
ok "$CPADMIN" archive restore D1 --reason 'it was another' \
    --set left_england.intention=return --on 2026-07-03
ON=2026-07-03
expect_eq "$(ledger '[.rows[] | select(.id == "D1")] |
    map([.consent, .method, .confirmed] | map(. // "-") | join(" ")) |
    join("; ")')" 'C-0001 video 2026-07-02; C-0003 - -'
expect_eq "$(jq -c 'map(.entered)' <<<"$before")" \
    "$(ledger '[.rows[] | select(.id == "D1")]' | jq -c 'map(.entered)')"
ok give D5 care-leaver self 2026-07-03
expect_json .consent C-0009

# ---- renewing and confirming ------------------------------------------------

test_case 'a parent gives, the person gives anew: the renewal counts'
new_store --policy uk-2026 --on 2026-01-01
{
	person E1 2008-03-01
	person E2 2008-03-01
	person E3 2008-02-29
	person E4 2008-03-01
} >"$T/e.ndjson"
ok "$CPADMIN" record import "$T/e.ndjson" --on 2026-01-01
ON=2026-01-05
ok give E1 care-leaver parent 2026-01-05
expect_json '[.until, .renews, .next_due] | map(. // "-") | join(" ")' \
    '2026-03-01 - 2026-03-01'
expect_eq "$(due)" 'E1 2026-03-01 lapses care-leaver parent'
ok give E1 learning-difficulty self 2026-01-05
expect_json '.renews' null
ON=2026-02-01
ok give E1 care-leaver self 2026-02-01
expect_json '[.until, .renews, .next_due] | join(" ")' \
    '2033-03-01 C-0001 2033-03-01'
expect_eq "$(ledger '.rows | map([.consent, .renews] | map(. // "-") |
    join(" ")) | join("; ")')" 'C-0001 -; C-0002 -; C-0003 C-0001'

ok give E4 care-leaver parent 2026-02-01
ok give E4 care-leaver self 2026-02-01

test_case 'what was withdrawn is not renewed'
ok "$CPADMIN" consent withdraw E1 --date 2026-02-01 --consent C-0002 --on $ON \
    --evidence W-1 --json
expect_json '[.consent, .ended, .removed] | map(tostring) | join(" ")' \
    'C-0002 1 0'
expect_eq "$(ledger '.rows[1] | [.status, .end_evidence, .ended_by] |
    join(" ")')" 'withdrawn W-1 root'
ok give E1 learning-difficulty self 2026-02-01
expect_json .renews null
run "$CPADMIN" consent withdraw E1 --date 2026-02-01 --consent C-0002 --on $ON
expect_status 5
run "$CPADMIN" consent withdraw E1 --date 2026-02-01 --consent 2 --on $ON
expect_status 2
run "$CPADMIN" consent withdraw E2 --date 2026-02-01 --consent C-0003 --on $ON
expect_status 5

test_case 'to be confirmed a year after 18, and every year'
ON=2026-02-01
ok give E2 care-leaver self 2026-02-01
expect_json .confirm_due 2027-03-02
ON=2026-12-01
expect_eq "$(due 90 | grep E2)" ''
expect_eq "$(due 91 | grep E2)" 'E2 2027-03-02 confirm care-leaver self'
ON=2027-05-01
expect_eq "$(due 0 | grep E2)" 'E2 2027-03-02 confirm care-leaver self' overdue
ok "$CPADMIN" consent confirm E2 --date 2027-04-30 --evidence R-9 --on $ON \
    --json
expect_json '[.id, .confirmed, .confirm_due] | map(tostring) | join(" ")' \
    'E2 1 2028-05-01'
expect_eq "$(due 0 | grep E2)" ''
expect_eq "$(logged consent.confirm E2 | jq -r '[.evidence, .confirmed] |
    map(tostring) | join(" ")')" 'R-9 1'
run "$CPADMIN" consent confirm E2 --date 2027-04-30 --evidence R-9 --on $ON
expect_status 5
expect_err_contains 'already'
run "$CPADMIN" consent confirm E2 --date 2027-05-02 --evidence R-9 --on $ON
expect_status 5
run "$CPADMIN" consent confirm E2 --date 2026-01-31 --evidence R-9 --on $ON
expect_status 5
run "$CPADMIN" consent confirm E2 --date 2027-05-01 --ground connexions \
    --evidence R-9 --on $ON
expect_status 5
run "$CPADMIN" consent confirm E2 --date 2027-05-01 --on $ON
expect_status 2

test_case 'only the last of a chain of renewals is to be confirmed'
ON=2027-05-01
expect_eq "$(due 0 | grep E1)" 'E1 2027-03-02 confirm care-leaver self
E1 2027-03-02 confirm learning-difficulty self'
ok give E1 care-leaver self 2027-05-01
expect_eq "$(due 0 | grep E1)" 'E1 2027-03-02 confirm learning-difficulty self'
ok "$CPADMIN" consent withdraw E1 --consent "$(ledger \
    '.rows[-1].consent')" --date 2027-05-01 --on $ON
expect_eq "$(due 0 | grep -c 'E1.*care-leaver')" 1 'the one before it again'

test_case 'a withdrawal is of what is in force, not of what lapsed'
ok "$CPADMIN" consent withdraw E4 --date 2027-05-01 --on $ON --json
expect_json '[.ended, .next_due] | map(tostring) | join(" ")' '1 2027-05-01'
expect_eq "$(ledger '[.rows[] | select(.id == "E4").status] | join(" ")')" \
    'lapsed withdrawn'

test_case 'what an older program left without dates gets them'
sqlite3 "$CPADMIN_STORE/store.db" 'UPDATE consent SET until = NULL,
    confirm_due = NULL'
expect_eq "$(due 36500 | wc -l)" 0
ok give E4 connexions self 2027-05-01
expect_eq "$(due 36500 | grep -cE 'E[12] .* (ends|confirm)')" 6

test_case 'not confirmed: it stands all the same'
night() {
	ok "$CPADMIN" retention run --on "$1" --yes --json --accept share \
	    --accept clock
}
night 2028-02-29
ok "$CPADMIN" record list --json --on 2028-02-29
expect_json '[.rows[] | select(.state == "extended").id] | join(" ")' 'E1 E2 E4'

test_case 'due in the order of the days, and by the indexes'
ON=2032-12-15
due 90 >"$T/due"
expect_eq "$(cut -d' ' -f2 "$T/due" | sort)" "$(cut -d' ' -f2 "$T/due")"
expect_true [ "$(wc -l <"$T/due")" -ge 4 ]
for q in 'until IS NOT NULL AND until > 1 AND until <= 2 ORDER BY until, n' \
    'confirm_due IS NOT NULL AND confirm_due <= 2 ORDER BY confirm_due, n'; do
	plan=$(sqlite3 "$CPADMIN_STORE/store.db" "EXPLAIN QUERY PLAN SELECT n
	    FROM consent WHERE ended IS NULL AND $q")
	expect_eq "$(grep -c 'USING.*INDEX consent_' <<<"$plan")" 1
	expect_eq "$(grep -cE 'SCAN|TEMP B-TREE' <<<"$plan")" 0
done

test_case 'contactpoint-2007 asks for no confirmation'
new_store
person F1 2008-03-01 >"$T/f.ndjson"
ok "$CPADMIN" record import "$T/f.ndjson" --on 2026-01-01
sed '/reconfirm_period = {/,/};/d' "$ROOT/policies/contactpoint-2007.cfg" |
    sed 's/^version = .*/version = "9";/' >"$T/none.cfg"
ok "$CPADMIN" policy adopt "$T/none.cfg" --on 2026-01-01
ON=2026-02-01
ok give F1 care-leaver self 2026-02-01
expect_json .confirm_due null

test_case 'a birth date put right moves the dates of its consents'
ok "$CPADMIN" record correct F1 --set birth_date=2008-09-15 --reason t \
    --on $ON
expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" 'SELECT until FROM consent')" \
    2033-09-15

# ---- statements -------------------------------------------------------------

test_case 'the words that come with the program are kept by themselves'
run "$CPADMIN" consent give F1 --ground care-leaver --by self \
    --date 2026-02-01 --statement stay-2026-1 --evidence E --on $ON
expect_status 0
expect_err_empty
ok "$CPADMIN" consent statement show stay-2026-1
expect_true cmp -s "$OUT_FILE" "$ROOT/policies/statements/stay-2026-1.txt"
ok "$CPADMIN" consent statement show stay-2026-1 --json
expect_json .sha256 "$(sha256sum <"$ROOT/policies/statements/stay-2026-1.txt" |
    cut -d' ' -f1)"

test_case 'words that nobody has: a warning, and they can be added'
run "$CPADMIN" consent give F1 --ground care-leaver --by self \
    --date 2026-02-01 --statement old-7 --evidence E --on $ON
expect_status 0
expect_err_contains 'cpadmin consent statement add old-7 FILE'
ok give F1 care-leaver self 2026-02-01
expect_json .statement_kept false
run "$CPADMIN" consent statement show old-7
expect_status 4
run "$CPADMIN" consent statement show never
expect_status 4
ok "$CPADMIN" consent statement list --json
expect_json '.rows | map([.version, (.kept | tostring)] | join(" ")) |
    join("; ")' 'S2 false; old-7 false; stay-2026-1 true'
printf 'Yes, or no?\nکیا آپ متفق ہیں؟\n' >"$T/words"
ok "$CPADMIN" consent statement add old-7 "$T/words" --json
expect_json '.added' true
ok "$CPADMIN" consent statement show old-7
expect_true cmp -s "$OUT_FILE" "$T/words"
ok "$CPADMIN" consent give F1 --ground care-leaver --by self \
    --date 2026-02-01 --statement old-7 --evidence E --on $ON --json
expect_json .statement_kept true

test_case 'a version once kept does not change'
ok "$CPADMIN" consent statement add old-7 "$T/words" --json
expect_json '.added' false
printf 'Yes, or no!\n' >"$T/other"
run "$CPADMIN" consent statement add old-7 "$T/other"
expect_status 5
expect_err_contains 'new version'
ok "$CPADMIN" consent statement show old-7
expect_true cmp -s "$OUT_FILE" "$T/words"

test_case 'what is no statement'
printf '' >"$T/empty"
printf 'a\033[31mb\n' >"$T/escape"
printf 'a\xff\n' >"$T/bytes"
printf 'a\0b\n' >"$T/nul"
for f in empty escape bytes nul; do
	run "$CPADMIN" consent statement add x "$T/$f"
	expect_status 10
done
run "$CPADMIN" consent statement add x "$T/nowhere"
expect_status 4
run "$CPADMIN" consent statement add x
expect_status 2
run "$CPADMIN" consent statement paint x
expect_status 2
ok "$CPADMIN" audit show --json
expect_json '[.rows[] | select(.action == "consent.statement")] | length' 4

test_case 'what a verb does in turn is completed'
complete_after() {
	bash -c '. "$0/cpadmin/completion.bash"
	    compopt() { :; }
	    COMP_WORDS=("$@" "") COMP_CWORD=$#
	    _cpadmin
	    echo "${COMPREPLY[*]}"' "$ROOT" "$CPADMIN" "$@"
}
expect_eq "$(complete_after consent statement)" 'list show add'
expect_eq "$(complete_after consent give)" ''

test_case 'what was withdrawn after it lapsed does not come back'
new_store --policy uk-2026 --on 2026-01-01
{
	person F1 2008-03-01
	person F2 2008-03-01
} >"$T/f.ndjson"
ok "$CPADMIN" record import "$T/f.ndjson" --on 2026-01-01
ON=2026-01-05
for id in F1 F2; do
	ok give $id care-leaver parent 2026-01-02
	ok give $id connexions self 2026-01-02
done
ok "$CPADMIN" consent withdraw F1 --date 2026-03-02 --on 2026-03-02 --json
expect_json .ended 1
for id in F1 F2; do
	ok "$CPADMIN" record correct $id --set birth_date=2009-03-01 \
	    --reason 'the certificate says so' --on 2026-03-02
done
ON=2026-06-01
expect_eq "$(ledger '[.rows[] | [.id, .ground, .status] | join(" ")] |
    join("; ")')" 'F1 care-leaver withdrawn; F1 connexions withdrawn; '\
'F2 care-leaver in-force; F2 connexions in-force'
