# shellcheck shell=bash
# The feed storm, for tests/bench/storm.sh and tests/behaviour/storm.sh.  Needs
# POPULATION.

# storm_feed DIR PEOPLE ROWS ONE_IN PARTS: in DIR, PEOPLE children in
# people.ndjson, of whom those of of.ndjson are to be shielded; and a feed in
# PARTS, feed.1.ndjson and so on, of ROWS other children with a row about each of
# those among them.  Which rows those are is in near.lines (FILE:LINE).
storm_feed() {
	local near

	"$POPULATION" --count "$2" --authority all >"$1/people.ndjson"
	"$POPULATION" --count "$2" --authority all --near "$4" \
	    --near-of "$1/of.ndjson" --near-report "$1/near.json" \
	    >"$1/near.ndjson"
	near=$(wc -l <"$1/near.ndjson")
	"$POPULATION" --count "$3" --first-id "$2" --authority all |
	    awk -v every="$(($3 / near - 1))" -v dir="$1" \
	    -v most="$((($3 + near + $5 - 1) / $5))" '
	    function put(row) {
		if (n == 0 || n == most) {
			if (n > 0)
				close(dir "/" name)
			name = "feed." ++part ".ndjson"
			n = 0
		}
		print row >(dir "/" name)
		n++
	    }
	    { put($0) }
	    NR % every == 0 && (getline row <(dir "/near.ndjson")) > 0 {
		put(row)
		print name ":" n >(dir "/near.lines")
	    }'
}

# storm_count DIR STORE: what became of them, a name and a number in each line.
storm_count() {
	sqlite3 "$2/store.db" "SELECT file || ':' || line FROM quarantine
	    WHERE file LIKE 'feed.%'" | sort >"$1/aside"
	sort "$1/near.lines" >"$1/near.sorted"
	echo "all $(cat "$1"/feed.*.ndjson | wc -l)"
	echo "near $(wc -l <"$1/near.lines")"
	echo "near_aside $(comm -12 "$1/aside" "$1/near.sorted" | wc -l)"
	echo "others_aside $(comm -23 "$1/aside" "$1/near.sorted" | wc -l)"
	echo "clear $(sqlite3 "$2/store.db" "SELECT count(*) FROM document
	    WHERE doc LIKE '%\"Nearstreet %' OR doc LIKE '%\"NR-0%'")"
}
