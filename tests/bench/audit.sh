#!/bin/bash
# The log: verifying and appending, against bare loops over the same rows.
. "$(dirname "$0")/lib.sh"

for what in verify append; do
	line=$("$B/audit_$what")
	ratio=$(sed 's/.* ratio \([0-9.]*\) .*/\1/' <<<"$line")
	bare=$(sed 's/.*bare [a-z]* \([0-9.]*\) s.*/\1/' <<<"$line")
	ours=$(sed "s/.*$what \([0-9.]*\) s, .*/\1/" <<<"$line")
	n=$(sed 's/.* \([0-9]*\) entries.*/\1/' <<<"$line")
	row "audit $what" "$(calc "$n / $ours" 0) entries/s" \
	    "$(calc "$n / $bare" 0)/s bare" "$ratio" '>= 0.5' \
	    "$(judge "$ratio" '>=' 0.5)"
done
