#!/bin/bash
# One GiB as a stream, to and from the stock age program: the same bytes, in
# memory that one MiB takes as well.
. "$(dirname "$0")/lib.sh"

BIG=1073741824 SMALL=1048576
rm -f "$W"/stream.*
age-keygen -o "$W/stream.key" 2>/dev/null
TO=$(age-keygen -y "$W/stream.key")
SUM=$(head -c $BIG /dev/zero | sha256sum)
truncate -s $BIG "$W/stream.big"
truncate -s $SMALL "$W/stream.small"

# memory A B: KiB of the one beside the other.
memory() {
	local ratio

	ratio=$(calc "$(get "$2" .a.rss_kib) / $(get "$3" .a.rss_kib)" 3)
	row "$1" "$(mib "$(get "$2" .a.rss_kib)") MiB" \
	    "$(mib "$(get "$3" .a.rss_kib)") MiB for one MiB" "$ratio" '<= 1.05' \
	    "$(judge "$ratio" '<=' 1.05)"
}

# speed WHAT OURS THEIRS
speed() {
	row "$1" "$(calc "$BIG / 1048.576 / $(get "$2" .a.cpu_ms)" 0) MiB/s of processor" \
	    "$(calc "$BIG / 1048.576 / $(get "$3" .a.cpu_ms)" 0) MiB/s by age" \
	    "$(calc "$(get "$3" .a.cpu_ms) / $(get "$2" .a.cpu_ms)")" - -
}

same() {
	row "$1" "$([ "$2" = "$SUM" ] && echo same || echo other) bytes" \
	    '1 GiB' - '= same' "$([ "$2" = "$SUM" ] && echo met || echo missed)"
}

# Into memory first: what is measured is sealing.
cat "$W/stream.big" >/dev/null
big=$(duel 1 "$B/stream" "$TO" "$W/stream.big")
small=$(duel 1 "$B/stream" "$TO" "$W/stream.small")
theirs=$(duel 1 age -r "$TO" "$W/stream.big")
memory '1 GiB sealed, memory' "$big" "$small"
speed '1 GiB sealed' "$big" "$theirs"
same '1 GiB sealed, opened by stock age' \
    "$("$B/stream" "$TO" "$W/stream.big" | age -d -i "$W/stream.key" |
    sha256sum)"

age -r "$TO" -o "$W/stream.age" "$W/stream.big"
age -r "$TO" -o "$W/stream.little" "$W/stream.small"
cat "$W/stream.age" >/dev/null
big=$(duel 1 "$CP" unseal -i "$W/stream.key" "$W/stream.age")
small=$(duel 1 "$CP" unseal -i "$W/stream.key" "$W/stream.little")
theirs=$(duel 1 age -d -i "$W/stream.key" "$W/stream.age")
memory '1 GiB unsealed, memory' "$big" "$small"
speed '1 GiB unsealed' "$big" "$theirs"
same '1 GiB of stock age, unsealed' \
    "$("$CP" unseal -i "$W/stream.key" "$W/stream.age" | sha256sum)"
rm -f "$W"/stream.*
