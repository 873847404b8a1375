# shellcheck shell=bash
# The feed storm, for tests/bench/storm.sh and tests/behaviour/storm.sh.  Needs
# POPULATION.

# storm_feed DIR PEOPLE ROWS ONE_IN: in DIR, PEOPLE children in people.ndjson,
# of whom those of of.ndjson are to be shielded; and feed.ndjson, of ROWS other
# children with a row about each of those among them, the lines of which are in
# near.lines.
storm_feed() {
	"$POPULATION" --count "$2" --authority all >"$1/people.ndjson"
	"$POPULATION" --count "$2" --authority all --near "$4" \
	    --near-of "$1/of.ndjson" --near-report "$1/near.json" \
	    >"$1/near.ndjson"
	"$POPULATION" --count "$3" --first-id "$2" --authority all |
	    awk -v every="$(($3 / $(wc -l <"$1/near.ndjson") - 1))" \
	    -v near="$1/near.ndjson" -v lines="$1/near.lines" '
	    { print; n++ }
	    NR % every == 0 && (getline row <near) > 0 {
		print row; print ++n >lines
	    }' >"$1/feed.ndjson"
}

# storm_count DIR STORE: what became of them, a name and a number in each line.
storm_count() {
	sqlite3 "$2/store.db" "SELECT line FROM quarantine
	    WHERE file = 'feed.ndjson'" | sort >"$1/aside"
	sort "$1/near.lines" >"$1/near.sorted"
	echo "all $(wc -l <"$1/feed.ndjson")"
	echo "near $(wc -l <"$1/near.lines")"
	echo "near_aside $(comm -12 "$1/aside" "$1/near.sorted" | wc -l)"
	echo "others_aside $(comm -23 "$1/aside" "$1/near.sorted" | wc -l)"
	echo "clear $(sqlite3 "$2/store.db" "SELECT count(*) FROM document
	    WHERE doc LIKE '%\"Nearstreet %' OR doc LIKE '%\"NR-0%'")"
}
