# shellcheck shell=bash
# shellcheck disable=SC2034 # what one part sets another reads
# Telling and running: headings, paragraphs, commands that are shown and whose
# failure ends everything.  Sourced by run.sh, which sets WORK and CPADMIN.

BOLD='' PLAIN=''
if [ -t 1 ]; then
	BOLD=$'\e[1m' PLAIN=$'\e[0m'
fi
OUT='' LAST='(nothing yet)' PROGRESS=0 CHAPTERS=0

chapter() {
	CHAPTERS=$((CHAPTERS + 1))
	printf '\n%s== %s ==%s\n' "$BOLD" "$*" "$PLAIN"
}

# A paragraph, its lines filled anew.
say() {
	printf '\n'
	printf '%s\n' "$*" | tr -s '\n\t ' ' ' | fold -s -w 78 | sed 's/ *$//'
	printf '\n'
}

# 62000 as 62,000
thousands() {
	local n=$1 out=''

	while [ ${#n} -gt 3 ]; do
		out=,${n: -3}$out
		n=${n:0:${#n}-3}
	done
	printf '%s' "$n$out"
}

die() {
	trap - ERR
	progress_end
	{
		printf '\nmake demo: FAILED: %s\n' "$1"
		[ -z "${2:-}" ] || printf '  the command: %s\n' "$2"
		[ ! -s "$WORK/err" ] || sed 's/^/  stderr: /' "$WORK/err"
	} >&2
	exit 1
}

# As one would type it.
typed() {
	local word out=''

	for word in "$@"; do
		[[ $word =~ ^[A-Za-z0-9_./:=@,+-]+$ ]] || word="'$word'"
		out+=" $word"
	done
	printf '%s' "${out# }"
}

# run CMD...: in silence; OUT is its stdout.  Anything but 0 ends the demo.
run() {
	local status=0

	LAST=$*
	"$@" >"$WORK/out" 2>"$WORK/err" || status=$?
	read -r -d '' OUT <"$WORK/out" || true
	[ "$status" -eq 0 ] || die "exit status $status" "$(typed "$@")"
}

cpadmin() {
	"$CPADMIN" "$@"
}

indented() {
	local shown=${1:-40} total

	total=$(wc -l <"$WORK/out")
	head -n "$shown" "$WORK/out" | sed 's/^/    /'
	[ "$total" -le "$shown" ] ||
	    printf '    ... and %s lines more\n' "$(thousands $((total - shown)))"
}

# show [-n LINES] CMD...: the command, then its output.
show() {
	local lines=40

	if [ "$1" = -n ]; then
		lines=$2
		shift 2
	fi
	progress_end
	printf '  $ %s\n' "$(typed "$@")"
	run "$@"
	indented "$lines"
}

# refused STATUS CMD...: shows a command that must fail with this very status.
refused() {
	local want=$1 status=0

	shift
	printf '  $ %s\n' "$(typed "$@")"
	"$@" >"$WORK/out" 2>"$WORK/err" || status=$?
	[ "$status" -eq "$want" ] ||
	    die "expected exit status $want, got $status" "$(typed "$@")"
	sed 's/^/    /' "$WORK/err"
	printf '    (exit status %s)\n' "$status"
	: >"$WORK/err"
}

# expect WHAT GOT WANT
expect() {
	[ "$2" = "$3" ] || die "$1: expected $3, got $2" "$LAST"
}

# confirm WHAT GOT WANT: the same, said aloud.
confirm() {
	expect "$@"
	printf '  %-58s %12s  as it should be\n' "$1" "$(number "$2")"
}

number() {
	if [[ $1 =~ ^[0-9]+$ ]]; then
		thousands "$1"
	else
		printf '%s' "$1"
	fi
}

# json FILTER: of the last output.
json() {
	jq -r "$1" <"$WORK/out"
}

# progress DONE OF TEXT: one line, on a terminal only.
progress() {
	local width=30 full

	[ -t 2 ] || return 0
	full=$(($1 * width / $2))
	printf '\r  [%-30s] %s\e[K' "$(printf '%*s' "$full" '' | tr ' ' '#')" \
	    "$3" >&2
	PROGRESS=1
}

progress_end() {
	[ "$PROGRESS" -eq 0 ] || printf '\r\e[K' >&2
	PROGRESS=0
}
