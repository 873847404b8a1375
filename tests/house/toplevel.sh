#!/bin/bash
# The top of the house holds what design says, and nothing else.
. "$(dirname "$0")/../lib.sh"
WANTED='Makefile README.md archive cpadmin lifecycle man policies tests'

# Names at the top, one a line, on stdin.
violations() {
	sed 's|/.*||' | sort -u | awk -v wanted="$WANTED" '
	BEGIN {
		n = split(wanted, names, " ")
		for (i = 1; i <= n; i++)
			missing[names[i]] = 1
	}
	$0 in missing { delete missing[$0]; next }
	/^\./ || /^(LICEN[CS]E|COPYING)(\..*)?$/ { next }
	{ print $0 ": does not belong here" }
	END { for (name in missing) print name ": is missing" }'
}

names() {
	if [ -e "$ROOT/.git" ] && have git; then
		git -c safe.directory="$ROOT" -C "$ROOT" ls-files
	else
		# Not a checkout: what lies there, build folders apart.
		find "$ROOT" -mindepth 1 -maxdepth 1 ! -name 'build*' -printf '%f\n'
	fi
}

test_case 'the top level is as designed'
expect_eq "$(names | violations)" '' 'violations'

as_designed() {
	printf '%s/x\n' archive cpadmin lifecycle man policies tests .ci
	printf '%s\n' Makefile README.md .gitignore LICENCE
}
test_case 'what is designed is accepted'
expect_eq "$(as_designed | violations)" ''
for more in src/x.c docs/a.md configure.ac utils.c licence-notes; do
	test_case "caught: $more"
	expect_eq "$( (as_designed; echo "$more") | violations | wc -l)" 1
done
for less in man policies README.md; do
	test_case "caught: no $less"
	expect_eq "$(as_designed | grep -v "^$less" | violations)" \
	    "$less: is missing"
done
