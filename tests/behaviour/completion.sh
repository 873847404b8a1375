#!/bin/bash
# What a shell offers: it is asked of the program, command by command.
. "$(dirname "$0")/../lib.sh"

# offered WORD...: what may stand in the place of the last word.
offered() {
	bash -c '. "$0/cpadmin/completion.bash"
	    compopt() { :; }
	    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	    _cpadmin
	    echo "${COMPREPLY[*]}"' "$ROOT" "$CPADMIN" "$@"
}

test_case 'commands and verbs'
expect_eq "$(offered sh)" shield
expect_eq "$(offered --store x sh)" shield
expect_eq "$(offered shield re)" 'request review reveal rekey'
expect_eq "$(offered record q)" quarantine

test_case 'what a verb does in turn, and to whom'
expect_eq "$(offered shield officer '')" 'list add admit remove rewrap'
expect_eq "$(offered shield gate '')" 'list sign open close'
expect_eq "$(offered record quarantine '')" 'list show accept reject merge'
expect_eq "$(offered shield decide CP-1 '')" 'grant refuse'
expect_eq "$(offered shield decide --review 2027-01-01 CP-1 '')" 'grant refuse'
expect_eq "$(offered record event CP-1 '')" 'died left-england returned moved'
expect_eq "$(offered shield show CP-1 '')" ''
expect_eq "$(offered sar identity SAR-0001 '')" 'verified doubted'
expect_eq "$(offered sar view SAR-0001 --subject 2 u)" unable
expect_eq "$(offered sar approve SAR-0001 '')" ''

test_case 'options with a letter, and values that their name lists'
expect_eq "$(offered notice preview --format '')" \
    'standard large-print easy-read plain-text'
expect_eq "$(offered notice preview --language p)" 'pa pl pt'
expect_eq "$(offered notice preview --band '')" 'parent 12 16'
expect_eq "$(offered notice served N-0000001-F --route '')" 'hand post'
expect_eq "$(offered notice addressee CP-1 --to c)" 'child carer'
expect_eq "$(offered notice returned N-0000001-F --why n)" not-known
expect_eq "$(offered retention run --accept s)" share
expect_eq "$(offered notice s)" 'served show suppress'
expect_eq "$(offered sar open --relation '')" 'self parent representative'
expect_eq "$(offered sar letter SAR-0001 --kind '')" \
    'identity fee clarify extended archived'

test_case 'options and their values'
expect_eq "$(offered shield request CP-1 --e)" --evidence
expect_eq "$(offered shield request --by '')" 'child parent practitioner'
expect_eq "$(offered shield intake list --by p)" 'parent practitioner'
expect_eq "$(offered shield letter CP-1 --kind r)" 'request-received review'
expect_eq "$(offered shield list --status '')" \
    'requested granted refused lifted joined'
expect_eq "$(offered shield request --by parent --reason x CP-1 --cr)" \
    --criterion
