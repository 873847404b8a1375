#!/bin/bash
# Words that should not be in the sources.
. "$(dirname "$0")/../lib.sh"
HOUSE=$ROOT/tests/house

# files TREE PLACE...: text files there, this one apart.
files() (
	cd "$1" && shift && find "$@" -type f ! -path tests/house/words.sh \
	    ! -name '*.age' ! -name '*.gz' ! -name '.*.sw?' 2>/dev/null | sort
)

# Searches comments too.
mentions() (
	why=$2 pattern=$3
	cd "$1" && shift 3 && files . "$@" |
	    xargs -d '\n' -r grep -nIHP -e "$pattern" -- |
	    sed "s|\$|  ($why)|"
)

# Searches code only, of all files in one go.
calls() (
	why=$2 pattern=$3
	cd "$1" && shift 3 && files . "$@" | grep '\.[ch]$' |
	    xargs -d '\n' -r awk -v where=1 -f "$HOUSE/strip.awk" >"$T/code"
	cut -f 3- "$T/code" | grep -nP -e "$pattern" | cut -d ':' -f 1 |
	    awk -F '\t' -v why="$why" 'NR == FNR { wanted[$1]; next }
	    FNR in wanted { print $1 ":" $2 ":" $3 "  (" why ")" }' - "$T/code"
)

NOT_TESTS='archive lifecycle cpadmin policies man Makefile README.md'
violations() {
	# shellcheck disable=SC2086
	{
		mentions "$1" 'unfinished' \
		    '\b(TODO|FIXME|HACK|XXX)\b|(?i:\bstub(s|bed)?\b|\bnot (yet )?implemented\b)' \
		    $NOT_TESTS tests
		mentions "$1" 'a path outside the project' '\.\./shared' \
		    $NOT_TESTS
		mentions "$1" "a path of somebody's machine" \
		    '(?<![\w.\$}-])(/work|/home/\w+|/root)(?=[/\s"'\''\x60:;,)]|$)' \
		    $NOT_TESTS tests .ci
		calls "$1" 'a dangerous function' \
		    '(?<!\w)(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|system|popen|alloca|mktemp|tmpnam)\s*\(' \
		    archive lifecycle cpadmin
		calls "$1" 'a library neither prints nor exits' \
		    '(?<!\w)(v?printf|puts|putchar|perror|psignal|exit|_exit|_Exit|quick_exit|abort|v?errx?|v?warnx?)\s*\(|(?<!\w)v?fprintf\s*\(\s*std(out|err)\b|(?<!\w)fputs\s*\([^;]*\bstd(out|err)\b' \
		    archive lifecycle
	}
}

test_case 'the sources hold none of them'
expect_eq "$(violations "$ROOT")" '' 'violations'

try() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$T/tree/$1"
	violations "$T/tree"
}
caught() {
	test_case "caught: $1: $2"
	expect_eq "$(try "$1" "$2" | wc -l)" 1
}
allowed() {
	test_case "allowed: $1: $2"
	expect_eq "$(try "$1" "$2")" ''
}
caught archive/x.c '/* TODO: all of it */'
caught tests/unit/x.c '// FIXME'
caught man/x.8 'This is a stub.'
caught README.md 'Not yet implemented: all.'
caught lifecycle/rules/x.c 'f("../shared/vectors");'
caught Makefile 'V := ../shared'
caught tests/behaviour/x.sh 'cd /work/main'
caught cpadmin/x.c 'f("/home/me/x");'
caught .ci/run 'ls /root/'
for f in 'strcpy(a, b)' 'strcat (a, b)' 'sprintf(a, "")' 'gets(a)' 'atoi(a)' \
    'strtok(a, b)' 'system("ls")' 'popen("ls", "r")'; do
	caught cpadmin/x.c "x = $f;"
done
for f in 'printf("")' 'exit(1)' '_exit(1)' 'abort()' 'puts("")' 'perror("")' \
    'fprintf(stderr, "")' 'vfprintf( stdout, "", ap)' 'fputs("a", stderr)'; do
	caught lifecycle/rules/x.c "	$f;"
	caught archive/x.c "	$f;"
done
allowed cpadmin/x.c 'printf(""); exit(1);'
allowed archive/x.c '/* strcpy() and exit() and system() are not for us */'
allowed archive/x.c 'f("do not exit(1)");'
allowed archive/x.c 'snprintf(a, 1, "x"); fprintf(f, "x"); vsnprintf(a, 1, "", ap);'
allowed archive/x.c 'cp_err_context(err, "x"); filesystem(a); at_exit(b);'
allowed archive/x.c 'mkstemp("/tmp/x.XXXXXX");'
allowed tests/unit/x.c 'f("../shared/vectors");'
allowed tests/behaviour/x.sh 'cd $T/work/main; ls $ROOT/work'
allowed cpadmin/cmd_worklist.c 'f("/worklist");'
