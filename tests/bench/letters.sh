#!/bin/bash
# Letters of a print run: tagged, in parts of 500, bound into one PDF.  Beside
# groff, which sets the same English letter, batched, without tags, a QR code
# or any letter beyond Latin-1; and beside a loop over Pango and cairo that
# lays out everything for each letter.  Of one core: by processor time, so that
# a pipe counts whole.
. "$(dirname "$0")/lib.sh"

N=${BENCH_LETTERS:-62000} ROUNDS=${BENCH_ROUNDS:-3}
POLICY=$ROOT/policies/uk-2026.cfg
LETTERS=$BUILD/letters

# cpu CMD...: its seconds of processor time.
cpu() (
	TIMEFORMAT='%U %S'
	{ time "$@" >/dev/null 2>"$W/letters.err" </dev/null; } 2>&1 |
	    awk '{ print $1 + $2 }'
)

# rate COUNT CMD...: letters per second, the median of ROUNDS.
rate() {
	local i

	for ((i = 0; i < ROUNDS; i++)); do
		calc "$1 / $(cpu "${@:2}")" 1
		echo
	done | median
}

naive() {
	"$B/letters_naive" "$1" "$2" "$3" <"$W/letters.$4"
}

# for_groff COUNT: the letter, so many times, in plain requests.
for_groff() {
	awk -F '\t' -v n="$1" '
	function line(text) {
		gsub(/\\/, "\\e", text)
		return text ~ /^[.\047]/ ? "\\&" text : text
	}
	{ tag[NR] = $1; text[NR] = line($2) }
	END {
		print ".pl 29.7c\n.po 2c\n.ll 17c\n.fam H\n.nh\n.ad l"
		for (i = 0; i < n; i++) {
			if (i > 0)
				print ".bp 1"
			printf "Sample Council\n.br\nTown Hall, Mockham\n.br\n"
			printf "N-%07d-K\n.br\n", i
			for (j = 1; j <= NR; j++) {
				if (tag[j] ~ /^H/)
					print ".sp\n.ft B\n.ps 12\n.vs 15"
				else
					print ".ft R\n.ps 10.5\n.vs 14"
				if (tag[j] == "LBody")
					print ".sp .4\n.in 0.5c\n.ti 0\n\\(bu " \
					    text[j] "\n.br\n.in 0"
				else
					print ".sp .4\n" text[j] "\n.br"
			}
		}
	}' "$W/letters.en" >"$W/letters.roff"
}

for language in en ur; do
	"$LETTERS" blocks "$POLICY" "$language" standard 0 \
	    >"$W/letters.$language"
done

# ---- one core
ours=$(rate 4000 "$LETTERS" flood "$POLICY" en standard 4000 1)
for_groff 200
theirs=$(rate 200 groff -Tpdf -K utf8 "$W/letters.roff")
ratio=$(calc "$ours / $theirs" 1)
row 'letters in English' "$ours/s" "$theirs/s groff -Tpdf" "$ratio" '>= 8' \
    "$(judge "$ratio" '>=' 8)"
theirs=$(rate 200 naive 'Noto Sans' 0 200 en)
ratio=$(calc "$ours / $theirs" 1)
row 'letters in English' "$ours/s" "$theirs/s Pango, each by itself" \
    "$ratio" '>= 8' "$(judge "$ratio" '>=' 8)"
ours=$(rate 2000 "$LETTERS" flood "$POLICY" ur standard 2000 1)
theirs=$(rate 40 naive 'Noto Nastaliq Urdu' 1 40 ur)
ratio=$(calc "$ours / $theirs" 1)
row 'letters in Urdu' "$ours/s" "$theirs/s Pango, each by itself" "$ratio" \
    '>= 6' "$(judge "$ratio" '>=' 6)"

# ---- both cores, and a whole authority
flood() {
	"$LETTERS" flood "$POLICY" "$1" "$2" "$3" "$4"
}
one='' two=''
for ((i = 0; i < ROUNDS; i++)); do
	one+=$(get "$(flood en standard 8000 1)" .per_second)$'\n'
	two+=$(get "$(flood en standard 8000 2)" .per_second)$'\n'
done
one=$(median <<<"${one%$'\n'}") two=$(median <<<"${two%$'\n'}")
ratio=$(calc "$two / $one")
row 'letters by two workers' "$two/s" "$one/s by one" "$ratio" '>= 1.6' \
    "$(judge "$ratio" '>=' 1.6)"

all=$(flood en standard "$N" 2)
first=$(get "$all" .rss_kib_first) last=$(get "$all" .rss_kib)
ratio=$(calc "$last / $first")
row "memory over $N letters" "$(mib "$last") MiB" \
    "$(mib "$first") MiB over 4000" "$ratio" '<= 1.15' \
    "$(judge "$ratio" '<=' 1.15)"
echo "  $N letters in $(get "$all" .seconds) s, of which binding" \
    "$(get "$all" .binding) s" >&2
bytes=$(get "$all" .bytes_each)
row 'bytes of a letter, English' "$bytes" - - '< 15000' \
    "$(judge "$bytes" '<' 15000)"
for kind in 'en easy-read' 'en large-print' 'ur standard' 'ur large-print'; do
	# shellcheck disable=SC2086
	bytes=$(get "$(flood $kind 1000 1)" .bytes_each)
	row "bytes of a letter, $kind" "$bytes" - - '< 15000' \
	    "$(judge "$bytes" '<' 15000)"
done
