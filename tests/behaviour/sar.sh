#!/bin/bash
# Requests for access as their officer opens and keeps them: what is entered,
# what is refused, by when, and what comes next.
. "$(dirname "$0")/../lib.sh"

sar() {
	"$CPADMIN" sar "$@"
}

# record ID BORN [AUTHORITY]
record() {
	printf '{"cpadmin":"record/1","id":"%s","authority":"%s",' "$1" \
	    "${3:-E08000015}"
	printf '"names":[{"type":"current","given":"Zuleika","family":"Quill"}],'
	printf '"gender":"female","birth_date":"%s","addresses":[' "$2"
	printf '{"type":"current","lines":["7 Plover Row"],'
	printf '"postcode":"ZZ99 1AA"}],'
	printf '"carers":[{"name":"Philomena Quill","relation":"mother",'
	printf '"responsibility":true}]}\n'
}

# open [OPTION...]: by the person, unless told.
open() {
	sar open --requester 'Zuleika Quill' --relation self \
	    --received 2026-03-02 "$@"
}
next() {
	jq -r '.next + " > " + .command' "$OUT_FILE"
}

new_store --policy uk-2026 --on 2026-01-05
{
	record KID-1 2008-05-01
	record KID-2 2012-03-17
	record KID-3 2018-10-01
	record KID-5 2016-01-01 E10000016
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-05
ok cpadmin operator add dan --uid 2001 --role dpo --on 2026-01-05
ok cpadmin operator add tim --uid 2002 --role team --on 2026-01-05
ok cpadmin operator add aud --uid 2003 --role auditor --on 2026-01-05
ok cpadmin operator add app --uid 2004 --role approver --on 2026-01-05
ok cpadmin operator add far --uid 2005 --role dpo --authority E10000016 \
    --on 2026-01-05
ok cpadmin operator add shi --uid 2006 --role shield --on 2026-01-05

test_case 'what a request needs to be opened'
run open --as dan --on 2026-03-03
expect_status 2
expect_err_contains '--subject is missing'
expect_err_contains '--name'
run sar open --subject KID-1 --relation self --received 2026-03-02 --as dan \
    --on 2026-03-03
expect_status 2
expect_err_contains '--requester is missing'
for wrong in '--relation aunt' '--received 2026-02-30' '--received yesterday' \
    '--asks everything' '--language English' '--format big' \
    '--authority Wirral' '--requester ' '--born 2012-03-17'; do
	# shellcheck disable=SC2086
	run open --as dan --on 2026-03-03 ${wrong% *} "${wrong#* }"
	expect_status 2
	expect_out_empty
done
run open --subject KID-1 --subject KID-1 --as dan --on 2026-03-03
expect_status 2
expect_err_contains 'twice'
run open --subject KID-9 --as dan --on 2026-03-03
expect_status 4
run open --subject KID-1 --received 2026-03-04 --as dan --on 2026-03-03
expect_status 10
expect_err_contains 'future'
run open --subject KID-1 --requester "$(printf 'x%.0s' {1..2001})" --as dan \
    --on 2026-03-03
expect_status 2
run sar open --born 2012-03-17 --requester Z --relation self \
    --received 2026-03-02 --as dan --on 2026-03-03
expect_status 2
expect_err_contains 'birth date alone'
run open --subject KID-1 extra --as dan --on 2026-03-03
expect_status 2
ok sar list --all --json --as dan --on 2026-03-03
expect_json '.rows | length' 0 'nothing of it was kept'

test_case 'only the officer opens'
for who in tim aud app shi; do
	run open --subject KID-1 --as $who --on 2026-03-03
	expect_status 9
	expect_err_contains dpo
done

test_case 'opened: the clock runs from when it came, and the next step is told'
ok open --subject KID-1 --json --as dan --on 2026-03-03
expect_json '[.kind, .sar, .subject, .status, .received, .starts, .due,
    .days_left, .waits_for, .outcome, .late] | @csv' \
    '"sar","SAR-0001","KID-1","open","2026-03-02","2026-03-02","2026-04-02",30,,,false'
expect_eq "$(next)" \
    'put together what is held > cpadmin sar collect SAR-0001'
ok sar show SAR-0001 --as dan --on 2026-03-03
expect_out_matches '^Requester: +Zuleika Quill$'
expect_out_matches '^Asks as: +self$'
expect_out_matches '^Under policy: +uk-2026, version '
expect_out_matches '^Persons: +1: KID-1$'
expect_out_matches '^By: +cpadmin sar collect SAR-0001$'
expect_false grep -qE ': *$' "$OUT_FILE"
ok sar show SAR-0001 --json --as dan --on 2026-03-03
expect_json '[keys_unsorted[]] | join(" ")' "kind v sar subject status \
received starts due days_left waits_for outcome late requester relation asks \
language format authority policy subjects evidence wanting items opened_by \
collected_by approved_by answered answered_by ground closed closed_by expires \
events sent next command"

test_case 'it stops destruction, and ends with the request only'
ok cpadmin hold list --json --on 2026-03-03
expect_json '[.rows[] | [.scope, .record, .status] | join(" ")] | join(",")' \
    'record KID-1 active'
HOLD=$(jq -r '.rows[0].hold' "$OUT_FILE")
run cpadmin hold release "$HOLD" --reason 'no longer needed' --as tim \
    --on 2026-03-03
expect_status 5
expect_err_contains SAR-0001

test_case 'the same again is refused, unless it is meant'
run open --subject KID-1 --requester 'QUILL, Zuleika' --as dan --on 2026-03-05
[ "$STATUS" -eq 0 ] || fail 'another way to write a name is another name'
ok sar withdraw SAR-0002 --reason 'opened by mistake' --as dan --on 2026-03-05
run open --subject KID-1 --requester 'zuleika  QUILL' --received 2026-03-05 \
    --as dan --on 2026-03-05
expect_status 5
expect_err_contains SAR-0001
expect_err_contains --again
ok open --subject KID-1 --received 2026-03-05 --again --json --as dan \
    --on 2026-03-05
expect_json .sar SAR-0003
ok sar list --json --as dan --on 2026-03-05
expect_json '[.rows[].sar] | join(" ")' 'SAR-0001 SAR-0002 SAR-0003'

test_case 'who asks, from a file that nobody else reads'
printf 'Zuleika Quill-Ärmel\n' >"$T/name"
for mode in 644 640 604; do
	chmod $mode "$T/name"
	run open --subject KID-3 --requester "@$T/name" --as dan --on 2026-03-03
	expect_status 9
	expect_err_contains 'others may read'
done
chmod 600 "$T/name"
ok open --subject KID-3 --requester "@$T/name" --json --as dan --on 2026-03-03
ok sar show SAR-0004 --json --as dan --on 2026-03-03
expect_json .requester 'Zuleika Quill-Ärmel'
expect_no "$T/name" in "$OUT_FILE"
run open --subject KID-3 --requester "@$T/none" --as dan --on 2026-03-03
expect_status 4
run open --subject KID-3 --requester "@$T" --as dan --on 2026-03-03
expect_status 9
mkfifo -m 600 "$T/fifo"
run timeout 5 "$CPADMIN" sar open --subject KID-3 --requester "@$T/fifo" \
    --relation self --received 2026-03-02 --as dan --on 2026-03-03
expect_status 9

test_case 'a request that there is not'
for verb in show close; do
	run sar $verb SAR-0099 --as dan --on 2026-03-03
	expect_status 4
	expect_err_contains 'sar list --all'
done
run sar identity SAR-0099 verified --date 2026-03-03 --as dan --on 2026-03-03
expect_status 4

test_case 'who is doubted has to show who they are, and the time starts then'
run sar identity SAR-0001 perhaps --date 2026-03-03 --as dan --on 2026-03-03
expect_status 2
expect_err_contains 'verified or doubted'
run sar identity SAR-0001 doubted --as dan --on 2026-03-03
expect_status 2
run sar identity SAR-0001 doubted --date 2026-03-04 --as dan --on 2026-03-03
expect_status 10
run sar identity SAR-0001 doubted --date 2026-03-01 --as dan --on 2026-03-03
expect_status 10
expect_err_contains 2026-03-02
ok sar identity SAR-0001 doubted --date 2026-03-03 --json --as dan \
    --on 2026-03-03
expect_json '[.starts, .due, .days_left, .waits_for] | @csv' ',,,"identity"'
expect_eq "$(next)" 'write to them: they are to show who they are > cpadmin sar letter SAR-0001 --kind identity --output F'
ok sar identity SAR-0001 verified --date 2026-03-10 --reference 'passport' \
    --json --as dan --on 2026-03-11
expect_json '[.starts, .due, .days_left, .waits_for] | @csv' \
    '"2026-03-10","2026-04-10",30,'

test_case 'a question pauses the clock, and its answer goes on with it'
ok sar clarify SAR-0001 asked --date 2026-03-12 --text 'which years?' --json \
    --as dan --on 2026-03-12
expect_json '[.due, .waits_for] | @csv' ',"clarification"'
ok sar clarify SAR-0001 answered --date 2026-03-15 --text 'all of them' \
    --json --as dan --on 2026-03-16
expect_json '[.due, .waits_for] | @csv' '"2026-04-14",'

test_case 'a fee: only with a reason under this policy'
run sar fee SAR-0001 asked --date 2026-03-16 --as dan --on 2026-03-16
expect_status 2
expect_err_contains '--amount'
for wrong in 0 ten -5 7.5 1.234 999999 ''; do
	run sar fee SAR-0001 asked --date 2026-03-16 --amount "$wrong" \
	    --as dan --on 2026-03-16
	expect_status 2
done
run sar fee SAR-0001 asked --date 2026-03-16 --amount 10 --as dan \
    --on 2026-03-16
expect_status 5
run sar fee SAR-0001 waived --date 2026-03-16 --amount 10 --as dan \
    --on 2026-03-16
expect_status 2
ok sar fee SAR-0004 asked --date 2026-03-03 --amount 7.50 \
    --reason 'the tenth this year' --json --as dan --on 2026-03-03
expect_json .waits_for fee
ok sar fee SAR-0004 waived --date 2026-03-03 --json --as dan --on 2026-03-03
expect_json '[.waits_for, .due] | @csv' ',"2026-04-07"' 'Good Friday, and Easter'

test_case 'an extension is told in time, once, with its reason'
run sar extend SAR-0001 --as dan --on 2026-03-16
expect_status 2
run sar extend SAR-0001 --reason 'three archives' --date 2026-04-20 \
    --as dan --on 2026-04-20
expect_status 5
ok sar extend SAR-0001 --reason 'three archives' --json --as dan \
    --on 2026-03-16
expect_json .due 2026-06-15
expect_eq "$(next)" 'write to them: it takes longer, and why > cpadmin sar letter SAR-0001 --kind extended --output F'
run sar extend SAR-0001 --reason 'and more' --as dan --on 2026-03-17
expect_status 5

test_case 'a parent shows responsibility, and a child of age is asked'
ok sar open --subject KID-2 --requester 'Philomena Quill' --relation parent \
    --received 2026-03-02 --json --as dan --on 2026-03-03
expect_json .sar SAR-0005
expect_eq "$(next)" "they have to show parental responsibility, or a court's order; who cannot is refused > cpadmin sar evidence SAR-0005 responsibility --reference REF --date D"
run sar evidence SAR-0005 kindness --reference X --date 2026-03-03 --as dan \
    --on 2026-03-03
expect_status 2
run sar evidence SAR-0005 responsibility --date 2026-03-03 --as dan \
    --on 2026-03-03
expect_status 2
run sar evidence SAR-0005 responsibility --reference '' --date 2026-03-03 \
    --as dan --on 2026-03-03
expect_status 2
ok sar evidence SAR-0005 responsibility --reference 'birth certificate' \
    --date 2026-03-03 --json --as dan --on 2026-03-03
expect_json .command \
    'cpadmin sar view SAR-0005 agrees|objects|unable|not-asked --date D'
run sar view SAR-0005 silent --date 2026-03-03 --as dan --on 2026-03-03
expect_status 2
run sar view SAR-0005 not-asked --date 2026-03-03 --as dan --on 2026-03-03
expect_status 2
expect_err_contains 'why the child was not asked'
run sar view SAR-0005 agrees --date 2026-03-04 --as dan --on 2026-03-03
expect_status 10
run sar view SAR-0005 agrees --date 2026-03-03 --subject 2 --as dan \
    --on 2026-03-03
expect_status 4
ok sar view SAR-0005 agrees --date 2026-03-03 --text 'she may' --json \
    --as dan --on 2026-03-03
expect_json .command 'cpadmin sar collect SAR-0005'
ok sar show SAR-0005 --json --as dan --on 2026-03-03
expect_json '[.evidence[], .wanting, .subjects[0].own_view,
    .subjects[0].own_view_on] | @csv' \
    '"responsibility",,"agrees","2026-03-03"'

test_case 'one request about several'
ok sar open --subject KID-1 --subject KID-2 --requester 'The Solicitors' \
    --relation representative --received 2026-03-02 --asks access \
    --asks rectification --json --as dan --on 2026-03-03
expect_json '[.sar, .subject] | @csv' '"SAR-0006","KID-1,KID-2"'
ok sar evidence SAR-0006 authority --reference 'signed 1 March' \
    --date 2026-03-03 --json --as dan --on 2026-03-03
expect_json .command \
    'cpadmin sar view SAR-0006 agrees|objects|unable|not-asked --date D --subject N'
run sar view SAR-0006 agrees --date 2026-03-03 --as dan --on 2026-03-03
expect_status 2
expect_err_contains '--subject says which'
for wrong in 0 -1 two 1x 3; do
	run sar view SAR-0006 agrees --date 2026-03-03 --subject $wrong \
	    --as dan --on 2026-03-03
	expect_true [ "$STATUS" -eq 2 -o "$STATUS" -eq 4 ]
done
ok sar view SAR-0006 agrees --date 2026-03-03 --subject 1 --as dan \
    --on 2026-03-03
ok sar view SAR-0006 objects --date 2026-03-03 --subject 2 --json --as dan \
    --on 2026-03-03
ok sar show SAR-0006 --json --as dan --on 2026-03-03
expect_json '[.subjects[].own_view] | join(" ")' 'agrees objects'
expect_json .asks access,rectification

test_case 'letters and calls'
run sar note SAR-0006 across --date 2026-03-03 --text x --as dan \
    --on 2026-03-03
expect_status 2
run sar note SAR-0006 in --date 2026-03-03 --as dan --on 2026-03-03
expect_status 2
ok sar note SAR-0006 in --date 2026-03-03 --text 'when will it come?' \
    --reference 'call 12' --as dan --on 2026-03-03
ok sar show SAR-0006 --as dan --on 2026-03-03
expect_out_contains \
    '2026-03-03 message-in [call 12]: when will it come? (dan)'
run sar note SAR-0006 in --date 2026-03-03 --as dan --on 2026-03-03 \
    --text "$(printf 'bell \a')"
expect_status 10

test_case 'somebody who is not known yet'
ok sar open --name 'Zuleika Quill' --born 2018-10-01 --requester 'P. Quill' \
    --relation parent --received 2026-03-02 --json --as dan --on 2026-03-03
expect_json '[.sar, .subject, .status] | @csv' '"SAR-0007",,"open"'
ok sar evidence SAR-0007 court-order --reference 'F 12/26' \
    --date 2026-03-03 --json --as dan --on 2026-03-03
expect_json .command 'cpadmin sar find SAR-0007'
ok sar show SAR-0007 --as dan --on 2026-03-03
expect_out_matches '^About: +not known$'
expect_out_contains 'not found yet, looked for: name Zuleika Quill born 2018'
run sar subject SAR-0007 KID-3 --as dan --on 2026-03-03
expect_status 2
run sar subject SAR-0007 KID-9 --reason 'all fits' --as dan --on 2026-03-03
expect_status 4
ok sar subject SAR-0007 KID-3 --reason 'name, day and street' --json \
    --as dan --on 2026-03-03
expect_json '[.subject, .command] | @csv' \
    '"KID-3","cpadmin sar collect SAR-0007"'
ok sar show SAR-0007 --as dan --on 2026-03-03
expect_out_contains '2026-03-03 found [1]: name, day and street (dan)'
ok cpadmin hold list --json --on 2026-03-03
expect_json '[.rows[] | select(.record == "KID-3")] | length' 2
ok sar subject SAR-0007 none --reason 'it was her cousin' --json --as dan \
    --on 2026-03-04
expect_json '[.subject, .command] | @csv' \
    ',"cpadmin sar none SAR-0007 --output F"'
ok cpadmin hold list --json --on 2026-03-04
expect_json '[.rows[] | select(.record == "KID-3" and .status == "active")] |
    length' 1

test_case 'who sees what'
ok sar list --json --as aud --on 2026-03-05
expect_json '.rows | length' 7
expect_json '[.rows[] | keys_unsorted[]] | unique | join(" ")' \
    'authority days_left due late outcome received relation sar starts status subject waits_for'
expect_no Quill in "$OUT_FILE"
for who in aud app shi; do
	ok sar show SAR-0001 --as $who --on 2026-03-05
done
for who in tim app shi; do
	run sar list --as $who --on 2026-03-05
	expect_status 9
done
run sar show SAR-0001 --as tim --on 2026-03-05
expect_status 9
while read -r who words; do
	# shellcheck disable=SC2086
	run sar $words --as $who --on 2026-03-05
	expect_status 9
done <<'WORDS'
tim identity SAR-0001 verified --date 2026-03-05
aud note SAR-0001 in --text x --date 2026-03-05
app evidence SAR-0001 identity --reference x --date 2026-03-05
shi view SAR-0001 agrees --date 2026-03-05
tim extend SAR-0004 --reason x
app withdraw SAR-0001 --reason x
shi subject SAR-0001 none --reason x
aud close SAR-0001
tim clarify SAR-0001 asked --date 2026-03-05
shi fee SAR-0001 waived --date 2026-03-05
WORDS

test_case 'that it is safe is told to who may know of shields'
ok sar safe SAR-0003 --reason 'seen in person' --as shi --on 2026-03-05
for who in dan shi; do
	ok sar show SAR-0003 --json --as $who --on 2026-03-05
	expect_json '[.subjects[0].safe, ([.events[].event] |
	    index("safe") != null)] | @csv' true,true
	ok sar show SAR-0003 --as $who --on 2026-03-05
	expect_out_contains 'safe (shi)'
done
for who in aud app; do
	ok sar show SAR-0003 --json --as $who --on 2026-03-05
	expect_no safe in "$OUT_FILE"
	ok sar show SAR-0003 --as $who --on 2026-03-05
	expect_no safe in "$OUT_FILE"
done

test_case 'those who act for some authorities'
run open --subject KID-1 --as far --on 2026-03-05
expect_status 9
run sar show SAR-0001 --as far --on 2026-03-05
expect_status 9
expect_no KID-1 in "$ERR_FILE"
run open --subject KID-5 --as far --on 2026-03-05
expect_status 9
expect_err_contains 'does not answer for authority E08000015'
ok open --subject KID-5 --authority E10000016 --json --as far --on 2026-03-05
expect_json .sar SAR-0008
ok sar list --json --as far --on 2026-03-05
expect_json '[.rows[].sar] | join(" ")' SAR-0008
ok open --subject KID-5 --subject KID-1 --requester Z --json --as dan \
    --on 2026-03-05
run sar show SAR-0009 --as far --on 2026-03-05
expect_status 9

test_case 'late is from the day after'
for day in 2 3; do
	ok sar list --json --as dan --on 2026-04-0$day
	expect_json '.rows[] | select(.sar == "SAR-0006") | [.days_left, .late] |
	    @csv' "$((2 - day)),$([ $day -gt 2 ] && echo true || echo false)"
done

test_case 'a list for people'
ok sar list --as dan --on 2026-04-03
expect_out_matches '^SAR +SUBJECT +STATUS +RECEIVED +STARTS +DUE +DAYS LEFT'
expect_out_matches '^SAR-0006 +KID-1,KID-2 +open +2026-03-02 +2026-03-02 +2026-04-02 +-1'
expect_err_contains '9 requests, 5 of them late, 0 waiting for who asks'
ok sar list --columns sar,due --as dan --on 2026-04-03
expect_out_matches '^SAR-0005 2026-04-02$'
run sar list --columns requester --as dan --on 2026-04-03
expect_status 2

test_case 'it is not closed before it is answered'
run sar close SAR-0004 --as dan --on 2026-03-05
expect_status 5
expect_err_contains 'not answered'

test_case 'withdrawn, closed, and nothing more is entered'
run sar withdraw SAR-0004 --as dan --on 2026-03-05
expect_status 2
ok sar withdraw SAR-0004 --reason 'told on the telephone' --json --as dan \
    --on 2026-03-05
expect_json '[.status, .outcome, .days_left, .next, .command] | @csv' \
    '"answered","withdrawn",,"end the request","cpadmin sar close SAR-0004"'
run sar withdraw SAR-0004 --reason again --as dan --on 2026-03-05
expect_status 5
run sar identity SAR-0004 doubted --date 2026-03-05 --as dan --on 2026-03-05
expect_status 5
expect_err_contains 'sar close SAR-0004'
ok sar note SAR-0004 out --text 'as you wish' --date 2026-03-05 --as dan \
    --on 2026-03-05
ok sar close SAR-0004 --as dan --on 2026-03-06
expect_out_matches '^Status: +closed$'
expect_err_contains 'on 2029-03-07 it is forgotten who asked'
ok sar show SAR-0004 --json --as dan --on 2026-03-06
expect_json '[.status, .outcome, .next, .command, .expires] | @csv' \
    '"closed","withdrawn",,,"2029-03-07"'
for words in 'close SAR-0004' 'withdraw SAR-0004 --reason x' \
    'note SAR-0004 in --text x --date 2026-03-06' \
    'evidence SAR-0004 identity --reference x --date 2026-03-06' \
    'view SAR-0004 agrees --date 2026-03-06' \
    'subject SAR-0004 none --reason x'; do
	# shellcheck disable=SC2086
	run sar $words --as dan --on 2026-03-06
	expect_status 5
	expect_err_contains 'is closed'
done
ok cpadmin hold list --json --on 2026-03-06
expect_json '[.rows[] | select(.record == "KID-3" and .status == "active")] |
    length' 0
ok sar list --json --as dan --on 2026-03-06
expect_json '[.rows[].sar] | index("SAR-0004")' null
ok sar list --all --json --as dan --on 2026-03-06
expect_json '.rows[-1] | [.sar, .status] | join(" ")' 'SAR-0004 closed'

test_case 'a correction alone: decided, written to them, and closed'
ok open --subject KID-3 --requester 'P. Quill' --relation parent \
    --asks rectification --asks objection --json --as dan --on 2026-03-06
expect_json .sar SAR-0010
ok sar evidence SAR-0010 responsibility --reference 'seen' --date 2026-03-06 \
    --json --as dan --on 2026-03-06
expect_json .command 'cpadmin sar rectify SAR-0010 corrected|refused --reason T'
run sar close SAR-0010 --as dan --on 2026-03-06
expect_status 5
expect_err_contains 'cpadmin sar rectify SAR-0010'
ok sar note SAR-0010 out --date 2026-03-06 --text 'we look at it' --as dan \
    --on 2026-03-06
ok sar rectify SAR-0010 refused --reason 'it is right' --json --as dan \
    --on 2026-03-07
expect_json .command 'cpadmin sar objection SAR-0010 upheld|refused --reason T'
ok sar objection SAR-0010 refused --reason 'a duty by law' --json --as dan \
    --on 2026-03-07
expect_json .command 'cpadmin sar note SAR-0010 out --date D --text T'
run sar close SAR-0010 --as dan --on 2026-03-07
expect_status 5
expect_err_contains 'cpadmin sar note SAR-0010 out'
ok sar note SAR-0010 out --date 2026-03-09 --text 'why not, and to whom' \
    --json --as dan --on 2026-03-10
expect_json .command 'cpadmin sar close SAR-0010'
ok sar close SAR-0010 --json --as dan --on 2026-03-12
expect_json '[.status, .outcome] | join(" ")' 'closed full'
ok sar show SAR-0010 --json --as dan --on 2026-03-12
expect_json .answered 2026-03-09

test_case 'errors as JSON, and nothing on stdout'
run sar show SAR-0099 --json --as dan --on 2026-03-06
expect_status 4
expect_out_empty
expect_err_json '[.kind, .code] | @csv' '"error",4'

test_case 'the log names requests and no person'
ok cpadmin audit show --subject SAR-0001 --json --on 2026-03-06
expect_json '[.rows[].action] | unique | join(" ")' 'sar.event sar.open sar.show'
ok cpadmin audit show --json --on 2026-03-06
expect_no Quill in "$OUT_FILE"
expect_no Solicitors in "$OUT_FILE"
ok cpadmin audit verify

test_case 'under the law of 1998: a fee, forty days, no longer'
new_store --policy contactpoint-2007 --on 2009-02-02
record KID-1 1992-05-01 >"$T/row"
ok cpadmin record import "$T/row" --on 2009-02-02
ok sar open --subject KID-1 --requester Zuleika --relation self \
    --received 2009-02-02 --json --on 2009-02-02
expect_json '[.starts, .due] | @csv' '"2009-02-02","2009-03-13"'
run sar fee SAR-0001 asked --date 2009-02-02 --amount 10.01 --on 2009-02-02
expect_status 5
ok sar fee SAR-0001 asked --date 2009-02-02 --amount 10 --json --on 2009-02-02
expect_json .command 'cpadmin sar letter SAR-0001 --kind fee --output F'
ok sar clarify SAR-0001 asked --date 2009-02-03 --json --on 2009-02-03
expect_json .waits_for fee
ok sar fee SAR-0001 paid --date 2009-02-09 --json --on 2009-02-09
expect_json '[.starts, .waits_for] | @csv' ',"clarification"'
ok sar clarify SAR-0001 answered --date 2009-02-10 --json --on 2009-02-10
expect_json '[.starts, .due] | @csv' '"2009-02-10","2009-03-21"'
run sar extend SAR-0001 --reason 'three archives' --on 2009-02-10
expect_status 5
expect_err_contains 'no extension'
ok sar show SAR-0001 --on 2009-02-10
expect_out_contains '2009-02-02 fee-asked, 10.00 pounds'
