#!/bin/bash
# Arrows only down: archive/ knows nothing of lifecycle/, lifecycle/ nothing
# of cpadmin/, and the rooms of lifecycle/ only those below them.
. "$(dirname "$0")/../lib.sh"
HOUSE=$ROOT/tests/house

# includes TREE: `file<TAB>line<TAB>"name" or <name>' of every #include.
includes() (
	cd "$1" || exit 1
	find archive lifecycle cpadmin -name '*.[ch]' 2>/dev/null | sort |
	    xargs -r awk -v keep=includes -v where=1 -f "$HOUSE/strip.awk" |
	    awk -F '\t' '$3 $4 ~ /^ *#[ \t]*include/ {
		text = $0
		sub(/^[^\t]*\t[^\t]*\t[ \t]*#[ \t]*include[ \t]*/, "", text)
		sub(/[ \t]+$/, "", text)
		print $1 "\t" $2 "\t" text
	}'
)

violations() {
	includes "$1" | awk -F '\t' '
	function room(path) {
		if (path !~ /^lifecycle\//)
			return 0
		sub(/^lifecycle\//, "", path)
		sub(/\/.*/, "", path)
		return (path in rank) ? rank[path] : -1
	}
	function say(why) { print $1 ":" $2 ": " $3 ": " why }
	BEGIN {
		n = split("rules store records duties jobs", names, " ")
		for (i = 1; i <= n; i++)
			rank[names[i]] = i
	}
	$1 ~ /^lifecycle\// && room($1) < 0 {
		if (!seen[$1]++)
			print $1 ": stands in no room"
		next
	}
	$3 ~ /^</ {
		if (room($1) == 1 && $3 ~ /^<(sys\/)?time\.h>$/)
			say("rules have no clock")
		next
	}
	$3 !~ /^"[^"]*"$/ { say("not a plain include"); next }
	{
		name = substr($3, 2, length($3) - 2)
		# Generated from lifecycle/store/sql.
		if (name == "sql_ids.h")
			name = "lifecycle/store/sql_ids.h"
		if (name ~ /(^|\/)\.\.?\//)
			say("names are from the top")
		else if (name !~ /^(archive|lifecycle|cpadmin)\//)
			say("of no floor")
		else if ($1 ~ /^archive\// && name !~ /^archive\//)
			say("archive/ includes only itself")
		else if ($1 ~ /^lifecycle\// && name ~ /^cpadmin\//)
			say("lifecycle/ does not know cpadmin/")
		else if ($1 ~ /^lifecycle\// && room(name) < 0)
			say("no such room")
		else if ($1 ~ /^lifecycle\// && room(name) > room($1))
			say("an arrow upwards")
	}'
	(
		cd "$1" && find lifecycle -maxdepth 1 -name '*.[ch]' 2>/dev/null |
		    sed 's/$/: stands in no room/'
	)
}

test_case 'the sources keep to the floors and rooms'
expect_true [ "$(includes "$ROOT" | wc -l)" -gt 20 ]
expect_eq "$(violations "$ROOT")" '' 'violations'

# seed FILE LINE: a tree with that one line in it.
seed() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/archive" "$T/tree/cpadmin" "$T/tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$T/tree/$1"
}
caught() {
	test_case "caught: $1: $2"
	seed "$1" "$2"
	expect_eq "$(violations "$T/tree" | wc -l)" 1
}
allowed() {
	test_case "allowed: $1: $2"
	seed "$1" "$2"
	expect_eq "$(violations "$T/tree")" ''
}
caught archive/x.c '#include "lifecycle/rules/date.h"'
caught archive/x.h '#  include "cpadmin/cmd.h" /* why */'
caught archive/x.c '#include "tests/x.h"'
caught archive/x.c '#include "sql_ids.h"'
caught archive/x.c '#include "err.h"'
caught archive/x.c '#include "../lifecycle/rules/date.h"'
caught archive/x.c '#include NAME'
caught lifecycle/rules/x.c '#include "lifecycle/store/store.h"'
caught lifecycle/rules/x.c '#include "sql_ids.h"'
caught lifecycle/rules/x.c '#include <time.h>'
caught lifecycle/store/x.c '#include "lifecycle/records/record.h"'
caught lifecycle/records/x.h '#include "lifecycle/duties/pack.h"'
caught lifecycle/duties/x.c '#include "lifecycle/jobs/job.h"'
caught lifecycle/jobs/x.c '#include "cpadmin/cmd.h"'
caught lifecycle/store/x.c '#include "lifecycle/odds/x.h"'
caught lifecycle/odds/x.c '#include "archive/err.h"'
caught lifecycle/x.c 'int x;'
caught cpadmin/x.c '#include "tests/x.h"'
allowed archive/x.c '#include "archive/err.h"'
allowed archive/x.c '/* #include "cpadmin/cmd.h" */'
allowed lifecycle/jobs/x.c '#include "lifecycle/rules/date.h"'
allowed lifecycle/store/x.c '#include "sql_ids.h"'
allowed lifecycle/rules/x.c '#include "archive/err.h"'
allowed cpadmin/x.c '#include "lifecycle/jobs/job.h"'
