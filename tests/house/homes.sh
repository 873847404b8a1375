#!/bin/bash
# Each foreign library is spoken to in one place only.
. "$(dirname "$0")/../lib.sh"
HOUSE=$ROOT/tests/house

# Header (regular expression), then its homes: a name stands for NAME.c and
# its siblings NAME_*.c and NAME_*.h; with a slash at the end, for a floor.
# The first line that fits decides.
HOMES='gcrypt\.h archive/crypto archive/secret
archive(_entry)?\.h archive/package archive/volume lifecycle/duties/pack
sqlite3\.h lifecycle/store/store
libconfig\.h lifecycle/rules/policy lifecycle/store/config
jansson\.h lifecycle/store/json
(pango|cairo|qpdf|fontconfig|qrencode|glib)(/.*|[-a-z0-9]*\.h) lifecycle/duties/letter
(hb(-[a-z]+)?|zlib)\.h lifecycle/duties/letter
uni(str|norm|ctype|case|types|conv|width|name|gbrk|lbrk|wbrk|stdio)\.h lifecycle/rules/text
popt\.h cpadmin/
libsmartcols(/libsmartcols)?\.h cpadmin/
bsd/readpassphrase\.h cpadmin/
systemd/sd-daemon\.h cpadmin/cpschedd cpadmin/confine
seccomp\.h cpadmin/cpschedd cpadmin/confine'

# Of the system itself; whatever is in neither list has no home.
SYSTEM='(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|threads|time|uchar|wchar|wctype)\.h
(aio|cpio|dirent|dlfcn|endian|fcntl|fnmatch|ftw|getopt|glob|grp|iconv|langinfo|libgen|malloc|poll|pthread|pwd|regex|sched|semaphore|spawn|strings|syslog|termios|unistd|utime|wordexp)\.h
(sys|linux|netinet|arpa|net)/[a-z0-9_-]+\.h'

violations() (
	cd "$1" || exit 1
	find archive lifecycle cpadmin -name '*.[ch]' 2>/dev/null | sort |
	    xargs -r awk -v keep=includes -v where=1 -f "$HOUSE/strip.awk" |
	    sed -nE 's/^([^\t]*)\t[0-9]*\t[ \t]*#[ \t]*include[ \t]*<([^>]*)>.*/\1 \2/p' |
	    while read -r f header; do
		at_home "$f" "$header"
	done
)

# at_home FILE HEADER: says so where it is not.
at_home() {
	local pattern homes home stem=${1%.[ch]}

	while read -r pattern homes; do
		[[ $2 =~ ^(${pattern})$ ]] || continue
		for home in $homes; do
			case $1 in
			"$home".c | "$home"_*.[ch]) return ;;
			esac
			[ "${home%/}" != "$home" ] && [ "${stem#"$home"}" != "$stem" ] &&
			    return
		done
		echo "$1: <$2> lives in $homes"
		return
	done <<<"$HOMES"
	while read -r pattern; do
		[[ $2 =~ ^(${pattern})$ ]] && return
	done <<<"$SYSTEM"
	echo "$1: <$2> has no home"
}

test_case 'each library is at home'
expect_eq "$(violations "$ROOT")" '' 'violations'

try() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/archive" "$T/tree/cpadmin" "$T/tree/$(dirname "$1")"
	printf '#include <%s>\n' "$2" >"$T/tree/$1"
	violations "$T/tree"
}
caught() {
	test_case "caught: $2 in $1"
	expect_eq "$(try "$1" "$2" | wc -l)" 1
}
allowed() {
	test_case "allowed: $2 in $1"
	expect_eq "$(try "$1" "$2")" ''
}
caught archive/age.c gcrypt.h
caught archive/crypto.h gcrypt.h
caught lifecycle/store/audit.c sqlite3.h
caught lifecycle/store/store.h sqlite3.h
caught lifecycle/storeroom/store.c sqlite3.h
caught cpadmin/cmd_archive.c archive.h
caught archive/custody.c archive_entry.h
caught cpadmin/cmd_policy.c libconfig.h
caught cpadmin/out.c jansson.h
caught lifecycle/duties/notice.c pango/pangocairo.h
caught lifecycle/duties/notice.c cairo-pdf.h
caught lifecycle/duties/certificate_page.c qrencode.h
caught cpadmin/custody_sheet.c qpdf/qpdf-c.h
caught archive/package.c zlib.h
caught lifecycle/duties/pack.c hb-subset.h
allowed lifecycle/duties/letter_press_font.c hb-subset.h
allowed lifecycle/duties/letter_page.c pango/pangocairo.h
allowed lifecycle/duties/letter_page_qr.c qrencode.h
caught cpadmin/out.c unistr.h
caught cpadmin/out.c uniwidth.h
caught lifecycle/store/store.c popt.h
caught lifecycle/jobs/table.c libsmartcols/libsmartcols.h
caught archive/secret.c bsd/readpassphrase.h
caught cpadmin/main.c systemd/sd-daemon.h
caught cpadmin/main.c seccomp.h
caught archive/err.c check.h
caught archive/age.c openssl/evp.h
caught archive/package.c zstd.h
allowed archive/crypto.c gcrypt.h
allowed archive/secret_pool.c gcrypt.h
allowed archive/volume_read.c archive.h
allowed lifecycle/store/store_stmt.c sqlite3.h
allowed lifecycle/store/store_internal.h sqlite3.h
allowed lifecycle/rules/text_fold.c unicase.h
allowed cpadmin/call.c popt.h
allowed cpadmin/confine.c seccomp.h
allowed archive/file.c sys/file.h
allowed lifecycle/rules/date.c stdint.h
