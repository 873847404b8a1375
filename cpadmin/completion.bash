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

# What a verb does in turn, where its usage begins with list|add or the like.
_cpadmin_actions() {
	"$@" --help 2>/dev/null |
	    sed -n "s/^usage: cpadmin $2 $3 \\([a-z-]*|[a-z|-]*\\).*/\\1/p" |
	    tr '|' ' '
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
		-*) ;;
		*) words+=("$word") ;;
		esac
	done
	case $prev in
	--store | --share-dir | --sheets) compopt -o dirnames 2>/dev/null
		return ;;
	--share | --sheet | --*passphrase-file)
		compopt -o default 2>/dev/null
		return ;;
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
	elif [ ${#words[@]} -eq 2 ] &&
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
