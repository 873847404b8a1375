# bash completion for cpadmin: commands, verbs and options are asked of the
# program itself, so that they cannot differ from it.
_cpadmin_words() {
	# Commands or verbs: indented by two spaces, after their heading.
	"$1" "${@:3}" --help 2>/dev/null | sed -n "/^$2:/,/^\$/s/^  \\([a-z-]*\\).*/\\1/p"
}

_cpadmin_options() {
	"$1" "${@:2}" --help 2>/dev/null | grep -o -- '  --[a-z-]*\|, --[a-z-]*' |
	    tr -d ' ,'
}

# What a verb does in turn, where its usage begins with list|add or the like;
# and where one ID is given, what follows it: ID grant|refuse, SAR in|out.
_cpadmin_actions() {
	"${@:1:3}" --help 2>/dev/null |
	    sed -n "s/^usage: cpadmin $2 $3 ${4:+\\[*[A-Z]* }\\([a-z-]*|[a-z|-]*\\).*/\\1/p" |
	    tr '|' ' '
}

# The values of an option, where its help lists them: `this, that or another',
# or what stands for its value does: this|that.
_cpadmin_values() {
	local help

	help=$("$1" "${@:3}" --help 2>/dev/null |
	    sed -nE "s/^  (-., )?$2 ([^ ]*)  */\\2 /p")
	case ${help%% *} in
	*'|'*) tr '|' ' ' <<<"${help%% *}"
		return ;;
	esac
	sed 's/^[^ ]* //; s/^[a-z]* asks for it: \|^[a-z]* asks: //
		s/^only those that are //; s/[;:] .*//; s/ or /, /' <<<"$help" |
	    grep -x '[a-z0-9-]*\(, [a-z0-9-]*\)\{1,\}' | tr -d ,
}

# Whether an option takes a value.
_cpadmin_takes() {
	"$1" "${@:3}" --help 2>/dev/null |
	    grep -qE -- "^  (-., )?$2 ([A-Z]|[a-z]+\|)"
}

_cpadmin() {
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]} word words=() i
	local verbs

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--store | --on | --as | --reason | --columns | --passphrase-file)
			((i++)) ;;
		--*=*) ;;
		--*) ! _cpadmin_takes "$program" "$word" "${words[@]:0:2}" ||
			((i++)) ;;
		-*) ;;
		*) words+=("$word") ;;
		esac
	done
	case $prev in
	--store | --share-dir | --sheets) compopt -o dirnames 2>/dev/null
		return ;;
	--share | --sheet | --*passphrase* | --output | -o | --file)
		compopt -o default 2>/dev/null
		return ;;
	--*)
		if _cpadmin_takes "$program" "$prev" "${words[@]:0:2}"; then
			mapfile -t COMPREPLY < <(compgen -W "$(_cpadmin_values \
			    "$program" "$prev" "${words[@]:0:2}")" -- "$cur")
			return
		fi ;;
	esac
	if [ ${#words[@]} -eq 0 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_cpadmin_words \
		    "$program" Commands) help --version --help" -- "$cur")
		return
	fi
	if [ "${words[0]}" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_cpadmin_words \
		    "$program" Commands)" -- "$cur")
		return
	fi
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(_cpadmin_options \
		    "$program" "${words[@]:0:2}")" -- "$cur")
		return ;;
	esac
	verbs=$(_cpadmin_words "$program" Verbs "${words[0]}")
	if [ ${#words[@]} -eq 1 ] && [ -n "$verbs" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
	elif [ ${#words[@]} -eq 2 ] || [ ${#words[@]} -eq 3 ] &&
	    verbs=$(_cpadmin_actions "$program" "${words[@]}") &&
	    [ -n "$verbs" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
	else
		compopt -o default 2>/dev/null
	fi
}

_cpschedd() {
	local cur=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --store ]; then
		compopt -o dirnames 2>/dev/null
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(_cpadmin_options \
	    "${COMP_WORDS[0]}")" -- "$cur")
}

complete -F _cpadmin cpadmin
complete -F _cpschedd cpschedd
