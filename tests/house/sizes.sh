#!/bin/bash
# Sizes, to be read; only what is grossly out of shape fails.
. "$(dirname "$0")/../lib.sh"
HOUSE=$ROOT/tests/house
FILE_MAX=700
FUNCTION_MAX=130

measure() (
	cd "$1" || exit 1
	find archive lifecycle cpadmin -name '*.[ch]' | sort |
	    LC_ALL=C.UTF-8 xargs awk -f "$HOUSE/sizes.awk"
	find archive lifecycle cpadmin -name '*.h' | sort |
	    xargs awk -v where=1 -f "$HOUSE/strip.awk" | awk -F '\t' '
	function done() {
		if (f == "")
			return
		while (gsub(/\{[^{}]*\}/, "", text))
			;
		n = split(text, parts, ";")
		count = 0
		for (i = 1; i <= n; i++)
			if (parts[i] ~ /\(/ && parts[i] !~ /typedef/)
				count++
		print "header", count, f
		text = ""
		more = 0
	}
	$1 != f { done(); f = $1 }
	{ line = $0; sub(/^[^\t]*\t[^\t]*\t/, "", line) }
	line ~ /^[ \t]*#/ { more = line ~ /\\$/; next }
	more { more = line ~ /\\$/; next }
	{ text = text " " line }
	END { done() }'
)

# summary KIND: count, median, p95 and the largest three.
summary() {
	awk -v kind="$1" '$1 == kind' "$T/sizes" | sort -k 2n | awk -v kind="$1" '
	{ v[NR] = $2; what[NR] = $3 " " $4 }
	END {
		if (!NR)
			exit
		printf "%-9s %5d  median %4d  p95 %4d ", kind, NR,
		    v[int((NR + 1) / 2)], v[int(NR * 0.95 + 0.5)]
		for (i = NR; i > NR - 3 && i > 0; i--)
			printf "  %d %s", v[i], what[i]
		print ""
	}'
}

outliers() {
	awk -v file="$FILE_MAX" -v fun="$FUNCTION_MAX" '
	$1 == "file" && $2 > file { print $3 ": " $2 " lines" }
	$1 == "function" && $2 > fun { print $3 ": " $4 ": " $2 " lines" }'
}

test_case 'nothing is grossly out of shape'
measure "$ROOT" >"$T/sizes"
for kind in function file header; do
	summary $kind
done
echo "lines over 80 columns: $(grep -c '^wide' "$T/sizes")"
expect_eq "$(outliers <"$T/sizes")" '' outliers
expect_true grep -q '^function [0-9]* archive/err.c cp_fail$' "$T/sizes"

test_case 'the measures are right'
mkdir -p "$T/tree/archive" "$T/tree/lifecycle" "$T/tree/cpadmin"
{
	printf 'static int\nlong_one(int a)\n{\n'
	for ((i = 0; i < 129; i++)); do echo '	a++;'; done
	printf '}\n\nvoid\nshort_one(void)\n{\n}\n\nstruct x y = {\n\t0\n};\n'
} >"$T/tree/archive/x.c"
for ((i = 0; i < 701; i++)); do echo; done >"$T/tree/archive/y.c"
cat >"$T/tree/cpadmin/h.h" <<'H'
#define F(x) \
	f(x);
/* int no(void); */
struct s { int (*pointer)(int); int a; };
typedef int (*callback)(int);
extern const int table[];
int one(int a);
int two(struct s *s,
    int b) __attribute__((warn_unused_result));
H
printf '\t\t\t\t\t\t\t\t\t\tx\n%080d\n' 0 >"$T/tree/cpadmin/w.c"
measure "$T/tree" >"$T/sizes-seeded"
expect_eq "$(grep '^function' "$T/sizes-seeded")" \
    'function 131 archive/x.c long_one
function 2 archive/x.c short_one'
expect_eq "$(grep '^header' "$T/sizes-seeded")" 'header 2 cpadmin/h.h'
expect_eq "$(grep '^wide' "$T/sizes-seeded")" 'wide 1 cpadmin/w.c:1'
expect_eq "$(outliers <"$T/sizes-seeded")" \
    'archive/x.c: long_one: 131 lines
archive/y.c: 701 lines'
