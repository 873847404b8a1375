#!/bin/bash
# A command is one file and one man page, and the page's synopsis is what
# --help says.
. "$(dirname "$0")/../lib.sh"

# One usage a line, for comparison: from the words of a synopsis or a help.
normalise() {
	local name=$1

	tr '\n\t' '  ' | sed -E 's/\xc2\xa0/ /g; s/ +/ /g; s/ ?\| ?/|/g
	    s/ ?(\.\.\.|…)/.../g; s/\[ /[/g; s/ \]/]/g; s/^ //; s/ $//
	    s/(^| )cpadmin[ -]'"$name"'( |$)/\ncpadmin '"$name"'\2/g' |
	    sed -E 's/^ //; s/ $//; /^$/d' | sort
}

# The usage part of a help: from `usage:' to the first empty line.
help_usages() {
	awk '/^usage:/ { on = 1; sub(/^usage:/, "") } /^$/ { on = 0 } on' |
	    sed -E 's/^ *or: //' | normalise "$1"
}

page_usages() {
	mandoc -Tascii -O width=1000 "$1" | sed 's/.\x08//g' |
	    awk '/^[A-Z]/ { on = $0 == "SYNOPSIS"; next } on' | normalise "$2"
}

# violations TREE PROGRAM
violations() {
	local tree=$1 program=$2 src name page

	for src in "$tree"/cpadmin/cmd_*.c; do
		name=$(basename "$src" .c)
		name=${name#cmd_}
		page=$tree/man/cpadmin-$name.8
		if [ ! -e "$page" ]; then
			echo "$name: no man/cpadmin-$name.8"
			continue
		fi
		"$program" "$name" --help >"$T/help" 2>&1 || {
			echo "$name: --help fails: $(head -n 2 "$T/help")"
			continue
		}
		help_usages "$name" <"$T/help" >"$T/help-usages"
		page_usages "$page" "$name" >"$T/page-usages"
		[ -s "$T/help-usages" ] || echo "$name: --help shows no usage"
		cmp -s "$T/help-usages" "$T/page-usages" || {
			echo "$name: --help (<) and the synopsis (>) differ:"
			diff "$T/help-usages" "$T/page-usages" | grep '^[<>]'
		}
	done
	for page in "$tree"/man/*.[1-9]; do
		page_violations "$tree" "$page"
	done
}

page_violations() {
	local tree=$1 page=$2 base name section

	base=$(basename "$page")
	name=${base%.*}
	section=${base##*.}
	case $base in
	cpadmin-*.8)
		[ -e "$tree/cpadmin/cmd_${name#cpadmin-}.c" ] ||
		    echo "$base: there is no such command" ;;
	esac
	(cd "$tree/man" && mandoc -Tlint -Wwarning "$base") ||
	    echo "$base: mandoc has warnings"
	[ "$base" = cpadmin.8 ] ||
	    grep -qE "^\.(It )?Xr $name $section( |\$)" "$tree/man/cpadmin.8" ||
	    echo "$base: not in cpadmin(8)"
}

shopt -s nullglob
have mandoc || skip_all 'mandoc is not installed'

test_case 'each command has its page, and they agree'
expect_true [ -x "$CPADMIN" ]
expect_true [ "$(find "$ROOT/cpadmin" -name 'cmd_*.c' | wc -l)" -gt 0 ]
expect_eq "$(violations "$ROOT" "$CPADMIN")" '' violations

# A small house with one command, all in order.
page() {
	cat <<EOF
.Dd November 21, 2026
.Dt $1 $2
.Os
.Sh NAME
.Nm $1
.Nd something
$3
.Sh DESCRIPTION
It does.
$4
EOF
}
SYNOPSIS='.Sh SYNOPSIS
.Nm cpadmin thing
.Cm make
.Op Fl -store Ar DIR
.Op Cm a | b
.Ar FILE ...
.Nm cpadmin thing
.Cm list
.Op Fl -json'
furnish() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/cpadmin" "$T/tree/man"
	: >"$T/tree/cpadmin/cmd_thing.c"
	page cpadmin-thing 8 "$SYNOPSIS" '.Pp
More.' >"$T/tree/man/cpadmin-thing.8"
	page cpadmin-thing 5 '.\"' '.Pp
More.' >"$T/tree/man/cpadmin-thing.5"
	page cpadmin 8 '.\"' '.Sh SEE ALSO
.Xr cpadmin-thing 5 ,
.Xr cpadmin-thing 8' >"$T/tree/man/cpadmin.8"
	cat >"$T/tree/program" <<'EOF'
#!/bin/sh
cat <<'USAGE'
usage: cpadmin thing make [--store DIR]
           [a|b] FILE...
       cpadmin thing list [--json]

Makes things; see cpadmin thing more.
USAGE
EOF
	chmod +x "$T/tree/program"
}
found() {
	violations "$T/tree" "$T/tree/program"
}
test_case 'agreement is accepted'
furnish
expect_eq "$(found)" ''

caught() {
	test_case "caught: $1"
	furnish
	(cd "$T/tree" && eval "$2")
	run found
	expect_out_contains "$3"
}
caught 'no page' 'rm man/cpadmin-thing.8' 'no man/cpadmin-thing.8'
caught 'an option only in the help' 'sed -i "s/--json/--xml/" program' \
    '< cpadmin thing list [--xml]'
caught 'an option only in the page' \
    'sed -i "/^.Op Fl -json/a .Op Fl -also" man/cpadmin-thing.8' \
    '> cpadmin thing list [--json] [--also]'
caught 'a verb only in the help' \
    'sed -i "s/^usage: /usage: cpadmin thing melt /" program' \
    '< cpadmin thing melt'
caught 'another order of words' \
    'sed -i "s/make .--store DIR./[--store DIR] make/" program' 'differ'
caught 'a help that fails' 'echo "exit 2" >>program' '--help fails'
caught 'a help without usage' 'printf "#!/bin/sh\necho hello\n" >program' \
    'no usage'
caught 'a page of no command' 'rm cpadmin/*' 'no such command'
caught 'a page with warnings' 'echo ".Xx" >>man/cpadmin-thing.5' \
    'mandoc has warnings'
caught 'a page cpadmin(8) does not name' \
    'sed -i "s/thing 5/thong 5/" man/cpadmin.8' \
    'cpadmin-thing.5: not in cpadmin(8)'
