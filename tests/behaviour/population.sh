#!/bin/bash
# The population that other tests, the demo and the measurements feed on.
. "$(dirname "$0")/../lib.sh"

POP=$BUILD/population
[ -x "$POP" ] || skip_all 'the generator is not built'

sum() { sha256sum | cut -c1-16; }

# between WHAT VALUE LOW HIGH: all are numbers.
between() {
	jq -en --argjson v "$2" --argjson a "$3" --argjson b "$4" \
	    '$v >= $a and $v <= $b' >/dev/null ||
	    fail "$1: $2 is not in $3..$4"
}

test_case 'the same bytes on every machine'
for args in '' '--format csv' '--bad 20' '--authority all'; do
	# shellcheck disable=SC2086
	"$POP" --count 2000 $args --consents "$T/c" --events "$T/e" |
	    cat - "$T/c" "$T/e" | sum
done >"$T/sums"
expect_eq "$(tr '\n' ' ' <"$T/sums")" \
    '377130ddb2ea7dde 76d0246069a5c74c 4558c7f0747c52f9 73bd4e1742c17cf7 ' 'sums'

test_case 'a seed is a population'
expect_false cmp -s <("$POP" --count 300) <("$POP" --count 300 --seed 2)

test_case 'a record depends on its number, not on how many there are'
"$POP" --count 3000 >"$T/3000"
ok cmp <("$POP" --count 1000) <(head -n 1000 "$T/3000")
ok cmp <("$POP" --count 700 --first-id 900) <(tail -n +901 "$T/3000" |
    head -n 700)

N=20000
"$POP" --count $N --consents "$T/consents" --events "$T/events" >"$T/people"

test_case 'every line is a document with the keys of the format, and no other'
ok jq -rn --argjson n $N '
def keyset: keys_unsorted | join(" ");
reduce inputs as $d ({n: 0, odd: {}};
  .n += 1
  | if ($d | keyset) == "cpadmin id authority names gender birth_date numbers addresses carers involvements left_england death letters"
      then . else .odd[$d | keyset] = 1 end
  | reduce ($d.names[] | keyset | sub(" from$"; "")) as $k (.; .odd["name " + $k] = 1)
  | reduce ($d.addresses[] | keyset) as $k (.; .odd["address " + $k] = 1)
  | reduce ($d.carers[] | keyset) as $k (.; .odd["carer " + $k] = 1)
  | reduce ($d.involvements[] | keyset) as $k (.; .odd["work " + $k] = 1))
| .n, (.odd | keys[])' "$T/people"
expect_eq "$OUT" "$N
address type
address type lines postcode from source
carer name relation responsibility
carer name relation responsibility phone
name type family
name type given family
work service provider practitioner phone start end lead assessment sensitive
work service provider practitioner start end lead assessment sensitive
work service provider start end lead assessment sensitive" 'keys'

# One pass over everybody; shares are of all records, in per cent.
jq -n '
def add($k): .[$k] = (.[$k] // 0) + 1;
def when($c; $k): if $c then add($k) else . end;
def digits: [explode[] | . - 48];
def nhs_ok: digits as $d
  | (reduce range(9) as $i (0; . + $d[$i] * (10 - $i))) as $s
  | ($d | length) == 10 and (11 - $s % 11) % 11 == $d[9];
def letters: "ABCDEFGHJKLMNPQRTUVWXYZ";
def upn_ok: test("^[A-Z][0-9]{11}[0-9A-Z]$") and (. as $u
  | (reduce range(1; 13) as $i (0; . + ($i + 1) *
      ($u[$i:$i + 1] | if test("[0-9]") then tonumber
       else . as $l | letters | index($l) end))) as $s
  | letters[$s % 23:$s % 23 + 1] == $u[0:1]);
reduce inputs as $d ({};
  ($d.names[0]) as $c
  | ([$c.given // "", $c.family] | map(length) | max) as $longest
  | add("all")
  | when($d.birth_date | length < 10; "partial")
  | when($d.birth_date | endswith("02-29"); "leap")
  | when($d.birth_date > "2026-11-21"[0:($d.birth_date | length)]; "unborn")
  | when($d.birth_date < "2008-11-22"[0:($d.birth_date | length)]; "adult")
  | when($d.birth_date < "2017-11-22"; "half")
  | when($d.names | length > 1; "former")
  | when($c.given == null; "single")
  | when($longest > 35; "long") | when($longest == 35; "cut")
  | when(([$c.given // "-", $c.family] | map(length) | min) == 1; "letter")
  | when($c.family | test("^O'"'"'"); "straight")
  | when($c.family | test("^O\u2019"); "curly")
  | when($c.family | test("^O[BCNSR]"); "none")
  | when($c.family | test("-"); "double")
  | reduce ("Arabic","Gurmukhi","Bengali","Han","Cyrillic","Tamil","Greek",
      "Gujarati") as $s (.; when([$d.names[].family] | any(test("\\p{" + $s + "}"));
      "script " + $s))
  | when(any($d.numbers[]; .type == "nhs"); "nhs")
  | when(any($d.numbers[]; .type == "upn"); "upn")
  | when(any($d.numbers[]; if .type == "nhs" then .value | nhs_ok | not
      else .value | upn_ok | not end); "wrong number")
  | when(any($d.involvements[]; .end != null and .end < .start); "backwards")
  | when(any($d.involvements[]; .sensitive != null); "sensitive")
  | when($d.left_england.intention == "return"; "return")
  | when($d.left_england.intention == "no-return"; "no-return")
  | when($d.left_england.intention == "none-stated"; "none-stated")
  | when($d.death != null; "dead")
  | when($d.letters.language != "en"; "foreign"))' "$T/people" >"$T/figures"
figure() { jq ".[\"$1\"] // 0" "$T/figures"; }

test_case 'numbers are right and unique'
expect_eq "$(figure 'wrong number')" 0 'wrong numbers'
expect_eq "$(jq -r '.id, .numbers[].value' "$T/people" | sort | uniq -d)" '' \
    'numbers given twice'
between nhs "$(figure nhs)" $((N * 96 / 100)) $((N * 98 / 100))
between upn "$(figure upn)" $((N * 74 / 100)) $((N * 80 / 100))
expect_eq "$(jq -r '.numbers[0] | select(.type == "nhs").value[0:1]' \
    "$T/people" | sort -u | tr -d '\n')" 58 'blocks of NHS numbers'

test_case 'ages are those of England'
expect_eq "$(figure unborn) $(figure adult)" '0 0'
between 'born in the elder half' "$(figure half)" \
    $((N * 50 / 100)) $((N * 54 / 100))
between 'leap days' "$(figure leap)" 4 24
between 'partial dates' "$(figure partial)" 36 90

test_case 'names are as awkward as real ones'
between former "$(figure former)" $((N * 25 / 1000)) $((N * 35 / 1000))
for k in single long cut letter straight curly none double 'script Arabic' \
    'script Gurmukhi' 'script Bengali' 'script Han' 'script Cyrillic' \
    'script Tamil' 'script Greek' 'script Gujarati'; do
	between "$k" "$(figure "$k")" 2 $((N * 8 / 100))
done

test_case 'services, departures and deaths are in proportion'
expect_eq "$(figure backwards)" 0 'involvements that end before they start'
between sensitive "$(figure sensitive)" $((N * 5 / 1000)) $((N * 9 / 1000))
for k in return no-return none-stated; do
	between "$k" "$(figure $k)" 4 30
done
between dead "$(figure dead)" 2 20
between foreign "$(figure foreign)" $((N * 5 / 100)) $((N * 15 / 100))

test_case 'families share an address, and mostly a name'
jq -c '[.addresses[0].postcode, .addresses[0].lines] |
    select(.[0] != null)' "$T/people" | sort | uniq -c |
    awk '$1 > 1 { s += $1 } $1 > 4 { b++ } END { print s / '$N', b + 0 }' \
    >"$T/shared"
read -r share big <"$T/shared"
between 'sharing an address' "$share" 0.42 0.48
expect_eq "$big" 0 'households of more than four'

test_case 'consents name a child who is about to be 18'
ok jq -rn --slurpfile people "$T/people" '
def days: strptime("%Y-%m-%d") | mktime / 86400 | floor;
($people | map({key: .id, value: .}) | from_entries) as $who
| [inputs] | (map(select(
    ($who[.id] == null) or ($who[.id].death != null)
    or ((.withdrawn // "9999") < .given)
    or (($who[.id].birth_date | length) == 10 and
        (((.given | days) - ($who[.id].birth_date | days)) as $age
         | $age < 18 * 365.25 - 182 or $age > 18 * 365.25 + 2)))) | length),
  (map(.ground) | unique | join(" ")), (map(.by) | unique | join(" ")),
  (map(select(.withdrawn)) | length > 20),
  (map([.statement, .evidence] | map(length > 5) | all) | all)' "$T/consents"
expect_eq "$OUT" '0
care-leaver connexions learning-difficulty
parent representative self
true
true' 'consents'

test_case 'events can happen, in the order of sort(1)'
sort "$T/events" >"$T/sorted"
ok jq -rn '
[inputs] as $e
| ($e | map(.on) | . == sort),
  ($e | map(select(.on < .date or .on <= "2026-11-21")) | length),
  ($e | map(.event) | unique | join(" ")),
  ($e | map(select(.event == "died" and .notified != .on
    or .event == "moved" and (.to | test("^E[01][0-9]{7}$") | not)
    or .event == "left-england" and
      (.intention | IN("return", "no-return", "none-stated") | not)))
    | length),
  ($e | group_by(.id) | map((map(.event) | index("died", "moved")) as $i
    | select($i != null and $i != length - 1)) | length)' "$T/sorted"
expect_eq "$OUT" 'true
0
died left-england moved returned
0
0' 'events'
"$POP" --count $N --years 3 --events "$T/three" >"$T/people3"
ok cmp "$T/people" "$T/people3"
expect_true [ -s "$T/three" ]
expect_eq "$(sort "$T/three" | comm -23 - "$T/sorted")" '' \
    'events of a shorter future only'

test_case 'CSV holds the same people, quoted where it must be'
"$POP" --count 5000 --format csv >"$T/csv"
expect_eq "$(head -n 1 "$T/csv")" "id,authority,given,family,gender,\
birth_date,nhs,upn,line1,line2,line3,postcode,carer,carer_relation,\
carer_phone,school,practice,language,format"
expect_eq "$(sed 's/""//g; s/"[^"]*"/Q/g' "$T/csv" |
    awk -F, 'NF != 19 || /"/' | wc -l)" 0 'rows without 19 columns'
expect_true grep -q '"Flat [0-9]*, ' "$T/csv"
expect_eq "$(tail -n +2 "$T/csv" | cut -d, -f1 | sum)" \
    "$(head -n 5000 "$T/people" | jq -r .id | sum)" 'ids'

test_case 'ids may be left to the importer'
expect_eq "$("$POP" --count 500 --no-ids | jq -c 'has("id")' | sort -u)" false
run "$POP" --no-ids --events "$T/none"
expect_status 2

test_case 'bad rows are those reported, and no others'
for format in ndjson csv; do
	"$POP" --count 5000 --format $format >"$T/good"
	"$POP" --count 5000 --format $format --bad 12 \
	    --bad-report "$T/report" >"$T/bad"
	diff -a <(awk '{ print NR ":" $0 }' "$T/good") \
	    <(awk '{ print NR ":" $0 }' "$T/bad") |
	    LC_ALL=C sed -n 's/^> \([0-9]*\):.*/\1/p' >"$T/differ"
	ok cmp "$T/differ" <(jq .line "$T/report")
	between "bad rows of $format" "$(wc -l <"$T/report")" 330 510
done
expect_eq "$(jq -r .kind "$T/report" | sort -u | wc -l)" 17 'kinds in CSV'
"$POP" --count 3000 --bad 4 --bad-report "$T/report" >"$T/bad"
expect_eq "$(jq -r .kind "$T/report" | sort -u | wc -l)" 36 'kinds in JSON'
for kind in truncated trailing-text; do
	line=$(jq -r "select(.kind == \"$kind\").line" "$T/report" | head -n 1)
	expect_false jq . <(sed -n "${line}p" "$T/bad") >"$T/null" 2>&1
done
line=$(jq -r 'select(.kind == "long-string").line' "$T/report" | head -n 1)
between 'a long row' "$(sed -n "${line}p" "$T/bad" | wc -c)" 1048576 1060000

test_case 'England has 151 authorities of their sizes'
expect_eq "$("$POP" --authorities | tail -n +2 | cut -d, -f1 | sort -u |
    grep -c '^E\(06\|08\|09\|10\)0000[0-9][0-9]$')" 151
"$POP" --count $N --authority all | jq -r .authority | sort | uniq -c |
    awk '{ print $2, $1 }' >"$T/sizes"
between 'children in Kent' "$(sed -n 's/^E10000016 //p' "$T/sizes")" \
    $((N * 25 / 1000)) $((N * 33 / 1000))
between 'children in Wirral' "$(sed -n 's/^E08000015 //p' "$T/sizes")" \
    $((N * 4 / 1000)) $((N * 8 / 1000))
expect_eq "$("$POP" --authority E06000053 | wc -l)" 337 'Isles of Scilly'

test_case 'memory does not grow with the count'
# shellcheck disable=SC2016
if sanitized "$POP"; then
	skip 'the address sanitizer reserves terabytes'
else
	ok bash -c 'ulimit -v 32768 && "$1" --count 200000 >/dev/null' - "$POP"
fi

test_case 'a full disk and wrong options are told'
run bash -c '"$1" --count 2000 >/dev/full' - "$POP"
expect_status 1
expect_err_contains 'No space left'
for args in '--on 2026-02-29' '--count x' '--authority E99999999' \
    '--format xml' '--nonsense' 'stray'; do
	# shellcheck disable=SC2086
	run "$POP" $args
	expect_status 2
	expect_out_empty
done
ok "$POP" --help
expect_out_contains --bad-report
