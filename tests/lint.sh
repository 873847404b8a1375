#!/bin/bash
# Static opinions beside the compilers': man pages, scripts, and C where the
# tools are there.  Says what it left out.
set -u
cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob
bad=0
pages=(man/*.[1-9])
scripts=(tests/*.sh tests/*/*.sh .ci/run)

try() {
	local tool=$1

	if ! command -v "$tool" >/dev/null; then
		echo "lint: $tool is not installed: left out" >&2
		return 0
	fi
	"$@" || {
		echo "lint: $tool has findings" >&2
		bad=1
	}
}

[ ${#pages[@]} -eq 0 ] || try mandoc -Tlint -Wwarning "${pages[@]}"
try shellcheck -x -S warning -e SC1090,SC1091 "${scripts[@]}"
# Its guesses about pointers handed on are often wrong: to be read, not obeyed.
fatal=$bad
try cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -I. \
    --enable=warning,portability -D_GNU_SOURCE --suppress=missingInclude \
    --suppress=missingIncludeSystem --suppress=checkersReport \
    archive lifecycle cpadmin tests
exit "$fatal"
