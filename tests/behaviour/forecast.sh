#!/bin/bash
# Looking ahead by month: counts that agree with the plan and with what the
# runs then do, and bars that fit the terminal.
. "$(dirname "$0")/../lib.sh"

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Ann", family: "Hill"}], gender: "female",
	    birth_date: $born}'
}

import() {
	local on=$1

	cat >"$T/rows"
	ok cpadmin record import "$T/rows" --on "$on" --json
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock \
	    --accept share --json
}

forecast() {
	local on=$1

	shift
	ok cpadmin retention forecast --on "$on" --json "$@"
}

# month M: "archive destroy consent_ends held overdue" of it.
month() {
	jq -r --arg m "$1" '.rows[] | select(.month == $m) | "\(.archive) \(
	    .destroy) \(.consent_ends) \(.held) \(.overdue)"' "$OUT_FILE"
}

test_case 'an empty store: every month, all zero'
new_store --on 2018-01-01 --policy uk-2026
forecast 2018-11-15 --months 14
expect_json '[.rows[].month] | [length, .[0], .[1], .[2], .[13]] | tostring' \
    '[14,"2018-11","2018-12","2019-01","2019-12"]'
expect_json '[.rows[] | .archive + .destroy + .consent_ends + .held] | add' 0

test_case 'archive, and destroy six years on; consents by their end'
{
	person A1 2001-03-15
	person A2 2001-03-16
	person A3 2001-04-30
	person C1 2001-05-05
	person C2 2001-06-30
} | import 2018-01-01
consent() {
	ok cpadmin consent give "$1" --ground "$2" --by "$3" --date "$4" \
	    --statement v1 --evidence E1 --on "$4"
}
consent C1 connexions self 2018-06-01
consent C2 care-leaver parent 2018-06-01
forecast 2019-01-20 --months 120
expect_eq "$(month 2019-03)" '2 0 0 0 0'
expect_eq "$(month 2019-04)" '1 0 0 0 0'
expect_eq "$(month 2019-05)" '0 0 0 0 0'
expect_eq "$(month 2019-06)" '1 0 1 0 0' 'a parent lapses at 18'
expect_eq "$(month 2021-05)" '1 0 1 0 0' 'connexions ends at 20'
expect_eq "$(month 2025-03)" '0 2 0 0 0'
expect_eq "$(month 2025-05)" '0 1 0 0 0' 'the day after 30 April is in May'
expect_eq "$(month 2027-05)" '0 1 0 0 0'

test_case 'what is overdue counts in the first month, and is marked'
forecast 2019-04-10 --months 80
expect_eq "$(month 2019-04)" '3 0 0 0 2'
expect_eq "$(month 2025-04)" '0 2 0 0 0' 'six years from today, at least'
expect_eq "$(month 2025-05)" '0 1 0 0 0'

test_case 'a consent ends after today, not on it'
forecast 2021-05-04 --months 1
expect_eq "$(month 2021-05 | cut -d' ' -f3)" 1
forecast 2021-05-05 --months 1
expect_eq "$(month 2021-05 | cut -d' ' -f3)" 0

test_case 'consents of an older program get their day with the next run'
if have sqlite3; then
	sqlite3 "$CPADMIN_STORE/store.db" \
	    'UPDATE consent SET until = NULL, confirm_due = NULL'
	ok cpadmin retention forecast --on 2018-06-01 --months 120
	expect_err_contains 'the end of 2 consents is not computed yet'
	night 2018-06-01
	ok cpadmin retention forecast --on 2018-06-01 --months 120
	expect_no 'not computed' in "$ERR_FILE"
	forecast 2018-06-01 --months 120
	expect_eq "$(month 2019-06)" '1 0 1 0 0'
	expect_eq "$(month 2021-05)" '1 0 1 0 0'
else
	skip 'sqlite3 is not installed'
fi

test_case 'held, as things stand; what waits in a batch is there, too'
night 2019-03-16
ok cpadmin hold place --record A1 --reason r --legal-basis l --contact c \
    --review 2027-01-01 --on 2019-04-01
forecast 2019-04-01 --months 75
expect_eq "$(month 2025-03)" '0 2 0 1 0'
night 2025-03-20
forecast 2025-03-20 --months 3
expect_eq "$(month 2025-03)" '0 2 0 1 2'
ok cpadmin retention forecast --on 2025-03-20 --months 3
expect_err_contains '1 of the first month wait in destruction batches'

test_case 'the whole year agrees with what the runs then do'
new_store --on 2018-01-01 --policy uk-2026
for m in 01 02 03 04 05 06 07 08 09 10 11 12; do
	for d in 03 17 28; do
		[ $((10#$m * 7 % 10#$d)) -gt 12 ] || person "Y$m$d" "2001-$m-$d"
	done
done | import 2018-01-01
forecast 2019-01-01
jq -c '.rows[] | [.month, .archive]' "$OUT_FILE" >"$T/said"
expect_true [ "$(wc -l <"$T/said")" = 12 ]
for m in 01 02 03 04 05 06 07 08 09 10 11 12; do
	run cpadmin retention run --yes --accept share --accept clock --json \
	    --on "$(date -d "2019-$m-01 +1 month -1 day" +%F)"
	echo "[\"2019-$m\",$(jq .archived "$OUT_FILE")]"
done >"$T/done"
expect_eq "$(cat "$T/said")" "$(cat "$T/done")"

test_case 'a table for people ends with totals; JSON has rows only'
ok cpadmin retention forecast --on 2018-12-01 --months 2
expect_out_matches '^MONTH +ARCHIVE +DESTROY +CONSENTS END +HELD +OVERDUE'
expect_out_matches '^total '
forecast 2018-12-01 --months 2
expect_json '.rows | length' 2
expect_json '.rows[0] | keys | join(" ")' \
    'archive consent_ends destroy held month overdue'

test_case 'bars: #, or eighths of a block, as the locale says'
new_store --on 2018-01-01 --policy uk-2026
{
	for i in 11 12 13 14 15 16 17 18; do person "J$i" "2001-01-$i"; done
	person F1 2001-02-01
	person F2 2001-02-02
} | import 2018-01-01
export COLUMNS=60
LC_ALL=C run cpadmin retention forecast --on 2018-12-01 --months 3 --chart
expect_status 0
expect_eq "$OUT" "\
MONTH    ARCHIVE         DESTROY        CONSENTS END  HELD
2018-12   0              0                         0     0
2019-01   8 ###########  0                         0     0
2019-02   2 ###          0                         0     0
total    10              0                         0     0"
LC_ALL=C.UTF-8 run cpadmin retention forecast --on 2018-12-01 --months 3 \
    --chart
expect_eq "$(sed -n 3,4p "$OUT_FILE")" "\
2019-01   8 ███████████  0                         0     0
2019-02   2 ██▊          0                         0     0"
LC_ALL=C run cpadmin retention forecast --on 2019-02-02 --months 1 --chart
expect_out_matches '^2019-02! 10 ###########  0'
expect_out_contains '!  overdue: 9 to archive, 0 to destroy'
unset COLUMNS

test_case 'on a terminal without being asked, and as wide as it is'
if have script; then
	for width in 70 100 133; do
		LC_ALL=C.UTF-8 script -qec "stty cols $width; '$CPADMIN' \
		    retention forecast --on 2018-12-01 --months 3" /dev/null \
		    </dev/null | tr -d '\r' >"$T/tty"
		expect_true grep -q '█' "$T/tty"
		widest=$(LC_ALL=C.UTF-8 wc -L <"$T/tty")
		expect_true [ "$widest" -le "$width" ]
		expect_true [ "$widest" -gt $((width - 4)) ]
	done
	script -qec "'$CPADMIN' retention forecast --on 2018-12-01 --months 3 \
	    --no-chart" /dev/null </dev/null >"$T/tty"
	expect_false grep -q '█\|#' "$T/tty"
else
	skip 'script is not installed'
fi

test_case 'options that make no sense'
for bad in '--months 0' '--months 601' '--months 12x' '--chart --no-chart' \
    '--chart --json'; do
	# shellcheck disable=SC2086
	run cpadmin retention forecast $bad
	expect_status 2
done
