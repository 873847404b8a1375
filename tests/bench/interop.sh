#!/bin/bash
# Every package of a night opens with the stock age program, and what stock
# age seals opens with `cpadmin unseal'.
. "$(dirname "$0")/lib.sh"

N=1000
new_store "$W/night"
KEY=$W/night/keys/rehearsal/custody.identity
"$POPULATION" --count "$N" --on 2007-01-01 >"$W/night.ndjson"
"$CP" record import "$W/night.ndjson" --store "$W/night" --quiet >/dev/null
sqlite3 "$W/night/store.db" 'SELECT doc FROM document' | sort >"$W/expected"
"$CP" retention run --store "$W/night" --on 2026-11-21 --accept share --yes \
    --quiet >/dev/null
rm -rf "$W/sealed"
mkdir "$W/sealed"
n=$("$B/sealed" "$W/night" "$W/sealed")
[ "$n" = "$N" ]

# Opened and right: the record in it is one that was live, byte for byte.
for f in "$W"/sealed/*.age; do
	age -d -i "$KEY" "$f" | tar --zstd -xO record.json || true
done | sort >"$W/opened"
opened=$(comm -12 "$W/opened" "$W/expected" | wc -l)
row 'packages opened by stock age' "$opened" "$N sealed" \
    "$(calc "$opened / $N")" '= all' "$(judge "$opened" '>=' "$N")"

to=$(age-keygen -y "$KEY")
opened=0
for f in "$W"/sealed/*.age; do
	age -r "$to" -o "$W/by-age" "$f"
	if "$CP" unseal -i "$KEY" --output "$W/back" "$W/by-age" >/dev/null &&
	    cmp -s "$f" "$W/back"; then
		opened=$((opened + 1))
	fi
	rm -f "$W/by-age" "$W/back"
done
row 'files of stock age unsealed' "$opened" "$N sealed" \
    "$(calc "$opened / $N")" '= all' "$(judge "$opened" '>=' "$N")"
rm -rf "$W/night" "$W/night.ndjson" "$W/sealed" "$W/opened" "$W/expected"
